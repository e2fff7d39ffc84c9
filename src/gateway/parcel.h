/* Private to the gateway: messages between its processes on a stream socket: four bytes of length (little-endian), then
 * the message. Whoever reads bounds the length. */
#ifndef TALAIA_GATEWAY_PARCEL_H
#define TALAIA_GATEWAY_PARCEL_H

#include "base/buf.h"
#include "base/err.h"

#define PARCEL_HEAD 4
void parcel_head(unsigned char out[PARCEL_HEAD], size_t n);
/* Begins a message at the end of `to`; parcel_end puts its length in front of what was added meanwhile. */
size_t parcel_begin(struct buf *to);
void parcel_end(struct buf *to, size_t began);

/* The first whole message of what has arrived: PARCEL_WHOLE takes it off the front of *rest. */
enum parcel_state { PARCEL_WHOLE, PARCEL_PART, PARCEL_BAD };
enum parcel_state parcel_next(struct str *rest, size_t most, struct str *ret);
/* Drops what was read off the front, so that `rest` is the whole buffer; a large buffer that is empty is given back. */
void parcel_keep(struct buf *in, struct str rest);

/* For processes that wait: all of it, or false. */
bool parcel_read_some(int fd, struct buf *in);
bool parcel_write_all(int fd, struct str bytes);

#endif
