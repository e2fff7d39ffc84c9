/* Sending: one kept connection, exact bytes, an exact answer for each recipient (RFC 5321, 2920, 4954, 3207).
 *
 *     struct smtp *s = smtp_new(&server, NULL);
 *     struct smtp_recipient to[] = {{.address = "a@example.cat"}, {.address = "b@example.cat"}};
 *     struct smtp_mail m = {.from = "suport@aoc.example", .to = to, .to_count = 2, .bytes = bytes,
 *                           .before_data = commit_the_intent, .context = &mine};
 *     struct smtp_result r;
 *     switch (smtp_send(s, &m, &r, &e)) …
 *     smtp_free(s);
 *
 * What is known for certain after smtp_send:
 *
 *     SMTP_ACCEPTED     the server has taken it for every recipient whose outcome is SMTP_ACCEPTED. Look at all of
 * them: one may be refused while another is accepted. SMTP_LATER        not taken: the server said 4xx (busy,
 * greylisting, full). The same bytes may go again. SMTP_REFUSED      not taken: the server said 5xx, or the mail itself
 * cannot be sent. A person. SMTP_AMBIGUOUS    the server had said 354 and the connection ended, or no answer came in
 * time: nobody knows. SMTP_NOT_REACHED  not taken: no connection, or it ended before 354. r.fault says whether it may
 * pass by itself or a person must do something (certificate, login, setting). SMTP_STOPPED      not taken: before_data
 * said no; nothing of the message was sent, the connection is closed.
 *
 * The bytes are a whole message with CRLF line ends, the last line ended too; anything else is SMTP_REFUSED before
 * the server hears of it, because SMTP could not bring it over unchanged. They arrive identical (RFC 5321 §4.5.2). */
#ifndef TALAIA_MAIL_SMTP_H
#define TALAIA_MAIL_SMTP_H

#include "mail/server.h"

enum smtp_outcome {
    SMTP_NOT_ASKED, /* of a recipient: the conversation did not come so far */
    SMTP_ACCEPTED,
    SMTP_LATER,
    SMTP_REFUSED,
    SMTP_AMBIGUOUS,
    SMTP_NOT_REACHED,
    SMTP_STOPPED,
};

#define SMTP_ENHANCED_BYTES 12
/* What the server said, made safe to show: "451", "4.3.2", "Try again later". */
struct smtp_reply {
    int code;                                /* 0: nothing */
    char enhanced[SMTP_ENHANCED_BYTES];      /* RFC 3463; "" when it gives none */
    char text[LIMIT_SMTP_REPLY_SHOWN_BYTES]; /* all lines in one, without codes */
};

struct smtp_recipient {
    const char *address;       /* set by the caller; not ASCII: only where the server takes SMTPUTF8 */
    enum smtp_outcome outcome; /* filled: ACCEPTED, LATER, REFUSED, AMBIGUOUS or NOT_ASKED */
    struct smtp_reply reply;   /* to RCPT; for an accepted one, in the end, to the message */
};

struct smtp_result {
    enum smtp_outcome outcome;
    enum mail_fault fault;   /* for SMTP_NOT_REACHED */
    struct smtp_reply reply; /* the one that decided */
    size_t accepted;         /* recipients that the server has taken the mail for */
};

struct smtp_mail {
    const char *from; /* envelope; "" is the empty path of RFC 5321 §4.5.5 */
    struct smtp_recipient *to;
    size_t to_count; /* at least one, at most LIMIT_SMTP_RECIPIENTS */
    struct str bytes;
    /* After the server has said 354 and before the first byte of the message: the caller makes its intent last here.
     * The recipients' outcomes are filled already. False: the mail is given up. NULL: nothing to do. */
    bool (*before_data)(void *context);
    void *context;
};

struct smtp_timing {
    const char *helo; /* NULL: the name of this machine */
    int connect;      /* seconds; 0: LIMIT_CHANNEL_CONNECT_SECONDS */
    int reply;        /* seconds for one answer; 0: LIMIT_CHANNEL_SECONDS */
    int final;        /* seconds for the answer to the whole message; 0: LIMIT_SMTP_FINAL_SECONDS */
};

struct smtp;

/* Nothing is connected yet. The server's texts must stay as long as the session. */
struct smtp *smtp_new(const struct mail_server *server, const struct smtp_timing *timing);
/* Says QUIT when a connection stands, without waiting long. NULL is fine. */
void smtp_free(struct smtp *s);

/* Connects and logs in, unless it is already; smtp_send does it by itself. MAIL_FINE, or why not. */
enum mail_fault smtp_connect(struct smtp *s, struct err *e);

/* `e` says what happened unless SMTP_ACCEPTED: ERR_NET, ERR_REMOTE, ERR_LOGIN, ERR_CERTIFICATE, ERR_CONFIG, ERR_VALUE.
 * A kept connection that the server has closed meanwhile is opened again, once, when nothing was taken yet. */
enum smtp_outcome smtp_send(struct smtp *s, const struct smtp_mail *m, struct smtp_result *ret, struct err *e);

#endif
