/* OCSP: written and believed by our own rules on OpenSSL's structures, because its verifier wants a store and a clock.
 */
#include "pki/ocsp.h"

#include "base/limits.h"
#include "pki/der.h"
#include "pki/signature.h"
#include "pki/signers.h"

static const char *const fault_codes[OCSP_FAULT_COUNT] = {
#define X(name, code, text) [OCSP_FAULT_##name] = code,
    OCSP_FAULT_LIST(X)
#undef X
};
static const char *const fault_texts[OCSP_FAULT_COUNT] = {
#define X(name, code, text) [OCSP_FAULT_##name] = text,
    OCSP_FAULT_LIST(X)
#undef X
};

const char *ocsp_fault_code(enum ocsp_fault f)
{
    return fault_codes[f];
}

const char *ocsp_fault_text(enum ocsp_fault f)
{
    return fault_texts[f];
}

const char *revocation_reason_text(int reason)
{
    static const char *const names[] = {
        "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
        "superseded",    "cessationOfOperation", "certificateHold", "",
        "removeFromCRL", "privilegeWithdrawn",   "aACompromise",
    };
    return reason >= 0 && (size_t)reason < sizeof names / sizeof *names ? names[reason] : "";
}

/* --- names of certificates --- */

/* An element as OpenSSL's own type; NULL when it is not exactly that. */
static void *element(struct str whole, const ASN1_ITEM *type)
{
    const unsigned char *p = (const unsigned char *)whole.p;
    ASN1_VALUE *v = whole.n == 0 ? NULL : ASN1_item_d2i(NULL, &p, (long)whole.n, type);
    if (v != NULL && p != (const unsigned char *)whole.p + whole.n) {
        ASN1_item_free(v, type);
        v = NULL;
    }
    return v;
}

static OCSP_CERTID *cert_id(const EVP_MD *digest, const struct der_certificate *leaf,
                            const struct der_certificate *issuer)
{
    X509_NAME *name = element(issuer->subject, ASN1_ITEM_rptr(X509_NAME));
    ASN1_INTEGER *serial = element(leaf->serial, ASN1_ITEM_rptr(ASN1_INTEGER));
    ASN1_BIT_STRING *key = ASN1_BIT_STRING_new();
    OCSP_CERTID *id = NULL;
    if (name != NULL && serial != NULL && key != NULL && issuer->key.n <= LIMIT_CERT_BYTES &&
        ASN1_BIT_STRING_set(key, (unsigned char *)issuer->key.p, (int)issuer->key.n) == 1)
        id = OCSP_cert_id_new(digest, name, key, serial);
    X509_NAME_free(name);
    ASN1_INTEGER_free(serial);
    ASN1_BIT_STRING_free(key);
    return id;
}

/* --- the question --- */

/* A certificate, or its serial number alone: of the certificate asked about nothing else is needed. */
static bool leaf_read(struct str leaf, struct der_certificate *ret)
{
    struct str rest = leaf;
    struct der one;
    if (leaf.n == 0 || leaf.p[0] != DER_INTEGER)
        return der_certificate(leaf, ret);
    if (!der_next(&rest, &one) || rest.n != 0)
        return false;
    *ret = (struct der_certificate){.serial = one.whole};
    return true;
}

static OCSP_CERTID *request_id(struct str leaf, struct str issuer)
{
    struct der_certificate cert, ca;
    return leaf_read(leaf, &cert) && der_certificate(issuer, &ca) ? cert_id(EVP_sha1(), &cert, &ca) : NULL;
}

bool ocsp_request(struct arena *a, struct str leaf, struct str issuer, struct str nonce, struct str *ret_der,
                  struct err *e)
{
    AUTO(OCSP_REQUEST) *request = OCSP_REQUEST_new();
    OCSP_CERTID *id = request == NULL ? NULL : request_id(leaf, issuer);
    bool good = id != NULL && OCSP_request_add0_id(request, id) != NULL;
    if (id != NULL && !good)
        OCSP_CERTID_free(id);
    if (good && nonce.n > 0) {
        unsigned char copy[LIMIT_NONCE_BYTES]; /* OpenSSL wants to be able to write to it */
        good = nonce.n <= sizeof copy;
        if (good)
            memcpy(copy, nonce.p, nonce.n);
        good = good && OCSP_request_add1_nonce(request, copy, (int)nonce.n) == 1;
    }
    int n = good ? i2d_OCSP_REQUEST(request, NULL) : 0;
    if (n > 0) {
        unsigned char *bytes = arena_alloc(a, (size_t)n, 1), *p = bytes;
        (void)i2d_OCSP_REQUEST(request, &p);
        *ret_der = str_part((const char *)bytes, (size_t)n);
    }
    openssl_forget();
    return n > 0 ||
           err_set(e, ERR_FORMAT, N_("no OCSP question can be made: the certificate or its issuer cannot be read"));
}

/* --- the answer --- */

struct reading {
    struct ocsp_signers *known;
    struct arena *arena;
    struct ocsp_answer *ret;
    struct der_certificate leaf, authority;
    struct signer_id authority_id;
    X509 *issuer;
    struct str nonce;
    instant_t now;
    struct der_ocsp parts;
    OCSP_BASICRESP *answer; /* without the certificates that came along: most of them are known */
    OCSP_SINGLERESP *single;
};

static const instant_t skew = LIMIT_SKEW_SECONDS * INSTANT_PER_SECOND;

/* Whether the answer names this certificate as its signer. */
static bool is_named(const struct reading *r, const struct der_certificate *cert)
{
    const ASN1_OCTET_STRING *key = NULL;
    const X509_NAME *name = NULL;
    if (OCSP_resp_get0_id(r->answer, &key, &name) != 1)
        return false;
    if (name == NULL) {
        unsigned char hash[SHA_DIGEST_LENGTH];
        SHA1((const unsigned char *)cert->key.p, cert->key.n, hash);
        return ASN1_STRING_length(key) == (int)sizeof hash &&
               memcmp(ASN1_STRING_get0_data(key), hash, sizeof hash) == 0;
    }
    X509_NAME *subject = element(cert->subject, ASN1_ITEM_rptr(X509_NAME));
    bool same = subject != NULL && X509_NAME_cmp(subject, name) == 0;
    X509_NAME_free(subject);
    return same;
}

/* RFC 6960 §4.2.2.2: certified for this by the very issuer. What time does not change, so it is remembered. */
static enum ocsp_fault check_delegate(const struct reading *r, X509 *signer)
{
    if (X509_check_issued(r->issuer, signer) != X509_V_OK || X509_get_extension_flags(signer) & EXFLAG_CRITICAL)
        return OCSP_FAULT_SIGNER;
    uint32_t uses = X509_get_extended_key_usage(signer);
    if (uses == UINT32_MAX || (uses & XKU_OCSP_SIGN) == 0)
        return OCSP_FAULT_SIGNER;
    if ((X509_get_key_usage(signer) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0)
        return OCSP_FAULT_SIGNER;
    if (!signature_is_strong(x509_signature_algorithm(signer)) || !key_is_strong(X509_get0_pubkey(signer)))
        return OCSP_FAULT_WEAK;
    return X509_verify(signer, X509_get0_pubkey(r->issuer)) == 1 ? OCSP_FAULT_NONE : OCSP_FAULT_SIGNER;
}

/* The responder's certificate when the issuer stands behind it; the caller's own reference. */
static enum ocsp_fault find_delegate(const struct reading *r, struct str der, X509 **ret)
{
    struct signer_id id = signer_id(der, &r->authority_id);
    *ret = signers_find(r->known, &id);
    if (*ret != NULL)
        return OCSP_FAULT_NONE;
    X509 *signer = x509_from_der(der);
    if (signer == NULL)
        return OCSP_FAULT_SIGNER;
    enum ocsp_fault fault = check_delegate(r, signer);
    if (fault == OCSP_FAULT_NONE) {
        signers_keep(r->known, &id, signer);
        *ret = signer;
    } else {
        X509_free(signer);
    }
    return fault;
}

static enum ocsp_fault check_signature(const struct reading *r, X509 *signer)
{
    const X509_ALGOR *algorithm = OCSP_resp_get0_tbs_sigalg(r->answer);
    if (!signature_is_strong(algorithm) || !key_is_strong(X509_get0_pubkey(signer)))
        return OCSP_FAULT_WEAK;
    r->ret->responder = x509_name_short(r->arena, X509_get_subject_name(signer));
    /* OpenSSL encodes again what was signed, as its own verifier does; for DER these are the same bytes. */
    bool good = ASN1_item_verify(ASN1_ITEM_rptr(OCSP_RESPDATA), algorithm, OCSP_resp_get0_signature(r->answer),
                                 OCSP_resp_get0_respdata(r->answer), X509_get0_pubkey(signer)) == 1;
    return good ? OCSP_FAULT_NONE : OCSP_FAULT_SIGNATURE;
}

static enum ocsp_fault check_as_delegate(const struct reading *r, struct str der)
{
    X509 *signer;
    enum ocsp_fault fault = find_delegate(r, der, &signer);
    if (fault != OCSP_FAULT_NONE)
        return fault;
    instant_t from = x509_begin(signer), to = x509_end(signer);
    if (from == INSTANT_NONE || to == INSTANT_NONE || r->now + skew < from || r->now >= to + INSTANT_PER_SECOND)
        fault = OCSP_FAULT_SIGNER_EXPIRED;
    else
        fault = check_signature(r, signer);
    if (fault == OCSP_FAULT_NONE) {
        r->ret->delegated = true;
        r->ret->signer_until = to;
        r->ret->signer_der = str_part(arena_text(r->arena, der), der.n);
    }
    X509_free(signer);
    return fault;
}

/* The issuer itself, or any of those that came along, if the answer names it. */
static enum ocsp_fault check_signers(const struct reading *r)
{
    enum ocsp_fault fault = OCSP_FAULT_SIGNER;
    if (is_named(r, &r->authority))
        fault = check_signature(r, r->issuer);
    struct str rest = r->parts.certificates;
    struct der one;
    for (int i = 0; fault != OCSP_FAULT_NONE && i < LIMIT_OCSP_CERTS && der_next(&rest, &one); i++) {
        struct der_certificate cert;
        if (!der_certificate(one.whole, &cert) || !is_named(r, &cert))
            continue;
        enum ocsp_fault again = check_as_delegate(r, one.whole);
        if (again == OCSP_FAULT_NONE || fault == OCSP_FAULT_SIGNER) /* the first reason wins */
            fault = again;
    }
    return fault;
}

/* Our certificate by the digest that this answer uses for names. */
static bool is_about_leaf(const struct reading *r, OCSP_SINGLERESP *single)
{
    ASN1_OBJECT *algorithm = NULL;
    OCSP_CERTID *id = (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(single);
    if (OCSP_id_get0_info(NULL, &algorithm, NULL, NULL, id) != 1)
        return false;
    int nid = OBJ_obj2nid(algorithm);
    if (nid != NID_sha1 && nid != NID_sha256 && nid != NID_sha384 && nid != NID_sha512)
        return false;
    AUTO(OCSP_CERTID) *own = cert_id(EVP_get_digestbynid(nid), &r->leaf, &r->authority);
    return own != NULL && OCSP_id_cmp(own, id) == 0;
}

/* The newest about our certificate; one that says "revoked" is believed before any other. */
static enum ocsp_fault find_single(struct reading *r)
{
    int count = OCSP_resp_count(r->answer);
    instant_t best = INSTANT_NONE;
    bool best_revoked = false;
    for (int i = 0; i < count && i < LIMIT_OCSP_ANSWERS; i++) {
        OCSP_SINGLERESP *single = OCSP_resp_get0(r->answer, i);
        if (!is_about_leaf(r, single))
            continue;
        ASN1_GENERALIZEDTIME *from = NULL;
        bool revoked = OCSP_single_get0_status(single, NULL, NULL, &from, NULL) == V_OCSP_CERTSTATUS_REVOKED;
        instant_t at = asn1_instant(from);
        if (r->single == NULL || (revoked && !best_revoked) || (revoked == best_revoked && at > best)) {
            r->single = single;
            best = at;
            best_revoked = revoked;
        }
    }
    return r->single == NULL ? OCSP_FAULT_OTHER : OCSP_FAULT_NONE;
}

static enum ocsp_fault check_nonce(struct reading *r)
{
    int i = OCSP_BASICRESP_get_ext_by_NID(r->answer, NID_id_pkix_OCSP_Nonce, -1);
    if (i < 0 || r->nonce.n == 0)
        return OCSP_FAULT_NONE;
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(OCSP_BASICRESP_get_ext(r->answer, i));
    struct str got = {(const char *)ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)};
    /* It is an OCTET STRING inside; some responders answer the bare bytes. */
    bool wrapped = got.n == r->nonce.n + 2 && got.p[0] == 4 && (unsigned char)got.p[1] == r->nonce.n;
    r->ret->nonce_matched =
        str_equal(got, r->nonce) || (wrapped && str_equal(str_part(got.p + 2, got.n - 2), r->nonce));
    return r->ret->nonce_matched ? OCSP_FAULT_NONE : OCSP_FAULT_NONCE;
}

static bool knows_extensions(const struct reading *r)
{
    for (int i = 0; i < OCSP_BASICRESP_get_ext_count(r->answer); i++) {
        X509_EXTENSION *extension = OCSP_BASICRESP_get_ext(r->answer, i);
        int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        if (X509_EXTENSION_get_critical(extension) && nid != NID_id_pkix_OCSP_Nonce)
            return false;
    }
    for (int i = 0; i < OCSP_SINGLERESP_get_ext_count(r->single); i++) {
        if (X509_EXTENSION_get_critical(OCSP_SINGLERESP_get_ext(r->single, i)))
            return false;
    }
    return true;
}

static enum ocsp_fault check_times(struct reading *r)
{
    struct ocsp_answer *ret = r->ret;
    if (ret->this_update == INSTANT_NONE || ret->this_update > r->now + skew)
        return OCSP_FAULT_FUTURE;
    if (ret->produced != INSTANT_NONE && ret->produced > r->now + skew)
        return OCSP_FAULT_FUTURE;
    instant_t oldest = r->now - (instant_t)LIMIT_REVOCATION_DAYS * 86400 * INSTANT_PER_SECOND;
    if (ret->next_update != INSTANT_NONE ? ret->next_update + skew < r->now : ret->this_update < oldest)
        return OCSP_FAULT_EXPIRED;
    return OCSP_FAULT_NONE;
}

static enum ocsp_fault read_single(struct reading *r)
{
    ASN1_GENERALIZEDTIME *revoked = NULL, *from = NULL, *to = NULL;
    int reason = -1, status = OCSP_single_get0_status(r->single, &reason, &revoked, &from, &to);
    struct ocsp_answer *ret = r->ret;
    ret->this_update = asn1_instant(from);
    ret->next_update = to == NULL ? INSTANT_NONE : asn1_instant(to);
    ret->produced = asn1_instant(OCSP_resp_get0_produced_at(r->answer));
    if (to != NULL && ret->next_update == INSTANT_NONE)
        return OCSP_FAULT_FORMAT;
    enum ocsp_fault fault = check_times(r);
    if (fault != OCSP_FAULT_NONE)
        return fault;
    if (status == V_OCSP_CERTSTATUS_GOOD)
        ret->outcome = OCSP_GOOD;
    else if (status == V_OCSP_CERTSTATUS_UNKNOWN)
        ret->outcome = OCSP_UNKNOWN;
    else if (status == V_OCSP_CERTSTATUS_REVOKED)
        ret->outcome = OCSP_REVOKED;
    else
        return OCSP_FAULT_FORMAT;
    if (ret->outcome == OCSP_REVOKED) {
        ret->revoked_at = asn1_instant(revoked);
        ret->revoked_day = ret->revoked_at == INSTANT_NONE ? DAY_NONE : day_madrid(ret->revoked_at);
        ret->reason = reason;
    }
    return OCSP_FAULT_NONE;
}

static enum ocsp_fault read_answer(struct reading *r)
{
    enum ocsp_fault fault = find_single(r);
    if (fault == OCSP_FAULT_NONE)
        fault = check_signers(r);
    if (fault == OCSP_FAULT_NONE)
        fault = check_nonce(r);
    if (fault == OCSP_FAULT_NONE && !knows_extensions(r))
        fault = OCSP_FAULT_CRITICAL;
    return fault == OCSP_FAULT_NONE ? read_single(r) : fault;
}

static enum ocsp_fault status_fault(int status)
{
    switch (status) {
    case OCSP_RESPONSE_STATUS_SUCCESSFUL: return OCSP_FAULT_NONE;
    case OCSP_RESPONSE_STATUS_TRYLATER:
    case OCSP_RESPONSE_STATUS_INTERNALERROR: return OCSP_FAULT_LATER;
    case OCSP_RESPONSE_STATUS_MALFORMEDREQUEST:
    case OCSP_RESPONSE_STATUS_SIGREQUIRED:
    case OCSP_RESPONSE_STATUS_UNAUTHORIZED: return OCSP_FAULT_REFUSED;
    default: return OCSP_FAULT_FORMAT;
    }
}

/* The answer's own part of the bytes, as one BasicOCSPResponse without certificates. */
static OCSP_BASICRESP *basic_of(struct arena *a, const struct der_ocsp *parts)
{
    const struct str *three[] = {&parts->data, &parts->algorithm, &parts->signature};
    size_t n = parts->data.n + parts->algorithm.n + parts->signature.n;
    unsigned char *bytes = arena_alloc(a, 6 + n, 1), *to = bytes; /* below 2^24: LIMIT_OCSP_BYTES */
    const unsigned char header[] = {DER_SEQUENCE, 0x83, (unsigned char)(n >> 16), (unsigned char)(n >> 8),
                                    (unsigned char)n};
    memcpy(to, header, sizeof header);
    to += sizeof header;
    for (size_t i = 0; i < sizeof three / sizeof *three; i++) {
        memcpy(to, three[i]->p, three[i]->n);
        to += three[i]->n;
    }
    return element(str_part((const char *)bytes, sizeof header + n), ASN1_ITEM_rptr(OCSP_BASICRESP));
}

/* The issuer, read once. */
static X509 *find_issuer(struct reading *r, struct str issuer)
{
    if (!der_certificate(issuer, &r->authority))
        return NULL;
    r->authority_id = signer_id(issuer, NULL);
    X509 *cert = signers_find(r->known, &r->authority_id);
    if (cert != NULL)
        return cert;
    cert = x509_from_der(issuer);
    if (cert != NULL && X509_get0_pubkey(cert) != NULL) {
        signers_keep(r->known, &r->authority_id, cert);
        return cert;
    }
    X509_free(cert);
    return NULL;
}

static enum ocsp_fault read_response(struct reading *r, struct str bytes, struct str leaf, struct str issuer)
{
    static const unsigned char basic[] = {0x2b, 6, 1, 5, 5, 7, 48, 1, 1}; /* id-pkix-ocsp-basic, after its header */
    if (bytes.n > LIMIT_OCSP_BYTES)
        return OCSP_FAULT_SIZE;
    if (!leaf_read(leaf, &r->leaf))
        return OCSP_FAULT_CERTIFICATE;
    r->issuer = find_issuer(r, issuer);
    if (r->issuer == NULL)
        return OCSP_FAULT_CERTIFICATE;
    if (!der_ocsp(bytes, &r->parts))
        return OCSP_FAULT_FORMAT;
    r->ret->status = r->parts.status;
    enum ocsp_fault fault = status_fault(r->parts.status);
    if (fault != OCSP_FAULT_NONE)
        return fault;
    if (!str_equal(r->parts.type, str_part((const char *)basic, sizeof basic)))
        return OCSP_FAULT_FORMAT;
    AUTO(OCSP_BASICRESP) *answer = basic_of(r->arena, &r->parts);
    if (answer == NULL)
        return OCSP_FAULT_FORMAT;
    r->answer = answer;
    return read_answer(r);
}

void ocsp_read_with(struct ocsp_signers *known, struct arena *a, struct str bytes, struct str leaf, struct str issuer,
                    struct str nonce, instant_t now, struct ocsp_answer *ret)
{
    *ret = (struct ocsp_answer){.status = -1,
                                .this_update = INSTANT_NONE,
                                .next_update = INSTANT_NONE,
                                .produced = INSTANT_NONE,
                                .revoked_at = INSTANT_NONE,
                                .revoked_day = DAY_NONE,
                                .reason = -1,
                                .responder = "",
                                .signer_until = INSTANT_NONE};
    struct reading r = {.known = known, .arena = a, .ret = ret, .nonce = nonce, .now = now};
    ret->fault = read_response(&r, bytes, leaf, issuer);
    if (ret->fault != OCSP_FAULT_NONE)
        ret->outcome = OCSP_UNUSABLE;
    X509_free(r.issuer);
    openssl_forget();
}

void ocsp_read(struct arena *a, struct str bytes, struct str leaf, struct str issuer, struct str nonce, instant_t now,
               struct ocsp_answer *ret)
{
    ocsp_read_with(NULL, a, bytes, leaf, issuer, nonce, now, ret);
}
