#include "mail/imap_name.h"

#include "base/limits.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static bool is_plain(uint32_t c)
{
    return c >= 0x20 && c <= 0x7e;
}

/* Bits on their way into letters of six. */
struct run {
    uint32_t bits;
    int count;
};

static void unit_add(struct run *r, uint32_t unit, struct buf *to)
{
    r->bits = r->bits << 16 | unit;
    for (r->count += 16; r->count >= 6; r->count -= 6)
        buf_add_char(to, letters[r->bits >> (r->count - 6) & 63]);
    r->bits &= (1u << r->count) - 1;
}

static void run_end(struct run *r, struct buf *to)
{
    if (r->count > 0)
        buf_add_char(to, letters[r->bits << (6 - r->count) & 63]);
    buf_add_char(to, '-');
    *r = (struct run){0};
}

bool imap_name_add(struct str name, struct buf *to)
{
    struct buf out = BUF_INIT(4 * LIMIT_IMAP_NAME_BYTES);
    struct run run = {0};
    bool inside = false, good = name.n > 0 && name.n <= LIMIT_IMAP_NAME_BYTES;
    uint32_t c;
    while (good && name.n > 0) {
        good = str_utf8_next(&name, &c) && !str_is_control(c);
        if (!good)
            break;
        if (inside && is_plain(c)) {
            run_end(&run, &out);
            inside = false;
        }
        if (c == '&') {
            buf_add_text(&out, "&-");
        } else if (is_plain(c)) {
            buf_add_char(&out, (char)c);
        } else {
            if (!inside)
                buf_add_char(&out, '&');
            inside = true;
            if (c >= 0x10000) {
                unit_add(&run, 0xd800 + ((c - 0x10000) >> 10), &out);
                unit_add(&run, 0xdc00 + ((c - 0x10000) & 0x3ff), &out);
            } else {
                unit_add(&run, c, &out);
            }
        }
    }
    if (inside)
        run_end(&run, &out);
    good = good && !buf_full(&out) && buf_add_str(to, buf_str(&out));
    buf_release(&out);
    return good;
}

static void utf8_add(uint32_t c, struct buf *to)
{
    char s[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n; i-- > 1; c >>= 6)
        s[i] = (char)(0x80 | (c & 0x3f));
    s[0] = (char)(first[n] | c);
    buf_add(to, s, n);
}

/* From after the '&' to the '-'; takes both off. */
static bool run_read(struct str *s, struct buf *to)
{
    uint32_t bits = 0, high = 0;
    int count = 0;
    size_t i = 0, units = 0;
    for (; i < s->n && s->p[i] != '-'; i++) {
        const char *at = s->p[i] == '\0' ? NULL : strchr(letters, s->p[i]);
        if (at == NULL)
            return false;
        bits = bits << 6 | (uint32_t)(at - letters);
        count += 6;
        if (count < 16)
            continue;
        count -= 16;
        uint32_t unit = bits >> count & 0xffff;
        bits &= (1u << count) - 1;
        units++;
        bool is_low = unit >= 0xdc00 && unit <= 0xdfff;
        if ((high != 0) != is_low)
            return false;
        if (unit >= 0xd800 && unit <= 0xdbff) {
            high = unit;
            continue;
        }
        uint32_t c = is_low ? 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00) : unit;
        high = 0;
        if (is_plain(c) || str_is_control(c))
            return false;
        utf8_add(c, to);
    }
    if (i == s->n || units == 0 || high != 0 || count >= 6 || bits != 0)
        return false;
    *s = str_part(s->p + i + 1, s->n - i - 1);
    return true;
}

bool imap_name_read(struct str wire, struct buf *to)
{
    struct buf out = BUF_INIT(4 * LIMIT_IMAP_NAME_BYTES);
    bool good = wire.n > 0 && wire.n <= 4 * LIMIT_IMAP_NAME_BYTES;
    while (good && wire.n > 0) {
        char c = wire.p[0];
        wire = str_part(wire.p + 1, wire.n - 1);
        if (c != '&') {
            good = is_plain((unsigned char)c);
            buf_add_char(&out, c);
        } else if (wire.n > 0 && wire.p[0] == '-') {
            buf_add_char(&out, '&');
            wire = str_part(wire.p + 1, wire.n - 1);
        } else {
            good = run_read(&wire, &out);
        }
    }
    good = good && !buf_full(&out) && buf_add_str(to, buf_str(&out));
    buf_release(&out);
    return good;
}
