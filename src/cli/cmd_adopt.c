/* talaia adopt */
#include <stdio.h>

#include "cli/commands.h"
#include "core/date_text.h"
#include "flow/adopt.h"

/* ------------------------------------------------------------------ for programs */

static json_t *expires_json(const day_t expires[CERT_KINDS])
{
    json_t *o = json_object();
    for (int k = 0; k < CERT_KINDS; k++) {
        if (expires[k] != DAY_NONE)
            json_object_set_new(o, cert_kind_code((enum cert_kind)k), json_day(expires[k]));
    }
    return o;
}

static json_t *case_json(const struct adopt_case *c)
{
    json_t *told = json_object(), *remarks = json_array(), *next = json_null();
    for (int k = 0; k < CERT_KINDS; k++) {
        if (c->expires[k] != DAY_NONE)
            json_object_set_new(told, cert_kind_code((enum cert_kind)k), json_string(c->told[k]));
    }
    for (size_t i = 0; i < c->remark_count; i++)
        json_array_append_new(remarks, json_string(c->remarks[i]));
    if (c->next)
        next = json_pack("{s:o,s:i,s:s,s:b}", "on", json_day(c->next_on), "threshold", c->next_threshold, "subject",
                         c->next_subject, "in_thread", (int)c->next_in_thread);
    return json_pack("{s:s,s:s,s:o,s:o,s:o,s:I,s:I,s:I,s:o,s:o,s:o,s:s,s:o}", "result", adopt_end_code(c->end), "name",
                     c->body, "expires", expires_json(c->expires), "ticket", json_text(c->ticket), "subject",
                     json_text(c->subject), "warnings", (json_int_t)c->warnings, "letters", (json_int_t)c->letters,
                     "answers", (json_int_t)c->answers, "last", json_day(c->last), "told", told, "next", next,
                     "why_nothing", c->next_why == NULL ? "" : c->next_why, "remarks", remarks);
}

static json_t *summary_json(const struct adopt_summary *s)
{
    json_t *cases = json_array(), *misses = json_array(), *books = json_array();
    for (size_t i = 0; i < s->case_count; i++)
        json_array_append_new(cases, case_json(&s->cases[i]));
    for (size_t i = 0; i < s->miss_count; i++)
        json_array_append_new(
            misses, json_pack("{s:s,s:I,s:s,s:s}", "source", s->misses[i].source, "mail",
                              (json_int_t)s->misses[i].number, "what", s->misses[i].what, "why", s->misses[i].why));
    for (size_t i = 0; i < s->workbook_count; i++) {
        const struct import_summary *w = &s->workbooks[i];
        json_t *lines = json_array();
        int64_t changed = 0, refused = 0;
        for (size_t k = 0; k < w->part_count; k++) {
            changed += w->parts[k].counts.added + w->parts[k].counts.changed;
            refused += w->parts[k].counts.refused;
        }
        for (size_t k = 0; k < w->line_count; k++)
            json_array_append_new(
                lines, json_pack("{s:s,s:s,s:I,s:s,s:s}", "event", import_event_code(w->lines[k].event), "sheet",
                                 w->lines[k].sheet, "row", (json_int_t)w->lines[k].row, "body", w->lines[k].body,
                                 "text", w->lines[k].text));
        json_array_append_new(books, json_pack("{s:s,s:I,s:I,s:o}", "source", w->source, "changed", (json_int_t)changed,
                                               "refused", (json_int_t)refused, "lines", lines));
    }
    return json_pack("{s:o,s:o,s:o,s:I,s:I,s:b,s:b}", "workbooks", books, "cases", cases, "not_understood", misses,
                     "mails", (json_int_t)s->mails, "tickets", (json_int_t)s->tickets, "changed", (int)s->changed,
                     "committed", (int)s->committed);
}

/* ------------------------------------------------------------------ for people */

static const char *certificates_text(struct cli *c, const struct adopt_case *k)
{
    static const enum cert_kind order[CERT_KINDS] = {CERT_CDA, CERT_CDS};
    const char *text = "";
    for (int i = 0; i < CERT_KINDS; i++) {
        char day[DAY_TEXT_BYTES];
        if (k->expires[order[i]] != DAY_NONE)
            text = arena_printf(&c->arena, "%s%s%s[%s]", text, text[0] == '\0' ? "" : " + ", cert_kind_code(order[i]),
                                day_dmy(k->expires[order[i]], day));
    }
    return text;
}

static void print_told(struct cli *c, const struct adopt_case *k)
{
    for (int i = 0; i < CERT_KINDS; i++) {
        if (k->told[i][0] != '\0')
            cli_wrap(arena_printf(&c->arena, tr(c->lang, N_("%s: told the thresholds %s")),
                                  cert_kind_code((enum cert_kind)i), k->told[i]),
                     4);
    }
}

static void print_case(struct cli *c, const struct adopt_case *k)
{
    char first[DAY_TEXT_BYTES], last[DAY_TEXT_BYTES], next[DATE_LONG_BYTES];
    printf("  %s  %s  %s\n", k->body, certificates_text(c, k), k->ticket);
    if (k->warnings == 1 && k->first != DAY_NONE)
        cli_wrap(
            arena_printf(&c->arena, tr(c->lang, N_("a warning was sent on %s; other mails of ours: %zu; answers: %zu")),
                         day_dmy(k->first, first), k->letters, k->answers),
            4);
    else if (k->warnings > 1 && k->first != DAY_NONE)
        cli_wrap(
            arena_printf(&c->arena,
                         tr(c->lang, N_("%zu warnings were sent, from %s to %s; other mails of ours: %zu; answers: "
                                        "%zu")),
                         k->warnings, day_dmy(k->first, first), day_dmy(k->last, last), k->letters, k->answers),
            4);
    print_told(c, k);
    for (size_t i = 0; i < k->remark_count; i++)
        cli_wrap(arena_printf(&c->arena, "! %s", k->remarks[i]), 4);
    if (k->next)
        cli_wrap(arena_printf(&c->arena,
                              k->next_in_thread ? tr(c->lang, N_("next: %s, below %d days, in the same thread: %s"))
                                                : tr(c->lang, N_("next: %s, below %d days, a new thread: %s")),
                              date_short(k->next_on, c->lang, next), k->next_threshold, k->next_subject),
                 4);
    else
        cli_wrap(arena_printf(&c->arena, tr(c->lang, N_("next: nothing; %s")), k->next_why), 4);
}

static void print_misses(struct cli *c, const struct adopt_summary *s)
{
    if (s->miss_count > 0)
        cli_say(c, N_("Not understood:"));
    for (size_t i = 0; i < s->miss_count; i++) {
        const struct adopt_miss *m = &s->misses[i];
        if (m->number > 0)
            printf(tr(c->lang, N_("  %s, mail %zu: ")), m->source, m->number);
        else
            fputs(tr(c->lang, N_("  ticket ")), stdout);
        printf("%s\n", m->what);
        cli_wrap(m->why, 4);
    }
}

static void print_workbooks(struct cli *c, const struct adopt_summary *s)
{
    for (size_t i = 0; i < s->workbook_count; i++) {
        const struct import_summary *w = &s->workbooks[i];
        printf("%s\n", w->source);
        for (size_t k = 0; k < w->part_count; k++) {
            const struct import_counts *n = &w->parts[k].counts;
            cli_wrap(
                arena_printf(&c->arena, tr(c->lang, N_("%s: %lld rows, %lld taken over, %lld the same, %lld refused")),
                             w->parts[k].sheet[0] == '\0' ? w->parts[k].kind : w->parts[k].sheet, (long long)n->rows,
                             (long long)(n->added + n->changed), (long long)n->same, (long long)n->refused),
                2);
        }
        for (size_t k = 0; k < w->line_count; k++) {
            const struct import_line *l = &w->lines[k];
            if (l->event == IMPORT_REFUSED || l->event == IMPORT_CONFLICT)
                cli_wrap(
                    arena_printf(&c->arena, tr(c->lang, N_("row %zu (%s) %s: %s")), l->row, l->sheet, l->body, l->text),
                    4);
        }
    }
}

static void print_summary(struct cli *c, const struct adopt_summary *s)
{
    print_workbooks(c, s);
    for (int end = 0; end < ADOPT_END_COUNT; end++) {
        if (s->ends[end] == 0)
            continue;
        printf("%s (%zu)\n", tr(c->lang, adopt_end_words((enum adopt_end)end)), s->ends[end]);
        for (size_t i = 0; i < s->case_count; i++) {
            if (s->cases[i].end == (enum adopt_end)end)
                print_case(c, &s->cases[i]);
        }
    }
    print_misses(c, s);
    cli_say(c,
            N_("%zu mails and %zu tickets looked at: %zu renewals taken over, %zu known already, %zu renewed since, "
               "%zu things not understood."),
            s->mails, s->tickets, s->ends[ADOPT_TAKEN], s->ends[ADOPT_SAME], s->ends[ADOPT_OVER], s->miss_count);
}

/* ------------------------------------------------------------------ the command */

static bool has_refusals(const struct adopt_summary *s)
{
    for (size_t i = 0; i < s->workbook_count; i++) {
        if (s->workbooks[i].events[IMPORT_REFUSED] > 0 || s->workbooks[i].events[IMPORT_CONFLICT] > 0)
            return true;
    }
    return s->miss_count > 0;
}

static bool run_adopt(struct cli *c, struct err *e)
{
    struct desk d;
    const char **books = arena_array(&c->arena, const char *, c->word_count + 1);
    size_t count = 0;
    if (c->value[OPT_WORKBOOK] != NULL)
        books[count++] = c->value[OPT_WORKBOOK];
    else if (c->word_count > 0)
        return err_set(e, ERR_USAGE, N_("'%s' belongs to nothing; workbooks follow --workbook"), c->words[0]);
    for (size_t i = 0; i < c->word_count; i++)
        books[count++] = c->words[i];
    if (count == 0 && c->value[OPT_TICKETS] == NULL && c->value[OPT_MAILS] == NULL)
        return err_set(e, ERR_USAGE, N_("say what to take over: --workbook, --tickets or --mails"));
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    struct cli_progress progress = {.cli = c, .what = tr(c->lang, N_("Reading"))};
    struct adopt_options o = {
        .workbooks = books,
        .workbook_count = count,
        .tickets = c->value[OPT_TICKETS],
        .sent = c->value[OPT_MAILS],
        .dry_run = c->value[OPT_DRY_RUN] != NULL,
        .progress = cli_progress_update,
        .progress_context = &progress,
    };
    struct adopt_summary s = {0};
    bool ok = adopt_run(&d, &o, &c->arena, &s, e);
    cli_progress_end(&progress);
    if (ok && c->json)
        ok = cli_json(summary_json(&s), e);
    else if (ok)
        print_summary(c, &s);
    if (ok && !c->json)
        cli_say(c, o.dry_run      ? N_("Nothing was changed (--dry-run).")
                   : !s.committed ? N_("Nothing has changed since the last time.")
                                  : N_("Done."));
    c->findings = ok && has_refusals(&s);
    desk_close(&d);
    return ok;
}

const struct command command_adopt = {
    .name = "adopt",
    .task = TASK_START,
    .usage = N_("[--workbook FILE…] [--tickets open|FILTER] [--mails FOLDER|FILE]"),
    .summary = N_("take over a desk that was run by hand: workbook, tickets, warnings that were sent"),
    .more = N_("Nobody is warned again for a threshold that a sent mail has told, and the next warning goes on in the "
               "same thread with the same subject and ticket. Answers among the mails become proposals. With --dry-run "
               "it shows case by case what was understood, what was not and why, and what would be sent next. All or "
               "nothing; done again it changes nothing. The mails may be a folder of the mailbox (mail.imap.url), a "
               "Maildir or an mbox; they are only looked at. Import the registry and the contacts first."),
    .max_words = 50,
    .options = {OPT_WORKBOOK, OPT_TICKETS, OPT_MAILS, OPT_DRY_RUN, OPT_END},
    .run = run_adopt,
};
