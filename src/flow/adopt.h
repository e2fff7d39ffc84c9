/* Going live in the middle of things: takes over a desk that has been run by hand (procedures A2, A3). Sources, each
 * optional:
 *   workbooks  the team's last ResumAjuntaments: comments, actions, outages (as flow/import.h)
 *   tickets    the tracker's tickets whose summary has the form of a warning's subject
 *   sent       the mails of the folder in which sent warnings are filed (a folder of the mailbox, or files), and the
 *              answers that lie among them
 *
 * What was sent says which thresholds were told: those that each certificate named in the subject had crossed on the
 * mail's day. So nobody is warned again for them, and the next warning goes on in the same thread, with the same
 * subject and ticket. Answers become proposals (flow/replies.h). What is not understood is told with its place and the
 * reason, and never guessed.
 *
 * One transaction: killed at any moment it leaves the old state. Done again it changes nothing. */
#ifndef TALAIA_FLOW_ADOPT_H
#define TALAIA_FLOW_ADOPT_H

#include "core/certificate.h"
#include "flow/import.h"

struct adopt_options {
    const char *const *workbooks;
    size_t workbook_count;
    const char *tickets; /* "open", or a saved filter of the tracker (its number, a JQL); NULL: none are looked at */
    const char *sent;    /* one mail, mbox or Maildir; else a folder of the mailbox; NULL: none */
    bool dry_run;
    void (*progress)(void *context, size_t done, size_t total);
    void *progress_context;
};

/* X(name, code, words) */
#define ADOPT_ENDS(X)                                                                                                  \
    X(TAKEN, "taken", N_("taken over"))                                                                                \
    X(SAME, "same", N_("known already"))                                                                               \
    X(OVER, "over", N_("renewed since: nothing to take over"))
enum adopt_end {
#define X(name, code, words) ADOPT_##name,
    ADOPT_ENDS(X)
#undef X
        ADOPT_END_COUNT
};
const char *adopt_end_code(enum adopt_end end);
const char *adopt_end_words(enum adopt_end end);

struct adopt_case {
    enum adopt_end end;
    const char *body;
    day_t expires[CERT_KINDS];    /* those of the case; DAY_NONE: not in it */
    const char *ticket;           /* "" none */
    const char *subject;          /* "" while nothing was sent */
    size_t warnings, letters;     /* mails that warned; others of ours */
    size_t answers;               /* of the body: proposals now */
    day_t first, last;            /* days of the warnings; DAY_NONE: none */
    const char *told[CERT_KINDS]; /* "60, 30": thresholds that count as told; "" none */
    bool next;                    /* something will be sent again */
    day_t next_on;
    int next_threshold;
    bool next_in_thread;
    const char *next_subject;
    const char *next_why; /* why nothing is, in the desk's language; "" else */
    const char *const *remarks;
    size_t remark_count;
};

/* What was not understood. */
struct adopt_miss {
    const char *source; /* file, folder or tracker */
    size_t number;      /* of the mail; 0 for tickets */
    const char *what;   /* subject, or key and summary */
    const char *why;    /* in the desk's language */
};

struct adopt_summary {
    const struct import_summary *workbooks;
    size_t workbook_count;
    const struct adopt_case *cases; /* by name */
    size_t case_count;
    const struct adopt_miss *misses;
    size_t miss_count;
    size_t mails, tickets; /* that were looked at */
    size_t ends[ADOPT_END_COUNT];
    bool changed, committed;
};

/* Everything lives in `a`. On an error nothing was changed. */
bool adopt_run(struct desk *d, const struct adopt_options *o, struct arena *a, struct adopt_summary *ret,
               struct err *e);

#endif
