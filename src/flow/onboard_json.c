#include "flow/onboard_json.h"

#include "flow/document.h"

static json_t *text_or_null(const char *s)
{
    return s == NULL || s[0] == '\0' ? json_null() : json_string(s);
}

static json_t *day_or_null(day_t d)
{
    char text[DAY_TEXT_BYTES];
    return d == DAY_NONE ? json_null() : json_string(day_iso(d, text));
}

static json_t *instant_or_null(instant_t t)
{
    char text[INSTANT_TEXT_BYTES];
    return t == INSTANT_NONE ? json_null() : json_string(instant_iso(t, text));
}

struct named_text {
    const char *name, *text;
};

static void put_texts(json_t *o, const struct named_text *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        json_object_set_new(o, list[i].name, text_or_null(list[i].text));
}

json_t *onboard_json(const struct integration *x, day_t today)
{
    json_t *o = json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:I,s:I}", "id", (json_int_t)x->id, "fp", x->fp, "body",
                          x->name, "state", integration_state_code(x->state), "turn",
                          integration_turn_code(integration_state_turn(x->state)), "eligibility",
                          integration_standing_code(x->standing), "language", lang_code(x->lang), "only_cda",
                          (int)x->only_cda, "reminders", (json_int_t)x->reminders, "version", (json_int_t)x->version);
    const struct named_text texts[] = {{"ine10", x->ine10},
                                       {"nif", x->nif},
                                       {"company", x->company},
                                       {"company_nif", x->company_nif},
                                       {"contact", x->contact},
                                       {"email", x->email},
                                       {"ticket", x->ticket},
                                       {"through", x->through},
                                       {"addresses", x->addresses},
                                       {"authority", x->authority},
                                       {"confirmed_by", x->confirmed_who},
                                       {"folder", x->folder}};
    put_texts(o, texts, sizeof texts / sizeof *texts);
    json_object_set_new(o, "body_id", x->body_id == 0 ? json_null() : json_integer((json_int_t)x->body_id));
    json_object_set_new(o, "confirmed", instant_or_null(x->confirmed));
    json_object_set_new(o, "filed", instant_or_null(x->filed));
    json_object_set_new(o, "opened", day_or_null(x->opened));
    json_object_set_new(o, "since", day_or_null(x->since_day));
    json_object_set_new(o, "asked", day_or_null(x->asked));
    json_object_set_new(o, "age", json_integer(integration_age(x->since_day, today)));
    return o;
}

json_t *onboard_file_json(struct arena *a, enum lang lang, const struct onboard_view *v, size_t i)
{
    static const char *const kinds[INTEGRATION_FINDING_KINDS] = {
#define X(name, code) (code),
        INTEGRATION_FINDINGS(X)
#undef X
    };
    const struct integration_file *f = &v->files[i];
    const char *reasons = "";
    json_t *findings = json_array();
    for (size_t k = 0; k < v->finding_counts[i]; k++) {
        const struct integration_finding *x = &v->findings[i][k];
        struct document_reason r;
        const char *line = onboard_reason(x, &r) ? document_sentence(a, lang, &r) : NULL;
        if (line != NULL)
            reasons = arena_printf(a, "%s%s%s", reasons, reasons[0] == '\0' ? "" : "\n", line);
        json_array_append_new(findings, json_pack("{s:s,s:s,s:s,s:s,s:o}", "kind", kinds[x->kind], "code", x->code,
                                                  "text", x->text, "other", x->other, "sentence", text_or_null(line)));
    }
    json_t *o = json_pack("{s:I,s:s,s:s,s:s,s:I,s:s,s:s,s:b,s:o,s:s}", "id", (json_int_t)f->id, "role",
                          integration_role_code(f->role), "name", f->name, "sha256", f->sha256, "bytes",
                          (json_int_t)f->bytes, "kind", f->kind, "verdict", f->verdict, "replaced", (int)f->replaced,
                          "findings", findings, "reasons", reasons);
    const struct named_text texts[] = {{"signer", f->signer},
                                       {"signer_nif", f->signer_nif},
                                       {"fingerprint", f->fingerprint},
                                       {"accepted_by", f->accepted_who},
                                       {"accepted_because", f->accepted_why}};
    put_texts(o, texts, sizeof texts / sizeof *texts);
    json_object_set_new(o, "signed", instant_or_null(f->signed_at));
    json_object_set_new(o, "not_after", instant_or_null(f->not_after));
    return o;
}

json_t *onboard_waiting_json(const struct onboard_view *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->waiting_count; i++)
        json_array_append_new(list, json_pack("{s:I,s:s,s:o}", "id", (json_int_t)v->waiting[i].id, "name",
                                              v->waiting[i].name, "why", text_or_null(v->waiting[i].why)));
    return list;
}

json_t *onboard_tests_json(const struct onboard_view *v)
{
    json_t *list = json_array();
    for (int m = 0; m < HOMOLOGATION_COUNT; m++) {
        const struct homologation_test *t = &v->tests.tests[m];
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:o,s:o}", "modality", homologation_modality((enum homologation_modality)m),
                            "state", homologation_lack_code(t->lack), "request",
                            text_or_null(t->request == NULL ? "" : t->request->request), "at",
                            instant_or_null(t->request == NULL ? INSTANT_NONE : t->request->at)));
    }
    return list;
}

json_t *onboard_steps_json(const struct onboard_view *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->step_count; i++) {
        const struct integration_step *s = &v->steps[i];
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:o,s:s,s:o}", "event", s->event, "state", integration_state_code(s->state), "at",
                            instant_or_null(s->at), "who", s->who, "detail", text_or_null(s->detail)));
    }
    return list;
}

json_t *onboard_letters_json(const struct onboard_view *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->letter_count; i++) {
        const struct integration_letter *l = &v->letters[i];
        json_array_append_new(
            list, json_pack("{s:I,s:s,s:s,s:s}", "id", (json_int_t)l->message_id, "name", l->name, "to",
                            integration_turn_code(l->told), "state", outbox_state_code(v->messages[i].state)));
    }
    return list;
}

void onboard_alarms_json(const struct onboard_view *v, json_t *to)
{
    json_object_set_new(to, "filed_problem", text_or_null(v->filed_problem));
    json_object_set_new(to, "alarm", json_string(integration_alarm_code(v->alarm)));
    json_object_set_new(to, "cda_expires", day_or_null(v->cda == NULL ? DAY_NONE : v->cda->rule.expires));
}
