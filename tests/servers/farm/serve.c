/* Opens every address of the farm and turns the loop until a signal or the end of its time. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include "base/file.h"
#include "server.h"

enum { EVENTS = 256, BACKLOG = 4096, FILLERS = 2, SPARE_FILES = 2048, PACE_TURN_MS = 1 };

static int64_t clock_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct sockaddr_in socket_address(uint32_t address, int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(address)};
}

static bool address_fail(struct err *e, const char *what, uint32_t address, int port)
{
    char text[16];
    int why = errno;
    return err_set(e, ERR_FILE, "%s:%d: cannot %s: %s", address_text(address, text), port, what, strerror(why));
}

/* --- listeners --- */

static int listener_socket(uint32_t address, int port, int backlog, struct err *e)
{
    const struct sockaddr_in to = socket_address(address, port);
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    /* Without Nagle (accepted sockets inherit it): the slow handshake's bytes go one by one. */
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &on, sizeof on) == 0 &&
        bind(fd, (const struct sockaddr *)&to, sizeof to) == 0 && listen(fd, backlog) == 0)
        return fd;
    (void)address_fail(e, "listen", address, port);
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

static struct listener *listener_add(struct farm *f, const struct farm_case *c, int fd)
{
    struct listener *l = mem_alloc(1, sizeof *l);
    *l = (struct listener){.handle = HANDLE_LISTENER, .fd = fd, .c = c};
    f->listeners = mem_resize(f->listeners, f->listener_count + 1, sizeof *f->listeners);
    f->listeners[f->listener_count++] = l;
    return l;
}

static bool listener_watch(struct farm *f, struct listener *l, struct err *e)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = l};
    return epoll_ctl(f->epoll, EPOLL_CTL_ADD, l->fd, &ev) == 0 || err_set(e, ERR_FILE, "epoll: %s", strerror(errno));
}

/* A listener that never accepts and whose queue is full drops every SYN: its own connections fill it. */
static bool hole_open(struct farm *f, const struct farm_case *c, uint32_t address, int port, struct err *e)
{
    int fd = listener_socket(address, port, 0, e);
    if (fd < 0)
        return false;
    (void)listener_add(f, c, fd);
    const struct sockaddr_in to = socket_address(address, port);
    for (int i = 0; i < FILLERS; i++) {
        int filler = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (filler < 0 || (connect(filler, (const struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS))
            return address_fail(e, "fill the queue", address, port);
        f->fillers = mem_resize(f->fillers, f->filler_count + 1, sizeof *f->fillers);
        f->fillers[f->filler_count++] = filler;
    }
    return true;
}

static SSL_CTX *case_context(struct farm *f, const struct farm_case *c)
{
    return f->contexts[c - farm_cases];
}

static bool place_open(struct farm *f, const struct farm_case *c, uint32_t address, int many, struct err *e)
{
    int port = f->plan->port;
    if (c->place == AT_HOLE)
        return hole_open(f, c, address, port, e);
    if (c->place != AT_LISTENER)
        return true;
    int fd = listener_socket(address, port, BACKLOG, e);
    if (fd < 0)
        return false;
    struct listener *l = listener_add(f, c, fd);
    l->many = many;
    l->context = case_context(f, c);
    return listener_watch(f, l, e);
}

static bool is_model(const struct farm_case *c)
{
    return strncmp(c->name, "many", 4) == 0;
}

static bool contexts_open(struct farm *f, struct err *e)
{
    f->contexts = mem_alloc(farm_case_count, sizeof(SSL_CTX *));
    for (size_t i = 0; i < farm_case_count; i++) {
        const struct farm_case *c = &farm_cases[i];
        if (!case_has_certificate(c) && c->tls != TLS_ANONYMOUS)
            continue;
        if ((f->contexts[i] = context_make(f->dir, c, e)) == NULL)
            return false;
    }
    return true;
}

static bool status_open(struct farm *f, struct err *e)
{
    static const struct {
        uint32_t host;
        bool silent;
    } hosts[] = {{FARM_STATUS_HOST, false}, {FARM_SILENT_HOST, true}};
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        int fd = listener_socket(f->plan->base + hosts[i].host, f->plan->status_port, BACKLOG, e);
        if (fd < 0)
            return false;
        struct listener *l = listener_add(f, NULL, fd);
        l->silent = hosts[i].silent;
        if (!listener_watch(f, l, e))
            return false;
    }
    return (f->status = status_new(f, e)) != NULL;
}

static bool places_open(struct farm *f, struct err *e)
{
    for (size_t i = 0; i < farm_case_count; i++) {
        const struct farm_case *c = &farm_cases[i];
        if (!is_model(c) && !place_open(f, c, case_address(c, f->plan->base), 0, e))
            return false;
    }
    for (int n = 1; n <= f->options->many; n++) {
        if (!place_open(f, many_case(n, f->options->bad_percent), many_address(f->plan->base, n), n, e))
            return false;
    }
    return true;
}

/* --- the process --- */

static bool files_allow(const struct farm_serve *o, struct err *e)
{
    /* A listener each, a black hole three; and connections. */
    rlim_t wanted = (rlim_t)farm_case_count * 2 + (rlim_t)o->many +
                    (rlim_t)(o->many * (int64_t)o->bad_percent / 100) * 2 + SPARE_FILES;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return err_set(e, ERR_FILE, "RLIMIT_NOFILE: %s", strerror(errno));
    struct rlimit more = {.rlim_cur = wanted > limit.rlim_max ? wanted : limit.rlim_max,
                          .rlim_max = wanted > limit.rlim_max ? wanted : limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &more) == 0)
        return true;
    return err_set(e, ERR_LIMIT,
                   "%llu open files are needed and %llu are allowed: raise the limit (ulimit -n) or lower --many",
                   (unsigned long long)wanted, (unsigned long long)limit.rlim_max);
}

static bool signals_open(struct farm *f, struct err *e)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL); /* OpenSSL writes with write(2) */
    static enum handle handle = HANDLE_SIGNAL;
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = &handle};
    f->signals = sigprocmask(SIG_BLOCK, &set, NULL) == 0 ? signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK) : -1;
    return (f->signals >= 0 && epoll_ctl(f->epoll, EPOLL_CTL_ADD, f->signals, &ev) == 0) ||
           err_set(e, ERR_FILE, "signals: %s", strerror(errno));
}

/* One turn; false when it is time to end. */
static bool farm_turn(struct farm *f, int64_t *second)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(f->epoll, events, EVENTS, f->paced > 0 ? PACE_TURN_MS : 500);
    f->now_ms = clock_ms();
    for (int i = 0; i < n; i++) {
        enum handle *handle = events[i].data.ptr;
        switch (*handle) {
        case HANDLE_SIGNAL: return false;
        case HANDLE_DNS: dns_event(f); break;
        case HANDLE_LISTENER: listener_accept(f, events[i].data.ptr); break;
        case HANDLE_CONNECTION: conn_event(f, events[i].data.ptr); break;
        }
    }
    if (f->paced > 0)
        conn_tick_paced(f);
    if (f->now_ms >= *second) {
        *second = f->now_ms + 1000;
        conn_tick_second(f);
    }
    return true;
}

static void farm_close(struct farm *f)
{
    conn_release_all(f);
    for (size_t i = 0; i < f->listener_count; i++) {
        (void)close(f->listeners[i]->fd);
        mem_free(f->listeners[i]);
    }
    for (size_t i = 0; i < f->filler_count; i++)
        (void)close(f->fillers[i]);
    for (size_t i = 0; f->contexts != NULL && i < farm_case_count; i++)
        SSL_CTX_free(f->contexts[i]);
    status_free(f->status);
    BIO_meth_free(f->slow_method);
    mem_free(f->contexts);
    mem_free(f->listeners);
    mem_free(f->fillers);
    const int fds[] = {f->signals, f->dns, f->epoll};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        if (fds[i] >= 0)
            (void)close(fds[i]);
    }
}

static bool farm_open(struct farm *f, struct err *e)
{
    f->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (f->epoll < 0)
        return err_set(e, ERR_FILE, "epoll: %s", strerror(errno));
    f->slow_method = slow_method_make();
    if (f->slow_method == NULL)
        return openssl_fail(e, "BIO");
    return files_allow(f->options, e) && signals_open(f, e) && contexts_open(f, e) && status_open(f, e) &&
           places_open(f, e) && dns_open(f, e) && describe_farm(f->dir, f->plan, f->options, e) &&
           (f->options->ready == NULL || file_write(f->options->ready, str_of("ready\n"), e));
}

bool farm_serve(const char *dir, const struct farm_plan *plan, const struct farm_serve *options, struct err *e)
{
    struct farm f = {
        .dir = dir, .plan = plan, .options = options, .epoll = -1, .signals = -1, .dns = -1, .now_ms = clock_ms()};
    bool ok = farm_open(&f, e);
    if (ok) {
        char base[16];
        (void)printf("talaia-farm: %zu listeners from %s on, port %d; %s/farm.json says which\n", f.listener_count,
                     address_text(plan->base, base), plan->port, dir);
        (void)fflush(stdout);
        int64_t end = options->seconds > 0 ? clock_ms() + options->seconds * 1000LL : INT64_MAX, second = 0;
        while (farm_turn(&f, &second) && f.now_ms < end)
            ;
        struct rusage used;
        (void)getrusage(RUSAGE_SELF, &used);
        (void)printf("talaia-farm: %llu handshakes, %llu failed, %u requests, %ld.%03ld s of CPU\n",
                     (unsigned long long)f.handshakes, (unsigned long long)f.failed_handshakes, f.requests,
                     used.ru_utime.tv_sec + used.ru_stime.tv_sec,
                     (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000 % 1000);
    }
    farm_close(&f);
    return ok;
}
