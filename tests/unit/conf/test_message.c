/* The shipped messages: what procedure A3 asks of every warning. */
#include "conf/profile_file.h"

#include "sample.h"

static const struct {
    const char *name, *placeholders;
} messages[] = {
#define X(name_, words_, placeholders_) {.name = name_, .placeholders = placeholders_},
    MESSAGE_LIST(X)
#undef X
};

/* What each language calls the things that A3 names. */
static const struct {
    const char *service, *cds, *cda, *help, *runs, *greeting, *closing, *soon;
} words[LANG_COUNT] = {
    [LANG_CA] = {"servei d'expedició telemàtica de volants del padró", "certificat de dispositiu servidor segur (CDS)",
                 "certificat d'aplicació (CDA)", "Si necessiteu ajuda", "el servei continuarà funcionant", "Bon dia,",
                 "Ben cordialment,", "tan aviat com pugueu"},
    [LANG_ES] = {"servicio de expedición telemática de volantes del padrón",
                 "certificado de dispositivo servidor seguro (CDS)", "certificado de aplicación (CDA)",
                 "Si necesitan ayuda", "el servicio seguirá funcionando", "Buenos días:", "Atentamente,",
                 "tan pronto como puedan"},
    [LANG_EN] = {"telematic issue of population-register certificates", "secure server device certificate (CDS)",
                 "application certificate (CDA)", "If you need help", "the service will keep running", "Good morning,",
                 "Kind regards,", "as soon as you can"},
};

static const char *load(struct arena *a, const char *name, enum lang lang)
{
    struct err e = {.lang = LANG_EN};
    const char *path = "";
    const struct profile_files p = {.local_dir = "no/such",
                                    .shared_dir = path_join(a, source_dir(), "share/profile/aoc")};
    const char *text = profile_message(a, &p, name, lang, &path, &e);
    if (text == NULL)
        fail_msg("%s", e.log);
    if (!str_ends(str_of(path), arena_printf(a, "%s.%s.txt", name, lang_code(lang))))
        fail_msg("%s in %s is missing: got %s", name, lang_code(lang), path);
    return text;
}

/* The text without its remarks (#!), as it is sent. */
static char *without_remarks(struct arena *a, const char *text)
{
    struct buf kept = BUF_INIT(LIMIT_TEMPLATE_BYTES);
    struct str rest = str_of(text), line;
    while (str_split(&rest, '\n', &line)) {
        if (str_starts(line, "#!"))
            continue;
        buf_add_str(&kept, line);
        buf_add_char(&kept, '\n');
    }
    char *copy = arena_strdup(a, buf_text(&kept));
    buf_release(&kept);
    return copy;
}

static void must_have(const char *name, enum lang lang, const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("%s.%s does not say '%s'", name, lang_code(lang), part);
}

static bool is_listed(struct str word, const char *words_)
{
    struct str rest = str_of(words_), one;
    while (str_split(&rest, ' ', &one)) {
        if (str_equal(one, word))
            return true;
    }
    return false;
}

static void placeholders_are_known_and_closed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(messages); i++) {
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            struct arena a = {0};
            struct str rest = str_of(load(&a, messages[i].name, (enum lang)lang)), before;
            size_t count = 0;
            while (str_split(&rest, '{', &before) && rest.p != NULL) {
                struct str word = str_part(rest.p, str_find(rest, '}'));
                if (!is_listed(word, messages[i].placeholders))
                    fail_msg("%s.%s: {%.*s}", messages[i].name, lang_code((enum lang)lang), STR_ARG(word));
                count++;
            }
            assert_true(count > 4);
            arena_release(&a);
        }
    }
}

static void every_warning_says_what_it_must(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(messages); i++) {
        for (int l = 0; l < LANG_COUNT; l++) {
            struct arena a = {0};
            enum lang lang = (enum lang)l;
            const char *name = messages[i].name, *text = without_remarks(&a, load(&a, name, lang));
            const char *const parts[] = {words[l].service, words[l].help, words[l].runs, words[l].greeting,
                                         words[l].closing, words[l].soon, "{name}",      "{ticket}"};
            for (size_t k = 0; k < COUNT(parts); k++)
                must_have(name, lang, text, parts[k]);
            arena_release(&a);
        }
    }
}

static void certificates_and_dates_are_spelled_out(void **state)
{
    (void)state;
    static const struct {
        const char *name, *parts[4];
    } needed[] = {
        {"warning-single", {"{certificate}", "\n\n**{date}**\n\n"}},
        {"warning-pair-one",
         {"{now_certificate}", "\n\n**{now_date}**\n\n", "{later_certificate}", "\n\n**{later_date}**\n\n"}},
        {"warning-pair-both", {"\n\n**{cda_date}**\n\n", "\n\n**{cds_date}**\n\n"}},
    };
    assert_int_equal(COUNT(needed), COUNT(messages));
    for (size_t i = 0; i < COUNT(needed); i++) {
        for (int l = 0; l < LANG_COUNT; l++) {
            struct arena a = {0};
            const char *text = without_remarks(&a, load(&a, needed[i].name, (enum lang)l));
            for (size_t k = 0; k < 4 && needed[i].parts[k] != NULL; k++)
                must_have(needed[i].name, (enum lang)l, text, needed[i].parts[k]);
            if (strcmp(needed[i].name, "warning-pair-both") == 0) {
                must_have(needed[i].name, (enum lang)l, text, words[l].cds);
                must_have(needed[i].name, (enum lang)l, text, words[l].cda);
            }
            if (strcmp(needed[i].name, "warning-pair-one") == 0)
                must_have(needed[i].name, (enum lang)l, text, " 60 ");
            arena_release(&a);
        }
    }
}

static void the_profile_spells_the_same_names(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {.lang = LANG_EN};
    struct profile_files p;
    assert_true(profile_load(&a, "aoc", "no/such", path_join(&a, source_dir(), "share"), &p, &e));
    for (int l = 0; l < LANG_COUNT; l++) {
        assert_string_equal(p.profile.certificate_names[CERT_CDS].in[l], words[l].cds);
        assert_string_equal(p.profile.certificate_names[CERT_CDA].in[l], words[l].cda);
    }
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(placeholders_are_known_and_closed),
        cmocka_unit_test(every_warning_says_what_it_must),
        cmocka_unit_test(certificates_and_dates_are_spelled_out),
        cmocka_unit_test(the_profile_spells_the_same_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
