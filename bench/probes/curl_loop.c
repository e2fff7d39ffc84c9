/* The peer: the same checks by a bare libcurl multi loop, spread evenly over the time. Chain and host name verified,
 * one cache of authorities for all, a new connection and a full handshake each time, as whoever watches certificates
 * needs.
 *
 *     curl_loop ANCHORS TARGETS SECONDS        TARGETS: lines of "ADDRESS PORT HOST PATH"
 *
 * Names are given, not asked. Prints one line of JSON: how many answered 200, seconds of CPU, KiB. */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static CURLM *multi;
static size_t good, bad, active;

static size_t swallow(char *bytes, size_t one, size_t n, void *context)
{
    (void)bytes;
    (void)context;
    return one * n;
}

static void begin(char *line, const char *anchors)
{
    char text[512], *save = line, *parts[4];
    for (int i = 0; i < 4; i++)
        parts[i] = strsep(&save, " \n");
    CURL *h = curl_easy_init();
    (void)snprintf(text, sizeof text, "%s:%s:%s", parts[2], parts[1], parts[0]);
    struct curl_slist *names = curl_slist_append(NULL, text);
    (void)snprintf(text, sizeof text, "https://%s:%s%s", parts[2], parts[1], parts[3]);
    curl_easy_setopt(h, CURLOPT_URL, text);
    curl_easy_setopt(h, CURLOPT_RESOLVE, names);
    curl_easy_setopt(h, CURLOPT_PRIVATE, names);
    curl_easy_setopt(h, CURLOPT_CAINFO, anchors);
    curl_easy_setopt(h, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(h, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(h, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    curl_easy_setopt(h, CURLOPT_TIMEOUT, 10L);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, swallow);
    curl_multi_add_handle(multi, h);
    active++;
}

static void collect(void)
{
    int left;
    for (const CURLMsg *m; (m = curl_multi_info_read(multi, &left)) != NULL;) {
        if (m->msg != CURLMSG_DONE)
            continue;
        CURL *h = m->easy_handle;
        struct curl_slist *names = NULL;
        long status = 0;
        bool ok = m->data.result == CURLE_OK && curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
                  status == 200;
        good += ok;
        bad += !ok;
        active--;
        curl_easy_getinfo(h, CURLINFO_PRIVATE, &names);
        curl_multi_remove_handle(multi, h);
        curl_easy_cleanup(h);
        curl_slist_free_all(names);
    }
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
    char **lines = NULL, *line = NULL;
    size_t count = 0, room = 0, at = 0;
    struct rusage r;
    FILE *f = argc == 4 ? fopen(argv[2], "r") : NULL;
    if (f == NULL)
        return 2;
    while (getline(&line, &room, f) > 0) {
        lines = reallocarray(lines, count + 1, sizeof *lines);
        lines[count++] = line;
        line = NULL, room = 0;
    }
    fclose(f);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi = curl_multi_init();
    double before = cpu(), began = now(), step = strtod(argv[3], NULL) / (double)count;
    while (at < count || active > 0) {
        double wait = 1;
        int running;
        while (at < count && (wait = began + step * (double)at - now()) <= 0)
            begin(lines[at++], argv[1]);
        curl_multi_poll(multi, NULL, 0, at < count ? (int)(wait * 1000) + 1 : 1000, NULL);
        curl_multi_perform(multi, &running);
        collect();
    }
    double used = cpu() - before;
    getrusage(RUSAGE_SELF, &r);
    printf("{\"ok\":%zu,\"bad\":%zu,\"wall\":%.3f,\"cpu\":%.3f,\"rss_kib\":%ld}\n", good, bad, now() - began, used,
           r.ru_maxrss);
    return 0;
}
