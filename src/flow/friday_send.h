/* The Friday e-mail through the outbox (procedure A5): what `report build` made is kept, byte for byte, and goes out
 * when a person says so; twice only on purpose. */
#ifndef TALAIA_FLOW_FRIDAY_SEND_H
#define TALAIA_FLOW_FRIDAY_SEND_H

#include "flow/desk.h"
#include "record/message.h"

/* What was built, in the transaction of the building. */
struct friday_mail {
    const char *uid; /* of the report; X-Talaia-Id */
    const char *subject, *message_id;
    instant_t date;
    struct str text, bytes;
};
/* Puts it into the outbox, planned, for the profile's recipients; earlier ones that nobody has sent give way to it. */
bool friday_keep(struct desk *d, struct tx *tx, struct arena *a, const struct friday_mail *mail, struct err *e);

struct friday_sending {
    const struct address
        *to; /* a copy for these alone, which is not the sending of the report; count 0: the real one */
    size_t to_count;
    bool again; /* it was sent already: once more, under a Message-ID of its own; takes a reason */
    const char *reason;
};
/* Approves the newest report that was built up to the desk's day; *ret is the message that goes out. ERR_STATE when
 * that one was sent (or is on its way) and `again` is not given, ERR_UNKNOWN when none was built. */
bool friday_approve(struct desk *d, struct arena *a, const struct friday_sending *s, struct message *ret,
                    struct err *e);

#endif
