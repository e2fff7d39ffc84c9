/* Inside src/table only: what a delimited text file does not say about itself, guessed from its beginning. Pure. */
#ifndef TALAIA_TABLE_CSV_TEXT_H
#define TALAIA_TABLE_CSV_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum csv_encoding {
    CSV_UNDECIDED, /* only ASCII until now */
    CSV_UTF8,
    CSV_WINDOWS_1252, /* Latin-1 too: they differ in control characters that no table has */
    CSV_UTF16_LE,
    CSV_UTF16_BE,
};

/* The encoding that the first bytes declare (byte order mark), and the length of the mark. UTF-16 without a mark is
 * recognised by the zero half of its first character. CSV_UNDECIDED when nothing is declared. */
enum csv_encoding csv_declared(struct str head, size_t *ret_mark);

/* UTF-8 or Windows-1252, by which of the two explains more of the non-ASCII bytes; CSV_UNDECIDED without any.
 * A character cut at the end of the sample does not count. */
enum csv_encoding csv_guess_encoding(struct str sample);

/* The separator among TAB ; , | that splits the first rows most evenly; TAB when none does: one column. `sample` is in
 * ASCII-compatible bytes; its last row may be cut unless `whole`. */
char csv_guess_separator(struct str sample, bool whole);

/* The separator of a first line `sep=;`, with the length of that line; 0 when the file does not begin with one. */
char csv_told_separator(struct str sample, size_t *ret_line);

/* Writes at most 3 bytes for each byte read; returns the number written. Undefined bytes of Windows-1252 become the
 * C1 control of the same number, as browsers do. */
size_t csv_from_windows_1252(struct str from, char *to);

/* Whole UTF-16 units of `from` → at most 3 bytes each. A lone surrogate becomes U+FFFD. The bytes of a character that
 * is cut at the end are left: *ret_used says how many were read. */
size_t csv_from_utf16(struct str from, bool big_endian, char *to, size_t *ret_used);

#endif
