/* Any bytes as a target, a form, a cookie: what is accepted is UTF-8 without NUL, a path is clean, and reading never
 * goes beyond the bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "net/server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct str bytes = str_part((const char *)data, size), query;
    char *text = arena_text(&a, bytes);
    const char *path;
    if (server_target(&a, text, &path, &query)) {
        must(path[0] == '/' && str_utf8_valid(str_of(path)) && strstr(path, "//") == NULL &&
             strstr(path, "/../") == NULL);
        must(!str_ends(str_of(path), "/..") && strchr(path, '\\') == NULL && strlen(path) <= strlen(text));
    }
    const char *value = server_param(&a, bytes, "q");
    must(value == NULL || (str_utf8_valid(str_of(value)) && strlen(value) <= size));
    if (server_params_valid(&a, bytes) && value == NULL)
        must(server_param(&a, bytes, "q") == NULL);
    struct server_field fields[] = {{"Cookie", text}};
    struct server_request r = {.headers = fields, .header_count = 1};
    const char *cookie = server_cookie(&a, &r, "q");
    must(cookie == NULL || strlen(cookie) <= size);
    (void)server_accepts(text, "gzip");
    arena_release(&a);
    return 0;
}
