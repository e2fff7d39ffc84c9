#include "core/date_text.h"

#include <math.h>
#include <stdio.h>

#include "sample.h"

/* A table, one case beside another: */
/* clang-format off */
static void forms_that_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *day;
    } cases[] = {
        {"2026-11-20", "2026-11-20"},
        {"2026-11-20T00:00:00Z", "2026-11-20"},
        {"2026-11-20 00:00:00.0", "2026-11-20"},
        {"2026-11-20 23:59:59", "2026-11-20"},
        {"2026-11-20T00:00:00.000+01:00", "2026-11-20"},
        {"2026-11-20 00:00:00 +0100", "2026-11-20"},
        {"2026-11-19T23:00:00Z", "2026-11-20"}, /* midnight in Madrid, winter */
        {"2026-11-19T22:59:59Z", "2026-11-19"},
        {"2026-07-19T22:00:00Z", "2026-07-20"}, /* and summer */
        {"2026-07-19T21:59:59Z", "2026-07-19"},
        {"2026-10-24T22:00:00Z", "2026-10-25"}, /* the day on which summer ends */
        {"2026-10-25T22:59:59Z", "2026-10-25"},
        {"2026-10-25T23:00:00Z", "2026-10-26"},
        {"2026-11-20T00:30:00-05:00", "2026-11-20"},
        {"2026-11-20T01:00:00+14", "2026-11-19"},
        {"20261120", "2026-11-20"},
        {"20/11/2026", "2026-11-20"},
        {"20-11-2026", "2026-11-20"},
        {"20.11.2026", "2026-11-20"},
        {"1/2/2026", "2026-02-01"},
        {"01/02/2026", "2026-02-01"},
        {"20/11/26", "2026-11-20"},
        {"31/12/89", "2089-12-31"},
        {"1/1/90", "1990-01-01"},
        {"20/11/2026 9:30", "2026-11-20"},
        {"20/11/2026 0:00:00", "2026-11-20"},
        {"20/11/2026, 09:30", "2026-11-20"},
        {"20/11/2026 9:30 h", "2026-11-20"},
        {"20/11/2026\t9:30", "2026-11-20"},
        {"20/11/2026 12:00 AM", "2026-11-20"},
        {"20/11/2026 11:59 p.m.", "2026-11-20"},
        {"20/11/2026 12:30 PM", "2026-11-20"},
        {"19/11/2026 11:30 PM UTC", "2026-11-20"},
        {"20/11/2026 12:30 AM +02:00", "2026-11-19"},
        {"20-NOV-26", "2026-11-20"},
        {"20-NOV.-2026", "2026-11-20"},
        {"20-NOV-26 12.00.00.000000000 AM", "2026-11-20"},
        {"20-AG.-2026", "2026-08-20"},
        {"20-MARÇ-2026", "2026-03-20"},
        {"20-FEBR.-2026", "2026-02-20"},
        {"20 nov. 2026", "2026-11-20"},
        {"20 nov 2026", "2026-11-20"},
        {"20 NOVEMBRE 2026", "2026-11-20"},
        {"20nov2026", "2026-11-20"},
        {"20/nov/2026", "2026-11-20"},
        {"20 de novembre de 2026", "2026-11-20"},
        {"20 de novembre del 2026", "2026-11-20"},
        {"20 d'octubre del 2026", "2026-10-20"},
        {"20 d’octubre de 2026", "2026-10-20"},
        {"1 d'abril de 2027", "2027-04-01"},
        {"1r de març de 2027", "2027-03-01"},
        {"1 de marc de 2027", "2027-03-01"},
        {"1 de MARC\xcc\xa7 de 2027", "2027-03-01"},
        {"3 de marzo de 2027", "2027-03-03"},
        {"1º de enero de 2027", "2027-01-01"},
        {"4 setiembre 2027", "2027-09-04"},
        {"4 sept. 2027", "2027-09-04"},
        {"21st of June 2027", "2027-06-21"},
        {"dv. 20 nov. 2026", "2026-11-20"},
        {"dv 20/11/2026", "2026-11-20"},
        {"divendres, 20 de novembre de 2026", "2026-11-20"},
        {"Divendres 20 de Novembre de 2026.", "2026-11-20"},
        {"viernes, 20 de noviembre de 2026", "2026-11-20"},
        {"vie. 20 nov. 2026", "2026-11-20"},
        {"miércoles, 18 de noviembre de 2026", "2026-11-18"},
        {"sab 21 nov 2026", "2026-11-21"},
        {"Friday, 20 November 2026", "2026-11-20"},
        {"Fri 20 Nov 2026", "2026-11-20"},
        {" 20/11/2026 ", "2026-11-20"},
        {"\xc2\xa0" "20\xe2\x80\x91" "11\xe2\x80\x91" "2026\xef\xbb\xbf", "2026-11-20"},
        {"29/2/2028", "2028-02-29"},
        {"1/1/1990", "1990-01-01"},
        {"31/12/2100", "2100-12-31"},
        {"2026/11/20", "2026-11-20"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        day_t d = DAY_NONE;
        char out[DAY_TEXT_BYTES];
        enum date_verdict v = date_parse(str_of(cases[i].text), &d);
        if (v != DATE_OK || d != day_text(cases[i].day))
            fail_msg("\"%s\": %d %s", cases[i].text, (int)v, day_iso(d, out));
    }
}
/* clang-format on */

/* A table, one case beside another: */
/* clang-format off */
static void forms_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum date_verdict verdict;
    } cases[] = {
        {"", DATE_EMPTY}, {"  ", DATE_EMPTY}, {"-", DATE_EMPTY}, {"—", DATE_EMPTY}, {"NULL", DATE_EMPTY},
        {"(null)", DATE_EMPTY}, {"n/a", DATE_EMPTY}, {"N/A", DATE_EMPTY}, {"s/d", DATE_EMPTY}, {"#N/A", DATE_EMPTY},
        {"Sense  data", DATE_EMPTY}, {"sin fecha", DATE_EMPTY}, {"\xc2\xa0", DATE_EMPTY},
        {"11/20/2026", DATE_IMPOSSIBLE}, {"31/02/2026", DATE_IMPOSSIBLE}, {"29/2/2026", DATE_IMPOSSIBLE},
        {"31/4/2026", DATE_IMPOSSIBLE}, {"0/1/2026", DATE_IMPOSSIBLE}, {"1/0/2026", DATE_IMPOSSIBLE},
        {"1/1/0000", DATE_IMPOSSIBLE}, {"0000-00-00", DATE_IMPOSSIBLE}, {"2026-20-11", DATE_IMPOSSIBLE},
        {"20112026", DATE_IMPOSSIBLE}, {"32 de gener de 2026", DATE_IMPOSSIBLE},
        {"dilluns, 20 de novembre de 2026", DATE_IMPOSSIBLE}, /* it is a Friday */
        {"30 febr. 2026", DATE_IMPOSSIBLE},
        {"31/12/1989", DATE_RANGE}, {"1/1/2101", DATE_RANGE}, {"2999-12-31", DATE_RANGE}, {"9999-12-31", DATE_RANGE},
        {"2100-12-31T23:00:00Z", DATE_RANGE}, {"0026-11-20", DATE_RANGE}, {"20/11/0026", DATE_RANGE},
        {"20/11", DATE_FORM}, {"11/2026", DATE_FORM}, {"2026", DATE_FORM}, {"20", DATE_FORM}, {"46346", DATE_FORM},
        {"20/11/202", DATE_FORM}, {"20/11/20266", DATE_FORM}, {"20/11/6", DATE_FORM}, {"20-11/2026", DATE_FORM},
        {"2026-11-20-05", DATE_FORM}, {"-20/11/2026", DATE_FORM}, {"+20/11/2026", DATE_FORM},
        {"20//11/2026", DATE_FORM}, {"20/011/2026", DATE_FORM}, {"200/11/2026", DATE_FORM},
        {"November 20, 2026", DATE_FORM}, {"Nov 20 2026", DATE_FORM}, /* the day always comes first */
        {"20 de brumari de 2026", DATE_FORM}, {"20 no 2026", DATE_FORM}, {"20 novembrer 2026", DATE_FORM},
        {"dim 18 nov 2026", DATE_FORM}, /* dimarts or dimecres? */
        {"foo 20 nov 2026", DATE_FORM}, {"20 de novembre", DATE_FORM}, {"novembre de 2026", DATE_FORM},
        {"demà", DATE_FORM}, {"20/11/2026 25:00", DATE_FORM}, {"20/11/2026 9:60", DATE_FORM},
        {"20/11/2026 13:00 PM", DATE_FORM}, {"20/11/2026 9", DATE_FORM}, {"20/11/2026 x", DATE_FORM},
        {"20/11/2026?", DATE_FORM}, {"20/11/2026 21/11/2026", DATE_FORM}, {"2026-11-20T00:00:00+99:00", DATE_FORM},
        {"2026-11-20T00:00:00ZZ", DATE_FORM}, {"2026-11-20T", DATE_FORM}, {"20261120000000Z", DATE_FORM},
        {"２０/11/2026", DATE_FORM}, {"20/11/2026\xff", DATE_FORM}, {"\xe2\x80\xae" "20/11/2026", DATE_FORM},
        {"20/11/20\xe2\x80\x8b" "26", DATE_FORM}, {"=TODAY()", DATE_FORM}, {"20/11/2026; DROP", DATE_FORM},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        day_t d = 12345;
        enum date_verdict v = date_parse(str_of(cases[i].text), &d);
        if (v != cases[i].verdict)
            fail_msg("\"%s\": %d", cases[i].text, (int)v);
        assert_int_equal(d, 12345);
    }
    day_t d = 12345;
    assert_int_equal(date_parse((struct str){0}, &d), DATE_EMPTY);
    assert_int_equal(date_parse(str_part("20/11/2026\0x", 12), &d), DATE_FORM);
    char longer[5000];
    memset(longer, '1', sizeof longer);
    assert_int_equal(date_parse(str_part(longer, sizeof longer), &d), DATE_FORM);
    memset(longer, ' ', sizeof longer);
    assert_int_equal(date_parse(str_part(longer, sizeof longer), &d), DATE_EMPTY);
    assert_int_equal(d, 12345);
}
/* clang-format on */

/* Every day that is in range, in every form that we write and some that others do. */
static void every_day_comes_back(void **state)
{
    (void)state;
    day_t first = day_from_civil(LIMIT_YEAR_MIN, 1, 1), last = day_from_civil(LIMIT_YEAR_MAX, 12, 31);
    for (day_t d = first; d <= last; d++) {
        struct civil c = day_to_civil(d);
        char text[DATE_LONG_BYTES];
        day_t back = DAY_NONE;
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            assert_int_equal(date_parse(str_of(date_short(d, (enum lang)lang, text)), &back), DATE_OK);
            assert_int_equal(back, d);
            assert_int_equal(date_parse(str_of(date_long(d, (enum lang)lang, text)), &back), DATE_OK);
            assert_int_equal(back, d);
            assert_int_equal(date_parse(str_of(date_plain(d, (enum lang)lang, text)), &back), DATE_OK);
            assert_int_equal(back, d);
        }
        static const char *const formats[] = {"%02d/%02d/%04d", "%d/%d/%d", "%d-%d-%d", "%d.%d.%d 00:00:00"};
        for (size_t i = 0; i < COUNT(formats); i++) {
            (void)snprintf(text, sizeof text, formats[i], c.day, c.month, c.year);
            back = DAY_NONE;
            assert_int_equal(date_parse(str_of(text), &back), DATE_OK);
            assert_int_equal(back, d);
        }
        assert_int_equal(date_parse(str_of(day_iso(d, text)), &back), DATE_OK);
        assert_int_equal(back, d);
        if (c.year >= 2000) {
            assert_int_equal(date_from_serial(d + 25569.0, &back), DATE_OK);
            assert_int_equal(back, d);
            assert_int_equal(date_from_serial(d + 25569.9999, &back), DATE_OK);
            assert_int_equal(back, d);
        }
    }
}

static void serial_days(void **state)
{
    (void)state;
    day_t d = 12345;
    static const struct {
        double serial;
        const char *day;
    } good[] = {
        {36526, "2000-01-01"},       {46346, "2026-11-20"},
        {46346.39583, "2026-11-20"}, {73415, "2100-12-31"},
        {73415.5, "2100-12-31"},     {46345.9999999999, "2026-11-20"}, /* what is left of 46346 after some sums */
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_int_equal(date_from_serial(good[i].serial, &d), DATE_OK);
        assert_int_equal(d, day_text(good[i].day));
    }
    d = 12345;
    static const double wrong[] = {36525, 73416, 0, 60, 1, -46346, 20261120, 1e300, -1e300, (double)INFINITY};
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(date_from_serial(wrong[i], &d), DATE_RANGE);
    assert_int_equal(date_from_serial((double)NAN, &d), DATE_FORM);
    assert_int_equal(d, 12345);
}

static void dates_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *day;
        enum lang lang;
        const char *brief, *whole, *plain;
    } cases[] = {
        {"2026-11-20", LANG_CA, "dv. 20 nov. 2026", "divendres, 20 de novembre de 2026", "20 de novembre de 2026"},
        {"2026-11-20", LANG_ES, "vie. 20 nov. 2026", "viernes, 20 de noviembre de 2026", "20 de noviembre de 2026"},
        {"2026-11-20", LANG_EN, "Fri 20 Nov 2026", "Friday, 20 November 2026", "20 November 2026"},
        {"2027-08-01", LANG_CA, "dg. 1 ag. 2027", "diumenge, 1 d'agost de 2027", "1 d'agost de 2027"},
        {"2027-04-03", LANG_CA, "ds. 3 abr. 2027", "dissabte, 3 d'abril de 2027", "3 d'abril de 2027"},
        {"2026-10-07", LANG_CA, "dc. 7 oct. 2026", "dimecres, 7 d'octubre de 2026", "7 d'octubre de 2026"},
        {"2026-10-07", LANG_ES, "mié. 7 oct. 2026", "miércoles, 7 de octubre de 2026", "7 de octubre de 2026"},
        {"2027-03-02", LANG_CA, "dt. 2 març 2027", "dimarts, 2 de març de 2027", "2 de març de 2027"},
    };
    char out[DATE_LONG_BYTES];
    for (size_t i = 0; i < COUNT(cases); i++) {
        day_t d = day_text(cases[i].day);
        assert_string_equal(date_short(d, cases[i].lang, out), cases[i].brief);
        assert_string_equal(date_long(d, cases[i].lang, out), cases[i].whole);
        assert_string_equal(date_plain(d, cases[i].lang, out), cases[i].plain);
    }
    assert_string_equal(date_short(DAY_NONE, LANG_CA, out), "");
    assert_string_equal(date_long(DAY_NONE, LANG_CA, out), "");
    assert_string_equal(date_plain(DAY_NONE, LANG_CA, out), "");
}

static void every_verdict_has_its_words(void **state)
{
    (void)state;
    for (int i = DATE_OK; i <= DATE_RANGE; i++) {
        assert_true(strlen(date_verdict_text((enum date_verdict)i)) > 5);
        for (int j = DATE_OK; j < i; j++)
            assert_string_not_equal(date_verdict_text((enum date_verdict)i), date_verdict_text((enum date_verdict)j));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_that_are_read),        cmocka_unit_test(forms_that_are_refused),
        cmocka_unit_test(every_day_comes_back),       cmocka_unit_test(serial_days),
        cmocka_unit_test(dates_as_people_write_them), cmocka_unit_test(every_verdict_has_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
