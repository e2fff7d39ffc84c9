/* talaia gateway modalities, gateway ask: what can be asked, and what the back office answers to it. */
#include "base/file.h"
#include "cli/commands.h"
#include "cli/gateway.h"
#include "scsp/guide.h"

/* The back office and its data set, beside the modalities. */
static bool service_open(struct cli *c, const struct gateway *g, struct service *ret, struct err *e)
{
    return service_load(&c->arena, path_join(&c->arena, c->data_dir, "scsp/data"), &g->known, ret, e);
}

/* --- for programs --- */

static json_t *lines_json(const struct guide_line *lines, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            list, json_pack("{s:i,s:s,s:b,s:o,s:s,s:o,s:b}", "depth", lines[i].depth, "name", lines[i].name, "group",
                            (int)lines[i].group, "value", json_text(lines[i].kind), "times", lines[i].times, "remark",
                            json_text(lines[i].note), "personal", (int)lines[i].personal));
    return list;
}

static json_t *guide_json(const struct guide *g)
{
    const struct modality *m = g->m;
    json_t *codes = json_object(), *examples = json_array();
    for (size_t i = 0; i < g->code_count; i++)
        json_object_set_new(codes, g->codes[i].code, json_string(g->codes[i].text));
    for (size_t i = 0; i < g->example_count; i++) {
        const struct guide_example *x = &g->examples[i];
        json_t *ask = json_object();
        for (size_t k = 0; k < m->examples[i].count; k++)
            json_object_set_new(ask, m->examples[i].ask[k].name, json_string(m->examples[i].ask[k].value));
        json_array_append_new(
            examples, json_pack("{s:s,s:o,s:i,s:i,s:s,s:s,s:s}", "id", x->id, "ask", ask, "code", x->code, "expected",
                                m->examples[i].answer, "text", x->text, "request", x->request, "answer", x->answer));
    }
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:b,s:o,s:o,s:o,s:o}", "modality", m->name, "product", m->product,
                     "title", g->title, "fronts", g->fronts, "namespace", m->namespace, "most", m->most, "answered",
                     (int)(m->lookup != NULL), "request", lines_json(g->request, g->request_count), "response",
                     lines_json(g->response, g->response_count), "codes", codes, "examples", examples);
}

/* --- for people --- */

static bool list_print(struct cli *c, const struct gateway *g, const struct service *service, struct err *e)
{
    static const struct cli_column columns[] = {{N_("Modality"), ALIGN_LEFT, 10, 24},
                                                {N_("Product"), ALIGN_LEFT, 6, 12},
                                                {N_("Front"), ALIGN_LEFT, 7, 18},
                                                {N_("What for"), ALIGN_LEFT, 20, 60}};
    struct cli_table *t = cli_table_new(c, columns, 4);
    bool good = true;
    for (size_t i = 0; good && i < g->known.count; i++) {
        struct guide guide;
        good = guide_make(&c->arena, service, &g->known.items[i], c->lang, g->now, &guide, e);
        if (!good)
            break;
        cli_cell(t, guide.m->name, NULL);
        cli_cell(t, guide.m->product, NULL);
        cli_cell(t, guide.fronts, NULL);
        cli_cell(t, guide.title, NULL);
    }
    if (good)
        cli_table_print(t);
    cli_table_free(t);
    return good;
}

static void lines_print(struct cli *c, const char *heading, const struct guide_line *lines, size_t count)
{
    static const struct cli_column columns[] = {{N_("Element"), ALIGN_LEFT, 12, 44},
                                                {N_("Times"), ALIGN_LEFT, 3, 5},
                                                {N_("Value"), ALIGN_LEFT, 8, 26},
                                                {N_("Remark"), ALIGN_LEFT, 8, 40}};
    if (count == 0)
        return;
    struct cli_table *t = cli_table_new(c, columns, 4);
    printf("\n%s\n", tr(c->lang, heading));
    for (size_t i = 0; i < count; i++) {
        cli_cellf(t, "%*s%s", 2 * lines[i].depth, "", lines[i].name);
        cli_cell(t, lines[i].times, NULL);
        cli_cell(t, lines[i].kind, NULL);
        cli_cell(t, lines[i].note, NULL);
    }
    cli_table_print(t);
    cli_table_free(t);
}

static void guide_print(struct cli *c, const struct guide *g)
{
    static const struct cli_column codes[] = {{N_("Code"), ALIGN_RIGHT, 4, 6}, {N_("Text"), ALIGN_LEFT, 20, 90}};
    static const struct cli_column asks[] = {
        {N_("Code"), ALIGN_RIGHT, 4, 6}, {N_("Example"), ALIGN_LEFT, 12, 30}, {N_("Request"), ALIGN_LEFT, 20, 60}};
    printf("%s (%s, %s)\n", g->m->name, g->m->product, g->fronts);
    cli_wrap(g->title, 0);
    lines_print(c, N_("Request"), g->request, g->request_count);
    lines_print(c, N_("Answer"), g->response, g->response_count);
    struct cli_table *t = cli_table_new(c, codes, 2);
    for (size_t i = 0; i < g->code_count; i++) {
        cli_cell(t, g->codes[i].code, NULL);
        cli_cell(t, g->codes[i].text, NULL);
    }
    putchar('\n');
    cli_table_print(t);
    cli_table_free(t);
    t = cli_table_new(c, asks, 3);
    for (size_t i = 0; i < g->example_count; i++) {
        cli_cellf(t, "%d", g->examples[i].code);
        cli_cell(t, g->examples[i].id, NULL);
        cli_cell(t, g->examples[i].ask, NULL);
    }
    putchar('\n');
    cli_table_print(t);
    cli_table_free(t);
}

/* --- modalities --- */

static bool guide_show(struct cli *c, const struct gateway *g, const struct service *service, const struct modality *m,
                       struct cli_list *list, struct err *e)
{
    struct guide guide;
    struct arena a = {0};
    struct buf page = BUF_INIT(LIMIT_XML_BYTES);
    bool good = guide_make(&a, service, m, c->lang, g->now, &guide, e);
    if (good && list != NULL)
        cli_list_add(list, guide_json(&guide));
    else if (good && c->json)
        good = cli_json(guide_json(&guide), e);
    else if (good && c->value[OPT_MARKDOWN] != NULL) {
        guide_markdown(&page, &guide, c->lang);
        printf("%s", buf_text(&page));
    } else if (good)
        guide_print(c, &guide);
    buf_release(&page);
    arena_release(&a);
    return good;
}

static bool all_show(struct cli *c, const struct gateway *g, const struct service *service, struct err *e)
{
    struct cli_list list = {0};
    if (!c->json && c->value[OPT_MARKDOWN] == NULL)
        return list_print(c, g, service, e);
    for (size_t i = 0; i < g->known.count; i++) {
        if (i > 0 && !c->json)
            putchar('\n');
        if (!guide_show(c, g, service, &g->known.items[i], c->json ? &list : NULL, e))
            return false;
    }
    return !c->json || cli_list_end(&list, e);
}

static bool run_modalities(struct cli *c, struct err *e)
{
    struct gateway g;
    struct service service;
    bool good = gateway_open(c, false, &g, e) && service_open(c, &g, &service, e);
    if (good && c->word_count == 0)
        good = all_show(c, &g, &service, e);
    else if (good) {
        const struct modality *m = gateway_modality_find(&g, c->words[0], e);
        good = m != NULL && guide_show(c, &g, &service, m, NULL, e);
    }
    gateway_close(&g);
    return good;
}

const struct command command_gateway_modalities = {
    .name = "gateway modalities",
    .task = TASK_GATEWAY,
    .usage = N_("[MODALITY]"),
    .summary = N_("what can be asked of pre-production: elements, codes, examples"),
    .more = N_("The documentation of a modality, made from its file; the answers of the examples are those that the "
               "back office of pre-production gives. --markdown prints a page, or all pages."),
    .max_words = 1,
    .options = {OPT_MARKDOWN, OPT_END},
    .run = run_modalities,
};

/* --- ask --- */

/* What is given, and the requester's code unless it is given too. */
static struct ask_item item_make(struct cli *c, const struct gateway *g, const struct modality *m,
                                 const struct request_field *fields, size_t count)
{
    struct ask_field *list = arena_array(&c->arena, struct ask_field, count + 1);
    struct ask_item item = {.code = str_of(m->name), .root = str_of(m->request.name), .fields = list};
    bool given = false;
    for (size_t i = 0; i < count; i++) {
        list[item.field_count++] = (struct ask_field){str_of(fields[i].name), str_of(fields[i].value)};
        given |= m->requester != NULL && strcmp(fields[i].name, m->requester) == 0;
    }
    if (m->requester != NULL && !given)
        list[item.field_count++] = (struct ask_field){str_of(m->requester), str_of(g->known.environment.ine10)};
    return item;
}

static bool ask_show(struct cli *c, const struct gateway *g, const struct service *service, const struct modality *m,
                     const struct request_field *fields, size_t count, struct err *e)
{
    struct service_result got;
    struct buf payload = BUF_INIT(LIMIT_XML_BYTES);
    const struct ask_item item = item_make(c, g, m, fields, count);
    bool good = service_answer(service, &item, g->now, &payload, &got, e);
    if (good && c->json)
        good = cli_json(json_pack("{s:s,s:i,s:s,s:I,s:s}", "modality", m->name, "code", got.code, "text", got.text,
                                  "found", (json_int_t)got.found, "payload", buf_text(&payload)),
                        e);
    else if (good)
        printf("%s: %d %s\n%s", m->name, got.code, got.text, guide_xml(&c->arena, buf_text(&payload)));
    buf_release(&payload);
    return good;
}

static bool run_ask(struct cli *c, struct err *e)
{
    struct gateway g;
    struct service service;
    size_t count = 0;
    struct request_field *fields = arena_array(&c->arena, struct request_field, c->word_count);
    bool good = gateway_open(c, false, &g, e) && service_open(c, &g, &service, e);
    const struct modality *m = good ? gateway_modality_find(&g, c->words[0], e) : NULL;
    good = m != NULL && gateway_fields_read(c, fields, &count, e) && request_fields_known(m, fields, count, e) &&
           ask_show(c, &g, &service, m, fields, count, e);
    gateway_close(&g);
    return good;
}

const struct command command_gateway_ask = {
    .name = "gateway ask",
    .task = TASK_GATEWAY,
    .usage = N_("MODALITY NAME=VALUE…"),
    .summary = N_("what the back office of pre-production answers, without envelope, signature or permissions"),
    .more = N_("The names are those of the payload's elements, IdCites=841207329 for instance; the requester's code is "
               "filled in when it is not given. Nothing is sent: the data set on this machine is asked."),
    .min_words = 1,
    .max_words = 100,
    .options = {OPT_AT, OPT_END},
    .run = run_ask,
};
