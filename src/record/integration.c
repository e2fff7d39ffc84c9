#include "record/integration.h"

#define COLUMNS                                                                                                        \
    "id, version, fp, ine10, name, nif, body_id, company, company_nif, contact, email, lang, state, since_day, "       \
    "since, "                                                                                                          \
    "standing, through, only_cda, addresses, authority, confirmed, confirmed_who, folder, filed, manifest, asked, "    \
    "reminders, ticket, ticket_uid, opened, at, who"

static const char *kept(struct arena *a, struct stmt *s, int column)
{
    return arena_strdup(a, stmt_text(s, column));
}

static struct integration take(struct stmt *s, struct arena *a)
{
    struct integration x = {
        .id = stmt_int(s, 0),
        .version = stmt_int(s, 1),
        .fp = kept(a, s, 2),
        .ine10 = kept(a, s, 3),
        .name = kept(a, s, 4),
        .nif = kept(a, s, 5),
        .body_id = stmt_int(s, 6),
        .company = kept(a, s, 7),
        .company_nif = kept(a, s, 8),
        .contact = kept(a, s, 9),
        .email = kept(a, s, 10),
        .lang = LANG_CA,
        .since_day = stmt_day(s, 13),
        .since = stmt_instant(s, 14),
        .through = kept(a, s, 16),
        .only_cda = stmt_bool(s, 17),
        .addresses = kept(a, s, 18),
        .authority = kept(a, s, 19),
        .confirmed = stmt_instant(s, 20),
        .confirmed_who = kept(a, s, 21),
        .folder = kept(a, s, 22),
        .filed = stmt_instant(s, 23),
        .manifest = kept(a, s, 24),
        .asked = stmt_day(s, 25),
        .reminders = stmt_int(s, 26),
        .ticket = kept(a, s, 27),
        .ticket_uid = kept(a, s, 28),
        .opened = stmt_day(s, 29),
        .at = stmt_instant(s, 30),
        .who = kept(a, s, 31),
    };
    (void)lang_parse(stmt_text(s, 11), &x.lang);
    (void)integration_state_parse(stmt_str(s, 12), &x.state);
    (void)integration_standing_parse(stmt_str(s, 15), &x.standing);
    return x;
}

bool integration_add(struct tx *tx, const struct by *by, const struct integration *x, int64_t *ret_id, struct err *e)
{
    bool is_new = false;
    int64_t id = 0;
    if (!sql_insert(tx, &id, &is_new, e,
                    "INSERT INTO integration (fp, ine10, name, nif, body_id, company, company_nif, contact, email, "
                    "lang, state, since_day, since, standing, through, only_cda, addresses, authority, confirmed, "
                    "confirmed_who, folder, filed, manifest, asked, reminders, ticket, ticket_uid, opened, at, who, "
                    "version) VALUES ($1, $2, $3, $4, NULLIF($5, 0), $6, $7, $8, $9, $10, 'intake', $11, $12, "
                    "'unknown', '', 0, '', $13, NULL, '', '', NULL, '', NULL, 0, $14, $15, $11, $12, $16, 1) ON "
                    "CONFLICT DO NOTHING",
                    "ssssisssssdtssss", x->fp, x->ine10, x->name, x->nif, x->body_id, x->company, x->company_nif,
                    x->contact, x->email, lang_code(x->lang), by->day, by->at, x->authority, x->ticket, x->ticket_uid,
                    by->who))
        return false;
    if (!is_new)
        return err_set(e, ERR_STATE, N_("there is an integration with the request %s already"), x->fp);
    *ret_id = id;
    return integration_step_add(tx, by, id, "open", INTEGRATION_INTAKE, x->name, e);
}

bool integration_put(struct tx *tx, struct integration *x, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "UPDATE integration SET ine10 = $3, name = $4, nif = $5, body_id = NULLIF($6, 0), company = $7, "
                 "company_nif = $8, contact = $9, email = $10, lang = $11, state = $12, since_day = $13, since = $14, "
                 "standing = $15, through = $16, only_cda = $17, addresses = $18, authority = $19, confirmed = $20, "
                 "confirmed_who = $21, folder = $22, filed = $23, manifest = $24, asked = $25, reminders = $26, "
                 "version = version + 1 WHERE id = $1 AND version = $2",
                 "iisssissssssdtssbsstsstsdi", x->id, x->version, x->ine10, x->name, x->nif, x->body_id, x->company,
                 x->company_nif, x->contact, x->email, lang_code(x->lang), integration_state_code(x->state),
                 x->since_day, x->since, integration_standing_code(x->standing), x->through, (int)x->only_cda,
                 x->addresses, x->authority, x->confirmed, x->confirmed_who, x->folder, x->filed, x->manifest, x->asked,
                 x->reminders))
        return false;
    x->version += changed == 1;
    return changed == 1 ||
           err_set(e, ERR_STATE, N_("somebody has changed the integration %s meanwhile; look at it again"), x->fp);
}

bool integration_get(struct tx *tx, struct arena *a, int64_t id, struct integration *ret, bool *ret_found,
                     struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT " COLUMNS " FROM integration WHERE id = $1", "i", id);
    bool found = stmt_next(s);
    struct integration x = {0};
    if (found)
        x = take(s, a);
    if (!stmt_close(s))
        return false;
    *ret_found = found;
    if (found)
        *ret = x;
    return true;
}

bool integrations_load(struct tx *tx, struct arena *a, unsigned states, struct integration **ret, size_t *ret_count,
                       struct err *e)
{
    VEC(struct integration) found = {0};
    struct stmt *s = stmt_open(tx, e, "SELECT " COLUMNS " FROM integration ORDER BY id DESC", "");
    while (stmt_next(s)) {
        struct integration x = take(s, a);
        if (states == 0 || (states >> x.state & 1) != 0)
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

bool integration_ticket_set(struct tx *tx, int64_t id, const char *key, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE integration SET ticket = $2 WHERE id = $1", "is", id, key);
}

/* --- the way it went --- */

bool integration_step_add(struct tx *tx, const struct by *by, int64_t id, const char *event,
                          enum integration_state state, const char *detail, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO integration_step (integration_id, event, state, day, at, who, detail) VALUES ($1, $2, "
                   "$3, $4, $5, $6, $7)",
                   "issdtss", id, event, integration_state_code(state), by->day, by->at, by->who, detail);
}

bool integration_steps_load(struct tx *tx, struct arena *a, int64_t id, struct integration_step **ret,
                            size_t *ret_count, struct err *e)
{
    VEC(struct integration_step) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT id, event, state, day, at, who, detail FROM integration_step WHERE "
                               "integration_id = $1 ORDER BY id",
                               "i", id);
    while (stmt_next(s)) {
        struct integration_step x = {
            .id = stmt_int(s, 0),
            .integration_id = id,
            .event = kept(a, s, 1),
            .day = stmt_day(s, 3),
            .at = stmt_instant(s, 4),
            .who = kept(a, s, 5),
            .detail = kept(a, s, 6),
        };
        (void)integration_state_parse(stmt_str(s, 2), &x.state);
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

/* --- links that decide --- */

bool integration_token_add(struct tx *tx, const struct by *by, const struct integration_token *t, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO integration_token (integration_id, nonce, state, expires, at, used_for) VALUES ($1, "
                   "$2, $3, $4, $5, '')",
                   "isstt", t->integration_id, t->nonce, integration_state_code(t->state), t->expires, by->at);
}

bool integration_token_get(struct tx *tx, struct arena *a, const char *nonce, struct integration_token *ret,
                           bool *ret_found, struct err *e)
{
    struct stmt *s =
        stmt_open(tx, e, "SELECT id, integration_id, state, expires, used, at FROM integration_token WHERE nonce = $1",
                  "s", nonce);
    struct integration_token t = {.nonce = nonce};
    bool found = stmt_next(s);
    if (found) {
        t.id = stmt_int(s, 0);
        t.integration_id = stmt_int(s, 1);
        (void)integration_state_parse(stmt_str(s, 2), &t.state);
        t.expires = stmt_instant(s, 3);
        t.used = stmt_instant(s, 4);
        t.at = stmt_instant(s, 5);
        t.nonce = arena_strdup(a, nonce);
    }
    if (!stmt_close(s))
        return false;
    *ret_found = found;
    if (found)
        *ret = t;
    return true;
}

bool integration_token_use(struct tx *tx, int64_t id, instant_t at, const char *event, bool *ret_used, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "UPDATE integration_token SET used = $2, used_for = $3 WHERE id = $1 AND used IS NULL AND expires > "
                 "$2",
                 "its", id, at, event))
        return false;
    *ret_used = changed == 1;
    return true;
}
