/* The peer: libcurl in a loop over one kept connection, the same bytes each time. bare PORT FILE TIMES */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mail {
    const char *p;
    size_t left;
};

static size_t give(char *to, size_t size, size_t count, void *context)
{
    struct mail *m = context;
    size_t n = size * count < m->left ? size * count : m->left;
    memcpy(to, m->p, n);
    m->p += n;
    m->left -= n;
    return n;
}

int main(int argc, char **argv)
{
    static char bytes[1 << 20], url[64];
    FILE *f = argc == 4 ? fopen(argv[2], "rb") : NULL;
    if (f == NULL)
        return 2;
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    snprintf(url, sizeof url, "smtp://127.0.0.1:%s", argv[1]);
    CURL *c = curl_easy_init();
    struct curl_slist *to = curl_slist_append(NULL, "<padro@ens.example>");
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, "<suport.padro@example.org>");
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
    for (long i = strtol(argv[3], NULL, 10); i > 0; i--) {
        struct mail m = {bytes, n};
        curl_easy_setopt(c, CURLOPT_READDATA, &m);
        CURLcode rc = curl_easy_perform(c);
        if (rc != CURLE_OK) {
            fprintf(stderr, "bare: %s\n", curl_easy_strerror(rc));
            return 1;
        }
    }
    curl_slist_free_all(to);
    curl_easy_cleanup(c);
    return 0;
}
