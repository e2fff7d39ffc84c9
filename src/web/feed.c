/* The address of a subscription has a token in it, because calendars cannot send a header; so the token opens nothing
 * but this feed, and its address is shown once. */
#include "web/feed.h"

#include "flow/account.h"
#include "flow/calendar.h"
#include "web/pages.h"
#include "web/words.h"

#define FEED_TYPE "text/calendar; charset=utf-8"

/* ------------------------------------------------------------------ the file */

/* Kept as finished pages are: a calendar asks every quarter of an hour, for nothing new mostly. */
static void send_calendar(struct call *c, const char *disposition)
{
    const struct view *v = call_view(c);
    size_t events;
    if (v == NULL)
        return;
    const char *key = arena_printf(call_arena(c), "ics %s", lang_code(c->lang));
    struct finished *kept = cache_get(&c->site->cache, key, &v->mark, v->day);
    if (kept == NULL) {
        struct buf text = BUF_INIT(LIMIT_ICS_BYTES);
        if (!calendar_write(c->desk, call_arena(c), CALENDAR_DAYS_DEFAULT, &text, &events, &c->err)) {
            buf_release(&text);
            call_failed(c);
            return;
        }
        kept = finished_make(&text, 4);
        cache_put(&c->site->cache, key, &v->mark, v->day, kept);
    }
    if (disposition != NULL)
        call_header(c, "Content-Disposition", disposition);
    call_finished(c, kept, FEED_TYPE, "private, no-cache");
}

void page_calendar_file(struct call *c)
{
    send_calendar(c, "attachment; filename=\"talaia.ics\"");
}

void serve_feed(struct call *c)
{
    struct identity who;
    bool found = false;
    const char *token = call_query(c, "clau");
    if (token[0] != '\0' && !login_by_token(c->desk, token, &who, &found, &c->err)) {
        call_failed(c);
        return;
    }
    if (!found || who.scope != SCOPE_CALENDAR || !role_may(who.role, PERMISSION_LOOK)) {
        call_problem(c, 403, N_("This subscription is not known any more; make a new one on the page Calendar."));
        return;
    }
    if (lang_parse(call_query(c, "idioma"), &c->lang))
        c->desk->lang = c->lang;
    send_calendar(c, NULL);
}

/* ------------------------------------------------------------------ subscriptions */

static void write_made(struct call *c, const char *address)
{
    struct html *h = &c->html;
    html_raw(h, "<div class=\"notice\" role=\"status\">");
    html_element(h, "strong", call_tr(c, N_("Subscribe your calendar to this address; it is shown only now:")));
    html_open(h, "input");
    html_attr(h, "class", "address");
    html_attr(h, "readonly", NULL);
    html_attr(h, "aria-label", call_tr(c, N_("Address of the subscription")));
    html_attr(h, "value", address);
    html_raw(h, "</div>");
}

static void write_one(struct call *c, const struct token_record *t)
{
    struct html *h = &c->html;
    const struct form f = {.action = "/calendari/subscripcio/revoca"};
    html_raw(h, "<li><div>");
    html_element(h, "strong", t->label);
    html_raw(h, " <span class=\"sub\">");
    html_text(h, call_text(c, N_("since %s"), words_date(call_arena(c), c->lang, day_madrid(t->at))));
    html_raw(h, "</span></div>");
    form_open(c, &f, NULL);
    form_hidden(c, "nom", t->label);
    html_open(h, "button");
    html_attr(h, "class", "btn");
    html_attr(h, "aria-label", call_text(c, N_("Revoke %s"), t->label));
    html_text(h, call_tr(c, N_("Revoke")));
    html_close(h);
    html_close(h);
    html_raw(h, "</li>");
}

bool feed_section(struct call *c, const struct form *refused, const char *made)
{
    struct html *h = &c->html;
    struct token_record *tokens;
    size_t count, n = 0;
    struct tx tx = {0};
    bool ok = tx_begin(c->desk->store, TX_READ, &tx, &c->err) &&
              tokens_load(&tx, call_arena(c), c->who->account_id, &tokens, &count, &c->err);
    tx_rollback(&tx);
    if (!ok) {
        call_failed(c);
        return false;
    }
    struct form f = {.action = "/calendari/subscripcio"};
    if (refused != NULL)
        f = *refused;
    layout_section(c, "subscripcio", call_tr(c, N_("In your own calendar")), "");
    if (strcmp(call_query(c, "fet"), "revoca") == 0)
        part_notice(c, true, call_tr(c, N_("Done.")), call_tr(c, N_("That address shows nothing any more.")));
    if (made != NULL)
        write_made(c, made);
    html_open(h, "p");
    html_attr(h, "class", "sub");
    html_text(h,
              call_tr(c, N_("A calendar program reads an address of yours every now and then. Whoever has the address "
                            "sees names of bodies and dates, and nothing else; you can revoke it.")));
    html_close(h);
    for (size_t i = 0; i < count; i++) {
        if (tokens[i].scope != SCOPE_CALENDAR)
            continue;
        if (n++ == 0)
            html_raw(h, "<ul class=\"plain card owned\">");
        write_one(c, &tokens[i]);
    }
    if (n > 0)
        html_raw(h, "</ul>");
    if (c->who->csrf != NULL) {
        form_fold_open(c, &f, call_tr(c, N_("Make an address")), false);
        form_field(
            c, &f,
            &(struct field){.name = "nom",
                            .label = N_("Where it is for"),
                            .type = "text",
                            .help = N_("\"Outlook\", \"telephone\": so that you know later which one to revoke."),
                            .most = LIMIT_TOKEN_LABEL_CHARS});
        form_close(c, call_tr(c, N_("Make the address")), true);
        form_fold_close(c);
    }
    layout_end(c);
    return true;
}

/* The page without its charts: what was done, or why not. */
static void show(struct call *c, const struct form *refused, const char *made, int status)
{
    layout_begin(c, call_tr(c, N_("Calendar")), "/calendari");
    layout_head_open(c, call_tr(c, N_("Calendar")), NULL);
    part_link(c, "/calendari", "btn", call_tr(c, N_("Back to the calendar")));
    layout_head_close(c);
    if (feed_section(c, refused, made))
        call_page(c, status);
}

/* What a person must mend stands beside the form; all else is an error page. */
static void refuse(struct call *c)
{
    const struct form refused = {.action = "/calendari/subscripcio",
                                 .refused = arena_strdup(call_arena(c), c->err.text),
                                 .typed = c->request->body};
    if (c->err.code != ERR_VALUE && c->err.code != ERR_STATE && c->err.code != ERR_LIMIT) {
        call_failed(c);
        return;
    }
    err_clear(&c->err);
    show(c, &refused, NULL, 422);
}

void form_feed(struct call *c)
{
    const char *token;
    if (call_view(c) == NULL)
        return;
    if (!account_token(c->desk, c->who->name, call_field(c, "nom"), SCOPE_CALENDAR, DAY_NONE, &token, &c->err)) {
        refuse(c);
        return;
    }
    const char *host = server_header(c->request, "Host", NULL);
    const char *origin = c->site->origin[0] != '\0'
                             ? c->site->origin
                             : arena_printf(call_arena(c), "http://%s", host == NULL ? "" : host);
    show(c, NULL,
         arena_printf(call_arena(c), "%s/calendari/subscripcio.ics?idioma=%s&clau=%s", origin, lang_code(c->lang),
                      token),
         200);
}

void form_feed_revoke(struct call *c)
{
    if (!account_token_revoke(c->desk, c->who->name, call_field(c, "nom"), &c->err))
        call_failed(c);
    else
        call_redirect(c, "/calendari?fet=revoca#subscripcio");
}
