/* The whole of a taking-over: the transaction, and what follows for each case. */
#include "flow/adopt.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "flow/adopt_run.h"
#include "flow/replies_decide.h"
#include "record/audit.h"

static const struct {
    const char *code, *words;
} ends[ADOPT_END_COUNT] = {
#define X(name, code, words) [ADOPT_##name] = {code, words},
    ADOPT_ENDS(X)
#undef X
};

const char *adopt_end_code(enum adopt_end end)
{
    return ends[end].code;
}

const char *adopt_end_words(enum adopt_end end)
{
    return ends[end].words;
}

static const char *line_of(struct arena *a, const char *format, va_list args)
{
    struct buf line = BUF_INIT(4 * LIMIT_ERR_BYTES);
    buf_vprintf(&line, format, args);
    const char *text = arena_text(a, buf_str(&line));
    buf_release(&line);
    return text;
}

void adopt_miss(struct adopt *x, size_t number, const char *what, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vec_push(&x->misses, (struct adopt_miss){.source = number > 0 ? x->mails_from : "",
                                             .number = number,
                                             .what = arena_strdup(x->arena, what),
                                             .why = line_of(x->arena, format, args)});
    va_end(args);
}

void adopt_remark(struct adopt *x, struct adopt_group *g, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vec_push(&g->remarks, line_of(x->arena, format, args));
    va_end(args);
}

/* ------------------------------------------------------------------ what follows */

static const char *told_text(const struct adopt *x, const struct case_cert *c)
{
    const struct profile *p = &x->desk->files.profile;
    struct buf list = BUF_INIT(256);
    for (size_t t = 0; t < p->threshold_count; t++) {
        if ((c->consumed >> t & 1) != 0)
            buf_printf(&list, "%s%d", list.n > 0 ? ", " : "", p->thresholds[t]);
    }
    const char *text = arena_text(x->arena, buf_str(&list));
    buf_release(&list);
    return text;
}

static const char *why_nothing(const struct adopt *x, const struct adopt_group *g, const struct warning_case *c)
{
    enum lang lang = x->desk->lang;
    bool answered = false;
    if (g->over)
        return tr(lang, N_("it was renewed"));
    if ((g->body->flags & BODY_NOT_VERIFIABLE) != 0)
        return tr(lang, N_("the body's dates cannot be verified"));
    for (size_t i = 0; c != NULL && i < c->count; i++)
        answered = answered || c->certs[i].answered;
    return answered ? tr(lang, N_("the body has answered")) : tr(lang, N_("every threshold was told"));
}

/* What the case looks like now, and its next warning. */
static bool look_ahead(struct adopt *x, const struct adopt_group *g, struct adopt_case *c)
{
    enum { AHEAD_DAYS = 3650 };
    const struct profile *p = &x->desk->files.profile;
    struct renewals all;
    struct warning_case *cases = NULL;
    const struct warning_case *mine = NULL;
    struct warning w;
    if (!g->over && !renewals_load(x->tx, x->arena, g->body->id, x->desk->by.day, &all, x->e))
        return false;
    size_t count = g->over ? 0 : renewals_cases(&all, p, x->arena, g->body, &cases);
    for (size_t i = 0; i < count; i++)
        mine = cases[i].id == g->case_id ? &cases[i] : mine;
    for (size_t i = 0; mine != NULL && i < mine->count; i++)
        c->told[mine->certs[i].kind] = told_text(x, &mine->certs[i]);
    c->next = mine != NULL && warning_whether(g->body) == WARN_YES &&
              warning_next(p, mine, x->desk->by.day, x->desk->by.day + AHEAD_DAYS, &w);
    c->next_why = c->next ? "" : why_nothing(x, g, mine);
    if (c->next) {
        c->next_on = w.on;
        c->next_threshold = w.threshold;
        c->next_subject = warning_subject(x->arena, p, g->body->name, mine);
        c->next_in_thread = g->warnings + g->letters > 0;
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct adopt_group *const *x = a, *const *y = b;
    int order = strcmp((*x)->body->sort_key, (*y)->body->sort_key);
    return order != 0 ? order : (*x < *y ? -1 : 1);
}

static bool tell_cases(struct adopt *x, struct adopt_summary *s)
{
    const struct adopt_group **sorted = arena_array(x->arena, const struct adopt_group *, x->groups.count + 1);
    struct adopt_case *cases = arena_array(x->arena, struct adopt_case, x->groups.count + 1);
    size_t count = 0;
    bool ok = true;
    for (size_t i = 0; i < x->groups.count; i++) {
        if (!x->groups.items[i].gone)
            sorted[count++] = &x->groups.items[i];
    }
    if (count > 0)
        qsort(sorted, count, sizeof *sorted, by_name);
    for (size_t i = 0; ok && i < count; i++) {
        const struct adopt_group *g = sorted[i];
        struct adopt_case *c = &cases[i];
        *c = (struct adopt_case){.end = g->over      ? ADOPT_OVER
                                        : g->changed ? ADOPT_TAKEN
                                                     : ADOPT_SAME,
                                 .body = g->body->name,
                                 .ticket = g->ticket,
                                 .subject = g->subject,
                                 .warnings = g->warnings,
                                 .letters = g->letters,
                                 .answers = g->answers,
                                 .first = g->first,
                                 .last = g->last,
                                 .told = {"", ""},
                                 .next_subject = "",
                                 .remarks = vec_to_arena(&g->remarks, x->arena),
                                 .remark_count = g->remarks.count};
        memcpy(c->expires, g->expires, sizeof c->expires);
        ok = look_ahead(x, g, c);
        s->ends[c->end]++;
        s->changed = s->changed || c->end == ADOPT_TAKEN;
    }
    s->cases = cases;
    s->case_count = count;
    return ok;
}

/* ------------------------------------------------------------------ workbooks */

static bool take_workbooks(struct adopt *x, struct adopt_summary *s)
{
    const struct adopt_options *o = x->options;
    struct import_summary *list = arena_array(x->arena, struct import_summary, o->workbook_count + 1);
    bool ok = true;
    for (size_t i = 0; ok && i < o->workbook_count; i++) {
        const struct import_options io = {.source = o->workbooks[i], .dry_run = o->dry_run, .tx = x->tx};
        ok = import_run(x->desk, &io, x->arena, &list[i], x->e);
        for (size_t k = 0; ok && k < list[i].part_count; k++) {
            const struct import_counts *c = &list[i].parts[k].counts;
            s->changed = s->changed || c->added > 0 || c->changed > 0 || c->vanished > 0 ||
                         list[i].parts[k].events[IMPORT_CONFLICT] > 0;
        }
    }
    s->workbooks = list;
    s->workbook_count = o->workbook_count;
    return ok;
}

/* ------------------------------------------------------------------ the whole */

static bool note_adoption(struct adopt *x, const struct adopt_summary *s)
{
    const char *detail = arena_printf(x->arena, "%zu mails, %zu tickets, %zu workbooks: %zu cases taken over", s->mails,
                                      s->tickets, s->workbook_count, s->ends[ADOPT_TAKEN]);
    return audit_add(x->tx, &x->desk->by, "adopt", 0, detail, x->e);
}

static bool in_transaction(struct adopt *x, struct adopt_summary *s)
{
    struct desk *d = x->desk;
    bool ok = take_workbooks(x, s) && bodies_load(x->tx, x->arena, &d->files.profile, d->by.day, &x->bodies, x->e);
    if (ok && x->bodies.count == 0)
        ok = err_set(x->e, ERR_UNKNOWN,
                     N_("the desk has no bodies yet; import the registry first (`talaia import FILE`)"));
    return ok && adopt_sort(x) && adopt_keep(x) && tell_cases(x, s);
}

bool adopt_run(struct desk *d, const struct adopt_options *o, struct arena *a, struct adopt_summary *ret, struct err *e)
{
    struct tx tx = {0};
    struct adopt x = {.desk = d, .options = o, .arena = a, .tx = &tx, .mails_from = "", .e = e};
    struct adopt_summary s = {0};
    x.own = replies_own(d, a);
    bool ok = adopt_gather_mails(&x) && adopt_gather_tickets(&x) && tx_begin(d->store, TX_WRITE, &tx, e) &&
              in_transaction(&x, &s);
    s.mails = x.mail_count;
    s.tickets = x.ticket_count;
    s.misses = vec_to_arena(&x.misses, a);
    s.miss_count = x.misses.count;
    /* What changes nothing leaves no trace: neither in the imports nor in the audit trail. */
    if (ok && s.changed && !o->dry_run) {
        ok = note_adoption(&x, &s) && tx_commit(&tx, e);
        s.committed = ok;
    }
    tx_rollback(&tx);
    if (ok)
        *ret = s;
    for (size_t i = 0; i < x.groups.count; i++)
        vec_release(&x.groups.items[i].remarks);
    vec_release(&x.groups);
    vec_release(&x.mails);
    vec_release(&x.tickets);
    vec_release(&x.misses);
    arena_release(&x.scratch);
    return ok;
}
