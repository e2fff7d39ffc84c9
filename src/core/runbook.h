/* Runbooks: what is done when a probe has failed, and by whom (procedure C). Data of the profile; pure.
 *
 * A runbook names the probes that it is for, who is paged and after how many minutes without acknowledgement others
 * are, what the ticket and the provider are told, and the steps that a person follows one after the other. */
#ifndef TALAIA_CORE_RUNBOOK_H
#define TALAIA_CORE_RUNBOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lang.h"
#include "core/profile.h"

/* ------------------------------------------------------------------ channels */

/* X(KIND, the key that names its target, its name for people, the same message twice is one message for whoever takes
 * it) */
#define CHANNEL_KIND_LIST(X)                                                                                           \
    X(EMAIL, "email", N_("e-mail"), true)                                                                              \
    X(WEBHOOK, "webhook", N_("web message"), true)                                                                     \
    X(NTFY, "ntfy", "ntfy", false)                                                                                     \
    X(MATRIX, "matrix", "Matrix", true)                                                                                \
    X(SMS, "sms", "SMS", false)                                                                                        \
    X(ALERTMANAGER, "alertmanager", "Alertmanager", true)
enum channel_kind {
#define X(name, key, what, once) CHANNEL_##name,
    CHANNEL_KIND_LIST(X)
#undef X
        CHANNEL_KIND_COUNT
};
const char *channel_kind_code(enum channel_kind k);
const char *channel_kind_words(enum channel_kind k); /* English, for tr(); names stay as they are */
/* Whether a message that may have arrived can be sent again: the other side knows it by its id. */
bool channel_kind_repeats(enum channel_kind k);

/* Texts that say nothing are "". */
struct channel {
    const char *name;
    enum channel_kind kind;
    const char *target;
    const char *person;     /* who gets it, as the incident tells it; else the channel's name */
    enum lang lang;         /* in which it is written to */
    const char *to;         /* sms: the number */
    const char *to_field;   /* sms: what the gateway calls the number */
    const char *text_field; /* and the text */
    bool form;              /* sms: a form, else JSON */
    bool alertmanager;      /* webhook: what Alertmanager sends to its receivers, else our own JSON */
    const char *token_file; /* whose first line is sent as "Authorization: Bearer …" */
    const char *token_env;  /* or the variable of the environment that holds it */
};

/* ------------------------------------------------------------------ steps */

/* X(KIND, "code", a person ticks it) */
#define RUNBOOK_STEP_LIST(X)                                                                                           \
    X(TICKET, "ticket", false) /* the ticket is opened: by Talaia */                                                   \
    X(MAIL, "mail", false)     /* the provider is written to: by Talaia */                                             \
    X(CALL, "call", true)      /* a telephone call, which is recorded */                                               \
    X(NOTE, "note", true)      /* what is to be written down */                                                        \
    X(DO, "do", true)          /* anything else */
enum runbook_step_kind {
#define X(name, code, person) RUNBOOK_##name,
    RUNBOOK_STEP_LIST(X)
#undef X
        RUNBOOK_STEP_KIND_COUNT
};
const char *runbook_step_code(enum runbook_step_kind k);
bool runbook_step_is_persons(enum runbook_step_kind k);

/* What is to be recorded of a call besides who and when. X(NAME, "code") */
#define CALL_FACT_LIST(X)                                                                                              \
    X(PHONE, "phone")         /* from which one */                                                                     \
    X(AMOUNT, "amount")       /* what it cost */                                                                       \
    X(STATEMENT, "statement") /* the phone's statement, as an attachment */                                            \
    X(SAID, "said")           /* what was said */
enum call_fact {
#define X(name, code) CALL_##name,
    CALL_FACT_LIST(X)
#undef X
        CALL_FACT_COUNT
};
const char *call_fact_code(enum call_fact f);

struct runbook_step {
    enum runbook_step_kind kind;
    const char *text;            /* one line: what to do */
    const char *more;            /* how; "" */
    const char *contact, *phone; /* call */
    const char *warning;         /* "" none */
    bool paid;                   /* call: from any phone but the on-call phone it needs an expense claim */
    unsigned record;             /* bits 1 << enum call_fact */
};

/* ------------------------------------------------------------------ runbooks */

struct escalation {
    int minutes; /* after the incident was opened without anybody taking it; 0: at once */
    int every;   /* the last level: again every so many minutes; 0: once */
    const struct channel *const *channels;
    size_t count;
};

struct runbook {
    const char *name;
    const char *const *probes; /* "*": all that no other runbook names */
    size_t probe_count;
    const struct escalation *levels; /* by minutes; the first ones are paged at once */
    size_t level_count;
    int forgotten; /* minutes in which whoever took it wrote nothing down; then it is told as if nobody had; 0: never */
    const char *const *observers, *const *related; /* of the ticket: accounts of the tracker, and keys of tickets */
    size_t observer_count, related_count;
    const char *provider; /* its name; "" */
    enum lang provider_lang;
    const struct address *to, *cc;
    size_t to_count, cc_count;
    const struct runbook_step *steps;
    size_t step_count;
};

struct runbooks {
    const struct runbook *items; /* in the order of the file */
    size_t count;
    const struct channel *channels;
    size_t channel_count;
    const char *const *alerts; /* whose mails are believed when they say that a probe failed */
    size_t alert_count;
    const char *phone; /* the on-call phone; "" there is none */
    const char *path;  /* the file that was read */
};

/* That of the probe: the one that names it, else the one for all; NULL when there is none. */
const struct runbook *runbook_of(const struct runbooks *all, const char *probe);
bool runbook_has_step(const struct runbook *r, enum runbook_step_kind kind); /* NULL has none */
const struct runbook *runbook_find(const struct runbooks *all, const char *name);
/* That name, or the probe's when the file was changed meanwhile and has no such name any more. */
const struct runbook *runbook_in_force(const struct runbooks *all, const char *name, const char *probe);
const struct channel *channel_find(const struct runbooks *all, const char *name);

/* Whether two numbers are the same telephone: blanks, dots, hyphens and brackets do not count, 00 is +, and without
 * either it is a Spanish one. False when one of them is no number. */
bool phone_same(const char *a, const char *b);
/* As a tel: link wants it (RFC 3966): "+34900000000"; "" when it is no number. Returns `out`. */
#define PHONE_BYTES 20
const char *phone_link(const char *text, char out[PHONE_BYTES]);
/* A call that is recorded as paid and came from another phone than that one (procedure C); `on_call` "": from any. */
bool call_needs_claim(bool paid, const char *from, const char *on_call);

#endif
