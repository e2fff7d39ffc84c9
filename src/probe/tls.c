/* Not here: whether a certificate is trusted (src/pki), what a wire does next (wire.c). */
#include "probe/tls.h"

#include <errno.h>
#include <sys/socket.h>

#include "probe/tls_library.h"

/* ---------------------------------------------------------------- bytes */

ssize_t wire_receive(struct wire *w, void *to, size_t n)
{
    if (w->drained) {
        errno = EAGAIN;
        return -1;
    }
    ssize_t got;
    do
        got = recv(w->io.fd, to, n, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        if (errno == EAGAIN)
            w->drained = !w->hung_up;
        else
            w->io_error = errno;
        return got;
    }
    if (got == 0)
        w->ended = true;
    /* the loop tells edges: a short read means that the next bytes, or the end, will be told */
    if ((size_t)got < n && got > 0)
        w->drained = !w->hung_up;
    for (size_t i = 0; i < (size_t)got && w->first_count < sizeof w->first; i++)
        w->first[w->first_count++] = ((const unsigned char *)to)[i];
    return got;
}

static int bio_read(BIO *bio, char *to, size_t n, size_t *ret)
{
    struct wire *w = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    *ret = 0;
    ssize_t got = wire_receive(w, to, n);
    if (got < 0) {
        if (errno == EAGAIN)
            BIO_set_retry_read(bio);
        return -1;
    }
    *ret = (size_t)got;
    return got > 0;
}

static int bio_write(BIO *bio, const char *bytes, size_t n, size_t *ret)
{
    struct wire *w = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    *ret = 0;
    if (!buf_add(&w->out, bytes, n))
        return -1;
    *ret = n;
    return 1;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)number;
    (void)pointer;
    const struct wire *w = BIO_get_data(bio);
    switch (command) {
    case BIO_CTRL_EOF: return w->ended;
    case BIO_CTRL_FLUSH: /* the wire sends when it has nothing more to say */ return 1;
    default: return 0;
    }
}

static int bio_create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

/* ---------------------------------------------------------------- once per run */

/* OpenSSL builds the chain even when nobody asks: with this it does not. */
static int accept_all(X509_STORE_CTX *ctx, void *arg)
{
    (void)ctx;
    (void)arg;
    return 1;
}

bool tls_open(struct wires *all, struct err *e)
{
    SSL_CTX *ctx = SSL_CTX_new_ex(tls_library(), NULL, TLS_client_method());
    BIO_METHOD *bio = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "wire");
    all->tls = ctx;
    all->bio = bio;
    if (ctx == NULL || bio == NULL ||
        SSL_CTX_set_cipher_list(ctx, "ALL:COMPLEMENTOFDEFAULT:!aNULL:!eNULL:@SECLEVEL=0") != 1 ||
        SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION) != 1 || SSL_CTX_set_max_proto_version(ctx, 0) != 1) {
        tls_close(all);
        ERR_clear_error();
        return err_set(e, ERR_INTERNAL, N_("TLS cannot be prepared."));
    }
    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_options(ctx, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_TICKET |
                                 SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(ctx, 1);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_cert_verify_callback(ctx, accept_all, NULL);
    SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
    SSL_CTX_set_max_cert_list(ctx, LIMIT_PROBE_CHAIN_BYTES);
    BIO_meth_set_read_ex(bio, bio_read);
    BIO_meth_set_write_ex(bio, bio_write);
    BIO_meth_set_ctrl(bio, bio_control);
    BIO_meth_set_create(bio, bio_create);
    ERR_clear_error();
    return true;
}

void tls_close(struct wires *all)
{
    SSL_CTX_free(all->tls);
    BIO_meth_free(all->bio);
    all->tls = NULL;
    all->bio = NULL;
}

/* ---------------------------------------------------------------- one handshake */

bool tls_attach(struct wire *w)
{
    ERR_clear_error();
    w->ssl = SSL_new(w->all->tls);
    BIO *bio = BIO_new(w->all->bio);
    w->all->tls_count += w->ssl != NULL;
    if (w->ssl == NULL || bio == NULL) {
        BIO_free(bio);
        return false;
    }
    BIO_set_data(bio, w);
    SSL_set_bio(w->ssl, bio, bio);
    SSL_set_connect_state(w->ssl);
    /* literals have no SNI (RFC 6066 §3) */
    return w->url->kind != URL_NAME || SSL_set_tlsext_host_name(w->ssl, w->url->host) == 1;
}

void tls_take_facts(struct wire *w)
{
    w->protocol = SSL_get_version(w->ssl);
    w->protocol_version = SSL_version(w->ssl);
    w->cipher = SSL_get_cipher_name(w->ssl);
    STACK_OF(X509) *sent = SSL_get_peer_cert_chain(w->ssl);
    if (sent != NULL && sk_X509_num(sent) > 0)
        w->chain = X509_chain_up_ref(sent);
    const unsigned char *stapled = NULL;
    long n = SSL_get_tlsext_status_ocsp_resp(w->ssl, &stapled);
    if (n > 0 && stapled != NULL)
        buf_add(&w->stapled, stapled, (size_t)n);
}

/* ---------------------------------------------------------------- why not */

/* Alerts of RFC 8446 §6 in words for the technician who runs the server. */
static const struct {
    int alert;
    enum verdict_code code;
    const char *detail;
} alerts[] = {
    {SSL_AD_CLOSE_NOTIFY, CONNECTION_TLS_CLOSED, NULL},
    {SSL_AD_UNEXPECTED_MESSAGE, CONNECTION_TLS_FAILED, N_("it did not understand our hello")},
    {SSL_AD_HANDSHAKE_FAILURE, CONNECTION_TLS_FAILED,
     N_("it refuses; it shares no cipher suite with us, or asks for a client certificate")},
    {SSL_AD_BAD_CERTIFICATE, CONNECTION_TLS_FAILED, N_("it asks for a client certificate")},
    {SSL_AD_UNSUPPORTED_CERTIFICATE, CONNECTION_TLS_FAILED, N_("it asks for a client certificate")},
    {SSL_AD_CERTIFICATE_UNKNOWN, CONNECTION_TLS_FAILED, N_("it asks for a client certificate")},
    {SSL_AD_CERTIFICATE_REQUIRED, CONNECTION_TLS_FAILED, N_("it asks for a client certificate")},
    {SSL_AD_ACCESS_DENIED, CONNECTION_TLS_FAILED, N_("it denies us access")},
    {SSL_AD_DECODE_ERROR, CONNECTION_TLS_FAILED, N_("it did not understand our hello")},
    {SSL_AD_ILLEGAL_PARAMETER, CONNECTION_TLS_FAILED, N_("it did not understand our hello")},
    {SSL_AD_PROTOCOL_VERSION, CONNECTION_TLS_OLD, NULL},
    {SSL_AD_INSUFFICIENT_SECURITY, CONNECTION_TLS_FAILED, N_("it shares no cipher suite with us")},
    {SSL_AD_INTERNAL_ERROR, CONNECTION_TLS_FAILED,
     N_("it has an internal error; its certificate or key may be missing")},
    {SSL_AD_UNRECOGNIZED_NAME, CONNECTION_TLS_FAILED, N_("it does not know the name it was asked for")},
};

/* What our own side found wrong with what came. */
static const struct {
    int reason;
    enum verdict_code code;
    const char *detail;
} faults[] = {
    {SSL_R_UNSUPPORTED_PROTOCOL, CONNECTION_TLS_OLD, NULL},
    {SSL_R_WRONG_SSL_VERSION, CONNECTION_TLS_OLD, NULL},
    {SSL_R_UNEXPECTED_EOF_WHILE_READING, CONNECTION_TLS_CLOSED, NULL},
    {SSL_R_WRONG_VERSION_NUMBER, CONNECTION_TLS_FAILED, N_("what it sends is not TLS")},
    {SSL_R_HTTP_REQUEST, CONNECTION_TLS_PLAIN, NULL},
    {SSL_R_EXCESSIVE_MESSAGE_SIZE, CONNECTION_TLS_FAILED, N_("its chain of certificates is too large")},
    {SSL_R_BAD_SIGNATURE, CONNECTION_TLS_FAILED, N_("its key does not belong to its certificate")},
    {SSL_R_WRONG_SIGNATURE_TYPE, CONNECTION_TLS_FAILED, N_("it signs with an algorithm that we do not have")},
    {SSL_R_NO_SHARED_CIPHER, CONNECTION_TLS_FAILED, N_("it shares no cipher suite with us")},
    {SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, CONNECTION_TLS_FAILED, N_("what it sends was damaged on its way")},
};

static bool looks_like_tls(const struct wire *w)
{
    return w->first_count >= 2 && w->first[0] >= 20 && w->first[0] <= 24 && w->first[1] == 3;
}

static bool looks_like_http(const struct wire *w)
{
    struct str first = str_part((const char *)w->first, w->first_count);
    return str_starts(first, "HTTP/") || (first.n > 0 && first.p[0] == '<');
}

static enum verdict_code alert_failure(const struct wire *w, int alert, const char **ret_detail, char *text,
                                       size_t bytes)
{
    enum lang lang = w->all->settings->lang;
    for (size_t i = 0; i < sizeof alerts / sizeof *alerts; i++)
        if (alerts[i].alert == alert) {
            *ret_detail = alerts[i].detail == NULL ? NULL : tr(lang, alerts[i].detail);
            return alerts[i].code;
        }
    snprintf(text, bytes, tr(lang, N_("it ends the handshake with alert %d")), alert);
    *ret_detail = text;
    return CONNECTION_TLS_FAILED;
}

enum verdict_code tls_failure(struct wire *w, const char **ret_detail, char *text, size_t text_bytes)
{
    enum lang lang = w->all->settings->lang;
    int reason = ERR_GET_REASON(ERR_peek_error());
    bool any = ERR_peek_error() != 0;
    ERR_clear_error();
    *ret_detail = NULL;
    if (w->first_count > 0 && !looks_like_tls(w)) {
        if (looks_like_http(w))
            return CONNECTION_TLS_PLAIN;
        *ret_detail = tr(lang, N_("what it sends is not TLS"));
        return CONNECTION_TLS_FAILED;
    }
    if (any && reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256)
        return alert_failure(w, reason - SSL_AD_REASON_OFFSET, ret_detail, text, text_bytes);
    if (w->io_error != 0 && w->first_count == 0)
        return CONNECTION_RESET;
    if (w->ended || w->io_error != 0 || w->send_failed)
        return CONNECTION_TLS_CLOSED;
    for (size_t i = 0; any && i < sizeof faults / sizeof *faults; i++)
        if (faults[i].reason == reason) {
            *ret_detail = faults[i].detail == NULL ? NULL : tr(lang, faults[i].detail);
            return faults[i].code;
        }
    *ret_detail = tr(lang, N_("what it sends does not follow the protocol"));
    return CONNECTION_TLS_FAILED;
}
