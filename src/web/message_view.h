/* What was explained of a message, as parts of a page: the findings, the message with its places marked, where two
 * canonical forms part. Everything comes from a process that may have been taken over by the message: nothing is
 * believed but that it is text. Internal to the web. */
#ifndef TALAIA_WEB_MESSAGE_VIEW_H
#define TALAIA_WEB_MESSAGE_VIEW_H

#include "web/call.h"

struct finding {
    const char *code, *grade, *xpath; /* never NULL; grade "error" */
    int line;                         /* 0: about the whole */
    size_t at, n;                     /* in the text; n 0: not known */
    const char *sentence, *advice, *found, *expected;
    int answer; /* of the service; 0: not known */
};
struct findings {
    const struct finding *items; /* gravest first, else as they came */
    size_t count;
};

/* Out of the JSON of `gateway explain`; in the request's arena, with the texts of the JSON. `text` bounds the places.
 */
void findings_read(struct call *c, const json_t *explanation, struct str text, struct findings *ret);

/* Glyph, word and colour of "error", "warning", "info". */
void part_grade(struct call *c, const char *grade);
/* The steps of a message in their order: words and state "good", "warning", "error", "" not reached. */
struct step_shown {
    const char *words, *state; /* English */
};
void part_steps(struct call *c, const struct step_shown *steps, size_t count);
/* `linked`: the lines lead into the source below. */
void part_findings(struct call *c, const struct findings *all, bool linked);
void part_source(struct call *c, struct str text, const struct findings *all);
void part_difference(struct call *c, const char *part, struct str ours, struct str theirs, size_t at);

#endif
