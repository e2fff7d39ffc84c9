#include "conf/finding.h"

#include "base/mem.h"

struct err *finding_new(struct finder *f, size_t line, size_t column)
{
    if (f->found.count == LIMIT_CONFIG_FINDINGS) {
        f->found.left_out++;
        f->spare = (struct err){.lang = f->lang};
        return &f->spare;
    }
    vec_push(&f->found, (struct config_finding){.line = line, .column = column, .reason = {.lang = f->lang}});
    return &f->found.items[f->found.count - 1].reason;
}

static bool is_after(const struct config_finding *a, const struct config_finding *b)
{
    /* 0 (not in the file) counts as beyond every line. */
    size_t line_a = a->line - 1, line_b = b->line - 1;
    return line_a != line_b ? line_a > line_b : a->column > b->column;
}

void findings_sort(struct config_findings *f)
{
    /* Insertion: there are at most a hundred, and those of one place keep the order in which they were found. */
    for (size_t i = 1; i < f->count; i++) {
        struct config_finding moved = f->items[i];
        size_t at = i;
        for (; at > 0 && is_after(&f->items[at - 1], &moved); at--)
            f->items[at] = f->items[at - 1];
        f->items[at] = moved;
    }
}

bool findings_fail(const struct config_findings *f, const char *shown, struct err *e)
{
    const struct config_finding *first = &f->items[0];
    if (e->code != ERR_NONE)
        return false;
    enum lang lang = e->lang;
    *e = first->reason;
    e->lang = lang;
    if (first->line > 0)
        err_where(e, "%s:%zu:%zu", shown, first->line, first->column);
    return false;
}

void config_findings_release(struct config_findings *f)
{
    vec_release(f);
    f->left_out = 0;
}
