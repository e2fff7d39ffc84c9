/* Mails that come in (procedures A3, A5): read from the mailbox or from files, each taken in once and in a transaction
 * of its own, together with how far the folder was read; so that whatever dies and whenever, no mail is lost and none
 * counts twice. The mailbox is only looked at: no flag is changed, nothing is moved, because people share it.
 *
 * A mail is about the case of the message that it answers (In-Reply-To, References, what a report returns), else of the
 * ticket in its subject, else of the one body whose contact has sent it; else it waits in the queue. What it seems to
 * say is a proposal: a person confirms, unless the profile's rule (replies.rule) lets a clear answer in its thread do.
 * An address that takes no mail is no recipient any more. */
#ifndef TALAIA_FLOW_REPLIES_H
#define TALAIA_FLOW_REPLIES_H

#include "core/mail_seen.h"
#include "flow/desk.h"
#include "record/incoming.h"

struct replies_line {
    int64_t id; /* 0: it could not be read */
    size_t number;
    const char *subject;
    const char *text; /* what became of it, in the desk's language */
};
struct replies_summary {
    size_t read;  /* mails that were looked at */
    size_t known; /* taken in before */
    size_t state[INCOMING_STATE_COUNT];
    size_t kind[REPLY_KINDS];
    size_t bounced;                   /* addresses that were marked */
    size_t unreadable;                /* kept in the queue with the reason */
    const struct replies_line *lines; /* the new ones, at most LIMIT_IMPORT_LISTED */
    size_t line_count;
};

/* From the mailbox of mail.imap.url, folder mail.inbox: what came since the last look; at the first look, what came
 * since the day of the first message that went out. Without a mailbox in the configuration: ERR_CONFIG. An error leaves
 * what was taken in until then. */
bool replies_poll(struct desk *d, struct arena *a, struct replies_summary *ret, struct err *e);
/* From one mail, an mbox or a Maildir. */
bool replies_read(struct desk *d, struct arena *a, const char *path, struct replies_summary *ret, struct err *e);

/* One mail that is read already, in the caller's transaction. `history`: it is of before the desk's time; its case's
 * comment and ticket are left alone until somebody confirms it. *ret is the kept mail, also when it was known. */
bool reply_take(struct desk *d, struct tx *tx, struct arena *a, const struct mail_seen *m, const char *source,
                bool history, struct incoming *ret, bool *ret_new, struct err *e);

/* ------------------------------------------------------------------ what a person decides */

/* The body answered for these certificates (none given: those that the message named, which it answers): their warnings
 * stop, what waits to be sent is cancelled, the case's comment and ticket say so. ERR_STATE: decided already, no case,
 * nothing left to answer for. *ret is how it stands afterwards. */
bool reply_confirm(struct desk *d, struct arena *a, int64_t id, const bool covers[CERT_KINDS], const char *note,
                   struct incoming *ret, struct err *e);
/* Read, and nothing follows. Of a report of delivery: its contacts are recipients again. */
bool reply_dismiss(struct desk *d, struct arena *a, int64_t id, const char *note, struct incoming *ret, struct err *e);
/* It is about that body (text as a person writes it; "" with a ticket) and its case; waits for a decision then. */
bool reply_assign(struct desk *d, struct arena *a, int64_t id, const char *body, const char *ticket,
                  struct incoming *ret, struct err *e);
/* The decision was a mistake: it waits for one again, and what a confirmation did is taken back. */
bool reply_undo(struct desk *d, struct arena *a, int64_t id, const char *note, struct incoming *ret, struct err *e);

#endif
