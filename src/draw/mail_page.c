#include "draw/mail_page.h"

#include "draw/tokens.h"

static void styles(struct html *h, const char *css)
{
    html_raw(h, "<style>:root{color-scheme:light dark;supported-color-schemes:light dark}\n");
    buf_add_text(h->to, css);
    for (int t = 0; t < TOKEN_COUNT; t++) {
        unsigned dark = (unsigned)token_colour((enum token)t, THEME_DARK);
        buf_printf(h->to, ".c-%s{color:#%06x!important}", token_property((enum token)t), dark);
        if (t == TOKEN_PAPER || t == TOKEN_CARD || t == TOKEN_HOVER || t >= TOKEN_GOOD_BG)
            buf_printf(h->to, ".b-%s{background:#%06x!important;background-color:#%06x!important}",
                       token_property((enum token)t), dark, dark);
        if (t == TOKEN_LINE)
            buf_printf(h->to, ".l{border-color:#%06x!important}", dark);
    }
    html_raw(h, "h2{color:#e8e6e1!important}a{color:#7cc0ea!important}}</style>\n");
}

/* Word knows no max-width: it gets a table of fixed width around. */
void mail_page_open(struct html *h, enum lang lang, const char *title, int width, const char *css)
{
    html_raw(h, "<!doctype html>\n");
    html_open(h, "html");
    html_attr(h, "lang", lang_code(lang));
    html_raw(h,
             "<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
             "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" "
             "content=\"light dark\">\n<meta name=\"format-detection\" content=\"telephone=no,date=no\">");
    html_element(h, "title", title);
    styles(h, css);
    html_raw(h, "</head>\n");
    html_open(h, "body");
    html_attr(h, "bgcolor", token_hex(TOKEN_PAPER));
    html_attr(h, "class", "b-paper");
    html_style(h, "margin:0;padding:0;background-color:$paper;color:$ink");
    html_open(h, "table");
    html_attr(h, "role", "presentation");
    html_attr(h, "width", "100%");
    html_attr(h, "border", "0");
    html_attr(h, "cellpadding", "0");
    html_attr(h, "cellspacing", "0");
    html_attr(h, "bgcolor", token_hex(TOKEN_PAPER));
    html_attr(h, "class", "b-paper");
    html_style(h, "background-color:$paper");
    html_raw(h, "<tr>");
    html_open(h, "td");
    html_attr(h, "align", "center");
    html_attr(h, "class", "outer");
    html_style(h, "padding:16px 8px");
    html_raw(h, "\n<!--[if mso]><table role=\"presentation\" width=\"");
    html_text_int(h, width);
    html_raw(h, "\" align=\"center\" border=\"0\" cellpadding=\"0\" cellspacing=\"0\"><tr><td><![endif]-->\n");
    html_open(h, "table");
    html_attr(h, "role", "presentation");
    html_attr(h, "width", "100%");
    html_attr(h, "border", "0");
    html_attr(h, "cellpadding", "0");
    html_attr(h, "cellspacing", "0");
    html_attr(h, "bgcolor", token_hex(TOKEN_CARD));
    html_attr(h, "class", "b-card");
    buf_printf(h->to, " style=\"max-width:%dpx;background-color:%s;text-align:left\"", width, token_hex(TOKEN_CARD));
    html_raw(h, "<tr>");
    html_open(h, "td");
    html_attr(h, "align", "left");
    html_attr(h, "bgcolor", token_hex(TOKEN_CARD));
    html_attr(h, "class", "inner c-ink b-card l");
    html_style(h, "padding:24px;border:1px solid $line;background-color:$card;color:$ink;" MAIL_PAGE_FONT
                  ";font-size:15px;line-height:1.45;overflow-wrap:anywhere;word-break:break-word");
    html_raw(h, "\n");
}

void mail_page_close(struct html *h)
{
    html_close(h);
    html_raw(h, "</tr>");
    html_close(h);
    html_raw(h, "\n<!--[if mso]></td></tr></table><![endif]-->\n");
    html_close(h);
    html_raw(h, "</tr>");
    html_close(h);
    html_close(h);
    html_raw(h, "\n");
    html_close(h);
    html_raw(h, "\n");
}
