/* Internal to scsp: the pieces of a security header, found and checked for form, before anything is computed; the
 * algorithms that are known; the keys. */
#ifndef TALAIA_SCSP_WSS_PARTS_H
#define TALAIA_SCSP_WSS_PARTS_H

/* OpenSSL has a type of this name, and base/err.h a code: theirs is called otherwise here. */
#define ERR_STATE openssl_ERR_STATE
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#undef ERR_STATE

#include "base/limits.h"
#include "net/xml_safe.h"
#include "scsp/wss.h"

struct wss_algorithm {
    const char *uri, *name; /* "rsa-sha256" */
    const char *digest;     /* OpenSSL's name, "SHA256" */
    int key;                /* EVP_PKEY_RSA, EVP_PKEY_EC; 0: a digest */
    bool old;               /* SHA-1 */
};
/* NULL when it is none that is accepted. */
const struct wss_algorithm *wss_signature_find(const char *uri);
const struct wss_algorithm *wss_digest_find(const char *uri);
#define WSS_EXCLUSIVE "http://www.w3.org/2001/10/xml-exc-c14n#"
#define WSS_ENVELOPED "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
#define WSS_RSA_SHA256 "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
#define WSS_SHA256 "http://www.w3.org/2001/04/xmlenc#sha256"

struct wss_reference {
    const xmlNode *node, *target; /* target: the signed element */
    const struct wss_algorithm *digest;
    const char *const *prefixes; /* ended by NULL; NULL: none */
    unsigned char value[EVP_MAX_MD_SIZE];
    size_t value_bytes;
};

struct wss_parts {
    const xmlNode *security, *signature, *signed_info, *value_node, *method_node;
    const xmlNode *token, *timestamp;
    const struct wss_algorithm *method;
    const char *const *prefixes; /* of SignedInfo */
    struct wss_reference references[LIMIT_WSS_REFERENCES];
    size_t reference_count;
    struct str value; /* SignatureValue */
    struct str token_der;
    struct wss_key *key; /* of the token; NULL when its bytes are no certificate */
};

/* Finds everything and remarks on what is not as it must be. False when nothing may be computed. */
bool wss_parts_read(struct remarks *all, struct wss_keys *keys, const struct envelope *e,
                    const struct wss_policy *policy, struct wss_parts *ret);
/* Words of a PrefixList, ended by NULL; NULL when there are none. False when there are too many. */
bool wss_prefixes_read(struct arena *a, const xmlNode *method, const char *const **ret);

struct wss_key {
    EVP_PKEY *pkey;
    EVP_PKEY_CTX *ready; /* to verify with `digest`; NULL: not yet */
    const EVP_MD *digest;
    int type, bits;                     /* EVP_PKEY_RSA, … */
    unsigned char hash[WSS_HASH_BYTES]; /* SHA-256 of the certificate */
    struct wss_certificate certificate;
    struct str der, text; /* of the token that it came in: as it was decoded, and as it stood there; p NULL */
};
/* By the certificate. NULL when the bytes are none. It belongs to `keys`, until the next one is asked for. */
struct wss_key *wss_keys_get(struct wss_keys *keys, struct str der);
/* By the base64 of a token, if it is one that wss_keys_keep was given. */
struct wss_key *wss_keys_find(struct wss_keys *keys, struct str text);
void wss_keys_keep(struct wss_keys *keys, struct wss_key *key, struct str der, struct str text);
/* Whether `value` is the signature of the bytes. */
bool wss_keys_verify(struct wss_keys *keys, struct wss_key *key, const char *digest, struct str bytes,
                     struct str value);

/* Digest of a canonical form; *ret_bytes tells how long it is. */
bool wss_keys_digest(struct wss_keys *keys, const char *name, struct str bytes, unsigned char ret[EVP_MAX_MD_SIZE],
                     size_t *ret_bytes);
/* The same without what `keys` holds ready. */
bool wss_digest(const char *name, struct str bytes, unsigned char ret[EVP_MAX_MD_SIZE], size_t *ret_bytes);

/* The reason of a digest that does not fit, as a remark; fills the difference. */
void wss_why_digest(struct remarks *all, xmlDoc *doc, struct str text, const struct wss_reference *r, struct str ours,
                    struct wss_difference *ret);
/* The same for the signature value. */
void wss_why_signature(struct remarks *all, xmlDoc *doc, struct str text, const struct wss_parts *p,
                       const struct wss_key *key);

#endif
