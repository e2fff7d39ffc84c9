/* One integration: all that is known of it, what is to be done next, and its forms. Here the requests; what is written
 * is in integration_*.c. */
#include <inttypes.h>

#include "base/text.h"
#include "web/integration_page.h"
#include "web/pages.h"
#include "web/pages_data.h"
#include "web/words.h"

const char *integration_path(struct call *c, int64_t id)
{
    return arena_printf(call_arena(c), INTEGRATIONS "/%" PRId64, id);
}

enum body_state integration_look(enum integration_state s)
{
    if (s == INTEGRATION_PRO)
        return STATE_GOOD;
    if (!integration_state_open(s))
        return STATE_EXCLUDED;
    return integration_state_turn(s) == INTEGRATION_TURN_REQUESTER ? STATE_UNKNOWN : STATE_SOON;
}

const char *integration_age_words(struct call *c, const struct integration *x)
{
    int age = integration_age(x->since_day, c->desk->by.day);
    return age == 0 ? call_tr(c, N_("since today"))
                    : words_count(call_arena(c), c->lang, N_("for %zu day"), N_("for %zu days"), (size_t)age);
}

/* ------------------------------------------------------------------ the page */

static void write_done(struct call *c, const struct integration *x)
{
    static const char *const words[][2] = {
        {"document", N_("The files are kept; what was found stands below.")},
        {"confirma", N_("What was read is confirmed.")},
        {"accepta", N_("The document is taken.")},
        {"dades", N_("The details are corrected; what was confirmed before is to be confirmed again.")},
        {"nova", N_("The integration is open.")},
        {"falten", N_("The integration is open. Not all of its files were taken: bring those that miss below.")},
    };
    const char *what = call_query(c, "fet");
    if (what[0] == '\0')
        return;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i][0], what) == 0) {
            part_notice(c, true, call_tr(c, N_("Done.")), call_tr(c, words[i][1]));
            return;
        }
    }
    part_notice(c, true, call_tr(c, N_("Done.")),
                words_capital(call_arena(c), call_tr(c, integration_state_words(x->state))));
}

/* What was refused and has no form here any more is told at the top. */
static bool is_stale(const struct integration_page *p)
{
    const char *seen = call_field(p->c, "versio");
    int64_t version;
    return p->refused != NULL && str_to_int64(str_of(seen), 1, INT64_MAX, &version) &&
           version != p->v.integration.version;
}

void integration_show(struct integration_page *p, int status)
{
    struct call *c = p->c;
    const struct integration *x = &p->v.integration;
    p->shown = INTEGRATION_EVENT_COUNT;
    layout_begin(c, x->name, p->by_link ? "" : INTEGRATIONS);
    layout_head_open(c, x->name,
                     arena_printf(call_arena(c), "%s%s%s · %s", x->fp, x->company[0] == '\0' ? "" : " · ", x->company,
                                  integration_age_words(c, x)));
    part_state(c, integration_look(x->state), call_tr(c, integration_state_words(x->state)));
    layout_head_close(c);
    if (p->refused == NULL)
        write_done(c, x);
    else if (is_stale(p) || p->by_link) {
        part_notice(c, false, call_tr(c, N_("Not done:")), p->refused->refused);
        struct form *told = arena_new(call_arena(c), struct form);
        *told = *p->refused;
        told->refused = "";
        p->refused = told;
    }
    if (p->v.alarm != INTEGRATION_ALARM_NONE)
        part_notice(c, false, words_capital(call_arena(c), call_tr(c, integration_alarm_words(p->v.alarm))),
                    p->v.cda == NULL || p->v.cda->not_after == INSTANT_NONE
                        ? ""
                        : words_date(call_arena(c), c->lang, day_madrid(p->v.cda->not_after)));
    integration_write_way(p);
    integration_write_next(p);
    integration_write_missing(p);
    integration_write_documents(p);
    integration_write_tests(p);
    integration_write_facts(p);
    integration_write_deeds(p);
    integration_write_letters(p);
    integration_write_story(p);
    layout_end(c);
    call_page(c, status);
}

static void fail(struct call *c, const struct err *e)
{
    if (e->code == ERR_UNKNOWN) {
        call_problem(c, 404, N_("There is no integration with this number."));
        return;
    }
    c->err = *e;
    call_failed(c);
}

/* What waits and nobody checks (the store did not answer for a while, another machine's role died) is taken up. */
static void go_on(struct integration_page *p)
{
    struct call *c = p->c;
    struct err e = {.lang = c->lang};
    const struct job_request job = {.kind = JOB_DOCUMENTS, .about = c->id, .by = &c->desk->by, .lang = c->lang};
    enum job_begun begun;
    if (integration_checks(p) && !job_runs(&c->site->jobs, JOB_DOCUMENTS, 0) &&
        !job_begin(&c->site->jobs, &job, &begun, &e))
        site_say(c->site, "%s", e.log);
}

/* *p is filled; false after an answer. */
static bool load(struct call *c, struct integration_page *p, const struct form *refused)
{
    struct err e = {.lang = c->lang};
    *p = (struct integration_page){.c = c, .action = integration_path(c, c->id), .refused = refused};
    if (onboard_view(c->desk, call_arena(c), c->id, &p->v, &e)) {
        go_on(p);
        return true;
    }
    fail(c, &e);
    return false;
}

static void show_one(struct call *c, const struct form *refused, int status)
{
    struct integration_page p;
    if (!load(c, &p, refused))
        return;
    if (integration_checks(&p))
        call_header(c, "Refresh", arena_printf(call_arena(c), "2; url=%s", p.action));
    integration_show(&p, status);
}

void page_integration(struct call *c)
{
    show_one(c, NULL, 200);
}

void page_integration_checking(struct call *c)
{
    struct integration_page p;
    if (!load(c, &p, NULL))
        return;
    integration_write_checking(&p);
    call_page(c, 200);
}

void page_homologation(struct call *c)
{
    struct buf page = BUF_INIT(LIMIT_WEB_PAGE_BYTES);
    bool pdf = strcmp(call_query(c, "format"), "pdf") == 0;
    if (onboard_homologation(c->desk, c->id, pdf, &page, &c->err)) {
        if (pdf)
            call_file(c, "homologacio.pdf", "application/pdf", &page);
        else
            call_framed(c, &page);
        return;
    }
    buf_release(&page);
    struct err e = c->err;
    fail(c, &e);
}

/* The bytes as they came, to be kept as a file: nothing of them runs here. */
void page_integration_file(struct call *c)
{
    struct buf bytes = BUF_INIT(LIMIT_DOCUMENT_BYTES + 1);
    struct integration_file f;
    int64_t id = 0;
    struct err e = {.lang = c->lang};
    if (!str_to_int64(str_of(call_path_end(c)), 1, INT64_MAX, &id)) {
        call_problem(c, 404, N_("There is no such document."));
    } else if (onboard_file_bytes(c->desk, c->id, id, &bytes, &f, &e)) {
        char *name = arena_strdup(call_arena(c), f.name);
        for (char *s = name; *s != '\0'; s++)
            *s = (*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || *s == '.' ? *s
                                                                                                               : '_';
        call_file(c, name, "application/octet-stream", &bytes);
    } else {
        buf_release(&bytes);
        fail(c, &e);
    }
}

/* ------------------------------------------------------------------ its forms */

/* Done: back to the page; refused: the page with the form as it was sent. */
static void finish(struct call *c, bool ok, const char *what)
{
    struct form refused;
    if (ok)
        call_redirect(c, arena_printf(call_arena(c), "%s?fet=%s", integration_path(c, c->id), what));
    else if (c->err.code == ERR_UNKNOWN)
        call_problem(c, 404, N_("There is no integration with this number."));
    else if (form_refuse(c, &refused))
        show_one(c, &refused, 422);
}

static int64_t version_seen(struct call *c)
{
    int64_t version = 0;
    (void)str_to_int64(str_of(call_field(c, "versio")), 1, INT64_MAX, &version);
    return version;
}

void form_integration(struct call *c)
{
    struct integration x;
    struct onboard_deed w = {.id = c->id,
                             .reason = call_field(c, "motiu"),
                             .expect = version_seen(c),
                             .tell = strcmp(call_field(c, "avisa"), "si") == 0};
    finish(c, integration_read_deed(c, &w.event) && onboard_move(c->desk, &w, &x, &c->err), "fet");
}

/* Lines of a text area, "" left out; in the arena. */
static size_t lines_read(struct call *c, const char *name, const char *const **ret)
{
    struct str rest = str_of(call_field(c, name)), line;
    const char **list = arena_array(call_arena(c), const char *, LIMIT_GATEWAY_RANGES + 2);
    size_t count = 0;
    while (count <= LIMIT_GATEWAY_RANGES && str_split(&rest, '\n', &line)) {
        line = str_trim(line);
        if (line.n > 0)
            list[count++] = arena_text(call_arena(c), line);
    }
    *ret = list;
    return count;
}

static void form_confirm(struct call *c)
{
    struct integration x;
    struct onboard_confirm w = {
        .contact = call_field(c, "contacte"), .email = call_field(c, "correu"), .expect = version_seen(c)};
    w.address_count = lines_read(c, "adreces", &w.addresses);
    finish(c, onboard_confirm(c->desk, c->id, &w, &x, &c->err), "confirma");
}

static void form_accept(struct call *c)
{
    struct integration x;
    int64_t file = 0;
    bool ok = str_to_int64(str_of(call_field(c, "document")), 1, INT64_MAX, &file) ||
              err_set(&c->err, ERR_VALUE, N_("say which document"));
    ok = ok && (call_field(c, "motiu")[0] != '\0' || err_set(&c->err, ERR_VALUE, N_("say why it is taken")));
    finish(c, ok && onboard_accept(c->desk, c->id, file, call_field(c, "motiu"), &x, &c->err), "accepta");
}

static void form_details(struct call *c)
{
    struct integration x;
    enum lang lang = LANG_CA;
    struct onboard_edit w = {.company = call_field(c, "empresa"),
                             .company_nif = call_field(c, "nif"),
                             .contact = call_field(c, "contacte"),
                             .email = call_field(c, "correu"),
                             .authority = call_field(c, "escrit"),
                             .lang = &lang,
                             .expect = version_seen(c)};
    bool ok = lang_parse(call_field(c, "llengua"), &lang) ||
              err_set(&c->err, ERR_VALUE, N_("there is no language \"%s\"; ca, es and en are known"),
                      call_field(c, "llengua"));
    finish(c, ok && onboard_change(c->desk, c->id, &w, &x, &c->err), "dades");
}

static void form_documents(struct call *c)
{
    size_t count = 0;
    struct onboard_view v;
    bool ok = onboard_view(c->desk, call_arena(c), c->id, &v, &c->err) && integration_take_files(c, c->id, &count);
    /* What was taken before another was too much is checked all the same. */
    if (count > 0) {
        struct err why = c->err;
        err_clear(&c->err);
        if (!integration_begin_checking(c, c->id)) {
            call_failed(c);
            return;
        }
        c->err = why;
    } else if (ok) {
        ok = err_set(&c->err, ERR_VALUE, N_("choose the files to be brought, or drop them on the form"));
    }
    finish(c, ok, "document");
}

static void form_again(struct call *c)
{
    int64_t file = 0;
    bool ok = (str_to_int64(str_of(call_field(c, "fitxer")), 1, INT64_MAX, &file) ||
               err_set(&c->err, ERR_VALUE, N_("say which document"))) &&
              onboard_check_again(c->desk, c->id, file, &c->err) && integration_begin_checking(c, c->id);
    finish(c, ok, "document");
}

void form_integration_part(struct call *c)
{
    static const struct {
        const char *what;
        void (*run)(struct call *c);
    } parts[] = {{"confirma", form_confirm},
                 {"accepta", form_accept},
                 {"dades", form_details},
                 {"documents", form_documents},
                 {"torna-hi", form_again}};
    const char *what = call_path_end(c);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(parts[i].what, what) == 0)
            parts[i].run(c);
    }
}
