#include "record/gateway_log.h"

#include <sodium.h>

#include "base/buf.h"
#include "base/limits.h"

const char *gateway_log_kind_code(enum gateway_log_kind k)
{
#define X(name, code) code,
    static const char *const codes[] = {GATEWAY_LOG_KINDS(X)};
#undef X
    return codes[k];
}

static enum gateway_log_kind kind_of(const char *code)
{
    for (int k = 0; k < GATEWAY_LOG_KIND_COUNT; k++)
        if (strcmp(code, gateway_log_kind_code((enum gateway_log_kind)k)) == 0)
            return (enum gateway_log_kind)k;
    return GATEWAY_LOG_SYNC;
}

int64_t gateway_token(void)
{
    int64_t token;
    randombytes_buf(&token, sizeof token);
    return token & INT64_MAX;
}

/* --- writing --- */

/* Of two that are alike the one that stands first in the batch, so that it is the one that is answered. */
static int seen_compare(const void *a, const void *b)
{
    const struct gateway_entry *const *x = a, *const *y = b;
    int order = strcmp((*x)->seen, (*y)->seen);
    return order != 0 ? order : (*x > *y) - (*x < *y);
}

static int replay_compare(const void *a, const void *b)
{
    const struct gateway_entry *const *x = a, *const *y = b;
    int order = strcmp((*x)->replay, (*y)->replay);
    return order != 0 ? order : (*x > *y) - (*x < *y);
}

/* A copy of a signed message has its IdPeticion too, so the message is remembered beside the id, and by itself only
 * when it has none to remember (a poll). What is to be remembered, under the entry's token: whoever comes second finds
 * another token there. With PostgreSQL a second writer waits here for the end of the first; everybody writes in the
 * same order, so that no two wait for one another. */
static bool write_memory(struct tx *tx, const struct gateway_entry *entries, size_t count, struct err *e)
{
    const struct gateway_entry *seen[LIMIT_GATEWAY_BATCH], *replays[LIMIT_GATEWAY_BATCH];
    size_t s = 0, r = 0;
    for (size_t i = 0; i < count; i++) {
        if (entries[i].seen != NULL)
            seen[s++] = &entries[i];
        else if (entries[i].replay != NULL)
            replays[r++] = &entries[i];
    }
    qsort(seen, s, sizeof *seen, seen_compare);
    qsort(replays, r, sizeof *replays, replay_compare);
    for (size_t i = 0; i < s; i++)
        if (!sql_run(
                tx, NULL, e,
                "INSERT INTO gateway_seen (hash, token, at, replay) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                "sits", seen[i]->seen, seen[i]->token, seen[i]->row.at, seen[i]->replay))
            return false;
    for (size_t i = 0; i < r; i++)
        if (!sql_run(tx, NULL, e,
                     "INSERT INTO gateway_replay (hash, token, until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                     "sit", replays[i]->replay, replays[i]->token, replays[i]->dead))
            return false;
    return true;
}

/* The outcome is decided by the store, so that no answer of it is waited for between rows. */
static bool write_row(struct tx *tx, const struct gateway_entry *t, struct err *e)
{
    const struct gateway_log_row *r = &t->row;
    const struct gateway_outcome_info *o = gateway_outcome_info(r->outcome);
    return sql_run(
        tx, NULL, e,
        "INSERT INTO gateway_log (token, at, ine10, request, kind, product, modality, elements, certificate, address, "
        "outcome, step, result, steps, remarks, citizens, bytes, answer_bytes, micros) SELECT $1, $2, $3, $4, $5, $6, "
        "$7, $8, $9, $10, COALESCE(d.again, $11), CASE WHEN d.again IS NULL THEN $12 ELSE 'repeat' END, $13, $14, $15, "
        "$16, $17, $18, $21 FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM gateway_replay WHERE hash = $19 AND token <> "
        "$1) THEN 'replayed' ELSE (SELECT CASE WHEN replay = $19 THEN 'replayed' ELSE 'repeated' END FROM gateway_seen "
        "WHERE hash = $20 AND token <> $1) END AS again) AS d",
        "itsssssissssssssiissi", t->token, r->at, r->ine10, r->request, gateway_log_kind_code(r->kind), r->product,
        r->modality, r->elements, r->certificate, r->address, o->code, gateway_step_code(o->step), r->result, r->steps,
        r->remarks, r->citizens, r->bytes, r->answer_bytes, t->replay, t->seen, r->micros);
}

static int token_compare(const void *a, const void *b)
{
    const struct gateway_entry *const *x = a, *const *y = b;
    return ((*x)->token > (*y)->token) - ((*x)->token < (*y)->token);
}

/* Finds each entry's row among those that came after `last`, and how the store decided. */
static bool read_back(struct tx *tx, int64_t last, struct gateway_entry *entries, size_t count, struct err *e)
{
    struct gateway_entry *order[LIMIT_GATEWAY_BATCH];
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        order[i] = &entries[i];
    qsort(order, count, sizeof *order, token_compare);
    struct stmt *s =
        stmt_open(tx, e, "SELECT id, token, outcome FROM gateway_log WHERE id > $1 ORDER BY id", "i", last);
    while (stmt_next(s)) {
        const struct gateway_entry key = {.token = stmt_int(s, 1)}, *pointer = &key;
        struct gateway_entry **at = bsearch(&pointer, order, count, sizeof *order, token_compare);
        if (at == NULL)
            continue; /* of another process */
        (*at)->ret_id = stmt_int(s, 0);
        (*at)->ret_repeated = strcmp(stmt_text(s, 2), "repeated") == 0 && (*at)->row.outcome != GATEWAY_REPEATED;
        (*at)->ret_replayed = strcmp(stmt_text(s, 2), "replayed") == 0 && (*at)->row.outcome != GATEWAY_REPLAYED;
        found++;
    }
    if (!stmt_close(s))
        return false;
    return found == count ||
           err_set(e, ERR_INTERNAL, N_("%zu rows of the gateway's log were written, %zu are there"), count, found);
}

bool gateway_log_write(struct tx *tx, struct gateway_entry *entries, size_t count, struct err *e)
{
    int64_t last = 0;
    if (count > LIMIT_GATEWAY_BATCH)
        return err_set(e, ERR_LIMIT, N_("%zu rows of the gateway's log at once; at most %d"), count,
                       LIMIT_GATEWAY_BATCH);
    if (!sql_int(tx, &last, NULL, e, "SELECT COALESCE(max(id), 0) FROM gateway_log", ""))
        return false;
    tx_batch_begin(tx);
    if (!write_memory(tx, entries, count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!write_row(tx, &entries[i], e))
            return false;
    if (!tx_batch_end(tx, e) || !read_back(tx, last, entries, count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct gateway_entry *t = &entries[i];
        int64_t id;
        bool is_new;
        if (t->async != NULL && !t->ret_repeated && !t->ret_replayed &&
            !gateway_async_add(tx, t->async, &id, &is_new, e))
            return false;
    }
    return true;
}

bool gateway_log_known(struct tx *tx, const char *seen, const char *replay, instant_t now, bool *ret_repeated,
                       bool *ret_replayed, struct err *e)
{
    int64_t repeated = 0, replayed = 0;
    if (!sql_int(tx, &repeated, NULL, e, "SELECT count(*) FROM gateway_seen WHERE hash = $1", "s", seen) ||
        !sql_int(tx, &replayed, NULL, e,
                 "SELECT (SELECT count(*) FROM gateway_replay WHERE hash = $1 AND until > $2) + (SELECT count(*) FROM "
                 "gateway_seen WHERE hash = $3 AND replay = $1)",
                 "sts", replay, now, seen))
        return false;
    *ret_replayed = replayed > 0;
    *ret_repeated = repeated > 0 && !*ret_replayed;
    return true;
}

/* --- reading --- */

#define COLUMNS                                                                                                        \
    "SELECT id, at, ine10, request, kind, product, modality, elements, certificate, address, outcome, result, steps, " \
    "remarks, citizens, bytes, answer_bytes, micros FROM gateway_log "

static const char *kept(struct arena *a, struct stmt *s, int column)
{
    return arena_strdup(a, stmt_text(s, column));
}

static void read_row(struct arena *a, struct stmt *s, struct gateway_log_row *ret)
{
    enum gateway_outcome o = GATEWAY_FAILED;
    (void)gateway_outcome_parse(stmt_str(s, 10), &o);
    *ret = (struct gateway_log_row){
        .id = stmt_int(s, 0),
        .at = stmt_instant(s, 1),
        .ine10 = kept(a, s, 2),
        .request = kept(a, s, 3),
        .kind = kind_of(stmt_text(s, 4)),
        .product = kept(a, s, 5),
        .modality = kept(a, s, 6),
        .elements = stmt_int(s, 7),
        .certificate = kept(a, s, 8),
        .address = kept(a, s, 9),
        .outcome = o,
        .result = kept(a, s, 11),
        .steps = kept(a, s, 12),
        .remarks = kept(a, s, 13),
        .citizens = kept(a, s, 14),
        .bytes = stmt_int(s, 15),
        .answer_bytes = stmt_int(s, 16),
        .micros = stmt_int(s, 17),
    };
}

static bool fits(const struct gateway_filter *f, struct stmt *s)
{
    enum gateway_outcome o = GATEWAY_FAILED;
    (void)gateway_outcome_parse(stmt_str(s, 10), &o);
    return (f->until == INSTANT_NONE || stmt_instant(s, 1) < f->until) &&
           (!f->refused || !gateway_outcome_is_good(o)) && (!f->has_outcome || o == f->outcome) &&
           (f->modality == NULL || strcmp(stmt_text(s, 6), f->modality) == 0);
}

/* Rows are numbered in the order of their commits, so what is older than this before `since` is older altogether. */
#define DISORDER (600 * INSTANT_PER_SECOND)

bool gateway_log_load(struct tx *tx, struct arena *a, const struct gateway_filter *f, struct gateway_log_row **ret,
                      size_t *ret_count, struct err *e)
{
    VEC(struct gateway_log_row) found = {0};
    int64_t before = f->before == 0 ? INT64_MAX : f->before;
    struct stmt *s =
        f->request != NULL
            ? stmt_open(tx, e, COLUMNS "WHERE request = $1 AND id < $2 ORDER BY id DESC", "si", f->request, before)
        : f->ine10 != NULL
            ? stmt_open(tx, e, COLUMNS "WHERE ine10 = $1 AND id < $2 ORDER BY id DESC", "si", f->ine10, before)
            : stmt_open(tx, e, COLUMNS "WHERE id < $1 ORDER BY id DESC", "i", before);
    while (found.count < f->most && stmt_next(s)) {
        instant_t at = stmt_instant(s, 1);
        if (f->since != INSTANT_NONE && at < f->since - DISORDER)
            break;
        if ((f->since != INSTANT_NONE && at < f->since) || !fits(f, s) ||
            (f->ine10 != NULL && strcmp(stmt_text(s, 2), f->ine10) != 0))
            continue;
        struct gateway_log_row row;
        read_row(a, s, &row);
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

bool gateway_log_get(struct tx *tx, struct arena *a, int64_t id, struct gateway_log_row *ret, bool *ret_found,
                     struct err *e)
{
    struct gateway_log_row row;
    struct stmt *s = stmt_open(tx, e, COLUMNS "WHERE id = $1", "i", id);
    bool found = stmt_next(s);
    if (found)
        read_row(a, s, &row);
    if (!stmt_close(s))
        return false;
    if (found)
        *ret = row;
    *ret_found = found;
    return true;
}

/* --- forgetting --- */

/* The oldest rows come first, so nothing is looked through in vain when there is nothing to forget. */
static bool forget_rows(struct tx *tx, instant_t before, size_t most, int64_t *ret_count, struct err *e)
{
    int64_t last = 0;
    struct stmt *s = stmt_open(tx, e, "SELECT id, at FROM gateway_log ORDER BY id LIMIT $1", "i", (int64_t)most);
    while (stmt_next(s) && stmt_instant(s, 1) < before)
        last = stmt_int(s, 0);
    return stmt_close(s) && sql_run(tx, ret_count, e, "DELETE FROM gateway_log WHERE id <= $1", "i", last);
}

bool gateway_log_forget(struct tx *tx, const struct gateway_keep *k, size_t most, int64_t *ret_count, struct err *e)
{
    const instant_t day = 86400 * INSTANT_PER_SECOND;
    int64_t rows = 0, seen = 0, replays = 0, waiting = 0;
    if (!forget_rows(tx, k->now - k->log_days * day, most, &rows, e) ||
        !sql_run(
            tx, &seen, e,
            "DELETE FROM gateway_seen WHERE hash IN (SELECT hash FROM gateway_seen WHERE at < $1 ORDER BY at LIMIT "
            "$2)",
            "ti", k->now - k->seen_days * day, (int64_t)most) ||
        !sql_run(tx, &replays, e,
                 "DELETE FROM gateway_replay WHERE hash IN (SELECT hash FROM gateway_replay WHERE until < $1 ORDER BY "
                 "until LIMIT $2)",
                 "ti", k->now, (int64_t)most) ||
        !gateway_async_forget(tx, k->now, most, &waiting, e))
        return false;
    *ret_count = rows + seen + replays + waiting;
    return true;
}
