#include "record/history.h"

/* A person's changes are in the audit trail; what the program did by itself is where it is kept. */
static const char history_sql[] =
    "SELECT at, who, what, detail FROM ("
    "SELECT at, who, what, detail, id AS place FROM audit WHERE body_id = $1 "
    "UNION ALL SELECT i.at, i.who, 'registry', 'CDS ' || coalesce(p.cds, '—') || ' · CDA ' || coalesce(p.cda, '—'), "
    "i.id "
    "FROM body_past p JOIN import i ON i.id = p.until_import WHERE p.body_id = $1 "
    "UNION ALL SELECT i.at, i.who, 'registry-now', i.source, i.id FROM body b JOIN import i ON i.id = b.import_id "
    "WHERE "
    "b.id = $1 "
    "UNION ALL SELECT at, who, 'outage-began', error, id FROM outage WHERE body_id = $1 AND source <> '' "
    "UNION ALL SELECT closed_at, closed_who, 'outage-ended', coalesce(closing, ''), id FROM outage WHERE body_id = $1 "
    "AND "
    "source <> '' AND closed_at IS NOT NULL "
    "UNION ALL SELECT s.at, s.who, 'message-' || s.state, m.subject, s.id FROM message_step s JOIN message m ON m.id = "
    "s.message_id WHERE m.body_id = $1"
    ") h ORDER BY at DESC, place DESC LIMIT $2";

bool history_load(struct tx *tx, struct arena *a, int64_t body_id, size_t most, struct history_event **ret,
                  size_t *ret_count, struct err *e)
{
    VEC(struct history_event) list = {0};
    struct stmt *s = stmt_open(tx, e, history_sql, "ii", body_id, (int64_t)most);
    while (stmt_next(s)) {
        struct history_event x = {.at = stmt_instant(s, 0),
                                  .who = arena_strdup(a, stmt_text(s, 1)),
                                  .what = arena_strdup(a, stmt_text(s, 2)),
                                  .text = arena_strdup(a, stmt_text(s, 3))};
        vec_push(&list, x);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&list, a);
        *ret_count = list.count;
    }
    vec_release(&list);
    return ok;
}

bool served_certificate_get(struct tx *tx, struct arena *a, const char *fingerprint, bool with_der,
                            struct served_certificate *ret, bool *ret_found, struct err *e)
{
    struct stmt *s = stmt_open(tx, e,
                               "SELECT fingerprint, subject, issuer, serial, names, organisation, nif, key_text, "
                               "signature, not_before, not_after, CASE WHEN $2 = 1 THEN der ELSE '' END FROM "
                               "served_certificate WHERE fingerprint = $1",
                               "sb", fingerprint, with_der);
    *ret_found = stmt_next(s);
    if (*ret_found)
        *ret = (struct served_certificate){.fingerprint = arena_strdup(a, stmt_text(s, 0)),
                                           .subject = arena_strdup(a, stmt_text(s, 1)),
                                           .issuer = arena_strdup(a, stmt_text(s, 2)),
                                           .serial = arena_strdup(a, stmt_text(s, 3)),
                                           .names = arena_strdup(a, stmt_text(s, 4)),
                                           .organisation = arena_strdup(a, stmt_text(s, 5)),
                                           .nif = arena_strdup(a, stmt_text(s, 6)),
                                           .key = arena_strdup(a, stmt_text(s, 7)),
                                           .signature = arena_strdup(a, stmt_text(s, 8)),
                                           .not_before = stmt_instant(s, 9),
                                           .not_after = stmt_instant(s, 10),
                                           .der_base64 = arena_strdup(a, stmt_text(s, 11))};
    return stmt_close(s);
}
