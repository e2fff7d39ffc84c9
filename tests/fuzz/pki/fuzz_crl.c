/* Any bytes as a revocation list. */
#include <stdint.h>
#include <stdlib.h>

#include "pki/crl.h"
#include "sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct crl_answer c;
    crl_read(str_part((const char *)data, size), SAMPLE(sample_leaf), SAMPLE(sample_ca), SAMPLE_NOW, &c);
    must((c.outcome == CRL_UNUSABLE) == (c.fault != CRL_FAULT_NONE));
    must(c.outcome == CRL_UNUSABLE || c.this_update != INSTANT_NONE);
    must(c.outcome == CRL_REVOKED || c.revoked_at == INSTANT_NONE);
    return 0;
}
