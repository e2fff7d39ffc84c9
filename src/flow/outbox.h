/* The outbox as people and the scheduler use it: planning the day's warnings, approving, cancelling, settling. Each is
 * one transaction with its line in the audit trail. Carrying the messages on is flow/mailer.h. */
#ifndef TALAIA_FLOW_OUTBOX_H
#define TALAIA_FLOW_OUTBOX_H

#include "flow/plan.h"
#include "record/message.h"

/* What came of one message in a gesture. X(name, "code", words) */
#define OUTBOX_RESULTS(X)                                                                                              \
    X(PLANNED, "planned", N_("waits for approval"))                                                                    \
    X(APPROVED, "approved", N_("approved"))                                                                            \
    X(SECOND, "second", N_("waits for a second approval"))                                                             \
    X(NO_CONTACT, "no-contact", N_("nobody to write to: add a contact"))                                               \
    X(CANCELLED, "cancelled", N_("not due any more"))                                                                  \
    X(TAKEN, "taken", N_("approved already"))
enum outbox_result {
#define X(name, code, words) OUTBOX_RESULT_##name,
    OUTBOX_RESULTS(X)
#undef X
        OUTBOX_RESULT_COUNT
};
const char *outbox_result_code(enum outbox_result r);
const char *outbox_result_words(enum outbox_result r);

struct outbox_line {
    struct message message;
    const char *body_name; /* natural form */
    enum outbox_result result;
    const char *detail; /* why cancelled; who approved it already; "" */
};
struct outbox_lines {
    const struct outbox_line *items; /* by urgency, as the plan has them */
    size_t count;
    size_t of[OUTBOX_RESULT_COUNT];
    int storm; /* the guard's number, when something waits for a second approval */
};

/* The day's warnings become messages: those that the plan has for the desk's day and that are none yet. In automatic
 * mode they are approved at once, as far as the storm guard lets them. A body without contact gets its message too: it
 * stays planned and is work to do. Everything that is planned is in *ret. */
bool outbox_plan(struct desk *d, struct arena *a, struct outbox_lines *ret, struct err *e);

struct outbox_gesture {
    const int64_t *bodies; /* only these; count 0: all */
    size_t count;
    bool second; /* the second approval that the storm guard asks for; takes a reason */
    const char *reason;
};
/* A person approves what is planned (and plans the day first): one gesture, one transaction. When it would be more than
 * the profile's storm for the day, this is noted as the first approval and a second gesture must follow. A body whose
 * warning was approved by somebody else meanwhile is told as `taken`. */
bool outbox_approve(struct desk *d, struct arena *a, const struct outbox_gesture *g, struct outbox_lines *ret,
                    struct err *e);

/* ERR_UNKNOWN when there is none. */
bool outbox_find(struct desk *d, struct tx *tx, struct arena *a, int64_t id, struct message *ret, struct err *e);

/* What a person knows of a message that is ambiguous: it was sent, or it was not and goes again. A refused one may only
 * go again: it is written anew, for contacts that were corrected. */
bool outbox_settle(struct desk *d, struct arena *a, int64_t id, bool sent, const char *reason, struct message *ret,
                   struct err *e);
/* Not to be sent after all; what it consumed is given back. */
bool outbox_cancel(struct desk *d, struct arena *a, int64_t id, const char *reason, struct message *ret, struct err *e);

/* What follows from a message that went out, in the transaction in which it becomes sent: a comment for its ticket and
 * a line in the case's comment. */
bool outbox_was_sent(struct desk *d, struct tx *tx, struct arena *a, const struct message *m, struct err *e);

/* A message that has not left is cancelled, and its thresholds are free again. */
bool outbox_drop(struct desk *d, struct tx *tx, enum outbox_actor actor, struct message *m, const char *reason,
                 struct err *e);

#endif
