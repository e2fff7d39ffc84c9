/* Trackers and mail servers, backup, health: the pages of Administration that try, copy and examine. */
#include <inttypes.h>

#include "base/file.h"
#include "flow/backup.h"
#include "flow/directory.h"
#include "flow/mail_server.h"
#include "web/admin.h"
#include "web/pages.h"

#define SERVERS "/administracio/servidors"
#define COPIES "/administracio/copies"
#define HEALTH "/administracio/salut"

/* ------------------------------------------------------------------ how a job stands */

void part_job(struct call *c, enum job_kind kind)
{
    static const enum body_state states[] = {
        [JOB_NOT_ASKED] = STATE_MUTED, [JOB_GOOD] = STATE_GOOD, [JOB_BAD] = STATE_DOWN};
    static const char *const words[] = {
        [JOB_NOT_ASKED] = N_("not asked"), [JOB_GOOD] = N_("right"), [JOB_BAD] = N_("wrong")};
    struct html *h = &c->html;
    struct job_state s;
    job_look(&c->site->jobs, kind, call_arena(c), &s);
    if (!s.ever)
        return;
    html_open(h, "div");
    html_attr(h, "class", "card inset job");
    html_attr(h, "aria-live", "polite");
    if (s.runs)
        html_attr(h, "data-runs", NULL);
    html_open(h, "p");
    html_attr(h, "class", "sub");
    html_text(h, call_text(c, s.runs ? N_("Under way, begun by %s on") : N_("Tried by %s on"), s.who));
    html_text(h, " ");
    part_instant(c, s.began);
    html_close(h);
    if (s.runs)
        part_link(c, c->request->path, "btn again", call_tr(c, N_("Look again")));
    if (s.failed != NULL)
        part_notice(c, false, call_tr(c, N_("It could not be done:")), s.failed);
    if (s.line_count > 0)
        html_raw(h, "<ul class=\"plain found\">");
    for (size_t i = 0; i < s.line_count; i++) {
        html_raw(h, "<li>");
        part_state(c, states[s.lines[i].result], call_tr(c, words[s.lines[i].result]));
        html_raw(h, "<span>");
        html_element(h, "strong", s.lines[i].what);
        html_text(h, " ");
        html_text(h, s.lines[i].detail);
        html_raw(h, "</span></li>");
    }
    if (s.line_count > 0)
        html_raw(h, "</ul>");
    html_close(h);
}

bool admin_job(struct call *c, enum job_kind kind, const char *input)
{
    enum job_begun begun;
    const struct job_request x = {.kind = kind, .input = input, .by = &c->desk->by, .lang = c->lang};
    return job_begin(&c->site->jobs, &x, &begun, &c->err) &&
           (begun != JOB_RESTS ||
            err_set(&c->err, ERR_STATE, N_("this was tried a moment ago: wait a few seconds before the next time")));
}

/* ------------------------------------------------------------------ servers */

static void pair(struct call *c, const char *label, const char *value)
{
    struct html *h = &c->html;
    html_element(h, "dt", call_tr(c, label));
    html_open(h, "dd");
    html_element(h, "code", value[0] == '\0' ? "—" : value);
    html_close(h);
}

static void write_mail_server(struct call *c, const char *label, enum config_key key)
{
    struct mail_server s;
    struct err e = {.lang = c->lang};
    if (!desk_has_mail(c->desk, key))
        pair(c, label, "");
    else if (!desk_mail_server(c->desk, call_arena(c), key, &s, &e))
        pair(c, label, e.text);
    else
        pair(c, label,
             arena_printf(call_arena(c), "%s%s%s%s", s.place, s.user[0] == '\0' ? "" : " · ", s.user,
                          s.target.tls == CHANNEL_PLAIN ? call_tr(c, N_(" · not encrypted")) : ""));
}

static void write_key(struct call *c, const char *label, enum config_key key)
{
    pair(c, label, config_text(c->desk->config, key));
}

static void write_secret(struct call *c, const char *label, enum config_key key)
{
    bool set = config_text(c->desk->config, key)[0] != '\0';
    pair(c, label, set ? call_text(c, N_("set (%s)"), config_source(c->desk->config, key)) : "");
}

/* Somebody may have written a password into the address. */
static const char *without_user(struct call *c, const char *url)
{
    const char *host = strstr(url, "://"), *at = strrchr(url, '@');
    if (host == NULL || at == NULL || at < host)
        return url;
    return arena_printf(call_arena(c), "%.*s://…%s", (int)(host - url), url, at);
}

static void write_test(struct call *c, const struct form *refused, const char *action, const char *label)
{
    struct form f = admin_form(refused, action);
    form_open(c, &f, "form test");
    if (strcmp(action, SERVERS "/correu") == 0)
        form_field(c, &f,
                   &(struct field){.name = "a",
                                   .label = N_("Also send a mail to"),
                                   .type = "text",
                                   .optional = true,
                                   .most = 254,
                                   .complete = "off",
                                   .help = N_("Empty: only log in and look at the folders; nothing is sent.")});
    form_close(c, label, false);
}

static void show_servers(struct call *c, const struct form *refused, int status)
{
    struct html *h = &c->html;
    if (call_view(c) == NULL)
        return;
    layout_begin(c, call_tr(c, N_("Trackers and mail servers")), "/administracio");
    layout_head(c, call_tr(c, N_("Trackers and mail servers")),
                call_tr(c, N_("They are set in talaia.yaml; here one sees whether they answer. Nothing is changed.")));
    if (refused != NULL && strcmp(refused->action, SERVERS "/directori") == 0 && !desk_has_directory(c->desk))
        part_notice(c, false, call_tr(c, N_("Not done:")), refused->refused);
    layout_section(c, "correu", call_tr(c, N_("Mail")), "");
    html_raw(h, "<div class=\"card\"><dl class=\"pairs inset\">");
    write_mail_server(c, N_("Sends through"), KEY_MAIL_SMTP_URL);
    write_mail_server(c, N_("Reads and files in"), KEY_MAIL_IMAP_URL);
    write_key(c, N_("From"), KEY_MAIL_FROM);
    html_raw(h, "</dl>");
    write_test(c, refused, SERVERS "/correu", call_tr(c, N_("Test the mail servers")));
    html_raw(h, "</div>");
    part_job(c, JOB_MAIL);
    layout_section(c, "tiquets", call_tr(c, N_("Tickets")), "");
    html_raw(h, "<div class=\"card\"><dl class=\"pairs inset\">");
    write_key(c, N_("Kind"), KEY_TRACKER_KIND);
    pair(c, N_("Address"), without_user(c, config_text(c->desk->config, KEY_TRACKER_URL)));
    write_key(c, N_("Project"), KEY_TRACKER_PROJECT);
    write_secret(c, N_("Token"), KEY_TRACKER_TOKEN);
    html_raw(h, "</dl>");
    write_test(c, refused, SERVERS "/tiquets", call_tr(c, N_("Test the tracker")));
    html_raw(h, "</div>");
    part_job(c, JOB_TRACKER);
    if (desk_has_directory(c->desk)) {
        layout_section(c, "directori", call_tr(c, N_("Directory")), "");
        html_raw(h, "<div class=\"card\"><dl class=\"pairs inset\">");
        pair(c, N_("Address"), without_user(c, config_text(c->desk->config, KEY_LDAP_URL)));
        write_key(c, N_("Who looks for people"), KEY_LDAP_BIND_DN);
        write_secret(c, N_("Password"), KEY_LDAP_BIND_PASSWORD);
        write_key(c, N_("Below"), KEY_LDAP_BASE);
        write_key(c, N_("Filter"), KEY_LDAP_FILTER);
        html_raw(h, "</dl>");
        write_test(c, refused, SERVERS "/directori", call_tr(c, N_("Test the directory")));
        html_raw(h, "</div>");
        part_job(c, JOB_DIRECTORY);
    }
    layout_end(c);
    call_page(c, status);
}

void page_servers(struct call *c)
{
    show_servers(c, NULL, 200);
}

void form_server_test(struct call *c)
{
    const char *what = call_path_end(c);
    enum job_kind kind = strcmp(what, "correu") == 0    ? JOB_MAIL
                         : strcmp(what, "tiquets") == 0 ? JOB_TRACKER
                                                        : JOB_DIRECTORY;
    const char *to = kind == JOB_MAIL ? call_field(c, "a") : "";
    bool ok = strlen(to) <= 254 || err_set(&c->err, ERR_VALUE, N_("an e-mail address has at most 254 characters"));
    if (ok && kind == JOB_DIRECTORY && !desk_has_directory(c->desk))
        ok = err_set(&c->err, ERR_STATE, N_("there is no directory: ldap.url is empty"));
    admin_done(c, ok && admin_job(c, kind, to), SERVERS, what, show_servers);
}

/* ------------------------------------------------------------------ backup */

static const char *words_size(struct call *c, int64_t bytes)
{
    if (bytes < 10 * 1024 * 1024)
        return arena_printf(call_arena(c), "%" PRId64 " KiB", (bytes + 1023) / 1024);
    return arena_printf(call_arena(c), "%" PRId64 " MiB", bytes >> 20);
}

static void write_copy(struct call *c, const struct backup *b, const struct form *refused)
{
    struct html *h = &c->html;
    struct form f = {.action = COPIES "/baixa"};
    const char *typed = refused == NULL ? NULL : server_param(call_arena(c), refused->typed, "nom");
    if (typed != NULL && strcmp(typed, b->name) == 0 && strcmp(refused->action, f.action) == 0)
        f = *refused;
    html_raw(h, "<li class=\"card inset copy\">");
    html_element(h, "strong", b->name);
    html_open(h, "p");
    html_attr(h, "class", "sub");
    part_instant(c, b->at);
    html_text(h, " · ");
    html_text(h, words_size(c, b->size));
    html_close(h);
    html_open(h, "p");
    html_text(h, "SHA-256 ");
    html_element(h, "code", b->sha256[0] == '\0' ? "—" : b->sha256);
    html_close(h);
    html_raw(h, "<div class=\"folds\">");
    admin_button(c, COPIES "/comprova", "nom", b->name, call_tr(c, N_("Check it")));
    /* The fields of these forms have one name: the id tells them apart. */
    html_open(h, "details");
    html_attr(h, "class", "fold");
    if (f.refused != NULL)
        html_attr(h, "open", NULL);
    html_open(h, "summary");
    html_attr(h, "class", "btn");
    html_text(h, call_tr(c, N_("Take it away")));
    html_close(h);
    form_open(c, &f, "card form");
    form_hidden(c, "nom", b->name);
    html_element(h, "p",
                 call_tr(c, N_("It holds everything: people, contacts, passwords as hashes. Keep it where nobody else "
                               "reads.")));
    f.action = arena_printf(call_arena(c), COPIES "/baixa/%s", b->name);
    prove_field(c, &f);
    form_close(c, call_tr(c, N_("Download the copy")), true);
    html_close(h);
    html_raw(h, "</div></li>");
}

static void show_copies(struct call *c, const struct form *refused, int status)
{
    struct html *h = &c->html;
    struct backup *all = NULL;
    size_t count = 0;
    bool sqlite = store_kind(c->desk->store) == STORE_SQLITE;
    struct form make = admin_form(refused, COPIES);
    if (call_view(c) == NULL)
        return;
    if (!backups_list(c->desk, &all, &count, &c->err)) {
        call_failed(c);
        return;
    }
    layout_begin(c, call_tr(c, N_("Backup")), "/administracio");
    layout_head(c, call_tr(c, N_("Backup")), call_text(c, N_("Kept in %s"), backup_dir(c->desk)));
    if (refused != NULL && strcmp(refused->action, COPIES "/comprova") == 0)
        part_notice(c, false, call_tr(c, N_("Not done:")), refused->refused);
    form_open(c, &make, "card form");
    html_element(
        h, "p",
        call_tr(c, sqlite ? N_("A consistent copy of the whole store, made while others work and examined "
                               "before it counts.")
                          : N_("A dump of the database with pg_dump, made while others work. On the server "
                               "itself: pg_dump --format=custom --file=FILE DATABASE; back with pg_restore.")));
    form_close(c, call_tr(c, N_("Make a copy now")), true);
    part_job(c, JOB_BACKUP);
    part_job(c, JOB_VERIFY);
    layout_section(c, "copies", call_tr(c, N_("Copies")), "");
    if (count == 0)
        part_empty(c, call_tr(c, N_("There is no copy yet")),
                   call_tr(c, N_("A copy a day is a good habit: `talaia backup` in a timer makes it.")));
    else
        html_raw(h, "<ul class=\"plain copies\">");
    for (size_t i = 0; i < count && i < 100; i++)
        write_copy(c, &all[i], refused);
    if (count > 0)
        html_raw(h, "</ul>");
    if (count > 0)
        html_element(h, "p",
                     call_tr(c, sqlite ? N_("To go back: stop the desk, put the copy in the place of the store, start "
                                            "it, and look at `talaia doctor`.")
                                       : N_("To go back: stop the desk, pg_restore into an empty database, start it, "
                                            "and look at `talaia doctor`.")));
    layout_end(c);
    call_page(c, status);
}

void page_copies(struct call *c)
{
    show_copies(c, NULL, 200);
}

void form_copy(struct call *c)
{
    bool verify = strcmp(c->request->path, COPIES "/comprova") == 0;
    const char *name = verify ? call_field(c, "nom") : "";
    bool ok = strlen(name) < 80 || err_set(&c->err, ERR_VALUE, N_("there is no such backup"));
    admin_done(c, ok && admin_job(c, verify ? JOB_VERIFY : JOB_BACKUP, name), COPIES, verify ? "comprova" : "copia",
               show_copies);
}

void form_copy_take(struct call *c)
{
    const char *name = call_field(c, "nom");
    int fd;
    size_t size;
    if (!prove_check(c) || !backup_open(c->desk, name, &fd, &size, &c->err)) {
        admin_done(c, false, COPIES, "", show_copies);
        return;
    }
    if (!backup_told(c->desk, name, &c->err)) {
        os.close(fd);
        call_failed(c);
        return;
    }
    call_stream(c, fd, size, name);
}

/* ------------------------------------------------------------------ health */

static void show_health(struct call *c, const struct form *refused, int status)
{
    struct form f = admin_form(refused, HEALTH);
    if (call_view(c) == NULL)
        return;
    layout_begin(c, call_tr(c, N_("Health")), "/administracio");
    layout_head(c, call_tr(c, N_("Health")), call_tr(c, N_("What `talaia doctor` finds, too.")));
    form_open(c, &f, NULL);
    form_close(c, call_tr(c, N_("Examine the desk")), true);
    part_job(c, JOB_HEALTH);
    layout_end(c);
    call_page(c, status);
}

void page_health(struct call *c)
{
    show_health(c, NULL, 200);
}

void form_health(struct call *c)
{
    admin_done(c, admin_job(c, JOB_HEALTH, ""), HEALTH, "examina", show_health);
}
