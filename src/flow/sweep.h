/* A round of checks: every watched endpoint, on each of its addresses; what it means for outages and for the registry
 * (A4).
 *
 * The round is read from one transaction and written in one: killed in between, nothing has happened and the next round
 * asks again. One-off failures are dropped; a body that stays down opens an outage; one that answers again closes the
 * outage that a round opened. A body that a person marked as not verifiable and that looks blocked opens none. When it
 * is our network, nothing is said of the bodies: the canaries tell, or in a round of a few bodies some others that were
 * up. */
#ifndef TALAIA_FLOW_SWEEP_H
#define TALAIA_FLOW_SWEEP_H

#include "core/watch.h"
#include "flow/desk.h"
#include "flow/owners.h"
#include "record/body.h"
#include "record/sweep.h"

struct sweep_certificate {
    const char *subject, *issuer, *fingerprint;
    day_t not_after;
};
/* What one address of a body showed, and what the round makes of the body. */
struct sweep_line {
    const struct body *body;
    struct observation seen;
    const struct sweep_certificate *chain; /* as sent, the server's own first */
    size_t chain_count;
    const struct certificate *leaf; /* the one served, NULL when it cannot be read */
    struct owner_told owner;        /* whose it is */
    bool middlebox;
};
struct sweep_body {
    const struct body *body;
    const struct sweep_line *lines;
    size_t line_count;
    const struct seen_address *addresses; /* the same for the rules */
    const struct seen_address *telling;   /* NULL when it was not checked */
    size_t telling_line;                  /* index in lines */
    enum outcome outcome;
    enum watch_step step;
    enum reconciliation reconciliation;
    const struct silence *silence; /* in force: it does not go down */
};
struct sweep {
    int64_t id;
    const struct sweep_body *bodies; /* those checked, as asked */
    size_t body_count;
    struct round_counts counts;
    bool us;          /* our own network: nothing was concluded */
    bool interrupted; /* stopped in the middle: nothing was kept */
    size_t up, failed, went_down, recovered;
    instant_t started, ended;
};

struct sweep_options {
    const char *kind;         /* "manual", "daily", "retry" */
    const char *const *names; /* bodies as people call them; none: all that are watched */
    size_t name_count;
    bool failing_only; /* kind retry: those that failed and are due again */
    void (*progress)(void *context, size_t done, size_t total);
    void *progress_context;
    /* Each phase of each address as it begins: "DNS", "TCP", "TLS", "HTTP". NULL: nobody looks on. */
    void (*step)(void *context, const char *host, const char *address, const char *phase);
    void *step_context;
    int stop_fd; /* readable: end at once and keep nothing; -1: none */
};

/* Everything lives in `a`. */
bool sweep_run(struct desk *d, const struct sweep_options *o, struct arena *a, struct sweep *ret, struct err *e);

#endif
