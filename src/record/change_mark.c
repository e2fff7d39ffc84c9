#include "record/change_mark.h"

bool change_mark_get(struct tx *tx, struct change_mark *ret, struct err *e)
{
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT (SELECT max(id) FROM audit), (SELECT max(id) FROM sweep), (SELECT max(id) FROM "
                  "import), (SELECT max(id) FROM report), (SELECT max(id) FROM message_step), (SELECT max(looked) "
                  "FROM gateway_standing)",
                  "");
    struct change_mark mark = {0};
    if (stmt_next(s))
        mark = (struct change_mark){stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2),
                                    stmt_int(s, 3), stmt_int(s, 4), stmt_int(s, 5)};
    if (!stmt_close(s))
        return false;
    *ret = mark;
    return true;
}

bool change_mark_same(const struct change_mark *a, const struct change_mark *b)
{
    return a->audit == b->audit && a->sweep == b->sweep && a->import == b->import && a->report == b->report &&
           a->message == b->message && a->standing == b->standing;
}
