/* Any bytes as the header of a message that is otherwise right. */
#include "scsp_bench.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf message = BUF_INIT(LIMIT_XML_BYTES);
    if (buf_add_text(&message, BENCH_HEAD) && buf_add(&message, data, size) &&
        buf_add_text(&message, BENCH_BODY "HESTIA_CITES" BENCH_SPECIFIC "HESTIA_CITES" BENCH_PAYLOAD BENCH_END))
        bench_explain(buf_str(&message));
    buf_release(&message);
    return 0;
}
