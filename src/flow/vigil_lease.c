/* Whose watch it is. Of several probers on one store one makes the runs and the rounds; its beat goes on in the store
 * every few seconds. The others look, each by its own monotonic clock, so that clocks of machines need not agree: a
 * beat that has stood for LEASE_SECONDS, or whose process is known to be dead, is taken over. */
#include "flow/vigil_parts.h"
#include "flow/worker.h"

#define LEASE_SECONDS 20 /* the holder beats every five, and every ten when there is nothing to do */

static bool may_take(struct vigil_lease *l, struct arena *a, const char *holder, int64_t beat, int64_t now)
{
    if (holder[0] == '\0' || worker_is_dead(a, holder))
        return true;
    if (l->waiting && beat == l->beat)
        return now - l->seen > LEASE_SECONDS * INSTANT_PER_SECOND;
    l->waiting = true;
    l->beat = beat;
    l->seen = now;
    return false;
}

static bool hold(struct vigil_lease *l, struct tx *tx, struct arena *a, int64_t now, bool *ret, struct err *e)
{
    const char *holder, *me = worker_name(a);
    int64_t beat;
    if (!probe_lease_get(tx, a, &holder, &beat, e))
        return false;
    if (strcmp(holder, me) == 0)
        return probe_lease_beat(tx, me, ret, e);
    *ret = false;
    return !may_take(l, a, holder, beat, now) || probe_lease_take(tx, me, holder, beat, ret, e);
}

bool vigil_lease_hold(struct vigil_lease *l, struct store *store, int64_t now, bool *ret_ours, struct err *e)
{
    struct arena a = {0};
    struct tx tx = {0};
    bool ours = false,
         ok = tx_begin(store, TX_WRITE_SOON, &tx, e) && hold(l, &tx, &a, now, &ours, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    arena_release(&a);
    if (ok && ours)
        l->waiting = false;
    if (ok)
        *ret_ours = ours;
    return ok;
}

bool vigil_lease_beat(struct tx *tx, bool *ret_ours, struct err *e)
{
    struct arena a = {0};
    bool ok = probe_lease_beat(tx, worker_name(&a), ret_ours, e);
    arena_release(&a);
    return ok;
}

void vigil_lease_leave(struct store *store)
{
    struct arena a = {0};
    struct tx tx = {0};
    struct err none = {.lang = LANG_EN};
    bool left = tx_begin(store, TX_WRITE_SOON, &tx, &none) && probe_lease_leave(&tx, worker_name(&a), &none) &&
                tx_commit(&tx, &none);
    if (!left) /* the next one waits for as long as for one that died */
        tx_rollback(&tx);
    arena_release(&a);
}
