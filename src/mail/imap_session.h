/* What the sources of imap.h share. Private to mail. */
#ifndef TALAIA_MAIL_IMAP_SESSION_H
#define TALAIA_MAIL_IMAP_SESSION_H

#include "mail/imap.h"
#include "mail/imap_reader.h"

struct imap {
    const struct mail_server *server;
    int seconds;
    struct imap_reader reader; /* its channel is NULL when not connected */
    unsigned tag;
    struct buf able; /* " IMAP4REV1 UIDPLUS … " in capitals, each between spaces */
    struct buf out;
    char *selected; /* UTF-8; NULL: none */
    enum imap_mode mode;
    struct imap_folder folder;
    uint32_t filed; /* UID of APPENDUID or COPYUID in the command under way */
    enum mail_fault fault;
};

/* Each data answer of a command; may be NULL. */
typedef void imap_take(void *context, const struct imap_answer *a);

/* Forgets the fault of before and makes sure that the session stands and, with `selected`, that its folder is selected.
 */
bool imap_ready(struct imap *m, bool selected, struct err *e);
/* Closes without a word; the selected folder stays known. */
void imap_drop(struct imap *m);
/* Sets fault and error of a failure that no answer told; always false. */
bool imap_fail(struct imap *m, enum mail_fault fault, struct err *e);

/* A command is written into m->out, without tag and line end, and then run:
 *     buf_add_text(&m->out, "SELECT "); imap_quote(m, name); imap_run(m, take, &mine, "Sent", e)
 * `about` is what the error names (a folder, "UID 12"). True: the server said OK. */
bool imap_run(struct imap *m, imap_take *take, void *context, const char *about, struct err *e);
/* The same for a command that ends with a literal (APPEND, a password): it is sent when the server asks for it. */
bool imap_run_literal(struct imap *m, struct str literal, imap_take *take, void *context, const char *about,
                      struct err *e);
/* After a refusal without a reason: looks whether the folder exists, and says so when it does not. Always false. */
bool imap_refused_folder(struct imap *m, const char *folder, struct err *e);
/* Adds a text without control characters and beyond-ASCII letters in quotes. */
void imap_quote(struct imap *m, const char *text);
/* Adds a folder's name; false for one that cannot be (ERR_VALUE). */
bool imap_quote_folder(struct imap *m, const char *folder, struct err *e);

#endif
