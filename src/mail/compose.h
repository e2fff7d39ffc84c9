/* One message to its bytes (RFC 5322), rendered once and then sent, filed and shown as they are.
 *
 * The same message gives the same bytes: Date, Message-ID and the boundaries come from the caller's values, nothing
 * from the clock. Lines end in CRLF and have at most 998 bytes. Structure, as far as there are parts:
 *
 *     multipart/mixed
 *       multipart/alternative
 *         text/plain
 *         multipart/related; type="text/html"
 *           text/html
 *           inline pictures, by Content-ID
 *       attachments
 */
#ifndef TALAIA_MAIL_COMPOSE_H
#define TALAIA_MAIL_COMPOSE_H

#include "base/buf.h"
#include "base/day.h"
#include "base/err.h"
#include "core/profile.h"
#include "mail/read.h"

struct mail_part {
    const char *name; /* file name, any UTF-8 */
    const char *type; /* "image/png" */
    const char *cid;  /* content id without angle brackets; inline parts only, else NULL */
    struct str bytes;
};

struct mail_header {
    const char *name, *value;
};

struct mail_message {
    struct address from; /* name may be NULL or "" */
    const struct address *to, *cc, *bcc;
    size_t to_count, cc_count, bcc_count; /* at least one recipient in all; Bcc is not written */
    const char *reply_to;                 /* address, NULL: none */
    const char *subject;
    instant_t date;                /* written in Madrid's offset */
    const char *message_id;        /* without angle brackets: "friday-2026-11-20.1a2b@talaia.example" */
    const char *talaia_id;         /* X-Talaia-Id; also the seed of the boundaries */
    const char *in_reply_to;       /* message id without angle brackets, NULL: none */
    const char *const *references; /* oldest first */
    size_t reference_count;
    const struct mail_header *extra; /* other headers, "X-…" or "Auto-Submitted" */
    size_t extra_count;
    const char *language; /* Content-Language, "ca"; NULL: none */
    struct str text;      /* required; line ends LF or CRLF */
    struct str html;      /* empty: none */
    const struct mail_part *inline_parts, *attachments;
    size_t inline_count, attachment_count;
};

/* Adds the bytes to the buffer. Refused (ERR_VALUE): CR, LF, NUL or other controls in any header value, an address that
 * is none, no recipient, a content id that the HTML does not use. ERR_LIMIT: larger than the buffer's maximum. */
bool mail_compose(const struct mail_message *m, struct buf *bytes, struct err *e);

/* What talaia-message.so exports as talaia_module; takes a message that mail_compose has checked. */
struct message_module {
    bool (*compose)(const struct mail_message *m, struct buf *bytes, struct err *e);
    bool (*read)(struct str bytes, struct arena *a, struct mail_seen *ret, struct err *e); /* checked by mail_read */
    bool (*files)(struct str bytes, struct arena *a, struct mail_file **ret, size_t *ret_count, struct err *e);
};

#endif
