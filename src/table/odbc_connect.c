/* Connecting for reading, and telling why not without telling a secret. */
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "table/odbc.h"

#define TEXT(s) ((SQLCHAR *)(uintptr_t)(s)) /* ODBC's arguments are not const, though they are not written to */
#define LOGIN_SECONDS 15                    /* a database that is there answers within one */
#define SCHEMAS 8                           /* SQLite attaches ten at most */

/* --- the connection string --- */

/* Takes "KEY=value;" or "KEY={va;lue};" off the front. */
static bool next_pair(struct str *s, struct str *ret_key, struct str *ret_value)
{
    while (s->n > 0 && (s->p[0] == ';' || s->p[0] == ' '))
        *s = str_part(s->p + 1, s->n - 1);
    size_t equals = str_find(*s, '=');
    if (equals == s->n)
        return false;
    struct str value = str_part(s->p + equals + 1, s->n - equals - 1);
    *ret_key = str_trim(str_part(s->p, equals));
    size_t n;
    if (value.n > 0 && value.p[0] == '{') {
        /* }} is a brace inside. */
        for (n = 1; n < value.n && (value.p[n] != '}' || (n + 1 < value.n && value.p[n + 1] == '}')); n++)
            n += value.p[n] == '}';
        *ret_value = str_part(value.p + 1, n - 1);
        n += n < value.n;
    } else {
        n = str_find(value, ';');
        *ret_value = str_part(value.p, n);
    }
    *s = str_part(value.p + n, value.n - n);
    return true;
}

static bool is_secret(struct arena *a, struct str key)
{
    static const char *const words[] = {"pwd", "pass", "secret", "token", "key"};
    char *lower = arena_text(a, key);
    for (char *p = lower; *p != '\0'; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p | 0x20) : *p;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strstr(lower, words[i]) != NULL)
            return true;
    }
    return false;
}

static void understand(struct odbc_connection *c, const char *text)
{
    struct str rest = str_of(text), key, value;
    c->name = strchr(text, '=') == NULL ? arena_strdup(&c->arena, text) : "ODBC";
    while (next_pair(&rest, &key, &value)) {
        if (str_is_nocase(key, "DSN") && value.n > 0)
            c->name = arena_text(&c->arena, value);
        if (value.n > 0 && is_secret(&c->arena, key))
            vec_push(&c->secrets, arena_text(&c->arena, value));
    }
}

/* --- errors --- */

static const char *without_secrets(const struct odbc_connection *c, struct arena *a, const char *message)
{
    for (size_t i = 0; i < c->secrets.count; i++) {
        const char *secret = c->secrets.items[i], *at;
        struct buf out = BUF_INIT(16 * LIMIT_ERR_BYTES);
        for (; (at = strstr(message, secret)) != NULL; message = at + strlen(secret)) {
            buf_add(&out, message, (size_t)(at - message));
            buf_add_text(&out, "***");
        }
        buf_add_text(&out, message);
        message = arena_text(a, buf_str(&out));
        buf_release(&out);
    }
    return message;
}

bool odbc_error(const struct odbc_connection *c, SQLSMALLINT kind, SQLHANDLE handle, const char *format, struct err *e)
{
    SQLCHAR state[6] = "HY000", message[2 * LIMIT_ERR_BYTES] = "";
    SQLINTEGER native;
    SQLSMALLINT n = 0;
    if (!SQL_SUCCEEDED(SQLGetDiagRec(kind, handle, 1, state, &native, message, sizeof message, &n)))
        (void)snprintf((char *)message, sizeof message, "%s", "the driver gives no reason");
    /* Drivers write several lines, the last one ended; an error is one line. */
    for (SQLCHAR *p = message; *p != '\0'; p++)
        *p = *p == '\n' || *p == '\r' || *p == '\t' ? ' ' : *p;
    struct arena a = {0};
    const char *text = arena_text(&a, str_trim(str_of((const char *)message)));
    err_set(e, ERR_SOURCE, format, c->name, without_secrets(c, &a, text), (const char *)state);
    arena_release(&a);
    return false;
}

/* --- connecting --- */

static bool execute(struct odbc_connection *c, const char *sql, struct err *e)
{
    SQLHSTMT s;
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, c->handle, &s)))
        return odbc_error(c, SQL_HANDLE_DBC, c->handle, N_("%s: the database does not take a statement: %s (%s)"), e);
    bool ok = SQL_SUCCEEDED(SQLExecDirect(s, TEXT(sql), SQL_NTS));
    if (!ok)
        odbc_error(c, SQL_HANDLE_STMT, s, N_("%s: the database cannot be prepared for reading: %s (%s)"), e);
    SQLFreeHandle(SQL_HANDLE_STMT, s);
    return ok;
}

static enum odbc_product find_product(SQLHDBC handle)
{
    static const struct {
        const char *name;
        enum odbc_product product;
    } products[] = {{"Oracle", ODBC_ORACLE}, {"PostgreSQL", ODBC_POSTGRESQL}, {"SQLite", ODBC_SQLITE}};
    SQLCHAR name[128] = "";
    SQLSMALLINT n;
    if (!SQL_SUCCEEDED(SQLGetInfo(handle, SQL_DBMS_NAME, name, sizeof name, &n)))
        return ODBC_OTHER;
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        if (str_starts(str_of((const char *)name), products[i].name))
            return products[i].product;
    }
    return ODBC_OTHER;
}

/* The schema of the next table after FROM or JOIN in the query; advances. */
static bool next_schema(struct str *sql, struct str *ret)
{
    static const char stops[] = " \t\r\n(),;";
    bool after = false;
    while (sql->n > 0) {
        size_t n = 0;
        while (n < sql->n && strchr(stops, sql->p[n]) == NULL)
            n++;
        struct str word = str_part(sql->p, n);
        n += n == 0;
        *sql = str_part(sql->p + n, sql->n - n);
        if (word.n == 0)
            continue;
        size_t point = str_find(word, '.');
        bool table = after && point > 0 && point < word.n;
        /* After a comma, tables go on; the prefixes of columns are table aliases, which follow other words. */
        after = str_is_nocase(word, "FROM") || str_is_nocase(word, "JOIN");
        if (table) {
            *ret = str_part(word.p, point);
            return true;
        }
    }
    return false;
}

static bool is_attached(struct odbc_connection *c, struct str schema, char *ret_file, size_t size, struct err *e)
{
    SQLHSTMT s;
    bool found = false;
    SQLCHAR name[256];
    SQLLEN n;
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, c->handle, &s)))
        return odbc_error(c, SQL_HANDLE_DBC, c->handle, N_("%s: the database does not take a statement: %s (%s)"), e);
    if (SQL_SUCCEEDED(SQLExecDirect(s, TEXT("PRAGMA database_list"), SQL_NTS))) {
        while (SQL_SUCCEEDED(SQLFetch(s)) && SQL_SUCCEEDED(SQLGetData(s, 2, SQL_C_CHAR, name, sizeof name, &n))) {
            found = found || str_is_nocase(schema, (const char *)name);
            if (strcmp((const char *)name, "main") == 0)
                (void)SQLGetData(s, 3, SQL_C_CHAR, ret_file, (SQLLEN)size, &n);
        }
    }
    SQLFreeHandle(SQL_HANDLE_STMT, s);
    return found;
}

/* SQLite has no schemas but attached files: the production query's REGSERVPADRO becomes one more name of the file. */
static bool attach_schemas(struct odbc_connection *c, const char *sql, struct err *e)
{
    struct str rest = str_of(sql), schema;
    for (int i = 0; i < SCHEMAS && next_schema(&rest, &schema); i++) {
        char file[4096] = "";
        if (memchr(schema.p, '"', schema.n) != NULL || is_attached(c, schema, file, sizeof file, e) || file[0] == '\0')
            continue;
        struct buf b = BUF_INIT(2 * sizeof file);
        struct str path = str_of(file), part;
        buf_add_text(&b, "ATTACH DATABASE '");
        for (bool first = true; str_split(&path, '\'', &part); first = false) {
            buf_add_text(&b, first ? "" : "''");
            buf_add_str(&b, part);
        }
        buf_printf(&b, "' AS \"%.*s\"", STR_ARG(schema));
        bool ok = execute(c, buf_text(&b), e);
        buf_release(&b);
        if (!ok)
            return false;
    }
    return e->code == ERR_NONE;
}

/* The access mode stops no driver we have tried from writing: the transaction must. */
static bool make_read_only(struct odbc_connection *c, struct err *e)
{
    static const char *const statements[] = {
        [ODBC_ORACLE] = "SET TRANSACTION READ ONLY",
        [ODBC_POSTGRESQL] = "SET TRANSACTION READ ONLY",
        [ODBC_SQLITE] = "PRAGMA query_only = 1",
        [ODBC_OTHER] = NULL,
    };
    const char *sql = statements[c->product];
    return sql == NULL || execute(c, sql, e);
}

static bool connect_to(struct odbc_connection *c, const char *text, int seconds, struct err *e)
{
    const char *full = strchr(text, '=') == NULL ? arena_printf(&c->arena, "DSN=%s", text) : text;
    SQLULEN login = seconds < LOGIN_SECONDS ? (SQLULEN)seconds : LOGIN_SECONDS;
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &c->environment)))
        return err_set(e, ERR_SOURCE, N_("ODBC cannot be started; is unixODBC installed?"));
    SQLSetEnvAttr(c->environment, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)(uintptr_t)SQL_OV_ODBC3, 0);
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_DBC, c->environment, &c->handle)))
        return odbc_error(c, SQL_HANDLE_ENV, c->environment, N_("%s: ODBC gives no connection: %s (%s)"), e);
    SQLSetConnectAttr(c->handle, SQL_ATTR_LOGIN_TIMEOUT, (SQLPOINTER)(uintptr_t)login, 0);
    SQLSetConnectAttr(c->handle, SQL_ATTR_ACCESS_MODE, (SQLPOINTER)(uintptr_t)SQL_MODE_READ_ONLY, 0);
    if (!SQL_SUCCEEDED(SQLDriverConnect(c->handle, NULL, TEXT(full), SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT)))
        return odbc_error(c, SQL_HANDLE_DBC, c->handle, N_("%s: cannot connect to the database: %s (%s)"), e);
    c->connected = true;
    return true;
}

bool odbc_connect(struct odbc_connection *c, const char *text, const char *sql, int seconds, struct err *e)
{
    *c = (struct odbc_connection){0};
    understand(c, text);
    /* Oracle's client otherwise turns what the session's character set lacks into question marks. */
    setenv("NLS_LANG", ".AL32UTF8", 0);
    if (connect_to(c, text, seconds, e)) {
        c->product = find_product(c->handle);
        bool ok = c->product != ODBC_SQLITE || attach_schemas(c, sql, e);
        if (ok && !SQL_SUCCEEDED(
                      SQLSetConnectAttr(c->handle, SQL_ATTR_AUTOCOMMIT, (SQLPOINTER)(uintptr_t)SQL_AUTOCOMMIT_OFF, 0)))
            ok = odbc_error(c, SQL_HANDLE_DBC, c->handle, N_("%s: the database opens no transaction: %s (%s)"), e);
        if (ok && make_read_only(c, e))
            return true;
    }
    odbc_disconnect(c);
    return false;
}

void odbc_disconnect(struct odbc_connection *c)
{
    if (c->connected) {
        SQLEndTran(SQL_HANDLE_DBC, c->handle, SQL_ROLLBACK);
        SQLDisconnect(c->handle);
    }
    if (c->handle != NULL)
        SQLFreeHandle(SQL_HANDLE_DBC, c->handle);
    if (c->environment != NULL)
        SQLFreeHandle(SQL_HANDLE_ENV, c->environment);
    for (size_t i = 0; i < c->secrets.count; i++)
        explicit_bzero((char *)(uintptr_t)c->secrets.items[i], strlen(c->secrets.items[i]));
    vec_release(&c->secrets);
    arena_release(&c->arena);
    *c = (struct odbc_connection){0};
}
