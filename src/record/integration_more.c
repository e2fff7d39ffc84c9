/* What hangs on an integration: its messages, its tests, what production was told. */
#include "record/integration.h"

static const char *kept(struct arena *a, struct stmt *s, int column)
{
    return arena_strdup(a, stmt_text(s, column));
}

static enum integration_turn turn_of(struct str code)
{
    for (int t = 0; t < INTEGRATION_TURN_COUNT; t++) {
        if (str_is(code, integration_turn_code((enum integration_turn)t)))
            return (enum integration_turn)t;
    }
    return INTEGRATION_TURN_NOBODY;
}

/* --- its messages --- */

bool integration_letter_add(struct tx *tx, const struct integration_letter *l, struct err *e)
{
    bool ok = sql_run(tx, NULL, e,
                      "INSERT INTO integration_message (message_id, integration_id, name, told) VALUES ($1, $2, $3, "
                      "$4)",
                      "iiss", l->message_id, l->integration_id, l->name, integration_turn_code(l->told));
    for (size_t i = 0; ok && i < l->field_count; i++)
        ok = sql_run(tx, NULL, e, "INSERT INTO integration_message_field (message_id, name, value) VALUES ($1, $2, $3)",
                     "iss", l->message_id, l->fields[i].name, l->fields[i].value);
    return ok;
}

static bool load_fields(struct tx *tx, struct arena *a, struct integration_letter *l, struct err *e)
{
    VEC(struct integration_field) found = {0};
    struct stmt *s =
        stmt_open(tx, e, "SELECT name, value FROM integration_message_field WHERE message_id = $1 ORDER BY name", "i",
                  l->message_id);
    while (stmt_next(s))
        vec_push(&found, (struct integration_field){kept(a, s, 0), kept(a, s, 1)});
    bool ok = stmt_close(s);
    l->fields = vec_to_arena(&found, a);
    l->field_count = found.count;
    vec_release(&found);
    return ok;
}

bool integration_letter_get(struct tx *tx, struct arena *a, int64_t message_id, struct integration_letter *ret,
                            bool *ret_found, struct err *e)
{
    struct integration_letter l = {.message_id = message_id};
    struct stmt *s = stmt_open(
        tx, e, "SELECT integration_id, name, told FROM integration_message WHERE message_id = $1", "i", message_id);
    bool found = stmt_next(s);
    if (found) {
        l.integration_id = stmt_int(s, 0);
        l.name = kept(a, s, 1);
        l.told = turn_of(stmt_str(s, 2));
    }
    if (!stmt_close(s) || (found && !load_fields(tx, a, &l, e)))
        return false;
    *ret_found = found;
    if (found)
        *ret = l;
    return true;
}

bool integration_letters_load(struct tx *tx, struct arena *a, int64_t id, struct integration_letter **ret,
                              size_t *ret_count, struct err *e)
{
    VEC(struct integration_letter) found = {0};
    struct stmt *s = stmt_open(
        tx, e, "SELECT message_id, name, told FROM integration_message WHERE integration_id = $1 ORDER BY message_id",
        "i", id);
    while (stmt_next(s)) {
        struct integration_letter l = {.message_id = stmt_int(s, 0), .integration_id = id, .name = kept(a, s, 1)};
        l.told = turn_of(stmt_str(s, 2));
        vec_push(&found, l);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

/* --- tests --- */

bool integration_test_add(struct tx *tx, int64_t id, const struct integration_test *t, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO integration_test (integration_id, asked, modality, log_id, request, at, result, "
                   "certificate) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   "itsistss", id, t->asked, t->modality, t->log_id, t->request, t->at, t->result, t->certificate);
}

bool integration_tests_load(struct tx *tx, struct arena *a, int64_t id, struct integration_test **ret,
                            size_t *ret_count, struct err *e)
{
    VEC(struct integration_test) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT modality, log_id, request, at, result, certificate, asked FROM "
                               "integration_test WHERE integration_id = $1 AND asked = (SELECT max(asked) FROM "
                               "integration_test WHERE integration_id = $1) ORDER BY id",
                               "i", id);
    while (stmt_next(s)) {
        struct integration_test t = {
            .modality = kept(a, s, 0),
            .log_id = stmt_int(s, 1),
            .request = kept(a, s, 2),
            .at = stmt_instant(s, 3),
            .result = kept(a, s, 4),
            .certificate = kept(a, s, 5),
            .asked = stmt_instant(s, 6),
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

/* --- production --- */

bool integration_production_add(struct tx *tx, const struct by *by, const struct integration_production *p,
                                struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO integration_production (integration_id, ine10, name, nif, company, product, "
                   "modalities, fingerprint, der_base64, not_after, addresses, at, who, revoked_who, reason) VALUES "
                   "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', '')",
                   "issssssss"
                   "tsts",
                   p->integration_id, p->ine10, p->name, p->nif, p->company, p->product, p->modalities, p->fingerprint,
                   p->der_base64, p->not_after, p->addresses, by->at, by->who);
}

bool integration_production_revoke(struct tx *tx, const struct by *by, int64_t id, const char *reason, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE integration_production SET revoked = $2, revoked_who = $3, reason = $4 WHERE "
                   "integration_id = $1 AND revoked IS NULL",
                   "itss", id, by->at, by->who, reason);
}

bool integration_production_end(struct tx *tx, int64_t id, const char *fingerprint, instant_t until, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE integration_production SET until = $3 WHERE integration_id = $1 AND fingerprint = $2 AND "
                   "revoked IS NULL",
                   "ist", id, fingerprint, until);
}

bool integration_production_load(struct tx *tx, struct arena *a, bool all, instant_t now,
                                 struct integration_production **ret, size_t *ret_count, struct err *e)
{
    VEC(struct integration_production) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT id, integration_id, ine10, name, nif, company, product, modalities, "
                               "fingerprint, der_base64, addresses, not_after, at, revoked, who, revoked_who, reason, "
                               "until FROM integration_production WHERE (revoked IS NULL AND (until IS NULL OR until > "
                               "$2)) OR $1 = 1 ORDER BY name, id",
                               "bt", (int)all, now);
    while (stmt_next(s)) {
        struct integration_production p = {
            .id = stmt_int(s, 0),
            .integration_id = stmt_int(s, 1),
            .ine10 = kept(a, s, 2),
            .name = kept(a, s, 3),
            .nif = kept(a, s, 4),
            .company = kept(a, s, 5),
            .product = kept(a, s, 6),
            .modalities = kept(a, s, 7),
            .fingerprint = kept(a, s, 8),
            .der_base64 = kept(a, s, 9),
            .addresses = kept(a, s, 10),
            .not_after = stmt_instant(s, 11),
            .at = stmt_instant(s, 12),
            .revoked = stmt_instant(s, 13),
            .who = kept(a, s, 14),
            .revoked_who = kept(a, s, 15),
            .reason = kept(a, s, 16),
            .until = stmt_instant(s, 17),
        };
        vec_push(&found, p);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}
