/* Steps and remarks as text, and back. No store is needed for it. */
#include "base/buf.h"
#include "base/limits.h"
#include "record/gateway_log.h"

static const char state_letters[] = {'-', 'g', 'w', 'r'};

const char *gateway_steps_text(struct arena *a, const struct gateway_judgement *j,
                               const int64_t micros[GATEWAY_STEP_COUNT])
{
    struct buf out = BUF_INIT(LIMIT_REMARK_LINE_BYTES);
    for (int s = 0; s < GATEWAY_STEP_COUNT; s++) {
        const char state[] = {':', state_letters[j->steps[s].state], ':'};
        if (j->steps[s].state == GATEWAY_STATE_NONE)
            continue;
        (void)buf_add(&out, " ", out.n > 0);
        (void)buf_add_text(&out, gateway_step_code((enum gateway_step)s));
        (void)buf_add(&out, state, sizeof state);
        if (micros[s] == 0) /* most: the verifier looks at them together */
            (void)buf_add_char(&out, '0');
        else
            buf_printf(&out, "%lld", (long long)micros[s]);
    }
    const char *text = arena_text(a, buf_str(&out));
    buf_release(&out);
    return text;
}

const char *gateway_remarks_text(struct arena *a, const struct gateway_remark *remarks, size_t count)
{
    struct buf out = BUF_INIT(LIMIT_GATEWAY_REMARKS * (LIMIT_GATEWAY_XPATH_BYTES + 100));
    for (size_t i = 0; i < count && i < LIMIT_GATEWAY_REMARKS; i++) {
        const struct gateway_remark *r = &remarks[i];
        const char *grade = r->grade == GATEWAY_STATE_REFUSED   ? "error"
                            : r->grade == GATEWAY_STATE_WARNING ? "warning"
                                                                : "info";
        struct str xpath = str_utf8_cut(str_of(r->xpath), LIMIT_GATEWAY_XPATH_BYTES);
        buf_printf(&out, "%s%s:%s:%d:%.*s", i == 0 ? "" : "\n", grade, r->code, r->line, STR_ARG(xpath));
    }
    const char *text = arena_text(a, buf_str(&out));
    buf_release(&out);
    return text;
}

size_t gateway_steps_read(const char *text, struct gateway_step_kept *ret, size_t most)
{
    struct str rest = str_of(text), one;
    size_t n = 0;
    while (n < most && str_split(&rest, ' ', &one)) {
        struct str name, state;
        struct gateway_step_kept k;
        const char *letter;
        if (!str_split(&one, ':', &name) || !str_split(&one, ':', &state) || state.n != 1 ||
            !gateway_step_parse(name, &k.step) || !str_to_int64(one, 0, INT64_MAX, &k.micros) ||
            (letter = memchr(state_letters, state.p[0], sizeof state_letters)) == NULL)
            continue;
        k.state = (enum gateway_state)(letter - state_letters);
        ret[n++] = k;
    }
    return n;
}

size_t gateway_remarks_read(struct arena *a, const char *text, struct gateway_remark_kept *ret, size_t most)
{
    struct str rest = str_of(text), one;
    size_t n = 0;
    while (n < most && str_split(&rest, '\n', &one)) {
        struct str grade, code, line;
        int64_t number;
        if (!str_split(&one, ':', &grade) || !str_split(&one, ':', &code) || !str_split(&one, ':', &line) ||
            !str_to_int64(line, 0, INT32_MAX, &number))
            continue;
        ret[n++] =
            (struct gateway_remark_kept){arena_text(a, grade), arena_text(a, code), arena_text(a, one), (int)number};
    }
    return n;
}
