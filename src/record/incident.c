#include "record/incident.h"

#include <sodium.h>

#define COLUMNS                                                                                                        \
    "SELECT id, probe, service, target, runbook, source, seen, since, opened, opened_who, counted, again, level, "     \
    "acked, acked_who, acked_how, recovered, closed, closed_who, over_told, ticket, ticket_uid, ticket_tried, "        \
    "ticket_ready, next_try, attempts, trouble, mail_id, mail_over_id, leader_id, again_told FROM incident "

static instant_t instant_or_none(struct stmt *s, int column)
{
    return stmt_null(s, column) ? INSTANT_NONE : stmt_instant(s, column);
}

static struct incident take(struct stmt *s, struct arena *a)
{
    return (struct incident){
        .id = stmt_int(s, 0),
        .probe = arena_strdup(a, stmt_text(s, 1)),
        .service = arena_strdup(a, stmt_text(s, 2)),
        .target = arena_strdup(a, stmt_text(s, 3)),
        .runbook = arena_strdup(a, stmt_text(s, 4)),
        .source = arena_strdup(a, stmt_text(s, 5)),
        .seen = arena_strdup(a, stmt_text(s, 6)),
        .since = stmt_instant(s, 7),
        .opened = stmt_instant(s, 8),
        .opened_who = arena_strdup(a, stmt_text(s, 9)),
        .counted = stmt_instant(s, 10),
        .again = (int)stmt_int(s, 11),
        .level = (size_t)stmt_int(s, 12),
        .acked = instant_or_none(s, 13),
        .acked_who = arena_strdup(a, stmt_text(s, 14)),
        .acked_how = arena_strdup(a, stmt_text(s, 15)),
        .recovered = instant_or_none(s, 16),
        .closed = instant_or_none(s, 17),
        .closed_who = arena_strdup(a, stmt_text(s, 18)),
        .over_told = stmt_bool(s, 19),
        .ticket = arena_strdup(a, stmt_text(s, 20)),
        .ticket_uid = arena_strdup(a, stmt_text(s, 21)),
        .ticket_tried = instant_or_none(s, 22),
        .ticket_ready = stmt_bool(s, 23),
        .next_try = instant_or_none(s, 24),
        .attempts = (int)stmt_int(s, 25),
        .trouble = arena_strdup(a, stmt_text(s, 26)),
        .mail_id = stmt_int(s, 27),
        .mail_over_id = stmt_int(s, 28),
        .leader_id = stmt_int(s, 29),
        .again_told = (int)stmt_int(s, 30),
    };
}

enum incident_state incident_state(const struct incident *x)
{
    return x->closed != INSTANT_NONE ? INCIDENT_CLOSED : x->acked != INSTANT_NONE ? INCIDENT_TAKEN : INCIDENT_OPEN;
}

static bool take_one(struct stmt *s, struct arena *a, struct incident *ret, bool *ret_found)
{
    struct incident x;
    bool found = stmt_next(s);
    if (found)
        x = take(s, a);
    if (!stmt_close(s))
        return false;
    if (found)
        *ret = x;
    *ret_found = found;
    return true;
}

bool incident_get(struct tx *tx, struct arena *a, int64_t id, struct incident *ret, bool *ret_found, struct err *e)
{
    return take_one(stmt_open(tx, e, COLUMNS "WHERE id = $1", "i", id), a, ret, ret_found);
}

bool incident_last(struct tx *tx, struct arena *a, const char *probe, struct incident *ret, bool *ret_found,
                   struct err *e)
{
    return take_one(stmt_open(tx, e, COLUMNS "WHERE probe = $1 ORDER BY id DESC LIMIT 1", "s", probe), a, ret,
                    ret_found);
}

bool incidents_load(struct tx *tx, struct arena *a, const struct incident_filter *f, struct incidents *ret,
                    struct err *e)
{
    VEC(struct incident) found = {0};
    int64_t most = f->most == 0 ? INT64_MAX : (int64_t)f->most;
    struct stmt *s =
        f->unfinished
            ? stmt_open(tx, e,
                        COLUMNS "WHERE closed IS NULL OR over_told = 0 OR ticket_ready = 0 OR (mail_id IS NOT NULL AND "
                                "mail_over_id IS NULL) OR (ticket <> '' AND "
                                "EXISTS (SELECT 1 FROM incident_event v WHERE v.incident_id = incident.id AND v.marker "
                                "<> '' AND v.told IS NULL)) "
                                "ORDER BY id DESC LIMIT $1",
                        "i", most)
        : f->leader != 0
            ? stmt_open(tx, e, COLUMNS "WHERE leader_id = $1 ORDER BY id DESC LIMIT $2", "ii", f->leader, most)
        : f->open_only ? stmt_open(tx, e, COLUMNS "WHERE closed IS NULL ORDER BY id DESC LIMIT $1", "i", most)
        : f->probe != NULL
            ? stmt_open(tx, e, COLUMNS "WHERE probe = $1 ORDER BY id DESC LIMIT $2", "si", f->probe, most)
            : stmt_open(tx, e, COLUMNS "ORDER BY id DESC LIMIT $1", "i", most);
    while (stmt_next(s)) {
        struct incident x = take(s, a);
        vec_push(&found, x);
    }
    bool ok = stmt_close(s);
    if (ok)
        *ret = (struct incidents){.items = vec_to_arena(&found, a), .count = found.count};
    vec_release(&found);
    return ok;
}

/* ------------------------------------------------------------------ writing */

bool incident_cause_load(struct tx *tx, struct arena *a, const struct incident *x, struct incidents *ret, struct err *e)
{
    const struct incident_filter f = {.leader = x->leader_id == 0 ? x->id : x->leader_id};
    struct incident leader;
    struct incidents all;
    bool found = false;
    if (!incident_get(tx, a, f.leader, &leader, &found, e) || !incidents_load(tx, a, &f, &all, e))
        return false;
    struct incident *items = arena_array(a, struct incident, all.count + 1);
    size_t n = 0;
    if (found && leader.id != x->id)
        items[n++] = leader;
    for (size_t i = all.count; i-- > 0;) { /* oldest first */
        if (all.items[i].id != x->id)
            items[n++] = all.items[i];
    }
    *ret = (struct incidents){.items = items, .count = n};
    return true;
}

bool incident_leader(struct tx *tx, const char *runbook, instant_t after, int64_t *ret_id, struct err *e)
{
    return sql_int(
        tx, ret_id, NULL, e,
        "SELECT COALESCE(min(id), 0) FROM incident WHERE closed IS NULL AND leader_id IS NULL AND runbook = $1 "
        "AND opened > $2",
        "st", runbook, after);
}

bool incident_by_mail(struct tx *tx, int64_t message_id, int64_t *ret_id, struct err *e)
{
    return sql_int(tx, ret_id, NULL, e, "SELECT COALESCE(max(id), 0) FROM incident WHERE mail_id = $1", "i",
                   message_id);
}

bool incident_add(struct tx *tx, const struct by *by, const struct incident *x, int64_t *ret_id, struct err *e)
{
    int64_t id = 0;
    bool added;
    if (!sql_insert(
            tx, &id, &added, e,
            "INSERT INTO incident (probe, service, target, runbook, source, seen, since, opened, opened_who, "
            "counted, again, level, acked_who, acked_how, closed_who, over_told, ticket, ticket_uid, "
            "ticket_ready, attempts, trouble, leader_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, 0, 0, '', "
            "'', '', 0, '', '', 0, 0, '', NULLIF($10, 0)) ON CONFLICT DO NOTHING",
            "ssssssttsi", x->probe, x->service, x->target, x->runbook, x->source, x->seen, x->since, by->at, by->who,
            x->leader_id))
        return false;
    *ret_id = added ? id : 0;
    return true;
}

bool incident_reopen(struct tx *tx, const struct by *by, int64_t id, const char *seen, struct err *e)
{
    return sql_run(
        tx, NULL, e,
        "UPDATE incident SET closed = NULL, closed_who = '', recovered = NULL, over_told = 0, again_told = CASE "
        "WHEN over_told = 0 AND again_told = again THEN again + 1 ELSE again_told END, again = again + 1, "
        "counted = $2, seen = $3 WHERE id = $1 AND closed IS NOT NULL",
        "its", id, by->at, seen);
}

bool incident_ack(struct tx *tx, const struct by *by, int64_t id, const char *how, bool *ret_done, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "UPDATE incident SET acked = $2, acked_who = $3, acked_how = $4 WHERE id = $1 AND acked IS NULL AND "
                 "closed IS NULL",
                 "itss", id, by->at, by->who, how))
        return false;
    *ret_done = changed == 1;
    return true;
}

bool incident_give(struct tx *tx, const struct by *by, int64_t id, const char *to, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE incident SET acked = $2, acked_who = $3, acked_how = 'handover' WHERE id = $1",
                   "its", id, by->at, to);
}

bool incident_close(struct tx *tx, const struct by *by, int64_t id, instant_t recovered, bool *ret_done, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "UPDATE incident SET recovered = $2, closed = $3, closed_who = $4 WHERE id = $1 AND closed IS NULL",
                 "itts", id, recovered, by->at, by->who))
        return false;
    *ret_done = changed == 1;
    return true;
}

bool incident_wake(struct tx *tx, struct incident *x, struct err *e)
{
    if (!sql_run(
            tx, NULL, e,
            "UPDATE incident SET acked = NULL, acked_who = '', acked_how = '', level = 0, again_told = again WHERE "
            "id = $1",
            "i", x->id))
        return false;
    x->acked = INSTANT_NONE;
    x->acked_who = x->acked_how = "";
    x->level = 0;
    x->again_told = x->again;
    return true;
}

bool incident_forget(struct tx *tx, const struct by *by, struct incident *x, struct err *e)
{
    x->counted = by->at;
    return incident_wake(tx, x, e) &&
           sql_run(tx, NULL, e, "UPDATE incident SET counted = $2 WHERE id = $1", "it", x->id, x->counted);
}

bool incident_touched(struct tx *tx, const struct incident *x, instant_t *ret, struct err *e)
{
    int64_t at = 0;
    if (!sql_int(tx, &at, NULL, e,
                 "SELECT COALESCE(max(v.at), 0) FROM incident_event v JOIN incident i ON i.id = v.incident_id WHERE "
                 "v.who <> 'talaia' AND (i.id = $1 OR i.leader_id = $1)",
                 "i", x->leader_id == 0 ? x->id : x->leader_id))
        return false;
    *ret = at == 0 ? INSTANT_NONE : at;
    return true;
}

bool incident_update(struct tx *tx, const struct incident *x, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE incident SET level = $2, over_told = $3, ticket = $4, ticket_uid = $5, ticket_tried = $6, "
                   "ticket_ready = $7, next_try = $8, attempts = $9, trouble = $10, mail_id = NULLIF($11, 0), "
                   "mail_over_id = NULLIF($12, 0) WHERE id = $1",
                   "iibsstbtisii", x->id, (int64_t)x->level, x->over_told, x->ticket, x->ticket_uid, x->ticket_tried,
                   x->ticket_ready, x->next_try, (int64_t)x->attempts, x->trouble, x->mail_id, x->mail_over_id);
}

/* ------------------------------------------------------------------ the story */

bool incident_event_add(struct tx *tx, const struct by *by, int64_t incident_id, enum incident_event_kind kind,
                        int step, const char *text, const char *marker, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO incident_event (incident_id, kind, step, text, at, who, marker) VALUES ($1, $2, $3, "
                   "$4, $5, $6, $7)",
                   "isistss", incident_id, incident_event_code(kind), (int64_t)step, text, by->at, by->who, marker);
}

#define EVENT_COLUMNS "SELECT id, incident_id, kind, step, text, at, who, marker, tried, told FROM incident_event "

static bool take_event(struct stmt *s, struct arena *a, struct incident_event *ret)
{
    *ret = (struct incident_event){
        .id = stmt_int(s, 0),
        .incident_id = stmt_int(s, 1),
        .step = (int)stmt_int(s, 3),
        .text = arena_strdup(a, stmt_text(s, 4)),
        .at = stmt_instant(s, 5),
        .who = arena_strdup(a, stmt_text(s, 6)),
        .marker = arena_strdup(a, stmt_text(s, 7)),
        .tried = instant_or_none(s, 8),
        .told = instant_or_none(s, 9),
    };
    return incident_event_parse(stmt_text(s, 2), &ret->kind);
}

bool incident_events_load(struct tx *tx, struct arena *a, int64_t incident_id, bool untold, struct incident_event **ret,
                          size_t *ret_count, struct err *e)
{
    VEC(struct incident_event) found = {0};
    struct incident_event x;
    struct stmt *s =
        untold ? stmt_open(tx, e, EVENT_COLUMNS "WHERE incident_id = $1 AND marker <> '' AND told IS NULL ORDER BY id",
                           "i", incident_id)
               : stmt_open(tx, e, EVENT_COLUMNS "WHERE incident_id = $1 ORDER BY id", "i", incident_id);
    while (stmt_next(s)) {
        if (take_event(s, a, &x))
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

bool incident_event_marked(struct tx *tx, struct arena *a, int64_t incident_id, const char *marker,
                           struct incident_event *ret, bool *ret_found, struct err *e)
{
    struct stmt *s =
        stmt_open(tx, e, EVENT_COLUMNS "WHERE incident_id = $1 AND marker = $2 ORDER BY id", "is", incident_id, marker);
    *ret_found = stmt_next(s) && take_event(s, a, ret);
    return stmt_close(s);
}

bool incident_event_tried(struct tx *tx, int64_t id, instant_t at, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE incident_event SET tried = $2 WHERE id = $1", "it", id, at);
}

bool incident_event_told_now(struct tx *tx, int64_t id, instant_t at, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE incident_event SET told = $2 WHERE id = $1", "it", id, at);
}

/* ------------------------------------------------------------------ calls */

static const char *in_base64(struct arena *a, struct str bytes)
{
    size_t room = sodium_base64_ENCODED_LEN(bytes.n, sodium_base64_VARIANT_ORIGINAL);
    char *text = arena_alloc(a, room, 1);
    sodium_bin2base64(text, room, (const unsigned char *)(bytes.n == 0 ? "" : bytes.p), bytes.n,
                      sodium_base64_VARIANT_ORIGINAL);
    return text;
}

bool incident_call_add(struct tx *tx, const struct by *by, const struct incident_call *x, struct str file,
                       int64_t *ret_id, struct err *e)
{
    struct arena a = {0};
    bool added, ok = sql_insert(tx, ret_id, &added, e,
                                "INSERT INTO incident_call (incident_id, step, at, who, contact, number, phone, "
                                "answered, cents, said, claim, file_name, file_type, file_base64, noted) VALUES ($1, "
                                "$2, $3, $4, $5, $6, $7, $8, NULLIF($9, -1), $10, $11, $12, $13, $14, $15)",
                                "iitssssbisbssst", x->incident_id, (int64_t)x->step, x->at, x->who, x->contact,
                                x->number, x->phone, x->answered, x->cents, x->said, x->claim, x->file_name,
                                x->file_type, in_base64(&a, file), by->at);
    arena_release(&a);
    return ok;
}

bool incident_call_complete(struct tx *tx, int64_t id, int64_t cents, const char *file_name, const char *file_type,
                            struct str file, struct err *e)
{
    struct arena a = {0};
    bool ok =
        (cents < 0 || sql_run(tx, NULL, e, "UPDATE incident_call SET cents = $2 WHERE id = $1", "ii", id, cents)) &&
        (file.p == NULL ||
         sql_run(tx, NULL, e, "UPDATE incident_call SET file_name = $2, file_type = $3, file_base64 = $4 WHERE id = $1",
                 "isss", id, file_name, file_type, in_base64(&a, file)));
    arena_release(&a);
    return ok;
}

#define CALL_COLUMNS                                                                                                   \
    "SELECT c.id, c.incident_id, c.step, c.at, c.who, c.contact, c.number, c.phone, c.answered, c.cents, c.said, "     \
    "c.claim, c.file_name, c.file_type, i.probe, c.noted FROM incident_call c JOIN incident i ON i.id = "              \
    "c.incident_id "

static struct incident_call take_call(struct stmt *s, struct arena *a)
{
    return (struct incident_call){
        .id = stmt_int(s, 0),
        .incident_id = stmt_int(s, 1),
        .step = (int)stmt_int(s, 2),
        .at = stmt_instant(s, 3),
        .who = arena_strdup(a, stmt_text(s, 4)),
        .contact = arena_strdup(a, stmt_text(s, 5)),
        .number = arena_strdup(a, stmt_text(s, 6)),
        .phone = arena_strdup(a, stmt_text(s, 7)),
        .answered = stmt_bool(s, 8),
        .cents = stmt_null(s, 9) ? -1 : stmt_int(s, 9),
        .said = arena_strdup(a, stmt_text(s, 10)),
        .claim = stmt_bool(s, 11),
        .file_name = arena_strdup(a, stmt_text(s, 12)),
        .file_type = arena_strdup(a, stmt_text(s, 13)),
        .probe = arena_strdup(a, stmt_text(s, 14)),
        .noted = stmt_instant(s, 15),
    };
}

bool incident_calls_load(struct tx *tx, struct arena *a, const struct call_filter *f, struct incident_call **ret,
                         size_t *ret_count, struct err *e)
{
    VEC(struct incident_call) found = {0};
    instant_t from = f->from == INSTANT_NONE ? 0 : f->from, until = f->until == INSTANT_NONE ? INT64_MAX : f->until;
    struct stmt *s =
        f->incident_id != 0
            ? stmt_open(tx, e, CALL_COLUMNS "WHERE c.incident_id = $1 ORDER BY c.at, c.id", "i", f->incident_id)
            : stmt_open(tx, e, CALL_COLUMNS "WHERE c.at >= $1 AND c.at < $2 ORDER BY c.at, c.id", "tt", from, until);
    while (stmt_next(s)) {
        struct incident_call x = take_call(s, a);
        if (!f->claims || x.claim)
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

bool incident_call_file(struct tx *tx, struct arena *a, int64_t id, struct incident_call *ret, struct buf *bytes,
                        bool *ret_found, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, CALL_COLUMNS "WHERE c.id = $1", "i", id);
    bool found = stmt_next(s), good = true;
    if (found)
        *ret = take_call(s, a);
    if (!stmt_close(s))
        return false;
    *ret_found = found && ret->file_name[0] != '\0';
    if (!*ret_found)
        return true;
    s = stmt_open(tx, e, "SELECT file_base64 FROM incident_call WHERE id = $1", "i", id);
    if (stmt_next(s)) {
        struct str text = stmt_str(s, 0);
        size_t n = 0;
        char *to = buf_reserve(bytes, text.n);
        good = to != NULL && sodium_base642bin((unsigned char *)to, text.n, text.p, text.n, NULL, &n, NULL,
                                               sodium_base64_VARIANT_ORIGINAL) == 0;
        bytes->n += good ? n : 0;
    }
    return stmt_close(s) &&
           (good || err_set(e, ERR_STORE, N_("the statement of call %lld cannot be read"), (long long)id));
}
