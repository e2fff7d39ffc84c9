#include "record/directory.h"

static const char *known(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

bool directory_put(struct tx *tx, const struct directory_entry *d, bool *ret_new, struct err *e)
{
    int64_t before = 0;
    if (!sql_int(tx, &before, NULL, e, "SELECT count(*) FROM directory WHERE name_key = $1", "s", d->name_key))
        return false;
    *ret_new = before == 0;
    return sql_run(tx, NULL, e,
                   "INSERT INTO directory (name_key, name, ine10, kind, province, municipality, nif) VALUES ($1, $2, "
                   "$3, COALESCE(NULLIF($4, ''), 'other'), "
                   "$5, $6, $7) ON CONFLICT (name_key) DO UPDATE SET name = $2, ine10 = COALESCE($3, directory.ine10), "
                   "nif = COALESCE($7, directory.nif), kind = COALESCE(NULLIF($4, ''), directory.kind), "
                   "province = COALESCE(NULLIF($5, ''), directory.province), "
                   "municipality = COALESCE(NULLIF($6, ''), directory.municipality)",
                   "sssssss", d->name_key, d->name, known(d->ine10), d->kind, d->province, d->municipality,
                   known(d->nif));
}

bool directory_count(struct tx *tx, int64_t *ret, struct err *e)
{
    return sql_int(tx, ret, NULL, e, "SELECT count(*) FROM directory", "");
}

bool directory_load(struct tx *tx, struct arena *a, struct directory_entry **ret, size_t *ret_count, struct err *e)
{
    int64_t expected = 0;
    if (!directory_count(tx, &expected, e))
        return false;
    struct directory_entry *items = arena_array(a, struct directory_entry, (size_t)expected);
    size_t count = 0;
    struct stmt *s = stmt_open(
        tx, e, "SELECT name_key, name, ine10, kind, province, municipality, nif FROM directory ORDER BY name_key", "");
    while (count < (size_t)expected && stmt_next(s)) {
        items[count++] = (struct directory_entry){
            .name_key = arena_strdup(a, stmt_text(s, 0)),
            .name = arena_strdup(a, stmt_text(s, 1)),
            .ine10 = arena_strdup(a, stmt_text(s, 2)),
            .kind = arena_strdup(a, stmt_text(s, 3)),
            .province = arena_strdup(a, stmt_text(s, 4)),
            .municipality = arena_strdup(a, stmt_text(s, 5)),
            .nif = arena_strdup(a, stmt_text(s, 6)),
        };
    }
    if (!stmt_close(s))
        return false;
    *ret = items;
    *ret_count = count;
    return true;
}
