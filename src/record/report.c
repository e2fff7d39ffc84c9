#include "record/report.h"

bool report_add(struct tx *tx, const struct by *by, const char *uid, day_t after, int64_t *ret_id, struct err *e)
{
    return sql_int(tx, ret_id, NULL, e,
                   "INSERT INTO report (uid, day, after, at, who) VALUES ($1, $2, $3, $4, $5) RETURNING id", "sddts",
                   uid, by->day, after, by->at, by->who);
}

bool report_add_line(struct tx *tx, int64_t report_id, const struct report_line *line, struct err *e)
{
    return sql_run(tx, NULL, e, "INSERT INTO report_line (report_id, body_id, down, soon) VALUES ($1, $2, $3, $4)",
                   "iibb", report_id, line->body_id, (int)line->down, (int)line->soon);
}

bool report_add_comment(struct tx *tx, int64_t report_id, int64_t case_id, const char *text, struct err *e)
{
    return sql_run(tx, NULL, e, "INSERT INTO report_comment (report_id, case_id, text) VALUES ($1, $2, $3)", "iis",
                   report_id, case_id, text);
}

#define COLUMNS "r.id, r.uid, r.day, r.after, r.at, r.who"

static struct report_record row(struct stmt *s, struct arena *a)
{
    return (struct report_record){
        .id = stmt_int(s, 0),
        .uid = arena_strdup(a, stmt_text(s, 1)),
        .day = stmt_day(s, 2),
        .after = stmt_day(s, 3),
        .at = stmt_instant(s, 4),
        .who = arena_strdup(a, stmt_text(s, 5)),
    };
}

static bool take(struct stmt *s, struct arena *a, struct report_record *ret, bool *ret_found)
{
    bool found = stmt_next(s);
    struct report_record r = {0};
    if (found)
        r = row(s, a);
    if (!stmt_close(s))
        return false;
    *ret_found = found;
    if (found)
        *ret = r;
    return true;
}

bool report_latest(struct tx *tx, struct arena *a, day_t until, struct report_record *ret, bool *ret_found,
                   struct err *e)
{
    struct stmt *s = stmt_open(
        tx, e, "SELECT " COLUMNS " FROM report r WHERE r.day <= $1 ORDER BY r.day DESC, r.id DESC LIMIT 1", "d", until);
    return take(s, a, ret, ret_found);
}

bool report_latest_sent(struct tx *tx, struct arena *a, day_t until, struct report_record *ret, bool *ret_found,
                        struct err *e)
{
    struct stmt *s = stmt_open(tx, e,
                               "SELECT " COLUMNS " FROM report r WHERE r.day <= $1 AND EXISTS "
                               "(SELECT 1 FROM message m WHERE m.report_id = r.id AND m.kind = 'report' AND m.state IN "
                               "('sending', 'ambiguous', 'sent', 'filed')) ORDER BY r.day DESC, r.id DESC LIMIT 1",
                               "d", until);
    return take(s, a, ret, ret_found);
}

bool report_by_uid(struct tx *tx, struct arena *a, const char *uid, struct report_record *ret, bool *ret_found,
                   struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT " COLUMNS " FROM report r WHERE r.uid = $1", "s", uid);
    return take(s, a, ret, ret_found);
}

bool report_get(struct tx *tx, struct arena *a, int64_t id, struct report_record *ret, bool *ret_found, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT " COLUMNS " FROM report r WHERE r.id = $1", "i", id);
    return take(s, a, ret, ret_found);
}

bool reports_load(struct tx *tx, struct arena *a, day_t until, size_t most, struct report_record **ret,
                  size_t *ret_count, struct err *e)
{
    VEC(struct report_record) found = {0};
    struct stmt *s =
        stmt_open(tx, e, "SELECT " COLUMNS " FROM report r WHERE r.day <= $1 ORDER BY r.day DESC, r.id DESC LIMIT $2",
                  "di", until, (int64_t)most);
    while (stmt_next(s))
        vec_push(&found, row(s, a));
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool report_lines_load(struct tx *tx, struct arena *a, int64_t report_id, struct report_line **ret, size_t *ret_count,
                       struct err *e)
{
    VEC(struct report_line) found = {0};
    struct stmt *s = stmt_open(
        tx, e, "SELECT body_id, down, soon FROM report_line WHERE report_id = $1 ORDER BY body_id", "i", report_id);
    while (stmt_next(s)) {
        struct report_line line = {.body_id = stmt_int(s, 0), .down = stmt_bool(s, 1), .soon = stmt_bool(s, 2)};
        vec_push(&found, line);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool report_comment_get(struct tx *tx, struct arena *a, int64_t report_id, int64_t case_id, const char **ret,
                        struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT text FROM report_comment WHERE report_id = $1 AND case_id = $2", "ii",
                               report_id, case_id);
    const char *text = stmt_next(s) ? arena_strdup(a, stmt_text(s, 0)) : NULL;
    if (!stmt_close(s))
        return false;
    *ret = text;
    return true;
}

bool report_comments_load(struct tx *tx, struct arena *a, int64_t report_id, struct report_comment **ret,
                          size_t *ret_count, struct err *e)
{
    VEC(struct report_comment) found = {0};
    struct stmt *s = stmt_open(tx, e, "SELECT case_id, text FROM report_comment WHERE report_id = $1 ORDER BY case_id",
                               "i", report_id);
    while (stmt_next(s)) {
        struct report_comment x = {.case_id = stmt_int(s, 0), .text = arena_strdup(a, stmt_text(s, 1))};
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
