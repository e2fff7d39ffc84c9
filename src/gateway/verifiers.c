#include "gateway/verifiers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "gateway/child.h"
#include "gateway/parcel.h"

#define PIECES 64   /* questions in one system call, twice as many pieces */
#define REST_MS 100 /* before one that ended at once is replaced, doubled up to … */
#define REST_MOST_MS 2000
#define LONG_RUN_MS 5000 /* … and forgotten when it ran that long */

/* One question on its way. */
struct item {
    struct item *next;
    void *owner;
    struct buf head; /* length and all but the body */
    struct str body;
    size_t sent;
    int64_t id, since; /* since: when it was sent whole, in ms; 0: it was not */
    int tries;
};

struct worker {
    struct verifiers *all;
    size_t number;
    pthread_t thread;
    bool running;
    pid_t pid; /* 0: there is none */
    int fd, wake;
    int64_t born, rest;
    struct buf in;
    pthread_mutex_t lock; /* of the list's end */
    struct item *first, **last;
    atomic_size_t waiting;
    atomic_bool asleep;
};

struct verifiers {
    struct verifiers_options o;
    const char **arguments;
    struct arena arena;
    atomic_bool stopping;
    atomic_int_fast64_t ids;
    atomic_size_t replaced;
    struct worker workers[LIMIT_GATEWAY_VERIFIERS];
};

static int64_t milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void say(const struct verifiers *v, size_t number, const char *what, const char *more)
{
    char line[LIMIT_ERR_BYTES + 64];
    (void)snprintf(line, sizeof line, "verifier %zu %s%s%s", number + 1, what, more[0] == '\0' ? "" : ": ", more);
    v->o.log(v->o.log_context, line);
}

/* --- the list --- */

static void item_free(struct item *i)
{
    buf_release(&i->head);
    mem_free(i);
}

static struct item *list_first(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    struct item *i = w->first;
    pthread_mutex_unlock(&w->lock);
    return i;
}

static struct item *list_after(struct worker *w, struct item *i)
{
    pthread_mutex_lock(&w->lock);
    struct item *next = i->next;
    pthread_mutex_unlock(&w->lock);
    return next;
}

/* Takes the first off and gives it what it waited for. */
static void list_done(struct worker *w, struct str message)
{
    pthread_mutex_lock(&w->lock);
    struct item *i = w->first;
    w->first = i->next;
    if (w->first == NULL)
        w->last = &w->first;
    pthread_mutex_unlock(&w->lock);
    atomic_fetch_sub(&w->waiting, 1);
    void *owner = i->owner;
    item_free(i);
    w->all->o.done(w->all->o.context, w->number, owner, message);
}

/* --- one verifier --- */

static bool worker_start(struct worker *w, struct err *e)
{
    char text[LIMIT_ERR_BYTES];
    pid_t pid;
    int fd;
    if (!child_start(w->all->arguments, &pid, &fd, e))
        return false;
    if (!child_greet(fd, text, sizeof text, e)) {
        child_end(pid, fd);
        return false;
    }
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    w->pid = pid;
    w->fd = fd;
    w->born = milliseconds();
    say(w->all, w->number, "ready", text);
    return true;
}

/* What it had in hand is asked once more, alone; what was asked alone gets no opinion. */
static void worker_fallen(struct worker *w, const char *why)
{
    say(w->all, w->number, "is replaced", why);
    child_end(w->pid, w->fd);
    w->pid = 0;
    buf_clear(&w->in);
    atomic_fetch_add(&w->all->replaced, 1);
    bool long_run = milliseconds() - w->born >= LONG_RUN_MS;
    w->rest = long_run ? 0 : w->rest == 0 ? REST_MS : w->rest * 2 < REST_MOST_MS ? w->rest * 2 : REST_MOST_MS;
    struct item *first = list_first(w);
    if (first != NULL && first->sent > 0 && first->tries > 0)
        list_done(w, (struct str){NULL, 0});
    for (struct item *i = list_first(w); i != NULL && i->sent > 0; i = list_after(w, i)) {
        i->sent = 0;
        i->since = 0;
        i->tries++;
    }
}

/* Sends what is not sent yet; false when the other end is gone. One that is asked again goes alone. */
static bool send_some(struct worker *w, bool *ret_more)
{
    struct iovec pieces[2 * PIECES];
    size_t count = 0;
    *ret_more = false;
    for (struct item *i = list_first(w), *before = NULL; i != NULL && count + 2 <= 2 * PIECES;
         before = i, i = list_after(w, i)) {
        size_t head = i->head.n, sent = i->sent;
        if (before != NULL && (i->tries > 0 || before->tries > 0))
            break;
        if (sent < head)
            pieces[count++] = (struct iovec){i->head.p + sent, head - sent};
        size_t from = sent > head ? sent - head : 0;
        if (from < i->body.n)
            pieces[count++] = (struct iovec){(void *)(uintptr_t)(i->body.p + from), i->body.n - from};
    }
    if (count == 0)
        return true;
    const struct msghdr message = {.msg_iov = pieces, .msg_iovlen = count};
    ssize_t n = sendmsg(w->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) {
        *ret_more = errno == EAGAIN;
        return errno == EAGAIN || errno == EINTR;
    }
    size_t left = (size_t)n;
    for (struct item *i = list_first(w); i != NULL && left > 0; i = list_after(w, i)) {
        size_t open = i->head.n + i->body.n - i->sent, now = open < left ? open : left;
        i->sent += now;
        left -= now;
        if (now > 0 && now == open)
            i->since = milliseconds();
        *ret_more = now < open;
    }
    return true;
}

/* Takes what has come. */
static const char *receive(struct worker *w)
{
    if (!parcel_read_some(w->fd, &w->in))
        return errno == EAGAIN || errno == EINTR ? NULL : "it ended";
    struct str rest = buf_str(&w->in), message;
    enum parcel_state state;
    while ((state = parcel_next(&rest, LIMIT_OPINION_BYTES, &message)) == PARCEL_WHOLE) {
        struct item *first = list_first(w);
        int64_t id;
        if (first == NULL || first->since == 0 || !opinion_id(message, &id) || id != first->id)
            return "it answers what it was not asked";
        list_done(w, message);
    }
    parcel_keep(&w->in, rest);
    return state == PARCEL_BAD ? "its answer is too large" : NULL;
}

static bool is_late(struct worker *w)
{
    struct item *first = list_first(w);
    return first != NULL && first->since != 0 && milliseconds() - first->since > LIMIT_GATEWAY_VERIFY_SECONDS * 1000;
}

static void worker_turn(struct worker *w)
{
    bool more = false;
    uint64_t count;
    atomic_store(&w->asleep, true); /* who asks from now on wakes it; who asked before is seen by send_some */
    if (!send_some(w, &more)) {
        worker_fallen(w, "it ended");
        return;
    }
    struct pollfd fds[] = {{.fd = w->fd, .events = POLLIN}, {.fd = w->wake, .events = POLLIN}};
    if (more)
        fds[0].events |= POLLOUT;
    int got = poll(fds, 2, 1000);
    atomic_store(&w->asleep, false);
    if (got > 0 && (fds[1].revents & POLLIN) != 0)
        (void)!read(w->wake, &count, sizeof count);
    const char *why = got > 0 && (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0 ? receive(w) : NULL;
    if (why == NULL && is_late(w))
        why = "it takes too long for one message";
    if (why != NULL)
        worker_fallen(w, why);
}

static void *worker_run(void *worker)
{
    struct worker *w = worker;
    while (!atomic_load(&w->all->stopping)) {
        struct err e = {.lang = LANG_EN};
        if (w->pid != 0) {
            worker_turn(w);
            continue;
        }
        struct timespec rest = {.tv_sec = w->rest / 1000, .tv_nsec = w->rest % 1000 * 1000000};
        (void)nanosleep(&rest, NULL);
        if (!worker_start(w, &e)) {
            say(w->all, w->number, "cannot be started", e.log);
            w->rest = REST_MOST_MS;
            while (list_first(w) != NULL) /* nobody waits for what may never come */
                list_done(w, (struct str){NULL, 0});
        }
    }
    return NULL;
}

/* --- all of them --- */

bool verifiers_ask(struct verifiers *v, struct question *q, void *owner)
{
    struct worker *w = &v->workers[0];
    for (size_t i = 1; i < v->o.count; i++)
        if (atomic_load(&v->workers[i].waiting) < atomic_load(&w->waiting))
            w = &v->workers[i];
    if (atomic_load(&w->waiting) >= LIMIT_GATEWAY_WAITING)
        return false;
    struct item *i = mem_alloc(1, sizeof *i);
    q->id = i->id = atomic_fetch_add(&v->ids, 1);
    i->owner = owner;
    i->body = q->body;
    i->head = (struct buf)BUF_INIT(LIMIT_GATEWAY_QUESTION_BYTES);
    (void)buf_add(&i->head, "\0\0\0\0", PARCEL_HEAD);
    if (!question_head_write(&i->head, q)) {
        item_free(i);
        return false;
    }
    parcel_head((unsigned char *)i->head.p, i->head.n - PARCEL_HEAD + i->body.n);
    atomic_fetch_add(&w->waiting, 1);
    pthread_mutex_lock(&w->lock);
    *w->last = i;
    w->last = &i->next;
    pthread_mutex_unlock(&w->lock);
    const uint64_t one = 1;
    if (atomic_exchange(&w->asleep, false))
        (void)!write(w->wake, &one, sizeof one);
    return true;
}

static void arguments_make(struct verifiers *v)
{
    size_t n = 0;
    v->arguments = arena_array(&v->arena, const char *, v->o.anchor_count + 3);
    v->arguments[n++] = CHILD_VERIFIER;
    v->arguments[n++] = v->o.data_dir;
    for (size_t i = 0; i < v->o.anchor_count; i++)
        v->arguments[n++] = v->o.anchors[i];
}

bool verifiers_start(const struct verifiers_options *o, struct verifiers **ret, struct err *e)
{
    struct verifiers *v = mem_alloc(1, sizeof *v);
    v->o = *o;
    arguments_make(v);
    bool good = true;
    for (size_t i = 0; i < o->count; i++) {
        struct worker *w = &v->workers[i];
        w->all = v;
        w->number = i;
        w->last = &w->first;
        w->in = (struct buf)BUF_INIT(LIMIT_OPINION_BYTES + 2 * LIMIT_GATEWAY_KEPT_BYTES);
        pthread_mutex_init(&w->lock, NULL);
        w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        good = good && worker_start(w, e);
        if (good)
            w->running = pthread_create(&w->thread, NULL, worker_run, w) == 0;
    }
    if (good)
        *ret = v;
    else
        verifiers_stop(v);
    return good;
}

void verifiers_stop(struct verifiers *v)
{
    const uint64_t one = 1;
    if (v == NULL)
        return;
    atomic_store(&v->stopping, true);
    for (size_t i = 0; i < v->o.count; i++) {
        struct worker *w = &v->workers[i];
        (void)!write(w->wake, &one, sizeof one);
        if (w->running)
            pthread_join(w->thread, NULL);
        if (w->pid != 0)
            child_end(w->pid, w->fd);
        buf_release(&w->in);
        close(w->wake);
    }
    arena_release(&v->arena);
    mem_free(v);
}

size_t verifiers_replaced(const struct verifiers *v)
{
    return atomic_load(&v->replaced);
}
