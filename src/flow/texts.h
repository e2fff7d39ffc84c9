/* The texts of the profile: where each is, changing them at the desk, and how they come out.
 *
 * A text is a file of the profile until somebody writes it at the desk; from then on the store's newest version is in
 * force, for every role and machine (docs/decisions.md, "Texts"). All who render ask profile_message(), which looks at
 * desk.files.texts first: so there is one truth, and `talaia config check` sees it too. */
#ifndef TALAIA_FLOW_TEXTS_H
#define TALAIA_FLOW_TEXTS_H

#include "draw/template.h"
#include "flow/desk.h"
#include "record/body.h"
#include "record/text_version.h"

/* One text that may be edited. */
struct text_kind {
    const char *name;   /* "warning-single" */
    const char *words;  /* English, for tr() */
    const char *fields; /* what it may hold between braces, apart by blanks */
};
extern const struct text_kind text_kinds[];
extern const size_t text_kind_count;
const struct text_kind *text_kind_find(const char *name); /* NULL */

/* Puts the versions of the store into d->files.texts, when they have changed. Whoever lives long and renders calls it
 * in the transaction in which it reads; desk_open does it for the others. */
bool texts_refresh(struct desk *d, struct tx *tx, struct err *e);
bool texts_read(struct desk *d, struct err *e); /* the same in a transaction of its own */

struct text_now {
    const char *text;
    const char *where; /* the file, or that it was written at the desk */
    int64_t version;   /* of the store; 0: the file, none was ever kept */
    bool at_desk;
    const char *who, *reason; /* of the version; "" */
    instant_t at;
};
/* As it is in force; also read from the store when d->files has an older one. In the desk's arena. */
bool texts_get(struct desk *d, const struct text_kind *k, enum lang lang, struct text_now *ret, struct err *e);
bool texts_history(struct desk *d, const struct text_kind *k, enum lang lang, struct text_version **ret,
                   size_t *ret_count, struct err *e);

/* Whether the text can be rendered: an unknown field is an error with its line and the nearest name. */
bool texts_check(struct desk *d, const struct text_kind *k, enum lang lang, const char *text, struct err *e);
/* A new version, checked first. `expect`: the version that the person saw, -1: whatever is there. The same text as is
 * in force is ERR_STATE. */
bool texts_save(struct desk *d, const struct text_kind *k, enum lang lang, const char *text, const char *reason,
                int64_t expect, int64_t *ret_version, struct err *e);
/* That version again, as a new one; 0: the profile's file. */
bool texts_restore(struct desk *d, const struct text_kind *k, enum lang lang, int64_t version, const char *reason,
                   int64_t *ret_version, struct err *e);

/* How it would come out for that body (NULL for a report: it is about all): subject and words. `html` is written to
 * when it is not NULL, else `words`. */
struct text_preview {
    const char *subject, *to; /* in the desk's arena; "" */
    bool as_html;             /* to html; a report only has words here: its tables are the e-mail's */
};
bool texts_preview(struct desk *d, const struct text_kind *k, enum lang lang, const char *text, const struct body *b,
                   struct html *html, struct buf *words, struct text_preview *ret, struct err *e);
/* A body for the preview: the next that would get this text, else the most urgent with the certificates it needs; NULL
 * when there is none. Its bodies live in the arena. */
const struct body *texts_sample(struct desk *d, struct arena *a, const struct text_kind *k,
                                const struct bodies *bodies);

#endif
