/* The engine on the command line, for tests against the farm and for measurements: targets from a file, one line of
 * JSON for each observation, one for the summary.
 *
 *     probe_sweep --anchors FILE [--dns IP:PORT] [--allow CIDR] [--proxy URL] [--in-flight N] [--per-host N] [--ms N]
 *                 [--total-ms N] [--expiring DAYS] [--operation NAME] [--no-revocation] [--quiet] TARGETS
 *
 * TARGETS has one URL per line; a line's number, from 0, is its tag. --ms is the deadline of every phase. */
#include <inttypes.h>
#include <sys/resource.h>

#include "base/file.h"
#include "probe/engine.h"

struct state {
    FILE *targets;
    char *line;
    size_t line_capacity;
    int64_t tag;
    bool quiet;
    size_t counts[VERDICT_CODE_COUNT];
};

static bool next(void *ctx, struct probe_target *ret)
{
    struct state *s = ctx;
    ssize_t n = getline(&s->line, &s->line_capacity, s->targets);
    if (n < 0)
        return false;
    if (n > 0 && s->line[n - 1] == '\n')
        s->line[n - 1] = '\0';
    *ret = (struct probe_target){s->tag++, s->line};
    return true;
}

static void quoted(const char *name, const char *text, const char *after)
{
    printf("\"%s\":\"", name);
    for (const char *p = text == NULL ? "" : text; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            putchar('\\');
        if ((unsigned char)*p < ' ')
            printf("\\u%04x", (unsigned)*p);
        else
            putchar(*p);
    }
    printf("\"%s", after);
}

static void seen(void *ctx, const struct probe_observation *o)
{
    static const char *const parts[] = {"connection", "trust", "application"};
    struct state *s = ctx;
    struct arena a = {0};
    for (int p = 0; p < VERDICT_PARTS; p++)
        s->counts[o->verdict[p]]++;
    if (s->quiet)
        return;
    printf("{\"tag\":%" PRId64 ",\"last\":%s,", o->tag, o->last ? "true" : "false");
    quoted("url", o->url, ",");
    quoted("address", o->address, ",");
    for (int p = 0; p < VERDICT_PARTS; p++) {
        char name[32];
        quoted(parts[p], verdict_text(o->verdict[p]), ",");
        snprintf(name, sizeof name, "%s_reason", parts[p]);
        quoted(name, verdict_fill(&a, verdict_reason(o->verdict[p]), &o->facts[p]), ",");
    }
    quoted("protocol", o->protocol, ",");
    quoted("cipher", o->cipher, ",");
    quoted("final_url", o->final_url, ",");
    quoted("fingerprint", o->leaf == NULL ? "" : o->leaf->fingerprint_hex, ",");
    char day[DAY_TEXT_BYTES];
    quoted("not_after", o->leaf == NULL ? "" : day_iso(o->leaf->last_day, day), ",");
    quoted("revocation_source", o->revocation_source, ",");
    quoted("wsdl_hash", o->wsdl == NULL ? "" : o->wsdl->hash, ",");
    printf("\"revocation\":%d,\"middlebox\":%s,\"status\":%d,\"bytes\":%zu,\"redirects\":%d,\"chain\":%zu,",
           (int)o->revocation, o->middlebox ? "true" : "false", o->status, o->body_bytes, o->redirects, o->chain_count);
    printf("\"dns_us\":%" PRId64 ",\"tcp_us\":%" PRId64 ",\"tls_us\":%" PRId64 ",\"http_us\":%" PRId64
           ",\"total_us\":%" PRId64 "}\n",
           o->times.dns_us, o->times.tcp_us, o->times.tls_us, o->times.http_us, o->times.total_us);
    arena_release(&a);
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* Of this program alone: ru_maxrss still knows what it was forked from. */
static long high_water_kib(void)
{
    FILE *f = fopen("/proc/self/status", "r");
    char line[256];
    int64_t kib = 0;
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        struct str s = str_of(line);
        if (str_starts(s, "VmHWM:"))
            str_to_int64(str_trim(str_part(s.p + 6, str_find(s, 'k') - 6)), 0, INT64_MAX, &kib);
    }
    if (f != NULL)
        fclose(f);
    return (long)kib;
}

struct options {
    struct probe_settings s;
    const char *anchors, *allow, *targets, *operation;
    bool quiet;
};

static int number(const char *text)
{
    int64_t n = 0;
    if (!str_to_int64(str_of(text), 0, INT32_MAX, &n))
        fprintf(stderr, "%s is no number\n", text);
    return (int)n;
}

static bool option(struct options *o, const char *name, const char *value)
{
    struct str s = str_of(name);
    if (str_is(s, "--anchors"))
        o->anchors = value;
    else if (str_is(s, "--dns"))
        o->s.dns_servers = value;
    else if (str_is(s, "--allow"))
        o->allow = value;
    else if (str_is(s, "--proxy"))
        o->s.proxy = value;
    else if (str_is(s, "--in-flight"))
        o->s.in_flight = (size_t)number(value);
    else if (str_is(s, "--per-host"))
        o->s.per_host = (size_t)number(value);
    else if (str_is(s, "--total-ms"))
        o->s.total_ms = number(value);
    else if (str_is(s, "--expiring"))
        o->s.expiring_days = number(value);
    else if (str_is(s, "--operation"))
        o->operation = value;
    else if (str_is(s, "--ms"))
        o->s.dns_ms = o->s.connect_ms = o->s.tls_ms = o->s.http_ms = number(value);
    else
        return false;
    return true;
}

static bool options_read(int argc, char **argv, struct options *o)
{
    *o = (struct options){.s = PROBE_DEFAULTS, .allow = "127.0.0.0/8"};
    for (int i = 1; i < argc; i++) {
        struct str s = str_of(argv[i]);
        if (str_is(s, "--quiet"))
            o->quiet = true;
        else if (str_is(s, "--no-revocation"))
            o->s.revocation = false;
        else if (i + 1 < argc && option(o, argv[i], argv[i + 1]))
            i++;
        else if (!str_starts(s, "--"))
            o->targets = argv[i];
        else
            return false;
    }
    return o->targets != NULL && o->anchors != NULL;
}

static int sweep(const struct options *given)
{
    struct options o = *given;
    struct err e = {.lang = LANG_EN};
    struct arena a = {0};
    struct guard guard;
    struct trust *trust = NULL;
    struct str allow[2] = {str_of(o.allow), str_of("::1/128")};
    struct state state = {.targets = fopen(o.targets, "r"), .quiet = o.quiet};
    struct probe_summary sum;
    bool ok =
        state.targets != NULL && guard_init(&guard, &a, allow, 2, &e) && trust_open(NULL, &o.anchors, 1, &trust, &e);
    if (!ok) {
        fprintf(stderr, "%s\n", e.code == ERR_NONE ? o.targets : e.text);
        return 1;
    }
    struct rusage before, after;
    long rss = high_water_kib();
    getrusage(RUSAGE_SELF, &before);
    o.s.guard = &guard;
    o.s.trust = trust;
    o.s.clock = probe_clock_system();
    o.s.operations = &o.operation;
    o.s.operation_count = o.operation != NULL;
    int64_t began = o.s.clock.monotonic(NULL);
    ok = probe_run(&o.s, &(struct probe_source){next, &state}, &(struct probe_sink){seen, &state}, -1, &sum, &e);
    double wall = (double)(o.s.clock.monotonic(NULL) - began) / 1e6;
    getrusage(RUSAGE_SELF, &after);
    if (!ok)
        fprintf(stderr, "%s\n", e.text);
    printf("{\"summary\":true,\"targets\":%zu,\"addresses\":%zu,\"connections\":%zu,\"fetches\":%zu,\"cached\":%zu,"
           "\"most_open\":%zu,\"waited\":%zu,\"ok\":%zu,\"wall\":%.3f,\"cpu\":%.3f,\"rss_kib\":%ld,\"rss_before_kib\":%"
           "ld}\n",
           sum.targets, sum.addresses, sum.connections, sum.fetches, sum.revocation_cached, sum.most_open,
           sum.waited_descriptors, state.counts[APPLICATION_OK], wall,
           seconds(after.ru_utime) + seconds(after.ru_stime) - seconds(before.ru_utime) - seconds(before.ru_stime),
           high_water_kib(), rss);
    trust_free(trust);
    arena_release(&a);
    fclose(state.targets);
    free(state.line);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct options o;
    if (!options_read(argc, argv, &o)) {
        fprintf(stderr, "probe_sweep --anchors FILE [options] TARGETS; the source tells them\n");
        return 2;
    }
    return sweep(&o);
}
