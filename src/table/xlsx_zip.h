/* Inside src/table only: the parts of a workbook's ZIP, inflated piece by piece under the limits of base/limits.h.
 *
 * Sizes in the archive's directory are not believed: bytes are counted as they come out. */
#ifndef TALAIA_TABLE_XLSX_ZIP_H
#define TALAIA_TABLE_XLSX_ZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct xlsx_zip;
struct xlsx_part;

/* Takes fd over, also on failure. `name` is what errors call the file; it must stay. */
bool xlsx_zip_open(int fd, const char *name, struct xlsx_zip **ret, struct err *e);
void xlsx_zip_close(struct xlsx_zip *z);

const char *xlsx_zip_name(const struct xlsx_zip *z);
/* Bytes inflated until now, of all parts. */
size_t xlsx_zip_inflated(const struct xlsx_zip *z);
/* Letters of either case are the same in a part's name (OPC). */
bool xlsx_zip_has(const struct xlsx_zip *z, const char *part);
/* The size that the directory declares; 0 when there is no such part. */
size_t xlsx_zip_size(const struct xlsx_zip *z, const char *part);

/* `max` bytes at most may come out of it. */
bool xlsx_part_open(struct xlsx_zip *z, const char *part, size_t max, struct xlsx_part **ret, struct err *e);
/* *ret_n is 0 at the end, where the checksum has been found right. */
bool xlsx_part_read(struct xlsx_part *p, void *to, size_t n, size_t *ret_n, struct err *e);
void xlsx_part_close(struct xlsx_part *p); /* NULL is fine */

#endif
