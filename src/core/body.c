/* Urgency and state of a body. Which thresholds and exclusions there are is the profile's; warnings are in warning.c.
 */
#include "core/body.h"

#include <stdlib.h>
#include <string.h>

#include "base/lang.h"

const char *body_flag_code(enum body_flag_index i)
{
    static const char *const codes[BODY_FLAG_COUNT] = {
#define X(name, code) [BODY_FLAG_INDEX_##name] = (code),
        BODY_FLAG_LIST(X)
#undef X
    };
    return codes[i];
}

/* Both day counts, the smaller one first; DAYS_NONE is the largest number, so a missing date comes second. */
static void days_sorted(const struct body *b, day_t today, int ret[CERT_KINDS])
{
    int cds = days_left(b->expires[CERT_CDS], today), cda = days_left(b->expires[CERT_CDA], today);
    ret[0] = cds < cda ? cds : cda;
    ret[1] = cds < cda ? cda : cds;
}

int body_urgency(const struct body *b, day_t today)
{
    int days[CERT_KINDS];
    days_sorted(b, today, days);
    return days[0];
}

int body_compare_urgency(const void *a, const void *b, void *today)
{
    const struct body *x = *(const struct body *const *)a, *y = *(const struct body *const *)b;
    int of_x[CERT_KINDS], of_y[CERT_KINDS];
    days_sorted(x, *(const day_t *)today, of_x);
    days_sorted(y, *(const day_t *)today, of_y);
    for (int i = 0; i < CERT_KINDS; i++) {
        if (of_x[i] != of_y[i])
            return of_x[i] < of_y[i] ? -1 : 1;
    }
    int order = strcmp(x->sort_key == NULL ? "" : x->sort_key, y->sort_key == NULL ? "" : y->sort_key);
    if (order != 0)
        return order;
    return (x->id > y->id) - (x->id < y->id); /* so that the same input always gives the same list */
}

void bodies_sort(const struct body **bodies, size_t count, day_t today)
{
    if (count > 1)
        qsort_r(bodies, count, sizeof *bodies, body_compare_urgency, &today);
}

bool body_has_ended(const struct body *b, enum cert_kind kind, day_t today, instant_t now)
{
    return cert_has_ended(b->expires[kind], b->ends[kind], today, now);
}

enum body_state body_state(const struct body *b, day_t today, instant_t now, int first_threshold, bool down)
{
    int urgency = body_urgency(b, today);
    if (b->excluded != NULL)
        return STATE_EXCLUDED;
    if ((b->flags & BODY_VANISHED) != 0 || b->vanished != DAY_NONE)
        return STATE_MUTED;
    if (down)
        return STATE_DOWN;
    if ((b->flags & BODY_NOT_VERIFIABLE) != 0 || urgency == DAYS_NONE)
        return STATE_UNKNOWN;
    if (body_has_ended(b, CERT_CDS, today, now) || body_has_ended(b, CERT_CDA, today, now))
        return STATE_PAST;
    return urgency < first_threshold ? STATE_SOON : STATE_GOOD;
}

static const struct {
    const char *code, *glyph, *word;
} states[STATE_COUNT] = {
    [STATE_GOOD] = {"good", "●", N_("Good")},
    [STATE_SOON] = {"soon", "▲", N_("Expires soon")},
    [STATE_PAST] = {"past", "✕", N_("Expired")},
    [STATE_DOWN] = {"down", "■", N_("Down")},
    [STATE_UNKNOWN] = {"unknown", "◆", N_("Unknown / not verifiable")},
    [STATE_MUTED] = {"muted", "⏸", N_("Silenced")},
    [STATE_EXCLUDED] = {"excluded", "⊘", N_("Excluded")},
};

const char *body_state_code(enum body_state s)
{
    return states[s].code;
}

const char *body_state_glyph(enum body_state s)
{
    return states[s].glyph;
}

const char *body_state_word(enum body_state s)
{
    return states[s].word;
}
