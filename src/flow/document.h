/* Documents checked on arrival (procedures.md B2, core/document.h): for the workflow, commands and pages.
 *
 *     struct document_asked w = {.nif = "P0800100J", .provider_nif = "", .name = "Ajuntament d'Exemple"};
 *     struct document doc;
 *     if (!document_check(&desk, &desk.arena, file_name, bytes, &w, &doc, e))
 *         …                                   // it could not be looked at: no verdict, e says why
 *     else if (doc.verdict == DOCUMENT_VALID) …
 *
 * The bytes are read by a process of its own (src/document) that has no files, no network and little time and memory;
 * what it says comes back as values. The authorities are asked afterwards, from here, only about chains that are
 * trusted and only where net/guard allows. Nothing is written: who calls keeps what it wants. Takes up to
 * LIMIT_DOCUMENT_SECONDS and the authorities' time: call it outside of a transaction. */
#ifndef TALAIA_FLOW_DOCUMENT_H
#define TALAIA_FLOW_DOCUMENT_H

#include "core/document.h"
#include "flow/desk.h"

struct document_asked {
    const char *ine10;        /* whose it is: its addresses are known by it; NULL or "" */
    const char *nif;          /* the body's tax number; NULL or "": not known, then the signer's is for a person */
    const char *provider_nif; /* of the company that integrates in its name; NULL or "" */
    bool authorised;          /* the body's written authorisation for that company is there */
    bool offline;             /* the authorities are not asked: nothing is VALID then that needs them */
};

/* True when the file was looked at, whatever came of it. False: it could not be (ERR_INTERNAL, ERR_MODULE, a store that
 * does not answer); that says nothing of the file. `ret` lives in the arena, with copies of all it needs. */
bool document_check(struct desk *d, struct arena *a, const char *name, struct str bytes, const struct document_asked *w,
                    struct document *ret, struct err *e);

/* Addresses that somebody wrote (a mail, a form of the desk), as those of a document are judged: syntax, public,
 * width, other bodies'. `ine10`: whose they are to be, "" when not known. One transaction that reads. */
bool document_addresses(struct desk *d, struct arena *a, const char *ine10, const struct str *texts, size_t count,
                        const struct document_address **ret, struct err *e);

/* Sentence and advice of a reason in the desk's language. In the arena. */
const char *document_sentence(struct arena *a, enum lang lang, const struct document_reason *r);
const char *document_advice(struct arena *a, enum lang lang, const struct document_reason *r);

#endif
