/* An expression up to the first NUL, and the answer of a stranger behind it: whatever both are, an end is found in
 * time, and what was found is found again. */
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "base/mem.h"
#include "probe/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {.lang = LANG_EN};
    struct arena a = {0};
    struct pattern *p = NULL;
    const uint8_t *end = size == 0 ? NULL : memchr(data, 0, size);
    if (end == NULL || end - data > 2000) /* a line of a person */
        return 0;
    struct str text = str_part((const char *)end + 1, size - (size_t)(end - data) - 1);
    if (!pattern_open(arena_text(&a, str_part((const char *)data, (size_t)(end - data))), &p, &e)) {
        if (e.code != ERR_VALUE || e.text[0] == '\0')
            abort();
    } else {
        int64_t began = cpu_ms();
        enum pattern_found first = pattern_find(p, text);
        if (cpu_ms() - began > 20 * LIMIT_PATTERN_CPU_MS) /* sanitizers are slow; without a limit it would be hours */
            abort();
        if (first != PATTERN_TOO_HARD && pattern_find(p, text) == (first == PATTERN_YES ? PATTERN_NO : PATTERN_YES))
            abort();
    }
    pattern_free(p);
    arena_release(&a);
    return 0;
}
