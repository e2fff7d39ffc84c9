/* Clients of the gateway: load HOST PORT SHARE KEY CERT BODY CONNECTIONS COUNT [RATE] [FIRST-MESSAGE-FILE]. Signs COUNT
 * requests beforehand, each of its own, then sends them over so many connections, each with one request on the way at a
 * time: as fast as they are answered, or RATE in a second. Checks every answer. Prints: answered, wall seconds, median,
 * 99th percentile and longest in ms. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "net/xml_safe.h"
#include "scsp/request.h"
#include "scsp/wss_sign.h"

struct message {
    char *bytes;
    size_t n;
};
struct client {
    int fd;
    const struct message *m;
    size_t sent, got, want;
    double began;
    char in[65536];
};

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void fail(const char *why)
{
    fprintf(stderr, "load: %s\n", why);
    exit(1);
}

static void sign_one(struct message *to, const struct wss_signer *signer, const struct modalities *known,
                     const char *body, const char *host, int number)
{
    static const struct request_field fields[] = {{"IdCites", "841207329"}};
    struct err e = {.lang = LANG_EN};
    struct buf text = BUF_INIT(LIMIT_XML_BYTES), out = BUF_INIT(LIMIT_XML_BYTES), whole = BUF_INIT(LIMIT_XML_BYTES);
    struct xml_fault fault;
    xmlDoc *doc = NULL;
    instant_t at = clock_system().now;
    struct request_how how = {.body = body, .body_name = "Ajuntament d'Exemple", .now = at + number};
    if (!request_write(&text, modality_find(known, str_of("HESTIA_CITES")), known, &how, fields, 1, &e) ||
        xml_parse(buf_str(&text), NULL, &doc, &fault) != XML_SAFE_OK ||
        !wss_sign(signer, doc, &(struct wss_signing){.now = at, .life_seconds = 3000}, &out, &e))
        fail(e.log);
    buf_printf(&whole,
               "POST /siri-proxy/services/Sincron HTTP/1.1\r\nHost: %s\r\nContent-Type: text/xml; charset=utf-8\r\n"
               "SOAPAction: \"http://www.openuri.org/procesa\"\r\nContent-Length: %zu\r\n\r\n",
               host, out.n);
    buf_add_str(&whole, buf_str(&out));
    to->bytes = mem_alloc(whole.n, 1);
    memcpy(to->bytes, whole.p, whole.n);
    to->n = whole.n;
    xml_doc_free(doc);
    buf_release(&text);
    buf_release(&out);
    buf_release(&whole);
}

static void client_open(struct client *c, const char *host, int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int yes = 1;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (inet_pton(AF_INET, host, &at.sin_addr) != 1 || connect(c->fd, (struct sockaddr *)&at, sizeof at) != 0)
        fail("cannot connect");
    (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static void client_send(struct client *c, const struct message *m)
{
    c->m = m;
    c->got = c->want = 0;
    c->began = now();
    for (size_t sent = 0; sent < m->n;) {
        ssize_t n = send(c->fd, m->bytes + sent, m->n - sent, MSG_NOSIGNAL);
        if (n <= 0)
            fail("the connection was closed");
        sent += (size_t)n;
    }
}

/* True when the answer is whole. */
static bool client_read(struct client *c)
{
    ssize_t n = recv(c->fd, c->in + c->got, sizeof c->in - 1 - c->got, 0);
    if (n <= 0)
        fail("the connection was closed");
    c->got += (size_t)n;
    c->in[c->got] = '\0';
    if (c->want == 0) {
        const char *end = strstr(c->in, "\r\n\r\n"), *length = strcasestr(c->in, "\r\nContent-Length: ");
        int64_t body;
        if (end == NULL)
            return false;
        if (length == NULL || !str_to_int64(str_part(length + 18, strcspn(length + 18, "\r")), 0, 60000, &body))
            fail("an answer without its length");
        c->want = (size_t)(end - c->in) + 4 + (size_t)body;
    }
    if (c->got < c->want)
        return false;
    if (strncmp(c->in, "HTTP/1.1 200", 12) != 0 || strstr(c->in, "<CodiResultat>0</CodiResultat>") == NULL) {
        fprintf(stderr, "%s\n", c->in);
        fail("it is not the answer that was expected");
    }
    return true;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

struct run {
    struct message *messages;
    double *took, rate, began;
    size_t count, sent, done, client_count;
    struct client *clients, **idle;
    size_t idle_count;
    int epoll;
};

static void send_due(struct run *r)
{
    while (r->idle_count > 0 && r->sent < r->count && (r->rate <= 0 || now() >= r->began + (double)r->sent / r->rate))
        client_send(r->idle[--r->idle_count], &r->messages[r->sent++]);
}

static void run(struct run *r)
{
    r->began = now();
    while (r->done < r->count) {
        struct epoll_event events[256];
        send_due(r);
        int n = epoll_wait(r->epoll, events, 256, r->rate > 0 ? 0 : 5000);
        if (n == 0 && r->rate <= 0)
            fail("no answer comes");
        for (int i = 0; i < n; i++) {
            struct client *c = events[i].data.ptr;
            if (!client_read(c))
                continue;
            r->took[r->done++] = now() - c->began;
            r->idle[r->idle_count++] = c;
        }
    }
}

int main(int argc, char **argv)
{
    struct arena a = {0};
    struct modalities known;
    struct buf key = BUF_INIT(65536), certificate = BUF_INIT(65536);
    struct wss_signer *signer;
    struct err e = {.lang = LANG_EN};
    int64_t port, connections, count;
    struct run r = {0};
    if (argc < 9 || !str_to_int64(str_of(argv[2]), 1, 65535, &port) ||
        !str_to_int64(str_of(argv[7]), 1, 1000, &connections) || !str_to_int64(str_of(argv[8]), 1, 1000000, &count))
        fail("HOST PORT SHARE KEY CERT BODY CONNECTIONS COUNT [RATE] [FILE]");
    if (argc > 9)
        (void)str_to_double(str_of(argv[9]), &r.rate);
    xml_init();
    if (!modalities_load(&a, argv[3], &known, &e) || !file_read(argv[4], &key, &e) ||
        !file_read(argv[5], &certificate, &e) || !wss_signer_open(buf_str(&key), buf_str(&certificate), &signer, &e))
        fail(e.log);
    r.count = (size_t)count;
    r.client_count = (size_t)connections;
    r.messages = arena_array(&a, struct message, r.count);
    r.took = mem_alloc(r.count, sizeof *r.took);
    r.clients = mem_alloc(r.client_count, sizeof *r.clients);
    r.idle = arena_array(&a, struct client *, r.client_count);
    for (size_t i = 0; i < r.count; i++)
        sign_one(&r.messages[i], signer, &known, argv[6], argv[1], (int)i);
    if (argc > 10) {
        const char *body = strstr(r.messages[0].bytes, "\r\n\r\n") + 4;
        if (!file_write(argv[10], str_part(body, r.messages[0].n - (size_t)(body - r.messages[0].bytes)), &e))
            fail(e.log);
    }
    r.epoll = epoll_create1(EPOLL_CLOEXEC);
    for (size_t i = 0; i < r.client_count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &r.clients[i]};
        client_open(&r.clients[i], argv[1], (int)port);
        (void)epoll_ctl(r.epoll, EPOLL_CTL_ADD, r.clients[i].fd, &event);
        r.idle[r.idle_count++] = &r.clients[i];
    }
    run(&r);
    double wall = now() - r.began;
    qsort(r.took, r.count, sizeof *r.took, by_value);
    printf("%zu %.4f %.3f %.3f %.3f\n", r.done, wall, r.took[r.count / 2] * 1e3, r.took[r.count * 99 / 100] * 1e3,
           r.took[r.count - 1] * 1e3);
    return 0;
}
