#include "table/table.h"

#include <errno.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/module.h"
#include "table/reader.h"

/* How much of a file is looked at to tell what it is. */
#define HEAD_BYTES 512

/* What people give us under a name that ends in .csv or .xlsx. X(first bytes, what to say) */
static const struct {
    const char *bytes;
    size_t n;
    const char *message;
} strangers[] = {
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8,
     N_("%s is protected by a password or in the old .xls format; open it and save it as .xlsx without a password")},
    {"%PDF-", 5, N_("%s is a PDF document, not a table; ask for the data as .xlsx or CSV")},
    {"{\\rtf", 5, N_("%s is an RTF document, not a table; open it and save its table as .xlsx or CSV")},
    {"\x1f\x8b", 2, N_("%s is compressed with gzip; decompress it first")},
    {"SQLite format 3", 15, N_("%s is a SQLite database; read it through ODBC, or export its table as CSV")},
    {"7z\xbc\xaf\x27\x1c", 6, N_("%s is a 7-Zip archive; take the file out of it first")},
    {"Rar!\x1a\x07", 6, N_("%s is a RAR archive; take the file out of it first")},
};

/* Beginnings, in lower case, of the markup that "export to Excel" buttons write. */
static const char *const markup[] = {"<html",  "<!doctype", "<table", "<head", "<body", "<meta",
                                     "<style", "<div",      "<!--",   "<?xml", "<xml",  "<workbook"};

static bool is_markup(struct str head)
{
    struct str s = str_trim(head);
    for (size_t i = 0; i < sizeof markup / sizeof *markup; i++) {
        size_t n = strlen(markup[i]);
        if (s.n >= n && str_is_nocase(str_part(s.p, n), markup[i]))
            return true;
    }
    return false;
}

static bool refuse_stranger(struct str head, const char *name, struct err *e)
{
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        if (head.n >= strangers[i].n && memcmp(head.p, strangers[i].bytes, strangers[i].n) == 0)
            return err_set(e, ERR_FORMAT, strangers[i].message, name);
    }
    if (is_markup(head))
        return err_set(
            e, ERR_FORMAT,
            N_("%s is a web page or XML that was named like a table; open it in a spreadsheet and save it as "
               ".xlsx"),
            name);
    return true;
}

static bool read_head(int fd, char *to, size_t *ret_n, const char *name, struct err *e)
{
    size_t n = 0;
    while (n < HEAD_BYTES) {
        ssize_t got = os.read(fd, to + n, HEAD_BYTES - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(e, ERR_FILE, N_("cannot read %s: %s"), name, err_system(e, errno));
        if (got == 0)
            break;
        n += (size_t)got;
    }
    if (lseek(fd, 0, SEEK_SET) != 0)
        return err_set(e, ERR_FILE, N_("cannot read %s: %s"), name, err_system(e, errno));
    *ret_n = n;
    return true;
}

/* Which reader the file wants; refused files have their reason. */
static bool look(int fd, size_t size, const char *name, bool *ret_zip, struct err *e)
{
    char bytes[HEAD_BYTES];
    size_t n = 0;
    if (size > LIMIT_TABLE_FILE_BYTES)
        return err_set(e, ERR_LIMIT, N_("%s is larger than %llu GiB; split it"), name, LIMIT_TABLE_FILE_BYTES >> 30);
    if (!read_head(fd, bytes, &n, name, e))
        return false;
    struct str head = str_part(bytes, n);
    if (n == 0)
        return err_set(e, ERR_FORMAT, N_("%s is empty; export it again"), name);
    *ret_zip = str_starts(head, "PK\x03\x04") || str_starts(head, "PK\x05\x06");
    return refuse_stranger(head, name, e);
}

bool table_open_fd(int fd, size_t size, const char *name, struct table **ret, struct err *e)
{
    bool zip = false;
    if (!look(fd, size, name, &zip, e)) {
        os.close(fd);
        return false;
    }
    return zip ? xlsx_open(fd, size, name, ret, e) : csv_open(fd, size, name, ret, e);
}

bool table_open_as(const char *path, const char *name, struct table **ret, struct err *e)
{
    int fd;
    size_t size;
    return file_open_read(path, &fd, &size, e) && table_open_fd(fd, size, name, ret, e);
}

bool table_open(const char *path, struct table **ret, struct err *e)
{
    return table_open_as(path, path, ret, e);
}

bool table_open_odbc(const struct table_odbc *source, struct table **ret, struct err *e)
{
    const struct table_odbc_api *api = module_api(MODULE_ODBC, e);
    return api != NULL && api->open(source, ret, e);
}

bool table_next_sheet(struct table *t, const struct table_sheet **ret, struct err *e)
{
    return t->ops->next_sheet(t, ret, e);
}

bool table_next_row(struct table *t, const struct table_row **ret, struct err *e)
{
    return t->ops->next_row(t, ret, e);
}

const char *table_property(struct table *t, const char *name)
{
    return t->ops->property == NULL ? "" : t->ops->property(t, name);
}

void table_progress(const struct table *t, size_t *ret_done, size_t *ret_total)
{
    t->ops->progress(t, ret_done, ret_total);
}

void table_close(struct table *t)
{
    if (t != NULL)
        t->ops->close(t);
}

const char *table_column_name(size_t column, char out[TABLE_COLUMN_NAME_BYTES])
{
    char *p = out + TABLE_COLUMN_NAME_BYTES - 1;
    size_t n = column;
    *p = '\0';
    /* Seven letters reach eight thousand million columns. */
    do {
        *--p = (char)('A' + n % 26);
        n /= 26;
    } while (n-- > 0 && p > out);
    memmove(out, p, (size_t)(out + TABLE_COLUMN_NAME_BYTES - p));
    return out;
}

/* "-12" and "-3.5" calculate nothing: a spreadsheet may take them for the numbers they are. */
static bool is_negative_number(struct str s)
{
    size_t digits = 0, points = 0;
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9')
            digits++;
        else if (s.p[i] == '.' && digits > 0)
            points++;
        else
            return false;
    }
    return s.n > 1 && s.p[0] == '-' && digits > 0 && points <= 1;
}

void table_csv_field(struct buf *to, struct str value, char separator)
{
    bool formula = value.n > 0 && memchr("=+-@\t\r", value.p[0], 6) != NULL && !is_negative_number(value);
    bool quote = value.n > 0 && (value.p[0] == ' ' || value.p[value.n - 1] == ' ');
    for (size_t i = 0; i < value.n && !quote; i++) {
        char c = value.p[i];
        quote = c == separator || c == '"' || c == '\n' || c == '\r' || c == '\t';
    }
    if (quote)
        buf_add_char(to, '"');
    if (formula)
        buf_add_char(to, '\'');
    struct str rest = value, part;
    if (!quote) {
        buf_add_str(to, value);
        return;
    }
    bool first = true;
    while (str_split(&rest, '"', &part)) {
        if (!first)
            buf_add_text(to, "\"\"");
        first = false;
        buf_add_str(to, part);
    }
    buf_add_char(to, '"');
}
