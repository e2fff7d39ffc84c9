/* Any bytes as the answer of a responder: what has a fault says nothing, what says something has its dates. */
#include <stdint.h>
#include <stdlib.h>

#include "pki/ocsp.h"
#include "sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct ocsp_answer o;
    const struct str nonces[] = {{NULL, 0}, str_of("0123456789abcdef")};
    for (size_t i = 0; i < sizeof nonces / sizeof *nonces; i++) {
        ocsp_read(&a, str_part((const char *)data, size), SAMPLE(sample_leaf), SAMPLE(sample_ca), nonces[i], SAMPLE_NOW,
                  &o);
        must((o.outcome == OCSP_UNUSABLE) == (o.fault != OCSP_FAULT_NONE));
        must(o.outcome == OCSP_UNUSABLE || o.this_update != INSTANT_NONE);
        must(o.outcome == OCSP_REVOKED || o.revoked_at == INSTANT_NONE);
        must(str_utf8_valid(str_of(o.responder)));
        /* a hundred years later nothing is left of it */
        ocsp_read(&a, str_part((const char *)data, size), SAMPLE(sample_leaf), SAMPLE(sample_ca), nonces[i],
                  SAMPLE_NOW + INSTANT_PER_SECOND * 86400 * 36525, &o);
        must(o.outcome == OCSP_UNUSABLE || o.next_update > SAMPLE_NOW);
    }
    arena_release(&a);
    return 0;
}
