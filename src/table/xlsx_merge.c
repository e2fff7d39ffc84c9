#include "table/xlsx_merge.h"

#include "base/limits.h"
#include "table/xlsx_xml.h"

#define SCAN_BYTES (64u * 1024u)

bool xlsx_reference(const char **s, size_t *ret_column, size_t *ret_row)
{
    const char *p = *s;
    size_t column = 0, row = 0;
    int letters = 0, digits = 0;
    for (; (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z'); p++, letters++) {
        if (letters == 3)
            return false;
        column = column * 26 + (size_t)((*p | 0x20) - 'a') + 1;
    }
    for (; *p >= '0' && *p <= '9'; p++, digits++) {
        if (digits == 8)
            return false;
        row = row * 10 + (size_t)(*p - '0');
    }
    if (letters == 0)
        return false;
    *s = p;
    *ret_column = column - 1;
    *ret_row = row;
    return true;
}

static void merges_start(struct xlsx_xml *x, void *user, const char *name, const char **attributes, int depth)
{
    struct xlsx_merges *m = user;
    struct xlsx_area a;
    if (depth != 3 || strcmp(name, "mergeCell") != 0)
        return;
    const char *reference = xlsx_attribute(attributes, "ref");
    /* An area that cannot be read covers nothing: its cells are shown. */
    if (reference == NULL || !xlsx_reference(&reference, &a.first_column, &a.first_row) || *reference++ != ':' ||
        !xlsx_reference(&reference, &a.last_column, &a.last_row) || a.first_row == 0)
        return;
    if (m->areas.count == LIMIT_XLSX_MERGES)
        err_set(xlsx_xml_error(x), ERR_LIMIT, N_("%s: a sheet has more than %d merged areas"), m->file,
                LIMIT_XLSX_MERGES);
    else
        vec_push(&m->areas, a);
}

/* Is the word there at all? Most sheets have no merged areas: they are inflated twice but parsed once. */
static bool mentions_merges(struct xlsx_zip *z, const char *part, bool *ret, struct err *e)
{
    static const char word[] = "mergeCell";
    const size_t overlap = sizeof word - 2;
    struct xlsx_part *p;
    if (!xlsx_part_open(z, part, LIMIT_XLSX_INFLATED_BYTES, &p, e))
        return false;
    char *bytes = mem_alloc(overlap + SCAN_BYTES, 1);
    bool found = false, ok;
    size_t kept = 0, n = 0, total = 0;
    while ((ok = xlsx_part_read(p, bytes + kept, SCAN_BYTES, &n, e)) && n > 0 && !found) {
        total += n;
        if (total > LIMIT_XLSX_MERGE_SCAN_BYTES)
            break; /* the archive's directory told a smaller size */
        found = memmem(bytes, kept + n, word, sizeof word - 1) != NULL;
        size_t keep = kept + n < overlap ? kept + n : overlap;
        memmove(bytes, bytes + kept + n - keep, keep);
        kept = keep;
    }
    mem_free(bytes);
    xlsx_part_close(p);
    *ret = found;
    return ok;
}

static int by_first_row(const void *a, const void *b)
{
    const struct xlsx_area *x = a, *y = b;
    return (x->first_row > y->first_row) - (x->first_row < y->first_row);
}

bool xlsx_merges_read(struct xlsx_merges *m, struct xlsx_zip *z, const char *part, struct err *e)
{
    static const struct xlsx_handler handler = {.start = merges_start};
    bool any = false;
    m->file = xlsx_zip_name(z);
    if (xlsx_zip_size(z, part) > LIMIT_XLSX_MERGE_SCAN_BYTES)
        return true;
    if (!mentions_merges(z, part, &any, e))
        return false;
    if (any && !xlsx_xml_read(z, part, LIMIT_XLSX_INFLATED_BYTES, &handler, m, e))
        return false;
    if (m->areas.count > 0)
        qsort(m->areas.items, m->areas.count, sizeof *m->areas.items, by_first_row);
    return true;
}

void xlsx_merges_apply(struct xlsx_merges *m, size_t row, struct cell *cells, size_t count)
{
    for (; m->next < m->areas.count && m->areas.items[m->next].first_row <= row; m->next++)
        vec_push(&m->active, m->areas.items[m->next]);
    size_t kept = 0;
    for (size_t i = 0; i < m->active.count; i++) {
        struct xlsx_area a = m->active.items[i];
        if (a.last_row < row)
            continue;
        m->active.items[kept++] = a;
        for (size_t c = a.first_column + (row == a.first_row); c <= a.last_column && c < count; c++)
            cells[c] = (struct cell){.kind = CELL_EMPTY, .day = DAY_NONE};
    }
    m->active.count = kept;
}

void xlsx_merges_release(struct xlsx_merges *m)
{
    vec_release(&m->areas);
    vec_release(&m->active);
}
