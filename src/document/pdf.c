/* A PDF: what is wrong with the file, its signatures together, and what its form says as it was signed. */
#include "document/parts.h"

#include "base/limits.h"

/* The last good signature of somebody; the count when there is none. */
static size_t last_good(const struct reading *r)
{
    size_t last = r->signatures.count;
    for (size_t i = 0; i < r->signatures.count; i++) {
        const struct document_signature *s = &r->signatures.items[i];
        if (s->good && !s->stamp &&
            (last == r->signatures.count || s->signed_end > r->signatures.items[last].signed_end))
            last = i;
    }
    return last;
}

/* It certifies, and others signed afterwards. That is a change too: one that allows none does not hold any more (ISO
 * 32000-2 §12.8.2.2: signing is allowed from 2 on), nor does any whose pages were written anew. Of other changes we may
 * not know that they are in order. */
static void judge_certified(struct reading *r, struct str bytes, size_t i)
{
    const struct document_signature *s = &r->signatures.items[i];
    const char *what;
    enum pdf_change change = r->pdf->compare(r->arena, str_part(bytes.p, s->signed_end), bytes, s->permits, &what);
    if (s->permits == 1)
        reading_say(r, DOCUMENT_REASON_CERTIFIED_BROKEN, (int)i, N_("it allows nothing, and it was signed again"), "");
    else if (change == PDF_REWRITTEN)
        reading_say(r, DOCUMENT_REASON_CERTIFIED_BROKEN, (int)i, N_("the contents of a page were replaced"), "");
    else if (change == PDF_CHANGED)
        reading_say(r, DOCUMENT_REASON_CERTIFIED_CHANGED, (int)i, what, "");
}

/* What became of the file after each signature. */
static void judge_later(struct reading *r, struct str bytes)
{
    size_t last = last_good(r);
    const char *what;
    for (size_t i = 0; i < r->signatures.count; i++) {
        const struct document_signature *s = &r->signatures.items[i];
        if (!s->good || s->stamp || s->whole)
            continue;
        struct str then = str_part(bytes.p, s->signed_end);
        if (i != last) {
            reading_say(r, DOCUMENT_REASON_SIGNED_AGAIN, (int)i, "", "");
            if (s->certifies)
                judge_certified(r, bytes, i);
            continue;
        }
        enum pdf_change change = r->pdf->compare(r->arena, then, bytes, 0, &what);
        reading_say(r, change == PDF_ADDED_PROOF ? DOCUMENT_REASON_ADDED_PROOF : DOCUMENT_REASON_CHANGED, (int)i, what,
                    "");
    }
}

/* The form as the last good signature covers it; of one that nobody signed well, as it is. */
static void read_form(struct reading *r, struct str bytes, const struct pdf_facts *now)
{
    struct pdf_facts then = *now;
    size_t last = last_good(r);
    r->d->pages = now->pages;
    if (last < r->signatures.count && !r->signatures.items[last].whole)
        r->pdf->form(r->arena, str_part(bytes.p, r->signatures.items[last].signed_end), &then);
    r->d->fields = then.fields;
    r->d->field_count = then.field_count;
}

static size_t little_endian(const char *p, size_t bytes)
{
    size_t n = 0;
    for (size_t i = bytes; i-- > 0;)
        n = n << 8 | (unsigned char)p[i];
    return n;
}

/* A ZIP archive is known by its end, whatever stands before it (APPNOTE §4.3.16): a directory, then its record, then at
 * most 64 KB. */
static bool is_zip_too(struct str bytes)
{
    enum { RECORD = 22, COMMENT = 65535 };
    size_t from = bytes.n > RECORD + COMMENT ? bytes.n - RECORD - COMMENT : 0;
    for (const char *p = bytes.p + from; (p = memmem(p, (size_t)(bytes.p + bytes.n - p), "PK\5\6", 4)) != NULL; p++) {
        size_t at = (size_t)(p - bytes.p);
        if (bytes.n - at < RECORD)
            break;
        size_t size = little_endian(p + 12, 4);
        if (size >= 46 && size <= at && memcmp(p - size, "PK\1\2", 4) == 0)
            return true;
    }
    return false;
}

void read_pdf(struct reading *r, struct str bytes)
{
    struct pdf_facts f;
    r->d->kind = DOCUMENT_PDF;
    const char *begin = memmem(bytes.p, bytes.n, "%PDF-", 5);
    if (begin != bytes.p)
        reading_say(r, DOCUMENT_REASON_PDF_BEFORE, -1, arena_printf(r->arena, "%td", begin - bytes.p), "");
    if (is_zip_too(bytes))
        reading_say(r, DOCUMENT_REASON_PDF_ALSO, -1, "ZIP", "");
    r->pdf->examine(r->arena, bytes, &f);
    if (f.encrypted) {
        reading_say(r, DOCUMENT_REASON_PDF_ENCRYPTED, -1, "", "");
        return;
    }
    if (f.damaged[0] != '\0')
        reading_say(r, DOCUMENT_REASON_PDF_DAMAGED, -1, f.damaged, "");
    for (size_t i = 0; i < f.reason_count; i++)
        reading_say(r, f.reasons[i].code, -1, f.reasons[i].what, f.reasons[i].other);
    for (size_t i = 0; i < f.empty_count; i++)
        reading_say(r, DOCUMENT_REASON_SIGNATURE_EMPTY, -1, f.empty[i], "");
    if (f.signature_total > f.signature_count)
        reading_say(r, DOCUMENT_REASON_SIGNATURES_MANY, -1, arena_printf(r->arena, "%zu", f.signature_total), "");
    for (size_t i = 0; r->trust != NULL && i < f.certificate_count; i++)
        (void)trust_learn(r->trust, f.certificates[i]);
    r->proofs = &f;
    for (size_t i = 0; i < f.signature_count; i++)
        read_signature(r, bytes, &f.signatures[i]);
    r->proofs = NULL;
    if (f.damaged[0] == '\0') {
        judge_later(r, bytes);
        read_form(r, bytes, &f);
    }
}
