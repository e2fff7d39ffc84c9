/* talaia integration file, homologation, examples, export: what goes out of the desk. */
#include "base/file.h"
#include "cli/commands.h"
#include "cli/integration.h"

/* Into --out, or to standard output. */
static bool put(struct cli *c, const char *name, struct str bytes, struct err *e)
{
    const char *out = c->value[OPT_OUT];
    if (out == NULL) {
        (void)fwrite(bytes.p == NULL ? "" : bytes.p, 1, bytes.n, stdout);
        return true;
    }
    if (!file_write(out, bytes, e))
        return false;
    if (c->json)
        return cli_json(json_pack("{s:s,s:s}", "name", name, "file", out), e);
    cli_say(c, N_("%s written."), out);
    return true;
}

static bool run_file(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct integration x;
    struct integration_file f = {.name = ""};
    struct buf bytes = BUF_INIT(2 * (size_t)LIMIT_DOCUMENT_BYTES);
    int64_t id;
    if (!str_to_int64(str_of(c->words[1]), 1, INT64_MAX, &id))
        return err_set(e, ERR_USAGE, N_("\"%s\" is no number of a file; `talaia integration show` tells them"),
                       c->words[1]);
    bool ok = integration_named(c, &d, &x, e) && onboard_file_bytes(&d, x.id, id, &bytes, &f, e) &&
              put(c, f.name, buf_str(&bytes), e);
    buf_release(&bytes);
    desk_close(&d);
    return ok;
}

const struct command command_integration_file = {
    .name = "integration file",
    .task = TASK_GATEWAY,
    .usage = N_("FP NUMBER"),
    .summary = N_("a document as it came, to standard output or --out"),
    .more = N_("NUMBER is the file's, as `talaia integration show` tells it."),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_OUT, OPT_END},
    .run = run_file,
};

static bool run_homologation(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct integration x;
    struct buf html = BUF_INIT(LIMIT_MAIL_BYTES);
    const char *out = c->value[OPT_OUT] == NULL ? "" : c->value[OPT_OUT];
    bool pdf = strlen(out) > 4 && strcasecmp(out + strlen(out) - 4, ".pdf") == 0;
    bool ok = integration_named(c, &d, &x, e) && onboard_homologation(&d, x.id, pdf, &html, e) &&
              put(c, "homologation", buf_str(&html), e);
    buf_release(&html);
    desk_close(&d);
    return ok;
}

const struct command command_integration_homologation = {
    .name = "integration homologation",
    .task = TASK_GATEWAY,
    .usage = N_("FP"),
    .summary = N_("the homologation document out of the gateway's log: PDF with --out FILE.pdf, else HTML to print"),
    .more = N_("Before production is asked for, the tests as they are now; afterwards as they were then."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_OUT, OPT_END},
    .run = run_homologation,
};

static bool run_examples(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct integration x;
    struct onboard_example *list;
    size_t count = 0;
    const char *dir = c->value[OPT_OUT] == NULL ? "." : c->value[OPT_OUT];
    bool ok = integration_named(c, &d, &x, e) && onboard_examples(&d, &c->arena, x.ine10, x.name, &list, &count, e) &&
              file_make_dirs(dir, e);
    for (size_t i = 0; ok && i < count; i++)
        ok = file_write(path_join(&c->arena, dir, list[i].name), list[i].xml, e);
    if (ok && c->json)
        ok = cli_json(json_pack("{s:I,s:s}", "examples", (json_int_t)count, "directory", dir), e);
    else if (ok)
        cli_say(c, N_("Written into %s, requests: %zu."), dir, count);
    desk_close(&d);
    return ok;
}

const struct command command_integration_examples = {
    .name = "integration examples",
    .task = TASK_GATEWAY,
    .usage = N_("FP"),
    .summary = N_("requests for that body, ready to be signed with its CDA: one per modality, into --out"),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_OUT, OPT_END},
    .run = run_examples,
};

static bool run_export(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct buf csv = BUF_INIT(LIMIT_MAIL_BYTES);
    bool ok = cli_open(c, DESK_STORE, &d, e) && onboard_production_csv(&d, c->value[OPT_ALL] != NULL, &csv, e) &&
              put(c, "production", buf_str(&csv), e);
    buf_release(&csv);
    desk_close(&d);
    return ok;
}

const struct command command_integration_export = {
    .name = "integration export",
    .task = TASK_GATEWAY,
    .usage = "",
    .summary = N_("the permissions of production as CSV, for the platform that needs them"),
    .more = N_("One line for each body and modality, with the certificate. With --all also what was revoked."),
    .options = {OPT_ALL, OPT_OUT, OPT_END},
    .run = run_export,
};
