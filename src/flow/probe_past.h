/* A probe as it is and as it was: for the command line, the pages, other monitors. */
#ifndef TALAIA_FLOW_PROBE_PAST_H
#define TALAIA_FLOW_PROBE_PAST_H

#include "conf/probes.h"
#include "flow/desk.h"
#include "record/probe.h"

struct probe_past {
    const struct probe *probe;    /* NULL: the profile has it no more */
    struct probe_now now;         /* id 0: it never ran */
    const struct probe_sum *sums; /* of the spans that were asked for, oldest first; what is missing nobody knows */
    size_t sum_count;
    struct probe_sum whole; /* of all of them */
    const struct probe_down *downs;
    size_t down_count;
    const struct probe_blind *blind;
    size_t blind_count;
    const struct probe_run *runs; /* the newest */
    size_t run_count;
};
struct probe_ask_past {
    enum probe_span span;
    instant_t from, until;
    size_t runs; /* at most so many */
};
/* ERR_UNKNOWN when neither the profile nor the store knows it. In the arena. */
bool probe_past_read(struct desk *d, struct arena *a, const char *name, const struct probe_ask_past *ask,
                     struct probe_past *ret, struct err *e);
/* The spans as a picture (draw/probe_chart.h). */
bool probe_past_draw(struct arena *a, enum lang lang, const char *name, const struct probe_ask_past *ask,
                     const struct probe_past *p, struct buf *to, struct err *e);

/* How another monitor says it: by the conventions of monitoring plugins. */
enum plugin_state { PLUGIN_OK, PLUGIN_WARNING, PLUGIN_CRITICAL, PLUGIN_UNKNOWN };
const char *plugin_state_text(enum plugin_state s);
/* `p` NULL: the profile has it no more. That is unknown, and what was not run for longer than it should. */
enum plugin_state probe_plugin_state(const struct probe *p, const struct probe_now *now, const struct profile *profile,
                                     instant_t at);

#endif
