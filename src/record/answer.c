#include "record/answer.h"

#include "base/limits.h"

bool kept_answers_load(struct tx *tx, struct arena *a, instant_t now, instant_t oldest, struct kept_answer **ret,
                       size_t *ret_count, struct err *e)
{
    VEC(struct kept_answer) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT about, url, source, answer, fetched, this_update, next_update FROM "
                               "revocation_answer WHERE next_update > $1 AND fetched <= $1 AND fetched > $2 ORDER BY "
                               "about, url",
                               "tt", now, oldest);
    while (stmt_next(s)) {
        struct kept_answer k = {
            .about = arena_strdup(a, stmt_text(s, 0)),
            .url = arena_strdup(a, stmt_text(s, 1)),
            .source = arena_strdup(a, stmt_text(s, 2)),
            .base64 = arena_strdup(a, stmt_text(s, 3)),
            .fetched = stmt_instant(s, 4),
            .this_update = stmt_instant(s, 5),
            .next_update = stmt_instant(s, 6),
        };
        vec_push(&found, k);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool kept_answer_put(struct tx *tx, const struct kept_answer *k, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO revocation_answer (about, url, source, answer, fetched, this_update, next_update) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (about, url) DO UPDATE SET source = $3, answer = "
                   "$4, fetched = $5, this_update = $6, next_update = $7",
                   "ssssttt", k->about, k->url, k->source, k->base64, k->fetched, k->this_update, k->next_update);
}

bool kept_answers_forget(struct tx *tx, instant_t now, instant_t oldest, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "DELETE FROM revocation_answer WHERE next_update <= $1 OR fetched > $1 OR fetched <= $2", "tt", now,
                   oldest) &&
           sql_run(tx, NULL, e,
                   "DELETE FROM revocation_answer WHERE (about, url) IN (SELECT about, url FROM (SELECT about, url, "
                   "sum(length(answer)) OVER (ORDER BY fetched DESC, about, url) AS total FROM revocation_answer) AS "
                   "sums WHERE total > $1)",
                   "i", (int64_t)LIMIT_REVOCATION_KEPT_TOTAL);
}
