#include "pki.h"

#include "base/day.h"
#include "base/file.h"

bool openssl_fail(struct err *e, const char *what)
{
    char why[256];
    ERR_error_string_n(ERR_peek_error(), why, sizeof why);
    ERR_clear_error();
    return err_set(e, ERR_INTERNAL, "%s: %s", what, why);
}

EVP_PKEY *key_make(const char *kind, struct err *e)
{
    EVP_PKEY *key =
        strcmp(kind, "p256") == 0
            ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
            : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", strcmp(kind, "rsa1024") == 0 ? (size_t)1024 : (size_t)2048);
    if (key == NULL)
        (void)openssl_fail(e, "a key could not be made");
    return key;
}

/* --- parts of a certificate --- */

static bool name_add(X509_NAME *name, const char *field, const char *value)
{
    return value == NULL ||
           X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0) == 1;
}

static bool subject_set(X509 *x, const struct certificate_wish *w)
{
    X509_NAME *name = X509_get_subject_name(x);
    char identifier[32];
    if (w->nif != NULL)
        (void)snprintf(identifier, sizeof identifier, "VATES-%s", w->nif);
    return name_add(name, "C", "ES") && name_add(name, "O", w->organisation) &&
           name_add(name, "organizationIdentifier", w->nif == NULL ? NULL : identifier) &&
           name_add(name, "serialNumber", w->nif) && name_add(name, "CN", w->common_name);
}

static bool extension_add(X509 *x, X509V3_CTX *context, int nid, const char *value)
{
    if (value == NULL)
        return true;
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, context, nid, value);
    bool ok = extension != NULL && X509_add_ext(x, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

/* What each kind of certificate says it may be used for. The policies are those of an organisation-validated server
 * certificate (CA/Browser Forum 2.23.140.1.2.2, ETSI EN 319 411-2 QCP-w) and of a Spanish electronic office. */
static const struct role_extensions {
    const char *constraints, *usage, *extended, *policies;
} roles[] = {
    [ROLE_ROOT] = {"critical,CA:TRUE", "critical,keyCertSign,cRLSign", NULL, NULL},
    [ROLE_INTERMEDIATE] = {"critical,CA:TRUE,pathlen:0", "critical,keyCertSign,cRLSign", NULL, "2.5.29.32.0"},
    [ROLE_RESPONDER] = {"critical,CA:FALSE", "critical,digitalSignature", "OCSPSigning", NULL},
    [ROLE_SERVER] = {"critical,CA:FALSE", "critical,digitalSignature,keyEncipherment", "serverAuth",
                     "2.23.140.1.2.2,0.4.0.194112.1.4,2.16.724.1.3.5.5.2"},
    [ROLE_CLIENT] = {"critical,CA:FALSE", "critical,digitalSignature,keyEncipherment", "clientAuth", "2.23.140.1.2.2"},
    /* A seal of the public sector, and an application's certificate as its Catalan authority issues them. */
    [ROLE_SEAL] = {"critical,CA:FALSE", "critical,digitalSignature,nonRepudiation", NULL, "2.16.724.1.3.5.6.2"},
    [ROLE_CDA] = {"critical,CA:FALSE", "critical,digitalSignature,keyEncipherment", NULL,
                  "1.3.6.1.4.1.15096.1.3.2.91.1"},
};

static bool extensions_add(X509 *x, const struct certificate_wish *w, X509 *issuer)
{
    const struct role_extensions *r = &roles[w->role];
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
    CONF *none = NCONF_new(NULL); /* the writer of policies wants a configuration to look into */
    if (none == NULL)
        return false;
    X509V3_set_nconf(&context, none);
    bool ok = extension_add(x, &context, NID_subject_key_identifier, "hash") &&
              extension_add(x, &context, NID_authority_key_identifier, w->role == ROLE_ROOT ? NULL : "keyid") &&
              extension_add(x, &context, NID_basic_constraints, r->constraints) &&
              extension_add(x, &context, NID_key_usage, r->usage) &&
              extension_add(x, &context, NID_ext_key_usage, r->extended) &&
              extension_add(x, &context, NID_certificate_policies, r->policies) &&
              extension_add(x, &context, NID_subject_alt_name, w->names) &&
              extension_add(x, &context, NID_info_access, w->aia) &&
              extension_add(x, &context, NID_crl_distribution_points, w->crl) &&
              extension_add(x, &context, NID_id_pkix_OCSP_noCheck, w->role == ROLE_RESPONDER ? "ignored" : NULL);
    NCONF_free(none);
    return ok;
}

static bool serial_set(X509 *x, const char *seed)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)seed, strlen(seed), digest);
    digest[0] = (unsigned char)((digest[0] & 0x7fu) | 0x40u); /* positive, and always 16 bytes */
    BIGNUM *number = BN_bin2bn(digest, 16, NULL);
    bool ok = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x)) != NULL;
    BN_free(number);
    return ok;
}

/* The same certificate with the last bit of its signature turned. */
static X509 *signature_break(X509 *x)
{
    unsigned char *der = NULL;
    int n = i2d_X509(x, &der);
    X509_free(x);
    if (n <= 0)
        return NULL;
    der[n - 1] ^= 1u;
    const unsigned char *p = der;
    X509 *broken = d2i_X509(NULL, &p, n);
    OPENSSL_free(der);
    return broken;
}

X509 *certificate_make(const struct certificate_wish *wish, EVP_PKEY *key, const struct signer *issuer, struct err *e)
{
    X509 *x = X509_new();
    X509 *by = issuer->certificate == NULL ? x : issuer->certificate;
    EVP_PKEY *with = issuer->certificate == NULL ? key : issuer->key;
    /* At noon: so many days after Madrid's today it is that day in Madrid, whatever the hour is now and the season
     * then. */
    time_t noon = (time_t)clock_system().today * 86400 + 43200;
    bool ok = x != NULL && X509_set_version(x, X509_VERSION_3) == 1 && serial_set(x, wish->serial_seed) &&
              X509_time_adj_ex(X509_getm_notBefore(x), wish->from, 0, NULL) != NULL &&
              X509_time_adj_ex(X509_getm_notAfter(x), wish->until, 0, &noon) != NULL && subject_set(x, wish) &&
              X509_set_issuer_name(x, X509_get_subject_name(by)) == 1 && X509_set_pubkey(x, key) == 1 &&
              extensions_add(x, wish, by) && X509_sign(x, with, wish->sha1 ? EVP_sha1() : EVP_sha256()) > 0;
    if (ok && wish->broken_signature)
        ok = (x = signature_break(x)) != NULL;
    if (ok)
        return x;
    (void)openssl_fail(e, wish->common_name);
    X509_free(x);
    return NULL;
}

/* --- lists of revoked certificates --- */

static bool crl_add(X509_CRL *crl, const struct revoked *r)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *when = X509_time_adj_ex(NULL, r->day, 0, NULL);
    ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
    bool ok =
        entry != NULL && when != NULL && reason != NULL &&
        ASN1_ENUMERATED_set(reason, CRL_REASON_KEY_COMPROMISE) == 1 &&
        X509_REVOKED_set_serialNumber(entry, (ASN1_INTEGER *)(uintptr_t)X509_get0_serialNumber(r->certificate)) == 1 &&
        X509_REVOKED_set_revocationDate(entry, when) == 1 &&
        X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0) == 1 && X509_CRL_add0_revoked(crl, entry) == 1;
    if (!ok)
        X509_REVOKED_free(entry);
    ASN1_TIME_free(when);
    ASN1_ENUMERATED_free(reason);
    return ok;
}

X509_CRL *crl_make(const struct signer *issuer, const struct revoked *list, size_t count, int from, int until,
                   struct err *e)
{
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *last = X509_time_adj_ex(NULL, from, 0, NULL), *next = X509_time_adj_ex(NULL, until, 0, NULL);
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer->certificate, NULL, NULL, crl, 0);
    X509_EXTENSION *key_id = X509V3_EXT_conf_nid(NULL, &context, NID_authority_key_identifier, "keyid");
    bool ok = crl != NULL && last != NULL && next != NULL && number != NULL && key_id != NULL &&
              X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
              X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->certificate)) == 1 &&
              X509_CRL_set1_lastUpdate(crl, last) == 1 && X509_CRL_set1_nextUpdate(crl, next) == 1 &&
              ASN1_INTEGER_set(number, 77) == 1 && X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) == 1 &&
              X509_CRL_add_ext(crl, key_id, -1) == 1;
    for (size_t i = 0; ok && i < count; i++)
        ok = crl_add(crl, &list[i]);
    ok = ok && X509_CRL_sort(crl) == 1 && X509_CRL_sign(crl, issuer->key, EVP_sha256()) > 0;
    X509_EXTENSION_free(key_id);
    ASN1_INTEGER_free(number);
    ASN1_TIME_free(last);
    ASN1_TIME_free(next);
    if (ok)
        return crl;
    (void)openssl_fail(e, "a list of revoked certificates could not be made");
    X509_CRL_free(crl);
    return NULL;
}

/* --- files --- */

static bool bio_write_file(const char *dir, const char *name, BIO *bio, bool ok, struct err *e)
{
    struct arena a = {0};
    char *bytes = NULL;
    long n = ok ? BIO_get_mem_data(bio, &bytes) : 0;
    ok = n > 0 ? file_write(path_join(&a, dir, name), str_part(bytes, (size_t)n), e) : openssl_fail(e, name);
    BIO_free(bio);
    arena_release(&a);
    return ok;
}

bool key_write(const char *dir, const char *name, EVP_PKEY *key, struct err *e)
{
    BIO *bio = BIO_new(BIO_s_mem());
    return bio_write_file(dir, name, bio, PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1, e);
}

bool certificates_write(const char *dir, const char *name, X509 *const *list, size_t count, struct err *e)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++)
        ok = PEM_write_bio_X509(bio, list[i]) == 1;
    return bio_write_file(dir, name, bio, ok, e);
}

bool certificate_write_der(const char *dir, const char *name, X509 *certificate, struct err *e)
{
    BIO *bio = BIO_new(BIO_s_mem());
    return bio_write_file(dir, name, bio, i2d_X509_bio(bio, certificate) == 1, e);
}

bool crl_write_der(const char *dir, const char *name, X509_CRL *crl, struct err *e)
{
    BIO *bio = BIO_new(BIO_s_mem());
    return bio_write_file(dir, name, bio, i2d_X509_CRL_bio(bio, crl) == 1, e);
}

static BIO *bio_open(const char *dir, const char *name, struct err *e)
{
    struct arena a = {0};
    const char *path = path_join(&a, dir, name);
    BIO *bio = BIO_new_file(path, "r");
    if (bio == NULL) {
        ERR_clear_error();
        (void)err_set(e, ERR_FILE, "%s: cannot be read; make the farm first (`talaia-farm make DIR`)", path);
    }
    arena_release(&a);
    return bio;
}

EVP_PKEY *key_read(const char *dir, const char *name, struct err *e)
{
    BIO *bio = bio_open(dir, name, e);
    EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    if (key == NULL)
        (void)openssl_fail(e, name);
    return key;
}

STACK_OF(X509) * certificates_read(const char *dir, const char *name, struct err *e)
{
    BIO *bio = bio_open(dir, name, e);
    if (bio == NULL)
        return NULL;
    STACK_OF(X509) *list = sk_X509_new_null();
    X509 *x;
    while ((x = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
        sk_X509_push(list, x);
    ERR_clear_error(); /* the end of the file is told as an error */
    BIO_free(bio);
    if (sk_X509_num(list) > 0)
        return list;
    (void)err_set(e, ERR_FORMAT, "%s: holds no certificate", name);
    sk_X509_free(list);
    return NULL;
}
