/* Redmine, REST (5.0): what its files share. Private to the room.
 * redmine.c finds and makes tickets; redmine_change.c changes them; redmine_read.c understands what Redmine says
 * (pure).
 *
 * Redmine has no labels: the mark stands at the end of the description, "(talaia-… renewal)". What it does not take (a
 * field that is read-only, a state that the workflow does not allow, a watcher who may not see the ticket) it leaves
 * out without a word, so what matters is looked at afterwards. Keys are "#12"; "12" is understood. */
#ifndef TALAIA_TICKET_REDMINE_H
#define TALAIA_TICKET_REDMINE_H

#include "ticket/adapter.h"
#include "ticket/remote.h"

#define REDMINE_TEXT_CHARS 16000 /* its column has 64 KB on MySQL, in up to four bytes each */

struct redmine {
    struct remote remote;
    const struct tracker_options *o;
    struct arena arena; /* as long as the tracker is open */
    bool logged_in;     /* /users/current.json knew us: a wrong key is answered as if nobody had logged in */
    const char *me;
    int64_t type_id; /* 0: not asked yet */
    const char *type_name;
};

/* --- redmine.c --- */

/* GET after the login was looked at. Arguments as remote_get. */
bool redmine_get_path(struct redmine *r, const char *path, json_t **ret, bool *ret_found, struct err *e);
/* One ticket with what `include` names ("journals,watchers"); it must be there. */
bool redmine_issue_get(struct redmine *r, const char *key, const char *include, json_t **ret, struct err *e);
enum remote_end redmine_issue_put(struct redmine *r, const char *key, json_t *issue, struct err *e);
/* The template; NULL when none is configured. */
bool redmine_template_get(struct redmine *r, json_t **ret, struct err *e);
/* The tracker ("type") of new tickets. */
bool redmine_type_find(struct redmine *r, const json_t *template_issue, struct err *e);
/* The id of tracker.date_field among the custom fields of a ticket; 0 when none is configured. */
bool redmine_date_find(struct redmine *r, const json_t *issue, const char *key, int64_t *ret_id, struct err *e);
bool redmine_get(void *self, struct tx *tx, struct arena *a, const char *key, struct ticket *ret, bool *ret_found,
                 struct err *e);

/* --- redmine_change.c: as in adapter.h --- */
bool redmine_note_add(void *self, struct tx *tx, const char *key, const char *marker, const char *text, instant_t tried,
                      struct err *e);
bool redmine_set_due(void *self, struct tx *tx, const char *key, day_t due, struct err *e);
bool redmine_watch(void *self, struct tx *tx, const char *key, const char *user, struct err *e);
bool redmine_link(void *self, struct tx *tx, const char *key, const char *other, struct err *e);
bool redmine_set_open(void *self, struct tx *tx, const char *key, bool open, struct err *e);
bool redmine_attach(void *self, struct tx *tx, const char *key, const struct ticket_file *f, struct err *e);
bool redmine_examine(void *self, struct tx *tx, struct arena *a, struct tracker_report *ret, struct err *e);

/* --- redmine_read.c, pure --- */

/* "#12" or "12" → 12; 0 when it is none. */
int64_t redmine_number(struct str key);
/* A ticket as Redmine shows it ("issue": {…}), with its notes when they are there. */
void redmine_ticket_read(struct arena *a, const json_t *issue, const char *date_field, const char *base,
                         struct ticket *ret);
/* Custom field by name or number; NULL when there is none. */
const json_t *redmine_field(const json_t *issue, const char *name);
/* The reasons of a refusal in one line; "" when there are none. */
char *redmine_reasons(struct arena *a, const json_t *body);

#endif
