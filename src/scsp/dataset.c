/* Reads and joins; what is looked up and how it is answered is in service.c. */
#include "scsp/dataset.h"

#include <dirent.h>

#include "base/file.h"
#include "base/limits.h"
#include "conf/tree.h"

struct taken {
    const char *column, *own, *table, *their;
    size_t line;
};
struct draft_row {
    VEC(struct data_cell) cells;
    size_t own; /* of them stand in the file; others were taken */
    size_t line;
};
struct data_source {
    const char *name, *key, *path;
    size_t line;
    struct draft_row *rows;
    size_t count;
    struct taken *taken;
    size_t taken_count;
};

const struct data_table *dataset_table(const struct dataset *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->tables[i].name, name) == 0)
            return &set->tables[i];
    return NULL;
}

const char *data_text(const struct data_row *row, const char *column)
{
    for (size_t i = 0; i < row->count; i++)
        if (strcmp(row->cells[i].column, column) == 0)
            return row->cells[i].text;
    return NULL;
}

bool data_has_column(const struct data_table *t, const char *column)
{
    for (size_t i = 0; i < t->count; i++)
        if (data_text(&t->rows[i], column) != NULL)
            return true;
    return false;
}

const struct data_row *data_find(const struct data_table *t, const char *column, const char *text)
{
    for (size_t i = 0; i < t->count; i++) {
        const char *own = data_text(&t->rows[i], column);
        if (own != NULL && strcmp(own, text) == 0)
            return &t->rows[i];
    }
    return NULL;
}

/* --- one file --- */

struct reading {
    struct dataset_reader *r;
    const char *path;
};

#define WRONG(x, line, column, ...)                                                                                    \
    do {                                                                                                               \
        finding_add((x)->r->find, (line), (column), __VA_ARGS__);                                                      \
        if ((x)->r->wrong_path == NULL)                                                                                \
            (x)->r->wrong_path = (x)->path;                                                                            \
    } while (0)

static struct data_source *source_new(struct reading *x, const char *name, const struct node *n)
{
    struct dataset_reader *r = x->r;
    if (r->sources == NULL)
        r->sources = arena_array(r->arena, struct data_source, LIMIT_DATA_TABLES);
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->sources[i].name, name) == 0) {
            WRONG(x, n->line, n->column, N_("there are two tables %s; the other is in %s"), name, r->sources[i].path);
            return NULL;
        }
    if (r->count == LIMIT_DATA_TABLES) {
        WRONG(x, n->line, n->column, N_("there are more than %d tables"), LIMIT_DATA_TABLES);
        return NULL;
    }
    struct data_source *s = &r->sources[r->count++];
    *s = (struct data_source){.name = name, .path = x->path, .line = n->line};
    return s;
}

static bool cell_there(const struct draft_row *row, const char *column)
{
    for (size_t i = 0; i < row->cells.count; i++)
        if (strcmp(row->cells.items[i].column, column) == 0)
            return true;
    return false;
}

/* A map's texts as cells, maps in it with their path; a column without a value is kept as NULL, which hides a default.
 */
static void cells_read(struct reading *x, const struct node *map, const char *prefix, struct draft_row *row)
{
    struct arena *a = x->r->arena;
    for (const struct node *n = map->first; n != NULL; n = n->next) {
        const char *column = arena_printf(a, "%s%s", prefix, n->key);
        if (n->kind == NODE_TEXT || n->kind == NODE_NONE)
            vec_push(&row->cells, (struct data_cell){column, n->kind == NODE_NONE ? NULL : n->text});
        else if (n->kind == NODE_MAP)
            cells_read(x, n, arena_printf(a, "%s/", column), row);
        else if (n->kind == NODE_LIST)
            WRONG(x, n->line, n->column, N_("%s is a list; what repeats is a table of its own"), column);
    }
}

static void rows_read(struct reading *x, const struct node *list, const struct node *fixed, struct data_source *s)
{
    struct draft_row defaults = {0};
    if (fixed != NULL && fixed->kind == NODE_MAP)
        cells_read(x, fixed, "", &defaults);
    s->rows = arena_array(x->r->arena, struct draft_row, list->count == 0 ? 1 : list->count);
    for (const struct node *n = list->first; n != NULL; n = n->next) {
        if (n->kind != NODE_MAP) {
            WRONG(x, n->line, n->column, N_("a row of %s is a group of lines COLUMN: TEXT"), s->name);
            continue;
        }
        struct draft_row *row = &s->rows[s->count++];
        row->line = n->line;
        cells_read(x, n, "", row);
        for (size_t i = 0; i < defaults.cells.count; i++)
            if (!cell_there(row, defaults.cells.items[i].column))
                vec_push(&row->cells, defaults.cells.items[i]);
        row->own = row->cells.count;
    }
    vec_release(&defaults.cells);
}

/* "NumExpedient: IdExpedient expedients NumExpedient" */
static void takes_read(struct reading *x, const struct node *map, struct data_source *s)
{
    struct arena *a = x->r->arena;
    s->taken = arena_array(a, struct taken, map->count == 0 ? 1 : map->count);
    for (const struct node *n = map->first; n != NULL; n = n->next) {
        const char *words[4] = {0};
        size_t count = 0;
        struct str rest = str_of(n->kind == NODE_TEXT ? n->text : ""), word;
        while (count < 4 && str_split(&rest, ' ', &word))
            if (word.n > 0)
                words[count++] = arena_text(a, word);
        if (count < 2 || count > 3)
            WRONG(x, n->line, n->column, N_("%s: write the own column, the table and its column, parted by blanks"),
                  n->key);
        else
            s->taken[s->taken_count++] =
                (struct taken){n->key, words[0], words[1], count == 3 ? words[2] : "label", n->line};
    }
}

static void table_read(struct reading *x, const struct node *root, const struct node *name)
{
    const struct node *rows = node_child(root, "rows"), *key = node_child(root, "key");
    const struct node *take = node_child(root, "take");
    if (name->kind != NODE_TEXT || rows == NULL || rows->kind != NODE_LIST) {
        WRONG(x, name->line, name->column, N_("a table has a name, and rows: with a list"));
        return;
    }
    struct data_source *s = source_new(x, name->text, name);
    if (s == NULL)
        return;
    s->key = key != NULL && key->kind == NODE_TEXT ? key->text : NULL;
    if (take != NULL && take->kind == NODE_MAP)
        takes_read(x, take, s);
    rows_read(x, rows, node_child(root, "default"), s);
}

static void lists_read(struct reading *x, const struct node *lists)
{
    for (const struct node *n = lists->first; n != NULL; n = n->next) {
        struct data_source *s = n->kind == NODE_MAP ? source_new(x, n->key, n) : NULL;
        if (n->kind != NODE_MAP)
            WRONG(x, n->line, n->column, N_("the list %s is a group of lines ID: LABEL"), n->key);
        if (s == NULL)
            continue;
        s->key = "id";
        s->rows = arena_array(x->r->arena, struct draft_row, n->count == 0 ? 1 : n->count);
        for (const struct node *i = n->first; i != NULL; i = i->next) {
            struct draft_row *row = &s->rows[s->count++];
            row->line = i->key_line;
            vec_push(&row->cells, (struct data_cell){"id", i->key});
            vec_push(&row->cells, (struct data_cell){"label", i->kind == NODE_TEXT ? i->text : ""});
            row->own = row->cells.count;
        }
    }
}

void dataset_read(struct dataset_reader *r, struct str text, const char *path)
{
    static const char *const known[] = {"table", "key", "take", "default", "rows", "lists"};
    struct reading x = {r, path};
    bool complete;
    size_t before = r->find->found.count;
    const struct node *root = tree_read(r->arena, text, r->find, &complete);
    if (r->find->found.count > before && r->wrong_path == NULL)
        r->wrong_path = path;
    if (!complete || r->find->found.count > before)
        return;
    for (const struct node *n = root->first; n != NULL; n = n->next) {
        bool good = false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            good |= strcmp(n->key, known[i]) == 0;
        if (!good)
            WRONG(&x, n->key_line, n->key_column, N_("a file of data has no part %s"), n->key);
    }
    const struct node *name = node_child(root, "table"), *lists = node_child(root, "lists");
    if (name != NULL)
        table_read(&x, root, name);
    if (lists != NULL && lists->kind == NODE_MAP)
        lists_read(&x, lists);
}

/* --- all of them --- */

static const struct data_source *source_find(const struct dataset_reader *r, const char *name)
{
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->sources[i].name, name) == 0)
            return &r->sources[i];
    return NULL;
}

/* Only what stands in the file, so that the order of tables is of no matter. */
static const char *draft_text(const struct draft_row *row, const char *column)
{
    for (size_t i = 0; i < row->own; i++)
        if (strcmp(row->cells.items[i].column, column) == 0)
            return row->cells.items[i].text;
    return NULL;
}

static const struct draft_row *draft_find(const struct data_source *s, const char *key)
{
    for (size_t i = 0; i < s->count; i++) {
        const char *own = draft_text(&s->rows[i], s->key);
        if (own != NULL && strcmp(own, key) == 0)
            return &s->rows[i];
    }
    return NULL;
}

static void take(struct dataset_reader *r, const struct data_source *s, struct draft_row *row, const struct taken *t)
{
    struct reading x = {r, s->path};
    const char *key = draft_text(row, t->own);
    const struct data_source *from = source_find(r, t->table);
    if (key == NULL || cell_there(row, t->column))
        return;
    if (from == NULL || from->key == NULL) {
        WRONG(&x, t->line, 1, N_("there is no table %s with a key"), t->table);
        return;
    }
    const struct draft_row *other = draft_find(from, key);
    if (other == NULL) {
        WRONG(&x, row->line, 1, N_("%s %s is not in %s"), t->own, key, t->table);
        return;
    }
    const char *text = draft_text(other, t->their);
    if (text != NULL)
        vec_push(&row->cells, (struct data_cell){t->column, text});
}

static void keys_check(struct dataset_reader *r, const struct data_source *s)
{
    struct reading x = {r, s->path};
    for (size_t i = 0; s->key != NULL && i < s->count; i++) {
        const char *key = draft_text(&s->rows[i], s->key);
        if (key == NULL)
            WRONG(&x, s->rows[i].line, 1, N_("the row has no %s"), s->key);
        else if (draft_find(s, key) != &s->rows[i])
            WRONG(&x, s->rows[i].line, 1, N_("%s %s is there twice"), s->key, key);
    }
}

static void table_finish(struct arena *a, const struct data_source *s, struct data_table *ret)
{
    struct data_row *rows = arena_array(a, struct data_row, s->count == 0 ? 1 : s->count);
    for (size_t i = 0; i < s->count; i++) {
        const struct draft_row *draft = &s->rows[i];
        struct data_cell *cells = arena_array(a, struct data_cell, draft->cells.count == 0 ? 1 : draft->cells.count);
        rows[i] = (struct data_row){.cells = cells, .line = draft->line};
        for (size_t k = 0; k < draft->cells.count; k++)
            if (draft->cells.items[k].text != NULL)
                cells[rows[i].count++] = draft->cells.items[k];
    }
    *ret = (struct data_table){s->name, s->key, s->path, rows, s->count};
}

bool dataset_finish(struct dataset_reader *r, struct dataset *ret)
{
    struct data_table *tables = arena_array(r->arena, struct data_table, r->count == 0 ? 1 : r->count);
    for (size_t i = 0; i < r->count; i++)
        keys_check(r, &r->sources[i]);
    for (size_t i = 0; i < r->count; i++) {
        struct data_source *s = &r->sources[i];
        for (size_t k = 0; k < s->count; k++)
            for (size_t t = 0; t < s->taken_count; t++)
                take(r, s, &s->rows[k], &s->taken[t]);
    }
    for (size_t i = 0; i < r->count; i++) {
        table_finish(r->arena, &r->sources[i], &tables[i]);
        for (size_t k = 0; k < r->sources[i].count; k++)
            vec_release(&r->sources[i].rows[k].cells);
    }
    *ret = (struct dataset){tables, r->count};
    return r->find->found.count == 0;
}

/* --- files --- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool file_add(struct dataset_reader *r, const char *path, struct err *e)
{
    struct buf bytes = BUF_INIT(LIMIT_CONFIG_BYTES);
    bool good = file_read(path, &bytes, e);
    if (good)
        dataset_read(r, str_of(arena_text(r->arena, buf_str(&bytes))), path);
    buf_release(&bytes);
    return good;
}

bool dataset_load(struct arena *a, const char *dir, struct dataset *ret, struct err *e)
{
    const char *names[LIMIT_DATA_TABLES];
    size_t count = 0;
    struct finder f = {.lang = e->lang, .code = ERR_PROFILE};
    struct dataset_reader r = {.arena = a, .find = &f};
    DIR *d = opendir(dir);
    if (d == NULL)
        return err_set(e, ERR_FILE, N_("the back office has no data: there is no directory %s"), dir);
    for (struct dirent *entry; count < LIMIT_DATA_TABLES && (entry = readdir(d)) != NULL;)
        if (entry->d_name[0] != '.' && str_ends(str_of(entry->d_name), ".yaml"))
            names[count++] = arena_strdup(a, entry->d_name);
    closedir(d);
    qsort(names, count, sizeof *names, by_text);
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = file_add(&r, path_join(a, dir, names[i]), e);
    bool whole = dataset_finish(&r, ret);
    if (good && !whole)
        good = findings_fail(&f.found, r.wrong_path == NULL ? dir : r.wrong_path, e);
    config_findings_release(&f.found);
    return good;
}
