/* Counting of days down and the delta between two reports. What was observed, and when an outage opens or closes, is
 * decided elsewhere. */
#include "core/outage.h"

int outage_days(const struct outage *o, day_t on)
{
    if (o->since == DAY_NONE || on == DAY_NONE || on < o->since || (o->closed != DAY_NONE && on >= o->closed))
        return -1;
    return on - o->since;
}

bool outage_is_open(const struct outage *o, day_t on)
{
    return outage_days(o, on) >= 0;
}

int outage_weeks(const struct outage *o, day_t on)
{
    int days = outage_days(o, on);
    return days < 0 ? 0 : days / 7;
}

const char *change_code(enum change c)
{
    static const char *const codes[CHANGE_COUNT] = {
        [CHANGE_NEW_DOWN] = "new-down", [CHANGE_RECOVERED] = "recovered", [CHANGE_STILL_DOWN] = "still-down",
        [CHANGE_RENEWED] = "renewed",   [CHANGE_NEW_SOON] = "new-soon",
    };
    return codes[c];
}

/* Whether that kind of change happened to a body that was `b` and is `n`; NULL = it did not stand in that report. */
static bool has_change(enum change c, const struct report_line *b, const struct report_line *n)
{
    bool was_down = b != NULL && b->down, is_down = n != NULL && n->down;
    switch (c) {
    case CHANGE_NEW_DOWN: return is_down && !was_down;
    case CHANGE_RECOVERED: return was_down && !is_down;
    case CHANGE_STILL_DOWN: return was_down && is_down;
    case CHANGE_NEW_SOON: return n != NULL && n->soon && !(b != NULL && b->soon);
    case CHANGE_RENEWED:
    case CHANGE_COUNT: break;
    }
    return false;
}

size_t report_changes(const struct report_line *before, size_t before_count, const struct report_line *now,
                      size_t now_count, const int64_t *renewed, size_t renewed_count, bool first,
                      struct change_item *ret)
{
    size_t count = 0;
    for (int c = 0; c < CHANGE_COUNT; c++) {
        if (c == CHANGE_RENEWED) {
            for (size_t i = 0; i < renewed_count; i++) { /* a body whose two certificates were renewed counts once */
                if (i == 0 || renewed[i] != renewed[i - 1])
                    ret[count++] = (struct change_item){.change = CHANGE_RENEWED, .body_id = renewed[i]};
            }
            continue;
        }
        if (first && before_count == 0 && (c == CHANGE_NEW_DOWN || c == CHANGE_NEW_SOON))
            continue;
        for (size_t i = 0, j = 0; i < before_count || j < now_count;) {
            bool take_before = j == now_count || (i < before_count && before[i].body_id <= now[j].body_id);
            bool take_now = i == before_count || (j < now_count && now[j].body_id <= before[i].body_id);
            const struct report_line *b = take_before ? &before[i] : NULL;
            const struct report_line *n = take_now ? &now[j] : NULL;
            if (has_change((enum change)c, b, n))
                ret[count++] = (struct change_item){
                    .change = (enum change)c,
                    .body_id = b != NULL ? b->body_id : n->body_id,
                    .weeks = c == CHANGE_STILL_DOWN ? n->weeks : 0,
                };
            i += take_before;
            j += take_now;
        }
    }
    return count;
}
