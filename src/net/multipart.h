/* The body of a form that sends files: multipart/form-data (RFC 7578), as browsers write it.
 *
 *     const struct multipart_part *parts;
 *     size_t count;
 *     if (multipart_read(arena, "multipart/form-data; boundary=x", body, &parts, &count)) …
 *
 * Nothing is decoded: a part is the bytes between its lines, and belongs to `body`. Parts inside parts, transfer
 * encodings and line ends other than CR LF are refused; no browser sends them. */
#ifndef TALAIA_NET_MULTIPART_H
#define TALAIA_NET_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "base/str.h"

struct multipart_part {
    struct str name; /* of the field */
    struct str file; /* name that the file had, as it came; n 0 when none was chosen */
    bool is_file;    /* a field for files */
    struct str bytes;
};

/* Whether the value of Content-Type says that it is such a form. */
bool multipart_is(const char *type);
/* False when it is malformed or has more than LIMIT_MULTIPART_PARTS parts. */
bool multipart_read(struct arena *a, const char *type, struct str body, const struct multipart_part **ret,
                    size_t *ret_count);

#endif
