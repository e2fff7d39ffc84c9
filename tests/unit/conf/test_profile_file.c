#include "conf/profile_file.h"

#include "base/text.h"
#include "core/calendar.h"
#include "core/name.h"
#include "sample.h"

static struct arena arena;
static struct profile_files aoc; /* the shipped profile */

static int setup(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    const char *share = path_join(&arena, source_dir(), "share");
    if (!profile_load(&arena, "aoc", "no/such/dir", share, &aoc, &e))
        fail_msg("%s", e.log);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void the_values_are_those_of_the_procedures(void **state)
{
    (void)state;
    const struct profile *p = &aoc.profile;
    static const int thresholds[] = {60, 30, 15, 10, 5};
    assert_string_equal(p->name, "aoc");
    assert_int_equal(p->threshold_count, 5);
    assert_memory_equal(p->thresholds, thresholds, sizeof thresholds);
    assert_int_equal(p->pair_gap_days, 30);
    assert_string_equal(p->warning_subject,
                        "PRO - PADRO - {name} - Recordatori data d'expiració {certificates} - [{ticket}]");
    assert_string_equal(p->ticket_project, "ST");
    assert_string_equal(p->ticket_template, "ST-8949");
    assert_string_equal(p->certificate_names[CERT_CDS].in[LANG_CA], "certificat de dispositiu servidor segur (CDS)");
    assert_string_equal(p->certificate_names[CERT_CDA].in[LANG_CA], "certificat d'aplicació (CDA)");
    for (int kind = 0; kind < CERT_KINDS; kind++) {
        for (int lang = 0; lang < LANG_COUNT; lang++)
            assert_non_null(p->certificate_names[kind].in[lang]);
    }
    assert_string_equal(p->warning_folder, "Renovació certificats");
    assert_string_equal(p->outage_folder, "Ajuntaments");
    assert_string_equal(p->alert_down[2], "caigudes");
    assert_true(p->alert_down_count > 10 && p->alert_up_count > 5);
    for (size_t i = 0; i < p->alert_down_count; i++)
        assert_null(strstr(p->alert_down[i], "í")); /* folded */
    assert_string_equal(p->filing_place, "SERVEIS\\PADRO");
    assert_int_equal(p->report_weekday, FRIDAY);
    assert_string_equal(p->report_subject, "AOC_Suport_PADRO : Monitoratge Ajuntaments - {day}");
    assert_int_equal(p->language, LANG_CA);
}

static void addresses_are_functional_and_reserved(void **state)
{
    (void)state;
    const struct profile *p = &aoc.profile;
    assert_true(str_ends(str_of(p->from.email), "@example.org"));
    assert_true(p->to_count > 0 && p->cc_count > 0);
    for (size_t i = 0; i < p->to_count; i++)
        assert_true(str_ends(str_of(p->to[i].email), "@example.org"));
    for (size_t i = 0; i < p->cc_count; i++)
        assert_true(str_ends(str_of(p->cc[i].email), "@example.org"));
}

static void every_exclusion_is_found_however_it_is_written(void **state)
{
    (void)state;
    static const struct {
        const char *written, *reason;
    } cases[] = {
        {"AOC - IDESCAT", "not-a-body"},
        {"aoc – idescat", "not-a-body"},
        {"TECSIDEL DMZ", "not-a-body"},
        {"Tecsidel  dmz ", "not-a-body"},
        {"AA - TEST JAVA", "not-a-body"},
        {"AOC CAT-L-DEV JAVA", "not-a-body"},
        {"AOC - CAT-L-DEV JAVA", "not-a-body"},
        {"AOC - PRE-PRODUCCIÓ JAVA", "not-a-body"},
        {"AOC - PRE-PRODUCCIO JAVA", "not-a-body"},
        {"Barcelona, Diputació", "migrated"},
        {"Diputació de Barcelona", "migrated"},
        {"Girona, Diputació", "migrated"},
        {"GIRONA, DIPUTACIO", "migrated"},
        {"Diputació de Girona", "migrated"},
        {"Tarragona, Diputació de", "migrated"},
        {"Diputació de Tarragona", "migrated"},
        {"Consell Comarcal del Baix Penedès", "migrated"},
        {"CONSELL COMARCAL DEL BAIX PENEDES", "migrated"},
        {"Lleida, Diputació de", "migrated-presumed"},
        {"Diputació de Lleida", "migrated-presumed"},
        {"Esparreguera, Ajuntament de", "no-register"},
        {"Esparreguera, Ajuntament d'", "no-register"},
        {"Ajuntament d\xe2\x80\x99"
         "Esparreguera",
         "no-register"},
        {"Martorell, Ajuntament de", "no-register"},
        {"Ajuntament de Martorell", "no-register"},
        {"Manresa, Ajuntament de", "automatic"},
        {"MANRESA, AJUNTAMENT DE", "automatic"},
        {"Tarragona, Ajuntament de", "automatic"},
        {"Ajuntament de Tarragona", "automatic"},
        {"Abrera, Ajuntament d'", NULL},
        {"Ajuntament de Barcelona", NULL},
        {"Ajuntament de Girona", NULL},
        {"Ajuntament de Lleida", NULL},
        {"Consell Comarcal de l'Alt Penedès", NULL},
        {"Martorelles, Ajuntament de", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct exclusion *x = profile_exclusion(&aoc.profile, name_key(&arena, str_of(cases[i].written)));
        const char *reason = x == NULL ? NULL : aoc.profile.reasons[x->reason].code;
        if (cases[i].reason == NULL ? reason != NULL : reason == NULL || strcmp(reason, cases[i].reason) != 0)
            fail_msg("%s: %s", cases[i].written, reason == NULL ? "not excluded" : reason);
    }
    assert_int_equal(aoc.profile.reason_count, 5);
    for (size_t i = 0; i < aoc.profile.reason_count; i++) {
        for (int lang = 0; lang < LANG_COUNT; lang++)
            assert_non_null(aoc.profile.reasons[i].text.in[lang]);
    }
    for (size_t i = 1; i < aoc.profile.exclusion_count; i++)
        assert_true(strcmp(aoc.profile.exclusions[i - 1].key, aoc.profile.exclusions[i].key) < 0);
}

static void holidays_are_those_of_the_calendar(void **state)
{
    (void)state;
    static const char *const no_work[] = {
        "2015-01-01", "2026-01-06", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-25",
        "2026-06-24", "2026-09-11", "2026-09-24", "2026-10-12", "2026-12-08", "2026-12-25",
        "2027-03-26", "2027-03-29", "2038-04-23", "2038-04-26", "2045-12-26", /* Easter of 2038 is the latest there is:
                                                                                 25 April */
    };
    static const char *const work[] = {"2026-04-02", "2026-04-07", "2026-12-24",
                                       "2026-11-20", "2026-08-14", "2026-06-23"};
    const struct profile *p = &aoc.profile;
    day_t d;
    for (size_t i = 0; i < COUNT(no_work); i++) {
        assert_true(day_parse_iso(str_of(no_work[i]), &d));
        if (day_is_working(p, d))
            fail_msg("%s is a holiday", no_work[i]);
    }
    for (size_t i = 0; i < COUNT(work); i++) {
        assert_true(day_parse_iso(str_of(work[i]), &d));
        if (!day_is_working(p, d))
            fail_msg("%s is a working day", work[i]);
    }
    for (size_t i = 1; i < p->holiday_count; i++)
        assert_true(p->holidays[i - 1] < p->holidays[i]);
    assert_int_equal(day_to_civil(p->holidays[0]).year, LIMIT_HOLIDAY_YEAR_MIN);
    assert_int_equal(day_to_civil(p->holidays[p->holiday_count - 1]).year, LIMIT_HOLIDAY_YEAR_MAX);
}

static const char *field_of(const char *table, const char *label)
{
    const char *fold = text_fold(&arena, str_of(label));
    for (size_t i = 0; i < aoc.header_count; i++) {
        if (strcmp(aoc.headers[i].word, fold) == 0 && strcmp(aoc.headers[i].table, table) == 0)
            return aoc.headers[i].field;
    }
    return "";
}

static void headers_people_write_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *table, *label, *field;
    } cases[] = {
        {"registry", "ID", "id"},
        {"registry", "DESCRIPCIO", "description"},
        {"registry", "Ens", "description"},
        {"registry", "Descripció", "description"},
        {"registry", "CODI_PROVINCIA", "province"},
        {"registry", "Provincia", "province"},
        {"registry", "CODI_MUNICIPI", "municipality"},
        {"registry", "Municipi", "municipality"},
        {"registry", "PLATAFORMA", "platform"},
        {"registry", "URL_WSDL", "endpoint"},
        {"registry", "Endpoint", "endpoint"},
        {"registry", "DATA_CDS", "expires-cds"},
        {"registry", "Caducitat CDS", "expires-cds"},
        {"registry", "Data CDA", "expires-cda"},
        {"registry", "Dies_Caducitat_CDS", "days-cds"},
        {"registry", "Dies_Caducitat_CDA", "days-cda"},
        {"contacts", "body", "body"},
        {"contacts",
         "Nom de l\xe2\x80\x99"
         "ens",
         "body"},
        {"contacts", "e-mail", "email"},
        {"contacts", "Adreça electrònica", "email"},
        {"contacts", "Llengua", "language"},
        {"contacts", "role", "role"},
        {"bodies", "name", "name"},
        {"bodies", "ine10", "ine10"},
        {"bodies", "kind", "kind"},
        {"bodies", "comarca", "comarca"},
        {"ok", "Acció realitzada", "action"},
        {"ok", "Data", "day"},
        {"ok", "Tiquet", "ticket"},
        {"ko", "Dies KO", "days"},
        {"ko", "Des de", "since"},
        {"ko", "Error", "error"},
        {"ko", "Accions", "actions"},
        {"certificates", "Validesa", "validity"},
        {"certificates", "Vigència", "validity"},
        {"certificates", "Comentaris", "comment"},
        {"certificates", "Dies", "days"},
        {"certificates", "Accions", "comment"},
        {"registry", "Color", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (strcmp(field_of(cases[i].table, cases[i].label), cases[i].field) != 0)
            fail_msg("%s in %s: '%s'", cases[i].label, cases[i].table, field_of(cases[i].table, cases[i].label));
    }
    for (size_t i = 1; i < aoc.header_count; i++) {
        int order = strcmp(aoc.headers[i - 1].word, aoc.headers[i].word);
        assert_true(order < 0 || (order == 0 && strcmp(aoc.headers[i - 1].table, aoc.headers[i].table) < 0));
    }
}

static void one_file_can_be_replaced_locally(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {.lang = LANG_EN};
    const char *share = path_join(&a, source_dir(), "share"), *path = "";
    struct buf yaml = BUF_INIT(LIMIT_CONFIG_BYTES);
    assert_true(file_read(path_join(&a, share, "profile/aoc/profile.yaml"), &yaml, &e));
    char *at = strstr(yaml.p, "pair_gap_days: 30");
    assert_non_null(at);
    memcpy(at, "pair_gap_days: 45", 17);
    text_write("local_override/profile/aoc/profile.yaml", buf_text(&yaml));
    text_write("local_override/profile/aoc/messages/warning-single.es.txt", "\xef\xbb\xbfHola,\r\n\r\n**{date}**\r\n");

    struct profile_files p;
    assert_true(profile_load(&a, "aoc", "local_override", share, &p, &e));
    assert_int_equal(p.profile.pair_gap_days, 45);
    assert_true(str_starts(str_of(profile_path(&a, &p, "profile.yaml", &e)), "local_override/"));
    assert_true(str_starts(str_of(profile_path(&a, &p, "bodies.csv", &e)), share));
    assert_string_equal(profile_message(&a, &p, "warning-single", LANG_ES, &path, &e), "Hola,\n\n**{date}**\n");
    assert_string_equal(path, "local_override/profile/aoc/messages/warning-single.es.txt");
    assert_non_null(profile_message(&a, &p, "warning-single", LANG_CA, &path, &e));
    assert_true(str_starts(str_of(path), share));
    buf_release(&yaml);
    arena_release(&a);
}

static void a_message_falls_back_on_catalan(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {.lang = LANG_EN};
    const char *path = "";
    struct profile_files p = {.local_dir = "fallback", .shared_dir = "no/such"};
    text_write("fallback/messages/only.ca.txt", "Bon dia");
    assert_string_equal(profile_message(&a, &p, "only", LANG_EN, &path, &e), "Bon dia");
    assert_string_equal(path, "fallback/messages/only.ca.txt");

    assert_null(profile_message(&a, &p, "none", LANG_EN, &path, &e));
    assert_int_equal(e.code, ERR_PROFILE);
    assert_string_equal(e.log, "the profile has no messages/none.ca.txt: neither fallback nor no/such has it");
    err_clear(&e);
    text_write("fallback/messages/latin.ca.txt", "Bon dia\n  m\xe9s");
    assert_null(profile_message(&a, &p, "latin", LANG_CA, &path, &e));
    assert_string_equal(e.log, "fallback/messages/latin.ca.txt:2:4: the byte 0xE9 is not UTF-8; save the file with "
                               "encoding UTF-8");
    err_clear(&e);
    text_write("fallback/messages/bidi.ca.txt", "a\xe2\x80\xae");
    assert_null(profile_message(&a, &p, "bidi", LANG_CA, &path, &e));
    assert_string_equal(e.log, "fallback/messages/bidi.ca.txt:1:2: the control character U+202E may not stand here; "
                               "delete it");
    arena_release(&a);
}

static void names_of_profiles_do_not_leave_the_directory(void **state)
{
    (void)state;
    static const char *const names[] = {"", "..", "../aoc", "/etc", "a/b", "a b", "aoc\n", "perfíl"};
    struct arena a = {0};
    const char *share = path_join(&a, source_dir(), "share");
    for (size_t i = 0; i < COUNT(names); i++) {
        struct err e = {.lang = LANG_EN};
        struct profile_files p;
        assert_false(profile_load(&a, names[i], ".", share, &p, &e));
        assert_int_equal(e.code, ERR_PROFILE);
    }
    struct err e = {.lang = LANG_EN};
    struct profile_files p;
    assert_false(profile_load(&a, "nobody", "conf", share, &p, &e));
    assert_non_null(strstr(e.log, "the profile has no profile.yaml: neither conf/profile/nobody nor "));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_values_are_those_of_the_procedures),
        cmocka_unit_test(addresses_are_functional_and_reserved),
        cmocka_unit_test(every_exclusion_is_found_however_it_is_written),
        cmocka_unit_test(holidays_are_those_of_the_calendar),
        cmocka_unit_test(headers_people_write_are_known),
        cmocka_unit_test(one_file_can_be_replaced_locally),
        cmocka_unit_test(a_message_falls_back_on_catalan),
        cmocka_unit_test(names_of_profiles_do_not_leave_the_directory),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
