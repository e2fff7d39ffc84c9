#include "scsp/guide.h"

#include "scsp/writer.h"

struct lines {
    struct arena *arena;
    enum lang lang;
    VEC(struct guide_line) list;
};

/* --- elements --- */

static const char *times_text(const struct shape *s)
{
    if (s->many)
        return s->optional ? "0–n" : "1–n";
    return s->optional ? "0–1" : "1";
}

static const char *note_add(struct lines *l, const char *note, const char *more)
{
    return note[0] == '\0' ? more : arena_printf(l->arena, "%s; %s", note, more);
}

/* "1, 2, 3" out of "1 2 3". */
static const char *words_shown(struct arena *a, const char *words)
{
    struct str rest = str_of(words), word;
    const char *text = "";
    while (str_split(&rest, ' ', &word))
        text = arena_printf(a, "%s%s%.*s", text, text[0] == '\0' ? "" : ", ", STR_ARG(word));
    return text;
}

static const char *note_of(struct lines *l, const struct shape *s)
{
    struct arena *a = l->arena;
    const struct value_rule *v = &s->value;
    const char *note = "";
    if (v->choices != NULL)
        note = note_add(l, note, arena_printf(a, tr(l->lang, N_("one of %s")), words_shown(a, v->choices)));
    if (v->known != NULL)
        note = note_add(l, note, arena_printf(a, tr(l->lang, N_("one of %s")), words_shown(a, v->known)));
    if (v->digits > 0)
        note = note_add(l, note, arena_printf(a, tr(l->lang, N_("%d digits")), v->digits));
    if (v->max > 0 && v->kind != VALUE_INT)
        note = note_add(l, note, arena_printf(a, tr(l->lang, N_("at most %d characters")), v->max));
    if (v->kind == VALUE_INT && v->max > 0)
        note = note_add(l, note, arena_printf(a, tr(l->lang, N_("at most %d digits")), v->max));
    if (s->uri != NULL)
        note = note_add(l, note, arena_printf(a, tr(l->lang, N_("namespace %s")), s->uri));
    if (s->answer != 0)
        note = note_add(l, note, arena_printf(a, tr(l->lang, N_("a wrong value is answered %d")), s->answer));
    return note;
}

static const char *kind_of(const struct lines *l, const struct shape *s)
{
    if (s->kind == SHAPE_VALUE)
        return tr(l->lang, value_must(s->value.kind));
    return s->kind == SHAPE_ANY ? tr(l->lang, N_("elements of another schema")) : "";
}

/* Groups without a name are shown where they say something: a choice, and what belongs together in one. */
static void lines_add(struct lines *l, const struct shape *s, int depth, bool in_choice)
{
    struct guide_line line = {.depth = depth, .name = s->name, .personal = s->personal};
    bool shown = s->name != NULL || s->kind == SHAPE_CHOICE || in_choice;
    if (s->name == NULL) {
        line.group = true;
        line.name = tr(l->lang, s->kind == SHAPE_CHOICE ? N_("one of these:") : N_("these together:"));
        line.kind = line.note = "";
        line.times = times_text(s);
    } else {
        line.kind = kind_of(l, s);
        line.times = times_text(s);
        line.note = depth == 0 ? "" : note_of(l, s);
    }
    if (shown)
        vec_push(&l->list, line);
    for (size_t i = 0; i < s->count; i++)
        lines_add(l, &s->parts[i], depth + shown, s->kind == SHAPE_CHOICE);
}

static struct guide_line *lines_of(struct arena *a, const struct shape *root, enum lang lang, size_t *ret_count)
{
    struct lines l = {.arena = a, .lang = lang};
    if (root->name != NULL)
        lines_add(&l, root, 0, false);
    struct guide_line *kept = vec_to_arena(&l.list, a);
    *ret_count = l.list.count;
    vec_release(&l.list);
    return kept;
}

/* --- examples --- */

static bool request_make(struct arena *a, const struct modality *m, const struct modality_example *x, const char **ret,
                         struct err *e)
{
    struct buf text = BUF_INIT(LIMIT_XML_BYTES);
    struct writer w = {.to = &text, .e = e};
    write_raw(&w, arena_printf(a, "<%s xmlns=\"%s\">", m->request.name, m->namespace));
    for (size_t i = 0; i < x->count; i++)
        write_element(&w, "", x->ask[i].name, str_of(x->ask[i].value));
    write_close(&w, "", m->request.name);
    *ret = arena_text(a, buf_str(&text));
    buf_release(&text);
    return !w.failed;
}

static bool example_make(struct arena *a, const struct service *service, const struct modality *m,
                         const struct modality_example *x, instant_t now, struct guide_example *ret, struct err *e)
{
    struct ask_field *fields = arena_array(a, struct ask_field, x->count == 0 ? 1 : x->count);
    struct guide_example g = {.id = x->id, .ask = "", .code = x->answer, .text = "", .answer = ""};
    for (size_t i = 0; i < x->count; i++) {
        fields[i] = (struct ask_field){str_of(x->ask[i].name), str_of(x->ask[i].value)};
        g.ask = arena_printf(a, "%s%s%s=%s", g.ask, i == 0 ? "" : " ", x->ask[i].name, x->ask[i].value);
    }
    if (!request_make(a, m, x, &g.request, e))
        return false;
    if (m->lookup != NULL) {
        struct service_result got;
        struct buf payload = BUF_INIT(LIMIT_XML_BYTES);
        const struct ask_item item = {.code = str_of(m->name), .fields = fields, .field_count = x->count};
        bool good = service_answer(service, &item, now, &payload, &got, e);
        if (good) {
            g.code = got.code;
            g.text = arena_strdup(a, got.text);
            g.answer = arena_text(a, buf_str(&payload));
        }
        buf_release(&payload);
        if (!good)
            return false;
    }
    *ret = g;
    return true;
}

bool guide_make(struct arena *a, const struct service *service, const struct modality *m, enum lang lang, instant_t now,
                struct guide *ret, struct err *e)
{
    static const char *const fronts[] = {"", "Sincron", "Asincron", "Sincron, Asincron"};
    const char *title = m->title[lang];
    struct guide g = {.m = m, .fronts = fronts[m->fronts & 3u]};
    g.title = title != NULL && title[0] != '\0' ? title : m->title[LANG_CA] != NULL ? m->title[LANG_CA] : "";
    g.request = lines_of(a, &m->request, lang, &g.request_count);
    g.response = lines_of(a, &m->response, lang, &g.response_count);
    g.codes = arena_array(a, struct guide_code, m->answer_count == 0 ? 1 : m->answer_count);
    for (; g.code_count < m->answer_count; g.code_count++)
        g.codes[g.code_count] = (struct guide_code){m->answers[g.code_count].code, m->answers[g.code_count].text};
    g.examples = arena_array(a, struct guide_example, m->example_count == 0 ? 1 : m->example_count);
    for (; g.example_count < m->example_count; g.example_count++)
        if (!example_make(a, service, m, &m->examples[g.example_count], now, &g.examples[g.example_count], e))
            return false;
    *ret = g;
    return true;
}

/* --- as text --- */

/* A cell of a table: what would end it is escaped. */
static const char *cell(struct arena *a, const char *text)
{
    struct buf made = BUF_INIT(LIMIT_REMARK_LINE_BYTES * 2);
    for (const char *p = text; *p != '\0'; p++) {
        if (strchr("|<*_`", *p) != NULL)
            (void)buf_add_char(&made, '\\');
        (void)buf_add_char(&made, *p == '\n' ? ' ' : *p);
    }
    const char *kept = arena_strdup(a, buf_text(&made));
    buf_release(&made);
    return kept;
}

static void lines_markdown(struct buf *to, struct arena *a, const struct guide_line *lines, size_t count,
                           const char *heading, enum lang lang)
{
    if (count == 0)
        return;
    buf_printf(to, "\n## %s\n\n| %s | %s | %s | %s |\n|---|---|---|---|\n", heading, tr(lang, N_("element")),
               tr(lang, N_("times")), tr(lang, N_("value")), tr(lang, N_("remark")));
    for (size_t i = 0; i < count; i++) {
        const struct guide_line *l = &lines[i];
        const char *note = l->personal ? tr(lang, N_("a citizen's data")) : "";
        buf_add_text(to, "| ");
        for (int k = 0; k < l->depth; k++)
            buf_add_text(to, "&emsp;");
        buf_printf(to, l->group ? "*%s*" : "`%s`", l->name);
        buf_printf(to, " | %s | %s | %s%s%s |\n", l->times, cell(a, l->kind), cell(a, l->note),
                   l->note[0] != '\0' && note[0] != '\0' ? "; " : "", note);
    }
}

static void examples_markdown(struct buf *to, struct arena *a, const struct guide *g, enum lang lang)
{
    const struct guide_example *shown = NULL;
    if (g->example_count == 0)
        return;
    buf_printf(to, "\n## %s\n\n| | %s | %s | %s |\n|---|---|---|---|\n", tr(lang, N_("Examples")),
               tr(lang, N_("request")), tr(lang, N_("code")), tr(lang, N_("text")));
    for (size_t i = 0; i < g->example_count; i++) {
        const struct guide_example *x = &g->examples[i];
        buf_printf(to, "| %s | %s | %d | %s |\n", cell(a, x->id), cell(a, x->ask), x->code, cell(a, x->text));
        if (shown == NULL && g->m->lookup != NULL && x->code == g->m->lookup->found)
            shown = x;
    }
    if (shown == NULL)
        return;
    buf_printf(to, "\n%s %s\n\n```xml\n%s```\n", tr(lang, N_("Request")), cell(a, shown->id),
               guide_xml(a, shown->request));
    buf_printf(to, "\n%s\n\n```xml\n%s```\n", tr(lang, N_("Answer")), guide_xml(a, shown->answer));
}

void guide_markdown(struct buf *to, const struct guide *g, enum lang lang)
{
    struct arena a = {0};
    const struct modality *m = g->m;
    buf_printf(to, "# %s\n\n%s\n\n", m->name, g->title);
    buf_printf(to, "- %s: `%s`\n- %s: `%s`\n- %s: %s\n", tr(lang, N_("product")), m->product, tr(lang, N_("namespace")),
               m->namespace, tr(lang, N_("front")), g->fronts);
    buf_printf(to, "- %s: %d\n", tr(lang, N_("requests in one message, at most")), m->most);
    if (m->fronts & FRONT_ASINCRON)
        buf_printf(to,
                   tr(lang, N_("- asynchronous: %d hours are promised; in pre-production the answer is there after "
                               "%d seconds\n")),
                   m->wait_hours, m->wait_seconds);
    if (m->range_from != NULL && m->range_to != NULL)
        buf_printf(to, tr(lang, N_("- %s and %s are at most %d days apart\n")), m->range_from, m->range_to,
                   m->range_days);
    lines_markdown(to, &a, g->request, g->request_count, tr(lang, N_("Request")), lang);
    lines_markdown(to, &a, g->response, g->response_count, tr(lang, N_("Answer")), lang);
    if (g->code_count > 0)
        buf_printf(to, "\n## %s\n\n| %s | %s |\n|---|---|\n", tr(lang, N_("Codes")), tr(lang, N_("code")),
                   tr(lang, N_("text")));
    for (size_t i = 0; i < g->code_count; i++)
        buf_printf(to, "| %s | %s |\n", cell(&a, g->codes[i].code), cell(&a, g->codes[i].text));
    examples_markdown(to, &a, g, lang);
    arena_release(&a);
}

/* Ours only: no comments, no instructions, no mixed content. */
const char *guide_xml(struct arena *a, const char *xml)
{
    struct buf made = BUF_INIT(LIMIT_XML_BYTES);
    int depth = 0;
    bool opened = false; /* the tag before was an opening one */
    for (const char *p = xml; *p != '\0';) {
        const char *end = *p == '<' ? strchr(p, '>') : strchr(p, '<');
        size_t n = end == NULL ? strlen(p) : (size_t)(end - p) + (*p == '<');
        bool closing = p[0] == '<' && p[1] == '/';
        depth -= closing;
        if (*p == '<' && !(closing && opened) && made.n > 0)
            (void)buf_printf(&made, "\n%*s", 2 * depth, "");
        (void)buf_add(&made, p, n);
        if (*p == '<') {
            opened = !closing;
            depth += opened;
        }
        p += n;
    }
    (void)buf_add_char(&made, '\n');
    const char *kept = arena_strdup(a, buf_text(&made));
    buf_release(&made);
    return kept;
}
