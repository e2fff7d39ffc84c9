#include "pki/secret.h"

#include "pki/openssl.h"

#include <openssl/pkcs12.h>

bool secret_inside(struct str bytes)
{
    static const char label[] = "PRIVATE KEY-----";
    if (bytes.n == 0 || bytes.n > LONG_MAX)
        return false;
    if (memmem(bytes.p, bytes.n, label, sizeof label - 1) != NULL)
        return true;
    const unsigned char *p = (const unsigned char *)bytes.p;
    PKCS12 *archive = d2i_PKCS12(NULL, &p, (long)bytes.n);
    PKCS12_free(archive);
    p = (const unsigned char *)bytes.p;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &p, (long)bytes.n);
    EVP_PKEY_free(key);
    p = (const unsigned char *)bytes.p;
    X509_SIG *encrypted = d2i_X509_SIG(NULL, &p, (long)bytes.n); /* encrypted PKCS #8 */
    X509_SIG_free(encrypted);
    openssl_forget();
    return archive != NULL || key != NULL || encrypted != NULL;
}
