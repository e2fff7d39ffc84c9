/* Answers of responders: honest, of others, out of time, forged. */
#include "maker.h"

#include "base/limits.h"
#include "pki/ocsp.h"

static struct made root, ca, leaf, other_leaf, other_ca, delegate;

#define DELEGATE "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=OCSPSigning\nnoCheck=ignored\n"

static int set_up(void **state)
{
    (void)state;
    root = MAKE(.cn = "Arrel", .extensions = MAKER_CA);
    ca = MAKE(.cn = "EC", .issuer = &root, .extensions = MAKER_CA);
    other_ca = MAKE(.cn = "Altra", .issuer = &root, .extensions = MAKER_CA);
    leaf = MAKE(.cn = "seu.example", .issuer = &ca, .extensions = MAKER_LEAF);
    other_leaf = MAKE(.cn = "altra.example", .issuer = &ca, .extensions = MAKER_LEAF);
    delegate = MAKE(.cn = "Responedor", .issuer = &ca, .extensions = DELEGATE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    maker_release();
    return 0;
}

static const struct str no_nonce = {NULL, 0};

static struct ocsp_answer read_at(struct str bytes, instant_t now)
{
    struct ocsp_answer o;
    ocsp_read(maker_arena(), bytes, leaf.der, ca.der, no_nonce, now, &o);
    assert_int_equal(ERR_peek_error(), 0);
    return o;
}

#define assert_answer(o, expected_outcome, expected_fault)                                                             \
    do {                                                                                                               \
        if ((o).outcome != (expected_outcome) || (o).fault != (expected_fault))                                        \
            fail_msg("outcome %d, fault %s", (o).outcome, ocsp_fault_code((o).fault));                                 \
    } while (0)

static void honest(void **state)
{
    (void)state;
    struct ocsp_answer o = read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca), MAKER_NOW);
    assert_answer(o, OCSP_GOOD, OCSP_FAULT_NONE);
    assert_false(o.delegated || o.nonce_matched);
    assert_string_equal(o.responder, "EC");
    assert_true(o.this_update == maker_time("2026-11-20T07:00:00Z"));
    assert_true(o.next_update == maker_time("2026-11-21T07:00:00Z"));
    assert_true(o.revoked_at == INSTANT_NONE && o.signer_until == INSTANT_NONE);
    o = read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .status = V_OCSP_CERTSTATUS_REVOKED,
                          .reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE),
                MAKER_NOW);
    assert_answer(o, OCSP_REVOKED, OCSP_FAULT_NONE);
    assert_true(o.revoked_at == maker_time("2026-11-10T22:30:00Z"));
    assert_int_equal(o.revoked_day, day_from_civil(2026, 11, 10));
    assert_string_equal(revocation_reason_text(o.reason), "keyCompromise");
    o = read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .status = V_OCSP_CERTSTATUS_REVOKED, .reason = -1,
                          .revoked = "20261110233000Z"),
                MAKER_NOW);
    assert_int_equal(o.reason, -1);
    assert_int_equal(o.revoked_day, day_from_civil(2026, 11, 11)); /* half past midnight in Madrid */
    o = read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .status = V_OCSP_CERTSTATUS_UNKNOWN), MAKER_NOW);
    assert_answer(o, OCSP_UNKNOWN, OCSP_FAULT_NONE);
    assert_answer(read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .by_key = true, .no_certs = true), MAKER_NOW),
                  OCSP_GOOD, OCSP_FAULT_NONE);
    assert_answer(read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .id_digest = EVP_sha256()), MAKER_NOW), OCSP_GOOD,
                  OCSP_FAULT_NONE);
    assert_answer(read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .id_digest = EVP_md5()), MAKER_NOW), OCSP_UNUSABLE,
                  OCSP_FAULT_OTHER);
}

static void delegated(void **state)
{
    (void)state;
    struct ocsp_answer o = read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .signer = &delegate), MAKER_NOW);
    assert_answer(o, OCSP_GOOD, OCSP_FAULT_NONE);
    assert_true(o.delegated);
    assert_string_equal(o.responder, "Responedor");
    assert_true(o.signer_until == maker_time("2027-01-01T00:00:00Z"));
    assert_true(str_equal(o.signer_der, delegate.der));
    assert_answer(read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .signer = &delegate, .by_key = true), MAKER_NOW),
                  OCSP_GOOD, OCSP_FAULT_NONE);
    struct made by_other = MAKE(.cn = "Responedor", .issuer = &other_ca, .extensions = DELEGATE);
    struct made by_root = MAKE(.cn = "Responedor", .issuer = &root, .extensions = DELEGATE);
    struct made forged = MAKE(.cn = "Responedor", .issuer = &ca, .sign_key = other_ca.key, .extensions = DELEGATE);
    struct made no_use = MAKE(.cn = "Responedor", .issuer = &ca, .extensions = MAKER_LEAF);
    struct made any_use = MAKE(.cn = "Responedor", .issuer = &ca, .extensions = "extendedKeyUsage=2.5.29.37.0\n");
    struct made no_eku = MAKE(.cn = "Responedor", .issuer = &ca);
    struct made expired = MAKE(.cn = "Responedor", .issuer = &ca, .extensions = DELEGATE, .to = "20261119000000Z");
    struct made early = MAKE(.cn = "Responedor", .issuer = &ca, .extensions = DELEGATE, .from = "20261121000000Z");
    struct made weak = MAKE(.cn = "Responedor", .issuer = &ca, .extensions = DELEGATE, .key = MAKER_RSA_SHORT);
    struct made sha1 = MAKE(.cn = "Responedor", .issuer = &ca, .extensions = DELEGATE, .digest = EVP_sha1());
    struct made wrong_key_use = MAKE(.cn = "Responedor", .issuer = &ca,
                                     .extensions = "keyUsage=keyEncipherment\nextendedKeyUsage=OCSPSigning\n");
    struct made critical =
        MAKE(.cn = "Responedor", .issuer = &ca, .extensions = DELEGATE "1.2.3.4=critical,DER:05:00\n");
    const struct {
        const struct made *signer;
        enum ocsp_fault fault;
    } cases[] = {
        {&by_other, OCSP_FAULT_SIGNER},
        {&by_root, OCSP_FAULT_SIGNER},
        {&forged, OCSP_FAULT_SIGNER},
        {&no_use, OCSP_FAULT_SIGNER},
        {&any_use, OCSP_FAULT_SIGNER},
        {&no_eku, OCSP_FAULT_SIGNER},
        {&expired, OCSP_FAULT_SIGNER_EXPIRED},
        {&early, OCSP_FAULT_SIGNER_EXPIRED},
        {&weak, OCSP_FAULT_WEAK},
        {&sha1, OCSP_FAULT_WEAK},
        {&wrong_key_use, OCSP_FAULT_SIGNER},
        {&critical, OCSP_FAULT_SIGNER},
        {&other_leaf, OCSP_FAULT_SIGNER},
        {&root, OCSP_FAULT_SIGNER},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        o = read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .signer = cases[i].signer), MAKER_NOW);
        if (o.outcome != OCSP_UNUSABLE || o.fault != cases[i].fault)
            fail_msg("case %zu: %s", i, ocsp_fault_code(o.fault));
    }
    /* the delegate's certificate is left out */
    assert_answer(read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .signer = &delegate, .no_certs = true), MAKER_NOW),
                  OCSP_UNUSABLE, OCSP_FAULT_SIGNER);
}

/* What is remembered of signers changes nothing but the work. */
static void remembered(void **state)
{
    (void)state;
    struct made late = MAKE(.cn = "Responedor", .issuer = &ca, .extensions = DELEGATE, .to = "20261121000000Z");
    struct made stranger = MAKE(.cn = "Responedor", .issuer = &other_ca, .extensions = DELEGATE);
    struct made twin_ca = MAKE(.cn = "EC", .use_key = ca.key, .extensions = MAKER_CA, .issuer = &root);
    struct str good = MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .signer = &late, .to = "20270101000000Z");
    struct str bad = MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .signer = &stranger);
    struct ocsp_signers *known = ocsp_signers_new();
    struct ocsp_answer o;
    for (int round = 0; round < 3; round++) {
        ocsp_read_with(known, maker_arena(), good, leaf.der, ca.der, no_nonce, MAKER_NOW, &o);
        assert_answer(o, OCSP_GOOD, OCSP_FAULT_NONE);
        assert_true(o.delegated && str_equal(o.signer_der, late.der));
        ocsp_read_with(known, maker_arena(), bad, leaf.der, ca.der, no_nonce, MAKER_NOW, &o);
        assert_answer(o, OCSP_UNUSABLE, OCSP_FAULT_SIGNER);
        ocsp_read_with(known, maker_arena(), good, leaf.der, twin_ca.der, no_nonce, MAKER_NOW, &o);
        assert_answer(o, OCSP_GOOD, OCSP_FAULT_NONE);
        ocsp_read_with(known, maker_arena(), good, leaf.der, ca.der, no_nonce, maker_time("2026-11-21T00:00:01Z"), &o);
        assert_answer(o, OCSP_UNUSABLE, OCSP_FAULT_SIGNER_EXPIRED);
    }
    for (int i = 0; i < LIMIT_OCSP_SIGNERS + 5; i++) { /* more than are remembered */
        struct made d = MAKE(.cn = "Responedor", .issuer = &ca, .extensions = DELEGATE);
        struct str bytes = MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .signer = &d);
        ocsp_read_with(known, maker_arena(), bytes, leaf.der, ca.der, no_nonce, MAKER_NOW, &o);
        assert_answer(o, OCSP_GOOD, OCSP_FAULT_NONE);
    }
    /* several of the same name came along: the right one is found */
    struct str many = MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .signer = &delegate, .certs = {&stranger, &late, &root});
    ocsp_read_with(known, maker_arena(), many, leaf.der, ca.der, no_nonce, MAKER_NOW, &o);
    assert_answer(o, OCSP_GOOD, OCSP_FAULT_NONE);
    assert_true(str_equal(o.signer_der, delegate.der));
    ocsp_signers_free(known);
    ocsp_signers_free(NULL);
}

static void rsa_pss(void **state)
{
    (void)state;
    struct made rsa_ca = MAKE(.cn = "EC RSA", .extensions = MAKER_CA, .key = MAKER_RSA);
    struct made rsa_leaf = MAKE(.cn = "seu.example", .issuer = &rsa_ca);
    const struct {
        const EVP_MD *digest;
        enum ocsp_fault fault;
    } cases[] = {{EVP_sha256(), OCSP_FAULT_NONE}, {EVP_sha512(), OCSP_FAULT_NONE}, {EVP_sha1(), OCSP_FAULT_WEAK}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct made d =
            MAKE(.cn = "Responedor", .issuer = &rsa_ca, .extensions = DELEGATE, .pss = true, .digest = cases[i].digest);
        struct ocsp_answer o;
        ocsp_read(maker_arena(), MAKE_OCSP(.leaf = &rsa_leaf, .issuer = &rsa_ca, .signer = &d), rsa_leaf.der,
                  rsa_ca.der, no_nonce, MAKER_NOW, &o);
        if (o.fault != cases[i].fault)
            fail_msg("case %zu: %s", i, ocsp_fault_code(o.fault));
    }
}

static void times(void **state)
{
    (void)state;
    const struct {
        const char *from, *to, *now;
        enum ocsp_fault fault;
    } cases[] = {
        {"20261120080400Z", "20261121080000Z", "2026-11-20T08:00:00Z", OCSP_FAULT_NONE}, /* clocks differ */
        {"20261120080600Z", "20261121080000Z", "2026-11-20T08:00:00Z", OCSP_FAULT_FUTURE},
        {"20261119080000Z", "20261120075600Z", "2026-11-20T08:00:00Z", OCSP_FAULT_NONE},
        {"20261119080000Z", "20261120075400Z", "2026-11-20T08:00:00Z", OCSP_FAULT_EXPIRED},
        {"20261115080000Z", "", "2026-11-20T08:00:00Z", OCSP_FAULT_NONE},
        {"20261101080000Z", "", "2026-11-20T08:00:00Z", OCSP_FAULT_EXPIRED},
        {"00000101000000Z", "20261121080000Z", "2026-11-20T08:00:00Z", OCSP_FAULT_FUTURE}, /* no date at all */
        {"20261120070000Z", "00000101000000Z", "2026-11-20T08:00:00Z", OCSP_FAULT_FORMAT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str bytes = MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .from = cases[i].from, .to = cases[i].to);
        struct ocsp_answer o = read_at(bytes, maker_time(cases[i].now));
        if (o.fault != cases[i].fault || (o.outcome == OCSP_GOOD) != (cases[i].fault == OCSP_FAULT_NONE))
            fail_msg("case %zu: %s", i, ocsp_fault_code(o.fault));
    }
    struct str bytes =
        MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .from = "20010101000000Z", .to = "20010103000000Z", .stamp = true);
    struct ocsp_answer o = read_at(bytes, maker_time("2001-01-02T00:00:00Z")); /* made long after our "now" */
    assert_answer(o, OCSP_UNUSABLE, OCSP_FAULT_FUTURE);
    assert_true(o.produced > o.next_update);
}

static void other_questions(void **state)
{
    (void)state;
    assert_answer(read_at(MAKE_OCSP(.leaf = &other_leaf, .issuer = &ca), MAKER_NOW), OCSP_UNUSABLE, OCSP_FAULT_OTHER);
    assert_answer(read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &other_ca), MAKER_NOW), OCSP_UNUSABLE, OCSP_FAULT_OTHER);
    assert_answer(read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .critical = true), MAKER_NOW), OCSP_UNUSABLE,
                  OCSP_FAULT_CRITICAL);
    assert_answer(read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .critical_single = true), MAKER_NOW), OCSP_UNUSABLE,
                  OCSP_FAULT_CRITICAL);
    /* ours is the second one, and it is the one that counts */
    assert_answer(
        read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .also = &other_leaf, .status = V_OCSP_CERTSTATUS_REVOKED),
                MAKER_NOW),
        OCSP_REVOKED, OCSP_FAULT_NONE);
    /* "good" and "revoked" about the same certificate: revoked */
    assert_answer(
        read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .also = &leaf, .status = V_OCSP_CERTSTATUS_REVOKED), MAKER_NOW),
        OCSP_REVOKED, OCSP_FAULT_NONE);
    assert_answer(read_at(MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .digest = EVP_sha1()), MAKER_NOW), OCSP_UNUSABLE,
                  OCSP_FAULT_WEAK);
    struct ocsp_answer o;
    struct str good = MAKE_OCSP(.leaf = &leaf, .issuer = &ca);
    ocsp_read(maker_arena(), good, str_of("x"), ca.der, no_nonce, MAKER_NOW, &o);
    assert_answer(o, OCSP_UNUSABLE, OCSP_FAULT_CERTIFICATE);
    ocsp_read(maker_arena(), good, leaf.der, no_nonce, no_nonce, MAKER_NOW, &o);
    assert_answer(o, OCSP_UNUSABLE, OCSP_FAULT_CERTIFICATE);
}

static void nonces(void **state)
{
    (void)state;
    struct str sent = str_of("0123456789abcdef"), other = str_of("fedcba9876543210");
    const struct {
        struct str sent, answered;
        enum ocsp_fault fault;
        bool matched;
    } cases[] = {
        {sent, sent, OCSP_FAULT_NONE, true},
        {sent, other, OCSP_FAULT_NONCE, false},
        {sent, no_nonce, OCSP_FAULT_NONE, false},
        {no_nonce, sent, OCSP_FAULT_NONE, false},
        {sent, str_of("0123456789abcde"), OCSP_FAULT_NONCE, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str bytes = MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .nonce = cases[i].answered);
        struct ocsp_answer o;
        ocsp_read(maker_arena(), bytes, leaf.der, ca.der, cases[i].sent, MAKER_NOW, &o);
        assert_int_equal(o.fault, cases[i].fault);
        assert_int_equal(o.nonce_matched, cases[i].matched);
    }
}

static void damaged(void **state)
{
    (void)state;
    struct str good = MAKE_OCSP(.leaf = &leaf, .issuer = &ca, .signer = &delegate);
    /* any byte changed, any cut: never "good" unless the change is outside of what is signed and checked */
    size_t still_good = 0;
    for (size_t i = 0; i < good.n; i++) {
        char *bytes = arena_text(maker_arena(), good);
        bytes[i] = (char)(bytes[i] ^ 0x20);
        struct ocsp_answer o = read_at(str_part(bytes, good.n), MAKER_NOW);
        if (o.outcome != OCSP_UNUSABLE) {
            assert_int_equal(o.outcome, OCSP_GOOD);
            still_good++;
        }
        o = read_at(str_part(good.p, i), MAKER_NOW);
        assert_int_equal(o.outcome, OCSP_UNUSABLE);
    }
    assert_true(still_good < 8);
    static const int refusals[] = {OCSP_RESPONSE_STATUS_MALFORMEDREQUEST, OCSP_RESPONSE_STATUS_INTERNALERROR,
                                   OCSP_RESPONSE_STATUS_TRYLATER,         OCSP_RESPONSE_STATUS_SIGREQUIRED,
                                   OCSP_RESPONSE_STATUS_UNAUTHORIZED,     42};
    static const enum ocsp_fault faults[] = {OCSP_FAULT_REFUSED, OCSP_FAULT_LATER,   OCSP_FAULT_LATER,
                                             OCSP_FAULT_REFUSED, OCSP_FAULT_REFUSED, OCSP_FAULT_FORMAT};
    for (size_t i = 0; i < COUNT(refusals); i++) {
        char bytes[] = {0x30, 3, 0x0a, 1, (char)refusals[i]};
        struct ocsp_answer o = read_at(str_part(bytes, sizeof bytes), MAKER_NOW);
        assert_answer(o, OCSP_UNUSABLE, faults[i]);
        assert_true(ocsp_fault_text(o.fault)[0] != '\0');
    }
    char empty[] = {0x30, 3, 0x0a, 1, 0}; /* successful, and nothing inside */
    assert_answer(read_at(str_part(empty, sizeof empty), MAKER_NOW), OCSP_UNUSABLE, OCSP_FAULT_FORMAT);
    assert_answer(read_at(str_of("<html>"), MAKER_NOW), OCSP_UNUSABLE, OCSP_FAULT_FORMAT);
    assert_answer(read_at(no_nonce, MAKER_NOW), OCSP_UNUSABLE, OCSP_FAULT_FORMAT);
    char *big = arena_alloc(maker_arena(), LIMIT_OCSP_BYTES + 1, 1);
    assert_answer(read_at(str_part(big, LIMIT_OCSP_BYTES + 1), MAKER_NOW), OCSP_UNUSABLE, OCSP_FAULT_SIZE);
}

static void questions(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    struct str der, nonce = str_of("0123456789abcdef0123456789abcdef");
    assert_true(ocsp_request(maker_arena(), leaf.der, ca.der, nonce, &der, &e));
    const unsigned char *p = (const unsigned char *)der.p;
    OCSP_REQUEST *request = d2i_OCSP_REQUEST(NULL, &p, (long)der.n);
    assert_non_null(request);
    assert_int_equal(OCSP_request_onereq_count(request), 1);
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), leaf.cert, ca.cert);
    assert_int_equal(OCSP_id_cmp(id, OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, 0))), 0);
    assert_true(OCSP_REQUEST_get_ext_by_NID(request, NID_id_pkix_OCSP_Nonce, -1) >= 0);
    OCSP_CERTID_free(id);
    OCSP_REQUEST_free(request);
    assert_false(ocsp_request(maker_arena(), leaf.der, ca.der, str_of("0123456789abcdef0123456789abcdefX"), &der, &e));
    assert_int_equal(e.code, ERR_FORMAT);
    err_clear(&e);
    assert_false(ocsp_request(maker_arena(), str_of(""), ca.der, no_nonce, &der, &e));
    assert_string_equal(revocation_reason_text(-1), "");
    assert_string_equal(revocation_reason_text(99), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest),  cmocka_unit_test(delegated), cmocka_unit_test(remembered),
        cmocka_unit_test(rsa_pss), cmocka_unit_test(times),     cmocka_unit_test(other_questions),
        cmocka_unit_test(nonces),  cmocka_unit_test(damaged),   cmocka_unit_test(questions),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
