/* Answers echo what was asked, are valid, and stay so when they are signed. */
#include "scsp/answer.h"

#include "../pki/maker.h"

#include "scsp/ask_make.h"
#include "scsp/explain.h"
#include "scsp/request.h"
#include "scsp/wss_sign.h"

static struct arena arena;
static struct modalities known;

static const struct request_field fields[] = {{"IdCites", "841207329"}};
static const struct request_how asked = {
    .body = "0805690004", .body_name = "A & B <C>", .now = MAKER_NOW, .holder_kind = "NIF", .holder = "00000000T"};
#define PAYLOAD                                                                                                        \
    "<RespostaConsultaCites xmlns=\"http://www.aoc.cat/hestia/\"><Resultat><CodiResultat>0</CodiResultat>"             \
    "<Descripcio>fet</Descripcio></Resultat><LlistaCites/></RespostaConsultaCites>"

/* The request, and its diagnosis, which holds its tree. */
static void request_read(struct diagnosis *d, struct buf *text, struct wss_keys *keys)
{
    struct err e = {.lang = LANG_EN};
    const struct explain_how how = {.now = MAKER_NOW, .known = &known, .keys = keys, .body = ""};
    assert_true(request_write(text, modality_find(&known, str_of("HESTIA_CITES")), &known, &asked, fields, 1, &e));
    (void)explain(d, buf_str(text), &how);
    assert_int_equal(d->remarks.list.count, 1);
    assert_int_equal(d->remarks.list.items[0].code, REMARK_WSS_MISSING);
}

static void answer_read(struct diagnosis *d, struct str text, struct wss_keys *keys)
{
    const struct explain_how how = {.now = MAKER_NOW, .known = &known, .keys = keys, .body = ""};
    (void)explain(d, text, &how);
}

static const char *codes_of(const struct diagnosis *d)
{
    const char *text = "";
    for (size_t i = 0; i < d->remarks.list.count; i++)
        text = arena_printf(&arena, "%s%s%s", text, i == 0 ? "" : " ", remark_code_text(d->remarks.list.items[i].code));
    return text;
}

static void test_respuesta(void **state)
{
    (void)state;
    struct wss_keys *keys = wss_keys_new();
    struct buf request = BUF_INIT(LIMIT_XML_BYTES), text = BUF_INIT(LIMIT_XML_BYTES);
    struct diagnosis asked_for = {.remarks.arena = &arena}, got = {.remarks.arena = &arena};
    struct err e = {.lang = LANG_EN};
    const struct str payloads[] = {str_of(PAYLOAD)};
    const struct answer_state done = {"0003", "OK", 0};
    request_read(&asked_for, &request, keys);
    struct ask ask, confirmed;
    assert_true(ask_make(&arena, &asked_for.envelope, &asked_for.peticion, false, &ask, &e));
    assert_true(ask_make(&arena, &asked_for.envelope, &asked_for.peticion, true, &confirmed, &e));
    assert_true(answer_respuesta(&text, ask.echo, &ask, &done, payloads, MAKER_NOW, &e));
    answer_read(&got, buf_str(&text), keys);
    assert_string_equal(codes_of(&got), "");
    assert_int_equal(got.envelope.kind, MESSAGE_RESPUESTA);
    assert_true(str_equal(got.respuesta.id, asked_for.peticion.id));
    assert_int_equal(got.respuesta.count, 1);
    assert_true(str_is(got.respuesta.items[0].result, "0") && str_is(got.respuesta.items[0].text, "fet"));
    assert_non_null(strstr(buf_text(&text), "<res:TimeStamp>2026-11-20T09:00:00.000+01:00</res:TimeStamp>"));
    assert_non_null(strstr(buf_text(&text), "<res:Documentacion>00000000T</res:Documentacion>"));
    assert_non_null(strstr(buf_text(&text), "<res:IdTransmision>T2026112028800000000001</res:IdTransmision>"));
    assert_null(strstr(buf_text(&text), "DatosAutorizacion"));
    diagnosis_release(&got);

    /* an error: everything is echoed, nothing is in it */
    buf_clear(&text);
    const struct answer_state failed = {"0502", "Transmissió ja enregistrada: 'a<b'.", 0};
    const struct str nothing[] = {{NULL, 0}};
    got = (struct diagnosis){.remarks.arena = &arena};
    assert_true(answer_respuesta(&text, ask.echo, &ask, &failed, nothing, MAKER_NOW, &e));
    answer_read(&got, buf_str(&text), keys);
    assert_string_equal(codes_of(&got), "answer-error");
    assert_true(str_is(got.respuesta.literal, failed.literal));
    diagnosis_release(&got);

    /* not finished: no Transmisiones at all */
    buf_clear(&text);
    const struct answer_state pending = {"0002", "", 4};
    got = (struct diagnosis){.remarks.arena = &arena};
    assert_true(answer_respuesta(&text, ask.echo, NULL, &pending, NULL, MAKER_NOW, &e));
    answer_read(&got, buf_str(&text), keys);
    assert_string_equal(codes_of(&got), "answer-pending");
    assert_null(strstr(buf_text(&text), "Transmisiones"));
    diagnosis_release(&got);

    buf_clear(&text);
    const struct answer_state taken = {"0001", "", 24};
    got = (struct diagnosis){.remarks.arena = &arena};
    assert_true(answer_confirmacion(&text, confirmed.echo, &taken, MAKER_NOW, &e));
    answer_read(&got, buf_str(&text), keys);
    assert_string_equal(codes_of(&got), "answer-pending");
    assert_int_equal(got.envelope.kind, MESSAGE_CONFIRMACION);
    diagnosis_release(&got);

    diagnosis_release(&asked_for);
    buf_release(&request);
    buf_release(&text);
    wss_keys_free(keys);
}

static void test_fault(void **state)
{
    (void)state;
    struct wss_keys *keys = wss_keys_new();
    struct buf text = BUF_INIT(LIMIT_XML_BYTES), small = BUF_INIT(100);
    struct diagnosis got = {.remarks.arena = &arena};
    struct err e = {.lang = LANG_EN};
    assert_true(answer_fault(&text, "1013", "No s'ha pogut <recuperar>", &e));
    answer_read(&got, buf_str(&text), keys);
    assert_string_equal(codes_of(&got), "fault");
    assert_true(str_is(got.respuesta.literal, "No s'ha pogut <recuperar>"));
    assert_false(answer_fault(&small, "1013", "", &e));
    assert_int_equal(e.code, ERR_LIMIT);
    err_clear(&e);
    assert_false(answer_fault(&text, "1013", "\x01", &e));
    assert_int_equal(e.code, ERR_VALUE);
    diagnosis_release(&got);
    buf_release(&text);
    buf_release(&small);
    wss_keys_free(keys);
}

static struct str key_pem(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes;
    assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
    long n = BIO_get_mem_data(bio, &bytes);
    struct str pem = str_part(arena_text(&arena, str_part(bytes, (size_t)n)), (size_t)n);
    BIO_free(bio);
    return pem;
}

/* Signs, and changes the bytes at a time when nothing may be noticed any more but by the signature. */
static void test_signed(void **state)
{
    (void)state;
    struct made one = MAKE(.cn = "Consorci d'Exemple", .key = MAKER_RSA), other = MAKE(.cn = "x", .key = MAKER_EC);
    struct wss_keys *keys = wss_keys_new();
    struct wss_signer *signer = NULL;
    struct err e = {.lang = LANG_EN};
    struct buf text = BUF_INIT(LIMIT_XML_BYTES), signed_text = BUF_INIT(LIMIT_XML_BYTES);
    struct xml_fault fault;
    xml_doc_auto doc = NULL;
    assert_false(wss_signer_open(key_pem(other.key), one.der, &signer, &e));
    err_clear(&e);
    assert_true(wss_signer_open(key_pem(one.key), one.der, &signer, &e));
    assert_true(request_write(&text, modality_find(&known, str_of("HESTIA_CITES")), &known, &asked, fields, 1, &e));
    assert_int_equal(xml_parse(buf_str(&text), NULL, &doc, &fault), XML_SAFE_OK);
    assert_true(wss_sign(signer, doc, &(struct wss_signing){.now = MAKER_NOW, .life_seconds = 60}, &signed_text, &e));
    assert_false(wss_sign(signer, doc, &(struct wss_signing){.now = MAKER_NOW}, &text, &e));
    assert_int_equal(e.code, ERR_STATE);

    struct diagnosis good = {.remarks.arena = &arena}, bad = {.remarks.arena = &arena};
    answer_read(&good, buf_str(&signed_text), keys);
    assert_string_equal(codes_of(&good), "sha256-unproven");
    assert_true(str_equal(good.wss.token, one.der));
    assert_string_equal(good.wss.certificate.name, "Consorci d'Exemple");
    assert_true(good.wss.dead == MAKER_NOW + (60 + LIMIT_SKEW_SECONDS) * INSTANT_PER_SECOND);
    char *at = memmem(signed_text.p, signed_text.n, "841207329", 9);
    assert_non_null(at);
    *at = '9';
    answer_read(&bad, buf_str(&signed_text), keys);
    assert_string_equal(codes_of(&bad), "digest-wrong");
    diagnosis_release(&good);
    diagnosis_release(&bad);
    wss_signer_free(signer);
    buf_release(&text);
    buf_release(&signed_text);
    wss_keys_free(keys);
}

static bool sign_with(void *context, const unsigned char hash[32], struct buf *signature, struct err *e)
{
    return wss_signer_hash(context, hash, signature, e);
}

/* Signed without a parser: the bytes are the canonical form already. */
static void test_signed_answer(void **state)
{
    (void)state;
    struct made one = MAKE(.cn = "Consorci d'Exemple", .key = MAKER_RSA);
    struct wss_keys *keys = wss_keys_new();
    struct wss_signer *signer = NULL;
    struct err e = {.lang = LANG_EN};
    struct buf text = BUF_INIT(LIMIT_XML_BYTES), signed_text = BUF_INIT(LIMIT_XML_BYTES);
    const struct answer_state done = {"0003", "<&> \"'\r\t\n à", 0};
    const struct str echo = str_of("<res:IdPeticion>1</res:IdPeticion>\001S\001T");
    const struct ask_item item = {.echo = str_of("\001D\001I")};
    const struct ask ask = {.items = &item, .count = 1};
    const struct str payload = str_of("<r xmlns=\"urn:r\" a=\"1\"><x></x></r>");
    assert_true(wss_signer_open(key_pem(one.key), one.der, &signer, &e));
    const struct answer_signing how = {
        .token = one.der, .now = MAKER_NOW, .life_seconds = 300, .sign = sign_with, .context = signer};
    assert_true(answer_respuesta(&text, echo, &ask, &done, &payload, MAKER_NOW, &e));
    assert_true(answer_sign(&signed_text, buf_str(&text), &how, &e));
    struct diagnosis got = {.remarks.arena = &arena};
    answer_read(&got, buf_str(&signed_text), keys);
    assert_true(got.wss.present && got.steps[REMARK_GROUP_SECURITY] == STEP_GOOD);
    assert_true(str_equal(got.wss.token, one.der));
    assert_false(answer_sign(&signed_text, str_of("<a/>"), &how, &e));
    assert_int_equal(e.code, ERR_INTERNAL);
    diagnosis_release(&got);
    wss_signer_free(signer);
    wss_keys_free(keys);
    buf_release(&text);
    buf_release(&signed_text);
}

/* To bytes and back; every prefix of the bytes is refused, and so is anything behind them. */
static void test_ask_bytes(void **state)
{
    (void)state;
    struct wss_keys *keys = wss_keys_new();
    struct buf request = BUF_INIT(LIMIT_XML_BYTES), bytes = BUF_INIT(LIMIT_XML_BYTES);
    struct diagnosis d = {.remarks.arena = &arena};
    struct err e = {.lang = LANG_EN};
    struct ask ask, got;
    request_read(&d, &request, keys);
    assert_true(ask_make(&arena, &d.envelope, &d.peticion, false, &ask, &e));
    assert_true(ask_write(&bytes, &ask));
    assert_true(ask_read(&arena, buf_str(&bytes), &got, &e));
    assert_int_equal(got.kind, ASK_PETICION);
    assert_int_equal(got.elements, 1);
    assert_true(str_equal(got.id, ask.id) && str_equal(got.echo, ask.echo) && str_is(got.own, "0805690004"));
    assert_int_equal(got.count, 1);
    assert_true(str_is(got.items[0].holder, "00000000T") && str_is(got.items[0].code, "HESTIA_CITES"));
    assert_true(str_is(ask_value(&got.items[0], "IdCites"), "841207329"));
    assert_false(ask_has(&got.items[0], "Nothing"));
    for (size_t n = 0; n < bytes.n; n++) {
        assert_false(ask_read(&arena, str_part(bytes.p, n), &got, &e));
        assert_int_equal(e.code, ERR_FORMAT);
        err_clear(&e);
    }
    assert_true(buf_add_char(&bytes, 0));
    assert_false(ask_read(&arena, buf_str(&bytes), &got, &e));
    diagnosis_release(&d);
    buf_release(&request);
    buf_release(&bytes);
    wss_keys_free(keys);
}

static void test_keys_are_given_up(void **state)
{
    (void)state;
    struct wss_keys *keys = wss_keys_new();
    wss_keys_forget(keys);
    wss_keys_free(keys);
    wss_keys_free(NULL);
    wss_signer_free(NULL);
}

static int setup(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    xml_init();
    const char *dir = arena_printf(&arena, "%s/share/scsp", getenv("TALAIA_TEST_SOURCE"));
    return modalities_load(&arena, dir, &known, &e) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    maker_release();
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_respuesta),     cmocka_unit_test(test_fault),
                                       cmocka_unit_test(test_signed),        cmocka_unit_test(test_keys_are_given_up),
                                       cmocka_unit_test(test_signed_answer), cmocka_unit_test(test_ask_bytes)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
