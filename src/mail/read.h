/* What a mail that came in says: its subject, date, sender, id and text. Mails are hostile: every size is bounded
 * before anything is parsed, nothing is fetched or executed, and what comes out is clean UTF-8 without control
 * characters. */
#ifndef TALAIA_MAIL_READ_H
#define TALAIA_MAIL_READ_H

#include "base/day.h"
#include "base/err.h"
#include "base/mem.h"

struct mail_seen {
    const char *message_id; /* without angle brackets; "sha256:…" of the bytes when the mail has none that is usable */
    const char *subject;    /* one line, decoded (RFC 2047), at most LIMIT_SUBJECT_BYTES; "" when there is none */
    const char *from;       /* one line, "" when there is none */
    instant_t date;         /* INSTANT_NONE: none, or one that cannot be */
    const char *text;       /* of the first plain part, else of the first HTML part without its tags; line ends LF; at
                             * most LIMIT_MAIL_TEXT_BYTES, the rest is left out */
    bool html;              /* it was HTML */
};

/* All in the arena. ERR_LIMIT: larger, or of more parts or header, than is read; ERR_FORMAT: no mail. */
bool mail_read(struct str bytes, struct arena *a, struct mail_seen *ret, struct err *e);

/* The same with a module that is there already. */
struct message_module;
bool mail_read_by(const struct message_module *module, struct str bytes, struct arena *a, struct mail_seen *ret,
                  struct err *e);

/* HTML to what it says: tags, scripts and styles go, blocks become lines, the usual entities characters. */
char *mail_html_text(struct arena *a, struct str html);

#endif
