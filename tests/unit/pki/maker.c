#include "maker.h"

#include <openssl/conf.h>
#include <openssl/rsa.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static struct arena arena;
static VEC(X509 *) certs;
static VEC(EVP_PKEY *) keys;
static VEC(const char *) files;
static EVP_PKEY *shared[MAKER_P384 + 1]; /* RSA keys take long to make */
static long last_serial = 1000;
static char *dir;

static EVP_PKEY *new_key(enum maker_key kind)
{
    EVP_PKEY *key = kind == MAKER_RSA         ? EVP_RSA_gen(2048)
                    : kind == MAKER_RSA_SHORT ? EVP_RSA_gen(1024)
                    : kind == MAKER_ED25519   ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
                    : kind == MAKER_ED448     ? EVP_PKEY_Q_keygen(NULL, NULL, "ED448")
                    : kind == MAKER_P384      ? EVP_EC_gen("P-384")
                                              : EVP_EC_gen("P-256");
    assert_non_null(key);
    vec_push(&keys, key);
    return key;
}

static EVP_PKEY *key_for(const struct maker *m)
{
    if (m->use_key != NULL)
        return (EVP_PKEY *)m->use_key;
    if (m->key == MAKER_RSA || m->key == MAKER_RSA_SHORT)
        return shared[m->key] != NULL ? shared[m->key] : (shared[m->key] = new_key(m->key));
    return new_key(m->key);
}

static void set_subject(X509 *cert, const struct maker *m)
{
    X509_NAME *name = X509_NAME_new();
    struct maker_name only = {.field = "CN", .value = m->cn};
    const struct maker_name *parts = m->cn != NULL ? &only : m->names;
    size_t count = m->cn != NULL ? 1 : COUNT(m->names);
    for (size_t i = 0; i < count && parts[i].field != NULL; i++) {
        int type = parts[i].type == 0 ? MBSTRING_UTF8 : parts[i].type, n = parts[i].n == 0 ? -1 : parts[i].n;
        assert_int_equal(
            X509_NAME_add_entry_by_txt(name, parts[i].field, type, (const unsigned char *)parts[i].value, n, -1, 0), 1);
    }
    assert_int_equal(X509_set_subject_name(cert, name), 1);
    X509_NAME_free(name);
}

static void set_extensions(X509 *cert, const struct maker *m)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, m->issuer == NULL ? cert : m->issuer->cert, cert, NULL, NULL, 0);
    char *text = arena_printf(&arena, "[v3]\n%s", m->extensions == NULL ? "" : m->extensions);
    BIO *bio = BIO_new_mem_buf(text, -1);
    CONF *conf = NCONF_new(NULL);
    long line = 0;
    assert_int_equal(NCONF_load_bio(conf, bio, &line), 1);
    X509V3_set_nconf(&context, conf);
    assert_int_equal(X509V3_EXT_add_nconf(conf, &context, "v3", cert), 1);
    NCONF_free(conf);
    BIO_free(bio);
}

static void sign(X509 *cert, EVP_PKEY *key, const struct maker *m)
{
    int kind = EVP_PKEY_get_base_id(key);
    bool edwards = kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448;
    const EVP_MD *digest = edwards ? NULL : m->digest != NULL ? m->digest : EVP_sha256();
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key_context;
    assert_int_equal(EVP_DigestSignInit(context, &key_context, digest, NULL, key), 1);
    if (m->pss)
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING), 1);
    assert_true(X509_sign_ctx(cert, context) > 0);
    EVP_MD_CTX_free(context);
}

struct made make(const struct maker *m)
{
    X509 *cert = X509_new();
    EVP_PKEY *key = key_for(m);
    X509_set_version(cert, X509_VERSION_3);
    ASN1_INTEGER_set_int64(X509_get_serialNumber(cert), m->serial != 0 ? m->serial : ++last_serial);
    assert_int_equal(ASN1_TIME_set_string(X509_getm_notBefore(cert), m->from == NULL ? "260101000000Z" : m->from), 1);
    assert_int_equal(ASN1_TIME_set_string(X509_getm_notAfter(cert), m->to == NULL ? "270101000000Z" : m->to), 1);
    set_subject(cert, m);
    X509_set_issuer_name(cert, X509_get_subject_name(m->issuer == NULL ? cert : m->issuer->cert));
    X509_set_pubkey(cert, key);
    set_extensions(cert, m);
    EVP_PKEY *signer = m->sign_key != NULL ? (EVP_PKEY *)m->sign_key : m->issuer == NULL ? key : m->issuer->key;
    sign(cert, signer, m);
    vec_push(&certs, cert);
    return (struct made){.cert = cert, .key = key, .der = x509_to_der(&arena, cert)};
}

instant_t maker_time(const char *iso)
{
    ASN1_TIME *t = ASN1_TIME_new();
    char digits[16];
    size_t n = 0;
    for (; *iso != '\0' && n < sizeof digits - 1; iso++) {
        if ((*iso >= '0' && *iso <= '9') || *iso == 'Z')
            digits[n++] = *iso;
    }
    digits[n] = '\0';
    assert_int_equal(ASN1_TIME_set_string(t, digits), 1);
    instant_t at = asn1_instant(t);
    ASN1_TIME_free(t);
    return at;
}

struct arena *maker_arena(void)
{
    return &arena;
}

struct str maker_pem(const struct made *const *list, size_t count)
{
    BIO *bio = BIO_new(BIO_s_mem());
    for (size_t i = 0; i < count; i++)
        assert_int_equal(PEM_write_bio_X509(bio, list[i]->cert), 1);
    char *text;
    long n = BIO_get_mem_data(bio, &text);
    struct str copy = {arena_text(&arena, str_part(text, (size_t)n)), (size_t)n};
    BIO_free(bio);
    return copy;
}

const char *maker_dir(void)
{
    if (dir == NULL) {
        dir = mem_dup_text("/tmp/talaia-pki-XXXXXX");
        assert_non_null(mkdtemp(dir));
    }
    return dir;
}

const char *maker_file(const char *name, struct str content)
{
    struct err e = {.lang = LANG_EN};
    char *path = path_join(&arena, maker_dir(), name);
    assert_true(file_write(path, content, &e));
    vec_push(&files, path);
    return path;
}

void maker_release(void)
{
    for (size_t i = 0; i < certs.count; i++)
        X509_free(certs.items[i]);
    for (size_t i = 0; i < keys.count; i++)
        EVP_PKEY_free(keys.items[i]);
    for (size_t i = 0; i < files.count; i++)
        (void)unlink(files.items[i]);
    if (dir != NULL)
        assert_int_equal(rmdir(dir), 0);
    mem_free(dir);
    vec_release(&certs);
    vec_release(&keys);
    vec_release(&files);
    arena_release(&arena);
}
