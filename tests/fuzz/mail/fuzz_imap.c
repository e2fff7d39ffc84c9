/* An IMAP server may say anything: it is read within its limits or refused. How to run it: tests/unit/mail/meson.build.
 */
#include <stdint.h>

#include "mail/imap_name.h"
#include "mail/imap_reader.h"
#include "served.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned sink; /* every byte that is promised is looked at */

static void look(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        sink += (unsigned char)s.p[i];
}

/* What can be read of a folder's name goes back to the wire and comes out the same. */
static void name_examine(struct str wire)
{
    struct buf name = BUF_INIT(8000), again = BUF_INIT(8000), back = BUF_INIT(8000);
    if (imap_name_read(wire, &name)) {
        if (!str_utf8_valid(buf_str(&name)))
            abort();
        if (imap_name_add(buf_str(&name), &again) &&
            (!imap_name_read(buf_str(&again), &back) || !str_equal(buf_str(&name), buf_str(&back))))
            abort();
    } else if (name.n != 0) {
        abort();
    }
    buf_release(&name);
    buf_release(&again);
    buf_release(&back);
}

static void examine(const struct imap_reader *r, const struct imap_answer *a)
{
    int depth = 0;
    look(a->tag);
    look(a->code);
    look(a->code_text);
    look(a->text);
    look(a->word);
    look(a->rest);
    if (a->tag.n == 0 || a->token_count > LIMIT_IMAP_TOKENS || r->body.n > r->body.max)
        abort();
    for (size_t i = 0; i < a->token_count; i++) {
        const struct imap_token *t = &a->tokens[i];
        look(t->text);
        if (t->kind == IMAP_STRING || t->kind == IMAP_ATOM)
            name_examine(t->text);
        depth += (t->kind == IMAP_OPEN) - (t->kind == IMAP_CLOSE);
        if (depth < 0 || depth > LIMIT_IMAP_DEPTH)
            abort();
    }
    if (depth != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct served s = {(const char *)data, (const char *)data + size, 1};
    struct imap_reader r = {.channel = channel_over(&served_source, &s), .body.max = 200};
    struct imap_answer a;
    enum imap_heard heard;
    while ((heard = imap_read(&r, &a)) == IMAP_HEARD)
        examine(&r, &a);
    if ((heard == IMAP_LOST) != (channel_fault(r.channel) != CHANNEL_FINE))
        abort();
    channel_close(r.channel);
    imap_reader_release(&r);
    return 0;
}
