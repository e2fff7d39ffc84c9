/* Lines of /metrics about the probes: read from the store each time, a row for each probe. */
#include <inttypes.h>

#include "flow/probe_past.h"
#include "web/call.h"
#include "web/pages.h"

static void put_label(struct buf *to, const char *metric, const char *name)
{
    buf_printf(to, "%s{probe=\"%s\"} ", metric, name); /* names have letters, digits, '_' and '-' */
}

bool metrics_probes(struct call *c, struct buf *to)
{
    static const struct {
        const char *name, *help;
    } metrics[] = {
        {"talaia_probe_up", "Whether the probe is up (1), down (0); nothing when that is not known."},
        {"talaia_probe_success", "Whether its last run was good (1) or bad (0); nothing when it was blind."},
        {"talaia_probe_flapping", "Whether it keeps changing."},
        {"talaia_probe_duration_seconds", "How long its last run took."},
        {"talaia_probe_last_run_timestamp_seconds", "When it ran last."},
    };
    struct probe_now *all;
    size_t count;
    struct tx tx;
    bool ok =
        tx_begin(c->desk->store, TX_READ, &tx, &c->err) && probes_now_load(&tx, call_arena(c), &all, &count, &c->err);
    tx_rollback(&tx);
    for (size_t m = 0; ok && m < sizeof metrics / sizeof *metrics; m++) {
        buf_printf(to, "# HELP %s %s\n# TYPE %s gauge\n", metrics[m].name, metrics[m].help, metrics[m].name);
        for (size_t i = 0; i < count; i++) {
            const struct probe_now *n = &all[i];
            bool good = strcmp(n->outcome, "good") == 0, blind = strcmp(n->outcome, "blind") == 0;
            const bool there[] = {n->state.known, n->at != INSTANT_NONE && !blind, n->at != INSTANT_NONE, n->us >= 0,
                                  n->at != INSTANT_NONE};
            if (!there[m])
                continue;
            put_label(to, metrics[m].name, n->name);
            if (m == 3)
                buf_printf(to, "%.6f\n", (double)n->us / 1e6);
            else
                buf_printf(to, "%" PRId64 "\n",
                           m == 0   ? (int64_t)!n->state.down
                           : m == 1 ? (int64_t)good
                           : m == 2 ? (int64_t)n->state.flapping
                                    : n->at / INSTANT_PER_SECOND);
        }
    }
    return ok;
}
