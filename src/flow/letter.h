/* A warning as the letter that goes out: whether it is still due, to whom, in which language, its text, and its bytes
 * (procedure A3).
 *
 * One body, one mail, one thread: all contacts of the body stand in To, in one message, in the language of its first
 * technical contact (else of its first contact). Two languages in one body would be two threads and two answers about
 * one ticket (docs/decisions.md). */
#ifndef TALAIA_FLOW_LETTER_H
#define TALAIA_FLOW_LETTER_H

#include "flow/plan.h"
#include "record/message.h"
#include "record/renewal.h"

/* What is known of bodies, cases and contacts, read at one moment. */
struct letter_facts {
    const struct bodies *bodies;
    struct renewals renewals; /* of all bodies, or of the one that was asked for */
    struct contact *contacts; /* by body */
    size_t contact_count;
};
/* Of one body, or of all (0). `bodies` NULL: they are read too. */
bool letter_facts_load(struct desk *d, struct tx *tx, struct arena *a, int64_t body_id, const struct bodies *bodies,
                       struct letter_facts *ret, struct err *e);

/* The body's contacts, those who get the letter, technical ones first. In the arena. */
const struct contact *letter_contacts(const struct letter_facts *f, struct arena *a, int64_t body_id,
                                      size_t *ret_count);
enum lang letter_lang(const struct contact *contacts, size_t count);

struct letter {
    struct planned planned; /* as it stands today, with the thresholds that this message itself holds counted anew */
    enum lang lang;
    const char *reason; /* not due any more: why, in the desk's language; else NULL */
    bool tomorrow;      /* due, but today nothing goes out: it is no working day */
};
/* Whether the warning is still due on the desk's day, and with which text. */
bool letter_look(struct desk *d, struct tx *tx, struct arena *a, const struct letter_facts *f, const struct message *m,
                 struct letter *ret, struct err *e);
/* The same from the facts alone, for a letter that is written already: NULL, or why it must not go out. */
const char *letter_is_off(const struct desk *d, struct arena *a, const struct letter_facts *f, const struct message *m);

/* Its words, as they stand in the ticket: the ticket is "this one" there. In the arena. */
bool letter_description(struct desk *d, struct arena *a, const struct letter *l, const char **ret, struct err *e);

/* Writes it: *m gets subject, message_id, in_reply_to, references, date, sha256, size, folder, lang (in the arena);
 * the plain text and the bytes are added to the buffers. The case must have its ticket. */
bool letter_write(struct desk *d, struct tx *tx, struct arena *a, const struct letter *l, struct message *m,
                  struct buf *words, struct buf *bytes, struct err *e);
/* Those whom it is written to; in the arena. */
struct message_recipient *letter_recipients(struct arena *a, const struct letter *l, size_t *ret_count);

/* What other letters are made with: the page around their text; date, Message-ID and folder; the bytes. */
struct template;
struct mail_part;
bool letter_page(enum lang lang, const char *subject, const struct template *t, struct buf *page, struct err *e);
void letter_stamp(struct desk *d, struct arena *a, const char *folder, struct message *m);
bool letter_compose(struct desk *d, struct arena *a, const struct message *m, const struct address *to, size_t to_count,
                    struct str words, struct str page, const struct mail_part *files, size_t file_count,
                    struct buf *bytes, struct err *e);

/* Reads every warning's template in every language, so that a mistake is told before anything is approved: an unknown
 * field with file and line. */
bool letter_check_templates(struct desk *d, struct arena *a, struct err *e);

/* SHA-256 in hex. In the arena. */
const char *letter_hash(struct arena *a, struct str bytes);

#endif
