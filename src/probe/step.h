/* One thing that a probe asks: out of a transition of probes.yaml, to what the engine is asked, and back to a verdict.
 *
 *     struct step *steps = arena_array(a, struct step, steps_of(check)); size_t n;
 *     steps_open(a, steps, &n, check, at, dir, &e)   // reads files, once; the arena lives as long as they
 *     step_begin(&steps[i], now, &e)                 // a new nonce; then steps[i].target goes into the engine
 *     step_take(&steps[i], observation, &how)        // for each address that was seen
 *     step_end(&steps[i], &result)                   // after the last one
 *
 * Most transitions are one step; `ocsp` is two: the responder must say "good" of the certificate that is known to be
 * good, and "revoked" of the one that is known to be revoked. Of several addresses all must be well: a client may meet
 * any of them. A gateway's request (soap) is made and read by the caller (flow/patrol_soap.c). */
#ifndef TALAIA_PROBE_STEP_H
#define TALAIA_PROBE_STEP_H

#include "core/probe_verdict.h"
#include "pki/ocsp.h"
#include "probe/engine.h"
#include "probe/pattern.h"

static inline size_t steps_of(const struct probe_check *k)
{
    return k->kind == PROBE_OCSP ? 2 : 1;
}

struct step_result {
    enum probe_outcome outcome;
    enum probe_verdict verdict;
    const char *code;                    /* of the verdict, or of core/verdict.h: fixed text */
    char detail[LIMIT_PROBE_SAID_BYTES]; /* the sentence, in the settings' language; "" for OK */
    bool network;                        /* what our own network could be the cause of, too */
    bool degraded;                       /* it is good, and something is to be looked at */
    struct probe_times times;            /* total with the look-up of the name; of the address that decided */
    char address[64];
    const char *facts; /* what certificate and responder said of themselves, until step_rest; NULL: nothing */
};

struct step_how;
struct step {
    const struct probe_check *check;
    int at; /* the transition, from 1 */
    struct probe_target target;
    /* --- of a caller that makes the question and reads the answer (soap) --- */
    bool (*make)(struct step *s, struct err *e);
    void (*read)(struct step *s, const struct probe_observation *o, const struct step_how *how);
    void *own;
    struct probe_ask ask;
    /* --- private --- */
    const char *url;
    struct pattern *pattern;
    struct arena *arena; /* the caller's: what stays as long as the step */
    struct arena one;    /* of this run */
    bool wants_revoked;
    struct str subject, issuer, nonce; /* ocsp */
    struct step_result result;
    bool any;
};

/* `dir`: of probes.yaml, for files. False: nothing is held; the reason names the file or the expression. */
bool steps_open(struct arena *a, struct step *steps, size_t *ret_count, const struct probe_check *k, int at,
                const char *dir, struct err *e);
void step_close(struct step *s);

/* What judging needs beside the observation. */
struct step_how {
    enum lang lang;
    instant_t now;
    struct ocsp_signers *signers; /* NULL is fine */
};
/* False: the question cannot be made (randomness, memory). */
bool step_begin(struct step *s, struct err *e);
void step_take(struct step *s, const struct probe_observation *o, const struct step_how *how);
/* The same when the caller has read the answer itself. */
void step_say(struct step *s, enum probe_verdict v, const char *detail, const struct step_how *how);
const struct step_result *step_end(struct step *s);
/* Nobody needs the facts of this run any more: a thousand probes that wait hold nothing. */
void step_rest(struct step *s);

/* The end of an answer that is well so far: its text, and the time it took. For `read`. */
void step_finish(struct step *s, const struct probe_observation *o, const struct step_how *how);

/* "450 ms instead of at most 300 ms": the detail of a step that was slow. */
#define STEP_SAID_BYTES 120
void step_slow_text(const struct step *s, int64_t ms, const struct step_how *how, char text[STEP_SAID_BYTES]);

/* One more of them. */
void step_fact(struct step *s, const char *text);

/* ocsp (step_ocsp.c) */
/* "01F3…" as a DER INTEGER of a positive number; false when it is none. RFC 5280 allows 20 octets. */
bool step_ocsp_serial(struct arena *a, struct str hex, struct str *ret);
bool step_ocsp_open(struct step *s, const char *dir, bool revoked, struct err *e);
bool step_ocsp_begin(struct step *s, struct err *e);
void step_ocsp_judge(struct step *s, const struct probe_observation *o, const struct step_how *how);

#endif
