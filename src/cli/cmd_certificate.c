/* talaia certificate add */
#include <stdio.h>

#include "base/text.h"
#include "cli/commands.h"
#include "flow/change.h"
#include "flow/given.h"

static const char *registry_words(enum reconciliation r)
{
    switch (r) {
    case RECONCILIATION_AGREES: return N_("the registry has this date");
    case RECONCILIATION_REGISTRY_STALE:
        return N_("newer than the registry's date: install it, and update the registry");
    case RECONCILIATION_OLD_SERVED: return N_("older than the registry's date: is it the right file?");
    default: return N_("the registry has no date");
    }
}

static void print_line(const char *label, const char *value)
{
    printf("  %s", label);
    for (int width = text_width(str_of(label)); width < 14; width++)
        putchar(' ');
    printf("%s\n", value);
}

static void print_given(struct cli *c, const struct body *b, enum cert_kind kind, const struct given *g)
{
    char from[DAY_TEXT_BYTES], until[DAY_TEXT_BYTES];
    const struct certificate *x = &g->certificate;
    cli_say(c, g->is_new ? N_("Kept as the %s of %s:") : N_("It was kept already as the %s of %s:"),
            cert_kind_code(kind), b->name);
    print_line(tr(c->lang, N_("subject")), x->subject);
    print_line(tr(c->lang, N_("issuer")), x->issuer);
    print_line(tr(c->lang, N_("validity")),
               arena_printf(&c->arena, "%s – %s", day_dmy(x->first_day, from), day_dmy(x->last_day, until)));
    print_line(tr(c->lang, N_("key")), x->key_name);
    print_line(tr(c->lang, N_("NIF")), x->nif[0] == '\0' ? "—" : x->nif);
    print_line(tr(c->lang, N_("fingerprint")), x->fingerprint_hex);
    print_line(tr(c->lang, N_("registry")), tr(c->lang, registry_words(g->registry)));
    if (g->owner.owner == OWNER_OTHER)
        cli_say(c, N_("Look: the certificate is made out to %s."),
                g->owner.name[0] != '\0' ? g->owner.name : arena_printf(&c->arena, "NIF %s", x->nif));
}

static bool run_certificate_add(struct cli *c, struct err *e)
{
    enum cert_kind kind = CERT_CDA;
    if (c->value[OPT_KIND] != NULL && !cert_kind_parse(str_of(c->value[OPT_KIND]), &kind))
        return err_set(e, ERR_USAGE, N_("--kind takes CDS or CDA, not \"%s\""), c->value[OPT_KIND]);
    struct desk d;
    const struct body *b;
    struct given g;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = change_find_body(&d, c->words[0], &b, e) && given_add(&d, b, kind, c->words[1], &g, e);
    if (ok) {
        c->findings = g.owner.owner == OWNER_OTHER || g.registry == RECONCILIATION_OLD_SERVED;
        if (c->json)
            ok = cli_json(
                json_pack("{s:s,s:s,s:s,s:s,s:o,s:s,s:o,s:s,s:s,s:b}", "body", b->description, "kind",
                          cert_kind_code(kind), "subject", g.certificate.subject, "issuer", g.certificate.issuer,
                          "not_after", json_day(g.certificate.last_day), "fingerprint", g.certificate.fingerprint_hex,
                          "nif", json_text(g.certificate.nif), "owner", owner_code(g.owner.owner), "registry",
                          reconciliation_code(g.registry), "new", (int)g.is_new),
                e);
        else
            print_given(c, b, kind, &g);
    }
    desk_close(&d);
    return ok;
}

const struct command command_certificate_add = {
    .name = "certificate add",
    .task = TASK_NOTE,
    .usage = N_("BODY FILE"),
    .summary = N_("a certificate that a body sent: kept, compared with the registry, noted in the comment"),
    .more =
        N_("The file may be PEM, DER or PKCS #7, or a signed SOAP message, whose signer's certificate is taken (its "
           "signature is not looked at). It is a CDA unless --kind says CDS. A file with a private key (a "
           "PKCS #12, say) is "
           "refused and nothing of it is kept."),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_KIND, OPT_END},
    .run = run_certificate_add,
};
