/* What the sources of the PostgreSQL module share. Private to this room. */
#ifndef TALAIA_STORE_POSTGRESQL_H
#define TALAIA_STORE_POSTGRESQL_H

#include <libpq-fe.h>

#include "store/backend.h"

struct pg_stmt;

struct pg {
    PGconn *conn;
    char *url;
    int wait_ms;
    enum tx_kind kind;
    unsigned generation;  /* counts connections: statements belong to one */
    unsigned serial;      /* names statements */
    struct pg_stmt *live; /* whose rows are still coming through the connection */
    int queued;           /* statements on their way that nobody has asked about */
    struct buf unused;    /* DEALLOCATE of statements no longer wanted, sent before the next one is prepared */
    char version[32];
};

/* The reason of a failed result (NULL: of the connection). Always false. */
bool pg_fail(struct pg *pg, const PGresult *r, struct err *e);
/* A message of the server or of a tool: its first line, without the password. */
void pg_message(const struct pg *pg, const char *message, char *out, size_t size);
/* One text (several statements when it has no rows of interest). The caller clears; NULL with a reason. The connection
 * is idle afterwards. */
PGresult *pg_exec(struct pg *pg, const char *sql, struct err *e);

/* Makes the connection free for another statement: reads what the one under way still has to say. */
bool pg_idle(struct pg *pg, struct err *e);
/* Breaks off the one under way: its transaction is about to be rolled back. */
void pg_break(struct pg *pg);

bool pg_backup(void *db, const char *path, struct err *e);

/* postgresql_stmt.c */
bool pg_stmt_prepare(void *db, const char *sql, const char *types, void **ret_stmt, struct err *e);
void pg_stmt_finalize(void *stmt);
bool pg_stmt_queue(void *stmt, const struct sql_value *values, int count, struct err *e);
bool pg_flush(void *db, struct err *e);
bool pg_stmt_start(void *stmt, const struct sql_value *values, int count, bool lasting, struct err *e);
enum sql_step pg_stmt_step(void *stmt, struct err *e);
void pg_stmt_reset(void *stmt);
int64_t pg_stmt_changed(void *stmt);
int pg_stmt_columns(void *stmt);
bool pg_stmt_null(void *stmt, int column);
bool pg_stmt_integer(void *stmt, int column, int64_t *ret);
struct str pg_stmt_text(void *stmt, int column);

#endif
