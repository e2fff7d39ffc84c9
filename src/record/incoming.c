#include "record/incoming.h"

static const struct {
    const char *code, *words;
} states[INCOMING_STATE_COUNT] = {
#define X(name, code, words) [INCOMING_##name] = {code, words},
    INCOMING_STATES(X)
#undef X
};
static const struct {
    const char *code, *words;
} matches[MATCH_COUNT] = {
#define X(name, code, words) [MATCH_##name] = {code, words},
    INCOMING_MATCHES(X)
#undef X
};

const char *incoming_state_code(enum incoming_state s)
{
    return states[s].code;
}

const char *incoming_state_words(enum incoming_state s)
{
    return states[s].words;
}

bool incoming_state_parse(const char *code, enum incoming_state *ret)
{
    for (size_t i = 0; i < INCOMING_STATE_COUNT; i++) {
        if (strcmp(states[i].code, code) == 0) {
            *ret = (enum incoming_state)i;
            return true;
        }
    }
    return false;
}

const char *incoming_match_code(enum incoming_match m)
{
    return matches[m].code;
}

const char *incoming_match_words(enum incoming_match m)
{
    return matches[m].words;
}

static bool match_parse(const char *code, enum incoming_match *ret)
{
    for (size_t i = 0; i < MATCH_COUNT; i++) {
        if (strcmp(matches[i].code, code) == 0) {
            *ret = (enum incoming_match)i;
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ reading */

#define COLUMNS                                                                                                        \
    "id, message_id, at, day, read_at, source, sender, email, subject, text, words, files, kind, says, word, state, "  \
    "matched, body_id, case_id, outbox_id, detail, covers, note, decided_day, decided_at, decided_who, noted"

/* False: a code of a newer version; the row is passed over. */
static bool read_row(struct stmt *s, struct arena *a, struct incoming *ret)
{
    *ret = (struct incoming){
        .id = stmt_int(s, 0),
        .message_id = arena_strdup(a, stmt_text(s, 1)),
        .at = stmt_null(s, 2) ? INSTANT_NONE : stmt_instant(s, 2),
        .day = stmt_day(s, 3),
        .read_at = stmt_instant(s, 4),
        .source = arena_strdup(a, stmt_text(s, 5)),
        .sender = arena_strdup(a, stmt_text(s, 6)),
        .email = arena_strdup(a, stmt_text(s, 7)),
        .subject = arena_strdup(a, stmt_text(s, 8)),
        .text = arena_strdup(a, stmt_text(s, 9)),
        .words = arena_strdup(a, stmt_text(s, 10)),
        .files = arena_strdup(a, stmt_text(s, 11)),
        .word = arena_strdup(a, stmt_text(s, 14)),
        .body_id = stmt_int(s, 17),
        .case_id = stmt_int(s, 18),
        .outbox_id = stmt_int(s, 19),
        .detail = arena_strdup(a, stmt_text(s, 20)),
        .note = arena_strdup(a, stmt_text(s, 22)),
        .decided_day = stmt_day(s, 23),
        .decided_at = stmt_null(s, 24) ? INSTANT_NONE : stmt_instant(s, 24),
        .decided_who = arena_strdup(a, stmt_text(s, 25)),
        .noted = stmt_bool(s, 26),
    };
    struct str rest = stmt_str(s, 21), word;
    while (rest.n > 0 && str_split(&rest, ' ', &word)) {
        enum cert_kind kind;
        if (cert_kind_parse(word, &kind))
            ret->covers[kind] = true;
    }
    return reply_kind_parse(stmt_text(s, 12), &ret->kind) && reply_says_parse(stmt_text(s, 13), &ret->says) &&
           incoming_state_parse(stmt_text(s, 15), &ret->state) && match_parse(stmt_text(s, 16), &ret->matched);
}

static bool read_one(struct stmt *s, struct arena *a, struct incoming *ret, bool *ret_found)
{
    struct incoming m;
    bool found = stmt_next(s) && read_row(s, a, &m);
    if (!stmt_close(s))
        return false;
    if (found)
        *ret = m;
    *ret_found = found;
    return true;
}

bool incoming_get(struct tx *tx, struct arena *a, int64_t id, struct incoming *ret, bool *ret_found, struct err *e)
{
    return read_one(stmt_open(tx, e, "SELECT " COLUMNS " FROM incoming WHERE id = $1", "i", id), a, ret, ret_found);
}

bool incoming_by_message_id(struct tx *tx, struct arena *a, const char *message_id, struct incoming *ret,
                            bool *ret_found, struct err *e)
{
    return read_one(stmt_open(tx, e, "SELECT " COLUMNS " FROM incoming WHERE message_id = $1", "s", message_id), a, ret,
                    ret_found);
}

#define NEWEST_FIRST " ORDER BY COALESCE(at, read_at) DESC, id DESC"

bool incomings_load(struct tx *tx, struct arena *a, const struct incoming_filter *filter, struct incomings *ret,
                    struct err *e)
{
    VEC(struct incoming) found = {0};
    /* Those that wait are few among all that ever came: an index knows them. */
    const unsigned open = 1u << INCOMING_PROPOSED | 1u << INCOMING_QUEUE;
    bool waiting = filter->states != 0 && (filter->states & ~open) == 0;
    struct stmt *s = waiting
                         ? stmt_open(tx, e,
                                     "SELECT " COLUMNS " FROM incoming WHERE state IN ('proposed', 'queue') AND ($1 "
                                     "= 0 OR body_id = $1) AND ($2 = 0 OR case_id = $2)" NEWEST_FIRST,
                                     "ii", filter->body_id, filter->case_id)
                         : stmt_open(tx, e,
                                     "SELECT " COLUMNS " FROM incoming WHERE ($1 = 0 OR body_id = $1) AND ($2 = 0 "
                                     "OR case_id = $2)" NEWEST_FIRST,
                                     "ii", filter->body_id, filter->case_id);
    while ((filter->most == 0 || found.count < filter->most) && stmt_next(s)) {
        struct incoming m;
        enum incoming_state state;
        bool wanted = incoming_state_parse(stmt_text(s, 15), &state) &&
                      (filter->states == 0 || (filter->states >> state & 1) != 0);
        if (wanted && read_row(s, a, &m))
            vec_push(&found, m);
    }
    bool ok = stmt_close(s);
    if (ok)
        *ret = (struct incomings){vec_to_arena(&found, a), found.count};
    vec_release(&found);
    return ok;
}

/* ------------------------------------------------------------------ writing */

bool incoming_add(struct tx *tx, const struct incoming *m, int64_t *ret_id, bool *ret_new, struct err *e)
{
    int64_t id = 0;
    bool added = false;
    if (!sql_insert(
            tx, &id, &added, e,
            "INSERT INTO incoming (message_id, at, day, read_at, source, sender, email, subject, text, words, "
            "files, kind, says, word, state, matched, body_id, case_id, outbox_id, detail, noted) VALUES ($1, $2, $3, "
            "$4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, NULLIF($17, 0), NULLIF($18, 0), "
            "NULLIF($19, 0), $20, $21) ON CONFLICT DO NOTHING",
            "stdtssssssssssssiiisb", m->message_id, m->at, m->day, m->read_at, m->source, m->sender, m->email,
            m->subject, m->text, m->words, m->files, reply_kind_code(m->kind), reply_says_code(m->says), m->word,
            incoming_state_code(m->state), incoming_match_code(m->matched), m->body_id, m->case_id, m->outbox_id,
            m->detail, m->noted))
        return false;
    if (!added && !sql_int(tx, &id, NULL, e, "SELECT id FROM incoming WHERE message_id = $1", "s", m->message_id))
        return false;
    *ret_id = id;
    *ret_new = added;
    return true;
}

static bool one_changed(const struct incoming *m, int64_t changed, struct err *e)
{
    return changed == 1 ||
           err_set(e, ERR_STATE,
                   N_("mail %lld is not %s any more: somebody else was faster; `talaia reply show` says how it stands"),
                   (long long)m->id, tr(e->lang, incoming_state_words(m->state)));
}

bool incoming_remark(struct tx *tx, int64_t id, const char *note, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE incoming SET note = $2 WHERE id = $1 AND decided_at IS NULL", "is", id, note);
}

bool incoming_move(struct tx *tx, const struct by *by, struct incoming *m, enum incoming_state to,
                   const bool covers[CERT_KINDS], const char *note, struct err *e)
{
    int64_t changed = 0;
    const char *text = covers[CERT_CDA] && covers[CERT_CDS] ? "CDA CDS"
                       : covers[CERT_CDA]                   ? "CDA"
                       : covers[CERT_CDS]                   ? "CDS"
                                                            : "";
    if (!sql_run(
            tx, &changed, e,
            "UPDATE incoming SET state = $3, covers = $4, note = $5, decided_day = $6, decided_at = $7, decided_who "
            "= $8 WHERE id = $1 AND state = $2",
            "issssdts", m->id, incoming_state_code(m->state), incoming_state_code(to), text, note, by->day, by->at,
            by->who) ||
        !one_changed(m, changed, e))
        return false;
    m->state = to;
    return true;
}

bool incoming_assign(struct tx *tx, const struct by *by, struct incoming *m, int64_t body_id, int64_t case_id,
                     struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "UPDATE incoming SET state = 'proposed', matched = 'person', body_id = $3, case_id = NULLIF($4, 0), "
                 "decided_day = $5, decided_at = $6, decided_who = $7 WHERE id = $1 AND state = $2",
                 "isiidts", m->id, incoming_state_code(m->state), body_id, case_id, by->day, by->at, by->who) ||
        !one_changed(m, changed, e))
        return false;
    m->state = INCOMING_PROPOSED;
    m->matched = MATCH_PERSON;
    m->body_id = body_id;
    m->case_id = case_id;
    return true;
}

/* ------------------------------------------------------------------ folders */

bool incoming_folder_get(struct tx *tx, const char *mailbox, struct incoming_folder *ret, struct err *e)
{
    struct incoming_folder f = {0};
    struct stmt *s =
        stmt_open(tx, e, "SELECT validity, last_uid FROM incoming_folder WHERE mailbox = $1", "s", mailbox);
    if (stmt_next(s))
        f = (struct incoming_folder){.validity = stmt_int(s, 0), .last_uid = stmt_int(s, 1)};
    if (!stmt_close(s))
        return false;
    *ret = f;
    return true;
}

bool incoming_folder_put(struct tx *tx, const struct by *by, const char *mailbox, const struct incoming_folder *f,
                         struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO incoming_folder (mailbox, validity, last_uid, at) VALUES ($1, $2, $3, $4) ON CONFLICT "
                   "(mailbox) DO UPDATE SET validity = $2, last_uid = $3, at = $4",
                   "siit", mailbox, f->validity, f->last_uid, by->at);
}
