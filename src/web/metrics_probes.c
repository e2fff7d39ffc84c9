/* Lines of /metrics about the probes of the profile, as they stand at this moment. */
#include <inttypes.h>

#include "flow/probe_look.h"
#include "web/call.h"
#include "web/pages.h"

static void put_label(struct buf *to, const char *metric, const char *name)
{
    buf_printf(to, "%s{probe=\"%s\"} ", metric, name); /* names have letters, digits, '_' and '-' */
}

enum metric { UP, SUCCESS, DEGRADED, FLAPPING, DURATION, LAST_RUN, METRICS };

/* Of a probe of which nothing is known now, or that rests, only its last run is told: what is not known is not up. */
static bool is_there(const struct probe_line *x, enum metric m)
{
    const struct probe_now *n = &x->now;
    bool known = x->standing != STANDING_UNKNOWN && x->standing != STANDING_RESTING;
    switch (m) {
    case UP: return known && n->state.known;
    case SUCCESS:
    case DEGRADED:
    case FLAPPING: return known && n->at != INSTANT_NONE;
    case DURATION: return known && n->us >= 0;
    default: return n->at != INSTANT_NONE;
    }
}

static void put_value(struct buf *to, const struct probe_now *n, enum metric m)
{
    if (m == DURATION) {
        buf_printf(to, "%.6f\n", (double)n->us / 1e6);
        return;
    }
    int64_t value = m == UP         ? !n->state.down
                    : m == SUCCESS  ? strcmp(n->outcome, "good") == 0
                    : m == DEGRADED ? n->degraded
                    : m == FLAPPING ? n->state.flapping
                                    : n->at / INSTANT_PER_SECOND;
    buf_printf(to, "%" PRId64 "\n", value);
}

bool metrics_probes(struct call *c, struct buf *to)
{
    static const struct {
        const char *name, *help;
    } metrics[METRICS] = {
        [UP] = {"talaia_probe_up", "Whether the probe is up (1), down (0); nothing when that is not known."},
        [SUCCESS] = {"talaia_probe_success",
                     "Whether its last run was good (1) or bad (0); nothing when it was blind."},
        [DEGRADED] = {"talaia_probe_degraded", "Whether its last run was good, and something is to be looked at."},
        [FLAPPING] = {"talaia_probe_flapping", "Whether it keeps changing."},
        [DURATION] = {"talaia_probe_duration_seconds", "How long its last run took."},
        [LAST_RUN] = {"talaia_probe_last_run_timestamp_seconds", "When it ran last."},
    };
    struct probe_lines all;
    if (!probe_lines_read(c->desk, call_arena(c), NULL, c->desk->by.at, &all, &c->err))
        return false;
    for (enum metric m = UP; m < METRICS; m++) {
        buf_printf(to, "# HELP %s %s\n# TYPE %s gauge\n", metrics[m].name, metrics[m].help, metrics[m].name);
        for (size_t i = 0; i < all.count; i++)
            if (is_there(&all.items[i], m)) {
                put_label(to, metrics[m].name, all.items[i].now.name);
                put_value(to, &all.items[i].now, m);
            }
    }
    return true;
}
