/* Actions done for bodies: a date, a body, a text, a group and a ticket (procedure A4). */
#ifndef TALAIA_RECORD_ACTION_H
#define TALAIA_RECORD_ACTION_H

#include "base/mem.h"
#include "core/certificate.h"
#include "record/by.h"
#include "store/store.h"

struct action {
    int64_t id, body_id;
    day_t day;
    enum action_group group;
    const char *text, *ticket; /* ticket "" when none */
    const char *who, *source;  /* source "" = a command; else the workbook it came from */
    instant_t at;              /* when it was noted; set by actions_load */
};

/* The same text for the same body on the same day is kept once: *ret_new false then; so is one of a workbook that
 * somebody corrected or took back here. */
bool action_add(struct tx *tx, const struct by *by, const struct action *action, bool *ret_new, struct err *e);

/* Actions after `after` (DAY_NONE: from the beginning) up to `until`, of one body or of all (0), oldest first. */
bool actions_load(struct tx *tx, struct arena *a, int64_t body_id, day_t after, day_t until, struct action **ret,
                  size_t *ret_count, struct err *e);

bool action_get(struct tx *tx, struct arena *a, int64_t id, struct action *ret, bool *ret_found, struct err *e);

/* Corrects day, group, text and ticket of an action; what it said is kept. ERR_STATE when the body has that text on
 * that day already. */
bool action_correct(struct tx *tx, const struct by *by, const struct action *old, const struct action *now,
                    struct err *e);
/* Takes it back: it was noted by mistake. What it said is kept. */
bool action_withdraw(struct tx *tx, const struct by *by, const struct action *old, struct err *e);

#endif
