#include "web/importer.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "flow/login.h"

/* ------------------------------------------------------------------ files that wait */

void upload_drop(struct upload *u)
{
    if (u->fd > 0)
        close(u->fd);
    *u = (struct upload){0};
}

void upload_name(struct upload *u, struct arena *a, struct str name)
{
    for (size_t i = name.n; i > 0; i--) {
        if (name.p[i - 1] == '/' || name.p[i - 1] == '\\') {
            name = str_part(name.p + i, name.n - i);
            break;
        }
    }
    const char *clean = str_utf8_valid(name) ? text_clean(a, str_utf8_cut(name, sizeof u->name - 1), false) : "";
    struct str kept = str_utf8_cut(str_of(clean[0] == '\0' ? "-" : clean), sizeof u->name - 1);
    memcpy(u->name, kept.p, kept.n);
    u->name[kept.n] = '\0';
}

bool upload_make(struct upload *ret, struct arena *a, struct str name, struct str bytes, struct err *e)
{
    unsigned char random[(UPLOAD_TOKEN_BYTES - 1) / 2], hash[crypto_hash_sha256_BYTES];
    struct upload u = {.fd = memfd_create("import", MFD_CLOEXEC | MFD_ALLOW_SEALING), .bytes = bytes.n};
    /* Sealed: nobody, ourselves included, can change what was looked at. */
    if (u.fd <= 0 || !child_write(u.fd, bytes) ||
        fcntl(u.fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
        err_set(e, ERR_FILE, N_("the file cannot be kept while it is looked at: %s"), err_system(e, errno));
        upload_drop(&u);
        return false;
    }
    upload_name(&u, a, name);
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(u.token, sizeof u.token, random, sizeof random);
    crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
    sodium_bin2hex(u.digest, sizeof u.digest, hash, sizeof hash);
    *ret = u;
    return true;
}

static bool late(const struct upload *u, instant_t now)
{
    return now - u->at > LIMIT_WEB_UPLOAD_MINUTES * 60 * INSTANT_PER_SECOND;
}

void uploads_put(struct uploads *all, const struct upload *u)
{
    pthread_mutex_lock(&all->lock);
    struct upload *place = &all->items[0];
    for (size_t i = 0; i < LIMIT_WEB_UPLOADS; i++) {
        struct upload *x = &all->items[i];
        if (x->fd > 0 && ((x->account_id == u->account_id && strcmp(x->session, u->session) == 0) || late(x, u->at)))
            upload_drop(x);
        if (place->fd > 0 && (x->fd == 0 || x->at < place->at))
            place = x;
    }
    upload_drop(place);
    *place = *u;
    pthread_mutex_unlock(&all->lock);
}

bool uploads_take(struct uploads *all, const char *token, int64_t account_id, const char *session, instant_t now,
                  struct upload *ret, struct err *e)
{
    bool found = false;
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < LIMIT_WEB_UPLOADS; i++) {
        struct upload *x = &all->items[i];
        if (x->fd > 0 && late(x, now))
            upload_drop(x);
        if (x->fd == 0 || found || x->account_id != account_id || strcmp(x->session, session) != 0 ||
            !secret_same(x->token, token))
            continue;
        found = true;
        *ret = *x;
        *x = (struct upload){0};
    }
    pthread_mutex_unlock(&all->lock);
    return found || err_set(e, ERR_STATE, N_("the file is no longer kept here; choose it again"));
}

void uploads_end(struct uploads *all)
{
    for (size_t i = 0; i < LIMIT_WEB_UPLOADS; i++)
        upload_drop(&all->items[i]);
}

/* ------------------------------------------------------------------ the command */

static const char *const *arguments_make(struct arena *a, const struct importer *x, const struct upload *u)
{
    size_t n;
    const char **list = child_arguments(a, x->options, x->lang, x->day, 9, &n);
    list[n++] = "import";
    list[n++] = "--json";
    list[n++] = arena_printf(a, "--called=%s", u->name);
    if (x->dry)
        list[n++] = "--dry-run";
    if (x->force)
        list[n++] = "--force";
    if (x->reason[0] != '\0')
        list[n++] = arena_printf(a, "--reason=%s", x->reason);
    if (x->plan[0] != '\0')
        list[n++] = arena_printf(a, "--plan=%s", x->plan);
    list[n++] = "/proc/self/fd/0";
    return list;
}

static bool summary_read(int fd, json_t **ret, struct err *e)
{
    struct buf text = BUF_INIT(LIMIT_WEB_IMPORTED_BYTES);
    json_t *value = child_read(fd, &text) ? json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    buf_release(&text);
    if (!json_is_object(value)) {
        json_decref(value);
        return err_set(e, ERR_INTERNAL, N_("what the file would change cannot be shown: it is too much"));
    }
    *ret = value;
    return true;
}

static bool run(const struct importer *x, const struct upload *u, struct arena *a, int out, int err, json_t **ret,
                struct err *e)
{
    enum child_end end;
    int code;
    const struct child child = {.arguments = arguments_make(a, x, u),
                                .environment = child_environment(a, x->who),
                                .in = u->fd,
                                .out = out,
                                .err = err,
                                .seconds = LIMIT_WEB_IMPORT_SECONDS};
    int why = child_run(&child, &end, &code);
    if (why != 0)
        return err_set(e, ERR_INTERNAL, N_("the process that reads the file cannot begin: %s"), err_system(e, why));
    if (end == CHILD_LATE)
        return err_set(e, ERR_LIMIT, N_("the file could not be read within %d seconds; use `talaia import`"),
                       LIMIT_WEB_IMPORT_SECONDS);
    if (end == CHILD_DIED)
        return err_set(e, ERR_FORMAT, N_("the process that reads the file has failed (%s %d)"), "signal", code);
    if (code > EXIT_FINDINGS)
        return child_reason(err, end, code, e);
    return summary_read(out, ret, e);
}

bool importer_run(struct uploads *all, const struct importer *x, const struct upload *u, json_t **ret, struct err *e)
{
    struct arena a = {0};
    pthread_mutex_lock(&all->lock);
    bool busy = all->busy;
    all->busy = true;
    pthread_mutex_unlock(&all->lock);
    if (busy)
        return err_set(e, ERR_STATE, N_("another file is being read just now; try again in a moment"));
    int out = memfd_create("summary", MFD_CLOEXEC), err = memfd_create("reason", MFD_CLOEXEC);
    bool good = (out > 0 && err > 0) ||
                err_set(e, ERR_FILE, N_("the process that reads the file cannot begin: %s"), err_system(e, errno));
    good = good && run(x, u, &a, out, err, ret, e);
    if (out >= 0)
        close(out);
    if (err >= 0)
        close(err);
    arena_release(&a);
    pthread_mutex_lock(&all->lock);
    all->busy = false;
    pthread_mutex_unlock(&all->lock);
    return good;
}

bool importer_look(struct uploads *all, const struct importer *x, struct upload *u, json_t **ret, struct err *e)
{
    struct importer look = *x;
    json_t *found = NULL;
    look.dry = true;
    look.force = false;
    look.plan = look.reason = "";
    u->lang = x->lang;
    u->guarded = false;
    if (!importer_run(all, &look, u, &found, e)) {
        if (e->code != ERR_GUARD)
            return false;
        u->guarded = look.force = true;
        err_clear(e);
        if (!importer_run(all, &look, u, &found, e))
            return false;
    }
    const char *plan = json_string_value(json_object_get(found, "plan"));
    if (plan == NULL || strlen(plan) >= sizeof u->plan) {
        json_decref(found);
        return err_set(e, ERR_INTERNAL, N_("what the file would change cannot be shown: it is too much"));
    }
    memcpy(u->plan, plan, strlen(plan) + 1);
    *ret = found;
    return true;
}

bool importer_do(struct uploads *all, const struct importer *x, const struct upload *u, const char *reason,
                 json_t **ret, struct err *e)
{
    struct importer now = *x;
    now.dry = false;
    now.lang = u->lang; /* the plan is of a language: it holds what it says */
    now.force = u->guarded;
    now.plan = u->plan;
    now.reason = u->guarded ? reason : "";
    return importer_run(all, &now, u, ret, e);
}
