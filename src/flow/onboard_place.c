/* Filing (procedure B3): the signed form and the CDA in a folder named with the request and the body, with a manifest
 * of their hashes, before anybody is asked for approval. The directory may be a mounted share: everything is written
 * whole or not at all (file_write), and what is filed is read again and compared with what was verified. */
#include "base/file.h"
#include "base/text.h"
#include "flow/letter.h"
#include "flow/onboard_run.h"

#define NAME_MOST_BYTES 120 /* of a file or folder: shares refuse paths of more than 260 characters */
#define MANIFEST "manifest.txt"

/* As every file system and SharePoint take it: no separators, wildcards, quotes or controls, no dot or blank at either
 * end, not one of Windows' own names. */
static const char *safe_name(struct arena *a, const char *text)
{
    static const char bad[] = "\"*:<>?/\\|#%~&{}";
    static const char *const reserved[] = {"con", "prn", "aux", "nul"};
    struct buf out = BUF_INIT(NAME_MOST_BYTES + 8);
    struct str rest = str_utf8_cut(str_of(text_clean(a, str_of(text), false)), NAME_MOST_BYTES);
    for (size_t i = 0; i < rest.n; i++)
        (void)buf_add_char(&out, strchr(bad, rest.p[i]) != NULL ? '-' : rest.p[i]);
    struct str name = str_trim(buf_str(&out));
    while (name.n > 0 && (name.p[name.n - 1] == '.' || name.p[name.n - 1] == ' '))
        name.n--;
    while (name.n > 0 && (name.p[0] == '.' || name.p[0] == ' ' || name.p[0] == '-'))
        name = str_part(name.p + 1, name.n - 1);
    const char *kept = name.n == 0 ? "_" : arena_text(a, name);
    struct str stem = str_of(kept);
    (void)str_split(&stem, '.', &name);
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        if (str_is_nocase(name, reserved[i]))
            kept = arena_printf(a, "_%s", kept);
    }
    buf_release(&out);
    return kept;
}

static const char *folder_of(struct onboarding *o)
{
    return safe_name(o->arena, arena_printf(o->arena, "%s %s", o->x.fp, o->x.name));
}

/* "form FP-1.pdf": what it is, then its own name; two of one name cannot meet. */
static const char *plain_name(struct onboarding *o, const struct integration_file *f)
{
    return safe_name(o->arena, arena_printf(o->arena, "%s %s", integration_role_code(f->role), path_base(f->name)));
}

/* Another one of that name was there before: "cda FP-1 (2).pem", so that what was filed first is never written over. */
static const char *file_name(struct onboarding *o, const struct integration_file *f)
{
    const char *name = plain_name(o, f);
    int number = 1;
    for (const struct integration_file *g = o->files; g < f; g++)
        number +=
            g->role == f->role && strcmp(g->sha256, f->sha256) != 0 && str_is_nocase(str_of(plain_name(o, g)), name);
    const char *dot = strrchr(name, '.');
    if (number == 1)
        return name;
    return dot == NULL ? arena_printf(o->arena, "%s (%d)", name, number)
                       : arena_printf(o->arena, "%.*s (%d)%s", (int)(dot - name), name, number, dot);
}

static bool is_filed(const struct integration_file *f)
{
    return !f->replaced && (f->role == INTEGRATION_ROLE_FORM || f->role == INTEGRATION_ROLE_CDA);
}

/* One line a file, as `sha256sum -c` reads them. */
static const char *manifest_text(struct onboarding *o)
{
    const char *text = "";
    for (size_t i = 0; i < o->file_count; i++) {
        if (is_filed(&o->files[i]))
            text = arena_printf(o->arena, "%s%s  %s\n", text, o->files[i].sha256, file_name(o, &o->files[i]));
    }
    return text;
}

static bool write_file(struct onboarding *o, const char *dir, const struct integration_file *f, struct err *e)
{
    struct buf bytes = BUF_INIT(2 * (size_t)f->bytes + 64);
    struct tx tx = {0};
    bool found = false;
    bool ok = tx_begin(o->desk->store, TX_READ, &tx, e) && integration_file_bytes(&tx, f->id, &bytes, &found, e);
    tx_rollback(&tx);
    if (ok && !found)
        ok = err_set(e, ERR_STATE, N_("the bytes of %s are not kept; add it again"), f->name);
    if (ok && strcmp(letter_hash(o->arena, buf_str(&bytes)), f->sha256) != 0)
        ok = err_set(e, ERR_STATE, N_("%s is not what was verified: the store was changed"), f->name);
    ok = ok && file_write(path_join(o->arena, dir, file_name(o, f)), buf_str(&bytes), e);
    buf_release(&bytes);
    return ok;
}

static const char *place_of(struct onboarding *o, const char *folder)
{
    return path_join(o->arena, config_path(o->arena, o->desk->config, KEY_INTEGRATION_DIR), folder);
}

/* A share that is not mounted is an empty place on our own disk, where nobody looks: only the last part of
 * integration.dir is made, and not below a place that is not there. */
static bool place_ready(struct onboarding *o, struct err *e)
{
    const char *base = config_path(o->arena, o->desk->config, KEY_INTEGRATION_DIR);
    return file_exists(path_dir(o->arena, base)) ||
           err_set(e, ERR_FILE, N_("%s is not there: is the share of integration.dir mounted? Nothing was filed"),
                   path_dir(o->arena, base));
}

bool onboard_place(struct onboarding *o, struct err *e)
{
    const char *folder = folder_of(o), *dir = place_of(o, folder), *manifest = manifest_text(o);
    bool ok = place_ready(o, e) && file_make_dirs(dir, e);
    for (size_t i = 0; ok && i < o->file_count; i++)
        ok = !is_filed(&o->files[i]) || write_file(o, dir, &o->files[i], e);
    ok = ok && file_write(path_join(o->arena, dir, MANIFEST), str_of(manifest), e);
    if (!ok)
        return false;
    o->x.folder = folder;
    o->x.filed = o->desk->by.at;
    o->x.manifest = letter_hash(o->arena, str_of(manifest));
    const char *problem = onboard_place_problem(o);
    return problem[0] == '\0' || err_set(e, ERR_FILE, "%s", problem);
}

static bool hash_file(struct onboarding *o, const char *path, size_t most, const char **ret, struct err *e)
{
    struct buf bytes = BUF_INIT(most);
    bool ok = file_read(path, &bytes, e);
    if (ok)
        *ret = letter_hash(o->arena, buf_str(&bytes));
    buf_release(&bytes);
    return ok;
}

const char *onboard_place_problem(struct onboarding *o)
{
    const char *dir = place_of(o, o->x.folder), *hash = "";
    struct err why = {.lang = o->desk->lang};
    for (size_t i = 0; i < o->file_count; i++) {
        const struct integration_file *f = &o->files[i];
        if (!is_filed(f))
            continue;
        const char *path = path_join(o->arena, dir, file_name(o, f));
        if (!hash_file(o, path, (size_t)f->bytes + 1, &hash, &why))
            return arena_printf(o->arena, tr(o->desk->lang, N_("the filed documents cannot be read: %s")), why.text);
        if (strcmp(hash, f->sha256) != 0)
            return arena_printf(o->arena, tr(o->desk->lang, N_("%s is not what was verified; file it again")), path);
    }
    if (!hash_file(o, path_join(o->arena, dir, MANIFEST), LIMIT_TEMPLATE_BYTES, &hash, &why))
        return arena_printf(o->arena, tr(o->desk->lang, N_("the filed documents cannot be read: %s")), why.text);
    if (strcmp(hash, o->x.manifest) != 0)
        return arena_printf(o->arena, tr(o->desk->lang, N_("the manifest in %s was changed; file it again")), dir);
    return "";
}
