#include "draw/qr.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/module.h"

enum { QUIET = 4 };

/* Runs of dark modules of each row as one path: small, and sharp at any size. */
static void write_path(struct buf *to, const struct qr *q)
{
    for (int y = 0; y < q->side; y++) {
        for (int x = 0; x < q->side; x++) {
            int from = x;
            while (x < q->side && q->dark[y][x])
                x++;
            if (x > from)
                buf_printf(to, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
        }
    }
}

bool qr_svg(struct html *h, const char *text, const char *title, struct err *e)
{
    const struct qr_api *api = module_api(MODULE_QR, e);
    struct qr *q = mem_alloc(1, sizeof *q);
    struct buf path = BUF_INIT(LIMIT_QR_BYTES);
    char box[32];
    bool ok = api != NULL && api->encode(text, q, e);
    if (ok) {
        write_path(&path, q);
        (void)snprintf(box, sizeof box, "0 0 %d %d", q->side + 2 * QUIET, q->side + 2 * QUIET);
        html_open(h, "svg");
        html_attr(h, "class", "qr");
        html_attr(h, "viewBox", box);
        html_attr(h, "role", "img");
        html_attr(h, "aria-label", title);
        html_attr(h, "shape-rendering", "crispEdges");
        html_raw(h, "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>");
        html_open(h, "path");
        html_attr(h, "fill", "#000");
        html_attr(h, "d", buf_text(&path));
        html_close(h);
        html_close(h);
    }
    buf_release(&path);
    mem_free(q);
    return ok;
}
