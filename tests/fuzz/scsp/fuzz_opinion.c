/* Any bytes as what one process of the gateway says to another, or as what was kept of a request. */
#include "scsp_bench.h"

#include "scsp/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct str bytes = str_part((const char *)data, size);
    struct arena a = {0};
    struct err e = {.lang = LANG_EN};
    struct opinion opinion;
    struct question question;
    struct ask ask;
    int64_t id;
    if (opinion_read(&a, bytes, bench_modalities(), &opinion, &e)) {
        must(opinion_id(bytes, &id) && id == opinion.id);
        for (size_t i = 0; i < opinion.facts.gateway.remark_count; i++)
            text_check(opinion.facts.gateway.remarks[i].xpath);
        text_check(opinion.facts.reason);
    }
    if (question_read(bytes, &question, &e))
        must(question.body.n <= size);
    if (ask_read(&a, bytes, &ask, &e)) {
        struct buf again = BUF_INIT(LIMIT_OPINION_BYTES);
        must(ask_write(&again, &ask) && again.n >= 1);
        buf_release(&again);
    }
    arena_release(&a);
    return 0;
}
