/* Any bytes as two files of the data set, parted at the first NUL: what is accepted is whole, its rows are of its
 * tables and its references lead somewhere; what is not says where. */
#include "scsp_bench.h"

#include "scsp/dataset.h"

static void table_check(const struct data_table *t)
{
    must(t->name != NULL && t->name[0] != '\0' && t->path != NULL);
    for (size_t i = 0; i < t->count; i++) {
        const struct data_row *row = &t->rows[i];
        must(t->key == NULL || data_text(row, t->key) != NULL);
        for (size_t k = 0; k < row->count; k++) {
            must(row->cells[k].column != NULL && data_has_column(t, row->cells[k].column));
            if (row->cells[k].text != NULL)
                must(data_find(t, row->cells[k].column, row->cells[k].text) != NULL);
        }
        if (i > 50)
            break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct finder f = {.lang = LANG_EN, .code = ERR_PROFILE};
    struct dataset_reader r = {.arena = &a, .find = &f};
    struct dataset set;
    struct str bytes = str_part((const char *)data, size);
    size_t first = str_find(bytes, '\0');
    dataset_read(&r, str_part(bytes.p, first), "one.yaml");
    if (first < bytes.n)
        dataset_read(&r, str_part(bytes.p + first + 1, bytes.n - first - 1), "two.yaml");
    if (dataset_finish(&r, &set)) {
        must(f.found.count == 0);
        for (size_t i = 0; i < set.count; i++) {
            table_check(&set.tables[i]);
            must(dataset_table(&set, set.tables[i].name) != NULL);
        }
    } else {
        must(f.found.count > 0);
    }
    config_findings_release(&f.found);
    arena_release(&a);
    return 0;
}
