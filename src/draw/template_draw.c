/* How a template that has been read looks, as text and as HTML. */
#include "draw/template.h"
#include "draw/wrap.h"

#include "base/text.h"

/* The runs as one text: "words (address)" for a link whose words are not its address. Pieces of one link's words are
 * neighbours with the same address. */
static void runs_text(const struct template_block *b, struct buf *to)
{
    for (size_t i = 0; i < b->run_count; i++) {
        const struct template_run *run = &b->runs[i];
        if (run->line_end) {
            buf_add_char(to, '\n');
            continue;
        }
        buf_add_text(to, run->text);
        bool last = run->url != NULL && (i + 1 == b->run_count || b->runs[i + 1].url != run->url);
        const char *bare = last && str_starts(str_of(run->url), "mailto:") ? run->url + strlen("mailto:") : run->url;
        if (last && strcmp(bare, run->text) != 0)
            buf_printf(to, " (%s)", bare);
    }
}

static void heading_text(const char *text, int width, struct buf *to)
{
    wrap_text(to, "", text, width);
    int n = text_width(str_of(text));
    for (int i = 0; i < n && (width == 0 || i < width); i++)
        buf_add_char(to, '-');
    buf_add_char(to, '\n');
}

bool template_text(const struct template *t, int width, template_slot_text *slot, void *context, struct buf *to,
                   struct err *e)
{
    struct buf text = BUF_INIT(LIMIT_MAIL_BYTES);
    bool good = true;
    for (size_t i = 0; good && i < t->block_count; i++) {
        const struct template_block *b = &t->blocks[i];
        size_t before = to->n;
        bool together = i > 0 && b->kind == BLOCK_ITEM && t->blocks[i - 1].kind == BLOCK_ITEM;
        if (i > 0 && !together && (b->kind != BLOCK_SLOT || slot != NULL) && to->n > 0)
            buf_add_char(to, '\n');
        size_t begun = to->n;
        buf_clear(&text);
        runs_text(b, &text);
        if (b->kind == BLOCK_SLOT)
            good = slot == NULL || slot(b->slot, context, to, e);
        else if (b->kind == BLOCK_HEADING)
            heading_text(buf_text(&text), width, to);
        else
            wrap_text(to, b->kind == BLOCK_ITEM ? "- " : "", buf_text(&text), width);
        if (to->n == begun)
            to->n = before; /* a slot with nothing in it leaves no gap */
    }
    buf_release(&text);
    if (good && buf_full(to))
        good = err_set(e, ERR_LIMIT, N_("a message is larger than %zu bytes"), to->max);
    return good;
}

static void runs_html(const struct template_block *b, bool mail, struct html *h)
{
    for (size_t i = 0; i < b->run_count; i++) {
        const struct template_run *run = &b->runs[i];
        if (run->line_end) {
            html_open(h, "br");
            continue;
        }
        if (run->url != NULL) {
            html_open(h, "a");
            html_attr_url(h, "href", run->url);
            if (mail)
                html_style(h, "color:$accent;text-decoration:underline");
        }
        if (run->bold)
            html_open(h, "strong");
        html_text(h, run->text);
        if (run->bold)
            html_close(h);
        if (run->url != NULL)
            html_close(h);
    }
}

static void block_html(const struct template_block *b, bool mail, struct html *h)
{
    if (b->kind == BLOCK_HEADING) {
        html_open(h, "h2");
        if (mail)
            html_style(h, "margin:28px 0 8px;font-size:17px;line-height:1.3;font-weight:bold;color:$ink");
    } else if (b->kind == BLOCK_ITEM) {
        html_open(h, "li");
        if (mail)
            html_style(h, "margin:0 0 4px");
    } else {
        html_open(h, "p");
        if (mail)
            html_style(h, "margin:0 0 16px");
    }
    runs_html(b, mail, h);
    html_close(h);
}

bool template_html(const struct template *t, bool mail, template_slot_html *slot, void *context, struct html *h,
                   struct err *e)
{
    bool list = false;
    for (size_t i = 0; i < t->block_count; i++) {
        const struct template_block *b = &t->blocks[i];
        if (list && b->kind != BLOCK_ITEM)
            html_close(h);
        if (!list && b->kind == BLOCK_ITEM) {
            html_open(h, "ul");
            if (mail)
                html_style(h, "margin:0 0 16px;padding:0 0 0 24px");
        }
        list = b->kind == BLOCK_ITEM;
        if (b->kind == BLOCK_SLOT) {
            if (slot != NULL && !slot(b->slot, context, h, e))
                return false;
        } else {
            block_html(b, mail, h);
        }
    }
    if (list)
        html_close(h);
    return true;
}
