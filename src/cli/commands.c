#include "cli/commands.h"

const struct command *const cli_commands[] = {
    &command_init,         &command_demo,
    &command_import,       &command_bodies,
    &command_certificates, &command_warnings_plan,
    &command_sweep,        &command_action_list,
    &command_outage_list,  &command_action_add,
    &command_outage_open,  &command_outage_note,
    &command_outage_close, &command_silence,
    &command_unsilence,    &command_mark,
    &command_comment,      &command_certificate_add,
    &command_report_build, &command_serve,
    &command_doctor,       &command_backup,
    &command_config_check, &command_config_keys,
    &command_audit_list,   &command_audit_verify,
    &command_help,         NULL,
};
