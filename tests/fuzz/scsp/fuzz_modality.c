/* Any bytes as the file of a modality: what is accepted is whole and within its limits. */
#include "scsp_bench.h"

static size_t shape_walk(const struct shape *s, int depth)
{
    size_t count = 1;
    must(depth <= LIMIT_XML_DEPTH);
    for (size_t i = 0; i < s->count; i++)
        count += shape_walk(&s->parts[i], depth + 1);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct modality m;
    struct finder f = {.lang = LANG_EN, .code = ERR_PROFILE};
    if (modality_load_text(&a, str_part((const char *)data, size), "x.yaml", &m, &f)) {
        must(m.name != NULL && m.request.name != NULL && m.most >= 1 && m.most <= LIMIT_SOLICITUDES);
        must(shape_walk(&m.request, 0) <= LIMIT_SHAPE_NODES + 1);
        for (size_t i = 0; i < m.identifier_count; i++)
            must(shape_leaf(&m.request, m.identifiers[i]) != NULL);
    } else {
        must(f.found.count > 0);
    }
    config_findings_release(&f.found);
    arena_release(&a);
    return 0;
}
