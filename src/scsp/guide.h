/* The documentation of a modality, made from its file: what it is asked with, what it answers, which codes, examples
 * with the answers that the back office really gives. The command line and the pages show it; nothing of it is written
 * by hand, so it cannot be out of date.
 *
 *     struct guide g;
 *     if (guide_make(&arena, &service, modality, lang, now, &g, e))
 *         guide_markdown(&buf, &g, lang);
 */
#ifndef TALAIA_SCSP_GUIDE_H
#define TALAIA_SCSP_GUIDE_H

#include "scsp/service.h"

struct guide_line {
    int depth;         /* 0: the root */
    const char *name;  /* of the element; of a group in words ("one of:") */
    bool group;        /* it is a group of those below it, and no element */
    const char *kind;  /* "a whole number", in the language; "" for an element with elements in it */
    const char *times; /* "1", "0–1", "0–n", "1–n" */
    const char *note;  /* what else must be known, in the language; "" */
    bool personal;     /* a citizen's data */
};
struct guide_code {
    const char *code, *text;
};
struct guide_example {
    const char *id;               /* in the platform's test set, or a few words in Catalan */
    const char *ask;              /* "CodINE=9821920002 IdCites=841207329" */
    int code;                     /* what it is answered; that of the file, which the tests compare */
    const char *text;             /* as the service says it */
    const char *request, *answer; /* payloads; answer "" when the back office does not have the modality */
};
struct guide {
    const struct modality *m;
    const char *title;
    const char *fronts; /* "Sincron, Asincron" */
    struct guide_line *request, *response;
    size_t request_count, response_count;
    struct guide_code *codes;
    size_t code_count;
    struct guide_example *examples;
    size_t example_count;
};

/* Texts are in the arena, in the modality or constants. */
bool guide_make(struct arena *a, const struct service *service, const struct modality *m, enum lang lang, instant_t now,
                struct guide *ret, struct err *e);
/* One page. Adds to `to`; what does not fit is cut (buf_full). */
void guide_markdown(struct buf *to, const struct guide *g, enum lang lang);

/* An XML of one line as a person reads it: an element a line, indented. */
const char *guide_xml(struct arena *a, const char *xml);

#endif
