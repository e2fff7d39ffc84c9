/* Looking at integrations: one with everything, and which one a person means. */
#include "base/text.h"
#include "core/name.h"
#include "flow/onboard_run.h"

bool onboard_list(struct desk *d, struct arena *a, unsigned states, struct integration **ret, size_t *ret_count,
                  struct err *e)
{
    struct tx tx = {0};
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && integrations_load(&tx, a, states, ret, ret_count, e);
    tx_rollback(&tx);
    return ok;
}

/* How well it fits: 3 the request or the number itself, 2 the body's code or name, 0 not at all. */
static int fits(struct arena *a, const struct integration *x, const char *text, const char *fold, const char *code)
{
    if (strcmp(x->fp, text) == 0 || strcmp(text_fold(a, str_of(x->fp)), fold) == 0 ||
        (text[0] == '#' && strcmp(arena_printf(a, "#%lld", (long long)x->id), text) == 0))
        return 3;
    if ((code[0] != '\0' && strcmp(x->ine10, code) == 0) || strcmp(text_fold(a, str_of(x->name)), fold) == 0 ||
        strcmp(name_key(a, str_of(x->name)), name_key(a, str_of(text))) == 0)
        return 2;
    return 0;
}

bool onboard_find(struct desk *d, const char *text, struct integration *ret, struct err *e)
{
    struct integration *list;
    struct arena *a = &d->arena;
    size_t count, open = 0;
    const struct integration *best = NULL;
    char code[INE10_BYTES] = "";
    const char *fold = text_fold(a, str_of(text));
    int most = 0;
    if (ine10_parse(str_of(text), code) == INE10_FORMAT || strlen(text) < 9)
        code[0] = '\0';
    if (!onboard_list(d, a, 0, &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) { /* newest first */
        int how = fits(a, &list[i], text, fold, code);
        bool is_open = integration_state_open(list[i].state);
        if (how == 2 && is_open)
            open++;
        if (how > most || (how == 2 && most == 2 && is_open && !integration_state_open(best->state))) {
            best = &list[i];
            most = how;
        }
    }
    if (best == NULL)
        return err_set(e, ERR_UNKNOWN, N_("there is no integration \"%s\"; `talaia integration list` shows them"),
                       text);
    if (most == 2 && open > 1)
        return err_set(e, ERR_AMBIGUOUS, N_("%s has %zu integrations under way; name the request (FP)"), best->name,
                       open);
    *ret = *best;
    return true;
}

static bool view_findings(struct tx *tx, struct arena *a, struct onboard_view *v, struct err *e)
{
    v->findings = arena_array(a, struct integration_finding *, v->file_count + 1);
    v->finding_counts = arena_array(a, size_t, v->file_count + 1);
    for (size_t i = 0; i < v->file_count; i++) {
        if (!integration_findings_load(tx, a, v->files[i].id, &v->findings[i], &v->finding_counts[i], e))
            return false;
    }
    return true;
}

static bool view_letters(struct tx *tx, struct arena *a, struct onboard_view *v, struct err *e)
{
    bool found;
    if (!integration_letters_load(tx, a, v->integration.id, &v->letters, &v->letter_count, e))
        return false;
    v->messages = arena_array(a, struct message, v->letter_count + 1);
    for (size_t i = 0; i < v->letter_count; i++) {
        if (!message_get(tx, a, v->letters[i].message_id, &v->messages[i], &found, e))
            return false;
    }
    return true;
}

bool onboard_view(struct desk *d, struct arena *a, int64_t id, struct onboard_view *ret, struct err *e)
{
    struct tx tx = {0};
    struct onboarding o = {.desk = d, .tx = &tx, .arena = a};
    struct onboard_view v = {.filed_problem = ""};
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && onboarding_load(&o, id, e);
    if (ok) {
        v.integration = o.x;
        v.files = o.files;
        v.file_count = o.file_count;
        bool tested = o.x.state >= INTEGRATION_PRE && o.x.state <= INTEGRATION_PRO;
        ok = view_findings(&tx, a, &v, e) && integration_waiting_load(&tx, a, id, &v.waiting, &v.waiting_count, e) &&
             integration_steps_load(&tx, a, id, &v.steps, &v.step_count, e) && view_letters(&tx, a, &v, e) &&
             eligible_history(&tx, a, name_key(a, str_of(o.x.name)), o.x.ine10, &v.listed, &v.listed_count, e) &&
             (!tested || onboard_tests_load(&o, e));
        ok = ok && onboard_cda_load(&o, e);
        if (ok && o.x.folder[0] != '\0')
            v.filed_problem = onboard_place_problem(&o);
    }
    tx_rollback(&tx);
    if (!ok)
        return false;
    o.facts.homologated = o.tests.complete;
    o.facts.filed = o.facts.filed && v.filed_problem[0] == '\0';
    v.facts = o.facts;
    v.tests = o.tests;
    v.age = integration_age(o.x.since_day, d->by.day);
    v.cda = o.cda;
    if (o.cda != NULL)
        v.alarm = integration_cda_alarm(&o.cda->rule, d->files.profile.thresholds, d->files.profile.threshold_count,
                                        d->by.day);
    v.turn = integration_state_turn(o.x.state);
    v.ask = integration_to_ask(&o.facts);
    v.missing =
        integration_missing(&o.facts) & ~(INTEGRATION_BIT(REASON) | INTEGRATION_BIT(MISSING) | INTEGRATION_BIT(NEXT));
    if (o.x.state < INTEGRATION_PRE) /* nobody can have tested yet */
        v.missing &= ~INTEGRATION_BIT(HOMOLOGATED);
    *ret = v;
    return true;
}

bool onboard_file_bytes(struct desk *d, int64_t id, int64_t file_id, struct buf *to, struct integration_file *ret,
                        struct err *e)
{
    struct tx tx = {0};
    struct onboarding o = {.desk = d, .tx = &tx, .arena = &d->arena};
    const struct integration_file *file = NULL;
    bool found = false;
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && onboarding_load(&o, id, e);
    for (size_t i = 0; ok && i < o.file_count; i++)
        file = o.files[i].id == file_id ? &o.files[i] : file;
    if (ok && file != NULL)
        ok = integration_file_bytes(&tx, file_id, to, &found, e);
    tx_rollback(&tx);
    if (!ok)
        return false;
    if (!found)
        return err_set(e, ERR_UNKNOWN, N_("%s has no file %lld that is kept"), o.x.fp, (long long)file_id);
    *ret = *file;
    return true;
}
