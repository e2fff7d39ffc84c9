/* What a mail that came in says (core/mail_seen.h): its subject, date, sender, ids and text, the signs by which
 * machines write, and the parts of a report of delivery (RFC 3464) with what it returns. Mails are hostile: every size
 * is bounded before anything is parsed, nothing is fetched or executed, and what comes out is clean UTF-8 without
 * control characters. */
#ifndef TALAIA_MAIL_READ_H
#define TALAIA_MAIL_READ_H

#include "base/err.h"
#include "base/mem.h"
#include "core/mail_seen.h"

/* All in the arena. ERR_LIMIT: larger, or of more parts or header, than is read; ERR_FORMAT: no mail. */
bool mail_read(struct str bytes, struct arena *a, struct mail_seen *ret, struct err *e);

/* The same with a module that is there already. */
struct message_module;
bool mail_read_by(const struct message_module *module, struct str bytes, struct arena *a, struct mail_seen *ret,
                  struct err *e);

/* What is attached to a mail, decoded; names as they stand, cleaned. Everything in the arena. Errors as above. */
struct mail_file {
    const char *name;
    struct str bytes;
};
bool mail_files(struct str bytes, struct arena *a, struct mail_file **ret, size_t *ret_count, struct err *e);

/* HTML to what it says: tags, scripts and styles go, blocks become lines, the usual entities characters. */
char *mail_html_text(struct arena *a, struct str html);

#endif
