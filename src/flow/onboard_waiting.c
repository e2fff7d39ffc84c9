/* Documents that came in by a form: kept before the form is answered, checked afterwards, whatever dies in between.
 * Checking itself is onboard_file.c's. */
#include "flow/onboard_run.h"
#include "flow/worker.h"
#include "pki/secret.h"

static bool has_room(struct tx *tx, struct arena *a, const struct onboard_file *f, struct err *e)
{
    struct integration_waiting *list;
    size_t count, waiting = 0, bytes = f->bytes.n;
    if (!integration_waiting_load(tx, a, 0, &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (list[i].why[0] == '\0') {
            waiting++;
            bytes += (size_t)list[i].bytes;
        }
    }
    return (waiting < LIMIT_WAITING_FILES && bytes <= LIMIT_WAITING_BYTES) ||
           err_set(e, ERR_LIMIT, N_("%s was not taken: too many files wait to be checked; send it again in a minute"),
                   f->name);
}

bool onboard_wait(struct desk *d, int64_t id, const struct onboard_file *f, struct err *e)
{
    struct tx tx = {0};
    struct onboarding o = {.desk = d, .tx = &tx, .arena = &d->arena};
    const struct integration_waiting x = {.integration_id = id,
                                          .name = f->name,
                                          .source = f->source == NULL ? "" : f->source,
                                          .lang = d->lang,
                                          .by = d->by};
    if (secret_inside(f->bytes)) { /* it is never kept, not for a moment: its check asks nobody and is quick */
        struct integration after;
        struct document doc;
        return onboard_add_file(d, id, f, &doc, &after, e);
    }
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) && tx_lock(&tx, "integration-waiting", e) &&
              onboarding_load(&o, id, e) && integration_waiting_forget(&tx, id, d->by.at, e) &&
              has_room(&tx, o.arena, f, e) && integration_waiting_add(&tx, &x, f->bytes, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

/* ------------------------------------------------------------------ checking */

static bool is_free(struct arena *a, const struct integration_waiting *x, const char *me, instant_t now)
{
    const instant_t most = (instant_t)LIMIT_WAITING_CLAIM_SECONDS * INSTANT_PER_SECOND;
    return x->why[0] == '\0' && (x->worker[0] == '\0' || strcmp(x->worker, me) == 0 || now - x->taken > most ||
                                 x->taken - now > most || worker_is_dead(a, x->worker));
}

/* The oldest that nobody checks becomes ours; ret->id 0: there is none. One that was begun too often is not begun any
 * more: whoever reads it dies of it. */
static bool take(struct desk *d, const char *me, struct integration_waiting *ret, struct buf *bytes, struct err *e)
{
    struct tx tx = {0};
    struct integration_waiting *list;
    size_t count = 0;
    const instant_t now = clock_system().now;
    *ret = (struct integration_waiting){.id = 0};
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) && tx_lock(&tx, "integration-waiting", e) &&
              integration_waiting_load(&tx, &d->arena, 0, &list, &count, e);
    for (size_t i = 0; ok && ret->id == 0 && i < count; i++) {
        if (!is_free(&d->arena, &list[i], me, now))
            continue;
        ok = integration_waiting_take(&tx, list[i].id, me, now, e);
        if (ok && list[i].tries >= LIMIT_WAITING_TRIES)
            ok = integration_waiting_leave(&tx, list[i].id, me,
                                           tr(list[i].lang, N_("its check was interrupted again and again")), e);
        else if (ok)
            *ret = list[i];
    }
    ok = ok && (ret->id == 0 || integration_waiting_bytes(&tx, ret->id, bytes, e)) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

/* What says nothing of the file: it goes on waiting. */
static bool is_passing(enum err_code code)
{
    return code == ERR_STORE || code == ERR_STORE_BUSY || code == ERR_STORE_LOST || code == ERR_STORE_FULL;
}

static bool leave(struct desk *d, int64_t id, const char *me, const char *why, struct err *e)
{
    struct tx tx = {0};
    bool ok =
        tx_begin(d->store, TX_WRITE, &tx, e) && integration_waiting_leave(&tx, id, me, why, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

bool onboard_check_waiting(struct desk *d, bool *ret_more, struct err *e)
{
    struct integration_waiting x;
    struct integration after;
    struct document doc;
    struct buf bytes = BUF_INIT(LIMIT_DOCUMENT_BYTES);
    const char *me = worker_name(&d->arena);
    const struct by by = d->by;
    const enum lang lang = d->lang;
    bool ok = take(d, me, &x, &bytes, e);
    if (ok && x.id != 0) {
        const struct onboard_file f = {
            .name = x.name, .bytes = buf_str(&bytes), .source = x.source[0] == '\0' ? NULL : x.source, .waiting = x.id};
        struct err why = {.lang = x.lang};
        d->lang = x.lang;
        d->by = (struct by){.who = x.by.who, .day = x.by.day, .at = clock_system().now};
        bool done = onboard_add_file(d, x.integration_id, &f, &doc, &after, &why), passes = is_passing(why.code);
        d->by = by;
        d->lang = lang;
        if (!done)
            ok = leave(d, x.id, me, passes ? "" : why.text, e);
        if (ok && !done && passes) {
            *e = why;
            ok = false;
        }
    }
    buf_release(&bytes);
    if (ok)
        *ret_more = x.id != 0;
    return ok;
}

bool onboard_waits(struct desk *d, bool *ret, struct err *e)
{
    struct tx tx = {0};
    struct integration_waiting *list;
    size_t count = 0;
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && integration_waiting_load(&tx, &d->arena, 0, &list, &count, e);
    tx_rollback(&tx);
    if (ok)
        *ret = false;
    for (size_t i = 0; ok && i < count; i++)
        *ret |= list[i].why[0] == '\0';
    return ok;
}

bool onboard_check_again(struct desk *d, int64_t id, int64_t waiting, struct err *e)
{
    struct tx tx = {0};
    bool found = false;
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) && integration_waiting_again(&tx, id, waiting, &found, e);
    ok = ok && (found || err_set(e, ERR_STATE, N_("that file does not wait any more; look at the page again"))) &&
         tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}
