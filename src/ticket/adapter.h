/* What a tracker must do; private to the room. ticket.c has looked at the arguments before (uid, marker, sizes, one
 * line), so an adapter only speaks with its tracker. Each function is the one of ticket.h with the same name. */
#ifndef TALAIA_TICKET_ADAPTER_H
#define TALAIA_TICKET_ADAPTER_H

#include "base/limits.h"
#include "ticket/ticket.h"

struct adapter {
    const char *code;
    bool local;
    size_t summary_chars; /* what the tracker takes */
    size_t text_chars;    /* of a description or a note */
    bool (*open)(const struct tracker_options *o, void **ret, struct err *e);
    void (*close)(void *self);
    int (*retry_seconds)(const void *self); /* NULL: never asks to wait */
    bool (*key_valid)(struct str key);
    bool (*create)(void *self, struct tx *tx, struct arena *a, const struct ticket_new *n, struct ticket *ret,
                   struct err *e);
    bool (*note_add)(void *self, struct tx *tx, const char *key, const char *marker, const char *text, instant_t tried,
                     struct err *e);
    bool (*set_due)(void *self, struct tx *tx, const char *key, day_t due, struct err *e);
    bool (*watch)(void *self, struct tx *tx, const char *key, const char *user, struct err *e);
    bool (*link)(void *self, struct tx *tx, const char *key, const char *other, struct err *e);
    bool (*set_open)(void *self, struct tx *tx, const char *key, bool open, struct err *e);
    bool (*attach)(void *self, struct tx *tx, const char *key, const struct ticket_file *f, struct err *e);
    bool (*get)(void *self, struct tx *tx, struct arena *a, const char *key, struct ticket *ret, bool *ret_found,
                struct err *e);
    bool (*find)(void *self, struct tx *tx, struct arena *a, const char *uid, struct ticket *ret, bool *ret_found,
                 struct err *e);
    bool (*list)(void *self, struct tx *tx, struct arena *a, const struct ticket_query *q, size_t most,
                 struct ticket **ret, size_t *ret_count, int64_t *ret_total, struct err *e);
    bool (*examine)(void *self, struct tx *tx, struct arena *a, struct tracker_report *ret, struct err *e);
};
extern const struct adapter adapter_local, adapter_jira, adapter_redmine;

#endif
