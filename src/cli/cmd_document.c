/* talaia document check: the signed form and the CDA that a body sent. */
#include "base/file.h"
#include "cli/commands.h"
#include "document/document.h"
#include "flow/document.h"
#include "flow/gateway.h"

static json_t *words_json(struct cli *c, const struct document_reason *r)
{
    return json_pack("{s:s,s:s}", "sentence", document_sentence(&c->arena, c->lang, r), "advice",
                     document_advice(&c->arena, c->lang, r));
}

/* What the process said, and the words for it. */
static json_t *checked_json(struct cli *c, const struct document *d)
{
    json_t *o = document_json(d), *list = json_object_get(o, "reasons"), *addresses = json_object_get(o, "addresses");
    for (size_t i = 0; i < d->reason_count; i++)
        json_object_update_new(json_array_get(list, i), words_json(c, &d->reasons[i]));
    for (size_t i = 0; i < d->address_count; i++)
        for (size_t k = 0; k < d->addresses[i].remark_count; k++)
            json_object_update_new(json_array_get(json_object_get(json_array_get(addresses, i), "remarks"), k),
                                   words_json(c, &d->addresses[i].remarks[k]));
    return o;
}

/* --- for people --- */

static const char *ink_of(enum document_verdict v)
{
    return v == DOCUMENT_INVALID ? "31" : v == DOCUMENT_REVIEW ? "33" : "32";
}

static void verdict_print(struct cli *c, const struct document *d)
{
    const char *word = tr(c->lang, document_verdict_words(d->verdict));
    if (c->colour)
        printf("%s: \033[%sm%s\033[0m (%s)\n", d->name, ink_of(d->verdict), word,
               tr(c->lang, document_kind_words(d->kind)));
    else
        printf("%s: %s (%s)\n", d->name, word, tr(c->lang, document_kind_words(d->kind)));
}

static void reason_print(struct cli *c, const struct document_reason *r)
{
    static const char *const marks[] = {"·", "!", "✗"};
    const char *who = r->signature >= 0 ? arena_printf(&c->arena, "[%d] ", r->signature + 1) : "";
    cli_wrap_after(arena_printf(&c->arena, "  %s ", marks[r->grade]),
                   arena_printf(&c->arena, "%s%s", who, document_sentence(&c->arena, c->lang, r)));
    if (r->grade > DOCUMENT_VALID)
        cli_wrap(arena_printf(&c->arena, "→ %s", document_advice(&c->arena, c->lang, r)), 4);
}

static void certificate_print(struct cli *c, const char *label, const struct document_certificate *x)
{
    char day[DAY_TEXT_BYTES];
    cli_wrap_after(label, arena_printf(&c->arena, tr(c->lang, N_("%s, NIF %s, issued by %s, until %s")), x->subject,
                                       x->nif[0] == '\0' ? "-" : x->nif, x->issuer_name, day_dmy(x->last_day, day)));
}

static void signatures_print(struct cli *c, const struct document *d)
{
    char day[DAY_TEXT_BYTES];
    for (size_t i = 0; i < d->signature_count; i++) {
        const struct document_signature *s = &d->signatures[i];
        instant_t at = document_signed_at(s);
        const char *label =
            arena_printf(&c->arena, "  [%zu] %s  ", i + 1,
                         at == INSTANT_NONE ? "-" : arena_strdup(&c->arena, day_dmy(day_madrid(at), day)));
        if (s->has_certificate)
            certificate_print(c, label, &s->signer);
        else if (s->stamp && s->has_stamper)
            certificate_print(c, label, &s->stamper);
        else
            printf("%s-\n", label);
    }
}

static void found_print(struct cli *c, const struct document *d)
{
    for (size_t i = 0; i < d->value_count; i++)
        printf("  %s: %s  (%s)\n", tr(c->lang, document_value_words(d->values[i].kind)), d->values[i].value,
               d->values[i].where);
    for (size_t i = 0; i < d->address_count; i++) {
        const struct document_address *x = &d->addresses[i];
        printf("  IP %s  (%s)%s%s\n", x->text, x->where, x->refused ? "  " : "",
               x->refused ? tr(c->lang, N_("refused")) : "");
        for (size_t k = 0; k < x->remark_count; k++)
            cli_wrap(document_sentence(&c->arena, c->lang, &x->remarks[k]), 4);
    }
}

static void document_print(struct cli *c, const struct document *d)
{
    verdict_print(c, d);
    signatures_print(c, d);
    if (d->has_certificate)
        certificate_print(c, "  ", &d->certificate);
    for (size_t i = 0; i < d->reason_count; i++)
        reason_print(c, &d->reasons[i]);
    found_print(c, d);
}

/* --- the command --- */

static bool file_check(struct cli *c, struct desk *d, const struct document_asked *w, const char *path,
                       struct cli_list *list, struct err *e)
{
    struct arena a = {0};
    struct buf bytes = BUF_INIT(LIMIT_DOCUMENT_BYTES * 16u /* so that the size is a reason like others */);
    struct document doc;
    bool good = file_read(path, &bytes, e) && document_check(d, &a, path_base(path), buf_str(&bytes), w, &doc, e);
    if (good && doc.verdict != DOCUMENT_VALID)
        c->findings = 1;
    if (good && list != NULL)
        cli_list_add(list, checked_json(c, &doc));
    else if (good && c->json)
        good = cli_json(checked_json(c, &doc), e);
    else if (good)
        document_print(c, &doc);
    buf_release(&bytes);
    arena_release(&a);
    return good;
}

/* Its NIF by the store, when the body is named otherwise. */
static bool body_find(struct cli *c, struct desk *d, struct document_asked *w, struct err *e)
{
    struct tx tx = {0};
    struct integrator body;
    char nif[NIF_BYTES];
    const char *text = cli_text(c, OPT_BODY);
    if (text[0] == '\0')
        return true;
    if (nif_parse(str_of(text), nif) == NIF_CIF) {
        w->nif = arena_strdup(&c->arena, nif);
        return true;
    }
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && gateway_integrator_named(d, &tx, text, &body, e);
    tx_rollback(&tx);
    if (ok) {
        w->nif = body.nif;
        w->ine10 = body.ine10;
    }
    return ok;
}

static bool run_check(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct cli_list list = {0};
    struct document_asked w = {.provider_nif = cli_text(c, OPT_PROVIDER),
                               .authorised = c->value[OPT_AUTHORITY] != NULL,
                               .offline = c->value[OPT_OFFLINE] != NULL};
    char nif[NIF_BYTES];
    bool several = c->json && c->word_count > 1;
    if (w.provider_nif[0] != '\0' && nif_parse(str_of(w.provider_nif), nif) == NIF_BAD)
        return err_set(e, ERR_USAGE, N_("\"%s\" is no tax number (NIF)"), w.provider_nif);
    bool good = cli_open(c, DESK_STORE, &d, e) && body_find(c, &d, &w, e);
    for (size_t i = 0; good && i < c->word_count; i++) {
        if (i > 0 && !c->json)
            putchar('\n');
        good = file_check(c, &d, &w, c->words[i], several ? &list : NULL, e);
    }
    desk_close(&d);
    return good && (!several || cli_list_end(&list, e));
}

const struct command command_document_check = {
    .name = "document check",
    .task = TASK_GATEWAY,
    .usage = N_("FILE…"),
    .summary = N_("whether the signed form or the CDA that a body sent can be taken, and what to ask for otherwise"),
    .more = N_(
        "Reads a PDF or a certificate (PEM, DER, PKCS #7) in a process that can open and reach nothing, then asks the "
        "authorities whether its certificates are revoked. Says valid, to be looked at, or invalid, each with its "
        "reasons, and proposes the addresses and contacts that it found. --body is whose it should be (name, INE10 or "
        "NIF), --provider the NIF of the company that integrates for it, --authority that the body's written "
        "authorisation for it is there. Nothing is kept. Exit code 1 when something is not valid."),
    .min_words = 1,
    .max_words = 1000,
    .options = {OPT_BODY, OPT_PROVIDER, OPT_AUTHORITY, OPT_OFFLINE, OPT_END},
    .run = run_check,
};
