/* A new integration: which body (found while its name is typed, with its eligibility), the request, who to write to,
 * and the documents, dropped, chosen or those of the mail that it begins with. Also: documents of a mail for one that
 * is there already. */
#include <inttypes.h>

#include "flow/replies.h"
#include "web/integration_page.h"
#include "web/pages.h"
#include "web/pages_data.h"
#include "web/words.h"

#define INTAKE INTEGRATIONS "/nova"

struct intake_page {
    struct call *c;
    const struct form *refused;
    const char *body;   /* what was typed of it; "" nothing */
    const char *chosen; /* which of those found; "" none */
    struct onboard_match *found;
    size_t found_count;
    struct integration *others; /* all that there are */
    size_t other_count;
    struct onboard_mail_view mail; /* mail.id 0: it begins with none */
};

static int64_t mail_asked(struct call *c)
{
    int64_t id = 0;
    const char *text = c->request->body.n > 0 ? call_field(c, "correu-id") : call_query(c, "correu");
    (void)str_to_int64(str_of(text), 1, INT64_MAX, &id);
    return id;
}

/* ------------------------------------------------------------------ which body */

static const char *match_value(const struct onboard_match *m)
{
    return m->body.ine10[0] != '\0' ? m->body.ine10 : m->body.name;
}

static bool is_chosen(const struct intake_page *p, const struct onboard_match *m)
{
    if (p->chosen[0] != '\0')
        return strcmp(p->chosen, match_value(m)) == 0;
    return m == p->found && (p->found_count == 1 || (m->exact && !p->found[1].exact));
}

static void write_standing(struct call *c, const struct onboard_match *m)
{
    static const enum body_state looks[] = {
        [INTEGRATION_STANDING_UNKNOWN] = STATE_UNKNOWN, [INTEGRATION_STANDING_ELIGIBLE] = STATE_GOOD,
        [INTEGRATION_STANDING_DEPENDS] = STATE_SOON,    [INTEGRATION_STANDING_UNLISTED] = STATE_SOON,
        [INTEGRATION_STANDING_INTEGRATED] = STATE_GOOD, [INTEGRATION_STANDING_ADMITTED] = STATE_GOOD};
    static const char *const follows[] = {
        [INTEGRATION_STANDING_UNLISTED] = N_("The head of service is asked whether to admit it."),
        [INTEGRATION_STANDING_INTEGRATED] = N_("Only the CDA of this provider will be configured."),
        [INTEGRATION_STANDING_ADMITTED] = NULL};
    part_state(c, m->known ? looks[m->standing] : STATE_UNKNOWN,
               m->known ? call_tr(c, integration_standing_words(m->standing)) : call_tr(c, N_("no list is in force")));
    if (m->known && m->standing == INTEGRATION_STANDING_DEPENDS) {
        html_raw(&c->html, "<small>");
        html_text(&c->html, call_text(c, N_("It is told to integrate through %s, and closed."), m->through));
        html_raw(&c->html, "</small>");
    } else if (m->known && follows[m->standing] != NULL) {
        html_element(&c->html, "small", call_tr(c, follows[m->standing]));
    }
}

/* One of the body that is under way already. */
static const struct integration *under_way(const struct intake_page *p, const struct onboard_match *m)
{
    for (size_t i = 0; i < p->other_count; i++) {
        if (integration_state_open(p->others[i].state) && m->body.ine10[0] != '\0' &&
            strcmp(p->others[i].ine10, m->body.ine10) == 0)
            return &p->others[i];
    }
    return NULL;
}

static void write_match(struct intake_page *p, size_t i)
{
    struct call *c = p->c;
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    const struct onboard_match *m = &p->found[i];
    const struct integration *other = under_way(p, m);
    html_raw(h, "<li>");
    html_open(h, "input");
    html_attr(h, "type", "radio");
    html_attr(h, "name", "tria");
    html_attr(h, "id", arena_printf(a, "tria-%zu", i));
    html_attr(h, "value", match_value(m));
    if (is_chosen(p, m))
        html_attr(h, "checked", NULL);
    html_open(h, "label");
    html_attr(h, "for", arena_printf(a, "tria-%zu", i));
    html_element(h, "strong", m->body.name);
    html_element(h, "small",
                 arena_printf(a, "%s%s%s%s", m->body.ine10[0] == '\0' ? call_tr(c, N_("INE10 unknown")) : "INE10 ",
                              m->body.ine10, m->body.nif[0] == '\0' ? "" : " · ", m->body.nif));
    html_close(h);
    html_raw(h, "<div class=\"says\">");
    write_standing(c, m);
    if (other != NULL)
        part_link(c, integration_path(c, other->id), NULL, call_text(c, N_("%s is under way"), other->fp));
    html_raw(h, "</div></li>");
}

/* What is replaced while one types. */
static void write_matches(struct intake_page *p)
{
    struct call *c = p->c;
    struct html *h = &c->html;
    html_raw(h, "<div id=\"qui\">");
    form_hidden(c, "cercat", p->body);
    if (p->found_count > 0) {
        html_raw(h, "<fieldset class=\"which\"><legend>");
        html_text(h, call_tr(c, N_("Which body it is")));
        html_raw(h, "</legend><ul class=\"plain\">");
        for (size_t i = 0; i < p->found_count; i++)
            write_match(p, i);
        html_raw(h, "</ul></fieldset>");
    } else if (p->body[0] != '\0') {
        html_raw(h, "<p class=\"sub\">");
        html_text(h,
                  call_tr(c, N_("No body is called like that or has that code. Another part of the name, perhaps?")));
        html_raw(h, "</p>");
    }
    html_raw(h, "</div>");
}

static void write_body(struct intake_page *p)
{
    struct call *c = p->c;
    struct html *h = &c->html;
    html_raw(h, "<p class=\"field\"><label for=\"ens\">");
    html_text(h, call_tr(c, N_("Body")));
    html_raw(h, "</label><span class=\"row\">");
    html_open(h, "input");
    html_attr(h, "type", "search");
    html_attr(h, "id", "ens");
    html_attr(h, "name", "ens");
    html_attr(h, "value", p->body);
    html_attr(h, "required", NULL);
    html_attr(h, "autocomplete", "off");
    html_attr_int(h, "maxlength", LIMIT_NAME_CHARS);
    html_attr(h, "aria-describedby", "ens-h");
    html_attr(h, "data-asks", INTAKE);
    html_attr(h, "data-into", "qui");
    html_raw(h, "<button class=\"btn\" name=\"fes\" value=\"cerca\" formnovalidate>");
    html_text(h, call_tr(c, N_("Search")));
    html_raw(h, "</button></span><small id=\"ens-h\">");
    html_text(h, call_tr(c, N_("Name, INE10 code or NIF; slips of the pen are forgiven.")));
    html_raw(h, "</small></p>");
    write_matches(p);
}

/* ------------------------------------------------------------------ the form */

/* "Maria Serra <maria@…>": the name. */
static const char *name_of(struct call *c, const char *sender)
{
    struct str name = str_part(sender, strcspn(sender, "<"));
    name = str_trim(name);
    while (name.n > 1 && name.p[0] == '"' && name.p[name.n - 1] == '"')
        name = str_part(name.p + 1, name.n - 2);
    return memchr(name.p, '@', name.n) != NULL ? "" : arena_text(call_arena(c), name);
}

static void write_attached(struct intake_page *p)
{
    struct call *c = p->c;
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    if (p->mail.mail.id == 0)
        return;
    form_hidden(c, "correu-id", arena_printf(a, "%" PRId64, p->mail.mail.id));
    if (p->mail.file_count == 0) {
        html_element(h, "p", call_tr(c, N_("The mail has no document that could be kept.")));
        return;
    }
    html_raw(h, "<fieldset class=\"which\"><legend>");
    html_text(h, call_tr(c, N_("Documents of the mail")));
    html_raw(h, "</legend><ul class=\"plain\">");
    for (size_t i = 0; i < p->mail.file_count; i++) {
        const struct incoming_file *f = &p->mail.files[i];
        const char *id = arena_printf(a, "adjunt-%zu", i);
        html_raw(h, "<li>");
        html_open(h, "input");
        html_attr(h, "type", "checkbox");
        html_attr(h, "name", "adjunt");
        html_attr(h, "id", id);
        html_attr(h, "value", arena_printf(a, "%" PRId64, f->id));
        if (f->kept)
            html_attr(h, "checked", NULL);
        else
            html_attr(h, "disabled", NULL);
        html_open(h, "label");
        html_attr(h, "for", id);
        html_element(h, "strong", f->name);
        html_element(h, "small",
                     f->kept ? arena_printf(a, "%" PRId64 " kB", (f->bytes + 1023) / 1024)
                             : call_tr(c, N_("It holds a private key and was not kept: its certificate must be "
                                             "revoked, and a new CDA asked for.")));
        html_close(h);
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul></fieldset>");
}

static void write_form(struct intake_page *p)
{
    static const char *const languages[][2] = {{"ca", "Català"}, {"es", "Castellano"}, {"en", "English"}};
    struct call *c = p->c;
    const struct incoming *m = &p->mail.mail;
    struct form f = p->refused != NULL ? *p->refused : (struct form){.action = INTAKE};
    f.upload = true;
    form_open(c, &f, "card form drop intake");
    write_body(p);
    form_field(c, &f,
               &(struct field){.name = "fp",
                               .label = N_("Request (FP)"),
                               .type = "text",
                               .value = m->id == 0 ? call_query(c, "fp") : p->mail.fp,
                               .help = N_("Its number at the help desk, such as FP-2031."),
                               .most = 40});
    html_raw(&c->html, "<div class=\"two\">");
    form_field(c, &f,
               &(struct field){.name = "empresa",
                               .label = N_("Company"),
                               .type = "text",
                               .help = N_("The provider that integrates for the body; empty: the body itself."),
                               .most = LIMIT_NAME_CHARS,
                               .optional = true});
    form_field(c, &f,
               &(struct field){
                   .name = "nif", .label = N_("NIF of the company"), .type = "text", .most = 20, .optional = true});
    form_field(c, &f,
               &(struct field){.name = "contacte",
                               .label = N_("Contact"),
                               .type = "text",
                               .value = m->id == 0 ? "" : name_of(c, m->sender),
                               .most = LIMIT_NAME_CHARS,
                               .optional = true});
    form_field(c, &f,
               &(struct field){.name = "correu",
                               .label = N_("E-mail"),
                               .type = "email",
                               .value = m->id == 0 ? "" : m->email,
                               .most = LIMIT_NAME_CHARS,
                               .optional = true});
    html_raw(&c->html, "</div>");
    form_field(c, &f,
               &(struct field){.name = "llengua",
                               .label = N_("It is written to in"),
                               .type = "select",
                               .value = "ca",
                               .choices = languages,
                               .choice_count = 3});
    write_attached(p);
    integration_write_files_field(c, m->id == 0 ? call_tr(c, N_("Documents")) : call_tr(c, N_("More documents")));
    form_close(c, call_tr(c, N_("Open the integration")), true);
}

static void show(struct call *c, const struct form *refused, int status)
{
    struct intake_page p = {.c = c, .refused = refused, .body = call_query(c, "ens"), .chosen = ""};
    int64_t mail = mail_asked(c);
    const struct view *v = call_view(c);
    struct err e = {.lang = c->lang};
    if (v == NULL)
        return;
    bool ok = mail == 0 || onboard_mail_look(c->desk, call_arena(c), mail, &p.mail, &e);
    if (ok && refused != NULL) {
        p.body = call_field(c, "ens");
        p.chosen = strcmp(call_field(c, "cercat"), p.body) == 0 ? call_field(c, "tria") : "";
    } else if (ok && mail != 0 && p.body[0] == '\0' && p.mail.mail.body_id != 0) {
        const struct view_body *b = view_find(v, p.mail.mail.body_id);
        p.body = b == NULL ? "" : b->body->name;
    }
    ok = ok && (p.body[0] == '\0' || onboard_search(c->desk, call_arena(c), p.body, &p.found, &p.found_count, &e)) &&
         onboard_list(c->desk, call_arena(c), 0, &p.others, &p.other_count, &e);
    if (!ok) {
        if (e.code == ERR_UNKNOWN) {
            call_problem(c, 404, N_("There is no mail with this number."));
            return;
        }
        c->err = e;
        call_failed(c);
        return;
    }
    layout_begin(c, call_tr(c, N_("New integration")), INTEGRATIONS);
    layout_head(c, call_tr(c, N_("New integration")),
                p.mail.mail.id == 0 ? call_tr(c, N_("A body wants to integrate its back office with Hèstia."))
                                    : arena_printf(call_arena(c), "%s — %s", p.mail.mail.sender, p.mail.mail.subject));
    write_form(&p);
    layout_end(c);
    call_page(c, status);
}

void page_intake(struct call *c)
{
    show(c, NULL, 200);
}

/* ------------------------------------------------------------------ opening */

/* The body that is meant, said by a person: one of those found, or a name or code that is one alone. */
static bool body_meant(struct call *c, const char **ret)
{
    const char *typed = call_field(c, "ens"), *chosen = call_field(c, "tria");
    struct onboard_match *found;
    size_t count = 0;
    if (chosen[0] != '\0' && strcmp(call_field(c, "cercat"), typed) == 0) {
        *ret = chosen;
        return true;
    }
    if (!onboard_search(c->desk, call_arena(c), typed, &found, &count, &c->err))
        return false;
    if (count > 0 && found[0].exact && (count == 1 || !found[1].exact)) {
        *ret = match_value(&found[0]);
        return true;
    }
    return err_set(&c->err, ERR_VALUE,
                   count == 0 ? N_("no body is called like that or has that code: write another part of its name")
                              : N_("say which of these bodies it is; files must be chosen again"));
}

static bool sizes_fit(struct call *c)
{
    for (size_t i = 0; i < c->part_count; i++) {
        if (c->parts[i].is_file && c->parts[i].bytes.n > LIMIT_DOCUMENT_BYTES)
            return err_set(&c->err, ERR_LIMIT, N_("a file has more than %u MB; choose a smaller one"),
                           LIMIT_DOCUMENT_BYTES >> 20);
    }
    return true;
}

static bool take_attached(struct call *c, int64_t mail, const char *source, int64_t file, const char *name, int64_t to)
{
    struct buf bytes = BUF_INIT(2 * (size_t)LIMIT_DOCUMENT_BYTES);
    bool ok = onboard_mail_file(c->desk, mail, file, &bytes, &c->err);
    const struct onboard_file f = {.name = name, .source = source, .bytes = buf_str(&bytes)};
    ok = ok && onboard_wait(c->desk, to, &f, &c->err);
    buf_release(&bytes);
    return ok;
}

/* Whether the form wants that file of the mail. */
static bool wants(struct call *c, int64_t file)
{
    const char *id = arena_printf(call_arena(c), "%" PRId64, file);
    for (size_t i = 0; i < c->part_count; i++) {
        if (str_is(c->parts[i].name, "adjunt") && str_is(c->parts[i].bytes, id))
            return true;
    }
    return false;
}

/* Its documents go to be checked, and the mail leaves the queue. `all`: every one of them. */
static bool take_mail(struct call *c, int64_t mail, int64_t to, const char *fp, bool all)
{
    struct onboard_mail_view v;
    struct incoming after;
    struct err why = {.lang = c->lang};
    if (!onboard_mail_look(c->desk, call_arena(c), mail, &v, &c->err))
        return false;
    for (size_t i = 0; i < v.file_count; i++) {
        if (v.files[i].kept && (all || wants(c, v.files[i].id)) &&
            !take_attached(c, mail, v.mail.message_id, v.files[i].id, v.files[i].name, to))
            return false;
    }
    const char *note = arena_printf(call_arena(c), call_tr(c, N_("its documents went to the integration %s")), fp);
    /* Somebody may have decided it meanwhile: the documents are what matters here. */
    return reply_dismiss(c->desk, call_arena(c), mail, note, &after, &why) || why.code == ERR_STATE ||
           err_set(&c->err, why.code, "%s", why.text);
}

static void opened(struct call *c, const struct integration *x)
{
    size_t count;
    int64_t mail = mail_asked(c);
    bool ok = integration_take_files(c, x->id, &count) && (mail == 0 || take_mail(c, mail, x->id, x->fp, false));
    if (!ok) { /* it is open all the same */
        site_say(c->site, "%s: %s", x->fp, c->err.log);
        err_clear(&c->err);
    }
    if (integration_begin_checking(c, x->id))
        call_redirect(c, arena_printf(call_arena(c), "%s?fet=%s", integration_path(c, x->id), ok ? "nova" : "falten"));
    else
        call_failed(c);
}

void form_intake(struct call *c)
{
    struct integration x;
    struct form f;
    const char *remark;
    struct onboard_new n = {.fp = call_field(c, "fp"),
                            .company = call_field(c, "empresa"),
                            .company_nif = call_field(c, "nif"),
                            .contact = call_field(c, "contacte"),
                            .email = call_field(c, "correu"),
                            .lang = LANG_CA};
    (void)lang_parse(call_field(c, "llengua"), &n.lang);
    if (strcmp(call_field(c, "fes"), "cerca") == 0) {
        f = (struct form){.action = INTAKE, .refused = "", .typed = form_typed(c)};
        show(c, &f, 200);
    } else if (body_meant(c, &n.body) && sizes_fit(c) && onboard_open(c->desk, &n, &x, &remark, &c->err)) {
        opened(c, &x);
    } else if (form_refuse(c, &f)) {
        show(c, &f, 422);
    }
}

/* Documents of a mail for the integration that it is about. */
void form_integration_mail(struct call *c)
{
    struct onboard_view v;
    struct err e = {.lang = c->lang};
    if (!onboard_view(c->desk, call_arena(c), c->id, &v, &e)) {
        call_problem(c, 404, N_("There is no integration with this number."));
    } else if (!take_mail(c, mail_asked(c), c->id, v.integration.fp, true)) {
        if (c->err.code == ERR_UNKNOWN)
            call_problem(c, 404, N_("There is no mail with this number."));
        else
            call_failed(c);
    } else if (integration_begin_checking(c, c->id)) {
        call_redirect(c, arena_printf(call_arena(c), "%s?fet=document", integration_path(c, c->id)));
    } else {
        call_failed(c);
    }
}
