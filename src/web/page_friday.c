/* Divendres: the report as it will go out, and its sending. It is built by `talaia report build`, whose pictures and
 * workbook need libraries that this role does without. */
#include "flow/friday_send.h"
#include "flow/wake.h"
#include "record/report.h"
#include "web/layout.h"
#include "web/pages.h"
#include "web/words.h"

struct friday_page {
    const struct view *v;
    const struct form *refused;
    struct report_record last;
    bool built;
    struct messages mails;      /* of reports, by id */
    const struct message *mail; /* of the last report, or NULL */
    const char *text;           /* its words */
};

static bool load(struct call *c, struct friday_page *p)
{
    struct arena *a = call_arena(c);
    struct tx tx = {0};
    struct buf words = BUF_INIT(LIMIT_MAIL_BYTES);
    const struct message_filter f = {.kinds = 1u << OUTBOX_REPORT};
    bool found = false;
    bool ok = tx_begin(c->desk->store, TX_READ, &tx, &c->err) &&
              report_latest(&tx, a, p->v->day, &p->last, &p->built, &c->err) &&
              messages_load(&tx, a, &f, &p->mails, &c->err);
    for (size_t i = 0; ok && i < p->mails.count; i++) {
        if (p->built && p->mails.items[i].report_id == p->last.id && p->mails.items[i].state != OUTBOX_CANCELLED)
            p->mail = &p->mails.items[i];
    }
    ok = ok && (p->mail == NULL || message_bytes(&tx, p->mail->id, &words, NULL, &found, &c->err));
    p->text = found ? arena_strdup(a, buf_text(&words)) : "";
    buf_release(&words);
    tx_rollback(&tx);
    return ok;
}

static void write_sending(struct call *c, const struct friday_page *p)
{
    struct html *h = &c->html;
    const struct profile *profile = &c->desk->files.profile;
    struct form f = {.action = "/divendres/envia"};
    if (p->refused != NULL)
        f = *p->refused;
    part_state(c, outbox_has_left(p->mail->state) ? STATE_GOOD : STATE_SOON,
               call_tr(c, outbox_state_words(p->mail->state)));
    html_raw(h, "<dl class=\"pairs\"><dt>");
    html_text(h, call_tr(c, N_("Subject")));
    html_raw(h, "</dt><dd>");
    html_text(h, p->mail->subject);
    html_raw(h, "</dd><dt>");
    html_text(h, call_tr(c, N_("To")));
    html_raw(h, "</dt><dd>");
    for (size_t i = 0; i < profile->to_count + profile->cc_count; i++) {
        const struct address *to = i < profile->to_count ? &profile->to[i] : &profile->cc[i - profile->to_count];
        html_text(h, arena_printf(call_arena(c), "%s%s <%s>", i > 0 ? ", " : "", to->name, to->email));
    }
    html_raw(h, "</dd></dl>");
    if (p->mail->state == OUTBOX_PLANNED && call_may(c, PERMISSION_REPORT)) {
        form_open(c, &f, NULL);
        form_close(c,
                   words_count(call_arena(c), c->lang, "Approve and send to %zu person",
                               "Approve and send to %zu people", profile->to_count + profile->cc_count),
                   true);
    }
}

static void write_history(struct call *c, const struct friday_page *p)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    if (p->mails.count == 0)
        return;
    layout_section(c, "abans", call_tr(c, N_("Every week")), "");
    html_raw(h, "<ul class=\"plain outages\">");
    for (size_t i = p->mails.count; i > 0 && i + 60 > p->mails.count; i--) {
        const struct message *m = &p->mails.items[i - 1];
        html_raw(h, "<li class=\"row between\"><span>");
        part_day(c, m->day, words_weekday_date(a, c->lang, m->day));
        html_text(h, " · ");
        html_text(h, m->subject);
        html_raw(h, "</span>");
        part_state(c,
                   outbox_has_left(m->state)      ? STATE_GOOD
                   : m->state == OUTBOX_CANCELLED ? STATE_MUTED
                                                  : STATE_SOON,
                   call_tr(c, outbox_state_words(m->state)));
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul>");
}

static void show(struct call *c, const struct form *refused, int status)
{
    struct html *h = &c->html;
    struct friday_page p = {.v = call_view(c), .refused = refused};
    if (p.v == NULL)
        return;
    if (!load(c, &p)) {
        call_failed(c);
        return;
    }
    layout_begin(c, call_tr(c, N_("Friday")), "/divendres");
    layout_head(
        c, call_tr(c, N_("The Friday report")),
        p.built ? call_text(c, N_("the last one is of %s, %s"), words_weekday_date(call_arena(c), c->lang, p.last.day),
                            words_distance(call_arena(c), c->lang, p.last.day, p.v->day))
                : NULL);
    if (strcmp(call_query(c, "fet"), "envia") == 0)
        part_notice(c, true, call_tr(c, N_("Done.")), call_tr(c, N_("Approved: the report goes out by itself.")));
    if (refused != NULL && (p.mail == NULL || p.mail->state != OUTBOX_PLANNED))
        part_notice(c, false, call_tr(c, N_("Not done:")), refused->refused);
    if (p.mail == NULL) {
        part_empty(c, call_tr(c, N_("No report waits to be sent")),
                   call_tr(c, N_("`talaia report build` makes it: the workbook, the e-mail and its pictures.")));
    } else {
        html_raw(h, "<div class=\"card seen\">");
        write_sending(c, &p);
        html_raw(h, "</div>");
        layout_section(c, "text", call_tr(c, N_("What it says")), "");
        html_open(h, "pre");
        html_attr(h, "class", "card mailtext");
        html_attr(h, "tabindex", "0");
        html_text(h, p.text);
        html_close(h);
    }
    write_history(c, &p);
    layout_end(c);
    call_page(c, status);
}

void page_friday(struct call *c)
{
    show(c, NULL, 200);
}

void form_friday(struct call *c)
{
    const struct friday_sending s = {0};
    struct message m;
    if (friday_approve(c->desk, call_arena(c), &s, &m, &c->err)) {
        wake_mailer(c->desk);
        call_redirect(c, "/divendres?fet=envia");
        return;
    }
    if (c->err.code != ERR_STATE && c->err.code != ERR_UNKNOWN && c->err.code != ERR_VALUE) {
        call_failed(c);
        return;
    }
    const struct form f = {.action = "/divendres/envia", .refused = arena_strdup(call_arena(c), c->err.text)};
    err_clear(&c->err);
    show(c, &f, 422);
}
