/* Values as the API gives them. Names are stable and English; days are ISO text, instants ISO 8601 in UTC. What each
 * schema has stands beside what makes it; the tests hold them against one another. */
#include "flow/exclusions.h"
#include "flow/probe_look.h"
#include "flow/probe_past.h"
#include "flow/texts.h"
#include "record/account.h"
#include "record/action.h"
#include "record/audit.h"
#include "record/contact.h"
#include "record/import.h"
#include "record/incoming.h"
#include "record/message.h"
#include "web/api.h"

json_t *day_json(day_t d)
{
    char text[DAY_TEXT_BYTES];
    return d == DAY_NONE ? json_null() : json_string(day_iso(d, text));
}

json_t *instant_json(instant_t t)
{
    char text[INSTANT_TEXT_BYTES];
    return t == INSTANT_NONE ? json_null() : json_string(instant_iso(t, text));
}

json_t *text_json(const char *s)
{
    return s == NULL || s[0] == '\0' ? json_null() : json_string(s);
}

static json_t *days_json(int days)
{
    return days == DAYS_NONE ? json_null() : json_integer(days);
}

static json_t *number_json(int64_t n)
{
    return n == 0 ? json_null() : json_integer((json_int_t)n);
}

static const char *name_of(const struct view *v, int64_t body_id)
{
    const struct view_body *b = body_id == 0 ? NULL : view_find(v, body_id);
    return b == NULL ? "" : b->body->name;
}

/* ------------------------------------------------------------------ bodies */

static json_t *certificate_json(const struct view *v, const struct body *b, enum cert_kind kind)
{
    return json_pack("{s:o,s:o}", "expires", day_json(b->expires[kind]), "days",
                     days_json(days_left(b->expires[kind], v->day)));
}
static const struct property certificate_properties[] = {{"expires", "day", true}, {"days", "integer", true}};

json_t *outage_json(const struct view *v, const struct outage *o)
{
    return json_pack("{s:I,s:I,s:s,s:o,s:o,s:s,s:o}", "id", (json_int_t)o->id, "body_id", (json_int_t)o->body_id,
                     "body", name_of(v, o->body_id), "since", day_json(o->since), "closed", day_json(o->closed),
                     "error", o->error, "closing", text_json(o->closing));
}
static const struct property outage_properties[] = {
    {"id", "integer", false}, {"body_id", "integer", false}, {"body", "string", false},   {"since", "day", false},
    {"closed", "day", true},  {"error", "string", false},    {"closing", "string", true},
};

json_t *body_json(const struct view *v, const struct view_body *x)
{
    const struct body *b = x->body;
    return json_pack("{s:I,s:s,s:s,s:o,s:s,s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:b,s:b,s:o}", "id", (json_int_t)b->id,
                     "name", b->name, "description", b->description, "ine10", text_json(b->ine10), "platform",
                     platform_code(b->platform), "endpoint", text_json(b->endpoint), "state", body_state_code(x->state),
                     "urgency", days_json(x->urgency), "cds", certificate_json(v, b, CERT_CDS), "cda",
                     certificate_json(v, b, CERT_CDA), "excluded", text_json(b->excluded), "reconciliation",
                     x->watch == NULL ? json_null() : json_string(reconciliation_code(x->watch->reconciliation)),
                     "outage", x->outage == NULL ? json_null() : outage_json(v, x->outage), "silenced_until",
                     x->silence == NULL ? json_null() : day_json(x->silence->until), "not_verifiable",
                     (int)((b->flags & BODY_NOT_VERIFIABLE) != 0), "has_contact",
                     (int)((b->flags & BODY_NO_CONTACT) == 0), "vanished", day_json(b->vanished));
}
static const struct property body_properties[] = {
    {"id", "integer", false},       {"name", "string", false},         {"description", "string", false},
    {"ine10", "string", true},      {"platform", "string", false},     {"endpoint", "string", true},
    {"state", "string", false},     {"urgency", "integer", true},      {"cds", "#Certificate", false},
    {"cda", "#Certificate", false}, {"excluded", "string", true},      {"reconciliation", "string", true},
    {"outage", "#Outage", true},    {"silenced_until", "day", true},   {"not_verifiable", "boolean", false},
    {"vanished", "day", true},      {"has_contact", "boolean", false},
};

json_t *action_json(const struct view *v, const struct action *x)
{
    return json_pack("{s:I,s:I,s:s,s:o,s:s,s:s,s:o,s:s}", "id", (json_int_t)x->id, "body_id", (json_int_t)x->body_id,
                     "body", name_of(v, x->body_id), "day", day_json(x->day), "group", action_group_code(x->group),
                     "text", x->text, "ticket", text_json(x->ticket), "who", x->who);
}
static const struct property action_properties[] = {
    {"id", "integer", false},   {"body_id", "integer", false}, {"body", "string", false},  {"day", "day", false},
    {"group", "string", false}, {"text", "string", false},     {"ticket", "string", true}, {"who", "string", false},
};

json_t *silence_json(const struct view *v, const struct silence *x)
{
    return json_pack("{s:I,s:I,s:s,s:o,s:o,s:s,s:s,s:o}", "id", (json_int_t)x->id, "body_id", (json_int_t)x->body_id,
                     "body", name_of(v, x->body_id), "day", day_json(x->day), "until", day_json(x->until), "reason",
                     x->reason, "who", x->who, "lifted", day_json(x->lifted));
}
static const struct property silence_properties[] = {
    {"id", "integer", false}, {"body_id", "integer", false}, {"body", "string", false}, {"day", "day", false},
    {"until", "day", false},  {"reason", "string", false},   {"who", "string", false},  {"lifted", "day", true},
};

/* ------------------------------------------------------------------ contacts, exclusions */

json_t *contact_json(const struct view *v, const struct contact *x)
{
    return json_pack("{s:I,s:I,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:b}", "id", (json_int_t)x->id, "body_id",
                     (json_int_t)x->body_id, "body", name_of(v, x->body_id), "name", x->name, "email", x->email, "role",
                     x->role, "language", lang_code(x->lang), "since", day_json(x->since), "retired",
                     day_json(x->until), "bounced", day_json(x->bounced), "bounce_reason", text_json(x->bounce_reason),
                     "takes_no_mail", (int)x->lasting);
}
static const struct property contact_properties[] = {
    {"id", "integer", false},          {"body_id", "integer", false},
    {"body", "string", false},         {"name", "string", false},
    {"email", "string", false},        {"role", "string", false},
    {"language", "string", false},     {"since", "day", true},
    {"retired", "day", true},          {"bounced", "day", true},
    {"bounce_reason", "string", true}, {"takes_no_mail", "boolean", false},
};

json_t *contact_change_json(const struct contact_change *x)
{
    return json_pack("{s:I,s:I,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:s}", "id", (json_int_t)x->id, "contact_id",
                     (json_int_t)x->contact_id, "what", x->what, "name", x->name, "email", x->email, "role", x->role,
                     "language", lang_code(x->lang), "reason", text_json(x->reason), "at", instant_json(x->at), "who",
                     x->who);
}
static const struct property contact_change_properties[] = {
    {"id", "integer", false},      {"contact_id", "integer", false}, {"what", "string", false},
    {"name", "string", false},     {"email", "string", false},       {"role", "string", false},
    {"language", "string", false}, {"reason", "string", true},       {"at", "instant", false},
    {"who", "string", false},
};

json_t *exclusion_json(const struct exclusion_line *x)
{
    const struct exclusion_word *w = x->word;
    return json_pack("{s:I,s:s,s:b,s:s,s:s,s:o,s:o,s:o}", "body_id", (json_int_t)x->body->id, "body", x->body->name,
                     "out", (int)(x->body->excluded != NULL), "source", w == NULL ? "profile" : "person", "reason",
                     x->reason, "since", w == NULL ? json_null() : day_json(w->day), "until",
                     w == NULL ? json_null() : day_json(w->until), "who", text_json(w == NULL ? "" : w->who));
}
static const struct property exclusion_properties[] = {
    {"body_id", "integer", false}, {"body", "string", false}, {"out", "boolean", false}, {"source", "string", false},
    {"reason", "string", false},   {"since", "day", true},    {"until", "day", true},    {"who", "string", true},
};

/* ------------------------------------------------------------------ mail */

json_t *message_json(const struct view *v, const struct message *m)
{
    return json_pack("{s:I,s:s,s:s,s:o,s:o,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o}", "id", (json_int_t)m->id, "kind",
                     outbox_kind_code(m->kind), "state", outbox_state_code(m->state), "day", day_json(m->day),
                     "body_id", number_json(m->body_id), "body", name_of(v, m->body_id), "subject", m->subject,
                     "certificates", text_json(m->certificates), "threshold", number_json(m->threshold), "ticket",
                     text_json(m->ticket), "approved", instant_json(m->approved), "sent", instant_json(m->sent),
                     "trouble", text_json(m->trouble));
}
static const struct property message_properties[] = {
    {"id", "integer", false},     {"kind", "string", false},        {"state", "string", false},
    {"day", "day", true},         {"body_id", "integer", true},     {"body", "string", false},
    {"subject", "string", false}, {"certificates", "string", true}, {"threshold", "integer", true},
    {"ticket", "string", true},   {"approved", "instant", true},    {"sent", "instant", true},
    {"trouble", "string", true},
};

json_t *reply_json(const struct view *v, const struct incoming *m)
{
    return json_pack("{s:I,s:s,s:s,s:s,s:o,s:s,s:s,s:s,s:o,s:s,s:o,s:o}", "id", (json_int_t)m->id, "state",
                     incoming_state_code(m->state), "kind", reply_kind_code(m->kind), "says", reply_says_code(m->says),
                     "at", instant_json(m->at), "sender", m->email, "subject", m->subject, "text", m->words, "body_id",
                     number_json(m->body_id), "body", name_of(v, m->body_id), "note", text_json(m->note), "decided_by",
                     text_json(m->decided_who));
}
static const struct property reply_properties[] = {
    {"id", "integer", false},     {"state", "string", false}, {"kind", "string", false},
    {"says", "string", false},    {"at", "instant", true},    {"sender", "string", false},
    {"subject", "string", false}, {"text", "string", false},  {"body_id", "integer", true},
    {"body", "string", false},    {"note", "string", true},   {"decided_by", "string", true},
};

static const struct property approval_properties[] = {{"approved", "integer", false},
                                                      {"second_approval_needed", "integer", false},
                                                      {"no_contact", "integer", false},
                                                      {"taken_already", "integer", false},
                                                      {"not_due", "integer", false}};

/* ------------------------------------------------------------------ imports, texts, audit */

json_t *import_json(const struct import_info *x)
{
    return json_pack("{s:I,s:s,s:s,s:o,s:o,s:s,s:I,s:I,s:I,s:I,s:I}", "id", (json_int_t)x->id, "kind", x->kind,
                     "source", x->source, "day", day_json(x->day), "at", instant_json(x->at), "who", x->who, "rows",
                     (json_int_t)x->counts.rows, "new", (json_int_t)x->counts.added, "changed",
                     (json_int_t)x->counts.changed, "gone", (json_int_t)x->counts.vanished, "refused",
                     (json_int_t)x->counts.refused);
}
static const struct property import_properties[] = {
    {"id", "integer", false},      {"kind", "string", false},  {"source", "string", false},   {"day", "day", false},
    {"at", "instant", false},      {"who", "string", false},   {"rows", "integer", false},    {"new", "integer", false},
    {"changed", "integer", false}, {"gone", "integer", false}, {"refused", "integer", false},
};

json_t *text_now_json(const struct text_kind *k, enum lang lang, const struct text_now *now)
{
    return json_pack("{s:s,s:s,s:I,s:b,s:s,s:s,s:o,s:o}", "name", k->name, "language", lang_code(lang), "version",
                     (json_int_t)now->version, "at_desk", (int)now->at_desk, "fields", k->fields, "text", now->text,
                     "who", text_json(now->who), "at", instant_json(now->version == 0 ? INSTANT_NONE : now->at));
}
static const struct property text_properties[] = {
    {"name", "string", false},     {"language", "string", false}, {"version", "integer", false},
    {"at_desk", "boolean", false}, {"fields", "string", false},   {"text", "string", false},
    {"who", "string", true},       {"at", "instant", true},
};

json_t *text_version_json(const struct text_version *x)
{
    return json_pack("{s:I,s:o,s:o,s:o,s:s}", "version", (json_int_t)x->id, "text",
                     x->text == NULL ? json_null() : json_string(x->text), "reason", text_json(x->reason), "at",
                     instant_json(x->at), "who", x->who);
}
static const struct property text_version_properties[] = {
    {"version", "integer", false}, {"text", "string", true}, {"reason", "string", true},
    {"at", "instant", false},      {"who", "string", false},
};

json_t *audit_json(const struct view *v, const struct audit_line *x)
{
    return json_pack("{s:I,s:o,s:s,s:s,s:o,s:s,s:s}", "id", (json_int_t)x->id, "at", instant_json(x->at), "who", x->who,
                     "what", x->what, "body_id", number_json(x->body_id), "body", name_of(v, x->body_id), "detail",
                     x->detail);
}
static const struct property audit_properties[] = {
    {"id", "integer", false},     {"at", "instant", false},  {"who", "string", false},    {"what", "string", false},
    {"body_id", "integer", true}, {"body", "string", false}, {"detail", "string", false},
};

/* What `talaia import --json` prints. */
static const struct property import_changes_properties[] = {
    {"source", "string", false},        {"committed", "boolean", false}, {"plan", "string", false},
    {"events", "#ImportEvents", false}, {"parts", "[ImportPart", false}, {"lines", "[ImportLine", false},
};
static const struct property import_events_properties[] = {
    {"new", "integer", false},      {"changed", "integer", false}, {"returned", "integer", false},
    {"vanished", "integer", false}, {"refused", "integer", false}, {"remark", "integer", false},
    {"conflict", "integer", false},
};
static const struct property import_part_properties[] = {
    {"kind", "string", false},     {"rows", "integer", false}, {"new", "integer", false},
    {"changed", "integer", false}, {"same", "integer", false}, {"vanished", "integer", false},
    {"refused", "integer", false},
};
static const struct property import_line_properties[] = {
    {"event", "string", false}, {"sheet", "string", false}, {"row", "integer", true},
    {"body", "string", false},  {"text", "string", false},
};
static const struct property import_plan_properties[] = {
    {"upload", "string", false}, {"name", "string", false},
    {"bytes", "integer", false}, {"sha256", "string", false},
    {"plan", "string", false},   {"needs_reason", "boolean", false},
    {"until", "instant", false}, {"changes", "#ImportChanges", false},
};

json_t *account_json(const struct account *x)
{
    const char *by = x->directory ? "directory" : x->password[0] == '\0' ? "proxy" : "password";
    return json_pack("{s:I,s:s,s:s,s:s,s:b,s:o,s:o,s:o,s:o}", "id", (json_int_t)x->id, "name", x->name, "role",
                     role_code(x->role), "comes_in_by", by, "one_time_codes", (int)(x->totp[0] != '\0'), "since",
                     instant_json(x->at), "seen", instant_json(x->seen), "disabled", instant_json(x->disabled),
                     "first_password_until", instant_json(x->once_until));
}
static const struct property account_properties[] = {
    {"id", "integer", false},         {"name", "string", false},     {"role", "string", false},
    {"comes_in_by", "string", false}, {"since", "instant", false},   {"one_time_codes", "boolean", false},
    {"seen", "instant", true},        {"disabled", "instant", true}, {"first_password_until", "instant", true},
};
static const struct property first_password_properties[] = {{"account", "#Account", false},
                                                            {"password", "string", false}};

static const struct property withdrawn_properties[] = {{"withdrawn", "boolean", false}};
static const struct property begun_properties[] = {{"began", "boolean", false}};
static const struct property problem_properties[] = {{"type", "string", false},    {"title", "string", false},
                                                     {"status", "integer", false}, {"instance", "string", false},
                                                     {"code", "string", true},     {"field", "string", true}};

/* Made in flow/onboard_json.c. */
static const struct property integration_properties[] = {
    {"id", "integer", false},       {"fp", "string", false},          {"body", "string", false},
    {"body_id", "integer", true},   {"ine10", "string", true},        {"nif", "string", true},
    {"company", "string", true},    {"contact", "string", true},      {"email", "string", true},
    {"state", "string", false},     {"turn", "string", false},        {"eligibility", "string", false},
    {"through", "string", true},    {"addresses", "string", true},    {"folder", "string", true},
    {"ticket", "string", true},     {"opened", "day", true},          {"since", "day", true},
    {"age", "integer", false},      {"version", "integer", false},    {"company_nif", "string", true},
    {"language", "string", false},  {"only_cda", "boolean", false},   {"authority", "string", true},
    {"confirmed", "instant", true}, {"confirmed_by", "string", true}, {"filed", "instant", true},
    {"asked", "day", true},         {"reminders", "integer", false}};
static const struct property integration_finding_properties[] = {{"kind", "string", false},
                                                                 {"code", "string", false},
                                                                 {"text", "string", false},
                                                                 {"other", "string", false},
                                                                 {"sentence", "string", true}};
static const struct property integration_waiting_properties[] = {
    {"id", "integer", false}, {"name", "string", false}, {"why", "string", true}};
static const struct property integration_message_properties[] = {
    {"id", "integer", false}, {"name", "string", false}, {"to", "string", false}, {"state", "string", false}};
static const struct property integration_document_properties[] = {{"id", "integer", false},
                                                                  {"role", "string", false},
                                                                  {"name", "string", false},
                                                                  {"sha256", "string", false},
                                                                  {"verdict", "string", false},
                                                                  {"signer", "string", true},
                                                                  {"signer_nif", "string", true},
                                                                  {"signed", "instant", true},
                                                                  {"not_after", "instant", true},
                                                                  {"accepted_by", "string", true},
                                                                  {"accepted_because", "string", true},
                                                                  {"reasons", "string", false},
                                                                  {"bytes", "integer", false},
                                                                  {"kind", "string", false},
                                                                  {"replaced", "boolean", false},
                                                                  {"fingerprint", "string", true},
                                                                  {"findings", "[IntegrationFinding", false}};
static const struct property integration_test_properties[] = {
    {"modality", "string", false}, {"state", "string", false}, {"request", "string", true}, {"at", "instant", true}};
static const struct property integration_step_properties[] = {{"event", "string", false},
                                                              {"state", "string", false},
                                                              {"at", "instant", true},
                                                              {"who", "string", false},
                                                              {"detail", "string", true}};
static const struct property integration_lack_properties[] = {{"check", "string", false}, {"text", "string", false}};
static const struct property integration_whole_properties[] = {{"integration", "#Integration", false},
                                                               {"missing", "[IntegrationLack", false},
                                                               {"documents", "[IntegrationDocument", false},
                                                               {"tests", "[IntegrationTest", false},
                                                               {"steps", "[IntegrationStep", false},
                                                               {"waiting", "[IntegrationWaiting", false},
                                                               {"messages", "[IntegrationMessage", false},
                                                               {"filed_problem", "string", true},
                                                               {"alarm", "string", false},
                                                               {"cda_expires", "day", true}};

#define SCHEMA(name, list)                                                                                             \
    {                                                                                                                  \
        (name), (list), sizeof(list) / sizeof *(list)                                                                  \
    }
/* ------------------------------------------------------------------ probes */

static json_t *share_json(int permille)
{
    return permille < 0 ? json_null() : json_real(permille / 1000.0);
}

static json_t *us_json(int64_t us)
{
    return us < 0 ? json_null() : json_integer((json_int_t)us);
}

json_t *probe_json(const struct probe_line *x)
{
    const struct probe_now *n = &x->now;
    return json_pack("{s:s,s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "name", n->name, "service",
                     text_json(x->probe == NULL ? "" : x->probe->service), "state", probe_standing_code(x->standing),
                     "since", instant_json(n->state.since), "ran", instant_json(n->at), "detail", text_json(n->detail),
                     "us", us_json(n->us), "incident", number_json(x->incident), "paused_until",
                     x->pause == NULL ? json_null() : instant_json(x->pause->when.until), "availability",
                     share_json(probe_availability(&x->month)), "agreed",
                     x->probe == NULL || x->probe->level == 0 ? json_null() : share_json(x->probe->level));
}
static const struct property probe_properties[] = {
    {"name", "string", false},        {"service", "string", true},   {"state", "string", false},
    {"since", "instant", true},       {"ran", "instant", true},      {"detail", "string", true},
    {"us", "integer", true},          {"incident", "integer", true}, {"paused_until", "instant", true},
    {"availability", "number", true}, {"agreed", "number", true},
};

/* µs in the mean of the good runs; null when there were none. */
static json_t *phase_json(const struct probe_phases *p, enum probe_phase_kind k)
{
    return p->runs == 0 ? json_null() : json_integer(p->us[k] / p->runs);
}

static json_t *probe_sum_json(const struct probe_sum *s)
{
    const struct probe_tally *t = &s->tally;
    const struct probe_phases *p = &s->phases;
    return json_pack("{s:o,s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "from", instant_json(s->began),
                     "runs", (json_int_t)t->runs, "up", (json_int_t)t->up, "down", (json_int_t)t->down, "blind",
                     (json_int_t)t->blind, "maintenance", (json_int_t)t->maintenance, "availability",
                     share_json(probe_availability(t)), "us_p50", us_json(probe_times_permille(&s->times, 500)),
                     "us_p95", us_json(probe_times_permille(&s->times, 950)), "us_p99",
                     us_json(probe_times_permille(&s->times, 990)), "us_dns", phase_json(p, PROBE_DNS_TIME), "us_tcp",
                     phase_json(p, PROBE_TCP_TIME), "us_tls", phase_json(p, PROBE_TLS_TIME), "us_http",
                     phase_json(p, PROBE_HTTP_TIME));
}
static const struct property probe_sum_properties[] = {
    {"from", "instant", false},       {"runs", "integer", false},   {"up", "integer", false},
    {"down", "integer", false},       {"blind", "integer", false},  {"maintenance", "integer", false},
    {"availability", "number", true}, {"us_p50", "integer", true},  {"us_p95", "integer", true},
    {"us_p99", "integer", true},      {"us_dns", "integer", true},  {"us_tcp", "integer", true},
    {"us_tls", "integer", true},      {"us_http", "integer", true},
};

static json_t *probe_down_json(const struct probe_down *x)
{
    return json_pack("{s:o,s:o,s:s,s:s}", "from", instant_json(x->began), "until", instant_json(x->ended), "code",
                     x->code, "detail", x->detail);
}
static const struct property probe_down_properties[] = {
    {"from", "instant", false}, {"until", "instant", true}, {"code", "string", false}, {"detail", "string", false}};

static json_t *probe_blind_json(const struct probe_blind *x)
{
    return json_pack("{s:o,s:o,s:s}", "from", instant_json(x->when.from), "until", instant_json(x->when.until), "why",
                     x->why);
}
static const struct property probe_blind_properties[] = {
    {"from", "instant", false}, {"until", "instant", true}, {"why", "string", false}};

json_t *probe_history_json(const struct probe_past *x, const char *span)
{
    json_t *sums = json_array(), *downs = json_array(), *blind = json_array();
    for (size_t i = 0; i < x->sum_count; i++)
        json_array_append_new(sums, probe_sum_json(&x->sums[i]));
    for (size_t i = 0; i < x->down_count; i++)
        json_array_append_new(downs, probe_down_json(&x->downs[i]));
    for (size_t i = 0; i < x->blind_count; i++)
        json_array_append_new(blind, probe_blind_json(&x->blind[i]));
    return json_pack("{s:s,s:s,s:o,s:o,s:o,s:o}", "name", x->now.name, "span", span, "availability",
                     share_json(probe_availability(&x->whole.tally)), "spans", sums, "down", downs, "blind", blind);
}
static const struct property probe_history_properties[] = {
    {"name", "string", false},     {"span", "string", false},     {"availability", "number", true},
    {"spans", "[ProbeSum", false}, {"down", "[ProbeDown", false}, {"blind", "[ProbeBlind", false},
};

const struct schema api_schemas[] = {
    SCHEMA("Body", body_properties),
    SCHEMA("Certificate", certificate_properties),
    SCHEMA("Outage", outage_properties),
    SCHEMA("Action", action_properties),
    SCHEMA("Silence", silence_properties),
    SCHEMA("Integration", integration_properties),
    SCHEMA("IntegrationDocument", integration_document_properties),
    SCHEMA("IntegrationFinding", integration_finding_properties),
    SCHEMA("IntegrationWaiting", integration_waiting_properties),
    SCHEMA("IntegrationMessage", integration_message_properties),
    SCHEMA("IntegrationTest", integration_test_properties),
    SCHEMA("IntegrationStep", integration_step_properties),
    SCHEMA("IntegrationLack", integration_lack_properties),
    SCHEMA("IntegrationWhole", integration_whole_properties),
    SCHEMA("Contact", contact_properties),
    SCHEMA("ContactChange", contact_change_properties),
    SCHEMA("Exclusion", exclusion_properties),
    SCHEMA("Message", message_properties),
    SCHEMA("Reply", reply_properties),
    SCHEMA("Approval", approval_properties),
    SCHEMA("Import", import_properties),
    SCHEMA("Text", text_properties),
    SCHEMA("TextVersion", text_version_properties),
    SCHEMA("AuditLine", audit_properties),
    SCHEMA("ImportPlan", import_plan_properties),
    SCHEMA("ImportChanges", import_changes_properties),
    SCHEMA("ImportEvents", import_events_properties),
    SCHEMA("ImportPart", import_part_properties),
    SCHEMA("ImportLine", import_line_properties),
    SCHEMA("Probe", probe_properties),
    SCHEMA("ProbeSum", probe_sum_properties),
    SCHEMA("ProbeDown", probe_down_properties),
    SCHEMA("ProbeBlind", probe_blind_properties),
    SCHEMA("ProbeHistory", probe_history_properties),
    SCHEMA("Account", account_properties),
    SCHEMA("FirstPassword", first_password_properties),
    SCHEMA("Withdrawn", withdrawn_properties),
    SCHEMA("Begun", begun_properties),
    SCHEMA("Problem", problem_properties),
};
const size_t api_schema_count = sizeof api_schemas / sizeof *api_schemas;
