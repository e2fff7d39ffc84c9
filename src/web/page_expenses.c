/* Despeses: the calls to the paid number of a month, with what each needs for its claim; amount and statement are given
 * here later, and statements are taken from here. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "flow/expense.h"
#include "flow/incident.h"
#include "web/admin.h"
#include "web/child.h"
#include "web/incident_page.h"
#include "web/pages.h"
#include "web/pages_data.h"
#include "web/words.h"

#define EXPENSES ON_CALL "/despeses"
#define XLSX_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#define XLSX_SECONDS 30

/* ------------------------------------------------------------------ the month */

static day_t month_asked(struct call *c)
{
    day_t first;
    return expense_month(call_query(c, "mes"), &first) ? first : expense_month_of(c->desk->by.at);
}

static const char *month_path(struct call *c, const char *page, day_t first)
{
    char code[8];
    return arena_printf(call_arena(c), "%s?mes=%s", page, expense_month_code(first, code));
}

static const char *own_path(struct call *c, int64_t id, const char *what)
{
    return arena_printf(call_arena(c), EXPENSES "/%" PRId64 "/%s", id, what);
}

static void write_months(struct call *c, day_t first)
{
    struct html *h = &c->html;
    day_t now = expense_month_of(c->desk->by.at);
    html_open(h, "nav");
    html_attr(h, "class", "row tools");
    html_attr(h, "aria-label", call_tr(c, N_("Month")));
    const char *before = words_month(call_arena(c), c->lang, expense_month_next(first, -1));
    part_link(c, month_path(c, EXPENSES, expense_month_next(first, -1)), "btn",
              arena_printf(call_arena(c), "← %s", before));
    if (first < now)
        part_link(
            c, month_path(c, EXPENSES, expense_month_next(first, 1)), "btn",
            arena_printf(call_arena(c), "%s →", words_month(call_arena(c), c->lang, expense_month_next(first, 1))));
    part_link(c, month_path(c, EXPENSES ".csv", first), NULL, call_tr(c, N_("Download CSV")));
    part_link(c, month_path(c, EXPENSES ".xlsx", first), NULL, call_tr(c, N_("Download XLSX")));
    html_close(h);
}

/* ------------------------------------------------------------------ the calls */

static const char *const titles[] = {N_("Call"),   N_("Who"),       N_("Phone"),
                                     N_("Amount"), N_("Statement"), N_("What is missing")};

static void complete_form(struct call *c, const struct incident_call *k, const struct form *refused)
{
    struct html *h = &c->html;
    struct form f = admin_form(refused, own_path(c, k->id, "completa"));
    f.upload = true;
    form_fold_open(c, &f, call_tr(c, k->cents < 0 || k->file_name[0] == '\0' ? N_("Complete it") : N_("Correct it")),
                   false);
    form_hidden(c, "mes", call_query(c, "mes"));
    form_field(c, &f,
               &(struct field){.name = "import",
                               .label = N_("Amount"),
                               .type = "text",
                               .help = N_("As 12,50. Empty: as it was."),
                               .most = 12,
                               .optional = true});
    html_raw(h, "<div class=\"field\">");
    const char *id = arena_printf(call_arena(c), "extracte-%" PRId64, k->id);
    html_open(h, "label");
    html_attr(h, "for", id);
    html_text(h, call_tr(c, N_("The phone's statement")));
    html_close(h);
    html_open(h, "input");
    html_attr(h, "type", "file");
    html_attr(h, "id", id);
    html_attr(h, "name", "extracte");
    html_raw(h, "</div>");
    form_close(c, call_tr(c, N_("Save")), true);
    form_fold_close(c);
}

static void write_call(struct call *c, const struct incident_call *k, const struct form *refused, bool may)
{
    struct html *h = &c->html;
    list_row(c);
    list_cell(c, NULL);
    part_instant(c, k->at);
    html_raw(h, "<small>");
    part_link(c, incident_path(c, k->incident_id), NULL, k->probe);
    html_text(h, arena_printf(call_arena(c), " · %s %s", k->contact, k->number));
    html_raw(h, "</small>");
    list_cell_end(c);
    list_text(c, titles[1], k->who);
    list_text(c, titles[2], k->phone[0] == '\0' ? "—" : k->phone);
    html_open(h, "td");
    html_attr(h, "class", "r");
    html_attr(h, "data-h", call_tr(c, titles[3]));
    html_text(h, k->cents < 0 ? "—" : amount_words(call_arena(c), k->cents));
    html_close(h);
    list_cell(c, titles[4]);
    if (k->file_name[0] != '\0')
        part_link(c, own_path(c, k->id, "extracte"), NULL, k->file_name);
    else
        html_raw(h, "—");
    list_cell_end(c);
    list_cell(c, NULL);
    bool whole = k->cents >= 0 && k->file_name[0] != '\0';
    part_state(c, whole ? STATE_GOOD : STATE_SOON,
               call_tr(c, whole                     ? N_("Complete")
                          : k->cents >= 0           ? N_("The statement is missing")
                          : k->file_name[0] != '\0' ? N_("The amount is missing")
                                                    : N_("Amount and statement are missing")));
    if (may)
        complete_form(c, k, refused);
    list_cell_end(c);
    list_row_end(c);
}

static void expenses_show(struct call *c, const struct form *refused, int status)
{
    static const char *const words[][2] = {{"completa", N_("The call has what was given.")}};
    struct expenses x;
    struct arena *a = call_arena(c);
    day_t first = month_asked(c);
    if (!expenses_read(c->desk, a, first, &x, &c->err)) {
        call_failed(c);
        return;
    }
    bool may = call_may(c, PERMISSION_INCIDENT) && c->who->csrf != NULL;
    layout_begin(c, call_tr(c, N_("Expenses")), ON_CALL);
    layout_head(c, call_text(c, N_("Expenses of %s"), words_month(a, c->lang, first)),
                x.count == 0 ? NULL
                             : arena_printf(a, "%s · %s%s%s", words_count(a, c->lang, "%zu call", "%zu calls", x.count),
                                            amount_words(a, x.cents), x.lacking > 0 ? " · " : "",
                                            x.lacking == 0 ? ""
                                                           : words_count(a, c->lang, "%zu is not complete",
                                                                         "%zu are not complete", x.lacking)));
    admin_notice(c, words, sizeof words / sizeof *words);
    write_months(c, first);
    if (refused != NULL)
        part_notice(c, false, call_tr(c, N_("Not saved:")), refused->refused);
    if (x.count == 0) {
        part_empty(
            c, call_tr(c, N_("No call of this month needs a claim")),
            call_tr(c, N_("Calls to the paid number from any phone that is not the on-call phone stand here once "
                          "they are recorded in their incident.")));
    } else {
        list_open(c, call_tr(c, N_("Calls to be claimed as expenses")), titles, sizeof titles / sizeof *titles);
        for (size_t i = 0; i < x.count; i++)
            write_call(c, &x.items[i], refused, may);
        list_close(c);
    }
    layout_end(c);
    call_page(c, status);
}

void page_expenses(struct call *c)
{
    expenses_show(c, NULL, 200);
}

/* ------------------------------------------------------------------ files */

void page_expenses_csv(struct call *c)
{
    struct expenses x;
    struct buf text = BUF_INIT(LIMIT_MAIL_BYTES);
    char code[8];
    day_t first = month_asked(c);
    const char *name = arena_printf(call_arena(c), "despeses-%s.csv", expense_month_code(first, code));
    if (!expenses_read(c->desk, call_arena(c), first, &x, &c->err) ||
        !expenses_csv(&x, call_arena(c), c->lang, &text, &c->err)) {
        buf_release(&text);
        call_failed(c);
        return;
    }
    call_file(c, name, "text/csv; charset=utf-8", &text);
}

/* talaia expense list --out FILE, in a process of its own: workbooks are nothing that this role loads. */
static bool workbook_make(struct call *c, const char *month, const char *path, struct buf *to)
{
    size_t n;
    enum child_end end = CHILD_EXITED;
    int code = 0, reason = memfd_create("reason", MFD_CLOEXEC);
    struct arena *a = call_arena(c);
    const char **words = child_arguments(a, &c->site->jobs.options, c->lang, c->site->jobs.fixed_day, 6, &n);
    const char *const more[] = {"expense", "list", "--month", month, "--out", path};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        words[n++] = more[i];
    const struct child child = {.arguments = words,
                                .environment = child_environment(a, c->desk->by.who),
                                .in = PROCESS_NOTHING,
                                .out = PROCESS_NOTHING,
                                .err = reason,
                                .seconds = XLSX_SECONDS};
    int why = reason < 0 ? errno : child_run(&child, &end, &code);
    bool ok = why == 0 ? (end == CHILD_EXITED && code == EXIT_OK && file_read(path, to, &c->err)) ||
                             (c->err.code == ERR_NONE && child_reason(reason, end, code, &c->err))
                       : err_set(&c->err, ERR_INTERNAL, N_("the process that makes the workbook cannot begin: %s"),
                                 err_system(&c->err, why));
    if (reason >= 0)
        close(reason);
    return ok;
}

void page_expenses_xlsx(struct call *c)
{
    struct buf bytes = BUF_INIT(LIMIT_STATEMENT_BYTES);
    char code[8];
    const char *month = expense_month_code(month_asked(c), code), *tmp = getenv("TMPDIR");
    char *dir = arena_printf(call_arena(c), "%s/talaia-XXXXXX", tmp == NULL || tmp[0] != '/' ? "/tmp" : tmp);
    if (mkdtemp(dir) == NULL) {
        err_set(&c->err, ERR_FILE, N_("cannot make a directory for the workbook: %s"), err_system(&c->err, errno));
        call_failed(c);
        return;
    }
    const char *path = path_join(call_arena(c), dir, "despeses.xlsx");
    bool ok = workbook_make(c, month, path, &bytes);
    (void)unlink(path);
    (void)rmdir(dir);
    if (ok) {
        call_file(c, arena_printf(call_arena(c), "despeses-%s.xlsx", month), XLSX_TYPE, &bytes);
        return;
    }
    buf_release(&bytes);
    call_failed(c);
}

/* Names are people's: in the header only what can stand there. */
static const char *file_name_of(struct call *c, const struct incident_call *k)
{
    char *name = arena_strdup(call_arena(c), k->file_name);
    for (char *p = name; *p != '\0'; p++)
        *p = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '.' || *p == '-'
                 ? *p
                 : '_';
    return arena_printf(call_arena(c), "extracte-%" PRId64 "-%s", k->id, name);
}

/* It came from a person's computer: it is kept as a file, never shown as a page of ours. */
void page_statement(struct call *c)
{
    struct incident_call k;
    struct buf bytes = BUF_INIT(2 * LIMIT_STATEMENT_BYTES);
    if (expense_statement(c->desk, call_arena(c), c->id, &k, &bytes, &c->err)) {
        call_file(c, file_name_of(c, &k), "application/octet-stream", &bytes);
        return;
    }
    buf_release(&bytes);
    if (c->err.code != ERR_UNKNOWN) {
        call_failed(c);
        return;
    }
    err_clear(&c->err);
    call_problem(c, 404, N_("This call has no statement."));
}

/* ------------------------------------------------------------------ what comes back */

void form_expense(struct call *c)
{
    struct str file = {0};
    const char *name = "";
    day_t first;
    char code[8];
    for (size_t i = 0; i < c->part_count; i++) {
        if (str_is(c->parts[i].name, "extracte") && c->parts[i].is_file && c->parts[i].file.n > 0) {
            file = c->parts[i].bytes.p == NULL ? str_of("") : c->parts[i].bytes; /* one that is empty is refused */
            name = arena_text(call_arena(c), c->parts[i].file);
        }
    }
    bool ok = (file.p != NULL || call_field(c, "import")[0] != '\0' ||
               err_set(&c->err, ERR_VALUE, N_("give the amount, the statement, or both"))) &&
              incident_call_later(c->desk, c->id, call_field(c, "import"), name,
                                  str_ends(str_of(name), ".pdf") ? "application/pdf" : "application/octet-stream", file,
                                  &c->err);
    if (ok) {
        if (!expense_month(call_field(c, "mes"), &first))
            first = expense_month_of(c->desk->by.at);
        call_redirect(c, arena_printf(call_arena(c), EXPENSES "?mes=%s&fet=completa", expense_month_code(first, code)));
        return;
    }
    if (c->err.code == ERR_UNKNOWN) {
        err_clear(&c->err);
        call_problem(c, 404, N_("There is no such call."));
        return;
    }
    admin_done(c, false, EXPENSES, "", expenses_show);
}
