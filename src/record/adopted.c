#include "record/adopted.h"

#include <sodium.h>

#define UID_BYTES 16

/* The same message gives the same uid, so that taking it over again changes nothing. */
static void uid_of(const char *message_id, char out[MESSAGE_UID_BYTES])
{
    unsigned char hash[UID_BYTES];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)message_id, strlen(message_id), NULL, 0);
    sodium_bin2hex(out, MESSAGE_UID_BYTES, hash, sizeof hash);
}

bool message_adopt(struct tx *tx, const struct by *by, const struct message *m, const struct mail_lines *to,
                   const char *detail, int64_t *ret_id, bool *ret_new, struct err *e)
{
    char uid[MESSAGE_UID_BYTES];
    int64_t id = 0;
    bool found = false, added = false;
    /* An id that we made of the bytes is nobody's: no answer can name it. */
    const char *message_id = str_starts(str_of(m->message_id), "sha256:") ? NULL : m->message_id;
    uid_of(m->message_id, uid);
    if (!sql_int(tx, &id, &found, e, "SELECT id FROM message WHERE uid = $1 OR message_id = $2", "ss", uid, message_id))
        return false;
    if (!found &&
        (!sql_insert(
             tx, &id, &added, e,
             "INSERT INTO message (uid, kind, state, day, body_id, case_id, threshold, certificates, lang, "
             "subject, ticket, message_id, in_reply_to, refs, dated, folder, created, sent) VALUES ($1, $2, "
             "'filed', $3, NULLIF($4, 0), NULLIF($5, 0), $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $14)",
             "ssdiiissssssstst", uid, outbox_kind_code(m->kind), m->day, m->body_id, m->case_id, (int64_t)m->threshold,
             m->certificates, lang_code(m->lang), m->subject, m->ticket, message_id, m->in_reply_to, m->references,
             m->date, m->folder, by->at) ||
         !sql_run(tx, NULL, e,
                  "INSERT INTO message_step (message_id, state, day, at, who, detail) VALUES ($1, 'sent', $2, $3, $4, "
                  "$5)",
                  "idtss", id, m->day, m->date, by->who, detail)))
        return false;
    for (size_t i = 0; added && i < to->count; i++) {
        if (!sql_run(tx, NULL, e,
                     "INSERT INTO message_recipient (message_id, field, name, email, result, reply) VALUES ($1, 'to', "
                     "'', $2, 'accepted', '') ON CONFLICT DO NOTHING",
                     "is", id, to->items[i]))
            return false;
    }
    *ret_id = id;
    *ret_new = added;
    return true;
}
