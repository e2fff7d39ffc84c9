/* Text of pages. Everything that poppler says of signatures is left alone: its verdict is not safe. */
#include <poppler.h>

#include "base/lang.h"
#include "base/limits.h"
#include "document/pdf_text.h"

/* The smallest document there is: opening it makes the library read its tables. */
static const char smallest[] =
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
    "4 0 obj<</Length 33>>stream\nBT /F 9 Tf 9 9 Td (Talaia) Tj ET\n\nendstream endobj\n"
    "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    "xref\n0 6\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n"
    "0000000204 00000 n \n0000000284 00000 n \ntrailer<</Size 6/Root 1 0 R>>\nstartxref\n345\n%%EOF\n";

static bool read_text(struct str bytes, int most_pages, struct buf *to, int *ret_pages, const char **ret_why)
{
    GError *error = NULL;
    GBytes *held = g_bytes_new_static(bytes.p, bytes.n);
    PopplerDocument *document = poppler_document_new_from_bytes(held, NULL, &error);
    g_bytes_unref(held);
    if (document == NULL) {
        *ret_why = error != NULL && error->domain == POPPLER_ERROR && error->code == POPPLER_ERROR_ENCRYPTED
                       ? N_("encrypted")
                       : N_("the pages cannot be read");
        g_clear_error(&error);
        return false;
    }
    int count = poppler_document_get_n_pages(document);
    for (int i = 0; i < count && i < most_pages; i++) {
        PopplerPage *page = poppler_document_get_page(document, i);
        char *text = page == NULL ? NULL : poppler_page_get_text(page);
        struct str cut = str_utf8_cut(str_of(text), to->max - to->n > 1 ? to->max - to->n - 1 : 0);
        buf_add_str(to, cut);
        buf_add_char(to, '\f');
        g_free(text);
        if (page != NULL)
            g_object_unref(page);
    }
    g_object_unref(document);
    *ret_pages = count;
    return true;
}

static void prepare(void)
{
    struct buf to = BUF_INIT(4096);
    int pages;
    const char *why;
    (void)read_text(str_part(smallest, sizeof smallest - 1), 1, &to, &pages, &why);
    buf_release(&to);
}

__attribute__((visibility("default"))) extern const struct pdf_text_api talaia_module;
const struct pdf_text_api talaia_module = {.prepare = prepare, .read = read_text};
