/* Homologation from evidence: what the gateway's log has of the body, judged by core/homologation.h, and the document
 * that shows it. */
#include "draw/html.h"
#include "flow/onboard_run.h"
#include "record/gateway_log.h"

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

static void put_row(struct html *h, const struct row *r)
{
    char at[INSTANT_TEXT_BYTES] = "";
    const char *const cells[] = {r->modality, r->at == INSTANT_NONE ? "" : instant_madrid(r->at, at), r->request,
                                 r->result, r->words};
    html_open(h, "tr");
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        html_open(h, "td");
        html_text(h, cells[i]);
        html_close(h);
    }
    html_close(h);
}

static void put_fact(struct html *h, const char *name, const char *value)
{
    html_open(h, "dt");
    html_text(h, name);
    html_close(h);
    html_open(h, "dd");
    html_text(h, value);
    html_close(h);
}

static void put_page(struct onboarding *o, const struct row *rows, size_t count, instant_t asked, struct html *h)
{
    enum lang lang = o->desk->files.profile.language;
    const struct integration_file *cda = onboarding_file(o, INTEGRATION_ROLE_CDA);
    const char *const heads[] = {N_("Modality"), N_("Date and time"), N_("Request"), N_("Code"), N_("Result")};
    char at[INSTANT_TEXT_BYTES];
    html_raw(h, "<!DOCTYPE html>\n");
    html_open(h, "html");
    html_attr(h, "lang", lang_code(lang));
    html_open(h, "head");
    html_open(h, "meta");
    html_attr(h, "charset", "utf-8");
    html_open(h, "title");
    html_text(h, arena_printf(o->arena, "%s %s", o->x.fp, o->x.name));
    html_close(h);
    html_raw(h, "<style>body{font:11pt/1.5 'Noto Sans',Arial,sans-serif;margin:2cm;color:#1a1a1a;background:#fff}"
                "table{border-collapse:collapse;width:100%}td,th{border:1px solid #767676;padding:4px 8px;"
                "text-align:left;overflow-wrap:anywhere}dt{font-weight:bold}@page{size:A4;margin:2cm}</style>");
    html_close(h);
    html_open(h, "body");
    html_open(h, "h1");
    html_text(h, tr(lang, N_("Homologation of the integration with Hèstia")));
    html_close(h);
    html_open(h, "dl");
    put_fact(h, tr(lang, N_("Body")), arena_printf(o->arena, "%s (INE10 %s, NIF %s)", o->x.name, o->x.ine10, o->x.nif));
    put_fact(h, tr(lang, N_("Company")), o->x.company[0] == '\0' ? o->x.name : o->x.company);
    put_fact(h, "FP", o->x.fp);
    put_fact(h, "CDA", cda == NULL ? "-" : arena_printf(o->arena, "%s, SHA-256 %s", cda->signer, cda->fingerprint));
    put_fact(h, tr(lang, N_("As of")), instant_madrid(asked, at));
    html_close(h);
    html_open(h, "table");
    html_open(h, "thead");
    html_open(h, "tr");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        html_open(h, "th");
        html_attr(h, "scope", "col");
        html_text(h, tr(lang, heads[i]));
        html_close(h);
    }
    html_close(h);
    html_close(h);
    html_open(h, "tbody");
    for (size_t i = 0; i < count; i++)
        put_row(h, &rows[i]);
    html_close(h);
    html_close(h);
    html_open(h, "p");
    html_text(h, tr(lang, N_("Each request carries the body's own INE10 code in DatosAutorizacion and the consortium's "
                             "as the requester, is signed with the CDA of this integration, has an IdPeticion of its "
                             "own, and was answered by the pre-production gateway, whose log this is taken from.")));
    html_close(h);
    html_close(h);
    html_close(h);
}

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

bool onboard_homologation(struct desk *d, int64_t id, struct buf *html, struct err *e)
{
    struct tx tx = {0};
    struct onboarding o = {.desk = d, .tx = &tx, .arena = &d->arena, .reason = ""};
    struct row rows[HOMOLOGATION_COUNT];
    struct html h = HTML_INIT(html);
    size_t count = 0;
    instant_t asked = INSTANT_NONE;
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && onboarding_load(&o, id, e) && rows_of(&o, rows, &count, &asked, e);
    tx_rollback(&tx);
    if (!ok)
        return false;
    put_page(&o, rows, count, asked, &h);
    return html_end(&h, e);
}
