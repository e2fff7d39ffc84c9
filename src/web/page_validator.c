/* Passarel·la, validador: a message that somebody pastes or drops is explained. It is not executed, and nothing of it
 * is kept or logged. */
#include "core/identity.h"
#include "scsp/value.h"
#include "web/examiner.h"
#include "web/gateway_page.h"
#include "web/layout.h"
#include "web/message_view.h"
#include "web/pages.h"

/* ------------------------------------------------------------------ the ways between the pages */

static const struct {
    const char *path, *label;
} pages[] = {
    {GATEWAY_PAGES, N_("Requests")},
    {GATEWAY_VALIDATOR, N_("Validator")},
    {GATEWAY_PAGES "/modalitats", N_("Modalities")},
    {GATEWAY_PAGES "/permisos", N_("Permissions")},
};

void gateway_begin(struct call *c, const char *here, const char *title, const char *sub)
{
    struct html *h = &c->html;
    layout_begin(c, title, GATEWAY_PAGES);
    layout_head(c, title, sub);
    html_open(h, "nav");
    html_attr(h, "aria-label", call_tr(c, N_("Gateway")));
    html_raw(h, "<ul class=\"plain chips\">");
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        if (!call_reaches(c, pages[i].path))
            continue;
        html_open(h, "li");
        html_open(h, "a");
        html_attr_url(h, "href", pages[i].path);
        if (strcmp(pages[i].path, here) == 0)
            html_attr(h, "aria-current", "page");
        html_text(h, call_tr(c, pages[i].label));
        html_close(h);
        html_close(h);
    }
    html_raw(h, "</ul>");
    html_close(h);
}

/* ------------------------------------------------------------------ what is asked */

struct asked {
    struct str message;    /* n 0: nothing was sent */
    const char *body, *at; /* as they were typed */
    bool allow_sha1;
    const char *refused; /* why it was not explained; NULL */
};

/* A browser writes the line ends of a text area as CR LF, whatever they were. */
static struct str pasted(struct call *c)
{
    struct str text = call_bytes(c, "xml");
    char *out = arena_alloc(call_arena(c), text.n + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r' || i + 1 == text.n || text.p[i + 1] != '\n')
            out[n++] = text.p[i];
    return str_part(out, n);
}

static struct asked asked_read(struct call *c)
{
    struct asked a = {.message = call_bytes(c, "fitxer"),
                      .body = call_field(c, "ens"),
                      .at = call_field(c, "moment"),
                      .allow_sha1 = call_field(c, "sha1")[0] != '\0'};
    char code[INE10_BYTES];
    instant_t t;
    bool zoned;
    if (a.message.n == 0)
        a.message = pasted(c);
    if (str_trim(a.message).n == 0)
        a.refused = call_tr(c, N_("Paste a message, or choose the file that holds it."));
    else if (a.body[0] != '\0' && ine10_parse(str_of(a.body), code) == INE10_FORMAT)
        a.refused = call_tr(c, N_("The code of the body has ten digits, such as 0805690004."));
    else if (a.at[0] != '\0' && (!date_time_parse(str_of(a.at), &t, &zoned) || !zoned))
        a.refused = call_tr(c, N_("Write the moment as 2026-11-20T08:00:00Z."));
    return a;
}

/* ------------------------------------------------------------------ the form */

static void write_text(struct call *c, const struct asked *a)
{
    struct html *h = &c->html;
    bool again = a->message.n > 0 && a->message.n <= LIMIT_WEB_SOURCE_BYTES && str_utf8_valid(a->message);
    html_raw(h, "<p class=\"field\"><label for=\"xml\">");
    html_text(h, call_tr(c, N_("The message, as it was sent")));
    html_raw(h, "</label>");
    html_open(h, "textarea");
    html_attr(h, "id", "xml");
    html_attr(h, "name", "xml");
    html_attr(h, "class", "code");
    html_attr(h, "rows", "8");
    html_attr(h, "spellcheck", "false");
    html_attr(h, "aria-describedby", "xml-h");
    html_raw(h, "\n");
    if (again)
        html_text_str(h, a->message);
    html_close(h);
    html_raw(h, "<small id=\"xml-h\">");
    html_text(h, call_tr(c, N_("The whole SOAP envelope, a request or an answer, up to 2 MB.")));
    html_raw(h, "</small></p><p class=\"field\"><label for=\"fitxer\">");
    html_text(h, call_tr(c, N_("or a file")));
    html_raw(h,
             "</label><input type=\"file\" id=\"fitxer\" name=\"fitxer\" accept=\".xml,.txt,text/xml,application/xml\" "
             "aria-describedby=\"fitxer-h\"><small id=\"fitxer-h\">");
    html_text(
        h,
        call_tr(c, N_("The bytes of a file are looked at as they are: best for signatures. It may be dropped here.")));
    html_raw(h, "</small></p>");
}

static void write_form(struct call *c, const struct asked *a)
{
    const struct form f = {.action = GATEWAY_VALIDATOR, .refused = a->refused, .upload = true};
    struct html *h = &c->html;
    form_open(c, &f, "card form message drop");
    write_text(c, a);
    html_raw(h, "<div class=\"row fields\">");
    form_field(c, &(struct form){.action = "v"},
               &(struct field){.name = "ens",
                               .label = N_("Body that sends it"),
                               .type = "text",
                               .value = a->body,
                               .help = N_("its INE10 code, if you like"),
                               .most = 10,
                               .optional = true});
    form_field(c, &(struct form){.action = "v"},
               &(struct field){.name = "moment",
                               .label = N_("When it was sent"),
                               .type = "text",
                               .value = a->at,
                               .help = N_("such as 2026-11-20T08:00:00Z; now, if it is empty"),
                               .most = 40,
                               .optional = true});
    html_raw(h, "<p class=\"field check\"><label><input type=\"checkbox\" name=\"sha1\" value=\"si\"");
    if (a->allow_sha1)
        html_raw(h, " checked");
    html_raw(h, "> ");
    html_text(h, call_tr(c, N_("SHA-1 is allowed for it")));
    html_raw(h, "</label></p></div>");
    form_close(c, call_tr(c, N_("Explain it")), true);
}

/* ------------------------------------------------------------------ the explanation */

static void write_steps(struct call *c, const json_t *x)
{
    static const char *const words[][2] = {{"xml", N_("XML")},
                                           {"envelope", N_("envelope")},
                                           {"security", N_("signature")},
                                           {"certificate", N_("certificate")},
                                           {"schema", N_("schema")},
                                           {"rule", N_("rules")}};
    const json_t *steps = json_object_get(x, "steps");
    struct step_shown shown[sizeof words / sizeof *words];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *state = json_string_value(json_object_get(steps, words[i][0]));
        shown[i] = (struct step_shown){words[i][1], state == NULL ? "" : state};
    }
    part_steps(c, shown, sizeof words / sizeof *words);
}

static void write_fact(struct call *c, const char *title, const json_t *value)
{
    struct html *h = &c->html;
    const char *text = json_string_value(value);
    if (text == NULL || text[0] == '\0')
        return;
    html_element(h, "dt", call_tr(c, title));
    html_element(h, "dd", text);
}

static void write_facts(struct call *c, const json_t *x)
{
    const json_t *certificate = json_object_get(x, "certificate"), *signature = json_object_get(x, "signature");
    html_raw(&c->html, "<dl class=\"about\">");
    write_fact(c, N_("Message"), json_object_get(x, "message"));
    write_fact(c, N_("Modality"), json_object_get(x, "modality"));
    write_fact(c, N_("Identifier"), json_object_get(x, "id"));
    write_fact(c, N_("Certificate"), json_object_get(certificate, "subject"));
    write_fact(c, N_("Tax number of the certificate"), json_object_get(certificate, "nif"));
    write_fact(c, N_("Signature"), json_object_get(signature, "algorithm"));
    html_raw(&c->html, "</dl>");
}

static void write_difference(struct call *c, const json_t *x)
{
    const json_t *d = json_object_get(json_object_get(x, "signature"), "difference");
    const json_t *ours = json_object_get(d, "ours"), *theirs = json_object_get(d, "theirs");
    const char *part = json_string_value(json_object_get(d, "part"));
    json_int_t at = json_integer_value(json_object_get(d, "at"));
    if (part == NULL || !json_is_string(ours) || !json_is_string(theirs) || at < 0)
        return;
    layout_section(c, "formes", call_tr(c, N_("What was signed is not what arrived")), "");
    part_difference(c, part, str_part(json_string_value(ours), json_string_length(ours)),
                    str_part(json_string_value(theirs), json_string_length(theirs)), (size_t)at);
}

static void write_explanation(struct call *c, struct str message, const json_t *x)
{
    struct findings all;
    size_t errors = (size_t)json_integer_value(json_object_get(x, "errors"));
    size_t warnings = (size_t)json_integer_value(json_object_get(x, "warnings"));
    findings_read(c, x, message, &all);
    html_raw(&c->html, "<div id=\"resultat\">");
    part_notice(c, errors == 0,
                errors == 0 ? call_tr(c, N_("Nothing stands against it.")) : call_tr(c, N_("It would be refused.")),
                errors == 0 && warnings > 0 ? call_text(c, N_("Look at the warnings: %zu."), warnings)
                : errors > 0                ? call_text(c, N_("Errors: %zu; warnings: %zu."), errors, warnings)
                                            : "");
    write_steps(c, x);
    write_facts(c, x);
    if (all.count > 0)
        layout_section(c, "troballes", call_tr(c, N_("What there is to say")), "");
    part_findings(c, &all, true);
    write_difference(c, x);
    layout_section(c, "missatge", call_tr(c, N_("The message")), "");
    part_source(c, message, &all);
    html_raw(&c->html, "</div>");
}

/* ------------------------------------------------------------------ the page */

/* NULL: it could not be explained, and `a` or the answer says why. */
static json_t *explanation_make(struct call *c, struct asked *a)
{
    const struct examination x = {.message = a->message,
                                  .body = a->body,
                                  .at = a->at,
                                  .allow_sha1 = a->allow_sha1,
                                  .lang = c->lang,
                                  .config = c->desk->config};
    json_t *ret = NULL;
    if (atomic_fetch_add(&c->site->examiners, 1) >= LIMIT_EXAMINERS)
        a->refused = call_tr(c, N_("Several messages are being explained just now: try again in a moment."));
    else if (!examine(&x, &ret, &c->err)) {
        site_say(c->site, "%s %s: %s", c->request->id, c->request->path, c->err.log);
        a->refused = arena_strdup(call_arena(c), c->err.text);
        err_clear(&c->err);
    }
    atomic_fetch_sub(&c->site->examiners, 1);
    return ret;
}

static void show(struct call *c, struct asked *a, int status)
{
    json_t *x = a->refused == NULL && a->message.n > 0 ? explanation_make(c, a) : NULL;
    gateway_begin(c, GATEWAY_VALIDATOR, call_tr(c, N_("Validator of messages")),
                  call_tr(c, N_("What a message of the platform is and what is wrong with it. It is not executed, and "
                                "nothing of it is kept.")));
    if (x != NULL)
        write_explanation(c, a->message, x);
    if (x != NULL)
        layout_section(c, "altre", call_tr(c, N_("Correct it and explain it again")), "");
    write_form(c, a);
    layout_end(c);
    call_page(c, x == NULL && a->refused != NULL ? 422 : status);
    json_decref(x);
}

void page_validator(struct call *c)
{
    struct asked nothing = {.body = "", .at = ""};
    if (call_view(c) != NULL)
        show(c, &nothing, 200);
}

void form_validator(struct call *c)
{
    struct asked a = asked_read(c);
    if (call_view(c) != NULL)
        show(c, &a, 200);
}
