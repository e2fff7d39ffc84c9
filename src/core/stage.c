/* Codes and words of the stages; which may follow which is nobody's to forbid: people note what happened. */
#include "core/stage.h"

#include <string.h>

#include "base/lang.h"

static const struct {
    const char *code, *words, *line;
} stages[STAGE_COUNT] = {
#define X(name, code, words, line) [STAGE_##name] = {(code), (words), (line)},
    STAGE_LIST(X)
#undef X
};

const char *stage_code(enum stage s)
{
    return stages[s].code;
}

const char *stage_words(enum stage s)
{
    return stages[s].words;
}

const char *stage_line(enum stage s)
{
    return stages[s].line;
}

bool stage_parse(const char *code, enum stage *ret)
{
    for (int s = 0; s < STAGE_COUNT; s++) {
        if (strcmp(stages[s].code, code) == 0) {
            *ret = (enum stage)s;
            return true;
        }
    }
    return false;
}
