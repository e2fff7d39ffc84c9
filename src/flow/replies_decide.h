/* Private to the reply files of this room: what is done with a mail inside the caller's transaction. */
#ifndef TALAIA_FLOW_REPLIES_DECIDE_H
#define TALAIA_FLOW_REPLIES_DECIDE_H

#include "flow/replies.h"

/* The addresses that mails of the team come from, in lower case. */
struct mail_lines replies_own(const struct desk *d, struct arena *a);

/* "Mail of joan@berga.example: …", cut; for the case's comment. */
const char *reply_line(struct desk *d, struct arena *a, const struct incoming *m);
/* The mail as a line of its case's comment and whole with the ticket. */
bool reply_note(struct desk *d, struct tx *tx, struct arena *a, const struct incoming *m, struct err *e);

/* Whether anything is left to answer for in the mail's case. */
bool reply_confirm_possible(struct desk *d, struct tx *tx, const struct incoming *m, bool *ret, struct err *e);
/* `named`: the certificates that the message names which it answers ("CDA CDS"; "" all of the case). */
bool reply_confirm_in(struct desk *d, struct tx *tx, struct arena *a, struct incoming *m, const bool covers[CERT_KINDS],
                      const char *named, const char *note, struct err *e);

#endif
