/* The mailbox: folders, search, reading, filing (RFC 3501, 4315 UIDPLUS, 6851 MOVE, 5530 reasons).
 *
 *     struct imap *m = imap_new(&server, 0);
 *     struct imap_folder f;
 *     if (imap_select(m, "Renovació certificats", IMAP_READ, &f, &e) &&
 *         imap_search(m, &(struct imap_query){.header = "X-Talaia-Id", .value = id}, &uids, &e)) …
 *     imap_free(m);
 *
 * It connects and logs in by itself when something is asked, and again when the connection was lost between two
 * questions; what was under way when it was lost fails (MAIL_UNREACHED), and nothing is ever repeated by itself but
 * the look that a reconnection needs (the folder is selected again and its UIDVALIDITY must be the same).
 *
 * Names of folders are UTF-8 here and modified UTF-7 on the wire (imap_name.h). UIDs hold for one UIDVALIDITY: keep
 * both. The server is not trusted: every line, literal, list and count has a limit, and what does not fit the protocol
 * ends the session (MAIL_BROKEN). Each function: true, or false with `e` and imap_fault(). */
#ifndef TALAIA_MAIL_IMAP_H
#define TALAIA_MAIL_IMAP_H

#include "base/day.h"
#include "mail/server.h"

struct imap;

/* Nothing is connected yet. `seconds` for each answer, 0: LIMIT_CHANNEL_SECONDS. The server's texts must stay. */
struct imap *imap_new(const struct mail_server *server, int seconds);
void imap_free(struct imap *m); /* says LOGOUT when a connection stands; NULL is fine */

/* Connects and logs in, unless it is already. */
bool imap_connect(struct imap *m, struct err *e);
/* Why the last call failed; MAIL_FINE after one that did not. */
enum mail_fault imap_fault(const struct imap *m);

/* What the server can do, after imap_connect. */
bool imap_can(const struct imap *m, const char *capability); /* "UIDPLUS", "MOVE", "IDLE", "QUOTA" */

/* --- folders --- */

struct imap_listed {
    const char *name; /* UTF-8 */
    char delimiter;   /* between levels, 0: there are none */
    bool selectable;  /* holds mails */
    bool sent;        /* marked \Sent (RFC 6154) */
};
typedef VEC(struct imap_listed) imap_listing;
/* All of them; texts in the arena. */
bool imap_folders(struct imap *m, struct arena *a, imap_listing *ret, struct err *e);
bool imap_exists(struct imap *m, const char *folder, bool *ret, struct err *e);
/* An existing one is fine. */
bool imap_create(struct imap *m, const char *folder, struct err *e);

enum imap_mode { IMAP_READ, IMAP_WRITE }; /* EXAMINE, SELECT */
struct imap_folder {
    uint32_t uid_validity, uid_next, exists;
};
bool imap_select(struct imap *m, const char *folder, enum imap_mode mode, struct imap_folder *ret, struct err *e);

/* --- mails of the selected folder --- */

struct imap_query {               /* all that are given must hold */
    const char *header, *value;   /* the header contains the value (RFC 3501 SEARCH HEADER); NULL: any. ASCII */
    uint32_t uid_first, uid_last; /* 0: from the first, to the last */
    bool unseen;
    day_t since; /* by the server's date; 0 or DAY_NONE: any */
};
typedef VEC(uint32_t) imap_uids;
/* In rising order, each once; at most LIMIT_IMAP_UIDS (MAIL_LARGE beyond). */
bool imap_search(struct imap *m, const struct imap_query *q, imap_uids *ret, struct err *e);

#define IMAP_SEEN 1u
#define IMAP_ANSWERED 2u
#define IMAP_FLAGGED 4u
#define IMAP_DELETED 8u
#define IMAP_DRAFT 16u
struct imap_state {
    uint32_t size; /* bytes */
    unsigned flags;
};
/* Size and flags of one mail. */
bool imap_state(struct imap *m, uint32_t uid, struct imap_state *ret, struct err *e);
/* Its bytes, added to the buffer; it stays unread. Larger than the buffer takes: MAIL_LARGE, and the session goes on.
 * Not there any more: MAIL_GONE. */
bool imap_fetch(struct imap *m, uint32_t uid, struct buf *to, struct err *e);
/* The header alone. */
bool imap_fetch_head(struct imap *m, uint32_t uid, struct buf *to, struct err *e);
bool imap_flag(struct imap *m, uint32_t uid, unsigned flags, bool on, struct err *e);

/* --- filing --- */

/* The exact bytes into a folder, with those flags and date (INSTANT_NONE: now). *ret_uid: its UID there, 0 when the
 * server does not say (no UIDPLUS); may be NULL. A folder that is missing: MAIL_NO_FOLDER, and nothing is filed. When
 * the connection is lost under it (MAIL_UNREACHED), it may have been filed: search before filing again. */
bool imap_append(struct imap *m, const char *folder, struct str bytes, unsigned flags, instant_t date,
                 uint32_t *ret_uid, struct err *e);
/* From the selected folder (IMAP_WRITE) into another: MOVE, or COPY, \Deleted and UID EXPUNGE. A server without UIDPLUS
 * keeps the old one, marked as deleted: EXPUNGE alone would remove others' mails too. *ret_uid as above. */
bool imap_move(struct imap *m, uint32_t uid, const char *folder, uint32_t *ret_uid, struct err *e);
bool imap_copy(struct imap *m, uint32_t uid, const char *folder, uint32_t *ret_uid, struct err *e);

#endif
