/* Mails about incidents: written when they are decided, put into the outbox as approved, and carried on by the mailer
 * like any other (core/outbox.h). */
#include "core/date_text.h"
#include "draw/mail_page.h"
#include "draw/template.h"
#include "flow/incident_run.h"
#include "flow/letter.h"
#include "flow/mail_server.h"
#include "flow/wake.h"
#include "mail/compose.h"
#include "record/message.h"

#define COLUMNS_OF_TEXT 76

static struct address sender(const struct desk *d)
{
    const char *from = config_text(d->config, KEY_MAIL_FROM);
    struct address a = d->files.profile.from;
    if (from[0] != '\0')
        a.email = from;
    return a;
}

static struct message_recipient *recipients(struct arena *a, const struct incident_letter *l)
{
    struct message_recipient *to = arena_array(a, struct message_recipient, l->to_count + l->cc_count + 1);
    for (size_t i = 0; i < l->to_count + l->cc_count; i++) {
        bool cc = i >= l->to_count;
        const struct address *x = cc ? &l->cc[i - l->to_count] : &l->to[i];
        to[i] = (struct message_recipient){.field = cc ? "cc" : "to", .name = x->name, .email = x->email, .reply = ""};
    }
    return to;
}

static bool compose(struct desk *d, struct arena *a, const struct incident_letter *l, const struct message *m,
                    struct buf *bytes, struct err *e)
{
    static const struct mail_header automatic = {.name = "Auto-Submitted", .value = "auto-generated"};
    const char *const references[] = {m->in_reply_to};
    const struct mail_message mail = {
        .from = sender(d),
        .to = l->to,
        .to_count = l->to_count,
        .cc = l->cc,
        .cc_count = l->cc_count,
        .subject = m->subject,
        .date = m->date,
        .message_id = m->message_id,
        .talaia_id = m->uid,
        .in_reply_to = m->in_reply_to[0] == '\0' ? NULL : m->in_reply_to,
        .references = references,
        .reference_count = m->in_reply_to[0] == '\0' ? 0 : 1,
        .extra = &automatic,
        .extra_count = 1,
        .language = lang_code(l->lang),
        .text = str_of(l->text),
    };
    (void)a;
    return mail_compose(&mail, bytes, e);
}

bool incident_letter_put(struct desk *d, struct tx *tx, struct arena *a, const struct incident_letter *l,
                         int64_t *ret_id, struct err *e)
{
    char uid[MESSAGE_UID_BYTES];
    struct message first = {.message_id = ""};
    bool found = false;
    const char *at = strchr(sender(d).email, '@');
    struct buf bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    if (l->answers != 0 && !message_get(tx, a, l->answers, &first, &found, e))
        return false;
    message_new_uid(uid);
    struct message m = {
        .uid = uid,
        .kind = OUTBOX_LETTER,
        .day = d->by.day,
        .certificates = "",
        .lang = l->lang,
        .subject = l->subject,
        .ticket = "",
        .folder = "",
        .trouble = "",
        .message_id = arena_printf(a, "%s@%s", uid, at == NULL ? "localhost" : at + 1),
        .in_reply_to = found ? first.message_id : "",
        .references = found ? first.message_id : "",
        .date = d->by.at,
    };
    bool ok = compose(d, a, l, &m, &bytes, e);
    m.sha256 = ok ? letter_hash(a, buf_str(&bytes)) : "";
    m.size = (int64_t)bytes.n;
    ok = ok && message_add(tx, &d->by, &m, "", &m.id, e) &&
         message_freeze(tx, &m, str_of(l->text), buf_str(&bytes), e) &&
         recipients_put(tx, m.id, recipients(a, l), l->to_count + l->cc_count, e) &&
         message_move(tx, &d->by, ACTOR_SCHEDULER, &m, OUTBOX_APPROVED, "", e);
    buf_release(&bytes);
    if (ok)
        *ret_id = m.id;
    return ok;
}

/* ------------------------------------------------------------------ the provider */

static const char *when(struct arena *a, instant_t t, enum lang lang)
{
    char day[DATE_LONG_BYTES];
    if (t == INSTANT_NONE)
        return "";
    return arena_printf(a, tr(lang, N_("%s at %s")), date_plain(day_madrid(t), lang, day), incident_hour(a, t));
}

/* What is told of several is told of the one that began, with the names of the others. */
static const char *seen_words(struct incident_pass *p, const struct incident_group *g, enum lang lang)
{
    if (g->count == 0)
        return g->leader.seen;
    const char *seen = g->leader.seen, *stop = str_ends(str_of(seen), ".") ? "" : ".";
    return arena_printf(&p->a, tr(lang, N_("%s These fail with it: %s.")), arena_printf(&p->a, "%s%s", seen, stop),
                        incident_group_names(p, g, lang));
}

static const char *all_names(struct incident_pass *p, const struct incident_group *g, enum lang lang)
{
    return g->count == 0 ? g->leader.probe
                         : arena_printf(&p->a, "%s, %s", g->leader.probe, incident_group_names(p, g, lang));
}

static instant_t all_over(const struct incident_group *g)
{
    instant_t last = g->leader.recovered;
    for (size_t i = 0; i < g->count; i++)
        last = g->followers[i].recovered > last ? g->followers[i].recovered : last;
    return last;
}

bool incident_provider_mail(struct incident_pass *p, struct tx *tx, struct incident_group *g, const struct runbook *r,
                            bool over, struct err *e)
{
    struct arena *a = &p->a;
    struct incident *x = &g->leader;
    instant_t until = over ? all_over(g) : p->desk->by.at;
    const char *path, *name = over ? "incident-over" : "incident-provider";
    const struct template_value values[] = {
        {.name = "provider", .value = r->provider},
        {.name = "probe", .value = x->probe},
        {.name = "service", .value = x->service[0] == '\0' ? x->probe : x->service},
        {.name = "target", .value = x->target[0] == '\0' ? x->probe : x->target},
        {.name = "probes", .value = all_names(p, g, r->provider_lang)},
        {.name = "seen", .value = seen_words(p, g, r->provider_lang)},
        {.name = "since", .value = when(a, x->since, r->provider_lang)},
        {.name = "until", .value = over ? when(a, until, r->provider_lang) : ""},
        {.name = "duration",
         .value = duration_words(a, until < x->since ? 0 : (until - x->since) / INSTANT_PER_SECOND)},
        {.name = "ticket", .value = x->ticket[0] == '\0' ? "—" : x->ticket},
    };
    struct template t;
    struct buf words = BUF_INIT(LIMIT_TEMPLATE_BYTES);
    const char *text = profile_message(a, &p->desk->files, name, r->provider_lang, &path, e);
    bool ok = text != NULL && template_read(a, str_of(text), path, values, sizeof values / sizeof *values, &t, e) &&
              template_text(&t, COLUMNS_OF_TEXT, NULL, NULL, &words, e);
    const struct incident_letter l = {
        .to = r->to,
        .to_count = r->to_count,
        .cc = r->cc,
        .cc_count = r->cc_count,
        .lang = r->provider_lang,
        .subject = ok && t.subject != NULL ? t.subject : x->probe,
        .text = ok ? arena_text(a, buf_str(&words)) : "",
        .answers = x->mail_id, /* 0 the first time */
    };
    buf_release(&words);
    int64_t id = 0;
    if (!ok || !incident_letter_put(p->desk, tx, a, &l, &id, e))
        return false;
    if (over)
        x->mail_over_id = id;
    else
        x->mail_id = id, x->mail_over_id = 0;
    p->report->of[INCIDENT_DID_MAILED]++;
    return true;
}
