#include "record/gateway_marks.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

#define HASH_DIGITS 15
#define TOGETHER 16 /* marks looked for in one statement */

struct gateway_marks {
    instant_t keep;
    size_t most;
    bool open;       /* a transaction has begun; its commit is not known */
    int64_t emptied; /* as in gateway_folded; -1: nothing was read yet */
    int64_t last;    /* the rows up to this number are known */
    size_t came;     /* marks that the last look brought */
    struct gateway_mark *fresh, *ripe;
    size_t fresh_count, ripe_count, folded; /* folded: of the ripe ones, from the beginning */
    uint32_t *places;                       /* twice as many as `most`: where a fresh one is, counted from 1; 0: free */
    int64_t ripe_last;                      /* number of the last row of the ripe ones */
};

int64_t gateway_mark(const char *hash)
{
    int64_t mark = 0;
    if (hash == NULL || hash[0] == '\0')
        return 0;
    for (int i = 0; i < HASH_DIGITS && hash[i] != '\0'; i++) {
        const char *digit = strchr("0123456789abcdef", hash[i]);
        mark = mark << 4 | (digit == NULL ? 0 : digit - "0123456789abcdef");
    }
    return mark == 0 ? 1 : mark;
}

struct gateway_marks *gateway_marks_new(int keep_days, size_t most)
{
    struct gateway_marks *m = mem_alloc(1, sizeof *m);
    m->keep = (instant_t)keep_days * 86400 * INSTANT_PER_SECOND;
    m->most = most;
    m->emptied = -1;
    m->fresh = mem_alloc(most, sizeof *m->fresh);
    m->ripe = mem_alloc(most, sizeof *m->ripe);
    m->places = mem_alloc(2 * most, sizeof *m->places);
    return m;
}

void gateway_marks_free(struct gateway_marks *m)
{
    if (m == NULL)
        return;
    mem_free(m->fresh);
    mem_free(m->ripe);
    mem_free(m->places);
    mem_free(m);
}

/* --- in memory --- */

/* Its place, or the free one where it belongs: marks are random numbers, and half of the places are free. */
static uint32_t *place_of(struct gateway_marks *m, int64_t id)
{
    size_t at = (size_t)id & (2 * m->most - 1);
    while (m->places[at] != 0 && m->fresh[m->places[at] - 1].id != id)
        at = (at + 1) & (2 * m->most - 1);
    return &m->places[at];
}

static int mark_compare(const void *a, const void *b)
{
    const struct gateway_mark *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static const struct gateway_mark *remembered(struct gateway_marks *m, int64_t id)
{
    const struct gateway_mark key = {.id = id};
    uint32_t place = *place_of(m, id);
    return place != 0 ? &m->fresh[place - 1] : bsearch(&key, m->ripe, m->ripe_count, sizeof key, mark_compare);
}

static bool fold(struct gateway_marks *m, struct tx *tx, size_t count, struct err *e)
{
    size_t until = m->ripe_count - m->folded < count ? m->ripe_count : m->folded + count;
    if (m->ripe_count == 0)
        return true;
    for (; m->folded < until; m->folded++) {
        const struct gateway_mark *k = &m->ripe[m->folded];
        if (!sql_run(tx, NULL, e,
                     "INSERT INTO gateway_mark (id, replay, at) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET "
                     "replay = excluded.replay, at = excluded.at WHERE excluded.at > gateway_mark.at",
                     "iit", k->id, k->replay, k->at))
            return false;
    }
    if (m->folded < m->ripe_count)
        return true;
    m->ripe_count = m->folded = 0;
    return sql_run(tx, NULL, e, "UPDATE gateway_folded SET last = $1 WHERE last < $1", "i", m->ripe_last);
}

static bool ripen(struct gateway_marks *m, struct tx *tx, struct err *e)
{
    struct gateway_mark *empty = m->ripe;
    if (!fold(m, tx, m->ripe_count, e)) /* others wrote more than we, or the log was never folded */
        return false;
    m->ripe = m->fresh;
    m->ripe_count = m->fresh_count;
    m->ripe_last = m->last;
    qsort(m->ripe, m->ripe_count, sizeof *m->ripe, mark_compare);
    m->fresh = empty;
    m->fresh_count = 0;
    memset(m->places, 0, 2 * m->most * sizeof *m->places);
    return true;
}

static bool add(struct gateway_marks *m, struct tx *tx, const struct gateway_mark *mark, struct err *e)
{
    if (m->fresh_count == m->most && !ripen(m, tx, e))
        return false;
    uint32_t *place = place_of(m, mark->id);
    if (*place == 0) {
        m->fresh[m->fresh_count] = *mark;
        *place = (uint32_t)++m->fresh_count;
    } else {
        m->fresh[*place - 1] = *mark; /* the id was free again */
    }
    return true;
}

/* --- in the store --- */

static void forget_all(struct gateway_marks *m)
{
    m->emptied = -1;
    m->last = 0;
    m->fresh_count = m->ripe_count = m->folded = 0;
    memset(m->places, 0, 2 * m->most * sizeof *m->places);
}

static bool read_position(struct gateway_marks *m, struct tx *tx, struct err *e)
{
    int64_t folded = 0, emptied = 0;
    struct stmt *s = stmt_open(tx, e, "SELECT last, emptied FROM gateway_folded", "");
    bool found = stmt_next(s);
    if (found) {
        folded = stmt_int(s, 0);
        emptied = stmt_int(s, 1);
    }
    if (!stmt_close(s))
        return false;
    if (!found)
        return err_set(e, ERR_STORE, N_("the store has no value where it needs one; `talaia doctor` examines it"));
    if (m->emptied != emptied) /* numbers began anew: the ripe ones say nothing of them */
        m->last = m->ripe_last = 0;
    if (m->last < folded)
        m->last = folded;
    if (m->ripe_last != 0 && m->ripe_last <= folded) /* somebody else was quicker */
        m->ripe_count = m->folded = 0;
    m->emptied = emptied;
    return true;
}

bool gateway_marks_begin(struct gateway_marks *m, struct tx *tx, struct err *e)
{
    bool good = true;
    if (m->open)
        forget_all(m); /* what was said to be folded may not be */
    if (!tx_lock(tx, "gateway-log", e) || !read_position(m, tx, e))
        return false;
    m->open = true;
    m->came = 0;
    struct stmt *s =
        stmt_open(tx, e, "SELECT id, seen, replay, at FROM gateway_log WHERE id > $1 ORDER BY id", "i", m->last);
    while (good && stmt_next(s)) {
        const struct gateway_mark mark = {stmt_int(s, 1), stmt_int(s, 2), stmt_instant(s, 3)};
        good = mark.id == 0 || add(m, tx, &mark, e);
        m->came += mark.id != 0;
        m->last = stmt_int(s, 0);
    }
    return stmt_close(s) && good;
}

#define ONE(n) "SELECT id, replay, at FROM gateway_mark WHERE id = $" #n
#define AND " UNION ALL "
static bool find_folded(struct tx *tx, struct gateway_mark *const *marks, const size_t *numbers, size_t count,
                        instant_t keep, bool *ret_found, struct err *e)
{
    int64_t id[TOGETHER] = {0};
    for (size_t i = 0; i < count; i++)
        id[i] = marks[i]->id;
    struct stmt *s =
        stmt_open(tx, e,
                  ONE(1) AND ONE(2) AND ONE(3) AND ONE(4) AND ONE(5) AND ONE(6) AND ONE(7) AND ONE(8) AND ONE(9)
                      AND ONE(10) AND ONE(11) AND ONE(12) AND ONE(13) AND ONE(14) AND ONE(15) AND ONE(16),
                  "iiiiiiiiiiiiiiii", id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7], id[8], id[9], id[10],
                  id[11], id[12], id[13], id[14], id[15]);
    while (stmt_next(s))
        for (size_t i = 0; i < count; i++)
            if (marks[i]->id == stmt_int(s, 0) && stmt_instant(s, 2) >= marks[i]->at - keep) {
                ret_found[numbers[i]] = true;
                marks[i]->replay = stmt_int(s, 1);
            }
    return stmt_close(s);
}

bool gateway_marks_find(struct gateway_marks *m, struct tx *tx, struct gateway_mark *marks, size_t count,
                        bool *ret_found, struct err *e)
{
    struct gateway_mark *unknown[TOGETHER];
    size_t numbers[TOGETHER], n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct gateway_mark *k = marks[i].id == 0 ? NULL : remembered(m, marks[i].id);
        ret_found[i] = k != NULL && k->at >= marks[i].at - m->keep;
        if (k != NULL) {
            marks[i].replay = k->replay;
        } else if (marks[i].id != 0) {
            numbers[n] = i;
            unknown[n++] = &marks[i];
        }
        if (n > 0 && (n == TOGETHER || i + 1 == count)) {
            if (!find_folded(tx, unknown, numbers, n, m->keep, ret_found, e))
                return false;
            n = 0;
        }
    }
    return n == 0 || find_folded(tx, unknown, numbers, n, m->keep, ret_found, e);
}

bool gateway_marks_fold(struct gateway_marks *m, struct tx *tx, struct err *e)
{
    return fold(m, tx, 2 * m->came, e);
}

void gateway_marks_committed(struct gateway_marks *m)
{
    m->open = false;
}

/* --- forgetting --- */

bool gateway_marks_save(struct tx *tx, int64_t last, struct err *e)
{
    return tx_lock(tx, "gateway-log", e) &&
           sql_run(tx, NULL, e,
                   "INSERT INTO gateway_mark (id, replay, at) SELECT seen, COALESCE(max(replay), 0), max(at) FROM "
                   "gateway_log WHERE id <= $1 AND id > (SELECT last FROM gateway_folded) AND seen IS NOT NULL GROUP "
                   "BY seen ON CONFLICT (id) DO UPDATE SET replay = excluded.replay, at = excluded.at WHERE "
                   "excluded.at > gateway_mark.at",
                   "i", last);
}

bool gateway_marks_emptied(struct tx *tx, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE gateway_folded SET last = 0, emptied = emptied + 1 WHERE NOT EXISTS (SELECT 1 FROM "
                   "gateway_log)",
                   "");
}

bool gateway_marks_forget(struct tx *tx, instant_t before, size_t most, int64_t *from, int64_t *ret_count,
                          struct err *e)
{
    int64_t until = 0, count = 0;
    if (!sql_int(tx, &until, NULL, e,
                 "SELECT COALESCE(max(id), 0) FROM (SELECT id FROM gateway_mark WHERE id > $1 ORDER BY id LIMIT $2) AS "
                 "part",
                 "ii", *from, (int64_t)most) ||
        (until != 0 && !sql_run(tx, &count, e, "DELETE FROM gateway_mark WHERE id > $1 AND id <= $2 AND at < $3", "iit",
                                *from, until, before)))
        return false;
    *from = until;
    *ret_count = count;
    return true;
}
