/* What is attached to a mail that waits for a person (record/incoming.h) and could be a document of an integration. */
#ifndef TALAIA_RECORD_INCOMING_FILE_H
#define TALAIA_RECORD_INCOMING_FILE_H

#include "base/buf.h"
#include "base/mem.h"
#include "store/store.h"

struct incoming_file {
    int64_t id;
    const char *name;
    int64_t bytes;
    bool kept; /* false: it is a private key */
};
/* `size`: of the file; `bytes.p` NULL: they are not kept. */
bool incoming_file_add(struct tx *tx, int64_t incoming_id, const char *name, size_t size, struct str bytes,
                       struct err *e) __attribute__((warn_unused_result));
/* In the order of the mail. In the arena. */
bool incoming_files_load(struct tx *tx, struct arena *a, int64_t incoming_id, struct incoming_file **ret,
                         size_t *ret_count, struct err *e);
/* Adds the bytes to the buffer. ERR_UNKNOWN: that mail has no such file, or it is not kept. */
bool incoming_file_bytes(struct tx *tx, int64_t incoming_id, int64_t id, struct buf *to, struct err *e);

#endif
