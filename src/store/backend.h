/* What a database must be able to do for the store. Private to this room and to its tests.
 *
 * store.c knows the rules (one transaction at a time, the statement cache, the latched error, what may be bound);
 * a backend knows one database. It never sees invalid text, more values than the statement has parameters, or a call
 * outside a transaction. */
#ifndef TALAIA_STORE_BACKEND_H
#define TALAIA_STORE_BACKEND_H

#include "base/buf.h"
#include "store/store.h"

/* One version of the schema: what leads from version - 1 to it. */
struct migration {
    int version;
    const char *sql; /* several statements; no BEGIN, COMMIT or ROLLBACK */
};

struct migration_set {
    const struct migration *items; /* versions 1, 2 … count */
    int count;
};

/* Built from migrations/DIALECT/NNN.sql. */
extern const struct migration_set migrations_sqlite;
extern const struct migration_set migrations_postgresql;

/* As store_open, with other migrations: for the tests. The set must live as long as the store. */
bool store_open_set(const char *url, enum store_open_how how, const struct migration_set *set, struct store **ret,
                    struct err *e) __attribute__((warn_unused_result));
/* Brings the store to the set's last version, or leaves it at the last one that could be reached. (migrate.c) */
bool store_migrate(struct store *s, const struct migration_set *set, struct err *e);
/* What migrate.c needs of an open transaction; see the backend's functions of these names. */
bool store_version(struct tx *tx, int *ret_version, bool *ret_foreign, struct err *e);
bool store_script(struct tx *tx, const char *sql, struct err *e);

enum sql_kind { SQL_NULL, SQL_INT, SQL_SMALL, SQL_TEXT };

/* A value to be bound. Text is valid UTF-8 without NUL, and not NUL-terminated. */
struct sql_value {
    enum sql_kind kind;
    int64_t number;
    struct str text;
};

enum sql_step { SQL_ROW, SQL_DONE, SQL_FAILED };

struct backend {
    enum store_kind kind;

    /* `target` is what follows "sqlite:" or the whole postgresql URL. */
    bool (*open)(const char *target, enum store_open_how how, void **ret_db, struct err *e);
    void (*close)(void *db); /* every statement was finalized */
    void (*describe)(void *db, struct buf *to);
    bool (*set_wait)(void *db, int milliseconds, struct err *e);
    bool (*move_beside)(void *db, struct err *e); /* NULL: there is nothing to move */

    /* *ret_renewed: the connection is a new one and prepared statements of the old one are void. */
    bool (*begin)(void *db, enum tx_kind kind, bool *ret_renewed, struct err *e);
    bool (*commit)(void *db, struct err *e); /* false: rolled back, unless the reason says otherwise */
    void (*rollback)(void *db);              /* no transaction: fine */
    bool (*lock)(void *db, const char *name, struct err *e);

    /* Inside a transaction. */
    bool (*script)(void *db, const char *sql, struct err *e);
    /* Version 0 with *ret_foreign when there are tables but none of ours. */
    bool (*version)(void *db, int *ret_version, bool *ret_foreign, struct err *e);
    bool (*check)(void *db, struct err *e);

    /* Outside a transaction. */
    bool (*backup)(void *db, const char *path, struct err *e);

    /* `types` has one letter for each parameter (store.h). */
    bool (*prepare)(void *db, const char *sql, const char *types, void **ret_stmt, struct err *e);
    void (*finalize)(void *stmt);
    /* `lasting`: the text of the values outlives the reset. */
    bool (*start)(void *stmt, const struct sql_value *values, int count, bool lasting, struct err *e);
    /* Instead of start and step, when nobody waits for the answer; NULL: not known. flush waits for all of them. */
    bool (*queue)(void *stmt, const struct sql_value *values, int count, struct err *e);
    bool (*flush)(void *db, struct err *e);
    enum sql_step (*step)(void *stmt, struct err *e);
    void (*reset)(void *stmt);
    int64_t (*changed)(void *stmt); /* after SQL_DONE */
    /* After SQL_DONE of an INSERT that changed a row: its id. NULL: ask with RETURNING. */
    int64_t (*inserted)(void *stmt);

    /* Of the current row. text() gives {NULL, 0} for NULL, and NUL-terminated text otherwise. */
    int (*columns)(void *stmt);
    bool (*null)(void *stmt, int column);
    bool (*integer)(void *stmt, int column, int64_t *ret); /* false: not a whole number; NULL → 0 */
    struct str (*text)(void *stmt, int column);
};

extern const struct backend backend_sqlite;

#endif
