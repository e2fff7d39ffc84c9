/* talaia integration …: the workflow of Hèstia onboarding (procedure B). What each does is flow/onboard. */
#include "cli/commands.h"
#include "core/integration_draw.h"

/* --- the drawing --- */

static bool run_diagram(struct cli *c, struct err *e)
{
    struct buf text = BUF_INIT(LIMIT_TEMPLATE_BYTES);
    bool ok = true;
    integration_draw(&text);
    if (c->json)
        ok = cli_json(json_pack("{s:s}", "markdown", buf_text(&text)), e);
    else
        (void)fwrite(text.p, 1, text.n, stdout);
    buf_release(&text);
    return ok;
}

const struct command command_integration_diagram = {
    .name = "integration diagram",
    .task = TASK_GATEWAY,
    .usage = "",
    .summary = N_("the workflow of integrations, drawn from the table that it runs by"),
    .more = N_("Markdown with a diagram in Mermaid, the states, and all that can happen in each."),
    .options = {OPT_END},
    .run = run_diagram,
};
