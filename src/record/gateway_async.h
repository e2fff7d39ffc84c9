/* Asynchronous requests: taken, worked on, answered, fetched, forgotten. They survive a restart. What they ask and what
 * is answered is sealed by the caller (flow/gateway_secret.h): this only keeps it. */
#ifndef TALAIA_RECORD_GATEWAY_ASYNC_H
#define TALAIA_RECORD_GATEWAY_ASYNC_H

#include "base/mem.h"
#include "core/gateway.h"
#include "store/store.h"

struct gateway_async {
    int64_t id;
    const char *hash;            /* keyed hash of body and IdPeticion */
    const char *ine10, *request; /* request: IdPeticion, masked */
    const char *product, *modality;
    int64_t elements;
    enum gateway_async_state state;
    int64_t hours; /* TER, as the client was told */
    instant_t at, due, changed, expires;
    instant_t fetched;          /* INSTANT_NONE */
    const char *asked, *answer; /* sealed; answer "" while there is none */
};

/* *ret_new false: there is one with that hash. (gateway_log_write does this with the row of the log.) */
bool gateway_async_add(struct tx *tx, const struct gateway_async *r, int64_t *ret_id, bool *ret_new, struct err *e);
bool gateway_async_find(struct tx *tx, struct arena *a, const char *hash, struct gateway_async *ret, bool *ret_found,
                        struct err *e);
/* Those that are pending or being worked on and whose next state is due at `now`, the longest due first. `asked` and
 * `answer` are left out (""): read each with gateway_async_get. */
bool gateway_async_due(struct tx *tx, struct arena *a, instant_t now, size_t most, struct gateway_async **ret,
                       size_t *ret_count, struct err *e);
bool gateway_async_get(struct tx *tx, struct arena *a, int64_t id, struct gateway_async *ret, bool *ret_found,
                       struct err *e);
/* From one state to the next (gateway_async_may); answer NULL leaves it as it is. *ret_moved false: it was not in
 * `from`, somebody was quicker. */
bool gateway_async_move(struct tx *tx, int64_t id, enum gateway_async_state from, enum gateway_async_state to,
                        instant_t changed, instant_t due, const char *answer, bool *ret_moved, struct err *e);
/* The finished answer was handed over. */
bool gateway_async_fetched(struct tx *tx, int64_t id, instant_t at, struct err *e);
/* Of one body, or of all (NULL), newest first, without `asked` and `answer`. */
bool gateway_async_list(struct tx *tx, struct arena *a, const char *ine10, size_t most, struct gateway_async **ret,
                        size_t *ret_count, struct err *e);
/* All of them: what they hold can no longer be opened. */
bool gateway_async_give_up(struct tx *tx, int64_t *ret_count, struct err *e);
/* Those whose time is over, at most `most`. */
bool gateway_async_forget(struct tx *tx, instant_t now, size_t most, int64_t *ret_count, struct err *e);

#endif
