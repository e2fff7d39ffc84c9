/* Integracions: the board, by who must act; and the page that the link of an e-mail to the head of service leads to. */
#include <inttypes.h>
#include <stdlib.h>

#include "web/integration_page.h"
#include "web/pages.h"
#include "web/pages_data.h"
#include "web/words.h"

/* ------------------------------------------------------------------ the board */

static void write_one(struct call *c, const struct integration *x)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    html_raw(h, "<li><div>");
    part_link(c, integration_path(c, x->id), "name", x->name);
    html_raw(h, "<small class=\"sub\">");
    html_text(h, arena_printf(a, "%s%s%s · ", x->fp, x->company[0] == '\0' ? "" : " · ", x->company));
    part_day(c, x->since_day, integration_age_words(c, x));
    html_raw(h, "</small></div>");
    part_state(c, integration_look(x->state), call_tr(c, integration_state_words(x->state)));
    html_raw(h, "</li>");
}

static int by_age(const void *a, const void *b)
{
    const struct integration *const *x = a, *const *y = b;
    return (*x)->since != (*y)->since ? ((*x)->since > (*y)->since) - ((*x)->since < (*y)->since)
                                      : ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
}

/* Those whose turn it is and, where nobody's is, that are in production or not: the longest waiting first. */
static void write_group(struct call *c, const struct integration *all, size_t count, enum integration_turn turn,
                        bool pro, const char *id, const char *title)
{
    const struct integration **shown = arena_array(call_arena(c), const struct integration *, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (integration_state_turn(all[i].state) == turn &&
            (turn != INTEGRATION_TURN_NOBODY || pro == (all[i].state == INTEGRATION_PRO)))
            shown[n++] = &all[i];
    }
    if (n == 0)
        return;
    qsort(shown, n, sizeof *shown, by_age);
    layout_section(c, id, title, arena_printf(call_arena(c), "%zu", n));
    html_raw(&c->html, "<ul class=\"plain card owned wide\">");
    for (size_t i = 0; i < n; i++)
        write_one(c, shown[i]);
    html_raw(&c->html, "</ul>");
}

void page_integrations(struct call *c)
{
    struct integration *all;
    size_t count = 0;
    bool prepares = call_may(c, PERMISSION_INTEGRATE);
    if (!onboard_list(c->desk, call_arena(c), 0, &all, &count, &c->err)) {
        call_failed(c);
        return;
    }
    layout_begin(c, call_tr(c, N_("Integrations")), INTEGRATIONS);
    layout_head_open(c, call_tr(c, N_("Integrations")),
                     call_tr(c, N_("with Hèstia, from the first e-mail to production")));
    if (prepares)
        part_link(c, INTEGRATIONS "/nova", "btn main", call_tr(c, N_("New integration")));
    layout_head_close(c);
    if (count == 0)
        part_empty(c, call_tr(c, N_("No integration yet")),
                   call_tr(c, N_("Begin one here, or with a mail that waits among the answers.")));
    write_group(c, all, count, INTEGRATION_TURN_HEAD, false, "cap", call_tr(c, N_("Wait for the head of service")));
    write_group(c, all, count, INTEGRATION_TURN_TECHNICIAN, false, "equip", call_tr(c, N_("Wait for the team")));
    write_group(c, all, count, INTEGRATION_TURN_REQUESTER, false, "fora",
                call_tr(c, N_("Wait for the body or its provider")));
    write_group(c, all, count, INTEGRATION_TURN_NOBODY, true, "fetes", call_tr(c, N_("In production")));
    write_group(c, all, count, INTEGRATION_TURN_NOBODY, false, "tancades", call_tr(c, N_("Closed")));
    if (prepares && count > 0) {
        html_raw(&c->html, "<p>");
        part_link(c, INTEGRATIONS "/produccio.csv", NULL,
                  call_tr(c, N_("Permissions of production, for its platform (CSV)")));
        html_raw(&c->html, "</p>");
    }
    layout_end(c);
    call_page(c, 200);
}

void page_production_csv(struct call *c)
{
    struct buf text = BUF_INIT(LIMIT_WEB_PAGE_BYTES);
    if (onboard_production_csv(c->desk, call_query(c, "tot")[0] != '\0', &text, &c->err)) {
        call_file(c, "produccio.csv", "text/csv; charset=utf-8", &text);
        return;
    }
    buf_release(&text);
    call_failed(c);
}

/* ------------------------------------------------------------------ the link of an e-mail */

#define LINK_SAYS N_("This link decides nothing: it was used, has run out, or is not whole. Log in at the desk.")

/* Asking does nothing: programs look at links before people do. */
static void show_decision(struct call *c, const struct form *refused, int status)
{
    struct integration x;
    struct integration_page p = {.c = c, .action = c->request->path, .by_link = true, .refused = refused};
    struct err e = {.lang = c->lang};
    bool ok = onboard_token_look(c->desk, call_path_end(c), &x, &e);
    if (ok && onboard_view(c->desk, call_arena(c), x.id, &p.v, &e))
        integration_show(&p, status);
    else if (e.code == ERR_STATE || e.code == ERR_UNKNOWN)
        call_problem(c, 404, LINK_SAYS);
    else {
        c->err = e;
        call_failed(c);
    }
}

void page_decision(struct call *c)
{
    show_decision(c, NULL, 200);
}

void form_decision(struct call *c)
{
    struct integration x;
    struct form refused;
    enum integration_event event;
    if (integration_read_deed(c, &event) &&
        onboard_token_decide(c->desk, call_path_end(c), event, call_field(c, "motiu"), &x, &c->err)) {
        layout_begin(c, x.name, "");
        layout_head(c, x.name, x.fp);
        part_notice(c, true, call_tr(c, N_("Done.")),
                    words_capital(call_arena(c), call_tr(c, integration_state_words(x.state))));
        layout_end(c);
        call_page(c, 200);
    } else if (c->err.code == ERR_USAGE || c->err.code == ERR_VALUE) {
        c->err.code = ERR_VALUE;
        if (form_refuse(c, &refused))
            show_decision(c, &refused, 422);
    } else if (c->err.code == ERR_STATE) {
        err_clear(&c->err);
        call_problem(c, 404, LINK_SAYS);
    } else {
        call_failed(c);
    }
}
