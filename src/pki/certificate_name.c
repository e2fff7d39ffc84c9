/* Distinguished names as text, and who may be named in it: organisations, never people (certificate.h). */
#include "pki/certificate_name.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"

/* Attributes that only describe a person. */
static const int personal_attributes[] = {
    NID_surname,       NID_givenName, NID_initials,           NID_generationQualifier,
    NID_pseudonym,     NID_name,      NID_pkcs9_emailAddress, NID_rfc822Mailbox,
    NID_userId,        NID_title,     NID_id_pda_dateOfBirth, NID_id_pda_placeOfBirth,
    NID_id_pda_gender,
};

static const X509_NAME_ENTRY *entry_at(const X509_NAME *name, int i)
{
    return X509_NAME_get_entry(name, i);
}

static int entry_nid(const X509_NAME_ENTRY *entry)
{
    return OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
}

const char *x509_name_value(struct arena *a, const X509_NAME *name, int nid)
{
    int i = X509_NAME_get_index_by_NID(name, nid, -1);
    return i < 0 ? "" : asn1_text(a, X509_NAME_ENTRY_get_data(entry_at(name, i)));
}

bool id_is_personal(struct str s)
{
    /* ETSI EN 319 412-1 §5.1.3: identity types of natural persons, and the separator after the country. */
    static const char *const types[] = {"IDC", "PAS", "PNO", "TIN"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (s.n > 6 && str_is_nocase(str_part(s.p, 3), types[i]) && s.p[5] == '-')
            return true;
    }
    char nif[NIF_BYTES];
    enum nif_kind kind = nif_parse(s, nif);
    return kind == NIF_DNI || kind == NIF_NIE;
}

/* Some word of the text is a personal tax number ("… - DNI 00000000T"). */
static bool has_personal_id(struct str s)
{
    for (size_t start = 0; start < s.n;) {
        size_t end = start;
        while (end < s.n &&
               ((s.p[end] >= '0' && s.p[end] <= '9') || ((s.p[end] | 0x20) >= 'a' && (s.p[end] | 0x20) <= 'z')))
            end++;
        if (end - start == NIF_BYTES - 1 && id_is_personal(str_part(s.p + start, end - start)))
            return true;
        start = end + 1;
    }
    return false;
}

/* The first word of the surname stands in the text as a word. */
static bool has_surname(struct arena *a, const char *text, const char *surname)
{
    const char *fold = text_fold(a, str_of(surname));
    size_t n = str_find(str_of(fold), ' ');
    if (n < 2)
        return false;
    return strstr(arena_printf(a, " %s ", text_fold(a, str_of(text))), arena_printf(a, " %.*s ", (int)n, fold)) != NULL;
}

/* Whether this value of the name tells who somebody is. */
static bool is_personal(struct arena *a, const X509_NAME *name, int nid, const char *value)
{
    for (size_t i = 0; i < sizeof personal_attributes / sizeof *personal_attributes; i++) {
        if (nid == personal_attributes[i])
            return true;
    }
    if (nid == NID_serialNumber || nid == NID_organizationIdentifier)
        return id_is_personal(str_of(value));
    if (has_personal_id(str_of(value)))
        return true;
    return nid == NID_commonName && has_surname(a, value, x509_name_value(a, name, NID_surname));
}

bool x509_name_is_personal(struct arena *a, const X509_NAME *name)
{
    int count = X509_NAME_entry_count(name);
    for (int i = 0; i < count && i < LIMIT_CERT_LIST; i++) {
        const X509_NAME_ENTRY *entry = entry_at(name, i);
        if (is_personal(a, name, entry_nid(entry), asn1_text(a, X509_NAME_ENTRY_get_data(entry))))
            return true;
    }
    return false;
}

const char *x509_name_common(struct arena *a, const X509_NAME *name)
{
    const char *text = x509_name_value(a, name, NID_commonName);
    return is_personal(a, name, NID_commonName, text) ? "" : text;
}

/* RFC 4514 §2.4: what has a meaning in such a text is escaped. */
static void add_escaped(struct buf *to, const char *value)
{
    for (const char *p = value; *p != '\0'; p++) {
        if (strchr(",+\"\\<>;=", *p) != NULL || (*p == '#' && p == value))
            buf_add_char(to, '\\');
        buf_add_char(to, *p);
    }
}

static void add_entry(struct buf *to, struct arena *a, const X509_NAME_ENTRY *entry, const char *value, bool same_set)
{
    int nid = entry_nid(entry);
    if (to->n > 0)
        buf_add_char(to, same_set ? '+' : ',');
    buf_add_text(to, nid == NID_undef ? oid_text(a, X509_NAME_ENTRY_get_object(entry)) : OBJ_nid2sn(nid));
    buf_add_char(to, '=');
    add_escaped(to, value);
}

const char *x509_name_text(struct arena *a, const X509_NAME *name)
{
    struct buf to = BUF_INIT(LIMIT_CERT_NAME_BYTES);
    int count = X509_NAME_entry_count(name), set = -1;
    if (count > LIMIT_CERT_LIST)
        count = LIMIT_CERT_LIST;
    for (int i = count - 1; i >= 0; i--) {
        const X509_NAME_ENTRY *entry = entry_at(name, i);
        const char *value = asn1_text(a, X509_NAME_ENTRY_get_data(entry));
        if (is_personal(a, name, entry_nid(entry), value))
            continue;
        add_entry(&to, a, entry, value, X509_NAME_ENTRY_set(entry) == set);
        set = X509_NAME_ENTRY_set(entry);
    }
    struct str all = str_utf8_cut(buf_str(&to), LIMIT_CERT_NAME_BYTES);
    const char *text = buf_full(&to) ? arena_printf(a, "%.*s…", STR_ARG(all)) : arena_text(a, all);
    buf_release(&to);
    return text;
}

const char *x509_name_short(struct arena *a, const X509_NAME *name)
{
    const char *text = x509_name_common(a, name);
    if (text[0] == '\0')
        text = x509_name_value(a, name, NID_organizationName);
    return text[0] == '\0' ? x509_name_text(a, name) : text;
}

/* 2.16.724.1.3.5.x.y.3: tax number of the entity, in certificates of web sites (x = 1, 5), seals (x = 2, 6) and
 * employees (x = 3, 7). What stands beside it (y.4 and on) is a person's and never read. */
static bool is_entity_nif(const ASN1_OBJECT *oid)
{
    char text[64];
    int n = OBJ_obj2txt(text, sizeof text, oid, 1);
    static const char prefix[] = "2.16.724.1.3.5.";
    struct str rest = str_part(text, n > 0 && (size_t)n < sizeof text ? (size_t)n : 0);
    if (!str_starts(rest, prefix) || rest.n != sizeof prefix - 1 + 5)
        return false;
    rest = str_part(rest.p + sizeof prefix - 1, 5);
    return strchr("123567", rest.p[0]) != NULL && rest.p[1] == '.' && (rest.p[2] == '1' || rest.p[2] == '2') &&
           rest.p[3] == '.' && rest.p[4] == '3';
}

/* Takes the number when it is an organisation's; a second one that differs is noted. */
static void nif_take(struct name_nif *to, const char *value)
{
    char nif[NIF_BYTES];
    if (nif_parse(str_of(value), nif) != NIF_CIF)
        return;
    if (to->nif[0] == '\0')
        memcpy(to->nif, nif, sizeof nif);
    else if (memcmp(to->nif, nif, sizeof nif) != 0)
        to->disagrees = true;
}

void x509_name_nif(struct arena *a, const X509_NAME *subject, const GENERAL_NAMES *alternative, struct name_nif *ret)
{
    *ret = (struct name_nif){0};
    const char *id = x509_name_value(a, subject, NID_organizationIdentifier);
    if (str_starts(str_of(id), "VATES-"))
        nif_take(ret, id);
    int names = alternative == NULL ? 0 : sk_GENERAL_NAME_num(alternative);
    for (int i = 0, looked = 0; i < names && looked < LIMIT_CERT_LIST; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(alternative, i);
        if (name->type != GEN_DIRNAME)
            continue;
        looked++;
        int count = X509_NAME_entry_count(name->d.directoryName);
        for (int k = 0; k < count && k < LIMIT_CERT_LIST; k++) {
            const X509_NAME_ENTRY *entry = entry_at(name->d.directoryName, k);
            if (is_entity_nif(X509_NAME_ENTRY_get_object(entry)))
                nif_take(ret, asn1_text(a, X509_NAME_ENTRY_get_data(entry)));
        }
    }
    nif_take(ret, x509_name_value(a, subject, NID_serialNumber));
}
