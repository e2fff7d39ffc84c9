/* The farm's authorities and one certificate per case. Keys are shared: making one costs as much as a hundred
 * signatures. */
#include <stdio.h>

#include "base/file.h"
#include "farm.h"
#include "papers.h"

enum { AUTHORITIES = 8, CRL_MOST = 16, CHAIN_MOST = 4 };

struct workshop {
    const char *dir;
    const struct farm_plan *plan;
    struct arena a;
    struct signer root, intermediate, expired, unknown_root, unknown, firewall, responder, wrong_responder, leaf;
    EVP_PKEY *keys[3];
    struct revoked revoked[CRL_MOST];
    X509 *kept[CRL_MOST];
    size_t revoked_count;
};

static const char *const key_files[] = {[KEY_RSA] = "rsa.key", [KEY_EC] = "ec.key", [KEY_RSA_1024] = "rsa1024.key"};

static const char *place(struct workshop *w, uint32_t host, const char *path)
{
    char address[16];
    return arena_printf(&w->a, "http://%s:%d%s", address_text(w->plan->base + host, address), w->plan->status_port,
                        path);
}

static const char *seed_text(struct workshop *w, const char *name)
{
    return arena_printf(&w->a, "talaia-farm %lld %s", (long long)w->plan->seed, name);
}

static bool authority_make(struct workshop *w, struct signer *ret, EVP_PKEY *key, const struct signer *by,
                           enum certificate_role role, const char *name, const char *organisation, int from, int until,
                           struct err *e)
{
    static const struct signer itself = {0};
    struct certificate_wish wish = {.role = role,
                                    .common_name = name,
                                    .organisation = organisation,
                                    .from = from,
                                    .until = until,
                                    .serial_seed = seed_text(w, name)};
    if (by == &w->root) {
        wish.crl = arena_printf(&w->a, "URI:%s", place(w, FARM_STATUS_HOST, "/crl/root.crl"));
        wish.aia = arena_printf(&w->a, "caIssuers;URI:%s", place(w, FARM_STATUS_HOST, "/ca/root.cer"));
    }
    if (key == NULL)
        return false;
    ret->key = key;
    ret->certificate = certificate_make(&wish, key, by == NULL ? &itself : by, e);
    return ret->certificate != NULL;
}

static bool authorities_make(struct workshop *w, struct err *e)
{
    static const char farm[] = "Talaia Farm", nobody[] = "Nobody's Certificates", firewall[] = "Corporate Firewall";
    static const struct {
        const char *kind;
    } kinds[] = {[KEY_RSA] = {"rsa2048"}, [KEY_EC] = {"p256"}, [KEY_RSA_1024] = {"rsa1024"}};
    for (int k = KEY_RSA; k <= KEY_RSA_1024; k++) {
        if ((w->keys[k] = key_make(kinds[k].kind, e)) == NULL || !key_write(w->dir, key_files[k], w->keys[k], e))
            return false;
    }
    return authority_make(w, &w->root, key_make("rsa2048", e), NULL, ROLE_ROOT, "Talaia Farm Root", farm, -3650, 3650,
                          e) &&
           authority_make(w, &w->intermediate, key_make("rsa2048", e), &w->root, ROLE_INTERMEDIATE,
                          "Talaia Farm Intermediate", farm, -1825, 1825, e) &&
           authority_make(w, &w->expired, key_make("p256", e), &w->root, ROLE_INTERMEDIATE,
                          "Talaia Farm Former Intermediate", farm, -1825, -3, e) &&
           authority_make(w, &w->unknown_root, key_make("p256", e), NULL, ROLE_ROOT, "Nobody's Root", nobody, -1000,
                          1000, e) &&
           authority_make(w, &w->unknown, key_make("p256", e), &w->unknown_root, ROLE_INTERMEDIATE,
                          "Nobody's Intermediate", nobody, -900, 900, e) &&
           authority_make(w, &w->firewall, key_make("p256", e), NULL, ROLE_ROOT, "Corporate Firewall", firewall, -500,
                          3000, e) &&
           authority_make(w, &w->responder, key_make("p256", e), &w->intermediate, ROLE_RESPONDER, "Talaia Farm OCSP",
                          farm, -30, 60, e) &&
           authority_make(w, &w->wrong_responder, key_make("p256", e), &w->unknown, ROLE_RESPONDER, "Nobody's OCSP",
                          nobody, -30, 60, e) &&
           authority_make(w, &w->leaf, key_make("p256", e), &w->intermediate, ROLE_SERVER, "sells-certificates.example",
                          farm, -90, 270, e);
}

static bool authorities_write(struct workshop *w, struct err *e)
{
    const char *d = w->dir;
    return certificates_write(d, "anchors.pem", &w->root.certificate, 1, e) &&
           certificates_write(d, "intermediate.pem", &w->intermediate.certificate, 1, e) &&
           certificates_write(d, "unknown-root.pem", &w->unknown_root.certificate, 1, e) &&
           certificates_write(d, "firewall.pem", &w->firewall.certificate, 1, e) &&
           certificates_write(d, "responder.pem", &w->responder.certificate, 1, e) &&
           key_write(d, "responder.key", w->responder.key, e) &&
           certificates_write(d, "wrong-responder.pem", &w->wrong_responder.certificate, 1, e) &&
           key_write(d, "wrong-responder.key", w->wrong_responder.key, e) &&
           certificate_write_der(d, "root.cer", w->root.certificate, e) &&
           certificate_write_der(d, "intermediate.cer", w->intermediate.certificate, e);
}

/* --- leaves --- */

static const char *leaf_names(struct workshop *w, const struct farm_case *c)
{
    char host[64], address[16];
    switch (c->names) {
    case NAMES_HOST: return arena_printf(&w->a, "DNS:%s", case_host(c, host));
    case NAMES_WILDCARD: return "DNS:*." FARM_ZONE ",DNS:" FARM_ZONE;
    case NAMES_MANY: return "DNS:*." MANY_ZONE;
    case NAMES_OTHER: return "DNS:other.example,DNS:www.other.example";
    case NAMES_ADDRESS: return arena_printf(&w->a, "IP:%s", address_text(case_address(c, w->plan->base), address));
    case NAMES_COMMON_NAME: break;
    }
    return NULL;
}

static const char *leaf_aia(struct workshop *w, const struct farm_case *c)
{
    const char *path = arena_printf(&w->a, "/ocsp/%s", c->name);
    const char *issuer = c->issuer == BY_INTERMEDIATE ? arena_printf(&w->a, "caIssuers;URI:%s",
                                                                     place(w, FARM_STATUS_HOST, "/ca/intermediate.cer"))
                                                      : NULL;
    uint32_t host = c->ocsp == OCSP_DOWN     ? FARM_DOWN_HOST
                    : c->ocsp == OCSP_SILENT ? FARM_SILENT_HOST
                                             : FARM_STATUS_HOST;
    if (c->ocsp == OCSP_ABSENT)
        return issuer;
    const char *ocsp = arena_printf(&w->a, "OCSP;URI:%s", place(w, host, path));
    return issuer == NULL ? ocsp : arena_printf(&w->a, "%s,%s", ocsp, issuer);
}

static const char *leaf_crl(struct workshop *w, const struct farm_case *c)
{
    static const char *const paths[] = {[CRL_IS_GOOD] = "/crl/intermediate.crl",
                                        [CRL_IS_REVOKED] = "/crl/intermediate.crl",
                                        [CRL_STALE] = "/crl/stale.crl",
                                        [CRL_DOWN] = "/crl/missing.crl",
                                        [CRL_ABSENT] = NULL};
    return c->crl == CRL_ABSENT ? NULL : arena_printf(&w->a, "URI:%s", place(w, FARM_STATUS_HOST, paths[c->crl]));
}

static const struct signer *leaf_issuer(const struct workshop *w, const struct farm_case *c)
{
    static const struct signer itself = {0};
    switch (c->issuer) {
    case BY_INTERMEDIATE: return &w->intermediate;
    case BY_UNKNOWN: return &w->unknown;
    case BY_FIREWALL: return &w->firewall;
    case BY_EXPIRED_CA: return &w->expired;
    case BY_LEAF: return &w->leaf;
    case BY_ITSELF: break;
    }
    return &itself;
}

/* What the server sends, in its order. */
static size_t leaf_chain(const struct workshop *w, const struct farm_case *c, X509 *leaf, X509 *chain[CHAIN_MOST])
{
    size_t n = 0;
    chain[n++] = leaf;
    if (c->chain == CHAIN_LEAF)
        return n;
    if (c->chain == CHAIN_UNORDERED)
        chain[n++] = w->root.certificate;
    chain[n++] = leaf_issuer(w, c)->certificate;
    if (c->issuer == BY_LEAF)
        chain[n++] = w->intermediate.certificate;
    if (c->chain == CHAIN_EXTRA) {
        chain[n++] = w->root.certificate;
        chain[n++] = w->unknown.certificate;
    }
    return n;
}

static bool leaf_make(struct workshop *w, const struct farm_case *c, struct err *e)
{
    char organisation[96], nif[16], host[64];
    bool ordinary = c->from == 0 && c->until == 0;
    struct certificate_wish wish = {
        .role = c->client_only ? ROLE_CLIENT : ROLE_SERVER,
        .common_name = c->names == NAMES_OTHER         ? "other.example"
                       : case_host(c, host)[0] == '\0' ? c->name
                                                       : host,
        .organisation = owner_name(w->plan, c, organisation),
        .nif = owner_nif(w->plan, c, nif),
        .names = leaf_names(w, c),
        .aia = leaf_aia(w, c),
        .crl = leaf_crl(w, c),
        .serial_seed = seed_text(w, c->name),
        .from = ordinary ? -100 : c->from,
        .until = ordinary ? 265 : c->until,
        .sha1 = c->sha1,
        .broken_signature = c->broken_signature,
    };
    X509 *leaf = certificate_make(&wish, w->keys[c->key], leaf_issuer(w, c), e), *chain[CHAIN_MOST];
    if (leaf == NULL)
        return false;
    size_t count = leaf_chain(w, c, leaf, chain);
    bool ok = certificates_write(w->dir, arena_printf(&w->a, "%s.pem", c->name), chain, count, e);
    bool listed = c->crl == CRL_IS_REVOKED || c->ocsp == OCSP_IS_REVOKED;
    if (ok && listed && w->revoked_count == CRL_MOST)
        ok = err_set(e, ERR_INTERNAL, "%s: more revoked cases than the CRL has room for", c->name);
    if (!ok || !listed) {
        X509_free(leaf);
        return ok;
    }
    w->kept[w->revoked_count] = leaf;
    w->revoked[w->revoked_count++] = (struct revoked){.certificate = leaf, .day = -3};
    return true;
}

static bool crls_make(struct workshop *w, struct err *e)
{
    static const struct {
        const char *name;
        bool root;
        int from, until;
    } lists[] = {{"intermediate.crl", false, -1, 6}, {"stale.crl", false, -10, -3}, {"root.crl", true, -10, 80}};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const struct signer *by = lists[i].root ? &w->root : &w->intermediate;
        X509_CRL *crl =
            crl_make(by, w->revoked, lists[i].root ? 0 : w->revoked_count, lists[i].from, lists[i].until, e);
        bool ok = crl != NULL && crl_write_der(w->dir, lists[i].name, crl, e);
        X509_CRL_free(crl);
        if (!ok)
            return false;
    }
    return true;
}

static void workshop_release(struct workshop *w)
{
    struct signer *all[] = {&w->root,     &w->intermediate, &w->expired,         &w->unknown_root, &w->unknown,
                            &w->firewall, &w->responder,    &w->wrong_responder, &w->leaf};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        X509_free(all[i]->certificate);
        EVP_PKEY_free(all[i]->key);
    }
    for (int k = KEY_RSA; k <= KEY_RSA_1024; k++)
        EVP_PKEY_free(w->keys[k]);
    for (size_t i = 0; i < w->revoked_count; i++)
        X509_free(w->kept[i]);
    arena_release(&w->a);
}

bool farm_make(const char *dir, const struct farm_plan *plan, struct err *e)
{
    struct workshop w = {.dir = dir, .plan = plan};
    bool ok = file_make_dirs(dir, e) && authorities_make(&w, e) && authorities_write(&w, e);
    for (size_t i = 0; ok && i < farm_case_count; i++) {
        if (case_has_certificate(&farm_cases[i]))
            ok = leaf_make(&w, &farm_cases[i], e);
    }
    const struct papers papers = {
        .dir = dir,
        .plan = plan,
        .issuer = &w.intermediate,
        .key = w.keys[KEY_RSA],
        .crl = arena_printf(&w.a, "URI:%s", place(&w, FARM_STATUS_HOST, "/crl/intermediate.crl"))};
    ok = ok && (plan->papers == NULL || papers_make(&papers, plan->papers, e));
    ok = ok && crls_make(&w, e) && plan_write(dir, plan, e); /* the plan last: with it the farm is whole */
    workshop_release(&w);
    return ok;
}
