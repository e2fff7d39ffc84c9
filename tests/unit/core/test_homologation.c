/* What counts as a correct test of a modality, and what is said of one that does not. */
#include "core/homologation.h"

#include "sample.h"

static const char own[] = "aa", other[] = "bb";
static const instant_t now = 1800000000 * INSTANT_PER_SECOND;

static struct homologation_request good(const char *modality, int64_t id)
{
    return (struct homologation_request){.log_id = id,
                                         .modality = modality,
                                         .request = "R",
                                         .certificate = own,
                                         .result = "0",
                                         .at = now - 3600 * INSTANT_PER_SECOND,
                                         .outcome = GATEWAY_ANSWERED};
}

static struct homologation judge(const struct homologation_request *r, size_t count)
{
    const char *const certificates[] = {own};
    struct homologation h;
    homologation_judge(r, count, certificates, 1, now, &h);
    return h;
}

static void test_complete(void **state)
{
    (void)state;
    struct homologation_request all[HOMOLOGATION_COUNT];
    for (int m = 0; m < HOMOLOGATION_COUNT; m++)
        all[m] = good(homologation_modality((enum homologation_modality)m), m + 1);
    struct homologation h = judge(all, HOMOLOGATION_COUNT);
    assert_true(h.complete);
    for (int m = 0; m < HOMOLOGATION_COUNT; m++)
        assert_int_equal(h.tests[m].request->log_id, m + 1);
    for (int m = 0; m < HOMOLOGATION_COUNT; m++) { /* each of them is needed */
        struct homologation_request without = all[m];
        all[m].modality = "HESTIA_RESOLUCIORECURS";
        h = judge(all, HOMOLOGATION_COUNT);
        assert_false(h.complete);
        assert_int_equal(h.tests[m].lack, HOMOLOGATION_LACKS_NONE);
        all[m] = without;
    }
    assert_false(judge(NULL, 0).complete);
}

static void test_lacks(void **state)
{
    (void)state;
    struct homologation_request r = good("HESTIA_CITES", 1);
    r.outcome = GATEWAY_REPEATED;
    assert_int_equal(judge(&r, 1).tests[HOMOLOGATION_CITES].lack, HOMOLOGATION_LACKS_REFUSED);
    r.outcome = GATEWAY_ANSWERED;
    r.certificate = other;
    assert_int_equal(judge(&r, 1).tests[HOMOLOGATION_CITES].lack, HOMOLOGATION_LACKS_OTHER_CERTIFICATE);
    r.certificate = "";
    assert_int_equal(judge(&r, 1).tests[HOMOLOGATION_CITES].lack, HOMOLOGATION_LACKS_OTHER_CERTIFICATE);
    r.certificate = own;
    r.result = "-2"; /* appointments must be located; a citizen may be found or not */
    assert_int_equal(judge(&r, 1).tests[HOMOLOGATION_CITES].lack, HOMOLOGATION_LACKS_RESULT);
    r.modality = "HESTIA_CONSULTA_CIUTADA";
    assert_int_equal(judge(&r, 1).tests[HOMOLOGATION_CIUTADA].lack, HOMOLOGATION_LACKS_GOOD);
    r.result = "-1";
    assert_int_equal(judge(&r, 1).tests[HOMOLOGATION_CIUTADA].lack, HOMOLOGATION_LACKS_RESULT);
    r.result = "";
    assert_int_equal(judge(&r, 1).tests[HOMOLOGATION_CIUTADA].lack, HOMOLOGATION_LACKS_RESULT);
    r.result = "0";
    r.at = now - HOMOLOGATION_DAYS * 86400 * INSTANT_PER_SECOND;
    assert_int_equal(judge(&r, 1).tests[HOMOLOGATION_CIUTADA].lack, HOMOLOGATION_LACKS_GOOD);
    r.at--;
    assert_int_equal(judge(&r, 1).tests[HOMOLOGATION_CIUTADA].lack, HOMOLOGATION_LACKS_OLD);
}

/* Among several the best counts, and of equals the newest. */
static void test_best(void **state)
{
    (void)state;
    struct homologation_request r[] = {good("HESTIA_CITES", 1), good("HESTIA_CITES", 2), good("HESTIA_CITES", 3)};
    r[1].at += 60 * INSTANT_PER_SECOND;
    r[2].at += 120 * INSTANT_PER_SECOND;
    r[2].result = "-2";
    struct homologation h = judge(r, 3);
    assert_int_equal(h.tests[HOMOLOGATION_CITES].lack, HOMOLOGATION_LACKS_GOOD);
    assert_int_equal(h.tests[HOMOLOGATION_CITES].request->log_id, 2);
}

/* Three days by the clock, over the nights in which it changes: an hour more in October, one less in March. */
static void test_nights(void **state)
{
    (void)state;
    static const struct {
        const char *day; /* noon of that day, UTC */
        int hours;       /* that three days before it took */
    } nights[] = {{"2026-10-26", 73}, {"2027-03-29", 71}, {"2026-11-20", 72}};
    const char *const certificates[] = {own};
    for (size_t i = 0; i < COUNT(nights); i++) {
        instant_t then = ((instant_t)day_text(nights[i].day) * 86400 + 12 * 3600) * INSTANT_PER_SECOND;
        struct homologation_request r = good("HESTIA_CITES", 1);
        struct homologation h;
        r.at = then - nights[i].hours * 3600 * INSTANT_PER_SECOND;
        homologation_judge(&r, 1, certificates, 1, then, &h);
        assert_int_equal(h.tests[HOMOLOGATION_CITES].lack, HOMOLOGATION_LACKS_GOOD);
        r.at--;
        homologation_judge(&r, 1, certificates, 1, then, &h);
        assert_int_equal(h.tests[HOMOLOGATION_CITES].lack, HOMOLOGATION_LACKS_OLD);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_lacks),
        cmocka_unit_test(test_best),
        cmocka_unit_test(test_nights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
