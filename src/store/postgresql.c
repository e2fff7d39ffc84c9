/* The store on PostgreSQL: connection, errors, transactions. A module of its own (base/module.h). Not here: statements
 * and their rows (postgresql_stmt.c), backup (postgresql_backup.c). */
#include "store/postgresql.h"

#include <string.h>

#include "base/mem.h"

#define LOCK_CLASS 1413565505 /* "TALA": our advisory locks among those of others in the same server */
#define VERSION_MIN 150000    /* the oldest that is tested */

/* --- errors --- */

void pg_message(const struct pg *pg, const char *message, char *out, size_t size)
{
    struct buf b = BUF_INIT(LIMIT_ERR_BYTES);
    const char *password = pg->conn == NULL ? NULL : PQpass(pg->conn);
    size_t n = password == NULL ? 0 : strlen(password);
    size_t line = strcspn(message, "\n");
    for (size_t i = 0; i < line;) {
        bool secret = n > 3 && i + n <= line && memcmp(message + i, password, n) == 0;
        if (!(secret ? buf_add_text(&b, "***") : buf_add_char(&b, message[i])))
            break;
        i += secret ? n : 1;
    }
    (void)snprintf(out, size, "%s", buf_text(&b));
    buf_release(&b);
}

/* The first that fits decides: SQLSTATE, or the beginning of one. */
static const struct {
    const char *state;
    enum err_code code;
    const char *format; /* with the server's message */
} states[] = {
    {"23", ERR_STATE, N_("the data break a rule of the store (%s)")},
    {"55P03", ERR_STORE_BUSY, N_("another command is writing to the store; wait until it ends and repeat (%s)")},
    {"40", ERR_STORE_BUSY, N_("another command changed the same data at the same time; repeat (%s)")},
    {"53100", ERR_STORE_FULL, N_("the disk of the database is full; free some space and repeat (%s)")},
    {"53300", ERR_STORE_BUSY, N_("the database has no connection left; wait and repeat (%s)")},
    {"57014", ERR_STORE, N_("the database broke off a statement that took too long (%s)")},
    {"57P", ERR_STORE_LOST, N_("the database closed the connection (%s); nothing of the operation was kept")},
    {"08", ERR_STORE_LOST, N_("the connection with the database was lost (%s); nothing of the operation was kept")},
    {"25006", ERR_INTERNAL, N_("a statement writes inside a transaction for reading (%s)")},
    {"42501", ERR_STORE, N_("no permission in the database (%s); give the role of store.url what it needs")},
    {"42", ERR_INTERNAL, N_("the store refused a statement: %s")},
    {"54", ERR_LIMIT, N_("a value is too large for the store (%s)")},
    {"XX001", ERR_STORE, N_("the database is damaged (%s); restore the last backup")},
    {"XX002", ERR_STORE, N_("an index of the database is damaged (%s); its administrator can REINDEX it")},
    {"", ERR_STORE, N_("the database answered with an error: %s")},
};

bool pg_fail(struct pg *pg, const PGresult *r, struct err *e)
{
    char text[LIMIT_ERR_BYTES / 2];
    const char *state = r == NULL ? NULL : PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *primary = r == NULL ? NULL : PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    pg_message(pg, primary != NULL ? primary : PQerrorMessage(pg->conn), text, sizeof text);
    if (state == NULL || PQstatus(pg->conn) == CONNECTION_BAD)
        state = "08";
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (str_starts(str_of(state), states[i].state))
            return err_set(e, states[i].code, states[i].format, text);
    }
    return false;
}

PGresult *pg_exec(struct pg *pg, const char *sql, struct err *e)
{
    if (!pg_idle(pg, e))
        return NULL;
    PGresult *r = PQexec(pg->conn, sql);
    ExecStatusType status = PQresultStatus(r);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return r;
    pg_fail(pg, r, e);
    PQclear(r);
    return NULL;
}

static bool pg_run(struct pg *pg, const char *sql, struct err *e)
{
    PGresult *r = pg_exec(pg, sql, e);
    PQclear(r);
    return r != NULL;
}

/* --- connection --- */

static void notice_ignore(void *context, const PGresult *r)
{
    (void)context, (void)r;
}

/* A character that should have been percent-encoded makes libpq take half of a password for a host or a port and name
 * it in its message: such a URL goes no further. */
static bool url_check(const char *url, struct err *e)
{
    const char *rest = strstr(url, "://") + 3;
    struct str place = str_part(rest, strcspn(rest, "?"));
    size_t at = str_find(place, '@');
    bool ok = at == place.n || str_find(str_part(place.p + at + 1, place.n - at - 1), '@') == place.n - at - 1;
    ok = ok && (at == place.n || str_find(place, '/') > at);
    char *ignored = NULL;
    PQconninfoOption *options = ok ? PQconninfoParse(url, &ignored) : NULL;
    for (PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++) {
        if (strcmp(o->keyword, "port") == 0 && o->val != NULL && o->val[strspn(o->val, "0123456789,")] != '\0')
            ok = false;
    }
    ok = ok && options != NULL;
    PQconninfoFree(options);
    PQfreemem(ignored);
    return ok ||
           err_set(e, ERR_CONFIG,
                   N_("store.url is not a URL that PostgreSQL accepts; in user and password write @ : / ? # %% as "
                      "%%40 %%3A %%2F %%3F %%23 %%25"));
}

static bool session_prepare(struct pg *pg, struct err *e)
{
    const char *encoding = PQparameterStatus(pg->conn, "server_encoding");
    if (PQserverVersion(pg->conn) < VERSION_MIN)
        return err_set(e, ERR_STORE, N_("the server is PostgreSQL %s; Talaia needs 15 or newer"), pg->version);
    if (encoding == NULL || strcmp(encoding, "UTF8") != 0)
        return err_set(e, ERR_STORE,
                       N_("the database keeps its text as %s; make one with `createdb --encoding=UTF8 "
                          "--template=template0 NAME`"),
                       encoding == NULL ? "?" : encoding);
    char sql[512];
    /* A machine of ours that dies must not keep its locks for two hours, nor a process that is killed until its
     * statement ends: the server looks whether we are still there. */
    (void)snprintf(sql, sizeof sql,
                   "SET search_path = public; SET client_min_messages = error; SET timezone = 'UTC'; SET jit = off;"
                   "SET statement_timeout = %d; SET lock_timeout = %d; SET tcp_keepalives_idle = 60;"
                   "SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 6;"
                   "SET client_connection_check_interval = 1000",
                   LIMIT_STORE_STATEMENT_MS, pg->wait_ms);
    return pg_run(pg, sql, e);
}

/* `code` is for a server that cannot be reached. */
static bool pg_connect(struct pg *pg, enum err_code code, struct err *e)
{
    char timeout[16];
    (void)snprintf(timeout, sizeof timeout, "%d", LIMIT_STORE_CONNECT_SECONDS);
    /* What stands before dbname may be overridden by the URL; what stands after overrides it. */
    const char *const names[] = {"connect_timeout",  "tcp_user_timeout", "dbname",
                                 "application_name", "client_encoding",  NULL};
    const char *const values[] = {timeout, "30000", pg->url, "talaia", "UTF8", NULL};
    if (pg->conn != NULL)
        PQfinish(pg->conn);
    pg->live = NULL;
    pg->queued = 0;
    buf_clear(&pg->unused);
    pg->generation++;
    pg->conn = PQconnectdbParams(names, values, 1);
    if (PQstatus(pg->conn) != CONNECTION_OK) {
        char text[LIMIT_ERR_BYTES / 2];
        pg_message(pg, PQerrorMessage(pg->conn), text, sizeof text);
        return err_set(e, code, N_("cannot reach the database: %s; check store.url and that the server runs"), text);
    }
    PQsetNoticeReceiver(pg->conn, notice_ignore, NULL);
    const char *version = PQparameterStatus(pg->conn, "server_version");
    version = version == NULL ? "?" : version;
    (void)snprintf(pg->version, sizeof pg->version, "%.*s", (int)strcspn(version, " "), version);
    return session_prepare(pg, e);
}

static void pg_close(void *db)
{
    struct pg *pg = db;
    PQfinish(pg->conn);
    buf_release(&pg->unused);
    mem_free(pg->url);
    mem_free(pg);
}

static bool pg_open(const char *target, enum store_open_how how, void **ret_db, struct err *e)
{
    (void)how; /* the database itself is made by its administrator */
    if (!url_check(target, e))
        return false;
    struct pg *pg = mem_alloc(1, sizeof *pg);
    pg->url = mem_dup_text(target);
    pg->wait_ms = LIMIT_STORE_BUSY_MS;
    pg->unused = (struct buf)BUF_INIT(LIMIT_SQL_BYTES);
    if (!pg_connect(pg, ERR_STORE, e)) {
        pg_close(pg);
        return false;
    }
    *ret_db = pg;
    return true;
}

static void pg_describe(void *db, struct buf *to)
{
    struct pg *pg = db;
    buf_printf(to, "PostgreSQL %s, database %s on %s", pg->version, PQdb(pg->conn), PQhost(pg->conn));
}

static bool pg_set_wait(void *db, int milliseconds, struct err *e)
{
    struct pg *pg = db;
    char sql[64];
    pg->wait_ms = milliseconds > 0 ? milliseconds : 1; /* 0 would be for ever */
    (void)snprintf(sql, sizeof sql, "SET lock_timeout = %d", pg->wait_ms);
    return pg_run(pg, sql, e);
}

/* --- transactions --- */

static bool pg_begin(void *db, enum tx_kind kind, bool *ret_renewed, struct err *e)
{
    struct pg *pg = db;
    const char *sql = kind == TX_READ ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                      : kind == TX_WRITE
                          ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
                          : "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL synchronous_commit = off";
    pg->kind = kind;
    *ret_renewed = false;
    if (PQstatus(pg->conn) == CONNECTION_OK) {
        struct err first = {.lang = e->lang};
        if (pg_run(pg, sql, &first))
            return true;
        if (PQstatus(pg->conn) == CONNECTION_OK) {
            *e = e->code == ERR_NONE ? first : *e;
            return false;
        }
    }
    *ret_renewed = true;
    return pg_connect(pg, ERR_STORE_LOST, e) && pg_run(pg, sql, e);
}

static void pg_rollback(void *db)
{
    struct pg *pg = db;
    pg_break(pg);
    PGTransactionStatusType status = PQtransactionStatus(pg->conn);
    if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR)
        PQclear(PQexec(pg->conn, "ROLLBACK"));
}

static bool pg_commit(void *db, struct err *e)
{
    struct pg *pg = db;
    if (!pg_idle(pg, e)) {
        pg_rollback(pg);
        return false;
    }
    PGresult *r = PQexec(pg->conn, "COMMIT");
    bool ok = PQresultStatus(r) == PGRES_COMMAND_OK && strcmp(PQcmdStatus(r), "COMMIT") == 0;
    if (ok) {
        PQclear(r);
        return true;
    }
    if (PQresultStatus(r) == PGRES_COMMAND_OK)
        err_set(e, ERR_STORE, N_("a statement of the transaction had failed: nothing of it was kept"));
    else if (PQstatus(pg->conn) == CONNECTION_BAD && pg->kind != TX_READ)
        err_set(e, ERR_STORE_LOST,
                N_("the connection with the database was lost at the end of the operation: its end is "
                   "unknown; look before repeating"));
    else
        pg_fail(pg, r, e);
    PQclear(r);
    pg_rollback(pg);
    return false;
}

static bool pg_lock(void *db, const char *name, struct err *e)
{
    struct pg *pg = db;
    char sql[96];
    (void)snprintf(sql, sizeof sql, "SELECT pg_advisory_xact_lock(%d, hashtext($1))", LOCK_CLASS);
    if (!pg_idle(pg, e))
        return false;
    PGresult *r = PQexecParams(pg->conn, sql, 1, NULL, &name, NULL, NULL, 0);
    bool ok = PQresultStatus(r) == PGRES_TUPLES_OK || pg_fail(pg, r, e);
    PQclear(r);
    return ok;
}

static bool pg_script(void *db, const char *sql, struct err *e)
{
    struct pg *pg = db;
    return pg_run(pg, sql, e) && (PQtransactionStatus(pg->conn) == PQTRANS_INTRANS ||
                                  err_set(e, ERR_INTERNAL, N_("a script for the store ended its transaction")));
}

static bool pg_number(struct pg *pg, const char *sql, int *ret, struct err *e)
{
    PGresult *r = pg_exec(pg, sql, e);
    if (r == NULL)
        return false;
    int64_t value = 0;
    bool ok = PQntuples(r) == 1 && str_to_int64(str_of(PQgetvalue(r, 0, 0)), 0, INT32_MAX, &value);
    PQclear(r);
    *ret = (int)value;
    return ok || err_set(e, ERR_STORE, N_("the catalogue of the database is not as expected; restore the last backup"));
}

static bool pg_version(void *db, int *ret_version, bool *ret_foreign, struct err *e)
{
    int ours, all;
    *ret_version = 0;
    if (!pg_number(db, "SELECT count(to_regclass('public.schema_version'))", &ours, e) ||
        !pg_number(db,
                   "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('public') AND relkind IN "
                   "('r', 'p')",
                   &all, e))
        return false;
    *ret_foreign = ours == 0 && all > 0;
    return ours == 0 || pg_number(db, "SELECT coalesce(max(version), 0) FROM schema_version", ret_version, e);
}

/* --- examination --- */

/* A query that names what is wrong: no row is well. `format` has the name. */
static bool check_none(struct pg *pg, const char *sql, const char *format, struct err *e)
{
    PGresult *r = pg_exec(pg, sql, e);
    if (r == NULL)
        return false;
    bool ok = PQntuples(r) == 0 || err_set(e, ERR_STORE, format, PQgetvalue(r, 0, 0));
    PQclear(r);
    return ok;
}

static bool pg_check(void *db, struct err *e)
{
    struct pg *pg = db;
    if (!check_none(pg, "SELECT indexrelid::regclass FROM pg_index WHERE NOT (indisvalid AND indisready)",
                    N_("the index %s of the database is not valid; its administrator can REINDEX it"), e) ||
        !check_none(pg, "SELECT conname FROM pg_constraint WHERE NOT convalidated",
                    N_("the rule %s of the database was never checked; its administrator can VALIDATE it"), e))
        return false;
    /* Reading every row finds pages that cannot be read. */
    PGresult *tables = pg_exec(pg,
                               "SELECT format('SELECT count(t.*) FROM %I.%I t', 'public', relname) FROM pg_class WHERE "
                               "relnamespace = to_regnamespace('public') AND relkind = 'r' ORDER BY relname",
                               e);
    bool ok = tables != NULL;
    for (int i = 0; ok && i < PQntuples(tables); i++)
        ok = pg_run(pg, PQgetvalue(tables, i, 0), e);
    PQclear(tables);
    return ok;
}

__attribute__((visibility("default"))) extern const struct backend talaia_module;
const struct backend talaia_module = {
    .kind = STORE_POSTGRESQL,
    .open = pg_open,
    .close = pg_close,
    .describe = pg_describe,
    .set_wait = pg_set_wait,
    .begin = pg_begin,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .lock = pg_lock,
    .script = pg_script,
    .version = pg_version,
    .check = pg_check,
    .backup = pg_backup,
    .prepare = pg_stmt_prepare,
    .finalize = pg_stmt_finalize,
    .start = pg_stmt_start,
    .queue = pg_stmt_queue,
    .flush = pg_flush,
    .step = pg_stmt_step,
    .reset = pg_stmt_reset,
    .changed = pg_stmt_changed,
    .columns = pg_stmt_columns,
    .null = pg_stmt_null,
    .integer = pg_stmt_integer,
    .text = pg_stmt_text,
};
