/* Not here: how anything is asked (engine), what an OCSP answer is worth (pki/ocsp), what a row of runs means
 * (core/probe). */
#include "probe/step.h"

#include "base/file.h"
#include "core/certificate.h"
#include "net/guard.h"
#include "net/url.h"

/* ---------------------------------------------------------------- from the file */

static bool is_set(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static const char *target_url(struct arena *a, const struct probe_check *k)
{
    switch (k->kind) {
    case PROBE_TLS: return arena_printf(a, "https://%s/", k->target);
    case PROBE_TCP: return arena_printf(a, "http://%s/", k->target);
    case PROBE_DNS: return arena_printf(a, "http://%s/", k->target);
    default: return k->target;
    }
}

static void ask_make(struct step *s)
{
    static const enum probe_how hows[PROBE_KIND_COUNT] = {
        [PROBE_HTTP] = PROBE_HOW_WEB,    [PROBE_WSDL] = PROBE_HOW_CONTRACT, [PROBE_SOAP] = PROBE_HOW_WEB,
        [PROBE_TLS] = PROBE_HOW_CONNECT, [PROBE_TCP] = PROBE_HOW_CONNECT,   [PROBE_DNS] = PROBE_HOW_NAME,
        [PROBE_OCSP] = PROBE_HOW_WEB,
    };
    const struct probe_check *k = s->check;
    s->ask = (struct probe_ask){.how = hows[k->kind],
                                .max_body_bytes = k->kind == PROBE_OCSP ? LIMIT_OCSP_BYTES : (size_t)k->max_bytes,
                                .total_ms = k->timeout_seconds * 1000,
                                .stay = k->status >= 300 && k->status <= 399};
    if (k->kind == PROBE_WSDL)
        s->ask.accept = "text/xml, application/wsdl+xml, application/xml;q=0.9, */*;q=0.5";
    s->target = (struct probe_target){.url = s->url, .ask = &s->ask};
}

/* What could never be asked is a mistake of the file, and no answer of anybody. */
static bool url_check(const struct step *s, struct err *e)
{
    struct url u;
    return url_parse(str_of(s->url), &u, e) && (s->ask.how != PROBE_HOW_WEB || guard_port(u.port) ||
                                                err_set(e, ERR_VALUE, N_("its port belongs to another service")));
}

static bool step_open(struct arena *a, struct step *s, const struct probe_check *k, int at, const char *dir,
                      bool revoked, struct err *e)
{
    *s = (struct step){.check = k, .at = at, .arena = a};
    s->url = target_url(a, k);
    ask_make(s);
    bool good = url_check(s, e) && (!is_set(k->matches) || pattern_open(k->matches, &s->pattern, e)) &&
                (k->kind != PROBE_OCSP || step_ocsp_open(s, dir, revoked, e));
    if (!good)
        step_close(s);
    return good;
}

bool steps_open(struct arena *a, struct step *steps, size_t *ret_count, const struct probe_check *k, int at,
                const char *dir, struct err *e)
{
    if (!step_open(a, &steps[0], k, at, dir, false, e))
        return false;
    if (k->kind == PROBE_OCSP && !step_open(a, &steps[1], k, at, dir, true, e)) {
        step_close(&steps[0]);
        return false;
    }
    *ret_count = steps_of(k);
    return true;
}

void step_close(struct step *s)
{
    pattern_free(s->pattern);
    s->pattern = NULL;
    arena_release(&s->one);
}

bool step_begin(struct step *s, struct err *e)
{
    s->any = false;
    arena_release(&s->one);
    s->result = (struct step_result){.times = {-1, -1, -1, -1, -1}, .code = ""};
    if (s->make != NULL)
        return s->make(s, e);
    return s->check->kind != PROBE_OCSP || step_ocsp_begin(s, e);
}

/* ---------------------------------------------------------------- what was seen */

static void take_result(struct step *s, const struct step_result *r)
{
    static const int rank[] = {[PROBE_GOOD] = 0, [PROBE_BLIND] = 1, [PROBE_BAD] = 2};
    const struct step_result *old = &s->result;
    bool worse = rank[r->outcome] > rank[old->outcome];
    bool slower =
        rank[r->outcome] == rank[old->outcome] && r->outcome == PROBE_GOOD && r->times.total_us > old->times.total_us;
    if (!s->any || worse || slower)
        s->result = *r;
    s->any = true;
}

void step_say(struct step *s, enum probe_verdict v, const char *detail, const struct step_how *how)
{
    struct step_result r = s->result;
    struct arena a = {0};
    const struct verdict_facts facts = {.detail = detail, .day = DAY_NONE};
    r.verdict = v;
    r.outcome = probe_verdict_outcome(v);
    r.code = probe_verdict_code(v);
    r.degraded = probe_verdict_degraded(v);
    r.detail[0] = '\0';
    if (v != PROBE_VERDICT_OK) {
        const char *text = verdict_fill(&a, tr(how->lang, probe_verdict_sentence(v)), &facts);
        (void)snprintf(r.detail, sizeof r.detail, "%.*s", STR_ARG(str_utf8_cut(str_of(text), sizeof r.detail - 1)));
    }
    arena_release(&a);
    take_result(s, &r);
}

static void say_foreign(struct step *s, enum verdict_code code, const struct verdict_facts *f,
                        const struct step_how *how)
{
    struct arena a = {0};
    bool blind = verdict_class(code) == VERDICT_UNKNOWN;
    struct step_result r = s->result;
    r.verdict = blind ? PROBE_VERDICT_FOREIGN_BLIND : PROBE_VERDICT_FOREIGN;
    r.outcome = probe_verdict_outcome(r.verdict);
    r.code = verdict_text(code);
    r.network = verdict_part(code) == VERDICT_CONNECTION;
    const char *text = verdict_fill(&a, tr(how->lang, verdict_reason(code)), f);
    (void)snprintf(r.detail, sizeof r.detail, "%.*s", STR_ARG(str_utf8_cut(str_of(text), sizeof r.detail - 1)));
    arena_release(&a);
    take_result(s, &r);
}

/* The part of a result that is the same whatever the verdict. */
static void note(struct step *s, const struct probe_observation *o, struct step_result *keep)
{
    *keep = s->result;
    struct step_result now = {.times = o->times, .code = ""};
    if (now.times.total_us >= 0 && now.times.dns_us > 0)
        now.times.total_us += now.times.dns_us;
    (void)snprintf(now.address, sizeof now.address, "%s", o->address);
    s->result = now;
}

static bool is_ours(const struct probe_check *k, enum verdict_code code)
{
    /* an old TLS is no fault of a probe that asks for a page; its certificate says more */
    return code == CONNECTION_OK || (code == CONNECTION_TLS_OLD && k->kind != PROBE_TLS);
}

/* A certificate that a client would refuse is bad, wherever TLS is spoken. */
static bool trust_is_bad(const struct probe_observation *o)
{
    enum verdict_code trust = o->verdict[VERDICT_TRUST];
    bool tls = o->protocol != NULL && o->protocol[0] != '\0';
    return tls && trust != TRUST_EXPIRING && verdict_class(trust) == VERDICT_BAD;
}

/* False when there are as many left as there must be. */
static bool few_days(const struct probe_observation *o, int least, const struct step_how *how,
                     char text[STEP_SAID_BYTES])
{
    char day[DAY_TEXT_BYTES];
    if (least <= 0 || o->leaf == NULL)
        return false;
    int left = days_left(o->leaf->last_day, day_madrid(how->now));
    (void)snprintf(text, STEP_SAID_BYTES, tr(how->lang, N_("%d, until %s, and not the %d that it should have")), left,
                   day_dmy(o->leaf->last_day, day), least);
    return left < least;
}

static bool expires(struct step *s, const struct probe_observation *o, const struct step_how *how)
{
    char text[STEP_SAID_BYTES];
    bool few = few_days(o, s->check->expiring_days, how, text);
    if (few)
        step_say(s, PROBE_VERDICT_EXPIRING, text, how);
    return few;
}

/* The sentence of the status is the engine's; a status that was asked for is none of its business. */
static bool status_is_bad(struct step *s, const struct probe_observation *o, const struct step_how *how)
{
    char text[STEP_SAID_BYTES];
    if (o->status == s->check->status)
        return false;
    (void)snprintf(text, sizeof text, tr(how->lang, N_("%d instead of %d")), o->status, s->check->status);
    step_say(s, PROBE_VERDICT_STATUS, text, how);
    return true;
}

static bool has(struct str text, const char *word)
{
    return memmem(text.p == NULL ? "" : text.p, text.n, word, strlen(word)) != NULL;
}

/* What it has to be searched for is in UTF-8; pages of old servers are in Latin 1. */
static struct str text_of(struct arena *a, struct str body)
{
    if (str_utf8_valid(body))
        return body;
    char *to = arena_alloc(a, 2 * body.n + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < body.n; i++) {
        unsigned char c = (unsigned char)body.p[i];
        if (c >= 0x80)
            to[n++] = (char)(0xC0 | c >> 6);
        to[n++] = (char)(c < 0x80 ? c : 0x80 | (c & 0x3F));
    }
    return str_part(to, n);
}

/* Where a text would not be found though it is there, its absence says nothing. */
static bool text_is_hidden(struct step *s, const struct probe_observation *o, const struct step_how *how)
{
    if (is_set(o->encoding))
        step_say(s, PROBE_VERDICT_NO_TEXT,
                 arena_printf(&s->one, tr(how->lang, N_("it comes as %s, which was not asked for")), o->encoding), how);
    else if (o->body.n > 0 && memchr(o->body.p, '\0', o->body.n) != NULL)
        step_say(s, PROBE_VERDICT_NO_TEXT, tr(how->lang, N_("it is neither UTF-8 nor Latin 1")), how);
    else
        return false;
    return true;
}

static bool text_is_bad(struct step *s, const struct probe_observation *o, const struct step_how *how)
{
    const struct probe_check *k = s->check;
    struct arena a = {0};
    enum probe_verdict v = PROBE_VERDICT_OK;
    const char *detail = "";
    if (!is_set(k->contains) && !is_set(k->lacks) && s->pattern == NULL)
        return false;
    if (text_is_hidden(s, o, how))
        return true;
    struct str body = text_of(&a, o->body);
    enum pattern_found found = s->pattern == NULL ? PATTERN_YES : pattern_find(s->pattern, body);
    if (is_set(k->contains) && !has(body, k->contains))
        v = PROBE_VERDICT_MISSING, detail = k->contains;
    else if (is_set(k->lacks) && has(body, k->lacks))
        v = PROBE_VERDICT_FORBIDDEN, detail = k->lacks;
    else if (found != PATTERN_YES)
        v = found == PATTERN_NO ? PROBE_VERDICT_PATTERN : PROBE_VERDICT_PATTERN_HARD, detail = k->matches;
    arena_release(&a);
    if (v != PROBE_VERDICT_OK)
        step_say(s, v, detail, how);
    return v != PROBE_VERDICT_OK;
}

static bool addresses_are_bad(struct step *s, const struct probe_observation *o, const struct step_how *how)
{
    struct str rest = str_of(s->check->addresses), one;
    while (rest.n > 0 && str_split(&rest, ' ', &one)) {
        struct str found = str_of(o->addresses), each;
        bool there = false;
        while (found.n > 0 && str_split(&found, ' ', &each))
            there = there || str_equal(each, one);
        if (!there) {
            step_say(s, PROBE_VERDICT_ADDRESSES, o->addresses, how);
            return true;
        }
    }
    return false;
}

void step_slow_text(const struct step *s, int64_t ms, const struct step_how *how, char text[STEP_SAID_BYTES])
{
    (void)snprintf(text, STEP_SAID_BYTES, tr(how->lang, N_("%lld ms instead of at most %d ms")), (long long)ms,
                   s->check->slow_ms);
}

static void say_good(struct step *s, const struct probe_observation *o, const struct step_how *how)
{
    char text[STEP_SAID_BYTES];
    int64_t ms = s->result.times.total_us / 1000;
    if (few_days(o, s->check->warn_days, how, text)) {
        step_say(s, PROBE_VERDICT_ENDING, text, how);
    } else if (s->check->slow_ms > 0 && ms > s->check->slow_ms) {
        step_slow_text(s, ms, how, text);
        step_say(s, PROBE_VERDICT_SLOW, text, how);
    } else {
        step_say(s, PROBE_VERDICT_OK, "", how);
    }
}

static bool reached(struct step *s, const struct probe_observation *o, const struct step_how *how)
{
    enum verdict_code code = o->verdict[VERDICT_CONNECTION];
    bool web = s->ask.how == PROBE_HOW_WEB;
    if (!(o->answered && web) && !is_ours(s->check, code)) {
        say_foreign(s, code, &o->facts[VERDICT_CONNECTION], how);
        return false;
    }
    if (trust_is_bad(o)) {
        say_foreign(s, o->verdict[VERDICT_TRUST], &o->facts[VERDICT_TRUST], how);
        return false;
    }
    return true;
}

void step_finish(struct step *s, const struct probe_observation *o, const struct step_how *how)
{
    if (!text_is_bad(s, o, how) && !expires(s, o, how))
        say_good(s, o, how);
}

static void judge(struct step *s, const struct probe_observation *o, const struct step_how *how)
{
    const struct probe_check *k = s->check;
    if (!reached(s, o, how))
        return;
    if (s->read != NULL || k->kind == PROBE_OCSP) {
        (s->read != NULL ? s->read : step_ocsp_judge)(s, o, how);
        return;
    }
    if (k->kind == PROBE_HTTP && status_is_bad(s, o, how))
        return;
    if (k->kind == PROBE_WSDL && verdict_class(o->verdict[VERDICT_APPLICATION]) == VERDICT_BAD) {
        say_foreign(s, o->verdict[VERDICT_APPLICATION], &o->facts[VERDICT_APPLICATION], how);
        return;
    }
    if (k->kind == PROBE_DNS && addresses_are_bad(s, o, how))
        return;
    step_finish(s, o, how);
}

void step_fact(struct step *s, const char *text)
{
    const char *have = s->result.facts;
    s->result.facts = have == NULL ? arena_strdup(&s->one, text) : arena_printf(&s->one, "%s · %s", have, text);
}

static void certificate_fact(struct step *s, const struct probe_observation *o, const struct step_how *how)
{
    char day[DAY_TEXT_BYTES];
    if (o->leaf == NULL)
        return;
    step_fact(s, o->protocol);
    step_fact(s, arena_printf(&s->one, tr(how->lang, N_("certificate of %s, until %s (%d days), issued by %s")),
                              o->leaf->common_name, day_dmy(o->leaf->last_day, day),
                              days_left(o->leaf->last_day, day_madrid(how->now)), o->leaf->issuer_name));
}

/* The results of several addresses are compared one by one: each is judged as if it were alone. */
void step_take(struct step *s, const struct probe_observation *o, const struct step_how *how)
{
    struct step_result before;
    bool any = s->any;
    note(s, o, &before);
    certificate_fact(s, o, how);
    s->any = false;
    judge(s, o, how);
    struct step_result mine = s->result;
    s->result = before;
    s->any = any;
    take_result(s, &mine);
}

const struct step_result *step_end(struct step *s)
{
    return &s->result;
}

void step_rest(struct step *s)
{
    s->result.facts = NULL;
    arena_release(&s->one);
}
