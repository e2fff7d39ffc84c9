/* What a PDF says of itself, as plain values: its signatures as they stand (nothing of them is believed), its form, and
 * what in it could deceive. On libqpdf, in a module (talaia-pdf.so); called only in the process that reads documents
 * (child.h). Recovery is off: a PDF that would have to be repaired is damaged. Private to document. */
#ifndef TALAIA_DOCUMENT_PDF_H
#define TALAIA_DOCUMENT_PDF_H

#include "base/err.h"
#include "core/document.h"

#define PDF_RANGES_KEPT 8

struct pdf_signature {
    const char *field;               /* "" when it belongs to none */
    int fields;                      /* how many have it as their value: one is right */
    const char *type, *subfilter;    /* "Sig", "DocTimeStamp"; "ETSI.CAdES.detached"; "" */
    struct str contents;             /* as the file's reader sees it */
    bool has_contents, ranges_whole; /* ranges_whole: all of them are whole numbers */
    long long ranges[PDF_RANGES_KEPT];
    size_t range_count; /* may be more than are kept */
    bool certifies;
    int permits;
};

struct pdf_facts {
    const char *damaged; /* why, "" */
    bool encrypted;
    int pages;
    const struct document_reason *reasons; /* scripts, files, … each once */
    size_t reason_count;
    const struct pdf_signature *signatures;
    size_t signature_count, signature_total;
    const char *const *empty; /* fields for signatures that nobody made */
    size_t empty_count;
    const struct document_field *fields;
    size_t field_count;
    const struct str *certificates; /* DER, of the proofs for long (DSS): only to complete chains with */
    size_t certificate_count;
    const struct str *ocsps, *crls; /* of them too: answers of authorities (ISO 32000-2 §12.8.4.3), DER */
    size_t ocsp_count, crl_count;
};

enum pdf_change {
    PDF_CHANGED,    /* what is seen may have changed, or it could not be told */
    PDF_REWRITTEN,  /* PDF_CHANGED, and beyond doubt: the contents of a signed page are others */
    PDF_ADDED_PROOF /* only what proves signatures for long: DSS, time stamps over the document, or nothing */
};

struct pdf_api {
    /* Never fails: what cannot be read is `damaged`. Texts in the arena, safe to show. */
    void (*examine)(struct arena *a, struct str bytes, struct pdf_facts *ret);
    /* The same for its form alone: fields and pages. */
    void (*form)(struct arena *a, struct str bytes, struct pdf_facts *ret);
    /* What became of the revision `before`, which is the beginning of `after`. `permits`: what else is in order, of a
     * certification (2 filling in and signing, 3 remarks too), 0 nothing. *ret_what: English, what changed or was
     * added. */
    enum pdf_change (*compare)(struct arena *a, struct str before, struct str after, int permits,
                               const char **ret_what);
};

#endif
