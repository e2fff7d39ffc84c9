#include "cli/help.h"

#include <stdio.h>

#include "base/text.h"
#include "cli/commands.h"

static void heading(const struct cli *c, const char *text)
{
    printf(c->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", text);
}

static void two_columns(const char *left, const char *right)
{
    enum { LEFT = 34 };
    int width = text_width(str_of(left));
    printf("  %s", left);
    if (width > LEFT - 2) {
        putchar('\n');
        cli_wrap(right, LEFT + 2);
        return;
    }
    /* cli_wrap indents the first line too: the left part stands where its indent would be. */
    printf("%*s", LEFT - width, "");
    struct str rest = str_of(right), word;
    int column = LEFT + 2;
    bool first = true;
    while (str_split(&rest, ' ', &word)) {
        int w = text_width(word);
        if (!first && column + 1 + w > CLI_COLUMNS) {
            printf("\n%*s", LEFT + 2, "");
            column = LEFT + 2;
            first = true;
        }
        printf("%s%.*s", first ? "" : " ", STR_ARG(word));
        column += w + !first;
        first = false;
    }
    putchar('\n');
}

static void print_option(const struct cli *c, enum cli_option o)
{
    const struct cli_option_info *i = cli_option_info(o);
    char left[96], letter[8] = "";
    if (i->letter != 0)
        (void)snprintf(letter, sizeof letter, "-%c, ", i->letter);
    (void)snprintf(left, sizeof left, "%s--%s%s%s", letter, i->name, i->argument == NULL ? "" : " ",
                   i->argument == NULL ? "" : tr(c->lang, i->argument));
    two_columns(left, tr(c->lang, i->help));
}

static void print_globals(struct cli *c)
{
    static const enum cli_option globals[] = {CLI_GLOBAL_OPTIONS, OPT_VERSION};
    heading(c, tr(c->lang, N_("Everywhere")));
    for (size_t i = 0; i < sizeof globals / sizeof *globals; i++)
        print_option(c, globals[i]);
}

static void print_all(struct cli *c)
{
    cli_wrap(tr(c->lang, N_("Talaia, the operations desk of a trust-services support team: it watches certificates and "
                            "endpoints, prepares the warnings and the Friday report.")),
             0);
    static const char *const tasks[] = {TASK_START,  TASK_LOOK,    TASK_WARN,    TASK_NOTE, TASK_ON_CALL,
                                        TASK_REPORT, TASK_ACCOUNT, TASK_GATEWAY, TASK_KEEP};
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) {
        heading(c, tr(c->lang, tasks[i]));
        for (const struct command *const *p = cli_commands; *p != NULL; p++) {
            if (strcmp(tasks[i], (*p)->task) != 0)
                continue;
            char left[96];
            (void)snprintf(left, sizeof left, "%s %s", (*p)->name, tr(c->lang, (*p)->usage));
            two_columns(left, tr(c->lang, (*p)->summary));
        }
    }
    print_globals(c);
    putchar('\n');
    cli_wrap(tr(c->lang,
                N_("`talaia help COMMAND` explains a command, `talaia help T-CODE` an error, `talaia help exit-codes` "
                   "what a command returns.")),
             0);
}

static void print_command(struct cli *c, const struct command *command)
{
    printf("talaia %s%s%s\n\n", command->name, command->usage[0] == '\0' ? "" : " ", tr(c->lang, command->usage));
    cli_wrap(tr(c->lang, command->summary), 0);
    if (command->more != NULL) {
        putchar('\n');
        cli_wrap(tr(c->lang, command->more), 0);
    }
    if (command->options[0] != OPT_END)
        heading(c, tr(c->lang, N_("Options")));
    for (size_t i = 0; command->options[i] != OPT_END; i++)
        print_option(c, command->options[i]);
    print_globals(c);
}

static const struct {
    enum exit_code code;
    const char *meaning;
} exits[] = {
    {EXIT_OK, N_("done")},
    {EXIT_FINDINGS, N_("done, and something was found that a person must look at (rows refused, mistakes in a check)")},
    {EXIT_USAGE, N_("the command line is not understood")},
    {EXIT_INPUT, N_("a file or value given is not acceptable; nothing was changed")},
    {EXIT_CONFIG, N_("the configuration or the profile has a mistake")},
    {EXIT_STORE, N_("the store cannot be opened, is busy, full or damaged; nothing was changed")},
    {EXIT_SYSTEM, N_("the system refused: permission, disk, network, a missing part")},
    {EXIT_GUARD, N_("a guard stopped it; look at the reason, and repeat with --force if it is right")},
    {EXIT_INTERNAL, N_("a mistake of Talaia itself; please report it")},
};

static void print_exits(struct cli *c)
{
    for (size_t i = 0; i < sizeof exits / sizeof *exits; i++) {
        char left[16];
        (void)snprintf(left, sizeof left, "%d", exits[i].code);
        two_columns(left, tr(c->lang, exits[i].meaning));
    }
}

bool help_print(struct cli *c, const char *topic, struct err *e)
{
    if (topic == NULL) {
        print_all(c);
        return true;
    }
    if (strcmp(topic, "exit-codes") == 0) {
        print_exits(c);
        return true;
    }
    enum err_code code = err_code_find(topic);
    if (code != ERR_NONE) {
        cli_wrap(tr(c->lang, err_code_help(code)), 0);
        return true;
    }
    size_t n = strlen(topic);
    bool found = false;
    for (const struct command *const *p = cli_commands; *p != NULL; p++) {
        if (strcmp((*p)->name, topic) != 0 && !(strncmp((*p)->name, topic, n) == 0 && (*p)->name[n] == ' '))
            continue;
        if (found)
            printf("\n────\n\n");
        print_command(c, *p);
        found = true;
    }
    if (!found)
        return err_set(e, ERR_USAGE, N_("there is no command or error code \"%s\"; `talaia help` lists the commands"),
                       topic);
    return true;
}
