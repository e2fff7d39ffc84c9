/* Any bytes as the file of a CDA: a certificate, several, a chain, a private key in any wrapping. Nobody is trusted, so
 * nothing is valid, and of what holds a private key nothing is told. */
#include <stdint.h>
#include <stdlib.h>

#include "document/parts.h"
#include "pki/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct document_wanted w = {
        .body_nif = "P9900001J", .provider_nif = "", .now = INSTANT_PER_SECOND * 1795161600};
    struct arena a = {0};
    struct str bytes = str_part((const char *)data, size);
    struct document d = {.name = "", .sha256 = "", .text = "", .signer = -1};
    struct reading r = {.arena = &a, .now = w.now, .lang = LANG_EN, .d = &d};
    read_certificates(&r, bytes);
    d.reasons = vec_to_arena(&r.reasons, &a);
    d.reason_count = r.reasons.count;
    must(!secret_inside(bytes) || (d.kind == DOCUMENT_SECRET && !d.has_certificate));
    document_judge(&a, &w, &d);
    must(d.verdict != DOCUMENT_VALID && d.reason_count > 0);
    json_t *told = document_json(&d);
    must(told != NULL);
    json_decref(told);
    vec_release(&r.reasons);
    vec_release(&r.signatures);
    arena_release(&a);
    return 0;
}
