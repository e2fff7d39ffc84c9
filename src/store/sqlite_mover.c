/* A thread that moves the write-ahead log into the file, so that no commit has to: of those who wait for a commit, one
 * in a few thousand would otherwise wait for thousands of pages and the disk. */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "base/mem.h"
#include "store/sqlite.h"

struct mover {
    sqlite3 *db; /* of the thread */
    bool running, due, stopping;
    int pages, next; /* in the log; at how many it is due again */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t come;
};

/* After each commit of the other connection. */
static int on_commit(void *mover, sqlite3 *db, const char *name, int pages)
{
    struct mover *m = mover;
    (void)db, (void)name;
    pthread_mutex_lock(&m->lock);
    if (pages < m->pages)
        m->next = LIMIT_STORE_MOVE_PAGES; /* it began anew */
    m->pages = pages;
    if (pages >= m->next) {
        m->next = pages + LIMIT_STORE_MOVE_PAGES;
        m->due = true;
        pthread_cond_signal(&m->come);
    }
    pthread_mutex_unlock(&m->lock);
    return SQLITE_OK;
}

/* Little by little and while others commit: commits wait for a disk that is given much at once. When the log is long it
 * begins anew, for which nobody may commit for a moment. What is in the way now (a long reader) is not the next time;
 * what the disk refuses stays in the log, as with SQLite's own moving. */
static void *run(void *mover)
{
    struct mover *m = mover;
    pthread_mutex_lock(&m->lock);
    while (!m->stopping) {
        if (!m->due) {
            pthread_cond_wait(&m->come, &m->lock);
            continue;
        }
        bool anew = m->pages >= LIMIT_STORE_WAL_MOST;
        m->due = false;
        pthread_mutex_unlock(&m->lock);
        (void)sqlite3_wal_checkpoint_v2(m->db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        if (anew) { /* twice: the less is left, the shorter nobody can commit */
            (void)sqlite3_wal_checkpoint_v2(m->db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
            (void)sqlite3_wal_checkpoint_v2(m->db, "main", SQLITE_CHECKPOINT_RESTART, NULL, NULL);
        }
        pthread_mutex_lock(&m->lock);
    }
    pthread_mutex_unlock(&m->lock);
    return NULL;
}

/* The mover has the store for a moment only: whoever waits for it looks again at once, not ever more rarely. */
static int wait_briefly(void *lite, int times)
{
    (void)lite;
    if (times >= LIMIT_STORE_BUSY_MS * 2)
        return 0;
    (void)nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    return 1;
}

bool lite_move_beside(void *db, struct err *e)
{
    struct lite *l = db;
    if (l->mover != NULL)
        return true;
    struct mover *m = mem_alloc(1, sizeof *m);
    char sql[64];
    m->next = LIMIT_STORE_MOVE_PAGES;
    pthread_mutex_init(&m->lock, NULL);
    pthread_cond_init(&m->come, NULL);
    l->mover = m;
    if (sqlite3_open_v2(sqlite3_db_filename(l->db, "main"), &m->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK ||
        !lite_settings(m->db) ||
        /* what was never read from has no log that could be moved */
        sqlite3_exec(m->db, "PRAGMA schema_version", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_busy_timeout(m->db, LIMIT_STORE_MOVE_MS) != SQLITE_OK ||
        pthread_create(&m->thread, NULL, run, m) != 0) {
        lite_mover_stop(l);
        return err_set(e, ERR_STORE, N_("a second connection to %s cannot be opened"), l->path);
    }
    m->running = true;
    /* It writes at the ends of tables: what it read long ago would only take room. */
    (void)snprintf(sql, sizeof sql, "PRAGMA cache_size = -%u", LIMIT_STORE_BESIDE_KIB);
    (void)sqlite3_exec(l->db, sql, NULL, NULL, NULL);
    (void)sqlite3_busy_handler(l->db, wait_briefly, l);
    (void)sqlite3_wal_hook(l->db, on_commit, m); /* in the place of SQLite's own moving */
    return true;
}

void lite_mover_stop(struct lite *l)
{
    struct mover *m = l->mover;
    if (m == NULL)
        return;
    pthread_mutex_lock(&m->lock);
    m->stopping = true;
    pthread_cond_signal(&m->come);
    pthread_mutex_unlock(&m->lock);
    if (m->running)
        pthread_join(m->thread, NULL);
    sqlite3_close(m->db);
    pthread_cond_destroy(&m->come);
    pthread_mutex_destroy(&m->lock);
    mem_free(m);
    l->mover = NULL;
}
