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
/* What TLS and its random numbers encrypt with, and what it, or a certificate, may be signed over. OpenSSL goes through
 * all that a context has, of whatever kind, for each key that it reads. */
static const char *const ciphers[] = {
    "AES-128-CBC",
    "AES-256-CBC",
    "AES-128-GCM",
    "AES-256-GCM",
    "AES-128-CCM",
    "AES-256-CCM",
    "AES-128-CBC-HMAC-SHA1",
    "AES-256-CBC-HMAC-SHA1",
    "AES-128-CBC-HMAC-SHA256",
    "AES-256-CBC-HMAC-SHA256",
    "CAMELLIA-128-CBC",
    "CAMELLIA-256-CBC",
    "ARIA-128-GCM",
    "ARIA-256-GCM",
    "ChaCha20-Poly1305",
    "DES-EDE3-CBC",
    "NULL",
    "AES-256-CTR",
    "AES-256-ECB",
    NULL,
};
static const char *const digests[] = {
    "MD5",          "MD5-SHA1", "SHA1",     "SHA2-224", "SHA2-256", "SHA2-384",  "SHA2-512",
    "SHA2-512/256", "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512", "SHAKE-256", NULL,
};

/* Written once, by library_make, before anything reads it. It cannot be handed to the callbacks: the one pointer that
 * they get has to be the inner provider's own, for its algorithms. */
static struct {
    OSSL_LIB_CTX *outer;
    OSSL_PROVIDER *inner;
    OSSL_FUNC_provider_query_operation_fn *query;
    OSSL_ALGORITHM decoders[MOST_LISTED + 1], keys[MOST_LISTED + 1], ciphers[MOST_LISTED + 1],
        digests[MOST_LISTED + 1]; /* end in zeros */
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
    case OSSL_OP_CIPHER: *no_cache = 0; return library.ciphers;
    case OSSL_OP_DIGEST: *no_cache = 0; return library.digests;
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

static bool is_decoder(const OSSL_ALGORITHM *a)
{
    return has(a->property_definition, "input=der") && has(a->property_definition, "structure=SubjectPublicKeyInfo");
}

/* Lists the wanted ones of an operation; how many. */
static size_t take_list(int operation, const char *const *names, OSSL_ALGORITHM *to)
{
    int no_cache = 0;
    size_t n = 0;
    for (const OSSL_ALGORITHM *a = library.query(OSSL_PROVIDER_get0_provider_ctx(library.inner), operation, &no_cache);
         a != NULL && a->algorithm_names != NULL && n < MOST_LISTED; a++)
        if (is_wanted(a, names) && (operation != OSSL_OP_DECODER || is_decoder(a)))
            to[n++] = *a;
    return n;
}

/* Ciphers and digests may be missing from a build of OpenSSL, and are then offered to nobody. */
static bool take_lists(void)
{
    return take_list(OSSL_OP_DECODER, certificate_keys, library.decoders) + 1 ==
               sizeof certificate_keys / sizeof *certificate_keys &&
           take_list(OSSL_OP_KEYMGMT, keys, library.keys) + 1 == sizeof keys / sizeof *keys &&
           take_list(OSSL_OP_CIPHER, ciphers, library.ciphers) > 0 &&
           take_list(OSSL_OP_DIGEST, digests, library.digests) > 0;
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
