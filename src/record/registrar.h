/* The registry's rows as one import brings them: what is new, changed, back, the same, gone (procedure A1).
 *
 * Identity: the registry's row id when the source gives it, else description + province + municipality. */
#ifndef TALAIA_RECORD_REGISTRAR_H
#define TALAIA_RECORD_REGISTRAR_H

#include "base/buf.h"
#include "base/mem.h"
#include "core/certificate.h"
#include "store/store.h"

/* Columns that a source lacks as a whole: it says nothing about them, and what is known of a body stays. */
enum registry_lack {
    LACKS_PROVINCE = 1,
    LACKS_MUNICIPALITY = 2,
    LACKS_PLATFORM = 4,
    LACKS_ENDPOINT = 8,
    LACKS_CDS = 16,
    LACKS_CDA = 32,
};

/* One row, validated. Spans live until the next row. */
struct registry_values {
    unsigned lacks;       /* enum registry_lack */
    struct str source_id; /* n == 0 when the source gives none */
    struct str key;       /* body_key() */
    struct str description, province, municipality, endpoint;
    struct str ine10; /* n == 0 when the source gives none */
    enum platform platform;
    day_t expires[CERT_KINDS];
};

/* Folded description, province and municipality without leading zeros, as one key. The folding is left in `scratch`. */
void body_key(struct buf *to, struct arena *scratch, struct str description, struct str province,
              struct str municipality);

enum registered {
    REGISTERED_NEW,
    REGISTERED_CHANGED,
    REGISTERED_RETURNED, /* it had been gone */
    REGISTERED_SAME,
    REGISTERED_DUPLICATE, /* this import has already had the body: nothing was done */
    REGISTERED_AMBIGUOUS, /* no row id, and several bodies have this key: nothing was done */
};

/* What was there before a change, for the summary. Text is valid until the next call. */
struct registered_before {
    struct str description, province, municipality, endpoint, ine10;
    enum platform platform;
    day_t expires[CERT_KINDS];
    int64_t row; /* REGISTERED_DUPLICATE: the row that had it first, 0 when not known */
};

/* One import in flight, in the caller's transaction. Holds one bit per body of the store. */
struct registrar;
bool registrar_open(struct tx *tx, int64_t import_id, struct registrar **ret, struct err *e);
bool registrar_put(struct registrar *r, const struct registry_values *v, int64_t row, enum registered *ret,
                   struct registered_before *ret_before, struct err *e);
/* A row that is refused although its body is known: the body keeps its values and has not vanished. */
bool registrar_keep(struct registrar *r, const struct registry_values *v, struct err *e);
/* How many bodies the registry had before this import, and how many of them the import did not have. */
bool registrar_missing(struct registrar *r, int64_t *ret_before, int64_t *ret_missing, struct err *e);
/* Marks the missing ones as gone; calls `each` for every one. */
bool registrar_close(struct registrar *r, void (*each)(void *context, const char *description), void *context,
                     struct err *e);
void registrar_free(struct registrar *r); /* NULL is fine */

#endif
