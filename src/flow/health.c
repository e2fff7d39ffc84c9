#include "flow/health.h"

#include <sys/statvfs.h>

#include "base/module.h"
#include "record/audit.h"
#include "record/body.h"
#include "record/directory.h"
#include "record/import.h"

struct examination {
    struct desk *d;
    health_found *found;
    void *context;
    struct err e;
};

static void examined(struct examination *x, const char *what, const char *detail)
{
    x->found(x->context, what, detail, &x->e);
    err_clear(&x->e);
}

static void examine_content(struct examination *x)
{
    struct desk *d = x->d;
    struct tx tx;
    struct bodies bodies = {0};
    struct import_info *imports = NULL;
    size_t import_count = 0;
    int64_t lines = 0, known = 0;
    if (!tx_begin(d->store, TX_READ, &tx, &x->e)) {
        examined(x, N_("bodies"), "");
        return;
    }
    (void)(bodies_load(&tx, &d->arena, &d->files.profile, d->by.day, &bodies, &x->e) &&
           directory_count(&tx, &known, &x->e) && import_load(&tx, &d->arena, 1, &imports, &import_count, &x->e));
    examined(x, N_("bodies"),
             arena_printf(&d->arena, tr(d->lang, N_("%zu in the registry, %lld in the list of bodies")), bodies.count,
                          (long long)known));
    char day[DAY_TEXT_BYTES];
    if (import_count > 0)
        examined(x, N_("last import"),
                 arena_printf(&d->arena, "%s, %s, %s", day_dmy(imports[0].day, day), tr(d->lang, imports[0].kind),
                              imports[0].source));
    (void)audit_verify(&tx, &lines, &x->e);
    examined(x, N_("audit trail"), arena_printf(&d->arena, tr(d->lang, N_("%lld lines, unbroken")), (long long)lines));
    tx_rollback(&tx);
}

static void examine_disk(struct examination *x)
{
    struct statvfs fs;
    const char *dir = config_dir(x->d->config);
    if (statvfs(dir, &fs) != 0)
        return;
    unsigned long long free_mib = (unsigned long long)fs.f_bavail * fs.f_frsize >> 20;
    if (free_mib < 100)
        err_set(&x->e, ERR_STORE_FULL, N_("only %llu MiB are free in %s; make room"), free_mib, dir);
    examined(x, N_("free space"), arena_printf(&x->d->arena, "%llu MiB", free_mib));
}

void health_examine(struct desk *d, health_found *found, void *context)
{
    struct examination x = {.d = d, .found = found, .context = context, .e = {.lang = d->lang}};
    int version = store_schema_version(d->store, &x.e);
    if (version >= 0 && version != store_schema_current())
        err_set(&x.e, ERR_STORE,
                N_("the store has version %d of the schema and this program needs %d; run `talaia init` on "
                   "the desk's directory"),
                version, store_schema_current());
    bool current = x.e.code == ERR_NONE;
    examined(&x, N_("version of the schema"), arena_printf(&d->arena, "%d", version));
    (void)!store_check(d->store, &x.e);
    examined(&x, N_("consistency of the store"), "");
    if (current)
        examine_content(&x);
    examine_disk(&x);
}

void health_modules(enum lang lang, health_found *found, void *context)
{
    struct err e = {.lang = lang};
    for (int m = 0; m < MODULE_COUNT; m++)
        (void)!module_api((enum module)m, &e);
    found(context, N_("parts loaded on demand"), "ODBC, PostgreSQL, XLSX, MIME, PNG, HTTP, QR, LDAP", &e);
}
