/* talaia incident, talaia expense: what is done when a probe has failed. */
#include "base/file.h"
#include "cli/commands.h"
#include "flow/expense.h"
#include "flow/incident_run.h"

/* ------------------------------------------------------------------ showing */

static const char *at_words(struct arena *a, instant_t t)
{
    char text[INSTANT_TEXT_BYTES];
    return t == INSTANT_NONE ? "" : arena_strdup(a, instant_madrid(t, text));
}

static json_t *at_json(instant_t t)
{
    char text[INSTANT_TEXT_BYTES];
    return t == INSTANT_NONE ? json_null() : json_string(instant_iso(t, text));
}

static json_t *incident_json(const struct incident *x, instant_t now)
{
    return json_pack(
        "{s:I,s:s,s:o,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:I,s:i,s:o,s:o}", "id", (json_int_t)x->id, "probe", x->probe,
        "service", json_text(x->service), "state", incident_state_code(incident_state(x)), "source", x->source, "seen",
        x->seen, "since", at_json(x->since), "opened", at_json(x->opened), "acked", at_json(x->acked), "acked_who",
        json_text(x->acked_who), "recovered", at_json(x->recovered), "ticket", json_text(x->ticket), "seconds",
        (json_int_t)incident_seconds(x, now), "again", x->again, "trouble", json_text(x->trouble), "leader",
        x->leader_id == 0 ? json_null() : json_integer((json_int_t)x->leader_id));
}

static bool run_incident_list(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {
        {N_("No."), ALIGN_RIGHT, 3, 6},          {N_("Probe"), ALIGN_LEFT, 8, 24}, {N_("State"), ALIGN_LEFT, 6, 24},
        {N_("Since"), ALIGN_LEFT, 16, 16},       {N_("For"), ALIGN_RIGHT, 5, 12},  {N_("Ticket"), ALIGN_LEFT, 6, 12},
        {N_("What was seen"), ALIGN_LEFT, 8, 30}};
    struct desk d;
    struct incidents all = {0};
    const struct incident_filter f = {.open_only = c->value[OPT_ALL] == NULL};
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = incidents_list(&d, &c->arena, &f, &all, e);
    struct cli_list list = {0};
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; ok && i < all.count; i++) {
        const struct incident *x = &all.items[i];
        if (c->json) {
            cli_list_add(&list, incident_json(x, d.by.at));
            continue;
        }
        cli_cellf(t, "%lld", (long long)x->id);
        cli_cell(t, x->probe, NULL);
        cli_cell(t, tr(c->lang, incident_state_words(incident_state(x))), NULL);
        cli_cell(t, at_words(&c->arena, x->since), NULL);
        cli_cell(t, duration_words(&c->arena, incident_seconds(x, d.by.at)), NULL);
        cli_cell(t, x->ticket, NULL);
        cli_cell(t, x->seen, NULL);
    }
    if (ok && c->json)
        ok = cli_list_end(&list, e);
    else if (ok && all.count == 0)
        cli_say(c, N_("There is no incident."));
    else if (ok)
        cli_table_print(t);
    cli_table_free(t);
    desk_close(&d);
    return ok;
}

static json_t *call_json(const struct incident_call *k)
{
    return json_pack("{s:I,s:I,s:s,s:o,s:s,s:o,s:o,s:o,s:b,s:o,s:o,s:b,s:o}", "id", (json_int_t)k->id, "incident",
                     (json_int_t)k->incident_id, "probe", k->probe, "at", at_json(k->at), "who", k->who, "contact",
                     json_text(k->contact), "number", json_text(k->number), "phone", json_text(k->phone), "answered",
                     k->answered, "amount", k->cents < 0 ? json_null() : json_real((double)k->cents / 100), "said",
                     json_text(k->said), "claim", k->claim, "statement", json_text(k->file_name));
}

static json_t *whole_json(const struct incident_whole *w, instant_t now)
{
    json_t *json = incident_json(&w->incident, now), *steps = json_array(), *events = json_array(),
           *calls = json_array(), *pages = json_array();
    for (size_t i = 0; i < w->step_count; i++)
        json_array_append_new(
            steps, json_pack("{s:I,s:s,s:s,s:b,s:o,s:o}", "step", (json_int_t)(i + 1), "does",
                             runbook_step_code(w->steps[i].step->kind), "text", w->steps[i].step->text, "done",
                             w->steps[i].done, "at", at_json(w->steps[i].at), "who", json_text(w->steps[i].who)));
    for (size_t i = 0; i < w->event_count; i++)
        json_array_append_new(events, json_pack("{s:o,s:s,s:s,s:s,s:b}", "at", at_json(w->events[i].at), "what",
                                                incident_event_code(w->events[i].kind), "text", w->events[i].text,
                                                "who", w->events[i].who, "told", w->events[i].told != INSTANT_NONE));
    for (size_t i = 0; i < w->call_count; i++)
        json_array_append_new(calls, call_json(&w->calls[i]));
    for (size_t i = 0; i < w->page_count; i++)
        json_array_append_new(
            pages, json_pack("{s:s,s:s,s:s,s:b,s:s,s:i,s:o}", "channel", w->pages[i].channel, "kind", w->pages[i].kind,
                             "state", page_state_code(w->pages[i].state), "over", w->pages[i].over, "id",
                             w->pages[i].uid, "attempts", w->pages[i].attempts, "reply", json_text(w->pages[i].reply)));
    json_object_set_new(json, "runbook", json_text(w->incident.runbook));
    json_object_set_new(json, "next", w->next < w->step_count ? json_integer((json_int_t)w->next + 1) : json_null());
    json_object_set_new(json, "steps", steps);
    json_object_set_new(json, "events", events);
    json_object_set_new(json, "calls", calls);
    json_object_set_new(json, "pages", pages);
    return json;
}

static void print_steps(struct cli *c, const struct incident_whole *w)
{
    for (size_t i = 0; i < w->step_count; i++) {
        const struct incident_step *s = &w->steps[i];
        const char *mark = s->done ? "✓" : i == w->next ? "▶" : " ";
        cli_wrap_after(
            arena_printf(&c->arena, "%s %2zu. ", mark, i + 1),
            s->done ? arena_printf(&c->arena, "%s (%s, %s)", s->step->text, at_words(&c->arena, s->at) + 11, s->who)
                    : s->step->text);
        if (i == w->next && s->step->warning[0] != '\0')
            cli_wrap_after("     ! ", s->step->warning);
        if (i == w->next && s->step->phone[0] != '\0')
            cli_wrap(s->step->phone, 5);
    }
}

/* The incident that the first word names. */
static bool open_one(struct cli *c, struct desk *d, int64_t *ret, struct err *e)
{
    if (!cli_open(c, DESK_STORE, d, e))
        return false;
    if (incident_find(d, &c->arena, c->words[0], ret, e))
        return true;
    desk_close(d);
    return false;
}

static bool run_incident_show(struct cli *c, struct err *e)
{
    struct desk d;
    struct incident_whole w;
    int64_t id;
    if (!open_one(c, &d, &id, e))
        return false;
    struct buf text = BUF_INIT(LIMIT_MAIL_BYTES);
    bool ok = incident_look(&d, &c->arena, id, &w, e);
    if (ok && c->json) {
        ok = cli_json(whole_json(&w, d.by.at), e);
    } else if (ok) {
        if (w.unread[0] != '\0')
            cli_say(c, N_("The runbook cannot be read: %s"), w.unread);
        print_steps(c, &w);
        ok = incident_summary(&d, &c->arena, &w, c->lang, &text, e);
        printf("%s%s", w.step_count > 0 ? "\n" : "", buf_text(&text));
    }
    buf_release(&text);
    desk_close(&d);
    return ok;
}

static bool run_incident_summary(struct cli *c, struct err *e)
{
    struct desk d;
    struct incident_whole w;
    int64_t id;
    if (!open_one(c, &d, &id, e))
        return false;
    struct buf text = BUF_INIT(LIMIT_MAIL_BYTES);
    bool ok = incident_look(&d, &c->arena, id, &w, e) && incident_summary(&d, &c->arena, &w, c->lang, &text, e);
    if (ok && c->json)
        ok = cli_json(json_pack("{s:I,s:s}", "id", (json_int_t)id, "text", buf_text(&text)), e);
    else if (ok)
        printf("%s", buf_text(&text));
    buf_release(&text);
    desk_close(&d);
    return ok;
}

/* ------------------------------------------------------------------ gestures */

static bool say(struct cli *c, struct desk *d, bool ok, int64_t id, const char *text, struct err *e)
{
    if (ok && c->json)
        ok = cli_json(json_pack("{s:I,s:s}", "id", (json_int_t)id, "text", text), e);
    else if (ok)
        cli_say(c, "%s", text);
    desk_close(d);
    return ok;
}

static bool run_incident_open(struct cli *c, struct err *e)
{
    struct desk d;
    int64_t id = 0;
    bool is_new = false;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = incident_open_by_hand(&d, c->words[0], c->words[1], &id, &is_new, e);
    const char *text = arena_printf(&c->arena,
                                    tr(c->lang, is_new ? N_("Incident %lld is open; `talaia serve` tells whom the "
                                                            "runbook names, or `talaia incident run` now.")
                                                       : N_("Incident %lld is open already.")),
                                    (long long)id);
    return say(c, &d, ok, id, text, e);
}

static bool run_incident_close(struct cli *c, struct err *e)
{
    struct desk d;
    int64_t id;
    return open_one(c, &d, &id, e) &&
           say(c, &d, incident_close_by_hand(&d, id, c->words[1], e), id, tr(c->lang, N_("Closed.")), e);
}

static bool run_incident_ack(struct cli *c, struct err *e)
{
    struct desk d;
    int64_t id;
    size_t taken = 0;
    const char *who = "";
    if (!open_one(c, &d, &id, e))
        return false;
    bool ok = incident_take(&d, id, "command", &taken, &who, e);
    const char *text =
        taken == 0   ? arena_printf(&c->arena, tr(c->lang, N_("%s has taken it already.")), who)
        : taken == 1 ? tr(c->lang, N_("It is yours."))
                     : arena_printf(&c->arena,
                                    tr(c->lang, N_("It is yours, with all that fail for the same cause: %zu.")), taken);
    return say(c, &d, ok, id, text, e);
}

static bool read_step(const char *text, int *ret, struct err *e)
{
    int64_t n;
    if (!str_to_int64(str_of(text), 1, LIMIT_RUNBOOK_STEPS, &n))
        return err_set(e, ERR_USAGE, N_("a step is a number from 1 to %d, not \"%s\""), LIMIT_RUNBOOK_STEPS, text);
    *ret = (int)n;
    return true;
}

static bool run_incident_tick(struct cli *c, struct err *e)
{
    struct desk d;
    int64_t id;
    int step;
    bool undo = c->value[OPT_UNDO] != NULL;
    if (!read_step(c->words[1], &step, e) || !open_one(c, &d, &id, e))
        return false;
    bool ok = incident_tick(&d, id, step, !undo, c->word_count > 2 ? c->words[2] : "", e);
    return say(c, &d, ok, id, tr(c->lang, undo ? N_("Taken back.") : N_("Ticked.")), e);
}

static bool run_incident_note(struct cli *c, struct err *e)
{
    struct desk d;
    int64_t id;
    int step = 0;
    if ((c->value[OPT_STEP] != NULL && !read_step(c->value[OPT_STEP], &step, e)) || !open_one(c, &d, &id, e))
        return false;
    return say(c, &d, incident_note(&d, id, step, c->words[1], "", e), id, tr(c->lang, N_("Noted.")), e);
}

static bool run_incident_handover(struct cli *c, struct err *e)
{
    struct desk d;
    int64_t id;
    if (!open_one(c, &d, &id, e))
        return false;
    bool ok = incident_hand_over(&d, id, c->words[1], c->words[2], "", e);
    return say(c, &d, ok, id, tr(c->lang, N_("Handed over.")), e);
}

/* The statement that was named, if any, into the buffer. */
static bool read_statement(struct cli *c, struct buf *bytes, struct call_given *g, struct err *e)
{
    const char *path = c->value[OPT_STATEMENT];
    g->file_name = g->file_type = "";
    if (path == NULL)
        return true;
    if (!file_read(path, bytes, e))
        return false;
    g->file_name = path_base(path);
    g->file_type = str_ends(str_of(path), ".pdf") ? "application/pdf" : "application/octet-stream";
    g->file = str_part(bytes->p == NULL ? "" : bytes->p, bytes->n);
    return true;
}

static bool run_incident_call(struct cli *c, struct err *e)
{
    struct desk d;
    int64_t id, call = 0;
    bool claim = false;
    struct call_given g = {.at = INSTANT_NONE,
                           .phone = cli_text(c, OPT_PHONE),
                           .answered = c->value[OPT_UNANSWERED] == NULL,
                           .amount = cli_text(c, OPT_AMOUNT),
                           .said = cli_text(c, OPT_NOTE),
                           .contact = "",
                           .number = ""};
    struct buf bytes = BUF_INIT(LIMIT_STATEMENT_BYTES);
    if ((c->word_count > 1 && !read_step(c->words[1], &g.step, e)) || !read_statement(c, &bytes, &g, e) ||
        !open_one(c, &d, &id, e)) {
        buf_release(&bytes);
        return false;
    }
    bool ok = incident_call(&d, id, &g, &call, &claim, e);
    buf_release(&bytes);
    return say(c, &d, ok, call,
               tr(c->lang, claim ? N_("Noted. It needs an expense claim, with the phone's statement.") : N_("Noted.")),
               e);
}

/* ------------------------------------------------------------------ carrying on */

static bool run_incident_run(struct cli *c, struct err *e)
{
    struct desk d;
    struct incident_report r;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = incident_run(&d, &r, e);
    json_t *json = json_object();
    for (int i = 0; ok && i < INCIDENT_COUNT_COUNT; i++) {
        json_object_set_new(json, incident_count_code((enum incident_count)i), json_integer((json_int_t)r.of[i]));
        if (!c->json && r.of[i] > 0)
            cli_say(c, "%zu %s", r.of[i], tr(c->lang, incident_count_words((enum incident_count)i)));
    }
    if (ok && r.server.code != ERR_NONE) {
        c->findings++;
        json_object_set_new(json, "trouble", json_string(r.server.text));
        if (!c->json)
            cli_say(c, "%s", r.server.text);
    }
    if (ok && c->json)
        ok = cli_json(json_incref(json), e);
    json_decref(json);
    desk_close(&d);
    return ok;
}

/* ------------------------------------------------------------------ expenses */

/* CSV, or a workbook when the file's name says so. */
static bool write_list(struct cli *c, struct desk *d, const struct expenses *x, const char *path, struct err *e)
{
    if (str_ends(str_of(path), ".xlsx"))
        return expenses_xlsx(x, &c->arena, c->lang, d->by.at, path, e);
    struct buf b = BUF_INIT(LIMIT_MAIL_BYTES);
    bool ok = expenses_csv(x, &c->arena, c->lang, &b, e) && file_write(path, buf_str(&b), e);
    buf_release(&b);
    return ok;
}

static void print_expenses(struct cli *c, const struct expenses *x)
{
    const struct incident_call *calls = x->items;
    size_t count = x->count;
    static const struct cli_column columns[] = {{N_("No."), ALIGN_RIGHT, 3, 6},      {N_("When"), ALIGN_LEFT, 16, 16},
                                                {N_("Who"), ALIGN_LEFT, 6, 16},      {N_("Contact"), ALIGN_LEFT, 8, 24},
                                                {N_("Phone"), ALIGN_LEFT, 8, 16},    {N_("Amount"), ALIGN_RIGHT, 6, 12},
                                                {N_("Statement"), ALIGN_LEFT, 8, 20}};
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < count; i++) {
        cli_cellf(t, "%lld", (long long)calls[i].id);
        cli_cell(t, at_words(&c->arena, calls[i].at), NULL);
        cli_cell(t, calls[i].who, NULL);
        cli_cell(t, calls[i].contact, NULL);
        cli_cell(t, calls[i].phone[0] == '\0' ? "—" : calls[i].phone, NULL);
        cli_cell(t, calls[i].cents < 0 ? "—" : amount_words(&c->arena, calls[i].cents), NULL);
        cli_cell(t, calls[i].file_name[0] == '\0' ? "—" : calls[i].file_name, NULL);
    }
    if (count > 0) {
        cli_table_print(t);
        cli_say(c, N_("Sum: %s"), amount_words(&c->arena, x->cents));
    } else {
        cli_say(c, N_("No call needs an expense claim."));
    }
    cli_table_free(t);
}

static bool run_expense_list(struct cli *c, struct err *e)
{
    struct desk d;
    struct expenses x;
    day_t month = DAY_NONE;
    if (c->value[OPT_MONTH] != NULL && !expense_month(c->value[OPT_MONTH], &month))
        return err_set(e, ERR_USAGE, N_("--month takes a month as 2026-11, not \"%s\""), c->value[OPT_MONTH]);
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = expenses_read(&d, &c->arena, month, &x, e) &&
              (c->value[OPT_OUT] == NULL || write_list(c, &d, &x, c->value[OPT_OUT], e));
    struct cli_list list = {0};
    for (size_t i = 0; ok && c->json && i < x.count; i++)
        cli_list_add(&list, call_json(&x.items[i]));
    if (ok && c->json)
        ok = cli_list_end(&list, e);
    else if (ok)
        print_expenses(c, &x);
    desk_close(&d);
    return ok;
}

/* The statement as it was attached, into --out. */
static bool run_expense_statement(struct cli *c, struct err *e)
{
    struct desk d;
    int64_t id;
    struct incident_call k;
    struct buf bytes = BUF_INIT(2 * LIMIT_STATEMENT_BYTES);
    if (!str_to_int64(str_of(c->words[0]), 1, INT64_MAX, &id))
        return err_set(e, ERR_USAGE, N_("a call is named by its number, not \"%s\""), c->words[0]);
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = expense_statement(&d, &c->arena, id, &k, &bytes, e);
    const char *path = !ok ? "" : c->value[OPT_OUT] == NULL ? path_base(k.file_name) : c->value[OPT_OUT];
    ok = ok && file_write(path, buf_str(&bytes), e);
    buf_release(&bytes);
    return say(c, &d, ok, id, arena_printf(&c->arena, tr(c->lang, N_("The statement is in %s.")), path), e);
}

static bool run_expense_complete(struct cli *c, struct err *e)
{
    struct desk d;
    int64_t id;
    struct call_given g = {.amount = cli_text(c, OPT_AMOUNT)};
    struct buf bytes = BUF_INIT(LIMIT_STATEMENT_BYTES);
    if (!str_to_int64(str_of(c->words[0]), 1, INT64_MAX, &id))
        return err_set(e, ERR_USAGE, N_("a call is named by its number, not \"%s\""), c->words[0]);
    if (!read_statement(c, &bytes, &g, e) || !cli_open(c, DESK_STORE, &d, e)) {
        buf_release(&bytes);
        return false;
    }
    bool ok = incident_call_later(&d, id, g.amount, g.file_name, g.file_type, g.file, e);
    buf_release(&bytes);
    return say(c, &d, ok, id, tr(c->lang, N_("Noted.")), e);
}

/* ------------------------------------------------------------------ the commands */

#define COMMAND(id, words, args, text, least, most, ...)                                                               \
    const struct command command_##id = {.name = words,                                                                \
                                         .task = TASK_ON_CALL,                                                         \
                                         .usage = args,                                                                \
                                         .summary = text,                                                              \
                                         .min_words = least,                                                           \
                                         .max_words = most,                                                            \
                                         .options = {__VA_ARGS__},                                                     \
                                         .run = run_##id}

COMMAND(incident_list, "incident list", "", N_("the incidents that last; with --all the past ones too"), 0, 0, OPT_ALL,
        OPT_END);
COMMAND(incident_show, "incident show", N_("NUMBER|PROBE"), N_("one incident: steps, story, calls, pages"), 1, 1,
        OPT_END);
COMMAND(incident_open, "incident open", N_("PROBE \"what is seen\""), N_("open an incident by hand"), 2, 2, OPT_END);
COMMAND(incident_close, "incident close", N_("NUMBER|PROBE \"why\""), N_("close an incident by hand"), 2, 2, OPT_END);
COMMAND(incident_ack, "incident ack", N_("NUMBER|PROBE"), N_("take an incident: nobody else is woken"), 1, 1, OPT_END);
COMMAND(incident_tick, "incident tick", N_("NUMBER|PROBE STEP [\"text\"]"), N_("a step is done"), 2, 3, OPT_UNDO,
        OPT_END);
COMMAND(incident_note, "incident note", N_("NUMBER|PROBE \"text\""), N_("note something down"), 2, 2, OPT_STEP,
        OPT_END);
COMMAND(incident_call, "incident call", N_("NUMBER|PROBE [STEP]"), N_("record a telephone call"), 1, 2, OPT_PHONE,
        OPT_AMOUNT, OPT_STATEMENT, OPT_NOTE, OPT_UNANSWERED, OPT_END);
COMMAND(incident_handover, "incident handover", N_("NUMBER|PROBE PERSON \"what they must know\""),
        N_("hand an incident over to another person"), 3, 3, OPT_END);
COMMAND(incident_summary, "incident summary", N_("NUMBER|PROBE"), N_("the text for afterwards, ready to be pasted"), 1,
        1, OPT_END);
COMMAND(incident_run, "incident run", "", N_("page, ticket, mail and tell what is due now, as `talaia serve` does"), 0,
        0, OPT_END);
COMMAND(expense_list, "expense list", "", N_("the calls that need an expense claim; --out writes them as CSV or .xlsx"),
        0, 0, OPT_MONTH, OPT_OUT, OPT_END);
COMMAND(expense_statement, "expense statement", N_("CALL"), N_("the statement of a call, into a file"), 1, 1, OPT_OUT,
        OPT_END);
COMMAND(expense_complete, "expense complete", N_("CALL"), N_("the amount and the statement of a call, later"), 1, 1,
        OPT_AMOUNT, OPT_STATEMENT, OPT_END);
