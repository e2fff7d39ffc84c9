/* The light doors to the heavy parts: they load the module and hand over. */
#include "base/module.h"
#include "report/picture.h"
#include "report/workbook.h"

#include "core/date_text.h"

bool report_workbook_write(const struct report *r, const char *path, struct err *e)
{
    const struct workbook_module *m = module_api(MODULE_WORKBOOK, e);
    return m != NULL && m->write(r, path, e);
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
        .subtitle = arena_printf(&a, "%s · %s", date_short(r->day, r->lang, day), grid->row_count > 0 ? grid->summary : ""),
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
