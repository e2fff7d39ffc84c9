/* A year of hours, days and months of the demo's probes, with the stretches in which they were down. The same each
 * time: what is by chance comes from the probe's name. */
#include "flow/demo_watch.h"

#include "base/file.h"
#include "core/verdict.h"
#include "core/watch.h"
#include "record/probe.h"

#define SECOND INSTANT_PER_SECOND
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define DAYS 365
#define DOWN_MOST 16
#define RUNS_OF_AN_HOUR 60

struct year {
    struct tx *tx;
    struct arena *a;
    const struct profile *profile;
    const struct probe *probe;
    int64_t id;
    instant_t from, until;
    uint64_t chance;
    struct stretch down[DOWN_MOST];
    size_t down_count;
    struct stretch blind;
    struct probe_sum day, month;
};

/* The next number by chance below `most` (Steele, Lea, Flood: SplitMix, OOPSLA 2014). */
static int64_t by_chance(struct year *y, int64_t most)
{
    uint64_t z = y->chance += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (int64_t)((z ^ z >> 31) % (uint64_t)most);
}

/* What each kind of check says when it fails; the first, in the night that is told. */
static const enum verdict_code ways[][3] = {
    [PROBE_HTTP] = {CONNECTION_HTTP_TIMEOUT, CONNECTION_HTTP_5XX, CONNECTION_RESET},
    [PROBE_WSDL] = {CONNECTION_HTTP_5XX, CONNECTION_HTTP_TIMEOUT, CONNECTION_RESET},
    [PROBE_SOAP] = {CONNECTION_HTTP_5XX, CONNECTION_HTTP_TIMEOUT, CONNECTION_RESET},
    [PROBE_OCSP] = {CONNECTION_HTTP_TIMEOUT, CONNECTION_HTTP_5XX, CONNECTION_RESET},
    [PROBE_TLS] = {CONNECTION_TLS_TIMEOUT, CONNECTION_RESET, CONNECTION_TLS_TIMEOUT},
    [PROBE_TCP] = {CONNECTION_RESET, CONNECTION_RESET, CONNECTION_RESET},
    [PROBE_DNS] = {CONNECTION_DNS_TIMEOUT, CONNECTION_DNS_TIMEOUT, CONNECTION_DNS_TIMEOUT},
};

/* Without scheme, port and path. */
static const char *host_of(struct year *y, const char *target)
{
    const char *from = strstr(target, "://") == NULL ? target : strstr(target, "://") + 3;
    return arena_text(y->a, str_part(from, strcspn(from, ":/")));
}

static bool add_down(struct year *y, instant_t from, instant_t until, enum verdict_code why, struct err *e)
{
    const struct probe_check *k = &y->probe->checks[0];
    const struct verdict_facts facts = {.host = host_of(y, k->target),
                                        .address = "",
                                        .detail = "",
                                        .port = 443,
                                        .status = 503,
                                        .seconds = k->timeout_seconds,
                                        .day = DAY_NONE};
    const struct probe_down x = {.probe_id = y->id,
                                 .began = from,
                                 .judged = from + 120 * SECOND,
                                 .transition = 1,
                                 .code = verdict_text(why),
                                 .detail = verdict_fill(y->a, tr(y->profile->language, verdict_reason(why)), &facts)};
    y->down[y->down_count++] = (struct stretch){from, until};
    return probe_down_begin(y->tx, &x, e) && probe_down_end(y->tx, y->id, until, e);
}

/* Some stretches of ten minutes to two hours, oldest first, and none near the night. */
static bool add_downs(struct year *y, bool night, struct err *e)
{
    instant_t began = watch_instant(day_madrid(y->until) - DEMO_NIGHTS_AGO, DEMO_NIGHT_BEGAN);
    const enum verdict_code *why = ways[y->probe->checks[0].kind];
    for (instant_t at = y->from + by_chance(y, 40) * DAY; at < began - 5 * DAY && y->down_count + 1 < DOWN_MOST;
         at += (15 + by_chance(y, 60)) * DAY) {
        instant_t from = at + by_chance(y, 86400) * SECOND;
        instant_t until = from + (600 + by_chance(y, 6600)) * SECOND;
        if (!add_down(y, from, until, why[by_chance(y, 3)], e))
            return false;
    }
    return !night || add_down(y, began, began + (DEMO_NIGHT_ENDED - DEMO_NIGHT_BEGAN) * 60 * SECOND, why[0], e);
}

/* So long a run takes: more by day than by night, and now and then much more. */
static int64_t us_of_run(struct year *y, instant_t at)
{
    int64_t hour = at / HOUR % 24, busy = hour > 6 && hour < 16 ? 15000 : 0;
    return 18000 + busy + by_chance(y, 20000) + (by_chance(y, 40) == 0 ? by_chance(y, 400000) : 0);
}

static bool join(struct year *y, enum probe_span span, struct probe_sum *whole, const struct probe_sum *part,
                 struct err *e)
{
    instant_t began = probe_span_begin(span, part->began);
    if (whole->began != began && whole->began != 0 && !probe_sum_set(y->tx, span, whole, e))
        return false;
    if (whole->began != began)
        *whole = (struct probe_sum){.probe_id = y->id, .began = began};
    probe_tally_join(&whole->tally, &part->tally);
    probe_times_join(&whole->times, &part->times);
    probe_phases_join(&whole->phases, &part->phases);
    return true;
}

/* Some of the time for the name, the connection and TLS; most of it for the answer. */
static void add_run(struct probe_sum *sum, int64_t us)
{
    const int64_t phases[PROBE_REST_TIME] = {us / 20, us / 8, us / 4, us * 11 / 20};
    probe_times_add(&sum->times, us);
    probe_phases_add(&sum->phases, phases, us);
}

static bool add_hour(struct year *y, instant_t from, struct err *e)
{
    struct probe_sum sum = {.probe_id = y->id, .began = from};
    probe_tally_add(&sum.tally, y->probe, y->profile, from, from + HOUR, (struct stretches){y->down, y->down_count},
                    (struct stretches){&y->blind, 1}, (struct stretches){0});
    sum.tally.runs = (sum.tally.up + sum.tally.down) * RUNS_OF_AN_HOUR / 3600;
    for (int64_t i = 0; i < sum.tally.up * RUNS_OF_AN_HOUR / 3600; i++)
        add_run(&sum, us_of_run(y, from));
    return probe_sum_set(y->tx, SPAN_HOUR, &sum, e) && join(y, SPAN_DAY, &y->day, &sum, e) &&
           join(y, SPAN_MONTH, &y->month, &sum, e);
}

static bool add_year(struct year *y, bool night, struct err *e)
{
    for (const char *c = y->probe->name; *c != '\0'; c++)
        y->chance = y->chance * 131 + (unsigned char)*c;
    if (!probe_register(y->tx, y->probe->name, &y->id, e) || !add_downs(y, night, e))
        return false;
    for (instant_t at = y->from; at < y->until; at += HOUR) {
        if (!add_hour(y, at, e))
            return false;
    }
    return probe_sum_set(y->tx, SPAN_DAY, &y->day, e) && probe_sum_set(y->tx, SPAN_MONTH, &y->month, e);
}

static bool add_past(struct desk *d, const struct probes *all, struct err *e)
{
    struct tx tx = {0};
    instant_t until = probe_span_begin(SPAN_HOUR, d->by.at), blind = until - 23 * DAY + 20 * 60 * SECOND;
    if (!tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    tx_batch_begin(&tx);
    bool ok = probe_blind_add(&tx, blind, blind + 30 * 60 * SECOND, "network", e) &&
              probe_watcher_set(&tx, "summed", until, e);
    for (size_t i = 0; ok && i < all->count; i++) {
        struct year y = {.tx = &tx,
                         .a = &d->arena,
                         .profile = &d->files.profile,
                         .probe = &all->items[i],
                         .from = probe_span_begin(SPAN_DAY, until - DAYS * DAY),
                         .until = until,
                         .blind = {blind, blind + 30 * 60 * SECOND}};
        ok = add_year(&y, i == 0, e);
    }
    ok = ok && tx_batch_end(&tx, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

bool demo_watch(struct desk *d, const char *data_dir, struct err *e)
{
    struct probes all;
    if (!file_exists(path_join(&d->arena, d->files.local_dir, "probes.yaml")))
        return true;
    return probes_load(&d->arena, &d->files, &all, e) &&
           (all.count == 0 || (add_past(d, &all, e) && demo_night(d, data_dir, &all.items[0], e)));
}
