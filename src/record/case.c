/* Changing cases and the thresholds that were told. Who is told, and when, is decided by src/core and src/flow. */
#include "record/renewal.h"

#include "core/certificate.h"

/* The case that a renewal of these dates belongs to, and which of them are known. */
static bool find_case(struct tx *tx, int64_t body_id, const struct warning_case *c, int64_t *ret_case_id,
                      bool ret_known[CERT_KINDS], struct err *e)
{
    int64_t case_id = c->id;
    for (size_t i = 0; i < c->count; i++) {
        int64_t found = 0;
        if (!sql_int(tx, &found, &ret_known[i], e,
                     "SELECT case_id FROM renewal WHERE body_id = $1 AND kind = $2 AND expires = $3", "isd", body_id,
                     cert_kind_code(c->certs[i].kind), c->certs[i].expires))
            return false;
        if (ret_known[i] && case_id == 0)
            case_id = found;
    }
    *ret_case_id = case_id;
    return true;
}

/* A case has one renewal of a kind, and none joins it once its subject names what it is about. */
static bool may_join(struct tx *tx, int64_t case_id, enum cert_kind kind, bool *ret, struct err *e)
{
    int64_t others = 0;
    if (!sql_int(tx, &others, NULL, e,
                 "SELECT (SELECT count(*) FROM renewal WHERE case_id = $1 AND kind = $2) + (SELECT count(*) FROM "
                 "renewal_case WHERE id = $1 AND subject <> '')",
                 "is", case_id, cert_kind_code(kind)))
        return false;
    *ret = others == 0;
    return true;
}

bool case_ensure(struct tx *tx, const struct by *by, int64_t body_id, const struct warning_case *c,
                 int64_t *ret_case_id, struct err *e)
{
    int64_t case_id = 0;
    bool known[CERT_KINDS] = {0}, begun = false;
    /* Two people may note something of one body at once: the second waits here and finds the first one's case. */
    if (!tx_lock(tx, "renewal", e) || !find_case(tx, body_id, c, &case_id, known, e))
        return false;
    if (case_id == 0) {
        begun = true;
        if (!sql_int(tx, &case_id, NULL, e, "INSERT INTO renewal_case (body_id, opened) VALUES ($1, $2) RETURNING id",
                     "id", body_id, by->day))
            return false;
    } else if (c->id != 0 && !case_reopen(tx, c->id, e)) {
        return false;
    }
    for (size_t i = 0; i < c->count; i++) {
        bool joins = begun;
        if (known[i] || c->certs[i].renewal_id != 0)
            continue;
        if (!begun && !may_join(tx, case_id, c->certs[i].kind, &joins, e))
            return false;
        if (joins &&
            !sql_run(tx, NULL, e,
                     "INSERT INTO renewal (body_id, kind, expires, case_id, opened) VALUES ($1, $2, $3, $4, $5)",
                     "isdid", body_id, cert_kind_code(c->certs[i].kind), c->certs[i].expires, case_id, by->day))
            return false;
    }
    *ret_case_id = case_id;
    return true;
}

bool case_ticket_set(struct tx *tx, const struct by *by, int64_t case_id, const char *ticket, const char *uid,
                     struct err *e)
{
    int64_t changed = 0;
    (void)by;
    if (!sql_run(tx, &changed, e,
                 "UPDATE renewal_case SET ticket = $2, ticket_uid = $3 WHERE id = $1 AND (ticket = '' OR ticket = $2)",
                 "iss", case_id, ticket, uid))
        return false;
    return changed == 1 ||
           err_set(e, ERR_STATE, N_("the renewal has another ticket already; %s was not taken"), ticket);
}

bool case_subject_set(struct tx *tx, int64_t case_id, const char *subject, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "UPDATE renewal_case SET subject = $2 WHERE id = $1 AND (subject = '' OR subject = $2)", "is", case_id,
                 subject))
        return false;
    return changed == 1 || err_set(e, ERR_STATE, N_("the renewal's messages have another subject, which stays"));
}

bool case_close(struct tx *tx, const struct by *by, int64_t case_id, const char *closing, bool *ret_closed,
                struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "UPDATE renewal_case SET closed = $2, closing = $3, closed_at = $4, closed_who = $5 WHERE id = $1 AND "
                 "closed IS NULL",
                 "idsts", case_id, by->day, closing, by->at, by->who))
        return false;
    *ret_closed = changed == 1;
    return true;
}

bool case_reopen(struct tx *tx, int64_t case_id, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE renewal_case SET closed = NULL, closing = '', closed_at = NULL, closed_who = '' WHERE id = "
                   "$1 AND closed IS NOT NULL",
                   "i", case_id);
}

static bool read_brief(struct stmt *s, struct case_brief *ret, bool *ret_found)
{
    struct case_brief c = {0};
    bool found = stmt_next(s);
    if (found)
        c = (struct case_brief){.id = stmt_int(s, 0), .body_id = stmt_int(s, 1), .closed = !stmt_null(s, 2)};
    if (!stmt_close(s))
        return false;
    if (found)
        *ret = c;
    *ret_found = found;
    return true;
}

bool case_get(struct tx *tx, int64_t case_id, struct case_brief *ret, bool *ret_found, struct err *e)
{
    return read_brief(stmt_open(tx, e, "SELECT id, body_id, closed FROM renewal_case WHERE id = $1", "i", case_id), ret,
                      ret_found);
}

bool case_by_ticket(struct tx *tx, const char *ticket, struct case_brief *ret, bool *ret_found, struct err *e)
{
    return read_brief(stmt_open(tx, e,
                                "SELECT id, body_id, closed FROM renewal_case WHERE ticket = $1 ORDER BY id DESC "
                                "LIMIT 1",
                                "s", ticket),
                      ret, ret_found);
}

bool cases_count(struct tx *tx, int64_t *ret, struct err *e)
{
    return sql_int(tx, ret, NULL, e, "SELECT count(*) FROM renewal_case", "");
}

/* ------------------------------------------------------------------ thresholds */

bool threshold_consume(struct tx *tx, const struct by *by, int64_t renewal_id, int threshold, int64_t message_id,
                       const char *source, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "INSERT INTO consumed (renewal_id, threshold, message_id, source, day, at, who) VALUES ($1, $2, "
                 "nullif($3, 0), $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                 "iiisdts", renewal_id, (int64_t)threshold, message_id, source, by->day, by->at, by->who))
        return false;
    return changed == 1 || err_set(e, ERR_STATE,
                                   N_("the warning for the threshold of %d days has been given already; somebody else "
                                      "was faster. Nothing was sent twice"),
                                   threshold);
}

bool thresholds_consume(struct tx *tx, const struct by *by, const struct profile *p, const struct warning_case *c,
                        const struct warning *w, int64_t message_id, struct err *e)
{
    struct warning_case after = *c;
    warning_consume(p, &after, w);
    for (size_t i = 0; i < c->count; i++) {
        unsigned anew = after.certs[i].consumed & ~c->certs[i].consumed;
        if (anew != 0 && c->certs[i].renewal_id == 0)
            return err_set(e, ERR_INTERNAL, N_("a warning is about a renewal that is not in the store"));
        for (size_t t = 0; t < p->threshold_count; t++) {
            if ((anew >> t & 1) != 0 &&
                !threshold_consume(tx, by, c->certs[i].renewal_id, p->thresholds[t], message_id, "", e))
                return false;
        }
    }
    return true;
}

bool thresholds_release(struct tx *tx, int64_t message_id, int64_t *ret_count, struct err *e)
{
    return sql_run(tx, ret_count, e, "DELETE FROM consumed WHERE message_id = $1", "i", message_id);
}

bool consumed_load(struct tx *tx, struct arena *a, int64_t case_id, struct consumed **ret, size_t *ret_count,
                   struct err *e)
{
    VEC(struct consumed) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT c.renewal_id, c.message_id, c.threshold, c.day, c.source, c.who FROM consumed c "
                               "JOIN renewal r ON r.id = c.renewal_id WHERE r.case_id = $1 ORDER BY c.day, c.threshold "
                               "DESC, c.renewal_id",
                               "i", case_id);
    while (stmt_next(s)) {
        struct consumed c = {
            .renewal_id = stmt_int(s, 0),
            .message_id = stmt_int(s, 1),
            .threshold = (int)stmt_int(s, 2),
            .day = stmt_day(s, 3),
            .source = arena_strdup(a, stmt_text(s, 4)),
            .who = arena_strdup(a, stmt_text(s, 5)),
        };
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
