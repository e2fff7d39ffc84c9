/* The probes in the API. */
#include "core/watch.h"
#include "flow/probe_look.h"
#include "flow/probe_past.h"
#include "web/api.h"

#define DAY (24 * 3600 * INSTANT_PER_SECOND)

/* In the order of probes.yaml, which is what a cursor counts. */
void api_probes(struct call *c)
{
    struct api_page p;
    struct probe_lines all;
    if (!probe_lines_read(c->desk, call_arena(c), NULL, c->desk->by.at, &all, &c->err)) {
        call_failed(c);
        return;
    }
    if (!api_page_begin(c, &p))
        return;
    for (size_t i = 0; i < all.count && !p.more; i++)
        if (api_page_wants(&p, (int64_t)i + 1, false))
            api_page_add(&p, probe_json(&all.items[i]));
    api_page_end(c, &p, NULL);
}

/* A day of the query as the instant at which it begins. False after an answer. */
static bool read_begin(struct call *c, const char *name, int add, instant_t otherwise, instant_t *ret)
{
    const char *text = call_query(c, name);
    day_t day;
    *ret = otherwise;
    if (text[0] == '\0')
        return true;
    if (!day_parse_iso(str_of(text), &day)) {
        api_problem(c, 400, name, call_text(c, N_("%s is a day, as 2026-11-20"), name));
        return false;
    }
    *ret = watch_instant(day + add, 0);
    return true;
}

static bool read_span(struct call *c, struct probe_ask_past *ask)
{
    /* hours of a month, days of three years, months of a life */
    static const int most[] = {[SPAN_HOUR] = 31, [SPAN_DAY] = 1100, [SPAN_MONTH] = 36600};
    static const int days[] = {[SPAN_HOUR] = 1, [SPAN_DAY] = 30, [SPAN_MONTH] = 365};
    const char *text = call_query(c, "span");
    instant_t now = c->desk->by.at;
    for (int s = SPAN_HOUR; s <= SPAN_MONTH; s++) {
        ask->span = (enum probe_span)s;
        if (strcmp(text[0] == '\0' ? "d" : text, probe_span_code(ask->span)) != 0)
            continue;
        if (!read_begin(c, "from", 0, probe_span_begin(ask->span, now - days[s] * DAY), &ask->from) ||
            !read_begin(c, "until", 1, now + 1, &ask->until))
            return false;
        if (ask->from < ask->until && ask->until - ask->from <= (most[s] + 1) * DAY)
            return true;
        api_problem(c, 400, "from", call_text(c, N_("from is before until, and at most %d days"), most[s]));
        return false;
    }
    api_problem(c, 400, "span", N_("span is h, d or m"));
    return false;
}

/* "/api/v1/probes/OCSP_AOC/history" */
void api_probe_history(struct call *c)
{
    struct probe_ask_past ask = {0};
    struct probe_past past;
    struct str rest = str_of(c->request->path), name = {0};
    for (int i = 0; i < 5; i++)
        (void)str_split(&rest, '/', &name);
    if (!api_begin(c) || !read_span(c, &ask))
        return;
    if (probe_past_read(c->desk, call_arena(c), arena_text(call_arena(c), name), &ask, &past, &c->err))
        api_send(c, probe_history_json(&past, probe_span_code(ask.span)));
    else
        call_failed(c);
}
