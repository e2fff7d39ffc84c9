/* talaia bodies, talaia certificates */
#include <stdio.h>

#include "cli/commands.h"
#include "core/profile.h"
#include "record/body.h"
#include "record/outage.h"
#include "record/sweep.h"

struct listing {
    struct desk desk;
    struct bodies bodies;
    const struct body **sorted; /* those asked for */
    size_t count, hidden;
    struct outage *outages; /* open */
    size_t outage_count;
    struct silence *silences; /* in force */
    size_t silence_count;
};

/* Opens the desk and chooses: watched ones, --excluded, or --all. */
static bool listing_open(struct cli *c, struct listing *l, struct err *e)
{
    struct tx tx;
    if (!cli_open(c, DESK_STORE, &l->desk, e))
        return false;
    const struct desk *d = &l->desk;
    bool ok = tx_begin(d->store, TX_READ, &tx, e);
    if (ok) {
        ok = bodies_load(&tx, &c->arena, &d->files.profile, d->by.day, &l->bodies, e) &&
             outages_load(&tx, &c->arena, 0, d->by.day, true, &l->outages, &l->outage_count, e) &&
             silences_load(&tx, &c->arena, d->by.day, &l->silences, &l->silence_count, e);
        tx_rollback(&tx);
    }
    if (!ok) {
        desk_close(&l->desk);
        return false;
    }
    l->sorted = arena_array(&c->arena, const struct body *, l->bodies.count);
    for (size_t i = 0; i < l->bodies.count; i++) {
        const struct body *b = &l->bodies.items[i];
        bool long_gone = b->vanished != DAY_NONE && d->by.day - b->vanished > LIMIT_VANISHED_SHOWN_DAYS;
        bool shown =
            c->value[OPT_ALL] != NULL || (!long_gone && (b->excluded != NULL) == (c->value[OPT_EXCLUDED] != NULL));
        if (shown)
            l->sorted[l->count++] = b;
        else
            l->hidden++;
    }
    bodies_sort(l->sorted, l->count, d->by.day);
    return true;
}

static bool is_down(const struct listing *l, const struct body *b)
{
    for (size_t i = 0; i < l->outage_count; i++) {
        if (l->outages[i].body_id == b->id)
            return true;
    }
    return false;
}

static bool is_silent(const struct listing *l, const struct body *b)
{
    for (size_t i = 0; i < l->silence_count; i++) {
        if (l->silences[i].body_id == b->id)
            return true;
    }
    return false;
}

static enum body_state state_of(const struct listing *l, const struct body *b)
{
    if (b->excluded == NULL && is_silent(l, b))
        return STATE_MUTED;
    return body_state(b, l->desk.by.day, l->desk.by.at, l->desk.files.profile.thresholds[0], is_down(l, b));
}

static const char *reason_of(const struct listing *l, const struct body *b, enum lang lang)
{
    const struct profile *p = &l->desk.files.profile;
    if (b->excluded != NULL)
        return exclusion_words(p, b, lang);
    return b->mark_reason != NULL ? b->mark_reason : "";
}

static json_t *flags_json(const struct body *b)
{
    json_t *flags = json_array();
    for (int i = 0; i < BODY_FLAG_COUNT; i++) {
        if ((b->flags >> i & 1) != 0)
            json_array_append_new(flags, json_string(body_flag_code((enum body_flag_index)i)));
    }
    return flags;
}

static json_t *certificate_json(const struct body *b, enum cert_kind kind, day_t today)
{
    int days = days_left(b->expires[kind], today);
    return json_pack("{s:o,s:o}", "expires", json_day(b->expires[kind]), "days",
                     days == DAYS_NONE ? json_null() : json_integer(days));
}

static json_t *body_json(const struct listing *l, const struct body *b)
{
    day_t today = l->desk.by.day;
    int urgency = body_urgency(b, today);
    return json_pack(
        "{s:s,s:s,s:o,s:o,s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:s,s:o}", "body", b->description, "name", b->name, "ine10",
        json_text(b->ine10), "province", json_text(b->province), "municipality", json_text(b->municipality), "platform",
        platform_code(b->platform), "endpoint", json_text(b->endpoint), "cds", certificate_json(b, CERT_CDS, today),
        "cda", certificate_json(b, CERT_CDA, today), "urgency",
        urgency == DAYS_NONE ? json_null() : json_integer(urgency), "excluded", json_text(b->excluded), "flags",
        flags_json(b), "state", body_state_code(state_of(l, b)), "source_id", json_text(b->source_id));
}

static bool print_json(const struct listing *l, struct err *e)
{
    struct cli_list list = {0};
    for (size_t i = 0; i < l->count; i++)
        cli_list_add(&list, body_json(l, l->sorted[i]));
    return cli_list_end(&list, e);
}

static void cell_days(struct cli_table *t, int days)
{
    if (days == DAYS_NONE)
        cli_cell(t, "—", NULL);
    else
        cli_cellf(t, "%d", days);
}

static void cell_state(struct cli *c, struct cli_table *t, enum body_state s)
{
    char text[96];
    (void)snprintf(text, sizeof text, "%s %s", body_state_glyph(s), tr(c->lang, body_state_word(s)));
    cli_cell(t, text, cli_state_ink(s));
}

static void print_footer(struct cli *c, const struct listing *l)
{
    if (l->bodies.count == 0)
        cli_say(c, N_("The desk has no bodies yet. Import the registry: talaia import FILE"));
    else if (l->hidden > 0 && c->value[OPT_EXCLUDED] == NULL)
        cli_say(c, N_("%zu bodies; %zu left out on purpose (talaia %s --excluded)"), l->count, l->hidden,
                c->command->name);
    else
        cli_say(c, N_("%zu bodies"), l->count);
}

static bool run_bodies(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {
        {N_("Body"), ALIGN_LEFT, 30, 48},  {N_("INE10"), ALIGN_LEFT, 10, 10}, {N_("Platform"), ALIGN_LEFT, 5, 10},
        {N_("State"), ALIGN_LEFT, 10, 30}, {N_("Note"), ALIGN_LEFT, 8, 60},
    };
    struct listing l = {0};
    if (!listing_open(c, &l, e))
        return false;
    bool ok = true;
    if (c->json) {
        ok = print_json(&l, e);
    } else {
        struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
        for (size_t i = 0; i < l.count; i++) {
            const struct body *b = l.sorted[i];
            cli_cell(t, b->name, NULL);
            cli_cell(t, b->ine10[0] == '\0' ? "—" : b->ine10, NULL);
            cli_cell(t, platform_code(b->platform), NULL);
            cell_state(c, t, state_of(&l, b));
            cli_cell(t, reason_of(&l, b, c->lang), NULL);
        }
        if (l.count > 0)
            cli_table_print(t);
        cli_table_free(t);
        print_footer(c, &l);
    }
    desk_close(&l.desk);
    return ok;
}

static void certificate_row(struct cli *c, struct cli_table *t, const struct listing *l, const struct body *b,
                            bool reasons)
{
    cli_cell(t, b->name, NULL);
    for (int k = 0; k < CERT_KINDS; k++) {
        char day[DAY_TEXT_BYTES];
        cli_cell(t, b->expires[k] == DAY_NONE ? "—" : day_dmy(b->expires[k], day), NULL);
        cell_days(t, days_left(b->expires[k], l->desk.by.day));
    }
    if (reasons)
        cli_cell(t, reason_of(l, b, c->lang), NULL);
    else
        cell_state(c, t, state_of(l, b));
}

static bool run_certificates(struct cli *c, struct err *e)
{
    /* The last column is the state, or the reason of what is left out. */
    static const struct cli_column columns[] = {
        {N_("Body"), ALIGN_LEFT, 30, 44}, {N_("CDS"), ALIGN_LEFT, 10, 10}, {N_("days"), ALIGN_RIGHT, 4, 6},
        {N_("CDA"), ALIGN_LEFT, 10, 10},  {N_("days"), ALIGN_RIGHT, 4, 6}, {N_("State"), ALIGN_LEFT, 10, 30},
    };
    enum { COLUMNS = sizeof columns / sizeof *columns };
    struct cli_column shown[COLUMNS];
    struct listing l = {0};
    bool reasons = c->value[OPT_EXCLUDED] != NULL;
    memcpy(shown, columns, sizeof shown);
    if (reasons)
        shown[COLUMNS - 1] = (struct cli_column){N_("Reason"), ALIGN_LEFT, 10, 60};
    if (!listing_open(c, &l, e))
        return false;
    bool ok = true;
    if (c->json) {
        ok = print_json(&l, e);
    } else {
        struct cli_table *t = cli_table_new(c, shown, COLUMNS);
        for (size_t i = 0; i < l.count; i++)
            certificate_row(c, t, &l, l.sorted[i], reasons);
        if (l.count > 0)
            cli_table_print(t);
        cli_table_free(t);
        print_footer(c, &l);
    }
    desk_close(&l.desk);
    return ok;
}

const struct command command_bodies = {
    .name = "bodies",
    .task = TASK_LOOK,
    .usage = "",
    .summary = N_("the bodies and their state, most urgent first"),
    .options = {OPT_EXCLUDED, OPT_ALL, OPT_END},
    .run = run_bodies,
};

const struct command command_certificates = {
    .name = "certificates",
    .task = TASK_LOOK,
    .usage = "",
    .summary = N_("the certificates and the days they have left, most urgent first"),
    .more =
        N_("Days are whole calendar days in Europe/Madrid, negative when past. The order is by the smaller of the two "
           "counts; bodies without any date come last. With --on, the registry as it was known that day."),
    .options = {OPT_EXCLUDED, OPT_ALL, OPT_END},
    .run = run_certificates,
};
