/* A connection of SMTP or IMAP through libcurl (CURLOPT_CONNECT_ONLY): TCP, TLS or STARTTLS, greeting and capabilities
 * are its work; from there on the bytes are ours. Nobody logs in here: without a user libcurl stops before that, and
 * the dialogue above does it, where every answer of the server can be read. */
#include "net/transfer_curl.h"

#include <errno.h>
#include <poll.h>

struct link {
    CURL *handle;
    curl_socket_t socket;
    char error_text[CURL_ERROR_SIZE];
};

static void link_close(void *handle)
{
    struct link *l = handle;
    curl_easy_cleanup(l->handle);
    mem_free(l);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* False when the time is over. It is one time for all: a signal, or a TLS record that comes byte by byte, gives no
 * more. */
static bool link_wait(const struct link *l, short what, int64_t end)
{
    struct pollfd p = {.fd = l->socket, .events = what};
    for (;;) {
        int64_t left = end - now_ms();
        int n = poll(&p, 1, left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left);
        if (n > 0)
            return true;
        if (n == 0 || errno != EINTR)
            return false;
    }
}

static long link_receive(void *handle, char *to, size_t n, int ms)
{
    struct link *l = handle;
    for (int64_t end = now_ms() + ms;;) {
        size_t got = 0;
        CURLcode code = curl_easy_recv(l->handle, to, n, &got);
        if (code == CURLE_OK)
            return got == 0 ? CHANNEL_SOURCE_ENDED : (long)got;
        if (code != CURLE_AGAIN)
            return CHANNEL_SOURCE_ENDED;
        if (!link_wait(l, POLLIN, end) || (ms > 0 && now_ms() >= end))
            return CHANNEL_SOURCE_TIME;
    }
}

static long link_send(void *handle, const char *from, size_t n, int ms)
{
    struct link *l = handle;
    for (int64_t end = now_ms() + ms;;) {
        size_t sent = 0;
        CURLcode code = curl_easy_send(l->handle, from, n, &sent);
        if (code == CURLE_OK && sent > 0)
            return (long)sent;
        if (code != CURLE_OK && code != CURLE_AGAIN)
            return CHANNEL_SOURCE_ENDED;
        if (!link_wait(l, POLLOUT, end) || (ms > 0 && now_ms() >= end))
            return CHANNEL_SOURCE_TIME;
    }
}

static const struct channel_source link_source = {link_receive, link_send, link_close};

/* The address for libcurl; for SMTP its path is the name that we give ourselves. */
static void url_set(CURL *h, const struct channel_target *t)
{
    static const char *const schemes[][2] = {[CHANNEL_SMTP] = {"smtp", "smtps"}, [CHANNEL_IMAP] = {"imap", "imaps"}};
    bool six = strchr(t->host, ':') != NULL;
    struct buf url = BUF_INIT(2 * LIMIT_URL_BYTES);
    buf_printf(&url, "%s://%s%s%s:%d/", schemes[t->protocol][t->tls == CHANNEL_TLS], six ? "[" : "", t->host,
               six ? "]" : "", t->port);
    if (t->protocol == CHANNEL_SMTP && t->helo != NULL)
        buf_add_text(&url, t->helo);
    curl_easy_setopt(h, CURLOPT_URL, buf_text(&url));
    buf_release(&url);
}

enum transfer_end transfer_channel_open(const struct channel_target *t, const struct channel_source **ret_source,
                                        void **ret_handle, struct err *e)
{
    struct link *l = mem_alloc(1, sizeof *l);
    CURL *h = l->handle = transfer_handle(t->ca_file, l->error_text);
    int seconds = t->seconds > 0 ? t->seconds : LIMIT_CHANNEL_CONNECT_SECONDS;
    url_set(h, t);
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps,imap,imaps");
    curl_easy_setopt(h, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(h, CURLOPT_USE_SSL, (long)(t->tls == CHANNEL_PLAIN ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    curl_easy_setopt(h, CURLOPT_TIMEOUT, (long)seconds);
    CURLcode code = curl_easy_perform(h);
    if (code == CURLE_OK)
        code = curl_easy_getinfo(h, CURLINFO_ACTIVESOCKET, &l->socket);
    if (code != CURLE_OK) {
        char place[LIMIT_HOST_BYTES + 16];
        (void)snprintf(place, sizeof place, strchr(t->host, ':') != NULL ? "[%s]:%d" : "%s:%d", t->host, t->port);
        enum transfer_end end = transfer_say(h, code, l->error_text, place, t->ca_key, false, e);
        link_close(l);
        return end;
    }
    *ret_source = &link_source;
    *ret_handle = l;
    return TRANSFER_DONE;
}
