/* Reads files; what the rules in them mean for a message is in payload.c. */
#include "scsp/modality.h"

#include <dirent.h>
#include <strings.h>

#include "base/file.h"
#include "base/text.h"
#include "conf/value.h"
#include "scsp/shape_read.h"

/* X(NAME, key, type, default, min, max, choices) */
#define MODALITY_KEYS(X)                                                                                               \
    X(NAME, "modality", CONFIG_TEXT, NULL, 0, 0, NULL)                                                                 \
    X(PRODUCT, "product", CONFIG_TEXT, NULL, 0, 0, NULL)                                                               \
    X(SERVICE, "service", CONFIG_TEXT, "", 0, 0, NULL)                                                                 \
    X(FRONTS, "fronts", CONFIG_ENUM, "sincron", 0, 0, "sincron asincron both")                                         \
    X(MOST, "most", CONFIG_INT, "500", 1, LIMIT_SOLICITUDES, NULL)                                                     \
    X(NAMESPACE, "namespace", CONFIG_TEXT, NULL, 0, 0, NULL)                                                           \
    X(ALSO, "also", CONFIG_LIST, "", 0, 0, NULL)                                                                       \
    X(REQUESTER, "requester.element", CONFIG_TEXT, "", 0, 0, NULL)                                                     \
    X(REQUESTER_ANSWER, "requester.answer", CONFIG_INT, "0", -999, 999, NULL)                                          \
    X(IDENTIFIERS, "identifiers.first", CONFIG_LIST, "", 0, 0, NULL)                                                   \
    X(NONE_ANSWER, "identifiers.none", CONFIG_INT, "0", -999, 999, NULL)                                               \
    X(NONE_TEXT, "identifiers.text", CONFIG_TEXT, "", 0, 0, NULL)                                                      \
    X(LIST_MOST, "list", CONFIG_INT, "100", 1, 10000, NULL)                                                            \
    X(RANGE_FROM, "range.from", CONFIG_TEXT, "", 0, 0, NULL)                                                           \
    X(RANGE_TO, "range.to", CONFIG_TEXT, "", 0, 0, NULL)                                                               \
    X(RANGE_DAYS, "range.days", CONFIG_INT, "0", 0, 3660, NULL)                                                        \
    X(RESULT, "result", CONFIG_TEXT, "", 0, 0, NULL)                                                                   \
    X(ANSWERS, "answers", CONFIG_TREE, NULL, 0, 0, NULL)                                                               \
    X(REQUEST, "request", CONFIG_TREE, NULL, 0, 0, NULL)                                                               \
    X(RESPONSE, "response", CONFIG_TREE, NULL, 0, 0, NULL)                                                             \
    X(TITLE_CA, "title.ca", CONFIG_TEXT, "", 0, 0, NULL)                                                               \
    X(TITLE_ES, "title.es", CONFIG_TEXT, "", 0, 0, NULL)                                                               \
    X(TITLE_EN, "title.en", CONFIG_TEXT, "", 0, 0, NULL)                                                               \
    X(WAIT_HOURS, "wait.hours", CONFIG_INT, "24", 0, 9999, NULL)                                                       \
    X(WAIT_SECONDS, "wait.seconds", CONFIG_INT, "60", 0, 86400, NULL)                                                  \
    X(LOOKUP, "lookup", CONFIG_TREE, NULL, 0, 0, NULL)                                                                 \
    X(EXAMPLES, "examples", CONFIG_TREE, NULL, 0, 0, NULL)

#define X(name, ...) M_##name,
enum { MODALITY_KEYS(X) M_COUNT };
#undef X

static const struct config_key_info modality_keys[M_COUNT] = {
#define X(name, path, type_, default_, min_, max_, choices_)                                                           \
    [M_##name] = {.key = path, .type = type_, .default_text = default_, .min = min_, .max = max_, .choices = choices_},
    MODALITY_KEYS(X)
#undef X
};

#define E_KEY(path)                                                                                                    \
    {                                                                                                                  \
        .key = (path), .type = CONFIG_TEXT                                                                             \
    }
static const struct config_key_info environment_keys[] = {E_KEY("consortium.ine10"), E_KEY("consortium.name"),
                                                          E_KEY("consortium.nif"), E_KEY("purpose")};
enum { E_COUNT = sizeof environment_keys / sizeof *environment_keys };

/* Values of all simple keys; those without a default must be there. */
static void values_read(struct finder *f, struct arena *a, const struct node *root, const struct config_key_info *keys,
                        size_t count, const struct node **nodes, struct value *values)
{
    keys_find(f, root, "", keys, count, nodes);
    for (size_t i = 0; i < count; i++) {
        values[i] = (struct value){.text = ""};
        if (keys[i].type == CONFIG_TREE)
            continue;
        if (nodes[i] != NULL)
            (void)value_read(f, a, &keys[i], nodes[i], &values[i]);
        else if (keys[i].default_text == NULL)
            finding_add(f, 1, 1, N_("%s is missing"), keys[i].key);
        else
            (void)value_read_text(f, a, &keys[i], keys[i].default_text, &values[i]);
    }
}

static const char *text_or_null(const struct value *v)
{
    return v->text == NULL || v->text[0] == '\0' ? NULL : v->text;
}

static bool root_read(struct arena *a, struct str text, struct finder *f, const struct node **ret)
{
    bool complete;
    *ret = tree_read(a, text, f, &complete);
    return complete && f->found.count == 0;
}

bool environment_load_text(struct arena *a, struct str text, struct environment *ret, struct finder *f)
{
    const struct node *root, *nodes[E_COUNT] = {0};
    struct value v[E_COUNT];
    if (!root_read(a, text, f, &root))
        return false;
    values_read(f, a, root, environment_keys, E_COUNT, nodes, v);
    if (f->found.count > 0)
        return false;
    *ret = (struct environment){.ine10 = v[0].text, .name = v[1].text, .nif = v[2].text, .purpose = v[3].text};
    return true;
}

static void answers_read(struct arena *a, const struct node *n, struct modality *m, struct finder *f)
{
    if (n == NULL)
        return;
    if (n->kind != NODE_MAP) {
        finding_add(f, n->line, n->column, N_("answers is a group of lines CODE: TEXT"));
        return;
    }
    struct modality_answer *list = arena_array(a, struct modality_answer, n->count);
    for (const struct node *i = n->first; i != NULL; i = i->next) {
        if (i->kind != NODE_TEXT)
            finding_add(f, i->line, i->column, N_("the answer %s must be a text"), i->key);
        else
            list[m->answer_count++] = (struct modality_answer){.code = i->key, .text = i->text};
    }
    m->answers = list;
}

/* What the keys say of elements must be in the request. */
static void element_known(struct finder *f, const struct modality *m, const struct node *where, const char *name)
{
    if (name != NULL && shape_leaf(&m->request, name) == NULL)
        finding_add(f, where->line, where->column, N_("the request has no element %s"), name);
}

static void identifiers_read(struct modality *m, const struct value *v, const struct node *where, struct finder *f)
{
    for (size_t i = 0; i < v->count; i++) {
        if (m->identifier_count == LIMIT_MODALITY_IDENTIFIERS) {
            finding_add(f, where->line, where->column, N_("there are more than %d identifiers"),
                        LIMIT_MODALITY_IDENTIFIERS);
            return;
        }
        m->identifiers[m->identifier_count++] = v->items[i];
        element_known(f, m, where, v->items[i]);
    }
}

static void shapes_read(struct arena *a, struct modality *m, const struct node *const *nodes, struct finder *f)
{
    if (nodes[M_REQUEST] == NULL)
        finding_add(f, 1, 1, N_("%s is missing"), "request");
    else
        shape_read_root(a, nodes[M_REQUEST], m->namespace, &m->request, f);
    if (nodes[M_RESPONSE] != NULL)
        shape_read_root(a, nodes[M_RESPONSE], m->namespace, &m->response, f);
}

static void example_read(struct arena *a, const struct modality *m, const struct node *n,
                         struct modality_example *example, struct finder *f)
{
    const struct node *id = node_child(n, "id"), *ask = node_child(n, "ask"), *answer = node_child(n, "answer");
    int64_t code;
    if (ask == NULL || ask->kind != NODE_MAP || answer == NULL || answer->kind != NODE_TEXT ||
        !str_to_int64(str_of(answer->text), -999, 999, &code)) {
        finding_add(f, n->line, n->column, N_("an example has ask: {ELEMENT: TEXT} and answer: CODE"));
        return;
    }
    struct modality_field *fields = arena_array(a, struct modality_field, ask->count == 0 ? 1 : ask->count);
    for (const struct node *i = ask->first; i != NULL; i = i->next) {
        if (shape_leaf(&m->request, i->key) == NULL)
            finding_add(f, i->key_line, i->key_column, N_("the request has no element %s"), i->key);
        fields[example->count++] = (struct modality_field){i->key, i->kind == NODE_TEXT ? i->text : ""};
    }
    example->id = id != NULL && id->kind == NODE_TEXT ? id->text : "";
    example->ask = fields;
    example->answer = (int)code;
}

static void examples_read(struct arena *a, const struct node *n, struct modality *m, struct finder *f)
{
    if (n == NULL)
        return;
    if (n->kind != NODE_LIST) {
        finding_add(f, n->line, n->column, N_("%s is a list, each item behind '- '"), "examples");
        return;
    }
    struct modality_example *list = arena_array(a, struct modality_example, n->count == 0 ? 1 : n->count);
    for (const struct node *i = n->first; i != NULL; i = i->next)
        if (i->kind == NODE_MAP)
            example_read(a, m, i, &list[m->example_count++], f);
        else
            finding_add(f, i->line, i->column, N_("an example has ask: {ELEMENT: TEXT} and answer: CODE"));
    m->examples = list;
}

bool modality_load_text(struct arena *a, struct str text, const char *path, struct modality *ret, struct finder *f)
{
    const struct node *root, *nodes[M_COUNT] = {0};
    struct value v[M_COUNT];
    if (!root_read(a, text, f, &root))
        return false;
    values_read(f, a, root, modality_keys, M_COUNT, nodes, v);
    static const unsigned fronts[] = {FRONT_SINCRON, FRONT_ASINCRON, FRONT_SINCRON | FRONT_ASINCRON};
    int64_t front = v[M_FRONTS].number;
    struct modality m = {
        .name = v[M_NAME].text,
        .product = v[M_PRODUCT].text,
        .service = v[M_SERVICE].text,
        .fronts = fronts[front >= 0 && front < 3 ? front : 0],
        .most = (int)v[M_MOST].number,
        .namespace = v[M_NAMESPACE].text,
        .also = v[M_ALSO].items,
        .also_count = v[M_ALSO].count,
        .requester = text_or_null(&v[M_REQUESTER]),
        .requester_answer = (int)v[M_REQUESTER_ANSWER].number,
        .none_answer = (int)v[M_NONE_ANSWER].number,
        .none_text = text_or_null(&v[M_NONE_TEXT]),
        .list_most = (int)v[M_LIST_MOST].number,
        .range_from = text_or_null(&v[M_RANGE_FROM]),
        .range_to = text_or_null(&v[M_RANGE_TO]),
        .range_days = (int)v[M_RANGE_DAYS].number,
        .result = text_or_null(&v[M_RESULT]),
        .title = {[LANG_CA] = v[M_TITLE_CA].text, [LANG_ES] = v[M_TITLE_ES].text, [LANG_EN] = v[M_TITLE_EN].text},
        .wait_hours = (int)v[M_WAIT_HOURS].number,
        .wait_seconds = (int)v[M_WAIT_SECONDS].number,
        .path = path,
    };
    shapes_read(a, &m, nodes, f);
    answers_read(a, nodes[M_ANSWERS], &m, f);
    if (nodes[M_LOOKUP] != NULL && m.request.name != NULL)
        m.lookup = lookup_read(a, nodes[M_LOOKUP], &m.request, &m.response, f);
    if (m.request.name != NULL)
        examples_read(a, nodes[M_EXAMPLES], &m, f);
    identifiers_read(&m, &v[M_IDENTIFIERS], nodes[M_IDENTIFIERS], f);
    element_known(f, &m, nodes[M_REQUESTER], m.requester);
    element_known(f, &m, nodes[M_RANGE_FROM], m.range_from);
    element_known(f, &m, nodes[M_RANGE_TO], m.range_to);
    if (f->found.count > 0)
        return false;
    *ret = m;
    return true;
}

/* --- files --- */

static bool file_text(struct arena *a, const char *path, struct str *ret, struct err *e)
{
    struct buf bytes = BUF_INIT(LIMIT_CONFIG_BYTES);
    bool good = file_read(path, &bytes, e);
    if (good)
        *ret = str_part(arena_text(a, buf_str(&bytes)), bytes.n);
    buf_release(&bytes);
    return good;
}

static bool modality_load(struct arena *a, const char *path, struct modality *ret, struct err *e)
{
    struct str text;
    struct finder f = {.lang = e->lang, .code = ERR_PROFILE};
    bool good = file_text(a, path, &text, e);
    if (good && !modality_load_text(a, text, path, ret, &f)) {
        findings_sort(&f.found);
        good = findings_fail(&f.found, path, e);
    }
    config_findings_release(&f.found);
    return good;
}

static bool environment_load(struct arena *a, const char *path, struct environment *ret, struct err *e)
{
    struct str text;
    struct finder f = {.lang = e->lang, .code = ERR_PROFILE};
    bool good = file_text(a, path, &text, e);
    if (good && !environment_load_text(a, text, ret, &f)) {
        findings_sort(&f.found);
        good = findings_fail(&f.found, path, e);
    }
    config_findings_release(&f.found);
    return good;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names that end in .yaml, sorted. */
static bool names_list(struct arena *a, const char *dir, const char **names, size_t *ret_count, struct err *e)
{
    DIR *d = opendir(dir);
    if (d == NULL)
        return err_set(e, ERR_FILE, N_("the modalities cannot be read: there is no directory %s"), dir);
    size_t count = 0;
    bool good = true;
    for (struct dirent *entry; good && (entry = readdir(d)) != NULL;) {
        struct str name = str_of(entry->d_name);
        if (name.p[0] == '.' || !str_ends(name, ".yaml"))
            continue;
        if (count == LIMIT_MODALITIES)
            good = err_set(e, ERR_LIMIT, N_("%s has more than %d modalities"), dir, LIMIT_MODALITIES);
        else
            names[count++] = arena_text(a, name);
    }
    closedir(d);
    qsort(names, count, sizeof *names, by_text);
    *ret_count = count;
    return good;
}

bool modalities_load(struct arena *a, const char *dir, struct modalities *ret, struct err *e)
{
    struct modalities all = {0};
    const char *folder = path_join(a, dir, "modalities");
    const char **names = arena_array(a, const char *, LIMIT_MODALITIES);
    if (!environment_load(a, path_join(a, dir, "environment.yaml"), &all.environment, e) ||
        !names_list(a, folder, names, &all.count, e))
        return false;
    struct modality *items = arena_array(a, struct modality, all.count == 0 ? 1 : all.count);
    for (size_t i = 0; i < all.count; i++)
        if (!modality_load(a, path_join(a, folder, names[i]), &items[i], e))
            return false;
    all.items = items;
    *ret = all;
    return true;
}

const struct modality *modality_find(const struct modalities *all, struct str name)
{
    for (size_t i = 0; i < all->count; i++)
        if (str_is(name, all->items[i].name))
            return &all->items[i];
    return NULL;
}

const struct modality *modality_nearest(const struct modalities *all, struct str name)
{
    const struct modality *best = NULL;
    struct arena a = {0};
    int least = LIMIT_EDIT_DISTANCE + 1;
    const char *folded = name.n > LIMIT_REMARK_CHARS ? "" : text_fold(&a, name);
    for (size_t i = 0; i < all->count && folded[0] != '\0'; i++) {
        int far = text_distance(folded, text_fold(&a, str_of(all->items[i].name)), LIMIT_EDIT_DISTANCE);
        if (far < least) {
            least = far;
            best = &all->items[i];
        }
    }
    arena_release(&a);
    return best;
}
