/* What a form says, as text and as fields: addresses and contacts are found in any text, and each address is judged.
 * What is found stands in the bounds, can be shown, and an address that is taken is a public one. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "core/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void address_look(struct arena *a, const struct document_address *found)
{
    struct document_address x, again;
    document_address_judge(a, str_of(found->text), NULL, 0, NULL, 0, &x);
    must(x.read || (x.refused && x.remark_count > 0));
    must(!x.refused || x.remark_count > 0);
    if (!x.read)
        return;
    must(x.refused || address_range_of(x.cidr.address)->rule != ADDRESS_IS_REFUSE);
    document_address_judge(a, str_of(x.text), NULL, 0, NULL, 0, &again);
    must(again.read && again.refused == x.refused && cidr_inside(&x.cidr, &again.cidr) &&
         cidr_inside(&again.cidr, &x.cidr));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct str bytes = str_part((const char *)data, size), line = {0};
    if (!str_utf8_valid(bytes) || memchr(size == 0 ? "" : bytes.p, '\0', size) != NULL)
        return 0;
    const char *text = text_clean(&a, bytes, true);
    struct str value = str_of(text);
    (void)str_split(&value, '\n', &line);
    const struct document_field field = {.name = arena_text(&a, str_utf8_cut(line, 80)),
                                         .label = "Adreces IP",
                                         .value = value.p == NULL ? "" : arena_text(&a, value)};
    struct document d = {
        .kind = DOCUMENT_PDF, .name = "", .text = text, .fields = &field, .field_count = 1, .signer = -1};
    document_find_values(&a, &d);
    must(d.value_count <= LIMIT_DOCUMENT_VALUES && d.address_count <= LIMIT_DOCUMENT_VALUES);
    for (size_t i = 0; i < d.value_count; i++)
        must(d.values[i].value[0] != '\0' && str_utf8_valid(str_of(d.values[i].value)));
    for (size_t i = 0; i < d.address_count; i++)
        address_look(&a, &d.addresses[i]);
    arena_release(&a);
    return 0;
}
