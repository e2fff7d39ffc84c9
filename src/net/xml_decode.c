/* Encodings of foreign XML: found as XML 1.0 appendix F says, and made UTF-8 by tables of our own, so that no
 * converter of the system reads bytes of strangers. */
#include "net/xml_scan.h"

enum encoding { UTF8, UTF16LE, UTF16BE, LATIN1, LATIN9, CP1252, ASCII };

static const struct {
    const char *name;
    enum encoding encoding;
} names[] = {
    {"UTF-8", UTF8},         {"UTF8", UTF8},         {"UTF-16", UTF16BE},   {"UTF-16LE", UTF16LE},
    {"UTF-16BE", UTF16BE},   {"US-ASCII", ASCII},    {"ASCII", ASCII},      {"ISO-8859-1", LATIN1},
    {"ISO8859-1", LATIN1},   {"ISO_8859-1", LATIN1}, {"ISO8859_1", LATIN1}, {"LATIN1", LATIN1},
    {"ISO-8859-15", LATIN9}, {"ISO8859-15", LATIN9}, {"LATIN-9", LATIN9},   {"WINDOWS-1252", CP1252},
    {"CP1252", CP1252},
};

/* 0x80–0x9F of Windows-1252; 0 where it has nothing. */
static const uint16_t cp1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static bool encoding_find(struct str name, enum encoding *ret)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is_nocase(name, names[i].name)) {
            *ret = names[i].encoding;
            return true;
        }
    return false;
}

int xml_line(struct str text, size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at && i < text.n; i++)
        line += text.p[i] == '\n';
    return line;
}

static enum xml_outcome bad(struct xml_fault *fault, int line, const char *what)
{
    *fault = (struct xml_fault){.line = line, .what = what};
    return XML_SAFE_ENCODING;
}

/* The value of encoding="…" in the XML declaration; false when there is none. */
static bool declared(struct str text, struct str *ret)
{
    if (!str_starts(text, "<?xml") || text.n < 6 || memchr(" \t\r\n", text.p[5], 4) == NULL)
        return false;
    struct str head = str_part(text.p, str_find(text, '>'));
    const char *at = memmem(head.p, head.n, "encoding", 8);
    if (at == NULL)
        return false;
    struct str rest = str_trim(str_part(at + 8, head.n - (size_t)(at + 8 - head.p)));
    if (rest.n == 0 || rest.p[0] != '=')
        return false;
    rest = str_trim(str_part(rest.p + 1, rest.n - 1));
    if (rest.n < 2 || (rest.p[0] != '"' && rest.p[0] != '\''))
        return false;
    char quote = rest.p[0];
    rest = str_part(rest.p + 1, rest.n - 1);
    *ret = str_part(rest.p, str_find(rest, quote));
    return ret->n < rest.n;
}

size_t xml_utf8(uint32_t c, char b[4])
{
    size_t n;
    if (c < 0x80) {
        b[0] = (char)c;
        n = 1;
    } else if (c < 0x800) {
        b[0] = (char)(0xC0 | c >> 6);
        n = 2;
    } else if (c < 0x10000) {
        b[0] = (char)(0xE0 | c >> 12);
        n = 3;
    } else {
        b[0] = (char)(0xF0 | c >> 18);
        n = 4;
    }
    for (size_t i = 1; i < n; i++)
        b[i] = (char)(0x80 | (c >> (6 * (n - 1 - i)) & 0x3F));
    return n;
}

static bool point_add(struct buf *out, uint32_t c)
{
    char b[4];
    return buf_add(out, b, xml_utf8(c, b));
}

static bool utf16_decode(struct str s, bool little, struct buf *out)
{
    uint32_t high = 0;
    for (size_t i = 0; i + 1 < s.n; i += 2) {
        uint32_t first = (unsigned char)s.p[i], second = (unsigned char)s.p[i + 1];
        uint32_t c = little ? second << 8 | first : first << 8 | second;
        bool is_high = c >= 0xD800 && c < 0xDC00, is_low = c >= 0xDC00 && c < 0xE000;
        if (is_low != (high != 0))
            return false;
        if (is_low)
            c = 0x10000 + ((high - 0xD800) << 10) + (c - 0xDC00);
        high = is_high ? c : 0;
        if (!is_high && !point_add(out, c))
            return false;
    }
    return high == 0 && s.n % 2 == 0;
}

static uint32_t latin9_point(unsigned char c)
{
    switch (c) {
    case 0xA4: return 0x20AC;
    case 0xA6: return 0x0160;
    case 0xA8: return 0x0161;
    case 0xB4: return 0x017D;
    case 0xB8: return 0x017E;
    case 0xBC: return 0x0152;
    case 0xBD: return 0x0153;
    case 0xBE: return 0x0178;
    default: return c;
    }
}

static bool single_decode(struct str s, enum encoding encoding, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        uint32_t point = c;
        if (encoding == LATIN9)
            point = latin9_point(c);
        else if (encoding == CP1252 && c >= 0x80 && c < 0xA0)
            point = cp1252[c - 0x80];
        if ((point == 0 && c != 0) || (encoding == ASCII && c >= 0x80) || !point_add(out, point))
            return false;
    }
    return true;
}

static bool two_bytes(struct str s, unsigned char first, unsigned char second)
{
    return s.n >= 2 && (unsigned char)s.p[0] == first && (unsigned char)s.p[1] == second;
}

/* A byte-order mark is taken off. False when the encoding that is named is none of ours. */
static bool encoding_choose(struct str *s, const char *charset, enum encoding *ret)
{
    struct str name;
    *ret = UTF8;
    if (str_starts(*s, "\xEF\xBB\xBF")) {
        *s = str_part(s->p + 3, s->n - 3);
    } else if (two_bytes(*s, 0xFE, 0xFF) || two_bytes(*s, 0xFF, 0xFE)) {
        *ret = s->p[0] == '\xFF' ? UTF16LE : UTF16BE;
        *s = str_part(s->p + 2, s->n - 2);
    } else if (two_bytes(*s, '<', 0) || two_bytes(*s, 0, '<')) {
        *ret = s->p[0] == '<' ? UTF16LE : UTF16BE;
    } else if (declared(*s, &name)) {
        return encoding_find(name, ret) && *ret != UTF16LE && *ret != UTF16BE;
    } else if (charset != NULL && !str_utf8_valid(*s)) {
        return encoding_find(str_of(charset), ret) && *ret != UTF16LE && *ret != UTF16BE;
    }
    return true;
}

/* XML 1.0 §2.2: no control characters but tab and line ends, neither U+FFFE nor U+FFFF. */
static bool points_check(struct str s, size_t *ret_at)
{
    for (size_t i = 0; i < s.n; i++) {
        uint64_t block;
        /* Eight bytes that are all ASCII and not below a blank. */
        for (; s.n - i > sizeof block; i += sizeof block) {
            memcpy(&block, s.p + i, sizeof block);
            if (((block | (block - 0x2020202020202020u)) & 0x8080808080808080u) != 0)
                break;
        }
        unsigned char c = (unsigned char)s.p[i];
        if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') ||
            (c == 0xEF && i + 2 < s.n && s.p[i + 1] == '\xBF' && (unsigned char)s.p[i + 2] >= 0xBE)) {
            *ret_at = i;
            return false;
        }
    }
    return true;
}

enum xml_outcome xml_decode(struct str bytes, const char *charset, struct buf *room, struct str *ret,
                            struct xml_fault *ret_fault)
{
    enum encoding encoding;
    struct str text = bytes;
    size_t at;
    if (!encoding_choose(&text, charset, &encoding))
        return bad(ret_fault, 1, N_("it is in an encoding that is not read"));
    if (encoding == UTF8) {
        struct str rest = text;
        uint32_t c;
        if (!str_utf8_valid(text)) {
            while (str_utf8_next(&rest, &c))
                ;
            return bad(ret_fault, xml_line(text, text.n - rest.n), N_("it has bytes that are not UTF-8"));
        }
    } else {
        bool wide = encoding == UTF16LE || encoding == UTF16BE;
        if (!(wide ? utf16_decode(text, encoding == UTF16LE, room) : single_decode(text, encoding, room)))
            return bad(ret_fault, xml_line(buf_str(room), room->n), N_("it has bytes that its encoding does not have"));
        text = buf_str(room);
    }
    if (!points_check(text, &at)) {
        *ret_fault =
            (struct xml_fault){.line = xml_line(text, at), .what = N_("it has a character that XML does not have")};
        return XML_SAFE_MALFORMED;
    }
    *ret = text;
    return XML_SAFE_OK;
}
