#include "core/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define BODY "P9900001J"
#define OTHER "P9900002G"
#define NOW (INSTANT_PER_SECOND * 1795161600) /* November 2026 */
#define DAYS(n) (INSTANT_PER_SECOND * 86400 * (n))

static struct document_certificate good_certificate(void)
{
    return (struct document_certificate){.fingerprint = "",
                                         .subject = "CN=Segell",
                                         .organisation = "Ajuntament",
                                         .common_name = "Segell",
                                         .issuer = "CN=Autoritat",
                                         .issuer_name = "Autoritat",
                                         .serial = "1",
                                         .key = "RSA 2048",
                                         .signature = "sha256WithRSAEncryption",
                                         .nif = BODY,
                                         .may_sign = true,
                                         .not_before = NOW - DAYS(100),
                                         .not_after = NOW + DAYS(400),
                                         .first_day = day_madrid(NOW - DAYS(100)),
                                         .last_day = day_madrid(NOW + DAYS(400)),
                                         .holder = DOCUMENT_HOLDER_SEAL,
                                         .trust = DOCUMENT_TRUST_GOOD,
                                         .trust_why = "",
                                         .revocation = DOCUMENT_REVOCATION_GOOD,
                                         .revoked_at = INSTANT_NONE,
                                         .revocation_why = "",
                                         .der = {"x", 1}};
}

static struct document_signature good_signature(void)
{
    return (struct document_signature){.field = "Signatura",
                                       .good = true,
                                       .whole = true,
                                       .signed_end = 100,
                                       .has_certificate = true,
                                       .signer = good_certificate(),
                                       .claimed = NOW - DAYS(1),
                                       .stamped = INSTANT_NONE,
                                       .digest = "SHA256"};
}

static enum document_verdict judge(struct arena *a, struct document_signature *list, size_t count, struct document *d)
{
    const struct document_wanted w = {.body_nif = BODY, .provider_nif = "", .now = NOW};
    *d = (struct document){.kind = DOCUMENT_PDF, .name = "", .signatures = list, .signature_count = count, .text = ""};
    document_judge(a, &w, d);
    return d->verdict;
}

static bool says(const struct document *d, enum document_reason_code code)
{
    for (size_t i = 0; i < d->reason_count; i++)
        if (d->reasons[i].code == code)
            return true;
    return false;
}

/* Whatever is taken away from a valid document, it is not valid any more, although no reason was found while reading.
 */
static void nothing_is_valid_without_proof(void **state)
{
    struct arena a = {0};
    struct document d;
    struct document_signature s = good_signature();
    (void)state;
    assert_int_equal(judge(&a, &s, 1, &d), DOCUMENT_VALID);
    assert_int_equal(d.signer, 0);
#define LACKS(what)                                                                                                    \
    s = good_signature();                                                                                              \
    what;                                                                                                              \
    assert_int_not_equal(judge(&a, &s, 1, &d), DOCUMENT_VALID)
    LACKS(s.good = false);
    LACKS(s.whole = false);
    LACKS(s.has_certificate = false);
    LACKS(s.stamp = true);
    LACKS(s.signer.trust = DOCUMENT_TRUST_UNKNOWN);
    LACKS(s.signer.trust = DOCUMENT_TRUST_INCOMPLETE);
    LACKS(s.signer.trust = DOCUMENT_TRUST_BAD);
    LACKS(s.signer.revocation = DOCUMENT_REVOCATION_UNASKED);
    LACKS(s.signer.revocation = DOCUMENT_REVOCATION_UNKNOWN);
    LACKS(s.signer.revocation = DOCUMENT_REVOCATION_NOT_OFFERED);
    LACKS(s.signer.revocation = DOCUMENT_REVOCATION_REVOKED);
    LACKS(s.signer.may_sign = false);
    LACKS(s.signer.key_weak = true);
    LACKS(s.signer.nif[0] = '\0');
    LACKS(memcpy(s.signer.nif, OTHER, NIF_BYTES));
    LACKS(s.signer.nif_disagrees = true);
    LACKS(s.signer.der.n = 0);
    LACKS(s.signer.not_after = INSTANT_NONE);
    LACKS(s.signer.holder = DOCUMENT_HOLDER_AUTHORITY);
    LACKS(s.claimed = NOW + DAYS(2));
#undef LACKS
    assert_int_equal(judge(&a, NULL, 0, &d), DOCUMENT_INVALID);
    assert_true(says(&d, DOCUMENT_REASON_UNSIGNED));
    arena_release(&a);
}

/* claimed and stamped, days from now (0: not said); when the certificate began and ended → verdict, reason */
static const struct {
    int claimed, stamped, from, to;
    enum document_verdict verdict;
    enum document_reason_code code;
} times[] = {
    {-5, 0, -100, 100, DOCUMENT_VALID, DOCUMENT_REASON_TIME_CLAIMED},
    {0, 0, -100, 100, DOCUMENT_VALID, DOCUMENT_REASON_TIME_NONE},
    {-50, 0, -100, -10, DOCUMENT_REVIEW, DOCUMENT_REASON_EXPIRED_SINCE},
    {-5, 0, -100, -10, DOCUMENT_INVALID, DOCUMENT_REASON_SIGNED_OUTSIDE},
    {0, 0, -100, -10, DOCUMENT_INVALID, DOCUMENT_REASON_EXPIRED},
    {-5, -50, -100, -10, DOCUMENT_VALID, DOCUMENT_REASON_COUNT}, /* the stamp counts, not the claim */
    {-50, -5, -100, -10, DOCUMENT_INVALID, DOCUMENT_REASON_SIGNED_OUTSIDE},
    {-200, 0, -100, 100, DOCUMENT_INVALID, DOCUMENT_REASON_SIGNED_OUTSIDE},
    {0, 0, 10, 100, DOCUMENT_INVALID, DOCUMENT_REASON_NOT_YET},
    {5, 0, -100, 100, DOCUMENT_REVIEW, DOCUMENT_REASON_TIME_FUTURE},
};

static void the_time_that_counts(void **state)
{
    struct arena a = {0};
    struct document d;
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct document_signature s = good_signature();
        s.claimed = times[i].claimed == 0 ? INSTANT_NONE : NOW + DAYS(times[i].claimed);
        s.stamped = times[i].stamped == 0 ? INSTANT_NONE : NOW + DAYS(times[i].stamped);
        s.signer.not_before = NOW + DAYS(times[i].from);
        s.signer.not_after = NOW + DAYS(times[i].to);
        enum document_verdict v = judge(&a, &s, 1, &d);
        if (v != times[i].verdict || (times[i].code != DOCUMENT_REASON_COUNT && !says(&d, times[i].code)))
            fail_msg("row %zu: %s", i, document_verdict_code(v));
    }
    arena_release(&a);
}

static void revoked_before_or_after(void **state)
{
    struct arena a = {0};
    struct document d;
    struct document_signature s = good_signature();
    (void)state;
    s.signer.revocation = DOCUMENT_REVOCATION_REVOKED;
    s.signer.revoked_at = NOW - DAYS(10);
    s.stamped = NOW - DAYS(20);
    assert_int_equal(judge(&a, &s, 1, &d), DOCUMENT_REVIEW);
    assert_true(says(&d, DOCUMENT_REASON_REVOKED_SINCE));
    s.stamped = NOW - DAYS(5);
    assert_int_equal(judge(&a, &s, 1, &d), DOCUMENT_INVALID);
    s.stamped = INSTANT_NONE; /* a claim is worth nothing here */
    s.claimed = NOW - DAYS(20);
    assert_int_equal(judge(&a, &s, 1, &d), DOCUMENT_INVALID);
    arena_release(&a);
}

static void words_of_every_reason(void **state)
{
    struct arena a = {0};
    enum document_reason_code found;
    (void)state;
    for (int c = 0; c < DOCUMENT_REASON_COUNT; c++) {
        const struct document_reason r = {
            .code = (enum document_reason_code)c, .what = "W\033[1m", .other = "O", .day = 20000};
        const char *line = document_fill(&a, document_reason_sentence(r.code), &r);
        assert_true(document_reason_find(str_of(document_reason_code(r.code)), &found) && found == r.code);
        assert_null(strchr(line, '{'));
        assert_null(strchr(line, '\033'));
        assert_true(document_reason_advice(r.code)[0] != '\0');
    }
    arena_release(&a);
}

static void values_of_fields_and_pages(void **state)
{
    struct arena a = {0};
    const struct document_field fields[] = {{"adreces_ip", "", "88.12.34.56\n88.12.35.0/28"},
                                            {"contacte.correu", "", "laia@example.org"}};
    struct document d = {
        .kind = DOCUMENT_PDF,
        .fields = fields,
        .field_count = 2,
        .text = "Ens\nAjuntament d'Exemple\n10:30:00 20.11.2026\nTel. 93.555.00.11\n88.12.34.56 88.12.35.0/28\n"
                "laia@example.org\f2001:db8::1\f"};
    (void)state;
    document_find_values(&a, &d);
    assert_int_equal(d.address_count, 3);
    assert_string_equal(d.addresses[0].text, "88.12.34.56");
    assert_string_equal(d.addresses[1].text, "88.12.35.0/28");
    assert_string_equal(d.addresses[2].text, "2001:db8::1");
    assert_int_equal(d.addresses[2].page, 2);
    assert_int_equal(d.reason_count, 0);
    assert_string_equal(d.values[0].value, "laia@example.org");
    assert_string_equal(d.values[1].value, "Ajuntament d'Exemple");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_valid_without_proof), cmocka_unit_test(the_time_that_counts),
        cmocka_unit_test(revoked_before_or_after),        cmocka_unit_test(words_of_every_reason),
        cmocka_unit_test(values_of_fields_and_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
