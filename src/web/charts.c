#include "web/charts.h"

#include "web/words.h"

struct chart_days chart_days_of(const struct outage *outages, size_t count, day_t today)
{
    struct chart_days days = {0};
    for (int i = 0; i < LIMIT_WEB_PAST_DAYS; i++) {
        day_t d = today - LIMIT_WEB_PAST_DAYS + 1 + i;
        for (size_t k = 0; k < count && !days.down[i]; k++)
            days.down[i] = outage_is_open(&outages[k], d);
        days.down_count += days.down[i];
    }
    days.percent = 100.0 * (LIMIT_WEB_PAST_DAYS - days.down_count) / LIMIT_WEB_PAST_DAYS;
    return days;
}

/* Neighbouring days of one kind are one bar each day, so that a day can be counted. */
void chart_bars(struct call *c, const struct chart_days *days, day_t today)
{
    enum { STEP = 10, WIDTH = 8, HEIGHT = 28 };
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    const char *words = days->down_count == 0
                            ? call_text(c, N_("Up on every one of the last %d days"), LIMIT_WEB_PAST_DAYS)
                            : call_text(c, N_("Down on %d of the last %d days"), days->down_count, LIMIT_WEB_PAST_DAYS);
    html_open(h, "svg");
    html_attr(h, "class", "bars");
    html_attr(h, "viewBox", arena_printf(a, "0 0 %d %d", LIMIT_WEB_PAST_DAYS * STEP, HEIGHT));
    html_attr(h, "preserveAspectRatio", "none");
    html_attr(h, "role", "img");
    html_attr(h, "aria-label", words);
    for (int i = 0; i < LIMIT_WEB_PAST_DAYS; i++) {
        html_open(h, "rect");
        html_attr_int(h, "x", i * STEP + 1);
        html_attr_int(h, "width", WIDTH);
        html_attr_int(h, "height", HEIGHT);
        html_attr_int(h, "rx", 2);
        html_attr(h, "class", days->down[i] ? "d" : "g");
        html_element(h, "title",
                     arena_printf(a, "%s: %s", words_date(a, c->lang, today - LIMIT_WEB_PAST_DAYS + 1 + i),
                                  days->down[i] ? call_tr(c, N_("down")) : call_tr(c, N_("up"))));
        html_close(h);
    }
    html_close(h);
}
