#include "flow/gateway_async.h"

#include "base/limits.h"

#define HOUR (3600 * INSTANT_PER_SECOND)
#define FAILED_LITERAL "Error realitzant la operació."

int later_hours(instant_t at, int64_t promised, instant_t now)
{
    instant_t left = at + promised * HOUR - now;
    return left <= HOUR ? 1 : (int)((left + HOUR - 1) / HOUR);
}

static const struct modality *modality_of(const struct later *l, const struct ask *ask)
{
    return modality_find(l->service->known, ask->count > 0 ? ask->items[0].code : ask->code);
}

bool later_make(const struct later *l, struct arena *a, const struct ask *ask, const char *ine10, const char *kept,
                instant_t now, struct gateway_async *ret, struct err *e)
{
    const struct modality *m = modality_of(l, ask);
    char hash[GATEWAY_HASH_BYTES];
    struct buf bytes = BUF_INIT(2 * LIMIT_XML_BYTES);
    if (m == NULL || (m->fronts & FRONT_ASINCRON) == 0)
        return err_set(e, ERR_VALUE, N_("%.*s is not answered at the asynchronous front"), STR_ARG(ask->code));
    bool good = ask_write(&bytes, ask) || err_set(e, ERR_LIMIT, N_("the request is larger than what is kept"));
    if (good) {
        (void)gateway_hash_request(l->secret, ine10, ask->id, hash);
        *ret = (struct gateway_async){.hash = arena_strdup(a, hash),
                                      .ine10 = ine10,
                                      .request = kept,
                                      .product = m->product,
                                      .modality = m->name,
                                      .elements = (int64_t)ask->count,
                                      .state = GATEWAY_ASYNC_PENDING,
                                      .hours = m->wait_hours,
                                      .at = now,
                                      .due = now, /* to be taken up */
                                      .changed = now,
                                      .expires = now + LIMIT_LATER_DAYS * 24 * HOUR,
                                      .fetched = INSTANT_NONE,
                                      .asked = gateway_seal(l->secret, a, hash, buf_str(&bytes)),
                                      .answer = ""};
    }
    buf_release(&bytes);
    return good;
}

/* --- the answer, as it is kept: the code, then the payloads, each ended by NUL, which XML cannot hold --- */

static bool answer_make(const struct later *l, const struct ask *asked, instant_t now, struct buf *to, struct err *e)
{
    struct service_result got;
    struct buf payload = BUF_INIT(LIMIT_LATER_BYTES);
    bool good = true;
    for (size_t i = 0; good && i < asked->count; i++) {
        buf_clear(&payload);
        good = service_answer(l->service, &asked->items[i], now, &payload, &got, e);
        if (good && i == 0)
            good = buf_printf(to, "%d", got.code) && buf_add_char(to, '\0');
        good = good && buf_add_str(to, buf_str(&payload)) && buf_add_char(to, '\0');
    }
    buf_release(&payload);
    return good && !buf_full(to);
}

static bool answer_read(struct arena *a, struct str kept, size_t count, struct later_reply *ret, struct err *e)
{
    struct str part, *payloads = arena_array(a, struct str, count == 0 ? 1 : count);
    bool good = str_split(&kept, '\0', &part);
    ret->result = good ? arena_text(a, part) : "";
    for (size_t i = 0; good && i < count; i++) {
        good = str_split(&kept, '\0', &part);
        payloads[i] = part;
    }
    ret->payloads = payloads;
    return good || err_set(e, ERR_STORE, N_("what is kept of an asynchronous request is not whole"));
}

static bool asked_read(const struct later *l, struct arena *a, const struct gateway_async *row, struct ask *ret,
                       struct err *e)
{
    struct str bytes;
    return gateway_unseal(l->secret, a, row->hash, row->asked, &bytes, e) && ask_read(a, bytes, ret, e);
}

/* Pending or being worked on, and due: answered, or failed, for ever. */
static bool row_finish(const struct later *l, struct tx *tx, struct arena *a, struct gateway_async *row, instant_t now,
                       struct err *e)
{
    struct ask asked;
    struct err why = {.lang = e->lang};
    bool moved;
    struct buf answer = BUF_INIT(LIMIT_LATER_BYTES);
    enum gateway_async_state to = GATEWAY_ASYNC_FAILED;
    const char *sealed = "";
    if (asked_read(l, a, row, &asked, &why) && answer_make(l, &asked, now, &answer, &why)) {
        to = GATEWAY_ASYNC_DONE;
        sealed = gateway_seal(l->secret, a, row->hash, buf_str(&answer));
    }
    bool good = gateway_async_move(tx, row->id, row->state, to, now, row->due, sealed, &moved, e);
    buf_release(&answer);
    if (good && moved) {
        row->state = to;
        row->answer = sealed;
        return true;
    }
    bool found;
    return good && gateway_async_get(tx, a, row->id, row, &found, e); /* somebody was quicker */
}

static instant_t ready_at(const struct later *l, const struct gateway_async *row)
{
    const struct modality *m = modality_find(l->service->known, str_of(row->modality));
    return row->at + (m == NULL ? 0 : m->wait_seconds) * INSTANT_PER_SECOND;
}

static bool row_advance(const struct later *l, struct tx *tx, struct arena *a, struct gateway_async *row, instant_t now,
                        struct err *e)
{
    bool moved;
    if (row->state >= GATEWAY_ASYNC_DONE)
        return true;
    if (now >= ready_at(l, row))
        return row_finish(l, tx, a, row, now, e);
    if (row->state != GATEWAY_ASYNC_PENDING)
        return true;
    row->state = GATEWAY_ASYNC_WORKING;
    row->due = ready_at(l, row);
    return gateway_async_move(tx, row->id, GATEWAY_ASYNC_PENDING, GATEWAY_ASYNC_WORKING, now, row->due, NULL, &moved,
                              e);
}

static void unknown_say(struct arena *a, const struct ask *ask, struct later_reply *r)
{
    r->state = (struct answer_state){"0502", arena_printf(a, "No existeix cap petició '%.*s'.", STR_ARG(ask->id)), 0};
}

bool later_answer(const struct later *l, struct tx *tx, struct arena *a, const struct ask *ask, const char *ine10,
                  instant_t now, struct later_reply *ret, struct err *e)
{
    struct gateway_async row;
    struct later_reply r = {.result = ""};
    struct str kept;
    char hash[GATEWAY_HASH_BYTES];
    if (!gateway_async_find(tx, a, gateway_hash_request(l->secret, ine10, ask->id, hash), &row, &r.found, e))
        return false;
    r.found = r.found && now < row.expires && str_is(ask->product, row.product) && str_is(ask->code, row.modality);
    if (!r.found) {
        unknown_say(a, ask, &r);
        *ret = r;
        return true;
    }
    if (!row_advance(l, tx, a, &row, now, e))
        return false;
    r.state = (struct answer_state){gateway_async_number(row.state), "OK", 0};
    r.done = row.state == GATEWAY_ASYNC_DONE;
    if (row.state == GATEWAY_ASYNC_FAILED)
        r.state.literal = FAILED_LITERAL;
    else if (!r.done)
        r.state = (struct answer_state){gateway_async_number(row.state), "", later_hours(row.at, row.hours, now)};
    if (r.done &&
        !(asked_read(l, a, &row, &r.asked, e) && gateway_unseal(l->secret, a, row.hash, row.answer, &kept, e) &&
          answer_read(a, kept, r.asked.count, &r, e) && gateway_async_fetched(tx, row.id, now, e)))
        return false;
    *ret = r;
    return true;
}

bool later_work(const struct later *l, struct tx *tx, struct arena *a, instant_t now, size_t most, size_t *ret_count,
                struct err *e)
{
    struct gateway_async *rows, row;
    size_t count;
    bool found;
    if (!gateway_async_due(tx, a, now, most, &rows, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!gateway_async_get(tx, a, rows[i].id, &row, &found, e) || (found && !row_advance(l, tx, a, &row, now, e)))
            return false;
    *ret_count = count;
    return true;
}
