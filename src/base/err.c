#include "base/err.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

static const struct {
    const char *shown;
    enum exit_code exit;
    const char *help;
} codes[ERR_COUNT] = {[ERR_NONE] = {"", EXIT_OK, ""},
#define X(name, shown, exit, help) [ERR_##name] = {shown, exit, help},
                      ERR_LIST(X)
#undef X
};

bool err_set(struct err *e, enum err_code code, const char *format, ...)
{
    if (e->code != ERR_NONE)
        return false;
    e->code = code;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(e->log, sizeof e->log, format, args);
    va_end(args);
    va_start(args, format);
    (void)vsnprintf(e->text, sizeof e->text, tr(e->lang, format), args);
    va_end(args);
    str_make_printable(e->log);
    str_make_printable(e->text);
    return false;
}

void err_where(struct err *e, const char *format, ...)
{
    if (e->code == ERR_NONE)
        return;
    char where[LIMIT_ERR_BYTES / 2]; /* so that the reason keeps its room */
    va_list args;
    va_start(args, format);
    (void)vsnprintf(where, sizeof where, format, args);
    va_end(args);
    str_make_printable(where);

    char joined[sizeof e->text];
    (void)snprintf(joined, sizeof joined, "%s: %.*s", where, (int)(sizeof joined - 3 - strlen(where)), e->text);
    memcpy(e->text, joined, sizeof joined);
    (void)snprintf(joined, sizeof joined, "%s: %.*s", where, (int)(sizeof joined - 3 - strlen(where)), e->log);
    memcpy(e->log, joined, sizeof joined);
    str_make_printable(e->text);
    str_make_printable(e->log);
}

/* As the C library says them: it would translate them only in a locale of the system, one for the whole process. */
static const char *const system_reasons[] = {
    N_("Operation not permitted"),
    N_("No such file or directory"),
    N_("Input/output error"),
    N_("Cannot allocate memory"),
    N_("Permission denied"),
    N_("Device or resource busy"),
    N_("File exists"),
    N_("Not a directory"),
    N_("Is a directory"),
    N_("Invalid argument"),
    N_("Too many open files"),
    N_("Too many open files in system"),
    N_("Text file busy"),
    N_("File too large"),
    N_("No space left on device"),
    N_("Read-only file system"),
    N_("File name too long"),
    N_("Too many levels of symbolic links"),
    N_("Operation not supported"),
    N_("Disk quota exceeded"),
    N_("Stale file handle"),
    N_("Bad file descriptor"),
    N_("Exec format error"),
    N_("Resource temporarily unavailable"),
};

const char *err_system(const struct err *e, int why)
{
    const char *reason = strerror(why);
    for (size_t i = 0; i < sizeof system_reasons / sizeof *system_reasons; i++) {
        if (strcmp(reason, system_reasons[i]) == 0)
            return tr(e->lang, system_reasons[i]);
    }
    return reason;
}

void err_clear(struct err *e)
{
    e->code = ERR_NONE;
    e->text[0] = '\0';
    e->log[0] = '\0';
}

const char *err_code_text(enum err_code code)
{
    return codes[code].shown;
}

const char *err_code_help(enum err_code code)
{
    return codes[code].help;
}

enum exit_code err_exit_code(enum err_code code)
{
    return codes[code].exit;
}

enum err_code err_code_find(const char *shown)
{
    for (int i = 1; i < ERR_COUNT; i++) {
        if (strcasecmp(shown, codes[i].shown) == 0)
            return (enum err_code)i;
    }
    return ERR_NONE;
}
