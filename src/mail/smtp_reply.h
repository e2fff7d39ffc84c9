/* Replies of an SMTP server, read from a channel. Private to mail; the fuzz target uses it too. */
#ifndef TALAIA_MAIL_SMTP_REPLY_H
#define TALAIA_MAIL_SMTP_REPLY_H

#include "mail/smtp.h"

enum smtp_heard {
    SMTP_HEARD,
    SMTP_LOST,  /* the channel is broken: channel_fault tells why */
    SMTP_NOISE, /* no SMTP, or more lines than LIMIT_SMTP_REPLY_LINES: nothing after it can be trusted */
};
/* One whole reply (RFC 5321 §4.2). `each` (may be NULL) gets the text of every line, enhanced code included. */
enum smtp_heard smtp_reply_read(struct channel *c, struct smtp_reply *ret, void (*each)(void *context, struct str line),
                                void *context);

/* What EHLO said. */
struct smtp_abilities {
    bool pipelining, eight_bit, utf8;
    bool plain, login, xoauth2;
    uint64_t size; /* of a mail, at most; 0: the server does not say */
};
/* One line of an answer to EHLO, into a struct smtp_abilities. */
void smtp_ability_read(void *abilities, struct str line);

#endif
