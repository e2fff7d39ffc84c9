/* Which source is asked, which is believed, and for how long. */
#include "maker.h"

#include "base/limits.h"
#include "pki/revocation.h"

#define OCSP_1 "http://ocsp1.example/"
#define OCSP_2 "http://ocsp2.example/"
#define CRL_1 "http://crl.example/ca.crl"

static struct made ca, leaf, bare;
static struct certificate values, bare_values;

static int set_up(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    ca = MAKE(.cn = "EC", .extensions = MAKER_CA);
    leaf = MAKE(.cn = "seu.example", .issuer = &ca,
                .extensions = MAKER_LEAF "authorityInfoAccess=OCSP;URI:" OCSP_1 ",OCSP;URI:" OCSP_2 ",OCSP;URI:" OCSP_1
                                         "\ncrlDistributionPoints=URI:" CRL_1 "\n");
    bare = MAKE(.cn = "sense.example", .issuer = &ca, .extensions = MAKER_LEAF);
    assert_true(certificate_parse(maker_arena(), leaf.der, &values, &e));
    assert_true(certificate_parse(maker_arena(), bare.der, &bare_values, &e));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    maker_release();
    return 0;
}

static struct revocation decide_at(const struct revocation_have *have, size_t count, instant_t now)
{
    struct revocation r;
    revocation_decide(maker_arena(), &values, ca.der, have, count, now, &r);
    return r;
}
#define DECIDE(...)                                                                                                    \
    decide_at((const struct revocation_have[]){__VA_ARGS__}, COUNT(((const struct revocation_have[]){__VA_ARGS__})),   \
              MAKER_NOW)

#define MINUTES(n) ((instant_t)(n)*60 * INSTANT_PER_SECOND)
#define STAPLED(b)                                                                                                     \
    {                                                                                                                  \
        .source = REVOCATION_STAPLED, .bytes = (b), .fetched = MAKER_NOW                                               \
    }
#define OCSP_HAVE(u, b)                                                                                                \
    {                                                                                                                  \
        .source = REVOCATION_OCSP, .url = (u), .bytes = (b), .fetched = MAKER_NOW                                      \
    }
#define CRL_HAVE(b)                                                                                                    \
    {                                                                                                                  \
        .source = REVOCATION_CRL, .url = CRL_1, .bytes = (b), .fetched = MAKER_NOW                                     \
    }

#define assert_fetch(r, expected_source, expected_url)                                                                 \
    do {                                                                                                               \
        assert_int_equal((r).state, REVOCATION_FETCH);                                                                 \
        assert_int_equal((r).source, (expected_source));                                                               \
        assert_string_equal((r).url, (expected_url));                                                                  \
    } while (0)

static void order(void **state)
{
    (void)state;
    struct str none = {NULL, 0}, junk = str_of("<html>"), good = MAKE_OCSP(.leaf = &leaf, .issuer = &ca);
    struct str revoked = MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .status = V_OCSP_CERTSTATUS_REVOKED, .reason = 4);
    struct str unknown = MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .status = V_OCSP_CERTSTATUS_UNKNOWN);
    struct str list = MAKE_CRL(.issuer = &ca), on_list = MAKE_CRL(.issuer = &ca, .revoked = {&leaf}, .reason = 1);
    struct revocation r = decide_at(NULL, 0, MAKER_NOW);
    assert_fetch(r, REVOCATION_OCSP, OCSP_1);
    const unsigned char *p = (const unsigned char *)r.request.p;
    OCSP_REQUEST *request = d2i_OCSP_REQUEST(NULL, &p, (long)r.request.n);
    assert_non_null(request);
    OCSP_REQUEST_free(request);
    r = DECIDE(STAPLED(good));
    assert_int_equal(r.state, REVOCATION_GOOD);
    assert_int_equal(r.source, REVOCATION_STAPLED);
    r = DECIDE(STAPLED(revoked));
    assert_int_equal(r.state, REVOCATION_REVOKED);
    assert_int_equal(r.revoked_day, day_from_civil(2026, 11, 10));
    assert_int_equal(r.reason, 4);
    r = DECIDE(STAPLED(junk));
    assert_fetch(r, REVOCATION_OCSP, OCSP_1);
    r = DECIDE(STAPLED(junk), OCSP_HAVE(OCSP_1, none));
    assert_fetch(r, REVOCATION_OCSP, OCSP_2);
    r = DECIDE(OCSP_HAVE(OCSP_1, good));
    assert_int_equal(r.state, REVOCATION_GOOD);
    assert_string_equal(r.url, OCSP_1);
    r = DECIDE(OCSP_HAVE(OCSP_1, junk), OCSP_HAVE(OCSP_2, revoked));
    assert_int_equal(r.state, REVOCATION_REVOKED);
    assert_string_equal(r.url, OCSP_2);
    r = DECIDE(OCSP_HAVE(OCSP_1, unknown), OCSP_HAVE(OCSP_2, unknown));
    assert_fetch(r, REVOCATION_CRL, CRL_1);
    assert_int_equal(r.request.n, 0);
    r = DECIDE(OCSP_HAVE(OCSP_1, none), OCSP_HAVE(OCSP_2, unknown), CRL_HAVE(on_list));
    assert_int_equal(r.state, REVOCATION_REVOKED);
    assert_int_equal(r.source, REVOCATION_CRL);
    assert_int_equal(r.reason, 1);
    r = DECIDE(OCSP_HAVE(OCSP_1, none), OCSP_HAVE(OCSP_2, none), CRL_HAVE(list));
    assert_int_equal(r.state, REVOCATION_GOOD);
}

static void nobody_answers(void **state)
{
    (void)state;
    struct str none = {NULL, 0}, unknown = MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .status = V_OCSP_CERTSTATUS_UNKNOWN);
    struct revocation r = DECIDE(OCSP_HAVE(OCSP_1, none), OCSP_HAVE(OCSP_2, none), CRL_HAVE(none));
    assert_int_equal(r.state, REVOCATION_UNKNOWN);
    assert_string_equal(r.why, "the authority's service does not answer");
    assert_int_equal(revocation_verdict(r.state), TRUST_REVOCATION_UNKNOWN);
    assert_true(r.until == MAKER_NOW + MINUTES(15));
    r = DECIDE(OCSP_HAVE(OCSP_1, unknown), OCSP_HAVE(OCSP_2, unknown), CRL_HAVE(str_of("junk")));
    assert_int_equal(r.state, REVOCATION_UNKNOWN);
    /* a quarter of an hour later it is tried again */
    const struct revocation_have have[] = {OCSP_HAVE(OCSP_1, none), OCSP_HAVE(OCSP_2, none), CRL_HAVE(none)};
    r = decide_at(have, COUNT(have), MAKER_NOW + MINUTES(14));
    assert_int_equal(r.state, REVOCATION_UNKNOWN);
    r = decide_at(have, COUNT(have), MAKER_NOW + MINUTES(15));
    assert_fetch(r, REVOCATION_OCSP, OCSP_1);
    /* there is nobody to ask */
    struct str good = MAKE_OCSP(.leaf = &bare, .issuer = &ca);
    const struct revocation_have stapled[] = {STAPLED(good)}, bad_stapled[] = {STAPLED(str_of("x"))};
    revocation_decide(maker_arena(), &bare_values, ca.der, NULL, 0, MAKER_NOW, &r);
    assert_int_equal(r.state, REVOCATION_NOT_OFFERED);
    revocation_decide(maker_arena(), &bare_values, ca.der, stapled, 1, MAKER_NOW, &r);
    assert_int_equal(r.state, REVOCATION_GOOD);
    revocation_decide(maker_arena(), &bare_values, ca.der, bad_stapled, 1, MAKER_NOW, &r);
    assert_int_equal(r.state, REVOCATION_UNKNOWN);
    /* without the issuer nothing can be believed, whatever is there */
    revocation_decide(maker_arena(), &values, none, stapled, 1, MAKER_NOW, &r);
    assert_int_equal(r.state, REVOCATION_UNKNOWN);
    assert_string_equal(r.why, "the certificate of the issuer is not known");
}

static void lifetimes(void **state)
{
    (void)state;
    struct str none = {NULL, 0};
    struct str day = MAKE_OCSP(.leaf = &leaf, .issuer = &ca);
    struct str hour = MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .to = "20261120080500Z");
    struct str year = MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .to = "20271120080500Z");
    struct revocation r = DECIDE(OCSP_HAVE(OCSP_1, day));
    assert_true(r.until == maker_time("2026-11-21T07:00:00Z"));
    r = DECIDE(OCSP_HAVE(OCSP_1, hour));
    assert_true(r.until == MAKER_NOW + MINUTES(60));
    r = DECIDE(OCSP_HAVE(OCSP_1, year));
    assert_true(r.until == MAKER_NOW + MINUTES(LIMIT_REVOCATION_DAYS * 24 * 60));
    const struct revocation_have one[] = {OCSP_HAVE(OCSP_1, day)}, long_one[] = {OCSP_HAVE(OCSP_1, year)};
    r = decide_at(one, 1, maker_time("2026-11-21T06:59:59Z"));
    assert_int_equal(r.state, REVOCATION_GOOD);
    r = decide_at(one, 1, maker_time("2026-11-21T07:00:00Z"));
    assert_fetch(r, REVOCATION_OCSP, OCSP_1);
    r = decide_at(long_one, 1, maker_time("2026-12-01T08:00:00Z"));
    assert_fetch(r, REVOCATION_OCSP, OCSP_1);
    /* asking again failed: what there was counts while it is in its time */
    instant_t later = maker_time("2026-12-01T08:00:00Z");
    const struct revocation_have failed[] = {
        OCSP_HAVE(OCSP_1, year),
        {.source = REVOCATION_OCSP, .url = OCSP_1, .bytes = none, .fetched = later},
    };
    r = decide_at(failed, 2, later);
    assert_int_equal(r.state, REVOCATION_GOOD);
    assert_true(r.until == later + MINUTES(15));
    const struct revocation_have expired[] = {
        OCSP_HAVE(OCSP_1, day),
        {.source = REVOCATION_OCSP, .url = OCSP_1, .bytes = none, .fetched = later},
    };
    r = decide_at(expired, 2, later);
    assert_fetch(r, REVOCATION_OCSP, OCSP_2);
    assert_int_equal(revocation_verdict(REVOCATION_GOOD), TRUST_OK);
    assert_int_equal(revocation_verdict(REVOCATION_NOT_OFFERED), TRUST_OK);
    assert_int_equal(revocation_verdict(REVOCATION_REVOKED), TRUST_REVOKED);
    assert_int_equal(revocation_verdict(REVOCATION_FETCH), TRUST_REVOCATION_UNKNOWN);
}

/* The loop of the header ends, whatever the sources do. */
static void the_loop_ends(void **state)
{
    (void)state;
    struct revocation_have have[16];
    size_t count = 0;
    struct revocation r;
    for (;;) {
        r = decide_at(have, count, MAKER_NOW);
        if (r.state != REVOCATION_FETCH)
            break;
        assert_true(count < 8);
        have[count++] = (struct revocation_have){.source = r.source,
                                                 .url = r.url,
                                                 .fetched = MAKER_NOW,
                                                 .bytes = count % 2 == 0 ? str_of("junk") : str_of("")};
    }
    assert_int_equal(count, 3);
    assert_int_equal(r.state, REVOCATION_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order),
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(lifetimes),
        cmocka_unit_test(the_loop_ends),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
