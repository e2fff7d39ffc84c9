/* Messages that went out before the desk's time: kept like our own, so that answers to them are matched and the next
 * message goes on in their thread. */
#ifndef TALAIA_RECORD_ADOPTED_H
#define TALAIA_RECORD_ADOPTED_H

#include "core/mail_seen.h"
#include "record/message.h"

/* In state filed, with the step in which it was sent, and to whom. `m` gives kind, day, body_id, case_id, threshold,
 * certificates, lang, subject, ticket, message_id, in_reply_to, references, date, folder; uid is made of the message
 * id. *ret_new false: it is kept already, and *ret_id is that one's. */
bool message_adopt(struct tx *tx, const struct by *by, const struct message *m, const struct mail_lines *to,
                   const char *detail, int64_t *ret_id, bool *ret_new, struct err *e)
    __attribute__((warn_unused_result));

#endif
