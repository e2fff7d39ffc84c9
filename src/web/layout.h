/* What every page is made of: the frame with its navigation, states, times, forms. Internal to the web. */
#ifndef TALAIA_WEB_LAYOUT_H
#define TALAIA_WEB_LAYOUT_H

#include "web/call.h"

/* Everything up to <main>. `place`: the path of the navigation that this page belongs to, "" when none. Strangers get
 * no navigation. */
void layout_begin(struct call *c, const char *title, const char *place);
void layout_end(struct call *c);

/* The page's heading with a line below it (NULL: none); between `_open` and `_close` stand its buttons. */
void layout_head_open(struct call *c, const char *title, const char *sub);
void layout_head_close(struct call *c);
void layout_head(struct call *c, const char *title, const char *sub);

/* A heading of second rank, with a number or remark after it ("" none). */
void layout_section(struct call *c, const char *id, const char *title, const char *remark);

/* Language and colours. */
void layout_preferences(struct call *c);

/* Percent-encoded for a value of a query; a path keeps its '/'. In the arena. */
const char *layout_encode(struct call *c, const char *text);
const char *layout_encode_path(struct call *c, const char *path);

/* "/ens/12" */
const char *layout_body_path(struct call *c, int64_t id);

/* Glyph, word and colour; `word` NULL: that of the state. */
void part_state(struct call *c, enum body_state s, const char *word);
/* A day as distance or date, the exact one on focus: <time>. */
/* "in 12 days", "expires today", "expired today": of that certificate; "" without a date. */
const char *words_expiry(struct call *c, const struct body *b, enum cert_kind kind, day_t today);
void part_day(struct call *c, day_t d, const char *words);
void part_instant(struct call *c, instant_t t);
void part_link(struct call *c, const char *to, const char *class, const char *text); /* class NULL: none */
/* What stands between two ` is <code>: commands in sentences. Notices, empty states, helps and the line below the
 * page's heading go through it. */
void part_words(struct call *c, const char *text);
/* "Nothing here", what it means and what to do next. */
void part_empty(struct call *c, const char *title, const char *text);
void part_notice(struct call *c, bool good, const char *title, const char *text);

/* ------------------------------------------------------------------ forms */

/* A form that was sent and not accepted comes back with what was typed and the reason. */
struct form {
    const char *action;  /* where it goes: also tells forms of one page apart */
    const char *refused; /* the reason, NULL: not sent yet; "": it is told elsewhere on the page */
    struct str typed;    /* the body of the request that was refused */
    bool upload;         /* it sends a file */
    const char *now;     /* what somebody else wrote meanwhile; NULL: nobody did */
};
/* <form> with the token of the session. */
void form_open(struct call *c, const struct form *f, const char *class);
void form_close(struct call *c, const char *button, bool primary);
struct field {
    const char *name, *label;        /* English, for tr() */
    const char *type;                /* "text", "date", "password", "textarea", "select" */
    const char *value;               /* when nothing was typed */
    const char *help;                /* English, or NULL */
    const char *complete;            /* of autocomplete, or NULL */
    const char *list;                /* id of a <datalist>, or NULL */
    const char *const (*choices)[2]; /* select: code, words (English) */
    size_t choice_count;
    size_t most; /* characters, 0: not said */
    bool optional;
};
void form_field(struct call *c, const struct form *f, const struct field *x);
/* <input> for a day, still open for more attributes. It is written and read as the desk's languages do, 31/12/2026: a
 * field of type date follows the browser's own language. `value`: as words_day() reads it, or what was typed. */
void form_date(struct call *c, const char *name, const char *value);
bool form_day(struct call *c, const char *text, day_t *ret);      /* of such a field; ERR_VALUE */
bool form_read_day(struct call *c, const char *name, day_t *ret); /* its field; empty: today */
void form_hidden(struct call *c, const char *name, const char *value);

/* A form behind a button that opens without JavaScript: <details>. Open when it was refused. */
void form_fold_open(struct call *c, const struct form *f, const char *label, bool primary);
void form_fold_close(struct call *c);

#endif
