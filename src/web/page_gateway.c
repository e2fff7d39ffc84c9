/* Passarel·la: which requests came, what became of each, and why one was refused. Nothing that is shown here was in the
 * message but ids and codes: no citizen's data is kept. */
#include <inttypes.h>

#include "flow/gateway.h"
#include "scsp/remark.h"
#include "web/gateway_page.h"
#include "web/layout.h"
#include "web/message_view.h"
#include "web/pages.h"
#include "web/pages_data.h"
#include "web/words.h"

/* ------------------------------------------------------------------ the list */

static const char *body_name(const struct view *v, const char *ine10)
{
    for (size_t i = 0; i < v->bodies.count; i++)
        if (ine10[0] != '\0' && strcmp(v->items[i].body->ine10, ine10) == 0)
            return v->items[i].short_name;
    return ine10[0] == '\0' ? "—" : ine10;
}

static void write_outcome(struct call *c, enum gateway_outcome o)
{
    struct html *h = &c->html;
    bool good = gateway_outcome_is_good(o);
    html_open(h, "span");
    html_attr(h, "class", good ? "st good" : "st down");
    html_attr(h, "data-g", good ? "✓" : "✕");
    html_text(h, good ? call_tr(c, N_("answered")) : call_tr(c, N_("refused")));
    html_close(h);
}

static void cell(struct call *c, const char *title, const char *class, const char *text)
{
    struct html *h = &c->html;
    html_open(h, "td");
    if (class != NULL)
        html_attr(h, "class", class);
    html_attr(h, "data-h", call_tr(c, title));
    html_text(h, text[0] == '\0' ? "—" : text);
    html_close(h);
}

static const char *millis(struct call *c, int64_t micros)
{
    return arena_printf(call_arena(c), "%" PRId64 ",%" PRId64 " ms", micros / 1000, micros / 100 % 10);
}

static void write_row(struct call *c, const struct view *v, const struct gateway_log_row *r)
{
    struct html *h = &c->html;
    html_raw(h, "<tr><td class=\"nowrap\">");
    part_link(c, arena_printf(call_arena(c), GATEWAY_PAGES "/peticions/%" PRId64, r->id), "name",
              words_instant(call_arena(c), c->lang, r->at));
    html_raw(h, "</td><td>");
    html_text(h, body_name(v, r->ine10));
    html_raw(h, "</td>");
    cell(c, N_("Modality"), NULL, r->modality);
    cell(c, N_("Identifier"), "what", r->request);
    html_raw(h, "<td>");
    write_outcome(c, r->outcome);
    html_raw(h, "</td>");
    cell(c, N_("Why"), "what",
         gateway_outcome_is_good(r->outcome) ? r->result : call_tr(c, gateway_outcome_info(r->outcome)->sentence));
    cell(c, N_("Time"), "r", millis(c, r->micros));
    html_raw(h, "</tr>");
}

static void write_filter(struct call *c, const char *body, bool refused)
{
    struct html *h = &c->html;
    html_raw(h, "<form class=\"filter\" method=\"get\" action=\"/passarella\"><label class=\"hide\" for=\"ens\">");
    html_text(h, call_tr(c, N_("Body")));
    html_raw(h, "</label>");
    html_open(h, "input");
    html_attr(h, "id", "ens");
    html_attr(h, "name", "ens");
    html_attr(h, "type", "search");
    html_attr(h, "value", body);
    html_attr(h, "placeholder", call_tr(c, N_("name of a body, or its INE10 code")));
    html_raw(h, "<label class=\"row\"><input type=\"checkbox\" name=\"refusades\" value=\"1\"");
    if (refused)
        html_raw(h, " checked");
    html_raw(h, "> ");
    html_text(h, call_tr(c, N_("only refused ones")));
    html_raw(h, "</label><button class=\"btn\">");
    html_text(h, call_tr(c, N_("Search")));
    html_raw(h, "</button></form>");
}

static void write_list(struct call *c, const struct view *v, const struct gateway_log_row *rows, size_t count)
{
    static const char *const titles[] = {N_("When"),    N_("Body"), N_("Modality"), N_("Identifier"),
                                         N_("Outcome"), N_("Why"),  N_("Time")};
    struct html *h = &c->html;
    html_raw(h, "<div class=\"card tablewrap\"><table class=\"list\">");
    part_table_head(c, titles, sizeof titles / sizeof *titles, 6);
    for (size_t i = 0; i < count; i++)
        write_row(c, v, &rows[i]);
    html_raw(h, "</tbody></table></div>");
}

enum { PAGE_ROWS = 100 };

void page_gateway(struct call *c)
{
    const struct view *v = call_view(c);
    const char *body = call_query(c, "ens");
    struct gateway_filter f = {.since = INSTANT_NONE, .until = INSTANT_NONE, .most = PAGE_ROWS + 1};
    struct gateway_log_row *rows = NULL;
    size_t count = 0;
    if (v == NULL)
        return;
    f.refused = call_query(c, "refusades")[0] != '\0';
    (void)str_to_int64(str_of(call_query(c, "abans")), 1, INT64_MAX, &f.before);
    bool good = gateway_log_view(c->desk, call_arena(c), body[0] == '\0' ? NULL : body, &f, &rows, &count, &c->err);
    bool theirs = !good && (c->err.code == ERR_UNKNOWN || c->err.code == ERR_AMBIGUOUS || c->err.code == ERR_VALUE);
    if (!good && !theirs) {
        call_failed(c);
        return;
    }
    gateway_begin(
        c, GATEWAY_PAGES, call_tr(c, N_("Requests at the gateway")),
        call_tr(c, N_("What came and what became of it. Of a message only ids, codes and outcomes are kept.")));
    write_filter(c, body, f.refused);
    if (theirs)
        part_notice(c, false, call_tr(c, N_("Nothing was looked for:")), c->err.text);
    else if (count == 0)
        part_empty(c, call_tr(c, N_("No request")),
                   call_tr(c, N_("None is remembered, or none fits the filter. They come with `talaia serve --roles "
                                 "gateway`, and from a body once it has permission.")));
    else
        write_list(c, v, rows, count > PAGE_ROWS ? PAGE_ROWS : count);
    if (count > PAGE_ROWS)
        part_link(c,
                  arena_printf(call_arena(c), GATEWAY_PAGES "?ens=%s%s&abans=%" PRId64, layout_encode(c, body),
                               f.refused ? "&refusades=1" : "", rows[PAGE_ROWS - 1].id),
                  "btn", call_tr(c, N_("Older ones")));
    err_clear(&c->err);
    layout_end(c);
    call_page(c, 200);
}

/* ------------------------------------------------------------------ one request */

static const enum remark_code *code_find(const char *text)
{
    static const enum remark_code codes[] = {
#define X(group, name, ...) REMARK_##name,
        REMARK_LIST(X)
#undef X
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(remark_code_text(codes[i]), text) == 0)
            return &codes[i];
    return NULL;
}

/* Of a remark its code and place are kept; what was found may have been a citizen's, so it was not. */
static struct finding finding_of(struct call *c, const struct gateway_remark_kept *k)
{
    struct arena *a = call_arena(c);
    const enum remark_code *code = code_find(k->code);
    const char *name = strrchr(k->xpath, '/');
    const struct remark r = {
        .name = name == NULL ? "…" : name + 1, .found = "…", .expected = "…", .detail = "", .xpath = k->xpath};
    struct finding f = {.code = k->code,
                        .grade = k->grade,
                        .xpath = k->xpath,
                        .line = k->line,
                        .sentence = k->code,
                        .advice = call_tr(c, N_("Paste the message in the validator to see more.")),
                        .found = "",
                        .expected = ""};
    if (code != NULL) {
        f.sentence = remark_fill(a, remark_sentence(*code), &r, c->lang);
        f.advice = remark_fill(a, remark_advice(*code), &r, c->lang);
    }
    return f;
}

static void fact(struct call *c, const char *title, const char *value)
{
    if (value[0] == '\0')
        return;
    html_element(&c->html, "dt", call_tr(c, title));
    html_element(&c->html, "dd", value);
}

static void write_facts(struct call *c, const struct gateway_view *g)
{
    struct arena *a = call_arena(c);
    html_raw(&c->html, "<dl class=\"about\">");
    fact(c, N_("When"), words_instant(call_arena(c), c->lang, g->row.at));
    fact(c, N_("Body"),
         g->body_name[0] != '\0' ? arena_printf(a, "%s (%s)", g->body_name, g->row.ine10) : g->row.ine10);
    fact(c, N_("Identifier"), g->row.request);
    fact(c, N_("Modality"),
         arena_printf(a, "%s%s%s", g->row.product, g->row.modality[0] == '\0' ? "" : " · ", g->row.modality));
    fact(c, N_("Code of the service"), g->row.result);
    fact(c, N_("Address"), g->row.address);
    fact(c, N_("Certificate"), g->row.certificate);
    fact(c, N_("Size"),
         call_text(c, N_("%lld bytes, answer %lld"), (long long)g->row.bytes, (long long)g->row.answer_bytes));
    fact(c, N_("Time"), millis(c, g->row.micros));
    html_raw(&c->html, "</dl>");
}

static void write_steps(struct call *c, const struct gateway_view *g)
{
    struct step_shown *shown = arena_array(call_arena(c), struct step_shown, g->step_count + 1);
    for (size_t i = 0; i < g->step_count; i++)
        shown[i] = (struct step_shown){gateway_step_words(g->steps[i].step), gateway_state_code(g->steps[i].state)};
    part_steps(c, shown, g->step_count);
}

void page_gateway_request(struct call *c)
{
    struct gateway_view g;
    struct arena *a = call_arena(c);
    if (call_view(c) == NULL)
        return;
    if (!gateway_request_view(c->desk, a, arena_printf(a, "%" PRId64, c->id), &g, &c->err)) {
        call_failed(c);
        return;
    }
    const struct gateway_outcome_info *o = gateway_outcome_info(g.row.outcome);
    struct finding *items = arena_array(a, struct finding, g.remark_count + 1);
    for (size_t i = 0; i < g.remark_count; i++)
        items[i] = finding_of(c, &g.remarks[i]);
    gateway_begin(c, GATEWAY_PAGES, call_text(c, N_("Request %lld"), (long long)g.row.id),
                  call_tr(c, N_("What happened to it, step by step, and how it would be answered.")));
    part_notice(c, gateway_outcome_is_good(g.row.outcome), call_tr(c, o->sentence), call_tr(c, o->advice));
    write_steps(c, &g);
    write_facts(c, &g);
    if (g.remark_count > 0) {
        layout_section(c, "troballes", call_tr(c, N_("What there is to say")), "");
        part_findings(c, &(struct findings){items, g.remark_count}, false);
        html_raw(&c->html, "<p>");
        part_link(c, GATEWAY_VALIDATOR, "btn", call_tr(c, N_("Explain the message in the validator")));
        html_raw(&c->html, "</p>");
    }
    layout_end(c);
    call_page(c, 200);
}
