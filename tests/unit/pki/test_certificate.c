/* What is read of one certificate, honest or hostile. */
#include "maker.h"

#include "base/limits.h"
#include "pki/certificate.h"

static struct certificate parsed(struct str bytes)
{
    struct certificate c;
    struct err e = {.lang = LANG_EN};
    if (!certificate_parse(maker_arena(), bytes, &c, &e))
        fail_msg("%s", e.log);
    return c;
}

static bool has(const struct cert_texts *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], text) == 0)
            return true;
    }
    return false;
}

static void all_values(void **state)
{
    (void)state;
    struct made ca = MAKE(.names = {{"C", "ES"}, {"O", "Autoritat d'Exemple"}, {"CN", "EC Exemple"}},
                          .extensions = MAKER_CA, .key = MAKER_RSA);
    struct made m =
        MAKE(.names = {{"C", "ES"}, {"O", "Ajuntament d'Exemple, \"el\" + gran"}, {"CN", "seu.exemple.example"}},
             .issuer = &ca, .from = "20260301120000Z", .to = "281025003000Z", .serial = 0x1a2b,
             .extensions =
                 MAKER_LEAF "subjectAltName=DNS:seu.exemple.example,DNS:*.tramits.example,IP:192.0.2.7,IP:2001:db8::1\n"
                            "certificatePolicies=1.3.6.1.4.1.15096.1.3.2.91.1,0.4.0.194112.1.1\n"
                            "authorityInfoAccess=OCSP;URI:http://ocsp.example/,OCSP;URI:http://ocsp.example/,"
                            "OCSP;URI:ldap://ocsp.example/,caIssuers;URI:https://aia.example/ca.crt\n"
                            "crlDistributionPoints=URI:http://crl.example/ca.crl,URI:ldap://crl.example/ca\n");
    struct certificate c = parsed(m.der);
    assert_string_equal(c.subject, "CN=seu.exemple.example,O=Ajuntament d'Exemple\\, \\\"el\\\" \\+ gran,C=ES");
    assert_string_equal(c.issuer, "CN=EC Exemple,O=Autoritat d'Exemple,C=ES");
    assert_string_equal(c.issuer_name, "EC Exemple");
    assert_string_equal(c.common_name, "seu.exemple.example");
    assert_string_equal(c.organisation, "Ajuntament d'Exemple, \"el\" + gran");
    assert_string_equal(c.serial, "1A2B");
    assert_true(c.not_before == maker_time("2026-03-01T12:00:00Z"));
    assert_true(c.not_after == maker_time("2028-10-25T00:30:00Z"));
    assert_int_equal(c.last_day, day_from_civil(2028, 10, 25)); /* 02:30 in Madrid */
    assert_int_equal(c.key, KEY_EC);
    assert_int_equal(c.key_bits, 256);
    assert_string_equal(c.key_name, "EC P-256");
    assert_string_equal(c.signature, "sha256WithRSAEncryption");
    assert_int_equal(c.dns.count, 2);
    assert_true(has(&c.dns, "*.tramits.example"));
    assert_true(has(&c.ips, "192.0.2.7") && has(&c.ips, "2001:db8::1"));
    assert_int_equal(c.policies.count, 2);
    assert_string_equal(c.policies.items[0], "1.3.6.1.4.1.15096.1.3.2.91.1");
    assert_int_equal(c.uses.count, 2);
    assert_true(c.use_server && c.use_client);
    assert_int_equal(c.ocsp_urls.count, 1);
    assert_string_equal(c.ocsp_urls.items[0], "http://ocsp.example/");
    assert_string_equal(c.issuer_urls.items[0], "https://aia.example/ca.crt");
    assert_int_equal(c.crl_urls.count, 1);
    assert_false(c.is_ca || c.self_issued || c.self_signed || c.personal || c.nif_disagrees);
    assert_string_equal(c.nif, "");
    unsigned char print[32];
    SHA256((const unsigned char *)m.der.p, m.der.n, print);
    assert_memory_equal(c.fingerprint, print, sizeof print);
    assert_int_equal(strlen(c.fingerprint_hex), 64);
    assert_true(str_equal(c.der, m.der));
    assert_string_equal(certificate_names(maker_arena(), &c),
                        "seu.exemple.example, *.tramits.example, 192.0.2.7, 2001:db8::1");
    c = parsed(ca.der);
    assert_true(c.is_ca && c.self_issued && c.self_signed);
    assert_string_equal(c.key_name, "RSA 2048");
}

static void keys(void **state)
{
    (void)state;
    static const struct {
        enum maker_key key;
        enum key_type type;
        int bits;
        const char *name, *signature;
    } cases[] = {
        {MAKER_RSA_SHORT, KEY_RSA, 1024, "RSA 1024", "sha256WithRSAEncryption"},
        {MAKER_P384, KEY_EC, 384, "EC P-384", "ecdsa-with-SHA256"},
        {MAKER_ED25519, KEY_EDWARDS, 256, "Ed25519", "ED25519"},
        {MAKER_ED448, KEY_EDWARDS, 456, "Ed448", "ED448"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct certificate c = parsed(MAKE(.cn = "k.example", .key = cases[i].key).der);
        assert_int_equal(c.key, cases[i].type);
        assert_string_equal(c.key_name, cases[i].name);
        assert_string_equal(c.signature, cases[i].signature);
        assert_true(c.key_bits == cases[i].bits || cases[i].type == KEY_EDWARDS);
    }
    struct certificate c = parsed(MAKE(.cn = "old.example", .key = MAKER_RSA, .digest = EVP_sha1()).der);
    assert_string_equal(c.signature, "sha1WithRSAEncryption");
    c = parsed(MAKE(.cn = "pss.example", .key = MAKER_RSA, .pss = true).der);
    assert_string_equal(c.signature, "rsassaPss");
    c = parsed(MAKE(.cn = "use.example", .extensions = "extendedKeyUsage=clientAuth,emailProtection\n").der);
    assert_true(c.use_client && !c.use_server);
    c = parsed(MAKE(.cn = "any.example", .extensions = "extendedKeyUsage=2.5.29.37.0\n").der);
    assert_true(c.use_client && c.use_server);
    c = parsed(MAKE(.cn = "negative.example", .serial = -0x11d4c2142bde21ebL).der);
    assert_string_equal(c.serial, "-11D4C2142BDE21EB");
}

/* Layouts of Catalan and Spanish bodies; the numbers are invented and have right control characters. */
static void tax_numbers(void **state)
{
    (void)state;
    static const char seal[] = "subjectAltName=dirName:entity\n[entity]\n0.2.16.724.1.3.5.6.2.1=SEGELL\n"
                               "1.2.16.724.1.3.5.6.2.3=P0800000B\n2.2.16.724.1.3.5.6.2.4=00000000T\n";
    static const char site[] =
        "subjectAltName=DNS:seu.example,dirName:entity\n[entity]\n0.2.16.724.1.3.5.5.2.3=P0800000B\n";
    static const char employee[] = "subjectAltName=dirName:entity\n[entity]\n0.2.16.724.1.3.5.7.2.3=P0800000B\n"
                                   "1.2.16.724.1.3.5.7.2.4=00000000T\n";
    const struct {
        struct maker m;
        const char *nif;
        bool disagrees, personal;
    } cases[] = {
        {{.names = {{"CN", "App"}, {"serialNumber", "P0800000B"}}}, "P0800000B", false, false},
        {{.names = {{"CN", "App"}, {"organizationIdentifier", "VATES-P0800000B"}, {"serialNumber", "P0800000B"}}},
         "P0800000B",
         false,
         false},
        {{.names = {{"CN", "App"}, {"organizationIdentifier", "VATES-P0800000B"}, {"serialNumber", "Q0801175A"}}},
         "P0800000B",
         true,
         false},
        {{.names = {{"CN", "App"}, {"organizationIdentifier", "VATES-P0800000X"}}}, "", false, false},
        {{.names = {{"CN", "App"}, {"organizationIdentifier", "NTRES-P0800000B"}}}, "", false, false},
        {{.names = {{"CN", "Segell"}}, .extensions = seal}, "P0800000B", false, true},
        {{.names = {{"CN", "seu.example"}}, .extensions = site}, "P0800000B", false, false},
        {{.names = {{"CN", "Persona"}}, .extensions = employee}, "P0800000B", false, true},
        {{.names = {{"CN", "Persona"}, {"serialNumber", "00000000T"}}}, "", false, true},
        {{.names = {{"CN", "Persona"}, {"serialNumber", "IDCES-00000000T"}}}, "", false, true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct certificate c = parsed(make(&cases[i].m).der);
        assert_string_equal(c.nif, cases[i].nif);
        assert_int_equal(c.nif_disagrees, cases[i].disagrees);
        if (c.personal != cases[i].personal)
            fail_msg("case %zu: personal %d", i, c.personal);
        assert_null(strstr(c.subject, "00000000T"));
    }
}

static void people_are_left_out(void **state)
{
    (void)state;
    struct certificate c = parsed(MAKE(.names = {{"O", "Ajuntament d'Exemple"},
                                                 {"CN", "Segell electrònic"},
                                                 {"SN", "Mostra"},
                                                 {"GN", "Persona"},
                                                 {"emailAddress", "persona@example.org"},
                                                 {"serialNumber", "P0800000B"}})
                                      .der);
    assert_true(c.personal);
    assert_string_equal(c.subject, "serialNumber=P0800000B,CN=Segell electrònic,O=Ajuntament d'Exemple");
    assert_string_equal(c.common_name, "Segell electrònic");
    c = parsed(MAKE(.names = {{"O", "Ajuntament d'Exemple"}, {"CN", "PERSONA MOSTRA PROVA - DNI 00000000T"}}).der);
    assert_true(c.personal);
    assert_string_equal(c.subject, "O=Ajuntament d'Exemple");
    assert_string_equal(c.common_name, "");
    c = parsed(MAKE(.names = {{"CN", "Persona MOSTRA"}, {"SN", "Mostra Prova"}, {"GN", "Persona"}}).der);
    assert_string_equal(c.subject, "");
    c = parsed(MAKE(.cn = "m.example", .extensions = "subjectAltName=email:persona@example.org,DNS:m.example\n").der);
    assert_true(c.personal);
    assert_int_equal(c.dns.total + c.ips.total, 1);
}

static void hostile_text(void **state)
{
    (void)state;
    struct certificate c = parsed(MAKE(.names = {{"CN", "good.example\0.evil.example", 26}}).der);
    assert_string_equal(c.common_name, "good.example\xef\xbf\xbd.evil.example");
    c = parsed(MAKE(.names = {{"O", "\x1b[2Jx\r\ny \xe2\x80\xae"
                                    "drow\xe2\x80\xac"},
                              {"CN", "x"}})
                   .der);
    assert_string_equal(c.organisation, "\xef\xbf\xbd[2Jx\xef\xbf\xbd\xef\xbf\xbdy drow");
    c = parsed(MAKE(.names = {{"O", "\0A\0j\0\xb7\x20\x1c\x20\x2e\x20\x29", 12, V_ASN1_BMPSTRING}, {"CN", "x"}}).der);
    assert_string_equal(c.organisation, "Aj·“"); /* without the override and the separator behind */
    c = parsed(MAKE(.names = {{"O", "Ajunt\xe0ment", 10, V_ASN1_T61STRING}, {"CN", "x"}}).der);
    assert_string_equal(c.organisation, "Ajuntàment");
    /* names without end */
    struct maker long_one = {.names = {{"CN", "x.example"}}};
    char wide[64], many[1501];
    memset(wide, 'w', sizeof wide);
    memset(many, 'm', sizeof many);
    many[1500] = '\0';
    for (size_t i = 1; i < COUNT(long_one.names); i++)
        long_one.names[i] = (struct maker_name){"OU", wide, sizeof wide, 0};
    c = parsed(make(&long_one).der);
    assert_int_equal(strlen(c.subject), 12 + 68 * 11);
    c = parsed(MAKE(.cn = "x", .extensions = arena_printf(maker_arena(), "subjectAltName=DNS:%s\n", many)).der);
    assert_int_equal(strlen(c.dns.items[0]), LIMIT_CERT_TEXT_BYTES + 3);
    assert_true(str_ends(str_of(c.dns.items[0]), "m…"));
    /* an extension that is no extension at all */
    c = parsed(MAKE(.cn = "x.example", .extensions = "2.5.29.17=DER:04:03:01:02\n1.3.6.1.5.5.7.1.1=DER:30:80\n").der);
    assert_int_equal(c.dns.total, 0);
    c = parsed(MAKE(.cn = "x.example", .extensions = "authorityInfoAccess=OCSP;URI:http://a b/,OCSP;URI:http:///x,"
                                                     "OCSP;URI:file:///etc/passwd,OCSP;URI:http://user@host/,"
                                                     "OCSP;URI:http://host/@\n")
                   .der);
    assert_int_equal(c.ocsp_urls.count, 1);
    assert_string_equal(c.ocsp_urls.items[0], "http://host/@");
}

static void dates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int year, month, day;
    } cases[] = {
        {"491231235959Z", 2050, 1, 1}, /* UTCTime: 49 is 2049; one hour later in Madrid */
        {"500101000000Z", 1950, 1, 1},    {"99991231235959Z", 0, 0, 0},    {"20500101000000Z", 2050, 1, 1},
        {"20260329010000Z", 2026, 3, 29}, {"20261231230000Z", 2027, 1, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct certificate c = parsed(MAKE(.cn = "d.example", .from = "000101000000Z", .to = cases[i].text).der);
        if (cases[i].year > 0)
            assert_int_equal(c.last_day, day_from_civil(cases[i].year, cases[i].month, cases[i].day));
        else
            assert_true(c.not_after > MAKER_NOW);
    }
    struct made m = MAKE(.cn = "zero.example", .from = "00000101000000Z");
    struct certificate c = parsed(m.der);
    assert_true(c.not_before == INSTANT_NONE && c.first_day == DAY_NONE);
    char *copy = arena_text(maker_arena(), m.der); /* a thirteenth month */
    char *date = memmem(copy, m.der.n, "270101000000Z", 13);
    assert_non_null(date);
    date[2] = '1';
    date[3] = '3';
    c = parsed(str_part(copy, m.der.n));
    assert_true(c.not_after == INSTANT_NONE && c.last_day == DAY_NONE);
}

static void many_names(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(1u << 20);
    buf_add_text(&text, "subjectAltName=@many\n[many]\n");
    for (int i = 0; i < 10000; i++)
        buf_printf(&text, "DNS.%d=n%d.example\n", i, i);
    struct made m = MAKE(.cn = "many.example", .extensions = buf_text(&text));
    struct certificate c = parsed(m.der);
    assert_int_equal(c.dns.total, 10000);
    assert_int_equal(c.dns.count, LIMIT_CERT_NAMES);
    assert_true(certificate_is_for(m.der, "n9999.example"));
    assert_false(certificate_is_for(m.der, "n10000.example"));
    assert_string_equal(certificate_names(maker_arena(), &c),
                        "n0.example, n1.example, n2.example, n3.example, n4.example (+9995)");
    buf_release(&text);
}

static void host_names(void **state)
{
    (void)state;
    struct made san =
        MAKE(.cn = "cn.example", .extensions =
                                     "subjectAltName=DNS:www.exemple.example,DNS:*.wild.example,DNS:p*.part.example,"
                                     "IP:192.0.2.7,IP:2001:db8::7\n");
    struct made plain = MAKE(.cn = "cn.example"), ip = MAKE(.cn = "192.0.2.9");
    struct made only_ip = MAKE(.cn = "cn.example", .extensions = "subjectAltName=IP:192.0.2.7\n");
    struct made nul = MAKE(.names = {{"CN", "good.example\0.evil.example", 26}});
    const struct {
        const struct made *m;
        const char *host;
        bool good;
    } cases[] = {
        {&san, "www.exemple.example", true},
        {&san, "WWW.Exemple.EXAMPLE", true},
        {&san, "www.exemple.example.", true},
        {&san, "cn.example", false},
        {&san, "a.wild.example", true},
        {&san, "wild.example", false},
        {&san, "a.b.wild.example", false},
        {&san, "pa.part.example", false},
        {&san, "192.0.2.7", true},
        {&san, "192.0.2.8", false},
        {&san, "2001:db8::7", true},
        {&san, "[2001:db8:0:0::7]", true},
        {&san, "", false},
        {&san, ".", false},
        {&plain, "cn.example", true},
        {&plain, "www.exemple.example", false},
        {&ip, "192.0.2.9", false},
        {&only_ip, "cn.example", false},
        {&nul, "good.example", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (certificate_is_for(cases[i].m->der, cases[i].host) != cases[i].good)
            fail_msg("%zu: %s", i, cases[i].host);
    }
    assert_false(certificate_is_for(str_of("no certificate"), "x.example"));
}

static void files(void **state)
{
    (void)state;
    struct made a = MAKE(.cn = "a.example"), b = MAKE(.cn = "b.example");
    struct str pem = maker_pem((const struct made *const[]){&a, &b}, 2);
    struct err e = {.lang = LANG_EN};
    const struct str *ders;
    size_t count = 0;
    assert_true(certificates_split(maker_arena(), pem, &ders, &count, &e));
    assert_int_equal(count, 2);
    assert_true(str_equal(ders[1], b.der));
    assert_string_equal(parsed(pem).common_name, "a.example");

    char *text = arena_printf(maker_arena(),
                              "\xef\xbb\xbf subject=/CN=a\r\n-----BEGIN DH PARAMETERS-----\nMAYCAQcCAQI=\n"
                              "-----END DH PARAMETERS-----\n%.*s\nthe end\n",
                              STR_ARG(pem));
    assert_true(certificates_split(maker_arena(), str_of(text), &ders, &count, &e));
    assert_int_equal(count, 2);

    PKCS7 *p7 = PKCS7_new();
    PKCS7_set_type(p7, NID_pkcs7_signed);
    PKCS7_content_new(p7, NID_pkcs7_data);
    PKCS7_add_certificate(p7, a.cert);
    PKCS7_add_certificate(p7, b.cert);
    unsigned char *der = NULL;
    int n = i2d_PKCS7(p7, &der);
    assert_true(certificates_split(maker_arena(), str_part((char *)der, (size_t)n), &ders, &count, &e));
    assert_int_equal(count, 2);
    assert_true(str_equal(ders[0], a.der));
    OPENSSL_free(der);
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS7(bio, p7);
    char *p;
    long bytes = BIO_get_mem_data(bio, &p);
    assert_string_equal(parsed(str_part(p, (size_t)bytes)).common_name, "a.example");
    BIO_free(bio);
    PKCS7_free(p7);
    assert_int_equal(ERR_peek_error(), 0);
}

static void refusals(void **state)
{
    (void)state;
    struct made a = MAKE(.cn = "a.example");
    struct str pem = maker_pem((const struct made *const[]){&a}, 1);
    char *broken = arena_text(maker_arena(), pem);
    memset(broken + 100, '!', 4);
    char *big = arena_alloc(maker_arena(), LIMIT_CERT_FILE_BYTES + 1, 1);
    char *longer = arena_alloc(maker_arena(), a.der.n + 1, 1);
    memcpy(longer, a.der.p, a.der.n);
    const struct {
        struct str bytes;
        enum err_code code;
    } cases[] = {
        {{"", 0}, ERR_FORMAT},
        {{NULL, 0}, ERR_FORMAT},
        {{"hello", 5}, ERR_FORMAT},
        {{a.der.p, a.der.n - 1}, ERR_FORMAT},
        {{longer, a.der.n + 1}, ERR_FORMAT},
        {{broken, pem.n}, ERR_FORMAT},
        {{pem.p, pem.n - 10}, ERR_FORMAT},
        {{"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 60}, ERR_FORMAT},
        {{big, LIMIT_CERT_FILE_BYTES + 1}, ERR_LIMIT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct certificate c = {.key_bits = 12345};
        struct err e = {.lang = LANG_EN};
        if (certificate_parse(maker_arena(), cases[i].bytes, &c, &e))
            fail_msg("case %zu was read", i);
        assert_int_equal(e.code, cases[i].code);
        assert_int_equal(c.key_bits, 12345);
        assert_int_equal(ERR_peek_error(), 0);
    }
}

static int release(void **state)
{
    (void)state;
    maker_release();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_values),   cmocka_unit_test(keys),
        cmocka_unit_test(tax_numbers),  cmocka_unit_test(people_are_left_out),
        cmocka_unit_test(hostile_text), cmocka_unit_test(dates),
        cmocka_unit_test(many_names),   cmocka_unit_test(host_names),
        cmocka_unit_test(files),        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
