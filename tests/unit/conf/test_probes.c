/* probes.yaml: what is read, and what is said of each mistake. */
#include "conf/probes.h"

#include "sample.h"

static struct arena arena;

static bool load(const char *text, struct probes *ret, struct buf *found)
{
    struct finder f = {.lang = LANG_EN, .code = ERR_PROFILE};
    bool good = probes_load_text(&arena, str_of(text), &f, ret);
    findings_sort(&f.found);
    assert_int_equal(good, f.found.count == 0);
    for (size_t i = 0; i < f.found.count; i++)
        buf_printf(found, "%zu:%zu: %s\n", f.found.items[i].line, f.found.items[i].column, f.found.items[i].reason.log);
    config_findings_release(&f.found);
    return good;
}

static const char whole[] = "A:\n"
                            "  service: Certs\n"
                            "  hours: mon-wed,fri 08:30-24:00 holidays\n"
                            "  seconds: 30\n"
                            "  failures: 2\n"
                            "  recoveries: 1\n"
                            "  flaps: 0\n"
                            "  depends: NET\n"
                            "  level: 99.95%\n"
                            "  transitions:\n"
                            "    - http: https://a.example/x\n"
                            "      name: It loads\n"
                            "      status: 204\n"
                            "      contains: ok\n"
                            "      lacks: Error\n"
                            "      matches: '^v[0-9]+'\n"
                            "      slow_ms: 800\n"
                            "      max_kb: 4\n"
                            "      timeout: 3\n"
                            "      expiring_days: 20\n"
                            "      warn_days: 60\n"
                            "    - ocsp: http://o.example/\n"
                            "      issuer: i.pem\n"
                            "      good: '0x1F'\n"
                            "      revoked: r.pem\n"
                            "      nonce: true\n"
                            "    - soap: https://g.example/siri-proxy/services/Sincron\n"
                            "      modality: HESTIA_CITES\n"
                            "      body: '0805690004'\n"
                            "NET:\n"
                            "  transitions:\n"
                            "    - tcp: '[2001:db8::1]:443'\n"
                            "    - tls: a.example:8443\n"
                            "    - dns: a.example\n"
                            "      addresses: [192.0.2.1, 2001:db8::1]\n"
                            "    - wsdl: https://a.example/ws?wsdl\n";

static void test_whole(void **state)
{
    (void)state;
    struct probes all;
    struct buf found = BUF_INIT(LIMIT_CONFIG_BYTES);
    if (!load(whole, &all, &found))
        fail_msg("%s", buf_text(&found));
    assert_int_equal(all.count, 2);
    const struct probe *p = &all.items[0];
    assert_string_equal(p->name, "A");
    assert_string_equal(p->service, "Certs");
    assert_false(p->hours.always);
    assert_int_equal(p->hours.days, 1 << MONDAY | 1 << TUESDAY | 1 << WEDNESDAY | 1 << FRIDAY);
    assert_int_equal(p->hours.from, 510);
    assert_int_equal(p->hours.until, 1440);
    assert_true(p->hours.holidays);
    assert_int_equal(p->rule.seconds, 30);
    assert_int_equal(p->rule.failures, 2);
    assert_int_equal(p->rule.recoveries, 1);
    assert_int_equal(p->rule.flaps, 0);
    assert_string_equal(p->depends, "NET");
    assert_int_equal(p->level, 99950);
    assert_int_equal(p->check_count, 3);
    const struct probe_check *k = p->checks;
    assert_int_equal(k->kind, PROBE_HTTP);
    assert_string_equal(k->name, "It loads");
    assert_string_equal(k->target, "https://a.example/x");
    assert_int_equal(k->status, 204);
    assert_string_equal(k->contains, "ok");
    assert_string_equal(k->lacks, "Error");
    assert_string_equal(k->matches, "^v[0-9]+");
    assert_int_equal(k->slow_ms, 800);
    assert_int_equal(k->max_bytes, 4096);
    assert_int_equal(k->timeout_seconds, 3);
    assert_int_equal(k->expiring_days, 20);
    assert_int_equal(k->warn_days, 60);
    assert_int_equal(k[1].kind, PROBE_OCSP);
    assert_string_equal(k[1].name, "http://o.example/");
    assert_string_equal(k[1].good, "0x1F");
    assert_true(k[1].nonce);
    assert_string_equal(k[2].body, "0805690004");
    p = &all.items[1]; /* what is not said */
    assert_true(p->hours.always);
    assert_int_equal(p->rule.seconds, 60);
    assert_int_equal(p->rule.failures, 3);
    assert_int_equal(p->rule.recoveries, 2);
    assert_int_equal(p->level, 0);
    assert_int_equal(p->check_count, 4);
    assert_int_equal(p->checks[0].status, 200);
    assert_int_equal(p->checks[0].timeout_seconds, 10);
    assert_string_equal(p->checks[2].addresses, "192.0.2.1 2001:db8::1");
    assert_ptr_equal(probe_find(&all, "NET"), p);
    assert_null(probe_find(&all, "net"));
    buf_release(&found);
}

static void test_shipped(void **state)
{
    (void)state;
    struct probes all;
    struct buf text = BUF_INIT(LIMIT_CONFIG_BYTES), found = BUF_INIT(LIMIT_CONFIG_BYTES);
    struct err e = {.lang = LANG_EN};
    assert_true(file_read(path_join(&arena, source_dir(), "share/profile/aoc/probes.yaml"), &text, &e));
    if (!load(buf_text(&text), &all, &found))
        fail_msg("%s", buf_text(&found));
    assert_non_null(probe_find(&all, "OCSP_AOC"));
    assert_true(all.items[0].hours.always);
    assert_true(load("", &all, &found));
    assert_int_equal(all.count, 0);
    buf_release(&text);
    buf_release(&found);
}

/* So many are promised. */
static void test_as_many_as_are_run(void **state)
{
    (void)state;
    struct probes all;
    struct buf text = BUF_INIT(LIMIT_CONFIG_BYTES), found = BUF_INIT(LIMIT_CONFIG_BYTES);
    for (int i = 0; i < LIMIT_PROBES; i++)
        buf_printf(
            &text,
            "P%d:\n  service: Servei %d\n  hours: mon-fri 08:00-15:00\n  seconds: 60\n  failures: 3\n  level: 99.5\n"
            "  transitions:\n    - http: https://p%d.example/padro?wsdl\n      name: La pàgina\n      timeout: 10\n"
            "      slow_ms: 2000\n      contains: definitions\n      expiring_days: 30\n",
            i, i, i);
    if (!load(buf_text(&text), &all, &found))
        fail_msg("%s", buf_text(&found));
    assert_int_equal(all.count, LIMIT_PROBES);
    assert_string_equal(all.items[LIMIT_PROBES - 1].checks[0].contains, "definitions");
    buf_release(&text);
    buf_release(&found);
}

#define OF(keys) "P:\n  " keys "\n  transitions:\n    - tcp: a.example:1\n"
#define TRIES(lines) "P:\n  transitions:\n    - " lines "\n"

static const struct {
    const char *text, *said;
} mistakes[] = {
    {"P:\n  seconds: 60\n", "1:1: P has no transitions: there is nothing to try\n"},
    {"P:\n  transitions:\n", "1:1: P has no transitions: there is nothing to try\n"},
    {"P: x\n", "1:4: P is a group of keys: hours, seconds, transitions…\n"},
    {"P:\n  transitions: x\n", "2:16: P.transitions is a list of at most 20, each of which begins with a hyphen\n"},
    {TRIES("tls: a.example:1\n      expiring_days: 30\n      warn_days: 7"),
     "5:18: P: warn_days must be more than expiring_days: it warns before that\n"},
    {TRIES("tls: a.example:1\n      warn_days: 7\n      nonce: true"), NULL},
    {"a b:\n  transitions:\n    - tcp: a.example:1\n",
     "1:1: a probe's name has letters, digits, '_' and '-', at most 40, not 'a b'\n"},
    {OF("secnods: 60"), "2:3: unknown key P.secnods; did you mean seconds?\n"},
    {OF("seconds: 1"), "2:12: P.seconds must be a whole number from 5 to 86400, not '1'\n"},
    {OF("failures: few"), "2:13: P.failures must be a whole number from 1 to 100, not 'few'\n"},
    {OF("hours: always"),
     "2:10: P.hours: 'always' is none; write 24x7, or days and hours as in \"mon-fri 08:00-15:00\", "
     "and \"holidays\" after it when they count too\n"},
    {OF("hours: fri-mon 08:00-15:00"), NULL},
    {OF("hours: mon-fri 15:00-08:00"), NULL},
    {OF("hours: mon-fri 08:00-25:00"), NULL},
    {OF("hours: mon-fri 08:00"), NULL},
    {OF("hours: mon-fri 08:00-15:00 bank"), NULL},
    {OF("hours: mon-fri 08:00-15:00 holidays x"), NULL},
    {OF("hours: mon,,fri 08:00-15:00"), NULL},
    {OF("level: 101"), "2:10: P.level: '101' is no percentage from 0 to 100 with at most three decimals\n"},
    {OF("level: 100.001"), NULL},
    {OF("level: 99.9999"), NULL},
    {OF("level: -1"), NULL},
    {OF("depends: Q"), "2:12: P depends on Q, and there is no such probe\n"},
    {OF("depends: P"), "2:12: P depends on itself in the end\n"},
    {"P:\n  depends: Q\n  transitions: [{tcp: 'a:1'}]\nQ:\n  depends: P\n  transitions: [{tcp: 'a:1'}]\n",
     "2:12: P depends on itself in the end\n5:12: Q depends on itself in the end\n"},
    {TRIES("name: x"),
     "3:7: P: this transition does not say what to try; write one of http, wsdl, soap, tls, tcp, dns, "
     "ocsp and its target\n"},
    {TRIES("just text"), "3:7: P: a transition begins with '- http: …' or another kind\n"},
    {TRIES("htpp: http://a.example/"), "3:7: unknown key P.htpp; did you mean http?\n3:7: P: this transition does not "
                                       "say what to try; write one of http, "
                                       "wsdl, soap, tls, tcp, dns, ocsp and its target\n"},
    {TRIES("tcp: a:1\n      tls: a:2"), "4:7: P: a transition is one thing; write tls as another transition\n"},
    {TRIES("http: a.example"), "3:13: P: 'a.example' is no address that begins with http:// or https://\n"},
    {TRIES("http: ftp://a.example/"), NULL},
    {TRIES("http: https://"), NULL},
    {TRIES("tcp: a.example"), "3:12: P: 'a.example' is not HOST:PORT\n"},
    {TRIES("tcp: a.example:0"), NULL},
    {TRIES("tcp: a.example:65536"), NULL},
    {TRIES("tls: ':443'"), NULL},
    {TRIES("tls: '[::1:443'"), NULL},
    {TRIES("tls: a b:443"), NULL},
    {TRIES("dns: http://a.example"), "3:12: P: 'http://a.example' is no name of a host\n"},
    {TRIES("tcp: a:1\n      status: 200"), "4:7: P: tcp has no status\n"},
    {TRIES("dns: a\n      matches: x"), "4:7: P: dns has no matches\n"},
    {TRIES("http: http://a.example/\n      status: ok"),
     "4:15: P.status must be a whole number from 100 to 599, not 'ok'\n"},
    {TRIES("http: http://a.example/\n      timeout: 0"), NULL},
    {TRIES("ocsp: http://a.example/\n      issuer: i.pem\n      good: '1'"),
     "3:7: P: ocsp needs issuer, good and revoked: a responder that says \"good\" of everything would not be noticed "
     "otherwise\n"},
    {TRIES("soap: http://a.example/"), "3:7: P: soap needs modality and body\n"},
};

static void test_mistakes(void **state)
{
    (void)state;
    struct probes all;
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        struct buf found = BUF_INIT(LIMIT_CONFIG_BYTES);
        if (load(mistakes[i].text, &all, &found))
            fail_msg("nothing is said of:\n%s", mistakes[i].text);
        if (mistakes[i].said != NULL)
            assert_string_equal(buf_text(&found), mistakes[i].said);
        assert_non_null(strchr(buf_text(&found), ':'));
        buf_release(&found);
    }
}

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_shipped),
        cmocka_unit_test(test_as_many_as_are_run),
        cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
