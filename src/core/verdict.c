#include "core/verdict.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"

static const struct {
    enum verdict_part part;
    const char *text;
    enum verdict_class class;
    const char *words;
    const char *reason, *advice;
} codes[VERDICT_CODE_COUNT] = {
#define X(part, name, code, class, words, reason, advice)                                                              \
    [part##_##name] = {VERDICT_##part, code, VERDICT_##class, words, reason, advice},
    VERDICT_LIST(X)
#undef X
};

enum verdict_part verdict_part(enum verdict_code c)
{
    return codes[c].part;
}

enum verdict_class verdict_class(enum verdict_code c)
{
    return codes[c].class;
}

const char *verdict_text(enum verdict_code c)
{
    return codes[c].text;
}

const char *verdict_words(enum verdict_code c)
{
    return codes[c].words;
}

const char *verdict_reason(enum verdict_code c)
{
    return codes[c].reason;
}

const char *verdict_advice(enum verdict_code c)
{
    return codes[c].advice;
}

bool verdict_find(enum verdict_part part, const char *text, enum verdict_code *ret)
{
    for (int c = 0; c < VERDICT_CODE_COUNT; c++) {
        if (codes[c].part == part && strcmp(codes[c].text, text) == 0) {
            *ret = (enum verdict_code)c;
            return true;
        }
    }
    return false;
}

static void put_field(struct buf *to, struct str name, const struct verdict_facts *f)
{
    char number[16], day[DAY_TEXT_BYTES];
    const struct {
        const char *name, *text;
        int number;
    } fields[] = {
        {"host", f->host, 0},
        {"address", f->address, 0},
        {"detail", f->detail, 0},
        {"port", NULL, f->port},
        {"status", NULL, f->status},
        {"seconds", NULL, f->seconds},
        {"day", day_dmy(f->day, day), 0},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (!str_is(name, fields[i].name))
            continue;
        (void)snprintf(number, sizeof number, "%d", fields[i].number);
        const char *text = fields[i].number != 0 ? number : fields[i].text;
        buf_add_text(to, text == NULL || text[0] == '\0' ? "?" : text);
    }
}

const char *verdict_fill(struct arena *a, const char *text, const struct verdict_facts *f)
{
    struct buf to = BUF_INIT(LIMIT_ERR_BYTES * 4);
    struct str rest = str_of(text);
    while (rest.n > 0) {
        size_t open = str_find(rest, '{');
        buf_add(&to, rest.p, open);
        rest = str_part(rest.p + open, rest.n - open);
        size_t close = str_find(rest, '}');
        if (rest.n == 0 || close == rest.n)
            break;
        put_field(&to, str_part(rest.p + 1, close - 1), f);
        rest = str_part(rest.p + close + 1, rest.n - close - 1);
    }
    char *line = arena_text(a, buf_str(&to));
    str_make_printable(line);
    buf_release(&to);
    return line;
}
