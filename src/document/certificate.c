/* The facts of a certificate, and the file that should hold a CDA. */
#include "document/parts.h"

#include "base/limits.h"
#include "base/text.h"
#include "pki/secret.h"

/* --- what it is made for --- */

/* Policies begin so: security.md; ETSI EN 319 411-2 §5.3 (QCP); the Administration's profiles (2.16.724.1.3.5). */
static const struct {
    const char *policy;
    enum document_holder holder;
} policies[] = {
    {"1.3.6.1.4.1.15096.1.3.2.91.", DOCUMENT_HOLDER_APPLICATION},
    {"1.3.6.1.4.1.15096.1.3.2.6.", DOCUMENT_HOLDER_SEAL},
    {"2.16.724.1.3.5.6.", DOCUMENT_HOLDER_SEAL},
    {"2.16.724.1.3.5.5.", DOCUMENT_HOLDER_SERVER},
    {"2.16.724.1.3.5.7.", DOCUMENT_HOLDER_PERSON},
    {"0.4.0.194112.1.0.", DOCUMENT_HOLDER_PERSON},
    {"0.4.0.194112.1.2.", DOCUMENT_HOLDER_PERSON},
    {"0.4.0.194112.1.1.", DOCUMENT_HOLDER_SEAL},
    {"0.4.0.194112.1.3.", DOCUMENT_HOLDER_SEAL},
    {"0.4.0.194112.1.4.", DOCUMENT_HOLDER_SERVER},
    {"2.23.140.1.2.", DOCUMENT_HOLDER_SERVER},
};

static bool has_use(const struct certificate *c, const char *oid)
{
    for (size_t i = 0; i < c->uses.count; i++)
        if (strcmp(c->uses.items[i], oid) == 0)
            return true;
    return false;
}

/* Only for time stamps or for saying what is revoked: no document is signed with it. Other uses decide nothing: those
 * of real certificates vary (security.md). */
static bool is_for_services_alone(const struct certificate *c)
{
    static const char stamps[] = "1.3.6.1.5.5.7.3.8", ocsp[] = "1.3.6.1.5.5.7.3.9";
    size_t of_services = (size_t)has_use(c, stamps) + (size_t)has_use(c, ocsp);
    return of_services > 0 && c->uses.count == of_services;
}

static enum document_holder holder_of(struct arena *a, const struct certificate *c)
{
    static const char server_auth[] = "1.3.6.1.5.5.7.3.1";
    if (c->is_ca)
        return DOCUMENT_HOLDER_AUTHORITY;
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
        for (size_t k = 0; k < c->policies.count; k++)
            if (str_starts(str_of(arena_printf(a, "%s.", c->policies.items[k])), policies[i].policy))
                return policies[i].holder;
    if (c->dns.count > 0 && has_use(c, server_auth))
        return DOCUMENT_HOLDER_SERVER;
    return c->personal && c->nif[0] == '\0' ? DOCUMENT_HOLDER_PERSON : DOCUMENT_HOLDER_OTHER;
}

/* Below 112 bits of security, or nothing that we know. */
static bool key_is_weak(const struct certificate *c)
{
    switch (c->key) {
    case KEY_RSA: return c->key_bits < 2048;
    case KEY_EC: return c->key_bits < 224;
    case KEY_EDWARDS: return false;
    default: return true;
    }
}

/* --- its chain --- */

/* Its own dates are judged apart, by the day that counts. That the sender did not add an intermediate which we have
 * does not matter here: nobody else has to follow this chain. */
static const struct trust_finding *first_finding(const struct judgement *j)
{
    bool completed = !j->presumed && j->path_count > 1 && j->path[j->path_count - 1].anchor;
    for (size_t i = 0; i < j->finding_count; i++) {
        const struct trust_finding *f = &j->findings[i];
        if (f->depth == 0 && (f->code == TRUST_EXPIRED || f->code == TRUST_NOT_YET))
            continue;
        if (f->code != TRUST_INCOMPLETE || !completed)
            return f;
    }
    return NULL;
}

static enum document_trust trust_of(const struct judgement *j, const struct trust_finding *f)
{
    if (f == NULL)
        return j->path_count > 1 && j->path[j->path_count - 1].anchor ? DOCUMENT_TRUST_GOOD : DOCUMENT_TRUST_UNKNOWN;
    switch (f->code) {
    case TRUST_SELF_SIGNED: return DOCUMENT_TRUST_SELF_SIGNED;
    case TRUST_UNKNOWN_CA: return DOCUMENT_TRUST_UNKNOWN_CA;
    case TRUST_INCOMPLETE: return DOCUMENT_TRUST_INCOMPLETE;
    case TRUST_WEAK_KEY:
    case TRUST_WEAK_SIGNATURE: return DOCUMENT_TRUST_WEAK;
    default: return DOCUMENT_TRUST_BAD;
    }
}

static void facts_fill(struct arena *a, const struct certificate *c, struct document_certificate *to)
{
    *to = (struct document_certificate){
        .fingerprint = arena_strdup(a, c->fingerprint_hex),
        .subject = c->subject,
        .organisation = c->organisation,
        .common_name = c->common_name,
        .issuer = c->issuer,
        .issuer_name = c->issuer_name,
        .serial = c->serial,
        .key = c->key_name,
        .signature = c->signature,
        .nif_disagrees = c->nif_disagrees,
        .personal = c->personal,
        .may_sign = c->may_sign && !is_for_services_alone(c),
        .key_weak = key_is_weak(c),
        .not_before = c->not_before,
        .not_after = c->not_after,
        .first_day = c->first_day,
        .last_day = c->last_day,
        .holder = holder_of(a, c),
        .trust_why = "",
        .revoked_at = INSTANT_NONE,
        .revocation_why = "",
        .issuer_url = "",
        .der = c->der,
    };
    memcpy(to->nif, c->nif, sizeof to->nif);
}

bool certificate_facts(struct reading *r, const struct str *chain, size_t count, struct document_certificate *ret,
                       size_t *ret_unused)
{
    struct certificate c;
    struct judgement j;
    struct err ignored = {.lang = LANG_EN};
    if (count == 0 || !certificate_parse(r->arena, chain[0], &c, &ignored))
        return false;
    facts_fill(r->arena, &c, ret);
    if (ret_unused != NULL)
        *ret_unused = 0;
    if (r->trust == NULL)
        return true;
    trust_judge(r->trust, r->arena, chain, count, NULL, r->now, &j);
    const struct trust_finding *f = first_finding(&j);
    ret->trust = trust_of(&j, f);
    if (f != NULL)
        ret->trust_why = trust_detail(r->arena, f, r->lang);
    if (ret->trust == DOCUMENT_TRUST_INCOMPLETE)
        ret->issuer_url = j.issuer_url;
    struct str *issuers = arena_array(r->arena, struct str, j.path_count + 1);
    for (size_t i = 1; i < j.path_count; i++)
        issuers[ret->issuer_count++] = j.path[i].der;
    ret->issuers = issuers;
    if (ret_unused != NULL)
        *ret_unused = j.unused;
    return true;
}

/* --- the file of a CDA --- */

/* The end certificates, each once; they and then the others are put in order. Returns how many. */
static size_t ends_first(struct reading *r, const struct str *ders, size_t count, struct str *ret)
{
    struct err ignored = {.lang = LANG_EN};
    struct certificate c;
    size_t ends = 0, n = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < count && n < LIMIT_CHAIN_CERTS; i++) {
            bool known = false;
            for (size_t k = 0; k < n; k++)
                known |= str_equal(ret[k], ders[i]);
            if (known || !certificate_parse(r->arena, ders[i], &c, &ignored) || c.is_ca != (pass == 1))
                continue;
            ret[n++] = ders[i];
            ends += pass == 0;
        }
    }
    return ends;
}

void read_certificates(struct reading *r, struct str bytes)
{
    struct err e = {.lang = LANG_EN};
    const struct str *ders;
    struct str ordered[LIMIT_CHAIN_CERTS] = {{NULL, 0}};
    size_t count, unused = 0;
    if (secret_inside(bytes)) {
        r->d->kind = DOCUMENT_SECRET;
        reading_say(r, DOCUMENT_REASON_SECRET, -1, "", "");
        return;
    }
    if (!certificates_split(r->arena, bytes, &ders, &count, &e)) {
        r->d->kind = DOCUMENT_OTHER;
        reading_say(r, DOCUMENT_REASON_NOT_KNOWN, -1, "", "");
        return;
    }
    r->d->kind = DOCUMENT_CERTIFICATE;
    r->d->chain = count;
    size_t ends = ends_first(r, ders, count, ordered), all = 0;
    while (all < LIMIT_CHAIN_CERTS && ordered[all].n > 0)
        all++;
    if (ends > 1)
        reading_say(r, DOCUMENT_REASON_CDA_SEVERAL, -1, arena_printf(r->arena, "%zu", ends), "");
    if (ends == 0)
        reading_say(r, DOCUMENT_REASON_CDA_AUTHORITY, -1, "", "");
    r->d->has_certificate = ends <= 1 && certificate_facts(r, ordered, all, &r->d->certificate, &unused);
    if (r->d->has_certificate && all > 1 && ends == 1)
        reading_say(
            r, DOCUMENT_REASON_CDA_CHAIN, -1, arena_printf(r->arena, "%zu", count),
            r->d->certificate.common_name[0] != '\0' ? r->d->certificate.common_name : r->d->certificate.subject);
    if (unused > 0)
        reading_say(r, DOCUMENT_REASON_CDA_STRANGER, -1, arena_printf(r->arena, "%zu", unused), "");
}
