/* The case rule against a simulation that walks every day, written from procedure A3 and not from warning.c: random
 * profiles, holidays, dates, starting days, consumed sets, answers and renewals. */
#include "core/warning.h"

#include <stdio.h>

#include "sample.h"

enum { ROUNDS = 4000, HOLIDAYS = 60, BEFORE = 130, AFTER = 60 };

static uint64_t seed;

/* xorshift64*, so that every run tries the same and a failure can be repeated */
static unsigned any(unsigned below)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (unsigned)((seed * 2685821657736338717u) >> 33) % below;
}

struct world {
    struct profile p;
    day_t holidays[HOLIDAYS];
    struct warning_case c; /* the state of the morning */
    day_t start, end;
    day_t answered[CERT_KINDS], renewed[CERT_KINDS]; /* from that day on; by place in the case */
};

static void make_profile(struct world *w, day_t around)
{
    static const int ladders[][6] = {{60, 30, 15, 10, 5}, {90, 60, 1}, {30}, {45, 44, 43, 42, 41, 40}, {20, 3}};
    size_t count = any(HOLIDAYS);
    day_t d = around - 150;
    bool dense = any(4) == 0; /* long closures, so that thresholds fall together */
    for (size_t i = 0; i < count; i++) {
        d += dense && any(4) != 0 ? 1 : 1 + (int)any(12);
        w->holidays[i] = d;
    }
    profile_sample(&w->p, w->holidays, count);
    if (any(2) == 0) {
        const int *ladder = ladders[any(COUNT(ladders))];
        w->p.threshold_count = 0;
        while (w->p.threshold_count < 6 && ladder[w->p.threshold_count] != 0) {
            w->p.thresholds[w->p.threshold_count] = ladder[w->p.threshold_count];
            w->p.threshold_count++;
        }
    }
}

static void make_world(struct world *w)
{
    day_t first = day_from_civil(2026, 1, 1) + (int)any(900);
    *w = (struct world){.start = first - (int)any(BEFORE)};
    make_profile(w, first);
    struct body b = {.vanished = DAY_NONE};
    b.expires[any(2)] = first;
    for (int kind = 0; kind < CERT_KINDS; kind++) {
        if (b.expires[kind] == 0)
            b.expires[kind] = any(4) == 0 ? DAY_NONE : first + (int)any(45);
    }
    struct warning_case cases[CERT_KINDS];
    size_t n = warning_cases(&w->p, &b, cases);
    assert_in_range(n, 1, 2);
    w->c = cases[any((unsigned)n)];
    w->end = first + AFTER + 45;
    unsigned all = (1u << w->p.threshold_count) - 1;
    for (size_t i = 0; i < w->c.count; i++) {
        if (any(3) == 0)
            w->c.certs[i].consumed = any(all + 1); /* any set, not only those that the ladder makes */
        w->answered[i] = any(4) == 0 ? w->start + (int)any(150) - 10 : w->end + 1;
        w->renewed[i] = any(4) == 0 ? w->start + (int)any(150) - 10 : w->end + 1;
    }
}

static void news_of_the_morning(struct world *w, day_t today)
{
    for (size_t i = 0; i < w->c.count; i++) {
        w->c.certs[i].answered = w->answered[i] <= today;
        w->c.certs[i].renewed = w->renewed[i] <= today;
    }
}

static bool plain_working(const struct world *w, day_t d)
{
    if (((d % 7) + 7 + 3) % 7 >= 5) /* 1970-01-01 was a Thursday */
        return false;
    for (size_t i = 0; i < w->p.holiday_count; i++) {
        if (w->holidays[i] == d)
            return false;
    }
    return true;
}

static bool plain_live(const struct case_cert *c)
{
    return !c->answered && !c->renewed;
}

/* A threshold that is crossed on that day and not consumed; the lowest, or 0. */
static int plain_pending(const struct world *w, const struct case_cert *c, day_t on)
{
    int lowest = 0;
    for (size_t i = 0; i < w->p.threshold_count; i++) {
        if (c->expires - on < w->p.thresholds[i] && (c->consumed & 1u << i) == 0)
            lowest = w->p.thresholds[i];
    }
    return lowest;
}

/* Who drives: the place in the case, or -1. */
static int plain_driver(const struct world *w)
{
    unsigned all = (1u << w->p.threshold_count) - 1;
    int driver = -1;
    for (size_t i = 0; i < w->c.count; i++) {
        const struct case_cert *c = &w->c.certs[i];
        if (plain_live(c) && (c->consumed & all) != all && (driver < 0 || c->expires < w->c.certs[driver].expires))
            driver = (int)i;
    }
    return driver;
}

/* What a message of today must say, by the words of A3. */
static void check_message(const struct world *w, const struct warning *m, day_t today)
{
    int driver = plain_driver(w);
    assert_true(driver >= 0);
    const struct case_cert *d = &w->c.certs[driver];
    assert_int_equal(m->driver, d->kind);
    assert_int_equal(m->on, today);
    assert_true(plain_working(w, m->on));
    assert_int_equal(m->threshold, plain_pending(w, d, today));
    assert_true(d->expires - today < m->threshold); /* never at or above it */
    assert_int_equal(m->due, d->expires - m->threshold + 1);
    assert_true(m->due <= m->on);

    size_t live = 0, below = 0;
    for (size_t i = 0; i < w->c.count; i++) {
        const struct case_cert *c = &w->c.certs[i];
        live += plain_live(c);
        below += plain_live(c) && c->expires - today < w->p.thresholds[0];
        assert_int_equal(m->names[c->kind], plain_live(c));
        assert_int_equal(m->days[c->kind], c->expires - today);
    }
    if (w->c.count == 1) {
        enum cert_kind other = d->kind == CERT_CDS ? CERT_CDA : CERT_CDS;
        assert_false(m->names[other]);
        assert_int_equal(m->days[other], DAYS_NONE);
    }
    enum situation wanted = live == 1 ? SITUATION_SINGLE : below == 2 ? SITUATION_PAIR_BOTH : SITUATION_PAIR_ONE;
    assert_int_equal(m->situation, wanted);
    for (size_t i = 0; i < w->p.threshold_count; i++) {
        bool anew = d->expires - today < w->p.thresholds[i] && (d->consumed & 1u << i) == 0;
        assert_int_equal(m->crossed >> i & 1, anew);
    }
}

/* Sends, and checks that each named certificate loses exactly what it has crossed, and the others nothing. */
static void send(struct world *w, const struct warning *m)
{
    struct warning_case before = w->c;
    warning_consume(&w->p, &w->c, m);
    for (size_t i = 0; i < w->c.count; i++) {
        unsigned wanted = before.certs[i].consumed;
        for (size_t t = 0; t < w->p.threshold_count; t++) {
            if (plain_live(&before.certs[i]) && before.certs[i].expires - m->on < w->p.thresholds[t])
                wanted |= 1u << t;
        }
        assert_int_equal(w->c.certs[i].consumed, wanted);
    }
}

/* On the evening of a working day nothing that should have gone out is left: a certificate with a crossed threshold
 * to consume waits only while an earlier one drives. */
static void check_evening(const struct world *w, day_t today)
{
    if (!plain_working(w, today))
        return;
    int driver = plain_driver(w);
    for (int i = 0; i < (int)w->c.count; i++) {
        const struct case_cert *c = &w->c.certs[i];
        if (plain_live(c) && plain_pending(w, c, today) != 0) {
            assert_int_not_equal(driver, i);
            assert_true(driver >= 0 && w->c.certs[driver].expires <= c->expires);
        }
    }
}

static unsigned long messages, pairs;

static void live_through(struct world *w)
{
    int given[CERT_KINDS][LIMIT_THRESHOLDS] = {{0}}; /* how often each threshold was given as a message's */
    for (day_t today = w->start; today <= w->end; today++) {
        news_of_the_morning(w, today);
        int driver = plain_driver(w);
        bool wanted = plain_working(w, today) && driver >= 0 && plain_pending(w, &w->c.certs[driver], today) != 0;
        struct warning m;
        if (warning_next(&w->p, &w->c, today, today, &m) != wanted)
            fail_msg("day %d: a message is %s", today, wanted ? "missing" : "too many");
        if (wanted) {
            check_message(w, &m, today);
            for (size_t i = 0; i < w->p.threshold_count; i++)
                given[m.driver][i] += (m.crossed & 1u << i) != 0;
            messages++;
            pairs += m.situation != SITUATION_SINGLE;
            send(w, &m);
            assert_false(warning_next(&w->p, &w->c, today, today, &m)); /* not twice on one day */
        }
        check_evening(w, today);
    }
    for (int kind = 0; kind < CERT_KINDS; kind++) {
        for (size_t i = 0; i < w->p.threshold_count; i++)
            assert_in_range(given[kind][i], 0, 1);
    }
    /* long after the expiry no live certificate has anything left */
    for (size_t i = 0; i < w->c.count; i++) {
        if (plain_live(&w->c.certs[i]))
            assert_int_equal(plain_pending(w, &w->c.certs[i], w->end), 0);
    }
}

static void every_day_of_many_lives(void **state)
{
    (void)state;
    seed = 20261120;
    for (int round = 0; round < ROUNDS; round++) {
        struct world w;
        make_world(&w);
        live_through(&w);
    }
    /* the simulation met what it is about */
    assert_true(messages > ROUNDS && pairs > ROUNDS / 4);
}

/* Asked once for the whole time ahead, it gives the message that asking day by day gives, for any `until`. */
static void looking_ahead_is_the_same_as_waiting(void **state)
{
    (void)state;
    seed = 7;
    for (int round = 0; round < ROUNDS; round++) {
        struct world w;
        make_world(&w);
        news_of_the_morning(&w, w.start);
        day_t from = w.start;
        for (int k = 0; k < 2 * LIMIT_THRESHOLDS; k++) {
            struct warning ahead, waited;
            day_t day = from;
            bool found = false;
            for (; day <= w.end && !found; day++)
                found = warning_next(&w.p, &w.c, day, day, &waited);
            assert_int_equal(warning_next(&w.p, &w.c, from, w.end, &ahead), found);
            if (!found)
                break;
            check_message(&w, &ahead, waited.on);
            check_message(&w, &waited, ahead.on);
            assert_false(warning_next(&w.p, &w.c, from, ahead.on - 1, &ahead));
            assert_true(warning_next(&w.p, &w.c, from, ahead.on, &ahead));
            send(&w, &ahead);
            from = ahead.on;
        }
    }
}

/* A body added late gets, on the first working day, one message that stands for all the earlier ones. */
static void a_late_start_consumes_what_an_early_one_did(void **state)
{
    (void)state;
    seed = 99;
    for (int round = 0; round < ROUNDS; round++) {
        struct world w;
        make_world(&w);
        struct warning_case early = w.c, late = w.c;
        day_t meeting = w.start + (int)any(150);
        while (!plain_working(&w, meeting))
            meeting++;
        struct warning m;
        for (day_t d = w.start - 300; d <= meeting; d++) {
            if (warning_next(&w.p, &early, d, d, &m))
                warning_consume(&w.p, &early, &m);
        }
        bool sent = false;
        for (int again = 0; again < 2; again++) {
            if (warning_next(&w.p, &late, meeting, meeting, &m)) {
                assert_int_equal(again, 0);
                warning_consume(&w.p, &late, &m);
                sent = true;
            }
        }
        /* of the driver the same thresholds are gone; the other may be ahead, because late was told of both */
        for (size_t i = 0; i < w.c.count; i++)
            assert_int_equal(early.certs[i].consumed & ~late.certs[i].consumed, 0);
        assert_true(sent || late.certs[0].consumed == w.c.certs[0].consumed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_many_lives),
        cmocka_unit_test(looking_ahead_is_the_same_as_waiting),
        cmocka_unit_test(a_late_start_consumes_what_an_early_one_did),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
