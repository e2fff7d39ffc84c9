/* What the routes call. Internal to the web. */
#ifndef TALAIA_WEB_PAGES_H
#define TALAIA_WEB_PAGES_H

#include "web/call.h"

void page_today(struct call *c);
void page_bodies(struct call *c);
void page_bodies_csv(struct call *c);
void page_lists(struct call *c);
void page_body(struct call *c);
void page_checking(struct call *c);
void page_calendar(struct call *c);
void page_calendar_file(struct call *c);
void page_outages(struct call *c);
void page_outages_csv(struct call *c);
void page_incidents(struct call *c);
void page_incident(struct call *c);
void page_incident_link(struct call *c);
void form_incident(struct call *c);
/* A form of an incident whose session is over: what was typed, so that it is not lost in the middle of a night. */
void page_incident_typed(struct call *c);
void form_incident_link(struct call *c);
void page_integrations(struct call *c);
void page_integration(struct call *c);
void page_integration_checking(struct call *c);
void page_homologation(struct call *c);
void page_integration_file(struct call *c);
void page_production_csv(struct call *c);
void form_integration(struct call *c);
void form_integration_part(struct call *c); /* by the last word of its path */
void page_intake(struct call *c);
void form_intake(struct call *c);
void form_integration_mail(struct call *c);
/* By the link of an e-mail, without logging in. */
void page_decision(struct call *c);
void form_decision(struct call *c);
void page_outbox(struct call *c);
void page_friday(struct call *c);
void page_week(struct call *c);
void serve_mail_file(struct call *c);
void page_audit(struct call *c);
void page_account(struct call *c);
void page_codes(struct call *c);
void page_admin(struct call *c);
void page_accounts(struct call *c);
void page_account_of(struct call *c);
void page_servers(struct call *c);
void page_copies(struct call *c);
void page_health(struct call *c);
void page_audit_export(struct call *c);
void page_more(struct call *c);
void page_gateway(struct call *c);
void page_gateway_request(struct call *c);
void page_permits(struct call *c);
void page_modalities(struct call *c);
void page_modality(struct call *c);
void page_validator(struct call *c);
void page_help(struct call *c);
void page_login(struct call *c);

/* Forms of one body; body_forms.c has the table of them. */
void form_body(struct call *c);
/* What the form /ens/ID/WHAT does, with the fields of the call; the reason in c->err. */
struct body;
bool body_form_run(struct call *c, const char *what, const struct body *b);
/* "Check now": *ret_began false: another one is under way. */
bool check_begin(struct call *c, const struct body *b, bool *ret_began);
void form_friday(struct call *c);
void form_friday_build(struct call *c);
void form_friday_action(struct call *c);
void form_comment(struct call *c);
void page_expenses(struct call *c);
void page_expenses_csv(struct call *c);
void page_expenses_xlsx(struct call *c);
void page_statement(struct call *c);
void form_expense(struct call *c);
void page_probes(struct call *c);
void page_probe(struct call *c);
void form_probe(struct call *c);
void form_probe_run(struct call *c);
void form_action_edit(struct call *c);
void form_action_withdraw(struct call *c);
void form_check(struct call *c);
void form_approve(struct call *c);
void form_message(struct call *c);
void form_reply(struct call *c);
void form_silence(struct call *c);
void form_silence_lift(struct call *c);
void form_list(struct call *c);
void form_list_keep(struct call *c);
void form_feed(struct call *c);
void form_feed_revoke(struct call *c);
void form_validator(struct call *c);
void form_permit(struct call *c);
void form_permit_revoke(struct call *c);
void form_login(struct call *c);
void form_logout(struct call *c);
void form_password(struct call *c);
void form_preferences(struct call *c);
void form_own_session(struct call *c);
void form_own_token(struct call *c);
void form_own_token_end(struct call *c);
void form_codes(struct call *c);
void form_codes_off(struct call *c);
void form_recovery(struct call *c);
void form_invite(struct call *c);
void form_account(struct call *c);
void form_server_test(struct call *c);
void form_copy(struct call *c);
void form_copy_take(struct call *c);
void form_health(struct call *c);
void form_audit_verify(struct call *c);

/* Sessions and tokens of an account; `action` ends one of them. */
struct account_whole;
void own_sessions(struct call *c, const struct account_whole *w, const char *action);
void own_tokens(struct call *c, const struct account_whole *w, const char *action);

/* The page of a body with one of its forms refused (NULL: none). `status` 200 or 422. */
struct form;
void body_show(struct call *c, const struct form *refused, int status);
/* The same of the Friday page. */
void friday_show(struct call *c, const struct form *refused, int status);

void serve_file(struct call *c);
void serve_icon(struct call *c);
void serve_health(struct call *c);
void serve_ready(struct call *c);
void serve_metrics(struct call *c);
/* Its lines about the probes (metrics_probes.c). */
bool metrics_probes(struct call *c, struct buf *to);
void serve_feed(struct call *c);
void serve_status(struct call *c);
void serve_robots(struct call *c);

#endif
