#include "flow/calendar.h"

#include <inttypes.h>

#include "draw/ics.h"
#include "flow/plan.h"

struct feeding {
    struct desk *desk;
    struct arena *arena;
    struct ics ics;
    struct plan plan;
    const char *domain; /* of the identifiers: the sender's */
    size_t events;
};

static const char *iso(const struct feeding *f, day_t day)
{
    char text[DAY_TEXT_BYTES];
    return arena_strdup(f->arena, day_iso(day, text));
}

static void feed(struct feeding *f, const struct ics_event *event)
{
    ics_event(&f->ics, event);
    f->events++;
}

static void feed_warning(struct feeding *f, const struct planned *p)
{
    enum lang lang = f->desk->lang;
    const char *kinds = "", *expires = "";
    for (size_t i = 0; i < p->wcase.count; i++) {
        const struct case_cert *c = &p->wcase.certs[i];
        if (!p->warning.names[c->kind])
            continue;
        kinds = arena_printf(f->arena, "%s%s%s", kinds, kinds[0] == '\0' ? "" : " + ", cert_kind_code(c->kind));
        if (c->kind == p->warning.driver)
            expires = iso(f, c->expires);
    }
    feed(f, &(struct ics_event){
                .uid = arena_printf(f->arena, "warning-%" PRId64 "-%s-%s-%d@%s", p->body->id,
                                    cert_kind_code(p->warning.driver), expires, p->warning.threshold, f->domain),
                .day = p->warning.on,
                .days = 1,
                .summary = arena_printf(f->arena, tr(lang, N_("Warning below %d days: %s, %s")), p->warning.threshold,
                                        p->body->name, kinds),
                .description = arena_printf(f->arena, "%s\n%s", p->subject, p->why),
                .category = tr(lang, N_("Warnings")),
            });
}

static void feed_expiry(struct feeding *f, const struct body *b, enum cert_kind kind)
{
    enum lang lang = f->desk->lang;
    day_t day = b->expires[kind];
    if (day == DAY_NONE || day < f->plan.from || day > f->plan.until)
        return;
    feed(f, &(struct ics_event){
                .uid = arena_printf(f->arena, "expiry-%" PRId64 "-%s-%s@%s", b->id, cert_kind_code(kind), iso(f, day),
                                    f->domain),
                .day = day,
                .days = 1,
                .summary = arena_printf(f->arena, tr(lang, N_("The %s of %s expires")), cert_kind_code(kind), b->name),
                .description = b->mark_reason == NULL
                                   ? ""
                                   : arena_printf(f->arena, tr(lang, N_("Not verifiable: %s")), b->mark_reason),
                .category = tr(lang, N_("Expiries")),
            });
}

static void feed_week(struct feeding *f, const struct week_load *w)
{
    enum lang lang = f->desk->lang;
    if (!w->overloaded)
        return;
    feed(f, &(struct ics_event){
                .uid = arena_printf(f->arena, "week-%s@%s", iso(f, w->monday), f->domain),
                .day = w->monday,
                .days = FRIDAY,
                .summary = arena_printf(f->arena, tr(lang, N_("Overloaded week: %zu warnings")), w->count),
                .description = plan_week_words(f->desk, f->arena, w),
                .category = tr(lang, N_("Overloaded weeks")),
            });
}

bool calendar_write(struct desk *d, struct arena *a, int days, struct buf *to, size_t *ret_events, struct err *e)
{
    const char *at = strchr(d->files.profile.from.email, '@');
    struct feeding f = {.desk = d, .arena = a, .ics = ICS_INIT(to), .domain = at == NULL ? "talaia" : at + 1};
    if (!plan_make(d, a, days, &f.plan, e))
        return false;
    ics_begin(&f.ics, tr(d->lang, N_("Talaia: certificates and warnings")), lang_code(d->lang), d->by.at);
    for (size_t i = 0; i < f.plan.week_count; i++)
        feed_week(&f, &f.plan.weeks[i]);
    for (size_t i = 0; i < f.plan.count; i++)
        feed_warning(&f, &f.plan.items[i]);
    for (size_t i = 0; i < f.plan.bodies.count; i++) {
        const struct body *b = &f.plan.bodies.items[i];
        for (int k = 0; b->excluded == NULL && b->vanished == DAY_NONE && k < CERT_KINDS; k++)
            feed_expiry(&f, b, (enum cert_kind)k);
    }
    if (!ics_end(&f.ics, e))
        return false;
    *ret_events = f.events;
    return true;
}
