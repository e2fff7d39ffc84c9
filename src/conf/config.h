/* talaia.yaml: one table of keys makes the loader, `--set`, `talaia config check`, the commented file that `init`
 * writes, the documentation and the suggestions for typing mistakes.
 *
 * Values live in the config's arena. Relative paths (and sqlite:FILE) are resolved against the directory of the
 * configuration file when they are read with config_path / config_store_url. */
#ifndef TALAIA_CONF_CONFIG_H
#define TALAIA_CONF_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "conf/finding.h"

enum config_type {
    CONFIG_TEXT,
    CONFIG_URL, /* a text that begins with one of the choices */
    CONFIG_INT,
    CONFIG_BOOL,
    CONFIG_LIST, /* of texts; one text alone is a list of one */
    CONFIG_PERCENT,
    CONFIG_ENUM,
    CONFIG_TREE, /* read by whoever owns it (the profile's groups) */
};

/* X(NAME, "key.path", type, default, minimum, maximum, choices, secret, "what it is, for people")
 * `default` is text as one would write it after --set KEY=; for lists "" is the empty list, and items are separated by
 * commas. `choices` are separated by spaces. Keys of one group stand together. */
#define CONFIG_KEYS(X)                                                                                                 \
    X(PROFILE, "profile", CONFIG_TEXT, "aoc", 0, 0, NULL, false,                                                       \
      N_("name of the profile: what belongs to the organisation (exclusions, thresholds, texts, recipients)"))         \
    X(LANGUAGE, "language", CONFIG_ENUM, "ca", 0, 0, "ca es en", false,                                                \
      N_("language of commands when --lang is not given"))                                                             \
    X(STORE_URL, "store.url", CONFIG_URL, "sqlite:talaia.db", 0, 0, "sqlite: postgresql:// postgres://", true,         \
      N_("where everything is kept: sqlite:FILE or postgresql://USER@HOST/DATABASE"))                                  \
    X(REGISTRY_DSN, "registry.dsn", CONFIG_TEXT, "", 0, 0, NULL, true,                                                 \
      N_("ODBC data source or connection string of the registry, used by `talaia import odbc:`"))                      \
    X(REGISTRY_QUERY, "registry.query", CONFIG_TEXT,                                                                   \
      "SELECT e.ID, e.DESCRIPCIO, m.CODI_PROVINCIA, m.CODI_MUNICIPI, e.PLATAFORMA, e.URL_WSDL, e.DATA_CDS, "           \
      "e.DATA_CDA FROM REGSERVPADRO.AOC_ENDPOINT e, REGSERVPADRO.AOC_MUNICIPI m WHERE e.ID = m.ID",                    \
      0, 0, NULL, false, N_("the query that reads the registry; its column labels are matched like a file's header"))  \
    X(REGISTRY_SECONDS, "registry.seconds", CONFIG_INT, "120", 1, 3600, NULL, false,                                   \
      N_("how long that query may take"))                                                                              \
    X(IMPORT_MAX_LOSS, "import.max_loss", CONFIG_PERCENT, "10%", 0, 100, NULL, false,                                  \
      N_("an import that would lose more than this share of the bodies is refused unless forced"))                     \
    X(REPORT_DIR, "report.dir", CONFIG_TEXT, "informes", 0, 0, NULL, false,                                            \
      N_("where `talaia report build` puts the report when --out is not given"))                                       \
    X(NET_ALLOW, "net.allow", CONFIG_LIST, "", 0, 0, NULL, false,                                                      \
      N_("internal address ranges (CIDR) that may be connected to all the same"))                                      \
    X(NET_PROXY, "net.proxy", CONFIG_TEXT, "", 0, 0, NULL, false,                                                      \
      N_("outgoing proxy for the checks, http://HOST:PORT; empty: directly"))                                          \
    X(NET_DNS, "net.dns", CONFIG_TEXT, "", 0, 0, NULL, false,                                                          \
      N_("DNS servers for the checks, separated by commas; empty: those of the system"))                               \
    X(TRUST_BUNDLE, "trust.bundle", CONFIG_TEXT, "/etc/ssl/certs/ca-certificates.crt", 0, 0, NULL, false,              \
      N_("the system's certification authorities (PEM); empty: none"))                                                 \
    X(TRUST_ANCHORS, "trust.anchors", CONFIG_LIST, "", 0, 0, NULL, false, N_("more authorities to trust: PEM files"))  \
    X(PROBE_AT, "probe.at", CONFIG_TEXT, "09:00", 0, 0, NULL, false,                                                   \
      N_("when the daily round of checks begins, in Madrid"))                                                          \
    X(PROBE_DAYS, "probe.days", CONFIG_ENUM, "every", 0, 0, "every working never", false,                              \
      N_("whether that is every day, on the profile's working days only, or never: then the probes alone watch"))      \
    X(PROBE_IN_FLIGHT, "probe.in_flight", CONFIG_INT, "64", 1, 1000, NULL, false, N_("checks that run at once"))       \
    X(PROBE_PER_HOST, "probe.per_host", CONFIG_INT, "4", 1, 100, NULL, false,                                          \
      N_("connections at once to one address"))                                                                        \
    X(PROBE_SECONDS, "probe.seconds", CONFIG_INT, "20", 1, 600, NULL, false,                                           \
      N_("how long the check of one address may take in all; a phase of it may take a quarter"))                       \
    X(PROBE_FAILURES, "probe.failures", CONFIG_INT, "3", 1, 100, NULL, false,                                          \
      N_("failed rounds in a row after which a body is down"))                                                         \
    X(PROBE_MINUTES, "probe.minutes", CONFIG_INT, "10", 0, 10080, NULL, false,                                         \
      N_("and the minutes that must lie between the first and the last of them"))                                      \
    X(PROBE_RETRY, "probe.retry", CONFIG_INT, "5", 1, 1440, NULL, false,                                               \
      N_("minutes after which a body that failed is asked again"))                                                     \
    X(PROBE_REVOCATION, "probe.revocation", CONFIG_BOOL, "true", 0, 0, NULL, false,                                    \
      N_("ask the authorities whether the certificates are revoked"))                                                  \
    X(PROBE_REVOCATION_HOURS, "probe.revocation_hours", CONFIG_INT, "12", 0, 240, NULL, false,                         \
      N_("how long their answers are used again by the next rounds while they are in their time; 0: never"))           \
    X(PROBE_OPERATIONS, "probe.operations", CONFIG_LIST, "", 0, 0, NULL, false,                                        \
      N_("operations that the WSDL of every body must have"))                                                          \
    X(PROBE_CANARIES, "probe.canaries", CONFIG_LIST, "", 0, 0, NULL, false,                                            \
      N_("web addresses that answer when our own network works"))                                                      \
    X(PROBE_HEARTBEAT, "probe.heartbeat", CONFIG_URL, "", 0, 0, "http:// https://", true,                              \
      N_("address that is fetched as long as the probes run, for a dead man's switch elsewhere; empty: none"))         \
    X(PROBE_HEARTBEAT_SECONDS, "probe.heartbeat_seconds", CONFIG_INT, "60", 5, 86400, NULL, false, N_("how often"))    \
    X(PROBE_US, "probe.us", CONFIG_PERCENT, "50%", 1, 100, NULL, false,                                                \
      N_("share of the bodies without any answer from which on it is our network, not theirs"))                        \
    X(MAIL_FROM, "mail.from", CONFIG_TEXT, "", 0, 0, NULL, false,                                                      \
      N_("address that the mails come from; empty: the profile's"))                                                    \
    X(MAIL_SMTP_URL, "mail.smtp.url", CONFIG_URL, "", 0, 0, "smtp:// smtps://", true,                                  \
      N_("where mails are sent through: smtp://USER:PASSWORD@HOST:587, or smtps:// for TLS from the start"))           \
    X(MAIL_IMAP_URL, "mail.imap.url", CONFIG_URL, "", 0, 0, "imap:// imaps://", true,                                  \
      N_("mailbox in which answers arrive and sent mails are filed: imap://USER:PASSWORD@HOST, or imaps://"))          \
    X(MAIL_TLS, "mail.tls", CONFIG_ENUM, "required", 0, 0, "required none", false,                                     \
      N_("whether smtp:// and imap:// change to TLS before anything is said; none is for a server on this machine"))   \
    X(MAIL_AUTH, "mail.auth", CONFIG_ENUM, "password", 0, 0, "password xoauth2", false,                                \
      N_("how to log in at the mail server: with the password, or with the token of mail.token_file"))                 \
    X(MAIL_TOKEN_FILE, "mail.token_file", CONFIG_TEXT, "", 0, 0, NULL, false,                                          \
      N_("file with the OAuth 2 access token; read at each login, so that another program can renew it"))              \
    X(MAIL_CA, "mail.ca", CONFIG_TEXT, "", 0, 0, NULL, false,                                                          \
      N_("authorities (PEM) that the mail server's certificate may come from; empty: the system's"))                   \
    X(MAIL_INBOX, "mail.inbox", CONFIG_TEXT, "INBOX", 0, 0, NULL, false, N_("folder in which answers arrive"))         \
    X(MAIL_SENT, "mail.sent", CONFIG_TEXT, "Sent", 0, 0, NULL, false,                                                  \
      N_("folder in which the server keeps what it has sent"))                                                         \
    X(MAIL_SERVER_FILES, "mail.server_files", CONFIG_BOOL, "false", 0, 0, NULL, false,                                 \
      N_("the server puts a copy of what it sends into mail.sent by itself: that copy is filed, no second one made"))  \
    X(MAIL_MINUTES, "mail.minutes", CONFIG_INT, "5", 1, 1440, NULL, false,                                             \
      N_("minutes between two looks into the mailbox"))                                                                \
    X(MAIL_PER_MINUTE, "mail.per_minute", CONFIG_INT, "60", 0, 100000, NULL, false,                                    \
      N_("mails sent in a minute at most; 0: as fast as the server takes them"))                                       \
    X(TRACKER_KIND, "tracker.kind", CONFIG_ENUM, "local", 0, 0, "local jira redmine", false,                           \
      N_("where tickets are kept: here, in Jira Data Center, or in Redmine"))                                          \
    X(TRACKER_URL, "tracker.url", CONFIG_URL, "", 0, 0, "http:// https://", false,                                     \
      N_("base address of the tracker, as in the browser"))                                                            \
    X(TRACKER_TOKEN, "tracker.token", CONFIG_TEXT, "", 0, 0, NULL, true,                                               \
      N_("personal access token (Jira) or API key (Redmine)"))                                                         \
    X(TRACKER_PROJECT, "tracker.project", CONFIG_TEXT, "", 0, 0, NULL, false,                                          \
      N_("project in which tickets are made; empty: the profile's tickets.project"))                                   \
    X(TRACKER_TYPE, "tracker.type", CONFIG_TEXT, "", 0, 0, NULL, false,                                                \
      N_("kind of ticket (issue type, tracker), by name; empty: that of the template ticket"))                         \
    X(TRACKER_DATE_FIELD, "tracker.date_field", CONFIG_TEXT, "Data Estimada", 0, 0, NULL, false,                       \
      N_("name or customfield_N of the field that gets the expiry date; empty: the due date alone"))                   \
    X(TRACKER_WATCHERS, "tracker.watchers", CONFIG_LIST, "", 0, 0, NULL, false,                                        \
      N_("user names that watch each new ticket"))                                                                     \
    X(TRACKER_CLOSE, "tracker.close", CONFIG_TEXT, "", 0, 0, NULL, false,                                              \
      N_("name of the transition or state that closes a ticket; empty: the first one that does"))                      \
    X(TRACKER_CA, "tracker.ca", CONFIG_TEXT, "", 0, 0, NULL, false,                                                    \
      N_("authorities (PEM) that the tracker's certificate may come from; empty: the system's"))                       \
    X(WEB_LISTEN, "web.listen", CONFIG_TEXT, "127.0.0.1:8080", 0, 0, NULL, false,                                      \
      N_("where the desk listens: HOST:PORT, or unix:FILE for a reverse proxy on this machine"))                       \
    X(WEB_URL, "web.url", CONFIG_URL, "", 0, 0, "http:// https://", false,                                             \
      N_("the desk's address as people's browsers show it; https:// when a reverse proxy ends TLS"))                   \
    X(WEB_THREADS, "web.threads", CONFIG_INT, "2", 1, 64, NULL, false, N_("requests that are answered at once"))       \
    X(WEB_SESSION_HOURS, "web.session_hours", CONFIG_INT, "72", 1, 2160, NULL, false,                                  \
      N_("hours after which a person logs in again, however busy"))                                                    \
    X(WEB_IDLE_HOURS, "web.idle_hours", CONFIG_INT, "12", 1, 2160, NULL, false,                                        \
      N_("hours without doing anything after which a person logs in again"))                                           \
    X(WEB_PROXY_HEADER, "web.proxy_header", CONFIG_TEXT, "", 0, 0, NULL, false,                                        \
      N_("header with the account's name that the reverse proxy sets after single sign-on; empty: none"))              \
    X(WEB_PROXY_SECRET, "web.proxy_secret", CONFIG_TEXT, "", 0, 0, NULL, true,                                         \
      N_("what the proxy sends in X-Talaia-Proxy-Secret to prove that it is the proxy; 24 characters or more"))        \
    X(STATUS_DIRECTORY, "status.directory", CONFIG_TEXT, "", 0, 0, NULL, false,                                        \
      N_("directory into which the role scheduler writes the public status page, for a web server; empty: none"))      \
    X(STATUS_SECONDS, "status.seconds", CONFIG_INT, "60", 60, 3600, NULL, false,                                       \
      N_("seconds between two writings of it"))                                                                        \
    X(STATUS_SERVE, "status.serve", CONFIG_BOOL, "false", 0, 0, NULL, false,                                           \
      N_("the desk shows it too, at /estat, to everybody without logging in"))                                         \
    X(LDAP_URL, "ldap.url", CONFIG_URL, "", 0, 0, "ldap:// ldaps://", false,                                           \
      N_("directory through which people log in: ldaps://HOST, or ldap://HOST with StartTLS; empty: none"))            \
    X(LDAP_CA, "ldap.ca", CONFIG_TEXT, "", 0, 0, NULL, false,                                                          \
      N_("authorities (PEM) that the directory's certificate may come from; empty: the system's"))                     \
    X(LDAP_BIND_DN, "ldap.bind_dn", CONFIG_TEXT, "", 0, 0, NULL, false,                                                \
      N_("who looks for people there (a DN); empty: without login"))                                                   \
    X(LDAP_BIND_PASSWORD, "ldap.bind_password", CONFIG_TEXT, "", 0, 0, NULL, true, N_("and its password"))             \
    X(LDAP_BASE, "ldap.base", CONFIG_TEXT, "", 0, 0, NULL, false, N_("below which entry people are looked for"))       \
    X(LDAP_FILTER, "ldap.filter", CONFIG_TEXT, "(uid=%s)", 0, 0, NULL, false,                                          \
      N_("how a person is found; %s is the name that was typed"))                                                      \
    X(LDAP_GROUPS_BASE, "ldap.groups_base", CONFIG_TEXT, "", 0, 0, NULL, false,                                        \
      N_("below which entry groups are looked for; empty: a person's entry names them (memberOf)"))                    \
    X(LDAP_ROLES, "ldap.roles", CONFIG_LIST, "", 0, 0, NULL, false,                                                    \
      N_("role=DN of the group that gives it, the first that fits counts; who is in none does not come in"))           \
    X(LDAP_SECONDS, "ldap.seconds", CONFIG_INT, "5", 1, 60, NULL, false,                                               \
      N_("how long each step of a question to the directory may take"))                                                \
    X(BACKUP_DIR, "backup.dir", CONFIG_TEXT, "copies", 0, 0, NULL, false,                                              \
      N_("where backups are kept that are made in the browser, or with `talaia backup` without a file"))               \
    X(GATEWAY_LISTEN, "gateway.listen", CONFIG_TEXT, "127.0.0.1:8081", 0, 0, NULL, false,                              \
      N_("where the gateway listens: HOST:PORT, or unix:FILE for a reverse proxy on this machine"))                    \
    X(GATEWAY_TLS_KEY, "gateway.tls_key", CONFIG_TEXT, "", 0, 0, NULL, false,                                          \
      N_("private key (PEM, no password) with which it speaks TLS itself; empty: a proxy in front of it does"))        \
    X(GATEWAY_TLS_CERTIFICATE, "gateway.tls_certificate", CONFIG_TEXT, "", 0, 0, NULL, false,                          \
      N_("certificate of that key (PEM), its intermediates behind it; clients are asked for theirs"))                  \
    X(GATEWAY_URL, "gateway.url", CONFIG_URL, "", 0, 0, "http:// https://", false,                                     \
      N_("the gateway's address as integrators write it, for the contracts; empty: as they asked for it"))             \
    X(GATEWAY_VERIFIERS, "gateway.verifiers", CONFIG_INT, "1", 1, 16, NULL, false,                                     \
      N_("processes that read messages; one keeps a core busy with some 8,000 in a second"))                           \
    X(GATEWAY_TRUST, "gateway.trust", CONFIG_ENUM, "revoked", 0, 0, "authorised revoked trusted", false,               \
      N_("what a certificate needs besides being authorised: nothing (authorised), not to be revoked (revoked), or a " \
         "trusted authority that says so lately (trusted)"))                                                           \
    X(GATEWAY_KEY, "gateway.key", CONFIG_TEXT, "", 0, 0, NULL, false,                                                  \
      N_("private key (PEM, no password) that answers are signed with; empty: they are not signed"))                   \
    X(GATEWAY_CERTIFICATE, "gateway.certificate", CONFIG_TEXT, "", 0, 0, NULL, false, N_("certificate of that key"))   \
    X(GATEWAY_ADDRESS_HEADER, "gateway.address_header", CONFIG_TEXT, "", 0, 0, NULL, false,                            \
      N_("header in which the reverse proxy writes whose address calls, X-Forwarded-For say; empty: there is no "      \
         "proxy"))                                                                                                     \
    X(GATEWAY_CERTIFICATE_HEADER, "gateway.certificate_header", CONFIG_TEXT, "", 0, 0, NULL, false,                    \
      N_("header in which it writes the TLS client certificate (PEM, percent-encoded, or as in RFC 9440); empty: "     \
         "none"))                                                                                                      \
    X(GATEWAY_PROXY_SECRET, "gateway.proxy_secret", CONFIG_TEXT, "", 0, 0, NULL, true,                                 \
      N_("what that proxy sends in X-Talaia-Proxy-Secret to prove that it is the proxy; 24 characters or more"))       \
    X(GATEWAY_SECRET_FILE, "gateway.secret_file", CONFIG_TEXT, "gateway.secret", 0, 0, NULL, false,                    \
      N_("file with the random bytes by which the gateway hashes ids and seals what waits for an answer; made once, "  \
         "and the same on every machine of one store"))                                                                \
    X(GATEWAY_KEEP_DAYS, "gateway.keep_days", CONFIG_INT, "365", 1, 3650, NULL, false,                                 \
      N_("days after which the gateway forgets the row of a request"))                                                 \
    X(GATEWAY_KEEP_IDS_DAYS, "gateway.keep_ids_days", CONFIG_INT, "365", 1, 3650, NULL, false,                         \
      N_("days after which an IdPeticion that was answered may be used again"))                                        \
    X(INTEGRATION_DIR, "integration.dir", CONFIG_TEXT, "integracions", 0, 0, NULL, false,                              \
      N_("directory in which the documents of integrations are filed, a folder each; it may be a mounted share"))

enum config_key {
#define X(name, ...) KEY_##name,
    CONFIG_KEYS(X)
#undef X
        KEY_COUNT
};

struct config;

/* Reads the file (path may be NULL: defaults only) and the overrides ("KEY=VALUE" each; the last of one key wins). All
 * mistakes are collected: unknown key (with the nearest known one), dotted key, duplicate key, wrong type, out of
 * range, not UTF-8, not YAML, tabs, a document too large or too deep, anchors, aliases and tags (conf/tree.h). When
 * there is any, returns false, *ret is untouched, `e` is the first of them with "file:line:column: " in front, and *all
 * (may be NULL; free with config_findings_release) has every one. */
bool config_load(const char *path, const char *const *overrides, size_t override_count, struct config **ret,
                 struct config_findings *all, struct err *e);
/* The same from memory; `path` is only shown and gives config_dir. */
bool config_load_text(struct str text, const char *path, const char *const *overrides, size_t override_count,
                      struct config **ret, struct config_findings *all, struct err *e);
void config_free(struct config *c); /* NULL is fine */

const char *config_text(const struct config *c, enum config_key k);
int64_t config_int(const struct config *c, enum config_key k); /* also percent: 10 for "10%" */
bool config_bool(const struct config *c, enum config_key k);
size_t config_list(const struct config *c, enum config_key k, const char *const **ret);
/* Where the value comes from: "file.yaml:12", "--set", "default". */
const char *config_source(const struct config *c, enum config_key k);
const char *config_file(const struct config *c); /* "" when none */
const char *config_dir(const struct config *c);  /* directory of the file, "." when none */
/* The text as a path, relative ones against config_dir. */
char *config_path(struct arena *a, const struct config *c, enum config_key k);
/* store.url with a relative sqlite file resolved. */
char *config_store_url(struct arena *a, const struct config *c);

/* For documentation and listings. */
struct config_key_info {
    const char *key;
    enum config_type type;
    const char *default_text, *choices, *help;
    int64_t min, max;
    bool secret;
};
const struct config_key_info *config_key_info(enum config_key k);
bool config_key_find(const char *key, enum config_key *ret);

struct buf;
/* The commented file that `talaia init` writes: every key with its explanation in that language; keys with their
 * default are commented out, those in `set` ("KEY=VALUE") are active. False when one of those is not right. */
bool config_write_sample(struct buf *to, enum lang lang, const char *const *set, size_t set_count, struct err *e);
/* docs/configuration.md, whole: how the files work, the keys of talaia.yaml and those of a profile. The committed file
 * is the English one. */
bool config_write_markdown(struct buf *to, enum lang lang, struct err *e);

#endif
