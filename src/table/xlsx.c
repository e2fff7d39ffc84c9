/* A workbook: which of its parts is what, and its sheets one after another. Cells are in xlsx_sheet.c. */
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "table/reader.h"
#include "table/xlsx_sheet.h"
#include "table/xlsx_xml.h"

struct relation {
    const char *id, *type, *target; /* target: a part's name; type: after its last '/' */
};
typedef VEC(struct relation) relations_t;

struct sheet {
    const char *name, *id;
    bool hidden;
};

struct property {
    const char *name, *value;
};

struct xlsx {
    struct table base;
    char *file;
    struct xlsx_zip *zip;
    struct arena arena;
    VEC(struct sheet) sheets;
    VEC(struct property) properties;
    relations_t relations; /* of the workbook part */
    struct xlsx_strings strings;
    struct xlsx_styles styles;
    bool date1904;
    size_t total; /* bytes that progress counts to */

    size_t next_sheet, next_index;
    struct xlsx_sheet *open;
    struct table_sheet shown;
};

/* --- relationships --- */

struct relations_reader {
    struct arena *arena;
    relations_t *relations;
    const char *file; /* what errors call it */
    const char *base; /* folder that targets are relative to, "" or "xl/" */
};

static const char *after_last_slash(const char *text)
{
    const char *slash = strrchr(text, '/');
    return slash == NULL ? text : slash + 1;
}

/* "worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml" or "../xl/a.xml" → "xl/worksheets/sheet1.xml". */
static const char *resolve(struct arena *a, const char *base, const char *target)
{
    struct str rest = str_of(target[0] == '/' ? target + 1 : arena_printf(a, "%s%s", base, target)), step;
    char *out = arena_alloc(a, rest.n + 1, 1);
    size_t n = 0;
    while (str_split(&rest, '/', &step)) {
        if (step.n == 0 || str_is(step, "."))
            continue;
        if (str_is(step, "..")) {
            while (n > 0 && out[--n] != '/')
                ;
            continue;
        }
        if (n > 0)
            out[n++] = '/';
        memcpy(out + n, step.p, step.n);
        n += step.n;
    }
    out[n] = '\0';
    return out;
}

static void relations_start(struct xlsx_xml *x, void *user, const char *name, const char **attributes, int depth)
{
    struct relations_reader *r = user;
    if (depth != 2 || strcmp(name, "Relationship") != 0)
        return;
    const char *id = xlsx_attribute(attributes, "Id"), *type = xlsx_attribute(attributes, "Type");
    const char *target = xlsx_attribute(attributes, "Target"), *mode = xlsx_attribute(attributes, "TargetMode");
    if (id == NULL || type == NULL || target == NULL || (mode != NULL && strcmp(mode, "External") == 0))
        return;
    if (r->relations->count == LIMIT_XLSX_ENTRIES) {
        err_set(xlsx_xml_error(x), ERR_LIMIT, N_("%s relates its parts more than %d times"), r->file,
                LIMIT_XLSX_ENTRIES);
        return;
    }
    vec_push(r->relations, ((struct relation){.id = arena_strdup(r->arena, id),
                                              .type = arena_strdup(r->arena, after_last_slash(type)),
                                              .target = resolve(r->arena, r->base, target)}));
}

/* The relations of a part ("" for the whole package), from the _rels folder beside it. None is no error. */
static bool read_relations(struct xlsx *t, const char *part, relations_t *to, struct err *e)
{
    static const struct xlsx_handler handler = {.start = relations_start};
    const char *leaf = after_last_slash(part);
    const char *base = arena_text(&t->arena, str_part(part, (size_t)(leaf - part)));
    const char *rels = arena_printf(&t->arena, "%s_rels/%s.rels", base, leaf);
    struct relations_reader r = {.arena = &t->arena, .relations = to, .file = t->file, .base = base};
    return !xlsx_zip_has(t->zip, rels) || xlsx_xml_read(t->zip, rels, LIMIT_XLSX_PART_BYTES, &handler, &r, e);
}

static const char *target_of_type(const relations_t *relations, const char *type)
{
    for (size_t i = 0; i < relations->count; i++) {
        if (strcmp(relations->items[i].type, type) == 0)
            return relations->items[i].target;
    }
    return NULL;
}

/* --- the workbook part: workbook > workbookPr, workbook > sheets > sheet --- */

struct workbook_reader {
    struct xlsx *t;
    bool in_sheets;
};

static void add_sheet(struct xlsx_xml *x, struct xlsx *t, const char **attributes)
{
    const char *name = xlsx_attribute(attributes, "name"), *state = xlsx_attribute(attributes, "state"), *id = NULL;
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        const char *colon = strchr(attributes[i], ':'); /* r:id: `sheetId` is something else */
        if (colon != NULL && strcmp(colon, ":id") == 0)
            id = attributes[i + 1];
    }
    if (t->sheets.count == LIMIT_XLSX_SHEETS) {
        err_set(xlsx_xml_error(x), ERR_LIMIT, N_("%s has more than %d sheets"), t->file, LIMIT_XLSX_SHEETS);
        return;
    }
    vec_push(&t->sheets, ((struct sheet){.name = arena_strdup(&t->arena, name == NULL ? "" : name),
                                         .id = arena_strdup(&t->arena, id == NULL ? "" : id),
                                         .hidden = state != NULL && strcmp(state, "visible") != 0}));
}

static void workbook_start(struct xlsx_xml *x, void *user, const char *name, const char **attributes, int depth)
{
    struct workbook_reader *r = user;
    if (depth == 1 && strcmp(name, "workbook") != 0) {
        err_set(xlsx_xml_error(x), ERR_FORMAT, N_("%s is an Office document but no workbook; save its table as .xlsx"),
                r->t->file);
    } else if (depth == 2) {
        r->in_sheets = strcmp(name, "sheets") == 0;
        if (strcmp(name, "workbookPr") == 0) {
            const char *value = xlsx_attribute(attributes, "date1904");
            r->t->date1904 = value != NULL && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
        }
    } else if (depth == 3 && r->in_sheets && strcmp(name, "sheet") == 0) {
        add_sheet(x, r->t, attributes);
    }
}

/* --- custom properties: Properties > property name="…" > vt:lpwstr --- */

struct properties_reader {
    struct xlsx *t;
    const char *name; /* of the property at hand */
    struct buf value;
};

static void properties_start(struct xlsx_xml *x, void *user, const char *name, const char **attributes, int depth)
{
    struct properties_reader *r = user;
    (void)x;
    if (depth == 2) {
        const char *found = strcmp(name, "property") == 0 ? xlsx_attribute(attributes, "name") : NULL;
        r->name = found == NULL ? NULL : arena_strdup(&r->t->arena, found);
        buf_clear(&r->value);
    }
}

static void properties_text(struct xlsx_xml *x, void *user, const char *bytes, size_t n)
{
    struct properties_reader *r = user;
    if (r->name != NULL && !buf_add(&r->value, bytes, n))
        err_set(xlsx_xml_error(x), ERR_LIMIT, N_("%s: the document property %s is too long"), r->t->file, r->name);
}

static void properties_end(struct xlsx_xml *x, void *user, const char *name, int depth)
{
    struct properties_reader *r = user;
    (void)name;
    if (depth != 2 || r->name == NULL)
        return;
    if (r->t->properties.count == LIMIT_XLSX_PROPERTIES) {
        err_set(xlsx_xml_error(x), ERR_LIMIT, N_("%s has more than %d document properties"), r->t->file,
                LIMIT_XLSX_PROPERTIES);
        return;
    }
    size_t n = r->value.n == 0 ? 0 : xlsx_unescape(r->value.p, r->value.n);
    struct str value = str_trim(str_part(r->value.p, n));
    vec_push(&r->t->properties, ((struct property){.name = r->name, .value = arena_text(&r->t->arena, value)}));
    r->name = NULL;
}

static bool read_properties(struct xlsx *t, const char *part, struct err *e)
{
    static const struct xlsx_handler handler = {properties_start, properties_end, properties_text};
    struct properties_reader r = {.t = t, .value = BUF_INIT(LIMIT_TABLE_CELL_BYTES)};
    bool ok = xlsx_xml_read(t->zip, part, LIMIT_XLSX_PART_BYTES, &handler, &r, e);
    buf_release(&r.value);
    return ok;
}

/* --- opening --- */

/* Archives that are no workbook, told by a part that they have. */
static bool refuse_others(const struct xlsx *t, struct err *e)
{
    if (xlsx_zip_has(t->zip, "mimetype") && xlsx_zip_has(t->zip, "content.xml"))
        return err_set(e, ERR_FORMAT, N_("%s is an OpenDocument file (.ods); open it and save it as .xlsx"), t->file);
    if (xlsx_zip_has(t->zip, "Index/Document.iwa"))
        return err_set(e, ERR_FORMAT, N_("%s is an Apple Numbers document; export it as .xlsx"), t->file);
    return true;
}

/* Where the workbook part is: what the package says, else where every writer puts it. */
static bool find_workbook(struct xlsx *t, const relations_t *package, const char **ret, struct err *e)
{
    const char *part = target_of_type(package, "officeDocument");
    if (part == NULL || !xlsx_zip_has(t->zip, part))
        part = "xl/workbook.xml";
    if (str_ends(str_of(part), ".bin") || xlsx_zip_has(t->zip, "xl/workbook.bin"))
        return err_set(e, ERR_FORMAT, N_("%s is a binary workbook (.xlsb); open it and save it as .xlsx"), t->file);
    if (!xlsx_zip_has(t->zip, part))
        return err_set(e, ERR_FORMAT, N_("%s is a ZIP archive without a workbook; take the file out of it first"),
                       t->file);
    *ret = part;
    return true;
}

static bool read_workbook(struct xlsx *t, const char *part, struct err *e)
{
    static const struct xlsx_handler handler = {.start = workbook_start};
    struct workbook_reader r = {.t = t};
    if (!read_relations(t, part, &t->relations, e) ||
        !xlsx_xml_read(t->zip, part, LIMIT_XLSX_PART_BYTES, &handler, &r, e))
        return false;
    const char *strings = target_of_type(&t->relations, "sharedStrings");
    const char *styles = target_of_type(&t->relations, "styles");
    if (strings != NULL && xlsx_zip_has(t->zip, strings)) {
        t->total += xlsx_zip_size(t->zip, strings);
        if (!xlsx_strings_read(&t->strings, t->zip, strings, e))
            return false;
    }
    return styles == NULL || !xlsx_zip_has(t->zip, styles) || xlsx_styles_read(&t->styles, t->zip, styles, e);
}

static bool read_package(struct xlsx *t, struct err *e)
{
    relations_t package = {0};
    const char *workbook = NULL, *custom;
    bool ok = refuse_others(t, e) && read_relations(t, "", &package, e) && find_workbook(t, &package, &workbook, e) &&
              read_workbook(t, workbook, e);
    custom = ok ? target_of_type(&package, "custom-properties") : NULL;
    if (ok && custom == NULL)
        custom = target_of_type(&package, "customProperties"); /* the strict namespace calls it so */
    if (custom != NULL && xlsx_zip_has(t->zip, custom))
        ok = read_properties(t, custom, e);
    vec_release(&package);
    for (size_t i = 0; ok && i < t->relations.count; i++) {
        if (strcmp(t->relations.items[i].type, "worksheet") == 0)
            t->total += xlsx_zip_size(t->zip, t->relations.items[i].target);
    }
    return ok;
}

/* --- the reader --- */

static bool xlsx_next_sheet(struct table *table, const struct table_sheet **ret, struct err *e)
{
    struct xlsx *t = (struct xlsx *)table;
    xlsx_sheet_close(t->open);
    t->open = NULL;
    while (e->code == ERR_NONE && t->next_sheet < t->sheets.count) {
        const struct sheet *sheet = &t->sheets.items[t->next_sheet++];
        const struct relation *found = NULL;
        for (size_t i = 0; i < t->relations.count; i++) {
            if (strcmp(t->relations.items[i].id, sheet->id) == 0)
                found = &t->relations.items[i];
        }
        if (found == NULL)
            return err_set(e, ERR_FORMAT,
                           N_("%s: the workbook lists sheet %s but does not say where it is; save it again"), t->file,
                           sheet->name);
        if (strcmp(found->type, "worksheet") != 0)
            continue; /* a chart, a dialogue, old macros */
        struct xlsx_context context = {t->zip, &t->strings, &t->styles, t->date1904};
        if (!xlsx_sheet_open(&context, found->target, sheet->name, &t->open, e))
            return false;
        t->shown = (struct table_sheet){.name = sheet->name, .index = t->next_index++, .hidden = sheet->hidden};
        *ret = &t->shown;
        return true;
    }
    return false;
}

static bool xlsx_next_row(struct table *table, const struct table_row **ret, struct err *e)
{
    struct xlsx *t = (struct xlsx *)table;
    return t->open != NULL && e->code == ERR_NONE && xlsx_sheet_next(t->open, ret, e);
}

static const char *xlsx_property(struct table *table, const char *name)
{
    const struct xlsx *t = (const struct xlsx *)table;
    for (size_t i = 0; i < t->properties.count; i++) {
        if (strcmp(t->properties.items[i].name, name) == 0)
            return t->properties.items[i].value;
    }
    return "";
}

static void xlsx_progress(const struct table *table, size_t *ret_done, size_t *ret_total)
{
    const struct xlsx *t = (const struct xlsx *)table;
    size_t done = xlsx_zip_inflated(t->zip);
    *ret_done = done < t->total ? done : t->total;
    *ret_total = t->total;
}

static void xlsx_close(struct table *table)
{
    struct xlsx *t = (struct xlsx *)table;
    xlsx_sheet_close(t->open);
    xlsx_strings_release(&t->strings);
    xlsx_styles_release(&t->styles);
    vec_release(&t->relations);
    vec_release(&t->properties);
    vec_release(&t->sheets);
    arena_release(&t->arena);
    xlsx_zip_close(t->zip);
    mem_free(t->file);
    mem_free(t);
}

static const struct table_ops xlsx_ops = {
    .next_sheet = xlsx_next_sheet,
    .next_row = xlsx_next_row,
    .property = xlsx_property,
    .progress = xlsx_progress,
    .close = xlsx_close,
};

bool xlsx_open(int fd, size_t size, const char *name, struct table **ret, struct err *e)
{
    struct xlsx *t = mem_alloc(1, sizeof *t);
    (void)size;
    t->base.ops = &xlsx_ops;
    t->file = mem_dup_text(name);
    if (!xlsx_zip_open(fd, t->file, &t->zip, e) || !read_package(t, e)) {
        xlsx_close(&t->base);
        return false;
    }
    *ret = &t->base;
    return true;
}
