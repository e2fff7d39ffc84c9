#include "record/alert.h"

static const char *const says_codes[] = {[ALERT_DOWN] = "down", [ALERT_UP] = "up", [ALERT_UNCLEAR] = "unclear"};

bool alert_put(struct tx *tx, const struct alert *alert, int64_t import_id, enum alert_put *ret, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT id, body_id FROM alert WHERE message_id = $1", "s", alert->message_id);
    int64_t id = 0;
    bool recognised = false;
    if (stmt_next(s)) {
        id = stmt_int(s, 0);
        recognised = !stmt_null(s, 1);
    }
    if (!stmt_close(s))
        return false;
    if (id != 0 && (recognised || alert->body_id == 0)) {
        *ret = ALERT_SAME;
        return true;
    }
    *ret = id == 0 ? ALERT_NEW : ALERT_RECOGNISED;
    if (id != 0)
        return sql_run(tx, NULL, e, "UPDATE alert SET body_id = $2, says = $3, import_id = $4 WHERE id = $1", "iisi",
                       id, alert->body_id, says_codes[alert->says], import_id);
    return sql_run(tx, NULL, e,
                   "INSERT INTO alert (message_id, at, day, body_id, says, subject, import_id) VALUES ($1, $2, $3, "
                   "NULLIF($4, 0), $5, $6, $7)",
                   "stdissi", alert->message_id, alert->at, alert->day, alert->body_id, says_codes[alert->says],
                   alert->subject, import_id);
}

bool alert_after(struct tx *tx, int64_t body_id, enum alert_says says, instant_t at, bool *ret, struct err *e)
{
    int64_t n;
    if (!sql_int(tx, &n, NULL, e, "SELECT count(*) FROM alert WHERE body_id = $1 AND says = $2 AND at > $3", "ist",
                 body_id, says_codes[says], at))
        return false;
    *ret = n > 0;
    return true;
}

bool alert_down_between(struct tx *tx, int64_t body_id, day_t since, instant_t at, bool *ret, struct err *e)
{
    int64_t n;
    if (!sql_int(tx, &n, NULL, e,
                 "SELECT count(*) FROM alert WHERE body_id = $1 AND says = 'down' AND day >= $2 AND at <= $3", "idt",
                 body_id, since, at))
        return false;
    *ret = n > 0;
    return true;
}
