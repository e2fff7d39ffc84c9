#include "core/outbox.h"

#include "base/lang.h"
#include "base/limits.h"

static const struct {
    const char *code, *words;
} states[OUTBOX_STATE_COUNT] = {
#define X(name, text, shown) [OUTBOX_##name] = {text, shown},
    OUTBOX_STATES(X)
#undef X
};

static const struct {
    const char *code;
    bool ticket;
} kinds[OUTBOX_KIND_COUNT] = {
#define X(name, text, with_ticket) [OUTBOX_##name] = {text, with_ticket},
    OUTBOX_KINDS(X)
#undef X
};

const char *outbox_state_code(enum outbox_state s)
{
    return states[s].code;
}

const char *outbox_state_words(enum outbox_state s)
{
    return states[s].words;
}

bool outbox_state_parse(struct str text, enum outbox_state *ret)
{
    for (int s = 0; s < OUTBOX_STATE_COUNT; s++) {
        if (str_is(text, states[s].code)) {
            *ret = (enum outbox_state)s;
            return true;
        }
    }
    return false;
}

const char *outbox_kind_code(enum outbox_kind k)
{
    return kinds[k].code;
}

bool outbox_kind_parse(struct str text, enum outbox_kind *ret)
{
    for (int k = 0; k < OUTBOX_KIND_COUNT; k++) {
        if (str_is(text, kinds[k].code)) {
            *ret = (enum outbox_kind)k;
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ transitions */

#define ANYONE (ACTOR_PERSON | ACTOR_SCHEDULER | ACTOR_MAILER)

enum with { EITHER, TICKET, NO_TICKET };

/* From, to, who may, for which kinds. What is not here cannot happen. */
static const struct {
    enum outbox_state from, to;
    int who;
    enum with with;
} moves[] = {
    {OUTBOX_PLANNED, OUTBOX_APPROVED, ACTOR_PERSON | ACTOR_SCHEDULER, EITHER},
    {OUTBOX_APPROVED, OUTBOX_TICKETED, ACTOR_MAILER, TICKET},
    {OUTBOX_APPROVED, OUTBOX_RENDERED, ACTOR_MAILER, NO_TICKET},
    {OUTBOX_TICKETED, OUTBOX_RENDERED, ACTOR_MAILER, TICKET},
    {OUTBOX_RENDERED, OUTBOX_SENDING, ACTOR_MAILER, EITHER},
    {OUTBOX_SENDING, OUTBOX_SENT, ACTOR_MAILER, EITHER},
    {OUTBOX_SENDING, OUTBOX_RENDERED, ACTOR_MAILER, EITHER},
    {OUTBOX_SENDING, OUTBOX_AMBIGUOUS, ACTOR_MAILER, EITHER},
    {OUTBOX_SENT, OUTBOX_FILED, ACTOR_MAILER, EITHER},
    /* found in the Sent folder, or answered after all by the server to the one who was thought dead; or a person knows
     */
    {OUTBOX_AMBIGUOUS, OUTBOX_SENT, ACTOR_MAILER | ACTOR_PERSON, EITHER},
    {OUTBOX_AMBIGUOUS, OUTBOX_RENDERED, ACTOR_PERSON, EITHER},
    /* it cannot be written, or no server takes it */
    {OUTBOX_APPROVED, OUTBOX_REFUSED, ACTOR_MAILER, EITHER},
    {OUTBOX_TICKETED, OUTBOX_REFUSED, ACTOR_MAILER, TICKET},
    {OUTBOX_RENDERED, OUTBOX_REFUSED, ACTOR_MAILER, EITHER},
    {OUTBOX_SENDING, OUTBOX_REFUSED, ACTOR_MAILER, EITHER},
    /* after a contact was corrected: written anew */
    {OUTBOX_REFUSED, OUTBOX_APPROVED, ACTOR_PERSON, EITHER},
    {OUTBOX_PLANNED, OUTBOX_CANCELLED, ANYONE, EITHER},
    {OUTBOX_APPROVED, OUTBOX_CANCELLED, ANYONE, EITHER},
    {OUTBOX_TICKETED, OUTBOX_CANCELLED, ANYONE, TICKET},
    {OUTBOX_RENDERED, OUTBOX_CANCELLED, ANYONE, EITHER},
    {OUTBOX_REFUSED, OUTBOX_CANCELLED, ANYONE, EITHER},
};

bool outbox_may(enum outbox_kind kind, enum outbox_state from, enum outbox_state to, enum outbox_actor who)
{
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        if (moves[i].from == from && moves[i].to == to)
            return (moves[i].who & (int)who) != 0 &&
                   (moves[i].with == EITHER || kinds[kind].ticket == (moves[i].with == TICKET));
    }
    return false;
}

bool outbox_is_over(enum outbox_state s, bool files)
{
    return s == OUTBOX_FILED || s == OUTBOX_CANCELLED || (s == OUTBOX_SENT && !files);
}

bool outbox_has_left(enum outbox_state s)
{
    return s == OUTBOX_SENDING || s == OUTBOX_AMBIGUOUS || s == OUTBOX_SENT || s == OUTBOX_FILED;
}

enum outbox_state outbox_taken_over(enum outbox_state s)
{
    return s == OUTBOX_SENDING ? OUTBOX_AMBIGUOUS : s;
}

/* ------------------------------------------------------------------ answers */

enum outbox_state outbox_after(enum outbox_attempt got, bool deferred, int tries)
{
    bool patience = tries < LIMIT_OUTBOX_TRIES;
    switch (got) {
    case ATTEMPT_ACCEPTED: return deferred && patience ? OUTBOX_RENDERED : OUTBOX_SENT;
    case ATTEMPT_TEMPORARY: return patience ? OUTBOX_RENDERED : OUTBOX_REFUSED;
    case ATTEMPT_PERMANENT: return OUTBOX_REFUSED;
    case ATTEMPT_LOST: break;
    }
    return OUTBOX_AMBIGUOUS;
}

/* FNV-1a, so that the wait of each message is its own and always the same. */
static uint32_t mix(const char *uid, uint32_t tries)
{
    uint32_t h = 2166136261u;
    for (const char *p = uid; *p != '\0'; p++)
        h = (h ^ (unsigned char)*p) * 16777619u;
    return (h ^ tries) * 16777619u;
}

instant_t outbox_retry(const char *uid, int tries, instant_t now)
{
    int64_t seconds = LIMIT_OUTBOX_RETRY_SECONDS;
    for (int i = 1; i < tries && seconds < LIMIT_OUTBOX_RETRY_MOST_SECONDS; i++)
        seconds *= 2;
    if (seconds > LIMIT_OUTBOX_RETRY_MOST_SECONDS)
        seconds = LIMIT_OUTBOX_RETRY_MOST_SECONDS;
    instant_t wait = seconds * INSTANT_PER_SECOND;
    int64_t share = (int64_t)(mix(uid, (uint32_t)tries) >> 8 & 0xffff) - 0x8000; /* −1/2 … +1/2 of 65,536 */
    return now + wait + wait / 2 * share / 0x10000;
}

enum outbox_storm outbox_storm(int most, size_t today, size_t more, bool second)
{
    if (more == 0 || today + more <= (size_t)(most < 0 ? 0 : most))
        return STORM_NONE;
    return second ? STORM_AGAIN : STORM_FIRST;
}
