/* The light doors to the heavy parts: they load the module and hand over. */
#include "base/module.h"
#include "report/picture.h"
#include "report/workbook.h"
#include "report/workbook_list.h"

#include "core/date_text.h"

static const char *query_summary(struct arena *a, const struct report *r)
{
    size_t warn = 0;
    for (size_t i = 0; i < r->query_count; i++)
        warn += r->query[i].warn;
    const char *bodies = arena_printf(a, trn(r->lang, "%zu body", "%zu bodies", r->query_count), r->query_count);
    const char *to_warn = arena_printf(a, trn(r->lang, "%zu to be warned", "%zu to be warned", warn), warn);
    const char *down = arena_printf(a, trn(r->lang, "%zu down", "%zu down", r->ko_count), r->ko_count);
    const char *out =
        arena_printf(a, trn(r->lang, "%zu left out", "%zu left out", r->left_out_count), r->left_out_count);
    return arena_printf(a, "%s · %s · %s · %s", bodies, to_warn, down, out);
}

bool report_workbook_write(const struct report *r, const char *path, struct err *e)
{
    const struct workbook_module *m = module_api(MODULE_WORKBOOK, e);
    if (m == NULL)
        return false;
    struct arena a = {0};
    size_t count;
    const char *const *lines = report_change_lines(&a, r, &count);
    struct workbook_words words = {.query_summary = query_summary(&a, r), .changes = ""};
    for (int t = 0; t < REPORT_TABLES; t++) {
        words.title[t] = report_table_title(r, (enum report_table)t);
        words.summary[t] = report_table_summary(&a, r, (enum report_table)t);
    }
    for (size_t i = 0; i < count; i++)
        words.changes = arena_printf(&a, "%s%s%s", words.changes, i == 0 ? "" : "\n", lines[i]);
    bool good = m->write(r, &words, path, e);
    arena_release(&a);
    return good;
}

bool report_list_write(const struct workbook_list *x, const char *path, struct err *e)
{
    const struct workbook_module *m = module_api(MODULE_WORKBOOK, e);
    return m != NULL && m->write_list(x, path, e);
}

static bool draw(const struct report *r, enum report_table which, size_t first, bool alone, size_t *ret_next,
                 struct buf *png, struct err *e)
{
    const struct picture_module *m = module_api(MODULE_PICTURE, e);
    if (m == NULL)
        return false;
    struct arena a = {0};
    char day[DATE_LONG_BYTES];
    const struct grid *grid = report_grid(&a, r, which);
    struct picture_request request = {
        .grid = grid,
        .subtitle =
            arena_printf(&a, "%s · %s", date_short(r->day, r->lang, day), grid->row_count > 0 ? grid->summary : ""),
        .remainder = alone ? tr(r->lang, N_("%zu rows more are in the workbook.")) : NULL,
        .first = first,
    };
    if (grid->row_count == 0)
        request.subtitle = arena_strdup(&a, day);
    bool good = m->table(&request, ret_next, png, e);
    arena_release(&a);
    return good;
}

bool report_table_png(const struct report *r, enum report_table which, struct buf *png, struct err *e)
{
    size_t next;
    return draw(r, which, 0, true, &next, png, e);
}

bool report_table_png_part(const struct report *r, enum report_table which, size_t first, size_t *ret_next,
                           struct buf *png, struct err *e)
{
    return draw(r, which, first, false, ret_next, png, e);
}
