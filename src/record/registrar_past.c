#include "record/registrar_past.h"

#include "base/mem.h"

#define COLUMNS "key, source_id, description, province, municipality, platform, endpoint, ine10, cds, cda"
#define VALUES_TYPES "zzzzzizzdd"
#define VALUES(v)                                                                                                      \
    (v)->key, str_part((v)->source_id.p == NULL ? "" : (v)->source_id.p, (v)->source_id.n), (v)->description,          \
        (v)->province, (v)->municipality, (int64_t)(v)->platform, (v)->endpoint,                                       \
        (v)->ine10.n == 0 ? (struct str){NULL, 0} : (v)->ine10, (v)->expires[CERT_CDS], (v)->expires[CERT_CDA]

bool registry_next_import(struct tx *tx, day_t day, int64_t *ret_id, struct err *e)
{
    bool found = false;
    int64_t id = 0;
    if (!sql_int(tx, &id, &found, e,
                 "SELECT id FROM import WHERE kind = 'registry' AND day > $1 ORDER BY day, id LIMIT 1", "d", day))
        return false;
    *ret_id = found ? id : 0;
    return true;
}

/* The body's id; 0 when nobody knows it, -1 when several fit. */
static bool find_body(struct tx *tx, const struct registry_values *v, int64_t *ret, struct err *e)
{
    bool found = false;
    int64_t id = 0, count = 0;
    if (v->source_id.n > 0 &&
        !sql_int(tx, &id, &found, e, "SELECT id FROM body WHERE source_id = $1", "z", v->source_id))
        return false;
    if (!found) {
        /* By its key now, or by the one it had. */
        struct stmt *s =
            stmt_open(tx, e, "SELECT id FROM body WHERE key = $1 UNION SELECT body_id FROM body_past WHERE key = $1",
                      "z", v->key);
        while (stmt_next(s)) {
            id = stmt_int(s, 0);
            count++;
        }
        if (!stmt_close(s))
            return false;
    }
    *ret = found || count == 1 ? id : count == 0 ? 0 : -1;
    return true;
}

/* A version of a body: the values in force from one import to the next that changed them. */
struct version {
    bool known, current; /* current: the row in `body`, without an end */
    int64_t from, until;
    day_t until_day;
    bool same; /* its values are those of the row */
};

/* The version in force on that day, and the first one after it. */
static bool find_versions(struct tx *tx, int64_t body_id, day_t day, const struct registry_values *v,
                          struct version *ret_at, struct version *ret_after, struct err *e)
{
    struct stmt *s = stmt_open(
        tx, e,
        "SELECT x.import_id, x.until_import, since.day, until.day, x.description, x.province, x.municipality, "
        "x.platform, "
        "x.endpoint, x.cds, x.cda FROM (SELECT id AS body_id, import_id, NULL AS until_import, description, province, "
        "municipality, platform, endpoint, cds, cda FROM body WHERE id = $1 UNION ALL SELECT body_id, import_id, "
        "until_import, description, province, municipality, platform, endpoint, cds, cda FROM body_past WHERE body_id "
        "= $1) x "
        "JOIN import since ON since.id = x.import_id LEFT JOIN import until ON until.id = x.until_import ORDER BY "
        "since.day, "
        "x.import_id",
        "i", body_id);
    while (stmt_next(s)) {
        struct version version = {
            .known = true,
            .current = stmt_null(s, 1),
            .from = stmt_int(s, 0),
            .until = stmt_int(s, 1),
            .until_day = stmt_day(s, 3),
            .same = str_equal(str_of(stmt_text(s, 4)), v->description) &&
                    str_equal(str_of(stmt_text(s, 5)), v->province) &&
                    str_equal(str_of(stmt_text(s, 6)), v->municipality) && stmt_int(s, 7) == (int64_t)v->platform &&
                    str_equal(str_of(stmt_text(s, 8)), v->endpoint) && stmt_day(s, 9) == v->expires[CERT_CDS] &&
                    stmt_day(s, 10) == v->expires[CERT_CDA],
        };
        if (stmt_day(s, 2) <= day)
            *ret_at = version;
        else if (!ret_after->known)
            *ret_after = version;
    }
    return stmt_close(s);
}

static bool add_version(struct tx *tx, int64_t body_id, int64_t import_id, int64_t until, int64_t gone,
                        const struct registry_values *v, int64_t row, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO body_past (" COLUMNS
                   ", body_id, import_id, import_row, until_import, gone_import) VALUES ($1, $2, "
                   "$3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
                   gone == 0 ? VALUES_TYPES "iiiin" : VALUES_TYPES "iiiii", VALUES(v), body_id, import_id, row, until,
                   gone);
}

/* Ends the version at this import and lets it begin again at `next`, so that the old file's values stand between. */
static bool split_version(struct tx *tx, int64_t body_id, const struct version *at, int64_t import_id, int64_t next,
                          struct err *e)
{
    if (at->current)
        return sql_run(tx, NULL, e,
                       "INSERT INTO body_past (body_id, until_import, " COLUMNS
                       ", import_id, import_row, gone_import) SELECT id, "
                       "$2, " COLUMNS ", import_id, import_row, NULL FROM body WHERE id = $1",
                       "ii", body_id, import_id) &&
               sql_run(tx, NULL, e, "UPDATE body SET import_id = $2 WHERE id = $1", "ii", body_id, next);
    return sql_run(tx, NULL, e,
                   "INSERT INTO body_past (body_id, until_import, " COLUMNS
                   ", import_id, import_row, gone_import) SELECT body_id, "
                   "$3, " COLUMNS
                   ", import_id, import_row, NULL FROM body_past WHERE body_id = $1 AND until_import = $2",
                   "iii", body_id, at->until, import_id) &&
           sql_run(tx, NULL, e, "UPDATE body_past SET import_id = $3 WHERE body_id = $1 AND until_import = $2", "iii",
                   body_id, at->until, next);
}

static bool insert_between(struct tx *tx, int64_t body_id, const struct version *at, const struct version *after,
                           int64_t import_id, int64_t next, const struct registry_values *v, int64_t row, struct err *e)
{
    if (!at->known) {
        /* Known only later: between this import and that, the imports that did not have it say that it was gone. */
        int64_t gone = after->from == next ? 0 : next;
        return add_version(tx, body_id, import_id, after->from, gone, v, row, e);
    }
    if (at->until == next) {
        return sql_run(tx, NULL, e, "UPDATE body_past SET until_import = $3 WHERE body_id = $1 AND until_import = $2",
                       "iii", body_id, next, import_id) &&
               add_version(tx, body_id, import_id, next, 0, v, row, e);
    }
    return split_version(tx, body_id, at, import_id, next, e) &&
           add_version(tx, body_id, import_id, next, 0, v, row, e);
}

bool registrar_put_past(struct tx *tx, int64_t import_id, int64_t next_import, day_t day,
                        const struct registry_values *v, int64_t row, enum registered *ret, struct err *e)
{
    int64_t id;
    struct version at = {0}, after = {0};
    if (!find_body(tx, v, &id, e))
        return false;
    if (id == -1) {
        *ret = REGISTERED_AMBIGUOUS;
        return true;
    }
    if (id == 0) {
        *ret = REGISTERED_NEW;
        return sql_run(tx, NULL, e,
                       "INSERT INTO body (" COLUMNS
                       ", import_id, import_row, gone_import) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
                       "$9, $10, $11, $12, $13)",
                       VALUES_TYPES "iii", VALUES(v), import_id, row, next_import);
    }
    if (!find_versions(tx, id, day, v, &at, &after, e))
        return false;
    *ret = at.known && at.same ? REGISTERED_SAME : REGISTERED_CHANGED;
    return *ret == REGISTERED_SAME || insert_between(tx, id, &at, &after, import_id, next_import, v, row, e);
}
