/* Homologation from evidence: what the gateway's log has of the body, judged by core/homologation.h, and the document
 * that shows it. */
#include "flow/onboard_run.h"
#include "record/gateway_log.h"
#include "report/paper.h"

#define LOOK_DAYS 31    /* further back only what is too old would be found */
#define LOOK_MOST 20000 /* requests of one body in that time */

bool onboard_tests_load(struct onboarding *o, struct err *e)
{
    const struct gateway_filter filter = {.ine10 = o->x.ine10,
                                          .since = o->desk->by.at - LOOK_DAYS * 86400 * INSTANT_PER_SECOND,
                                          .until = INSTANT_NONE,
                                          .most = LOOK_MOST};
    const char **own = arena_array(o->arena, const char *, o->file_count + 1);
    size_t own_count = 0;
    for (size_t i = 0; i < o->file_count; i++) { /* its CDA, and one whose place was taken while it still counts */
        const struct integration_file *f = &o->files[i];
        if (f->role == INTEGRATION_ROLE_CDA &&
            (!f->replaced || (f->until != INSTANT_NONE && f->until > o->desk->by.at)))
            own[own_count++] = f->fingerprint;
    }
    struct gateway_log_row *rows;
    size_t count;
    if (!gateway_log_load(o->tx, o->arena, &filter, &rows, &count, e))
        return false;
    struct homologation_request *list = arena_array(o->arena, struct homologation_request, count + 1);
    for (size_t i = 0; i < count; i++)
        list[i] = (struct homologation_request){.log_id = rows[i].id,
                                                .modality = rows[i].modality,
                                                .request = rows[i].request,
                                                .certificate = rows[i].certificate,
                                                .result = rows[i].result,
                                                .at = rows[i].at,
                                                .outcome = rows[i].outcome};
    o->requests = list;
    o->request_count = count;
    homologation_judge(list, count, own, own_count, o->desk->by.at, &o->tests);
    return true;
}

bool onboard_tests_keep(struct onboarding *o, struct err *e)
{
    bool ok = true;
    for (int m = 0; ok && m < HOMOLOGATION_COUNT; m++) {
        const struct homologation_request *r = o->tests.tests[m].request;
        if (r == NULL)
            return err_set(e, ERR_INTERNAL, N_("a test is not there any more"));
        const struct integration_test t = {.modality = r->modality,
                                           .request = r->request,
                                           .result = r->result,
                                           .certificate = r->certificate,
                                           .log_id = r->log_id,
                                           .at = r->at,
                                           .asked = o->desk->by.at};
        ok = integration_test_add(o->tx, o->x.id, &t, e);
    }
    return ok;
}

/* ------------------------------------------------------------------ the document */

struct row {
    const char *modality, *request, *result, *words;
    instant_t at;
};

/* As they were when production was asked for; before that, as they are now. */
static bool rows_of(struct onboarding *o, struct row *rows, size_t *ret_count, instant_t *ret_asked, struct err *e)
{
    enum lang lang = o->desk->files.profile.language;
    struct integration_test *kept;
    size_t count;
    if (!integration_tests_load(o->tx, o->arena, o->x.id, &kept, &count, e))
        return false;
    if (count > 0 && o->x.state != INTEGRATION_PRE) {
        for (size_t i = 0; i < count && i < HOMOLOGATION_COUNT; i++)
            rows[i] = (struct row){kept[i].modality, kept[i].request, kept[i].result,
                                   tr(lang, homologation_lack_words(HOMOLOGATION_LACKS_GOOD)), kept[i].at};
        *ret_asked = kept[0].asked;
        *ret_count = count < HOMOLOGATION_COUNT ? count : HOMOLOGATION_COUNT;
        return true;
    }
    if (!onboard_tests_load(o, e))
        return false;
    for (int m = 0; m < HOMOLOGATION_COUNT; m++) {
        const struct homologation_request *r = o->tests.tests[m].request;
        rows[m] = (struct row){homologation_modality((enum homologation_modality)m), r == NULL ? "" : r->request,
                               r == NULL ? "" : r->result, tr(lang, homologation_lack_words(o->tests.tests[m].lack)),
                               r == NULL ? INSTANT_NONE : r->at};
    }
    *ret_asked = o->desk->by.at;
    *ret_count = HOMOLOGATION_COUNT;
    return true;
}

/* Everything in the arena. */
static struct paper paper_of(struct onboarding *o, const struct row *rows, size_t count, instant_t asked)
{
    static const double weights[] = {26, 16, 34, 8, 16};
    enum { COLUMNS = sizeof weights / sizeof *weights };
    enum lang lang = o->desk->files.profile.language;
    struct arena *a = o->arena;
    const struct integration_file *cda = onboarding_file(o, INTEGRATION_ROLE_CDA);
    const char **heads = arena_array(a, const char *, COLUMNS),
               **cells = arena_array(a, const char *, COLUMNS *count + 1);
    char at[INSTANT_TEXT_BYTES], made[INSTANT_TEXT_BYTES];
    const char *const words[] = {N_("Modality"), N_("Date and time"), N_("Request"), N_("Code"), N_("Result")};
    for (size_t c = 0; c < COLUMNS; c++)
        heads[c] = tr(lang, words[c]);
    for (size_t r = 0; r < count; r++) {
        const char *const row[] = {rows[r].modality,
                                   rows[r].at == INSTANT_NONE ? "" : arena_strdup(a, instant_madrid(rows[r].at, at)),
                                   rows[r].request, rows[r].result, rows[r].words};
        memcpy(cells + r * COLUMNS, row, sizeof row);
    }
    const struct paper_fact facts[] = {
        {tr(lang, N_("Body")), arena_printf(a, "%s (INE10 %s, NIF %s)", o->x.name, o->x.ine10, o->x.nif)},
        {tr(lang, N_("Company")), o->x.company[0] == '\0' ? o->x.name : o->x.company},
        {"FP", o->x.fp},
        {"CDA", cda == NULL ? "-" : arena_printf(a, "%s, SHA-256 %s", cda->signer, cda->fingerprint)},
        {tr(lang, N_("As of")), arena_strdup(a, instant_madrid(asked, at))},
    };
    struct paper_fact *kept = arena_array(a, struct paper_fact, sizeof facts / sizeof *facts);
    memcpy(kept, facts, sizeof facts);
    return (struct paper){
        .lang = lang,
        .title = tr(lang, N_("Homologation of the integration with Hèstia")),
        .name = arena_printf(a, "%s %s", o->x.fp, o->x.name),
        .facts = kept,
        .fact_count = sizeof facts / sizeof *facts,
        .heads = heads,
        .weights = weights,
        .column_count = COLUMNS,
        .cells = cells,
        .row_count = count,
        .note = tr(lang, N_("Each request carries the body's own INE10 code in DatosAutorizacion and the consortium's "
                            "as the requester, is signed with the CDA of this integration, has an IdPeticion of its "
                            "own, and was answered by the pre-production gateway, whose log this is taken from.")),
        .made = arena_strdup(a, instant_iso(asked, made)),
    };
}

bool onboard_homologation(struct desk *d, int64_t id, bool pdf, struct buf *to, struct err *e)
{
    struct tx tx = {0};
    struct onboarding o = {.desk = d, .tx = &tx, .arena = &d->arena, .reason = ""};
    struct row rows[HOMOLOGATION_COUNT];
    size_t count = 0;
    instant_t asked = INSTANT_NONE;
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && onboarding_load(&o, id, e) && rows_of(&o, rows, &count, &asked, e);
    tx_rollback(&tx);
    if (!ok)
        return false;
    const struct paper p = paper_of(&o, rows, count, asked);
    return pdf ? paper_pdf(&p, to, e) : paper_html(&p, to, e);
}
