#include "web/child.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

/* ------------------------------------------------------------------ what it is told */

const char **child_arguments(struct arena *a, const struct desk_options *o, enum lang lang, day_t day, size_t more,
                             size_t *ret_count)
{
    const char **list = arena_array(a, const char *, o->override_count * 2 + 8 + more);
    char text[DAY_TEXT_BYTES];
    size_t n = 0;
    list[n++] = "talaia";
    if (o->config_path != NULL) {
        list[n++] = "--config";
        list[n++] = o->config_path;
    }
    for (size_t i = 0; i < o->override_count; i++) {
        list[n++] = "--set";
        list[n++] = o->overrides[i];
    }
    list[n++] = "--lang";
    list[n++] = lang_code(lang);
    if (day != DAY_NONE) {
        list[n++] = "--on";
        list[n++] = arena_strdup(a, day_iso(day, text));
    }
    *ret_count = n;
    return list;
}

const char *const *child_environment(struct arena *a, const char *who)
{
    size_t count = 0, n = 0;
    while (environ[count] != NULL)
        count++;
    const char **list = arena_array(a, const char *, count + 2);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(environ[i], "TALAIA_ACCOUNT=", 15) != 0)
            list[n++] = environ[i];
    }
    list[n++] = arena_printf(a, "TALAIA_ACCOUNT=%s", who);
    return list;
}

bool child_write(int fd, struct str bytes)
{
    return process_file_write(fd, bytes);
}

bool child_read(int fd, struct buf *to)
{
    return process_file_read(fd, to);
}

/* ------------------------------------------------------------------ running it */

int child_run(const struct child *x, enum child_end *ret_end, int *ret_code)
{
    const int files[] = {x->in, x->out, x->err};
    const struct process process = {
        .arguments = x->arguments, .environment = x->environment, .files = files, .file_count = 3};
    enum process_end end = PROCESS_EXITED;
    int why = process_run(&process, x->seconds, &end, ret_code);
    *ret_end = (enum child_end)end;
    return why;
}

bool child_reason(int fd, enum child_end end, int code, struct err *e)
{
    struct buf text = BUF_INIT(65536);
    struct str rest, line, found = {0};
    (void)child_read(fd, &text);
    rest = str_part(text.p, text.n);
    while (str_split(&rest, '\n', &line)) {
        if (str_starts(line, "talaia: "))
            found = str_part(line.p + 8, line.n - 8);
    }
    size_t cut = found.n;
    while (cut > 0 && found.p[cut - 1] != '(')
        cut--;
    for (int k = ERR_NONE + 1; cut > 1 && k < ERR_COUNT; k++) {
        const char *shown = err_code_text((enum err_code)k);
        if (str_is(str_part(found.p + cut, found.n - cut - 1), shown))
            err_set(e, (enum err_code)k, "%.*s", STR_ARG(str_trim(str_part(found.p, cut - 1))));
    }
    buf_release(&text);
    return err_set(e, ERR_INTERNAL, N_("a process of the desk has failed (%s %d)"),
                   end == CHILD_EXITED ? "exit" : "signal", code);
}
