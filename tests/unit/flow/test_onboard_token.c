/* Links that decide: each rule by which one counts or does not, with the clock in hand, over the store that keeps them.
 */
#include "flow/onboard.h"

#include "../base/check.h"

#include "base/file.h"
#include "record/integration.h"

#define NOW ((instant_t)1795161600 * INSTANT_PER_SECOND)
#define HOUR (3600 * INSTANT_PER_SECOND)

static struct arena arena;
static char dir[] = "/tmp/talaia-token-XXXXXX";
static struct desk desk;

static void opened(enum desk_how how, instant_t now)
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
                                         .by = {.who = "maria", .day = day_madrid(now), .at = now}};
    if (!desk_open(&options, how, &desk, &e))
        fail_msg("%s", e.log);
}

/* An integration that waits for the head of service. */
static int64_t waiting(const char *fp, enum integration_state state)
{
    struct err e = {.lang = LANG_EN};
    struct tx tx;
    bool found = false;
    int64_t id = 0;
    struct integration x = {.fp = fp,
                            .ine10 = "0805690004",
                            .name = "Ajuntament de Castelldefels",
                            .nif = "",
                            .company = "",
                            .company_nif = "",
                            .contact = "",
                            .email = "",
                            .authority = "",
                            .ticket = "",
                            .ticket_uid = fp};
    assert_true(tx_begin(desk.store, TX_WRITE, &tx, &e) && integration_add(&tx, &desk.by, &x, &id, &e) &&
                integration_get(&tx, &arena, id, &x, &found, &e));
    x.state = state;
    assert_true(integration_put(&tx, &x, &e) && tx_commit(&tx, &e));
    return id;
}

static struct integration got(int64_t id)
{
    struct err e = {.lang = LANG_EN};
    struct integration x = {0};
    struct tx tx;
    bool found = false;
    assert_true(tx_begin(desk.store, TX_READ, &tx, &e) && integration_get(&tx, &arena, id, &x, &found, &e) && found);
    tx_rollback(&tx);
    return x;
}

static char *made(int64_t id)
{
    struct err e = {.lang = LANG_EN};
    const struct integration x = got(id);
    const char *token = NULL;
    struct tx tx;
    assert_true(tx_begin(desk.store, TX_WRITE, &tx, &e) && onboard_token_make(&desk, &tx, &x, &token, &e) &&
                tx_commit(&tx, &e));
    return arena_strdup(&arena, token);
}

static bool looks(const char *token)
{
    struct err e = {.lang = LANG_EN};
    struct integration x;
    bool ok = onboard_token_look(&desk, token, &x, &e);
    assert_true(ok || e.code == ERR_STATE);
    return ok;
}

static bool decides(const char *token, enum integration_event v, const char *reason)
{
    struct err e = {.lang = LANG_EN};
    struct integration x;
    bool ok = onboard_token_decide(&desk, token, v, reason, &x, &e);
    assert_true(ok || e.code == ERR_STATE || e.code == ERR_USAGE);
    return ok;
}

static void test_once(void **state)
{
    (void)state;
    int64_t id = waiting("FP-1", INTEGRATION_UNLISTED);
    const char *token = made(id), *second = made(id);
    assert_int_equal(strlen(token), 64);
    assert_true(strcmp(token, second) != 0);
    assert_true(looks(token));
    assert_true(looks(token));                                    /* looking uses nothing up */
    assert_false(decides(token, INTEGRATION_EVENT_REFUSE, NULL)); /* nor does a decision that lacks its reason */
    assert_false(decides(token, INTEGRATION_EVENT_REVOKE, "x"));
    assert_false(decides(token, INTEGRATION_EVENT_RETURN, "x")); /* it cannot be returned from there */
    assert_true(decides(token, INTEGRATION_EVENT_APPROVE, NULL));
    assert_int_equal(got(id).state, INTEGRATION_DOCUMENTS);
    assert_false(looks(token));
    assert_false(decides(token, INTEGRATION_EVENT_APPROVE, NULL));
    assert_false(looks(second)); /* another one for the same question: it was decided */
    assert_false(decides(second, INTEGRATION_EVENT_REFUSE, "x"));
    assert_int_equal(got(id).state, INTEGRATION_DOCUMENTS);
}

/* Every character of it counts. */
static void test_altered(void **state)
{
    (void)state;
    int64_t id = waiting("FP-2", INTEGRATION_UNLISTED);
    char *token = made(id);
    for (size_t i = 0; token[i] != '\0'; i++) {
        char kept = token[i];
        token[i] = kept == 'a' ? 'b' : 'a';
        assert_false(looks(token));
        token[i] = kept;
    }
    assert_false(looks(""));
    assert_false(looks(arena_printf(&arena, "%s0", token)));
    assert_false(looks(arena_printf(&arena, "%.63s", token)));
    assert_false(looks(arena_printf(&arena, "%.63sG", token)));
    assert_true(looks(token));
}

/* The row of one with the hash of another. */
static void test_of_another(void **state)
{
    (void)state;
    int64_t first = waiting("FP-3", INTEGRATION_UNLISTED), other = waiting("FP-4", INTEGRATION_UNLISTED);
    const char *a = made(first), *b = made(other);
    assert_false(looks(arena_printf(&arena, "%.32s%s", a, b + 32)));
    assert_false(looks(arena_printf(&arena, "%.32s%s", b, a + 32)));
    assert_true(decides(b, INTEGRATION_EVENT_APPROVE, NULL));
    assert_int_equal(got(first).state, INTEGRATION_UNLISTED);
    assert_true(looks(a));
}

static void test_after_the_state_moved(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    int64_t id = waiting("FP-5", INTEGRATION_UNLISTED);
    const char *token = made(id);
    struct tx tx;
    struct integration x = got(id);
    x.state = INTEGRATION_INTAKE;
    assert_true(tx_begin(desk.store, TX_WRITE, &tx, &e) && integration_put(&tx, &x, &e) && tx_commit(&tx, &e));
    assert_false(looks(token));
    assert_false(decides(token, INTEGRATION_EVENT_APPROVE, NULL));
    /* Asked again later, it is another question: the evidence of that time is not what is to be decided on now. */
    x.state = INTEGRATION_UNLISTED;
    x.since = NOW + 1;
    assert_true(tx_begin(desk.store, TX_WRITE, &tx, &e) && integration_put(&tx, &x, &e) && tx_commit(&tx, &e));
    assert_false(looks(token));
    assert_false(decides(token, INTEGRATION_EVENT_APPROVE, NULL));
    desk.by.at = NOW + 1;
    assert_true(looks(made(id)));
    desk.by.at = NOW;
}

/* To the microsecond, also over the night in which the clock changes: its time is counted in hours that pass. */
static void test_expiry(void **state)
{
    (void)state;
    int64_t id = waiting("FP-6", INTEGRATION_UNLISTED);
    const char *token = made(id);
    instant_t end = NOW + desk.files.profile.decision_hours * HOUR;
    desk.by.at = end - 1;
    assert_true(looks(token));
    desk.by.at = end;
    assert_false(looks(token));
    assert_false(decides(token, INTEGRATION_EVENT_APPROVE, NULL));
    desk.by.at = NOW;
    assert_true(decides(token, INTEGRATION_EVENT_APPROVE, NULL));
}

/* Another machine's secret, or one that was made anew, makes all of them worthless. */
static void test_another_secret(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    struct integration x;
    int64_t id = waiting("FP-7", INTEGRATION_UNLISTED);
    const char *token = made(id);
    desk_close(&desk);
    assert_true(file_write(arena_printf(&arena, "%s/gateway.secret", dir), str_of("another"), &e));
    opened(DESK_STORE, NOW);
    assert_false(onboard_token_look(&desk, token, &x, &e));
}

static int setup(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL)
        return -1;
    opened(DESK_CREATE, NOW);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_close(&desk);
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once),       cmocka_unit_test(test_altered),
        cmocka_unit_test(test_of_another), cmocka_unit_test(test_after_the_state_moved),
        cmocka_unit_test(test_expiry),     cmocka_unit_test(test_another_secret),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
