/* talaia gateway authorise, revoke, permissions, secret: who may ask at the gateway. */
#include "base/file.h"
#include "cli/commands.h"
#include "flow/gateway.h"

static const char *iso(struct arena *a, instant_t t)
{
    char text[INSTANT_TEXT_BYTES];
    return t == INSTANT_NONE ? "" : arena_strdup(a, instant_iso(t, text));
}

/* --- giving --- */

static json_t *authorised_json(const struct gateway_authorised *r)
{
    json_t *remarks = json_array(), *certificate = json_null();
    for (size_t i = 0; i < r->remark_count; i++)
        json_array_append_new(remarks, json_string(r->remarks[i]));
    if (r->has_certificate)
        certificate = json_pack("{s:s,s:s,s:o,s:o}", "fingerprint", r->certificate.fingerprint_hex, "subject",
                                r->certificate.subject, "nif", json_text(r->certificate.nif), "not_after",
                                json_day(r->certificate.last_day));
    return json_pack("{s:s,s:s,s:I,s:I,s:o,s:o}", "body", r->body->name, "ine10", r->body->ine10, "added",
                     (json_int_t)r->added, "same", (json_int_t)r->same, "certificate", certificate, "remarks", remarks);
}

static bool authorised_print(struct cli *c, const struct gateway_authorised *r, struct err *e)
{
    char day[DAY_TEXT_BYTES];
    if (c->json)
        return cli_json(authorised_json(r), e);
    cli_say(c, N_("%s (%s). Permissions given: %zu; there already: %zu."), r->body->name, r->body->ine10, r->added,
            r->same);
    if (r->has_certificate)
        cli_say(c, N_("  CDA %s, valid until %s"), r->certificate.subject, day_dmy(r->certificate.last_day, day));
    for (size_t i = 0; i < r->remark_count; i++)
        cli_wrap(r->remarks[i], 2);
    return true;
}

static bool optional_day(struct cli *c, enum cli_option o, day_t *ret, struct err *e)
{
    *ret = DAY_NONE;
    return c->value[o] == NULL || cli_day(c->value[o], ret) ||
           err_set(e, ERR_USAGE, N_("\"%s\" is no day that exists; write it as YYYY-MM-DD"), c->value[o]);
}

static bool run_authorise(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct modalities known;
    struct gateway_authorised r;
    struct gateway_authorise w = {.body = c->words[0],
                                  .cda = c->value[OPT_CDA],
                                  .product = c->value[OPT_PRODUCT],
                                  .purpose = c->value[OPT_PURPOSE],
                                  .allow_sha1 = c->value[OPT_ALLOW_SHA1] != NULL,
                                  .authority = c->value[OPT_AUTHORITY]};
    w.range_count = cli_values(c, OPT_IP, &w.ranges);
    w.modality_count = cli_values(c, OPT_MODALITY, &w.modalities);
    if (w.cda == NULL && (w.allow_sha1 || w.authority != NULL))
        return err_set(e, ERR_USAGE, N_("--allow-sha1 and --authority are about a certificate: name it with --cda"));
    bool ok = optional_day(c, OPT_SINCE, &w.since, e) && optional_day(c, OPT_UNTIL, &w.until, e) &&
              cli_open(c, DESK_STORE, &d, e) &&
              modalities_load(&c->arena, path_join(&c->arena, c->data_dir, "scsp"), &known, e) &&
              gateway_authorise(&d, &known, &w, &r, e) && authorised_print(c, &r, e);
    desk_close(&d);
    return ok;
}

/* --- taking --- */

static bool run_revoke(struct cli *c, struct err *e)
{
    struct desk d = {0};
    const struct gateway_revoke w = {.body = c->words[0],
                                     .fingerprint = c->value[OPT_CDA],
                                     .range = c->value[OPT_IP],
                                     .product = c->value[OPT_PRODUCT],
                                     .reason = c->value[OPT_REASON]};
    size_t count = 0;
    bool ok = cli_open(c, DESK_STORE, &d, e) && gateway_revoke(&d, &w, &count, e);
    if (ok && c->json)
        ok = cli_json(json_pack("{s:I}", "revoked", (json_int_t)count), e);
    else if (ok)
        cli_say(c, N_("Permissions revoked: %zu."), count);
    desk_close(&d);
    return ok;
}

/* --- looking --- */

static json_t *permission_json(struct arena *a, const struct gateway_permission *p)
{
    json_t *o = json_pack("{s:s,s:s,s:o,s:o,s:o,s:s,s:o}", "kind", gateway_permission_kind_code(p->kind), "what",
                          p->what, "since", json_text(iso(a, p->since)), "until", json_text(iso(a, p->until)), "at",
                          json_text(iso(a, p->at)), "who", p->who, "revoked", json_text(iso(a, p->revoked)));
    if (p->revoked != INSTANT_NONE) {
        json_object_set_new(o, "revoked_by", json_text(p->revoked_who));
        json_object_set_new(o, "reason", json_text(p->reason));
    }
    if (p->kind == GATEWAY_IS_CERTIFICATE) {
        json_object_set_new(o, "subject", json_string(p->subject));
        json_object_set_new(o, "issuer", json_text(p->issuer));
        json_object_set_new(o, "nif", json_text(p->nif));
        json_object_set_new(o, "not_before", json_text(iso(a, p->not_before)));
        json_object_set_new(o, "not_after", json_text(iso(a, p->not_after)));
        json_object_set_new(o, "allow_sha1", json_boolean(p->allow_sha1));
        json_object_set_new(o, "authority", json_text(p->authority));
        json_object_set_new(
            o, "standing",
            json_pack("{s:s,s:o,s:o,s:o,s:o}", "state", gateway_standing_code(p->standing), "asked",
                      json_text(iso(a, p->looked)), "until", json_text(iso(a, p->standing_until)), "revoked",
                      json_text(iso(a, p->standing_since)), "source", json_text(p->standing_why)));
    } else if (p->kind == GATEWAY_IS_GRANT) {
        json_object_set_new(o, "modality", json_text(p->modality));
        json_object_set_new(o, "purpose", json_string(p->purpose));
    }
    return o;
}

static json_t *view_json(struct arena *a, const struct gateway_integrator_view *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->count; i++)
        json_array_append_new(list, permission_json(a, &v->permissions[i]));
    return json_pack("{s:s,s:s,s:o,s:o,s:o}", "body", v->body.name, "ine10", v->body.ine10, "nif",
                     json_text(v->body.nif), "suspended", json_text(iso(a, v->body.suspended)), "permissions", list);
}

static void permission_print(struct cli *c, const struct gateway_permission *p)
{
    struct arena *a = &c->arena;
    char day[DAY_TEXT_BYTES];
    const char *line;
    if (p->kind == GATEWAY_IS_CERTIFICATE)
        line = arena_printf(a, "CDA %.16s  %s%s%s", p->what, p->subject, p->allow_sha1 ? "  SHA-1" : "",
                            p->authority[0] == '\0' ? "" : arena_printf(a, "  (%s)", p->authority));
    else if (p->kind == GATEWAY_IS_ADDRESS)
        line = arena_printf(a, "IP  %s", p->what);
    else
        line = arena_printf(a, "→   %s %s, %s", p->what, p->modality[0] == '\0' ? "*" : p->modality, p->purpose);
    if (p->kind == GATEWAY_IS_CERTIFICATE && p->not_after != INSTANT_NONE)
        line = arena_printf(a, tr(c->lang, N_("%s; valid until %s")), line, day_dmy(day_madrid(p->not_after), day));
    if (p->kind == GATEWAY_IS_CERTIFICATE && p->standing != GATEWAY_STANDING_NONE)
        line = arena_printf(a, tr(c->lang, N_("%s; its authority: %s")), line,
                            tr(c->lang, gateway_standing_words(p->standing)));
    if (p->until != INSTANT_NONE)
        line = arena_printf(a, tr(c->lang, N_("%s; permitted until %s")), line, day_dmy(day_madrid(p->until - 1), day));
    if (p->revoked != INSTANT_NONE)
        line = arena_printf(a, tr(c->lang, N_("%s; revoked on %s by %s %s")), line,
                            day_dmy(day_madrid(p->revoked), day), p->revoked_who, p->reason);
    cli_wrap_after("  ", line);
}

static bool run_permissions(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct gateway_integrator_view *views;
    size_t count;
    bool ok = cli_open(c, DESK_STORE, &d, e) &&
              gateway_permissions_view(&d, &c->arena, c->word_count > 0 ? c->words[0] : NULL, c->value[OPT_ALL] != NULL,
                                       &views, &count, e);
    if (ok && c->json) {
        struct cli_list list = {0};
        for (size_t i = 0; i < count; i++)
            cli_list_add(&list, view_json(&c->arena, &views[i]));
        ok = cli_list_end(&list, e);
    } else if (ok) {
        for (size_t i = 0; i < count; i++) {
            const struct integrator *b = &views[i].body;
            printf("%s (%s)%s%s\n", b->name, b->ine10, b->suspended == INSTANT_NONE ? "" : "  ",
                   b->suspended == INSTANT_NONE ? "" : tr(c->lang, N_("suspended")));
            for (size_t k = 0; k < views[i].count; k++)
                permission_print(c, &views[i].permissions[k]);
        }
        if (count == 0)
            cli_say(c, N_("No permissions."));
    }
    desk_close(&d);
    return ok;
}

/* --- the secret --- */

static bool run_secret(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct gateway_secret *s = NULL;
    int64_t lost = 0;
    bool renew = c->value[OPT_RENEW] != NULL;
    bool ok =
        cli_open(c, DESK_STORE, &d, e) && (renew ? gateway_secret_renew(&d, &lost, e) : gateway_secret_open(&d, &s, e));
    gateway_secret_free(s);
    const char *path = ok ? config_path(&c->arena, d.config, KEY_GATEWAY_SECRET_FILE) : "";
    if (ok && c->json)
        ok = cli_json(json_pack("{s:s,s:b,s:I}", "file", path, "renewed", (int)renew, "given_up", (json_int_t)lost), e);
    else if (ok && renew)
        cli_say(c, N_("%s is new; %lld asynchronous requests were given up."), path, (long long)lost);
    else if (ok)
        cli_say(c, N_("%s is there, private, and the one of this store."), path);
    desk_close(&d);
    return ok;
}

const struct command command_gateway_authorise = {
    .name = "gateway authorise",
    .task = TASK_GATEWAY,
    .usage = N_("BODY [--cda FILE] [--ip CIDR]…"),
    .summary = N_("let a body ask at the pre-production gateway: its certificate, its addresses, what for"),
    .more = N_("BODY is a name or an INE10 code. Without --ip it may call from anywhere, as long as it has no address. "
               "A certificate must carry the body's own tax number, unless --authority names the written "
               "authorisation. A file with a private key is refused: the certificate must then be revoked. What is "
               "given again is left as it is; a body that was revoked is let in again."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_CDA, OPT_IP, OPT_PRODUCT, OPT_MODALITY, OPT_PURPOSE, OPT_ALLOW_SHA1, OPT_AUTHORITY, OPT_SINCE,
                OPT_UNTIL, OPT_END},
    .run = run_authorise,
};

const struct command command_gateway_revoke = {
    .name = "gateway revoke",
    .task = TASK_GATEWAY,
    .usage = N_("BODY [--cda FINGERPRINT | --ip CIDR | --product PRODUCT]"),
    .summary = N_("take permissions at the gateway back: the one named, or all of the body's"),
    .more = N_("It counts from the next request on. What was revoked stays in the list of --all, with who and why."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_CDA, OPT_IP, OPT_PRODUCT, OPT_REASON, OPT_END},
    .run = run_revoke,
};

const struct command command_gateway_permissions = {
    .name = "gateway permissions",
    .task = TASK_GATEWAY,
    .usage = N_("[BODY]"),
    .summary = N_("who may ask at the gateway, with which certificate, from where, for what"),
    .more = N_("With --all also what was revoked."),
    .max_words = 1,
    .options = {OPT_ALL, OPT_END},
    .run = run_permissions,
};

const struct command command_gateway_secret = {
    .name = "gateway secret",
    .task = TASK_GATEWAY,
    .usage = "",
    .summary = N_("look whether the gateway's secret file is the one of this store; made when there is none"),
    .more =
        N_("With it ids are hashed and waiting answers sealed; copy the file to every machine of one store, and keep "
           "it with the backups. --renew makes a new one, when it is lost or somebody else may have read it: "
           "asynchronous requests that wait are given up."),
    .options = {OPT_RENEW, OPT_END},
    .run = run_secret,
};
