/* The steps and remarks of a row of the gateway's log: whatever stands in the store, what is read of it is within its
 * limits, and what was read and is written again is read as the same. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "record/gateway_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void steps_check(struct arena *a, const char *text)
{
    struct gateway_step_kept steps[GATEWAY_STEP_COUNT], again[GATEWAY_STEP_COUNT];
    struct gateway_judgement j = {0};
    int64_t micros[GATEWAY_STEP_COUNT] = {0};
    size_t n = gateway_steps_read(text, steps, GATEWAY_STEP_COUNT);
    must(n <= GATEWAY_STEP_COUNT);
    for (size_t i = 0; i < n; i++) {
        must(steps[i].step < GATEWAY_STEP_COUNT && steps[i].state <= GATEWAY_STATE_REFUSED && steps[i].micros >= 0);
        j.steps[steps[i].step].state = steps[i].state; /* of one that is there twice the last counts */
        micros[steps[i].step] = steps[i].micros;
    }
    size_t m = gateway_steps_read(gateway_steps_text(a, &j, micros), again, GATEWAY_STEP_COUNT);
    must(m <= n);
    for (size_t i = 0; i < m; i++)
        must(j.steps[again[i].step].state == again[i].state && micros[again[i].step] == again[i].micros);
}

static void remarks_check(struct arena *a, const char *text)
{
    static struct gateway_remark_kept kept[LIMIT_GATEWAY_REMARKS], again[LIMIT_GATEWAY_REMARKS];
    static struct gateway_remark remarks[LIMIT_GATEWAY_REMARKS];
    size_t n = gateway_remarks_read(a, text, kept, LIMIT_GATEWAY_REMARKS);
    must(n <= LIMIT_GATEWAY_REMARKS);
    for (size_t i = 0; i < n; i++) {
        must(kept[i].line >= 0 && strpbrk(kept[i].code, ":\n") == NULL && strchr(kept[i].xpath, '\n') == NULL);
        remarks[i] = (struct gateway_remark){.code = str_of(kept[i].code).n > 60 ? "long" : kept[i].code,
                                             .grade = GATEWAY_STATE_WARNING,
                                             .line = kept[i].line,
                                             .xpath = str_utf8_valid(str_of(kept[i].xpath)) ? kept[i].xpath : "/"};
    }
    size_t m = gateway_remarks_read(a, gateway_remarks_text(a, remarks, n), again, LIMIT_GATEWAY_REMARKS);
    must(m == n);
    for (size_t i = 0; i < m; i++)
        must(strcmp(again[i].code, remarks[i].code) == 0 && again[i].line == remarks[i].line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct str bytes = str_part((const char *)data, size);
    const char *text = arena_text(&a, str_part(bytes.p, str_find(bytes, '\0')));
    steps_check(&a, text);
    remarks_check(&a, text);
    arena_release(&a);
    return 0;
}
