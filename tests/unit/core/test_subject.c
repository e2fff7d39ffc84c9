/* Subjects as people wrote them. */
#include "core/subject.h"

#include "sample.h"

static struct arena arena;

static const struct {
    const char *subject, *cds, *cda, *ticket, *name; /* name: one of the parts */
} good[] = {
    {"PRO - PADRO - Ajuntament de Berga - Recordatori data d'expiració CDS[04/12/2026] - [ST-12]", "2026-12-04", "",
     "ST-12", "Ajuntament de Berga"},
    {"PRO - PADRO - Ajuntament de Berga - Recordatori data d'expiració CDA[20/12/2026] + CDS[04/12/2026] - [ST-12]",
     "2026-12-04", "2026-12-20", "ST-12", "Ajuntament de Berga"},
    {"RE: RV: Fwd: PRO - PADRO - Berga - Recordatori CDS[4/12/26] - [ST-8]", "2026-12-04", "", "ST-8", "Berga"},
    {"re:PRO - PADRO - Berga - CDS [04-12-2026] [ST-8]", "2026-12-04", "", "ST-8", "Berga"},
    {"PRO – PADRO – Berga – CDS(4.12.2026) – [ST-8]", "2026-12-04", "", "ST-8", "Berga"},
    {"Ajuntament de Berga: caducitat CDS i CDA 04/12/2026 [ST-12]", "2026-12-04", "2026-12-04", "ST-12",
     "Ajuntament de Berga"},
    {"PRO - PADRO - Berga - CDS[4 de desembre de 2026]", "2026-12-04", "", "", "Berga"},
    {"PRO - PADRO - Berga - cds[2026-12-04] cda[20261220] - [#77]", "2026-12-04", "2026-12-20", "#77", "Berga"},
    {"[EXTERN] RE: PRO - PADRO - l'Hospitalet de Llobregat - CDA[01/02/2027] - [ST-1]", "", "2027-02-01", "ST-1",
     "l'Hospitalet de Llobregat"},
};

static void subjects_that_name_a_certificate(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct subject_seen s;
        char cds[DAY_TEXT_BYTES], cda[DAY_TEXT_BYTES];
        bool named = false;
        if (!subject_read(&arena, good[i].subject, &s))
            fail_msg("%s", good[i].subject);
        assert_string_equal(day_iso(s.expires[CERT_CDS], cds), good[i].cds);
        assert_string_equal(day_iso(s.expires[CERT_CDA], cda), good[i].cda);
        assert_string_equal(s.ticket, good[i].ticket);
        assert_string_equal(s.bad_date, "");
        for (size_t k = 0; k < s.name_count; k++)
            named = named || strcmp(s.names[k], good[i].name) == 0;
        if (!named)
            fail_msg("%s: no part \"%s\"", good[i].subject, good[i].name);
    }
}

static void subjects_that_do_not(void **state)
{
    (void)state;
    static const char *const none[] = {"",
                                       "Reunió",
                                       "CDS",
                                       "PRO - PADRO - Berga - [ST-12]",
                                       "ACDS[04/12/2026]",
                                       "04/12/2026",
                                       "el CDS i el CDA",
                                       "[[[[",
                                       "CDS - CDA -"};
    struct subject_seen s = {.name_count = 77};
    for (size_t i = 0; i < COUNT(none); i++)
        assert_false(subject_read(&arena, none[i], &s));
    assert_int_equal(s.name_count, 77);
}

static void dates_that_cannot_be(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"Berga - CDS[31/02/2026]", "31/02/2026"}, {"CDS[]", ""}, {"CDS[??]", "??"}, {"CDS[04/12", "04/12"}};
    struct subject_seen s;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_true(subject_read(&arena, bad[i][0], &s));
        assert_int_equal(s.expires[CERT_CDS], DAY_NONE);
        assert_string_equal(s.bad_date, bad[i][1]);
    }
}

static void marks_in_front(void **state)
{
    (void)state;
    struct subject_seen s;
    assert_true(subject_read(&arena, "RV: x - CDS[04/12/2026]", &s) && s.forwards && !s.answers);
    assert_true(subject_read(&arena, "Re[2]: x - CDS[04/12/2026]", &s) && !s.forwards && s.answers);
    assert_true(subject_read(&arena, "x - CDS[04/12/2026]", &s) && !s.forwards && !s.answers);
}

static int end(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subjects_that_name_a_certificate),
        cmocka_unit_test(subjects_that_do_not),
        cmocka_unit_test(dates_that_cannot_be),
        cmocka_unit_test(marks_in_front),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
