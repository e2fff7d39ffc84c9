/* The public status page on the disk. All files of one moment lie in a directory of their own (".talaia-…"),
 * ".talaia-now" is a link to it, and index.html and its like are links through that one: one rename shows all of it, so
 * that nobody sees a new page beside an old one, also when it is killed. The directory shown before stays for whoever
 * reads it. Where there are no links (a share of Windows, WebDAV) each file is replaced by itself, pages last. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "flow/public_status.h"

#define OWN ".talaia-"
#define NOW OWN "now"
#define PART ".part"

struct export
{
    const char *dir;
    const char *made, *before; /* names of directories in it; before "": there was none */
    struct arena *a;
    struct err *e;
    int lock;
};

static const char *in_dir(const struct export *x, const char *name)
{
    return path_join(x->a, x->dir, name);
}

static bool failed(const struct export *x, const char *path)
{
    return err_set(x->e, ERR_FILE, N_("cannot write %s: %s; nothing was changed"), path, err_system(x->e, errno));
}

/* Where the link leads, "" when it is none. */
static const char *target_of(const struct export *x, const char *name)
{
    char text[256];
    ssize_t n = readlink(in_dir(x, name), text, sizeof text);
    return n <= 0 || n == sizeof text ? "" : arena_text(x->a, str_part(text, (size_t)n));
}

/* A link that leads there, instead of what was there. */
static bool link_put(const struct export *x, const char *name, const char *target)
{
    const char *path = in_dir(x, name), *draft = arena_printf(x->a, "%s.%ld" PART, path, (long)getpid());
    if (strcmp(target_of(x, name), target) == 0)
        return true;
    (void)os.unlink(draft);
    return (symlink(target, draft) == 0 && os.rename(draft, path) == 0) || failed(x, path);
}

static bool files_write(struct export *x, const struct public_status *s)
{
    char *path = arena_strdup(x->a, in_dir(x, OWN "XXXXXX"));
    if (mkdtemp(path) == NULL)
        return failed(x, path);
    x->made = path_base(path);
    for (size_t i = 0; i < s->count; i++)
        if (!file_write(path_join(x->a, path, s->files[i].name), s->files[i].bytes, x->e))
            return false;
    return chmod(path, 0755) == 0 || failed(x, path); /* the web server reads it */
}

static bool has_links(const struct export *x)
{
    const char *draft = in_dir(x, OWN "link" PART);
    (void)os.unlink(draft);
    bool made = symlink(x->made, draft) == 0;
    bool refused = !made && (errno == EPERM || errno == ENOSYS || errno == EOPNOTSUPP);
    (void)os.unlink(draft);
    return !refused; /* whatever else is wrong is told by whoever makes the real one */
}

/* What pages show first, then the pages. */
static bool in_place(const struct export *x, const struct public_status *s)
{
    for (int pages = 0; pages < 2; pages++)
        for (size_t i = 0; i < s->count; i++) {
            const struct public_file *one = &s->files[i];
            if (str_ends(str_of(one->name), ".html") == (pages == 1) &&
                !file_write(in_dir(x, one->name), one->bytes, x->e))
                return false;
        }
    return true;
}

static bool links_put(const struct export *x, const struct public_status *s)
{
    if (!link_put(x, NOW, x->made))
        return false;
    for (size_t i = 0; i < s->count; i++) /* once; and again where something else was put */
        if (!link_put(x, s->files[i].name, arena_printf(x->a, NOW "/%s", s->files[i].name)))
            return false;
    return true;
}

/* Of services that are shown no more. */
static bool rest_remove(const struct export *x, const struct public_status *s)
{
    for (size_t i = s->services; i < LIMIT_STATUS_SERVICES; i++) {
        const char *path = in_dir(x, arena_printf(x->a, "service-%zu.svg", i + 1));
        if (os.unlink(path) != 0 && errno != ENOENT)
            return err_set(x->e, ERR_FILE, N_("cannot remove %s: %s"), path, err_system(x->e, errno));
    }
    return true;
}

static void remove_flat(const struct export *x, const char *path)
{
    DIR *d = opendir(path);
    for (const struct dirent *n; d != NULL && (n = readdir(d)) != NULL;)
        if (n->d_name[0] != '.' || str_ends(str_of(n->d_name), PART))
            (void)os.unlink(path_join(x->a, path, n->d_name));
    if (d != NULL)
        closedir(d);
    (void)rmdir(path);
}

/* What earlier exports and killed ones left; what cannot be removed does no harm. */
static void tidy(const struct export *x)
{
    DIR *d = opendir(x->dir);
    for (const struct dirent *n; d != NULL && (n = readdir(d)) != NULL;) {
        struct str name = str_of(n->d_name);
        bool is_link = target_of(x, n->d_name)[0] != '\0';
        if (is_link && str_ends(name, PART) && str_starts(str_of(target_of(x, n->d_name)), OWN))
            (void)os.unlink(in_dir(x, n->d_name));
        else if (!is_link && str_starts(name, OWN) && strcmp(n->d_name, x->made) != 0 &&
                 strcmp(n->d_name, x->before) != 0)
            remove_flat(x, in_dir(x, n->d_name));
    }
    if (d != NULL)
        closedir(d);
}

/* One export at a time; where there are no locks two at once may take each other's drafts away, and fail. */
static bool lock(struct export *x)
{
    x->lock = os.open(x->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (x->lock < 0)
        return err_set(x->e, ERR_FILE, N_("cannot open %s: %s"), x->dir, err_system(x->e, errno));
    while (flock(x->lock, LOCK_EX) != 0 && errno == EINTR)
        continue;
    return true;
}

bool public_status_export(struct desk *d, const char *dir, instant_t at, struct public_status *ret, struct err *e)
{
    struct arena a = {0};
    struct public_status s;
    struct export x = {.dir = dir, .made = "", .a = &a, .e = e, .lock = -1};
    bool ok = public_status_make(d, &a, "", at, &s, e) && file_make_dirs(dir, e) && lock(&x);
    x.before = ok ? target_of(&x, NOW) : "";
    ok = ok && files_write(&x, &s);
    bool links = ok && has_links(&x);
    ok = ok && (links ? links_put(&x, &s) : in_place(&x, &s)) && rest_remove(&x, &s);
    if (ok && !links)
        x.made = "";
    if (ok) {
        tidy(&x);
        *ret = s;
        ret->files = NULL;
    } else if (x.made[0] != '\0' && strcmp(target_of(&x, NOW), x.made) != 0) {
        remove_flat(&x, in_dir(&x, x.made));
    }
    if (x.lock >= 0)
        os.close(x.lock);
    arena_release(&a);
    return ok;
}
