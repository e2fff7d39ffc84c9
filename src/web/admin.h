/* What the pages of Administration are made of, besides layout.h: proving again who one is, what is shown once, lists.
 * Internal to the web. */
#ifndef TALAIA_WEB_ADMIN_H
#define TALAIA_WEB_ADMIN_H

#include "web/layout.h"

/* The cards of Administration, in order; one is shown when its route exists and the person may. */
struct admin_card {
    const char *path, *title, *text; /* English, for tr() */
};
extern const struct admin_card admin_cards[];
extern const size_t admin_card_count;

/* ------------------------------------------------------------------ who it is, once more */

/* Before something dangerous the password is asked for again, unless it was given within LIMIT_PROVED_SECONDS. Who
 * comes in by the reverse proxy has none here; the single sign-on vouches. */
void prove_field(struct call *c, const struct form *f);
/* False with ERR_VALUE (not right, or too many attempts) or another reason in c->err. */
bool prove_check(struct call *c);

/* ------------------------------------------------------------------ forms of a page with several */

/* That form of the page: as it was refused, or new. */
struct form admin_form(const struct form *refused, const char *action);
/* A form that is one button. */
void admin_button(struct call *c, const char *action, const char *name, const char *value, const char *label);
/* What a form has done: to `page`?fet=`what` when it went well; else `show` with the reason when the person can do
 * something about it. */
void admin_done(struct call *c, bool ok, const char *page, const char *what,
                void (*show)(struct call *c, const struct form *refused, int status));
/* "Done." and what has been done, when the address has ?fet=…. `words`: code, English sentence. */
void admin_notice(struct call *c, const char *const (*words)[2], size_t count);

/* A page with something secret that is never shown again, and the way back. */
void admin_once(struct call *c, const char *title, const char *text, const char *const *items, size_t count,
                const char *back);

/* Begins it in the name of who asks; false with ERR_STATE when it was tried a moment ago. */
bool admin_job(struct call *c, enum job_kind kind, const char *input);
/* How it stands and what it found; nothing when it was never begun. */
void part_job(struct call *c, enum job_kind kind);

/* ------------------------------------------------------------------ lists */

/* <table> with a caption for those who do not see. Titles are English. */
void list_open(struct call *c, const char *caption, const char *const *titles, size_t count);
void list_close(struct call *c);
void list_row(struct call *c);
void list_row_end(struct call *c);
/* A cell; on a telephone its title (English, NULL: none) stands before it. */
void list_cell(struct call *c, const char *title);
void list_cell_end(struct call *c);
void list_text(struct call *c, const char *title, const char *text);
void list_instant(struct call *c, const char *title, instant_t t, const char *none);

#endif
