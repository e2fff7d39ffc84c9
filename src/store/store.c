#include "store/store.h"

#include <stdarg.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/module.h"
#include "store/backend.h"

#define HINTS 128 /* a power of two, twice the statements: few collisions */

struct stmt {
    struct store *store;
    struct err *e; /* the caller's */
    void *handle;  /* the backend's; NULL: the slot is free */
    char *sql, *types;
    uint64_t used_at;
    bool busy;  /* between stmt_open and stmt_close */
    bool ended; /* its transaction ended before stmt_close */
    bool failed, done;
    bool row;
};

struct store {
    const struct backend *backend;
    void *db;
    const struct migration_set *set;
    enum store_open_how how;
    struct buf description;

    bool in_tx, tx_failed, batch;
    enum tx_kind tx_kind;

    struct stmt stmts[LIMIT_STMT_CACHE];
    struct stmt *hints[HINTS]; /* where the statement at that address was last found */
    uint64_t uses;
};

/* What stmt_open gives when it failed: needs no memory and is never written. */
static const struct stmt stmt_refused = {.failed = true};

/* --- opening --- */

static const struct backend *backend_find(const char *url, const char **ret_target,
                                          const struct migration_set **ret_set, struct err *e)
{
    struct str s = str_of(url);
    if (str_starts(s, "sqlite:")) {
        *ret_target = url + strlen("sqlite:");
        *ret_set = &migrations_sqlite;
        return &backend_sqlite;
    }
    if (str_starts(s, "postgresql://") || str_starts(s, "postgres://")) {
        *ret_target = url;
        *ret_set = &migrations_postgresql;
        return module_api(MODULE_POSTGRESQL, e);
    }
    /* Not shown: it may hold a password. */
    err_set(e, ERR_CONFIG, N_("store.url is neither sqlite:FILE nor postgresql://USER@HOST/DATABASE"));
    return NULL;
}

/* The version of the store must be the program's. */
static bool version_check(struct store *s, int version, struct err *e)
{
    if (version == s->set->count)
        return true;
    const char *who = store_describe(s);
    if (version > s->set->count)
        return err_set(e, ERR_STORE,
                       N_("the store (%s) has version %d and this program knows up to %d: install the newer Talaia"),
                       who, version, s->set->count);
    if (version == 0)
        return err_set(e, ERR_STORE, N_("the store (%s) is empty: run `talaia init`"), who);
    return err_set(
        e, ERR_STORE,
        N_("the store (%s) has version %d and this program needs %d: run `talaia init`, which keeps the data"), who,
        version, s->set->count);
}

bool store_open_set(const char *url, enum store_open_how how, const struct migration_set *set, struct store **ret,
                    struct err *e)
{
    const char *target;
    const struct migration_set *ours;
    const struct backend *backend = backend_find(url, &target, &ours, e);
    void *db;
    if (backend == NULL || !backend->open(target, how, &db, e))
        return false;
    struct store *s = mem_alloc(1, sizeof *s);
    s->backend = backend;
    s->db = db;
    s->set = set != NULL ? set : ours;
    s->how = how;
    s->description = (struct buf)BUF_INIT(LIMIT_ERR_BYTES);
    bool ok = how != STORE_CREATE || store_migrate(s, s->set, e);
    if (ok && how != STORE_EXAMINE) {
        int version = store_schema_version(s, e);
        ok = version >= 0 && version_check(s, version, e);
    }
    if (!ok) {
        store_close(s);
        return false;
    }
    *ret = s;
    return true;
}

bool store_open(const char *url, enum store_open_how how, struct store **ret, struct err *e)
{
    return store_open_set(url, how, NULL, ret, e);
}

static void stmt_forget(struct stmt *c)
{
    if (c->handle == NULL)
        return;
    c->store->backend->finalize(c->handle);
    c->handle = NULL;
    mem_free(c->sql);
    mem_free(c->types);
    c->sql = c->types = NULL;
}

static void stmts_forget(struct store *s)
{
    for (int i = 0; i < LIMIT_STMT_CACHE; i++)
        stmt_forget(&s->stmts[i]);
}

void store_close(struct store *s)
{
    if (s == NULL)
        return;
    if (s->in_tx) /* the caller's struct tx may be gone by now */
        s->backend->rollback(s->db);
    stmts_forget(s);
    s->backend->close(s->db);
    buf_release(&s->description);
    mem_free(s);
}

enum store_kind store_kind(const struct store *s)
{
    return s->backend->kind;
}

const char *store_describe(struct store *s)
{
    buf_clear(&s->description);
    s->backend->describe(s->db, &s->description);
    return buf_text(&s->description);
}

static bool outside_tx(const struct store *s, struct err *e)
{
    return !s->in_tx || err_set(e, ERR_INTERNAL, N_("the store is already in a transaction"));
}

bool store_set_wait(struct store *s, int milliseconds, struct err *e)
{
    return outside_tx(s, e) && s->backend->set_wait(s->db, milliseconds, e);
}

bool store_move_beside(struct store *s, struct err *e)
{
    return outside_tx(s, e) && (s->backend->move_beside == NULL || s->backend->move_beside(s->db, e));
}

int store_schema_version(struct store *s, struct err *e)
{
    struct tx tx;
    int version;
    bool foreign;
    if (!tx_begin(s, TX_READ, &tx, e))
        return -1;
    bool ok = s->backend->version(s->db, &version, &foreign, e);
    if (ok && foreign && s->how != STORE_EXAMINE)
        ok = err_set(e, ERR_STORE, N_("%s belongs to another program: give Talaia a store of its own (store.url)"),
                     store_describe(s));
    tx_rollback(&tx);
    return ok ? version : -1;
}

int store_schema_current(void)
{
    return migrations_sqlite.count;
}

bool store_check(struct store *s, struct err *e)
{
    struct tx tx;
    if (!tx_begin(s, TX_READ, &tx, e))
        return false;
    bool ok = s->backend->check(s->db, e);
    tx_rollback(&tx);
    return ok;
}

bool store_backup(struct store *s, const char *path, struct err *e)
{
    return outside_tx(s, e) && s->backend->backup(s->db, path, e);
}

/* --- transactions --- */

bool tx_begin(struct store *s, enum tx_kind kind, struct tx *ret, struct err *e)
{
    *ret = (struct tx){.store = s};
    bool renewed = false;
    if (!outside_tx(s, e))
        return false;
    bool ok = s->backend->begin(s->db, kind, &renewed, e);
    if (renewed)
        stmts_forget(s);
    if (!ok)
        return false;
    ret->open = true;
    s->tx_kind = kind;
    s->in_tx = true;
    s->tx_failed = s->batch = false;
    if (renewed && s->how == STORE_OPEN) { /* who restarted the database may have upgraded it too */
        int version;
        bool foreign;
        if (!s->backend->version(s->db, &version, &foreign, e) || !version_check(s, version, e)) {
            tx_rollback(ret);
            return false;
        }
    }
    return true;
}

/* The caller's open statements stay theirs until stmt_close, but have no more rows. */
static int stmts_end(struct store *s)
{
    int open = 0;
    for (int i = 0; i < LIMIT_STMT_CACHE; i++) {
        struct stmt *c = &s->stmts[i];
        if (!c->busy || c->ended)
            continue;
        s->backend->reset(c->handle);
        c->ended = true;
        c->row = false;
        open++;
    }
    return open;
}

static void tx_end(struct tx *tx)
{
    tx->store->in_tx = false;
    tx->open = false;
}

bool tx_commit(struct tx *tx, struct err *e)
{
    struct store *s = tx->store;
    if (!tx->open)
        return err_set(e, ERR_INTERNAL, N_("the transaction had ended already"));
    bool failed = s->tx_failed;
    bool left_open = stmts_end(s) > 0;
    if (failed || left_open) {
        tx_rollback(tx);
        return failed ? err_set(e, ERR_STORE, N_("a statement of the transaction had failed: nothing of it was kept"))
                      : err_set(e, ERR_INTERNAL, N_("a statement was left open at the end of its transaction"));
    }
    bool ok = s->backend->commit(s->db, e);
    tx_end(tx);
    return ok;
}

void tx_rollback(struct tx *tx)
{
    if (tx == NULL || !tx->open)
        return;
    /* First: rows that nobody will read need not come. */
    tx->store->backend->rollback(tx->store->db);
    stmts_end(tx->store);
    tx_end(tx);
}

bool tx_lock(struct tx *tx, const char *name, struct err *e)
{
    struct store *s = tx->store;
    if (!tx->open || s->tx_kind == TX_READ)
        return err_set(e, ERR_INTERNAL, N_("a lock was asked for outside a write transaction"));
    if (s->tx_failed)
        return err_set(e, ERR_STORE, N_("an earlier statement of this transaction failed"));
    s->tx_failed = !s->backend->lock(s->db, name, e);
    return !s->tx_failed;
}

void tx_batch_begin(struct tx *tx)
{
    if (tx->open)
        tx->store->batch = tx->store->backend->queue != NULL;
}

bool tx_batch_end(struct tx *tx, struct err *e)
{
    struct store *s = tx->store;
    if (!tx->open)
        return err_set(e, ERR_INTERNAL, N_("the transaction had ended already"));
    if (s->tx_failed)
        return err_set(e, ERR_STORE, N_("an earlier statement of this transaction failed"));
    s->tx_failed = s->batch && !s->backend->flush(s->db, e);
    s->batch = false;
    return !s->tx_failed;
}

bool store_version(struct tx *tx, int *ret_version, bool *ret_foreign, struct err *e)
{
    return tx->store->backend->version(tx->store->db, ret_version, ret_foreign, e);
}

bool store_script(struct tx *tx, const char *sql, struct err *e)
{
    return tx->store->backend->script(tx->store->db, sql, e);
}

/* --- values --- */

/* `spanned`: the text does not end at its first NUL by definition. */
static bool value_text(struct sql_value *v, struct str text, bool spanned, int position, struct err *e)
{
    v->kind = SQL_TEXT;
    v->text = text;
    if (text.n > LIMIT_SQL_TEXT_BYTES)
        return err_set(e, ERR_LIMIT, N_("a text of %zu bytes is larger than the store accepts (value %d, at most %u)"),
                       text.n, position, LIMIT_SQL_TEXT_BYTES);
    if (spanned && memchr(text.p, '\0', text.n) != NULL)
        return err_set(e, ERR_VALUE, N_("a text for the store holds a NUL character (value %d)"), position);
    if (!str_utf8_valid(text))
        return err_set(e, ERR_VALUE, N_("a text for the store is not valid UTF-8 (value %d)"), position);
    return true;
}

static void value_number(struct sql_value *v, int64_t number)
{
    v->kind = SQL_INT;
    v->number = number;
}

/* The values of one call: they stand in the frame of sql_run and sql_int, where SQLite may refer to them until the
 * statement has run. */
struct values {
    int count;
    struct sql_value items[LIMIT_SQL_PARAMS];
    char days[LIMIT_SQL_PARAMS][DAY_TEXT_BYTES];
};

static bool values_take(struct values *ret, const char *types, va_list args, struct err *e)
{
    int n = 0;
    for (; types[n] != '\0'; n++) {
        if (n == LIMIT_SQL_PARAMS)
            return err_set(e, ERR_INTERNAL, N_("a statement has more than %d values"), LIMIT_SQL_PARAMS);
        struct sql_value *v = &ret->items[n];
        v->kind = SQL_NULL;
        struct str text = {NULL, 0};
        switch (types[n]) {
        case 'i': value_number(v, va_arg(args, int64_t)); continue;
        case 'b':
            v->kind = SQL_SMALL;
            v->number = va_arg(args, int);
            continue;
        case 't': {
            instant_t t = va_arg(args, instant_t);
            if (t != INSTANT_NONE)
                value_number(v, t);
            continue;
        }
        case 'd': {
            day_t day = va_arg(args, day_t);
            if (day != DAY_NONE)
                text = str_of(day_iso(day, ret->days[n]));
            break;
        }
        case 's': text = str_of(va_arg(args, const char *)); break;
        case 'z': text = va_arg(args, struct str); break;
        case 'n': break;
        default: return err_set(e, ERR_INTERNAL, N_("'%c' is not a type of value"), types[n]);
        }
        if (text.p != NULL && !value_text(v, text, types[n] == 'z', n + 1, e))
            return false;
    }
    ret->count = n;
    return true;
}

/* --- statements --- */

static bool stmt_is(const struct stmt *c, const char *sql, const char *types)
{
    /* The content is compared even at a known address: whoever builds a statement at run time may reuse the memory. */
    return c->handle != NULL && !c->busy && strcmp(c->sql, sql) == 0 && strcmp(c->types, types) == 0;
}

static struct stmt *stmt_find(struct store *s, const char *sql, const char *types)
{
    struct stmt **hint = &s->hints[((uintptr_t)sql >> 4 ^ (uintptr_t)sql >> 11) % HINTS];
    if (*hint != NULL && stmt_is(*hint, sql, types))
        return *hint;
    for (int i = 0; i < LIMIT_STMT_CACHE; i++) {
        if (stmt_is(&s->stmts[i], sql, types))
            return *hint = &s->stmts[i];
    }
    return NULL;
}

/* A free slot, else the one whose last use is longest ago; NULL when all are in use. */
static struct stmt *stmt_slot(struct store *s)
{
    struct stmt *oldest = NULL;
    for (int i = 0; i < LIMIT_STMT_CACHE; i++) {
        struct stmt *c = &s->stmts[i];
        if (c->busy)
            continue;
        if (c->handle == NULL)
            return c;
        if (oldest == NULL || c->used_at < oldest->used_at)
            oldest = c;
    }
    return oldest;
}

static struct stmt *stmt_prepare(struct store *s, const char *sql, const char *types, struct err *e)
{
    struct stmt *c = stmt_slot(s);
    if (c == NULL) {
        err_set(e, ERR_INTERNAL, N_("more than %d statements are open at once"), LIMIT_STMT_CACHE);
        return NULL;
    }
    stmt_forget(c);
    if (strlen(sql) > LIMIT_SQL_BYTES) {
        err_set(e, ERR_INTERNAL, N_("a statement has more than %u bytes"), LIMIT_SQL_BYTES);
        return NULL;
    }
    void *handle;
    if (!s->backend->prepare(s->db, sql, types, &handle, e))
        return NULL;
    *c = (struct stmt){.store = s, .handle = handle, .sql = mem_dup_text(sql), .types = mem_dup_text(types)};
    return c;
}

enum start {
    START_COPY,    /* the values may go before the statement's last step */
    START_LASTING, /* they outlive it */
    START_QUEUE,   /* nobody waits for the end */
};

/* NULL with a reason; the transaction has then failed. */
static struct stmt *stmt_start(struct tx *tx, struct err *e, struct values *values, enum start how, const char *sql,
                               const char *types, va_list args)
{
    struct store *s = tx->store;
    if (s == NULL || !tx->open) {
        err_set(e, ERR_INTERNAL, N_("a statement stands outside a transaction"));
        return NULL;
    }
    if (s->tx_failed) {
        err_set(e, ERR_STORE, N_("an earlier statement of this transaction failed"));
        return NULL;
    }
    if (!values_take(values, types, args, e))
        goto fail;
    struct stmt *c = stmt_find(s, sql, types);
    if (c == NULL)
        c = stmt_prepare(s, sql, types, e);
    if (c == NULL)
        goto fail;
    if (!(how == START_QUEUE ? s->backend->queue(c->handle, values->items, values->count, e)
                             : s->backend->start(c->handle, values->items, values->count, how == START_LASTING, e)))
        goto fail;
    c->e = e;
    c->used_at = ++s->uses;
    c->busy = how != START_QUEUE;
    c->ended = c->failed = c->done = c->row = false;
    return c;
fail:
    s->tx_failed = true;
    return NULL;
}

struct stmt *stmt_open(struct tx *tx, struct err *e, const char *sql, const char *types, ...)
{
    struct values values;
    va_list args;
    va_start(args, types);
    struct stmt *c = stmt_start(tx, e, &values, START_COPY, sql, types, args);
    va_end(args);
    return c != NULL ? c : (struct stmt *)&stmt_refused;
}

static void stmt_fail(struct stmt *c)
{
    c->failed = true;
    c->row = false;
    c->store->tx_failed = true;
}

bool stmt_next(struct stmt *c)
{
    if (c->failed || c->done || c->ended)
        return false;
    enum sql_step step = c->store->backend->step(c->handle, c->e);
    c->row = step == SQL_ROW;
    c->done = step == SQL_DONE; /* SQLite would begin again */
    if (step == SQL_FAILED)
        stmt_fail(c);
    return c->row;
}

bool stmt_close(struct stmt *c)
{
    if (c == &stmt_refused)
        return false;
    /* A handle that went with a lost connection is gone already. */
    if (!c->ended && c->handle != NULL)
        c->store->backend->reset(c->handle);
    bool ok = !c->failed;
    c->busy = c->row = false;
    return ok;
}

static bool has_column(struct stmt *c, int column)
{
    if (!c->row)
        return false;
    if (column >= 0 && column < c->store->backend->columns(c->handle))
        return true;
    err_set(c->e, ERR_INTERNAL, N_("a statement has no column %d"), column);
    stmt_fail(c);
    return false;
}

bool stmt_null(struct stmt *c, int column)
{
    return !has_column(c, column) || c->store->backend->null(c->handle, column);
}

int64_t stmt_int(struct stmt *c, int column)
{
    int64_t value;
    if (!has_column(c, column))
        return 0;
    if (c->store->backend->integer(c->handle, column, &value))
        return value;
    err_set(c->e, ERR_STORE, N_("column %d of a row of the store is not a whole number; `talaia doctor` examines it"),
            column);
    stmt_fail(c);
    return 0;
}

bool stmt_bool(struct stmt *c, int column)
{
    return stmt_int(c, column) != 0;
}

struct str stmt_str(struct stmt *c, int column)
{
    return has_column(c, column) ? c->store->backend->text(c->handle, column) : (struct str){NULL, 0};
}

const char *stmt_text(struct stmt *c, int column)
{
    struct str text = stmt_str(c, column);
    return text.p == NULL ? "" : text.p;
}

day_t stmt_day(struct stmt *c, int column)
{
    struct str text = stmt_str(c, column);
    day_t day;
    if (text.p == NULL)
        return DAY_NONE;
    if (day_parse_iso(text, &day))
        return day;
    err_set(c->e, ERR_STORE, N_("column %d of a row of the store is not a day; `talaia doctor` examines it"), column);
    stmt_fail(c);
    return DAY_NONE;
}

instant_t stmt_instant(struct stmt *c, int column)
{
    return stmt_null(c, column) ? INSTANT_NONE : stmt_int(c, column);
}

bool sql_run(struct tx *tx, int64_t *ret_changed, struct err *e, const char *sql, const char *types, ...)
{
    struct values values;
    va_list args;
    va_start(args, types);
    bool queued = ret_changed == NULL && tx->open && tx->store->batch;
    struct stmt *c = stmt_start(tx, e, &values, queued ? START_QUEUE : START_LASTING, sql, types, args);
    va_end(args);
    if (c == NULL || queued)
        return c != NULL;
    while (stmt_next(c))
        ;
    int64_t changed = c->failed ? 0 : c->store->backend->changed(c->handle);
    if (!stmt_close(c))
        return false;
    if (ret_changed != NULL)
        *ret_changed = changed;
    return true;
}

bool sql_int(struct tx *tx, int64_t *ret, bool *ret_found, struct err *e, const char *sql, const char *types, ...)
{
    struct values values;
    va_list args;
    va_start(args, types);
    struct stmt *c = stmt_start(tx, e, &values, START_LASTING, sql, types, args);
    va_end(args);
    if (c == NULL)
        return false;
    bool found = stmt_next(c);
    int64_t value = found ? stmt_int(c, 0) : 0;
    if (found && !c->failed && stmt_next(c)) {
        err_set(e, ERR_INTERNAL, N_("a statement for one value gave several rows"));
        stmt_fail(c);
    } else if (!found && !c->failed && ret_found == NULL) {
        err_set(e, ERR_STORE, N_("the store has no value where it needs one; `talaia doctor` examines it"));
        stmt_fail(c);
    }
    if (!stmt_close(c))
        return false;
    if (ret_found != NULL)
        *ret_found = found;
    if (found)
        *ret = value;
    return true;
}

bool sql_insert(struct tx *tx, int64_t *ret_id, bool *ret_new, struct err *e, const char *sql, const char *types, ...)
{
    struct values values;
    struct buf returning = BUF_INIT(LIMIT_SQL_BYTES);
    bool ask = tx->store != NULL && tx->store->backend->inserted == NULL;
    if (ask && !buf_printf(&returning, "%s RETURNING id", sql))
        return err_set(e, ERR_INTERNAL, N_("a statement has more than %u bytes"), LIMIT_SQL_BYTES);
    va_list args;
    va_start(args, types);
    struct stmt *c = stmt_start(tx, e, &values, START_LASTING, ask ? buf_text(&returning) : sql, types, args);
    va_end(args);
    buf_release(&returning);
    if (c == NULL)
        return false;
    bool added = stmt_next(c);
    int64_t id = added ? stmt_int(c, 0) : 0;
    while (stmt_next(c))
        ;
    if (!ask && !c->failed && c->store->backend->changed(c->handle) > 0) {
        added = true;
        id = c->store->backend->inserted(c->handle);
    }
    if (!stmt_close(c))
        return false;
    *ret_new = added;
    if (added)
        *ret_id = id;
    return true;
}
