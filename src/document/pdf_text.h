/* The text of a PDF's pages, as a reader shows it. On poppler, in a module (talaia-pdftext.so) that only the process
 * for it loads. Private to document. */
#ifndef TALAIA_DOCUMENT_PDF_TEXT_H
#define TALAIA_DOCUMENT_PDF_TEXT_H

#include "base/buf.h"

struct pdf_text_api {
    /* Loads whatever it will need, while files can still be opened. */
    void (*prepare)(void);
    /* The pages' texts, a form feed behind each. False with a reason in English. `to` full: the rest is left out. */
    bool (*read)(struct str bytes, int most_pages, struct buf *to, int *ret_pages, const char **ret_why);
};

#endif
