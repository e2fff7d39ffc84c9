/* Where the week's report stands: what is still to do, who did what and when, and the button of the next step. */
#include "flow/mail_server.h"
#include "web/friday.h"
#include "web/words.h"

const struct message_step *friday_step(const struct report_mail *m, enum outbox_state s)
{
    for (size_t i = m->step_count; i > 0; i--) {
        if (m->steps[i - 1].state == s)
            return &m->steps[i - 1];
    }
    return NULL;
}

const char *friday_who_when(struct call *c, const char *who, instant_t at)
{
    return arena_printf(call_arena(c), "%s · %s", who, words_instant(call_arena(c), c->lang, at));
}

static const char *step_words(struct call *c, const struct report_mail *m, enum outbox_state s)
{
    const struct message_step *x = friday_step(m, s);
    return x == NULL ? NULL : friday_who_when(c, x->who, x->at);
}

/* ------------------------------------------------------------------ steps */

enum when { DONE, NOW, LATER };

static void write_step(struct call *c, enum when when, const char *title, const char *text, const char *link,
                       const char *link_text)
{
    static const char *const classes[] = {[DONE] = "done", [NOW] = "now", [LATER] = "later"};
    struct html *h = &c->html;
    html_open(h, "li");
    html_attr(h, "class", classes[when]);
    if (when == NOW)
        html_attr(h, "aria-current", "step");
    html_element(h, "strong", title);
    html_raw(h, " ");
    html_open(h, "span");
    html_text(h, text);
    if (link != NULL) {
        html_text(h, " ");
        part_link(c, link, NULL, link_text);
    }
    html_close(h);
    if (when == DONE) {
        html_open(h, "span");
        html_attr(h, "class", "hide");
        html_text(h, call_tr(c, N_("done")));
        html_close(h);
    }
    html_close(h);
}

static void write_first_steps(struct call *c, const struct friday_page *p, bool over)
{
    struct arena *a = call_arena(c);
    bool told = p->silent == 0;
    write_step(c, told || over ? DONE : NOW, call_tr(c, N_("Comments")),
               told ? call_tr(c, N_("Every row says something."))
                    : words_count(a, c->lang, "%zu row says nothing yet.", "%zu rows say nothing yet.", p->silent),
               told ? NULL : p->first_silent, call_tr(c, N_("Go to the first")));
    const char *warnings =
        p->warnings > 0      ? words_count(a, c->lang, "%zu waits for approval.", "%zu wait for approval.", p->warnings)
        : p->moving > 0      ? words_count(a, c->lang, "%zu is going out; the comment of its body gets a line.",
                                           "%zu are going out; the comments of their bodies get a line.", p->moving)
        : p->unreachable > 0 ? words_count(a, c->lang, "%zu has nobody to be written to.",
                                           "%zu have nobody to be written to.", p->unreachable)
                             : call_tr(c, N_("None waits to be approved."));
    write_step(c, p->warnings + p->moving == 0 ? DONE : NOW, call_tr(c, N_("Warnings")), warnings,
               p->warnings + p->unreachable == 0 ? NULL : "/bustia", call_tr(c, N_("Look at them")));
}

static const char *made_words(struct call *c, const struct friday_page *p)
{
    const struct message_step *x = friday_step(&p->mail, OUTBOX_PLANNED);
    if (!p->has_mail)
        return call_tr(c, N_("Not made yet."));
    const char *made = x == NULL ? "" : friday_who_when(c, x->who, x->at);
    return p->stage == FRIDAY_STALE ? call_text(c, N_("Something has changed since it was made (%s)."), made) : made;
}

static void write_steps(struct call *c, const struct friday_page *p)
{
    enum friday_stage s = p->stage;
    const struct report_mail *m = &p->mail;
    bool moved = s >= FRIDAY_MOVING;
    const char *approved = moved ? step_words(c, m, OUTBOX_APPROVED) : NULL;
    const char *sent = moved ? step_words(c, m, OUTBOX_SENT) : NULL,
               *filed = moved ? step_words(c, m, OUTBOX_FILED) : NULL;
    html_raw(&c->html, "<ol class=\"weeksteps\">");
    write_first_steps(c, p, moved);
    write_step(c, s == FRIDAY_UNMADE || s == FRIDAY_STALE ? NOW : DONE, call_tr(c, N_("Report")), made_words(c, p),
               NULL, NULL);
    write_step(c,
               moved               ? DONE
               : s == FRIDAY_READY ? NOW
                                   : LATER,
               call_tr(c, N_("Approval")), approved != NULL ? approved : call_tr(c, N_("You approve what you see.")),
               NULL, NULL);
    write_step(c,
               s == FRIDAY_SENT ? DONE
               : moved          ? NOW
                                : LATER,
               call_tr(c, N_("Sending")),
               sent != NULL ? words_instant(call_arena(c), c->lang, friday_step(m, OUTBOX_SENT)->at)
               : moved      ? call_tr(c, outbox_state_words(m->message.state))
                            : call_tr(c, N_("It goes out by itself.")),
               NULL, NULL);
    bool files = !p->has_mail || m->message.folder[0] != '\0';
    write_step(c, filed != NULL ? DONE : LATER, call_tr(c, N_("Filing")),
               filed != NULL ? arena_printf(call_arena(c), "%s · %s", m->message.folder,
                                            words_instant(call_arena(c), c->lang, friday_step(m, OUTBOX_FILED)->at))
               : files       ? call_tr(c, N_("In the mailbox, once it was sent."))
                             : call_tr(c, N_("No mailbox is set up to file it in.")),
               NULL, NULL);
    html_raw(&c->html, "</ol>");
}

/* ------------------------------------------------------------------ buttons */

static void build_button(struct call *c, const struct friday_page *p, const char *words, bool primary)
{
    const struct form f = {.action = "/divendres/fes"};
    if (p->making.runs)
        return;
    form_open(c, &f, NULL);
    form_close(c, words, primary);
}

static void send_button(struct call *c, const struct friday_page *p)
{
    const struct form f = {.action = "/divendres/envia"};
    form_open(c, &f, NULL);
    form_hidden(c, "sha256", p->mail.message.sha256);
    form_close(c,
               words_count(call_arena(c), c->lang, "Approve and send to %zu person", "Approve and send to %zu people",
                           p->mail.to_count),
               true);
}

static void again_button(struct call *c, const struct friday_page *p)
{
    struct form f = {.action = "/divendres/envia"};
    if (p->refused != NULL && strcmp(p->refused->action, f.action) == 0)
        f = *p->refused;
    form_fold_open(c, &f, call_tr(c, N_("Send it once more…")), false);
    form_hidden(c, "altra", "1");
    form_hidden(c, "sha256", p->mail.message.sha256);
    form_field(c, &f,
               &(struct field){.name = "text",
                               .label = N_("Why"),
                               .type = "textarea",
                               .help = N_("Everybody gets it again, as a message of its own. The reason is kept."),
                               .most = LIMIT_NOTE_CHARS});
    form_close(c,
               words_count(call_arena(c), c->lang, "Send it again to %zu person", "Send it again to %zu people",
                           p->mail.to_count),
               true);
    form_fold_close(c);
}

static void write_buttons(struct call *c, const struct friday_page *p)
{
    html_raw(&c->html, "<div class=\"row acts\">");
    switch (p->stage) {
    case FRIDAY_UNMADE: build_button(c, p, call_tr(c, N_("Make the report")), true); break;
    case FRIDAY_STALE: build_button(c, p, call_tr(c, N_("Make it again, with what has changed")), true); break;
    case FRIDAY_READY:
        build_button(c, p, call_tr(c, N_("Make it again")), false);
        part_link(c, "#correu", "btn", call_tr(c, N_("Look at the e-mail")));
        if (p->again)
            again_button(c, p);
        else
            send_button(c, p);
        break;
    case FRIDAY_MOVING: part_link(c, "#correu", "btn", call_tr(c, N_("Look at the e-mail"))); break;
    case FRIDAY_TROUBLE: part_link(c, "/bustia", "btn main", call_tr(c, N_("See what happened"))); break;
    case FRIDAY_SENT:
        build_button(c, p, call_tr(c, N_("Make it again")), false);
        part_link(c, "#correu", "btn", call_tr(c, N_("Look at the e-mail")));
        again_button(c, p);
        break;
    }
    html_raw(&c->html, "</div>");
}

void friday_state(struct call *c, const struct friday_page *p)
{
    html_raw(&c->html, "<section class=\"card week\" id=\"estat\">");
    write_steps(c, p);
    if (p->has_mail && p->mail.message.trouble[0] != '\0')
        part_notice(c, false, call_tr(c, N_("In the way:")), p->mail.message.trouble);
    if (!desk_has_mail(c->desk, KEY_MAIL_SMTP_URL))
        part_notice(c, false, call_tr(c, N_("No mail server is set up:")),
                    call_tr(c, N_("what is approved waits until an administrator sets `mail.smtp.url`.")));
    if (call_may(c, PERMISSION_REPORT))
        write_buttons(c, p);
    if (p->again && p->stage < FRIDAY_MOVING)
        part_notice(c, false, call_tr(c, N_("One of this day went out already:")),
                    call_tr(c, N_("this one would go out besides.")));
    if (p->stage == FRIDAY_MOVING && c->desk->by.at - p->mail.message.approved < 60 * INSTANT_PER_SECOND)
        call_header(c, "Refresh", "3; url=/divendres");
    html_raw(&c->html, "</section>");
}
