/* A copy of the SQLite store while others work, and its examination. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "store/place.h"
#include "store/sqlite.h"

/* --- examination --- */

static bool integrity_check(struct lite *l, struct err *e)
{
    sqlite3_stmt *s = NULL;
    bool ok = sqlite3_prepare_v2(l->db, "PRAGMA integrity_check(1)", -1, &s, NULL) == SQLITE_OK &&
              sqlite3_step(s) == SQLITE_ROW;
    if (!ok)
        lite_fail(l, e);
    else if (strcmp((const char *)sqlite3_column_text(s, 0), "ok") != 0)
        ok = err_set(e, ERR_STORE, N_("%s is damaged (%s); keep a copy of it and restore the last backup"), l->path,
                     (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    return ok;
}

static bool reference_check(struct lite *l, struct err *e)
{
    sqlite3_stmt *s = NULL;
    bool ok = sqlite3_prepare_v2(l->db, "PRAGMA foreign_key_check", -1, &s, NULL) == SQLITE_OK;
    int rc = ok ? sqlite3_step(s) : SQLITE_ERROR;
    if (rc == SQLITE_ROW)
        ok = err_set(e, ERR_STORE, N_("%s is damaged: row %lld of %s refers to a row of %s that does not exist"),
                     l->path, (long long)sqlite3_column_int64(s, 1), (const char *)sqlite3_column_text(s, 0),
                     (const char *)sqlite3_column_text(s, 2));
    else if (rc != SQLITE_DONE)
        ok = lite_fail(l, e);
    sqlite3_finalize(s);
    return ok;
}

bool lite_check(void *db, struct err *e)
{
    return integrity_check(db, e) && reference_check(db, e);
}

/* --- backup --- */

static bool backup_pages(struct lite *from, struct lite *to, struct err *e)
{
    sqlite3_backup *b = sqlite3_backup_init(to->db, "main", from->db, "main");
    if (b == NULL)
        return lite_fail(to, e);
    int rc;
    do {
        rc = sqlite3_backup_step(b, LIMIT_BACKUP_PAGES);
    } while (rc == SQLITE_OK);
    rc = sqlite3_backup_finish(b);
    return rc == SQLITE_OK || lite_fail(to, e);
}

/* Opens an existing file for one purpose. */
static bool side_open(struct lite *l, const char *path, int flags, struct err *e)
{
    struct arena a = {0};
    *l = (struct lite){.path = arena_printf(&a, "%s%s", path[0] == '/' ? "" : "./", path)};
    int rc = sqlite3_open_v2(l->path, &l->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    l->path = mem_dup_text(path);
    arena_release(&a);
    if (rc == SQLITE_OK && lite_settings(l->db))
        return true;
    return lite_fail(l, e);
}

static void side_close(struct lite *l)
{
    sqlite3_close(l->db);
    mem_free(l->path);
}

static bool side_run(struct lite *l, const char *sql, struct err *e)
{
    return sqlite3_exec(l->db, sql, NULL, NULL, NULL) == SQLITE_OK || lite_fail(l, e);
}

/* One file that can be carried anywhere; the log comes back when it is opened as a store. */
static bool log_fold(struct lite *l, struct err *e)
{
    sqlite3_stmt *s = NULL;
    bool ok = sqlite3_prepare_v2(l->db, "PRAGMA journal_mode = DELETE", -1, &s, NULL) == SQLITE_OK &&
              sqlite3_step(s) == SQLITE_ROW;
    if (!ok)
        lite_fail(l, e);
    else if (strcmp((const char *)sqlite3_column_text(s, 0), "delete") != 0)
        ok =
            err_set(e, ERR_STORE, N_("the backup %s could not be made one file; look at the disk and repeat"), l->path);
    sqlite3_finalize(s);
    return ok;
}

static bool backup_copy(const char *source, const char *draft, struct err *e)
{
    struct lite from = {0}, to = {0};
    /* The source is read inside one transaction: the snapshot stands still, and a copy while others write neither
     * begins again for ever nor mixes two states. */
    bool ok = side_open(&from, source, SQLITE_OPEN_READWRITE, e) &&
              side_run(&from, "BEGIN; SELECT count(*) FROM sqlite_schema", e) &&
              side_open(&to, draft, SQLITE_OPEN_READWRITE, e) &&
              /* The draft is ours alone and worthless until it is whole. */
              side_run(&to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", e) && backup_pages(&from, &to, e) &&
              log_fold(&to, e) && lite_check(&to, e);
    side_close(&to);
    side_close(&from);
    return ok;
}

bool lite_backup(void *db, const char *path, struct err *e)
{
    struct lite *l = db;
    struct place place;
    if (!place_open(&place, path, e))
        return false;
    bool ok = backup_copy(l->path, place.draft, e);
    /* What SQLite could not remove beside the draft; after a copy that went well nothing of it counts any more. */
    static const char *const beside[] = {"-journal", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
        os.unlink(arena_printf(&place.arena, "%s%s", place.draft, beside[i]));
    return ok ? place_keep(&place, e) : place_drop(&place);
}
