/* talaia gateway explain: what a message is and what is wrong with it. */
#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sandbox.h"
#include "cli/commands.h"
#include "cli/gateway.h"
#include "flow/change.h"
#include "scsp/place.h"
#include "scsp/value.h"

/* --- what both commands need --- */

bool gateway_open(struct cli *c, bool apart, struct gateway *g, struct err *e)
{
    *g = (struct gateway){.now = clock_system().now};
    xml_init();
    bool configured = c->value[OPT_CONFIG] != NULL || getenv("TALAIA_CONFIG") != NULL || file_exists("talaia.yaml");
    if (apart ? !desk_open(&c->desk, DESK_CONFIG, &g->desk, e) : configured && !cli_open(c, DESK_CONFIG, &g->desk, e))
        return false;
    g->opened = configured = apart || configured;
    if (!modalities_load(&c->arena, path_join(&c->arena, c->data_dir, "scsp"), &g->known, e))
        return false;
    const char *at = c->value[OPT_AT];
    bool zoned;
    if (at != NULL && (!date_time_parse(str_of(at), &g->now, &zoned) || !zoned))
        return err_set(e, ERR_USAGE, N_("--at takes an instant such as 2026-11-20T08:00:00Z, not \"%s\""), at);
    const char *const *anchors = NULL;
    size_t count = configured ? config_list(g->desk.config, KEY_TRUST_ANCHORS, &anchors) : 0;
    if (count > 0 && !trust_open(NULL, anchors, count, &g->trust, e))
        return false;
    g->keys = wss_keys_new();
    return true;
}

void gateway_close(struct gateway *g)
{
    trust_free(g->trust);
    wss_keys_free(g->keys);
    if (g->opened)
        desk_close(&g->desk);
}

/* By its name, as the desk knows it. */
static bool body_named(struct cli *c, const char *name, struct gateway_body *ret, struct err *e)
{
    struct desk d;
    const struct body *b;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool good = change_find_body(&d, name, &b, e);
    if (good && b->ine10[0] == '\0')
        good = err_set(e, ERR_VALUE, N_("the INE10 code of %s is not known; write the code itself"), b->name);
    if (good)
        *ret = (struct gateway_body){arena_strdup(&c->arena, b->ine10), arena_strdup(&c->arena, b->name)};
    desk_close(&d);
    return good;
}

bool gateway_body_find(struct cli *c, const struct gateway *g, struct gateway_body *ret, struct err *e)
{
    char code[INE10_BYTES];
    const char *given = cli_text(c, OPT_AS);
    *ret = (struct gateway_body){"", ""};
    if (given[0] == '\0')
        return true;
    if (ine10_parse(str_of(given), code) != INE10_FORMAT) {
        *ret = (struct gateway_body){arena_strdup(&c->arena, code), arena_strdup(&c->arena, code)};
        return true;
    }
    if (g->opened)
        return body_named(c, given, ret, e);
    return err_set(e, ERR_VALUE, N_("--as takes the INE10 code of a body (ten digits), not \"%s\""), given);
}

bool gateway_file(struct arena *a, const char *path, size_t most, struct str *ret, struct err *e)
{
    struct buf bytes = BUF_INIT(most);
    bool good = file_read(path, &bytes, e);
    if (good)
        *ret = str_part(arena_text(a, buf_str(&bytes)), bytes.n);
    buf_release(&bytes);
    return good;
}

/* --- for programs --- */

static const char *step_text(enum step_state s)
{
    static const char *const texts[] = {NULL, "good", "warning", "error"};
    return texts[s];
}

static json_t *steps_json(const struct diagnosis *d)
{
    json_t *steps = json_object();
    for (int g = 0; g <= REMARK_GROUP_RULE; g++)
        json_object_set_new(steps, remark_group_text((enum remark_group)g), json_text(step_text(d->steps[g])));
    return steps;
}

static json_t *remark_json(struct cli *c, const struct remark *r, const struct place_in_text *place)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:i,s:I,s:I,s:s,s:o,s:o,s:o,s:s,s:s}", "code", remark_code_text(r->code),
                     "group", remark_group_text(remark_group(r->code)), "grade", remark_grade_text(r->grade), "xpath",
                     r->xpath, "line", r->line, "at", (json_int_t)place->at, "bytes", (json_int_t)place->n, "element",
                     r->name, "found", json_text(r->found), "expected", json_text(r->expected), "answer",
                     r->answer == 0 ? json_null() : json_integer(r->answer), "sentence",
                     remark_fill(&c->arena, remark_sentence(r->code), r, c->lang), "advice",
                     remark_fill(&c->arena, remark_advice(r->code), r, c->lang));
}

static json_t *bytes_json(struct str s)
{
    return s.p == NULL ? json_null() : json_stringn_nocheck(s.p, s.n);
}

static json_t *signature_json(const struct diagnosis *d)
{
    const struct wss *w = &d->wss;
    char created[INSTANT_TEXT_BYTES] = "", expires[INSTANT_TEXT_BYTES] = "", dead[INSTANT_TEXT_BYTES] = "",
         replay[2 * WSS_HASH_BYTES + 1] = "";
    if (!w->present)
        return json_null();
    if (w->created != INSTANT_NONE)
        (void)instant_iso(w->created, created);
    if (w->expires != INSTANT_NONE)
        (void)instant_iso(w->expires, expires);
    if (w->dead != INSTANT_NONE)
        (void)instant_iso(w->dead, dead);
    for (size_t i = 0; d->steps[REMARK_GROUP_SECURITY] != STEP_ERROR && i < sizeof w->replay; i++)
        (void)snprintf(replay + 2 * i, 3, "%02x", w->replay[i]);
    json_t *difference = json_null();
    if (w->difference.part != NULL)
        difference = json_pack("{s:s,s:I,s:o,s:o}", "part", w->difference.part, "at", (json_int_t)w->difference.at,
                               "ours", bytes_json(w->difference.ours), "theirs", bytes_json(w->difference.theirs));
    return json_pack("{s:o,s:o,s:o,s:o,s:b,s:o,s:o,s:o}", "algorithm", json_text(w->algorithm), "digest",
                     json_text(w->digest), "created", json_text(created), "expires", json_text(expires),
                     "timestamp_signed", (int)w->time_signed, "replay", json_text(replay), "remember_until",
                     json_text(dead), "difference", difference);
}

static json_t *str_json(struct arena *a, struct str s)
{
    return json_text(text_shown(a, s));
}

static json_t *answer_json(struct cli *c, const struct diagnosis *d)
{
    const struct respuesta *r = &d->respuesta;
    json_t *items = json_array();
    for (size_t i = 0; i < r->count; i++)
        json_array_append_new(
            items, json_pack("{s:o,s:o,s:o}", "modality", str_json(&c->arena, r->items[i].code), "result",
                             str_json(&c->arena, r->items[i].result), "text", str_json(&c->arena, r->items[i].text)));
    return json_pack("{s:o,s:o,s:o}", "state", str_json(&c->arena, r->state), "literal",
                     str_json(&c->arena, r->literal), "results", items);
}

json_t *gateway_json(struct cli *c, const char *file, struct str text, const struct diagnosis *d)
{
    struct arena *a = &c->arena;
    bool answer = d->envelope.kind >= MESSAGE_RESPUESTA;
    json_t *remarks = json_array(), *certificate = json_null(), *names = json_object();
    struct place_in_text *places = arena_array(a, struct place_in_text, d->remarks.list.count + 1);
    places_find(&d->remarks, d->doc, text, places);
    for (size_t i = 0; i < d->remarks.list.count; i++)
        json_array_append_new(remarks, remark_json(c, &d->remarks.list.items[i], &places[i]));
    if (d->wss.has_certificate)
        certificate = json_pack("{s:s,s:o,s:o,s:s}", "subject", d->wss.certificate.subject, "nif",
                                json_text(d->wss.certificate.nif), "not_after", json_day(d->wss.certificate.last_day),
                                "fingerprint", d->wss.certificate.fingerprint);
    for (size_t i = 0; i < namespace_count(); i++)
        json_object_set_new(names, namespace_at(i)->prefix, json_string(namespace_at(i)->uri));
    return json_pack(
        "{s:o,s:o,s:o,s:o,s:o,s:o,s:I,s:I,s:I,s:o,s:o,s:o,s:o,s:o}", "file", json_text(file), "message",
        json_text(message_kind_text(d->envelope.kind)), "id", str_json(a, answer ? d->respuesta.id : d->peticion.id),
        "modality", str_json(a, d->peticion.count > 0 ? d->peticion.items[0].code : d->peticion.code), "product",
        str_json(a, d->peticion.product), "steps", steps_json(d), "errors", (json_int_t)d->remarks.errors, "warnings",
        (json_int_t)d->remarks.warnings, "infos", (json_int_t)d->remarks.infos, "certificate", certificate, "signature",
        signature_json(d), "answer", answer ? answer_json(c, d) : json_null(), "remarks", remarks, "namespaces", names);
}

/* --- for people --- */

static const char *step_words(enum remark_group g)
{
    static const char *const words[] = {
        [REMARK_GROUP_XML] = N_("XML"),
        [REMARK_GROUP_ENVELOPE] = N_("envelope"),
        [REMARK_GROUP_SECURITY] = N_("signature"),
        [REMARK_GROUP_CERTIFICATE] = N_("certificate"),
        [REMARK_GROUP_SCHEMA] = N_("schema"),
        [REMARK_GROUP_RULE] = N_("rules"),
    };
    return words[g];
}

static const char *grade_words(enum grade g)
{
    return g == GRADE_ERROR ? N_("ERROR") : g == GRADE_WARNING ? N_("WARNING") : N_("NOTE");
}

static void steps_print(struct cli *c, const struct diagnosis *d)
{
    static const char *const marks[] = {"·", "✓", "!", "✗"};
    for (int g = 0; g <= REMARK_GROUP_RULE; g++)
        printf("%s%s %s", g == 0 ? "  " : "   ", marks[d->steps[g]], tr(c->lang, step_words((enum remark_group)g)));
    putchar('\n');
}

/* A few characters before and behind the place, on one line. */
static void excerpt_print(struct cli *c, const char *label, struct str s, size_t at)
{
    size_t from = at > 30 ? at - 30 : 0, to = at + 50 < s.n ? at + 50 : s.n;
    while (from > 0 && ((unsigned char)s.p[from] & 0xC0) == 0x80)
        from--;
    while (to < s.n && ((unsigned char)s.p[to] & 0xC0) == 0x80)
        to++;
    char *text = arena_text(&c->arena, str_part(s.p + from, to > from ? to - from : 0));
    for (char *p = text; *p != '\0'; p++)
        *p = *p == '\n' ? ' ' : *p;
    str_make_printable(text);
    printf("      %s %s%s%s\n", tr(c->lang, label), from > 0 ? "…" : "", text, to < s.n ? "…" : "");
}

static void difference_print(struct cli *c, const struct wss_difference *d, bool whole)
{
    if (d->part == NULL)
        return;
    if (d->theirs.p != NULL) {
        cli_say(c, N_("  Where the bytes of %s part (byte %zu):"), d->part, d->at + 1);
        excerpt_print(c, N_("canonical form: "), d->ours, d->at);
        excerpt_print(c, N_("what was signed:"), d->theirs, d->at);
    }
    if (whole) {
        cli_say(c, N_("  Canonical form of %s (%zu bytes):"), d->part, d->ours.n);
        printf("%.*s\n", STR_ARG(d->ours));
    } else if (d->theirs.p == NULL) {
        cli_say(c, N_("  --text prints the canonical form of %s, to be compared with yours."), d->part);
    }
}

static void remark_print(struct cli *c, const struct remark *r)
{
    struct arena *a = &c->arena;
    const char *ink = r->grade == GRADE_ERROR ? "31" : r->grade == GRADE_WARNING ? "33" : "2";
    const char *place = r->line > 0 ? arena_printf(a, tr(c->lang, N_("line %d")), r->line) : "";
    if (c->colour)
        printf("\n  \033[%sm%s\033[0m %s  %s\n", ink, tr(c->lang, grade_words(r->grade)), remark_code_text(r->code),
               place);
    else
        printf("\n  %s %s  %s\n", tr(c->lang, grade_words(r->grade)), remark_code_text(r->code), place);
    cli_wrap(remark_fill(a, remark_sentence(r->code), r, c->lang), 4);
    if (r->answer != 0)
        cli_wrap(arena_printf(a, tr(c->lang, N_("The service answers %d.")), r->answer), 4);
    cli_wrap(arena_printf(a, "→ %s", remark_fill(a, remark_advice(r->code), r, c->lang)), 4);
    if (r->line > 0)
        printf("    %s\n", r->xpath);
}

static void answer_print(struct cli *c, const struct respuesta *r)
{
    printf("  %.*s  %.*s\n", STR_ARG(r->state), STR_ARG(r->literal));
    for (size_t i = 0; i < r->count; i++)
        printf("  %s: %s %s\n", text_shown(&c->arena, r->items[i].code), text_shown(&c->arena, r->items[i].result),
               text_shown(&c->arena, r->items[i].text));
}

static void head_print(struct cli *c, const char *file, const struct diagnosis *d)
{
    struct arena *a = &c->arena;
    const char *kind = message_kind_text(d->envelope.kind);
    struct str modality = d->peticion.count > 0 ? d->peticion.items[0].code : d->peticion.code;
    printf("%s%s%s%s%s\n", file, kind[0] == '\0' ? "" : ": ", kind, modality.n > 0 ? ", " : "",
           text_shown(a, modality));
    if (d->wss.has_certificate)
        printf("  %s\n", d->wss.certificate.subject);
    steps_print(c, d);
}

void gateway_print(struct cli *c, const char *file, const struct diagnosis *d)
{
    head_print(c, file, d);
    if (d->envelope.kind >= MESSAGE_RESPUESTA)
        answer_print(c, &d->respuesta);
    for (int g = GRADE_ERROR; g >= GRADE_INFO; g--)
        for (size_t i = 0; i < d->remarks.list.count; i++)
            if (d->remarks.list.items[i].grade == (enum grade)g)
                remark_print(c, &d->remarks.list.items[i]);
    if (d->remarks.left_out > 0)
        cli_say(c, N_("  …and %zu more."), d->remarks.left_out);
    putchar('\n');
    difference_print(c, &d->wss.difference, c->value[OPT_TEXT] != NULL);
    if (d->remarks.errors == 0)
        cli_say(c, d->remarks.warnings == 0 ? N_("Nothing stands against it.")
                                            : N_("Nothing stands against it; look at the warnings."));
    else
        cli_say(c, N_("%zu errors, %zu warnings."), d->remarks.errors, d->remarks.warnings);
}

/* --- the command --- */

/* Standard input; from then on this process can do nothing but think and write. What it was given is foreign, and who
 * gives it this way (the desk's validator) wants it to be looked at where nothing can be reached. */
static bool input_read(struct cli *c, struct arena *a, struct str *ret, struct err *e)
{
    struct buf bytes = BUF_INIT(LIMIT_EXPLAIN_BYTES);
    char some[65536], text[SANDBOX_TEXT_BYTES];
    ssize_t n = 1;
    bool good = true;
    while (good && n > 0) {
        n = os.read(STDIN_FILENO, some, sizeof some);
        good = n >= 0 ? buf_add(&bytes, some, (size_t)n) : errno == EINTR && (n = 1) > 0;
    }
    if (good)
        *ret = str_part(arena_text(a, buf_str(&bytes)), bytes.n);
    else
        err_set(e, ERR_LIMIT, N_("standard input cannot be read, or has more than %u MB"), LIMIT_EXPLAIN_BYTES >> 20);
    buf_release(&bytes);
    (void)tr(c->lang, N_("XML")); /* the catalogue is a file: it is opened now */
    return good && (sandbox_enter(text) || err_set(e, ERR_INTERNAL, N_("this kernel cannot filter system calls")));
}

static bool file_explain(struct cli *c, const struct explain_how *how, const char *path, struct cli_list *list,
                         struct err *e)
{
    struct arena a = {0};
    struct str bytes;
    /* More than is accepted, so that the size is a finding like others. */
    if (strcmp(path, "-") == 0 ? !input_read(c, &a, &bytes, e)
                               : !gateway_file(&a, path, LIMIT_EXPLAIN_BYTES, &bytes, e)) {
        arena_release(&a);
        return false;
    }
    struct diagnosis d = {.remarks.arena = &a};
    if (!explain(&d, bytes, how))
        c->findings = 1;
    bool good = true;
    if (list != NULL)
        cli_list_add(list, gateway_json(c, path, bytes, &d));
    else if (c->json)
        good = cli_json(gateway_json(c, path, bytes, &d), e);
    else
        gateway_print(c, path, &d);
    diagnosis_release(&d);
    arena_release(&a);
    return good;
}

static bool files_explain(struct cli *c, const struct explain_how *how, struct err *e)
{
    struct cli_list list = {0};
    bool several = c->json && c->word_count > 1;
    for (size_t i = 0; i < c->word_count; i++) {
        if (i > 0 && !c->json)
            putchar('\n');
        if (!file_explain(c, how, c->words[i], several ? &list : NULL, e))
            return false;
    }
    return !several || cli_list_end(&list, e);
}

static bool run_explain(struct cli *c, struct err *e)
{
    struct gateway g;
    struct explain_how how = {.allow_sha1 = c->value[OPT_ALLOW_SHA1] != NULL};
    struct str certificate;
    struct certificate authorised;
    struct gateway_body body = {"", ""};
    bool apart = false;
    for (size_t i = 0; i < c->word_count; i++)
        apart |= strcmp(c->words[i], "-") == 0;
    if (apart && c->word_count > 1)
        return err_set(e, ERR_USAGE, N_("- (standard input) stands alone"));
    bool good = gateway_open(c, apart, &g, e) && gateway_body_find(c, &g, &body, e);
    how.body = body.ine10;
    if (good && c->value[OPT_CERT] != NULL) {
        good = gateway_file(&c->arena, c->value[OPT_CERT], LIMIT_CERTIFICATE_FILE_BYTES, &certificate, e) &&
               certificate_parse(&c->arena, certificate, &authorised, e);
        if (good)
            how.authorised = authorised.der;
        else
            err_where(e, "%s", c->value[OPT_CERT]);
    }
    how.now = g.now;
    how.known = &g.known;
    how.keys = g.keys;
    how.trust = g.trust;
    good = good && files_explain(c, &how, e);
    if (apart && good && fflush(stdout) == 0)
        _exit(c->findings > 0 ? EXIT_FINDINGS : EXIT_OK); /* what else happens at an end needs calls that are gone */
    gateway_close(&g);
    return good;
}

const struct command command_gateway_explain = {
    .name = "gateway explain",
    .task = TASK_GATEWAY,
    .usage = N_("FILE.xml…|-"),
    .summary = N_("what a message is and what is wrong with it, without executing it"),
    .more = N_(
        "Reads a SOAP request or answer as it was sent, goes through all steps that need no permissions (XML, "
        "envelope, signature, certificate, schema, rules) and says for each mistake where it is, what was "
        "expected and how to mend it. --as is the body that sends it, --cert the certificate that is authorised, "
        "--at the time that the clock shows. Exit code 1 when the message would be refused. With - the message comes "
        "by standard input, and is looked at by a process that can open and reach nothing."),
    .min_words = 1,
    .max_words = 1000,
    .options = {OPT_AS, OPT_CERT, OPT_AT, OPT_ALLOW_SHA1, OPT_TEXT, OPT_END},
    .run = run_explain,
};
