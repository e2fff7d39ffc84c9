#include "flow/authorities.h"

#include "base/limits.h"
#include "net/url.h"

enum { MOST_SOURCES = 2 * LIMIT_REVOCATION_URLS + 1 };

bool authorities_open(struct desk *d, struct arena *a, struct authorities *ret, struct err *e)
{
    const char *const *list;
    size_t count = config_list(d->config, KEY_NET_ALLOW, &list);
    struct str *ranges = arena_array(a, struct str, count + 1);
    for (size_t i = 0; i < count; i++)
        ranges[i] = str_of(list[i]);
    *ret = (struct authorities){.arena = a};
    if (!guard_init(&ret->guard, a, ranges, count, e)) {
        e->code = ERR_CONFIG;
        err_where(e, "%s", config_source(d->config, KEY_NET_ALLOW));
        return false;
    }
    const struct http_options how = {.url_key = "net.allow",
                                     .login_key = "net.allow",
                                     .ca_key = "trust.anchors",
                                     .guard = &ret->guard,
                                     .connect_seconds = 5,
                                     .seconds = 10};
    return (ret->http = http_open(&how, e)) != NULL;
}

void authorities_close(struct authorities *x)
{
    http_close(x->http);
    x->http = NULL;
}

/* The bytes of the answer; empty when there is none. */
static struct str answer_of(struct authorities *x, const struct http_request *q)
{
    struct http_answer answer;
    struct err e = {.lang = LANG_EN};
    struct url u;
    if (!url_parse(str_of(q->url), &u, &e) || !guard_port(u.port) || http_send(x->http, q, &answer, &e) != HTTP_GOOD)
        return str_of("");
    return str_part(arena_text(x->arena, answer.body), answer.body.n);
}

static struct str fetch(struct authorities *x, const struct revocation *r)
{
    static const char *const headers[] = {"Accept: application/ocsp-response"};
    bool ocsp = r->source == REVOCATION_OCSP;
    return answer_of(x, &(struct http_request){.method = ocsp ? HTTP_POST : HTTP_GET,
                                               .url = r->url,
                                               .headers = headers,
                                               .header_count = ocsp,
                                               .type = ocsp ? "application/ocsp-request" : NULL,
                                               .body = ocsp ? r->request : (struct str){0}});
}

struct str authorities_get(struct authorities *x, const char *url)
{
    return answer_of(x, &(struct http_request){.method = HTTP_GET, .url = url});
}

void authorities_ask(struct authorities *x, const struct certificate *leaf, struct str issuer, instant_t now,
                     struct revocation *r, bool *ret_silent)
{
    struct revocation_have have[MOST_SOURCES];
    bool ignored = false, *silent = ret_silent == NULL ? &ignored : ret_silent;
    *silent = false;
    for (size_t count = 0;; count++) {
        revocation_decide(x->arena, leaf, issuer, have, count, now, r);
        if (r->state != REVOCATION_FETCH)
            return;
        if (count == MOST_SOURCES) {
            *r = (struct revocation){.state = REVOCATION_UNKNOWN, .url = "", .why = N_("too many sources")};
            return;
        }
        have[count] =
            (struct revocation_have){.source = r->source, .url = r->url, .bytes = fetch(x, r), .fetched = now};
        *silent = have[count].bytes.n == 0 && (count == 0 || *silent);
    }
}
