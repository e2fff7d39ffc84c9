#include "core/sms.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/str.h"

/* Beyond ASCII; those of two septets are the extension's. */
static const uint32_t one[] = {0xA1, 0xA3, 0xA4, 0xA5, 0xA7, 0xBF, 0xC4, 0xC5, 0xC6, 0xC7, 0xC9, 0xD1, 0xD6, 0xD8, 0xDC,
                               0xDF, 0xE0, 0xE4, 0xE5, 0xE6, 0xE8, 0xE9, 0xEC, 0xF1, 0xF2, 0xF6, 0xF8, 0xF9, 0xFC};
#define TWO "^{}\\[]~|"
static const struct {
    uint32_t from;
    const char *to;
} like[] = {{'`', "'"},    {0xA0, " "},   {0xAA, "a"},    {0xAB, "\""},   {0xB7, "."},     {0xBA, "o"},
            {0xBB, "\""},  {0xC0, "A"},   {0xC1, "A"},    {0xC8, "E"},    {0xCC, "I"},     {0xCD, "I"},
            {0xCF, "I"},   {0xD2, "O"},   {0xD3, "O"},    {0xD7, "x"},    {0xD9, "U"},     {0xDA, "U"},
            {0xE1, "a"},   {0xE2, "a"},   {0xE7, "c"},    {0xEA, "e"},    {0xEB, "e"},     {0xED, "i"},
            {0xEF, "i"},   {0xF3, "o"},   {0xFA, "u"},    {0x140, "l."},  {0x2013, "-"},   {0x2014, "-"},
            {0x2018, "'"}, {0x2019, "'"}, {0x201C, "\""}, {0x201D, "\""}, {0x2026, "..."}, {0x2192, ">"}};

/* Adds a letter as an SMS has it, and moves on; septets, 0 at the end. */
static size_t add(struct buf *to, struct str *rest)
{
    struct str letter = *rest;
    uint32_t c;
    if (!str_utf8_next(rest, &c))
        return 0;
    letter.n -= rest->n;
    size_t before = to->n;
    for (size_t i = 0; i < sizeof like / sizeof *like; i++) {
        if (like[i].from == c) {
            (void)buf_add_text(to, like[i].to);
            return to->n - before;
        }
    }
    if (c == 0x20AC || (c < 0x80 && strchr(TWO, (int)c) != NULL)) {
        (void)buf_add_str(to, letter);
        return 2;
    }
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        if (one[i] == c) {
            (void)buf_add_str(to, letter);
            return 1;
        }
    }
    (void)buf_add_char(to, (c >= ' ' && c < 0x7F) || c == '\n' ? (char)c : '?');
    return 1;
}

static size_t add_all(struct buf *to, const char *text)
{
    size_t septets = 0, more;
    for (struct str rest = str_of(text); (more = add(to, &rest)) > 0;)
        septets += more;
    return septets;
}

const char *sms_text(struct arena *a, const char *text, const char *end)
{
    enum { DOTS = 3 };
    struct buf head = BUF_INIT(LIMIT_PAGE_BYTES), tail = BUF_INIT(LIMIT_PAGE_BYTES);
    size_t used = add_all(&tail, end), room = LIMIT_SMS_SEPTETS > used ? LIMIT_SMS_SEPTETS - used : 0, cut = 0;
    size_t more = 1;
    used = 0;
    for (struct str rest = str_of(text); used <= room && more > 0;) {
        more = add(&head, &rest);
        used += more;
        if (used + DOTS <= room)
            cut = head.n;
    }
    const char *whole = arena_printf(a, "%.*s%s%s", (int)(used <= room ? head.n : cut), buf_text(&head),
                                     used <= room   ? ""
                                     : room >= DOTS ? "..."
                                                    : "",
                                     buf_text(&tail));
    buf_release(&head);
    buf_release(&tail);
    return whole;
}
