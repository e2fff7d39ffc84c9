/* What a mail that came in says, as src/mail/read.h reads it. Plain values: clean UTF-8 without control characters
 * (`text` has line ends), never NULL; ids are without angle brackets, addresses in lower case. */
#ifndef TALAIA_CORE_MAIL_SEEN_H
#define TALAIA_CORE_MAIL_SEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/day.h"

/* A list of lines in the arena of whoever read them. */
struct mail_lines {
    const char *const *items;
    size_t count;
};

/* What became of one recipient (RFC 3464 §2.3). */
struct mail_delivery {
    const char *recipient;  /* Final-Recipient, else Original-Recipient; the address alone */
    const char *action;     /* failed, delayed, delivered, relayed, expanded; lower case */
    const char *status;     /* "5.1.1", RFC 3463 */
    const char *diagnostic; /* what the other server said */
};

struct mail_seen {
    const char *message_id; /* "sha256:…" of the bytes when the mail has none that is usable */
    const char *subject;    /* one line, decoded (RFC 2047), at most LIMIT_SUBJECT_BYTES; "" when there is none */
    const char *from;       /* one line, "" when there is none */
    const char *from_email; /* its first address */
    instant_t date;         /* INSTANT_NONE: none, or one that cannot be */
    const char *text;       /* of the first plain part, else of the first HTML part without its tags; line ends LF; at
                             * most LIMIT_MAIL_TEXT_BYTES, the rest is left out */
    bool html;              /* it was HTML */
    struct mail_lines to;   /* addresses of To and Cc */
    struct mail_lines in_reply_to, references; /* ids as they stand; References has the oldest first */
    struct mail_lines files;                   /* names of what is attached */
    /* Signs of machines: "" when the header is missing. */
    const char *auto_submitted; /* RFC 3834 §5 */
    const char *precedence;
    const char *suppress;          /* X-Auto-Response-Suppress */
    const char *autoreply;         /* X-Autoreply, X-Autorespond, X-Autoresponse: what the first of them says */
    const char *list_id;           /* RFC 2919 */
    const char *talaia_id;         /* X-Talaia-Id: it is one of ours */
    const char *original_id;       /* X-Microsoft-Original-Message-ID */
    const char *failed_recipients; /* X-Failed-Recipients, addresses separated by commas */
    bool null_sender;              /* Return-Path: <> */
    /* Reports (RFC 6522) and what they return. */
    const char *report_type; /* "delivery-status", "disposition-notification"; lower case, "" for no report */
    const struct mail_delivery *deliveries;
    size_t delivery_count;
    const char *returned_id, *returned_talaia_id, *returned_subject;
    struct mail_lines returned_to;
};

#endif
