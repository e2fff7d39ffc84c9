/* Avui: what needs a person today, each thing with its one button. */
#include "core/probe_verdict.h"
#include "record/incoming.h"
#include "record/message.h"
#include "record/renewal.h"
#include "record/report.h"
#include "web/incident_page.h"
#include "web/integration_page.h"
#include "web/layout.h"
#include "web/pages.h"
#include "web/probe_page.h"
#include "web/words.h"

enum {
    LISTED = 12, /* of one kind; the rest is one line that leads to the list */
    NAMED = 6,   /* bodies that are to be warned, in their one line */
};

struct thing {
    enum body_state state;
    const char *word, *what, *why, *to, *button;
};
struct todo {
    struct call *c;
    const struct view *v;
    struct thing *things;
    size_t count, room; /* of things that wait */
    size_t listed;      /* of the kind that is being listed */
    size_t warned;      /* 1 + the place of the warnings: theirs is the page's main button, else that of the first */
};

/* One thing: its state, what it is, why, and where it is done; how many there are now. The texts live as long as the
 * request. */
static size_t add_thing(struct todo *t, enum body_state s, const char *word, const char *what, const char *why,
                        const char *to, const char *button)
{
    if (t->count == t->room) {
        struct thing *more = arena_array(call_arena(t->c), struct thing, t->room * 2 + 32);
        if (t->count > 0)
            memcpy(more, t->things, t->count * sizeof *more);
        t->room = t->room * 2 + 32;
        t->things = more;
    }
    t->things[t->count] = (struct thing){s, word, what, why, to, button};
    return ++t->count;
}

static void write_thing(struct call *c, const struct thing *x, bool main)
{
    struct html *h = &c->html;
    html_raw(h, "<li class=\"card\">");
    part_state(c, x->state, x->word);
    html_raw(h, "<div>");
    html_element(h, "strong", x->what);
    if (x->why[0] != '\0') {
        html_open(h, "span");
        html_attr(h, "class", "why");
        html_text(h, x->why);
        html_close(h);
    }
    html_raw(h, "</div>");
    part_link(c, x->to, main ? "btn main" : "btn", x->button);
    html_raw(h, "</li>");
}

/* After LISTED of a kind the others are counted and linked; false then. */
static bool room(struct todo *t)
{
    return t->listed++ < LISTED;
}

static void write_rest(struct todo *t, const char *to)
{
    if (t->listed > LISTED)
        add_thing(
            t, STATE_MUTED, call_tr(t->c, N_("And more")),
            words_count(call_arena(t->c), t->c->lang, "%zu more like this", "%zu more like these", t->listed - LISTED),
            "", to, call_tr(t->c, N_("See all")));
    t->listed = 0;
}

static bool blind(struct todo *t)
{
    struct call *c = t->c;
    if (t->v->blind != INSTANT_NONE)
        add_thing(t, STATE_UNKNOWN, call_tr(c, N_("Our network")),
                  call_tr(c, N_("We cannot see the bodies: it is our own network")),
                  call_text(c, N_("Since %s. Nothing is concluded of anybody meanwhile."),
                            words_instant(call_arena(c), c->lang, t->v->blind)),
                  "/caigudes", call_tr(c, N_("See the outages")));
    return true;
}

/* "Vic (CDS in 12 days)" */
static bool name_warned(struct todo *t, struct buf *to, const struct view_body *b, const char *certificates)
{
    struct call *c = t->c;
    bool many = false;
    buf_printf(to, "%s%s (", to->n > 0 ? " · " : "", b->short_name);
    for (int k = 0; k < CERT_KINDS; k++) {
        if (strstr(certificates, cert_kind_code((enum cert_kind)k)) == NULL)
            continue;
        buf_printf(to, "%s%s %s", many ? ", " : "", cert_kind_code((enum cert_kind)k),
                   words_expiry(c, b->body, (enum cert_kind)k, t->v->day));
        many = true;
    }
    return buf_add_text(to, ")");
}

/* One thing, however many there are: they are approved together. Those that are planned already, and those that the
 * plan has for today. */
static void warnings(struct todo *t, const struct messages *planned)
{
    struct call *c = t->c;
    struct buf names = BUF_INIT(LIMIT_ERR_BYTES);
    size_t n = 0, named = 0;
    for (size_t i = 0; i < planned->count; i++) {
        const struct view_body *b = view_find(t->v, planned->items[i].body_id);
        if (b != NULL && planned->items[i].kind == OUTBOX_WARNING && n++ < NAMED &&
            name_warned(t, &names, b, planned->items[i].certificates))
            named++;
    }
    for (size_t i = 0; i < t->v->plan.count; i++) {
        const struct planned *p = &t->v->plan.items[i];
        const struct view_body *b = view_find(t->v, p->body->id);
        char certificates[WARNING_CERTIFICATES_BYTES];
        if (p->warning.on <= t->v->day && b != NULL && n++ < NAMED &&
            name_warned(t, &names, b, warning_certificates(&p->wcase, certificates)))
            named++;
    }
    if (n > named)
        buf_add_text(&names, " …");
    if (n > 0)
        t->warned =
            add_thing(t, STATE_SOON, call_tr(c, N_("Warnings")),
                      words_count(call_arena(c), c->lang, "%zu body is to be warned", "%zu bodies are to be warned", n),
                      arena_strdup(call_arena(c), buf_text(&names)), "/bustia",
                      words_count(call_arena(c), c->lang, "Review %zu warning", "Review %zu warnings", n));
    buf_release(&names);
}

static bool down(struct todo *t)
{
    struct call *c = t->c;
    struct arena *a = call_arena(c);
    for (size_t i = 0; i < t->v->bodies.count; i++) {
        const struct view_body *b = t->v->sorted[i];
        if (b->state != STATE_DOWN || !room(t))
            continue;
        add_thing(
            t, STATE_DOWN, NULL,
            call_text(c, N_("%s is down since %s"), b->body->name, words_weekday_date(a, c->lang, b->outage->since)),
            arena_printf(a, "%s · %s", words_distance(a, c->lang, b->outage->since, t->v->day), b->outage->error),
            layout_body_path(c, b->body->id), call_tr(c, N_("Open the outage")));
    }
    write_rest(t, "/caigudes");
    return true;
}

/* Registry and wire do not say the same: somebody has something to do. */
static bool disagreements(struct todo *t)
{
    static const struct {
        enum reconciliation r;
        enum body_state state;
    } asked[] = {{RECONCILIATION_REGISTRY_STALE, STATE_PAST},
                 {RECONCILIATION_OLD_SERVED, STATE_PAST},
                 {RECONCILIATION_WRONG_BODY, STATE_PAST},
                 {RECONCILIATION_ADDRESSES_DIFFER, STATE_SOON},
                 {RECONCILIATION_PERHAPS_BLOCKED, STATE_UNKNOWN}};
    struct call *c = t->c;
    for (size_t k = 0; k < sizeof asked / sizeof *asked; k++) {
        for (size_t i = 0; i < t->v->bodies.count; i++) {
            const struct view_body *b = t->v->sorted[i];
            if (b->watch == NULL || b->watch->reconciliation != asked[k].r || b->state == STATE_EXCLUDED ||
                b->state == STATE_MUTED || b->state == STATE_UNKNOWN || b->state == STATE_DOWN || !room(t))
                continue;
            add_thing(t, asked[k].state, call_tr(c, reconciliation_words(asked[k].r)), b->body->name,
                      call_tr(c, reconciliation_text(asked[k].r)), layout_body_path(c, b->body->id),
                      call_tr(c, N_("Look at it")));
        }
        write_rest(t, arena_printf(call_arena(c), "/ens?q=registre:%s", reconciliation_code(asked[k].r)));
    }
    return true;
}

static bool come_back(struct todo *t)
{
    struct call *c = t->c;
    for (size_t i = 0; i < t->v->plan.to_person_count; i++) {
        const struct body *b = t->v->plan.to_person[i];
        if (room(t))
            add_thing(t, STATE_SOON, call_tr(c, N_("Answered")),
                      call_text(c, N_("%s answered, and its certificate is still not installed"), b->name),
                      call_tr(c, N_("It is about to expire. No warning goes out by itself: a person decides.")),
                      layout_body_path(c, b->id), call_tr(c, N_("Look at it")));
    }
    write_rest(t, "/ens");
    return true;
}

static void stuck_mail(struct todo *t, const struct message *m)
{
    struct call *c = t->c;
    const struct view_body *b = m->body_id == 0 ? NULL : view_find(t->v, m->body_id);
    const char *to = b == NULL ? m->subject : b->body->name;
    if (m->state == OUTBOX_REFUSED)
        add_thing(t, STATE_DOWN, call_tr(c, N_("Mail refused")), call_text(c, N_("%s: the mail was refused"), to),
                  m->trouble[0] != '\0' ? m->trouble : m->reply, "/bustia", call_tr(c, N_("Decide")));
    else
        add_thing(t, STATE_UNKNOWN, call_tr(c, N_("Not known")),
                  call_text(c, N_("%s: nobody knows whether the mail was sent"), to), m->subject, "/bustia",
                  call_tr(c, N_("Decide")));
}

/* Mails that nobody knows to be sent or that were refused, and answers that wait for a person. */
static bool mails(struct todo *t)
{
    struct call *c = t->c;
    struct arena *a = call_arena(c);
    struct messages stuck = {0}, planned = {0};
    struct incomings replies = {0};
    struct tx tx = {0};
    const struct message_filter f = {.states = 1u << OUTBOX_AMBIGUOUS | 1u << OUTBOX_REFUSED};
    const struct message_filter w = {.states = 1u << OUTBOX_PLANNED};
    const struct incoming_filter g = {.states = 1u << INCOMING_PROPOSED | 1u << INCOMING_QUEUE};
    bool ok = tx_begin(c->desk->store, TX_READ, &tx, &c->err) && messages_load(&tx, a, &f, &stuck, &c->err) &&
              messages_load(&tx, a, &w, &planned, &c->err) && incomings_load(&tx, a, &g, &replies, &c->err);
    tx_rollback(&tx);
    if (ok)
        warnings(t, &planned);
    for (size_t i = 0; ok && i < stuck.count; i++) {
        if (room(t))
            stuck_mail(t, &stuck.items[i]);
    }
    write_rest(t, "/bustia");
    for (size_t i = 0; ok && i < replies.count; i++) {
        const struct incoming *m = &replies.items[i];
        const struct view_body *b = m->body_id == 0 ? NULL : view_find(t->v, m->body_id);
        if (room(t))
            add_thing(t, STATE_GOOD, call_tr(c, N_("Answer")),
                      arena_printf(a, "%s: %s", b == NULL ? m->email : b->body->name, m->subject),
                      call_tr(c, reply_says_words(m->says)), "/bustia#respostes", call_tr(c, N_("Confirm")));
    }
    write_rest(t, "/bustia#respostes");
    return ok;
}

static bool conflicts(struct todo *t)
{
    struct call *c = t->c;
    struct conflict *list = NULL;
    struct tx tx = {0};
    size_t count = 0;
    if (!tx_begin(c->desk->store, TX_READ, &tx, &c->err))
        return false;
    bool ok = conflicts_load(&tx, call_arena(c), &list, &count, &c->err);
    tx_rollback(&tx);
    for (size_t i = 0; ok && i < count; i++) {
        const struct view_body *b = view_find(t->v, list[i].body_id);
        if (b != NULL && room(t))
            add_thing(t, STATE_UNKNOWN, call_tr(c, N_("Comment")),
                      call_text(c, N_("The comment of %s was changed here and in a workbook"), b->body->name),
                      call_text(c, N_("%s says: %s"), list[i].source, list[i].theirs),
                      layout_body_path(c, list[i].body_id), call_tr(c, N_("Decide")));
    }
    write_rest(t, "/ens");
    return ok;
}

/* Integrations that wait for the head of service or for the team, and CDAs in force that a person should know of. */
static bool integrations(struct todo *t)
{
    struct call *c = t->c;
    struct arena *a = call_arena(c);
    struct integration *all;
    struct integration_cda_row *cdas;
    enum integration_alarm *alarms;
    size_t count = 0, cda_count = 0;
    if (!onboard_list(c->desk, a, 0, &all, &count, &c->err) ||
        !onboard_cdas(c->desk, a, &cdas, &alarms, &cda_count, &c->err))
        return false;
    for (size_t i = 0; i < count; i++) {
        enum integration_turn turn = integration_state_turn(all[i].state);
        if ((turn != INTEGRATION_TURN_HEAD && turn != INTEGRATION_TURN_TECHNICIAN) || !room(t))
            continue;
        add_thing(t, STATE_SOON, call_tr(c, N_("Integration")), arena_printf(a, "%s · %s", all[i].name, all[i].fp),
                  call_text(c, N_("%s (%s); whose turn: %s"),
                            words_capital(a, call_tr(c, integration_state_words(all[i].state))),
                            integration_age_words(c, &all[i]), call_tr(c, integration_turn_words(turn))),
                  integration_path(c, all[i].id), call_tr(c, N_("Look at it")));
    }
    for (size_t i = 0; i < cda_count; i++) {
        if (alarms[i] != INTEGRATION_ALARM_NONE && room(t))
            add_thing(t, alarms[i] == INTEGRATION_ALARM_EXPIRING ? STATE_SOON : STATE_DOWN,
                      call_tr(c, N_("Integration")), arena_printf(a, "%s · %s", cdas[i].body, cdas[i].fp),
                      words_capital(a, call_tr(c, integration_alarm_words(alarms[i]))),
                      integration_path(c, cdas[i].integration_id), call_tr(c, N_("Look at it")));
    }
    write_rest(t, INTEGRATIONS);
    return true;
}

/* Incidents that last, then what fails or is not known without one. Where nobody has ever watched nothing is missed. */
static bool probes(struct todo *t)
{
    struct call *c = t->c;
    struct incidents open = {0};
    struct probe_lines all;
    const struct incident_filter f = {.open_only = true};
    if (!incidents_list(c->desk, call_arena(c), &f, &open, &c->err) ||
        !probe_lines_read(c->desk, call_arena(c), NULL, c->desk->by.at, &all, &c->err))
        return false;
    for (size_t i = 0; i < open.count; i++) {
        const struct incident *x = &open.items[i];
        if (room(t))
            add_thing(t, STATE_DOWN, call_tr(c, incident_state_words(incident_state(x))),
                      call_text(c, N_("%s has failed"), x->probe),
                      arena_printf(call_arena(c), "%s · %s", incident_since(c, x), x->seen), incident_path(c, x->id),
                      call_tr(c, N_("What to do")));
    }
    write_rest(t, ON_CALL);
    for (size_t i = 0; all.seen != INSTANT_NONE && i < all.count; i++) {
        const struct probe_line *x = &all.items[i];
        bool ending = x->standing == STANDING_DEGRADED &&
                      strcmp(x->now.code, probe_verdict_code(PROBE_VERDICT_ENDING)) == 0; /* what is slow passes */
        bool asks = ending || x->standing == STANDING_DOWN || x->standing == STANDING_FAILING ||
                    x->standing == STANDING_UNKNOWN;
        if (asks && x->incident == 0 && room(t))
            add_thing(t, probe_standing_look(x->standing), call_tr(c, probe_standing_words(x->standing)),
                      call_text(c, N_("Probe %s"), x->now.name), probe_why(c, x), probe_path(c, x->now.name),
                      call_tr(c, N_("Look at it")));
    }
    write_rest(t, PROBES);
    return true;
}

/* The last report and the next one. */
static bool friday(struct call *c, const struct view *v)
{
    struct report_record last;
    struct tx tx = {0};
    bool found = false;
    struct arena *a = call_arena(c);
    if (!tx_begin(c->desk->store, TX_READ, &tx, &c->err))
        return false;
    bool ok = report_latest(&tx, a, v->day, &last, &found, &c->err);
    tx_rollback(&tx);
    if (!ok)
        return false;
    layout_section(c, "divendres", call_tr(c, N_("The Friday report")), "");
    html_raw(&c->html, "<div class=\"row\">");
    part_link(c, "/divendres", "btn", call_tr(c, N_("Look at it")));
    html_open(&c->html, "span");
    html_attr(&c->html, "class", "sub");
    html_text(&c->html, found ? call_text(c, N_("The last one is of %s, %s."), words_weekday_date(a, c->lang, last.day),
                                          words_distance(a, c->lang, last.day, v->day))
                              : call_tr(c, N_("None has been built yet.")));
    html_close(&c->html);
    html_raw(&c->html, "</div>");
    return true;
}

/* What a person may be needed for, in the order in which it is looked at. Another kind of thing is a
 * function more in this table. */
static bool (*const kinds[])(struct todo *t) = {blind,     probes,       down,          mails,
                                                come_back, integrations, disagreements, conflicts};

static void write_things(struct call *c, const struct todo *t)
{
    html_raw(&c->html, "<ul class=\"plain todo\">");
    for (size_t i = 0; i < t->count; i++)
        write_thing(c, &t->things[i], i + 1 == (t->warned > 0 ? t->warned : 1));
    html_raw(&c->html, "</ul>");
}

void page_today(struct call *c)
{
    struct todo t = {.c = c, .v = call_view(c)};
    if (t.v == NULL)
        return;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!kinds[i](&t)) {
            call_failed(c);
            return;
        }
    }
    const char *today = words_weekday_date(call_arena(c), c->lang, t.v->day);
    layout_begin(c, call_tr(c, N_("Today")), "/");
    layout_head(c, call_tr(c, N_("Today")),
                t.count == 0 ? today
                             : arena_printf(call_arena(c), "%s · %s", today,
                                            words_count(call_arena(c), c->lang, "%zu thing waits for a person",
                                                        "%zu things wait for a person", t.count)));
    if (t.count > 0)
        write_things(c, &t);
    else if (t.v->bodies.count == 0)
        part_empty(c, call_tr(c, N_("The desk has no bodies yet")),
                   call_tr(c, N_("They come with the registry: `talaia import FILE`.")));
    else
        part_empty(c, call_tr(c, N_("Nothing needs you today")),
                   call_tr(c, N_("No body is down, no warning is due, and registry and certificates agree.")));
    if (!friday(c, t.v)) {
        call_failed(c);
        return;
    }
    layout_end(c);
    call_page(c, 200);
}
