/* What authorities say of integrators' certificates: one row for each, written by whoever asks them. */
#ifndef TALAIA_RECORD_GATEWAY_STANDING_H
#define TALAIA_RECORD_GATEWAY_STANDING_H

#include "base/mem.h"
#include "core/gateway.h"
#include "store/store.h"

struct gateway_standing_row {
    const char *fingerprint, *der_base64; /* der_base64: only of gateway_standing_due */
    int64_t body_id;                      /* of the registry, 0; only of gateway_standing_due */
    enum gateway_standing state;          /* NONE: it was never asked */
    instant_t looked, due;
    instant_t until; /* GOOD, NOT_OFFERED: from then on it is too old */
    instant_t since; /* REVOKED; else INSTANT_NONE */
    const char *why; /* whom it is from, or why nobody could say */
};
/* Certificates of permissions in force that are in their time, and whose authority is to be asked; those never asked
 * first. At most `most`, in the arena. */
bool gateway_standing_due(struct tx *tx, struct arena *a, instant_t now, size_t most, struct gateway_standing_row **ret,
                          size_t *ret_count, struct err *e);
bool gateway_standing_put(struct tx *tx, const struct gateway_standing_row *r, struct err *e);
/* Of those of one body, for lists; state NONE when it was never asked. */
bool gateway_standing_get(struct tx *tx, struct arena *a, const char *fingerprint, struct gateway_standing_row *ret,
                          struct err *e);

#endif
