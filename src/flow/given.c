#include "flow/given.h"

#include "base/file.h"
#include "flow/cases.h"
#include "flow/served.h"
#include "pki/secret.h"
#include "record/audit.h"
#include "record/renewal.h"
#include "record/sweep.h"

/* The file's certificate: the first that is not an authority's. */
static bool read_certificate(struct desk *d, const char *path, struct certificate *ret, struct err *e)
{
    struct buf bytes = BUF_INIT(LIMIT_CERTIFICATE_FILE_BYTES);
    const struct str *ders;
    size_t count = 0;
    bool ok = file_read(path, &bytes, e);
    if (ok && secret_inside(buf_str(&bytes)))
        ok = err_set(e, ERR_VALUE,
                     N_("%s holds a private key: nothing of it was kept. Whoever sent it must have the certificate "
                        "revoked and ask "
                        "for a new one, and send only the certificate"),
                     path_base(path));
    if (ok && !certificates_split(&d->arena, buf_str(&bytes), &ders, &count, e)) {
        err_where(e, "%s", path_base(path));
        ok = false;
    }
    bool found = false;
    for (size_t i = 0; ok && i < count && !found; i++) {
        ok = certificate_parse(&d->arena, ders[i], ret, e);
        found = ok && !ret->is_ca;
    }
    if (ok && !found)
        ok = err_set(e, ERR_VALUE, N_("%s holds only certificates of authorities, none of a body"), path_base(path));
    if (ok && ret->last_day == DAY_NONE)
        ok = err_set(e, ERR_VALUE, N_("the certificate in %s has no dates that can be read"), path_base(path));
    buf_release(&bytes);
    return ok;
}

static enum reconciliation compare(const struct body *b, enum cert_kind kind, const struct certificate *c)
{
    if (b->expires[kind] == DAY_NONE)
        return RECONCILIATION_NO_DATE;
    int64_t later = (int64_t)c->last_day - b->expires[kind];
    return later > 1 ? RECONCILIATION_REGISTRY_STALE : later < -1 ? RECONCILIATION_OLD_SERVED : RECONCILIATION_AGREES;
}

/* In the comment of the certificate's case; a certificate that lasts longer is also a stage of its renewal. */
static bool note_received(struct desk *d, struct tx *tx, const struct body *b, enum cert_kind kind, day_t until,
                          const char *line, struct err *e)
{
    struct warning_case *cases;
    size_t count;
    if (!cases_of_body(d, tx, b, &cases, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < cases[i].count; k++) {
            int64_t case_id, renewal_id;
            const struct case_cert *c = &cases[i].certs[k];
            if (c->kind != kind || c->checked)
                continue;
            if (!case_ensure(tx, &d->by, b->id, &cases[i], &case_id, e) ||
                !case_add_line(d, tx, case_id, d->by.day, line, e))
                return false;
            if (until > c->expires + 1 &&
                (!renewal_find(tx, b->id, kind, c->expires, &renewal_id, e) ||
                 !renewal_reach(tx, &d->by, renewal_id, STAGE_RECEIVED, d->by.day, line, "", e)))
                return false;
        }
    }
    return true;
}

static bool keep(struct desk *d, struct tx *tx, const struct body *b, enum cert_kind kind, const char *source,
                 struct given *g, struct err *e)
{
    const struct certificate *c = &g->certificate;
    const struct served_certificate kept = served_record(&d->arena, c);
    char day[DAY_TEXT_BYTES];
    if (!served_certificate_add(tx, &kept, d->by.at, e) ||
        !given_certificate_add(tx, &d->by, b->id, kind, c->fingerprint_hex, c->last_day, source, &g->is_new, e))
        return false;
    const char *line = arena_printf(&d->arena, tr(d->files.profile.language, N_("%s received, valid until %s.")),
                                    cert_kind_code(kind), day_dmy(c->last_day, day));
    if (g->is_new && !note_received(d, tx, b, kind, c->last_day, line, e))
        return false;
    return audit_add(tx, &d->by, "certificate-add", b->id, arena_printf(&d->arena, "%s %s", line, c->fingerprint_hex),
                     e);
}

bool given_add(struct desk *d, const struct body *b, enum cert_kind kind, const char *path, struct given *ret,
               struct err *e)
{
    struct given g = {0};
    struct tx tx = {0};
    struct bodies bodies;
    struct owners owners = {0};
    if (!read_certificate(d, path, &g.certificate, e))
        return false;
    g.registry = compare(b, kind, &g.certificate);
    bool ok =
        tx_begin(d->store, TX_WRITE, &tx, e) && bodies_load(&tx, &d->arena, &d->files.profile, d->by.day, &bodies, e);
    ok = ok && owners_load(&tx, &d->arena, &bodies, &owners, e);
    if (ok) /* that a provider signs for a body is in order: there is no host that it must name */
        owners_tell(&owners, b, &g.certificate, NULL, &g.owner);
    owners_release(&owners);
    ok = ok && keep(d, &tx, b, kind, path_base(path), &g, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    if (ok)
        *ret = g;
    return ok;
}
