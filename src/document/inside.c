/* Answers of authorities that a document brings along, for the day on which the authority itself does not answer: those
 * of its DSS (ISO 32000-2 §12.8.4.3, ETSI EN 319 142-1 §5.4) and of its signature (adbe-revocationInfoArchival).
 *
 * Anybody can put one there, so it is what the authority signed that counts, about this very certificate. It says that
 * the certificate is good only when it is in its time now (the freshness of ETSI EN 319 102-1 §5.2.5, with the answer's
 * own times) and, for who signed, when it is from after the signature, or of the same minutes, as what is fetched while
 * one signs. That a certificate was revoked is believed of an answer that is out of date too. Asking the authorities,
 * whose word goes before all of this, is flow/document.c's. */
#include "base/limits.h"
#include "document/parts.h"
#include "pki/cms.h"
#include "pki/crl.h"
#include "pki/ocsp.h"

static const instant_t skew = LIMIT_SKEW_SECONDS * INSTANT_PER_SECOND;

enum { REASON_HOLD = 6 }; /* certificateHold, RFC 5280 §5.3.1: it may be taken back */

/* What one answer of the authority, in its own time or not, says. */
struct said {
    bool revoked, expired;
    instant_t at, until, revoked_at;
    int reason;
};

static enum document_inside_state state_of(const struct inside_question *q, const struct said *s)
{
    const instant_t oldest = q->now - (instant_t)LIMIT_REVOCATION_DAYS * 86400 * INSTANT_PER_SECOND;
    if (s->revoked)
        return s->reason == REASON_HOLD ? DOCUMENT_INSIDE_SUSPENDED : DOCUMENT_INSIDE_REVOKED;
    if (s->expired || (q->signer && s->at < oldest))
        return DOCUMENT_INSIDE_EXPIRED;
    if (s->until == INSTANT_NONE)
        return DOCUMENT_INSIDE_TIMELESS;
    if (q->signer && q->since == INSTANT_NONE)
        return DOCUMENT_INSIDE_UNDATED;
    return q->signer && s->at + skew < q->since ? DOCUMENT_INSIDE_BEFORE : DOCUMENT_INSIDE_GOOD;
}

/* The gravest stands; of two that are good the newer one. */
static void note(struct document_inside *to, enum document_inside_state state, const struct said *s)
{
    if (state < to->state || (state == to->state && (s == NULL || s->at <= to->at)))
        return;
    *to = (struct document_inside){.state = state, .at = INSTANT_NONE, .revoked_at = INSTANT_NONE};
    if (s != NULL) {
        to->at = s->at;
        to->revoked_at = s->revoked ? s->revoked_at : INSTANT_NONE;
    }
}

static enum document_inside_state ocsp_fault_state(enum ocsp_fault f)
{
    switch (f) {
    case OCSP_FAULT_OTHER: return DOCUMENT_INSIDE_OTHERS;
    case OCSP_FAULT_SIGNER:
    case OCSP_FAULT_SIGNATURE: return DOCUMENT_INSIDE_STRANGER;
    case OCSP_FAULT_SIGNER_EXPIRED:
    case OCSP_FAULT_EXPIRED: return DOCUMENT_INSIDE_EXPIRED;
    default: return DOCUMENT_INSIDE_UNREADABLE;
    }
}

static void look_ocsp(struct arena *a, const struct inside_question *q, struct str bytes, struct document_inside *to)
{
    const struct str none = {NULL, 0};
    struct ocsp_answer o;
    ocsp_read(a, bytes, q->leaf, q->issuer, none, q->now, &o);
    bool expired = o.fault == OCSP_FAULT_EXPIRED;
    if (expired) { /* and what it said while it counted */
        note(to, DOCUMENT_INSIDE_EXPIRED, NULL);
        ocsp_read(a, bytes, q->leaf, q->issuer, none, o.next_update != INSTANT_NONE ? o.next_update : o.this_update,
                  &o);
    }
    const struct said s = {.revoked = o.outcome == OCSP_REVOKED,
                           .expired = expired,
                           .at = o.this_update,
                           .until = o.next_update,
                           .revoked_at = o.revoked_at,
                           .reason = o.reason};
    if (o.outcome == OCSP_UNUSABLE)
        note(to, ocsp_fault_state(o.fault), NULL);
    else if (o.outcome == OCSP_UNKNOWN)
        note(to, DOCUMENT_INSIDE_UNKNOWN, NULL);
    else
        note(to, state_of(q, &s), &s);
}

static enum document_inside_state crl_fault_state(enum crl_fault f)
{
    switch (f) {
    case CRL_FAULT_ISSUER:
    case CRL_FAULT_SCOPE: return DOCUMENT_INSIDE_OTHERS;
    case CRL_FAULT_SIGNATURE: return DOCUMENT_INSIDE_STRANGER;
    case CRL_FAULT_EXPIRED: return DOCUMENT_INSIDE_EXPIRED;
    default: return DOCUMENT_INSIDE_UNREADABLE;
    }
}

static void look_crl(const struct inside_question *q, struct str bytes, struct document_inside *to)
{
    enum crl_fault fault;
    struct crl_answer x;
    struct crl *c = crl_open(bytes, q->issuer, &fault);
    if (c == NULL) {
        note(to, crl_fault_state(fault), NULL);
        return;
    }
    crl_look_up(c, q->leaf, q->now, &x);
    bool expired = x.fault == CRL_FAULT_EXPIRED;
    if (expired)
        crl_look_up(c, q->leaf, x.this_update, &x);
    crl_free(c);
    const struct said s = {.revoked = x.outcome == CRL_REVOKED,
                           .expired = expired,
                           .at = x.this_update,
                           .until = x.next_update,
                           .revoked_at = x.revoked_at,
                           .reason = x.reason};
    if (x.outcome == CRL_UNUSABLE)
        note(to, crl_fault_state(x.fault), NULL);
    else
        note(to, state_of(q, &s), &s);
}

void inside_look(struct arena *a, const struct inside_question *q, struct document_inside *ret)
{
    *ret = (struct document_inside){.state = DOCUMENT_INSIDE_NONE, .at = INSTANT_NONE, .revoked_at = INSTANT_NONE};
    for (size_t i = 0; i < q->ocsp_count; i++)
        look_ocsp(a, q, q->ocsps[i], ret);
    for (size_t i = 0; i < q->crl_count; i++)
        look_crl(q, q->crls[i], ret);
}

/* --- where they stand --- */

void read_inside(struct reading *r, struct str archive, instant_t since, struct document_certificate *c)
{
    enum { MOST = 2 * LIMIT_DOCUMENT_PROOFS };
    struct str ocsps[MOST], crls[MOST];
    size_t ocsp_count = 0, crl_count = 0;
    if (c->trust != DOCUMENT_TRUST_GOOD || c->issuer_count == 0)
        return;
    cms_archive_split(archive, LIMIT_DOCUMENT_PROOFS, ocsps, &ocsp_count, crls, &crl_count);
    for (size_t i = 0; r->proofs != NULL && i < r->proofs->ocsp_count; i++)
        ocsps[ocsp_count++] = r->proofs->ocsps[i];
    for (size_t i = 0; r->proofs != NULL && i < r->proofs->crl_count; i++)
        crls[crl_count++] = r->proofs->crls[i];
    if (ocsp_count + crl_count == 0)
        return;
    struct document_inside *list = arena_array(r->arena, struct document_inside, c->issuer_count);
    for (size_t i = 0; i < c->issuer_count; i++) { /* the anchor, which is the last, is nobody's to revoke */
        const struct inside_question q = {.ocsps = ocsps,
                                          .ocsp_count = ocsp_count,
                                          .crls = crls,
                                          .crl_count = crl_count,
                                          .leaf = i == 0 ? c->der : c->issuers[i - 1],
                                          .issuer = c->issuers[i],
                                          .signer = i == 0,
                                          .since = since,
                                          .now = r->now};
        inside_look(r->arena, &q, &list[i]);
    }
    c->inside = list;
    c->inside_count = c->issuer_count;
}
