/* Stages and corrections of renewals. What they mean for warnings is in src/core. */
#include "core/certificate.h"
#include "record/renewal.h"

bool renewal_find(struct tx *tx, int64_t body_id, enum cert_kind kind, day_t expires, int64_t *ret_id, struct err *e)
{
    bool found = false;
    int64_t id = 0;
    if (!sql_int(tx, &id, &found, e, "SELECT id FROM renewal WHERE body_id = $1 AND kind = $2 AND expires = $3", "isd",
                 body_id, cert_kind_code(kind), expires))
        return false;
    if (!found)
        return err_set(e, ERR_INTERNAL, N_("a renewal that is not in the store was to be changed"));
    *ret_id = id;
    return true;
}

bool renewal_answer(struct tx *tx, const struct by *by, int64_t body_id, enum cert_kind kind, day_t expires,
                    const char *answer, struct err *e)
{
    int64_t id;
    return renewal_find(tx, body_id, kind, expires, &id, e) &&
           sql_run(tx, NULL, e, "UPDATE renewal SET answered = $2, answer = $3, answered_who = $4 WHERE id = $1",
                   "idss", id, by->day, answer, by->who) &&
           renewal_reach(tx, by, id, STAGE_ANSWERED, by->day, answer, "", e);
}

bool renewal_reach(struct tx *tx, const struct by *by, int64_t renewal_id, enum stage stage, day_t day,
                   const char *note, const char *source, struct err *e)
{
    int64_t same = 0;
    if (!sql_int(tx, &same, NULL, e,
                 "SELECT count(*) FROM renewal_stage WHERE renewal_id = $1 AND stage = $2 AND day = $3 AND note = $4 "
                 "AND source = $5 AND undone IS NULL",
                 "isdss", renewal_id, stage_code(stage), day, note, source))
        return false;
    return same > 0 ||
           sql_run(tx, NULL, e,
                   "INSERT INTO renewal_stage (renewal_id, stage, day, note, source, at, who) VALUES ($1, $2, $3, $4, "
                   "$5, $6, $7)",
                   "isdssts", renewal_id, stage_code(stage), day, note, source, by->at, by->who);
}

bool renewal_unreach(struct tx *tx, const struct by *by, int64_t renewal_id, enum stage stage, const char *source,
                     const char *why, int64_t *ret_count, struct err *e)
{
    if (stage == STAGE_ANSWERED &&
        !sql_run(tx, NULL, e, "UPDATE renewal SET answered = NULL, answer = NULL, answered_who = NULL WHERE id = $1",
                 "i", renewal_id))
        return false;
    return sql_run(tx, ret_count, e,
                   "UPDATE renewal_stage SET undone = $3, undone_why = $4, undone_who = $5 WHERE renewal_id = $1 AND "
                   "stage = $2 AND undone IS NULL AND ($6 = '*' OR source = $6)",
                   "isdsss", renewal_id, stage_code(stage), by->day, why, by->who, source == NULL ? "*" : source);
}

bool stages_load(struct tx *tx, struct arena *a, int64_t case_id, struct stage_line **ret, size_t *ret_count,
                 struct err *e)
{
    VEC(struct stage_line) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT s.renewal_id, s.stage, s.day, s.note, s.source, s.who, s.undone, s.undone_why, "
                               "s.undone_who, s.at FROM renewal_stage s JOIN renewal r ON r.id = s.renewal_id WHERE "
                               "r.case_id = $1 ORDER BY s.day, s.id",
                               "i", case_id);
    while (stmt_next(s)) {
        struct stage_line l = {
            .renewal_id = stmt_int(s, 0),
            .day = stmt_day(s, 2),
            .note = arena_strdup(a, stmt_text(s, 3)),
            .source = arena_strdup(a, stmt_text(s, 4)),
            .who = arena_strdup(a, stmt_text(s, 5)),
            .undone = stmt_day(s, 6),
            .undone_why = arena_strdup(a, stmt_text(s, 7)),
            .undone_who = arena_strdup(a, stmt_text(s, 8)),
            .at = stmt_instant(s, 9),
        };
        if (stage_parse(stmt_text(s, 1), &l.stage))
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

/* ------------------------------------------------------------------ evidence */

bool evidence_note(struct tx *tx, const struct by *by, int64_t renewal_id, const char *outcome, bool *ret_new,
                   struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "INSERT INTO evidence (renewal_id, outcome, day, at, who) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO "
                 "NOTHING",
                 "isdts", renewal_id, outcome, by->day, by->at, by->who))
        return false;
    *ret_new = changed == 1;
    return true;
}

bool evidence_load(struct tx *tx, struct arena *a, int64_t case_id, struct evidence_line **ret, size_t *ret_count,
                   struct err *e)
{
    VEC(struct evidence_line) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT v.renewal_id, v.outcome, v.who, v.day, v.at FROM evidence v JOIN renewal r ON "
                               "r.id = v.renewal_id WHERE r.case_id = $1 ORDER BY v.day, v.at, v.renewal_id",
                               "i", case_id);
    while (stmt_next(s)) {
        struct evidence_line l = {
            .renewal_id = stmt_int(s, 0),
            .outcome = arena_strdup(a, stmt_text(s, 1)),
            .who = arena_strdup(a, stmt_text(s, 2)),
            .day = stmt_day(s, 3),
            .at = stmt_instant(s, 4),
        };
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

/* ------------------------------------------------------------------ corrections */

struct row {
    int64_t id, body_id, case_id;
    const char *kind;
    day_t expires;
};

static bool read_row(struct tx *tx, struct arena *a, int64_t id, struct row *ret, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT id, body_id, case_id, kind, expires FROM renewal WHERE id = $1", "i", id);
    struct row r = {0};
    if (stmt_next(s))
        r = (struct row){.id = stmt_int(s, 0),
                         .body_id = stmt_int(s, 1),
                         .case_id = stmt_int(s, 2),
                         .kind = arena_strdup(a, stmt_text(s, 3)),
                         .expires = stmt_day(s, 4)};
    if (!stmt_close(s))
        return false;
    if (r.id == 0)
        return err_set(e, ERR_INTERNAL, N_("a renewal that is not in the store was to be changed"));
    *ret = r;
    return true;
}

/* Of a date that has begun a renewal by itself nothing may hang: no warning, no stage, no ticket. It then gives way,
 * and its case ends when nothing else is in it. */
static bool make_way(struct tx *tx, const struct by *by, const struct row *r, day_t corrected, const char *reason,
                     struct err *e)
{
    int64_t id = 0, case_id = 0, used = 0, left = 0;
    bool found = false, closed;
    char day[DAY_TEXT_BYTES];
    if (!sql_int(tx, &id, &found, e, "SELECT id FROM renewal WHERE body_id = $1 AND kind = $2 AND expires = $3", "isd",
                 r->body_id, r->kind, corrected))
        return false;
    if (!found)
        return true;
    if (!sql_int(tx, &case_id, NULL, e, "SELECT case_id FROM renewal WHERE id = $1", "i", id) ||
        !sql_int(tx, &used, NULL, e,
                 "SELECT (SELECT count(*) FROM consumed WHERE renewal_id = $1) + (SELECT count(*) FROM renewal_stage "
                 "WHERE renewal_id = $1) + (SELECT count(*) FROM correction WHERE renewal_id = $1) + (SELECT count(*) "
                 "FROM renewal_case WHERE id = $2 AND ticket <> '')",
                 "ii", id, case_id))
        return false;
    if (used > 0)
        return err_set(e, ERR_STATE,
                       N_("the renewal of the %s that expires on %s has a history of its own (a warning, an answer, a "
                          "ticket): it is no correction of the one of before"),
                       r->kind, day_dmy(corrected, day));
    return sql_run(tx, NULL, e, "DELETE FROM evidence WHERE renewal_id = $1", "i", id) &&
           sql_run(tx, NULL, e, "DELETE FROM renewal WHERE id = $1", "i", id) &&
           sql_int(tx, &left, NULL, e, "SELECT count(*) FROM renewal WHERE case_id = $1", "i", case_id) &&
           (left > 0 || case_close(tx, by, case_id, reason, &closed, e));
}

bool renewal_correct(struct tx *tx, const struct by *by, int64_t renewal_id, day_t corrected, const char *reason,
                     struct err *e)
{
    struct arena a = {0};
    struct row r;
    bool ok = tx_lock(tx, "renewal", e) && read_row(tx, &a, renewal_id, &r, e) &&
              make_way(tx, by, &r, corrected, reason, e) &&
              sql_run(tx, NULL, e, "DELETE FROM evidence WHERE renewal_id = $1", "i", renewal_id) &&
              sql_run(tx, NULL, e, "UPDATE renewal SET expires = $2 WHERE id = $1", "id", renewal_id, corrected) &&
              sql_run(tx, NULL, e,
                      "INSERT INTO correction (renewal_id, wrong, corrected, reason, day, at, who) VALUES ($1, $2, $3, "
                      "$4, $5, $6, $7)",
                      "iddsdts", renewal_id, r.expires, corrected, reason, by->day, by->at, by->who);
    arena_release(&a);
    return ok;
}

bool renewal_uncorrect(struct tx *tx, const struct by *by, int64_t renewal_id, const char *reason, struct err *e)
{
    struct arena a = {0};
    struct row r;
    int64_t id = 0;
    day_t wrong = DAY_NONE;
    bool ok = tx_lock(tx, "renewal", e) && read_row(tx, &a, renewal_id, &r, e);
    if (ok) {
        struct stmt *s = stmt_open(
            tx, e, "SELECT id, wrong FROM correction WHERE renewal_id = $1 AND undone IS NULL ORDER BY id DESC LIMIT 1",
            "i", renewal_id);
        if (stmt_next(s)) {
            id = stmt_int(s, 0);
            wrong = stmt_day(s, 1);
        }
        ok = stmt_close(s);
    }
    if (ok && id == 0)
        ok = err_set(e, ERR_STATE, N_("no date of this renewal is marked as a correction: there is nothing to undo"));
    ok = ok && make_way(tx, by, &r, wrong, reason, e) &&
         sql_run(tx, NULL, e, "DELETE FROM evidence WHERE renewal_id = $1", "i", renewal_id) &&
         sql_run(tx, NULL, e, "UPDATE renewal SET expires = $2 WHERE id = $1", "id", renewal_id, wrong) &&
         sql_run(tx, NULL, e, "UPDATE correction SET undone = $2, undone_why = $3, undone_who = $4 WHERE id = $1",
                 "idss", id, by->day, reason, by->who);
    arena_release(&a);
    return ok;
}

bool corrections_load(struct tx *tx, struct arena *a, int64_t case_id, struct correction **ret, size_t *ret_count,
                      struct err *e)
{
    VEC(struct correction) found = {0};
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT c.id, c.renewal_id, c.wrong, c.corrected, c.day, c.undone, c.at, c.reason, c.who, "
                  "c.undone_why, c.undone_who FROM correction c JOIN renewal r ON r.id = c.renewal_id WHERE r.case_id "
                  "= $1 ORDER BY c.id",
                  "i", case_id);
    while (stmt_next(s)) {
        struct correction c = {
            .id = stmt_int(s, 0),
            .renewal_id = stmt_int(s, 1),
            .wrong = stmt_day(s, 2),
            .corrected = stmt_day(s, 3),
            .day = stmt_day(s, 4),
            .undone = stmt_day(s, 5),
            .at = stmt_instant(s, 6),
            .reason = arena_strdup(a, stmt_text(s, 7)),
            .who = arena_strdup(a, stmt_text(s, 8)),
            .undone_why = arena_strdup(a, stmt_text(s, 9)),
            .undone_who = arena_strdup(a, stmt_text(s, 10)),
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
