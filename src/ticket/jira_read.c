/* What Jira says, understood. Pure: no network, so that hostile answers can be tried. */
#include "ticket/jira.h"

#define KIND_PREFIX "talaia-"
#define REASON_BYTES 300 /* of one reason: a tracker may answer with a whole page */

char *jql_quote(struct arena *a, const char *text)
{
    struct str rest = str_of(text);
    char *out = arena_alloc(a, rest.n * 2 + 3, 1);
    size_t n = 0;
    out[n++] = '"';
    for (size_t i = 0; i < rest.n; i++) {
        unsigned char c = (unsigned char)rest.p[i];
        if (c < 0x20 || c == 0x7f)
            continue;
        if (c == '"' || c == '\\')
            out[n++] = '\\';
        out[n++] = (char)c;
    }
    out[n++] = '"';
    return out;
}

/* ------------------------------------------------------------------ text with Jira's own marks */

static bool is_mark(const char *p)
{
    return *p == '{' || *p == '[' || (*p == '!' && p[1] != '\0' && p[1] != ' ' && p[1] != '\n');
}

char *jira_text_write(struct arena *a, const char *text)
{
    char *out = arena_alloc(a, strlen(text) * 2 + 1, 1);
    size_t n = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (is_mark(p))
            out[n++] = '\\';
        out[n++] = *p;
    }
    return out;
}

char *jira_text_read(struct arena *a, const char *text)
{
    char *out = arena_alloc(a, strlen(text) + 1, 1);
    size_t n = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\\' && is_mark(p + 1))
            continue;
        if (*p == '\r' && p[1] == '\n')
            continue;
        out[n++] = *p;
    }
    return out;
}

/* ------------------------------------------------------------------ tickets */

static void labels_read(struct arena *a, const json_t *labels, struct ticket *t)
{
    size_t count = json_array_size(labels);
    const char **list = arena_array(a, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(labels, i));
        enum action_group kind;
        if (text == NULL)
            continue;
        list[t->label_count++] = arena_strdup(a, text);
        if (ticket_uid_valid(str_of(text)))
            t->uid = list[t->label_count - 1];
        else if (str_starts(str_of(text), KIND_PREFIX) && action_group_parse(text + sizeof KIND_PREFIX - 1, &kind))
            t->kind = kind;
    }
    t->labels = list;
}

static void links_read(struct arena *a, const json_t *links, struct ticket *t)
{
    size_t count = json_array_size(links);
    const char **list = arena_array(a, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *link = json_array_get(links, i);
        const char *key = json_text_at(link, "outwardIssue.key");
        if (key[0] == '\0')
            key = json_text_at(link, "inwardIssue.key");
        if (key[0] != '\0')
            list[t->link_count++] = arena_strdup(a, key);
    }
    t->links = list;
}

static void files_read(struct arena *a, const json_t *files, struct ticket *t)
{
    size_t count = json_array_size(files);
    const char **list = arena_array(a, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        list[t->file_count++] = json_kept(a, json_array_get(files, i), "filename");
    t->files = list;
}

/* The field of that name or id among "names": {"customfield_10123": "Data Estimada", …}. */
static const char *field_of(const json_t *names, const char *date_field)
{
    const char *id;
    const json_t *name;
    if (date_field[0] == '\0' || str_starts(str_of(date_field), "customfield_"))
        return date_field;
    json_object_foreach((json_t *)names, id, name)
    {
        const char *text = json_string_value(name);
        if (text != NULL && names_equal(text, date_field))
            return id;
    }
    return "";
}

void jira_ticket_read(struct arena *a, const json_t *issue, const json_t *names, const char *date_field,
                      const char *browse, struct ticket *ret)
{
    const json_t *f = json_at(issue, "fields");
    const char *date = field_of(names, date_field), *key = json_text_at(issue, "key");
    struct ticket t = {
        .key = arena_strdup(a, key),
        .uid = "",
        .summary = json_kept(a, f, "summary"),
        .description = jira_text_read(a, json_text_at(f, "description")),
        .status = json_kept(a, f, "status.name"),
        .type = json_kept(a, f, "issuetype.name"),
        .url = arena_printf(a, "%s/browse/%s", browse, key),
        .kind = GROUP_OTHER,
        .open = strcmp(json_text_at(f, "status.statusCategory.key"), "done") != 0,
        .due = json_day_at(f, "duedate"),
        .estimated = json_day_at(f, date[0] == '\0' ? "duedate" : date),
        .created = json_instant_at(f, "created"),
        .closed = json_instant_at(f, "resolutiondate"),
        .remark = "",
    };
    labels_read(a, json_at(f, "labels"), &t);
    links_read(a, json_at(f, "issuelinks"), &t);
    files_read(a, json_at(f, "attachment"), &t);
    *ret = t;
}

/* ------------------------------------------------------------------ fields of the template */

/* A thing that exists in Jira is named by its id; a user by his name. */
static json_t *reference_copy(const json_t *value)
{
    const char *by = json_at(value, "id") != NULL ? "id" : "name";
    const char *what = json_text_at(value, by);
    if (what[0] == '\0')
        return NULL;
    json_t *copy = json_pack("{s:s}", by, what), *child = NULL;
    if (json_is_object(json_at(value, "child")) && (child = reference_copy(json_at(value, "child"))) != NULL)
        json_object_set_new(copy, "child", child);
    return copy;
}

static json_t *one_copy(const json_t *value, const char *type)
{
    static const char *const plain[] = {"string", "number", "date", "datetime"};
    static const char *const references[] = {"option", "option-with-child", "priority", "component", "version", "user",
                                             "group",  "securitylevel"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (strcmp(type, plain[i]) == 0)
            return json_is_string(value) || json_is_number(value) ? json_deep_copy(value) : NULL;
    }
    for (size_t i = 0; i < sizeof references / sizeof *references; i++) {
        if (strcmp(type, references[i]) == 0)
            return json_is_object(value) ? reference_copy(value) : NULL;
    }
    return NULL;
}

json_t *jira_value_copy(const json_t *value, const json_t *schema)
{
    const char *type = json_text_at(schema, "type");
    if (str_starts(str_of(json_text_at(schema, "custom")), "com.pyxis.greenhopper")) /* sprints and ranks: not ours */
        return NULL;
    if (strcmp(type, "array") != 0)
        return one_copy(value, type);
    const char *items = json_text_at(schema, "items");
    json_t *copy = json_array();
    for (size_t i = 0; i < json_array_size(value); i++) {
        json_t *one = one_copy(json_array_get(value, i), items);
        if (one != NULL)
            json_array_append_new(copy, one);
    }
    if (json_array_size(copy) > 0)
        return copy;
    json_decref(copy);
    return NULL;
}

/* ------------------------------------------------------------------ refusals */

char *jira_reasons(struct arena *a, const json_t *body, const json_t *screen)
{
    struct buf b = BUF_INIT(LIMIT_ERR_BYTES);
    const char *field;
    const json_t *value, *messages = json_at(body, "errorMessages");
    for (size_t i = 0; i < json_array_size(messages); i++) {
        const char *why = json_string_value(json_array_get(messages, i));
        if (why != NULL)
            buf_printf(&b, "%s%.*s", b.n > 0 ? "; " : "", STR_ARG(str_utf8_cut(str_of(why), REASON_BYTES)));
    }
    json_object_foreach((json_t *)json_at(body, "errors"), field, value)
    {
        const char *why = json_string_value(value);
        const json_t *known = json_object_get(screen, field);
        const char *name = json_text_at(known, "name");
        if (why == NULL)
            continue;
        struct str shown = str_utf8_cut(str_of(why), REASON_BYTES);
        if (name[0] != '\0' && strcmp(name, field) != 0)
            buf_printf(&b, "%s%s (%s): %.*s", b.n > 0 ? "; " : "", name, field, STR_ARG(shown));
        else
            buf_printf(&b, "%s%s: %.*s", b.n > 0 ? "; " : "", field, STR_ARG(shown));
    }
    if (b.n == 0)
        buf_add_text(&b, json_text_at(body, "message"));
    char *text = arena_text(a, buf_str(&b));
    buf_release(&b);
    return text;
}
