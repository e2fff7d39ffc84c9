/* The gateway's permissions and memory, on both databases: what is given and taken stays told, an id is answered once
 * whoever writes at the same time, asynchronous requests go forwards only, and what is old is forgotten. */
#include <pthread.h>

#include "../store/fixture.h"
#include "base/limits.h"
#include "record/audit.h"
#include "record/gateway_log.h"
#include "record/gateway_standing.h"

#define NOW ((instant_t)1795000000 * INSTANT_PER_SECOND)
#define DAY (86400 * INSTANT_PER_SECOND)

static struct store *store;
static struct gateway_marks *marks;
static const struct by by = {.who = "maria", .day = 20000, .at = NOW};

static int set_up_empty(void **state)
{
    marks = gateway_marks_new(15, 8);
    return fixture_setup(state);
}

static int set_up(void **state)
{
    struct err e = {0};
    int failed = set_up_empty(state);
    if (failed != 0)
        return failed;
    must(store_open(fix.url, STORE_CREATE, &store, &e), &e);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_close(store);
    store = NULL;
    gateway_marks_free(marks);
    return 0;
}

static void begin(struct tx *tx)
{
    struct err e = {0};
    must(tx_begin(store, TX_WRITE, tx, &e), &e);
}

static void commit(struct tx *tx)
{
    struct err e = {0};
    must(tx_commit(tx, &e), &e);
}

static int64_t integrator(struct tx *tx, const char *ine10, const char *name)
{
    struct err e = {0};
    int64_t id;
    must(integrator_ensure(tx, &by, &(struct integrator){.ine10 = ine10, .name = name, .nif = "P0800001A"}, &id, &e),
         &e);
    return id;
}

static const struct gateway_certificate_record certificate = {.fingerprint = "aabb",
                                                              .der_base64 = "MIIB",
                                                              .subject = "CN=x",
                                                              .issuer = "EC",
                                                              .nif = "P0800001A",
                                                              .not_before = 1,
                                                              .not_after = NOW + DAY,
                                                              .authority = "",
                                                              .since = NOW,
                                                              .until = INSTANT_NONE};

static enum gateway_put give(struct tx *tx, int64_t id, bool sha1)
{
    struct err e = {0};
    struct gateway_certificate_record c = certificate;
    enum gateway_put put;
    c.allow_sha1 = sha1;
    must(gateway_certificate_put(tx, &by, id, &c, &put, &e), &e);
    return put;
}

static void permissions(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena a = {0};
    struct tx tx;
    enum gateway_put put;
    struct gateway_permissions p;
    struct gateway_permission *list;
    size_t count;
    int64_t changed;
    begin(&tx);
    int64_t two = integrator(&tx, "0817130003", "Vilafranca"), one = integrator(&tx, "0805690004", "Vallgorguina");
    assert_int_equal(integrator(&tx, "0817130003", "Vilafranca del Penedès"), two);
    assert_int_equal(give(&tx, one, false), GATEWAY_PUT_NEW);
    assert_int_equal(give(&tx, one, false), GATEWAY_PUT_SAME);
    assert_int_equal(give(&tx, one, true), GATEWAY_PUT_CHANGED);
    assert_int_equal(give(&tx, two, false), GATEWAY_PUT_NEW); /* a provider's, for both */
    must(gateway_address_put(&tx, &by, one, "198.51.100.0/24", NOW, INSTANT_NONE, &put, &e), &e);
    must(gateway_address_put(&tx, &by, one, "2a00:1508::/48", NOW, NOW + DAY, &put, &e), &e);
    must(gateway_grant_put(&tx, &by, two, "HESTIA", "", "PROVES", NOW, INSTANT_NONE, &put, &e), &e);
    commit(&tx);

    begin(&tx);
    must(gateway_permissions_load(&tx, &a, &p, &e), &e);
    assert_int_equal(p.count, 2);
    const struct gateway_integrator *b = gateway_integrator_of(&p, "805690004");
    assert_non_null(b);
    assert_int_equal(b->certificate_count, 1);
    assert_true(b->certificates[0].allow_sha1);
    assert_int_equal(b->range_count, 2);
    assert_int_equal(b->ranges[1].until, NOW + DAY);
    assert_int_equal(b->grant_count, 0);
    b = gateway_integrator_of(&p, "0817130003");
    assert_string_equal(b->name, "Vilafranca del Penedès");
    assert_int_equal(b->certificate_count, 1);
    assert_false(b->certificates[0].allow_sha1);
    assert_int_equal(b->range_count, 0);
    assert_string_equal(b->grants[0].product, "HESTIA");
    assert_true(b->active);

    must(gateway_permission_revoke(&tx, &by, one, GATEWAY_IS_ADDRESS, "198.51.100.0/24", "x", &changed, &e), &e);
    assert_int_equal(changed, 1);
    must(gateway_permission_revoke(&tx, &by, one, GATEWAY_IS_CERTIFICATE, NULL, "lost", &changed, &e), &e);
    assert_int_equal(changed, 1);
    must(integrator_suspend(&tx, two, NOW, &e), &e);
    must(gateway_permission_list(&tx, &a, one, false, &list, &count, &e), &e);
    assert_int_equal(count, 1);
    must(gateway_permission_list(&tx, &a, one, true, &list, &count, &e), &e);
    assert_int_equal(count, 4); /* two of the certificate: as it was, and as it was changed */
    assert_string_equal(list[0].reason, "changed");
    assert_string_equal(list[1].reason, "lost");
    assert_string_equal(list[1].revoked_who, "maria");
    must(gateway_permissions_load(&tx, &a, &p, &e), &e);
    assert_false(gateway_integrator_of(&p, "0817130003")->active);
    assert_int_equal(gateway_integrator_of(&p, "0805690004")->certificate_count, 0);
    assert_int_equal(give(&tx, one, false), GATEWAY_PUT_NEW);
    commit(&tx);
    arena_release(&a);
}

static void cache(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct gateway_cache c = {0};
    const struct gateway_permissions *p;
    for (int i = 0; i < 3; i++) {
        begin(&tx);
        must(gateway_cache_get(&c, &tx, &p, &e), &e);
        commit(&tx);
        assert_int_equal(c.loads, 1);
    }
    begin(&tx);
    (void)integrator(&tx, "0805690004", "x");
    must(audit_add(&tx, &by, "gateway-authorise", 0, "x", &e), &e);
    commit(&tx);
    begin(&tx);
    must(gateway_cache_get(&c, &tx, &p, &e), &e);
    commit(&tx);
    assert_int_equal(c.loads, 2);
    assert_int_equal(p->count, 1);
    gateway_cache_release(&c);
}

/* What authorities say: asked once for two bodies with one certificate, seen by whoever has permissions in memory. */
static void standing(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena a = {0};
    struct tx tx;
    struct gateway_cache known = {0};
    const struct gateway_permissions *p;
    struct gateway_standing_row *rows, row;
    struct gateway_permission *list;
    size_t count;
    begin(&tx);
    int64_t one = integrator(&tx, "0805690004", "Vallgorguina");
    (void)give(&tx, one, false);
    (void)give(&tx, integrator(&tx, "0817130003", "Vilafranca"), false);
    commit(&tx);

    begin(&tx);
    must(gateway_cache_get(&known, &tx, &p, &e), &e);
    assert_int_equal(p->items[0].certificates[0].standing, GATEWAY_STANDING_NONE);
    must(gateway_standing_due(&tx, &a, NOW, 5, &rows, &count, &e), &e);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].state, GATEWAY_STANDING_NONE);
    rows[0].state = GATEWAY_STANDING_REVOKED;
    rows[0].looked = NOW;
    rows[0].due = NOW + 10;
    rows[0].since = NOW - DAY;
    rows[0].why = "http://ocsp.example/";
    must(gateway_standing_put(&tx, &rows[0], &e) && gateway_standing_put(&tx, &rows[0], &e), &e);
    must(gateway_standing_due(&tx, &a, NOW + 9, 5, &rows, &count, &e), &e);
    assert_int_equal(count, 0);
    must(gateway_standing_due(&tx, &a, NOW + 10, 5, &rows, &count, &e), &e);
    assert_int_equal(count, 1);
    must(gateway_standing_due(&tx, &a, NOW + 2 * DAY, 5, &rows, &count, &e), &e);
    assert_int_equal(count, 0); /* it has ended */
    must(gateway_standing_get(&tx, &a, "aabb", &row, &e), &e);
    assert_true(row.state == GATEWAY_STANDING_REVOKED && row.since == NOW - DAY && row.until == INSTANT_NONE);
    must(gateway_cache_get(&known, &tx, &p, &e), &e);
    assert_int_equal(p->items[1].certificates[0].standing, GATEWAY_STANDING_REVOKED);
    must(gateway_permission_list(&tx, &a, one, false, &list, &count, &e), &e);
    assert_true(list[0].standing == GATEWAY_STANDING_REVOKED && list[0].standing_since == NOW - DAY);
    assert_string_equal(list[0].standing_why, "http://ocsp.example/");
    commit(&tx);
    gateway_cache_release(&known);
    arena_release(&a);
}

static struct gateway_entry entry(int64_t seen, int64_t replay)
{
    return (struct gateway_entry){.row = {.at = NOW,
                                          .ine10 = "0805690004",
                                          .request = "id-1",
                                          .product = "HESTIA",
                                          .modality = "HESTIA_CITES",
                                          .elements = 1,
                                          .certificate = "aabb",
                                          .address = "198.51.100.9",
                                          .outcome = GATEWAY_ANSWERED,
                                          .result = "0",
                                          .steps = "network:g:12 xml:w:300 body:r:7 later:g:1",
                                          .citizens = "",
                                          .remarks = "error:count:7:/soap:Envelope/soap:Body[1]\nwarning:code-nine:0:/",
                                          .bytes = 6000,
                                          .answer_bytes = 3000,
                                          .micros = 1234},
                                  .seen = seen,
                                  .replay = replay,
                                  .dead = NOW + 60 * INSTANT_PER_SECOND};
}

static struct gateway_log_row *load(struct arena *a, const struct gateway_filter *f, size_t *ret_count)
{
    struct err e = {0};
    struct tx tx;
    struct gateway_log_row *rows;
    begin(&tx);
    must(gateway_log_load(&tx, a, f, &rows, ret_count, &e), &e);
    commit(&tx);
    return rows;
}

static size_t count_of(struct arena *a, const struct gateway_filter *f)
{
    size_t count;
    (void)load(a, f, &count);
    return count;
}

static void log_once(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena a = {0};
    struct tx tx;
    const struct gateway_async asked = {.hash = "s1",
                                        .ine10 = "0805690004",
                                        .request = "id-1",
                                        .product = "PADRO",
                                        .modality = "RESIDENT",
                                        .elements = 3,
                                        .state = GATEWAY_ASYNC_PENDING,
                                        .hours = 2,
                                        .at = NOW,
                                        .due = NOW + 1,
                                        .changed = NOW,
                                        .expires = NOW + DAY,
                                        .asked = "sealed",
                                        .answer = ""};
    struct gateway_entry batch[] = {entry(1, 11), entry(1, 12), entry(1, 11), entry(0, 0),
                                    entry(3, 0),  entry(0, 17), entry(0, 17)};
    batch[0].async = batch[1].async = &asked;
    begin(&tx);
    must(gateway_log_write(&tx, marks, batch, 7, &e), &e);
    commit(&tx);
    gateway_marks_committed(marks);
    assert_false(batch[0].ret_repeated || batch[0].ret_replayed);
    assert_true(batch[1].ret_repeated && !batch[1].ret_replayed);
    assert_true(batch[2].ret_replayed && !batch[2].ret_repeated);
    assert_false(batch[3].ret_repeated || batch[4].ret_repeated || batch[5].ret_replayed);
    assert_true(batch[6].ret_replayed && !batch[6].ret_repeated);

    struct gateway_entry again[] = {entry(3, 0), entry(9, 19)};
    begin(&tx);
    must(gateway_log_write(&tx, marks, again, 2, &e), &e);
    commit(&tx);
    gateway_marks_committed(marks);
    assert_true(again[0].ret_repeated && !again[1].ret_repeated);

    size_t count;
    const struct gateway_filter every = {.since = INSTANT_NONE, .until = INSTANT_NONE, .most = 100};
    struct gateway_log_row *rows = load(&a, &every, &count);
    assert_int_equal(count, 9);
    assert_int_equal(rows[0].id, rows[1].id + 1);
    assert_int_equal(rows[1].outcome, GATEWAY_REPEATED);
    assert_int_equal(rows[8].micros, 1234);
    assert_string_equal(rows[8].result, "0");
    struct gateway_filter f = every;
    f.refused = true;
    assert_int_equal(count_of(&a, &f), 4);
    f = every;
    f.has_outcome = true;
    f.outcome = GATEWAY_REPLAYED;
    assert_int_equal(count_of(&a, &f), 2);
    f = every;
    f.ine10 = "0817130003";
    assert_int_equal(count_of(&a, &f), 0);
    f = every;
    f.ine10 = "0805690004";
    f.request = "id-1";
    f.before = rows[1].id;
    const int64_t seventh = rows[2].id;
    f.most = 2;
    rows = load(&a, &f, &count);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].id, seventh);
    f = every;
    f.since = NOW + 1;
    assert_int_equal(count_of(&a, &f), 0);
    f.since = INSTANT_NONE;
    f.until = NOW;
    assert_int_equal(count_of(&a, &f), 0);

    struct gateway_async *list;
    begin(&tx);
    must(gateway_async_list(&tx, &a, NULL, 10, &list, &count, &e), &e);
    commit(&tx);
    assert_int_equal(count, 1); /* the repeated one was not kept a second time */
    arena_release(&a);
}

static void kept_texts(void **state)
{
    (void)state;
    struct arena a = {0};
    struct gateway_entry t = entry(0, 0);
    struct gateway_step_kept steps[GATEWAY_STEP_COUNT];
    struct gateway_remark_kept remarks[4];
    assert_int_equal(gateway_steps_read(t.row.steps, steps, GATEWAY_STEP_COUNT),
                     3); /* a step of later is passed over */
    assert_int_equal(steps[2].step, GATEWAY_STEP_BODY);
    assert_int_equal(steps[2].state, GATEWAY_STATE_REFUSED);
    assert_int_equal(steps[2].micros, 7);
    assert_int_equal(gateway_steps_read("network:g xml::1 xml:?:1 xml:gg:1 :g:1 xml:g:-1 xml:g:1x", steps, 9), 0);
    assert_int_equal(gateway_remarks_read(&a, t.row.remarks, remarks, 4), 2);
    assert_int_equal(remarks[0].line, 7);
    assert_string_equal(remarks[0].xpath, "/soap:Envelope/soap:Body[1]");
    assert_int_equal(gateway_remarks_read(&a, "error\nerror:x\nerror:x:y:/\n", remarks, 4), 0);
    struct gateway_judgement j = {
        .steps = {
            [GATEWAY_STEP_XML] = {GATEWAY_STATE_GOOD, 0}, [GATEWAY_STEP_RULE] = {GATEWAY_STATE_REFUSED, GATEWAY_RULE}}};
    const int64_t micros[GATEWAY_STEP_COUNT] = {[GATEWAY_STEP_XML] = 5, [GATEWAY_STEP_RULE] = 6};
    assert_string_equal(gateway_steps_text(&a, &j, micros), "xml:g:5 rule:r:6");
    arena_release(&a);
}

static void asynchronous(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena a = {0};
    struct tx tx;
    struct gateway_async r = {.hash = "h",
                              .ine10 = "0805690004",
                              .request = "id",
                              .product = "PADRO",
                              .modality = "RESIDENT",
                              .elements = 2,
                              .state = GATEWAY_ASYNC_PENDING,
                              .hours = 4,
                              .at = NOW,
                              .due = NOW + 10,
                              .changed = NOW,
                              .expires = NOW + 10 * DAY,
                              .asked = "a",
                              .answer = ""},
                         got, *list;
    int64_t id, gone;
    bool is_new, found, moved;
    size_t count;
    begin(&tx);
    must(gateway_async_add(&tx, &r, &id, &is_new, &e), &e);
    assert_true(is_new);
    must(gateway_async_add(&tx, &r, &gone, &is_new, &e), &e);
    assert_false(is_new);
    must(gateway_async_due(&tx, &a, NOW + 9, 5, &list, &count, &e), &e);
    assert_int_equal(count, 0);
    must(gateway_async_due(&tx, &a, NOW + 10, 5, &list, &count, &e), &e);
    assert_int_equal(count, 1);
    must(
        gateway_async_move(&tx, id, GATEWAY_ASYNC_PENDING, GATEWAY_ASYNC_WORKING, NOW + 10, NOW + 20, NULL, &moved, &e),
        &e);
    assert_true(moved);
    must(
        gateway_async_move(&tx, id, GATEWAY_ASYNC_PENDING, GATEWAY_ASYNC_WORKING, NOW + 10, NOW + 20, NULL, &moved, &e),
        &e);
    assert_false(moved); /* somebody was quicker */
    must(gateway_async_move(&tx, id, GATEWAY_ASYNC_WORKING, GATEWAY_ASYNC_DONE, NOW + 20, NOW + 20, "answer", &moved,
                            &e),
         &e);
    must(gateway_async_due(&tx, &a, NOW + DAY, 5, &list, &count, &e), &e);
    assert_int_equal(count, 0);
    commit(&tx);

    store_close(store); /* it survives a restart */
    must(store_open(fix.url, STORE_OPEN, &store, &e), &e);
    begin(&tx);
    must(gateway_async_find(&tx, &a, "h", &got, &found, &e), &e);
    assert_true(found && got.id == id && got.state == GATEWAY_ASYNC_DONE && got.fetched == INSTANT_NONE);
    assert_string_equal(got.answer, "answer");
    assert_string_equal(got.asked, "a");
    must(gateway_async_fetched(&tx, id, NOW + 30, &e), &e);
    must(gateway_async_fetched(&tx, id, NOW + 40, &e), &e);
    must(gateway_async_get(&tx, &a, id, &got, &found, &e), &e);
    assert_int_equal(got.fetched, NOW + 30);
    must(gateway_async_find(&tx, &a, "other", &got, &found, &e), &e);
    assert_false(found);
    must(gateway_async_forget(&tx, NOW + 10 * DAY - 1, 5, &gone, &e), &e);
    assert_int_equal(gone, 0);
    must(gateway_async_forget(&tx, NOW + 10 * DAY, 5, &gone, &e), &e);
    assert_int_equal(gone, 1);
    commit(&tx);
    begin(&tx);
    assert_false(gateway_async_move(&tx, id, GATEWAY_ASYNC_DONE, GATEWAY_ASYNC_WORKING, NOW, NOW, NULL, &moved, &e));
    tx_rollback(&tx);
    arena_release(&a);
}

/* Whether an id was answered, for somebody who begins now and for somebody who was there. */
static bool was_there(int64_t seen)
{
    struct err e = {0};
    bool before = false;
    for (int who = 0; who < 2; who++) {
        struct gateway_marks *m = who == 0 ? gateway_marks_new(15, 8) : marks;
        struct gateway_entry t = entry(seen, 0);
        struct tx tx;
        begin(&tx);
        must(gateway_log_write(&tx, m, &t, 1, &e), &e);
        tx_rollback(&tx);
        assert_true(who == 0 || before == t.ret_repeated);
        before = t.ret_repeated;
        gateway_marks_free(who == 0 ? m : NULL);
    }
    return before;
}

static void forgetting(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena a = {0};
    struct tx tx;
    struct gateway_entry batch[20];
    size_t count;
    int64_t gone, all = 0;
    const struct gateway_filter every = {.since = INSTANT_NONE, .until = INSTANT_NONE, .most = 100};
    for (int i = 0; i < 20; i++) {
        batch[i] = entry(i % 2 == 0 ? i + 1 : 0, i + 1);
        batch[i].row.at = NOW - (20 - i) * DAY;
        batch[i].dead = batch[i].row.at + 60;
    }
    begin(&tx);
    must(gateway_log_write(&tx, marks, batch, 20, &e), &e);
    commit(&tx);
    gateway_marks_committed(marks);
    /* Rows for ten days, ids for fifteen, three at a time. */
    struct gateway_keep keep = {.now = NOW, .log_days = 10, .seen_days = 15};
    do {
        begin(&tx);
        must(gateway_log_forget(&tx, &keep, 3, &gone, &e), &e);
        commit(&tx);
        assert_in_range(gone, 0, 12);
        all += gone;
    } while (keep.more);
    assert_int_equal(all, 10 + 3 + 10); /* every signature that is kept by itself is beyond its time */
    assert_true(was_there(7));          /* its row went, its mark stays */
    assert_true(was_there(19));         /* its row is there */
    assert_false(was_there(1));         /* beyond its time, and its mark in memory is worth nothing */
    struct gateway_log_row *rows = load(&a, &every, &count);
    assert_int_equal(count, 10);
    assert_int_equal(rows[9].at, NOW - 10 * DAY);
    arena_release(&a);
}

/* Many more than stay in memory: whoever begins later knows them all, from the table, the log, or both. */
static void folding(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    int64_t folded, rows;
    for (int64_t first = 1; first <= 100; first += 5) {
        struct gateway_entry batch[5];
        for (int64_t i = 0; i < 5; i++)
            batch[i] = entry((first + i) * 7919 % 104729, 1000 + first + i);
        begin(&tx);
        must(gateway_log_write(&tx, marks, batch, 5, &e), &e);
        commit(&tx);
        gateway_marks_committed(marks);
        assert_false(batch[0].ret_repeated || batch[4].ret_repeated);
    }
    begin(&tx);
    must(sql_int(&tx, &folded, NULL, &e, "SELECT count(*) FROM gateway_mark", ""), &e);
    must(sql_int(&tx, &rows, NULL, &e, "SELECT max(id) - (SELECT last FROM gateway_folded) FROM gateway_log", ""), &e);
    commit(&tx);
    assert_in_range(folded, 80, 95);
    assert_in_range(rows, 5, 20);
    for (int64_t i = 1; i <= 100; i += 11)
        assert_true(was_there(i * 7919 % 104729));
    assert_false(was_there(104730));
    struct gateway_entry copy = entry(7919, 1001);
    begin(&tx);
    must(gateway_log_write(&tx, marks, &copy, 1, &e), &e);
    commit(&tx);
    assert_true(copy.ret_replayed);
}

/* All rows are forgotten and the log's numbers begin anew: who remembers how far he has read is not misled. */
static void emptied(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct gateway_marks *other = gateway_marks_new(15, 8);
    int64_t gone;
    for (int64_t i = 1; i <= 30; i++) {
        struct gateway_entry t = entry(i, 0);
        t.row.at = NOW - 11 * DAY;
        begin(&tx);
        must(gateway_log_write(&tx, i % 2 == 0 ? other : marks, &t, 1, &e), &e);
        commit(&tx);
        gateway_marks_committed(i % 2 == 0 ? other : marks);
    }
    struct gateway_keep keep = {.now = NOW, .log_days = 10, .seen_days = 15};
    do {
        begin(&tx);
        must(gateway_log_forget(&tx, &keep, 100, &gone, &e), &e);
        commit(&tx);
    } while (keep.more);
    struct gateway_entry fresh = entry(100, 0), again = fresh;
    for (int i = 0; i < 2; i++) {
        begin(&tx);
        must(gateway_log_write(&tx, i == 0 ? other : marks, i == 0 ? &fresh : &again, 1, &e), &e);
        commit(&tx);
        gateway_marks_committed(i == 0 ? other : marks);
    }
    assert_true(!fresh.ret_repeated && again.ret_repeated);
    for (int64_t i = 1; i <= 30; i += 7)
        assert_true(was_there(i));
    gateway_marks_free(other);
}

/* What was remembered before is remembered after. */
static void upgraded(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *old = NULL;
    const char *one = "0123456789abcdef0123456789abcdef", *two = "fedcba9876543210fedcba9876543210";
    const struct migration_set *all = fix.kind == STORE_SQLITE ? &migrations_sqlite : &migrations_postgresql;
    struct migration_set before = {all->items, 0};
    while (strstr(all->items[before.count].sql, "CREATE TABLE gateway_mark ") == NULL)
        before.count++;
    must(store_open_set(fix.url, STORE_CREATE, &before, &old, &e), &e);
    must(tx_begin(old, TX_WRITE, &tx, &e), &e);
    must(sql_run(&tx, NULL, &e,
                 "INSERT INTO gateway_log (token, at, ine10, request, kind, product, modality, elements, certificate, "
                 "address, outcome, step, result, steps, remarks, citizens, bytes, answer_bytes, micros) VALUES (5, "
                 "$1, '', 'x', 'sync', '', '', 1, '', '', 'answered', 'modality', '0', '', '', '', 1, 1, 1)",
                 "t", NOW) &&
             sql_run(&tx, NULL, &e,
                     "INSERT INTO gateway_seen (hash, token, at, replay) VALUES ($1, 5, $3, $2), ($2, 6, $3, NULL)",
                     "sst", one, two, NOW) &&
             sql_run(&tx, NULL, &e, "INSERT INTO gateway_replay (hash, token, until) VALUES ($1, 7, $2)", "st", two,
                     NOW),
         &e);
    must(tx_commit(&tx, &e), &e);
    store_close(old);
    must(store_open(fix.url, STORE_CREATE, &store, &e), &e);
    struct gateway_entry batch[] = {entry(gateway_mark(one), gateway_mark(two)),
                                    entry(gateway_mark(two), gateway_mark(one)), entry(0, gateway_mark(two)),
                                    entry(0, gateway_mark(one))};
    begin(&tx);
    must(gateway_log_write(&tx, marks, batch, 4, &e), &e);
    commit(&tx);
    assert_true(batch[0].ret_replayed && batch[1].ret_repeated && batch[2].ret_replayed && !batch[3].ret_replayed);
}

static void mark_of_hash(void **state)
{
    (void)state;
    assert_true(gateway_mark(NULL) == 0 && gateway_mark("") == 0);
    assert_int_equal(gateway_mark("00000000000000000000000000000000"), 1);
    assert_int_equal(gateway_mark("fffffffffffffff00000000000000000"), 0xfffffffffffffff);
    assert_int_equal(gateway_mark("0123456789abcdef0123456789abcdef"), 0x0123456789abcde);
}

/* ------------------------------------------------------------------ at the same time */

#define WRITERS 4
#define ROUNDS 15
#define IDS 60

struct writer {
    pthread_t thread;
    unsigned seed;
    size_t first;
    struct err e;
    bool ok;
};

static void *write_many(void *context)
{
    struct writer *w = context;
    struct store *own = NULL;
    struct gateway_marks *known = gateway_marks_new(15, 8);
    w->ok = store_open(fix.url, STORE_OPEN, &own, &w->e);
    for (int round = 0; w->ok && round < ROUNDS; round++) {
        struct gateway_entry batch[10];
        struct tx tx = {0};
        for (int i = 0; i < 10; i++) {
            w->seed = w->seed * 1103515245u + 12345u;
            batch[i] = entry((w->seed >> 16) % IDS + 1, 0);
        }
        bool dropped = round % 5 == 3; /* what was not committed was not answered */
        w->ok = tx_begin(own, TX_WRITE, &tx, &w->e) && gateway_log_write(&tx, known, batch, 10, &w->e) &&
                (dropped || tx_commit(&tx, &w->e));
        tx_rollback(&tx);
        if (w->ok && !dropped)
            gateway_marks_committed(known);
        for (int i = 0; i < 10; i++)
            w->first += w->ok && !dropped && !batch[i].ret_repeated;
    }
    gateway_marks_free(known);
    store_close(own);
    return NULL;
}

static void answered_once(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct writer writers[WRITERS] = {0};
    size_t first = 0;
    int64_t answered, different, rows;
    for (unsigned i = 0; i < WRITERS; i++) {
        writers[i].seed = i + 1;
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_many, &writers[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        (void)pthread_join(writers[i].thread, NULL);
        must(writers[i].ok, &writers[i].e);
        first += writers[i].first;
    }
    begin(&tx);
    must(sql_int(&tx, &answered, NULL, &e, "SELECT count(*) FROM gateway_log WHERE outcome = 'answered'", ""), &e);
    must(sql_int(&tx, &rows, NULL, &e, "SELECT count(*) FROM gateway_log", ""), &e);
    must(sql_int(&tx, &different, NULL, &e, "SELECT count(DISTINCT seen) FROM gateway_log", ""), &e);
    commit(&tx);
    assert_int_equal(rows, WRITERS * (ROUNDS - ROUNDS / 5) * 10);
    assert_int_equal(answered, different);
    assert_int_equal(first, different);
}

int main(int argc, char **argv)
{
    int failed = fixture_start(argc > 1 ? argv[1] : "sqlite");
    if (failed != 0)
        return failed;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(permissions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cache, set_up, tear_down),
        cmocka_unit_test_setup_teardown(standing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(log_once, set_up, tear_down),
        cmocka_unit_test(kept_texts),
        cmocka_unit_test_setup_teardown(asynchronous, set_up, tear_down),
        cmocka_unit_test_setup_teardown(forgetting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(emptied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(upgraded, set_up_empty, tear_down),
        cmocka_unit_test(mark_of_hash),
        cmocka_unit_test_setup_teardown(answered_once, set_up, tear_down),
    };
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_stop();
    return failed;
}
