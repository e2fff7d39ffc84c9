/* Where the files of a profile are, and its messages. What profile.yaml means is profile_read.c's work. */
#include "conf/profile_file.h"

#include "base/file.h"

static bool is_plain_word(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++) {
        char c = name[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!good)
            return false;
    }
    return n > 0 && n <= 64;
}

bool profile_load_all(struct arena *a, const char *name, const char *config_dir, const char *data_dir,
                      struct profile_files *ret, struct config_findings *all, const char **ret_path, struct err *e)
{
    if (all != NULL)
        *all = (struct config_findings){0};
    *ret_path = "";
    if (!is_plain_word(name))
        return err_set(e, ERR_PROFILE,
                       N_("'%s' is not the name of a profile: it must be a word of letters, digits, - and _"), name);
    struct profile_files dirs = {.local_dir = arena_printf(a, "%s/profile/%s", config_dir, name),
                                 .shared_dir = arena_printf(a, "%s/profile/%s", data_dir, name)};
    const char *path = profile_path(a, &dirs, "profile.yaml", e);
    if (path == NULL)
        return false;
    *ret_path = path;
    struct buf text = BUF_INIT(LIMIT_CONFIG_BYTES);
    struct profile_files files;
    bool good = file_read(path, &text, e) && profile_load_text(a, buf_str(&text), path, name, &files, all, e);
    buf_release(&text);
    if (!good)
        return false;
    files.local_dir = dirs.local_dir;
    files.shared_dir = dirs.shared_dir;
    *ret = files;
    return true;
}

bool profile_load(struct arena *a, const char *name, const char *config_dir, const char *data_dir,
                  struct profile_files *ret, struct err *e)
{
    const char *path;
    return profile_load_all(a, name, config_dir, data_dir, ret, NULL, &path, e);
}

/* NULL when neither directory has it. */
static char *path_find(struct arena *a, const struct profile_files *p, const char *file)
{
    const char *const dirs[] = {p->local_dir, p->shared_dir};
    for (size_t i = 0; i < 2; i++) {
        char *path = arena_printf(a, "%s/%s", dirs[i], file);
        if (file_exists(path))
            return path;
    }
    return NULL;
}

char *profile_path(struct arena *a, const struct profile_files *p, const char *file, struct err *e)
{
    char *path = path_find(a, p, file);
    if (path == NULL)
        err_set(e, ERR_PROFILE, N_("the profile has no %s: neither %s nor %s has it"), file, p->local_dir,
                p->shared_dir);
    return path;
}

bool profile_read_optional(struct arena *a, const struct profile_files *p, const char *file,
                           bool (*read)(struct arena *a, struct str text, struct finder *f, void *ret), void *ret,
                           const char **ret_path, struct config_findings *ret_all, struct err *e)
{
    const char *path = path_find(a, p, file);
    struct buf text = BUF_INIT(LIMIT_CONFIG_BYTES);
    struct finder f = {.lang = e->lang, .code = ERR_PROFILE};
    bool good = path == NULL || (file_read(path, &text, e) && read(a, buf_str(&text), &f, ret));
    findings_sort(&f.found);
    if (!good && f.found.count > 0)
        (void)findings_fail(&f.found, path, e);
    *ret_path = path == NULL ? "" : path;
    *ret_all = f.found;
    buf_release(&text);
    return good;
}

/* --- messages --- */

/* "path:line:column" of an offset. */
static void where_add(struct err *e, const char *path, struct str text, size_t at)
{
    size_t line = 1, start = 0;
    for (size_t i = 0; i < at; i++) {
        if (text.p[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    err_where(e, "%s:%zu:%zu", path, line, str_utf8_count(str_part(text.p + start, at - start)) + 1);
}

static bool characters_good(struct str text, const char *path, struct err *e)
{
    struct str rest = text;
    uint32_t c;
    while (rest.n > 0) {
        size_t at = text.n - rest.n;
        bool valid = str_utf8_next(&rest, &c);
        if (valid && (c == '\n' || c == '\t' || !str_is_control(c)))
            continue;
        if (valid)
            err_set(e, ERR_PROFILE, N_("the control character U+%04X may not stand here; delete it"), (unsigned)c);
        else
            err_set(e, ERR_PROFILE, N_("the byte 0x%02X is not UTF-8; save the file with encoding UTF-8"),
                    (unsigned char)text.p[at]);
        where_add(e, path, text, at);
        return false;
    }
    return true;
}

/* The file's text with LF line ends and without a byte order mark. */
static char *message_read(struct arena *a, const char *path, struct err *e)
{
    struct buf raw = BUF_INIT(LIMIT_TEMPLATE_BYTES);
    char *text = NULL;
    if (file_read(path, &raw, e)) {
        struct str s = buf_str(&raw);
        if (str_starts(s, "\xef\xbb\xbf"))
            s = str_part(s.p + 3, s.n - 3);
        text = arena_alloc(a, s.n + 1, 1);
        size_t n = 0;
        for (size_t i = 0; i < s.n; i++) {
            if (s.p[i] != '\r' || i + 1 == s.n || s.p[i + 1] != '\n')
                text[n++] = s.p[i];
        }
        if (!characters_good(str_part(text, n), path, e))
            text = NULL;
    }
    buf_release(&raw);
    return text;
}

static const struct profile_text *text_find(const struct profile_files *p, const char *name, enum lang lang)
{
    for (size_t i = 0; i < p->text_count; i++) {
        if (p->texts[i].lang == lang && strcmp(p->texts[i].name, name) == 0)
            return &p->texts[i];
    }
    return NULL;
}

static char *message_path(struct arena *a, const struct profile_files *p, const char *name, enum lang lang)
{
    return path_find(a, p, arena_printf(a, "messages/%s.%s.txt", name, lang_code(lang)));
}

static const char *message_at(struct arena *a, const char *path, const char **ret_path, struct err *e)
{
    char *text = path == NULL ? NULL : message_read(a, path, e);
    if (text != NULL)
        *ret_path = path;
    return text;
}

const char *profile_message_file(struct arena *a, const struct profile_files *p, const char *name, enum lang lang,
                                 const char **ret_path, struct err *e)
{
    char *path = message_path(a, p, name, lang);
    if (path == NULL)
        path = profile_path(a, p, arena_printf(a, "messages/%s.%s.txt", name, lang_code(LANG_CA)), e);
    return message_at(a, path, ret_path, e);
}

const char *profile_message(struct arena *a, const struct profile_files *p, const char *name, enum lang lang,
                            const char **ret_path, struct err *e)
{
    const struct profile_text *written = text_find(p, name, lang);
    if (written == NULL && message_path(a, p, name, lang) == NULL)
        written = text_find(p, name, LANG_CA);
    if (written == NULL)
        return profile_message_file(a, p, name, lang, ret_path, e);
    *ret_path = written->where;
    return written->text;
}
