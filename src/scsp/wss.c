/* Computes: canonical form, digests, signature, clock. The form of the header is wss_parts.c's business. */
#include "scsp/wss.h"

#include <sodium.h>

#include "scsp/names.h"
#include "scsp/value.h"
#include "scsp/wss_parts.h"

struct job {
    struct remarks *all;
    struct wss_keys *keys;
    xmlDoc *doc;
    struct str text;
    const struct wss_policy *policy;
    struct wss_parts parts;
    struct wss *out;
};

/* --- digests --- */

static bool reference_verify(struct job *j, const struct wss_reference *r, struct buf *form)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    size_t bytes;
    buf_clear(form);
    if (!xml_canonical(j->doc, r->target, XML_C14N_EXCLUSIVE, r->prefixes, form) ||
        !wss_keys_digest(j->keys, r->digest->digest, buf_str(form), digest, &bytes)) {
        remark_add(j->all, REMARK_SIGNATURE_SHAPE, r->target, .detail = N_("it cannot be canonicalised"));
        return false;
    }
    if (bytes == r->value_bytes && sodium_memcmp(digest, r->value, bytes) == 0)
        return true;
    if (j->policy->brief)
        remark_add(j->all, REMARK_DIGEST_WRONG, r->target);
    else
        wss_why_digest(j->all, j->doc, j->text, r, buf_str(form), &j->out->difference);
    return false;
}

static bool references_verify(struct job *j, struct buf *form)
{
    bool good = true;
    for (size_t i = 0; i < j->parts.reference_count; i++)
        good = reference_verify(j, &j->parts.references[i], form) && good;
    return good;
}

/* --- the signature value --- */

/* XML Signature writes an ECDSA value as two numbers of the same length; OpenSSL reads DER. */
static bool ecdsa_to_der(struct arena *a, struct str raw, struct str *ret)
{
    size_t half = raw.n / 2;
    const unsigned char *p = (const unsigned char *)raw.p;
    if (raw.n % 2 != 0 || raw.n < 2)
        return false;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(p, (int)half, NULL), *s = BN_bin2bn(p + half, (int)half, NULL);
    unsigned char *der = NULL;
    int n = -1;
    if (sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1) {
        r = s = NULL; /* the signature has them now */
        n = i2d_ECDSA_SIG(sig, &der);
    }
    if (n > 0)
        *ret = str_part(arena_text(a, str_part((const char *)der, (size_t)n)), (size_t)n);
    OPENSSL_free(der);
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(sig);
    return n > 0;
}

static bool value_verify(struct job *j, struct wss_key *key, struct str canonical)
{
    struct str value = j->parts.value;
    return (key->type != EVP_PKEY_EC || ecdsa_to_der(j->all->arena, value, &value)) &&
           wss_keys_verify(j->keys, key, j->parts.method->digest, canonical, value);
}

static bool key_check(struct job *j, const struct wss_key *key)
{
    struct arena *a = j->all->arena;
    const struct wss_parts *p = &j->parts;
    if (key == NULL) {
        remark_add(j->all, REMARK_TOKEN_BYTES, p->token, .detail = N_("its bytes are no certificate"));
        return false;
    }
    const char *kind = key->type == EVP_PKEY_RSA ? "RSA" : key->type == EVP_PKEY_EC ? "EC" : N_("of another kind");
    bool fits = key->type == p->method->key, strong = key->bits >= (key->type == EVP_PKEY_RSA ? 2048 : 224);
    if (!fits)
        remark_add(j->all, REMARK_ALGORITHM_KEY, p->method_node, .found = p->method->name, .expected = kind);
    else if (!strong)
        remark_add(j->all, REMARK_CERT_WEAK, p->token, .found = arena_printf(a, "%s %d", kind, key->bits));
    return fits && strong;
}

/* Every copy of this signed message has the same: what was signed, and by whom. `canonical` is changed. */
static bool replay_make(struct job *j, const struct wss_key *key, struct buf *canonical)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    size_t bytes;
    if (!buf_add(canonical, key->hash, sizeof key->hash) ||
        !wss_keys_digest(j->keys, "SHA256", buf_str(canonical), hash, &bytes))
        return false;
    memcpy(j->out->replay, hash, sizeof j->out->replay);
    return true;
}

static bool signature_verify(struct job *j, struct buf *form)
{
    const struct wss_parts *p = &j->parts;
    struct wss_key *key = p->key;
    if (!key_check(j, key))
        return false;
    buf_clear(form);
    if (!xml_canonical(j->doc, p->signed_info, XML_C14N_EXCLUSIVE, p->prefixes, form)) {
        remark_add(j->all, REMARK_SIGNATURE_SHAPE, p->signed_info, .detail = N_("it cannot be canonicalised"));
        return false;
    }
    bool good = value_verify(j, key, buf_str(form));
    if (good)
        good = replay_make(j, key, form);
    else if (j->policy->brief)
        remark_add(j->all, REMARK_SIGNATURE_WRONG, p->value_node);
    else
        wss_why_signature(j->all, j->doc, j->text, p, key);
    return good;
}

/* --- the clock --- */

static instant_t time_read(struct job *j, const char *name)
{
    const xmlNode *n = xml_child(j->parts.timestamp, NS_WSU, name);
    if (n == NULL)
        return INSTANT_NONE;
    instant_t t;
    bool zoned;
    struct str text = xml_trim(node_text(j->all->arena, n));
    if (date_time_parse(text, &t, &zoned) && zoned)
        return t;
    remark_add(j->all, REMARK_TIME_SHAPE, n, .found = text_shown(j->all->arena, text),
               .expected = "2026-11-20T08:00:00Z");
    return INSTANT_NONE;
}

static const char *seconds_text(struct arena *a, instant_t duration)
{
    return arena_printf(a, "%lld", (long long)(duration / INSTANT_PER_SECOND));
}

/* When the message dies: as it says, and not later than an hour after its birth, whatever it says. */
static instant_t life_end(const struct wss *w)
{
    instant_t most = w->created + LIMIT_WSS_LIFE_SECONDS * INSTANT_PER_SECOND;
    return w->expires != INSTANT_NONE && w->expires < most ? w->expires : most;
}

static void life_check(struct job *j, const xmlNode *n)
{
    struct wss *w = j->out;
    struct arena *a = j->all->arena;
    char text[INSTANT_TEXT_BYTES];
    instant_t now = j->policy->now, skew = j->policy->skew_seconds * INSTANT_PER_SECOND, end = life_end(w);
    const char *here = arena_strdup(a, instant_iso(now, text));
    if (w->created > now + skew)
        remark_add(j->all, REMARK_TIME_FUTURE, n, .found = seconds_text(a, w->created - now), .expected = here);
    if (w->expires != INSTANT_NONE && w->expires < w->created)
        remark_add(j->all, REMARK_TIME_BACKWARDS, n);
    else if (end < now - skew)
        remark_add(j->all, REMARK_TIME_EXPIRED, n, .found = seconds_text(a, now - end), .expected = here);
    /* An unsigned Timestamp can be exchanged for a new one: such a message never dies. */
    w->dead = w->time_signed ? end + skew : INSTANT_NONE;
}

static void clock_check(struct job *j)
{
    struct wss *w = j->out;
    const xmlNode *n = j->parts.timestamp;
    if (n == NULL) {
        remark_add(j->all, REMARK_TIME_NONE, j->parts.security);
        return;
    }
    for (size_t i = 0; i < j->parts.reference_count; i++)
        w->time_signed |= j->parts.references[i].target == n;
    w->created = time_read(j, "Created");
    w->expires = time_read(j, "Expires");
    if (w->created != INSTANT_NONE)
        life_check(j, n);
    else if (xml_child(n, NS_WSU, "Created") == NULL)
        remark_add(j->all, REMARK_TIME_SHAPE, n, .name = "wsu:Created", .found = "—",
                   .expected = "2026-11-20T08:00:00Z");
    if (!w->time_signed)
        remark_add(j->all, REMARK_TIME_UNSIGNED, n);
}

static void facts_fill(struct job *j)
{
    const struct wss_parts *p = &j->parts;
    j->out->present = p->security != NULL;
    j->out->token = p->token_der;
    j->out->has_certificate = p->key != NULL;
    if (p->key != NULL)
        j->out->certificate = p->key->certificate;
    j->out->token_node = p->token;
    j->out->time_node = p->timestamp;
    j->out->algorithm = p->method == NULL ? "" : p->method->name;
    j->out->digest = p->reference_count == 0 || p->references[0].digest == NULL ? "" : p->references[0].digest->name;
}

bool wss_verify(struct remarks *all, struct wss_keys *keys, xmlDoc *doc, struct str text, const struct envelope *e,
                const struct wss_policy *policy, struct wss *ret)
{
    *ret = (struct wss){
        .algorithm = "", .digest = "", .created = INSTANT_NONE, .expires = INSTANT_NONE, .dead = INSTANT_NONE};
    struct job j = {.all = all, .keys = keys, .doc = doc, .text = text, .policy = policy, .out = ret};
    bool sound = wss_parts_read(all, keys, e, policy, &j.parts);
    facts_fill(&j);
    if (j.parts.security == NULL || j.parts.signature == NULL)
        return false;
    size_t errors = all->errors;
    clock_check(&j);
    bool good = all->errors == errors && sound;
    if (sound) {
        struct buf form = BUF_INIT(2 * LIMIT_XML_BYTES);
        good = references_verify(&j, &form) && good;
        good = signature_verify(&j, &form) && good;
        buf_release(&form);
    }
    if (good && strcmp(ret->algorithm, "rsa-sha256") == 0)
        remark_add(all, REMARK_SHA256_REAL, j.parts.method_node);
    return good;
}
