/* One world per tracker: the same suite runs in each.
 *
 *     test_tracker sqlite|postgresql            the local tracker
 *     test_tracker jira                         starts tests/servers/jira.py
 *     test_tracker redmine URL DIR              a Redmine behind tests/servers/faulty.py; DIR holds faults, the journal
 *                                               and redmine.json
 *     test_tracker child URL COUNT              another process of a test */
#ifndef TALAIA_TESTS_TICKET_WORLD_H
#define TALAIA_TESTS_TICKET_WORLD_H

#include "../store/fixture.h"
#include "ticket/ticket.h"

struct world {
    enum tracker_kind kind;
    struct arena arena; /* of the current test */
    struct by by;
    struct tracker_options options; /* right ones; a test copies and spoils them */
    struct tracker *tracker;
    struct store *store; /* of the local tracker, else NULL */
    const char *faults;  /* directory in which faults are ordered, NULL: there can be none */
    const char *user;    /* one who may watch */
    const char *reader;  /* token of one who may only read */
    /* Requests that make a ticket, a note, a link, a file, another state: patterns for faults and the journal. */
    const char *making, *noting, *linking, *attaching, *moving;
    const char *pending; /* a saved filter */
    const char *dir;     /* of the suite */
    struct err why;      /* of the last TICKET_FAILS */
    int server_out;
    pid_t server;
    int tests;
};
extern struct world world;

int world_start(int argc, char **argv);
void world_stop(void);
int world_setup(void **state);
int world_teardown(void **state);

/* Runs a call of ticket.h in a transaction of its own when there is a store. `x` is the transaction. */
struct tx *world_begin(struct tx *tx);
void world_end(struct tx *tx, bool ok, struct err *e);
#define TICKET(call)                                                                                                   \
    do {                                                                                                               \
        struct err e = {0};                                                                                            \
        struct tx tx_ = {0}, *x = world_begin(&tx_);                                                                   \
        bool ok_ = (call);                                                                                             \
        world_end(&tx_, ok_, &e);                                                                                      \
        if (!ok_)                                                                                                      \
            fail_msg("%s:%d: %s %s", __FILE__, __LINE__, err_code_text(e.code), e.log);                                \
    } while (0)
/* The same for a call that must fail: world.why says why. */
#define TICKET_FAILS(call)                                                                                             \
    do {                                                                                                               \
        struct err e = {0};                                                                                            \
        struct tx tx_ = {0}, *x = world_begin(&tx_);                                                                   \
        bool ok_ = (call);                                                                                             \
        world_end(&tx_, false, &e);                                                                                    \
        if (ok_)                                                                                                       \
            fail_msg("%s:%d: it went well", __FILE__, __LINE__);                                                       \
        world.why = e;                                                                                                 \
    } while (0)

const char *uid(void); /* a new one, in the arena */
/* A ticket with that uid and nothing special. */
struct ticket_new plain(const char *of_uid);
/* Whether what went wrong says so, in one line and without secrets. */
void says(const char *part);
/* What the tracker has of a ticket. */
struct ticket seen(const char *key);
size_t notes_with(const struct ticket *t, const char *text);

/* Orders a fault for the next `count` requests whose "METHOD /path" matches the pattern (a regular expression). What it
 * may be: tests/servers/faults.py. */
void fault(const char *pattern, const char *what, int count);
void faults_clear(void);
/* Seconds after which a new ticket is found by a search (the fake Jira). */
void index_lag(const char *seconds);
/* Requests that the server carried out since the test began and that match; only where there is a journal. */
int journal_count(const char *pattern);

#endif
