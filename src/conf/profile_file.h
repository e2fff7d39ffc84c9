/* The profile's files → struct profile (core/profile.h), texts and header words.
 *
 * A profile is a directory: profile.yaml, bodies.csv, messages/NAME.LANG.txt. Each file is looked for first in
 * CONFIGDIR/profile/NAME/, then in the directory that comes with Talaia (DATADIR/profile/NAME/), so an administrator
 * copies and edits only what differs and upgrades bring the rest. */
#ifndef TALAIA_CONF_PROFILE_FILE_H
#define TALAIA_CONF_PROFILE_FILE_H

#include "base/err.h"
#include "base/mem.h"
#include "conf/finding.h"
#include "core/profile.h"

/* Kinds of foreign table and the fields that each may have; X(table, "field field …"). Words for them are in
 * profile.yaml under headers → table → field. ok, ko and certificates are sheets of ResumAjuntaments; its sheet Query
 * is a registry. days-cds and days-cda are recognised so that nobody wonders about them; days are always counted
 * anew. */
#define HEADER_TABLES(X)                                                                                               \
    X("registry",                                                                                                      \
      "id description platform endpoint province municipality ine10 expires-cds expires-cda days-cds days-cda")        \
    X("contacts", "body name email role language")                                                                     \
    X("bodies", "name ine10 nif kind province municipality comarca")                                                   \
    X("ok", "body action day group ticket")                                                                            \
    X("ko", "body error since days actions ticket")                                                                    \
    X("certificates", "body platform validity days comment expires-cds expires-cda state ticket")                      \
    X("eligible", "name ine10 nif through")

/* What a header of a foreign table may be called. One word belongs to one field of a table. */
struct header_word {
    const char *table; /* "registry", … */
    const char *field; /* "description", "expires-cds", … */
    const char *word;  /* folded (text_fold) */
};

/* A text that was written at the desk (flow/texts.h); it beats the files. */
struct profile_text {
    const char *name;
    enum lang lang;
    const char *text;  /* lines ended by LF */
    const char *where; /* shown in errors: "warning-single.ca (written at the desk)" */
};

struct profile_files {
    struct profile profile;
    const struct profile_text *texts;
    size_t text_count;
    const struct header_word *headers; /* sorted by word, then table */
    size_t header_count;
    const char *local_dir, *shared_dir;
};

/* `name` is a plain word. The local directory may not exist. Reads profile.yaml; `e` is its first mistake with
 * "file:line:column: " in front. */
bool profile_load(struct arena *a, const char *name, const char *config_dir, const char *data_dir,
                  struct profile_files *ret, struct err *e);
/* The same with every mistake: *all (free with config_findings_release) belongs to *ret_path (in the arena; the
 * profile.yaml that was read, "" when there is none). */
bool profile_load_all(struct arena *a, const char *name, const char *config_dir, const char *data_dir,
                      struct profile_files *ret, struct config_findings *all, const char **ret_path, struct err *e);
/* profile.yaml from memory: everything of *ret but the directories. `path` is only shown. */
bool profile_load_text(struct arena *a, struct str text, const char *path, const char *name, struct profile_files *ret,
                       struct config_findings *all, struct err *e);

/* The path of a file of the profile that is in force, in the arena; error when neither directory has it. */
char *profile_path(struct arena *a, const struct profile_files *p, const char *file, struct err *e);

/* A YAML file of the profile that it need not have: `read` gets its text and all its mistakes; without the file *ret
 * stays as it is. `e`: the first mistake, with its place. *ret_all (free with config_findings_release) and *ret_path
 * ("" when there is none; in the arena) are set in any case. */
bool profile_read_optional(struct arena *a, const struct profile_files *p, const char *file,
                           bool (*read)(struct arena *a, struct str text, struct finder *f, void *ret), void *ret,
                           const char **ret_path, struct config_findings *ret_all, struct err *e);

/* Messages to bodies and the placeholders that each may hold; X(name, words, "placeholder …"). Who renders one
 * gives values for exactly these; the documentation lists them.
 *   name                      the body, natural form
 *   certificate, date         the certificate's full name and its expiry date (single)
 *   cda_date, cds_date        of a pair
 *   now_…, later_…            pair-one: the certificate whose renewal starts now, and the other
 *   days                      days left of the earliest; ticket: the ticket's key */
#define MESSAGE_LIST(X)                                                                                                \
    X("warning-single", N_("Warning: one certificate"), "name certificate date days ticket")                           \
    X("warning-pair-one", N_("Warning: two certificates, one of them soon"),                                           \
      "name cda_date cds_date now_certificate now_date later_certificate later_date days ticket")                      \
    X("warning-pair-both", N_("Warning: two certificates, both soon"), "name cda_date cds_date days ticket")

/* Messages of integrations (procedure B; core/integration.h says when each goes out).
 *   name                      the body; company: the provider, or the body; fp: number of the help-desk request
 *   through                   the ABSS through which it must integrate
 *   missing                   what is missing, a line each; asked: when it was asked for
 *   reason                    why the head of service refused
 *   evidence                  what was checked and found, a line each; folder: where the documents are
 *   link                      decides out of the e-mail, once; page: of the integration in the desk
 *   configured                what was configured, a line each; ine10: of the body; consortium: of the consortium
 *   examples                  requests ready to be signed for that body
 *   form, platform, service   addresses of the documentation */
#define INTEGRATION_MESSAGE_LIST(X)                                                                                    \
    X("integration-depends", N_("Integration: through another ABSS"), "name company fp ticket through service")        \
    X("integration-unlisted", N_("Integration: not on the list, to the head of service"),                              \
      "name company fp ticket ine10 link page")                                                                        \
    X("integration-refused", N_("Integration: refused"), "name company fp ticket reason service")                      \
    X("integration-missing", N_("Integration: what is missing"),                                                       \
      "name company fp ticket missing form platform service")                                                          \
    X("integration-reminder", N_("Integration: reminder of what is missing"),                                          \
      "name company fp ticket missing asked form platform service")                                                    \
    X("integration-approval-pre", N_("Integration: approval of pre-production asked for"),                             \
      "name company fp ticket evidence folder link page")                                                              \
    X("integration-approval-cda", N_("Integration: approval of another provider's CDA asked for"),                     \
      "name company fp ticket evidence folder link page")                                                              \
    X("integration-pre", N_("Integration: pre-production is configured"),                                              \
      "name company fp ticket configured ine10 consortium examples platform service")                                  \
    X("integration-approval-pro", N_("Integration: approval of production asked for"),                                 \
      "name company fp ticket evidence folder link page")                                                              \
    X("integration-pro", N_("Integration: production is configured"),                                                  \
      "name company fp ticket configured ine10 platform service")                                                      \
    X("integration-cda-expires", N_("Integration: the CDA expires"),                                                   \
      "name company fp ticket cda expires days service")                                                               \
    X("integration-cda-revoked", N_("Integration: the authority has revoked the CDA"),                                 \
      "name company fp ticket cda revoked service")                                                                    \
    X("integration-cda-renewed", N_("Integration: a new CDA took the place of the old one"),                           \
      "name company fp ticket cda expires former until service")                                                       \
    X("integration-withdrawn", N_("Integration: it does not go on"), "name company fp ticket service")                 \
    X("integration-revoked", N_("Integration: revoked"), "name company fp ticket configured reason service")

/* The text of that name and language: the one written at the desk, else messages/NAME.LANG.txt, else the same in
 * Catalan; lines ended by LF; *ret_path says which it was. NULL with a reason: missing, larger than
 * LIMIT_TEMPLATE_BYTES, not UTF-8. Its markup is read by draw/template.h. */
const char *profile_message(struct arena *a, const struct profile_files *p, const char *name, enum lang lang,
                            const char **ret_path, struct err *e);
/* The file's alone, whatever was written at the desk. */
const char *profile_message_file(struct arena *a, const struct profile_files *p, const char *name, enum lang lang,
                                 const char **ret_path, struct err *e);

#endif
