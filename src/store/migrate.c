#include "store/backend.h"

/* One version: its statements and the note that they were applied, together or not at all. The version is read under
 * the lock, so that two who upgrade at once do it once. */
static bool version_apply(struct tx *tx, const struct migration_set *set, bool *ret_done, struct err *e)
{
    int version;
    bool foreign;
    if (!tx_lock(tx, "schema", e) || !store_version(tx, &version, &foreign, e))
        return false;
    *ret_done = version >= set->count;
    if (*ret_done)
        return true;
    if (foreign)
        return err_set(e, ERR_STORE, N_("%s belongs to another program: give Talaia a store of its own (store.url)"),
                       store_describe(tx->store));
    const struct migration *next = &set->items[version];
    if (!store_script(tx, next->sql, e)) {
        err_where(e, "schema version %d", next->version);
        return false;
    }
    return sql_run(tx, NULL, e, "INSERT INTO schema_version (version, applied_at) VALUES ($1, $2)", "it",
                   (int64_t)next->version, clock_system().now);
}

bool store_migrate(struct store *s, const struct migration_set *set, struct err *e)
{
    for (bool done = false; !done;) {
        struct tx tx;
        if (!tx_begin(s, TX_WRITE, &tx, e))
            return false;
        if (!version_apply(&tx, set, &done, e)) {
            tx_rollback(&tx);
            return false;
        }
        if (!tx_commit(&tx, e))
            return false;
    }
    return true;
}
