/* Passarel·la, permisos: which bodies may ask, with which certificate, from where, for what; giving and taking it. */
#include <inttypes.h>

#include "base/file.h"
#include "flow/gateway.h"
#include "web/gateway_page.h"
#include "web/layout.h"
#include "web/pages.h"
#include "web/pages_data.h"
#include "web/words.h"

#define PERMITS GATEWAY_PAGES "/permisos"

/* ------------------------------------------------------------------ giving */

static struct form own_form(const char *action, const struct form *refused)
{
    return refused != NULL && strcmp(refused->action, action) == 0 ? *refused : (struct form){.action = action};
}

static void field(struct call *c, const struct form *f, const char *name, const char *label, const char *help,
                  bool optional)
{
    form_field(c, f,
               &(struct field){.name = name,
                               .label = label,
                               .type = strcmp(name, "adreces") == 0 ? "textarea"
                                       : strcmp(name, "fins") == 0  ? "date"
                                                                    : "text",
                               .value = f->refused == NULL && strcmp(name, "finalitat") != 0 ? "" : call_field(c, name),
                               .help = help,
                               .most = LIMIT_NAME_CHARS,
                               .optional = optional});
}

static void write_give(struct call *c, const struct form *refused)
{
    struct html *h = &c->html;
    struct form f = own_form(PERMITS "/dona", refused);
    f.upload = true;
    f.typed = str_of(""); /* fields of an upload come back as values */
    html_raw(h, "<div class=\"folds\">");
    form_fold_open(c, &f, call_tr(c, N_("Give permission to a body")), true);
    field(c, &f, "ens", N_("Body"), N_("Its name, or its INE10 code."), false);
    html_raw(h, "<p class=\"field\"><label for=\"cda\">");
    html_text(h, call_tr(c, N_("Certificate (CDA)")));
    html_raw(h, "</label><input type=\"file\" id=\"cda\" name=\"cda\" aria-describedby=\"cda-h\"><small id=\"cda-h\">");
    html_text(h,
              call_tr(c, N_("PEM, DER, PKCS #7 or a signed message; never a private key. Empty: it has one already.")));
    html_raw(h, "</small></p>");
    field(c, &f, "adreces", N_("Addresses"), N_("One range a line, such as 192.0.2.0/28. Empty: from anywhere."), true);
    field(c, &f, "producte", N_("Product"), N_("Empty: HESTIA."), true);
    field(c, &f, "finalitat", N_("Purpose"), N_("Empty: that of pre-production, PROVES."), true);
    field(c, &f, "escrit", N_("Written authorisation"),
          N_("Only for a certificate with another tax number: where it says that it may be so."), true);
    field(c, &f, "fins", N_("Until (last day)"), N_("Empty: until it is taken back."), true);
    html_raw(h, "<p class=\"field check\"><label><input type=\"checkbox\" name=\"sha1\" value=\"si\"> ");
    html_text(h, call_tr(c, N_("It may sign with SHA-1, until its tools are newer")));
    html_raw(h, "</label></p>");
    form_close(c, call_tr(c, N_("Give permission")), true);
    form_fold_close(c);
    html_raw(h, "</div>");
}

/* Lines of the text area; in the arena. */
static size_t ranges_read(struct call *c, const char *const **ret)
{
    const char **list = arena_array(call_arena(c), const char *, LIMIT_GATEWAY_RANGES + 1);
    struct str rest = str_of(call_field(c, "adreces")), line;
    size_t count = 0;
    while (count <= LIMIT_GATEWAY_RANGES && str_split(&rest, '\n', &line)) {
        line = str_trim(line);
        if (line.n > 0)
            list[count++] = arena_text(call_arena(c), line);
    }
    *ret = list;
    return count;
}

static const char *given_or_null(struct call *c, const char *name)
{
    struct str text = str_trim(str_of(call_field(c, name)));
    return text.n == 0 ? NULL : arena_text(call_arena(c), text);
}

static void show(struct call *c, const struct form *refused, int status);

static void refuse(struct call *c, const char *action)
{
    struct form f = {.action = action, .refused = arena_strdup(call_arena(c), c->err.text), .typed = form_typed(c)};
    enum err_code code = c->err.code;
    if (code != ERR_VALUE && code != ERR_UNKNOWN && code != ERR_AMBIGUOUS && code != ERR_FORMAT && code != ERR_STATE &&
        code != ERR_LIMIT && code != ERR_USAGE) {
        call_failed(c);
        return;
    }
    err_clear(&c->err);
    show(c, &f, 422);
}

void form_permit(struct call *c)
{
    struct modalities known;
    struct gateway_authorised done;
    struct gateway_authorise w = {.body = call_field(c, "ens"),
                                  .cda_bytes = call_bytes(c, "cda"),
                                  .product = given_or_null(c, "producte"),
                                  .purpose = given_or_null(c, "finalitat"),
                                  .authority = given_or_null(c, "escrit"),
                                  .allow_sha1 = call_field(c, "sha1")[0] != '\0',
                                  .since = DAY_NONE,
                                  .until = DAY_NONE};
    const char *until = call_field(c, "fins"), *dir = path_join(call_arena(c), c->site->jobs.options.data_dir, "scsp");
    w.range_count = ranges_read(c, &w.ranges);
    if (w.cda_bytes.n == 0)
        w.cda_bytes = (struct str){0};
    bool good = (until[0] == '\0' || form_day(c, until, &w.until)) &&
                modalities_load(call_arena(c), dir, &known, &c->err) &&
                gateway_authorise(c->desk, &known, &w, &done, &c->err);
    if (good)
        call_redirect(c, arena_printf(call_arena(c), PERMITS "?fet=%s", layout_encode(c, done.body->ine10)));
    else
        refuse(c, PERMITS "/dona");
}

/* ------------------------------------------------------------------ taking back */

void form_permit_revoke(struct call *c)
{
    struct gateway_revoke w = {.body = call_field(c, "ens"),
                               .fingerprint = given_or_null(c, "empremta"),
                               .range = given_or_null(c, "adreca"),
                               .product = given_or_null(c, "producte"),
                               .reason = call_field(c, "motiu")};
    size_t count;
    if (gateway_revoke(c->desk, &w, &count, &c->err))
        call_redirect(c, arena_printf(call_arena(c), PERMITS "?tret=%s", layout_encode(c, w.body)));
    else
        refuse(c, PERMITS "/treu");
}

/* What exactly is taken is in the form's fields; `what` NULL: everything. */
static void write_take(struct call *c, const struct integrator *b, const char *name, const char *what,
                       const char *label)
{
    const struct form f = {.action = PERMITS "/treu"};
    form_fold_open(c, &f, label, false);
    form_hidden(c, "ens", b->ine10);
    if (what != NULL)
        form_hidden(c, name, what);
    html_raw(&c->html, "<p class=\"field\"><label>");
    html_text(&c->html, call_text(c, N_("Why it is taken back: %s"), what == NULL ? b->name : what));
    html_raw(&c->html, "<br><input type=\"text\" name=\"motiu\" required maxlength=\"200\"></label></p>");
    form_close(c, call_tr(c, N_("Take it back")), true);
    form_fold_close(c);
}

/* ------------------------------------------------------------------ the list */

static const char *what_words(struct call *c, const struct gateway_permission *p)
{
    struct arena *a = call_arena(c);
    if (p->kind == GATEWAY_IS_CERTIFICATE)
        return arena_printf(a, "%s%s", p->subject, p->allow_sha1 ? " · SHA-1" : "");
    if (p->kind == GATEWAY_IS_ADDRESS)
        return p->what;
    return arena_printf(a, "%s%s%s · %s", p->what, p->modality[0] == '\0' ? "" : " / ", p->modality, p->purpose);
}

static void write_permission(struct call *c, const struct integrator *b, const struct gateway_permission *p)
{
    static const char *const kinds[] = {N_("Certificate"), N_("Address"), N_("Product")};
    static const char *const fields[] = {"empremta", "adreca", "producte"};
    struct html *h = &c->html;
    html_raw(h, "<li><div class=\"row between\"><div><span class=\"sub\">");
    html_text(h, call_tr(c, kinds[p->kind]));
    html_raw(h, "</span> ");
    html_element(h, "strong", what_words(c, p));
    html_raw(h, "<p class=\"sub\">");
    if (p->kind == GATEWAY_IS_CERTIFICATE)
        html_text(h, call_text(c, N_("valid until %s · %s · "), words_instant(call_arena(c), c->lang, p->not_after),
                               p->what));
    html_text(h, call_text(c, N_("given by %s, %s"), p->who, words_instant(call_arena(c), c->lang, p->at)));
    if (p->until != INSTANT_NONE) {
        html_text(h, " · ");
        html_text(h, call_text(c, N_("until %s"), words_instant(call_arena(c), c->lang, p->until)));
    }
    if (p->revoked != INSTANT_NONE) {
        html_text(h, " · ");
        html_text(h, call_text(c, N_("taken back by %s, %s: %s"), p->revoked_who,
                               words_instant(call_arena(c), c->lang, p->revoked), p->reason));
    }
    html_raw(h, "</p></div></div>");
    if (p->revoked == INSTANT_NONE && call_may(c, PERMISSION_INTEGRATE))
        write_take(c, b, fields[p->kind], p->what, call_tr(c, N_("Take it back")));
    html_raw(h, "</li>");
}

static void write_body(struct call *c, const struct gateway_integrator_view *x)
{
    struct html *h = &c->html;
    html_raw(h, "<section class=\"card outage\">");
    html_element(h, "h2", x->body.name);
    html_open(h, "p");
    html_attr(h, "class", "sub");
    html_text(h,
              arena_printf(call_arena(c), "%s%s%s", x->body.ine10, x->body.nif[0] == '\0' ? "" : " · ", x->body.nif));
    if (x->body.suspended != INSTANT_NONE)
        html_text(h,
                  call_text(c, N_(" · suspended since %s"), words_instant(call_arena(c), c->lang, x->body.suspended)));
    html_close(h);
    html_raw(h, "<ul class=\"plain permits\">");
    for (size_t i = 0; i < x->count; i++)
        write_permission(c, &x->body, &x->permissions[i]);
    html_raw(h, "</ul></section>");
}

static void show(struct call *c, const struct form *refused, int status)
{
    struct gateway_integrator_view *all = NULL;
    size_t count = 0;
    bool past = call_query(c, "tot")[0] != '\0';
    if (call_view(c) == NULL)
        return;
    if (!gateway_permissions_view(c->desk, call_arena(c), NULL, past, &all, &count, &c->err)) {
        call_failed(c);
        return;
    }
    gateway_begin(c, PERMITS, call_tr(c, N_("Permissions at the gateway")),
                  call_tr(c, N_("Which bodies may ask, with which certificate, from where and for what.")));
    if (refused != NULL && strcmp(refused->action, PERMITS "/treu") == 0)
        part_notice(c, false, call_tr(c, N_("Not done:")), refused->refused);
    if (call_query(c, "fet")[0] != '\0')
        part_notice(c, true, call_tr(c, N_("Done.")), call_text(c, N_("%s may ask."), call_query(c, "fet")));
    if (call_query(c, "tret")[0] != '\0')
        part_notice(c, true, call_tr(c, N_("Done.")), call_text(c, N_("It was taken from %s."), call_query(c, "tret")));
    if (call_may(c, PERMISSION_INTEGRATE))
        write_give(c, refused);
    if (count == 0)
        part_empty(c, call_tr(c, N_("No body may ask yet")),
                   call_tr(c, N_("Give permission to one, here or with `talaia gateway authorise`.")));
    for (size_t i = 0; i < count; i++)
        write_body(c, &all[i]);
    html_raw(&c->html, "<p>");
    part_link(c, past ? PERMITS : PERMITS "?tot=1", NULL,
              past ? call_tr(c, N_("Only those in force")) : call_tr(c, N_("Show also what was taken back")));
    html_raw(&c->html, "</p>");
    layout_end(c);
    call_page(c, status);
}

void page_permits(struct call *c)
{
    show(c, NULL, 200);
}
