/* The two texts that are made from the table of keys: the commented talaia.yaml and docs/configuration.md. */
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "conf/config.h"
#include "conf/profile_keys.h"
#include "conf/value.h"

#define SAMPLE_COLUMNS 100 /* comments and long values are folded before it, to be read on any screen */

/* --- YAML --- */

static void indent(struct buf *to, size_t columns)
{
    for (size_t i = 0; i < columns; i++)
        buf_add_char(to, ' ');
}

/* Words of `text`, folded; each line begins with `columns` spaces and `mark`. */
static void folded_write(struct buf *to, const char *text, size_t columns, const char *mark)
{
    struct str rest = str_of(text), word;
    int at = 0, start = (int)columns + text_width(str_of(mark));
    while (str_split(&rest, ' ', &word)) {
        int width = text_width(word);
        if (at == 0 || at + 1 + width > SAMPLE_COLUMNS) {
            if (at > 0)
                buf_add_char(to, '\n');
            indent(to, columns);
            buf_add_text(to, mark);
            at = start;
        } else {
            buf_add_char(to, ' ');
            at++;
        }
        buf_add_str(to, word);
        at += width;
    }
    buf_add_char(to, '\n');
}

/* Whether YAML reads the text back as it is, without quotes. */
static bool is_plain(struct str s)
{
    static const char marks[] = "_./:%@+=-";
    bool word = s.n > 0 && s.p[s.n - 1] != ':' && !str_is_nocase(s, "null");
    for (size_t i = 0; i < s.n && word; i++) {
        char c = s.p[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        word = alnum || c == '/' || c == '.' || (i > 0 && strchr(marks, c) != NULL);
    }
    return word;
}

static void scalar_write(struct buf *to, struct str s)
{
    if (is_plain(s)) {
        buf_add_str(to, s);
        return;
    }
    buf_add_char(to, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'')
            buf_add_char(to, '\'');
        buf_add_char(to, s.p[i]);
    }
    buf_add_char(to, '\'');
}

static void list_write(struct buf *to, const struct value *v)
{
    buf_add_char(to, '[');
    for (size_t i = 0; i < v->count; i++) {
        buf_add_text(to, i > 0 ? ", " : "");
        scalar_write(to, str_of(v->items[i]));
    }
    buf_add_char(to, ']');
}

/* A long text of single-spaced words can be folded (>-) and comes back the same. */
static bool is_foldable(const char *text)
{
    struct str s = str_of(text);
    return s.n > SAMPLE_COLUMNS - 20 && strstr(text, "  ") == NULL && strchr(text, '\t') == NULL && text[0] != ' ' &&
           text[s.n - 1] != ' ';
}

/* `mark` is "#" for a line that is commented out, "" for an active one. */
static void key_write(struct buf *to, const struct config_key_info *key, const struct value *v, size_t columns,
                      const char *mark)
{
    const char *dot = strrchr(key->key, '.');
    indent(to, columns);
    buf_printf(to, "%s%s:", mark, dot == NULL ? key->key : dot + 1);
    if (key->type == CONFIG_LIST) {
        buf_add_char(to, ' ');
        list_write(to, v);
        buf_add_char(to, '\n');
    } else if (is_foldable(v->text)) {
        buf_add_text(to, " >-\n");
        folded_write(to, v->text, columns, mark[0] == '\0' ? "  " : "#  ");
    } else {
        buf_add_char(to, ' ');
        scalar_write(to, str_of(v->text));
        buf_add_char(to, '\n');
    }
}

/* A blank line and the groups of `key` that `previous` is not in; returns the indentation below them. */
static size_t groups_write(struct buf *to, const char *key, const char *previous)
{
    size_t columns = 0;
    buf_add_char(to, '\n');
    for (const char *part = key, *dot; (dot = strchr(part, '.')) != NULL; part = dot + 1, columns += 2) {
        size_t n = (size_t)(dot - key) + 1;
        if (strncmp(previous, key, n) == 0)
            continue;
        indent(to, columns);
        buf_printf(to, "%.*s:\n", (int)(dot - part), part);
    }
    return columns;
}

static void sample_title(struct buf *to, enum lang lang)
{
    folded_write(to, tr(lang, N_("Configuration of Talaia.")), 0, "# ");
    buf_add_text(to, "#\n");
    folded_write(to,
                 tr(lang, N_("Every key is here with its explanation and its default value, commented out. To change "
                             "one, delete the # before it and write your value, keeping the indentation. Paths are "
                             "relative to the directory of this file.")),
                 0, "# ");
    folded_write(to, tr(lang, N_("`talaia config check` reads this file and explains every mistake with its line.")), 0,
                 "# ");
}

bool config_write_sample(struct buf *to, enum lang lang, const char *const *set, size_t set_count, struct err *e)
{
    struct config *c = NULL;
    if (!config_load_text((struct str){0}, NULL, set, set_count, &c, NULL, e))
        return false;
    sample_title(to, lang);
    const char *previous = "";
    for (enum config_key k = 0; k < KEY_COUNT; k++) {
        const struct config_key_info *key = config_key_info(k);
        bool active = strcmp(config_source(c, k), "default") != 0;
        size_t columns = groups_write(to, key->key, previous);
        folded_write(to, tr(lang, key->help), columns, "# ");
        if (key->type == CONFIG_ENUM) {
            indent(to, columns);
            buf_printf(to, tr(lang, N_("# one of: %s\n")), key->choices);
        }
        struct value v = {.text = config_text(c, k)};
        v.count = config_list(c, k, &v.items);
        key_write(to, key, &v, columns, active ? "" : "#");
        previous = key->key;
    }
    config_free(c);
    if (buf_full(to))
        return err_set(e, ERR_LIMIT, N_("the sample configuration does not fit in %zu bytes"), to->max);
    return true;
}

/* --- Markdown --- */

static void cell_write(struct buf *to, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            buf_add_char(to, '\\');
        buf_add_char(to, *text);
    }
}

static void type_write(struct buf *to, enum lang lang, const struct config_key_info *key)
{
    switch (key->type) {
    case CONFIG_TEXT: buf_add_text(to, tr(lang, N_("text"))); break;
    case CONFIG_URL:
    case CONFIG_ENUM: {
        struct str rest = str_of(key->choices), one;
        buf_add_text(to, tr(lang, key->type == CONFIG_URL ? N_("begins with") : N_("one of")));
        while (str_split(&rest, ' ', &one))
            buf_printf(to, " `%.*s`", STR_ARG(one));
        break;
    }
    case CONFIG_INT:
        buf_printf(to, tr(lang, N_("whole number, %lld to %lld")), (long long)key->min, (long long)key->max);
        break;
    case CONFIG_PERCENT:
        buf_printf(to, tr(lang, N_("percentage, %lld%% to %lld%%")), (long long)key->min, (long long)key->max);
        break;
    case CONFIG_BOOL: buf_add_text(to, "`true` `false`"); break;
    case CONFIG_LIST: buf_add_text(to, tr(lang, N_("list"))); break;
    case CONFIG_TREE: buf_add_text(to, tr(lang, N_("group"))); break;
    }
}

static void row_write(struct buf *to, enum lang lang, const struct config_key_info *key)
{
    buf_printf(to, "| `%s` | ", key->key);
    type_write(to, lang, key);
    buf_add_text(to, " | ");
    if (key->default_text == NULL)
        buf_add_text(to, tr(lang, N_("required")));
    else if (key->default_text[0] != '\0')
        buf_printf(to, "`%s`", key->default_text);
    buf_add_text(to, " | ");
    cell_write(to, tr(lang, key->help));
    if (key->secret)
        buf_printf(to, " %s", tr(lang, N_("(secret: never shown)")));
    buf_add_text(to, " |\n");
}

static void table_write(struct buf *to, enum lang lang, const struct config_key_info *keys, size_t count)
{
    buf_printf(to, "| %s | %s | %s | %s |\n|---|---|---|---|\n", tr(lang, N_("key")), tr(lang, N_("value")),
               tr(lang, N_("default")), tr(lang, N_("what it is")));
    for (size_t i = 0; i < count; i++)
        row_write(to, lang, &keys[i]);
    buf_add_char(to, '\n');
}

static void paragraph(struct buf *to, enum lang lang, const char *text)
{
    buf_printf(to, "%s\n\n", tr(lang, text));
}

static void headers_write(struct buf *to, enum lang lang)
{
    static const struct {
        const char *table, *fields;
    } tables[] = {
#define X(table, fields) {table, fields},
        HEADER_TABLES(X)
#undef X
    };
    buf_printf(to, "| %s | %s |\n|---|---|\n", tr(lang, N_("table")), tr(lang, N_("fields")));
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        buf_printf(to, "| `%s` | %s |\n", tables[i].table, tables[i].fields);
    buf_add_char(to, '\n');
}

static void messages_write(struct buf *to, enum lang lang)
{
    static const struct {
        const char *name, *placeholders;
    } messages[] = {
#define X(name, words, placeholders) {name, placeholders},
        MESSAGE_LIST(X)
#undef X
    };
    buf_printf(to, "| %s | %s |\n|---|---|\n", tr(lang, N_("message")), tr(lang, N_("placeholders")));
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        struct str rest = str_of(messages[i].placeholders), one;
        buf_printf(to, "| `%s` |", messages[i].name);
        while (str_split(&rest, ' ', &one))
            buf_printf(to, " `{%.*s}`", STR_ARG(one));
        buf_add_text(to, " |\n");
    }
}

bool config_write_markdown(struct buf *to, enum lang lang, struct err *e)
{
    buf_printf(to, "# %s\n\n", tr(lang, N_("Configuration")));
    paragraph(to, lang,
              N_("This page is written by `talaia config keys --markdown` from the table that the program itself "
                 "reads: it cannot disagree with it."));
    paragraph(to, lang,
              N_("One file, `talaia.yaml`, says how this installation works; a *profile* holds what belongs to the "
                 "organisation. `talaia init` writes the file with every key, explained and commented out. `talaia "
                 "config check` lists every mistake with its line. `--set KEY=VALUE` (repeatable) overrides any key "
                 "for one run."));
    buf_printf(to, "## talaia.yaml\n\n");
    paragraph(to, lang,
              N_("A dot in a key is one level of indentation: `store.url` is `store:` and, below it, indented by two "
                 "spaces, `url: …`. Relative paths start at the directory of the file. Anchors, aliases and tags of "
                 "YAML are refused."));
    struct config_key_info keys[KEY_COUNT];
    for (enum config_key k = 0; k < KEY_COUNT; k++)
        keys[k] = *config_key_info(k);
    table_write(to, lang, keys, KEY_COUNT);
    buf_printf(to, "## %s\n\n", tr(lang, N_("The profile")));
    paragraph(to, lang,
              N_("A profile is a directory: `profile.yaml`, `probes.yaml` (what is tried around the clock), "
                 "`bodies.csv` and `messages/NAME.LANGUAGE.txt`. Each file "
                 "is looked for first in `profile/NAME/` beside `talaia.yaml` and then in the one that comes with "
                 "Talaia: copy only the files that you change, and upgrades bring the rest."));
    size_t count;
    const struct config_key_info *of_profile = profile_keys(&count);
    table_write(to, lang, of_profile, count);
    paragraph(to, lang,
              N_("`headers` says what the columns of foreign tables may be called, as table → field → words. Case, "
                 "accents and punctuation do not count; a word may belong to one field of each table."));
    headers_write(to, lang);
    paragraph(to, lang,
              N_("Messages are plain text: a blank line separates paragraphs, `**bold**`, `- ` begins a list item, "
                 "`[text](https://…)` is a link, a line that begins with `#!` is a remark. A placeholder that the "
                 "message does not know is refused."));
    messages_write(to, lang);
    if (buf_full(to))
        return err_set(e, ERR_LIMIT, N_("the page does not fit in %zu bytes"), to->max);
    return true;
}
