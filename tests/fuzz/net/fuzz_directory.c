/* Any name in a filter: nothing stands there that a directory would take for more than a value, and what was typed can
 * be read back from it. The same name as a DN is itself. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/directory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 4515 §3: valueencoding back to the octets. */
static void check_value(const char *name, const char *value)
{
    for (; *value != '\0'; name++) {
        unsigned char c = (unsigned char)*value++;
        if (c < 0x20 || c >= 0x7f || c == '(' || c == ')' || c == '*')
            abort();
        if (c == '\\') {
            int high = digit(value[0]), low = high < 0 ? -1 : digit(value[1]);
            if (low < 0)
                abort();
            c = (unsigned char)(high << 4 | low);
            value += 2;
        }
        if (c != (unsigned char)*name)
            abort();
    }
    if (*name != '\0')
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    const char *name = arena_text(&a, str_part((const char *)data, size));
    check_value(name, directory_escape(&a, name));
    const char *filter = directory_filter(&a, "(&(objectClass=person)(uid=%s))", name);
    size_t n = filter == NULL ? 0 : strlen(filter);
    if (filter != NULL &&
        (strncmp(filter, "(&(objectClass=person)(uid=", 27) != 0 || strcmp(filter + n - 2, "))") != 0))
        abort();
    if (!directory_same_dn(name, name))
        abort();
    (void)directory_filter(&a, name, "joan");
    arena_release(&a);
    return 0;
}
