/* What smtp.c (mails) and smtp_login.c (greeting and login) share. Private to mail. */
#ifndef TALAIA_MAIL_SMTP_SESSION_H
#define TALAIA_MAIL_SMTP_SESSION_H

#include "mail/smtp_reply.h"

struct smtp {
    const struct mail_server *server;
    struct smtp_timing timing; /* with the defaults filled in */
    char helo[LIMIT_HOST_BYTES + 1];
    struct channel *channel; /* NULL: not connected */
    struct smtp_abilities can;
    bool reset_needed; /* a transaction was begun and not ended */
    struct buf out;    /* commands, or a message as it goes over the wire */
};

/* What a mail asks of the server. */
struct smtp_needs {
    bool eight_bit, utf8;
};
/* One mail, from MAIL to the last answer; recipients that are REFUSED already are left out. *ret_ended: the connection
 * had ended before the server heard of this mail, which may go over a new one. */
enum smtp_outcome smtp_transact(struct smtp *s, const struct smtp_mail *m, const struct smtp_needs *needs,
                                struct smtp_result *r, bool *ret_ended, struct err *e);

/* Opens the connection, says EHLO and logs in; on failure nothing is left open. */
enum mail_fault smtp_begin(struct smtp *s, struct err *e);
/* Closes without a word. */
void smtp_drop(struct smtp *s);
/* Sends what is in s->out and empties it. */
bool smtp_out(struct smtp *s);
/* One reply within so many seconds. */
enum smtp_heard smtp_hear(struct smtp *s, int seconds, struct smtp_reply *ret);
/* Sets the error for a conversation that broke. */
void smtp_broken_say(const struct smtp *s, enum smtp_heard heard, const char *doing, struct err *e);
/* "451 4.3.2 Try again later", for sentences. */
#define SMTP_REPLY_LINE_BYTES (LIMIT_SMTP_REPLY_SHOWN_BYTES + 24)
const char *smtp_reply_line(const struct smtp_reply *r, char out[SMTP_REPLY_LINE_BYTES]);

#endif
