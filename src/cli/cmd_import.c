/* talaia import */
#include <stdio.h>

#include "cli/commands.h"
#include "flow/import.h"

static const char *const part_words[][2] = {
    {"registry", N_("registry")},    {"contacts", N_("contacts")},    {"bodies", N_("list of bodies")},
    {"actions", N_("actions (OK)")}, {"outages", N_("outages (KO)")}, {"comments", N_("comments (Certificats)")},
    {"alerts", N_("alerts")},
};

static const struct {
    enum import_event event;
    const char *word, *ink;
} event_words[] = {
    {IMPORT_NEW, N_("new"), "32"},           {IMPORT_CHANGED, N_("changed"), "33"},
    {IMPORT_RETURNED, N_("back"), "32"},     {IMPORT_VANISHED, N_("vanished"), "35"},
    {IMPORT_REMARK, N_("remark"), "33"},     {IMPORT_CONFLICT, N_("conflict"), "1;31"},
    {IMPORT_REFUSED, N_("refused"), "1;31"},
};

/* New bodies are listed when they are few enough to be read. */
#define NEW_LISTED_MOST 12

static void print_lines(struct cli *c, const struct import_summary *s)
{
    for (size_t k = 0; k < sizeof event_words / sizeof *event_words; k++) {
        enum import_event event = event_words[k].event;
        if (event == IMPORT_NEW && s->events[event] > NEW_LISTED_MOST)
            continue;
        int64_t listed = 0;
        for (size_t i = 0; i < s->line_count; i++) {
            const struct import_line *l = &s->lines[i];
            if (l->event != event)
                continue;
            listed++;
            if (c->colour)
                printf("\033[%sm", event_words[k].ink);
            fputs(tr(c->lang, event_words[k].word), stdout);
            if (c->colour)
                fputs("\033[0m", stdout);
            if (l->row > 0)
                printf(tr(c->lang, N_("  row %zu")), l->row);
            if (l->sheet[0] != '\0')
                printf(" (%s)", l->sheet);
            printf("  %s%s%s\n", l->body, l->body[0] != '\0' && l->text[0] != '\0' ? ": " : "", l->text);
        }
        if (s->events[event] > listed)
            cli_say(c, N_("  … and %lld more"), (long long)(s->events[event] - listed));
    }
}

static void print_summary(struct cli *c, const struct import_summary *s)
{
    print_lines(c, s);
    for (size_t i = 0; i < s->part_count; i++) {
        const struct import_part *p = &s->parts[i];
        const char *word = p->kind;
        for (size_t k = 0; k < sizeof part_words / sizeof *part_words; k++)
            word = strcmp(part_words[k][0], p->kind) == 0 ? tr(c->lang, part_words[k][1]) : word;
        printf(tr(c->lang, N_("%s: %lld rows: %lld new, %lld changed, %lld the same, %lld vanished, %lld refused\n")),
               word, (long long)p->counts.rows, (long long)p->counts.added, (long long)p->counts.changed,
               (long long)p->counts.same, (long long)p->counts.vanished, (long long)p->counts.refused);
    }
}

static json_t *summary_json(const struct import_summary *s)
{
    json_t *parts = json_array(), *lines = json_array();
    for (size_t i = 0; i < s->part_count; i++) {
        const struct import_part *p = &s->parts[i];
        json_array_append_new(
            parts, json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I}", "kind", p->kind, "rows", (json_int_t)p->counts.rows,
                             "new", (json_int_t)p->counts.added, "changed", (json_int_t)p->counts.changed, "same",
                             (json_int_t)p->counts.same, "vanished", (json_int_t)p->counts.vanished, "refused",
                             (json_int_t)p->counts.refused));
    }
    for (size_t i = 0; i < s->line_count; i++) {
        const struct import_line *l = &s->lines[i];
        json_array_append_new(
            lines,
            json_pack("{s:s,s:s,s:o,s:s,s:s}", "event", import_event_code(l->event), "sheet", l->sheet, "row",
                      l->row == 0 ? json_null() : json_integer((json_int_t)l->row), "body", l->body, "text", l->text));
    }
    json_t *events = json_object();
    for (int i = 0; i < IMPORT_EVENT_COUNT; i++)
        json_object_set_new(events, import_event_code((enum import_event)i), json_integer(s->events[i]));
    return json_pack("{s:s,s:b,s:s,s:o,s:o,s:o}", "source", s->source, "committed", (int)s->committed, "plan", s->plan,
                     "events", events, "parts", parts, "lines", lines);
}

static bool run_import(struct cli *c, struct err *e)
{
    struct desk d;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    struct cli_progress progress = {.cli = c, .what = tr(c->lang, N_("Reading"))};
    struct import_options o = {
        .source = c->words[0],
        .dry_run = c->value[OPT_DRY_RUN] != NULL,
        .force = c->value[OPT_FORCE] != NULL,
        .name = cli_text(c, OPT_CALLED),
        .reason = cli_text(c, OPT_REASON),
        .plan = cli_text(c, OPT_PLAN),
        .progress = cli_progress_update,
        .progress_context = &progress,
    };
    struct import_summary s = {0};
    bool ok = import_run(&d, &o, &c->arena, &s, e);
    cli_progress_end(&progress);
    if (c->json && ok)
        ok = cli_json(summary_json(&s), e);
    else if (!c->json && s.part_count > 0)
        print_summary(c, &s);
    if (ok && !c->json)
        cli_say(c, o.dry_run ? N_("Nothing was changed (--dry-run).") : N_("Done."));
    c->findings = s.events[IMPORT_REFUSED] > 0 || s.events[IMPORT_CONFLICT] > 0;
    desk_close(&d);
    return ok;
}

const struct command command_import = {
    .name = "import",
    .task = TASK_START,
    .usage = N_("FILE | MAILBOX | odbc:[DSN]"),
    .summary = N_("bring in the registry, contacts, the list of bodies or a ResumAjuntaments"),
    .more =
        N_("The file may be CSV or TSV (any separator, encoding and order of columns) or XLSX; what it holds is told "
           "from its "
           "headers. Everything is compared first and shown: new, changed, vanished, refused; then it is committed "
           "whole or "
           "not at all. A body that vanishes is never deleted. An import that would lose too many bodies is stopped "
           "(import.max_loss) unless --force is given. Mails of another monitor (one .eml file, an mbox or a Maildir) "
           "open and close outages where no round of checks of this desk knows better. With --json a dry run prints "
           "its `plan`: --plan then does that and nothing else."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_DRY_RUN, OPT_FORCE, OPT_REASON, OPT_PLAN, OPT_CALLED, OPT_END},
    .run = run_import,
};
