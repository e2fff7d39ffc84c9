/* Permissions: pre-production's are the gateway's and count at once; production's are recorded here and exported for
 * the platform that has them. Taking them back. */
#include <sodium.h>

#include "base/file.h"
#include "flow/gateway.h"
#include "flow/onboard_run.h"
#include "pki/certificate.h"
#include "scsp/guide.h"
#include "scsp/request.h"
#include "table/table.h"

#define PRODUCT "HESTIA"

bool onboard_modalities(struct desk *d, struct arena *a, struct modalities *ret, struct err *e)
{
    /* share/profile/NAME → share/scsp */
    const char *data = path_dir(a, path_dir(a, d->files.shared_dir));
    return modalities_load(a, path_join(a, data, "scsp"), ret, e);
}

static size_t split(struct arena *a, const char *text, const char *const **ret)
{
    VEC(const char *) list = {0};
    struct str rest = str_of(text), word;
    while (rest.n > 0 && str_split(&rest, ' ', &word)) {
        if (word.n > 0)
            vec_push(&list, arena_text(a, word));
    }
    *ret = vec_to_arena(&list, a);
    size_t count = list.count;
    vec_release(&list);
    return count;
}

static bool read_kept(struct onboarding *o, const struct integration_file *f, struct buf *to, struct err *e)
{
    struct tx tx = {0};
    bool found = false;
    bool ok = tx_begin(o->desk->store, TX_READ, &tx, e) && integration_file_bytes(&tx, f->id, to, &found, e);
    tx_rollback(&tx);
    return ok && (found || err_set(e, ERR_STATE, N_("the bytes of %s are not kept; add it again"), f->name));
}

/* The certificate itself, also out of a file that has its chain too: the one that was verified. */
bool onboard_bytes(struct onboarding *o, const struct integration_file *f, struct buf *to, struct err *e)
{
    struct buf file = BUF_INIT(LIMIT_XML_BYTES);
    const struct str *ders;
    size_t count = 0;
    bool found = false,
         ok = read_kept(o, f, &file, e) && certificates_split(o->arena, buf_str(&file), &ders, &count, e);
    for (size_t i = 0; ok && i < count && !found; i++) {
        struct certificate c;
        struct err why = {.lang = e->lang};
        found = certificate_parse(o->arena, ders[i], &c, &why) && strcmp(c.fingerprint_hex, f->fingerprint) == 0;
        ok = !found || buf_add_str(to, ders[i]) ||
             err_set(e, ERR_LIMIT, N_("%s is too large for a certificate"), f->name);
    }
    buf_release(&file);
    return ok && (found || err_set(e, ERR_STATE, N_("%s has not the certificate that was verified"), f->name));
}

/* The CDA of a provider asks with its own number: by which paper, the permission says. */
const char *onboard_authority(const struct onboarding *o, const struct integration_file *f)
{
    if (o->x.authority[0] != '\0')
        return o->x.authority;
    return f->accepted != INSTANT_NONE ? f->accepted_why : NULL;
}

bool onboard_permit_pre(struct onboarding *o, struct err *e)
{
    const struct integration_file *f = onboarding_file(o, INTEGRATION_ROLE_CDA);
    struct buf cda = BUF_INIT(LIMIT_XML_BYTES);
    struct modalities known;
    struct gateway_authorised done;
    struct gateway_authorise w = {.body = o->x.ine10, .product = PRODUCT, .since = DAY_NONE, .until = DAY_NONE};
    if (f == NULL)
        return err_set(e, ERR_STATE, N_("%s has no CDA"), o->x.fp);
    w.authority = onboard_authority(o, f);
    bool ok = onboard_modalities(o->desk, o->arena, &known, e) && onboard_bytes(o, f, &cda, e);
    w.cda_bytes = buf_str(&cda);
    w.range_count = split(o->arena, o->x.addresses, &w.ranges);
    ok = ok && gateway_authorise(o->desk, &known, &w, &done, e);
    buf_release(&cda);
    return ok;
}

/* "HESTIA_CITES, HESTIA_TRAMITS": all of the product's. */
static const char *modality_names(struct arena *a, const struct modalities *known, const char *between)
{
    const char *names = "";
    for (size_t i = 0; i < known->count; i++) {
        if (strcmp(known->items[i].product, PRODUCT) == 0)
            names = arena_printf(a, "%s%s%s", names, names[0] == '\0' ? "" : between, known->items[i].name);
    }
    return names;
}

bool onboard_permit_pro(struct onboarding *o, struct err *e)
{
    const struct integration_file *f = onboarding_file(o, INTEGRATION_ROLE_CDA);
    struct modalities known;
    const char *der, *names = "";
    bool found = false;
    if (f == NULL || !onboard_modalities(o->desk, o->arena, &known, e) ||
        !gateway_certificate_der(o->tx, o->arena, f->fingerprint, &der, &found, e))
        return false;
    if (!found)
        return err_set(e, ERR_STATE, N_("the CDA of %s is not authorised in pre-production any more"), o->x.fp);
    names = modality_names(o->arena, &known, " ");
    const struct integration_production p = {
        .integration_id = o->x.id,
        .ine10 = o->x.ine10,
        .name = o->x.name,
        .nif = o->x.nif,
        .company = o->x.company,
        .product = PRODUCT,
        .modalities = names,
        .fingerprint = f->fingerprint,
        .der_base64 = der,
        .addresses = o->x.addresses,
        .not_after = f->not_after,
    };
    return integration_production_add(o->tx, &o->desk->by, &p, e);
}

/* --- taking back --- */

/* Other integrations of the body that are in force, with their files. */
struct others {
    struct onboarding *items;
    size_t count;
};

static bool others_load(struct onboarding *o, struct others *ret, struct err *e)
{
    struct tx tx = {0};
    struct integration *all;
    size_t count = 0;
    bool ok = tx_begin(o->desk->store, TX_READ, &tx, e) && integrations_load(&tx, o->arena, 0, &all, &count, e);
    *ret = (struct others){.items = arena_array(o->arena, struct onboarding, count + 1)};
    for (size_t i = 0; ok && i < count; i++) {
        if (all[i].id == o->x.id || !integration_state_in_force(all[i].state) || strcmp(all[i].ine10, o->x.ine10) != 0)
            continue;
        struct onboarding *other = &ret->items[ret->count++];
        *other = (struct onboarding){.desk = o->desk, .tx = &tx, .arena = o->arena};
        ok = onboarding_load(other, all[i].id, e);
    }
    tx_rollback(&tx);
    return ok;
}

static bool counts_now(const struct onboarding *o, const struct integration_file *f)
{
    return f->role == INTEGRATION_ROLE_CDA && (!f->replaced || (f->until != INSTANT_NONE && f->until > o->desk->by.at));
}

static bool others_sign_with(const struct others *all, const char *fingerprint)
{
    for (size_t i = 0; i < all->count; i++) {
        for (size_t k = 0; k < all->items[i].file_count; k++) {
            const struct integration_file *f = &all->items[i].files[k];
            if (counts_now(&all->items[i], f) && strcmp(f->fingerprint, fingerprint) == 0)
                return true;
        }
    }
    return false;
}

static bool others_call_from(struct onboarding *o, const struct others *all, const char *range)
{
    for (size_t i = 0; i < all->count; i++) {
        const char *const *list;
        size_t count = split(o->arena, all->items[i].x.addresses, &list);
        for (size_t k = 0; k < count; k++) {
            if (strcmp(list[k], range) == 0)
                return true;
        }
    }
    return false;
}

/* What is not in force any more was taken back already, by hand. */
static bool take_one(struct onboarding *o, const struct gateway_revoke *w, struct err *e)
{
    struct err why = {.lang = e->lang};
    size_t count = 0;
    if (gateway_revoke(o->desk, w, &count, &why) || why.code == ERR_STATE || why.code == ERR_UNKNOWN)
        return true;
    *e = why;
    return false;
}

bool onboard_shares(struct onboarding *o, const char *fingerprint, bool *ret, struct err *e)
{
    struct others all;
    if (!others_load(o, &all, e))
        return false;
    *ret = others_sign_with(&all, fingerprint);
    return true;
}

/* Everything of the body; while another integration of it is in force, what this one alone has. */
bool onboard_take(struct onboarding *o, struct err *e)
{
    struct gateway_revoke w = {.body = o->x.ine10, .reason = o->reason};
    struct others all;
    const char *const *ranges;
    if (!others_load(o, &all, e))
        return false;
    if (all.count == 0)
        return take_one(o, &w, e);
    for (size_t i = 0; i < o->file_count; i++) {
        w.fingerprint = o->files[i].fingerprint;
        if (counts_now(o, &o->files[i]) && !others_sign_with(&all, w.fingerprint) && !take_one(o, &w, e))
            return false;
    }
    w.fingerprint = NULL;
    size_t count = split(o->arena, o->x.addresses, &ranges);
    for (size_t i = 0; i < count; i++) {
        w.range = ranges[i];
        if (!others_call_from(o, &all, w.range) && !take_one(o, &w, e))
            return false;
    }
    return true;
}

/* With which purpose it may ask where it is now; "" when it is not said. */
static const char *purpose_of(const struct onboarding *o, const struct modalities *known)
{
    switch (o->x.state) {
    case INTEGRATION_PRE: return known->environment.purpose;
    case INTEGRATION_PRO: return o->desk->files.profile.production_purpose;
    default: return "";
    }
}

bool onboard_configured(struct onboarding *o, enum lang lang, const char **ret, struct err *e)
{
    const struct integration_file *f = onboarding_file(o, INTEGRATION_ROLE_CDA);
    struct arena *a = o->arena;
    struct modalities known;
    char day[DAY_TEXT_BYTES];
    if (!onboard_modalities(o->desk, a, &known, e))
        return false;
    const char *purpose = purpose_of(o, &known), *cda = f == NULL ? "-" : f->signer;
    if (f != NULL && f->not_after != INSTANT_NONE)
        cda = arena_printf(a, tr(lang, N_("%s, valid until %s (SHA-256 %.16s…)")), f->signer,
                           day_dmy(day_madrid(f->not_after), day), f->fingerprint);
    *ret = arena_printf(a, "- %s: %s (INE10 %s)\n- %s: %s\n- %s: %s\n%s- CDA: %s\n- IP: %s", tr(lang, N_("Body")),
                        o->x.name, o->x.ine10, tr(lang, N_("Product")), PRODUCT, tr(lang, N_("Modalities")),
                        modality_names(a, &known, ", "),
                        purpose[0] == '\0' ? "" : arena_printf(a, "- %s: %s\n", tr(lang, N_("Purpose")), purpose), cda,
                        o->x.addresses[0] == '\0' ? "-" : o->x.addresses);
    return true;
}

/* ------------------------------------------------------------------ examples */

/* The first example of the modality that is answered well. */
static const struct modality_example *good_example(const struct modality *m)
{
    for (size_t i = 0; i < m->example_count; i++) {
        if (m->examples[i].answer == 0)
            return &m->examples[i];
    }
    return NULL;
}

bool onboard_examples(struct desk *d, struct arena *a, const char *ine10, const char *name,
                      struct onboard_example **ret, size_t *ret_count, struct err *e)
{
    struct modalities known;
    struct onboard_example *list = arena_array(a, struct onboard_example, HOMOLOGATION_COUNT);
    size_t count = 0;
    if (!onboard_modalities(d, a, &known, e))
        return false;
    for (int i = 0; i < HOMOLOGATION_COUNT; i++) {
        const struct modality *m = modality_find(&known, str_of(homologation_modality((enum homologation_modality)i)));
        const struct modality_example *x = m == NULL ? NULL : good_example(m);
        struct buf xml = BUF_INIT(LIMIT_XML_BYTES);
        if (x == NULL)
            continue;
        struct request_field *fields = arena_array(a, struct request_field, x->count + 1);
        for (size_t k = 0; k < x->count; k++)
            fields[k] = (struct request_field){x->ask[k].name, x->ask[k].value};
        const struct request_how how = {.body = ine10, .body_name = name, .now = d->by.at};
        bool ok = request_write(&xml, m, &known, &how, fields, x->count, e);
        if (ok)
            list[count++] = (struct onboard_example){.name = arena_printf(a, "%s.xml", m->name),
                                                     .xml = str_of(guide_xml(a, arena_text(a, buf_str(&xml))))};
        buf_release(&xml);
        if (!ok)
            return false;
    }
    *ret = list;
    *ret_count = count;
    return true;
}

/* ------------------------------------------------------------------ for production */

/* What the production platform's authorisation asks for (body, certificate, product, modality, purpose, addresses),
 * with what its people know a certificate by, and by which request and paper it was given. */
static void put_permission(struct buf *to, struct arena *a, const char *purpose, const struct integration *x,
                           const struct integration_production *p, const char *modality)
{
    char until[INSTANT_TEXT_BYTES] = "", at[INSTANT_TEXT_BYTES], off[INSTANT_TEXT_BYTES] = "",
         ends[INSTANT_TEXT_BYTES] = "";
    struct err none = {0};
    struct certificate c = {.subject = "", .issuer = "", .serial = ""};
    size_t room = strlen(p->der_base64) + 1, n = 0;
    unsigned char *der = arena_alloc(a, room, 1);
    if (sodium_base642bin(der, room, p->der_base64, room - 1, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0)
        (void)certificate_parse(a, str_part((const char *)der, n), &c, &none);
    if (p->not_after != INSTANT_NONE)
        (void)instant_iso(p->not_after, until);
    if (p->revoked != INSTANT_NONE)
        (void)instant_iso(p->revoked, off);
    if (p->until != INSTANT_NONE)
        (void)instant_iso(p->until, ends);
    (void)instant_iso(p->at, at);
    const char *const cells[] = {"PRO",          p->ine10,   p->name,        p->nif,       p->company,
                                 x->company_nif, p->product, modality,       purpose,      c.subject,
                                 c.issuer,       c.serial,   p->fingerprint, until,        p->addresses,
                                 x->authority,   x->fp,      x->ticket,      at,           p->who,
                                 ends,           off,        p->reason,      p->der_base64};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        if (i > 0)
            (void)buf_add_char(to, ';');
        table_csv_field(to, str_of(cells[i]), ';');
    }
    (void)buf_add_text(to, "\r\n");
}

static bool put_permissions(struct desk *d, struct tx *tx, bool revoked, struct buf *to, struct err *e)
{
    struct integration_production *list;
    size_t count = 0;
    if (!integration_production_load(tx, &d->arena, revoked, d->by.at, &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *const *names;
        struct integration x;
        bool found = false;
        size_t n = split(&d->arena, list[i].modalities, &names);
        if (!integration_get(tx, &d->arena, list[i].integration_id, &x, &found, e) || !found)
            return false;
        for (size_t k = 0; k < n; k++)
            put_permission(to, &d->arena, d->files.profile.production_purpose, &x, &list[i], names[k]);
    }
    return true;
}

bool onboard_production_csv(struct desk *d, bool revoked, struct buf *to, struct err *e)
{
    struct tx tx = {0};
    (void)buf_add_text(to,
                       "environment;ine10;name;nif;company;company_nif;product;modality;purpose;subject;issuer;serial;"
                       "fingerprint;not_after;addresses;authority;request;ticket;since;who;until;revoked;reason;"
                       "certificate\r\n");
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && put_permissions(d, &tx, revoked, to, e);
    tx_rollback(&tx);
    return ok && (!buf_full(to) || err_set(e, ERR_LIMIT, N_("there is more to export than fits")));
}
