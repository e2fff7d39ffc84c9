/* Messages of integrations: what stands in their fields when they are planned, and their bytes when the mailer writes
 * them, with the text that is in force then. */
#include "flow/onboard_run.h"

#include "core/date_text.h"
#include "draw/template.h"
#include "flow/letter.h"
#include "mail/compose.h"
#include "record/contact.h"

#define TEXT_COLUMNS 76 /* as warnings: RFC 5322 §2.1.1 */
#define FIELDS_MOST 32

/* ------------------------------------------------------------------ what stands in the fields */

/* A line each, for the requester: what is missing, and why what came cannot be used. */
static const char *missing_lines(struct onboarding *o, enum lang lang, struct err *e)
{
    const struct {
        unsigned bit;
        enum integration_role role;
        enum integration_check check;
    } all[] = {
        {INTEGRATION_BIT(FORM), INTEGRATION_ROLE_FORM, INTEGRATION_CHECK_FORM},
        {INTEGRATION_BIT(CDA), INTEGRATION_ROLE_CDA, INTEGRATION_CHECK_CDA},
        {INTEGRATION_BIT(ADDRESSES), INTEGRATION_ROLE_OTHER, INTEGRATION_CHECK_ADDRESSES},
    };
    const char *lines = "";
    unsigned ask = integration_to_ask(&o->facts);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const struct integration_file *f =
            all[i].role == INTEGRATION_ROLE_OTHER ? NULL : onboarding_file(o, all[i].role);
        if ((ask & all[i].bit) == 0)
            continue;
        lines = arena_printf(o->arena, "%s%s- %s", lines, lines[0] == '\0' ? "" : "\n",
                             tr(lang, integration_check_words(all[i].check)));
        struct integration_finding *list;
        size_t count = 0;
        if (f != NULL && !integration_findings_load(o->tx, o->arena, f->id, &list, &count, e))
            return NULL;
        for (size_t k = 0; k < count; k++) {
            struct document_reason r = {
                .signature = -1, .what = list[k].text, .other = list[k].other, .day = list[k].day};
            if (list[k].kind != INTEGRATION_FINDING_REASON || !document_reason_find(str_of(list[k].code), &r.code) ||
                document_reason_grade(r.code) != DOCUMENT_INVALID)
                continue;
            lines = arena_printf(o->arena, "%s\n  %s: %s %s", lines, f->name,
                                 document_fill(o->arena, tr(lang, document_reason_sentence(r.code)), &r),
                                 document_fill(o->arena, tr(lang, document_reason_advice(r.code)), &r));
        }
    }
    return lines;
}

static const char *file_line(struct onboarding *o, const struct integration_file *f, enum lang lang)
{
    char day[DAY_TEXT_BYTES] = "";
    enum document_verdict v = DOCUMENT_INVALID;
    if (f == NULL)
        return tr(lang, N_("not needed"));
    (void)document_verdict_find(str_of(f->verdict), &v);
    instant_t at = f->role == INTEGRATION_ROLE_CDA ? f->not_after : f->signed_at;
    if (at != INSTANT_NONE)
        (void)day_dmy(day_madrid(at), day);
    const char *line = arena_printf(o->arena, "%s (%s, %s%s%s%s)", f->name, tr(lang, document_verdict_words(v)),
                                    f->signer, f->signer_nif[0] == '\0' ? "" : ", ", f->signer_nif,
                                    day[0] == '\0' ? "" : arena_printf(o->arena, ", %s", day));
    return f->accepted == INSTANT_NONE
               ? line
               : arena_printf(o->arena, tr(lang, N_("%s; taken by %s: %s")), line, f->accepted_who, f->accepted_why);
}

/* Everything that the head of service must see, a line each. */
static const char *evidence_lines(struct onboarding *o, enum lang lang)
{
    const struct integration *x = &o->x;
    struct arena *a = o->arena;
    const char *text = arena_printf(
        a, "- %s: %s%s%s\n- %s: %s\n- CDA: %s\n- IP: %s", tr(lang, N_("Eligibility")),
        tr(lang, integration_standing_words(x->standing)), x->through[0] == '\0' ? "" : ": ", x->through,
        tr(lang, N_("Signed form")), file_line(o, onboarding_file(o, INTEGRATION_ROLE_FORM), lang),
        file_line(o, onboarding_file(o, INTEGRATION_ROLE_CDA), lang), x->addresses[0] == '\0' ? "-" : x->addresses);
    if (x->authority[0] != '\0')
        text = arena_printf(a, "%s\n- %s: %s", text, tr(lang, N_("Written authorisation")), x->authority);
    for (int m = 0; m < HOMOLOGATION_COUNT && o->tests.complete; m++) {
        const struct homologation_request *r = o->tests.tests[m].request;
        char at[INSTANT_TEXT_BYTES];
        text = arena_printf(a, "%s\n- %s: %s, %s", text, homologation_modality((enum homologation_modality)m),
                            r->request, instant_madrid(r->at, at));
    }
    return text;
}

/* Where people reach the desk. */
static const char *desk_url(struct desk *d, struct arena *a)
{
    const char *url = config_text(d->config, KEY_WEB_URL);
    struct str kept =
        str_of(url[0] != '\0' ? url : arena_printf(a, "http://%s", config_text(d->config, KEY_WEB_LISTEN)));
    while (kept.n > 0 && kept.p[kept.n - 1] == '/')
        kept.n--;
    return arena_text(a, kept);
}

/* The link that decides; where nobody decides by this message, none is made. */
static bool link_of(struct onboarding *o, const char *name, const char **ret, struct err *e)
{
    const char *token;
    *ret = "";
    if (strcmp(name, "integration-unlisted") != 0 && !str_starts(str_of(name), "integration-approval"))
        return true;
    if (o->preview)
        token = "…";
    else if (!onboard_token_make(o->desk, o->tx, &o->x, &token, e))
        return false;
    *ret = arena_printf(o->arena, "%s/decisio/%s", desk_url(o->desk, o->arena), token);
    return true;
}

/* Who is written to. ALL: the body's own contacts too, where the registry has them, for it is the body that is
 * integrated whoever its provider is. */
static bool recipients_of(struct desk *d, struct tx *tx, struct arena *a, const struct integration *x,
                          enum integration_turn told, struct address **ret, size_t *ret_count, struct err *e)
{
    const struct profile *p = &d->files.profile;
    struct contact *own = NULL;
    size_t own_count = 0, count = 0;
    if (told == INTEGRATION_TURN_ALL && x->body_id != 0 &&
        !contacts_load(tx, a, x->body_id, d->by.day, &own, &own_count, e))
        return false;
    struct address *to = arena_array(a, struct address, p->head_count + own_count + 1);
    for (size_t i = 0; told == INTEGRATION_TURN_HEAD && i < p->head_count; i++)
        to[count++] = p->heads[i];
    if (told != INTEGRATION_TURN_HEAD && email_ok(str_of(x->email)))
        to[count++] = (struct address){.name = x->contact, .email = x->email};
    for (size_t i = 0; i < own_count; i++) {
        if (!str_is_nocase(str_of(own[i].email), x->email))
            to[count++] = (struct address){.name = own[i].name, .email = own[i].email};
    }
    *ret = to;
    *ret_count = count;
    return true;
}

static const char *day_text(struct arena *a, day_t day)
{
    char text[DAY_TEXT_BYTES];
    return day == DAY_NONE ? "" : arena_strdup(a, day_dmy(day, text));
}

/* "Ajuntament de Berga (a1b2c3d4e5f60718)": whose it is, and the beginning of its fingerprint, by which it is told. */
static const char *cda_text(struct arena *a, const struct integration_file *f)
{
    return f == NULL
               ? ""
               : arena_printf(a, "%s (SHA-256 %.16s…)", f->signer[0] == '\0' ? f->name : f->signer, f->fingerprint);
}

/* All fields; the text takes those that it names. */
static bool fields_of(struct onboarding *o, const char *name, enum lang lang, struct integration_field *to,
                      size_t *ret_count, struct err *e)
{
    const struct integration *x = &o->x;
    const struct profile *p = &o->desk->files.profile;
    struct arena *a = o->arena;
    const struct integration_file *cda = onboarding_file(o, INTEGRATION_ROLE_CDA);
    day_t expires = cda == NULL || cda->not_after == INSTANT_NONE ? DAY_NONE : day_madrid(cda->not_after);
    instant_t revoked = o->cda == NULL ? INSTANT_NONE : o->cda->revoked_since;
    char asked[DAY_TEXT_BYTES];
    const char *link, *configured, *missing = missing_lines(o, lang, e);
    if (missing == NULL || !link_of(o, name, &link, e) || !onboard_configured(o, lang, &configured, e))
        return false;
    const struct integration_field all[] = {
        {"name", x->name},
        {"company", x->company[0] == '\0' ? tr(lang, N_("its own means")) : x->company},
        {"fp", x->fp},
        {"through", x->through},
        {"missing", missing},
        {"asked", arena_strdup(a, day_dmy_short(x->asked == DAY_NONE ? x->opened : x->asked, asked))},
        {"reason", o->reason},
        {"evidence", evidence_lines(o, lang)},
        {"folder", x->folder},
        {"link", link},
        {"page", arena_printf(a, "%s/integracions/%lld", desk_url(o->desk, a), (long long)x->id)},
        {"configured", configured},
        {"ine10", x->ine10},
        {"form", p->link_form},
        {"platform", p->link_platform},
        {"service", p->link_service},
        {"cda", cda_text(a, cda)},
        {"expires", day_text(a, expires)},
        {"days", expires == DAY_NONE ? "" : arena_printf(a, "%d", expires - o->desk->by.day)},
        {"revoked", day_text(a, revoked == INSTANT_NONE ? o->desk->by.day : day_madrid(revoked))},
        {"former", cda_text(a, o->former)},
        {"until", day_text(a, o->former_until == DAY_NONE ? o->desk->by.day : o->former_until)},
    };
    memcpy(to, all, sizeof all);
    *ret_count = sizeof all / sizeof *all;
    return true;
}

/* The table's text; but of a body that is integrated already there is no new form to speak of. */
static const char *text_of(const struct onboarding *o, const struct integration_move *m)
{
    bool only_cda = o->x.only_cda && o->facts.form != INTEGRATION_DOCUMENT_GOOD;
    return only_cda && strcmp(m->message, "integration-approval-pre") == 0 ? "integration-approval-cda" : m->message;
}

bool onboard_letter_plan(struct onboarding *o, const struct integration_move *move, struct err *e)
{
    struct desk *d = o->desk;
    const char *name = text_of(o, move);
    enum integration_turn told = move->told;
    bool head = told == INTEGRATION_TURN_HEAD;
    enum lang lang = head ? d->files.profile.language : o->x.lang;
    struct integration_field fields[FIELDS_MOST];
    struct integration_letter l = {.integration_id = o->x.id, .name = name, .told = told, .fields = fields};
    struct address *to;
    size_t readers = 0;
    if (!recipients_of(d, o->tx, o->arena, &o->x, told, &to, &readers, e))
        return false;
    if (readers == 0)
        return true; /* decided in the desk; or nobody to write to, which the page and the ticket show */
    struct message m = {
        .uid = "",
        .kind = OUTBOX_INTEGRATION,
        .day = d->by.day,
        .body_id = o->x.body_id,
        .certificates = "",
        .lang = lang,
        .subject = arena_printf(o->arena, "%s %s", o->x.fp, o->x.name),
        .ticket = o->x.ticket,
        .folder = "",
        .message_id = "",
        .in_reply_to = "",
        .references = "",
        .sha256 = "",
        .first_who = "",
        .trouble = "",
        .reply = "",
        .date = INSTANT_NONE,
        .next_try = INSTANT_NONE,
    };
    bool found;
    if (!fields_of(o, name, lang, fields, &l.field_count, e) || !message_add(o->tx, &d->by, &m, name, &m.id, e) ||
        !message_get(o->tx, o->arena, m.id, &m, &found, e))
        return false;
    l.message_id = m.id;
    return integration_letter_add(o->tx, &l, e) &&
           message_move(o->tx, &d->by, ACTOR_PERSON, &m, OUTBOX_APPROVED, name, e);
}

/* ------------------------------------------------------------------ its bytes */

/* The last message to the same reader that has a Message-ID. */
static bool find_thread(struct tx *tx, struct arena *a, const struct integration_letter *l, struct message *m,
                        struct err *e)
{
    struct integration_letter *all;
    size_t count;
    m->in_reply_to = m->references = "";
    if (!integration_letters_load(tx, a, l->integration_id, &all, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct message last;
        bool found;
        bool head = all[i].told == INTEGRATION_TURN_HEAD;
        if (head != (l->told == INTEGRATION_TURN_HEAD) || all[i].message_id == m->id)
            continue;
        if (!message_get(tx, a, all[i].message_id, &last, &found, e))
            return false;
        if (!found || !outbox_has_left(last.state))
            continue;
        m->in_reply_to = last.message_id;
        m->references =
            last.references[0] == '\0' ? last.message_id : arena_printf(a, "%s %s", last.references, last.message_id);
    }
    return true;
}

static const char *field_value(const struct integration_letter *l, const char *name)
{
    for (size_t i = 0; i < l->field_count; i++) {
        if (strcmp(l->fields[i].name, name) == 0)
            return l->fields[i].value;
    }
    return "";
}

/* What the profile's list of fields names for that text, with its values. */
static size_t values_of(struct arena *a, const struct integration_letter *l, const struct integration *x,
                        const char *consortium, const char *examples, struct template_value *to)
{
    static const struct {
        const char *name, *fields;
    } texts[] = {
#define X(name, words, fields) {(name), (fields)},
        INTEGRATION_MESSAGE_LIST(X)
#undef X
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct str rest = str_of(texts[i].fields), field;
        while (strcmp(texts[i].name, l->name) == 0 && count < FIELDS_MOST && rest.n > 0 &&
               str_split(&rest, ' ', &field)) {
            const char *name = arena_text(a, field);
            to[count++] = (struct template_value){.name = name,
                                                  .value = strcmp(name, "ticket") == 0       ? x->ticket
                                                           : strcmp(name, "consortium") == 0 ? consortium
                                                           : strcmp(name, "examples") == 0   ? examples
                                                                                             : field_value(l, name)};
        }
    }
    return count;
}

/* The requests that go with the message about pre-production. */
static bool parts_of(struct desk *d, struct arena *a, const struct integration_letter *l, const struct integration *x,
                     struct mail_part **ret, size_t *ret_count, const char **ret_names, struct err *e)
{
    struct onboard_example *list;
    size_t count = 0;
    *ret = NULL;
    *ret_count = 0;
    *ret_names = "";
    if (strcmp(l->name, "integration-pre") != 0)
        return true;
    if (!onboard_examples(d, a, x->ine10, x->name, &list, &count, e))
        return false;
    *ret = arena_array(a, struct mail_part, count + 1);
    for (size_t i = 0; i < count; i++) {
        (*ret)[i] = (struct mail_part){.name = list[i].name, .type = "application/xml", .bytes = list[i].xml};
        *ret_names = arena_printf(a, "%s%s- %s", *ret_names, i > 0 ? "\n" : "", list[i].name);
    }
    *ret_count = count;
    return true;
}

struct rendering {
    struct integration_letter letter;
    struct integration x;
    struct template template;
    struct mail_part *parts;
    size_t part_count;
};

static bool render(struct desk *d, struct arena *a, struct rendering *r, struct message *m, struct err *e)
{
    struct template_value values[FIELDS_MOST];
    struct modalities known;
    const char *path, *names;
    if (r->x.ticket[0] == '\0') /* looked at before there is one */
        r->x.ticket = arena_printf(a, "%s-?", d->files.profile.ticket_project);
    if (!onboard_modalities(d, a, &known, e) ||
        !parts_of(d, a, &r->letter, &r->x, &r->parts, &r->part_count, &names, e))
        return false;
    size_t count = values_of(a, &r->letter, &r->x, known.environment.ine10, names, values);
    const struct template_value subject[] = {{.name = "name", .value = r->x.name},
                                             {.name = "fp", .value = r->x.fp},
                                             {.name = "ticket", .value = r->x.ticket}};
    const char *text = profile_message(a, &d->files, r->letter.name, m->lang, &path, e);
    if (text == NULL || !template_read(a, str_of(text), path, values, count, &r->template, e))
        return false;
    m->subject = template_line(a, d->files.profile.integration_subject, "integrations.subject", subject, 3, e);
    return m->subject != NULL;
}

bool onboard_letter_write(struct desk *d, struct tx *tx, struct arena *a, struct message *m, struct buf *words,
                          struct buf *bytes, struct message_recipient **ret, size_t *ret_count, struct err *e)
{
    struct rendering r;
    struct message frozen = *m;
    struct buf page = BUF_INIT(LIMIT_MAIL_BYTES);
    struct address *to;
    bool found = false, there = false;
    if (!integration_letter_get(tx, a, m->id, &r.letter, &found, e) || !found ||
        !integration_get(tx, a, r.letter.integration_id, &r.x, &there, e) || !there)
        return err_set(e, ERR_INTERNAL, N_("the message %lld is of no integration"), (long long)m->id);
    size_t count = 0;
    if (!recipients_of(d, tx, a, &r.x, r.letter.told, &to, &count, e))
        return false;
    if (count == 0)
        return err_set(e, ERR_VALUE, N_("nobody to write to: add a contact to the integration %s"), r.x.fp);
    letter_stamp(d, a, d->files.profile.integration_folder, &frozen);
    bool ok = render(d, a, &r, &frozen, e) && find_thread(tx, a, &r.letter, &frozen, e) &&
              template_text(&r.template, TEXT_COLUMNS, NULL, NULL, words, e) &&
              letter_page(frozen.lang, frozen.subject, &r.template, &page, e) &&
              letter_compose(d, a, &frozen, to, count, buf_str(words), buf_str(&page), r.parts, r.part_count, bytes, e);
    if (ok) {
        frozen.sha256 = letter_hash(a, buf_str(bytes));
        frozen.size = (int64_t)bytes->n;
        *m = frozen;
        *ret = arena_array(a, struct message_recipient, count);
        for (size_t i = 0; i < count; i++)
            (*ret)[i] =
                (struct message_recipient){.field = "to", .name = to[i].name, .email = to[i].email, .reply = ""};
        *ret_count = count;
    }
    buf_release(&page);
    return ok;
}

/* ------------------------------------------------------------------ before it is sent */

/* What configuring after an approval would send: the message of the second step. */
static const struct integration_move *telling(enum integration_state s, enum integration_event v)
{
    const struct integration_move *m = integration_next(s, v);
    if (m != NULL && v == INTEGRATION_EVENT_APPROVE && m->message[0] == '\0')
        m = integration_next(m->to, INTEGRATION_EVENT_CONFIGURE);
    return m;
}

static bool preview(struct onboarding *o, const struct integration_move *m, struct onboard_preview *ret, struct err *e)
{
    struct desk *d = o->desk;
    bool head = m->told == INTEGRATION_TURN_HEAD;
    const char *name = text_of(o, m);
    struct integration_field fields[FIELDS_MOST];
    struct rendering r = {.letter = {.integration_id = o->x.id, .name = name, .told = m->told, .fields = fields},
                          .x = o->x};
    struct message letter = {.lang = head ? d->files.profile.language : o->x.lang};
    struct address *to;
    struct buf words = BUF_INIT(LIMIT_MAIL_BYTES);
    const char *list = "";
    size_t count = 0;
    bool ok = recipients_of(d, o->tx, o->arena, &o->x, m->told, &to, &count, e) &&
              fields_of(o, name, letter.lang, fields, &r.letter.field_count, e) &&
              render(d, o->arena, &r, &letter, e) && template_text(&r.template, TEXT_COLUMNS, NULL, NULL, &words, e);
    for (size_t i = 0; ok && i < count; i++)
        list = to[i].name[0] == '\0'
                   ? arena_printf(o->arena, "%s%s%s", list, i > 0 ? ", " : "", to[i].email)
                   : arena_printf(o->arena, "%s%s%s <%s>", list, i > 0 ? ", " : "", to[i].name, to[i].email);
    if (ok)
        *ret = (struct onboard_preview){list, letter.subject, arena_text(o->arena, buf_str(&words))};
    buf_release(&words);
    return ok;
}

bool onboard_preview(struct desk *d, struct arena *a, int64_t id, enum integration_event event,
                     struct onboard_preview *ret, struct err *e)
{
    struct tx tx = {0};
    struct onboarding o = {.desk = d, .tx = &tx, .arena = a, .preview = true, .reason = ""};
    struct onboard_preview p = {"", "", ""};
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && onboarding_load(&o, id, e) && onboard_cda_load(&o, e);
    const struct integration_move *m = ok ? telling(o.x.state, event) : NULL;
    if (ok && m == NULL)
        ok = err_set(e, ERR_STATE, N_("that cannot happen to %s now"), o.x.fp);
    ok = ok && (event != INTEGRATION_EVENT_RENEW || onboard_cda_ready(&o, event, e));
    if (ok && o.x.state == INTEGRATION_PRE)
        ok = onboard_tests_load(&o, e);
    ok = ok && (m->message[0] == '\0' || preview(&o, m, &p, e));
    tx_rollback(&tx);
    if (ok)
        *ret = p;
    return ok;
}

bool onboard_letter_ticket(struct desk *d, struct tx *tx, struct arena *a, int64_t message_id, const char **ret,
                           struct err *e)
{
    struct integration_letter l;
    struct integration x;
    bool found = false, there = false;
    (void)d;
    if (!integration_letter_get(tx, a, message_id, &l, &found, e) ||
        (found && !integration_get(tx, a, l.integration_id, &x, &there, e)))
        return false;
    *ret = there ? x.ticket : "";
    return there || err_set(e, ERR_INTERNAL, N_("the message %lld is of no integration"), (long long)message_id);
}

bool onboard_letter_sent(struct desk *d, struct tx *tx, struct arena *a, const struct message *m, struct err *e)
{
    struct integration_letter l;
    struct message_recipient *to;
    struct buf words = BUF_INIT(LIMIT_MAIL_BYTES);
    size_t count = 0;
    bool found = false, written;
    enum lang lang = d->files.profile.language;
    const char *list = "";
    bool ok = integration_letter_get(tx, a, m->id, &l, &found, e) &&
              message_bytes(tx, m->id, &words, NULL, &written, e) && recipients_load(tx, a, m->id, &to, &count, e);
    for (size_t i = 0; i < count; i++)
        list = arena_printf(a, "%s%s%s", list, i > 0 ? ", " : "", to[i].email);
    /* A link that decides is nobody's but its reader's: the ticket says that it was sent, not what it holds. */
    bool secret = ok && found && l.told == INTEGRATION_TURN_HEAD;
    const char *line = arena_printf(a, tr(lang, N_("sent to %s: %s")), list, m->subject);
    ok = ok &&
         (!found || ticket_job_add_integration(tx, &d->by, l.integration_id, TICKET_JOB_COMMENT,
                                               secret ? line : arena_printf(a, "%s\n\n%s", line, buf_text(&words)), e));
    buf_release(&words);
    return ok;
}
