#include "maker.h"

#include <openssl/conf.h>

static ASN1_GENERALIZEDTIME *time_of(const char *text, const char *normal)
{
    if (text != NULL && text[0] == '\0')
        return NULL;
    ASN1_GENERALIZEDTIME *t = ASN1_GENERALIZEDTIME_new();
    assert_int_equal(ASN1_GENERALIZEDTIME_set_string(t, text == NULL ? normal : text), 1);
    return t;
}

static void add_status(OCSP_BASICRESP *answer, const struct maker_ocsp *m, const struct made *leaf, int status)
{
    ASN1_GENERALIZEDTIME *from = time_of(m->from, "20261120070000Z"), *to = time_of(m->to, "20261121070000Z");
    ASN1_GENERALIZEDTIME *revoked = time_of(m->revoked, "20261110223000Z");
    OCSP_CERTID *id = OCSP_cert_to_id(m->id_digest == NULL ? EVP_sha1() : m->id_digest, leaf->cert, m->issuer->cert);
    assert_non_null(OCSP_basic_add1_status(answer, id, status, m->reason, revoked, from, to));
    OCSP_CERTID_free(id);
    ASN1_GENERALIZEDTIME_free(from);
    ASN1_GENERALIZEDTIME_free(to);
    ASN1_GENERALIZEDTIME_free(revoked);
}

static X509_EXTENSION *unknown_extension(void)
{
    ASN1_OBJECT *oid = OBJ_txt2obj("1.2.3.4", 1);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(value, (const unsigned char *)"\x05", 2);
    X509_EXTENSION *extension = X509_EXTENSION_create_by_OBJ(NULL, oid, 1, value);
    ASN1_OBJECT_free(oid);
    ASN1_OCTET_STRING_free(value);
    return extension;
}

struct str maker_ocsp(const struct maker_ocsp *m)
{
    OCSP_BASICRESP *answer = OCSP_BASICRESP_new();
    const struct made *signer = m->signer == NULL ? m->issuer : m->signer;
    if (m->also != NULL)
        add_status(answer, m, m->also, V_OCSP_CERTSTATUS_GOOD);
    add_status(answer, m, m->leaf, m->status);
    if (m->nonce.n > 0)
        OCSP_basic_add1_nonce(answer, (unsigned char *)m->nonce.p, (int)m->nonce.n);
    X509_EXTENSION *unknown = unknown_extension();
    if (m->critical)
        OCSP_BASICRESP_add_ext(answer, unknown, -1);
    if (m->critical_single)
        OCSP_SINGLERESP_add_ext(OCSP_resp_get0(answer, 0), unknown, -1);
    X509_EXTENSION_free(unknown);
    for (size_t i = 0; i < COUNT(m->certs) && m->certs[i] != NULL; i++)
        OCSP_basic_add1_cert(answer, m->certs[i]->cert);
    unsigned long flags =
        (m->stamp ? 0 : OCSP_NOTIME) | (m->by_key ? OCSP_RESPID_KEY : 0) | (m->no_certs ? OCSP_NOCERTS : 0);
    const EVP_MD *digest = m->digest == NULL ? EVP_sha256() : m->digest;
    assert_int_equal(OCSP_basic_sign(answer, signer->cert, signer->key, digest, NULL, flags), 1);
    OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, answer);
    unsigned char *der = NULL;
    int n = i2d_OCSP_RESPONSE(response, &der);
    struct str copy = {arena_text(maker_arena(), str_part((char *)der, (size_t)n)), (size_t)n};
    OPENSSL_free(der);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(answer);
    return copy;
}

static void add_revoked(X509_CRL *list, const ASN1_INTEGER *serial, int reason)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *at = ASN1_TIME_new();
    ASN1_TIME_set_string(at, "261110223000Z");
    X509_REVOKED_set_serialNumber(entry, (ASN1_INTEGER *)serial);
    X509_REVOKED_set_revocationDate(entry, at);
    if (reason >= 0) {
        ASN1_ENUMERATED *value = ASN1_ENUMERATED_new();
        ASN1_ENUMERATED_set(value, reason);
        X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, value, 0, 0);
        ASN1_ENUMERATED_free(value);
    }
    ASN1_TIME_free(at);
    assert_int_equal(X509_CRL_add0_revoked(list, entry), 1);
}

static void set_times(X509_CRL *list, const struct maker_crl *m)
{
    ASN1_TIME *t = ASN1_TIME_new();
    assert_int_equal(ASN1_TIME_set_string(t, m->from == NULL ? "261119080000Z" : m->from), 1);
    X509_CRL_set1_lastUpdate(list, t);
    if (m->to == NULL || m->to[0] != '\0') {
        assert_int_equal(ASN1_TIME_set_string(t, m->to == NULL ? "261126080000Z" : m->to), 1);
        X509_CRL_set1_nextUpdate(list, t);
    }
    ASN1_TIME_free(t);
}

static void set_extensions(X509_CRL *list, const struct maker_crl *m)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, m->issuer->cert, NULL, NULL, list, 0);
    BIO *bio = BIO_new_mem_buf(arena_printf(maker_arena(), "[v3]\n%s", m->extensions == NULL ? "" : m->extensions), -1);
    CONF *conf = NCONF_new(NULL);
    long line = 0;
    assert_int_equal(NCONF_load_bio(conf, bio, &line), 1);
    X509V3_set_nconf(&context, conf);
    assert_int_equal(X509V3_EXT_CRL_add_nconf(conf, &context, "v3", list), 1);
    NCONF_free(conf);
    BIO_free(bio);
}

struct str maker_crl(const struct maker_crl *m)
{
    X509_CRL *list = X509_CRL_new();
    X509_CRL_set_version(list, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list, X509_get_subject_name(m->issuer->cert));
    set_times(list, m);
    for (size_t i = 0; i < COUNT(m->revoked) && m->revoked[i] != NULL; i++)
        add_revoked(list, X509_get0_serialNumber(m->revoked[i]->cert), m->reason);
    for (long i = 0; i < m->fill; i++) {
        ASN1_INTEGER *serial = ASN1_INTEGER_new();
        ASN1_INTEGER_set_int64(serial, (INT64_C(1) << 40) + i);
        add_revoked(list, serial, -1);
        ASN1_INTEGER_free(serial);
    }
    set_extensions(list, m);
    EVP_PKEY *key = m->sign_key != NULL ? (EVP_PKEY *)m->sign_key : m->issuer->key;
    assert_true(X509_CRL_sign(list, key, m->digest == NULL ? EVP_sha256() : m->digest) > 0);
    unsigned char *der = NULL;
    int n = i2d_X509_CRL(list, &der);
    struct str copy = {arena_text(maker_arena(), str_part((char *)der, (size_t)n)), (size_t)n};
    OPENSSL_free(der);
    X509_CRL_free(list);
    return copy;
}
