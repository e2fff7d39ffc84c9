#include "core/watch.h"

#include "core/calendar.h"

static bool serves(const struct seen_address *s)
{
    return verdict_class(s->verdict[VERDICT_CONNECTION]) == VERDICT_GOOD &&
           verdict_class(s->verdict[VERDICT_APPLICATION]) != VERDICT_BAD;
}

static bool failed(const struct seen_address *s)
{
    return verdict_class(s->verdict[VERDICT_CONNECTION]) == VERDICT_BAD ||
           verdict_class(s->verdict[VERDICT_APPLICATION]) == VERDICT_BAD;
}

enum outcome watch_outcome(const struct seen_address *seen, size_t count)
{
    bool any_failed = false;
    for (size_t i = 0; i < count; i++) {
        if (serves(&seen[i]))
            return OUTCOME_UP;
        any_failed = any_failed || failed(&seen[i]);
    }
    return any_failed ? OUTCOME_FAILED : OUTCOME_UNKNOWN;
}

/* A failure of the connection tells more than one behind it, and any failure more than none. */
static int telling(const struct seen_address *s, bool up)
{
    bool bad_connection = verdict_class(s->verdict[VERDICT_CONNECTION]) == VERDICT_BAD;
    bool bad_application = verdict_class(s->verdict[VERDICT_APPLICATION]) == VERDICT_BAD;
    int weight = bad_application ? 2 : bad_connection ? 1 : 0; /* an answer that is wrong says more than silence */
    return up ? -weight : weight;
}

const struct seen_address *watch_telling(const struct seen_address *seen, size_t count)
{
    bool up = watch_outcome(seen, count) == OUTCOME_UP;
    const struct seen_address *best = NULL;
    for (size_t i = 0; i < count; i++) {
        if (best == NULL || telling(&seen[i], up) > telling(best, up))
            best = &seen[i];
    }
    return best;
}

/* ------------------------------------------------------------------ registry and wire */

static const struct {
    const char *code, *words, *sentence;
} reconciliations[RECONCILIATION_COUNT] = {
#define X(name, code, words, sentence) [RECONCILIATION_##name] = {code, words, sentence},
    RECONCILIATION_LIST(X)
#undef X
};

const char *reconciliation_code(enum reconciliation r)
{
    return reconciliations[r].code;
}

const char *reconciliation_words(enum reconciliation r)
{
    return reconciliations[r].words;
}

const char *reconciliation_text(enum reconciliation r)
{
    return reconciliations[r].sentence;
}

/* What a firewall that does not want us looks like from here. */
static bool looks_blocked(const struct seen_address *s)
{
    switch (s->verdict[VERDICT_CONNECTION]) {
    case CONNECTION_TIMEOUT:
    case CONNECTION_TLS_TIMEOUT:
    case CONNECTION_TLS_CLOSED:
    case CONNECTION_RESET:
    case CONNECTION_HTTP_403: return true;
    default: return false;
    }
}

enum reconciliation watch_reconcile(const struct seen_address *seen, size_t count, day_t declared, bool others_answer)
{
    const struct seen_address *first = NULL; /* the first that showed a certificate */
    bool differ = false, blocked = count > 0 && others_answer, between = false;
    for (size_t i = 0; i < count; i++) {
        if (seen[i].other_owner)
            return RECONCILIATION_WRONG_BODY;
        between = between || seen[i].middlebox;
        blocked = blocked && looks_blocked(&seen[i]);
        if (seen[i].not_after == DAY_NONE || seen[i].middlebox)
            continue;
        if (first == NULL)
            first = &seen[i];
        else
            differ = differ || strcmp(first->fingerprint, seen[i].fingerprint) != 0;
    }
    if (between)
        return RECONCILIATION_PERHAPS_BLOCKED;
    if (differ)
        return RECONCILIATION_ADDRESSES_DIFFER;
    if (blocked)
        return RECONCILIATION_PERHAPS_BLOCKED;
    if (first == NULL)
        return RECONCILIATION_UNSEEN;
    if (declared == DAY_NONE)
        return RECONCILIATION_NO_DATE;
    int64_t later = (int64_t)first->not_after - declared;
    return later > 1 ? RECONCILIATION_REGISTRY_STALE : later < -1 ? RECONCILIATION_OLD_SERVED : RECONCILIATION_AGREES;
}

/* ------------------------------------------------------------------ down or not */

enum watch_step watch_take(struct watch *w, enum outcome outcome, instant_t now, const struct watch_rule *rule)
{
    if (outcome == OUTCOME_UNKNOWN)
        return w->down ? WATCH_STAYS_DOWN : WATCH_NOTHING;
    w->last = now;
    if (outcome == OUTCOME_UP) {
        bool was_down = w->down;
        *w = (struct watch){.last = now};
        return was_down ? WATCH_RECOVERED : WATCH_NOTHING;
    }
    if (w->failures == 0 || now < w->first)
        w->first = now;
    w->failures++;
    if (w->down)
        return WATCH_STAYS_DOWN;
    if (w->failures < rule->failures || now - w->first < (instant_t)rule->minutes * 60 * INSTANT_PER_SECOND)
        return WATCH_FAILING;
    w->down = true;
    return WATCH_WENT_DOWN;
}

/* ------------------------------------------------------------------ when the next round is due */

#define MINUTE (60 * INSTANT_PER_SECOND)

int watch_minute_of(const char *text)
{
    int64_t hour, minute;
    struct str s = str_of(text);
    size_t colon = str_find(s, ':');
    if (colon == 0 || colon > 2 || s.n != colon + 3 || s.p[0] == '+' || s.p[colon + 1] == '+' ||
        !str_to_int64(str_part(s.p, colon), 0, 23, &hour) ||
        !str_to_int64(str_part(s.p + colon + 1, 2), 0, 59, &minute))
        return -1;
    return (int)(hour * 60 + minute);
}

instant_t watch_instant(day_t day, int minute)
{
    /* As if Madrid were UTC; then less the offset that is in force there. In the hour that a change of hour skips, an
     * hour later: the round is made all the same. */
    instant_t local = ((instant_t)day * 24 * 60 + minute) * MINUTE;
    return local - madrid_offset(local - madrid_offset(local) * INSTANT_PER_SECOND) * INSTANT_PER_SECOND;
}

/* The day of the first daily round that is not before `from`. */
static day_t round_day(const struct round_plan *p, day_t from)
{
    return p->working == NULL ? from : day_next_working(p->working, from);
}

instant_t watch_next_round(const struct round_plan *p, instant_t now, bool *ret_daily)
{
    day_t today = day_madrid(now);
    instant_t daily = watch_instant(round_day(p, today), p->minute);
    if (p->last_daily != INSTANT_NONE && p->last_daily >= daily && p->last_daily <= now)
        daily = watch_instant(round_day(p, today + 1), p->minute); /* today's is done */
    instant_t retry = INSTANT_NONE;
    if (p->failing > 0)
        retry = p->last_round + p->retry_minutes * MINUTE;
    else if (p->down > 0)
        retry = p->last_round + WATCH_DOWN_MINUTES * MINUTE;
    *ret_daily = retry == INSTANT_NONE || daily <= retry;
    instant_t due = *ret_daily ? daily : retry;
    return due < now ? now : due;
}

bool watch_is_us(const struct round_counts *c, size_t percent, size_t least)
{
    if (c->canaries > 0 ? c->canaries_failed < c->canaries : c->bodies < least)
        return false;
    return c->failed_network > 0 && c->failed_network * 100 >= c->bodies * percent &&
           c->networks_failed * 100 >= c->networks * percent;
}
