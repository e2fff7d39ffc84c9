#include "core/runbook.h"

#include <string.h>

static const struct {
    const char *code, *words;
    bool repeats;
} channel_kinds[CHANNEL_KIND_COUNT] = {
#define X(name, key, shown, once) [CHANNEL_##name] = {(key), (shown), (once)},
    CHANNEL_KIND_LIST(X)
#undef X
};
static const struct {
    const char *code;
    bool person;
} steps[RUNBOOK_STEP_KIND_COUNT] = {
#define X(name, code, person) [RUNBOOK_##name] = {(code), (person)},
    RUNBOOK_STEP_LIST(X)
#undef X
};
static const char *const facts[CALL_FACT_COUNT] = {
#define X(name, code) [CALL_##name] = (code),
    CALL_FACT_LIST(X)
#undef X
};

const char *channel_kind_code(enum channel_kind k)
{
    return channel_kinds[k].code;
}

const char *channel_kind_words(enum channel_kind k)
{
    return channel_kinds[k].words;
}

bool channel_kind_repeats(enum channel_kind k)
{
    return channel_kinds[k].repeats;
}

const char *runbook_step_code(enum runbook_step_kind k)
{
    return steps[k].code;
}

bool runbook_step_is_persons(enum runbook_step_kind k)
{
    return steps[k].person;
}

const char *call_fact_code(enum call_fact f)
{
    return facts[f];
}

const struct runbook *runbook_of(const struct runbooks *all, const char *probe)
{
    const struct runbook *any = NULL;
    for (size_t i = 0; i < all->count; i++) {
        for (size_t k = 0; k < all->items[i].probe_count; k++) {
            if (strcmp(all->items[i].probes[k], probe) == 0)
                return &all->items[i];
            if (any == NULL && strcmp(all->items[i].probes[k], "*") == 0)
                any = &all->items[i];
        }
    }
    return any;
}

bool runbook_has_step(const struct runbook *r, enum runbook_step_kind kind)
{
    for (size_t i = 0; r != NULL && i < r->step_count; i++) {
        if (r->steps[i].kind == kind)
            return true;
    }
    return false;
}

const struct runbook *runbook_find(const struct runbooks *all, const char *name)
{
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->items[i].name, name) == 0)
            return &all->items[i];
    }
    return NULL;
}

const struct runbook *runbook_in_force(const struct runbooks *all, const char *name, const char *probe)
{
    const struct runbook *r = runbook_find(all, name);
    return r != NULL ? r : runbook_of(all, probe);
}

const struct channel *channel_find(const struct runbooks *all, const char *name)
{
    for (size_t i = 0; i < all->channel_count; i++) {
        if (strcmp(all->channels[i].name, name) == 0)
            return &all->channels[i];
    }
    return NULL;
}

const char *phone_link(const char *text, char out[PHONE_BYTES])
{
    size_t n = 0;
    bool whole = text[0] == '+';
    out[n++] = '+';
    for (const char *p = text + (whole ? 1 : 0); *p != '\0'; p++) {
        if (*p >= '0' && *p <= '9' && n < PHONE_BYTES - 4)
            out[n++] = *p;
        else if (strchr(" .-()", *p) == NULL)
            n = PHONE_BYTES; /* no number */
        if (n == PHONE_BYTES)
            break;
    }
    out[n < PHONE_BYTES ? n : 0] = '\0';
    if (n == PHONE_BYTES || n < 4)
        out[0] = '\0';
    else if (!whole && strncmp(out + 1, "00", 2) == 0)
        memmove(out + 1, out + 3, n - 2);
    else if (!whole && n <= 7) /* 112: a short number has no country */
        memmove(out, out + 1, n);
    else if (!whole && n == 10) { /* nine digits: a Spanish number */
        memmove(out + 3, out + 1, n);
        memcpy(out + 1, "34", 2);
    }
    return out;
}

bool phone_same(const char *a, const char *b)
{
    char x[PHONE_BYTES], y[PHONE_BYTES];
    return phone_link(a, x)[0] != '\0' && strcmp(x, phone_link(b, y)) == 0;
}

bool call_needs_claim(bool paid, const char *from, const char *on_call)
{
    return paid && !phone_same(from, on_call);
}
