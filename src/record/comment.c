/* Comments of cases, all their versions, and their differences with workbooks. */
#include "record/renewal.h"

bool comment_put(struct tx *tx, const struct by *by, int64_t case_id, const char *text, const char *source,
                 struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO comment (case_id, text, day, at, who, source) VALUES ($1, $2, $3, $4, $5, $6)",
                   "isdtss", case_id, text, by->day, by->at, by->who, source);
}

bool comment_get(struct tx *tx, struct arena *a, int64_t case_id, const char **ret, struct err *e)
{
    struct stmt *s =
        stmt_open(tx, e, "SELECT text FROM comment WHERE case_id = $1 ORDER BY id DESC LIMIT 1", "i", case_id);
    const char *text = stmt_next(s) ? arena_strdup(a, stmt_text(s, 0)) : "";
    if (!stmt_close(s))
        return false;
    *ret = text;
    return true;
}

bool comments_load(struct tx *tx, struct arena *a, int64_t case_id, struct comment_version **ret, size_t *ret_count,
                   struct err *e)
{
    VEC(struct comment_version) found = {0};
    struct stmt *s =
        stmt_open(tx, e, "SELECT text, who, source, day, at FROM comment WHERE case_id = $1 ORDER BY id", "i", case_id);
    while (stmt_next(s)) {
        struct comment_version v = {
            .text = arena_strdup(a, stmt_text(s, 0)),
            .who = arena_strdup(a, stmt_text(s, 1)),
            .source = arena_strdup(a, stmt_text(s, 2)),
            .day = stmt_day(s, 3),
            .at = stmt_instant(s, 4),
        };
        vec_push(&found, v);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool comment_foreign_day(struct tx *tx, int64_t case_id, day_t *ret, struct err *e)
{
    struct stmt *s =
        stmt_open(tx, e, "SELECT max(day), count(CASE WHEN source = '' THEN 1 END) FROM comment WHERE case_id = $1",
                  "i", case_id);
    day_t day = DAY_NONE;
    if (stmt_next(s) && stmt_int(s, 1) == 0)
        day = stmt_day(s, 0);
    if (!stmt_close(s))
        return false;
    *ret = day;
    return true;
}

bool conflict_add(struct tx *tx, const struct by *by, int64_t case_id, const char *theirs, const char *source,
                  struct err *e)
{
    int64_t same = 0;
    if (!sql_int(tx, &same, NULL, e,
                 "SELECT count(*) FROM comment_conflict WHERE case_id = $1 AND theirs = $2 AND solved IS NULL", "is",
                 case_id, theirs))
        return false;
    return same > 0 ||
           sql_run(tx, NULL, e,
                   "INSERT INTO comment_conflict (case_id, theirs, source, day, at) VALUES ($1, $2, $3, $4, $5)",
                   "issdt", case_id, theirs, source, by->day, by->at);
}

bool conflict_solve(struct tx *tx, const struct by *by, int64_t case_id, int64_t *ret_count, struct err *e)
{
    return sql_run(tx, ret_count, e, "UPDATE comment_conflict SET solved = $2 WHERE case_id = $1 AND solved IS NULL",
                   "id", case_id, by->day);
}

bool conflicts_load(struct tx *tx, struct arena *a, struct conflict **ret, size_t *ret_count, struct err *e)
{
    VEC(struct conflict) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT x.case_id, c.body_id, x.theirs, x.source, x.day FROM comment_conflict x JOIN "
                               "renewal_case c ON c.id = x.case_id WHERE x.solved IS NULL ORDER BY x.id",
                               "");
    while (stmt_next(s)) {
        struct conflict x = {
            .case_id = stmt_int(s, 0),
            .body_id = stmt_int(s, 1),
            .theirs = arena_strdup(a, stmt_text(s, 2)),
            .source = arena_strdup(a, stmt_text(s, 3)),
            .day = stmt_day(s, 4),
        };
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
