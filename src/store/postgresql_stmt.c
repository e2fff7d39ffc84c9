/* Statements of the PostgreSQL store and their rows.
 *
 * Rows stream through the connection one by one, so that a large answer takes no memory. A connection carries one
 * answer at a time: when another statement begins, the rest of the answer under way is first read into its spool,
 * packed. Server-side cursors would avoid that, but every small question — nearly all of them — would then cost three
 * round trips and a new plan instead of one round trip and a prepared plan. */
#include <endian.h>
#include <string.h>

#include "base/mem.h"
#include "store/postgresql.h"

enum { OID_INT8 = 20, OID_INT4 = 23, OID_TEXT = 25 };

struct pg_stmt {
    struct pg *pg;
    unsigned generation;
    char name[24];
    PGresult *row;      /* the current row, unless it is in the spool */
    struct str *fields; /* of the current row; p NULL: NULL */
    int columns;
    int capacity; /* of fields */
    struct buf spool;
    size_t spool_at;
    bool spooled, failed;
    int64_t changed;
};

/* --- rows --- */

static void fields_reserve(struct pg_stmt *s, int columns)
{
    s->columns = columns;
    if (columns > s->capacity) {
        s->fields = mem_resize(s->fields, (size_t)columns, sizeof *s->fields);
        s->capacity = columns;
    }
}

static void row_take(struct pg_stmt *s, PGresult *r)
{
    fields_reserve(s, PQnfields(r));
    for (int i = 0; i < s->columns; i++)
        s->fields[i] =
            PQgetisnull(r, 0, i) ? (struct str){NULL, 0} : str_part(PQgetvalue(r, 0, i), (size_t)PQgetlength(r, 0, i));
    s->row = r;
}

/* A row in the spool: for each column its length (-1: NULL) and, unless NULL, the bytes and a NUL. */
static bool spool_add(struct pg_stmt *s, const PGresult *r)
{
    s->columns = PQnfields(r);
    for (int i = 0; i < PQnfields(r); i++) {
        int32_t n = PQgetisnull(r, 0, i) ? -1 : PQgetlength(r, 0, i);
        if (!buf_add(&s->spool, &n, sizeof n) || (n >= 0 && !buf_add(&s->spool, PQgetvalue(r, 0, i), (size_t)n + 1)))
            return false;
    }
    return true;
}

static bool spool_take(struct pg_stmt *s)
{
    if (s->spool_at == s->spool.n)
        return false;
    fields_reserve(s, s->columns);
    for (int i = 0; i < s->columns; i++) {
        int32_t n;
        memcpy(&n, s->spool.p + s->spool_at, sizeof n);
        s->spool_at += sizeof n;
        s->fields[i] = n < 0 ? (struct str){NULL, 0} : str_part(s->spool.p + s->spool_at, (size_t)n);
        s->spool_at += n < 0 ? 0 : (size_t)n + 1;
    }
    return true;
}

/* The next answer of the connection for the statement under way. SQL_ROW: *ret_row is the caller's. */
static enum sql_step live_step(struct pg_stmt *s, PGresult **ret_row, struct err *e)
{
    struct pg *pg = s->pg;
    PGresult *r = PQgetResult(pg->conn);
    ExecStatusType status = PQresultStatus(r);
    if (r != NULL && status == PGRES_SINGLE_TUPLE) {
        *ret_row = r;
        return SQL_ROW;
    }
    bool ok = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
    if (!ok) {
        pg_fail(pg, r, e);
        s->failed = true;
    } else if (!str_to_int64(str_of(PQcmdTuples(r)), 0, INT64_MAX, &s->changed)) {
        s->changed = 0; /* neither rows nor changes: DDL */
    }
    PQclear(r);
    while ((r = PQgetResult(pg->conn)) != NULL)
        PQclear(r);
    pg->live = NULL;
    return ok ? SQL_DONE : SQL_FAILED;
}

/* The answers of what was queued, in order; the first failure is the reason, and the server skipped what followed it.
 */
bool pg_flush(void *db, struct err *e)
{
    struct pg *pg = db;
    int count = pg->queued;
    if (count == 0)
        return true;
    pg->queued = 0;
    bool ok = PQpipelineSync(pg->conn) == 1 || pg_fail(pg, NULL, e);
    for (int i = 0; i < count; i++) {
        for (PGresult *r; (r = PQgetResult(pg->conn)) != NULL; PQclear(r)) {
            ExecStatusType status = PQresultStatus(r);
            if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
                ok = ok && pg_fail(pg, r, e);
        }
    }
    PQclear(PQgetResult(pg->conn)); /* the end of the batch */
    return (PQexitPipelineMode(pg->conn) == 1 && ok) || pg_fail(pg, NULL, e);
}

void pg_break(struct pg *pg)
{
    struct err ignored_reason = {0};
    (void)pg_flush(pg, &ignored_reason);
    if (pg->live == NULL)
        return;
    char ignored[256];
    PGcancel *cancel = PQgetCancel(pg->conn);
    if (cancel != NULL)
        (void)PQcancel(cancel, ignored, sizeof ignored);
    PQfreeCancel(cancel);
    PGresult *r;
    while ((r = PQgetResult(pg->conn)) != NULL)
        PQclear(r);
    pg->live->failed = true;
    pg->live = NULL;
}

bool pg_idle(struct pg *pg, struct err *e)
{
    struct pg_stmt *s = pg->live;
    if (s == NULL)
        return pg_flush(pg, e);
    s->spooled = true;
    PGresult *r = NULL;
    enum sql_step step;
    while ((step = live_step(s, &r, e)) == SQL_ROW) {
        bool kept = spool_add(s, r);
        PQclear(r);
        if (!kept) {
            pg_break(pg);
            return err_set(e, ERR_LIMIT, N_("a list that other statements interrupt has more than %u MB of rows"),
                           LIMIT_STORE_SPOOL_BYTES >> 20);
        }
    }
    return step == SQL_DONE;
}

/* --- statements --- */

static Oid oid_of(char type)
{
    switch (type) {
    case 'i':
    case 't': return OID_INT8;
    case 'b': return OID_INT4;
    case 'n': return 0;
    default: return OID_TEXT;
    }
}

bool pg_stmt_prepare(void *db, const char *sql, const char *types, void **ret_stmt, struct err *e)
{
    struct pg *pg = db;
    if (pg->unused.n > 0) {
        PGresult *r = pg_exec(pg, buf_text(&pg->unused), e);
        PQclear(r);
        if (r == NULL)
            return false;
        buf_clear(&pg->unused);
    }
    Oid oids[LIMIT_SQL_PARAMS];
    int count = (int)strlen(types);
    for (int i = 0; i < count; i++)
        oids[i] = oid_of(types[i]);
    struct pg_stmt *s = mem_alloc(1, sizeof *s);
    s->pg = pg;
    s->generation = pg->generation;
    s->spool = (struct buf)BUF_INIT(LIMIT_STORE_SPOOL_BYTES);
    (void)snprintf(s->name, sizeof s->name, "talaia_%u", ++pg->serial);
    if (!pg_idle(pg, e)) {
        mem_free(s);
        return false;
    }
    PGresult *r = PQprepare(pg->conn, s->name, sql, count, oids);
    bool ok = PQresultStatus(r) == PGRES_COMMAND_OK || pg_fail(pg, r, e);
    PQclear(r);
    if (!ok) {
        mem_free(s);
        return false;
    }
    *ret_stmt = s;
    return true;
}

void pg_stmt_finalize(void *stmt)
{
    struct pg_stmt *s = stmt;
    if (s->generation == s->pg->generation)
        buf_printf(&s->pg->unused, "DEALLOCATE %s;", s->name);
    PQclear(s->row);
    mem_free(s->fields);
    buf_release(&s->spool);
    mem_free(s);
}

/* Values as libpq takes them. Binary: numbers need no printing, text no copy that ends in NUL. */
struct parameters {
    const char *at[LIMIT_SQL_PARAMS];
    int lengths[LIMIT_SQL_PARAMS], formats[LIMIT_SQL_PARAMS];
    union {
        uint64_t big;
        uint32_t small;
    } numbers[LIMIT_SQL_PARAMS];
};

static bool stmt_send(struct pg_stmt *s, const struct sql_value *values, int count, struct err *e)
{
    struct parameters p;
    for (int i = 0; i < count; i++) {
        const struct sql_value *v = &values[i];
        p.formats[i] = 1;
        p.at[i] = (const char *)&p.numbers[i];
        switch (v->kind) {
        case SQL_NULL:
            p.at[i] = NULL;
            p.lengths[i] = 0;
            break;
        case SQL_INT:
            p.numbers[i].big = htobe64((uint64_t)v->number);
            p.lengths[i] = 8;
            break;
        case SQL_SMALL:
            p.numbers[i].small = htobe32((uint32_t)v->number);
            p.lengths[i] = 4;
            break;
        case SQL_TEXT:
            p.at[i] = v->text.p;
            p.lengths[i] = (int)v->text.n;
            break;
        }
    }
    return PQsendQueryPrepared(s->pg->conn, s->name, count, p.at, p.lengths, p.formats, 0) == 1 ||
           pg_fail(s->pg, NULL, e);
}

bool pg_stmt_start(void *stmt, const struct sql_value *values, int count, bool lasting, struct err *e)
{
    (void)lasting; /* libpq copies all of it into what it sends */
    struct pg_stmt *s = stmt;
    s->failed = s->spooled = false;
    s->changed = 0;
    if (!pg_idle(s->pg, e) || !stmt_send(s, values, count, e))
        return false;
    (void)PQsetSingleRowMode(s->pg->conn);
    s->pg->live = s;
    return true;
}

bool pg_stmt_queue(void *stmt, const struct sql_value *values, int count, struct err *e)
{
    struct pg_stmt *s = stmt;
    struct pg *pg = s->pg;
    if (pg->queued == 0 && (!pg_idle(pg, e) || PQenterPipelineMode(pg->conn) != 1))
        return pg_fail(pg, NULL, e);
    pg->queued++; /* also when sending fails: the mode has to be left */
    return stmt_send(s, values, count, e) && (pg->queued < LIMIT_STORE_BATCH || pg_flush(pg, e));
}

enum sql_step pg_stmt_step(void *stmt, struct err *e)
{
    struct pg_stmt *s = stmt;
    PQclear(s->row);
    s->row = NULL;
    if (s->pg->live == s) {
        PGresult *r = NULL;
        enum sql_step step = live_step(s, &r, e);
        if (step == SQL_ROW)
            row_take(s, r);
        return step;
    }
    if (s->failed) {
        err_set(e, ERR_STORE, N_("another statement of this transaction failed"));
        return SQL_FAILED;
    }
    return s->spooled && spool_take(s) ? SQL_ROW : SQL_DONE;
}

void pg_stmt_reset(void *stmt)
{
    struct pg_stmt *s = stmt;
    PQclear(s->row);
    s->row = NULL;
    if (s->pg->live == s) {
        /* An error here aborts the transaction in the server, and COMMIT then tells. */
        struct err ignored = {0};
        PGresult *r = NULL;
        while (live_step(s, &r, &ignored) == SQL_ROW)
            PQclear(r);
    }
    buf_release(&s->spool);
    s->spool_at = 0;
    s->spooled = false;
}

int64_t pg_stmt_changed(void *stmt)
{
    return ((struct pg_stmt *)stmt)->changed;
}

int pg_stmt_columns(void *stmt)
{
    return ((struct pg_stmt *)stmt)->columns;
}

bool pg_stmt_null(void *stmt, int column)
{
    return ((struct pg_stmt *)stmt)->fields[column].p == NULL;
}

bool pg_stmt_integer(void *stmt, int column, int64_t *ret)
{
    struct str text = ((struct pg_stmt *)stmt)->fields[column];
    *ret = 0;
    if (text.p == NULL)
        return true;
    if (str_is(text, "t") || str_is(text, "f")) { /* a comparison in the list of a SELECT */
        *ret = text.p[0] == 't';
        return true;
    }
    return str_to_int64(text, INT64_MIN, INT64_MAX, ret);
}

struct str pg_stmt_text(void *stmt, int column)
{
    return ((struct pg_stmt *)stmt)->fields[column];
}
