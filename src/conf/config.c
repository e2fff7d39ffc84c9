/* Values of talaia.yaml. Not here: YAML (tree.c), what a value may be (value.c), writing (config_write.c). */
#include "conf/config.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "conf/value.h"

struct config {
    struct arena arena;
    struct value values[KEY_COUNT];
    const char *sources[KEY_COUNT];
    const char *file, *dir;
};

static const struct config_key_info keys[KEY_COUNT] = {
#define X(name, path, type_, default_, min_, max_, choices_, secret_, help_)                                           \
    [KEY_##name] = {.key = path,                                                                                       \
                    .type = type_,                                                                                     \
                    .default_text = default_,                                                                          \
                    .choices = choices_,                                                                               \
                    .help = help_,                                                                                     \
                    .min = min_,                                                                                       \
                    .max = max_,                                                                                       \
                    .secret = secret_},
    CONFIG_KEYS(X)
#undef X
};

/* --- reading --- */

static void defaults_take(struct config *c, struct finder *f)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        (void)value_read_text(f, &c->arena, &keys[i], keys[i].default_text, &c->values[i]);
        c->sources[i] = "default";
    }
}

static void file_take(struct config *c, struct finder *f, struct str text)
{
    bool complete;
    const struct node *nodes[KEY_COUNT] = {0};
    keys_find(f, tree_read(&c->arena, text, f, &complete), "", keys, KEY_COUNT, nodes);
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (nodes[i] != NULL && value_read(f, &c->arena, &keys[i], nodes[i], &c->values[i]))
            c->sources[i] = arena_printf(&c->arena, "%s:%zu", c->file, nodes[i]->line);
    }
}

static bool is_one_line(struct str s)
{
    uint32_t c;
    while (str_utf8_next(&s, &c)) {
        if (str_is_control(c) && c != '\t')
            return false;
    }
    return s.n == 0;
}

/* "KEY=VALUE" → the key's index and its value; KEY_COUNT with a finding when it is not right. */
static enum config_key setting_read(struct finder *f, struct arena *a, const char *setting, struct value *ret)
{
    size_t split = str_find(str_of(setting), '=');
    const char *key = arena_text(a, str_part(setting, split));
    if (setting[split] == '\0') {
        finding_add(f, 0, 0, N_("--set %s: write KEY=VALUE"), key);
        return KEY_COUNT;
    }
    enum config_key k;
    if (config_key_find(key, &k)) {
        const char *text = setting + split + 1;
        if (!is_one_line(str_of(text)))
            finding_add(f, 0, 0, N_("--set %s: the value must be one line of UTF-8"), key);
        else if (value_read_text(f, a, &keys[k], text, ret))
            return k;
        return KEY_COUNT;
    }
    struct buf words = BUF_INIT(LIMIT_CONFIG_BYTES);
    for (size_t i = 0; i < KEY_COUNT; i++)
        buf_printf(&words, "%s%s", i > 0 ? " " : "", keys[i].key);
    const char *nearest = word_nearest(a, key, buf_text(&words));
    if (nearest != NULL)
        finding_add(f, 0, 0, N_("--set %s: unknown key; did you mean %s?"), key, nearest);
    else
        finding_add(f, 0, 0, N_("--set %s: unknown key; `talaia config keys` lists them"), key);
    buf_release(&words);
    return KEY_COUNT;
}

static void overrides_take(struct config *c, struct finder *f, const char *const *overrides, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct value v = {0};
        enum config_key k = setting_read(f, &c->arena, arena_strdup(&c->arena, overrides[i]), &v);
        if (k == KEY_COUNT)
            continue;
        c->values[k] = v;
        c->sources[k] = "--set";
    }
}

/* Hands over the config, or the findings and the first of them. */
static bool config_finish(struct config *c, struct finder *f, struct config **ret, struct config_findings *all,
                          struct err *e)
{
    findings_sort(&f->found);
    bool good = f->found.count == 0;
    if (good)
        *ret = c;
    else
        findings_fail(&f->found, c->file, e);
    if (!good)
        config_free(c);
    if (all != NULL)
        *all = f->found;
    else
        config_findings_release(&f->found);
    return good;
}

static struct config *config_new(const char *path)
{
    struct config *c = mem_alloc(1, sizeof *c);
    c->file = arena_strdup(&c->arena, path == NULL ? "" : path);
    c->dir = path_dir(&c->arena, c->file);
    return c;
}

bool config_load_text(struct str text, const char *path, const char *const *overrides, size_t override_count,
                      struct config **ret, struct config_findings *all, struct err *e)
{
    struct finder f = {.lang = e->lang, .code = ERR_CONFIG};
    struct config *c = config_new(path);
    defaults_take(c, &f);
    if (path != NULL)
        file_take(c, &f, text);
    overrides_take(c, &f, overrides, override_count);
    return config_finish(c, &f, ret, all, e);
}

bool config_load(const char *path, const char *const *overrides, size_t override_count, struct config **ret,
                 struct config_findings *all, struct err *e)
{
    struct buf text = BUF_INIT(LIMIT_CONFIG_BYTES);
    struct err reason = {.lang = e->lang};
    bool good;
    if (path == NULL || file_read(path, &text, &reason)) {
        good = config_load_text(buf_str(&text), path, overrides, override_count, ret, all, e);
    } else {
        struct finder f = {.lang = e->lang, .code = ERR_CONFIG};
        *finding_new(&f, 0, 0) = reason;
        good = config_finish(config_new(path), &f, ret, all, e);
    }
    buf_release(&text);
    return good;
}

void config_free(struct config *c)
{
    if (c == NULL)
        return;
    struct arena a = c->arena;
    arena_release(&a);
    mem_free(c);
}

/* --- asking --- */

const char *config_text(const struct config *c, enum config_key k)
{
    return c->values[k].text == NULL ? "" : c->values[k].text;
}

int64_t config_int(const struct config *c, enum config_key k)
{
    return c->values[k].number;
}

bool config_bool(const struct config *c, enum config_key k)
{
    return c->values[k].flag;
}

size_t config_list(const struct config *c, enum config_key k, const char *const **ret)
{
    *ret = c->values[k].items;
    return c->values[k].count;
}

const char *config_source(const struct config *c, enum config_key k)
{
    return c->sources[k];
}

const char *config_file(const struct config *c)
{
    return c->file;
}

const char *config_dir(const struct config *c)
{
    return c->dir;
}

char *config_path(struct arena *a, const struct config *c, enum config_key k)
{
    return path_join(a, c->dir, config_text(c, k));
}

char *config_store_url(struct arena *a, const struct config *c)
{
    static const char prefix[] = "sqlite:";
    const char *url = config_text(c, KEY_STORE_URL);
    if (!str_starts(str_of(url), prefix) || strcmp(url, "sqlite::memory:") == 0)
        return arena_strdup(a, url);
    return arena_printf(a, "%s%s", prefix, path_join(a, c->dir, url + sizeof prefix - 1));
}

const struct config_key_info *config_key_info(enum config_key k)
{
    return &keys[k];
}

bool config_key_find(const char *key, enum config_key *ret)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (strcmp(keys[i].key, key) == 0) {
            *ret = (enum config_key)i;
            return true;
        }
    }
    return false;
}
