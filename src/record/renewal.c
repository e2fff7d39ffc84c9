#include "record/renewal.h"

#include "core/certificate.h"

static int compare(int64_t body_id, enum cert_kind kind, day_t expires, const struct renewal *r)
{
    if (body_id != r->body_id)
        return body_id < r->body_id ? -1 : 1;
    if (kind != r->kind)
        return kind < r->kind ? -1 : 1;
    return expires == r->expires ? 0 : expires < r->expires ? -1 : 1;
}

const struct renewal *renewals_find(const struct renewals *list, int64_t body_id, enum cert_kind kind, day_t expires)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare(body_id, kind, expires, &list->items[middle]);
        if (order == 0)
            return &list->items[middle];
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static int by_key(const void *a, const void *b)
{
    const struct renewal *x = a, *y = b;
    return compare(x->body_id, x->kind, x->expires, y);
}

bool renewals_load(struct tx *tx, struct arena *a, day_t on, struct renewals *ret, struct err *e)
{
    VEC(struct renewal) found = {0};
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT r.id, r.body_id, r.case_id, r.kind, r.expires, r.answered, r.answer, c.text FROM renewal "
                  "r LEFT JOIN comment c ON c.id = (SELECT max(id) FROM comment WHERE case_id = r.case_id AND "
                  "day <= $1)",
                  "d", on);
    while (stmt_next(s)) {
        struct renewal r = {
            .id = stmt_int(s, 0),
            .body_id = stmt_int(s, 1),
            .case_id = stmt_int(s, 2),
            .expires = stmt_day(s, 4),
            .answered = stmt_day(s, 5),
            .answer = arena_strdup(a, stmt_text(s, 6)),
            .comment = arena_strdup(a, stmt_text(s, 7)),
        };
        if (cert_kind_parse(stmt_str(s, 3), &r.kind))
            vec_push(&found, r);
    }
    bool ok = stmt_close(s);
    if (ok) {
        if (found.count > 0)
            qsort(found.items, found.count, sizeof *found.items, by_key);
        *ret = (struct renewals){vec_to_arena(&found, a), found.count};
    }
    vec_release(&found);
    return ok;
}

const char *renewals_apply(const struct renewals *list, int64_t body_id, day_t on, struct warning_case *c)
{
    const char *comment = "";
    for (size_t i = 0; i < c->count; i++) {
        const struct renewal *r = renewals_find(list, body_id, c->certs[i].kind, c->certs[i].expires);
        if (r == NULL)
            continue;
        c->certs[i].answered = r->answered != DAY_NONE && r->answered <= on;
        if (comment[0] == '\0')
            comment = r->comment;
    }
    return comment;
}

bool case_ensure(struct tx *tx, const struct by *by, int64_t body_id, const struct warning_case *c,
                 int64_t *ret_case_id, struct err *e)
{
    int64_t case_id = 0;
    bool known[CERT_KINDS] = {0};
    /* Two people may note something of one body at once: the second waits here and finds the first one's case. */
    if (!tx_lock(tx, "renewal", e))
        return false;
    for (size_t i = 0; i < c->count; i++) {
        int64_t found = 0;
        if (!sql_int(tx, &found, &known[i], e,
                     "SELECT case_id FROM renewal WHERE body_id = $1 AND kind = $2 AND expires = $3", "isd", body_id,
                     cert_kind_code(c->certs[i].kind), c->certs[i].expires))
            return false;
        if (known[i] && case_id == 0)
            case_id = found;
    }
    if (case_id == 0 &&
        !sql_int(tx, &case_id, NULL, e, "INSERT INTO renewal_case (body_id, opened) VALUES ($1, $2) RETURNING id", "id",
                 body_id, by->day))
        return false;
    for (size_t i = 0; i < c->count; i++) {
        if (!known[i] &&
            !sql_run(tx, NULL, e,
                     "INSERT INTO renewal (body_id, kind, expires, case_id, opened) VALUES ($1, $2, $3, $4, $5)",
                     "isdid", body_id, cert_kind_code(c->certs[i].kind), c->certs[i].expires, case_id, by->day))
            return false;
    }
    *ret_case_id = case_id;
    return true;
}

bool renewal_answer(struct tx *tx, const struct by *by, int64_t body_id, enum cert_kind kind, day_t expires,
                    const char *answer, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(
            tx, &changed, e,
            "UPDATE renewal SET answered = $4, answer = $5, answered_who = $6 WHERE body_id = $1 AND kind = $2 AND "
            "expires = $3",
            "isddss", body_id, cert_kind_code(kind), expires, by->day, answer, by->who))
        return false;
    if (changed == 0)
        return err_set(e, ERR_INTERNAL, N_("a renewal was answered before it was opened"));
    return true;
}

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
