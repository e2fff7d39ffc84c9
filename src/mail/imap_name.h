/* Names of folders on the wire: modified UTF-7 (RFC 3501 §5.1.3). Pure.
 *
 *     "Renovació certificats"  ↔  "Renovaci&APM- certificats" */
#ifndef TALAIA_MAIL_IMAP_NAME_H
#define TALAIA_MAIL_IMAP_NAME_H

#include <stdbool.h>

#include "base/buf.h"

/* Adds the name as it goes over the wire. False for what cannot be a folder's name: empty, not UTF-8, a control
 * character, more than LIMIT_IMAP_NAME_BYTES. */
bool imap_name_add(struct str name, struct buf *to);
/* The other way. False, and nothing is added, for what is not well-formed: a run that is not closed, bits left over,
 * half a surrogate pair, letters that need no run, bytes beyond ASCII. */
bool imap_name_read(struct str wire, struct buf *to);

#endif
