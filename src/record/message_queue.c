/* Who works on which message, what waits for whom, and what the tracker must still be told. */
#include "record/message.h"

#include <sodium.h>

#include "core/ticket.h"

/* Beyond these a time was written by a clock that has been put back. */
#define FAR_RETRY (2 * LIMIT_OUTBOX_RETRY_MOST_SECONDS * INSTANT_PER_SECOND)
#define FAR_CLAIM (2 * LIMIT_OUTBOX_CLAIM_SECONDS * INSTANT_PER_SECOND)

static const char *const job_codes[TICKET_JOB_COUNT] = {
#define X(name, code) [TICKET_JOB_##name] = (code),
    TICKET_JOBS(X)
#undef X
};

const char *ticket_job_code(enum ticket_job_what what)
{
    return job_codes[what];
}

/* ------------------------------------------------------------------ claims */

bool message_claim(struct tx *tx, int64_t id, const char *worker, instant_t now, instant_t until, bool *ret_claimed,
                   struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "UPDATE message SET claim = $2, claim_until = $4 WHERE id = $1 AND (claim = '' OR claim = $2 OR "
                 "claim_until < $3 OR claim_until > $5)",
                 "isttt", id, worker, now, until, now + FAR_CLAIM))
        return false;
    *ret_claimed = changed == 1;
    return true;
}

bool message_wire(struct tx *tx, int64_t id, const char *boot, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE message SET wire = $2 WHERE id = $1", "is", id, boot);
}

bool messages_wired_before(struct tx *tx, struct arena *a, const char *boot, const int64_t **ret, size_t *ret_count,
                           struct err *e)
{
    VEC(int64_t) found = {0};
    struct stmt *s = stmt_open(tx, e, "SELECT id FROM message WHERE wire <> '' AND wire <> $1 ORDER BY id", "s", boot);
    while (stmt_next(s))
        vec_push(&found, stmt_int(s, 0));
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool messages_count(struct tx *tx, enum outbox_state state, size_t *ret, struct err *e)
{
    int64_t n;
    if (!sql_int(tx, &n, NULL, e, "SELECT count(*) FROM message WHERE state = $1", "s", outbox_state_code(state)))
        return false;
    *ret = (size_t)n;
    return true;
}

bool claims_load(struct tx *tx, struct arena *a, const char *const **ret, size_t *ret_count, struct err *e)
{
    VEC(const char *) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT claim FROM message WHERE claim <> '' UNION SELECT claim FROM ticket_job WHERE "
                               "claim <> ''",
                               "");
    while (stmt_next(s))
        vec_push(&found, arena_strdup(a, stmt_text(s, 0)));
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool claims_release(struct tx *tx, const char *worker, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE message SET claim = '', claim_until = NULL, wire = '' WHERE claim = $1", "s",
                   worker) &&
           sql_run(tx, NULL, e, "UPDATE ticket_job SET claim = '', claim_until = NULL WHERE claim = $1", "s", worker);
}

bool messages_ready(struct tx *tx, struct arena *a, enum outbox_state state, const char *worker, instant_t now,
                    int64_t after_id, size_t most, const int64_t **ret, size_t *ret_count, struct err *e)
{
    VEC(int64_t) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT id FROM message WHERE state = $1 AND id > $2 AND (next_try IS NULL OR next_try "
                               "<= $3 OR next_try > $5) AND (claim = '' OR claim = $7 OR claim_until < $3 OR "
                               "claim_until > $6) AND ($1 <> 'sent' OR folder <> '') ORDER BY id LIMIT $4",
                               "sitbtts", outbox_state_code(state), after_id, now, (int)most, now + FAR_RETRY,
                               now + FAR_CLAIM, worker);
    while (stmt_next(s))
        vec_push(&found, stmt_int(s, 0));
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool messages_sent_since(struct tx *tx, instant_t since, instant_t *ret, size_t most, size_t *ret_count, struct err *e)
{
    size_t count = 0;
    struct stmt *s = stmt_open(tx, e,
                               "SELECT sent FROM (SELECT sent FROM message WHERE sent > $1 ORDER BY sent DESC LIMIT "
                               "$2) AS w ORDER BY sent",
                               "tb", since, (int)most);
    while (count < most && stmt_next(s))
        ret[count++] = stmt_instant(s, 0);
    if (!stmt_close(s))
        return false;
    *ret_count = count;
    return true;
}

bool messages_next_try(struct tx *tx, instant_t *ret, struct err *e)
{
    int64_t at = 0;
    if (!sql_int(tx, &at, NULL, e,
                 "SELECT min(t) FROM (SELECT min(next_try) AS t FROM message WHERE state IN ('approved', 'ticketed', "
                 "'rendered', 'sent', 'ambiguous') UNION ALL SELECT min(next_try) AS t FROM ticket_job WHERE state = "
                 "'waiting') AS w",
                 ""))
        return false;
    *ret = at == 0 ? INSTANT_NONE : at;
    return true;
}

/* ------------------------------------------------------------------ the tracker's queue */

static bool add_job(struct tx *tx, const struct by *by, int64_t case_id, int64_t integration_id,
                    enum ticket_job_what what, const char *text, struct err *e)
{
    unsigned char random[16];
    char uid[TICKET_UID_BYTES];
    randombytes_buf(random, sizeof random);
    return sql_run(tx, NULL, e,
                   "INSERT INTO ticket_job (uid, case_id, integration_id, what, text, state, at, who) VALUES ($1, "
                   "NULLIF($2, 0), NULLIF($3, 0), $4, $5, 'waiting', $6, $7)",
                   "siissts", ticket_uid_write(random, uid), case_id, integration_id, job_codes[what], text, by->at,
                   by->who);
}

bool ticket_job_add(struct tx *tx, const struct by *by, int64_t case_id, enum ticket_job_what what, const char *text,
                    struct err *e)
{
    return add_job(tx, by, case_id, 0, what, text, e);
}

bool ticket_job_add_integration(struct tx *tx, const struct by *by, int64_t integration_id, enum ticket_job_what what,
                                const char *text, struct err *e)
{
    return add_job(tx, by, 0, integration_id, what, text, e);
}

#define JOB_COLUMNS                                                                                                    \
    "j.id, j.uid, j.case_id, j.what, j.text, j.who, j.at, j.attempts, j.next_try, j.reply, j.state, j.tried, "         \
    "coalesce(c.ticket, n.ticket), j.integration_id, n.ticket_uid "                                                    \
    "FROM ticket_job j LEFT JOIN renewal_case c ON c.id = j.case_id LEFT JOIN integration n ON n.id = "                \
    "j.integration_id "

static bool take_jobs(struct stmt *s, struct arena *a, size_t most, struct ticket_job **ret, size_t *ret_count)
{
    VEC(struct ticket_job) found = {0};
    while ((most == 0 || found.count < most) && stmt_next(s)) {
        struct ticket_job j = {
            .id = stmt_int(s, 0),
            .uid = arena_strdup(a, stmt_text(s, 1)),
            .case_id = stmt_int(s, 2),
            .text = arena_strdup(a, stmt_text(s, 4)),
            .who = arena_strdup(a, stmt_text(s, 5)),
            .at = stmt_instant(s, 6),
            .attempts = (int)stmt_int(s, 7),
            .next_try = stmt_instant(s, 8),
            .reply = arena_strdup(a, stmt_text(s, 9)),
            .state = arena_strdup(a, stmt_text(s, 10)),
            .tried = stmt_instant(s, 11),
            .ticket = arena_strdup(a, stmt_text(s, 12)),
            .integration_id = stmt_int(s, 13),
            .ticket_uid = arena_strdup(a, stmt_text(s, 14)),
        };
        for (int w = 0; w < TICKET_JOB_COUNT; w++) {
            if (str_is(stmt_str(s, 3), job_codes[w])) {
                j.what = (enum ticket_job_what)w;
                vec_push(&found, j);
            }
        }
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool ticket_jobs_ready(struct tx *tx, struct arena *a, instant_t now, size_t most, struct ticket_job **ret,
                       size_t *ret_count, struct err *e)
{
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT " JOB_COLUMNS "WHERE j.state = 'waiting' AND (coalesce(c.ticket, n.ticket) <> '' OR "
                  "j.what = 'create') AND (j.next_try IS NULL OR j.next_try <= $1 OR j.next_try > $2) AND (j.claim = "
                  "'' OR j.claim_until < $1 "
                  "OR j.claim_until > $3) AND NOT EXISTS (SELECT 1 FROM ticket_job b WHERE b.case_id = "
                  "j.case_id AND b.id < j.id AND b.state = 'waiting') AND NOT EXISTS (SELECT 1 FROM "
                  "ticket_job b WHERE b.integration_id = j.integration_id AND b.id < j.id AND b.state = "
                  "'waiting') ORDER BY j.id",
                  "ttt", now, now + FAR_RETRY, now + FAR_CLAIM);
    return take_jobs(s, a, most, ret, ret_count);
}

bool ticket_jobs_load(struct tx *tx, struct arena *a, int64_t case_id, struct ticket_job **ret, size_t *ret_count,
                      struct err *e)
{
    struct stmt *s = case_id != 0
                         ? stmt_open(tx, e, "SELECT " JOB_COLUMNS "WHERE j.case_id = $1 ORDER BY j.id", "i", case_id)
                         : stmt_open(tx, e, "SELECT " JOB_COLUMNS "WHERE j.state <> 'done' ORDER BY j.id", "");
    return take_jobs(s, a, 0, ret, ret_count);
}

bool ticket_job_claim(struct tx *tx, int64_t id, const char *worker, instant_t now, instant_t until, bool *ret_claimed,
                      struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "UPDATE ticket_job SET claim = $2, claim_until = $4 WHERE id = $1 AND state = 'waiting' AND (claim = "
                 "'' OR claim = $2 OR claim_until < $3 OR claim_until > $5)",
                 "isttt", id, worker, now, until, now + FAR_CLAIM))
        return false;
    *ret_claimed = changed == 1;
    return true;
}

bool ticket_job_tried(struct tx *tx, int64_t id, instant_t at, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE ticket_job SET tried = $2 WHERE id = $1", "it", id, at);
}

bool ticket_job_done(struct tx *tx, int64_t id, instant_t at, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE ticket_job SET state = 'done', done = $2, reply = '', claim = '', claim_until = NULL WHERE "
                   "id = $1 AND state = 'waiting'",
                   "it", id, at);
}

bool ticket_job_wait(struct tx *tx, int64_t id, int attempts, instant_t next_try, const char *reply, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE ticket_job SET attempts = $2, next_try = $3, reply = $4, state = $5, claim = '', "
                   "claim_until = NULL WHERE id = $1",
                   "iitss", id, (int64_t)attempts, next_try, reply, next_try == INSTANT_NONE ? "refused" : "waiting");
}

/* ------------------------------------------------------------------ servers in trouble */

bool trouble_put(struct tx *tx, const char *part, instant_t now, instant_t next_try, const char *text, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO outbox_trouble (part, since, last, attempts, next_try, text) VALUES ($1, $2, $2, 1, "
                   "$3, $4) ON CONFLICT (part) DO UPDATE SET last = $2, attempts = outbox_trouble.attempts + 1, "
                   "next_try = $3, text = $4",
                   "stts", part, now, next_try, text);
}

bool trouble_over(struct tx *tx, const char *part, bool *ret_was, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e, "DELETE FROM outbox_trouble WHERE part = $1", "s", part))
        return false;
    if (ret_was != NULL)
        *ret_was = changed > 0;
    return true;
}

bool troubles_load(struct tx *tx, struct arena *a, struct outbox_trouble **ret, size_t *ret_count, struct err *e)
{
    VEC(struct outbox_trouble) found = {0};
    struct stmt *s =
        stmt_open(tx, e, "SELECT part, since, last, attempts, next_try, text FROM outbox_trouble ORDER BY part", "");
    while (stmt_next(s)) {
        struct outbox_trouble t = {
            .part = arena_strdup(a, stmt_text(s, 0)),
            .since = stmt_instant(s, 1),
            .last = stmt_instant(s, 2),
            .attempts = (int)stmt_int(s, 3),
            .next_try = stmt_instant(s, 4),
            .text = arena_strdup(a, stmt_text(s, 5)),
        };
        vec_push(&found, t);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}
