/* Not here: which addresses may be connected to (net/guard), how long a caller waits (it drops the question). */
#include "probe/names.h"

#include <ares.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <sys/socket.h>

#define TICK_US                                                                                                        \
    (50 * 1000) /* c-ares repeats lost questions after seconds: looking 20 times a second is soon enough               \
                 */
#define ATTEMPTS 3

#define KNOWN_BUCKETS 1024

struct names_ticket {
    struct names *names;
    struct names_question *question; /* NULL when dropped */
    int port;
    char host[]; /* "": its answer is not kept */
};

struct known_name {
    struct known_name *next;
    int64_t until;
    size_t count;
    union address items[LIMIT_PROBE_ADDRESSES];
    char host[];
};

struct socket_watch {
    struct loop_io io;
    struct names *names;
    struct socket_watch *next;
};

struct names {
    struct loop *loop;
    ares_channel channel;
    struct loop_timer tick;
    struct socket_watch *sockets;
    size_t pending;
    int64_t keep_us;
    struct known_name *known[KNOWN_BUCKETS];
    size_t known_count;
};

/* ---------------------------------------------------------------- addresses */

socklen_t address_size(const union address *a)
{
    return a->sa.sa_family == AF_INET6 ? sizeof a->v6 : sizeof a->v4;
}

bool address_equal(const union address *a, const union address *b)
{
    if (a->sa.sa_family != b->sa.sa_family)
        return false;
    if (a->sa.sa_family == AF_INET6)
        return a->v6.sin6_port == b->v6.sin6_port &&
               memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr) == 0;
    return a->v4.sin_port == b->v4.sin_port && a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
}

const char *address_text(const union address *a, char out[ADDRESS_TEXT_BYTES])
{
    const void *bytes = a->sa.sa_family == AF_INET6 ? (const void *)&a->v6.sin6_addr : &a->v4.sin_addr;
    if (inet_ntop(a->sa.sa_family, bytes, out, ADDRESS_TEXT_BYTES) == NULL)
        out[0] = '\0';
    return out;
}

int address_port(const union address *a)
{
    return ntohs(a->sa.sa_family == AF_INET6 ? a->v6.sin6_port : a->v4.sin_port);
}

void address_set_port(union address *a, int port)
{
    if (a->sa.sa_family == AF_INET6)
        a->v6.sin6_port = htons((uint16_t)port);
    else
        a->v4.sin_port = htons((uint16_t)port);
}

/* ---------------------------------------------------------------- answers */

/* What c-ares says: verdict and words. Anything else is DNS_FAILED, "could not be asked". */
static const struct {
    int status;
    enum verdict_code code;
    const char *detail;
} outcomes[] = {
    {ARES_SUCCESS, CONNECTION_OK, NULL},
    {ARES_ENODATA, CONNECTION_DNS_FAILED, N_("the name exists and has no address")},
    {ARES_ENOTFOUND, CONNECTION_DNS_NONE, NULL},
    {ARES_ENONAME, CONNECTION_DNS_NONE, NULL},
    {ARES_ETIMEOUT, CONNECTION_DNS_TIMEOUT, NULL},
    {ARES_ESERVFAIL, CONNECTION_DNS_FAILED, N_("its servers answer with a failure (SERVFAIL)")},
    {ARES_EREFUSED, CONNECTION_DNS_FAILED, N_("the question was refused (REFUSED)")},
    {ARES_ENOTIMP, CONNECTION_DNS_FAILED, N_("the question was not understood (NOTIMP)")},
    {ARES_EFORMERR, CONNECTION_DNS_FAILED, N_("the question was not understood (FORMERR)")},
    {ARES_EBADRESP, CONNECTION_DNS_FAILED, N_("the answer cannot be read")},
    {ARES_EBADNAME, CONNECTION_DNS_FAILED, N_("it is not a possible name")},
    {ARES_ECONNREFUSED, CONNECTION_DNS_FAILED, N_("our DNS servers cannot be reached, or do not answer this question")},
};

static void set_outcome(struct names_answer *answer, int status)
{
    answer->code = CONNECTION_DNS_FAILED;
    answer->detail = N_("the question could not be asked");
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (outcomes[i].status == status) {
            answer->code = outcomes[i].code;
            answer->detail = outcomes[i].detail;
        }
}

static void add_address(struct names_answer *answer, const struct ares_addrinfo_node *node, int port)
{
    union address a = {0};
    if (answer->count == LIMIT_PROBE_ADDRESSES || node->ai_addrlen > sizeof a)
        return;
    memcpy(&a, node->ai_addr, node->ai_addrlen);
    address_set_port(&a, port);
    for (size_t i = 0; i < answer->count; i++)
        if (address_equal(&answer->items[i], &a))
            return;
    answer->items[answer->count++] = a;
}

/* ---------------------------------------------------------------- what is known */

static struct known_name **known_place(struct names *n, const char *host)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (const char *c = host; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    struct known_name **at = &n->known[hash % KNOWN_BUCKETS];
    while (*at != NULL && strcmp((*at)->host, host) != 0)
        at = &(*at)->next;
    return at;
}

static void known_drop(struct names *n, struct known_name **at)
{
    struct known_name *gone = *at;
    *at = gone->next;
    mem_free(gone);
    n->known_count--;
}

void names_forget(struct names *n, const char *host)
{
    struct known_name **at = known_place(n, host);
    if (*at != NULL)
        known_drop(n, at);
}

static bool known_answer(struct names *n, const char *host, int port, struct names_answer *ret)
{
    struct known_name **at = known_place(n, host);
    if (*at == NULL)
        return false;
    if ((*at)->until <= n->loop->now) {
        known_drop(n, at);
        return false;
    }
    ret->code = CONNECTION_OK;
    ret->known = true;
    ret->count = (*at)->count;
    memcpy(ret->items, (*at)->items, ret->count * sizeof *ret->items);
    for (size_t i = 0; i < ret->count; i++)
        address_set_port(&ret->items[i], port);
    return true;
}

/* The shortest promise among what the answer is made of, in seconds. */
static int promised(const struct ares_addrinfo *info)
{
    int ttl = INT_MAX;
    for (const struct ares_addrinfo_node *a = info->nodes; a != NULL; a = a->ai_next)
        ttl = a->ai_ttl < ttl ? a->ai_ttl : ttl;
    for (const struct ares_addrinfo_cname *c = info->cnames; c != NULL; c = c->next)
        ttl = c->ttl < ttl ? c->ttl : ttl;
    return ttl;
}

static void known_keep(struct names *n, const char *host, const struct ares_addrinfo *info,
                       const struct names_answer *answer)
{
    int64_t us = (int64_t)promised(info) * INSTANT_PER_SECOND;
    names_forget(n, host);
    if (us <= 0 || n->known_count == LIMIT_PROBE_NAMES)
        return;
    size_t bytes = strlen(host) + 1;
    struct known_name *k = mem_alloc(1, sizeof *k + bytes), **at = known_place(n, host);
    k->until = n->loop->now + (us < n->keep_us ? us : n->keep_us);
    k->count = answer->count;
    memcpy(k->items, answer->items, k->count * sizeof *k->items);
    memcpy(k->host, host, bytes);
    *at = k;
    n->known_count++;
}

static void on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *info)
{
    (void)timeouts;
    struct names_ticket *t = arg;
    struct names_question *q = t->question;
    t->names->pending--;
    if (q != NULL) {
        struct names_answer answer = {0};
        set_outcome(&answer, status);
        static const int families[] = {AF_INET, AF_INET6};
        for (size_t f = 0; info != NULL && f < 2; f++)
            for (const struct ares_addrinfo_node *n = info->nodes; n != NULL; n = n->ai_next)
                if (n->ai_family == families[f])
                    add_address(&answer, n, t->port);
        if (answer.code == CONNECTION_OK && answer.count == 0)
            set_outcome(&answer, ARES_ENODATA);
        if (answer.code == CONNECTION_OK && t->host[0] != '\0')
            known_keep(t->names, t->host, info, &answer);
        q->ticket = NULL;
        mem_free(t);
        ares_freeaddrinfo(info);
        q->answered(q, &answer);
        return;
    }
    mem_free(t);
    ares_freeaddrinfo(info);
}

void names_ask(struct names *n, struct names_question *q, const char *host, int port, bool anew)
{
    struct names_answer known = {0};
    if (!anew && known_answer(n, host, port, &known)) {
        q->answered(q, &known);
        return;
    }
    size_t bytes = n->keep_us > 0 && !anew ? strlen(host) + 1 : 1;
    struct names_ticket *t = mem_alloc(1, sizeof *t + bytes);
    *t = (struct names_ticket){n, q, port};
    memcpy(t->host, host, bytes - 1); /* ends in the zero that it is allocated with */
    q->ticket = t;
    n->pending++;
    struct ares_addrinfo_hints hints = {.ai_flags = ARES_AI_NOSORT, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    ares_getaddrinfo(n->channel, host, NULL, &hints, on_answer, t);
    if (n->pending > 0 && n->tick.place == 0)
        loop_timer_set(n->loop, &n->tick, n->loop->now + TICK_US);
}

void names_drop(struct names_question *q)
{
    if (q->ticket != NULL)
        q->ticket->question = NULL;
    q->ticket = NULL;
}

/* ---------------------------------------------------------------- c-ares on the loop */

static void on_tick(struct loop_timer *timer)
{
    struct names *n = MEMBER_OF(timer, struct names, tick);
    ares_process_fd(n->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    if (n->pending > 0)
        loop_timer_set(n->loop, &n->tick, n->loop->now + TICK_US);
}

static void on_ready(struct loop_io *io, uint32_t events)
{
    struct socket_watch *w = MEMBER_OF(io, struct socket_watch, io);
    int fd = io->fd;
    bool in = (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0, out = (events & EPOLLOUT) != 0;
    ares_process_fd(w->names->channel, in ? fd : ARES_SOCKET_BAD, out ? fd : ARES_SOCKET_BAD);
}

static void on_socket(void *data, ares_socket_t fd, int readable, int writable)
{
    struct names *n = data;
    struct socket_watch **at = &n->sockets;
    while (*at != NULL && (*at)->io.fd != fd)
        at = &(*at)->next;
    uint32_t events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
    if (events == 0) {
        struct socket_watch *w = *at;
        if (w != NULL) {
            *at = w->next;
            loop_remove(n->loop, &w->io, false);
            mem_free(w);
        }
        return;
    }
    if (*at != NULL) {
        loop_change(n->loop, &(*at)->io, events);
        return;
    }
    struct socket_watch *w = mem_alloc(1, sizeof *w);
    *w = (struct socket_watch){{fd, on_ready}, n, n->sockets};
    n->sockets = w;
    loop_add(n->loop, &w->io, events);
}

bool names_open(struct loop *l, const char *servers, int ms, int keep_seconds, struct names **ret, struct err *e)
{
    struct names *n = mem_alloc(1, sizeof *n);
    n->loop = l;
    n->keep_us = keep_seconds * INSTANT_PER_SECOND;
    n->tick.due = on_tick;
    /* c-ares doubles the wait at each attempt: all three fit into what the caller waits */
    struct ares_options o = {.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_STAYOPEN,
                             .timeout = ms / 8 > 0 ? ms / 8 : 1,
                             .tries = ATTEMPTS,
                             .sock_state_cb = on_socket,
                             .sock_state_cb_data = n};
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB | ARES_OPT_LOOKUPS;
    char lookups[] = "fb"; /* the hosts file, then the DNS; named servers are asked alone */
    o.lookups = servers != NULL ? lookups + 1 : lookups;
    if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS ||
        ares_init_options(&n->channel, &o, mask) != ARES_SUCCESS) {
        mem_free(n);
        return err_set(e, ERR_FILE, N_("The DNS client cannot be prepared: check /etc/resolv.conf."));
    }
    if (servers != NULL && ares_set_servers_ports_csv(n->channel, servers) != ARES_SUCCESS) {
        names_close(n);
        return err_set(e, ERR_VALUE, N_("“%s” is not a list of DNS servers, as “192.0.2.1,192.0.2.2:5353”."), servers);
    }
    *ret = n;
    return true;
}

void names_close(struct names *n)
{
    if (n == NULL)
        return;
    loop_timer_stop(n->loop, &n->tick);
    ares_destroy(n->channel); /* answers what is under way, and forgets its sockets through on_socket */
    while (n->sockets != NULL) {
        struct socket_watch *w = n->sockets;
        n->sockets = w->next;
        mem_free(w);
    }
    ares_library_cleanup();
    for (size_t i = 0; i < KNOWN_BUCKETS; i++)
        while (n->known[i] != NULL)
            known_drop(n, &n->known[i]);
    mem_free(n);
}
