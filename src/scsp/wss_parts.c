/* Form only: nothing here is computed but base64. */
#include "scsp/wss_parts.h"

#include <sodium.h>
#include <strings.h>

#include "scsp/names.h"
#include "scsp/shape.h"
#include "scsp/value.h"

#define DSIG "http://www.w3.org/2000/09/xmldsig#"
#define MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define ENC "http://www.w3.org/2001/04/xmlenc#"

static const struct wss_algorithm signatures[] = {
    {WSS_RSA_SHA256, "rsa-sha256", "SHA256", EVP_PKEY_RSA, false},
    {MORE "rsa-sha384", "rsa-sha384", "SHA384", EVP_PKEY_RSA, false},
    {MORE "rsa-sha512", "rsa-sha512", "SHA512", EVP_PKEY_RSA, false},
    {MORE "ecdsa-sha256", "ecdsa-sha256", "SHA256", EVP_PKEY_EC, false},
    {MORE "ecdsa-sha384", "ecdsa-sha384", "SHA384", EVP_PKEY_EC, false},
    {DSIG "rsa-sha1", "rsa-sha1", "SHA1", EVP_PKEY_RSA, true},
};
static const struct wss_algorithm digests[] = {
    {WSS_SHA256, "sha256", "SHA256", 0, false},
    {MORE "sha384", "sha384", "SHA384", 0, false},
    {ENC "sha512", "sha512", "SHA512", 0, false},
    {DSIG "sha1", "sha1", "SHA1", 0, true},
};

static const struct wss_algorithm *algorithm_find(const struct wss_algorithm *list, size_t count, const char *uri)
{
    for (size_t i = 0; uri != NULL && i < count; i++)
        if (strcmp(list[i].uri, uri) == 0)
            return &list[i];
    return NULL;
}

const struct wss_algorithm *wss_signature_find(const char *uri)
{
    return algorithm_find(signatures, sizeof signatures / sizeof *signatures, uri);
}

const struct wss_algorithm *wss_digest_find(const char *uri)
{
    return algorithm_find(digests, sizeof digests / sizeof *digests, uri);
}

/* --- what is in the document --- */

struct mark { /* an Id and whose it is */
    const char *id;
    const xmlNode *node;
    bool plain; /* Id without a namespace */
};

struct survey {
    struct remarks *all;
    struct wss_keys *keys;
    const struct envelope *e;
    const struct wss_policy *policy;
    struct wss_parts *parts;
    VEC(struct mark) marks;
    bool too_many;
};

static const char *attribute_text(const xmlAttr *x)
{
    return x->children == NULL || x->children->content == NULL ? "" : (const char *)x->children->content;
}

/* An Id by which somebody might find the element. */
static bool is_id(const xmlAttr *x)
{
    const char *name = (const char *)x->name, *uri = x->ns == NULL ? NULL : (const char *)x->ns->href;
    if (uri == NULL)
        return strcmp(name, "Id") == 0 || strcmp(name, "ID") == 0;
    return (strcmp(uri, NS_WSU) == 0 && strcmp(name, "Id") == 0) ||
           (strcmp(uri, NS_XML) == 0 && strcmp(name, "id") == 0);
}

static void marks_add(struct survey *s, const xmlNode *n)
{
    for (const xmlAttr *x = n->properties; x != NULL; x = x->next) {
        if (!is_id(x) || s->too_many)
            continue;
        if (s->marks.count == LIMIT_WSS_IDS) {
            s->too_many = true;
            remark_add(s->all, REMARK_XML_LIMIT, n, .detail = N_("it has too many Ids"));
        } else {
            vec_push(&s->marks, (struct mark){attribute_text(x), n, x->ns == NULL});
        }
    }
}

static bool is_within(const xmlNode *n, const xmlNode *top)
{
    while (n != NULL && n != top)
        n = n->parent;
    return n != NULL;
}

static bool is_called(const xmlNode *n, const char *name)
{
    return n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0;
}

static void namespace_wrong(struct survey *s, const xmlNode *n, const char *name, const xmlNs *ns, const char *must)
{
    const char *own = ns == NULL ? "" : (const char *)ns->href;
    remark_add(s->all, REMARK_WSS_NAMESPACE, n, .name = name, .found = own[0] == '\0' ? "—" : own, .expected = must,
               .detail = namespace_near(own, must));
}

/* What is meant for a part of the header and has another namespace: said only where the right one is not there. */
static void nearly_check(struct survey *s, const xmlNode *parent, const char *name, const char *uri)
{
    if (parent == NULL || xml_child(parent, uri, name) != NULL)
        return;
    for (const xmlNode *n = xml_child(parent, NULL, NULL); n != NULL; n = xml_next(n, NULL, NULL))
        if (is_called(n, name)) {
            namespace_wrong(s, n, NULL, n->ns, uri);
            return;
        }
}

/* An Id in another namespace than that of wsu is found by nobody. */
static void id_nearly_check(struct survey *s, const xmlNode *n)
{
    const xmlAttr *other = NULL;
    for (const xmlAttr *x = n == NULL ? NULL : n->properties; x != NULL; x = x->next) {
        if (is_id(x))
            return;
        other = x->ns != NULL && strcmp((const char *)x->name, "Id") == 0 ? x : other;
    }
    if (other != NULL)
        namespace_wrong(s, n, "Id", other->ns, NS_WSU);
}

static void nearly_all_check(struct survey *s)
{
    const xmlNode *security = s->parts->security;
    nearly_check(s, s->e->header, "Security", NS_WSSE);
    nearly_check(s, security, "Signature", NS_DS);
    nearly_check(s, security, "BinarySecurityToken", NS_WSSE);
    nearly_check(s, security, "Timestamp", NS_WSU);
    id_nearly_check(s, s->e->body);
}

static void security_found(struct survey *s, const xmlNode *n)
{
    if (n->parent != s->e->header)
        remark_add(s->all, REMARK_WSS_PLACE, n, .found = node_name(s->all->arena, n->parent),
                   .expected = "soap:Header");
    else if (s->parts->security != NULL)
        remark_add(s->all, REMARK_WSS_SECOND, n);
    else
        s->parts->security = n;
}

static void signature_found(struct survey *s, const xmlNode *n)
{
    if (s->policy->signed_inside && is_within(n, s->e->body))
        return;
    if (n->parent->parent == s->e->header && is_called(n->parent, "Security") &&
        xml_child(s->e->header, NS_WSSE, "Security") == NULL)
        return; /* the namespace of its parent is what is wrong */
    if (!xml_is(n->parent, NS_WSSE, "Security"))
        remark_add(s->all, REMARK_WSS_PLACE, n, .found = node_name(s->all->arena, n->parent),
                   .expected = "wsse:Security");
    else if (s->parts->signature != NULL)
        remark_add(s->all, REMARK_WSS_SECOND, n);
    else
        s->parts->signature = n;
}

static void survey_walk(struct survey *s)
{
    for (const xmlNode *n = s->e->root; n != NULL; n = node_after(n, s->e->root)) {
        if (n->type != XML_ELEMENT_NODE)
            continue;
        marks_add(s, n);
        if (xml_is(n, NS_WSSE, "Security"))
            security_found(s, n);
        else if (xml_is(n, NS_DS, "Signature"))
            signature_found(s, n);
        else if (strncmp((const char *)n->name, "Encrypted", 9) == 0 && n->ns != NULL &&
                 strcmp((const char *)n->ns->href, ENC) == 0)
            remark_add(s->all, REMARK_ENCRYPTED, n, .found = (const char *)n->name);
    }
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct mark *)a)->id, ((const struct mark *)b)->id);
}

static void duplicates_check(struct survey *s)
{
    struct arena *a = s->all->arena;
    if (s->marks.count > 1)
        qsort(s->marks.items, s->marks.count, sizeof *s->marks.items, by_id);
    for (size_t i = 1; i < s->marks.count; i++) {
        const struct mark *one = &s->marks.items[i - 1], *other = &s->marks.items[i];
        /* One element may say the same Id in two ways. */
        if (strcmp(one->id, other->id) == 0 && one->node != other->node)
            remark_add(s->all, REMARK_ID_DUPLICATE, other->node, .found = one->id, .detail = node_xpath(a, one->node));
    }
}

static const struct mark *mark_find(const struct survey *s, const char *id)
{
    const struct mark wanted = {.id = id};
    return s->marks.count == 0 ? NULL : bsearch(&wanted, s->marks.items, s->marks.count, sizeof *s->marks.items, by_id);
}

/* --- the header's children --- */

static void single_find(struct survey *s, const char *uri, const char *name, enum remark_code second,
                        const xmlNode **ret)
{
    *ret = xml_child(s->parts->security, uri, name);
    const xmlNode *more = xml_next(*ret, uri, name);
    if (more != NULL)
        remark_add(s->all, second, more);
}

/* Values of the alphabet's characters, plus one. */
static const unsigned char digits64[256] = {
    /* clang-format off */
    ['+'] = 63, ['/'] = 64,
    ['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
    ['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
    ['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,
    /* clang-format on */
};

/* Whole groups of four off the front. Nothing here is secret, and libsodium's decoder takes its time so that none is
 * told; it still judges whatever is not plain, and the end. */
static size_t groups_read(struct str *text, unsigned char *to, size_t room)
{
    size_t n = 0;
    const unsigned char *p = (const unsigned char *)text->p, *end = p + text->n;
    for (; end - p >= 4 && room - n >= 3; p += 4, n += 3) {
        uint32_t a = digits64[p[0]], b = digits64[p[1]], c = digits64[p[2]], d = digits64[p[3]];
        if (a == 0 || b == 0 || c == 0 || d == 0)
            break;
        uint32_t bits = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
        to[n] = (unsigned char)(bits >> 16);
        to[n + 1] = (unsigned char)(bits >> 8);
        to[n + 2] = (unsigned char)bits;
    }
    *text = str_part((const char *)p, (size_t)((const char *)end - (const char *)p));
    return n;
}

static bool base64_read(struct arena *a, struct str text, size_t max, struct str *ret)
{
    size_t room = text.n / 4 * 3 + 3 < max ? text.n / 4 * 3 + 3 : max, n = 0;
    unsigned char *bytes = arena_alloc(a, room, 1);
    const char *end = NULL;
    size_t first = groups_read(&text, bytes, room);
    if (sodium_base642bin(bytes + first, room - first, text.p, text.n, " \t\r\n", &n, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != text.p + text.n || first + n == 0)
        return false;
    *ret = str_part((const char *)bytes, first + n);
    return true;
}

/* An attribute that should have one value; a wrong one is said, a missing one is fine. */
static void token_type_check(struct survey *s, const xmlNode *n, const char *name, const char *must)
{
    const char *value = xml_attribute(n, name);
    if (value != NULL && strcmp(value, must) != 0)
        remark_add(s->all, REMARK_TOKEN_TYPE, n, .name = name, .found = value, .expected = must);
}

/* Known by its text, which is quicker than decoding it, or decoded. */
static bool token_decode(struct survey *s, struct str text)
{
    struct wss_parts *p = s->parts;
    p->key = wss_keys_find(s->keys, text);
    if (p->key != NULL) {
        p->token_der = str_part(arena_text(s->all->arena, p->key->der), p->key->der.n);
        return true;
    }
    if (!base64_read(s->all->arena, text, LIMIT_WSS_TOKEN_BYTES, &p->token_der))
        return false;
    p->key = wss_keys_get(s->keys, p->token_der);
    if (p->key != NULL)
        wss_keys_keep(s->keys, p->key, p->token_der, text);
    return true;
}

static void token_read(struct survey *s)
{
    const xmlNode *n = s->parts->token;
    if (n == NULL)
        return;
    struct str text = xml_trim(node_text(s->all->arena, n));
    token_type_check(s, n, "ValueType", WSS_X509V3);
    token_type_check(s, n, "EncodingType", WSS_BASE64);
    if (text.n > LIMIT_WSS_TOKEN_BYTES)
        remark_add(s->all, REMARK_TOKEN_BYTES, n, .detail = N_("it is too long"));
    else if (str_starts(text, "-----BEGIN"))
        remark_add(s->all, REMARK_TOKEN_BYTES, n, .detail = N_("it has the lines of a PEM file"));
    else if (!token_decode(s, text))
        remark_add(s->all, REMARK_TOKEN_BYTES, n, .detail = N_("it is not base64"));
}

/* KeyInfo / SecurityTokenReference / Reference URI="#the token". */
static void key_info_read(struct survey *s, const xmlNode *info)
{
    struct arena *a = s->all->arena;
    const xmlNode *holder = xml_child(info, NS_WSSE, "SecurityTokenReference");
    const xmlNode *direct = xml_child(holder, NS_WSSE, "Reference");
    const xmlNode *first = xml_child(holder != NULL ? holder : info, NULL, NULL);
    if (direct == NULL || xml_next(first, NULL, NULL) != NULL ||
        xml_next(xml_child(info, NULL, NULL), NULL, NULL) != NULL) {
        remark_add(s->all, REMARK_KEY_INFO, info, .found = first == NULL ? "—" : node_name(a, first));
        return;
    }
    const char *uri = xml_attribute(direct, "URI");
    token_type_check(s, direct, "ValueType", WSS_X509V3);
    const struct mark *m = uri != NULL && uri[0] == '#' ? mark_find(s, uri + 1) : NULL;
    if (m == NULL || m->node != s->parts->token)
        remark_add(s->all, REMARK_TOKEN_MISSING, direct, .found = uri == NULL ? "—" : uri,
                   .detail = s->parts->token != NULL ? N_(": the one in the header has another Id") : "");
}

/* --- the signature --- */

bool wss_prefixes_read(struct arena *a, const xmlNode *method, const char *const **ret)
{
    const xmlNode *list = xml_child(method, NS_EXC, "InclusiveNamespaces");
    const char *text = list == NULL ? NULL : xml_attribute(list, "PrefixList");
    *ret = NULL;
    if (text == NULL)
        return true;
    const char **words = arena_array(a, const char *, LIMIT_WSS_PREFIXES + 1);
    size_t count = 0;
    struct str rest = str_of(text), word;
    while (str_split(&rest, ' ', &word)) {
        word = xml_trim(word);
        if (word.n == 0)
            continue;
        if (count == LIMIT_WSS_PREFIXES)
            return false;
        words[count++] = arena_text(a, word);
    }
    if (count > 0)
        *ret = words;
    return true;
}

static void shape_wrong(struct survey *s, const xmlNode *n, const char *why)
{
    remark_add(s->all, REMARK_SIGNATURE_SHAPE, n, .detail = why);
}

static const char *algorithm_of(const xmlNode *n)
{
    const char *uri = n == NULL ? NULL : xml_attribute(n, "Algorithm");
    return uri == NULL ? "" : uri;
}

static void old_check(struct survey *s, const xmlNode *n, const struct wss_algorithm *found, const char *better)
{
    if (found->old)
        remark_add(s->all, REMARK_SHA1, n, .grade = s->policy->allow_sha1 ? GRADE_WARNING : GRADE_ERROR,
                   .found = found->name, .expected = better);
}

static void transforms_read(struct survey *s, struct wss_reference *r)
{
    const xmlNode *list = xml_child(r->node, NS_DS, "Transforms");
    bool canonical = false;
    size_t count = 0;
    for (const xmlNode *t = xml_child(list, NULL, NULL); t != NULL && count < 3; t = xml_next(t, NULL, NULL), count++) {
        const char *uri = algorithm_of(t);
        bool exclusive = strcmp(uri, WSS_EXCLUSIVE) == 0 && !canonical;
        /* It takes away the signature, which is never inside what is signed here. */
        bool enveloped = strcmp(uri, WSS_ENVELOPED) == 0 && !canonical;
        if (!xml_is(t, NS_DS, "Transform") || (!exclusive && !enveloped))
            remark_add(s->all, REMARK_TRANSFORM, t, .found = uri, .expected = WSS_EXCLUSIVE);
        else if (exclusive && !wss_prefixes_read(s->all->arena, t, &r->prefixes))
            shape_wrong(s, t, N_("its PrefixList is too long"));
        canonical |= exclusive;
    }
    if (!canonical && count == 0)
        remark_add(s->all, REMARK_TRANSFORM, r->node, .found = "—", .expected = WSS_EXCLUSIVE);
    else if (count > 2)
        shape_wrong(s, list, N_("it has too many transforms"));
}

static void digest_read(struct survey *s, struct wss_reference *r)
{
    const xmlNode *method = xml_child(r->node, NS_DS, "DigestMethod"),
                  *value = xml_child(r->node, NS_DS, "DigestValue");
    struct str bytes;
    if (method == NULL || value == NULL) {
        shape_wrong(s, r->node, N_("it needs DigestMethod and DigestValue"));
        return;
    }
    r->digest = wss_digest_find(algorithm_of(method));
    if (r->digest == NULL)
        remark_add(s->all, REMARK_DIGEST, method, .found = algorithm_of(method), .expected = WSS_SHA256);
    else
        old_check(s, method, r->digest, WSS_SHA256);
    if (!base64_read(s->all->arena, xml_trim(node_text(s->all->arena, value)), EVP_MAX_MD_SIZE, &bytes)) {
        remark_add(s->all, REMARK_VALUE_BASE64, value);
        return;
    }
    memcpy(r->value, bytes.p, bytes.n);
    r->value_bytes = bytes.n;
}

/* What a Reference may lead to: the Body, and in the header the Timestamp and the token. */
static void target_check(struct survey *s, struct wss_reference *r, const char *uri, const struct mark *m)
{
    struct arena *a = s->all->arena;
    const struct wss_parts *p = s->parts;
    bool known = m->node == s->e->body || m->node == p->timestamp || m->node == p->token;
    for (size_t i = 0; i < p->reference_count; i++)
        if (known && p->references[i].target == m->node)
            remark_add(s->all, REMARK_REFERENCE_TWICE, r->node, .name = node_name(a, m->node));
    if (known)
        r->target = m->node;
    else if (m->node->parent == p->security || m->node->parent == s->e->header)
        remark_add(s->all, REMARK_REFERENCE_OTHER, r->node, .name = node_xpath(a, m->node));
    else
        remark_add(s->all, REMARK_REFERENCE_WRAPPED, r->node, .found = uri, .name = node_xpath(a, m->node));
    if (known && m->plain)
        remark_add(s->all, REMARK_ID_PLAIN, m->node, .expected = NS_WSU);
}

static bool id_nearly(const struct survey *s, const char *id)
{
    for (size_t i = 0; i < s->marks.count; i++)
        if (strcasecmp(s->marks.items[i].id, id) == 0)
            return true;
    return false;
}

static bool is_plain_id(const char *uri)
{
    return uri[0] == '#' && uri[1] != '\0' && strpbrk(uri + 1, "#()/") == NULL;
}

static void reference_read(struct survey *s, const xmlNode *n)
{
    struct wss_parts *p = s->parts;
    struct wss_reference r = {.node = n};
    const char *uri = xml_attribute(n, "URI");
    if (uri == NULL || !is_plain_id(uri)) {
        remark_add(s->all, REMARK_REFERENCE_EXTERNAL, n, .found = uri == NULL || uri[0] == '\0' ? "—" : uri);
    } else {
        const struct mark *m = mark_find(s, uri + 1);
        if (m == NULL)
            remark_add(s->all, REMARK_REFERENCE_NONE, n, .found = uri,
                       .detail = id_nearly(s, uri + 1) ? N_("; capitals count") : "");
        else
            target_check(s, &r, uri, m);
    }
    transforms_read(s, &r);
    digest_read(s, &r);
    p->references[p->reference_count++] = r;
}

static void method_read(struct survey *s, const xmlNode *c14n, const xmlNode *method)
{
    struct wss_parts *p = s->parts;
    const char *uri = algorithm_of(c14n), *how = algorithm_of(method);
    if (strcmp(uri, WSS_EXCLUSIVE) != 0)
        remark_add(s->all, REMARK_C14N, c14n, .found = uri, .expected = WSS_EXCLUSIVE,
                   .detail = str_ends(str_of(uri), "WithComments") ? N_(" (comments are never signed)") : "");
    else if (!wss_prefixes_read(s->all->arena, c14n, &p->prefixes))
        shape_wrong(s, c14n, N_("its PrefixList is too long"));
    p->method_node = method;
    p->method = wss_signature_find(how);
    if (p->method != NULL)
        old_check(s, method, p->method, WSS_RSA_SHA256);
    else
        remark_add(s->all, strstr(how, "hmac") != NULL ? REMARK_ALGORITHM_HMAC : REMARK_ALGORITHM, method, .found = how,
                   .expected = WSS_RSA_SHA256);
}

/* SignedInfo: CanonicalizationMethod, SignatureMethod, Reference+ and nothing else. */
static void signed_info_read(struct survey *s, const xmlNode *info)
{
    const xmlNode *c14n = xml_child(info, NULL, NULL), *method = xml_next(c14n, NULL, NULL);
    if (!xml_is(c14n, NS_DS, "CanonicalizationMethod") || !xml_is(method, NS_DS, "SignatureMethod")) {
        shape_wrong(s, info, N_("it begins with CanonicalizationMethod and SignatureMethod"));
        return;
    }
    method_read(s, c14n, method);
    for (const xmlNode *n = xml_next(method, NULL, NULL); n != NULL; n = xml_next(n, NULL, NULL)) {
        if (!xml_is(n, NS_DS, "Reference")) {
            shape_wrong(s, n, N_("only references follow in SignedInfo"));
        } else if (s->parts->reference_count == LIMIT_WSS_REFERENCES) {
            remark_add(s->all, REMARK_REFERENCE_MANY, info, .found = "9+", .expected = "8");
            break;
        } else {
            reference_read(s, n);
        }
    }
    if (s->parts->reference_count == 0)
        shape_wrong(s, info, N_("it has no Reference"));
}

static void signature_read(struct survey *s)
{
    struct wss_parts *p = s->parts;
    const xmlNode *info = xml_child(p->signature, NULL, NULL), *value = xml_next(info, NULL, NULL),
                  *key = xml_next(value, NULL, NULL);
    if (!xml_is(info, NS_DS, "SignedInfo") || !xml_is(value, NS_DS, "SignatureValue") ||
        !xml_is(key, NS_DS, "KeyInfo") || xml_next(key, NULL, NULL) != NULL) {
        shape_wrong(s, p->signature, N_("it holds SignedInfo, SignatureValue and KeyInfo, and nothing else"));
        return;
    }
    p->signed_info = info;
    p->value_node = value;
    signed_info_read(s, info);
    if (!base64_read(s->all->arena, xml_trim(node_text(s->all->arena, value)), 2048, &p->value))
        remark_add(s->all, REMARK_VALUE_BASE64, value);
    key_info_read(s, key);
}

static void body_signed_check(struct survey *s)
{
    const struct wss_parts *p = s->parts;
    bool covered = p->signed_info == NULL; /* that was said */
    for (size_t i = 0; i < p->reference_count; i++)
        covered |= p->references[i].target == s->e->body;
    if (covered)
        return;
    const char *id = NULL;
    for (const xmlAttr *x = s->e->body->properties; x != NULL; x = x->next)
        id = is_id(x) ? attribute_text(x) : id;
    remark_add(s->all, REMARK_BODY_UNSIGNED, s->e->body,
               .detail = id == NULL ? N_("; the Body has no wsu:Id at all") : "");
}

/* False when there is nothing to compute with. */
static bool header_read(struct survey *s, size_t errors)
{
    struct wss_parts *p = s->parts;
    if (p->security == NULL) {
        if (s->all->errors == errors)
            remark_add(s->all, REMARK_WSS_MISSING, s->e->header != NULL ? s->e->header : s->e->root);
        return false;
    }
    single_find(s, NS_WSSE, "BinarySecurityToken", REMARK_WSS_SECOND, &p->token);
    single_find(s, NS_WSU, "Timestamp", REMARK_TIME_SECOND, &p->timestamp);
    token_read(s);
    if (p->signature == NULL) {
        if (s->all->errors == errors)
            remark_add(s->all, REMARK_SIGNATURE_MISSING, p->security);
        return false;
    }
    signature_read(s);
    body_signed_check(s);
    return true;
}

bool wss_parts_read(struct remarks *all, struct wss_keys *keys, const struct envelope *e,
                    const struct wss_policy *policy, struct wss_parts *ret)
{
    size_t errors = all->errors;
    *ret = (struct wss_parts){0};
    struct survey s = {.all = all, .keys = keys, .e = e, .policy = policy, .parts = ret};
    survey_walk(&s);
    nearly_all_check(&s);
    duplicates_check(&s);
    bool good = header_read(&s, errors) && all->errors == errors && ret->token != NULL && ret->method != NULL;
    vec_release(&s.marks);
    return good;
}
