#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/text.h"
#include "report/html.h"
#include "report/text.h"
#include "sample.h"

#define OUT_MAX (16u << 20)

static const char *const scenarios[] = {"demo", "empty", "hostile", "first", "many"};
#define SCENARIOS (sizeof scenarios / sizeof *scenarios)

static struct report_texts load_texts(struct arena *a, enum lang lang)
{
    struct buf text = BUF_INIT(LIMIT_TEMPLATE_BYTES);
    struct err e = {0};
    const char *root = getenv("TALAIA_TEST_SOURCE");
    char *path =
        arena_printf(a, "%s/share/profile/aoc/messages/report-mail.%s.txt", root == NULL ? "." : root, lang_code(lang));
    if (!file_read(path, &text, &e))
        fail_msg("%s", e.log);
    struct report_texts t = {.text = str_of(arena_strdup(a, buf_text(&text))), .file = path_base(path)};
    buf_release(&text);
    return t;
}

static void test_words_of_changes(void **state)
{
    (void)state;
    struct arena a = {0};
    size_t n;
    const char *const *lines = report_change_lines(&a, sample_report(&a, "demo", LANG_EN), &n);
    assert_int_equal(n, 5);
    assert_string_equal(lines[0], "2 bodies have gone down: Ajuntament de Sort, Ajuntament d'Arenys de Mar");
    assert_string_equal(lines[1], "1 body has recovered: Ajuntament de Figueres");
    assert_string_equal(lines[2], "3 bodies are still down: Ajuntament de les Franqueses del Vallès (for 5 weeks), "
                                  "Ajuntament de la Garriga (for 3 weeks), Ajuntament de Tremp (for 1 week)");
    report_change_lines(&a, sample_report(&a, "first", LANG_EN), &n);
    assert_int_equal(n, 0);
    arena_release(&a);
}

static void test_many_names_are_counted(void **state)
{
    (void)state;
    struct arena a = {0};
    struct report r = *sample_report(&a, "demo", LANG_EN);
    struct report_change changes[11];
    for (size_t i = 0; i < 11; i++)
        changes[i] = (struct report_change){CHANGE_RENEWED, arena_printf(&a, "B%zu", i), 0};
    r.changes = changes;
    r.change_count = 11;
    size_t n;
    const char *const *lines = report_change_lines(&a, &r, &n);
    assert_int_equal(n, 1);
    assert_string_equal(lines[0], "11 bodies have renewed certificates: B0, B1, B2, B3, B4, B5, B6, B7 and 3 more");
    arena_release(&a);
}

static void test_left_out_by_reason(void **state)
{
    (void)state;
    struct arena a = {0};
    size_t n;
    const char *const *lines = report_left_out_lines(&a, sample_report(&a, "demo", LANG_EN), &n);
    assert_int_equal(n, 5);
    assert_string_equal(lines[0], "No és un ens: AOC - IDESCAT, TECSIDEL DMZ");
    assert_string_equal(lines[1],
                        "Migrat: Diputació de Barcelona, Diputació de Girona, Consell Comarcal del Baix Penedès");
    assert_string_equal(lines[4], "Date not verifiable: Ajuntament de Gavà (bloqueja el comprovador)");
    arena_release(&a);
}

static void test_subject(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct report r = *sample_report(&a, "demo", LANG_CA);
    assert_string_equal(report_subject(&a, &r, &e), "AOC_Suport_PADRO : Monitoratge Ajuntaments - 20/11/2026");
    r.day = day_from_civil(2027, 4, 3);
    assert_string_equal(report_subject(&a, &r, &e), "AOC_Suport_PADRO : Monitoratge Ajuntaments - 3/4/2027");
    arena_release(&a);
}

/* At most 78 columns, no trailing blanks, no controls, whatever the report holds. */
static void test_text_fits(void **state)
{
    (void)state;
    for (size_t s = 0; s < SCENARIOS; s++) {
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            struct arena a = {0};
            struct err e = {0};
            struct buf text = BUF_INIT(OUT_MAX);
            struct report_texts t = load_texts(&a, (enum lang)lang);
            assert_true(report_text(sample_report(&a, scenarios[s], (enum lang)lang), &t, &text, &e));
            struct str rest = buf_str(&text), line;
            while (str_split(&rest, '\n', &line)) {
                if (text_width(line) > REPORT_TEXT_WIDTH)
                    fail_msg("%s: %d columns: %.*s", scenarios[s], text_width(line), STR_ARG(line));
                assert_true(line.n == 0 || line.p[line.n - 1] != ' ');
                uint32_t c;
                for (struct str l = line; str_utf8_next(&l, &c);)
                    assert_false(str_is_control(c));
            }
            buf_release(&text);
            arena_release(&a);
        }
    }
}

static void test_text_tables(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct buf text = BUF_INIT(OUT_MAX);
    struct report_texts t = {.text = str_of("{ko}"), .file = "t"};
    struct report r = *sample_report(&a, "demo", LANG_EN);
    r.ko += 2;
    r.ko_count = 2;
    assert_true(report_text(&r, &t, &text, &e));
    assert_string_equal(buf_text(&text), "Body                 Error                   Since       Down for\n"
                                         "-------------------  ----------------------  ----------  --------\n"
                                         "Ajuntament de Tremp  Temps d'espera esgotat  13/11/2026  ■ 7 days\n"
                                         "    13/11/2026: Correu enviat als contactes.\n"
                                         "\n"
                                         "Ajuntament de Sort   Connexió refusada       19/11/2026  ■ 1 day\n"
                                         "    19/11/2026: Obert ST-9140; correu enviat.\n");
    buf_clear(&text);
    r.ko_count = 0;
    assert_true(report_text(&r, &t, &text, &e));
    assert_string_equal(buf_text(&text), "No body is down.\n");
    buf_release(&text);
    arena_release(&a);
}

/* What people wrote appears as text and never as markup, in page and mail. */
static void test_hostile_text_stays_text(void **state)
{
    (void)state;
    static const char *const never[] = {
        "<script",      "<svg",        "onerror=alert(1)>\"", "<u>",          "<i>out",
        "<b>&amp;amp;", "javascript:", "evil.example\"",      "\xe2\x80\xae", "<!--[if mso]><img"};
    struct arena a = {0};
    struct err e = {0};
    struct report_texts t = load_texts(&a, LANG_CA);
    const struct report *r = sample_report(&a, "hostile", LANG_CA);
    struct buf out[2] = {BUF_INIT(OUT_MAX), BUF_INIT(OUT_MAX)};
    assert_true(report_html_page(r, &t, &out[0], &e));
    assert_true(report_html_mail(r, &t, NULL, &out[1], &e));
    for (int i = 0; i < 2; i++) {
        for (size_t n = 0; n < sizeof never / sizeof *never; n++)
            if (strstr(buf_text(&out[i]), never[n]) != NULL)
                fail_msg("output %d has %s", i, never[n]);
        assert_non_null(strstr(buf_text(&out[i]), "&lt;/td&gt;&lt;/table&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert_non_null(strstr(buf_text(&out[i]), "{day} **no** [no](https://evil.example) {nope}"));
        buf_release(&out[i]);
    }
    arena_release(&a);
}

/* Order of A5: OK, KO, Certificats; every row of each table is there. */
static void test_mail_has_the_tables_in_order(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct report_texts t = load_texts(&a, LANG_CA);
    const struct report *r = sample_report(&a, "demo", LANG_CA);
    struct buf out = BUF_INIT(OUT_MAX);
    assert_true(report_html_mail(r, &t, NULL, &out, &e));
    const char *ok = strstr(buf_text(&out), "Accions realitzades (OK)</h2>");
    const char *ko = strstr(buf_text(&out), "Ens amb errors i accions (KO)</h2>");
    const char *certificates = strstr(buf_text(&out), "Certificats a punt de caducar i accions</h2>");
    assert_true(ok != NULL && ko > ok && certificates > ko);
    assert_non_null(strstr(buf_text(&out), "Bon dia,"));
    assert_non_null(strstr(certificates, "CDS\u00a004/12/2026<br>CDA\u00a020/12/2026"));
    assert_non_null(strstr(ko, "\u00a040 "));
    assert_null(strstr(buf_text(&out), "cid:"));
    size_t rows = 0;
    for (const char *p = buf_text(&out); (p = strstr(p, "<th scope=\"row\"")) != NULL; p++)
        rows++;
    assert_int_equal(rows, r->ok_count + r->ko_count + r->certificate_count);
    buf_release(&out);
    arena_release(&a);
}

static void test_template_mistakes_are_told(void **state)
{
    (void)state;
    struct arena a = {0};
    struct buf out = BUF_INIT(OUT_MAX);
    const struct report *r = sample_report(&a, "demo", LANG_CA);
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"Bon dia\n\n{certificats}",
         "report-mail.ca.txt: line 3: {certificats} is not known; did you mean {certificates}?"},
        {"Bon dia {ok}",
         "report-mail.ca.txt: line 1: {ok} stands for a whole table and must be alone in its paragraph"},
    };
    for (size_t i = 0; i < 2; i++) {
        struct report_texts t = {.text = str_of(rows[i].text), .file = "report-mail.ca.txt"};
        struct err e[3] = {0};
        assert_false(report_html_page(r, &t, &out, &e[0]));
        assert_false(report_html_mail(r, &t, NULL, &out, &e[1]));
        assert_false(report_text(r, &t, &out, &e[2]));
        for (int k = 0; k < 3; k++)
            assert_string_equal(e[k].log, rows[i].error);
        assert_int_equal(out.n, 0);
    }
    buf_release(&out);
    arena_release(&a);
}

static void test_same_report_same_bytes(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct report_texts t = load_texts(&a, LANG_CA);
    struct buf one = BUF_INIT(OUT_MAX), two = BUF_INIT(OUT_MAX);
    assert_true(report_html_mail(sample_report(&a, "demo", LANG_CA), &t, NULL, &one, &e));
    assert_true(report_html_mail(sample_report(&a, "demo", LANG_CA), &t, NULL, &two, &e));
    assert_string_equal(buf_text(&one), buf_text(&two));
    buf_release(&one);
    buf_release(&two);
    arena_release(&a);
}

static void test_full_buffers_are_told(void **state)
{
    (void)state;
    struct arena a = {0};
    struct report_texts t = load_texts(&a, LANG_CA);
    const struct report *r = sample_report(&a, "demo", LANG_CA);
    for (size_t max = 16; max < 4096; max *= 4) {
        struct buf small = BUF_INIT(max);
        struct err e[3] = {0};
        assert_false(report_html_page(r, &t, &small, &e[0]));
        buf_release(&small);
        assert_false(report_html_mail(r, &t, NULL, &small, &e[1]));
        buf_release(&small);
        assert_false(report_text(r, &t, &small, &e[2]));
        buf_release(&small);
        for (int k = 0; k < 3; k++)
            assert_int_equal(e[k].code, ERR_LIMIT);
    }
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_of_changes),
        cmocka_unit_test(test_many_names_are_counted),
        cmocka_unit_test(test_left_out_by_reason),
        cmocka_unit_test(test_subject),
        cmocka_unit_test(test_text_fits),
        cmocka_unit_test(test_text_tables),
        cmocka_unit_test(test_hostile_text_stays_text),
        cmocka_unit_test(test_mail_has_the_tables_in_order),
        cmocka_unit_test(test_template_mistakes_are_told),
        cmocka_unit_test(test_same_report_same_bytes),
        cmocka_unit_test(test_full_buffers_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
