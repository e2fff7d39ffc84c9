/* runbook.yaml: what is read, and what is said of each mistake. */
#include "conf/runbook.h"

#include "sample.h"

static struct arena arena;

static bool load(const char *text, struct runbooks *ret, struct buf *found)
{
    struct finder f = {.lang = LANG_EN, .code = ERR_PROFILE};
    bool good = runbooks_load_text(&arena, str_of(text), &f, ret);
    findings_sort(&f.found);
    assert_int_equal(good, f.found.count == 0);
    for (size_t i = 0; i < f.found.count; i++)
        buf_printf(found, "%zu:%zu: %s\n", f.found.items[i].line, f.found.items[i].column, f.found.items[i].reason.log);
    config_findings_release(&f.found);
    return good;
}

static void load_file(const char *path, struct runbooks *ret)
{
    struct buf text = BUF_INIT(LIMIT_CONFIG_BYTES), found = BUF_INIT(LIMIT_CONFIG_BYTES);
    struct err e = {.lang = LANG_EN};
    assert_true(file_read(path_join(&arena, source_dir(), path), &text, &e));
    if (!load(buf_text(&text), ret, &found))
        fail_msg("%s", buf_text(&found));
    buf_release(&text);
    buf_release(&found);
}

static void test_whole(void **state)
{
    (void)state;
    struct runbooks all;
    load_file("tests/fuzz/corpus/yaml/runbook-whole.yaml", &all);
    assert_string_equal(all.phone, "600 000 000");
    assert_int_equal(all.channel_count, 3);
    const struct channel *sms = channel_find(&all, "sms");
    assert_int_equal(sms->kind, CHANNEL_SMS);
    assert_string_equal(sms->to, "+34 600 000 001");
    assert_true(sms->form);
    assert_string_equal(sms->to_field, "to");
    assert_string_equal(sms->token_env, "TALAIA_SMS");
    assert_string_equal(sms->person, "sms");
    assert_int_equal(sms->lang, LANG_CA);
    assert_int_equal(channel_find(&all, "mail")->lang, LANG_ES);
    assert_int_equal(all.count, 2);
    const struct runbook *a = &all.items[0];
    assert_int_equal(a->level_count, 2);
    assert_int_equal(a->levels[0].minutes, 0);
    assert_int_equal(a->levels[0].count, 2);
    assert_ptr_equal(a->levels[0].channels[0], sms);
    assert_int_equal(a->levels[1].minutes, 15);
    assert_string_equal(a->levels[1].channels[0]->name, "room");
    assert_string_equal(a->observers[0], "ot");
    assert_string_equal(a->related[0], "ST-1");
    assert_string_equal(a->provider, "P");
    assert_int_equal(a->provider_lang, LANG_EN);
    assert_string_equal(a->to[0].email, "p@provider.example");
    assert_string_equal(a->cc[0].email, "q@provider.example");
    const struct runbook_step *s = a->steps;
    assert_int_equal(s->kind, RUNBOOK_CALL);
    assert_true(s->paid);
    assert_int_equal(s->record, 1 << CALL_PHONE | 1 << CALL_AMOUNT);
    assert_string_equal(s->warning, "w");
    assert_ptr_equal(runbook_of(&all, "X"), &all.items[1]);
    assert_int_equal(all.items[1].steps[0].kind, RUNBOOK_DO); /* what is not said */
    assert_int_equal(all.items[1].level_count, 0);
}

static void test_shipped(void **state)
{
    (void)state;
    struct runbooks all;
    struct buf found = BUF_INIT(LIMIT_CONFIG_BYTES);
    load_file("share/profile/aoc/runbook.yaml", &all);
    const struct runbook *r = runbook_of(&all, "OCSP_AOC");
    assert_string_equal(r->name, "certificacio");
    bool called = false;
    for (size_t i = 0; i < r->step_count; i++)
        called = called || (r->steps[i].kind == RUNBOOK_CALL && r->steps[i].paid && r->steps[i].warning[0] != '\0');
    assert_true(called);
    assert_string_equal(runbook_of(&all, "ANOTHER")->name, "altres");
    assert_true(load("", &all, &found));
    assert_int_equal(all.count, 0);
    buf_release(&found);
}

#define CHANNEL(lines) "channels:\n  a:\n    " lines "\n"
#define BOOK(lines) "channels:\n  sms: {webhook: 'https://a.example'}\nrunbooks:\n  r:\n    probes: [P]\n" lines
#define STEPS "    steps: [{text: x}]\n"

static const struct {
    const char *text, *said;
} mistakes[] = {
    {"fone: 1\n", "1:1: unknown key fone; did you mean phone?\n"},
    {"alerts: {from: [nobody]}\n", "1:16: alerts.from: 'nobody' is not an e-mail address\n"},
    {"phone: ask\n", "1:8: phone: 'ask' is no telephone number\n"},
    {"channels: x\n", "1:11: channels is a group of at most 100 names, each with its keys below it\n"},
    {"channels: {a: x}\n", "1:15: a is a group of keys; write them below it, indented\n"},
    {"channels: {'a b': {email: a@b.example}}\n",
     "1:12: a name has letters, digits, '_' and '-', at most 40, not 'a b'\n"},
    {CHANNEL("person: x"), "3:5: a: this channel does not say where it goes; write one of email, webhook, ntfy, "
                           "matrix, sms, alertmanager and its address\n"},
    {CHANNEL("emial: a@b.example"), NULL},
    {CHANNEL("email: a.b"), "3:12: a: 'a.b' is not an e-mail address\n"},
    {CHANNEL("webhook: secret.example/k3y"),
     "3:14: a.webhook must be an address that begins with https:// or http://\n"},
    {CHANNEL("webhook: 'https://a b'"), NULL},
    {CHANNEL("ntfy: https://a.example/x\n    email: a@b.example"),
     "3:5: a: a channel is one thing; write ntfy as another channel\n"},
    {CHANNEL("matrix: https://m.example"),
     "3:13: a.matrix is the address of a room: https://SERVER/_matrix/client/v3/rooms/ROOM\n"},
    {CHANNEL("sms: https://s.example"), "3:5: a: an SMS needs the number it goes to (to: '+34 …')\n"},
    {CHANNEL("sms: https://s.example\n    to: me"), "4:9: a: an SMS needs the number it goes to (to: '+34 …')\n"},
    {CHANNEL("email: a@b.example\n    token_file: x"), "4:5: a: email has no token_file\n"},
    {CHANNEL("ntfy: https://a.example/x\n    token_file: x\n    token_env: Y"),
     "5:5: a: the token is in a file or in the environment, not in both\n"},
    {CHANNEL("ntfy: https://a.example/x\n    language: fr"), "4:15: a.language must be one of: en ca es; not 'fr'\n"},
    {"runbooks: {r: {steps: [{text: x}]}}\n",
     "1:12: r does not say for which probes it is (probes: [NAME], or ['*'] for all others)\n"},
    {BOOK("    page: [{to: [sms], every: 5}, {to: [sms], after: 9}]\n" STEPS),
     "6:31: r.page: every is for the last of them, which is paged again and again\n"},
    {"runbooks: {r: {probes: [P]}}\n", "1:12: r has no steps: nobody would know what to do\n"},
    {BOOK("    steps: x\n"), "6:12: r.steps is a list of at most 30, each of which begins with a hyphen\n"},
    {BOOK("    steps: [x]\n"), "6:13: r.steps: a step begins with '- does: …'\n"},
    {BOOK("    steps: [{does: call}]\n"), "6:13: r: this step does not say what to do (text: …)\n"},
    {BOOK("    steps: [{does: cal, text: x}]\n"),
     "6:20: r.steps.does must be one of: ticket mail call note do; not 'cal' (did you mean call?)\n"},
    {BOOK("    steps: [{text: x, phone: 900 000 000}]\n"), "6:23: r: only a call has phone\n"},
    {BOOK("    steps: [{does: call, text: x, phone: ask}]\n"), "6:42: r: 'ask' is no telephone number\n"},
    {BOOK("    steps: [{does: call, text: x, record: [price]}]\n"),
     "6:43: r.record: 'price' is nothing that is recorded of a call; write some of phone, amount, statement, said\n"},
    {BOOK(STEPS "    page: [{to: [smss]}]\n"), "7:17: r.page: there is no channel smss; did you mean sms?\n"},
    {BOOK(STEPS "    page: [{to: [telegraph]}]\n"), "7:17: r.page: there is no channel telegraph\n"},
    {BOOK(STEPS "    page: [{after: 5}]\n"), "7:12: r.page does not say whom (to: [CHANNEL])\n"},
    {BOOK(STEPS "    page: [{to: sms}, {after: 0, to: sms}]\n"),
     "7:23: r.page: after must grow from one to the next; 0 comes after 0\n"},
    {BOOK(STEPS "    provider: {to: [nobody]}\n"), "7:20: r: 'nobody' is not an e-mail address\n"},
    {BOOK(STEPS "    ticket: {observer: [a]}\n"), "7:14: unknown key r.ticket.observer; did you mean observers?\n"},
    {BOOK(STEPS "  q: {probes: [P], steps: [{text: x}]}\n"), "7:15: q: P has the runbook r already\n"},
};

static void test_mistakes(void **state)
{
    (void)state;
    struct runbooks all;
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        struct buf found = BUF_INIT(LIMIT_CONFIG_BYTES);
        if (load(mistakes[i].text, &all, &found))
            fail_msg("nothing is said of:\n%s", mistakes[i].text);
        if (mistakes[i].said != NULL)
            assert_string_equal(buf_text(&found), mistakes[i].said);
        assert_null(strstr(buf_text(&found), "k3y")); /* what may be secret */
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
        cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
