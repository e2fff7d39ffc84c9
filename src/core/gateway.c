/* Reads no message and remembers nothing: that is for scsp and record. */
#include "core/gateway.h"

#include "base/buf.h"
#include "base/limits.h"

/* --- tables --- */

static const struct {
    const char *code, *words;
} steps[GATEWAY_STEP_COUNT] = {
#define X(name, text, shown) [GATEWAY_STEP_##name] = {text, shown},
    GATEWAY_STEPS(X)
#undef X
};

static const struct gateway_outcome_info outcomes[GATEWAY_OUTCOME_COUNT] = {
#define X(name, text, where, how, digits, says, sentence, advice)                                                      \
    [GATEWAY_##name] = {text, GATEWAY_STEP_##where, GATEWAY_WAY_##how, digits, says, sentence, advice},
    GATEWAY_OUTCOMES(X)
#undef X
};

const char *gateway_step_code(enum gateway_step s)
{
    return steps[s].code;
}

const char *gateway_step_words(enum gateway_step s)
{
    return steps[s].words;
}

bool gateway_step_parse(struct str code, enum gateway_step *ret)
{
    for (int s = 0; s < GATEWAY_STEP_COUNT; s++) {
        if (str_is(code, steps[s].code)) {
            *ret = (enum gateway_step)s;
            return true;
        }
    }
    return false;
}

const char *gateway_state_code(enum gateway_state s)
{
    static const char *const codes[] = {"", "good", "warning", "refused"};
    return codes[s];
}

const struct gateway_outcome_info *gateway_outcome_info(enum gateway_outcome o)
{
    return &outcomes[o];
}

bool gateway_outcome_parse(struct str code, enum gateway_outcome *ret)
{
    for (int o = 0; o < GATEWAY_OUTCOME_COUNT; o++) {
        if (str_is(code, outcomes[o].code)) {
            *ret = (enum gateway_outcome)o;
            return true;
        }
    }
    return false;
}

bool gateway_outcome_is_good(enum gateway_outcome o)
{
    return o == GATEWAY_ANSWERED || o == GATEWAY_PENDING || o == GATEWAY_WORKING;
}

static const struct {
    const char *code, *number;
} async_states[GATEWAY_ASYNC_COUNT] = {
#define X(name, text, digits) [GATEWAY_ASYNC_##name] = {text, digits},
    GATEWAY_ASYNC_STATES(X)
#undef X
};

const char *gateway_async_code(enum gateway_async_state s)
{
    return async_states[s].code;
}

const char *gateway_async_number(enum gateway_async_state s)
{
    return async_states[s].number;
}

bool gateway_async_parse(struct str code, enum gateway_async_state *ret)
{
    for (int s = 0; s < GATEWAY_ASYNC_COUNT; s++) {
        if (str_is(code, async_states[s].code)) {
            *ret = (enum gateway_async_state)s;
            return true;
        }
    }
    return false;
}

/* Forwards only; what is done or failed stays so. */
bool gateway_async_may(enum gateway_async_state from, enum gateway_async_state to)
{
    return from < GATEWAY_ASYNC_DONE && to > from;
}

static const struct {
    const char *code, *words;
} standings[] = {
#define X(name, code, words) [GATEWAY_STANDING_##name] = {code, words},
    GATEWAY_STANDINGS(X)
#undef X
};

const char *gateway_standing_code(enum gateway_standing s)
{
    return standings[s].code;
}

const char *gateway_standing_words(enum gateway_standing s)
{
    return standings[s].words;
}

bool gateway_standing_parse(struct str code, enum gateway_standing *ret)
{
    for (int s = 0; s < GATEWAY_STANDING_COUNT; s++)
        if (str_is(code, standings[s].code)) {
            *ret = (enum gateway_standing)s;
            return true;
        }
    return false;
}

/* --- codes and times --- */

#define CODE_BYTES 11

/* With its leading zeros; "" when it is longer than a code can be. */
static void code_fill(const char *code, char out[CODE_BYTES])
{
    size_t n = strlen(code);
    out[0] = '\0';
    if (n == 0 || n >= CODE_BYTES)
        return;
    if (strspn(code, "0123456789") == n) {
        memset(out, '0', CODE_BYTES - 1 - n);
        memcpy(out + CODE_BYTES - 1 - n, code, n + 1);
    } else {
        memcpy(out, code, n + 1);
    }
}

static bool code_equal(const char *a, const char *b)
{
    char x[CODE_BYTES], y[CODE_BYTES];
    code_fill(a, x);
    code_fill(b, y);
    return x[0] != '\0' && strcmp(x, y) == 0;
}

/* Neither is missing, and they are the same. */
static bool text_equal(const char *a, const char *b)
{
    return a[0] != '\0' && strcmp(a, b) == 0;
}

static bool in_time(instant_t from, instant_t until, instant_t now)
{
    return (from == INSTANT_NONE || now >= from) && (until == INSTANT_NONE || now < until);
}

static int code_compare(const void *key, const void *item)
{
    return strcmp(key, ((const struct gateway_integrator *)item)->ine10);
}

const struct gateway_integrator *gateway_integrator_of(const struct gateway_permissions *p, const char *code)
{
    char filled[CODE_BYTES];
    code_fill(code, filled);
    return filled[0] == '\0' || p->count == 0 ? NULL
                                              : bsearch(filled, p->items, p->count, sizeof *p->items, code_compare);
}

/* --- certificates and addresses --- */

static const struct gateway_certificate *certificate_in(const struct gateway_integrator *b, const char *fingerprint)
{
    for (size_t i = 0; i < b->certificate_count; i++)
        if (text_equal(fingerprint, b->certificates[i].fingerprint))
            return &b->certificates[i];
    return NULL;
}

/* Whose the certificate is: *ret_one gets the first; how many. */
static size_t certificate_owners(const struct gateway_permissions *p, const char *fingerprint,
                                 const struct gateway_integrator **ret_one)
{
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (certificate_in(&p->items[i], fingerprint) == NULL)
            continue;
        if (count++ == 0)
            *ret_one = &p->items[i];
    }
    return count;
}

enum ranges { RANGES_NONE, RANGES_OTHER, RANGES_HERE };
/* What the body's ranges in force say of the address. */
static enum ranges ranges_look(const struct gateway_integrator *b, const unsigned char *address, instant_t now)
{
    enum ranges r = RANGES_NONE;
    for (size_t i = 0; i < b->range_count; i++) {
        if (!in_time(b->ranges[i].from, b->ranges[i].until, now))
            continue;
        if (cidr_has_bytes(&b->ranges[i].cidr, address))
            return RANGES_HERE;
        r = RANGES_OTHER;
    }
    return r;
}

/* A body without ranges calls from anywhere, so the front lets everybody read why they are refused. */
bool gateway_address_may(const struct gateway_permissions *p, const unsigned char address[16], instant_t now)
{
    for (size_t i = 0; i < p->count; i++)
        if (ranges_look(&p->items[i], address, now) != RANGES_OTHER)
            return true;
    return p->count == 0;
}

/* --- one step after another --- */

struct judging {
    const struct gateway_permissions *p;
    const struct gateway_facts *f;
    struct gateway_judgement *j;
    const struct gateway_integrator *own; /* of DatosAutorizacion, or of the certificate where that may be left out */
    const struct gateway_shown *shown;    /* the certificate that counts */
};

static void mark(struct judging *g, enum gateway_step step, enum gateway_state state)
{
    struct gateway_step_result *r = &g->j->steps[step];
    if (state > r->state)
        r->state = state;
}

/* The first reason of a step wins. */
static void refuse(struct judging *g, enum gateway_outcome o)
{
    struct gateway_step_result *r = &g->j->steps[outcomes[o].step];
    if (r->state != GATEWAY_STATE_REFUSED)
        *r = (struct gateway_step_result){GATEWAY_STATE_REFUSED, o};
}

/* What a remark refuses the request with; others by their step. */
static const struct {
    const char *code;
    enum gateway_outcome outcome;
} by_remark[] = {
    {"wss-missing", GATEWAY_NO_CERTIFICATE},
    {"certificate-expired", GATEWAY_EXPIRED},
    {"certificate-not-yet", GATEWAY_NOT_YET},
    {"authorisation-missing", GATEWAY_OWN_MISSING},
    {"own-code", GATEWAY_OWN_CODE},
    {"requester-pre", GATEWAY_REQUESTER},
    {"requester-specific", GATEWAY_REQUESTER},
    {"count", GATEWAY_COUNT},
    {"count-many", GATEWAY_COUNT},
    {"modality-differs", GATEWAY_DIFFERS},
    {"product-differs", GATEWAY_DIFFERS},
    {"purpose-differs", GATEWAY_DIFFERS},
    {"modality-unknown", GATEWAY_MODALITY},
    {"modality-case", GATEWAY_MODALITY},
};

static enum gateway_outcome outcome_of(const struct gateway_remark *r)
{
    static const enum gateway_outcome by_step[GATEWAY_STEP_COUNT] = {
        [GATEWAY_STEP_NETWORK] = GATEWAY_ADDRESS,
        [GATEWAY_STEP_SIZE] = GATEWAY_SIZE,
        [GATEWAY_STEP_XML] = GATEWAY_XML,
        [GATEWAY_STEP_ENVELOPE] = GATEWAY_ENVELOPE,
        [GATEWAY_STEP_SECURITY] = GATEWAY_SIGNATURE,
        [GATEWAY_STEP_CERTIFICATE] = GATEWAY_CERTIFICATE,
        [GATEWAY_STEP_SCHEMA] = GATEWAY_SCHEMA,
        [GATEWAY_STEP_BODY] = GATEWAY_OWN_MISSING,
        [GATEWAY_STEP_PERMISSION] = GATEWAY_NO_PRODUCT,
        [GATEWAY_STEP_RULE] = GATEWAY_RULE,
        [GATEWAY_STEP_REPEAT] = GATEWAY_REPEATED,
        [GATEWAY_STEP_MODALITY] = GATEWAY_PAYLOAD,
    };
    for (size_t i = 0; i < sizeof by_remark / sizeof *by_remark; i++)
        if (strcmp(r->code, by_remark[i].code) == 0)
            return by_remark[i].outcome;
    return r->payload ? GATEWAY_PAYLOAD : by_step[r->step];
}

/* Said of a signature where the TLS certificate counts; judged here and not there: SHA-1 and whose certificate it is.
 */
static bool remark_counts(const struct judging *g, const struct gateway_remark *r)
{
    if (strcmp(r->code, "sha1") == 0 || strcmp(r->code, "certificate-other") == 0 || strcmp(r->code, "own-other") == 0)
        return false;
    return strcmp(r->code, "wss-missing") != 0 || g->f->tls.fingerprint[0] == '\0';
}

/* Where the service itself has an answer to a mistake (the remark says which), the request gets that one. */
static void judge_remarks(struct judging *g)
{
    for (size_t i = 0; i < g->f->remark_count; i++) {
        const struct gateway_remark *r = &g->f->remarks[i];
        if (!remark_counts(g, r))
            continue;
        enum gateway_outcome o = outcome_of(r);
        if (r->grade == GATEWAY_STATE_REFUSED && r->answer == 0)
            refuse(g, o);
        else if (r->grade >= GATEWAY_STATE_WARNING)
            mark(g, r->payload ? GATEWAY_STEP_MODALITY : r->step, GATEWAY_STATE_WARNING);
    }
}

static void judge_security(struct judging *g)
{
    const struct gateway_facts *f = g->f;
    mark(g, GATEWAY_STEP_SECURITY, GATEWAY_STATE_GOOD);
    if (g->shown->fingerprint[0] == '\0')
        refuse(g, GATEWAY_NO_CERTIFICATE);
    if (!f->sha1)
        return;
    const struct gateway_certificate *c = g->own == NULL ? NULL : certificate_in(g->own, f->signer.fingerprint);
    if (c != NULL && c->allow_sha1)
        mark(g, GATEWAY_STEP_SECURITY, GATEWAY_STATE_WARNING);
    else
        refuse(g, GATEWAY_SHA1);
}

static void judge_dates(struct judging *g, const struct gateway_shown *s)
{
    if (s->not_after == INSTANT_NONE || s->not_before == INSTANT_NONE)
        refuse(g, GATEWAY_CERTIFICATE);
    else if (g->f->now > s->not_after)
        refuse(g, GATEWAY_EXPIRED);
    else if (g->f->now < s->not_before)
        refuse(g, GATEWAY_NOT_YET);
}

/* It is none of the body's: why not, as far as that is known. */
static void judge_stranger(struct judging *g)
{
    const struct gateway_integrator *other = NULL;
    if (g->own != NULL && text_equal(g->shown->nif, g->own->nif))
        refuse(g, GATEWAY_RENEWED);
    else if (certificate_owners(g->p, g->shown->fingerprint, &other) > 0)
        refuse(g, GATEWAY_OTHER_BODY);
    else
        refuse(g, GATEWAY_UNKNOWN);
}

/* When both are shown they must be the same body's. */
static void judge_two(struct judging *g)
{
    const struct gateway_facts *f = g->f;
    if (f->tls.fingerprint[0] == '\0' || f->signer.fingerprint[0] == '\0' ||
        strcmp(f->tls.fingerprint, f->signer.fingerprint) == 0 || g->own == NULL)
        return;
    if (certificate_in(g->own, f->tls.fingerprint) == NULL && !text_equal(f->tls.nif, g->own->nif))
        refuse(g, GATEWAY_TWO);
}

static bool is_untrusted(const struct gateway_facts *f)
{
    for (size_t i = 0; i < f->remark_count; i++)
        if (strcmp(f->remarks[i].code, "certificate-untrusted") == 0)
            return true;
    return false;
}

/* What its authority says. */
static void judge_standing(struct judging *g, const struct gateway_certificate *c)
{
    enum gateway_trust level = g->f->trust;
    bool known = (c->standing == GATEWAY_STANDING_GOOD || c->standing == GATEWAY_STANDING_NOT_OFFERED) &&
                 c->standing_until != INSTANT_NONE && g->f->now < c->standing_until;
    if (c->standing == GATEWAY_STANDING_REVOKED && level >= GATEWAY_TRUST_REVOKED)
        refuse(g, GATEWAY_REVOKED);
    else if (c->standing == GATEWAY_STANDING_REVOKED)
        mark(g, GATEWAY_STEP_CERTIFICATE, GATEWAY_STATE_WARNING);
    if (level != GATEWAY_TRUST_TRUSTED)
        return;
    if (is_untrusted(g->f))
        refuse(g, GATEWAY_CERTIFICATE);
    else if (!known)
        refuse(g, GATEWAY_UNCHECKED);
}

static void judge_certificate(struct judging *g)
{
    if (g->shown->fingerprint[0] == '\0')
        return; /* nothing to look at: the step before says so */
    mark(g, GATEWAY_STEP_CERTIFICATE, GATEWAY_STATE_GOOD);
    judge_dates(g, g->shown);
    const struct gateway_integrator *other = NULL;
    const struct gateway_certificate *c = g->own == NULL ? NULL : certificate_in(g->own, g->shown->fingerprint);
    g->j->certificate = c;
    if (c == NULL && g->f->own[0] == '\0' && certificate_owners(g->p, g->shown->fingerprint, &other) > 0)
        return; /* which body it asks for is not said: that is for a later step */
    if (c == NULL) {
        judge_stranger(g);
        return;
    }
    if (!in_time(c->from, c->until, g->f->now))
        refuse(g, GATEWAY_ENDED);
    judge_standing(g, c);
    if (c->authority[0] == '\0' && !text_equal(c->nif, g->own->nif))
        refuse(g, GATEWAY_OTHER_NIF);
    judge_two(g);
}

static void judge_body(struct judging *g)
{
    const struct gateway_facts *f = g->f;
    mark(g, GATEWAY_STEP_BODY, GATEWAY_STATE_GOOD);
    if (g->own == NULL) {
        refuse(g, f->own[0] == '\0' ? GATEWAY_OWN_MISSING : GATEWAY_OWN_UNKNOWN);
        return;
    }
    if (!g->own->active)
        refuse(g, GATEWAY_INACTIVE);
    if (f->address != NULL && ranges_look(g->own, f->address, f->now) == RANGES_OTHER)
        refuse(g, GATEWAY_OTHER_ADDRESS);
}

/* How far the best of the grants fits. Only who asks for an answer again may leave the purpose out. */
static enum gateway_outcome grants_look(const struct judging *g, const char *code, const char *purpose)
{
    static const enum gateway_outcome by_level[] = {GATEWAY_NO_PRODUCT, GATEWAY_NO_MODALITY, GATEWAY_NO_PURPOSE,
                                                    GATEWAY_OUT_OF_TIME, GATEWAY_ANSWERED};
    const struct gateway_facts *f = g->f;
    bool any_purpose = f->kind == GATEWAY_SOLICITUD && purpose[0] == '\0';
    int best = 0;
    for (size_t i = 0; i < g->own->grant_count; i++) {
        const struct gateway_grant *t = &g->own->grants[i];
        int level = 0;
        if (text_equal(f->product, t->product)) {
            level = 1;
            if (code[0] != '\0' && (t->modality[0] == '\0' || strcmp(t->modality, code) == 0)) {
                level = 2;
                if (any_purpose || text_equal(purpose, t->purpose))
                    level = in_time(t->from, t->until, f->now) ? 4 : 3;
            }
        }
        best = level > best ? level : best;
    }
    return by_level[best];
}

static void judge_permission(struct judging *g)
{
    const struct gateway_facts *f = g->f;
    if (g->own == NULL)
        return;
    mark(g, GATEWAY_STEP_PERMISSION, GATEWAY_STATE_GOOD);
    enum gateway_outcome o = grants_look(g, f->code, f->purpose);
    for (size_t i = 0; o == GATEWAY_ANSWERED && i < f->item_count; i++) {
        const struct gateway_item *t = &f->items[i];
        bool same_code = strcmp(t->code, f->code) == 0;
        bool same_purpose = t->purpose[0] == '\0' || strcmp(t->purpose, f->purpose) == 0;
        if (!same_code || !same_purpose)
            o = grants_look(g, t->code, t->purpose[0] == '\0' ? f->purpose : t->purpose);
    }
    if (o != GATEWAY_ANSWERED)
        refuse(g, o);
}

static void judge_rule(struct judging *g)
{
    const struct gateway_facts *f = g->f;
    mark(g, GATEWAY_STEP_RULE, GATEWAY_STATE_GOOD);
    if (f->kind != GATEWAY_PETICION)
        return;
    bool pre = f->consortium[0] != '\0';
    if (pre && code_equal(f->own, f->consortium))
        refuse(g, GATEWAY_OWN_CODE);
    for (size_t i = 0; i < f->item_count; i++) {
        const struct gateway_item *t = &f->items[i];
        if (pre && !code_equal(t->requester, f->consortium))
            refuse(g, GATEWAY_REQUESTER);
        if (strcmp(t->code, f->code) != 0 || (t->purpose[0] != '\0' && strcmp(t->purpose, f->purpose) != 0))
            refuse(g, GATEWAY_DIFFERS);
    }
    if (f->item_count == 0)
        refuse(g, GATEWAY_COUNT);
}

static void judge_end(struct judging *g)
{
    const struct gateway_facts *f = g->f;
    bool asks = f->kind == GATEWAY_PETICION;
    mark(g, GATEWAY_STEP_REPEAT, GATEWAY_STATE_GOOD);
    if (f->replayed)
        refuse(g, GATEWAY_REPLAYED);
    if (f->repeated && asks)
        refuse(g, GATEWAY_REPEATED);
    mark(g, GATEWAY_STEP_MODALITY, GATEWAY_STATE_GOOD);
    if (!f->modality_known)
        refuse(g, GATEWAY_MODALITY);
    else if (asks && !f->front_known)
        refuse(g, GATEWAY_FRONT);
}

/* Before there is a message to look at. */
static bool judge_outside(struct judging *g)
{
    const struct gateway_facts *f = g->f;
    if (f->address != NULL) {
        mark(g, GATEWAY_STEP_NETWORK, GATEWAY_STATE_GOOD);
        if (!gateway_address_may(g->p, f->address, f->now)) {
            refuse(g, GATEWAY_ADDRESS);
            return false;
        }
    }
    mark(g, GATEWAY_STEP_SIZE, GATEWAY_STATE_GOOD);
    if (f->too_large) {
        refuse(g, GATEWAY_SIZE);
        return false;
    }
    judge_remarks(g);
    mark(g, GATEWAY_STEP_XML, GATEWAY_STATE_GOOD);
    if (!f->read) {
        refuse(g, GATEWAY_XML);
        return false;
    }
    mark(g, GATEWAY_STEP_ENVELOPE, GATEWAY_STATE_GOOD);
    if (!f->understood)
        refuse(g, GATEWAY_ENVELOPE);
    return f->understood;
}

static void identify(struct judging *g)
{
    const struct gateway_facts *f = g->f;
    const struct gateway_integrator *one = NULL;
    g->shown = f->signer.fingerprint[0] != '\0' ? &f->signer : &f->tls;
    g->own = gateway_integrator_of(g->p, f->own);
    /* SolicitudRespuesta need not say who asks: then a certificate of one body only does. */
    if (f->own[0] == '\0' && f->kind == GATEWAY_SOLICITUD && certificate_owners(g->p, g->shown->fingerprint, &one) == 1)
        g->own = one;
    g->j->body = g->own;
}

void gateway_judge(const struct gateway_permissions *p, const struct gateway_facts *f, struct gateway_judgement *ret)
{
    *ret = (struct gateway_judgement){.outcome = GATEWAY_ANSWERED};
    struct judging g = {.p = p, .f = f, .j = ret};
    if (judge_outside(&g)) {
        identify(&g);
        judge_security(&g);
        judge_certificate(&g);
        mark(&g, GATEWAY_STEP_SCHEMA, GATEWAY_STATE_GOOD);
        judge_body(&g);
        judge_permission(&g);
        judge_rule(&g);
        judge_end(&g);
    }
    ret->proceed = true;
    for (int s = GATEWAY_STEP_COUNT - 1; s >= 0; s--) {
        if (ret->steps[s].state != GATEWAY_STATE_REFUSED)
            continue;
        ret->proceed = false;
        ret->outcome = ret->steps[s].outcome;
    }
}
