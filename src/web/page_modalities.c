/* Passarel·la, modalitats: what can be asked and what is answered, out of the same files that requests are checked and
 * answered with. */
#include "base/file.h"
#include "scsp/guide.h"
#include "web/gateway_page.h"
#include "web/layout.h"
#include "web/pages.h"
#include "web/pages_data.h"

#define MODALITIES GATEWAY_PAGES "/modalitats"

struct catalogue {
    struct modalities known;
    struct service service;
};

/* Read anew for each page: it takes some ten milliseconds, and a file that was changed is seen at once. */
static bool catalogue_read(struct call *c, struct catalogue *ret)
{
    struct arena *a = call_arena(c);
    const char *dir = path_join(a, c->site->jobs.options.data_dir, "scsp");
    return modalities_load(a, dir, &ret->known, &c->err) &&
           service_load(a, path_join(a, dir, "data"), &ret->known, &ret->service, &c->err);
}

static void head(struct call *c, const char *const *titles, size_t count)
{
    struct html *h = &c->html;
    html_raw(h, "<div class=\"card tablewrap\"><table class=\"list\">");
    part_table_head(c, titles, count, NO_NUMBER);
}

static void cell(struct call *c, const char *title, const char *text)
{
    struct html *h = &c->html;
    html_open(h, "td");
    html_attr(h, "data-h", call_tr(c, title));
    html_text(h, text[0] == '\0' ? "—" : text);
    html_close(h);
}

#define COUNT(list) (sizeof(list) / sizeof *(list))

void page_modalities(struct call *c)
{
    static const char *const titles[] = {N_("Modality"), N_("Product"), N_("What for")};
    struct catalogue all;
    struct html *h = &c->html;
    if (call_view(c) == NULL)
        return;
    if (!catalogue_read(c, &all)) {
        call_failed(c);
        return;
    }
    gateway_begin(c, MODALITIES, call_tr(c, N_("Modalities")),
                  call_tr(c, N_("What can be asked at the gateway, with examples and what they are answered.")));
    head(c, titles, COUNT(titles));
    for (size_t i = 0; i < all.known.count; i++) {
        const struct modality *m = &all.known.items[i];
        html_raw(h, "<tr><td>");
        part_link(c, arena_printf(call_arena(c), MODALITIES "/%s", m->name), "name", m->name);
        html_raw(h, "</td>");
        cell(c, titles[1], m->product);
        cell(c, titles[2],
             m->title[c->lang] != NULL   ? m->title[c->lang]
             : m->title[LANG_CA] != NULL ? m->title[LANG_CA]
                                         : "");
        html_raw(h, "</tr>");
    }
    html_raw(h, "</tbody></table></div>");
    layout_end(c);
    call_page(c, 200);
}

/* ------------------------------------------------------------------ one modality */

static void write_lines(struct call *c, const struct guide_line *lines, size_t count)
{
    static const char *const titles[] = {N_("Element"), N_("Value"), N_("Times"), N_("Remark")};
    struct html *h = &c->html;
    head(c, titles, COUNT(titles));
    for (size_t i = 0; i < count; i++) {
        int depth = lines[i].depth > 7 ? 7 : lines[i].depth;
        html_open(h, "tr");
        html_open(h, "td");
        html_attr(h, "class", arena_printf(call_arena(c), "d%d", depth));
        if (lines[i].group)
            html_element(h, "em", lines[i].name);
        else
            html_element(h, "code", lines[i].name);
        html_close(h);
        cell(c, titles[1], lines[i].kind);
        cell(c, titles[2], lines[i].times);
        cell(c, titles[3], lines[i].note);
        html_close(h);
    }
    html_raw(h, "</tbody></table></div>");
}

static void write_xml(struct call *c, const char *title, const char *xml)
{
    struct html *h = &c->html;
    if (xml[0] == '\0')
        return;
    html_raw(h, "<details><summary>");
    html_text(h, title);
    html_raw(h, "</summary><pre class=\"card mailtext\" tabindex=\"0\">");
    html_text(h, guide_xml(call_arena(c), xml));
    html_raw(h, "</pre></details>");
}

static void write_example(struct call *c, const struct guide_example *x)
{
    struct html *h = &c->html;
    html_raw(h, "<li class=\"card finding\"><div class=\"row\">");
    html_element(h, "strong", x->id);
    html_element(h, "code", arena_printf(call_arena(c), "%d", x->code));
    html_raw(h, "</div>");
    html_element(h, "p", x->text);
    html_open(h, "p");
    html_element(h, "code", x->ask);
    html_close(h);
    write_xml(c, call_tr(c, N_("The specific data of the request")), x->request);
    write_xml(c, call_tr(c, N_("The specific data of the answer")), x->answer);
    html_raw(h, "</li>");
}

static void write_guide(struct call *c, const struct guide *g)
{
    static const char *const titles[] = {N_("Code"), N_("What it means")};
    struct html *h = &c->html;
    gateway_begin(c, MODALITIES, g->m->name, g->title);
    html_raw(h, "<dl class=\"about\">");
    html_element(h, "dt", call_tr(c, N_("Product")));
    html_element(h, "dd", g->m->product);
    html_element(h, "dt", call_tr(c, N_("Answered at")));
    html_element(h, "dd", g->fronts);
    html_element(h, "dt", call_tr(c, N_("Namespace")));
    html_element(h, "dd", g->m->namespace);
    html_raw(h, "</dl>");
    layout_section(c, "peticio", call_tr(c, N_("What is asked")), "");
    write_lines(c, g->request, g->request_count);
    layout_section(c, "codis", call_tr(c, N_("Codes of the service")), "");
    head(c, titles, COUNT(titles));
    for (size_t i = 0; i < g->code_count; i++) {
        html_raw(h, "<tr>");
        cell(c, titles[0], g->codes[i].code);
        cell(c, titles[1], g->codes[i].text);
        html_raw(h, "</tr>");
    }
    html_raw(h, "</tbody></table></div>");
    layout_section(c, "exemples", call_tr(c, N_("Examples")), "");
    html_raw(h, "<ol class=\"findings\">");
    for (size_t i = 0; i < g->example_count; i++)
        write_example(c, &g->examples[i]);
    html_raw(h, "</ol>");
    layout_section(c, "resposta", call_tr(c, N_("What is answered")), "");
    write_lines(c, g->response, g->response_count);
    layout_end(c);
    call_page(c, 200);
}

void page_modality(struct call *c)
{
    struct catalogue all;
    struct guide g;
    const char *name = call_path_end(c);
    if (call_view(c) == NULL)
        return;
    const struct modality *m = catalogue_read(c, &all) ? modality_find(&all.known, str_of(name)) : NULL;
    if (m != NULL && guide_make(call_arena(c), &all.service, m, c->lang, c->desk->by.at, &g, &c->err))
        write_guide(c, &g);
    else if (m == NULL && c->err.code == ERR_NONE)
        call_problem(c, 404, N_("There is no such modality."));
    else
        call_failed(c);
}
