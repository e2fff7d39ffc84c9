/* X.509 into plain values. Whether it is trusted is trust.c's, whether revoked revocation.c's. */
#include "pki/certificate.h"

#include <arpa/inet.h>

#include "base/buf.h"
#include "base/limits.h"
#include "pki/certificate_name.h"
#include "pki/openssl.h"
#include "pki/x509_read.h"

/* --- lists --- */

struct text_list { /* being filled: room for `capacity`, all are counted */
    const char **items;
    size_t count, total, capacity;
};

static struct text_list list_new(struct arena *a, int count, size_t limit)
{
    size_t capacity = count < 0 ? 0 : (size_t)count < limit ? (size_t)count : limit;
    return (struct text_list){.items = arena_array(a, const char *, capacity), .capacity = capacity};
}

static bool list_has_room(const struct text_list *l)
{
    return l->count < l->capacity;
}

static void list_add(struct text_list *l, const char *text)
{
    l->total++;
    if (list_has_room(l))
        l->items[l->count++] = text;
}

static struct cert_texts list_done(const struct text_list *l)
{
    return (struct cert_texts){.items = l->items, .count = l->count, .total = l->total};
}

static void list_add_url(struct text_list *l, struct arena *a, const GENERAL_NAME *name)
{
    if (name->type != GEN_URI)
        return;
    struct str url = {(const char *)ASN1_STRING_get0_data(name->d.uniformResourceIdentifier),
                      (size_t)ASN1_STRING_length(name->d.uniformResourceIdentifier)};
    if (!url_is_web(url))
        return;
    for (size_t i = 0; i < l->count; i++) {
        if (str_is(url, l->items[i]))
            return;
    }
    list_add(l, arena_text(a, url));
}

/* --- extensions --- */

static const char *ip_text(struct arena *a, const ASN1_OCTET_STRING *ip)
{
    char text[INET6_ADDRSTRLEN];
    int n = ASN1_STRING_length(ip);
    if ((n != 4 && n != 16) || inet_ntop(n == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(ip), text, sizeof text) == NULL)
        return NULL;
    return arena_strdup(a, text);
}

static void read_names(struct arena *a, const GENERAL_NAMES *names, struct certificate *ret)
{
    int count = names == NULL ? 0 : sk_GENERAL_NAME_num(names);
    struct text_list dns = list_new(a, count, LIMIT_CERT_NAMES), ips = list_new(a, count, LIMIT_CERT_LIST);
    for (int i = 0; i < count; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS) {
            list_add(&dns, list_has_room(&dns) ? asn1_text(a, name->d.dNSName) : NULL);
        } else if (name->type == GEN_IPADD) {
            const char *ip = ip_text(a, name->d.iPAddress);
            if (ip != NULL)
                list_add(&ips, ip);
        } else if (name->type == GEN_EMAIL) {
            ret->personal = true;
        } else if (name->type == GEN_DIRNAME) {
            ret->personal = ret->personal || x509_name_is_personal(a, name->d.directoryName);
        }
    }
    ret->dns = list_done(&dns);
    ret->ips = list_done(&ips);
}

static void read_policies(struct arena *a, const X509 *cert, struct certificate *ret)
{
    AUTO(CERTIFICATEPOLICIES) *policies = X509_get_ext_d2i(cert, NID_certificate_policies, NULL, NULL);
    int count = policies == NULL ? 0 : sk_POLICYINFO_num(policies);
    struct text_list list = list_new(a, count, LIMIT_CERT_LIST);
    for (int i = 0; i < count; i++)
        list_add(&list, list_has_room(&list) ? oid_text(a, sk_POLICYINFO_value(policies, i)->policyid) : NULL);
    ret->policies = list_done(&list);
}

static void read_uses(struct arena *a, X509 *cert, struct certificate *ret)
{
    AUTO(EXTENDED_KEY_USAGE) *uses = X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);
    int count = uses == NULL ? 0 : sk_ASN1_OBJECT_num(uses);
    struct text_list list = list_new(a, count, LIMIT_CERT_LIST);
    for (int i = 0; i < count; i++)
        list_add(&list, list_has_room(&list) ? oid_text(a, sk_ASN1_OBJECT_value(uses, i)) : NULL);
    ret->uses = list_done(&list);
    uint32_t flags = X509_get_extended_key_usage(cert); /* all bits without the extension */
    ret->use_server = (flags & (XKU_SSL_SERVER | XKU_ANYEKU)) != 0;
    ret->use_client = (flags & (XKU_SSL_CLIENT | XKU_ANYEKU)) != 0;
}

static void read_access(struct arena *a, const X509 *cert, struct certificate *ret)
{
    AUTO(AUTHORITY_INFO_ACCESS) *access = X509_get_ext_d2i(cert, NID_info_access, NULL, NULL);
    int count = access == NULL ? 0 : sk_ACCESS_DESCRIPTION_num(access);
    struct text_list ocsp = list_new(a, count, LIMIT_CERT_LIST), issuers = list_new(a, count, LIMIT_CERT_LIST);
    for (int i = 0; i < count && i < LIMIT_CERT_NAMES; i++) {
        const ACCESS_DESCRIPTION *one = sk_ACCESS_DESCRIPTION_value(access, i);
        int method = OBJ_obj2nid(one->method);
        if (method == NID_ad_OCSP)
            list_add_url(&ocsp, a, one->location);
        else if (method == NID_ad_ca_issuers)
            list_add_url(&issuers, a, one->location);
    }
    ret->ocsp_urls = list_done(&ocsp);
    ret->issuer_urls = list_done(&issuers);
}

static void read_lists(struct arena *a, const X509 *cert, struct certificate *ret)
{
    AUTO(CRL_DIST_POINTS) *points = X509_get_ext_d2i(cert, NID_crl_distribution_points, NULL, NULL);
    int count = points == NULL ? 0 : sk_DIST_POINT_num(points);
    struct text_list list = list_new(a, points == NULL ? 0 : LIMIT_CERT_LIST, LIMIT_CERT_LIST);
    for (int i = 0; i < count && i < LIMIT_CERT_LIST; i++) {
        const DIST_POINT *point = sk_DIST_POINT_value(points, i);
        /* Lists of another issuer, or of some reasons only, would answer half the question. */
        if (point->distpoint == NULL || point->distpoint->type != 0 || point->CRLissuer != NULL || point->reasons != NULL)
            continue;
        const GENERAL_NAMES *names = point->distpoint->name.fullname;
        for (int k = 0; k < sk_GENERAL_NAME_num(names) && k < LIMIT_CERT_LIST; k++)
            list_add_url(&list, a, sk_GENERAL_NAME_value(names, k));
    }
    ret->crl_urls = list_done(&list);
}

/* --- the rest --- */

static const char *serial_text(struct arena *a, const X509 *cert)
{
    AUTO(BIGNUM) *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
    char *hex = number == NULL ? NULL : BN_bn2hex(number);
    const char *text = hex == NULL ? "" : bytes_text(a, str_of(hex));
    OPENSSL_free(hex);
    return text;
}

static void read_key(struct arena *a, const X509 *cert, struct certificate *ret)
{
    static const struct {
        int id;
        enum key_type type;
    } types[] = {
        {EVP_PKEY_RSA, KEY_RSA},         {EVP_PKEY_RSA_PSS, KEY_RSA},   {EVP_PKEY_EC, KEY_EC},
        {EVP_PKEY_ED25519, KEY_EDWARDS}, {EVP_PKEY_ED448, KEY_EDWARDS}, {EVP_PKEY_DSA, KEY_DSA},
    };
    const EVP_PKEY *key = X509_get0_pubkey(cert);
    ret->key_name = x509_key_name(a, cert);
    ret->signature = x509_signature_name(a, cert);
    if (key == NULL)
        return;
    ret->key_bits = EVP_PKEY_get_bits(key);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (EVP_PKEY_get_base_id(key) == types[i].id)
            ret->key = types[i].type;
    }
}

static void read_subject(struct arena *a, const X509 *cert, const GENERAL_NAMES *names, struct certificate *ret)
{
    const X509_NAME *subject = X509_get_subject_name(cert), *issuer = X509_get_issuer_name(cert);
    ret->subject = x509_name_text(a, subject);
    ret->issuer = x509_name_text(a, issuer);
    ret->common_name = x509_name_common(a, subject);
    ret->organisation = x509_name_value(a, subject, NID_organizationName);
    ret->issuer_name = x509_name_short(a, issuer);
    ret->personal = x509_name_is_personal(a, subject);
    struct name_nif nif;
    x509_name_nif(a, subject, names, &nif);
    memcpy(ret->nif, nif.nif, sizeof ret->nif);
    ret->nif_disagrees = nif.disagrees;
}

bool x509_is_ca(X509 *cert)
{
    int kind = X509_check_ca(cert); /* 1: says so; 3: version 1 and self-signed, as old roots are */
    return kind == 1 || kind == 3;
}

void x509_read(struct arena *a, X509 *cert, struct certificate *ret)
{
    AUTO(GENERAL_NAMES) *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    *ret = (struct certificate){.der = x509_to_der(a, cert)};
    read_subject(a, cert, names, ret);
    read_names(a, names, ret);
    read_policies(a, cert, ret);
    read_uses(a, cert, ret);
    read_access(a, cert, ret);
    read_lists(a, cert, ret);
    read_key(a, cert, ret);
    ret->serial = serial_text(a, cert);
    ret->not_before = asn1_instant(X509_get0_notBefore(cert));
    ret->not_after = asn1_instant(X509_get0_notAfter(cert));
    ret->first_day = ret->not_before == INSTANT_NONE ? DAY_NONE : day_madrid(ret->not_before);
    ret->last_day = ret->not_after == INSTANT_NONE ? DAY_NONE : day_madrid(ret->not_after);
    ret->is_ca = x509_is_ca(cert);
    ret->self_issued = X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert)) == 0;
    ret->self_signed = ret->self_issued && X509_self_signed(cert, 1) == 1;
    SHA256((const unsigned char *)ret->der.p, ret->der.n, ret->fingerprint);
    for (size_t i = 0; i < FINGERPRINT_BYTES; i++)
        (void)snprintf(ret->fingerprint_hex + 2 * i, 3, "%02x", ret->fingerprint[i]);
    openssl_forget();
}

/* --- files --- */

typedef VEC(struct str) ders;

static bool is_too_large(struct str bytes, struct err *e)
{
    if (bytes.n <= LIMIT_CERT_FILE_BYTES)
        return false;
    err_set(e, ERR_LIMIT, N_("a file of certificates of %zu bytes is larger than the %u accepted"), bytes.n,
            LIMIT_CERT_FILE_BYTES);
    return true;
}

/* Adds a certificate; false when it is none. */
static bool add_der(struct arena *a, struct str der, ders *to)
{
    AUTO(X509) *cert = x509_from_der(der);
    if (cert != NULL)
        vec_push(to, str_part(arena_text(a, der), der.n));
    return cert != NULL;
}

static bool add_pkcs7(struct arena *a, struct str bytes, ders *to)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    AUTO(PKCS7) *message = bytes.n > LIMIT_CERT_FILE_BYTES ? NULL : d2i_PKCS7(NULL, &p, (long)bytes.n);
    if (message == NULL || !PKCS7_type_is_signed(message) || message->d.sign == NULL)
        return false;
    int count = sk_X509_num(message->d.sign->cert);
    for (int i = 0; i < count && i < LIMIT_CERT_FILE_CERTS; i++) {
        struct str der = x509_to_der(a, sk_X509_value(message->d.sign->cert, i));
        if (der.n > 0)
            vec_push(to, der);
    }
    return count > 0;
}

/* Each block of a PEM text; those of other kinds (keys, parameters) are passed over and wiped. */
static bool add_pem(struct arena *a, struct str bytes, ders *to)
{
    BIO *bio = BIO_new_mem_buf(bytes.p, (int)bytes.n);
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    long n = 0;
    bool good = bio != NULL;
    while (good && to->count < LIMIT_CERT_FILE_CERTS && PEM_read_bio(bio, &name, &header, &data, &n) == 1) {
        struct str block = {(const char *)data, (size_t)n};
        if (strcmp(name, "CERTIFICATE") == 0 || strcmp(name, "X509 CERTIFICATE") == 0)
            good = add_der(a, block, to);
        else if (strcmp(name, "PKCS7") == 0 || strcmp(name, "CMS") == 0)
            good = add_pkcs7(a, block, to);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, (size_t)n);
    }
    if (good) /* where it stopped: at the end, or at a block that does not hold */
        good = to->count == LIMIT_CERT_FILE_CERTS || ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    BIO_free(bio);
    return good;
}

bool certificates_split(struct arena *a, struct str bytes, const struct str **ret_der, size_t *ret_count, struct err *e)
{
    if (is_too_large(bytes, e))
        return false;
    openssl_forget();
    ders all = {0};
    bool good = add_der(a, bytes, &all) || add_pkcs7(a, bytes, &all);
    openssl_forget();
    if (!good)
        good = bytes.n > 0 && add_pem(a, bytes, &all);
    openssl_forget();
    good = good && all.count > 0;
    if (good) {
        *ret_der = vec_to_arena(&all, a);
        *ret_count = all.count;
    } else {
        err_set(e, ERR_FORMAT, N_("this is no X.509 certificate (PEM, DER or PKCS #7), or it is damaged"));
    }
    vec_release(&all);
    return good;
}

bool certificate_parse(struct arena *a, struct str bytes, struct certificate *ret, struct err *e)
{
    if (is_too_large(bytes, e))
        return false;
    AUTO(X509) *cert = x509_from_der(bytes);
    openssl_forget();
    if (cert == NULL) {
        const struct str *der;
        size_t count;
        if (!certificates_split(a, bytes, &der, &count, e))
            return false;
        cert = x509_from_der(der[0]);
        if (cert == NULL)
            return err_set(e, ERR_FORMAT, N_("this is no X.509 certificate (PEM, DER or PKCS #7), or it is damaged"));
    }
    x509_read(a, cert, ret);
    return true;
}

/* --- names --- */

/* The name without brackets (IPv6) and the dot at its end. */
static struct str plain_host(const char *host)
{
    struct str s = str_of(host);
    if (s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
        return str_part(s.p + 1, s.n - 2);
    if (s.n > 1 && s.p[s.n - 1] == '.')
        s.n--;
    return s;
}

bool x509_is_for(X509 *cert, const char *host)
{
    struct str name = plain_host(host);
    char text[256]; /* a name of the DNS has 253 characters */
    if (name.n == 0 || name.n >= sizeof text)
        return false;
    memcpy(text, name.p, name.n);
    text[name.n] = '\0';
    unsigned char address[16];
    bool good;
    if (inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1) {
        good = X509_check_ip_asc(cert, text, 0) == 1;
    } else {
        unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
        if (X509_get_ext_by_NID(cert, NID_subject_alt_name, -1) >= 0)
            flags |= X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
        good = X509_check_host(cert, text, name.n, flags, NULL) == 1;
    }
    openssl_forget();
    return good;
}

bool certificate_is_for(struct str der, const char *host)
{
    AUTO(X509) *cert = x509_from_der(der);
    openssl_forget();
    return cert != NULL && x509_is_for(cert, host);
}

const char *certificate_names(struct arena *a, const struct certificate *c)
{
    struct buf to = BUF_INIT(LIMIT_CERT_NAME_BYTES);
    size_t total = c->dns.total + c->ips.total, shown = 0;
    for (size_t i = 0; i < c->dns.count + c->ips.count && shown < LIMIT_CERT_NAMES_SHOWN; i++) {
        const char *name = i < c->dns.count ? c->dns.items[i] : c->ips.items[i - c->dns.count];
        if (!buf_printf(&to, "%s%s", shown == 0 ? "" : ", ", name))
            break;
        shown++;
    }
    if (total == 0)
        buf_add_text(&to, c->common_name);
    else if (shown < total)
        buf_printf(&to, " (+%zu)", total - shown);
    const char *text = arena_text(a, buf_str(&to));
    buf_release(&to);
    return text;
}
