/* A form is a PDF of one page whose one signature covers all of it but itself (PAdES, ETSI EN 319 142-1: a detached CMS
 * with the signing certificate among what is signed). */
#include "papers.h"

#include "base/buf.h"
#include "base/file.h"

enum { FILE_MOST = 1 << 16, PDF_MOST = 1 << 18, SIGNATURE_MOST = 8192, COLUMNS = 8, OBJECTS = 9 };
enum { COLUMN_FP, COLUMN_BODY, COLUMN_COMPANY, COLUMN_CONTACT, COLUMN_EMAIL, COLUMN_ADDRESSES };

struct paper {
    struct arena *arena;
    const struct papers *of;
    struct str cells[COLUMNS];
    const char *body, *nif;
};

/* --- its certificates --- */

static X509 *certificate_of(const struct paper *x, enum certificate_role role, const char *name, struct err *e)
{
    const struct certificate_wish wish = {
        .role = role,
        .common_name = name,
        .organisation = x->body,
        .nif = x->nif,
        .crl = x->of->crl,
        .serial_seed = arena_printf(x->arena, "%s %s %d", x->body, x->nif, (int)role),
        .from = -60,
        .until = 670,
    };
    return certificate_make(&wish, x->of->key, x->of->issuer, e);
}

/* --- the page --- */

/* A line of text as the page writes it: WinAnsi, which is Latin-1 for what names of bodies have. */
static void put_line(struct buf *to, const char *text)
{
    (void)buf_add_char(to, '(');
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        unsigned char c = *p;
        if (c >= 0xc2 && c <= 0xc3 && p[1] != '\0')
            c = (unsigned char)((c & 3u) << 6 | (*++p & 0x3fu));
        if (c == '(' || c == ')' || c == '\\')
            (void)buf_add_char(to, '\\');
        (void)buf_add_char(to, (char)c);
    }
    (void)buf_add_text(to, ") Tj T*\n");
}

static const char *page_text(const struct paper *x, struct err *e)
{
    struct buf text = BUF_INIT(PDF_MOST);
    struct arena *a = x->arena;
    const char *lines[] = {"Formulari d'integració amb Hèstia",
                           arena_printf(a, "Ens: %s", x->body),
                           arena_printf(a, "NIF: %s", x->nif),
                           arena_printf(a, "Empresa: %.*s", STR_ARG(x->cells[COLUMN_COMPANY])),
                           arena_printf(a, "Persona de contacte: %.*s", STR_ARG(x->cells[COLUMN_CONTACT])),
                           arena_printf(a, "Correu electrònic: %.*s", STR_ARG(x->cells[COLUMN_EMAIL])),
                           arena_printf(a, "Adreces IP: %.*s", STR_ARG(x->cells[COLUMN_ADDRESSES]))};
    (void)buf_add_text(&text, "BT /F 12 Tf 20 TL 60 760 Td\n");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        put_line(&text, lines[i]);
    (void)buf_add_text(&text, "ET");
    const char *made = arena_printf(a, "<</Length %zu>>\nstream\n%s\nendstream", text.n, buf_text(&text));
    bool full = buf_full(&text);
    buf_release(&text);
    return full ? (err_set(e, ERR_LIMIT, "%s: the form is too long", x->body), NULL) : made;
}

/* --- the file --- */

/* All objects and the table of where they are; the signature is still empty. */
static bool pdf_write(const struct paper *x, struct buf *to, struct err *e)
{
    static const char zeros[] = "0000000000";
    char *empty = arena_alloc(x->arena, 2 * SIGNATURE_MOST + 1, 1);
    const char *text = page_text(x, e);
    size_t at[OBJECTS] = {0};
    if (text == NULL)
        return false;
    memset(empty, '0', 2 * SIGNATURE_MOST);
    const char *objects[OBJECTS] = {
        [1] = "<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R>>",
        [2] = "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        [3] = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>"
              "/Annots[7 0 R]>>",
        [4] = text,
        [5] = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        [6] = "<</Fields[7 0 R]/SigFlags 3>>",
        [7] = "<</FT/Sig/Type/Annot/Subtype/Widget/F 132/P 3 0 R/Rect[0 0 0 0]/T(Signatura1)/V 8 0 R>>",
        [8] = arena_printf(x->arena,
                           "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 %s %s %s]"
                           "/Contents<%s>>>",
                           zeros, zeros, zeros, empty)};
    (void)buf_add_text(to, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
    for (size_t i = 1; i < OBJECTS; i++) {
        at[i] = to->n;
        (void)buf_add_text(to, arena_printf(x->arena, "%zu 0 obj\n%s\nendobj\n", i, objects[i]));
    }
    size_t table = to->n;
    (void)buf_add_text(to, arena_printf(x->arena, "xref\n0 %d\n0000000000 65535 f \n", OBJECTS));
    for (size_t i = 1; i < OBJECTS; i++)
        (void)buf_add_text(to, arena_printf(x->arena, "%010zu 00000 n \n", at[i]));
    (void)buf_add_text(
        to, arena_printf(x->arena, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", OBJECTS, table));
    return !buf_full(to) || err_set(e, ERR_LIMIT, "%s: the form is too long", x->body);
}

/* --- its signature --- */

static int signature_of(const struct paper *x, X509 *seal, struct str before, struct str after, unsigned char **ret)
{
    BIO *data = BIO_new(BIO_s_mem());
    STACK_OF(X509) *chain = sk_X509_new_null();
    CMS_ContentInfo *cms = NULL;
    const unsigned flags = CMS_DETACHED | CMS_BINARY | CMS_CADES;
    *ret = NULL;
    if (data != NULL && chain != NULL && sk_X509_push(chain, x->of->issuer->certificate) > 0 &&
        BIO_write(data, before.p, (int)before.n) > 0 && BIO_write(data, after.p, (int)after.n) > 0)
        cms = CMS_sign(seal, x->of->key, chain, data, flags);
    int n = cms == NULL ? 0 : i2d_CMS_ContentInfo(cms, ret);
    CMS_ContentInfo_free(cms);
    sk_X509_free(chain);
    BIO_free(data);
    return n;
}

/* What stands between begins with '<' and ends with '>': everything else is signed. */
static bool pdf_sign(const struct paper *x, X509 *seal, struct buf *pdf, struct err *e)
{
    static const char digits[] = "0123456789abcdef";
    char *ranges = memmem(pdf->p, pdf->n, "/ByteRange[", 11), *contents = memmem(pdf->p, pdf->n, "/Contents<", 10);
    unsigned char *der;
    if (ranges == NULL || contents == NULL)
        return err_set(e, ERR_INTERNAL, "%s: the form has no place for its signature", x->body);
    size_t begin = (size_t)(contents + 9 - pdf->p), end = begin + 2 + 2 * (size_t)SIGNATURE_MOST;
    const char *text = arena_printf(x->arena, "/ByteRange[0 %010zu %010zu %010zu]", begin, end, pdf->n - end);
    memcpy(ranges, text, strlen(text));
    int n = signature_of(x, seal, str_part(pdf->p, begin), str_part(pdf->p + end, pdf->n - end), &der);
    bool ok = n > 0 && n <= SIGNATURE_MOST;
    for (int i = 0; ok && i < n; i++) {
        pdf->p[begin + 1 + 2 * (size_t)i] = digits[der[i] >> 4];
        pdf->p[begin + 2 + 2 * (size_t)i] = digits[der[i] & 15];
    }
    OPENSSL_free(der);
    return ok || openssl_fail(e, x->body);
}

static bool paper_make(const struct paper *x, const char *dir, struct err *e)
{
    struct buf pdf = BUF_INIT(PDF_MOST);
    X509 *seal = certificate_of(x, ROLE_SEAL, arena_printf(x->arena, "Segell electrònic de l'%s", x->body), e);
    X509 *cda = seal == NULL ? NULL : certificate_of(x, ROLE_CDA, arena_printf(x->arena, "CDA de l'%s", x->body), e);
    const char *fp = arena_text(x->arena, x->cells[COLUMN_FP]);
    bool ok = cda != NULL && pdf_write(x, &pdf, e) && pdf_sign(x, seal, &pdf, e) &&
              file_write(path_join(x->arena, dir, arena_printf(x->arena, "%s.pdf", fp)), buf_str(&pdf), e) &&
              certificates_write(dir, arena_printf(x->arena, "%s-cda.pem", fp),
                                 (X509 *const[]){cda, x->of->issuer->certificate}, 2, e);
    X509_free(seal);
    X509_free(cda);
    buf_release(&pdf);
    return ok;
}

/* The body among those that `--bodies` gave, for its number. */
static bool owner_find(struct paper *x, struct err *e)
{
    char nif[16];
    x->body = arena_text(x->arena, x->cells[COLUMN_BODY]);
    for (size_t i = 0; i < farm_case_count; i++) {
        const struct farm_case *c = &farm_cases[i];
        if (c->body == NULL || strcmp(c->body, x->body) != 0 || c->owner != OF_BODY)
            continue;
        x->nif = arena_strdup(x->arena, owner_nif(x->of->plan, c, nif));
        return true;
    }
    return err_set(e, ERR_FORMAT, "%s: no body of the farm is called so; give --bodies", x->body);
}

bool papers_make(const struct papers *p, const char *file, struct err *e)
{
    struct arena a = {0};
    struct buf text = BUF_INIT(FILE_MOST);
    const char *dir = path_join(&a, p->dir, "papers");
    bool ok = file_read(file, &text, e) && file_make_dirs(dir, e);
    struct str rest = buf_str(&text), line;
    (void)str_split(&rest, '\n', &line); /* the header */
    while (ok && str_split(&rest, '\n', &line)) {
        struct paper x = {.arena = &a, .of = p};
        for (size_t i = 0; line.n > 0 && i < COLUMNS; i++)
            (void)str_split(&line, ';', &x.cells[i]);
        if (x.cells[COLUMN_ADDRESSES].n > 0)
            ok = owner_find(&x, e) && paper_make(&x, dir, e);
    }
    buf_release(&text);
    arena_release(&a);
    return ok;
}
