/* The store: one small statement interface over SQLite and PostgreSQL.
 *
 * SQL text is shared by both: parameters are $1, $2 …; instants are BIGINT microseconds UTC; days are ISO text;
 * booleans are INTEGER 0/1; text is compared byte by byte (C collation), LIKE minds case, text stands between '…' only.
 * DDL and what only one of them knows is in src/store/migrations/ per dialect. Only src/record writes SQL.
 *
 * One thread per store, one transaction at a time, statements only inside it. After the first statement that fails, the
 * transaction can only be rolled back: every later call fails and tx_commit rolls back (PostgreSQL works like that, and
 * half a deed is never kept). A row that may be there already is no error when written with ON CONFLICT.
 *
 *     struct tx tx;
 *     if (!tx_begin(store, TX_WRITE, &tx, e)) return false;
 *     if (!body_insert(&tx, …, e)) { tx_rollback(&tx); return false; }
 *     return tx_commit(&tx, e);
 *
 *     struct stmt *s = stmt_open(&tx, e, "SELECT id, name FROM body WHERE platform = $1 AND since_day <= $2", "sd",
 * "JAVA", day); while (stmt_next(s)) use(stmt_int(s, 0), stmt_text(s, 1)); if (!stmt_close(s)) return false;      // e
 * says why
 */
#ifndef TALAIA_STORE_STORE_H
#define TALAIA_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/day.h"
#include "base/err.h"
#include "base/str.h"

struct store;
struct stmt;

enum store_kind { STORE_SQLITE, STORE_POSTGRESQL };

enum store_open_how {
    STORE_OPEN,    /* must exist and have the current schema version (an older one: error that names `talaia init`) */
    STORE_CREATE,  /* created and migrated when needed; existing data are kept */
    STORE_EXAMINE, /* must exist; any version: for doctor */
};

/* "sqlite:FILE" or "postgresql://…" (anything libpq accepts as URI). The URL may hold a password: never shown whole. */
bool store_open(const char *url, enum store_open_how how, struct store **ret, struct err *e)
    __attribute__((warn_unused_result));
void store_close(struct store *s); /* NULL is fine; an open transaction is rolled back */
enum store_kind store_kind(const struct store *s);
/* How long to wait for another writer before ERR_STORE_BUSY; LIMIT_STORE_BUSY_MS unless told. Outside a transaction. */
bool store_set_wait(struct store *s, int milliseconds, struct err *e) __attribute__((warn_unused_result));
/* For a connection whose commits others wait for: what a store does now and then with what was committed (SQLite moves
 * its write-ahead log) is done by a thread beside it, until store_close. Outside a transaction. */
bool store_move_beside(struct store *s, struct err *e) __attribute__((warn_unused_result));
/* For people: "SQLite 3.40.1, /srv/talaia/talaia.db" or "PostgreSQL 15.20, database talaia on /run/…". No secret. */
const char *store_describe(struct store *s);

int store_schema_version(struct store *s, struct err *e); /* 0 = empty; -1 with a reason */
int store_schema_current(void);

/* The store's own check of its consistency (integrity_check, foreign keys, or catalogue reads). */
bool store_check(struct store *s, struct err *e);
/* A consistent copy while others work: SQLite's online backup to a new file; PostgreSQL through pg_dump's custom
 * format. The target must not exist; it appears whole, checked and only readable by its owner, or not at all. Not
 * inside a transaction. */
bool store_backup(struct store *s, const char *path, struct err *e);

enum tx_kind {
    TX_READ,  /* one consistent snapshot, from the first statement on; writing is refused */
    TX_WRITE, /* SQLite: BEGIN IMMEDIATE; PostgreSQL: SERIALIZABLE is not needed, READ COMMITTED + locks */
    /* The same, without waiting for the disk: whole or not at all as ever, and it survives the death of this process;
     * a machine that loses its power in the next moments may forget it (the next TX_WRITE makes it last too). For what
     * may be forgotten safely. */
    TX_WRITE_SOON,
};

/* A transaction in flight. Kept by the caller; not copied. */
struct tx {
    struct store *store;
    bool open;
};

/* A lost connection is made again here (and only here): what was lost is the transaction in which it was found. */
bool tx_begin(struct store *s, enum tx_kind kind, struct tx *ret, struct err *e) __attribute__((warn_unused_result));
/* False: nothing was kept, unless the reason says that the end is unknown. In both cases the transaction has ended. */
bool tx_commit(struct tx *tx, struct err *e) __attribute__((warn_unused_result));
void tx_rollback(struct tx *tx); /* an ended transaction is fine */

/* One lock per name, held until the write transaction ends; a second holder waits (store_set_wait). For PostgreSQL an
 * advisory transaction lock; SQLite's write transaction is already exclusive. */
bool tx_lock(struct tx *tx, const char *name, struct err *e) __attribute__((warn_unused_result));

/* Between these two, statements of sql_run without ret_changed may be sent together, when nothing else needs the
 * answer: for PostgreSQL up to LIMIT_STORE_BATCH in one round trip (SQLite knows no difference). A failure is then told
 * by a later call: the next one that needs an answer, tx_batch_end or tx_commit at the latest. Ends with the
 * transaction. */
void tx_batch_begin(struct tx *tx);
bool tx_batch_end(struct tx *tx, struct err *e) __attribute__((warn_unused_result));

/* Statements. `types` has a letter for each parameter, then the values follow:
 *   i int64_t · b bool/int · s const char * (NULL → NULL) · z struct str (p NULL → NULL) · d day_t (DAY_NONE → NULL)
 *   t instant_t (INSTANT_NONE → NULL) · n no value: NULL
 * Prepared statements are kept by the content of sql and types; a literal is found fastest. The values are copied, or
 * used before the call returns. Text with NUL or invalid UTF-8 is refused.
 * PostgreSQL is told the types: i t BIGINT, b INTEGER, s z d TEXT, n open (inferred). Where it wants an INTEGER, as the
 * position in substr(), use b.
 *
 * Statements may be nested in any depth (LIMIT_STMT_CACHE at once). With PostgreSQL rows stream through the connection;
 * when another statement begins, the rest of the rows of the one under way are read into memory first, so keep nested
 * statements out of loops over tables without bound (LIMIT_STORE_SPOOL_BYTES; beyond, ERR_LIMIT).
 *
 * An error is latched: stmt_open never returns NULL, stmt_next then gives false, and stmt_close returns false. `e` must
 * live until stmt_close. */
struct stmt *stmt_open(struct tx *tx, struct err *e, const char *sql, const char *types, ...);
bool stmt_next(struct stmt *s);
bool stmt_close(struct stmt *s) __attribute__((warn_unused_result));

/* Values of the current row; columns from 0. Text is valid until the next stmt_next or stmt_close of this statement. A
 * number asked of what is none latches an error. */
bool stmt_null(struct stmt *s, int column);
int64_t stmt_int(struct stmt *s, int column); /* NULL → 0 */
bool stmt_bool(struct stmt *s, int column);
const char *stmt_text(struct stmt *s, int column); /* NULL → "" */
struct str stmt_str(struct stmt *s, int column);   /* NULL → {NULL, 0} */
day_t stmt_day(struct stmt *s, int column);        /* NULL → DAY_NONE */
instant_t stmt_instant(struct stmt *s, int column);

/* A statement whose rows, if any, do not matter. *ret_changed (may be NULL) gets the number of rows changed. */
bool sql_run(struct tx *tx, int64_t *ret_changed, struct err *e, const char *sql, const char *types, ...)
    __attribute__((warn_unused_result));
/* A statement with one value in one row ("INSERT … RETURNING id", "SELECT count(*) …"). No row: *ret_found false and
 * *ret is left alone; with ret_found NULL no row is an error. NULL is 0. */
bool sql_int(struct tx *tx, int64_t *ret, bool *ret_found, struct err *e, const char *sql, const char *types, ...)
    __attribute__((warn_unused_result));
/* One row's INSERT … VALUES [ON CONFLICT DO NOTHING] into a table with a column `id`, written without RETURNING (for
 * which SQLite would keep a journal of each statement). *ret_id gets the row's id; *ret_new false: it was there
 * already, and *ret_id is left alone. */
bool sql_insert(struct tx *tx, int64_t *ret_id, bool *ret_new, struct err *e, const char *sql, const char *types, ...)
    __attribute__((warn_unused_result));

#endif
