/* Files of integrations: the bytes as they came, the verdict on them (core/document.h), what was found in them, and
 * what a person made of it. */
#ifndef TALAIA_RECORD_INTEGRATION_FILE_H
#define TALAIA_RECORD_INTEGRATION_FILE_H

#include "base/buf.h"
#include "base/mem.h"
#include "record/by.h"
#include "store/store.h"

/* X(NAME, "code", words) */
#define INTEGRATION_ROLES(X)                                                                                           \
    X(FORM, "form", N_("integration form"))                                                                            \
    X(CDA, "cda", N_("CDA"))                                                                                           \
    X(OTHER, "other", N_("other document"))                                                                            \
    X(NEXT, "next", N_("new CDA")) /* to take the place of the one in force (record/integration_cda.h) */
enum integration_role {
#define X(name, ...) INTEGRATION_ROLE_##name,
    INTEGRATION_ROLES(X)
#undef X
        INTEGRATION_ROLE_COUNT
};
const char *integration_role_code(enum integration_role r);
const char *integration_role_words(enum integration_role r); /* English, for tr() */
bool integration_role_parse(struct str code, enum integration_role *ret);

struct integration_file {
    int64_t id, integration_id;
    enum integration_role role;
    const char *name, *sha256, *source;
    int64_t bytes;
    const char *kind, *verdict; /* codes of core/document.h */
    const char *signer, *signer_nif, *fingerprint;
    instant_t signed_at, not_after;
    instant_t accepted; /* INSTANT_NONE: nobody took it by hand */
    const char *accepted_who, *accepted_why;
    bool replaced;
    instant_t until; /* a CDA whose place another one took counts until then; else INSTANT_NONE */
    instant_t at;
    const char *who;
};
/* X(NAME, "code") */
#define INTEGRATION_FINDINGS(X)                                                                                        \
    X(REASON, "reason")   /* code: of a reason; text: what; other; day */                                              \
    X(VALUE, "value")     /* code: of a value of the form; text: the value; other: where it stands */                  \
    X(ADDRESS, "address") /* code: "good" or "refused"; text: the range; other: where it stands */
enum integration_finding_kind {
#define X(name, ...) INTEGRATION_FINDING_##name,
    INTEGRATION_FINDINGS(X)
#undef X
        INTEGRATION_FINDING_KINDS
};
struct integration_finding {
    enum integration_finding_kind kind;
    const char *code, *text, *other;
    day_t day;
};

/* Keeps it; the others of its role that were there are replaced (not those of role OTHER). The bytes are kept too,
 * unless `bytes.p` is NULL (a private key). */
bool integration_file_add(struct tx *tx, const struct by *by, const struct integration_file *f, struct str bytes,
                          const struct integration_finding *findings, size_t count, int64_t *ret_id, struct err *e)
    __attribute__((warn_unused_result));
/* Oldest first, replaced ones too. */
bool integration_files_load(struct tx *tx, struct arena *a, int64_t integration_id, struct integration_file **ret,
                            size_t *ret_count, struct err *e);
bool integration_findings_load(struct tx *tx, struct arena *a, int64_t file_id, struct integration_finding **ret,
                               size_t *ret_count, struct err *e);
/* Adds its bytes to the buffer; *ret_found false: none are kept. */
bool integration_file_bytes(struct tx *tx, int64_t file_id, struct buf *to, bool *ret_found, struct err *e);
/* A person looked at it and takes it. */
bool integration_file_accept(struct tx *tx, const struct by *by, int64_t file_id, const char *why, struct err *e)
    __attribute__((warn_unused_result));
/* It does not count any more. */
bool integration_file_replace(struct tx *tx, int64_t file_id, struct err *e) __attribute__((warn_unused_result));

#endif
