#include "core/probe_sum.h"

#include "core/watch.h"

#define SECOND INSTANT_PER_SECOND
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

/* ------------------------------------------------------------------ seconds */

/* The first instant after `t` at which one of them begins or ends. */
static instant_t next_edge(struct stretches s, instant_t t, instant_t most)
{
    for (size_t i = 0; i < s.count; i++) {
        const instant_t edges[] = {s.items[i].from, s.items[i].until};
        for (int k = 0; k < 2; k++)
            if (edges[k] != INSTANT_NONE && edges[k] > t && edges[k] < most)
                most = edges[k];
    }
    return most;
}

static bool within(struct stretches s, instant_t t)
{
    for (size_t i = 0; i < s.count; i++) {
        const struct stretch *x = &s.items[i];
        if ((x->from == INSTANT_NONE || x->from <= t) && (x->until == INSTANT_NONE || t < x->until))
            return true;
    }
    return false;
}

/* What touches the one before is joined with it. */
static size_t silence_add(struct stretch *ret, size_t count, instant_t from, instant_t until)
{
    if (from >= until)
        return count;
    if (count > 0 && ret[count - 1].until == from) {
        ret[count - 1].until = until;
        return count;
    }
    ret[count] = (struct stretch){from, until};
    return count + 1;
}

size_t probe_silences(const struct probe_mark *runs, size_t count, int seconds, instant_t from, instant_t until,
                      struct stretch *ret)
{
    const instant_t step = (instant_t)seconds * SECOND, most = PROBE_SILENT * step;
    const struct probe_mark *before = NULL;
    size_t found = 0;
    for (size_t i = 0; i <= count; i++) {
        const struct probe_mark *next = i < count ? &runs[i] : NULL;
        instant_t begin = from, end = next == NULL ? until : next->at;
        if (before != NULL && before->blind)
            begin = before->at;
        else if (before != NULL) {
            /* a run tells of the time since it was due, and goes on to tell until it is overdue */
            begin = before->at + (before->us > 0 ? before->us : 0) + most;
            end -= next != NULL && end > begin ? step : 0;
        }
        found = silence_add(ret, found, begin < from ? from : begin, end > until ? until : end);
        before = next;
    }
    return found;
}

void probe_tally_add(struct probe_tally *ret, const struct probe *probe, const struct profile *p, instant_t from,
                     instant_t until, struct stretches incidents, struct stretches blind, struct stretches maintenance)
{
    struct probe_tally us = {0};
    for (instant_t t = from, next; t < until; t = next) {
        next = until;
        if (!probe->hours.always) /* hours begin and end with minutes */
            next = (t / MINUTE + 1) * MINUTE < until ? (t / MINUTE + 1) * MINUTE : until;
        next = next_edge(maintenance, t, next_edge(blind, t, next_edge(incidents, t, next)));
        int64_t *to = &us.up;
        if (!probe_hours_have(&probe->hours, p, t))
            continue;
        if (within(maintenance, t))
            to = &us.maintenance;
        else if (within(blind, t))
            to = &us.blind;
        else if (within(incidents, t))
            to = &us.down;
        *to += next - t;
    }
    ret->up += (us.up + SECOND / 2) / SECOND;
    ret->down += (us.down + SECOND / 2) / SECOND;
    ret->blind += (us.blind + SECOND / 2) / SECOND;
    ret->maintenance += (us.maintenance + SECOND / 2) / SECOND;
}

void probe_tally_join(struct probe_tally *to, const struct probe_tally *more)
{
    to->runs += more->runs;
    to->up += more->up;
    to->down += more->down;
    to->blind += more->blind;
    to->maintenance += more->maintenance;
}

/* ------------------------------------------------------------------ times as text */

void probe_times_write(const struct probe_times_of *t, struct buf *to)
{
    for (size_t i = 0; i < PROBE_TIMES; i++)
        if (t->count[i] != 0)
            (void)buf_printf(to, "%zu:%u ", i, t->count[i]);
}

void probe_times_read(struct str text, struct probe_times_of *ret)
{
    struct str one;
    *ret = (struct probe_times_of){0};
    while (str_split(&text, ' ', &one)) {
        size_t colon = str_find(one, ':');
        int64_t step, count;
        if (colon < one.n && str_to_int64(str_part(one.p, colon), 0, PROBE_TIMES - 1, &step) &&
            str_to_int64(str_part(one.p + colon + 1, one.n - colon - 1), 0, UINT32_MAX, &count))
            ret->count[step] = (uint32_t)count;
    }
}

/* ------------------------------------------------------------------ spans */

const char *probe_span_code(enum probe_span s)
{
    static const char *const codes[] = {[SPAN_HOUR] = "h", [SPAN_DAY] = "d", [SPAN_MONTH] = "m"};
    return codes[s];
}

/* Madrid's offsets are whole hours. */
instant_t probe_span_begin(enum probe_span s, instant_t t)
{
    if (s == SPAN_HOUR)
        return t - ((t % HOUR) + HOUR) % HOUR;
    day_t d = day_madrid(t);
    if (s == SPAN_MONTH) {
        struct civil c = day_to_civil(d);
        d = day_from_civil(c.year, c.month, 1);
    }
    return watch_instant(d, 0);
}

instant_t probe_span_end(enum probe_span s, instant_t t)
{
    if (s == SPAN_HOUR)
        return probe_span_begin(s, t) + HOUR;
    day_t d = day_madrid(t) + 1;
    if (s == SPAN_MONTH) {
        struct civil c = day_to_civil(day_madrid(t));
        d = c.month == 12 ? day_from_civil(c.year + 1, 1, 1) : day_from_civil(c.year, c.month + 1, 1);
    }
    return watch_instant(d, 0);
}
