/* The sections of a body's page. Internal to the web. */
#ifndef TALAIA_WEB_BODY_PARTS_H
#define TALAIA_WEB_BODY_PARTS_H

#include "flow/served.h"
#include "flow/status.h"
#include "record/action.h"
#include "record/contact.h"
#include "record/history.h"
#include "record/renewal.h"
#include "web/layout.h"

/* A chain of certificates, and who shows it. */
struct shown_chain {
    const struct certificate *certificates; /* as sent, the server's own first */
    size_t count;
    const char *title;
    const char *note; /* when and by whom; "" */
};

struct body_page {
    const struct view *view;
    const struct view_body *item;
    const struct form *refused; /* the form that was not accepted, or NULL */
    bool checking; /* looked at before the rest is read: what it finds meanwhile is seen at the next coming */
    struct observation *seen;
    struct shown_chain *chains; /* what addresses serve, each once, and what was handed in */
    struct contact *contacts;
    struct given_certificate *given;
    struct outage *outages;
    struct action *actions;
    struct history_event *events;
    bool checked[LIMIT_WEB_PAST_DAYS]; /* days that it was looked at */
    struct status status;              /* of its open cases: what comes next, and why */
    struct renewals renewals;
    size_t seen_count, chain_count, contact_count, given_count, outage_count, action_count, event_count;
};

void body_buttons(struct call *c, const struct body_page *p);
void body_observed(struct call *c, const struct body_page *p);
/* Reads p->chains; what was seen and given is there already. */
bool body_chains_load(struct call *c, struct tx *tx, struct body_page *p);
void body_certificates(struct call *c, const struct body_page *p);
/* A term and its value in a <dl class="pairs">; nothing when there is no value. */
void body_pair(struct call *c, const char *label, const char *value, bool code);
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
