#include "flow/plan.h"

#include "core/calendar.h"
#include "core/date_text.h"
#include "flow/texts.h"
#include "record/renewal.h"

static const char *const words[UNWARNED_COUNT] = {
#define X(name, code, text) [UNWARNED_##name] = (text),
    UNWARNED_LIST(X)
#undef X
};

const char *unwarned_words(enum unwarned u)
{
    return words[u];
}

/* ------------------------------------------------------------------ why */

/* The case's own date of that certificate; DAY_NONE when it is not in it. */
static day_t expiry_of(const struct planned *p, enum cert_kind kind)
{
    for (size_t i = 0; i < p->wcase.count; i++) {
        if (p->wcase.certs[i].kind == kind)
            return p->wcase.certs[i].expires;
    }
    return DAY_NONE;
}

static void why_driver(struct buf *to, const struct planned *p, enum lang lang)
{
    const struct warning *w = &p->warning;
    char day[DATE_LONG_BYTES];
    int left = w->days[w->driver];
    const char *kind = cert_kind_code(w->driver);
    date_plain(expiry_of(p, w->driver), lang, day);
    if (left > 0)
        buf_printf(to,
                   trn(lang, "%s expires on %s, in %d day: below the threshold of %d",
                       "%s expires on %s, in %d days: below the threshold of %d", (unsigned long)left),
                   kind, day, left, w->threshold);
    else if (left == 0)
        buf_printf(to, tr(lang, N_("%s expires that very day, %s: below the threshold of %d")), kind, day,
                   w->threshold);
    else
        buf_printf(to,
                   trn(lang, "%s expired on %s, %d day before: below the last threshold, %d",
                       "%s expired on %s, %d days before: below the last threshold, %d", (unsigned long)-left),
                   kind, day, -left, w->threshold);
}

static void why_several(struct buf *to, const struct profile *p, const struct planned *x, enum lang lang)
{
    size_t crossed = (size_t)__builtin_popcount(x->warning.crossed);
    if (crossed < 2)
        return;
    struct buf list = BUF_INIT(256);
    for (size_t i = 0; i < p->threshold_count; i++) {
        if ((x->warning.crossed >> i & 1) != 0)
            buf_printf(&list, "%s%d", list.n > 0 ? ", " : "", p->thresholds[i]);
    }
    buf_printf(to, tr(lang, N_("; one warning for the thresholds %s, crossed at once")), buf_text(&list));
    buf_release(&list);
}

static void why_days(struct buf *to, const struct profile *p, const struct planned *x, day_t today, enum lang lang)
{
    char day[DATE_LONG_BYTES];
    const struct warning *w = &x->warning;
    if (w->due < today)
        buf_printf(to, tr(lang, N_("; it has been due since %s")), date_short(w->due, lang, day));
    else if (w->due != w->on && !day_is_working(p, w->due))
        buf_printf(to, tr(lang, N_("; due on %s, which is not a working day")), date_short(w->due, lang, day));
}

static const char *why(struct arena *a, const struct profile *p, const struct planned *x, day_t today, enum lang lang)
{
    struct buf to = BUF_INIT(LIMIT_ERR_BYTES);
    why_driver(&to, x, lang);
    why_several(&to, p, x, lang);
    if (x->warning.situation != SITUATION_SINGLE) {
        enum cert_kind other = x->warning.driver == CERT_CDS ? CERT_CDA : CERT_CDS;
        char day[DATE_LONG_BYTES];
        buf_printf(&to, tr(lang, N_("; together with %s, which expires on %s, less than %d days apart")),
                   cert_kind_code(other), date_plain(expiry_of(x, other), lang, day), p->pair_gap_days);
    }
    why_days(&to, p, x, today, lang);
    if (x->contact_count == 0)
        buf_add_text(&to, tr(lang, N_("; nobody to write to: add a contact")));
    for (size_t i = 0; i < x->bounced_count; i++) {
        char came[DAY_TEXT_BYTES];
        const struct contact *c = &x->bounced[i];
        buf_printf(&to, tr(lang, N_("; a mail to %s came back on %s (%s)")), c->email, day_dmy(c->bounced, came),
                   c->bounce_reason);
    }
    char *text = arena_text(a, buf_str(&to));
    buf_release(&to);
    return text;
}

/* ------------------------------------------------------------------ the plan */

static void contacts_of(const struct contact *all, size_t count, int64_t body_id, const struct contact **ret,
                        size_t *ret_count)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (all[middle].body_id < body_id)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < count && all[end].body_id == body_id)
        end++;
    *ret = all + low;
    *ret_count = end - low;
}

struct planning {
    struct desk *desk;
    struct arena *arena;
    struct plan plan;
    struct renewals renewals;
    struct contact *contacts, *bounced;
    size_t contact_count, bounced_count;
    VEC(struct planned) items;
    VEC(const struct body *) to_person;
    struct evidence_book book;
    VEC(struct plan_check) to_check;
};

static bool soon(const struct planning *g, const struct warning_case *c)
{
    return days_left(case_expires(c), g->plan.until) < g->desk->files.profile.thresholds[0];
}

static void plan_case(struct planning *g, const struct body *b, struct warning_case c)
{
    const struct profile *p = &g->desk->files.profile;
    bool answered = false;
    for (size_t i = 0; i < c.count; i++) {
        answered = answered || (c.certs[i].answered && !c.certs[i].renewed &&
                                days_left(c.certs[i].expires, g->plan.until) < p->thresholds[0]);
        if (warning_comes_back(p, &c.certs[i], (c.certs[i].stages >> STAGE_INSTALLED & 1) != 0, g->plan.from))
            vec_push(&g->to_person, b);
    }
    g->plan.unwarned[UNWARNED_ANSWERED] += answered;
    struct warning w;
    /* To the end of the last week: how full it is does not depend on where one stops looking. */
    for (day_t from = g->plan.from, until = week_monday(g->plan.until) + 6; warning_next(p, &c, from, until, &w);
         from = w.on + 1) {
        struct planned x = {.body = b, .warning = w, .wcase = c};
        contacts_of(g->contacts, g->contact_count, b->id, &x.contacts, &x.contact_count);
        contacts_of(g->bounced, g->bounced_count, b->id, &x.bounced, &x.bounced_count);
        x.subject = warning_subject(g->arena, p, b->name, &c);
        x.why = why(g->arena, p, &x, g->plan.from, g->desk->lang);
        vec_push(&g->items, x);
        warning_consume(p, &c, &w);
    }
}

static void check_case(struct planning *g, const struct body *b, const struct warning_case *c)
{
    for (size_t i = 0; c->id != 0 && i < c->count; i++) {
        enum evidence_outcome o = evidence_of(&g->book, b, &c->certs[i], NULL);
        const struct plan_check check = {.body = b, .kind = c->certs[i].kind, .outcome = o};
        if (o != EVIDENCE_WAITING && o != EVIDENCE_CHECKED)
            vec_push(&g->to_check, check);
    }
}

static void plan_body(struct planning *g, const struct body *b)
{
    struct warning_case *cases;
    size_t count = renewals_cases(&g->renewals, &g->desk->files.profile, g->arena, b, &cases);
    enum warn_whether whether = warning_whether(b);
    for (size_t i = 0; i < count; i++) {
        check_case(g, b, &cases[i]);
        if (whether == WARN_YES)
            plan_case(g, b, cases[i]);
        else if (whether == WARN_EXCLUDED && soon(g, &cases[i]))
            g->plan.unwarned[UNWARNED_EXCLUDED]++;
        else if (whether == WARN_NOT_VERIFIABLE && soon(g, &cases[i]))
            g->plan.unwarned[UNWARNED_NOT_VERIFIABLE]++;
    }
    g->plan.unwarned[UNWARNED_NO_DATES] += whether == WARN_NO_DATES;
}

static int by_day(const void *a, const void *b)
{
    const struct planned *x = a, *y = b;
    if (x->warning.on != y->warning.on)
        return x->warning.on < y->warning.on ? -1 : 1;
    int dx = x->warning.days[x->warning.driver], dy = y->warning.days[y->warning.driver];
    if (dx != dy)
        return dx < dy ? -1 : 1;
    int name = strcmp(x->body->sort_key, y->body->sort_key);
    return name != 0 ? name : (x->body->id > y->body->id) - (x->body->id < y->body->id);
}

static void plan_weeks(struct planning *g)
{
    day_t *days = arena_array(g->arena, day_t, g->plan.count);
    struct week_load *weeks = arena_array(g->arena, struct week_load, g->plan.count);
    for (size_t i = 0; i < g->plan.count; i++)
        days[i] = g->plan.items[i].warning.on;
    g->plan.weeks = weeks;
    g->plan.week_count = week_loads(&g->desk->files.profile, days, g->plan.count, weeks);
}

const struct week_load *plan_week(const struct plan *plan, day_t on)
{
    size_t i = 0;
    while (plan->weeks[i].monday != week_monday(on))
        i++;
    return &plan->weeks[i];
}

const char *plan_week_words(struct desk *d, struct arena *a, const struct week_load *w)
{
    const char *text = "";
    if (w->overloaded)
        text = arena_printf(a, tr(d->lang, N_("overloaded, %zu warnings (more than %d)")), w->count,
                            d->files.profile.week_most);
    if (w->august)
        text = arena_printf(a, "%s%s%s", text, text[0] == '\0' ? "" : "; ", tr(d->lang, N_("August")));
    if (w->holidays > 0)
        text = arena_printf(a, trn(d->lang, "%s%s%zu holiday", "%s%s%zu holidays", (unsigned long)w->holidays), text,
                            text[0] == '\0' ? "" : "; ", w->holidays);
    return text;
}

bool plan_make(struct desk *d, struct arena *a, int days, struct plan *ret, struct err *e)
{
    struct planning g = {.desk = d, .arena = a, .plan = {.from = d->by.day, .until = d->by.day + days}};
    struct tx tx;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = texts_refresh(d, &tx, e) && bodies_load(&tx, a, &d->files.profile, d->by.day, &g.plan.bodies, e) &&
              renewals_load(&tx, a, 0, d->by.day, &g.renewals, e) && evidence_book_load(&tx, a, 0, &g.book, e) &&
              contacts_load(&tx, a, 0, d->by.day, &g.contacts, &g.contact_count, e) &&
              contacts_bounced(&tx, a, 0, d->by.day, &g.bounced, &g.bounced_count, e);
    tx_rollback(&tx);
    for (size_t i = 0; ok && i < g.plan.bodies.count; i++)
        plan_body(&g, &g.plan.bodies.items[i]);
    if (ok) {
        if (g.items.count > 0)
            qsort(g.items.items, g.items.count, sizeof *g.items.items, by_day);
        g.plan.items = vec_to_arena(&g.items, a);
        g.plan.count = g.items.count;
        g.plan.to_person = vec_to_arena(&g.to_person, a);
        g.plan.to_person_count = g.to_person.count;
        g.plan.to_check = vec_to_arena(&g.to_check, a);
        g.plan.to_check_count = g.to_check.count;
        plan_weeks(&g);
        while (g.plan.count > 0 && g.plan.items[g.plan.count - 1].warning.on > g.plan.until)
            g.plan.count--;
        *ret = g.plan;
    }
    vec_release(&g.items);
    vec_release(&g.to_person);
    vec_release(&g.to_check);
    return ok;
}

/* ------------------------------------------------------------------ the text */

static const struct {
    const char *name, *fields;
} messages[] = {
#define X(name, words, fields) {(name), (fields)},
    MESSAGE_LIST(X)
#undef X
};

const char *plan_message_name(enum situation s)
{
    static const char *const names[] = {
        [SITUATION_SINGLE] = "warning-single",
        [SITUATION_PAIR_ONE] = "warning-pair-one",
        [SITUATION_PAIR_BOTH] = "warning-pair-both",
    };
    return names[s];
}

/* Whether the message of that name may hold the field: a pair's date has no place where there is no pair. */
static bool may_hold(const char *message, const char *field)
{
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        struct str rest = str_of(messages[i].fields), one;
        while (strcmp(messages[i].name, message) == 0 && rest.n > 0 && str_split(&rest, ' ', &one)) {
            if (str_is(one, field))
                return true;
        }
    }
    return false;
}

bool plan_render(struct desk *d, struct arena *a, const struct planned *p, enum lang lang, struct str text,
                 const char *where, struct template *ret, struct err *e)
{
    const struct warning *w = &p->warning;
    const struct profile *profile = &d->files.profile;
    enum cert_kind other = w->driver == CERT_CDS ? CERT_CDA : CERT_CDS;
    char date[CERT_KINDS][DATE_LONG_BYTES], days[16];
    for (int k = 0; k < CERT_KINDS; k++) {
        date[k][0] = '\0';
        if (expiry_of(p, (enum cert_kind)k) != DAY_NONE)
            date_plain(expiry_of(p, (enum cert_kind)k), lang, date[k]);
    }
    (void)snprintf(days, sizeof days, "%d", w->days[w->driver]);
    const struct template_value values[] = {
        {.name = "name", .value = p->body->name},
        {.name = "certificate", .value = text3_get(&profile->certificate_names[w->driver], lang)},
        {.name = "date", .value = date[w->driver]},
        {.name = "cds_date", .value = date[CERT_CDS]},
        {.name = "cda_date", .value = date[CERT_CDA]},
        {.name = "now_certificate", .value = text3_get(&profile->certificate_names[w->driver], lang)},
        {.name = "now_date", .value = date[w->driver]},
        {.name = "later_certificate", .value = text3_get(&profile->certificate_names[other], lang)},
        {.name = "later_date", .value = date[other]},
        {.name = "days", .value = days},
        {.name = "ticket",
         .value = p->wcase.ticket == NULL ? arena_printf(a, "%s-?", profile->ticket_project) : p->wcase.ticket},
    };
    struct template_value own[sizeof values / sizeof *values];
    size_t count = 0;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (may_hold(plan_message_name(w->situation), values[i].name))
            own[count++] = values[i];
    }
    return template_read(a, text, where, own, count, ret, e);
}

bool plan_message(struct desk *d, struct arena *a, const struct planned *p, enum lang lang, struct template *ret,
                  struct err *e)
{
    const char *path;
    const char *text = profile_message(a, &d->files, plan_message_name(p->warning.situation), lang, &path, e);
    return text != NULL && plan_render(d, a, p, lang, str_of(text), path, ret, e);
}
