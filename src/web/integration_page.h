/* One integration as it is shown: at the desk, and to whoever holds the link of an e-mail to the head of service.
 * Internal to the web. */
#ifndef TALAIA_WEB_INTEGRATION_PAGE_H
#define TALAIA_WEB_INTEGRATION_PAGE_H

#include "flow/onboard.h"
#include "web/layout.h"

#define INTEGRATIONS "/integracions"

struct integration_page {
    struct call *c;
    struct onboard_view v;
    const char *action; /* "/integracions/7", or the path of the link */
    bool by_link;
    const struct form *refused;   /* NULL: none */
    bool confirming;              /* the form that confirms stands there already */
    enum integration_event shown; /* the next thing that stands there already; _COUNT: none */
};

const char *integration_path(struct call *c, int64_t id);
enum body_state integration_look(enum integration_state s);
/* "for 3 days", "since today" */
const char *integration_age_words(struct call *c, const struct integration *x);
/* Whether a file of this integration waits to be checked. */
bool integration_checks(const struct integration_page *p);

/* integration_next.c: the way with where it is now, what is to be done next, and what else may be done. */
void integration_write_way(struct integration_page *p);
void integration_write_next(struct integration_page *p);
void integration_write_deeds(struct integration_page *p);
/* The event of a form of these; false with the reason in c->err. */
bool integration_read_deed(struct call *c, enum integration_event *ret);

/* integration_forms.c: what a person confirms, takes by hand or corrects; files that are brought. */
void integration_write_confirm(struct integration_page *p);
void integration_write_accept(struct integration_page *p, const struct integration_file *f, bool main);
void integration_write_edit(struct integration_page *p);
void integration_write_upload(struct integration_page *p, bool main);
/* One that could not be looked at is checked once more. */
void integration_write_again(struct integration_page *p, const struct integration_waiting *x);
/* The field for several files, dropped or chosen. */
void integration_write_files_field(struct call *c, const char *label);
/* Every file of an upload goes to be checked; *ret_count how many. */
bool integration_take_files(struct call *c, int64_t id, size_t *ret_count);
bool integration_begin_checking(struct call *c, int64_t id);

/* integration_parts.c: the evidence. */
void integration_write_missing(struct integration_page *p);
void integration_write_facts(struct integration_page *p);
void integration_write_checking(struct integration_page *p); /* the list with id "passos" */
void integration_write_documents(struct integration_page *p);
void integration_write_tests(struct integration_page *p);
void integration_write_letters(struct integration_page *p);
void integration_write_story(struct integration_page *p);

/* page_integration.c: the whole page. */
void integration_show(struct integration_page *p, int status);

#endif
