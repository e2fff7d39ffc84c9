/* A provider whose every answer is the default provider's, but for what it is asked to list: decoders and keys. */
#include "probe/tls_library.h"

#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>

#include "base/str.h"

#define MOST_LISTED 64

/* Certificates and key exchanges of the web; HMAC is how TLS 1.2 and older authenticate records. */
static const char *const keys[] = {"RSA",    "RSA-PSS", "EC", "ED25519", "ED448", "DSA",
                                   "X25519", "X448",    "DH", "HMAC",    NULL};
static const char *const certificate_keys[] = {"RSA", "RSA-PSS", "EC", "ED25519", "ED448", "DSA", NULL};

/* Written once, by library_make, before anything reads it. It cannot be handed to the callbacks: the one pointer that
 * they get has to be the inner provider's own, for its algorithms. */
static struct {
    OSSL_LIB_CTX *outer;
    OSSL_PROVIDER *inner;
    OSSL_FUNC_provider_query_operation_fn *query;
    OSSL_ALGORITHM decoders[MOST_LISTED + 1], keys[MOST_LISTED + 1]; /* end in zeros */
    OSSL_DISPATCH table[8];
} library;

static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;

/* "RSA:rsaEncryption:1.2.840.113549.1.1.1" is known by its first name. */
static bool is_wanted(const OSSL_ALGORITHM *a, const char *const *names)
{
    struct str all = str_of(a->algorithm_names), first;
    if (!str_split(&all, ':', &first))
        return false;
    for (; *names != NULL; names++)
        if (str_is_nocase(first, *names))
            return true;
    return false;
}

static bool has(const char *properties, const char *what)
{
    return properties != NULL && strstr(properties, what) != NULL;
}

static const OSSL_ALGORITHM *query(void *ctx, int operation, int *no_cache)
{
    switch (operation) {
    case OSSL_OP_DECODER: *no_cache = 0; return library.decoders;
    case OSSL_OP_KEYMGMT: *no_cache = 0; return library.keys;
    case OSSL_OP_ENCODER: /* nothing is written, and nothing is fetched from files */
    case OSSL_OP_STORE: *no_cache = 0; return NULL;
    default: return library.query(ctx, operation, no_cache);
    }
}

static int provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **ctx)
{
    (void)handle;
    (void)in;
    *out = library.table;
    *ctx = OSSL_PROVIDER_get0_provider_ctx(library.inner);
    return 1;
}

/* Its functions, but for the one that lists; not its end, which belongs to the inner provider. */
static bool take_functions(void)
{
    size_t n = 0;
    library.table[n++] = (OSSL_DISPATCH){OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query};
    for (const OSSL_DISPATCH *d = OSSL_PROVIDER_get0_dispatch(library.inner); d != NULL && d->function_id != 0; d++) {
        if (d->function_id == OSSL_FUNC_PROVIDER_QUERY_OPERATION)
            library.query = OSSL_FUNC_provider_query_operation(d);
        else if (d->function_id == OSSL_FUNC_PROVIDER_GETTABLE_PARAMS ||
                 d->function_id == OSSL_FUNC_PROVIDER_GET_PARAMS ||
                 d->function_id == OSSL_FUNC_PROVIDER_GET_CAPABILITIES)
            library.table[n++] = *d;
    }
    return library.query != NULL && n == 4;
}

static bool take_lists(void)
{
    void *ctx = OSSL_PROVIDER_get0_provider_ctx(library.inner);
    int no_cache = 0;
    size_t n = 0;
    for (const OSSL_ALGORITHM *a = library.query(ctx, OSSL_OP_DECODER, &no_cache);
         a != NULL && a->algorithm_names != NULL && n < MOST_LISTED; a++)
        if (is_wanted(a, certificate_keys) && has(a->property_definition, "input=der") &&
            has(a->property_definition, "structure=SubjectPublicKeyInfo"))
            library.decoders[n++] = *a;
    size_t k = 0;
    for (const OSSL_ALGORITHM *a = library.query(ctx, OSSL_OP_KEYMGMT, &no_cache);
         a != NULL && a->algorithm_names != NULL && k < MOST_LISTED; a++)
        if (is_wanted(a, keys))
            library.keys[k++] = *a;
    return n + 1 == sizeof certificate_keys / sizeof *certificate_keys && k + 1 == sizeof keys / sizeof *keys;
}

static void library_make(void)
{
    OSSL_LIB_CTX *inner_ctx = OSSL_LIB_CTX_new(), *outer = OSSL_LIB_CTX_new();
    library.inner = inner_ctx == NULL ? NULL : OSSL_PROVIDER_load(inner_ctx, "default");
    if (library.inner != NULL && outer != NULL && take_functions() && take_lists() &&
        OSSL_PROVIDER_add_builtin(outer, "talaia-sweep", provider_init) == 1 &&
        OSSL_PROVIDER_load(outer, "talaia-sweep") != NULL) {
        library.outer = outer;
        return;
    }
    OSSL_LIB_CTX_free(outer);
    OSSL_LIB_CTX_free(inner_ctx); /* and the inner provider with it */
}

struct ossl_lib_ctx_st *tls_library(void)
{
    return CRYPTO_THREAD_run_once(&once, library_make) == 1 ? library.outer : NULL;
}
