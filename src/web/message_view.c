#include "web/message_view.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "web/layout.h"

/* ------------------------------------------------------------------ reading */

static const char *text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static size_t number_in(const json_t *object, const char *key, size_t most)
{
    json_int_t n = json_integer_value(json_object_get(object, key));
    return n < 0 || (uint64_t)n > most ? 0 : (size_t)n;
}

static void finding_read(const json_t *r, struct str text, struct finding *ret)
{
    *ret = (struct finding){.code = text_in(r, "code"),
                            .grade = text_in(r, "grade"),
                            .xpath = text_in(r, "xpath"),
                            .line = (int)number_in(r, "line", INT32_MAX),
                            .at = number_in(r, "at", text.n),
                            .sentence = text_in(r, "sentence"),
                            .advice = text_in(r, "advice"),
                            .found = text_in(r, "found"),
                            .expected = text_in(r, "expected"),
                            .answer = (int)json_integer_value(json_object_get(r, "answer"))};
    ret->n = number_in(r, "bytes", text.n - ret->at);
}

static int rank(const struct finding *f)
{
    return strcmp(f->grade, "error") == 0 ? 0 : strcmp(f->grade, "warning") == 0 ? 1 : 2;
}

void findings_read(struct call *c, const json_t *explanation, struct str text, struct findings *ret)
{
    const json_t *list = json_object_get(explanation, "remarks");
    size_t count = json_array_size(list), n = 0;
    count = count > LIMIT_REMARKS ? LIMIT_REMARKS : count;
    struct finding *items = arena_array(call_arena(c), struct finding, count + 1);
    for (int grade = 0; grade <= 2; grade++)
        for (size_t i = 0; i < count; i++) {
            struct finding f;
            finding_read(json_array_get(list, i), text, &f);
            if (rank(&f) == grade)
                items[n++] = f;
        }
    *ret = (struct findings){items, n};
}

/* ------------------------------------------------------------------ findings */

static const struct {
    const char *grade, *class, *glyph, *words;
} grades[] = {
    {"error", "st down", "✕", N_("error")},
    {"warning", "st soon", "▲", N_("warning")},
    {"info", "st muted", "●", N_("note")},
};

static size_t grade_of(const char *grade)
{
    size_t i = 0;
    while (i < 2 && strcmp(grades[i].grade, grade) != 0)
        i++;
    return i;
}

void part_grade(struct call *c, const char *grade)
{
    struct html *h = &c->html;
    size_t i = grade_of(grade);
    html_open(h, "span");
    html_attr(h, "class", grades[i].class);
    html_attr(h, "data-g", grades[i].glyph);
    html_text(h, call_tr(c, grades[i].words));
    html_close(h);
}

void part_steps(struct call *c, const struct step_shown *steps, size_t count)
{
    static const struct {
        const char *state, *class, *glyph, *words;
    } states[] = {{"good", "st good", "✓", N_("in order")},
                  {"warning", "st soon", "▲", N_("with warnings")},
                  {"error", "st down", "✕", N_("refused")},
                  {"refused", "st down", "✕", N_("refused")},
                  {"", "st muted", "·", N_("not reached")}};
    struct html *h = &c->html;
    html_raw(h, "<ol class=\"steps\">");
    for (size_t i = 0; i < count; i++) {
        size_t s = 0;
        while (s + 1 < sizeof states / sizeof *states && strcmp(states[s].state, steps[i].state) != 0)
            s++;
        html_open(h, "li");
        html_open(h, "span");
        html_attr(h, "class", states[s].class);
        html_attr(h, "data-g", states[s].glyph);
        html_text(h, call_tr(c, steps[i].words));
        html_open(h, "span");
        html_attr(h, "class", "hide");
        html_text(h, ": ");
        html_text(h, call_tr(c, states[s].words));
        html_close(h);
        html_close(h);
        html_close(h);
    }
    html_raw(h, "</ol>");
}

static void pair(struct call *c, const char *title, const char *value)
{
    struct html *h = &c->html;
    if (value[0] == '\0')
        return;
    html_element(h, "dt", call_tr(c, title));
    html_open(h, "dd");
    html_element(h, "code", value);
    html_close(h);
}

/* An advice may be nothing but what is expected, with a point. */
static bool says_the_same(const char *expected, const char *advice)
{
    size_t n = strlen(expected);
    return strncmp(expected, advice, n) == 0 && strlen(advice) <= n + 1;
}

static void part_finding(struct call *c, const struct finding *f, size_t number, bool linked)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    html_open(h, "li");
    html_attr(h, "class", "card finding");
    html_raw(h, "<div class=\"row\">");
    part_grade(c, f->grade);
    html_element(h, "code", f->code);
    if (f->line > 0 && linked)
        part_link(c, arena_printf(a, f->n > 0 ? "#m%zu" : "#l%zu", f->n > 0 ? number : (size_t)f->line), NULL,
                  call_text(c, N_("line %d"), f->line));
    else if (f->line > 0)
        html_element(h, "span", call_text(c, N_("line %d"), f->line));
    html_raw(h, "</div>");
    html_element(h, "p", f->sentence);
    if (f->answer != 0)
        html_element(h, "p", call_text(c, N_("The service answers %d."), f->answer));
    html_open(h, "p");
    html_open(h, "strong");
    html_text(h, call_tr(c, N_("How to mend it:")));
    html_close(h);
    html_text(h, " ");
    html_text(h, f->advice);
    html_close(h);
    html_raw(h, "<dl>");
    pair(c, N_("Found"), f->found);
    if (!says_the_same(call_tr(c, f->expected), f->advice))
        pair(c, N_("Expected"), call_tr(c, f->expected));
    pair(c, N_("Where (XPath)"), f->xpath);
    html_raw(h, "</dl>");
    html_close(h);
}

void part_findings(struct call *c, const struct findings *all, bool linked)
{
    html_raw(&c->html, "<ol class=\"findings\">");
    for (size_t i = 0; i < all->count; i++)
        part_finding(c, &all->items[i], i, linked);
    html_raw(&c->html, "</ol>");
}

/* ------------------------------------------------------------------ the message */

/* A part of the text that is shown, and what is marked in it. */
struct span {
    size_t from, to;
    size_t finding; /* SIZE_MAX: none */
};

static int by_from(const void *a, const void *b)
{
    const struct span *one = a, *other = b;
    return one->from < other->from ? -1 : one->from > other->from;
}

static size_t line_begin(struct str text, int line)
{
    size_t at = 0;
    for (int i = 1; i < line && at < text.n; at++)
        i += text.p[at] == '\n';
    return at;
}

/* What is marked, in the order of the text; of two at one place the graver. */
static size_t marks_make(struct arena *a, const struct findings *all, struct span **ret)
{
    struct span *marks = arena_array(a, struct span, all->count + 1);
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].n > 0)
            marks[count++] = (struct span){all->items[i].at, all->items[i].at + all->items[i].n, i};
    qsort(marks, count, sizeof *marks, by_from);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && marks[i].from == marks[kept - 1].from)
            marks[kept - 1].finding =
                marks[i].finding < marks[kept - 1].finding ? marks[i].finding : marks[kept - 1].finding;
        else if (kept == 0 || marks[i].from >= marks[kept - 1].to)
            marks[kept++] = marks[i];
    }
    *ret = marks;
    return kept;
}

/* Whole lines around a place, when they are not too long. */
static struct span around(struct str text, size_t at, size_t n)
{
    size_t from = at, to = at + n, least = at > LIMIT_WEB_SOURCE_AROUND ? at - LIMIT_WEB_SOURCE_AROUND : 0;
    size_t most = to + LIMIT_WEB_SOURCE_AROUND < text.n ? to + LIMIT_WEB_SOURCE_AROUND : text.n;
    for (int lines = 0; from > least; from--) {
        lines += text.p[from - 1] == '\n';
        if (lines == 4)
            break;
    }
    for (int lines = 0; to < most; to++) {
        lines += text.p[to] == '\n';
        if (lines == 4)
            break;
    }
    while (from > 0 && ((unsigned char)text.p[from] & 0xC0) == 0x80)
        from--;
    while (to < text.n && ((unsigned char)text.p[to] & 0xC0) == 0x80)
        to++;
    return (struct span){from, to, SIZE_MAX};
}

/* What is shown: all, or of a large message what is around the findings and its beginning. */
static size_t windows_make(struct arena *a, struct str text, const struct findings *all, struct span **ret)
{
    struct span *list = arena_array(a, struct span, all->count + 2);
    size_t count = 0, kept = 0;
    if (text.n <= LIMIT_WEB_SOURCE_BYTES) {
        list[0] = (struct span){0, text.n, SIZE_MAX};
        *ret = list;
        return 1;
    }
    list[count++] = around(text, 0, 0);
    for (size_t i = 0; i < all->count; i++) {
        const struct finding *f = &all->items[i];
        if (f->line > 0)
            list[count++] = around(text, f->n > 0 ? f->at : line_begin(text, f->line), f->n < 2000 ? f->n : 2000);
    }
    qsort(list, count, sizeof *list, by_from);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && list[i].from <= list[kept - 1].to)
            list[kept - 1].to = list[i].to > list[kept - 1].to ? list[i].to : list[kept - 1].to;
        else
            list[kept++] = list[i];
    }
    *ret = list;
    return kept;
}

struct source {
    struct call *c;
    struct str text;
    const struct findings *all;
    const struct span *marks;
    size_t mark_count, next; /* next: of the marks */
    size_t line;
};

static void line_open(struct source *s)
{
    struct html *h = &s->c->html;
    struct arena *a = call_arena(s->c);
    const char *class = NULL;
    for (size_t i = 0; i < s->all->count && class == NULL; i++)
        if (s->all->items[i].line > 0 && (size_t)s->all->items[i].line == s->line)
            class = s->all->items[i].grade;
    html_open(h, "li");
    html_attr_int(h, "value", (long)s->line);
    html_attr(h, "id", arena_printf(a, "l%zu", s->line));
    if (class != NULL)
        html_attr(h, "class", grades[grade_of(class)].grade);
    html_open(h, "code");
}

static void line_close(struct source *s)
{
    html_close(&s->c->html);
    html_close(&s->c->html);
}

/* Text without line ends; the marks that begin in it open there, and are closed at its end. */
static void piece(struct source *s, size_t from, size_t to)
{
    struct html *h = &s->c->html;
    while (s->next < s->mark_count && s->marks[s->next].to <= from)
        s->next++;
    while (from < to) {
        const struct span *m = s->next < s->mark_count ? &s->marks[s->next] : NULL;
        if (m == NULL || m->from >= to) {
            html_text_str(h, str_part(s->text.p + from, to - from));
            return;
        }
        if (m->from > from)
            html_text_str(h, str_part(s->text.p + from, m->from - from));
        size_t begin = m->from > from ? m->from : from, end = m->to < to ? m->to : to;
        html_open(h, "mark");
        html_attr(h, "class", grades[grade_of(s->all->items[m->finding].grade)].grade);
        if (begin == m->from)
            html_attr(h, "id", arena_printf(call_arena(s->c), "m%zu", m->finding));
        html_text_str(h, str_part(s->text.p + begin, end - begin));
        html_close(h);
        from = end;
        s->next += m->to <= end;
    }
}

static void window(struct source *s, const struct span *w)
{
    size_t at = w->from;
    line_open(s);
    while (at < w->to) {
        const char *end = memchr(s->text.p + at, '\n', w->to - at);
        size_t stop = end == NULL ? w->to : (size_t)(end - s->text.p);
        piece(s, at, stop > at && s->text.p[stop - 1] == '\r' ? stop - 1 : stop);
        at = stop + 1;
        if (end != NULL)
            s->line++;
        if (at < w->to) {
            line_close(s);
            line_open(s);
        }
    }
    line_close(s);
}

void part_source(struct call *c, struct str text, const struct findings *all)
{
    struct html *h = &c->html;
    struct span *windows, *marks;
    size_t count = windows_make(call_arena(c), text, all, &windows), at = 0;
    struct source s = {.c = c, .text = text, .all = all, .line = 1};
    s.mark_count = marks_make(call_arena(c), all, &marks);
    s.marks = marks;
    html_raw(h, "<div class=\"card source\" role=\"region\" tabindex=\"0\" aria-labelledby=\"missatge\">");
    for (size_t i = 0; i < count; i++) {
        for (; at < windows[i].from; at++)
            s.line += text.p[at] == '\n';
        at = windows[i].from;
        if (i > 0)
            html_raw(h, "<p class=\"sub\">⋯</p>");
        html_raw(h, "<ol>");
        size_t before = s.line;
        window(&s, &windows[i]);
        s.line = before;
        html_raw(h, "</ol>");
    }
    html_raw(h, "</div>");
}

/* ------------------------------------------------------------------ two canonical forms */

/* Spans of both forms that the other does not have, in order. */
enum { DIFFERENCE_MOST = 1600, DIFFERENCE_AROUND = 160, DIFFERENCE_SPANS = 200, RESYNC_BYTES = 8, RESYNC_MOST = 240 };
struct apart {
    struct span ours[DIFFERENCE_SPANS], theirs[DIFFERENCE_SPANS];
    size_t count;
    size_t ours_end, theirs_end; /* as far as was looked */
};

static bool starts_char(struct str s, size_t at)
{
    return at >= s.n || ((unsigned char)s.p[at] & 0xC0) != 0x80;
}

static bool meets(struct str a, size_t i, struct str b, size_t j)
{
    size_t n = a.n - i < b.n - j ? a.n - i : b.n - j;
    if (n < RESYNC_BYTES && a.n - i != b.n - j)
        return false;
    return starts_char(a, i) && starts_char(b, j) && memcmp(a.p + i, b.p + j, n < RESYNC_BYTES ? n : RESYNC_BYTES) == 0;
}

/* How much is to be passed on both sides until they agree again; false when that is far. */
static bool resync(struct str a, size_t i, struct str b, size_t j, size_t *ret_a, size_t *ret_b)
{
    for (size_t k = 1; k < RESYNC_MOST; k++) {
        bool mine = i + k <= a.n && meets(a, i + k, b, j), other = j + k <= b.n && meets(a, i, b, j + k);
        bool both = i + k <= a.n && j + k <= b.n && meets(a, i + k, b, j + k);
        if (mine || other || both) {
            *ret_a = mine || !other ? k : 0;
            *ret_b = mine ? 0 : k;
            return true;
        }
    }
    return false;
}

static void compare(struct str a, struct str b, size_t at, struct apart *ret)
{
    size_t i = at, j = at;
    while (i > 0 && !starts_char(a, i))
        i--, j--;
    while (i < a.n && j < b.n && i - at < DIFFERENCE_MOST && j - at < DIFFERENCE_MOST &&
           ret->count < DIFFERENCE_SPANS) {
        size_t mine, other;
        if (a.p[i] == b.p[j]) {
            i++, j++;
            continue;
        }
        while (i > 0 && j > 0 && !starts_char(a, i))
            i--, j--;
        if (!resync(a, i, b, j, &mine, &other))
            break;
        ret->ours[ret->count] = (struct span){i, i + mine, 0};
        ret->theirs[ret->count++] = (struct span){j, j + other, 0};
        i += mine;
        j += other;
    }
    bool over =
        ret->count < DIFFERENCE_SPANS && (i < a.n || j < b.n) && i - at < DIFFERENCE_MOST && j - at < DIFFERENCE_MOST;
    if (over) { /* they do not meet again: what is left of both */
        size_t mine = a.n - i < DIFFERENCE_MOST ? a.n - i : DIFFERENCE_MOST;
        size_t other = b.n - j < DIFFERENCE_MOST ? b.n - j : DIFFERENCE_MOST;
        ret->ours[ret->count] = (struct span){i, i + mine, 0};
        ret->theirs[ret->count++] = (struct span){j, j + other, 0};
        i += mine;
        j += other;
    }
    ret->ours_end = i;
    ret->theirs_end = j;
}

/* Blanks that differ are what one looks for: they are made visible. */
static const char *visible(struct call *c, struct str s)
{
    struct buf out = BUF_INIT(64u << 10);
    for (size_t i = 0; i < s.n; i++) {
        char b = s.p[i];
        if (b == '\n')
            buf_add_text(&out, "↵\n");
        else if (b == ' ')
            buf_add_text(&out, "·");
        else if (b == '\t')
            buf_add_text(&out, "→");
        else if (b == '\r')
            buf_add_text(&out, "␍");
        else
            buf_add_char(&out, b);
    }
    const char *text = arena_strdup(call_arena(c), buf_text(&out));
    buf_release(&out);
    return text;
}

static size_t whole(struct str s, size_t at)
{
    while (at > 0 && !starts_char(s, at))
        at--;
    return at;
}

static void form_shown(struct call *c, const char *title, struct str s, const struct span *spans, size_t count,
                       size_t end)
{
    struct html *h = &c->html;
    size_t first = count == 0 ? end : spans[0].from,
           from = whole(s, first > DIFFERENCE_AROUND ? first - DIFFERENCE_AROUND : 0);
    size_t to = whole(s, end + DIFFERENCE_AROUND < s.n ? end + DIFFERENCE_AROUND : s.n), at = from;
    html_raw(h, "<figure class=\"card form\"><figcaption>");
    html_text(h, title);
    html_raw(h, "</figcaption><pre tabindex=\"0\"><code>");
    html_text(h, from > 0 ? "…" : "");
    for (size_t i = 0; i < count; i++) {
        html_text_str(h, str_part(s.p + at, spans[i].from - at));
        at = spans[i].to;
        if (spans[i].from == spans[i].to)
            continue;
        html_open(h, "mark");
        html_attr(h, "class", "error");
        html_text(h, visible(c, str_part(s.p + spans[i].from, at - spans[i].from)));
        html_close(h);
    }
    html_text_str(h, str_part(s.p + at, to > at ? to - at : 0));
    html_text(h, to < s.n ? "…" : "");
    html_raw(h, "</code></pre></figure>");
}

void part_difference(struct call *c, const char *part, struct str ours, struct str theirs, size_t at)
{
    struct html *h = &c->html;
    struct apart *d = arena_alloc(call_arena(c), 1, sizeof *d);
    size_t least = ours.n < theirs.n ? ours.n : theirs.n;
    *d = (struct apart){.count = 0};
    at = at < least ? at : least;
    if (memcmp(ours.p, theirs.p, at) != 0) /* whoever says so is not believed */
        at = 0;
    compare(ours, theirs, at, d);
    html_element(h, "p",
                 call_text(c,
                           N_("The canonical form of %s has %zu bytes, what was signed has %zu; they part at byte "
                              "%zu. Blanks are shown where they differ: · a blank, ↵ a line end, → a tabulator."),
                           part, ours.n, theirs.n, at + 1));
    html_raw(h, "<div class=\"forms\">");
    form_shown(c, call_tr(c, N_("Canonical form of what arrived")), ours, d->ours, d->count, d->ours_end);
    form_shown(c, call_tr(c, N_("What was signed")), theirs, d->theirs, d->count, d->theirs_end);
    html_raw(h, "</div>");
}
