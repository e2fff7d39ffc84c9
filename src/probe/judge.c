/* From what an address showed to the three verdicts. Not here: how a certificate is trusted (src/pki), what a WSDL is
 * (wsdl.c), what a failure of the wire is called (wire.c, tls.c): those codes come in as they are. */
#include "core/certificate.h"
#include "probe/run.h"

static const char *words(const struct run *run, const char *text)
{
    return text == NULL ? NULL : tr(run->settings->lang, text);
}

/* ---------------------------------------------------------------- connection */

/* X(first status, last status, verdict) */
static const struct {
    int from, to;
    enum verdict_code code;
} statuses[] = {
    {200, 299, CONNECTION_OK},       {300, 399, CONNECTION_REDIRECT_BAD}, {403, 403, CONNECTION_HTTP_403},
    {404, 404, CONNECTION_HTTP_404}, {410, 410, CONNECTION_HTTP_404},     {400, 499, CONNECTION_HTTP_4XX},
    {500, 599, CONNECTION_HTTP_5XX},
};

static enum verdict_code status_code(int status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (status >= statuses[i].from && status <= statuses[i].to)
            return statuses[i].code;
    return CONNECTION_HTTP_MALFORMED;
}

static int answer_status(const struct trip *t)
{
    return t->wire != NULL && t->wire->reader_used ? t->wire->reader.status : 0;
}

static void show_hop(const struct check *c, struct probe_observation *o)
{
    const struct trip *t = &c->trip;
    const struct wire *w = t->wire;
    o->final_url = t->url.text;
    o->redirects = t->redirects;
    o->protocol = t->protocol;
    o->cipher = t->cipher;
    o->answered = t->code == CONNECTION_OK;
    o->status = answer_status(t);
    o->body_bytes = w == NULL ? 0 : w->body.n;
    o->times = (struct probe_times){.dns_us = t->redirects == 0 ? c->target->dns_us : t->dns_us,
                                    .tcp_us = w == NULL ? -1 : w->tcp_us,
                                    .tls_us = w == NULL ? -1 : w->tls_us,
                                    .http_us = w == NULL ? -1 : w->http_us,
                                    .total_us = t->began == 0 ? -1 : t->ended - t->began};
}

void judge_connection(struct run *run, const struct check *c, struct probe_observation *o)
{
    const struct trip *t = &c->trip;
    enum verdict_code code = t->code;
    const char *detail = t->detail;
    show_hop(c, o);
    bool asked = target_how(c->target) != PROBE_HOW_CONNECT;
    if ((code == CONNECTION_OK && asked) || (code == CONNECTION_HTTP_HUGE && o->status >= 300))
        code = status_code(o->status);
    if (code == CONNECTION_REDIRECT_BAD && detail == NULL)
        detail = arena_printf(&run->scratch, "HTTP %d", o->status);
    if (code == CONNECTION_OK && t->protocol_version != 0 && t->protocol_version < TLS1_2_VERSION)
        code = CONNECTION_TLS_OLD;
    bool redirecting = code == CONNECTION_REDIRECT_BAD || code == CONNECTION_REDIRECT_LOOP;
    const char *address = o->address;
    char text[ADDRESS_TEXT_BYTES];
    if (t->candidate_count > 0)
        address = arena_strdup(&run->scratch, address_text(&t->candidates[t->candidate_at], text));
    o->verdict[VERDICT_CONNECTION] = code;
    o->facts[VERDICT_CONNECTION] = (struct verdict_facts){.host = redirecting ? o->host : t->url.host,
                                                          .address = address,
                                                          .detail = detail == NULL ? "" : detail,
                                                          .port = t->url.port,
                                                          .status = o->status,
                                                          .seconds = t->seconds,
                                                          .day = DAY_NONE};
}

/* ---------------------------------------------------------------- trust */

/* Words in the issuer of certificates that something between us and the body makes up as we connect. */
static const char *const middleboxes[] = {
    "firewall",       "fortinet",       "fortigate",   "zscaler",    "netskope", "palo alto",   "sophos",
    "blue coat",      "bluecoat",       "check point", "forcepoint", "websense", "barracuda",   "sonicwall",
    "watchguard",     "cisco umbrella", "untangle",    "mitmproxy",  "squid",    "web gateway", "web filter",
    "ssl inspection", "tls inspection", "ssl proxy",   "kaspersky",  "eset ssl", "avast",       "bitdefender",
};

static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = text; *p != '\0'; p++)
        if (str_is_nocase(str_part(p, strnlen(p, n)), word))
            return true;
    return false;
}

/* Whatever else is wrong with it: the page of a firewall is often another host's, too. */
static bool is_middlebox(const struct judgement *j)
{
    const struct certificate *leaf = &j->leaf;
    bool strange = false;
    for (size_t i = 0; i < j->finding_count; i++) {
        enum verdict_code code = j->findings[i].code;
        strange = strange || code == TRUST_UNKNOWN_CA || code == TRUST_INCOMPLETE || code == TRUST_SELF_SIGNED;
    }
    if (!strange)
        return false;
    for (size_t i = 0; i < sizeof middleboxes / sizeof *middleboxes; i++)
        if (has_word(leaf->issuer, middleboxes[i]))
            return true;
    return false;
}

/* The common name alone is read by no browser any more (RFC 9525 §2). */
static bool has_names(const struct certificate *leaf)
{
    return leaf->dns.total + leaf->ips.total > 0;
}

bool judge_wants_revocation(const struct probe_settings *s, const struct judgement *j)
{
    return s->revocation && j->code == TRUST_OK && j->has_leaf && j->leaf.use_server && has_names(&j->leaf) &&
           j->path_count > 1;
}

static void show_chain(struct run *run, const struct trip *t, struct probe_observation *o)
{
    int count = t->chain == NULL ? 0 : sk_X509_num(t->chain);
    if (count > LIMIT_PROBE_CHAIN)
        count = LIMIT_PROBE_CHAIN;
    struct str *items = arena_array(&run->scratch, struct str, (size_t)(count == 0 ? 1 : count));
    for (int i = 0; i < count; i++) {
        const X509 *cert = sk_X509_value(t->chain, i);
        int n = i2d_X509(cert, NULL);
        unsigned char *to = n <= 0 ? NULL : arena_alloc(&run->scratch, 1, (size_t)n), *end = to;
        items[i] = to == NULL ? (struct str){0} : str_part((const char *)to, (size_t)i2d_X509(cert, &end));
    }
    o->chain = items;
    o->chain_count = (size_t)count;
}

/* What the judgement becomes with the time left, its use, and what the authority says. */
static enum verdict_code trust_code(const struct run *run, const struct judgement *j,
                                    const struct revocation_outcome *r)
{
    struct probe_clock clock = run->settings->clock;
    if (j->code != TRUST_OK)
        return j->code;
    if (!has_names(&j->leaf))
        return TRUST_WRONG_HOST;
    if (!j->leaf.use_server)
        return TRUST_BAD_CHAIN;
    if (r->state == PROBE_REVOCATION_REVOKED)
        return TRUST_REVOKED;
    if (days_left(j->leaf.last_day, day_madrid(clock.real(clock.ctx))) < run->settings->expiring_days)
        return TRUST_EXPIRING;
    return r->state == PROBE_REVOCATION_UNKNOWN ? TRUST_REVOCATION_UNKNOWN : TRUST_OK;
}

void judge_trust(struct run *run, const struct check *c, const struct judgement *j, const struct revocation_outcome *r,
                 struct probe_observation *o)
{
    const struct trip *t = &c->trip;
    const char *host = t->tls_host[0] == '\0' ? o->host : t->tls_host;
    struct verdict_facts *f = &o->facts[VERDICT_TRUST];
    o->revocation = r->state;
    o->revocation_source = r->source;
    o->revoked_on = r->day;
    show_chain(run, t, o);
    if (t->chain == NULL) {
        bool plain = t->url.scheme == URL_HTTP;
        o->verdict[VERDICT_TRUST] = plain ? TRUST_NO_TLS : TRUST_NONE;
        *f = (struct verdict_facts){.host = host, .address = "", .detail = "", .port = t->url.port, .day = DAY_NONE};
        return;
    }
    enum verdict_code code = trust_code(run, j, r);
    *f = trust_facts(&run->scratch, j, host, run->settings->lang);
    f->port = t->url.port;
    if (code == TRUST_REVOKED)
        f->day = r->day;
    if (code == TRUST_WRONG_HOST && j->code == TRUST_OK)
        f->detail = words(run, N_("none, as it has no subjectAltName but only a common name"));
    if (code == TRUST_BAD_CHAIN && j->code == TRUST_OK)
        f->detail = words(run, N_("it is for clients, not for servers (extended key usage)"));
    o->verdict[VERDICT_TRUST] = code;
    o->leaf = j->has_leaf ? &j->leaf : NULL;
    o->middlebox = j->has_leaf && is_middlebox(j);
}

/* ---------------------------------------------------------------- application */

void judge_application(struct run *run, const struct check *c, struct probe_observation *o)
{
    const struct trip *t = &c->trip;
    const struct probe_settings *s = run->settings;
    struct verdict_facts *f = &o->facts[VERDICT_APPLICATION];
    *f = (struct verdict_facts){
        .host = t->url.host, .address = "", .detail = "", .port = t->url.port, .status = o->status, .day = DAY_NONE};
    enum verdict_code connection = o->verdict[VERDICT_CONNECTION];
    o->verdict[VERDICT_APPLICATION] = APPLICATION_NONE;
    if (target_how(c->target) != PROBE_HOW_CONTRACT) {
        if (o->answered && t->wire->reader_used) {
            o->body = buf_str(&t->wire->body);
            o->content_type = t->wire->reader.content_type;
            o->encoding = t->wire->reader.encoding;
        }
        return;
    }
    if (connection != CONNECTION_OK && connection != CONNECTION_TLS_OLD)
        return;
    struct wsdl *w = arena_new(&run->scratch, struct wsdl);
    struct wsdl_ask ask = {.url = &t->url,
                           .content_type = t->wire->reader.content_type,
                           .operations = s->operations,
                           .operation_count = s->operation_count};
    wsdl_examine(&run->scratch, buf_str(&t->wire->body), &ask, w);
    o->wsdl = w;
    o->verdict[VERDICT_APPLICATION] = w->verdict;
    f->detail = w->detail;
}
