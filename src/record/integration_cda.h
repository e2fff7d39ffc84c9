/* CDAs of integrations that are in force: what is watched of each, what was told of it, and one that took another's
 * place. The rules are core/integration.h's. */
#ifndef TALAIA_RECORD_INTEGRATION_CDA_H
#define TALAIA_RECORD_INTEGRATION_CDA_H

#include "base/mem.h"
#include "core/integration.h"
#include "record/by.h"
#include "store/store.h"

/* The CDA of one integration that is in force. */
struct integration_cda_row {
    int64_t integration_id, file_id;
    const char *fp, *body, *name, *fingerprint; /* name: of the file */
    enum integration_state state;
    instant_t not_after;         /* INSTANT_NONE: not known */
    struct integration_cda rule; /* consumed: by these thresholds */
    instant_t revoked_since;     /* INSTANT_NONE */
};
/* Of all that are in force (id 0), or of one; those that end first, first. In the arena. `next` is what the file says
 * alone: an expired one is bad. */
bool integration_cdas_load(struct tx *tx, struct arena *a, int64_t id, const int *thresholds, size_t count,
                           instant_t now, struct integration_cda_row **ret, size_t *ret_count, struct err *e);

/* Notices: each once for each file; *ret_new false: it was told already. */
#define INTEGRATION_NOTICE_REVOKED "revoked"
#define INTEGRATION_NOTICE_ANSWERED "answered"
bool integration_notice_add(struct tx *tx, const struct by *by, int64_t file_id, const char *what, bool *ret_new,
                            struct err *e) __attribute__((warn_unused_result));
bool integration_notice_threshold(struct tx *tx, const struct by *by, int64_t file_id, int days, bool *ret_new,
                                  struct err *e) __attribute__((warn_unused_result));

/* The file of role NEXT becomes the CDA, and the one that was counts until then (INSTANT_NONE: not any more). */
bool integration_cda_exchange(struct tx *tx, int64_t old_id, int64_t new_id, instant_t until, struct err *e)
    __attribute__((warn_unused_result));

#endif
