#include "web/csv.h"

#include "table/table.h"

void csv_begin(struct buf *to)
{
    buf_add_text(to, "\xEF\xBB\xBF");
}

void csv_cell(struct buf *to, const char *text, bool last)
{
    table_csv_field(to, str_of(text), ';');
    buf_add_text(to, last ? "\r\n" : ";");
}

void csv_send(struct call *c, struct buf *text, const char *name)
{
    call_header(c, "Content-Disposition", arena_printf(call_arena(c), "attachment; filename=\"%s\"", name));
    call_plain(c, 200, "text/csv; charset=utf-8", text);
}
