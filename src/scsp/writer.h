/* Internal to scsp: writes XML as text. The first thing that cannot be written is the error; what follows is not looked
 * at. */
#ifndef TALAIA_SCSP_WRITER_H
#define TALAIA_SCSP_WRITER_H

#include "base/buf.h"
#include "base/err.h"

struct writer {
    struct buf *to;
    struct err *e;
    bool failed;
};

/* As it stands. */
void write_raw(struct writer *w, const char *text);
void write_bytes(struct writer *w, struct str text);
/* "<prefix:name>" and "</prefix:name>"; `prefix` with its colon, or "". */
void write_open(struct writer *w, const char *prefix, const char *name);
void write_close(struct writer *w, const char *prefix, const char *name);
/* Text, escaped; `name` is said when it cannot be written. */
void write_text(struct writer *w, const char *name, struct str text);
/* An element with text, which is escaped; a character that XML does not have is ERR_VALUE. */
void write_element(struct writer *w, const char *prefix, const char *name, struct str text);

#endif
