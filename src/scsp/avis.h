/* "Avís nou recurs": Hèstia tells a body's own service that a resource was made; the body answers. Both ways it is one
 * JSON object as a signed token (jwt.h). The direction is the reverse of everything else of this room: the body has the
 * server. We are the client (to try a body's service) and a receiver (for who writes a client).
 *
 * The sources say nothing of path, method, place of the token and status: we send POST with the token as the body,
 * type application/jwt, and take a token in the body (bare, or as {"token": "…"}) or in Authorization: Bearer.
 * Of the two vocabularies that the documentation uses we write that of the field table and read both.
 * Source: reference "Hèstia modalities" §8, D-H-24. */
#ifndef TALAIA_SCSP_AVIS_H
#define TALAIA_SCSP_AVIS_H

#include "base/buf.h"
#include "base/day.h"
#include "base/err.h"
#include "base/mem.h"

/* Numbers are -1 when they are not there or are none. */
struct avis {
    int64_t body;          /* CodINE: a number, so without its leading zero */
    int64_t resource;      /* IdUnicoRecurso: the IdRecurs of HESTIA_RESOLUCIORECURS */
    int64_t type;          /* IdTipoRecurso */
    int64_t professional;  /* IdProfesional */
    const char *name;      /* NomProfesional, "" */
    const char *expedient; /* NomExpediente, "" */
};
/* The object with iat and exp. */
bool avis_write(struct buf *to, const struct avis *avis, instant_t now, int life_seconds, struct err *e);
/* False when the text is no object of this kind. */
bool avis_read(struct arena *a, struct str json, struct avis *ret);

enum avis_code { AVIS_DONE = 0, AVIS_INVALID = -1, AVIS_TOKEN = -2 };
/* What a body answers to it: DONE when every number is positive and the professional has a name. `body`: the code that
 * it must be for; 0: any. */
enum avis_code avis_judge(const struct avis *avis, int64_t body);
const char *avis_text(enum avis_code code); /* as the service says it, in Catalan */

/* {"resultat":{"codiResultat":"0","descripcio":"…"},"iat":…,"exp":…} */
bool avis_answer_write(struct buf *to, enum avis_code code, instant_t now, int life_seconds, struct err *e);
/* *ret_code is the text as it came. False when it is no such object. */
bool avis_answer_read(struct arena *a, struct str json, const char **ret_code, const char **ret_text);

/* The token of a request: the body, {"token": "…"}, or the value of Authorization; empty when there is none. */
struct str avis_token_find(struct arena *a, struct str body, const char *authorization);

#endif
