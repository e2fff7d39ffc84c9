/* The short sentences around the tables: what changed, who is left out. */
#include "report/grid.h"

#include "base/buf.h"
#include "base/text.h"

#define NAMES_LISTED 8 /* more than this reads as noise; the tables and the workbook have them all */

/* Names come clean from whoever filled the model; what turns the reading direction is dropped here once more. */
static void text_add(struct buf *to, const char *text)
{
    struct str rest = str_of(text), before = rest;
    uint32_t c;
    while (str_utf8_next(&rest, &c)) {
        if (!str_is_control(c))
            buf_add(to, before.p, before.n - rest.n);
        before = rest;
    }
}

/* "a, b and 3 more". */
struct names {
    struct buf text;
    size_t count;
};

static void names_add(struct names *n, const char *name, const char *remark)
{
    n->count++;
    if (n->count > NAMES_LISTED)
        return;
    if (n->count > 1)
        buf_add_text(&n->text, ", ");
    text_add(&n->text, name);
    if (remark != NULL && remark[0] != '\0')
        buf_printf(&n->text, " (%s)", remark);
}

static void names_end(struct names *n, enum lang lang)
{
    if (n->count > NAMES_LISTED) {
        size_t more = n->count - NAMES_LISTED;
        buf_printf(&n->text, trn(lang, " and %zu more", " and %zu more", more), more);
    }
}

const char *report_weeks_text(struct arena *a, enum lang lang, int weeks)
{
    if (weeks < 1)
        return "";
    return arena_printf(a, trn(lang, "for %d week", "for %d weeks", (unsigned long)weeks), weeks);
}

static const char *change_format(enum lang lang, enum change c, size_t n)
{
    switch (c) {
    case CHANGE_NEW_DOWN: return trn(lang, "%zu body has gone down: %s", "%zu bodies have gone down: %s", n);
    case CHANGE_RECOVERED: return trn(lang, "%zu body has recovered: %s", "%zu bodies have recovered: %s", n);
    case CHANGE_STILL_DOWN: return trn(lang, "%zu body is still down: %s", "%zu bodies are still down: %s", n);
    case CHANGE_RENEWED:
        return trn(lang, "%zu body has renewed certificates: %s", "%zu bodies have renewed certificates: %s", n);
    case CHANGE_NEW_SOON:
    case CHANGE_COUNT: break;
    }
    return trn(lang, "%zu body more is about to expire: %s", "%zu bodies more are about to expire: %s", n);
}

const char *const *report_change_lines(struct arena *a, const struct report *r, size_t *ret_count)
{
    const char **lines = arena_array(a, const char *, CHANGE_COUNT);
    *ret_count = 0;
    for (int c = 0; c < CHANGE_COUNT; c++) {
        struct names names = {.text = BUF_INIT(LIMIT_MAIL_BYTES)};
        for (size_t i = 0; i < r->change_count; i++) {
            if (r->changes[i].change != (enum change)c)
                continue;
            bool lasting = c == CHANGE_STILL_DOWN;
            names_add(&names, r->changes[i].body_name,
                      lasting ? report_weeks_text(a, r->lang, r->changes[i].weeks) : NULL);
        }
        names_end(&names, r->lang);
        if (names.count > 0)
            lines[(*ret_count)++] = arena_printf(a, change_format(r->lang, (enum change)c, names.count), names.count,
                                                 buf_text(&names.text));
        buf_release(&names.text);
    }
    return lines;
}

const char *report_clean(struct arena *a, const char *text)
{
    struct str rest = str_of(text);
    uint32_t c;
    while (str_utf8_next(&rest, &c))
        if (str_is_control(c) && c != '\n')
            return text_clean(a, str_of(text), true);
    return text;
}

const char *report_no_change_text(const struct report *r)
{
    return r->first ? tr(r->lang, N_("This is the first report: there is none before it to compare with."))
                    : tr(r->lang, N_("Nothing has changed."));
}

const char report_left_out_title[] = N_("Left out of the watch, with the reason");

/* One line for the bodies from `from` on that have the same reason; they are marked as told. */
static const char *reason_line(struct arena *a, const struct report *r, size_t from, bool *told)
{
    const char *reason = r->left_out[from].reason;
    struct buf line = BUF_INIT(LIMIT_MAIL_BYTES);
    buf_printf(&line, "%s: ", reason);
    for (size_t i = from; i < r->left_out_count; i++) {
        if (told[i] || strcmp(r->left_out[i].reason, reason) != 0)
            continue;
        buf_add_text(&line, i == from ? "" : ", ");
        text_add(&line, r->left_out[i].body_name);
        told[i] = true;
    }
    const char *text = arena_strdup(a, buf_text(&line));
    buf_release(&line);
    return text;
}

static const char *not_verifiable_line(struct arena *a, const struct report *r)
{
    struct buf line = BUF_INIT(LIMIT_MAIL_BYTES);
    for (size_t i = 0; i < r->query_count; i++) {
        const struct body *b = r->query[i].body;
        if ((b->flags & BODY_NOT_VERIFIABLE) == 0)
            continue;
        buf_add_text(&line, line.n == 0 ? "" : "; ");
        text_add(&line, b->name);
        if (b->mark_reason != NULL && b->mark_reason[0] != '\0')
            buf_printf(&line, " (%s)", b->mark_reason);
    }
    const char *text =
        line.n == 0 ? NULL : arena_printf(a, tr(r->lang, N_("Date not verifiable: %s")), buf_text(&line));
    buf_release(&line);
    return text;
}

const char *const *report_left_out_lines(struct arena *a, const struct report *r, size_t *ret_count)
{
    const char **lines = arena_array(a, const char *, r->left_out_count + 1);
    bool *told = arena_array(a, bool, r->left_out_count + 1);
    *ret_count = 0;
    for (size_t i = 0; i < r->left_out_count; i++)
        if (!told[i])
            lines[(*ret_count)++] = reason_line(a, r, i, told);
    const char *doubtful = not_verifiable_line(a, r);
    if (doubtful != NULL)
        lines[(*ret_count)++] = doubtful;
    return lines;
}
