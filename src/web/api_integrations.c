/* Integrations for programs: to look at. What is done to them is done by people, in pages and commands. */
#include "flow/onboard_json.h"
#include "web/api.h"

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
            api_page_add(&p, onboard_json(&list[i], c->desk->by.day));
    }
    api_page_end(c, &p, NULL);
}

/* Those that count. */
static json_t *documents_json(struct call *c, const struct onboard_view *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->file_count; i++) {
        if (!v->files[i].replaced)
            json_array_append_new(list, onboard_file_json(call_arena(c), c->lang, v, i));
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
    bool tested = v.integration.state >= INTEGRATION_PRE && v.integration.state <= INTEGRATION_PRO;
    json_t *o = json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "integration", onboard_json(&v.integration, c->desk->by.day),
                          "missing", lacks_json(c, &v), "documents", documents_json(c, &v), "waiting",
                          onboard_waiting_json(&v), "tests", tested ? onboard_tests_json(&v) : json_array(), "steps",
                          onboard_steps_json(&v), "messages", onboard_letters_json(&v));
    onboard_alarms_json(&v, o);
    api_send(c, o);
}
