/* talaia doctor, backup, config, audit, help */
#include <stdio.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "conf/probes.h"
#include "conf/runbook.h"
#include "conf/value.h"
#include "flow/backup.h"
#include "flow/health.h"
#include "flow/letter.h"
#include "flow/patrol.h"
#include "flow/texts.h"
#include "record/audit.h"
#include "record/body.h"
#include "record/report.h"

/* ------------------------------------------------------------------ doctor */

struct doctor {
    struct cli *cli;
    json_t *findings;
};

/* One examined thing: good when `e` has no reason. */
static void examined(void *doctor, const char *what, const char *detail, const struct err *e)
{
    struct doctor *x = doctor;
    struct cli *c = x->cli;
    bool good = e->code == ERR_NONE;
    c->findings += !good;
    json_array_append_new(x->findings, json_pack("{s:s,s:b,s:s,s:o}", "what", what, "good", (int)good, "detail",
                                                 good ? detail : e->text, "code", json_text(err_code_text(e->code))));
    if (c->json)
        return;
    printf(c->colour ? (good ? "\033[32m%s\033[0m %s" : "\033[1;31m%s\033[0m %s") : "%s %s", good ? "●" : "■",
           tr(c->lang, what));
    if (good && detail[0] != '\0')
        printf(": %s", detail);
    else if (!good)
        printf(": %s (%s)", e->text, err_code_text(e->code));
    putchar('\n');
}

static bool run_doctor(struct cli *c, struct err *e)
{
    struct doctor x = {.cli = c, .findings = json_array()};
    struct desk d = {0};
    struct err found = {.lang = e->lang};
    (void)!cli_open(c, DESK_EXAMINE, &d, &found);
    bool opened = found.code == ERR_NONE;
    examined(&x, N_("configuration, profile and store"), opened ? store_describe(d.store) : "", &found);
    if (opened)
        health_examine(&d, examined, &x);
    health_modules(c->lang, examined, &x);
    bool ok = !c->json || cli_json(json_incref(x.findings), e);
    json_decref(x.findings);
    desk_close(&d);
    return ok;
}

const struct command command_doctor = {
    .name = "doctor",
    .task = TASK_KEEP,
    .usage = "",
    .summary = N_("examine the configuration, the store, the parts and the audit trail"),
    .options = {OPT_END},
    .run = run_doctor,
};

/* ------------------------------------------------------------------ backup */

static bool run_backup(struct cli *c, struct err *e)
{
    struct desk d;
    struct backup made = {0};
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    const char *to = c->word_count > 0 ? c->words[0] : NULL;
    bool ok = to != NULL ? store_backup(d.store, to, e) : backup_make(&d, &made, e);
    if (ok && to == NULL)
        to = path_join(&d.arena, backup_dir(&d), made.name);
    if (ok && c->json)
        ok = cli_json(json_pack("{s:s}", "backup", to), e);
    else if (ok)
        cli_say(c, N_("Backup written to %s."), to);
    desk_close(&d);
    return ok;
}

const struct command command_backup = {
    .name = "backup",
    .task = TASK_KEEP,
    .usage = N_("[FILE]"),
    .summary = N_("a consistent copy of the store, while others work"),
    .more = N_("Without FILE it goes into backup.dir with its SHA-256 beside it, where the page Backup shows it too."),
    .max_words = 1,
    .options = {OPT_END},
    .run = run_backup,
};

static bool run_backups(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {
        {N_("Backup"), ALIGN_LEFT, 20, 40}, {N_("Bytes"), ALIGN_RIGHT, 6, 16}, {"SHA-256", ALIGN_LEFT, 8, 20}};
    struct desk d;
    struct backup *all = NULL;
    size_t count = 0;
    struct cli_list list = {0};
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = c->word_count == 0 ? backups_list(&d, &all, &count, e) : backup_verify(&d, c->words[0], e);
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; ok && i < count; i++) {
        cli_cell(t, all[i].name, NULL);
        cli_cellf(t, "%lld", (long long)all[i].size);
        cli_cell(t, all[i].sha256, NULL);
        if (c->json)
            cli_list_add(&list, json_pack("{s:s,s:I,s:s}", "backup", all[i].name, "bytes", (json_int_t)all[i].size,
                                          "sha256", all[i].sha256));
    }
    if (ok && c->word_count > 0 && !c->json)
        cli_say(c, N_("%s is as it was written."), c->words[0]);
    else if (ok && c->json)
        ok = c->word_count == 0 ? cli_list_end(&list, e)
                                : cli_json(json_pack("{s:s,s:b}", "backup", c->words[0], "whole", 1), e);
    else if (ok && count > 0)
        cli_table_print(t);
    else if (ok)
        cli_say(c, N_("There is no backup yet in %s."), backup_dir(&d));
    cli_table_free(t);
    desk_close(&d);
    return ok;
}

const struct command command_backups = {
    .name = "backups",
    .task = TASK_KEEP,
    .usage = N_("[NAME]"),
    .summary = N_("the backups of backup.dir; with a name: whether that one is as it was written"),
    .max_words = 1,
    .options = {OPT_END},
    .run = run_backups,
};

/* ------------------------------------------------------------------ configuration */

static void print_findings(struct cli *c, const char *path, const struct config_findings *all, json_t *list)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct config_finding *f = &all->items[i];
        c->findings++;
        json_array_append_new(
            list, json_pack("{s:s,s:I,s:I,s:s,s:s}", "file", path, "line", (json_int_t)f->line, "column",
                            (json_int_t)f->column, "text", f->reason.text, "code", err_code_text(f->reason.code)));
        if (!c->json && f->line > 0)
            printf("%s:%zu:%zu: %s\n", path, f->line, f->column, f->reason.text);
        else if (!c->json)
            printf("%s\n", f->reason.text);
    }
}

struct mistakes {
    struct cli *cli;
    json_t *list;
};

static void on_mistake(void *context, const struct err *why)
{
    const struct mistakes *m = context;
    m->cli->findings++;
    json_array_append_new(m->list, json_pack("{s:s,s:I,s:I,s:s,s:s}", "file", "", "line", (json_int_t)0, "column",
                                             (json_int_t)0, "text", why->text, "code", err_code_text(why->code)));
    if (!m->cli->json)
        printf("%s\n", why->text);
}

/* Those that were written at the desk, when there is a store that has some; without one the files are all there is. */
static bool texts_check_written(struct desk *d, struct err *e)
{
    struct err none = {.lang = e->lang};
    if (!store_open(config_store_url(&d->arena, d->config), STORE_OPEN, &d->store, &none) || !texts_read(d, &none))
        return true; /* `talaia doctor` is who speaks of stores */
    for (size_t i = 0; i < d->files.text_count; i++) {
        const struct profile_text *t = &d->files.texts[i];
        const struct text_kind *k = text_kind_find(t->name);
        if (k != NULL && !texts_check(d, k, t->lang, t->text, e))
            return false;
    }
    return true;
}

/* The warnings' texts in every language; the reason names file and line. */
static bool check_letters(struct cli *c, struct config *config, const struct profile_files *files, json_t *list)
{
    struct desk d = {.config = config, .files = *files, .lang = c->lang};
    struct err why = {.lang = c->lang};
    bool good = texts_check_written(&d, &why) && letter_check_templates(&d, &c->arena, &why);
    store_close(d.store);
    arena_release(&d.arena);
    if (good)
        return true;
    on_mistake(&(struct mistakes){c, list}, &why);
    return false;
}

static bool check_probes(struct cli *c, struct config *config, const struct profile_files *files, json_t *list)
{
    struct config_findings all = {0};
    struct probes probes;
    struct err why = {.lang = c->lang};
    bool good = probes_load_all(&c->arena, files, &probes, &all, &why);
    print_findings(c, probes.path, &all, list);
    config_findings_release(&all);
    struct mistakes m = {c, list};
    struct desk d = {.config = config, .files = *files, .lang = c->lang};
    if (good && !patrol_check(&d, on_mistake, &m, &why)) {
        good = false;
        if (why.code != ERR_NONE) /* what all of them need cannot be read */
            on_mistake(&m, &why);
    }
    arena_release(&d.arena);
    return good;
}

/* A runbook for a probe that is not there wakes nobody. Another monitor's probes have names of their own, so this is a
 * remark and no mistake. */
static void remark_probes(struct cli *c, const struct profile_files *files, const struct runbooks *books)
{
    struct probes probes;
    struct err why = {.lang = c->lang};
    struct buf names = BUF_INIT(LIMIT_CONFIG_BYTES);
    if (c->json || !probes_load(&c->arena, files, &probes, &why))
        return;
    for (size_t i = 0; i < probes.count; i++)
        (void)buf_printf(&names, "%s%s", i == 0 ? "" : " ", probes.items[i].name);
    for (size_t i = 0; i < books->count; i++) {
        for (size_t k = 0; k < books->items[i].probe_count; k++) {
            const char *name = books->items[i].probes[k];
            const char *near = probe_find(&probes, name) != NULL || strcmp(name, "*") == 0
                                   ? NULL
                                   : word_nearest(&c->arena, name, buf_text(&names));
            if (near != NULL)
                cli_say(c, N_("%s: %s is for the probe %s, which probes.yaml has not; did you mean %s?"), books->path,
                        books->items[i].name, name, near);
        }
    }
    buf_release(&names);
}

static bool check_runbooks(struct cli *c, const struct profile_files *files, json_t *list)
{
    struct config_findings all = {0};
    struct runbooks books;
    struct err why = {.lang = c->lang};
    bool good = runbooks_load_all(&c->arena, files, &books, &all, &why);
    print_findings(c, books.path, &all, list);
    if (good)
        remark_probes(c, files, &books);
    config_findings_release(&all);
    return good;
}

/* Checks talaia.yaml, and, when it can be read, the profile it names with its texts. */
static bool check_files(struct cli *c, const char *path, json_t *list, struct err *e)
{
    struct config_findings all = {0};
    struct config *config = NULL;
    struct err first = {.lang = c->lang};
    bool good = config_load(path, c->sets, c->set_count, &config, &all, &first);
    if (!good && all.count == 0)
        return err_set(e, first.code, "%s", first.text);
    print_findings(c, path, &all, list);
    config_findings_release(&all);
    if (good) {
        struct profile_files files;
        const char *profile_yaml = "";
        err_clear(&first);
        good = profile_load_all(&c->arena, config_text(config, KEY_PROFILE), config_dir(config), c->data_dir, &files,
                                &all, &profile_yaml, &first);
        if (!good && all.count == 0) {
            config_free(config);
            return err_set(e, first.code, "%s", first.text);
        }
        print_findings(c, profile_yaml, &all, list);
        config_findings_release(&all);
        good = good && check_letters(c, config, &files, list);
        good = good && check_probes(c, config, &files, list);
        good = good && check_runbooks(c, &files, list);
        if (good && !c->json)
            cli_say(c, N_("%s and %s are right."), path, profile_yaml);
    }
    config_free(config);
    return true;
}

static bool run_config_check(struct cli *c, struct err *e)
{
    const char *path = c->value[OPT_CONFIG] != NULL ? c->value[OPT_CONFIG] : getenv("TALAIA_CONFIG");
    json_t *list = json_array();
    bool ok = check_files(c, path == NULL ? "talaia.yaml" : path, list, e);
    if (ok && c->json)
        ok = cli_json(json_incref(list), e);
    json_decref(list);
    return ok;
}

const struct command command_config_check = {
    .name = "config check",
    .task = TASK_KEEP,
    .usage = "",
    .summary = N_("every mistake of the configuration and the profile, with its line"),
    .options = {OPT_END},
    .run = run_config_check,
};

static bool run_config_keys(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {
        {N_("Key"), ALIGN_LEFT, 10, 24}, {N_("Default"), ALIGN_LEFT, 7, 30}, {N_("Meaning"), ALIGN_LEFT, 20, 90}};
    if (c->value[OPT_MARKDOWN] != NULL) {
        struct buf text = BUF_INIT(LIMIT_CONFIG_BYTES);
        bool ok = config_write_markdown(&text, c->lang, e);
        if (ok)
            fputs(buf_text(&text), stdout);
        buf_release(&text);
        return ok;
    }
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    json_t *list = json_array();
    for (int k = 0; k < KEY_COUNT; k++) {
        const struct config_key_info *i = config_key_info((enum config_key)k);
        cli_cell(t, i->key, NULL);
        cli_cell(t, i->default_text, NULL);
        cli_cell(t, tr(c->lang, i->help), NULL);
        json_array_append_new(list,
                              json_pack("{s:s,s:s,s:s}", "key", i->key, "default", i->default_text, "help", i->help));
    }
    bool ok = true;
    if (c->json)
        ok = cli_json(json_incref(list), e);
    else
        cli_table_print(t);
    json_decref(list);
    cli_table_free(t);
    return ok;
}

const struct command command_config_keys = {
    .name = "config keys",
    .task = TASK_KEEP,
    .usage = "",
    .summary = N_("every key of the configuration, its default and what it means"),
    .options = {OPT_MARKDOWN, OPT_END},
    .run = run_config_keys,
};

/* ------------------------------------------------------------------ audit trail */

#define AUDIT_LISTED 50

static bool run_audit_list(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {
        {N_("When"), ALIGN_LEFT, 16, 16}, {N_("Who"), ALIGN_LEFT, 4, 16},     {N_("What"), ALIGN_LEFT, 6, 20},
        {N_("Body"), ALIGN_LEFT, 4, 30},  {N_("Detail"), ALIGN_LEFT, 10, 80},
    };
    struct desk d;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    struct tx tx = {0};
    struct bodies bodies;
    struct audit_lines lines = {0};
    bool ok = tx_begin(d.store, TX_READ, &tx, e) &&
              bodies_load(&tx, &c->arena, &d.files.profile, d.by.day, &bodies, e) &&
              audit_load(&tx, &c->arena, c->value[OPT_ALL] != NULL ? LIMIT_TABLE_ROWS : AUDIT_LISTED, &lines, e);
    tx_rollback(&tx);
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    json_t *list = json_array();
    for (size_t i = 0; ok && i < lines.count; i++) {
        const struct audit_line *l = &lines.items[i];
        const struct body *b = bodies_by_id(&bodies, l->body_id);
        char at[INSTANT_TEXT_BYTES];
        json_array_append_new(list, json_pack("{s:I,s:s,s:s,s:s,s:o,s:s}", "id", (json_int_t)l->id, "at",
                                              instant_iso(l->at, at), "who", l->who, "what", l->what, "body",
                                              json_text(b == NULL ? NULL : b->description), "detail", l->detail));
        cli_cell(t, instant_madrid(l->at, at), NULL);
        cli_cell(t, l->who, NULL);
        cli_cell(t, l->what, NULL);
        cli_cell(t, b == NULL ? "" : b->name, NULL);
        cli_cell(t, l->detail, NULL);
    }
    if (ok && c->json)
        ok = cli_json(json_incref(list), e);
    else if (ok && lines.count > 0)
        cli_table_print(t);
    json_decref(list);
    cli_table_free(t);
    desk_close(&d);
    return ok;
}

const struct command command_audit_list = {
    .name = "audit list",
    .task = TASK_KEEP,
    .usage = "",
    .summary = N_("who changed what, newest first (--all: everything)"),
    .options = {OPT_ALL, OPT_END},
    .run = run_audit_list,
};

static bool run_audit_verify(struct cli *c, struct err *e)
{
    struct desk d;
    struct tx tx = {0};
    int64_t lines = 0;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = tx_begin(d.store, TX_READ, &tx, e) && audit_verify(&tx, &lines, e);
    tx_rollback(&tx);
    if (ok && c->json)
        ok = cli_json(json_pack("{s:I,s:b}", "lines", (json_int_t)lines, "unbroken", 1), e);
    else if (ok)
        cli_say(c, N_("The audit trail has %lld lines and is unbroken."), (long long)lines);
    desk_close(&d);
    return ok;
}

const struct command command_audit_verify = {
    .name = "audit verify",
    .task = TASK_KEEP,
    .usage = "",
    .summary = N_("check that nobody altered the audit trail"),
    .options = {OPT_END},
    .run = run_audit_verify,
};

/* ------------------------------------------------------------------ help */

static bool run_help(struct cli *c, struct err *e)
{
    if (c->word_count == 0)
        return help_print(c, NULL, e);
    const char *topic = c->word_count == 1 ? c->words[0] : arena_printf(&c->arena, "%s %s", c->words[0], c->words[1]);
    return help_print(c, topic, e);
}

const struct command command_help = {
    .name = "help",
    .task = TASK_KEEP,
    .usage = N_("[COMMAND | T-CODE | exit-codes]"),
    .summary = N_("explain a command, an error or the exit codes"),
    .max_words = 2,
    .options = {OPT_END},
    .run = run_help,
};
