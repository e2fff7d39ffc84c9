/* Not here: how anything looks (src/report) and the files (friday.c). */
#include "flow/friday_model.h"

#include <sodium.h>
#include <stdio.h>

#include "base/buf.h"
#include "core/warning.h"
#include "flow/texts.h"
#include "record/action.h"
#include "record/body.h"
#include "record/outage.h"
#include "record/renewal.h"
#include "record/report.h"
#include "record/sweep.h"

#define UID_BYTES 12 /* random part of a report's id: no two alike in a lifetime */

static const char *const group_words[GROUP_COUNT] = {
    [GROUP_RENEWAL] = N_("Certificate renewal"),
    [GROUP_MIGRATION] = N_("Migration"),
    [GROUP_OUTAGE] = N_("Outage"),
    [GROUP_OTHER] = N_("Other"),
};

struct making {
    struct desk *desk;
    struct tx *tx;
    struct arena *arena;
    struct err *e;
    bool remember;
    int64_t report_id;
    int first_threshold;
    struct report report;
    struct report_record last; /* of an earlier week; id 0 when there is none */
    struct bodies bodies;
    struct renewals renewals;
    struct action *actions; /* all, oldest first */
    size_t action_count;
    struct outage *outages; /* open ones */
    size_t outage_count;
    struct report_line *lines; /* one per body, in the order of bodies */
    struct observation *seen;  /* what each body showed in the last round */
    size_t seen_count;
    struct silence *silences; /* in force that day */
    size_t silence_count;
    struct watch_record *watches;
    size_t watch_count;
};

static size_t index_of(const struct making *m, const struct body *b)
{
    return (size_t)(b - m->bodies.items);
}

/* ------------------------------------------------------------------ KO */

/* Maintenance: NULL when there is none. */
static const char *silence_note(struct making *m, const struct body *b)
{
    char day[DAY_TEXT_BYTES];
    for (size_t i = m->silence_count; i-- > 0;) {
        const struct silence *s = &m->silences[i];
        if (s->body_id == b->id)
            return arena_printf(m->arena, tr(m->report.lang, N_("Silent until %s: %s")), day_dmy(s->until, day),
                                s->reason);
    }
    return NULL;
}

static int64_t outage_of(const struct making *m, int64_t body_id)
{
    for (size_t i = 0; i < m->outage_count; i++) {
        if (m->outages[i].body_id == body_id)
            return (int64_t)i;
    }
    return -1;
}

static const char *outage_actions(struct making *m, const struct outage *o)
{
    struct buf to = BUF_INIT(LIMIT_NOTE_CHARS * 4);
    for (size_t i = 0; i < m->action_count; i++) {
        const struct action *x = &m->actions[i];
        char day[DAY_TEXT_BYTES];
        if (x->body_id != o->body_id || x->group != GROUP_OUTAGE || x->day < o->since)
            continue;
        buf_printf(&to, "%s%s: %s", to.n > 0 ? "\n" : "", day_dmy(x->day, day), x->text);
        if (x->ticket[0] != '\0')
            buf_printf(&to, " (%s)", x->ticket);
    }
    char *text = arena_text(m->arena, buf_str(&to));
    buf_release(&to);
    return text;
}

static int longest_down(const void *a, const void *b)
{
    const struct report_ko_row *x = a, *y = b;
    return x->days != y->days ? (x->days > y->days ? -1 : 1) : strcmp(x->body_name, y->body_name);
}

static struct report_ko_row *make_ko(struct making *m)
{
    struct report_ko_row *rows = arena_array(m->arena, struct report_ko_row, m->outage_count);
    size_t ends[2] = {0}; /* of those that count, and of the silenced ones after them */
    for (size_t i = 0; i < 2 * m->outage_count; i++) {
        const struct outage *o = &m->outages[i % m->outage_count];
        const struct body *b = bodies_by_id(&m->bodies, o->body_id);
        const char *silence = b == NULL ? NULL : silence_note(m, b);
        bool second = i >= m->outage_count;
        if (b == NULL || b->excluded != NULL || (silence != NULL) != second)
            continue;
        /* A silence hides no recovery and makes none: for the next report it was down all the time. */
        m->lines[index_of(m, b)].down = true;
        ends[1]++;
        ends[0] += !second;
        rows[ends[1] - 1] = (struct report_ko_row){
            .body_name = b->name,
            .error = silence == NULL ? o->error : arena_printf(m->arena, "%s · %s", silence, o->error),
            .since = o->since,
            .days = outage_days(o, m->report.day),
            .weeks = outage_weeks(o, m->report.day),
            .actions = outage_actions(m, o),
            .body_id = b->id,
        };
    }
    if (ends[0] > 1)
        qsort(rows, ends[0], sizeof *rows, longest_down);
    if (ends[1] - ends[0] > 1)
        qsort(rows + ends[0], ends[1] - ends[0], sizeof *rows, longest_down);
    m->report.ko = rows;
    m->report.ko_count = ends[0];
    m->report.ko_silent_count = ends[1] - ends[0];
    return rows;
}

/* ------------------------------------------------------------------ OK */

/* Done in this report's period, or in the last one's by somebody who noted it after that report was built: on Friday
 * afternoon things are still done. Old workbooks that are imported later (`source`) tell only the past. */
static bool is_told(const struct making *m, const struct action *x)
{
    return period_has(m->report.period, x->day) || (m->last.id != 0 && x->source[0] == '\0' && x->at > m->last.at &&
                                                    x->day > m->last.after && x->day <= m->last.day);
}

static void make_ok(struct making *m)
{
    struct report_ok_row *rows = arena_array(m->arena, struct report_ok_row, m->action_count);
    size_t count = 0;
    for (size_t i = 0; i < m->action_count; i++) {
        const struct action *x = &m->actions[i];
        const struct body *b = bodies_by_id(&m->bodies, x->body_id);
        /* What is done for a body that is still down stands in KO, beside its error. */
        if (b == NULL || !is_told(m, x) || (x->group == GROUP_OUTAGE && outage_of(m, x->body_id) >= 0))
            continue;
        rows[count++] = (struct report_ok_row){
            .body_name = b->name,
            .day = x->day,
            .group = x->group,
            .group_word = tr(m->report.lang, group_words[x->group]),
            .text = x->text,
            .ticket = x->ticket,
            .body_id = b->id,
            .action_id = x->id,
        };
    }
    m->report.ok = rows;
    m->report.ok_count = count;
}

/* ------------------------------------------------------------------ Certificats */

struct urgent_case {
    const struct body *body;
    struct warning_case wcase;
    int days;
};

static int most_urgent(const void *a, const void *b)
{
    const struct urgent_case *x = a, *y = b;
    return x->days != y->days ? (x->days < y->days ? -1 : 1) : strcmp(x->body->sort_key, y->body->sort_key);
}

/* The case in the store and its comment as this report shows it. */
static bool remember_case(struct making *m, const struct urgent_case *u, const char *comment)
{
    int64_t case_id;
    return !m->remember || (case_ensure(m->tx, &m->desk->by, u->body->id, &u->wcase, &case_id, m->e) &&
                            report_add_comment(m->tx, m->report_id, case_id, comment, m->e));
}

/* What the last report said of the case; NULL when it did not stand there. */
static const char *comment_then(const struct report_comment *before, size_t count, int64_t case_id)
{
    for (size_t i = 0; i < count; i++) {
        if (before[i].case_id == case_id)
            return before[i].text;
    }
    return NULL;
}

static bool make_certificates(struct making *m)
{
    VEC(struct urgent_case) urgent = {0};
    for (size_t i = 0; i < m->bodies.count; i++) {
        const struct body *b = &m->bodies.items[i];
        struct warning_case *cases = NULL;
        size_t count = b->excluded != NULL || b->vanished != DAY_NONE
                           ? 0
                           : renewals_cases(&m->renewals, &m->desk->files.profile, m->arena, b, &cases);
        for (size_t k = 0; k < count; k++) {
            struct urgent_case u = {
                .body = b, .wcase = cases[k], .days = days_left(case_expires(&cases[k]), m->report.day)};
            if (u.days < m->first_threshold)
                vec_push(&urgent, u);
        }
    }
    if (urgent.count > 0)
        qsort(urgent.items, urgent.count, sizeof *urgent.items, most_urgent);
    struct report_certificate_row *rows = arena_array(m->arena, struct report_certificate_row, urgent.count);
    struct report_comment *before = NULL;
    size_t before_count = 0;
    bool ok = m->last.id == 0 || report_comments_load(m->tx, m->arena, m->last.id, &before, &before_count, m->e);
    for (size_t i = 0; ok && i < urgent.count; i++) {
        struct urgent_case *u = &urgent.items[i];
        size_t at = index_of(m, u->body);
        rows[i] = (struct report_certificate_row){
            .body_id = u->body->id,
            .body_name = u->body->name,
            .platform = u->body->platform,
            .expires = {DAY_NONE, DAY_NONE},
            .days = u->days,
            .state = body_state(u->body, m->report.day, m->desk->by.at, m->first_threshold, m->lines[at].down),
            .comment = u->wcase.comment == NULL ? "" : u->wcase.comment,
        };
        for (size_t c = 0; c < u->wcase.count; c++) {
            if (u->wcase.certs[c].checked)
                continue;
            rows[i].has[u->wcase.certs[c].kind] = true;
            rows[i].expires[u->wcase.certs[c].kind] = u->wcase.certs[c].expires;
        }
        const char *then = comment_then(before, before_count, u->wcase.id);
        rows[i].is_new = m->last.id != 0 && then == NULL;
        rows[i].is_told = strcmp(rows[i].comment, then == NULL ? "" : then) != 0;
        m->lines[at].soon = true;
        ok = remember_case(m, u, rows[i].comment);
    }
    m->report.certificates = rows;
    m->report.certificate_count = urgent.count;
    vec_release(&urgent);
    return ok;
}

/* ------------------------------------------------------------------ Query */

/* The registry may have been corrected since that round: dates are compared anew. */
static enum reconciliation reconciliation_now(const struct making *m, const struct body *b, enum reconciliation then)
{
    if (then != RECONCILIATION_REGISTRY_STALE && then != RECONCILIATION_OLD_SERVED && then != RECONCILIATION_AGREES)
        return then;
    for (size_t i = 0; i < m->seen_count; i++) {
        if (m->seen[i].body_id != b->id || m->seen[i].not_after == DAY_NONE)
            continue;
        struct seen_address seen = observation_seen(&m->seen[i]);
        return watch_reconcile(&seen, 1, b->expires[CERT_CDS], false);
    }
    return then;
}

/* What the last round of checks says of the registry's date, when somebody has to act. */
static const char *reconciliation_note(const struct making *m, const struct body *b)
{
    for (size_t i = 0; i < m->watch_count; i++) {
        if (m->watches[i].body_id != b->id)
            continue;
        enum reconciliation r = reconciliation_now(m, b, m->watches[i].reconciliation);
        if (r != RECONCILIATION_AGREES && r != RECONCILIATION_NO_DATE && r != RECONCILIATION_UNSEEN)
            return tr(m->report.lang, reconciliation_text(r));
    }
    return "";
}

static const char *state_note(struct making *m, const struct body *b)
{
    const char *silence = silence_note(m, b);
    if (silence != NULL)
        return silence;
    if (b->mark_reason != NULL)
        return arena_printf(m->arena, tr(m->report.lang, N_("Not verifiable: %s")), b->mark_reason);
    if ((b->flags & BODY_NO_DATES) != 0)
        return tr(m->report.lang, N_("The registry has no date"));
    if ((b->flags & BODY_ANSWERED) != 0)
        return tr(m->report.lang, N_("Answered: renewal under way"));
    if ((b->flags & BODY_NO_CONTACT) != 0 && m->lines[index_of(m, b)].soon)
        return tr(m->report.lang, N_("No contact to write to"));
    return reconciliation_note(m, b);
}

static int by_place(const void *a, const void *b)
{
    const struct report_left_out *x = a, *y = b;
    return strcmp(x->body->sort_key, y->body->sort_key);
}

/* Whether a certificate is below the first threshold that the body has not answered for: an answer for one of the two
 * does not cover the other. */
static bool must_warn(const struct making *m, const struct body *b)
{
    struct warning_case *cases;
    size_t count = renewals_cases(&m->renewals, &m->desk->files.profile, m->arena, b, &cases);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < cases[i].count; k++) {
            const struct case_cert *c = &cases[i].certs[k];
            if (!c->renewed && !c->answered && days_left(c->expires, m->report.day) < m->first_threshold)
                return warning_whether(b) == WARN_YES;
        }
    }
    return false;
}

static void make_query(struct making *m)
{
    const struct body **sorted = arena_array(m->arena, const struct body *, m->bodies.count);
    struct report_left_out *left = arena_array(m->arena, struct report_left_out, m->bodies.count);
    size_t count = 0, left_count = 0;
    const struct profile *p = &m->desk->files.profile;
    for (size_t i = 0; i < m->bodies.count; i++) {
        const struct body *b = &m->bodies.items[i];
        if (b->excluded != NULL && b->vanished == DAY_NONE)
            left[left_count++] = (struct report_left_out){
                .body_name = b->name, .body = b, .reason = exclusion_words(p, b, m->report.lang)};
        if (b->excluded == NULL && b->vanished == DAY_NONE)
            sorted[count++] = b;
    }
    bodies_sort(sorted, count, m->report.day);
    if (left_count > 0)
        qsort(left, left_count, sizeof *left, by_place);
    struct report_query_row *rows = arena_array(m->arena, struct report_query_row, count);
    for (size_t i = 0; i < count; i++) {
        const struct body *b = sorted[i];
        const struct report_line *line = &m->lines[index_of(m, b)];
        rows[i] = (struct report_query_row){
            .body = b,
            .days = {days_left(b->expires[CERT_CDS], m->report.day), days_left(b->expires[CERT_CDA], m->report.day)},
            .state = silence_note(m, b) != NULL
                         ? STATE_MUTED
                         : body_state(b, m->report.day, m->desk->by.at, m->first_threshold, line->down),
            .state_note = state_note(m, b),
            .warn = must_warn(m, b),
        };
    }
    m->report.query = rows;
    m->report.query_count = count;
    m->report.left_out = left;
    m->report.left_out_count = left_count;
}

/* ------------------------------------------------------------------ since the last report */

/* Whether a certificate that stood in the report of that day has another date now, or was checked. One whose date was
 * corrected has not been renewed. */
static bool was_renewed(const struct making *m, const struct body *b, day_t then)
{
    for (size_t i = 0; i < m->renewals.count; i++) {
        const struct renewal *r = &m->renewals.items[i];
        bool stood = r->body_id == b->id && r->opened <= then && days_left(r->expires, then) < m->first_threshold;
        bool same = r->expires == b->expires[r->kind];
        for (size_t k = 0; k < r->former_count; k++)
            same = same || r->former[k] == b->expires[r->kind];
        if (stood && (!same || r->confirmed))
            return true;
    }
    return false;
}

/* Bodies that stood in the last report's Certificats, no longer do, and are still in the registry with dates. */
static size_t renewed_since(struct making *m, const struct report_line *before, size_t count, day_t then, int64_t *ret)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const struct body *b = before[i].soon ? bodies_by_id(&m->bodies, before[i].body_id) : NULL;
        if (b != NULL && !m->lines[index_of(m, b)].soon && b->excluded == NULL && b->vanished == DAY_NONE &&
            (b->flags & BODY_NO_DATES) == 0 && was_renewed(m, b, then))
            ret[found++] = b->id;
    }
    return found;
}

static const struct report_line *line_then(const struct report_line *before, size_t count, int64_t body_id)
{
    for (size_t i = 0; i < count; i++) {
        if (before[i].body_id == body_id)
            return &before[i];
    }
    return NULL;
}

/* Something was done for the body that is down since the last report; with none, ever. */
static bool outage_told(const struct making *m, int64_t body_id)
{
    for (size_t i = 0; i < m->action_count; i++) {
        const struct action *x = &m->actions[i];
        if (x->body_id == body_id && x->group == GROUP_OUTAGE && period_has(m->report.period, x->day))
            return true;
    }
    return false;
}

static void mark_ko(struct making *m, struct report_ko_row *rows, size_t count, const struct report_line *before,
                    size_t before_count)
{
    for (size_t i = 0; i < count; i++) {
        const struct report_line *then = line_then(before, before_count, rows[i].body_id);
        rows[i].is_new = m->last.id != 0 && (then == NULL || !then->down);
        rows[i].is_told = outage_told(m, rows[i].body_id);
    }
}

static void make_gone(struct making *m, const struct report_line *before, size_t count, const int64_t *renewed,
                      size_t renewed_count)
{
    struct report_gone *gone = arena_array(m->arena, struct report_gone, 2 * count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct body *b = bodies_by_id(&m->bodies, before[i].body_id);
        if (b == NULL)
            continue;
        const struct report_line *now = &m->lines[index_of(m, b)];
        bool is_renewed = false;
        for (size_t k = 0; k < renewed_count; k++)
            is_renewed = is_renewed || renewed[k] == b->id;
        if (before[i].down && !now->down)
            gone[n++] = (struct report_gone){.body_id = b->id, .body_name = b->name, .down = true};
        if (before[i].soon && !now->soon)
            gone[n++] = (struct report_gone){.body_id = b->id, .body_name = b->name, .renewed = is_renewed};
    }
    m->report.gone = gone;
    m->report.gone_count = n;
}

static bool make_changes(struct making *m, struct report_ko_row *ko)
{
    struct report_line *before = NULL, *now = arena_array(m->arena, struct report_line, m->bodies.count);
    size_t before_count = 0, now_count = 0;
    bool found = m->last.id != 0;
    if (found && !report_lines_load(m->tx, m->arena, m->last.id, &before, &before_count, m->e))
        return false;
    for (size_t i = 0; i < m->bodies.count; i++) {
        if (m->lines[i].down || m->lines[i].soon)
            now[now_count++] = m->lines[i];
    }
    int64_t *renewed = arena_array(m->arena, int64_t, before_count);
    size_t renewed_count = renewed_since(m, before, before_count, m->last.day, renewed);
    struct change_item *items =
        arena_array(m->arena, struct change_item, REPORT_CHANGES_MAX(before_count, now_count, renewed_count));
    size_t count = report_changes(before, before_count, now, now_count, renewed, renewed_count, !found, items);
    struct report_change *changes = arena_array(m->arena, struct report_change, count);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const struct body *b = bodies_by_id(&m->bodies, items[i].body_id);
        int64_t at = outage_of(m, items[i].body_id);
        if (b == NULL)
            continue;
        changes[kept++] = (struct report_change){
            .change = items[i].change,
            .body_name = b->name,
            .weeks = at < 0 ? 0 : outage_weeks(&m->outages[at], m->report.day),
        };
    }
    make_gone(m, before, before_count, renewed, renewed_count);
    mark_ko(m, ko, m->report.ko_count + m->report.ko_silent_count, before, before_count);
    m->report.last = found ? m->last.day : DAY_NONE;
    m->report.changes = changes;
    m->report.change_count = kept;
    m->report.first = !found;
    return true;
}

/* ------------------------------------------------------------------ the whole */

static bool load(struct making *m)
{
    struct desk *d = m->desk;
    day_t day = d->by.day;
    const struct profile *p = &d->files.profile;
    bool found = false;
    /* "This week" means since the last report sent (A4). Where none was ever sent from here, it is the last one built;
     * one made earlier the same week was a rehearsal then. */
    if (!report_latest_sent(m->tx, m->arena, day - 1, &m->last, &found, m->e) ||
        (!found && !report_latest(m->tx, m->arena, report_day(p, day - 7), &m->last, &found, m->e)))
        return false;
    m->report.period = report_period(p, day, found ? m->last.day : DAY_NONE);
    if (!bodies_load(m->tx, m->arena, p, day, &m->bodies, m->e) ||
        !renewals_load(m->tx, m->arena, 0, day, &m->renewals, m->e) ||
        !actions_load(m->tx, m->arena, 0, DAY_NONE, day, &m->actions, &m->action_count, m->e) ||
        !outages_load(m->tx, m->arena, 0, day, true, &m->outages, &m->outage_count, m->e) ||
        !watches_load(m->tx, m->arena, 0, &m->watches, &m->watch_count, m->e) ||
        !observations_last(m->tx, m->arena, 0, &m->seen, &m->seen_count, m->e) ||
        !silences_load(m->tx, m->arena, m->report.day, &m->silences, &m->silence_count, m->e))
        return false;
    m->lines = arena_array(m->arena, struct report_line, m->bodies.count);
    for (size_t i = 0; i < m->bodies.count; i++)
        m->lines[i].body_id = m->bodies.items[i].id;
    return true;
}

static bool remember_lines(struct making *m)
{
    for (size_t i = 0; i < m->bodies.count; i++) {
        if ((m->lines[i].down || m->lines[i].soon) && !report_add_line(m->tx, m->report_id, &m->lines[i], m->e))
            return false;
    }
    return true;
}

bool friday_model(struct desk *d, struct tx *tx, struct arena *a, bool remember, struct report *ret, struct err *e)
{
    unsigned char random[UID_BYTES];
    char hex[UID_BYTES * 2 + 1], day[DAY_TEXT_BYTES];
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(hex, sizeof hex, random, sizeof random);
    struct making m = {
        .desk = d,
        .tx = tx,
        .arena = a,
        .e = e,
        .remember = remember,
        .first_threshold = d->files.profile.thresholds[0],
        .report =
            {
                .profile = &d->files.profile,
                .lang = d->files.profile.language,
                .id = arena_printf(a, "friday-%s-%s", day_iso(d->by.day, day), hex),
                .day = d->by.day,
                .made = d->by.at,
            },
    };
    if (!texts_refresh(d, tx, e) || !load(&m) ||
        (remember && !report_add(tx, &d->by, m.report.id, m.report.period.after, &m.report_id, e)))
        return false;
    struct report_ko_row *ko = make_ko(&m);
    make_ok(&m);
    if (!make_certificates(&m))
        return false;
    make_query(&m);
    if (!make_changes(&m, ko) || (remember && !remember_lines(&m)))
        return false;
    *ret = m.report;
    return true;
}
