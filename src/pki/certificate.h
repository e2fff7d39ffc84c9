/* One X.509 certificate of a stranger, as plain values.
 *
 *     struct certificate c;
 *     if (!certificate_parse(&arena, bytes, &c, e)) …
 *
 * Every text is safe to show: UTF-8 without control characters, a NUL shows as U+FFFD, overrides of the direction of
 * writing are dropped, all is bounded (limits.h). It still has to be escaped for HTML and CSV. Texts are never NULL: ""
 * means that there is none. Everything lives in the arena, a copy of the bytes included.
 *
 * Certificates of Spanish bodies may name the person who keeps them (seal) or be a person's own. Surname, given name,
 * pseudonym, mail address and personal tax numbers are never extracted; a common name that holds them is left out too,
 * and `personal` says that there was something of the kind.
 *
 * Source of the layouts: reference "security.md"; RFC 5280; ETSI EN 319 412-1 (organizationIdentifier). */
#ifndef TALAIA_PKI_CERTIFICATE_H
#define TALAIA_PKI_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/day.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/identity.h"

#define FINGERPRINT_BYTES 32
#define FINGERPRINT_HEX_BYTES (FINGERPRINT_BYTES * 2 + 1)

enum key_type { KEY_OTHER, KEY_RSA, KEY_EC, KEY_EDWARDS, KEY_DSA };

struct cert_texts {
    const char *const *items;
    size_t count;
    size_t total; /* how many there are in the certificate; the rest was left out */
};

struct certificate {
    const char *subject, *issuer;                         /* "CN=seu.example,O=Ajuntament d'Exemple,C=ES" */
    const char *common_name, *organisation, *issuer_name; /* issuer_name: its common name, or else its organisation */
    char nif[NIF_BYTES]; /* of the organisation, with a right control character; "" when there is none */
    bool nif_disagrees;  /* it carries several that differ; `nif` is the one of organizationIdentifier, then SAN */
    bool personal;       /* it names a natural person, who was left out */
    const char *serial;  /* hexadecimal, upper case, '-' in front when negative */
    instant_t not_before, not_after; /* both inclusive; INSTANT_NONE when the certificate holds no possible date */
    day_t first_day, last_day;       /* in Madrid */
    enum key_type key;
    int key_bits;
    const char *key_name;                               /* "RSA 2048", "EC P-256", "Ed25519" */
    const char *signature;                              /* "sha256WithRSAEncryption" */
    struct cert_texts dns, ips;                         /* subjectAltName, as they stand (wildcards included) */
    struct cert_texts policies, uses;                   /* dotted; uses = extended key usage */
    struct cert_texts ocsp_urls, issuer_urls, crl_urls; /* http and https only, each once */
    bool use_server, use_client; /* extended key usage allows it (named, any, or no such extension); decides nothing */
    bool may_sign; /* its key usage has digitalSignature or nonRepudiation, or there is no such extension */
    bool is_ca, self_issued, self_signed;         /* self_signed: and its own key verifies it */
    unsigned char fingerprint[FINGERPRINT_BYTES]; /* SHA-256 of the DER */
    char fingerprint_hex[FINGERPRINT_HEX_BYTES];  /* lower case */
    struct str der;
};

/* DER or PEM (its first certificate), recognised by the bytes. ERR_FORMAT or ERR_LIMIT. */
bool certificate_parse(struct arena *a, struct str bytes, struct certificate *ret, struct err *e);

/* The same with its public key, which the caller frees (EVP_PKEY_free); NULL when the key is of no kind that is known.
 */
struct evp_pkey_st;
bool certificate_parse_key(struct arena *a, struct str bytes, struct certificate *ret, struct evp_pkey_st **ret_key,
                           struct err *e);

/* All certificates of a file as DER, in its order: PEM (other blocks are passed over), DER, or PKCS #7 in either form.
 * The DER of each is only checked to be one certificate. At least one, or ERR_FORMAT. */
bool certificates_split(struct arena *a, struct str bytes, const struct str **ret_der, size_t *ret_count,
                        struct err *e);

/* Whether the certificate is made out to that name or IP address (RFC 6125 as OpenSSL does it): wildcards stand for one
 * whole label; the common name counts only when there is no subjectAltName at all. */
bool certificate_is_for(struct str der, const char *host);

/* "a.example, b.example (+3)": the names it is made out to, for a sentence. "" when there is none. */
const char *certificate_names(struct arena *a, const struct certificate *c);

#endif
