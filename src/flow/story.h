/* The story of a body's renewals in order of time, from the first date to the closing: what the registry said, what
 * went out and to whom, what was answered, how far it came, what was seen, what people wrote. A technician understands
 * the whole renewal from it. For `talaia warnings status BODY`; nothing is changed. */
#ifndef TALAIA_FLOW_STORY_H
#define TALAIA_FLOW_STORY_H

#include "flow/status.h"

/* X(name, code) */
#define STORY_LIST(X)                                                                                                  \
    X(REGISTRY, "registry")                                                                                            \
    X(OPENED, "opened")                                                                                                \
    X(WARNING, "warning")                                                                                              \
    X(MAIL, "mail")                                                                                                    \
    X(TICKET, "ticket")                                                                                                \
    X(STAGE, "stage")                                                                                                  \
    X(EVIDENCE, "evidence")                                                                                            \
    X(CORRECTION, "correction")                                                                                        \
    X(COMMENT, "comment")                                                                                              \
    X(CLOSED, "closed")
enum story_what {
#define X(name, code) STORY_##name,
    STORY_LIST(X)
#undef X
        STORY_COUNT
};
const char *story_code(enum story_what w);

struct story_event {
    enum story_what what;
    day_t day;
    instant_t at;
    const char *text; /* in the desk's language; lines may follow, separated by \n */
    const char *who;
};
struct story {
    const struct case_record *record;
    struct warning_case wcase;
    const struct story_event *events; /* oldest first */
    size_t count;
};

/* The body's cases that have begun, the open ones first, then the closed ones from the newest. In `a`; the transaction
 * is the caller's. */
bool story_load(struct desk *d, struct tx *tx, struct arena *a, const struct body *b, struct story **ret,
                size_t *ret_count, struct err *e);

#endif
