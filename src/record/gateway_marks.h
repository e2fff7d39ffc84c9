/* Which requests were answered, so that none is answered twice: a mark of 60 bits for each.
 *
 * A mark is written with the row of its request (gateway_log.seen), at the end of the table, and kept in memory; not
 * into a table in the order of the marks, which would be another page for each request. When there are `most` of them
 * in memory they become ripe: sorted, and then folded into the table gateway_mark with the commits that follow,
 * neighbours together, so that a page takes many of them at once. How far the log is folded is in gateway_folded; who
 * begins reads the rows after that.
 *
 * Whoever writes holds the lock of the gateway's log until the end of the transaction (SQLite: the store's own), and
 * first reads the rows that others wrote: that is why of two only one is first, in whatever process, and why what is in
 * memory is never less than what is in the store.
 *
 * Two requests have the same mark by chance once in 10^18 / n, n being how many are remembered: the second would be
 * refused as repeated. Marks are of keyed hashes, so nobody can look for such a pair. */
#ifndef TALAIA_RECORD_GATEWAY_MARKS_H
#define TALAIA_RECORD_GATEWAY_MARKS_H

#include "store/store.h"

/* Of the first 15 hexadecimal digits of a hash; never 0, which means none. NULL or "": 0. */
int64_t gateway_mark(const char *hash);

struct gateway_mark {
    int64_t id;     /* of body and IdPeticion */
    int64_t replay; /* of the signed message it was answered for; 0: none */
    instant_t at;
};

/* What one process has in memory. One thread. */
struct gateway_marks;
/* keep_days: from then on a mark is as good as forgotten. most: a power of two, LIMIT_GATEWAY_MARKS; it takes some 50
 * bytes each. */
struct gateway_marks *gateway_marks_new(int keep_days, size_t most);
void gateway_marks_free(struct gateway_marks *m); /* NULL is fine */

/* --- inside one write transaction, in this order --- */

/* Takes the lock and reads what others have written. */
bool gateway_marks_begin(struct gateway_marks *m, struct tx *tx, struct err *e);
/* Which of these (id is set; 0 is passed over) were answered at most keep_days before `at`: *ret_found, and replay as
 * it was then. At most LIMIT_GATEWAY_BATCH. */
bool gateway_marks_find(struct gateway_marks *m, struct tx *tx, struct gateway_mark *marks, size_t count,
                        bool *ret_found, struct err *e);
/* Folds twice as many as came with the last rows. */
bool gateway_marks_fold(struct gateway_marks *m, struct tx *tx, struct err *e);

/* After the commit. Without it everything is read anew the next time. */
void gateway_marks_committed(struct gateway_marks *m);

/* --- forgetting --- */

/* Before rows of the log up to `last` go: the marks that are only there are folded. */
bool gateway_marks_save(struct tx *tx, int64_t last, struct err *e);
/* After they have gone: when none is left, the next has the number 1 again, and whoever remembers how far he has read
 * is told so. */
bool gateway_marks_emptied(struct tx *tx, struct err *e);
/* Looks at `most` marks after *from, forgets those that are older than `before`, and moves *from; 0: that was the last.
 */
bool gateway_marks_forget(struct tx *tx, instant_t before, size_t most, int64_t *from, int64_t *ret_count,
                          struct err *e);

#endif
