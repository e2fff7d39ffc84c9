/* Cases over years: a body's registry, its renewals and what people note of them live at random for hundreds of days,
 * and a ledger kept here by the words of the procedure (not by warning_cases.c) says what must hold each day. */
#include "core/warning.h"

#include <stdio.h>

#include "sample.h"

enum { LIVES = 3000, DAYS = 420, KNOWN_MOST = 64, DATES_MOST = 160 };

static uint64_t seed;

static unsigned any(unsigned below)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (unsigned)((seed * 2685821657736338717u) >> 33) % below;
}

/* What happened to one renewal, whoever keeps it: the ledger. */
struct entry {
    enum cert_kind kind;
    day_t date;
    int64_t id, case_id;
    unsigned consumed;
    int messages[LIMIT_THRESHOLDS]; /* that were given for this threshold and not cancelled */
};

struct life {
    struct profile p;
    struct body b;
    day_t today;
    struct warning_case known[KNOWN_MOST]; /* the record */
    size_t known_count;
    struct entry ledger[KNOWN_MOST * 2];
    size_t ledger_count;
    day_t dates[CERT_KINDS][DATES_MOST]; /* that the registry once had */
    size_t date_count[CERT_KINDS];
    int64_t next_id;
    const char *subjects[KNOWN_MOST + 1]; /* by case id, once frozen */
    char text[KNOWN_MOST + 1][128];
    struct {
        int64_t case_id;
        unsigned gave[CERT_KINDS]; /* what the last message consumed, by place */
        bool there;
    } last;
};

static unsigned long moved, reopened, survivors, corrected_on, cancelled, messages, closed_cases, paired;

static struct entry *entry_of(struct life *l, int64_t id)
{
    for (size_t i = 0; i < l->ledger_count; i++) {
        if (l->ledger[i].id == id)
            return &l->ledger[i];
    }
    return NULL;
}

static struct warning_case *known_of(struct life *l, int64_t case_id)
{
    for (size_t i = 0; i < l->known_count; i++) {
        if (l->known[i].id == case_id)
            return &l->known[i];
    }
    return NULL;
}

/* The record begins a case of what the rules found new. */
static void record(struct life *l, const struct warning_case *c)
{
    if (l->known_count == KNOWN_MOST)
        return;
    struct warning_case kept = *c;
    kept.id = (int64_t)l->known_count + 1;
    for (size_t i = 0; i < kept.count; i++) {
        kept.certs[i].renewal_id = ++l->next_id;
        l->ledger[l->ledger_count++] = (struct entry){.kind = kept.certs[i].kind,
                                                      .date = kept.certs[i].expires,
                                                      .id = kept.certs[i].renewal_id,
                                                      .case_id = kept.id};
    }
    paired += kept.count == 2;
    l->known[l->known_count++] = kept;
}

static size_t ask(struct life *l, struct warning_case *ret)
{
    return warning_cases_known(&l->p, &l->b, l->known, l->known_count, ret);
}

/* ------------------------------------------------------------------ what must hold every day */

static void check_known(struct life *l, const struct warning_case *c)
{
    const struct warning_case *kept = known_of(l, c->id);
    assert_non_null(kept);
    assert_int_equal(c->count, kept->count); /* nobody joins, nobody leaves */
    assert_false(c->closed);
    for (size_t i = 0; i < c->count; i++) {
        const struct case_cert *x = &c->certs[i];
        const struct entry *e = entry_of(l, x->renewal_id);
        assert_non_null(e);
        assert_int_equal(e->case_id, c->id);
        assert_int_equal(e->date, x->expires);
        assert_int_equal(e->consumed, x->consumed);
        assert_int_equal(kept->certs[i].answered, x->answered);
        if (kept->certs[i].confirmed)
            assert_true(x->renewed && x->checked); /* a person's word stands, whatever the registry says */
    }
    if (l->subjects[c->id] != NULL) {
        assert_non_null(c->subject);
        assert_string_equal(c->subject, l->subjects[c->id]);
    }
}

static bool was(const struct case_cert *c, day_t d)
{
    bool found = c->expires == d;
    for (size_t i = 0; i < c->former_count; i++)
        found = found || c->former[i] == d;
    return found;
}

/* Each declared date stands in exactly one place: live in an open case, or done with by a person's word. */
static void check_declared(struct life *l, const struct warning_case *cases, size_t count)
{
    for (int kind = 0; kind < CERT_KINDS; kind++) {
        size_t live = 0, confirmed = 0;
        if (l->b.expires[kind] == DAY_NONE)
            continue;
        for (size_t i = 0; i < count; i++) {
            for (size_t k = 0; k < cases[i].count; k++) {
                const struct case_cert *c = &cases[i].certs[k];
                bool current = c->kind == (enum cert_kind)kind && was(c, l->b.expires[kind]);
                live += current && !c->renewed;
                if (c->kind == (enum cert_kind)kind && !current)
                    assert_true(c->renewed); /* the registry has moved on: no more warnings */
            }
        }
        for (size_t i = 0; i < l->known_count; i++) {
            for (size_t k = 0; k < l->known[i].count; k++) {
                const struct case_cert *c = &l->known[i].certs[k];
                confirmed += c->kind == (enum cert_kind)kind && c->confirmed && was(c, l->b.expires[kind]);
            }
        }
        if (live > 1 || live + confirmed == 0)
            fail_msg("%s: a declared date stands in %zu cases and is confirmed %zu times", cert_kind_code(kind), live,
                     confirmed);
    }
}

static void check_new(const struct life *l, const struct warning_case *c)
{
    for (size_t k = 0; k < c->count; k++) {
        const struct case_cert *x = &c->certs[k];
        assert_int_equal(x->renewal_id, 0);
        assert_int_equal(x->consumed, 0);
        assert_int_equal(x->expires, l->b.expires[x->kind]);
        for (size_t i = 0; i < l->ledger_count; i++) /* what is known is never new */
            assert_false(l->ledger[i].kind == x->kind && l->ledger[i].date == x->expires);
    }
    if (c->count == 2) {
        int gap = c->certs[0].expires - c->certs[1].expires;
        assert_in_range(gap < 0 ? -gap : gap, 0, l->p.pair_gap_days - 1);
    }
}

static void check_day(struct life *l)
{
    struct warning_case cases[KNOWN_MOST + CERT_KINDS];
    size_t count = ask(l, cases), fresh = 0;
    day_t before = DAY_NONE;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count; k++)
            assert_true(cases[i].id == 0 || cases[i].id != cases[k].id);
        if (cases[i].id == 0) {
            fresh += cases[i].count;
            check_new(l, &cases[i]);
        } else {
            check_known(l, &cases[i]);
        }
        day_t day = case_expires(&cases[i]);
        if (day != DAY_NONE && before != DAY_NONE)
            assert_true(before <= day);
        before = day == DAY_NONE ? before : day;
    }
    assert_in_range(fresh, 0, CERT_KINDS);
    check_declared(l, cases, count);
}

/* ------------------------------------------------------------------ what happens */

static void declare(struct life *l)
{
    enum cert_kind kind = (enum cert_kind)any(2);
    enum cert_kind other = kind == CERT_CDS ? CERT_CDA : CERT_CDS;
    day_t day;
    switch (any(5)) {
    case 0: day = l->date_count[kind] > 0 ? l->dates[kind][any((unsigned)l->date_count[kind])] : DAY_NONE; break;
    case 1: day = DAY_NONE; break;
    case 2: day = l->b.expires[other] == DAY_NONE ? l->today + 90 : l->b.expires[other] + (int)any(61) - 30; break;
    default: day = l->today + 20 + (int)any(300); break;
    }
    l->b.expires[kind] = day;
    if (day != DAY_NONE && l->date_count[kind] < DATES_MOST)
        l->dates[kind][l->date_count[kind]++] = day;
}

/* A person or the desk changes something of a case that the record has. */
static void note(struct life *l)
{
    if (l->known_count == 0)
        return;
    struct warning_case *c = &l->known[any((unsigned)l->known_count)];
    struct case_cert *x = &c->certs[any((unsigned)c->count)];
    bool current = x->expires == l->b.expires[x->kind];
    switch (any(5)) {
    case 0: x->answered = true; break;
    case 1: x->answered = false; break;
    case 2: x->checked = x->confirmed = any(3) != 0; break;
    case 3: /* evidence: only of what the registry has moved on from */
        if (!current && !x->confirmed && case_is_followed(c))
            x->checked = x->renewed = true;
        break;
    default: /* the registry's date corrects this one, if nobody else has that date */
        for (size_t i = 0; i < l->ledger_count; i++) {
            if (l->ledger[i].kind == x->kind && l->ledger[i].date == l->b.expires[x->kind])
                return;
        }
        if (l->b.expires[x->kind] == DAY_NONE || current || x->former_count == CASE_FORMER)
            return;
        for (size_t i = x->former_count; i > 0; i--)
            x->former[i] = x->former[i - 1];
        x->former[0] = x->expires;
        x->former_count++;
        x->expires = entry_of(l, x->renewal_id)->date = l->b.expires[x->kind];
        x->checked = x->confirmed;
        corrected_on++;
    }
}

/* What the desk does when all of a case is over. */
static void close_over(struct life *l)
{
    struct warning_case cases[KNOWN_MOST + CERT_KINDS];
    size_t count = ask(l, cases);
    for (size_t i = 0; i < count; i++) {
        struct warning_case *kept = cases[i].id == 0 ? NULL : known_of(l, cases[i].id);
        if (kept == NULL)
            continue;
        reopened += kept->closed;
        closed_cases += case_is_over(&cases[i]) && !kept->closed;
        kept->closed = case_is_over(&cases[i]);
    }
}

static void cancel_last(struct life *l)
{
    struct warning_case *c = l->last.there ? known_of(l, l->last.case_id) : NULL;
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->count; i++) {
        struct entry *e = entry_of(l, c->certs[i].renewal_id);
        c->certs[i].consumed &= ~l->last.gave[i];
        e->consumed &= ~l->last.gave[i];
        for (size_t t = 0; t < l->p.threshold_count; t++)
            e->messages[t] -= (int)(l->last.gave[i] >> t & 1);
    }
    l->last.there = false;
    cancelled++;
}

static void send(struct life *l, struct warning_case *c, const struct warning *w)
{
    struct warning_case *kept = known_of(l, c->id);
    struct arena a = {0};
    char *subject = warning_subject(&a, &l->p, "Ajuntament de Prova", c);
    if (l->subjects[c->id] == NULL) {
        (void)snprintf(l->text[c->id], sizeof l->text[c->id], "%s", subject);
        l->subjects[c->id] = kept->subject = l->text[c->id];
    }
    assert_string_equal(subject, l->subjects[c->id]); /* one thread, whatever has happened since */
    arena_release(&a);
    l->last.there = true;
    l->last.case_id = c->id;
    bool any_renewed = false;
    for (size_t i = 0; i < c->count; i++) {
        struct entry *e = entry_of(l, c->certs[i].renewal_id);
        unsigned gave = 0;
        for (size_t t = 0; t < l->p.threshold_count; t++) {
            bool crossed = c->certs[i].expires - l->today < l->p.thresholds[t];
            if (w->names[c->certs[i].kind] && crossed && (e->consumed >> t & 1) == 0)
                gave |= 1u << t;
        }
        for (size_t t = 0; t < l->p.threshold_count; t++)
            e->messages[t] += (int)(gave >> t & 1);
        e->consumed |= gave;
        l->last.gave[i] = gave;
        any_renewed = any_renewed || c->certs[i].renewed;
        assert_false(w->names[c->certs[i].kind] && (c->certs[i].renewed || c->certs[i].answered));
    }
    survivors += c->count == 2 && any_renewed;
    warning_consume(&l->p, c, w);
    for (size_t i = 0; i < c->count; i++) {
        kept->certs[i].consumed = c->certs[i].consumed;
        assert_int_equal(kept->certs[i].consumed, entry_of(l, kept->certs[i].renewal_id)->consumed);
    }
    messages++;
}

static void work(struct life *l)
{
    struct warning_case cases[KNOWN_MOST + CERT_KINDS];
    size_t count = ask(l, cases);
    for (size_t i = 0; i < count; i++) {
        if (cases[i].id == 0 && case_expires(&cases[i]) - l->today < l->p.thresholds[0])
            record(l, &cases[i]);
    }
    count = ask(l, cases);
    for (size_t i = 0; i < count; i++) {
        struct warning w;
        if (cases[i].id != 0 && warning_next(&l->p, &cases[i], l->today, l->today, &w))
            send(l, &cases[i], &w);
    }
}

/* On the evening of a working day nothing is left to tell of a declared date, but for one that waits behind an earlier
 * certificate of its case. */
static void check_evening(struct life *l)
{
    struct warning_case cases[KNOWN_MOST + CERT_KINDS];
    if (day_weekday(l->today) > FRIDAY || l->known_count == KNOWN_MOST)
        return;
    size_t count = ask(l, cases);
    for (size_t i = 0; i < count; i++) {
        struct warning w;
        assert_false(warning_next(&l->p, &cases[i], l->today, l->today, &w));
        for (size_t k = 0; k < cases[i].count; k++) {
            const struct case_cert *c = &cases[i].certs[k];
            bool pending = false, earlier = false;
            for (size_t t = 0; t < l->p.threshold_count; t++)
                pending = pending || (c->expires - l->today < l->p.thresholds[t] && (c->consumed >> t & 1) == 0);
            for (size_t o = 0; o < cases[i].count; o++) {
                const struct case_cert *x = &cases[i].certs[o];
                earlier = earlier || (o != k && !x->renewed && !x->answered && x->expires <= c->expires);
            }
            if (pending && !c->renewed && !c->answered)
                assert_true(earlier);
        }
    }
}

static void live(struct life *l)
{
    *l = (struct life){.today = day_from_civil(2026, 1, 1) + (int)any(365)};
    profile_sample(&l->p, NULL, 0);
    l->b = (struct body){.expires = {DAY_NONE, DAY_NONE}, .vanished = DAY_NONE};
    declare(l);
    declare(l);
    for (int i = 0; i < DAYS; i++, l->today++) {
        if (any(40) == 0)
            declare(l);
        if (any(25) == 0)
            note(l);
        if (any(60) == 0)
            cancel_last(l);
        if (any(2) == 0)
            close_over(l);
        check_day(l);
        work(l);
        check_day(l);
        check_evening(l);
    }
    for (size_t i = 0; i < l->ledger_count; i++) {
        for (size_t t = 0; t < l->p.threshold_count; t++)
            assert_in_range(l->ledger[i].messages[t], 0, 1); /* each threshold of a renewal once */
    }
    moved += l->date_count[CERT_CDS] + l->date_count[CERT_CDA];
}

static void years_of_many_bodies(void **state)
{
    (void)state;
    static struct life l;
    seed = 20261120;
    for (int i = 0; i < LIVES; i++)
        live(&l);
    print_message(
        "%lu dates, %lu messages, %lu pairs, %lu by a survivor, %lu corrections, %lu closed, %lu reopened, %lu "
        "cancelled\n",
        moved, messages, paired, survivors, corrected_on, closed_cases, reopened, cancelled);
    assert_true(messages > LIVES * 5 && paired > LIVES / 4 && survivors > LIVES / 10 && corrected_on > LIVES / 10 &&
                closed_cases > LIVES && reopened > LIVES / 20 && cancelled > LIVES / 2);
}

/* ------------------------------------------------------------------ by hand */

static struct warning_case pair_of(const char *cda, const char *cds)
{
    struct warning_case c = {.id = 7, .count = 2, .ticket = "ST-1", .subject = "CDA + CDS"};
    c.certs[0] = (struct case_cert){.kind = CERT_CDA, .expires = day_text(cda), .consumed = 1, .renewal_id = 1};
    c.certs[1] = (struct case_cert){.kind = CERT_CDS, .expires = day_text(cds), .consumed = 3, .renewal_id = 2};
    return c;
}

static struct body body_of(const char *cda, const char *cds)
{
    return (struct body){.expires = {[CERT_CDA] = day_text(cda), [CERT_CDS] = day_text(cds)}, .vanished = DAY_NONE};
}

/* Whichever of the pair is renewed, the other keeps ticket, subject and what was told, and its own ladder goes on. */
static void the_survivor(void **state)
{
    (void)state;
    struct profile p;
    profile_sample(&p, NULL, 0);
    const struct warning_case known = pair_of("2026-12-20", "2026-12-10");
    for (int first = 0; first < 2; first++) {
        struct body b = first == CERT_CDS ? body_of("2026-12-20", "2028-12-01") : body_of("2028-12-15", "2026-12-10");
        struct warning_case ret[3];
        struct warning w;
        size_t n = warning_cases_known(&p, &b, &known, 1, ret);
        assert_int_equal(n, 2);
        assert_int_equal(ret[0].id, 7);
        assert_string_equal(ret[0].ticket, "ST-1");
        assert_int_equal(ret[0].certs[0].renewed, first == CERT_CDA);
        assert_int_equal(ret[0].certs[1].renewed, first == CERT_CDS);
        assert_false(ret[0].certs[0].checked || ret[0].certs[1].checked); /* warned: the evidence decides */
        assert_int_equal(ret[1].id, 0);
        assert_int_equal(ret[1].count, 1);
        day_t from = day_text("2026-11-23");
        assert_true(warning_next(&p, &ret[0], from, from + 60, &w));
        assert_int_equal(w.driver, first == CERT_CDS ? CERT_CDA : CERT_CDS);
        assert_int_equal(w.threshold, first == CERT_CDS ? 30 : 15);
        assert_int_equal(w.situation, SITUATION_SINGLE);
        /* the new date, however near to the old one of the other, is no part of that case */
        assert_false(warning_next(&p, &ret[1], from, from + 60, &w));
    }
}

/* What nobody was warned of ends with the registry's word; and begins again when the registry takes it back. */
static void without_a_warning_the_registry_is_enough(void **state)
{
    (void)state;
    struct profile p;
    profile_sample(&p, NULL, 0);
    struct warning_case known = {.id = 3, .count = 1}, ret[3];
    known.certs[0] = (struct case_cert){.kind = CERT_CDS, .expires = day_text("2026-12-10"), .renewal_id = 1};
    struct body b = body_of("2029-01-01", "2028-12-10");
    size_t n = warning_cases_known(&p, &b, &known, 1, ret);
    assert_int_equal(n, 2);
    assert_true(case_is_over(&ret[1]));
    assert_int_equal(ret[1].id, 3);
    known.closed = true;
    assert_int_equal(warning_cases_known(&p, &b, &known, 1, ret), 1);
    b = body_of("2029-01-01", "2026-12-10");
    n = warning_cases_known(&p, &b, &known, 1, ret);
    assert_int_equal(n, 2);
    assert_int_equal(ret[0].id, 3);
    assert_false(ret[0].closed || ret[0].certs[0].renewed);
    known.certs[0].checked = known.certs[0].confirmed = true; /* a person's word stands against the registry's */
    assert_int_equal(warning_cases_known(&p, &b, &known, 1, ret), 1);
    assert_int_equal(ret[0].certs[0].kind, CERT_CDA);
}

static void a_correction_is_the_same_renewal(void **state)
{
    (void)state;
    struct profile p;
    profile_sample(&p, NULL, 0);
    struct warning_case known = {.id = 3, .count = 1, .ticket = "ST-9", .subject = "S"}, ret[3];
    known.certs[0] = (struct case_cert){.kind = CERT_CDS,
                                        .expires = day_text("2026-12-12"),
                                        .consumed = 3,
                                        .former = {day_text("2026-12-21")},
                                        .former_count = 1,
                                        .renewal_id = 1};
    /* under the right date, and when an old file brings the mistake back */
    static const char *const declared[] = {"2026-12-12", "2026-12-21"};
    for (size_t i = 0; i < COUNT(declared); i++) {
        struct body b = {.expires = {[CERT_CDS] = day_text(declared[i]), [CERT_CDA] = DAY_NONE}, .vanished = DAY_NONE};
        assert_int_equal(warning_cases_known(&p, &b, &known, 1, ret), 1);
        assert_int_equal(ret[0].id, 3);
        assert_false(ret[0].certs[0].renewed);
        assert_int_equal(ret[0].certs[0].expires, day_text("2026-12-12"));
        assert_int_equal(ret[0].certs[0].consumed, 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_survivor),
        cmocka_unit_test(without_a_warning_the_registry_is_enough),
        cmocka_unit_test(a_correction_is_the_same_renewal),
        cmocka_unit_test(years_of_many_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
