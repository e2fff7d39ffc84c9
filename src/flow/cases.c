#include "flow/cases.h"

#include "core/comment.h"

bool cases_of_body(struct desk *d, struct tx *tx, const struct body *b, struct warning_case **ret, size_t *ret_count,
                   struct err *e)
{
    struct renewals renewals;
    if (!renewals_load(tx, &d->arena, b->id, d->by.day, &renewals, e))
        return false;
    *ret_count = renewals_cases(&renewals, &d->files.profile, &d->arena, b, ret);
    return true;
}

bool case_is_soon(const struct desk *d, const struct warning_case *c)
{
    return days_left(case_expires(c), d->by.day) < d->files.profile.thresholds[0];
}

/* Whether a line of `comment` is `line`. */
static bool has_line(const char *comment, const char *line)
{
    struct str rest = str_of(comment), each;
    while (str_split(&rest, '\n', &each)) {
        if (str_is(each, line))
            return true;
    }
    return false;
}

bool case_add_line(struct desk *d, struct tx *tx, int64_t case_id, day_t day, const char *text, struct err *e)
{
    const char *comment;
    if (!comment_get(tx, &d->arena, case_id, &comment, e))
        return false;
    if (has_line(comment, comment_add_line(&d->arena, "", day, text)))
        return true;
    return comment_put(tx, &d->by, case_id, comment_add_line(&d->arena, comment, day, text), "", e);
}
