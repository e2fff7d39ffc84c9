/* The floor of a sweep: the work that nobody can leave out, and nothing else. One thread, epoll, OpenSSL, chain and
 * host name verified in the handshake with one X509_STORE, GET of the WSDL, 64 at once. No names (addresses are given),
 * no limits, no deadlines, no reasons, no dates kept: what a real checker is measured against, not an example to
 * follow.
 *
 *     floor ANCHORS TARGETS [IN-FLIGHT [SECONDS]]        TARGETS: lines of "ADDRESS PORT HOST PATH"
 *
 * SECONDS: they begin one by one, spread evenly over so many, as probes do. Prints one line of JSON: how many answered
 * 200 over a verified connection, seconds of wall and CPU, KiB. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

struct target {
    char address[64], host[128], path[256];
    int port;
};

struct conn {
    const struct target *t;
    SSL *ssl;
    int fd;
    bool sent;
    size_t got;
    char head[16];
    struct conn *spare;
};

static struct target *targets;
static size_t count, at, good, bad, active;
static SSL_CTX *ctx;
static int ep;
static struct conn *spare;

static void begin(void)
{
    struct conn *c = spare;
    spare = c->spare;
    *c = (struct conn){.t = &targets[at++]};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)c->t->port)};
    inet_pton(AF_INET, c->t->address, &to.sin_addr);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    connect(c->fd, (struct sockaddr *)&to, sizeof to);
    c->ssl = SSL_new(ctx);
    SSL_set_fd(c->ssl, c->fd);
    SSL_set_connect_state(c->ssl);
    SSL_set_tlsext_host_name(c->ssl, c->t->host);
    SSL_set1_host(c->ssl, c->t->host);
    active++;
    struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
    epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &ev);
}

static void end(struct conn *c, bool ok)
{
    good += ok;
    bad += !ok;
    active--;
    SSL_free(c->ssl);
    close(c->fd);
    c->spare = spare;
    spare = c;
}

static void move(struct conn *c)
{
    static char bytes[16384];
    size_t n;
    int r;
    if (!SSL_is_init_finished(c->ssl)) {
        r = SSL_do_handshake(c->ssl);
        if (r != 1) {
            int why = SSL_get_error(c->ssl, r);
            if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
                end(c, false);
            return;
        }
    }
    if (!c->sent) {
        char request[512];
        int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n",
                              c->t->path, c->t->host, c->t->port);
        SSL_write_ex(c->ssl, request, (size_t)length, &n);
        c->sent = true;
    }
    while (SSL_read_ex(c->ssl, bytes, sizeof bytes, &n) == 1) {
        for (size_t i = 0; i < n && c->got + i + 1 < sizeof c->head; i++)
            c->head[c->got + i] = bytes[i];
        c->got += n;
    }
    r = SSL_get_error(c->ssl, 0);
    if (r == SSL_ERROR_WANT_READ)
        return;
    end(c, c->got > 12 && memcmp(c->head + 8, " 200", 4) == 0);
}

static bool targets_read(const char *path)
{
    FILE *f = fopen(path, "r");
    char line[512];
    size_t room = 0;
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (count == room)
            targets = reallocarray(targets, room = room == 0 ? 1024 : room * 2, sizeof *targets);
        struct target *t = &targets[count++];
        char *save = line, *parts[4];
        for (int i = 0; i < 4; i++)
            parts[i] = strsep(&save, " \n");
        snprintf(t->address, sizeof t->address, "%s", parts[0]);
        snprintf(t->host, sizeof t->host, "%s", parts[2]);
        snprintf(t->path, sizeof t->path, "%s", parts[3]);
        t->port = (int)strtol(parts[1], NULL, 10);
    }
    return f != NULL && fclose(f) == 0;
}

static double cpu(const struct rusage *r)
{
    return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) +
           (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec) / 1e6;
}

static long high_water_kib(void)
{
    FILE *f = fopen("/proc/self/status", "r");
    char line[256];
    long kib = 0;
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (f != NULL)
        fclose(f);
    return kib;
}

static double since(const struct timespec *began)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - began->tv_sec) + (double)(now.tv_nsec - began->tv_nsec) / 1e9;
}

int main(int argc, char **argv)
{
    struct rusage before, after;
    struct timespec began, ended;
    if (argc < 3 || !targets_read(argv[2]))
        return 2;
    int in_flight = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 64;
    double step = argc > 4 ? strtod(argv[4], NULL) / (double)count : 0; /* seconds between two */
    ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(ctx, 1);
    if (SSL_CTX_load_verify_locations(ctx, argv[1], NULL) != 1)
        return 2;
    ep = epoll_create1(EPOLL_CLOEXEC);
    struct conn *conns = reallocarray(NULL, (size_t)in_flight, sizeof *conns);
    for (int i = 0; i < in_flight; i++) {
        conns[i].spare = spare;
        spare = &conns[i];
    }
    getrusage(RUSAGE_SELF, &before);
    clock_gettime(CLOCK_MONOTONIC, &began);
    while (at < count || active > 0) {
        struct epoll_event ready[64];
        double wait = 30;
        while (at < count && spare != NULL && (wait = step * (double)at - since(&began)) <= 0)
            begin();
        int n = epoll_wait(ep, ready, 64, at < count && spare != NULL ? (int)(wait * 1000) + 1 : 30000);
        if (n < 0)
            break;
        for (int i = 0; i < n; i++)
            move(ready[i].data.ptr);
    }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    getrusage(RUSAGE_SELF, &after);
    printf("{\"ok\":%zu,\"bad\":%zu,\"wall\":%.3f,\"cpu\":%.3f,\"rss_kib\":%ld}\n", good, bad,
           (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9,
           cpu(&after) - cpu(&before), high_water_kib());
    return 0;
}
