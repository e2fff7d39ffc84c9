/* Alert mails of another monitor (procedure A4): one row per message, whatever came of it. */
#ifndef TALAIA_RECORD_ALERT_H
#define TALAIA_RECORD_ALERT_H

#include "base/mem.h"
#include "record/by.h"
#include "store/store.h"

enum alert_says { ALERT_DOWN, ALERT_UP, ALERT_UNCLEAR };

struct alert {
    const char *message_id;
    instant_t at;    /* the mail's date */
    day_t day;       /* the same in Madrid */
    int64_t body_id; /* 0: no body was recognised */
    enum alert_says says;
    const char *subject;
};

enum alert_put {
    ALERT_NEW,
    ALERT_RECOGNISED, /* it was there without a body; now it has one */
    ALERT_SAME
};
bool alert_put(struct tx *tx, const struct alert *alert, int64_t import_id, enum alert_put *ret, struct err *e);

/* Whether an alert that says so is known of the body after `at`. */
bool alert_after(struct tx *tx, int64_t body_id, enum alert_says says, instant_t at, bool *ret, struct err *e);
/* Whether a "down" is known of the body between the beginning of day `since` and `at`. */
bool alert_down_between(struct tx *tx, int64_t body_id, day_t since, instant_t at, bool *ret, struct err *e);

#endif
