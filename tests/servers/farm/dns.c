/* A resolver for the farm's names over UDP: it answers from the table, and fails in the ways that resolvers fail. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "server.h"

enum { PACKET_MOST = 512, HEADER_BYTES = 12, TYPE_A = 1, TYPE_CNAME = 5, TYPE_AAAA = 28, TTL_SECONDS = 300 };
enum { RCODE_OK = 0, RCODE_FORMAT = 1, RCODE_FAILED = 2, RCODE_NO_NAME = 3 };

struct packet {
    unsigned char p[PACKET_MOST];
    size_t n;
    int answers;
};

/* --- the question --- */

/* Reads the name at `at` in lower case; returns where it ends, 0 when it is no name. */
static size_t name_read(const unsigned char *p, size_t n, size_t at, char out[256])
{
    size_t k = 0;
    while (at < n && p[at] != 0) {
        size_t label = p[at++];
        if (label > 63 || at + label >= n || k + label + 1 >= 256)
            return 0;
        for (size_t i = 0; i < label; i++) {
            char c = (char)p[at + i];
            out[k++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        }
        at += label;
        out[k++] = '.';
    }
    if (at >= n || k == 0)
        return 0;
    out[k - 1] = '\0';
    return at + 1;
}

/* --- the answer --- */

static void put16(struct packet *k, unsigned value)
{
    k->p[k->n++] = (unsigned char)(value >> 8);
    k->p[k->n++] = (unsigned char)value;
}

static void record_start(struct packet *k, unsigned name_at, unsigned type, unsigned bytes)
{
    put16(k, 0xc000u | name_at);
    put16(k, type);
    put16(k, 1); /* IN */
    put16(k, 0);
    put16(k, TTL_SECONDS);
    put16(k, bytes);
    k->answers++;
}

static void record_a(struct packet *k, uint32_t address)
{
    record_start(k, HEADER_BYTES, TYPE_A, 4);
    put16(k, address >> 16);
    put16(k, address & 0xffffu);
}

/* fd00::1, a unique local address (RFC 4193). */
static void record_internal_6(struct packet *k)
{
    record_start(k, HEADER_BYTES, TYPE_AAAA, 16);
    put16(k, 0xfd00);
    for (int i = 0; i < 6; i++)
        put16(k, 0);
    put16(k, 1);
}

/* NAME → other.NAME → NAME. */
static void record_cname_loop(struct packet *k)
{
    record_start(k, HEADER_BYTES, TYPE_CNAME, 8);
    unsigned other_at = (unsigned)k->n;
    k->p[k->n++] = 5;
    memcpy(k->p + k->n, "other", 5);
    k->n += 5;
    put16(k, 0xc000u | HEADER_BYTES);
    record_start(k, other_at, TYPE_CNAME, 2);
    put16(k, 0xc000u | HEADER_BYTES);
}

static int many_number(const char *name, int many)
{
    struct str s = str_of(name), label;
    int64_t n;
    if (!str_split(&s, '.', &label) || !str_is(s, MANY_ZONE) || label.n < 5 || label.p[0] != 'm' ||
        !str_to_int64(str_part(label.p + 1, label.n - 1), 1, many, &n))
        return 0;
    return (int)n;
}

/* False: say nothing. */
static bool case_answer(const struct farm *f, const struct farm_case *c, unsigned type, struct packet *k, int *rcode)
{
    switch (c->dns) {
    case DNS_SILENT: return false;
    case DNS_NO_NAME: *rcode = RCODE_NO_NAME; break;
    case DNS_NO_DATA: break;
    case DNS_SERVER_FAILURE: *rcode = RCODE_FAILED; break;
    case DNS_CNAME_LOOP: record_cname_loop(k); break;
    case DNS_INTERNAL:
        if (type == TYPE_A)
            record_a(k, 0x0a000001);
        break;
    case DNS_INTERNAL_6:
        if (type == TYPE_AAAA)
            record_internal_6(k);
        break;
    case DNS_ADDRESS:
        if (type == TYPE_A)
            record_a(k, case_address(c, f->plan->base));
        if (type == TYPE_A && c->also != NULL)
            record_a(k, case_address(case_find(c->also), f->plan->base));
        break;
    }
    return true;
}

static bool name_answer(const struct farm *f, const char *name, unsigned type, struct packet *k, int *rcode)
{
    for (size_t i = 0; i < farm_case_count; i++) {
        char host[64];
        const struct farm_case *c = &farm_cases[i];
        if (c->url == NULL && !c->part && strcmp(case_host(c, host), name) == 0)
            return case_answer(f, c, type, k, rcode);
    }
    int n = many_number(name, f->options->many);
    if (n > 0 && type == TYPE_A)
        record_a(k, many_address(f->plan->base, n));
    else if (n == 0)
        *rcode = RCODE_NO_NAME;
    return true;
}

/* False: say nothing. */
static bool packet_answer(const struct farm *f, const unsigned char *q, size_t n, struct packet *k)
{
    char name[256];
    int rcode = RCODE_OK;
    if (n < HEADER_BYTES || n > PACKET_MOST / 2 || (q[2] & 0x80u) != 0)
        return false;
    size_t end = name_read(q, n, HEADER_BYTES, name);
    bool good = end != 0 && end + 4 <= n && q[4] == 0 && q[5] == 1 && (q[2] & 0x78u) == 0;
    size_t kept = good ? end + 4 : HEADER_BYTES; /* the question goes back; an OPT record after it does not */
    memcpy(k->p, q, kept);
    k->n = kept;
    if (!good)
        rcode = RCODE_FORMAT;
    else if (!name_answer(f, name, (unsigned)q[end] << 8 | q[end + 1], k, &rcode))
        return false;
    k->p[2] = (unsigned char)(0x80u | (q[2] & 0x79u)); /* an answer; recursion as it was desired */
    k->p[3] = (unsigned char)(0x80u | (unsigned)rcode);
    memset(k->p + 4, 0, 8);
    k->p[5] = good;
    k->p[7] = (unsigned char)k->answers;
    return true;
}

/* --- the socket --- */

bool dns_open(struct farm *f, struct err *e)
{
    static enum handle handle = HANDLE_DNS;
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)f->plan->dns_port),
                                   .sin_addr.s_addr = htonl(f->plan->base + FARM_DNS_HOST)};
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = &handle};
    f->dns = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (f->dns >= 0 && bind(f->dns, (const struct sockaddr *)&to, sizeof to) == 0 &&
        epoll_ctl(f->epoll, EPOLL_CTL_ADD, f->dns, &ev) == 0)
        return true;
    return err_set(e, ERR_FILE, "DNS, UDP port %d: %s", f->plan->dns_port, strerror(errno));
}

void dns_event(struct farm *f)
{
    unsigned char question[PACKET_MOST];
    struct sockaddr_storage from;
    for (;;) {
        socklen_t from_bytes = sizeof from;
        ssize_t n = recvfrom(f->dns, question, sizeof question, 0, (struct sockaddr *)&from, &from_bytes);
        if (n < 0)
            return;
        struct packet answer = {0};
        if (packet_answer(f, question, (size_t)n, &answer))
            (void)sendto(f->dns, answer.p, answer.n, MSG_NOSIGNAL, (const struct sockaddr *)&from, from_bytes);
    }
}
