/* Documents on arrival: read in a process apart, then asked about, then judged. The rules are core/document.c's. */
#include "flow/document.h"

#include "base/file.h"
#include "document/document.h"
#include "flow/authorities.h"
#include "flow/document_message.h"
#include "pki/secret.h"
#include "record/gateway.h"

/* --- revocation --- */

struct asking {
    struct arena *arena;
    struct authorities *authorities; /* NULL: nobody is asked */
    instant_t now;
};

static enum document_revocation state_of(const struct revocation *r)
{
    return r->state == REVOCATION_GOOD          ? DOCUMENT_REVOCATION_GOOD
           : r->state == REVOCATION_REVOKED     ? DOCUMENT_REVOCATION_REVOKED
           : r->state == REVOCATION_NOT_OFFERED ? DOCUMENT_REVOCATION_NOT_OFFERED
                                                : DOCUMENT_REVOCATION_UNKNOWN;
}

/* The authority says nothing: its answers inside of the document, which it signed, and which were verified where the
 * document was read. What it says itself always counts before them. `i`: 0 of this certificate, then of those above. */
static const struct document_inside *inside_of(const struct document_certificate *c, size_t i, bool silent)
{
    static const struct document_inside none = {DOCUMENT_INSIDE_NONE, INSTANT_NONE, INSTANT_NONE};
    return silent && i < c->inside_count ? &c->inside[i] : &none;
}

static void by_inside(struct document_certificate *c, const struct document_inside *in)
{
    if (!c->by_inside || in->at < c->inside_at)
        c->inside_at = in->at;
    c->by_inside = true;
}

static void take_inside(struct document_certificate *c, const struct document_inside *in)
{
    if (in->state == DOCUMENT_INSIDE_GOOD || in->state == DOCUMENT_INSIDE_REVOKED) {
        c->revocation = in->state == DOCUMENT_INSIDE_GOOD ? DOCUMENT_REVOCATION_GOOD : DOCUMENT_REVOCATION_REVOKED;
        c->revoked_at = in->revoked_at;
        by_inside(c, in);
    } else if (in->state != DOCUMENT_INSIDE_NONE) {
        c->revocation_why = document_inside_why(in->state);
    }
}

/* Those above it but the anchor, which nobody revokes. One that says of no place to ask is taken as the anchor that
 * vouches for it takes it. */
static void ask_above(struct asking *x, struct document_certificate *c)
{
    for (size_t i = 0; i + 1 < c->issuer_count && c->revocation != DOCUMENT_REVOCATION_UNKNOWN; i++) {
        struct certificate above;
        struct revocation r;
        bool silent;
        struct err e = {.lang = LANG_EN};
        if (!certificate_parse(x->arena, c->issuers[i], &above, &e))
            continue;
        authorities_ask(x->authorities, &above, c->issuers[i + 1], x->now, &r, &silent);
        const struct document_inside *in = inside_of(c, i + 1, silent);
        if (r.state == REVOCATION_REVOKED || in->state == DOCUMENT_INSIDE_REVOKED) {
            c->trust = DOCUMENT_TRUST_BAD;
            c->trust_why = N_("the certificate of its authority was revoked");
            return;
        }
        if (state_of(&r) != DOCUMENT_REVOCATION_UNKNOWN)
            continue;
        if (in->state == DOCUMENT_INSIDE_GOOD) {
            by_inside(c, in);
        } else if (c->revocation == DOCUMENT_REVOCATION_GOOD) {
            c->revocation = DOCUMENT_REVOCATION_UNKNOWN;
            c->revocation_why = N_("whether the certificate of its authority is revoked could not be learnt");
        }
    }
}

/* Only chains that are trusted: what others say of themselves is worth nothing, and their addresses are anybody's. */
static void ask(struct asking *x, struct document_certificate *c)
{
    struct certificate leaf;
    struct revocation r;
    bool silent;
    struct err e = {.lang = LANG_EN};
    if (c->trust != DOCUMENT_TRUST_GOOD || !certificate_parse(x->arena, c->der, &leaf, &e))
        return;
    if (x->authorities == NULL) {
        c->revocation_why = N_("nobody was asked");
        return;
    }
    authorities_ask(x->authorities, &leaf, c->issuer_count > 0 ? c->issuers[0] : str_of(""), x->now, &r, &silent);
    c->revocation = state_of(&r);
    if (c->revocation == DOCUMENT_REVOCATION_REVOKED)
        c->revoked_at = r.revoked_at;
    if (c->revocation == DOCUMENT_REVOCATION_UNKNOWN)
        c->revocation_why = r.why[0] != '\0' ? r.why : N_("the authority's service does not answer");
    if (c->revocation == DOCUMENT_REVOCATION_UNKNOWN)
        take_inside(c, inside_of(c, 0, silent));
    ask_above(x, c);
}

static void reason_add(struct arena *a, struct document *d, enum document_reason_code code, int signature,
                       const char *what)
{
    struct document_reason *list = arena_array(a, struct document_reason, d->reason_count + 1);
    for (size_t i = 0; i < d->reason_count; i++)
        list[i] = d->reasons[i];
    list[d->reason_count++] = (struct document_reason){.code = code,
                                                       .grade = document_reason_grade(code),
                                                       .signature = signature,
                                                       .what = what,
                                                       .other = "",
                                                       .day = DAY_NONE};
    d->reasons = list;
}

/* A stamp counts as long as its authority's certificate does. */
static void ask_all(struct asking *x, struct document *d)
{
    struct document_signature *list = arena_array(x->arena, struct document_signature, d->signature_count + 1);
    if (d->has_certificate)
        ask(x, &d->certificate);
    for (size_t i = 0; i < d->signature_count; i++) {
        struct document_signature *s = &list[i];
        *s = d->signatures[i];
        if (s->has_certificate && s->good)
            ask(x, &s->signer);
        if (s->stamped == INSTANT_NONE)
            continue;
        ask(x, &s->stamper);
        if (s->stamper.revocation == DOCUMENT_REVOCATION_GOOD && s->stamper.trust == DOCUMENT_TRUST_GOOD)
            continue;
        s->stamped = INSTANT_NONE;
        reason_add(x->arena, d, DOCUMENT_REASON_STAMP_BAD, (int)i,
                   s->stamper.revocation == DOCUMENT_REVOCATION_REVOKED || s->stamper.trust != DOCUMENT_TRUST_GOOD
                       ? N_("the certificate of its authority was revoked")
                       : N_("whether the certificate of its authority is revoked could not be learnt"));
    }
    d->signatures = list;
}

/* --- what a chain lacks --- */

/* The next certificate whose chain ends where somebody says where it goes on. */
static const char *missing_url(const struct document *d, size_t *at)
{
    for (; *at <= 2 * d->signature_count; (*at)++) {
        const struct document_signature *s = *at == 0 ? NULL : &d->signatures[(*at - 1) / 2];
        const struct document_certificate *c = *at == 0       ? (d->has_certificate ? &d->certificate : NULL)
                                               : *at % 2 == 1 ? (s->has_certificate ? &s->signer : NULL)
                                                              : (s->has_stamper ? &s->stamper : NULL);
        if (c != NULL && c->trust == DOCUMENT_TRUST_INCOMPLETE && c->issuer_url[0] != '\0') {
            (*at)++;
            return c->issuer_url;
        }
    }
    return NULL;
}

struct learning {
    struct str ders[LIMIT_CHAIN_CERTS];
    const char *asked[LIMIT_CHAIN_CERTS];
    size_t count, asked_count;
};

/* True when something came that was not there. */
static bool learn(struct authorities *x, const char *url, struct learning *l)
{
    const struct str *ders;
    size_t count, before = l->count;
    struct err ignored = {.lang = LANG_EN};
    for (size_t i = 0; i < l->asked_count; i++)
        if (strcmp(l->asked[i], url) == 0)
            return false;
    if (l->asked_count == LIMIT_CHAIN_CERTS)
        return false;
    l->asked[l->asked_count++] = url;
    struct str bytes = authorities_get(x, url);
    if (bytes.n == 0 || bytes.n > LIMIT_CERTIFICATE_FILE_BYTES ||
        !certificates_split(x->arena, bytes, &ders, &count, &ignored))
        return false;
    for (size_t i = 0; i < count && l->count < LIMIT_CHAIN_CERTS; i++) {
        bool known = false;
        for (size_t k = 0; k < l->count; k++)
            known |= str_equal(l->ders[k], ders[i]);
        if (!known)
            l->ders[l->count++] = ders[i];
    }
    return l->count > before;
}

/* Reads it; while intermediates are missing that can be fetched, fetches them and reads it again. */
static bool read_with(struct authorities *x, struct document_how *how, const char *name, struct str bytes,
                      struct arena *a, struct document *ret, struct err *e)
{
    enum { MOST_ROUNDS = 3 }; /* intermediates above one another */
    struct learning l = {.count = 0};
    for (int round = 0;; round++) {
        bool more = false;
        const char *url;
        how->learnt = l.ders;
        how->learnt_count = l.count;
        if (!document_read(how, name, bytes, a, ret, e))
            return false;
        if (x == NULL || round == MOST_ROUNDS)
            return true;
        for (size_t at = 0; (url = missing_url(ret, &at)) != NULL;)
            more |= learn(x, url, &l);
        if (!more)
            return true;
    }
}

/* --- addresses --- */

static bool known_load(struct desk *d, struct arena *a, const char *ine10, struct address_known **ret,
                       size_t *ret_count, struct err *e)
{
    struct tx tx = {0};
    struct gateway_permissions p = {.items = NULL};
    VEC(struct address_known) found = {0};
    bool ok = d->store == NULL || (tx_begin(d->store, TX_READ, &tx, e) && gateway_permissions_load(&tx, a, &p, e));
    tx_rollback(&tx);
    for (size_t i = 0; ok && i < p.count; i++)
        for (size_t k = 0; k < p.items[i].range_count; k++)
            vec_push(&found, (struct address_known){p.items[i].ranges[k].cidr, p.items[i].name,
                                                    strcmp(p.items[i].ine10, ine10) == 0});
    *ret = vec_to_arena(&found, a);
    *ret_count = found.count;
    vec_release(&found);
    return ok;
}

bool document_addresses(struct desk *d, struct arena *a, const char *ine10, const struct str *texts, size_t count,
                        const struct document_address **ret, struct err *e)
{
    struct guard internal;
    struct address_known *known;
    const char *const *ours;
    size_t known_count, our_count = config_list(d->config, KEY_NET_ALLOW, &ours);
    struct str *ranges = arena_array(a, struct str, our_count + 1);
    struct document_address *list = arena_array(a, struct document_address, count + 1);
    for (size_t i = 0; i < our_count; i++)
        ranges[i] = str_of(ours[i]);
    if (!guard_init(&internal, a, ranges, our_count, e) ||
        !known_load(d, a, ine10 == NULL ? "" : ine10, &known, &known_count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        document_address_judge(a, texts[i], internal.allow, internal.allow_count, known, known_count, &list[i]);
    *ret = list;
    return true;
}

static bool addresses_judge(struct desk *d, struct arena *a, const char *ine10, struct document *doc, struct err *e)
{
    const struct document_address *judged;
    struct str *texts = arena_array(a, struct str, doc->address_count + 1);
    for (size_t i = 0; i < doc->address_count; i++)
        texts[i] = str_of(doc->addresses[i].text);
    if (!document_addresses(d, a, ine10, texts, doc->address_count, &judged, e))
        return false;
    struct document_address *list = arena_array(a, struct document_address, doc->address_count + 1);
    for (size_t i = 0; i < doc->address_count; i++) {
        list[i] = judged[i];
        list[i].where = doc->addresses[i].where;
        list[i].page = doc->addresses[i].page;
    }
    doc->addresses = list;
    return true;
}

/* --- all of it --- */

static void how_fill(struct desk *d, struct arena *a, struct document_how *ret)
{
    const char *const *anchors;
    size_t count = config_list(d->config, KEY_TRUST_ANCHORS, &anchors);
    const char **paths = arena_array(a, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        paths[i] = path_join(a, config_dir(d->config), anchors[i]);
    *ret = (struct document_how){.bundle = config_text(d->config, KEY_TRUST_BUNDLE),
                                 .anchors = paths,
                                 .anchor_count = count,
                                 .now = d->by.at,
                                 .lang = d->lang};
}

static const char *nif_or_none(struct arena *a, const char *text)
{
    char nif[NIF_BYTES];
    return text != NULL && nif_parse(str_of(text), nif) != NIF_BAD ? arena_strdup(a, nif) : "";
}

/* The file itself, or the certificate in a message. */
static bool read_any(struct desk *d, struct authorities *x, struct arena *a, const char *name, struct str bytes,
                     struct document *ret, struct err *e)
{
    struct document_how how;
    struct document_reason reason;
    struct str der;
    how_fill(d, a, &how);
    if (bytes.n > LIMIT_XML_BYTES || !document_message_is(bytes) || secret_inside(bytes))
        return read_with(x, &how, name, bytes, a, ret, e);
    if (!document_message_read(d, a, bytes, &der, &reason, e))
        return false;
    *ret = (struct document){.kind = DOCUMENT_OTHER, .signer = -1, .text = ""};
    if (der.n > 0 && !read_with(x, &how, name, der, a, ret, e))
        return false;
    document_identify(a, name, bytes, ret); /* what is filed is what came */
    reason_add(a, ret, reason.code, -1, reason.what);
    return true;
}

bool document_check(struct desk *d, struct arena *a, const char *name, struct str bytes, const struct document_asked *w,
                    struct document *ret, struct err *e)
{
    struct document doc;
    struct authorities authorities = {.http = NULL}, *open = w->offline ? NULL : &authorities;
    const struct document_wanted wanted = {.body_nif = nif_or_none(a, w->nif),
                                           .provider_nif = nif_or_none(a, w->provider_nif),
                                           .authorised = w->authorised,
                                           .now = d->by.at};
    bool ok = open == NULL || authorities_open(d, a, open, e);
    ok = ok && read_any(d, open, a, name, bytes, &doc, e);
    if (ok)
        ask_all(&(struct asking){.arena = a, .authorities = open, .now = d->by.at}, &doc);
    authorities_close(&authorities);
    if (ok && doc.kind == DOCUMENT_PDF)
        document_find_values(a, &doc);
    if (!ok || !addresses_judge(d, a, w->ine10 == NULL ? "" : w->ine10, &doc, e))
        return false;
    document_judge(a, &wanted, &doc);
    *ret = doc;
    return true;
}

/* --- in words --- */

/* {what} may be one of our own phrases. */
static struct document_reason in_words(enum lang lang, const struct document_reason *r)
{
    struct document_reason to = *r;
    to.what = r->what[0] == '\0' ? "" : tr(lang, r->what);
    to.other = r->other[0] == '\0' ? "" : tr(lang, r->other);
    return to;
}

const char *document_sentence(struct arena *a, enum lang lang, const struct document_reason *r)
{
    struct document_reason in = in_words(lang, r);
    return document_fill(a, tr(lang, document_reason_sentence(r->code)), &in);
}

const char *document_advice(struct arena *a, enum lang lang, const struct document_reason *r)
{
    struct document_reason in = in_words(lang, r);
    return document_fill(a, tr(lang, document_reason_advice(r->code)), &in);
}
