/* Backups that the desk keeps itself: consistent copies of the store in backup.dir, each with its SHA-256 beside it (as
 * `sha256sum -c` reads it). A copy was examined when it was made; as long as its hash is right it is as good as then.
 */
#ifndef TALAIA_FLOW_BACKUP_H
#define TALAIA_FLOW_BACKUP_H

#include "flow/desk.h"

struct backup {
    const char *name; /* "talaia-20261120T090211Z.db"; ".dump" of PostgreSQL, for pg_restore */
    int64_t size;
    instant_t at;       /* from its name */
    const char *sha256; /* hexadecimal; "" when the file with it is gone */
};

/* While others work; with its line in the audit trail. Texts in the desk's arena. */
bool backup_make(struct desk *d, struct backup *ret, struct err *e);
/* The newest first; none when the directory is not there yet. At most LIMIT_BACKUPS. */
bool backups_list(struct desk *d, struct backup **ret, size_t *ret_count, struct err *e);
/* Reads it whole. ERR_STORE when it is not what was written; ERR_UNKNOWN when there is none of that name. */
bool backup_verify(struct desk *d, const char *name, struct err *e);
/* For reading; only names that backups_list may give. The caller closes. */
bool backup_open(struct desk *d, const char *name, int *ret_fd, size_t *ret_size, struct err *e);
/* "taken-away" in the audit trail. */
bool backup_told(struct desk *d, const char *name, struct err *e);
const char *backup_dir(struct desk *d);

#endif
