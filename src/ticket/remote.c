#include "ticket/remote.h"

#include <time.h>

#include "net/url.h"

#define USER_AGENT "User-Agent: talaia"
#define ACCEPT "Accept: application/json"

bool remote_open(struct remote *r, const struct tracker_options *o, const char *header, struct err *e)
{
    struct url u;
    if (o->url[0] == '\0')
        return err_set(e, ERR_CONFIG, N_("the tracker has no address: set tracker.url"));
    if (o->token[0] == '\0')
        return err_set(e, ERR_CONFIG, N_("there is nothing to log in with at the tracker: set tracker.token"));
    if (!url_parse(str_of(o->url), &u, e)) {
        err_where(e, "tracker.url");
        return false;
    }
    const struct http_options options = {
        .ca_file = o->ca, .url_key = "tracker.url", .login_key = "tracker.token", .ca_key = "tracker.ca"};
    struct remote made = {.not_before = INSTANT_NONE, .body = BUF_INIT(LIMIT_TICKET_REQUEST_BYTES)};
    made.client = http_open(&options, e);
    if (made.client == NULL)
        return false;
    char place[URL_AUTHORITY_BYTES];
    struct str base = str_of(u.text);
    base.n = str_find(base, '?');
    while (base.n > 0 && base.p[base.n - 1] == '/')
        base.n--;
    made.base = arena_text(&made.arena, base);
    made.host = arena_strdup(&made.arena, url_authority(&u, false, place));
    made.headers[made.header_count++] = USER_AGENT;
    made.headers[made.header_count++] = ACCEPT;
    made.headers[made.header_count++] = arena_strdup(&made.arena, header);
    *r = made;
    return true;
}

void remote_close(struct remote *r)
{
    http_close(r->client);
    buf_release(&r->body);
    arena_release(&r->arena);
}

static void pause_seconds(int seconds)
{
    struct timespec t = {.tv_sec = seconds};
    while (nanosleep(&t, &t) != 0)
        ;
}

int remote_retry_seconds(const struct remote *r)
{
    instant_t now = clock_system().now;
    if (r->not_before == INSTANT_NONE || r->not_before <= now)
        return 0;
    return (int)((r->not_before - now + INSTANT_PER_SECOND - 1) / INSTANT_PER_SECOND);
}

bool remote_look_again(instant_t since, int seconds)
{
    instant_t now = clock_system().now, window = seconds * INSTANT_PER_SECOND;
    if (since == INSTANT_NONE || now < since - window || now >= since + window)
        return false;
    pause_seconds(now < since + LIMIT_TRACKER_LAG_SECONDS * INSTANT_PER_SECOND ? 1 : 5);
    return true;
}

/* ------------------------------------------------------------------ one request */

static bool is_json(const struct http_answer *a)
{
    struct str type = http_header(a, "Content-Type");
    type = str_trim(str_part(type.p, str_find(type, ';')));
    return type.n == 0 || str_is_nocase(type, "application/json");
}

/* A refusal in the tracker's own words, when it gives any. */
static void refusal_say(struct remote *r, const struct http_answer *a, struct err *e)
{
    if (a->fate != HTTP_PERSON || a->status == 0)
        return;
    struct err ignored = {0}, own = {.lang = e->lang};
    json_t *body = is_json(a) && a->body.n > 0 ? foreign_json(a->body, r->host, &ignored) : NULL;
    if (str_is_nocase(http_header(a, "X-Seraph-LoginReason"), "AUTHENTICATION_DENIED") ||
        str_starts(http_header(a, "X-Authentication-Denied-Reason"), "CAPTCHA"))
        err_set(&own, ERR_LOGIN,
                N_("%s: the account of tracker.token must solve a CAPTCHA first: log in with it once in the browser"),
                r->host);
    else
        r->refused(r, a->status, body, &own);
    json_decref(body);
    if (own.code != ERR_NONE) {
        err_clear(e);
        *e = own;
    }
}

static enum http_fate send_patiently(struct remote *r, const struct http_request *q, struct http_answer *a,
                                     struct err *e)
{
    for (int tries = 0;; tries++) {
        enum http_fate fate = http_send(r->client, q, a, e);
        if (fate == HTTP_LATER && a->retry_after > 0)
            r->not_before = clock_system().now + a->retry_after * INSTANT_PER_SECOND;
        if (a->status != 429 || tries == LIMIT_TRACKER_WAITS || a->retry_after < 0 ||
            a->retry_after > LIMIT_TRACKER_WAIT_SECONDS)
            return fate;
        pause_seconds(a->retry_after > 0 ? a->retry_after : 1);
        err_clear(e);
    }
}

/* The answer's value. A page for people instead of JSON comes from a login in front of the tracker, or from a wrong
 * address. */
static bool value_read(struct remote *r, const struct http_answer *a, json_t **ret, struct err *e)
{
    if (!is_json(a) && a->status != 204)
        return err_set(e, ERR_REMOTE,
                       N_("%s answers with a page for people (%.*s) instead of JSON: is there a login in front of it? "
                          "Check tracker.url"),
                       r->host, STR_ARG(str_utf8_cut(http_header(a, "Content-Type"), 60)));
    if (str_is_nocase(http_header(a, "X-AUSERNAME"), "anonymous"))
        return err_set(e, ERR_LOGIN, N_("%s takes us for nobody: it does not know tracker.token"), r->host);
    json_t *value = NULL;
    if (str_trim(a->body).n > 0 && (value = foreign_json(a->body, r->host, e)) == NULL)
        return false;
    if (ret != NULL)
        *ret = value;
    else
        json_decref(value);
    return true;
}

enum remote_end remote_send(struct remote *r, const struct remote_call *call, json_t **ret_json, int *ret_status,
                            struct err *e)
{
    int wait = remote_retry_seconds(r);
    if (ret_status != NULL)
        *ret_status = 0;
    if (wait > 0) {
        err_set(e, ERR_NET, N_("%s asked us to wait; it is asked again in %d s"), r->host, wait);
        return REMOTE_LATER;
    }
    struct arena a = {0};
    struct http_answer answer;
    const char *headers[5];
    memcpy(headers, r->headers, sizeof r->headers);
    struct http_request q = {
        .method = call->method,
        .url = arena_printf(&a, "%s%s", r->base, call->path),
        .headers = headers,
        .header_count = r->header_count,
        .file = call->file,
    };
    if (call->header != NULL)
        headers[q.header_count++] = call->header;
    enum remote_end end = REMOTE_REFUSED;
    if (call->body != NULL && !json_write(call->body, &r->body, e))
        goto out;
    if (call->body != NULL) {
        q.type = "application/json";
        q.body = buf_str(&r->body);
    } else if (call->bytes.p != NULL) {
        q.type = "application/octet-stream";
        q.body = call->bytes;
    }
    enum http_fate fate = send_patiently(r, &q, &answer, e);
    if (ret_status != NULL)
        *ret_status = answer.status;
    if (fate == HTTP_GOOD)
        end = value_read(r, &answer, ret_json, e) ? REMOTE_DONE
              : call->method == HTTP_GET          ? REMOTE_REFUSED
                                                  : REMOTE_UNKNOWN;
    else if (fate == HTTP_LATER)
        end = answer.maybe_done && call->method != HTTP_GET ? REMOTE_UNKNOWN : REMOTE_LATER;
    else
        refusal_say(r, &answer, e);
out:
    arena_release(&a);
    return end;
}

bool remote_get(struct remote *r, const char *path, json_t **ret, bool *ret_found, struct err *e)
{
    const struct remote_call call = {.method = HTTP_GET, .path = path};
    int status;
    json_t *value = NULL;
    enum remote_end end = remote_send(r, &call, &value, &status, e);
    if (ret_found != NULL && end == REMOTE_REFUSED && status == 404) {
        err_clear(e);
        *ret_found = false;
        return true;
    }
    if (end != REMOTE_DONE)
        return false;
    if (ret_found != NULL)
        *ret_found = true;
    *ret = value;
    return true;
}

bool ticket_unsure(const char *host, struct err *e)
{
    return err_set(e, ERR_NET,
                   N_("%s: nobody knows yet whether the ticket was made, because no answer came; it is looked for "
                      "again later"),
                   host);
}

bool ticket_remark(struct arena *a, struct ticket *t, bool ok, const struct err *why, struct err *e)
{
    if (ok)
        return true;
    if (ticket_is_later(why)) {
        *e = *why;
        return false;
    }
    t->remark = t->remark[0] == '\0' ? arena_strdup(a, why->text) : arena_printf(a, "%s; %s", t->remark, why->text);
    return true;
}

char *url_escape(struct arena *a, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    char *out = arena_alloc(a, strlen(text) * 3 + 1, 1);
    size_t n = 0;
    for (const char *p = text; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c) != NULL) {
            out[n++] = *p;
            continue;
        }
        out[n++] = '%';
        out[n++] = hex[c >> 4];
        out[n++] = hex[c & 15];
    }
    out[n] = '\0';
    return out;
}
