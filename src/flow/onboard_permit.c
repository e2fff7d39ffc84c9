/* Permissions: pre-production's are the gateway's and count at once; production's are recorded here and exported for
 * the platform that has them. Taking them back. */
#include "base/file.h"
#include "flow/gateway.h"
#include "flow/onboard_run.h"
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

static bool cda_bytes(struct onboarding *o, struct buf *to, struct err *e)
{
    const struct integration_file *f = onboarding_file(o, INTEGRATION_ROLE_CDA);
    struct tx tx = {0};
    bool found = false;
    bool ok =
        f != NULL && tx_begin(o->desk->store, TX_READ, &tx, e) && integration_file_bytes(&tx, f->id, to, &found, e);
    tx_rollback(&tx);
    return ok && (found || err_set(e, ERR_STATE, N_("the bytes of %s are not kept; add it again"), f->name));
}

/* The CDA of a provider asks with its own number: by which paper, the permission says. */
static const char *authority_of(struct onboarding *o)
{
    const struct integration_file *f = onboarding_file(o, INTEGRATION_ROLE_CDA);
    if (o->x.authority[0] != '\0')
        return o->x.authority;
    return f != NULL && f->accepted != INSTANT_NONE ? f->accepted_why : NULL;
}

bool onboard_permit_pre(struct onboarding *o, struct err *e)
{
    struct buf cda = BUF_INIT(LIMIT_XML_BYTES);
    struct modalities known;
    struct gateway_authorised done;
    struct gateway_authorise w = {
        .body = o->x.ine10, .product = PRODUCT, .authority = authority_of(o), .since = DAY_NONE, .until = DAY_NONE};
    bool ok = onboard_modalities(o->desk, o->arena, &known, e) && cda_bytes(o, &cda, e);
    w.cda_bytes = buf_str(&cda);
    w.range_count = split(o->arena, o->x.addresses, &w.ranges);
    ok = ok && gateway_authorise(o->desk, &known, &w, &done, e);
    buf_release(&cda);
    return ok;
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
    for (size_t i = 0; i < known.count; i++) {
        if (strcmp(known.items[i].product, PRODUCT) == 0)
            names = arena_printf(o->arena, "%s%s%s", names, names[0] == '\0' ? "" : " ", known.items[i].name);
    }
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

/* Whether another integration of the body is configured: then only what is this one's is taken. */
static bool is_alone(struct onboarding *o, bool *ret, struct err *e)
{
    struct integration *all;
    size_t count;
    const unsigned in =
        1u << INTEGRATION_PRE | 1u << INTEGRATION_APPROVAL_PRO | 1u << INTEGRATION_APPROVED_PRO | 1u << INTEGRATION_PRO;
    if (!onboard_list(o->desk, o->arena, in, &all, &count, e))
        return false;
    *ret = true;
    for (size_t i = 0; i < count; i++)
        *ret = *ret && (all[i].id == o->x.id || strcmp(all[i].ine10, o->x.ine10) != 0);
    return true;
}

bool onboard_take(struct onboarding *o, struct err *e)
{
    const struct integration_file *f = onboarding_file(o, INTEGRATION_ROLE_CDA);
    struct gateway_revoke w = {.body = o->x.ine10, .reason = o->reason};
    struct err why = {.lang = e->lang};
    bool alone;
    size_t count = 0;
    if (!is_alone(o, &alone, e))
        return false;
    if (!alone && f != NULL)
        w.fingerprint = f->fingerprint;
    if (gateway_revoke(o->desk, &w, &count, &why) || why.code == ERR_STATE || why.code == ERR_UNKNOWN)
        return true; /* taken back already, by hand */
    *e = why;
    return false;
}

const char *onboard_configured(struct onboarding *o, enum lang lang)
{
    const struct integration_file *f = onboarding_file(o, INTEGRATION_ROLE_CDA);
    char day[DAY_TEXT_BYTES] = "";
    if (f != NULL && f->not_after != INSTANT_NONE)
        (void)day_dmy(day_madrid(f->not_after), day);
    return arena_printf(o->arena, "- %s: %s (INE10 %s)\n- %s: %s\n- CDA: %s, %s\n- IP: %s", tr(lang, N_("Body")),
                        o->x.name, o->x.ine10, tr(lang, N_("Product")), PRODUCT, f == NULL ? "" : f->signer, day,
                        o->x.addresses[0] == '\0' ? "-" : o->x.addresses);
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

bool onboard_production_csv(struct desk *d, bool revoked, struct buf *to, struct err *e)
{
    struct tx tx = {0};
    struct integration_production *list;
    size_t count = 0;
    bool ok =
        tx_begin(d->store, TX_READ, &tx, e) && integration_production_load(&tx, &d->arena, revoked, &list, &count, e);
    tx_rollback(&tx);
    if (!ok)
        return false;
    (void)buf_add_text(to, "ine10;name;nif;company;product;modality;purpose;fingerprint;not_after;addresses;since;"
                           "revoked;certificate\r\n");
    for (size_t i = 0; i < count; i++) {
        const struct integration_production *p = &list[i];
        char until[INSTANT_TEXT_BYTES] = "", at[INSTANT_TEXT_BYTES], off[INSTANT_TEXT_BYTES] = "";
        const char *const *names;
        size_t n = split(&d->arena, p->modalities, &names);
        if (p->not_after != INSTANT_NONE)
            (void)instant_iso(p->not_after, until);
        if (p->revoked != INSTANT_NONE)
            (void)instant_iso(p->revoked, off);
        (void)instant_iso(p->at, at);
        for (size_t k = 0; k < n; k++) {
            const char *const cells[] = {p->ine10, p->name, p->nif,         p->company, p->product,
                                         names[k], "",      p->fingerprint, until,      p->addresses,
                                         at,       off,     p->der_base64};
            for (size_t c = 0; c < sizeof cells / sizeof *cells; c++) {
                if (c > 0)
                    (void)buf_add_char(to, ';');
                table_csv_field(to, str_of(cells[c]), ';');
            }
            (void)buf_add_text(to, "\r\n");
        }
    }
    return !buf_full(to) || err_set(e, ERR_LIMIT, N_("there is more to export than fits"));
}
