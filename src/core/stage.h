/* How far the renewal of one certificate is (procedure A3: warned → answered → received → installed → registry updated
 * → checked). "Warned" is no stage of its own: it shows in the consumed thresholds. */
#ifndef TALAIA_CORE_STAGE_H
#define TALAIA_CORE_STAGE_H

#include <stdbool.h>

/* X(name, code, words, line of the comment; %s = CDS or CDA) */
#define STAGE_LIST(X)                                                                                                  \
    X(ANSWERED, "answered", N_("answered"), N_("%s: the body answered."))                                              \
    X(RECEIVED, "received", N_("received"), N_("%s received."))                                                        \
    X(INSTALLED, "installed", N_("installed"), N_("%s installed."))                                                    \
    X(REGISTRY, "registry", N_("registry updated"), N_("%s: registry updated."))                                       \
    X(CHECKED, "checked", N_("checked"), N_("%s renewed and checked."))
enum stage {
#define X(name, code, words, line) STAGE_##name,
    STAGE_LIST(X)
#undef X
        STAGE_COUNT
};
const char *stage_code(enum stage s);
const char *stage_words(enum stage s); /* English, for tr() */
const char *stage_line(enum stage s);  /* the same, with one %s */
bool stage_parse(const char *code, enum stage *ret);

#endif
