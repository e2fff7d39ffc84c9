/* How many connections one address has at once. Not here: how many there are in all (engine.c). */
#include "probe/run.h"

uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++)
        seed = (seed ^ p[i]) * 0x100000001B3u;
    return seed;
}

/* ---------------------------------------------------------------- lines */

void line_add(struct line *l, struct trip *t)
{
    t->line = l;
    t->line_next = NULL;
    t->line_previous = l->last;
    *(l->last == NULL ? &l->first : &l->last->line_next) = t;
    l->last = t;
}

void line_add_front(struct line *l, struct trip *t)
{
    t->line = l;
    t->line_previous = NULL;
    t->line_next = l->first;
    *(l->first == NULL ? &l->last : &l->first->line_previous) = t;
    l->first = t;
}

void line_remove(struct line *l, struct trip *t)
{
    *(t->line_previous == NULL ? &l->first : &t->line_previous->line_next) = t->line_next;
    *(t->line_next == NULL ? &l->last : &t->line_next->line_previous) = t->line_previous;
    t->line = NULL;
    t->line_next = t->line_previous = NULL;
}

struct trip *line_take(struct line *l)
{
    struct trip *t = l->first;
    if (t != NULL)
        line_remove(l, t);
    return t;
}

/* ---------------------------------------------------------------- hosts */

/* Behind a proxy the address is not known: the name counts. */
static uint64_t host_key(const struct run *run, const struct trip *t)
{
    if (run->wires.has_proxy)
        return hash_bytes(hash_bytes(HASH_SEED, t->url.host, strlen(t->url.host)), &t->url.port, sizeof t->url.port);
    const union address *a = &t->candidates[t->candidate_at];
    if (a->sa.sa_family == AF_INET6)
        return hash_bytes(hash_bytes(HASH_SEED, &a->v6.sin6_addr, 16), &a->v6.sin6_port, 2);
    return hash_bytes(hash_bytes(HASH_SEED, &a->v4.sin_addr, 4), &a->v4.sin_port, 2);
}

static struct host **host_find(struct run *run, uint64_t key)
{
    struct host **at = &run->hosts.buckets[key % HOST_BUCKETS];
    while (*at != NULL && (*at)->key != key)
        at = &(*at)->next;
    return at;
}

static void to_run(struct run *run, struct trip *t)
{
    line_add(t->kind != TRIP_CHECK ? &run->urgent : &run->waiting, t);
}

bool host_enter(struct run *run, struct trip *t)
{
    uint64_t key = host_key(run, t);
    struct host **at = host_find(run, key);
    if (*at == NULL) {
        struct host *h = run->hosts.spare;
        if (h == NULL)
            h = mem_alloc(1, sizeof *h);
        else
            run->hosts.spare = h->next;
        *h = (struct host){.key = key, .allowed = run->settings->per_host};
        *at = h;
    }
    if ((*at)->active >= (*at)->allowed) {
        line_add(&(*at)->waiting, t);
        return false;
    }
    (*at)->active++;
    t->host = *at;
    return true;
}

void host_is_silent(struct run *run, struct trip *t)
{
    struct host *h = t->host;
    if (h == NULL || h->allowed > LIMIT_PROBE_OPEN)
        return;
    bool first = h->allowed == run->settings->per_host;
    if (first && run->hosts.silent == LIMIT_PROBE_SILENT_HOSTS)
        return;
    run->hosts.silent += first;
    h->allowed *= 4;
}

void host_leave(struct run *run, struct trip *t)
{
    struct host *h = t->host;
    if (h == NULL)
        return;
    t->host = NULL;
    h->active--;
    for (size_t free = h->allowed - h->active; free > 0 && h->waiting.first != NULL; free--)
        to_run(run, line_take(&h->waiting));
    bool kept = h->allowed > run->settings->per_host; /* what was found out of it stays */
    if (h->active > 0 || h->waiting.first != NULL || kept)
        return;
    struct host **at = host_find(run, h->key);
    *at = h->next;
    h->next = run->hosts.spare;
    run->hosts.spare = h;
}

void host_drain(struct run *run, struct trip *t)
{
    struct host *h = *host_find(run, host_key(run, t));
    for (struct trip *next; h != NULL && (next = line_take(&h->waiting)) != NULL;)
        to_run(run, next);
}

void hosts_release(struct hosts *h)
{
    for (size_t i = 0; i <= HOST_BUCKETS; i++) {
        struct host **at = i == HOST_BUCKETS ? &h->spare : &h->buckets[i];
        while (*at != NULL) {
            struct host *gone = *at;
            *at = gone->next;
            mem_free(gone);
        }
    }
}
