/* Documents as they come in, checked on arrival (flow/document.h), and what a person confirms of them. */
#include "core/address.h"
#include "flow/document.h"
#include "flow/onboard_run.h"

/* ------------------------------------------------------------------ documents */

struct keeping {
    const struct onboard_file *given;
    const struct document *doc;
    enum integration_role role;
};

static struct integration_finding *findings_of(struct arena *a, const struct document *doc, size_t *ret_count)
{
    struct integration_finding *list =
        arena_array(a, struct integration_finding, doc->reason_count + doc->value_count + doc->address_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < doc->reason_count; i++)
        list[n++] = (struct integration_finding){.kind = INTEGRATION_FINDING_REASON,
                                                 .code = document_reason_code(doc->reasons[i].code),
                                                 .text = doc->reasons[i].what,
                                                 .other = doc->reasons[i].other,
                                                 .day = doc->reasons[i].day};
    for (size_t i = 0; i < doc->value_count; i++)
        list[n++] = (struct integration_finding){.kind = INTEGRATION_FINDING_VALUE,
                                                 .code = document_value_code(doc->values[i].kind),
                                                 .text = doc->values[i].value,
                                                 .other = doc->values[i].where,
                                                 .day = DAY_NONE};
    for (size_t i = 0; i < doc->address_count; i++)
        list[n++] = (struct integration_finding){.kind = INTEGRATION_FINDING_ADDRESS,
                                                 .code = doc->addresses[i].refused ? "refused" : "good",
                                                 .text = doc->addresses[i].text,
                                                 .other = doc->addresses[i].where,
                                                 .day = DAY_NONE};
    *ret_count = n;
    return list;
}

bool onboard_reason(const struct integration_finding *f, struct document_reason *ret)
{
    enum document_reason_code code;
    if (f->kind != INTEGRATION_FINDING_REASON || !document_reason_find(str_of(f->code), &code))
        return false;
    *ret = (struct document_reason){.code = code,
                                    .grade = document_reason_grade(code),
                                    .signature = -1,
                                    .what = f->text,
                                    .other = f->other,
                                    .day = f->day};
    return true;
}

static struct integration_file file_of(const struct onboarding *o, const struct keeping *k)
{
    const struct document *doc = k->doc;
    const struct document_certificate *c = doc->has_certificate ? &doc->certificate : NULL;
    const struct document_signature *s = doc->signer >= 0 ? &doc->signatures[doc->signer] : NULL;
    if (s != NULL && s->has_certificate)
        c = &s->signer;
    return (struct integration_file){
        .integration_id = o->x.id,
        .role = k->role,
        .name = doc->name,
        .sha256 = doc->sha256,
        .bytes = (int64_t)doc->bytes,
        .source = k->given->source == NULL ? "file" : k->given->source,
        .kind = document_kind_code(doc->kind),
        .verdict = document_verdict_code(doc->verdict),
        .signer = c == NULL ? "" : c->organisation,
        .signer_nif = c == NULL ? "" : c->nif,
        .signed_at = s == NULL ? INSTANT_NONE : document_signed_at(s),
        .fingerprint = doc->has_certificate ? doc->certificate.fingerprint : "",
        .not_after = doc->has_certificate ? doc->certificate.not_after : INSTANT_NONE,
    };
}

/* What is in force stays as it was verified: a CDA that comes is the next one, another form must be approved anew. */
static bool may_come(const struct onboarding *o, struct integration_file *f, struct err *e)
{
    const struct integration_file *cda = onboarding_file(o, INTEGRATION_ROLE_CDA);
    bool is_cda = f->role == INTEGRATION_ROLE_CDA || f->role == INTEGRATION_ROLE_NEXT;
    bool in_force = integration_state_in_force(o->x.state);
    if (is_cda)
        f->role = in_force ? INTEGRATION_ROLE_NEXT : INTEGRATION_ROLE_CDA;
    if (in_force && f->role == INTEGRATION_ROLE_FORM)
        return err_set(
            e, ERR_STATE,
            N_("%s is configured with the documents that were verified; take it back to the documents first"), o->x.fp);
    if (in_force && is_cda && cda != NULL && f->fingerprint[0] != '\0' && strcmp(cda->fingerprint, f->fingerprint) == 0)
        return err_set(e, ERR_STATE, N_("%s is the CDA that %s has already, not a new one"), f->name, o->x.fp);
    return true;
}

static bool keep_file(struct onboarding *o, void *context, struct err *e)
{
    const struct keeping *k = context;
    size_t count;
    int64_t id;
    const struct integration_finding *findings = findings_of(o->arena, k->doc, &count);
    struct integration_file f = file_of(o, k);
    bool secret = k->doc->kind == DOCUMENT_SECRET, waited = true;
    if (!may_come(o, &f, e))
        return false;
    if (k->given->waiting != 0 && !integration_waiting_remove(o->tx, k->given->waiting, &waited, e))
        return false;
    if (!waited)
        return err_set(e, ERR_STATE, N_("%s was checked meanwhile"), f.name);
    if (secret) /* it is noted that it came; nothing of it is kept, and it takes no other's place */
        f.role = INTEGRATION_ROLE_OTHER;
    if (f.role != INTEGRATION_ROLE_OTHER && f.role != INTEGRATION_ROLE_NEXT) {
        o->x.confirmed = INSTANT_NONE;
        o->x.confirmed_who = "";
    }
    return integration_file_add(o->tx, &o->desk->by, &f, secret ? str_part(NULL, 0) : k->given->bytes, findings, count,
                                &id, e);
}

static enum integration_role role_of(const struct document *doc)
{
    switch (doc->kind) {
    case DOCUMENT_PDF: return INTEGRATION_ROLE_FORM;
    case DOCUMENT_CERTIFICATE: return INTEGRATION_ROLE_CDA;
    default: return INTEGRATION_ROLE_OTHER;
    }
}

bool onboard_add_file(struct desk *d, int64_t id, const struct onboard_file *f, struct document *ret_document,
                      struct integration *ret, struct err *e)
{
    struct tx tx = {0};
    struct onboarding o = {.desk = d, .tx = &tx, .arena = &d->arena, .reason = ""};
    struct document doc;
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && onboarding_load(&o, id, e);
    tx_rollback(&tx);
    if (!ok)
        return false;
    const struct document_asked asked = {
        .ine10 = o.x.ine10, .nif = o.x.nif, .provider_nif = o.x.company_nif, .authorised = o.x.authority[0] != '\0'};
    if (!document_check(d, &d->arena, f->name, f->bytes, &asked, &doc, e))
        return false;
    struct keeping k = {.given = f, .doc = &doc, .role = f->role != NULL ? *f->role : role_of(&doc)};
    const char *detail =
        arena_printf(&d->arena, "%s: %s, %s", doc.name, tr(d->files.profile.language, integration_role_words(k.role)),
                     tr(d->files.profile.language, document_verdict_words(doc.verdict)));
    if (!onboard_change_it(d, id, "file-add", detail, true, keep_file, &k, ret, e))
        return false;
    *ret_document = doc;
    return true;
}

struct accepting {
    int64_t file_id;
    const char *reason;
};

static bool accept_file(struct onboarding *o, void *context, struct err *e)
{
    const struct accepting *w = context;
    const struct integration_file *f = NULL;
    for (size_t i = 0; i < o->file_count; i++)
        f = o->files[i].id == w->file_id ? &o->files[i] : f;
    if (f == NULL || f->replaced)
        return err_set(e, ERR_UNKNOWN, N_("%s has no file %lld that counts"), o->x.fp, (long long)w->file_id);
    if (strcmp(f->verdict, document_verdict_code(DOCUMENT_REVIEW)) != 0)
        return err_set(e, ERR_STATE,
                       N_("%s is %s: only what is to be looked at can be taken by a person. Ask for another one"),
                       f->name,
                       tr(o->desk->lang, strcmp(f->verdict, document_verdict_code(DOCUMENT_VALID)) == 0
                                             ? document_verdict_words(DOCUMENT_VALID)
                                             : document_verdict_words(DOCUMENT_INVALID)));
    return integration_file_accept(o->tx, &o->desk->by, w->file_id, w->reason, e);
}

bool onboard_accept(struct desk *d, int64_t id, int64_t file_id, const char *reason, struct integration *ret,
                    struct err *e)
{
    struct accepting w = {.file_id = file_id};
    if (reason == NULL || reason[0] == '\0')
        return err_set(e, ERR_USAGE, N_("say why: add --reason \"…\""));
    return onboard_take_line(d, reason, &w.reason, e) &&
           onboard_change_it(d, id, "accept", w.reason, true, accept_file, &w, ret, e);
}

/* ------------------------------------------------------------------ what a person confirms */

/* Those of the form that can be given. */
static bool proposed(struct onboarding *o, const char **ret, struct err *e)
{
    const struct integration_file *form = onboarding_file(o, INTEGRATION_ROLE_FORM);
    struct integration_finding *list;
    size_t count = 0;
    *ret = "";
    if (form == NULL)
        return true;
    if (!integration_findings_load(o->tx, o->arena, form->id, &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (list[i].kind == INTEGRATION_FINDING_ADDRESS && strcmp(list[i].code, "good") == 0)
            *ret = arena_printf(o->arena, "%s%s%s", *ret, (*ret)[0] == '\0' ? "" : " ", list[i].text);
    }
    return true;
}

struct confirming {
    const struct onboard_confirm *given;
    const struct document_address *addresses;
};

/* Each is one that may be given; the first that may not is the reason. */
static bool take_addresses(struct onboarding *o, const struct confirming *c, const char **ret, struct err *e)
{
    const char *list = "";
    for (size_t i = 0; i < c->given->address_count; i++) {
        const struct document_address *x = &c->addresses[i];
        char text[CIDR_TEXT_BYTES];
        if (x->refused || !x->read) {
            const char *why =
                x->remark_count == 0 ? x->text : document_sentence(o->arena, o->desk->lang, &x->remarks[0]);
            return err_set(e, ERR_VALUE, "%s: %s", c->given->addresses[i], why);
        }
        list = arena_printf(o->arena, "%s%s%s", list, i > 0 ? " " : "", cidr_text(&x->cidr, text));
    }
    *ret = list;
    return true;
}

static bool confirm(struct onboarding *o, void *context, struct err *e)
{
    const struct confirming *c = context;
    struct integration *x = &o->x;
    if (!onboard_as_seen(o, c->given->expect, e) || !onboard_take_line(o->desk, c->given->contact, &x->contact, e) ||
        !onboard_take_email(o->desk, c->given->email, &x->email, e))
        return false;
    if (integration_state_in_force(x->state))
        return c->given->address_count == 0 ||
               err_set(e, ERR_STATE,
                       N_("%s is configured with the addresses that were confirmed; take it back to the documents "
                          "first"),
                       x->fp);
    if (c->given->address_count > 0 ? !take_addresses(o, c, &x->addresses, e)
                                    : x->addresses[0] == '\0' && !proposed(o, &x->addresses, e))
        return false;
    if (strlen(x->addresses) > (size_t)LIMIT_GATEWAY_RANGES * CIDR_TEXT_BYTES)
        return err_set(e, ERR_LIMIT, N_("%zu ranges at once; at most %d"), c->given->address_count,
                       LIMIT_GATEWAY_RANGES);
    x->confirmed = o->desk->by.at;
    x->confirmed_who = o->desk->by.who;
    return true;
}

bool onboard_confirm(struct desk *d, int64_t id, const struct onboard_confirm *w, struct integration *ret,
                     struct err *e)
{
    struct tx tx = {0};
    struct onboarding o = {.desk = d, .tx = &tx, .arena = &d->arena, .reason = ""};
    struct confirming c = {.given = w};
    struct str *texts = arena_array(&d->arena, struct str, w->address_count + 1);
    for (size_t i = 0; i < w->address_count; i++)
        texts[i] = str_of(w->addresses[i]);
    const char *said = ""; /* in the story: what a person wrote */
    for (size_t i = 0; i < w->address_count && i < LIMIT_GATEWAY_RANGES; i++)
        said = arena_printf(&d->arena, "%s%s%.*s", said, i == 0 ? "" : " ", CIDR_TEXT_BYTES, w->addresses[i]);
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && onboarding_load(&o, id, e);
    tx_rollback(&tx);
    return ok &&
           (w->address_count == 0 ||
            document_addresses(d, &d->arena, o.x.ine10, texts, w->address_count, &c.addresses, e)) &&
           onboard_change_it(d, id, "confirm", said, true, confirm, &c, ret, e);
}
