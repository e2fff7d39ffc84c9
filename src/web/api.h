/* The JSON API. What each call takes and answers with stands in one table (api_calls.c), from which the body of a
 * request is read, unknown fields and parameters are refused, and the description is made. Internal to the web. */
#ifndef TALAIA_WEB_API_H
#define TALAIA_WEB_API_H

#include "web/call.h"

enum api_type {
    API_TEXT,
    API_DAY, /* "2026-11-20" */
    API_BOOL,
    API_NUMBER, /* a whole number from 0 on */
    API_CHOICE, /* one of `choices` */
    API_IDS,    /* a list of numbers from 1 on, LIMIT_WEB_API_PAGE at most */
};
/* A field of a request's body. */
struct api_field {
    const char *name;
    const char *form; /* what the form of the page calls it: both go through the same function */
    enum api_type type;
    bool required;
    size_t most;         /* characters of a text */
    const char *choices; /* "technical secretary" */
    const char *summary; /* English */
};

/* Of a body that is a file. */
#define API_JSON (JSON_COMPACT | JSON_REAL_PRECISION(12)) /* 99.9, not 99.900000000000006 */
#define API_FILE_TYPE "application/octet-stream"

struct api_call {
    const char *method, *pattern;
    const char *parameters; /* of the query, apart by blanks; "" none */
    const char *schema;     /* of the answer; NULL: any object */
    bool list;
    /* writes: */
    const struct api_field *fields; /* ended by a NULL name; NULL: a read */
    int status;                     /* when it is done: 200, 201, 202 */
    /* Does it; false with the reason in c->err. *ret_answer NULL: what `resource` says afterwards. */
    bool (*run)(struct call *c, json_t **ret_answer);
    bool file;   /* its body is a file's bytes (application/octet-stream) and no JSON */
    bool secret; /* its answer is shown once: it takes no Idempotency-Key, under which it would be kept */
    /* What the call is about, as its GET answers it; NULL with the reason in c->err. For If-Match and the answer. */
    json_t *(*resource)(struct call *c);
};
extern const struct api_call api_calls[];
extern const size_t api_call_count;
const struct api_call *api_call_of(const struct route *r); /* NULL: the table lacks it */

/* ------------------------------------------------------------------ values */

json_t *day_json(day_t d);
json_t *instant_json(instant_t t);
json_t *text_json(const char *s); /* null for NULL and "" */
struct view_body;
struct view;
json_t *body_json(const struct view *v, const struct view_body *x);
struct outage;
json_t *outage_json(const struct view *v, const struct outage *o);
struct contact;
json_t *contact_json(const struct view *v, const struct contact *x);
struct contact_change;
json_t *contact_change_json(const struct contact_change *x);
struct exclusion_line;
json_t *exclusion_json(const struct exclusion_line *x);
struct message;
json_t *message_json(const struct view *v, const struct message *m);
struct incoming;
json_t *reply_json(const struct view *v, const struct incoming *m);
struct action;
json_t *action_json(const struct view *v, const struct action *x);
struct silence;
json_t *silence_json(const struct view *v, const struct silence *x);
struct import_info;
json_t *import_json(const struct import_info *x);
struct account;
json_t *account_json(const struct account *x);
struct probe_line;
json_t *probe_json(const struct probe_line *x);
struct probe_past;
json_t *probe_history_json(const struct probe_past *x, const char *span);
struct audit_line;
json_t *audit_json(const struct view *v, const struct audit_line *x);
struct text_kind;
struct text_now;
json_t *text_now_json(const struct text_kind *k, enum lang lang, const struct text_now *now);
struct text_version;
json_t *text_version_json(const struct text_version *x);

/* The properties of each schema. X(name, type, nullable) in api_json.c; for the description. */
struct property {
    const char *name, *type; /* JSON type, "day", "instant", "#Schema", or "[Schema" for a list */
    bool nullable;
};
struct schema {
    const char *name;
    const struct property *properties;
    size_t count;
};
extern const struct schema api_schemas[];
extern const size_t api_schema_count;

/* ------------------------------------------------------------------ calls */

/* Everything that a read does before its own work: unknown parameters are refused. False after an answer. */
bool api_begin(struct call *c);
/* The answer of a read, with its ETag. Takes the value. */
void api_send(struct call *c, json_t *value);
/* A problem about one field or parameter. `what` is English for tr(), or in the person's language already. */
void api_problem(struct call *c, int status, const char *field, const char *what);

/* One page of a list. Cursors are opaque and name the last item that was given, so that what comes or goes meanwhile
 * moves nothing.
 *
 *     struct api_page p;
 *     if (!api_page_begin(c, &p)) return;
 *     for (…) if (api_page_wants(&p, item->id, true)) api_page_add(&p, item_json(item));
 *     api_page_end(c, &p);
 */
struct api_page {
    json_t *items;
    int64_t limit, after; /* 0: from the beginning */
    const char *position; /* of the cursor; "" */
    int64_t last;
    bool more;
};
bool api_page_begin(struct call *c, struct api_page *ret);
/* Whether the item belongs to this page; `down`: the list goes from the highest number on. */
bool api_page_wants(struct api_page *p, int64_t id, bool down);
void api_page_add(struct api_page *p, json_t *item);
/* `position`: of the last item given, NULL: its number. */
void api_page_end(struct call *c, struct api_page *p, const char *position);

/* All writes. */
void api_write(struct call *c);

void api_bodies(struct call *c);
void api_body(struct call *c);
void api_outages(struct call *c);
void api_integrations(struct call *c);
void api_integration(struct call *c);
void api_contacts(struct call *c);
void api_contact(struct call *c);
void api_contact_history(struct call *c);
void api_exclusions(struct call *c);
void api_messages(struct call *c);
void api_message(struct call *c);
void api_replies(struct call *c);
void api_actions(struct call *c);
void api_silences(struct call *c);
void api_imports(struct call *c);
void api_texts(struct call *c);
void api_text(struct call *c);
void api_text_versions(struct call *c);
void api_probes(struct call *c);
void api_probe_history(struct call *c);
void api_audit(struct call *c);
void api_action(struct call *c);
void api_silence(struct call *c);
void api_accounts(struct call *c);
void api_account(struct call *c);
void api_description(struct call *c);

/* api_accounts.c, api_imports.c */
bool api_run_account(struct call *c, json_t **ret);
bool api_run_account_add(struct call *c, json_t **ret);
bool api_run_import_look(struct call *c, json_t **ret);
bool api_run_import_apply(struct call *c, json_t **ret);
json_t *resource_account(struct call *c);

/* What writes are about; api_read.c. */
json_t *resource_action(struct call *c);
json_t *resource_silence(struct call *c);
json_t *resource_body(struct call *c);
json_t *resource_contact(struct call *c);
json_t *resource_message(struct call *c);
json_t *resource_reply(struct call *c);
json_t *resource_text(struct call *c);
/* "warning-single.ca" of the path; ERR_UNKNOWN. */
bool api_text_named(struct call *c, const struct text_kind **ret, enum lang *ret_lang);

#endif
