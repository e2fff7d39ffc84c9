#include "record/gateway_log.h"

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

/* --- writing --- */

/* What was there before, and what stands before it in the batch. */
static bool decide_seen(struct tx *tx, struct gateway_marks *known, struct gateway_entry *entries, size_t count,
                        struct err *e)
{
    struct gateway_mark marks[LIMIT_GATEWAY_BATCH];
    bool found[LIMIT_GATEWAY_BATCH];
    for (size_t i = 0; i < count; i++)
        marks[i] = (struct gateway_mark){.id = entries[i].seen, .at = entries[i].row.at};
    if (!gateway_marks_find(known, tx, marks, count, found, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i && entries[i].seen != 0 && !found[i]; k++)
            if (entries[k].seen == entries[i].seen) { /* the first of them: the others are not remembered */
                found[i] = true;
                marks[i].replay = entries[k].replay;
            }
        entries[i].ret_replayed = found[i] && entries[i].replay != 0 && marks[i].replay == entries[i].replay;
        entries[i].ret_repeated = found[i] && !entries[i].ret_replayed;
    }
    return true;
}

/* A copy of a signed message has its IdPeticion too, so it is remembered with the id, and by itself only when it has
 * none to remember (a poll). */
static bool decide_polls(struct tx *tx, struct gateway_entry *entries, size_t count, struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        struct gateway_entry *t = &entries[i];
        int64_t until = 0;
        if (t->seen != 0 || t->replay == 0)
            continue;
        if (!sql_int(tx, &until, &t->ret_replayed, e, "SELECT until FROM gateway_polled WHERE id = $1", "i", t->replay))
            return false;
        if (!t->ret_replayed &&
            !sql_run(tx, NULL, e, "INSERT INTO gateway_polled (id, until) VALUES ($1, $2)", "it", t->replay, t->dead))
            return false;
    }
    return true;
}

static bool write_row(struct tx *tx, const struct gateway_entry *t, struct err *e)
{
    const struct gateway_log_row *r = &t->row;
    const struct gateway_outcome_info *o = gateway_outcome_info(r->outcome);
    bool again = t->ret_repeated || t->ret_replayed;
    if (again)
        o = gateway_outcome_info(t->ret_replayed ? GATEWAY_REPLAYED : GATEWAY_REPEATED);
    return sql_run(
        tx, NULL, e,
        "INSERT INTO gateway_log (at, ine10, request, kind, product, modality, elements, certificate, address, "
        "outcome, step, result, steps, remarks, citizens, bytes, answer_bytes, micros, seen, replay) VALUES ($1, $2, "
        "$3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, NULLIF($19, 0), NULLIF($20, 0))",
        "tsssssissssssssiiiii", r->at, r->ine10, r->request, gateway_log_kind_code(r->kind), r->product, r->modality,
        r->elements, r->certificate, r->address, o->code, gateway_step_code(o->step), r->result, r->steps, r->remarks,
        r->citizens, r->bytes, r->answer_bytes, r->micros, again ? 0 : t->seen, again ? 0 : t->replay);
}

bool gateway_log_write(struct tx *tx, struct gateway_marks *known, struct gateway_entry *entries, size_t count,
                       struct err *e)
{
    if (count > LIMIT_GATEWAY_BATCH)
        return err_set(e, ERR_LIMIT, N_("%zu rows of the gateway's log at once; at most %d"), count,
                       LIMIT_GATEWAY_BATCH);
    if (!gateway_marks_begin(known, tx, e) || !decide_seen(tx, known, entries, count, e) ||
        !decide_polls(tx, entries, count, e))
        return false;
    tx_batch_begin(tx);
    for (size_t i = 0; i < count; i++)
        if (!write_row(tx, &entries[i], e))
            return false;
    if (!gateway_marks_fold(known, tx, e) || !tx_batch_end(tx, e))
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
    return stmt_close(s) &&
           (last == 0 || (gateway_marks_save(tx, last, e) &&
                          sql_run(tx, ret_count, e, "DELETE FROM gateway_log WHERE id <= $1", "i", last) &&
                          gateway_marks_emptied(tx, e)));
}

bool gateway_log_forget(struct tx *tx, struct gateway_keep *k, size_t most, int64_t *ret_count, struct err *e)
{
    const instant_t day = 86400 * INSTANT_PER_SECOND;
    int64_t rows = 0, marks = 0, polls = 0, waiting = 0;
    if (!forget_rows(tx, k->now - k->log_days * day, most, &rows, e) ||
        !(k->marks_done ||
          gateway_marks_forget(tx, k->now - k->seen_days * day, LIMIT_GATEWAY_MARKS_LOOK, &k->from, &marks, e)) ||
        !sql_run(tx, &polls, e,
                 "DELETE FROM gateway_polled WHERE id IN (SELECT id FROM gateway_polled WHERE until < $1 ORDER BY "
                 "until LIMIT $2)",
                 "ti", k->now, (int64_t)most) ||
        !gateway_async_forget(tx, k->now, most, &waiting, e))
        return false;
    k->marks_done = k->from == 0;
    k->more = !k->marks_done || rows + polls + waiting > 0;
    *ret_count = rows + marks + polls + waiting;
    return true;
}
