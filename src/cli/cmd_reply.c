/* talaia reply list, show, read, confirm, dismiss, assign, undo */
#include <stdio.h>

#include "cli/commands.h"
#include "flow/change.h"
#include "flow/replies.h"

/* ------------------------------------------------------------------ looking */

struct names {
    struct bodies bodies;
};

static const char *body_name(const struct names *n, int64_t id)
{
    const struct body *b = id == 0 ? NULL : bodies_by_id(&n->bodies, id);
    return b == NULL ? "" : b->name;
}

static json_t *covers_json(const bool covers[CERT_KINDS])
{
    json_t *list = json_array();
    for (int k = 0; k < CERT_KINDS; k++) {
        if (covers[k])
            json_array_append_new(list, json_string(cert_kind_code((enum cert_kind)k)));
    }
    return list;
}

static json_t *mail_json(const struct names *n, const struct incoming *m, bool whole)
{
    char at[INSTANT_TEXT_BYTES] = "";
    if (m->at != INSTANT_NONE)
        instant_iso(m->at, at);
    json_t *o =
        json_pack("{s:I,s:s,s:o,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:s,s:I,s:o,s:s,s:s,s:o}", "id", (json_int_t)m->id, "state",
                  incoming_state_code(m->state), "at", json_text(at), "from", m->email, "subject", m->subject, "kind",
                  reply_kind_code(m->kind), "says", reply_says_code(m->says), "word", m->word, "matched",
                  incoming_match_code(m->matched), "body", json_text(body_name(n, m->body_id)), "text", m->words,
                  "case", (json_int_t)m->case_id, "covers", covers_json(m->covers), "note", m->note, "detail",
                  m->detail, "decided_by", json_text(m->decided_who));
    if (whole && o != NULL) {
        json_object_set_new(o, "message_id", json_string(m->message_id));
        json_object_set_new(o, "whole", json_string(m->text));
        json_object_set_new(o, "files", json_string(m->files));
        json_object_set_new(o, "source", json_string(m->source));
        json_object_set_new(o, "decided", json_day(m->decided_day));
    }
    return o;
}

static bool load(struct cli *c, struct desk *d, const struct incoming_filter *f, struct incomings *ret, struct names *n,
                 struct err *e)
{
    struct tx tx;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = incomings_load(&tx, &c->arena, f, ret, e) &&
              bodies_load(&tx, &c->arena, &d->files.profile, d->by.day, &n->bodies, e);
    tx_rollback(&tx);
    return ok;
}

static void print_list(struct cli *c, const struct names *n, const struct incomings *list)
{
    static const struct cli_column columns[] = {
        {.title = N_("Mail"), .align = ALIGN_RIGHT, .min = 4, .max = 6},
        {.title = N_("Day"), .min = 10, .max = 10},
        {.title = N_("Body"), .min = 8, .max = 28},
        {.title = N_("From"), .min = 8, .max = 24},
        {.title = N_("It says"), .min = 8, .max = 40},
    };
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < list->count; i++) {
        const struct incoming *m = &list->items[i];
        char day[DAY_TEXT_BYTES];
        bool waits = m->state == INCOMING_PROPOSED || m->state == INCOMING_QUEUE;
        const char *says = m->kind == REPLY_ANSWER && m->state == INCOMING_PROPOSED ? reply_says_words(m->says)
                           : waits                                                  ? reply_kind_words(m->kind)
                                                                                    : incoming_state_words(m->state);
        cli_cellf(t, "%lld", (long long)m->id);
        cli_cell(t, day_dmy(m->day, day), NULL);
        cli_cell(t, m->body_id == 0 ? "?" : body_name(n, m->body_id), m->body_id == 0 ? "33" : NULL);
        cli_cell(t, m->email, NULL);
        cli_cell(t, tr(c->lang, says), waits ? "33" : NULL);
    }
    cli_table_print(t);
    cli_table_free(t);
}

static bool run_list(struct cli *c, struct err *e)
{
    struct desk d;
    struct incomings list;
    struct names names;
    const struct incoming_filter f = {
        .states = c->value[OPT_ALL] != NULL ? 0 : 1u << INCOMING_PROPOSED | 1u << INCOMING_QUEUE,
    };
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = load(c, &d, &f, &list, &names, e);
    if (ok && c->json) {
        struct cli_list out = {0};
        for (size_t i = 0; i < list.count; i++)
            cli_list_add(&out, mail_json(&names, &list.items[i], false));
        ok = cli_list_end(&out, e);
    } else if (ok && list.count == 0) {
        cli_say(c, N_("No mail waits for anybody."));
    } else if (ok) {
        print_list(c, &names, &list);
    }
    desk_close(&d);
    return ok;
}

static bool parse_id(struct cli *c, int64_t *ret, struct err *e)
{
    return str_to_int64(str_of(c->words[0]), 1, INT64_MAX, ret) ||
           err_set(e, ERR_USAGE, N_("'%s' is no number of a mail; `talaia reply list` shows them"), c->words[0]);
}

static void print_field(struct cli *c, const char *title, const char *value)
{
    if (value[0] != '\0')
        printf("%s: %s\n", tr(c->lang, title), value);
}

static void print_mail(struct cli *c, const struct names *n, const struct incoming *m)
{
    char at[INSTANT_TEXT_BYTES], day[DAY_TEXT_BYTES];
    struct str rest = str_of(m->words[0] == '\0' ? m->text : m->words), line;
    print_field(c, N_("From"), m->sender);
    print_field(c, N_("Subject"), m->subject);
    print_field(c, N_("Date"), m->at == INSTANT_NONE ? "" : instant_madrid(m->at, at));
    print_field(c, N_("Body"), body_name(n, m->body_id));
    print_field(c, N_("Found by"), tr(c->lang, incoming_match_words(m->matched)));
    print_field(c, N_("Kind"), tr(c->lang, reply_kind_words(m->kind)));
    if (m->kind == REPLY_ANSWER)
        print_field(c, N_("It says"), tr(c->lang, reply_says_words(m->says)));
    print_field(c, N_("By the word"), m->word);
    print_field(c, N_("State"), tr(c->lang, incoming_state_words(m->state)));
    if (m->decided_day != DAY_NONE)
        printf("%s: %s, %s%s%s\n", tr(c->lang, N_("Decided")), day_dmy(m->decided_day, day), m->decided_who,
               m->note[0] == '\0' ? "" : ": ", m->note);
    if (m->decided_day == DAY_NONE)
        print_field(c, N_("To know"), m->note);
    print_field(c, N_("Attached"), m->files);
    print_field(c, N_("Report"), m->detail);
    putchar('\n');
    while (rest.n > 0 && str_split(&rest, '\n', &line))
        printf("  │ %.*s\n", STR_ARG(line));
}

static bool run_show(struct cli *c, struct err *e)
{
    struct desk d;
    struct tx tx;
    struct incoming m;
    struct names names;
    int64_t id;
    bool found = false;
    if (!parse_id(c, &id, e) || !cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = tx_begin(d.store, TX_READ, &tx, e);
    if (ok) {
        ok = incoming_get(&tx, &c->arena, id, &m, &found, e) &&
             bodies_load(&tx, &c->arena, &d.files.profile, d.by.day, &names.bodies, e);
        tx_rollback(&tx);
    }
    if (ok && !found)
        ok = err_set(e, ERR_UNKNOWN, N_("there is no mail %lld; `talaia reply list --all` shows them"), (long long)id);
    if (ok && c->json)
        ok = cli_json(mail_json(&names, &m, true), e);
    else if (ok)
        print_mail(c, &names, &m);
    desk_close(&d);
    return ok;
}

/* ------------------------------------------------------------------ reading */

static json_t *summary_json(const struct replies_summary *s)
{
    json_t *states = json_object(), *kinds = json_object(), *lines = json_array();
    for (int i = 0; i < INCOMING_STATE_COUNT; i++)
        json_object_set_new(states, incoming_state_code((enum incoming_state)i), json_integer((json_int_t)s->state[i]));
    for (int i = 0; i < REPLY_KINDS; i++)
        json_object_set_new(kinds, reply_kind_code((enum reply_kind)i), json_integer((json_int_t)s->kind[i]));
    for (size_t i = 0; i < s->line_count; i++)
        json_array_append_new(lines, json_pack("{s:I,s:s,s:s}", "id", (json_int_t)s->lines[i].id, "subject",
                                               s->lines[i].subject, "text", s->lines[i].text));
    return json_pack("{s:I,s:I,s:I,s:o,s:o,s:o}", "read", (json_int_t)s->read, "known", (json_int_t)s->known,
                     "unreadable", (json_int_t)s->unreadable, "states", states, "kinds", kinds, "mails", lines);
}

static bool run_read(struct cli *c, struct err *e)
{
    struct desk d;
    struct replies_summary s = {0};
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = c->word_count > 0 ? replies_read(&d, &c->arena, c->words[0], &s, e) : replies_poll(&d, &c->arena, &s, e);
    if (ok && c->json) {
        ok = cli_json(summary_json(&s), e);
    } else if (!c->json) {
        for (size_t i = 0; i < s.line_count; i++) {
            printf("%5lld  %s\n", (long long)s.lines[i].id, s.lines[i].subject);
            cli_wrap(s.lines[i].text, 7);
        }
        if (ok)
            cli_say(c,
                    N_("%zu mails looked at: %zu known, %zu wait for a person, %zu to be assigned, %zu confirmed, "
                       "%zu with nothing to do."),
                    s.read, s.known, s.state[INCOMING_PROPOSED], s.state[INCOMING_QUEUE], s.state[INCOMING_CONFIRMED],
                    s.state[INCOMING_NONE]);
    }
    c->findings = s.state[INCOMING_PROPOSED] + s.state[INCOMING_QUEUE] > 0;
    desk_close(&d);
    return ok;
}

/* ------------------------------------------------------------------ deciding */

static bool parse_covers(struct cli *c, bool covers[CERT_KINDS], struct err *e)
{
    for (size_t i = 1; i < c->word_count; i++) {
        enum cert_kind kind;
        if (!cert_kind_parse(str_of(c->words[i]), &kind))
            return err_set(e, ERR_USAGE, N_("'%s' is no certificate; write CDS or CDA"), c->words[i]);
        covers[kind] = true;
    }
    return true;
}

static bool print_decided(struct cli *c, struct desk *d, const struct incoming *m, struct err *e)
{
    struct names names;
    struct tx tx;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = bodies_load(&tx, &c->arena, &d->files.profile, d->by.day, &names.bodies, e);
    tx_rollback(&tx);
    if (ok && c->json)
        return cli_json(mail_json(&names, m, false), e);
    if (ok) {
        const char *body = body_name(&names, m->body_id);
        cli_say(c, N_("Mail %lld%s%s: %s."), (long long)m->id, body[0] == '\0' ? "" : ", ", body,
                tr(c->lang, incoming_state_words(m->state)));
    }
    return ok;
}

enum decision { CONFIRM, DISMISS, ASSIGN, UNDO };

static bool decide(struct cli *c, enum decision what, struct err *e)
{
    struct desk d;
    struct incoming m;
    int64_t id;
    bool covers[CERT_KINDS] = {0}, ok = false;
    const char *note = cli_text(c, OPT_NOTE), *ticket = cli_text(c, OPT_TICKET);
    if (!parse_id(c, &id, e) || (what == CONFIRM && !parse_covers(c, covers, e)))
        return false;
    if (what == ASSIGN && (c->word_count > 1) == (ticket[0] != '\0'))
        return err_set(e, ERR_USAGE, N_("say which body the mail is about, or with --ticket which ticket"));
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    switch (what) {
    case CONFIRM: ok = reply_confirm(&d, &c->arena, id, covers, note, &m, e); break;
    case DISMISS: ok = reply_dismiss(&d, &c->arena, id, note, &m, e); break;
    case ASSIGN: ok = reply_assign(&d, &c->arena, id, c->word_count > 1 ? c->words[1] : "", ticket, &m, e); break;
    case UNDO: ok = reply_undo(&d, &c->arena, id, note, &m, e); break;
    }
    ok = ok && print_decided(c, &d, &m, e);
    desk_close(&d);
    return ok;
}

static bool run_confirm(struct cli *c, struct err *e)
{
    return decide(c, CONFIRM, e);
}

static bool run_dismiss(struct cli *c, struct err *e)
{
    return decide(c, DISMISS, e);
}

static bool run_assign(struct cli *c, struct err *e)
{
    return decide(c, ASSIGN, e);
}

static bool run_undo(struct cli *c, struct err *e)
{
    return decide(c, UNDO, e);
}

/* ------------------------------------------------------------------ the commands */

const struct command command_reply_list = {
    .name = "reply list",
    .task = TASK_WARN,
    .usage = "",
    .summary = N_("mails of the bodies that wait for a person, and what they seem to say"),
    .more = N_("With --all also those that are decided or need nothing: absences, copies, lists, reports."),
    .options = {OPT_ALL, OPT_END},
    .run = run_list,
};

const struct command command_reply_show = {
    .name = "reply show",
    .task = TASK_WARN,
    .usage = N_("MAIL"),
    .summary = N_("one mail: what it says, which renewal it is about, what became of it"),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_END},
    .run = run_show,
};

const struct command command_reply_read = {
    .name = "reply read",
    .task = TASK_WARN,
    .usage = N_("[FILE | MAILDIR]"),
    .summary = N_("take in the mails that came: from the mailbox, or from files"),
    .more = N_("`talaia serve` does this by itself (role mailer). Each mail is taken in once; the mailbox is only "
               "looked at, so that "
               "mails stay unread for those who share it. Files are one mail, an mbox or a Maildir."),
    .max_words = 1,
    .options = {OPT_END},
    .run = run_read,
};

const struct command command_reply_confirm = {
    .name = "reply confirm",
    .task = TASK_WARN,
    .usage = N_("MAIL [CDS] [CDA]"),
    .summary = N_("the body has answered: no more warnings for these certificates"),
    .more = N_("Without certificates: those that the message named which the mail answers. The case's comment and its "
               "ticket keep the answer; what waits to be sent is cancelled."),
    .min_words = 1,
    .max_words = 3,
    .options = {OPT_NOTE, OPT_END},
    .run = run_confirm,
};

const struct command command_reply_dismiss = {
    .name = "reply dismiss",
    .task = TASK_WARN,
    .usage = N_("MAIL"),
    .summary = N_("a mail was read and nothing follows"),
    .more = N_("Of a report that a mail was not delivered: the address is good all the same, and is written to again."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_NOTE, OPT_END},
    .run = run_dismiss,
};

const struct command command_reply_assign = {
    .name = "reply assign",
    .task = TASK_WARN,
    .usage = N_("MAIL [BODY]"),
    .summary = N_("say which body, or with --ticket which ticket, a mail is about"),
    .min_words = 1,
    .max_words = 2,
    .options = {OPT_TICKET, OPT_END},
    .run = run_assign,
};

const struct command command_reply_undo = {
    .name = "reply undo",
    .task = TASK_WARN,
    .usage = N_("MAIL"),
    .summary = N_("take back what was decided of a mail"),
    .more = N_("What a confirmation did is undone: the certificates are warned about again."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_NOTE, OPT_END},
    .run = run_undo,
};
