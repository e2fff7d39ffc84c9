/* Signed tokens: JWT in compact form with HS256 and nothing else (RFC 7515, RFC 7519, RFC 7518 §3.2), as Hèstia's
 * notice of a new resource and its answer are.
 *
 *     jwt_write(&token, secret, str_of("{\"iat\":1795161600}"), e)
 *     enum jwt_fault fault = jwt_read(&arena, token, secret, now, &claims);
 *
 * Strict, because it is what stands between strangers and a body's back office: the algorithm is ours to choose and not
 * the token's (none, RS256, HS512 … are refused before anything is computed), no `crit`, no compression, no key in the
 * header, no name twice, base64url in its one form; the signature is compared in constant time, and only then is the
 * content looked at. `exp`, `nbf` and `iat` are checked when they are there; without `exp` a token is old
 * LIMIT_JWT_SECONDS after its `iat`. Whether one of the two must be there is for the caller (`claims.dated`). */
#ifndef TALAIA_SCSP_JWT_H
#define TALAIA_SCSP_JWT_H

#include "base/buf.h"
#include "base/day.h"
#include "base/err.h"
#include "base/mem.h"

/* X(NAME, English for tr(): what is wrong and what to do) */
#define JWT_FAULTS(X)                                                                                                  \
    X(NONE, "")                                                                                                        \
    X(FORM, N_("it is no token: three parts in base64url with dots between them, and nothing else"))                   \
    X(HEADER, N_("its header is no JSON object, or has a name twice"))                                                 \
    X(ALGORITHM, N_("its algorithm is not HS256; no other one is taken, and \"none\" never"))                          \
    X(TYPE, N_("its typ is not JWT"))                                                                                  \
    X(EXTENSION, N_("its header has crit, zip, b64 or a key, which are not taken"))                                    \
    X(SIGNATURE, N_("it was not signed with this secret, or was changed on its way"))                                  \
    X(CONTENT, N_("its content is no JSON object, or has a name twice"))                                               \
    X(TIME, N_("iat, nbf or exp is no number of seconds"))                                                             \
    X(EXPIRED, N_("it has expired: look at the clock, or make a new one"))                                             \
    X(EARLY, N_("it is not valid yet: the sender's clock is ahead"))
#define X(name, text) JWT_##name,
enum jwt_fault { JWT_FAULTS(X) JWT_FAULT_COUNT };
#undef X
const char *jwt_fault_text(enum jwt_fault f);

struct jwt_claims {
    struct str json;           /* the content, an object, in the arena */
    instant_t issued, expires; /* INSTANT_NONE when it does not say so */
    bool dated;                /* it has iat or exp: it cannot be used for ever */
};

/* A secret has at least LIMIT_JWT_SECRET_LEAST bytes (RFC 7518 §3.2); ERR_VALUE otherwise. */
bool jwt_secret_check(struct str secret, struct err *e);

/* `json`: an object. Adds the token. */
bool jwt_write(struct buf *to, struct str secret, struct str json, struct err *e);
/* *ret is filled only for JWT_NONE. */
enum jwt_fault jwt_read(struct arena *a, struct str token, struct str secret, instant_t now, struct jwt_claims *ret);

#endif
