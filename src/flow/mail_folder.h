/* A folder of the mailbox, mail by mail. It is only looked at: nothing is marked as read, moved or created. */
#ifndef TALAIA_FLOW_MAIL_FOLDER_H
#define TALAIA_FLOW_MAIL_FOLDER_H

#include "flow/desk.h"

struct folder_reader {
    void *context;
    /* The folder is open. Says from which UID on mails are wanted, and (DAY_NONE: whenever) since which day; NULL: all.
     */
    bool (*begin)(void *context, const char *mailbox, uint32_t validity, uint32_t *ret_first, day_t *ret_since,
                  struct err *e);
    /* One mail, in rising order of UIDs; `unread` says why it could not be read (too large). Its false ends all. */
    bool (*take)(void *context, uint32_t uid, struct str bytes, struct err *unread);
};
/* A mail that disappears meanwhile is passed over. `mailbox` (for begin) is "HOST:PORT USER FOLDER". */
bool folder_each(struct desk *d, const char *folder, const struct folder_reader *r, struct err *e);

#endif
