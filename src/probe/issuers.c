/* Fetching the certificate of an issuer that a server did not send, from where the leaf says that it is (RFC 5280
 * §4.2.2.1): so that "the chain lacks an intermediate" is told from "nobody knows this authority" by looking, not by
 * guessing. Each address is asked once per run. What comes is remembered by src/pki and never trusted by itself. */
#include "probe/run.h"

#include <stddef.h>

struct issuer_fetch {
    struct trip trip;
    struct issuers *all;
    uint64_t key; /* of the address */
    bool ended;
    struct check *waiters;
    struct issuer_fetch *next, *previous;
};

struct issuers {
    struct run *run;
    uint64_t asked[LIMIT_PROBE_ISSUERS];
    size_t asked_count;
    struct issuer_fetch *live;
};

static void learn(struct run *run, struct str bytes)
{
    struct arena a = {0};
    struct err ignored = {0};
    const struct str *der;
    size_t count;
    if (certificates_split(&a, bytes, &der, &count, &ignored))
        for (size_t i = 0; i < count && i < LIMIT_PROBE_CHAIN; i++)
            (void)trust_learn(run->settings->trust, der[i]);
    arena_release(&a);
}

static void fetch_free(struct issuer_fetch *f)
{
    trip_release(&f->trip);
    *(f->previous == NULL ? &f->all->live : &f->previous->next) = f->next;
    if (f->next != NULL)
        f->next->previous = f->previous;
    mem_free(f);
}

static void on_over(struct trip *t)
{
    struct issuer_fetch *f = MEMBER_OF(t, struct issuer_fetch, trip);
    struct check *c = f->waiters;
    if (f->ended)
        return;
    if (t->code == CONNECTION_OK && t->wire->reader.status == 200)
        learn(t->run, buf_str(&t->wire->body));
    fetch_free(f);
    while (c != NULL) {
        struct check *next = c->waiter_next;
        c->issuer_fetch = NULL;
        check_go_on(c);
        c = next;
    }
}

static bool was_asked(const struct issuers *all, uint64_t key)
{
    for (size_t i = 0; i < all->asked_count; i++)
        if (all->asked[i] == key)
            return true;
    return false;
}

static void wait_for(struct issuer_fetch *f, struct check *c)
{
    c->issuer_fetch = f;
    c->waiter_next = f->waiters;
    f->waiters = c;
}

bool issuer_ask(struct issuers *all, struct check *c, const struct judgement *j)
{
    struct run *run = all->run;
    struct err ignored = {0};
    struct url u;
    if (!run->settings->revocation || !j->presumed || !url_parse(str_of(j->issuer_url), &u, &ignored) ||
        !guard_port(u.port))
        return false;
    uint64_t key = hash_bytes(HASH_SEED, u.text, strlen(u.text));
    for (struct issuer_fetch *f = all->live; f != NULL; f = f->next)
        if (f->key == key) {
            wait_for(f, c);
            return true;
        }
    if (was_asked(all, key) || all->asked_count == LIMIT_PROBE_ISSUERS)
        return false;
    all->asked[all->asked_count++] = key;
    struct issuer_fetch *f = mem_alloc(1, sizeof *f);
    f->all = all;
    f->key = key;
    f->next = all->live;
    if (all->live != NULL)
        all->live->previous = f;
    all->live = f;
    wait_for(f, c);
    run->summary.fetches++;
    trip_init(&f->trip, run, on_over);
    f->trip.url = u;
    f->trip.kind = TRIP_ISSUER;
    f->trip.max_body_bytes = LIMIT_PROBE_CHAIN_BYTES;
    f->trip.total_ms = run->settings->revocation_ms;
    trip_begin(&f->trip);
    return true;
}

void issuer_drop(struct check *c)
{
    struct check **at = &c->issuer_fetch->waiters;
    while (*at != NULL && *at != c)
        at = &(*at)->waiter_next;
    if (*at == c)
        *at = c->waiter_next;
    c->issuer_fetch = NULL;
}

struct issuers *issuers_new(struct run *run)
{
    struct issuers *all = mem_alloc(1, sizeof *all);
    all->run = run;
    return all;
}

void issuers_free(struct issuers *all)
{
    if (all == NULL)
        return;
    while (all->live != NULL) {
        struct issuer_fetch *f = all->live;
        f->ended = true;
        trip_stop(&f->trip, CONNECTION_INTERRUPTED);
        fetch_free(f);
    }
    mem_free(all);
}
