#include "web/edit.h"

#include <inttypes.h>
#include <stdio.h>

#include "flow/change.h"
#include "web/body_parts.h"
#include "web/pages.h"
#include "web/words.h"

/* ------------------------------------------------------------------ the parts of a page */

struct form edit_form(const struct edit *e, const char *action)
{
    if (e->refused != NULL && strcmp(e->refused->action, action) == 0)
        return *e->refused;
    return (struct form){.action = action};
}

/* The text that opens into its form. */
static void open_edit(struct call *c, const char *text, const char *empty)
{
    struct html *h = &c->html;
    html_raw(h, "<div class=\"edit\">");
    html_open(h, "div");
    html_attr(h, "class", text[0] == '\0' ? "lines none-yet" : "lines");
    html_text(h, text[0] == '\0' ? empty : text);
    html_close(h);
}

static void open_fold(struct call *c, const struct edit *e, const struct form *f, const char *label, bool inline_form)
{
    struct html *h = &c->html;
    html_open(h, "details");
    html_attr(h, "class", "small fold");
    if (f->refused != NULL)
        html_attr(h, "open", NULL);
    html_element(h, "summary", label);
    form_open(c, f, inline_form ? "inline" : "inline plain");
    if (e->back[0] != '\0')
        form_hidden(c, "torna", e->back);
    if (f->now != NULL) {
        html_open(h, "blockquote");
        html_attr(h, "class", "lines");
        html_text(h, f->now[0] == '\0' ? call_tr(c, N_("(nothing)")) : f->now);
        html_close(h);
    }
}

static void close_fold(struct call *c, const char *button)
{
    html_raw(&c->html, "<p class=\"said sub\" role=\"status\"></p>");
    form_close(c, button, false);
    html_close(&c->html);
}

static const char *covers_code(const bool covers[CERT_KINDS])
{
    return covers[CERT_CDS] && covers[CERT_CDA] ? "CDA CDS" : covers[CERT_CDS] ? "CDS" : "CDA";
}

static const char *comment_action(struct call *c, int64_t body_id, const char *code)
{
    return arena_printf(call_arena(c), "%s/comentari-sencer?certificats=%s", layout_body_path(c, body_id),
                        layout_encode(c, code));
}

void edit_comment(struct call *c, const struct edit *e, int64_t body_id, const bool covers[CERT_KINDS],
                  const char *comment)
{
    const char *action = comment_action(c, body_id, covers_code(covers));
    struct form f = edit_form(e, action);
    open_edit(c, comment, call_tr(c, N_("No comment yet")));
    if (call_may(c, PERMISSION_NOTE)) {
        open_fold(c, e, &f, call_tr(c, N_("Edit")), true);
        form_hidden(c, "abans", f.now != NULL ? f.now : comment);
        form_field(c, &f,
                   &(struct field){.name = "text",
                                   .label = N_("The whole comment"),
                                   .type = "textarea",
                                   .value = comment,
                                   .most = LIMIT_NOTE_CHARS,
                                   .optional = true});
        close_fold(c, call_tr(c, N_("Save")));
    }
    html_raw(&c->html, "</div>");
}

static const char *action_path(struct call *c, const struct action *x, const char *what)
{
    return arena_printf(call_arena(c), "%s/%s?accio=%" PRId64, layout_body_path(c, x->body_id), what, x->id);
}

static void action_fields(struct call *c, const struct form *f, const struct action *x)
{
    char day[DAY_TEXT_BYTES];
    form_hidden(c, "abans", f->now != NULL ? f->now : x->text);
    form_field(c, f,
               &(struct field){.name = "text",
                               .label = N_("What was done"),
                               .type = "textarea",
                               .value = x->text,
                               .most = LIMIT_NOTE_CHARS});
    html_raw(&c->html, "<div class=\"row fields\">");
    form_field(c, f,
               &(struct field){.name = "dia", .label = N_("Date"), .type = "date", .value = day_iso(x->day, day)});
    form_field(c, f,
               &(struct field){.name = "grup",
                               .label = N_("Group"),
                               .type = "select",
                               .value = action_group_code(x->group),
                               .choices = body_groups,
                               .choice_count = BODY_GROUPS});
    form_field(c, f,
               &(struct field){.name = "tiquet",
                               .label = N_("Ticket"),
                               .type = "text",
                               .value = x->ticket,
                               .optional = true,
                               .most = LIMIT_TICKET_CHARS});
    html_raw(&c->html, "</div>");
}

void edit_action(struct call *c, const struct edit *e, const struct action *x, const char *shown)
{
    open_edit(c, shown, "");
    if (call_may(c, PERMISSION_NOTE)) {
        struct form f = edit_form(e, action_path(c, x, "accio-corregeix"));
        open_fold(c, e, &f, call_tr(c, N_("Correct")), true);
        action_fields(c, &f, x);
        close_fold(c, call_tr(c, N_("Save")));
        struct form away = edit_form(e, action_path(c, x, "accio-retira"));
        open_fold(c, e, &away, call_tr(c, N_("Take back")), false);
        form_field(c, &away,
                   &(struct field){.name = "text", .label = N_("Why"), .type = "text", .most = LIMIT_NOTE_CHARS});
        close_fold(c, call_tr(c, N_("Take it back")));
    }
    html_raw(&c->html, "</div>");
}

void edit_outage_note(struct call *c, const struct edit *e, int64_t body_id)
{
    struct form f = edit_form(e, arena_printf(call_arena(c), "%s/caiguda-nota", layout_body_path(c, body_id)));
    if (!call_may(c, PERMISSION_NOTE))
        return;
    html_raw(&c->html, "<div class=\"edit\">");
    open_fold(c, e, &f, call_tr(c, N_("Note what was done")), false);
    form_field(
        c, &f,
        &(struct field){.name = "text", .label = N_("What was done"), .type = "textarea", .most = LIMIT_NOTE_CHARS});
    form_field(
        c, &f,
        &(struct field){
            .name = "tiquet", .label = N_("Ticket"), .type = "text", .optional = true, .most = LIMIT_TICKET_CHARS});
    close_fold(c, call_tr(c, N_("Note it")));
    html_raw(&c->html, "</div>");
}

/* ------------------------------------------------------------------ what comes back */

static bool comes_from_friday(struct call *c)
{
    return strcmp(call_field(c, "torna"), "divendres") == 0;
}

void edit_done(struct call *c, const char *what, const char *row)
{
    const char *page = comes_from_friday(c) ? "/divendres" : layout_body_path(c, c->id);
    if (call_wants_json(c))
        call_json(c, 200, json_pack("{s:b}", "ok", 1));
    else
        call_redirect(c, arena_printf(call_arena(c), "%s?fet=%s%s%s", page, what, row[0] == '\0' ? "" : "#", row));
}

void edit_refused(struct call *c, const char *action, const char *now, const char *reason)
{
    if (call_wants_json(c)) {
        call_json(c, now != NULL ? 409 : 422,
                  json_pack("{s:s,s:o}", "reason", reason, "now", now == NULL ? json_null() : json_string(now)));
        return;
    }
    const struct form f = {.action = action, .refused = reason, .typed = c->request->body, .now = now};
    err_clear(&c->err);
    if (comes_from_friday(c))
        friday_show(c, &f, now != NULL ? 409 : 422);
    else
        body_show(c, &f, now != NULL ? 409 : 422);
}

/* A refusal that the person can do something about; else the error page. */
static void refuse_or_fail(struct call *c, const char *action)
{
    bool theirs = c->err.code == ERR_VALUE || c->err.code == ERR_STATE || c->err.code == ERR_LIMIT;
    if (theirs || (call_wants_json(c) && c->err.code == ERR_UNKNOWN))
        edit_refused(c, action, NULL, arena_strdup(call_arena(c), c->err.text));
    else
        call_failed(c);
}

/* Who changed it meanwhile, and when, as far as it is known. */
static const char *conflict_words(struct call *c, const struct change_kept *kept)
{
    if (kept->at == INSTANT_NONE || kept->who[0] == '\0')
        return call_tr(c, N_("somebody has changed this meanwhile. Below is what it says now; save again to put yours "
                             "in its place."));
    return call_text(c,
                     N_("%s has changed this meanwhile (%s). Below is what it says now; save again to put yours in "
                        "its place."),
                     kept->who, words_instant(call_arena(c), c->lang, kept->at));
}

static const struct view_body *own_body(struct call *c)
{
    const struct view *v = call_view(c);
    const struct view_body *x = v == NULL ? NULL : view_find(v, c->id);
    if (v != NULL && x == NULL)
        call_problem(c, 404, N_("There is no body with this number."));
    return x;
}

void form_comment(struct call *c)
{
    const struct view_body *x = own_body(c);
    const char *code = call_query(c, "certificats");
    bool covers[CERT_KINDS] = {[CERT_CDS] = strstr(code, "CDS") != NULL, [CERT_CDA] = strstr(code, "CDA") != NULL};
    const struct change_comment change = {.text = call_field(c, "text"), .before = call_field(c, "abans")};
    struct change_kept kept;
    if (x == NULL)
        return;
    const char *action = comment_action(c, c->id, covers_code(covers));
    if (!change_comment(c->desk, x->body, covers, &change, &kept, &c->err))
        refuse_or_fail(c, action);
    else if (kept.conflict)
        edit_refused(c, action, kept.now, conflict_words(c, &kept));
    else
        edit_done(c, "comentari-sencer",
                  arena_printf(call_arena(c), "c-%" PRId64 "-%c", c->id, covers[CERT_CDS] ? 'S' : 'A'));
}

/* The action that the form names. */
static bool read_action(struct call *c, int64_t *ret)
{
    return str_to_int64(str_of(call_query(c, "accio")), 1, INT64_MAX, ret) ||
           err_set(&c->err, ERR_UNKNOWN, N_("there is no action %lld; `talaia action list` has them"), 0LL);
}

void form_action_edit(struct call *c)
{
    struct action x = {.body_id = c->id};
    struct change_action_edit change = {.day = DAY_NONE,
                                        .group = GROUP_COUNT,
                                        .text = call_field(c, "text"),
                                        .ticket = call_field(c, "tiquet"),
                                        .before = call_field(c, "abans")};
    struct change_kept kept = {0};
    const char *group = call_field(c, "grup");
    if (own_body(c) == NULL)
        return;
    bool ok = read_action(c, &x.id);
    const char *action = action_path(c, &x, "accio-corregeix");
    if (ok && call_field(c, "dia")[0] != '\0')
        ok = form_read_day(c, "dia", &change.day);
    if (ok && group[0] != '\0' && !action_group_parse(group, &change.group))
        ok = err_set(&c->err, ERR_VALUE, N_("choose a group for the action"));
    ok = ok && change_action_edit(c->desk, x.id, &change, &kept, &c->err);
    if (!ok)
        refuse_or_fail(c, action);
    else if (kept.conflict)
        edit_refused(c, action, kept.now, conflict_words(c, &kept));
    else
        edit_done(c, "accio-corregeix", arena_printf(call_arena(c), "a-%" PRId64, x.id));
}

void form_action_withdraw(struct call *c)
{
    struct action x = {.body_id = c->id};
    if (own_body(c) == NULL)
        return;
    bool ok = read_action(c, &x.id);
    const char *action = action_path(c, &x, "accio-retira");
    if (ok && change_action_withdraw(c->desk, x.id, call_field(c, "text"), &c->err))
        edit_done(c, "accio-retira", "");
    else
        refuse_or_fail(c, action);
}
