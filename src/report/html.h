/* The Friday report as HTML: a page to keep, and the e-mail. */
#ifndef TALAIA_REPORT_HTML_H
#define TALAIA_REPORT_HTML_H

#include "base/buf.h"
#include "report/grid.h"
#include "report/texts.h"

/* A page of its own, without references to other files: phones, dark theme and print included. */
bool report_html_page(const struct report *r, const struct report_texts *t, struct buf *html, struct err *e);

/* The pictures that travel with the e-mail; an empty span: there is none for that table. */
struct report_pictures {
    struct str png[REPORT_TABLES];
};

/* The e-mail's HTML, made for Outlook as much as for phones: everything inline, real tables. The pictures are shown
 * small, at the end, for whoever does not see the tables well: referenced as cid:report_picture_id(). `pictures` may be
 * NULL. */
bool report_html_mail(const struct report *r, const struct report_texts *t, const struct report_pictures *pictures,
                      struct buf *html, struct err *e);

/* The content id of a table's picture, without angle brackets: "ok.REPORT-ID@talaia". In the arena. */
const char *report_picture_id(struct arena *a, const struct report *r, enum report_table which);

#endif
