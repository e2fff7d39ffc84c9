/* Any bytes as a form with files: the first line is its Content-Type. Parts lie inside the body, in order, and none of
 * them holds the mark that ends it. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "net/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct str text = str_part((const char *)data, size), type;
    const struct multipart_part *parts = NULL;
    size_t count = 0;
    if (!str_split(&text, '\n', &type) || text.p == NULL)
        return 0;
    if (multipart_read(&a, arena_text(&a, type), text, &parts, &count)) {
        const char *at = text.p, *end = text.p + text.n;
        must(count <= LIMIT_MULTIPART_PARTS);
        for (size_t i = 0; i < count; i++) {
            const struct multipart_part *p = &parts[i];
            must(p->name.p >= at && p->name.p + p->name.n <= p->bytes.p && p->bytes.p + p->bytes.n <= end);
            must(!p->is_file || (p->file.p >= at && p->file.p + p->file.n <= p->bytes.p));
            at = p->bytes.p + p->bytes.n;
        }
    }
    arena_release(&a);
    return 0;
}
