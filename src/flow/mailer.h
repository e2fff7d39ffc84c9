/* Carrying messages on: approved → ticketed → rendered → sending → sent → filed, each exactly once, whatever dies and
 * whenever (core/outbox.h; docs/architecture.md, "How a warning goes").
 *
 * Several may run at once, on several machines: each message is claimed before it is worked on, and every transition
 * looks whether the message is still in the state that it was found in. What is in the way of one message (no contact,
 * a server's 4xx) waits with that message; what is in the way of all (a server that does not answer, a wrong password)
 * is kept as trouble of that part, visible in `talaia outbox`, and everything waits until it passes. */
#ifndef TALAIA_FLOW_MAILER_H
#define TALAIA_FLOW_MAILER_H

#include "flow/prober.h"
#include "record/message.h"

/* What one pass did. X(name, "json name", words) */
#define MAILER_COUNTS(X)                                                                                               \
    X(TICKETED, "ticketed", N_("tickets made or found"))                                                               \
    X(RENDERED, "rendered", N_("mails written"))                                                                       \
    X(SENT, "sent", N_("mails sent"))                                                                                  \
    X(FILED, "filed", N_("mails filed"))                                                                               \
    X(TOLD, "told", N_("notes to tickets"))                                                                            \
    X(CANCELLED, "cancelled", N_("cancelled: not due any more"))                                                       \
    X(WAITING, "waiting", N_("wait"))                                                                                  \
    X(REFUSED, "refused", N_("refused: a person must look"))                                                           \
    X(AMBIGUOUS, "ambiguous", N_("not known whether they were sent: a person must look"))
enum mailer_count {
#define X(name, code, words) MAILER_##name,
    MAILER_COUNTS(X)
#undef X
        MAILER_COUNT_COUNT
};
const char *mailer_count_code(enum mailer_count c);
const char *mailer_count_words(enum mailer_count c);

struct mailer_report {
    size_t of[MAILER_COUNT_COUNT];
    bool stopped;      /* somebody asked to stop in between */
    instant_t wake;    /* when something that waits is due; INSTANT_NONE: nothing waits */
    struct err server; /* the first server that did not do its part; code ERR_NONE when all did */
};

struct mailer_options {
    bool only_ready; /* tickets and texts are made, nothing is sent */
    bool patient;    /* a server in trouble is left alone until its time comes (the role); else it is tried now */
    int stop_fd;     /* readable: stop between two messages; -1: none */
    void (*told)(void *context, size_t done, size_t total); /* progress of sending; NULL: nobody looks */
    void *context;
};

/* One pass over everything that can be carried on now. False: nothing could be done at all (no mail server configured,
 * the store, a template); what a server did is in the report. */
bool mailer_run(struct desk *d, const struct mailer_options *o, struct mailer_report *ret, struct err *e);

/* Whether a mail server is configured; ERR_CONFIG says what to set. */
bool mailer_can_send(struct desk *d, struct err *e);

/* The role: passes until stop_fd becomes readable; woken by flow/wake.h, at latest each minute. The desk is opened anew
 * each time. What goes wrong is logged and tried again. False only when at the beginning the desk cannot be opened. */
bool mailer_serve(const struct desk_options *o, int stop_fd, prober_log *log, void *context, struct err *e);

#endif
