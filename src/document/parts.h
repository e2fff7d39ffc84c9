/* Private to document: the parts of reading, all called in the process that reads (child.h). */
#ifndef TALAIA_DOCUMENT_PARTS_H
#define TALAIA_DOCUMENT_PARTS_H

#include "document/document.h"
#include "document/pdf.h"
#include "pki/trust.h"

struct reading {
    struct arena *arena;
    struct trust *trust; /* NULL: nobody is trusted */
    instant_t now;
    enum lang lang;
    const struct pdf_api *pdf; /* NULL: no PDF can be read */
    struct document *d;
    const struct pdf_facts *proofs; /* what the PDF brings to prove its signatures; NULL */
    VEC(struct document_reason) reasons;
    VEC(struct document_signature) signatures;
};

/* `signature` -1: of the document. More than LIMIT_DOCUMENT_REASONS are dropped but for the first of each grade. */
void reading_say(struct reading *r, enum document_reason_code code, int signature, const char *what, const char *other);

/* certificate.c: the facts of a chain whose first certificate it is about. False when that cannot be read. */
bool certificate_facts(struct reading *r, const struct str *chain, size_t count, struct document_certificate *ret,
                       size_t *ret_unused);
void read_certificates(struct reading *r, struct str bytes);

/* inside.c: what answers of authorities inside of the document say of that certificate and of those above it, where
 * its chain is trusted. `archive`: those of its signature, empty for none; `since`: when it signed. */
void read_inside(struct reading *r, struct str archive, instant_t since, struct document_certificate *c);
/* The least of one certificate, for read_inside and fuzzing. `signer`: it is to be from after `since`, and not old. */
struct inside_question {
    const struct str *ocsps, *crls;
    size_t ocsp_count, crl_count;
    struct str leaf, issuer;
    bool signer;
    instant_t since, now;
};
void inside_look(struct arena *a, const struct inside_question *q, struct document_inside *ret);

/* signature.c: where it is and what it covers, then its bytes; adds it to r->signatures. */
void read_signature(struct reading *r, struct str bytes, const struct pdf_signature *s);

/* pdf.c */
void read_pdf(struct reading *r, struct str bytes);

#endif
