/* What is remembered of requests at the gateway: one row each, the ids that were answered, the signed messages that
 * were answered; many at once, in one transaction.
 *
 *     struct gateway_entry entries[n] = …;
 *     if (tx_begin(store, TX_WRITE, &tx, e) && gateway_log_write(&tx, marks, entries, n, e) && tx_commit(&tx, e)) …
 *     gateway_marks_committed(marks);
 *     // now each entry says whether it was first, and may be answered
 *
 * Texts must be safe to keep: known words, codes, or what gateway_text_kept made. flow/gateway.h makes entries so. */
#ifndef TALAIA_RECORD_GATEWAY_LOG_H
#define TALAIA_RECORD_GATEWAY_LOG_H

#include "record/gateway.h"
#include "record/gateway_async.h"
#include "record/gateway_marks.h"

/* X(NAME, "code") */
#define GATEWAY_LOG_KINDS(X)                                                                                           \
    X(SYNC, "sync")                                                                                                    \
    X(ASYNC, "async")                                                                                                  \
    X(POLL, "poll")
#define X(name, ...) GATEWAY_LOG_##name,
enum gateway_log_kind { GATEWAY_LOG_KINDS(X) GATEWAY_LOG_KIND_COUNT };
#undef X
const char *gateway_log_kind_code(enum gateway_log_kind k);

struct gateway_log_row {
    int64_t id;
    instant_t at;
    const char *ine10, *request; /* request: IdPeticion, masked */
    enum gateway_log_kind kind;
    const char *product, *modality;
    int64_t elements;
    const char *certificate, *address;
    enum gateway_outcome outcome;
    const char *result;          /* code of the service */
    const char *steps, *remarks; /* as gateway_steps_text and gateway_remarks_text write them */
    const char *citizens;        /* keyed hashes, separated by spaces */
    int64_t bytes, answer_bytes, micros;
};

struct gateway_entry {
    struct gateway_log_row row;
    int64_t seen; /* mark of body and IdPeticion; 0: it is not remembered (it was refused, or it polls) */
    /* Of the signed message; 0: not remembered. Whoever repeats it repeats what `seen` is made of. */
    int64_t replay;
    instant_t dead;                    /* from when `replay` may be forgotten */
    const struct gateway_async *async; /* kept with it, when it was first; NULL */
    /* set by gateway_log_write, true when it was so by the time of the commit: */
    bool ret_repeated, ret_replayed;
};

/* Writes them all; gateway_marks_committed after the commit. Of two entries with the same `seen`, or with none and the
 * same `replay`, also in other processes, one is first; the others' rows are written with the outcome REPEATED, or
 * REPLAYED when `replay` is the same too, and their `async` is not kept. */
bool gateway_log_write(struct tx *tx, struct gateway_marks *known, struct gateway_entry *entries, size_t count,
                       struct err *e);

struct gateway_filter {
    const char *ine10;      /* NULL: all */
    instant_t since, until; /* INSTANT_NONE: no such end */
    const char *request;    /* IdPeticion as it is kept; NULL: all */
    int64_t before;         /* only rows with a smaller number; 0: all. For the next page */
    unsigned refused : 1;   /* only what was not answered */
    unsigned has_outcome : 1;
    enum gateway_outcome outcome; /* with has_outcome */
    const char *modality;         /* NULL: all */
    size_t most;
};
/* Newest first; in the arena. */
bool gateway_log_load(struct tx *tx, struct arena *a, const struct gateway_filter *f, struct gateway_log_row **ret,
                      size_t *ret_count, struct err *e);
bool gateway_log_get(struct tx *tx, struct arena *a, int64_t id, struct gateway_log_row *ret, bool *ret_found,
                     struct err *e);

/* --- steps and remarks as they are kept --- */

struct gateway_step_kept {
    enum gateway_step step;
    enum gateway_state state;
    int64_t micros;
};
struct gateway_remark_kept {
    const char *grade, *code, *xpath; /* "error" */
    int line;
};
/* `micros` by step; those that were not reached are left out. */
const char *gateway_steps_text(struct arena *a, const struct gateway_judgement *j,
                               const int64_t micros[GATEWAY_STEP_COUNT]);
const char *gateway_remarks_text(struct arena *a, const struct gateway_remark *remarks, size_t count);
/* What is not understood (of a newer version) is passed over. */
size_t gateway_steps_read(const char *text, struct gateway_step_kept *ret, size_t most);
size_t gateway_remarks_read(struct arena *a, const char *text, struct gateway_remark_kept *ret, size_t most);

/* --- forgetting --- */

struct gateway_keep {
    instant_t now;
    int log_days, seen_days;
    /* kept by gateway_log_forget: */
    bool more; /* there may be more to forget: repeat */
    bool marks_done;
    int64_t from; /* marks up to this one were looked at */
};
/* Forgets what is older, at most `most` rows of each kind (of marks, all among the next LIMIT_GATEWAY_MARKS_LOOK);
 * *ret_count how many in all. */
bool gateway_log_forget(struct tx *tx, struct gateway_keep *k, size_t most, int64_t *ret_count, struct err *e);

#endif
