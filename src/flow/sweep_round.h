/* Private to the files of the sweep: one round in flight.
 *
 *     round_load → round_ask → round_judge → (witnesses: round_ask) → round_conclude → round_keep
 *
 * sweep.c chooses who is asked, sweep_ask.c asks and keeps what was seen, sweep_judge.c says what it means by the rules
 * of core, sweep_keep.c writes it in one transaction. */
#ifndef TALAIA_FLOW_SWEEP_ROUND_H
#define TALAIA_FLOW_SWEEP_ROUND_H

#include "flow/answers.h"
#include "flow/served.h"
#include "flow/sweep.h"
#include "record/outage.h"

/* A destination that answers when our own network works. */
struct canary {
    const char *url;
    bool answered;
};

struct rounding {
    struct desk *desk;
    struct arena *arena;
    const struct sweep_options *options;
    struct sweep sweep;
    struct bodies bodies;
    struct watch_record *watches;
    size_t watch_count;
    struct silence *silences;
    size_t silence_count;
    struct outage *outages;
    size_t outage_count;
    const struct body **targets;
    size_t target_count, next, seen;
    struct canary *canaries; /* a negative tag is the place of one here, less one */
    size_t canary_count, next_canary;
    struct sweep_body *judged;
    VEC(struct sweep_line) lines;
    struct served served;
    struct owners owners;
    struct answers answers;
    struct err *e;
};

/* The targets from r->next on, and the canaries from r->next_canary on. */
bool round_ask(struct rounding *r);
/* Outcomes of the bodies from r->lines. */
void round_judge(struct rounding *r);
/* Whether it is our own network, and how wire and registry agree. */
void round_conclude(struct rounding *r);
bool round_keep(struct rounding *r);

struct watch_record *round_watch(struct rounding *r, int64_t body_id); /* NULL: none yet */
/* Those that the rounds leave out can be asked by their name, and are nobody's outage. */
bool round_watches(const struct body *b);
/* The contract that an address publishes, "" when there is none. */
const char *round_contract(const struct sweep_line *line);
/* The least share of bodies without any answer that looks like our own network. */
size_t round_us_percent(const struct rounding *r);

#endif
