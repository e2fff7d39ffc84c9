/* Unicode questions about text that people wrote: sameness, order, width. On GNU libunistring. */
#ifndef TALAIA_BASE_TEXT_H
#define TALAIA_BASE_TEXT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

/* Two texts have the same fold when a person takes them for the same name: case, accents, the middle dot of
 * l·l, kinds of apostrophe and dash, and runs of white space or punctuation do not count.
 * "Prat de Llobregat, Ajuntament  del" and "PRAT DE LLOBREGAT, AJUNTAMENT DEL" fold to the same.
 * ç folds to c and ñ to n, as typing without a Catalan keyboard does. Words are separated by one space.
 * Invalid UTF-8 bytes are skipped. */
char *text_fold(struct arena *a, struct str s);

/* A key whose byte order is Catalan dictionary order (accents and case only break ties; ç after c, ñ after n,
 * l·l with ll). The store keeps it, so that every backend sorts alike under the C collation. */
char *text_sort_key(struct arena *a, struct str s);

/* Columns that the text takes on a terminal. */
int text_width(struct str s);

/* Unicode NFC, white space runs (line ends too, unless keep_lines) to one space, trimmed, control characters
 * dropped: what is kept of a value that people typed. */
char *text_clean(struct arena *a, struct str s, bool keep_lines);

/* The same for one line, without a copy when the text is clean already (nearly all cells are). */
struct str text_clean_str(struct arena *a, struct str s);

/* Optimal-string-alignment distance between two folded texts, counted in bytes, or max+1 when larger. */
int text_distance(const char *a, const char *b, int max);

/* A number with the decimal sign of the language: "99,5". `text` has at most one '.', and is changed. */
char *text_decimal(enum lang lang, char *text);

#endif
