/* Revocation lists: signature and scope once, then one look per certificate. OpenSSL would make two objects of every
 * entry, a hundred megabytes for a list of ten; it gets the list without its entries, and those are walked through as
 * they are. */
#include "pki/crl.h"

#include "base/limits.h"
#include "pki/der.h"
#include "pki/signature.h"
#include "pki/x509_read.h"

static const char *const fault_codes[CRL_FAULT_COUNT] = {
#define X(name, code, text) [CRL_FAULT_##name] = code,
    CRL_FAULT_LIST(X)
#undef X
};
static const char *const fault_texts[CRL_FAULT_COUNT] = {
#define X(name, code, text) [CRL_FAULT_##name] = text,
    CRL_FAULT_LIST(X)
#undef X
};

const char *crl_fault_code(enum crl_fault f)
{
    return fault_codes[f];
}

const char *crl_fault_text(enum crl_fault f)
{
    return fault_texts[f];
}

struct crl {
    char *entries; /* DER of the entries, one after another */
    size_t entry_bytes, count;
    X509_CRL *list;            /* all but the entries; its signature says nothing any more */
    ISSUING_DIST_POINT *scope; /* NULL: covers all that the issuer issues */
    instant_t this_update, next_update;
};

static const instant_t skew = LIMIT_SKEW_SECONDS * INSTANT_PER_SECOND;

/* Adds an element's header for that many bytes: four octets of length are enough for LIMIT_CRL_BYTES. */
static void put_header(char **to, size_t n)
{
    const unsigned char header[] = {
        DER_SEQUENCE,    0x84, (unsigned char)(n >> 24), (unsigned char)(n >> 16), (unsigned char)(n >> 8),
        (unsigned char)n};
    memcpy(*to, header, sizeof header);
    *to += sizeof header;
}

static void put_bytes(char **to, struct str s)
{
    if (s.n > 0)
        memcpy(*to, s.p, s.n);
    *to += s.n;
}

/* The list as if it had no entries. */
static X509_CRL *list_without_entries(const struct der_crl *parts)
{
    size_t body = parts->before.n + parts->after.n, all = body + 6 + parts->algorithm.n + parts->signature.n;
    char *bytes = mem_alloc(all + 6, 1), *to = bytes;
    put_header(&to, all);
    put_header(&to, body);
    put_bytes(&to, parts->before);
    put_bytes(&to, parts->after);
    put_bytes(&to, parts->algorithm);
    put_bytes(&to, parts->signature);
    const unsigned char *p = (const unsigned char *)bytes;
    X509_CRL *list = d2i_X509_CRL(NULL, &p, (long)(to - bytes));
    if (list != NULL && p != (const unsigned char *)to) {
        X509_CRL_free(list);
        list = NULL;
    }
    mem_free(bytes);
    return list;
}

static bool is_signed_by(const struct crl *c, const struct der_crl *parts, EVP_PKEY *key)
{
    const X509_ALGOR *algorithm;
    const ASN1_BIT_STRING *signature;
    X509_CRL_get0_signature(c->list, &signature, &algorithm);
    const unsigned char *p = (const unsigned char *)parts->body.p;
    ASN1_TYPE *body = d2i_ASN1_TYPE(NULL, &p, (long)parts->body.n); /* a sequence, kept as its bytes */
    bool good = body != NULL && ASN1_item_verify(ASN1_ITEM_rptr(ASN1_ANY), algorithm, signature, body, key) == 1;
    ASN1_TYPE_free(body);
    return good;
}

/* Keeps the entries when all of them are ones. */
static bool keep_entries(struct crl *c, struct str entries)
{
    struct str rest = entries;
    struct der_entry one;
    while (rest.n > 0) {
        if (!der_entry(&rest, &one))
            return false;
        c->count++;
    }
    c->entries = mem_alloc(entries.n + 1, 1);
    c->entry_bytes = entries.n;
    char *to = c->entries;
    put_bytes(&to, entries);
    return true;
}

/* Delta lists are incomplete by themselves; what is critical and not known here may change what an entry means. */
static enum crl_fault check_extensions(const X509_CRL *list)
{
    for (int i = 0; i < X509_CRL_get_ext_count(list); i++) {
        X509_EXTENSION *extension = X509_CRL_get_ext(list, i);
        int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        if (nid == NID_delta_crl)
            return CRL_FAULT_SCOPE;
        if (X509_EXTENSION_get_critical(extension) && nid != NID_issuing_distribution_point &&
            nid != NID_authority_key_identifier && nid != NID_crl_number)
            return CRL_FAULT_CRITICAL;
    }
    return CRL_FAULT_NONE;
}

static enum crl_fault check_list(struct crl *c, const struct der_crl *parts, X509 *issuer)
{
    if (X509_NAME_cmp(X509_CRL_get_issuer(c->list), X509_get_subject_name(issuer)) != 0 ||
        (X509_get_key_usage(issuer) & KU_CRL_SIGN) == 0)
        return CRL_FAULT_ISSUER;
    const X509_ALGOR *algorithm;
    X509_CRL_get0_signature(c->list, NULL, &algorithm);
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    if (!signature_is_strong(algorithm) || !key_is_strong(key))
        return CRL_FAULT_WEAK;
    if (!str_equal(parts->algorithm, parts->inner_algorithm) || !is_signed_by(c, parts, key))
        return CRL_FAULT_SIGNATURE;
    enum crl_fault fault = check_extensions(c->list);
    if (fault != CRL_FAULT_NONE)
        return fault;
    int critical = -1; /* how often it is there: -1 never, -2 more than once */
    c->scope = X509_CRL_get_ext_d2i(c->list, NID_issuing_distribution_point, &critical, NULL);
    if (c->scope == NULL)
        return critical == -1 ? CRL_FAULT_NONE : CRL_FAULT_FORMAT;
    return c->scope->indirectCRL > 0 || c->scope->onlysomereasons != NULL || c->scope->onlyattr > 0 ? CRL_FAULT_SCOPE
                                                                                                    : CRL_FAULT_NONE;
}

/* The list in DER; of a PEM text its first list, which the caller frees (*ret_own). */
static struct str list_bytes(struct str bytes, unsigned char **ret_own)
{
    *ret_own = NULL;
    if (bytes.n > 0 && (unsigned char)bytes.p[0] == DER_SEQUENCE)
        return bytes;
    long n = 0;
    BIO *bio = bytes.n == 0 ? NULL : BIO_new_mem_buf(bytes.p, (int)bytes.n);
    if (bio != NULL && PEM_bytes_read_bio(ret_own, &n, NULL, PEM_STRING_X509_CRL, bio, NULL, NULL) != 1)
        *ret_own = NULL;
    BIO_free(bio);
    return str_part((const char *)*ret_own, *ret_own == NULL ? 0 : (size_t)n);
}

static enum crl_fault open_list(struct crl *c, struct str bytes, X509 *issuer)
{
    struct der_crl parts;
    if (!der_crl(bytes, &parts) || (c->list = list_without_entries(&parts)) == NULL)
        return CRL_FAULT_FORMAT;
    enum crl_fault fault = check_list(c, &parts, issuer);
    if (fault != CRL_FAULT_NONE)
        return fault;
    const ASN1_TIME *next = X509_CRL_get0_nextUpdate(c->list);
    c->this_update = asn1_instant(X509_CRL_get0_lastUpdate(c->list));
    c->next_update = asn1_instant(next);
    if (c->this_update == INSTANT_NONE || (next != NULL && c->next_update == INSTANT_NONE))
        return CRL_FAULT_FORMAT;
    return keep_entries(c, parts.entries) ? CRL_FAULT_NONE : CRL_FAULT_FORMAT;
}

struct crl *crl_open(struct str bytes, struct str issuer, enum crl_fault *ret_fault)
{
    AUTO(X509) *ca = x509_from_der(issuer);
    struct crl *c = mem_alloc(1, sizeof *c);
    if (bytes.n > LIMIT_CRL_BYTES) {
        *ret_fault = CRL_FAULT_SIZE;
    } else if (ca == NULL || X509_get0_pubkey(ca) == NULL) {
        *ret_fault = CRL_FAULT_CERTIFICATE;
    } else {
        unsigned char *own;
        *ret_fault = open_list(c, list_bytes(bytes, &own), ca);
        OPENSSL_free(own);
    }
    if (*ret_fault != CRL_FAULT_NONE) {
        crl_free(c);
        c = NULL;
    }
    openssl_forget();
    return c;
}

void crl_free(struct crl *c)
{
    if (c == NULL)
        return;
    mem_free(c->entries);
    X509_CRL_free(c->list);
    ISSUING_DIST_POINT_free(c->scope);
    mem_free(c);
}

size_t crl_count(const struct crl *c)
{
    return c->count;
}

/* --- one certificate --- */

static bool names_meet(const GENERAL_NAMES *a, const GENERAL_NAMES *b)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(a) && i < LIMIT_CERT_LIST; i++) {
        for (int k = 0; k < sk_GENERAL_NAME_num(b) && k < LIMIT_CERT_LIST; k++) {
            if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(a, i), sk_GENERAL_NAME_value(b, k)) == 0)
                return true;
        }
    }
    return false;
}

/* RFC 5280 §6.3.3 (b): a list divided among addresses must carry one of those that the certificate points to; otherwise
 * another part, where the certificate cannot stand, would read as "good". */
static bool covers(const struct crl *c, X509 *leaf)
{
    if (c->scope == NULL)
        return true;
    bool is_ca = x509_is_ca(leaf);
    if ((c->scope->onlyuser > 0 && is_ca) || (c->scope->onlyCA > 0 && !is_ca))
        return false;
    if (c->scope->distpoint == NULL)
        return true;
    if (c->scope->distpoint->type != 0)
        return false; /* a name relative to the issuer's: nobody here has met one */
    AUTO(CRL_DIST_POINTS) *points = X509_get_ext_d2i(leaf, NID_crl_distribution_points, NULL, NULL);
    int count = points == NULL ? 0 : sk_DIST_POINT_num(points);
    for (int i = 0; i < count && i < LIMIT_CERT_LIST; i++) {
        const DIST_POINT_NAME *name = sk_DIST_POINT_value(points, i)->distpoint;
        if (name != NULL && name->type == 0 && names_meet(name->name.fullname, c->scope->distpoint->name.fullname))
            return true;
    }
    return false;
}

/* False when the entry takes the certificate off the list again (removeFromCRL). */
static bool read_entry(struct str whole, struct crl_answer *ret)
{
    const unsigned char *p = (const unsigned char *)whole.p;
    X509_REVOKED *entry = d2i_X509_REVOKED(NULL, &p, (long)whole.n);
    ret->outcome = CRL_REVOKED;
    if (entry == NULL)
        return true; /* it stands on the list, whatever else is said of it */
    ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
    ret->reason = reason == NULL ? -1 : (int)ASN1_ENUMERATED_get(reason);
    ASN1_ENUMERATED_free(reason);
    ret->revoked_at = asn1_instant(X509_REVOKED_get0_revocationDate(entry));
    ret->revoked_day = ret->revoked_at == INSTANT_NONE ? DAY_NONE : day_madrid(ret->revoked_at);
    X509_REVOKED_free(entry);
    return ret->reason != CRL_REASON_REMOVE_FROM_CRL;
}

static bool is_listed(const struct crl *c, struct str serial, struct crl_answer *ret)
{
    struct str rest = {c->entries, c->entry_bytes};
    struct der_entry one;
    while (der_entry(&rest, &one)) {
        struct crl_answer found = *ret;
        if (str_equal(one.serial, serial) && read_entry(one.whole, &found)) {
            *ret = found;
            return true;
        }
    }
    return false;
}

static enum crl_fault look_up(const struct crl *c, struct str leaf, instant_t now, struct crl_answer *ret)
{
    AUTO(X509) *cert = x509_from_der(leaf);
    if (cert == NULL)
        return CRL_FAULT_CERTIFICATE;
    if (X509_NAME_cmp(X509_get_issuer_name(cert), X509_CRL_get_issuer(c->list)) != 0)
        return CRL_FAULT_ISSUER;
    if (c->this_update > now + skew)
        return CRL_FAULT_FUTURE;
    instant_t oldest = now - (instant_t)LIMIT_REVOCATION_DAYS * 86400 * INSTANT_PER_SECOND;
    if (c->next_update == INSTANT_NONE ? c->this_update < oldest : c->next_update + skew < now)
        return CRL_FAULT_EXPIRED;
    if (!covers(c, cert))
        return CRL_FAULT_SCOPE;
    struct der_certificate parts;
    struct der serial;
    if (!der_certificate(leaf, &parts) || !der_next(&parts.serial, &serial))
        return CRL_FAULT_CERTIFICATE;
    if (!is_listed(c, serial.content, ret))
        ret->outcome = CRL_GOOD;
    return CRL_FAULT_NONE;
}

static const struct crl_answer nothing = {
    .this_update = INSTANT_NONE,
    .next_update = INSTANT_NONE,
    .revoked_at = INSTANT_NONE,
    .revoked_day = DAY_NONE,
    .reason = -1,
};

void crl_look_up(const struct crl *c, struct str leaf, instant_t now, struct crl_answer *ret)
{
    *ret = nothing;
    ret->this_update = c->this_update;
    ret->next_update = c->next_update;
    ret->fault = look_up(c, leaf, now, ret);
    openssl_forget();
}

void crl_read(struct str bytes, struct str leaf, struct str issuer, instant_t now, struct crl_answer *ret)
{
    *ret = nothing;
    struct crl *c = crl_open(bytes, issuer, &ret->fault);
    if (c != NULL)
        crl_look_up(c, leaf, now, ret);
    crl_free(c);
}
