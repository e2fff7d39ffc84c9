/* What is trusted and what is remembered. Judging is trust.c's. */
#include "pki/trust_store.h"

#include "base/buf.h"
#include "base/file.h"
#include "pki/certificate_name.h"
#include "pki/x509_read.h"

static void auto_x509_list(STACK_OF(X509) * *list)
{
    sk_X509_pop_free(*list, X509_free);
}

static bool is_self_issued(const X509 *cert)
{
    return X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert)) == 0;
}

/* --- what is remembered --- */

static struct known_cert *known_find(struct trust *t, const unsigned char fingerprint[FINGERPRINT_BYTES])
{
    for (size_t i = 0; i < t->known_count; i++) {
        if (memcmp(t->known[i].fingerprint, fingerprint, FINGERPRINT_BYTES) == 0)
            return &t->known[i];
    }
    return NULL;
}

X509 *trust_known(struct trust *t, const unsigned char fingerprint[FINGERPRINT_BYTES])
{
    struct known_cert *k = known_find(t, fingerprint);
    if (k == NULL)
        return NULL;
    k->used = ++t->tick;
    return k->cert;
}

static bool fingerprint_of(const X509 *cert, unsigned char out[FINGERPRINT_BYTES])
{
    unsigned n = FINGERPRINT_BYTES;
    return X509_digest(cert, EVP_sha256(), out, &n) == 1;
}

bool trust_remembers(const struct trust *t, const X509 *cert)
{
    for (size_t i = 0; i < t->known_count; i++) {
        if (t->known[i].cert == cert)
            return true;
    }
    return false;
}

void trust_remember(struct trust *t, X509 *cert)
{
    unsigned char fingerprint[FINGERPRINT_BYTES];
    if (!fingerprint_of(cert, fingerprint) || known_find(t, fingerprint) != NULL || X509_up_ref(cert) != 1)
        return;
    size_t place = t->known_count;
    if (place == LIMIT_TRUST_KNOWN) {
        place = 0;
        for (size_t i = 1; i < LIMIT_TRUST_KNOWN; i++) {
            if (t->known[i].used < t->known[place].used)
                place = i;
        }
        X509_free(t->known[place].cert);
    } else {
        t->known_count++;
    }
    t->known[place] = (struct known_cert){.cert = cert, .used = ++t->tick};
    memcpy(t->known[place].fingerprint, fingerprint, sizeof fingerprint);
}

bool trust_learn(struct trust *t, struct str der)
{
    AUTO(X509) *cert = x509_from_der(der);
    bool good = cert != NULL && x509_is_ca(cert);
    if (good)
        trust_remember(t, cert);
    openssl_forget();
    return good;
}

/* --- anchors --- */

bool trust_has_organisation(const struct trust *t, const char *organisation)
{
    for (size_t i = 0; i < t->organisation_count; i++) {
        if (strcmp(t->organisations[i], organisation) == 0)
            return true;
    }
    return false;
}

size_t trust_anchor_count(const struct trust *t)
{
    return (size_t)sk_X509_OBJECT_num(X509_STORE_get0_objects(t->store));
}

/* Reads a file; NULL with a reason that names it. */
static STACK_OF(X509) * file_certs(const char *path, bool lenient, struct err *e)
{
    struct buf content = BUF_INIT(LIMIT_CERT_FILE_BYTES);
    STACK_OF(X509) *certs = NULL;
    if (file_read(path, &content, e)) {
        certs = x509_load(buf_str(&content), lenient, e);
        if (certs == NULL)
            err_where(e, "%s", path);
    }
    buf_release(&content);
    return certs;
}

/* Roots become anchors at once; what others issued is put aside in `later`. */
static bool add_file(struct trust *t, const char *path, bool lenient, STACK_OF(X509) * later, struct err *e)
{
    __attribute__((cleanup(auto_x509_list))) STACK_OF(X509) *certs = file_certs(path, lenient, e);
    if (certs == NULL)
        return false;
    for (int i = 0; i < sk_X509_num(certs); i++) {
        X509 *cert = sk_X509_value(certs, i);
        if (is_self_issued(cert)) {
            X509_STORE_add_cert(t->store, cert);
        } else if (X509_up_ref(cert) == 1 && sk_X509_push(later, cert) <= 0) {
            X509_free(cert);
        }
    }
    return true;
}

/* Whether a path from the intermediate to a root that is an anchor holds, dates aside (there is no clock here). */
static bool has_root(struct trust *t, STACK_OF(X509) * intermediates, X509 *cert)
{
    AUTO(X509_STORE_CTX) *context = X509_STORE_CTX_new();
    if (context == NULL || X509_STORE_CTX_init(context, t->store, cert, intermediates) != 1)
        return false;
    X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context), X509_V_FLAG_NO_CHECK_TIME);
    return X509_verify_cert(context) == 1;
}

static void add_intermediates(struct trust *t, STACK_OF(X509) * later)
{
    AUTO_STACK *alone = sk_X509_new_null();
    for (int i = 0; i < sk_X509_num(later); i++) {
        X509 *cert = sk_X509_value(later, i);
        if (!has_root(t, later, cert))
            sk_X509_push(alone, cert);
        else if (x509_is_ca(cert))
            trust_remember(t, cert);
    }
    for (int i = 0; i < sk_X509_num(alone); i++) /* afterwards: one must not become the root of another */
        t->partial = X509_STORE_add_cert(t->store, sk_X509_value(alone, i)) == 1 || t->partial;
}

static void note_organisations(struct trust *t)
{
    STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(t->store);
    t->organisations = arena_array(&t->names, const char *, (size_t)sk_X509_OBJECT_num(objects));
    for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
        const X509 *cert = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
        const char *o =
            cert == NULL ? "" : x509_name_value(&t->names, X509_get_subject_name(cert), NID_organizationName);
        if (o[0] != '\0' && !trust_has_organisation(t, o))
            t->organisations[t->organisation_count++] = o;
    }
}

bool trust_open(const char *bundle, const char *const *anchors, size_t count, struct trust **ret, struct err *e)
{
    struct trust *t = mem_alloc(1, sizeof *t);
    __attribute__((cleanup(auto_x509_list))) STACK_OF(X509) *later = sk_X509_new_null();
    t->store = X509_STORE_new();
    t->context = X509_STORE_CTX_new();
    bool good = t->store != NULL && t->context != NULL && later != NULL;
    if (!good)
        err_set(e, ERR_INTERNAL, N_("the store of trusted authorities cannot be made"));
    if (good && bundle != NULL)
        good = add_file(t, bundle, true, later, e);
    for (size_t i = 0; good && i < count; i++)
        good = add_file(t, anchors[i], false, later, e);
    if (good) {
        add_intermediates(t, later);
        note_organisations(t);
        t->cache = mem_alloc(CACHE_SETS * CACHE_WAYS, sizeof *t->cache);
        *ret = t;
    } else {
        trust_free(t);
    }
    openssl_forget();
    return good;
}

void trust_free(struct trust *t)
{
    if (t == NULL)
        return;
    X509_STORE_CTX_free(t->context);
    for (size_t i = 0; t->cache != NULL && i < CACHE_SETS * CACHE_WAYS; i++) {
        for (size_t k = 0; k < t->cache[i].path_count; k++)
            X509_free(t->cache[i].path[k]);
    }
    mem_free(t->cache);
    for (size_t i = 0; i < t->known_count; i++)
        X509_free(t->known[i].cert);
    X509_STORE_free(t->store);
    arena_release(&t->names);
    mem_free(t);
}
