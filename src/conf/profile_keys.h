/* The keys of profile.yaml. All are required but those with a default. */
#ifndef TALAIA_CONF_PROFILE_KEYS_H
#define TALAIA_CONF_PROFILE_KEYS_H

#include "conf/config.h"
#include "conf/profile_file.h"

/* X(NAME, "key.path", type, default (NULL: required), minimum, maximum, choices, "what it is") */
#define PROFILE_REPLY_WORDS(name, key, help) X(REPLY_##name, key, CONFIG_LIST, "", 0, 0, NULL, help)
#define PROFILE_KEYS(X)                                                                                                \
    X(LANGUAGE, "language", CONFIG_ENUM, NULL, 0, 0, "ca es en", N_("language of the report and the workbook"))        \
    X(THRESHOLDS, "warnings.thresholds", CONFIG_LIST, NULL, 1, 3650, NULL,                                             \
      N_("a warning goes out when the days left fall below each of these, from the largest to the smallest"))          \
    X(PAIR_GAP, "warnings.pair_gap_days", CONFIG_INT, NULL, 1, 365, NULL,                                              \
      N_("two certificates of a body that expire less than this many days apart share one warning"))                   \
    X(WARNING_SUBJECT, "warnings.subject", CONFIG_TEXT, NULL, 0, 0, "name certificates ticket",                        \
      N_("subject of the warnings of one renewal, with {name}, {certificates} and {ticket}"))                          \
    X(WARNING_FOLDER, "warnings.folder", CONFIG_TEXT, NULL, 0, 0, NULL,                                                \
      N_("mailbox folder in which sent warnings are filed"))                                                           \
    X(WARNING_MODE, "warnings.mode", CONFIG_ENUM, "supervised", 0, 0, "supervised automatic",                          \
      N_("whether a person approves the day's warnings, or they go out by themselves"))                                \
    X(WARNING_AT, "warnings.at", CONFIG_TEXT, "08:30", 0, 0, NULL,                                                     \
      N_("when the day's warnings are planned, on working days, in Madrid"))                                           \
    X(WARNING_STORM, "warnings.storm", CONFIG_INT, "40", 1, 100000, NULL,                                              \
      N_("more warnings than this in one day need a second approval"))                                                 \
    X(WARNING_WEEK, "warnings.week", CONFIG_INT, "40", 1, 100000, NULL,                                                \
      N_("more warnings than this in one week make it an overloaded one in the calendar"))                             \
    X(CERT_CDS, "certificates.cds", CONFIG_TREE, NULL, 0, 0, NULL,                                                     \
      N_("full name of the CDS in a sentence, in each language (ca, es, en)"))                                         \
    X(CERT_CDA, "certificates.cda", CONFIG_TREE, NULL, 0, 0, NULL, N_("full name of the CDA"))                         \
    X(TICKET_PROJECT, "tickets.project", CONFIG_TEXT, NULL, 0, 0, NULL, N_("key of the tracker's project"))            \
    X(TICKET_TEMPLATE, "tickets.template", CONFIG_TEXT, NULL, 0, 0, NULL,                                              \
      N_("ticket that the ticket of a renewal is copied from"))                                                        \
    X(DASHBOARD_RENEWAL_DONE, "tickets.dashboard.renewal.done", CONFIG_TEXT, "10954", 0, 0, NULL,                      \
      N_("saved filter of the tracker (or JQL) that counts the renewals that are done since the last report"))         \
    X(DASHBOARD_RENEWAL_PENDING, "tickets.dashboard.renewal.pending", CONFIG_TEXT, "10956", 0, 0, NULL,                \
      N_("saved filter of the tracker (or JQL) that counts the renewals that are pending"))                            \
    X(DASHBOARD_MIGRATION_DONE, "tickets.dashboard.migration.done", CONFIG_TEXT, "10953", 0, 0, NULL,                  \
      N_("saved filter of the tracker (or JQL) that counts the migrations that are done since the last report"))       \
    X(DASHBOARD_MIGRATION_PENDING, "tickets.dashboard.migration.pending", CONFIG_TEXT, "10957", 0, 0, NULL,            \
      N_("saved filter of the tracker (or JQL) that counts the migrations that are pending"))                          \
    X(DASHBOARD_OUTAGE_DONE, "tickets.dashboard.outage.done", CONFIG_TEXT, "10981", 0, 0, NULL,                        \
      N_("saved filter of the tracker (or JQL) that counts the outages that are done since the last report"))          \
    X(DASHBOARD_OUTAGE_PENDING, "tickets.dashboard.outage.pending", CONFIG_TEXT, "10982", 0, 0, NULL,                  \
      N_("saved filter of the tracker (or JQL) that counts the outages that are pending"))                             \
    X(OUTAGE_FOLDER, "outages.folder", CONFIG_TEXT, NULL, 0, 0, NULL,                                                  \
      N_("mailbox folder that shows which bodies were down in the morning"))                                           \
    X(ALERT_DOWN, "alerts.down", CONFIG_LIST, "", 0, 0, NULL,                                                          \
      N_("words by which a mail of another monitor says that a body is down"))                                         \
    X(ALERT_UP, "alerts.up", CONFIG_LIST, "", 0, 0, NULL,                                                              \
      N_("words by which it says that the body is up again; they count when none of the others is there"))             \
    X(REPLY_RULE, "replies.rule", CONFIG_ENUM, "person", 0, 0, "person confirm",                                       \
      N_("whether a person confirms that a renewal is under way, or an answer that says so in its thread is enough"))  \
    REPLY_WORDS_LIST(PROFILE_REPLY_WORDS)                                                                              \
    X(FILING_PLACE, "filing.place", CONFIG_TEXT, NULL, 0, 0, NULL, N_("folder in which the workbook is filed"))        \
    X(REPORT_WEEKDAY, "report.weekday", CONFIG_ENUM, NULL, 0, 0, "monday tuesday wednesday thursday friday",           \
      N_("day of the report; when it is a holiday, the working day before"))                                           \
    X(REPORT_FOLDER, "report.folder", CONFIG_TEXT, "Informes", 0, 0, NULL,                                             \
      N_("mailbox folder in which the sent report is filed"))                                                          \
    X(REPORT_SUBJECT, "report.subject", CONFIG_TEXT, NULL, 0, 0, "day",                                                \
      N_("subject of the report, with {day} as D/M/YYYY"))                                                             \
    X(REPORT_FROM, "report.from", CONFIG_TREE, NULL, 0, 0, NULL, N_("sender of the report: name and email"))           \
    X(REPORT_TO, "report.to", CONFIG_TREE, NULL, 0, 0, NULL, N_("recipients of the report: a list of name and email")) \
    X(REPORT_CC, "report.cc", CONFIG_TREE, "", 0, 0, NULL, N_("who gets a copy of the report"))                        \
    X(PROBE_RUNS, "probes.keep.runs_days", CONFIG_INT, "35", 1, 3650, NULL,                                            \
      N_("how long every run of a probe is kept"))                                                                     \
    X(PROBE_HOURS, "probes.keep.hours_days", CONFIG_INT, "800", 7, 36500, NULL,                                        \
      N_("how long their hours are kept; days and months are kept for good"))                                          \
    X(INTEGRATION_SUBJECT, "integrations.subject", CONFIG_TEXT, "HESTIA - {name} - Integració {fp} - [{ticket}]", 0,   \
      0, "name fp ticket", N_("subject of all messages of one integration, with {name}, {fp} and {ticket}"))           \
    X(INTEGRATION_FOLDER, "integrations.folder", CONFIG_TEXT, "Integracions", 0, 0, NULL,                              \
      N_("mailbox folder in which sent messages of integrations are filed"))                                           \
    X(INTEGRATION_HEAD, "integrations.head", CONFIG_TREE, "", 0, 0, NULL,                                              \
      N_("head of service, who approves integrations: a list of name and email"))                                      \
    X(INTEGRATION_REMINDERS, "integrations.reminders", CONFIG_LIST, "", 1, 365, NULL,                                  \
      N_("after how many days without an answer what is missing is asked for again"))                                  \
    X(INTEGRATION_MOST, "integrations.reminders_most", CONFIG_INT, "3", 0, 100, NULL,                                  \
      N_("how often it is asked for again in all"))                                                                    \
    X(INTEGRATION_HOURS, "integrations.decision_hours", CONFIG_INT, "120", 1, 2160, NULL,                              \
      N_("for how many hours the link of an e-mail lets the head of service decide"))                                  \
    X(INTEGRATION_PURPOSE, "integrations.production_purpose", CONFIG_TEXT, "", 0, 0, NULL,                             \
      N_("purpose (Finalidad) of the permissions of production in their export; empty: whatever the body asks for"))   \
    X(INTEGRATION_OVERLAP, "integrations.overlap_days", CONFIG_INT, "15", 0, 365, NULL,                                \
      N_("for how many days the old CDA still counts after a new one took its place"))                                 \
    X(INTEGRATION_FORM, "integrations.links.form", CONFIG_TEXT,                                                        \
      "https://suport-integradors.aoc.cat/hc/ca/articles/4416407051665", 0, 0, NULL,                                   \
      N_("where the integration form is"))                                                                             \
    X(INTEGRATION_PLATFORM, "integrations.links.platform", CONFIG_TEXT,                                                \
      "https://suport-integradors.aoc.cat/hc/ca/articles/7352984409757", 0, 0, NULL,                                   \
      N_("where the platform's documentation and example clients are"))                                                \
    X(INTEGRATION_SERVICE, "integrations.links.service", CONFIG_TEXT,                                                  \
      "https://suport-hestia.aoc.cat/hc/ca/articles/4415411418001", 0, 0, NULL,                                        \
      N_("where the service's documentation is"))                                                                      \
    X(HOLIDAYS_FIXED, "holidays.fixed", CONFIG_LIST, NULL, 0, 0, NULL, N_("holidays of every year, as day/month"))     \
    X(HOLIDAYS_EASTER, "holidays.easter", CONFIG_LIST, NULL, -100, 100, NULL,                                          \
      N_("movable holidays, in days from Easter Sunday: -2 is Good Friday"))                                           \
    X(HOLIDAYS_DAYS, "holidays.days", CONFIG_LIST, "", 0, 0, NULL, N_("holidays of one year only, as YYYY-MM-DD"))     \
    X(EXCLUSIONS, "exclusions", CONFIG_TREE, NULL, 0, 0, NULL,                                                         \
      N_("bodies that are not warned nor reported, by reason: code → text (ca, es, en) and bodies, as the registry " \
         "writes them"))                                                                                               \
    X(HEADERS, "headers", CONFIG_TREE, NULL, 0, 0, NULL, N_("what the columns of foreign tables may be called"))

enum profile_key {
#define X(name, ...) PROFILE_##name,
    PROFILE_KEYS(X)
#undef X
        PROFILE_KEY_COUNT
};

const struct config_key_info *profile_keys(size_t *ret_count);

/* Reads the tree under `headers` into *ret, sorted; mistakes become findings. */
struct finder;
struct node;
void headers_read(struct finder *f, struct arena *a, const struct node *tree, const struct header_word **ret,
                  size_t *ret_count);

/* Whether `text` has a placeholder that is not among `known` (separated by spaces), or a { that is not closed: the
 * first of them in *ret. "{{" stands for itself. */
bool placeholder_unknown(struct str text, const char *known, struct str *ret);

#endif
