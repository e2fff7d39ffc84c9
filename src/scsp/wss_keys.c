/* Keys by certificate. A certificate that was seen is found by the SHA-256 of its bytes: decoding one costs more than
 * verifying with it. */
#include <sodium.h>

#include "scsp/wss_parts.h"

struct wss_keys {
    struct wss_key items[LIMIT_WSS_KEYS];
    size_t count, next; /* next: the one that is given up when all are taken */
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
    return mem_alloc(1, sizeof(struct wss_keys));
}

void wss_keys_forget(struct wss_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        EVP_PKEY_free(keys->items[i].pkey);
        keys->items[i].pkey = NULL;
    }
    keys->count = keys->next = 0;
}

void wss_keys_free(struct wss_keys *keys)
{
    if (keys != NULL)
        wss_keys_forget(keys);
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

const struct wss_key *wss_keys_get(struct wss_keys *keys, struct str der)
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
    EVP_PKEY_free(slot->pkey);
    *slot = made;
    return slot;
}

bool wss_digest(const char *name, struct str bytes, unsigned char ret[EVP_MAX_MD_SIZE], size_t *ret_bytes)
{
    unsigned n = 0;
    const EVP_MD *md = EVP_get_digestbyname(name);
    bool good = md != NULL && EVP_Digest(bytes.p, bytes.n, ret, &n, md, NULL) == 1;
    *ret_bytes = n;
    return good;
}
