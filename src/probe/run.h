/* What one run of the engine holds, and the objects that move through it. Internal.
 *
 *     target ── lookup ──> check per address ── trip (hops over wires) ──> judge ──> inquiry (revocation) ──>
 * observation
 *
 * A `trip` gets one URL, following redirects; checks are trips to a given address, fetches of OCSP answers and CRLs are
 * trips that look their host up themselves. Each object is in `all` of its kind until it is over, so that a stop finds
 * it. */
#ifndef TALAIA_PROBE_RUN_H
#define TALAIA_PROBE_RUN_H

#include "pki/crl.h"
#include "pki/ocsp.h"
#include "pki/revocation.h"
#include "probe/wire.h"

struct run;
struct trip;
struct host;

/* A first-in first-out line of trips; a trip stands in one line at most. */
struct line {
    struct trip *first, *last;
};
void line_add(struct line *l, struct trip *t);
void line_add_front(struct line *l, struct trip *t);
struct trip *line_take(struct line *l); /* NULL when empty */
void line_remove(struct line *l, struct trip *t);

/* ---------------------------------------------------------------- trips (trip.c) */

/* Fetches are ours, not a target's: they go first, and the certificates on their way say nothing. */
enum trip_kind { TRIP_CHECK, TRIP_REVOCATION, TRIP_ISSUER };

struct trip {
    struct run *run;
    void (*over)(struct trip *t); /* frees it in the end */

    /* --- what to do --- */
    struct url url;                                  /* of the present hop */
    union address candidates[LIMIT_PROBE_ADDRESSES]; /* that the guard allows; tried in turn when there are several */
    size_t candidate_count, candidate_at;
    enum http1_method method;
    const char *accept, *body_type, *soap_action;
    struct str body;    /* of a POST */
    const char *source; /* see engine.h */
    bool bare, stay;    /* see wire.h; an answer that redirects is the answer */
    size_t max_body_bytes;
    int64_t deadline; /* set when it begins; INT64_MAX before */
    int total_ms;
    bool patient; /* see wire.h */
    enum trip_kind kind;

    /* --- what came of it --- */
    enum verdict_code code;
    const char *detail;
    char detail_text[LIMIT_PROBE_DETAIL_BYTES];
    int seconds;
    struct wire *wire; /* of the last hop; NULL when it had none */
    int redirects;
    int64_t dns_us;       /* of the last hop; -1: no look-up */
    int64_t began, ended; /* began 0: never */
    /* the hop whose certificates are judged: the first, unless a later one's are worse */
    STACK_OF(X509) * chain;
    struct buf stapled;
    const char *protocol, *cipher;
    int protocol_version;
    char tls_host[LIMIT_HOST_BYTES + 1];

    /* --- private --- */
    struct host *host; /* whose connections it counts among */
    struct names_question question;
    struct loop_timer timer; /* of a look-up */
    int64_t asked_at;
    struct line *line;
    struct trip *line_next, *line_previous, *all_next, *all_previous;
};

void trip_init(struct trip *t, struct run *run, void (*over)(struct trip *));
/* Looks the host up when there is no candidate, then waits in line for a place. May be over before it returns. */
void trip_begin(struct trip *t);
/* Called by the run when there is a place: connects. */
void trip_start(struct trip *t);
void trip_stop(struct trip *t, enum verdict_code code);
void trip_release(struct trip *t);

/* ---------------------------------------------------------------- hosts (host.c) */

/* Connections to one address and port. */
struct host {
    uint64_t key;
    size_t active, allowed;
    struct line waiting;
    struct host *next;
};
#define HOST_BUCKETS 1024
struct hosts {
    struct host *buckets[HOST_BUCKETS];
    struct host *spare;
    size_t silent; /* entries that are kept for what was found out */
};
/* False: too many already; the trip waits in the host's line. */
bool host_enter(struct run *run, struct trip *t);
/* Nothing listens behind the port, it seems: those that wait find that out in ever larger groups, so that a hundred of
 * them take a few deadlines and not dozens. */
void host_is_silent(struct run *run, struct trip *t);
/* The next in its line goes on to the run's. */
void host_leave(struct run *run, struct trip *t);
/* All that wait for the same address go on to the run's line. */
void host_drain(struct run *run, struct trip *t);
void hosts_release(struct hosts *h);
uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t n); /* FNV-1a */
#define HASH_SEED 0xCBF29CE484222325u

/* ---------------------------------------------------------------- targets and checks (engine.c) */

struct target {
    struct run *run;
    int64_t tag;
    char *text;                  /* the URL as given */
    const struct probe_ask *ask; /* NULL: a contract */
    struct url url;
    bool has_url;
    size_t pending; /* addresses not handed out yet */
    int64_t asked_at, dns_us;
    struct names_question question;
    struct loop_timer timer;
    bool holds; /* a place, while its look-up is young */
    struct target *all_next, *all_previous;
};

static inline enum probe_how target_how(const struct target *t)
{
    return t->ask == NULL ? PROBE_HOW_CONTRACT : t->ask->how;
}

struct inquiry;
struct issuer_fetch;

struct check {
    struct trip trip;
    struct target *target;
    union address address;
    bool has_address;
    struct inquiry *inquiry;
    struct issuer_fetch *issuer_fetch;
    struct check *waiter_next; /* among those who wait for the same inquiry or fetch */
};
/* Judges what is known now: hands the check out, or lets it wait for an issuer or the revocation. */
void check_go_on(struct check *c);

/* ---------------------------------------------------------------- missing issuers (issuers.c) */

struct issuers; /* of a run */
struct issuers *issuers_new(struct run *run);
void issuers_free(struct issuers *all);
/* True: the check waits, and check_go_on is called when the certificate came or did not. */
bool issuer_ask(struct issuers *all, struct check *c, const struct judgement *j);
/* Forgets the check, which is not called back. */
void issuer_drop(struct check *c);

/* ---------------------------------------------------------------- revocation (revocation.c) */

#define KEY_BYTES 16
struct revocation_outcome {
    enum probe_revocation state;
    const char *source; /* "stapled", "ocsp", "crl", "" */
    day_t day;          /* revoked */
};

struct inquiries; /* of a run: what is known, what is under way */
struct inquiries *inquiries_new(struct run *run);
void inquiries_free(struct inquiries *all);
/* True: *ret says it now. False: the check waits, and check_settled is called when it is known or given up. */
bool inquiry_ask(struct inquiries *all, struct check *c, const struct judgement *j, struct arena *a,
                 struct revocation_outcome *ret);
/* Whether a fetch that waited is still worth its connection: its source may have failed for others meanwhile. */
bool inquiry_still_wants(const struct trip *fetch);
/* Forgets the check, which is not called back. */
void inquiry_drop(struct check *c);
void check_settled(struct check *c, const struct revocation_outcome *outcome); /* engine.c */

/* ---------------------------------------------------------------- the run (engine.c) */

struct run {
    const struct probe_settings *settings;
    const struct probe_source *source;
    const struct probe_sink *sink;
    struct loop loop;
    struct names *names;
    struct wires wires;
    struct hosts hosts;
    struct inquiries *inquiries;
    struct issuers *issuers;
    struct line ready;           /* connected, and every place was taken */
    struct line urgent, waiting; /* fetches; checks: for a place */
    struct trip *trips;          /* all of them */
    struct target *targets;
    size_t target_count, looking; /* alive; holding a place for a look-up */
    size_t open_limit;            /* of connections */
    bool source_done, stopped, no_descriptors;
    int64_t starving_since;        /* 0: not */
    struct loop_timer retry, feed; /* feed: the source has something again */
    struct loop_io stop;
    struct arena scratch; /* for the observation being made */
    struct probe_summary summary;
};

/* Descriptors have run out: the trip goes back to the head of its line, and starts stop for a moment. */
void run_starves(struct run *run, struct trip *t);

/* ---------------------------------------------------------------- verdicts (judge.c) */

/* Fills the observation from what came; the judgement is the check's own. Texts in the run's scratch arena. */
void judge_connection(struct run *run, const struct check *c, struct probe_observation *o);
void judge_trust(struct run *run, const struct check *c, const struct judgement *j, const struct revocation_outcome *r,
                 struct probe_observation *o);
void judge_application(struct run *run, const struct check *c, struct probe_observation *o);
/* Whether the chain deserves to be asked about. */
bool judge_wants_revocation(const struct probe_settings *s, const struct judgement *j);

#endif
