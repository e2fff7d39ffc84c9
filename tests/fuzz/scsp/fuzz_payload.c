/* The first byte chooses the modality, the others are its payload. */
#include "scsp_bench.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf message = BUF_INIT(LIMIT_XML_BYTES);
    const struct modalities *known = bench_modalities();
    if (size == 0)
        return 0;
    const char *name = known->items[data[0] % known->count].name;
    if (buf_add_text(&message, BENCH_HEAD BENCH_BODY) && buf_add_text(&message, name) &&
        buf_add_text(&message, BENCH_SPECIFIC) && buf_add_text(&message, name) &&
        buf_add_text(&message, BENCH_PAYLOAD) && buf_add(&message, data + 1, size - 1) &&
        buf_add_text(&message, BENCH_END))
        bench_explain(buf_str(&message));
    buf_release(&message);
    return 0;
}
