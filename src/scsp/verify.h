/* Foreign bytes in, an opinion out: everything about a request that can be said without permissions, keys of ours, the
 * store or the network. It runs in a process of its own that has none of them; question and opinion travel as bytes.
 *
 *     verifier:  question_read(bytes, &q, e); opinion_make(&checker, &q, &out);
 *     front:     opinion_read(&arena, bytes, &opinion, e);
 *
 * Both sides check what they read: a verifier that was taken over by a message can lie about that message and about
 * those it sees later, and nothing else. */
#ifndef TALAIA_SCSP_VERIFY_H
#define TALAIA_SCSP_VERIFY_H

#include "pki/trust.h"
#include "scsp/ask.h"
#include "scsp/contract.h"
#include "scsp/explain.h"
#include "scsp/facts.h"

struct question {
    int64_t id; /* given back with the opinion */
    enum gateway_front front;
    instant_t now;
    bool brief;      /* do not look for the reason of a digest that does not fit */
    struct str type; /* Content-Type as it came */
    /* The TLS client certificate as a reverse proxy hands it on (PEM, percent-encoded or not; base64 between colons,
     * RFC 9440) or as DER; "" when there is none. */
    struct str tls;
    struct str body;
};
/* All but the bytes of the body, which have to follow. */
bool question_head_write(struct buf *to, const struct question *q);
bool question_read(struct str bytes, struct question *ret, struct err *e);

/* Texts live in the arena and in the bytes that were read. */
struct opinion {
    int64_t id;
    /* `tls` is filled in, and `bytes`; address, now, repeated and replayed are left for the caller. */
    struct facts facts;
    struct str signer, tls; /* the certificates as DER; "" when there is none */
    bool has_ask;
    struct ask ask; /* of a request that could be read */
};

/* What a verifier holds. One thread. */
struct checker {
    const struct modalities *known;
    struct wss_keys *keys;
    struct trust *trust; /* NULL: whether certificates lead to an authority is not looked at */
    struct arena arena;  /* of the message under way */
};
/* Adds the opinion's bytes to `to`. False when it does not fit: then nothing useful was added. */
bool opinion_make(struct checker *c, const struct question *q, struct buf *to);
bool opinion_read(struct arena *a, struct str bytes, const struct modalities *known, struct opinion *ret,
                  struct err *e);
/* Which question it answers, without reading the rest. */
bool opinion_id(struct str bytes, int64_t *ret);

#endif
