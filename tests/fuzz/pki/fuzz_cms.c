/* Any bytes as a detached signature, as a time stamp, and as what the reading process says: nothing is ever good, and
 * what is said may be shown. */
#include <stdint.h>
#include <stdlib.h>

#include "pki/cms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct str content[] = {{"what is ", 8}, {"covered", 7}};
    struct arena a = {0};
    struct str bytes = str_part((const char *)data, size);
    struct cms_judgement j;
    struct stamp_judgement s;
    cms_judge(&a, bytes, content, 2, &j);
    must(j.fault < CMS_FAULT_COUNT && (j.fault != CMS_GOOD || j.certificate_count > 0));
    must(j.what != NULL && j.digest != NULL);
    must(j.fault != CMS_GOOD); /* nobody signed this */
    stamp_judge(&a, bytes, content, 2, &s);
    must(!s.good && s.why[0] != '\0');
    arena_release(&a);
    return 0;
}
