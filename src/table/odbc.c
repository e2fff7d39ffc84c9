/* The rows of one query through ODBC. A module: base functions come from the program (base/module.h).
 *
 * Everything is fetched as text but dates, in blocks. A value that does not fit is an error, never a shorter value.
 * Rows are numbered as they are handed out: the labels are row 1. */
#include "table/odbc.h"

#include "base/day.h"
#include "base/limits.h"
#include "base/str.h"
#include "table/reader.h"

#define BLOCK_ROWS 64
#define BLOCK_BYTES (64u << 20) /* of address space: pages are used as values arrive */
#define DAY_BYTES DAY_TEXT_BYTES

enum column_kind { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_BOOL, COLUMN_DAY_TEXT, COLUMN_TIMESTAMP };

struct column {
    const char *label;
    enum column_kind kind;
    size_t width; /* bytes of one value */
    char *values; /* of a block */
    SQLLEN *lengths;
};

struct odbc {
    struct table base;
    struct odbc_connection connection;
    SQLHSTMT statement;
    struct odbc_watch *watch;
    int seconds;
    struct arena arena;
    struct column *columns;
    size_t count;
    size_t block_rows;
    SQLULEN fetched;
    SQLUSMALLINT *status; /* of the rows of a block */
    size_t at;            /* row of the block to hand out next */
    size_t row_number;
    bool ended, sheet_given;
    struct cell *cells;
    char (*days)[DAY_BYTES]; /* texts of the row's days */
    struct table_sheet sheet;
    struct table_row row;
};

/* --- errors --- */

static bool statement_error(struct odbc *t, const char *format, struct err *e)
{
    if (t->watch != NULL && odbc_watch_over(t->watch))
        return err_set(e, ERR_SOURCE, N_("%s: the query did not end within %d seconds and was cancelled"),
                       t->connection.name, t->seconds);
    return odbc_error(&t->connection, SQL_HANDLE_STMT, t->statement, format, e);
}

static bool value_error(const struct odbc *t, size_t column, const char *format, struct err *e)
{
    return err_set(e, ERR_SOURCE, format, t->connection.name, t->row_number, t->columns[column].label);
}

/* --- columns --- */

static enum column_kind kind_of(const struct odbc *t, SQLSMALLINT type)
{
    switch (type) {
    case SQL_TYPE_DATE:
    case SQL_TYPE_TIMESTAMP:
    case SQL_DATE: /* what drivers of ODBC 2 say */
    case SQL_TIMESTAMP:
        /* SQLite keeps whatever was written: its driver would turn 15/01/2026 into no date at all. */
        return t->connection.product == ODBC_SQLITE ? COLUMN_DAY_TEXT : COLUMN_TIMESTAMP;
    case SQL_NUMERIC:
    case SQL_DECIMAL:
    case SQL_INTEGER:
    case SQL_SMALLINT:
    case SQL_TINYINT:
    case SQL_BIGINT:
    case SQL_REAL:
    case SQL_FLOAT:
    case SQL_DOUBLE: return COLUMN_NUMBER;
    case SQL_BIT: return COLUMN_BOOL;
    default: return COLUMN_TEXT;
    }
}

static bool describe(struct odbc *t, size_t i, struct err *e)
{
    SQLCHAR label[512] = "";
    SQLSMALLINT n = 0, type = SQL_VARCHAR, digits, nullable;
    SQLULEN size;
    if (!SQL_SUCCEEDED(SQLDescribeCol(t->statement, (SQLUSMALLINT)(i + 1), label, sizeof label, &n, &type, &size,
                                      &digits, &nullable)))
        return statement_error(t, N_("%s: the database does not describe the columns of the query: %s (%s)"), e);
    struct str text = str_utf8_cut(str_of((const char *)label), sizeof label);
    struct column *c = &t->columns[i];
    c->label = str_utf8_valid(text) ? arena_text(&t->arena, text) : "?";
    c->kind = kind_of(t, type);
    c->width = c->kind == COLUMN_TIMESTAMP ? sizeof(SQL_TIMESTAMP_STRUCT) : LIMIT_ODBC_CELL_BYTES;
    return true;
}

static bool bind(struct odbc *t, struct err *e)
{
    size_t row_bytes = 0;
    for (size_t i = 0; i < t->count; i++)
        row_bytes += t->columns[i].width;
    size_t fitting = BLOCK_BYTES / row_bytes;
    t->block_rows = fitting < 1 ? 1 : fitting < BLOCK_ROWS ? fitting : BLOCK_ROWS;
    t->status = arena_array(&t->arena, SQLUSMALLINT, t->block_rows);
    SQLSetStmtAttr(t->statement, SQL_ATTR_ROW_STATUS_PTR, t->status, 0);
    if (!SQL_SUCCEEDED(SQLSetStmtAttr(t->statement, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)t->block_rows, 0)) ||
        !SQL_SUCCEEDED(SQLSetStmtAttr(t->statement, SQL_ATTR_ROWS_FETCHED_PTR, &t->fetched, 0)))
        return statement_error(t, N_("%s: the driver cannot fetch rows in blocks: %s (%s)"), e);
    for (size_t i = 0; i < t->count; i++) {
        struct column *c = &t->columns[i];
        c->values = mem_alloc(t->block_rows, c->width);
        c->lengths = arena_array(&t->arena, SQLLEN, t->block_rows);
        SQLSMALLINT as = c->kind == COLUMN_TIMESTAMP ? SQL_C_TYPE_TIMESTAMP : SQL_C_CHAR;
        if (!SQL_SUCCEEDED(
                SQLBindCol(t->statement, (SQLUSMALLINT)(i + 1), as, c->values, (SQLLEN)c->width, c->lengths)))
            return statement_error(t, N_("%s: the driver cannot give a column as text: %s (%s)"), e);
    }
    return true;
}

/* --- the query --- */

static bool execute(struct odbc *t, const char *sql, struct err *e)
{
    /* Oracle refuses the semicolon that people copy along. */
    struct str text = str_trim(str_of(sql));
    while (text.n > 0 && (text.p[text.n - 1] == ';' || text.p[text.n - 1] == '\n' || text.p[text.n - 1] == ' '))
        text.n--;
    char *statement = arena_text(&t->arena, text);
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, t->connection.handle, &t->statement)))
        return odbc_error(&t->connection, SQL_HANDLE_DBC, t->connection.handle,
                          N_("%s: the database does not take a statement: %s (%s)"), e);
    /* Drivers may ignore it: the watch, which begins first, is what counts. */
    SQLSetStmtAttr(t->statement, SQL_ATTR_QUERY_TIMEOUT, (SQLPOINTER)(uintptr_t)t->seconds, 0);
    t->watch = odbc_watch_start(t->statement, t->seconds);
    if (t->watch == NULL)
        return err_set(e, ERR_SOURCE, N_("%s: no thread can be made to watch over the query"), t->connection.name);
    SQLRETURN r = SQLExecDirect(t->statement, (SQLCHAR *)statement, SQL_NTS);
    if (!SQL_SUCCEEDED(r) && r != SQL_NO_DATA)
        return statement_error(t, N_("%s: the query fails: %s (%s)"), e);
    SQLSMALLINT columns = 0;
    if (!SQL_SUCCEEDED(SQLNumResultCols(t->statement, &columns)))
        return statement_error(t, N_("%s: the database does not describe the columns of the query: %s (%s)"), e);
    if (columns <= 0)
        return err_set(e, ERR_SOURCE, N_("%s: the query gives no rows; it must be a SELECT"), t->connection.name);
    if (columns > LIMIT_TABLE_COLUMNS)
        return err_set(e, ERR_LIMIT, N_("%s: the query has more than %d columns"), t->connection.name,
                       LIMIT_TABLE_COLUMNS);
    t->count = (size_t)columns;
    return true;
}

static bool prepare(struct odbc *t, const char *sql, struct err *e)
{
    if (!execute(t, sql, e))
        return false;
    t->columns = arena_array(&t->arena, struct column, t->count);
    t->cells = arena_array(&t->arena, struct cell, t->count);
    t->days = arena_alloc(&t->arena, t->count, sizeof *t->days);
    for (size_t i = 0; i < t->count; i++) {
        if (!describe(t, i, e))
            return false;
    }
    return bind(t, e);
}

static bool next_block(struct odbc *t, struct err *e)
{
    t->fetched = 0;
    t->at = 0;
    SQLRETURN r = SQLFetchScroll(t->statement, SQL_FETCH_NEXT, 0);
    if (r == SQL_NO_DATA) {
        t->ended = true;
        /* A driver that is cancelled between two blocks may call it the end. */
        if (odbc_watch_fired(t->watch))
            return statement_error(t, "%s: %s (%s)", e);
        return true;
    }
    if (!SQL_SUCCEEDED(r))
        return statement_error(t, N_("%s: the database stopped giving rows: %s (%s)"), e);
    return true;
}

/* --- cells --- */

static void set_day(struct odbc *t, size_t i, day_t day)
{
    struct cell *cell = &t->cells[i];
    cell->kind = CELL_DAY;
    cell->day = day;
    cell->text = str_of(day_iso(day, t->days[i]));
}

static void timestamp_cell(struct odbc *t, size_t i, const SQL_TIMESTAMP_STRUCT *at)
{
    day_t day = day_from_civil(at->year, at->month, at->day);
    if (day != DAY_NONE) {
        set_day(t, i, day);
        return;
    }
    /* Oracle can hold years before Christ: shown as they are, they are refused where a day is wanted. */
    (void)snprintf(t->days[i], DAY_BYTES, "%d-%02u-%02u", at->year, at->month % 100u, at->day % 100u);
    t->cells[i].kind = CELL_TEXT;
    t->cells[i].text = str_of(t->days[i]);
}

static void text_cell(struct odbc *t, size_t i, struct str text)
{
    struct cell *cell = &t->cells[i];
    cell->text = text;
    cell->kind = CELL_TEXT;
    switch (t->columns[i].kind) {
    case COLUMN_NUMBER:
        if (str_to_double(str_trim(text), &cell->number)) {
            cell->kind = CELL_NUMBER;
            cell->text = str_trim(text);
        }
        break;
    case COLUMN_BOOL:
        cell->kind = CELL_BOOL;
        cell->number = str_is(text, "1") || str_is_nocase(text, "t") || str_is_nocase(text, "true") ? 1 : 0;
        cell->text = str_of(cell->number != 0 ? "TRUE" : "FALSE");
        break;
    case COLUMN_DAY_TEXT: {
        day_t day;
        if (text.n >= 10 && (text.n == 10 || text.p[10] == ' ' || text.p[10] == 'T') &&
            day_parse_iso(str_part(text.p, 10), &day))
            set_day(t, i, day);
        break;
    }
    case COLUMN_TEXT:
    case COLUMN_TIMESTAMP: break;
    }
}

static bool take_cell(struct odbc *t, size_t i, struct err *e)
{
    const struct column *c = &t->columns[i];
    const char *value = c->values + t->at * c->width;
    SQLLEN length = c->lengths[t->at];
    t->cells[i] = (struct cell){.kind = CELL_EMPTY, .day = DAY_NONE};
    if (length == SQL_NULL_DATA)
        return true;
    if (c->kind == COLUMN_TIMESTAMP) {
        SQL_TIMESTAMP_STRUCT at;
        memcpy(&at, value, sizeof at);
        timestamp_cell(t, i, &at);
        return true;
    }
    if (length == SQL_NO_TOTAL || length < 0 || (size_t)length >= c->width)
        return value_error(t, i, N_("%s: row %zu, column %s: the value is too long for a table"), e);
    struct str text = str_part(value, (size_t)length);
    if (text.n == 0)
        return true;
    if (memchr(text.p, '\0', text.n) != NULL)
        return value_error(t, i, N_("%s: row %zu, column %s: the value has a zero byte; it is not text"), e);
    if (!str_utf8_valid(text))
        return value_error(
            t, i,
            N_("%s: row %zu, column %s: the driver gives text that is not UTF-8; correct its character set "
               "(for Oracle, NLS_LANG=.AL32UTF8)"),
            e);
    text_cell(t, i, text);
    return true;
}

static bool take_row(struct odbc *t, bool *ret_blank, struct err *e)
{
    bool blank = true;
    if (t->status[t->at] == SQL_ROW_ERROR)
        return statement_error(t, N_("%s: the database stopped giving rows: %s (%s)"), e);
    for (size_t i = 0; i < t->count; i++) {
        if (!take_cell(t, i, e))
            return false;
        blank = blank && table_text_blank(t->cells[i].text);
    }
    t->at++;
    *ret_blank = blank;
    return true;
}

/* --- the reader --- */

static bool give_row(struct odbc *t, const struct table_row **ret)
{
    t->row = (struct table_row){.number = t->row_number, .count = t->count, .cells = t->cells};
    *ret = &t->row;
    return true;
}

static bool odbc_next_row(struct table *table, const struct table_row **ret, struct err *e)
{
    struct odbc *t = (struct odbc *)table;
    if (e->code != ERR_NONE)
        return false;
    if (t->row_number == 0) {
        for (size_t i = 0; i < t->count; i++)
            t->cells[i] = (struct cell){.kind = CELL_TEXT, .text = str_of(t->columns[i].label), .day = DAY_NONE};
        t->row_number = 1;
        return give_row(t, ret);
    }
    for (;;) {
        while (t->at == t->fetched && !t->ended) {
            if (!next_block(t, e))
                return false;
        }
        if (t->ended)
            return false;
        bool blank = false;
        if (++t->row_number > LIMIT_TABLE_ROWS)
            return err_set(e, ERR_LIMIT, N_("%s: the query gives more than %u rows"), t->connection.name,
                           LIMIT_TABLE_ROWS);
        if (!take_row(t, &blank, e))
            return false;
        if (!blank)
            return give_row(t, ret);
    }
}

static bool odbc_next_sheet(struct table *table, const struct table_sheet **ret, struct err *e)
{
    struct odbc *t = (struct odbc *)table;
    if (t->sheet_given || e->code != ERR_NONE)
        return false;
    t->sheet_given = true;
    *ret = &t->sheet;
    return true;
}

static void odbc_progress(const struct table *table, size_t *ret_done, size_t *ret_total)
{
    (void)table;
    *ret_done = 0; /* nobody knows how many rows will come */
    *ret_total = 0;
}

static void odbc_close(struct table *table)
{
    struct odbc *t = (struct odbc *)table;
    odbc_watch_end(t->watch);
    if (t->statement != NULL)
        SQLFreeHandle(SQL_HANDLE_STMT, t->statement);
    for (size_t i = 0; t->columns != NULL && i < t->count; i++)
        mem_free(t->columns[i].values);
    odbc_disconnect(&t->connection);
    arena_release(&t->arena);
    mem_free(t);
}

static const struct table_ops odbc_ops = {
    .next_sheet = odbc_next_sheet,
    .next_row = odbc_next_row,
    .progress = odbc_progress,
    .close = odbc_close,
};

static bool odbc_open(const struct table_odbc *source, struct table **ret, struct err *e)
{
    struct odbc *t = mem_alloc(1, sizeof *t);
    t->base.ops = &odbc_ops;
    t->seconds = source->seconds > 0 ? source->seconds : LIMIT_ODBC_SECONDS;
    if (!odbc_connect(&t->connection, source->connection, source->sql, t->seconds, e) || !prepare(t, source->sql, e)) {
        odbc_close(&t->base);
        return false;
    }
    t->sheet.name = t->connection.name;
    *ret = &t->base;
    return true;
}

__attribute__((visibility("default"))) extern const struct table_odbc_api talaia_module;
const struct table_odbc_api talaia_module = {.open = odbc_open};
