/* The warnings to come: who would be warned, when, with which text, and why (procedure A3). A dry run: it changes
 * nothing. */
#ifndef TALAIA_FLOW_PLAN_H
#define TALAIA_FLOW_PLAN_H

#include "core/calendar.h"
#include "core/warning.h"
#include "draw/template.h"
#include "flow/desk.h"
#include "flow/evidence.h"
#include "record/body.h"
#include "record/contact.h"

struct planned {
    const struct body *body;
    struct warning warning;
    struct warning_case wcase; /* as it stands before this message */
    const char *subject;
    const char *why; /* in the desk's language */
    const struct contact *contacts;
    size_t contact_count;
    const struct contact *bounced; /* whose mail came back; those who take none are not among the contacts */
    size_t bounced_count;
};

/* A body that would be warned and is not; X(name, code, words) */
#define UNWARNED_LIST(X)                                                                                               \
    X(EXCLUDED, "excluded", N_("left out on purpose"))                                                                 \
    X(NOT_VERIFIABLE, "not-verifiable", N_("its dates cannot be verified"))                                            \
    X(ANSWERED, "answered", N_("the body has answered"))                                                               \
    X(NO_DATES, "no-dates", N_("the registry has no date"))
enum unwarned {
#define X(name, code, words) UNWARNED_##name,
    UNWARNED_LIST(X)
#undef X
        UNWARNED_COUNT
};
const char *unwarned_words(enum unwarned u);

/* A certificate whose renewal has begun to show and is not all there. */
struct plan_check {
    const struct body *body;
    enum cert_kind kind;
    enum evidence_outcome outcome;
};

struct plan {
    day_t from, until;
    struct bodies bodies;
    const struct planned *items; /* by day, then urgency, then name */
    size_t count;
    const struct week_load *weeks; /* those with a warning, oldest first */
    size_t week_count;
    size_t unwarned[UNWARNED_COUNT];   /* bodies with a certificate that comes below the first threshold by `until` */
    const struct plan_check *to_check; /* renewed in part, or not to be seen from here: somebody has to do something */
    size_t to_check_count;
    const struct body **to_person; /* answered, below the last threshold, not installed: a person must look */
    size_t to_person_count;
};

/* The next `days` days from the desk's day. Everything lives in `a`. */
bool plan_make(struct desk *d, struct arena *a, int days, struct plan *ret, struct err *e);

/* The week in which that warning goes out. */
const struct week_load *plan_week(const struct plan *plan, day_t on);
/* What is special of a week, in the desk's language: "31 warnings, more than 25; August; 1 holiday"; "" when nothing
 * is. */
const char *plan_week_words(struct desk *d, struct arena *a, const struct week_load *w);

/* The message as the profile's template makes it, in that language. */
bool plan_message(struct desk *d, struct arena *a, const struct planned *p, enum lang lang, struct template *ret,
                  struct err *e);
/* The same from a text that is given; `where` is shown in errors. */
bool plan_render(struct desk *d, struct arena *a, const struct planned *p, enum lang lang, struct str text,
                 const char *where, struct template *ret, struct err *e);
/* The profile's name of the text for that situation: "warning-single". */
const char *plan_message_name(enum situation s);

#endif
