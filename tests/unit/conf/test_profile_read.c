/* Broken profiles: one change to the shipped file, and what is said about it. */
#include "conf/profile_file.h"

#include "sample.h"

static const char *shipped(struct buf *text)
{
    struct arena a = {0};
    struct err e = {.lang = LANG_EN};
    buf_clear(text);
    if (!file_read(path_join(&a, source_dir(), "share/profile/aoc/profile.yaml"), text, &e))
        fail_msg("%s", e.log);
    arena_release(&a);
    return buf_text(text);
}

/* The findings of the text, without their places (the shipped file may grow), one a line. */
static void read_text(const char *text, struct buf *found, size_t *ret_line)
{
    struct arena a = {0};
    struct err e = {.lang = LANG_EN};
    struct profile_files p;
    struct config_findings all;
    bool good = profile_load_text(&a, str_of(text), "profile.yaml", "x", &p, &all, &e);
    assert_int_equal(good, all.count == 0);
    buf_clear(found);
    *ret_line = all.count > 0 ? all.items[0].line : 0;
    for (size_t i = 0; i < all.count; i++) {
        assert_int_equal(all.items[i].reason.code, ERR_PROFILE);
        buf_add_text(found, all.items[i].reason.log);
        buf_add_char(found, '\n');
    }
    if (!good)
        assert_true(str_starts(str_of(e.log), "profile.yaml:"));
    config_findings_release(&all);
    arena_release(&a);
}

static size_t line_of(const char *text, const char *at)
{
    size_t line = 1;
    for (const char *p = text; p < at; p++)
        line += *p == '\n' ? 1 : 0;
    return line;
}

/* "on line 168" → "on line N". */
static void numbers_hide(char *text)
{
    char *at = text == NULL ? NULL : strstr(text, "on line ");
    if (at == NULL)
        return;
    at += strlen("on line ");
    size_t digits = strspn(at, "0123456789");
    *at = 'N';
    memmove(at + 1, at + digits, strlen(at + digits) + 1);
}

/* Replaces the first `from` by `to`; expects exactly these findings, the first of them `below` lines under the change.
 */
static void change(const char *from, const char *to, size_t below, const char *expected)
{
    struct buf text = BUF_INIT(LIMIT_CONFIG_BYTES), changed = BUF_INIT(LIMIT_CONFIG_BYTES), found = BUF_INIT(100000);
    shipped(&text);
    const char *at = strstr(buf_text(&text), from);
    if (at == NULL)
        fail_msg("the shipped profile has no '%s'", from);
    buf_add(&changed, text.p, (size_t)(at - text.p));
    buf_add_text(&changed, to);
    buf_add_text(&changed, at + strlen(from));
    size_t line;
    read_text(buf_text(&changed), &found, &line);
    numbers_hide(found.p);
    if (strcmp(buf_text(&found), expected) != 0)
        fail_msg("'%s' → '%s'\nexpected\n%s\nfound\n%s", from, to, expected, buf_text(&found));
    if (expected[0] != '\0' && strstr(expected, "is missing") == NULL && line != line_of(text.p, at) + below)
        fail_msg("'%s': found on line %zu, not %zu", to, line, line_of(text.p, at) + below);
    buf_release(&text);
    buf_release(&changed);
    buf_release(&found);
}

static void the_shipped_profile_is_right(void **state)
{
    (void)state;
    change("pair_gap_days: 30", "pair_gap_days: 30", 0, "");
}

static void keys(void **state)
{
    (void)state;
    change("pair_gap_days", "pair_gap_day", 0,
           "warnings.pair_gap_days is missing\nunknown key warnings.pair_gap_day; did you mean pair_gap_days?\n");
    change("tickets:\n", "dashboard: [10954]\ntickets:\n", 0,
           "unknown key dashboard; the keys here are: language warnings certificates tickets outages alerts replies "
           "filing report probes integrations "
           "holidays exclusions headers\n");
    change("  down: [caigut,", "  down: ['--',", 0, "alerts.down: '--' has no letter\n");
    change("  cda:\n", "  cdx:\n", 0, "certificates.cda is missing\nunknown key certificates.cdx; did you mean cds?\n");
    change("    en: secure", "    fr: secure", 0, "unknown key certificates.cds.fr; the keys here are: en ca es\n");
    change("language: ca", "language: fr", 0, "language must be one of: ca es en; not 'fr'\n");
    change("weekday: friday", "weekday: firday", 0,
           "report.weekday must be one of: monday tuesday wednesday thursday friday; not 'firday' (did you mean "
           "friday?)\n");
}

static void warnings(void **state)
{
    (void)state;
    change("[60, 30, 15, 10, 5]", "[60, 30, 30]", 0, "warnings.thresholds must go down: 30 does not come after 30\n");
    change("[60, 30, 15, 10, 5]", "[60, x]", 0, "warnings.thresholds must be a whole number from 1 to 3650, not 'x'\n");
    change("[60, 30, 15, 10, 5]", "[]", 0, "warnings.thresholds must have from 1 to 12 numbers\n");
    change("[60, 30, 15, 10, 5]", "[13,12,11,10,9,8,7,6,5,4,3,2,1]", 0,
           "warnings.thresholds must have from 1 to 12 numbers\n");
    change("[60, 30, 15, 10, 5]", "60", 0,
           "warnings.thresholds is a list; write its items below it, each on a line that begins with '- '\n");
    change("pair_gap_days: 30", "pair_gap_days: 0", 0,
           "warnings.pair_gap_days must be a whole number from 1 to 365, not '0'\n");
    change("{certificates} -", "{certificats} -", 0,
           "warnings.subject: unknown placeholder {certificats}; those known are: name certificates ticket\n"
           "warnings.subject lacks {certificates}\n");
    change("[{ticket}]", "[{ticket]", 0,
           "warnings.subject: unknown placeholder {ticket]; those known are: name certificates ticket\n"
           "warnings.subject lacks {ticket}\n");
    change("subject: 'PRO - PADRO - {name}", "subject: 'PRO {{x}} - PADRO - {name}", 0, "");
    change("folder: Renovació certificats", "folder: \"Renovació\\nBcc: x\"", 0,
           "warnings.folder must be one line of text\n");
    change("folder: Renovació certificats", "folder: ' '", 0, "warnings.folder must be one line of text\n");
    change("project: ST", "project: s t", 0, "tickets.project: 's t' is not a project key such as ST\n");
    change("template: ST-8949", "template: ST-", 0,
           "tickets.template: 'ST-' is not the key of a ticket such as ST-8949\n");
    change("template: ST-8949", "template: 8949", 0,
           "tickets.template: '8949' is not the key of a ticket such as ST-8949\n");
    change("template: ST-8949", "template: '#12'", 0, "");
    change("template: ST-8949", "template: '#x'", 0,
           "tickets.template: '#x' is not the key of a ticket such as ST-8949\n");
    change("done: 10954", "dono: 10954", 0, "unknown key tickets.dashboard.renewal.dono; did you mean done?\n");
    change("done: 10954", "done: \"1\\n2\"", 0, "tickets.dashboard.renewal.done must be one line of text\n");
}

static void addresses(void **state)
{
    (void)state;
    change("email: cap.servei@example.org", "email: cap.servei", 0,
           "report.to.email: 'cap.servei' is not an e-mail address\n");
    change("email: cap.servei@example.org", "email: 'a@b, c@d'", 0,
           "report.to.email: 'a@b, c@d' is not an e-mail address\n");
    change("name: Cap de servei", "name: \"Cap\\r\"", 0, "the value holds the control character U+000D; delete it\n");
    change("name: Cap de servei", "name: \"Cap\\nde\"", 0, "report.to.name must be one line of text\n");
    change("name: Cap de servei", "nom: Cap de servei", 0,
           "unknown key report.to.nom; the keys here are: name email\n");
    change("      email: cap.servei@example.org\n", "", -1, "report.to has no email\n");
}

static void holidays(void **state)
{
    (void)state;
    change("- 1/1 ", "- 31/2 ", 0, "holidays.fixed: '31/2' is not a day of the year such as 25/12\n");
    change("- 1/1 ", "- 12/25 ", 0, "holidays.fixed: '12/25' is not a day of the year such as 25/12\n");
    change("- 1/1 ", "- 2026-01-01 ", 0, "holidays.fixed: '2026-01-01' is not a day of the year such as 25/12\n");
    change("- 1/1 ", "- 29/2 ", 0, "");
    change("- -2 ", "- friday ", 0, "holidays.easter must be a whole number from -100 to 100, not 'friday'\n");
    change("days: []", "days: [2026-12-24, 31/12/2026]", 0, "");
    change("days: []", "days: [2026-02-30]", 0, "holidays.days: '2026-02-30' is not a date such as 2026-12-24\n");
}

static void exclusions(void **state)
{
    (void)state;
    change("      - Martorell, Ajuntament de\n", "      - Ajuntament de Manresa\n", 8,
           "exclusions: 'Manresa, Ajuntament de' is the same body as on line N, with another reason; keep one of "
           "them\n");
    change("      - Martorell, Ajuntament de\n", "      - Martorell, Ajuntament de\n      - MARTORELL\n", 0, "");
    change("  automatic:\n", "  Automàtic:\n", 0,
           "exclusions: the code 'Automàtic' must be of lower-case letters, digits and dashes\n");
    change("    bodies:\n      - AOC", "    ens:\n      - AOC", -6,
           "exclusions.not-a-body.bodies is missing\n"
           "unknown key exclusions.not-a-body.ens; the keys here are: text bodies\n");
    change("- Manresa, Ajuntament de", "- '--'", 0, "exclusions.automatic.bodies: '--' is not a name\n");
}

static void headers(void **state)
{
    (void)state;
    change("    platform: [PLATAFORMA", "    platfrom: [PLATAFORMA", 0,
           "headers.registry has no field platfrom; did you mean platform?\n");
    change(
        "    platform: [PLATAFORMA", "    colour: [PLATAFORMA", 0,
        "headers.registry has no field colour; its fields are: id description platform endpoint province municipality "
        "ine10 expires-cds expires-cda days-cds days-cda\n");
    change("  contacts:\n", "  contact:\n", 0,
           "headers.contacts is missing\nunknown key headers.contact; did you mean contacts?\n");
    change("    role: [Rol, ", "    role: [Correu, ", 0,
           "headers.contacts: 'Correu' is already a word for email, on line N\n");
    change("    role: [Rol, ", "    role: ['--', ", 0, "headers.contacts.role: '--' has no letter or digit\n");
}

static void several_at_once_and_a_cut_file(void **state)
{
    (void)state;
    struct buf found = BUF_INIT(100000);
    size_t line;
    read_text(
        "languag: ca\nwarnings:\n  thresholds: [5, 10]\n  pair_gap_days: x\nreport:\n  to: nobody\nfiling:\n\tbad\n",
        &found, &line);
    assert_string_equal(buf_text(&found),
                        "unknown key languag; did you mean language?\n"
                        "warnings.thresholds must go down: 10 does not come after 5\n"
                        "warnings.pair_gap_days must be a whole number from 1 to 365, not 'x'\n"
                        "report.to is a list; write its items below it, each on a line that begins with '- '\n"
                        "there is a tab here; indent with spaces\n");
    assert_int_equal(line, 1);
    read_text("", &found, &line); /* every required key, and nothing else */
    struct str rest = buf_str(&found), one;
    size_t missing = 0;
    while (str_split(&rest, '\n', &one) && one.n > 0) {
        assert_true(str_ends(one, " is missing"));
        missing++;
    }
    assert_int_equal(missing, 19);
    buf_release(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_profile_is_right),
        cmocka_unit_test(keys),
        cmocka_unit_test(warnings),
        cmocka_unit_test(addresses),
        cmocka_unit_test(holidays),
        cmocka_unit_test(exclusions),
        cmocka_unit_test(headers),
        cmocka_unit_test(several_at_once_and_a_cut_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
