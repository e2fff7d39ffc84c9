#include "scsp/service_fill.h"

#include <strings.h>

#include "base/limits.h"
#include "scsp/writer.h"

struct job {
    struct fill *fill;
    struct arena *arena;
    struct writer w;
    const struct data_row *row;
    const struct fill_root *root; /* NULL inside a row */
    char path[LIMIT_SERVICE_PATH_BYTES];
    size_t path_n;
};

static bool element_fill(struct job *j, const struct shape *s, const char *uri);

/* --- where values come from --- */

/* The column whose name is the end of the path, the longest first. */
static const char *row_value(const struct data_row *row, const char *path)
{
    while (row != NULL && path != NULL) {
        const char *text = data_text(row, path), *slash = strchr(path, '/');
        if (text != NULL)
            return text;
        path = slash == NULL ? NULL : slash + 1;
    }
    return NULL;
}

/* "Descripcio" beside "CodiResultat". */
static bool is_result_text(const struct modality *m, const char *path)
{
    const char *last = strrchr(path, '/'), *result = strrchr(m->result == NULL ? "" : m->result, '/');
    if (last == NULL || result == NULL || strcasecmp(last + 1, "descripcio") != 0)
        return false;
    size_t n = (size_t)(result - m->result);
    return n == (size_t)(last - path) && strncmp(path, m->result, n) == 0;
}

static const char *root_value(struct job *j, const char *name)
{
    const struct fill_root *r = j->root;
    const struct lookup *l = j->fill->m->lookup;
    const char *text = NULL;
    for (size_t i = 0; text == NULL && i < r->step_count; i++)
        text = row_value(r->steps[i], j->path);
    struct str asked = text == NULL ? ask_value(r->asked, name) : (struct str){NULL, 0};
    if (asked.p != NULL)
        text = arena_text(j->arena, asked);
    for (size_t i = 0; text == NULL && i < l->fixed_count; i++)
        if (strcmp(l->fixed[i].element, name) == 0)
            text = l->fixed[i].text;
    return text;
}

static const char *value_of(struct job *j, const struct shape *s)
{
    const struct modality *m = j->fill->m;
    char day[DAY_TEXT_BYTES];
    if (j->root != NULL && m->result != NULL && strcmp(j->path, m->result) == 0)
        return j->root->code;
    if (j->root != NULL && is_result_text(m, j->path))
        return j->root->text;
    const char *text = row_value(j->row, j->path);
    if (text == NULL)
        return j->root == NULL ? NULL : root_value(j, s->name);
    if (strcmp(text, "{today}") == 0) {
        (void)day_iso(j->fill->today, day);
        return arena_printf(j->arena, "%.4s%.2s%.2s", day, day + 5, day + 8);
    }
    if (value_check(&s->value, str_of(text)) != VALUE_GOOD && j->fill->wrong == NULL)
        j->fill->wrong = arena_strdup(j->arena, j->path);
    return text;
}

/* --- elements --- */

static void open_write(struct job *j, const struct shape *s, const char *uri)
{
    struct str rest = str_of(s->attributes), one;
    write_raw(&j->w, "<");
    write_raw(&j->w, s->name);
    if (s->uri != NULL && (uri == NULL || strcmp(s->uri, uri) != 0))
        write_raw(&j->w, arena_printf(j->arena, " xmlns=\"%s\"", s->uri));
    while (s->attributes != NULL && str_split(&rest, '|', &one)) {
        size_t at = str_find(one, '=');
        if (at < one.n)
            write_raw(&j->w, arena_printf(j->arena, " %.*s=\"%.*s\"", STR_ARG(str_part(one.p, at)),
                                          STR_ARG(str_part(one.p + at + 1, one.n - at - 1))));
    }
    write_raw(&j->w, ">");
}

static void missing_note(struct job *j, const struct shape *s)
{
    if (!s->optional && j->fill->missing == NULL)
        j->fill->missing = arena_strdup(j->arena, j->path);
}

static bool value_fill(struct job *j, const struct shape *s, const char *uri)
{
    const char *text = value_of(j, s);
    if (text == NULL) {
        missing_note(j, s);
        return false;
    }
    open_write(j, s, uri);
    write_text(&j->w, s->name, str_of(text));
    write_close(&j->w, "", s->name);
    return true;
}

static bool parts_fill(struct job *j, const struct shape *group, const char *uri)
{
    bool any = false;
    for (size_t i = 0; i < group->count; i++) {
        const struct shape *part = &group->parts[i];
        any |= part->name == NULL ? parts_fill(j, part, uri) : element_fill(j, part, uri);
        if (any && group->kind == SHAPE_CHOICE)
            break;
    }
    return any;
}

/* An optional element with nothing in it is left out, and what it would have lacked with it. */
static bool group_fill(struct job *j, const struct shape *s, const char *uri)
{
    size_t before = j->w.to->n;
    const char *missing = j->fill->missing;
    open_write(j, s, uri);
    bool any = parts_fill(j, s, s->uri != NULL ? s->uri : uri);
    write_close(&j->w, "", s->name);
    if (!any && s->optional) {
        j->w.to->n = before;
        j->w.to->p[before] = '\0';
        j->fill->missing = missing;
    }
    return any;
}

static bool inside_fits(const struct lookup_inside *in, const struct data_row *row, const char *own)
{
    const char *their = data_text(row, in->column), *text = in->only == NULL ? NULL : data_text(row, in->only);
    return their != NULL && strcmp(their, own) == 0 &&
           (in->only == NULL || (text != NULL && strcmp(text, in->text) == 0));
}

/* A row of another table for each that has the same in the column in common. */
static bool inside_fill(struct job *j, const struct shape *s, const char *uri, const struct lookup_inside *in)
{
    const struct data_table *t = dataset_table(j->fill->data, in->table);
    const char *own = data_text(j->row, in->column);
    struct job inner = *j;
    bool any = false;
    inner.root = NULL;
    for (size_t i = 0; own != NULL && t != NULL && i < t->count; i++) {
        if (!inside_fits(in, &t->rows[i], own))
            continue;
        inner.row = &t->rows[i];
        inner.path_n = 0;
        inner.path[0] = '\0';
        if (s->kind == SHAPE_VALUE) {
            bool has = t->key == NULL || data_text(inner.row, s->name) != NULL;
            (void)snprintf(inner.path, sizeof inner.path, "%s", has ? s->name : t->key);
            any |= value_fill(&inner, s, uri);
        } else {
            any |= group_fill(&inner, s, uri);
        }
    }
    j->w.failed = inner.w.failed;
    if (!any)
        missing_note(j, s);
    return any;
}

static const struct lookup_inside *inside_find(const struct job *j)
{
    const struct lookup *l = j->fill->m->lookup;
    for (size_t i = 0; j->row != NULL && i < l->inside_count; i++)
        if (strcmp(l->inside[i].path, j->path) == 0)
            return &l->inside[i];
    return NULL;
}

static bool rows_write(struct job *j)
{
    for (size_t i = 0; i < j->root->row_count; i++)
        write_raw(&j->w, j->root->rows[i]);
    return j->root->row_count > 0;
}

static bool known_fill(struct job *j, const struct shape *s, const char *uri)
{
    const struct lookup *l = j->fill->m->lookup;
    const struct lookup_inside *in = inside_find(j);
    if (j->root != NULL && l->rows != NULL && strcmp(l->rows, j->path) == 0)
        return rows_write(j);
    if (in != NULL)
        return inside_fill(j, s, uri, in);
    if (s->kind == SHAPE_VALUE)
        return value_fill(j, s, uri);
    if (s->kind != SHAPE_ANY && s->kind != SHAPE_LAX)
        return group_fill(j, s, uri);
    if (j->row != NULL && l->build.name != NULL && strcmp(l->build.name, s->name) == 0)
        return group_fill(j, &l->build, uri);
    missing_note(j, s);
    return false;
}

static bool element_fill(struct job *j, const struct shape *s, const char *uri)
{
    size_t before = j->path_n;
    int n = snprintf(j->path + before, sizeof j->path - before, "%s%s", before == 0 ? "" : "/", s->name);
    if (n < 0 || (size_t)n >= sizeof j->path - before) {
        j->path[before] = '\0';
        return false; /* modality files do not nest so deeply: their reader has limits of its own */
    }
    j->path_n = before + (size_t)n;
    bool any = known_fill(j, s, uri);
    j->path_n = before;
    j->path[before] = '\0';
    return any;
}

bool fill_answer(struct fill *f, struct arena *a, struct buf *to, struct err *e)
{
    struct job j = {.fill = f, .arena = a, .w = {.to = to, .e = e}, .row = f->row, .root = f->root};
    const struct shape *s = &f->m->response;
    open_write(&j, s, NULL);
    (void)parts_fill(&j, s, s->uri);
    write_close(&j.w, "", s->name);
    return !j.w.failed;
}

bool fill_row(struct fill *f, struct arena *a, struct buf *to, struct err *e)
{
    struct job j = {.fill = f, .arena = a, .w = {.to = to, .e = e}, .row = f->row};
    const struct shape *s = fill_shape_at(&f->m->response, f->m->lookup->rows);
    if (s != NULL)
        (void)group_fill(&j, s, f->m->response.uri);
    return !j.w.failed;
}

const struct shape *fill_shape_at(const struct shape *root, const char *path)
{
    const struct shape *s = root;
    struct str rest = str_of(path), name;
    char text[LIMIT_SERVICE_PATH_BYTES];
    while (s != NULL && str_split(&rest, '/', &name)) {
        if (snprintf(text, sizeof text, "%.*s", STR_ARG(name)) >= (int)sizeof text)
            return NULL;
        s = shape_leaf(s, text);
    }
    return s;
}
