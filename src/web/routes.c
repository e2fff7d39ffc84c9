#include "web/routes.h"

#include "web/api.h"
#include "web/pages.h"
#include "web/pages_data.h"

const struct route routes[] = {
    /* pages */
    {"GET", "/", ROUTE_PAGE, PERMISSION_LOOK, page_today, NULL},
    {"GET", "/ens", ROUTE_PAGE, PERMISSION_LOOK, page_bodies, NULL},
    {"GET", "/ens.csv", ROUTE_PAGE, PERMISSION_LOOK, page_bodies_csv, NULL},
    {"GET", "/ens/llistes", ROUTE_PAGE, PERMISSION_LOOK, page_lists, NULL},
    {"GET", "/ens/{id}", ROUTE_PAGE, PERMISSION_LOOK, page_body, NULL},
    {"GET", "/ens/{id}/passos", ROUTE_PAGE, PERMISSION_LOOK, page_checking, NULL},
    {"GET", "/caigudes", ROUTE_PAGE, PERMISSION_LOOK, page_outages, NULL},
    {"GET", "/caigudes.csv", ROUTE_PAGE, PERMISSION_LOOK, page_outages_csv, NULL},
    {"GET", "/calendari", ROUTE_PAGE, PERMISSION_LOOK, page_calendar, NULL},
    {"GET", "/calendari.ics", ROUTE_PAGE, PERMISSION_LOOK, page_calendar_file, NULL},
    {"GET", "/bustia", ROUTE_PAGE, PERMISSION_LOOK, page_outbox, NULL},
    {"GET", "/divendres", ROUTE_PAGE, PERMISSION_LOOK, page_friday, NULL},
    {"GET", "/divendres/{id}", ROUTE_PAGE, PERMISSION_LOOK, page_week, NULL},
    {"GET", "/divendres/correu/{id}/{file}", ROUTE_PAGE, PERMISSION_LOOK, serve_mail_file, NULL},
    {"GET", "/auditoria", ROUTE_PAGE, PERMISSION_AUDIT, page_audit, NULL},
    {"GET", "/administracio", ROUTE_PAGE, PERMISSION_LOOK, page_admin, NULL},
    {"GET", "/administracio/comptes", ROUTE_PAGE, PERMISSION_ACCOUNTS, page_accounts, NULL},
    {"GET", "/administracio/comptes/{id}", ROUTE_PAGE, PERMISSION_ACCOUNTS, page_account_of, NULL},
    {"GET", "/administracio/servidors", ROUTE_PAGE, PERMISSION_CONFIGURE, page_servers, NULL},
    {"GET", "/administracio/copies", ROUTE_PAGE, PERMISSION_CONFIGURE, page_copies, NULL},
    {"GET", "/administracio/salut", ROUTE_PAGE, PERMISSION_CONFIGURE, page_health, NULL},
    {"GET", "/auditoria/exporta", ROUTE_PAGE, PERMISSION_AUDIT, page_audit_export, NULL},
    {"GET", "/compte/codis", ROUTE_PAGE, PERMISSION_LOOK, page_codes, NULL},
    {"GET", "/compte", ROUTE_PAGE, PERMISSION_LOOK, page_account, NULL},
    {"GET", "/passarella", ROUTE_PAGE, PERMISSION_LOOK, page_gateway, NULL},
    {"GET", "/passarella/peticions/{id}", ROUTE_PAGE, PERMISSION_LOOK, page_gateway_request, NULL},
    {"GET", "/passarella/modalitats", ROUTE_PAGE, PERMISSION_LOOK, page_modalities, NULL},
    {"GET", "/passarella/modalitats/{file}", ROUTE_PAGE, PERMISSION_LOOK, page_modality, NULL},
    {"GET", "/passarella/permisos", ROUTE_PAGE, PERMISSION_LOOK, page_permits, NULL},
    {"GET", "/passarella/validador", ROUTE_PAGE, PERMISSION_LOOK, page_validator, NULL},
    {"GET", "/mes", ROUTE_PAGE, PERMISSION_LOOK, page_more, NULL},
    {"GET", "/ajuda", ROUTE_PAGE, PERMISSION_LOOK, page_help, NULL},
    {"GET", "/entra", ROUTE_PAGE, PERMISSION_NONE, page_login, NULL},
    {"GET", "/administracio/contactes", ROUTE_PAGE, PERMISSION_LOOK, page_contacts, NULL},
    {"GET", "/administracio/contactes/{id}", ROUTE_PAGE, PERMISSION_LOOK, page_contact, NULL},
    {"GET", "/administracio/exclusions", ROUTE_PAGE, PERMISSION_LOOK, page_exclusions, NULL},
    {"GET", "/administracio/textos", ROUTE_PAGE, PERMISSION_LOOK, page_texts, NULL},
    {"GET", "/administracio/textos/{file}", ROUTE_PAGE, PERMISSION_LOOK, page_text, NULL},
    {"GET", "/administracio/importacions", ROUTE_PAGE, PERMISSION_LOOK, page_imports, NULL},
    {"GET", "/administracio/importacions/{id}", ROUTE_PAGE, PERMISSION_LOOK, page_import, NULL},
    /* forms */
    {"POST", "/administracio/importacions", ROUTE_UPLOAD, PERMISSION_IMPORT, form_import_look, NULL},
    {"POST", "/administracio/importacions/confirma", ROUTE_FORM, PERMISSION_IMPORT, form_import_confirm, NULL},
    {"POST", "/administracio/contactes/afegeix", ROUTE_FORM, PERMISSION_IMPORT, form_contact_add, NULL},
    {"POST", "/administracio/contactes/{id}/desa", ROUTE_FORM, PERMISSION_IMPORT, form_contact, NULL},
    {"POST", "/administracio/contactes/{id}/retira", ROUTE_FORM, PERMISSION_IMPORT, form_contact, NULL},
    {"POST", "/administracio/exclusions/afegeix", ROUTE_FORM, PERMISSION_WARN, form_exclusion_add, NULL},
    {"POST", "/administracio/exclusions/{id}/treu", ROUTE_FORM, PERMISSION_WARN, form_exclusion_lift, NULL},
    {"POST", "/administracio/textos/{file}", ROUTE_FORM, PERMISSION_LOOK, form_text, NULL},
    {"POST", "/administracio/textos/{file}/torna", ROUTE_FORM, PERMISSION_CONFIGURE, form_text_restore, NULL},
    {"POST", "/entra", ROUTE_FORM, PERMISSION_NONE, form_login, NULL},
    {"POST", "/surt", ROUTE_FORM, PERMISSION_LOOK, form_logout, NULL},
    {"POST", "/preferencies", ROUTE_FORM, PERMISSION_NONE, form_preferences, NULL},
    {"POST", "/compte/contrasenya", ROUTE_FORM, PERMISSION_LOOK, form_password, NULL},
    {"POST", "/caigudes/silenci", ROUTE_FORM, PERMISSION_SILENCE, form_silence, NULL},
    {"POST", "/caigudes/silenci/{id}/aixeca", ROUTE_FORM, PERMISSION_SILENCE, form_silence_lift, NULL},
    {"POST", "/ens/llistes", ROUTE_FORM, PERMISSION_LOOK, form_list_keep, NULL},
    {"POST", "/ens/llistes/{id}/primera", ROUTE_FORM, PERMISSION_LOOK, form_list, NULL},
    {"POST", "/ens/llistes/{id}/no-primera", ROUTE_FORM, PERMISSION_LOOK, form_list, NULL},
    {"POST", "/ens/llistes/{id}/esborra", ROUTE_FORM, PERMISSION_LOOK, form_list, NULL},
    {"POST", "/calendari/subscripcio", ROUTE_FORM, PERMISSION_LOOK, form_feed, NULL},
    {"POST", "/calendari/subscripcio/revoca", ROUTE_FORM, PERMISSION_LOOK, form_feed_revoke, NULL},
    {"POST", "/compte/codis", ROUTE_FORM, PERMISSION_LOOK, form_codes, NULL},
    {"POST", "/compte/codis-fi", ROUTE_FORM, PERMISSION_LOOK, form_codes_off, NULL},
    {"POST", "/compte/recuperacio", ROUTE_FORM, PERMISSION_LOOK, form_recovery, NULL},
    {"POST", "/compte/sessions", ROUTE_FORM, PERMISSION_LOOK, form_own_session, NULL},
    {"POST", "/compte/sessio-fi", ROUTE_FORM, PERMISSION_LOOK, form_own_session, NULL},
    {"POST", "/compte/token", ROUTE_FORM, PERMISSION_LOOK, form_own_token, NULL},
    {"POST", "/compte/token-fi", ROUTE_FORM, PERMISSION_LOOK, form_own_token_end, NULL},
    {"POST", "/administracio/servidors/correu", ROUTE_FORM, PERMISSION_CONFIGURE, form_server_test, NULL},
    {"POST", "/administracio/servidors/tiquets", ROUTE_FORM, PERMISSION_CONFIGURE, form_server_test, NULL},
    {"POST", "/administracio/servidors/directori", ROUTE_FORM, PERMISSION_CONFIGURE, form_server_test, NULL},
    {"POST", "/administracio/copies", ROUTE_FORM, PERMISSION_CONFIGURE, form_copy, NULL},
    {"POST", "/administracio/copies/comprova", ROUTE_FORM, PERMISSION_CONFIGURE, form_copy, NULL},
    {"POST", "/administracio/copies/baixa", ROUTE_FORM, PERMISSION_CONFIGURE, form_copy_take, NULL},
    {"POST", "/administracio/salut", ROUTE_FORM, PERMISSION_CONFIGURE, form_health, NULL},
    {"POST", "/auditoria/verifica", ROUTE_FORM, PERMISSION_AUDIT, form_audit_verify, NULL},
    {"POST", "/administracio/comptes", ROUTE_FORM, PERMISSION_ACCOUNTS, form_invite, NULL},
    {"POST", "/administracio/comptes/{id}/rol", ROUTE_FORM, PERMISSION_ACCOUNTS, form_account, NULL},
    {"POST", "/administracio/comptes/{id}/contrasenya", ROUTE_FORM, PERMISSION_ACCOUNTS, form_account, NULL},
    {"POST", "/administracio/comptes/{id}/codis-fi", ROUTE_FORM, PERMISSION_ACCOUNTS, form_account, NULL},
    {"POST", "/administracio/comptes/{id}/sessions", ROUTE_FORM, PERMISSION_ACCOUNTS, form_account, NULL},
    {"POST", "/administracio/comptes/{id}/sessio-fi", ROUTE_FORM, PERMISSION_ACCOUNTS, form_account, NULL},
    {"POST", "/administracio/comptes/{id}/token-fi", ROUTE_FORM, PERMISSION_ACCOUNTS, form_account, NULL},
    {"POST", "/administracio/comptes/{id}/desactiva", ROUTE_FORM, PERMISSION_ACCOUNTS, form_account, NULL},
    {"POST", "/administracio/comptes/{id}/activa", ROUTE_FORM, PERMISSION_ACCOUNTS, form_account, NULL},
    {"POST", "/ens/{id}/accio", ROUTE_FORM, PERMISSION_NOTE, form_body, NULL},
    {"POST", "/ens/{id}/comprova", ROUTE_FORM, PERMISSION_ROUND, form_check, NULL},
    {"POST", "/ens/{id}/comentari", ROUTE_FORM, PERMISSION_NOTE, form_body, NULL},
    {"POST", "/ens/{id}/resposta", ROUTE_FORM, PERMISSION_NOTE, form_body, NULL},
    {"POST", "/ens/{id}/marca", ROUTE_FORM, PERMISSION_NOTE, form_body, NULL},
    {"POST", "/ens/{id}/desmarca", ROUTE_FORM, PERMISSION_NOTE, form_body, NULL},
    {"POST", "/ens/{id}/caiguda", ROUTE_FORM, PERMISSION_NOTE, form_body, NULL},
    {"POST", "/ens/{id}/caiguda-nota", ROUTE_FORM, PERMISSION_NOTE, form_body, NULL},
    {"POST", "/ens/{id}/caiguda-fi", ROUTE_FORM, PERMISSION_NOTE, form_body, NULL},
    {"POST", "/ens/{id}/silenci", ROUTE_FORM, PERMISSION_SILENCE, form_body, NULL},
    {"POST", "/ens/{id}/silenci-fi", ROUTE_FORM, PERMISSION_SILENCE, form_body, NULL},
    {"POST", "/ens/{id}/comentari-sencer", ROUTE_FORM, PERMISSION_NOTE, form_comment, NULL},
    {"POST", "/ens/{id}/accio-corregeix", ROUTE_FORM, PERMISSION_NOTE, form_action_edit, NULL},
    {"POST", "/ens/{id}/accio-retira", ROUTE_FORM, PERMISSION_NOTE, form_action_withdraw, NULL},
    {"POST", "/divendres/accio", ROUTE_FORM, PERMISSION_NOTE, form_friday_action, NULL},
    {"POST", "/divendres/fes", ROUTE_FORM, PERMISSION_REPORT, form_friday_build, NULL},
    {"POST", "/divendres/envia", ROUTE_FORM, PERMISSION_REPORT, form_friday, NULL},
    {"POST", "/bustia/aprova", ROUTE_FORM, PERMISSION_WARN, form_approve, NULL},
    {"POST", "/bustia/{id}/enviat", ROUTE_FORM, PERMISSION_WARN, form_message, NULL},
    {"POST", "/bustia/{id}/torna", ROUTE_FORM, PERMISSION_WARN, form_message, NULL},
    {"POST", "/bustia/{id}/cancela", ROUTE_FORM, PERMISSION_WARN, form_message, NULL},
    {"POST", "/bustia/resposta/{id}/confirma", ROUTE_FORM, PERMISSION_NOTE, form_reply, NULL},
    {"POST", "/bustia/resposta/{id}/descarta", ROUTE_FORM, PERMISSION_NOTE, form_reply, NULL},
    {"POST", "/passarella/validador", ROUTE_UPLOAD, PERMISSION_LOOK, form_validator, NULL},
    {"POST", "/passarella/permisos/dona", ROUTE_UPLOAD, PERMISSION_INTEGRATE, form_permit, NULL},
    {"POST", "/passarella/permisos/treu", ROUTE_FORM, PERMISSION_INTEGRATE, form_permit_revoke, NULL},
    /* for programs */
    {"GET", "/api/v1/openapi.json", ROUTE_API, PERMISSION_LOOK, api_description, N_("This description.")},
    {"GET", "/api/v1/bodies", ROUTE_API, PERMISSION_LOOK, api_bodies,
     N_("The bodies, most urgent first; with the words of the filter in q.")},
    {"GET", "/api/v1/bodies/{id}", ROUTE_API, PERMISSION_LOOK, api_body, N_("One body.")},
    {"GET", "/api/v1/outages", ROUTE_API, PERMISSION_LOOK, api_outages,
     N_("The outages that last, and with all=1 the past ones.")},
    {"GET", "/api/v1/actions", ROUTE_API, PERMISSION_LOOK, api_actions, N_("Actions done.")},
    {"GET", "/api/v1/actions/{id}", ROUTE_API, PERMISSION_LOOK, api_action, N_("One action.")},
    {"GET", "/api/v1/silences", ROUTE_API, PERMISSION_LOOK, api_silences,
     N_("Silences in force, and with planned=1 those that are planned.")},
    {"GET", "/api/v1/silences/{id}", ROUTE_API, PERMISSION_LOOK, api_silence,
     N_("One silence, also one that is over.")},
    {"GET", "/api/v1/accounts", ROUTE_API, PERMISSION_ACCOUNTS, api_accounts, N_("Who may come in, and as what.")},
    {"GET", "/api/v1/accounts/{id}", ROUTE_API, PERMISSION_ACCOUNTS, api_account, N_("One account.")},
    {"GET", "/api/v1/contacts", ROUTE_API, PERMISSION_LOOK, api_contacts, N_("Who is written to.")},
    {"GET", "/api/v1/contacts/{id}", ROUTE_API, PERMISSION_LOOK, api_contact, N_("One contact.")},
    {"GET", "/api/v1/contacts/{id}/history", ROUTE_API, PERMISSION_LOOK, api_contact_history,
     N_("What was done to a contact.")},
    {"GET", "/api/v1/exclusions", ROUTE_API, PERMISSION_LOOK, api_exclusions,
     N_("Who is left out of warnings and report, and why.")},
    {"GET", "/api/v1/messages", ROUTE_API, PERMISSION_LOOK, api_messages, N_("Mails that go out.")},
    {"GET", "/api/v1/messages/{id}", ROUTE_API, PERMISSION_LOOK, api_message, N_("One mail that goes out.")},
    {"GET", "/api/v1/replies", ROUTE_API, PERMISSION_LOOK, api_replies, N_("Mails that came in.")},
    {"GET", "/api/v1/imports", ROUTE_API, PERMISSION_LOOK, api_imports, N_("What was brought in.")},
    {"GET", "/api/v1/texts", ROUTE_API, PERMISSION_LOOK, api_texts, N_("The texts of warnings and report.")},
    {"GET", "/api/v1/texts/{file}", ROUTE_API, PERMISSION_LOOK, api_text, N_("One text, as warning-single.ca.")},
    {"GET", "/api/v1/texts/{file}/versions", ROUTE_API, PERMISSION_LOOK, api_text_versions,
     N_("Its versions that were written at the desk.")},
    {"GET", "/api/v1/audit", ROUTE_API, PERMISSION_AUDIT, api_audit, N_("The audit trail, newest first.")},
    {"POST", "/api/v1/bodies/{id}/actions", ROUTE_API, PERMISSION_NOTE, api_write, N_("Note an action.")},
    {"POST", "/api/v1/bodies/{id}/comments", ROUTE_API, PERMISSION_NOTE, api_write, N_("Add a line to the comment.")},
    {"POST", "/api/v1/bodies/{id}/answers", ROUTE_API, PERMISSION_NOTE, api_write,
     N_("The body has answered: its warnings stop.")},
    {"POST", "/api/v1/bodies/{id}/mark", ROUTE_API, PERMISSION_NOTE, api_write,
     N_("Mark its dates as not verifiable.")},
    {"POST", "/api/v1/bodies/{id}/unmark", ROUTE_API, PERMISSION_NOTE, api_write, N_("Lift the mark.")},
    {"POST", "/api/v1/bodies/{id}/outage", ROUTE_API, PERMISSION_NOTE, api_write, N_("Open an outage.")},
    {"POST", "/api/v1/bodies/{id}/outage-note", ROUTE_API, PERMISSION_NOTE, api_write,
     N_("Note what was done in the outage.")},
    {"POST", "/api/v1/bodies/{id}/outage-end", ROUTE_API, PERMISSION_NOTE, api_write, N_("Close the outage.")},
    {"POST", "/api/v1/bodies/{id}/silence", ROUTE_API, PERMISSION_SILENCE, api_write,
     N_("Silence the body until a day.")},
    {"POST", "/api/v1/bodies/{id}/unsilence", ROUTE_API, PERMISSION_SILENCE, api_write, N_("Lift the silence.")},
    {"POST", "/api/v1/bodies/{id}/check", ROUTE_API, PERMISSION_ROUND, api_write,
     N_("Check the body now; what is seen comes some seconds later.")},
    {"POST", "/api/v1/bodies/{id}/contacts", ROUTE_API, PERMISSION_IMPORT, api_write, N_("Add a contact.")},
    {"POST", "/api/v1/bodies/{id}/exclusion", ROUTE_API, PERMISSION_WARN, api_write, N_("Leave the body out, or in.")},
    {"POST", "/api/v1/bodies/{id}/exclusion/lift", ROUTE_API, PERMISSION_WARN, api_write,
     N_("Take that back: the profile's list holds again.")},
    {"POST", "/api/v1/bodies/{id}/maintenance", ROUTE_API, PERMISSION_SILENCE, api_write,
     N_("Plan maintenance: in those days the body does not go down.")},
    {"POST", "/api/v1/silences/{id}/lift", ROUTE_API, PERMISSION_SILENCE, api_write,
     N_("Lift a silence, in force or planned.")},
    {"PATCH", "/api/v1/actions/{id}", ROUTE_API, PERMISSION_NOTE, api_write, N_("Correct an action.")},
    {"POST", "/api/v1/actions/{id}/withdraw", ROUTE_API, PERMISSION_NOTE, api_write,
     N_("Take an action back: it was noted by mistake.")},
    {"POST", "/api/v1/accounts", ROUTE_API, PERMISSION_ACCOUNTS, api_write,
     N_("Make an account, with a first password that is shown once.")},
    {"POST", "/api/v1/accounts/{id}/role", ROUTE_API, PERMISSION_ACCOUNTS, api_write,
     N_("Give an account another role.")},
    {"POST", "/api/v1/accounts/{id}/disable", ROUTE_API, PERMISSION_ACCOUNTS, api_write,
     N_("Nobody comes in with it any more; its sessions and tokens end.")},
    {"POST", "/api/v1/accounts/{id}/enable", ROUTE_API, PERMISSION_ACCOUNTS, api_write,
     N_("The account can come in again.")},
    {"POST", "/api/v1/accounts/{id}/reset", ROUTE_API, PERMISSION_ACCOUNTS, api_write,
     N_("A new first password, shown once; its sessions end.")},
    {"POST", "/api/v1/imports", ROUTE_API, PERMISSION_IMPORT, api_write,
     N_("Look at a file: what it would change. It waits for its confirmation; nothing is written.")},
    {"POST", "/api/v1/imports/apply", ROUTE_API, PERMISSION_IMPORT, api_write,
     N_("Do exactly what was looked at, or nothing.")},
    {"POST", "/api/v1/contacts/{id}/retire", ROUTE_API, PERMISSION_IMPORT, api_write, N_("Retire a contact.")},
    {"POST", "/api/v1/warnings/approve", ROUTE_API, PERMISSION_WARN, api_write, N_("Approve warnings that are due.")},
    {"POST", "/api/v1/messages/{id}/settle", ROUTE_API, PERMISSION_WARN, api_write,
     N_("Say whether a mail was sent, when that is not known.")},
    {"POST", "/api/v1/messages/{id}/cancel", ROUTE_API, PERMISSION_WARN, api_write,
     N_("Cancel a mail that has not left.")},
    {"POST", "/api/v1/replies/{id}/confirm", ROUTE_API, PERMISSION_NOTE, api_write,
     N_("The mail answers: the warnings stop.")},
    {"POST", "/api/v1/replies/{id}/dismiss", ROUTE_API, PERMISSION_NOTE, api_write,
     N_("Nothing follows from the mail.")},
    {"POST", "/api/v1/report/approve", ROUTE_API, PERMISSION_REPORT, api_write,
     N_("Approve the newest report: it goes out.")},
    {"POST", "/api/v1/texts/{file}/restore", ROUTE_API, PERMISSION_CONFIGURE, api_write,
     N_("Use a version of before again.")},
    {"PATCH", "/api/v1/contacts/{id}", ROUTE_API, PERMISSION_IMPORT, api_write,
     N_("Change a contact; what is not given stays.")},
    {"PUT", "/api/v1/texts/{file}", ROUTE_API, PERMISSION_CONFIGURE, api_write,
     N_("Write a text; it is checked first.")},
    {"GET", "/metrics", ROUTE_PLAIN, PERMISSION_LOOK, serve_metrics, NULL},
    {"GET", "/healthz", ROUTE_PLAIN, PERMISSION_NONE, serve_health, NULL},
    {"GET", "/readyz", ROUTE_PLAIN, PERMISSION_NONE, serve_ready, NULL},
    {"GET", "/calendari/subscripcio.ics", ROUTE_PLAIN, PERMISSION_NONE, serve_feed, NULL},
    {"GET", "/robots.txt", ROUTE_PLAIN, PERMISSION_NONE, serve_robots, NULL},
    {"GET", "/favicon.ico", ROUTE_PLAIN, PERMISSION_NONE, serve_icon, NULL},
    {"GET", "/estatic/{file}", ROUTE_PLAIN, PERMISSION_NONE, serve_file, NULL},
};
const size_t route_count = sizeof routes / sizeof *routes;

const struct place places[] = {
    {"/", N_("Today"), true},
    {"/ens", N_("Bodies"), true},
    {"/calendari", N_("Calendar"), true},
    {"/divendres", N_("Friday"), true},
    {"/caigudes", N_("Outages"), false},
    {"/bustia", N_("Mail"), false},
    {"/passarella", N_("Gateway"), false},
    {"/administracio", N_("Administration"), false},
    {"/ajuda", N_("Help"), false},
    {"/mes", N_("More"), true},
};
const size_t place_count = sizeof places / sizeof *places;

/* "/ens/{id}/silenci" against "/ens/12/silenci". */
static bool fits(const char *pattern, const char *path, int64_t *ret_id)
{
    struct str want = str_of(pattern), have = str_of(path), one, other;
    while (want.p != NULL && have.p != NULL) {
        (void)str_split(&want, '/', &one);
        (void)str_split(&have, '/', &other);
        if (str_is(one, "{id}")) {
            if (other.n == 0 || other.p[0] < '1' || other.p[0] > '9' || !str_to_int64(other, 1, INT64_MAX, ret_id))
                return false;
        } else if (str_is(one, "{file}")) {
            if (other.n == 0)
                return false;
        } else if (!str_equal(one, other)) {
            return false;
        }
    }
    return want.p == NULL && have.p == NULL;
}

const struct route *route_find(struct arena *a, const char *method, const char *path, int64_t *ret_id,
                               const char **ret_methods)
{
    const char *methods = "";
    *ret_id = 0;
    for (size_t i = 0; i < route_count; i++) {
        int64_t id = 0;
        if (!fits(routes[i].pattern, path, &id))
            continue;
        if (strcmp(routes[i].method, method) == 0) {
            *ret_id = id;
            return &routes[i];
        }
        const char *here = strcmp(routes[i].method, "GET") == 0 ? "GET, HEAD" : routes[i].method;
        methods = methods[0] == '\0' ? here : arena_printf(a, "%s, %s", methods, here);
    }
    *ret_methods = methods;
    return NULL;
}
