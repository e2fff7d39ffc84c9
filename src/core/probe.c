#include "core/probe.h"

#include "core/watch.h"

#define MINUTE (60 * INSTANT_PER_SECOND)
#define DAY_MINUTES (24 * 60)
#define DAYS_AHEAD ((instant_t)14) /* as probe.h says */

/* ------------------------------------------------------------------ when */

static bool day_has_hours(const struct probe_hours *h, const struct profile *p, day_t d)
{
    if ((h->days & (1u << day_weekday(d))) == 0)
        return false;
    for (size_t i = 0; i < p->holiday_count && !h->holidays; i++)
        if (p->holidays[i] == d)
            return false;
    return true;
}

bool probe_hours_have(const struct probe_hours *h, const struct profile *p, instant_t t)
{
    if (h->always)
        return true;
    instant_t local = t + (instant_t)madrid_offset(t) * INSTANT_PER_SECOND;
    day_t today = day_madrid(t);
    int minute = (int)((local - (instant_t)today * DAY_MINUTES * MINUTE) / MINUTE);
    return minute >= h->from && minute < h->until && day_has_hours(h, p, today);
}

/* FNV-1a: names that differ in one letter begin far apart. */
static uint32_t name_number(const char *name)
{
    uint32_t n = 2166136261u;
    for (; *name != '\0'; name++)
        n = (n ^ (unsigned char)*name) * 16777619u;
    return n;
}

static instant_t grid_after(const char *name, int seconds, instant_t after)
{
    instant_t step = (instant_t)seconds * INSTANT_PER_SECOND;
    instant_t begin = (instant_t)(name_number(name) % (unsigned)seconds) * INSTANT_PER_SECOND;
    instant_t from = after - begin, whole = from / step;
    if (from < 0 && from % step != 0)
        whole--;
    return (whole + 1) * step + begin;
}

/* The beginning of the first minute from `t` on that is in the hours; hours begin and end with minutes, also where the
 * clock changes. */
static instant_t open_from(const struct probe_hours *h, const struct profile *p, instant_t t, instant_t most)
{
    while (t < most && !probe_hours_have(h, p, t)) {
        day_t d = day_madrid(t);
        t = day_has_hours(h, p, d) ? (t / MINUTE + 1) * MINUTE : watch_instant(d + 1, 0);
    }
    return t;
}

instant_t probe_due(const char *name, int seconds, const struct probe_hours *h, const struct profile *p,
                    instant_t after)
{
    instant_t due = grid_after(name, seconds, after), most = after + DAYS_AHEAD * DAY_MINUTES * MINUTE;
    while (due < most) {
        if (probe_hours_have(h, p, due))
            return due;
        due = grid_after(name, seconds, open_from(h, p, due, most) - 1);
    }
    return INSTANT_NONE;
}

/* ------------------------------------------------------------------ what a row of runs means */

const struct probe_state PROBE_STATE_NEW = {.since = INSTANT_NONE, .first = INSTANT_NONE, .last = INSTANT_NONE};

enum probe_outcome probe_outcome_of(const enum probe_outcome *outcomes, size_t count, size_t need)
{
    size_t good = 0, bad = 0;
    for (size_t i = 0; i < count; i++) {
        good += outcomes[i] == PROBE_GOOD;
        bad += outcomes[i] == PROBE_BAD;
    }
    if (good >= need && good > 0)
        return PROBE_GOOD;
    return bad > 0 && count - bad < (need > 0 ? need : 1) ? PROBE_BAD : PROBE_BLIND;
}

static int changes(const struct probe_state *s)
{
    int found = 0;
    for (int i = 0; i + 1 < s->row_count; i++)
        found += ((s->row >> i) & 1u) != ((s->row >> (i + 1)) & 1u);
    return found;
}

/* Begins at so many changes and ends at half of them, so that it does not flap itself. */
static void row_take(struct probe_state *s, bool bad, const struct probe_rule *rule)
{
    s->row = ((s->row << 1) | (bad ? 1u : 0u)) & ((1u << PROBE_ROW) - 1);
    s->row_count += s->row_count < PROBE_ROW;
    int found = changes(s);
    s->flapping = rule->flaps > 0 && (found >= rule->flaps || (s->flapping && found > rule->flaps / 2));
}

void probe_state_clock_back(struct probe_state *s, instant_t now)
{
    instant_t *const all[] = {&s->since, &s->first, &s->last};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (*all[i] != INSTANT_NONE && *all[i] > now)
            *all[i] = now;
}

static enum probe_step turned(struct probe_state *s, bool down)
{
    s->known = true;
    s->down = down;
    s->since = s->first;
    s->first = INSTANT_NONE;
    return down ? PROBE_WENT_DOWN : PROBE_RECOVERED;
}

static enum probe_step take_bad(struct probe_state *s, instant_t at, const struct probe_rule *rule)
{
    if (s->down) {
        s->first = INSTANT_NONE;
        return PROBE_STAYS_DOWN;
    }
    if (s->bad == 1)
        s->first = at;
    return s->bad >= rule->failures ? turned(s, true) : PROBE_FAILING;
}

static enum probe_step take_good(struct probe_state *s, instant_t at, const struct probe_rule *rule)
{
    if (!s->down) {
        s->since = s->known ? s->since : at;
        s->known = true;
        s->first = INSTANT_NONE;
        return PROBE_NOTHING;
    }
    if (s->good == 1)
        s->first = at;
    return s->good >= rule->recoveries ? turned(s, false) : PROBE_RECOVERING;
}

enum probe_step probe_take(struct probe_state *s, enum probe_outcome outcome, instant_t at,
                           const struct probe_rule *rule)
{
    if (outcome == PROBE_BLIND)
        return s->down ? PROBE_STAYS_DOWN : PROBE_NOTHING;
    instant_t silent = (instant_t)rule->seconds * PROBE_SILENT * INSTANT_PER_SECOND;
    if (s->last != INSTANT_NONE && at > s->last && at - s->last > silent)
        s->bad = s->good = 0;
    s->last = s->last == INSTANT_NONE || at > s->last ? at : s->last;
    bool bad = outcome == PROBE_BAD;
    row_take(s, bad, rule);
    s->bad = bad ? s->bad + 1 : 0;
    s->good = bad ? 0 : s->good + 1;
    return bad ? take_bad(s, s->last, rule) : take_good(s, s->last, rule);
}

/* ------------------------------------------------------------------ what is tried */

const char *probe_kind_code(enum probe_kind k)
{
    static const char *const codes[] = {
#define X(name, key, what) key,
        PROBE_KIND_LIST(X)
#undef X
    };
    return codes[k];
}

/* ------------------------------------------------------------------ months and years */

/* Steps 0–7 are single microseconds; from then on eight steps for each power of two. */
static size_t step_of(int64_t us)
{
    if (us < 8)
        return us < 0 ? 0 : (size_t)us;
    unsigned power = 63u - (unsigned)__builtin_clzll((unsigned long long)us);
    size_t step = (size_t)(power - 2) * 8 + (size_t)((us >> (power - 3)) & 7);
    return step < PROBE_TIMES ? step : PROBE_TIMES - 1;
}

/* The largest time of a step. */
static int64_t step_edge(size_t step)
{
    if (step < 8)
        return (int64_t)step;
    unsigned power = (unsigned)(step / 8) + 2;
    return ((int64_t)(8 + step % 8 + 1) << (power - 3)) - 1;
}

void probe_times_add(struct probe_times_of *t, int64_t us)
{
    uint32_t *count = &t->count[step_of(us)];
    *count += *count < UINT32_MAX;
}

void probe_times_join(struct probe_times_of *t, const struct probe_times_of *more)
{
    for (size_t i = 0; i < PROBE_TIMES; i++) {
        uint64_t sum = (uint64_t)t->count[i] + more->count[i];
        t->count[i] = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
    }
}

void probe_phases_add(struct probe_phases *p, const int64_t us[PROBE_REST_TIME], int64_t total)
{
    int64_t rest = total;
    for (int k = 0; k < PROBE_REST_TIME; k++) {
        int64_t one = us[k] < 0 ? 0 : us[k];
        p->us[k] += one;
        rest -= one;
    }
    p->us[PROBE_REST_TIME] += rest < 0 ? 0 : rest;
    p->runs++;
}

void probe_phases_join(struct probe_phases *p, const struct probe_phases *more)
{
    for (int k = 0; k < PROBE_PHASES; k++)
        p->us[k] += more->us[k];
    p->runs += more->runs;
}

int64_t probe_times_permille(const struct probe_times_of *t, int permille)
{
    uint64_t all = 0, seen = 0;
    for (size_t i = 0; i < PROBE_TIMES; i++)
        all += t->count[i];
    uint64_t wanted = (all * (uint64_t)permille + 999) / 1000;
    for (size_t i = 0; all > 0 && i < PROBE_TIMES; i++) {
        seen += t->count[i];
        if (seen >= (wanted > 0 ? wanted : 1))
            return step_edge(i);
    }
    return -1;
}

int probe_availability(const struct probe_tally *t)
{
    int64_t known = t->up + t->down;
    return known <= 0 ? -1 : (int)(t->up * 100000 / known);
}

const char *probe_blind_words(const char *code)
{
    static const char *const whys[][2] = {
#define X(code_, words) {code_, words},
        PROBE_BLIND_LIST(X)
#undef X
    };
    for (size_t i = 0; i < sizeof whys / sizeof *whys; i++)
        if (strcmp(whys[i][0], code) == 0)
            return whys[i][1];
    return code;
}
