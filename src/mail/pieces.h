/* The leaves of a mail of our own, taken from the very bytes that go out: what a preview shows and what is given as a
 * file is then what was sent. Mails that came in are read by mail/read.h. */
#ifndef TALAIA_MAIL_PIECES_H
#define TALAIA_MAIL_PIECES_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

struct mail_piece {
    const char *type; /* "text/html", in small letters, without its parameters */
    const char *name; /* file name; "" none */
    const char *cid;  /* content id without angle brackets; "" none */
    struct str coded; /* as it stands in the bytes */
    enum { PIECE_PLAIN, PIECE_QUOTED, PIECE_BASE64 } coding;
};

/* In order, in the arena; `coded` points into the bytes. ERR_FORMAT: no mail; ERR_LIMIT: deeper or of more parts than a
 * mail of ours. */
bool mail_pieces(struct str bytes, struct arena *a, struct mail_piece **ret, size_t *ret_count, struct err *e);

/* Adds what it says to the buffer; lines of text end in LF. */
bool mail_piece_decode(const struct mail_piece *p, struct buf *to, struct err *e);

#endif
