/* The order of sources and how long an answer counts. What an answer says is ocsp.c's and crl.c's. */
#include "pki/revocation.h"

#include "base/limits.h"
#include "pki/crl.h"
#include "pki/ocsp.h"

static const instant_t retry = (instant_t)LIMIT_REVOCATION_RETRY_SECONDS * INSTANT_PER_SECOND;
static const instant_t refresh = (instant_t)LIMIT_REVOCATION_REFRESH_SECONDS * INSTANT_PER_SECOND;
static const instant_t longest = (instant_t)LIMIT_REVOCATION_DAYS * 86400 * INSTANT_PER_SECOND;

struct question {
    struct ocsp_signers *known;
    struct arena *arena;
    const struct certificate *leaf;
    struct str issuer;
    const struct revocation_have *have;
    size_t count;
    instant_t now;
    struct revocation *ret;
};

enum step { DECIDED, NEXT };

/* When to look again: at the promised time, not at once and not in weeks. */
static instant_t until(instant_t next_update, instant_t fetched)
{
    instant_t t = next_update == INSTANT_NONE || next_update > fetched + longest ? fetched + longest : next_update;
    return t < fetched + refresh ? fetched + refresh : t;
}

/* What an answer came to, whatever its kind. */
struct outcome {
    enum revocation_state state; /* UNKNOWN: not usable, or the responder does not know */
    instant_t this_update, next_update, revoked_at;
    day_t revoked_day;
    int reason;
    const char *why;
};

static struct outcome read_ocsp(const struct question *q, const struct revocation_have *h)
{
    struct ocsp_answer o;
    ocsp_read_with(q->known, q->arena, h->bytes, q->leaf->der, q->issuer, h->nonce, q->now, &o);
    static const enum revocation_state states[] = {
        [OCSP_UNUSABLE] = REVOCATION_UNKNOWN,
        [OCSP_UNKNOWN] = REVOCATION_UNKNOWN,
        [OCSP_GOOD] = REVOCATION_GOOD,
        [OCSP_REVOKED] = REVOCATION_REVOKED,
    };
    return (struct outcome){
        states[o.outcome],
        o.this_update,
        o.next_update,
        o.revoked_at,
        o.revoked_day,
        o.reason,
        o.outcome == OCSP_UNKNOWN ? N_("the responder does not know this certificate") : ocsp_fault_text(o.fault)};
}

static struct outcome read_crl(const struct question *q, const struct revocation_have *h)
{
    struct crl_answer c;
    crl_read(h->bytes, q->leaf->der, q->issuer, q->now, &c);
    static const enum revocation_state states[] = {
        [CRL_UNUSABLE] = REVOCATION_UNKNOWN,
        [CRL_GOOD] = REVOCATION_GOOD,
        [CRL_REVOKED] = REVOCATION_REVOKED,
    };
    return (struct outcome){states[c.outcome], c.this_update, c.next_update,          c.revoked_at,
                            c.revoked_day,     c.reason,      crl_fault_text(c.fault)};
}

/* The last time that this source was asked, or NULL. */
static const struct revocation_have *last_of(const struct question *q, enum revocation_source source, const char *url)
{
    const struct revocation_have *last = NULL;
    for (size_t i = 0; i < q->count; i++) {
        const struct revocation_have *h = &q->have[i];
        bool same = h->source == source && (url == NULL || (h->url != NULL && strcmp(h->url, url) == 0));
        if (same && (last == NULL || h->fetched > last->fetched))
            last = h;
    }
    return last;
}

static enum step fetch(struct question *q, enum revocation_source source, const char *url)
{
    struct err ignored = {.lang = LANG_EN};
    struct str request = {NULL, 0};
    struct str none = {NULL, 0};
    if (source == REVOCATION_OCSP && !ocsp_request(q->arena, q->leaf->der, q->issuer, none, &request, &ignored))
        return NEXT;
    q->ret->state = REVOCATION_FETCH;
    q->ret->source = source;
    q->ret->url = url;
    q->ret->request = request;
    return DECIDED;
}

static enum step unknown(struct question *q, enum revocation_source source, const char *url, const char *why,
                         instant_t again)
{
    q->ret->state = REVOCATION_UNKNOWN;
    q->ret->source = source;
    q->ret->url = url;
    q->ret->why = why;
    if (q->ret->until == INSTANT_NONE || again < q->ret->until)
        q->ret->until = again;
    return NEXT;
}

static struct outcome read_have(const struct question *q, const struct revocation_have *h)
{
    return h->source == REVOCATION_CRL ? read_crl(q, h) : read_ocsp(q, h);
}

static enum step decided(struct question *q, const struct revocation_have *h, const char *url, const struct outcome *o)
{
    *q->ret = (struct revocation){.state = o->state,
                                  .source = h->source,
                                  .url = url,
                                  .revoked_at = o->revoked_at,
                                  .revoked_day = o->revoked_day,
                                  .reason = o->reason,
                                  .why = "",
                                  .this_update = o->this_update,
                                  .next_update = o->next_update,
                                  .until = until(o->next_update, h->fetched)};
    return DECIDED;
}

/* The source failed lately: an answer of before that is still in its time goes on counting. */
static enum step ask_older(struct question *q, const struct revocation_have *last, const char *url, const char *why)
{
    instant_t again = last->fetched + retry;
    for (size_t i = 0; i < q->count; i++) {
        const struct revocation_have *h = &q->have[i];
        if (h == last || h->source != last->source || h->bytes.n == 0 || (h->url != NULL && strcmp(h->url, url) != 0))
            continue;
        struct outcome o = read_have(q, h);
        if (o.state == REVOCATION_UNKNOWN)
            continue;
        (void)decided(q, h, url, &o);
        q->ret->until = again;
        return DECIDED;
    }
    return unknown(q, last->source, url, why, again);
}

static enum step ask(struct question *q, enum revocation_source source, const char *url)
{
    const struct revocation_have *h = last_of(q, source, url[0] == '\0' ? NULL : url);
    bool can_fetch = source != REVOCATION_STAPLED;
    if (h == NULL)
        return can_fetch ? fetch(q, source, url) : NEXT;
    bool fetch_now = can_fetch && !(h->fetched <= q->now && q->now < h->fetched + retry);
    if (h->bytes.n == 0)
        return fetch_now ? fetch(q, source, url) : ask_older(q, h, url, N_("the authority's service does not answer"));
    struct outcome o = read_have(q, h);
    if (o.state == REVOCATION_UNKNOWN)
        return fetch_now ? fetch(q, source, url) : ask_older(q, h, url, o.why);
    if (can_fetch && q->now >= until(o.next_update, h->fetched))
        return fetch(q, source, url);
    return decided(q, h, url, &o);
}

static enum step ask_all(struct question *q, enum revocation_source source, const struct cert_texts *urls)
{
    for (size_t i = 0; i < urls->count && i < LIMIT_REVOCATION_URLS; i++) {
        if (ask(q, source, urls->items[i]) == DECIDED)
            return DECIDED;
    }
    return NEXT;
}

void revocation_decide_with(struct ocsp_signers *known, struct arena *a, const struct certificate *leaf,
                            struct str issuer, const struct revocation_have *have, size_t count, instant_t now,
                            struct revocation *ret)
{
    *ret = (struct revocation){.state = REVOCATION_NOT_OFFERED,
                               .url = "",
                               .why = "",
                               .revoked_at = INSTANT_NONE,
                               .revoked_day = DAY_NONE,
                               .reason = -1,
                               .this_update = INSTANT_NONE,
                               .next_update = INSTANT_NONE,
                               .until = INSTANT_NONE};
    struct question q = {known, a, leaf, issuer, have, count, now, ret};
    if (issuer.n == 0) {
        (void)unknown(&q, REVOCATION_STAPLED, "", N_("the certificate of the issuer is not known"), now + retry);
        return;
    }
    if (ask(&q, REVOCATION_STAPLED, "") == NEXT && ask_all(&q, REVOCATION_OCSP, &leaf->ocsp_urls) == NEXT)
        (void)ask_all(&q, REVOCATION_CRL, &leaf->crl_urls);
}

void revocation_decide(struct arena *a, const struct certificate *leaf, struct str issuer,
                       const struct revocation_have *have, size_t count, instant_t now, struct revocation *ret)
{
    revocation_decide_with(NULL, a, leaf, issuer, have, count, now, ret);
}

enum verdict_code revocation_verdict(enum revocation_state s)
{
    switch (s) {
    case REVOCATION_REVOKED: return TRUST_REVOKED;
    case REVOCATION_FETCH:
    case REVOCATION_UNKNOWN: return TRUST_REVOCATION_UNKNOWN;
    default: return TRUST_OK;
    }
}
