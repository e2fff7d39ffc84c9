#include "record/sweep.h"

struct verdict_facts observation_facts(const struct observation *o, enum verdict_part part)
{
    return (struct verdict_facts){
        .host = o->host,
        .address = o->address,
        .detail = o->detail[part],
        .port = o->port,
        .status = o->status,
        .seconds = o->seconds,
        .day = o->trust_day != DAY_NONE ? o->trust_day : o->not_after,
    };
}

struct seen_address observation_seen(const struct observation *o)
{
    struct seen_address s = {.address = o->address, .not_after = o->not_after, .fingerprint = o->fingerprint};
    for (int p = 0; p < VERDICT_PARTS; p++)
        s.verdict[p] = o->verdict[p];
    return s;
}

/* ------------------------------------------------------------------ rounds */

bool sweep_begin(struct tx *tx, const struct by *by, const char *kind, instant_t started, int64_t *ret_id,
                 struct err *e)
{
    return sql_int(tx, ret_id, NULL, e,
                   "INSERT INTO sweep (kind, day, started, who) VALUES ($1, $2, $3, $4) RETURNING id", "sdts", kind,
                   by->day, started, by->who);
}

bool sweep_end(struct tx *tx, int64_t id, instant_t ended, size_t bodies, size_t failed, bool us, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE sweep SET ended = $2, bodies = $3, failed = $4, us = $5 WHERE id = $1", "itiib",
                   id, ended, (int64_t)bodies, (int64_t)failed, (int)us);
}

bool sweeps_load(struct tx *tx, struct arena *a, size_t most, struct sweep_info **ret, size_t *ret_count, struct err *e)
{
    VEC(struct sweep_info) found = {0};
    struct stmt *s = stmt_open(
        tx, e, "SELECT id, kind, who, day, started, ended, bodies, failed, us FROM sweep ORDER BY id DESC LIMIT $1",
        "i", (int64_t)most);
    while (stmt_next(s)) {
        struct sweep_info i = {
            .id = stmt_int(s, 0),
            .kind = arena_strdup(a, stmt_text(s, 1)),
            .who = arena_strdup(a, stmt_text(s, 2)),
            .day = stmt_day(s, 3),
            .started = stmt_instant(s, 4),
            .ended = stmt_instant(s, 5),
            .bodies = stmt_int(s, 6),
            .failed = stmt_int(s, 7),
            .us = stmt_bool(s, 8),
        };
        vec_push(&found, i);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

/* ------------------------------------------------------------------ observations */

#define OBSERVATION_COLUMNS                                                                                            \
    "sweep_id, body_id, at, url, host, port, address, connection, trust, application, connection_detail, "             \
    "trust_detail, application_detail, status, seconds, trust_day, not_after, fingerprint, protocol, cipher, "         \
    "final_url, wsdl_hash, bytes, us_dns, us_tcp, us_tls, us_http"

/* Most servers send the chain that they sent yesterday, so each is kept once. */
static bool add_chain(struct tx *tx, const char *chain, struct err *e)
{
    return chain[0] == '\0' ||
           sql_run(tx, NULL, e, "INSERT INTO served_chain (fingerprints) VALUES ($1) ON CONFLICT DO NOTHING", "s",
                   chain);
}

bool observation_add(struct tx *tx, const struct observation *o, struct err *e)
{
    return add_chain(tx, o->chain, e) &&
           sql_run(tx, NULL, e,
                   "INSERT INTO observation (" OBSERVATION_COLUMNS
                   ", chain_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
                   "$12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, (SELECT id FROM "
                   "served_chain "
                   "WHERE fingerprints = $28))",
                   "iitssisssssssiiddsssssiiiiis", o->sweep_id, o->body_id, o->at, o->url, o->host, (int64_t)o->port,
                   o->address, verdict_text(o->verdict[VERDICT_CONNECTION]), verdict_text(o->verdict[VERDICT_TRUST]),
                   verdict_text(o->verdict[VERDICT_APPLICATION]), o->detail[VERDICT_CONNECTION],
                   o->detail[VERDICT_TRUST], o->detail[VERDICT_APPLICATION], (int64_t)o->status, (int64_t)o->seconds,
                   o->trust_day, o->not_after, o->fingerprint, o->protocol, o->cipher, o->final_url, o->wsdl_hash,
                   o->bytes, o->us_dns, o->us_tcp, o->us_tls, o->us_http, o->chain);
}

static enum verdict_code code_of(struct stmt *s, int column, enum verdict_part part)
{
    static const enum verdict_code unknown[VERDICT_PARTS] = {CONNECTION_INTERRUPTED, TRUST_NONE, APPLICATION_NONE};
    enum verdict_code code = unknown[part]; /* a code of another version of Talaia */
    (void)verdict_find(part, stmt_text(s, column), &code);
    return code;
}

static struct observation read_observation(struct stmt *s, struct arena *a)
{
    return (struct observation){
        .id = stmt_int(s, 0),
        .sweep_id = stmt_int(s, 1),
        .body_id = stmt_int(s, 2),
        .at = stmt_instant(s, 3),
        .url = arena_strdup(a, stmt_text(s, 4)),
        .host = arena_strdup(a, stmt_text(s, 5)),
        .port = (int)stmt_int(s, 6),
        .address = arena_strdup(a, stmt_text(s, 7)),
        .verdict = {code_of(s, 8, VERDICT_CONNECTION), code_of(s, 9, VERDICT_TRUST),
                    code_of(s, 10, VERDICT_APPLICATION)},
        .detail = {arena_strdup(a, stmt_text(s, 11)), arena_strdup(a, stmt_text(s, 12)),
                   arena_strdup(a, stmt_text(s, 13))},
        .status = (int)stmt_int(s, 14),
        .seconds = (int)stmt_int(s, 15),
        .trust_day = stmt_day(s, 16),
        .not_after = stmt_day(s, 17),
        .fingerprint = arena_strdup(a, stmt_text(s, 18)),
        .protocol = arena_strdup(a, stmt_text(s, 19)),
        .cipher = arena_strdup(a, stmt_text(s, 20)),
        .final_url = arena_strdup(a, stmt_text(s, 21)),
        .wsdl_hash = arena_strdup(a, stmt_text(s, 22)),
        .bytes = stmt_int(s, 23),
        .us_dns = stmt_int(s, 24),
        .us_tcp = stmt_int(s, 25),
        .us_tls = stmt_int(s, 26),
        .us_http = stmt_int(s, 27),
        .chain = arena_strdup(a, stmt_text(s, 28)),
    };
}

bool observations_last(struct tx *tx, struct arena *a, int64_t body_id, struct observation **ret, size_t *ret_count,
                       struct err *e)
{
    VEC(struct observation) found = {0};
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT o.id, o."
                  "sweep_id, o.body_id, o.at, o.url, o.host, o.port, o.address, o.connection, o.trust, "
                  "o.application, o.connection_detail, o.trust_detail, o.application_detail, o.status, o.seconds, "
                  "o.trust_day, o.not_after, o.fingerprint, o.protocol, o.cipher, o.final_url, o.wsdl_hash, o.bytes, "
                  "o.us_dns, o.us_tcp, o.us_tls, o.us_http, c.fingerprints FROM watch w JOIN observation o ON "
                  "o.body_id = w.body_id AND o.sweep_id = w.sweep_id LEFT JOIN served_chain c ON c.id = o.chain_id "
                  "WHERE $1 = 0 OR w.body_id = $1 ORDER BY o.body_id, o.address, o.id",
                  "i", body_id);
    while (stmt_next(s))
        vec_push(&found, read_observation(s, a));
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool days_checked(struct tx *tx, int64_t body_id, day_t today, bool *ret, size_t count, struct err *e)
{
    day_t from = today - (day_t)count + 1;
    /* Rounds of before are passed over by their number, not read. */
    struct stmt *s = stmt_open(
        tx, e,
        "SELECT DISTINCT s.day FROM observation o JOIN sweep s ON s.id = o.sweep_id WHERE o.body_id = $1 AND s.us = 0 "
        "AND s.day <= $3 AND o.id >= coalesce((SELECT min(id) FROM observation WHERE sweep_id = (SELECT min(id) FROM "
        "sweep WHERE day >= $2)), 0) AND s.day >= $2",
        "idd", body_id, from, today);
    for (size_t i = 0; i < count; i++)
        ret[i] = false;
    while (stmt_next(s)) {
        day_t day = stmt_day(s, 0);
        if (day >= from && day <= today)
            ret[day - from] = true;
    }
    return stmt_close(s);
}

bool served_certificate_add(struct tx *tx, const struct served_certificate *c, instant_t at, struct err *e)
{
    return sql_run(
        tx, NULL, e,
        "INSERT INTO served_certificate (fingerprint, subject, issuer, serial, names, organisation, nif, key_text, "
        "signature, not_before, not_after, der, first_seen) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
        "$12, $13) ON CONFLICT (fingerprint) DO NOTHING",
        "sssssssssttst", c->fingerprint, c->subject, c->issuer, c->serial, c->names, c->organisation, c->nif, c->key,
        c->signature, c->not_before, c->not_after, c->der_base64, at);
}

bool given_certificate_add(struct tx *tx, const struct by *by, int64_t body_id, enum cert_kind kind,
                           const char *fingerprint, day_t not_after, const char *source, bool *ret_new, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "INSERT INTO given_certificate (body_id, kind, fingerprint, not_after, day, at, who, source) VALUES "
                 "($1, $2, $3, "
                 "$4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
                 "issddtss", body_id, cert_kind_code(kind), fingerprint, not_after, by->day, by->at, by->who, source))
        return false;
    *ret_new = changed == 1;
    return true;
}

bool given_certificates_load(struct tx *tx, struct arena *a, int64_t body_id, struct given_certificate **ret,
                             size_t *ret_count, struct err *e)
{
    VEC(struct given_certificate) found = {0};
    struct stmt *s = stmt_open(
        tx, e,
        "SELECT g.body_id, g.kind, g.not_after, g.day, g.fingerprint, c.subject, c.issuer, g.source, g.who FROM "
        "given_certificate g JOIN served_certificate c ON c.fingerprint = g.fingerprint WHERE ($1 = 0 OR "
        "g.body_id = $1) AND g.id = (SELECT max(id) FROM given_certificate n WHERE n.body_id = g.body_id AND "
        "n.kind = g.kind) ORDER BY g.body_id, g.kind",
        "i", body_id);
    while (stmt_next(s)) {
        struct given_certificate g = {
            .body_id = stmt_int(s, 0),
            .not_after = stmt_day(s, 2),
            .day = stmt_day(s, 3),
            .fingerprint = arena_strdup(a, stmt_text(s, 4)),
            .subject = arena_strdup(a, stmt_text(s, 5)),
            .issuer = arena_strdup(a, stmt_text(s, 6)),
            .source = arena_strdup(a, stmt_text(s, 7)),
            .who = arena_strdup(a, stmt_text(s, 8)),
        };
        if (cert_kind_parse(stmt_str(s, 1), &g.kind))
            vec_push(&found, g);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool shown_owners_load(struct tx *tx, struct arena *a, struct shown_owner **ret, size_t *ret_count, struct err *e)
{
    VEC(struct shown_owner) found = {0};
    struct stmt *s = stmt_open(
        tx, e,
        "SELECT DISTINCT o.body_id, c.nif, c.organisation FROM watch w JOIN observation o ON o.body_id = w.body_id AND "
        "o.sweep_id = w.sweep_id JOIN served_certificate c ON c.fingerprint = o.fingerprint WHERE c.nif <> '' OR "
        "c.organisation <> '' ORDER BY o.body_id",
        "");
    while (stmt_next(s)) {
        struct shown_owner o = {.body_id = stmt_int(s, 0),
                                .nif = arena_strdup(a, stmt_text(s, 1)),
                                .organisation = arena_strdup(a, stmt_text(s, 2))};
        vec_push(&found, o);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

/* ------------------------------------------------------------------ between rounds */

bool watches_load(struct tx *tx, struct arena *a, int64_t body_id, struct watch_record **ret, size_t *ret_count,
                  struct err *e)
{
    VEC(struct watch_record) found = {0};
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT body_id, failures, first, last, down, wsdl_hash, reconciliation, sweep_id FROM watch WHERE "
                  "body_id BETWEEN $1 AND $2 ORDER BY body_id",
                  "ii", body_id, body_id == 0 ? INT64_MAX : body_id);
    while (stmt_next(s)) {
        struct watch_record w = {
            .body_id = stmt_int(s, 0),
            .watch = {.failures = (int)stmt_int(s, 1),
                      .first = stmt_instant(s, 2),
                      .last = stmt_instant(s, 3),
                      .down = stmt_bool(s, 4)},
            .wsdl_hash = arena_strdup(a, stmt_text(s, 5)),
            .reconciliation = RECONCILIATION_UNSEEN,
            .sweep_id = stmt_int(s, 7),
        };
        for (int r = 0; r < RECONCILIATION_COUNT; r++) {
            if (strcmp(stmt_text(s, 6), reconciliation_code((enum reconciliation)r)) == 0)
                w.reconciliation = (enum reconciliation)r;
        }
        vec_push(&found, w);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool watch_put(struct tx *tx, const struct watch_record *w, struct err *e)
{
    return sql_run(
        tx, NULL, e,
        "INSERT INTO watch (body_id, failures, first, last, down, wsdl_hash, reconciliation, sweep_id) VALUES ($1, $2, "
        "$3, $4, $5, $6, $7, $8) ON CONFLICT (body_id) DO UPDATE SET failures = $2, first = $3, last = $4, down = $5, "
        "wsdl_hash = $6, reconciliation = $7, sweep_id = $8",
        "iittbssi", w->body_id, (int64_t)w->watch.failures, w->watch.first, w->watch.last, (int)w->watch.down,
        w->wsdl_hash, reconciliation_code(w->reconciliation), w->sweep_id);
}

/* ------------------------------------------------------------------ silences and blindness */

bool silence_add(struct tx *tx, const struct by *by, int64_t body_id, const char *reason, day_t from, day_t until,
                 int64_t *ret_id, struct err *e)
{
    bool is_new;
    return sql_insert(tx, ret_id, &is_new, e,
                      "INSERT INTO silence (body_id, reason, day, until, at, who) VALUES ($1, $2, $3, $4, $5, $6)",
                      "isddts", body_id, reason, from, until, by->at, by->who);
}

bool silence_lift(struct tx *tx, const struct by *by, int64_t body_id, int64_t *ret_count, struct err *e)
{
    return sql_run(tx, ret_count, e,
                   "UPDATE silence SET lifted = $2 WHERE body_id = $1 AND lifted IS NULL AND day <= $2 AND until >= $2",
                   "id", body_id, by->day);
}

bool silence_lift_one(struct tx *tx, const struct by *by, int64_t id, int64_t *ret_body, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT body_id FROM silence WHERE id = $1 AND lifted IS NULL AND until >= $2",
                               "id", id, by->day);
    *ret_body = stmt_next(s) ? stmt_int(s, 0) : 0;
    return stmt_close(s) &&
           (*ret_body == 0 || sql_run(tx, NULL, e, "UPDATE silence SET lifted = $2 WHERE id = $1", "id", id, by->day));
}

static bool load_silences(struct stmt *s, struct arena *a, struct silence **ret, size_t *ret_count)
{
    VEC(struct silence) found = {0};
    while (stmt_next(s)) {
        struct silence x = {
            .id = stmt_int(s, 0),
            .body_id = stmt_int(s, 1),
            .reason = arena_strdup(a, stmt_text(s, 2)),
            .who = arena_strdup(a, stmt_text(s, 3)),
            .day = stmt_day(s, 4),
            .until = stmt_day(s, 5),
            .lifted = stmt_day(s, 6),
        };
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

#define SILENCE_COLUMNS "SELECT id, body_id, reason, who, day, until, lifted FROM silence "

bool silences_load(struct tx *tx, struct arena *a, day_t on, struct silence **ret, size_t *ret_count, struct err *e)
{
    return load_silences(
        stmt_open(tx, e,
                  SILENCE_COLUMNS "WHERE day <= $1 AND until >= $1 AND (lifted IS NULL OR lifted > $1) "
                                  "ORDER BY body_id, id",
                  "d", on),
        a, ret, ret_count);
}

bool silences_coming(struct tx *tx, struct arena *a, day_t on, struct silence **ret, size_t *ret_count, struct err *e)
{
    return load_silences(
        stmt_open(tx, e,
                  SILENCE_COLUMNS "WHERE until >= $1 AND (lifted IS NULL OR lifted > $1) ORDER BY day, "
                                  "until, id",
                  "d", on),
        a, ret, ret_count);
}

bool silence_get(struct tx *tx, struct arena *a, int64_t id, struct silence *ret, bool *ret_found, struct err *e)
{
    struct silence *found;
    size_t count;
    if (!load_silences(stmt_open(tx, e, SILENCE_COLUMNS "WHERE id = $1", "i", id), a, &found, &count))
        return false;
    *ret_found = count > 0;
    if (count > 0)
        *ret = found[0];
    return true;
}

bool blind_since(struct tx *tx, instant_t *ret, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT began FROM blind WHERE ended IS NULL ORDER BY id DESC LIMIT 1", "");
    instant_t began = stmt_next(s) ? stmt_instant(s, 0) : INSTANT_NONE;
    if (!stmt_close(s))
        return false;
    *ret = began;
    return true;
}

bool blind_begin(struct tx *tx, instant_t at, const char *reason, bool *ret_changed, struct err *e)
{
    instant_t since;
    if (!blind_since(tx, &since, e))
        return false;
    *ret_changed = since == INSTANT_NONE;
    return since != INSTANT_NONE ||
           sql_run(tx, NULL, e, "INSERT INTO blind (began, reason) VALUES ($1, $2)", "ts", at, reason);
}

bool blind_end(struct tx *tx, instant_t at, bool *ret_changed, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e, "UPDATE blind SET ended = $1 WHERE ended IS NULL", "t", at))
        return false;
    *ret_changed = changed > 0;
    return true;
}
