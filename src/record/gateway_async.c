#include "record/gateway_async.h"

#define COLUMNS                                                                                                        \
    "SELECT id, hash, ine10, request, product, modality, elements, state, hours, at, due, changed, expires, fetched"

static const char *kept(struct arena *a, struct stmt *s, int column)
{
    return arena_strdup(a, stmt_text(s, column));
}

/* `sealed`: columns 14 and 15 are there. */
static bool read_row(struct arena *a, struct stmt *s, bool sealed, struct gateway_async *ret)
{
    *ret = (struct gateway_async){
        .id = stmt_int(s, 0),
        .hash = kept(a, s, 1),
        .ine10 = kept(a, s, 2),
        .request = kept(a, s, 3),
        .product = kept(a, s, 4),
        .modality = kept(a, s, 5),
        .elements = stmt_int(s, 6),
        .hours = stmt_int(s, 8),
        .at = stmt_instant(s, 9),
        .due = stmt_instant(s, 10),
        .changed = stmt_instant(s, 11),
        .expires = stmt_instant(s, 12),
        .fetched = stmt_instant(s, 13),
        .asked = sealed ? kept(a, s, 14) : "",
        .answer = sealed ? kept(a, s, 15) : "",
    };
    return gateway_async_parse(stmt_str(s, 7), &ret->state);
}

/* A state that this version does not know is passed over, as if the row were not there. */
static bool read_one(struct arena *a, struct stmt *s, struct gateway_async *ret, bool *ret_found)
{
    struct gateway_async row;
    bool found = stmt_next(s) && read_row(a, s, true, &row);
    if (!stmt_close(s))
        return false;
    if (found)
        *ret = row;
    *ret_found = found;
    return true;
}

static bool read_list(struct arena *a, struct stmt *s, struct gateway_async **ret, size_t *ret_count)
{
    VEC(struct gateway_async) found = {0};
    while (stmt_next(s)) {
        struct gateway_async row;
        if (read_row(a, s, false, &row))
            vec_push(&found, row);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool gateway_async_add(struct tx *tx, const struct gateway_async *r, int64_t *ret_id, bool *ret_new, struct err *e)
{
    return sql_insert(tx, ret_id, ret_new, e,
                      "INSERT INTO gateway_async (hash, ine10, request, product, modality, elements, state, hours, at, "
                      "due, changed, expires, asked, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
                      "$12, $13, $14) ON CONFLICT DO NOTHING",
                      "sssssisittttss", r->hash, r->ine10, r->request, r->product, r->modality, r->elements,
                      gateway_async_code(r->state), r->hours, r->at, r->due, r->changed, r->expires, r->asked,
                      r->answer);
}

bool gateway_async_find(struct tx *tx, struct arena *a, const char *hash, struct gateway_async *ret, bool *ret_found,
                        struct err *e)
{
    return read_one(a, stmt_open(tx, e, COLUMNS ", asked, answer FROM gateway_async WHERE hash = $1", "s", hash), ret,
                    ret_found);
}

bool gateway_async_get(struct tx *tx, struct arena *a, int64_t id, struct gateway_async *ret, bool *ret_found,
                       struct err *e)
{
    return read_one(a, stmt_open(tx, e, COLUMNS ", asked, answer FROM gateway_async WHERE id = $1", "i", id), ret,
                    ret_found);
}

bool gateway_async_due(struct tx *tx, struct arena *a, instant_t now, size_t most, struct gateway_async **ret,
                       size_t *ret_count, struct err *e)
{
    return read_list(
        a,
        stmt_open(tx, e,
                  COLUMNS " FROM gateway_async WHERE state IN ('pending', 'working') AND due <= $1 ORDER BY "
                          "due, id LIMIT $2",
                  "ti", now, (int64_t)most),
        ret, ret_count);
}

bool gateway_async_list(struct tx *tx, struct arena *a, const char *ine10, size_t most, struct gateway_async **ret,
                        size_t *ret_count, struct err *e)
{
    struct stmt *s = ine10 == NULL
                         ? stmt_open(tx, e, COLUMNS " FROM gateway_async ORDER BY id DESC LIMIT $1", "i", (int64_t)most)
                         : stmt_open(tx, e, COLUMNS " FROM gateway_async WHERE ine10 = $1 ORDER BY id DESC LIMIT $2",
                                     "si", ine10, (int64_t)most);
    return read_list(a, s, ret, ret_count);
}

bool gateway_async_move(struct tx *tx, int64_t id, enum gateway_async_state from, enum gateway_async_state to,
                        instant_t changed, instant_t due, const char *answer, bool *ret_moved, struct err *e)
{
    int64_t rows = 0;
    if (!gateway_async_may(from, to))
        return err_set(e, ERR_STATE, N_("an asynchronous request does not go from \"%s\" to \"%s\""),
                       gateway_async_code(from), gateway_async_code(to));
    if (!sql_run(
            tx, &rows, e,
            "UPDATE gateway_async SET state = $3, changed = $4, due = $5, answer = COALESCE($6, answer) WHERE id = "
            "$1 AND state = $2",
            "isstts", id, gateway_async_code(from), gateway_async_code(to), changed, due, answer))
        return false;
    *ret_moved = rows == 1;
    return true;
}

bool gateway_async_fetched(struct tx *tx, int64_t id, instant_t at, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE gateway_async SET fetched = $2 WHERE id = $1 AND fetched IS NULL", "it", id,
                   at);
}

bool gateway_async_forget(struct tx *tx, instant_t now, size_t most, int64_t *ret_count, struct err *e)
{
    int64_t rows = 0;
    if (!sql_run(tx, &rows, e,
                 "DELETE FROM gateway_async WHERE id IN (SELECT id FROM gateway_async WHERE expires <= $1 ORDER BY "
                 "expires LIMIT $2)",
                 "ti", now, (int64_t)most))
        return false;
    *ret_count = rows;
    return true;
}

bool gateway_async_give_up(struct tx *tx, int64_t *ret_count, struct err *e)
{
    return sql_run(tx, ret_count, e, "DELETE FROM gateway_async", "");
}
