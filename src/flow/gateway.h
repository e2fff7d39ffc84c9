/* The gateway's permissions and memory, for commands, pages and the front itself.
 *
 * The front, per request: facts_of (scsp/facts.h) → gateway_judge with the permissions of a gateway_cache → the
 * modality → gateway_entry_make → gateway_log_write with others in one transaction → the answer. */
#ifndef TALAIA_FLOW_GATEWAY_H
#define TALAIA_FLOW_GATEWAY_H

#include "flow/desk.h"
#include "flow/gateway_secret.h"
#include "pki/certificate.h"
#include "record/gateway_log.h"
#include "scsp/facts.h"

/* --- giving and taking permissions --- */

struct gateway_authorise {
    const char *body;          /* name, INE10, or "#ID" */
    const char *cda;           /* a file: PEM, DER, PKCS #7, or a signed message; NULL: no certificate */
    struct str cda_bytes;      /* instead of a file: its bytes (an upload); p NULL */
    const char *const *ranges; /* CIDR */
    size_t range_count;
    const char *product, *purpose; /* NULL: HESTIA and the environment's (PROVES) */
    const char *const *modalities; /* none: all of the product */
    size_t modality_count;
    bool allow_sha1;
    bool only_certificate; /* grants stay as they are: `since` and `until` are the certificate's */
    const char *authority; /* the written authorisation for a certificate with another tax number; NULL */
    day_t since, until;    /* first and last day; DAY_NONE */
};
struct gateway_authorised {
    const struct integrator *body;
    bool has_certificate;
    struct certificate certificate;
    enum gateway_put certificate_put;
    size_t added, same;         /* permissions */
    const char *const *remarks; /* sentences in the desk's language: what a person should know */
    size_t remark_count;
};
/* One transaction with its line in the audit trail. Lives in the desk's arena. A private key is refused with the word
 * that it must be revoked, and nothing of it is kept; so is a chain whose own certificate cannot be told. */
bool gateway_authorise(struct desk *d, const struct modalities *known, const struct gateway_authorise *w,
                       struct gateway_authorised *ret, struct err *e);

struct gateway_revoke {
    const char *body, *fingerprint, *range, *product; /* the last three NULL: everything, and the body is suspended */
    const char *reason;
};
bool gateway_revoke(struct desk *d, const struct gateway_revoke *w, size_t *ret_count, struct err *e);

/* What is said of a range that somebody gives: a sentence in that language. */
const char *gateway_range_sentence(struct arena *a, enum lang lang, const struct cidr *range,
                                   const struct address_remark *r);

/* The body a person means: with permissions already, of the registry, or of the list of bodies; by name or INE10. In
 * the desk's arena. */
bool gateway_integrator_named(struct desk *d, struct tx *tx, const char *text, struct integrator *ret, struct err *e);

/* --- questions --- */

/* The first moment of that day in Madrid. */
instant_t gateway_day_starts(day_t day);

struct gateway_integrator_view {
    struct integrator body;
    struct gateway_permission *permissions;
    size_t count;
};
/* `body` NULL: all that have any. Revoked ones too when told so. In the arena. */
bool gateway_permissions_view(struct desk *d, struct arena *a, const char *body, bool revoked,
                              struct gateway_integrator_view **ret, size_t *ret_count, struct err *e);

struct gateway_view {
    struct gateway_log_row row;
    const char *body_name; /* "" when not known */
    struct gateway_step_kept *steps;
    size_t step_count;
    struct gateway_remark_kept *remarks;
    size_t remark_count;
};
/* The number of the row, or an IdPeticion: its last row. ERR_UNKNOWN. */
bool gateway_request_view(struct desk *d, struct arena *a, const char *request, struct gateway_view *ret,
                          struct err *e);
/* `body` NULL: all. The rest of the filter as it stands. */
bool gateway_log_view(struct desk *d, struct arena *a, const char *body, const struct gateway_filter *f,
                      struct gateway_log_row **ret, size_t *ret_count, struct err *e);

/* --- what the front keeps --- */

struct gateway_done {
    const struct gateway_judgement *judgement;
    enum gateway_outcome outcome; /* of the whole: the judgement's, or what the modality came to */
    enum gateway_log_kind kind;
    const char *result;    /* code of the service, "" when it was not asked */
    const int64_t *micros; /* GATEWAY_STEP_COUNT of them */
    int64_t micros_all;
    size_t answer_bytes;
    const struct gateway_async *async; /* NULL */
};
/* The entry of a request, with nothing in it that may not be kept. What was answered is remembered (`seen`, `replay`).
 * In the arena. */
void gateway_entry_make(struct arena *a, const struct gateway_secret *secret, const struct facts *f,
                        const struct gateway_done *done, struct gateway_entry *ret);

/* Forgets what is older than gateway.keep_days, gateway.keep_ids_days and each answer's own time; a few thousand rows
 * in a transaction. *ret_count: rows that went. The role scheduler does it once a day. */
bool gateway_forget(struct desk *d, int64_t *ret_count, struct err *e);

#endif
