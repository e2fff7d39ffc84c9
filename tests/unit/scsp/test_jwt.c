/* Tokens, and the notice that they carry. The vector is RFC 7515's own (appendix A.1); hostile ones are made here with
 * the right secret, so that it is not the signature that refuses them. */
#include "scsp/jwt.h"

#include "../base/check.h"

#include <sodium.h>

#include "scsp/avis.h"

#define NOW ((instant_t)1795161600 * INSTANT_PER_SECOND)
#define SECRET "0123456789abcdef0123456789abcdef"
#define HS256 "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

static struct arena arena;

static const char *base64url(struct str bytes)
{
    size_t room = sodium_base64_encoded_len(bytes.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = arena_alloc(&arena, room, 1);
    return sodium_bin2base64(text, room, (const unsigned char *)bytes.p, bytes.n,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Any header and content, rightly signed. */
static const char *token_of(const char *header, const char *content)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    const char *text = arena_printf(&arena, "%s.%s", base64url(str_of(header)), base64url(str_of(content)));
    crypto_auth_hmacsha256(mac, (const unsigned char *)text, strlen(text), (const unsigned char *)SECRET);
    return arena_printf(&arena, "%s.%s", text, base64url(str_part((const char *)mac, sizeof mac)));
}

static enum jwt_fault fault_of(const char *token)
{
    struct jwt_claims claims;
    return jwt_read(&arena, str_of(token), str_of(SECRET), NOW, &claims);
}

static void test_the_standard_s_vector(void **state)
{
    (void)state;
    static const char token[] =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp"
        "0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    static const char key[] = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    unsigned char secret[64];
    size_t n;
    struct jwt_claims claims = {0};
    assert_int_equal(sodium_base642bin(secret, sizeof secret, key, strlen(key), NULL, &n, NULL,
                                       sodium_base64_VARIANT_URLSAFE_NO_PADDING),
                     0);
    struct str with = str_part((const char *)secret, n);
    instant_t then = (instant_t)1300819000 * INSTANT_PER_SECOND;
    assert_int_equal(jwt_read(&arena, str_of(token), with, then, &claims), JWT_NONE);
    assert_true(claims.expires == (instant_t)1300819380 * INSTANT_PER_SECOND && claims.dated);
    assert_true(claims.issued == INSTANT_NONE);
    assert_non_null(memmem(claims.json.p, claims.json.n, "\"joe\"", 5));
    assert_int_equal(jwt_read(&arena, str_of(token), with, NOW, &claims), JWT_EXPIRED);
    assert_int_equal(jwt_read(&arena, str_of(token), str_of(SECRET), then, &claims), JWT_SIGNATURE);
}

static void test_both_ways(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    struct buf token = BUF_INIT(LIMIT_JWT_BYTES), small = BUF_INIT(40);
    struct jwt_claims claims;
    assert_true(jwt_write(&token, str_of(SECRET), str_of("{\"iat\":1795161600}"), &e));
    assert_string_equal(buf_text(&token), token_of(HS256, "{\"iat\":1795161600}"));
    assert_int_equal(jwt_read(&arena, buf_str(&token), str_of(SECRET), NOW, &claims), JWT_NONE);
    assert_true(claims.issued == NOW && str_is(claims.json, "{\"iat\":1795161600}"));
    /* every changed letter is noticed */
    for (size_t i = 0; i < token.n; i++) {
        char was = token.p[i];
        token.p[i] = was == 'A' ? 'B' : 'A';
        assert_int_not_equal(jwt_read(&arena, buf_str(&token), str_of(SECRET), NOW, &claims), JWT_NONE);
        token.p[i] = was;
    }
    /* every shorter one too */
    for (size_t n = 0; n < token.n; n++)
        assert_int_not_equal(jwt_read(&arena, str_part(token.p, n), str_of(SECRET), NOW, &claims), JWT_NONE);
    assert_false(jwt_write(&small, str_of(SECRET), str_of("{\"iat\":1795161600}"), &e));
    assert_int_equal(e.code, ERR_LIMIT);
    err_clear(&e);
    assert_false(jwt_write(&token, str_of("short"), str_of("{}"), &e));
    assert_int_equal(e.code, ERR_VALUE);
    buf_release(&token);
    buf_release(&small);
}

static void test_hostile(void **state)
{
    (void)state;
    static const struct {
        const char *header, *content;
        enum jwt_fault fault;
    } cases[] = {
        {HS256, "{}", JWT_NONE},
        {"{\"alg\":\"HS256\"}", "{}", JWT_NONE},
        {"{\"alg\":\"HS256\",\"typ\":\"jwt\",\"kid\":\"1\"}", "{}", JWT_NONE},
        {"{\"alg\":\"none\"}", "{}", JWT_ALGORITHM},
        {"{\"alg\":\"None\"}", "{}", JWT_ALGORITHM},
        {"{\"alg\":\"hs256\"}", "{}", JWT_ALGORITHM},
        {"{\"alg\":\"HS512\"}", "{}", JWT_ALGORITHM},
        {"{\"alg\":\"RS256\"}", "{}", JWT_ALGORITHM},
        {"{\"alg\":[\"HS256\"]}", "{}", JWT_ALGORITHM},
        {"{\"alg\":\"HS256\\u0000none\"}", "{}", JWT_HEADER},
        {"{\"typ\":\"JWT\"}", "{}", JWT_ALGORITHM},
        {"{\"alg\":\"none\",\"alg\":\"HS256\"}", "{}", JWT_HEADER},
        {"{\"alg\":\"HS256\",\"alg\":\"none\"}", "{}", JWT_HEADER},
        {"[\"HS256\"]", "{}", JWT_HEADER},
        {"{\"alg\":\"HS256\"", "{}", JWT_HEADER},
        {"{\"alg\":\"HS256\"} x", "{}", JWT_HEADER},
        {"{\"alg\":\"HS256\",\"x\":\"\xff\"}", "{}", JWT_HEADER},
        {"{\"alg\":\"HS256\",\"typ\":\"JWE\"}", "{}", JWT_TYPE},
        {"{\"alg\":\"HS256\",\"crit\":[\"exp\"]}", "{}", JWT_EXTENSION},
        {"{\"alg\":\"HS256\",\"zip\":\"DEF\"}", "{}", JWT_EXTENSION},
        {"{\"alg\":\"HS256\",\"jwk\":{}}", "{}", JWT_EXTENSION},
        {"{\"alg\":\"HS256\",\"jku\":\"http://a.example/\"}", "{}", JWT_EXTENSION},
        {"{\"alg\":\"HS256\",\"b64\":false}", "{}", JWT_EXTENSION},
        {HS256, "[]", JWT_CONTENT},
        {HS256, "1", JWT_CONTENT},
        {HS256, "{\"a\":1,\"a\":2}", JWT_CONTENT},
        {HS256, "{\"a\":\"\xc0\x80\"}", JWT_CONTENT},
        {HS256, "{\"exp\":\"1795161600\"}", JWT_TIME},
        {HS256, "{\"exp\":-1}", JWT_TIME},
        {HS256, "{\"exp\":1e300}", JWT_TIME},
        {HS256, "{\"exp\":null}", JWT_TIME},
        {HS256, "{\"iat\":true}", JWT_TIME},
        {HS256, "{\"exp\":1795161300}", JWT_EXPIRED},
        {HS256, "{\"exp\":1795161301}", JWT_NONE},
        {HS256, "{\"exp\":1795161600.5}", JWT_NONE},
        {HS256, "{\"iat\":1795161900}", JWT_NONE},
        {HS256, "{\"iat\":1795161901}", JWT_EARLY},
        {HS256, "{\"nbf\":1795161901}", JWT_EARLY},
        {HS256, "{\"iat\":1795157700}", JWT_EXPIRED},
        {HS256, "{\"iat\":1795157701}", JWT_NONE},
        {HS256, "{\"iat\":1,\"exp\":1795161700}", JWT_NONE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum jwt_fault fault = fault_of(token_of(cases[i].header, cases[i].content));
        if (fault != cases[i].fault)
            fail_msg("%zu: %d, not %d", i, (int)fault, (int)cases[i].fault);
        assert_true((jwt_fault_text(fault)[0] == '\0') == (fault == JWT_NONE));
    }
    const char *good = token_of(HS256, "{}");
    const char *dot = strrchr(good, '.');
    static const char *const forms[] = {"", ".", "..", "...", "a.b", "a.b.c.d", "a. .c", "\n.\n.\n", "a.b=.c", "é.é.é"};
    for (size_t i = 0; i < COUNT(forms); i++)
        assert_int_equal(fault_of(forms[i]), JWT_FORM);
    assert_int_equal(fault_of("eyJhbGciOiJub25lIn0.e30."), JWT_ALGORITHM); /* none, and no signature */
    assert_int_equal(fault_of(arena_printf(&arena, "%s.", good)), JWT_FORM);
    assert_int_equal(fault_of(arena_printf(&arena, "%s=", good)), JWT_FORM);
    assert_int_equal(fault_of(arena_printf(&arena, " %s", good)), JWT_FORM);
    assert_int_equal(fault_of(arena_printf(&arena, "%s\n", good)), JWT_FORM);
    /* the signature of nothing, a shorter one, another secret's */
    assert_int_equal(fault_of(arena_printf(&arena, "%.*s.", (int)(dot - good), good)), JWT_FORM);
    assert_int_equal(fault_of(arena_printf(&arena, "%.*s.AAAA", (int)(dot - good), good)), JWT_SIGNATURE);
    struct jwt_claims claims = {0};
    assert_int_equal(jwt_read(&arena, str_of(good), str_of(""), NOW, &claims), JWT_SIGNATURE);
    char *long_one = arena_alloc(&arena, LIMIT_JWT_BYTES + 2, 1);
    memset(long_one, 'a', LIMIT_JWT_BYTES + 1);
    assert_int_equal(fault_of(long_one), JWT_FORM);
}

/* --- the notice --- */

static void test_the_official_rows(void **state)
{
    (void)state;
    static const struct {
        struct avis avis;
        enum avis_code code;
    } rows[] = {
        {{9821920002, 840998044, 370000144, 370000126, "MARIA COLLADO MARTÍNEZ", ""}, AVIS_DONE},
        {{-1, -1, -1, -1, "no vàlid", ""}, AVIS_INVALID},
        {{9821920002, 840998044, 370000144, 370000126, "", ""}, AVIS_INVALID},
        {{805690004, 840998044, 370000144, 370000126, "x", ""}, AVIS_INVALID},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = {.lang = LANG_EN};
        struct buf json = BUF_INIT(LIMIT_JWT_BYTES);
        struct avis got;
        assert_true(avis_write(&json, &rows[i].avis, NOW, 60, &e));
        assert_true(avis_read(&arena, buf_str(&json), &got));
        assert_true(got.body == rows[i].avis.body && got.resource == rows[i].avis.resource);
        assert_true(got.type == rows[i].avis.type && got.professional == rows[i].avis.professional);
        assert_string_equal(got.name, rows[i].avis.name);
        assert_int_equal(avis_judge(&got, 9821920002), rows[i].code);
        buf_release(&json);
    }
    assert_string_equal(avis_text(AVIS_DONE), "Operació completada amb èxit");
    assert_string_equal(avis_text(AVIS_INVALID), "La petició no és vàlida. Operació no realitzada");
    assert_string_equal(avis_text(AVIS_TOKEN), "Token no vàlid");
}

static void test_both_vocabularies(void **state)
{
    (void)state;
    struct avis got;
    assert_true(avis_read(&arena,
                          str_of("{\"codiINE\":\"9821920002\",\"idRecurs\":1,\"idTipusRecurs\":2,\"idProfessional\":3,"
                                 "\"nomProfessional\":\"à\",\"numeroExpedient\":\"E/1\",\"iat\":1}"),
                          &got));
    assert_int_equal(avis_judge(&got, 9821920002), AVIS_DONE);
    assert_string_equal(got.expedient, "E/1");
    assert_true(avis_read(&arena, str_of("{\"CodINE\":1.5,\"IdUnicoRecurso\":[],\"NomProfesional\":7}"), &got));
    assert_true(got.body == -1 && got.resource == -1 && got.name[0] == '\0');
    assert_false(avis_read(&arena, str_of("[]"), &got));
    assert_false(avis_read(&arena, str_of("{\"CodINE\":1,\"CodINE\":2}"), &got));
    assert_false(avis_read(&arena, str_of(""), &got));
}

static void test_answers(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    struct buf json = BUF_INIT(LIMIT_JWT_BYTES);
    const char *code, *text;
    assert_true(avis_answer_write(&json, AVIS_TOKEN, NOW, 60, &e));
    assert_true(avis_answer_read(&arena, buf_str(&json), &code, &text));
    assert_string_equal(code, "-2");
    assert_string_equal(text, "Token no vàlid");
    assert_true(avis_answer_read(&arena, str_of("{\"codiResultat\":0}"), &code, &text));
    assert_string_equal(code, "0");
    assert_false(avis_answer_read(&arena, str_of("{\"resultat\":{}}"), &code, &text));
    assert_false(avis_answer_read(&arena, str_of("{\"resultat\":7}"), &code, &text));
    assert_false(avis_answer_read(&arena, str_of("x"), &code, &text));
    buf_release(&json);
}

static void test_where_the_token_is(void **state)
{
    (void)state;
    assert_true(str_is(avis_token_find(&arena, str_of(" a.b.c\r\n"), NULL), "a.b.c"));
    assert_true(str_is(avis_token_find(&arena, str_of("{\"token\": \"a.b.c\"}"), "Bearer x"), "a.b.c"));
    assert_true(str_is(avis_token_find(&arena, str_of(""), "bearer  a.b.c "), "a.b.c"));
    assert_int_equal(avis_token_find(&arena, str_of("{\"token\": 7}"), NULL).n, 0);
    assert_int_equal(avis_token_find(&arena, str_of("{"), NULL).n, 0);
    assert_int_equal(avis_token_find(&arena, str_of(""), "Basic YQ==").n, 0);
    assert_int_equal(avis_token_find(&arena, str_of(""), NULL).n, 0);
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_standard_s_vector),
                                       cmocka_unit_test(test_both_ways),
                                       cmocka_unit_test(test_hostile),
                                       cmocka_unit_test(test_the_official_rows),
                                       cmocka_unit_test(test_both_vocabularies),
                                       cmocka_unit_test(test_answers),
                                       cmocka_unit_test(test_where_the_token_is)};
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, teardown);
}
