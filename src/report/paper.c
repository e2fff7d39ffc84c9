/* The HTML of a paper. Its PDF is paper_pdf.c's, in the module that has cairo. */
#include "report/paper.h"

#include "base/module.h"
#include "report/picture.h"

static void put_text(struct html *h, const char *text)
{
    html_text(h, text);
    html_close(h);
}

static void put_head(const struct paper *p, struct html *h)
{
    html_raw(h, "<!DOCTYPE html>\n");
    html_open(h, "html");
    html_attr(h, "lang", lang_code(p->lang));
    html_open(h, "head");
    html_open(h, "meta");
    html_attr(h, "charset", "utf-8");
    html_open(h, "title");
    put_text(h, p->name);
    html_raw(h, "<style>body{font:11pt/1.5 'Noto Sans',Arial,sans-serif;margin:2cm;color:#1a1a1a;background:#fff}"
                "table{border-collapse:collapse;width:100%}td,th{border:1px solid #767676;padding:4px 8px;"
                "text-align:left;overflow-wrap:anywhere}dt{font-weight:bold}@page{size:A4;margin:2cm}</style>");
    html_close(h);
}

static void put_table(const struct paper *p, struct html *h)
{
    html_open(h, "table");
    html_open(h, "thead");
    html_open(h, "tr");
    for (size_t c = 0; c < p->column_count; c++) {
        html_open(h, "th");
        html_attr(h, "scope", "col");
        put_text(h, p->heads[c]);
    }
    html_close(h);
    html_close(h);
    html_open(h, "tbody");
    for (size_t r = 0; r < p->row_count; r++) {
        html_open(h, "tr");
        for (size_t c = 0; c < p->column_count; c++) {
            html_open(h, "td");
            put_text(h, p->cells[r * p->column_count + c]);
        }
        html_close(h);
    }
    html_close(h);
    html_close(h);
}

bool paper_html(const struct paper *p, struct buf *html, struct err *e)
{
    struct html h = HTML_INIT(html);
    put_head(p, &h);
    html_open(&h, "body");
    html_open(&h, "h1");
    put_text(&h, p->title);
    html_open(&h, "dl");
    for (size_t i = 0; i < p->fact_count; i++) {
        html_open(&h, "dt");
        put_text(&h, p->facts[i].name);
        html_open(&h, "dd");
        put_text(&h, p->facts[i].value);
    }
    html_close(&h);
    put_table(p, &h);
    html_open(&h, "p");
    put_text(&h, p->note);
    html_close(&h);
    html_close(&h);
    return html_end(&h, e);
}

bool paper_pdf(const struct paper *p, struct buf *pdf, struct err *e)
{
    const struct picture_module *m = module_api(MODULE_PICTURE, e);
    return m != NULL && m->paper(p, pdf, e);
}
