/* Inside the picture module: pixels to PNG with a palette. A table has few colours; its picture takes a quarter of the
 * bytes that cairo's own writer needs, and mails carry three of them. */
#ifndef TALAIA_REPORT_PICTURE_PNG_H
#define TALAIA_REPORT_PICTURE_PNG_H

#include "base/buf.h"
#include "base/err.h"

struct pixels {
    const unsigned char *bytes; /* rows of 32-bit native-endian 0x00RRGGBB */
    unsigned width, height, stride;
    unsigned per_metre; /* resolution written into the file */
};

/* Colours of tokens stay as they are; the shades between them, at the edges of letters, have 16 steps a channel.
 * Nothing is added to the buffer on an error. */
bool pixels_to_png(const struct pixels *p, struct buf *png, struct err *e);

#endif
