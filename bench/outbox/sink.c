/* An SMTP server that takes everything and keeps nothing: one connection at a time, PIPELINING, no disk. Prints its port,
 * serves until its standard input ends, and prints how many mails and bytes it took. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOM (1 << 20)

struct session {
    int fd;
    char in[ROOM];
    size_t have;
    char out[4096];
    size_t said;
    bool data;
};

static long mails, bytes;

static void say(struct session *s, const char *text)
{
    size_t n = strlen(text);
    if (s->said + n <= sizeof s->out) {
        memcpy(s->out + s->said, text, n);
        s->said += n;
    }
}

static void command(struct session *s, const char *line, size_t n)
{
    if (n >= 4 && strncasecmp(line, "EHLO", 4) == 0) {
        say(s, "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n");
    } else if (n >= 4 && strncasecmp(line, "DATA", 4) == 0) {
        say(s, "354 go\r\n");
        s->data = true;
    } else if (n >= 4 && strncasecmp(line, "QUIT", 4) == 0) {
        say(s, "221 bye\r\n");
    } else {
        say(s, "250 ok\r\n");
    }
}

/* Takes what is whole out of the buffer: lines, or a message up to its dot. */
static void digest(struct session *s)
{
    size_t at = 0;
    for (;;) {
        const char *p = s->in + at;
        size_t rest = s->have - at;
        const char *end = s->data ? memmem(p, rest, "\r\n.\r\n", 5) : memchr(p, '\n', rest);
        if (end == NULL)
            break;
        size_t n = (size_t)(end - p) + (s->data ? 5 : 1);
        if (s->data) {
            mails++;
            bytes += (long)n;
            s->data = false;
            say(s, "250 taken\r\n");
        } else {
            command(s, p, n);
        }
        at += n;
    }
    memmove(s->in, s->in + at, s->have - at);
    s->have -= at;
}

static bool serve(struct session *s)
{
    ssize_t got = read(s->fd, s->in + s->have, ROOM - s->have);
    if (got <= 0)
        return false;
    s->have += (size_t)got;
    digest(s);
    bool ok = s->said == 0 || write(s->fd, s->out, s->said) == (ssize_t)s->said;
    s->said = 0;
    return ok;
}

int main(void)
{
    static struct session s = {.fd = -1};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 8) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &n) != 0)
        return 1;
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    for (;;) {
        struct pollfd fds[] = {{.fd = 0, .events = POLLIN}, {.fd = s.fd >= 0 ? s.fd : listener, .events = POLLIN}};
        char nothing;
        if (poll(fds, 2, -1) < 0 || (fds[0].revents != 0 && read(0, &nothing, 1) <= 0))
            break;
        if (fds[1].revents == 0)
            continue;
        if (s.fd < 0) {
            s = (struct session){.fd = accept(listener, NULL, NULL)};
            setsockopt(s.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            if (s.fd >= 0)
                (void)!write(s.fd, "220 sink\r\n", 10);
        } else if (!serve(&s)) {
            close(s.fd);
            s.fd = -1;
        }
    }
    printf("%ld mails %ld bytes\n", mails, bytes);
    return 0;
}
