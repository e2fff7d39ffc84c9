/* Builds the header in the document's tree; the canonicaliser writes it all. */
#include "scsp/wss_sign.h"

#include <sodium.h>

#include "pki/certificate.h"
#include "scsp/names.h"
#include "scsp/wss_parts.h"

#define BODY_ID "talaia-body"
#define TOKEN_ID "talaia-token"
#define TIME_ID "talaia-time"

struct wss_signer {
    EVP_PKEY *key;
    EVP_PKEY_CTX *ready; /* to sign a SHA-256 */
    char *token;         /* base64 */
};

bool wss_signer_token(const struct wss_signer *signer, struct buf *to)
{
    size_t room = strlen(signer->token), n = 0;
    unsigned char *at = (unsigned char *)buf_reserve(to, room);
    if (at == NULL ||
        sodium_base642bin(at, room, signer->token, room, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    to->n += n;
    return true;
}

/* --- the key --- */

static int no_password(char *to, int size, int writing, void *context)
{
    (void)to;
    (void)size;
    (void)writing;
    (void)context;
    return 0;
}

static EVP_PKEY *key_read(struct str pem)
{
    BIO *bio = BIO_new_mem_buf(pem.p, (int)(pem.n > LIMIT_CERTIFICATE_FILE_BYTES ? 0 : pem.n));
    EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
    BIO_free(bio);
    ERR_clear_error();
    return key;
}

static bool key_is_of(EVP_PKEY *key, struct str der)
{
    const unsigned char *p = (const unsigned char *)der.p;
    X509 *cert = d2i_X509(NULL, &p, (long)der.n);
    bool same = cert != NULL && X509_check_private_key(cert, key) == 1;
    X509_free(cert);
    ERR_clear_error();
    return same;
}

bool wss_signer_open(struct str key, struct str certificate, struct wss_signer **ret, struct err *e)
{
    struct arena a = {0};
    struct certificate c;
    EVP_PKEY *pkey = NULL;
    bool good = certificate_parse(&a, certificate, &c, e);
    if (good) {
        pkey = key_read(key);
        good = pkey != NULL ||
               err_set(e, ERR_FORMAT,
                       N_("the private key cannot be read: it must be PEM, and without a password (openssl pkey)"));
    }
    if (good && EVP_PKEY_get_base_id(pkey) != EVP_PKEY_RSA)
        good = err_set(e, ERR_VALUE, N_("the key is not RSA, which is what the platform takes"));
    if (good && !key_is_of(pkey, c.der))
        good = err_set(e, ERR_VALUE, N_("the certificate (%s) does not belong to the private key"), c.subject);
    if (good) {
        struct wss_signer *s = mem_alloc(1, sizeof *s);
        size_t room = sodium_base64_encoded_len(c.der.n, sodium_base64_VARIANT_ORIGINAL);
        s->key = pkey;
        s->ready = EVP_PKEY_CTX_new(pkey, NULL);
        s->token = mem_alloc(room, 1);
        (void)sodium_bin2base64(s->token, room, (const unsigned char *)c.der.p, c.der.n,
                                sodium_base64_VARIANT_ORIGINAL);
        pkey = NULL;
        good = (s->ready != NULL && EVP_PKEY_sign_init(s->ready) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(s->ready, RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_CTX_set_signature_md(s->ready, EVP_sha256()) == 1) ||
               err_set(e, ERR_INTERNAL, N_("the signature cannot be made"));
        if (good)
            *ret = s;
        else
            wss_signer_free(s);
    }
    EVP_PKEY_free(pkey);
    arena_release(&a);
    return good;
}

void wss_signer_free(struct wss_signer *signer)
{
    if (signer == NULL)
        return;
    EVP_PKEY_CTX_free(signer->ready);
    EVP_PKEY_free(signer->key);
    mem_free(signer->token);
    mem_free(signer);
}

bool wss_signer_hash(const struct wss_signer *signer, const unsigned char hash[32], struct buf *to, struct err *e)
{
    size_t n = (size_t)EVP_PKEY_get_size(signer->key);
    unsigned char *at = (unsigned char *)buf_reserve(to, n);
    bool good = at != NULL && EVP_PKEY_sign(signer->ready, at, &n, hash, 32) == 1;
    ERR_clear_error();
    if (!good)
        return err_set(e, ERR_INTERNAL, N_("the signature cannot be made"));
    to->n += n;
    return true;
}

/* --- the tree --- */

struct job {
    const struct wss_signer *signer;
    const struct wss_signing *how;
    xmlDoc *doc;
    xmlNode *body, *header, *security, *timestamp, *signature, *signed_info;
    xmlNs *soap, *wsse, *wsu, *ds;
    struct buf form;
};

static xmlNode *add(xmlNode *parent, xmlNs *ns, const char *name, const char *text)
{
    return xmlNewTextChild(parent, ns, (const xmlChar *)name, (const xmlChar *)text);
}

static xmlNode *add_algorithm(xmlNode *parent, xmlNs *ns, const char *name, const char *uri)
{
    xmlNode *n = add(parent, ns, name, NULL);
    (void)xmlNewProp(n, (const xmlChar *)"Algorithm", (const xmlChar *)uri);
    return n;
}

static void set(xmlNode *n, xmlNs *ns, const char *name, const char *value)
{
    (void)xmlSetNsProp(n, ns, (const xmlChar *)name, (const xmlChar *)value);
}

static const char *base64_into(char *to, size_t room, const unsigned char *bytes, size_t n)
{
    return sodium_bin2base64(to, room, bytes, n, sodium_base64_VARIANT_ORIGINAL);
}

static void token_add(struct job *j)
{
    xmlNode *token = add(j->security, j->wsse, "BinarySecurityToken", j->signer->token);
    set(token, NULL, "EncodingType", WSS_BASE64);
    set(token, NULL, "ValueType", WSS_X509V3);
    set(token, j->wsu, "Id", TOKEN_ID);
}

static void timestamp_add(struct job *j)
{
    char text[INSTANT_TEXT_BYTES];
    if (j->how->life_seconds <= 0)
        return;
    j->timestamp = add(j->security, j->wsu, "Timestamp", NULL);
    set(j->timestamp, j->wsu, "Id", TIME_ID);
    (void)add(j->timestamp, j->wsu, "Created", instant_iso(j->how->now, text));
    (void)add(j->timestamp, j->wsu, "Expires",
              instant_iso(j->how->now + j->how->life_seconds * INSTANT_PER_SECOND, text));
}

static bool reference_add(struct job *j, xmlNode *target, const char *uri)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char text[2 * EVP_MAX_MD_SIZE];
    size_t n;
    buf_clear(&j->form);
    if (!xml_canonical(j->doc, target, XML_C14N_EXCLUSIVE, NULL, &j->form) ||
        !wss_digest(j->how->sha1 ? "SHA1" : "SHA256", buf_str(&j->form), digest, &n))
        return false;
    xmlNode *r = add(j->signed_info, j->ds, "Reference", NULL);
    set(r, NULL, "URI", uri);
    (void)add_algorithm(add(r, j->ds, "Transforms", NULL), j->ds, "Transform", WSS_EXCLUSIVE);
    (void)add_algorithm(r, j->ds, "DigestMethod", j->how->sha1 ? "http://www.w3.org/2000/09/xmldsig#sha1" : WSS_SHA256);
    (void)add(r, j->ds, "DigestValue", base64_into(text, sizeof text, digest, n));
    return true;
}

/* SignatureValue over SignedInfo. */
static bool value_add(struct job *j)
{
    unsigned char value[1024];
    char text[2048];
    size_t n = sizeof value;
    buf_clear(&j->form);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = xml_canonical(j->doc, j->signed_info, XML_C14N_EXCLUSIVE, NULL, &j->form) && ctx != NULL &&
                EVP_PKEY_get_size(j->signer->key) <= (int)sizeof value &&
                EVP_DigestSignInit(ctx, NULL, j->how->sha1 ? EVP_sha1() : EVP_sha256(), NULL, j->signer->key) == 1 &&
                EVP_DigestSign(ctx, value, &n, (const unsigned char *)j->form.p, j->form.n) == 1;
    EVP_MD_CTX_free(ctx);
    if (good)
        (void)add(j->signature, j->ds, "SignatureValue", base64_into(text, sizeof text, value, n));
    return good;
}

static void key_info_add(struct job *j)
{
    xmlNode *holder = add(add(j->signature, j->ds, "KeyInfo", NULL), j->wsse, "SecurityTokenReference", NULL);
    xmlNode *direct = add(holder, j->wsse, "Reference", NULL);
    set(direct, NULL, "URI", "#" TOKEN_ID);
    set(direct, NULL, "ValueType", WSS_X509V3);
}

static bool signature_add(struct job *j)
{
    j->signature = add(j->security, NULL, "Signature", NULL);
    j->ds = xmlNewNs(j->signature, (const xmlChar *)NS_DS, (const xmlChar *)"ds");
    xmlSetNs(j->signature, j->ds);
    j->signed_info = add(j->signature, j->ds, "SignedInfo", NULL);
    (void)add_algorithm(j->signed_info, j->ds, "CanonicalizationMethod", WSS_EXCLUSIVE);
    (void)add_algorithm(j->signed_info, j->ds, "SignatureMethod",
                        j->how->sha1 ? "http://www.w3.org/2000/09/xmldsig#rsa-sha1" : WSS_RSA_SHA256);
    if (!reference_add(j, j->body, "#" BODY_ID) ||
        (j->timestamp != NULL && !reference_add(j, j->timestamp, "#" TIME_ID)) || !value_add(j))
        return false;
    key_info_add(j);
    return true;
}

/* Finds header and body, and declares what they need. */
static bool envelope_prepare(struct job *j, struct err *e)
{
    xmlNode *root = xmlDocGetRootElement(j->doc);
    if (!xml_is(root, NS_SOAP, "Envelope"))
        return err_set(e, ERR_FORMAT, N_("what should be signed is no SOAP 1.1 envelope"));
    j->body = (xmlNode *)(uintptr_t)xml_child(root, NS_SOAP, "Body");
    j->header = (xmlNode *)(uintptr_t)xml_child(root, NS_SOAP, "Header");
    if (j->body == NULL)
        return err_set(e, ERR_FORMAT, N_("what should be signed has no Body"));
    if (xml_child(j->header, NS_WSSE, "Security") != NULL)
        return err_set(e, ERR_STATE, N_("the message is signed already"));
    j->soap = root->ns;
    if (j->header == NULL) {
        j->header = xmlNewDocNode(j->doc, j->soap, (const xmlChar *)"Header", NULL);
        (void)xmlAddPrevSibling(root->children == NULL ? j->body : root->children, j->header);
    }
    j->wsu = xmlNewNs(j->body, (const xmlChar *)NS_WSU, (const xmlChar *)"wsu");
    if (j->wsu == NULL)
        j->wsu = xmlSearchNsByHref(j->doc, j->body, (const xmlChar *)NS_WSU);
    set(j->body, j->wsu, "Id", BODY_ID);
    return true;
}

bool wss_sign(const struct wss_signer *signer, xmlDoc *doc, const struct wss_signing *how, struct buf *to,
              struct err *e)
{
    struct job j = {.signer = signer, .how = how, .doc = doc, .form = BUF_INIT(2 * LIMIT_XML_BYTES)};
    bool good = envelope_prepare(&j, e);
    if (good) {
        j.security = add(j.header, NULL, "Security", NULL);
        j.wsse = xmlNewNs(j.security, (const xmlChar *)NS_WSSE, (const xmlChar *)"wsse");
        j.wsu = xmlNewNs(j.security, (const xmlChar *)NS_WSU, (const xmlChar *)"wsu");
        xmlSetNs(j.security, j.wsse);
        if (j.soap->prefix != NULL) /* an attribute takes no default namespace */
            set(j.security, j.soap, "mustUnderstand", "1");
        token_add(&j);
        timestamp_add(&j);
        if (!signature_add(&j) || !xml_canonical(doc, NULL, XML_C14N_INCLUSIVE, NULL, to))
            good = err_set(e, ERR_INTERNAL, N_("the message could not be signed"));
    }
    buf_release(&j.form);
    ERR_clear_error();
    return good;
}
