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

/* What became of the file after each signature. */
static void judge_later(struct reading *r, struct str bytes)
{
    size_t last = last_good(r);
    const char *what;
    for (size_t i = 0; i < r->signatures.count; i++) {
        const struct document_signature *s = &r->signatures.items[i];
        if (!s->good || s->stamp || s->whole)
            continue;
        if (i != last) {
            reading_say(r, DOCUMENT_REASON_SIGNED_AGAIN, (int)i, "", "");
            continue;
        }
        enum pdf_change change = r->pdf->compare(r->arena, str_part(bytes.p, s->signed_end), bytes, &what);
        reading_say(r, change == PDF_CHANGED ? DOCUMENT_REASON_CHANGED : DOCUMENT_REASON_ADDED_PROOF, (int)i, what, "");
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

void read_pdf(struct reading *r, struct str bytes)
{
    struct pdf_facts f;
    r->d->kind = DOCUMENT_PDF;
    const char *begin = memmem(bytes.p, bytes.n, "%PDF-", 5);
    if (begin != bytes.p)
        reading_say(r, DOCUMENT_REASON_PDF_BEFORE, -1, arena_printf(r->arena, "%td", begin - bytes.p), "");
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
    for (size_t i = 0; i < f.signature_count; i++)
        read_signature(r, bytes, &f.signatures[i]);
    if (f.damaged[0] == '\0') {
        judge_later(r, bytes);
        read_form(r, bytes, &f);
    }
}
