/* Files of integrations that came in by a form and wait to be checked: the bytes as they came, who checks them now, and
 * why one could not be looked at. What is checked leaves here in the transaction in which it becomes an
 * integration_file. Never a private key. */
#ifndef TALAIA_RECORD_INTEGRATION_WAITING_H
#define TALAIA_RECORD_INTEGRATION_WAITING_H

#include "base/buf.h"
#include "base/lang.h"
#include "base/mem.h"
#include "record/by.h"
#include "store/store.h"

struct integration_waiting {
    int64_t id, integration_id;
    const char *name;
    const char *source; /* Message-ID of the mail that it came with; "": a person gave it */
    enum lang lang;     /* of whoever gave it */
    int64_t bytes;
    struct by by;       /* who gave it, and when */
    const char *worker; /* who checks it: flow/worker.h; "" nobody */
    instant_t taken;    /* since when; INSTANT_NONE */
    int64_t tries;      /* how often somebody began to */
    const char *why;    /* it could not be looked at: the reason; "" */
};

/* Keeps a new one: name, source, lang, integration_id and by of `x` count. */
bool integration_waiting_add(struct tx *tx, const struct integration_waiting *x, struct str bytes, struct err *e)
    __attribute__((warn_unused_result));
/* Oldest first; integration_id 0: of all. In the arena, without their bytes. */
bool integration_waiting_load(struct tx *tx, struct arena *a, int64_t integration_id, struct integration_waiting **ret,
                              size_t *ret_count, struct err *e);
/* Adds its bytes to the buffer. ERR_UNKNOWN: it is not there any more. */
bool integration_waiting_bytes(struct tx *tx, int64_t id, struct buf *to, struct err *e);
/* `worker` begins to check it, now. */
bool integration_waiting_take(struct tx *tx, int64_t id, const char *worker, instant_t now, struct err *e)
    __attribute__((warn_unused_result));
/* `worker` has ended without a verdict: `why` it could not be looked at; "": it is to be tried again, and this time
 * does not count. Nothing when somebody else has it. */
bool integration_waiting_leave(struct tx *tx, int64_t id, const char *worker, const char *why, struct err *e)
    __attribute__((warn_unused_result));
/* One of that integration that could not be looked at is to be tried once more. *ret_found false: there is none. */
bool integration_waiting_again(struct tx *tx, int64_t integration_id, int64_t id, bool *ret_found, struct err *e)
    __attribute__((warn_unused_result));
/* *ret_found false: somebody else has checked it. */
bool integration_waiting_remove(struct tx *tx, int64_t id, bool *ret_found, struct err *e)
    __attribute__((warn_unused_result));
/* Those of that integration that came before and could not be looked at. */
bool integration_waiting_forget(struct tx *tx, int64_t integration_id, instant_t before, struct err *e)
    __attribute__((warn_unused_result));

#endif
