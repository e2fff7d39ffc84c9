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

static void must_hold(const struct ocsp_answer *o)
{
    must((o->outcome == OCSP_UNUSABLE) == (o->fault != OCSP_FAULT_NONE));
    must(o->outcome == OCSP_UNUSABLE || o->this_update != INSTANT_NONE);
    must(o->outcome == OCSP_REVOKED || o->revoked_at == INSTANT_NONE);
    must(str_utf8_valid(str_of(o->responder)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ocsp_signers *known; /* lives as long as the process: most answers come from known responders */
    if (known == NULL)
        known = ocsp_signers_new();
    struct arena a = {0};
    struct str bytes = str_part((const char *)data, size), leaf = SAMPLE(sample_leaf), ca = SAMPLE(sample_ca);
    const struct str nonces[] = {{NULL, 0}, str_of("0123456789abcdef")};
    for (size_t i = 0; i < sizeof nonces / sizeof *nonces; i++) {
        struct ocsp_answer o, late;
        ocsp_read_with(known, &a, bytes, leaf, ca, nonces[i], SAMPLE_NOW, &o);
        must_hold(&o);
        /* a hundred years later nothing is left of it */
        ocsp_read_with(known, &a, bytes, leaf, ca, nonces[i], SAMPLE_NOW + INSTANT_PER_SECOND * 86400 * 36525, &late);
        must(late.outcome == OCSP_UNUSABLE || late.next_update > SAMPLE_NOW);
        /* what is remembered changes nothing */
        if (i == 0) {
            struct ocsp_answer alone;
            ocsp_read(&a, bytes, leaf, ca, nonces[i], SAMPLE_NOW, &alone);
            must(alone.outcome == o.outcome && alone.fault == o.fault && alone.delegated == o.delegated);
        }
    }
    arena_release(&a);
    return 0;
}
