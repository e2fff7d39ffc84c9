/* One TLS context per case: its chain, its key, its versions. Every handshake is a full one. */
#include "server.h"

static const struct tls_versions {
    int least, most;
    const char *ciphers; /* NULL: OpenSSL's */
} versions[] = {
    [TLS_NEW] = {TLS1_2_VERSION, TLS1_3_VERSION, NULL},
    [TLS_ONLY_12] = {TLS1_2_VERSION, TLS1_2_VERSION, NULL},
    [TLS_ONLY_13] = {TLS1_3_VERSION, TLS1_3_VERSION, NULL},
    [TLS_OLD] = {TLS1_VERSION, TLS1_1_VERSION, "DEFAULT:@SECLEVEL=0"},
    [TLS_ANONYMOUS] = {TLS1_2_VERSION, TLS1_2_VERSION, "aNULL:@SECLEVEL=0"},
    [TLS_CLIENT_CERTIFICATE] = {TLS1_2_VERSION, TLS1_2_VERSION, NULL},
};

static bool context_certify(SSL_CTX *context, const char *dir, const struct farm_case *c, struct err *e)
{
    static const char *const key_files[] = {[KEY_RSA] = "rsa.key", [KEY_EC] = "ec.key", [KEY_RSA_1024] = "rsa1024.key"};
    char name[80];
    (void)snprintf(name, sizeof name, "%s.pem", c->name);
    EVP_PKEY *key = key_read(dir, key_files[c->key], e);
    STACK_OF(X509) *chain = key == NULL ? NULL : certificates_read(dir, name, e);
    bool ok =
        chain != NULL && (SSL_CTX_use_certificate(context, sk_X509_value(chain, 0)) == 1 || openssl_fail(e, name));
    for (int i = 1; ok && i < sk_X509_num(chain); i++)
        ok = SSL_CTX_add1_chain_cert(context, sk_X509_value(chain, i)) == 1 || openssl_fail(e, name);
    ok = ok && (SSL_CTX_use_PrivateKey(context, key) == 1 || openssl_fail(e, name));
    sk_X509_pop_free(chain, X509_free);
    EVP_PKEY_free(key);
    return ok;
}

static int name_check(SSL *ssl, int *alert, void *argument)
{
    char host[64];
    const char *asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (asked != NULL && strcmp(asked, case_host(argument, host)) == 0)
        return SSL_TLSEXT_ERR_OK;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

SSL_CTX *context_make(const char *dir, const struct farm_case *c, struct err *e)
{
    const struct tls_versions *v = &versions[c->tls];
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL) {
        (void)openssl_fail(e, "TLS");
        return NULL;
    }
    /* The weak certificates are the point here; what the checker accepts is its own affair. */
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_options(
        context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    bool ok = SSL_CTX_set_min_proto_version(context, v->least) == 1 &&
              SSL_CTX_set_max_proto_version(context, v->most) == 1 &&
              (v->ciphers == NULL || SSL_CTX_set_cipher_list(context, v->ciphers) == 1);
    if (c->tls == TLS_CLIENT_CERTIFICATE)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    if (c->sni) {
        SSL_CTX_set_tlsext_servername_callback(context, name_check);
        SSL_CTX_set_tlsext_servername_arg(context, (void *)(uintptr_t)c);
    }
    if (!ok)
        (void)openssl_fail(e, c->name);
    if (ok && c->tls != TLS_ANONYMOUS)
        ok = context_certify(context, dir, c, e);
    if (ok)
        return context;
    SSL_CTX_free(context);
    return NULL;
}

size_t context_flight(SSL_CTX *context)
{
    STACK_OF(X509) *chain = NULL;
    SSL_CTX_get0_chain_certs(context, &chain);
    int bytes = 600 + i2d_X509(SSL_CTX_get0_certificate(context), NULL); /* 600: hellos, signature, finished */
    for (int i = 0; i < sk_X509_num(chain); i++)
        bytes += i2d_X509(sk_X509_value(chain, i), NULL);
    return (size_t)bytes;
}
