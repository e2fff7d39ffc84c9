/* The command line of the farm. */
#include <argp.h>
#include <sys/stat.h>

#include "base/file.h"
#include "farm.h"

enum option_key {
    OPT_BASE = 0x100,
    OPT_STATUS_PORT,
    OPT_DNS_PORT,
    OPT_SEED,
    OPT_MANY,
    OPT_BAD,
    OPT_FOR,
    OPT_READY,
    OPT_NAMES,
    OPT_BODIES,
    OPT_PAPERS
};
enum { SECONDS_PER_DAY = 86400 };

struct command_line {
    struct farm_plan plan;
    bool has_base, has_port, has_status_port, has_dns_port;
    struct farm_serve serve;
    const char *names, *bodies;
    const char *words[3];
    int word_count;
};

static const struct argp_option options[] = {
    {"base", OPT_BASE, "ADDRESS", 0, "make: the farm's network, 127.x.y.0 (default 127.77.0.0); many live at 127.(x+1)",
     0},
    {"port", 'p', "PORT", 0, "the endpoints' port (default 8443)", 0},
    {"status-port", OPT_STATUS_PORT, "PORT", 0, "make: port of OCSP, CRL and caIssuers (default 8080)", 0},
    {"dns-port", OPT_DNS_PORT, "PORT", 0, "UDP port of the DNS (default 5353)", 0},
    {"seed", OPT_SEED, "N", 0, "make: of serial numbers and invented bodies; keys are new every time (default 1)", 0},
    {"many", OPT_MANY, "N", 0, "serve, registry: so many endpoints besides", 0},
    {"bad", OPT_BAD, "PERCENT", 0, "serve, registry: of the many, in bad states by turns (default 0)", 0},
    {"for", OPT_FOR, "SECONDS", 0, "serve: ends by itself", 0},
    {"ready", OPT_READY, "FILE", 0, "serve: written when everything listens", 0},
    {"bodies", OPT_BODIES, "FILE", 0, "make, serve: plays the bodies of such a file too (share/demo/registry.csv)", 0},
    {"papers", OPT_PAPERS, "FILE", 0,
     "make: signed forms and CDAs for such a file too (share/demo/integrations.csv), into DIR/papers", 0},
    {"names", OPT_NAMES, "FILE", 0, "registry: CSV whose second column gives names (default: the demo's)", 0},
    {0}};

static int64_t number(const char *arg, const char *what, int64_t least, int64_t most, struct argp_state *state)
{
    int64_t n = 0;
    if (!str_to_int64(str_of(arg), least, most, &n))
        argp_error(state, "%s: %s is no number from %lld to %lld", what, arg, (long long)least, (long long)most);
    return n;
}

static uint32_t base_of(const char *arg, struct argp_state *state)
{
    struct str s = str_of(arg), part;
    int64_t n[4] = {0};
    bool ok = true;
    for (int i = 0; i < 4; i++)
        ok = ok && str_split(&s, '.', &part) && str_to_int64(part, 0, 255, &n[i]);
    if (!ok || n[0] != 127 || n[1] > 253 || n[3] != 0)
        argp_error(state, "--base: %s is no 127.x.y.0 with x below 254", arg);
    return (uint32_t)(n[0] << 24 | n[1] << 16 | n[2] << 8);
}

static error_t option_parse(int key, char *arg, struct argp_state *state)
{
    struct command_line *c = state->input;
    switch (key) {
    case OPT_BASE: c->plan.base = base_of(arg, state), c->has_base = true; break;
    case 'p': c->plan.port = (int)number(arg, "--port", 1, 65535, state), c->has_port = true; break;
    case OPT_STATUS_PORT:
        c->plan.status_port = (int)number(arg, "--status-port", 1, 65535, state), c->has_status_port = true;
        break;
    case OPT_DNS_PORT:
        c->plan.dns_port = (int)number(arg, "--dns-port", 1, 65535, state), c->has_dns_port = true;
        break;
    case OPT_SEED: c->plan.seed = number(arg, "--seed", 0, INT32_MAX, state); break;
    case OPT_MANY: c->serve.many = (int)number(arg, "--many", 0, MANY_MOST, state); break;
    case OPT_BAD: c->serve.bad_percent = (int)number(arg, "--bad", 0, 100, state); break;
    case OPT_FOR: c->serve.seconds = (int)number(arg, "--for", 1, INT32_MAX / 1000, state); break;
    case OPT_READY: c->serve.ready = arg; break;
    case OPT_NAMES: c->names = arg; break;
    case OPT_BODIES: c->bodies = arg; break;
    case OPT_PAPERS: c->plan.papers = arg; break;
    case ARGP_KEY_ARG:
        if (c->word_count == 3)
            argp_error(state, "too many words");
        c->words[c->word_count++] = arg;
        break;
    case ARGP_KEY_END:
        if (c->word_count < 2)
            argp_error(state, "a command and a directory are needed");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* The plan of the directory, with the ports of this command line; one that is missing or a day old is made anew. */
static bool plan_for(struct command_line *c, const char *dir, struct err *e)
{
    struct arena a = {0};
    struct farm_plan wanted = c->plan, made;
    int64_t now = time(NULL);
    bool exists = file_exists(path_join(&a, dir, "farm.conf"));
    arena_release(&a);
    if (exists && !plan_read(dir, &made, e))
        return false;
    if (!exists || now - made.made > SECONDS_PER_DAY || now < made.made) {
        if (exists && !c->has_base)
            wanted.base = made.base;
        if (exists && !c->has_status_port)
            wanted.status_port = made.status_port;
        if (exists && !c->has_port)
            wanted.port = made.port;
        if (exists && !c->has_dns_port)
            wanted.dns_port = made.dns_port;
        wanted.made = now;
        c->plan = wanted;
        return farm_make(dir, &c->plan, e);
    }
    if ((c->has_base && wanted.base != made.base) || (c->has_status_port && wanted.status_port != made.status_port))
        return err_set(e, ERR_STATE,
                       "%s was made for another --base or --status-port, which its certificates name: make it again",
                       dir);
    c->plan = made;
    if (c->has_port)
        c->plan.port = wanted.port;
    if (c->has_dns_port)
        c->plan.dns_port = wanted.dns_port;
    return true;
}

static bool command_run(struct command_line *c, struct err *e)
{
    const char *command = c->words[0], *dir = c->words[1];
    if (strcmp(command, "make") == 0 && c->word_count == 2) {
        c->plan.made = time(NULL);
        return farm_make(dir, &c->plan, e);
    }
    if (strcmp(command, "serve") == 0 && c->word_count == 2)
        return plan_for(c, dir, e) && farm_serve(dir, &c->plan, &c->serve, e);
    if (strcmp(command, "registry") == 0 && c->word_count == 3) {
        const char *names = c->names != NULL ? c->names : file_exists(FARM_NAMES) ? FARM_NAMES : NULL;
        return plan_for(c, dir, e) &&
               farm_registry(&c->plan, c->serve.many, c->serve.bad_percent, names, c->words[2], e);
    }
    if (strcmp(command, "list") == 0 && c->word_count == 3)
        return plan_for(c, dir, e) && farm_list(&c->plan, c->words[2], e);
    return err_set(
        e, ERR_USAGE,
        "what is wanted? `make DIR`, `serve DIR`, `registry DIR FILE.csv` or `list DIR FILE.csv`; --help tells more");
}

int main(int argc, char **argv)
{
    static const struct argp parser = {
        .options = options,
        .parser = option_parse,
        .args_doc = "make DIR\nserve DIR\nregistry DIR FILE.csv\nlist DIR FILE.csv",
        .doc = "A farm of local TLS endpoints in every state, for tests, benchmarks and the demo."};
    struct command_line c = {.plan = FARM_PLAN_DEFAULT};
    struct err e = {0};
    if (argp_parse(&parser, argc, argv, 0, NULL, &c) != 0)
        return EXIT_USAGE;
    struct arena bodies = {0};
    bool ok = (c.bodies == NULL || bodies_play(&bodies, c.bodies, &e)) && command_run(&c, &e);
    arena_release(&bodies);
    if (ok)
        return EXIT_OK;
    (void)fprintf(stderr, "talaia-farm: %s: %s\n", err_code_text(e.code), e.text);
    return (int)err_exit_code(e.code);
}
