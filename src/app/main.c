/* Where the program finds its parts, and the way in. */
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lang.h"
#include "base/module.h"
#include "cli/cli.h"
#include "document/document.h"
#include "gateway/gateway.h"
#include "web/web.h"

/* An installed program has its parts under the prefix it was built for; one in a build directory has them beside it. */
static void find_parts(struct arena *a, const char **ret_data, const char **ret_modules, const char **ret_catalogues)
{
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n > 0) {
        exe[n] = '\0';
        const char *dir = path_dir(a, exe);
        if (file_exists(path_join(a, dir, "talaia-workbook.so"))) {
            *ret_data = path_join(a, dir, "share");
            *ret_modules = dir;
            *ret_catalogues = path_join(a, dir, "po");
            return;
        }
    }
    *ret_data = TALAIA_DATA_DIR;
    *ret_modules = TALAIA_MODULE_DIR;
    *ret_catalogues = TALAIA_LOCALE_DIR;
}

int main(int argc, char **argv)
{
    struct arena parts = {0};
    const char *data, *modules, *catalogues;
    find_parts(&parts, &data, &modules, &catalogues);
    lang_init(catalogues);
    module_init(modules);
    if (sodium_init() < 0) {
        (void)fprintf(stderr, "talaia: cannot get random numbers from the system\n");
        return EXIT_SYSTEM;
    }
    gateway_child(argc, argv);
    document_child(argc, argv);
    static const struct cli_rooms rooms = {.web = web_run, .gateway = gateway_run};
    int code = cli_main(argc, argv, data, &rooms);
    arena_release(&parts);
    return code;
}
