/* The public status page as the desk itself shows it, to everybody, when status.serve says so. Made anew at most every
 * ten seconds, however many ask. */
#include <inttypes.h>

#include "flow/public_status.h"
#include "web/call.h"
#include "web/pages.h"

#define ESTAT "/estat"
#define KEPT_SECONDS 10

static const struct public_file *file_of(const struct public_status *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->files[i].name, name) == 0)
            return &s->files[i];
    return NULL;
}

static const char *type_of(const char *name)
{
    static const char *const types[][2] = {{".html", "text/html; charset=utf-8"},
                                           {".css", "text/css; charset=utf-8"},
                                           {".svg", "image/svg+xml"},
                                           {".json", "application/json"}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_ends(str_of(name), types[i][0]))
            return types[i][1];
    return NULL;
}

/* One of its files, with a reference; all of them are kept together, as they were made together. */
static struct finished *make(struct call *c, const char *name, const char *kept)
{
    static const struct change_mark none = {0};
    struct public_status s;
    struct finished *asked = NULL;
    if (!public_status_make(c->desk, call_arena(c), ESTAT "/", c->desk->by.at, &s, &c->err))
        return NULL;
    if (file_of(&s, name) == NULL) {
        err_set(&c->err, ERR_UNKNOWN, N_("there is no such file"));
        return NULL;
    }
    for (size_t i = 0; i < s.count; i++) {
        struct buf bytes = BUF_INIT(LIMIT_STATUS_FILE_BYTES);
        (void)buf_add(&bytes, s.files[i].bytes.p, s.files[i].bytes.n);
        struct finished *f = finished_make(&bytes, 6);
        cache_put(&c->site->cache, arena_printf(call_arena(c), "%s%s", kept, s.files[i].name), &none, c->desk->by.day,
                  f);
        if (strcmp(s.files[i].name, name) == 0)
            asked = f;
        else
            finished_drop(f);
    }
    return asked;
}

void serve_status(struct call *c)
{
    static const struct change_mark none = {0};
    const char *name = strcmp(c->request->path, ESTAT) == 0 ? PUBLIC_STATUS_INDEX : strrchr(c->request->path, '/') + 1;
    const char *type = type_of(name);
    const char *kept =
        arena_printf(call_arena(c), "estat %" PRId64 " ", c->desk->by.at / (KEPT_SECONDS * INSTANT_PER_SECOND));
    if (!config_bool(c->desk->config, KEY_STATUS_SERVE) || type == NULL || strlen(name) > 40) {
        call_problem(c, 404, N_("There is no such page."));
        return;
    }
    struct finished *f =
        cache_get(&c->site->cache, arena_printf(call_arena(c), "%s%s", kept, name), &none, c->desk->by.day);
    if (f == NULL)
        f = make(c, name, kept);
    if (f != NULL) {
        call_finished(c, f, type, "max-age=30");
    } else if (c->err.code == ERR_UNKNOWN) {
        err_clear(&c->err);
        call_problem(c, 404, N_("There is no such page."));
    } else {
        call_failed(c);
    }
}
