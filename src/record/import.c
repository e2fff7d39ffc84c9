#include "record/import.h"

bool import_add(struct tx *tx, const struct by *by, const char *kind, const char *source, int64_t *ret_id,
                struct err *e)
{
    return sql_int(tx, ret_id, NULL, e,
                   "INSERT INTO import (kind, source, day, at, who) VALUES ($1, $2, $3, $4, $5) RETURNING id", "ssdts",
                   kind, source, by->day, by->at, by->who);
}

bool import_set_counts(struct tx *tx, int64_t id, const struct import_counts *c, struct err *e)
{
    return sql_run(
        tx, NULL, e,
        "UPDATE import SET row_count = $2, added = $3, changed = $4, vanished = $5, refused = $6 WHERE id = $1",
        "iiiiii", id, c->rows, c->added, c->changed, c->vanished, c->refused);
}

bool import_first_registry_day(struct tx *tx, day_t *ret, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT min(day) FROM import WHERE kind = 'registry'", "");
    day_t day = stmt_next(s) ? stmt_day(s, 0) : DAY_NONE;
    if (!stmt_close(s))
        return false;
    *ret = day;
    return true;
}

bool import_load(struct tx *tx, struct arena *a, size_t most, struct import_info **ret, size_t *ret_count,
                 struct err *e)
{
    struct import_info *items = arena_array(a, struct import_info, most);
    size_t count = 0;
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT id, kind, source, who, day, at, row_count, added, changed, vanished, refused FROM "
                  "import ORDER BY id DESC LIMIT $1",
                  "i", (int64_t)most);
    while (count < most && stmt_next(s)) {
        items[count++] = (struct import_info){
            .id = stmt_int(s, 0),
            .kind = arena_strdup(a, stmt_text(s, 1)),
            .source = arena_strdup(a, stmt_text(s, 2)),
            .who = arena_strdup(a, stmt_text(s, 3)),
            .day = stmt_day(s, 4),
            .at = stmt_instant(s, 5),
            .counts = {.rows = stmt_int(s, 6),
                       .added = stmt_int(s, 7),
                       .changed = stmt_int(s, 8),
                       .vanished = stmt_int(s, 9),
                       .refused = stmt_int(s, 10)},
        };
    }
    if (!stmt_close(s))
        return false;
    *ret = items;
    *ret_count = count;
    return true;
}
