#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "net/channel.h"

/* What the other side says: pieces, one at a time; after the last one it ends, or stays silent. */
struct other {
    const char *const *pieces;
    size_t at, n_at;
    bool silent, closed;
    useconds_t pause; /* before each piece */
    char told[64];
    size_t told_n, told_most;
};

static long other_receive(void *handle, char *to, size_t n, int ms)
{
    struct other *o = handle;
    if (o->pieces == NULL || o->pieces[o->at] == NULL)
        return o->silent ? CHANNEL_SOURCE_TIME : CHANNEL_SOURCE_ENDED;
    if (o->pause > (useconds_t)ms * 1000)
        return CHANNEL_SOURCE_TIME;
    usleep(o->pause);
    const char *piece = o->pieces[o->at] + o->n_at;
    size_t have = strlen(piece), take = have < n ? have : n;
    memcpy(to, piece, take);
    o->n_at += take;
    if (take == have) {
        o->at++;
        o->n_at = 0;
    }
    return (long)take;
}

static long other_send(void *handle, const char *from, size_t n, int ms)
{
    struct other *o = handle;
    (void)ms;
    if (o->told_n >= o->told_most)
        return CHANNEL_SOURCE_ENDED;
    size_t take = n < 3 ? n : 3; /* in small bites */
    memcpy(o->told + o->told_n, from, take);
    o->told_n += take;
    return (long)take;
}

static void other_close(void *handle)
{
    ((struct other *)handle)->closed = true;
}

static const struct channel_source source = {other_receive, other_send, other_close};

#define must_be(c, text)                                                                                               \
    do {                                                                                                               \
        struct str line_;                                                                                              \
        assert_true(channel_line((c), 100, &line_));                                                                   \
        assert_true(str_is(line_, (text)));                                                                            \
    } while (0)

static void test_lines(void **state)
{
    static const char *const pieces[] = {"on",  "e\r", "\ntwo\nthr", "ee\r\n\r\n", "{5}\r\nab\r\ncrest\r\n",
                                         "end", NULL};
    (void)state;
    struct other o = {.pieces = pieces};
    struct channel *c = channel_over(&source, &o);
    must_be(c, "one");
    must_be(c, "two");
    must_be(c, "three");
    must_be(c, "");
    must_be(c, "{5}");
    struct buf b = BUF_INIT(10);
    assert_true(channel_bytes(c, 5, &b));
    assert_string_equal(buf_text(&b), "ab\r\nc");
    must_be(c, "rest");
    struct str line;
    assert_false(channel_line(c, 100, &line)); /* "end" has no line end */
    assert_int_equal(channel_fault(c), CHANNEL_ENDED);
    assert_false(channel_line(c, 100, &line));
    assert_false(channel_bytes(c, 1, &b));
    assert_false(channel_send(c, str_of("x")));
    buf_release(&b);
    channel_close(c);
    assert_true(o.closed);
    channel_close(NULL);
}

static void test_limits(void **state)
{
    static const char *const pieces[] = {"0123456789\r\n", "0123456789ab", "cdef\r\n", NULL};
    (void)state;
    struct other o = {.pieces = pieces};
    struct channel *c = channel_over(&source, &o);
    struct str line;
    assert_true(channel_line(c, 11, &line)); /* the CR counts */
    assert_false(channel_line(c, 11, &line));
    assert_int_equal(channel_fault(c), CHANNEL_LONG);
    struct err e = {0};
    channel_say(c, "h:1", "EHLO", &e);
    assert_int_equal(e.code, ERR_NET);
    assert_non_null(strstr(e.log, "h:1"));
    channel_close(c);
    /* A buffer that takes no more: the bytes are passed over all the same. */
    static const char *const more[] = {"0123456789", "after\n", NULL};
    o = (struct other){.pieces = more};
    c = channel_over(&source, &o);
    struct buf small = BUF_INIT(4);
    assert_true(channel_bytes(c, 10, &small));
    assert_true(buf_full(&small));
    must_be(c, "after");
    buf_release(&small);
    channel_close(c);
}

/* Who trickles gets no more time than who is silent. */
static void test_deadline(void **state)
{
    static const char *const drops[] = {"a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a",  "a", "a",
                                        "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "\n", NULL};
    (void)state;
    struct other o = {.pieces = drops, .pause = 100000};
    struct channel *c = channel_over(&source, &o);
    struct str line;
    channel_deadline(c, 1);
    assert_false(channel_line(c, 100, &line));
    assert_int_equal(channel_fault(c), CHANNEL_TIME);
    assert_in_range(o.at, 5, 11);
    channel_close(c);
}

static void test_pending(void **state)
{
    static const char *const pieces[] = {"* BYE\r\n", NULL};
    (void)state;
    struct other o = {.silent = true};
    struct channel *c = channel_over(&source, &o);
    assert_false(channel_pending(c));
    assert_int_equal(channel_fault(c), CHANNEL_FINE);
    o.pieces = pieces;
    assert_true(channel_pending(c));
    must_be(c, "* BYE");
    assert_false(channel_pending(c));
    o.silent = false;
    assert_true(channel_pending(c)); /* it has ended */
    assert_int_equal(channel_fault(c), CHANNEL_ENDED);
    channel_close(c);
}

static void test_last_words(void **state)
{
    static const char *const pieces[] = {"552 too big\r\n", NULL};
    (void)state;
    struct other o = {.pieces = pieces, .told_most = 6};
    struct channel *c = channel_over(&source, &o);
    assert_true(channel_send(c, str_of("abcd")));
    assert_false(channel_last_words(c)); /* nothing has failed */
    assert_false(channel_send(c, str_of("efghijkl")));
    assert_true(channel_last_words(c));
    must_be(c, "552 too big");
    assert_memory_equal(o.told, "abcdefg", 7);
    channel_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),   cmocka_unit_test(test_limits),     cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_pending), cmocka_unit_test(test_last_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
