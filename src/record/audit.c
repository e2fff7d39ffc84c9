#include "record/audit.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

#include "base/buf.h"

#define HASH_HEX_BYTES (crypto_hash_sha256_BYTES * 2 + 1)

/* The hash covers every field with its length, so that no two lines can be confused by moving a separator. */
static void line_hash(char out[HASH_HEX_BYTES], const char *previous, instant_t at, const char *who, const char *what,
                      int64_t body_id, const char *detail)
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    char number[64];
    (void)snprintf(number, sizeof number, "%" PRId64 " %" PRId64, at, body_id);
    const char *fields[] = {previous, number, who, what, detail};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char length[32];
        int n = snprintf(length, sizeof length, "%zu:", strlen(fields[i]));
        crypto_hash_sha256_update(&state, (const unsigned char *)length, (unsigned long long)n);
        crypto_hash_sha256_update(&state, (const unsigned char *)fields[i], strlen(fields[i]));
    }
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(&state, hash);
    sodium_bin2hex(out, HASH_HEX_BYTES, hash, sizeof hash);
}

bool audit_add(struct tx *tx, const struct by *by, const char *what, int64_t body_id, const char *detail, struct err *e)
{
    if (!tx_lock(tx, "audit", e))
        return false;
    char previous[HASH_HEX_BYTES] = "";
    struct stmt *s = stmt_open(tx, e, "SELECT hash FROM audit ORDER BY id DESC LIMIT 1", "");
    if (stmt_next(s))
        (void)snprintf(previous, sizeof previous, "%s", stmt_text(s, 0));
    if (!stmt_close(s))
        return false;
    char hash[HASH_HEX_BYTES];
    line_hash(hash, previous, by->at, by->who, what, body_id, detail);
    return sql_run(
        tx, NULL, e,
        "INSERT INTO audit (at, who, what, body_id, detail, previous, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        "tssisss", by->at, by->who, what, body_id, detail, previous, hash);
}

bool audit_find(struct tx *tx, struct arena *a, const struct audit_filter *f, size_t most, struct audit_lines *ret,
                struct err *e)
{
    VEC(struct audit_line) lines = {0};
    struct stmt *s = stmt_open(
        tx, e,
        "SELECT id, at, who, what, body_id, detail FROM audit WHERE ($2 = '' OR who = $2) AND ($3 = '' OR what = $3) "
        "AND ($4 = '' OR replace(lower(detail), lower($4), '') <> lower(detail)) AND ($5 = 0 OR at >= $5) AND ($6 = 0 "
        "OR at < $6) ORDER BY id DESC LIMIT $1",
        "isssii", (int64_t)most, f->who, f->what, f->text, f->from == INSTANT_NONE ? 0 : f->from,
        f->until == INSTANT_NONE ? 0 : f->until);
    while (stmt_next(s)) {
        struct audit_line line = {
            .id = stmt_int(s, 0),
            .at = stmt_instant(s, 1),
            .who = arena_strdup(a, stmt_text(s, 2)),
            .what = arena_strdup(a, stmt_text(s, 3)),
            .body_id = stmt_int(s, 4),
            .detail = arena_strdup(a, stmt_text(s, 5)),
        };
        vec_push(&lines, line);
    }
    bool ok = stmt_close(s);
    if (ok)
        *ret = (struct audit_lines){vec_to_arena(&lines, a), lines.count};
    vec_release(&lines);
    return ok;
}

bool audit_load(struct tx *tx, struct arena *a, size_t most, struct audit_lines *ret, struct err *e)
{
    const struct audit_filter all = {.who = "", .what = "", .text = "", .from = INSTANT_NONE, .until = INSTANT_NONE};
    return audit_find(tx, a, &all, most, ret, e);
}

static bool names_load(struct tx *tx, struct arena *a, const char *sql, const char ***ret, size_t *ret_count,
                       struct err *e)
{
    VEC(const char *) list = {0};
    struct stmt *s = stmt_open(tx, e, sql, "");
    while (stmt_next(s))
        vec_push(&list, arena_strdup(a, stmt_text(s, 0)));
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&list, a);
        *ret_count = list.count;
    }
    vec_release(&list);
    return ok;
}

bool audit_kinds(struct tx *tx, struct arena *a, const char ***ret_who, size_t *ret_who_count, const char ***ret_what,
                 size_t *ret_what_count, struct err *e)
{
    return names_load(tx, a, "SELECT DISTINCT who FROM audit ORDER BY who", ret_who, ret_who_count, e) &&
           names_load(tx, a, "SELECT DISTINCT what FROM audit ORDER BY what", ret_what, ret_what_count, e);
}

bool audit_verify(struct tx *tx, int64_t *ret_lines, struct err *e)
{
    char expected[HASH_HEX_BYTES] = "";
    int64_t count = 0, broken = 0;
    struct stmt *s =
        stmt_open(tx, e, "SELECT id, at, who, what, body_id, detail, previous, hash FROM audit ORDER BY id", "");
    while (broken == 0 && stmt_next(s)) {
        char hash[HASH_HEX_BYTES];
        line_hash(hash, stmt_text(s, 6), stmt_instant(s, 1), stmt_text(s, 2), stmt_text(s, 3), stmt_int(s, 4),
                  stmt_text(s, 5));
        if (strcmp(stmt_text(s, 6), expected) != 0 || strcmp(stmt_text(s, 7), hash) != 0)
            broken = stmt_int(s, 0);
        memcpy(expected, hash, sizeof expected);
        count++;
    }
    if (!stmt_close(s))
        return false;
    if (broken != 0)
        return err_set(e, ERR_STORE,
                       N_("the audit trail was altered: line %" PRId64 " does not continue the one before it"), broken);
    *ret_lines = count;
    return true;
}
