/* The store on an SQLite file. Not here: backup and check (sqlite_backup.c), anything above one statement. */
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"

struct lite_stmt {
    struct lite *lite;
    sqlite3_stmt *stmt;
};

/* --- errors --- */

bool lite_fail(struct lite *l, struct err *e)
{
    int rc = sqlite3_extended_errcode(l->db), why = sqlite3_system_errno(l->db);
    const char *text = sqlite3_errmsg(l->db);
    l->disk_failed = l->disk_failed || rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC;
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(e, ERR_STORE_BUSY, N_("another command is writing to %s; wait until it ends and repeat"),
                       l->path);
    case SQLITE_FULL: goto full;
    case SQLITE_IOERR:
        if (why == ENOSPC || why == EDQUOT || why == EFBIG)
            goto full;
        return err_set(e, ERR_STORE, N_("the disk of %s failed (%s, %s); check the disk and the system's log"), l->path,
                       text, err_system(e, why));
    case SQLITE_NOTADB:
        return err_set(e, ERR_STORE, N_("%s is not a store of Talaia (nor any SQLite database); check store.url"),
                       l->path);
    case SQLITE_CORRUPT:
        return err_set(e, ERR_STORE, N_("%s is damaged (%s); keep a copy of it and restore the last backup"), l->path,
                       text);
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return err_set(e, ERR_STORE,
                       N_("no permission to write to %s; give its owner, and its directory's, write access"), l->path);
    case SQLITE_CANTOPEN:
        return err_set(e, ERR_STORE, N_("cannot open %s or the files beside it (%s); check their permissions"), l->path,
                       why != 0 ? err_system(e, why) : text);
    case SQLITE_CONSTRAINT: return err_set(e, ERR_STATE, N_("the data break a rule of the store (%s)"), text);
    case SQLITE_TOOBIG: return err_set(e, ERR_LIMIT, N_("a value is too large for the store"));
    default: return err_set(e, ERR_INTERNAL, N_("the store refused a statement: %s (%s, code %d)"), text, l->path, rc);
    }
full:
    return err_set(e, ERR_STORE_FULL, N_("the disk of %s is full; free some space and repeat"), l->path);
}

static bool lite_run(struct lite *l, const char *sql, struct err *e)
{
    return sqlite3_exec(l->db, sql, NULL, NULL, NULL) == SQLITE_OK || lite_fail(l, e);
}

/* --- opening --- */

/* What SQLite would say less clearly. A new file is made here, so that nobody else can ever read it. */
static bool file_prepare(const char *path, enum store_open_how how, struct err *e)
{
    struct stat st;
    if (*path == '\0')
        return err_set(e, ERR_CONFIG, N_("store.url names no file after sqlite:"));
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return err_set(e, ERR_STORE, N_("%s is a directory; store.url must name a file in it"), path);
        if (!S_ISREG(st.st_mode))
            return err_set(e, ERR_STORE, N_("%s is not an ordinary file; store.url must name one"), path);
        return true;
    }
    int why = errno;
    if (why == ENOENT && how != STORE_CREATE)
        return err_set(e, ERR_STORE, N_("there is no store at %s; `talaia init` makes one"), path);
    if (why == ENOENT) {
        int fd = os.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0) {
            os.close(fd);
            return true;
        }
        why = errno;
    }
    if (why == ENOENT || why == ENOTDIR)
        return err_set(e, ERR_STORE, N_("the directory of %s does not exist; make it first"), path);
    if (why == ENOSPC || why == EDQUOT)
        return err_set(e, ERR_STORE_FULL, N_("the disk of %s is full; free some space and repeat"), path);
    return err_set(e, ERR_STORE, N_("cannot open %s: %s"), path, err_system(e, why));
}

/* Taking the write-ahead log into use needs the file for oneself for a moment, and SQLite does not always wait for it.
 */
static bool wal_use(struct lite *l, struct err *e)
{
    for (int waited = 0;; waited += 10) {
        sqlite3_stmt *s = NULL;
        int rc = sqlite3_prepare_v2(l->db, "PRAGMA journal_mode = WAL", -1, &s, NULL);
        if (rc == SQLITE_OK)
            rc = sqlite3_step(s);
        bool wal = rc == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(s, 0), "wal") == 0;
        if (rc != SQLITE_ROW && (rc & 0xff) != SQLITE_BUSY)
            lite_fail(l, e);
        sqlite3_finalize(s);
        if (wal || e->code != ERR_NONE)
            return wal;
        if (rc == SQLITE_ROW)
            return err_set(e, ERR_STORE, N_("%s is on a file system that the store cannot use; put it on a local disk"),
                           l->path);
        if (waited >= LIMIT_STORE_BUSY_MS)
            return err_set(e, ERR_STORE_BUSY, N_("another command is writing to %s; wait until it ends and repeat"),
                           l->path);
        sqlite3_sleep(10);
    }
}

bool lite_settings(sqlite3 *db)
{
    static const struct {
        int option, value;
    } settings[] = {
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, /* a planted view or trigger can call nothing with side effects */
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0}, /* "x" is a name, as the standard and PostgreSQL have it */
        {SQLITE_DBCONFIG_DQS_DDL, 0},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        if (sqlite3_db_config(db, settings[i].option, settings[i].value, (int *)NULL) != SQLITE_OK)
            return false;
    }
    return sqlite3_busy_timeout(db, LIMIT_STORE_BUSY_MS) == SQLITE_OK;
}

static bool lite_version(void *db, int *ret_version, bool *ret_foreign, struct err *e);

/* The log's mode is written into the file: one that is not our store, and will not be, is left as it is; the version is
 * what refuses it later. */
static bool lite_use(struct lite *l, enum store_open_how how, struct err *e)
{
    int version;
    bool foreign;
    if (how == STORE_EXAMINE)
        return true;
    if (!lite_version(l, &version, &foreign, e))
        return false;
    return foreign || (version == 0 && how != STORE_CREATE) || wal_use(l, e);
}

static bool lite_prepare(struct lite *l, enum store_open_how how, struct err *e)
{
    /* FULL: a commit that was confirmed survives a power cut. LIKE as PostgreSQL has it. */
    if (!lite_settings(l->db) || !lite_run(l,
                                           "PRAGMA synchronous = FULL; PRAGMA temp_store = FILE; PRAGMA mmap_size = 0;"
                                           "PRAGMA cell_size_check = ON; PRAGMA case_sensitive_like = ON;",
                                           e))
        return err_set(e, ERR_INTERNAL, N_("this SQLite (%s) lacks a setting that the store needs"),
                       sqlite3_libversion());
    if (sqlite3_db_readonly(l->db, "main") == 1)
        return how == STORE_EXAMINE ||
               err_set(e, ERR_STORE,
                       N_("no permission to write to %s; give its owner, and its directory's, write access"), l->path);
    char sql[160];
    (void)snprintf(sql, sizeof sql,
                   "PRAGMA journal_size_limit = %u; PRAGMA cache_size = -%u; PRAGMA wal_autocheckpoint = %d",
                   LIMIT_STORE_WAL_BYTES, LIMIT_STORE_CACHE_KIB, LIMIT_STORE_WAL_PAGES);
    return lite_run(l, sql, e) && lite_use(l, how, e);
}

static void lite_close(void *db)
{
    struct lite *l = db;
    lite_mover_stop(l);
    sqlite3_close(l->db);
    mem_free(l->path);
    mem_free(l);
}

static bool lite_open(const char *target, enum store_open_how how, void **ret_db, struct err *e)
{
    if (!file_prepare(target, how, e))
        return false;
    struct lite *l = mem_alloc(1, sizeof *l);
    l->path = mem_dup_text(target);
    /* A name alone could be one that SQLite treats apart (":memory:", "file:…"). */
    struct arena a = {0};
    char *name = arena_printf(&a, "%s%s", target[0] == '/' ? "" : "./", target);
    int rc = sqlite3_open_v2(name, &l->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    arena_release(&a);
    if (rc != SQLITE_OK || !lite_prepare(l, how, e)) {
        lite_fail(l, e);
        lite_close(l);
        return false;
    }
    *ret_db = l;
    return true;
}

static void lite_describe(void *db, struct buf *to)
{
    struct lite *l = db;
    buf_printf(to, "SQLite %s, %s", sqlite3_libversion(), l->path);
}

static bool lite_set_wait(void *db, int milliseconds, struct err *e)
{
    struct lite *l = db;
    return sqlite3_busy_timeout(l->db, milliseconds) == SQLITE_OK || lite_fail(l, e);
}

/* --- transactions --- */

static bool lite_begin(void *db, enum tx_kind kind, bool *ret_renewed, struct err *e)
{
    struct lite *l = db;
    *ret_renewed = false;
    if (l->disk_failed)
        return err_set(e, ERR_STORE, N_("the disk of %s failed before; check it and start Talaia again"), l->path);
    l->kind = kind;
    if (kind != TX_READ && l->soon != (kind == TX_WRITE_SOON)) { /* it cannot be changed inside a transaction */
        bool soon = kind == TX_WRITE_SOON;
        if (!lite_run(l, soon ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL", e))
            return false;
        l->soon = soon;
    }
    return lite_run(l, kind != TX_READ ? "BEGIN IMMEDIATE" : "BEGIN", e);
}

static void lite_rollback(void *db)
{
    struct lite *l = db;
    /* After some errors SQLite has rolled back by itself. */
    if (sqlite3_get_autocommit(l->db) == 0)
        (void)sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
}

static bool lite_commit(void *db, struct err *e)
{
    struct lite *l = db;
    if (sqlite3_exec(l->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
        return true;
    int rc = sqlite3_extended_errcode(l->db);
    if (rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC) {
        /* The rows may have reached the log although the disk did not confirm it, and asking again proves nothing: the
         * system may have dropped the pages. Who opens the file next finds them whole or not at all. */
        err_set(e, ERR_STORE,
                N_("the disk of %s failed at the end of the operation (%s): its end is unknown; check the "
                   "disk and look before repeating"),
                l->path, err_system(e, sqlite3_system_errno(l->db)));
    }
    lite_fail(l, e);
    lite_rollback(l);
    return false;
}

static bool lite_lock(void *db, const char *name, struct err *e)
{
    (void)db, (void)name, (void)e; /* BEGIN IMMEDIATE holds them all */
    return true;
}

static bool lite_script(void *db, const char *sql, struct err *e)
{
    struct lite *l = db;
    if (!lite_run(l, sql, e))
        return false;
    return sqlite3_get_autocommit(l->db) == 0 ||
           err_set(e, ERR_INTERNAL, N_("a script for the store ended its transaction"));
}

static bool lite_number(struct lite *l, const char *sql, int *ret, struct err *e)
{
    sqlite3_stmt *s = NULL;
    bool ok = sqlite3_prepare_v2(l->db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW;
    if (ok)
        *ret = sqlite3_column_int(s, 0);
    else
        lite_fail(l, e);
    sqlite3_finalize(s);
    return ok;
}

static bool lite_version(void *db, int *ret_version, bool *ret_foreign, struct err *e)
{
    int ours, all;
    *ret_version = 0;
    if (!lite_number(db, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'", &ours,
                     e) ||
        !lite_number(db, "SELECT count(*) FROM sqlite_schema", &all, e))
        return false;
    *ret_foreign = ours == 0 && all > 0;
    return ours == 0 || lite_number(db, "SELECT coalesce(max(version), 0) FROM schema_version", ret_version, e);
}

/* --- statements --- */

/* `$1` is a name for SQLite, numbered in the order of appearance; `?1` is the number one. Text and comments are left
 * alone. */
static bool sql_translate(const char *sql, struct buf *to)
{
    const char *p = sql;
    while (*p != '\0') {
        const char *end = p + 1;
        if (*p == '\'' || *p == '"') {
            const char *close = strchr(p + 1, *p);
            end = close == NULL ? p + strlen(p) : close + 1;
        } else if (p[0] == '-' && p[1] == '-') {
            end = p + strcspn(p, "\n");
        } else if (p[0] == '/' && p[1] == '*') {
            const char *close = strstr(p + 2, "*/");
            end = close == NULL ? p + strlen(p) : close + 2;
        }
        if (*p == '$' && p[1] >= '1' && p[1] <= '9')
            buf_add_char(to, '?');
        else
            buf_add(to, p, (size_t)(end - p));
        p = end;
    }
    return !buf_full(to);
}

static bool stmt_accept(struct lite *l, sqlite3_stmt *s, const char *tail, const char *types, struct err *e)
{
    if (s == NULL || tail[strspn(tail, " \t\r\n;")] != '\0')
        return err_set(e, ERR_INTERNAL, N_("a text for the store is not exactly one statement"));
    if (sqlite3_bind_parameter_count(s) != (int)strlen(types))
        return err_set(e, ERR_INTERNAL, N_("a statement has %d parameters and %zu values"),
                       sqlite3_bind_parameter_count(s), strlen(types));
    (void)l;
    return true;
}

static bool lite_stmt_prepare(void *db, const char *sql, const char *types, void **ret_stmt, struct err *e)
{
    struct lite *l = db;
    struct buf text = BUF_INIT(LIMIT_SQL_BYTES);
    sqlite3_stmt *s = NULL;
    const char *tail = NULL;
    bool ok = sql_translate(sql, &text);
    if (!ok)
        err_set(e, ERR_INTERNAL, N_("a statement has more than %u bytes"), LIMIT_SQL_BYTES);
    else if (sqlite3_prepare_v3(l->db, buf_text(&text), -1, SQLITE_PREPARE_PERSISTENT, &s, &tail) != SQLITE_OK)
        ok = lite_fail(l, e);
    else
        ok = stmt_accept(l, s, tail, types, e);
    buf_release(&text);
    if (!ok) {
        sqlite3_finalize(s);
        return false;
    }
    struct lite_stmt *h = mem_alloc(1, sizeof *h);
    *h = (struct lite_stmt){.lite = l, .stmt = s};
    *ret_stmt = h;
    return true;
}

static void lite_stmt_finalize(void *stmt)
{
    struct lite_stmt *h = stmt;
    sqlite3_finalize(h->stmt);
    mem_free(h);
}

static bool lite_stmt_start(void *stmt, const struct sql_value *values, int count, bool lasting, struct err *e)
{
    struct lite_stmt *h = stmt;
    if (h->lite->kind == TX_READ && !sqlite3_stmt_readonly(h->stmt))
        return err_set(e, ERR_INTERNAL, N_("a statement writes inside a transaction for reading"));
    int rc = SQLITE_OK;
    for (int i = 0; i < count && rc == SQLITE_OK; i++) {
        const struct sql_value *v = &values[i];
        switch (v->kind) {
        case SQL_NULL: rc = sqlite3_bind_null(h->stmt, i + 1); break;
        case SQL_INT:
        case SQL_SMALL: rc = sqlite3_bind_int64(h->stmt, i + 1, v->number); break;
        case SQL_TEXT:
            rc = sqlite3_bind_text(h->stmt, i + 1, v->text.p, (int)v->text.n,
                                   lasting ? SQLITE_STATIC : SQLITE_TRANSIENT);
            break;
        }
    }
    return rc == SQLITE_OK || lite_fail(h->lite, e);
}

static enum sql_step lite_stmt_step(void *stmt, struct err *e)
{
    struct lite_stmt *h = stmt;
    int rc = sqlite3_step(h->stmt);
    if (rc == SQLITE_ROW)
        return SQL_ROW;
    if (rc == SQLITE_DONE)
        return SQL_DONE;
    lite_fail(h->lite, e);
    return SQL_FAILED;
}

static void lite_stmt_reset(void *stmt)
{
    struct lite_stmt *h = stmt;
    (void)sqlite3_reset(h->stmt); /* repeats the error of the last step, which was reported then */
}

static int64_t lite_stmt_changed(void *stmt)
{
    struct lite_stmt *h = stmt;
    return sqlite3_stmt_readonly(h->stmt) ? 0 : sqlite3_changes64(h->lite->db);
}

static int64_t lite_stmt_inserted(void *stmt)
{
    struct lite_stmt *h = stmt;
    return sqlite3_last_insert_rowid(h->lite->db);
}

static int lite_stmt_columns(void *stmt)
{
    return sqlite3_data_count(((struct lite_stmt *)stmt)->stmt);
}

static bool lite_stmt_null(void *stmt, int column)
{
    return sqlite3_column_type(((struct lite_stmt *)stmt)->stmt, column) == SQLITE_NULL;
}

static bool lite_stmt_integer(void *stmt, int column, int64_t *ret)
{
    struct lite_stmt *h = stmt;
    switch (sqlite3_column_type(h->stmt, column)) {
    case SQLITE_INTEGER:
    case SQLITE_NULL: *ret = sqlite3_column_int64(h->stmt, column); return true;
    case SQLITE_TEXT: {
        const char *p = (const char *)sqlite3_column_text(h->stmt, column);
        return str_to_int64(str_part(p, (size_t)sqlite3_column_bytes(h->stmt, column)), INT64_MIN, INT64_MAX, ret);
    }
    default: return false;
    }
}

static struct str lite_stmt_text(void *stmt, int column)
{
    struct lite_stmt *h = stmt;
    const char *p = (const char *)sqlite3_column_text(h->stmt, column);
    return p == NULL ? (struct str){NULL, 0} : str_part(p, (size_t)sqlite3_column_bytes(h->stmt, column));
}

const struct backend backend_sqlite = {
    .kind = STORE_SQLITE,
    .open = lite_open,
    .close = lite_close,
    .describe = lite_describe,
    .set_wait = lite_set_wait,
    .move_beside = lite_move_beside,
    .begin = lite_begin,
    .commit = lite_commit,
    .rollback = lite_rollback,
    .lock = lite_lock,
    .script = lite_script,
    .version = lite_version,
    .check = lite_check,
    .backup = lite_backup,
    .prepare = lite_stmt_prepare,
    .finalize = lite_stmt_finalize,
    .start = lite_stmt_start,
    .step = lite_stmt_step,
    .reset = lite_stmt_reset,
    .changed = lite_stmt_changed,
    .inserted = lite_stmt_inserted,
    .columns = lite_stmt_columns,
    .null = lite_stmt_null,
    .integer = lite_stmt_integer,
    .text = lite_stmt_text,
};
