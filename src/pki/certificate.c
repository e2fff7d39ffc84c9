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
    if ((n != 4 && n != 16) ||
        inet_ntop(n == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(ip), text, sizeof text) == NULL)
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
    ret->may_sign = (X509_get_key_usage(cert) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
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
        if (point->distpoint == NULL || point->distpoint->type != 0 || point->CRLissuer != NULL ||
            point->reasons != NULL)
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
    x509_read_with(a, cert, x509_to_der(a, cert), ret);
}

void x509_read_with(struct arena *a, X509 *cert, struct str der, struct certificate *ret)
{
    AUTO(GENERAL_NAMES) *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    *ret = (struct certificate){.der = der};
    read_subject(a, cert, names, ret);
    read_names(a, names, ret);
    read_policies(a, cert, ret);
    read_uses(a, cert, ret);
    read_access(a, cert, ret);
    read_lists(a, cert, ret);
    read_key(a, cert, ret);
    ret->serial = serial_text(a, cert);
    ret->not_before = x509_begin(cert);
    ret->not_after = x509_end(cert);
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

static bool is_too_large(struct str bytes, struct err *e)
{
    if (bytes.n <= LIMIT_CERT_FILE_BYTES)
        return false;
    err_set(e, ERR_LIMIT, N_("a file of certificates of %zu bytes is larger than the %u accepted"), bytes.n,
            LIMIT_CERT_FILE_BYTES);
    return true;
}

/* What is being read of a file: certificates, owned until taken. */
struct reading {
    STACK_OF(X509) * certs;
    bool lenient;
};

static bool add_der(struct reading *r, struct str der)
{
    X509 *cert = x509_from_der(der);
    if (cert == NULL)
        return r->lenient;
    if (sk_X509_push(r->certs, cert) > 0)
        return true;
    X509_free(cert);
    return false;
}

static bool add_pkcs7(struct reading *r, struct str bytes)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    AUTO(PKCS7) *message = bytes.n > LIMIT_CERT_FILE_BYTES ? NULL : d2i_PKCS7(NULL, &p, (long)bytes.n);
    if (message == NULL || !PKCS7_type_is_signed(message) || message->d.sign == NULL)
        return false;
    STACK_OF(X509) *certs = message->d.sign->cert;
    int count = certs == NULL ? 0 : sk_X509_num(certs);
    for (int i = 0; i < count && i < LIMIT_CERT_FILE_CERTS; i++) {
        X509 *cert = sk_X509_value(certs, i);
        if (i2d_X509(cert, NULL) > (int)LIMIT_CERT_BYTES || X509_up_ref(cert) != 1 || sk_X509_push(r->certs, cert) <= 0)
            return false;
    }
    return count > 0;
}

/* Each block of a PEM text; those of other kinds (keys, parameters) are passed over and wiped. */
static bool add_pem(struct reading *r, struct str bytes)
{
    BIO *bio = BIO_new_mem_buf(bytes.p, (int)bytes.n);
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    long n = 0;
    bool good = bio != NULL;
    openssl_forget();
    while (good && sk_X509_num(r->certs) < LIMIT_CERT_FILE_CERTS && PEM_read_bio(bio, &name, &header, &data, &n) == 1) {
        struct str block = {(const char *)data, (size_t)n};
        if (strcmp(name, "CERTIFICATE") == 0 || strcmp(name, "X509 CERTIFICATE") == 0)
            good = add_der(r, block);
        else if (strcmp(name, "PKCS7") == 0 || strcmp(name, "CMS") == 0)
            good = add_pkcs7(r, block);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, (size_t)n);
        openssl_forget();
    }
    if (good) /* where it stopped: at the end, or at a block that does not hold */
        good = sk_X509_num(r->certs) >= LIMIT_CERT_FILE_CERTS ||
               ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    BIO_free(bio);
    return good;
}

STACK_OF(X509) * x509_load(struct str bytes, bool lenient, struct err *e)
{
    if (is_too_large(bytes, e))
        return NULL;
    struct reading r = {.certs = sk_X509_new_null()};
    bool good = r.certs != NULL && (add_der(&r, bytes) || add_pkcs7(&r, bytes));
    r.lenient = lenient;
    good = good || (r.certs != NULL && bytes.n > 0 && add_pem(&r, bytes));
    openssl_forget();
    if (good && sk_X509_num(r.certs) > 0)
        return r.certs;
    sk_X509_pop_free(r.certs, X509_free);
    err_set(e, ERR_FORMAT, N_("this is no X.509 certificate (PEM, DER or PKCS #7), or it is damaged"));
    return NULL;
}

bool certificates_split(struct arena *a, struct str bytes, const struct str **ret_der, size_t *ret_count, struct err *e)
{
    STACK_OF(X509) *certs = x509_load(bytes, false, e);
    if (certs == NULL)
        return false;
    size_t count = (size_t)sk_X509_num(certs);
    struct str *ders = arena_array(a, struct str, count);
    for (size_t i = 0; i < count; i++)
        ders[i] = x509_to_der(a, sk_X509_value(certs, (int)i));
    sk_X509_pop_free(certs, X509_free);
    *ret_der = ders;
    *ret_count = count;
    return true;
}

bool certificate_parse_key(struct arena *a, struct str bytes, struct certificate *ret, EVP_PKEY **ret_key,
                           struct err *e)
{
    STACK_OF(X509) *certs = x509_load(bytes, false, e);
    if (certs == NULL)
        return false;
    x509_read(a, sk_X509_value(certs, 0), ret);
    if (ret_key != NULL)
        *ret_key = X509_get_pubkey(sk_X509_value(certs, 0));
    sk_X509_pop_free(certs, X509_free);
    openssl_forget();
    return true;
}

bool certificate_parse(struct arena *a, struct str bytes, struct certificate *ret, struct err *e)
{
    return certificate_parse_key(a, bytes, ret, NULL, e);
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
