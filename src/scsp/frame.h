/* Internal to scsp: numbers and texts one after another, as bytes: what processes of one machine say to one another,
 * and what is kept of an asynchronous request. Little-endian; a text is its length and its bytes.
 *
 *     frame_add_text(&out, text);                          struct frame f = {.rest = bytes};
 *     frame_add_number(&out, 7);                           text = frame_text(&f); n = frame_number(&f);
 *                                                          if (f.bad) … it is not one of ours
 *
 * The reader never leaves the bytes; after the first thing that cannot be read, everything is 0 and empty. */
#ifndef TALAIA_SCSP_FRAME_H
#define TALAIA_SCSP_FRAME_H

#include "base/buf.h"

void frame_add_byte(struct buf *to, unsigned value);
void frame_add_number(struct buf *to, int64_t value);
void frame_add_text(struct buf *to, struct str text);
/* A text that is written in between; `began` is what the first returned. */
size_t frame_text_begin(struct buf *to);
void frame_text_end(struct buf *to, size_t began);
void frame_add_count(struct buf *to, size_t count);

struct frame {
    struct str rest;
    bool bad;
};
unsigned frame_byte(struct frame *f);
int64_t frame_number(struct frame *f);
struct str frame_text(struct frame *f);
/* A number of things that follow, each of at least `least` bytes, and no more than `most`; else it is bad and 0. */
size_t frame_count(struct frame *f, size_t least, size_t most);
/* One of 0 … most-1; else it is bad and 0. */
unsigned frame_choice(struct frame *f, unsigned most);

#endif
