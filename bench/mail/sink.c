/* An SMTP server that takes every mail and forgets it, as fast as it goes: what bench_mail.py sends to.
 *
 *     sink [--no-pipelining]     prints its port on 127.0.0.1; when its standard input ends, how many mails it took
 *
 * A thread for each connection; answers wait until everything that arrived has been looked at, as real servers do. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/mem.h"

static atomic_ulong taken;
static bool pipelining = true;

struct peer {
    int fd;
    char in[65536], out[16384];
    size_t in_n, out_n;
    bool message;
    int matched; /* of CRLF . CRLF; a message begins as if after a line end */
};

static bool flush(struct peer *p)
{
    for (size_t at = 0; at < p->out_n;) {
        ssize_t n = send(p->fd, p->out + at, p->out_n - at, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    p->out_n = 0;
    return true;
}

static void say(struct peer *p, const char *line)
{
    size_t n = strlen(line);
    if (p->out_n + n > sizeof p->out)
        (void)flush(p);
    memcpy(p->out + p->out_n, line, n);
    p->out_n += n;
}

static void command(struct peer *p, const char *line)
{
    if (strncasecmp(line, "EHLO", 4) == 0) {
        say(p, "250-sink.example\r\n250-SIZE 33554432\r\n250-8BITMIME\r\n");
        say(p, pipelining ? "250-PIPELINING\r\n250 SMTPUTF8\r\n" : "250 SMTPUTF8\r\n");
    } else if (strncasecmp(line, "DATA", 4) == 0) {
        say(p, "354 go on\r\n");
        p->message = true;
        p->matched = 2;
    } else if (strncasecmp(line, "QUIT", 4) == 0) {
        say(p, "221 2.0.0 bye\r\n");
    } else {
        say(p, "250 2.0.0 ok\r\n");
    }
}

/* How much of the message was looked at; the end of it when found. */
static size_t message(struct peer *p, const char *at, size_t n)
{
    static const char end[] = "\r\n.\r\n";
    for (size_t i = 0; i < n; i++) {
        if (p->matched == 0) { /* most of it */
            const char *cr = memchr(at + i, '\r', n - i);
            if (cr == NULL)
                return n;
            i = (size_t)(cr - at);
        }
        p->matched = at[i] == end[p->matched] ? p->matched + 1 : at[i] == '\r';
        if (p->matched == 5) {
            p->message = false;
            atomic_fetch_add(&taken, 1);
            say(p, "250 2.0.0 taken\r\n");
            return i + 1;
        }
    }
    return n;
}

static void *serve(void *context)
{
    struct peer *p = context;
    say(p, "220 sink.example ready\r\n");
    ssize_t got;
    while (flush(p) && (got = recv(p->fd, p->in + p->in_n, sizeof p->in - 1 - p->in_n, 0)) > 0) {
        size_t at = 0;
        p->in_n += (size_t)got;
        while (at < p->in_n) {
            if (p->message) {
                at += message(p, p->in + at, p->in_n - at);
                continue;
            }
            char *end = memchr(p->in + at, '\n', p->in_n - at);
            if (end == NULL)
                break;
            *end = '\0';
            command(p, p->in + at);
            at = (size_t)(end - p->in) + 1;
        }
        memmove(p->in, p->in + at, p->in_n - at);
        p->in_n -= at;
        if (p->in_n == sizeof p->in - 1)
            break;
    }
    close(p->fd);
    mem_free(p);
    return NULL;
}

static void *accept_all(void *context)
{
    int listener = (int)(intptr_t)context;
    for (int fd; (fd = accept(listener, NULL, NULL)) >= 0;) {
        int on = 1;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct peer *p = mem_alloc(1, sizeof *p);
        p->fd = fd;
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, p) == 0)
            (void)pthread_detach(thread);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pipelining = !(argc > 1 && strcmp(argv[1], "--no-pipelining") == 0);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    pthread_t thread;
    if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 64) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &n) != 0 ||
        pthread_create(&thread, NULL, accept_all, (void *)(intptr_t)fd) != 0)
        return 1;
    printf("%d\n", ntohs(a.sin_port));
    fflush(stdout);
    char c;
    while (read(0, &c, 1) > 0)
        ;
    printf("%lu\n", atomic_load(&taken));
    return 0;
}
