#include "probe/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <time.h>

#include "base/limits.h"
#include "base/mem.h"

#define LOOK_EVERY 256 /* callouts between two looks at the clock */
#define HEAP_KIB 4096  /* for going back; what an expression of a person needs is a hundredth */

struct pattern {
    pcre2_code *code;
    pcre2_match_context *context;
    pcre2_match_data *found;
};

bool pattern_open(const char *text, struct pattern **ret, struct err *e)
{
    int fault;
    PCRE2_SIZE at;
    PCRE2_UCHAR words[120] = "";
    /* PCRE2's own limit on steps counts from each place of the text anew; callouts before every item can count all */
    pcre2_code *code = pcre2_compile(
        (PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
        PCRE2_AUTO_CALLOUT | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C | PCRE2_UTF | PCRE2_UCP, &fault, &at, NULL);
    if (code == NULL) {
        (void)pcre2_get_error_message(fault, words, sizeof words / sizeof *words);
        return err_set(e, ERR_VALUE, N_("\"%s\" is no regular expression: at its character %zu, %s"), text, at + 1,
                       (const char *)words);
    }
    struct pattern *p = mem_alloc(1, sizeof *p);
    p->code = code;
    p->context = pcre2_match_context_create(NULL);
    p->found = pcre2_match_data_create(1, NULL);
    if (p->context == NULL || p->found == NULL) {
        pattern_free(p);
        return err_set(e, ERR_INTERNAL, N_("the regular expression \"%s\" cannot be prepared"), text);
    }
    (void)pcre2_set_heap_limit(p->context, HEAP_KIB);
    *ret = p;
    return true;
}

void pattern_free(struct pattern *p)
{
    if (p == NULL)
        return;
    pcre2_match_data_free(p->found);
    pcre2_match_context_free(p->context);
    pcre2_code_free(p->code);
    mem_free(p);
}

static int64_t cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct effort {
    int64_t until; /* of the processor, ms */
    unsigned calls;
};

static int on_item(pcre2_callout_block *block, void *context)
{
    struct effort *effort = context;
    (void)block;
    if (++effort->calls % LOOK_EVERY != 0)
        return 0;
    return cpu_ms() > effort->until ? PCRE2_ERROR_CALLOUT : 0;
}

enum pattern_found pattern_find(const struct pattern *p, struct str text)
{
    struct effort effort = {.until = cpu_ms() + LIMIT_PATTERN_CPU_MS};
    (void)pcre2_set_callout(p->context, on_item, &effort);
    int got = pcre2_match(p->code, (PCRE2_SPTR)(text.p == NULL ? "" : text.p), text.n, 0, 0, p->found, p->context);
    return got >= 0 ? PATTERN_YES : got == PCRE2_ERROR_NOMATCH ? PATTERN_NO : PATTERN_TOO_HARD;
}
