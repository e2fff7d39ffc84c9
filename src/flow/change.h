/* What a person changes by hand: actions, outages, marks, answers, comments. Each is one transaction with its line in
 * the audit trail; a case's comment gets a dated line where the procedure asks for it (A2). */
#ifndef TALAIA_FLOW_CHANGE_H
#define TALAIA_FLOW_CHANGE_H

#include "core/certificate.h"
#include "flow/desk.h"
#include "record/body.h"

/* The body that the person means, as of the desk's day. It lives in the desk's arena. */
bool change_find_body(struct desk *d, const char *text, const struct body **ret, struct err *e);

/* Text as it is kept: clean, not empty, not endless. In the desk's arena; NULL with a reason. */
const char *change_text(struct desk *d, const char *text, struct err *e);
/* Not after the desk's day. */
bool change_day(const struct desk *d, day_t day, struct err *e);
/* Ends a transaction that is `ok` so far with its line in the audit trail. */
bool change_finish(struct desk *d, struct tx *tx, bool ok, const char *what, const struct body *b, const char *detail,
                   struct err *e);

/* An action; of the groups renewal and other, it also becomes a line of the comment of each of the body's cases below
 * the first threshold. *ret_new false: it was there already. */
bool change_action(struct desk *d, const struct body *b, day_t day, enum action_group group, const char *text,
                   const char *ticket, bool *ret_new, struct err *e);

bool change_outage_open(struct desk *d, const struct body *b, day_t since, const char *error, struct err *e);
/* An action of the group outage; the body must be down. */
bool change_outage_note(struct desk *d, const struct body *b, day_t day, const char *text, const char *ticket,
                        struct err *e);
/* Ends it, and says so among the actions done. */
bool change_outage_close(struct desk *d, const struct body *b, day_t closed, const char *text, struct err *e);

bool change_mark(struct desk *d, const struct body *b, bool not_verifiable, const char *reason, struct err *e);
/* The body said that the renewal goes ahead, for these certificates; none set: those of its cases below the first
 * threshold, and when there is none, all. */
bool change_answered(struct desk *d, const struct body *b, const bool covers[CERT_KINDS], const char *answer,
                     struct err *e);

/* Maintenance: the body is checked and does not go down from that day on until its last one; *ret_id is its number
 * (NULL: it does not matter). change_silence begins today. */
bool change_silence_planned(struct desk *d, const struct body *b, day_t from, day_t until, const char *reason,
                            int64_t *ret_id, struct err *e);
bool change_silence(struct desk *d, const struct body *b, day_t until, const char *reason, struct err *e);
/* One of them by its number, in force or planned; ERR_STATE when it is over, ERR_UNKNOWN when there never was one. */
bool change_silence_lift_one(struct desk *d, int64_t id, const char *reason, struct err *e);
/* Those in force. */
bool change_silence_lift(struct desk *d, const struct body *b, const char *reason, struct err *e);

/* Replaces a comment of the body and settles its differences with workbooks: that of the certificates named, else one
 * with a difference, else that of the most urgent case. */
struct change_comment {
    const char *text;
    /* What stood there when the person began to write; lines that were added since stay below the new text, and when it
     * was changed otherwise nothing is replaced. May be emptied then. NULL: whatever stands there gives way. */
    const char *before;
};
struct change_kept {
    bool conflict;   /* somebody changed it meanwhile: nothing was done */
    const char *now; /* what stands there now */
    const char *who; /* a conflict: who changed it, and when; "" when it is not known */
    instant_t at;
    int64_t solved; /* differences with workbooks that are settled */
};
bool change_comment(struct desk *d, const struct body *b, const bool covers[CERT_KINDS], const struct change_comment *x,
                    struct change_kept *ret, struct err *e);

/* Corrects an action, also in the comment that got it as a line; `before` is the text that the person saw (NULL: any).
 * ERR_UNKNOWN: there is none with that number. */
struct change_action_edit {
    day_t day;               /* DAY_NONE: as it was */
    enum action_group group; /* GROUP_COUNT: as it was */
    const char *ticket;      /* NULL: as it was */
    const char *text, *before;
};
bool change_action_edit(struct desk *d, int64_t action_id, const struct change_action_edit *x, struct change_kept *ret,
                        struct err *e);
/* Takes it back, with its line in the comment: it was noted by mistake. */
bool change_action_withdraw(struct desk *d, int64_t action_id, const char *reason, struct err *e);

/* Adds a dated line to the comments of the body's cases below the first threshold, or to its most urgent one. */
bool change_comment_line(struct desk *d, const struct body *b, day_t day, const char *text, struct err *e);

#endif
