/* Documents of bodies: the file as bytes becomes facts (core/document.h).
 *
 * The bytes are a stranger's, so they are read by `talaia-document`, a process of this same program that begins for one
 * file, can open and reach nothing once it has it (base/sandbox), may use little time and memory, and ends. Whoever has
 * the store and the keys only reads what it says:
 *
 *     document_read(&how, bytes, &arena, &doc, e)      // starts it, waits, takes the facts
 *     … asks the authorities …                         // flow/document.h
 *     document_judge(&arena, &wanted, &doc)            // core/document.h
 */
#ifndef TALAIA_DOCUMENT_DOCUMENT_H
#define TALAIA_DOCUMENT_DOCUMENT_H

#include <jansson.h>

#include "base/err.h"
#include "core/document.h"

struct document_how {
    const char *bundle;         /* the system's authorities, "" for none */
    const char *const *anchors; /* more: PEM files */
    size_t anchor_count;
    instant_t now;
    enum lang lang;           /* of the details of chains */
    const struct str *learnt; /* DER of intermediates that were fetched; they are not trusted by themselves */
    size_t learnt_count;      /* at most LIMIT_CHAIN_CERTS */
};

/* Facts without a judgement: kind, reasons found while reading, signatures, certificate, values, text. `name` is kept
 * as text that may be shown. True when it was looked at, also when the process died of it (reason EXHAUSTED). */
bool document_read(const struct document_how *how, const char *name, struct str bytes, struct arena *a,
                   struct document *ret, struct err *e);

/* Name, hash and size of a document: of what is filed, where that is not what was read. */
void document_identify(struct arena *a, const char *name, struct str bytes, struct document *d);

/* For main, before anything else: runs and ends the process when that is what was started; else returns. */
void document_child(int argc, char **argv);

/* All of it as JSON: what the process says, and what `talaia document check --json` prints and the workflow keeps. */
json_t *document_json(const struct document *d);
/* And back; false when it is none of these. Everything in the arena. */
bool document_parse(struct arena *a, const json_t *value, struct document *ret);

/* What the process does, for tests and fuzzing: in this process. `trust` may be NULL. */
struct trust;
void document_read_here(struct arena *a, struct str bytes, struct trust *trust, instant_t now, enum lang lang,
                        struct document *ret);

#endif
