/* Who may do what at the gateway: the judgement of one request over the permissions, the address, the facts of its
 * certificates, the values that it carries, what was remarked when it was read, and the clock. Pure.
 *
 *     struct gateway_judgement j;
 *     gateway_judge(&permissions, &facts, &j);
 *     if (!j.proceed) …    // j.outcome says why, and how it is answered (gateway_outcome_info)
 *
 * The steps are those of GATEWAY_STEPS, in this order; the first that refuses decides. Later ones are judged all the
 * same, as far as they can be, so that an integrator learns everything at once.
 *
 * Everything is compared as it must be to be let in: nothing that is missing or empty ever fits. Codes are compared
 * with their leading zeros filled in. */
#ifndef TALAIA_CORE_GATEWAY_H
#define TALAIA_CORE_GATEWAY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/day.h"
#include "base/mem.h"
#include "core/address.h"
#include "core/gateway_list.h"
#include "core/identity.h"

#define X(name, ...) GATEWAY_STEP_##name,
enum gateway_step { GATEWAY_STEPS(X) GATEWAY_STEP_COUNT };
#undef X
#define X(name, ...) GATEWAY_WAY_##name,
enum gateway_way { GATEWAY_WAYS(X) };
#undef X
#define X(name, ...) GATEWAY_##name,
enum gateway_outcome { GATEWAY_OUTCOMES(X) GATEWAY_OUTCOME_COUNT };
#undef X
/* NONE: it was not reached. */
enum gateway_state { GATEWAY_STATE_NONE, GATEWAY_STATE_GOOD, GATEWAY_STATE_WARNING, GATEWAY_STATE_REFUSED };

const char *gateway_step_code(enum gateway_step s);
const char *gateway_step_words(enum gateway_step s); /* English, for tr() */
bool gateway_step_parse(struct str code, enum gateway_step *ret);
const char *gateway_state_code(enum gateway_state s); /* "", "good", "warning", "refused" */

struct gateway_outcome_info {
    const char *code;
    enum gateway_step step;
    enum gateway_way way;
    const char *number, *literal;  /* what the client gets: faultcode or CodigoEstado, and its text with placeholders */
    const char *sentence, *advice; /* English, for tr() */
};
const struct gateway_outcome_info *gateway_outcome_info(enum gateway_outcome o);
bool gateway_outcome_parse(struct str code, enum gateway_outcome *ret);
bool gateway_outcome_is_good(enum gateway_outcome o); /* answered, or taken to be answered later */

/* --- permissions --- */

#define GATEWAY_FINGERPRINT_BYTES 65 /* SHA-256 of the DER, lower-case hexadecimal */

/* What the authority that issued a certificate says of it, as far as it was asked. X(NAME, "code", words) */
#define GATEWAY_STANDINGS(X)                                                                                           \
    X(NONE, "none", N_("not asked yet"))                                                                               \
    X(GOOD, "good", N_("not revoked"))                                                                                 \
    X(REVOKED, "revoked", N_("revoked"))                                                                               \
    X(UNKNOWN, "unknown", N_("nobody could say"))                                                                      \
    X(NOT_OFFERED, "not-offered", N_("its authority offers no way to ask"))
#define X(name, ...) GATEWAY_STANDING_##name,
enum gateway_standing { GATEWAY_STANDINGS(X) GATEWAY_STANDING_COUNT };
#undef X
const char *gateway_standing_code(enum gateway_standing s);
const char *gateway_standing_words(enum gateway_standing s); /* English, for tr() */
bool gateway_standing_parse(struct str code, enum gateway_standing *ret);

/* What a certificate needs besides being the authorised one, byte for byte (gateway.trust).
 * - AUTHORISED: nothing more
 * - REVOKED: its authority must not have revoked it
 * - TRUSTED: it must lead to an authority of trust.anchors, which must have said lately that it is not revoked; no
 *   answer, and one that is too old, are never good */
enum gateway_trust { GATEWAY_TRUST_AUTHORISED, GATEWAY_TRUST_REVOKED, GATEWAY_TRUST_TRUSTED };

/* Every permission counts from `from` and before `until`; INSTANT_NONE: no such end. */
struct gateway_certificate {
    int64_t id;
    const char *fingerprint, *subject, *nif; /* nif: in the certificate, "" when there is none */
    instant_t not_before, not_after;
    bool allow_sha1;
    const char *authority; /* the written authorisation because of which another tax number is right; "" none */
    instant_t from, until;
    enum gateway_standing standing;
    instant_t standing_until; /* GOOD, NOT_OFFERED: from then on it is too old; INSTANT_NONE */
};
struct gateway_range {
    int64_t id;
    struct cidr cidr;
    const char *text; /* "192.0.2.0/24" */
    instant_t from, until;
};
struct gateway_grant {
    int64_t id;
    const char *product, *modality, *purpose; /* modality "": all of the product */
    instant_t from, until;
};
struct gateway_integrator {
    int64_t id, body_id;            /* body_id: in the registry, 0 when it is not there */
    const char *ine10, *name, *nif; /* ten digits; nif "" when it is not known */
    bool active;
    const struct gateway_certificate *certificates;
    const struct gateway_range *ranges; /* none: it may call from anywhere */
    const struct gateway_grant *grants;
    size_t certificate_count, range_count, grant_count;
};
/* Sorted by ine10, each once. What has been revoked is not there. */
struct gateway_permissions {
    const struct gateway_integrator *items;
    size_t count;
};
/* `code` with or without its leading zeros; NULL when there is none. */
const struct gateway_integrator *gateway_integrator_of(const struct gateway_permissions *p, const char *code);

/* --- what came --- */

enum gateway_kind { GATEWAY_PETICION, GATEWAY_SOLICITUD };

/* A certificate that a request shows. `fingerprint` "": none. */
struct gateway_shown {
    const char *fingerprint, *nif, *subject;
    instant_t not_before, not_after; /* INSTANT_NONE: none that can be read */
};

/* A remark of whoever read the message (scsp/remark.h), without anything that stands in the message. */
struct gateway_remark {
    const char *code; /* "element-case" */
    enum gateway_step step;
    enum gateway_state grade; /* GOOD: for information */
    int answer;               /* what the service answers because of it, 0: not known */
    int line;
    const char *xpath; /* only names of ours, or "" */
    bool payload;      /* it is about the specific data */
};

struct gateway_item {
    const char *code, *requester, *purpose; /* of one SolicitudTransmision */
};

/* Texts are trimmed and never NULL. */
struct gateway_facts {
    instant_t now;
    enum gateway_trust trust;     /* what is asked of certificates */
    const unsigned char *address; /* 16 bytes (core/address.h); NULL: it came by no network */
    size_t bytes;
    bool too_large;
    bool read;       /* there is an XML document */
    bool understood; /* with one message of ours in it */
    enum gateway_kind kind;
    struct gateway_shown signer, tls; /* signer: of the signature */
    bool sha1;                        /* the signature uses it */
    const struct gateway_remark *remarks;
    size_t remark_count;
    const char *own, *product, *code, *purpose; /* own: DatosAutorizacion; code: CodigoCertificado */
    const struct gateway_item *items;
    size_t item_count;
    const char *consortium;           /* INE10 that Solicitante must carry; "": nothing is asked (production) */
    bool modality_known, front_known; /* there is such a modality, and it is answered at this front */
    bool repeated, replayed;          /* by what is remembered */
};

/* --- the judgement --- */

struct gateway_step_result {
    enum gateway_state state;
    enum gateway_outcome outcome; /* when REFUSED */
};
struct gateway_judgement {
    bool proceed;                 /* nothing refuses it: execute the modality */
    enum gateway_outcome outcome; /* ANSWERED while it proceeds */
    struct gateway_step_result steps[GATEWAY_STEP_COUNT];
    const struct gateway_integrator *body;         /* NULL: not known */
    const struct gateway_certificate *certificate; /* NULL */
};
void gateway_judge(const struct gateway_permissions *p, const struct gateway_facts *f, struct gateway_judgement *ret);

/* The first step alone, before anything is read: whether some body may call from there. */
bool gateway_address_may(const struct gateway_permissions *p, const unsigned char address[16], instant_t now);

/* The literal of the outcome with its values, in the arena. `reason`: a sentence about the message, "" when none. */
const char *gateway_literal(struct arena *a, enum gateway_outcome o, const struct gateway_facts *f, const char *id,
                            const char *reason);

/* --- what is remembered --- */

/* A text out of a message as it may be kept: what looks like a DNI or NIE in it (eight digits and a letter, also
 * inside other digits, unless they are a date before a T) is masked with asterisks, and so is each of the `personal`
 * texts of that message; control characters are dropped, and it is cut at `most` bytes. */
const char *gateway_text_kept(struct arena *a, struct str text, const char *const *personal, size_t count, size_t most);
/* A personal number as it is compared: upper case, letters and digits only; in the arena. */
const char *gateway_citizen_key(struct arena *a, struct str text);

/* --- asynchronous requests --- */

/* X(NAME, "code", CodigoEstado) */
#define GATEWAY_ASYNC_STATES(X)                                                                                        \
    X(PENDING, "pending", "0001")                                                                                      \
    X(WORKING, "working", "0002")                                                                                      \
    X(DONE, "done", "0003")                                                                                            \
    X(FAILED, "failed", "0502")
#define X(name, ...) GATEWAY_ASYNC_##name,
enum gateway_async_state { GATEWAY_ASYNC_STATES(X) GATEWAY_ASYNC_COUNT };
#undef X
const char *gateway_async_code(enum gateway_async_state s);
const char *gateway_async_number(enum gateway_async_state s);
bool gateway_async_parse(struct str code, enum gateway_async_state *ret);
bool gateway_async_may(enum gateway_async_state from, enum gateway_async_state to);

#endif
