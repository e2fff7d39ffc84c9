/* What a person says of a renewal: a stage that was reached, a date that was a mistake, a certificate that is renewed
 * and cannot be seen from here (procedure A3). Each is one transaction with its line in the audit trail and in the
 * case's comment; what follows from it (flow/evidence.h) is in the same transaction. */
#ifndef TALAIA_FLOW_RENEW_H
#define TALAIA_FLOW_RENEW_H

#include "core/stage.h"
#include "flow/desk.h"
#include "record/body.h"

/* `kinds`: which certificates; none set: the one that is under way, and when both are, the person is asked to say
 * which. A certificate is under way when it is below the first threshold, or somebody follows its case up. */

/* Received, installed, registry updated on that day; `note` "" none. With `undo` the stage is taken back, and the note
 * says why. */
bool renew_stage(struct desk *d, const struct body *b, const bool kinds[CERT_KINDS], enum stage stage, day_t day,
                 const char *note, bool undo, struct err *e);

/* A person confirms that the certificate is renewed and checked, with a reason; *ret_closed: the whole case is closed
 * by it. With `undo` the confirmation is taken back and the case is open again. */
bool renew_resolve(struct desk *d, const struct body *b, const bool kinds[CERT_KINDS], const char *reason, bool undo,
                   bool *ret_closed, struct err *e);

/* The registry's present date of that certificate corrects the one of before: no renewal. With `undo` it was one after
 * all. The two dates, for showing. */
struct renew_dates {
    day_t wrong, corrected;
};
bool renew_correct(struct desk *d, const struct body *b, enum cert_kind kind, const char *reason, bool undo,
                   struct renew_dates *ret, struct err *e);

#endif
