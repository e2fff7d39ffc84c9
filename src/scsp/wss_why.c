/* Why a digest or a signature does not fit: what clients get wrong is tried until the bytes agree. Only for the
 * diagnosis; nothing that is found here makes a message good. */
#include <sodium.h>

#include "scsp/wss_parts.h"

/* What the other side may have taken instead of the canonical form of `node`. */
enum other {
    OTHER_ALGORITHM,
    OTHER_PREFIXES,
    OTHER_INCLUSIVE,
    OTHER_COMMENTS,
    OTHER_COMPACT,
    OTHER_CRLF,
    OTHER_NO_ID,
    OTHER_CONTENT,
    OTHER_RAW,
    OTHER_COUNT
};

static const struct {
    const char *detail, *advice;
} others[OTHER_COUNT] = {
    [OTHER_ALGORITHM] = {N_("the value is of another digest algorithm than DigestMethod names"),
                         N_("Write in DigestMethod the algorithm that really made the value")},
    [OTHER_PREFIXES] = {N_("the PrefixList of InclusiveNamespaces was not used (or another one)"),
                        N_("Write in the Transform the PrefixList that was really used, or none")},
    [OTHER_INCLUSIVE] = {N_("it was canonicalised inclusively (Canonical XML 1.0), not exclusively"),
                         N_("Use exclusive canonicalisation, as the Transform says")},
    [OTHER_COMMENTS] = {N_("comments were included"), N_("Canonicalise without comments, or send no comments")},
    [OTHER_COMPACT] = {N_("the message was indented after it was signed, or signed before white space was added"),
                       N_("Sign last: format the message before, and send the signed bytes untouched")},
    [OTHER_CRLF] = {N_("line ends were CR LF when it was signed, and were changed on the way"),
                    N_("Use LF line ends, or no line ends at all, in what is signed")},
    [OTHER_NO_ID] = {N_("the wsu:Id was added after the digest was made"),
                     N_("Put the wsu:Id on the element first, then make the digest")},
    [OTHER_CONTENT] = {N_("only what is inside the element was taken, without its own tags"),
                       N_("Take the whole element, its start and end tag included")},
    [OTHER_RAW] = {N_("the text was taken as it is sent, without canonicalisation"),
                   N_("Canonicalise the element before making its digest, as the Transform says")},
};

/* --- other forms of the same element --- */

struct asked {
    xmlDoc *doc;
    struct str text;
    const xmlNode *node;
    const char *const *prefixes;
};

static bool content_form(const struct asked *q, struct buf *to)
{
    for (const xmlNode *n = xml_child(q->node, NULL, NULL); n != NULL; n = xml_next(n, NULL, NULL))
        if (!xml_canonical(q->doc, n, XML_C14N_EXCLUSIVE, q->prefixes, to))
            return false;
    return true;
}

/* The element's place among those of the document, and the one at that place of another document. */
static size_t place_of(const xmlDoc *doc, const xmlNode *wanted)
{
    size_t at = 0;
    for (const xmlNode *n = xml_root(doc); n != NULL && n != wanted; n = node_after(n, xml_root(doc)))
        at += n->type == XML_ELEMENT_NODE;
    return at;
}

static xmlNode *node_at(const xmlDoc *doc, size_t place)
{
    const xmlNode *root = xml_root(doc);
    for (const xmlNode *n = root; n != NULL; n = node_after(n, root))
        if (n->type == XML_ELEMENT_NODE && place-- == 0)
            return (xmlNode *)(uintptr_t)n;
    return NULL;
}

static void id_remove(xmlNode *n)
{
    for (xmlAttr *x = n->properties, *next; x != NULL; x = next) {
        next = x->next;
        if (strcmp((const char *)x->name, "Id") == 0)
            (void)xmlRemoveProp(x);
    }
}

/* Of a copy that is changed before. */
static bool changed_form(const struct asked *q, enum other which, struct buf *to)
{
    xml_doc_auto copy = xmlCopyDoc(q->doc, 1);
    xmlNode *n = copy == NULL ? NULL : node_at(copy, place_of(q->doc, q->node));
    if (n == NULL)
        return false;
    if (which == OTHER_NO_ID)
        id_remove(n);
    else
        xml_strip_formatting(copy);
    return xml_canonical(copy, n, XML_C14N_EXCLUSIVE, q->prefixes, to);
}

static bool crlf_form(const struct asked *q, struct buf *to)
{
    struct buf form = BUF_INIT(2 * LIMIT_XML_BYTES);
    bool good = xml_canonical(q->doc, q->node, XML_C14N_EXCLUSIVE, q->prefixes, &form);
    for (size_t i = 0; good && i < form.n; i++) /* a CR that was in the text is written so */
        good = (form.p[i] == '\n' ? buf_add_text(to, "&#xD;\n") : buf_add_char(to, form.p[i]));
    buf_release(&form);
    return good;
}

static const char *find_last(struct str text, const char *what)
{
    const char *found = NULL;
    size_t n = strlen(what);
    for (size_t i = 0; n > 0 && i + n <= text.n; i++)
        if (memcmp(text.p + i, what, n) == 0)
            found = text.p + i;
    return found;
}

/* From its first '<' to its last '>' in the text that was sent. */
static bool raw_form(const struct asked *q, struct buf *to)
{
    struct arena a = {0};
    const xmlNs *ns = q->node->ns;
    const char *prefix = ns == NULL || ns->prefix == NULL ? "" : (const char *)ns->prefix;
    const char *name = arena_printf(&a, "%s%s%s", prefix, prefix[0] == '\0' ? "" : ":", (const char *)q->node->name);
    const char *open = arena_printf(&a, "<%s", name), *close = arena_printf(&a, "</%s>", name);
    const char *from = memmem(q->text.p, q->text.n, open, strlen(open)), *end = find_last(q->text, close);
    bool good = from != NULL && end != NULL && end > from && buf_add(to, from, (size_t)(end - from) + strlen(close));
    arena_release(&a);
    return good;
}

static bool other_form(const struct asked *q, enum other which, struct buf *to)
{
    buf_clear(to);
    switch (which) {
    case OTHER_PREFIXES: return q->prefixes != NULL && xml_canonical(q->doc, q->node, XML_C14N_EXCLUSIVE, NULL, to);
    case OTHER_INCLUSIVE: return xml_canonical(q->doc, q->node, XML_C14N_INCLUSIVE, NULL, to);
    case OTHER_COMMENTS: return xml_canonical(q->doc, q->node, XML_C14N_EXCLUSIVE_COMMENTS, q->prefixes, to);
    case OTHER_COMPACT:
    case OTHER_NO_ID: return changed_form(q, which, to);
    case OTHER_CRLF: return crlf_form(q, to);
    case OTHER_CONTENT: return content_form(q, to);
    case OTHER_RAW: return raw_form(q, to);
    case OTHER_ALGORITHM: return xml_canonical(q->doc, q->node, XML_C14N_EXCLUSIVE, q->prefixes, to);
    case OTHER_COUNT: break;
    }
    return false;
}

static bool digest_is(const char *name, struct str bytes, const unsigned char *value, size_t n)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    size_t made;
    return wss_digest(name, bytes, digest, &made) && made == n && memcmp(digest, value, n) == 0;
}

static bool digest_is_any(struct str bytes, const unsigned char *value, size_t n)
{
    static const char *const names[] = {"SHA1", "SHA256", "SHA384", "SHA512", "MD5"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (digest_is(names[i], bytes, value, n))
            return true;
    return false;
}

/* The first of the forms with that digest; OTHER_COUNT when none. `form` holds it. */
static enum other other_find(const struct asked *q, const char *digest, const unsigned char *value, size_t n,
                             struct buf *form)
{
    for (int i = 0; i < OTHER_COUNT; i++) {
        enum other which = (enum other)i;
        if (other_form(q, which, form) && (which == OTHER_ALGORITHM ? digest_is_any(buf_str(form), value, n)
                                                                    : digest_is(digest, buf_str(form), value, n)))
            return which;
    }
    return OTHER_COUNT;
}

static struct str kept(struct arena *a, struct str s)
{
    return str_part(arena_text(a, s), s.n);
}

static const char *base64_text(struct arena *a, const unsigned char *bytes, size_t n)
{
    size_t room = sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL);
    return sodium_bin2base64(arena_alloc(a, room, 1), room, bytes, n, sodium_base64_VARIANT_ORIGINAL);
}

void wss_why_digest(struct remarks *all, xmlDoc *doc, struct str text, const struct wss_reference *r, struct str ours,
                    struct wss_difference *ret)
{
    struct arena *a = all->arena;
    struct buf form = BUF_INIT(4 * LIMIT_XML_BYTES);
    const struct asked q = {doc, text, r->target, r->prefixes};
    enum other which = other_find(&q, r->digest->digest, r->value, r->value_bytes, &form);
    struct wss_difference d = {.part = node_name(a, r->target), .ours = kept(a, ours)};
    if (which == OTHER_COUNT) {
        unsigned char digest[EVP_MAX_MD_SIZE];
        size_t n = 0;
        (void)wss_digest(r->digest->digest, ours, digest, &n);
        remark_add(all, REMARK_DIGEST_WRONG, r->target, .found = base64_text(a, r->value, r->value_bytes),
                   .expected = base64_text(a, digest, n));
    } else {
        d.theirs = kept(a, buf_str(&form));
        while (d.at < d.ours.n && d.at < d.theirs.n && d.ours.p[d.at] == d.theirs.p[d.at])
            d.at++;
        remark_add(all, REMARK_DIGEST_OTHER, r->target, .detail = others[which].detail,
                   .expected = others[which].advice);
    }
    if (ret->part == NULL || (ret->theirs.p == NULL && d.theirs.p != NULL))
        *ret = d;
    buf_release(&form);
}

/* --- the signature value --- */

/* What an RSA signature says: the digest inside, and with which algorithm. False when another key made it. */
static bool rsa_open(struct arena *a, const struct wss_key *key, struct str value, struct str *ret)
{
    size_t n = 0;
    const unsigned char *sig = (const unsigned char *)value.p;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
    bool good = ctx != NULL && EVP_PKEY_verify_recover_init(ctx) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_verify_recover(ctx, NULL, &n, sig, value.n) == 1;
    unsigned char *out = good ? arena_alloc(a, n + 1, 1) : NULL;
    good = good && EVP_PKEY_verify_recover(ctx, out, &n, sig, value.n) == 1;
    EVP_PKEY_CTX_free(ctx);
    if (good)
        *ret = str_part((const char *)out, n);
    return good;
}

/* The algorithm of a DigestInfo, by the length of its digest. */
static const char *digest_of_length(size_t n)
{
    static const struct {
        size_t info, digest;
        const char *name;
    } known[] = {{35, 20, "SHA1"}, {51, 32, "SHA256"}, {67, 48, "SHA384"}, {83, 64, "SHA512"}, {34, 16, "MD5"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].info == n)
            return known[i].name;
    return NULL;
}

static void wrong(struct remarks *all, const struct wss_parts *p, const char *detail, const char *advice)
{
    remark_add(all, REMARK_SIGNATURE_WRONG, p->value_node, .detail = detail, .expected = advice);
}

void wss_why_signature(struct remarks *all, xmlDoc *doc, struct str text, const struct wss_parts *p,
                       const struct wss_key *key)
{
    struct str info;
    if (key->type != EVP_PKEY_RSA || !rsa_open(all->arena, key, p->value, &info)) {
        wrong(all, p, N_("it was made with another private key than that of the certificate in the token"),
              N_("Send the certificate that belongs to the key that signs"));
        return;
    }
    const char *name = digest_of_length(info.n);
    size_t n = name == NULL ? 0 : EVP_MD_get_size(EVP_get_digestbyname(name));
    const unsigned char *digest = (const unsigned char *)info.p + info.n - n;
    if (name == NULL || strcmp(name, p->method->digest) != 0) {
        wrong(all, p, N_("it was made with another algorithm than SignatureMethod names"),
              N_("Write in SignatureMethod the algorithm that really signs"));
        return;
    }
    struct buf form = BUF_INIT(4 * LIMIT_XML_BYTES);
    const struct asked q = {doc, text, p->signed_info, p->prefixes};
    enum other which = other_find(&q, name, digest, n, &form);
    buf_release(&form);
    if (which != OTHER_COUNT && which != OTHER_ALGORITHM)
        wrong(all, p, others[which].detail, others[which].advice);
    else
        wrong(all, p, N_("SignedInfo was changed after it was signed"),
              N_("Change nothing inside ds:Signature after signing: no Id, no white space, no other order"));
}
