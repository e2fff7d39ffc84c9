/* Any bytes as a signed message: one certificate that can be read or one reason, never both, and the same again. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "flow/signed_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct str bytes = str_part((const char *)data, size), der = {0}, again = {0};
    struct err e = {.lang = LANG_EN}, other = {.lang = LANG_EN};
    bool ok = signed_message_certificate(&a, bytes, &der, &e);
    must(ok == (e.code == ERR_NONE) && ok == (der.n > 0) && der.n <= LIMIT_XML_BYTES);
    must(ok || (e.text[0] != '\0' && str_utf8_valid(str_of(e.text))));
    must(signed_message_certificate(&a, bytes, &again, &other) == ok && str_equal(der, again));
    (void)signed_message_is(bytes);
    arena_release(&a);
    return 0;
}
