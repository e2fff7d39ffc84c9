#include "record/ticket.h"

#include <sodium.h>

bool ticket_record_find(struct tx *tx, const char *key, const char *uid, int64_t *ret_id, struct err *e)
{
    bool found = false;
    int64_t id = 0, number;
    if (uid != NULL) {
        if (!sql_int(tx, &id, &found, e, "SELECT id FROM ticket WHERE uid = $1", "s", uid))
            return false;
    } else {
        const char *dash = strrchr(key, '-');
        if (dash != NULL && str_to_int64(str_of(dash + 1), 1, INT64_MAX, &number) &&
            !sql_int(tx, &id, &found, e, "SELECT id FROM ticket WHERE project = $1 AND number = $2", "zi",
                     str_part(key, (size_t)(dash - key)), number))
            return false;
    }
    *ret_id = found ? id : 0;
    return true;
}

bool ticket_record_add(struct tx *tx, const struct by *by, const char *project, const struct ticket *t, int64_t *ret_id,
                       bool *ret_new, struct err *e)
{
    /* The uid is looked for under the lock of the series: who waited for it sees what the other one made. */
    int64_t number, id;
    if (!sql_run(tx, NULL, e, "INSERT INTO ticket_series (project, last) VALUES ($1, 0) ON CONFLICT DO NOTHING", "s",
                 project) ||
        !sql_int(tx, &number, NULL, e, "UPDATE ticket_series SET last = last + 1 WHERE project = $1 RETURNING last",
                 "s", project) ||
        !ticket_record_find(tx, NULL, t->uid, &id, e))
        return false;
    if (id != 0) {
        if (!sql_run(tx, NULL, e, "UPDATE ticket_series SET last = last - 1 WHERE project = $1", "s", project))
            return false;
        *ret_id = id;
        *ret_new = false;
        return true;
    }
    if (!sql_int(tx, &id, NULL, e,
                 "INSERT INTO ticket (project, number, uid, kind, summary, description, due, day, at, who) VALUES "
                 "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
                 "sissssddts", project, number, t->uid, action_group_code(t->kind), t->summary, t->description, t->due,
                 by->day, by->at, by->who))
        return false;
    *ret_id = id;
    *ret_new = true;
    return true;
}

bool ticket_record_note(struct tx *tx, const struct by *by, int64_t id, const char *marker, const char *text,
                        struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO ticket_note (ticket_id, marker, text, at, who) VALUES ($1, $2, $3, $4, $5) ON CONFLICT "
                   "DO NOTHING",
                   "issts", id, marker, text, by->at, by->who);
}

bool ticket_record_due(struct tx *tx, int64_t id, day_t due, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE ticket SET due = $2 WHERE id = $1", "id", id, due);
}

bool ticket_record_watch(struct tx *tx, int64_t id, const char *name, struct err *e)
{
    return sql_run(tx, NULL, e, "INSERT INTO ticket_watcher (ticket_id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                   "is", id, name);
}

bool ticket_record_link(struct tx *tx, int64_t id, int64_t other, struct err *e)
{
    static const char sql[] = "INSERT INTO ticket_link (ticket_id, other_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    return id == other || (sql_run(tx, NULL, e, sql, "ii", id, other) && sql_run(tx, NULL, e, sql, "ii", other, id));
}

bool ticket_record_open(struct tx *tx, const struct by *by, int64_t id, bool open, struct err *e)
{
    if (open)
        return sql_run(tx, NULL, e, "UPDATE ticket SET closed = NULL, closed_at = NULL WHERE id = $1", "i", id);
    return sql_run(tx, NULL, e, "UPDATE ticket SET closed = $2, closed_at = $3 WHERE id = $1 AND closed IS NULL", "idt",
                   id, by->day, by->at);
}

bool ticket_record_file(struct tx *tx, const struct by *by, int64_t id, const char *name, const char *type,
                        struct str bytes, struct err *e)
{
    size_t room = sodium_base64_ENCODED_LEN(bytes.n, sodium_base64_VARIANT_ORIGINAL);
    char *content = mem_alloc(room, 1);
    sodium_bin2base64(content, room, (const unsigned char *)(bytes.n == 0 ? "" : bytes.p), bytes.n,
                      sodium_base64_VARIANT_ORIGINAL);
    bool ok = sql_run(tx, NULL, e,
                      "INSERT INTO ticket_file (ticket_id, name, type, size, content, at, who) VALUES ($1, $2, $3, $4, "
                      "$5, $6, $7) ON CONFLICT DO NOTHING",
                      "issists", id, name, type, (int64_t)bytes.n, content, by->at, by->who);
    mem_free(content);
    return ok;
}

/* ------------------------------------------------------------------ reading */

#define COLUMNS                                                                                                        \
    "SELECT t.id, t.project, t.number, t.uid, t.kind, t.summary, t.description, t.due, t.at, t.closed_at FROM ticket " \
    "t "

static struct ticket take(struct stmt *s, struct arena *a)
{
    bool open = stmt_null(s, 9);
    const char *kind = stmt_text(s, 4);
    struct ticket t = {
        .key = arena_printf(a, "%s-%lld", stmt_text(s, 1), (long long)stmt_int(s, 2)),
        .uid = arena_strdup(a, stmt_text(s, 3)),
        .summary = arena_strdup(a, stmt_text(s, 5)),
        .description = arena_strdup(a, stmt_text(s, 6)),
        .status = open ? N_("open") : N_("closed"),
        .type = "",
        .url = "",
        .kind = GROUP_OTHER,
        .open = open,
        .due = stmt_day(s, 7),
        .estimated = stmt_day(s, 7),
        .created = stmt_instant(s, 8),
        .closed = stmt_instant(s, 9),
        .remark = "",
    };
    (void)action_group_parse(kind, &t.kind);
    return t;
}

/* One column of text of the rows that belong to a ticket. */
static bool names_load(struct tx *tx, struct arena *a, const char *sql, int64_t id, const char *const **ret,
                       size_t *ret_count, struct err *e)
{
    VEC(const char *) names = {0};
    struct stmt *s = stmt_open(tx, e, sql, "i", id);
    while (stmt_next(s))
        vec_push(&names, arena_strdup(a, stmt_text(s, 0)));
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&names, a);
        *ret_count = names.count;
    }
    vec_release(&names);
    return ok;
}

static bool notes_load(struct tx *tx, struct arena *a, int64_t id, struct ticket *t, struct err *e)
{
    VEC(struct ticket_note) notes = {0};
    struct stmt *s =
        stmt_open(tx, e, "SELECT who, marker, text, at FROM ticket_note WHERE ticket_id = $1 ORDER BY id", "i", id);
    while (stmt_next(s)) {
        struct ticket_note n = {.who = arena_strdup(a, stmt_text(s, 0)),
                                .marker = arena_strdup(a, stmt_text(s, 1)),
                                .text = arena_strdup(a, stmt_text(s, 2)),
                                .at = stmt_instant(s, 3)};
        vec_push(&notes, n);
    }
    bool ok = stmt_close(s);
    if (ok) {
        t->notes = vec_to_arena(&notes, a);
        t->note_count = notes.count;
    }
    vec_release(&notes);
    return ok;
}

bool ticket_record_load(struct tx *tx, struct arena *a, int64_t id, struct ticket *ret, struct err *e)
{
    struct ticket t = {0};
    struct stmt *s = stmt_open(tx, e, COLUMNS "WHERE t.id = $1", "i", id);
    bool found = stmt_next(s);
    if (found)
        t = take(s, a);
    if (!stmt_close(s))
        return false;
    if (!found)
        return err_set(e, ERR_INTERNAL, N_("there is no ticket number %lld in the store"), (long long)id);
    if (!notes_load(tx, a, id, &t, e) ||
        !names_load(tx, a, "SELECT name FROM ticket_watcher WHERE ticket_id = $1 ORDER BY name", id, &t.watchers,
                    &t.watcher_count, e) ||
        !names_load(tx, a, "SELECT name FROM ticket_file WHERE ticket_id = $1 ORDER BY id", id, &t.files, &t.file_count,
                    e) ||
        !names_load(tx, a,
                    "SELECT o.project || '-' || o.number FROM ticket_link l JOIN ticket o ON o.id = l.other_id WHERE "
                    "l.ticket_id = $1 ORDER BY o.id",
                    id, &t.links, &t.link_count, e))
        return false;
    *ret = t;
    return true;
}

#define CHOICE                                                                                                         \
    "WHERE t.project = $1 AND ($2 = 0 OR t.closed IS NULL) AND ($3 = '' OR t.kind = $3) AND ($4 = '' OR t.closed > "   \
    "$4 "                                                                                                              \
    "OR (t.closed = $4 AND t.closed_at > $5)) "

static const char *iso(day_t d, char out[DAY_TEXT_BYTES])
{
    return d == DAY_NONE ? "" : day_iso(d, out);
}

bool ticket_records_list(struct tx *tx, struct arena *a, const struct ticket_choice *c, size_t most,
                         struct ticket **ret, size_t *ret_count, struct err *e)
{
    VEC(struct ticket) found = {0};
    char after[DAY_TEXT_BYTES];
    struct stmt *s =
        stmt_open(tx, e, COLUMNS CHOICE "ORDER BY t.number DESC LIMIT $6", "sbssti", c->project, (int)c->open_only,
                  c->kind == NULL ? "" : c->kind, iso(c->closed_after, after), c->closed_since, (int64_t)most);
    while (stmt_next(s))
        vec_push(&found, take(s, a));
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool ticket_records_count(struct tx *tx, const struct ticket_choice *c, int64_t *ret, struct err *e)
{
    char after[DAY_TEXT_BYTES];
    return sql_int(tx, ret, NULL, e, "SELECT count(*) FROM ticket t " CHOICE, "sbsst", c->project, (int)c->open_only,
                   c->kind == NULL ? "" : c->kind, iso(c->closed_after, after), c->closed_since);
}
