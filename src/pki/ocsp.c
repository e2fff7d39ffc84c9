/* OCSP: written and believed by our own rules on OpenSSL's structures, because its verifier wants a store and a clock. */
#include "pki/ocsp.h"

#include "base/limits.h"
#include "pki/certificate_name.h"
#include "pki/signature.h"
#include "pki/x509_read.h"

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
        "unspecified",          "keyCompromise",   "cACompromise", "affiliationChanged", "superseded",
        "cessationOfOperation", "certificateHold", "",             "removeFromCRL",      "privilegeWithdrawn",
        "aACompromise",
    };
    return reason >= 0 && (size_t)reason < sizeof names / sizeof *names ? names[reason] : "";
}

/* --- the question --- */

bool ocsp_request(struct arena *a, struct str leaf, struct str issuer, struct str nonce, struct str *ret_der, struct err *e)
{
    AUTO(X509) *cert = x509_from_der(leaf);
    AUTO(X509) *ca = x509_from_der(issuer);
    AUTO(OCSP_REQUEST) *request = OCSP_REQUEST_new();
    OCSP_CERTID *id = cert == NULL || ca == NULL || request == NULL ? NULL : OCSP_cert_to_id(EVP_sha1(), cert, ca);
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
    return n > 0 || err_set(e, ERR_FORMAT, N_("no OCSP question can be made: the certificate or its issuer cannot be read"));
}

/* --- the answer --- */

struct reading {
    struct arena *arena;
    struct ocsp_answer *ret;
    X509 *leaf, *issuer;
    struct str nonce;
    instant_t now;
    OCSP_BASICRESP *answer;
    OCSP_SINGLERESP *single;
    X509 *signer;
};

static const instant_t skew = LIMIT_SKEW_SECONDS * INSTANT_PER_SECOND;

/* The certificate that the answer names as its signer: the issuer itself, or one that came along. */
static X509 *find_signer(const struct reading *r)
{
    const ASN1_OCTET_STRING *key = NULL;
    const X509_NAME *name = NULL;
    if (OCSP_resp_get0_id(r->answer, &key, &name) != 1)
        return NULL;
    const STACK_OF(X509) *sent = OCSP_resp_get0_certs(r->answer);
    int count = sent == NULL ? 0 : sk_X509_num(sent);
    for (int i = -1; i < count && i < LIMIT_OCSP_CERTS; i++) {
        X509 *cert = i < 0 ? r->issuer : sk_X509_value(sent, i);
        unsigned char hash[EVP_MAX_MD_SIZE];
        unsigned n = 0;
        bool is = false;
        if (name != NULL)
            is = X509_NAME_cmp(X509_get_subject_name(cert), name) == 0;
        else if (key != NULL && X509_pubkey_digest(cert, EVP_sha1(), hash, &n) == 1)
            is = ASN1_STRING_length(key) == (int)n && memcmp(ASN1_STRING_get0_data(key), hash, n) == 0;
        if (is)
            return cert;
    }
    return NULL;
}

/* RFC 6960 §4.2.2.2: certified for this by the very issuer, and in its time. */
static enum ocsp_fault check_delegate(const struct reading *r)
{
    if (X509_check_issued(r->issuer, r->signer) != X509_V_OK || X509_get_extension_flags(r->signer) & EXFLAG_CRITICAL)
        return OCSP_FAULT_SIGNER;
    uint32_t uses = X509_get_extended_key_usage(r->signer);
    if (uses == UINT32_MAX || (uses & XKU_OCSP_SIGN) == 0)
        return OCSP_FAULT_SIGNER;
    if ((X509_get_key_usage(r->signer) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0)
        return OCSP_FAULT_SIGNER;
    if (!signature_is_strong(x509_signature_algorithm(r->signer)) || !key_is_strong(X509_get0_pubkey(r->signer)))
        return OCSP_FAULT_WEAK;
    if (X509_verify(r->signer, X509_get0_pubkey(r->issuer)) != 1)
        return OCSP_FAULT_SIGNER;
    instant_t from = asn1_instant(X509_get0_notBefore(r->signer)), to = asn1_instant(X509_get0_notAfter(r->signer));
    if (from == INSTANT_NONE || to == INSTANT_NONE || r->now + skew < from || r->now >= to + INSTANT_PER_SECOND)
        return OCSP_FAULT_SIGNER_EXPIRED;
    r->ret->signer_until = to;
    r->ret->signer_der = x509_to_der(r->arena, r->signer);
    return OCSP_FAULT_NONE;
}

static enum ocsp_fault check_signature(struct reading *r)
{
    r->signer = find_signer(r);
    if (r->signer == NULL)
        return OCSP_FAULT_SIGNER;
    r->ret->responder = x509_name_short(r->arena, X509_get_subject_name(r->signer));
    r->ret->delegated = X509_cmp(r->signer, r->issuer) != 0;
    const X509_ALGOR *algorithm = OCSP_resp_get0_tbs_sigalg(r->answer);
    if (!signature_is_strong(algorithm) || !key_is_strong(X509_get0_pubkey(r->signer)))
        return OCSP_FAULT_WEAK;
    if (r->ret->delegated) {
        enum ocsp_fault fault = check_delegate(r);
        if (fault != OCSP_FAULT_NONE)
            return fault;
    }
    /* The bytes that were signed are encoded again by OpenSSL from what it keeps of them, as its own verifier does. */
    bool good = ASN1_item_verify(ASN1_ITEM_rptr(OCSP_RESPDATA), algorithm, OCSP_resp_get0_signature(r->answer),
                                 OCSP_resp_get0_respdata(r->answer), X509_get0_pubkey(r->signer)) == 1;
    return good ? OCSP_FAULT_NONE : OCSP_FAULT_SIGNATURE;
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
    AUTO(OCSP_CERTID) *own = OCSP_cert_to_id(EVP_get_digestbynid(nid), r->leaf, r->issuer);
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
    r->ret->nonce_matched = str_equal(got, r->nonce) || (wrapped && str_equal(str_part(got.p + 2, got.n - 2), r->nonce));
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
        fault = check_signature(r);
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

static enum ocsp_fault read_response(struct reading *r, struct str bytes)
{
    if (bytes.n > LIMIT_OCSP_BYTES)
        return OCSP_FAULT_SIZE;
    if (r->leaf == NULL || r->issuer == NULL || X509_get0_pubkey(r->issuer) == NULL)
        return OCSP_FAULT_CERTIFICATE;
    const unsigned char *p = (const unsigned char *)bytes.p;
    AUTO(OCSP_RESPONSE) *response = bytes.n == 0 ? NULL : d2i_OCSP_RESPONSE(NULL, &p, (long)bytes.n);
    if (response == NULL)
        return OCSP_FAULT_FORMAT;
    enum ocsp_fault fault = status_fault(OCSP_response_status(response));
    if (fault != OCSP_FAULT_NONE)
        return fault;
    AUTO(OCSP_BASICRESP) *answer = OCSP_response_get1_basic(response);
    if (answer == NULL)
        return OCSP_FAULT_FORMAT;
    r->answer = answer;
    return read_answer(r);
}

void ocsp_read(struct arena *a, struct str bytes, struct str leaf, struct str issuer, struct str nonce, instant_t now,
               struct ocsp_answer *ret)
{
    AUTO(X509) *cert = x509_from_der(leaf);
    AUTO(X509) *ca = x509_from_der(issuer);
    *ret = (struct ocsp_answer){.this_update = INSTANT_NONE, .next_update = INSTANT_NONE, .produced = INSTANT_NONE,
                                .revoked_at = INSTANT_NONE, .revoked_day = DAY_NONE, .reason = -1, .responder = "",
                                .signer_until = INSTANT_NONE};
    struct reading r = {.arena = a, .ret = ret, .leaf = cert, .issuer = ca, .nonce = nonce, .now = now};
    ret->fault = read_response(&r, bytes);
    if (ret->fault != OCSP_FAULT_NONE)
        ret->outcome = OCSP_UNUSABLE;
    openssl_forget();
}
