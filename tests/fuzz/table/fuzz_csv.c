/* Any bytes as delimited text. Read twice, the second time in pieces of a few bytes: where a read ends must not matter.
 * How to run it: tests/unit/table/meson.build. */
#include <stdint.h>

#include "base/file.h"
#include "examine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ssize_t short_read(int fd, void *to, size_t n)
{
    return read(fd, to, n < 7 ? n : 7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= 2 && data[0] == 'P' && data[1] == 'K')
        return 0; /* fuzz_xlsx's */
    uint64_t whole = table_examine(data, size);
    os.read = short_read;
    uint64_t pieces = table_examine(data, size);
    os.read = read;
    if (whole != pieces)
        abort();
    return 0;
}
