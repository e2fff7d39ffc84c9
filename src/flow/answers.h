/* What authorities answered in rounds before, for the engine's memory (probe/engine.h), and what they answered in this.
 *
 *     struct answers a = {0};
 *     answers_load(&a, &tx, arena, now, hours, e) … settings.memory = &a.memory … answers_save(&a, &tx, now, e)
 *
 * An answer is used again no longer than `hours` after it was fetched and never beyond its own next update; 0 hours:
 * not at all, and nothing is kept. Not to be moved while the engine runs. */
#ifndef TALAIA_FLOW_ANSWERS_H
#define TALAIA_FLOW_ANSWERS_H

#include "probe/engine.h"
#include "record/answer.h"

struct answers {
    struct arena *arena;
    const struct kept_answer *known; /* by about, then url */
    size_t known_count;
    VEC(struct kept_answer) fresh;
    int64_t hours;
    struct probe_memory memory;
};

bool answers_load(struct answers *ret, struct tx *tx, struct arena *a, instant_t now, int64_t hours, struct err *e);
/* Forgets what is stale, too. */
bool answers_save(struct answers *a, struct tx *tx, instant_t now, struct err *e);
void answers_release(struct answers *a);

#endif
