#include "flow/public_status.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "core/date_text.h"
#include "core/incident.h"
#include "core/probe_verdict.h"
#include "draw/probe_strip.h"
#include "draw/tokens.h"
#include "flow/probe_look.h"

#define SECOND INSTANT_PER_SECOND
#define DAY (24 * 3600 * SECOND)
#define SHEET "estat.css"
#define JSON "status.json"

/* What is said of a service. X(NAME, class of the stylesheet, glyph, words) */
#define SAID_LIST(X)                                                                                                   \
    X(GOOD, "good", "●", N_("It works"))                                                                               \
    X(RESTING, "muted", "○", N_("Outside its hours"))                                                                  \
    X(SLOW, "soon", "▲", N_("It works, slowly"))                                                                       \
    X(UNSTABLE, "soon", "▲", N_("Unstable"))                                                                           \
    X(PAUSED, "muted", "⏸", N_("Maintenance"))                                                                       \
    X(UNKNOWN, "unknown", "◆", N_("Not known"))                                                                        \
    X(DOWN, "down", "■", N_("It does not work"))
enum said {
#define X(name, class, glyph, words) SAID_##name,
    SAID_LIST(X)
#undef X
        SAID_COUNT
};
static const struct {
    const char *class, *glyph, *words;
} saids[SAID_COUNT] = {
#define X(name, class_, glyph_, words_) [SAID_##name] = {class_, glyph_, words_},
    SAID_LIST(X)
#undef X
};

struct service {
    const char *name; /* for the public */
    enum said said;
    struct probe_slot days[PUBLIC_STATUS_DAYS];
    struct probe_tally tally;
};
struct happened {
    const char *service;
    instant_t from, until; /* until INSTANT_NONE: still */
    bool taken;            /* somebody works on it */
};
struct page {
    struct desk *desk;
    struct arena *a;
    struct err *e;
    const char *base;
    instant_t at, first; /* of the oldest day */
    struct service *services;
    size_t service_count, failing;
    VEC(struct happened) incidents; /* newest first of each service */
    VEC(struct happened) planned;
};

/* ------------------------------------------------------------------ what there is */

static enum said said_of(const struct probe_line *x)
{
    static const enum said of[STANDING_COUNT] = {
        [STANDING_DOWN] = SAID_DOWN,         [STANDING_FAILING] = SAID_UNSTABLE, [STANDING_UNKNOWN] = SAID_UNKNOWN,
        [STANDING_FLAPPING] = SAID_UNSTABLE, [STANDING_DEGRADED] = SAID_GOOD,    [STANDING_PAUSED] = SAID_PAUSED,
        [STANDING_RESTING] = SAID_RESTING,   [STANDING_GOOD] = SAID_GOOD};
    enum said s = of[x->standing];
    /* of what else we look after, such as days of a certificate, citizens notice nothing */
    if (x->standing == STANDING_DEGRADED && strcmp(x->now.code, probe_verdict_code(PROBE_VERDICT_SLOW)) == 0)
        s = SAID_SLOW;
    /* another monitor or a person has opened an incident of what answers us well */
    return x->incident != 0 && (s == SAID_GOOD || s == SAID_SLOW) ? SAID_UNSTABLE : s;
}

static bool read_days(struct page *p, struct tx *tx, const struct probe_line *x, struct service *s)
{
    struct probe_part *parts;
    size_t count;
    if (!probe_parts_load(tx, p->a, SPAN_DAY, x->now.id == 0 ? -1 : x->now.id, p->first, p->at, &parts, &count, p->e))
        return false;
    instant_t t = p->first;
    for (size_t d = 0, k = 0; d < PUBLIC_STATUS_DAYS; d++, t = probe_span_end(SPAN_DAY, t)) {
        while (k < count && parts[k].began < t)
            k++;
        if (k < count && parts[k].began == t) {
            s->days[d] = (struct probe_slot){.known = true, .tally = parts[k].tally};
            probe_tally_join(&s->tally, &parts[k].tally);
        }
    }
    return true;
}

static bool read_incidents(struct page *p, struct tx *tx, const struct probe_line *x, const char *name)
{
    struct incidents all;
    const struct incident_filter f = {.probe = x->now.name, .most = 4 * PUBLIC_STATUS_INCIDENTS};
    if (!incidents_load(tx, p->a, &f, &all, p->e))
        return false;
    for (size_t i = 0; i < all.count; i++) {
        const struct incident *n = &all.items[i];
        bool open = n->closed == INSTANT_NONE;
        instant_t until = open ? INSTANT_NONE : n->recovered != INSTANT_NONE ? n->recovered : n->closed;
        const struct happened h = {name, n->since, until, n->acked != INSTANT_NONE};
        if (open || until >= p->first)
            vec_push(&p->incidents, h);
    }
    return true;
}

static bool read_planned(struct page *p, struct tx *tx, const struct probe_line *x, const char *name)
{
    struct probe_maintenance *all;
    size_t count;
    if (!probe_maintenance_load(tx, p->a, p->at, p->at + 30 * DAY, &all, &count, p->e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct happened h = {name, all[i].when.from, all[i].when.until, false};
        if (all[i].probe_id == x->now.id || all[i].probe_id == 0)
            vec_push(&p->planned, h);
    }
    return true;
}

static bool read_services(struct page *p)
{
    struct probe_lines lines;
    struct tx tx;
    if (!probe_lines_read(p->desk, p->a, NULL, p->at, &lines, p->e) || !tx_begin(p->desk->store, TX_READ, &tx, p->e))
        return false;
    bool ok = true;
    p->services = arena_array(p->a, struct service, LIMIT_STATUS_SERVICES);
    for (size_t i = 0; ok && i < lines.count && p->service_count < LIMIT_STATUS_SERVICES; i++) {
        const struct probe_line *x = &lines.items[i];
        struct service *s = &p->services[p->service_count];
        if (x->probe->public_name[0] == '\0')
            continue;
        *s = (struct service){.name = x->probe->public_name, .said = said_of(x)};
        ok = read_days(p, &tx, x, s) && read_incidents(p, &tx, x, s->name) && read_planned(p, &tx, x, s->name);
        p->failing += s->said == SAID_DOWN;
        p->service_count++;
    }
    tx_rollback(&tx);
    return ok;
}

/* ------------------------------------------------------------------ words */

static const char *when(struct page *p, enum lang lang, instant_t t)
{
    char day[DATE_LONG_BYTES], at[INSTANT_TEXT_BYTES];
    return arena_printf(p->a, "%s, %s", date_short(day_madrid(t), lang, day), instant_madrid(t, at) + 11);
}

static const char *percent(struct page *p, enum lang lang, const struct probe_tally *t)
{
    int up = probe_availability(t);
    /* cut, not rounded: what failed was never there all the time */
    char *text = up < 0 ? arena_strdup(p->a, "—") : arena_printf(p->a, "%d.%02d %%", up / 1000, up % 1000 / 10);
    for (char *x = text; lang != LANG_EN && *x != '\0'; x++)
        *x = *x == '.' ? ',' : *x;
    return text;
}

static const char *bars_words(struct page *p, enum lang lang, const struct service *s)
{
    size_t down = 0, none = 0;
    for (size_t d = 0; d < PUBLIC_STATUS_DAYS; d++) {
        const struct probe_tally *t = &s->days[d].tally;
        down += s->days[d].known && t->down > 0;
        none += !s->days[d].known || t->up + t->down == 0;
    }
    return arena_printf(p->a, tr(lang, N_("%s, last %d days: days with a failure %zu, days without data %zu")), s->name,
                        PUBLIC_STATUS_DAYS, down, none);
}

/* The worst that is said of any. What rests is not tried: it is no worse, and when nothing else is there, all rest. */
static enum said said_of_all(const struct page *p)
{
    size_t resting = 0;
    for (size_t i = 0; i < p->service_count; i++)
        resting += p->services[i].said == SAID_RESTING;
    enum said worst = resting == p->service_count ? SAID_RESTING : SAID_GOOD;
    for (size_t i = 0; i < p->service_count; i++)
        if (p->services[i].said != SAID_RESTING)
            worst = p->services[i].said > worst ? p->services[i].said : worst;
    return worst;
}

static const char *all_words(enum said worst)
{
    switch (worst) {
    case SAID_GOOD: return N_("All services work");
    case SAID_RESTING: return saids[SAID_RESTING].words;
    case SAID_DOWN: return N_("Some service does not work");
    case SAID_UNKNOWN: return N_("Of some service nothing is known now");
    default: return N_("Services work, some of them not as always");
    }
}

/* ------------------------------------------------------------------ the page */

static void write_said(struct html *h, enum lang lang, enum said s, const char *words)
{
    html_open(h, "span");
    html_attr(h, "class", saids[s].class);
    html_raw(h, "<i aria-hidden=\"true\">");
    html_text(h, saids[s].glyph);
    html_raw(h, "</i> ");
    html_text(h, tr(lang, words));
    html_close(h);
}

static void write_service(struct page *p, struct html *h, enum lang lang, const struct service *s)
{
    html_raw(h, "<li><p class=\"row\"><strong>");
    html_text(h, s->name);
    html_raw(h, "</strong>");
    write_said(h, lang, s->said, saids[s->said].words);
    html_raw(h, "</p>");
    probe_strip_draw_small(h, p->a, s->days, PUBLIC_STATUS_DAYS, bars_words(p, lang, s), false);
    html_raw(h, "<p class=\"row sub\"><span>");
    html_text(h, arena_printf(p->a, tr(lang, N_("%d days ago")), PUBLIC_STATUS_DAYS));
    html_raw(h, "</span><span>");
    html_text(h, percent(p, lang, &s->tally));
    html_raw(h, "</span><span>");
    html_text(h, tr(lang, N_("Today")));
    html_raw(h, "</span></p></li>");
}

static void write_incident(struct page *p, struct html *h, enum lang lang, const struct happened *x)
{
    bool open = x->until == INSTANT_NONE;
    html_raw(h, "<li><strong>");
    html_text(h, x->service);
    html_raw(h, "</strong> ");
    if (open)
        html_text(h, arena_printf(p->a,
                                  tr(lang, x->taken ? N_("does not work as it should since %s. We are working on it.")
                                                    : N_("does not work as it should since %s. We are looking "
                                                         "into it.")),
                                  when(p, lang, x->from)));
    else
        html_text(h, arena_printf(p->a, tr(lang, N_("did not work as it should on %s, for %s. It is solved.")),
                                  when(p, lang, x->from), duration_words(p->a, (x->until - x->from) / SECOND)));
    html_raw(h, "</li>");
}

static void write_incidents(struct page *p, struct html *h, enum lang lang)
{
    size_t shown = 0, past = 0;
    html_raw(h, "<h2>");
    html_text(h, tr(lang, N_("Incidents")));
    html_raw(h, "</h2><ul>");
    for (int open = 1; open >= 0; open--) {
        for (size_t i = 0; i < p->incidents.count; i++) {
            const struct happened *x = &p->incidents.items[i];
            if ((x->until == INSTANT_NONE) != (open == 1) || (open == 0 && past++ >= PUBLIC_STATUS_INCIDENTS))
                continue;
            write_incident(p, h, lang, x);
            shown++;
        }
    }
    if (shown == 0) {
        html_raw(h, "<li>");
        html_text(h, arena_printf(p->a, tr(lang, N_("None in the last %d days.")), PUBLIC_STATUS_DAYS));
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul>");
}

static void write_planned(struct page *p, struct html *h, enum lang lang)
{
    if (p->planned.count == 0)
        return;
    html_raw(h, "<h2>");
    html_text(h, tr(lang, N_("Maintenance")));
    html_raw(h, "</h2><ul>");
    for (size_t i = 0; i < p->planned.count; i++) {
        const struct happened *x = &p->planned.items[i];
        html_raw(h, "<li><strong>");
        html_text(h, x->service);
        html_raw(h, "</strong> ");
        html_text(h, arena_printf(p->a, "%s – %s", when(p, lang, x->from), when(p, lang, x->until)));
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul>");
}

static void write_foot(struct page *p, struct html *h, enum lang lang)
{
    static const struct {
        enum lang lang;
        const char *file, *name;
    } languages[] = {{LANG_CA, "ca.html", "Català"}, {LANG_ES, "es.html", "Español"}, {LANG_EN, "en.html", "English"}};
    html_raw(h, "<footer><p>");
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        html_open(h, "a");
        html_attr(h, "href", arena_printf(p->a, "%s%s", p->base, languages[i].file));
        html_attr(h, "lang", lang_code(languages[i].lang));
        if (languages[i].lang == lang)
            html_attr(h, "aria-current", "page");
        html_text(h, languages[i].name);
        html_close(h);
        html_raw(h, " ");
    }
    html_open(h, "a");
    html_attr(h, "href", arena_printf(p->a, "%s" JSON, p->base));
    html_text(h, "JSON");
    html_close(h);
    html_raw(h, "</p><p class=\"sub\">");
    html_text(h, tr(lang, N_("Red: it did not work. Green: it worked. Violet and thin lines: nobody knows. Grey: "
                             "maintenance. The percentage is of the time that is known.")));
    html_raw(h, "</p></footer>");
}

static void write_head(struct page *p, struct html *h, enum lang lang, const char *title)
{
    html_raw(h, "<!doctype html>\n");
    html_open(h, "html");
    html_attr(h, "lang", lang_code(lang));
    html_raw(h, "<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                "<meta name=\"color-scheme\" content=\"light dark\">");
    html_element(h, "title", title);
    html_open(h, "link");
    html_attr(h, "rel", "stylesheet");
    html_attr(h, "href", arena_printf(p->a, "%s" SHEET, p->base));
    html_raw(h, "</head><body><main>");
    html_element(h, "h1", title);
}

static bool write_page(struct page *p, enum lang lang, struct buf *to)
{
    struct html html = HTML_INIT(to), *h = &html;
    char iso[INSTANT_TEXT_BYTES];
    write_head(p, h, lang, tr(lang, N_("State of the services")));
    html_raw(h, "<p class=\"all\">");
    if (p->service_count > 0)
        write_said(h, lang, said_of_all(p), all_words(said_of_all(p)));
    else
        html_text(h, tr(lang, N_("No service is shown here.")));
    html_raw(h, "</p><p class=\"sub\">");
    html_open(h, "time");
    html_attr(h, "datetime", instant_iso(p->at, iso));
    html_text(h, arena_printf(p->a, tr(lang, N_("As it was on %s, in Madrid. If that is long ago, nothing is known.")),
                              when(p, lang, p->at)));
    html_close(h);
    html_raw(h, "</p><ul class=\"services\">");
    for (size_t i = 0; i < p->service_count; i++)
        write_service(p, h, lang, &p->services[i]);
    html_raw(h, "</ul>");
    write_incidents(p, h, lang);
    write_planned(p, h, lang);
    write_foot(p, h, lang);
    html_raw(h, "</main></body>");
    html_close(h);
    return html_end(h, p->e);
}

/* ------------------------------------------------------------------ the other files */

static const char sheet[] =
    "*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,\"Noto "
    "Sans\",sans-serif}main{max-width:760px;margin:0 auto;padding:24px 16px}h1{font-size:26px;line-height:1.2;margin:0 "
    "0 12px}h2{font-size:18px;margin:32px 0 8px}p{margin:0}.all{font-size:19px;font-weight:600}.sub,.sub "
    "time{color:var(--soft);font-size:14px}ul{list-style:none;margin:0;padding:0}ul:not(.services) li{padding:8px "
    "0;border-bottom:1px solid var(--line)}.services{margin-top:24px;display:grid;gap:12px}.services "
    "li{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px "
    "16px}.row{display:flex;flex-wrap:wrap;gap:4px 16px;justify-content:space-between;align-items:baseline}.row "
    "strong,li{overflow-wrap:anywhere;min-width:0}.row "
    "span{font-variant-numeric:tabular-nums}i{font-style:normal}svg.bars{display:block;width:100%;height:30px;margin:"
    "8px "
    "0 4px;-webkit-mask:linear-gradient(90deg,#000 80%,#0000 0) 0 0/calc(100%/90) 100%;mask:linear-gradient(90deg,#000 "
    "80%,#0000 0) 0 0/calc(100%/90) "
    "100%}.bars .g{fill:var(--good)}.bars .d{fill:var(--down)}.bars .b{fill:var(--unknown)}.bars .m,.bars "
    ".u{fill:var(--muted)}.good{color:var(--good)}.soon{color:var(--soon)}.down{color:var(--down)}.unknown{color:var(--"
    "unknown)}.muted{color:var(--muted)}a{color:var(--accent);text-underline-offset:2px;display:inline-block;padding:"
    "4px "
    "8px 4px 0}a[aria-current]{font-weight:600;text-decoration:none;color:var(--ink)}footer{margin-top:32px}\n";

static bool write_sheet(struct page *p, struct buf *to)
{
    return (tokens_css(to) && buf_add_text(to, sheet)) || err_set(p->e, ERR_LIMIT, N_("the stylesheet is too long"));
}

static bool write_svg(struct page *p, const struct service *s, struct buf *to)
{
    struct html h = HTML_INIT(to);
    probe_strip_draw_small(&h, p->a, s->days, PUBLIC_STATUS_DAYS, bars_words(p, p->desk->lang, s), true);
    return html_end(&h, p->e);
}

static json_t *at_json(instant_t t)
{
    char iso[INSTANT_TEXT_BYTES];
    return t == INSTANT_NONE ? json_null() : json_string(instant_iso(t, iso));
}

static json_t *share_json(const struct probe_tally *t)
{
    int up = probe_availability(t);
    return up < 0 ? json_null() : json_real(up / 1000.0);
}

static json_t *happened_json(const struct happened *x)
{
    return json_pack("{s:s,s:o,s:o}", "service", x->service, "from", at_json(x->from), "until", at_json(x->until));
}

static bool write_json(struct page *p, struct buf *to)
{
    static const char *const codes[] = {
        [SAID_GOOD] = "good",     [SAID_RESTING] = "resting", [SAID_SLOW] = "slow", [SAID_UNSTABLE] = "unstable",
        [SAID_PAUSED] = "paused", [SAID_UNKNOWN] = "unknown", [SAID_DOWN] = "down"};
    json_t *services = json_array(), *incidents = json_array(), *planned = json_array();
    for (size_t i = 0; i < p->service_count; i++) {
        const struct service *s = &p->services[i];
        json_t *days = json_array();
        for (size_t d = 0; d < PUBLIC_STATUS_DAYS; d++)
            json_array_append_new(days, s->days[d].known ? share_json(&s->days[d].tally) : json_null());
        json_array_append_new(
            services, json_pack("{s:s,s:s,s:o,s:s,s:o}", "name", s->name, "state", codes[s->said], "availability",
                                share_json(&s->tally), "picture",
                                arena_printf(p->a, "%sservice-%zu.svg", p->base, i + 1), "days", days));
    }
    for (size_t i = 0; i < p->incidents.count; i++)
        json_array_append_new(incidents, happened_json(&p->incidents.items[i]));
    for (size_t i = 0; i < p->planned.count; i++)
        json_array_append_new(planned, happened_json(&p->planned.items[i]));
    json_t *all = json_pack("{s:o,s:o,s:o,s:o}", "at", at_json(p->at), "services", services, "incidents", incidents,
                            "maintenance", planned);
    char *text = all == NULL ? NULL : json_dumps(all, JSON_COMPACT | JSON_REAL_PRECISION(8));
    bool ok = text != NULL && buf_add_text(to, text) && buf_add_text(to, "\n");
    free(text);
    json_decref(all);
    return ok || err_set(p->e, ERR_LIMIT, N_("the list is too long"));
}

/* ------------------------------------------------------------------ all of them */

static bool add(struct page *p, struct public_file *files, size_t *n, const char *name, const char *type, bool ok,
                struct buf *bytes)
{
    if (ok)
        files[(*n)++] = (struct public_file){name, type, str_of(arena_text(p->a, buf_str(bytes)))};
    buf_release(bytes);
    return ok;
}

static bool make_files(struct page *p, struct public_file *files, size_t *n)
{
    static const char html[] = "text/html; charset=utf-8";
    const struct {
        const char *name;
        enum lang lang;
    } pages[] = {
        {"ca.html", LANG_CA}, {"es.html", LANG_ES}, {"en.html", LANG_EN}, {PUBLIC_STATUS_INDEX, p->desk->lang}};
    struct buf b = BUF_INIT(LIMIT_STATUS_FILE_BYTES);
    if (!add(p, files, n, SHEET, "text/css; charset=utf-8", write_sheet(p, &b), &b))
        return false;
    for (size_t i = 0; i < p->service_count; i++)
        if (!add(p, files, n, arena_printf(p->a, "service-%zu.svg", i + 1), "image/svg+xml",
                 write_svg(p, &p->services[i], &b), &b))
            return false;
    if (!add(p, files, n, JSON, "application/json", write_json(p, &b), &b))
        return false;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (!add(p, files, n, pages[i].name, html, write_page(p, pages[i].lang, &b), &b))
            return false;
    return true;
}

bool public_status_make(struct desk *d, struct arena *a, const char *base, instant_t at, struct public_status *ret,
                        struct err *e)
{
    struct page p = {.desk = d, .a = a, .e = e, .base = base, .at = at};
    struct public_file *files = arena_array(a, struct public_file, LIMIT_STATUS_SERVICES + 8);
    size_t n = 0;
    p.first = at;
    for (int i = 0; i < PUBLIC_STATUS_DAYS; i++)
        p.first = probe_span_begin(SPAN_DAY, i == 0 ? at : p.first - 1);
    bool ok = read_services(&p) && make_files(&p, files, &n);
    vec_release(&p.incidents);
    vec_release(&p.planned);
    if (ok)
        *ret = (struct public_status){files, n, p.service_count, p.failing};
    return ok;
}
