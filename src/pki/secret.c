#include "pki/secret.h"

#include "base/limits.h"
#include "base/mem.h"
#include "pki/openssl.h"

#include <openssl/pkcs12.h>

static bool is_der(struct str bytes)
{
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

/* Stores of Java begin so; nobody sends one for a certificate alone. BKS and UBER have no mark but their version (1, 2)
 * and that their salt has 20 bytes. */
static bool is_store(struct str bytes)
{
    static const unsigned char marks[][8] = {{0xfe, 0xed, 0xfe, 0xed}, {0xce, 0xce, 0xce, 0xce}};
    static const unsigned char salt[] = {0, 0, 0, 20};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (bytes.n > 4 && memcmp(bytes.p, marks[i], 4) == 0)
            return true;
    return bytes.n > 32 && memcmp(bytes.p, "\0\0\0", 3) == 0 && (bytes.p[3] == 1 || bytes.p[3] == 2) &&
           memcmp(bytes.p + 4, salt, sizeof salt) == 0;
}

static bool has_label(struct str bytes)
{
    static const char *const labels[] = {"PRIVATE KEY-----", "PRIVATE KEY BLOCK-----", "PuTTY-User-Key-File-"};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (memmem(bytes.p, bytes.n, labels[i], strlen(labels[i])) != NULL)
            return true;
    return false;
}

/* UTF-16 has a zero beside each letter; what a mail makes of a file is base64 without anything else. */
static bool is_wrapped(struct str bytes)
{
    unsigned char *to = mem_alloc(bytes.n + 4, 1);
    size_t n = 0;
    for (size_t i = 0; i < bytes.n; i++)
        if (bytes.p[i] != '\0')
            to[n++] = (unsigned char)bytes.p[i];
    bool found = n < bytes.n && has_label(str_part((const char *)to, n));
    n = 0;
    for (size_t i = 0; i < bytes.n; i++)
        if (memchr(" \t\r\n", bytes.p[i], 4) == NULL)
            to[n++] = (unsigned char)bytes.p[i];
    if (!found && n > 0 && n % 4 == 0 && to[0] == 'M') { /* of 0x30, with which all DER begins */
        int got = EVP_DecodeBlock(to, to, (int)n);
        found = got > 3 && is_der(str_part((const char *)to, (size_t)got));
    }
    OPENSSL_cleanse(to, bytes.n + 4);
    mem_free(to);
    openssl_forget();
    return found;
}

bool secret_inside(struct str bytes)
{
    if (bytes.n == 0 || bytes.n > LONG_MAX)
        return false;
    return has_label(bytes) || is_store(bytes) || is_der(bytes) ||
           (bytes.n <= LIMIT_CERTIFICATE_FILE_BYTES && is_wrapped(bytes));
}
