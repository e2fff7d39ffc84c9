/* Private to document's module: an open PDF and a walk over all that can be reached in it. */
#ifndef TALAIA_DOCUMENT_PDF_QPDF_H
#define TALAIA_DOCUMENT_PDF_QPDF_H

#include <qpdf/qpdf-c.h>

#include "document/pdf.h"

struct pdf_id {
    int number, generation;
};

/* Every indirect object that was met, each once. */
struct pdf_met {
    struct pdf_id *slots; /* number 0: free */
    size_t capacity, count;
};

struct pdf {
    qpdf_data q;
    struct arena *arena;
    const char *damaged; /* the first reason, "" */
    bool encrypted;      /* it needs a password */
};

/* `bytes` stay the caller's and must stay. What is wrong with it is in `damaged`; close it in any case. */
void pdf_open(struct pdf *p, struct arena *a, struct str bytes);
/* As readers of PDF 1.4 see it: streams of references are passed over. */
void pdf_open_tables(struct pdf *p, struct arena *a, struct str bytes);
void pdf_close(struct pdf *p);
void pdf_damage(struct pdf *p, const char *why);
/* Takes errors and warnings of the library over into `damaged`. True when there is none. */
bool pdf_sound(struct pdf *p);

bool pdf_name_is(struct pdf *p, qpdf_oh o, const char *name);
/* A name without its slash, or a string, as text that may be shown. "" for anything else. In the arena. */
const char *pdf_text(struct pdf *p, qpdf_oh o);
bool pdf_is_container(struct pdf *p, qpdf_oh o);

/* True when it was not there yet. */
bool pdf_meet(struct pdf_met *m, struct pdf_id id);
bool pdf_has_met(const struct pdf_met *m, struct pdf_id id);
void pdf_met_release(struct pdf_met *m);

/* Calls `look` for every dictionary (of a stream too) that can be reached from the trailer. */
typedef void pdf_look(void *context, struct pdf *p, qpdf_oh dictionary, bool of_stream, struct pdf_id id);
void pdf_walk(struct pdf *p, struct pdf_met *met, pdf_look *look, void *context);

/* Calls for every field that ends a branch of the form. `name`: whole. */
struct pdf_leaf {
    const char *name;
    qpdf_oh field, value; /* value: its own or inherited */
    const char *type;     /* "Tx", "Sig", …; its own or inherited */
};
typedef void pdf_at_leaf(void *context, struct pdf *p, const struct pdf_leaf *leaf);
void pdf_form_walk(struct pdf *p, pdf_at_leaf *at, void *context);

/* pdf_compare.c */
enum pdf_change pdf_compare(struct arena *a, struct str before, struct str after, int permits, const char **ret_what);
/* A hybrid file (ISO 32000-1 §7.5.8.4) in which a table and the stream beside it give an object two contents. */
bool pdf_is_twofold(struct arena *a, struct str bytes);

#endif
