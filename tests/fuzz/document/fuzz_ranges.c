/* What a PDF's signature says that it covers (its ByteRange), and the bytes of that signature: the first line has the
 * numbers, what follows is the file, and the signature is its first string in hexadecimal. Whatever the numbers are,
 * what is taken as covered is the file but that string. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "document/parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static int digit_value(char c)
{
    const char *all = "0123456789abcdef", *at = c == '\0' ? NULL : strchr(all, c >= 'A' && c <= 'F' ? c | 0x20 : c);
    return at == NULL ? -1 : (int)(at - all);
}

/* As a reader of PDFs reads it: what is no digit is passed over. */
static struct str contents_of(struct arena *a, struct str file)
{
    size_t open = str_find(file, '<'), n = 0;
    char *to = arena_alloc(a, file.n + 1, 1);
    int high = -1;
    for (size_t i = open + 1; i < file.n && file.p[i] != '>'; i++) {
        int value = digit_value(file.p[i]);
        if (value < 0)
            continue;
        if (high >= 0)
            to[n++] = (char)(high << 4 | value);
        high = high >= 0 ? -1 : value;
    }
    return str_part(to, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct document d = {.kind = DOCUMENT_PDF};
    struct reading r = {.arena = &a, .now = INSTANT_PER_SECOND * 1795161600, .lang = LANG_EN, .d = &d};
    struct str file = str_part((const char *)data, size), line = {0}, word;
    struct pdf_signature s = {.field = "x", .fields = 1, .type = "Sig", .subfilter = "adbe.pkcs7.detached"};
    (void)str_split(&file, '\n', &line);
    file = file.p == NULL ? str_of("") : file;
    s.ranges_whole = true;
    while (str_split(&line, ' ', &word)) {
        int64_t value = 0;
        s.ranges_whole &= str_to_int64(word, INT64_MIN, INT64_MAX, &value);
        if (s.range_count < PDF_RANGES_KEPT)
            s.ranges[s.range_count] = value;
        s.range_count++;
    }
    s.contents = contents_of(&a, file);
    s.has_contents = true;
    read_signature(&r, file, &s);
    const struct document_signature *x = &r.signatures.items[0];
    must(r.signatures.count == 1 && x->signed_end <= file.n);
    must(x->whole == (x->signed_end == file.n && x->signed_end > 0));
    must(x->good || r.reasons.count > 0);
    if (x->signed_end > 0) {
        const long long *n = s.ranges;
        must(s.range_count == 4 && n[0] == 0 && n[1] > 0 && n[2] > n[1] + 1 && n[3] > 0);
        must((unsigned long long)n[2] + (unsigned long long)n[3] == x->signed_end);
        must(file.p[n[1]] == '<' && file.p[n[2] - 1] == '>');
        must(memchr(file.p + n[1], '>', (size_t)(n[2] - n[1] - 1)) == NULL);
    }
    vec_release(&r.reasons);
    vec_release(&r.signatures);
    arena_release(&a);
    return 0;
}
