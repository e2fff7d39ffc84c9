/* Not here: what a template's marks mean (draw/template.h), when a warning goes out (plan.c). */
#include "flow/texts.h"

#include "base/text.h"
#include "flow/friday_model.h"
#include "flow/plan.h"
#include "record/audit.h"
#include "report/text.h"

/* Of the report's e-mail; report/texts.h explains them. */
#define REPORT_FIELDS                                                                                                  \
    "day day_long from until ok_count ko_count certificate_count excluded_count organisation changes ok ko "           \
    "certificates excluded"

const struct text_kind text_kinds[] = {
#define X(name, words, fields) {(name), (words), (fields)},
    MESSAGE_LIST(X) INTEGRATION_MESSAGE_LIST(X)
#undef X
        {"report-mail", N_("The Friday e-mail"), REPORT_FIELDS},
};
const size_t text_kind_count = sizeof text_kinds / sizeof *text_kinds;

const struct text_kind *text_kind_find(const char *name)
{
    for (size_t i = 0; i < text_kind_count; i++) {
        if (strcmp(text_kinds[i].name, name) == 0)
            return &text_kinds[i];
    }
    return NULL;
}

static bool is_report(const struct text_kind *k)
{
    return strcmp(k->name, "report-mail") == 0;
}

static bool is_integration(const struct text_kind *k)
{
    return str_starts(str_of(k->name), "integration-");
}

/* What stands in the fields of a message of an integration when it is shown without one. */
static const char *sample_value(const struct desk *d, struct str field, const struct body *b)
{
    const struct profile *p = &d->files.profile;
    const struct {
        const char *name, *value;
    } samples[] = {
        {"name", b == NULL ? "Ajuntament d'Exemple" : b->name},
        {"company", "Programari Exemple, SL"},
        {"fp", "FP-2031"},
        {"ticket", "ST-9001"},
        {"through", "Consell Comarcal d'Exemple"},
        {"missing", "- …\n- …"},
        {"evidence", "- …\n- …"},
        {"configured", "- …\n- …"},
        {"asked", "9/11/2026"},
        {"reason", "…"},
        {"folder", "FP-2031 Ajuntament d'Exemple"},
        {"link", "https://talaia.example/decisio/…"},
        {"page", "https://talaia.example/integracions/1"},
        {"ine10", b == NULL || b->ine10[0] == '\0' ? "0800180001" : b->ine10},
        {"consortium", "9821920002"},
        {"examples", "…"},
        {"form", p->link_form},
        {"platform", p->link_platform},
        {"service", p->link_service},
        {"cda", "Ajuntament d'Exemple (SHA-256 3f6a0c51d2b7e894…)"},
        {"former", "Ajuntament d'Exemple (SHA-256 9b21d84f07ac35e6…)"},
        {"expires", "20/12/2026"},
        {"days", "30"},
        {"revoked", "9/11/2026"},
        {"until", "5/12/2026"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        if (str_is(field, samples[i].name))
            return samples[i].value;
    }
    return "";
}

static bool read_integration(struct desk *d, const struct text_kind *k, const char *text, const char *where,
                             const struct body *b, struct template *ret, struct err *e)
{
    struct template_value values[32];
    struct str rest = str_of(k->fields), field;
    size_t count = 0;
    while (count < sizeof values / sizeof *values && str_split(&rest, ' ', &field))
        values[count++] =
            (struct template_value){.name = arena_text(&d->arena, field), .value = sample_value(d, field, b)};
    return template_read(&d->arena, str_of(text), where, values, count, ret, e);
}

/* CR LF of a form becomes LF, and the text ends with one. */
static const char *kept_text(struct desk *d, const char *text)
{
    size_t n = strlen(text), k = 0;
    char *out = arena_alloc(&d->arena, n + 2, 1);
    for (size_t i = 0; i < n; i++) {
        if (text[i] != '\r' || text[i + 1] != '\n')
            out[k++] = text[i];
    }
    while (k > 0 && out[k - 1] == '\n')
        k--;
    out[k++] = '\n';
    out[k] = '\0';
    return out;
}

/* ------------------------------------------------------------------ reading */

static const char *at_desk(struct desk *d, struct arena *a, const char *name, enum lang lang)
{
    return arena_printf(a, tr(d->lang, N_("%s.%s (written at the desk)")), name, lang_code(lang));
}

bool texts_refresh(struct desk *d, struct tx *tx, struct err *e)
{
    int64_t mark;
    struct text_version *all;
    size_t count = 0, kept = 0;
    if (!text_version_mark(tx, &mark, e))
        return false;
    if (mark == d->texts_mark)
        return true;
    if (!text_versions_load(tx, &d->arena, &all, &count, e))
        return false;
    struct profile_text *texts = arena_array(&d->arena, struct profile_text, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (all[i].text != NULL)
            texts[kept++] = (struct profile_text){.name = all[i].name,
                                                  .lang = all[i].lang,
                                                  .text = all[i].text,
                                                  .where = at_desk(d, &d->arena, all[i].name, all[i].lang)};
    }
    d->files.texts = texts;
    d->files.text_count = kept;
    d->texts_mark = mark;
    return true;
}

bool texts_read(struct desk *d, struct err *e)
{
    struct tx tx;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = texts_refresh(d, &tx, e);
    tx_rollback(&tx);
    return ok;
}

bool texts_history(struct desk *d, const struct text_kind *k, enum lang lang, struct text_version **ret,
                   size_t *ret_count, struct err *e)
{
    struct tx tx;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = texts_refresh(d, &tx, e) &&
              text_version_history(&tx, &d->arena, k->name, lang, LIMIT_WEB_HISTORY, ret, ret_count, e);
    tx_rollback(&tx);
    return ok;
}

bool texts_get(struct desk *d, const struct text_kind *k, enum lang lang, struct text_now *ret, struct err *e)
{
    struct text_version *versions;
    size_t count;
    if (!texts_history(d, k, lang, &versions, &count, e))
        return false;
    struct text_now now = {.who = "", .reason = "", .at = INSTANT_NONE};
    now.text = profile_message(&d->arena, &d->files, k->name, lang, &now.where, e);
    if (now.text == NULL)
        return false;
    if (count > 0) {
        now.version = versions[0].id;
        now.at_desk = versions[0].text != NULL;
        now.who = versions[0].who;
        now.reason = versions[0].reason;
        now.at = versions[0].at;
    }
    *ret = now;
    return true;
}

/* ------------------------------------------------------------------ rendering */

/* A body's case as the text is about it, whatever its dates really are. */
static struct planned planned_of(struct desk *d, struct arena *a, const struct text_kind *k, const struct body *b)
{
    struct planned p = {.body = b, .warning = {.driver = CERT_CDS, .days = {DAYS_NONE, DAYS_NONE}}};
    while (p.warning.situation != SITUATION_PAIR_BOTH && strcmp(plan_message_name(p.warning.situation), k->name) != 0)
        p.warning.situation++;
    for (int kind = 0; kind < CERT_KINDS; kind++) {
        day_t expires = b->expires[kind];
        if (expires == DAY_NONE)
            continue;
        p.wcase.certs[p.wcase.count++] = (struct case_cert){.kind = (enum cert_kind)kind, .expires = expires};
        p.warning.days[kind] = days_left(expires, d->by.day);
        if (b->expires[p.warning.driver] == DAY_NONE || expires < b->expires[p.warning.driver])
            p.warning.driver = (enum cert_kind)kind;
    }
    p.wcase.ticket = NULL;
    p.subject = warning_subject(a, &d->files.profile, b->name, &p.wcase);
    p.why = "";
    return p;
}

/* A report with nothing in it: its texts can be read with it. */
static bool check_report(struct desk *d, struct arena *a, enum lang lang, struct report_texts *texts, struct err *e)
{
    const struct report r = {.day = d->by.day,
                             .lang = lang,
                             .profile = &d->files.profile,
                             .period = {.after = DAY_NONE, .until = d->by.day}};
    struct template t;
    return report_template(a, &r, texts, &t, e);
}

bool texts_check(struct desk *d, const struct text_kind *k, enum lang lang, const char *text, struct err *e)
{
    struct arena *a = &d->arena;
    const struct body nobody = {.name = "", .expires = {DAY_NONE, DAY_NONE}};
    struct template t;
    if (!str_utf8_valid(str_of(text)))
        return err_set(e, ERR_VALUE, N_("the text is not UTF-8"));
    if (str_trim(str_of(text)).n == 0)
        return err_set(e, ERR_VALUE, N_("the text is empty"));
    if (strlen(text) > LIMIT_TEMPLATE_BYTES)
        return err_set(e, ERR_LIMIT, N_("the template is larger than %u bytes"), LIMIT_TEMPLATE_BYTES);
    struct str rest = str_of(text);
    uint32_t c;
    while (rest.n > 0 && str_utf8_next(&rest, &c)) {
        if (c != '\n' && c != '\t' && str_is_control(c))
            return err_set(e, ERR_VALUE, N_("the control character U+%04X may not stand here; delete it"), (unsigned)c);
    }
    const char *where = arena_printf(a, "%s.%s", k->name, lang_code(lang));
    if (is_report(k))
        return check_report(d, a, lang, &(struct report_texts){.text = str_of(text), .file = where}, e);
    if (is_integration(k))
        return read_integration(d, k, text, where, NULL, &t, e);
    struct planned p = planned_of(d, a, k, &nobody);
    return plan_render(d, a, &p, lang, str_of(text), where, &t, e);
}

static bool preview_report(struct desk *d, enum lang lang, const char *text, const char *where, struct buf *words,
                           struct text_preview *ret, struct err *e)
{
    struct tx tx;
    struct report r;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = friday_model(d, &tx, &d->arena, false, &r, e);
    tx_rollback(&tx);
    if (!ok)
        return false;
    r.lang = lang;
    ret->subject = report_subject(&d->arena, &r, e);
    return ret->subject != NULL &&
           report_text(&r, &(struct report_texts){.text = str_of(text), .file = where}, words, e);
}

static const char *recipients(struct desk *d, int64_t body_id, struct err *e)
{
    struct tx tx;
    struct contact *list;
    size_t count = 0;
    const char *to = "";
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return NULL;
    bool ok = contacts_load(&tx, &d->arena, body_id, d->by.day, &list, &count, e);
    tx_rollback(&tx);
    for (size_t i = 0; ok && i < count && i < LIMIT_OUTBOX_RECIPIENTS; i++)
        to = arena_printf(&d->arena, "%s%s%s", to, i > 0 ? ", " : "", list[i].email);
    return ok ? to : NULL;
}

bool texts_preview(struct desk *d, const struct text_kind *k, enum lang lang, const char *text, const struct body *b,
                   struct html *html, struct buf *words, struct text_preview *ret, struct err *e)
{
    struct arena *a = &d->arena;
    struct text_preview shown = {.subject = "", .to = ""};
    struct template t;
    const char *where = arena_printf(a, "%s.%s", k->name, lang_code(lang));
    text = kept_text(d, text); /* as a form sends it, its lines end with CR LF */
    if (!texts_check(d, k, lang, text, e))
        return false;
    if (is_report(k)) {
        if (!preview_report(d, lang, text, where, words, &shown, e))
            return false;
        *ret = shown;
        return true;
    }
    if (is_integration(k)) {
        if (!read_integration(d, k, text, where, b, &t, e))
            return false;
        shown.subject = t.subject == NULL ? "" : t.subject;
        shown.as_html = html != NULL;
        *ret = shown;
        return html != NULL ? template_html(&t, false, NULL, NULL, html, e)
                            : template_text(&t, 76, NULL, NULL, words, e);
    }
    if (b == NULL)
        return err_set(e, ERR_STATE, N_("no body has the certificates that this text is about"));
    struct planned p = planned_of(d, a, k, b);
    shown.subject = p.subject;
    shown.as_html = html != NULL;
    shown.to = recipients(d, b->id, e);
    if (shown.to == NULL || !plan_render(d, a, &p, lang, str_of(text), where, &t, e))
        return false;
    *ret = shown;
    return html != NULL ? template_html(&t, false, NULL, NULL, html, e) : template_text(&t, 76, NULL, NULL, words, e);
}

const struct body *texts_sample(struct desk *d, struct arena *a, const struct text_kind *k, const struct bodies *bodies)
{
    const struct body *best = NULL;
    bool pair = strstr(k->name, "pair") != NULL;
    (void)a;
    for (size_t i = 0; i < bodies->count; i++) {
        const struct body *b = &bodies->items[i];
        bool both = b->expires[CERT_CDS] != DAY_NONE && b->expires[CERT_CDA] != DAY_NONE;
        bool one = b->expires[CERT_CDS] != DAY_NONE || b->expires[CERT_CDA] != DAY_NONE;
        if (warning_whether(b) != WARN_YES || !(pair ? both : one) || body_urgency(b, d->by.day) < 0)
            continue;
        if (best == NULL || body_urgency(b, d->by.day) < body_urgency(best, d->by.day))
            best = b;
    }
    return best;
}

/* ------------------------------------------------------------------ writing */

static bool put(struct desk *d, const struct text_kind *k, enum lang lang, const char *text, const char *reason,
                int64_t expect, int64_t *ret_version, struct err *e)
{
    struct tx tx = {0};
    const char *why = text_clean(&d->arena, str_of(reason), false);
    if (!str_utf8_valid(str_of(reason)) || str_utf8_count(str_of(why)) > LIMIT_NOTE_CHARS)
        return err_set(e, ERR_VALUE, N_("the text has more than %d characters; shorten it"), LIMIT_NOTE_CHARS);
    const struct text_version v = {.name = k->name, .lang = lang, .text = text, .reason = why};
    const char *detail = arena_printf(&d->arena, "%s.%s%s%s%s", k->name, lang_code(lang),
                                      text == NULL ? " (the profile's file)" : "", why[0] == '\0' ? "" : ": ", why);
    if (!tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = text_version_add(&tx, &d->by, &v, expect, ret_version, e) &&
              audit_add(&tx, &d->by, text == NULL ? "text-restore" : "text-edit", 0, detail, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

bool texts_save(struct desk *d, const struct text_kind *k, enum lang lang, const char *text, const char *reason,
                int64_t expect, int64_t *ret_version, struct err *e)
{
    struct text_now now;
    const char *kept = kept_text(d, text);
    if (!texts_check(d, k, lang, kept, e) || !texts_get(d, k, lang, &now, e))
        return false;
    if (strcmp(kept_text(d, now.text), kept) == 0)
        return err_set(e, ERR_STATE, N_("the text is the one that is in force; nothing was changed"));
    return put(d, k, lang, kept, reason, expect, ret_version, e);
}

bool texts_restore(struct desk *d, const struct text_kind *k, enum lang lang, int64_t version, const char *reason,
                   int64_t *ret_version, struct err *e)
{
    struct text_version *versions;
    size_t count;
    struct text_now now;
    if (!texts_get(d, k, lang, &now, e) || !texts_history(d, k, lang, &versions, &count, e))
        return false;
    if (version == 0)
        return now.at_desk ? put(d, k, lang, NULL, reason, now.version, ret_version, e)
                           : err_set(e, ERR_STATE, N_("the profile's file is in force already"));
    for (size_t i = 0; i < count; i++) {
        if (versions[i].id != version)
            continue;
        if (versions[i].text == NULL)
            return texts_restore(d, k, lang, 0, reason, ret_version, e);
        return texts_save(d, k, lang, versions[i].text, reason, now.version, ret_version, e);
    }
    return err_set(e, ERR_UNKNOWN, N_("this text has no version %lld"), (long long)version);
}
