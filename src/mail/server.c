/* Reads the addresses of mail servers and their secrets; the dialogues are in smtp.c and imap.c. */
#include "mail/server.h"

#include <sodium.h>

#include "base/file.h"
#include "net/url.h"

static const struct {
    const char *prefix;
    enum channel_protocol protocol;
    bool tls;
    int port, port_with_user;
} schemes[] = {
    {"smtp://", CHANNEL_SMTP, false, 25, 587},
    {"smtps://", CHANNEL_SMTP, true, 465, 465},
    {"imap://", CHANNEL_IMAP, false, 143, 143},
    {"imaps://", CHANNEL_IMAP, true, 993, 993},
};

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent signs decoded; NULL for a bad escape, a control character, not UTF-8, or too much. */
static const char *decode(struct arena *a, struct str s)
{
    char *out = arena_alloc(a, s.n + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        int c = (unsigned char)s.p[i];
        if (c == '%') {
            int high = i + 2 < s.n ? hex_value(s.p[i + 1]) : -1, low = i + 2 < s.n ? hex_value(s.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return NULL;
            c = high * 16 + low;
            i += 2;
        }
        if (c < 0x20 || c == 0x7f)
            return NULL;
        out[n++] = (char)c;
    }
    return n <= LIMIT_MAIL_SECRET_BYTES && str_utf8_valid(str_part(out, n)) ? out : NULL;
}

static bool user_read(const struct mail_settings *s, struct arena *a, struct str text, struct mail_server *m,
                      struct err *e)
{
    size_t colon = str_find(text, ':');
    struct str password = colon < text.n ? str_part(text.p + colon + 1, text.n - colon - 1) : str_part("", 0);
    m->user = decode(a, str_part(text.p, colon));
    m->password = decode(a, password);
    if (m->user == NULL || m->password == NULL)
        return err_set(e, ERR_CONFIG,
                       N_("%s: the user or the password in the address has a bad escape or a control character; write "
                          "special characters as %% and two hexadecimal digits"),
                       s->key);
    if (m->user[0] == '\0')
        return err_set(e, ERR_CONFIG, N_("%s: there is a password and no user before it"), s->key);
    return true;
}

/* "host", "host:port", "[v6]:port". The rules for host names are those of web addresses. */
static bool place_read(const struct mail_settings *s, struct arena *a, struct str text, int port, struct mail_server *m,
                       struct err *e)
{
    struct url u;
    if (text.n > LIMIT_HOST_BYTES + 16)
        return err_set(e, ERR_CONFIG, N_("%s: the host name has more than %d bytes"), s->key, LIMIT_HOST_BYTES);
    struct err why = {.lang = e->lang};
    if (!url_parse(str_of(arena_printf(a, "http://%.*s/", STR_ARG(text))), &u, &why)) {
        why.code = ERR_CONFIG;
        err_where(&why, "%s", s->key);
        if (e->code == ERR_NONE)
            *e = why;
        return false;
    }
    const char *last = text.p + text.n;
    while (last > text.p && last[-1] >= '0' && last[-1] <= '9')
        last--;
    bool written = last > text.p && last[-1] == ':' && last < text.p + text.n && u.kind != URL_IPV6;
    if (u.kind == URL_IPV6)
        written = last > text.p + 1 && last[-1] == ':' && last[-2] == ']' && last < text.p + text.n;
    m->target.port = written ? u.port : port;
    m->target.host = arena_strdup(a, u.host);
    m->place = arena_printf(a, u.kind == URL_IPV6 ? "[%s]:%d" : "%s:%d", u.host, m->target.port);
    return true;
}

/* The part after the scheme. Nothing of it is quoted before the user and the password are off. */
static bool authority_read(const struct mail_settings *s, struct arena *a, struct str rest, int port, int user_port,
                           struct mail_server *m, struct err *e)
{
    size_t end = 0, at = SIZE_MAX;
    while (end < rest.n && strchr("/?#", rest.p[end]) == NULL)
        end++;
    for (size_t i = 0; i < end; i++)
        at = rest.p[i] == '@' ? i : at;
    if (memchr(rest.p + end, '@', rest.n - end) != NULL)
        return err_set(
            e, ERR_CONFIG,
            N_("%s: the user or the password has a character that must be written as %% and two digits (/ is "
               "%%2F, ? is %%3F, # is %%23)"),
            s->key);
    if (end + 1 < rest.n || (end < rest.n && rest.p[end] != '/'))
        return err_set(e, ERR_CONFIG, N_("%s: the address ends after the host and the port; remove what follows"),
                       s->key);
    m->user = m->password = "";
    if (at != SIZE_MAX && !user_read(s, a, str_part(rest.p, at), m, e))
        return false;
    size_t host = at == SIZE_MAX ? 0 : at + 1;
    return place_read(s, a, str_part(rest.p + host, end - host), m->user[0] != '\0' ? user_port : port, m, e);
}

bool mail_server_parse(const struct mail_settings *s, struct arena *a, struct mail_server *ret, struct err *e)
{
    if (s->url == NULL || s->url[0] == '\0')
        return err_set(e, ERR_CONFIG, N_("%s is not configured, so there is no mail server to talk to"), s->key);
    struct mail_server m = {.key = s->key, .xoauth2 = s->xoauth2, .token_file = s->token_file};
    size_t i = 0, count = sizeof schemes / sizeof *schemes;
    while (i < count && !str_starts(str_of(s->url), schemes[i].prefix))
        i++;
    if (i == count)
        return err_set(e, ERR_CONFIG, N_("%s: the address must begin with smtp://, smtps://, imap:// or imaps://"),
                       s->key);
    m.target = (struct channel_target){.protocol = schemes[i].protocol,
                                       .tls = schemes[i].tls ? CHANNEL_TLS
                                              : s->plain     ? CHANNEL_PLAIN
                                                             : CHANNEL_STARTTLS,
                                       .ca_file = s->ca_file,
                                       .ca_key = "mail.ca"};
    if (!authority_read(s, a, str_of(s->url + strlen(schemes[i].prefix)), schemes[i].port, schemes[i].port_with_user,
                        &m, e))
        return false;
    if (s->xoauth2 && m.user[0] == '\0')
        return err_set(e, ERR_CONFIG, N_("%s: mail.auth is xoauth2, which needs a user in the address"), s->key);
    if (s->xoauth2 && (s->token_file == NULL || s->token_file[0] == '\0'))
        return err_set(e, ERR_CONFIG, N_("mail.auth is xoauth2, which needs mail.token_file"));
    *ret = m;
    return true;
}

bool mail_fault_passes(enum mail_fault f)
{
    return f == MAIL_UNREACHED || f == MAIL_BROKEN;
}

enum mail_fault mail_fault_of(enum channel_fault f)
{
    switch (f) {
    case CHANNEL_FINE: return MAIL_FINE;
    case CHANNEL_CERTIFICATE: return MAIL_CERTIFICATE;
    case CHANNEL_SETUP: return MAIL_SETUP;
    case CHANNEL_LONG: return MAIL_BROKEN;
    default: return MAIL_UNREACHED;
    }
}

bool mail_token_read(const struct mail_server *s, struct buf *to, struct err *e)
{
    struct buf file = BUF_INIT(LIMIT_MAIL_TOKEN_BYTES);
    bool good = file_read(s->token_file, &file, e);
    if (!good)
        err_where(e, "mail.token_file");
    struct str token = str_trim(buf_str(&file));
    for (size_t i = 0; good && i < token.n; i++)
        good = token.p[i] > ' ' && token.p[i] < 0x7f;
    if (good && token.n > 0)
        buf_add_str(to, token);
    else
        good = err_set(e, ERR_CONFIG, N_("%s (mail.token_file) must hold one access token and nothing else"),
                       s->token_file);
    mail_secret_release(&file);
    return good;
}

void mail_secret_release(struct buf *b)
{
    if (b->p != NULL)
        sodium_memzero(b->p, b->capacity);
    buf_release(b);
}

void mail_base64_add(struct str s, struct buf *to)
{
    size_t n = sodium_base64_ENCODED_LEN(s.n, sodium_base64_VARIANT_ORIGINAL);
    char *out = buf_reserve(to, n);
    if (out == NULL)
        return;
    (void)sodium_bin2base64(out, n, (const unsigned char *)(s.p == NULL ? "" : s.p), s.n,
                            sodium_base64_VARIANT_ORIGINAL);
    to->n += strlen(out);
}

void mail_plain_add(const char *user, const char *password, struct buf *to)
{
    struct buf b = BUF_INIT(4 * LIMIT_MAIL_SECRET_BYTES);
    buf_add_char(&b, '\0');
    buf_add_text(&b, user);
    buf_add_char(&b, '\0');
    buf_add_text(&b, password);
    mail_base64_add(buf_str(&b), to);
    mail_secret_release(&b);
}

void mail_xoauth2_add(const char *user, struct str token, struct buf *to)
{
    struct buf b = BUF_INIT(LIMIT_MAIL_TOKEN_BYTES + 4 * LIMIT_MAIL_SECRET_BYTES);
    buf_printf(&b, "user=%s\001auth=Bearer %.*s\001\001", user, STR_ARG(token));
    mail_base64_add(buf_str(&b), to);
    mail_secret_release(&b);
}
