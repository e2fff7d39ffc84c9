/* Any bytes as a message. */
#include "scsp_bench.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bench_explain(str_part((const char *)data, size));
    return 0;
}
