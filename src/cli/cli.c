/* Reading the command line. The table of options is in cli.h, that of commands in commands.c. */
#include "cli/cli.h"

#include <getopt.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/allowed.h"
#include "cli/help.h"

static const struct cli_option_info option_infos[OPT_COUNT] = {
#define X(name, text, letter, argument, help) [OPT_##name] = {text, letter, argument, help},
    CLI_OPTIONS(X)
#undef X
};

const struct cli_option_info *cli_option_info(enum cli_option o)
{
    return &option_infos[o];
}

bool cli_has_option(const struct command *command, enum cli_option o)
{
    static const enum cli_option globals[] = {CLI_GLOBAL_OPTIONS, OPT_VERSION};
    for (size_t i = 0; i < sizeof globals / sizeof *globals; i++) {
        if (globals[i] == o)
            return true;
    }
    for (size_t i = 0; command != NULL && command->options[i] != OPT_END; i++) {
        if (command->options[i] == o)
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ words */

static const struct command *find_command(const char **words, size_t count, size_t *ret_used)
{
    const struct command *best = NULL;
    *ret_used = 0;
    for (const struct command *const *c = cli_commands; *c != NULL; c++) {
        struct str name = str_of((*c)->name), word;
        size_t used = 0;
        bool fits = true;
        while (fits && str_split(&name, ' ', &word)) {
            fits = used < count && str_is(word, words[used]);
            used++;
        }
        if (fits && used > *ret_used) {
            best = *c;
            *ret_used = used;
        }
    }
    return best;
}

static bool unknown_command(struct cli *c, struct err *e)
{
    const char *word = c->words[0];
    bool begins = false;
    struct buf more = BUF_INIT(LIMIT_ERR_BYTES / 2);
    const struct command *near = NULL;
    int least = LIMIT_EDIT_DISTANCE + 1;
    for (const struct command *const *p = cli_commands; *p != NULL; p++) {
        size_t n = strlen(word);
        if (strncmp((*p)->name, word, n) == 0 && (*p)->name[n] == ' ') {
            begins = true;
            buf_printf(&more, "%s%s", more.n > 0 ? ", " : "", (*p)->name + n + 1);
        }
        char *first = arena_text(&c->arena, str_part((*p)->name, str_find(str_of((*p)->name), ' ')));
        int d = text_distance(word, first, least - 1);
        if (d > 0 && d < least) {
            least = d;
            near = *p;
        }
    }
    if (begins && near != NULL)
        err_set(e, ERR_USAGE, N_("`talaia %s` needs one of: %s; or did you mean `talaia %s`?"), word, buf_text(&more),
                near->name);
    else if (begins)
        err_set(e, ERR_USAGE, N_("`talaia %s` needs one of: %s"), word, buf_text(&more));
    else if (near != NULL)
        err_set(e, ERR_USAGE, N_("there is no command \"%s\"; did you mean `talaia %s`?"), word, near->name);
    else
        err_set(e, ERR_USAGE, N_("there is no command \"%s\"; `talaia help` lists them"), word);
    buf_release(&more);
    return false;
}

/* ------------------------------------------------------------------ options */

/* `letter` 0: it was a long one, which is `argument`; else getopt may have moved the words around it. */
static bool unknown_option(const char *argument, int letter, struct err *e)
{
    if (letter != 0 && letter < 256)
        return err_set(
            e, ERR_USAGE,
            N_("there is no option -%c; `talaia help COMMAND` lists them, and a text that begins with - comes "
               "after --"),
            letter);
    const char *name = argument + strspn(argument, "-");
    char word[64];
    (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(name, "="), name);
    int least = LIMIT_EDIT_DISTANCE + 1;
    const char *near = NULL;
    for (int i = 0; i < OPT_COUNT; i++) {
        int d = text_distance(word, option_infos[i].name, least - 1);
        if (d < least && (size_t)d < strlen(word)) { /* "-x" resembles nothing */
            least = d;
            near = option_infos[i].name;
        }
    }
    if (near != NULL)
        return err_set(e, ERR_USAGE, N_("there is no option %s; did you mean --%s?"), argument, near);
    return err_set(e, ERR_USAGE, N_("there is no option %s; `talaia help COMMAND` lists them"), argument);
}

static bool parse_options(struct cli *c, int argc, char **argv, struct err *e)
{
    struct option longs[OPT_COUNT + 1] = {0};
    char shorts[OPT_COUNT * 2 + 2] = ":";
    size_t n = 1;
    for (int i = 0; i < OPT_COUNT; i++) {
        bool takes = option_infos[i].argument != NULL;
        longs[i] = (struct option){.name = option_infos[i].name, .has_arg = takes, .val = 256 + i};
        if (option_infos[i].letter != 0) {
            shorts[n++] = option_infos[i].letter;
            if (takes)
                shorts[n++] = ':';
        }
    }
    c->sets = arena_array(&c->arena, const char *, (size_t)argc);
    c->words = arena_array(&c->arena, const char *, (size_t)argc);
    opterr = 0;
    int got;
    while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        if (got == '?')
            return unknown_option(argv[optind - 1], optopt, e);
        if (got == ':')
            return err_set(e, ERR_USAGE, N_("the option %s needs a value"), argv[optind - 1]);
        int o = got - 256;
        for (int i = 0; got < 256 && i < OPT_COUNT; i++)
            o = option_infos[i].letter == got ? i : o;
        if (o == OPT_SET)
            c->sets[c->set_count++] = optarg;
        if (o == OPT_LANG && lang_parse(optarg, &c->lang))
            e->lang = c->lang; /* a mistake further on is told in this language already */
        bool again = (o == OPT_IP || o == OPT_MODALITY) && c->value[o] != NULL;
        c->value[o] = again ? arena_printf(&c->arena, "%s,%s", c->value[o], optarg) : optarg == NULL ? "" : optarg;
    }
    for (int i = optind; i < argc; i++)
        c->words[c->word_count++] = argv[i];
    return true;
}

static bool check_words(const struct cli *c, struct err *e)
{
    for (int i = 0; i < OPT_COUNT; i++) {
        if (c->value[i] != NULL && !cli_has_option(c->command, (enum cli_option)i))
            return err_set(e, ERR_USAGE, N_("`talaia %s` has no option --%s; see `talaia help %s`"), c->command->name,
                           option_infos[i].name, c->command->name);
    }
    if (c->word_count < c->command->min_words)
        return err_set(e, ERR_USAGE, N_("`talaia %s` needs more words: talaia %s %s"), c->command->name,
                       c->command->name, tr(c->lang, c->command->usage));
    if (c->word_count > c->command->max_words)
        return err_set(e, ERR_USAGE, N_("`talaia %s` does not know what to do with \"%s\"; put texts in quotes"),
                       c->command->name, c->words[c->command->max_words]);
    return true;
}

/* ------------------------------------------------------------------ who and when */

/* Whether this process was started by this very program: the role web starts commands in the name of its people. */
static bool started_by_ourselves(void)
{
    struct stat parent, own;
    char path[48];
    (void)snprintf(path, sizeof path, "/proc/%d/exe", (int)getppid());
    return stat(path, &parent) == 0 && stat("/proc/self/exe", &own) == 0 && parent.st_dev == own.st_dev &&
           parent.st_ino == own.st_ino;
}

static const char *user_name(struct arena *a)
{
    const char *account = getenv("TALAIA_ACCOUNT");
    if (account != NULL && account[0] != '\0' && started_by_ourselves())
        return arena_strdup(a, account);
    struct passwd pw, *found = NULL;
    char *room = arena_alloc(a, 4096, 1);
    if (getpwuid_r(geteuid(), &pw, room, 4096, &found) == 0 && found != NULL)
        return found->pw_name;
    return arena_printf(a, "uid-%u", (unsigned)geteuid());
}

bool cli_day(const char *text, day_t *ret)
{
    day_t day;
    if (!day_parse_iso(str_of(text), &day))
        return false;
    int year = day_to_civil(day).year;
    if (year < LIMIT_YEAR_MIN || year > LIMIT_YEAR_MAX)
        return false;
    *ret = day;
    return true;
}

static bool set_up(struct cli *c, struct err *e)
{
    struct clock now = clock_system();
    c->desk.by = (struct by){.who = user_name(&c->arena), .day = now.today, .at = now.now};
    if (c->value[OPT_LANG] != NULL) {
        if (!lang_parse(c->value[OPT_LANG], &c->lang))
            return err_set(e, ERR_USAGE, N_("--lang takes ca, es or en, not \"%s\""), c->value[OPT_LANG]);
        c->desk.lang_given = true;
    }
    e->lang = c->lang;
    if (c->value[OPT_ON] != NULL && !cli_day(c->value[OPT_ON], &c->desk.by.day))
        return err_set(e, ERR_USAGE, N_("--on takes a day that exists, as YYYY-MM-DD, not \"%s\""), c->value[OPT_ON]);
    c->json = c->value[OPT_JSON] != NULL;
    c->colour = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
    c->desk.lang = c->lang;
    c->desk.data_dir = c->data_dir;
    c->desk.overrides = c->sets;
    c->desk.override_count = c->set_count;
    return true;
}

bool cli_open(struct cli *c, enum desk_how how, struct desk *ret, struct err *e)
{
    const char *path = c->value[OPT_CONFIG] != NULL ? c->value[OPT_CONFIG] : getenv("TALAIA_CONFIG");
    if (path != NULL && path[0] == '\0')
        path = NULL;
    if (path == NULL && file_exists("talaia.yaml"))
        path = "talaia.yaml";
    if (path == NULL)
        return err_set(e, ERR_CONFIG,
                       N_("there is no talaia.yaml here; make a desk with `talaia init DIR`, or name its "
                          "configuration with --config"));
    c->desk.config_path = path;
    if (!desk_open(&c->desk, how, ret, e))
        return false;
    c->lang = ret->lang;
    if (how != DESK_STORE || command_allowed(c, ret, e))
        return true;
    desk_close(ret);
    return false;
}

bool cli_date(struct cli *c, const struct desk *d, day_t *ret, struct err *e)
{
    *ret = d->by.day;
    if (c->value[OPT_DATE] != NULL && !cli_day(c->value[OPT_DATE], ret))
        return err_set(e, ERR_USAGE, N_("--date takes a day that exists, as YYYY-MM-DD, not \"%s\""),
                       c->value[OPT_DATE]);
    return true;
}

size_t cli_values(struct cli *c, enum cli_option o, const char *const **ret)
{
    struct str rest = str_of(c->value[o]), one;
    VEC(const char *) found = {0};
    while (str_split(&rest, ',', &one))
        vec_push(&found, arena_text(&c->arena, str_trim(one)));
    size_t count = found.count;
    *ret = vec_to_arena(&found, &c->arena);
    vec_release(&found);
    return count;
}

const char *cli_text(const struct cli *c, enum cli_option o)
{
    return c->value[o] == NULL ? "" : c->value[o];
}

/* ------------------------------------------------------------------ the whole */

static bool run(struct cli *c, int argc, char **argv, struct err *e)
{
    if (!parse_options(c, argc, argv, e) || !set_up(c, e))
        return false;
    if (c->value[OPT_VERSION] != NULL) {
        printf("talaia %s\n", TALAIA_VERSION);
        return true;
    }
    if (c->word_count == 0)
        return help_print(c, NULL, e);
    size_t used = 0;
    c->command = find_command(c->words, c->word_count, &used);
    if (c->command == NULL)
        return c->value[OPT_HELP] != NULL ? help_print(c, c->words[0], e) : unknown_command(c, e);
    c->words += used;
    c->word_count -= used;
    if (c->value[OPT_HELP] != NULL)
        return help_print(c, c->command->name, e);
    return check_words(c, e) && c->command->run(c, e);
}

/* `talaia check`, whatever is wrong with the rest of the line: a monitor takes our code for a mistake of usage (2) for
 * a service that is down. */
static bool is_plugin(int argc, char **argv)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        for (int o = 0; o < OPT_COUNT; o++)
            if (option_infos[o].argument != NULL && str_starts(str_of(argv[i]), "--") &&
                strcmp(argv[i] + 2, option_infos[o].name) == 0) {
                i++;
                break;
            }
    }
    return i < argc && strcmp(argv[i], "check") == 0;
}

int cli_main(int argc, char **argv, const char *data_dir, const struct cli_rooms *rooms)
{
    /* A file that may not grow further is a write that fails, with its reason, and not the end of the program. */
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGXFSZ, &ignore, NULL);
    struct cli c = {.lang = LANG_CA, .data_dir = data_dir, .rooms = rooms};
    struct err e = {.lang = LANG_CA};
    bool ok = run(&c, argc, argv, &e);
    if (fflush(stdout) != 0 && ok)
        ok = err_set(&e, ERR_FILE, N_("cannot write to standard output"));
    int code = ok ? (c.findings > 0 ? EXIT_FINDINGS : EXIT_OK) : (int)err_exit_code(e.code);
    if (ok && c.plugin)
        code = c.plugin_code;
    if (!ok && is_plugin(argc, argv)) {
        printf("UNKNOWN - %s\n", e.text);
        code = CLI_PLUGIN_UNKNOWN;
    } else if (!ok) {
        fprintf(stderr, "talaia: %s (%s)\n", e.text, err_code_text(e.code));
    }
    arena_release(&c.arena);
    return code;
}
