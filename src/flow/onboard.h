/* Hèstia onboarding (procedure B), from the first e-mail of a body to production, for commands, pages and the API. What
 * may happen, who may do it and what follows is core/integration.h's table; this carries it out: each call is one
 * transaction with its step, its line in the audit trail, its ticket's note and its message in the outbox.
 *
 *     struct onboard_new n = {.fp = "FP-2031", .body = "Ajuntament de Berga", .email = "…"};
 *     onboard_open(&desk, &n, &x, e);                        // and its eligibility is looked up
 *     onboard_add_file(&desk, x.id, "form.pdf", bytes, …);   // checked on arrival (flow/document.h)
 *     onboard_confirm(&desk, x.id, …);                       // a person confirms what was read
 *     onboard_move(&desk, &(struct onboard_deed){.id = x.id, .event = INTEGRATION_EVENT_FILE}, &x, e);
 *
 * Everything returned lives in the desk's arena, or in the one that is given. */
#ifndef TALAIA_FLOW_ONBOARD_H
#define TALAIA_FLOW_ONBOARD_H

#include "core/document.h"
#include "core/homologation.h"
#include "flow/desk.h"
#include "record/eligible.h"
#include "record/incoming.h"
#include "record/incoming_file.h"
#include "record/integration.h"
#include "record/integration_cda.h"
#include "record/integration_file.h"
#include "record/integration_waiting.h"
#include "record/message.h"

/* --- intake --- */

struct onboard_new {
    const char *fp;                    /* number of the help-desk request: letters, digits, "-" and "." */
    const char *body;                  /* name, INE10 code or NIF, as people write them */
    const char *company, *company_nif; /* the provider; NULL: the body itself */
    const char *contact, *email;       /* who is written to; NULL: not known yet */
    const char *ticket;                /* a ticket that is there already; NULL: one is made */
    enum lang lang;                    /* it is written to in this language */
};
/* Takes it in, looks its eligibility up, and does what follows from it. *ret_remark (may be NULL): what a person should
 * know ("taken for Ajuntament de Berga"), "" nothing. */
bool onboard_open(struct desk *d, const struct onboard_new *n, struct integration *ret, const char **ret_remark,
                  struct err *e);

/* The body that a person means, also with a slip of the pen. `ret` holds ine10, name, nif, body_id; *ret_remark says
 * when it was guessed. ERR_UNKNOWN names the nearest, ERR_AMBIGUOUS those it could be. */
struct onboard_body {
    const char *ine10, *name, *nif;
    int64_t body_id;
};
bool onboard_body_named(struct desk *d, struct tx *tx, const char *text, struct onboard_body *ret,
                        const char **ret_remark, struct err *e);

/* Those that a person could mean who is still typing: by the beginning of name, INE10 code or NIF, by a word, by a
 * part, else with slips of the pen; the nearest first, each with its eligibility as the list in force has it. */
#define ONBOARD_MATCHES_MOST 8
struct onboard_match {
    struct onboard_body body;
    bool exact; /* it is that one, not one that begins so */
    bool known; /* a list is in force: `standing` and `through` say something */
    enum integration_standing standing;
    const char *through;
};
bool onboard_search(struct desk *d, struct arena *a, const char *text, struct onboard_match **ret, size_t *ret_count,
                    struct err *e);

/* NULL leaves a field as it is. What was confirmed must be confirmed again. */
struct onboard_edit {
    const char *company, *company_nif, *contact, *email, *authority;
    const enum lang *lang;
    int64_t expect; /* the version that the person saw; 0: whatever it is */
};
bool onboard_change(struct desk *d, int64_t id, const struct onboard_edit *w, struct integration *ret, struct err *e);

/* --- documents --- */

struct onboard_file {
    const char *name;
    struct str bytes;
    const enum integration_role *role; /* NULL: told by what it is */
    const char *source;                /* NULL: a file that somebody gave */
    int64_t waiting;                   /* of one that waited, and does not any more when this is kept; 0 */
};
/* Checks it and keeps it with its verdict; *ret_document is what was found. A private key is told and not kept. */
bool onboard_add_file(struct desk *d, int64_t id, const struct onboard_file *f, struct document *ret_document,
                      struct integration *ret, struct err *e);

/* The reason that was found in a file, to be said with document_sentence; false: it is another kind of finding. */
bool onboard_reason(const struct integration_finding *f, struct document_reason *ret);

/* By a form, which is answered at once: it is kept as it came, in the store, and checked afterwards in the name and in
 * the language of whoever gave it (the desk's of now). A private key is checked here and not kept. What stands there of
 * the same integration and could not be looked at is forgotten. ERR_LIMIT: too much waits. */
bool onboard_wait(struct desk *d, int64_t id, const struct onboard_file *f, struct err *e);
/* Checks the oldest that waits and that no living process checks, and keeps what came of it; *ret_more false: there was
 * none. Killed at any moment the file goes on waiting, or is checked: never both, never neither. False: the store does
 * not answer, and it goes on waiting. */
bool onboard_check_waiting(struct desk *d, bool *ret_more, struct err *e);
bool onboard_waits(struct desk *d, bool *ret, struct err *e); /* whether any does */
/* One that could not be looked at waits again. ERR_STATE: there is no such one. */
bool onboard_check_again(struct desk *d, int64_t id, int64_t waiting, struct err *e);

/* A person looked at a file that had to be looked at, and takes it. What is invalid cannot be taken. */
bool onboard_accept(struct desk *d, int64_t id, int64_t file_id, const char *reason, struct integration *ret,
                    struct err *e);
/* A person confirms body, contact and addresses as they stand after this. */
struct onboard_confirm {
    const char *contact, *email;  /* NULL: as they are */
    const char *const *addresses; /* CIDR; none: those that stand in the form and can be given */
    size_t address_count;
    int64_t expect; /* as in struct onboard_edit */
};
bool onboard_confirm(struct desk *d, int64_t id, const struct onboard_confirm *w, struct integration *ret,
                     struct err *e);

/* A mail that came in, before it is kept as read: its attachments become documents of the integration whose message it
 * answers, else of the one that its subject names (the request, the ticket, or the body when that one alone goes on)
 * when its sender is a contact of it or of its body. Those that are there already (by their bytes) are passed over, so
 * that it may be repeated. */
struct mail_seen;
struct onboard_mailed {
    int64_t id;      /* 0: it is about none, or nobody can tell which */
    size_t files;    /* that are with it now */
    const char *why; /* why a person must look: it could be of several, the integration is closed …; "" */
};
bool onboard_mail(struct desk *d, const struct mail_seen *m, struct str bytes, struct onboard_mailed *ret,
                  struct err *e);

/* A mail that waits for a person in the queue of answers and that an integration may begin with, or go on with. */
struct onboard_mail_view {
    struct incoming mail;
    struct incoming_file *files; /* what could be its documents */
    size_t file_count;
    int64_t integration_id; /* that it is about; 0: none that is known */
    const char *fp;         /* number of a request that its subject names; "" */
    const char *why;        /* why a person must say whose it is; "" */
};
bool onboard_mail_look(struct desk *d, struct arena *a, int64_t incoming_id, struct onboard_mail_view *ret,
                       struct err *e);
/* Adds a file of it to the buffer. ERR_UNKNOWN. */
bool onboard_mail_file(struct desk *d, int64_t incoming_id, int64_t file_id, struct buf *to, struct err *e);
/* In the transaction in which the mail is taken in: keeps what could be documents; takes it out of the queue, its
 * documents being with that integration. */
bool onboard_mail_keep(struct desk *d, struct tx *tx, int64_t incoming_id, struct str bytes, struct err *e);
bool onboard_mail_leaves(struct desk *d, struct tx *tx, struct incoming *m, int64_t id, struct err *e);

/* --- what happens --- */

struct onboard_deed {
    int64_t id;
    enum integration_event event;
    const char *reason; /* NULL or "" none */
    int64_t expect;     /* the version that the person saw; 0: whatever it is */
    bool head;          /* decided by a signed link: whoever holds it is the head of service */
    bool tell;          /* where the requester is told only if one wants (effect OFFER): it is */
};
/* Carries the event out. ERR_STATE names what cannot be, what is missing, or who may. */
bool onboard_move(struct desk *d, const struct onboard_deed *w, struct integration *ret, struct err *e);
/* CDAs of integrations in force: those that their authority has revoked are told at once; with `ladder` also those
 * whose next threshold is due (procedure A3), each once. One that cannot be told does not keep the others; the first
 * reason is the error. By the scheduler. */
struct onboard_watched {
    size_t warned, distrusted;
};
bool onboard_watch(struct desk *d, bool ladder, struct onboard_watched *ret, struct err *e);
/* Reminders that are due, each once; *ret_count messages were made. By the scheduler. */
bool onboard_remind(struct desk *d, size_t *ret_count, struct err *e);

/* The message that would go out if that happened now: nothing is kept or sent, and a link that decides is not made.
 * `to` is "" when nobody would get one. ERR_STATE when it cannot happen. */
struct onboard_preview {
    const char *to, *subject, *text;
};
bool onboard_preview(struct desk *d, struct arena *a, int64_t id, enum integration_event event,
                     struct onboard_preview *ret, struct err *e);

/* --- looking --- */

/* The integration a person means: its FP, "#ID", its body's name or INE10 (its only open one, else the newest). */
bool onboard_find(struct desk *d, const char *text, struct integration *ret, struct err *e);

struct onboard_view {
    struct integration integration;
    int age; /* days in this state */
    enum integration_turn turn;
    struct integration_facts facts;
    unsigned missing, ask; /* bits of checks: what is not there; what the requester must send */
    struct integration_file *files;
    struct integration_finding **findings; /* of each file */
    size_t *finding_counts;
    size_t file_count;
    struct integration_waiting *waiting; /* files that are being checked, or could not be */
    size_t waiting_count;
    struct integration_step *steps;
    size_t step_count;
    struct integration_letter *letters;
    struct message *messages; /* of each letter */
    size_t letter_count;
    struct eligible *listed; /* what the list ever said of the body */
    size_t listed_count;
    struct homologation tests;             /* as the gateway's log has them now; only from pre-production on */
    const struct integration_cda_row *cda; /* of one in force; NULL */
    enum integration_alarm alarm;          /* what a person should know of it */
    const char *filed_problem;             /* what is filed is not what was verified: why; "" */
};
bool onboard_view(struct desk *d, struct arena *a, int64_t id, struct onboard_view *ret, struct err *e);
/* All, or those in these states; newest first. */
bool onboard_list(struct desk *d, struct arena *a, unsigned states, struct integration **ret, size_t *ret_count,
                  struct err *e);
/* The CDAs of all that are in force, those that end first, first; *ret_alarms of each (may be NULL). */
bool onboard_cdas(struct desk *d, struct arena *a, struct integration_cda_row **ret,
                  enum integration_alarm **ret_alarms, size_t *ret_count, struct err *e);
/* A file as it came. Adds to the buffer. ERR_UNKNOWN. */
bool onboard_file_bytes(struct desk *d, int64_t id, int64_t file_id, struct buf *to, struct integration_file *ret,
                        struct err *e);
/* The document for homologation, HTML complete in itself or PDF: as the tests are now, or as they were when production
 * was asked for. */
bool onboard_homologation(struct desk *d, int64_t id, bool pdf, struct buf *to, struct err *e);
/* Requests that its integrator can sign and send: one per modality that is tested. */
struct onboard_example {
    const char *name; /* "HESTIA_CITES.xml" */
    struct str xml;
};
bool onboard_examples(struct desk *d, struct arena *a, const char *ine10, const char *name,
                      struct onboard_example **ret, size_t *ret_count, struct err *e);
/* What production needs: CSV with a header line, one line a permission. */
bool onboard_production_csv(struct desk *d, bool revoked, struct buf *to, struct err *e);

/* --- links that decide (once, until they expire) --- */

/* Makes one for the state that the integration is in; the text goes into a link. */
bool onboard_token_make(struct desk *d, struct tx *tx, const struct integration *x, const char **ret, struct err *e);
/* Who holds it may decide: *ret is the integration, still in that state. Changes nothing. ERR_STATE: used, expired,
 * forged, or decided otherwise meanwhile. */
bool onboard_token_look(struct desk *d, const char *token, struct integration *ret, struct err *e);
/* Decides: APPROVE, RETURN or REFUSE. Of two who hold it one wins. */
bool onboard_token_decide(struct desk *d, const char *token, enum integration_event event, const char *reason,
                          struct integration *ret, struct err *e);

/* --- for the mailer --- */

/* Writes the letter of that message: *m is completed as letter_write does; recipients in the arena. */
bool onboard_letter_write(struct desk *d, struct tx *tx, struct arena *a, struct message *m, struct buf *words,
                          struct buf *bytes, struct message_recipient **ret, size_t *ret_count, struct err *e);
/* Its ticket's key; "" while it has none. */
bool onboard_letter_ticket(struct desk *d, struct tx *tx, struct arena *a, int64_t message_id, const char **ret,
                           struct err *e);
/* It went out: the ticket is told, in the transaction in which it becomes sent. */
bool onboard_letter_sent(struct desk *d, struct tx *tx, struct arena *a, const struct message *m, struct err *e);

#endif
