/* talaia stage, correction, warnings resolve: what a person says of a renewal. */
#include <string.h>

#include "cli/commands.h"
#include "flow/change.h"
#include "flow/renew.h"

/* The desk and the body of the first word. */
static bool open_on(struct cli *c, struct desk *d, const struct body **ret, struct err *e)
{
    if (!cli_open(c, DESK_STORE, d, e))
        return false;
    if (change_find_body(d, c->words[0], ret, e))
        return true;
    desk_close(d);
    return false;
}

/* The word after the first `from` that names a certificate, if it does; *ret_next is the place after it. */
static void take_kind(const struct cli *c, size_t from, bool kinds[CERT_KINDS], size_t *ret_next)
{
    enum cert_kind k;
    *ret_next = from;
    if (c->word_count > from && cert_kind_parse(str_of(c->words[from]), &k)) {
        kinds[k] = true;
        *ret_next = from + 1;
    }
}

static bool finish(struct cli *c, struct desk *d, bool ok, json_t *json, const char *text, struct err *e)
{
    if (ok && c->json)
        ok = cli_json(json_incref(json), e);
    else if (ok)
        cli_wrap(text, 0);
    json_decref(json);
    desk_close(d);
    return ok;
}

/* ------------------------------------------------------------------ stage */

static bool parse_stage(const char *word, enum stage *ret, struct err *e)
{
    if (stage_parse(word, ret) && *ret != STAGE_CHECKED)
        return true;
    if (strcmp(word, "checked") == 0)
        return err_set(e, ERR_USAGE,
                       N_("checked is what the evidence says; where it cannot be seen, `talaia warnings resolve BODY "
                          "--reason \"…\"` confirms it"));
    return err_set(e, ERR_USAGE, N_("a stage is answered, received, installed or registry, not \"%s\""), word);
}

static bool run_stage(struct cli *c, struct err *e)
{
    enum stage stage;
    bool kinds[CERT_KINDS] = {0}, undo = c->value[OPT_UNDO] != NULL;
    size_t next;
    struct desk d;
    const struct body *b;
    day_t day;
    take_kind(c, 2, kinds, &next);
    const char *note = c->word_count > next ? c->words[next] : "";
    if (c->word_count > next + 1)
        return err_set(e, ERR_USAGE, N_("too many words; put the note between quotes"));
    if (!parse_stage(c->words[1], &stage, e) || !open_on(c, &d, &b, e))
        return false;
    bool ok = cli_date(c, &d, &day, e);
    if (ok && stage == STAGE_ANSWERED && !undo) {
        ok = change_answered(&d, b, kinds, note, e);
    } else {
        ok = ok && renew_stage(&d, b, kinds, stage, day, note, undo, e);
    }
    json_t *json =
        ok ? json_pack("{s:s,s:s,s:b}", "body", b->description, "stage", stage_code(stage), "undone", (int)undo) : NULL;
    const char *format = undo ? N_("%s: no longer noted as %s.") : N_("%s: noted as %s.");
    const char *text = ok ? arena_printf(&c->arena, tr(c->lang, format), b->name, tr(c->lang, stage_words(stage))) : "";
    return finish(c, &d, ok, json, text, e);
}

const struct command command_stage = {
    .name = "stage",
    .task = TASK_WARN,
    .usage = N_("BODY answered|received|installed|registry [CDS|CDA] [\"note\"]"),
    .summary = N_("how far the renewal of a certificate is"),
    .more = N_("Each stage becomes a dated line of the comment, and no further warning goes out for that certificate. "
               "Without CDS or CDA it is the one under way. That it is renewed and checked is what the evidence says: "
               "the registry, the rounds of checks. --undo takes a stage back; its note says why."),
    .min_words = 2,
    .max_words = 4,
    .options = {OPT_DATE, OPT_UNDO, OPT_END},
    .run = run_stage,
};

/* ------------------------------------------------------------------ correction */

static bool need_reason(const struct cli *c, struct err *e)
{
    return c->value[OPT_REASON] != NULL || err_set(e, ERR_USAGE, N_("--reason is needed: say why"));
}

static bool run_correction(struct cli *c, struct err *e)
{
    enum cert_kind kind;
    bool undo = c->value[OPT_UNDO] != NULL;
    struct desk d;
    const struct body *b;
    struct renew_dates dates;
    char wrong[DAY_TEXT_BYTES], right[DAY_TEXT_BYTES];
    if (!cert_kind_parse(str_of(c->words[1]), &kind))
        return err_set(e, ERR_USAGE, N_("which certificate: CDS or CDA, not \"%s\""), c->words[1]);
    if (!need_reason(c, e) || !open_on(c, &d, &b, e))
        return false;
    bool ok = renew_correct(&d, b, kind, c->value[OPT_REASON], undo, &dates, e);
    json_t *json =
        ok ? json_pack("{s:s,s:s,s:o,s:o,s:b}", "body", b->description, "certificate", cert_kind_code(kind), "wrong",
                       json_day(dates.wrong), "corrected", json_day(dates.corrected), "undone", (int)undo)
           : NULL;
    const char *format =
        undo ? N_("%s: the %s of %s is a renewal of its own again, not a correction of %s.")
             : N_("%s: the %s of %s goes on with its case, its warnings and its comment; %s was a mistake.");
    const char *text = ok ? arena_printf(&c->arena, tr(c->lang, format), b->name, cert_kind_code(kind),
                                         day_dmy(dates.corrected, right), day_dmy(dates.wrong, wrong))
                          : "";
    return finish(c, &d, ok, json, text, e);
}

const struct command command_correction = {
    .name = "correction",
    .task = TASK_WARN,
    .usage = N_("BODY CDS|CDA"),
    .summary = N_("the registry's new date corrects a mistake: it is no renewal"),
    .more =
        N_("After an import that shows a changed date. The renewal goes on under the new date with its case, ticket, "
           "comment and the warnings already given; the subject of its thread stays as it is. --undo: it was a "
           "renewal after all."),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_REASON, OPT_UNDO, OPT_END},
    .run = run_correction,
};

/* ------------------------------------------------------------------ warnings resolve */

static bool run_resolve(struct cli *c, struct err *e)
{
    bool kinds[CERT_KINDS] = {0}, undo = c->value[OPT_UNDO] != NULL, closed = false;
    size_t next;
    struct desk d;
    const struct body *b;
    take_kind(c, 1, kinds, &next);
    if (c->word_count > next)
        return err_set(e, ERR_USAGE, N_("which certificate: CDS or CDA, not \"%s\""), c->words[next]);
    if (!need_reason(c, e) || !open_on(c, &d, &b, e))
        return false;
    bool ok = renew_resolve(&d, b, kinds, c->value[OPT_REASON], undo, &closed, e);
    json_t *json =
        ok ? json_pack("{s:s,s:b,s:b}", "body", b->description, "closed", (int)closed, "undone", (int)undo) : NULL;
    const char *format = undo     ? N_("%s: the confirmation is taken back; its case is open again.")
                         : closed ? N_("%s: confirmed; its case is closed.")
                                  : N_("%s: confirmed; its case goes on with the other certificate.");
    const char *text = ok ? arena_printf(&c->arena, tr(c->lang, format), b->name) : "";
    return finish(c, &d, ok, json, text, e);
}

const struct command command_warnings_resolve = {
    .name = "warnings resolve",
    .task = TASK_WARN,
    .usage = N_("BODY [CDS|CDA]"),
    .summary = N_("a person confirms that a certificate is renewed and checked"),
    .more =
        N_("For what cannot be seen from here: a CDA, a body that blocks us, one that is not checked. The reason is "
           "kept. When nothing else is left of the case it is closed: the ticket is told, warnings that have not "
           "left are cancelled, and it stands among the actions done. --undo opens it again."),
    .min_words = 1,
    .max_words = 2,
    .options = {OPT_REASON, OPT_UNDO, OPT_END},
    .run = run_resolve,
};
