/* A copy of the PostgreSQL store, made and read back by PostgreSQL's own tools. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/process.h"
#include "store/place.h"
#include "store/postgresql.h"

extern char **environ;

typedef VEC(char *) words;

/* Our environment without anything of libpq's, and then what this connection was made with: a command line would show
 * the password to everybody on the machine. Messages in English: they are part of a reason, and read here. */
static void environment_make(words *to, struct arena *a, PGconn *conn)
{
    for (char **v = environ; *v != NULL; v++) {
        if (strncmp(*v, "PG", 2) != 0 && strncmp(*v, "LC_", 3) != 0 && strncmp(*v, "LANG", 4) != 0)
            vec_push(to, *v);
    }
    vec_push(to, arena_strdup(a, "LC_ALL=C.UTF-8"));
    PQconninfoOption *options = PQconninfo(conn);
    for (PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++) {
        if (o->envvar != NULL && o->val != NULL && o->val[0] != '\0')
            vec_push(to, arena_printf(a, "%s=%s", o->envvar, o->val));
    }
    PQconninfoFree(options);
    vec_push(to, NULL);
}

/* The first line that a tool complained with; the rest is read and forgotten, so that it can end. */
static void complaint_read(int fd, char *out, size_t size)
{
    size_t n = 0;
    for (;;) {
        char piece[1024];
        ssize_t got = read(fd, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        size_t take = (size_t)got < size - 1 - n ? (size_t)got : size - 1 - n;
        memcpy(out + n, piece, take);
        n += take;
    }
    out[n] = '\0';
}

static bool tool_run(struct pg *pg, const char *const *argv, char **environment, struct err *e)
{
    int pipes[2];
    if (pipe2(pipes, O_CLOEXEC) != 0)
        return err_set(e, ERR_FILE, N_("cannot start %s: %s"), argv[0], err_system(e, errno));
    pid_t pid = -1;
    const int files[] = {PROCESS_NOTHING, PROCESS_NOTHING, pipes[1]};
    const struct process tool = {.program = argv[0],
                                 .arguments = argv,
                                 .environment = (const char *const *)(uintptr_t)environment,
                                 .files = files,
                                 .file_count = 3};
    int why = process_start(&tool, &pid);
    close(pipes[1]);
    char said[LIMIT_ERR_BYTES / 2] = "", line[LIMIT_ERR_BYTES / 2];
    int status = -1;
    if (why == 0) {
        complaint_read(pipes[0], said, sizeof said);
        status = process_wait(pid);
    }
    close(pipes[0]);
    if (why == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127)
        why = ENOENT; /* how a system without another way reports what exec could not find */
    if (why == ENOENT)
        return err_set(e, ERR_MODULE, N_("%s is not installed; it comes with the package postgresql-client"), argv[0]);
    if (why != 0)
        return err_set(e, ERR_FILE, N_("cannot start %s: %s"), argv[0], err_system(e, why));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    pg_message(pg, said, line, sizeof line);
    if (strstr(said, "No space left on device") != NULL || strstr(said, "Disk quota exceeded") != NULL ||
        strstr(said, "File too large") != NULL)
        return err_set(e, ERR_STORE_FULL, N_("the disk of the backup is full; free some space and repeat (%s)"), line);
    return err_set(e, ERR_STORE, N_("the backup failed: %s"), line[0] != '\0' ? line : argv[0]);
}

bool pg_backup(void *db, const char *path, struct err *e)
{
    struct pg *pg = db;
    struct place place;
    if (!place_open(&place, path, e))
        return false;
    words environment = {0};
    environment_make(&environment, &place.arena, pg->conn);
    const char *file = arena_printf(&place.arena, "--file=%s", place.draft);
    const char *const dump[] = {"pg_dump", "--format=custom", "--no-password", file, NULL};
    /* Unpacking all of it shows that it is whole; the listing alone would not. */
    const char *const read_back[] = {"pg_restore", "--file=/dev/null", "--", place.draft, NULL};
    bool ok = tool_run(pg, dump, environment.items, e) && tool_run(pg, read_back, environment.items, e);
    vec_release(&environment);
    return ok ? place_keep(&place, e) : place_drop(&place);
}
