#include "flow/story.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"
#include "record/incoming.h"

const char *story_code(enum story_what w)
{
    static const char *const codes[STORY_COUNT] = {
#define X(name, code) [STORY_##name] = (code),
        STORY_LIST(X)
#undef X
    };
    return codes[w];
}

struct telling {
    struct desk *desk;
    struct tx *tx;
    struct arena *arena;
    const struct body *body;
    struct warning_case wcase;
    const struct case_record *record;
    VEC(struct story_event) events;
    struct incomings mails;
    struct comment_version *comments; /* all versions, oldest first */
    size_t comment_count;
    bool ticket_told;
    bool subject_told;
    struct err *e;
};

static enum lang lang_of(const struct telling *t)
{
    return t->desk->lang;
}

static void tell(struct telling *t, enum story_what what, day_t day, instant_t at, const char *who, const char *text)
{
    const struct story_event event = {.what = what, .day = day, .at = at, .who = who, .text = text};
    if (day <= t->desk->by.day)
        vec_push(&t->events, event);
}

static const struct case_cert *cert_of(const struct telling *t, int64_t renewal_id)
{
    for (size_t i = 0; i < t->wcase.count; i++) {
        if (t->wcase.certs[i].renewal_id == renewal_id)
            return &t->wcase.certs[i];
    }
    return NULL;
}

static const char *kind_of(const struct telling *t, int64_t renewal_id)
{
    const struct case_cert *c = cert_of(t, renewal_id);
    return c == NULL ? "" : cert_kind_code(c->kind);
}

/* ------------------------------------------------------------------ the registry and the case */

static const char *dates_text(const struct telling *t, const struct body_dates *v, const struct body_dates *before)
{
    struct buf to = BUF_INIT(LIMIT_ERR_BYTES);
    for (int k = 0; k < CERT_KINDS; k++) {
        char now[DAY_TEXT_BYTES], then[DAY_TEXT_BYTES];
        day_t was = before == NULL ? DAY_NONE : before->expires[k];
        const char *sep = to.n > 0 ? ", " : "";
        if (v->expires[k] == was)
            continue;
        const char *none = tr(lang_of(t), N_("no date"));
        day_dmy(v->expires[k], now);
        day_dmy(was, then);
        if (before == NULL)
            buf_printf(&to, "%s%s %s", sep, cert_kind_code((enum cert_kind)k), now);
        else
            buf_printf(&to, "%s%s %s → %s", sep, cert_kind_code((enum cert_kind)k), then[0] == '\0' ? none : then,
                       now[0] == '\0' ? none : now);
    }
    const char *text = to.n == 0 ? NULL
                                 : arena_printf(t->arena,
                                                tr(lang_of(t), before == NULL ? N_("The registry says: %s (%s).")
                                                                              : N_("The registry changes: %s (%s).")),
                                                buf_text(&to), v->source);
    buf_release(&to);
    return text;
}

/* The version in force when the case began, and what changed from then until it ended. */
static bool tell_registry(struct telling *t)
{
    struct body_dates *versions;
    size_t count = 0, first = 0;
    if (!body_dates_load(t->tx, t->arena, t->body->id, &versions, &count, t->e))
        return false;
    while (first + 1 < count && versions[first + 1].day <= t->record->opened)
        first++;
    /* The date may have been there long before: the version that brought it is the beginning. */
    for (size_t i = first; i-- > 0;) {
        bool same = memcmp(versions[i].expires, versions[first].expires, sizeof versions[i].expires) == 0;
        if (!same)
            break;
        first = i;
    }
    for (size_t i = first; i < count; i++) {
        const struct body_dates *before = i == first ? NULL : &versions[i - 1];
        const char *text = dates_text(t, &versions[i], before);
        if (text != NULL && (t->record->closed == DAY_NONE || versions[i].day <= t->record->closed))
            tell(t, STORY_REGISTRY, versions[i].day, versions[i].at, versions[i].who, text);
    }
    return true;
}

static void tell_case(struct telling *t)
{
    char certificates[WARNING_CERTIFICATES_BYTES];
    struct warning_case bare = t->wcase;
    for (size_t i = 0; i < bare.count; i++) {
        bare.certs[i].renewed = false;
        if (bare.certs[i].former_count > 0) /* as it was when it began */
            bare.certs[i].expires = bare.certs[i].former[bare.certs[i].former_count - 1];
    }
    tell(t, STORY_OPENED, t->record->opened, INSTANT_NONE, "",
         arena_printf(t->arena, tr(lang_of(t), N_("The case begins: %s.")), warning_certificates(&bare, certificates)));
    if (t->record->closed != DAY_NONE)
        tell(t, STORY_CLOSED, t->record->closed, INT64_MAX, "",
             arena_printf(t->arena, tr(lang_of(t), N_("The case is closed. %s")), t->record->closing));
}

/* ------------------------------------------------------------------ warnings */

static const char *recipients_text(struct telling *t, int64_t message_id, bool *ok)
{
    struct buf to = BUF_INIT(LIMIT_NOTE_CHARS);
    struct message_recipient *list;
    size_t count = 0;
    *ok = recipients_load(t->tx, t->arena, message_id, &list, &count, t->e);
    for (size_t i = 0; *ok && i < count; i++) {
        buf_printf(&to, "%s%s", to.n > 0 ? ", " : "", list[i].email);
        if (list[i].result == RECIPIENT_REFUSED || list[i].result == RECIPIENT_DEFERRED)
            buf_printf(&to, " (%s%s%s)",
                       tr(lang_of(t), list[i].result == RECIPIENT_REFUSED ? N_("refused") : N_("put off")),
                       list[i].reply[0] == '\0' ? "" : ": ", list[i].reply);
    }
    const char *text = arena_text(t->arena, buf_str(&to));
    buf_release(&to);
    return text;
}

/* A message with its steps, oldest first. */
struct sending {
    const struct message *message;
    const struct message_step *steps;
    size_t count;
};

static const struct message_step *step_of(const struct sending *x, enum outbox_state state)
{
    for (size_t i = x->count; i-- > 0;) {
        if (x->steps[i].message_id == x->message->id && x->steps[i].state == state)
            return &x->steps[i];
    }
    return NULL;
}

/* The road to the sending is told only where it takes more than a day, or has not come to its end. */
static bool is_passing(const struct sending *x, const struct message_step *s)
{
    const struct message_step *approved = step_of(x, OUTBOX_APPROVED), *sent = step_of(x, OUTBOX_SENT);
    if (s->state == OUTBOX_PLANNED)
        return (approved != NULL && approved->day == s->day) || (sent != NULL && sent->day == s->day);
    return s->state == OUTBOX_APPROVED && sent != NULL && sent->day == s->day;
}

/* "…: sent to …", and the subject the first time: it is the same ever after. */
static const char *sent_text(struct telling *t, const struct message *m, const char *what, bool *ok)
{
    const char *to = recipients_text(t, m->id, ok);
    const char *subject = t->subject_told ? "" : arena_printf(t->arena, "\n%s", m->subject);
    t->subject_told = true;
    return arena_printf(t->arena, tr(lang_of(t), N_("%s: sent to %s.%s")), what, to, subject);
}

static const char *step_text(struct telling *t, const struct message *m, const struct message_step *s, bool *ok)
{
    enum lang lang = lang_of(t);
    const char *what = m->kind != OUTBOX_WARNING ? tr(lang, N_("Mail"))
                                                 : arena_printf(t->arena, tr(lang, N_("Warning %s, below %d days")),
                                                                m->certificates, m->threshold);
    const char *detail = s->detail[0] == '\0' ? "" : arena_printf(t->arena, ": %s", s->detail);
    *ok = true;
    switch (s->state) {
    case OUTBOX_PLANNED: return arena_printf(t->arena, tr(lang, N_("%s: planned.")), what);
    case OUTBOX_APPROVED: return arena_printf(t->arena, tr(lang, N_("%s: approved%s.")), what, detail);
    case OUTBOX_TICKETED:
        return m->ticket[0] == '\0' || t->ticket_told ? NULL
                                                      : arena_printf(t->arena, tr(lang, N_("Ticket %s.")), m->ticket);
    case OUTBOX_SENT: return sent_text(t, m, what, ok);
    case OUTBOX_AMBIGUOUS:
        return arena_printf(t->arena, tr(lang, N_("%s: not known whether it was sent%s.")), what, detail);
    case OUTBOX_REFUSED: return arena_printf(t->arena, tr(lang, N_("%s: refused%s.")), what, detail);
    case OUTBOX_CANCELLED: return arena_printf(t->arena, tr(lang, N_("%s: cancelled%s.")), what, detail);
    default: return NULL; /* machinery */
    }
}

static bool tell_step(struct telling *t, const struct sending *x, const struct message_step *s)
{
    bool ok = true;
    if (is_passing(x, s))
        return true;
    const char *text = step_text(t, x->message, s, &ok);
    if (!ok || text == NULL)
        return ok;
    const struct message_step *approved = step_of(x, OUTBOX_APPROVED);
    bool theirs = s->state == OUTBOX_SENT && approved != NULL && approved->day == s->day;
    t->ticket_told = t->ticket_told || s->state == OUTBOX_TICKETED;
    tell(t, s->state == OUTBOX_TICKETED ? STORY_TICKET : STORY_WARNING, s->day, s->at, theirs ? approved->who : s->who,
         text);
    return true;
}

static bool tell_messages(struct telling *t)
{
    struct messages list;
    struct message_step *steps;
    size_t count = 0;
    bool ok = messages_load(t->tx, t->arena, &(struct message_filter){.case_id = t->record->id}, &list, t->e) &&
              message_steps_load(t->tx, t->arena, 0, t->record->id, &steps, &count, t->e);
    for (size_t i = 0; ok && i < count; i++) {
        for (size_t k = 0; ok && k < list.count; k++) {
            const struct sending x = {&list.items[k], steps, count};
            if (list.items[k].id == steps[i].message_id)
                ok = tell_step(t, &x, &steps[i]);
        }
    }
    return ok;
}

/* What came in about the case, and what was decided of it. */
static bool tell_mails(struct telling *t)
{
    enum lang lang = lang_of(t);
    if (!incomings_load(t->tx, t->arena, &(struct incoming_filter){.case_id = t->record->id}, &t->mails, t->e))
        return false;
    for (size_t i = t->mails.count; i-- > 0;) {
        const struct incoming *m = &t->mails.items[i];
        const char *words = text_clean(t->arena, str_utf8_cut(str_of(m->words), LIMIT_ERR_BYTES), false);
        const char *kind = m->kind == REPLY_ANSWER ? "" : tr(lang, reply_kind_words(m->kind));
        tell(t, STORY_MAIL, m->day, m->noted || m->at == INSTANT_NONE ? m->read_at : m->at, "",
             arena_printf(t->arena, tr(lang, N_("Mail of %s: %s%s%s")), m->email, kind, kind[0] == '\0' ? "" : ". ",
                          m->detail[0] == '\0' ? words : m->detail));
        if (m->decided_day != DAY_NONE)
            tell(t, STORY_MAIL, m->decided_day, m->decided_at, m->decided_who,
                 arena_printf(t->arena, tr(lang, N_("The mail of %s: %s%s%s")), m->email,
                              tr(lang, incoming_state_words(m->state)), m->note[0] == '\0' ? "" : ". ", m->note));
    }
    return true;
}

/* What was told before the desk's time, or outside it. */
static bool tell_consumed(struct telling *t)
{
    struct consumed *rows;
    size_t count = 0;
    if (!consumed_load(t->tx, t->arena, t->record->id, &rows, &count, t->e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].message_id == 0)
            tell(t, STORY_WARNING, rows[i].day, INSTANT_NONE, rows[i].who,
                 arena_printf(t->arena, tr(lang_of(t), N_("%s: had been warned below %d days (%s).")),
                              kind_of(t, rows[i].renewal_id), rows[i].threshold, rows[i].source));
    }
    return true;
}

/* What the tracker was told, but for its comments: what they say is told here anyway. NULL: nothing. */
static const char *job_text(const struct telling *t, const struct ticket_job *j)
{
    enum lang lang = lang_of(t);
    char shown[DAY_TEXT_BYTES];
    day_t day;
    switch (j->what) {
    case TICKET_JOB_DATE:
        return day_parse_iso(str_of(j->text), &day)
                   ? arena_printf(t->arena, tr(lang, N_("The ticket gets the date %s.")), day_dmy(day, shown))
                   : NULL;
    case TICKET_JOB_CLOSE: return tr(lang, N_("The ticket gets its closing comment."));
    case TICKET_JOB_REOPEN: return tr(lang, N_("The ticket is opened again."));
    default: return NULL;
    }
}

/* The desk's day of a moment: that of whatever else happened in it. */
static day_t day_of(const struct telling *t, instant_t at)
{
    for (size_t i = 0; i < t->events.count; i++) {
        if (t->events.items[i].at == at)
            return t->events.items[i].day;
    }
    for (size_t i = 0; i < t->comment_count; i++) {
        if (t->comments[i].at == at)
            return t->comments[i].day;
    }
    return day_madrid(at);
}

static bool tell_ticket_jobs(struct telling *t)
{
    struct ticket_job *jobs;
    size_t count = 0;
    if (!ticket_jobs_load(t->tx, t->arena, t->record->id, &jobs, &count, t->e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *text = job_text(t, &jobs[i]);
        if (text == NULL)
            continue;
        if (strcmp(jobs[i].state, "done") != 0)
            text = arena_printf(t->arena, tr(lang_of(t), N_("%s It waits for the tracker.")), text);
        tell(t, STORY_TICKET, day_of(t, jobs[i].at), jobs[i].at, jobs[i].who, text);
    }
    return true;
}

/* ------------------------------------------------------------------ stages, evidence, corrections */

/* The answer came by a mail that is told already. */
static bool is_mail(const struct telling *t, const struct stage_line *s)
{
    for (size_t i = 0; i < t->mails.count; i++) {
        if (s->stage == STAGE_ANSWERED && strcmp(t->mails.items[i].words, s->note) == 0)
            return true;
    }
    return false;
}

static const char *stage_text(struct telling *t, const struct stage_line *s)
{
    enum lang lang = lang_of(t);
    const struct case_cert *c = cert_of(t, s->renewal_id);
    const char *kind = kind_of(t, s->renewal_id);
    const char *words = arena_printf(t->arena, tr(lang, stage_line(s->stage)), kind);
    day_t seen;
    if (c != NULL && strcmp(s->source, RENEWAL_SEEN) == 0 && day_parse_iso(str_of(s->note), &seen))
        return evidence_stage_text(t->arena, lang, c->kind, s->stage, seen);
    if (s->stage == STAGE_CHECKED && s->source[0] == '\0')
        return arena_printf(t->arena, tr(lang, N_("%s: %s confirms that it is renewed: %s")), kind, s->who, s->note);
    return s->note[0] == '\0' || is_mail(t, s) ? words : arena_printf(t->arena, "%s %s", words, s->note);
}

static bool tell_stages(struct telling *t)
{
    struct stage_line *list;
    size_t count = 0;
    if (!stages_load(t->tx, t->arena, t->record->id, &list, &count, t->e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct stage_line *s = &list[i];
        const char *text = stage_text(t, s);
        bool person = s->source[0] == '\0';
        if (!person && s->stage == STAGE_REGISTRY) /* the registry's own lines say it */
            continue;
        tell(t, person ? STORY_STAGE : STORY_EVIDENCE, s->day, s->at, person ? s->who : "", text);
        if (s->undone != DAY_NONE)
            tell(t, STORY_STAGE, s->undone, INT64_MAX, s->undone_who,
                 arena_printf(t->arena, tr(lang_of(t), N_("Taken back: \"%s\" %s")), text, s->undone_why));
    }
    return true;
}

static bool tell_evidence(struct telling *t)
{
    struct evidence_line *list;
    size_t count = 0;
    if (!evidence_load(t->tx, t->arena, t->record->id, &list, &count, t->e))
        return false;
    for (size_t i = 0; i < count; i++) {
        enum evidence_outcome outcome;
        if (evidence_parse(list[i].outcome, &outcome))
            tell(t, STORY_EVIDENCE, list[i].day, list[i].at, "",
                 arena_printf(t->arena, "%s: %s.", kind_of(t, list[i].renewal_id),
                              tr(lang_of(t), evidence_sentence(outcome))));
    }
    return true;
}

static bool tell_corrections(struct telling *t)
{
    struct correction *list;
    size_t count = 0;
    if (!corrections_load(t->tx, t->arena, t->record->id, &list, &count, t->e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct correction *c = &list[i];
        const char *kind = kind_of(t, c->renewal_id);
        char wrong[DAY_TEXT_BYTES], right[DAY_TEXT_BYTES];
        tell(t, STORY_CORRECTION, c->day, c->at, c->who,
             arena_printf(t->arena, tr(lang_of(t), N_("%s: the date %s was a mistake, the right one is %s: %s")), kind,
                          day_dmy(c->wrong, wrong), day_dmy(c->corrected, right), c->reason));
        if (c->undone != DAY_NONE)
            tell(t, STORY_CORRECTION, c->undone, INT64_MAX, c->undone_who,
                 arena_printf(t->arena, tr(lang_of(t), N_("%s: %s was no correction of %s after all: %s")), kind,
                              day_dmy(c->corrected, right), day_dmy(c->wrong, wrong), c->undone_why));
    }
    return true;
}

/* ------------------------------------------------------------------ comments */

/* Whether something else of this story happened in the same moment: then the line of the comment tells it again. */
static bool told_already(const struct telling *t, instant_t at)
{
    for (size_t i = 0; i < t->events.count; i++) {
        if (t->events.items[i].at == at)
            return true;
    }
    return false;
}

/* The lines of `text` that `before` does not have. */
static const char *new_lines(struct telling *t, const char *before, const char *text)
{
    struct buf to = BUF_INIT(LIMIT_NOTE_CHARS * 4);
    struct str rest = str_of(text), line;
    while (str_split(&rest, '\n', &line)) {
        struct str old = str_of(before), each;
        bool known = false;
        while (!known && str_split(&old, '\n', &each))
            known = str_equal(each, line);
        if (!known && line.n > 0)
            buf_printf(&to, "%s%.*s", to.n > 0 ? "\n" : "", STR_ARG(line));
    }
    const char *lines = arena_text(t->arena, buf_str(&to));
    buf_release(&to);
    return lines;
}

static void tell_comments(struct telling *t)
{
    const struct comment_version *list = t->comments;
    for (size_t i = 0; i < t->comment_count; i++) {
        const char *before = i == 0 ? "" : list[i - 1].text, *lines = new_lines(t, before, list[i].text);
        if (told_already(t, list[i].at) || lines[0] == '\0')
            continue;
        tell(t, STORY_COMMENT, list[i].day, list[i].at, list[i].who,
             list[i].source[0] == '\0'
                 ? arena_printf(t->arena, tr(lang_of(t), N_("Comment: %s")), lines)
                 : arena_printf(t->arena, tr(lang_of(t), N_("Comment in the workbook %s: %s")), list[i].source, lines));
    }
}

/* ------------------------------------------------------------------ the whole */

static int rank_of(enum story_what w)
{
    return w == STORY_REGISTRY ? 0 : w == STORY_OPENED ? 1 : w == STORY_CLOSED ? 3 : 2;
}

/* By day; within a day the registry first, then the beginning, then by the clock, the end last. */
static int by_time(const void *a, const void *b)
{
    const struct story_event *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    if (rank_of(x->what) != rank_of(y->what))
        return rank_of(x->what) < rank_of(y->what) ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* qsort is not stable: what happened in one moment keeps the order in which it was told. */
static void sort_events(struct story_event *events, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct story_event moved = events[i];
        size_t at = i;
        for (; at > 0 && by_time(&events[at - 1], &moved) > 0; at--)
            events[at] = events[at - 1];
        events[at] = moved;
    }
}

static bool tell_story(struct telling *t, struct story *ret)
{
    bool ok = comments_load(t->tx, t->arena, t->record->id, &t->comments, &t->comment_count, t->e) &&
              tell_registry(t) && tell_messages(t) && tell_mails(t) && tell_consumed(t) && tell_stages(t) &&
              tell_evidence(t) && tell_corrections(t) && tell_ticket_jobs(t);
    if (ok) {
        tell_comments(t);
        tell_case(t);
        struct story_event *events = vec_to_arena(&t->events, t->arena);
        sort_events(events, t->events.count);
        *ret = (struct story){.record = t->record, .wcase = t->wcase, .events = events, .count = t->events.count};
    }
    vec_release(&t->events);
    return ok;
}

static int open_first(const void *a, const void *b)
{
    const struct story *x = a, *y = b;
    bool cx = x->record->closed != DAY_NONE, cy = y->record->closed != DAY_NONE;
    if (cx != cy)
        return cx ? 1 : -1;
    int order = (x->record->id > y->record->id) - (x->record->id < y->record->id);
    return cx ? -order : order;
}

bool story_load(struct desk *d, struct tx *tx, struct arena *a, const struct body *b, struct story **ret,
                size_t *ret_count, struct err *e)
{
    struct renewals list;
    const struct case_record *cases;
    if (!renewals_load(tx, a, b->id, d->by.day, &list, e))
        return false;
    size_t count = renewals_of_body(&list, b->id, &cases), kept = 0;
    struct story *stories = arena_array(a, struct story, count);
    for (size_t i = 0; i < count; i++) {
        struct telling t = {.desk = d, .tx = tx, .arena = a, .body = b, .record = &cases[i], .e = e};
        t.wcase = renewals_known(&list, &d->files.profile, &cases[i]);
        if (cases[i].opened > d->by.day || t.wcase.count == 0)
            continue;
        if (!tell_story(&t, &stories[kept]))
            return false;
        kept++;
    }
    if (kept > 0)
        qsort(stories, kept, sizeof *stories, open_first);
    *ret = stories;
    *ret_count = kept;
    return true;
}
