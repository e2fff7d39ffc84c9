/* Integrations for programs: to look at. What is done to them is done by people, in pages and commands. */
#include "flow/document.h"
#include "flow/onboard.h"
#include "web/api.h"

static void put(json_t *o, const char *name, json_t *value)
{
    json_object_set_new(o, name, value);
}

static json_t *integration_json(const struct integration *x, day_t today)
{
    json_t *o =
        json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:I}", "id", (json_int_t)x->id, "fp", x->fp, "body", x->name, "state",
                  integration_state_code(x->state), "turn", integration_turn_code(integration_state_turn(x->state)),
                  "eligibility", integration_standing_code(x->standing), "version", (json_int_t)x->version);
    const struct {
        const char *name, *text;
    } texts[] = {{"ine10", x->ine10},     {"nif", x->nif},       {"company", x->company},
                 {"contact", x->contact}, {"email", x->email},   {"through", x->through},
                 {"ticket", x->ticket},   {"folder", x->folder}, {"addresses", x->addresses}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        put(o, texts[i].name, text_json(texts[i].text));
    put(o, "body_id", x->body_id == 0 ? json_null() : json_integer((json_int_t)x->body_id));
    put(o, "opened", day_json(x->opened));
    put(o, "since", day_json(x->since_day));
    put(o, "age", json_integer(integration_age(x->since_day, today)));
    return o;
}

void api_integrations(struct call *c)
{
    struct api_page p;
    struct integration *list;
    size_t count = 0;
    if (!api_page_begin(c, &p))
        return;
    if (!onboard_list(c->desk, call_arena(c), 0, &list, &count, &c->err)) {
        json_decref(p.items);
        call_failed(c);
        return;
    }
    for (size_t i = 0; i < count && !p.more; i++) {
        if (api_page_wants(&p, list[i].id, true))
            api_page_add(&p, integration_json(&list[i], c->desk->by.day));
    }
    api_page_end(c, &p, NULL);
}

/* Its reasons as sentences, a line each. */
static const char *reasons_of(struct call *c, const struct onboard_view *v, size_t i)
{
    struct arena *a = call_arena(c);
    const char *text = "";
    for (size_t k = 0; k < v->finding_counts[i]; k++) {
        const struct integration_finding *f = &v->findings[i][k];
        struct document_reason r = {.signature = -1, .what = f->text, .other = f->other, .day = f->day};
        if (f->kind == INTEGRATION_FINDING_REASON && document_reason_find(str_of(f->code), &r.code))
            text = arena_printf(a, "%s%s%s", text, text[0] == '\0' ? "" : "\n", document_sentence(a, c->lang, &r));
    }
    return text;
}

static json_t *documents_json(struct call *c, const struct onboard_view *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->file_count; i++) {
        const struct integration_file *f = &v->files[i];
        if (f->replaced)
            continue;
        json_t *o =
            json_pack("{s:I,s:s,s:s,s:s,s:s,s:s}", "id", (json_int_t)f->id, "role", integration_role_code(f->role),
                      "name", f->name, "sha256", f->sha256, "verdict", f->verdict, "reasons", reasons_of(c, v, i));
        put(o, "signer", text_json(f->signer));
        put(o, "signer_nif", text_json(f->signer_nif));
        put(o, "signed", instant_json(f->signed_at));
        put(o, "not_after", instant_json(f->not_after));
        put(o, "accepted_by", text_json(f->accepted_who));
        put(o, "accepted_because", text_json(f->accepted_why));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *tests_json(const struct onboard_view *v)
{
    json_t *list = json_array();
    bool tested = v->integration.state >= INTEGRATION_PRE && v->integration.state <= INTEGRATION_PRO;
    for (int m = 0; tested && m < HOMOLOGATION_COUNT; m++) {
        const struct homologation_test *t = &v->tests.tests[m];
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:o,s:o}", "modality", homologation_modality((enum homologation_modality)m),
                            "state", homologation_lack_code(t->lack), "request",
                            text_json(t->request == NULL ? "" : t->request->request), "at",
                            instant_json(t->request == NULL ? INSTANT_NONE : t->request->at)));
    }
    return list;
}

static json_t *steps_json(const struct onboard_view *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->step_count; i++) {
        const struct integration_step *s = &v->steps[i];
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:o,s:s,s:o}", "event", s->event, "state", integration_state_code(s->state), "at",
                            instant_json(s->at), "who", s->who, "detail", text_json(s->detail)));
    }
    return list;
}

static json_t *lacks_json(struct call *c, const struct onboard_view *v)
{
    json_t *list = json_array();
    for (int k = 0; integration_state_open(v->integration.state) && k < INTEGRATION_CHECK_COUNT; k++) {
        enum integration_check check = (enum integration_check)k;
        if ((v->missing >> k & 1) != 0)
            json_array_append_new(list, json_pack("{s:s,s:s}", "check", integration_check_code(check), "text",
                                                  call_tr(c, integration_check_words(check))));
    }
    return list;
}

void api_integration(struct call *c)
{
    struct onboard_view v;
    if (!api_begin(c))
        return;
    if (!onboard_view(c->desk, call_arena(c), c->id, &v, &c->err)) {
        call_failed(c);
        return;
    }
    api_send(c, json_pack("{s:o,s:o,s:o,s:o,s:o}", "integration", integration_json(&v.integration, c->desk->by.day),
                          "missing", lacks_json(c, &v), "documents", documents_json(c, &v), "tests", tests_json(&v),
                          "steps", steps_json(&v)));
}
