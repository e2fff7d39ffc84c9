/* Where each open case stands: how far its certificates are, what was told, what comes next or what is missing
 * (procedure A3). For `talaia warnings status`; nothing is changed. */
#ifndef TALAIA_FLOW_STATUS_H
#define TALAIA_FLOW_STATUS_H

#include "core/warning.h"
#include "flow/evidence.h"
#include "record/message.h"

struct status_certificate {
    const struct case_cert *cert;
    int days; /* left */
    enum evidence_outcome outcome;
    bool comes_back;    /* answered, below the last threshold, not installed: a person must look */
    const char *stage;  /* the furthest, in the desk's language: "warned", "received"; "" when nothing happened yet */
    int told;           /* the lowest threshold that was told; 0: none */
    const char *detail; /* the whole in one sentence, in the desk's language */
};
/* What happens next with a case; X(name, code) */
#define STATUS_NEXT_LIST(X)                                                                                            \
    X(PERSON, "person")     /* somebody has to do or decide something: `next` says what */                             \
    X(UNDER_WAY, "sending") /* a message waits or is on its way */                                                     \
    X(WARNING, "warning")   /* the next one goes out on `warning.on` */                                                \
    X(WAITS, "waits")       /* the body is at it, or was told all there is to tell */                                  \
    X(UNWARNED, "unwarned") /* the body is not warned: excluded, not verifiable, gone */
enum status_next {
#define X(name, code) STATUS_##name,
    STATUS_NEXT_LIST(X)
#undef X
        STATUS_NEXT_COUNT
};
const char *status_next_code(enum status_next n);

struct status_case {
    const struct body *body;
    struct warning_case wcase;
    struct status_certificate certs[CERT_KINDS]; /* as in wcase */
    unsigned unsent[CERT_KINDS];                 /* thresholds of each that belong to a message that has not left */
    int days;                                    /* of the earliest that is left to do */
    enum status_next what;
    struct warning warning; /* when `what` is WARNING */
    const char *next;       /* what happens next and why, or what is missing: short, in the desk's language */
    const char *next_long;  /* the same in a sentence */
};
struct status {
    struct bodies bodies;            /* all; empty when one was asked for */
    const struct status_case *items; /* by urgency */
    size_t count;
};

/* The open cases of one body, or of all (NULL): those that are below the first threshold or that somebody follows up.
 * Of one body nothing is read that is another's. In `a`, while `only` stays; the transaction is the caller's. */
bool status_load(struct desk *d, struct tx *tx, struct arena *a, const struct body *only, struct status *ret,
                 struct err *e);

#endif
