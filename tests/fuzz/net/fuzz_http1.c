/* Any bytes as an answer: the same result wherever a read ends, nothing beyond the limits. The first byte chooses the
 * method and how it is cut. */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "net/http1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_BODY = 300 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

struct outcome {
    struct http1_reader r;
    struct buf body;
    enum http1_state state;
    size_t used;
};

/* In portions of that size, each in a block of its own so that reading beyond is seen. */
static void run(struct outcome *o, enum http1_method method, const uint8_t *data, size_t size, size_t portion)
{
    *o = (struct outcome){.body = BUF_INIT(MAX_BODY), .state = HTTP1_MORE};
    http1_reader_init(&o->r, method, &o->body);
    while (o->state == HTTP1_MORE && o->used < size) {
        size_t used = 0, n = size - o->used < portion ? size - o->used : portion;
        uint8_t *block = mem_alloc(n, 1);
        memcpy(block, data + o->used, n);
        o->state = http1_feed(&o->r, block, n, &used);
        mem_free(block);
        must(used <= n && (used == n || o->state != HTTP1_MORE));
        o->used += used;
    }
    o->state = http1_end(&o->r);
    must(o->state != HTTP1_MORE && o->body.n <= MAX_BODY && o->r.location.n <= LIMIT_URL_BYTES);
    must(strnlen(o->r.content_type, sizeof o->r.content_type) < sizeof o->r.content_type);
    must((o->r.fault != NULL) == (o->state == HTTP1_MALFORMED || o->state == HTTP1_HUGE));
    must(o->state != HTTP1_DONE || (o->r.head_done && o->r.status >= 200 && o->r.status <= 599));
    must(o->state != HTTP1_DONE || o->r.content_length < 0 || o->body.n == 0 ||
         (int64_t)o->body.n == o->r.content_length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct outcome whole, cut;
    enum http1_method method = data[0] % 4;
    run(&whole, method, data + 1, size - 1, size);
    run(&cut, method, data + 1, size - 1, 1u + data[0] / 4 % 16);
    must(whole.state == cut.state && whole.used == cut.used && whole.r.status == cut.r.status);
    must(whole.r.fault == cut.r.fault && strcmp(whole.r.content_type, cut.r.content_type) == 0);
    must(str_equal(buf_str(&whole.body), buf_str(&cut.body)));
    must(str_equal(buf_str(&whole.r.location), buf_str(&cut.r.location)));
    http1_reader_release(&whole.r);
    http1_reader_release(&cut.r);
    buf_release(&whole.body);
    buf_release(&cut.body);
    return 0;
}
