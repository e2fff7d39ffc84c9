/* Bytes as the text that both stores keep: base64 (RFC 4648 §4). Private to record. */
#ifndef TALAIA_RECORD_BLOB_H
#define TALAIA_RECORD_BLOB_H

#include "base/buf.h"

char *blob_text(struct str bytes); /* mem_free() it */
/* Adds them to the buffer. False when the text is none, or the buffer is full. */
bool blob_read(struct str text, struct buf *to);

#endif
