/* Private to the command line: the commands, one constant each; the table in commands.c puts them in order. */
#ifndef TALAIA_CLI_COMMANDS_H
#define TALAIA_CLI_COMMANDS_H

#include "cli/cli.h"

extern const struct command command_init, command_demo, command_import, command_bodies, command_certificates,
    command_warnings_plan, command_action_add, command_action_list, command_outage_open, command_outage_note,
    command_outage_close, command_outage_list, command_mark, command_comment, command_report_build, command_doctor,
    command_backup, command_backups, command_config_check, command_config_keys, command_audit_list,
    command_audit_verify, command_help, command_sweep, command_silence, command_unsilence, command_serve,
    command_certificate_add, command_stage, command_probe_list, command_probe_run, command_correction,
    command_warnings_resolve, command_warnings_status, command_warnings_calendar;
extern const struct command command_probe_show, command_probe_history, command_probe_pause, command_probe_plan,
    command_probe_resume, command_check, command_status_export;
extern const struct command command_account_add, command_account_list, command_account_role, command_account_password,
    command_account_disable, command_account_enable, command_account_totp, command_account_token,
    command_account_revoke, command_account_logout;
extern const struct command command_adopt, command_reply_list, command_reply_show, command_reply_read,
    command_reply_confirm, command_reply_dismiss, command_reply_assign, command_reply_undo;
extern const struct command command_outbox, command_warnings_approve, command_warnings_preview, command_warnings_send,
    command_warnings_settle, command_warnings_cancel, command_report_send;

/* Private to the commands that send (cmd_outbox.c, cmd_report.c). */
struct mailer_report;
bool cli_report_mailer(struct cli *c, const struct mailer_report *r, struct err *e);
extern const struct command command_tickets, command_tickets_show, command_tickets_dashboard, command_tickets_test;
extern const struct command command_mail_test;
extern const struct command command_action_edit, command_action_withdraw;
extern const struct command command_contacts, command_contact_add, command_contact_edit, command_contact_retire,
    command_exclusions, command_exclude, command_exclude_lift, command_texts, command_text_show, command_text_set,
    command_text_restore;
extern const struct command command_incident_list, command_incident_show, command_incident_open, command_incident_close,
    command_incident_ack, command_incident_tick, command_incident_note, command_incident_call,
    command_incident_handover, command_incident_summary, command_incident_run, command_expense_list,
    command_expense_complete, command_expense_statement;
extern const struct command command_runbook_list, command_runbook_show;
extern const struct command command_gateway_explain, command_gateway_call;
extern const struct command command_gateway_authorise, command_gateway_revoke, command_gateway_permissions,
    command_gateway_secret, command_gateway_log, command_gateway_show;
extern const struct command command_integration_open, command_integration_list, command_integration_show,
    command_integration_check, command_integration_edit, command_integration_file, command_integration_add_file,
    command_integration_confirm, command_integration_accept, command_integration_ask, command_integration_remind,
    command_integration_place, command_integration_request, command_integration_approve, command_integration_return,
    command_integration_refuse, command_integration_take_back, command_integration_configure,
    command_integration_revoke, command_integration_withdraw, command_integration_reopen, command_integration_decide,
    command_integration_homologation, command_integration_examples, command_integration_export,
    command_integration_eligible, command_integration_diagram, command_integration_cdas, command_integration_watch,
    command_integration_answer, command_integration_renew;
extern const struct command command_document_check;
extern const struct command command_gateway_ask, command_gateway_modalities, command_gateway_notify,
    command_gateway_receive;
extern const struct command command_maintenance_list, command_maintenance_plan, command_maintenance_lift;
/* SIGTERM, SIGINT and a terminal that closes, as a descriptor that becomes readable; negative when that cannot be. */
int cli_stop_descriptor(void);

/* Headings of the help. */
#define TASK_START N_("To begin")
#define TASK_LOOK N_("To look")
#define TASK_WARN N_("To warn, and to follow renewals")
#define TASK_NOTE N_("To note down")
#define TASK_ON_CALL N_("When something fails")
#define TASK_REPORT N_("To report")
#define TASK_ACCOUNT N_("To let people in")
#define TASK_GATEWAY N_("To help integrators")
#define TASK_KEEP N_("To keep in order")

#endif
