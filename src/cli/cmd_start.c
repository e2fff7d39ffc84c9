/* talaia init, talaia demo */
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "cli/commands.h"
#include "flow/demo.h"
#include "flow/import.h"
#include "record/directory.h"

#define CONFIG_FILE "talaia.yaml"

/* Writes the configuration unless there is one; *ret_new. */
static bool write_config(struct cli *c, const char *path, bool *ret_new, struct err *e)
{
    *ret_new = !file_exists(path);
    if (!*ret_new)
        return true;
    const char **set = arena_array(&c->arena, const char *, c->set_count + 3);
    size_t count = 0;
    set[count++] = arena_printf(&c->arena, "profile=%s", c->value[OPT_PROFILE] == NULL ? "aoc" : c->value[OPT_PROFILE]);
    set[count++] = arena_printf(&c->arena, "language=%s", lang_code(c->lang));
    bool store = false;
    for (size_t i = 0; i < c->set_count; i++) {
        set[count++] = c->sets[i];
        store = store || strncmp(c->sets[i], "store.url=", 10) == 0;
    }
    const char **all = arena_array(&c->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        all[i] = set[i];
    if (!store)
        all[count++] = "store.url=sqlite:talaia.db";
    struct buf text = BUF_INIT(LIMIT_CONFIG_BYTES);
    mode_t before = umask(077); /* the store's address may hold a password */
    bool ok = config_write_sample(&text, c->lang, all, count, e) && file_write(path, buf_str(&text), e);
    umask(before);
    buf_release(&text);
    return ok;
}

/* The profile's list of bodies, once. */
static bool load_directory(struct cli *c, struct desk *d, struct err *e)
{
    struct tx tx;
    int64_t known = 0;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = directory_count(&tx, &known, e);
    tx_rollback(&tx);
    if (!ok || known > 0)
        return ok;
    const char *path = profile_path(&d->arena, &d->files, "bodies.csv", e);
    struct import_options o = {.source = path};
    struct import_summary s;
    return path != NULL && import_run(d, &o, &c->arena, &s, e);
}

static bool make_desk(struct cli *c, const char *dir, struct desk *ret, bool *ret_new, struct err *e)
{
    const char *path = path_join(&c->arena, dir, CONFIG_FILE);
    if (!file_make_dirs(dir, e) || !write_config(c, path, ret_new, e))
        return false;
    c->value[OPT_CONFIG] = path;
    c->desk.lang_given = true;
    return cli_open(c, DESK_CREATE, ret, e) && (load_directory(c, ret, e) || (desk_close(ret), false));
}

static bool run_init(struct cli *c, struct err *e)
{
    struct desk d;
    bool fresh = false;
    const char *dir = c->words[0];
    if (!make_desk(c, dir, &d, &fresh, e))
        return false;
    const char *path = config_file(d.config);
    if (c->json) {
        bool ok = cli_json(
            json_pack("{s:s,s:s,s:b}", "config", path, "store", store_describe(d.store), "created", (int)fresh), e);
        desk_close(&d);
        return ok;
    }
    cli_say(c, fresh ? N_("The desk is ready in %s.") : N_("The desk in %s was there already and is up to date."), dir);
    cli_say(c, N_("  configuration  %s"), path);
    cli_say(c, N_("  store          %s"), store_describe(d.store));
    cli_say(c, N_("  profile        %s; to change a text, copy its file from %s to %s"), d.files.profile.name,
            d.files.shared_dir, d.files.local_dir);
    cli_say(c, N_("Next: talaia --config %s import FILE"), path);
    desk_close(&d);
    return true;
}

const struct command command_init = {
    .name = "init",
    .task = TASK_START,
    .usage = N_("DIR"),
    .summary = N_("make a desk: a configuration file and a store, nothing else needed"),
    .more = N_("Run on a desk that exists, it brings the store to the present version and changes nothing else."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_PROFILE, OPT_END},
    .run = run_init,
};

static void print_step(void *context, const char *step)
{
    const struct cli *c = context;
    if (!c->json)
        printf("  %s\n", step);
    fflush(stdout);
}

static bool run_demo(struct cli *c, struct err *e)
{
    struct desk d;
    struct report r;
    bool fresh;
    const char *dir = c->words[0], *report_dir = NULL;
    if (!make_desk(c, dir, &d, &fresh, e))
        return false;
    bool ok = demo_fill(&d, c->data_dir, dir, &r, &report_dir, print_step, c, e);
    if (ok && c->json)
        ok = cli_json(json_pack("{s:s,s:s}", "config", config_file(d.config), "report", report_dir), e);
    else if (ok) {
        char day[DAY_TEXT_BYTES];
        cli_say(c, N_("\nThe demo desk is in %s: %zu bodies watched, %zu left out with their reason."), dir,
                r.query_count, r.left_out_count);
        cli_say(c, N_("The report of %s has %zu actions done, %zu bodies down, %zu certificates about to expire:"),
                day_dmy(r.day, day), r.ok_count, r.ko_count, r.certificate_count);
        printf("  %s/ResumAjuntaments.xlsx\n  %s/report.html\n  %s/report.eml\n", report_dir, report_dir, report_dir);
        cli_say(c, N_("Look further: talaia --config %s certificates | warnings plan | outage list"),
                config_file(d.config));
    }
    desk_close(&d);
    return ok;
}

const struct command command_demo = {
    .name = "demo",
    .task = TASK_START,
    .usage = N_("DIR"),
    .summary = N_("make a desk with real bodies, invented dates and three weeks of history"),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_PROFILE, OPT_END},
    .run = run_demo,
};
