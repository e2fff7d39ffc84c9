/* Revocation lists: whose, when, about whom. */
#include "maker.h"

#include "base/limits.h"
#include "pki/crl.h"

static struct made ca, other_ca, leaf, second, pointed;

#define POINT_A "http://crl.example/a.crl"
#define POINT_B "http://crl.example/b.crl"

static int set_up(void **state)
{
    (void)state;
    ca = MAKE(.cn = "EC", .extensions = MAKER_CA);
    other_ca = MAKE(.cn = "EC", .extensions = MAKER_CA); /* of the same name */
    leaf = MAKE(.cn = "seu.example", .issuer = &ca, .extensions = MAKER_LEAF);
    second = MAKE(.cn = "altra.example", .issuer = &ca, .extensions = MAKER_LEAF);
    pointed = MAKE(.cn = "seu.example", .issuer = &ca,
                   .extensions = MAKER_LEAF "crlDistributionPoints=URI:ldap://crl.example/a,URI:" POINT_A "\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    maker_release();
    return 0;
}

static struct crl_answer read_for(struct str bytes, const struct made *who, const char *now)
{
    struct crl_answer c;
    crl_read(bytes, who->der, ca.der, maker_time(now), &c);
    assert_int_equal(ERR_peek_error(), 0);
    return c;
}
#define NOW "2026-11-20T08:00:00Z"

#define assert_list(c, expected_outcome, expected_fault)                                                               \
    do {                                                                                                               \
        if ((c).outcome != (expected_outcome) || (c).fault != (expected_fault))                                        \
            fail_msg("outcome %d, fault %s", (c).outcome, crl_fault_code((c).fault));                                  \
    } while (0)

static void honest(void **state)
{
    (void)state;
    struct str list = MAKE_CRL(.issuer = &ca, .revoked = {&second}, .reason = CRL_REASON_SUPERSEDED);
    struct crl_answer c = read_for(list, &leaf, NOW);
    assert_list(c, CRL_GOOD, CRL_FAULT_NONE);
    assert_true(c.this_update == maker_time("2026-11-19T08:00:00Z") &&
                c.next_update == maker_time("2026-11-26T08:00:00Z"));
    assert_true(c.revoked_at == INSTANT_NONE);
    c = read_for(list, &second, NOW);
    assert_list(c, CRL_REVOKED, CRL_FAULT_NONE);
    assert_int_equal(c.reason, CRL_REASON_SUPERSEDED);
    assert_int_equal(c.revoked_day, day_from_civil(2026, 11, 10));
    c = read_for(MAKE_CRL(.issuer = &ca, .revoked = {&leaf, &second}, .reason = -1), &leaf, NOW);
    assert_list(c, CRL_REVOKED, CRL_FAULT_NONE);
    assert_int_equal(c.reason, -1);
    c = read_for(MAKE_CRL(.issuer = &ca, .revoked = {&leaf}, .reason = CRL_REASON_REMOVE_FROM_CRL), &leaf, NOW);
    assert_list(c, CRL_GOOD, CRL_FAULT_NONE);
    /* PEM */
    const unsigned char *p = (const unsigned char *)list.p;
    X509_CRL *parsed = d2i_X509_CRL(NULL, &p, (long)list.n);
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509_CRL(bio, parsed);
    char *text;
    long n = BIO_get_mem_data(bio, &text);
    assert_list(read_for(str_part(text, (size_t)n), &second, NOW), CRL_REVOKED, CRL_FAULT_NONE);
    BIO_free(bio);
    X509_CRL_free(parsed);
}

static void times(void **state)
{
    (void)state;
    struct str list = MAKE_CRL(.issuer = &ca), open_end = MAKE_CRL(.issuer = &ca, .to = "");
    assert_list(read_for(list, &leaf, "2026-11-19T07:50:00Z"), CRL_UNUSABLE, CRL_FAULT_FUTURE);
    assert_list(read_for(list, &leaf, "2026-11-19T07:56:00Z"), CRL_GOOD, CRL_FAULT_NONE);
    assert_list(read_for(list, &leaf, "2026-11-26T08:04:00Z"), CRL_GOOD, CRL_FAULT_NONE);
    assert_list(read_for(list, &leaf, "2026-11-26T08:06:00Z"), CRL_UNUSABLE, CRL_FAULT_EXPIRED);
    assert_list(read_for(open_end, &leaf, "2026-11-25T08:00:00Z"), CRL_GOOD, CRL_FAULT_NONE);
    assert_list(read_for(open_end, &leaf, "2026-12-25T08:00:00Z"), CRL_UNUSABLE, CRL_FAULT_EXPIRED);
    assert_list(read_for(MAKE_CRL(.issuer = &ca, .from = "00000101000000Z"), &leaf, NOW), CRL_UNUSABLE,
                CRL_FAULT_FORMAT);
}

static void whose(void **state)
{
    (void)state;
    struct made stranger = MAKE(.cn = "Altra", .extensions = MAKER_CA), theirs = MAKE(.cn = "x", .issuer = &stranger);
    struct made mute = MAKE(.cn = "Muda", .extensions = "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n");
    struct made under_mute = MAKE(.cn = "x", .issuer = &mute);
    assert_list(read_for(MAKE_CRL(.issuer = &stranger), &leaf, NOW), CRL_UNUSABLE, CRL_FAULT_ISSUER);
    assert_list(read_for(MAKE_CRL(.issuer = &ca), &theirs, NOW), CRL_UNUSABLE, CRL_FAULT_ISSUER);
    assert_list(read_for(MAKE_CRL(.issuer = &ca, .sign_key = other_ca.key), &leaf, NOW), CRL_UNUSABLE,
                CRL_FAULT_SIGNATURE);
    assert_list(read_for(MAKE_CRL(.issuer = &other_ca), &leaf, NOW), CRL_UNUSABLE, CRL_FAULT_SIGNATURE);
    assert_list(read_for(MAKE_CRL(.issuer = &ca, .digest = EVP_sha1()), &leaf, NOW), CRL_UNUSABLE, CRL_FAULT_WEAK);
    struct crl_answer c;
    crl_read(MAKE_CRL(.issuer = &mute), under_mute.der, mute.der, MAKER_NOW, &c);
    assert_list(c, CRL_UNUSABLE, CRL_FAULT_ISSUER);
    crl_read(MAKE_CRL(.issuer = &ca), leaf.der, str_of("x"), MAKER_NOW, &c);
    assert_list(c, CRL_UNUSABLE, CRL_FAULT_CERTIFICATE);
    crl_read(MAKE_CRL(.issuer = &ca), str_of("x"), ca.der, MAKER_NOW, &c);
    assert_list(c, CRL_UNUSABLE, CRL_FAULT_CERTIFICATE);
}

static void scope(void **state)
{
    (void)state;
    static const struct {
        const char *extensions;
        enum crl_fault leaf, pointed;
    } cases[] = {
        {"issuingDistributionPoint=critical,@i\n[i]\nfullname=URI:" POINT_A "\n", CRL_FAULT_SCOPE, CRL_FAULT_NONE},
        {"issuingDistributionPoint=critical,@i\n[i]\nfullname=URI:" POINT_B "\n", CRL_FAULT_SCOPE, CRL_FAULT_SCOPE},
        {"issuingDistributionPoint=critical,@i\n[i]\nonlyuser=TRUE\n", CRL_FAULT_NONE, CRL_FAULT_NONE},
        {"issuingDistributionPoint=critical,@i\n[i]\nonlyCA=TRUE\n", CRL_FAULT_SCOPE, CRL_FAULT_SCOPE},
        {"issuingDistributionPoint=critical,@i\n[i]\nonlyAA=TRUE\n", CRL_FAULT_SCOPE, CRL_FAULT_SCOPE},
        {"issuingDistributionPoint=critical,@i\n[i]\nindirectCRL=TRUE\n", CRL_FAULT_SCOPE, CRL_FAULT_SCOPE},
        {"issuingDistributionPoint=critical,@i\n[i]\nonlysomereasons=keyCompromise\n", CRL_FAULT_SCOPE,
         CRL_FAULT_SCOPE},
        {"issuingDistributionPoint=critical,DER:05:00\n", CRL_FAULT_FORMAT, CRL_FAULT_FORMAT},
        {"2.5.29.27=critical,DER:02:01:05\n", CRL_FAULT_SCOPE, CRL_FAULT_SCOPE}, /* a delta list */
        {"1.2.3.4=critical,DER:05:00\n", CRL_FAULT_CRITICAL, CRL_FAULT_CRITICAL},
        {"1.2.3.4=DER:05:00\nauthorityKeyIdentifier=keyid\n", CRL_FAULT_NONE, CRL_FAULT_NONE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str list = MAKE_CRL(.issuer = &ca, .extensions = cases[i].extensions);
        struct crl_answer a = read_for(list, &leaf, NOW), b = read_for(list, &pointed, NOW);
        if (a.fault != cases[i].leaf || b.fault != cases[i].pointed)
            fail_msg("case %zu: %s, %s", i, crl_fault_code(a.fault), crl_fault_code(b.fault));
        assert_int_equal(a.outcome == CRL_GOOD, a.fault == CRL_FAULT_NONE);
    }
}

static void damaged(void **state)
{
    (void)state;
    struct str list = MAKE_CRL(.issuer = &ca, .revoked = {&leaf}, .reason = 1);
    for (size_t i = 0; i < list.n; i++) {
        char *bytes = arena_text(maker_arena(), list);
        bytes[i] = (char)(bytes[i] ^ 0x11);
        assert_true(read_for(str_part(bytes, list.n), &leaf, NOW).outcome != CRL_GOOD);
        assert_int_equal(read_for(str_part(list.p, i), &leaf, NOW).outcome, CRL_UNUSABLE);
    }
    assert_list(read_for(str_of("<html>"), &leaf, NOW), CRL_UNUSABLE, CRL_FAULT_FORMAT);
    assert_list(read_for(str_of(""), &leaf, NOW), CRL_UNUSABLE, CRL_FAULT_FORMAT);
    assert_list(read_for(str_part(list.p, (size_t)LIMIT_CRL_BYTES + 1), &leaf, NOW), CRL_UNUSABLE, CRL_FAULT_SIZE);
    crl_free(NULL);
}

static void many(void **state)
{
    (void)state;
    struct str list = MAKE_CRL(.issuer = &ca, .fill = 50000, .revoked = {&second}, .reason = 1);
    enum crl_fault fault;
    struct crl *c = crl_open(list, ca.der, &fault);
    assert_non_null(c);
    assert_int_equal(crl_count(c), 50001);
    struct crl_answer answer;
    crl_look_up(c, second.der, MAKER_NOW, &answer);
    assert_list(answer, CRL_REVOKED, CRL_FAULT_NONE);
    crl_look_up(c, leaf.der, MAKER_NOW, &answer);
    assert_list(answer, CRL_GOOD, CRL_FAULT_NONE);
    crl_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest), cmocka_unit_test(times),   cmocka_unit_test(whose),
        cmocka_unit_test(scope),  cmocka_unit_test(damaged), cmocka_unit_test(many),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
