/* Messages, their bytes, recipients and steps. Not here: the queue (message_queue.c). */
#include "record/message.h"

#include <sodium.h>

#define UID_BYTES 16

static const char *const result_codes[RECIPIENT_RESULT_COUNT] = {
#define X(name, code) [RECIPIENT_##name] = (code),
    RECIPIENT_RESULTS(X)
#undef X
};

const char *recipient_result_code(enum recipient_result r)
{
    return result_codes[r];
}

void message_new_uid(char out[MESSAGE_UID_BYTES])
{
    unsigned char random[UID_BYTES];
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(out, MESSAGE_UID_BYTES, random, sizeof random);
}

/* ------------------------------------------------------------------ steps */

static bool add_step(struct tx *tx, const struct by *by, int64_t id, enum outbox_state state, const char *detail,
                     struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO message_step (message_id, state, day, at, who, detail) VALUES ($1, $2, $3, $4, $5, $6)",
                   "isdtss", id, outbox_state_code(state), by->day, by->at, by->who, detail);
}

bool message_steps_load(struct tx *tx, struct arena *a, int64_t message_id, int64_t case_id, struct message_step **ret,
                        size_t *ret_count, struct err *e)
{
    VEC(struct message_step) found = {0};
    struct stmt *s =
        message_id != 0
            ? stmt_open(tx, e,
                        "SELECT id, message_id, state, day, at, who, detail FROM message_step WHERE message_id = $1 "
                        "ORDER BY id",
                        "i", message_id)
            : stmt_open(tx, e,
                        "SELECT s.id, s.message_id, s.state, s.day, s.at, s.who, s.detail FROM message_step s JOIN "
                        "message m ON m.id = s.message_id WHERE m.case_id = $1 ORDER BY s.id",
                        "i", case_id);
    while (stmt_next(s)) {
        struct message_step step = {
            .id = stmt_int(s, 0),
            .message_id = stmt_int(s, 1),
            .day = stmt_day(s, 3),
            .at = stmt_instant(s, 4),
            .who = arena_strdup(a, stmt_text(s, 5)),
            .detail = arena_strdup(a, stmt_text(s, 6)),
        };
        if (outbox_state_parse(stmt_str(s, 2), &step.state))
            vec_push(&found, step);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

/* ------------------------------------------------------------------ writing */

bool message_add(struct tx *tx, const struct by *by, const struct message *m, const char *detail, int64_t *ret_id,
                 struct err *e)
{
    char uid[MESSAGE_UID_BYTES] = "";
    bool added;
    int64_t id = 0;
    if (m->uid[0] == '\0')
        message_new_uid(uid);
    /* A case has one warning under way (an index of the table): whoever comes second adds nothing. */
    if (!sql_insert(tx, &id, &added, e,
                    "INSERT INTO message (uid, kind, state, day, body_id, case_id, report_id, threshold, certificates, "
                    "lang, subject, ticket, folder, created, trouble) VALUES ($1, $2, 'planned', $3, NULLIF($4, 0), "
                    "NULLIF($5, 0), NULLIF($6, 0), $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING",
                    "ssdiiiissssst"
                    "s",
                    m->uid[0] == '\0' ? uid : m->uid, outbox_kind_code(m->kind), m->day, m->body_id, m->case_id,
                    m->report_id, (int64_t)m->threshold, m->certificates, lang_code(m->lang), m->subject, m->ticket,
                    m->folder, by->at, m->trouble))
        return false;
    if (added && !add_step(tx, by, id, OUTBOX_PLANNED, detail, e))
        return false;
    *ret_id = added ? id : 0;
    return true;
}

bool message_move(struct tx *tx, const struct by *by, enum outbox_actor actor, struct message *m, enum outbox_state to,
                  const char *detail, struct err *e)
{
    int64_t changed = 0;
    if (!outbox_may(m->kind, m->state, to, actor))
        return err_set(e, ERR_STATE, N_("message %lld is %s: it cannot become %s"), (long long)m->id,
                       outbox_state_code(m->state), outbox_state_code(to));
    if (!sql_run(tx, &changed, e,
                 "UPDATE message SET state = $3, trouble = '', next_try = NULL, wire = CASE WHEN $3 = 'sending' THEN "
                 "wire ELSE '' END, approved = CASE WHEN $3 = 'approved' "
                 "THEN $4 ELSE approved END, sent = CASE WHEN $3 = 'sent' THEN $4 ELSE sent END, attempts = CASE WHEN "
                 "$5 = 1 THEN attempts ELSE 0 END WHERE id = $1 AND state = $2",
                 "issti", m->id, outbox_state_code(m->state), outbox_state_code(to), by->at,
                 (int64_t)(to == OUTBOX_SENDING || m->state == OUTBOX_SENDING)))
        return false;
    if (changed != 1)
        return err_set(
            e, ERR_STATE,
            N_("message %lld is not %s any more: somebody else was faster; `talaia outbox` says how it stands"),
            (long long)m->id, outbox_state_code(m->state));
    if (!add_step(tx, by, m->id, to, detail, e))
        return false;
    m->state = to;
    return true;
}

bool message_approve_first(struct tx *tx, const struct by *by, const struct message *m, const char *detail,
                           struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "UPDATE message SET first_who = $2, first_at = $3 WHERE id = $1 AND state = 'planned'", "ist", m->id,
                 by->who, by->at))
        return false;
    if (changed != 1)
        return err_set(
            e, ERR_STATE,
            N_("message %lld is not %s any more: somebody else was faster; `talaia outbox` says how it stands"),
            (long long)m->id, outbox_state_code(OUTBOX_PLANNED));
    return add_step(tx, by, m->id, OUTBOX_PLANNED, detail, e);
}

bool messages_cancel(struct tx *tx, const struct by *by, enum outbox_actor actor, int64_t case_id, const char *reason,
                     struct arena *a, const int64_t **ret_ids, size_t *ret_count, struct err *e)
{
    struct messages all;
    if (!messages_load(tx, a, &(struct message_filter){.case_id = case_id}, &all, e))
        return false;
    int64_t *ids = arena_array(a, int64_t, all.count);
    size_t count = 0;
    for (size_t i = 0; i < all.count; i++) {
        struct message m = all.items[i];
        if (!outbox_may(m.kind, m.state, OUTBOX_CANCELLED, actor))
            continue;
        if (!message_move(tx, by, actor, &m, OUTBOX_CANCELLED, reason, e))
            return false;
        ids[count++] = m.id;
    }
    if (ret_ids != NULL)
        *ret_ids = ids;
    if (ret_count != NULL)
        *ret_count = count;
    return true;
}

bool message_update(struct tx *tx, const struct message *m, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE message SET threshold = $2, certificates = $3, subject = $4, ticket = $5, lang = $6, folder "
                   "= $7, trouble = $8, day = $9 WHERE id = $1",
                   "iissssssd", m->id, (int64_t)m->threshold, m->certificates, m->subject, m->ticket,
                   lang_code(m->lang), m->folder, m->trouble, m->day);
}

bool message_freeze(struct tx *tx, const struct message *m, struct str words, struct str bytes, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE message SET message_id = $2, in_reply_to = $3, refs = $4, dated = $5, subject = $6, sha256 "
                   "= $7, size = $8, folder = $9, lang = $10 WHERE id = $1",
                   "issstssiss", m->id, m->message_id, m->in_reply_to, m->references, m->date, m->subject, m->sha256,
                   (int64_t)bytes.n, m->folder, lang_code(m->lang)) &&
           sql_run(tx, NULL, e,
                   "INSERT INTO message_bytes (message_id, words, bytes) VALUES ($1, $2, $3) ON CONFLICT (message_id) "
                   "DO UPDATE SET words = $2, bytes = $3",
                   "izz", m->id, words, bytes);
}

bool message_wait(struct tx *tx, const struct message *m, int attempts, instant_t next_try, const char *trouble,
                  const char *reply, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE message SET attempts = $2, next_try = $3, trouble = $4, reply = $5 WHERE id = $1", "iitss",
                   m->id, (int64_t)attempts, next_try, trouble, reply);
}

bool message_tried(struct tx *tx, int64_t id, instant_t at, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE message SET tried = $2 WHERE id = $1", "it", id, at);
}

bool message_reply(struct tx *tx, int64_t id, const char *reply, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE message SET reply = $2 WHERE id = $1", "is", id, reply);
}

/* ------------------------------------------------------------------ reading */

#define COLUMNS                                                                                                        \
    "id, uid, kind, state, day, body_id, case_id, report_id, threshold, certificates, lang, subject, ticket, "         \
    "message_id, in_reply_to, refs, dated, sha256, size, folder, created, approved, sent, first_who, attempts, "       \
    "next_try, trouble, reply, tried"

/* False: a code of a newer version; the row is passed over. */
static bool take(struct stmt *s, struct arena *a, struct message *ret)
{
    struct message m = {
        .id = stmt_int(s, 0),
        .uid = arena_strdup(a, stmt_text(s, 1)),
        .day = stmt_day(s, 4),
        .body_id = stmt_int(s, 5),
        .case_id = stmt_int(s, 6),
        .report_id = stmt_int(s, 7),
        .threshold = (int)stmt_int(s, 8),
        .certificates = arena_strdup(a, stmt_text(s, 9)),
        .lang = LANG_CA,
        .subject = arena_strdup(a, stmt_text(s, 11)),
        .ticket = arena_strdup(a, stmt_text(s, 12)),
        .message_id = arena_strdup(a, stmt_text(s, 13)),
        .in_reply_to = arena_strdup(a, stmt_text(s, 14)),
        .references = arena_strdup(a, stmt_text(s, 15)),
        .date = stmt_instant(s, 16),
        .sha256 = arena_strdup(a, stmt_text(s, 17)),
        .size = stmt_int(s, 18),
        .folder = arena_strdup(a, stmt_text(s, 19)),
        .created = stmt_instant(s, 20),
        .approved = stmt_instant(s, 21),
        .sent = stmt_instant(s, 22),
        .first_who = arena_strdup(a, stmt_text(s, 23)),
        .attempts = (int)stmt_int(s, 24),
        .next_try = stmt_instant(s, 25),
        .trouble = arena_strdup(a, stmt_text(s, 26)),
        .reply = arena_strdup(a, stmt_text(s, 27)),
        .tried = stmt_instant(s, 28),
    };
    (void)lang_parse(stmt_text(s, 10), &m.lang);
    if (!outbox_kind_parse(stmt_str(s, 2), &m.kind) || !outbox_state_parse(stmt_str(s, 3), &m.state))
        return false;
    *ret = m;
    return true;
}

static bool take_one(struct stmt *s, struct arena *a, struct message *ret, bool *ret_found)
{
    struct message m;
    bool found = stmt_next(s) && take(s, a, &m);
    if (!stmt_close(s))
        return false;
    *ret_found = found;
    if (found)
        *ret = m;
    return true;
}

/* The rows of the narrowest thing that is asked for, through its index. */
static struct stmt *open_filtered(struct tx *tx, const struct message_filter *f, struct err *e)
{
    if (f->case_id != 0)
        return stmt_open(tx, e, "SELECT " COLUMNS " FROM message WHERE case_id = $1 AND id > $2 ORDER BY id", "ii",
                         f->case_id, f->after_id);
    if (f->body_id != 0)
        return stmt_open(tx, e, "SELECT " COLUMNS " FROM message WHERE body_id = $1 AND id > $2 ORDER BY id", "ii",
                         f->body_id, f->after_id);
    if (f->report_id != 0)
        return stmt_open(tx, e, "SELECT " COLUMNS " FROM message WHERE report_id = $1 AND id > $2 ORDER BY id", "ii",
                         f->report_id, f->after_id);
    return stmt_open(tx, e, "SELECT " COLUMNS " FROM message WHERE id > $1 ORDER BY id", "i", f->after_id);
}

static bool fits(const struct message_filter *f, const struct message *m)
{
    bool from = f->from == 0 || f->from == DAY_NONE || m->day >= f->from;
    bool until = f->until == 0 || f->until == DAY_NONE || m->day <= f->until;
    return from && until && (f->states == 0 || (f->states >> m->state & 1) != 0) &&
           (f->kinds == 0 || (f->kinds >> m->kind & 1) != 0) && (f->body_id == 0 || m->body_id == f->body_id) &&
           (f->case_id == 0 || m->case_id == f->case_id) && (f->report_id == 0 || m->report_id == f->report_id);
}

bool messages_load(struct tx *tx, struct arena *a, const struct message_filter *f, struct messages *ret, struct err *e)
{
    VEC(struct message) found = {0};
    struct stmt *s = open_filtered(tx, f, e);
    struct message m;
    while ((f->most == 0 || found.count < f->most) && stmt_next(s)) {
        if (take(s, a, &m) && fits(f, &m))
            vec_push(&found, m);
    }
    bool ok = stmt_close(s);
    if (ok)
        *ret = (struct messages){vec_to_arena(&found, a), found.count};
    vec_release(&found);
    return ok;
}

bool message_get(struct tx *tx, struct arena *a, int64_t id, struct message *ret, bool *ret_found, struct err *e)
{
    return take_one(stmt_open(tx, e, "SELECT " COLUMNS " FROM message WHERE id = $1", "i", id), a, ret, ret_found);
}

bool message_by_uid(struct tx *tx, struct arena *a, const char *uid, struct message *ret, bool *ret_found,
                    struct err *e)
{
    return take_one(stmt_open(tx, e, "SELECT " COLUMNS " FROM message WHERE uid = $1", "s", uid), a, ret, ret_found);
}

bool message_by_message_id(struct tx *tx, struct arena *a, const char *message_id, struct message *ret, bool *ret_found,
                           struct err *e)
{
    return take_one(stmt_open(tx, e, "SELECT " COLUMNS " FROM message WHERE message_id = $1", "s", message_id), a, ret,
                    ret_found);
}

bool message_last_of_case(struct tx *tx, struct arena *a, int64_t case_id, struct message *ret, bool *ret_found,
                          struct err *e)
{
    return take_one(stmt_open(tx, e,
                              "SELECT " COLUMNS " FROM message WHERE case_id = $1 AND state IN ('sending', "
                              "'ambiguous', 'sent', 'filed') ORDER BY id DESC LIMIT 1",
                              "i", case_id),
                    a, ret, ret_found);
}

bool messages_approved_count(struct tx *tx, enum outbox_kind kind, day_t day, size_t *ret, struct err *e)
{
    int64_t n;
    if (!sql_int(tx, &n, NULL, e,
                 "SELECT count(*) FROM message WHERE kind = $1 AND day = $2 AND state NOT IN ('planned', 'refused', "
                 "'cancelled')",
                 "sd", outbox_kind_code(kind), day))
        return false;
    *ret = (size_t)n;
    return true;
}

bool message_bytes(struct tx *tx, int64_t id, struct buf *words, struct buf *bytes, bool *ret_found, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT words, bytes FROM message_bytes WHERE message_id = $1", "i", id);
    bool found = stmt_next(s);
    if (found && words != NULL)
        buf_add_str(words, stmt_str(s, 0));
    if (found && bytes != NULL)
        buf_add_str(bytes, stmt_str(s, 1));
    if (!stmt_close(s))
        return false;
    if ((words != NULL && buf_full(words)) || (bytes != NULL && buf_full(bytes)))
        return err_set(e, ERR_LIMIT, N_("message %lld is larger than Talaia sends"), (long long)id);
    *ret_found = found;
    return true;
}

/* ------------------------------------------------------------------ recipients */

bool recipients_put(struct tx *tx, int64_t message_id, const struct message_recipient *list, size_t count,
                    struct err *e)
{
    if (!sql_run(tx, NULL, e, "DELETE FROM message_recipient WHERE message_id = $1", "i", message_id))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct message_recipient *r = &list[i];
        if (!sql_run(tx, NULL, e,
                     "INSERT INTO message_recipient (message_id, field, name, email, contact_id, result, reply) VALUES "
                     "($1, $2, $3, $4, NULLIF($5, 0), 'waiting', '') ON CONFLICT DO NOTHING",
                     "isssi", message_id, r->field, r->name, r->email, r->contact_id))
            return false;
    }
    return true;
}

static enum recipient_result parse_result(struct str text)
{
    for (int r = 0; r < RECIPIENT_RESULT_COUNT; r++) {
        if (str_is(text, result_codes[r]))
            return (enum recipient_result)r;
    }
    return RECIPIENT_WAITING;
}

bool recipients_load(struct tx *tx, struct arena *a, int64_t message_id, struct message_recipient **ret,
                     size_t *ret_count, struct err *e)
{
    VEC(struct message_recipient) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT id, field, name, email, contact_id, result, reply FROM message_recipient WHERE "
                               "message_id = $1 ORDER BY id",
                               "i", message_id);
    while (stmt_next(s)) {
        struct message_recipient r = {
            .id = stmt_int(s, 0),
            .message_id = message_id,
            .field = arena_strdup(a, stmt_text(s, 1)),
            .name = arena_strdup(a, stmt_text(s, 2)),
            .email = arena_strdup(a, stmt_text(s, 3)),
            .contact_id = stmt_int(s, 4),
            .result = parse_result(stmt_str(s, 5)),
            .reply = arena_strdup(a, stmt_text(s, 6)),
        };
        vec_push(&found, r);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool recipient_result(struct tx *tx, int64_t id, enum recipient_result result, const char *reply, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE message_recipient SET result = $2, reply = $3 WHERE id = $1", "iss", id,
                   result_codes[result], reply);
}
