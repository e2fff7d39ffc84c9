#include "web/body_parts.h"
#include "web/edit.h"

#include <inttypes.h>

#include "web/pages_data.h"
#include "web/words.h"

/* ------------------------------------------------------------------ what was observed */

/* A part of the verdict with its reason and advice; those that are good are one word. */
static void write_verdict(struct call *c, const struct observation *o, enum verdict_part part)
{
    struct html *h = &c->html;
    struct verdict_facts facts = observation_facts(o, part);
    enum verdict_code code = o->verdict[part];
    enum verdict_class class = verdict_class(code);
    static const enum body_state looks[] = {[VERDICT_GOOD] = STATE_GOOD,
                                            [VERDICT_NOTICE] = STATE_SOON,
                                            [VERDICT_BAD] = STATE_DOWN,
                                            [VERDICT_UNKNOWN] = STATE_UNKNOWN};
    static const char *const names[] = {[VERDICT_CONNECTION] = N_("Connection"),
                                        [VERDICT_TRUST] = N_("Trust"),
                                        [VERDICT_APPLICATION] = N_("Application")};
    html_open(h, "li");
    html_element(h, "span", call_tr(c, names[part]));
    part_state(c, looks[class], call_tr(c, verdict_words(code)));
    if (class != VERDICT_GOOD) {
        html_open(h, "p");
        html_text(h, verdict_fill(call_arena(c), call_tr(c, verdict_reason(code)), &facts));
        html_text(h, " ");
        html_open(h, "span");
        html_attr(h, "class", "sub");
        html_text(h, verdict_fill(call_arena(c), call_tr(c, verdict_advice(code)), &facts));
        html_close(h);
        html_close(h);
    }
    html_close(h);
}

void body_pair(struct call *c, const char *label, const char *value, bool code)
{
    struct html *h = &c->html;
    if (value[0] == '\0')
        return;
    html_element(h, "dt", label);
    html_open(h, "dd");
    if (code)
        html_element(h, "code", value);
    else
        html_text(h, value);
    html_close(h);
}

/* How long each phase took, those that happened. */
static const char *phases(struct call *c, const struct observation *o)
{
    const struct {
        const char *name;
        int64_t us;
    } all[] = {{"DNS", o->us_dns}, {"TCP", o->us_tcp}, {"TLS", o->us_tls}, {"HTTP", o->us_http}};
    const char *text = "";
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].us >= 0)
            text = arena_printf(call_arena(c), "%s%s%s %.*f ms", text, text[0] == '\0' ? "" : " · ", all[i].name,
                                all[i].us < 10000 ? 1 : 0, (double)all[i].us / 1000);
    }
    return text;
}

static void write_observation(struct call *c, const struct body_page *p, size_t i)
{
    struct html *h = &c->html;
    const struct observation *o = &p->seen[i];
    html_raw(h, "<div class=\"card seen\">");
    html_open(h, "h3");
    html_text(h, o->address[0] == '\0' ? o->host : o->address);
    html_raw(h, " <small class=\"sub\">");
    part_instant(c, o->at);
    html_raw(h, "</small>");
    html_close(h);
    html_raw(h, "<ul class=\"plain verdicts\">");
    for (int part = 0; part < VERDICT_PARTS; part++)
        write_verdict(c, o, (enum verdict_part)part);
    html_raw(h, "</ul>");
    html_raw(h, "<dl class=\"pairs\">");
    body_pair(c, call_tr(c, N_("TLS")),
              o->protocol[0] == '\0' ? "" : arena_printf(call_arena(c), "%s · %s", o->protocol, o->cipher), false);
    body_pair(c, call_tr(c, N_("Time")), phases(c, o), false);
    html_raw(h, "</dl></div>");
}

void body_observed(struct call *c, const struct body_page *p)
{
    struct html *h = &c->html;
    layout_section(c, "observat", call_tr(c, N_("What was seen")), p->item->body->endpoint);
    if (p->seen_count == 0) {
        part_empty(c, call_tr(c, N_("It has not been checked yet")),
                   call_tr(c, N_("The daily round does it; `talaia sweep` does it now.")));
        return;
    }
    html_raw(h, "<div class=\"grid\">");
    for (size_t i = 0; i < p->seen_count; i++)
        write_observation(c, p, i);
    html_raw(h, "</div>");
}

/* ------------------------------------------------------------------ cases */

/* What comes next with a case that is open, and why; "" when nothing is known. */
static const char *next_of(const struct body_page *p, int64_t case_id)
{
    for (size_t i = 0; i < p->status.count; i++) {
        if (p->status.items[i].wcase.id == case_id)
            return p->status.items[i].next_long;
    }
    return "";
}

static void write_case(struct call *c, const struct body_page *p, const struct case_record *x)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    bool covers[CERT_KINDS] = {0};
    html_raw(h, "<div class=\"card seen\">");
    html_open(h, "h3");
    for (size_t i = 0, n = 0; i < p->renewals.count; i++) {
        const struct renewal *r = &p->renewals.items[i];
        if (r->case_id != x->id)
            continue;
        covers[r->kind] = true;
        html_text(h, arena_printf(a, "%s%s %s", n++ > 0 ? " + " : "", cert_kind_code(r->kind),
                                  words_date(a, c->lang, r->expires)));
    }
    if (x->ticket[0] != '\0')
        html_text(h, arena_printf(a, " · %s", x->ticket));
    html_close(h);
    if (x->closed == DAY_NONE && next_of(p, x->id)[0] != '\0') {
        html_open(h, "p");
        html_attr(h, "class", "lines");
        html_element(h, "strong", next_of(p, x->id));
        html_close(h);
    }
    if (x->closed == DAY_NONE) {
        const struct edit e = {.back = "", .refused = p->refused};
        edit_comment(c, &e, p->item->body->id, covers, x->comment);
    } else {
        html_open(h, "p");
        html_attr(h, "class", "lines");
        html_text(h, x->comment[0] == '\0' ? call_tr(c, N_("Nothing has been noted.")) : x->comment);
        html_close(h);
    }
    if (x->closed != DAY_NONE)
        html_element(h, "small", call_text(c, N_("closed %s: %s"), words_date(a, c->lang, x->closed), x->closing));
    html_raw(h, "</div>");
}

void body_cases(struct call *c, const struct body_page *p)
{
    const struct case_record *cases = NULL;
    size_t count = renewals_of_body(&p->renewals, p->item->body->id, &cases);
    if (count == 0)
        return;
    layout_section(c, "renovacions", call_tr(c, N_("Renewals")), "");
    html_raw(&c->html, "<div class=\"grid\">");
    for (size_t i = count; i > 0; i--)
        write_case(c, p, &cases[i - 1]);
    html_raw(&c->html, "</div>");
}

/* ------------------------------------------------------------------ contacts */

void body_contacts(struct call *c, const struct body_page *p)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    layout_section(c, "contactes", call_tr(c, N_("Contacts")), "");
    if (p->contact_count == 0)
        part_empty(c, call_tr(c, N_("Nobody to write to")), call_tr(c, N_("Warnings cannot go out. Add a contact.")));
    else
        html_raw(h, "<ul class=\"plain people\">");
    for (size_t i = 0; i < p->contact_count; i++) {
        const struct contact *x = &p->contacts[i];
        html_raw(h, "<li class=\"card\">");
        html_element(h, "strong", x->name[0] == '\0' ? x->email : x->name);
        part_link(c, arena_printf(a, "mailto:%s", x->email), NULL, x->email);
        html_open(h, "span");
        html_attr(h, "class", "sub");
        html_text(h, arena_printf(a, "%s · %s", words_role(c->lang, x->role), lang_code(x->lang)));
        html_close(h);
        if (x->bounced != DAY_NONE)
            part_state(c, x->lasting ? STATE_DOWN : STATE_SOON,
                       x->lasting ? call_tr(c, N_("takes no mail")) : call_tr(c, N_("a mail came back")));
        if (call_may(c, PERMISSION_IMPORT)) {
            html_open(h, "a");
            html_attr(h, "href", arena_printf(a, "/administracio/contactes/%" PRId64, x->id));
            html_attr(h, "aria-label", call_text(c, N_("Change %s"), x->email));
            html_text(h, call_tr(c, N_("Change")));
            html_close(h);
        }
        html_raw(h, "</li>");
    }
    if (p->contact_count > 0)
        html_raw(h, "</ul>");
    if (!call_may(c, PERMISSION_IMPORT))
        return;
    html_raw(h, "<div class=\"folds after\">");
    contact_add_form(c, NULL, p->item->body, false);
    html_raw(h, "</div>");
}

/* ------------------------------------------------------------------ actions and all that happened */

void body_actions(struct call *c, const struct body_page *p)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    if (p->action_count == 0)
        return;
    layout_section(c, "accions", call_tr(c, N_("Actions")), arena_printf(a, "%zu", p->action_count));
    html_raw(h, "<div class=\"card tablewrap\"><table>");
    static const char *const titles[] = {N_("Date"), N_("Group"), N_("Action"), N_("Ticket"), N_("Who")};
    part_table_head(c, titles, sizeof titles / sizeof *titles, NO_NUMBER);
    for (size_t i = p->action_count; i > 0; i--) {
        const struct action *x = &p->actions[i - 1];
        html_raw(h, "<tr><td class=\"nowrap\">");
        part_day(c, x->day, words_date(a, c->lang, x->day));
        html_raw(h, "</td><td>");
        html_text(h, call_tr(c, body_groups[x->group][1]));
        html_raw(h, "</td><td class=\"what\">");
        const struct edit e = {.back = "", .refused = p->refused};
        edit_action(c, &e, x, x->text);
        html_raw(h, "</td>");
        html_open(h, "td");
        html_attr(h, "data-h", call_tr(c, titles[3]));
        html_text(h, x->ticket[0] == '\0' ? "—" : x->ticket);
        html_close(h);
        html_open(h, "td");
        html_attr(h, "data-h", call_tr(c, titles[4]));
        html_text(h, x->who);
        html_close(h);
        html_raw(h, "</tr>");
    }
    html_raw(h, "</tbody></table></div>");
}

/* X(code, words): what stands in the trail and in the history, in words; others are shown as they are. */
static const char *const event_words[][2] = {
    {"action-add", N_("Action noted")},
    {"action-edit", N_("Action corrected")},
    {"action-withdraw", N_("Action taken back")},
    {"answered", N_("The body answered")},
    {"comment", N_("Comment edited")},
    {"comment-line", N_("Comment")},
    {"mark-not-verifiable", N_("Marked as not verifiable")},
    {"mark-verified", N_("Mark lifted")},
    {"outage-open", N_("Outage opened")},
    {"outage-note", N_("Outage: noted")},
    {"outage-close", N_("Outage over")},
    {"outage-began", N_("Went down")},
    {"outage-ended", N_("Up again")},
    {"silence", N_("Silenced")},
    {"unsilence", N_("Silence lifted")},
    {"certificate-add", N_("Certificate handed in")},
    {"registry", N_("The registry changed; before it said")},
    {"registry-now", N_("What the registry says came with")},
    {"message-planned", N_("Mail planned")},
    {"message-approved", N_("Mail approved")},
    {"message-ticketed", N_("Mail: ticket open")},
    {"message-rendered", N_("Mail written")},
    {"message-sending", N_("Mail being sent")},
    {"message-sent", N_("Mail sent")},
    {"message-filed", N_("Mail filed")},
    {"message-ambiguous", N_("Not known whether the mail was sent")},
    {"message-refused", N_("Mail refused")},
    {"message-cancelled", N_("Mail cancelled")},
};

static const char *words_of_event(struct call *c, const char *code)
{
    for (size_t i = 0; i < sizeof event_words / sizeof *event_words; i++) {
        if (strcmp(event_words[i][0], code) == 0)
            return call_tr(c, event_words[i][1]);
    }
    return code;
}

void body_timeline(struct call *c, const struct body_page *p)
{
    struct html *h = &c->html;
    layout_section(c, "historia", call_tr(c, N_("History")), "");
    if (p->event_count == 0) {
        part_empty(c, call_tr(c, N_("Nothing has happened yet")),
                   call_tr(c, N_("Imports, rounds, mails and what people do will stand here.")));
        return;
    }
    html_raw(h, "<ul class=\"line\">");
    for (size_t i = 0; i < p->event_count; i++) {
        const struct history_event *x = &p->events[i];
        html_raw(h, "<li>");
        part_instant(c, x->at);
        html_raw(h, " <strong>");
        html_text(h, words_of_event(c, x->what));
        html_raw(h, "</strong> ");
        html_text_lines(h, x->text);
        html_raw(h, " <span class=\"sub\">");
        html_text(h, x->who);
        html_raw(h, "</span></li>");
    }
    html_raw(h, "</ul>");
}
