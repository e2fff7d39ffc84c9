/* One connection from accept to its end: handshake, request, answer, and the ways in which servers fail at each. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "server.h"

enum phase {
    PHASE_FIRST_BYTES, /* without TLS: whatever comes, the wire's answer goes out */
    PHASE_HANDSHAKE,
    PHASE_REQUEST,
    PHASE_ANSWER,
    PHASE_DRAIN, /* our side is closed: reads until the peer's is */
    PHASE_HOLD   /* says nothing more */
};

struct conn {
    enum handle handle;
    enum phase phase;
    int fd;
    bool awaits_write, paced;
    SSL *ssl;
    const struct listener *listener;
    struct conn *next, *previous;
    int64_t deadline_ms;
    /* Pace: bytes that may have gone out so many ms after pace_start. */
    int64_t pace_start, pace_bytes, pace_ms;
    uint64_t allowed, sent; /* of what is paced: the handshake's bytes or the answer's */
    struct answer answer;
    uint64_t repeated;
    struct buf in;
};

enum step { STEP_NEXT, STEP_WAIT, STEP_END };

/* --- life --- */

static void conn_free(struct farm *f, struct conn *conn)
{
    if (conn->paced)
        f->paced--;
    if (conn->previous == NULL)
        f->first = conn->next;
    else
        conn->previous->next = conn->next;
    if (conn->next != NULL)
        conn->next->previous = conn->previous;
    SSL_free(conn->ssl);
    (void)close(conn->fd); /* leaves the epoll by itself */
    buf_release(&conn->in);
    buf_release(&conn->answer.bytes);
    mem_free(conn);
}

static void conn_deadline(const struct farm *f, struct conn *conn, int seconds)
{
    conn->deadline_ms = f->now_ms + seconds * 1000LL;
}

static void conn_pace(struct farm *f, struct conn *conn, int64_t bytes, int64_t ms, size_t at_once)
{
    conn->pace_start = f->now_ms;
    conn->pace_bytes = bytes;
    conn->pace_ms = ms;
    conn->allowed = at_once;
    conn->sent = 0;
    if (!conn->paced)
        f->paced++;
    conn->paced = true;
}

static void conn_unpace(struct farm *f, struct conn *conn)
{
    if (conn->paced)
        f->paced--;
    conn->paced = false;
    conn->allowed = UINT64_MAX;
    conn->sent = 0;
}

static void fd_reset_on_close(int fd)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static enum step conn_await_write(struct farm *f, struct conn *conn)
{
    if (!conn->awaits_write) {
        struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = conn};
        (void)epoll_ctl(f->epoll, EPOLL_CTL_MOD, conn->fd, &ev);
        conn->awaits_write = true;
    }
    return STEP_WAIT;
}

/* --- the slow wire: a BIO that lets out one byte at a time, as the pace allows --- */

static int slow_write(BIO *bio, const char *bytes, int n)
{
    struct conn *conn = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    int64_t room = conn->allowed > conn->sent ? (int64_t)(conn->allowed - conn->sent) : 0;
    if (conn->allowed == UINT64_MAX) { /* the handshake is over */
        ssize_t k = send(conn->fd, bytes, (size_t)n, MSG_NOSIGNAL);
        if (k < 0 && errno == EAGAIN)
            BIO_set_retry_write(bio);
        return (int)k;
    }
    int done = 0;
    while (done < n && done < room && send(conn->fd, bytes + done, 1, MSG_NOSIGNAL) == 1)
        done++;
    conn->sent += (uint64_t)done;
    if (done == 0)
        BIO_set_retry_write(bio);
    return done == 0 ? -1 : done;
}

static int slow_read(BIO *bio, char *to, int n)
{
    struct conn *conn = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t k = recv(conn->fd, to, (size_t)n, 0);
    if (k < 0 && errno == EAGAIN)
        BIO_set_retry_read(bio);
    return (int)k;
}

static long slow_control(BIO *bio, int command, long number, void *p)
{
    (void)bio, (void)number, (void)p;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD *slow_method_make(void)
{
    BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "slow wire");
    if (m == NULL || BIO_meth_set_write(m, slow_write) != 1 || BIO_meth_set_read(m, slow_read) != 1 ||
        BIO_meth_set_ctrl(m, slow_control) != 1) {
        BIO_meth_free(m);
        return NULL;
    }
    return m;
}

/* --- bytes in and out --- */

/* Like read(2); EAGAIN in errno when there is nothing now. */
static ssize_t conn_read(struct conn *conn, void *to, size_t n)
{
    if (conn->ssl == NULL)
        return recv(conn->fd, to, n, 0);
    ERR_clear_error();
    int k = SSL_read(conn->ssl, to, (int)n);
    if (k > 0)
        return k;
    int why = SSL_get_error(conn->ssl, k);
    errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE;
    return why == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

static ssize_t conn_write(struct conn *conn, const void *from, size_t n)
{
    if (conn->ssl == NULL)
        return send(conn->fd, from, n, MSG_NOSIGNAL);
    ERR_clear_error();
    int k = SSL_write(conn->ssl, from, (int)n);
    if (k > 0)
        return k;
    int why = SSL_get_error(conn->ssl, k);
    errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE;
    return -1;
}

/* --- phases --- */

static enum step conn_close_ours(struct farm *f, struct conn *conn)
{
    (void)shutdown(conn->fd, SHUT_WR);
    conn->phase = PHASE_DRAIN;
    conn_deadline(f, conn, DRAIN_SECONDS);
    return STEP_NEXT;
}

static enum step step_first_bytes(struct farm *f, struct conn *conn)
{
    static const char page[] =
        "<html><head><title>400 The plain HTTP request was sent to HTTP port</title></head></html>\r\n";
    char bytes[1024];
    ssize_t n = recv(conn->fd, bytes, sizeof bytes, 0);
    if (n < 0 && errno == EAGAIN)
        return STEP_WAIT;
    if (n <= 0)
        return STEP_END;
    if (conn->listener->c->wire == WIRE_HTTP) {
        char head[512];
        int k = snprintf(head, sizeof head,
                         "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: %zu\r\n"
                         "Connection: close\r\n\r\n%s",
                         sizeof page - 1, page);
        (void)send(conn->fd, head, (size_t)k, MSG_NOSIGNAL);
    }
    return conn_close_ours(f, conn);
}

static enum step step_handshake(struct farm *f, struct conn *conn)
{
    ERR_clear_error();
    int k = SSL_do_handshake(conn->ssl);
    if (k == 1) {
        f->handshakes++;
        conn_unpace(f, conn);
        conn->phase = PHASE_REQUEST;
        return STEP_NEXT;
    }
    int why = SSL_get_error(conn->ssl, k);
    if (why == SSL_ERROR_WANT_READ)
        return STEP_WAIT;
    if (why == SSL_ERROR_WANT_WRITE)
        return conn->paced ? STEP_WAIT : conn_await_write(f, conn);
    f->failed_handshakes++;
    return conn_close_ours(f, conn); /* the alert is out; closing at once could overtake it with a RST */
}

/* True when the whole request is there. */
static bool request_parse(struct str in, struct request *ret)
{
    const char *end = in.n == 0 ? NULL : memmem(in.p, in.n, "\r\n\r\n", 4);
    if (end == NULL)
        return false;
    struct str head = str_part(in.p, (size_t)(end - in.p)), line, word;
    struct str body = str_part(end + 4, in.n - head.n - 4);
    *ret = (struct request){0};
    (void)str_split(&head, '\n', &line);
    line = str_trim(line);
    (void)str_split(&line, ' ', &ret->method);
    (void)str_split(&line, ' ', &ret->path);
    int64_t length = 0;
    while (str_split(&head, '\n', &line)) {
        if (str_split(&line, ':', &word) && str_is_nocase(str_trim(word), "content-length"))
            (void)str_to_int64(str_trim(line), 0, REQUEST_MOST, &length);
    }
    if (body.n < (size_t)length)
        return false;
    ret->body = str_part(body.p, (size_t)length);
    return true;
}

static enum step step_request(struct farm *f, struct conn *conn)
{
    char *room = buf_reserve(&conn->in, 2048);
    if (room == NULL)
        return STEP_END;
    ssize_t n = conn_read(conn, room, 2048);
    if (n < 0 && errno == EAGAIN)
        return STEP_WAIT;
    if (n <= 0)
        return STEP_END;
    conn->in.n += (size_t)n;
    struct request r;
    if (!request_parse(buf_str(&conn->in), &r))
        return STEP_NEXT;
    f->requests++;
    if (conn->listener->c == NULL)
        status_answer(f, &r, &conn->answer);
    else
        answer_make(f, conn->listener, &r, &conn->answer);
    conn->phase = PHASE_ANSWER;
    if (conn->answer.pace_ms > 0)
        conn_pace(f, conn, conn->answer.pace_bytes, conn->answer.pace_ms, conn->answer.at_once);
    return STEP_NEXT;
}

static enum step conn_finish(struct farm *f, struct conn *conn)
{
    switch (conn->answer.end) {
    case END_RESET: fd_reset_on_close(conn->fd); return STEP_END;
    case END_HOLD:
        conn->phase = PHASE_HOLD;
        conn_deadline(f, conn, HOLD_SECONDS);
        return STEP_NEXT;
    case END_CLEAN:
        if (conn->ssl != NULL) {
            ERR_clear_error();
            (void)SSL_shutdown(conn->ssl);
        }
        break;
    case END_CUT: break;
    }
    return conn_close_ours(f, conn);
}

static enum step step_answer(struct farm *f, struct conn *conn)
{
    const struct answer *a = &conn->answer;
    while (conn->sent < a->bytes.n) {
        uint64_t most = conn->allowed < a->bytes.n ? conn->allowed : a->bytes.n;
        if (most <= conn->sent)
            return STEP_WAIT; /* until the pace allows more */
        ssize_t n = conn_write(conn, a->bytes.p + conn->sent, (size_t)(most - conn->sent));
        if (n < 0)
            return errno == EAGAIN ? conn_await_write(f, conn) : STEP_END;
        conn->sent += (uint64_t)n;
    }
    while (conn->repeated < a->repeat_total) {
        size_t from = (size_t)(conn->repeated % a->repeat_bytes);
        ssize_t n = conn_write(conn, a->repeat + from, a->repeat_bytes - from);
        if (n < 0)
            return errno == EAGAIN ? conn_await_write(f, conn) : STEP_END;
        conn->repeated += (uint64_t)n;
    }
    return conn_finish(f, conn);
}

static enum step step_drain(struct conn *conn)
{
    char bytes[4096];
    ssize_t n = recv(conn->fd, bytes, sizeof bytes, 0);
    if (n < 0 && errno == EAGAIN)
        return STEP_WAIT;
    return n <= 0 ? STEP_END : STEP_NEXT;
}

static void conn_run(struct farm *f, struct conn *conn)
{
    enum step step = STEP_NEXT;
    while (step == STEP_NEXT) {
        switch (conn->phase) {
        case PHASE_FIRST_BYTES: step = step_first_bytes(f, conn); break;
        case PHASE_HANDSHAKE: step = step_handshake(f, conn); break;
        case PHASE_REQUEST: step = step_request(f, conn); break;
        case PHASE_ANSWER: step = step_answer(f, conn); break;
        case PHASE_DRAIN:
        case PHASE_HOLD: step = step_drain(conn); break;
        }
    }
    if (step == STEP_END)
        conn_free(f, conn);
}

void conn_event(struct farm *f, struct conn *conn)
{
    conn_run(f, conn);
}

/* --- beginning --- */

static bool conn_start_tls(struct farm *f, struct conn *conn, enum farm_wire wire)
{
    conn->ssl = SSL_new(conn->listener->context);
    if (conn->ssl == NULL)
        return false;
    SSL_set_accept_state(conn->ssl);
    conn->phase = PHASE_HANDSHAKE;
    if (wire == WIRE_TLS)
        return SSL_set_fd(conn->ssl, conn->fd) == 1;
    BIO *bio = BIO_new(f->slow_method);
    if (bio == NULL)
        return false;
    BIO_set_data(bio, conn);
    BIO_set_init(bio, 1);
    SSL_set_bio(conn->ssl, bio, bio);
    size_t flight = context_flight(conn->listener->context);
    if (wire == WIRE_SLOW)
        conn_pace(f, conn, (int64_t)flight, SLOW_HANDSHAKE_MS, 0);
    else
        conn_pace(f, conn, 0, 1, flight / 2); /* half of it, and never more */
    return true;
}

/* No descriptor is left: those who only wait for their end get it at the next tick. */
static void conns_hurry(struct farm *f)
{
    for (struct conn *conn = f->first; conn != NULL; conn = conn->next) {
        if (conn->phase == PHASE_HOLD || conn->phase == PHASE_DRAIN)
            conn->deadline_ms = f->now_ms;
    }
}

void listener_accept(struct farm *f, struct listener *l)
{
    int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE)
            conns_hurry(f);
        return;
    }
    enum farm_wire wire = l->silent ? WIRE_SILENT : l->c == NULL ? WIRE_PLAIN : l->c->wire;
    if (wire == WIRE_RESET) {
        fd_reset_on_close(fd);
        (void)close(fd);
        return;
    }
    struct conn *conn = mem_alloc(1, sizeof *conn);
    *conn = (struct conn){.handle = HANDLE_CONNECTION,
                          .fd = fd,
                          .listener = l,
                          .phase = PHASE_REQUEST,
                          .next = f->first,
                          .allowed = UINT64_MAX,
                          .in = BUF_INIT(REQUEST_MOST)};
    if (f->first != NULL)
        f->first->previous = conn;
    f->first = conn;
    conn_deadline(f, conn, HOLD_SECONDS);
    struct epoll_event ev = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = conn};
    bool ok = epoll_ctl(f->epoll, EPOLL_CTL_ADD, fd, &ev) == 0;
    if (wire == WIRE_SSH)
        (void)send(fd, "SSH-2.0-OpenSSH_9.2\r\n", 21, MSG_NOSIGNAL);
    if (wire == WIRE_SILENT)
        conn->phase = PHASE_HOLD;
    else if (wire == WIRE_CLOSE || wire == WIRE_HTTP || wire == WIRE_SSH)
        conn->phase = PHASE_FIRST_BYTES;
    else if (wire != WIRE_PLAIN)
        ok = ok && conn_start_tls(f, conn, wire);
    if (!ok)
        conn_free(f, conn);
}

/* --- time --- */

void conn_tick_paced(struct farm *f)
{
    struct conn *next;
    for (struct conn *conn = f->first; conn != NULL; conn = next) {
        next = conn->next;
        if (!conn->paced || conn->pace_bytes == 0)
            continue;
        uint64_t start = conn->phase == PHASE_ANSWER ? conn->answer.at_once : 0;
        uint64_t allowed = start + (uint64_t)((f->now_ms - conn->pace_start) * conn->pace_bytes / conn->pace_ms);
        if (allowed > conn->allowed) {
            conn->allowed = allowed;
            conn_run(f, conn);
        }
    }
}

void conn_tick_second(struct farm *f)
{
    struct conn *next;
    for (struct conn *conn = f->first; conn != NULL; conn = next) {
        next = conn->next;
        if (conn->deadline_ms <= f->now_ms)
            conn_free(f, conn);
    }
}

void conn_release_all(struct farm *f)
{
    while (f->first != NULL)
        conn_free(f, f->first);
}
