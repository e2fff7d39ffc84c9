#include "core/probe_verdict.h"

static const struct {
    const char *code, *sentence;
    enum probe_outcome outcome;
} verdicts[PROBE_VERDICT_COUNT] = {
#define X(name, code_, outcome_, sentence_)                                                                            \
    [PROBE_VERDICT_##name] = {.code = code_, .sentence = sentence_, .outcome = PROBE_##outcome_},
    PROBE_VERDICT_LIST(X)
#undef X
};

const char *probe_verdict_code(enum probe_verdict v)
{
    return verdicts[v].code;
}

enum probe_outcome probe_verdict_outcome(enum probe_verdict v)
{
    return verdicts[v].outcome;
}

const char *probe_verdict_sentence(enum probe_verdict v)
{
    return verdicts[v].sentence;
}
