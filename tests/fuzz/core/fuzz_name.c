/* Any bytes as a name, a code or two versions of a comment: no crash, clean text, and forms that agree. */
#include <stdint.h>
#include <stdlib.h>

#include "core/comment.h"
#include "core/identity.h"
#include "core/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_clean(const char *text)
{
    struct str s = str_of(text);
    must(str_utf8_valid(s));
    uint32_t c;
    while (str_utf8_next(&s, &c))
        must(!str_is_control(c));
}

static void check_name(struct arena *a, struct str s)
{
    const char *natural = name_natural(a, s);
    check_clean(natural);
    must(strcmp(name_natural(a, str_of(natural)), natural) == 0);
    check_clean(name_inverted(a, s));
    check_clean(name_short(a, s));
    must(strcmp(name_key(a, s), name_key(a, str_of(natural))) == 0);
}

static void check_codes(struct str s)
{
    char ine10[INE10_BYTES] = "", nif[NIF_BYTES] = "", again[INE10_BYTES];
    if (ine10_parse(s, ine10) != INE10_FORMAT)
        must(strlen(ine10) == 10 && ine10_parse(str_of(ine10), again) == ine10_parse(s, again));
    else
        must(ine10[0] == '\0');
    enum nif_kind kind = nif_parse(s, nif);
    must(kind == NIF_BAD ? nif[0] == '\0' : strlen(nif) == 9 && nif_parse(str_of(nif), nif) == kind);
}

/* Three texts, divided by the first two '|'. */
static void check_comment(struct arena *a, struct str s)
{
    struct str part[3] = {{0}};
    for (int i = 0; i < 3; i++)
        (void)str_split(&s, '|', &part[i]);
    const char *kept = NULL, *again = NULL;
    enum merge m = comment_merge(a, arena_text(a, part[0]), arena_text(a, part[1]), arena_text(a, part[2]), &kept);
    must(m >= MERGE_NOTHING && m <= MERGE_CONFLICT && str_utf8_valid(str_of(kept)));
    must(comment_merge(a, kept, kept, kept, &again) == MERGE_NOTHING && strcmp(again, kept) == 0);
    must(strlen(comment_add_line(a, kept, 20000, kept)) > 10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct str s = str_part((const char *)data, size);
    check_name(&a, s);
    check_codes(s);
    check_comment(&a, s);
    arena_release(&a);
    return 0;
}
