#include "net/http1.h"

#include "sample.h"

enum { MAX_BODY = 64 };

struct run {
    struct http1_reader r;
    struct buf body;
    enum http1_state state;
    size_t used;
};

/* Gives an answer in portions of that size, then ends the connection. */
static void run_start(struct run *x, enum http1_method method, struct str answer, size_t portion)
{
    *x = (struct run){.body = BUF_INIT(MAX_BODY), .state = HTTP1_MORE};
    http1_reader_init(&x->r, method, &x->body);
    while (x->state == HTTP1_MORE && x->used < answer.n) {
        size_t used, n = answer.n - x->used < portion ? answer.n - x->used : portion;
        x->state = http1_feed(&x->r, answer.p + x->used, n, &used);
        assert_true(used <= n);
        assert_true(used == n || x->state != HTTP1_MORE);
        x->used += used;
    }
    if (x->state == HTTP1_MORE)
        x->state = http1_end(&x->r);
    assert_true(x->state != HTTP1_MORE);
    assert_true((x->r.fault != NULL) == (x->state == HTTP1_MALFORMED || x->state == HTTP1_HUGE));
    assert_int_equal(http1_end(&x->r), x->state);
}

static void run_end(struct run *x)
{
    http1_reader_release(&x->r);
    buf_release(&x->body);
}

#define OK_HEAD "HTTP/1.1 200 OK\r\n"

static const struct {
    struct str answer;
    enum http1_state state;
    int status;
    const char *body;
    enum http1_method method;
    const char *fault; /* part of it */
    size_t left;       /* bytes after the answer */
} cases[] = {
    /* lengths */
    {BYTES(OK_HEAD "Content-Length: 5\r\n\r\nhello"), HTTP1_DONE, 200, "hello"},
    {BYTES(OK_HEAD "content-LENGTH:5\r\n\r\nhello, and more"), HTTP1_DONE, 200, "hello", .left = 10},
    {BYTES(OK_HEAD "Content-Length: \t 005 \t\r\n\r\nhello"), HTTP1_DONE, 200, "hello"},
    {BYTES(OK_HEAD "Content-Length: 0\r\n\r\n"), HTTP1_DONE, 200, ""},
    {BYTES(OK_HEAD "Content-Length: 5\r\n\r\nhell"), HTTP1_TRUNCATED, 200, "hell"},
    {BYTES(OK_HEAD "\r\nhello"), HTTP1_DONE, 200, "hello"},
    {BYTES(OK_HEAD "\r\n"), HTTP1_DONE, 200, ""},
    {BYTES("HTTP/1.0 200 OK\r\nServer: old\r\n\r\nhello"), HTTP1_DONE, 200, "hello"},
    {BYTES("HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx"), HTTP1_DONE, 200, "x"},
    {BYTES("HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\nx"), HTTP1_DONE, 200, "x"},
    {BYTES("HTTP/1.1 200 \xC3\xB2k\xFF\r\nContent-Length: 1\r\n\r\nx"), HTTP1_DONE, 200, "x"},
    {BYTES("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello"), HTTP1_DONE, 200, "hello"},
    {BYTES("HTTP/1.1 200 OK\nContent-Length: 5\r\n\nhello"), HTTP1_DONE, 200, "hello"},
    {BYTES("HTTP/1.9 200 OK\r\nContent-Length: 1\r\n\r\nx"), HTTP1_DONE, 200, "x"},
    {BYTES(OK_HEAD "X:\r\nY: \r\nContent-Length: 1\r\n\r\nx"), HTTP1_DONE, 200, "x"},
    {BYTES(OK_HEAD "Content-Length: 64\r\n\r\n0123456789012345678901234567890123456789012345678901234567890123"),
     HTTP1_DONE, 200, "0123456789012345678901234567890123456789012345678901234567890123"},
    {BYTES(OK_HEAD "Content-Length: 65\r\n\r\n0123"), HTTP1_HUGE, 200, "", .left = 4},
    {BYTES(OK_HEAD "Content-Length: 999999999999999999\r\n\r\n0123"), HTTP1_HUGE, 200, "", .left = 4},
    {BYTES(OK_HEAD "\r\n01234567890123456789012345678901234567890123456789012345678901234"), HTTP1_HUGE, 200,
     "0123456789012345678901234567890123456789012345678901234567890123", .left = 1},
    /* no body */
    {BYTES(OK_HEAD "Content-Length: 5\r\n\r\n"), HTTP1_DONE, 200, "", HTTP1_HEAD},
    {BYTES(OK_HEAD "Content-Length: 99999\r\n\r\nx"), HTTP1_DONE, 200, "", HTTP1_HEAD, .left = 1},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"), HTTP1_DONE, 200, "", HTTP1_HEAD},
    {BYTES("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"), HTTP1_DONE, 204, "", .left = 5},
    {BYTES("HTTP/1.1 304 Not Modified\r\n\r\nhello"), HTTP1_DONE, 304, "", .left = 5},
    {BYTES("HTTP/1.1 200 Connection established\r\n\r\n\x16\x03"), HTTP1_DONE, 200, "", HTTP1_CONNECT, .left = 2},
    {BYTES("HTTP/1.0 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"), HTTP1_DONE, 200, "",
     HTTP1_CONNECT},
    {BYTES("HTTP/1.1 407 Who are you\r\nContent-Length: 2\r\n\r\nno"), HTTP1_DONE, 407, "no", HTTP1_CONNECT},
    {BYTES(OK_HEAD "Content-Length: 2\r\n\r\nok"), HTTP1_DONE, 200, "ok", HTTP1_POST},
    /* interim answers */
    {BYTES("HTTP/1.1 100 Continue\r\n\r\n" OK_HEAD "Content-Length: 1\r\n\r\nx"), HTTP1_DONE, 200, "x"},
    {BYTES("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 7\r\nTransfer-Encoding: gzip\r\n\r\n" OK_HEAD
           "Content-Length: 1\r\n\r\nx"),
     HTTP1_DONE, 200, "x"},
    {BYTES("HTTP/1.1 100 Continue\r\n\r\n"), HTTP1_TRUNCATED, 0, ""},
    {BYTES("HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n"), HTTP1_MALFORMED, 101, "", .fault = "another protocol"},
    /* chunks */
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), HTTP1_DONE, 200, "hello"},
    {BYTES(OK_HEAD "transfer-encoding:\tChunked \r\n\r\n2\r\nhe\r\n3;x=y;z=\"\\\"\"\r\nllo\r\n00;last\r\n\r\nrest"),
     HTTP1_DONE, 200, "hello", .left = 4},
    {BYTES(OK_HEAD
           "Transfer-Encoding: chunked\r\n\r\n00000000000000A \r\n0123456789\r\n0\r\nTrailer: x\r\nOther:\r\n\r\n"),
     HTTP1_DONE, 200, "0123456789"},
    {BYTES(OK_HEAD
           "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nContent-Length: 7\r\nTransfer-Encoding: gzip\r\n\r\n"),
     HTTP1_DONE, 200, "hello"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhel"), HTTP1_TRUNCATED, 200, "hel"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), HTTP1_TRUNCATED, 200, "hello"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"), HTTP1_TRUNCATED, 200, "hello"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"), HTTP1_TRUNCATED, 200, ""},
    {BYTES(OK_HEAD "Transfer-Encoding: "
                   "chunked\r\n\r\n40\r\n0123456789012345678901234567890123456789012345678901234567890123\r\n1\r\nx\r\n"
                   "0\r\n\r\n"),
     HTTP1_HUGE, 200, "0123456789012345678901234567890123456789012345678901234567890123", .left = 8},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n0123"), HTTP1_MALFORMED, 200, "",
     .fault = "size of a chunk"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n"), HTTP1_MALFORMED, 200, "",
     .fault = "size of a chunk"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n"), HTTP1_MALFORMED, 200, "",
     .fault = "size of a chunk"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n"), HTTP1_MALFORMED, 200, "",
     .fault = "size of a chunk"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n 5\r\nhello\r\n"), HTTP1_MALFORMED, 200, "",
     .fault = "size of a chunk"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n;x\r\n"), HTTP1_MALFORMED, 200, "", .fault = "size of a chunk"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "size of a chunk"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n"), HTTP1_MALFORMED, 200, "",
     .fault = "size of a chunk"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5;a\nhello\r\n"), HTTP1_MALFORMED, 200, "",
     .fault = "control character"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\rhello\r\n"), HTTP1_MALFORMED, 200, "", .fault = "CR LF"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n"), HTTP1_MALFORMED, 200, "hello",
     .fault = "where it says"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\n0\r\n\r\n"), HTTP1_MALFORMED, 200, "hello",
     .fault = "where it says"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\r0\r\n\r\n"), HTTP1_MALFORMED, 200, "hello",
     .fault = "where it says"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n Folded: x\r\n\r\n"), HTTP1_MALFORMED, 200, "",
     .fault = "trailer"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n\nx"), HTTP1_MALFORMED, 200, "", .fault = "trailer"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\nA: \x01\r\n\r\n"), HTTP1_MALFORMED, 200, "",
     .fault = "trailer"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\rc\r\n\r\n"), HTTP1_MALFORMED, 200, "",
     .fault = "carriage return"},
    /* what two readers would read in two ways */
    {BYTES(OK_HEAD "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "twice"},
    {BYTES(OK_HEAD "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "twice"},
    {BYTES(OK_HEAD "Content-Length: 5, 5\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "no number"},
    {BYTES(OK_HEAD "Content-Length: 5 5\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "no number"},
    {BYTES(OK_HEAD "Content-Length: +5\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "no number"},
    {BYTES(OK_HEAD "Content-Length: -5\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "no number"},
    {BYTES(OK_HEAD "Content-Length: 0x5\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "no number"},
    {BYTES(OK_HEAD "Content-Length: 5.\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "no number"},
    {BYTES(OK_HEAD "Content-Length:\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "no number"},
    {BYTES(OK_HEAD "Content-Length: \xEF\xBC\x95\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "no number"},
    {BYTES(OK_HEAD "Content-Length: 18446744073709551621\r\n\r\nhello"), HTTP1_MALFORMED, 200, "",
     .fault = "no number"},
    {BYTES(OK_HEAD "Content-Length: 0000000000000000005\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "no number"},
    {BYTES(OK_HEAD "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), HTTP1_MALFORMED, 200, "",
     .fault = "two ways"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"), HTTP1_MALFORMED, 200, "",
     .fault = "two ways"},
    {BYTES(OK_HEAD "Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello"), HTTP1_MALFORMED, 200, "",
     .fault = "two ways"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), HTTP1_MALFORMED, 200, "",
     .fault = "twice"},
    {BYTES(OK_HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "not asked for"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunked, chunked\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "not asked for"},
    {BYTES(OK_HEAD "Transfer-Encoding: chunkedchunkedchunkedchunked\r\n\r\n"), HTTP1_MALFORMED, 200, "",
     .fault = "not asked for"},
    {BYTES(OK_HEAD "Transfer-Encoding: xchunked\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "not asked for"},
    {BYTES(OK_HEAD "Transfer-Encoding: chun ked\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "not asked for"},
    {BYTES(OK_HEAD "Transfer-Encoding:\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "not asked for"},
    {BYTES("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), HTTP1_MALFORMED, 200, "",
     .fault = "HTTP/1.0"},
    {BYTES(OK_HEAD "Transfer-Encoding : chunked\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "no name has"},
    {BYTES(OK_HEAD "Content-Length : 5\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "no name has"},
    {BYTES(OK_HEAD "Content-Length\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "no name has"},
    {BYTES(OK_HEAD "X: a\r\n Content-Length: 5\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "white space"},
    {BYTES(OK_HEAD "\tX: a\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "white space"},
    {BYTES(OK_HEAD ": a\r\n\r\nhello"), HTTP1_MALFORMED, 200, "", .fault = "no name has"},
    {BYTES(OK_HEAD "X: a\0b\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "control character"},
    {BYTES(OK_HEAD "X\0: a\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "no name has"},
    {BYTES(OK_HEAD "X: a\x7F\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "control character"},
    {BYTES(OK_HEAD "X: a\rContent-Length: 5\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "carriage return"},
    {BYTES(OK_HEAD "\rX: a\r\n"), HTTP1_MALFORMED, 200, "", .fault = "carriage return"},
    {BYTES(OK_HEAD "X\xC3\xB3: a\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "no name has"},
    /* not HTTP */
    {BYTES(""), HTTP1_TRUNCATED, 0, ""},
    {BYTES("HTTP/1"), HTTP1_TRUNCATED, 0, ""},
    {BYTES(OK_HEAD "Content-Le"), HTTP1_TRUNCATED, 200, ""},
    {BYTES(OK_HEAD "Content-Length: 0\r\n"), HTTP1_TRUNCATED, 200, ""},
    {BYTES("\r\n" OK_HEAD "\r\n"), HTTP1_MALFORMED, 0, "", .fault = "begin with HTTP"},
    {BYTES("SSH-2.0-OpenSSH_9.2\r\n"), HTTP1_MALFORMED, 0, "", .fault = "begin with HTTP"},
    {BYTES("\x15\x03\x01\x00\x02\x02\x46"), HTTP1_MALFORMED, 0, "", .fault = "begin with HTTP"},
    {BYTES("<html>"), HTTP1_MALFORMED, 0, "", .fault = "begin with HTTP"},
    {BYTES("http/1.1 200 OK\r\n\r\n"), HTTP1_MALFORMED, 0, "", .fault = "begin with HTTP"},
    {BYTES("HTTP/2 200\r\n\r\n"), HTTP1_MALFORMED, 0, "", .fault = "begin with HTTP"},
    {BYTES("HTTP/1.x 200 OK\r\n\r\n"), HTTP1_MALFORMED, 0, "", .fault = "version"},
    {BYTES("HTTP/1.11 200 OK\r\n\r\n"), HTTP1_MALFORMED, 0, "", .fault = "status line"},
    {BYTES("HTTP/1.1  200 OK\r\n\r\n"), HTTP1_MALFORMED, 0, "", .fault = "three digits"},
    {BYTES("HTTP/1.1 20 OK\r\n\r\n"), HTTP1_MALFORMED, 20, "", .fault = "three digits"},
    {BYTES("HTTP/1.1 2000 OK\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "three digits"},
    {BYTES("HTTP/1.1 200OK\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "three digits"},
    {BYTES("HTTP/1.1 099 OK\r\n\r\n"), HTTP1_MALFORMED, 99, "", .fault = "none of HTTP"},
    {BYTES("HTTP/1.1 600 OK\r\n\r\n"), HTTP1_MALFORMED, 600, "", .fault = "none of HTTP"},
    {BYTES("HTTP/1.1 200 O\0K\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "control character"},
    {BYTES("HTTP/1.1 200 OK\rX\r\n\r\n"), HTTP1_MALFORMED, 200, "", .fault = "carriage return"},
};

static void answers(void **state)
{
    (void)state;
    static const size_t portions[] = {1, 2, 3, 7, 1 << 20};
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t p = 0; p < COUNT(portions); p++) {
            struct run x;
            run_start(&x, cases[i].method, cases[i].answer, portions[p]);
            if (x.state != cases[i].state || x.r.status != cases[i].status || !str_is(buf_str(&x.body), cases[i].body))
                fail_msg("case %zu in portions of %zu: state %d (%s), status %d, body \"%s\"", i, portions[p], x.state,
                         x.r.fault == NULL ? "" : x.r.fault, x.r.status, buf_text(&x.body));
            if (cases[i].fault != NULL && strstr(x.r.fault, cases[i].fault) == NULL)
                fail_msg("case %zu: \"%s\" without \"%s\"", i, x.r.fault, cases[i].fault);
            if (x.state == HTTP1_DONE || x.state == HTTP1_HUGE)
                assert_int_equal(cases[i].answer.n - x.used, cases[i].left);
            assert_int_equal(x.r.started, cases[i].answer.n > 0);
            run_end(&x);
        }
}

static void headers_that_are_kept(void **state)
{
    (void)state;
    static const char answer[] =
        "HTTP/1.1 103 Early\r\nLocation: /early\r\nContent-Type: text/early\r\nContent-Encoding: br\r\n\r\n"
        "HTTP/1.1 302 Found\r\nLocation:  /a b\t\tc?d  \r\nLOCATION: /second\r\nX-Location: /x\r\nLocatio: /y\r\n"
        "Content-Type:\ttext/xml;  charset=\"\xC3\xB3\" \r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
        "X-Very-Long-Name-That-Does-Not-Fit-Anywhere: 1\r\nContent-Length: 3\r\n\r\nabc";
    for (size_t portion = 1; portion < 400; portion += 13) {
        struct run x;
        run_start(&x, HTTP1_GET, str_of(answer), portion);
        assert_int_equal(x.state, HTTP1_DONE);
        assert_true(x.r.head_done && strcmp(x.r.encoding, "gzip") == 0 && !x.r.chunked && !x.r.until_close);
        assert_int_equal(x.r.minor, 1);
        assert_int_equal(x.r.content_length, 3);
        assert_string_equal(buf_text(&x.r.location), "/a b c?d");
        assert_string_equal(x.r.content_type, "text/xml; charset=\"??\"");
        run_end(&x);
    }
    struct run x;
    run_start(&x, HTTP1_GET, SPAN(OK_HEAD "Content-Encoding: Identity\r\n\r\n"), 1000);
    assert_true(x.r.encoding[0] == '\0' && x.r.until_close && x.r.location.capacity == 0 && x.r.content_length == -1);
    run_end(&x);
    run_start(&x, HTTP1_GET, SPAN(OK_HEAD "Content-Encoding: gzip\r\nContent-Encoding: identity\r\n\r\n"), 1000);
    assert_true(x.r.encoding[0] != '\0');
    run_end(&x);
}

/* n times `piece` between a beginning and an end. */
static void long_answer(struct buf *b, const char *start, const char *piece, size_t n, const char *end)
{
    buf_clear(b);
    buf_add_text(b, start);
    for (size_t i = 0; i < n; i++)
        buf_add_text(b, piece);
    assert_true(buf_add_text(b, end));
}

static void giant_heads(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(1 << 20);
    static const struct {
        const char *start, *piece, *end;
        size_t n;
        enum http1_state state;
    } giants[] = {
        {OK_HEAD "X: ", "x", "\r\n\r\n", LIMIT_HTTP_LINE_BYTES - 10, HTTP1_DONE},
        {OK_HEAD "X: ", "x", "\r\n\r\n", LIMIT_HTTP_LINE_BYTES, HTTP1_MALFORMED},
        {OK_HEAD, "x", ": y\r\n\r\n", LIMIT_HTTP_LINE_BYTES + 1, HTTP1_MALFORMED},
        {"HTTP/1.1 200 ", "x", "\r\n\r\n", LIMIT_HTTP_LINE_BYTES + 1, HTTP1_MALFORMED},
        {OK_HEAD "Content-Type: ", "x", "\r\n\r\n", 1000, HTTP1_DONE},
        {OK_HEAD "Location: ", "x", "\r\n\r\n", 4000, HTTP1_DONE},
        {OK_HEAD "Transfer-Encoding: ", "x", "\r\n\r\n", 300, HTTP1_MALFORMED},
        {OK_HEAD "Content-Length: ", "0", "\r\n\r\n", 300, HTTP1_MALFORMED},
        {OK_HEAD, "A: b\r\n", "\r\n", LIMIT_HTTP_HEADERS, HTTP1_DONE},
        {OK_HEAD, "A: b\r\n", "\r\n", LIMIT_HTTP_HEADERS + 1, HTTP1_MALFORMED},
        {OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n", "A: b\r\n", "\r\n", LIMIT_HTTP_HEADERS, HTTP1_MALFORMED},
        {OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\nA: ", "b", "\r\n\r\n", LIMIT_HTTP_LINE_BYTES, HTTP1_MALFORMED},
        {OK_HEAD "Transfer-Encoding: chunked\r\n\r\n1;", "x", "\r\nx\r\n0\r\n\r\n", 1000, HTTP1_DONE},
        {OK_HEAD "Transfer-Encoding: chunked\r\n\r\n1;", "x", "\r\nx\r\n0\r\n\r\n", LIMIT_HTTP_CHUNK_LINE_BYTES,
         HTTP1_MALFORMED},
        {"", "HTTP/1.1 100 C\r\n\r\n", OK_HEAD "\r\n", LIMIT_HTTP_INTERIM, HTTP1_DONE},
        {"", "HTTP/1.1 100 C\r\n\r\n", OK_HEAD "\r\n", LIMIT_HTTP_INTERIM + 1, HTTP1_MALFORMED},
    };
    for (size_t i = 0; i < COUNT(giants); i++) {
        struct run x;
        long_answer(&b, giants[i].start, giants[i].piece, giants[i].n, giants[i].end);
        run_start(&x, HTTP1_GET, buf_str(&b), 4096);
        if (x.state != giants[i].state)
            fail_msg("giant %zu: state %d (%s)", i, x.state, x.r.fault == NULL ? "" : x.r.fault);
        assert_true(strlen(x.r.content_type) < LIMIT_HTTP_TYPE_BYTES && x.r.location.n <= LIMIT_URL_BYTES);
        assert_int_equal(buf_full(&x.r.location), strstr(giants[i].start, "Location") != NULL);
        run_end(&x);
    }
    /* Many lines, each short enough: the total counts. */
    struct run x;
    char line[4097] = "X: ";
    memset(line + 3, 'y', 4091);
    memcpy(line + 4094, "\r\n", 3);
    long_answer(&b, OK_HEAD, line, 20, "\r\n");
    run_start(&x, HTTP1_GET, buf_str(&b), 4096);
    assert_int_equal(x.state, HTTP1_MALFORMED);
    assert_non_null(strstr(x.r.fault, "too long together"));
    run_end(&x);
    buf_release(&b);
}

static struct url url_of(const char *text)
{
    struct url u;
    struct err e = {.lang = LANG_EN};
    if (!url_parse(str_of(text), &u, &e))
        fail_msg("%s: %s", text, e.log);
    return u;
}

static void requests(void **state)
{
    (void)state;
    struct url u = url_of("https://a.example/padr\xC3\xB3/Sincron?wsdl#x"), v = url_of("http://[2001:db8::1]:8080");
    struct buf b = BUF_INIT(4096);
    struct err e = {.lang = LANG_EN};
    assert_true(http1_write(&b, &(struct http1_request){.url = &u, .accept = "text/xml, */*;q=0.1"}, &e));
    assert_string_equal(buf_text(&b),
                        "GET /padr%C3%B3/Sincron?wsdl HTTP/1.1\r\nHost: a.example\r\nUser-Agent: Talaia\r\n"
                        "Accept: text/xml, */*;q=0.1\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n");
    buf_clear(&b);
    assert_true(http1_write(&b, &(struct http1_request){.method = HTTP1_HEAD, .url = &v}, &e));
    assert_string_equal(buf_text(&b),
                        "HEAD / HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\nUser-Agent: Talaia\r\nAccept: */*\r\n"
                        "Accept-Encoding: identity\r\nConnection: close\r\n\r\n");
    buf_clear(&b);
    assert_true(http1_write(&b,
                            &(struct http1_request){.method = HTTP1_POST,
                                                    .url = &v,
                                                    .body_type = "text/xml; charset=utf-8",
                                                    .soap_action = "",
                                                    .body = SPAN("<a\0/>")},
                            &e));
    assert_true(str_equal(buf_str(&b), SPAN("POST / HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\nUser-Agent: Talaia\r\n"
                                            "Accept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n"
                                            "SOAPAction: \"\"\r\nContent-Type: text/xml; charset=utf-8\r\n"
                                            "Content-Length: 5\r\n\r\n<a\0/>")));
    buf_clear(&b);
    assert_true(http1_write_connect(&b, &u, NULL, &e));
    assert_string_equal(buf_text(&b),
                        "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\nUser-Agent: Talaia\r\n\r\n");
    buf_clear(&b);
    assert_true(http1_write_connect(&b, &v, "talaia:secret", &e));
    assert_string_equal(buf_text(&b),
                        "CONNECT [2001:db8::1]:8080 HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\nUser-Agent: Talaia\r\n"
                        "Proxy-Authorization: Basic dGFsYWlhOnNlY3JldA==\r\n\r\n");
    buf_release(&b);
}

static void requests_that_are_refused(void **state)
{
    (void)state;
    struct url u = url_of("https://a.example/");
    static const char *const hostile[] = {"a\r\nX: b", "a\nb", "\t", "\x7F", "\xC3\xB3"};
    for (size_t i = 0; i < COUNT(hostile); i++) {
        const struct http1_request requests[] = {
            {.url = &u, .accept = hostile[i]},
            {.url = &u, .method = HTTP1_POST, .body_type = hostile[i]},
            {.url = &u, .method = HTTP1_POST, .soap_action = hostile[i]},
        };
        struct buf b = BUF_INIT(4096);
        for (size_t j = 0; j < COUNT(requests); j++) {
            struct err e = {.lang = LANG_EN};
            assert_false(http1_write(&b, &requests[j], &e));
            assert_int_equal(e.code, ERR_VALUE);
            assert_int_equal(b.n, 0);
        }
        struct err e = {.lang = LANG_EN};
        assert_false(http1_write_connect(&b, &u, hostile[i], &e));
        assert_int_equal(e.code, ERR_VALUE);
        buf_release(&b);
    }
    struct buf small = BUF_INIT(40);
    struct err e = {.lang = LANG_EN};
    assert_false(http1_write(&small, &(struct http1_request){.url = &u}, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_release(&small);
    char secret[2000] = {0};
    memset(secret, 's', sizeof secret - 1);
    struct buf b = BUF_INIT(8192);
    err_clear(&e);
    assert_false(http1_write_connect(&b, &u, secret, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_null(strstr(e.log, "sss"));
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers),  cmocka_unit_test(headers_that_are_kept),     cmocka_unit_test(giant_heads),
        cmocka_unit_test(requests), cmocka_unit_test(requests_that_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
