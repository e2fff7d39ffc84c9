/* The first line is the Content-Type, the rest the message: what is accepted has its parts inside it, and its root. */
#include "scsp_bench.h"

#include "scsp/mtom.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct mtom m = {0};
    struct buf text = BUF_INIT(4 * LIMIT_XML_BYTES);
    const char *why = NULL;
    struct str all = str_part((const char *)data, size);
    size_t line = str_find(all, '\n');
    const char *type = arena_text(&a, str_part(all.p, line));
    struct str body = str_part(all.p + line + (line < all.n), all.n - line - (line < all.n));
    if (mtom_read(&a, type, body, &m, &why)) {
        size_t bytes = 0;
        must(m.count > 0 && m.count <= LIMIT_MTOM_PARTS && m.root >= m.parts && m.root < m.parts + m.count);
        for (size_t i = 0; i < m.count; i++)
            bytes += m.parts[i].bytes.n;
        must(bytes <= body.n);
        if (mtom_expand(&a, &m, &text, &why))
            must(text.n <= text.max);
    } else {
        must(why != NULL && m.count == 0);
    }
    buf_release(&text);
    arena_release(&a);
    return 0;
}
