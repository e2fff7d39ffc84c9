/* The CDA of an integration that is in force: the ladder of warnings before it expires (procedure A3), the word of its
 * authority that it was revoked, and the new one that takes its place while the old one counts for some days more.
 * Which rows of the table follow is core/integration.h's. */
#include "core/certificate.h"
#include "flow/gateway.h"
#include "flow/onboard_run.h"

bool onboard_cda_load(struct onboarding *o, struct err *e)
{
    const struct profile *p = &o->desk->files.profile;
    struct integration_cda_row *rows;
    size_t count = 0;
    o->cda = NULL;
    if (!integration_cdas_load(o->tx, o->arena, o->x.id, p->thresholds, p->threshold_count, o->desk->by.at, &rows,
                               &count, e))
        return false;
    o->cda = count == 0 ? NULL : &rows[count - 1];
    return true;
}

static int due(const struct onboarding *o, unsigned *ret_crossed)
{
    const struct profile *p = &o->desk->files.profile;
    return o->cda == NULL
               ? 0
               : integration_cda_due(&o->cda->rule, p->thresholds, p->threshold_count, o->desk->by.day, ret_crossed);
}

static bool is_distrusted(const struct onboarding *o)
{
    return o->cda != NULL && o->cda->rule.revoked && !o->cda->rule.revoked_told;
}

/* --- the exchange --- */

/* Which file is which afterwards, so that what is filed and told is what will be. Nothing is kept of it here. */
static bool swap(struct onboarding *o, struct err *e)
{
    const struct integration_file *old = onboarding_file(o, INTEGRATION_ROLE_CDA);
    const struct integration_file *new = onboarding_file(o, INTEGRATION_ROLE_NEXT);
    const struct desk *d = o->desk;
    if (old == NULL || new == NULL)
        return err_set(e, ERR_STATE, N_("%s has no CDA"), o->x.fp);
    bool holds = old->not_after > d->by.at && (o->cda == NULL || !o->cda->rule.revoked);
    day_t last = d->by.day + d->files.profile.overlap_days;
    day_t own = day_madrid(old->not_after);
    o->former_until = !holds || d->files.profile.overlap_days == 0 ? DAY_NONE : own < last ? own : last;
    for (size_t i = 0; i < o->file_count; i++) {
        if (&o->files[i] == new)
            o->files[i].role = INTEGRATION_ROLE_CDA;
        else if (&o->files[i] == old)
            o->files[i].replaced = true;
    }
    o->former = old;
    return true;
}

bool onboard_cda_ready(struct onboarding *o, enum integration_event v, struct err *e)
{
    unsigned crossed;
    if (v == INTEGRATION_EVENT_WARN && due(o, &crossed) == 0)
        return err_set(e, ERR_STATE, N_("no warning about the CDA of %s is due"), o->x.fp);
    if (v == INTEGRATION_EVENT_DISTRUST && !is_distrusted(o))
        return err_set(e, ERR_STATE, N_("no authority has revoked the CDA of %s, or that was told already"), o->x.fp);
    return v != INTEGRATION_EVENT_RENEW || swap(o, e);
}

static bool gateway_ends(struct onboarding *o, struct err *e)
{
    struct gateway_revoke w = {
        .body = o->x.ine10, .fingerprint = o->former->fingerprint, .reason = N_("another CDA took its place")};
    struct err why = {.lang = e->lang};
    size_t count;
    if (gateway_revoke(o->desk, &w, &count, &why) || why.code == ERR_STATE || why.code == ERR_UNKNOWN)
        return true; /* it is gone already */
    *e = why;
    return false;
}

/* The old one with an end of its own; what may be asked for stays as it is. */
static bool gateway_limits(struct onboarding *o, const struct modalities *known, struct err *e)
{
    struct buf bytes = BUF_INIT(LIMIT_XML_BYTES);
    struct gateway_authorised done;
    struct gateway_authorise w = {.body = o->x.ine10,
                                  .only_certificate = true,
                                  .authority = onboard_authority(o, o->former),
                                  .since = DAY_NONE,
                                  .until = o->former_until};
    bool ok = onboard_bytes(o, o->former, &bytes, e);
    w.cda_bytes = buf_str(&bytes);
    ok = ok && gateway_authorise(o->desk, known, &w, &done, e);
    buf_release(&bytes);
    return ok;
}

/* The new one first: nothing that dies in between leaves the body without any. */
bool onboard_exchange(struct onboarding *o, struct err *e)
{
    struct modalities known;
    bool shared = false;
    return onboard_modalities(o->desk, o->arena, &known, e) && onboard_permit_pre(o, e) &&
           onboard_shares(o, o->former->fingerprint, &shared, e) &&
           (shared                        ? true
            : o->former_until == DAY_NONE ? gateway_ends(o, e)
                                          : gateway_limits(o, &known, e));
}

static instant_t end_of(const struct onboarding *o)
{
    return o->former_until == DAY_NONE ? o->desk->by.at : gateway_day_starts(o->former_until + 1);
}

static bool keep_exchange(struct onboarding *o, struct err *e)
{
    const struct integration_file *new = onboarding_file(o, INTEGRATION_ROLE_CDA);
    return integration_cda_exchange(o->tx, o->former->id, new->id, end_of(o), e) &&
           (o->x.state != INTEGRATION_PRO ||
            (integration_production_end(o->tx, o->x.id, o->former->fingerprint, end_of(o), e) &&
             onboard_permit_pro(o, e)));
}

/* --- what is kept with the deed --- */

/* Every threshold that the message consumes. Somebody who was quicker has them all. */
static bool keep_warning(struct onboarding *o, struct err *e)
{
    const struct profile *p = &o->desk->files.profile;
    unsigned crossed = 0;
    bool is_new = false, any = false;
    (void)due(o, &crossed);
    for (size_t i = 0; i < p->threshold_count; i++) {
        if ((crossed >> i & 1) == 0)
            continue;
        if (!integration_notice_threshold(o->tx, &o->desk->by, o->cda->file_id, p->thresholds[i], &is_new, e))
            return false;
        any = any || is_new;
    }
    return any || err_set(e, ERR_STATE, N_("no warning about the CDA of %s is due"), o->x.fp);
}

static bool keep_notice(struct onboarding *o, const char *what, struct err *e)
{
    bool is_new = false;
    if (o->cda == NULL)
        return err_set(e, ERR_STATE, N_("%s has no CDA"), o->x.fp);
    return integration_notice_add(o->tx, &o->desk->by, o->cda->file_id, what, &is_new, e) &&
           (is_new || err_set(e, ERR_STATE, N_("that was noted of the CDA of %s already"), o->x.fp));
}

bool onboard_cda_keep(struct onboarding *o, enum integration_event v, struct err *e)
{
    switch (v) {
    case INTEGRATION_EVENT_WARN: return keep_warning(o, e);
    case INTEGRATION_EVENT_ANSWER: return keep_notice(o, INTEGRATION_NOTICE_ANSWERED, e);
    case INTEGRATION_EVENT_DISTRUST: return keep_notice(o, INTEGRATION_NOTICE_REVOKED, e);
    case INTEGRATION_EVENT_RENEW: return keep_exchange(o, e);
    default: return true;
    }
}

/* --- all of them --- */

bool onboard_cdas(struct desk *d, struct arena *a, struct integration_cda_row **ret,
                  enum integration_alarm **ret_alarms, size_t *ret_count, struct err *e)
{
    const struct profile *p = &d->files.profile;
    struct tx tx = {0};
    bool ok = tx_begin(d->store, TX_READ, &tx, e) &&
              integration_cdas_load(&tx, a, 0, p->thresholds, p->threshold_count, d->by.at, ret, ret_count, e);
    tx_rollback(&tx);
    if (!ok || ret_alarms == NULL)
        return ok;
    *ret_alarms = arena_array(a, enum integration_alarm, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++)
        (*ret_alarms)[i] = integration_cda_alarm(&(*ret)[i].rule, p->thresholds, p->threshold_count, d->by.day);
    return true;
}

/* Told meanwhile, or nobody to write to: neither is a failure of the round. */
static bool tell(struct desk *d, const struct integration_cda_row *r, enum integration_event v, size_t *count,
                 struct err *e)
{
    const struct onboard_deed w = {.id = r->integration_id, .event = v};
    struct integration after;
    struct err why = {.lang = e->lang};
    if (onboard_move(d, &w, &after, &why)) {
        (*count)++;
        return true;
    }
    if (why.code == ERR_STATE)
        return true;
    err_where(&why, "%s", r->fp);
    if (e->code == ERR_NONE)
        *e = why;
    return false;
}

bool onboard_watch(struct desk *d, bool ladder, struct onboard_watched *ret, struct err *e)
{
    const struct profile *p = &d->files.profile;
    struct integration_cda_row *rows;
    struct onboard_watched done = {0};
    size_t count = 0;
    bool ok = true;
    if (!onboard_cdas(d, &d->arena, &rows, NULL, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct integration_cda *c = &rows[i].rule;
        unsigned crossed;
        if (c->revoked && !c->revoked_told)
            ok = tell(d, &rows[i], INTEGRATION_EVENT_DISTRUST, &done.distrusted, e) && ok;
        else if (ladder && integration_cda_due(c, p->thresholds, p->threshold_count, d->by.day, &crossed) > 0)
            ok = tell(d, &rows[i], INTEGRATION_EVENT_WARN, &done.warned, e) && ok;
    }
    *ret = done;
    return ok;
}
