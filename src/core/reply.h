/* What a mail that came in is: an answer of a body, a machine's word, a report that something was not delivered, a copy
 * of what we sent; and what an answer seems to say (procedure A3). Pure. All words are the profile's; nothing here
 * decides for a person: what is not sure is for one. */
#ifndef TALAIA_CORE_REPLY_H
#define TALAIA_CORE_REPLY_H

#include "base/mem.h"
#include "core/mail_seen.h"
#include "core/profile.h"

/* X(name, code, what it is) */
#define REPLY_KIND_LIST(X)                                                                                             \
    X(ANSWER, "answer", N_("answer"))                            /* a person wrote it */                               \
    X(AWAY, "away", N_("out of office"))                         /* RFC 3834 and what the usual servers do */          \
    X(AUTOMATIC, "automatic", N_("automatic"))                   /* an acknowledgement, a receipt, a success report */ \
    X(BOUNCE, "bounce", N_("not delivered"))                     /* for good: the address does not take mail */        \
    X(UNDELIVERED, "undelivered", N_("not delivered this time")) /* full, too large, refused as spam, given up */      \
    X(DELAYED, "delayed", N_("delayed"))                         /* the other server goes on trying */                 \
    X(COPY, "copy", N_("copy of our own"))                       /* the team's address was in Cc, or the team wrote */ \
    X(LIST, "list", N_("list"))                                  /* a mailing list's, in no thread of ours */          \
    X(UNKNOWN, "unknown", N_("unknown"))                         /* nobody seems to have sent it */
enum reply_kind {
#define X(name, code, words) REPLY_##name,
    REPLY_KIND_LIST(X)
#undef X
        REPLY_KINDS
};
const char *reply_kind_code(enum reply_kind k);
const char *reply_kind_words(enum reply_kind k); /* English, for tr() */
bool reply_kind_parse(const char *code, enum reply_kind *ret);

/* What an answer seems to say; X(name, code, what to do) */
#define REPLY_SAYS_LIST(X)                                                                                             \
    X(NOTHING, "nothing", N_("nothing to do")) /* no answer */                                                         \
    X(UNDER_WAY, "under-way", N_("renewal under way: stop its warnings?"))                                             \
    X(RENEWED, "renewed", N_("already renewed? Stop its warnings and check"))                                          \
    X(QUESTION, "question", N_("a question: somebody should answer"))                                                  \
    X(UNSURE, "unsure", N_("somebody should read it"))
enum reply_says {
#define X(name, code, words) REPLY_SAYS_##name,
    REPLY_SAYS_LIST(X)
#undef X
        REPLY_SAYS_COUNT
};
const char *reply_says_code(enum reply_says s);
const char *reply_says_words(enum reply_says s);
bool reply_says_parse(const char *code, enum reply_says *ret);

/* One recipient that a report speaks of. */
struct reply_recipient {
    const char *address; /* lower case */
    bool for_good;       /* the address takes no mail: it is no recipient any more */
    const char *reason;  /* "5.1.1 user unknown" */
};

struct reply {
    enum reply_kind kind;
    enum reply_says says;
    const char *text; /* what is new in it: without the quotation and the signature; all in the arena */
    const char *word; /* the profile's word that decided what it says, "" when none did */
    const struct reply_recipient *recipients; /* of a report */
    size_t recipient_count;
};

/* `own`: addresses that mails of the team come from, lower case. `in_thread`: it refers to a message of ours, so a
 * person answered even when it went through a list. */
void reply_judge(struct arena *a, const struct profile *p, const struct mail_seen *m, const struct mail_lines *own,
                 bool in_thread, struct reply *ret);

/* What is new in the text of a mail. Dropped are lines that begin with ">", what introduces them ("El dl., … va
 * escriure:"), everything from a header of Outlook's kind ("De: …", "Enviat: …") or an "original message" line on, and
 * the signature after "--". When nothing is left the text itself is given. */
char *reply_new_text(struct arena *a, const struct profile *p, const char *text);

/* The key in "[ST-12]" at the end of a subject, of that project alone when `project` is not ""; NULL when there is
 * none. */
const char *reply_ticket(struct arena *a, const char *subject, const char *project);

/* The subject without "RE:", "RV:", "Fwd:" and the like in front, however often. */
struct str reply_subject_bare(struct str subject);

#endif
