/* Administració, Importacions: a file is looked at first and shows what would change; only then, and only when it would
 * still change the same, it is brought in. */
#include <inttypes.h>

#include "base/text.h"
#include "record/contact.h"
#include "web/pages_data.h"
#include "web/words.h"

#define IMPORTS_PLACE "/administracio/importacions"
#define IMPORTS_CONFIRM IMPORTS_PLACE "/confirma"

static void show(struct call *c, const char *refused, int status);

/* Reasons that a person can mend come back on the page. */
static void refuse(struct call *c)
{
    struct form f;
    if (form_refuse(c, &f))
        show(c, f.refused, 422);
}

/* ------------------------------------------------------------------ looking */

static struct importer importer_of(struct call *c)
{
    return (struct importer){
        .options = &c->site->jobs.options, .who = c->desk->by.who, .day = c->site->fixed_day, .lang = c->lang};
}

static void write_confirm(struct call *c, const struct upload *u, int64_t missing)
{
    struct html *h = &c->html;
    const struct form f = {.action = IMPORTS_CONFIRM};
    form_open(c, &f, "card form");
    form_hidden(c, "fitxer", u->token);
    if (u->guarded) {
        part_notice(c, false, call_tr(c, N_("Careful:")),
                    call_text(c,
                              N_("%lld bodies of the registry are not in it, more than `import.max_loss` allows. They "
                                 "would be marked as gone."),
                              (long long)missing));
        html_raw(h, "<p class=\"field check\"><label><input type=\"checkbox\" name=\"forca\" value=\"si\" required> ");
        html_text(h, call_tr(c, N_("It is right that they are missing")));
        html_raw(h, "</label></p>");
        form_field(c, &f,
                   &(struct field){.name = "motiu",
                                   .label = N_("Why"),
                                   .type = "text",
                                   .help = N_("It stays in the audit trail."),
                                   .most = LIMIT_NAME_CHARS});
    }
    form_close(c, call_tr(c, N_("Bring it in")), true);
}

static void show_plan(struct call *c, const struct upload *u, const json_t *x, const char *notice, int status)
{
    layout_begin(c, call_tr(c, N_("Imports")), ADMIN_PLACE);
    layout_head_open(c, u->name, call_tr(c, N_("what it would change: nothing has been written yet")));
    part_link(c, IMPORTS_PLACE, "btn", call_tr(c, N_("Another file")));
    layout_head_close(c);
    if (notice != NULL)
        part_notice(c, false, call_tr(c, N_("Not done:")), notice);
    write_confirm(c, u, json_integer_value(json_object_get(json_object_get(x, "events"), "vanished")));
    import_write_plan(c, x);
    html_open(&c->html, "p");
    html_attr(&c->html, "class", "sub");
    html_text(&c->html, call_text(c, N_("%zu bytes, SHA-256 %s; it waits for %d minutes."), u->bytes, u->digest,
                                  LIMIT_WEB_UPLOAD_MINUTES));
    html_close(&c->html);
    layout_end(c);
    call_page(c, status);
}

/* Looks at the file and lets it wait, or drops it. `notice` NULL: it is the first time. */
static void look(struct call *c, struct upload *u, const char *notice)
{
    json_t *x = NULL;
    const struct importer importer = importer_of(c);
    if (!importer_look(&c->site->uploads, &importer, u, &x, &c->err)) {
        upload_drop(u);
        refuse(c);
        return;
    }
    uploads_put(&c->site->uploads, u);
    show_plan(c, u, x, notice, notice == NULL ? 200 : 409);
    json_decref(x);
}

static const char *session_of(const struct call *c)
{
    return c->who->session == NULL ? "" : c->who->session;
}

void form_import_look(struct call *c)
{
    const struct multipart_part *file = NULL;
    struct upload u;
    for (size_t i = 0; i < c->part_count; i++) {
        if (str_is(c->parts[i].name, "fitxer") && c->parts[i].is_file && c->parts[i].bytes.n > 0)
            file = &c->parts[i];
    }
    if (file == NULL) {
        err_set(&c->err, ERR_VALUE, N_("choose a file that has something in it"));
        refuse(c);
    } else if (!upload_make(&u, call_arena(c), file->file, file->bytes, &c->err)) {
        call_failed(c);
    } else {
        struct str session = str_utf8_cut(str_of(session_of(c)), sizeof u.session - 1);
        memcpy(u.session, session.p, session.n);
        u.account_id = c->who->account_id;
        u.at = c->desk->by.at;
        look(c, &u, NULL);
    }
}

void form_import_confirm(struct call *c)
{
    struct arena *a = call_arena(c);
    struct upload u;
    json_t *x = NULL;
    const char *session = arena_text(a, str_utf8_cut(str_of(session_of(c)), sizeof u.session - 1));
    const char *reason = text_clean(a, str_utf8_cut(str_of(call_field(c, "motiu")), LIMIT_NAME_CHARS), false);
    if (!uploads_take(&c->site->uploads, call_field(c, "fitxer"), c->who->account_id, session, c->desk->by.at, &u,
                      &c->err)) {
        refuse(c);
        return;
    }
    if (u.guarded && (reason[0] == '\0' || call_field(c, "forca")[0] == '\0')) {
        look(c, &u, call_tr(c, N_("so many bodies may only go missing when you tick it and say why.")));
        return;
    }
    const struct importer importer = importer_of(c);
    if (importer_do(&c->site->uploads, &importer, &u, reason, &x, &c->err)) {
        upload_drop(&u);
        json_decref(x);
        call_redirect(c, IMPORTS_PLACE "?fet=importat");
    } else if (c->err.code == ERR_STATE || c->err.code == ERR_GUARD) {
        const char *why = arena_strdup(a, c->err.text);
        err_clear(&c->err);
        look(c, &u, why);
    } else {
        upload_drop(&u);
        refuse(c);
    }
}

/* ------------------------------------------------------------------ the page */

static void write_upload(struct call *c, const char *refused)
{
    struct html *h = &c->html;
    const struct form f = {.action = IMPORTS_PLACE, .refused = refused, .upload = true};
    form_open(c, &f, "card form drop");
    html_raw(h, "<p class=\"field\"><label for=\"fitxer\">");
    html_text(h, call_tr(c, N_("File")));
    html_raw(h, "</label><input type=\"file\" id=\"fitxer\" name=\"fitxer\" required aria-describedby=\"fitxer-h\">"
                "<small id=\"fitxer-h\">");
    html_text(h, call_text(c,
                           N_("The registry, contacts or the list of bodies as CSV or XLSX, a ResumAjuntaments, or "
                              "mails of alerts; up to %u MB. What it holds is told from its content."),
                           LIMIT_WEB_UPLOAD_BYTES >> 20));
    html_raw(h, "</small></p>");
    form_close(c, call_tr(c, N_("Show what would change")), true);
}

static void write_cell(struct call *c, const char *title, const char *text)
{
    html_open(&c->html, "td");
    html_attr(&c->html, "data-h", call_tr(c, title));
    html_text(&c->html, text);
    html_close(&c->html);
}

static void write_past(struct call *c, const struct import_info *items, size_t count)
{
    static const char *const titles[] = {N_("When"), N_("What"), N_("File"), N_("Who"), N_("Result")};
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    layout_section(c, "abans", call_tr(c, N_("Before")), "");
    if (count == 0) {
        part_empty(c, call_tr(c, N_("Nothing has been brought in yet")),
                   call_tr(c, N_("Begin with the registry, then the contacts.")));
        return;
    }
    html_raw(h, "<div class=\"card tablewrap\"><table class=\"list\">");
    part_table_head(c, titles, sizeof titles / sizeof *titles, NO_NUMBER);
    for (size_t i = 0; i < count; i++) {
        const struct import_info *x = &items[i];
        html_raw(h, "<tr><td>");
        part_link(c, arena_printf(a, IMPORTS_PLACE "/%" PRId64, x->id), "name", words_instant(a, c->lang, x->at));
        html_raw(h, "</td>");
        write_cell(c, titles[1], import_kind_words(c, x->kind));
        write_cell(c, titles[2], x->source);
        write_cell(c, titles[3], x->who);
        write_cell(
            c, titles[4],
            call_text(c, N_("%lld new · %lld changed · %lld gone · %lld refused"), (long long)x->counts.added,
                      (long long)x->counts.changed, (long long)x->counts.vanished, (long long)x->counts.refused));
        html_raw(h, "</tr>");
    }
    html_raw(h, "</tbody></table></div>");
}

static void show(struct call *c, const char *refused, int status)
{
    struct tx tx = {0};
    struct import_info *items = NULL;
    size_t count = 0;
    if (call_view(c) == NULL)
        return;
    bool ok = tx_begin(c->desk->store, TX_READ, &tx, &c->err) &&
              import_load(&tx, call_arena(c), LIMIT_WEB_IMPORTS, &items, &count, &c->err);
    tx_rollback(&tx);
    if (!ok) {
        call_failed(c);
        return;
    }
    layout_begin(c, call_tr(c, N_("Imports")), ADMIN_PLACE);
    layout_head(c, call_tr(c, N_("Imports")), call_tr(c, N_("what comes in, looked at before it does")));
    if (strcmp(call_query(c, "fet"), "importat") == 0)
        part_notice(c, true, call_tr(c, N_("Done.")), call_tr(c, N_("It is brought in; the desk shows it already.")));
    if (call_may(c, PERMISSION_IMPORT))
        write_upload(c, refused);
    write_past(c, items, count);
    layout_end(c);
    call_page(c, status);
}

void page_imports(struct call *c)
{
    show(c, NULL, 200);
}

/* ------------------------------------------------------------------ one import */

struct import_page {
    struct import_info info;
    struct import_difference *bodies;
    struct contact_change *contacts;
    struct import_told *told;
    size_t body_count, contact_count, told_count;
    bool found;
};

static bool load(struct call *c, struct import_page *p)
{
    struct arena *a = call_arena(c);
    struct tx tx = {0};
    bool ok =
        tx_begin(c->desk->store, TX_READ, &tx, &c->err) && import_find(&tx, a, c->id, &p->info, &p->found, &c->err);
    if (ok && p->found && strcmp(p->info.kind, "registry") == 0)
        ok = import_differences(&tx, a, c->id, LIMIT_WEB_CONTACTS, &p->bodies, &p->body_count, &c->err);
    if (ok && p->found && strcmp(p->info.kind, "contacts") == 0)
        ok = contact_history_of(&tx, a, p->info.at, p->info.who, LIMIT_WEB_CONTACTS, &p->contacts, &p->contact_count,
                                &c->err);
    ok = ok && (!p->found || import_told(&tx, a, c->id, &p->told, &p->told_count, &c->err));
    tx_rollback(&tx);
    return ok;
}

static void write_contact_change(struct call *c, const struct view *v, const struct contact_change *x)
{
    struct html *h = &c->html;
    const struct view_body *b = view_find(v, x->body_id);
    bool added = strcmp(x->what, "added") == 0;
    html_raw(h, "<tr><td>");
    part_state(c, added ? STATE_GOOD : STATE_SOON, added ? call_tr(c, N_("new")) : call_tr(c, N_("changed")));
    html_raw(h, "</td><td>");
    if (b != NULL)
        part_link(c, layout_body_path(c, x->body_id), NULL, b->body->name);
    html_raw(h, "</td><td class=\"what\">");
    html_text(h, arena_printf(call_arena(c), "%s <%s>", x->name, x->email));
    html_raw(h, "</td></tr>");
}

/* What it told, but for what is shown with each body or contact already. */
static json_t *told_lines(const struct import_page *p)
{
    static const char *const shown[] = {"new", "changed", "vanished", "returned"};
    bool apart = p->body_count + p->contact_count > 0;
    json_t *lines = json_array();
    for (size_t i = 0; i < p->told_count; i++) {
        const struct import_told *x = &p->told[i];
        bool again = false;
        for (size_t k = 0; apart && k < sizeof shown / sizeof *shown; k++)
            again = again || strcmp(x->event, shown[k]) == 0;
        if (!again)
            json_array_append_new(lines, json_pack("{s:s,s:s,s:I,s:s,s:s}", "event", x->event, "sheet", x->sheet, "row",
                                                   (json_int_t)x->row, "body", x->body, "text", x->text));
    }
    return lines;
}

static void write_differences(struct call *c, const struct view *v, const struct import_page *p)
{
    static const char *const titles[] = {N_("What"), N_("Body"), N_("Detail")};
    json_t *lines = told_lines(p);
    bool apart = p->body_count + p->contact_count > 0;
    if (!apart && json_array_size(lines) == 0)
        part_empty(c, call_tr(c, N_("No differences are kept of it")),
                   call_tr(c, N_("It changed nothing, or what it brought stands with each body.")));
    if (apart) {
        html_raw(&c->html, "<div class=\"card tablewrap\"><table class=\"list\">");
        part_table_head(c, titles, sizeof titles / sizeof *titles, NO_NUMBER);
        for (size_t i = 0; i < p->body_count; i++)
            import_write_difference(c, &p->bodies[i]);
        for (size_t i = 0; i < p->contact_count; i++)
            write_contact_change(c, v, &p->contacts[i]);
        html_raw(&c->html, "</tbody></table></div>");
    }
    if (json_array_size(lines) > 0)
        import_write_lines(c, lines);
    json_decref(lines);
}

void page_import(struct call *c)
{
    struct arena *a = call_arena(c);
    struct import_page p = {0};
    const struct view *v = call_view(c);
    if (v == NULL)
        return;
    if (!load(c, &p)) {
        call_failed(c);
        return;
    }
    if (!p.found) {
        call_problem(c, 404, N_("There is no import with this number."));
        return;
    }
    struct import_counts n = p.info.counts; /* those that stay the same are not kept */
    n.same = n.rows - n.added - n.changed - n.refused;
    layout_begin(c, p.info.source, ADMIN_PLACE);
    layout_head_open(c, p.info.source,
                     arena_printf(a, "%s · %s · %s", import_kind_words(c, p.info.kind),
                                  words_instant(a, c->lang, p.info.at), p.info.who));
    part_link(c, IMPORTS_PLACE, "btn", call_tr(c, N_("All imports")));
    layout_head_close(c);
    html_raw(&c->html, "<dl class=\"facts\">");
    import_write_counts(c, p.info.kind, &n);
    html_raw(&c->html, "</dl>");
    layout_section(c, "canvis", call_tr(c, N_("What it changed")), "");
    write_differences(c, v, &p);
    layout_end(c);
    call_page(c, 200);
}
