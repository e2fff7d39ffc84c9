/* What the gateway does with the same bytes: ours MESSAGE SHARE SECONDS [new]. Prints how many in a second of CPU, and
 * the peak of memory in KiB. `new`: no certificate was ever seen before. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "scsp/explain.h"

static double cpu_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* getrusage would tell that of the process before exec too. */
static long peak_kib(void)
{
    char line[256];
    int64_t kib = 0;
    FILE *in = fopen("/proc/self/status", "r");
    while (in != NULL && fgets(line, sizeof line, in) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            (void)str_to_int64(str_trim(str_part(line + 6, strcspn(line + 6, "k"))), 0, INT64_MAX, &kib);
    if (in != NULL)
        (void)fclose(in);
    return (long)kib;
}

static void once(struct str bytes, const struct modalities *known, struct wss_keys *keys, struct arena *a)
{
    struct diagnosis d = {.remarks.arena = a};
    const struct explain_how how = {
        .now = INSTANT_PER_SECOND * 1795161600, .known = known, .keys = keys, .body = "", .brief = true};
    if (!explain(&d, bytes, &how)) {
        fprintf(stderr, "ours: it is refused: %s\n", remark_code_text(d.remarks.list.items[0].code));
        exit(1);
    }
    diagnosis_release(&d);
    arena_reset(a);
}

int main(int argc, char **argv)
{
    struct arena kept = {0}, each = {0};
    struct modalities known;
    struct buf bytes = BUF_INIT(LIMIT_XML_BYTES);
    struct err e = {.lang = LANG_EN};
    double seconds;
    if (argc < 4 || !str_to_double(str_of(argv[3]), &seconds) || !file_read(argv[1], &bytes, &e) ||
        !modalities_load(&kept, argv[2], &known, &e)) {
        fprintf(stderr, "ours: %s\n", e.log);
        return 1;
    }
    xml_init();
    struct wss_keys *keys = wss_keys_new();
    long count = 0;
    double began = cpu_seconds(), used = 0;
    for (; used < seconds; used = cpu_seconds() - began)
        for (int i = 0; i < 50; i++, count++) {
            once(buf_str(&bytes), &known, keys, &each);
            if (argc > 4)
                wss_keys_forget(keys);
        }
    printf("%.0f %ld\n", (double)count / used, peak_kib());
    wss_keys_free(keys);
    buf_release(&bytes);
    arena_release(&each);
    arena_release(&kept);
    return 0;
}
