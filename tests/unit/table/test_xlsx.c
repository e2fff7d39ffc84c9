/* Every sample of make_samples.py must read as its golden file says; one more is made with libxlsxwriter. */
#include <dirent.h>
#include <xlsxwriter.h>

#include "base/file.h"
#include "sample.h"

static char directory[] = "/tmp/talaia-samples-XXXXXX";

static int make(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(directory));
    struct arena a = {0};
    char *script = arena_printf(&a, "%s/tests/unit/table/make_samples.py", getenv("TALAIA_TEST_SOURCE"));
    const char *argv[] = {"/usr/bin/python3", script, directory, NULL};
    assert_int_equal(sample_run(argv, NULL), 0);
    arena_release(&a);
    return chdir(directory);
}

static int clean(void **state)
{
    (void)state;
    const char *argv[] = {"rm", "-rf", directory, NULL};
    assert_int_equal(chdir("/"), 0);
    return sample_run(argv, NULL);
}

static void test_samples(void **state)
{
    (void)state;
    struct dirent **names;
    int n = scandir(".", &names, NULL, alphasort), compared = 0;
    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        if (names[i]->d_type == DT_REG) {
            char *found = sample_dump_file(names[i]->d_name, "talaia-report");
            sample_compare_golden(names[i]->d_name, found);
            compared++;
            free(found);
        }
        free(names[i]);
    }
    free(names);
    assert_in_range(compared, 60, 1000);
}

/* Nothing is left behind in memory or open when a reader is closed in the middle. */
static void test_leave_early(void **state)
{
    (void)state;
    struct err e = {0};
    struct table *t;
    const struct table_sheet *sheet;
    const struct table_row *row;
    assert_true(table_open("hidden.xlsx", &t, &e));
    assert_true(table_next_sheet(t, &sheet, &e));
    assert_true(table_next_sheet(t, &sheet, &e));
    assert_string_equal(sheet->name, "Ocult");
    assert_true(table_next_row(t, &row, &e));
    assert_int_equal(row->number, 5);
    table_close(t);
    table_close(NULL);
    assert_int_equal(e.code, ERR_NONE);
}

/* What no golden file covers: a failure stays a failure. */
static void test_after_failure(void **state)
{
    (void)state;
    struct err e = {0};
    struct table *t;
    const struct table_sheet *sheet;
    const struct table_row *row;
    assert_true(table_open("missing_text.xlsx", &t, &e));
    assert_true(table_next_sheet(t, &sheet, &e));
    assert_true(table_next_row(t, &row, &e));
    assert_false(table_next_row(t, &row, &e));
    assert_int_equal(e.code, ERR_FORMAT);
    assert_false(table_next_row(t, &row, &e));
    assert_false(table_next_sheet(t, &sheet, &e));
    table_close(t);
}

static void test_xlsxwriter(void **state)
{
    (void)state;
    lxw_workbook *w = workbook_new("xlsxwriter.xlsx");
    lxw_worksheet *s = workbook_add_worksheet(w, "Certificats");
    lxw_format *date = workbook_add_format(w);
    format_set_num_format(date, "dd/mm/yyyy");
    lxw_datetime day = {.year = 2026, .month = 11, .day = 20};
    worksheet_write_string(s, 0, 0, "Ens", NULL);
    worksheet_write_string(s, 0, 1, "Data", NULL);
    worksheet_write_string(s, 0, 2, "Dies", NULL);
    worksheet_write_string(s, 1, 0, "Sant Cugat del Vallès, Ajuntament de", NULL);
    worksheet_write_datetime(s, 1, 1, &day, date);
    worksheet_write_formula_num(s, 1, 2, "=B2-TODAY()", NULL, -3);
    worksheet_write_boolean(s, 1, 3, 1, NULL);
    worksheet_write_string(s, 1, 4, "=cmd()", NULL);
    worksheet_write_comment(s, 1, 0, "nota");
    worksheet_merge_range(s, 3, 0, 3, 2, "fusionada", NULL);
    workbook_set_custom_property_string(w, "talaia-report", "2026-W47");
    lxw_chartsheet *c = workbook_add_chartsheet(w, "Gràfic");
    lxw_chart *chart = workbook_add_chart(w, LXW_CHART_LINE);
    chart_add_series(chart, NULL, "=Certificats!$C$2:$C$3");
    chartsheet_set_chart(c, chart);
    worksheet_hide(workbook_add_worksheet(w, "Amagat"));
    assert_int_equal(workbook_close(w), LXW_NO_ERROR);
    char *found = sample_dump_file("xlsxwriter.xlsx", "talaia-report");
    sample_compare_golden("xlsxwriter.xlsx", found);
    free(found);
}

static void test_not_files(void **state)
{
    (void)state;
    struct err e = {0};
    struct table *t;
    assert_false(table_open("/tmp", &t, &e));
    assert_int_equal(e.code, ERR_FILE);
    err_clear(&e);
    assert_false(table_open("/dev/zero", &t, &e));
    assert_int_equal(e.code, ERR_FILE);
    err_clear(&e);
    assert_false(table_open("/nonexistent.xlsx", &t, &e));
    assert_int_equal(e.code, ERR_FILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),    cmocka_unit_test(test_leave_early), cmocka_unit_test(test_after_failure),
        cmocka_unit_test(test_xlsxwriter), cmocka_unit_test(test_not_files),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
