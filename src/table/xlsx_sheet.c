/* One pass over a sheet's XML: worksheet > sheetData > row > c > (v | is > t | is > r > t). Elements are recognised
 * by their depth, so nothing in an extension list can pass for a cell.
 *
 * Text of a row is collected in one buffer that may move while it grows: cells keep offsets until their row is whole.
 * Shared texts stay where they are. */
#include "table/xlsx_sheet.h"

#include "base/limits.h"
#include "base/mem.h"
#include "table/reader.h"
#include "table/xlsx_merge.h"
#include "table/xlsx_xml.h"

enum depth { DEPTH_PART = 2, DEPTH_ROW, DEPTH_CELL, DEPTH_VALUE };
#define NOT_HERE SIZE_MAX /* a cell's text is not in the row's buffer */

struct xlsx_sheet {
    struct xlsx_context context;
    const char *name, *file;
    struct xlsx_xml *xml;
    struct xlsx_merges merges;

    bool in_data, in_row, in_cell, in_inline, collecting, row_ready;
    int phonetic; /* depth of an rPh element */
    size_t row_number, rows;
    size_t column; /* of the cell at hand */
    size_t count;  /* cells of the row, up to its last that is not empty */
    char type;     /* of the cell at hand: n s i(nlineStr) t (str) b e d */
    size_t style;
    size_t begin; /* of its text in `text` */
    char *text;
    size_t text_used, text_capacity;

    struct cell cells[LIMIT_TABLE_COLUMNS];
    size_t offsets[LIMIT_TABLE_COLUMNS];
    struct table_row row;
};

static bool cell_error(const struct xlsx_sheet *s, struct err *e, enum err_code code, const char *why)
{
    char name[TABLE_COLUMN_NAME_BYTES];
    return err_set(e, code, why, s->file, s->name, s->row_number, table_column_name(s->column, name));
}

/* --- the start of rows and cells --- */

static void row_start(struct xlsx_sheet *s, const char **attributes, struct err *e)
{
    s->row_number++;
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        if (strcmp(attributes[i], "r") != 0)
            continue;
        int64_t number;
        if (!str_to_int64(str_of(attributes[i + 1]), 1, LIMIT_TABLE_ROWS, &number)) {
            err_set(e, ERR_FORMAT, N_("%s, sheet %s: a row after row %zu calls itself \"%s\""), s->file, s->name,
                    s->row_number - 1, attributes[i + 1]);
            return;
        }
        s->row_number = (size_t)number;
    }
    s->in_row = true;
    s->count = 0;
    s->column = SIZE_MAX; /* a cell without a reference stands right of the one before */
    s->text_used = 0;
}

static char type_letter(const char *type)
{
    static const struct {
        const char *name;
        char letter;
    } types[] = {{"s", 's'}, {"n", 'n'}, {"str", 't'}, {"inlineStr", 'i'}, {"b", 'b'}, {"e", 'e'}, {"d", 'd'}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(type, types[i].name) == 0)
            return types[i].letter;
    }
    return 't'; /* unknown: what it says is at least text */
}

static size_t small_number(const char *digits)
{
    size_t n = 0;
    for (; *digits >= '0' && *digits <= '9' && n < LIMIT_XLSX_STYLES; digits++)
        n = n * 10 + (size_t)(*digits - '0');
    return n;
}

static void cell_start(struct xlsx_sheet *s, const char **attributes, struct err *e)
{
    s->column++;
    s->type = 'n';
    s->style = 0;
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        const char *name = attributes[i], *value = attributes[i + 1];
        if (name[0] == '\0' || name[1] != '\0')
            continue;
        if (name[0] == 'r') {
            const char *reference = value;
            size_t row;
            if (!xlsx_reference(&reference, &s->column, &row) || *reference != '\0') {
                err_set(e, ERR_FORMAT, N_("%s, sheet %s, row %zu: a cell calls itself \"%s\""), s->file, s->name,
                        s->row_number, value);
                return;
            }
        } else if (name[0] == 't') {
            s->type = value[1] == '\0' ? value[0] : type_letter(value);
        } else if (name[0] == 's') {
            s->style = small_number(value);
        }
    }
    s->in_cell = true;
    s->collecting = s->in_inline = false;
    s->begin = s->text_used;
}

static void sheet_start(struct xlsx_xml *x, void *user, const char *name, const char **attributes, int depth)
{
    struct xlsx_sheet *s = user;
    if (depth == 1 && strcmp(name, "worksheet") != 0) {
        err_set(xlsx_xml_error(x), ERR_FORMAT,
                N_("%s, sheet %s: its part holds something else (%s); save the workbook again"), s->file, s->name,
                name);
        return;
    }
    if (depth == DEPTH_PART) {
        s->in_data = strcmp(name, "sheetData") == 0;
        return;
    }
    if (!s->in_data)
        return;
    if (depth == DEPTH_CELL) {
        if (s->in_row && name[0] == 'c' && name[1] == '\0')
            cell_start(s, attributes, xlsx_xml_error(x));
    } else if (depth == DEPTH_VALUE) {
        s->collecting = s->in_cell && name[0] == 'v' && name[1] == '\0';
        s->in_inline = s->in_cell && strcmp(name, "is") == 0;
    } else if (depth == DEPTH_ROW) {
        if (strcmp(name, "row") == 0)
            row_start(s, attributes, xlsx_xml_error(x));
    } else if (s->in_inline && s->phonetic == 0) {
        s->collecting = name[0] == 't' && name[1] == '\0';
        if (strcmp(name, "rPh") == 0)
            s->phonetic = depth;
    }
}

static void sheet_text(struct xlsx_xml *x, void *user, const char *bytes, size_t n)
{
    struct xlsx_sheet *s = user;
    if (!s->collecting)
        return;
    if (s->text_used - s->begin + n > LIMIT_TABLE_CELL_BYTES) {
        cell_error(s, xlsx_xml_error(x), ERR_LIMIT,
                   N_("%s, sheet %s, row %zu, column %s: the cell is longer than a spreadsheet's cell can be"));
        return;
    }
    if (s->text_used + n > LIMIT_TABLE_ROW_BYTES) {
        cell_error(s, xlsx_xml_error(x), ERR_LIMIT,
                   N_("%s, sheet %s, row %zu, column %s: the row is too long to be a table's"));
        return;
    }
    if (s->text_capacity < s->text_used + n) {
        s->text_capacity = 2 * s->text_capacity + n + 4096;
        s->text = mem_resize(s->text, s->text_capacity, 1);
    }
    memcpy(s->text + s->text_used, bytes, n);
    s->text_used += n;
}

/* --- the end of cells: what they mean --- */

/* Replaces the text of the cell at hand. */
static void set_text(struct xlsx_sheet *s, struct cell *c, const char *bytes, size_t n)
{
    if (s->text_capacity < s->begin + n) {
        s->text_capacity = 2 * s->text_capacity + n + 4096;
        s->text = mem_resize(s->text, s->text_capacity, 1);
    }
    memcpy(s->text + s->begin, bytes, n);
    s->text_used = s->begin + n;
    c->text = str_part(NULL, n);
}

static void set_day(struct xlsx_sheet *s, struct cell *c, day_t day)
{
    char text[DAY_TEXT_BYTES];
    c->kind = CELL_DAY;
    c->day = day;
    day_iso(day, text);
    set_text(s, c, text, strlen(text));
}

static void number_cell(struct xlsx_sheet *s, struct cell *c, struct str text)
{
    char shortest[XLSX_NUMBER_BYTES];
    size_t n;
    double value;
    if (!xlsx_number(text, &value, shortest, &n)) {
        c->kind = CELL_TEXT; /* a careless writer's text without t="str" */
        return;
    }
    enum xlsx_format format = xlsx_styles_get(s->context.styles, s->style);
    day_t day;
    c->number = value;
    if (xlsx_day(value, format, s->context.date1904, &day)) {
        set_day(s, c, day);
        return;
    }
    c->kind = CELL_NUMBER;
    if (n != text.n || memcmp(shortest, text.p, n) != 0)
        set_text(s, c, shortest, n);
}

static void shared_cell(struct xlsx_sheet *s, struct cell *c, struct str text, struct err *e)
{
    int64_t index;
    struct str shared;
    if (!str_to_int64(text, 0, LIMIT_XLSX_STRINGS, &index) ||
        !xlsx_strings_get(s->context.strings, (size_t)index, &shared)) {
        cell_error(
            s, e, ERR_FORMAT,
            N_("%s, sheet %s, row %zu, column %s: the cell names a shared text that is not there; save the workbook "
               "again"));
        return;
    }
    s->text_used = s->begin;
    c->kind = shared.n == 0 ? CELL_EMPTY : CELL_TEXT;
    c->text = shared;
    s->offsets[s->column] = NOT_HERE;
}

static void typed_cell(struct xlsx_sheet *s, struct cell *c, struct str text, struct err *e)
{
    day_t day;
    switch (s->type) {
    case 's': shared_cell(s, c, text, e); break;
    case 'n': number_cell(s, c, text); break;
    case 'b':
        c->kind = CELL_BOOL;
        c->number = str_is(text, "1") || str_is_nocase(text, "true") ? 1 : 0;
        set_text(s, c, c->number != 0 ? "TRUE" : "FALSE", c->number != 0 ? 4 : 5);
        break;
    case 'e': c->kind = CELL_ERROR; break;
    case 'd': /* ISO 8601, perhaps with a time */
        c->kind = CELL_TEXT;
        if (text.n >= 10 && (text.n == 10 || text.p[10] == 'T') && day_parse_iso(str_part(text.p, 10), &day))
            set_day(s, c, day);
        break;
    default:
        c->kind = CELL_TEXT;
        c->text.n = xlsx_unescape(s->text + s->begin, text.n);
        s->text_used = s->begin + c->text.n;
        if (c->text.n == 0)
            c->kind = CELL_EMPTY;
        break;
    }
}

static void cell_end(struct xlsx_sheet *s, struct err *e)
{
    struct str text = str_part(s->text == NULL ? "" : s->text + s->begin, s->text_used - s->begin);
    s->in_cell = s->collecting = s->in_inline = false;
    if (text.n == 0)
        return;
    if (s->column >= LIMIT_TABLE_COLUMNS) {
        cell_error(s, e, ERR_LIMIT,
                   N_("%s, sheet %s, row %zu, column %s: the cell lies beyond the columns that a table "
                      "here may have"));
        return;
    }
    for (; s->count <= s->column; s->count++)
        s->cells[s->count] = (struct cell){.kind = CELL_EMPTY, .day = DAY_NONE};
    struct cell *c = &s->cells[s->column];
    *c = (struct cell){.text = text, .day = DAY_NONE};
    s->offsets[s->column] = s->begin;
    typed_cell(s, c, text, e);
}

static void row_end(struct xlsx_xml *x, struct xlsx_sheet *s)
{
    bool blank = true;
    s->in_row = false;
    if (++s->rows > LIMIT_TABLE_ROWS) {
        err_set(xlsx_xml_error(x), ERR_LIMIT, N_("%s, sheet %s has more than %u rows; split it"), s->file, s->name,
                LIMIT_TABLE_ROWS);
        return;
    }
    for (size_t i = 0; i < s->count; i++) {
        if (s->cells[i].kind != CELL_EMPTY && s->offsets[i] != NOT_HERE)
            s->cells[i].text.p = s->text + s->offsets[i];
    }
    if (s->merges.areas.count > 0)
        xlsx_merges_apply(&s->merges, s->row_number, s->cells, s->count);
    for (size_t i = 0; i < s->count && blank; i++)
        blank = table_text_blank(s->cells[i].text);
    if (blank)
        return;
    s->row_ready = true;
    xlsx_xml_pause(x);
}

static void sheet_end(struct xlsx_xml *x, void *user, const char *name, int depth)
{
    struct xlsx_sheet *s = user;
    (void)name;
    if (!s->in_row)
        return;
    if (depth == DEPTH_CELL) {
        if (s->in_cell)
            cell_end(s, xlsx_xml_error(x));
    } else if (depth == DEPTH_ROW) {
        row_end(x, s);
    } else {
        s->collecting = false;
        if (depth == s->phonetic)
            s->phonetic = 0;
    }
}

/* --- the sheet --- */

bool xlsx_sheet_open(const struct xlsx_context *context, const char *part, const char *name, struct xlsx_sheet **ret,
                     struct err *e)
{
    static const struct xlsx_handler handler = {sheet_start, sheet_end, sheet_text};
    struct xlsx_sheet *s = mem_alloc(1, sizeof *s);
    s->context = *context;
    s->name = name;
    s->file = xlsx_zip_name(context->zip);
    if (!xlsx_merges_read(&s->merges, context->zip, part, e) ||
        !xlsx_xml_open(context->zip, part, LIMIT_XLSX_INFLATED_BYTES, &handler, s, &s->xml, e)) {
        xlsx_sheet_close(s);
        return false;
    }
    *ret = s;
    return true;
}

bool xlsx_sheet_next(struct xlsx_sheet *s, const struct table_row **ret, struct err *e)
{
    s->row_ready = false;
    if (xlsx_xml_step(s->xml, e) != XLSX_PAUSED || !s->row_ready)
        return false;
    s->row = (struct table_row){.number = s->row_number, .count = s->count, .cells = s->cells};
    *ret = &s->row;
    return true;
}

void xlsx_sheet_close(struct xlsx_sheet *s)
{
    if (s == NULL)
        return;
    xlsx_xml_close(s->xml);
    xlsx_merges_release(&s->merges);
    mem_free(s->text);
    mem_free(s);
}
