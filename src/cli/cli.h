/* The command line: one table of commands, one parser, a few ways to print.
 *
 * Global options may stand before or after the command. What a command prints is for people (aligned, in their
 * language, colours only on a terminal, at most 100 columns) or, with --json, for programs (stable English names).
 * Errors go to standard error as one line: "talaia: reason (T-CODE)". */
#ifndef TALAIA_CLI_CLI_H
#define TALAIA_CLI_CLI_H

#include <jansson.h>

#include "core/body.h"
#include "flow/desk.h"

#define CLI_COLUMNS 100 /* nothing wraps on the narrowest terminal that people use */

/* X(name, "option", letter or 0, argument name or NULL, help) */
#define CLI_OPTIONS(X)                                                                                                 \
    X(CONFIG, "config", 'c', N_("FILE"), N_("the configuration file (default: talaia.yaml here, or $TALAIA_CONFIG)"))  \
    X(ON, "on", 0, N_("YYYY-MM-DD"), N_("the day that the rules use, instead of today"))                               \
    X(JSON, "json", 0, NULL, N_("print JSON for programs"))                                                            \
    X(LANG, "lang", 0, "ca|es|en", N_("language of what is printed"))                                                  \
    X(SET, "set", 0, N_("KEY=VALUE"), N_("override a key of the configuration for this run (repeatable)"))             \
    X(HELP, "help", 'h', NULL, N_("explain the command"))                                                              \
    X(VERSION, "version", 0, NULL, N_("print the version"))                                                            \
    X(PROFILE, "profile", 0, N_("NAME"), N_("the profile to use"))                                                     \
    X(DRY_RUN, "dry-run", 'n', NULL, N_("show what would happen and change nothing"))                                  \
    X(FORCE, "force", 0, NULL, N_("go past the guard that stopped it"))                                                \
    X(EXCLUDED, "excluded", 0, NULL, N_("only the bodies that are left out, and why"))                                 \
    X(ALL, "all", 0, NULL, N_("everything, also what is left out"))                                                    \
    X(DAYS, "days", 0, N_("N"), N_("how many days ahead"))                                                             \
    X(TEXT, "text", 0, NULL, N_("with the whole text of each message"))                                                \
    X(DATE, "date", 0, N_("YYYY-MM-DD"), N_("the day on which it happened"))                                           \
    X(GROUP, "group", 0, "renewal|migration|outage|other", N_("group of the action"))                                  \
    X(TICKET, "ticket", 0, N_("KEY"), N_("ticket of the tracker"))                                                     \
    X(WEEK, "week", 0, N_("YYYY-MM-DD"), N_("build the report of the week that holds this day"))                       \
    X(OUT, "out", 'o', N_("PATH"), N_("where to write: a directory; for a calendar, the file"))                        \
    X(CERTIFICATES, "certificates", 0, "CDS,CDA", N_("the certificates concerned"))                                    \
    X(EXPLAIN, "explain", 0, NULL, N_("the reason of each verdict and what to do"))                                    \
    X(UNTIL, "until", 0, N_("YYYY-MM-DD"), N_("the last day"))                                                         \
    X(KIND, "kind", 0, "CDS|CDA", N_("which of the two certificates"))                                                 \
    X(ROLES, "roles", 0, "prober,scheduler,mailer,oncall,web,gateway", N_("which roles to run"))                       \
    X(GENERATE, "generate", 0, NULL, N_("make a password and print it, instead of asking for one"))                    \
    X(SSO, "sso", 0, NULL, N_("without a password: in through the reverse proxy only"))                                \
    X(OFF, "off", 0, NULL, N_("no longer"))                                                                            \
    X(SCOPE, "scope", 0, "read|write|accounts", N_("what the token may do of what its account may"))                   \
    X(SECOND, "second", 0, NULL, N_("the second approval, when so many in a day need one"))                            \
    X(TO, "to", 0, N_("ADDRESSES"), N_("only to these addresses"))                                                     \
    X(RAW, "raw", 0, NULL, N_("the very bytes"))                                                                       \
    X(READY, "ready", 0, NULL, N_("make everything ready and send nothing"))                                           \
    X(SENT, "sent", 0, NULL, N_("it was sent"))                                                                        \
    X(AGAIN, "again", 0, NULL, N_("once more, on purpose"))                                                            \
    X(TELL, "tell", 0, NULL, N_("tell the requester by e-mail"))                                                       \
    X(ADD, "add", 0, NULL, N_("add a dated line instead of replacing the whole text"))                                 \
    X(WORKBOOK, "workbook", 0, N_("FILE"), N_("the team's last ResumAjuntaments; more may follow as words"))           \
    X(TICKETS, "tickets", 0, N_("open|FILTER"), N_("tickets of the tracker: the open ones, or those of a filter"))     \
    X(MAILS, "mails", 0, N_("FOLDER|FILE"), N_("mails that were sent: a folder of the mailbox, a Maildir or an mbox")) \
    X(NOTE, "note", 0, N_("TEXT"), N_("why, in a few words"))                                                          \
    X(REASON, "reason", 0, N_("TEXT"), N_("why"))                                                                      \
    X(UNDO, "undo", 0, NULL, N_("take back what was noted"))                                                           \
    X(AS, "as", 0, N_("BODY"), N_("the body that sends it: its INE10 code, or its name in the desk"))                  \
    X(CERT, "cert", 0, N_("FILE"), N_("its certificate (PEM or DER)"))                                                 \
    X(KEY_FILE, "key", 0, N_("FILE"), N_("its private key (PEM)"))                                                     \
    X(URL, "url", 0, "URL", N_("where to send it"))                                                                    \
    X(AT, "at", 0, N_("INSTANT"), N_("the time that the clock shows, as 2026-11-20T08:00:00Z, instead of now"))        \
    X(ALLOW_SHA1, "allow-sha1", 0, NULL, N_("take signatures with SHA-1, with a warning"))                             \
    X(SHA1, "sha1", 0, NULL, N_("sign with SHA-1, for platforms that know nothing else"))                              \
    X(RETIRED, "retired", 0, NULL, N_("also those that are no longer in use"))                                         \
    X(MISSING, "missing", 0, NULL, N_("only the bodies that nobody can be written to"))                                \
    X(NAME, "name", 0, N_("NAME"), N_("the person's name"))                                                            \
    X(EMAIL, "email", 0, N_("ADDRESS"), N_("the e-mail address"))                                                      \
    X(ROLE, "role", 0, "technical|secretary|provider|other", N_("what the contact is to the body"))                    \
    X(LANGUAGE, "language", 0, "ca|es|en", N_("the language it is written to in, or of the text"))                     \
    X(IN, "in", 0, NULL, N_("it is in, although the profile leaves it out"))                                           \
    X(HISTORY, "history", 0, NULL, N_("what was there before, and who changed it"))                                    \
    X(BODY, "body", 0, N_("BODY"), N_("for that body"))                                                                \
    X(CDA, "cda", 0, N_("FILE"),                                                                                       \
      N_("its certificate: PEM, DER, PKCS #7 or a signed message; to revoke, its "                                     \
         "fingerprint"))                                                                                               \
    X(IP, "ip", 0, "CIDR", N_("an address or range that it calls from (repeatable)"))                                  \
    X(PRODUCT, "product", 0, N_("PRODUCT"), N_("what it may ask for (default: HESTIA)"))                               \
    X(MODALITY, "modality", 0, N_("MODALITY"), N_("only this one of the product (repeatable)"))                        \
    X(PURPOSE, "purpose", 0, N_("PURPOSE"), N_("what for (default: that of pre-production, PROVES)"))                  \
    X(AUTHORITY, "authority", 0, N_("TEXT"),                                                                           \
      N_("the written authorisation by which a certificate with another tax number may ask"))                          \
    X(SINCE, "since", 0, N_("YYYY-MM-DD"), N_("from this day on"))                                                     \
    X(OUTCOME, "outcome", 0, N_("CODE"), N_("only what came to this; `refused`: all that was not answered"))           \
    X(RENEW, "renew", 0, NULL, N_("make a new one"))                                                                   \
    X(SECRET, "secret", 0, N_("FILE"), N_("the file with the secret that both sides know"))                            \
    X(LISTEN, "listen", 0, N_("ADDRESS"), N_("where to listen, as 127.0.0.1:8090"))                                    \
    X(PLAN, "plan", 0, N_("CODE"), N_("only when it would do what that dry run showed, whose `plan` this is"))         \
    X(CALLED, "called", 0, N_("NAME"), N_("the name of the file, when it is read from elsewhere"))                     \
    X(STEP, "step", 0, N_("N"), N_("the step of the runbook that it belongs to"))                                      \
    X(PHONE, "phone", 0, N_("NUMBER"), N_("the telephone from which the call was made"))                               \
    X(AMOUNT, "amount", 0, N_("AMOUNT"), N_("what the call cost, as 12,50"))                                           \
    X(STATEMENT, "statement", 0, N_("FILE"), N_("the phone's statement"))                                              \
    X(UNANSWERED, "unanswered", 0, NULL, N_("nobody answered"))                                                        \
    X(MONTH, "month", 0, N_("YYYY-MM"), N_("only those of this month"))                                                \
    X(COMPANY, "company", 0, N_("NAME"), N_("the provider that integrates in the body's name"))                        \
    X(COMPANY_NIF, "company-nif", 0, N_("NIF"), N_("the provider's tax number"))                                       \
    X(DOCUMENT, "document", 0, "form|cda|other", N_("what the file is, when it is not told by what it holds"))         \
    X(PROVIDER, "provider", 0, "NIF", N_("the tax number of the company that integrates in the body's name"))          \
    X(OFFLINE, "offline", 0, NULL, N_("without asking the authorities whether it is revoked"))                         \
    X(MARKDOWN, "markdown", 0, NULL, N_("print a Markdown table"))

enum cli_option {
#define X(name, ...) OPT_##name,
    CLI_OPTIONS(X)
#undef X
        OPT_COUNT
};
#define OPT_END OPT_COUNT
#define CLI_GLOBAL_OPTIONS OPT_CONFIG, OPT_ON, OPT_JSON, OPT_LANG, OPT_SET, OPT_HELP

struct cli;
struct command {
    const char *name;    /* "outage open" */
    const char *task;    /* heading in the help */
    const char *usage;   /* "BODY \"text\"", English; "" for none */
    const char *summary; /* one line */
    const char *more;    /* further explanation, or NULL */
    size_t min_words, max_words;
    enum cli_option options[12]; /* its own, ended by OPT_END */
    bool (*run)(struct cli *c, struct err *e);
};
extern const struct command *const cli_commands[]; /* ended by NULL */

/* A role of `talaia serve` that another room of this floor has. */
typedef bool cli_role(const struct desk_options *o, int stop_fd, void (*log)(void *context, const char *line),
                      void *context, struct err *e);
/* The roles that live in rooms beside this one. */
struct cli_rooms {
    cli_role *web, *gateway;
};

struct cli {
    const struct command *command;
    /* "" for a switch that is given, NULL when it is not; of a repeatable one all values, separated by commas */
    const char *value[OPT_COUNT];
    const char **sets;
    size_t set_count;
    const char **words; /* the command's own arguments */
    size_t word_count;
    bool json, colour;
    struct desk_options desk;
    enum lang lang;
    const char *data_dir;
    const struct cli_rooms *rooms;
#define CLI_PLUGIN_UNKNOWN 3
    bool plugin; /* its exit code is plugin_code: that of monitoring plugins */
    int plugin_code;
    int findings; /* a command sets it: something a person must look at (exit code 1) */
    struct arena arena;
};

/* Runs a whole command line. Returns the exit code. */
int cli_main(int argc, char **argv, const char *data_dir, const struct cli_rooms *rooms);

/* ------------------------------------------------------------------ for the commands */

bool cli_open(struct cli *c, enum desk_how how, struct desk *ret, struct err *e);
/* YYYY-MM-DD within LIMIT_YEAR_MIN…LIMIT_YEAR_MAX: what lies beyond is a typing mistake. */
bool cli_day(const char *text, day_t *ret);
/* The day of --date, or the desk's day. */
bool cli_date(struct cli *c, const struct desk *d, day_t *ret, struct err *e);
/* The values of a repeatable option; a comma separates them too. Returns how many. */
size_t cli_values(struct cli *c, enum cli_option o, const char *const **ret);
/* "" when the option is not given. */
const char *cli_text(const struct cli *c, enum cli_option o);

/* A table with aligned columns. Cells are UTF-8 without line ends; too long ones are cut with "…". */
enum cli_align { ALIGN_LEFT, ALIGN_RIGHT };
struct cli_column {
    const char *title; /* English, translated here */
    enum cli_align align;
    int min, max; /* columns of the terminal */
};
struct cli_table;
struct cli_table *cli_table_new(struct cli *c, const struct cli_column *columns, size_t count);
/* The next cell of the row; after the last column a new row begins. `ink` NULL or an SGR number such as "31". */
void cli_cell(struct cli_table *t, const char *text, const char *ink);
void cli_cellf(struct cli_table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cli_table_print(struct cli_table *t);
void cli_table_free(struct cli_table *t);

/* The SGR number of a state's colour. */
const char *cli_state_ink(enum body_state s);
/* Says a thing in the person's language, with a line end. */
void cli_say(struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A paragraph wrapped at CLI_COLUMNS, indented. */
void cli_wrap(const char *text, int indent);
/* The same after a label on the first line; the others are indented by its width. */
void cli_wrap_after(const char *label, const char *text);
/* Prints and releases. */
bool cli_json(json_t *value, struct err *e);
/* A list of any length, printed as it is made: the same bytes as cli_json of the whole array.
 *
 *     struct cli_list list = {0};
 *     for (…) cli_list_add(&list, item);     // releases the item
 *     return cli_list_end(&list, e);
 */
struct cli_list {
    size_t count;
    bool failed;
};
void cli_list_add(struct cli_list *list, json_t *item);
bool cli_list_end(struct cli_list *list, struct err *e);
json_t *json_day(day_t d);        /* ISO text or null */
json_t *json_text(const char *s); /* null for NULL or "" */

/* A progress bar on a terminal, for what takes longer than a second. */
struct cli_progress {
    struct cli *cli;
    const char *what;
    instant_t began, last;
    bool shown;
};
void cli_progress_update(void *progress, size_t done, size_t total);
void cli_progress_end(struct cli_progress *p);

#endif
