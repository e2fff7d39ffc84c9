#include "record/integration_file.h"

#include "record/blob.h"

static const struct {
    const char *code, *words;
} roles[INTEGRATION_ROLE_COUNT] = {
#define X(name, code, words) {(code), (words)},
    INTEGRATION_ROLES(X)
#undef X
};
static const char *const finding_codes[INTEGRATION_FINDING_KINDS] = {
#define X(name, code) (code),
    INTEGRATION_FINDINGS(X)
#undef X
};

const char *integration_role_code(enum integration_role r)
{
    return roles[r].code;
}

const char *integration_role_words(enum integration_role r)
{
    return roles[r].words;
}

bool integration_role_parse(struct str code, enum integration_role *ret)
{
    for (int r = 0; r < INTEGRATION_ROLE_COUNT; r++) {
        if (str_is(code, roles[r].code)) {
            *ret = (enum integration_role)r;
            return true;
        }
    }
    return false;
}

static bool add_bytes(struct tx *tx, int64_t id, struct str bytes, struct err *e)
{
    char *text = blob_text(bytes);
    bool ok = sql_run(tx, NULL, e, "INSERT INTO integration_bytes (file_id, base64) VALUES ($1, $2)", "is", id, text);
    mem_free(text);
    return ok;
}

bool integration_file_add(struct tx *tx, const struct by *by, const struct integration_file *f, struct str bytes,
                          const struct integration_finding *findings, size_t count, int64_t *ret_id, struct err *e)
{
    int64_t id = 0;
    bool ok = f->role == INTEGRATION_ROLE_OTHER ||
              sql_run(tx, NULL, e, "UPDATE integration_file SET replaced = 1 WHERE integration_id = $1 AND role = $2",
                      "is", f->integration_id, roles[f->role].code);
    ok = ok &&
         sql_int(tx, &id, NULL, e,
                 "INSERT INTO integration_file (integration_id, role, name, sha256, bytes, source, kind, "
                 "verdict, signer, signer_nif, signed, fingerprint, not_after, accepted_who, accepted_why, "
                 "replaced, at, who) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', '', 0, "
                 "$14, $15) RETURNING id",
                 "isssisssss"
                 "tst"
                 "ts",
                 f->integration_id, roles[f->role].code, f->name, f->sha256, f->bytes, f->source, f->kind, f->verdict,
                 f->signer, f->signer_nif, f->signed_at, f->fingerprint, f->not_after, by->at, by->who);
    for (size_t i = 0; ok && i < count; i++)
        ok = sql_run(tx, NULL, e,
                     "INSERT INTO integration_finding (file_id, kind, code, text, other, day) VALUES ($1, $2, $3, $4, "
                     "$5, $6)",
                     "issssd", id, finding_codes[findings[i].kind], findings[i].code, findings[i].text,
                     findings[i].other, findings[i].day);
    ok = ok && (bytes.p == NULL || add_bytes(tx, id, bytes, e));
    if (ok)
        *ret_id = id;
    return ok;
}

bool integration_files_load(struct tx *tx, struct arena *a, int64_t integration_id, struct integration_file **ret,
                            size_t *ret_count, struct err *e)
{
    VEC(struct integration_file) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT id, role, name, sha256, bytes, source, kind, verdict, signer, signer_nif, "
                               "signed, fingerprint, not_after, accepted, accepted_who, accepted_why, replaced, at, "
                               "who, until FROM integration_file WHERE integration_id = $1 ORDER BY id",
                               "i", integration_id);
    while (stmt_next(s)) {
        struct integration_file f = {
            .id = stmt_int(s, 0),
            .integration_id = integration_id,
            .role = INTEGRATION_ROLE_OTHER,
            .name = arena_strdup(a, stmt_text(s, 2)),
            .sha256 = arena_strdup(a, stmt_text(s, 3)),
            .bytes = stmt_int(s, 4),
            .source = arena_strdup(a, stmt_text(s, 5)),
            .kind = arena_strdup(a, stmt_text(s, 6)),
            .verdict = arena_strdup(a, stmt_text(s, 7)),
            .signer = arena_strdup(a, stmt_text(s, 8)),
            .signer_nif = arena_strdup(a, stmt_text(s, 9)),
            .signed_at = stmt_instant(s, 10),
            .fingerprint = arena_strdup(a, stmt_text(s, 11)),
            .not_after = stmt_instant(s, 12),
            .accepted = stmt_instant(s, 13),
            .accepted_who = arena_strdup(a, stmt_text(s, 14)),
            .accepted_why = arena_strdup(a, stmt_text(s, 15)),
            .replaced = stmt_bool(s, 16),
            .at = stmt_instant(s, 17),
            .who = arena_strdup(a, stmt_text(s, 18)),
            .until = stmt_instant(s, 19),
        };
        (void)integration_role_parse(stmt_str(s, 1), &f.role);
        vec_push(&found, f);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool integration_findings_load(struct tx *tx, struct arena *a, int64_t file_id, struct integration_finding **ret,
                               size_t *ret_count, struct err *e)
{
    VEC(struct integration_finding) found = {0};
    struct stmt *s =
        stmt_open(tx, e, "SELECT kind, code, text, other, day FROM integration_finding WHERE file_id = $1 ORDER BY id",
                  "i", file_id);
    while (stmt_next(s)) {
        struct integration_finding f = {
            .code = arena_strdup(a, stmt_text(s, 1)),
            .text = arena_strdup(a, stmt_text(s, 2)),
            .other = arena_strdup(a, stmt_text(s, 3)),
            .day = stmt_day(s, 4),
        };
        for (int k = 0; k < INTEGRATION_FINDING_KINDS; k++) {
            if (str_is(stmt_str(s, 0), finding_codes[k]))
                f.kind = (enum integration_finding_kind)k;
        }
        vec_push(&found, f);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool integration_file_bytes(struct tx *tx, int64_t file_id, struct buf *to, bool *ret_found, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT base64 FROM integration_bytes WHERE file_id = $1", "i", file_id);
    bool found = stmt_next(s), good = !found || blob_read(stmt_str(s, 0), to);
    if (!stmt_close(s))
        return false;
    if (!good)
        return err_set(e, ERR_STORE, N_("the bytes of the file %lld cannot be read"), (long long)file_id);
    *ret_found = found;
    return true;
}

bool integration_file_accept(struct tx *tx, const struct by *by, int64_t file_id, const char *why, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE integration_file SET accepted = $2, accepted_who = $3, accepted_why = $4 WHERE id = $1",
                   "itss", file_id, by->at, by->who, why);
}

bool integration_file_replace(struct tx *tx, int64_t file_id, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE integration_file SET replaced = 1 WHERE id = $1", "i", file_id);
}
