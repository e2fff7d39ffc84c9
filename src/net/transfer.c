/* The module talaia-transfer.so: what all transfers have, and what libcurl's codes mean for people. */
#include "net/transfer_curl.h"

/* OpenSSL has a type of the name of one of our error codes. */
#define ERR_STATE openssl_ERR_STATE
#include <openssl/x509_vfy.h>
#undef ERR_STATE
#include <signal.h>

CURL *transfer_handle(const char *ca_file, char error_text[CURL_ERROR_SIZE])
{
    static bool ready; /* libcurl's own state is per process too; 7.84 and later lock it themselves */
    if (!ready) {
        (void)curl_global_init(CURL_GLOBAL_DEFAULT);
        ready = true;
    }
    CURL *h = curl_easy_init();
    if (h == NULL)
        abort(); /* no memory: as mem_alloc */
    error_text[0] = '\0';
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_ERRORBUFFER, error_text);
    curl_easy_setopt(h, CURLOPT_PROXY, ""); /* not what the environment says */
    curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (ca_file != NULL && ca_file[0] != '\0') {
        curl_easy_setopt(h, CURLOPT_CAINFO, ca_file);
        curl_easy_setopt(h, CURLOPT_CAPATH, NULL); /* that file alone, not the system's directory as well */
    }
    return h;
}

/* What people can do about a certificate that is not accepted. */
static const struct {
    long result;
    const char *what; /* format: place, ca key */
} certificate_words[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED,
     N_("%s: the server's certificate has expired; nothing was sent. Its owner must renew it")},
    {X509_V_ERR_CERT_NOT_YET_VALID,
     N_("%s: the server's certificate is not valid yet; nothing was sent. Check this machine's clock")},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
     N_("%s: the server's certificate is signed by itself; nothing was sent. If it is the right one, put it in a PEM "
        "file and name that file in %s")},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
     N_("%s: the server's certificate comes from an authority that is not trusted; nothing was sent. If it is the "
        "right one, put the authority in a PEM file and name that file in %s")},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
     N_("%s: the server's certificate comes from an authority that is not known, or the server does not send the "
        "certificates between; nothing was sent. If it is the right one, put the authority in a PEM file and name that "
        "file in %s")},
    {X509_V_ERR_CERT_REVOKED,
     N_("%s: the server's certificate was revoked; nothing was sent. Its owner must replace it")},
};

static void certificate_say(CURL *h, const char *error_text, const char *place, const char *ca_key, struct err *e)
{
    long result = X509_V_OK;
    curl_easy_getinfo(h, CURLINFO_SSL_VERIFYRESULT, &result);
    for (size_t i = 0; i < sizeof certificate_words / sizeof *certificate_words; i++)
        if (certificate_words[i].result == result) {
            err_set(e, ERR_CERTIFICATE, certificate_words[i].what, place, ca_key);
            return;
        }
    if (result == X509_V_OK || result == X509_V_ERR_UNSPECIFIED) /* libcurl compares the names before it looks */
        err_set(e, ERR_CERTIFICATE,
                N_("%s: the server's certificate is for another name; nothing was sent. Use the name that its "
                   "certificate has (%s)"),
                place, error_text);
    else
        err_set(e, ERR_CERTIFICATE, N_("%s: the server's certificate is not accepted; nothing was sent (%s)"), place,
                error_text);
}

enum transfer_end transfer_say(CURL *h, CURLcode code, const char *error_text, const char *place, const char *ca_key,
                               bool sent, struct err *e)
{
    const char *words = error_text[0] != '\0' ? error_text : curl_easy_strerror(code);
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        err_set(e, ERR_NET, N_("%s: there is no such host, or the names cannot be looked up now"), place);
        return TRANSFER_UNREACHED;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR: certificate_say(h, error_text, place, ca_key, e); return TRANSFER_CERTIFICATE;
    case CURLE_SSL_CACERT_BADFILE:
        err_set(e, ERR_CONFIG, N_("%s: the file of authorities in %s cannot be read or has none; nothing was sent"),
                place, ca_key);
        return TRANSFER_SETUP;
    case CURLE_USE_SSL_FAILED:
        err_set(e, ERR_CONFIG,
                N_("%s: the server does not offer STARTTLS, so nothing was sent; use the address with TLS from the "
                   "start, or, for a server on this machine only, mail.tls: none"),
                place);
        return TRANSFER_SETUP;
    case CURLE_OPERATION_TIMEDOUT:
        if (sent)
            err_set(e, ERR_NET, N_("%s: the server took the request and did not answer in time"), place);
        else
            err_set(e, ERR_NET, N_("%s: the server does not answer in time"), place);
        return sent ? TRANSFER_LOST : TRANSFER_UNREACHED;
    case CURLE_FILESIZE_EXCEEDED:
        err_set(e, ERR_LIMIT, N_("%s: the answer is larger than is accepted"), place);
        return TRANSFER_TOO_LARGE;
    default: break;
    }
    if (sent) {
        err_set(e, ERR_NET, N_("%s: the connection ended before the answer was whole (%s)"), place, words);
        return TRANSFER_LOST;
    }
    err_set(e, ERR_NET, N_("%s: no connection can be made (%s)"), place, words);
    return TRANSFER_UNREACHED;
}

__attribute__((visibility("default"))) extern const struct transfer_module talaia_module;
const struct transfer_module talaia_module = {
    .http_open = transfer_http_open,
    .http_run = transfer_http_run,
    .http_close = transfer_http_close,
    .channel_open = transfer_channel_open,
};
