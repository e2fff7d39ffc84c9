#include "base/module.h"

#include <dlfcn.h>
#include <stdio.h>

static const char *const files[MODULE_COUNT] = {
#define X(name, file) [MODULE_##name] = (file),
    MODULE_LIST(X)
#undef X
};

static const char *module_dir = ".";
static const void *loaded[MODULE_COUNT];

void module_init(const char *dir)
{
    module_dir = dir;
}

const void *module_api(enum module m, struct err *e)
{
    if (loaded[m] != NULL)
        return loaded[m];
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", module_dir, files[m]) >= (int)sizeof path) {
        err_set(e, ERR_MODULE, N_("the module directory has too long a name: %s"), module_dir);
        return NULL;
    }
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        err_set(e, ERR_MODULE, N_("cannot load %s: %s; install the package again"), files[m], dlerror());
        return NULL;
    }
    const void *api = dlsym(handle, "talaia_module");
    if (api == NULL) {
        err_set(e, ERR_MODULE, N_("%s is not a module of Talaia; install the package again"), path);
        dlclose(handle);
        return NULL;
    }
    loaded[m] = api;
    return api;
}
