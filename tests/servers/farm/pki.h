/* Certificates for the farm, with the OpenSSL API. Whoever gets a pointer frees it with OpenSSL's own function. */
#ifndef FARM_PKI_H
#define FARM_PKI_H

#include "base/err.h"
#include "openssl_headers.h"

struct signer {
    X509 *certificate;
    EVP_PKEY *key;
};

enum certificate_role { ROLE_ROOT, ROLE_INTERMEDIATE, ROLE_RESPONDER, ROLE_SERVER, ROLE_CLIENT, ROLE_SEAL, ROLE_CDA };

/* What to write in a certificate; NULL leaves the thing out. */
struct certificate_wish {
    enum certificate_role role;
    const char *common_name, *organisation, *nif; /* nif: serialNumber and organizationIdentifier VATES-… */
    const char *names;                            /* "DNS:a.test,IP:127.0.0.1" */
    const char *aia, *crl;                        /* "OCSP;URI:…,caIssuers;URI:…" and "URI:…" */
    const char *serial_seed;                      /* the serial number is made of it */
    int from, until;                              /* days from now */
    bool sha1, broken_signature;
};

/* OpenSSL's own reason after ours. Always false. */
bool openssl_fail(struct err *e, const char *what);

EVP_PKEY *key_make(const char *kind, struct err *e); /* "rsa2048", "rsa1024", "p256" */
/* Signed by `issuer`, or by itself when its certificate is NULL. */
X509 *certificate_make(const struct certificate_wish *wish, EVP_PKEY *key, const struct signer *issuer, struct err *e);

struct revoked {
    const X509 *certificate;
    int day; /* from now */
};
X509_CRL *crl_make(const struct signer *issuer, const struct revoked *list, size_t count, int from, int until,
                   struct err *e);

bool key_write(const char *dir, const char *name, EVP_PKEY *key, struct err *e);
/* The certificates one after the other, PEM. */
bool certificates_write(const char *dir, const char *name, X509 *const *list, size_t count, struct err *e);
bool certificate_write_der(const char *dir, const char *name, X509 *certificate, struct err *e);
bool crl_write_der(const char *dir, const char *name, X509_CRL *crl, struct err *e);

EVP_PKEY *key_read(const char *dir, const char *name, struct err *e);
/* All certificates of a PEM file, in its order. */
STACK_OF(X509) * certificates_read(const char *dir, const char *name, struct err *e);

#endif
