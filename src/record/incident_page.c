#include "record/incident_page.h"

#define COLUMNS                                                                                                        \
    "SELECT p.id, p.uid, p.channel, p.kind, p.person, p.is_over, p.state, p.payload, p.type, p.message_id, "           \
    "p.created, "                                                                                                      \
    "p.attempts, p.next_try, p.worker, p.claimed, p.sent, p.reply FROM incident_page p "

static instant_t instant_or_none(struct stmt *s, int column)
{
    return stmt_null(s, column) ? INSTANT_NONE : stmt_instant(s, column);
}

static bool take(struct stmt *s, struct arena *a, struct incident_page *ret)
{
    *ret = (struct incident_page){
        .id = stmt_int(s, 0),
        .uid = arena_strdup(a, stmt_text(s, 1)),
        .channel = arena_strdup(a, stmt_text(s, 2)),
        .kind = arena_strdup(a, stmt_text(s, 3)),
        .person = arena_strdup(a, stmt_text(s, 4)),
        .over = stmt_bool(s, 5),
        .payload = arena_strdup(a, stmt_text(s, 7)),
        .type = arena_strdup(a, stmt_text(s, 8)),
        .message_id = stmt_int(s, 9),
        .created = stmt_instant(s, 10),
        .attempts = (int)stmt_int(s, 11),
        .next_try = instant_or_none(s, 12),
        .worker = arena_strdup(a, stmt_text(s, 13)),
        .claimed = instant_or_none(s, 14),
        .sent = instant_or_none(s, 15),
        .reply = arena_strdup(a, stmt_text(s, 16)),
    };
    return page_state_parse(stmt_text(s, 6), &ret->state);
}

static bool take_all(struct stmt *s, struct arena *a, struct incident_page **ret, size_t *ret_count)
{
    VEC(struct incident_page) found = {0};
    while (stmt_next(s)) {
        struct incident_page x;
        if (take(s, a, &x))
            vec_push(&found, x);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool incident_page_add(struct tx *tx, const struct by *by, const struct incident_page *x, const int64_t *incidents,
                       size_t count, int64_t *ret_id, struct err *e)
{
    int64_t id = 0;
    bool added;
    if (!sql_insert(tx, &id, &added, e,
                    "INSERT INTO incident_page (uid, channel, kind, person, is_over, state, payload, type, message_id, "
                    "created, attempts, worker, reply) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULLIF($9, 0), $10, 0, "
                    "'', '')",
                    "ssssbsssit", x->uid, x->channel, x->kind, x->person, x->over, page_state_code(x->state),
                    x->payload, x->type, x->message_id, by->at))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!sql_run(tx, NULL, e, "INSERT INTO incident_page_item (page_id, incident_id) VALUES ($1, $2)", "ii", id,
                     incidents[i]))
            return false;
    }
    *ret_id = id;
    return true;
}

bool incident_pages_load(struct tx *tx, struct arena *a, int64_t incident_id, struct incident_page **ret,
                         size_t *ret_count, struct err *e)
{
    struct stmt *s = incident_id == 0
                         ? stmt_open(tx, e, COLUMNS "WHERE p.state IN ('waiting', 'sending') ORDER BY p.id", "")
                         : stmt_open(tx, e,
                                     COLUMNS "JOIN incident_page_item x ON x.page_id = p.id WHERE x.incident_id = $1 "
                                             "ORDER BY p.id",
                                     "i", incident_id);
    return take_all(s, a, ret, ret_count);
}

bool incident_pages_mailed(struct tx *tx, struct arena *a, instant_t since, struct incident_page **ret,
                           size_t *ret_count, struct err *e)
{
    return take_all(stmt_open(tx, e, COLUMNS "WHERE p.state = 'mailed' AND p.created > $1 ORDER BY p.id", "t", since),
                    a, ret, ret_count);
}

bool incident_page_mailed(struct tx *tx, const struct incident_page *x, bool *ret, struct err *e)
{
    int64_t count = 0;
    if (!sql_int(tx, &count, NULL, e,
                 "SELECT count(*) FROM incident_page WHERE id = $1 AND state = 'mailed' AND attempts = $2", "ii", x->id,
                 (int64_t)x->attempts))
        return false;
    *ret = count == 1;
    return true;
}

bool incident_page_by_mail(struct tx *tx, struct arena *a, int64_t message_id, struct incident_page *ret,
                           bool *ret_found, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, COLUMNS "WHERE p.message_id = $1", "i", message_id);
    *ret_found = stmt_next(s) && take(s, a, ret);
    return stmt_close(s);
}

bool incident_page_items(struct tx *tx, struct arena *a, int64_t page_id, const int64_t **ret, size_t *ret_count,
                         struct err *e)
{
    VEC(int64_t) found = {0};
    struct stmt *s =
        stmt_open(tx, e, "SELECT incident_id FROM incident_page_item WHERE page_id = $1 ORDER BY id", "i", page_id);
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

bool incident_page_last(struct tx *tx, const char *channel, bool over, instant_t *ret, struct err *e)
{
    int64_t at = 0;
    if (!sql_int(tx, &at, NULL, e,
                 "SELECT COALESCE(max(created), 0) FROM incident_page WHERE channel = $1 AND is_over = $2", "sb",
                 channel, over))
        return false;
    *ret = at == 0 ? INSTANT_NONE : at;
    return true;
}

bool incident_page_claim(struct tx *tx, const struct by *by, int64_t id, const char *worker, bool *ret_claimed,
                         struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "UPDATE incident_page SET state = 'sending', worker = $2, claimed = $3 WHERE id = $1 AND state = "
                 "'waiting'",
                 "ist", id, worker, by->at))
        return false;
    *ret_claimed = changed == 1;
    return true;
}

bool incident_page_settle(struct tx *tx, const struct incident_page *x, struct err *e)
{
    bool keeps = x->state == PAGE_WAITING;
    return sql_run(tx, NULL, e,
                   "UPDATE incident_page SET state = $2, attempts = $3, next_try = $4, sent = $5, reply = $6, worker = "
                   "'', claimed = NULL, payload = $7 WHERE id = $1",
                   "isittss", x->id, page_state_code(x->state), (int64_t)x->attempts, x->next_try, x->sent, x->reply,
                   keeps ? x->payload : "");
}

bool incident_pages_cancel(struct tx *tx, int64_t incident_id, struct err *e)
{
    return sql_run(
        tx, NULL, e,
        "UPDATE incident_page SET state = 'cancelled', payload = '' WHERE state = 'waiting' AND is_over = 0 AND "
        "id IN (SELECT page_id FROM incident_page_item WHERE incident_id = $1) AND NOT EXISTS (SELECT 1 "
        "FROM incident_page_item o JOIN incident i ON i.id = o.incident_id WHERE o.page_id = incident_page.id AND "
        "o.incident_id <> $1 AND i.closed IS NULL AND i.acked IS NULL)",
        "i", incident_id);
}

/* ------------------------------------------------------------------ links */

bool incident_link_add(struct tx *tx, const char *hash, int64_t page_id, instant_t until, struct err *e)
{
    return sql_run(tx, NULL, e, "INSERT INTO incident_link (hash, page_id, until) VALUES ($1, $2, $3)", "sit", hash,
                   page_id, until);
}

bool incident_link_get(struct tx *tx, struct arena *a, const char *hash, struct incident_link *ret, bool *ret_found,
                       struct err *e)
{
    struct stmt *s = stmt_open(tx, e,
                               "SELECT l.page_id, p.person, l.until, l.used FROM incident_link l JOIN incident_page p "
                               "ON p.id = l.page_id WHERE l.hash = $1",
                               "s", hash);
    bool found = stmt_next(s);
    if (found)
        *ret = (struct incident_link){.page_id = stmt_int(s, 0),
                                      .person = arena_strdup(a, stmt_text(s, 1)),
                                      .until = stmt_instant(s, 2),
                                      .used = instant_or_none(s, 3)};
    *ret_found = found;
    return stmt_close(s);
}

bool incident_link_use(struct tx *tx, const struct by *by, const char *hash, bool *ret_done, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e, "UPDATE incident_link SET used = $2 WHERE hash = $1 AND used IS NULL AND until > $2",
                 "st", hash, by->at))
        return false;
    *ret_done = changed == 1;
    return true;
}
