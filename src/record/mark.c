#include "record/mark.h"

bool mark_set(struct tx *tx, const struct by *by, int64_t body_id, const char *reason, struct err *e)
{
    int64_t open = 0;
    if (!sql_int(tx, &open, NULL, e, "SELECT count(*) FROM mark WHERE body_id = $1 AND until IS NULL", "i", body_id))
        return false;
    if (open > 0)
        return err_set(e, ERR_STATE,
                       N_("the body is already marked as not verifiable; lift the mark first with `talaia "
                          "mark BODY verified \"reason\"`"));
    return sql_run(tx, NULL, e, "INSERT INTO mark (body_id, reason, day, at, who) VALUES ($1, $2, $3, $4, $5)", "isdts",
                   body_id, reason, by->day, by->at, by->who);
}

bool mark_lift(struct tx *tx, const struct by *by, int64_t body_id, const char *reason, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "UPDATE mark SET until = $2, until_reason = $3, until_at = $4, until_who = $5 WHERE body_id = $1 AND "
                 "until IS "
                 "NULL",
                 "idsts", body_id, by->day, reason, by->at, by->who))
        return false;
    if (changed == 0)
        return err_set(e, ERR_STATE, N_("the body is not marked as not verifiable: there is nothing to lift"));
    return true;
}
