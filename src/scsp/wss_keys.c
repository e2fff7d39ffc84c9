/* Keys by certificate. A certificate that was seen is found by the SHA-256 of its bytes: decoding one costs more than
 * verifying with it. */
#include <sodium.h>

#include "scsp/wss_parts.h"

struct wss_keys {
    struct wss_key items[LIMIT_WSS_KEYS];
    size_t count, next; /* next: the one that is given up when all are taken */
};

struct wss_keys *wss_keys_new(void)
{
    return mem_alloc(1, sizeof(struct wss_keys));
}

void wss_keys_free(struct wss_keys *keys)
{
    for (size_t i = 0; keys != NULL && i < keys->count; i++)
        EVP_PKEY_free(keys->items[i].pkey);
    mem_free(keys);
}

const struct wss_key *wss_keys_get(struct wss_keys *keys, struct str der)
{
    unsigned char hash[WSS_HASH_BYTES];
    (void)crypto_hash_sha256(hash, (const unsigned char *)der.p, der.n);
    for (size_t i = 0; i < keys->count; i++)
        if (memcmp(keys->items[i].hash, hash, sizeof hash) == 0)
            return &keys->items[i];
    const unsigned char *p = (const unsigned char *)der.p;
    X509 *cert = d2i_X509(NULL, &p, (long)der.n);
    EVP_PKEY *pkey = cert != NULL && p == (const unsigned char *)der.p + der.n ? X509_get_pubkey(cert) : NULL;
    X509_free(cert);
    if (pkey == NULL)
        return NULL;
    struct wss_key *slot = &keys->items[keys->next];
    if (keys->count < LIMIT_WSS_KEYS)
        slot = &keys->items[keys->count++];
    else
        keys->next = (keys->next + 1) % LIMIT_WSS_KEYS;
    EVP_PKEY_free(slot->pkey);
    *slot = (struct wss_key){.pkey = pkey, .type = EVP_PKEY_get_base_id(pkey), .bits = EVP_PKEY_get_bits(pkey)};
    memcpy(slot->hash, hash, sizeof hash);
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
