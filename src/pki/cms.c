/* CMS signatures. Who is trusted is trust.c's. */
#include "pki/cms.h"

#include "pki/openssl.h"

#include <openssl/cms.h>
#include <openssl/ts.h>

#include "base/limits.h"
#include "pki/der.h"
#include "pki/signature.h"

/* A signature that is being looked at. */
struct look {
    struct arena *arena;
    CMS_ContentInfo *cms;
    CMS_SignerInfo *signer; /* borrowed of cms */
    STACK_OF(X509) * certs; /* owned */
    X509 *cert;             /* borrowed of certs */
    const EVP_MD *digest;
    struct cms_judgement *ret;
};

static bool stop(struct look *l, enum cms_fault fault, const char *what)
{
    l->ret->fault = fault;
    l->ret->what = what;
    return false;
}

/* --- its form --- */

/* `inside`: a content of that type stands in it (a time stamp's); else there may be none. */
static bool look_form(struct look *l, struct str bytes, int inside)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    if (bytes.n == 0 || bytes.n > LIMIT_CMS_BYTES)
        return stop(l, CMS_FORM, "");
    l->cms = d2i_CMS_ContentInfo(NULL, &p, (long)bytes.n);
    if (l->cms == NULL || OBJ_obj2nid(CMS_get0_type(l->cms)) != NID_pkcs7_signed)
        return stop(l, CMS_FORM, "");
    for (const unsigned char *end = (const unsigned char *)bytes.p + bytes.n; p < end; p++)
        if (*p != 0)
            return stop(l, CMS_BEHIND, "");
    ASN1_OCTET_STRING **content = CMS_get0_content(l->cms);
    bool has = content != NULL && *content != NULL;
    if (has != (inside != NID_undef) ||
        OBJ_obj2nid(CMS_get0_eContentType(l->cms)) != (inside == NID_undef ? NID_pkcs7_data : inside))
        return stop(l, CMS_INSIDE, "");
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(l->cms);
    int count = signers == NULL ? 0 : sk_CMS_SignerInfo_num(signers);
    if (count != 1)
        return stop(l, CMS_SIGNERS, arena_printf(l->arena, "%d", count));
    l->signer = sk_CMS_SignerInfo_value(signers, 0);
    return true;
}

/* Safe for the coming years; what is not here is refused, whatever OpenSSL still knows. */
static bool look_digest(struct look *l)
{
    static const int safe[] = {NID_sha256, NID_sha384, NID_sha512, NID_sha3_256, NID_sha3_384, NID_sha3_512};
    X509_ALGOR *digest = NULL, *signature = NULL;
    const ASN1_OBJECT *oid;
    CMS_SignerInfo_get0_algs(l->signer, NULL, NULL, &digest, &signature);
    if (digest == NULL || signature == NULL)
        return stop(l, CMS_FORM, "");
    X509_ALGOR_get0(&oid, NULL, NULL, digest);
    int nid = OBJ_obj2nid(oid);
    bool good = false;
    for (size_t i = 0; i < sizeof safe / sizeof *safe; i++)
        good |= nid == safe[i];
    const char *name = nid == NID_undef ? oid_text(l->arena, oid) : OBJ_nid2sn(nid);
    if (!good)
        return stop(l, CMS_DIGEST_WEAK, arena_strdup(l->arena, name));
    l->ret->digest = arena_strdup(l->arena, name);
    l->digest = EVP_get_digestbynid(nid);
    X509_ALGOR_get0(&oid, NULL, NULL, signature);
    nid = OBJ_obj2nid(oid);
    /* rsaEncryption names no digest: that of the signer counts, which was looked at. */
    if (l->digest == NULL || (nid != NID_rsaEncryption && !signature_is_strong(signature)))
        return stop(l, CMS_DIGEST_WEAK, arena_strdup(l->arena, nid == NID_undef ? "?" : OBJ_nid2sn(nid)));
    return true;
}

/* The one value of the one attribute of that kind, or NULL. */
static const ASN1_TYPE *attribute_of(const CMS_SignerInfo *s, int nid, const char *oid, bool of_signed)
{
    ASN1_OBJECT *object = oid == NULL ? NULL : OBJ_txt2obj(oid, 1);
    const ASN1_OBJECT *wanted = oid == NULL ? OBJ_nid2obj(nid) : object;
    int at = wanted == NULL ? -1
             : of_signed    ? CMS_signed_get_attr_by_OBJ(s, wanted, -1)
                            : CMS_unsigned_get_attr_by_OBJ(s, wanted, -1);
    int next = at < 0 ? -1 : of_signed ? CMS_signed_get_attr_by_OBJ(s, wanted, at) : -1;
    X509_ATTRIBUTE *found = at < 0 ? NULL : of_signed ? CMS_signed_get_attr(s, at) : CMS_unsigned_get_attr(s, at);
    ASN1_OBJECT_free(object);
    return found == NULL || next >= 0 || X509_ATTRIBUTE_count(found) != 1 ? NULL : X509_ATTRIBUTE_get0_type(found, 0);
}

static bool look_attributes(struct look *l)
{
    const ASN1_TYPE *type =
        CMS_signed_get_attr_count(l->signer) <= 0 ? NULL : attribute_of(l->signer, NID_pkcs9_contentType, NULL, true);
    const ASN1_TYPE *digest = attribute_of(l->signer, NID_pkcs9_messageDigest, NULL, true);
    if (type == NULL || type->type != V_ASN1_OBJECT ||
        OBJ_cmp(type->value.object, CMS_get0_eContentType(l->cms)) != 0 || digest == NULL ||
        digest->type != V_ASN1_OCTET_STRING ||
        ASN1_STRING_length(digest->value.octet_string) != EVP_MD_get_size(l->digest))
        return stop(l, CMS_ATTRIBUTES, "");
    const ASN1_TYPE *time = attribute_of(l->signer, NID_pkcs9_signingTime, NULL, true);
    if (time != NULL && (time->type == V_ASN1_UTCTIME || time->type == V_ASN1_GENERALIZEDTIME))
        l->ret->claimed =
            asn1_instant(time->type == V_ASN1_UTCTIME ? time->value.utctime : time->value.generalizedtime);
    return true;
}

/* --- its certificates --- */

static bool look_certificates(struct look *l)
{
    struct arena *a = l->arena;
    l->certs = CMS_get1_certs(l->cms);
    int count = l->certs == NULL ? 0 : sk_X509_num(l->certs), own = -1, fit = 0;
    if (count > LIMIT_CHAIN_CERTS)
        return stop(l, CMS_FORM, "");
    for (int i = 0; i < count; i++) {
        if (CMS_SignerInfo_cert_cmp(l->signer, sk_X509_value(l->certs, i)) != 0)
            continue;
        /* The same one twice is one. */
        if (own < 0 || X509_cmp(sk_X509_value(l->certs, own), sk_X509_value(l->certs, i)) != 0)
            fit++;
        own = i;
    }
    if (fit != 1)
        return stop(l, fit == 0 ? CMS_NO_CERTIFICATE : CMS_CERTIFICATE_OTHER, "");
    l->cert = sk_X509_value(l->certs, own);
    struct str *ders = arena_array(a, struct str, (size_t)count);
    size_t n = 0;
    ders[n++] = x509_to_der(a, l->cert);
    for (int i = 0; i < count; i++)
        if (i != own)
            ders[n++] = x509_to_der(a, sk_X509_value(l->certs, i));
    l->ret->certificates = ders;
    l->ret->certificate_count = n;
    return true;
}

static const EVP_MD *digest_of(struct str algorithm)
{
    const unsigned char *p = (const unsigned char *)algorithm.p;
    X509_ALGOR *x = d2i_X509_ALGOR(NULL, &p, (long)algorithm.n);
    const ASN1_OBJECT *oid = NULL;
    if (x != NULL)
        X509_ALGOR_get0(&oid, NULL, NULL, x);
    const EVP_MD *md = oid == NULL ? NULL : EVP_get_digestbyobj(oid);
    X509_ALGOR_free(x);
    return md;
}

/* Its first identifier is the signer's (RFC 5035 §4): SEQUENCE { SEQUENCE OF { [algorithm], hash, … }, … } */
static bool names_certificate(const ASN1_TYPE *value, const EVP_MD *usual, X509 *cert)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    struct der whole, list, first, algorithm, digest;
    if (value->type != V_ASN1_SEQUENCE)
        return false;
    struct str s = str_part((const char *)ASN1_STRING_get0_data(value->value.sequence),
                            (size_t)ASN1_STRING_length(value->value.sequence));
    if (!der_take(&s, DER_SEQUENCE, &whole) || !der_take(&whole.content, DER_SEQUENCE, &list) ||
        !der_take(&list.content, DER_SEQUENCE, &first))
        return false;
    if (der_take(&first.content, DER_SEQUENCE, &algorithm))
        usual = digest_of(algorithm.whole);
    return usual != NULL && der_take(&first.content, DER_OCTETS, &digest) && X509_digest(cert, usual, hash, &n) == 1 &&
           digest.content.n == n && CRYPTO_memcmp(digest.content.p, hash, n) == 0;
}

static bool look_named(struct look *l)
{
    static const char v2[] = "1.2.840.113549.1.9.16.2.47", v1[] = "1.2.840.113549.1.9.16.2.12";
    const ASN1_TYPE *newer = attribute_of(l->signer, NID_undef, v2, true);
    const ASN1_TYPE *older = attribute_of(l->signer, NID_undef, v1, true);
    l->ret->named = newer != NULL || older != NULL;
    if ((newer != NULL && !names_certificate(newer, EVP_sha256(), l->cert)) ||
        (older != NULL && !names_certificate(older, EVP_sha1(), l->cert)))
        return stop(l, CMS_CERTIFICATE_OTHER, "");
    return true;
}

/* --- the arithmetic --- */

static bool digest_make(const EVP_MD *md, const struct str *content, size_t pieces, unsigned char *ret)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL && EVP_DigestInit_ex(context, md, NULL) == 1;
    for (size_t i = 0; good && i < pieces; i++)
        good = EVP_DigestUpdate(context, content[i].p, content[i].n) == 1;
    good = good && EVP_DigestFinal_ex(context, ret, NULL) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

static bool look_content(struct look *l, const struct str *content, size_t pieces)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    const ASN1_TYPE *told = attribute_of(l->signer, NID_pkcs9_messageDigest, NULL, true);
    if (told == NULL || !digest_make(l->digest, content, pieces, digest) ||
        CRYPTO_memcmp(ASN1_STRING_get0_data(told->value.octet_string), digest, (size_t)EVP_MD_get_size(l->digest)) != 0)
        return stop(l, CMS_DIGEST_WRONG, "");
    CMS_SignerInfo_set1_signer_cert(l->signer, l->cert);
    if (CMS_SignerInfo_verify(l->signer) != 1)
        return stop(l, CMS_SIGNATURE_WRONG, "");
    return true;
}

static struct str sequence_of(struct look *l, const ASN1_TYPE *value)
{
    if (value == NULL || value->type != V_ASN1_SEQUENCE)
        return str_part(NULL, 0);
    struct str bytes = str_part((const char *)ASN1_STRING_get0_data(value->value.sequence),
                                (size_t)ASN1_STRING_length(value->value.sequence));
    return str_part(arena_text(l->arena, bytes), bytes.n);
}

/* What a time stamp of it is of, that time stamp, and the answers of authorities that it brings. */
static void look_stamp(struct look *l)
{
    static const char token[] = "1.2.840.113549.1.9.16.2.14", archive[] = "1.2.840.113583.1.1.8";
    const ASN1_OCTET_STRING *value = CMS_SignerInfo_get0_signature(l->signer);
    l->ret->value = str_part(
        arena_text(l->arena, str_part((const char *)ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value))),
        (size_t)ASN1_STRING_length(value));
    l->ret->stamp = sequence_of(l, attribute_of(l->signer, NID_undef, token, false));
    l->ret->archive = sequence_of(l, attribute_of(l->signer, NID_undef, archive, true));
}

static void look_end(struct look *l)
{
    CMS_ContentInfo_free(l->cms);
    sk_X509_pop_free(l->certs, X509_free);
    openssl_forget();
}

void cms_judge(struct arena *a, struct str cms, const struct str *content, size_t pieces, struct cms_judgement *ret)
{
    struct look l = {.arena = a, .ret = ret};
    *ret = (struct cms_judgement){.what = "", .digest = "", .claimed = INSTANT_NONE};
    if (look_form(&l, cms, NID_undef) && look_digest(&l) && look_attributes(&l) && look_certificates(&l) &&
        look_named(&l) && look_content(&l, content, pieces))
        look_stamp(&l);
    look_end(&l);
}

/* --- answers of authorities --- */

/* The elements of "[tag] EXPLICIT SEQUENCE OF", when that is what comes next. */
static size_t split_list(struct str *from, unsigned tag, size_t most, struct str *to)
{
    struct der outer, list, one;
    size_t count = 0;
    if (!der_take(from, tag, &outer) || !der_take(&outer.content, DER_SEQUENCE, &list))
        return 0;
    while (count < most && der_next(&list.content, &one))
        to[count++] = one.whole;
    return count;
}

void cms_archive_split(struct str archive, size_t most, struct str *ret_ocsps, size_t *ret_ocsp_count,
                       struct str *ret_crls, size_t *ret_crl_count)
{
    struct der whole;
    *ret_ocsp_count = *ret_crl_count = 0;
    if (!der_take(&archive, DER_SEQUENCE, &whole))
        return;
    *ret_crl_count = split_list(&whole.content, DER_TAG_0, most, ret_crls);
    *ret_ocsp_count = split_list(&whole.content, DER_TAG_0 + 1, most, ret_ocsps);
}

/* --- time stamps --- */

static bool imprint_fits(TS_TST_INFO *info, const struct str *content, size_t pieces)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
    const ASN1_OBJECT *oid;
    X509_ALGOR_get0(&oid, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
    const EVP_MD *md = EVP_get_digestbyobj(oid);
    const ASN1_OCTET_STRING *told = TS_MSG_IMPRINT_get_msg(imprint);
    return md != NULL && EVP_MD_get_size(md) >= 32 && ASN1_STRING_length(told) == EVP_MD_get_size(md) &&
           digest_make(md, content, pieces, digest) &&
           CRYPTO_memcmp(ASN1_STRING_get0_data(told), digest, (size_t)EVP_MD_get_size(md)) == 0;
}

static bool may_stamp(X509 *cert)
{
    int at = X509_get_ext_by_NID(cert, NID_ext_key_usage, -1);
    return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(cert, at)) == 1 &&
           X509_get_extended_key_usage(cert) == XKU_TIMESTAMP; /* and nothing else: RFC 3161 §2.3 */
}

void stamp_judge(struct arena *a, struct str token, const struct str *content, size_t pieces,
                 struct stamp_judgement *ret)
{
    struct cms_judgement inner = {.what = "", .digest = "", .claimed = INSTANT_NONE};
    struct look l = {.arena = a, .ret = &inner};
    TS_TST_INFO *info = NULL;
    *ret = (struct stamp_judgement){.why = "", .at = INSTANT_NONE};
    bool read = look_form(&l, token, NID_id_smime_ct_TSTInfo) && look_digest(&l) && look_attributes(&l) &&
                look_certificates(&l) && look_named(&l);
    if (!read) {
        ret->why = N_("it cannot be read");
    } else {
        const ASN1_OCTET_STRING *text = *CMS_get0_content(l.cms);
        const unsigned char *p = ASN1_STRING_get0_data(text);
        const struct str signed_text = str_part((const char *)p, (size_t)ASN1_STRING_length(text));
        info = d2i_TS_TST_INFO(NULL, &p, (long)signed_text.n);
        if (!look_content(&l, &signed_text, 1))
            ret->why = N_("its signature is wrong");
        else if (info == NULL || !imprint_fits(info, content, pieces))
            ret->why = N_("it is of something else");
        else
            ret->at = asn1_instant(TS_TST_INFO_get_time(info));
        ret->certificates = inner.certificates;
        ret->certificate_count = inner.certificate_count;
        ret->may_stamp = may_stamp(l.cert);
    }
    ret->good = ret->at != INSTANT_NONE;
    TS_TST_INFO_free(info);
    look_end(&l);
}
