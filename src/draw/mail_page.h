/* The page around an e-mail's HTML: what Outlook, which draws with Word, and clients that drop <style> need. Widths,
 * padding, borders and backgrounds stand on tables and cells, as attributes too; <style> only adds the dark theme and
 * the phone. The message stands in one cell; elements in it may use the classes c-TOKEN (text), b-TOKEN (background), l
 * (border) of the design tokens, which follow the theme. */
#ifndef TALAIA_DRAW_MAIL_PAGE_H
#define TALAIA_DRAW_MAIL_PAGE_H

#include "base/lang.h"
#include "draw/html.h"

#define MAIL_PAGE_FONT "font-family:'Segoe UI',system-ui,'Noto Sans',Arial,sans-serif"

/* For the phone, inside a @media rule of one's own. */
#define MAIL_PAGE_PHONE ".outer{padding:0!important}.inner{padding:16px!important;border:0!important}"

/* Up to the cell that holds the message. `width` in pixels at most; `css` goes into <style>. */
void mail_page_open(struct html *h, enum lang lang, const char *title, int width, const char *css);
void mail_page_close(struct html *h);

#endif
