/* Jira Data Center, REST v2: what its files share. Private to the room.
 * jira.c finds and makes tickets; jira_change.c changes them; jira_plan.c knows what a new one needs; jira_read.c
 * understands what Jira says (pure). */
#ifndef TALAIA_TICKET_JIRA_H
#define TALAIA_TICKET_JIRA_H

#include "ticket/adapter.h"
#include "ticket/remote.h"

#define JIRA_API "/rest/api/2/"
#define JIRA_TEXT_CHARS 32767 /* jira.text.field.character.limit, as it is delivered */
#define JIRA_TEXT_SPARE 2767  /* for our mark, and what jira_text_write adds to an ordinary text */

/* What a new ticket needs; found out once per open tracker. */
struct jira_plan {
    bool made;
    const char *type_id, *type_name;
    const char *date_id, *date_name; /* NULL when tracker.date_field is empty */
    bool has_due;                    /* duedate is on the create screen */
    json_t *values;                  /* copied from the template, without what is the ticket's own */
};

struct jira {
    struct remote remote;
    const struct tracker_options *o;
    struct arena arena; /* as long as the tracker is open */
    struct jira_plan plan;
};

/* True when the plan is made, now or before. */
bool jira_plan_make(struct jira *j, struct err *e);
void jira_plan_free(struct jira_plan *p);
/* The template as Jira shows it; NULL when none is configured. ERR_REMOTE when it is not there. */
bool jira_template_get(struct jira *j, json_t **ret, struct err *e);
/* The parts of jira_plan_make, for the examination. */
bool jira_type_find(struct jira *j, const json_t *template_issue, const char **ret_id, const char **ret_name,
                    struct err *e);
/* *ret: an object fieldId → field of the create screen of that type; the caller calls json_decref. */
bool jira_screen_get(struct jira *j, const char *type_id, json_t **ret, struct err *e);
/* The field of tracker.date_field among such an object. False with ERR_REMOTE when it is not there: `where` says on
 * which screen was looked. *ret_id NULL when none is configured. */
bool jira_date_find(struct jira *j, const json_t *fields, const char *where, const char **ret_id, const char **ret_name,
                    struct err *e);

/* --- one ticket (jira.c) --- */

/* ERR_UNKNOWN, always false. */
bool jira_no_ticket(const struct jira *j, const char *key, struct err *e);
/* GET of a resource below a ticket ("/watchers", "?fields=status"); the ticket must be there. */
bool jira_part_get(struct jira *j, const char *key, const char *part, json_t **ret, struct err *e);
/* A change of such a resource. */
enum remote_end jira_part_send(struct jira *j, enum http_method method, const char *key, const char *part,
                               const json_t *body, struct err *e);
bool jira_notes_get(struct jira *j, struct arena *a, const char *key, const struct ticket_note **ret, size_t *ret_count,
                    struct err *e);

/* --- changes (jira_change.c): as in adapter.h --- */
bool jira_note_add(void *self, struct tx *tx, const char *key, const char *marker, const char *text, instant_t tried,
                   struct err *e);
bool jira_set_due(void *self, struct tx *tx, const char *key, day_t due, struct err *e);
bool jira_watch(void *self, struct tx *tx, const char *key, const char *user, struct err *e);
bool jira_link(void *self, struct tx *tx, const char *key, const char *other, struct err *e);
bool jira_set_open(void *self, struct tx *tx, const char *key, bool open, struct err *e);
bool jira_attach(void *self, struct tx *tx, const char *key, const struct ticket_file *f, struct err *e);
bool jira_examine(void *self, struct tx *tx, struct arena *a, struct tracker_report *ret, struct err *e);

/* --- pure (jira_read.c) --- */

/* A ticket as Jira shows it, without notes and watchers. `names` (may be NULL) gives the names of its fields;
 * `date_field` is tracker.date_field. */
void jira_ticket_read(struct arena *a, const json_t *issue, const json_t *names, const char *date_field,
                      const char *browse, struct ticket *ret);
/* The value of a field of an existing ticket as a create takes it; NULL when it cannot be copied. A new reference. */
json_t *jira_value_copy(const json_t *value, const json_t *schema);
/* The reasons of a refusal in one line, fields named. "" when there are none. */
char *jira_reasons(struct arena *a, const json_t *body, const json_t *screen);
/* The text with what Jira would take for links, pictures, macros and users made harmless, and back. */
char *jira_text_write(struct arena *a, const char *text);
char *jira_text_read(struct arena *a, const char *text);
/* A JQL string: quoted, with backslashes and quotes escaped, control characters left out. */
char *jql_quote(struct arena *a, const char *text);

#endif
