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

#define SELECT_IMPORTS                                                                                                 \
    "SELECT id, kind, source, who, day, at, row_count, added, changed, vanished, refused FROM import "

static struct import_info read_info(struct stmt *s, struct arena *a)
{
    return (struct import_info){
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

bool import_load(struct tx *tx, struct arena *a, size_t most, struct import_info **ret, size_t *ret_count,
                 struct err *e)
{
    struct import_info *items = arena_array(a, struct import_info, most);
    size_t count = 0;
    struct stmt *s = stmt_open(tx, e, SELECT_IMPORTS "ORDER BY id DESC LIMIT $1", "i", (int64_t)most);
    while (count < most && stmt_next(s))
        items[count++] = read_info(s, a);
    if (!stmt_close(s))
        return false;
    *ret = items;
    *ret_count = count;
    return true;
}

bool import_find(struct tx *tx, struct arena *a, int64_t id, struct import_info *ret, bool *ret_found, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, SELECT_IMPORTS "WHERE id = $1", "i", id);
    bool found = stmt_next(s);
    struct import_info x = {0};
    if (found)
        x = read_info(s, a);
    if (!stmt_close(s))
        return false;
    *ret_found = found;
    if (found)
        *ret = x;
    return true;
}

/* ------------------------------------------------------------------ what it told */

bool import_tell(struct tx *tx, int64_t id, int64_t place, const struct import_told *x, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO import_line (import_id, place, event, sheet, row_number, body, text) VALUES ($1, $2, "
                   "$3, $4, $5, $6, $7)",
                   "iississ", id, place, x->event, x->sheet, x->row, x->body, x->text);
}

bool import_told(struct tx *tx, struct arena *a, int64_t id, struct import_told **ret, size_t *ret_count, struct err *e)
{
    VEC(struct import_told) found = {0};
    struct stmt *s = stmt_open(
        tx, e, "SELECT event, sheet, row_number, body, text FROM import_line WHERE import_id = $1 ORDER BY place", "i",
        id);
    while (stmt_next(s)) {
        struct import_told x = {.event = arena_strdup(a, stmt_text(s, 0)),
                                .sheet = arena_strdup(a, stmt_text(s, 1)),
                                .row = stmt_int(s, 2),
                                .body = arena_strdup(a, stmt_text(s, 3)),
                                .text = arena_strdup(a, stmt_text(s, 4))};
        vec_push(&found, x);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

/* ------------------------------------------------------------------ differences */

/* The columns of `enum import_field` in its order. */
#define FIELDS(v)                                                                                                      \
    v ".description, " v ".endpoint, " v ".cds, " v ".cda, " v ".province, " v ".municipality, " v ".ine10, " v        \
      ".platform"
/* Every version of every body: what it is now and what it was. */
#define VERSIONS                                                                                                       \
    "(SELECT id AS body_id, description, endpoint, cds, cda, province, municipality, ine10, platform, import_id, "     \
    "gone_import FROM body UNION ALL SELECT body_id, description, endpoint, cds, cda, province, municipality, ine10, " \
    "platform, import_id, gone_import FROM body_past)"

static const char *const *read_fields(struct stmt *s, int from, struct arena *a)
{
    const char **list = arena_array(a, const char *, IMPORT_FIELD_COUNT);
    for (int i = 0; i < IMPORT_FIELD_COUNT; i++)
        list[i] = arena_strdup(a, stmt_text(s, from + i));
    return list;
}

bool import_differences(struct tx *tx, struct arena *a, int64_t id, size_t most, struct import_difference **ret,
                        size_t *ret_count, struct err *e)
{
    enum { DEED, BODY, RETURNED, NOW, BEFORE = NOW + IMPORT_FIELD_COUNT };
    struct import_difference *items = arena_array(a, struct import_difference, most);
    size_t count = 0;
    struct stmt *s = stmt_open(
        tx, e,
        "SELECT 0 AS deed, v.body_id AS body_id, 0 AS returned, " FIELDS("v") ", " FIELDS(
            "v") " FROM " VERSIONS
                 " AS v WHERE v.gone_import = $1 UNION ALL SELECT CASE WHEN p.body_id IS NULL THEN 2 ELSE 1 END, "
                 "n.body_id, CASE WHEN p.gone_import IS NULL THEN 0 ELSE 1 END, " FIELDS("n") ", " FIELDS(
                     "p") " FROM " VERSIONS
                          " AS n LEFT JOIN body_past AS p ON p.body_id = n.body_id AND p.until_import = $1 "
                          "WHERE n.import_id = $1 ORDER BY 1, 2 LIMIT $2",
        "ii", id, (int64_t)most);
    while (count < most && stmt_next(s)) {
        static const enum import_deed deeds[] = {IMPORT_DID_LOSE, IMPORT_DID_CHANGE, IMPORT_DID_ADD};
        struct import_difference *x = &items[count++];
        *x = (struct import_difference){.body_id = stmt_int(s, BODY), .deed = deeds[stmt_int(s, DEED) % 3]};
        if (x->deed == IMPORT_DID_CHANGE && stmt_bool(s, RETURNED))
            x->deed = IMPORT_DID_RETURN;
        memcpy(x->now, read_fields(s, NOW, a), sizeof x->now);
        if (x->deed != IMPORT_DID_ADD)
            memcpy(x->before, read_fields(s, BEFORE, a), sizeof x->before);
    }
    if (!stmt_close(s))
        return false;
    *ret = items;
    *ret_count = count;
    return true;
}
