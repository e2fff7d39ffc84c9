/* Reads a WSDL and judges it; does not fetch, does not remember. */
#include "probe/wsdl.h"

#include <sodium.h>

#include "base/text.h"
#include "net/xml_safe.h"

#define WSDL_1 "http://schemas.xmlsoap.org/wsdl/"
#define WSDL_2 "http://www.w3.org/ns/wsdl"

/* A name or an address out of the document, for people. */
static const char *shown(struct arena *a, const char *text)
{
    struct str s = str_of(text), cut = str_utf8_cut(s, LIMIT_URL_SHOWN_BYTES);
    const char *clean = text_clean(a, cut, false);
    return cut.n < s.n ? arena_printf(a, "%s…", clean) : clean;
}

/* False when it is there already. */
static bool list_add(struct arena *a, struct wsdl_list *list, const char *text)
{
    const char *item = shown(a, text);
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], item) == 0)
            return false;
    if (list->count == LIMIT_WSDL_LISTED) {
        list->more = true;
        return false;
    }
    if (list->items == NULL)
        list->items = arena_array(a, const char *, LIMIT_WSDL_LISTED);
    list->items[list->count++] = item;
    return true;
}

static const char *joined(struct arena *a, const struct wsdl_list *list)
{
    enum { MOST = 3 };
    const char *text = "";
    for (size_t i = 0; i < list->count && i < MOST; i++)
        text = arena_printf(a, "%s%s%s", text, i == 0 ? "" : ", ", list->items[i]);
    return list->count > MOST || list->more ? arena_printf(a, "%s…", text) : text;
}

/* --- is it a web page? --- */

static bool starts_nocase(struct str s, const char *prefix)
{
    return s.n >= strlen(prefix) && str_is_nocase(str_part(s.p, strlen(prefix)), prefix);
}

/* Without XML declaration and comments, which pages have too. */
static struct str prolog_skip(struct str s)
{
    for (;;) {
        s = str_trim(s);
        const char *end = str_starts(s, "<?") ? "?>" : str_starts(s, "<!--") ? "-->" : NULL;
        const char *at = end == NULL ? NULL : memmem(s.p, s.n, end, strlen(end));
        if (at == NULL)
            return s;
        at += strlen(end);
        s = str_part(at, s.n - (size_t)(at - s.p));
    }
}

static bool looks_html(struct str body)
{
    static const char *const starts[] = {"<!doctype html", "<html", "<head", "<title", "<body", "<script"};
    struct str s = prolog_skip(body);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        size_t n = strlen(starts[i]);
        if (starts_nocase(s, starts[i]) && (s.n == n || memchr(" \t\r\n>/", s.p[n], 6) != NULL))
            return true;
    }
    return false;
}

static bool is_html_type(const char *content_type)
{
    struct str type = str_of(content_type);
    return starts_nocase(type, "text/html") || starts_nocase(type, "application/xhtml");
}

/* "utf-8" of `text/xml; charset="utf-8"`; NULL when not stated. */
static const char *charset_of(struct arena *a, const char *content_type)
{
    struct str rest = str_of(content_type), part;
    while (str_split(&rest, ';', &part)) {
        part = str_trim(part);
        if (!starts_nocase(part, "charset="))
            continue;
        part = str_part(part.p + 8, part.n - 8);
        if (part.n >= 2 && part.p[0] == '"' && part.p[part.n - 1] == '"')
            part = str_part(part.p + 1, part.n - 2);
        return arena_text(a, part);
    }
    return NULL;
}

/* --- what is in it --- */

/* Operations of 2.0 bindings are QNames in `ref`; the rest have a `name`. */
static const char *operation_name(const xmlNode *n)
{
    const char *name = xml_attribute(n, "name"), *ref = xml_attribute(n, "ref");
    if (name != NULL || ref == NULL)
        return name;
    const char *colon = strchr(ref, ':');
    return colon == NULL ? ref : colon + 1;
}

static bool is_holder(const xmlNode *n, const char *uri)
{
    return xml_is(n, uri, "portType") || xml_is(n, uri, "interface") || xml_is(n, uri, "binding");
}

static bool has_operation(const xmlNode *root, const char *uri, const char *wanted)
{
    for (const xmlNode *n = xml_child(root, NULL, NULL); n != NULL; n = xml_next(n, NULL, NULL)) {
        if (!is_holder(n, uri))
            continue;
        for (const xmlNode *o = xml_child(n, uri, "operation"); o != NULL; o = xml_next(o, uri, "operation")) {
            const char *name = operation_name(o);
            if (name != NULL && strcmp(name, wanted) == 0)
                return true;
        }
    }
    return false;
}

static void operations_read(struct arena *a, const xmlNode *root, const char *uri, struct wsdl *w)
{
    for (const xmlNode *n = xml_child(root, NULL, NULL); n != NULL; n = xml_next(n, NULL, NULL)) {
        w->imports = w->imports || xml_is(n, uri, "import") || xml_is(n, uri, "include");
        if (!is_holder(n, uri))
            continue;
        for (const xmlNode *o = xml_child(n, uri, "operation"); o != NULL; o = xml_next(o, uri, "operation"))
            if (operation_name(o) != NULL)
                (void)list_add(a, &w->operations, operation_name(o));
    }
}

/* Takes one address of a service: kept to be shown and, when it is at another place than asked, told. What cannot be
 * read as an address leads nowhere: the placeholder of a tool, for example. */
static void address_read(struct arena *a, const char *text, const struct url *asked, struct wsdl *w,
                         struct wsdl_list *differing)
{
    struct url u;
    struct err ignored = {.lang = LANG_EN};
    if (text == NULL || !list_add(a, &w->addresses, text) || asked == NULL)
        return;
    if (!url_parse(str_trim(str_of(text)), &u, &ignored) || !url_same_place(&u, asked))
        (void)list_add(a, differing, text[0] == '\0' ? "\"\"" : text);
}

static bool is_address(const xmlNode *n)
{
    return xml_is(n, "http://schemas.xmlsoap.org/wsdl/soap/", "address") ||
           xml_is(n, "http://schemas.xmlsoap.org/wsdl/soap12/", "address") ||
           xml_is(n, "http://schemas.xmlsoap.org/wsdl/http/", "address");
}

static void services_read(struct arena *a, const xmlNode *root, const char *uri, const struct url *asked,
                          struct wsdl *w, struct wsdl_list *differing)
{
    for (const xmlNode *s = xml_child(root, uri, "service"); s != NULL; s = xml_next(s, uri, "service")) {
        if (xml_attribute(s, "name") != NULL)
            (void)list_add(a, &w->services, xml_attribute(s, "name"));
        for (const xmlNode *p = xml_child(s, uri, "port"); p != NULL; p = xml_next(p, uri, "port"))
            for (const xmlNode *n = xml_child(p, NULL, NULL); n != NULL; n = xml_next(n, NULL, NULL))
                if (is_address(n))
                    address_read(a, xml_attribute(n, "location"), asked, w, differing);
        for (const xmlNode *p = xml_child(s, uri, "endpoint"); p != NULL; p = xml_next(p, uri, "endpoint"))
            address_read(a, xml_attribute(p, "address"), asked, w, differing);
    }
}

/* With every declaration kept, because the types and bindings of a WSDL are QNames in values. Relative namespaces have
 * no canonical form: then the bytes themselves. */
static void hash_make(xmlDoc *doc, struct str body, char ret[WSDL_HASH_TEXT_BYTES])
{
    unsigned char hash[XML_HASH_BYTES];
    xml_strip_formatting(doc);
    if (!xml_hash(doc, NULL, XML_C14N_INCLUSIVE, hash))
        (void)crypto_hash_sha256(hash, (const unsigned char *)body.p, body.n);
    (void)sodium_bin2hex(ret, WSDL_HASH_TEXT_BYTES, hash, sizeof hash);
}

static void contract_read(struct arena *a, xmlDoc *doc, const char *uri, struct str body, const struct wsdl_ask *ask,
                          struct wsdl *w)
{
    struct wsdl_list missing = {0}, differing = {0};
    const xmlNode *root = xml_root(doc);
    const char *target = xml_attribute(root, "targetNamespace");
    w->target_namespace = target == NULL ? "" : shown(a, target);
    operations_read(a, root, uri, w);
    services_read(a, root, uri, ask->url, w, &differing);
    bool elsewhere = w->imports && w->operations.count == 0;
    for (size_t i = 0; i < ask->operation_count && !elsewhere; i++)
        if (!has_operation(root, uri, ask->operations[i]))
            (void)list_add(a, &missing, ask->operations[i]);
    hash_make(doc, body, w->hash);
    w->verdict = missing.count > 0 ? APPLICATION_OPERATION : differing.count > 0 ? APPLICATION_ADDRESS : APPLICATION_OK;
    w->detail = joined(a, missing.count > 0 ? &missing : &differing);
}

static void tree_read(struct arena *a, xmlDoc *doc, struct str body, const struct wsdl_ask *ask, struct wsdl *w)
{
    const xmlNode *root = xml_root(doc);
    if (xml_is(root, WSDL_1, "definitions")) {
        contract_read(a, doc, WSDL_1, body, ask, w);
    } else if (xml_is(root, WSDL_2, "description")) {
        contract_read(a, doc, WSDL_2, body, ask, w);
    } else {
        const char *uri = root->ns == NULL ? NULL : (const char *)root->ns->href, *name = (const char *)root->name;
        w->verdict = str_is_nocase(str_of(name), "html") ? APPLICATION_HTML : APPLICATION_NOT_WSDL;
        w->detail = shown(a, uri == NULL ? name : arena_printf(a, "{%s}%s", uri, name));
    }
}

void wsdl_examine(struct arena *a, struct str body, const struct wsdl_ask *ask, struct wsdl *ret)
{
    xml_doc_auto doc = NULL;
    struct xml_fault fault = {0};
    struct wsdl w = {.verdict = APPLICATION_NOT_XML, .detail = "", .target_namespace = ""};
    const char *type = ask->content_type == NULL ? "" : ask->content_type;
    enum xml_outcome outcome = xml_parse(body, charset_of(a, type), &doc, &fault);
    if (outcome == XML_SAFE_OK) {
        tree_read(a, doc, body, ask, &w);
    } else if (outcome == XML_SAFE_EMPTY) {
        w.verdict = APPLICATION_EMPTY;
    } else if (looks_html(body) || (is_html_type(type) && outcome != XML_SAFE_DTD)) {
        w.verdict = APPLICATION_HTML;
    } else {
        w.verdict = outcome == XML_SAFE_DTD ? APPLICATION_DTD : APPLICATION_NOT_XML;
        w.fault = outcome == XML_SAFE_DTD ? NULL : fault.what;
        w.line = fault.line;
    }
    *ret = w;
}
