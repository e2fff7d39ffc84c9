/* talaia integration add-file, accept, confirm: its documents, and what a person says of them. */
#include "base/file.h"
#include "cli/commands.h"
#include "cli/integration.h"

static void print_document(struct cli *c, const struct document *doc)
{
    cli_say(c, "%s: %s", doc->name, tr(c->lang, document_verdict_words(doc->verdict)));
    for (size_t i = 0; i < doc->reason_count; i++) {
        const struct document_reason *r = &doc->reasons[i];
        cli_wrap(document_fill(&c->arena, tr(c->lang, document_reason_sentence(r->code)), r), 2);
        if (r->grade != DOCUMENT_VALID)
            cli_wrap(document_fill(&c->arena, tr(c->lang, document_reason_advice(r->code)), r), 4);
    }
}

static json_t *document_json(struct cli *c, const struct integration *x, const struct document *doc)
{
    json_t *reasons = json_array();
    for (size_t i = 0; i < doc->reason_count; i++) {
        const struct document_reason *r = &doc->reasons[i];
        json_array_append_new(
            reasons,
            json_pack("{s:s,s:s,s:s}", "code", document_reason_code(r->code), "grade", document_verdict_code(r->grade),
                      "sentence", document_fill(&c->arena, tr(c->lang, document_reason_sentence(r->code)), r)));
    }
    return json_pack("{s:s,s:s,s:s,s:s,s:o}", "fp", x->fp, "name", doc->name, "kind", document_kind_code(doc->kind),
                     "verdict", document_verdict_code(doc->verdict), "reasons", reasons);
}

static bool role(struct cli *c, enum integration_role *ret, struct err *e)
{
    return c->value[OPT_DOCUMENT] == NULL || integration_role_parse(str_of(c->value[OPT_DOCUMENT]), ret) ||
           err_set(e, ERR_USAGE, N_("\"%s\" is no document of an integration; form, cda or other"),
                   c->value[OPT_DOCUMENT]);
}

static bool run_add_file(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct integration x;
    struct document doc;
    enum integration_role as = INTEGRATION_ROLE_OTHER;
    struct buf bytes = BUF_INIT(LIMIT_DOCUMENT_BYTES + 1);
    struct onboard_file f = {.name = path_base(c->value[OPT_CALLED] == NULL ? c->words[1] : c->value[OPT_CALLED]),
                             .role = c->value[OPT_DOCUMENT] == NULL ? NULL : &as};
    bool ok = role(c, &as, e) && integration_named(c, &d, &x, e) && file_read(c->words[1], &bytes, e);
    f.bytes = buf_str(&bytes);
    ok = ok && onboard_add_file(&d, x.id, &f, &doc, &x, e);
    if (ok && c->json)
        ok = cli_json(document_json(c, &x, &doc), e);
    else if (ok)
        print_document(c, &doc);
    if (ok && doc.verdict != DOCUMENT_VALID)
        c->findings = 1;
    buf_release(&bytes);
    desk_close(&d);
    return ok;
}

const struct command command_integration_add_file = {
    .name = "integration add-file",
    .task = TASK_GATEWAY,
    .usage = N_("FP FILE"),
    .summary = N_("add a document: the signed form (PDF) or the CDA; it is checked at once"),
    .more = N_("A newer form or CDA takes the place of the older one. A file with a private key is not kept: its "
               "certificate must be revoked. Ends with code 1 when the document is not plainly valid."),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_DOCUMENT, OPT_CALLED, OPT_END},
    .run = run_add_file,
};

static bool run_accept(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct integration x;
    int64_t file;
    if (!str_to_int64(str_of(c->words[1]), 1, INT64_MAX, &file))
        return err_set(e, ERR_USAGE, N_("\"%s\" is no number of a file; `talaia integration show` tells them"),
                       c->words[1]);
    bool ok = integration_named(c, &d, &x, e) && onboard_accept(&d, x.id, file, c->value[OPT_REASON], &x, e) &&
              integration_tell(c, &d, &x, "", e);
    desk_close(&d);
    return ok;
}

const struct command command_integration_accept = {
    .name = "integration accept",
    .task = TASK_GATEWAY,
    .usage = N_("FP NUMBER --reason \"…\""),
    .summary = N_("take a document that a person had to look at, and did"),
    .more = N_("NUMBER is the file's, as `talaia integration show` tells it. What is invalid cannot be taken."),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_REASON, OPT_END},
    .run = run_accept,
};

static bool run_confirm(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct integration x;
    struct onboard_confirm w = {.contact = c->value[OPT_NAME], .email = c->value[OPT_EMAIL]};
    w.address_count = cli_values(c, OPT_IP, &w.addresses);
    bool ok =
        integration_named(c, &d, &x, e) && onboard_confirm(&d, x.id, &w, &x, e) && integration_tell(c, &d, &x, "", e);
    desk_close(&d);
    return ok;
}

const struct command command_integration_confirm = {
    .name = "integration confirm",
    .task = TASK_GATEWAY,
    .usage = N_("FP [--ip CIDR]…"),
    .summary = N_("confirm body, contact and addresses, as they were read from the documents or as given"),
    .more = N_("Without --ip the addresses of the form are taken that can be given."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_IP, OPT_NAME, OPT_EMAIL, OPT_END},
    .run = run_confirm,
};
