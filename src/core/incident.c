#include "core/incident.h"

#include "base/limits.h"

static const struct {
    const char *code, *words;
} states[INCIDENT_STATE_COUNT] =
    {
#define X(name, text, shown) [INCIDENT_##name] = {(text), (shown)},
        INCIDENT_STATES(X)
#undef X
},
  sources[INCIDENT_SOURCE_COUNT] =
      {
#define X(name, text, shown) [INCIDENT_FROM_##name] = {(text), (shown)},
          INCIDENT_SOURCES(X)
#undef X
},
  pages[PAGE_STATE_COUNT] = {
#define X(name, text, shown) [PAGE_##name] = {(text), (shown)},
      PAGE_STATES(X)
#undef X
};
static const struct {
    const char *code, *words;
    bool told, apart;
} events[INCIDENT_EVENT_COUNT] = {
#define X(name, text, shown, ticket, apart_) [EVENT_##name] = {(text), (shown), (ticket), (apart_)},
    INCIDENT_EVENTS(X)
#undef X
};

const char *incident_state_code(enum incident_state s)
{
    return states[s].code;
}

const char *incident_state_words(enum incident_state s)
{
    return states[s].words;
}

const char *incident_source_code(enum incident_source s)
{
    return sources[s].code;
}

const char *incident_source_words(enum incident_source s)
{
    return sources[s].words;
}

const char *incident_event_code(enum incident_event_kind k)
{
    return events[k].code;
}

const char *incident_event_words(enum incident_event_kind k)
{
    return events[k].words;
}

bool incident_event_told(enum incident_event_kind k, bool of_follower)
{
    return of_follower ? events[k].apart : events[k].told;
}

bool incident_event_parse(const char *code, enum incident_event_kind *ret)
{
    for (int k = 0; k < INCIDENT_EVENT_COUNT; k++) {
        if (strcmp(events[k].code, code) == 0) {
            *ret = (enum incident_event_kind)k;
            return true;
        }
    }
    return false;
}

const char *page_state_code(enum page_state s)
{
    return pages[s].code;
}

const char *page_state_words(enum page_state s)
{
    return pages[s].words;
}

bool page_state_parse(const char *code, enum page_state *ret)
{
    for (int s = 0; s < PAGE_STATE_COUNT; s++) {
        if (strcmp(pages[s].code, code) == 0) {
            *ret = (enum page_state)s;
            return true;
        }
    }
    return false;
}

enum page_state page_after(bool good, bool later, bool maybe_done, bool repeats, int tries)
{
    if (good)
        return PAGE_SENT;
    if (!later)
        return PAGE_REFUSED;
    if (maybe_done && !repeats)
        return PAGE_UNKNOWN;
    return tries < LIMIT_PAGE_TRIES ? PAGE_WAITING : PAGE_REFUSED;
}

/* ------------------------------------------------------------------ when */

size_t incident_levels_due(const struct runbook *r, instant_t from, instant_t now)
{
    const instant_t minute = 60 * INSTANT_PER_SECOND;
    size_t n = 0;
    /* What is due at once is so for a clock that was put back, too. */
    while (n < r->level_count && (r->levels[n].minutes == 0 || now - from >= r->levels[n].minutes * minute))
        n++;
    if (n == 0 || n < r->level_count || r->levels[n - 1].every == 0)
        return n;
    const struct escalation *last = &r->levels[n - 1];
    instant_t since = now - from - last->minutes * minute, most = LIMIT_PAGE_EVERY_SECONDS * INSTANT_PER_SECOND;
    return since <= 0 ? n : n + (size_t)((since < most ? since : most) / (last->every * minute));
}

const struct escalation *incident_level(const struct runbook *r, size_t level)
{
    return &r->levels[level < r->level_count ? level : r->level_count - 1];
}

bool incident_goes_on(instant_t closed, instant_t now)
{
    return now - closed < LIMIT_INCIDENT_AGAIN_SECONDS * INSTANT_PER_SECOND;
}

bool incident_stays(instant_t reopened, instant_t now)
{
    return now - reopened >= LIMIT_INCIDENT_STAYS_SECONDS * INSTANT_PER_SECOND;
}

bool incident_gathers(instant_t opened, instant_t now)
{
    instant_t since = now - opened; /* a clock that was put back gathers nothing */
    return since >= 0 && since < LIMIT_INCIDENT_GATHER_SECONDS * INSTANT_PER_SECOND;
}

/* ------------------------------------------------------------------ words */

const char *duration_words(struct arena *a, int64_t seconds)
{
    long long s = seconds < 0 ? 0 : seconds, m = s / 60, h = m / 60;
    if (s < 60)
        return arena_printf(a, "%lld s", s);
    if (m < 60)
        return arena_printf(a, "%lld min", m);
    return h < 48 ? arena_printf(a, "%lld h %02lld min", h, m % 60) : arena_printf(a, "%lld d %lld h", h / 24, h % 24);
}

bool amount_parse(struct str s, int64_t *ret_cents)
{
    int64_t whole, part = 0;
    s = str_trim(s);
    if (str_ends(s, "€"))
        s = str_trim(str_part(s.p, s.n - strlen("€")));
    size_t at = str_find(s, ',') < s.n ? str_find(s, ',') : str_find(s, '.');
    struct str cents = at < s.n ? str_part(s.p + at + 1, s.n - at - 1) : (struct str){0};
    if (at == 0 || s.p[0] == '+' || s.p[0] == '-' || !str_to_int64(str_part(s.p, at), 0, 9999, &whole))
        return false;
    if (at < s.n &&
        (cents.n == 0 || cents.n > 2 || cents.p[0] == '+' || cents.p[0] == '-' || !str_to_int64(cents, 0, 99, &part)))
        return false;
    *ret_cents = whole * 100 + (cents.n == 1 ? part * 10 : part);
    return true;
}

const char *amount_words(struct arena *a, int64_t cents)
{
    return arena_printf(a, "%lld,%02lld €", (long long)(cents / 100), (long long)(cents % 100));
}
