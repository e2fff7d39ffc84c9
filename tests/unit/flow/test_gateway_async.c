/* Requests that are answered later, from Asincron to the last fetch, over a store that is closed in between. */
#include "flow/gateway_async.h"

#include "../base/check.h"

#include <sodium.h>
#include <sys/stat.h>

#include "base/file.h"

#define NOW ((instant_t)1795161600 * INSTANT_PER_SECOND)
#define SECOND INSTANT_PER_SECOND
#define OWN "0805690004"
#define ID "RESIDENT-12344321Z-1"

static struct arena arena;
static struct modalities known;
static struct service service;
static char dir[] = "/tmp/talaia-later-XXXXXX";

static struct desk desk;
static struct gateway_secret *secret;
static struct later later;

static void opened(enum desk_how how)
{
    struct err e = {.lang = LANG_EN};
    const char *overrides[] = {arena_printf(&arena, "store.url=sqlite:%s/desk.db", dir),
                               arena_printf(&arena, "gateway.secret_file=%s/gateway.secret", dir)};
    const char *share = arena_printf(&arena, "%s/share", getenv("TALAIA_TEST_SOURCE"));
    const struct desk_options options = {.overrides = overrides,
                                         .override_count = 2,
                                         .data_dir = share,
                                         .lang = LANG_EN,
                                         .lang_given = true,
                                         .by = {.who = "maria", .day = day_madrid(NOW), .at = NOW}};
    if (!desk_open(&options, how, &desk, &e) || !gateway_secret_open(&desk, &secret, &e))
        fail_msg("%s", e.log);
    later = (struct later){secret, &service};
}

static void closed(void)
{
    gateway_secret_free(secret);
    desk_close(&desk);
}

/* A Peticion with one item for each document. */
static struct ask peticion(const char *id, const char *const *documents, size_t count)
{
    struct ask_item *items = arena_array(&arena, struct ask_item, count);
    for (size_t i = 0; i < count; i++) {
        struct ask_field *fields = arena_array(&arena, struct ask_field, 3);
        fields[0] = (struct ask_field){str_of("numExpediente"), str_of("1")};
        fields[1] = (struct ask_field){str_of("tipoDocumentacion"), str_of("1")};
        fields[2] = (struct ask_field){str_of("documentacion"), str_of(documents[i])};
        items[i] = (struct ask_item){.code = str_of("RESIDENT"), .fields = fields, .field_count = 3};
    }
    return (struct ask){.kind = ASK_PETICION,
                        .id = str_of(id),
                        .code = str_of("RESIDENT"),
                        .product = str_of("PADRO"),
                        .items = items,
                        .count = count};
}

static struct ask solicitud(const char *id)
{
    return (struct ask){
        .kind = ASK_SOLICITUD, .id = str_of(id), .code = str_of("RESIDENT"), .product = str_of("PADRO")};
}

static void sent(const struct ask *ask)
{
    struct err e = {.lang = LANG_EN};
    struct tx tx;
    struct gateway_async row;
    int64_t id;
    bool is_new;
    if (!later_make(&later, &arena, ask, OWN, "RESIDENT-********-1", NOW, &row, &e))
        fail_msg("%s", e.log);
    assert_int_equal(row.hours, 1);
    assert_null(strstr(row.asked, "12344321Z"));
    assert_true(tx_begin(desk.store, TX_WRITE, &tx, &e) && gateway_async_add(&tx, &row, &id, &is_new, &e) && is_new);
    assert_true(tx_commit(&tx, &e));
}

static struct later_reply fetched(const struct ask *ask, const char *ine10, instant_t at)
{
    struct err e = {.lang = LANG_EN};
    struct tx tx;
    struct later_reply r;
    if (!tx_begin(desk.store, TX_WRITE, &tx, &e) || !later_answer(&later, &tx, &arena, ask, ine10, at, &r, &e) ||
        !tx_commit(&tx, &e))
        fail_msg("%s", e.log);
    return r;
}

static void test_life(void **state)
{
    (void)state;
    static const char *const documents[] = {"12344321Z", "88888888R", "12344321Z"};
    const struct ask ask = peticion(ID, documents, 3), poll = solicitud(ID);
    opened(DESK_CREATE);
    sent(&ask);
    struct later_reply r = fetched(&poll, OWN, NOW + SECOND);
    assert_true(r.found && !r.done && r.payloads == NULL);
    assert_string_equal(r.state.code, "0002");
    assert_int_equal(r.state.hours, 1);
    /* nobody else's, no other product, modality or id */
    assert_string_equal(fetched(&poll, "8100560009", NOW + 21 * SECOND).state.code, "0502");
    struct ask other = solicitud("RESIDENT-2");
    r = fetched(&other, OWN, NOW + 21 * SECOND);
    assert_true(!r.found && strstr(r.state.literal, "'RESIDENT-2'") != NULL);
    other = poll;
    other.code = str_of("TITULAR");
    assert_false(fetched(&other, OWN, NOW + 21 * SECOND).found);
    other = poll;
    other.product = str_of("HESTIA");
    assert_false(fetched(&other, OWN, NOW + 21 * SECOND).found);
    /* a restart; then, when its time has come, all of it, as often as it is asked for */
    closed();
    opened(DESK_STORE);
    assert_string_equal(fetched(&poll, OWN, NOW + 4 * SECOND).state.code, "0002");
    for (int i = 0; i < 2; i++) {
        r = fetched(&poll, OWN, NOW + (5 + i) * SECOND);
        assert_true(r.found && r.done && r.asked.count == 3);
        assert_string_equal(r.state.code, "0003");
        assert_string_equal(r.state.literal, "OK");
        assert_string_equal(r.result, "1");
        assert_int_equal(r.state.hours, 0);
        assert_non_null(memmem(r.payloads[0].p, r.payloads[0].n, "<codigoResultado>1<", 19));
        assert_non_null(memmem(r.payloads[1].p, r.payloads[1].n, "<codigoResultado>2<", 19));
        assert_non_null(memmem(r.payloads[2].p, r.payloads[2].n, "12344321Z", 9));
        assert_true(str_is(ask_value(&r.asked.items[1], "documentacion"), "88888888R"));
        closed();
        opened(DESK_STORE);
    }
    assert_false(fetched(&poll, OWN, NOW + (LIMIT_LATER_DAYS * 86400LL + 1) * SECOND).found);
    closed();
}

static void test_work(void **state)
{
    (void)state;
    static const char *const documents[] = {"12344321Z"};
    const struct ask ask = peticion("W-1", documents, 1), poll = solicitud("W-1");
    struct err e = {.lang = LANG_EN};
    struct tx tx;
    size_t count = 7;
    opened(DESK_CREATE);
    sent(&ask);
    assert_true(tx_begin(desk.store, TX_WRITE, &tx, &e) && later_work(&later, &tx, &arena, NOW, 10, &count, &e));
    assert_int_equal(count, 1); /* taken up */
    assert_true(later_work(&later, &tx, &arena, NOW + 1, 10, &count, &e));
    assert_int_equal(count, 0); /* and not ready yet */
    assert_true(later_work(&later, &tx, &arena, NOW + 20 * SECOND, 10, &count, &e) && tx_commit(&tx, &e));
    assert_int_equal(count, 1);
    assert_true(tx_begin(desk.store, TX_WRITE, &tx, &e));
    assert_true(later_work(&later, &tx, &arena, NOW + 30 * SECOND, 10, &count, &e) && tx_commit(&tx, &e));
    assert_int_equal(count, 0);
    assert_true(fetched(&poll, OWN, NOW + 40 * SECOND).done);
    closed();
}

/* What the back office cannot answer fails for good, and says so as the platform does. */
static void test_failure(void **state)
{
    (void)state;
    struct ask_item item = {.code = str_of("RESIDENT")};
    struct ask ask = solicitud("F-1");
    struct err e = {.lang = LANG_EN};
    struct gateway_async row;
    ask.kind = ASK_PETICION;
    ask.items = &item;
    ask.count = 1;
    opened(DESK_CREATE);
    sent(&ask);
    const struct ask poll = solicitud("F-1");
    struct later_reply r = fetched(&poll, OWN, NOW + 20 * SECOND);
    assert_true(r.found && !r.done);
    assert_string_equal(r.state.code, "0502");
    assert_string_equal(r.state.literal, "Error realitzant la operació.");
    item.code = ask.code = str_of("HESTIA_CITES");
    assert_false(later_make(&later, &arena, &ask, OWN, "x", NOW, &row, &e));
    assert_int_equal(e.code, ERR_VALUE);
    closed();
}

static void test_hours(void **state)
{
    (void)state;
    const instant_t hour = 3600 * SECOND;
    assert_int_equal(later_hours(NOW, 24, NOW), 24);
    assert_int_equal(later_hours(NOW, 24, NOW + 1), 24);
    assert_int_equal(later_hours(NOW, 24, NOW + hour), 23);
    assert_int_equal(later_hours(NOW, 24, NOW + 30 * hour), 1);
    assert_int_equal(later_hours(NOW, 0, NOW), 1);
}

static int each_begin(void **state)
{
    (void)state;
    (void)remove(arena_printf(&arena, "%s/desk.db", dir));
    (void)remove(arena_printf(&arena, "%s/desk.db-wal", dir));
    (void)remove(arena_printf(&arena, "%s/desk.db-shm", dir));
    (void)remove(arena_printf(&arena, "%s/gateway.secret", dir));
    return 0;
}

static int setup(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    const char *share = arena_printf(&arena, "%s/share/scsp", getenv("TALAIA_TEST_SOURCE"));
    return sodium_init() >= 0 && mkdtemp(dir) != NULL && modalities_load(&arena, share, &known, &e) &&
                   service_load(&arena, path_join(&arena, share, "data"), &known, &service, &e)
               ? 0
               : -1;
}

static int teardown(void **state)
{
    (void)each_begin(state);
    (void)rmdir(dir);
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup(test_life, each_begin),
                                       cmocka_unit_test_setup(test_work, each_begin),
                                       cmocka_unit_test_setup(test_failure, each_begin), cmocka_unit_test(test_hours)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
