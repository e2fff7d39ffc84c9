/* One address as a person wrote it: what it is, what is to be said of it, and how it should have been written. Where
 * addresses stand in a form is document_text.c's. */
#include "base/limits.h"
#include "core/document.h"

struct remarks {
    VEC(struct document_reason) list;
};

static void add(struct remarks *to, enum document_reason_code code, const char *what, const char *other)
{
    vec_push(&to->list, (struct document_reason){.code = code,
                                                 .grade = document_reason_grade(code),
                                                 .signature = -1,
                                                 .what = what,
                                                 .other = other,
                                                 .day = DAY_NONE});
}

/* --- what is understood, and is yet no address --- */

enum { MOST_BLOCKS = 8 };

/* The ranges that together are first…last: the largest that begins at `first` and does not go beyond, and so on. */
static const char *blocks_text(struct arena *a, uint32_t first, uint32_t last)
{
    const char *all = "";
    char text[CIDR_TEXT_BYTES];
    uint64_t at = first, end = (uint64_t)last + 1;
    for (int n = 0; at < end; n++) {
        uint64_t size = 1;
        if (n == MOST_BLOCKS)
            return arena_printf(a, "%s…", all);
        while (at % (size * 2) == 0 && at + size * 2 <= end)
            size *= 2;
        struct cidr block = {.address = {[10] = 0xff, [11] = 0xff}, .bits = 128};
        for (int i = 0; i < 4; i++)
            block.address[12 + i] = (unsigned char)(at >> (24 - 8 * i));
        for (uint64_t k = size; k > 1; k /= 2)
            block.bits--;
        all = arena_printf(a, "%s%s%s", all, n == 0 ? "" : ", ", cidr_text(&block, text));
        at += size;
    }
    return all;
}

static bool number_of(struct str s, uint32_t *ret)
{
    unsigned char bytes[16];
    if (memchr(s.n == 0 ? "" : s.p, ':', s.n) != NULL || !address_bytes_parse(s, bytes))
        return false;
    *ret = (uint32_t)bytes[12] << 24 | (uint32_t)bytes[13] << 16 | (uint32_t)bytes[14] << 8 | bytes[15];
    return true;
}

/* "192.0.2.1-192.0.2.6", "192.0.2.1-6". */
static bool take_span(struct arena *a, struct remarks *to, struct str text, const char *shown)
{
    size_t dash = str_find(text, '-');
    uint32_t first = 0, last = 0;
    int64_t short_end = 0;
    struct str end = dash < text.n ? str_trim(str_part(text.p + dash + 1, text.n - dash - 1)) : str_of("");
    if (dash == text.n || !number_of(str_trim(str_part(text.p, dash)), &first))
        return false;
    if (!number_of(end, &last)) {
        if (!str_to_int64(end, 0, 255, &short_end))
            return false;
        last = (first & 0xffffff00u) | (uint32_t)short_end;
    }
    if (last < first)
        return false;
    add(to, DOCUMENT_REASON_ADDRESS_SPAN, shown, blocks_text(a, first, last));
    return true;
}

/* Without what stands before it in a URL, its brackets, and what comes behind. */
static struct str bare(struct str s)
{
    const char *scheme = memmem(s.p, s.n, "://", 3);
    if (scheme != NULL)
        s = str_part(scheme + 3, s.n - (size_t)(scheme + 3 - s.p));
    if (s.n > 0 && s.p[0] == '[')
        return str_part(s.p + 1, str_find(str_part(s.p + 1, s.n - 1), ']'));
    size_t colon = str_find(s, ':');
    if (colon < s.n && str_find(str_part(s.p + colon + 1, s.n - colon - 1), ':') == s.n - colon - 1)
        s.n = colon;
    return str_part(s.p, str_find(s, '/'));
}

static bool take_port(struct arena *a, struct remarks *to, struct str text, const char *shown)
{
    struct str inside = bare(text);
    unsigned char bytes[16];
    char kept[CIDR_TEXT_BYTES];
    /* "192.0.2.0/33" is a range with a mistake, and no path */
    if (inside.n == 0 || inside.n == text.n || !address_bytes_parse(inside, bytes) ||
        (inside.p == text.p && inside.n < text.n && text.p[inside.n] == '/'))
        return false;
    add(to, DOCUMENT_REASON_ADDRESS_PORT, shown, arena_strdup(a, address_bytes_text(bytes, kept)));
    return true;
}

bool address_looks_named(struct str text)
{
    struct str s = bare(text), label;
    bool letters = false;
    size_t labels = 0;
    while (str_split(&s, '.', &label)) {
        letters = false; /* of the last one: "example", never "7" */
        for (size_t i = 0; i < label.n; i++) {
            char c = label.p[i];
            bool letter = ((unsigned char)c | 0x20) >= 'a' && ((unsigned char)c | 0x20) <= 'z';
            if (!letter && !(c >= '0' && c <= '9') && c != '-')
                return false;
            letters |= letter;
        }
        if (label.n == 0 || label.n > 63 || label.p[0] == '-')
            return false;
        labels++;
        if (labels > 1 && label.n < 2)
            return false;
    }
    return labels > 1 && letters;
}

/* --- the judgement --- */

static void judged_add(struct arena *a, struct remarks *to, const struct cidr *range, const struct address_remark *r)
{
    char text[CIDR_TEXT_BYTES];
    const char *what = arena_strdup(a, cidr_text(range, text));
    bool v4 = memchr(text, ':', strlen(text)) == NULL;
    switch (r->code) {
    case ADDRESS_SPECIAL: add(to, DOCUMENT_REASON_ADDRESS_SPECIAL, what, r->range->what); break;
    case ADDRESS_WIDE:
        add(to, DOCUMENT_REASON_ADDRESS_WIDE, what,
            arena_printf(a, "%d", v4 ? LIMIT_GATEWAY_RANGE_V4 : LIMIT_GATEWAY_RANGE_V6));
        break;
    case ADDRESS_SHARED: add(to, DOCUMENT_REASON_ADDRESS_SHARED, what, r->known->whose); break;
    default: add(to, DOCUMENT_REASON_ADDRESS_TWICE, what, ""); break;
    }
}

void document_address_judge(struct arena *a, struct str text, const struct cidr *internal, size_t internal_count,
                            const struct address_known *known, size_t known_count, struct document_address *ret)
{
    struct err e = {.lang = LANG_EN};
    struct address_remark remarks[8];
    struct remarks list = {0};
    char kept[CIDR_TEXT_BYTES];
    struct str trimmed = str_utf8_cut(str_trim(text), LIMIT_CERT_TEXT_BYTES);
    char *shown = arena_text(a, trimmed);
    str_make_printable(shown);
    *ret = (struct document_address){.text = shown, .where = ""};
    ret->read = cidr_parse(trimmed, &ret->cidr, &e);
    if (!ret->read) {
        ret->refused = true;
        if (address_looks_named(trimmed))
            add(&list, DOCUMENT_REASON_ADDRESS_NAME, shown, "");
        else if (!take_span(a, &list, trimmed, shown) && !take_port(a, &list, trimmed, shown))
            add(&list, DOCUMENT_REASON_ADDRESS_BAD, shown, arena_strdup(a, e.text));
    } else {
        ret->text = arena_strdup(a, cidr_text(&ret->cidr, kept));
        size_t n = address_judge(&ret->cidr, internal, internal_count, known, known_count, remarks, 8);
        for (size_t i = 0; i < n; i++) {
            ret->refused |= remarks[i].refused;
            judged_add(a, &list, &ret->cidr, &remarks[i]);
        }
    }
    ret->remarks = vec_to_arena(&list.list, a);
    ret->remark_count = list.list.count;
    vec_release(&list.list);
}
