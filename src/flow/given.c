#include "flow/given.h"

#include "base/file.h"
#include "flow/evidence.h"
#include "flow/served.h"
#include "flow/signed_message.h"
#include "pki/secret.h"
#include "record/audit.h"
#include "record/renewal.h"
#include "record/sweep.h"

/* The first certificate that is not an authority's. `what` names the file in reasons. */
static bool first_leaf(struct desk *d, const struct str *ders, size_t count, const char *what, struct certificate *ret,
                       struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        if (!certificate_parse(&d->arena, ders[i], ret, e)) {
            err_where(e, "%s", what);
            return false;
        }
        if (!ret->is_ca)
            return ret->last_day != DAY_NONE ||
                   err_set(e, ERR_VALUE, N_("the certificate in %s has no dates that can be read"), what);
    }
    return err_set(e, ERR_VALUE, N_("%s holds only certificates of authorities, none of a body"), what);
}

static bool refuse_secret(struct str bytes, const char *what, struct err *e)
{
    return !secret_inside(bytes) ||
           err_set(e, ERR_VALUE,
                   N_("%s holds a private key: nothing of it was kept. Whoever sent it must have the certificate "
                      "revoked and ask "
                      "for a new one, and send only the certificate"),
                   what);
}

static bool read_message(struct desk *d, struct str bytes, const char *what, struct certificate *ret, struct err *e)
{
    struct str der;
    if (!refuse_secret(bytes, what, e))
        return false;
    if (!signed_message_certificate(&d->arena, bytes, &der, e)) {
        err_where(e, "%s", what);
        return false;
    }
    return first_leaf(d, &der, 1, what, ret, e);
}

bool given_read(struct desk *d, struct str bytes, const char *what, bool alone, struct certificate *ret, struct err *e)
{
    const struct str *ders;
    size_t count;
    if (signed_message_is(bytes))
        return read_message(d, bytes, what, ret, e);
    if (!refuse_secret(bytes, what, e))
        return false;
    if (bytes.n > LIMIT_CERTIFICATE_FILE_BYTES)
        return err_set(e, ERR_LIMIT, N_("%s is too large for a certificate"), what);
    if (!certificates_split(&d->arena, bytes, &ders, &count, e)) {
        err_where(e, "%s", what);
        return false;
    }
    if (alone && count > 1)
        return err_set(e, ERR_VALUE,
                       N_("%s holds a chain of %zu certificates: give the body's own certificate alone, so that there "
                          "is no doubt which one is meant"),
                       what, count);
    return first_leaf(d, ders, count, what, ret, e);
}

/* *ret_source: the file's name, or that it was a message. */
static bool read_file(struct desk *d, const char *path, enum cert_kind kind, struct certificate *ret,
                      const char **ret_source, struct err *e)
{
    struct buf file = BUF_INIT(LIMIT_XML_BYTES);
    const char *what = path_base(path);
    bool ok = file_read(path, &file, e);
    bool message = ok && signed_message_is(buf_str(&file));
    *ret_source = message ? GIVEN_SIGNED_MESSAGE : what;
    if (message && kind != CERT_CDA)
        ok = err_set(e, ERR_USAGE, N_("a signed message shows the CDA of its signer, no CDS: leave --kind out"));
    ok = ok && given_read(d, buf_str(&file), what, false, ret, e);
    buf_release(&file);
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
    if (!g->is_new && strcmp(source, GIVEN_SIGNED_MESSAGE) == 0) /* every message of the body shows it */
        return true;
    return audit_add(tx, &d->by, "certificate-add", b->id,
                     arena_printf(&d->arena, "%s %s (%s)", line, c->fingerprint_hex, source), e);
}

/* What was read becomes the body's. */
static bool take(struct desk *d, const struct body *b, enum cert_kind kind, const char *source, struct given *g,
                 struct err *e)
{
    struct tx tx = {0};
    struct bodies bodies;
    struct owners owners = {0};
    g->registry = compare(b, kind, &g->certificate);
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) &&
              bodies_load(&tx, &d->arena, &d->files.profile, d->by.day, &bodies, e) &&
              owners_load(&tx, &d->arena, &bodies, &owners, e);
    if (ok) /* that a provider signs for a body is in order: there is no host that it must name */
        owners_tell(&owners, b, &g->certificate, NULL, &g->owner);
    owners_release(&owners);
    ok = ok && keep(d, &tx, b, kind, source, g, e) && evidence_follow(d, &tx, b->id, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

bool given_add(struct desk *d, const struct body *b, enum cert_kind kind, const char *path, struct given *ret,
               struct err *e)
{
    struct given g = {0};
    const char *source;
    if (!read_file(d, path, kind, &g.certificate, &source, e) || !take(d, b, kind, source, &g, e))
        return false;
    *ret = g;
    return true;
}

bool given_from_message(struct desk *d, const struct body *b, struct str message, struct given *ret, struct err *e)
{
    struct given g = {0};
    if (!read_message(d, message, tr(e->lang, N_("the message")), &g.certificate, e) ||
        !take(d, b, CERT_CDA, GIVEN_SIGNED_MESSAGE, &g, e))
        return false;
    *ret = g;
    return true;
}

bool given_from_certificate(struct desk *d, const struct body *b, struct str der, struct given *ret, struct err *e)
{
    struct given g = {0};
    if (!first_leaf(d, &der, 1, tr(e->lang, N_("the message")), &g.certificate, e) ||
        !take(d, b, CERT_CDA, GIVEN_SIGNED_MESSAGE, &g, e))
        return false;
    *ret = g;
    return true;
}
