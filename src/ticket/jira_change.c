/* Jira: changing a ticket that is there, and the examination. Every change looks first whether it is there already. */
#include "ticket/jira.h"

static bool note_there(struct jira *j, const char *key, const char *marker, bool *ret, struct err *e)
{
    struct arena a = {0};
    const struct ticket_note *notes;
    size_t count;
    bool there = false, ok = jira_notes_get(j, &a, key, &notes, &count, e);
    for (size_t i = 0; ok && i < count && !there; i++)
        there = strcmp(notes[i].marker, marker) == 0;
    arena_release(&a);
    *ret = there;
    return ok;
}

/* Notes are read from the database, not from the index: what was carried out is seen at once; what may still be under
 * way is waited for. */
bool jira_note_add(void *self, struct tx *tx, const char *key, const char *marker, const char *text, instant_t tried,
                   struct err *e)
{
    struct jira *j = self;
    bool there = false;
    (void)tx;
    do {
        if (!note_there(j, key, marker, &there, e))
            return false;
    } while (!there && remote_look_again(tried, LIMIT_TRACKER_FLIGHT_SECONDS));
    if (there)
        return true;
    struct arena a = {0};
    json_t *body = json_pack("{s:s}", "body", arena_printf(&a, "%s\n\n(%s)", jira_text_write(&a, text), marker));
    enum remote_end end = jira_part_send(j, HTTP_POST, key, "/comment", body, e);
    json_decref(body);
    arena_release(&a);
    struct err looking = {.lang = e->lang};
    if (end == REMOTE_UNKNOWN && note_there(j, key, marker, &there, &looking) && there) {
        err_clear(e);
        return true;
    }
    return end == REMOTE_DONE;
}

bool jira_set_due(void *self, struct tx *tx, const char *key, day_t due, struct err *e)
{
    struct jira *j = self;
    json_t *issue = NULL, *fields = json_object();
    const char *id = NULL, *name;
    char day[DAY_TEXT_BYTES];
    (void)tx;
    bool ok = jira_part_get(j, key, "?fields=duedate&expand=editmeta", &issue, e);
    const json_t *screen = json_at(issue, "editmeta.fields");
    ok = ok && jira_date_find(j, screen, tr(e->lang, N_("edit screen")), &id, &name, e);
    if (ok && id != NULL)
        json_object_set_new(fields, id, due == DAY_NONE ? json_null() : json_string(day_iso(due, day)));
    if (ok && json_object_get(screen, "duedate") != NULL)
        json_object_set_new(fields, "duedate", due == DAY_NONE ? json_null() : json_string(day_iso(due, day)));
    if (ok && json_object_size(fields) == 0)
        ok = err_set(e, ERR_REMOTE, N_("%s: no date can be changed on the edit screen of %s"), j->remote.host, key);
    json_t *body = json_pack("{s:o}", "fields", fields);
    ok = ok && jira_part_send(j, HTTP_PUT, key, "", body, e) == REMOTE_DONE;
    json_decref(body);
    json_decref(issue);
    return ok;
}

bool jira_watch(void *self, struct tx *tx, const char *key, const char *user, struct err *e)
{
    struct jira *j = self;
    (void)tx;
    json_t *body = json_string(user);
    if (body == NULL)
        return err_set(e, ERR_VALUE, N_("the user name of a watcher is not UTF-8"));
    bool ok = jira_part_send(j, HTTP_POST, key, "/watchers", body, e) == REMOTE_DONE;
    json_decref(body);
    return ok;
}

/* The kind of link: "Relates" as it is delivered, else the first there is. */
static bool link_type(struct jira *j, struct arena *a, const char **ret, struct err *e)
{
    json_t *body = NULL;
    bool found;
    if (!remote_get(&j->remote, JIRA_API "issueLinkType", &body, &found, e))
        return false;
    const json_t *types = json_at(body, "issueLinkTypes");
    const char *name = json_kept(a, json_array_get(types, 0), "name");
    for (size_t i = 0; i < json_array_size(types); i++) {
        if (strcmp(json_text_at(json_array_get(types, i), "name"), "Relates") == 0)
            name = "Relates";
    }
    json_decref(body);
    *ret = name;
    return name[0] != '\0' || err_set(e, ERR_REMOTE,
                                      N_("%s does not link tickets: it is switched off there, or there "
                                         "is no kind of link"),
                                      j->remote.host);
}

bool jira_link(void *self, struct tx *tx, const char *key, const char *other, struct err *e)
{
    struct jira *j = self;
    struct arena a = {0};
    struct ticket t;
    json_t *issue = NULL;
    const char *type;
    (void)tx;
    bool there = strcmp(key, other) == 0, ok = there || jira_part_get(j, key, "?fields=issuelinks", &issue, e);
    if (ok && !there) {
        jira_ticket_read(&a, issue, NULL, "", j->remote.base, &t);
        for (size_t i = 0; i < t.link_count && !there; i++)
            there = strcmp(t.links[i], other) == 0;
    }
    ok = ok && (there || link_type(j, &a, &type, e));
    if (ok && !there) {
        json_t *body = json_pack("{s:{s:s},s:{s:s},s:{s:s}}", "type", "name", type, "inwardIssue", "key", key,
                                 "outwardIssue", "key", other);
        const struct remote_call call = {.method = HTTP_POST, .path = JIRA_API "issueLink", .body = body};
        ok = remote_send(&j->remote, &call, NULL, NULL, e) == REMOTE_DONE;
        if (!ok)
            err_where(e, "%s – %s", key, other);
        json_decref(body);
    }
    json_decref(issue);
    arena_release(&a);
    return ok;
}

/* ------------------------------------------------------------------ open and closed */

static bool is_done(const json_t *to)
{
    return strcmp(json_text_at(to, "statusCategory.key"), "done") == 0;
}

/* The transition that tracker.close names, or the first that ends in a closed (or open) state. NULL when there is none;
 * `names` gets those that there are. */
static const json_t *transition_find(const json_t *list, const char *wanted, bool open, struct buf *names)
{
    const json_t *first = NULL;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *t = json_array_get(list, i);
        const char *name = json_text_at(t, "name");
        buf_printf(names, "%s%s → %s", names->n > 0 ? ", " : "", name, json_text_at(t, "to.name"));
        if (!open && wanted[0] != '\0' &&
            (names_equal(name, wanted) || names_equal(json_text_at(t, "to.name"), wanted)))
            return t;
        if (first == NULL && is_done(json_at(t, "to")) != open)
            first = t;
    }
    return !open && wanted[0] != '\0' ? NULL : first;
}

/* Fields that the transition's screen requires get the first value that it allows (a resolution, nearly always). */
static bool transition_fields(const struct jira *j, const json_t *transition, json_t *fields, struct err *e)
{
    const char *id;
    const json_t *field;
    json_object_foreach((json_t *)json_at(transition, "fields"), id, field)
    {
        if (!json_is_true(json_at(field, "required")) || json_is_true(json_at(field, "hasDefaultValue")))
            continue;
        const char *value = json_text_at(json_array_get(json_at(field, "allowedValues"), 0), "id");
        if (value[0] == '\0')
            return err_set(
                e, ERR_REMOTE,
                N_("%s: the transition \"%s\" asks for the field \"%s\" (%s), which only a person can fill in: "
                   "name another one in tracker.close"),
                j->remote.host, json_text_at(transition, "name"), json_text_at(field, "name"), id);
        json_object_set_new(fields, id, json_pack("{s:s}", "id", value));
    }
    return true;
}

/* The transition to take; *ret_list is its owner. */
static bool transition_get(struct jira *j, const char *key, bool open, json_t **ret_list, const json_t **ret,
                           struct err *e)
{
    struct buf names = BUF_INIT(LIMIT_ERR_BYTES / 2);
    json_t *list = NULL;
    const json_t *found = NULL;
    bool ok = jira_part_get(j, key, "/transitions?expand=transitions.fields", &list, e);
    if (ok) {
        found = transition_find(json_at(list, "transitions"), j->o->close, open, &names);
        ok = found != NULL;
        if (!ok && open)
            err_set(e, ERR_REMOTE, N_("%s: ticket %s cannot be opened again; its transitions are: %s"), j->remote.host,
                    key, names.n > 0 ? buf_text(&names) : "—");
        else if (!ok)
            err_set(
                e, ERR_REMOTE,
                N_("%s: ticket %s cannot be closed%s%s; its transitions are: %s. Name one in tracker.close, or close "
                   "it by hand"),
                j->remote.host, key, j->o->close[0] == '\0' ? "" : tr(e->lang, N_(" by ")), j->o->close,
                names.n > 0 ? buf_text(&names) : "—");
    }
    buf_release(&names);
    if (!ok) {
        json_decref(list);
        return false;
    }
    *ret_list = list;
    *ret = found;
    return true;
}

static bool is_open(struct jira *j, const char *key, bool *ret, struct err *e)
{
    json_t *issue = NULL;
    if (!jira_part_get(j, key, "?fields=status", &issue, e))
        return false;
    *ret = !is_done(json_at(issue, "fields.status"));
    json_decref(issue);
    return true;
}

bool jira_set_open(void *self, struct tx *tx, const char *key, bool open, struct err *e)
{
    struct jira *j = self;
    json_t *list = NULL;
    const json_t *transition = NULL;
    bool now = false;
    (void)tx;
    if (!is_open(j, key, &now, e))
        return false;
    if (now == open)
        return true;
    if (!transition_get(j, key, open, &list, &transition, e))
        return false;
    json_t *body = json_pack("{s:{s:s},s:{}}", "transition", "id", json_text_at(transition, "id"), "fields");
    enum remote_end end = REMOTE_REFUSED;
    if (transition_fields(j, transition, json_object_get(body, "fields"), e))
        end = jira_part_send(j, HTTP_POST, key, "/transitions", body, e);
    struct err looking = {.lang = e->lang};
    if (end == REMOTE_UNKNOWN && is_open(j, key, &now, &looking) && now == open) {
        err_clear(e);
        end = REMOTE_DONE;
    }
    json_decref(body);
    json_decref(list);
    return end == REMOTE_DONE;
}

/* ------------------------------------------------------------------ files */

static bool file_there(struct jira *j, const char *key, const struct ticket_file *f, bool *ret, struct err *e)
{
    json_t *issue = NULL;
    if (!jira_part_get(j, key, "?fields=attachment", &issue, e))
        return false;
    const json_t *files = json_at(issue, "fields.attachment");
    *ret = false;
    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *one = json_array_get(files, i);
        *ret |= strcmp(json_text_at(one, "filename"), f->name) == 0 && json_int_at(one, "size") == (int64_t)f->bytes.n;
    }
    json_decref(issue);
    return true;
}

bool jira_attach(void *self, struct tx *tx, const char *key, const struct ticket_file *f, struct err *e)
{
    struct jira *j = self;
    bool there = false;
    (void)tx;
    if (!file_there(j, key, f, &there, e) || there)
        return there;
    struct arena a = {0};
    const struct http_file file = {.field = "file", .name = f->name, .type = f->type, .bytes = f->bytes};
    const struct remote_call call = {.method = HTTP_POST,
                                     .path = arena_printf(&a, JIRA_API "issue/%s/attachments", key),
                                     .file = &file,
                                     .header = "X-Atlassian-Token: no-check"};
    enum remote_end end = remote_send(&j->remote, &call, NULL, NULL, e);
    arena_release(&a);
    if (end == REMOTE_DONE)
        return true;
    struct err looking = {.lang = e->lang};
    if (end == REMOTE_UNKNOWN && file_there(j, key, f, &there, &looking) && there) {
        err_clear(e);
        return true;
    }
    err_where(e, "%s, %s", key, f->name);
    return false;
}

/* ------------------------------------------------------------------ the examination */

struct examining {
    struct jira *j;
    struct arena *arena;
    struct tracker_report *report;
    enum lang lang;
};

static void good(struct examining *x, enum tracker_check c, const char *detail)
{
    x->report->checks[c].result = CHECK_GOOD;
    x->report->checks[c].detail = arena_strdup(x->arena, detail);
}

/* Takes the reason away: one bad thing does not end the examination. */
static void bad(struct examining *x, enum tracker_check c, struct err *why)
{
    x->report->checks[c].result = CHECK_BAD;
    x->report->checks[c].detail = arena_strdup(x->arena, why->text);
    err_clear(why);
}

static bool login_examine(struct examining *x, struct err *why)
{
    json_t *me = NULL;
    struct remote *r = &x->j->remote;
    bool found = false;
    if (!remote_get(r, JIRA_API "myself", &me, &found, why) || !found) {
        bool reached = why->code == ERR_LOGIN;
        if (found || why->code == ERR_NONE)
            err_set(why, ERR_REMOTE, N_("%s: there is no Jira at this address; check tracker.url"), r->base);
        if (reached)
            good(x, CHECK_REACHED, r->base);
        bad(x, reached ? CHECK_LOGIN : CHECK_REACHED, why);
        return false;
    }
    good(x, CHECK_REACHED, r->base);
    good(x, CHECK_LOGIN, arena_printf(x->arena, "%s (%s)", json_text_at(me, "displayName"), json_text_at(me, "name")));
    json_decref(me);
    return true;
}

static void project_examine(struct examining *x, struct err *why)
{
    json_t *project = NULL;
    struct jira *j = x->j;
    bool found = false;
    bool ok = remote_get(&j->remote, arena_printf(x->arena, JIRA_API "project/%s", url_escape(x->arena, j->o->project)),
                         &project, &found, why);
    if (ok && !found)
        ok = err_set(why, ERR_REMOTE,
                     N_("%s: there is no project %s, or the account of tracker.token may not see it; check "
                        "tracker.project"),
                     j->remote.host, j->o->project);
    if (ok)
        good(x, CHECK_PROJECT,
             arena_printf(x->arena, "%s (%s)", json_text_at(project, "key"), json_text_at(project, "name")));
    else
        bad(x, CHECK_PROJECT, why);
    json_decref(project);
}

static void type_examine(struct examining *x, const json_t *template_issue, struct err *why)
{
    struct jira *j = x->j;
    const char *id, *name, *date_id = NULL, *date_name = NULL;
    json_t *screen = NULL;
    if (!jira_type_find(j, template_issue, &id, &name, why) || !jira_screen_get(j, id, &screen, why)) {
        bad(x, CHECK_TYPE, why);
        return;
    }
    good(x, CHECK_TYPE, name);
    const char *where = arena_printf(x->arena, tr(x->lang, N_("create screen of %s \"%s\"")), j->o->project, name);
    if (!jira_date_find(j, screen, where, &date_id, &date_name, why))
        bad(x, CHECK_DATE_FIELD, why);
    else
        good(x, CHECK_DATE_FIELD, date_id == NULL ? "duedate" : arena_printf(x->arena, "%s (%s)", date_name, date_id));
    json_decref(screen);
    if (!jira_plan_make(j, why) && x->report->checks[CHECK_DATE_FIELD].result == CHECK_GOOD)
        bad(x, CHECK_TYPE, why);
    err_clear(why);
}

bool jira_examine(void *self, struct tx *tx, struct arena *a, struct tracker_report *ret, struct err *e)
{
    struct examining x = {.j = self, .arena = a, .report = ret, .lang = e->lang};
    struct err why = {.lang = e->lang};
    json_t *template_issue = NULL, *list = NULL;
    const json_t *transition = NULL;
    bool now = true;
    (void)tx;
    if (!login_examine(&x, &why))
        return true;
    project_examine(&x, &why);
    if (!jira_template_get(x.j, &template_issue, &why))
        bad(&x, CHECK_TEMPLATE, &why);
    else if (template_issue != NULL)
        good(&x, CHECK_TEMPLATE,
             arena_printf(a, "%s: %s", x.j->o->template_key, json_text_at(template_issue, "fields.summary")));
    type_examine(&x, template_issue, &why);
    /* How tickets close is seen on the template: it goes through the same workflow. */
    if (template_issue != NULL && is_open(x.j, x.j->o->template_key, &now, &why) && now) {
        if (transition_get(x.j, x.j->o->template_key, false, &list, &transition, &why))
            good(&x, CHECK_CLOSING,
                 arena_printf(a, "%s → %s", json_text_at(transition, "name"), json_text_at(transition, "to.name")));
        else
            bad(&x, CHECK_CLOSING, &why);
    }
    json_decref(list);
    json_decref(template_issue);
    return true;
}
