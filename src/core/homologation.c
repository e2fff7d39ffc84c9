/* Not here: the gateway's log (record/gateway_log.h), which says what was asked and answered. */
#include "core/homologation.h"

#include <string.h>

#include "base/lang.h"

static const struct {
    const char *name;
    int also;
} modalities[HOMOLOGATION_COUNT] = {
#define X(name, code, also) {(code), (also)},
    HOMOLOGATION_MODALITIES(X)
#undef X
};
static const struct {
    const char *code, *words;
} lacks[HOMOLOGATION_LACK_COUNT] = {
#define X(name, code, words) {(code), (words)},
    HOMOLOGATION_LACKS(X)
#undef X
};

const char *homologation_modality(enum homologation_modality m)
{
    return modalities[m].name;
}

const char *homologation_lack_code(enum homologation_lack l)
{
    return lacks[l].code;
}

const char *homologation_lack_words(enum homologation_lack l)
{
    return lacks[l].words;
}

static bool is_ours(const char *fingerprint, const char *const *certificates, size_t count)
{
    for (size_t i = 0; fingerprint[0] != '\0' && i < count; i++) {
        if (strcmp(fingerprint, certificates[i]) == 0)
            return true;
    }
    return false;
}

static bool is_good(enum homologation_modality m, const char *result)
{
    int64_t code;
    return str_to_int64(str_of(result), -1000, 1000, &code) && (code == 0 || code == modalities[m].also);
}

/* As clocks in Madrid show it: three days after a test at ten it is ten, also when an hour came or went meanwhile. */
static instant_t by_clock(instant_t t)
{
    return t + madrid_offset(t) * INSTANT_PER_SECOND;
}

static enum homologation_lack judge_one(enum homologation_modality m, const struct homologation_request *r,
                                        const char *const *certificates, size_t count, instant_t now)
{
    if (!gateway_outcome_is_good(r->outcome))
        return HOMOLOGATION_LACKS_REFUSED;
    if (!is_ours(r->certificate, certificates, count))
        return HOMOLOGATION_LACKS_OTHER_CERTIFICATE;
    if (!is_good(m, r->result))
        return HOMOLOGATION_LACKS_RESULT;
    if (by_clock(now) - by_clock(r->at) > HOMOLOGATION_DAYS * 86400 * INSTANT_PER_SECOND)
        return HOMOLOGATION_LACKS_OLD;
    return HOMOLOGATION_LACKS_GOOD;
}

void homologation_judge(const struct homologation_request *requests, size_t count, const char *const *certificates,
                        size_t certificate_count, instant_t now, struct homologation *ret)
{
    struct homologation h = {.complete = true};
    for (int m = 0; m < HOMOLOGATION_COUNT; m++) {
        struct homologation_test *t = &h.tests[m];
        for (size_t i = 0; i < count; i++) {
            const struct homologation_request *r = &requests[i];
            if (strcmp(r->modality, modalities[m].name) != 0)
                continue;
            enum homologation_lack l =
                judge_one((enum homologation_modality)m, r, certificates, certificate_count, now);
            if (t->request == NULL || l > t->lack || (l == t->lack && r->at > t->request->at))
                *t = (struct homologation_test){.lack = l, .request = r};
        }
        h.complete = h.complete && t->lack == HOMOLOGATION_LACKS_GOOD;
    }
    *ret = h;
}
