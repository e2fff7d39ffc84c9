/* Silences and maintenance on the page Caigudes: what is in force, what is planned, planning and lifting. */
#include <inttypes.h>

#include "flow/change.h"
#include "web/outages.h"
#include "web/pages.h"
#include "web/words.h"

#define SILENCE_PATH "/caigudes/silenci"

static void write_one(struct call *c, const struct view *v, const struct silence *s)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    const struct view_body *b = view_find(v, s->body_id);
    bool planned = s->day > v->day;
    html_raw(h, "<li><div>");
    part_state(c, STATE_MUTED, planned ? call_tr(c, N_("Planned")) : call_tr(c, N_("In force")));
    html_raw(h, " ");
    part_link(c, layout_body_path(c, s->body_id), "name", b == NULL ? "" : b->body->name);
    html_raw(h, "<small class=\"sub\">");
    html_text(h, arena_printf(a, "%s – %s · %s · %s", words_date(a, c->lang, s->day), words_date(a, c->lang, s->until),
                              s->reason, s->who));
    html_raw(h, "</small></div>");
    if (call_may(c, PERMISSION_SILENCE) && c->who->csrf != NULL) {
        const struct form f = {.action = arena_printf(a, SILENCE_PATH "/%" PRId64 "/aixeca", s->id)};
        form_open(c, &f, NULL);
        form_hidden(c, "text",
                    planned ? call_tr(c, N_("The maintenance will not take place."))
                            : call_tr(c, N_("The maintenance is over.")));
        html_open(h, "button");
        html_attr(h, "class", "btn");
        html_attr(h, "aria-label", call_text(c, N_("Lift the silence of %s"), b == NULL ? "" : b->body->name));
        html_text(h, call_tr(c, N_("Lift")));
        html_close(h);
        html_close(h);
    }
    html_raw(h, "</li>");
}

static void write_form(struct call *c, const struct view *v, const struct form *refused)
{
    struct form f = {.action = SILENCE_PATH};
    char today[DAY_TEXT_BYTES];
    if (refused != NULL)
        f = *refused;
    form_fold_open(c, &f, call_tr(c, N_("Plan maintenance")), false);
    form_field(c, &f,
               &(struct field){.name = "ens",
                               .label = N_("Body"),
                               .type = "text",
                               .help = N_("Its name, INE10, or a part of the name that only it has."),
                               .most = LIMIT_WEB_FILTER_CHARS});
    html_raw(&c->html, "<div class=\"row fields\">");
    form_field(c, &f,
               &(struct field){.name = "des", .label = N_("From"), .type = "date", .value = day_iso(v->day, today)});
    form_field(c, &f, &(struct field){.name = "fins", .label = N_("Until (last day)"), .type = "date"});
    html_raw(&c->html, "</div>");
    form_field(c, &f,
               &(struct field){.name = "text",
                               .label = N_("Why"),
                               .type = "textarea",
                               .help = N_("It is checked, and does not go down in those days."),
                               .most = LIMIT_NOTE_CHARS});
    form_close(c, call_tr(c, N_("Plan it")), true);
    form_fold_close(c);
}

bool silences_section(struct call *c, const struct view *v, const struct form *refused)
{
    struct silence *list;
    size_t count;
    struct tx tx = {0};
    bool ok = tx_begin(c->desk->store, TX_READ, &tx, &c->err) &&
              silences_coming(&tx, call_arena(c), v->day, &list, &count, &c->err);
    tx_rollback(&tx);
    if (!ok) {
        call_failed(c);
        return false;
    }
    layout_section(c, "silencis", call_tr(c, N_("Silences and maintenance")), "");
    if (count == 0)
        html_element(&c->html, "p", call_tr(c, N_("None is in force, and none is planned.")));
    else
        html_raw(&c->html, "<ul class=\"plain card owned\">");
    for (size_t i = 0; i < count; i++)
        write_one(c, v, &list[i]);
    if (count > 0)
        html_raw(&c->html, "</ul>");
    if (call_may(c, PERMISSION_SILENCE) && c->who->csrf != NULL)
        write_form(c, v, refused);
    return true;
}

/* ------------------------------------------------------------------ what comes back */

static void answer(struct call *c, bool ok)
{
    if (ok) {
        call_redirect(c, "/caigudes?fet=silenci#silencis");
        return;
    }
    enum err_code code = c->err.code;
    if (code != ERR_VALUE && code != ERR_STATE && code != ERR_LIMIT && code != ERR_UNKNOWN && code != ERR_AMBIGUOUS) {
        call_failed(c);
        return;
    }
    const struct form refused = {
        .action = SILENCE_PATH, .refused = arena_strdup(call_arena(c), c->err.text), .typed = c->request->body};
    err_clear(&c->err);
    outages_show(c, &refused, 422);
}

void form_silence(struct call *c)
{
    const struct view *v = call_view(c);
    const struct body *b;
    day_t from = DAY_NONE, until = DAY_NONE;
    if (v == NULL)
        return;
    bool ok = form_day(c, call_field(c, "des"), &from) && form_day(c, call_field(c, "fins"), &until);
    if (ok && call_field(c, "ens")[0] == '\0')
        ok = err_set(&c->err, ERR_VALUE, N_("say which body it is"));
    answer(c, ok && bodies_find(&v->bodies, call_field(c, "ens"), &b, &c->err) &&
                  change_silence_planned(c->desk, b, from, until, call_field(c, "text"), NULL, &c->err));
}

void form_silence_lift(struct call *c)
{
    if (call_view(c) != NULL)
        answer(c, change_silence_lift_one(c->desk, c->id, call_field(c, "text"), &c->err));
}
