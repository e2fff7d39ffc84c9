/* talaia sweep, silence */
#include <stdio.h>

#include "base/text.h"
#include "cli/commands.h"
#include "core/name.h"
#include "flow/change.h"
#include "flow/sweep.h"

/* The glyph and colour of a verdict: good ●, notice ▲, bad ■, unknown ◆. */
static enum body_state state_of(enum verdict_code c)
{
    static const enum body_state states[] = {[VERDICT_GOOD] = STATE_GOOD,
                                             [VERDICT_NOTICE] = STATE_SOON,
                                             [VERDICT_BAD] = STATE_DOWN,
                                             [VERDICT_UNKNOWN] = STATE_UNKNOWN};
    return states[verdict_class(c)];
}

/* Where the registry has no host, the body's name stands for it. */
static struct verdict_facts facts(const struct sweep_line *l, enum verdict_part p)
{
    struct verdict_facts f = observation_facts(&l->seen, p);
    if (f.host[0] == '\0')
        f.host = l->body->name;
    return f;
}

static const char *reason(struct cli *c, const struct sweep_line *l, enum verdict_part p)
{
    struct verdict_facts f = facts(l, p);
    return verdict_fill(&c->arena, tr(c->lang, verdict_reason(l->seen.verdict[p])), &f);
}

static const char *advice(struct cli *c, const struct sweep_line *l, enum verdict_part p)
{
    struct verdict_facts f = facts(l, p);
    return verdict_fill(&c->arena, tr(c->lang, verdict_advice(l->seen.verdict[p])), &f);
}

/* ------------------------------------------------------------------ JSON */

static json_t *verdict_json(struct cli *c, const struct sweep_line *l, enum verdict_part p)
{
    return json_pack("{s:s,s:s,s:s}", "code", verdict_text(l->seen.verdict[p]), "reason", reason(c, l, p), "advice",
                     advice(c, l, p));
}

static json_t *ms(int64_t us)
{
    return us < 0 ? json_null() : json_real((double)(us / 100) / 10);
}

static json_t *line_json(struct cli *c, const struct sweep *s, const struct sweep_body *b, const struct sweep_line *l)
{
    const struct observation *o = &l->seen;
    json_t *trust = verdict_json(c, l, VERDICT_TRUST), *chain = json_array(),
           *connection = verdict_json(c, l, VERDICT_CONNECTION);
    for (size_t i = 0; i < l->chain_count; i++)
        json_array_append_new(
            chain, json_pack("{s:s,s:s,s:o,s:s}", "subject", l->chain[i].subject, "issuer", l->chain[i].issuer,
                             "not_after", json_day(l->chain[i].not_after), "fingerprint", l->chain[i].fingerprint));
    json_object_set_new(trust, "not_after", json_day(o->not_after));
    json_object_set_new(trust, "chain", chain);
    json_object_set_new(trust, "nif", l->leaf == NULL ? json_null() : json_text(l->leaf->nif));
    json_object_set_new(trust, "organisation", l->leaf == NULL ? json_null() : json_text(l->leaf->organisation));
    json_object_set_new(trust, "middlebox", json_boolean(l->middlebox));
    json_object_set_new(trust, "owner", l->leaf == NULL ? json_null() : json_string(owner_code(l->owner.owner)));
    json_object_set_new(connection, "status", o->status == 0 ? json_null() : json_integer(o->status));
    json_object_set_new(connection, "protocol", json_text(o->protocol));
    json_object_set_new(connection, "cipher", json_text(o->cipher));
    return json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:{s:o,s:o,s:o,s:o},s:s,s:b,s:b,s:o}", "body", b->body->description,
                     "name", b->body->name, "url", o->url, "address", json_text(o->address), "connection", connection,
                     "trust", trust, "application", verdict_json(c, l, VERDICT_APPLICATION), "ms", "dns", ms(o->us_dns),
                     "tcp", ms(o->us_tcp), "tls", ms(o->us_tls), "http", ms(o->us_http), "reconciliation",
                     reconciliation_code(b->reconciliation), "up", (int)(b->outcome == OUTCOME_UP), "blind", (int)s->us,
                     "silent_until", json_day(b->silence == NULL ? DAY_NONE : b->silence->until));
}

static bool print_json(struct cli *c, const struct sweep *s, struct err *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->body_count; i++) {
        for (size_t k = 0; k < s->bodies[i].line_count; k++)
            json_array_append_new(list, line_json(c, s, &s->bodies[i], &s->bodies[i].lines[k]));
    }
    return cli_json(list, e);
}

/* ------------------------------------------------------------------ for people */

static void cell_verdict(struct cli *c, struct cli_table *t, enum verdict_code v)
{
    char text[96];
    enum body_state s = state_of(v);
    (void)snprintf(text, sizeof text, "%s %s", body_state_glyph(s), tr(c->lang, verdict_words(v)));
    cli_cell(t, text, cli_state_ink(s));
}

static bool worth_showing(struct cli *c, const struct sweep_body *b, const struct sweep_line *l)
{
    if (c->word_count > 0 || c->value[OPT_ALL] != NULL || b->reconciliation == RECONCILIATION_WRONG_BODY ||
        b->reconciliation == RECONCILIATION_ADDRESSES_DIFFER || b->reconciliation == RECONCILIATION_OLD_SERVED ||
        b->reconciliation == RECONCILIATION_REGISTRY_STALE)
        return true;
    for (int p = 0; p < VERDICT_PARTS; p++) {
        if (verdict_class(l->seen.verdict[p]) != VERDICT_GOOD)
            return true;
    }
    return false;
}

/* The body, and where it was asked: beside it when there is room. A long URL is not broken, so that it can be copied.
 */
static void explain_head(struct cli *c, const struct sweep_body *b, const struct sweep_line *l)
{
    const char *place =
        l->seen.address[0] == '\0' ? l->seen.url : arena_printf(&c->arena, "%s  %s", l->seen.url, l->seen.address);
    bool beside = text_width(str_of(b->body->name)) + 2 + text_width(str_of(place)) <= CLI_COLUMNS;
    printf(c->colour ? "\n\033[1m%s\033[0m" : "\n%s", b->body->name);
    if (beside) {
        printf("  %s\n", place);
    } else {
        putchar('\n');
        cli_wrap(place, 2);
    }
}

static void explain_silence(struct cli *c, const struct silence *s)
{
    char day[DAY_TEXT_BYTES];
    cli_wrap(arena_printf(&c->arena, tr(c->lang, N_("Silent until %s: %s")), day_dmy(s->until, day), s->reason), 2);
}

/* "Ajuntament de Vilaprova (NIF P9900100H)", with what is known of it. */
static const char *named(struct cli *c, const char *name, const char *nif)
{
    if (nif[0] == '\0')
        return name;
    return name[0] == '\0' ? arena_printf(&c->arena, "NIF %s", nif) : arena_printf(&c->arena, "%s (NIF %s)", name, nif);
}

/* Whose certificate it is, when it is not the body's own. */
static void explain_owner(struct cli *c, const struct sweep_body *b, const struct sweep_line *l)
{
    if (l->leaf == NULL || (l->owner.owner != OWNER_OTHER && l->owner.owner != OWNER_HOST))
        return;
    const char *who = named(c, l->owner.name, l->leaf->nif);
    if (l->owner.owner == OWNER_HOST) {
        cli_wrap(arena_printf(&c->arena,
                              tr(c->lang, N_("%s shows the certificate of %s, who serves other bodies: that "
                                             "is in order.")),
                              l->seen.host, who),
                 2);
        return;
    }
    cli_wrap(arena_printf(&c->arena, tr(c->lang, N_("%s shows a certificate made out to %s, and the body is %s.")),
                          l->seen.host, who, named(c, b->body->name, b->body->nif)),
             2);
    cli_wrap(tr(c->lang, N_("The body: install the certificate that was issued to it. Our team: if it is in order, "
                            "correct the NIF in the list of bodies or the address in the registry.")),
             2);
}

/* What stands in between, and who finds out whose it is. */
static void explain_middlebox(struct cli *c, const struct sweep_line *l)
{
    if (!l->middlebox || l->leaf == NULL)
        return;
    cli_wrap(arena_printf(&c->arena,
                          tr(c->lang, N_("The certificate that %s shows was made up on the way, by %s: what it says is "
                                         "not of the body.")),
                          l->seen.host, l->leaf->issuer_name[0] == '\0' ? l->leaf->issuer : l->leaf->issuer_name),
             2);
    cli_wrap(tr(c->lang, N_("Our team: ask the body whether its firewall opens TLS, or whether it is our own; if it is "
                            "theirs, mark the body as not verifiable.")),
             2);
}

static void explain(struct cli *c, const struct sweep_body *b, const struct sweep_line *l)
{
    static const char *const parts[] = {N_("Connection"), N_("Trust"), N_("Application")};
    explain_head(c, b, l);
    for (int p = 0; p < VERDICT_PARTS; p++) {
        enum body_state s = state_of(l->seen.verdict[p]);
        printf("  %s %s (%s)\n", body_state_glyph(s), tr(c->lang, parts[p]), verdict_text(l->seen.verdict[p]));
        cli_wrap(reason(c, l, (enum verdict_part)p), 4);
        if (verdict_class(l->seen.verdict[p]) != VERDICT_GOOD)
            cli_wrap(advice(c, l, (enum verdict_part)p), 4);
    }
    cli_wrap(tr(c->lang, reconciliation_text(b->reconciliation)), 2);
    explain_owner(c, b, l);
    explain_middlebox(c, l);
    if (b->silence != NULL)
        explain_silence(c, b->silence);
}

/* What needs a person first: down, then not to be trusted, then a registry that disagrees, then notices. */
static int concern(const struct sweep_body *b)
{
    int worst = b->outcome == OUTCOME_FAILED ? 0 : 4;
    for (size_t k = 0; k < b->line_count; k++) {
        enum verdict_class trust = verdict_class(b->lines[k].seen.verdict[VERDICT_TRUST]);
        int here = trust == VERDICT_BAD                           ? 1
                   : b->reconciliation != RECONCILIATION_AGREES   ? 2
                   : trust == VERDICT_NOTICE || b->line_count > 1 ? 3
                                                                  : 4;
        worst = here < worst ? here : worst;
    }
    return worst;
}

static int by_concern(const void *a, const void *b)
{
    const struct sweep_body *x = *(const struct sweep_body *const *)a, *y = *(const struct sweep_body *const *)b;
    int order = concern(x) - concern(y);
    return order != 0 ? order : strcmp(x->body->sort_key, y->body->sort_key);
}

/* The short name; with the address when it tells something, because the body has several. */
static const char *body_cell(struct cli *c, const struct sweep_body *b, const struct sweep_line *l)
{
    enum { NAME_BYTES = 9 }; /* an IPv4 address beside it fits the column */
    const char *name = name_short(&c->arena, str_of(b->body->name));
    struct str cut = str_utf8_cut(str_of(name), NAME_BYTES);
    if (b->line_count == 1)
        return name;
    return arena_printf(&c->arena, "%.*s%s %s", STR_ARG(cut), cut.n < strlen(name) ? "…" : "", l->seen.address);
}

static void print_table(struct cli *c, const struct sweep *s)
{
    static const struct cli_column columns[] = {
        {N_("Body"), ALIGN_LEFT, 24, 44},    {N_("Connection"), ALIGN_LEFT, 10, 22},
        {N_("Trust"), ALIGN_LEFT, 10, 22},   {N_("Application"), ALIGN_LEFT, 10, 19},
        {N_("Registry"), ALIGN_LEFT, 8, 16},
    };
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    const struct sweep_body **sorted = arena_array(&c->arena, const struct sweep_body *, s->body_count);
    size_t shown = 0;
    for (size_t i = 0; i < s->body_count; i++)
        sorted[i] = &s->bodies[i];
    if (s->body_count > 0)
        qsort(sorted, s->body_count, sizeof *sorted, by_concern);
    for (size_t i = 0; i < s->body_count; i++) {
        const struct sweep_body *b = sorted[i];
        for (size_t k = 0; k < b->line_count; k++) {
            const struct sweep_line *l = &b->lines[k];
            if (!worth_showing(c, b, l))
                continue;
            shown++;
            if (c->value[OPT_EXPLAIN] != NULL) {
                explain(c, b, l);
                continue;
            }
            cli_cell(t, body_cell(c, b, l), NULL);
            for (int p = 0; p < VERDICT_PARTS; p++)
                cell_verdict(c, t, l->seen.verdict[p]);
            cli_cell(t, tr(c->lang, reconciliation_words(b->reconciliation)), NULL);
        }
    }
    if (shown > 0 && c->value[OPT_EXPLAIN] == NULL)
        cli_table_print(t);
    cli_table_free(t);
}

static void print_summary(struct cli *c, const struct sweep *s)
{
    if (s->us)
        cli_say(c,
                N_("It is our own network: %zu of %zu bodies gave no answer at all, so nothing was concluded of any."),
                s->counts.failed_network, s->counts.bodies);
    cli_say(c, N_("%zu bodies checked in %lld ms: %zu answer, %zu do not."), s->body_count,
            (long long)((s->ended - s->started) / 1000), s->up, s->failed);
    for (size_t i = 0; i < s->body_count; i++) {
        const struct sweep_body *b = &s->bodies[i];
        char day[DAY_TEXT_BYTES];
        if (b->silence != NULL && b->outcome == OUTCOME_FAILED)
            cli_say(c, N_("%s does not answer and is silent until %s (%s): it does not count as down."), b->body->name,
                    day_dmy(b->silence->until, day), b->silence->reason);
    }
    if (s->went_down > 0 || s->recovered > 0)
        cli_say(c, N_("%zu went down, %zu recovered."), s->went_down, s->recovered);
    if (s->body_count > 0 && c->word_count == 0 && c->value[OPT_ALL] == NULL)
        cli_say(c,
                N_("Only what needs a look is shown; --all shows everything, --explain the reasons and what to do."));
}

static bool run_sweep(struct cli *c, struct err *e)
{
    struct desk d;
    struct sweep s;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    struct cli_progress progress = {.cli = c, .what = tr(c->lang, N_("Checking"))};
    struct sweep_options o = {
        .kind = "manual",
        .names = c->words,
        .name_count = c->word_count,
        .progress = cli_progress_update,
        .progress_context = &progress,
        .stop_fd = -1,
    };
    bool ok = sweep_run(&d, &o, &c->arena, &s, e);
    cli_progress_end(&progress);
    if (ok && c->json) {
        ok = print_json(c, &s, e);
    } else if (ok) {
        print_table(c, &s);
        print_summary(c, &s);
    }
    desk_close(&d);
    return ok;
}

const struct command command_sweep = {
    .name = "sweep",
    .task = TASK_LOOK,
    .usage = N_("[BODY…]"),
    .summary = N_("check now what the endpoints really serve, on each of their addresses"),
    .more = N_("Each address gets three verdicts: connection, trust and application. A body that fails once is asked "
               "again; it "
               "is down after probe.failures failed rounds over probe.minutes minutes, and then its outage is opened. "
               "One that "
               "answers again closes the outage that a round opened. When it is our own network that fails, nothing is "
               "concluded of any body."),
    .max_words = 1000,
    .options = {OPT_ALL, OPT_EXPLAIN, OPT_END},
    .run = run_sweep,
};
