#include "core/name.h"

#include <stdio.h>

#include "base/text.h"
#include "sample.h"

static struct arena arena;

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const char *natural(const char *text)
{
    return name_natural(&arena, str_of(text));
}

/* registry form, natural form, short form */
static const struct {
    const char *registry, *natural, *brief;
} towns[] = {
    {"Prat de Llobregat, Ajuntament del", "Ajuntament del Prat de Llobregat", "el Prat de Llobregat"},
    {"Hospitalet de Llobregat, Ajuntament de l'", "Ajuntament de l'Hospitalet de Llobregat",
     "l'Hospitalet de Llobregat"},
    {"Alt Àneu, Ajuntament d'", "Ajuntament d'Alt Àneu", "Alt Àneu"},
    {"Bisbal d'Empordà, Ajuntament de la", "Ajuntament de la Bisbal d'Empordà", "la Bisbal d'Empordà"},
    {"Hostalets de Pierola, Ajuntament dels", "Ajuntament dels Hostalets de Pierola", "els Hostalets de Pierola"},
    {"Borges Blanques, Ajuntament de les", "Ajuntament de les Borges Blanques", "les Borges Blanques"},
    {"Berga, Ajuntament de", "Ajuntament de Berga", "Berga"},
    {"Òrrius, Ajuntament d'", "Ajuntament d'Òrrius", "Òrrius"},
    {"Horta de Sant Joan, Ajuntament d'", "Ajuntament d'Horta de Sant Joan", "Horta de Sant Joan"},
    {"Les, Ajuntament de", "Ajuntament de Les", "Les"},
    {"Vall d'en Bas, Ajuntament de la", "Ajuntament de la Vall d'en Bas", "la Vall d'en Bas"},
    {"Es Bòrdes, Ajuntament d'", "Ajuntament d'Es Bòrdes", "Es Bòrdes"},
    {"Vielha e Mijaran, Ajuntament de", "Ajuntament de Vielha e Mijaran", "Vielha e Mijaran"},
    {"Calonge i Sant Antoni, Ajuntament de", "Ajuntament de Calonge i Sant Antoni", "Calonge i Sant Antoni"},
    {"Saus, Camallera i Llampaies, Ajuntament de", "Ajuntament de Saus, Camallera i Llampaies",
     "Saus, Camallera i Llampaies"},
    {"Castell d'Aro, Platja d'Aro i s'Agaró, Ajuntament de", "Ajuntament de Castell d'Aro, Platja d'Aro i s'Agaró",
     "Castell d'Aro, Platja d'Aro i s'Agaró"},
    {"Agaró, Ajuntament de s'", "Ajuntament de s'Agaró", "s'Agaró"},
    {"Nom, Ajuntament d'en", "Ajuntament d'en Nom", "en Nom"},
    {"Aina, Ajuntament de n'", "Ajuntament de n'Aina", "n'Aina"},
};

static void towns_in_their_three_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(towns); i++) {
        assert_string_equal(natural(towns[i].registry), towns[i].natural);
        assert_string_equal(natural(towns[i].natural), towns[i].natural);
        assert_string_equal(name_inverted(&arena, str_of(towns[i].natural)), towns[i].registry);
        assert_string_equal(name_inverted(&arena, str_of(towns[i].registry)), towns[i].registry);
        assert_string_equal(name_short(&arena, str_of(towns[i].natural)), towns[i].brief);
        assert_string_equal(name_short(&arena, str_of(towns[i].registry)), towns[i].brief);
    }
}

static void other_kinds_of_body(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"Girona, Diputació", "Diputació de Girona"},
        {"Barcelona, Diputació", "Diputació de Barcelona"},
        {"Tarragona, Diputació de", "Diputació de Tarragona"},
        {"Abrera, Ajuntament", "Ajuntament d'Abrera"},
        {"Huesca, Diputació", "Diputació de Huesca"}, /* hu before a vowel is a consonant */
        {"Hostalric, Ajuntament", "Ajuntament d'Hostalric"},
        {"Isona i Conca Dellà, Ajuntament", "Ajuntament d'Isona i Conca Dellà"},
        {"Ullà, Ajuntament", "Ajuntament d'Ullà"},
        {"Baix Penedès, Consell Comarcal del", "Consell Comarcal del Baix Penedès"},
        {"Alt Empordà, Consell Comarcal de l'", "Consell Comarcal de l'Alt Empordà"},
        {"Garrigues, Consell Comarcal de les", "Consell Comarcal de les Garrigues"},
        {"Osona, Consell Comarcal d'", "Consell Comarcal d'Osona"},
        {"Bellaterra, Entitat Municipal Descentralitzada de", "Entitat Municipal Descentralitzada de Bellaterra"},
        {"Bellaterra, EMD de", "EMD de Bellaterra"},
        {"Aran, Conselh Generau d'", "Conselh Generau d'Aran"},
        {"Penedès-Garraf, Mancomunitat", "Mancomunitat de Penedès-Garraf"},
        {"Gestió Tributària, Organisme Autònom de", "Organisme Autònom de Gestió Tributària"},
        {"Bages, Consorci del", "Consorci del Bages"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(natural(cases[i][0]), cases[i][1]);
        assert_string_equal(name_short(&arena, str_of(cases[i][1])), str_starts(str_of(cases[i][1]), "Ajuntament d'")
                                                                         ? cases[i][1] + strlen("Ajuntament d'")
                                                                         : cases[i][1]);
    }
    assert_string_equal(name_inverted(&arena, str_of("Consell Comarcal del Baix Penedès")),
                        "Baix Penedès, Consell Comarcal del");
}

static void slips_are_put_right(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"Abrera, Ajuntament d", "Ajuntament d'Abrera"},
        {"Hospitalet de Llobregat, Ajuntament de l", "Ajuntament de l'Hospitalet de Llobregat"},
        {"Hospitalet de Llobregat, Ajuntament de l’", "Ajuntament de l'Hospitalet de Llobregat"},
        {"Hospitalet de Llobregat, Ajuntament de l´", "Ajuntament de l'Hospitalet de Llobregat"},
        {"Hospitalet de Llobregat, Ajuntament de l`", "Ajuntament de l'Hospitalet de Llobregat"},
        {"Hospitalet de Llobregat, Ajuntament de l '", "Ajuntament de l'Hospitalet de Llobregat"},
        {"Hospitalet de Llobregat,ajuntament  de  l'", "Ajuntament de l'Hospitalet de Llobregat"},
        {"Hospitalet de Llobregat , AJUNTAMENT DE L' ", "Ajuntament de l'Hospitalet de Llobregat"},
        {"Hospitalet de Llobregat, Ajuntament del'", "Ajuntament de l'Hospitalet de Llobregat"},
        {"  Prat   de Llobregat,\tAjuntament del\n", "Ajuntament del Prat de Llobregat"},
        {"Prat de Llobregat, Ajuntament de el", "Ajuntament del Prat de Llobregat"},
        {"Bisbal d’Empordà, Ajuntament dela", "Ajuntament de la Bisbal d'Empordà"},
        {"Girona, DIPUTACIO DE", "Diputació de Girona"},
        {"Abrera, Ajuntament de", "Ajuntament d'Abrera"},
        {"Berga, Ajuntament d'", "Ajuntament de Berga"},
        {"Bòrdes, Ajuntament d'Es", "Ajuntament d'Es Bòrdes"},
        {"El Prat de Llobregat, Ajuntament de", "Ajuntament del Prat de Llobregat"},
        {"L'Hospitalet de Llobregat, Ajuntament", "Ajuntament de l'Hospitalet de Llobregat"},
        {"Les Borges Blanques, Ajuntament de", "Ajuntament de les Borges Blanques"},
        {"Esparreguera, Ajuntament de", "Ajuntament d'Esparreguera"},
        {"ajuntament de el Prat de Llobregat", "Ajuntament del Prat de Llobregat"},
        {"Ajuntament de La Bisbal d'Empordà", "Ajuntament de la Bisbal d'Empordà"},
        {"Ajuntament de L’Hospitalet de Llobregat", "Ajuntament de l'Hospitalet de Llobregat"},
        {"Ajuntament de l' Hospitalet de Llobregat", "Ajuntament de l'Hospitalet de Llobregat"},
        {"Ajuntament d' Abrera", "Ajuntament d'Abrera"},
        {"Ajuntament de Abrera", "Ajuntament d'Abrera"},
        {"Alt A\xcc\x80neu, Ajuntament d'", "Ajuntament d'Alt Àneu"}, /* composed */
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(natural(cases[i][0]), cases[i][1]);
}

static void what_is_not_inverted_stays(void **state)
{
    (void)state;
    static const char *const same[] = {
        "AOC - IDESCAT",
        "TECSIDEL DMZ",
        "AA - TEST JAVA",
        "AOC - PRE-PRODUCCIÓ JAVA",
        "Consell Comarcal del Baix Penedès",
        "Conselh Generau d'Aran",
        "Consell Comarcal de l'Alt Empordà",
        "Entitat Municipal Descentralitzada de Bellaterra",
        "Girona, província de",
        "Berga, Ajuntament de Berga",
        "Berga, Ajuntaments de",
        "Ajuntament",
        "Ajuntament de",
        "Ajuntament d'",
        ", Ajuntament de",
        ",",
        ", ,",
        "",
        "Consorci AOC",
        "Ajuntamentde Berga",
        "Berga Ajuntament de",
        "Berga; Ajuntament de",
    };
    for (size_t i = 0; i < COUNT(same); i++)
        assert_string_equal(natural(same[i]), same[i]);
    assert_string_equal(name_natural(&arena, (struct str){0}), "");
    assert_string_equal(natural("Ajuntament d'😀"), "Ajuntament de 😀");
    assert_string_equal(name_inverted(&arena, str_of("AOC - IDESCAT")), "AOC - IDESCAT");
    assert_string_equal(name_short(&arena, str_of("AOC - IDESCAT")), "AOC - IDESCAT");
}

static void spellings_of_one_body_share_a_key(void **state)
{
    (void)state;
    static const char *const groups[][6] = {
        {"Prat de Llobregat, Ajuntament del", "Ajuntament del Prat de Llobregat", "PRAT DE LLOBREGAT,AJUNTAMENT DEL",
         "ajuntament de el prat de llobregat", "Ajuntament  del Prat  de Llobregat"},
        {"Hospitalet de Llobregat, Ajuntament de l'", "Ajuntament de L’Hospitalet de Llobregat",
         "Hospitalet de Llobregat, Ajuntament de l"},
        {"Alt Àneu, Ajuntament d'", "Ajuntament d Alt Aneu", "AJUNTAMENT DE ALT ÀNEU", "Alt Aneu, Ajuntament"},
        {"Girona, Diputació", "Diputació de Girona", "diputacio de girona"},
        {"Tarragona, Diputació de", "Tarragona, Diputació"},
        {"Tarragona, Ajuntament de", "Ajuntament de Tarragona"},
        {"AOC - PRE-PRODUCCIÓ JAVA", "aoc pre produccio java"},
        {"Bòrdes, Ajuntament d'Es", "Es Bòrdes, Ajuntament d'", "Ajuntament d'Es Bordes"},
    };
    for (size_t g = 0; g < COUNT(groups); g++) {
        const char *key = name_key(&arena, str_of(groups[g][0]));
        for (size_t i = 1; i < COUNT(groups[g]) && groups[g][i] != NULL; i++)
            assert_string_equal(name_key(&arena, str_of(groups[g][i])), key);
        for (size_t other = 0; other < g; other++)
            assert_string_not_equal(name_key(&arena, str_of(groups[other][0])), key);
    }
}

/* Calls `each` with the first field that follows `column` commas of every row but the header; quotes are understood. */
static size_t each_field(const char *file, int column, void (*each)(const char *field))
{
    char path[4096], line[1024];
    (void)snprintf(path, sizeof path, "%s/share/%s", getenv("TALAIA_TEST_SOURCE"), file);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    size_t rows = 0;
    for (; fgets(line, sizeof line, f) != NULL; rows++) {
        const char *p = line;
        for (int i = 0; i < column; i++)
            p = strchr(p, ',') + 1;
        bool quoted = *p == '"';
        p += quoted;
        each(arena_text(&arena, str_part(p, strcspn(p, quoted ? "\"" : ",\n"))));
    }
    (void)fclose(f);
    return rows;
}

static size_t slips;

static void round_trip_of_registry(const char *description)
{
    const char *n = natural(description);
    assert_string_equal(natural(n), n);
    if (strstr(description, ", Ajuntament ") == NULL)
        return;
    const char *inverted = name_inverted(&arena, str_of(n));
    if (strcmp(inverted, description) != 0) { /* the registry's own slip: "Esparreguera, Ajuntament de" */
        size_t same = strlen(description) - 1;
        if (description[same] != 'e')
            fail_msg("\"%s\" came back as \"%s\"", description, inverted);
        assert_memory_equal(inverted, description, same);
        assert_string_equal(inverted + same, "'");
        slips++;
    }
    assert_true(str_starts(str_of(n), "Ajuntament d"));
    assert_null(strstr(name_short(&arena, str_of(n)), "Ajuntament"));
}

static void round_trip_of_body(const char *name)
{
    assert_string_equal(natural(name), name); /* the official names are right as they are */
    assert_string_equal(natural(name_inverted(&arena, str_of(name))), name);
    assert_string_equal(name_key(&arena, str_of(name)), text_fold(&arena, str_of(name)));
}

static void every_real_name_comes_back(void **state)
{
    (void)state;
    assert_true(each_field("demo/registry.csv", 1, round_trip_of_registry) > 300);
    assert_true(slips <= 2);
    assert_true(each_field("profile/aoc/bodies.csv", 0, round_trip_of_body) > 900);
}

/* Anything at all: no crash, one line, and a second pass changes nothing. */
static void random_names_settle(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "Ajuntament", "Diputació", "Consell Comarcal", ",",     ", ", " ", "de",   "d'", "del", "de l'", "de la", "’",
        "Es",         "la",        "Abrera",           "Berga", "h",  "i", "\xff", "\n", "·",   "À",     "d'en",  "'",
        "Les"};
    uint32_t random = 11;
    for (int round = 0; round < 20000; round++) {
        char text[256];
        size_t n = 0;
        text[0] = '\0';
        for (int k = 0; k < 8; k++) {
            random = random * 1664525u + 1013904223u;
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", (random & 0x8000) != 0 ? " " : "",
                                  pieces[(random >> 20) % COUNT(pieces)]);
        }
        const char *once = natural(text);
        if (strcmp(natural(once), once) != 0)
            fail_msg("\"%s\" → \"%s\" → \"%s\"", text, once, natural(once));
        assert_null(strchr(once, '\n'));
        const char *inverted = name_inverted(&arena, str_of(once));
        if (str_starts(str_of(inverted), "Ajuntament") || str_starts(str_of(inverted), "Diputació") ||
            str_starts(str_of(inverted), "Consell Comarcal"))
            continue; /* a place with the name of a kind of body: taken as natural, and no real one is */
        if (strcmp(name_key(&arena, str_of(inverted)), name_key(&arena, str_of(once))) != 0)
            fail_msg("\"%s\" inverted is \"%s\"", once, inverted);
        arena_reset(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(towns_in_their_three_forms),
        cmocka_unit_test(other_kinds_of_body),
        cmocka_unit_test(slips_are_put_right),
        cmocka_unit_test(what_is_not_inverted_stays),
        cmocka_unit_test(spellings_of_one_body_share_a_key),
        cmocka_unit_test(every_real_name_comes_back),
        cmocka_unit_test(random_names_settle),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
