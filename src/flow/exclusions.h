/* Who is left out of warnings and report: the profile's list, and what a person says of one body, either way, with a
 * reason and perhaps a last day. A person's word beats the profile. Each is one transaction with its line in the audit
 * trail. */
#ifndef TALAIA_FLOW_EXCLUSIONS_H
#define TALAIA_FLOW_EXCLUSIONS_H

#include "flow/desk.h"
#include "record/body.h"
#include "record/exclusion.h"

struct exclusion_given {
    bool in;            /* it is in although the profile leaves it out */
    const char *code;   /* a reason of the profile; "": the reason in words says it all */
    const char *reason; /* in words */
    day_t until;        /* DAY_NONE: until it is lifted */
};
bool exclusions_add(struct desk *d, const struct body *b, const struct exclusion_given *g, struct err *e);
bool exclusions_lift(struct desk *d, const struct body *b, const char *reason, struct err *e);

/* One body that is out, or that a person has put in. */
struct exclusion_line {
    const struct body *body;
    const struct exclusion_word *word; /* NULL: by the profile alone */
    const char *reason;                /* why it is out, or in, in the desk's language or a person's words */
};
struct exclusion_list {
    struct bodies bodies;
    const struct exclusion_line *items; /* by name */
    size_t count;
};
bool exclusions_list(struct desk *d, struct arena *a, struct exclusion_list *ret, struct err *e);

#endif
