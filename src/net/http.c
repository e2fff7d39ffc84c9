/* What a request may be, and what its answer means. The transport is libcurl's (transfer_http.c). */
#include "net/http.h"

#include "base/day.h"
#include "base/mem.h"
#include "base/module.h"
#include "net/transfer.h"
#include "net/url.h"

struct http_client {
    const struct transfer_module *module;
    struct transfer_http *transfer;
    struct buf head, body;
    char *url_key, *login_key;
};

struct http_client *http_open(const struct http_options *o, struct err *e)
{
    if (o->proxy != NULL && o->proxy[0] != '\0') {
        struct url proxy;
        if (!url_parse(str_of(o->proxy), &proxy, e)) {
            err_where(e, N_("proxy"));
            return NULL;
        }
    }
    const struct transfer_module *module = module_api(MODULE_TRANSFER, e);
    if (module == NULL)
        return NULL;
    struct http_client *c = mem_alloc(1, sizeof *c);
    c->module = module;
    c->transfer = module->http_open(o, guard_address);
    c->head.max = LIMIT_HTTP_HEAD_BYTES;
    c->body.max = LIMIT_HTTP_ANSWER_BYTES;
    c->url_key = mem_dup_text(o->url_key == NULL ? "" : o->url_key);
    c->login_key = mem_dup_text(o->login_key == NULL ? "" : o->login_key);
    return c;
}

void http_close(struct http_client *c)
{
    if (c == NULL)
        return;
    c->module->http_close(c->transfer);
    buf_release(&c->head);
    buf_release(&c->body);
    mem_free(c->url_key);
    mem_free(c->login_key);
    mem_free(c);
}

/* ------------------------------------------------------------------ the request */

/* No value is quoted: it may be a token. */
static bool headers_ok(const struct http_request *r, struct err *e)
{
    for (size_t i = 0; i < r->header_count; i++) {
        struct str s = str_of(r->headers[i]);
        size_t colon = str_find(s, ':');
        bool good = colon > 0 && colon < s.n && str_utf8_valid(s);
        for (size_t at = 0; good && at < s.n; at++)
            good = (unsigned char)s.p[at] >= 0x20 && s.p[at] != 0x7f && (at > colon || s.p[at] > ' ');
        if (!good)
            return err_set(e, ERR_VALUE,
                           N_("header %zu of the request cannot be sent: a control character, or a character that is "
                              "not UTF-8, stands in its name or value"),
                           i + 1);
    }
    return true;
}

static bool text_ok(const char *what, const char *text, struct err *e)
{
    struct str s = str_of(text);
    bool good = text != NULL && str_utf8_valid(s);
    for (size_t at = 0; good && at < s.n; at++)
        good = (unsigned char)s.p[at] >= 0x20 && s.p[at] != 0x7f;
    return good || err_set(e, ERR_VALUE, N_("the %s of the request has a control character or is not UTF-8"), what);
}

static bool request_ok(const struct http_request *r, struct url *ret_url, struct err *e)
{
    if (!url_parse(str_of(r->url), ret_url, e) || !headers_ok(r, e))
        return false;
    if (r->type != NULL && !text_ok("Content-Type", r->type, e))
        return false;
    return r->file == NULL || (text_ok("field", r->file->field, e) && text_ok("file name", r->file->name, e) &&
                               text_ok("Content-Type", r->file->type, e));
}

/* ------------------------------------------------------------------ the answer */

struct str http_header(const struct http_answer *a, const char *name)
{
    struct str rest = a->head, line;
    while (str_split(&rest, '\n', &line)) {
        size_t colon = str_find(line, ':');
        if (colon < line.n && str_is_nocase(str_part(line.p, colon), name))
            return str_trim(str_part(line.p + colon + 1, line.n - colon - 1));
    }
    return (struct str){0};
}

static bool digits_read(struct str s, size_t at, size_t n, int64_t most, int64_t *ret)
{
    return s.p[at] != '+' && s.p[at] != '-' && str_to_int64(str_part(s.p + at, n), 0, most, ret);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7) in seconds; the two obsolete forms are not sent any more. */
static bool date_read(struct str s, int64_t *ret)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t day, year, hour, minute, second;
    if (s.n != 29 || !str_ends(s, " GMT") || !digits_read(s, 5, 2, 31, &day) || !digits_read(s, 12, 4, 9999, &year) ||
        !digits_read(s, 17, 2, 23, &hour) || !digits_read(s, 20, 2, 59, &minute) || !digits_read(s, 23, 2, 60, &second))
        return false;
    for (int month = 1; month <= 12; month++) {
        if (memcmp(s.p + 8, months + 3 * (month - 1), 3) != 0)
            continue;
        day_t d = day_from_civil((int)year, month, (int)day);
        if (d == DAY_NONE)
            return false;
        *ret = (int64_t)d * 86400 + hour * 3600 + minute * 60 + second;
        return true;
    }
    return false;
}

/* RFC 9110 §10.2.3: seconds, or a date, which is compared with the server's own clock. */
static int retry_after(const struct http_answer *a)
{
    struct str value = http_header(a, "Retry-After");
    int64_t seconds, now;
    if (value.n == 0)
        return -1;
    if (!str_to_int64(value, 0, INT64_MAX, &seconds)) {
        if (!date_read(value, &seconds) || !date_read(http_header(a, "Date"), &now))
            return -1;
        seconds = seconds > now ? seconds - now : 0;
    }
    return seconds > LIMIT_HTTP_RETRY_SECONDS ? LIMIT_HTTP_RETRY_SECONDS : (int)seconds;
}

/* Says what a status that is not 2xx means. The address without its query: what is asked may be personal. */
static enum http_fate status_say(const struct http_client *c, const struct url *u, struct http_answer *a, struct err *e)
{
    char shown[URL_SHOWN_BYTES];
    (void)url_shown(u, shown);
    if (a->status == 429)
        err_set(e, ERR_NET, N_("%s: the server asks for fewer requests (429); it is tried again later"), shown);
    else if (a->status >= 500)
        err_set(e, ERR_NET, N_("%s: the server has a problem of its own (status %d); it is tried again later"), shown,
                a->status);
    else if (a->status == 401)
        err_set(e, ERR_LOGIN, N_("%s: the server refuses the login (401); check %s"), shown, c->login_key);
    else if (a->status == 403)
        err_set(e, ERR_LOGIN,
                N_("%s: the server forbids it (403); the account of %s needs the right to do this, or must log in "
                   "once in the browser"),
                shown, c->login_key);
    else if (a->status == 404 || a->status == 410)
        err_set(e, ERR_REMOTE, N_("%s: there is nothing at this address (%d); check %s"), shown, a->status, c->url_key);
    else if (a->status >= 300 && a->status < 400)
        err_set(e, ERR_REMOTE, N_("%s: the server sends us elsewhere (%d), to %.*s; write the right address in %s"),
                shown, a->status, STR_ARG(str_utf8_cut(http_header(a, "Location"), LIMIT_URL_SHOWN_BYTES)), c->url_key);
    else
        err_set(e, ERR_REMOTE, N_("%s: the server refuses the request (status %d)"), shown, a->status);
    return a->status == 429 || a->status >= 500 ? HTTP_LATER : HTTP_PERSON;
}

/* The next address of a GET inside the same server; false when the redirection is not followed. */
static bool redirected(const struct http_request *r, const struct http_answer *a, struct url *u)
{
    struct err ignored = {0};
    struct url next;
    struct str location = http_header(a, "Location");
    if (r->method != HTTP_GET || location.n == 0 || a->status < 301 || a->status > 308 ||
        (a->status > 303 && a->status < 307) || !url_resolve(u, location, &next, &ignored) || !url_same_place(u, &next))
        return false;
    *u = next;
    return true;
}

static enum http_fate end_fate(enum transfer_end end, struct http_answer *a)
{
    a->maybe_done = end == TRANSFER_LOST;
    return end == TRANSFER_UNREACHED || end == TRANSFER_LOST ? HTTP_LATER : HTTP_PERSON;
}

enum http_fate http_send(struct http_client *c, const struct http_request *r, struct http_answer *ret, struct err *e)
{
    struct url u;
    char place[URL_AUTHORITY_BYTES];
    struct http_answer a = {.fate = HTTP_PERSON, .retry_after = -1};
    *ret = a;
    if (!request_ok(r, &u, e))
        return HTTP_PERSON;
    for (int hops = 0;; hops++) {
        enum transfer_end end = c->module->http_run(c->transfer, r, u.text, url_authority(&u, true, place), &c->head,
                                                    &c->body, &a.status, e);
        a.head = buf_str(&c->head);
        a.body = buf_str(&c->body);
        if (end != TRANSFER_DONE) {
            a.status = 0;
            a.fate = end_fate(end, &a);
            break;
        }
        if (hops < LIMIT_HTTP_REDIRECTS && redirected(r, &a, &u))
            continue;
        a.retry_after = retry_after(&a);
        a.fate = a.status >= 200 && a.status < 300 ? HTTP_GOOD : status_say(c, &u, &a, e);
        a.maybe_done = a.status >= 500;
        break;
    }
    *ret = a;
    return a.fate;
}
