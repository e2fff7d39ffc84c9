/* Keys by certificate. A certificate that was seen is found by the SHA-256 of its bytes, or by the text that it came
 * in: decoding one costs more than verifying with it. Whatever OpenSSL would look up for each message is looked up
 * once. */
#include <sodium.h>

#include "scsp/wss_parts.h"

#define DIGESTS 4 /* as many as the tables of wss_parts.c have */

struct wss_keys {
    struct wss_key items[LIMIT_WSS_KEYS];
    uint64_t tags[LIMIT_WSS_KEYS]; /* a few characters of each text, to be looked through quickly */
    size_t count, next;            /* next: the one that is given up when all are taken */
    EVP_MD *digests[DIGESTS];
    const char *digest_names[DIGESTS];
    EVP_MD_CTX *digesting;
};

void wss_begin(void)
{
    static const char *const digests[] = {"SHA1", "SHA256"};
    unsigned char out[EVP_MAX_MD_SIZE];
    size_t n;
    (void)OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_ADD_ALL_DIGESTS | OPENSSL_INIT_ADD_ALL_CIPHERS |
                                  OPENSSL_INIT_LOAD_CRYPTO_STRINGS,
                              NULL);
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++)
        (void)wss_digest(digests[i], str_of(""), out, &n);
    EVP_SIGNATURE_free(EVP_SIGNATURE_fetch(NULL, "RSA", NULL));
    EVP_SIGNATURE_free(EVP_SIGNATURE_fetch(NULL, "ECDSA", NULL));
    randombytes_buf(out, sizeof out);
    ERR_clear_error();
}

struct wss_keys *wss_keys_new(void)
{
    struct wss_keys *keys = mem_alloc(1, sizeof *keys);
    keys->digesting = EVP_MD_CTX_new();
    return keys;
}

static void key_release(struct wss_key *key)
{
    EVP_PKEY_CTX_free(key->ready);
    EVP_PKEY_free(key->pkey);
    mem_free((void *)(uintptr_t)key->text.p);
    *key = (struct wss_key){0};
}

void wss_keys_forget(struct wss_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        key_release(&keys->items[i]);
    keys->count = keys->next = 0;
}

void wss_keys_free(struct wss_keys *keys)
{
    if (keys == NULL)
        return;
    wss_keys_forget(keys);
    for (size_t i = 0; i < DIGESTS; i++)
        EVP_MD_free(keys->digests[i]);
    EVP_MD_CTX_free(keys->digesting);
    mem_free(keys);
}

static void text_keep(char *to, size_t room, const char *text)
{
    struct str cut = str_utf8_cut(str_of(text), room - 1);
    memcpy(to, cut.p, cut.n);
    to[cut.n] = '\0';
}

/* Bytes of exactly one certificate in DER. */
static bool key_read(struct str der, struct wss_key *ret)
{
    struct arena a = {0};
    struct certificate c;
    struct err e = {0};
    EVP_PKEY *pkey = NULL;
    bool good = certificate_parse_key(&a, der, &c, &pkey, &e) && pkey != NULL && str_equal(c.der, der);
    if (good) {
        *ret = (struct wss_key){
            .pkey = pkey,
            .type = EVP_PKEY_get_base_id(pkey),
            .bits = EVP_PKEY_get_bits(pkey),
            .certificate = {.not_before = c.not_before,
                            .not_after = c.not_after,
                            .first_day = c.first_day,
                            .last_day = c.last_day},
        };
        struct wss_certificate *kept = &ret->certificate;
        text_keep(kept->subject, sizeof kept->subject, c.subject);
        text_keep(kept->name, sizeof kept->name, c.common_name[0] != '\0' ? c.common_name : c.subject);
        text_keep(kept->nif, sizeof kept->nif, c.nif);
        text_keep(kept->fingerprint, sizeof kept->fingerprint, c.fingerprint_hex);
    } else {
        EVP_PKEY_free(pkey);
    }
    arena_release(&a);
    return good;
}

static uint64_t text_tag(struct str text)
{
    uint64_t tag = 0;
    if (text.n >= 2 * sizeof tag) /* its end is the authority's signature, and different for each */
        memcpy(&tag, text.p + text.n - 2 * sizeof tag, sizeof tag);
    return tag;
}

struct wss_key *wss_keys_get(struct wss_keys *keys, struct str der)
{
    unsigned char hash[WSS_HASH_BYTES];
    struct wss_key made;
    (void)crypto_hash_sha256(hash, (const unsigned char *)der.p, der.n);
    for (size_t i = 0; i < keys->count; i++)
        if (memcmp(keys->items[i].hash, hash, sizeof hash) == 0)
            return &keys->items[i];
    if (!key_read(der, &made))
        return NULL;
    memcpy(made.hash, hash, sizeof hash);
    struct wss_key *slot = &keys->items[keys->next];
    if (keys->count < LIMIT_WSS_KEYS)
        slot = &keys->items[keys->count++];
    else
        keys->next = (keys->next + 1) % LIMIT_WSS_KEYS;
    key_release(slot);
    *slot = made;
    return slot;
}

struct wss_key *wss_keys_find(struct wss_keys *keys, struct str text)
{
    uint64_t tag = text_tag(text);
    for (size_t i = 0; i < keys->count; i++)
        if (keys->tags[i] == tag && keys->items[i].text.p != NULL && str_equal(keys->items[i].text, text))
            return &keys->items[i];
    return NULL;
}

void wss_keys_keep(struct wss_keys *keys, struct wss_key *key, struct str der, struct str text)
{
    if (text.n > LIMIT_WSS_KEPT_BYTES || key->text.p != NULL)
        return;
    char *both = mem_resize(NULL, text.n + der.n, 1);
    memcpy(both, text.p, text.n);
    memcpy(both + text.n, der.p, der.n);
    key->text = str_part(both, text.n);
    key->der = str_part(both + text.n, der.n);
    keys->tags[key - keys->items] = text_tag(text);
}

/* NULL when there is none of that name. */
static const EVP_MD *digest_get(struct wss_keys *keys, const char *name)
{
    size_t i = 0;
    while (i < DIGESTS && keys->digests[i] != NULL && strcmp(keys->digest_names[i], name) != 0)
        i++;
    if (i == DIGESTS)
        return EVP_get_digestbyname(name);
    if (keys->digests[i] == NULL) {
        keys->digests[i] = EVP_MD_fetch(NULL, name, NULL);
        keys->digest_names[i] = name;
    }
    return keys->digests[i];
}

bool wss_keys_digest(struct wss_keys *keys, const char *name, struct str bytes, unsigned char ret[EVP_MAX_MD_SIZE],
                     size_t *ret_bytes)
{
    unsigned n = 0;
    const EVP_MD *md = digest_get(keys, name);
    bool good = md != NULL && EVP_DigestInit_ex(keys->digesting, md, NULL) == 1 &&
                EVP_DigestUpdate(keys->digesting, bytes.p, bytes.n) == 1 &&
                EVP_DigestFinal_ex(keys->digesting, ret, &n) == 1;
    *ret_bytes = n;
    return good;
}

static bool key_prepare(struct wss_key *key, const EVP_MD *md)
{
    if (key->ready != NULL && key->digest == md)
        return true;
    EVP_PKEY_CTX_free(key->ready);
    key->digest = md;
    key->ready = EVP_PKEY_CTX_new(key->pkey, NULL);
    bool good = key->ready != NULL && EVP_PKEY_verify_init(key->ready) == 1 &&
                EVP_PKEY_CTX_set_signature_md(key->ready, md) == 1;
    if (!good) {
        EVP_PKEY_CTX_free(key->ready);
        key->ready = NULL;
    }
    return good;
}

bool wss_keys_verify(struct wss_keys *keys, struct wss_key *key, const char *digest, struct str bytes, struct str value)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    size_t n;
    const EVP_MD *md = digest_get(keys, digest);
    return md != NULL && wss_keys_digest(keys, digest, bytes, hash, &n) && key_prepare(key, md) &&
           EVP_PKEY_verify(key->ready, (const unsigned char *)value.p, value.n, hash, n) == 1;
}

bool wss_digest(const char *name, struct str bytes, unsigned char ret[EVP_MAX_MD_SIZE], size_t *ret_bytes)
{
    unsigned n = 0;
    const EVP_MD *md = EVP_get_digestbyname(name);
    bool good = md != NULL && EVP_Digest(bytes.p, bytes.n, ret, &n, md, NULL) == 1;
    *ret_bytes = n;
    return good;
}
