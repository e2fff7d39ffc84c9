#include "net/server_tls.h"

#include <gnutls/gnutls.h>

/* Nothing older than TLS 1.2. */
#define VERSIONS "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

unsigned tls_options(const struct server_options *o, struct MHD_OptionItem ret[TLS_OPTIONS])
{
    size_t n = 0;
    if (o->tls_certificate != NULL) { /* the library does not change them; its interface has no const */
        ret[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)o->tls_key};
        ret[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)o->tls_certificate};
        ret[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)VERSIONS};
    }
    ret[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    return o->tls_certificate == NULL ? 0 : MHD_USE_TLS;
}

bool tls_may(const struct server_options *o, struct err *e)
{
    gnutls_certificate_credentials_t both;
    if (o->tls_certificate == NULL)
        return true;
    int why = gnutls_certificate_allocate_credentials(&both);
    if (why >= 0) {
        const gnutls_datum_t certificate = {(unsigned char *)(uintptr_t)o->tls_certificate,
                                            (unsigned)strlen(o->tls_certificate)};
        const gnutls_datum_t key = {(unsigned char *)(uintptr_t)o->tls_key, (unsigned)strlen(o->tls_key)};
        why = gnutls_certificate_set_x509_key_mem(both, &certificate, &key, GNUTLS_X509_FMT_PEM);
        gnutls_certificate_free_credentials(both);
    }
    return why >= 0 ||
           err_set(e, ERR_VALUE, N_("key and certificate for TLS cannot be used: %s"), gnutls_strerror(why));
}

static gnutls_session_t session_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info == NULL ? NULL : info->tls_session;
}

/* Without the names of our authorities: toolkits that look at that list would keep back a certificate of another. */
void tls_ask(struct MHD_Connection *c)
{
    gnutls_session_t session = session_of(c);
    if (session == NULL)
        return;
    gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
    gnutls_certificate_send_x509_rdn_sequence(session, 1);
}

struct str tls_shown(struct arena *a, struct MHD_Connection *c)
{
    gnutls_session_t session = session_of(c);
    unsigned count = 0;
    const gnutls_datum_t *chain = session == NULL ? NULL : gnutls_certificate_get_peers(session, &count);
    if (chain == NULL || count == 0)
        return str_part("", 0);
    return str_part(arena_text(a, str_part((const char *)chain[0].data, chain[0].size)), chain[0].size);
}
