/* Private to the module talaia-message: from the bytes of a mail to what it says. Nothing of it is clean yet; that is
 * mail_read's. */
#ifndef TALAIA_MAIL_MESSAGE_READ_H
#define TALAIA_MAIL_MESSAGE_READ_H

#include "base/err.h"
#include "base/mem.h"
#include "core/mail_seen.h"

bool message_read(struct str bytes, struct arena *a, struct mail_seen *ret, struct err *e);

struct mail_file;
bool message_files(struct str bytes, struct arena *a, struct mail_file **ret, size_t *ret_count, struct err *e);

/* The fields of a message/delivery-status (RFC 3464 §2): one group of the mail, then one for each recipient. */
void delivery_read(struct str fields, struct arena *a, struct mail_seen *ret);

#endif
