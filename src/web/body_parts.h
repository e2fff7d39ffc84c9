/* The sections of a body's page. Internal to the web. */
#ifndef TALAIA_WEB_BODY_PARTS_H
#define TALAIA_WEB_BODY_PARTS_H

#include "record/action.h"
#include "record/contact.h"
#include "record/history.h"
#include "record/renewal.h"
#include "web/layout.h"

struct body_page {
    const struct view *view;
    const struct view_body *item;
    const struct form *refused; /* the form that was not accepted, or NULL */
    struct observation *seen;
    struct served_certificate *certificates; /* one for each of `seen`; fingerprint "" when none is kept */
    struct contact *contacts;
    struct given_certificate *given;
    struct outage *outages;
    struct action *actions;
    struct history_event *events;
    struct renewals renewals;
    size_t seen_count, contact_count, given_count, outage_count, action_count, event_count;
};

void body_buttons(struct call *c, const struct body_page *p);
void body_observed(struct call *c, const struct body_page *p);
void body_cases(struct call *c, const struct body_page *p);
void body_contacts(struct call *c, const struct body_page *p);
void body_actions(struct call *c, const struct body_page *p);
void body_timeline(struct call *c, const struct body_page *p);

/* The form that goes to /ens/ID/WHAT: as it came back when it is the one that was refused. */
struct form body_form(struct call *c, const struct body_page *p, const char *what);
/* "renewal", "migration", … and their words, for a select. */
extern const char *const body_groups[][2];
#define BODY_GROUPS 4

#endif
