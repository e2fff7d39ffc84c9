#include "registry/columns.h"

#include "base/text.h"

static const char *const field_codes[FIELD_COUNT] = {
#define X(name, code) [FIELD_##name] = (code),
    FIELD_LIST(X)
#undef X
};

/* A table needs all of `all` and one of `any`; lists end in FIELD_COUNT. */
static const struct {
    const char *code;
    const char *sheet; /* folded name of the workbook's sheet */
    enum field all[3], any[3];
} kinds[FOREIGN_COUNT] = {
    [FOREIGN_REGISTRY] = {"registry",
                          "query",
                          {FIELD_DESCRIPTION, FIELD_COUNT},
                          {FIELD_EXPIRES_CDS, FIELD_EXPIRES_CDA, FIELD_COUNT}},
    [FOREIGN_CONTACTS] = {"contacts", "contactes", {FIELD_BODY, FIELD_EMAIL, FIELD_COUNT}, {FIELD_COUNT}},
    [FOREIGN_BODIES] = {"bodies", "ens", {FIELD_NAME, FIELD_COUNT}, {FIELD_INE10, FIELD_NIF, FIELD_COUNT}},
    [FOREIGN_CERTIFICATES] = {"certificates", "certificats", {FIELD_BODY, FIELD_COMMENT, FIELD_COUNT}, {FIELD_COUNT}},
    [FOREIGN_KO] = {"ko", "ko", {FIELD_BODY, FIELD_ERROR, FIELD_COUNT}, {FIELD_COUNT}},
    [FOREIGN_ELIGIBLE] = {"eligible", "abss", {FIELD_NAME, FIELD_THROUGH, FIELD_COUNT}, {FIELD_COUNT}},
    [FOREIGN_OK] = {"ok", "ok", {FIELD_BODY, FIELD_ACTION, FIELD_COUNT}, {FIELD_COUNT}},
};

const char *foreign_code(enum foreign f)
{
    return f == FOREIGN_NONE ? "none" : kinds[f].code;
}

const char *columns_needed(void)
{
    return N_("a registry has the columns Ens (DESCRIPCIO) and Data CDS or Data CDA; contacts have Ens and Correu; "
              "ResumAjuntaments has Ens with Comentari, Error or Acció");
}

static int field_of(const struct profile_files *p, const char *table, const char *fold)
{
    size_t low = 0, high = p->header_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(p->headers[middle].word, fold);
        if (order == 0)
            order = strcmp(p->headers[middle].table, table);
        if (order < 0) {
            low = middle + 1;
        } else if (order > 0) {
            high = middle;
        } else {
            for (int f = 0; f < FIELD_COUNT; f++) {
                if (strcmp(field_codes[f], p->headers[middle].field) == 0)
                    return f;
            }
            return FIELD_COUNT; /* recognised, of no use to us: days that we count anew */
        }
    }
    return -1;
}

static bool complete(enum foreign kind, const struct columns *c)
{
    bool any = kinds[kind].any[0] == FIELD_COUNT;
    for (const enum field *f = kinds[kind].any; *f != FIELD_COUNT; f++)
        any = any || c->at[*f] >= 0;
    for (const enum field *f = kinds[kind].all; *f != FIELD_COUNT; f++)
        any = any && c->at[*f] >= 0;
    return any;
}

bool columns_match(const struct profile_files *p, const char *sheet, const struct table_row *row, struct arena *a,
                   struct columns *ret)
{
    size_t count = row->count < LIMIT_TABLE_COLUMNS ? row->count : LIMIT_TABLE_COLUMNS;
    const char **folds = arena_array(a, const char *, count);
    for (size_t i = 0; i < count; i++)
        folds[i] = text_fold(a, row->cells[i].text);
    const char *sheet_fold = text_fold(a, str_of(sheet));
    struct columns best = {.kind = FOREIGN_NONE};
    for (int kind = 0; kind < FOREIGN_COUNT; kind++) {
        struct columns c = {.kind = (enum foreign)kind, .header_row = row->number};
        for (int f = 0; f < FIELD_COUNT; f++)
            c.at[f] = -1;
        for (size_t i = 0; i < count; i++) {
            int f = folds[i][0] == '\0' ? -1 : field_of(p, kinds[kind].code, folds[i]);
            if (f < 0)
                continue;
            c.matched++;
            if (f < FIELD_COUNT && c.at[f] < 0) {
                c.at[f] = (int)i;
                c.label[f] = arena_text(a, row->cells[i].text);
            }
        }
        if (!complete(c.kind, &c))
            continue;
        if (strcmp(sheet_fold, kinds[kind].sheet) == 0)
            c.matched += LIMIT_TABLE_COLUMNS; /* the sheet's own name decides */
        if (best.kind == FOREIGN_NONE || c.matched > best.matched)
            best = c;
    }
    if (best.kind == FOREIGN_NONE)
        return false;
    *ret = best;
    return true;
}

const struct cell *columns_cell(const struct columns *c, const struct table_row *row, enum field f)
{
    static const struct cell empty = {.kind = CELL_EMPTY};
    return c->at[f] < 0 || (size_t)c->at[f] >= row->count ? &empty : &row->cells[c->at[f]];
}

bool columns_have(const struct columns *c, enum field f)
{
    return c->at[f] >= 0;
}

const char *columns_place(const struct columns *c, struct arena *a, enum field f)
{
    char name[TABLE_COLUMN_NAME_BYTES];
    if (c->at[f] < 0)
        return field_codes[f];
    return arena_printf(a, "%s (%s)", table_column_name((size_t)c->at[f], name), c->label[f]);
}
