/* Algorithms that still count. What was signed is the callers'. */
#include "pki/signature.h"

#include <openssl/rsa.h>

const X509_ALGOR *x509_signature_algorithm(const X509 *cert)
{
    const X509_ALGOR *algorithm;
    X509_get0_signature(NULL, &algorithm, cert);
    return algorithm;
}

static bool digest_is_strong(int nid)
{
    const EVP_MD *digest = nid == NID_undef ? NULL : EVP_get_digestbynid(nid);
    return digest != NULL && EVP_MD_get_size(digest) * 4 >= SECURITY_BITS; /* collisions: half of its bits */
}

static bool pss_is_strong(const X509_ALGOR *algorithm)
{
    RSA_PSS_PARAMS *params = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS), algorithm->parameter);
    int nid =
        params == NULL || params->hashAlgorithm == NULL ? NID_sha1 : OBJ_obj2nid(params->hashAlgorithm->algorithm);
    RSA_PSS_PARAMS_free(params);
    return digest_is_strong(nid);
}

bool signature_is_strong(const X509_ALGOR *algorithm)
{
    const ASN1_OBJECT *oid;
    X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
    int nid = OBJ_obj2nid(oid), digest = NID_undef, key = NID_undef;
    if (nid == NID_rsassaPss)
        return pss_is_strong(algorithm);
    if (OBJ_find_sigid_algs(nid, &digest, &key) != 1)
        return false;
    return key == NID_ED25519 || key == NID_ED448 || digest_is_strong(digest);
}

bool key_is_strong(const EVP_PKEY *key)
{
    return key != NULL && EVP_PKEY_get_security_bits(key) >= SECURITY_BITS;
}
