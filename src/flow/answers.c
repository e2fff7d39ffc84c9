#include "flow/answers.h"

#include <sodium.h>

static instant_t oldest(const struct answers *a, instant_t now)
{
    return now - (instant_t)a->hours * 3600 * INSTANT_PER_SECOND;
}

static int by_source(const void *x, const void *y)
{
    const struct kept_answer *a = x, *b = y;
    int order = strcmp(a->about, b->about);
    return order != 0 ? order : strcmp(a->url, b->url);
}

static bool recall(void *ctx, const char *about, const char *url, instant_t now, struct str *ret,
                   instant_t *ret_fetched)
{
    struct answers *a = ctx;
    struct kept_answer wanted = {.about = about, .url = url};
    const struct kept_answer *k =
        a->known_count == 0 ? NULL : bsearch(&wanted, a->known, a->known_count, sizeof *a->known, by_source);
    /* The round may last, and the clock may jump. */
    if (k == NULL || k->next_update <= now || k->fetched > now || k->fetched <= oldest(a, now))
        return false;
    size_t room = strlen(k->base64), n;
    unsigned char *bytes = arena_alloc(a->arena, room + 1, 1);
    if (sodium_base642bin(bytes, room, k->base64, room, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    *ret = str_part((const char *)bytes, n);
    *ret_fetched = k->fetched;
    return true;
}

static void keep(void *ctx, const struct probe_answer *answer)
{
    struct answers *a = ctx;
    if (answer->bytes.n > LIMIT_REVOCATION_KEPT_BYTES)
        return;
    size_t room = sodium_base64_ENCODED_LEN(answer->bytes.n, sodium_base64_VARIANT_ORIGINAL);
    char *base64 = arena_alloc(a->arena, room, 1);
    sodium_bin2base64(base64, room, (const unsigned char *)answer->bytes.p, answer->bytes.n,
                      sodium_base64_VARIANT_ORIGINAL);
    struct kept_answer k = {
        .about = arena_strdup(a->arena, answer->about),
        .url = arena_strdup(a->arena, answer->url),
        .source = answer->list ? "crl" : "ocsp",
        .base64 = base64,
        .fetched = answer->fetched,
        .this_update = answer->this_update,
        .next_update = answer->next_update,
    };
    vec_push(&a->fresh, k);
}

bool answers_load(struct answers *ret, struct tx *tx, struct arena *a, instant_t now, int64_t hours, struct err *e)
{
    struct kept_answer *known;
    *ret = (struct answers){.arena = a, .hours = hours, .memory = {recall, keep, ret}};
    if (!kept_answers_load(tx, a, now, oldest(ret, now), &known, &ret->known_count, e))
        return false;
    /* The store's order is its collation's. */
    if (ret->known_count > 1)
        qsort(known, ret->known_count, sizeof *known, by_source);
    ret->known = known;
    return true;
}

bool answers_save(struct answers *a, struct tx *tx, instant_t now, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && a->hours > 0 && i < a->fresh.count; i++)
        ok = kept_answer_put(tx, &a->fresh.items[i], e);
    return ok && kept_answers_forget(tx, now, oldest(a, now), e);
}

void answers_release(struct answers *a)
{
    vec_release(&a->fresh);
}
