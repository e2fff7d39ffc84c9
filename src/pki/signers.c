#include "pki/signers.h"

#include "base/limits.h"

struct ocsp_signers {
    struct {
        struct signer_id id;
        X509 *cert;
        uint64_t used;
    } places[LIMIT_OCSP_SIGNERS];
    size_t count;
    uint64_t tick;
};

struct ocsp_signers *ocsp_signers_new(void)
{
    return mem_alloc(1, sizeof(struct ocsp_signers));
}

void ocsp_signers_free(struct ocsp_signers *known)
{
    for (size_t i = 0; known != NULL && i < known->count; i++)
        X509_free(known->places[i].cert);
    mem_free(known);
}

struct signer_id signer_id(struct str der, const struct signer_id *by)
{
    struct signer_id own, pair[2] = {{{0}}};
    SHA256((const unsigned char *)der.p, der.n, own.hash);
    if (by == NULL)
        return own;
    pair[0] = *by;
    pair[1] = own;
    SHA256((const unsigned char *)pair, sizeof pair, own.hash);
    return own;
}

X509 *signers_find(struct ocsp_signers *known, const struct signer_id *id)
{
    for (size_t i = 0; known != NULL && i < known->count; i++) {
        if (memcmp(&known->places[i].id, id, sizeof *id) != 0)
            continue;
        known->places[i].used = ++known->tick;
        return X509_up_ref(known->places[i].cert) == 1 ? known->places[i].cert : NULL;
    }
    return NULL;
}

void signers_keep(struct ocsp_signers *known, const struct signer_id *id, X509 *cert)
{
    if (known == NULL || X509_up_ref(cert) != 1)
        return;
    size_t place = 0;
    if (known->count < LIMIT_OCSP_SIGNERS) {
        place = known->count++;
    } else {
        for (size_t i = 1; i < LIMIT_OCSP_SIGNERS; i++) {
            if (known->places[i].used < known->places[place].used)
                place = i;
        }
        X509_free(known->places[place].cert);
    }
    known->places[place].id = *id;
    known->places[place].cert = cert;
    known->places[place].used = ++known->tick;
}
