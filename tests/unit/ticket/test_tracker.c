/* What every tracker must do, whichever it is. What only happens between two machines: test_tracker_wire.c. */
#include <stdio.h>

#include "suites.h"
#include "world.h"

static struct ticket made(const struct ticket_new *n)
{
    struct ticket t = {0};
    TICKET(ticket_create(world.tracker, x, &world.arena, n, &t, &e));
    return t;
}

static struct ticket made_plain(void)
{
    struct ticket_new n = plain(uid());
    return made(&n);
}

static void a_ticket_has_what_it_was_made_with(void **state)
{
    (void)state;
    struct ticket_new n = plain(uid());
    struct ticket t = made(&n), s = seen(t.key);
    assert_string_equal(t.remark, "");
    assert_string_equal(s.key, t.key);
    assert_string_equal(s.uid, n.uid);
    assert_string_equal(s.summary, n.summary);
    assert_string_equal(s.description, n.description);
    assert_int_equal(s.due, n.due);
    assert_int_equal(s.estimated, n.due);
    assert_int_equal(s.kind, GROUP_RENEWAL);
    assert_true(s.open);
    assert_int_equal(s.note_count, 0);
    assert_true(s.created > world.by.at - 120 * INSTANT_PER_SECOND);
}

static void a_uid_makes_one_ticket(void **state)
{
    (void)state;
    struct ticket_new n = plain(uid());
    struct ticket one = made(&n), two, found;
    n.tried = world.by.at;
    n.summary = "another summary";
    two = made(&n);
    assert_string_equal(one.key, two.key);
    assert_string_equal(seen(two.key).summary, one.summary);
    bool there = false;
    TICKET(ticket_find(world.tracker, x, &world.arena, n.uid, &found, &there, &e));
    assert_true(there);
    assert_string_equal(found.key, one.key);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    struct ticket t;
    bool there = true;
    const char *none = world.kind == TRACKER_REDMINE ? "#99999999" : "ST-99999999";
    TICKET(ticket_find(world.tracker, x, &world.arena, uid(), &t, &there, &e));
    assert_false(there);
    there = true;
    TICKET(ticket_get(world.tracker, x, &world.arena, none, &t, &there, &e));
    assert_false(there);
    TICKET_FAILS(ticket_note_add(world.tracker, x, none, uid(), "text", INSTANT_NONE, &e));
    assert_int_equal(world.why.code, ERR_UNKNOWN);
    says(none);
}

static void keys_that_are_none_go_nowhere(void **state)
{
    (void)state;
    static const char *const bad[] = {"",         "ST",        "ST-",          "ST-0",    "ST-1/../2",
                                      "ST-1?x=1", "ST-1 OR 1", "ST-1\r\nX: y", "../ST-1", "ST-99999999999999999999",
                                      "#",        "#x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ticket t;
        bool found;
        TICKET_FAILS(ticket_get(world.tracker, x, &world.arena, bad[i], &t, &found, &e));
        assert_int_equal(world.why.code, ERR_VALUE);
    }
}

static void a_note_is_written_once(void **state)
{
    (void)state;
    struct ticket t = made_plain();
    const char *marker = uid();
    for (int i = 0; i < 3; i++)
        TICKET(ticket_note_add(world.tracker, x, t.key, marker, "Primer avís: enviat.\nSegona línia.",
                               i == 0 ? INSTANT_NONE : world.by.at, &e));
    TICKET(ticket_note_add(world.tracker, x, t.key, uid(), "Segon avís", INSTANT_NONE, &e));
    struct ticket s = seen(t.key);
    assert_int_equal(s.note_count, 2);
    assert_int_equal(notes_with(&s, "Primer avís"), 1);
    assert_string_equal(s.notes[0].text, "Primer avís: enviat.\nSegona línia.");
    assert_string_equal(s.notes[0].marker, marker);
    assert_string_equal(s.notes[1].text, "Segon avís");
    assert_true(s.notes[0].who[0] != '\0');
}

static void the_date_can_be_set_again(void **state)
{
    (void)state;
    struct ticket t = made_plain();
    day_t due = day_from_civil(2027, 2, 28);
    for (int i = 0; i < 2; i++)
        TICKET(ticket_set_due(world.tracker, x, t.key, due, &e));
    assert_int_equal(seen(t.key).due, due);
    assert_int_equal(seen(t.key).estimated, due);
}

static void it_closes_and_opens_again(void **state)
{
    (void)state;
    struct ticket t = made_plain();
    for (int i = 0; i < 2; i++)
        TICKET(ticket_set_open(world.tracker, x, t.key, false, &e));
    struct ticket s = seen(t.key);
    assert_false(s.open);
    assert_true(s.closed >= s.created);
    for (int i = 0; i < 2; i++)
        TICKET(ticket_set_open(world.tracker, x, t.key, true, &e));
    assert_true(seen(t.key).open);
}

static void watchers_and_links_are_added_once(void **state)
{
    (void)state;
    struct ticket one = made_plain(), two = made_plain();
    size_t links = seen(one.key).link_count;
    for (int i = 0; i < 2; i++) {
        TICKET(ticket_watch(world.tracker, x, one.key, world.user, &e));
        TICKET(ticket_link(world.tracker, x, one.key, two.key, &e));
        TICKET(ticket_link(world.tracker, x, two.key, one.key, &e));
    }
    struct ticket s = seen(one.key);
    assert_int_equal(s.link_count, links + 1);
    bool linked = false, watched = false;
    for (size_t i = 0; i < s.link_count; i++)
        linked |= strcmp(s.links[i], two.key) == 0;
    for (size_t i = 0; i < s.watcher_count; i++)
        watched |= strcmp(s.watchers[i], world.user) == 0;
    assert_true(linked);
    assert_true(watched);
}

static void a_file_is_attached_once(void **state)
{
    (void)state;
    struct ticket t = made_plain();
    struct ticket_file f = {.name = "../resposta à l'avís.txt", .type = "text/plain", .bytes = str_of("a\0b\r\n--x")};
    f.bytes.n = 8;
    for (int i = 0; i < 2; i++)
        TICKET(ticket_attach(world.tracker, x, t.key, &f, &e));
    struct ticket s = seen(t.key);
    assert_int_equal(s.file_count, 1);
    assert_string_equal(s.files[0], "resposta à l_avís.txt");
    f.bytes.n = LIMIT_TICKET_FILE_BYTES + 1;
    TICKET_FAILS(ticket_attach(world.tracker, x, t.key, &f, &e));
    assert_int_equal(world.why.code, ERR_LIMIT);
}

static void text_of_all_kinds_survives(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "Ajuntament de l'Hospitalet de Llobregat — col·legi, àèéíòóúïüç, ÀÇ, Ñ, ß, Größe",
        "🏰 talaia 🇪🇸 👩🏽‍💻 日本語 العربية",
        "\" OR 1=1 -- ' \\ \" project = X AND labels = \"y\" ; DROP TABLE ticket; %s %n {0} $1 #{x}",
        "<script>alert(1)</script> &amp; &lt;b&gt; ]]> <!-- -->",
        "{code}x{code} [~joana] [text|http://evil.example/] !http://evil.example/x.png! {{macro(1)}} h1. *b* _i_ #12",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ticket_new n = plain(uid());
        n.summary = texts[i];
        n.description = texts[i];
        struct ticket t = made(&n);
        TICKET(ticket_note_add(world.tracker, x, t.key, uid(), texts[i], INSTANT_NONE, &e));
        struct ticket s = seen(t.key);
        assert_string_equal(s.summary, texts[i]);
        assert_string_equal(s.description, texts[i]);
        assert_int_equal(s.note_count, 1);
        assert_string_equal(s.notes[0].text, texts[i]);
    }
}

static void control_characters_stay_out(void **state)
{
    (void)state;
    struct ticket_new n = plain(uid());
    n.summary = " one\r\ntwo\tthree\x1b[31m\xe2\x80\xae";
    n.description = "a\r\nb\x01\x1b[31mc\td\n";
    struct ticket s = seen(made(&n).key);
    assert_string_equal(s.summary, "one two three[31m");
    assert_string_equal(s.description, "a\nb[31mc\td");
    n.summary = "bad \xff";
    n.uid = uid();
    TICKET_FAILS(ticket_create(world.tracker, x, &world.arena, &n, &s, &e));
    assert_int_equal(world.why.code, ERR_VALUE);
    n.summary = " \n ";
    TICKET_FAILS(ticket_create(world.tracker, x, &world.arena, &n, &s, &e));
    assert_int_equal(world.why.code, ERR_VALUE);
    n.summary = "good";
    n.uid = "talaia-x";
    TICKET_FAILS(ticket_create(world.tracker, x, &world.arena, &n, &s, &e));
    assert_int_equal(world.why.code, ERR_INTERNAL);
}

static void very_long_text_is_never_lost(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(LIMIT_TICKET_TEXT_BYTES + 32);
    while (text.n < 200000)
        buf_add_text(&text, "línia molt llarga del missatge 🏰\n");
    buf_add_text(&text, "fi");
    struct ticket_new n = plain(uid());
    n.summary = buf_text(&text);
    n.description = buf_text(&text);
    struct ticket t = made(&n), s = seen(t.key);
    assert_true(str_utf8_count(str_of(s.summary)) <= LIMIT_TICKET_SUMMARY_CHARS);
    assert_true(str_utf8_valid(str_of(s.summary)));
    TICKET(ticket_note_add(world.tracker, x, t.key, uid(), buf_text(&text), INSTANT_NONE, &e));
    s = seen(t.key);
    bool whole = strcmp(s.description, buf_text(&text)) == 0;
    assert_int_equal(s.file_count, whole ? 0 : 2);
    if (!whole) {
        assert_non_null(strstr(s.description, n.uid));
        assert_non_null(strstr(s.files[0], n.uid));
    }
    while (buf_add_text(&text, "xxxxxxxxxxxxxxxx"))
        ;
    n.uid = uid();
    n.summary = "short";
    n.description = buf_text(&text);
    TICKET_FAILS(ticket_create(world.tracker, x, &world.arena, &n, &s, &e));
    assert_int_equal(world.why.code, ERR_LIMIT);
    buf_release(&text);
}

static void lists_are_of_the_project_newest_first(void **state)
{
    (void)state;
    struct ticket_new n = plain(uid());
    struct ticket one = made(&n), two, *list;
    n.uid = uid();
    n.kind = GROUP_OUTAGE;
    two = made(&n);
    TICKET(ticket_set_open(world.tracker, x, one.key, false, &e));
    struct ticket_query q = {
        .filter = "", .open_only = true, .ours_only = true, .closed_after = DAY_NONE, .closed_since = INSTANT_NONE};
    size_t count = 0;
    int64_t total = 0, counted = 0;
    TICKET(ticket_list(world.tracker, x, &world.arena, &q, 5, &list, &count, &total, &e));
    assert_in_range(count, 1, 5);
    assert_true(total >= (int64_t)count);
    assert_string_equal(list[0].key, two.key);
    assert_string_equal(list[0].uid, n.uid);
    assert_int_equal(list[0].kind, GROUP_OUTAGE);
    TICKET(ticket_count(world.tracker, x, &q, &counted, &e));
    assert_int_equal(counted, total);
    q.open_only = false;
    TICKET(ticket_list(world.tracker, x, &world.arena, &q, 2, &list, &count, &counted, &e));
    assert_int_equal(count, 2);
    assert_string_equal(list[1].key, one.key);
    assert_false(list[1].open);
    assert_true(counted > total);
    q = (struct ticket_query){
        .filter = "", .one_kind = true, .kind = GROUP_OUTAGE, .closed_after = DAY_NONE, .closed_since = INSTANT_NONE};
    TICKET(ticket_list(world.tracker, x, &world.arena, &q, 1, &list, &count, &counted, &e));
    assert_string_equal(list[0].key, two.key);
}

static void examining_says_that_all_is_well(void **state)
{
    (void)state;
    struct tracker_report r;
    TICKET(tracker_examine(world.tracker, x, &world.arena, &r, &e));
    for (int i = 0; i < CHECK_COUNT; i++) {
        if (r.checks[i].result == CHECK_BAD)
            fail_msg("%s: %s", tracker_check_code((enum tracker_check)i), r.checks[i].detail);
        if (world.kind != TRACKER_LOCAL)
            assert_int_equal(r.checks[i].result, CHECK_GOOD);
    }
}

/* ------------------------------------------------------------------ the local one alone */

static int key_number(const char *key)
{
    int64_t n = 0;
    assert_true(str_to_int64(str_of(strrchr(key, '-') + 1), 1, INT32_MAX, &n));
    return (int)n;
}

static void keys_have_no_gaps_when_a_deed_is_undone(void **state)
{
    (void)state;
    if (world.kind != TRACKER_LOCAL)
        skip();
    struct err e = {0};
    struct tx tx;
    struct ticket t;
    assert_int_equal(key_number(made_plain().key), 1);
    for (int i = 0; i < 3; i++) {
        struct ticket_new n = plain(uid());
        must(tx_begin(world.store, TX_WRITE, &tx, &e), &e);
        must(ticket_create(world.tracker, &tx, &world.arena, &n, &t, &e), &e);
        assert_int_equal(key_number(t.key), 2);
        tx_rollback(&tx);
    }
    struct ticket_new n = plain(uid());
    assert_int_equal(key_number(made(&n).key), 2);
    assert_int_equal(key_number(made(&n).key), 2); /* the same uid takes no number */
    assert_int_equal(key_number(made_plain().key), 3);
}

#define CHILD_TICKETS 25

int suite_child(const char *url, const char *count)
{
    struct err e = {0};
    int64_t most = 0;
    modules_find();
    assert_true(str_to_int64(str_of(count), 1, 1000, &most));
    world.by = (struct by){.who = "child", .day = day_from_civil(2026, 11, 20), .at = clock_system().now};
    must(store_open(url, STORE_OPEN, &world.store, &e), &e);
    must(tracker_open(&world.options, &world.tracker, &e), &e);
    must(store_set_wait(world.store, 60000, &e), &e);
    for (int64_t i = 0; i < most; i++)
        made_plain();
    (void)world_teardown(NULL);
    arena_release(&fix.arena);
    return 0;
}

static void keys_have_no_gaps_between_processes(void **state)
{
    (void)state;
    if (world.kind != TRACKER_LOCAL)
        skip();
    pid_t one = child(NULL, fix.url, "25", NULL), two = child(NULL, fix.url, "25", NULL);
    assert_int_equal(reap(one), 0);
    assert_int_equal(reap(two), 0);
    struct ticket_query q = {.filter = "", .closed_after = DAY_NONE, .closed_since = INSTANT_NONE};
    struct ticket *list;
    size_t count = 0;
    int64_t total = 0;
    TICKET(ticket_list(world.tracker, x, &world.arena, &q, 100, &list, &count, &total, &e));
    assert_int_equal(count, 2 * CHILD_TICKETS);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(key_number(list[i].key), (int)(count - i));
}

static void closed_after_a_day(void **state)
{
    (void)state;
    if (world.kind != TRACKER_LOCAL)
        skip();
    struct ticket t = made_plain();
    TICKET(ticket_set_open(world.tracker, x, t.key, false, &e));
    for (int before = 0; before < 2; before++) {
        struct ticket_query q = {.filter = "",
                                 .one_kind = true,
                                 .kind = GROUP_RENEWAL,
                                 .closed_after = world.by.day - before,
                                 .closed_since = INSTANT_NONE};
        int64_t n = -1;
        TICKET(ticket_count(world.tracker, x, &q, &n, &e));
        assert_int_equal(n, before);
    }
}

int suite_tracker(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
        T(a_ticket_has_what_it_was_made_with),
        T(a_uid_makes_one_ticket),
        T(what_is_not_there_is_not_found),
        T(keys_that_are_none_go_nowhere),
        T(a_note_is_written_once),
        T(the_date_can_be_set_again),
        T(it_closes_and_opens_again),
        T(watchers_and_links_are_added_once),
        T(a_file_is_attached_once),
        T(text_of_all_kinds_survives),
        T(control_characters_stay_out),
        T(very_long_text_is_never_lost),
        T(lists_are_of_the_project_newest_first),
        T(examining_says_that_all_is_well),
        T(keys_have_no_gaps_when_a_deed_is_undone),
        T(keys_have_no_gaps_between_processes),
        T(closed_after_a_day),
#undef T
    };
    return cmocka_run_group_tests_name("tracker", tests, NULL, NULL);
}
