/* talaia outbox; talaia warnings approve, preview, send, settle, cancel */
#include <stdio.h>

#include "cli/commands.h"
#include "core/date_text.h"
#include "flow/letter.h"
#include "flow/mailer.h"
#include "flow/outbox.h"
#include "flow/wake.h"

/* ------------------------------------------------------------------ the list */

static const char *state_ink(enum outbox_state s)
{
    switch (s) {
    case OUTBOX_REFUSED:
    case OUTBOX_AMBIGUOUS: return "31";
    case OUTBOX_SENT:
    case OUTBOX_FILED: return "32";
    default: return NULL;
    }
}

static json_t *recipients_json(const struct message_recipient *to, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:o}", "field", to[i].field, "email", to[i].email, "result",
                                              recipient_result_code(to[i].result), "reply", json_text(to[i].reply)));
    return list;
}

static json_t *instant_json(instant_t t)
{
    char text[INSTANT_TEXT_BYTES];
    return t == INSTANT_NONE ? json_null() : json_string(instant_iso(t, text));
}

static json_t *message_json(const struct message *m, const struct body *b)
{
    return json_pack("{s:I,s:s,s:s,s:s,s:o,s:o,s:o,s:i,s:s,s:s,s:o,s:o,s:o,s:I,s:o,s:o,s:i,s:o,s:o,s:o}", "id",
                     (json_int_t)m->id, "uid", m->uid, "kind", outbox_kind_code(m->kind), "state",
                     outbox_state_code(m->state), "day", json_day(m->day), "body",
                     b == NULL ? json_null() : json_string(b->description), "name",
                     b == NULL ? json_null() : json_string(b->name), "threshold", m->threshold, "certificates",
                     m->certificates, "subject", m->subject, "ticket", json_text(m->ticket), "message_id",
                     json_text(m->message_id), "sha256", json_text(m->sha256), "size", (json_int_t)m->size, "folder",
                     json_text(m->folder), "sent", instant_json(m->sent), "attempts", m->attempts, "next_try",
                     instant_json(m->next_try), "trouble", json_text(m->trouble), "reply", json_text(m->reply));
}

struct listing {
    struct messages messages;
    struct bodies bodies;
    struct outbox_trouble *troubles;
    size_t trouble_count;
    struct ticket_job *jobs;
    size_t job_count;
};

static bool still_open(const struct message *m)
{
    return !outbox_is_over(m->state, m->folder[0] != '\0');
}

static bool load_listing(struct cli *c, struct desk *d, struct listing *ret, struct err *e)
{
    struct tx tx = {0};
    struct listing l = {0};
    struct message_filter f = {0};
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && messages_load(&tx, &c->arena, &f, &l.messages, e) &&
              bodies_load(&tx, &c->arena, &d->files.profile, d->by.day, &l.bodies, e) &&
              troubles_load(&tx, &c->arena, &l.troubles, &l.trouble_count, e) &&
              ticket_jobs_load(&tx, &c->arena, 0, &l.jobs, &l.job_count, e);
    tx_rollback(&tx);
    if (ok)
        *ret = l;
    return ok;
}

static bool outbox_json(struct cli *c, struct desk *d, const struct listing *l, struct err *e)
{
    json_t *messages = json_array(), *troubles = json_array(), *jobs = json_array();
    struct tx tx = {0};
    bool ok = tx_begin(d->store, TX_READ, &tx, e);
    for (size_t i = 0; ok && i < l->messages.count; i++) {
        const struct message *m = &l->messages.items[i];
        struct message_recipient *to;
        size_t count;
        if (c->value[OPT_ALL] == NULL && !still_open(m))
            continue;
        ok = recipients_load(&tx, &c->arena, m->id, &to, &count, e);
        json_t *o = ok ? message_json(m, bodies_by_id(&l->bodies, m->body_id)) : NULL;
        if (ok && json_object_set_new(o, "recipients", recipients_json(to, count)) == 0)
            json_array_append_new(messages, o);
    }
    tx_rollback(&tx);
    for (size_t i = 0; i < l->trouble_count; i++) {
        const struct outbox_trouble *t = &l->troubles[i];
        json_array_append_new(
            troubles, json_pack("{s:s,s:o,s:i,s:o,s:s}", "part", t->part, "since", instant_json(t->since), "attempts",
                                t->attempts, "next_try", instant_json(t->next_try), "text", t->text));
    }
    for (size_t i = 0; i < l->job_count; i++) {
        const struct ticket_job *j = &l->jobs[i];
        json_array_append_new(jobs, json_pack("{s:I,s:s,s:s,s:s,s:o,s:i}", "id", (json_int_t)j->id, "what",
                                              ticket_job_code(j->what), "state", j->state, "ticket", j->ticket, "reply",
                                              json_text(j->reply), "attempts", j->attempts));
    }
    json_t *all = json_pack("{s:o,s:o,s:o}", "messages", messages, "troubles", troubles, "ticket_jobs", jobs);
    if (!ok) {
        json_decref(all);
        return false;
    }
    return cli_json(all, e);
}

static void print_troubles(struct cli *c, const struct listing *l)
{
    for (size_t i = 0; i < l->trouble_count; i++) {
        const struct outbox_trouble *t = &l->troubles[i];
        char since[INSTANT_TEXT_BYTES], next[INSTANT_TEXT_BYTES];
        cli_say(c, N_("Trouble with %s since %s, %d attempts; next one at %s:"), t->part,
                instant_madrid(t->since, since), t->attempts, instant_madrid(t->next_try, next));
        cli_wrap(t->text, 2);
    }
    size_t refused = 0;
    for (size_t i = 0; i < l->job_count; i++)
        refused += strcmp(l->jobs[i].state, "refused") == 0;
    if (l->job_count > 0)
        cli_say(c, N_("Notes for tickets: %zu wait, %zu were refused by the tracker."), l->job_count - refused,
                refused);
    for (size_t i = 0; i < l->job_count; i++) {
        if (strcmp(l->jobs[i].state, "refused") == 0)
            cli_wrap(arena_printf(&c->arena, "%s: %s", l->jobs[i].ticket, l->jobs[i].reply), 2);
    }
}

static bool run_outbox(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {
        {N_("No."), ALIGN_RIGHT, 3, 7},   {N_("Day"), ALIGN_LEFT, 10, 10},   {N_("Message"), ALIGN_LEFT, 7, 9},
        {N_("Body"), ALIGN_LEFT, 16, 34}, {N_("Ticket"), ALIGN_LEFT, 6, 12}, {N_("State"), ALIGN_LEFT, 12, 60},
    };
    struct desk d;
    struct listing l;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = load_listing(c, &d, &l, e);
    if (ok && c->json) {
        ok = outbox_json(c, &d, &l, e);
        desk_close(&d);
        return ok;
    }
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    size_t shown = 0;
    for (size_t i = 0; ok && i < l.messages.count; i++) {
        const struct message *m = &l.messages.items[i];
        const struct body *b = bodies_by_id(&l.bodies, m->body_id);
        char day[DAY_TEXT_BYTES];
        if (c->value[OPT_ALL] == NULL && !still_open(m))
            continue;
        shown++;
        const char *words = tr(c->lang, outbox_state_words(m->state));
        cli_cellf(t, "%lld", (long long)m->id);
        cli_cell(t, day_dmy(m->day, day), NULL);
        cli_cell(t, tr(c->lang, outbox_kind_code(m->kind)), NULL);
        cli_cell(t, b == NULL ? "" : b->name, NULL);
        cli_cell(t, m->ticket, NULL);
        cli_cell(t, m->trouble[0] == '\0' ? words : arena_printf(&c->arena, "%s: %s", words, m->trouble),
                 state_ink(m->state));
    }
    if (ok && shown > 0)
        cli_table_print(t);
    else if (ok)
        cli_say(c, N_("Nothing waits to go out."));
    if (ok)
        print_troubles(c, &l);
    cli_table_free(t);
    desk_close(&d);
    return ok;
}

/* ------------------------------------------------------------------ approving */

static bool print_lines(struct cli *c, const struct outbox_lines *l, struct err *e)
{
    if (c->json) {
        json_t *list = json_array();
        for (size_t i = 0; i < l->count; i++) {
            const struct outbox_line *x = &l->items[i];
            json_array_append_new(
                list, json_pack("{s:I,s:s,s:s,s:i,s:s,s:o}", "id", (json_int_t)x->message.id, "name", x->body_name,
                                "result", outbox_result_code(x->result), "threshold", x->message.threshold, "subject",
                                x->message.subject, "detail", json_text(x->detail)));
        }
        return cli_json(list, e);
    }
    static const struct cli_column columns[] = {{N_("No."), ALIGN_RIGHT, 3, 7},
                                                {N_("Body"), ALIGN_LEFT, 16, 40},
                                                {N_("Below"), ALIGN_RIGHT, 5, 6},
                                                {N_("Result"), ALIGN_LEFT, 10, 60}};
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < l->count; i++) {
        const struct outbox_line *x = &l->items[i];
        const char *words = tr(c->lang, outbox_result_words(x->result));
        bool person = x->result == OUTBOX_RESULT_NO_CONTACT || x->result == OUTBOX_RESULT_SECOND;
        cli_cellf(t, "%lld", (long long)x->message.id);
        cli_cell(t, x->body_name, NULL);
        cli_cellf(t, "%d", x->message.threshold);
        cli_cell(t, x->detail[0] == '\0' ? words : arena_printf(&c->arena, "%s: %s", words, x->detail),
                 person ? "33" : NULL);
    }
    if (l->count > 0)
        cli_table_print(t);
    cli_table_free(t);
    return true;
}

static void print_summary(struct cli *c, const struct outbox_lines *l)
{
    size_t approved = l->of[OUTBOX_RESULT_APPROVED], second = l->of[OUTBOX_RESULT_SECOND];
    if (l->count == 0)
        cli_say(c, N_("Nothing is due today."));
    if (approved > 0)
        printf(trn(c->lang, "%zu warning approved.\n", "%zu warnings approved.\n", approved), approved);
    if (second > 0)
        cli_say(c, N_("That would be more than %d in a day: %zu wait for a second approval, with --second --reason."),
                l->storm, second);
    if (l->of[OUTBOX_RESULT_NO_CONTACT] > 0)
        cli_say(c, N_("To do: %zu without a contact to write to."), l->of[OUTBOX_RESULT_NO_CONTACT]);
}

static bool find_bodies(struct cli *c, struct desk *d, int64_t **ret, struct err *e)
{
    struct tx tx = {0};
    struct bodies bodies;
    int64_t *ids = arena_array(&c->arena, int64_t, c->word_count);
    bool ok =
        tx_begin(d->store, TX_READ, &tx, e) && bodies_load(&tx, &c->arena, &d->files.profile, d->by.day, &bodies, e);
    for (size_t i = 0; ok && i < c->word_count; i++) {
        const struct body *b;
        ok = bodies_find(&bodies, c->words[i], &b, e);
        ids[i] = ok ? b->id : 0;
    }
    tx_rollback(&tx);
    *ret = ids;
    return ok;
}

static bool run_approve(struct cli *c, struct err *e)
{
    struct desk d;
    struct outbox_lines lines;
    int64_t *bodies;
    if ((c->word_count == 0) == (c->value[OPT_ALL] == NULL))
        return err_set(e, ERR_USAGE, N_("say which: names of bodies, or --all for everything that is due today"));
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    struct outbox_gesture g = {.second = c->value[OPT_SECOND] != NULL, .reason = c->value[OPT_REASON]};
    bool ok = find_bodies(c, &d, &bodies, e);
    g.bodies = ok ? bodies : NULL;
    g.count = c->word_count;
    ok = ok && outbox_approve(&d, &c->arena, &g, &lines, e) && print_lines(c, &lines, e);
    if (ok) {
        size_t open =
            lines.of[OUTBOX_RESULT_SECOND] + lines.of[OUTBOX_RESULT_NO_CONTACT] + lines.of[OUTBOX_RESULT_TAKEN];
        c->findings = open > 0;
        if (!c->json)
            print_summary(c, &lines);
        if (lines.of[OUTBOX_RESULT_APPROVED] > 0)
            wake_mailer(&d);
    }
    desk_close(&d);
    return ok;
}

/* ------------------------------------------------------------------ looking before */

static bool print_bytes(const struct buf *bytes, struct err *e)
{
    return fwrite(bytes->p, 1, bytes->n, stdout) == bytes->n ||
           err_set(e, ERR_FILE, N_("cannot write to standard output"));
}

/* Written already: the very bytes. */
static bool preview_written(struct cli *c, struct tx *tx, const struct message *m, struct err *e)
{
    struct buf words = BUF_INIT(LIMIT_MAIL_BYTES), bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    struct message_recipient *to;
    size_t count;
    bool found, ok = message_bytes(tx, m->id, &words, &bytes, &found, e) &&
                     recipients_load(tx, &c->arena, m->id, &to, &count, e);
    if (ok && c->value[OPT_RAW] != NULL) {
        ok = print_bytes(&bytes, e);
    } else if (ok && c->json) {
        json_t *o = message_json(m, NULL);
        json_object_set_new(o, "recipients", recipients_json(to, count));
        json_object_set_new(o, "text", json_string(buf_text(&words)));
        json_object_set_new(o, "final", json_true());
        ok = cli_json(o, e);
    } else if (ok) {
        for (size_t i = 0; i < count; i++)
            printf("%s: %s <%s>\n", strcmp(to[i].field, "cc") == 0 ? "Cc" : "To", to[i].name, to[i].email);
        printf("Subject: %s\nMessage-ID: <%s>\n\n%s\nsha256 %s\n", m->subject, m->message_id, buf_text(&words),
               m->sha256);
    }
    buf_release(&words);
    buf_release(&bytes);
    return ok;
}

/* Not written yet: its words as they would be now; ticket and date come when it is sent. */
static bool preview_words(struct cli *c, struct desk *d, struct tx *tx, const struct message *m, struct err *e)
{
    struct letter_facts facts;
    struct letter l;
    const char *words;
    if (c->value[OPT_RAW] != NULL)
        return err_set(e, ERR_STATE,
                       N_("it has no bytes yet; `talaia warnings send --ready` makes tickets and texts and sends "
                          "nothing"));
    if (!letter_facts_load(d, tx, &c->arena, m->body_id, NULL, &facts, e) ||
        !letter_look(d, tx, &c->arena, &facts, m, &l, e))
        return false;
    if (l.reason != NULL)
        return err_set(e, ERR_STATE, N_("it will not go out: %s"), l.reason);
    if (!letter_description(d, &c->arena, &l, &words, e))
        return false;
    if (c->json) {
        json_t *o = message_json(m, l.planned.body);
        json_object_set_new(o, "text", json_string(words));
        json_object_set_new(o, "final", json_false());
        return cli_json(o, e);
    }
    for (size_t i = 0; i < l.planned.contact_count; i++)
        printf("To: %s <%s>\n", l.planned.contacts[i].name, l.planned.contacts[i].email);
    printf("Subject: %s\n\n%s\n", l.planned.subject, words);
    cli_say(c, N_("Not final: the ticket and the date come when it is sent."));
    return true;
}

static bool run_preview(struct cli *c, struct err *e)
{
    struct desk d;
    struct tx tx = {0};
    struct messages all;
    struct bodies bodies;
    const struct body *b;
    const struct message *m = NULL;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = tx_begin(d.store, TX_READ, &tx, e) &&
              bodies_load(&tx, &c->arena, &d.files.profile, d.by.day, &bodies, e) &&
              bodies_find(&bodies, c->words[0], &b, e) &&
              messages_load(&tx, &c->arena, &(struct message_filter){.body_id = b->id, .kinds = 1u << OUTBOX_WARNING},
                            &all, e);
    for (size_t i = 0; ok && i < all.count; i++) {
        if (all.items[i].state != OUTBOX_CANCELLED)
            m = &all.items[i];
    }
    if (ok && m == NULL)
        ok = err_set(e, ERR_STATE,
                     N_("%s has no warning in the outbox; `talaia warnings plan --text` shows what is to come"),
                     b->name);
    ok = ok && (m->sha256[0] != '\0' ? preview_written(c, &tx, m, e) : preview_words(c, &d, &tx, m, e));
    tx_rollback(&tx);
    desk_close(&d);
    return ok;
}

/* ------------------------------------------------------------------ sending */

bool cli_report_mailer(struct cli *c, const struct mailer_report *r, struct err *e)
{
    c->findings = r->server.code != ERR_NONE || r->of[MAILER_REFUSED] > 0 || r->of[MAILER_AMBIGUOUS] > 0;
    if (c->json) {
        json_t *o = json_object();
        for (int i = 0; i < MAILER_COUNT_COUNT; i++)
            json_object_set_new(o, mailer_count_code((enum mailer_count)i), json_integer((json_int_t)r->of[i]));
        json_object_set_new(o, "trouble", r->server.code == ERR_NONE ? json_null() : json_string(r->server.text));
        return cli_json(o, e);
    }
    size_t all = 0;
    for (int i = 0; i < MAILER_COUNT_COUNT; i++) {
        all += r->of[i];
        if (r->of[i] > 0)
            printf("  %zu %s\n", r->of[i], tr(c->lang, mailer_count_words((enum mailer_count)i)));
    }
    if (all == 0)
        cli_say(c, N_("Nothing waits to go out."));
    if (r->server.code != ERR_NONE) {
        cli_say(c, N_("Not everything could be done now; it waits and is tried again:"));
        cli_wrap(r->server.text, 2);
    }
    return true;
}

static bool run_send(struct cli *c, struct err *e)
{
    struct desk d;
    struct mailer_report r;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    struct mailer_options o = {.only_ready = c->value[OPT_READY] != NULL, .stop_fd = -1};
    bool ok = mailer_run(&d, &o, &r, e) && cli_report_mailer(c, &r, e);
    desk_close(&d);
    return ok;
}

/* ------------------------------------------------------------------ by hand */

static bool by_hand(struct cli *c,
                    bool (*deed)(struct cli *c, struct desk *d, int64_t id, struct message *ret, struct err *e),
                    struct err *e)
{
    struct desk d;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < c->word_count; i++) {
        int64_t id;
        struct message m;
        ok = (str_to_int64(str_of(c->words[i]), 1, INT64_MAX, &id) ||
              err_set(e, ERR_USAGE, N_("a message is named by its number, not \"%s\"; `talaia outbox` shows them"),
                      c->words[i])) &&
             deed(c, &d, id, &m, e);
        if (ok && !c->json)
            printf("%lld: %s\n", (long long)id, tr(c->lang, outbox_state_words(m.state)));
    }
    if (ok)
        wake_mailer(&d);
    desk_close(&d);
    return ok && (!c->json || cli_json(json_pack("{s:b}", "done", 1), e));
}

static bool settle_one(struct cli *c, struct desk *d, int64_t id, struct message *ret, struct err *e)
{
    return outbox_settle(d, &c->arena, id, c->value[OPT_SENT] != NULL, c->value[OPT_REASON], ret, e);
}

static bool cancel_one(struct cli *c, struct desk *d, int64_t id, struct message *ret, struct err *e)
{
    return outbox_cancel(d, &c->arena, id, c->value[OPT_REASON], ret, e);
}

static bool run_settle(struct cli *c, struct err *e)
{
    if ((c->value[OPT_SENT] == NULL) == (c->value[OPT_AGAIN] == NULL))
        return err_set(e, ERR_USAGE,
                       N_("say what is known: --sent (it arrived) or --again (it did not; send it again)"));
    return by_hand(c, settle_one, e);
}

static bool run_cancel(struct cli *c, struct err *e)
{
    return by_hand(c, cancel_one, e);
}

const struct command command_outbox = {
    .name = "outbox",
    .task = TASK_WARN,
    .usage = "",
    .summary = N_("what waits to go out, what is in its way, and what a person must settle"),
    .more = N_("With --all also what was sent, filed or cancelled."),
    .options = {OPT_ALL, OPT_END},
    .run = run_outbox,
};

const struct command command_warnings_approve = {
    .name = "warnings approve",
    .task = TASK_WARN,
    .usage = N_("[BODY…]"),
    .summary = N_("let the day's warnings go out: those of the bodies named, or --all"),
    .more =
        N_("Nothing is sent yet: `talaia warnings send`, or the role mailer of `talaia serve`, does that. More in a "
           "day than the profile's warnings.storm need a second approval: --second --reason \"…\". A body without "
           "a contact stays as work to do."),
    .max_words = 1000,
    .options = {OPT_ALL, OPT_SECOND, OPT_REASON, OPT_END},
    .run = run_approve,
};

const struct command command_warnings_preview = {
    .name = "warnings preview",
    .task = TASK_WARN,
    .usage = N_("BODY"),
    .summary = N_("exactly what goes out to a body"),
    .more = N_(
        "Once it is written (`talaia warnings send --ready`), --raw prints the very bytes that the mail server gets."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_RAW, OPT_END},
    .run = run_preview,
};

const struct command command_warnings_send = {
    .name = "warnings send",
    .task = TASK_WARN,
    .usage = "",
    .summary = N_("carry everything that is approved on: ticket, text, mail, filing; each once"),
    .more = N_("It may be stopped and repeated at any moment. With --ready tickets and texts are made and nothing is "
               "sent."),
    .options = {OPT_READY, OPT_END},
    .run = run_send,
};

const struct command command_warnings_settle = {
    .name = "warnings settle",
    .task = TASK_WARN,
    .usage = N_("NUMBER…"),
    .summary = N_("say what became of a message of which it is not known whether it was sent"),
    .more =
        N_("--sent: somebody has received it. --again: nobody has; it goes out again. A message that was refused may "
           "go --again when the contact has been corrected: it is written anew."),
    .min_words = 1,
    .max_words = 1000,
    .options = {OPT_SENT, OPT_AGAIN, OPT_REASON, OPT_END},
    .run = run_settle,
};

const struct command command_warnings_cancel = {
    .name = "warnings cancel",
    .task = TASK_WARN,
    .usage = N_("NUMBER…"),
    .summary = N_("take a message that has not gone out back"),
    .more = N_("What it would have told is due again, unless the body answers or renews meanwhile."),
    .min_words = 1,
    .max_words = 1000,
    .options = {OPT_REASON, OPT_END},
    .run = run_cancel,
};
