/* Permissions of integrators: who may ask at the gateway, with which certificates, from where, for what. Each has a
 * beginning, may have an end, and is revoked, never deleted: who gave it and who took it back stay. */
#ifndef TALAIA_RECORD_GATEWAY_H
#define TALAIA_RECORD_GATEWAY_H

#include "base/mem.h"
#include "core/gateway.h"
#include "record/by.h"
#include "record/change_mark.h"
#include "store/store.h"

/* The permissions in force or to come, for gateway_judge. A body that is suspended is inactive. In the arena. */
bool gateway_permissions_load(struct tx *tx, struct arena *a, struct gateway_permissions *ret, struct err *e);

/* The same, read once for each change of anything that could change them.
 *
 *     struct gateway_cache cache = {0};
 *     if (!gateway_cache_get(&cache, &tx, &permissions, e)) …   // true until the next call with this cache
 *     gateway_cache_release(&cache);
 */
struct gateway_cache {
    struct arena arena;
    bool loaded;
    struct change_mark mark;
    struct gateway_permissions permissions;
    size_t loads; /* how often they were read */
};
bool gateway_cache_get(struct gateway_cache *c, struct tx *tx, const struct gateway_permissions **ret, struct err *e);
void gateway_cache_release(struct gateway_cache *c);

/* --- giving and taking --- */

struct integrator {
    int64_t id;
    const char *ine10, *name, *nif;
    int64_t body_id;     /* 0: not in the registry */
    instant_t suspended; /* INSTANT_NONE */
    instant_t at;
    const char *who;
};
/* The body with that INE10, made when it is not there; name, nif and body_id are brought up to date. */
bool integrator_ensure(struct tx *tx, const struct by *by, const struct integrator *b, int64_t *ret_id, struct err *e);
bool integrator_find(struct tx *tx, struct arena *a, const char *ine10, struct integrator *ret, bool *ret_found,
                     struct err *e);
/* `since` INSTANT_NONE: active again. */
bool integrator_suspend(struct tx *tx, int64_t id, instant_t since, struct err *e);

struct gateway_certificate_record {
    const char *fingerprint, *der_base64, *subject, *issuer, *nif;
    instant_t not_before, not_after;
    bool allow_sha1;
    const char *authority;
    instant_t since, until;
};
enum gateway_put { GATEWAY_PUT_NEW, GATEWAY_PUT_CHANGED, GATEWAY_PUT_SAME };
/* CHANGED: it was in force with another end, authority or SHA-1; that one was revoked and a new one stands. */
bool gateway_certificate_put(struct tx *tx, const struct by *by, int64_t gateway_body_id,
                             const struct gateway_certificate_record *c, enum gateway_put *ret, struct err *e);
bool gateway_address_put(struct tx *tx, const struct by *by, int64_t gateway_body_id, const char *cidr, instant_t since,
                         instant_t until, enum gateway_put *ret, struct err *e);
bool gateway_grant_put(struct tx *tx, const struct by *by, int64_t gateway_body_id, const char *product,
                       const char *modality, const char *purpose, instant_t since, instant_t until,
                       enum gateway_put *ret, struct err *e);

enum gateway_permission_kind { GATEWAY_IS_CERTIFICATE, GATEWAY_IS_ADDRESS, GATEWAY_IS_GRANT };
const char *gateway_permission_kind_code(enum gateway_permission_kind k); /* "certificate", "address", "grant" */
/* Revokes those in force whose fingerprint, range or product is `what`; all of that kind with NULL. */
bool gateway_permission_revoke(struct tx *tx, const struct by *by, int64_t gateway_body_id,
                               enum gateway_permission_kind kind, const char *what, const char *reason,
                               int64_t *ret_count, struct err *e);

/* --- for lists --- */

struct gateway_permission {
    int64_t id;
    enum gateway_permission_kind kind;
    const char *what;                               /* fingerprint, range, product */
    const char *subject, *issuer, *nif, *authority; /* certificate; else "" */
    const char *modality, *purpose;                 /* grant; else "" */
    instant_t not_before, not_after;                /* certificate; else INSTANT_NONE */
    bool allow_sha1;
    instant_t since, until, at, revoked;
    const char *who, *revoked_who, *reason;
    /* certificate: what its authority says (record/gateway_standing.h) */
    enum gateway_standing standing;
    instant_t looked, standing_until, standing_since;
    const char *standing_why;
};
/* By kind, then id; those that are revoked too when told so. In the arena. */
bool gateway_permission_list(struct tx *tx, struct arena *a, int64_t gateway_body_id, bool revoked,
                             struct gateway_permission **ret, size_t *ret_count, struct err *e);
/* All bodies that have ever had any, by name. */
bool integrators_load(struct tx *tx, struct arena *a, struct integrator **ret, size_t *ret_count, struct err *e);
/* The certificate as it was given, in base64; *ret_found. */
bool gateway_certificate_der(struct tx *tx, struct arena *a, const char *fingerprint, const char **ret_base64,
                             bool *ret_found, struct err *e);

/* --- the proof of the secret --- */

/* "" when there is none yet. */
bool gateway_proof_get(struct tx *tx, struct arena *a, const char **ret, struct err *e);
bool gateway_proof_put(struct tx *tx, const char *proof, instant_t at, struct err *e);

#endif
