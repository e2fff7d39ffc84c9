#include "record/integration_cda.h"

#include "core/document.h"
#include "core/gateway.h"

/* A newer CDA that came in, as far as its file says. */
static enum integration_document_state next_of(struct str verdict, bool accepted, instant_t not_after, instant_t now)
{
    enum document_verdict v = DOCUMENT_INVALID;
    if (verdict.n == 0)
        return INTEGRATION_DOCUMENT_NONE;
    (void)document_verdict_find(verdict, &v);
    if (v == DOCUMENT_INVALID || (not_after != INSTANT_NONE && not_after < now))
        return INTEGRATION_DOCUMENT_BAD;
    return v == DOCUMENT_VALID || accepted ? INTEGRATION_DOCUMENT_GOOD : INTEGRATION_DOCUMENT_REVIEW;
}

static bool notices_load(struct tx *tx, struct integration_cda_row *r, const int *thresholds, size_t count,
                         struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT what FROM integration_notice WHERE file_id = $1", "i", r->file_id);
    while (stmt_next(s)) {
        struct str what = stmt_str(s, 0);
        int64_t days = 0;
        r->rule.revoked_told = r->rule.revoked_told || str_is(what, INTEGRATION_NOTICE_REVOKED);
        r->rule.answered = r->rule.answered || str_is(what, INTEGRATION_NOTICE_ANSWERED);
        if (!str_to_int64(what, -10000, 10000, &days))
            continue;
        for (size_t i = 0; i < count; i++)
            r->rule.consumed |= days == thresholds[i] ? 1u << i : 0;
    }
    return stmt_close(s);
}

bool integration_cdas_load(struct tx *tx, struct arena *a, int64_t id, const int *thresholds, size_t count,
                           instant_t now, struct integration_cda_row **ret, size_t *ret_count, struct err *e)
{
    VEC(struct integration_cda_row) found = {0};
    struct stmt *s = stmt_open(
        tx, e,
        "SELECT i.id, f.id, i.fp, i.name, f.name, f.fingerprint, i.state, f.not_after, s.state, s.since, n.verdict, "
        "n.accepted, n.not_after FROM integration i JOIN integration_file f ON f.integration_id = i.id AND f.role = "
        "'cda' AND f.replaced = 0 LEFT JOIN integration_file n ON n.integration_id = i.id AND n.role = 'next' AND "
        "n.replaced = 0 LEFT JOIN gateway_standing s ON s.fingerprint = f.fingerprint WHERE (i.id = $1 OR $1 = 0) "
        "ORDER BY coalesce(f.not_after, 9223372036854775807), i.id, f.id",
        "i", id);
    while (stmt_next(s)) {
        struct integration_cda_row r = {.integration_id = stmt_int(s, 0),
                                        .file_id = stmt_int(s, 1),
                                        .fp = arena_strdup(a, stmt_text(s, 2)),
                                        .body = arena_strdup(a, stmt_text(s, 3)),
                                        .name = arena_strdup(a, stmt_text(s, 4)),
                                        .fingerprint = arena_strdup(a, stmt_text(s, 5)),
                                        .not_after = stmt_instant(s, 7),
                                        .revoked_since = stmt_instant(s, 9)};
        enum gateway_standing standing = GATEWAY_STANDING_NONE;
        if (!stmt_null(s, 8))
            (void)gateway_standing_parse(stmt_str(s, 8), &standing);
        r.rule.revoked = standing == GATEWAY_STANDING_REVOKED;
        r.rule.expires = r.not_after == INSTANT_NONE ? DAY_NONE : day_madrid(r.not_after);
        r.rule.next = stmt_null(s, 10) ? INTEGRATION_DOCUMENT_NONE
                                       : next_of(stmt_str(s, 10), !stmt_null(s, 11), stmt_instant(s, 12), now);
        if (integration_state_parse(stmt_str(s, 6), &r.state) && integration_state_in_force(r.state))
            vec_push(&found, r);
    }
    bool ok = stmt_close(s);
    for (size_t i = 0; ok && i < found.count; i++)
        ok = notices_load(tx, &found.items[i], thresholds, count, e);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool integration_notice_add(struct tx *tx, const struct by *by, int64_t file_id, const char *what, bool *ret_new,
                            struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "INSERT INTO integration_notice (file_id, what, at, who) VALUES ($1, $2, $3, $4) ON CONFLICT DO "
                 "NOTHING",
                 "ists", file_id, what, by->at, by->who))
        return false;
    *ret_new = changed == 1;
    return true;
}

bool integration_notice_threshold(struct tx *tx, const struct by *by, int64_t file_id, int days, bool *ret_new,
                                  struct err *e)
{
    char what[24];
    (void)snprintf(what, sizeof what, "%d", days);
    return integration_notice_add(tx, by, file_id, what, ret_new, e);
}

bool integration_cda_exchange(struct tx *tx, int64_t old_id, int64_t new_id, instant_t until, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE integration_file SET replaced = 1, until = $2 WHERE id = $1", "it", old_id,
                   until) &&
           sql_run(tx, NULL, e, "UPDATE integration_file SET role = 'cda' WHERE id = $1", "i", new_id);
}
