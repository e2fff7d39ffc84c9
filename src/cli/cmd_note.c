/* talaia action, outage, mark, comment: what a person writes down, and the lists of it. */
#include <stdio.h>

#include "cli/commands.h"
#include "flow/change.h"
#include "record/action.h"
#include "record/outage.h"
#include "record/renewal.h"
#include "record/sweep.h"

/* The desk, the body named by the first word, and the day of --date. */
static bool open_on_body(struct cli *c, struct desk *d, const struct body **ret, day_t *ret_day, struct err *e)
{
    if (!cli_open(c, DESK_STORE, d, e))
        return false;
    if (cli_date(c, d, ret_day, e) && change_find_body(d, c->words[0], ret, e))
        return true;
    desk_close(d);
    return false;
}

static bool done(struct cli *c, struct desk *d, bool ok, const char *format, const char *name, struct err *e)
{
    if (ok && c->json)
        ok = cli_json(json_pack("{s:s,s:b}", "body", name, "done", 1), e);
    else if (ok)
        cli_say(c, format, name);
    desk_close(d);
    return ok;
}

/* ------------------------------------------------------------------ actions */

static bool run_action_add(struct cli *c, struct err *e)
{
    enum action_group group = GROUP_OTHER;
    if (c->value[OPT_GROUP] != NULL && !action_group_parse(c->value[OPT_GROUP], &group))
        return err_set(e, ERR_USAGE, N_("--group takes renewal, migration, outage or other, not \"%s\""),
                       c->value[OPT_GROUP]);
    struct desk d;
    const struct body *b;
    day_t day;
    bool added = false;
    if (!open_on_body(c, &d, &b, &day, e))
        return false;
    bool ok = change_action(&d, b, day, group, c->words[1], cli_text(c, OPT_TICKET), &added, e);
    return done(c, &d, ok, added ? N_("Noted for %s.") : N_("It was noted already for %s."), ok ? b->name : "", e);
}

const struct command command_action_add = {
    .name = "action add",
    .task = TASK_NOTE,
    .usage = N_("BODY \"text\""),
    .summary = N_("an action done for a body; it goes into the report's table OK"),
    .more = N_(
        "BODY is the name (natural, short or as in the registry), the INE10, or #ID of the registry. An action of the "
        "group renewal or other also becomes a line of the comment in Certificats; one of the group outage stands in "
        "KO "
        "while the body is down."),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_DATE, OPT_GROUP, OPT_TICKET, OPT_END},
    .run = run_action_add,
};

static bool run_action_list(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {
        {N_("No."), ALIGN_RIGHT, 3, 7},   {N_("Date"), ALIGN_LEFT, 10, 10},  {N_("Body"), ALIGN_LEFT, 16, 36},
        {N_("Group"), ALIGN_LEFT, 7, 10}, {N_("Ticket"), ALIGN_LEFT, 6, 12}, {N_("Action"), ALIGN_LEFT, 20, 80},
    };
    struct desk d;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    struct tx tx = {0};
    struct bodies bodies;
    struct action *items;
    size_t count = 0;
    const struct body *only = NULL;
    bool ok = tx_begin(d.store, TX_READ, &tx, e) &&
              bodies_load(&tx, &c->arena, &d.files.profile, d.by.day, &bodies, e) &&
              (c->word_count == 0 || bodies_find(&bodies, c->words[0], &only, e)) &&
              actions_load(&tx, &c->arena, only == NULL ? 0 : only->id, DAY_NONE, d.by.day, &items, &count, e);
    tx_rollback(&tx);
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    json_t *list = json_array();
    for (size_t i = 0; ok && i < count; i++) {
        const struct body *b = bodies_by_id(&bodies, items[i].body_id);
        char day[DAY_TEXT_BYTES];
        if (b == NULL)
            continue;
        json_array_append_new(list, json_pack("{s:I,s:o,s:s,s:s,s:s,s:s,s:o,s:s}", "id", (json_int_t)items[i].id,
                                              "date", json_day(items[i].day), "body", b->description, "name", b->name,
                                              "group", action_group_code(items[i].group), "text", items[i].text,
                                              "ticket", json_text(items[i].ticket), "who", items[i].who));
        cli_cellf(t, "%lld", (long long)items[i].id);
        cli_cell(t, day_dmy(items[i].day, day), NULL);
        cli_cell(t, b->name, NULL);
        cli_cell(t, tr(c->lang, action_group_code(items[i].group)), NULL);
        cli_cell(t, items[i].ticket, NULL);
        cli_cell(t, items[i].text, NULL);
    }
    if (ok && c->json)
        ok = cli_json(json_incref(list), e);
    else if (ok && count > 0)
        cli_table_print(t);
    else if (ok)
        cli_say(c, N_("No action has been noted."));
    json_decref(list);
    cli_table_free(t);
    desk_close(&d);
    return ok;
}

const struct command command_action_list = {
    .name = "action list",
    .task = TASK_LOOK,
    .usage = N_("[BODY]"),
    .summary = N_("the actions done, oldest first"),
    .max_words = 1,
    .options = {OPT_END},
    .run = run_action_list,
};

/* The number that `talaia action list` shows. */
static bool read_number(const char *word, int64_t *ret, struct err *e)
{
    return str_to_int64(str_of(word), 1, INT64_MAX, ret) ||
           err_set(e, ERR_USAGE, N_("the number of an action is wanted, as `talaia action list` has it, not \"%s\""),
                   word);
}

static bool action_done(struct cli *c, struct desk *d, bool ok, int64_t id, const char *format, struct err *e)
{
    if (ok && c->json)
        ok = cli_json(json_pack("{s:I,s:b}", "id", (json_int_t)id, "done", 1), e);
    else if (ok)
        cli_say(c, format, (long long)id);
    desk_close(d);
    return ok;
}

static bool run_action_edit(struct cli *c, struct err *e)
{
    struct change_action_edit x = {
        .day = DAY_NONE, .group = GROUP_COUNT, .text = c->words[1], .ticket = c->value[OPT_TICKET]};
    struct change_kept kept;
    struct desk d;
    int64_t id;
    if (c->value[OPT_GROUP] != NULL && !action_group_parse(c->value[OPT_GROUP], &x.group))
        return err_set(e, ERR_USAGE, N_("--group takes renewal, migration, outage or other, not \"%s\""),
                       c->value[OPT_GROUP]);
    if (!read_number(c->words[0], &id, e) || !cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = (c->value[OPT_DATE] == NULL || cli_date(c, &d, &x.day, e)) && change_action_edit(&d, id, &x, &kept, e);
    return action_done(c, &d, ok, id, N_("Action %lld corrected."), e);
}

const struct command command_action_edit = {
    .name = "action edit",
    .task = TASK_NOTE,
    .usage = N_("NUMBER \"text\""),
    .summary = N_("correct an action that was noted"),
    .more = N_("Its line in the comment of Certificats is corrected with it. What it said before stays in the audit "
               "trail, and a workbook that still has it does not bring it back."),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_DATE, OPT_GROUP, OPT_TICKET, OPT_END},
    .run = run_action_edit,
};

static bool run_action_withdraw(struct cli *c, struct err *e)
{
    struct desk d;
    int64_t id;
    if (c->value[OPT_REASON] == NULL)
        return err_set(e, ERR_USAGE, N_("say why: add --reason \"…\""));
    if (!read_number(c->words[0], &id, e) || !cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = change_action_withdraw(&d, id, c->value[OPT_REASON], e);
    return action_done(c, &d, ok, id, N_("Action %lld taken back."), e);
}

const struct command command_action_withdraw = {
    .name = "action withdraw",
    .task = TASK_NOTE,
    .usage = N_("NUMBER"),
    .summary = N_("take back an action that was noted by mistake"),
    .more = N_("Its line in the comment of Certificats goes with it. What it said stays in the audit trail."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_REASON, OPT_END},
    .run = run_action_withdraw,
};

/* ------------------------------------------------------------------ outages */

static bool run_outage_open(struct cli *c, struct err *e)
{
    struct desk d;
    const struct body *b;
    day_t day;
    if (!open_on_body(c, &d, &b, &day, e))
        return false;
    bool ok = change_outage_open(&d, b, day, c->words[1], e);
    return done(c, &d, ok, N_("%s is down."), b->name, e);
}

static bool run_outage_note(struct cli *c, struct err *e)
{
    struct desk d;
    const struct body *b;
    day_t day;
    if (!open_on_body(c, &d, &b, &day, e))
        return false;
    bool ok = change_outage_note(&d, b, day, c->words[1], cli_text(c, OPT_TICKET), e);
    return done(c, &d, ok, N_("Noted for the outage of %s."), b->name, e);
}

static bool run_outage_close(struct cli *c, struct err *e)
{
    struct desk d;
    const struct body *b;
    day_t day;
    if (!open_on_body(c, &d, &b, &day, e))
        return false;
    bool ok = change_outage_close(&d, b, day, c->words[1], e);
    return done(c, &d, ok, N_("The outage of %s is over."), b->name, e);
}

const struct command command_outage_open = {
    .name = "outage open",
    .task = TASK_NOTE,
    .usage = N_("BODY \"error\""),
    .summary = N_("a body is down: what was seen; --date says since when"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_DATE, OPT_END},
    .run = run_outage_open,
};
const struct command command_outage_note = {
    .name = "outage note",
    .task = TASK_NOTE,
    .usage = N_("BODY \"text\""),
    .summary = N_("what was done about an outage"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_DATE, OPT_TICKET, OPT_END},
    .run = run_outage_note,
};
const struct command command_outage_close = {
    .name = "outage close",
    .task = TASK_NOTE,
    .usage = N_("BODY \"text\""),
    .summary = N_("the body works again: how it recovered"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_DATE, OPT_END},
    .run = run_outage_close,
};

static bool run_outage_list(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {
        {N_("Body"), ALIGN_LEFT, 16, 40}, {N_("Since"), ALIGN_LEFT, 10, 10}, {N_("Until"), ALIGN_LEFT, 10, 10},
        {N_("days"), ALIGN_RIGHT, 4, 6},  {N_("Error"), ALIGN_LEFT, 20, 80},
    };
    struct desk d;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    struct tx tx = {0};
    struct bodies bodies;
    struct outage *items;
    struct silence *silences;
    size_t count = 0, silence_count;
    bool ok = tx_begin(d.store, TX_READ, &tx, e) &&
              bodies_load(&tx, &c->arena, &d.files.profile, d.by.day, &bodies, e) &&
              outages_load(&tx, &c->arena, 0, d.by.day, c->value[OPT_ALL] == NULL, &items, &count, e) &&
              silences_load(&tx, &c->arena, d.by.day, &silences, &silence_count, e);
    tx_rollback(&tx);
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    json_t *list = json_array();
    for (size_t i = 0; ok && i < count; i++) {
        const struct outage *o = &items[i];
        const struct body *b = bodies_by_id(&bodies, o->body_id);
        bool open = outage_is_open(o, d.by.day);
        int days = open ? outage_days(o, d.by.day) : o->closed - o->since;
        char day[DAY_TEXT_BYTES];
        day_t silent = DAY_NONE;
        if (b == NULL)
            continue;
        for (size_t k = 0; k < silence_count; k++)
            silent = open && silences[k].body_id == b->id ? silences[k].until : silent;
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:s,s:o,s:o,s:i,s:b,s:o}", "body", b->description, "name", b->name, "error",
                            o->error, "since", json_day(o->since), "closed", open ? json_null() : json_day(o->closed),
                            "days", days, "open", (int)open, "silent_until", json_day(silent)));
        cli_cell(t, b->name, NULL);
        cli_cell(t, day_dmy(o->since, day), NULL);
        cli_cell(t, open ? "—" : day_dmy(o->closed, day), NULL);
        cli_cellf(t, "%d", days);
        cli_cell(t, o->error, !open ? NULL : cli_state_ink(silent == DAY_NONE ? STATE_DOWN : STATE_MUTED));
    }
    if (ok && c->json)
        ok = cli_json(json_incref(list), e);
    else if (ok && count > 0)
        cli_table_print(t);
    else if (ok)
        cli_say(c, N_("No body is down."));
    json_decref(list);
    cli_table_free(t);
    desk_close(&d);
    return ok;
}

const struct command command_outage_list = {
    .name = "outage list",
    .task = TASK_LOOK,
    .usage = "",
    .summary = N_("the bodies that are down; with --all also the outages that are over"),
    .options = {OPT_ALL, OPT_END},
    .run = run_outage_list,
};

/* ------------------------------------------------------------------ marks and comments */

static bool parse_certificates(const char *text, bool ret[CERT_KINDS], struct err *e)
{
    struct str rest = str_of(text), word;
    while (str_split(&rest, ',', &word)) {
        enum cert_kind k;
        if (!cert_kind_parse(str_trim(word), &k))
            return err_set(e, ERR_USAGE, N_("--certificates takes CDS, CDA or both with a comma, not \"%s\""), text);
        ret[k] = true;
    }
    return true;
}

static bool run_mark(struct cli *c, struct err *e)
{
    const char *what = c->words[1];
    bool covers[CERT_KINDS] = {0};
    bool answered = strcmp(what, "answered") == 0, not_verifiable = strcmp(what, "not-verifiable") == 0;
    if (!answered && !not_verifiable && strcmp(what, "verified") != 0)
        return err_set(e, ERR_USAGE, N_("a body is marked not-verifiable, verified or answered, not \"%s\""), what);
    if (c->value[OPT_CERTIFICATES] != NULL && !parse_certificates(c->value[OPT_CERTIFICATES], covers, e))
        return false;
    struct desk d;
    const struct body *b;
    day_t day;
    if (!open_on_body(c, &d, &b, &day, e))
        return false;
    bool ok =
        answered ? change_answered(&d, b, covers, c->words[2], e) : change_mark(&d, b, not_verifiable, c->words[2], e);
    return done(c, &d, ok,
                answered         ? N_("%s has answered: no more warnings for these certificates.")
                : not_verifiable ? N_("%s is marked as not verifiable: it is not warned automatically.")
                                 : N_("%s is verifiable again."),
                b->name, e);
}

const struct command command_mark = {
    .name = "mark",
    .task = TASK_NOTE,
    .usage = N_("BODY not-verifiable|verified|answered \"reason\""),
    .summary = N_("a body's dates cannot be verified, can again, or the body has answered"),
    .more = N_(
        "Not verifiable: the registry's dates cannot be read as true (the body blocks the checker); it is not warned "
        "automatically and stays visible with the reason. Answered: the body said that the renewal goes ahead; "
        "--certificates says for which (those under way when it is not given)."),
    .min_words = 3,
    .max_words = 3,
    .options = {OPT_CERTIFICATES, OPT_END},
    .run = run_mark,
};

/* Comments and what is to decide, as people see them and as JSON; counts what is to decide among the findings. */
struct comment_view {
    struct cli *cli;
    const struct bodies *bodies;
    const struct renewals *renewals;
    const struct body *only; /* NULL: all */
    json_t *list;
    size_t shown;
};

static const struct body *viewed(const struct comment_view *v, int64_t body_id)
{
    const struct body *b = bodies_by_id(v->bodies, body_id);
    return b == NULL || (v->only != NULL && b->id != v->only->id) ? NULL : b;
}

static void show_comment(struct comment_view *v, const struct renewal *r)
{
    const struct body *b = viewed(v, r->body_id);
    if (b == NULL || r->comment[0] == '\0')
        return;
    v->shown++;
    if (v->cli->json) {
        json_array_append_new(
            v->list, json_pack("{s:s,s:s,s:s,s:o,s:s,s:o,s:o}", "body", b->description, "name", b->name, "certificate",
                               cert_kind_code(r->kind), "expires", json_day(r->expires), "comment", r->comment,
                               "theirs", json_null(), "source", json_null()));
        return;
    }
    char day[DAY_TEXT_BYTES];
    printf("%s  %s %s\n", b->name, cert_kind_code(r->kind), day_dmy(r->expires, day));
    struct str rest = str_of(r->comment), line;
    while (str_split(&rest, '\n', &line))
        cli_wrap(arena_text(&v->cli->arena, line), 4);
}

static void show_conflict(struct comment_view *v, const struct conflict *x)
{
    const struct body *b = viewed(v, x->body_id);
    if (b == NULL)
        return;
    v->shown++;
    v->cli->findings++;
    const struct renewal *r = v->renewals->items;
    while (r < v->renewals->items + v->renewals->count && r->case_id != x->case_id)
        r++;
    bool known = r < v->renewals->items + v->renewals->count;
    if (v->cli->json) {
        json_array_append_new(
            v->list, json_pack("{s:s,s:s,s:o,s:o,s:o,s:s,s:s}", "body", b->description, "name", b->name, "certificate",
                               json_text(known ? cert_kind_code(r->kind) : NULL), "expires",
                               json_day(known ? r->expires : DAY_NONE), "comment", json_null(), "theirs", x->theirs,
                               "source", x->source));
        return;
    }
    char day[DAY_TEXT_BYTES];
    const char *which =
        !known ? b->name
               : arena_printf(&v->cli->arena, "%s  %s %s", b->name, cert_kind_code(r->kind), day_dmy(r->expires, day));
    printf(tr(v->cli->lang, N_("%s: to decide; the workbook %s says:\n")), which, x->source);
    struct str rest = str_of(x->theirs), line;
    while (str_split(&rest, '\n', &line))
        cli_wrap(arena_text(&v->cli->arena, line), 4);
}

/* Whether the case of a renewal was that of one before it; renewals come by body. */
static bool case_seen(const struct renewals *list, size_t at)
{
    const struct renewal *r = &list->items[at];
    for (size_t i = at; i-- > 0 && list->items[i].body_id == r->body_id;) {
        if (list->items[i].case_id == r->case_id)
            return true;
    }
    return false;
}

static bool show_comments(struct cli *c, struct desk *d, const struct body *only, struct err *e)
{
    struct tx tx = {0};
    struct bodies bodies;
    struct renewals renewals;
    struct conflict *conflicts;
    size_t conflict_count = 0;
    bool ok = tx_begin(d->store, TX_READ, &tx, e) &&
              bodies_load(&tx, &c->arena, &d->files.profile, d->by.day, &bodies, e) &&
              renewals_load(&tx, &c->arena, 0, d->by.day, &renewals, e) &&
              conflicts_load(&tx, &c->arena, &conflicts, &conflict_count, e);
    tx_rollback(&tx);
    if (!ok)
        return false;
    struct comment_view v = {.cli = c, .bodies = &bodies, .renewals = &renewals, .only = only, .list = json_array()};
    for (size_t i = 0; i < renewals.count; i++) {
        if (!case_seen(&renewals, i))
            show_comment(&v, &renewals.items[i]);
    }
    for (size_t i = 0; i < conflict_count; i++)
        show_conflict(&v, &conflicts[i]);
    if (c->json)
        ok = cli_json(json_incref(v.list), e);
    else if (v.shown == 0)
        cli_say(c, N_("No comment yet."));
    json_decref(v.list);
    return ok;
}

static bool run_comment(struct cli *c, struct err *e)
{
    struct desk d;
    const struct body *b = NULL;
    bool covers[CERT_KINDS] = {0};
    if ((c->value[OPT_CERTIFICATES] != NULL && !parse_certificates(c->value[OPT_CERTIFICATES], covers, e)) ||
        !cli_open(c, DESK_STORE, &d, e))
        return false;
    struct change_kept kept = {0};
    bool ok = c->word_count == 0 || change_find_body(&d, c->words[0], &b, e);
    if (ok && c->value[OPT_ADD] != NULL) {
        day_t day;
        ok = (c->word_count == 2 || err_set(e, ERR_USAGE, N_("--add needs the body and the text of the line"))) &&
             cli_date(c, &d, &day, e) && change_comment_line(&d, b, day, c->words[1], e);
        return done(c, &d, ok, N_("Line added to the comment of %s."), ok ? b->name : "", e);
    }
    if (ok && c->word_count == 2) {
        ok = change_comment(&d, b, covers, &(struct change_comment){.text = c->words[1]}, &kept, e);
        return done(c, &d, ok,
                    kept.solved > 0 ? N_("Comment of %s replaced; the difference with the workbook is settled.")
                                    : N_("Comment of %s replaced."),
                    b->name, e);
    }
    ok = ok && show_comments(c, &d, b, e);
    desk_close(&d);
    return ok;
}

const struct command command_comment = {
    .name = "comment",
    .task = TASK_NOTE,
    .usage = N_("[BODY [\"text\"]]"),
    .summary = N_("show the comments of Certificats and what is to decide, replace one, or add a line"),
    .max_words = 2,
    .options = {OPT_ADD, OPT_DATE, OPT_CERTIFICATES, OPT_END},
    .run = run_comment,
};
