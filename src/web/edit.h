/* What was written is corrected where it stands: the comment of a case, an action. Without JavaScript a form opens
 * under the text; with it (share/web/desk.js) the text itself becomes the field, is kept when one leaves it, and says
 * so. Whoever wrote over what somebody else changed meanwhile sees both. Internal to the web. */
#ifndef TALAIA_WEB_EDIT_H
#define TALAIA_WEB_EDIT_H

#include "record/action.h"
#include "web/layout.h"

struct edit {
    const char *back;           /* "divendres", or "" for the body's own page */
    const struct form *refused; /* the form of the page that was not accepted, or NULL */
};

/* The text and, for those who may, its form. `covers`: the certificates of the case. */
void edit_comment(struct call *c, const struct edit *e, int64_t body_id, const bool covers[CERT_KINDS],
                  const char *comment);
/* `shown`: the line that stands there; the form has text, group, day and ticket, and beside it one takes it back. */
void edit_action(struct call *c, const struct edit *e, const struct action *x, const char *shown);
/* A form that adds to what stands above: an action of an outage. */
void edit_outage_note(struct call *c, const struct edit *e, int64_t body_id);

/* The form that goes to `action`: as it came back when it is the one that was refused. */
struct form edit_form(const struct edit *e, const char *action);

/* After a form: done as JSON or the page that it came from; refused the same, with what was typed. `now` not NULL: what
 * somebody else wrote meanwhile. */
void edit_done(struct call *c, const char *what, const char *row);
void edit_refused(struct call *c, const char *action, const char *now, const char *reason);

#endif
