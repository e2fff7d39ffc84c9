/* Inside the ODBC module only: the pieces of one query. */
#ifndef TALAIA_TABLE_ODBC_H
#define TALAIA_TABLE_ODBC_H

#include <sql.h>
#include <sqlext.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

/* --- odbc_connect.c --- */

/* What a product needs to be asked differently for. */
enum odbc_product { ODBC_OTHER, ODBC_ORACLE, ODBC_POSTGRESQL, ODBC_SQLITE };

struct odbc_connection {
    struct arena arena;
    const char *name;          /* what errors may call the source: its DSN, or "ODBC" */
    VEC(const char *) secrets; /* values of the connection string that no message may show */
    SQLHENV environment;
    SQLHDBC handle;
    bool connected;
    enum odbc_product product;
};

/* Connects for reading: read-only access, no autocommit, a read-only transaction where the product has one.
 * `text` is a connection string or the name of a DSN. With SQLite, schemas that `sql` names are attached: each is the
 * same database file. On failure everything is released. */
bool odbc_connect(struct odbc_connection *c, const char *text, const char *sql, int seconds, struct err *e);
/* Rolls back and disconnects. */
void odbc_disconnect(struct odbc_connection *c);

/* Sets the reason from the driver's diagnostics of a handle: "NAME: cannot WHAT: message (SQLSTATE)". `format` has
 * one %s for the name, one for the message and one for the state. Secrets are replaced by ***. */
bool odbc_error(const struct odbc_connection *c, SQLSMALLINT kind, SQLHANDLE handle, const char *format, struct err *e);

/* --- odbc_watch.c --- */

/* Cancels a statement that takes too long: many drivers ignore the time limit that they are given. */
struct odbc_watch;
struct odbc_watch *odbc_watch_start(SQLHSTMT statement, int seconds); /* NULL when no thread can be made */
bool odbc_watch_fired(struct odbc_watch *w); /* it has cancelled */
/* The time is over, whoever noticed it first: a database that heeds its own limit cancels as the watch wakes up. */
bool odbc_watch_over(struct odbc_watch *w);
void odbc_watch_end(struct odbc_watch *w); /* before the statement is freed; NULL is fine */

#endif
