/* Inside src/table only: what every reader of tables offers, and how table.c opens them.
 *
 * A reader embeds `struct table` as its first member. It names the file in its errors itself. */
#ifndef TALAIA_TABLE_READER_H
#define TALAIA_TABLE_READER_H

#include "table/table.h"

struct table_ops {
    bool (*next_sheet)(struct table *t, const struct table_sheet **ret, struct err *e);
    bool (*next_row)(struct table *t, const struct table_row **ret, struct err *e);
    const char *(*property)(struct table *t, const char *name); /* NULL: this kind of source has none */
    void (*progress)(const struct table *t, size_t *ret_done, size_t *ret_total);
    void (*close)(struct table *t); /* frees the reader itself too */
};

struct table {
    const struct table_ops *ops;
};

/* The file under `fd` from its start, whatever it is; `name` is what errors call it. Takes fd over, also on failure.
 * table_open is this on a path; tests and fuzzers give a memfd. */
bool table_open_fd(int fd, size_t size, const char *name, struct table **ret, struct err *e)
    __attribute__((warn_unused_result));

/* Each takes `fd`, positioned at its start, over, also on failure. */
bool csv_open(int fd, size_t size, const char *name, struct table **ret, struct err *e)
    __attribute__((warn_unused_result));
bool xlsx_open(int fd, size_t size, const char *name, struct table **ret, struct err *e)
    __attribute__((warn_unused_result));

/* What the module MODULE_ODBC exports as `talaia_module`. */
struct table_odbc_api {
    bool (*open)(const struct table_odbc *source, struct table **ret, struct err *e);
};

/* True when the text has nothing but white space: such rows are skipped by every reader. */
static inline bool table_text_blank(struct str s)
{
    if (s.n == 0)
        return true;
    unsigned char first = (unsigned char)s.p[0];
    if (first > ' ' && first < 0x80)
        return false;
    return str_trim(s).n == 0;
}

#endif
