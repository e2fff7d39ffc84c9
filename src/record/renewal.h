/* Renewals, the cases they form, and the comment that follows a case (procedures A2, A3).
 *
 * A renewal is one body's certificate of one kind up to one declared expiry date; a new declared date is a new renewal.
 * A case is what is warned together and keeps one comment, one ticket, one subject. Both are made when a certificate
 * first comes below the first threshold or something is noted of it. */
#ifndef TALAIA_RECORD_RENEWAL_H
#define TALAIA_RECORD_RENEWAL_H

#include "base/mem.h"
#include "core/stage.h"
#include "core/warning.h"
#include "record/by.h"
#include "store/store.h"

struct case_record {
    int64_t id, body_id;
    day_t opened, closed;            /* closed DAY_NONE: open that day */
    const char *closing;             /* "" while open */
    const char *ticket, *ticket_uid; /* "" while there is none */
    const char *subject;             /* "" until the first message froze it */
    const char *comment;             /* the version in force; "" when none */
};
struct renewal {
    int64_t id, body_id, case_id;
    enum cert_kind kind;
    day_t expires; /* as declared; after a correction the right date */
    day_t opened;
    day_t former[CASE_FORMER]; /* dates that were marked as mistakes for this one, newest first */
    size_t former_count;
    day_t stage[STAGE_COUNT]; /* when it was last reached; DAY_NONE */
    bool confirmed;           /* checked by a person's word */
    int consumed;        /* the lowest threshold that was told, INT_MAX when none was: the higher ones are told too */
    day_t answered;      /* stage[STAGE_ANSWERED] */
    const char *answer;  /* "" */
    const char *comment; /* of its case */
    const struct case_record *of; /* its case */
};
struct renewals {
    const struct renewal *items; /* by body, kind, expiry */
    size_t count;
    const struct case_record *cases; /* by body, then id; those without a renewal too */
    size_t case_count;
};

/* The renewals and cases of a body, or of all (0), as they were at the end of day `on`. Tickets and subjects are
 * today's. */
bool renewals_load(struct tx *tx, struct arena *a, int64_t body_id, day_t on, struct renewals *ret, struct err *e);
const struct renewal *renewals_find(const struct renewals *list, int64_t body_id, enum cert_kind kind, day_t expires);
const struct case_record *renewals_case(const struct renewals *list, int64_t body_id, int64_t case_id);
/* The first of the body's cases and their number. */
size_t renewals_of_body(const struct renewals *list, int64_t body_id, const struct case_record **ret);

/* The body's open cases by what the record has and what the registry declares (core/warning.h,
 * warning_cases_known), with ticket, subject, comment, consumed thresholds, answers. In the arena; earliest first. */
size_t renewals_cases(const struct renewals *list, const struct profile *p, struct arena *a, const struct body *b,
                      struct warning_case **ret);
/* The case as the record alone has it, open or closed: nothing is `renewed` by what the registry says. */
struct warning_case renewals_known(const struct renewals *list, const struct profile *p, const struct case_record *c);

/* ------------------------------------------------------------------ cases */

/* The case in the store for these certificates (of renewals_cases): its own, else the one that any of their renewals
 * belongs to, else a new one. Missing renewals are added to it; one that had been closed is open again. */
bool case_ensure(struct tx *tx, const struct by *by, int64_t body_id, const struct warning_case *c,
                 int64_t *ret_case_id, struct err *e);
/* Its key in the tracker and the uid by which it is found there. Another key than the one it has is refused. */
bool case_ticket_set(struct tx *tx, const struct by *by, int64_t case_id, const char *ticket, const char *uid,
                     struct err *e);
/* Frozen with the first message: another subject than the one it has is refused. */
bool case_subject_set(struct tx *tx, int64_t case_id, const char *subject, struct err *e);
/* *ret_closed false: it was closed already, and nothing changed. */
bool case_close(struct tx *tx, const struct by *by, int64_t case_id, const char *closing, bool *ret_closed,
                struct err *e);
bool case_reopen(struct tx *tx, int64_t case_id, struct err *e);

/* For mails that come in: whose case it is and whether it is closed, by its id or by its ticket's key (of several with
 * that key the newest). */
struct case_brief {
    int64_t id, body_id;
    bool closed;
};
bool case_get(struct tx *tx, int64_t case_id, struct case_brief *ret, bool *ret_found, struct err *e);
bool case_by_ticket(struct tx *tx, const char *ticket, struct case_brief *ret, bool *ret_found, struct err *e);

/* How many cases there are, open or closed. */
bool cases_count(struct tx *tx, int64_t *ret, struct err *e);

/* ------------------------------------------------------------------ thresholds */

/* Marks a threshold (in days) as told by that message (0: none of ours, `source` says how we know). Told already:
 * ERR_STATE; of two operators one wins. */
bool threshold_consume(struct tx *tx, const struct by *by, int64_t renewal_id, int threshold, int64_t message_id,
                       const char *source, struct err *e);
/* What a message of this case consumes: for each certificate that it names, every threshold that is crossed on `w->on`
 * and not consumed yet. The case must have been ensured and loaded again in this transaction. */
bool thresholds_consume(struct tx *tx, const struct by *by, const struct profile *p, const struct warning_case *c,
                        const struct warning *w, int64_t message_id, struct err *e);
/* A message that was cancelled before it was sent told nothing. *ret_count may be NULL. */
bool thresholds_release(struct tx *tx, int64_t message_id, int64_t *ret_count, struct err *e);

struct consumed {
    int64_t renewal_id, message_id; /* message_id 0 when none of ours */
    int threshold;
    day_t day;
    const char *source, *who;
};
/* Of one case, by day. */
bool consumed_load(struct tx *tx, struct arena *a, int64_t case_id, struct consumed **ret, size_t *ret_count,
                   struct err *e);

/* ------------------------------------------------------------------ stages */

/* The body said that the renewal of this certificate goes ahead. Its renewal must exist (case_ensure). */
bool renewal_answer(struct tx *tx, const struct by *by, int64_t body_id, enum cert_kind kind, day_t expires,
                    const char *answer, struct err *e);
/* The renewal's id; ERR_INTERNAL when there is none. */
bool renewal_find(struct tx *tx, int64_t body_id, enum cert_kind kind, day_t expires, int64_t *ret_id, struct err *e);
/* A stage was reached on that day. `source` "" = a person, else where it was seen (RENEWAL_SEEN). The same stage with
 * the same note and source is kept once a day. */
#define RENEWAL_SEEN "evidence"
bool renewal_reach(struct tx *tx, const struct by *by, int64_t renewal_id, enum stage stage, day_t day,
                   const char *note, const char *source, struct err *e);
/* Takes back what was noted of that stage; *ret_count how many lines. `source` NULL: whoever noted it. */
bool renewal_unreach(struct tx *tx, const struct by *by, int64_t renewal_id, enum stage stage, const char *source,
                     const char *why, int64_t *ret_count, struct err *e);

struct stage_line {
    int64_t renewal_id;
    enum stage stage;
    day_t day, undone;
    instant_t at;
    const char *note, *source, *who, *undone_why, *undone_who;
};
/* Of one case, by day. */
bool stages_load(struct tx *tx, struct arena *a, int64_t case_id, struct stage_line **ret, size_t *ret_count,
                 struct err *e);

/* What was seen of a renewal (codes of core/evidence.h), each once: *ret_new false when it had been so before. */
bool evidence_note(struct tx *tx, const struct by *by, int64_t renewal_id, const char *outcome, bool *ret_new,
                   struct err *e);
struct evidence_line {
    int64_t renewal_id;
    const char *outcome, *who;
    day_t day;
    instant_t at;
};
/* Of one case, by day. */
bool evidence_load(struct tx *tx, struct arena *a, int64_t case_id, struct evidence_line **ret, size_t *ret_count,
                   struct err *e);

/* ------------------------------------------------------------------ corrections */

/* The declared date of the renewal was a mistake for `corrected`: it goes on under that date with all its history, but
 * for what was seen beside the mistake. A renewal of that date that has begun by itself gives way when nothing was
 * told, answered or noted of it; else ERR_STATE. */
bool renewal_correct(struct tx *tx, const struct by *by, int64_t renewal_id, day_t corrected, const char *reason,
                     struct err *e);
/* The mark was wrong: the renewal has its date of before again. ERR_STATE when there is no mark. */
bool renewal_uncorrect(struct tx *tx, const struct by *by, int64_t renewal_id, const char *reason, struct err *e);

struct correction {
    int64_t id, renewal_id;
    day_t wrong, corrected, day, undone;
    instant_t at;
    const char *reason, *who, *undone_why, *undone_who;
};
/* Of one case, by day. */
bool corrections_load(struct tx *tx, struct arena *a, int64_t case_id, struct correction **ret, size_t *ret_count,
                      struct err *e);

/* ------------------------------------------------------------------ comments */

/* A new version of the case's comment. `source` "" = a command, else the workbook. */
bool comment_put(struct tx *tx, const struct by *by, int64_t case_id, const char *text, const char *source,
                 struct err *e);
/* The version in force now; "" when none. In the arena. */
bool comment_get(struct tx *tx, struct arena *a, int64_t case_id, const char **ret, struct err *e);

struct comment_version {
    const char *text, *who, *source; /* source "" = a command, else the workbook */
    day_t day;
    instant_t at;
};
/* All versions of a case's comment, oldest first. */
bool comments_load(struct tx *tx, struct arena *a, int64_t case_id, struct comment_version **ret, size_t *ret_count,
                   struct err *e);

/* A comment changed on both sides: theirs is kept until a person decides. The same text is kept once. */
bool conflict_add(struct tx *tx, const struct by *by, int64_t case_id, const char *theirs, const char *source,
                  struct err *e);
/* Marks the open conflicts of the case as solved; *ret_count how many. */
bool conflict_solve(struct tx *tx, const struct by *by, int64_t case_id, int64_t *ret_count, struct err *e);
/* The day of the newest version of the comment when workbooks alone have written it; DAY_NONE when there is none or a
 * person changed it here. */
bool comment_foreign_day(struct tx *tx, int64_t case_id, day_t *ret, struct err *e);

struct conflict {
    int64_t case_id, body_id;
    const char *theirs, *source;
    day_t day;
};
bool conflicts_load(struct tx *tx, struct arena *a, struct conflict **ret, size_t *ret_count, struct err *e);

#endif
