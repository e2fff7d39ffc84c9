/* Not here: what a row means (src/registry) and when a loss is too large (src/flow/import.c). */
#include "record/registrar.h"

#include "base/mem.h"
#include "base/text.h"

struct registrar {
    struct tx *tx;
    int64_t import_id;
    bool fresh;          /* the store had no body when the import began: insert first, look later */
    unsigned char *seen; /* one bit per body id */
    size_t seen_bytes;
    struct arena scratch;
    struct stmt *open; /* the row shown through registered_before */
};

/* The columns in the order of `put_values`. */
#define VALUE_COLUMNS "key, source_id, description, province, municipality, platform, endpoint, ine10, cds, cda"

void body_key(struct buf *to, struct arena *scratch, struct str description, struct str province,
              struct str municipality)
{
    struct str codes[] = {str_trim(province), str_trim(municipality)};
    buf_clear(to);
    buf_add_text(to, text_fold(scratch, description));
    for (size_t i = 0; i < 2; i++) {
        while (codes[i].n > 1 && codes[i].p[0] == '0')
            codes[i] = str_part(codes[i].p + 1, codes[i].n - 1);
        buf_add_char(to, '|');
        buf_add_str(to, codes[i]);
    }
}

static bool seen_get(const struct registrar *r, int64_t id)
{
    size_t byte = (size_t)id / 8;
    return byte < r->seen_bytes && (r->seen[byte] >> (id % 8) & 1) != 0;
}

static void seen_set(struct registrar *r, int64_t id)
{
    size_t byte = (size_t)id / 8;
    if (byte >= r->seen_bytes) {
        size_t bytes = byte * 2 + 4096;
        r->seen = mem_resize(r->seen, bytes, 1);
        memset(r->seen + r->seen_bytes, 0, bytes - r->seen_bytes);
        r->seen_bytes = bytes;
    }
    r->seen[byte] = (unsigned char)(r->seen[byte] | 1u << (id % 8));
}

bool registrar_open(struct tx *tx, int64_t import_id, struct registrar **ret, struct err *e)
{
    int64_t any = 0;
    if (!sql_int(tx, &any, NULL, e, "SELECT count(*) FROM (SELECT 1 FROM body LIMIT 1) AS one", ""))
        return false;
    struct registrar *r = mem_alloc(1, sizeof *r);
    *r = (struct registrar){.tx = tx, .import_id = import_id, .fresh = any == 0};
    *ret = r;
    return true;
}

void registrar_free(struct registrar *r)
{
    if (r == NULL)
        return;
    if (r->open != NULL)
        (void)!stmt_close(r->open);
    mem_free(r->seen);
    arena_release(&r->scratch);
    mem_free(r);
}

static bool insert(struct registrar *r, const struct registry_values *v, int64_t row, int64_t *ret_id, bool *ret_done,
                   struct err *e)
{
    return sql_insert(r->tx, ret_id, ret_done, e,
                      "INSERT INTO body (" VALUE_COLUMNS
                      ", import_id, import_row) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
                      "$9, $10, $11, $12) ON CONFLICT DO NOTHING",
                      "zzzzzizzddii", v->key, str_part(v->source_id.p == NULL ? "" : v->source_id.p, v->source_id.n),
                      v->description, v->province, v->municipality, (int64_t)v->platform, v->endpoint,
                      v->ine10.n == 0 ? (struct str){NULL, 0} : v->ine10, v->expires[CERT_CDS], v->expires[CERT_CDA],
                      r->import_id, row);
}

#define FIND                                                                                                           \
    "SELECT id, source_id, description, province, municipality, platform, endpoint, ine10, cds, cda, import_id, "      \
    "import_row, gone_import FROM body WHERE "
enum {
    F_ID,
    F_SOURCE,
    F_DESCRIPTION,
    F_PROVINCE,
    F_MUNICIPALITY,
    F_PLATFORM,
    F_ENDPOINT,
    F_INE10,
    F_CDS,
    F_CDA,
    F_IMPORT,
    F_ROW,
    F_GONE
};

/* Opens the statement on the body that the row speaks of; *ret_id 0 when there is none, -1 when there are several. The
 * row stays open in r->open. */
static bool find(struct registrar *r, const struct registry_values *v, int64_t *ret_id, struct err *e)
{
    if (r->open != NULL) {
        struct stmt *last = r->open;
        r->open = NULL;
        if (!stmt_close(last))
            return false;
    }
    *ret_id = 0;
    if (v->source_id.n > 0) {
        r->open = stmt_open(r->tx, e, FIND "source_id = $1 AND source_id <> ''", "z", v->source_id);
        if (stmt_next(r->open)) {
            *ret_id = stmt_int(r->open, F_ID);
            return true;
        }
        struct stmt *last = r->open;
        r->open = NULL;
        if (!stmt_close(last))
            return false;
        /* Known by its name before the source gave ids: it takes the id. */
        r->open = stmt_open(r->tx, e, FIND "key = $1 AND source_id = ''", "z", v->key);
        if (stmt_next(r->open))
            *ret_id = stmt_int(r->open, F_ID);
    } else {
        int64_t count = 0;
        if (!sql_int(r->tx, &count, NULL, e, "SELECT count(*) FROM body WHERE key = $1", "z", v->key))
            return false;
        r->open = stmt_open(r->tx, e, FIND "key = $1", "z", v->key);
        if (stmt_next(r->open))
            *ret_id = count > 1 ? -1 : stmt_int(r->open, F_ID);
    }
    return e->code == ERR_NONE;
}

static bool same(struct stmt *s, int column, struct str value)
{
    return str_equal(str_of(stmt_text(s, column)), value);
}

static bool change(struct registrar *r, const struct registry_values *v, int64_t id, int64_t row, struct err *e)
{
    return sql_run(r->tx, NULL, e,
                   "INSERT INTO body_past (body_id, until_import, " VALUE_COLUMNS
                   ", import_id, import_row, gone_import) "
                   "SELECT id, $2, " VALUE_COLUMNS ", import_id, import_row, gone_import FROM body WHERE id = $1",
                   "ii", id, r->import_id) &&
           sql_run(r->tx, NULL, e,
                   "UPDATE body SET key = COALESCE($2, key), source_id = CASE WHEN $3 = '' THEN source_id ELSE $3 END, "
                   "description = $4, "
                   "province = $5, municipality = $6, platform = $7, endpoint = $8, ine10 = COALESCE($9, ine10), cds = "
                   "$10, "
                   "cda = $11, import_id = $12, import_row = $13, gone_import = NULL WHERE id = $1",
                   "izzzzzizzddii", id,
                   (v->lacks & (LACKS_PROVINCE | LACKS_MUNICIPALITY)) != 0 ? (struct str){NULL, 0} : v->key,
                   str_part(v->source_id.p == NULL ? "" : v->source_id.p, v->source_id.n), v->description, v->province,
                   v->municipality, (int64_t)v->platform, v->endpoint,
                   v->ine10.n == 0 ? (struct str){NULL, 0} : v->ine10, v->expires[CERT_CDS], v->expires[CERT_CDA],
                   r->import_id, row);
}

/* The row, and what its source lacks as it is known. Texts live in r->scratch. */
static struct registry_values complete(struct registrar *r, const struct registry_values *v, struct stmt *s)
{
    struct registry_values full = *v;
    if ((v->lacks & LACKS_PROVINCE) != 0)
        full.province = str_of(arena_strdup(&r->scratch, stmt_text(s, F_PROVINCE)));
    if ((v->lacks & LACKS_MUNICIPALITY) != 0)
        full.municipality = str_of(arena_strdup(&r->scratch, stmt_text(s, F_MUNICIPALITY)));
    if ((v->lacks & LACKS_PLATFORM) != 0)
        full.platform = (enum platform)stmt_int(s, F_PLATFORM);
    if ((v->lacks & LACKS_ENDPOINT) != 0)
        full.endpoint = str_of(arena_strdup(&r->scratch, stmt_text(s, F_ENDPOINT)));
    if ((v->lacks & LACKS_CDS) != 0)
        full.expires[CERT_CDS] = stmt_day(s, F_CDS);
    if ((v->lacks & LACKS_CDA) != 0)
        full.expires[CERT_CDA] = stmt_day(s, F_CDA);
    return full;
}

bool registrar_put(struct registrar *r, const struct registry_values *v, int64_t row, enum registered *ret,
                   struct registered_before *ret_before, struct err *e)
{
    int64_t id = 0;
    bool done = false;
    if (r->fresh) {
        if (!insert(r, v, row, &id, &done, e))
            return false;
    }
    if (!done) {
        if (!find(r, v, &id, e))
            return false;
        if (id == -1) {
            *ret = REGISTERED_AMBIGUOUS;
            return true;
        }
        if (id == 0 && !insert(r, v, row, &id, &done, e))
            return false;
        if (id == 0)
            return err_set(e, ERR_INTERNAL, N_("a body is in the store and cannot be found by its key"));
    }
    if (done) {
        seen_set(r, id);
        *ret = REGISTERED_NEW;
        return true;
    }

    struct stmt *s = r->open;
    if (seen_get(r, id)) {
        *ret_before = (struct registered_before){.row = stmt_int(s, F_IMPORT) == r->import_id ? stmt_int(s, F_ROW) : 0};
        *ret = REGISTERED_DUPLICATE;
        return true;
    }
    seen_set(r, id);
    struct registry_values full;
    if (v->lacks != 0) {
        arena_reset(&r->scratch);
        full = complete(r, v, s);
        v = &full;
    }
    bool gone = !stmt_null(s, F_GONE);
    bool equal = same(s, F_DESCRIPTION, v->description) && same(s, F_PROVINCE, v->province) &&
                 same(s, F_MUNICIPALITY, v->municipality) && stmt_int(s, F_PLATFORM) == (int64_t)v->platform &&
                 same(s, F_ENDPOINT, v->endpoint) && stmt_day(s, F_CDS) == v->expires[CERT_CDS] &&
                 stmt_day(s, F_CDA) == v->expires[CERT_CDA] && (v->ine10.n == 0 || same(s, F_INE10, v->ine10)) &&
                 (v->source_id.n == 0 || same(s, F_SOURCE, v->source_id));
    if (equal && !gone) {
        *ret = REGISTERED_SAME;
        return true;
    }
    /* Copied: the change below ends the statement's row on some backends. */
    if (v->lacks == 0)
        arena_reset(&r->scratch);
    *ret_before = (struct registered_before){
        .description = str_of(arena_strdup(&r->scratch, stmt_text(s, F_DESCRIPTION))),
        .province = str_of(arena_strdup(&r->scratch, stmt_text(s, F_PROVINCE))),
        .municipality = str_of(arena_strdup(&r->scratch, stmt_text(s, F_MUNICIPALITY))),
        .endpoint = str_of(arena_strdup(&r->scratch, stmt_text(s, F_ENDPOINT))),
        .ine10 = str_of(arena_strdup(&r->scratch, stmt_text(s, F_INE10))),
        .platform = (enum platform)stmt_int(s, F_PLATFORM),
        .expires = {[CERT_CDS] = stmt_day(s, F_CDS), [CERT_CDA] = stmt_day(s, F_CDA)},
    };
    r->open = NULL;
    if (!stmt_close(s))
        return false;
    *ret = gone ? REGISTERED_RETURNED : REGISTERED_CHANGED;
    return change(r, v, id, row, e);
}

bool registrar_keep(struct registrar *r, const struct registry_values *v, struct err *e)
{
    int64_t id = 0;
    if (!find(r, v, &id, e))
        return false;
    if (id > 0)
        seen_set(r, id);
    return true;
}

bool registrar_missing(struct registrar *r, int64_t *ret_before, int64_t *ret_missing, struct err *e)
{
    int64_t before = 0, missing = 0;
    if (!r->fresh) {
        /* Bodies that this very import inserted were not there before it; one that came back was gone. */
        struct stmt *s =
            stmt_open(r->tx, e,
                      "SELECT id FROM body b WHERE gone_import IS NULL AND (import_id <> $1 OR EXISTS (SELECT 1 "
                      "FROM body_past p WHERE p.body_id = b.id AND p.until_import = $1 AND p.gone_import IS NULL))",
                      "i", r->import_id);
        while (stmt_next(s)) {
            before++;
            missing += !seen_get(r, stmt_int(s, 0));
        }
        if (!stmt_close(s))
            return false;
    }
    *ret_before = before;
    *ret_missing = missing;
    return true;
}

bool registrar_close(struct registrar *r, void (*each)(void *context, const char *description), void *context,
                     struct err *e)
{
    if (r->fresh)
        return true;
    VEC(int64_t) gone = {0};
    struct stmt *s = stmt_open(r->tx, e, "SELECT id, description FROM body WHERE gone_import IS NULL ORDER BY id", "");
    while (stmt_next(s)) {
        int64_t id = stmt_int(s, 0);
        if (!seen_get(r, id)) {
            vec_push(&gone, id);
            each(context, stmt_text(s, 1));
        }
    }
    bool ok = stmt_close(s);
    for (size_t i = 0; ok && i < gone.count; i++)
        ok = sql_run(r->tx, NULL, e, "UPDATE body SET gone_import = $2 WHERE id = $1", "ii", gone.items[i],
                     r->import_id);
    vec_release(&gone);
    return ok;
}
