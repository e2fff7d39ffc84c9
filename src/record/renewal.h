/* Renewals, the cases they form, and the comment that follows a case (procedures A2, A3).
 *
 * A renewal is one body's certificate of one kind up to one declared expiry date; a new declared date is a new renewal.
 * A case is what is warned together and keeps one comment. Both are made when a certificate first comes below the first
 * threshold, and never deleted. */
#ifndef TALAIA_RECORD_RENEWAL_H
#define TALAIA_RECORD_RENEWAL_H

#include "base/mem.h"
#include "core/warning.h"
#include "record/by.h"
#include "store/store.h"

struct renewal {
    int64_t id, body_id, case_id;
    enum cert_kind kind;
    day_t expires;
    day_t answered;      /* DAY_NONE while the body has not answered */
    const char *answer;  /* "" */
    const char *comment; /* of its case, the version in force; "" when none */
};
struct renewals {
    const struct renewal *items; /* by body, kind, expiry */
    size_t count;
};

/* All renewals with the answers and comments of day `on`. */
bool renewals_load(struct tx *tx, struct arena *a, day_t on, struct renewals *ret, struct err *e);
const struct renewal *renewals_find(const struct renewals *list, int64_t body_id, enum cert_kind kind, day_t expires);
/* Puts what is known of the certificates of a case (answered) into it; the case's comment or "". */
const char *renewals_apply(const struct renewals *list, int64_t body_id, day_t on, struct warning_case *c);

/* The case in the store for these certificates: the one that any of their renewals belongs to, else a new one. Missing
 * renewals are added to it. */
bool case_ensure(struct tx *tx, const struct by *by, int64_t body_id, const struct warning_case *c,
                 int64_t *ret_case_id, struct err *e);

/* The body said that the renewal of this certificate goes ahead. Its renewal must exist (case_ensure). */
bool renewal_answer(struct tx *tx, const struct by *by, int64_t body_id, enum cert_kind kind, day_t expires,
                    const char *answer, struct err *e);

/* A new version of the case's comment. `source` "" = a command, else the workbook. */
bool comment_put(struct tx *tx, const struct by *by, int64_t case_id, const char *text, const char *source,
                 struct err *e);
/* The version in force now; "" when none. In the arena. */
bool comment_get(struct tx *tx, struct arena *a, int64_t case_id, const char **ret, struct err *e);

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
