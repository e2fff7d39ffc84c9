/* Administració, Exclusions: who is left out of warnings and report, why, until when and by whom. */
#include <inttypes.h>

#include "flow/exclusions.h"
#include "web/pages_data.h"
#include "web/words.h"

#define EXCLUSIONS_PLACE "/administracio/exclusions"

static struct form own_form(const char *action, const struct form *refused)
{
    return refused != NULL && strcmp(refused->action, action) == 0 ? *refused : (struct form){.action = action};
}

static void write_add(struct call *c, const struct form *refused)
{
    static const char *const ways[][2] = {{"fora", N_("it is left out")},
                                          {"dins", N_("it is in, although the profile leaves it out")}};
    const struct form f = own_form(EXCLUSIONS_PLACE "/afegeix", refused);
    html_raw(&c->html, "<div class=\"folds\">");
    form_fold_open(c, &f, call_tr(c, N_("Leave a body out")), true);
    form_field(c, &f,
               &(struct field){.name = "ens",
                               .label = N_("Body"),
                               .type = "text",
                               .value = call_query(c, "ens"),
                               .help = N_("Its name, or its INE10 code."),
                               .most = LIMIT_NAME_CHARS});
    form_field(c, &f,
               &(struct field){.name = "com",
                               .label = N_("What holds"),
                               .type = "select",
                               .value = "fora",
                               .choices = ways,
                               .choice_count = 2});
    form_field(c, &f,
               &(struct field){.name = "text",
                               .label = N_("Why"),
                               .type = "textarea",
                               .help = N_("Stands wherever the body is shown: it is never left out silently."),
                               .most = LIMIT_NOTE_CHARS});
    form_field(c, &f,
               &(struct field){.name = "dia",
                               .label = N_("Until (last day)"),
                               .type = "date",
                               .help = N_("Empty: until somebody takes it back."),
                               .optional = true});
    form_close(c, call_tr(c, N_("Keep it so")), true);
    form_fold_close(c);
    html_raw(&c->html, "</div>");
}

static void write_lift(struct call *c, const struct exclusion_line *x, const struct form *refused)
{
    const struct form f =
        own_form(arena_printf(call_arena(c), EXCLUSIONS_PLACE "/%" PRId64 "/treu", x->body->id), refused);
    form_fold_open(c, &f, call_tr(c, N_("Take it back")), false);
    form_field(c, &f,
               &(struct field){.name = "text",
                               .label = N_("Why"),
                               .type = "text",
                               .help = N_("From then on the profile's list holds again."),
                               .most = LIMIT_NOTE_CHARS});
    form_close(c, call_tr(c, N_("Take it back")), true);
    form_fold_close(c);
}

static void write_line(struct call *c, const struct exclusion_line *x, const struct form *refused)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    bool out = x->body->excluded != NULL;
    html_raw(h, "<li class=\"card outage\"><div class=\"row between\"><div>");
    part_link(c, layout_body_path(c, x->body->id), out ? "name struck" : "name", x->body->name);
    html_raw(h, "<p>");
    html_text_lines(h, x->reason);
    html_raw(h, "</p><p class=\"sub\">");
    if (x->word == NULL) {
        html_text(h, call_tr(c, N_("by the profile")));
    } else {
        html_text(h, call_text(c, N_("by %s, "), x->word->who));
        part_day(c, x->word->day, words_weekday_date(a, c->lang, x->word->day));
        if (x->word->until != DAY_NONE)
            html_text(h, call_text(c, N_(" · until %s"), words_weekday_date(a, c->lang, x->word->until)));
    }
    html_raw(h, "</p></div>");
    if (out)
        part_state(c, STATE_EXCLUDED, NULL);
    else
        part_state(c, STATE_GOOD, call_tr(c, N_("In, by a person's word")));
    html_raw(h, "</div>");
    if (x->word != NULL && call_may(c, PERMISSION_WARN)) {
        html_raw(h, "<div class=\"folds\">");
        write_lift(c, x, refused);
        html_raw(h, "</div>");
    }
    html_raw(h, "</li>");
}

static void write_past(struct call *c, const struct view *v, const struct exclusion_word *all, size_t count)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    bool begun = false;
    for (size_t i = 0; i < count; i++) {
        const struct exclusion_word *x = &all[i];
        const struct view_body *b = view_find(v, x->body_id);
        bool over = x->lifted != DAY_NONE || (x->until != DAY_NONE && x->until < v->day);
        if (!over || b == NULL)
            continue;
        if (!begun) {
            layout_section(c, "abans", call_tr(c, N_("Before")), "");
            html_raw(h, "<ul class=\"line\">");
        }
        begun = true;
        day_t end = x->lifted != DAY_NONE && (x->until == DAY_NONE || x->lifted <= x->until) ? x->lifted : x->until;
        html_raw(h, "<li>");
        part_day(c, x->day, arena_printf(a, "%s – %s", words_date(a, c->lang, x->day), words_date(a, c->lang, end)));
        html_raw(h, " <strong>");
        part_link(c, layout_body_path(c, x->body_id), NULL, b->short_name);
        html_raw(h, "</strong> ");
        html_text_lines(h, x->reason);
        if (x->lifted_reason[0] != '\0') {
            html_text(h, " → ");
            html_text_lines(h, x->lifted_reason);
        }
        html_raw(h, " <span class=\"sub\">");
        html_text(h, x->lifted_who[0] == '\0' || strcmp(x->who, x->lifted_who) == 0
                         ? x->who
                         : arena_printf(a, "%s, %s", x->who, x->lifted_who));
        html_raw(h, "</span></li>");
    }
    if (begun)
        html_raw(h, "</ul>");
}

static void show(struct call *c, const struct form *refused, int status)
{
    struct arena *a = call_arena(c);
    struct exclusion_list l;
    struct exclusion_word *past;
    size_t past_count = 0;
    struct tx tx = {0};
    const struct view *v = call_view(c);
    if (v == NULL)
        return;
    bool ok = exclusions_list(c->desk, a, &l, &c->err) && tx_begin(c->desk->store, TX_READ, &tx, &c->err) &&
              exclusions_history(&tx, a, 0, LIMIT_WEB_HISTORY, &past, &past_count, &c->err);
    tx_rollback(&tx);
    if (!ok) {
        call_failed(c);
        return;
    }
    layout_begin(c, call_tr(c, N_("Exclusions")), ADMIN_PLACE);
    layout_head(c, call_tr(c, N_("Exclusions")),
                call_tr(c, N_("bodies that are not warned and do not stand in the report, and why")));
    if (call_query(c, "fet")[0] != '\0')
        part_notice(c, true, call_tr(c, N_("Done.")), call_tr(c, N_("It holds from now on, for warnings and report.")));
    if (call_may(c, PERMISSION_WARN))
        write_add(c, refused);
    if (l.count == 0)
        part_empty(c, call_tr(c, N_("No body is left out")), call_tr(c, N_("All of the registry are warned.")));
    else
        html_raw(&c->html, "<ul class=\"plain outages\">");
    for (int words = 1; words >= 0; words--) { /* what people said first: it may be taken back */
        for (size_t i = 0; i < l.count; i++) {
            if ((l.items[i].word != NULL) == (words == 1))
                write_line(c, &l.items[i], refused);
        }
    }
    if (l.count > 0)
        html_raw(&c->html, "</ul>");
    write_past(c, v, past, past_count);
    layout_end(c);
    call_page(c, status);
}

void page_exclusions(struct call *c)
{
    show(c, NULL, 200);
}

static bool given(struct call *c, struct exclusion_given *ret)
{
    const char *day = call_field(c, "dia"), *way = call_field(c, "com");
    *ret = (struct exclusion_given){
        .in = strcmp(way, "dins") == 0, .code = "", .reason = call_field(c, "text"), .until = DAY_NONE};
    if (!ret->in && way[0] != '\0' && strcmp(way, "fora") != 0)
        return err_set(&c->err, ERR_VALUE, N_("say whether the body is in or out"));
    return day[0] == '\0' || form_day(c, day, &ret->until);
}

void form_exclusion_add(struct call *c)
{
    struct exclusion_given g;
    struct form refused;
    const struct body *b = form_named_body(c, "ens");
    if (b != NULL && given(c, &g) && exclusions_add(c->desk, b, &g, &c->err))
        call_redirect(c, EXCLUSIONS_PLACE "?fet=afegeix");
    else if (form_refuse(c, &refused))
        show(c, &refused, 422);
}

void form_exclusion_lift(struct call *c)
{
    struct form refused;
    const struct view *v = call_view(c);
    const struct view_body *b = v == NULL ? NULL : view_find(v, c->id);
    if (v == NULL)
        return;
    if (b == NULL)
        call_problem(c, 404, N_("There is no body with this number."));
    else if (exclusions_lift(c->desk, b->body, call_field(c, "text"), &c->err))
        call_redirect(c, EXCLUSIONS_PLACE "?fet=treu");
    else if (form_refuse(c, &refused))
        show(c, &refused, 422);
}
