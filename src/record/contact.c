#include "record/contact.h"

/* One line of the history, with the contact as it stands after it. */
static bool note_change(struct tx *tx, const struct by *by, const char *what, const struct contact *c, int64_t id,
                        const char *reason, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO contact_change (contact_id, body_id, what, name, email, role, lang, reason, day, at, "
                   "who) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                   "iissssssdts", id, c->body_id, what, c->name, c->email, c->role, lang_code(c->lang), reason, by->day,
                   by->at, by->who);
}

bool contact_put(struct tx *tx, const struct by *by, const struct contact *c, enum contact_put *ret, struct arena *a,
                 const char **ret_before, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT name, role, lang, until FROM contact WHERE body_id = $1 AND email = $2",
                               "is", c->body_id, c->email);
    enum contact_put what = CONTACT_NEW;
    bool retired = false;
    if (stmt_next(s)) {
        retired = !stmt_null(s, 3);
        bool same = strcmp(stmt_text(s, 0), c->name) == 0 && strcmp(stmt_text(s, 1), c->role) == 0 &&
                    strcmp(stmt_text(s, 2), lang_code(c->lang)) == 0 && !retired;
        what = same ? CONTACT_SAME : CONTACT_CHANGED;
        if (!same && ret_before != NULL)
            *ret_before = arena_printf(a, "%s · %s · %s%s", stmt_text(s, 0), stmt_text(s, 1), stmt_text(s, 2),
                                       retired ? " · retired" : "");
    }
    if (!stmt_close(s))
        return false;
    *ret = what;
    if (what == CONTACT_SAME)
        return true;
    int64_t id;
    return sql_int(tx, &id, NULL, e,
                   "INSERT INTO contact (body_id, name, email, role, lang, day, at, who) VALUES ($1, $2, $3, $4, $5, "
                   "$6, $7, $8) ON CONFLICT (body_id, email) DO UPDATE SET name = $2, role = $4, lang = $5, until = "
                   "NULL, bounced = NULL, bounce_reason = '', bounce_lasting = 0 RETURNING id",
                   "issssdts", c->body_id, c->name, c->email, c->role, lang_code(c->lang), by->day, by->at, by->who) &&
           note_change(tx, by,
                       what == CONTACT_NEW ? "added"
                       : retired           ? "returned"
                                           : "changed",
                       c, id, "", e);
}

bool contact_edit(struct tx *tx, const struct by *by, const struct contact *c, struct err *e)
{
    int64_t others = 0;
    if (!sql_int(tx, &others, NULL, e, "SELECT count(*) FROM contact WHERE body_id = $1 AND email = $2 AND id <> $3",
                 "isi", c->body_id, c->email, c->id))
        return false;
    if (others > 0)
        return err_set(e, ERR_STATE, N_("the body has another contact with the address %s; `talaia contacts` shows it"),
                       c->email);
    return sql_run(tx, NULL, e,
                   "UPDATE contact SET name = $2, email = $3, role = $4, lang = $5, until = NULL, bounced = NULL, "
                   "bounce_reason = '', bounce_lasting = 0 WHERE id = $1",
                   "issss", c->id, c->name, c->email, c->role, lang_code(c->lang)) &&
           note_change(tx, by, c->until == DAY_NONE ? "changed" : "returned", c, c->id, "", e);
}

bool contact_retire(struct tx *tx, const struct by *by, const struct contact *c, const char *reason, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e, "UPDATE contact SET until = $2 WHERE id = $1 AND until IS NULL", "id", c->id,
                 by->day))
        return false;
    if (changed == 0)
        return err_set(e, ERR_STATE, N_("%s is retired already; `talaia contact add` makes a new one"), c->email);
    return note_change(tx, by, "retired", c, c->id, reason, e);
}

static bool load(struct stmt *s, struct arena *a, struct contact **ret, size_t *ret_count)
{
    VEC(struct contact) found = {0};
    while (stmt_next(s)) {
        struct contact c = {
            .id = stmt_int(s, 0),
            .body_id = stmt_int(s, 1),
            .name = arena_strdup(a, stmt_text(s, 2)),
            .email = arena_strdup(a, stmt_text(s, 3)),
            .role = arena_strdup(a, stmt_text(s, 4)),
            .lang = LANG_CA,
            .bounced = stmt_day(s, 6),
            .bounce_reason = arena_strdup(a, stmt_text(s, 7)),
            .lasting = stmt_bool(s, 8),
            .until = stmt_day(s, 9),
            .since = stmt_day(s, 10),
            .version = stmt_int(s, 11),
        };
        (void)lang_parse(stmt_text(s, 5), &c.lang);
        vec_push(&found, c);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

#define COLUMNS "SELECT id, body_id, name, email, role, lang, bounced, bounce_reason, bounce_lasting, until, day, "
#define OF_BODY "FROM contact WHERE body_id BETWEEN $1 AND (CASE WHEN $1 = 0 THEN 9223372036854775807 ELSE $1 END) "
/* Whoever writes mails asks for no version: thousands of contacts, and nobody edits them there. */
#define SELECT_CONTACTS COLUMNS "0 " OF_BODY "AND (until IS NULL OR until > $2) AND "
#define VERSION "(SELECT coalesce(max(x.id), 0) FROM contact_change x WHERE x.contact_id = contact.id) "

bool contacts_load(struct tx *tx, struct arena *a, int64_t body_id, day_t on, struct contact **ret, size_t *ret_count,
                   struct err *e)
{
    return load(stmt_open(tx, e, SELECT_CONTACTS "(bounce_lasting = 0 OR bounced > $2) ORDER BY body_id, email", "id",
                          body_id, on),
                a, ret, ret_count);
}

bool contacts_bounced(struct tx *tx, struct arena *a, int64_t body_id, day_t on, struct contact **ret,
                      size_t *ret_count, struct err *e)
{
    return load(stmt_open(tx, e, SELECT_CONTACTS "bounced <= $2 ORDER BY body_id, email", "id", body_id, on), a, ret,
                ret_count);
}

bool contacts_every(struct tx *tx, struct arena *a, int64_t body_id, bool retired, struct contact **ret,
                    size_t *ret_count, struct err *e)
{
    return load(stmt_open(tx, e, COLUMNS VERSION OF_BODY "AND (until IS NULL OR $2 = 1) ORDER BY body_id, email", "ib",
                          body_id, retired),
                a, ret, ret_count);
}

bool contact_find(struct tx *tx, struct arena *a, int64_t id, struct contact *ret, bool *ret_found, struct err *e)
{
    struct contact *found;
    size_t count = 0;
    if (!load(stmt_open(tx, e, COLUMNS VERSION "FROM contact WHERE id = $1", "i", id), a, &found, &count))
        return false;
    *ret_found = count > 0;
    if (count > 0)
        *ret = found[0];
    return true;
}

static bool load_changes(struct stmt *s, struct arena *a, struct contact_change **ret, size_t *ret_count)
{
    VEC(struct contact_change) found = {0};
    while (stmt_next(s)) {
        struct contact_change x = {
            .id = stmt_int(s, 0),
            .contact_id = stmt_int(s, 1),
            .body_id = stmt_int(s, 2),
            .what = arena_strdup(a, stmt_text(s, 3)),
            .name = arena_strdup(a, stmt_text(s, 4)),
            .email = arena_strdup(a, stmt_text(s, 5)),
            .role = arena_strdup(a, stmt_text(s, 6)),
            .lang = LANG_CA,
            .reason = arena_strdup(a, stmt_text(s, 8)),
            .day = stmt_day(s, 9),
            .at = stmt_instant(s, 10),
            .who = arena_strdup(a, stmt_text(s, 11)),
        };
        (void)lang_parse(stmt_text(s, 7), &x.lang);
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

#define SELECT_CHANGES                                                                                                 \
    "SELECT id, contact_id, body_id, what, name, email, role, lang, reason, day, at, who FROM contact_change WHERE "

bool contact_history(struct tx *tx, struct arena *a, int64_t contact_id, int64_t body_id, size_t most,
                     struct contact_change **ret, size_t *ret_count, struct err *e)
{
    return load_changes(stmt_open(tx, e, SELECT_CHANGES "(contact_id = $1 OR body_id = $2) ORDER BY id DESC LIMIT $3",
                                  "iii", contact_id, body_id, (int64_t)most),
                        a, ret, ret_count);
}

bool contact_history_of(struct tx *tx, struct arena *a, instant_t at, const char *who, size_t most,
                        struct contact_change **ret, size_t *ret_count, struct err *e)
{
    return load_changes(
        stmt_open(tx, e, SELECT_CHANGES "at = $1 AND who = $2 ORDER BY id LIMIT $3", "tsi", at, who, (int64_t)most), a,
        ret, ret_count);
}

bool contact_bodies(struct tx *tx, struct arena *a, const char *email, day_t on, int64_t **ret, size_t *ret_count,
                    struct err *e)
{
    VEC(int64_t) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT DISTINCT body_id FROM contact WHERE lower(email) = lower($1) AND (until IS NULL "
                               "OR until > $2) ORDER BY body_id",
                               "sd", email, on);
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

bool contact_bounce(struct tx *tx, const struct by *by, const char *email, bool lasting, const char *reason,
                    int64_t *ret_count, struct err *e)
{
    return sql_run(tx, ret_count, e,
                   "UPDATE contact SET bounced = $2, bounce_reason = $3, bounce_lasting = $4 WHERE lower(email) = "
                   "lower($1) AND (until IS NULL OR until > $2)",
                   "sdsb", email, by->day, reason, lasting);
}

bool contact_unbounce(struct tx *tx, const char *email, int64_t *ret_count, struct err *e)
{
    return sql_run(tx, ret_count, e,
                   "UPDATE contact SET bounced = NULL, bounce_reason = '', bounce_lasting = 0 WHERE lower(email) = "
                   "lower($1) AND bounced IS NOT NULL",
                   "s", email);
}
