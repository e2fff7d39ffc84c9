/* Errors with a reason a technician can read.
 *
 * A function that can fail takes `struct err *` last and returns bool: true means done, false means
 * nothing was changed and the error says why. The first reason wins: err_set on an error that is
 * already set keeps the old one, so the cause is reported and not its consequences.
 *
 *     struct err e = {.lang = LANG_CA};
 *     if (!thing_open(&thing, path, &e))
 *         return fail(&e);
 *
 * The text is written twice, when it is made: `text` in the language of the person (e.lang) and
 * `log` in English. It is one line: what happened, where (file, row, column, host), what to do. */
#ifndef TALAIA_BASE_ERR_H
#define TALAIA_BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/lang.h"
#include "base/limits.h"

/* Exit codes of the program; shown by `talaia help exit-codes`. */
enum exit_code {
    EXIT_OK = 0,
    EXIT_FINDINGS = 1, /* it ran, and found something a person must look at */
    EXIT_USAGE = 2,    /* the command line is not understood */
    EXIT_INPUT = 3,    /* a file or value given to the command is not acceptable */
    EXIT_CONFIG = 4,   /* the configuration or the profile is wrong */
    EXIT_STORE = 5,    /* the store cannot be opened, is locked, full or damaged */
    EXIT_SYSTEM = 6,   /* the operating system refused: permission, disk, network */
    EXIT_GUARD = 7,    /* a guard stopped it; it needs a person's --force */
    EXIT_INTERNAL = 70 /* a mistake of ours */
};

/* X(name, code shown to people, exit code, what it means and what to do) */
#define ERR_LIST(X)                                                                                                    \
    X(USAGE, "T-USAGE", EXIT_USAGE,                                                                                    \
      N_("The command line has a word or option that the command does not know, or lacks one. See `talaia help "       \
         "COMMAND`."))                                                                                                 \
    X(CONFIG, "T-CONFIG", EXIT_CONFIG,                                                                                 \
      N_("The configuration file has a mistake. `talaia config check` lists all of them with their lines."))           \
    X(PROFILE, "T-PROFILE", EXIT_CONFIG,                                                                               \
      N_("A file of the profile is missing or has a mistake. Correct it, or delete your copy to use the one that "     \
         "comes with Talaia."))                                                                                        \
    X(FILE, "T-FILE", EXIT_SYSTEM,                                                                                     \
      N_("A file cannot be opened, read or written. Check that it exists, its permissions and the free space."))       \
    X(FORMAT, "T-FORMAT", EXIT_INPUT,                                                                                  \
      N_("A file is not what its name or content promises (truncated, another format, a wrong encoding). Export it "   \
         "again and retry; nothing was changed."))                                                                     \
    X(LIMIT, "T-LIMIT", EXIT_INPUT,                                                                                    \
      N_("Something is larger than Talaia accepts. The message names the limit; split the file or shorten the text.")) \
    X(VALUE, "T-VALUE", EXIT_INPUT,                                                                                    \
      N_("A value is not possible where it stands (a date, a code, a name). The message names it."))                   \
    X(UNKNOWN, "T-UNKNOWN", EXIT_INPUT,                                                                                \
      N_("The body, outage or other thing named does not exist. `talaia bodies` lists the names."))                    \
    X(AMBIGUOUS, "T-AMBIGUOUS", EXIT_INPUT, N_("The name fits several bodies. Use the exact name or the number."))     \
    X(STATE, "T-STATE", EXIT_INPUT,                                                                                    \
      N_("The thing is not in a state that allows this (already open, already closed, already there)."))               \
    X(GUARD, "T-GUARD", EXIT_GUARD,                                                                                    \
      N_("A guard stopped the operation because it would change too much at once. Look at the reason; if it is "       \
         "right, repeat it with --force."))                                                                            \
    X(STORE, "T-STORE", EXIT_STORE,                                                                                    \
      N_("The store answered with an error. Nothing of the operation was kept. `talaia doctor` examines the store."))  \
    X(STORE_BUSY, "T-BUSY", EXIT_STORE, N_("Another command is writing to the store. Wait until it ends and repeat.")) \
    X(STORE_LOST, "T-LOST", EXIT_STORE,                                                                                \
      N_("The connection with the database was lost. Nothing of the operation was kept, unless the message says "      \
         "that its end is unknown."))                                                                                  \
    X(STORE_FULL, "T-FULL", EXIT_STORE, N_("The disk of the store is full. Free some space and repeat."))              \
    X(SOURCE, "T-SOURCE", EXIT_SYSTEM,                                                                                 \
      N_("The registry's database did not answer as expected. Check the ODBC source and its account."))                \
    X(NET, "T-NET", EXIT_SYSTEM,                                                                                       \
      N_("A server (mail, tracker) cannot be reached, does not answer, or is too busy. Nothing is lost: it is tried "  \
         "again, and `talaia mail test` shows what works."))                                                           \
    X(CERTIFICATE, "T-CERT", EXIT_SYSTEM,                                                                              \
      N_("The certificate of a server (mail, tracker) is not accepted, so nothing was sent. Name its authority with "  \
         "mail.ca or tracker.ca, or correct the host name."))                                                          \
    X(LOGIN, "T-LOGIN", EXIT_SYSTEM,                                                                                   \
      N_("A server (mail, tracker) refuses the login or a right is missing. Check the user, the password or token, "   \
         "and the rights of the account."))                                                                            \
    X(REMOTE, "T-REMOTE", EXIT_SYSTEM,                                                                                 \
      N_("A server (mail, tracker) answered and refuses what was asked. The message gives its reason."))               \
    X(MODULE, "T-MODULE", EXIT_SYSTEM,                                                                                 \
      N_("A part of Talaia that is loaded on demand is missing. Install the package again."))                          \
    X(INTERNAL, "T-INTERNAL", EXIT_INTERNAL, N_("A mistake of Talaia itself. Please report it with the message."))

enum err_code {
    ERR_NONE = 0,
#define X(name, shown, exit, help) ERR_##name,
    ERR_LIST(X)
#undef X
        ERR_COUNT
};

struct err {
    enum lang lang;
    enum err_code code;
    char text[LIMIT_ERR_BYTES]; /* for the person, in e.lang */
    char log[LIMIT_ERR_BYTES];  /* the same in English */
};

/* Sets the reason unless there is one already. `format` is in English and is translated. Control
 * characters in foreign text become U+FFFD and bidirectional overrides are dropped, so that the line
 * cannot lie on a terminal. Always false, so that `return err_set(…)` reads well. `e` may not be NULL. */
bool err_set(struct err *e, enum err_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "where: " before a reason that is set ("file.csv: row 3: …"). */
void err_where(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What errno means, in e's language for the reasons that people meet; others stay as the system says them, in English.
 */
const char *err_system(const struct err *e, int why);

/* Forgets the reason; the language stays. */
void err_clear(struct err *e);

/* "T-FILE"; "" for ERR_NONE. */
const char *err_code_text(enum err_code code);
/* The explanation in English, to be passed through tr(). */
const char *err_code_help(enum err_code code);
enum exit_code err_exit_code(enum err_code code);
/* Case-insensitive; ERR_NONE when unknown. */
enum err_code err_code_find(const char *shown);

#endif
