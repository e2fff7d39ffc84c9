/* Forms of one integration: what a person confirms of the documents, takes by hand or corrects, and files that are
 * brought. Each carries the version that was seen: who was slower is told. */
#include <inttypes.h>

#include "core/address.h"
#include "web/integration_page.h"
#include "web/words.h"

static struct form form_at(const struct integration_page *p, const char *what)
{
    const char *to = arena_printf(call_arena(p->c), "%s/%s", p->action, what);
    return p->refused != NULL && strcmp(p->refused->action, to) == 0 ? *p->refused : (struct form){.action = to};
}

static void version_hidden(const struct integration_page *p)
{
    form_hidden(p->c, "versio", arena_printf(call_arena(p->c), "%" PRId64, p->v.integration.version));
}

/* ------------------------------------------------------------------ confirming */

/* What the form says of that, "" nothing. */
static const char *value_read(const struct onboard_view *v, enum document_value_kind k, const char **ret_where)
{
    for (size_t i = v->file_count; i > 0; i--) {
        if (v->files[i - 1].replaced || v->files[i - 1].role != INTEGRATION_ROLE_FORM)
            continue;
        for (size_t n = 0; n < v->finding_counts[i - 1]; n++) {
            const struct integration_finding *f = &v->findings[i - 1][n];
            if (f->kind == INTEGRATION_FINDING_VALUE && strcmp(f->code, document_value_code(k)) == 0) {
                *ret_where = f->other;
                return f->text;
            }
        }
    }
    return "";
}

/* Those that are confirmed, else those that the form proposes and that can be given; a line each. */
static const char *addresses_proposed(struct call *c, const struct onboard_view *v)
{
    const char *list = "";
    if (v->integration.addresses[0] != '\0') {
        char *text = arena_strdup(call_arena(c), v->integration.addresses);
        for (char *s = text; *s != '\0'; s++)
            *s = *s == ' ' ? '\n' : *s;
        return text;
    }
    for (size_t i = 0; i < v->file_count; i++) {
        for (size_t n = 0; !v->files[i].replaced && n < v->finding_counts[i]; n++) {
            const struct integration_finding *f = &v->findings[i][n];
            if (f->kind == INTEGRATION_FINDING_ADDRESS && strcmp(f->code, "good") == 0)
                list = arena_printf(call_arena(c), "%s%s%s", list, list[0] == '\0' ? "" : "\n", f->text);
        }
    }
    return list;
}

/* Under a field: where in the form the value was read. */
static void write_read(struct integration_page *p)
{
    struct call *c = p->c;
    bool begun = false;
    for (int k = 0; k < DOCUMENT_VALUE_COUNT; k++) {
        const char *where = "", *value = value_read(&p->v, (enum document_value_kind)k, &where);
        if (value[0] == '\0')
            continue;
        if (!begun) {
            html_raw(&c->html, "<details class=\"astable\"><summary>");
            html_text(&c->html, call_tr(c, N_("What the form says")));
            html_raw(&c->html, "</summary><dl class=\"pairs\">");
        }
        begun = true;
        html_element(&c->html, "dt",
                     words_capital(call_arena(c), call_tr(c, document_value_words((enum document_value_kind)k))));
        html_open(&c->html, "dd");
        html_text(&c->html, value);
        if (where[0] != '\0') {
            html_text(&c->html, " ");
            html_open(&c->html, "span");
            html_attr(&c->html, "class", "sub");
            html_text(&c->html, call_text(c, N_("(read at \"%s\")"), where));
            html_close(&c->html);
        }
        html_close(&c->html);
    }
    if (begun)
        html_raw(&c->html, "</dl></details>");
}

/* The fields, in a form that is open. */
static void confirm_fields(struct integration_page *p, const struct form *f)
{
    struct call *c = p->c;
    const struct integration *x = &p->v.integration;
    const char *where;
    const char *person = x->contact[0] != '\0' ? x->contact : value_read(&p->v, DOCUMENT_VALUE_PERSON, &where);
    const char *email = x->email[0] != '\0' ? x->email : value_read(&p->v, DOCUMENT_VALUE_EMAIL, &where);
    version_hidden(p);
    form_field(c, f,
               &(struct field){.name = "contacte",
                               .label = N_("Contact"),
                               .type = "text",
                               .value = person,
                               .most = LIMIT_NAME_CHARS,
                               .optional = true});
    form_field(c, f,
               &(struct field){
                   .name = "correu", .label = N_("E-mail"), .type = "email", .value = email, .most = LIMIT_NAME_CHARS});
    if (!x->only_cda)
        form_field(c, f,
                   &(struct field){.name = "adreces",
                                   .label = N_("Addresses from which it will call"),
                                   .type = "textarea",
                                   .value = addresses_proposed(c, &p->v),
                                   .help = N_("One a line: 192.0.2.7, 192.0.2.0/28 or 2001:db8::/64; public ones."),
                                   .most = LIMIT_NOTE_CHARS});
    form_close(c, call_tr(c, N_("Confirm it")), true);
}

void integration_write_confirm(struct integration_page *p)
{
    const struct form f = form_at(p, "confirma");
    p->confirming = true;
    write_read(p);
    form_open(p->c, &f, "plainform");
    confirm_fields(p, &f);
}

/* What was confirmed may be corrected until it is filed and asked about. */
static void write_confirm_again(struct integration_page *p)
{
    const struct form f = form_at(p, "confirma");
    enum integration_state s = p->v.integration.state;
    if (p->confirming || (s != INTEGRATION_DOCUMENTS && s != INTEGRATION_ASKED && s != INTEGRATION_FILED) ||
        (!p->v.facts.confirmed && f.refused == NULL))
        return;
    form_fold_open(p->c, &f, call_tr(p->c, N_("Correct what was confirmed")), false);
    confirm_fields(p, &f);
    form_fold_close(p->c);
}

/* ------------------------------------------------------------------ taking by hand */

void integration_write_accept(struct integration_page *p, const struct integration_file *x, bool main)
{
    struct call *c = p->c;
    struct form f = form_at(p, "accepta");
    const char *id = arena_printf(call_arena(c), "%" PRId64, x->id);
    if (f.refused != NULL && strcmp(call_field(c, "document"), id) != 0)
        f = (struct form){.action = f.action};
    form_open(c, &f, main ? "plainform" : "card form");
    form_hidden(c, "document", id);
    version_hidden(p);
    form_field(
        c, &f,
        &(struct field){
            .name = "motiu",
            .label = N_("Why it is taken"),
            .type = "text",
            .help = N_("It stands with the document, in the message to the head of service and in the audit trail."),
            .most = LIMIT_NAME_CHARS});
    form_close(c, call_text(c, N_("I have looked at %s and take it"), x->name), main);
}

/* ------------------------------------------------------------------ correcting */

void integration_write_edit(struct integration_page *p)
{
    static const char *const languages[][2] = {{"ca", "Català"}, {"es", "Castellano"}, {"en", "English"}};
    struct call *c = p->c;
    const struct integration *x = &p->v.integration;
    const struct form f = form_at(p, "dades");
    if (p->by_link || !call_may(c, PERMISSION_INTEGRATE) ||
        integration_next(x->state, INTEGRATION_EVENT_RECEIVE) == NULL)
        return;
    html_raw(&c->html, "<div class=\"folds after\">");
    form_fold_open(c, &f, call_tr(c, N_("Correct it")), false);
    version_hidden(p);
    form_field(c, &f,
               &(struct field){.name = "empresa",
                               .label = N_("Company"),
                               .type = "text",
                               .value = x->company,
                               .help = N_("The provider; empty: the body itself."),
                               .most = LIMIT_NAME_CHARS,
                               .optional = true});
    form_field(c, &f,
               &(struct field){.name = "nif",
                               .label = N_("NIF of the company"),
                               .type = "text",
                               .value = x->company_nif,
                               .most = 20,
                               .optional = true});
    form_field(c, &f,
               &(struct field){.name = "contacte",
                               .label = N_("Contact"),
                               .type = "text",
                               .value = x->contact,
                               .most = LIMIT_NAME_CHARS,
                               .optional = true});
    form_field(c, &f,
               &(struct field){.name = "correu",
                               .label = N_("E-mail"),
                               .type = "email",
                               .value = x->email,
                               .most = LIMIT_NAME_CHARS,
                               .optional = true});
    form_field(c, &f,
               &(struct field){.name = "llengua",
                               .label = N_("It is written to in"),
                               .type = "select",
                               .value = lang_code(x->lang),
                               .choices = languages,
                               .choice_count = 3});
    form_field(
        c, &f,
        &(struct field){
            .name = "escrit",
            .label = N_("Written authorisation"),
            .type = "text",
            .value = x->authority,
            .help =
                N_("The paper by which the provider's own CDA may sign for the body; bring the CDA again after it."),
            .most = LIMIT_NAME_CHARS,
            .optional = true});
    form_close(c, call_tr(c, N_("Keep it")), true);
    form_fold_close(c);
    write_confirm_again(p);
    html_raw(&c->html, "</div>");
}

/* ------------------------------------------------------------------ files */

void integration_write_files_field(struct call *c, const char *label)
{
    struct html *h = &c->html;
    html_raw(h, "<p class=\"field zone\"><label for=\"fitxers\">");
    html_text(h, label);
    html_raw(h, "</label>");
    html_open(h, "input");
    html_attr(h, "type", "file");
    html_attr(h, "id", "fitxers");
    html_attr(h, "name", "documents");
    html_attr(h, "multiple", NULL);
    html_attr(h, "aria-describedby", "fitxers-h");
    html_attr_int(h, "data-most", LIMIT_DOCUMENT_BYTES);
    html_attr(h, "data-over",
              call_text(c, N_("No file may have more than %u MB: choose a smaller one. Nothing was sent."),
                        LIMIT_DOCUMENT_BYTES >> 20));
    html_raw(h, "<small id=\"fitxers-h\">");
    html_text(h,
              call_text(c,
                        N_("Drop them here, several at once, or choose them: the signed form (PDF) and the CDA (PEM, "
                           "DER or PKCS#7), up to %u MB each. Never a private key (.p12, .pfx, .key)."),
                        LIMIT_DOCUMENT_BYTES >> 20));
    html_raw(h, "</small></p>");
}

void integration_write_upload(struct integration_page *p, bool main)
{
    struct call *c = p->c;
    struct form f = form_at(p, "documents");
    f.upload = true;
    if (p->by_link || !call_may(c, PERMISSION_INTEGRATE) ||
        integration_next(p->v.integration.state, INTEGRATION_EVENT_RECEIVE) == NULL)
        return;
    form_open(c, &f, "card form drop");
    integration_write_files_field(c, call_tr(c, N_("Bring documents")));
    form_close(c, call_tr(c, N_("Check them")), main);
}

void integration_write_again(struct integration_page *p, const struct integration_waiting *x)
{
    struct call *c = p->c;
    struct form f = form_at(p, "torna-hi");
    form_open(c, &f, NULL);
    form_hidden(c, "fitxer", arena_printf(call_arena(c), "%" PRId64, x->id));
    form_close(c, call_text(c, N_("Check %s again"), x->name), false);
}

bool integration_begin_checking(struct call *c, int64_t id)
{
    const struct job_request job = {.kind = JOB_DOCUMENTS, .about = id, .by = &c->desk->by, .lang = c->lang};
    enum job_begun begun;
    return job_begin(&c->site->jobs, &job, &begun, &c->err);
}

bool integration_take_files(struct call *c, int64_t id, size_t *ret_count)
{
    *ret_count = 0;
    for (size_t i = 0; i < c->part_count; i++) {
        const struct multipart_part *x = &c->parts[i];
        if (!x->is_file || !str_is(x->name, "documents") || x->file.n == 0)
            continue;
        struct upload named = {.fd = 0};
        upload_name(&named, call_arena(c), x->file);
        const struct onboard_file file = {.name = arena_strdup(call_arena(c), named.name), .bytes = x->bytes};
        if (x->bytes.n > LIMIT_DOCUMENT_BYTES)
            return err_set(&c->err, ERR_LIMIT, N_("%s has more than %u MB; nothing of it was kept"), named.name,
                           LIMIT_DOCUMENT_BYTES >> 20);
        if (!onboard_wait(c->desk, id, &file, &c->err))
            return false;
        ++*ret_count;
    }
    return true;
}
