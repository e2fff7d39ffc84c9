/* The peer: a bare libcurl loop, one handle, one kept connection:  curl_loop PORT COUNT */
#include <curl/curl.h>
#include <stdlib.h>

#include "mails.h"

struct reading {
    char bytes[MAIL_BYTES + 256];
    size_t n, at;
};

static size_t read_more(char *to, size_t one, size_t n, void *context)
{
    struct reading *r = context;
    size_t take = r->n - r->at < one * n ? r->n - r->at : one * n;
    memcpy(to, r->bytes + r->at, take);
    r->at += take;
    return take;
}

int main(int argc, char **argv)
{
    static struct reading r;
    if (argc != 3)
        return 2;
    char url[64];
    (void)snprintf(url, sizeof url, "smtp://127.0.0.1:%s/bench.example", argv[1]);
    long count = strtol(argv[2], NULL, 10);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL *h = curl_easy_init();
    struct curl_slist *to = curl_slist_append(NULL, "<padro@odena.example>");
    curl_easy_setopt(h, CURLOPT_URL, url);
    curl_easy_setopt(h, CURLOPT_MAIL_FROM, "<suport@aoc.example>");
    curl_easy_setopt(h, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(h, CURLOPT_READFUNCTION, read_more);
    curl_easy_setopt(h, CURLOPT_READDATA, &r);
    curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
    for (long i = 0; i < count; i++) {
        r.n = mail_make(r.bytes, (int)i);
        r.at = 0;
        CURLcode code = curl_easy_perform(h);
        if (code != CURLE_OK) {
            fprintf(stderr, "%s\n", curl_easy_strerror(code));
            return 1;
        }
    }
    curl_slist_free_all(to);
    curl_easy_cleanup(h);
    return 0;
}
