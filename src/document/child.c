/* The process that reads a document: it takes the file, closes itself off, reads, says what it found, and ends. */
#include "document/child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"
#include "base/module.h"
#include "base/sandbox.h"
#include "document/document.h"
#include "document/pdf_text.h"
#include "pki/trust.h"

/* --- before: what needs files --- */

static bool input_read(int fd, struct buf *to)
{
    char some[65536];
    for (;;) {
        ssize_t n = os.read(fd, some, sizeof some);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        if (!buf_add(to, some, (size_t)n))
            return false;
    }
}

static bool learn(struct trust *trust)
{
    struct buf all = BUF_INIT(LIMIT_CHAIN_CERTS * (LIMIT_CERTIFICATE_FILE_BYTES + 4));
    bool good = input_read(CHILD_LEARNT, &all);
    struct str rest = buf_str(&all);
    while (good && rest.n >= 4) {
        size_t n = 0;
        for (int k = 3; k >= 0; k--)
            n = n << 8 | (unsigned char)rest.p[k];
        good = n <= rest.n - 4;
        if (good) {
            (void)trust_learn(trust, str_part(rest.p + 4, n));
            rest = str_part(rest.p + 4 + n, rest.n - 4 - n);
        }
    }
    buf_release(&all);
    return good;
}

/* Sanitizers reserve terabytes of addresses and read the system while they work. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static bool close_off(void)
{
    char text[SANDBOX_TEXT_BYTES];
    const struct rlimit memory = {LIMIT_DOCUMENT_MEMORY, LIMIT_DOCUMENT_MEMORY};
    const struct rlimit seconds = {LIMIT_DOCUMENT_SECONDS, LIMIT_DOCUMENT_SECONDS};
    if (!SANITIZED)
        (void)setrlimit(RLIMIT_AS, &memory);
    (void)setrlimit(RLIMIT_CPU, &seconds);
    return sandbox_enter(text);
}

/* --- after --- */

static bool output_write(struct str s)
{
    while (s.n > 0) {
        ssize_t n = os.write(STDOUT_FILENO, s.p, s.n);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            s = str_part(s.p + n, s.n - (size_t)n);
    }
    return true;
}

static bool json_write(json_t *value)
{
    char *text = value == NULL ? NULL : json_dumps(value, JSON_COMPACT);
    return text != NULL && output_write(str_of(text));
}

static int facts_run(struct str bytes, enum lang lang, instant_t now, const char *bundle, const char *const *anchors,
                     size_t anchor_count)
{
    struct arena a = {0};
    struct err e = {.lang = LANG_EN};
    struct trust *trust = NULL;
    struct document d;
    if (!trust_open(bundle[0] == '\0' ? NULL : bundle, anchors, anchor_count, &trust, &e)) {
        (void)fprintf(stderr, "%s\n", e.log);
        return EXIT_CONFIG;
    }
    if (!learn(trust))
        return EXIT_SYSTEM;
    (void)module_api(MODULE_PDF, &e); /* the module is a file: it is opened now; without it a PDF is told so */
    (void)tr(lang, document_kind_words(DOCUMENT_PDF));
    if (!close_off())
        return EXIT_SYSTEM;
    document_read_here(&a, bytes, trust, now, lang, &d);
    return json_write(document_json(&d)) ? EXIT_OK : EXIT_SYSTEM;
}

static int text_run(struct str bytes)
{
    struct err e = {.lang = LANG_EN};
    struct buf to = BUF_INIT(LIMIT_DOCUMENT_TEXT_BYTES);
    const char *why = "";
    int pages = 0;
    const struct pdf_text_api *api = module_api(MODULE_PDF_TEXT, &e);
    if (api == NULL)
        return EXIT_SYSTEM;
    api->prepare();
    if (!close_off())
        return EXIT_SYSTEM;
    bool good = api->read(bytes, LIMIT_DOCUMENT_PAGES, &to, &pages, &why);
    struct str text = str_utf8_cut(buf_str(&to), LIMIT_DOCUMENT_TEXT_BYTES);
    return json_write(json_pack("{s:b,s:s,s:s%,s:i}", "good", good, "why", why, "text", text.n == 0 ? "" : text.p,
                                text.n, "pages", pages))
               ? EXIT_OK
               : EXIT_SYSTEM;
}

void document_child(int argc, char **argv)
{
    if (argc < 5 || strcmp(argv[0], CHILD_DOCUMENT) != 0)
        return;
    struct buf bytes = BUF_INIT(LIMIT_DOCUMENT_BYTES);
    enum lang lang = LANG_EN;
    int64_t now = 0;
    int code = EXIT_USAGE;
    if (lang_parse(argv[2], &lang) && str_to_int64(str_of(argv[3]), INT64_MIN, INT64_MAX, &now) &&
        input_read(STDIN_FILENO, &bytes))
        code = strcmp(argv[1], CHILD_TEXT) == 0
                   ? text_run(buf_str(&bytes))
                   : facts_run(buf_str(&bytes), lang, now, argv[4], (const char *const *)argv + 5, (size_t)argc - 5);
    /* Leaving by main would ask the system for more than is allowed. */
    _exit(code);
}
