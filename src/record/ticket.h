/* Tickets that are kept here (the local tracker, src/ticket/local.c): the only file with their SQL.
 *
 * Keys are PROJECT-1, PROJECT-2 … without gaps: the number is taken in the caller's transaction, and a second one that
 * wants the next number waits for its end. */
#ifndef TALAIA_RECORD_TICKET_H
#define TALAIA_RECORD_TICKET_H

#include "base/mem.h"
#include "core/ticket.h"
#include "record/by.h"
#include "store/store.h"

/* `t` gives uid, kind, summary, description and due. One with that uid is there: nothing changes. *ret_id either way.
 */
bool ticket_record_add(struct tx *tx, const struct by *by, const char *project, const struct ticket *t, int64_t *ret_id,
                       bool *ret_new, struct err *e);
/* By key or by uid (the other NULL); *ret_id 0 when there is none. */
bool ticket_record_find(struct tx *tx, const char *key, const char *uid, int64_t *ret_id, struct err *e);

bool ticket_record_note(struct tx *tx, const struct by *by, int64_t id, const char *marker, const char *text,
                        struct err *e);
bool ticket_record_due(struct tx *tx, int64_t id, day_t due, struct err *e);
bool ticket_record_watch(struct tx *tx, int64_t id, const char *name, struct err *e);
bool ticket_record_link(struct tx *tx, int64_t id, int64_t other, struct err *e);
/* A state that it has already is kept with its day. */
bool ticket_record_open(struct tx *tx, const struct by *by, int64_t id, bool open, struct err *e);
bool ticket_record_file(struct tx *tx, const struct by *by, int64_t id, const char *name, const char *type,
                        struct str bytes, struct err *e);

/* Whole, with notes, links, files and watchers. */
bool ticket_record_load(struct tx *tx, struct arena *a, int64_t id, struct ticket *ret, struct err *e);

struct ticket_choice {
    const char *project;
    bool open_only;
    const char *kind; /* code; NULL: any */
    /* Closed after that day, or on it after that instant (INSTANT_NONE: not on it); DAY_NONE: does not matter. */
    day_t closed_after;
    instant_t closed_since;
};
/* Newest first, without notes. */
bool ticket_records_list(struct tx *tx, struct arena *a, const struct ticket_choice *c, size_t most,
                         struct ticket **ret, size_t *ret_count, struct err *e);
bool ticket_records_count(struct tx *tx, const struct ticket_choice *c, int64_t *ret, struct err *e);

#endif
