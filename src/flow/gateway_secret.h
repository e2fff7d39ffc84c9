/* The gateway's secret: a file of 32 random bytes, made once, readable by its owner only (key gateway.secret, beside
 * the configuration). With it ids are hashed, so that equal ones are recognised and none can be read or guessed from
 * the store, and what asynchronous requests hold is sealed.
 *
 * The store keeps a proof of it: another machine of the same store without the file, or with another one, is told so
 * before it writes anything that could not be matched. */
#ifndef TALAIA_FLOW_GATEWAY_SECRET_H
#define TALAIA_FLOW_GATEWAY_SECRET_H

#include "flow/desk.h"

#define GATEWAY_HASH_BYTES 33 /* 128 bits, hexadecimal */

struct gateway_secret;
/* Reads the file, or makes it when neither it nor the proof is there. Free it (wiped). */
bool gateway_secret_open(struct desk *d, struct gateway_secret **ret, struct err *e)
    __attribute__((warn_unused_result));
/* The same in the caller's transaction that writes. */
bool gateway_secret_open_in(struct desk *d, struct tx *tx, struct gateway_secret **ret, struct err *e)
    __attribute__((warn_unused_result));
void gateway_secret_free(struct gateway_secret *s); /* NULL is fine */
/* A new one, when the old one is lost or known to others: from now on ids are hashed anew (a repeated IdPeticion of
 * before is not recognised), and asynchronous requests that wait are given up: *ret_lost how many. */
bool gateway_secret_renew(struct desk *d, int64_t *ret_lost, struct err *e);

/* Keyed hash of a citizen's id (gateway_citizen_key of it); "" for an empty one. Returns `out`. */
const char *gateway_hash_citizen(const struct gateway_secret *s, struct str id, char out[GATEWAY_HASH_BYTES]);
/* Of a body (ten digits) and an IdPeticion. */
const char *gateway_hash_request(const struct gateway_secret *s, const char *ine10, struct str id,
                                 char out[GATEWAY_HASH_BYTES]);
/* Sealed and readable only with this secret, as text, in the arena; bound to `hash`, so that one request's cannot be
 * put in another's place. */
const char *gateway_seal(const struct gateway_secret *s, struct arena *a, const char *hash, struct str bytes);
bool gateway_unseal(const struct gateway_secret *s, struct arena *a, const char *hash, const char *sealed,
                    struct str *ret, struct err *e);

#endif
