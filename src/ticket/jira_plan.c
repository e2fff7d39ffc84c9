/* What a new ticket in Jira needs: its type, the fields of the create screen, what is copied from the template ticket.
 * There is no clone in Jira's REST: the template is read and those of its fields are written that the create screen
 * takes. */
#include "ticket/jira.h"

void jira_plan_free(struct jira_plan *p)
{
    json_decref(p->values);
    *p = (struct jira_plan){0};
}

bool jira_template_get(struct jira *j, json_t **ret, struct err *e)
{
    const char *key = j->o->template_key;
    json_t *issue = NULL;
    bool found = true;
    if (key[0] != '\0') {
        struct arena a = {0};
        if (!ticket_key_is_project_number(str_of(key)))
            err_set(e, ERR_CONFIG, N_("\"%s\" is not the key of a ticket: correct tickets.template of the profile"),
                    key);
        else if (!remote_get(&j->remote, arena_printf(&a, JIRA_API "issue/%s", key), &issue, &found, e))
            issue = NULL;
        else if (!found)
            err_set(e, ERR_REMOTE,
                    N_("%s: the template ticket %s is not there, or the account of tracker.token may not see it; "
                       "correct tickets.template of the profile"),
                    j->remote.host, key);
        arena_release(&a);
    }
    if (e->code != ERR_NONE) {
        json_decref(issue);
        return false;
    }
    *ret = issue;
    return true;
}

/* ------------------------------------------------------------------ lists in pages */

/* Calls `take` for each of "values" of all pages of a createmeta resource. */
static bool values_each(struct jira *j, const char *path, void (*take)(void *context, const json_t *value),
                        void *context, struct err *e)
{
    struct arena a = {0};
    bool ok = true, last = false;
    size_t start = 0;
    for (int page = 0; ok && !last && page < LIMIT_TRACKER_PAGES; page++) {
        json_t *body = NULL;
        bool found = false;
        ok = remote_get(&j->remote, arena_printf(&a, "%s?startAt=%zu&maxResults=50", path, start), &body, &found, e);
        if (ok && !found)
            ok = err_set(e, ERR_REMOTE,
                         N_("%s: there is no project %s in which the account of tracker.token may make tickets; check "
                            "tracker.project"),
                         j->remote.host, j->o->project);
        const json_t *values = json_at(body, "values");
        size_t count = json_array_size(values);
        for (size_t i = 0; ok && i < count; i++)
            take(context, json_array_get(values, i));
        start += count;
        last = count == 0 || json_is_true(json_at(body, "isLast")) ||
               (json_at(body, "total") != NULL && (int64_t)start >= json_int_at(body, "total"));
        json_decref(body);
    }
    arena_release(&a);
    return ok;
}

/* ------------------------------------------------------------------ the type */

struct type_search {
    struct arena *arena;
    const char *wanted; /* by name */
    const char *id, *name;
    struct buf known;
};

static void type_take(void *context, const json_t *value)
{
    struct type_search *s = context;
    const char *name = json_text_at(value, "name");
    if (json_is_true(json_at(value, "subtask")))
        return;
    buf_printf(&s->known, "%s%s", s->known.n > 0 ? ", " : "", name);
    if (s->id == NULL && names_equal(name, s->wanted)) {
        s->id = json_kept(s->arena, value, "id");
        s->name = json_kept(s->arena, value, "name");
    }
}

bool jira_type_find(struct jira *j, const json_t *template_issue, const char **ret_id, const char **ret_name,
                    struct err *e)
{
    const char *wanted = j->o->type[0] != '\0' ? j->o->type : json_text_at(template_issue, "fields.issuetype.name");
    if (wanted[0] == '\0')
        return err_set(e, ERR_CONFIG,
                       N_("without a template ticket Jira needs tracker.type: the name of an issue type"));
    struct arena a = {0};
    struct type_search s = {.arena = &j->arena, .wanted = wanted, .known = BUF_INIT(LIMIT_ERR_BYTES / 2)};
    bool ok = values_each(j, arena_printf(&a, JIRA_API "issue/createmeta/%s/issuetypes", url_escape(&a, j->o->project)),
                          type_take, &s, e);
    if (ok && s.id == NULL)
        ok = err_set(e, ERR_REMOTE, N_("%s: project %s has no issue type \"%s\"; tracker.type may be one of: %s"),
                     j->remote.host, j->o->project, wanted, buf_text(&s.known));
    if (ok) {
        *ret_id = s.id;
        *ret_name = s.name;
    }
    buf_release(&s.known);
    arena_release(&a);
    return ok;
}

/* ------------------------------------------------------------------ the create screen */

static void field_take(void *context, const json_t *value)
{
    const char *id = json_text_at(value, "fieldId");
    if (id[0] != '\0' && json_object_size(context) < LIMIT_TRACKER_FIELDS)
        json_object_set(context, id, (json_t *)value);
}

bool jira_screen_get(struct jira *j, const char *type_id, json_t **ret, struct err *e)
{
    struct arena a = {0};
    json_t *screen = json_object();
    bool ok = values_each(j,
                          arena_printf(&a, JIRA_API "issue/createmeta/%s/issuetypes/%s", url_escape(&a, j->o->project),
                                       url_escape(&a, type_id)),
                          field_take, screen, e);
    if (ok && json_object_size(screen) == 0)
        ok = err_set(e, ERR_LOGIN,
                     N_("%s: the account of tracker.token may not make tickets in project %s: give it the right to"),
                     j->remote.host, j->o->project);
    if (ok)
        *ret = screen;
    else
        json_decref(screen);
    arena_release(&a);
    return ok;
}

static bool is_date(const json_t *field)
{
    return strcmp(json_text_at(field, "schema.type"), "date") == 0;
}

bool jira_date_find(struct jira *j, const json_t *fields, const char *where, const char **ret_id, const char **ret_name,
                    struct err *e)
{
    const char *wanted = j->o->date_field, *id, *found = NULL;
    const json_t *field;
    struct buf dates = BUF_INIT(LIMIT_ERR_BYTES / 2);
    json_object_foreach((json_t *)fields, id, field)
    {
        const char *name = json_text_at(field, "name");
        if (is_date(field))
            buf_printf(&dates, "%s%s (%s)", dates.n > 0 ? ", " : "", name, id);
        if (found == NULL && (strcmp(id, wanted) == 0 || names_equal(name, wanted)))
            found = id;
    }
    bool ok = true;
    if (wanted[0] != '\0' && found == NULL)
        ok = err_set(e, ERR_REMOTE,
                     N_("%s: the field \"%s\" (tracker.date_field) is not on the %s; have it put there, or name one of "
                        "its dates: %s"),
                     j->remote.host, wanted, where, dates.n > 0 ? buf_text(&dates) : "—");
    else if (found != NULL && !is_date(json_object_get(fields, found)))
        ok = err_set(e, ERR_REMOTE, N_("%s: the field \"%s\" (tracker.date_field) is not a date but: %s"),
                     j->remote.host, wanted, json_text_at(json_object_get(fields, found), "schema.type"));
    if (ok) {
        *ret_id = wanted[0] == '\0' ? NULL : arena_strdup(&j->arena, found);
        *ret_name = *ret_id == NULL ? NULL : json_kept(&j->arena, json_object_get(fields, found), "name");
    }
    buf_release(&dates);
    return ok;
}

/* ------------------------------------------------------------------ all of it */

/* Not copied: what is the new ticket's own, and who reported the template. */
static bool is_own(const char *id)
{
    static const char *const own[] = {"project", "issuetype", "summary",    "description", "duedate",
                                      "labels",  "reporter",  "attachment", "issuelinks"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(id, own[i]) == 0)
            return true;
    }
    return false;
}

static json_t *labels_copy(const json_t *labels)
{
    json_t *copy = json_array();
    for (size_t i = 0; i < json_array_size(labels); i++) {
        const char *text = json_string_value(json_array_get(labels, i));
        if (text != NULL && !str_starts(str_of(text), "talaia-"))
            json_array_append_new(copy, json_string(text));
    }
    return copy;
}

/* Values of the template for the fields of the screen; a field that must have one and gets none is an error. */
static bool values_copy(struct jira *j, const json_t *screen, const json_t *template_issue, struct jira_plan *p,
                        struct err *e)
{
    const char *id;
    const json_t *field;
    json_object_foreach((json_t *)screen, id, field)
    {
        if (is_own(id) || (p->date_id != NULL && strcmp(id, p->date_id) == 0))
            continue;
        const json_t *value = json_object_get(json_at(template_issue, "fields"), id);
        json_t *copy = json_is_null(value) ? NULL : jira_value_copy(value, json_at(field, "schema"));
        if (copy != NULL)
            json_object_set_new(p->values, id, copy);
        else if (json_is_true(json_at(field, "required")) && !json_is_true(json_at(field, "hasDefaultValue")))
            return err_set(e, ERR_REMOTE,
                           N_("%s: the field \"%s\" (%s) must have a value on the create screen of %s \"%s\", and the "
                              "template ticket %s has none: fill it in there"),
                           j->remote.host, json_text_at(field, "name"), id, j->o->project, p->type_name,
                           j->o->template_key[0] == '\0' ? "—" : j->o->template_key);
    }
    if (json_object_get(screen, "labels") == NULL)
        return err_set(
            e, ERR_REMOTE,
            N_("%s: the field \"labels\" is not on the create screen of %s \"%s\"; Talaia needs it to find its "
               "tickets again: have it put there"),
            j->remote.host, j->o->project, p->type_name);
    json_object_set_new(p->values, "labels", labels_copy(json_at(template_issue, "fields.labels")));
    p->has_due = json_object_get(screen, "duedate") != NULL;
    return true;
}

bool jira_plan_make(struct jira *j, struct err *e)
{
    if (j->plan.made)
        return true;
    struct jira_plan p = {.values = json_object()};
    struct arena a = {0};
    json_t *template_issue = NULL, *screen = NULL;
    bool ok =
        jira_template_get(j, &template_issue, e) && jira_type_find(j, template_issue, &p.type_id, &p.type_name, e) &&
        jira_screen_get(j, p.type_id, &screen, e) &&
        jira_date_find(j, screen,
                       arena_printf(&a, tr(e->lang, N_("create screen of %s \"%s\"")), j->o->project, p.type_name),
                       &p.date_id, &p.date_name, e) &&
        values_copy(j, screen, template_issue, &p, e);
    json_decref(template_issue);
    json_decref(screen);
    arena_release(&a);
    if (!ok) {
        jira_plan_free(&p);
        return false;
    }
    p.made = true;
    j->plan = p;
    return true;
}
