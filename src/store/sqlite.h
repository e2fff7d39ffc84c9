/* What the files of this backend share. Private to this room. */
#ifndef TALAIA_STORE_SQLITE_H
#define TALAIA_STORE_SQLITE_H

#include <sqlite3.h>

#include "store/backend.h"

struct lite {
    sqlite3 *db;
    char *path;
    struct mover *mover; /* NULL: a commit moves the write-ahead log itself */
    enum tx_kind kind;
    bool soon;        /* commits do not wait for the disk (TX_WRITE_SOON) */
    bool disk_failed; /* after a failed fsync nothing that the system says of the file can be trusted */
};

/* The last error of l->db, with the file and what to do. Always false. */
bool lite_fail(struct lite *l, struct err *e);
/* What every connection to a store has. */
bool lite_settings(sqlite3 *db);

/* The write-ahead log is moved by a thread. (sqlite_mover.c) */
bool lite_move_beside(void *db, struct err *e);
void lite_mover_stop(struct lite *l);

bool lite_check(void *db, struct err *e);
bool lite_backup(void *db, const char *path, struct err *e);

#endif
