/* Questions and opinions: to bytes and back, and whatever is cut off is refused. */
#include "scsp/verify.h"

#include <sodium.h>

#include "../pki/maker.h"

#include "scsp/request.h"
#include "scsp/wss_sign.h"

static struct arena arena;
static struct modalities known;
static struct checker checker = {.known = &known};

static const struct request_field fields[] = {{"IdCites", "841207329"}};

/* The bytes of the opinion about a body. */
static struct str opinion_of(struct buf *to, struct str body, const char *type, const char *tls)
{
    struct buf asked = BUF_INIT(LIMIT_GATEWAY_QUESTION_BYTES);
    struct err e = {.lang = LANG_EN};
    const struct question q = {
        .id = 7, .front = GATEWAY_SINCRON, .now = MAKER_NOW, .type = str_of(type), .tls = str_of(tls), .body = body};
    struct question got;
    assert_true(question_head_write(&asked, &q) && buf_add_str(&asked, body));
    assert_true(question_read(buf_str(&asked), &got, &e));
    assert_true(str_equal(got.body, body) && got.id == 7 && got.now == MAKER_NOW);
    for (size_t n = 0; n < asked.n; n += 7)
        assert_false(question_read(str_part(asked.p, n), &(struct question){0}, &(struct err){0}));
    buf_clear(to);
    assert_true(opinion_make(&checker, &got, to));
    buf_release(&asked);
    return buf_str(to);
}

static void test_opinion(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(LIMIT_XML_BYTES), out = BUF_INIT(LIMIT_OPINION_BYTES);
    struct err e = {.lang = LANG_EN};
    const struct request_how how = {.body = "0805690004", .body_name = "A & B", .now = MAKER_NOW};
    struct opinion o;
    int64_t id;
    assert_true(request_write(&text, modality_find(&known, str_of("HESTIA_CITES")), &known, &how, fields, 1, &e));
    struct str bytes = opinion_of(&out, buf_str(&text), "text/xml; charset=\"utf-8\"", "");
    assert_true(opinion_id(bytes, &id) && id == 7);
    assert_true(opinion_read(&arena, bytes, &known, &o, &e));
    assert_true(o.has_ask && o.signer.n == 0 && o.tls.n == 0);
    assert_true(str_is(ask_value(&o.ask.items[0], "IdCites"), "841207329"));
    assert_string_equal(o.facts.gateway.own, "0805690004");
    assert_string_equal(o.facts.modality->name, "HESTIA_CITES");
    assert_int_equal(o.facts.gateway.bytes, text.n);
    for (size_t n = 0; n < bytes.n; n += 3) {
        assert_false(opinion_read(&arena, str_part(bytes.p, n), &known, &o, &e));
        err_clear(&e);
    }
    buf_release(&text);
    buf_release(&out);
}

/* In the three ways in which proxies hand a client's certificate on; what is none is as if there were none. */
static void test_tls(void **state)
{
    (void)state;
    struct made one = MAKE(.cn = "Ajuntament d'Exemple", .key = MAKER_EC);
    struct buf out = BUF_INIT(LIMIT_OPINION_BYTES);
    struct err e = {.lang = LANG_EN};
    char base64[8192];
    (void)sodium_bin2base64(base64, sizeof base64, (const unsigned char *)one.der.p, one.der.n,
                            sodium_base64_VARIANT_ORIGINAL);
    const char *const good[] = {
        arena_printf(&arena, ":%s:", base64),
        arena_printf(&arena, "-----BEGIN CERTIFICATE-----%%0A%s%%0a-----END CERTIFICATE-----", base64),
        arena_printf(&arena, "-----BEGIN CERTIFICATE----- %s -----END CERTIFICATE-----", base64)};
    const char *const bad[] = {"x", "%", "%zz", "::", "-----BEGIN CERTIFICATE-----", "\x30\x03"};
    struct opinion o;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(opinion_read(&arena, opinion_of(&out, str_of("<a/>"), "", good[i]), &known, &o, &e));
        assert_true(str_equal(o.tls, one.der) && o.facts.gateway.tls.fingerprint[0] != '\0');
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_true(opinion_read(&arena, opinion_of(&out, str_of("<a/>"), "", bad[i]), &known, &o, &e));
        assert_int_equal(o.tls.n, 0);
        assert_string_equal(o.facts.gateway.tls.fingerprint, "");
    }
    buf_release(&out);
}

static int setup(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    xml_init();
    wss_begin();
    checker.keys = wss_keys_new();
    const char *dir = arena_printf(&arena, "%s/share/scsp", getenv("TALAIA_TEST_SOURCE"));
    return modalities_load(&arena, dir, &known, &e) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    wss_keys_free(checker.keys);
    arena_release(&checker.arena);
    maker_release();
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_opinion), cmocka_unit_test(test_tls)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
