/* The server on libmicrohttpd: a module. Not responsible for which connections give way: server_table.c; nor for what
 * is answered: the service. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/un.h>

#include "base/buf.h"
#include "net/server.h"
#include "net/server_table.h"
#include "net/server_tls.h"

struct server {
    const struct server_service *service;
    struct MHD_Daemon *daemon;
    struct server_table table;
    pthread_t reaper;
    pthread_mutex_t lock; /* of `stopping`, for the reaper's sleep */
    pthread_cond_t wake;
    bool stopping;
    atomic_uint_fast64_t next_id;
    atomic_size_t later; /* requests whose answer is still to come */
    uint64_t id_base;
    char address[160];
    char unix_path[sizeof((struct sockaddr_un *)NULL)->sun_path];
};

/* Of a request that is answered later. */
enum { NOT_LATER, LATER_ASKED, LATER_SLEEPS, LATER_DONE };

/* One request on its way. Made when its first line is there. */
struct exchange {
    struct arena arena;
    struct server_request request;
    struct server *server;
    struct MHD_Connection *library;
    atomic_int later;
    struct server_answer answer; /* that came later */
    struct connection *connection;
    const char *target;
    struct buf body;
    bool begun;     /* its head was looked at */
    bool too_large; /* the body is read to its end and forgotten */
    size_t read;
    int64_t started;
    int status;
    size_t sent;
};

static int64_t monotonic(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * INSTANT_PER_SECOND + t.tv_nsec / 1000;
}

/* ------------------------------------------------------------------ answers */

struct sent_file {
    struct server *server;
    struct connection *connection;
    int fd;
};

static ssize_t read_piece(void *file, uint64_t at, char *to, size_t most)
{
    struct sent_file *f = file;
    ssize_t n = pread(f->fd, to, most, (off_t)at);
    table_state(&f->server->table, f->connection, CONNECTION_ANSWERED, monotonic());
    return n > 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR; /* shorter than it was: the size was promised */
}

static void close_file(void *file)
{
    struct sent_file *f = file;
    close(f->fd);
    mem_free(f);
}

static struct MHD_Response *file_response(struct server *s, struct exchange *x, const struct server_answer *a)
{
    struct sent_file *f = mem_alloc(1, sizeof *f);
    *f = (struct sent_file){.server = s, .connection = x->connection, .fd = a->fd};
    struct MHD_Response *response =
        MHD_create_response_from_callback(a->n, LIMIT_SERVER_PIECE_BYTES, read_piece, f, close_file);
    if (response == NULL)
        close_file(f);
    return response;
}

static struct MHD_Response *response_of(struct server *s, struct exchange *x, struct server_answer *a)
{
    /* libmicrohttpd does not change what it sends; its interface has no const. */
    void *bytes = (void *)(uintptr_t)a->bytes;
    struct MHD_Response *response =
        a->file ? file_response(s, x, a)
        : a->release == NULL
            ? MHD_create_response_from_buffer(a->n, bytes, MHD_RESPMEM_PERSISTENT)
            : MHD_create_response_from_buffer_with_free_callback_cls(a->n, bytes, a->release, a->owner);
    if (response == NULL && !a->file && a->release != NULL)
        a->release(a->owner);
    for (size_t i = 0; response != NULL && i < a->header_count; i++)
        (void)MHD_add_response_header(response, a->headers[i].name, a->headers[i].value);
    return response;
}

static enum MHD_Result send_answer(struct server *s, struct exchange *x, struct MHD_Connection *c,
                                   struct server_answer *a)
{
    struct MHD_Response *response = response_of(s, x, a);
    if (response == NULL)
        return MHD_NO;
    (void)MHD_add_response_header(response, "X-Request-Id", x->request.id);
    if (a->close || s->stopping)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    x->status = a->status;
    x->sent = a->n;
    table_state(&s->table, x->connection, CONNECTION_ANSWERED, monotonic());
    enum MHD_Result done = MHD_queue_response(c, (unsigned)a->status, response);
    MHD_destroy_response(response);
    return done;
}

static enum MHD_Result refuse(struct server *s, struct exchange *x, struct MHD_Connection *c, int status,
                              const char *why)
{
    struct server_answer a = {.status = status};
    s->service->refuse(s->service->context, &x->request, status, why, &a);
    a.close = true;
    return send_answer(s, x, c, &a);
}

/* ------------------------------------------------------------------ requests */

struct field_list {
    struct arena *arena;
    VEC(struct server_field) items;
};

static enum MHD_Result take_field(void *to, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    struct field_list *list = to;
    struct server_field f = {arena_strdup(list->arena, name), arena_strdup(list->arena, value == NULL ? "" : value)};
    vec_push(&list->items, f);
    return list->items.count <= LIMIT_SERVER_HEADERS ? MHD_YES : MHD_NO;
}

static void take_fields(struct exchange *x, struct MHD_Connection *c)
{
    struct field_list list = {.arena = &x->arena};
    (void)MHD_get_connection_values(c, MHD_HEADER_KIND, take_field, &list);
    x->request.headers = vec_to_arena(&list.items, &x->arena);
    x->request.header_count = list.items.count;
    vec_release(&list.items);
}

static bool host_is_plausible(const char *host)
{
    return host[0] != '\0' && strlen(host) <= LIMIT_HOST_BYTES + 8 &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") == strlen(host);
}

/* What would let two readers see two different requests (RFC 9112 §6.1, §11.2); NULL: nothing. */
static const char *ambiguous(const struct server_request *r, const char *version)
{
    size_t lengths, codings, hosts;
    (void)server_header(r, "Content-Length", &lengths);
    const char *coding = server_header(r, "Transfer-Encoding", &codings);
    const char *host = server_header(r, "Host", &hosts);
    if (lengths > 0 && codings > 0)
        return "both Content-Length and Transfer-Encoding";
    if (lengths > 1)
        return "Content-Length twice";
    if (codings > 1 || (codings == 1 && !str_is_nocase(str_of(coding), "chunked")))
        return "a Transfer-Encoding that is not chunked";
    if (codings > 0 && strcmp(version, "HTTP/1.1") != 0)
        return "a Transfer-Encoding before HTTP/1.1";
    if (hosts > 1)
        return "Host twice";
    if (strcmp(version, "HTTP/1.1") == 0 && hosts == 0)
        return "no Host";
    if (hosts == 1 && !host_is_plausible(host))
        return "a Host that is none";
    /* Of two of these a proxy may look at one and we at the other (RFC 9110 §5.3). */
    static const char *const once[][2] = {{"Authorization", "Authorization twice"},
                                          {"Content-Type", "Content-Type twice"}};
    for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
        size_t count;
        (void)server_header(r, once[i][0], &count);
        if (count > 1)
            return once[i][1];
    }
    for (size_t i = 0; i < r->header_count; i++) {
        const char *name = r->headers[i].name;
        if (name[0] == '\0' || strpbrk(name, " \t\"(),/:;<=>?@[\\]{}") != NULL)
            return "a header whose name is none";
    }
    return NULL;
}

static enum MHD_Result begin(struct server *s, struct exchange *x, struct MHD_Connection *c, const char *method,
                             const char *version)
{
    struct server_request *r = &x->request;
    x->begun = true;
    take_fields(x, c);
    r->method = arena_strdup(&x->arena, method);
    r->certificate = tls_shown(&x->arena, c);
    table_state(&s->table, x->connection, CONNECTION_READS, monotonic());
    const char *why = ambiguous(r, version);
    bool valid =
        strlen(x->target) <= LIMIT_SERVER_TARGET_BYTES && server_target(&x->arena, x->target, &r->path, &r->query);
    if (!valid)
        r->path = "/";
    if (r->header_count > LIMIT_SERVER_HEADERS)
        return refuse(s, x, c, 431, "too many headers");
    if (why != NULL)
        return refuse(s, x, c, 400, why);
    if (strlen(x->target) > LIMIT_SERVER_TARGET_BYTES)
        return refuse(s, x, c, 414, "the address is too long");
    if (!valid)
        return refuse(s, x, c, 400, "the address is no path");
    size_t most = s->service->body_max(s->service->context, r);
    x->body = (struct buf)BUF_INIT(most);
    const char *length = server_header(r, "Content-Length", NULL);
    int64_t n = 0;
    if (length != NULL && !str_to_int64(str_of(length), 0, INT64_MAX, &n))
        return refuse(s, x, c, 400, "a Content-Length that is no number");
    if (n > LIMIT_SERVER_DISCARD_BYTES || (n > (int64_t)most && server_header(r, "Expect", NULL) != NULL))
        return refuse(s, x, c, 413, "the body is too large");
    x->too_large = n > (int64_t)most;
    if (length != NULL && !x->too_large) /* at once, unless it is only said to be so large */
        (void)buf_reserve(&x->body, n < LIMIT_SERVER_PIECE_BYTES ? (size_t)n : LIMIT_SERVER_PIECE_BYTES);
    return MHD_YES;
}

static enum MHD_Result take_body(struct exchange *x, const char *bytes, size_t *n)
{
    x->read += *n;
    if (!x->too_large && !buf_add(&x->body, bytes, *n))
        x->too_large = true;
    if (x->too_large)
        buf_release(&x->body);
    *n = 0;
    return x->read <= LIMIT_SERVER_DISCARD_BYTES ? MHD_YES : MHD_NO;
}

/* The library's connection sleeps until the answer is there; it may be there before it has fallen asleep. */
static enum MHD_Result sleep_until_done(struct exchange *x, struct MHD_Connection *c)
{
    int asked = LATER_ASKED;
    MHD_suspend_connection(c);
    if (!atomic_compare_exchange_strong(&x->later, &asked, LATER_SLEEPS))
        MHD_resume_connection(c);
    return MHD_YES;
}

static enum MHD_Result answer_now(struct server *s, struct exchange *x, struct MHD_Connection *c)
{
    struct server_answer a = {.status = 500};
    x->request.body = buf_str(&x->body);
    x->server = s;
    x->library = c;
    atomic_store(&x->later, LATER_ASKED);
    atomic_fetch_add(&s->later, 1);
    table_state(&s->table, x->connection, CONNECTION_WORKS, monotonic());
    s->service->answer(s->service->context, &x->request, &a);
    if (a.later)
        return sleep_until_done(x, c);
    atomic_fetch_sub(&s->later, 1);
    atomic_store(&x->later, NOT_LATER);
    return send_answer(s, x, c, &a);
}

static void finish(struct server_request *r, const struct server_answer *a)
{
    struct exchange *x = (struct exchange *)(void *)((char *)r - offsetof(struct exchange, request));
    struct server *s = x->server;
    x->answer = *a;
    x->answer.later = false;
    if (atomic_exchange(&x->later, LATER_DONE) == LATER_SLEEPS)
        MHD_resume_connection(x->library);
    atomic_fetch_sub(&s->later, 1);
}

static enum MHD_Result on_request(void *server, struct MHD_Connection *c, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *upload_n, void **exchange)
{
    (void)url;
    struct server *s = server;
    struct exchange *x = *exchange;
    if (x == NULL)
        return MHD_NO;
    if (!x->begun)
        return begin(s, x, c, method, version);
    if (*upload_n > 0)
        return take_body(x, upload, upload_n);
    if (x->too_large)
        return refuse(s, x, c, 413, "the body is too large");
    if (atomic_load(&x->later) == LATER_DONE) {
        atomic_store(&x->later, NOT_LATER);
        return send_answer(s, x, c, &x->answer);
    }
    return answer_now(s, x, c);
}

/* The first line has arrived, as it came: the library's own decoding is not used. */
static void *on_target(void *server, const char *target, struct MHD_Connection *c)
{
    struct server *s = server;
    struct exchange *x = mem_alloc(1, sizeof *x);
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    x->connection = info == NULL ? NULL : info->socket_context;
    if (x->connection == NULL) {
        mem_free(x);
        return NULL;
    }
    x->started = monotonic();
    x->target = arena_strdup(&x->arena, target);
    x->request = (struct server_request){.arena = &x->arena,
                                         .method = "?",
                                         .path = "/",
                                         .address = x->connection->address,
                                         .local = x->connection->local,
                                         .at = clock_system().now};
    (void)snprintf(x->request.id, sizeof x->request.id, "%08" PRIx64 "-%" PRIx64, s->id_base & 0xffffffffu,
                   (uint64_t)atomic_fetch_add(&s->next_id, 1));
    return x;
}

static void log_request(struct server *s, struct exchange *x, enum MHD_RequestTerminationCode end)
{
    struct buf line = BUF_INIT(LIMIT_ERR_BYTES);
    const struct server_request *r = &x->request;
    char method[16], path[512];
    (void)snprintf(method, sizeof method, "%s", r->method);
    (void)snprintf(path, sizeof path, "%.*s", STR_ARG(str_utf8_cut(str_of(r->path), 400)));
    for (char *p = path; *p != '\0'; p++)
        *p = *p == ' ' ? '+' : *p;
    str_make_printable(method);
    str_make_printable(path);
    buf_printf(&line, "%s %s %s %s %d %zu %" PRId64 "ms%s", r->id, r->address, method, path, x->status, x->sent,
               (monotonic() - x->started) / 1000, end == MHD_REQUEST_TERMINATED_COMPLETED_OK ? "" : " unfinished");
    if (r->who != NULL)
        buf_printf(&line, " %s", r->who);
    s->service->log(s->service->context, buf_text(&line));
    buf_release(&line);
}

static void on_completed(void *server, struct MHD_Connection *c, void **exchange, enum MHD_RequestTerminationCode end)
{
    (void)c;
    struct server *s = server;
    struct exchange *x = *exchange;
    if (x == NULL)
        return;
    if (x->begun && !(x->request.kept && end == MHD_REQUEST_TERMINATED_COMPLETED_OK))
        log_request(s, x, end);
    if (atomic_load(&x->later) == LATER_DONE && x->answer.release != NULL) /* nobody was there any more */
        x->answer.release(x->answer.owner);
    table_state(&s->table, x->connection, CONNECTION_WAITS, monotonic());
    buf_release(&x->body);
    arena_release(&x->arena);
    mem_free(x);
    *exchange = NULL;
}

static void on_connection(void *server, struct MHD_Connection *c, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct server *s = server;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*context != NULL)
            table_remove(&s->table, *context);
        *context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *peer = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr nobody = {.sa_family = AF_UNIX};
    tls_ask(c);
    if (fd != NULL)
        *context = table_add(&s->table, fd->connect_fd,
                             peer == NULL || peer->client_addr == NULL ? &nobody : peer->client_addr, monotonic());
}

/* What the library would decode is left as it is: server_target does it, once and strictly. */
static size_t leave_encoded(void *nothing, struct MHD_Connection *c, char *text)
{
    (void)nothing;
    (void)c;
    return strlen(text);
}

/* ------------------------------------------------------------------ starting and ending */

static bool listen_refused(const struct server_options *o, struct err *e)
{
    return err_set(e, ERR_FILE, N_("cannot listen on %s: %s; choose another address with web.listen"), o->listen,
                   err_system(e, errno));
}

static int open_unix(struct server *s, const struct server_options *o, const char *path, struct err *e)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof at.sun_path) {
        err_set(e, ERR_VALUE, N_("%s: the path of the socket is too long"), o->listen);
        return -1;
    }
    memcpy(at.sun_path, path, strlen(path) + 1);
    memcpy(s->unix_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)unlink(path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, LIMIT_SERVER_BACKLOG) != 0) {
        listen_refused(o, e);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    (void)snprintf(s->address, sizeof s->address, "unix:%s", path);
    return fd;
}

/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080". */
static bool read_address(const char *text, struct sockaddr_storage *ret, socklen_t *ret_n)
{
    char host[64];
    int64_t port;
    const char *colon = strrchr(text, ':');
    size_t n = colon == NULL ? 0 : (size_t)(colon - text);
    if (n == 0 || n >= sizeof host || !str_to_int64(str_of(colon + 1), 0, 65535, &port))
        return false;
    bool bracketed = text[0] == '[' && text[n - 1] == ']';
    (void)snprintf(host, sizeof host, "%.*s", bracketed ? (int)n - 2 : (int)n, text + bracketed);
    struct sockaddr_in *four = (void *)ret;
    struct sockaddr_in6 *six = (void *)ret;
    *ret = (struct sockaddr_storage){0};
    if (inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, &four->sin_addr) == 1 && !bracketed) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        *ret_n = sizeof *four;
        return true;
    }
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)port);
    *ret_n = sizeof *six;
    return bracketed && inet_pton(AF_INET6, host, &six->sin6_addr) == 1;
}

static int open_tcp(struct server *s, const struct server_options *o, struct err *e)
{
    struct sockaddr_storage at;
    socklen_t n = 0;
    if (!read_address(o->listen, &at, &n)) {
        err_set(e, ERR_VALUE, N_("\"%s\" is no address to listen on; write 127.0.0.1:8080, [::1]:8080 or unix:/path"),
                o->listen);
        return -1;
    }
    int fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(fd, (struct sockaddr *)&at, n) != 0 || listen(fd, LIMIT_SERVER_BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &n) != 0) {
        listen_refused(o, e);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    char host[64] = "";
    bool six = at.ss_family == AF_INET6;
    (void)inet_ntop(
        at.ss_family,
        six ? (void *)&((struct sockaddr_in6 *)&at)->sin6_addr : (void *)&((struct sockaddr_in *)&at)->sin_addr, host,
        sizeof host);
    unsigned port = ntohs(six ? ((struct sockaddr_in6 *)&at)->sin6_port : ((struct sockaddr_in *)&at)->sin_port);
    (void)snprintf(s->address, sizeof s->address, six ? "%s://[%s]:%u" : "%s://%s:%u",
                   o->tls_certificate == NULL ? "http" : "https", host, port);
    return fd;
}

/* One descriptor for each connection, and those of the process beside them. */
static void more_descriptors(void)
{
    struct rlimit files;
    rlim_t want = LIMIT_SERVER_CONNECTIONS * 2;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < want) {
        files.rlim_cur = files.rlim_max < want ? files.rlim_max : want;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
}

static void *reap(void *server)
{
    struct server *s = server;
    pthread_mutex_lock(&s->lock);
    while (!s->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
        (void)pthread_cond_timedwait(&s->wake, &s->lock, &until);
        table_reap(&s->table, monotonic());
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static struct MHD_Daemon *start_daemon(struct server *s, const struct server_options *o, int fd)
{
    struct MHD_OptionItem tls[TLS_OPTIONS];
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME;
    return MHD_start_daemon(
        flags | tls_options(o, tls), 0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_THREAD_POOL_SIZE, o->threads > 1 ? (unsigned)o->threads : 0u, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)LIMIT_SERVER_CONNECTIONS * 3 / 2, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)LIMIT_SERVER_IDLE_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)LIMIT_SERVER_POOL_BYTES, MHD_OPTION_CONNECTION_MEMORY_INCREMENT,
        (size_t)1024, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, on_target, s,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_encoded, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

static bool start(const struct server_options *o, const struct server_service *service, struct server **ret,
                  struct err *e)
{
    struct server *s = mem_alloc(1, sizeof *s);
    s->service = service;
    s->id_base = (uint64_t)clock_system().now / 1000;
    pthread_mutex_init(&s->table.lock, NULL);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->wake, NULL);
    more_descriptors();
    bool local = str_starts(str_of(o->listen), "unix:");
    int fd = local ? open_unix(s, o, o->listen + 5, e) : open_tcp(s, o, e);
    if (fd >= 0 && tls_may(o, e))
        s->daemon = start_daemon(s, o, fd);
    if (fd >= 0 && s->daemon == NULL) {
        if (e->code == ERR_NONE)
            err_set(e, ERR_INTERNAL, N_("the web server cannot be started on %s"), o->listen);
        close(fd);
    }
    if (s->daemon == NULL || pthread_create(&s->reaper, NULL, reap, s) != 0) {
        if (s->daemon != NULL)
            MHD_stop_daemon(s->daemon);
        mem_free(s);
        return e->code != ERR_NONE ? false : err_set(e, ERR_INTERNAL, N_("a thread cannot be started"));
    }
    *ret = s;
    return true;
}

static const char *address(const struct server *s)
{
    return s->address;
}

static size_t connections(struct server *s)
{
    return table_count(&s->table);
}

static void stop(struct server *s, int seconds)
{
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->reaper, NULL);
    int fd = MHD_quiesce_daemon(s->daemon);
    if (fd >= 0)
        close(fd); /* who comes now is refused at once, and can go to whoever takes over */
    if (s->unix_path[0] != '\0')
        (void)unlink(s->unix_path);
    int64_t until = monotonic() + seconds * INSTANT_PER_SECOND;
    while (atomic_load(&s->later) > 0 || (table_drain(&s->table) > 0 && monotonic() < until)) {
        table_reap(&s->table, monotonic());
        const struct timespec pause = {.tv_nsec = 10000000};
        (void)nanosleep(&pause, NULL);
    }
    MHD_stop_daemon(s->daemon);
    vec_release(&s->table.all);
    mem_free(s);
}

__attribute__((visibility("default"))) extern const struct server_api talaia_module;
const struct server_api talaia_module = {
    .start = start, .address = address, .connections = connections, .finish = finish, .stop = stop};
