#include "flow/signed_message.h"

#include <sodium.h>

#include "base/buf.h"
#include "net/xml_safe.h"
#include "pki/certificate.h"

#define WSS "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
#define WSSE WSS "wssecurity-secext-1.0.xsd"
#define WSU WSS "wssecurity-utility-1.0.xsd"
#define DS "http://www.w3.org/2000/09/xmldsig#"
#define TOKEN_TYPE WSS "x509-token-profile-1.0#"
#define BASE64_TYPE WSS "soap-message-security-1.0#Base64Binary"

bool signed_message_is(struct str bytes)
{
    static const char *const marks[] = {"\xef\xbb\xbf<", "\xff\xfe", "\xfe\xff"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (str_starts(bytes, marks[i]))
            return true;
    }
    return str_starts(str_trim(bytes), "<");
}

/* ------------------------------------------------------------------ reading elements */

/* The only child of that name: NULL and a reason when there is none or more than one. */
static const xmlNode *only(const xmlNode *parent, const char *uri, const char *name, struct err *e)
{
    const xmlNode *first = xml_child(parent, uri, name);
    if (first == NULL)
        (void)err_set(e, ERR_FORMAT, N_("the message has no %s, so nobody signed it"), name);
    else if (xml_next(first, uri, name) != NULL)
        (void)err_set(e, ERR_FORMAT, N_("the message has several %s: which one counts cannot be said"), name);
    else
        return first;
    return NULL;
}

static const char *attribute_in(const xmlNode *n, const char *uri, const char *name)
{
    for (const xmlAttr *x = n->properties; x != NULL; x = x->next) {
        bool same = x->ns == NULL ? uri == NULL : uri != NULL && strcmp((const char *)x->ns->href, uri) == 0;
        if (same && strcmp((const char *)x->name, name) == 0)
            return x->children == NULL ? "" : (const char *)x->children->content;
    }
    return NULL;
}

/* What stands between its tags; false when there are tags between. */
static bool text_of(const xmlNode *n, struct buf *to)
{
    for (const xmlNode *c = n->children; c != NULL; c = c->next) {
        if (c->type == XML_TEXT_NODE || c->type == XML_CDATA_SECTION_NODE)
            buf_add_text(to, (const char *)c->content);
        else if (c->type != XML_COMMENT_NODE)
            return false;
    }
    return !buf_full(to);
}

static bool read_base64(struct arena *a, const xmlNode *n, struct str *ret, struct err *e)
{
    struct buf text = BUF_INIT(LIMIT_XML_BYTES);
    size_t length = 0;
    bool ok = text_of(n, &text);
    unsigned char *bytes = arena_alloc(a, text.n + 1, 1);
    struct str all = buf_str(&text);
    ok = ok && sodium_base642bin(bytes, all.n + 1, all.p == NULL ? "" : all.p, all.n, " \t\r\n", &length, NULL,
                                 sodium_base64_VARIANT_ORIGINAL) == 0;
    buf_release(&text);
    if (!ok || length == 0)
        return err_set(e, ERR_FORMAT, N_("the certificate in %s is not base64"), (const char *)n->name);
    *ret = str_part((const char *)bytes, length);
    return true;
}

/* ------------------------------------------------------------------ the two places */

/* What people may call a chain or an old form; X509v3 is the only one whose bytes are the certificate alone. */
static bool token_type_ok(const xmlNode *token, struct err *e)
{
    const char *type = xml_attribute(token, "ValueType"), *encoding = xml_attribute(token, "EncodingType");
    struct str kind = str_of(type == NULL ? "" : type);
    if (encoding != NULL && strcmp(encoding, BASE64_TYPE) != 0)
        return err_set(e, ERR_FORMAT, N_("the token of the message is not in base64, but in \"%.*s\""),
                       STR_ARG(str_utf8_cut(str_of(encoding), 80)));
    if (str_is(kind, TOKEN_TYPE "X509v3"))
        return true;
    if (str_starts(kind, TOKEN_TYPE))
        kind = str_part(kind.p + strlen(TOKEN_TYPE), kind.n - strlen(TOKEN_TYPE));
    if (str_is(kind, "X509PKIPathv1") || str_is(kind, "PKCS7"))
        return err_set(
            e, ERR_FORMAT,
            N_("the token of the message is a whole path of certificates (%.*s), which does not say which one "
               "signed; ask for the certificate in a file"),
            STR_ARG(kind));
    return err_set(e, ERR_FORMAT, N_("the token of the message is no X509v3 certificate, but \"%.*s\""),
                   STR_ARG(str_utf8_cut(kind, 80)));
}

/* The token with that wsu:Id; any when `id` is NULL. Exactly one. */
static const xmlNode *find_token(const xmlNode *security, const char *id, struct err *e)
{
    const xmlNode *found = NULL;
    for (const xmlNode *t = xml_child(security, WSSE, "BinarySecurityToken"); t != NULL;
         t = xml_next(t, WSSE, "BinarySecurityToken")) {
        const char *own = attribute_in(t, WSU, "Id");
        if (id != NULL && (own == NULL || strcmp(own, id) != 0))
            continue;
        if (found != NULL) {
            (void)err_set(e, ERR_FORMAT,
                          N_("the message has several BinarySecurityToken: which one counts cannot be said"));
            return NULL;
        }
        found = t;
    }
    if (found == NULL)
        (void)err_set(
            e, ERR_FORMAT,
            N_("the message does not carry the certificate of its signer, only a reference to it; ask for the "
               "certificate in a file"));
    return found;
}

static bool take_token(struct arena *a, const xmlNode *security, const char *id, struct str *ret, struct err *e)
{
    const xmlNode *token = find_token(security, id, e);
    return token != NULL && token_type_ok(token, e) && read_base64(a, token, ret, e);
}

/* ds:X509Data may hold the chain, in no order: the signer's is the one that is no authority's. */
static bool take_data(struct arena *a, const xmlNode *data, struct str *ret, struct err *e)
{
    struct str der, found = {0};
    size_t count = 0, leaves = 0;
    for (const xmlNode *c = xml_child(data, DS, "X509Certificate"); c != NULL; c = xml_next(c, DS, "X509Certificate")) {
        struct certificate read;
        if (++count > LIMIT_CHAIN_CERTS)
            return err_set(e, ERR_LIMIT, N_("the message carries more than %d certificates"), LIMIT_CHAIN_CERTS);
        if (!read_base64(a, c, &der, e) || !certificate_parse(a, der, &read, e))
            return false;
        if (count == 1 || !read.is_ca)
            found = der;
        leaves += !read.is_ca;
    }
    if (leaves > 1)
        return err_set(e, ERR_FORMAT, N_("the message carries several certificates that may be its signer's"));
    *ret = found;
    return true;
}

/* ------------------------------------------------------------------ the message */

/* ds:X509Data of the KeyInfo, or inside its reference to a token, when it holds certificates. */
static const xmlNode *certificate_data(const xmlNode *info, const xmlNode *reference)
{
    const xmlNode *places[] = {info, reference};
    for (size_t i = 0; i < 2; i++) {
        const xmlNode *data = places[i] == NULL ? NULL : xml_child(places[i], DS, "X509Data");
        if (data != NULL && xml_child(data, DS, "X509Certificate") != NULL)
            return data;
    }
    return NULL;
}

static bool take_signer(struct arena *a, const xmlNode *security, struct str *ret, struct err *e)
{
    const xmlNode *signature = only(security, DS, "Signature", e);
    const xmlNode *info = signature == NULL ? NULL : only(signature, DS, "KeyInfo", e);
    if (info == NULL)
        return false;
    const xmlNode *reference = xml_child(info, WSSE, "SecurityTokenReference");
    const xmlNode *data = certificate_data(info, reference);
    if (data != NULL)
        return take_data(a, data, ret, e);
    const xmlNode *direct = reference == NULL ? NULL : xml_child(reference, WSSE, "Reference");
    const char *uri = direct == NULL ? NULL : xml_attribute(direct, "URI");
    if (direct != NULL && (uri == NULL || uri[0] != '#' || uri[1] == '\0'))
        return err_set(e, ERR_FORMAT,
                       N_("the signature points to a certificate outside of the message (\"%.*s\"); ask for the "
                          "certificate in a file"),
                       STR_ARG(str_utf8_cut(str_of(uri == NULL ? "" : uri), 80)));
    return take_token(a, security, uri == NULL ? NULL : uri + 1, ret, e);
}

bool signed_message_certificate(struct arena *a, struct str bytes, struct str *ret_der, struct err *e)
{
    static const char *const versions[] = {"http://schemas.xmlsoap.org/soap/envelope/",
                                           "http://www.w3.org/2003/05/soap-envelope"};
    xml_doc_auto doc = NULL;
    struct xml_fault fault = {0};
    struct str der = {0};
    xml_init();
    enum xml_outcome outcome = xml_parse(bytes, NULL, &doc, &fault);
    if (outcome != XML_SAFE_OK)
        return xml_err(e, outcome, &fault);
    const xmlNode *root = xml_root(doc), *security = NULL;
    const char *soap = NULL;
    for (size_t i = 0; i < 2; i++) {
        if (xml_is(root, versions[i], "Envelope"))
            soap = versions[i];
    }
    if (soap == NULL)
        return err_set(e, ERR_FORMAT, N_("the file is XML and no SOAP message: no certificate is looked for in it"));
    const xmlNode *header = only(root, soap, "Header", e);
    if (header != NULL)
        security = only(header, WSSE, "Security", e);
    if (security == NULL || !take_signer(a, security, &der, e))
        return false;
    *ret_der = der;
    return true;
}
