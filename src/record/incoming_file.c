#include "record/incoming_file.h"

#include "record/blob.h"

bool incoming_file_add(struct tx *tx, int64_t incoming_id, const char *name, size_t size, struct str bytes,
                       struct err *e)
{
    char *text = bytes.p == NULL ? NULL : blob_text(bytes);
    bool ok =
        sql_run(tx, NULL, e, "INSERT INTO incoming_file (incoming_id, name, bytes, base64) VALUES ($1, $2, $3, $4)",
                "isis", incoming_id, name, (int64_t)size, text == NULL ? "" : text);
    mem_free(text);
    return ok;
}

bool incoming_files_load(struct tx *tx, struct arena *a, int64_t incoming_id, struct incoming_file **ret,
                         size_t *ret_count, struct err *e)
{
    VEC(struct incoming_file) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT id, name, bytes, CASE WHEN base64 = '' THEN 0 ELSE 1 END FROM incoming_file "
                               "WHERE incoming_id = $1 ORDER BY id",
                               "i", incoming_id);
    while (stmt_next(s))
        vec_push(&found, (struct incoming_file){.id = stmt_int(s, 0),
                                                .name = arena_strdup(a, stmt_text(s, 1)),
                                                .bytes = stmt_int(s, 2),
                                                .kept = stmt_int(s, 3) == 1});
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool incoming_file_bytes(struct tx *tx, int64_t incoming_id, int64_t id, struct buf *to, struct err *e)
{
    struct stmt *s =
        stmt_open(tx, e, "SELECT base64 FROM incoming_file WHERE incoming_id = $1 AND id = $2 AND base64 <> ''", "ii",
                  incoming_id, id);
    bool found = stmt_next(s), good = !found || blob_read(stmt_str(s, 0), to);
    if (!stmt_close(s))
        return false;
    if (!found)
        return err_set(e, ERR_UNKNOWN, N_("the mail %lld has no file %lld that is kept"), (long long)incoming_id,
                       (long long)id);
    return good || err_set(e, ERR_STORE, N_("the bytes of the file %lld of a mail cannot be read"), (long long)id);
}
