/* Examples of the case rule, worked out by hand with a calendar. The invariants are in test_warning_ladder.c. */
#include "core/warning.h"

#include "sample.h"

static const char *const holiday_texts[] = {"2026-09-11", "2026-10-12", "2026-12-08", "2026-12-25",
                                            "2026-12-26", "2027-01-01", "2027-01-06"};
static day_t holidays[COUNT(holiday_texts)];
static struct profile profile;
static struct arena arena;
static day_t never;

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(holiday_texts); i++)
        holidays[i] = day_text(holiday_texts[i]);
    profile_sample(&profile, holidays, COUNT(holidays));
    never = day_text("2999-12-31");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct warning_case single(enum cert_kind kind, const char *expires)
{
    return (struct warning_case){.certs = {{.kind = kind, .expires = day_text(expires)}}, .count = 1};
}

static struct warning_case pair(const char *cda, const char *cds)
{
    return (struct warning_case){
        .certs = {{.kind = CERT_CDA, .expires = day_text(cda)}, {.kind = CERT_CDS, .expires = day_text(cds)}},
        .count = 2};
}

struct step {
    const char *on, *due;
    int threshold;
    enum cert_kind driver;
    enum situation situation;
    int cds, cda; /* days left, DAYS_NONE when not in the case */
};

static void check_step(const struct warning *w, const struct step *wanted, const char *what, size_t i)
{
    char day[DAY_TEXT_BYTES];
    if (w->on != day_text(wanted->on) || w->due != day_text(wanted->due) || w->threshold != wanted->threshold)
        fail_msg("%s, step %zu: %d on %s", what, i, w->threshold, day_iso(w->on, day));
    if (w->driver != wanted->driver || w->situation != wanted->situation || w->days[CERT_CDS] != wanted->cds ||
        w->days[CERT_CDA] != wanted->cda)
        fail_msg("%s, step %zu: driver %d, %s, %d, %d", what, i, (int)w->driver, situation_code(w->situation),
                 w->days[CERT_CDS], w->days[CERT_CDA]);
}

/* The whole life of a case from that day on: exactly these messages. */
static void check_life(const char *what, struct warning_case c, const char *from, const struct step *steps,
                       size_t count)
{
    day_t day = day_text(from);
    struct warning w;
    for (size_t i = 0; i < count; i++) {
        if (!warning_next(&profile, &c, day, never, &w))
            fail_msg("%s: no message %zu", what, i);
        check_step(&w, &steps[i], what, i);
        warning_consume(&profile, &c, &w);
        day = w.on;
    }
    assert_false(warning_next(&profile, &c, day, never, &w));
}

#define NO DAYS_NONE

static void one_certificate_alone(void **state)
{
    (void)state;
    static const struct step plain[] = {
        {"2026-10-06", "2026-10-06", 60, CERT_CDS, SITUATION_SINGLE, 59, NO},
        {"2026-11-05", "2026-11-05", 30, CERT_CDS, SITUATION_SINGLE, 29, NO},
        {"2026-11-20", "2026-11-20", 15, CERT_CDS, SITUATION_SINGLE, 14, NO},
        {"2026-11-25", "2026-11-25", 10, CERT_CDS, SITUATION_SINGLE, 9, NO},
        {"2026-11-30", "2026-11-30", 5, CERT_CDS, SITUATION_SINGLE, 4, NO},
    };
    check_life("plain", single(CERT_CDS, "2026-12-04"), "2026-09-01", plain, COUNT(plain));

    static const struct step weekends[] = {
        {"2026-10-22", "2026-10-22", 60, CERT_CDA, SITUATION_SINGLE, NO, 59},
        {"2026-11-23", "2026-11-21", 30, CERT_CDA, SITUATION_SINGLE, NO, 27}, /* Saturday → Monday */
        {"2026-12-07", "2026-12-06", 15, CERT_CDA, SITUATION_SINGLE, NO, 13}, /* Sunday → Monday */
        {"2026-12-11", "2026-12-11", 10, CERT_CDA, SITUATION_SINGLE, NO, 9},
        {"2026-12-16", "2026-12-16", 5, CERT_CDA, SITUATION_SINGLE, NO, 4},
    };
    check_life("weekends", single(CERT_CDA, "2026-12-20"), "2026-09-01", weekends, COUNT(weekends));

    static const struct step year_end[] = {
        {"2026-11-12", "2026-11-12", 60, CERT_CDS, SITUATION_SINGLE, 59, NO},
        {"2026-12-14", "2026-12-12", 30, CERT_CDS, SITUATION_SINGLE, 27, NO},
        {"2026-12-28", "2026-12-27", 15, CERT_CDS, SITUATION_SINGLE, 13, NO}, /* after Christmas */
        {"2027-01-04", "2027-01-01", 10, CERT_CDS, SITUATION_SINGLE, 6, NO},  /* New Year's Day is a Friday */
        {"2027-01-07", "2027-01-06", 5, CERT_CDS, SITUATION_SINGLE, 3, NO},   /* Epiphany */
    };
    check_life("year's end", single(CERT_CDS, "2027-01-10"), "2026-09-01", year_end, COUNT(year_end));

    static const struct step hours[] = {
        {"2026-08-31", "2026-08-31", 60, CERT_CDS, SITUATION_SINGLE, 59, NO},
        {"2026-09-30", "2026-09-30", 30, CERT_CDS, SITUATION_SINGLE, 29, NO},
        {"2026-10-15", "2026-10-15", 15, CERT_CDS, SITUATION_SINGLE, 14, NO},
        {"2026-10-20", "2026-10-20", 10, CERT_CDS, SITUATION_SINGLE, 9, NO},
        {"2026-10-26", "2026-10-25", 5, CERT_CDS, SITUATION_SINGLE, 3, NO}, /* due on the day summer ends */
    };
    check_life("change of hour", single(CERT_CDS, "2026-10-29"), "2026-08-01", hours, COUNT(hours));
}

static void several_at_once_are_one(void **state)
{
    (void)state;
    /* first run with 12 days left: one message, for 15; then 10 and 5 */
    static const struct step late[] = {
        {"2026-11-23", "2026-11-20", 15, CERT_CDS, SITUATION_SINGLE, 11, NO}, /* Saturday the 21st → Monday */
        {"2026-11-25", "2026-11-25", 10, CERT_CDS, SITUATION_SINGLE, 9, NO},
        {"2026-11-30", "2026-11-30", 5, CERT_CDS, SITUATION_SINGLE, 4, NO},
    };
    check_life("late", single(CERT_CDS, "2026-12-04"), "2026-11-21", late, COUNT(late));

    static const struct step expired[] = {{"2026-12-28", "2026-11-30", 5, CERT_CDS, SITUATION_SINGLE, -24, NO}};
    check_life("expired", single(CERT_CDS, "2026-12-04"), "2026-12-25", expired, COUNT(expired));
    static const struct step last_day[] = {{"2026-12-04", "2026-11-30", 5, CERT_CDS, SITUATION_SINGLE, 0, NO}};
    check_life("last day", single(CERT_CDS, "2026-12-04"), "2026-12-04", last_day, COUNT(last_day));

    struct warning_case c = single(CERT_CDS, "2026-12-04");
    struct warning w;
    assert_true(warning_next(&profile, &c, day_text("2026-11-23"), never, &w));
    assert_int_equal(w.crossed, 7); /* 60, 30 and 15 */
    warning_consume(&profile, &c, &w);
    assert_int_equal(c.certs[0].consumed, 7);

    /* two thresholds crossed while nobody works: one message, for the lower */
    static day_t closed[20];
    for (int i = 0; i < 11; i++)
        closed[i] = day_text("2026-12-24") + i; /* to 3 January, a Sunday */
    struct profile p = profile;
    p.holidays = closed;
    p.holiday_count = 11;
    c = single(CERT_CDS, "2027-01-10");
    c.certs[0].consumed = 3;
    assert_true(warning_next(&p, &c, day_text("2026-12-15"), never, &w));
    assert_int_equal(w.on, day_text("2027-01-04"));
    assert_int_equal(w.threshold, 10);
    assert_int_equal(w.crossed, 4 | 8);
    assert_int_equal(w.due, day_text("2027-01-01"));
}

static void edges_of_a_threshold(void **state)
{
    (void)state;
    struct warning w;
    /* exactly 60 days left is not below 60 */
    struct warning_case c = single(CERT_CDS, "2026-12-04");
    day_t sixty = day_text("2026-12-04") - 60;
    assert_false(warning_next(&profile, &c, sixty, sixty, &w));
    assert_true(warning_next(&profile, &c, sixty, sixty + 1, &w));
    assert_int_equal(w.days[CERT_CDS], 59);
    /* nothing is written when there is none */
    struct warning kept = {.threshold = -7};
    assert_false(warning_next(&profile, &c, sixty, sixty, &kept));
    assert_int_equal(kept.threshold, -7);
    /* due within `until`, but the working day is later */
    c = single(CERT_CDA, "2026-12-20");
    c.certs[0].consumed = 1;
    assert_false(warning_next(&profile, &c, day_text("2026-11-01"), day_text("2026-11-22"), &w));
    assert_true(warning_next(&profile, &c, day_text("2026-11-01"), day_text("2026-11-23"), &w));
}

static void a_pair_and_its_gap(void **state)
{
    (void)state;
    static const struct {
        const char *cds, *cda;
        size_t cases;
        enum cert_kind first;
    } cases[] = {
        {"2026-12-04", "2026-12-04", 1, CERT_CDA}, {"2026-12-04", "2027-01-02", 1, CERT_CDA}, /* 29 */
        {"2027-01-02", "2026-12-04", 1, CERT_CDA}, {"2026-12-04", "2027-01-03", 2, CERT_CDS}, /* 30 */
        {"2027-01-03", "2026-12-04", 2, CERT_CDA}, {"2026-12-04", NULL, 1, CERT_CDS},
        {NULL, "2026-12-04", 1, CERT_CDA},         {NULL, NULL, 0, CERT_KINDS},
        {"1990-01-01", "2100-12-31", 2, CERT_CDS},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct body b = {.vanished = DAY_NONE};
        b.expires[CERT_CDS] = cases[i].cds == NULL ? DAY_NONE : day_text(cases[i].cds);
        b.expires[CERT_CDA] = cases[i].cda == NULL ? DAY_NONE : day_text(cases[i].cda);
        struct warning_case ret[CERT_KINDS];
        size_t n = warning_cases(&profile, &b, ret);
        assert_int_equal(n, cases[i].cases);
        size_t certs = 0;
        for (size_t k = 0; k < n; k++) {
            certs += ret[k].count;
            assert_null(ret[k].ticket);
            for (size_t j = 0; j < ret[k].count; j++) {
                assert_int_equal(ret[k].certs[j].expires, b.expires[ret[k].certs[j].kind]);
                assert_int_equal(ret[k].certs[j].consumed, 0);
                assert_false(ret[k].certs[j].renewed || ret[k].certs[j].answered);
            }
        }
        assert_int_equal(certs, (cases[i].cds != NULL) + (cases[i].cda != NULL));
        if (n > 0)
            assert_int_equal(ret[0].certs[0].kind, cases[i].first);
        if (n == 2)
            assert_true(ret[0].certs[0].expires < ret[1].certs[0].expires);
    }
}

/* CDS on 4 December, CDA on 20 December: gap 16. The CDS drives until its 5 is consumed; the CDA's thresholds are
 * consumed by the messages that name it, and it goes on alone at the end. */
static void a_pair_on_one_ladder(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"2026-10-06", "2026-10-06", 60, CERT_CDS, SITUATION_PAIR_ONE, 59, 75},
        {"2026-11-05", "2026-11-05", 30, CERT_CDS, SITUATION_PAIR_BOTH, 29, 45},
        {"2026-11-20", "2026-11-20", 15, CERT_CDS, SITUATION_PAIR_BOTH, 14, 30},
        {"2026-11-25", "2026-11-25", 10, CERT_CDS, SITUATION_PAIR_BOTH, 9, 25},
        {"2026-11-30", "2026-11-30", 5, CERT_CDS, SITUATION_PAIR_BOTH, 4, 20},
        /* the CDS is exhausted; the CDA's 60 and 30 are consumed: it goes on with 15 */
        {"2026-12-07", "2026-12-06", 15, CERT_CDA, SITUATION_PAIR_BOTH, -3, 13},
        {"2026-12-11", "2026-12-11", 10, CERT_CDA, SITUATION_PAIR_BOTH, -7, 9},
        {"2026-12-16", "2026-12-16", 5, CERT_CDA, SITUATION_PAIR_BOTH, -12, 4},
    };
    check_life("pair", pair("2026-12-20", "2026-12-04"), "2026-09-01", steps, COUNT(steps));

    static const struct step same_day[] = {
        {"2026-10-06", "2026-10-06", 60, CERT_CDA, SITUATION_PAIR_BOTH, 59, 59},
        {"2026-11-05", "2026-11-05", 30, CERT_CDA, SITUATION_PAIR_BOTH, 29, 29},
        {"2026-11-20", "2026-11-20", 15, CERT_CDA, SITUATION_PAIR_BOTH, 14, 14},
        {"2026-11-25", "2026-11-25", 10, CERT_CDA, SITUATION_PAIR_BOTH, 9, 9},
        {"2026-11-30", "2026-11-30", 5, CERT_CDA, SITUATION_PAIR_BOTH, 4, 4},
    };
    check_life("same day", pair("2026-12-04", "2026-12-04"), "2026-09-01", same_day, COUNT(same_day));
}

static void the_survivor_goes_on(void **state)
{
    (void)state;
    struct warning w;
    /* after the message of 5 November (60 and 30 of the CDS, 60 of the CDA) the CDS is renewed */
    struct warning_case c = pair("2026-12-20", "2026-12-04");
    c.certs[0].consumed = 1;
    c.certs[1].consumed = 3;
    c.certs[1].renewed = true;
    static const struct step alone[] = {
        {"2026-11-23", "2026-11-21", 30, CERT_CDA, SITUATION_SINGLE, 11, 27},
        {"2026-12-07", "2026-12-06", 15, CERT_CDA, SITUATION_SINGLE, -3, 13},
        {"2026-12-11", "2026-12-11", 10, CERT_CDA, SITUATION_SINGLE, -7, 9},
        {"2026-12-16", "2026-12-16", 5, CERT_CDA, SITUATION_SINGLE, -12, 4},
    };
    check_life("renewed", c, "2026-11-06", alone, COUNT(alone));
    c.certs[1].renewed = false;
    c.certs[1].answered = true; /* an answer that covers the CDS only has the same effect */
    check_life("answered", c, "2026-11-06", alone, COUNT(alone));
    assert_true(warning_next(&profile, &c, day_text("2026-11-06"), never, &w));
    assert_true(w.names[CERT_CDA]);
    assert_false(w.names[CERT_CDS]);
    warning_consume(&profile, &c, &w);
    assert_int_equal(c.certs[0].consumed, 3);
    assert_int_equal(c.certs[1].consumed, 3); /* not named, not consumed */

    /* the survivor had crossed a threshold that no message named: it is due at once */
    c = pair("2026-12-20", "2026-12-04");
    c.certs[1].consumed = 1;
    c.certs[1].answered = true;
    assert_true(warning_next(&profile, &c, day_text("2026-11-03"), never, &w));
    assert_int_equal(w.on, day_text("2026-11-03"));
    assert_int_equal(w.due, day_text("2026-10-22"));
    assert_int_equal(w.threshold, 60);

    /* the later one is answered: the earlier goes on, and the text is about it alone */
    c = pair("2026-12-20", "2026-12-04");
    c.certs[0].answered = true;
    assert_true(warning_next(&profile, &c, day_text("2026-11-23"), never, &w));
    assert_int_equal(w.driver, CERT_CDS);
    assert_int_equal(w.situation, SITUATION_SINGLE);
    assert_false(w.names[CERT_CDA]);

    c.certs[1].renewed = true; /* nobody left */
    assert_false(warning_next(&profile, &c, day_text("2026-11-23"), never, &w));
}

static void odd_cases_do_no_harm(void **state)
{
    (void)state;
    struct warning w;
    struct warning_case c = {.count = 0};
    assert_false(warning_next(&profile, &c, 0, never, &w));
    c = pair("2026-12-20", "2026-12-04");
    c.certs[1].expires = DAY_NONE;
    assert_true(warning_next(&profile, &c, day_text("2026-10-22"), never, &w));
    assert_int_equal(w.driver, CERT_CDA);
    assert_int_equal(w.situation, SITUATION_SINGLE);
    assert_int_equal(w.days[CERT_CDS], DAYS_NONE);
    struct profile none = profile;
    none.threshold_count = 0;
    c = pair("2026-12-20", "2026-12-04");
    assert_false(warning_next(&none, &c, 0, never, &w));
    assert_false(warning_comes_back(&none, &c.certs[0], false, never));
}

static void an_answered_certificate_comes_back_to_a_person(void **state)
{
    (void)state;
    struct case_cert c = {.kind = CERT_CDS, .expires = day_text("2026-12-04"), .answered = true};
    assert_false(warning_comes_back(&profile, &c, false, day_text("2026-11-29"))); /* 5 days left */
    assert_true(warning_comes_back(&profile, &c, false, day_text("2026-11-30")));
    assert_true(warning_comes_back(&profile, &c, false, day_text("2027-11-30")));
    assert_false(warning_comes_back(&profile, &c, true, day_text("2026-11-30")));
    c.renewed = true;
    assert_false(warning_comes_back(&profile, &c, false, day_text("2026-11-30")));
    c.renewed = c.answered = false; /* that one is warned, in the ordinary way */
    assert_false(warning_comes_back(&profile, &c, false, day_text("2026-11-30")));
    c = (struct case_cert){.expires = DAY_NONE, .answered = true};
    assert_false(warning_comes_back(&profile, &c, false, day_text("2026-11-30")));
}

static void who_is_warned(void **state)
{
    (void)state;
    struct body b = {.vanished = DAY_NONE, .expires = {20000, DAY_NONE}};
    assert_int_equal(warning_whether(&b), WARN_YES);
    b.flags = BODY_NO_CONTACT | BODY_INE10_UNKNOWN | BODY_ANSWERED;
    assert_int_equal(warning_whether(&b), WARN_YES);
    b.expires[CERT_CDS] = DAY_NONE;
    assert_int_equal(warning_whether(&b), WARN_NO_DATES);
    b.flags |= BODY_NOT_VERIFIABLE;
    assert_int_equal(warning_whether(&b), WARN_NOT_VERIFIABLE);
    b.vanished = 20000;
    assert_int_equal(warning_whether(&b), WARN_VANISHED);
    b.vanished = DAY_NONE;
    b.flags |= BODY_VANISHED;
    assert_int_equal(warning_whether(&b), WARN_VANISHED);
    b.excluded = "migrated";
    assert_int_equal(warning_whether(&b), WARN_EXCLUDED);
}

static void the_subject(void **state)
{
    (void)state;
    char out[WARNING_CERTIFICATES_BYTES];
    struct warning_case c = single(CERT_CDS, "2026-12-04");
    assert_string_equal(warning_certificates(&c, out), "CDS[04/12/2026]");
    c = pair("2026-12-20", "2026-12-04");
    assert_string_equal(warning_certificates(&c, out), "CDA[20/12/2026] + CDS[04/12/2026]");
    struct case_cert kept = c.certs[0]; /* whatever the order in which they come */
    c.certs[0] = c.certs[1];
    c.certs[1] = kept;
    assert_string_equal(warning_certificates(&c, out), "CDA[20/12/2026] + CDS[04/12/2026]");
    c.certs[0].renewed = c.certs[1].answered = true;
    c.certs[0].consumed = 31;
    assert_string_equal(warning_certificates(&c, out), "CDA[20/12/2026] + CDS[04/12/2026]"); /* one thread */

    const char *name = "Ajuntament de l'Hospitalet de Llobregat";
    assert_string_equal(warning_subject(&arena, &profile, name, &c),
                        "PRO - PADRO - Ajuntament de l'Hospitalet de Llobregat - Recordatori data d'expiració "
                        "CDA[20/12/2026] + CDS[04/12/2026] - [ST-?]");
    c.ticket = "ST-9001";
    assert_string_equal(warning_subject(&arena, &profile, "X\r\nBcc: y\x1b\xe2\x80\xae\xff{ticket}", &c),
                        "PRO - PADRO - X  Bcc: y   {ticket} - Recordatori data d'expiració "
                        "CDA[20/12/2026] + CDS[04/12/2026] - [ST-9001]");
    struct profile p = profile;
    p.warning_subject = "{{name}{other}{name{ticket}";
    assert_string_equal(warning_subject(&arena, &p, "N", &c), "{N{other}{nameST-9001");
    p.warning_subject = "";
    assert_string_equal(warning_subject(&arena, &p, "N", &c), "");
    static const char *const codes[] = {"single", "pair-one", "pair-both"};
    for (int i = SITUATION_SINGLE; i <= SITUATION_PAIR_BOTH; i++)
        assert_string_equal(situation_code((enum situation)i), codes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_certificate_alone), cmocka_unit_test(several_at_once_are_one),
        cmocka_unit_test(edges_of_a_threshold),  cmocka_unit_test(a_pair_and_its_gap),
        cmocka_unit_test(a_pair_on_one_ladder),  cmocka_unit_test(the_survivor_goes_on),
        cmocka_unit_test(odd_cases_do_no_harm),  cmocka_unit_test(an_answered_certificate_comes_back_to_a_person),
        cmocka_unit_test(who_is_warned),         cmocka_unit_test(the_subject),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
