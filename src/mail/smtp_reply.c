#include "mail/smtp_reply.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* RFC 3463 §2: "4.3.2" and then a space or the end, of the class of the code. Its length, or 0. */
static size_t enhanced_length(struct str s, char class)
{
    size_t i = 1;
    if (s.n < 5 || s.p[0] != class)
        return 0;
    for (int part = 0; part < 2; part++) {
        size_t digits = 0;
        if (i >= s.n || s.p[i] != '.')
            return 0;
        for (i++; i < s.n && is_digit(s.p[i]) && digits < 3; i++)
            digits++;
        if (digits == 0)
            return 0;
    }
    return i == s.n || s.p[i] == ' ' ? i : 0;
}

/* Adds a line to what is shown, as far as there is room; made printable at the end. */
static void text_add(struct smtp_reply *r, struct str line)
{
    size_t n = strlen(r->text);
    if (n > 0 && n + 1 < sizeof r->text)
        r->text[n++] = ' ';
    for (size_t i = 0; i < line.n && n + 1 < sizeof r->text; i++)
        r->text[n++] = line.p[i] == '\0' ? '?' : line.p[i];
    r->text[n] = '\0';
}

static void line_take(struct smtp_reply *r, struct str text, bool first)
{
    size_t n = enhanced_length(text, (char)('0' + r->code / 100));
    if (n > 0 && first && n < sizeof r->enhanced) {
        memcpy(r->enhanced, text.p, n);
        r->enhanced[n] = '\0';
    }
    text_add(r, str_trim(str_part(text.p + n, text.n - n)));
}

enum smtp_heard smtp_reply_read(struct channel *c, struct smtp_reply *ret, void (*each)(void *context, struct str line),
                                void *context)
{
    struct smtp_reply r = {0};
    for (int lines = 0; lines < LIMIT_SMTP_REPLY_LINES; lines++) {
        struct str s;
        if (!channel_line(c, LIMIT_SMTP_LINE_BYTES, &s))
            return SMTP_LOST;
        if (s.n < 3 || s.p[0] < '2' || s.p[0] > '5' || !is_digit(s.p[1]) || !is_digit(s.p[2]))
            return SMTP_NOISE;
        int code = (s.p[0] - '0') * 100 + (s.p[1] - '0') * 10 + (s.p[2] - '0');
        if ((lines > 0 && code != r.code) || (s.n > 3 && s.p[3] != ' ' && s.p[3] != '-'))
            return SMTP_NOISE;
        struct str text = s.n > 4 ? str_part(s.p + 4, s.n - 4) : str_part("", 0);
        r.code = code;
        line_take(&r, text, lines == 0);
        if (each != NULL)
            each(context, text);
        if (s.n > 3 && s.p[3] == '-')
            continue;
        str_make_printable(r.text);
        *ret = r;
        return SMTP_HEARD;
    }
    return SMTP_NOISE;
}

void smtp_ability_read(void *abilities, struct str line)
{
    struct smtp_abilities *to = abilities;
    struct str word, rest = line;
    (void)str_split(&rest, ' ', &word);
    if (str_is_nocase(word, "PIPELINING"))
        to->pipelining = true;
    else if (str_is_nocase(word, "8BITMIME"))
        to->eight_bit = true;
    else if (str_is_nocase(word, "SMTPUTF8"))
        to->utf8 = true;
    else if (str_is_nocase(word, "SIZE")) {
        int64_t size;
        to->size = str_to_int64(str_trim(rest), 0, INT64_MAX, &size) ? (uint64_t)size : 0;
    } else if (str_is_nocase(word, "AUTH")) {
        while (str_split(&rest, ' ', &word)) {
            to->plain = to->plain || str_is_nocase(word, "PLAIN");
            to->login = to->login || str_is_nocase(word, "LOGIN");
            to->xoauth2 = to->xoauth2 || str_is_nocase(word, "XOAUTH2");
        }
    }
}
