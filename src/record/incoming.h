/* Mails that came in: what they say, which body and case they are about, and what a person made of them. Each mail is
 * kept once, by its Message-ID; none is ever deleted, and the mailbox is left as it is. */
#ifndef TALAIA_RECORD_INCOMING_H
#define TALAIA_RECORD_INCOMING_H

#include "base/mem.h"
#include "core/certificate.h"
#include "core/reply.h"
#include "record/by.h"
#include "store/store.h"

/* X(name, code, words) */
#define INCOMING_STATES(X)                                                                                             \
    X(PROPOSED, "proposed", N_("waits for a person")) /* about a case; says what it seems to say */                    \
    X(QUEUE, "queue", N_("waits to be assigned"))     /* nobody knows what it is about, or nothing can follow */       \
    X(CONFIRMED, "confirmed", N_("confirmed"))        /* the body answered: its warnings stopped */                    \
    X(DISMISSED, "dismissed", N_("dismissed"))        /* read, and nothing follows */                                  \
    X(NONE, "none", N_("nothing to do"))              /* a machine's, a copy: kept and left alone */
enum incoming_state {
#define X(name, code, words) INCOMING_##name,
    INCOMING_STATES(X)
#undef X
        INCOMING_STATE_COUNT
};
const char *incoming_state_code(enum incoming_state s);
const char *incoming_state_words(enum incoming_state s); /* English, for tr() */
bool incoming_state_parse(const char *code, enum incoming_state *ret);

/* How its case was found; X(name, code, words) */
#define INCOMING_MATCHES(X)                                                                                            \
    X(NONE, "none", N_("not known what it is about"))                                                                  \
    X(THREAD, "thread", N_("it answers a message of ours"))                                                            \
    X(TICKET, "ticket", N_("its subject names the ticket"))                                                            \
    X(ADDRESS, "address", N_("its sender is a contact of one body alone"))                                             \
    X(PERSON, "person", N_("a person said so"))
enum incoming_match {
#define X(name, code, words) MATCH_##name,
    INCOMING_MATCHES(X)
#undef X
        MATCH_COUNT
};
const char *incoming_match_code(enum incoming_match m);
const char *incoming_match_words(enum incoming_match m);

struct incoming {
    int64_t id;
    const char *message_id;
    instant_t at; /* INSTANT_NONE: the mail has no date */
    day_t day;
    instant_t read_at;
    const char *source, *sender, *email, *subject;
    const char *text, *words; /* whole; what is new in it */
    const char *files;        /* one name a line */
    enum reply_kind kind;
    enum reply_says says;
    const char *word;
    enum incoming_state state;
    enum incoming_match matched;
    int64_t body_id, case_id, outbox_id; /* 0: none */
    bool noted;                          /* the comment and the ticket of its case have it already */
    const char *detail;
    bool covers[CERT_KINDS]; /* of a confirmation */
    const char *note;
    day_t decided_day; /* DAY_NONE: nobody did */
    instant_t decided_at;
    const char *decided_who;
};

/* *ret_new false: a mail with that Message-ID is kept already, and *ret_id is that one's. */
bool incoming_add(struct tx *tx, const struct incoming *m, int64_t *ret_id, bool *ret_new, struct err *e)
    __attribute__((warn_unused_result));
bool incoming_get(struct tx *tx, struct arena *a, int64_t id, struct incoming *ret, bool *ret_found, struct err *e);
bool incoming_by_message_id(struct tx *tx, struct arena *a, const char *message_id, struct incoming *ret,
                            bool *ret_found, struct err *e);

struct incoming_filter {
    unsigned states; /* bits 1 << state; 0: any */
    int64_t body_id, case_id;
    size_t most; /* the newest so many; 0: all */
};
struct incomings {
    const struct incoming *items; /* newest first */
    size_t count;
};
bool incomings_load(struct tx *tx, struct arena *a, const struct incoming_filter *filter, struct incomings *ret,
                    struct err *e);

/* The decision of a person or of the profile's rule. ERR_STATE when it is not in `m->state` any more: of two who decide
 * at once one wins. Updates m->state. */
bool incoming_move(struct tx *tx, const struct by *by, struct incoming *m, enum incoming_state to,
                   const bool covers[CERT_KINDS], const char *note, struct err *e) __attribute__((warn_unused_result));
/* What a person should know of it before deciding; of one that nobody has decided yet. */
bool incoming_remark(struct tx *tx, int64_t id, const char *note, struct err *e) __attribute__((warn_unused_result));
/* A person says which body and case (0: no case) it is about; it waits for a decision then. ERR_STATE as above. */
bool incoming_assign(struct tx *tx, const struct by *by, struct incoming *m, int64_t body_id, int64_t case_id,
                     struct err *e) __attribute__((warn_unused_result));

/* How far a folder was read: validity 0 when it never was. */
struct incoming_folder {
    int64_t validity, last_uid;
};
bool incoming_folder_get(struct tx *tx, const char *mailbox, struct incoming_folder *ret, struct err *e);
bool incoming_folder_put(struct tx *tx, const struct by *by, const char *mailbox, const struct incoming_folder *f,
                         struct err *e) __attribute__((warn_unused_result));

#endif
