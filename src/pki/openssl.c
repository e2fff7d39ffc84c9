/* Small questions to OpenSSL that every file of this room asks. What names mean is certificate_name.c's. */
#include "pki/openssl.h"

#include "base/limits.h"

X509 *x509_from_der(struct str der)
{
    if (der.n == 0 || der.n > LIMIT_CERT_BYTES)
        return NULL;
    const unsigned char *p = (const unsigned char *)der.p;
    X509 *cert = d2i_X509(NULL, &p, (long)der.n);
    if (cert != NULL && p != (const unsigned char *)der.p + der.n) {
        X509_free(cert);
        return NULL;
    }
    return cert;
}

struct str x509_to_der(struct arena *a, const X509 *cert)
{
    int n = i2d_X509(cert, NULL);
    if (n <= 0)
        return (struct str){NULL, 0};
    unsigned char *bytes = arena_alloc(a, (size_t)n, 1), *p = bytes;
    return str_part((const char *)bytes, (size_t)i2d_X509(cert, &p));
}

instant_t asn1_instant(const ASN1_TIME *t)
{
    struct tm tm;
    if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1) /* NULL would mean "now" to OpenSSL */
        return INSTANT_NONE;
    day_t d = day_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    if (d == DAY_NONE)
        return INSTANT_NONE;
    return ((instant_t)d * 86400 + tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec) * INSTANT_PER_SECOND;
}

static instant_t validity_instant(const ASN1_TIME *t)
{
    bool regular = t != NULL && ASN1_STRING_length(t) == (ASN1_STRING_type(t) == V_ASN1_UTCTIME ? 13 : 15);
    return regular ? asn1_instant(t) : INSTANT_NONE;
}

instant_t x509_begin(const X509 *cert)
{
    return validity_instant(X509_get0_notBefore(cert));
}

instant_t x509_end(const X509 *cert)
{
    return validity_instant(X509_get0_notAfter(cert));
}

/* One character of foreign text as it may be shown; its UTF-8 in out (4 bytes), none for what is dropped. */
static size_t shown_char(uint32_t c, char out[4])
{
    if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        c = 0xfffd;
    else if (str_is_control(c))
        return 0;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((n == 2 ? 0xc0u : n == 3 ? 0xe0u : 0xf0u) | c);
    return n;
}

const char *bytes_text(struct arena *a, struct str s)
{
    bool utf8 = str_utf8_valid(s), cut = false;
    char text[LIMIT_CERT_TEXT_BYTES + sizeof "…"];
    size_t n = 0;
    while (s.n > 0) {
        uint32_t c = (unsigned char)s.p[0];
        if (!utf8 || !str_utf8_next(&s, &c))
            s = str_part(s.p + 1, s.n - 1);
        char one[4];
        size_t bytes = shown_char(c, one);
        cut = n + bytes > LIMIT_CERT_TEXT_BYTES;
        if (cut)
            break;
        memcpy(text + n, one, bytes);
        n += bytes;
    }
    if (cut) {
        memcpy(text + n, "…", sizeof "…" - 1);
        n += sizeof "…" - 1;
    }
    return arena_text(a, str_trim(str_part(text, n)));
}

const char *asn1_text(struct arena *a, const ASN1_STRING *s)
{
    if (s == NULL)
        return "";
    unsigned char *utf8 = NULL;
    int n = ASN1_STRING_to_UTF8(&utf8, s);
    if (n < 0) /* not what its type promises: byte by byte */
        return bytes_text(a, str_part((const char *)ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)));
    const char *text = bytes_text(a, str_part((const char *)utf8, (size_t)n));
    OPENSSL_free(utf8);
    return text;
}

const char *oid_text(struct arena *a, const ASN1_OBJECT *oid)
{
    char text[LIMIT_CERT_TEXT_BYTES];
    int n = OBJ_obj2txt(text, sizeof text, oid, 1);
    if (n <= 0)
        return "";
    return arena_text(a, str_of(text));
}

const char *x509_signature_name(struct arena *a, const X509 *cert)
{
    const X509_ALGOR *algorithm;
    const ASN1_OBJECT *oid;
    X509_get0_signature(NULL, &algorithm, cert);
    X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
    int nid = OBJ_obj2nid(oid);
    return nid == NID_undef ? oid_text(a, oid) : arena_strdup(a, OBJ_nid2ln(nid));
}

static const char *curve_name(struct arena *a, const EVP_PKEY *key)
{
    char group[64];
    size_t n;
    if (EVP_PKEY_get_group_name(key, group, sizeof group, &n) != 1)
        return arena_printf(a, "EC %d", EVP_PKEY_get_bits(key));
    const char *nist = EC_curve_nid2nist(OBJ_txt2nid(group));
    return arena_printf(a, "EC %s", nist == NULL ? group : nist);
}

const char *x509_key_name(struct arena *a, const X509 *cert)
{
    const EVP_PKEY *key = X509_get0_pubkey(cert);
    if (key == NULL)
        return "";
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: return arena_printf(a, "RSA %d", EVP_PKEY_get_bits(key));
    case EVP_PKEY_RSA_PSS: return arena_printf(a, "RSA-PSS %d", EVP_PKEY_get_bits(key));
    case EVP_PKEY_DSA: return arena_printf(a, "DSA %d", EVP_PKEY_get_bits(key));
    case EVP_PKEY_EC: return curve_name(a, key);
    case EVP_PKEY_ED25519: return "Ed25519";
    case EVP_PKEY_ED448: return "Ed448";
    default: return "";
    }
}

bool url_is_web(struct str url)
{
    size_t scheme = str_is_nocase(str_part(url.p, url.n < 7 ? 0 : 7), "http://")    ? 7
                    : str_is_nocase(str_part(url.p, url.n < 8 ? 0 : 8), "https://") ? 8
                                                                                    : 0;
    if (scheme == 0 || url.n == scheme || url.n > LIMIT_URL_BYTES || strchr("/?#:@", url.p[scheme]) != NULL)
        return false;
    bool in_host = true; /* "http://good@evil/" is nothing that an authority needs */
    for (size_t i = scheme; i < url.n; i++) {
        in_host = in_host && strchr("/?#", url.p[i]) == NULL;
        if (in_host && url.p[i] == '@')
            return false;
        if (url.p[i] <= ' ' || url.p[i] > '~' || strchr("\"<>\\^`{|}", url.p[i]) != NULL)
            return false;
    }
    return true;
}
