/* Private to the adopt files of this room: one taking-over in flight. */
#ifndef TALAIA_FLOW_ADOPT_RUN_H
#define TALAIA_FLOW_ADOPT_RUN_H

#include "core/mail_seen.h"
#include "core/subject.h"
#include "core/ticket.h"
#include "flow/adopt.h"
#include "record/body.h"
#include "record/renewal.h"

#define ADOPT_NO_GROUP SIZE_MAX

struct adopt_mail {
    size_t number;
    day_t day;
    struct mail_seen seen;       /* of ours without its text */
    bool named;                  /* its subject names a certificate */
    struct subject_seen subject; /* when it does */
    bool ours;
    bool dated; /* ours: what is new in it gives a date of its subject */
    bool warns; /* ours: it told thresholds */
    size_t group;
};

struct adopt_ticket {
    struct ticket ticket;
    struct subject_seen subject;
    size_t group;
};

/* What belongs together: one body's certificates that were warned about together. */
struct adopt_group {
    const struct body *body;
    day_t expires[CERT_KINDS];
    bool gone;                 /* it was put into another one, or is a miss */
    bool over;                 /* all of it was renewed since */
    const char *ticket;        /* the one that goes on */
    const char *subject;       /* the same */
    VEC(const char *) remarks; /* in the desk's language */
    int64_t case_id;
    bool changed;
    size_t warnings, letters, answers;
    day_t first, last;
};

struct adopt {
    struct desk *desk;
    const struct adopt_options *options;
    struct arena *arena;  /* the summary's */
    struct arena scratch; /* of one mail */
    struct tx *tx;
    struct bodies bodies;
    struct body_index *index;
    const char **shorts; /* folded short name of each body */
    struct mail_lines own;
    const char *mails_from; /* name of the file or folder, for people */
    VEC(struct adopt_mail) mails;
    VEC(struct adopt_ticket) tickets;
    VEC(struct adopt_group) groups;
    VEC(struct adopt_miss) misses;
    size_t mail_count, ticket_count; /* looked at */
    struct err *e;
};

/* Before the transaction: reads mails and tickets. */
bool adopt_gather_mails(struct adopt *x);
bool adopt_gather_tickets(struct adopt *x);
/* Whose everything is; what cannot be told becomes a miss. */
bool adopt_sort(struct adopt *x);
/* Writes cases, messages, thresholds, answers. */
bool adopt_keep(struct adopt *x);

void adopt_miss(struct adopt *x, size_t number, const char *what, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void adopt_remark(struct adopt *x, struct adopt_group *g, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
