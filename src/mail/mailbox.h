/* Mailboxes as files: one mail (.eml), an mbox, or a Maildir; told from their content, not from their names. */
#ifndef TALAIA_MAIL_MAILBOX_H
#define TALAIA_MAIL_MAILBOX_H

#include "base/err.h"
#include "base/str.h"

enum mailbox_kind {
    MAILBOX_NONE, /* something else, or nothing that can be read */
    MAILBOX_MESSAGE,
    MAILBOX_MBOX,   /* begins with "From "; each mail with such a line after an empty one */
    MAILBOX_MAILDIR /* a directory with cur/ and new/ */
};
enum mailbox_kind mailbox_tell(const char *path);

struct mailbox_mail {
    size_t number;     /* from 1, in the order of the file or, in a Maildir, of the names of its files */
    struct str bytes;  /* until `take` returns */
    struct err unread; /* why it could not be read (a file that is too large); code ERR_NONE else */
};
/* Hands each mail to `take`; its false ends all. */
bool mailbox_each(const char *path, enum mailbox_kind kind, bool (*take)(void *context, struct mailbox_mail *m),
                  void *context, struct err *e);

#endif
