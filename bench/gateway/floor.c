/* The floor of the gateway: floor MESSAGE SCHEMA KEY.PEM SECONDS. Does only what cannot be left out (parse,
 * canonicalise, digest, verify with the key at hand, validate), on the same bytes again and again, and prints how many
 * in a second of CPU. It looks for nothing, explains nothing and trusts the place of everything. */
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct floor {
    char *text;
    int bytes;
    xmlSchemaValidCtxt *schema;
    EVP_PKEY *key;
    EVP_MD *md;
};

static void die(const char *what)
{
    fprintf(stderr, "floor: %s\n", what);
    exit(1);
}

static double cpu_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static xmlNode *find(xmlNode *n, const char *name)
{
    for (; n != NULL; n = n->next) {
        if (n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0)
            return n;
        xmlNode *inside = n->type == XML_ELEMENT_NODE ? find(n->children, name) : NULL;
        if (inside != NULL)
            return inside;
    }
    return NULL;
}

static int is_inside(void *top, xmlNode *n, xmlNode *parent)
{
    if (n != NULL && n->type == XML_NAMESPACE_DECL)
        n = parent;
    while (n != NULL && n != top)
        n = n->parent;
    return n != NULL;
}

static xmlBuffer *canonical(xmlDoc *doc, xmlNode *n)
{
    xmlBuffer *to = xmlBufferCreate();
    xmlOutputBuffer *out = xmlOutputBufferCreateBuffer(to, NULL);
    if (xmlC14NExecute(doc, is_inside, n, XML_C14N_EXCLUSIVE_1_0, NULL, 0, out) < 0)
        die("c14n");
    (void)xmlOutputBufferClose(out);
    return to;
}

static int text_decode(xmlNode *n, unsigned char *to)
{
    const char *text = (const char *)n->children->content;
    int bytes = EVP_DecodeBlock(to, (const unsigned char *)text, (int)strlen(text));
    for (size_t i = strlen(text); i > 0 && text[i - 1] == '='; i--)
        bytes--;
    return bytes;
}

/* Each Reference names the element after the last; the message of the bench signs Body, then Timestamp. */
static void digests_check(const struct floor *f, xmlDoc *doc, xmlNode *info)
{
    static const char *const parts[] = {"Body", "Timestamp"};
    int i = 0;
    for (xmlNode *r = info->children; r != NULL; r = r->next) {
        if (r->type != XML_ELEMENT_NODE || strcmp((const char *)r->name, "Reference") != 0)
            continue;
        unsigned char made[EVP_MAX_MD_SIZE], said[EVP_MAX_MD_SIZE + 8];
        unsigned n = 0;
        xmlBuffer *form = canonical(doc, find(doc->children, parts[i++]));
        (void)EVP_Digest(xmlBufferContent(form), (size_t)xmlBufferLength(form), made, &n, f->md, NULL);
        if (text_decode(find(r->children, "DigestValue"), said) != (int)n || memcmp(made, said, n) != 0)
            die("digest");
        xmlBufferFree(form);
    }
    if (i == 0)
        die("nothing is signed");
}

static void once(const struct floor *f)
{
    xmlDoc *doc = xmlReadMemory(f->text, f->bytes, NULL, NULL, XML_PARSE_NONET);
    if (doc == NULL)
        die("XML");
    xmlNode *info = find(doc->children, "SignedInfo");
    digests_check(f, doc, info);
    unsigned char value[1024];
    int bytes = text_decode(find(doc->children, "SignatureValue"), value);
    xmlBuffer *form = canonical(doc, info);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (EVP_DigestVerifyInit(ctx, NULL, f->md, NULL, f->key) != 1 ||
        EVP_DigestVerify(ctx, value, (size_t)bytes, xmlBufferContent(form), (size_t)xmlBufferLength(form)) != 1)
        die("signature");
    EVP_MD_CTX_free(ctx);
    xmlBufferFree(form);
    if (xmlSchemaValidateOneElement(f->schema, find(doc->children, "Peticion")) != 0)
        die("schema");
    xmlFreeDoc(doc);
}

static char *file_read(const char *path, int *ret)
{
    static char text[4 << 20];
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        die(path);
    *ret = (int)fread(text, 1, sizeof text, in);
    (void)fclose(in);
    return text;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        die("MESSAGE SCHEMA KEY.PEM SECONDS");
    struct floor f = {.md = EVP_MD_fetch(NULL, "SHA256", NULL)};
    f.text = file_read(argv[1], &f.bytes);
    xmlSchema *schema = xmlSchemaParse(xmlSchemaNewParserCtxt(argv[2]));
    f.schema = schema == NULL ? NULL : xmlSchemaNewValidCtxt(schema);
    FILE *key = fopen(argv[3], "r");
    f.key = key == NULL ? NULL : PEM_read_PUBKEY(key, NULL, NULL, NULL);
    if (f.schema == NULL || f.key == NULL)
        die("schema or key");
    double seconds = strtod(argv[4], NULL), began = cpu_seconds(), used = 0;
    long count = 0;
    for (; used < seconds; used = cpu_seconds() - began)
        for (int i = 0; i < 50; i++, count++)
            once(&f);
    printf("%.0f\n", (double)count / used);
    return 0;
}
