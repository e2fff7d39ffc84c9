/* Answering. Not responsible for what is answered: page_*.c, api.c. */
#include "web/call.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "web/layout.h"
#include "web/routes.h"
#include "web/words.h"

enum { GZIP_ONCE = 1 }; /* of what is made for one answer; measured: docs/decisions.md */

const char *call_tr(const struct call *c, const char *text)
{
    return tr(c->lang, text);
}

const char *call_text(struct call *c, const char *format, ...)
{
    va_list args;
    struct buf text = BUF_INIT(LIMIT_WEB_PAGE_BYTES);
    va_start(args, format);
    buf_vprintf(&text, tr(c->lang, format), args);
    va_end(args);
    const char *kept = arena_strdup(call_arena(c), buf_text(&text));
    buf_release(&text);
    return kept;
}

const char *call_path_end(const struct call *c)
{
    const char *slash = strrchr(c->request->path, '/');
    return slash == NULL ? "" : slash + 1;
}

const char *call_query(struct call *c, const char *name)
{
    const char *value = server_param(call_arena(c), c->request->query, name);
    return value == NULL ? "" : value;
}

struct str call_bytes(struct call *c, const char *name)
{
    for (size_t i = 0; i < c->part_count; i++)
        if (str_is(c->parts[i].name, name))
            return c->parts[i].bytes;
    return str_of("");
}

const char *call_field(struct call *c, const char *name)
{
    if (c->part_count > 0) {
        struct str text = call_bytes(c, name);
        bool shown = str_utf8_valid(text) && (text.n == 0 || memchr(text.p, '\0', text.n) == NULL);
        return shown ? arena_text(call_arena(c), text) : "";
    }
    if (c->json != NULL)
        return api_form_value(c, name);
    const char *value = server_param(call_arena(c), c->request->body, name);
    return value == NULL ? "" : value;
}

const char *call_address(struct call *c)
{
    size_t count;
    const char *secret = server_header(c->request, "X-Talaia-Proxy-Secret", &count);
    const char *forwarded = server_header(c->request, "X-Forwarded-For", NULL);
    if (forwarded == NULL || !c->request->local || c->site->proxy_secret[0] == '\0' || count != 1 ||
        !secret_same(secret, c->site->proxy_secret))
        return c->request->address;
    const char *last = strrchr(forwarded, ',');
    struct str text = str_trim(str_of(last == NULL ? forwarded : last + 1));
    for (size_t i = 0; i < text.n; i++) {
        if (strchr("0123456789abcdefABCDEF.:", text.p[i]) == NULL)
            return c->request->address;
    }
    return text.n == 0 || text.n > 45 ? c->request->address : arena_text(call_arena(c), text);
}

const char *call_wait(struct call *c, int seconds)
{
    int minutes = (seconds + 59) / 60;
    const char *first = call_tr(c, N_("There were too many wrong attempts."));
    if (seconds < 90)
        return arena_printf(call_arena(c), "%s %s", first, call_text(c, N_("Wait %d seconds."), seconds));
    return arena_printf(
        call_arena(c), "%s %s", first,
        call_text(c, N_("Wait %d minutes, until %s."), minutes,
                  words_instant(call_arena(c), c->lang, c->desk->by.at + (instant_t)seconds * INSTANT_PER_SECOND)));
}

bool call_may(const struct call *c, enum permission p)
{
    return identity_may(c->who, p);
}

bool call_reaches(struct call *c, const char *path)
{
    int64_t id;
    const char *methods;
    const struct route *r = route_find(call_arena(c), "GET", path, &id, &methods);
    return r != NULL && call_may(c, r->permission);
}

const struct view *call_view(struct call *c)
{
    if (c->view == NULL && !site_view(c->site, c->desk, &c->view, &c->err)) {
        call_failed(c);
        return NULL;
    }
    return c->view;
}

void call_header(struct call *c, const char *name, const char *value)
{
    server_answer_header(c->reply, name, arena_strdup(c->request->arena, value));
}

/* Nothing of a page may run but our own files, nobody frames it, and its address is told to nobody else. */
static void add_common(struct server_answer *a)
{
    server_answer_header(a, "X-Content-Type-Options", "nosniff");
    server_answer_header(a, "Referrer-Policy", "same-origin");
    server_answer_header(a, "Cross-Origin-Resource-Policy", "same-origin");
}

static void add_page_headers(struct server_answer *a)
{
    add_common(a);
    server_answer_header(a, "Content-Security-Policy",
                         "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
                         "frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
    server_answer_header(a, "X-Frame-Options", "DENY");
    server_answer_header(a, "Cross-Origin-Opener-Policy", "same-origin");
    server_answer_header(a, "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()");
}

/* Whether the answer may go compressed. The length of what is compressed tells whether a guess stands in it as well, so
 * nobody else's page may be able to ask for it again and again with guesses (BREACH): the browser says in
 * Sec-Fetch-Site, which no page can change, whether it was another site's. A client that does not say so gets only what
 * holds no secret of a session. */
static bool may_compress(const struct call *c, bool secret)
{
    size_t count;
    const char *site = server_header(c->request, "Sec-Fetch-Site", &count);
    bool ours = count == 1 && (strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0);
    return (ours || (count == 0 && !secret)) &&
           server_accepts(server_header(c->request, "Accept-Encoding", NULL), "gzip");
}

/* The bytes go with the answer. */
static void give_bytes(struct server_answer *a, struct buf *bytes)
{
    a->bytes = bytes->n == 0 ? "" : bytes->p;
    a->n = bytes->n;
    if (bytes->n == 0) {
        buf_release(bytes);
        return;
    }
    a->release = mem_free;
    a->owner = bytes->p;
    *bytes = (struct buf){.max = bytes->max};
}

/* Text, made for this one answer. */
static void give_text(struct call *c, struct buf *text)
{
    struct server_answer *a = c->reply;
    size_t n;
    server_answer_header(a, "Vary", "Accept-Encoding, Sec-Fetch-Site");
    char *zipped = may_compress(c, true) ? gzip_make(text->p, text->n, GZIP_ONCE, &n) : NULL;
    if (zipped == NULL) {
        give_bytes(a, text);
        return;
    }
    buf_release(text);
    server_answer_header(a, "Content-Encoding", "gzip");
    a->bytes = a->owner = zipped;
    a->n = n;
    a->release = mem_free;
}

void call_page(struct call *c, int status)
{
    if (!html_end(&c->html, &c->err)) {
        site_say(c->site, "%s %s: %s", c->request->id, c->request->path, c->err.log);
        buf_clear(&c->out);
        call_plain(c, 500, "text/plain; charset=utf-8", &c->out);
        return;
    }
    c->reply->status = status;
    add_page_headers(c->reply);
    server_answer_header(c->reply, "Content-Type", "text/html; charset=utf-8");
    server_answer_header(c->reply, "Cache-Control", "no-store");
    give_text(c, &c->out);
}

void call_finished(struct call *c, struct finished *f, const char *type, const char *keep)
{
    struct server_answer *a = c->reply;
    const char *have = server_header(c->request, "If-None-Match", NULL);
    a->status = 200;
    if (strncmp(type, "text/html", 9) == 0)
        add_page_headers(a);
    else
        add_common(a);
    server_answer_header(a, "Cache-Control", keep);
    server_answer_header(a, "Vary", "Accept-Encoding, Cookie, Sec-Fetch-Site");
    call_header(c, "ETag", f->etag);
    if (have != NULL && strstr(have, f->etag) != NULL) {
        a->status = 304;
        a->bytes = "";
        finished_drop(f);
        return;
    }
    server_answer_header(a, "Content-Type", type);
    bool zipped = f->gzip != NULL && may_compress(c, false);
    if (zipped)
        server_answer_header(a, "Content-Encoding", "gzip");
    a->bytes = zipped ? f->gzip : f->bytes;
    a->n = zipped ? f->gzip_n : f->n;
    a->release = finished_drop;
    a->owner = f;
}

bool call_wants_json(const struct call *c)
{
    const char *accept = server_header(c->request, "Accept", NULL);
    return accept != NULL && strstr(accept, "application/json") != NULL;
}

void call_file(struct call *c, const char *name, const char *type, struct buf *bytes)
{
    c->reply->status = 200;
    add_common(c->reply);
    call_header(c, "Content-Type", type);
    call_header(c, "Content-Disposition", arena_printf(call_arena(c), "attachment; filename=\"%s\"", name));
    server_answer_header(c->reply, "Content-Security-Policy", "default-src 'none'; sandbox");
    server_answer_header(c->reply, "Cache-Control", "private, no-cache");
    if (strncmp(type, "text/", 5) == 0)
        give_text(c, bytes);
    else
        give_bytes(c->reply, bytes);
}

void call_framed(struct call *c, struct buf *page)
{
    c->reply->status = 200;
    add_common(c->reply);
    server_answer_header(c->reply, "Content-Type", "text/html; charset=utf-8");
    server_answer_header(c->reply, "Content-Security-Policy",
                         "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
                         "frame-ancestors 'self'; base-uri 'none'; sandbox");
    server_answer_header(c->reply, "X-Frame-Options", "SAMEORIGIN");
    server_answer_header(c->reply, "Cache-Control", "private, no-cache");
    give_text(c, page);
}

void call_redirect(struct call *c, const char *to)
{
    c->reply->status = 303;
    c->reply->bytes = "";
    call_header(c, "Location", to);
    server_answer_header(c->reply, "Cache-Control", "no-store");
}

void call_plain(struct call *c, int status, const char *type, struct buf *text)
{
    c->reply->status = status;
    add_common(c->reply);
    server_answer_header(c->reply, "Content-Type", type);
    server_answer_header(c->reply, "Cache-Control", "no-store");
    give_text(c, text);
}

void call_stream(struct call *c, int fd, size_t size, const char *name)
{
    c->reply->status = 200;
    c->reply->file = true;
    c->reply->fd = fd;
    c->reply->n = size;
    add_common(c->reply);
    server_answer_header(c->reply, "Content-Type", "application/octet-stream");
    server_answer_header(c->reply, "Cache-Control", "no-store");
    call_header(c, "Content-Disposition", arena_printf(call_arena(c), "attachment; filename=\"%s\"", name));
}

static int dump_to_buf(const char *bytes, size_t n, void *to)
{
    return buf_add(to, bytes, n) ? 0 : -1;
}

static void send_json(struct call *c, int status, const char *type, json_t *value)
{
    struct buf text = BUF_INIT(LIMIT_WEB_PAGE_BYTES);
    bool whole = value != NULL && json_dump_callback(value, dump_to_buf, &text, JSON_COMPACT) == 0;
    json_decref(value);
    if (!whole) {
        buf_clear(&text);
        buf_add_text(&text, "{\"type\":\"about:blank\",\"title\":\"too large\",\"status\":500}");
    }
    buf_add_char(&text, '\n');
    call_plain(c, whole ? status : 500, type, &text);
}

void call_json(struct call *c, int status, json_t *value)
{
    send_json(c, status, "application/json", value);
}

static void problem_page(struct call *c, int status, const char *text, const char *code)
{
    struct html *h = &c->html;
    buf_clear(&c->out);
    *h = (struct html)HTML_INIT(&c->out);
    const char *title = status == 404   ? call_tr(c, N_("There is nothing here"))
                        : status == 403 ? call_tr(c, N_("Your role does not allow this"))
                        : status < 500  ? call_tr(c, N_("This cannot be done"))
                                        : call_tr(c, N_("The desk cannot answer now"));
    layout_begin(c, title, "");
    layout_head(c, title, NULL);
    html_open(h, "div");
    html_attr(h, "class", "card empty");
    html_open(h, "p");
    part_words(c, text);
    html_close(h);
    html_open(h, "p");
    html_attr(h, "class", "sub");
    if (code[0] != '\0')
        part_words(c, call_text(c, N_("`talaia help %s` says more."), code));
    html_text(h, " ");
    html_text(h, call_text(c, N_("If you ask for help, give this number: %s"), c->request->id));
    html_close(h);
    html_open(h, "a");
    html_attr(h, "class", "btn main");
    html_attr(h, "href", "/");
    html_text(h, call_tr(c, N_("Go to Today")));
    html_close(h);
    html_close(h);
    layout_end(c);
    call_page(c, status);
}

static void problem(struct call *c, int status, const char *text, const char *code)
{
    enum route_kind kind = c->route == NULL ? ROUTE_PAGE : c->route->kind;
    if (c->route == NULL && strncmp(c->request->path, "/api/", 5) == 0)
        kind = ROUTE_API;
    if (kind == ROUTE_API || kind == ROUTE_PLAIN)
        send_json(
            c, status, "application/problem+json",
            json_pack("{s:s,s:s,s:i,s:s,s:s?,s:s?}", "type", "about:blank", "title", text, "status", status, "instance",
                      c->request->id, "code", code[0] == '\0' ? NULL : code, "field", c->problem_field));
    else
        problem_page(c, status, text, code);
}

void call_problem(struct call *c, int status, const char *what)
{
    problem(c, status, call_tr(c, what), "");
}

void call_failed(struct call *c)
{
    enum err_code code = c->err.code;
    bool theirs = code == ERR_VALUE || code == ERR_STATE || code == ERR_UNKNOWN || code == ERR_AMBIGUOUS ||
                  code == ERR_LIMIT || code == ERR_FORMAT ||
                  (c->json != NULL && code == ERR_PROFILE); /* a text that was sent, not one of the files */
    /* The path of a page for strangers may be the secret by which they come. */
    bool secret = c->route != NULL && c->route->permission == PERMISSION_NONE;
    if (!theirs)
        site_say(c->site, "%s %s: %s (%s)", c->request->id, secret ? c->route->pattern : c->request->path, c->err.log,
                 err_code_text(code));
    problem(c, code == ERR_UNKNOWN ? 404 : theirs ? 422 : 503, c->err.text, err_code_text(code));
}

void call_cookie(struct call *c, const char *secret)
{
    int64_t seconds = secret == NULL ? 0 : config_int(c->desk->config, KEY_WEB_SESSION_HOURS) * 3600;
    call_header(c, "Set-Cookie",
                arena_printf(call_arena(c), "%s=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%" PRId64 "%s",
                             c->site->cookie, secret == NULL ? "" : secret, seconds, c->site->https ? "; Secure" : ""));
}
