/* Asking the authorities, once per certificate and run. Which source to believe is src/pki's; here is who is asked
 * when, what is remembered, and when it is given up. */
#include "probe/run.h"

#include <openssl/sha.h>
#include <stddef.h>

#define MOST_SOURCES (2 * LIMIT_REVOCATION_URLS + 1)
#define FAILURES_BEFORE_DEAD 2 /* one lost answer is no outage */

struct known {
    unsigned char key[KEY_BYTES];
    bool used;
    struct revocation_outcome outcome;
};

/* A list that was fetched: one fetch and one reading serve all its certificates. */
struct crl_slot {
    uint64_t key; /* of URL and issuer */
    struct crl *list;
    bool fetching, failed, recalled;
    struct inquiry *waiters;
};

struct source {
    uint64_t key; /* of scheme, host and port */
    int failures;
};

struct inquiry {
    struct trip trip; /* first: what is under way */
    struct inquiries *all;
    bool travelling, ended;
    unsigned char key[KEY_BYTES];
    struct arena arena;
    struct certificate leaf;
    struct str issuer;
    char issuer_hex[FINGERPRINT_HEX_BYTES];
    struct revocation_have have[MOST_SOURCES];
    size_t have_count;
    int64_t give_up;         /* on the loop's clock */
    struct loop_timer timer; /* for those who wait for another's fetch */
    enum revocation_source asking;
    const char *asking_url;
    struct str asking_request;
    struct crl_slot *slot;     /* whose list it fetches or waits for */
    struct inquiry *slot_next; /* among the slot's waiters */
    struct check *waiters;
    struct inquiry *next, *previous;
};

struct inquiries {
    struct run *run;
    struct ocsp_signers *signers;
    struct known *known;
    size_t known_count, known_capacity;
    struct crl_slot lists[LIMIT_PROBE_LISTS];
    size_t list_next;
    struct source sources[LIMIT_PROBE_DEAD_SOURCES];
    size_t source_count;
    struct inquiry *live;
};

static void inquiry_step(struct inquiry *q);

/* ---------------------------------------------------------------- what is known */

static struct known *known_find(struct inquiries *all, const unsigned char key[KEY_BYTES])
{
    if (all->known_capacity == 0)
        return NULL;
    uint64_t at;
    memcpy(&at, key, sizeof at);
    for (;; at++) {
        struct known *k = &all->known[at & (all->known_capacity - 1)];
        if (!k->used || memcmp(k->key, key, KEY_BYTES) == 0)
            return k;
    }
}

static void known_grow(struct inquiries *all)
{
    struct known *old = all->known;
    size_t count = all->known_capacity;
    all->known_capacity = count == 0 ? 256 : count * 2;
    all->known = mem_alloc(all->known_capacity, sizeof *all->known);
    for (size_t i = 0; i < count; i++)
        if (old[i].used)
            *known_find(all, old[i].key) = old[i];
    mem_free(old);
}

static void known_add(struct inquiries *all, const unsigned char key[KEY_BYTES], const struct revocation_outcome *o)
{
    if (all->known_count == LIMIT_PROBE_REVOCATIONS) { /* full: what comes now is asked again, no more */
        memset(all->known, 0, all->known_capacity * sizeof *all->known);
        all->known_count = 0;
    }
    if (all->known_count * 2 >= all->known_capacity)
        known_grow(all);
    struct known *k = known_find(all, key);
    all->known_count += !k->used;
    memcpy(k->key, key, KEY_BYTES);
    k->used = true;
    k->outcome = *o;
}

static void make_key(unsigned char ret[KEY_BYTES], const struct judgement *j)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    unsigned char text[FINGERPRINT_BYTES + FINGERPRINT_BYTES];
    /* the issuer's certificate and the serial tell a certificate apart; the digest of a whole leaf does too, and is
     * made */
    memcpy(text, j->path[1].fingerprint, FINGERPRINT_BYTES);
    SHA256((const unsigned char *)j->leaf.serial, strlen(j->leaf.serial), text + FINGERPRINT_BYTES);
    SHA256(text, sizeof text, digest);
    memcpy(ret, digest, KEY_BYTES);
}

/* ---------------------------------------------------------------- sources that failed */

static uint64_t source_key(const struct url *u)
{
    char authority[URL_AUTHORITY_BYTES];
    url_authority(u, true, authority);
    return hash_bytes(hash_bytes(HASH_SEED, &u->scheme, sizeof u->scheme), authority, strlen(authority));
}

static size_t source_find(const struct inquiries *all, uint64_t key)
{
    size_t i = 0;
    while (i < all->source_count && all->sources[i].key != key)
        i++;
    return i;
}

static void source_note(struct inquiries *all, uint64_t key, bool answered)
{
    size_t i = source_find(all, key);
    if (i < all->source_count)
        all->sources[i].failures = answered ? 0 : all->sources[i].failures + 1;
    else if (!answered && all->source_count < LIMIT_PROBE_DEAD_SOURCES)
        all->sources[all->source_count++] = (struct source){key, 1};
}

static bool source_is_dead(const struct inquiries *all, const struct url *u)
{
    size_t i = source_find(all, source_key(u));
    return i < all->source_count && all->sources[i].failures >= FAILURES_BEFORE_DEAD;
}

/* ---------------------------------------------------------------- the end of an inquiry */

static void inquiry_free(struct inquiry *q)
{
    loop_timer_stop(&q->all->run->loop, &q->timer);
    if (q->travelling)
        trip_release(&q->trip);
    *(q->previous == NULL ? &q->all->live : &q->previous->next) = q->next;
    if (q->next != NULL)
        q->next->previous = q->previous;
    arena_release(&q->arena);
    mem_free(q);
}

static void inquiry_end(struct inquiry *q, const struct revocation_outcome *outcome)
{
    struct check *c = q->waiters;
    known_add(q->all, q->key, outcome);
    inquiry_free(q);
    while (c != NULL) {
        struct check *next = c->waiter_next;
        c->inquiry = NULL;
        check_settled(c, outcome);
        c = next;
    }
}

static const char *source_name(enum revocation_source s)
{
    static const char *const names[] = {
        [REVOCATION_STAPLED] = "stapled", [REVOCATION_OCSP] = "ocsp", [REVOCATION_CRL] = "crl"};
    return names[s];
}

static struct revocation_outcome outcome_of(const struct revocation *r)
{
    switch (r->state) {
    case REVOCATION_GOOD: return (struct revocation_outcome){PROBE_REVOCATION_GOOD, source_name(r->source), DAY_NONE};
    case REVOCATION_REVOKED:
        return (struct revocation_outcome){PROBE_REVOCATION_REVOKED, source_name(r->source), r->revoked_day};
    case REVOCATION_NOT_OFFERED: return (struct revocation_outcome){PROBE_REVOCATION_NOT_ASKED, "", DAY_NONE};
    default: return (struct revocation_outcome){PROBE_REVOCATION_UNKNOWN, "", DAY_NONE};
    }
}

static instant_t real_now(const struct run *run)
{
    struct probe_clock clock = run->settings->clock;
    return clock.real(clock.ctx);
}

static void note_answer(struct inquiry *q, struct str bytes)
{
    if (q->have_count == MOST_SOURCES)
        return;
    q->have[q->have_count++] = (struct revocation_have){
        .source = q->asking, .url = q->asking_url, .bytes = bytes, .fetched = real_now(q->all->run)};
}

/* ---------------------------------------------------------------- what was kept from before */

static bool recall(const struct inquiry *q, const char *about, struct str *ret, instant_t *ret_fetched)
{
    struct run *run = q->all->run;
    const struct probe_memory *m = run->settings->memory;
    if (m == NULL || !m->recall(m->ctx, about, q->asking_url, real_now(run), ret, ret_fetched))
        return false;
    run->summary.revocation_recalled++;
    return true;
}

static void keep(const struct inquiry *q, const struct probe_answer *a)
{
    const struct probe_memory *m = q->all->run->settings->memory;
    struct probe_answer kept = *a;
    if (kept.next_update == INSTANT_NONE) /* a responder that promises nothing has news all the time */
        kept.next_update = kept.fetched + (instant_t)LIMIT_REVOCATION_RETRY_SECONDS * INSTANT_PER_SECOND;
    if (m != NULL && a->this_update != INSTANT_NONE)
        m->keep(m->ctx, &kept);
}

/* The answer that decided. */
static void keep_answer(const struct inquiry *q, const struct revocation *r)
{
    bool decided = r->state == REVOCATION_GOOD || r->state == REVOCATION_REVOKED;
    for (size_t i = q->have_count; decided && r->source == REVOCATION_OCSP && i-- > 0;) {
        const struct revocation_have *h = &q->have[i];
        if (h->source != REVOCATION_OCSP || h->bytes.n == 0 || strcmp(h->url, r->url) != 0)
            continue;
        keep(q, &(struct probe_answer){.about = q->leaf.fingerprint_hex,
                                       .url = h->url,
                                       .bytes = h->bytes,
                                       .fetched = h->fetched,
                                       .this_update = r->this_update,
                                       .next_update = r->next_update});
        return;
    }
}

static void keep_list(const struct inquiry *q, const struct crl *list, struct str bytes)
{
    struct crl_answer answer;
    instant_t now = real_now(q->all->run);
    if (q->all->run->settings->memory == NULL)
        return;
    crl_look_up(list, q->leaf.der, now, &answer);
    if (answer.outcome != CRL_UNUSABLE)
        keep(q, &(struct probe_answer){.list = true,
                                       .about = q->issuer_hex,
                                       .url = q->asking_url,
                                       .bytes = bytes,
                                       .fetched = now,
                                       .this_update = answer.this_update,
                                       .next_update = answer.next_update});
}

/* ---------------------------------------------------------------- one source after another */

static void on_trip_over(struct trip *t);

static void fetch(struct inquiry *q, const struct url *u)
{
    struct run *run = q->all->run;
    run->summary.fetches++;
    trip_init(&q->trip, run, on_trip_over);
    q->travelling = true;
    q->trip.url = *u;
    q->trip.kind = TRIP_REVOCATION;
    q->trip.deadline = q->give_up;
    q->trip.began = run->loop.now;
    if (q->asking == REVOCATION_OCSP) {
        q->trip.method = HTTP1_POST;
        q->trip.accept = "application/ocsp-response";
        q->trip.body_type = "application/ocsp-request";
        q->trip.body = q->asking_request;
        q->trip.max_body_bytes = LIMIT_OCSP_BYTES;
    } else {
        q->trip.max_body_bytes = LIMIT_CRL_BYTES;
    }
    trip_begin(&q->trip);
}

/* What a list says about this certificate: true when that settles it. */
static bool look_up(struct inquiry *q, const struct crl *list)
{
    struct crl_answer answer;
    crl_look_up(list, q->leaf.der, real_now(q->all->run), &answer);
    if (answer.outcome == CRL_UNUSABLE)
        return false;
    bool revoked = answer.outcome == CRL_REVOKED;
    inquiry_end(q, &(struct revocation_outcome){revoked ? PROBE_REVOCATION_REVOKED : PROBE_REVOCATION_GOOD, "crl",
                                                revoked ? answer.revoked_day : DAY_NONE});
    return true;
}

static uint64_t list_key(const struct inquiry *q, const char *url)
{
    return hash_bytes(hash_bytes(HASH_SEED, url, strlen(url)), q->issuer.p, q->issuer.n);
}

/* The list's place; a new one, empty, when it is not there. NULL when all are being fetched. */
static struct crl_slot *slot_of(struct inquiries *all, uint64_t key)
{
    for (size_t i = 0; i < LIMIT_PROBE_LISTS; i++)
        if (all->lists[i].key == key && (all->lists[i].list != NULL || all->lists[i].fetching || all->lists[i].failed))
            return &all->lists[i];
    for (size_t i = 0; i < LIMIT_PROBE_LISTS; i++) {
        struct crl_slot *s = &all->lists[all->list_next++ % LIMIT_PROBE_LISTS];
        if (s->fetching)
            continue;
        crl_free(s->list);
        *s = (struct crl_slot){.key = key};
        return s;
    }
    return NULL;
}

/* True: an answer that was kept from before settles it. One that does not hold any more is as if it were not there. */
static bool kept_answer_settles(struct inquiry *q)
{
    struct revocation_have have = {.source = REVOCATION_OCSP, .url = q->asking_url};
    struct revocation r;
    if (!recall(q, q->leaf.fingerprint_hex, &have.bytes, &have.fetched))
        return false;
    revocation_decide_with(q->all->signers, &q->arena, &q->leaf, q->issuer, &have, 1, real_now(q->all->run), &r);
    if (r.source != REVOCATION_OCSP || (r.state != REVOCATION_GOOD && r.state != REVOCATION_REVOKED))
        return false;
    struct revocation_outcome outcome = outcome_of(&r);
    inquiry_end(q, &outcome);
    return true;
}

/* True: a list that was kept from before settles it, whether its source answers today or not. */
static bool kept_list_settles(struct inquiry *q)
{
    struct crl_slot *s = slot_of(q->all, list_key(q, q->asking_url));
    enum crl_fault fault;
    struct str bytes;
    instant_t fetched;
    if (s == NULL || s->failed || s->fetching || s->list != NULL || !recall(q, q->issuer_hex, &bytes, &fetched))
        return false;
    s->list = crl_open(bytes, q->issuer, &fault);
    s->recalled = true;
    return s->list != NULL && look_up(q, s->list);
}

/* True: the inquiry waits, or is over. */
static bool ask_list(struct inquiry *q, const struct url *u)
{
    struct crl_slot *s = slot_of(q->all, list_key(q, q->asking_url));
    if (s == NULL || s->failed)
        return false;
    if (s->list != NULL) {
        if (look_up(q, s->list))
            return true;
        if (!s->recalled)
            return false;
        crl_free(s->list); /* kept from before, and of no use for this one: a new one is asked for */
        *s = (struct crl_slot){.key = s->key};
    }
    q->slot = s;
    if (s->fetching) {
        q->slot_next = s->waiters;
        s->waiters = q;
        loop_timer_set(&q->all->run->loop, &q->timer, q->give_up);
        return true;
    }
    s->fetching = true;
    fetch(q, u);
    return true;
}

static void wake(struct inquiry *q)
{
    q->slot = NULL;
    loop_timer_stop(&q->all->run->loop, &q->timer);
    inquiry_step(q);
}

static void list_arrived(struct inquiry *q, struct str bytes)
{
    struct crl_slot *s = q->slot;
    enum crl_fault fault;
    s->fetching = false;
    s->list = bytes.n == 0 ? NULL : crl_open(bytes, q->issuer, &fault);
    s->failed = s->list == NULL;
    if (s->list != NULL)
        keep_list(q, s->list, bytes);
    struct inquiry *waiter = s->waiters;
    s->waiters = NULL;
    q->slot = NULL;
    while (waiter != NULL) {
        struct inquiry *next = waiter->slot_next;
        wake(waiter);
        waiter = next;
    }
}

static void slot_leave(struct inquiry *q)
{
    if (q->slot == NULL)
        return;
    struct inquiry **at = &q->slot->waiters;
    while (*at != NULL && *at != q)
        at = &(*at)->slot_next;
    if (*at == q)
        *at = q->slot_next;
    q->slot = NULL;
}

static void on_give_up(struct loop_timer *timer)
{
    struct inquiry *q = MEMBER_OF(timer, struct inquiry, timer);
    slot_leave(q);
    inquiry_end(q, &(struct revocation_outcome){PROBE_REVOCATION_UNKNOWN, "", DAY_NONE});
}

static void on_trip_over(struct trip *t)
{
    struct inquiry *q = MEMBER_OF(t, struct inquiry, trip);
    const struct wire *w = t->wire;
    bool answered = t->code == CONNECTION_OK && w != NULL && w->reader.status == 200;
    struct str bytes = {0};
    if (answered)
        bytes = q->asking == REVOCATION_OCSP ? str_part(arena_text(&q->arena, buf_str(&w->body)), w->body.n)
                                             : buf_str(&w->body);
    struct inquiries *all = q->all;
    struct err ignored = {0};
    struct url u;
    if (!q->ended && t->code != CONNECTION_INTERRUPTED && url_parse(str_of(q->asking_url), &u, &ignored))
        source_note(all, source_key(&u), answered);
    if (q->ended)
        bytes = (struct str){0};
    if (q->asking == REVOCATION_CRL && q->slot != NULL && !q->ended)
        list_arrived(q, bytes);
    trip_release(t);
    q->travelling = false;
    if (q->ended)
        return;
    if (q->asking == REVOCATION_OCSP)
        note_answer(q, bytes);
    inquiry_step(q);
}

bool inquiry_still_wants(const struct trip *fetch)
{
    const struct inquiry *q = MEMBER_OF(fetch, const struct inquiry, trip);
    return q->all->run->loop.now < q->give_up && (fetch->redirects > 0 || !source_is_dead(q->all, &fetch->url));
}

static bool may_ask(struct inquiry *q, struct url *ret)
{
    struct err ignored = {0};
    struct run *run = q->all->run;
    return run->loop.now < q->give_up && url_parse(str_of(q->asking_url), ret, &ignored) && guard_port(ret->port) &&
           !source_is_dead(q->all, ret);
}

static void inquiry_step(struct inquiry *q)
{
    for (;;) {
        struct revocation r;
        revocation_decide_with(q->all->signers, &q->arena, &q->leaf, q->issuer, q->have, q->have_count,
                               real_now(q->all->run), &r);
        if (r.state != REVOCATION_FETCH || q->have_count == MOST_SOURCES) {
            struct revocation_outcome outcome = outcome_of(&r);
            keep_answer(q, &r);
            inquiry_end(q, &outcome);
            return;
        }
        struct url u;
        q->asking = r.source;
        q->asking_url = arena_strdup(&q->arena, r.url);
        q->asking_request = r.request;
        if (r.source == REVOCATION_OCSP ? kept_answer_settles(q) : kept_list_settles(q))
            return;
        if (may_ask(q, &u)) {
            if (r.source == REVOCATION_OCSP) {
                fetch(q, &u);
                return;
            }
            if (ask_list(q, &u))
                return;
        }
        note_answer(q, (struct str){0}); /* it did not answer, or what it gave is of no use */
    }
}

/* ---------------------------------------------------------------- asking */

static struct inquiry *inquiry_find(struct inquiries *all, const unsigned char key[KEY_BYTES])
{
    struct inquiry *q = all->live;
    while (q != NULL && memcmp(q->key, key, KEY_BYTES) != 0)
        q = q->next;
    return q;
}

static struct inquiry *inquiry_new(struct inquiries *all, const unsigned char key[KEY_BYTES], const struct judgement *j,
                                   struct str stapled)
{
    struct run *run = all->run;
    struct err ignored = {0};
    struct inquiry *q = mem_alloc(1, sizeof *q);
    q->all = all;
    q->timer.due = on_give_up;
    memcpy(q->key, key, KEY_BYTES);
    q->issuer = str_part(arena_text(&q->arena, j->path[1].der), j->path[1].der.n);
    for (size_t i = 0; i < FINGERPRINT_BYTES; i++)
        (void)snprintf(q->issuer_hex + 2 * i, 3, "%02x", j->path[1].fingerprint[i]);
    if (!certificate_parse(&q->arena, j->leaf.der, &q->leaf, &ignored))
        q->leaf = (struct certificate){0}; /* it was read a moment ago */
    q->give_up = run->loop.now + (int64_t)run->settings->revocation_ms * 1000;
    if (stapled.n > 0)
        q->have[q->have_count++] =
            (struct revocation_have){.source = REVOCATION_STAPLED,
                                     .bytes = str_part(arena_text(&q->arena, stapled), stapled.n),
                                     .fetched = real_now(run)};
    q->next = all->live;
    if (all->live != NULL)
        all->live->previous = q;
    all->live = q;
    return q;
}

bool inquiry_ask(struct inquiries *all, struct check *c, const struct judgement *j, struct arena *a,
                 struct revocation_outcome *ret)
{
    unsigned char key[KEY_BYTES];
    make_key(key, j);
    const struct known *k = known_find(all, key);
    if (k != NULL && k->used) {
        all->run->summary.revocation_cached++;
        *ret = k->outcome;
        return true;
    }
    struct inquiry *q = inquiry_find(all, key);
    if (q == NULL) {
        struct str stapled = buf_str(&c->trip.stapled);
        struct revocation_have have = {.source = REVOCATION_STAPLED, .bytes = stapled, .fetched = real_now(all->run)};
        struct revocation r;
        revocation_decide_with(all->signers, a, &j->leaf, j->path[1].der, &have, stapled.n > 0, have.fetched, &r);
        if (r.state != REVOCATION_FETCH) {
            *ret = outcome_of(&r);
            known_add(all, key, ret);
            return true;
        }
        q = inquiry_new(all, key, j, stapled);
        c->inquiry = q;
        c->waiter_next = NULL;
        q->waiters = c;
        inquiry_step(q);
        return false;
    }
    all->run->summary.revocation_cached++;
    c->inquiry = q;
    c->waiter_next = q->waiters;
    q->waiters = c;
    return false;
}

void inquiry_drop(struct check *c)
{
    struct check **at = &c->inquiry->waiters;
    while (*at != NULL && *at != c)
        at = &(*at)->waiter_next;
    if (*at == c)
        *at = c->waiter_next;
    c->inquiry = NULL;
}

struct inquiries *inquiries_new(struct run *run)
{
    struct inquiries *all = mem_alloc(1, sizeof *all);
    all->run = run;
    all->signers = ocsp_signers_new();
    return all;
}

void inquiries_free(struct inquiries *all)
{
    if (all == NULL)
        return;
    while (all->live != NULL) {
        struct inquiry *q = all->live;
        q->ended = true;
        if (q->travelling)
            trip_stop(&q->trip, CONNECTION_INTERRUPTED);
        inquiry_free(q);
    }
    for (size_t i = 0; i < LIMIT_PROBE_LISTS; i++)
        crl_free(all->lists[i].list);
    ocsp_signers_free(all->signers);
    mem_free(all->known);
    mem_free(all);
}
