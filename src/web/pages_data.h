/* The pages of the administration that are about data: contacts, exclusions, texts, imports. Internal to the web. */
#ifndef TALAIA_WEB_PAGES_DATA_H
#define TALAIA_WEB_PAGES_DATA_H

#include "record/body.h"
#include "record/import.h"
#include "web/layout.h"

#define ADMIN_PLACE "/administracio" /* of the navigation */

void page_contacts(struct call *c);
void page_contact(struct call *c);
void form_contact_add(struct call *c);
void form_contact(struct call *c);
/* Adds one to that body; NULL: the body is written in the form. `refused` NULL: nothing was. */
void contact_add_form(struct call *c, const struct form *refused, const struct body *b, bool primary);

void page_exclusions(struct call *c);
void form_exclusion_add(struct call *c);
void form_exclusion_lift(struct call *c);

void page_texts(struct call *c);
void page_text(struct call *c);
void form_text(struct call *c);
void form_text_restore(struct call *c);

void page_imports(struct call *c);
void page_import(struct call *c);
void form_import_look(struct call *c);
void form_import_confirm(struct call *c);

/* "Registry" of "registry". */
const char *import_kind_words(struct call *c, const char *kind);
/* One card of a <dl class="facts">. */
void import_write_counts(struct call *c, const char *kind, const struct import_counts *n);
/* What `talaia import --dry-run --json` printed. */
void import_write_plan(struct call *c, const json_t *x);
/* Each: event, sheet, row, body, text. */
void import_write_lines(struct call *c, const json_t *lines);
void import_write_difference(struct call *c, const struct import_difference *x);

/* The body that a field means: its number from its own page, else as a person writes it. NULL with the reason in
 * c->err, or after an answer. */
const struct body *form_named_body(struct call *c, const char *name);
/* A day as forms send it, within LIMIT_YEAR_MIN … LIMIT_YEAR_MAX; the reason in c->err. */
/* What was refused as a form that comes back, when a person can mend it; else false after an answer. */
bool form_refuse(struct call *c, struct form *ret);
struct str form_typed(struct call *c); /* of such a form */
/* <thead> with these titles (English) and <tbody>. `number`: the column that is to the right; NO_NUMBER. */
#define NO_NUMBER SIZE_MAX
void part_table_head(struct call *c, const char *const *titles, size_t count, size_t number);

#endif
