/* Any bytes as a document, and as the text of one: nothing is valid that nobody signed, and no crash. PDFs go through
 * the module when the program's directory is in TALAIA_TEST_BUILD, as when the corpus is replayed. */
#include <stdint.h>
#include <stdlib.h>

#include "base/module.h"
#include "document/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    struct arena a = {0};
    struct document d, again;
    const struct document_wanted w = {
        .body_nif = "P9900001J", .provider_nif = "", .now = INSTANT_PER_SECOND * 1795161600};
    if (!ready && getenv("TALAIA_TEST_BUILD") != NULL)
        module_init(getenv("TALAIA_TEST_BUILD"));
    ready = true;
    document_read_here(&a, str_part((const char *)data, size), NULL, w.now, LANG_EN, &d);
    json_t *value = document_json(&d);
    must(value != NULL && document_parse(&a, value, &again));
    json_decref(value);
    again.text = arena_text(
        &a, str_utf8_valid(str_part((const char *)data, size)) ? str_part((const char *)data, size) : str_of("x"));
    document_find_values(&a, &again);
    document_judge(&a, &w, &again);
    must(again.verdict != DOCUMENT_VALID);
    arena_release(&a);
    return 0;
}
