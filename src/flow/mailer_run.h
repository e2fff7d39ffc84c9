/* Private to the mailer: one pass, shared by its stages. */
#ifndef TALAIA_FLOW_MAILER_RUN_H
#define TALAIA_FLOW_MAILER_RUN_H

#include "flow/letter.h"
#include "flow/mailer.h"
#include "mail/imap.h"
#include "mail/smtp.h"
#include "ticket/ticket.h"

struct mailer {
    struct desk *desk;
    const struct mailer_options *options;
    struct mailer_report *report;
    const char *worker, *boot;
    bool hasty;                /* many wait: their intents do not wait for the disk one by one (mailer_send.c) */
    struct arena servers;      /* of the whole pass */
    struct arena one;          /* of one message */
    struct arena known;        /* of the facts */
    struct letter_facts facts; /* of all bodies, at most a few seconds old */
    instant_t facts_at;        /* when they were read; 0: not yet */
    struct tracker *tracker;
    bool tracker_rests; /* it is in trouble: asked no more in this pass */
    struct err refusal; /* the last ticket that was refused in this pass */
    struct smtp *smtp;
    bool smtp_works, imap_works; /* seen in this pass: their trouble is over */
    struct imap *imap;
    struct mail_server smtp_server, imap_server;
    instant_t *sent; /* ring of the last `rate` moments at which something was sent */
    size_t rate, sent_count;
};

/* What came of one message. */
enum step {
    STEP_DONE,  /* it moved on, or waits: go on with the next */
    STEP_PART,  /* this part of the pass cannot go on (its server is in trouble, stop) */
    STEP_FAILED /* nothing can: `e` says why */
};
typedef enum step mailer_deed(struct mailer *m, int64_t id, struct err *e);

/* desk.by.at is set anew. */
instant_t mailer_now(struct mailer *m);
bool mailer_is_stopped(const struct mailer *m);
/* Reads the facts anew when they are older than a few seconds, in a transaction of its own. */
bool mailer_facts(struct mailer *m, struct err *e);
/* A message in a transaction of its own kind; *ret_found false when it is not in that state any more. */
bool mailer_take(struct mailer *m, struct tx *tx, int64_t id, enum outbox_state state, struct message *ret,
                 bool *ret_found, struct err *e);
/* The message waits: attempts + 1, later; in a transaction of its own. */
enum step mailer_wait(struct mailer *m, const struct message *x, const char *trouble, const char *reply, struct err *e);
/* A server is in trouble: noted, told in the report, and this part of the pass ends. */
enum step mailer_trouble(struct mailer *m, const char *part, const struct err *why, struct err *e);
/* It works again. */
bool mailer_works(struct mailer *m, const char *part, struct err *e);

mailer_deed mailer_ticket, mailer_write, mailer_send, mailer_look_for, mailer_file, mailer_take_over;
/* One that was wired in an earlier run of the machine: ambiguous, unless it had not begun or was over. */
bool mailer_take_over_wired(struct mailer *m, int64_t id, struct err *e);
/* The tickets of integrations that have none yet: their messages wait for them. */
bool mailer_make_tickets(struct mailer *m, struct err *e);
/* What tickets must be told. */
bool mailer_tell_tracker(struct mailer *m, struct err *e);

#endif
