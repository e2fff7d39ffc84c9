/* What authorities answered about certificates (OCSP, lists), kept between rounds while it is in its time. Bytes only:
 * whoever uses one judges it anew. */
#ifndef TALAIA_RECORD_ANSWER_H
#define TALAIA_RECORD_ANSWER_H

#include "base/mem.h"
#include "store/store.h"

struct kept_answer {
    const char *about, *url, *source; /* SHA-256 in hexadecimal; who answered; "ocsp", "crl" */
    const char *base64;
    instant_t fetched, this_update, next_update;
};

/* Those that are in their time at `now` and were fetched between `oldest` and `now`; by about, then url. */
bool kept_answers_load(struct tx *tx, struct arena *a, instant_t now, instant_t oldest, struct kept_answer **ret,
                       size_t *ret_count, struct err *e);
/* Adds it, or puts it in the place of the one from the same source about the same. */
bool kept_answer_put(struct tx *tx, const struct kept_answer *k, struct err *e);
/* Deletes those that may not be used any more, and the oldest of those that are beyond LIMIT_REVOCATION_KEPT_TOTAL. */
bool kept_answers_forget(struct tx *tx, instant_t now, instant_t oldest, struct err *e);

#endif
