/* Values and statements. */
#include "fixture.h"

#include <stdio.h>

#include "suites.h"

/* --- values --- */

static void values_round_trip(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_two);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    const char *text = "Prat de Llobregat, l·l ç 'x' \"y\" $1 ?1 \xf0\x9f\x97\xbc\n\ttab";
    int64_t changed = -1;
    must(sql_run(&tx, &changed, &e,
                 "INSERT INTO thing (name, size, note, day, at, good) VALUES ($1, $2, $3, $4, $5, $6)", "sisdtb", text,
                 INT64_MAX, "", day_from_civil(2026, 11, 20), (instant_t)-1, true),
         &e);
    assert_int_equal(changed, 1);
    must(sql_run(&tx, NULL, &e, "INSERT INTO thing (name, size, note, day, at, good) VALUES ($1, $2, $3, $4, $5, $6)",
                 "zisdtn", str_part("spanned", 4), (int64_t)0, NULL, DAY_NONE, INSTANT_NONE),
         &e);
    struct stmt *q = stmt_open(&tx, &e, "SELECT name, size, note, day, at, good FROM thing ORDER BY size DESC", "");
    assert_true(stmt_next(q));
    assert_string_equal(stmt_text(q, 0), text);
    assert_int_equal(stmt_str(q, 0).n, strlen(text));
    assert_true(stmt_int(q, 1) == INT64_MAX);
    assert_string_equal(stmt_text(q, 1), "9223372036854775807");
    assert_false(stmt_null(q, 2));
    assert_non_null(stmt_str(q, 2).p);
    assert_int_equal(stmt_str(q, 2).n, 0);
    assert_int_equal(stmt_day(q, 3), day_from_civil(2026, 11, 20));
    assert_string_equal(stmt_text(q, 3), "2026-11-20");
    assert_true(stmt_instant(q, 4) == -1);
    assert_true(stmt_bool(q, 5));

    assert_true(stmt_next(q));
    assert_string_equal(stmt_text(q, 0), "span");
    assert_true(stmt_null(q, 2));
    assert_null(stmt_str(q, 2).p);
    assert_string_equal(stmt_text(q, 2), "");
    assert_int_equal(stmt_day(q, 3), DAY_NONE);
    assert_true(stmt_instant(q, 4) == INSTANT_NONE);
    assert_true(stmt_null(q, 5));
    assert_int_equal(stmt_int(q, 5), 0);
    assert_false(stmt_bool(q, 5));
    assert_false(stmt_next(q));
    assert_false(stmt_next(q));
    assert_int_equal(stmt_int(q, 1), 0); /* no row: nothing */
    assert_string_equal(stmt_text(q, 0), "");
    must(stmt_close(q), &e);
    tx_rollback(&tx);
    store_close(s);
}

static void int64_extremes(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_READ, &tx, &e), &e);
    static const int64_t values[] = {INT64_MIN, -1, 0, 1, INT32_MAX + (int64_t)1, INT64_MAX};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        int64_t got = 7;
        bool found = false;
        must(sql_int(&tx, &got, &found, &e, "SELECT $1", "i", values[i]), &e);
        assert_true(found && got == values[i]);
    }
    static const int small[] = {INT32_MIN, -1, 0, 1, INT32_MAX};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        int64_t got = 7;
        must(sql_int(&tx, &got, NULL, &e, "SELECT $1", "b", small[i]), &e);
        assert_true(got == small[i]);
    }
    int64_t got = -1;
    must(sql_int(&tx, &got, NULL, &e, "SELECT 2 > 1", ""), &e);
    assert_int_equal(got, 1);
    must(sql_int(&tx, &got, NULL, &e, "SELECT sum(x.n) FROM (SELECT 40 AS n UNION ALL SELECT 2) x", ""), &e);
    assert_int_equal(got, 42);
    tx_rollback(&tx);
    store_close(s);
}

static void big_text(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    size_t n = 5 * 1000 * 1000;
    char *text = mem_alloc(n + 1, 1);
    memset(text, 'a', n);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must(sql_run(&tx, NULL, &e, "INSERT INTO thing (name, size, note) VALUES ('big', 1, $1)", "s", text), &e);
    struct stmt *q = stmt_open(&tx, &e, "SELECT note FROM thing", "");
    assert_true(stmt_next(q));
    assert_int_equal(stmt_str(q, 0).n, n);
    assert_memory_equal(stmt_text(q, 0), text, n + 1);
    must(stmt_close(q), &e);
    must_fail(sql_run(&tx, NULL, &e, "INSERT INTO thing (name, size, note) VALUES ('huge', 1, $1)", "z",
                      str_part(text, (size_t)LIMIT_SQL_TEXT_BYTES + 1)),
              &e, ERR_LIMIT, "larger than the store accepts");
    tx_rollback(&tx);
    mem_free(text);
    store_close(s);
}

static void bad_text_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        const char *reason;
    } bad[] = {
        {{"a\0b", 3}, "NUL"},           {{"\0", 1}, "NUL"},         {{"\xff", 1}, "UTF-8"},
        {{"caf\xe9", 4}, "UTF-8"},      {{"\xc0\x80", 2}, "UTF-8"}, {{"\xed\xa0\x80", 3}, "UTF-8"},
        {{"12345678\xc3", 9}, "UTF-8"},
    };
    struct store *s = open_store(&fix_one);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        struct tx tx;
        must(tx_begin(s, TX_WRITE, &tx, &e), &e);
        thing_add(&tx, "before", 1);
        must_fail(
            sql_run(&tx, NULL, &e, "INSERT INTO thing (name, size) VALUES ($2, $1)", "iz", (int64_t)1, bad[i].text), &e,
            ERR_VALUE, bad[i].reason);
        err_clear(&e);
        must_fail(tx_commit(&tx, &e), &e, ERR_STORE, "nothing of it was kept");
        assert_int_equal(count_things(s), 0);
    }
    struct err e = {0};
    struct tx tx;
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must_fail(sql_run(&tx, NULL, &e, "INSERT INTO thing (name, size) VALUES ($1, 1)", "s", "caf\xe9"), &e, ERR_VALUE,
              "value 1");
    tx_rollback(&tx);
    store_close(s);
}

static void same_dialect(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    int64_t n = -1;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    static const char *const names[] = {"b", "B", "à", "Z", "a", "z"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        thing_add(&tx, names[i], 1);
    must(sql_int(&tx, &n, NULL, &e, "SELECT count(*) FROM thing WHERE name LIKE 'B%'", ""), &e);
    assert_int_equal(n, 1);
    char order[32] = "";
    struct stmt *q = stmt_open(&tx, &e, "SELECT name FROM thing ORDER BY name", "");
    for (size_t at = 0; stmt_next(q);)
        at += (size_t)snprintf(order + at, sizeof order - at, "%s", stmt_text(q, 0));
    must(stmt_close(q), &e);
    assert_string_equal(order, "BZabzà");
    /* Parameters by number, in any order and repeated; look-alikes in text and comments are left alone. */
    q = stmt_open(&tx, &e, "SELECT $2, '$1', $1, $2 /* $3 */ -- $4\n", "si", "one", (int64_t)2);
    assert_true(stmt_next(q));
    assert_string_equal(stmt_text(q, 0), "2");
    assert_string_equal(stmt_text(q, 1), "$1");
    assert_string_equal(stmt_text(q, 2), "one");
    assert_int_equal(stmt_int(q, 3), 2);
    must(stmt_close(q), &e);
    must_fail(sql_run(&tx, NULL, &e, "SELECT \"text\"", ""), &e, ERR_INTERNAL, "text");
    tx_rollback(&tx);
    store_close(s);
}

/* --- statements --- */

static void nested_statements(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_two);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    enum { THINGS = 700 };
    for (int i = 0; i < THINGS; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "t%04d", i);
        thing_add(&tx, name, i);
        for (int k = 0; k < i % 3; k++)
            must(sql_run(&tx, NULL, &e, "INSERT INTO part (thing, number) VALUES ($1, $2)", "si", name, (int64_t)k),
                 &e);
    }
    int64_t seen = 0, parts = 0, writes = 0;
    struct stmt *outer = stmt_open(&tx, &e, "SELECT name, size, note FROM thing ORDER BY name", "");
    while (stmt_next(outer)) {
        char name[16];
        (void)snprintf(name, sizeof name, "t%04d", (int)seen);
        struct stmt *inner =
            stmt_open(&tx, &e, "SELECT number FROM part WHERE thing = $1 ORDER BY number", "s", stmt_text(outer, 0));
        for (int64_t k = 0; stmt_next(inner); k++, parts++) {
            assert_int_equal(stmt_int(inner, 0), k);
            int64_t same = -1;
            must(sql_int(&tx, &same, NULL, &e, "SELECT size FROM thing WHERE name = $1", "s", stmt_text(outer, 0)), &e);
            assert_int_equal(same, seen);
        }
        must(stmt_close(inner), &e);
        if (seen % 100 == 0) {
            must(sql_run(&tx, NULL, &e, "UPDATE part SET number = number WHERE thing = $1", "s", name), &e);
            writes++;
        }
        /* The row of the outer statement has stayed as it was. */
        assert_string_equal(stmt_text(outer, 0), name);
        assert_int_equal(stmt_int(outer, 1), seen);
        assert_true(stmt_null(outer, 2));
        seen++;
    }
    must(stmt_close(outer), &e);
    assert_int_equal(seen, THINGS);
    assert_int_equal(parts, 699);
    assert_int_equal(writes, 7);
    must(tx_commit(&tx, &e), &e);
    store_close(s);
}

static int64_t depth(struct tx *tx, struct err *e, int level)
{
    if (level == 0)
        return 0;
    int64_t sum = 0;
    struct stmt *q = stmt_open(tx, e, "SELECT size FROM thing ORDER BY size", "");
    while (stmt_next(q))
        sum += stmt_int(q, 0) + depth(tx, e, level - 1);
    must(stmt_close(q), e);
    return sum;
}

static void same_statement_within_itself(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    thing_add(&tx, "a", 1);
    thing_add(&tx, "b", 10);
    thing_add(&tx, "c", 100);
    assert_int_equal(depth(&tx, &e, 4), 111 * (1 + 3 + 9 + 27));
    tx_rollback(&tx);
    store_close(s);
}

static void early_close(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    int64_t n = 0;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    for (int i = 0; i < 300; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "%d", i);
        thing_add(&tx, name, i);
    }
    for (int i = 0; i < 3; i++) {
        struct stmt *q = stmt_open(&tx, &e, "SELECT size FROM thing WHERE size >= $1 ORDER BY size", "i", (int64_t)i);
        assert_true(i == 2 || stmt_next(q));
        assert_int_equal(stmt_int(q, 0), i == 2 ? 0 : i);
        if (i == 1) /* in the middle of being read ahead */
            must(sql_int(&tx, &n, NULL, &e, "SELECT count(*) FROM thing", ""), &e);
        must(stmt_close(q), &e);
    }
    assert_int_equal(n, 300);
    must(tx_commit(&tx, &e), &e);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    struct stmt *q = stmt_open(&tx, &e, "SELECT size FROM thing", "");
    assert_true(stmt_next(q));
    tx_rollback(&tx); /* with a statement half read */
    assert_false(stmt_next(q));
    assert_true(stmt_close(q));
    assert_int_equal(count_things(s), 300);
    store_close(s);
}

static void values_may_go_after_open(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    thing_add(&tx, "kept", 5);
    char name[] = "kept";
    struct stmt *q = stmt_open(&tx, &e, "SELECT size FROM thing WHERE name = $1", "s", name);
    memset(name, 'x', 4);
    assert_true(stmt_next(q));
    assert_int_equal(stmt_int(q, 0), 5);
    must(stmt_close(q), &e);
    tx_rollback(&tx);
    store_close(s);
}

static void errors_are_latched(void **state)
{
    (void)state;
    struct store *s = open_store(&fix_one);
    static const char *const wrong[] = {
        "SELECT nonsense FROM thing",
        "SELEC 1",
        "SELECT 1; SELECT 2",
        "INSERT INTO nothing VALUES (1)",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err e = {0}, first;
        struct tx tx;
        must(tx_begin(s, TX_WRITE, &tx, &e), &e);
        thing_add(&tx, "x", 1);
        struct stmt *q = stmt_open(&tx, &e, wrong[i], "");
        assert_non_null(q);
        assert_false(stmt_next(q));
        assert_int_equal(stmt_int(q, 0), 0);
        assert_string_equal(stmt_text(q, 0), "");
        must_fail(stmt_close(q), &e, ERR_INTERNAL, "");
        first = e;
        assert_false(thing_try(&tx, "y", 1, &e)); /* the first reason stays */
        assert_string_equal(e.log, first.log);
        err_clear(&e);
        must_fail(thing_try(&tx, "y", 1, &e), &e, ERR_STORE, "earlier statement");
        err_clear(&e);
        must_fail(tx_lock(&tx, "x", &e), &e, ERR_STORE, "earlier statement");
        err_clear(&e);
        must_fail(tx_commit(&tx, &e), &e, ERR_STORE, "nothing of it was kept");
        assert_false(tx.open);
        assert_int_equal(count_things(s), 0);
    }
    store_close(s);
}

static void error_in_the_middle_of_rows(void **state)
{
    (void)state;
    struct err e = {0}, other = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    thing_add(&tx, "a", 1);
    thing_add(&tx, "b", INT64_MAX);
    /* The second row overflows. */
    const char *sql = "SELECT abs(-1 - size - 1) FROM thing ORDER BY name";
    const char *sqlite =
        "SELECT CASE size WHEN 1 THEN 1 ELSE abs(-9223372036854775807 - 1) END FROM thing ORDER BY name";
    struct stmt *q = stmt_open(&tx, &e, fix.kind == STORE_SQLITE ? sqlite : sql, "");
    assert_true(stmt_next(q) || fix.kind == STORE_POSTGRESQL); /* PostgreSQL sorts after computing */
    while (stmt_next(q))
        ;
    assert_false(stmt_close(q));
    assert_int_not_equal(e.code, ERR_NONE);
    must_fail(tx_commit(&tx, &other), &other, ERR_STORE, "nothing of it was kept");
    assert_int_equal(count_things(s), 0);
    store_close(s);
}

static void wrong_columns_and_rows(void **state)
{
    (void)state;
    struct store *s = open_store(&fix_one);
    for (int i = 0; i < 7; i++) {
        struct err e = {0};
        struct tx tx;
        int64_t n = 33;
        must(tx_begin(s, TX_WRITE, &tx, &e), &e);
        thing_add(&tx, "word", 1);
        thing_add(&tx, "12x", 1);
        struct stmt *q;
        switch (i) {
        case 0:
            q = stmt_open(&tx, &e, "SELECT name FROM thing ORDER BY name DESC", "");
            assert_true(stmt_next(q));
            assert_int_equal(stmt_int(q, 0), 0);
            assert_false(stmt_next(q));
            must_fail(stmt_close(q), &e, ERR_STORE, "not a whole number");
            break;
        case 1:
            q = stmt_open(&tx, &e, "SELECT name FROM thing", "");
            assert_true(stmt_next(q));
            assert_string_equal(stmt_text(q, 1), "");
            must_fail(stmt_close(q), &e, ERR_INTERNAL, "no column 1");
            break;
        case 2: must_fail(sql_int(&tx, &n, NULL, &e, "SELECT size FROM thing", ""), &e, ERR_INTERNAL, "several"); break;
        case 3:
            must_fail(sql_int(&tx, &n, NULL, &e, "SELECT size FROM thing WHERE name = 'no'", ""), &e, ERR_STORE,
                      "no value");
            break;
        case 4: {
            bool found = true;
            must(sql_int(&tx, &n, &found, &e, "SELECT size FROM thing WHERE name = 'no'", ""), &e);
            assert_false(found);
            break;
        }
        case 5:
            q = stmt_open(&tx, &e, "SELECT name FROM thing", "");
            assert_true(stmt_next(q));
            assert_int_equal(stmt_day(q, 0), DAY_NONE);
            must_fail(stmt_close(q), &e, ERR_STORE, "not a day");
            break;
        default:
            q = stmt_open(&tx, &e, "SELECT 1.5", "");
            assert_true(stmt_next(q));
            assert_int_equal(stmt_int(q, 0), 0);
            must_fail(stmt_close(q), &e, ERR_STORE, "not a whole number");
        }
        assert_int_equal(n, 33);
        tx_rollback(&tx);
    }
    store_close(s);
}

static void mismatched_values(void **state)
{
    (void)state;
    struct store *s = open_store(&fix_one);
    struct err e = {0};
    struct tx tx;
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    assert_false(sql_run(&tx, NULL, &e, "INSERT INTO thing (name, size) VALUES ($1, $2)", "s", "x"));
    assert_int_not_equal(e.code, ERR_NONE);
    tx_rollback(&tx);
    err_clear(&e);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must_fail(sql_run(&tx, NULL, &e, "SELECT $1", "q", 1), &e, ERR_INTERNAL, "'q' is not a type");
    tx_rollback(&tx);
    store_close(s);
}

static void statements_are_kept_by_content(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_READ, &tx, &e), &e);
    /* The same memory with other content, and many more statements than are kept. */
    char sql[64];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < LIMIT_STMT_CACHE * 2 + 5; i++) {
            int64_t n = -1;
            (void)snprintf(sql, sizeof sql, "SELECT $1 + %d", i);
            must(sql_int(&tx, &n, NULL, &e, sql, "i", (int64_t)1000), &e);
            assert_int_equal(n, 1000 + i);
        }
    }
    must(tx_commit(&tx, &e), &e);
    if (fix.kind == STORE_POSTGRESQL) { /* what was forgotten is forgotten by the server too */
        int64_t n = -1;
        must(tx_begin(s, TX_READ, &tx, &e), &e);
        must(sql_int(&tx, &n, NULL, &e, "SELECT count(*) FROM pg_prepared_statements", ""), &e);
        assert_in_range(n, LIMIT_STMT_CACHE - 1, LIMIT_STMT_CACHE);
        int64_t plans = 0;
        for (int i = 0; i < 5; i++)
            must(sql_int(&tx, &plans, NULL, &e,
                         "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement LIKE "
                         "'%generic_plans +%'",
                         ""),
                 &e);
        assert_in_range(plans, 3, 5); /* prepared once, used again */
        tx_rollback(&tx);
    }
    store_close(s);
}

static void too_many_open(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    struct stmt *open[LIMIT_STMT_CACHE];
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    for (int i = 0; i < LIMIT_STMT_CACHE; i++) {
        open[i] = stmt_open(&tx, &e, "SELECT 1 UNION ALL SELECT 2", "");
        assert_true(stmt_next(open[i]));
    }
    struct err full = {0};
    struct stmt *more = stmt_open(&tx, &full, "SELECT 1 UNION ALL SELECT 2", "");
    must_fail(stmt_close(more), &full, ERR_INTERNAL, "open at once");
    for (int i = 0; i < LIMIT_STMT_CACHE; i++) {
        assert_true(stmt_next(open[i]));
        assert_int_equal(stmt_int(open[i], 0), 2);
        assert_true(stmt_close(open[i]));
    }
    tx_rollback(&tx);
    store_close(s);
}

const struct CMUnitTest suite_store[] = {
    {"values_round_trip", values_round_trip, fixture_setup, NULL, NULL},
    {"int64_extremes", int64_extremes, fixture_setup, NULL, NULL},
    {"big_text", big_text, fixture_setup, NULL, NULL},
    {"bad_text_is_refused", bad_text_is_refused, fixture_setup, NULL, NULL},
    {"same_dialect", same_dialect, fixture_setup, NULL, NULL},
    {"nested_statements", nested_statements, fixture_setup, NULL, NULL},
    {"same_statement_within_itself", same_statement_within_itself, fixture_setup, NULL, NULL},
    {"early_close", early_close, fixture_setup, NULL, NULL},
    {"values_may_go_after_open", values_may_go_after_open, fixture_setup, NULL, NULL},
    {"errors_are_latched", errors_are_latched, fixture_setup, NULL, NULL},
    {"error_in_the_middle_of_rows", error_in_the_middle_of_rows, fixture_setup, NULL, NULL},
    {"wrong_columns_and_rows", wrong_columns_and_rows, fixture_setup, NULL, NULL},
    {"mismatched_values", mismatched_values, fixture_setup, NULL, NULL},
    {"statements_are_kept_by_content", statements_are_kept_by_content, fixture_setup, NULL, NULL},
    {"too_many_open", too_many_open, fixture_setup, NULL, NULL},
};
const size_t suite_store_count = sizeof suite_store / sizeof *suite_store;
