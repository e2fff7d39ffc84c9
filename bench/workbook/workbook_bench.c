/* workbook_bench ROWS…: seconds of CPU for our workbook and for a bare loop that writes the same cells of the same
 * sheets with the same library, in turns, best of several. Exits 1 when ours takes more than 1.3 times as long.
 *
 *     TALAIA_TEST_BUILD=BUILD_DIR BUILD_DIR/bench/workbook/workbook_bench 1000 100000 */
#include <sys/resource.h>
#include <sys/wait.h>
#include <xlsxwriter.h>

#include "base/module.h"
#include "report/workbook.h"
#include "sample.h"

#define TURNS 5
#define RATIO_MOST 1.3

struct bare {
    lxw_worksheet *to;
    lxw_format *text, *wrap, *bold, *day, *number;
    lxw_row_t row;
};

static void text(struct bare *b, int column, const char *value, lxw_format *format)
{
    if (value == NULL || value[0] == '\0')
        worksheet_write_blank(b->to, b->row, (lxw_col_t)column, format);
    else
        worksheet_write_string(b->to, b->row, (lxw_col_t)column, value, format);
}

static void day(struct bare *b, int column, day_t d)
{
    if (d == DAY_NONE)
        worksheet_write_blank(b->to, b->row, (lxw_col_t)column, b->day);
    else
        worksheet_write_number(b->to, b->row, (lxw_col_t)column, d + 25569, b->day);
}

static void days(struct bare *b, int column, const char *formula, int value)
{
    if (value == DAYS_NONE)
        worksheet_write_formula_str(b->to, b->row, (lxw_col_t)column, formula, b->number, "");
    else
        worksheet_write_formula_num(b->to, b->row, (lxw_col_t)column, formula, b->number, value);
}

static void query(struct bare *b, const struct report *r)
{
    for (size_t i = 0; i < r->query_count; i++, b->row++) {
        const struct report_query_row *q = &r->query[i];
        text(b, 0, q->body->description, b->bold);
        text(b, 1, q->body->province, b->text);
        text(b, 2, q->body->municipality, b->text);
        text(b, 3, platform_code(q->body->platform), b->text);
        text(b, 4, q->body->endpoint, b->wrap);
        for (int k = 0; k < CERT_KINDS; k++) {
            char formula[80];
            int c = 'F' + 2 * k;
            day(b, 5 + 2 * k, q->body->expires[k]);
            snprintf(formula, sizeof formula, "=IF(%c%u=\"\",\"\",%c%u-DataInforme)", c, (unsigned)b->row + 1, c,
                     (unsigned)b->row + 1);
            days(b, 6 + 2 * k, formula, q->days[k]);
        }
        text(b, 9, body_state_word(q->state), b->text);
        text(b, 10, q->warn ? "To be warned" : "", b->text);
        text(b, 11, q->state_note, b->wrap);
    }
}

static void others(struct bare *b, lxw_worksheet *const *sheets, const struct report *r)
{
    char formula[96];
    b->to = sheets[1];
    b->row = 4;
    for (size_t i = 0; i < r->ok_count; i++, b->row++) {
        text(b, 0, r->ok[i].body_name, b->bold);
        text(b, 1, r->ok[i].text, b->wrap);
        day(b, 2, r->ok[i].day);
        text(b, 3, r->ok[i].group_word, b->text);
        text(b, 4, r->ok[i].ticket, b->text);
    }
    b->to = sheets[2];
    b->row = 4;
    for (size_t i = 0; i < r->ko_count; i++, b->row++) {
        text(b, 0, r->ko[i].body_name, b->bold);
        text(b, 1, r->ko[i].error, b->wrap);
        day(b, 2, r->ko[i].since);
        snprintf(formula, sizeof formula, "=DataInforme-C%u", (unsigned)b->row + 1);
        days(b, 3, formula, r->ko[i].days);
        text(b, 4, "Down", b->text);
        text(b, 5, r->ko[i].actions, b->wrap);
    }
    b->to = sheets[3];
    b->row = 4;
    for (size_t i = 0; i < r->certificate_count; i++, b->row++) {
        const struct report_certificate_row *c = &r->certificates[i];
        unsigned row = (unsigned)b->row + 1;
        text(b, 0, c->body_name, b->bold);
        text(b, 1, platform_code(c->platform), b->text);
        day(b, 2, c->has[CERT_CDS] ? c->expires[CERT_CDS] : DAY_NONE);
        day(b, 3, c->has[CERT_CDA] ? c->expires[CERT_CDA] : DAY_NONE);
        snprintf(formula, sizeof formula, "=IF(COUNT(C%u:D%u)=0,\"\",MIN(C%u:D%u)-DataInforme)", row, row, row, row);
        days(b, 4, formula, c->days);
        text(b, 5, body_state_word(c->state), b->text);
        text(b, 6, c->comment, b->wrap);
    }
}

static bool write_bare(const struct report *r, const char *path)
{
    static const char *const names[] = {"Query", "OK", "KO", "Certificats"};
    lxw_workbook *workbook = workbook_new(path);
    lxw_worksheet *sheets[4];
    struct bare b = {.text = workbook_add_format(workbook),
                     .wrap = workbook_add_format(workbook),
                     .bold = workbook_add_format(workbook),
                     .day = workbook_add_format(workbook),
                     .number = workbook_add_format(workbook),
                     .row = 4};
    format_set_text_wrap(b.wrap);
    format_set_bold(b.bold);
    format_set_num_format(b.day, "dd/mm/yyyy");
    format_set_num_format(b.number, "0");
    for (int i = 0; i < 4; i++)
        sheets[i] = workbook_add_worksheet(workbook, names[i]);
    workbook_define_name(workbook, "DataInforme", "=Query!$B$2");
    worksheet_write_number(sheets[0], 1, 1, r->day + 25569, b.day);
    b.to = sheets[0];
    query(&b, r);
    others(&b, sheets, r);
    return workbook_close(workbook) == LXW_NO_ERROR;
}

/* CPU seconds that a process of its own takes for it, so that neither inherits the other's memory; negative: it failed.
 */
static double cpu_seconds(const struct report *r, const char *path, bool bare)
{
    pid_t child = fork();
    if (child == 0) {
        struct err e = {0};
        bool good = bare ? write_bare(r, path) : report_workbook_write(r, path, &e);
        if (!good)
            fprintf(stderr, "%s\n", e.log);
        _exit(good ? 0 : 1);
    }
    int status = 1;
    struct rusage used;
    if (child < 0 || wait4(child, &status, 0, &used) != child || status != 0)
        return -1;
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static bool measure(size_t rows, const char *path)
{
    struct arena a = {0};
    const struct report *r = sample_rows(&a, rows, LANG_CA);
    double best[2] = {1e9, 1e9};
    bool good = true;
    for (int turn = 0; good && turn < TURNS; turn++) {
        for (int bare = 0; bare < 2; bare++) {
            double seconds = cpu_seconds(r, path, bare);
            good = good && seconds >= 0;
            best[bare] = seconds < best[bare] ? seconds : best[bare];
        }
    }
    unlink(path);
    arena_release(&a);
    if (!good)
        return false;
    printf("%8zu rows  bare %.3f s  ours %.3f s  ratio %.2f (at most %.1f)\n", rows, best[1], best[0],
           best[0] / best[1], RATIO_MOST);
    return best[0] <= RATIO_MOST * best[1];
}

int main(int argc, char **argv)
{
    struct arena a = {0};
    const char *build = getenv("TALAIA_TEST_BUILD"), *tmp = getenv("TMPDIR");
    module_init(arena_printf(&a, "%s/src/report", build == NULL ? "." : build));
    const char *path = arena_printf(&a, "%s/talaia-bench-%ld.xlsx", tmp == NULL ? "/tmp" : tmp, (long)getpid());
    struct err e = {0};
    bool good = argc > 1 && module_api(MODULE_WORKBOOK, &e) != NULL; /* loaded before the clock runs */
    for (int i = 1; i < argc; i++) {
        int64_t rows;
        good = str_to_int64(str_of(argv[i]), 1, 1000000, &rows) && measure((size_t)rows, path) && good;
    }
    arena_release(&a);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
