/* Inside src/table only: what the numbers and texts of a workbook mean. Pure. */
#ifndef TALAIA_TABLE_XLSX_VALUE_H
#define TALAIA_TABLE_XLSX_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/day.h"
#include "base/str.h"

/* What a number format shows. A duration ([h]:mm) is a number; a time of day is one below 1. */
enum xlsx_format { XLSX_NUMBER, XLSX_DATE, XLSX_TIME };

/* The formats that every workbook knows by number (ECMA-376-1 §18.8.30, with those of East Asian languages). */
enum xlsx_format xlsx_builtin_format(long id);
/* A format code such as `dd/mm/yyyy;@` or `[$-403]d mmmm yyyy`. */
enum xlsx_format xlsx_custom_format(struct str code);

/* The day of a serial number; false when it is none (negative, beyond 9999, or a time of day). Of the day that never
 * was, 29 February 1900, Excel's serial 60, the day before is taken, as other readers do. */
bool xlsx_day(double serial, enum xlsx_format format, bool date1904, day_t *ret);

/* `text` is a number as the file writes it ("805690004", "1.25E-3"). Its value, and the shortest decimal that gives
 * it back: integers below 10^18 without exponent. False when it is not a number. */
#define XLSX_NUMBER_BYTES 40
bool xlsx_number(struct str text, double *ret, char out[XLSX_NUMBER_BYTES], size_t *ret_n);

/* _x000D_ and the like stand for characters that XML cannot hold. In place; returns the new length. NUL is dropped,
 * a lone surrogate becomes U+FFFD. */
size_t xlsx_unescape(char *text, size_t n);

#endif
