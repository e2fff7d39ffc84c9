/* A renewal's end by evidence (procedure A3, last paragraph): what the registry, the rounds of checks and what was
 * handed in say of every certificate of a case; when all is there the case is closed. */
#ifndef TALAIA_FLOW_EVIDENCE_H
#define TALAIA_FLOW_EVIDENCE_H

#include "core/evidence.h"
#include "flow/cases.h"
#include "record/sweep.h"

/* What is known of the bodies' certificates and services, for reading. */
struct evidence_book {
    struct observation *seen; /* of the last round that checked each body */
    size_t seen_count;
    struct watch_record *watches;
    size_t watch_count;
    struct given_certificate *given;
    size_t given_count;
};
/* Of one body, or of all (0). */
bool evidence_book_load(struct tx *tx, struct arena *a, int64_t body_id, struct evidence_book *ret, struct err *e);
/* How far a certificate of an open case is. *ret_seen (may be NULL): the date of the new certificate that was seen, or
 * DAY_NONE. */
enum evidence_outcome evidence_of(const struct evidence_book *book, const struct body *b, const struct case_cert *c,
                                  day_t *ret_seen);

/* Takes what is known now into the cases of a body, or of all (0): stages, dated lines of the comment, and the end of
 * those whose certificates are all renewed and checked: closed, an action among those done, the ticket told, warnings
 * that have not left cancelled. A registry that goes back to an old date opens its case again. Called in the
 * transaction of whatever may change it (import, round, something handed in, a person's word); twice is once. */
bool evidence_follow(struct desk *d, struct tx *tx, int64_t body_id, struct err *e);

/* What the desk itself saw of a stage (REGISTRY, CHECKED) with the new certificate's date, as a sentence. */
const char *evidence_stage_text(struct arena *a, enum lang lang, enum cert_kind kind, enum stage stage, day_t seen);

#endif
