/* Documents as JSON, both ways. What is read back comes from a process that a stranger's file may have taken over, so
 * everything is checked for its kind, bounded, and cleaned as if it were the file's. */
#include <sodium.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "document/document.h"

/* --- writing --- */

static json_t *text_json(const char *s)
{
    return json_string(s == NULL ? "" : s);
}

static json_t *instant_json(instant_t t)
{
    return t == INSTANT_NONE ? json_null() : json_integer(t);
}

static json_t *day_json(day_t d)
{
    char text[DAY_TEXT_BYTES];
    return d == DAY_NONE ? json_null() : json_string(day_iso(d, text));
}

static json_t *bytes_json(struct str s)
{
    size_t room = sodium_base64_encoded_len(s.n, sodium_base64_VARIANT_ORIGINAL);
    char *text = mem_alloc(room, 1);
    json_t *value =
        json_string(sodium_bin2base64(text, room, (const unsigned char *)s.p, s.n, sodium_base64_VARIANT_ORIGINAL));
    mem_free(text);
    return value;
}

static json_t *reason_json(const struct document_reason *r)
{
    return json_pack("{s:s,s:s,s:i,s:o,s:o,s:o}", "code", document_reason_code(r->code), "grade",
                     document_verdict_code(r->grade), "signature", r->signature, "what", text_json(r->what), "other",
                     text_json(r->other), "day", day_json(r->day));
}

static json_t *reasons_json(const struct document_reason *list, size_t count)
{
    json_t *to = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(to, reason_json(&list[i]));
    return to;
}

/* X(field): texts of a certificate */
#define CERTIFICATE_TEXTS(X)                                                                                           \
    X(fingerprint)                                                                                                     \
    X(subject)                                                                                                         \
    X(organisation)                                                                                                    \
    X(common_name)                                                                                                     \
    X(issuer)                                                                                                          \
    X(issuer_name)                                                                                                     \
    X(serial)                                                                                                          \
    X(key)                                                                                                             \
    X(signature)                                                                                                       \
    X(trust_why)                                                                                                       \
    X(revocation_why)                                                                                                  \
    X(issuer_url)
#define CERTIFICATE_FLAGS(X) X(nif_disagrees) X(personal) X(may_sign) X(key_weak)

static const char *const holders[] = {"other", "application", "seal", "person", "server", "authority"};
static const char *const trusts[] = {"unknown", "good", "self-signed", "unknown-ca", "incomplete", "weak", "bad"};
static const char *const revocations[] = {"unasked", "good", "revoked", "unknown", "not-offered"};

static json_t *certificate_json(const struct document_certificate *c)
{
    json_t *o = json_object();
#define X(field) json_object_set_new(o, #field, text_json(c->field));
    CERTIFICATE_TEXTS(X)
#undef X
#define X(field) json_object_set_new(o, #field, json_boolean(c->field));
    CERTIFICATE_FLAGS(X)
#undef X
    json_object_set_new(o, "nif", json_string(c->nif));
    json_object_set_new(o, "not_before", instant_json(c->not_before));
    json_object_set_new(o, "not_after", instant_json(c->not_after));
    json_object_set_new(o, "first_day", day_json(c->first_day));
    json_object_set_new(o, "last_day", day_json(c->last_day));
    json_object_set_new(o, "holder", json_string(holders[c->holder]));
    json_object_set_new(o, "trust", json_string(trusts[c->trust]));
    json_object_set_new(o, "revocation", json_string(revocations[c->revocation]));
    json_object_set_new(o, "revoked_at", instant_json(c->revoked_at));
    json_object_set_new(o, "der", bytes_json(c->der));
    json_t *issuers = json_array();
    for (size_t i = 0; i < c->issuer_count; i++)
        json_array_append_new(issuers, bytes_json(c->issuers[i]));
    json_object_set_new(o, "issuers", issuers);
    json_t *inside = json_array();
    for (size_t i = 0; i < c->inside_count; i++)
        json_array_append_new(
            inside, json_pack("{s:s,s:o,s:o}", "state", document_inside_code(c->inside[i].state), "at",
                              instant_json(c->inside[i].at), "revoked_at", instant_json(c->inside[i].revoked_at)));
    json_object_set_new(o, "inside", inside);
    json_object_set_new(o, "by_inside", c->by_inside ? instant_json(c->inside_at) : json_null());
    return o;
}

static json_t *signature_json(const struct document_signature *s)
{
    json_t *o = json_pack("{s:o,s:b,s:b,s:b,s:i,s:b,s:I,s:o,s:o,s:o}", "field", text_json(s->field), "good", s->good,
                          "whole", s->whole, "certifies", s->certifies, "permits", s->permits, "stamp", s->stamp,
                          "signed_end", (json_int_t)s->signed_end, "claimed", instant_json(s->claimed), "stamped",
                          instant_json(s->stamped), "digest", text_json(s->digest));
    json_object_set_new(o, "signer", s->has_certificate ? certificate_json(&s->signer) : json_null());
    json_object_set_new(o, "stamper", s->has_stamper ? certificate_json(&s->stamper) : json_null());
    return o;
}

static json_t *address_json(const struct document_address *x)
{
    return json_pack("{s:o,s:o,s:i,s:b,s:b,s:o}", "text", text_json(x->text), "where", text_json(x->where), "page",
                     x->page, "read", x->read, "refused", x->refused, "remarks",
                     reasons_json(x->remarks, x->remark_count));
}

json_t *document_json(const struct document *d)
{
    json_t *signatures = json_array(), *values = json_array(), *addresses = json_array(), *fields = json_array();
    for (size_t i = 0; i < d->signature_count; i++)
        json_array_append_new(signatures, signature_json(&d->signatures[i]));
    for (size_t i = 0; i < d->value_count; i++)
        json_array_append_new(values, json_pack("{s:s,s:o,s:o,s:i}", "kind", document_value_code(d->values[i].kind),
                                                "value", text_json(d->values[i].value), "where",
                                                text_json(d->values[i].where), "page", d->values[i].page));
    for (size_t i = 0; i < d->address_count; i++)
        json_array_append_new(addresses, address_json(&d->addresses[i]));
    for (size_t i = 0; i < d->field_count; i++)
        json_array_append_new(fields, json_pack("{s:o,s:o,s:o}", "name", text_json(d->fields[i].name), "label",
                                                text_json(d->fields[i].label), "value", text_json(d->fields[i].value)));
    return json_pack("{s:s,s:o,s:o,s:I,s:s,s:o,s:i,s:o,s:i,s:o,s:I,s:o,s:o,s:o,s:o}", "kind",
                     document_kind_code(d->kind), "name", text_json(d->name), "sha256", text_json(d->sha256), "bytes",
                     (json_int_t)d->bytes, "verdict", document_verdict_code(d->verdict), "reasons",
                     reasons_json(d->reasons, d->reason_count), "pages", d->pages, "signatures", signatures, "signer",
                     d->signer, "certificate", d->has_certificate ? certificate_json(&d->certificate) : json_null(),
                     "chain", (json_int_t)d->chain, "values", values, "addresses", addresses, "fields", fields, "text",
                     text_json(d->text));
}

/* --- reading --- */

static struct str str_get(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_string(v) ? str_part(json_string_value(v), json_string_length(v)) : str_part("", 0);
}

static const char *text_get(struct arena *a, const json_t *o, const char *key)
{
    return text_clean(a, str_utf8_cut(str_get(o, key), LIMIT_DOCUMENT_VALUE_BYTES), true);
}

static bool flag_get(const json_t *o, const char *key)
{
    return json_is_true(json_object_get(o, key));
}

static int int_get(const json_t *o, const char *key, int least, int most)
{
    const json_t *v = json_object_get(o, key);
    json_int_t n = json_is_integer(v) ? json_integer_value(v) : least;
    return n < least || n > most ? least : (int)n;
}

static size_t size_get(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    json_int_t n = json_is_integer(v) ? json_integer_value(v) : 0;
    return n < 0 ? 0 : (size_t)n;
}

static instant_t instant_get(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    const json_int_t most = 253402300800LL * INSTANT_PER_SECOND; /* the year 10000 */
    return json_is_integer(v) && json_integer_value(v) > -most && json_integer_value(v) < most
               ? (instant_t)json_integer_value(v)
               : INSTANT_NONE;
}

static day_t day_get(const json_t *o, const char *key)
{
    day_t d;
    return day_parse_iso(str_get(o, key), &d) ? d : DAY_NONE;
}

static int word_get(const json_t *o, const char *key, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(str_get(o, key), words[i]))
            return (int)i;
    return 0;
}

static struct str bytes_of(struct arena *a, const json_t *v)
{
    struct str s = json_is_string(v) ? str_part(json_string_value(v), json_string_length(v)) : str_part("", 0);
    size_t n = 0;
    unsigned char *to = arena_alloc(a, s.n / 4 * 3 + 4, 1);
    return sodium_base642bin(to, s.n / 4 * 3 + 4, s.p, s.n, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0
               ? str_part((const char *)to, n)
               : str_part(NULL, 0);
}

static struct str bytes_get(struct arena *a, const json_t *o, const char *key)
{
    return bytes_of(a, json_object_get(o, key));
}

/* A list of at most that many; room for them in the arena. */
static size_t list_get(const json_t *o, const char *key, size_t most, const json_t **ret)
{
    *ret = json_object_get(o, key);
    size_t n = json_is_array(*ret) ? json_array_size(*ret) : 0;
    return n > most ? most : n;
}

static size_t reasons_get(struct arena *a, const json_t *o, const char *key, const struct document_reason **ret)
{
    const json_t *list;
    size_t count = list_get(o, key, 2 * LIMIT_DOCUMENT_REASONS, &list), n = 0;
    struct document_reason *to = arena_array(a, struct document_reason, count + 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(list, i);
        struct document_reason *r = &to[n];
        if (!document_reason_find(str_get(one, "code"), &r->code))
            continue;
        r->grade = document_reason_grade(r->code);
        r->signature = int_get(one, "signature", -1, LIMIT_PDF_SIGNATURES);
        r->what = text_get(a, one, "what");
        r->other = text_get(a, one, "other");
        r->day = day_get(one, "day");
        n++;
    }
    *ret = to;
    return n;
}

static void certificate_get(struct arena *a, const json_t *o, struct document_certificate *c)
{
    *c = (struct document_certificate){0};
#define X(field) c->field = text_get(a, o, #field);
    CERTIFICATE_TEXTS(X)
#undef X
#define X(field) c->field = flag_get(o, #field);
    CERTIFICATE_FLAGS(X)
#undef X
    char nif[NIF_BYTES];
    if (nif_parse(str_get(o, "nif"), nif) == NIF_CIF)
        memcpy(c->nif, nif, sizeof nif);
    c->not_before = instant_get(o, "not_before");
    c->not_after = instant_get(o, "not_after");
    c->first_day = day_get(o, "first_day");
    c->last_day = day_get(o, "last_day");
    c->holder = (enum document_holder)word_get(o, "holder", holders, sizeof holders / sizeof *holders);
    c->trust = (enum document_trust)word_get(o, "trust", trusts, sizeof trusts / sizeof *trusts);
    c->revocation =
        (enum document_revocation)word_get(o, "revocation", revocations, sizeof revocations / sizeof *revocations);
    c->revoked_at = instant_get(o, "revoked_at");
    c->der = bytes_get(a, o, "der");
    const json_t *list;
    c->issuer_count = list_get(o, "issuers", LIMIT_CHAIN_CERTS, &list);
    struct str *issuers = arena_array(a, struct str, c->issuer_count + 1);
    for (size_t i = 0; i < c->issuer_count; i++)
        issuers[i] = bytes_of(a, json_array_get(list, i));
    c->issuers = issuers;
    c->inside_count = list_get(o, "inside", LIMIT_CHAIN_CERTS + 1, &list);
    struct document_inside *inside = arena_array(a, struct document_inside, c->inside_count + 1);
    for (size_t i = 0; i < c->inside_count; i++) {
        const json_t *one = json_array_get(list, i);
        (void)document_inside_find(str_get(one, "state"), &inside[i].state);
        inside[i].at = instant_get(one, "at");
        inside[i].revoked_at = instant_get(one, "revoked_at");
    }
    c->inside = inside;
    c->inside_at = instant_get(o, "by_inside");
    c->by_inside = c->inside_at != INSTANT_NONE;
}

static void signature_get(struct arena *a, const json_t *o, struct document_signature *s)
{
    *s = (struct document_signature){.field = text_get(a, o, "field"),
                                     .good = flag_get(o, "good"),
                                     .whole = flag_get(o, "whole"),
                                     .certifies = flag_get(o, "certifies"),
                                     .permits = int_get(o, "permits", 0, 3),
                                     .stamp = flag_get(o, "stamp"),
                                     .signed_end = size_get(o, "signed_end"),
                                     .claimed = instant_get(o, "claimed"),
                                     .stamped = instant_get(o, "stamped"),
                                     .digest = text_get(a, o, "digest")};
    s->has_certificate = json_is_object(json_object_get(o, "signer"));
    s->has_stamper = json_is_object(json_object_get(o, "stamper"));
    if (s->has_certificate)
        certificate_get(a, json_object_get(o, "signer"), &s->signer);
    if (s->has_stamper)
        certificate_get(a, json_object_get(o, "stamper"), &s->stamper);
}

static void lists_get(struct arena *a, const json_t *o, struct document *d)
{
    const json_t *list;
    d->signature_count = list_get(o, "signatures", LIMIT_PDF_SIGNATURES, &list);
    struct document_signature *signatures = arena_array(a, struct document_signature, d->signature_count + 1);
    for (size_t i = 0; i < d->signature_count; i++)
        signature_get(a, json_array_get(list, i), &signatures[i]);
    d->signatures = signatures;
    d->field_count = list_get(o, "fields", LIMIT_DOCUMENT_VALUES, &list);
    struct document_field *fields = arena_array(a, struct document_field, d->field_count + 1);
    for (size_t i = 0; i < d->field_count; i++) {
        const json_t *one = json_array_get(list, i);
        fields[i] =
            (struct document_field){text_get(a, one, "name"), text_get(a, one, "label"), text_get(a, one, "value")};
    }
    d->fields = fields;
    d->value_count = list_get(o, "values", LIMIT_DOCUMENT_VALUES, &list);
    struct document_value *values = arena_array(a, struct document_value, d->value_count + 1);
    for (size_t i = 0; i < d->value_count; i++) {
        const json_t *one = json_array_get(list, i);
        if (!document_value_find(str_get(one, "kind"), &values[i].kind))
            values[i].kind = DOCUMENT_VALUE_COMPANY;
        values[i].value = text_get(a, one, "value");
        values[i].where = text_get(a, one, "where");
        values[i].page = int_get(one, "page", 0, LIMIT_DOCUMENT_PAGES);
    }
    d->values = values;
}

static void addresses_get(struct arena *a, const json_t *o, struct document *d)
{
    const json_t *list;
    struct err ignored = {.lang = LANG_EN};
    d->address_count = list_get(o, "addresses", LIMIT_DOCUMENT_VALUES, &list);
    struct document_address *to = arena_array(a, struct document_address, d->address_count + 1);
    for (size_t i = 0; i < d->address_count; i++) {
        const json_t *one = json_array_get(list, i);
        to[i] = (struct document_address){.text = text_get(a, one, "text"),
                                          .where = text_get(a, one, "where"),
                                          .page = int_get(one, "page", 0, LIMIT_DOCUMENT_PAGES),
                                          .refused = flag_get(one, "refused")};
        to[i].read = cidr_parse(str_of(to[i].text), &to[i].cidr, &ignored);
        err_clear(&ignored);
        to[i].remark_count = reasons_get(a, one, "remarks", &to[i].remarks);
    }
    d->addresses = to;
}

/* Page by page: the form feeds between them stay. */
static const char *pages_get(struct arena *a, const json_t *o, const char *key)
{
    struct buf to = BUF_INIT(LIMIT_DOCUMENT_TEXT_BYTES + 2 * LIMIT_DOCUMENT_PAGES);
    struct str rest = str_utf8_cut(str_get(o, key), LIMIT_DOCUMENT_TEXT_BYTES), page;
    for (int i = 0; i < LIMIT_DOCUMENT_PAGES && str_split(&rest, '\f', &page); i++) {
        if (page.n == 0 && rest.n == 0)
            break;
        buf_add_text(&to, text_clean(a, page, true));
        buf_add_char(&to, '\f');
    }
    const char *text = arena_text(a, buf_str(&to));
    buf_release(&to);
    return text;
}

bool document_parse(struct arena *a, const json_t *value, struct document *ret)
{
    if (!json_is_object(value))
        return false;
    struct document d = {.verdict = DOCUMENT_INVALID};
    if (!document_kind_find(str_get(value, "kind"), &d.kind) ||
        !document_verdict_find(str_get(value, "verdict"), &d.verdict))
        return false;
    d.name = text_get(a, value, "name");
    d.sha256 = text_get(a, value, "sha256");
    d.bytes = size_get(value, "bytes");
    d.pages = int_get(value, "pages", 0, INT32_MAX);
    d.reason_count = reasons_get(a, value, "reasons", &d.reasons);
    d.signer = int_get(value, "signer", -1, LIMIT_PDF_SIGNATURES);
    d.has_certificate = json_is_object(json_object_get(value, "certificate"));
    if (d.has_certificate)
        certificate_get(a, json_object_get(value, "certificate"), &d.certificate);
    d.chain = size_get(value, "chain");
    lists_get(a, value, &d);
    addresses_get(a, value, &d);
    if (d.signer >= (int)d.signature_count)
        d.signer = -1;
    d.text = pages_get(a, value, "text");
    *ret = d;
    return true;
}
