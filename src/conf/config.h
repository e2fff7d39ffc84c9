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
      "SELECT e.ID, e.DESCRIPCIO, m.CODI_PROVINCIA, m.CODI_MUNICIPI, e.PLATAFORMA, e.URL_WSDL, e.DATA_CDS, "          \
      "e.DATA_CDA FROM REGSERVPADRO.AOC_ENDPOINT e, REGSERVPADRO.AOC_MUNICIPI m WHERE e.ID = m.ID",                    \
      0, 0, NULL, false, N_("the query that reads the registry; its column labels are matched like a file's header"))  \
    X(REGISTRY_SECONDS, "registry.seconds", CONFIG_INT, "120", 1, 3600, NULL, false,                                   \
      N_("how long that query may take"))                                                                              \
    X(IMPORT_MAX_LOSS, "import.max_loss", CONFIG_PERCENT, "10%", 0, 100, NULL, false,                                  \
      N_("an import that would lose more than this share of the bodies is refused unless forced"))                     \
    X(REPORT_DIR, "report.dir", CONFIG_TEXT, "informes", 0, 0, NULL, false,                                            \
      N_("where `talaia report build` puts the report when --out is not given"))

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
