#include "web/charts.h"
#include "base/text.h"

#include "web/words.h"

struct chart_days chart_days_of(struct call *c, const struct outage *outages, size_t count, const bool *checked,
                                day_t today)
{
    struct chart_days x = {0};
    for (int i = 0; i < LIMIT_WEB_PAST_DAYS; i++) {
        day_t d = today - LIMIT_WEB_PAST_DAYS + 1 + i;
        bool down = false;
        for (size_t k = 0; k < count && !down; k++)
            down = outage_is_open(&outages[k], d);
        x.days[i] = down ? DAY_DOWN : checked[i] ? DAY_UP : DAY_UNSEEN;
        x.down_count += down;
        x.known_count += down || checked[i];
    }
    x.percent = x.known_count == 0 ? 0 : 100.0 * (x.known_count - x.down_count) / x.known_count;
    x.words = x.known_count == 0
                  ? call_tr(c, N_("no data"))
                  : text_decimal(c->lang, arena_printf(call_arena(c),
                                                       trn(c->lang, "%.1f %% of %d day", "%.1f %% of %d days",
                                                           (unsigned long)x.known_count),
                                                       x.percent, x.known_count));
    return x;
}

/* Neighbouring days of one kind are one bar each day, so that a day can be counted. */
void chart_bars(struct call *c, const struct chart_days *days, day_t today)
{
    enum { STEP = 10, WIDTH = 8, HEIGHT = 28 };
    static const struct {
        const char *class, *words;
    } kinds[] = {[DAY_UNSEEN] = {"u", N_("no data")}, [DAY_UP] = {"g", N_("up")}, [DAY_DOWN] = {"d", N_("down")}};
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    html_open(h, "svg");
    html_attr(h, "class", "bars");
    html_attr(h, "viewBox", arena_printf(a, "0 0 %d %d", LIMIT_WEB_PAST_DAYS * STEP, HEIGHT));
    html_attr(h, "preserveAspectRatio", "none");
    html_attr(h, "role", "img");
    html_attr(
        h, "aria-label",
        call_text(c, N_("Of the last %d days: down on %d, up on %d, no data of %d"), LIMIT_WEB_PAST_DAYS,
                  days->down_count, days->known_count - days->down_count, LIMIT_WEB_PAST_DAYS - days->known_count));
    for (int i = 0; i < LIMIT_WEB_PAST_DAYS; i++) {
        html_open(h, "rect");
        html_attr_int(h, "x", i * STEP + 1);
        html_attr_int(h, "y", days->days[i] == DAY_UNSEEN ? HEIGHT - 6 : 0);
        html_attr_int(h, "width", WIDTH);
        html_attr_int(h, "height", days->days[i] == DAY_UNSEEN ? 6 : HEIGHT);
        html_attr_int(h, "rx", 2);
        html_attr(h, "class", kinds[days->days[i]].class);
        html_element(h, "title",
                     arena_printf(a, "%s: %s", words_date(a, c->lang, today - LIMIT_WEB_PAST_DAYS + 1 + i),
                                  call_tr(c, kinds[days->days[i]].words)));
        html_close(h);
    }
    html_close(h);
}
