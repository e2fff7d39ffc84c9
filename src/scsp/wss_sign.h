/* Signs an envelope as the platform wants it: BinarySecurityToken by direct reference, exclusive canonicalisation, the
 * Body and the Timestamp signed.
 *
 *     struct wss_signer *signer;
 *     if (!wss_signer_open(key_pem, certificate_bytes, &signer, e)) …
 *     if (!wss_sign(signer, doc, &(struct wss_signing){.now = now, .life_seconds = 300}, &bytes, e)) …
 */
#ifndef TALAIA_SCSP_WSS_SIGN_H
#define TALAIA_SCSP_WSS_SIGN_H

#include <libxml/tree.h>

#include "base/buf.h"
#include "base/day.h"
#include "base/err.h"

/* A private key and its certificate; frees and wipes what it holds. */
struct wss_signer;
/* `key`: PEM without a password. `certificate`: PEM or DER; it must be the key's. */
bool wss_signer_open(struct str key, struct str certificate, struct wss_signer **ret, struct err *e);
void wss_signer_free(struct wss_signer *signer);
/* Adds its certificate as DER. */
bool wss_signer_token(const struct wss_signer *signer, struct buf *to);
/* Adds the signature (RSA PKCS #1) of 32 bytes that are a SHA-256 hash. */
bool wss_signer_hash(const struct wss_signer *signer, const unsigned char hash[32], struct buf *to, struct err *e);

struct wss_signing {
    instant_t now;
    int life_seconds; /* 0: no Timestamp */
    bool sha1;        /* for platforms that know nothing else */
};
/* `doc`: an envelope without wsse:Security; the header is added when it is missing. It is changed. Adds the signed
 * message to `to`, as UTF-8. */
bool wss_sign(const struct wss_signer *signer, xmlDoc *doc, const struct wss_signing *how, struct buf *to,
              struct err *e);

#endif
