/* Texts of the gateway: what a client is told, and what of a message may be kept. */
#include "base/buf.h"
#include "base/limits.h"
#include "core/gateway.h"

/* --- what a client is told --- */

static const char *value_of(struct str name, const struct gateway_facts *f, const char *id, const char *reason)
{
    const struct gateway_shown *s = f->signer.fingerprint[0] != '\0' ? &f->signer : &f->tls;
    if (str_is(name, "code"))
        return f->own;
    if (str_is(name, "nif"))
        return s->nif;
    if (str_is(name, "subject"))
        return s->subject;
    return str_is(name, "id") ? id : reason;
}

const char *gateway_literal(struct arena *a, enum gateway_outcome o, const struct gateway_facts *f, const char *id,
                            const char *reason)
{
    struct buf out = BUF_INIT(LIMIT_REMARK_LINE_BYTES);
    struct str rest = str_of(gateway_outcome_info(o)->literal);
    while (rest.n > 0) {
        size_t open = str_find(rest, '{'), close = str_find(rest, '}');
        buf_add_str(&out, str_part(rest.p, open));
        if (open == rest.n || close == rest.n)
            break;
        const char *value = value_of(str_part(rest.p + open + 1, close - open - 1), f, id, reason);
        if (value[0] != '\0')
            buf_add_str(&out, str_utf8_cut(str_of(value), LIMIT_REMARK_CHARS * 4));
        rest = str_part(rest.p + close + 1, rest.n - close - 1);
    }
    const char *text = arena_text(a, str_trim(buf_str(&out)));
    buf_release(&out);
    return text;
}

/* --- what may be kept --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static int number_at(const char *p, int digits)
{
    int n = 0;
    for (int i = 0; i < digits; i++)
        n = n * 10 + (p[i] - '0');
    return n;
}

/* "20261120T": ids are often made of the time. */
static bool is_stamp(const char *p)
{
    int year = number_at(p, 4);
    return upper(p[8]) == 'T' && year >= 1990 && year < 2100 &&
           day_from_civil(year, number_at(p + 4, 2), number_at(p + 6, 2)) != DAY_NONE;
}

/* The shape of a DNI or of a NIE, whatever its letter: official test values have wrong ones. */
static bool is_personal_at(const char *p, size_t n)
{
    char nif[NIF_BYTES];
    if (n < NIF_BYTES - 1 || !is_letter(p[8]))
        return false;
    if (!is_digit(p[0]) && strchr("XYZKLM", upper(p[0])) == NULL)
        return false;
    for (size_t i = 1; i < 8; i++)
        if (!is_digit(p[i]))
            return false;
    enum nif_kind kind = nif_parse(str_part(p, NIF_BYTES - 1), nif);
    return kind == NIF_DNI || kind == NIF_NIE || !is_digit(p[0]) || !is_stamp(p);
}

static void mask(char *text, size_t from, size_t n)
{
    memset(text + from, '*', n);
}

#define LEAST_PERSONAL 4 /* shorter texts are in every id */

static bool same_here(const char *text, const char *what, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (upper(text[i]) != upper(what[i]))
            return false;
    return true;
}

static void mask_text(char *text, size_t n, const char *what)
{
    size_t m = strlen(what);
    for (size_t i = 0; m >= LEAST_PERSONAL && i + m <= n; i++)
        if (same_here(text + i, what, m))
            mask(text, i, m);
}

const char *gateway_text_kept(struct arena *a, struct str text, const char *const *personal, size_t count, size_t most)
{
    char *out = arena_text(a, text);
    str_make_printable(out);
    size_t n = strlen(out);
    /* The ones that look like numbers first: what is masked is no longer found. */
    for (size_t i = 0; i < count; i++)
        mask_text(out, n, personal[i]);
    for (size_t i = 0; i < n; i++)
        if (is_personal_at(out + i, n - i))
            mask(out, i, NIF_BYTES - 1);
    struct str kept = str_utf8_cut(str_part(out, n), most);
    out[kept.n] = '\0';
    return out;
}

const char *gateway_citizen_key(struct arena *a, struct str text)
{
    char *out = arena_text(a, text);
    size_t n = 0;
    for (const char *p = out; *p != '\0'; p++)
        if (is_digit(*p) || is_letter(*p) || (unsigned char)*p >= 0x80)
            out[n++] = upper(*p);
    out[n] = '\0';
    return out;
}
