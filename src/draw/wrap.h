/* Lines out of running text, measured in terminal columns. */
#ifndef TALAIA_DRAW_WRAP_H
#define TALAIA_DRAW_WRAP_H

#include "base/buf.h"

/* Takes the next line of at most `width` columns off the front of *rest: up to a line end, else up to the last space
 * that fits. A longer word stands alone and is too wide, or, with `hard`, is cut. False when nothing is left (rest->p
 * NULL). An empty text has one empty line. */
bool wrap_next(struct str *rest, int width, bool hard, struct str *ret_line);

/* The whole text, `first` before the first line and as many spaces before the others; each line ends in LF. Words are
 * not cut. Width 0: only the text's own line ends. */
bool wrap_text(struct buf *to, const char *first, const char *text, int width);

#endif
