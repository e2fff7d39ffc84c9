/* From a request to its route: whose it is, whether it may, and whether a form comes from one of our own pages. */
#include <stdio.h>

#include "web/api.h"
#include "web/layout.h"
#include "web/pages.h"
#include "web/pages_data.h"
#include "web/routes.h"

/* ------------------------------------------------------------------ beginning and ending */

/* The language and theme that the browser asks for by cookie; both are only looked up in a list. */
static void choose_looks(struct call *c)
{
    const char *lang = server_cookie(call_arena(c), c->request, "idioma");
    const char *theme = server_cookie(call_arena(c), c->request, "tema");
    if (lang != NULL)
        (void)lang_parse(lang, &c->lang);
    c->theme = theme == NULL ? "" : strcmp(theme, "dark") == 0 ? "dark" : strcmp(theme, "light") == 0 ? "light" : "";
    c->desk->lang = c->lang;
    c->err.lang = c->lang;
}

static void begin(struct call *c, struct site *s, struct desk *own, const struct desk *shared)
{
    struct clock now = clock_system();
    *own = *shared;
    own->arena = (struct arena){0};
    own->by = (struct by){.who = "talaia", .day = s->fixed_day == DAY_NONE ? now.today : s->fixed_day, .at = now.now};
    c->site = s;
    c->desk = own;
    c->lang = own->lang;
    c->out = (struct buf)BUF_INIT(LIMIT_WEB_PAGE_BYTES);
    c->html = (struct html)HTML_INIT(&c->out);
    choose_looks(c);
}

static void end(struct call *c)
{
    if (c->who != NULL)
        c->request->who = arena_strdup(c->request->arena, c->who->name);
    view_drop(c->view);
    json_decref(c->json);
    buf_release(&c->out);
    arena_release(&c->desk->arena);
}

/* ------------------------------------------------------------------ who asks */

/* Whether the proxy proves itself: from this machine, with the secret, once. */
static bool proxy_vouches(const struct call *c)
{
    size_t count;
    const char *secret = server_header(c->request, "X-Talaia-Proxy-Secret", &count);
    return c->request->local && c->site->proxy_secret[0] != '\0' && count == 1 &&
           secret_same(secret, c->site->proxy_secret);
}

/* False after an answer: the header is there and may not be believed. */
static bool ask_proxy(struct call *c, bool *ret_found)
{
    size_t count;
    const char *name = server_header(c->request, c->site->proxy_header, &count);
    if (count == 0)
        return true;
    if (count > 1 || !proxy_vouches(c)) {
        site_say(c->site, "%s %s: the header %s was not believed", c->request->id, c->request->address,
                 c->site->proxy_header);
        call_problem(c, 403, N_("The single sign-on of the reverse proxy is not set up right."));
        return false;
    }
    char *lower = arena_strdup(call_arena(c), name);
    for (char *p = lower; *p != '\0'; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
    if (!login_by_proxy(c->desk, lower, c->site->proxy_secret, &c->identity, ret_found, &c->err)) {
        call_failed(c);
        return false;
    }
    if (!*ret_found)
        call_problem(
            c, 403,
            N_("You are known to the single sign-on, and have no account at this desk. Ask an administrator for one."));
    return *ret_found;
}

static bool identify(struct call *c)
{
    const char *bearer = server_header(c->request, "Authorization", NULL);
    bool found = false, ok = true;
    if (bearer != NULL && strncmp(bearer, "Bearer ", 7) == 0) {
        /* A token is for programs: it opens no pages. */
        bool program = c->route->kind == ROUTE_API || c->route->kind == ROUTE_PLAIN;
        ok = !program || login_by_token(c->desk, bearer + 7, &c->identity, &found, &c->err);
    } else {
        if (c->site->proxy_header[0] != '\0' && !ask_proxy(c, &found))
            return false;
        const char *secret = server_cookie(call_arena(c), c->request, c->site->cookie);
        if (!found && secret != NULL && secret[0] != '\0')
            ok = login_by_session(c->desk, secret, &c->identity, &found, &c->err);
    }
    if (!ok) {
        call_failed(c);
        return false;
    }
    if (found) {
        c->who = &c->identity;
        c->desk->by.who = c->identity.name;
    }
    return true;
}

/* Whether a large file may come: only from people who may bring it in, so that strangers cannot fill the memory. */
static bool may_bring(struct site *s, const struct server_request *r, enum permission p)
{
    struct desk *shared = site_take_desk(s), own;
    struct server_request asked = *r;
    struct server_answer unused = {0};
    struct identity who = {0};
    struct call c = {.request = &asked, .reply = &unused};
    bool found = false;
    begin(&c, s, &own, shared);
    const char *secret = server_cookie(call_arena(&c), r, s->cookie);
    const char *bearer = server_header(r, "Authorization", NULL);
    bool vouched = s->proxy_header[0] != '\0' && server_header(r, s->proxy_header, NULL) != NULL && proxy_vouches(&c);
    bool may = vouched ||
               (bearer != NULL && strncmp(bearer, "Bearer ", 7) == 0 &&
                login_by_token(c.desk, bearer + 7, &who, &found, &c.err) && found && identity_may(&who, p)) ||
               (secret != NULL && secret[0] != '\0' && login_by_session(c.desk, secret, &who, &found, &c.err) &&
                found && identity_may(&who, p));
    end(&c);
    site_give_desk(s, shared);
    return may;
}

static bool brings_documents(const struct route *r)
{
    return r->kind == ROUTE_UPLOAD && (r->answer == form_intake || r->answer == form_integration_part);
}

size_t call_body_max(void *site, const struct server_request *r)
{
    struct arena scratch = {0};
    int64_t id;
    const char *methods;
    const struct route *route = route_find(&scratch, r->method, r->path, &id, &methods);
    /* Of a method that the address does not take the body is read, so that this is what is told. */
    size_t most = route == NULL                       ? (methods[0] == '\0' ? 0 : LIMIT_WEB_FORM_BYTES)
                  : strcmp(route->method, "GET") == 0 ? 0
                  : route->kind == ROUTE_UPLOAD       ? LIMIT_WEB_MESSAGE_BYTES
                                                      : LIMIT_WEB_FORM_BYTES;
    const struct api_call *call = route != NULL && route->kind == ROUTE_API ? api_call_of(route) : NULL;
    bool statement = route != NULL &&
                     (route->answer == form_expense || (route->answer == form_incident && route->kind == ROUTE_UPLOAD));
    if (statement)
        most =
            may_bring(site, r, route->permission) ? LIMIT_STATEMENT_BYTES + LIMIT_WEB_FORM_BYTES : LIMIT_WEB_FORM_BYTES;
    if (route != NULL && (route->answer == form_import_look || brings_documents(route) || (call != NULL && call->file)))
        most = may_bring(site, r, route->permission) ? LIMIT_WEB_UPLOAD_BYTES : LIMIT_WEB_FORM_BYTES;
    arena_release(&scratch);
    return most;
}

/* ------------------------------------------------------------------ where it comes from */

/* Without web.url on a desk that listens on this machine only: names that are this machine, so that no name of somebody
 * else's DNS leads here. */
static bool host_is_ours(const struct call *c)
{
    const char *host = server_header(c->request, "Host", NULL);
    size_t name = host == NULL ? 0 : host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    if (host == NULL)
        return true; /* HTTP/1.0: no browser */
    struct str s = str_part(host, name > strlen(host) ? strlen(host) : name);
    bool local = str_is_nocase(s, "localhost") || str_is(s, "127.0.0.1") || str_is(s, "[::1]");
    if (c->site->host[0] != '\0')
        return str_is_nocase(str_of(host), c->site->host) || local;
    return local || !c->site->loopback;
}

static bool origin_is_ours(struct call *c)
{
    size_t count, site_count;
    const char *origin = server_header(c->request, "Origin", &count);
    const char *site = server_header(c->request, "Sec-Fetch-Site", &site_count);
    const char *host = server_header(c->request, "Host", NULL);
    if (site_count > 0 && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
        return false;
    if (count == 0)
        return true; /* the token of the form decides */
    if (count > 1)
        return false;
    if (c->site->origin[0] != '\0' && str_is_nocase(str_of(origin), c->site->origin))
        return true;
    return host != NULL && !c->site->https && strcmp(origin, arena_printf(call_arena(c), "http://%s", host)) == 0;
}

/* False after an answer. */
static bool form_is_whole(struct call *c)
{
    const char *type = server_header(c->request, "Content-Type", NULL);
    bool upload = c->route->kind == ROUTE_UPLOAD && multipart_is(type);
    if (upload && multipart_read(call_arena(c), type, c->request->body, &c->parts, &c->part_count))
        return true;
    if (!upload && type != NULL && strncmp(type, "application/x-www-form-urlencoded", 33) != 0) {
        call_problem(c, 415, N_("A form has arrived in a way that is not understood."));
        return false;
    }
    if (upload || !server_params_valid(call_arena(c), c->request->body)) {
        call_problem(c, 400,
                     N_("A form has arrived damaged: it is not UTF-8, or has a character that cannot be kept."));
        return false;
    }
    return true;
}

static bool form_is_ours(struct call *c)
{
    if (!form_is_whole(c))
        return false;
    bool session = c->who != NULL && c->route->permission != PERMISSION_NONE;
    bool ours = origin_is_ours(c);
    if (ours && (!session || (c->who->csrf != NULL && secret_same(call_field(c, "_f"), c->who->csrf))))
        return true;
    if (ours && session && c->who->csrf != NULL && c->route->answer == form_incident) {
        page_incident_typed(c);
        return false;
    }
    call_problem(c, 403,
                 N_("This form is not of this session: go back, load the page again and repeat. Nothing was changed."));
    return false;
}

/* ------------------------------------------------------------------ the way */

static void send_to_login(struct call *c)
{
    if (c->route->kind == ROUTE_API || c->route->kind == ROUTE_PLAIN) {
        call_header(c, "WWW-Authenticate", "Bearer realm=\"talaia\"");
        call_problem(c, 401, N_("This needs a token: Authorization: Bearer tal_…"));
        return;
    }
    if (c->route->answer == form_incident && origin_is_ours(c)) {
        if (form_is_whole(c))
            page_incident_typed(c);
        return;
    }
    bool back = c->route->kind == ROUTE_PAGE && strcmp(c->request->path, "/") != 0;
    call_redirect(c,
                  back ? arena_printf(call_arena(c), "/entra?cap=%s", layout_encode(c, c->request->path)) : "/entra");
}

static void no_route(struct call *c, const char *methods)
{
    size_t n = strlen(c->request->path);
    int64_t id;
    const char *other;
    if (methods[0] != '\0') {
        call_header(c, "Allow", methods);
        call_problem(c, 405, N_("This address does not take that kind of request."));
    } else if (n > 1 && c->request->path[n - 1] == '/' &&
               route_find(call_arena(c), "GET", arena_text(call_arena(c), str_part(c->request->path, n - 1)), &id,
                          &other) != NULL) {
        call_redirect(c, layout_encode_path(c, arena_text(call_arena(c), str_part(c->request->path, n - 1))));
    } else {
        call_problem(c, 404, N_("The address is wrong, or what stood here is no longer there."));
    }
}

/* What somebody with a first password may do: choose another one, or go. */
static bool for_newcomers(const struct route *r)
{
    return r->permission == PERMISSION_NONE || r->answer == page_account || r->answer == form_password ||
           r->answer == form_logout;
}

static void answer(struct call *c)
{
    const char *methods;
    const char *method = strcmp(c->request->method, "HEAD") == 0 ? "GET" : c->request->method;
    if (!host_is_ours(c)) {
        call_problem(c, 421,
                     N_("This desk is not reached by that name. An administrator sets its address in web.url."));
        return;
    }
    c->route = route_find(call_arena(c), method, c->request->path, &c->id, &methods);
    if (c->route == NULL) {
        no_route(c, methods);
        return;
    }
    bool anybody = c->route->kind == ROUTE_PLAIN && c->route->permission == PERMISSION_NONE;
    if (!anybody && !identify(c))
        return;
    if (c->who == NULL && c->route->permission != PERMISSION_NONE) {
        send_to_login(c);
        return;
    }
    if ((c->route->kind == ROUTE_FORM || c->route->kind == ROUTE_UPLOAD) && !form_is_ours(c))
        return;
    if (!call_may(c, c->route->permission)) {
        call_problem(c, 403, N_("Your account may look at the desk; this needs another role. Ask an administrator."));
        return;
    }
    if (c->who != NULL && c->who->once && !for_newcomers(c->route)) {
        if (c->route->kind == ROUTE_PAGE)
            call_redirect(c, "/compte");
        else
            call_problem(c, 403, N_("Choose your own password first, at /compte."));
        return;
    }
    c->route->answer(c);
}

void call_answer(void *site, struct server_request *r, struct server_answer *ret)
{
    struct site *s = site;
    struct desk *shared = site_take_desk(s), own;
    struct call c = {.request = r, .reply = ret};
    begin(&c, s, &own, shared);
    atomic_fetch_add(&s->requests, 1);
    answer(&c);
    end(&c);
    site_give_desk(s, shared);
}

void call_refuse(void *site, struct server_request *r, int status, const char *why, struct server_answer *ret)
{
    struct site *s = site;
    struct desk *shared = site_take_desk(s), own;
    struct call c = {.request = r, .reply = ret};
    begin(&c, s, &own, shared);
    atomic_fetch_add(&s->refused, 1);
    site_say(s, "%s %s refused: %s", r->id, r->address, why);
    call_problem(&c, status,
                 status == 413 && str_starts(str_of(r->path), "/integracions")
                     ? N_("The files are too large: 20 MB each and 24 MB together are taken. Nothing of them was kept; "
                          "go back, where all that was written still stands, and choose smaller ones.")
                 : status == 413
                     ? N_("What was sent is too large; nothing of it was kept. Shorten the text and send it again.")
                     : N_("The request is not one that a browser sends; nothing was done."));
    end(&c);
    site_give_desk(s, shared);
}
