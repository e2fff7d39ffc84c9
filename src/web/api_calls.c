/* The one table of what each call of the API takes and answers with; who may and where it goes stand in routes.c.
 * Writes go through the same functions as the forms of the pages. */
#include <inttypes.h>

#include "flow/change.h"
#include "flow/contacts.h"
#include "flow/exclusions.h"
#include "flow/friday_send.h"
#include "flow/incident.h"
#include "flow/outbox.h"
#include "flow/replies.h"
#include "flow/texts.h"
#include "flow/wake.h"
#include "record/action.h"
#include "record/audit.h"
#include "web/api.h"
#include "web/pages.h"
#include "web/pages_data.h"

/* ------------------------------------------------------------------ fields */

#define TEXT(name_, form_, summary_)                                                                                   \
    {                                                                                                                  \
        .name = (name_), .form = (form_), .type = API_TEXT, .required = true, .most = LIMIT_NOTE_CHARS,                \
        .summary = (summary_)                                                                                          \
    }
#define MAY_TEXT(name_, form_, most_, summary_)                                                                        \
    {                                                                                                                  \
        .name = (name_), .form = (form_), .type = API_TEXT, .most = (most_), .summary = (summary_)                     \
    }
#define DAY(name_, form_, required_, summary_)                                                                         \
    {                                                                                                                  \
        .name = (name_), .form = (form_), .type = API_DAY, .required = (required_), .summary = (summary_)              \
    }
#define CHOICE(name_, form_, required_, choices_, summary_)                                                            \
    {                                                                                                                  \
        .name = (name_), .form = (form_), .type = API_CHOICE, .required = (required_), .choices = (choices_),          \
        .summary = (summary_)                                                                                          \
    }
#define SWITCH(name_, form_, required_, summary_)                                                                      \
    {                                                                                                                  \
        .name = (name_), .form = (form_), .type = API_BOOL, .required = (required_), .summary = (summary_)             \
    }
#define END                                                                                                            \
    {                                                                                                                  \
        .name = NULL                                                                                                   \
    }

static const struct api_field action_fields[] = {
    TEXT("text", "text", "What was done."), DAY("day", "dia", false, "Today when it is not given."),
    CHOICE("group", "grup", true, "renewal migration outage other", "Group of the action."),
    MAY_TEXT("ticket", "tiquet", LIMIT_TICKET_CHARS, "Key of the ticket."), END};
static const struct api_field text_fields[] = {TEXT("text", "text", "In words; why, or what is seen."), END};
static const struct api_field day_fields[] = {TEXT("text", "text", "In words."),
                                              DAY("day", "dia", false, "Today when it is not given."), END};
static const struct api_field note_fields[] = {
    TEXT("text", "text", "What was done."), DAY("day", "dia", false, "Today when it is not given."),
    MAY_TEXT("ticket", "tiquet", LIMIT_TICKET_CHARS, "Key of the ticket."), END};
static const struct api_field silence_fields[] = {TEXT("text", "text", "Why."),
                                                  DAY("until", "dia", true, "Its last day."), END};
static const struct api_field maintenance_fields[] = {TEXT("text", "text", "Why."),
                                                      DAY("from", "des", true, "Its first day: today or later."),
                                                      DAY("until", "fins", true, "Its last day."), END};
static const struct api_field action_edit_fields[] = {
    MAY_TEXT("text", "text", LIMIT_NOTE_CHARS, "What was done."), DAY("day", "dia", false, "When."),
    CHOICE("group", "grup", false, "renewal migration outage other", "Group of the action."),
    MAY_TEXT("ticket", "tiquet", LIMIT_TICKET_CHARS, "Key of the ticket."), END};
#define ROLES "viewer technician head on-call administrator" /* ROLE_LIST; the test of the API holds them together */
static const struct api_field account_fields[] = {{.name = "name",
                                                   .form = "compte",
                                                   .type = API_TEXT,
                                                   .required = true,
                                                   .most = LIMIT_ACCOUNT_NAME_CHARS,
                                                   .summary = "Lower-case letters, digits and . _ - @."},
                                                  CHOICE("role", "rol", true, ROLES, "What it may."),
                                                  END};
static const struct api_field alert_fields[] = {
    {.name = "probe",
     .form = "sonda",
     .type = API_TEXT,
     .required = true,
     .most = LIMIT_PROBE_NAME_CHARS,
     .summary = "What failed, as probes.yaml or runbook.yaml names it."},
    CHOICE("state", "estat", true, "failed recovered", "What became of it."),
    MAY_TEXT("text", "text", LIMIT_NOTE_CHARS, "What was seen."),
    END};
static const struct api_field role_fields[] = {CHOICE("role", "rol", true, ROLES, "What it may."), END};
static const struct api_field apply_fields[] = {
    {.name = "upload", .form = "fitxer", .type = API_TEXT, .required = true, .most = 64, .summary = "Of the preview."},
    {.name = "plan",
     .form = "pla",
     .type = API_TEXT,
     .required = true,
     .most = 64,
     .summary = "Of the preview: exactly this is done, or nothing."},
    MAY_TEXT("reason", "motiu", LIMIT_NAME_CHARS, "Why so many bodies go missing, when it needs a reason."),
    END};
static const struct api_field answer_fields[] = {
    TEXT("text", "text", "What the body said."),
    CHOICE("certificates", "certificats", true, "CDS CDA both", "What the answer covers."), END};
static const struct api_field contact_fields[] = {
    MAY_TEXT("name", "nom", LIMIT_NAME_CHARS, "The person's name."),
    {.name = "email",
     .form = "correu",
     .type = API_TEXT,
     .required = true,
     .most = LIMIT_EMAIL_BYTES,
     .summary = "Address."},
    CHOICE("role", "rol", false, "technical secretary provider other", "What it is to the body."),
    CHOICE("language", "llengua", false, "ca es en", "In which it is written to."),
    END};
static const struct api_field contact_edit_fields[] = {
    MAY_TEXT("name", "nom", LIMIT_NAME_CHARS, "The person's name."),
    MAY_TEXT("email", "correu", LIMIT_EMAIL_BYTES, "Address."),
    CHOICE("role", "rol", false, "technical secretary provider other", "What it is to the body."),
    CHOICE("language", "llengua", false, "ca es en", "In which it is written to."), END};
static const struct api_field reason_fields[] = {TEXT("reason", "text", "Why."), END};
static const struct api_field exclusion_fields[] = {
    TEXT("reason", "text", "Why; it stands wherever the body is shown."),
    SWITCH("out", "fora", true, "true: it is left out; false: it is in although the profile leaves it out."),
    DAY("until", "dia", false, "Its last day."), END};
static const struct api_field approve_fields[] = {
    {.name = "bodies",
     .form = "bodies",
     .type = API_IDS,
     .required = true,
     .summary = "Numbers of the bodies to be warned."},
    SWITCH("second", "segona", false, "The second approval, when so many in a day need one."),
    MAY_TEXT("reason", "text", LIMIT_NOTE_CHARS, "Why; the second approval needs it."),
    END};
static const struct api_field settle_fields[] = {SWITCH("sent", "enviat", true, "It was sent; false: it goes again."),
                                                 TEXT("reason", "text", "How you know."), END};
static const struct api_field reply_fields[] = {
    CHOICE("certificates", "certificats", false, "CDS CDA both", "What it answers; what the message named else."),
    MAY_TEXT("note", "text", LIMIT_NOTE_CHARS, "In words."), END};
static const struct api_field dismiss_fields[] = {MAY_TEXT("note", "text", LIMIT_NOTE_CHARS, "In words."), END};
static const struct api_field no_fields[] = {END};
static const struct api_field words_fields[] = {{.name = "text",
                                                 .form = "text",
                                                 .type = API_TEXT,
                                                 .required = true,
                                                 .most = LIMIT_TEMPLATE_BYTES,
                                                 .summary = "The whole text."},
                                                MAY_TEXT("reason", "motiu", LIMIT_NOTE_CHARS, "Why it changes."),
                                                END};
static const struct api_field restore_fields[] = {
    {.name = "version", .form = "versio", .type = API_NUMBER, .required = true, .summary = "0: the profile's file."},
    MAY_TEXT("reason", "motiu", LIMIT_NOTE_CHARS, "Why it changes."),
    END};

/* ------------------------------------------------------------------ what is done */

/* The forms of a body's page by the last part of the call's address. */
static const struct {
    const char *call, *form;
} body_writes[] = {
    {"actions", "accio"},   {"comments", "comentari"},   {"answers", "resposta"},         {"mark", "marca"},
    {"unmark", "desmarca"}, {"outage", "caiguda"},       {"outage-note", "caiguda-nota"}, {"outage-end", "caiguda-fi"},
    {"silence", "silenci"}, {"unsilence", "silenci-fi"},
};

/* The body of {id}; NULL with the reason. */
static const struct body *body_of(struct call *c)
{
    const struct view *v = call_view(c);
    const struct view_body *b = v == NULL ? NULL : view_find(v, c->id);
    if (v != NULL && b == NULL)
        err_set(&c->err, ERR_UNKNOWN, N_("There is no body with this number."));
    return b == NULL ? NULL : b->body;
}

static bool run_body(struct call *c, json_t **ret)
{
    const char *last = strrchr(c->route->pattern, '/') + 1;
    const struct body *b = body_of(c);
    (void)ret;
    for (size_t i = 0; b != NULL && i < sizeof body_writes / sizeof *body_writes; i++) {
        if (strcmp(body_writes[i].call, last) == 0)
            return body_form_run(c, body_writes[i].form, b);
    }
    return false;
}

static bool run_check(struct call *c, json_t **ret)
{
    bool began;
    const struct body *b = body_of(c);
    if (b == NULL || !check_begin(c, b, &began))
        return false;
    if (!began)
        return err_set(&c->err, ERR_STATE, N_("another body is being checked; try again in some seconds."));
    *ret = json_pack("{s:b}", "began", 1);
    return true;
}

/* A wish about something that has changed since it was read. */
static bool has_changed(struct call *c)
{
    api_problem(c, 412, "If-Match", N_("It has changed since you read it: read it again."));
    return false;
}

static bool run_action_edit(struct call *c, json_t **ret)
{
    struct tx tx = {0};
    struct action was;
    struct change_kept kept = {0};
    bool found = false;
    const char *group = call_field(c, "grup"), *day = call_field(c, "dia");
    bool says = json_object_get(c->json, "text") != NULL;
    (void)ret;
    bool ok =
        tx_begin(c->desk->store, TX_READ, &tx, &c->err) && action_get(&tx, call_arena(c), c->id, &was, &found, &c->err);
    tx_rollback(&tx);
    if (ok && !found)
        return err_set(&c->err, ERR_UNKNOWN, N_("there is no action %lld; `talaia action list` has them"),
                       (long long)c->id);
    if (!ok)
        return false;
    struct change_action_edit change = {
        .day = DAY_NONE,
        .group = GROUP_COUNT,
        .text = says ? call_field(c, "text") : was.text,
        .ticket = json_object_get(c->json, "ticket") == NULL ? NULL : call_field(c, "tiquet"),
        .before = says && server_header(c->request, "If-Match", NULL) == NULL ? NULL : was.text};
    if ((day[0] != '\0' && !form_day(c, day, &change.day)) ||
        (group[0] != '\0' && !action_group_parse(group, &change.group)) ||
        !change_action_edit(c->desk, c->id, &change, &kept, &c->err))
        return false;
    return !kept.conflict || has_changed(c);
}

static bool run_action_withdraw(struct call *c, json_t **ret)
{
    if (!change_action_withdraw(c->desk, c->id, call_field(c, "text"), &c->err))
        return false;
    *ret = json_pack("{s:b}", "withdrawn", 1);
    return true;
}

static bool run_maintenance(struct call *c, json_t **ret)
{
    day_t from, until;
    const struct body *b = body_of(c);
    if (b == NULL || !form_day(c, call_field(c, "des"), &from) || !form_day(c, call_field(c, "fins"), &until) ||
        !change_silence_planned(c->desk, b, from, until, call_field(c, "text"), &c->id, &c->err))
        return false;
    *ret = resource_silence(c);
    return *ret != NULL;
}

static bool run_silence_lift(struct call *c, json_t **ret)
{
    (void)ret;
    return change_silence_lift_one(c->desk, c->id, call_field(c, "text"), &c->err);
}

static bool run_contact_add(struct call *c, json_t **ret)
{
    struct contact x;
    const struct body *b = body_of(c);
    const struct contact_given g = {.name = call_field(c, "nom"),
                                    .email = call_field(c, "correu"),
                                    .role = call_field(c, "rol"),
                                    .lang = call_field(c, "llengua")};
    if (b == NULL || !contacts_add(c->desk, b, &g, &x, &c->err))
        return false;
    *ret = contact_json(call_view(c), &x);
    return true;
}

static bool run_contact_edit(struct call *c, json_t **ret)
{
    struct contact was, x;
    (void)ret;
    if (!contacts_get(c->desk, c->id, &was, &c->err))
        return false;
    const struct contact_given g = {
        .name = json_object_get(c->json, "name") == NULL ? was.name : call_field(c, "nom"),
        .email = json_object_get(c->json, "email") == NULL ? was.email : call_field(c, "correu"),
        .role = json_object_get(c->json, "role") == NULL ? was.role : call_field(c, "rol"),
        .lang = json_object_get(c->json, "language") == NULL ? lang_code(was.lang) : call_field(c, "llengua"),
    };
    return contacts_edit(c->desk, c->id, &g, c->version, &x, &c->err);
}

static bool run_contact_retire(struct call *c, json_t **ret)
{
    struct contact x;
    (void)ret;
    return contacts_retire(c->desk, c->id, call_field(c, "text"), c->version, &x, &c->err);
}

static bool run_exclude(struct call *c, json_t **ret)
{
    const char *day = call_field(c, "dia");
    struct exclusion_given g = {
        .in = strcmp(call_field(c, "fora"), "1") != 0, .code = "", .reason = call_field(c, "text"), .until = DAY_NONE};
    const struct body *b = body_of(c);
    (void)ret;
    return b != NULL && (day[0] == '\0' || form_day(c, day, &g.until)) && exclusions_add(c->desk, b, &g, &c->err);
}

static bool run_exclude_lift(struct call *c, json_t **ret)
{
    const struct body *b = body_of(c);
    (void)ret;
    return b != NULL && exclusions_lift(c->desk, b, call_field(c, "text"), &c->err);
}

static bool run_approve(struct call *c, json_t **ret)
{
    struct outbox_lines lines;
    const json_t *list = json_object_get(c->json, "bodies");
    size_t count = json_array_size(list);
    int64_t *bodies = arena_array(call_arena(c), int64_t, count + 1);
    for (size_t i = 0; i < count; i++)
        bodies[i] = json_integer_value(json_array_get(list, i));
    const struct outbox_gesture g = {.bodies = bodies,
                                     .count = count,
                                     .second = strcmp(call_field(c, "segona"), "1") == 0,
                                     .reason = call_field(c, "text")};
    /* None would mean all of them to outbox_approve. */
    if (count == 0)
        return err_set(&c->err, ERR_VALUE, N_("choose at least one warning"));
    if (!outbox_approve(c->desk, call_arena(c), &g, &lines, &c->err))
        return false;
    if (lines.of[OUTBOX_RESULT_APPROVED] > 0)
        wake_mailer(c->desk);
    *ret =
        json_pack("{s:I,s:I,s:I,s:I,s:I}", "approved", (json_int_t)lines.of[OUTBOX_RESULT_APPROVED],
                  "second_approval_needed", (json_int_t)lines.of[OUTBOX_RESULT_SECOND], "no_contact",
                  (json_int_t)lines.of[OUTBOX_RESULT_NO_CONTACT], "taken_already",
                  (json_int_t)lines.of[OUTBOX_RESULT_TAKEN], "not_due", (json_int_t)lines.of[OUTBOX_RESULT_CANCELLED]);
    return true;
}

/* Another monitor says that something failed, or is good again: the same incident as of our own probe. */
static bool run_alert(struct call *c, json_t **ret)
{
    struct tx tx = {0};
    int64_t id = 0;
    bool is_new = false, failed = strcmp(call_field(c, "estat"), "failed") == 0;
    const struct incident_alert x = {.probe = call_field(c, "sonda"),
                                     .service = "",
                                     .target = "",
                                     .source = INCIDENT_FROM_WEBHOOK,
                                     .seen = call_field(c, "text"),
                                     .since = c->desk->by.at};
    bool ok = tx_begin(c->desk->store, TX_WRITE, &tx, &c->err) &&
              (failed ? incident_begin(c->desk, &tx, &x, &id, &is_new, &c->err)
                      : incident_recover_told(c->desk, &tx, x.probe, c->desk->by.at, &id, &c->err)) &&
              audit_add(&tx, &c->desk->by, failed ? "incident-alert" : "incident-alert-over", 0,
                        arena_printf(call_arena(c), "%" PRId64 ": %s", id, x.probe), &c->err) &&
              tx_commit(&tx, &c->err);
    tx_rollback(&tx);
    if (!ok)
        return false;
    *ret = json_pack("{s:o,s:b}", "incident", id == 0 ? json_null() : json_integer(id), "new", is_new);
    return true;
}

static bool run_message(struct call *c, json_t **ret)
{
    struct message m;
    const char *why = call_field(c, "text");
    bool settle = strcmp(strrchr(c->route->pattern, '/'), "/settle") == 0;
    (void)ret;
    bool ok = settle ? outbox_settle(c->desk, call_arena(c), c->id, strcmp(call_field(c, "enviat"), "1") == 0, why, &m,
                                     &c->err)
                     : outbox_cancel(c->desk, call_arena(c), c->id, why, &m, &c->err);
    if (ok)
        wake_mailer(c->desk);
    return ok;
}

static bool run_reply(struct call *c, json_t **ret)
{
    struct incoming m;
    const char *which = call_field(c, "certificats"), *note = call_field(c, "text");
    const bool covers[CERT_KINDS] = {
        [CERT_CDS] = strstr(which, "CDS") != NULL, [CERT_CDA] = strstr(which, "CDA") != NULL};
    bool confirms = strcmp(strrchr(c->route->pattern, '/'), "/confirm") == 0;
    (void)ret;
    bool ok = confirms ? reply_confirm(c->desk, call_arena(c), c->id, covers, note, &m, &c->err)
                       : reply_dismiss(c->desk, call_arena(c), c->id, note, &m, &c->err);
    if (ok)
        wake_mailer(c->desk);
    return ok;
}

static bool run_report(struct call *c, json_t **ret)
{
    const struct friday_sending s = {0};
    struct message m;
    if (!friday_approve(c->desk, call_arena(c), &s, &m, &c->err))
        return false;
    wake_mailer(c->desk);
    *ret = message_json(call_view(c), &m);
    return true;
}

static bool run_text(struct call *c, json_t **ret)
{
    const struct text_kind *k;
    enum lang lang;
    int64_t version;
    (void)ret;
    return api_text_named(c, &k, &lang) &&
           texts_save(c->desk, k, lang, call_field(c, "text"), call_field(c, "motiu"), c->version, &version, &c->err);
}

static bool run_text_restore(struct call *c, json_t **ret)
{
    const struct text_kind *k;
    enum lang lang;
    int64_t wanted = json_integer_value(json_object_get(c->json, "version")), version;
    (void)ret;
    return api_text_named(c, &k, &lang) &&
           texts_restore(c->desk, k, lang, wanted, call_field(c, "motiu"), &version, &c->err);
}

/* ------------------------------------------------------------------ the table */

#define V1 "/api/v1"
#define READ(pattern_, parameters_, schema_, list_)                                                                    \
    {                                                                                                                  \
        .method = "GET", .pattern = V1 pattern_, .parameters = (parameters_), .schema = (schema_), .list = (list_)     \
    }
#define WRITE(method_, pattern_, schema_, fields_, status_, run_, resource_)                                           \
    {                                                                                                                  \
        .method = (method_), .pattern = V1 pattern_, .parameters = "", .schema = (schema_), .fields = (fields_),       \
        .status = (status_), .run = (run_), .resource = (resource_)                                                    \
    }
#define SECRET(pattern_, fields_, status_, run_, resource_)                                                            \
    {                                                                                                                  \
        .method = "POST", .pattern = V1 pattern_, .parameters = "", .schema = "FirstPassword", .fields = (fields_),    \
        .status = (status_), .run = (run_), .resource = (resource_), .secret = true                                    \
    }
#define BODY(what_, fields_) WRITE("POST", "/bodies/{id}/" what_, "Body", fields_, 200, run_body, resource_body)

const struct api_call api_calls[] = {
    READ("/bodies", "q limit cursor", "Body", true),
    READ("/bodies/{id}", "", "Body", false),
    READ("/outages", "all limit cursor", "Outage", true),
    READ("/actions", "body limit cursor", "Action", true),
    READ("/actions/{id}", "", "Action", false),
    READ("/silences", "planned limit cursor", "Silence", true),
    READ("/silences/{id}", "", "Silence", false),
    READ("/integrations", "limit cursor", "Integration", true),
    READ("/integrations/{id}", "", "IntegrationWhole", false),
    READ("/accounts", "limit cursor", "Account", true),
    READ("/accounts/{id}", "", "Account", false),
    READ("/contacts", "body retired limit cursor", "Contact", true),
    READ("/contacts/{id}", "", "Contact", false),
    READ("/contacts/{id}/history", "limit cursor", "ContactChange", true),
    READ("/exclusions", "limit cursor", "Exclusion", true),
    READ("/messages", "body limit cursor", "Message", true),
    READ("/messages/{id}", "", "Message", false),
    READ("/replies", "body limit cursor", "Reply", true),
    READ("/imports", "limit cursor", "Import", true),
    READ("/texts", "limit cursor", "Text", true),
    READ("/texts/{file}", "", "Text", false),
    READ("/texts/{file}/versions", "limit cursor", "TextVersion", true),
    READ("/probes", "limit cursor", "Probe", true),
    READ("/probes/{file}/history", "span from until", "ProbeHistory", false),
    READ("/audit", "limit cursor", "AuditLine", true),
    READ("/openapi.json", "", NULL, false),
    BODY("actions", action_fields),
    BODY("comments", text_fields),
    BODY("answers", answer_fields),
    BODY("mark", text_fields),
    BODY("unmark", text_fields),
    BODY("outage", day_fields),
    BODY("outage-note", note_fields),
    BODY("outage-end", day_fields),
    BODY("silence", silence_fields),
    BODY("unsilence", text_fields),
    WRITE("POST", "/bodies/{id}/check", "Begun", no_fields, 202, run_check, resource_body),
    WRITE("POST", "/bodies/{id}/contacts", "Contact", contact_fields, 201, run_contact_add, resource_body),
    WRITE("POST", "/bodies/{id}/exclusion", "Body", exclusion_fields, 200, run_exclude, resource_body),
    WRITE("POST", "/bodies/{id}/exclusion/lift", "Body", reason_fields, 200, run_exclude_lift, resource_body),
    WRITE("PATCH", "/contacts/{id}", "Contact", contact_edit_fields, 200, run_contact_edit, resource_contact),
    WRITE("POST", "/contacts/{id}/retire", "Contact", reason_fields, 200, run_contact_retire, resource_contact),
    WRITE("PATCH", "/actions/{id}", "Action", action_edit_fields, 200, run_action_edit, resource_action),
    WRITE("POST", "/actions/{id}/withdraw", "Withdrawn", reason_fields, 200, run_action_withdraw, resource_action),
    WRITE("POST", "/bodies/{id}/maintenance", "Silence", maintenance_fields, 201, run_maintenance, resource_body),
    WRITE("POST", "/silences/{id}/lift", "Silence", text_fields, 200, run_silence_lift, resource_silence),
    SECRET("/accounts", account_fields, 201, api_run_account_add, NULL),
    SECRET("/accounts/{id}/reset", no_fields, 200, api_run_account, resource_account),
    WRITE("POST", "/accounts/{id}/role", "Account", role_fields, 200, api_run_account, resource_account),
    WRITE("POST", "/accounts/{id}/disable", "Account", no_fields, 200, api_run_account, resource_account),
    WRITE("POST", "/accounts/{id}/enable", "Account", no_fields, 200, api_run_account, resource_account),
    {.method = "POST",
     .pattern = V1 "/imports",
     .parameters = "name",
     .schema = "ImportPlan",
     .fields = no_fields,
     .status = 201,
     .file = true,
     .run = api_run_import_look},
    WRITE("POST", "/imports/apply", "ImportChanges", apply_fields, 200, api_run_import_apply, NULL),
    WRITE("POST", "/alerts", NULL, alert_fields, 200, run_alert, NULL),
    WRITE("POST", "/warnings/approve", "Approval", approve_fields, 200, run_approve, NULL),
    WRITE("POST", "/messages/{id}/settle", "Message", settle_fields, 200, run_message, resource_message),
    WRITE("POST", "/messages/{id}/cancel", "Message", reason_fields, 200, run_message, resource_message),
    WRITE("POST", "/replies/{id}/confirm", "Reply", reply_fields, 200, run_reply, resource_reply),
    WRITE("POST", "/replies/{id}/dismiss", "Reply", dismiss_fields, 200, run_reply, resource_reply),
    WRITE("POST", "/report/approve", "Message", no_fields, 200, run_report, NULL),
    WRITE("PUT", "/texts/{file}", "Text", words_fields, 200, run_text, resource_text),
    WRITE("POST", "/texts/{file}/restore", "Text", restore_fields, 200, run_text_restore, resource_text),
};
const size_t api_call_count = sizeof api_calls / sizeof *api_calls;
