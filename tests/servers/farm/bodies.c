/* The demo's bodies as cases of the farm: each host of share/demo/registry.csv, with a certificate made out to it that
 * ends on the day which the registry declares, unless the file says otherwise. */
#include "base/buf.h"
#include "base/file.h"
#include "farm.h"

enum { BODIES_FILE_MOST = 4 << 20, ONE_YEAR = 365 };
enum { COLUMN_NAME = 1, COLUMN_URL = 3, COLUMN_CDS = 6, COLUMN_CASE = 12, COLUMN_SERVED = 13, COLUMNS = 14 };

struct row {
    struct str cells[COLUMNS];
};

/* A cell may be quoted when it holds a comma; it never holds a quote. */
static struct str cell_next(struct str *line)
{
    struct str cell = {0};
    if (line->n > 0 && line->p[0] == '"') {
        (void)str_split(line, '"', &cell); /* the empty part before it */
        (void)str_split(line, '"', &cell);
        struct str rest;
        (void)str_split(line, ',', &rest);
        return cell;
    }
    (void)str_split(line, ',', &cell);
    return cell;
}

/* The natural form: "Prat de Llobregat, Ajuntament del" is "Ajuntament del Prat de Llobregat". */
static const char *name_natural(struct arena *a, struct str name)
{
    size_t comma = name.n;
    for (size_t i = 0; i + 1 < name.n; i++) {
        if (name.p[i] == ',' && name.p[i + 1] == ' ')
            comma = i;
    }
    if (comma == name.n)
        return arena_text(a, name);
    struct str kind = str_part(name.p + comma + 2, name.n - comma - 2);
    return arena_printf(a, "%.*s%s%.*s", STR_ARG(kind), str_ends(kind, "'") ? "" : " ", (int)comma, name.p);
}

/* Host and path of "https://padro.exemple.example:8443/padro?wsdl". */
static bool url_take(struct arena *a, struct str url, struct farm_case *c)
{
    struct str scheme, host;
    if (!str_split(&url, '/', &scheme) || !str_split(&url, '/', &host) || !str_split(&url, '/', &host) || url.n == 0)
        return false;
    struct str name;
    (void)str_split(&host, ':', &name);
    c->host = arena_text(a, name);
    c->path = arena_printf(a, "/%.*s", STR_ARG(url));
    return name.n > 0 && name.n < 64;
}

/* The days left of its certificate; those of the model when neither column says any. */
static bool dates_take(const struct row *r, struct farm_case *c)
{
    struct str days = r->cells[COLUMN_SERVED].n > 0 ? r->cells[COLUMN_SERVED] : r->cells[COLUMN_CDS];
    int64_t left;
    if (days.n == 0 || (r->cells[COLUMN_SERVED].n == 0 && c->from > 0))
        return true;
    if (!str_to_int64(days, -10000, 10000, &left))
        return false;
    c->until = (int)left;
    c->from = left < ONE_YEAR - 10 ? (int)left - ONE_YEAR : -10;
    return true;
}

static bool row_take(struct arena *a, const struct row *r, struct farm_case rows[], size_t *count, struct err *e)
{
    struct str model = r->cells[COLUMN_CASE];
    const struct farm_case *like = case_find(model.n == 0 ? "rsa" : arena_text(a, model));
    if (like == NULL || like->part)
        return err_set(e, ERR_FORMAT, "%.*s: no case of the farm is called %.*s", STR_ARG(r->cells[COLUMN_NAME]),
                       STR_ARG(model));
    struct farm_case c = *like;
    if (!dates_take(r, &c) || !url_take(a, r->cells[COLUMN_URL], &c))
        return err_set(e, ERR_FORMAT, "%.*s: its address or its days cannot be read", STR_ARG(r->cells[COLUMN_NAME]));
    c.name = c.host;
    c.body = name_natural(a, r->cells[COLUMN_NAME]);
    if (c.also != NULL) { /* its second address shows what the model's second address shows */
        struct farm_case *second = &rows[(*count)++];
        *second = *case_find(c.also);
        second->name = arena_printf(a, "%s-2", c.host);
        second->host = c.host;
        second->path = c.path;
        second->body = c.body;
        if (second->from == 0 && second->until == 0)
            second->from = c.from, second->until = c.until;
        c.also = second->name;
    }
    rows[(*count)++] = c;
    return true;
}

/* Another town: a county council's certificate would be in order. */
static const char *next_town(const struct farm_case *rows, size_t count, size_t at)
{
    for (size_t i = 1; i < count; i++) {
        const struct farm_case *c = &rows[(at + i) % count];
        if (!c->part && str_starts(str_of(c->body), "Ajuntament"))
            return c->body;
    }
    return rows[at].body;
}

bool bodies_play(struct arena *a, const char *file, struct err *e)
{
    struct buf text = BUF_INIT(BODIES_FILE_MOST);
    bool ok = file_read(file, &text, e);
    struct str rest = {arena_text(a, buf_str(&text)), text.n}, line;
    size_t lines = 1, count = 0;
    for (size_t i = 0; i < rest.n; i++)
        lines += rest.p[i] == '\n';
    struct farm_case *rows = arena_alloc(a, lines * 2, sizeof *rows);
    (void)str_split(&rest, '\n', &line); /* the header */
    while (ok && str_split(&rest, '\n', &line)) {
        struct row r = {0};
        for (size_t i = 0; line.n > 0 && i < COLUMNS; i++)
            r.cells[i] = cell_next(&line);
        if (r.cells[COLUMN_NAME].n > 0)
            ok = row_take(a, &r, rows, &count, e);
    }
    for (size_t i = 0; ok && i < count; i++) {
        if (rows[i].owner == OF_OTHER)
            rows[i].shown_as = next_town(rows, count, i);
    }
    buf_release(&text);
    if (ok)
        cases_add(a, rows, count);
    return ok;
}
