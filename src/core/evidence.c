/* The table of evidence and outcomes. Where the facts come from, and what follows, is in src/flow/evidence.c. */
#include "core/evidence.h"

#include <string.h>

static const struct {
    const char *code, *words, *sentence;
} outcomes[EVIDENCE_COUNT] = {
#define X(name, code, words, sentence) [EVIDENCE_##name] = {(code), (words), (sentence)},
    EVIDENCE_LIST(X)
#undef X
};

const char *evidence_code(enum evidence_outcome o)
{
    return outcomes[o].code;
}

const char *evidence_words(enum evidence_outcome o)
{
    return outcomes[o].words;
}

const char *evidence_sentence(enum evidence_outcome o)
{
    return outcomes[o].sentence;
}

bool evidence_parse(const char *code, enum evidence_outcome *ret)
{
    for (int o = 0; o < EVIDENCE_COUNT; o++) {
        if (strcmp(outcomes[o].code, code) == 0) {
            *ret = (enum evidence_outcome)o;
            return true;
        }
    }
    return false;
}

/* Without the service's word and the person's. */
static const enum evidence_outcome table[REGISTRY_KINDS][SEEN_KINDS] = {
    [REGISTRY_OLD] =
        {
            [SEEN_NOTHING] = EVIDENCE_WAITING,
            [SEEN_OLD] = EVIDENCE_WAITING,
            [SEEN_DIFFERENT] = EVIDENCE_ADDRESSES_DIFFER,
            [SEEN_BAD] = EVIDENCE_BAD,
            [SEEN_OTHER] = EVIDENCE_REGISTRY_OLD,
            [SEEN_NEW] = EVIDENCE_REGISTRY_OLD,
        },
    [REGISTRY_EARLIER] =
        {
            [SEEN_NOTHING] = EVIDENCE_EARLIER,
            [SEEN_OLD] = EVIDENCE_EARLIER,
            [SEEN_DIFFERENT] = EVIDENCE_EARLIER,
            [SEEN_BAD] = EVIDENCE_EARLIER,
            [SEEN_OTHER] = EVIDENCE_EARLIER,
            [SEEN_NEW] = EVIDENCE_EARLIER,
        },
    [REGISTRY_NEW] =
        {
            [SEEN_NOTHING] = EVIDENCE_PERSON,
            [SEEN_OLD] = EVIDENCE_OLD_SERVED,
            [SEEN_DIFFERENT] = EVIDENCE_ADDRESSES_DIFFER,
            [SEEN_BAD] = EVIDENCE_BAD,
            [SEEN_OTHER] = EVIDENCE_DATES_DIFFER,
            [SEEN_NEW] = EVIDENCE_CHECKED,
        },
};

enum evidence_outcome evidence_decide(const struct evidence *x)
{
    if (x->confirmed)
        return EVIDENCE_CHECKED;
    enum evidence_outcome o = table[x->registry][x->seen];
    if (o == EVIDENCE_CHECKED && x->service == SERVICE_UNKNOWN)
        return EVIDENCE_PERSON;
    if ((o == EVIDENCE_CHECKED || o == EVIDENCE_PERSON) && x->service == SERVICE_DOWN)
        return EVIDENCE_DOWN;
    return o;
}

/* More than the day by which registries round. */
static bool is_later(day_t a, day_t b)
{
    return a != DAY_NONE && b != DAY_NONE && (int64_t)a - b > 1;
}

enum evidence_registry evidence_registry(day_t expires, day_t declared)
{
    if (is_later(declared, expires))
        return REGISTRY_NEW;
    return is_later(expires, declared) ? REGISTRY_EARLIER : REGISTRY_OLD;
}

/* A new certificate's date beside the registry's, when that one is new. */
static enum evidence_seen new_one(day_t not_after, day_t expires, day_t declared)
{
    bool agrees = !is_later(declared, expires) || (!is_later(declared, not_after) && !is_later(not_after, declared));
    return agrees ? SEEN_NEW : SEEN_OTHER;
}

enum evidence_seen evidence_served(const struct seen_address *seen, size_t count, day_t expires, day_t declared,
                                   enum reconciliation reconciliation)
{
    size_t shown = 0, newer = 0;
    bool bad = reconciliation == RECONCILIATION_WRONG_BODY, other = false;
    if (reconciliation == RECONCILIATION_PERHAPS_BLOCKED)
        return SEEN_NOTHING;
    for (size_t i = 0; i < count; i++) {
        if (seen[i].not_after == DAY_NONE)
            continue;
        shown++;
        if (!is_later(seen[i].not_after, expires))
            continue;
        newer++;
        enum verdict_class trust = verdict_class(seen[i].verdict[VERDICT_TRUST]);
        bad = bad || seen[i].other_owner || (trust != VERDICT_GOOD && trust != VERDICT_NOTICE);
        other = other || new_one(seen[i].not_after, expires, declared) == SEEN_OTHER;
    }
    if (newer == 0)
        return shown == 0 ? SEEN_NOTHING : SEEN_OLD;
    if (newer < shown) /* one that shows nothing is a matter of the service, not of the certificate */
        return SEEN_DIFFERENT;
    return bad ? SEEN_BAD : other ? SEEN_OTHER : SEEN_NEW;
}

enum evidence_seen evidence_given(day_t not_after, day_t expires, day_t declared)
{
    return is_later(not_after, expires) ? new_one(not_after, expires, declared) : SEEN_NOTHING;
}

enum evidence_service evidence_service(const struct watch *w)
{
    if (w == NULL || w->last == 0)
        return SERVICE_UNKNOWN;
    return w->failures == 0 ? SERVICE_UP : SERVICE_DOWN;
}
