/* A serial number as a person writes it: what is taken is a positive INTEGER of DER with that value, and nothing else
 * is. */
#include "pki/openssl.h"
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <stdint.h>
#include <stdlib.h>

#include "probe/step.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static bool is_hex(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!((data[i] >= '0' && data[i] <= '9') || ((data[i] | 32) >= 'a' && (data[i] | 32) <= 'f')))
            return false;
    }
    return size > 0;
}

static void must_be(struct str der, const char *hex)
{
    const unsigned char *p = (const unsigned char *)der.p;
    unsigned char *again = NULL;
    BIGNUM *meant = NULL;
    ASN1_INTEGER *number = d2i_ASN1_INTEGER(NULL, &p, (long)der.n);
    must(number != NULL && (const char *)p == der.p + der.n && ASN1_STRING_type(number) == V_ASN1_INTEGER);
    must(i2d_ASN1_INTEGER(number, &again) == (int)der.n && memcmp(again, der.p, der.n) == 0); /* the one DER */
    BIGNUM *mine = ASN1_INTEGER_to_BN(number, NULL);
    must(BN_hex2bn(&meant, hex) > 0 && BN_cmp(mine, meant) == 0);
    OPENSSL_free(again);
    BN_free(mine);
    BN_free(meant);
    ASN1_INTEGER_free(number);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct str der = {0};
    bool taken = step_ocsp_serial(&a, str_part((const char *)data, size), &der);
    must(taken == (is_hex(data, size) && size <= 42));
    if (taken)
        must_be(der, arena_text(&a, str_part((const char *)data, size)));
    arena_release(&a);
    return 0;
}
