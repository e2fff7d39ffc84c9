/* The words of a judgement. The sentences around them are core/verdict.h's. */
#include "base/buf.h"
#include "base/limits.h"
#include "pki/trust.h"

static const char *const causes[CAUSE_COUNT] = {
#define X(name, text) [CAUSE_##name] = text,
    TRUST_CAUSE_LIST(X)
#undef X
};

const char *trust_detail(struct arena *a, const struct trust_finding *f, enum lang lang)
{
    char day[DAY_TEXT_BYTES];
    const struct {
        const char *name, *text;
    } fields[] = {{"who", f->who}, {"what", f->what}, {"day", day_dmy(f->day, day)}};
    struct buf to = BUF_INIT(LIMIT_ERR_BYTES);
    struct str rest = str_of(tr(lang, causes[f->cause]));
    while (rest.n > 0) {
        size_t open = str_find(rest, '{');
        buf_add(&to, rest.p, open);
        rest = str_part(rest.p + open, rest.n - open);
        size_t close = str_find(rest, '}');
        if (close == rest.n)
            break;
        struct str name = str_part(rest.p + 1, close - 1);
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
            if (str_is(name, fields[i].name))
                buf_add_text(&to, fields[i].text);
        }
        rest = str_part(rest.p + close + 1, rest.n - close - 1);
    }
    const char *text = arena_text(a, str_trim(buf_str(&to)));
    buf_release(&to);
    return text;
}

struct verdict_facts trust_facts(struct arena *a, const struct judgement *j, const char *host, enum lang lang)
{
    struct verdict_facts facts = {.host = host, .detail = "", .day = DAY_NONE};
    if (j->has_leaf)
        facts.day = j->leaf.last_day;
    if (j->finding_count > 0) {
        const struct trust_finding *first = &j->findings[0];
        facts.detail = trust_detail(a, first, lang);
        if (first->day != DAY_NONE)
            facts.day = first->day;
    }
    return facts;
}
