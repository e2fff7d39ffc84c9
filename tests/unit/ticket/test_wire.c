/* What happens between two machines: no answer, no connection, refusals, wrong settings. Every tracker that is not
 * here. */
#include <signal.h>
#include <stdio.h>

#include "base/file.h"
#include "suites.h"
#include "world.h"

static struct ticket made;

static bool make(const char *of_uid, instant_t tried, struct err *e)
{
    struct ticket_new n = plain(of_uid);
    n.tried = tried;
    return ticket_create(world.tracker, NULL, &world.arena, &n, &made, e);
}

static void make_well(const char *of_uid, instant_t tried)
{
    struct err e = {0};
    must(make(of_uid, tried, &e), &e);
}

static void later(bool ok, const struct err *e)
{
    world.why = *e;
    if (ok || !ticket_is_later(e))
        fail_msg("ok %d, %s %s", ok, err_code_text(e->code), e->log);
    says("");
}

static int done(const char *pattern)
{
    return journal_count(arena_printf(&world.arena, "%s.* done$", pattern));
}

/* A tracker with other options, until the end of the test. */
static struct tracker *other;
static struct tracker *opened(const struct tracker_options *o)
{
    struct err e = {0};
    tracker_close(other);
    other = NULL;
    must(tracker_open(o, &other, &e), &e);
    return other;
}

static int teardown(void **state)
{
    tracker_close(other);
    other = NULL;
    return world_teardown(state);
}

/* ------------------------------------------------------------------ once, whatever happens to the answer */

static void no_answer_makes_one_ticket(void **state)
{
    (void)state;
    static const char *const faults[] = {"drop-after", "cut", "after 502"};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        const char *id = uid();
        faults_clear();
        fault(world.making, faults[i], 1);
        make_well(id, INSTANT_NONE);
        make_well(id, clock_system().now);
        assert_int_equal(done(world.making), 1);
    }
}

static void what_did_not_get_through_is_made_later(void **state)
{
    (void)state;
    static const char *const faults[] = {"drop-before", "status 503"};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        const char *id = uid();
        struct err e = {0};
        faults_clear();
        fault(world.making, faults[i], 1);
        instant_t tried = clock_system().now;
        later(make(id, INSTANT_NONE, &e), &e);
        assert_int_equal(done(world.making), 0);
        tried -= LIMIT_HTTP_SECONDS * INSTANT_PER_SECOND; /* as if a minute had passed */
        make_well(id, tried);
        make_well(id, tried);
        assert_int_equal(done(world.making), 1);
    }
}

/* Jira finds a new ticket only after a while. */
static void a_slow_index_makes_no_second_ticket(void **state)
{
    (void)state;
    const char *id = uid();
    index_lag("3");
    fault(world.making, "drop-after", 1);
    make_well(id, INSTANT_NONE);
    assert_int_equal(done(world.making), 1);
    /* The same after being killed: the next process knows only when it was tried. */
    id = uid();
    instant_t tried = clock_system().now;
    make_well(id, INSTANT_NONE);
    const char *key = made.key;
    faults_clear();
    index_lag("3");
    struct ticket_new n = plain(id);
    struct err e = {0};
    n.tried = tried;
    must(ticket_create(opened(&world.options), NULL, &world.arena, &n, &made, &e), &e);
    assert_string_equal(made.key, key);
    assert_int_equal(done(world.making), 0);
}

/* Killed while the tracker was at work: it goes on, and the next process must wait for it. */
static void a_request_in_flight_makes_no_second_ticket(void **state)
{
    (void)state;
    const char *id = uid();
    fault(world.making, "slow 8", 1);
    instant_t tried = clock_system().now;
    pid_t pid = fork();
    if (pid == 0) {
        struct err ignored = {0};
        struct ticket_new n = plain(id);
        struct tracker *t;
        if (tracker_open(&world.options, &t, &ignored))
            (void)ticket_create(t, NULL, &world.arena, &n, &made, &ignored);
        _exit(0);
    }
    pause_ms(3000);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(reap(pid), 1000 + SIGKILL);
    assert_int_equal(done(world.making), 0);
    make_well(id, tried);
    assert_int_equal(done(world.making), 1);
    make_well(id, tried);
    assert_int_equal(done(world.making), 1);
}

static void no_answer_makes_one_note(void **state)
{
    (void)state;
    make_well(uid(), INSTANT_NONE);
    static const char *const faults[] = {"drop-after", "after 502", "drop-before", "status 503"};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct err e = {0};
        const char *marker = uid();
        faults_clear();
        fault(world.noting, faults[i], 1);
        bool ok = ticket_note_add(world.tracker, NULL, made.key, marker, faults[i], INSTANT_NONE, &e);
        assert_int_equal(ok, i < 2);
        if (!ok)
            later(ok, &e);
        err_clear(&e);
        instant_t tried = world.by.at - (i < 2 ? 0 : LIMIT_HTTP_SECONDS * INSTANT_PER_SECOND);
        must(ticket_note_add(world.tracker, NULL, made.key, marker, faults[i], tried, &e), &e);
        assert_int_equal(done(world.noting), 1);
        struct ticket s = seen(made.key);
        assert_int_equal(notes_with(&s, faults[i]), 1);
    }
}

static void no_answer_changes_once(void **state)
{
    (void)state;
    struct err e = {0};
    make_well(uid(), INSTANT_NONE);
    const char *one = made.key;
    make_well(uid(), INSTANT_NONE);
    struct ticket_file f = {.name = "a.txt", .type = "text/plain", .bytes = str_of("text")};
    faults_clear();
    fault(world.linking, "drop-after", 1);
    if (!ticket_link(world.tracker, NULL, one, made.key, &e)) {
        assert_true(ticket_is_later(&e));
        err_clear(&e);
    }
    must(ticket_link(world.tracker, NULL, one, made.key, &e), &e);
    assert_int_equal(done(world.linking), 1);
    faults_clear();
    fault(world.attaching, "drop-after", 1);
    must(ticket_attach(world.tracker, NULL, one, &f, &e), &e);
    must(ticket_attach(world.tracker, NULL, one, &f, &e), &e);
    assert_int_equal(done(world.attaching), 1);
    faults_clear();
    fault(world.moving, "drop-after", 1);
    must(ticket_set_open(world.tracker, NULL, one, false, &e), &e);
    assert_int_equal(done(world.moving), 1);
    assert_false(seen(one).open);
}

static void a_slow_answer_is_awaited(void **state)
{
    (void)state;
    fault(world.making, "slow 2", 1);
    make_well(uid(), INSTANT_NONE);
    assert_int_equal(done(world.making), 1);
}

/* ------------------------------------------------------------------ waiting */

static void a_short_wait_is_done_at_once(void **state)
{
    (void)state;
    make_well(uid(), INSTANT_NONE);
    faults_clear();
    fault(".", "status 429 1", 1);
    int64_t began = now_ms();
    assert_string_equal(seen(made.key).key, made.key);
    assert_in_range(now_ms() - began, 900, 60000);
}

static void a_long_wait_is_obeyed(void **state)
{
    (void)state;
    struct err e = {0};
    struct ticket t;
    bool found;
    faults_clear();
    fault(".", "status 429 77", 1);
    later(make(uid(), INSTANT_NONE, &e), &e);
    assert_in_range(tracker_retry_seconds(world.tracker), 30, 77);
    int before = journal_count(".");
    err_clear(&e);
    later(ticket_get(world.tracker, NULL, &world.arena, world.options.template_key, &t, &found, &e), &e);
    assert_int_equal(journal_count("."), before);
    says("asked us to wait");
    /* Without a time: the caller decides. */
    (void)opened(&world.options);
    fault(".", "status 429", 1);
    err_clear(&e);
    later(ticket_get(other, NULL, &world.arena, world.options.template_key, &t, &found, &e), &e);
    assert_int_equal(tracker_retry_seconds(other), 0);
}

static void a_dead_tracker_is_for_later(void **state)
{
    (void)state;
    struct err e = {0};
    struct tracker_options o = world.options;
    o.url = "http://127.0.0.1:9/jira";
    struct ticket_new n = plain(uid());
    later(ticket_create(opened(&o), NULL, &world.arena, &n, &made, &e), &e);
    says("127.0.0.1");
    struct ticket_query q = {.filter = "", .closed_after = DAY_NONE, .closed_since = INSTANT_NONE};
    int64_t count;
    err_clear(&e);
    later(ticket_count(other, NULL, &q, &count, &e), &e);
    struct tracker_report r;
    err_clear(&e);
    must(tracker_examine(other, NULL, &world.arena, &r, &e), &e);
    assert_int_equal(r.checks[CHECK_REACHED].result, CHECK_BAD);
    assert_int_equal(r.checks[CHECK_LOGIN].result, CHECK_NOT_ASKED);
}

/* ------------------------------------------------------------------ what a person must do */

/* Creating with these options fails for a person, and nothing is made. */
static void refuses(const struct tracker_options *o, enum err_code code, const char *part)
{
    struct err e = {0};
    struct ticket_new n = plain(uid());
    faults_clear();
    bool ok = ticket_create(opened(o), NULL, &world.arena, &n, &made, &e);
    world.why = e;
    if (ok || e.code != code)
        fail_msg("ok %d, %s %s; due: %s …%s…", ok, err_code_text(e.code), e.log, err_code_text(code), part);
    assert_false(ticket_is_later(&e));
    says(part);
    assert_int_equal(done(world.making), 0);
}

static void a_wrong_token_is_told(void **state)
{
    (void)state;
    struct tracker_options o = world.options;
    struct tracker_report r;
    struct err e = {0};
    o.token = "0123456789abcdef-wrong";
    refuses(&o, ERR_LOGIN, "tracker.token");
    assert_null(strstr(world.why.log, o.token));
    must(tracker_examine(other, NULL, &world.arena, &r, &e), &e);
    assert_int_equal(r.checks[CHECK_REACHED].result, CHECK_GOOD);
    assert_int_equal(r.checks[CHECK_LOGIN].result, CHECK_BAD);
    /* Finding nothing would be worse than failing: it makes doubles. */
    struct ticket t;
    bool found;
    if (ticket_find(other, NULL, &world.arena, uid(), &t, &found, &e))
        fail_msg("a wrong token found nothing instead of failing");
}

static void who_may_only_read_is_told(void **state)
{
    (void)state;
    struct tracker_options o = world.options;
    o.token = world.reader;
    /* Redmine drops the project of who may not make tickets, and then misses it. */
    if (world.kind == TRACKER_REDMINE)
        refuses(&o, ERR_REMOTE, "may not make tickets");
    else
        refuses(&o, ERR_LOGIN, "403");
}

static void a_wrong_setting_is_named(void **state)
{
    (void)state;
    struct tracker_options o = world.options;
    o.date_field = "Data Inexistent";
    refuses(&o, ERR_REMOTE, "Data Inexistent");
    says("tracker.date_field");
    says("Data Estimada");
    o = world.options;
    o.template_key = world.kind == TRACKER_REDMINE ? "#99999999" : "ST-99999999";
    refuses(&o, ERR_REMOTE, o.template_key);
    says("tickets.template");
    o = world.options;
    o.project = "NONE";
    refuses(&o, ERR_REMOTE, "NONE");
    says("tracker.project");
    o = world.options;
    o.type = "Cap";
    refuses(&o, ERR_REMOTE, "\"Cap\"");
    says("tracker.type");
}

static void a_missing_setting_is_named(void **state)
{
    (void)state;
    struct err e = {0};
    struct tracker_options o = world.options;
    o.url = "";
    assert_false(tracker_open(&o, &other, &e));
    assert_non_null(strstr(e.log, "tracker.url"));
    err_clear(&e);
    o = world.options;
    o.token = "";
    assert_false(tracker_open(&o, &other, &e));
    assert_non_null(strstr(e.log, "tracker.token"));
    err_clear(&e);
    o.token = "a\r\nX-Evil: b";
    if (tracker_open(&o, &other, &e)) {
        struct ticket_new n = plain(uid());
        assert_false(ticket_create(other, NULL, &world.arena, &n, &made, &e));
    }
    assert_int_not_equal(e.code, ERR_NONE);
    assert_null(strstr(e.log, "X-Evil"));
}

static void a_wrong_watcher_is_a_remark(void **state)
{
    (void)state;
    static const char *const watchers[] = {"nobody.like.this"};
    struct err e = {0};
    struct tracker_options o = world.options;
    o.watchers = watchers;
    o.watcher_count = 1;
    struct ticket_new n = plain(uid());
    must(ticket_create(opened(&o), NULL, &world.arena, &n, &made, &e), &e);
    assert_non_null(strstr(made.remark, "nobody.like.this"));
    o.watchers = &world.user;
    n.uid = uid();
    must(ticket_create(opened(&o), NULL, &world.arena, &n, &made, &e), &e);
    assert_string_equal(made.remark, "");
    assert_true(seen(made.key).watcher_count > 0);
}

static void the_template_is_linked(void **state)
{
    (void)state;
    make_well(uid(), INSTANT_NONE);
    struct ticket s = seen(made.key);
    assert_int_equal(s.link_count, 1);
    assert_string_equal(s.links[0], world.options.template_key);
    assert_true(s.url[0] != '\0');
}

static void a_login_page_is_told(void **state)
{
    (void)state;
    struct err e = {0};
    fault(".", "html", 3);
    world.why = (struct err){0};
    assert_false(make(uid(), INSTANT_NONE, &e));
    world.why = e;
    assert_int_equal(e.code, ERR_REMOTE);
    says("tracker.url");
    assert_int_equal(done(world.making), 0);
}

/* An expired certificate's ticket is due before it is made. */
static void a_day_in_the_past_is_kept(void **state)
{
    (void)state;
    struct err e = {0};
    struct ticket_new n = plain(uid());
    n.due = day_from_civil(2024, 2, 29);
    must(ticket_create(world.tracker, NULL, &world.arena, &n, &made, &e), &e);
    struct ticket s = seen(made.key);
    assert_int_equal(s.due, n.due);
    assert_int_equal(s.estimated, n.due);
    must(ticket_set_due(world.tracker, NULL, made.key, n.due - 1, &e), &e);
    assert_int_equal(seen(made.key).due, n.due - 1);
}

static void saved_filters_are_counted(void **state)
{
    (void)state;
    struct err e = {0};
    int64_t before = 0, after = 0;
    struct ticket_query q = {.filter = world.pending, .closed_after = DAY_NONE, .closed_since = INSTANT_NONE};
    must(ticket_count(world.tracker, NULL, &q, &before, &e), &e);
    make_well(uid(), INSTANT_NONE);
    must(ticket_count(world.tracker, NULL, &q, &after, &e), &e);
    assert_int_equal(after, before + 1);
    struct ticket *list;
    size_t count = 0;
    must(ticket_list(world.tracker, NULL, &world.arena, &q, 7, &list, &count, &after, &e), &e);
    assert_in_range(count, 1, 7);
    q.filter = "99999";
    assert_false(ticket_count(world.tracker, NULL, &q, &after, &e));
    world.why = e;
    assert_int_equal(e.code, ERR_REMOTE);
    says("");
}

/* ------------------------------------------------------------------ answers that are none */

static void hostile_answers_are_refused(void **state)
{
    (void)state;
    make_well(uid(), INSTANT_NONE);
    const char *key = made.key;
    struct buf deep = BUF_INIT(1u << 20), wide = BUF_INIT(4u << 20);
    buf_add_text(&deep, "body ");
    for (int i = 0; i < 5000; i++)
        buf_add_text(&deep, "[");
    buf_add_text(&wide, "body [0");
    for (int i = 0; i < 600000; i++)
        buf_add_text(&wide, ",0");
    buf_add_text(&wide, "]");
    const char *const bodies[] = {
        "body {}",
        "body []",
        "body null",
        "body 7",
        "body \"x\"",
        "body {\"issues\":7,\"total\":\"x\",\"key\":[],\"issue\":3,\"values\":{},\"fields\":[],\"user\":[]}",
        "body {\"issues\":[7,null,{\"key\":{}},{\"key\":\"../../x\",\"id\":-1}],\"total\":99999999999}",
        "body {\"issue\":{\"id\":1e400}}",
        "body {\"key\":\"ST-1\\u0000\"}",
        "body {",
        "body \xff\xfe",
        buf_text(&deep),
        buf_text(&wide),
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct err e = {0};
        struct ticket t = {0}, *list;
        struct ticket_query q = {.filter = "", .closed_after = DAY_NONE, .closed_since = INSTANT_NONE};
        struct tracker_report r;
        bool found;
        size_t count;
        int64_t total;
        faults_clear();
        fault(".", bodies[i], 1000);
        (void)opened(&world.options);
        struct ticket_new n = plain(uid());
        if (ticket_create(other, NULL, &world.arena, &n, &t, &e))
            fail_msg("a ticket was made of %.60s", bodies[i]);
        world.why = e;
        says("");
        err_clear(&e);
        (void)ticket_get(other, NULL, &world.arena, key, &t, &found, &e);
        err_clear(&e);
        (void)ticket_list(other, NULL, &world.arena, &q, 300, &list, &count, &total, &e);
        err_clear(&e);
        (void)ticket_set_open(other, NULL, key, false, &e);
        err_clear(&e);
        (void)ticket_set_due(other, NULL, key, 20000, &e);
        err_clear(&e);
        (void)ticket_note_add(other, NULL, key, uid(), "x", INSTANT_NONE, &e);
        err_clear(&e);
        (void)ticket_watch(other, NULL, key, world.user, &e);
        err_clear(&e);
        (void)ticket_link(other, NULL, key, world.options.template_key, &e);
        err_clear(&e);
        must(tracker_examine(other, NULL, &world.arena, &r, &e), &e);
    }
    faults_clear();
    buf_release(&deep);
    buf_release(&wide);
}

/* ------------------------------------------------------------------ Jira's own */

static void only_jira(void)
{
    if (world.kind != TRACKER_JIRA)
        skip();
}

static void fields_come_from_the_template(void **state)
{
    (void)state;
    only_jira();
    struct err e = {0};
    struct tracker_options o = world.options;
    make_well(uid(), INSTANT_NONE);
    assert_string_equal(seen(made.key).type, "Tasca");
    /* A field of the screen that must have a value, and the template has none. */
    o.template_key = "ST-8950";
    o.type = "Tasca";
    refuses(&o, ERR_REMOTE, "customfield_10300");
    says("Servei");
    says("ST-8950");
    /* Of a type whose screen has no date of that name. */
    o.template_key = "ST-8949";
    o.type = "incidencia";
    refuses(&o, ERR_REMOTE, "Data Estimada");
    o.date_field = "";
    struct ticket_new n = plain(uid());
    must(ticket_create(opened(&o), NULL, &world.arena, &n, &made, &e), &e);
    assert_string_equal(seen(made.key).type, "Incidència");
    assert_int_equal(seen(made.key).due, n.due);
    o.date_field = "customfield_10302";
    o.type = "";
    refuses(&o, ERR_REMOTE, "number");
    o.date_field = "customfield_10123";
    n.uid = uid();
    must(ticket_create(opened(&o), NULL, &world.arena, &n, &made, &e), &e);
    assert_int_equal(seen(made.key).estimated, n.due);
}

static void jira_closes_as_it_is_told(void **state)
{
    (void)state;
    only_jira();
    struct err e = {0};
    struct tracker_options o = world.options;
    make_well(uid(), INSTANT_NONE);
    o.close = "Res de res";
    assert_false(ticket_set_open(opened(&o), NULL, made.key, false, &e));
    world.why = e;
    says("Tanca → Tancat");
    says("tracker.close");
    err_clear(&e);
    o.close = "tancat";
    must(ticket_set_open(opened(&o), NULL, made.key, false, &e), &e);
    assert_string_equal(seen(made.key).status, "Tancat");
}

static void captcha_and_anonymous_are_told(void **state)
{
    (void)state;
    only_jira();
    struct err e = {0};
    fault(".", "captcha", 1);
    assert_false(make(uid(), INSTANT_NONE, &e));
    world.why = e;
    assert_int_equal(e.code, ERR_LOGIN);
    says("CAPTCHA");
}

static void jql_cannot_be_escaped_from(void **state)
{
    (void)state;
    only_jira();
    struct err e = {0};
    struct tracker_options o = world.options;
    o.project = "ST\" OR project = \"ST";
    struct ticket_query q = {.filter = "", .closed_after = DAY_NONE, .closed_since = INSTANT_NONE};
    int64_t n;
    assert_false(ticket_count(opened(&o), NULL, &q, &n, &e));
    world.why = e;
    assert_int_equal(e.code, ERR_REMOTE);
    says("does not exist for the field 'project'");
}

int suite_wire(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, teardown)
        T(no_answer_makes_one_ticket),
        T(what_did_not_get_through_is_made_later),
        T(a_slow_index_makes_no_second_ticket),
        T(a_request_in_flight_makes_no_second_ticket),
        T(no_answer_makes_one_note),
        T(no_answer_changes_once),
        T(a_slow_answer_is_awaited),
        T(a_short_wait_is_done_at_once),
        T(a_long_wait_is_obeyed),
        T(a_dead_tracker_is_for_later),
        T(a_wrong_token_is_told),
        T(who_may_only_read_is_told),
        T(a_wrong_setting_is_named),
        T(a_missing_setting_is_named),
        T(a_wrong_watcher_is_a_remark),
        T(the_template_is_linked),
        T(a_login_page_is_told),
        T(a_day_in_the_past_is_kept),
        T(saved_filters_are_counted),
        T(hostile_answers_are_refused),
        T(fields_come_from_the_template),
        T(jira_closes_as_it_is_told),
        T(captcha_and_anonymous_are_told),
        T(jql_cannot_be_escaped_from),
#undef T
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
