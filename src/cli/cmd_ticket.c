/* talaia tickets; tickets show, dashboard, test */
#include <stdio.h>

#include "base/text.h"
#include "cli/commands.h"
#include "flow/tracker.h"

#define LISTED_MOST 500

static const char *const group_words[GROUP_COUNT] = {
    [GROUP_RENEWAL] = N_("renewal"),
    [GROUP_MIGRATION] = N_("migration"),
    [GROUP_OUTAGE] = N_("outage"),
    [GROUP_OTHER] = N_("other"),
};
static const char *const board_words[GROUP_OTHER] = {
    [GROUP_RENEWAL] = N_("Certificate renewals"),
    [GROUP_MIGRATION] = N_("Migrations to JAVA"),
    [GROUP_OUTAGE] = N_("Server outages"),
};

static bool open_tracker(struct cli *c, struct desk *d, struct tracker **ret, struct err *e)
{
    if (!cli_open(c, DESK_STORE, d, e))
        return false;
    if (desk_tracker_open(d, ret, e))
        return true;
    desk_close(d);
    return false;
}

/* ------------------------------------------------------------------ JSON */

static json_t *instant_json(instant_t t)
{
    char text[INSTANT_TEXT_BYTES];
    return t == INSTANT_NONE ? json_null() : json_string(instant_iso(t, text));
}

static json_t *names_json(const char *const *names, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(names[i]));
    return list;
}

static json_t *ticket_json(const struct ticket *t)
{
    return json_pack("{s:s,s:o,s:s,s:b,s:s,s:s,s:o,s:o,s:s,s:o,s:o,s:o}", "key", t->key, "uid", json_text(t->uid),
                     "kind", action_group_code(t->kind), "open", (int)t->open, "status", t->status, "summary",
                     t->summary, "due", json_day(t->due), "estimated", json_day(t->estimated), "type", t->type,
                     "created", instant_json(t->created), "closed", instant_json(t->closed), "url", json_text(t->url));
}

static json_t *whole_json(const struct ticket *t)
{
    json_t *o = ticket_json(t), *notes = json_array();
    for (size_t i = 0; i < t->note_count; i++)
        json_array_append_new(
            notes, json_pack("{s:s,s:o,s:o,s:s}", "who", t->notes[i].who, "at", instant_json(t->notes[i].at), "marker",
                             json_text(t->notes[i].marker), "text", t->notes[i].text));
    json_object_set_new(o, "description", json_string(t->description));
    json_object_set_new(o, "labels", names_json(t->labels, t->label_count));
    json_object_set_new(o, "links", names_json(t->links, t->link_count));
    json_object_set_new(o, "files", names_json(t->files, t->file_count));
    json_object_set_new(o, "watchers", names_json(t->watchers, t->watcher_count));
    json_object_set_new(o, "notes", notes);
    return o;
}

/* ------------------------------------------------------------------ list */

/* Foreign text as one safe line. */
static const char *line(struct cli *c, const char *text)
{
    char *safe = text_clean(&c->arena, str_of(text), false);
    str_make_printable(safe);
    return safe;
}

static const char *state_words(struct cli *c, const struct tracker *t, const struct ticket *x)
{
    return tracker_is_local(t) ? tr(c->lang, x->status) : line(c, x->status);
}

static void print_list(struct cli *c, const struct tracker *t, const struct ticket *list, size_t count, int64_t total)
{
    static const struct cli_column columns[] = {{N_("Ticket"), ALIGN_LEFT, 6, 14},
                                                {N_("Group"), ALIGN_LEFT, 5, 10},
                                                {N_("State"), ALIGN_LEFT, 5, 16},
                                                {N_("Until"), ALIGN_LEFT, 10, 10},
                                                {N_("Subject"), ALIGN_LEFT, 10, 60}};
    if (count > 0) {
        struct cli_table *table = cli_table_new(c, columns, sizeof columns / sizeof *columns);
        for (size_t i = 0; i < count; i++) {
            const struct ticket *x = &list[i];
            char day[DAY_TEXT_BYTES];
            cli_cell(table, line(c, x->key), NULL);
            cli_cell(table, x->uid[0] == '\0' ? "" : tr(c->lang, group_words[x->kind]), NULL);
            cli_cell(table, state_words(c, t, x), x->open ? NULL : "32");
            cli_cell(table, day_dmy(x->estimated != DAY_NONE ? x->estimated : x->due, day), NULL);
            cli_cell(table, line(c, x->summary), NULL);
        }
        cli_table_print(table);
        cli_table_free(table);
        putchar('\n');
    }
    printf(trn(c->lang, "%lld ticket.", "%lld tickets.", (unsigned long)total), (long long)total);
    if ((int64_t)count < total)
        printf(tr(c->lang, N_(" The newest %zu are listed.")), count);
    putchar('\n');
}

static bool run_list(struct cli *c, struct err *e)
{
    struct ticket_query q = {.filter = c->word_count > 0 ? c->words[0] : "",
                             .open_only = c->value[OPT_ALL] == NULL,
                             .one_kind = c->value[OPT_GROUP] != NULL,
                             .closed_after = DAY_NONE,
                             .closed_since = INSTANT_NONE};
    if (q.one_kind && !action_group_parse(c->value[OPT_GROUP], &q.kind))
        return err_set(e, ERR_USAGE, N_("--group takes renewal, migration, outage or other, not \"%s\""),
                       c->value[OPT_GROUP]);
    if (c->word_count > 0 && (c->value[OPT_ALL] != NULL || q.one_kind))
        return err_set(e, ERR_USAGE, N_("a saved filter decides alone: leave out --all and --group"));
    struct desk d;
    struct tracker *t;
    struct ticket *list = NULL;
    size_t count = 0;
    int64_t total = 0;
    if (!open_tracker(c, &d, &t, e))
        return false;
    bool ok = desk_tickets(&d, t, &c->arena, &q, LISTED_MOST, &list, &count, &total, e);
    if (ok && c->json) {
        struct cli_list out = {0};
        for (size_t i = 0; i < count; i++)
            cli_list_add(&out, ticket_json(&list[i]));
        ok = cli_list_end(&out, e);
    } else if (ok) {
        print_list(c, t, list, count, total);
    }
    tracker_close(t);
    desk_close(&d);
    return ok;
}

/* ------------------------------------------------------------------ show */

static void print_field(struct cli *c, const char *label, const char *value)
{
    if (value[0] == '\0')
        return;
    const char *word = tr(c->lang, label);
    printf("  %s", word);
    for (int width = text_width(str_of(word)); width < 14; width++)
        putchar(' ');
    printf("%s\n", value);
}

static const char *joined(struct cli *c, const char *const *names, size_t count)
{
    const char *all = "";
    for (size_t i = 0; i < count; i++)
        all = arena_printf(&c->arena, "%s%s%s", all, i > 0 ? ", " : "", line(c, names[i]));
    return all;
}

static void print_lines(struct cli *c, const char *text)
{
    struct str rest = str_of(text), one;
    while (str_split(&rest, '\n', &one))
        printf("    │ %s\n", line(c, arena_text(&c->arena, one)));
}

static void print_ticket(struct cli *c, const struct tracker *t, const struct ticket *x)
{
    char day[DAY_TEXT_BYTES], at[INSTANT_TEXT_BYTES];
    printf("%s  %s\n\n", line(c, x->key), line(c, x->summary));
    print_field(c, N_("state"), state_words(c, t, x));
    print_field(c, N_("group"), x->uid[0] == '\0' ? "" : tr(c->lang, group_words[x->kind]));
    print_field(c, N_("type"), line(c, x->type));
    print_field(c, N_("until"), day_dmy(x->estimated != DAY_NONE ? x->estimated : x->due, day));
    print_field(c, N_("made"), x->created == INSTANT_NONE ? "" : instant_madrid(x->created, at));
    print_field(c, N_("closed"), x->closed == INSTANT_NONE ? "" : instant_madrid(x->closed, at));
    print_field(c, N_("related"), joined(c, x->links, x->link_count));
    print_field(c, N_("watched by"), joined(c, x->watchers, x->watcher_count));
    print_field(c, N_("files"), joined(c, x->files, x->file_count));
    print_field(c, N_("address"), line(c, x->url));
    if (x->description[0] != '\0') {
        putchar('\n');
        print_lines(c, x->description);
    }
    for (size_t i = 0; i < x->note_count; i++) {
        const struct ticket_note *n = &x->notes[i];
        printf("\n  %s  %s\n", n->at == INSTANT_NONE ? "" : instant_madrid(n->at, at), line(c, n->who));
        print_lines(c, n->text);
    }
}

static bool run_show(struct cli *c, struct err *e)
{
    struct desk d;
    struct tracker *t;
    struct ticket x;
    if (!open_tracker(c, &d, &t, e))
        return false;
    bool ok = desk_ticket(&d, t, &c->arena, c->words[0], &x, e);
    if (ok && c->json)
        ok = cli_json(whole_json(&x), e);
    else if (ok)
        print_ticket(c, t, &x);
    tracker_close(t);
    desk_close(&d);
    return ok;
}

/* ------------------------------------------------------------------ dashboard */

static json_t *cell_json(const struct dashboard_cell *cell)
{
    return json_pack("{s:o,s:o,s:o}", "count", cell->known ? json_integer(cell->count) : json_null(), "filter",
                     json_text(cell->filter), "why", json_text(cell->why));
}

static bool dashboard_json(const struct dashboard *b, struct err *e)
{
    json_t *rows = json_object();
    for (int g = 0; g < GROUP_OTHER; g++)
        json_object_set_new(rows, action_group_code((enum action_group)g),
                            json_pack("{s:o,s:o}", "done", cell_json(&b->cells[g][DASHBOARD_DONE]), "pending",
                                      cell_json(&b->cells[g][DASHBOARD_PENDING])));
    return cli_json(json_pack("{s:o,s:o}", "since", json_day(b->since), "groups", rows), e);
}

static void print_dashboard(struct cli *c, const struct dashboard *b)
{
    static const struct cli_column columns[] = {
        {"", ALIGN_LEFT, 20, 30}, {N_("Done"), ALIGN_RIGHT, 5, 12}, {N_("Pending"), ALIGN_RIGHT, 5, 12}};
    struct cli_table *table = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    const char *told = "";
    char day[DAY_TEXT_BYTES];
    for (int g = 0; g < GROUP_OTHER; g++) {
        cli_cell(table, tr(c->lang, board_words[g]), NULL);
        for (int k = 0; k < DASHBOARD_COLUMNS; k++) {
            if (b->cells[g][k].known)
                cli_cellf(table, "%lld", (long long)b->cells[g][k].count);
            else
                cli_cell(table, "?", "31");
        }
    }
    cli_table_print(table);
    cli_table_free(table);
    putchar('\n');
    cli_say(c, N_("Done: since the report of %s."), day_dmy(b->since, day));
    for (int g = 0; g < GROUP_OTHER; g++) {
        for (int k = 0; k < DASHBOARD_COLUMNS; k++) {
            const struct dashboard_cell *cell = &b->cells[g][k];
            if (cell->known || strcmp(cell->why, told) == 0)
                continue;
            told = cell->why;
            cli_wrap(told, 2);
        }
    }
}

static bool run_dashboard(struct cli *c, struct err *e)
{
    struct desk d;
    struct tracker *t;
    struct dashboard b;
    if (!open_tracker(c, &d, &t, e))
        return false;
    bool ok = desk_dashboard(&d, t, &c->arena, &b, e);
    for (int g = 0; ok && g < GROUP_OTHER; g++) {
        for (int k = 0; k < DASHBOARD_COLUMNS; k++)
            c->findings += !b.cells[g][k].known;
    }
    if (ok && c->json)
        ok = dashboard_json(&b, e);
    else if (ok)
        print_dashboard(c, &b);
    tracker_close(t);
    desk_close(&d);
    return ok;
}

/* ------------------------------------------------------------------ test */

static const char *result_code(enum check_result r)
{
    static const char *const codes[] = {[CHECK_NOT_ASKED] = "not-asked", [CHECK_GOOD] = "good", [CHECK_BAD] = "bad"};
    return codes[r];
}

static bool run_test(struct cli *c, struct err *e)
{
    struct desk d;
    struct tracker *t;
    struct tracker_report r;
    if (!open_tracker(c, &d, &t, e))
        return false;
    bool ok = desk_tracker_examine(&d, t, &c->arena, &r, e);
    json_t *checks = json_object();
    for (int i = 0; ok && i < CHECK_COUNT; i++) {
        static const char *const glyphs[] = {[CHECK_NOT_ASKED] = "·", [CHECK_GOOD] = "●", [CHECK_BAD] = "■"};
        enum tracker_check k = (enum tracker_check)i;
        enum check_result result = r.checks[i].result;
        const char *detail = line(c, r.checks[i].detail);
        c->findings += result == CHECK_BAD;
        if (c->json) {
            json_object_set_new(checks, tracker_check_code(k),
                                json_pack("{s:s,s:o}", "result", result_code(result), "detail", json_text(detail)));
            continue;
        }
        if (result == CHECK_NOT_ASKED && tracker_is_local(t)) /* it has no such thing */
            continue;
        const char *words = tr(c->lang, tracker_check_words(k));
        cli_wrap(arena_printf(&c->arena, "%s %s%s%s", glyphs[result], words, detail[0] == '\0' ? "" : ": ", detail), 0);
    }
    if (ok && c->json)
        ok = cli_json(json_pack("{s:s,s:O}", "tracker", tracker_code(t), "checks", checks), e);
    json_decref(checks);
    tracker_close(t);
    desk_close(&d);
    return ok;
}

/* ------------------------------------------------------------------ commands */

const struct command command_tickets = {
    .name = "tickets",
    .task = TASK_WARN,
    .usage = N_("[FILTER]"),
    .summary = N_("the open tickets of the tracker"),
    .more =
        N_("Tickets are where tracker.kind says: here, in Jira or in Redmine. FILTER is the number of a saved filter "
           "of Jira (or a JQL in quotes) or of a saved query of Redmine."),
    .max_words = 1,
    .options = {OPT_ALL, OPT_GROUP, OPT_END},
    .run = run_list,
};
const struct command command_tickets_show = {
    .name = "tickets show",
    .task = TASK_WARN,
    .usage = N_("KEY"),
    .summary = N_("one ticket with all that was written there"),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_END},
    .run = run_show,
};
const struct command command_tickets_dashboard = {
    .name = "tickets dashboard",
    .task = TASK_WARN,
    .usage = "",
    .summary = N_("renewals, migrations and outages: done since the last report, and pending"),
    .more = N_("With a tracker elsewhere each number comes from a saved filter (tickets.dashboard of the profile)."),
    .options = {OPT_END},
    .run = run_dashboard,
};
const struct command command_tickets_test = {
    .name = "tickets test",
    .task = TASK_KEEP,
    .usage = "",
    .summary = N_("whether the tracker can be used as it is configured"),
    .more =
        N_("Asks who we are there, and whether the project, the template ticket, the kind of ticket, the date field "
           "and the way to close are as the configuration says. Nothing is changed."),
    .options = {OPT_END},
    .run = run_test,
};
