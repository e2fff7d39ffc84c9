#include "table/xlsx_strings.h"

#include "base/limits.h"
#include "base/mem.h"
#include "table/xlsx_xml.h"

/* --- shared texts: sst > si > (t | r > t | rPh > t), where rPh is how Japanese readers pronounce it --- */

struct strings_reader {
    struct xlsx_strings *s;
    const char *file;
    bool in_text;
    int phonetic; /* depth of rPh, 0 outside */
};

static void strings_start(struct xlsx_xml *x, void *user, const char *name, const char **attributes, int depth)
{
    struct strings_reader *r = user;
    (void)x;
    (void)attributes;
    if (depth >= 3 && name[0] == 't' && name[1] == '\0')
        r->in_text = r->phonetic == 0;
    else if (depth >= 3 && r->phonetic == 0 && strcmp(name, "rPh") == 0)
        r->phonetic = depth;
}

static void strings_text(struct xlsx_xml *x, void *user, const char *bytes, size_t n)
{
    struct strings_reader *r = user;
    struct xlsx_strings *s = r->s;
    if (!r->in_text)
        return;
    size_t begin = s->count == 0 ? 0 : s->ends[s->count - 1];
    if (s->used - begin + n > LIMIT_TABLE_CELL_BYTES) {
        err_set(xlsx_xml_error(x), ERR_LIMIT, N_("%s: shared text %zu is longer than a spreadsheet's cell can be"),
                r->file, s->count + 1);
        return;
    }
    if (s->used + n > LIMIT_XLSX_STRING_BYTES) {
        err_set(xlsx_xml_error(x), ERR_LIMIT, N_("%s: the texts of the workbook take more than %u MiB; split it"),
                r->file, LIMIT_XLSX_STRING_BYTES >> 20);
        return;
    }
    if (s->capacity < s->used + n) {
        size_t grown = 2 * s->capacity + n + 4096;
        s->capacity = grown < LIMIT_XLSX_STRING_BYTES ? grown : LIMIT_XLSX_STRING_BYTES;
        s->bytes = mem_resize(s->bytes, s->capacity, 1);
    }
    memcpy(s->bytes + s->used, bytes, n);
    s->used += n;
}

static void strings_end(struct xlsx_xml *x, void *user, const char *name, int depth)
{
    struct strings_reader *r = user;
    struct xlsx_strings *s = r->s;
    (void)name;
    r->in_text = false;
    if (depth == r->phonetic)
        r->phonetic = 0;
    if (depth != 2 || strcmp(name, "si") != 0)
        return;
    if (s->count == LIMIT_XLSX_STRINGS) {
        err_set(xlsx_xml_error(x), ERR_LIMIT, N_("%s has more than %u different texts; split it"), r->file,
                LIMIT_XLSX_STRINGS);
        return;
    }
    size_t begin = s->count == 0 ? 0 : s->ends[s->count - 1];
    if (s->used > begin)
        s->used = begin + xlsx_unescape(s->bytes + begin, s->used - begin);
    if (s->count == s->ends_capacity) {
        s->ends_capacity = s->ends_capacity == 0 ? 1024 : 2 * s->ends_capacity;
        s->ends = mem_resize(s->ends, s->ends_capacity, sizeof *s->ends);
    }
    s->ends[s->count++] = (uint32_t)s->used;
}

bool xlsx_strings_read(struct xlsx_strings *s, struct xlsx_zip *z, const char *part, struct err *e)
{
    static const struct xlsx_handler handler = {strings_start, strings_end, strings_text};
    struct strings_reader r = {.s = s, .file = xlsx_zip_name(z)};
    return xlsx_xml_read(z, part, LIMIT_XLSX_INFLATED_BYTES, &handler, &r, e);
}

void xlsx_strings_release(struct xlsx_strings *s)
{
    mem_free(s->bytes);
    mem_free(s->ends);
    *s = (struct xlsx_strings){0};
}

/* --- cell formats: styleSheet > numFmts > numFmt and styleSheet > cellXfs > xf --- */

struct custom_format {
    long id;
    enum xlsx_format format;
};

struct styles_reader {
    struct xlsx_styles *s;
    const char *file;
    enum { OTHER_PART, NUM_FMTS, CELL_XFS } section;
    VEC(struct custom_format) custom;
};

static long attribute_number(const char **attributes, const char *name)
{
    const char *value = xlsx_attribute(attributes, name);
    int64_t n = -1;
    if (value == NULL || !str_to_int64(str_of(value), 0, INT32_MAX, &n))
        return -1;
    return (long)n;
}

static void add_custom(struct xlsx_xml *x, struct styles_reader *r, const char **attributes)
{
    const char *code = xlsx_attribute(attributes, "formatCode");
    struct custom_format f = {attribute_number(attributes, "numFmtId"), XLSX_NUMBER};
    if (code == NULL || f.id < 0)
        return;
    f.format = xlsx_custom_format(str_of(code));
    if (r->custom.count == LIMIT_XLSX_FORMATS)
        err_set(xlsx_xml_error(x), ERR_LIMIT, N_("%s defines more than %d number formats"), r->file,
                LIMIT_XLSX_FORMATS);
    else
        vec_push(&r->custom, f);
}

static void add_style(struct xlsx_xml *x, struct styles_reader *r, const char **attributes)
{
    struct xlsx_styles *s = r->s;
    long id = attribute_number(attributes, "numFmtId");
    enum xlsx_format format = xlsx_builtin_format(id);
    /* A definition in the file wins: some writers redefine the numbers below 164. */
    for (size_t i = 0; i < r->custom.count; i++) {
        if (r->custom.items[i].id == id)
            format = r->custom.items[i].format;
    }
    if (s->count == LIMIT_XLSX_STYLES) {
        err_set(xlsx_xml_error(x), ERR_LIMIT, N_("%s defines more than %d cell formats"), r->file, LIMIT_XLSX_STYLES);
        return;
    }
    if (s->count == s->capacity) {
        s->capacity = s->capacity == 0 ? 64 : 2 * s->capacity;
        s->formats = mem_resize(s->formats, s->capacity, 1);
    }
    s->formats[s->count++] = (unsigned char)format;
}

static void styles_start(struct xlsx_xml *x, void *user, const char *name, const char **attributes, int depth)
{
    struct styles_reader *r = user;
    if (depth == 2)
        r->section = strcmp(name, "numFmts") == 0 ? NUM_FMTS : strcmp(name, "cellXfs") == 0 ? CELL_XFS : OTHER_PART;
    else if (depth == 3 && r->section == NUM_FMTS && strcmp(name, "numFmt") == 0)
        add_custom(x, r, attributes);
    else if (depth == 3 && r->section == CELL_XFS && strcmp(name, "xf") == 0)
        add_style(x, r, attributes);
}

bool xlsx_styles_read(struct xlsx_styles *s, struct xlsx_zip *z, const char *part, struct err *e)
{
    static const struct xlsx_handler handler = {.start = styles_start};
    struct styles_reader r = {.s = s, .file = xlsx_zip_name(z)};
    bool ok = xlsx_xml_read(z, part, LIMIT_XLSX_PART_BYTES, &handler, &r, e);
    vec_release(&r.custom);
    return ok;
}

void xlsx_styles_release(struct xlsx_styles *s)
{
    mem_free(s->formats);
    *s = (struct xlsx_styles){0};
}
