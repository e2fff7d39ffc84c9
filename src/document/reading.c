/* Reading one document, in the process that does it. */
#include <sodium.h>

#include "base/limits.h"
#include "base/module.h"
#include "base/text.h"
#include "document/parts.h"

void reading_say(struct reading *r, enum document_reason_code code, int signature, const char *what, const char *other)
{
    if (r->reasons.count >= LIMIT_DOCUMENT_REASONS && document_reason_grade(code) < DOCUMENT_INVALID)
        return;
    if (r->reasons.count >= 2 * LIMIT_DOCUMENT_REASONS)
        return;
    vec_push(&r->reasons, (struct document_reason){.code = code,
                                                   .grade = document_reason_grade(code),
                                                   .signature = signature,
                                                   .what = what,
                                                   .other = other,
                                                   .day = DAY_NONE});
}

static const char *sha256_text(struct arena *a, struct str bytes)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char *hex = arena_alloc(a, 2 * sizeof hash + 1, 1);
    crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
    return sodium_bin2hex(hex, 2 * sizeof hash + 1, hash, sizeof hash);
}

/* Readers look for the header in the first kilobyte. */
static bool is_pdf(struct str bytes)
{
    return bytes.n > 5 && memmem(bytes.p, bytes.n < 1024 ? bytes.n : 1024, "%PDF-", 5) != NULL;
}

static void read_one(struct reading *r, struct str bytes)
{
    struct err e = {.lang = LANG_EN};
    if (bytes.n == 0) {
        reading_say(r, DOCUMENT_REASON_EMPTY, -1, "", "");
    } else if (bytes.n > LIMIT_DOCUMENT_BYTES) {
        reading_say(r, DOCUMENT_REASON_TOO_LARGE, -1, arena_printf(r->arena, "%zu", (bytes.n + (1u << 20) - 1) >> 20),
                    arena_printf(r->arena, "%u", LIMIT_DOCUMENT_BYTES >> 20));
    } else if (!is_pdf(bytes)) {
        read_certificates(r, bytes);
    } else {
        r->pdf = module_api(MODULE_PDF, &e);
        if (r->pdf != NULL)
            read_pdf(r, bytes);
        else
            reading_say(r, DOCUMENT_REASON_EXHAUSTED, -1, arena_strdup(r->arena, e.text), "");
    }
}

void document_read_here(struct arena *a, struct str bytes, struct trust *trust, instant_t now, enum lang lang,
                        struct document *ret)
{
    struct reading r = {.arena = a, .trust = trust, .now = now, .lang = lang, .d = ret};
    *ret = (struct document){.kind = DOCUMENT_OTHER,
                             .name = "",
                             .sha256 = sha256_text(a, bytes),
                             .bytes = bytes.n,
                             .verdict = DOCUMENT_INVALID,
                             .signer = -1,
                             .text = ""};
    read_one(&r, bytes);
    ret->reasons = vec_to_arena(&r.reasons, a);
    ret->reason_count = r.reasons.count;
    ret->signatures = vec_to_arena(&r.signatures, a);
    ret->signature_count = r.signatures.count;
    vec_release(&r.reasons);
    vec_release(&r.signatures);
}
