/* Delimited text: one row at a time out of a read buffer, cells pointing into it.
 *
 * Not its business: what the columns mean, and trimming. Guesses about the file are in csv_text.c.
 * Quotes are RFC 4180's, at the start of a field only; elsewhere a quote is text, but for ="…" around a whole field.
 * Text after a closing quote is kept.
 * Encoding: a byte order mark decides; else the first 64 KiB from the first non-ASCII row on do (csv_guess_encoding).
 * In a UTF-8 file a field that is not UTF-8 is read as Windows-1252 by itself, so that one pasted name does not
 * spoil the import.
 *
 * Hot path: words of eight bytes are compared with separator, LF and CR at once; a row without quotes and accents is
 * touched exactly once. A row that the buffer cuts is read again from its start after the next read, so nothing is
 * changed in place before the whole row is there. */
#include <endian.h>
#include <errno.h>
#include <stdint.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "table/csv_text.h"
#include "table/reader.h"

#define CHUNK_BYTES (128u * 1024u) /* stays in the second-level cache */
#define SAMPLE_BYTES (64u * 1024u)
#define WORD 8u
#define EACH_BYTE(c) (UINT64_C(0x0101010101010101) * (unsigned char)(c))
#define HIGH_BITS UINT64_C(0x8080808080808080)

/* A quoted field that is more than its span: doubled quotes, or text after the closing one. */
struct quoted {
    size_t column;
    size_t close; /* offset of the closing quote in the field's text */
};

struct csv {
    struct table base;
    char *name;
    int fd;
    size_t file_size, file_read;
    enum csv_encoding encoding;
    char separator;

    char *buffer; /* [at, end) is not handed out yet; WORD bytes of padding follow end, a newline first */
    size_t capacity, at, end;
    bool ended, has_nul; /* nothing follows `end`; because a NUL does */
    unsigned char raw[4096];
    size_t raw_count; /* UTF-16 bytes not converted yet */
    bool raw_half;    /* the file ended in the middle of a character */

    size_t line, rows; /* line number of `at`; rows handed out */
    uint64_t high;     /* OR of the words of the current row */
    size_t newlines;   /* inside quoted fields of the current row */
    size_t quoted_count;
    struct quoted *quoted;
    struct cell *cells;
    char *decoded; /* text of this row that was not UTF-8 */
    size_t decoded_capacity;

    struct table_sheet sheet;
    bool sheet_given;
    struct table_row row;
};

enum row_state { ROW_WHOLE, ROW_CUT, ROW_BAD };

/* --- reading --- */

static bool read_some(struct csv *t, void *to, size_t n, size_t *ret_n, struct err *e)
{
    ssize_t got;
    do {
        got = os.read(t->fd, to, n);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return err_set(e, ERR_FILE, N_("cannot read %s: %s"), t->name, err_system(e, errno));
    t->file_read += (size_t)got;
    if (t->file_read > LIMIT_TABLE_FILE_BYTES)
        return err_set(e, ERR_LIMIT, N_("%s is larger than %llu GiB; split it"), t->name, LIMIT_TABLE_FILE_BYTES >> 30);
    *ret_n = (size_t)got;
    return true;
}

/* Converts what the buffer has room for. */
static bool read_utf16(struct csv *t, char *to, size_t room, size_t *ret_n, struct err *e)
{
    size_t n = 0, got = 1;
    while (got > 0 && room - n >= sizeof t->raw / 2 * 3) {
        size_t used, space = sizeof t->raw - t->raw_count; /* none the first time: csv_open has read already */
        if (space > 0 && !read_some(t, t->raw + t->raw_count, space, &got, e))
            return false;
        t->raw_count += space > 0 ? got : 0;
        n += csv_from_utf16(str_part((const char *)t->raw, t->raw_count), t->encoding == CSV_UTF16_BE, to + n, &used);
        memmove(t->raw, t->raw + used, t->raw_count - used);
        t->raw_count -= used;
    }
    t->raw_half = got == 0 && t->raw_count > 0;
    t->ended = got == 0;
    *ret_n = n;
    return true;
}

/* Moves what is left to the front and reads one chunk more. */
static bool fill(struct csv *t, struct err *e)
{
    size_t left = t->end - t->at;
    if (left > 0)
        memmove(t->buffer, t->buffer + t->at, left);
    t->at = 0;
    t->end = left;
    if (t->capacity < left + CHUNK_BYTES + WORD) {
        t->capacity = 2 * left + CHUNK_BYTES + WORD;
        t->buffer = mem_resize(t->buffer, t->capacity, 1);
    }
    char *to = t->buffer + left;
    size_t n;
    if (t->encoding == CSV_UTF16_LE || t->encoding == CSV_UTF16_BE) {
        if (!read_utf16(t, to, CHUNK_BYTES, &n, e))
            return false;
    } else {
        if (!read_some(t, to, CHUNK_BYTES, &n, e))
            return false;
        t->ended = n == 0;
    }
    const char *nul = memchr(to, '\0', n);
    if (nul != NULL) {
        t->has_nul = t->ended = true;
        n = (size_t)(nul - to);
    }
    t->end = left + n;
    memset(t->buffer + t->end, '\n', WORD);
    return true;
}

/* --- one row --- */

static inline uint64_t zero_bytes(uint64_t w)
{
    return (w - EACH_BYTE(1)) & ~w & HIGH_BITS;
}

/* The first separator, LF or CR from p on; the padding after the buffer's end stops it. */
static inline const char *field_end(const char *p, uint64_t separators, uint64_t *high)
{
    for (;; p += WORD) {
        uint64_t w;
        memcpy(&w, p, WORD);
        w = le64toh(w);
        *high |= w;
        uint64_t hit = zero_bytes(w ^ separators) | zero_bytes(w ^ EACH_BYTE('\n')) | zero_bytes(w ^ EACH_BYTE('\r'));
        if (hit != 0)
            return p + (__builtin_ctzll(hit) >> 3);
    }
}

static size_t count_newlines(const char *p, const char *end)
{
    size_t n = 0;
    for (const char *q = p; (q = memchr(q, '\n', (size_t)(end - q))) != NULL; q++)
        n++;
    for (const char *q = p; (q = memchr(q, '\r', (size_t)(end - q))) != NULL; q++)
        n += q + 1 == end || q[1] != '\n';
    return n;
}

static bool row_error(const struct csv *t, struct err *e, enum err_code code, const char *why, size_t line,
                      size_t column)
{
    char name[TABLE_COLUMN_NAME_BYTES];
    return err_set(e, code, why, t->name, line, table_column_name(column, name));
}

/* A field that begins with a quote at p. *ret_end is the separator or line end after it, NULL when the buffer ends
 * first. */
static void quoted_field(struct csv *t, const char *p, size_t column, uint64_t separators, const char **ret_end)
{
    const char *end = t->buffer + t->end, *q = p + 1;
    bool doubled = false;
    *ret_end = NULL;
    for (;; q += 2, doubled = true) {
        q = memchr(q, '"', (size_t)(end - q));
        if (q == NULL || (q + 1 == end && !t->ended))
            return;
        if (q + 1 == end || q[1] != '"')
            break;
    }
    for (const char *s = p; s < q; s += WORD) {
        uint64_t w; /* a few bytes past the quote do no harm: `high` may be true too often */
        memcpy(&w, s, WORD);
        t->high |= w;
    }
    const char *stop = field_end(q + 1, separators, &t->high);
    if (stop > end)
        stop = end;
    t->newlines += count_newlines(p + 1, q);
    t->cells[column].text = str_part(p + 1, (size_t)((stop == q + 1 && !doubled ? q : stop) - p - 1));
    if (stop != q + 1 || doubled)
        t->quoted[t->quoted_count++] = (struct quoted){column, (size_t)(q - p - 1)};
    *ret_end = stop;
}

/* Finds the fields of the row at t->at, changing nothing. */
static enum row_state scan_row(struct csv *t, size_t *ret_count, size_t *ret_next, struct err *e)
{
    const char *end = t->buffer + t->end, *p = t->buffer + t->at, *stop;
    const uint64_t separators = EACH_BYTE(t->separator);
    size_t count = 0;
    t->high = 0;
    t->newlines = t->quoted_count = 0;
    for (;; p = stop + 1) {
        if (count == LIMIT_TABLE_COLUMNS) {
            err_set(e, ERR_LIMIT, N_("%s: row %zu has more than %d columns; is its separator \"%c\"?"), t->name,
                    t->line, LIMIT_TABLE_COLUMNS, t->separator);
            return ROW_BAD;
        }
        if (p < end && *p == '"') {
            size_t line = t->line + t->newlines;
            quoted_field(t, p, count, separators, &stop);
            if (stop == NULL && t->ended && !t->has_nul) {
                row_error(t, e, ERR_FORMAT,
                          N_("%s: row %zu, column %s: the quote that opens here is never closed; the file may be "
                             "truncated"),
                          line, count);
                return ROW_BAD;
            }
            if (stop == NULL)
                return ROW_CUT;
        } else {
            stop = field_end(p, separators, &t->high);
            t->cells[count].text = str_part(p, (size_t)(stop - p));
        }
        /* The padding is a newline: only a stop at or past the end can come from it. */
        if (stop >= end && (!t->ended || t->has_nul))
            return ROW_CUT;
        if (stop > end) {
            stop = end;
            t->cells[count].text.n = (size_t)(end - p);
        }
        count++;
        if (stop == end || *stop != t->separator)
            break;
    }
    if (stop < end && *stop == '\r') {
        if (stop + 1 == end && !t->ended)
            return ROW_CUT;
        stop += stop + 1 < end && stop[1] == '\n';
    }
    *ret_next = (size_t)(stop - t->buffer) + (stop < end);
    *ret_count = count;
    return ROW_WHOLE;
}

/* Takes doubled quotes out, in place: the row is whole now, and the text only gets shorter. */
static void unquote(struct csv *t)
{
    for (size_t i = 0; i < t->quoted_count; i++) {
        struct str *s = &t->cells[t->quoted[i].column].text;
        char *base = t->buffer + (s->p - t->buffer), *to = base;
        size_t close = t->quoted[i].close;
        for (size_t j = 0; j < close; j++) {
            *to++ = base[j];
            j += base[j] == '"';
        }
        if (s->n > close) {
            /* What follows the closing quote is kept, but `"x" ;` means x. */
            struct str rest = str_part(base + close + 1, s->n - close - 1);
            if (!table_text_blank(rest)) {
                memmove(to, rest.p, rest.n);
                to += rest.n;
            }
        }
        s->n = (size_t)(to - base);
    }
}

static bool has_high(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] >= 0x80)
            return true;
    }
    return false;
}

/* Makes every field UTF-8. `row` is the row's bytes, as a bound for what decoding can take. */
static void decode(struct csv *t, size_t count, size_t row_bytes)
{
    if (t->encoding == CSV_UNDECIDED) {
        size_t n = t->end - t->at < SAMPLE_BYTES ? t->end - t->at : SAMPLE_BYTES;
        t->encoding = csv_guess_encoding(str_part(t->buffer + t->at, n));
    }
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        struct str *s = &t->cells[i].text;
        if (!has_high(*s) || (t->encoding != CSV_WINDOWS_1252 && str_utf8_valid(*s)))
            continue;
        if (t->decoded_capacity < 3 * row_bytes) {
            /* Only before the first use in this row: nothing points into it yet. */
            t->decoded_capacity = 3 * row_bytes;
            t->decoded = mem_resize(t->decoded, t->decoded_capacity, 1);
        }
        size_t n = csv_from_windows_1252(*s, t->decoded + used);
        *s = str_part(t->decoded + used, n);
        used += n;
    }
}

/* ="0805690004" is how tools keep a spreadsheet from dropping zeros: one more kind of quotes. */
static struct str without_formula_quotes(struct str s)
{
    if (s.n < 3 || s.p[0] != '=' || s.p[1] != '"' || s.p[s.n - 1] != '"')
        return s;
    struct str inside = str_part(s.p + 2, s.n - 3);
    return inside.n == 0 || memchr(inside.p, '"', inside.n) == NULL ? inside : s;
}

/* Sets the kinds; false when a cell is too long. */
static bool finish_cells(const struct csv *t, size_t count, bool *ret_blank, struct err *e)
{
    bool blank = true;
    for (size_t i = 0; i < count; i++) {
        struct cell *c = &t->cells[i];
        if (c->text.n > 0 && c->text.p[0] == '=')
            c->text = without_formula_quotes(c->text);
        c->kind = c->text.n == 0 ? CELL_EMPTY : CELL_TEXT;
        blank = blank && table_text_blank(c->text);
        if (c->text.n > LIMIT_TABLE_CELL_BYTES)
            return row_error(
                t, e, ERR_LIMIT,
                N_("%s: row %zu, column %s: the cell is longer than a spreadsheet's cell can be; is a quote "
                   "missing?"),
                t->line, i);
    }
    *ret_blank = blank;
    return true;
}

/* --- the reader --- */

/* The row at t->at with as many reads as it takes; ROW_CUT means the end of the file. */
static enum row_state whole_row(struct csv *t, size_t *ret_count, size_t *ret_next, struct err *e)
{
    for (;;) {
        if (t->at == t->end && t->ended && !t->has_nul)
            return ROW_CUT;
        enum row_state state = t->at == t->end && !t->ended ? ROW_CUT : scan_row(t, ret_count, ret_next, e);
        if (state == ROW_BAD)
            return state;
        size_t bytes = state == ROW_WHOLE ? *ret_next - t->at : t->end - t->at;
        if (bytes > LIMIT_TABLE_ROW_BYTES) {
            err_set(e, ERR_LIMIT, N_("%s: row %zu is longer than %u KiB; a quote that opens in it may not be closed"),
                    t->name, t->line, LIMIT_TABLE_ROW_BYTES / 1024u);
            return ROW_BAD;
        }
        if (state == ROW_WHOLE)
            return state;
        if (t->has_nul) {
            err_set(
                e, ERR_FORMAT,
                N_("%s: row %zu: there is a zero byte, so this is not a text file, or it is damaged; export it again"),
                t->name, t->line + t->newlines);
            return ROW_BAD;
        }
        if (!fill(t, e))
            return ROW_BAD;
    }
}

static bool csv_next_row(struct table *table, const struct table_row **ret, struct err *e)
{
    struct csv *t = (struct csv *)table;
    size_t count, next;
    if (e->code != ERR_NONE)
        return false;
    for (;;) {
        enum row_state state = whole_row(t, &count, &next, e);
        if (state == ROW_BAD)
            return false;
        if (state == ROW_CUT)
            break;
        if (t->quoted_count > 0)
            unquote(t);
        if ((t->high & HIGH_BITS) != 0)
            decode(t, count, next - t->at);
        bool blank = false;
        if (!finish_cells(t, count, &blank, e))
            return false;
        size_t line = t->line;
        t->line += 1 + t->newlines;
        t->at = next;
        if (t->line > LIMIT_TABLE_ROWS)
            return err_set(e, ERR_LIMIT, N_("%s has more than %u rows; split it"), t->name, LIMIT_TABLE_ROWS);
        if (blank || (count == 1 && str_is(t->cells[0].text, "\x1a"))) /* DOS marks the end of a file so */
            continue;
        t->row = (struct table_row){.number = line, .count = count, .cells = t->cells};
        *ret = &t->row;
        return true;
    }
    if (t->raw_half)
        err_set(e, ERR_FORMAT,
                N_("%s: row %zu: the file ends in the middle of a character: it is truncated; copy it again"), t->name,
                t->line);
    return false;
}

static bool csv_next_sheet(struct table *table, const struct table_sheet **ret, struct err *e)
{
    struct csv *t = (struct csv *)table;
    if (t->sheet_given || e->code != ERR_NONE)
        return false;
    t->sheet_given = true;
    *ret = &t->sheet;
    return true;
}

static void csv_progress(const struct table *table, size_t *ret_done, size_t *ret_total)
{
    const struct csv *t = (const struct csv *)table;
    size_t ahead = t->end - t->at;
    size_t done = t->file_read > ahead ? t->file_read - ahead : 0;
    *ret_done = done < t->file_size ? done : t->file_size; /* the file may grow meanwhile */
    *ret_total = t->file_size;
}

static void csv_close(struct table *table)
{
    struct csv *t = (struct csv *)table;
    os.close(t->fd);
    mem_free(t->buffer);
    mem_free(t->decoded);
    mem_free(t->quoted);
    mem_free(t->cells);
    mem_free(t->name);
    mem_free(t);
}

static const struct table_ops csv_ops = {
    .next_sheet = csv_next_sheet,
    .next_row = csv_next_row,
    .progress = csv_progress,
    .close = csv_close,
};

/* Reads the first chunk and takes from it what the file does not say elsewhere. */
static bool begin(struct csv *t, struct err *e)
{
    size_t got = 0, mark, n = 1;
    while (n > 0 && got < sizeof t->raw) {
        if (!read_some(t, t->raw + got, sizeof t->raw - got, &n, e))
            return false;
        got += n;
    }
    t->encoding = csv_declared(str_part((const char *)t->raw, got), &mark);
    t->buffer = mem_resize(NULL, CHUNK_BYTES + WORD, 1);
    t->capacity = CHUNK_BYTES + WORD;
    if (t->encoding == CSV_UTF16_LE || t->encoding == CSV_UTF16_BE) {
        t->raw_count = got - mark;
        memmove(t->raw, t->raw + mark, t->raw_count);
    } else {
        const void *nul = memchr(t->raw + mark, '\0', got - mark);
        t->end = nul == NULL ? got - mark : (size_t)((const unsigned char *)nul - t->raw - mark);
        t->has_nul = t->ended = nul != NULL;
        memcpy(t->buffer, t->raw + mark, t->end);
        memset(t->buffer + t->end, '\n', WORD);
    }
    while (t->end < SAMPLE_BYTES && !t->ended) {
        if (!fill(t, e))
            return false;
    }
    struct str sample = str_part(t->buffer, t->end < SAMPLE_BYTES ? t->end : SAMPLE_BYTES);
    size_t told = 0;
    t->separator = csv_told_separator(sample, &told);
    if (t->separator == 0)
        t->separator = csv_guess_separator(sample, t->ended && t->end <= SAMPLE_BYTES);
    t->line = told > 0 ? 2 : 1;
    t->at = told;
    return true;
}

bool csv_open(int fd, size_t size, const char *name, struct table **ret, struct err *e)
{
    struct csv *t = mem_alloc(1, sizeof *t);
    t->base.ops = &csv_ops;
    t->name = mem_dup_text(name);
    t->fd = fd;
    t->file_size = size;
    t->sheet.name = "";
    t->cells = mem_alloc(LIMIT_TABLE_COLUMNS, sizeof *t->cells);
    t->quoted = mem_alloc(LIMIT_TABLE_COLUMNS, sizeof *t->quoted);
    for (size_t i = 0; i < LIMIT_TABLE_COLUMNS; i++)
        t->cells[i].day = DAY_NONE;
    if (!begin(t, e)) {
        csv_close(&t->base);
        return false;
    }
    *ret = &t->base;
    return true;
}
