/* Jira: asking and changing. Every change looks first whether it is there already. */
#include "ticket/jira.h"

#define KIND_LABEL "talaia-%s"
#define LIST_FIELDS "summary", "status", "issuetype", "labels", "duedate", "created", "resolutiondate"

/* ------------------------------------------------------------------ words */

static void jira_refused(const struct remote *r, int status, const json_t *body, struct err *e)
{
    struct arena a = {0};
    const char *why = jira_reasons(&a, body, NULL);
    if (why[0] == '\0')
        ;
    else if (status == 401)
        err_set(e, ERR_LOGIN, N_("%s refuses tracker.token (401: %s): make a new personal access token in Jira"),
                r->host, why);
    else if (status == 403)
        err_set(e, ERR_LOGIN, N_("%s forbids it (403: %s): the account of tracker.token needs the right to do this"),
                r->host, why);
    else
        err_set(e, ERR_REMOTE, N_("%s refuses it (%d): %s"), r->host, status, why);
    arena_release(&a);
}

bool jira_no_ticket(const struct jira *j, const char *key, struct err *e)
{
    return err_set(e, ERR_UNKNOWN, N_("%s: there is no ticket %s, or the account of tracker.token may not see it"),
                   j->remote.host, key);
}

static bool jira_open(const struct tracker_options *o, void **ret, struct err *e)
{
    struct jira *j = mem_alloc(1, sizeof *j);
    j->o = o;
    char *login = arena_printf(&j->arena, "Authorization: Bearer %s", o->token);
    if (!remote_open(&j->remote, o, login, e)) {
        arena_release(&j->arena);
        mem_free(j);
        return false;
    }
    j->remote.refused = jira_refused;
    *ret = j;
    return true;
}

static void jira_close(void *self)
{
    struct jira *j = self;
    jira_plan_free(&j->plan);
    remote_close(&j->remote);
    arena_release(&j->arena);
    mem_free(j);
}

static int jira_retry_seconds(const void *self)
{
    const struct jira *j = self;
    return remote_retry_seconds(&j->remote);
}

/* ------------------------------------------------------------------ one ticket */

/* GET of a resource below a ticket; the ticket must be there. */
bool jira_part_get(struct jira *j, const char *key, const char *part, json_t **ret, struct err *e)
{
    struct arena a = {0};
    bool found = true;
    bool ok = remote_get(&j->remote, arena_printf(&a, JIRA_API "issue/%s%s", key, part), ret, &found, e) &&
              (found || jira_no_ticket(j, key, e));
    arena_release(&a);
    return ok;
}

/* A change of a resource below a ticket. */
enum remote_end jira_part_send(struct jira *j, enum http_method method, const char *key, const char *part,
                               const json_t *body, struct err *e)
{
    struct arena a = {0};
    const struct remote_call call = {
        .method = method, .path = arena_printf(&a, JIRA_API "issue/%s%s", key, part), .body = body};
    int status;
    enum remote_end end = remote_send(&j->remote, &call, NULL, &status, e);
    if (end == REMOTE_REFUSED && status == 404) {
        err_clear(e);
        (void)jira_no_ticket(j, key, e);
    } else if (end != REMOTE_DONE) {
        err_where(e, "%s", key);
    }
    arena_release(&a);
    return end;
}

struct notes {
    struct ticket_note *items;
    size_t count, capacity;
};

static void note_take(struct arena *a, const json_t *c, struct notes *notes)
{
    char *text = jira_text_read(a, json_text_at(c, "body"));
    const char *who = json_text_at(c, "author.displayName");
    struct str rest, mark, word;
    struct ticket_note n = {.who = arena_strdup(a, who[0] == '\0' ? json_text_at(c, "author.name") : who),
                            .marker = "",
                            .text = text,
                            .at = json_instant_at(c, "created")};
    if (ticket_mark_split(str_of(text), &rest, &mark, &word)) {
        n.marker = arena_text(a, mark);
        n.text = arena_text(a, rest);
    }
    vec_push(notes, n);
}

/* All notes, page by page. */
bool jira_notes_get(struct jira *j, struct arena *a, const char *key, const struct ticket_note **ret, size_t *ret_count,
                    struct err *e)
{
    struct notes notes = {0};
    bool ok = true, last = false;
    for (int page = 0; ok && !last && page < LIMIT_TRACKER_PAGES; page++) {
        json_t *body = NULL;
        ok = jira_part_get(j, key, arena_printf(a, "/comment?startAt=%zu&maxResults=100", notes.count), &body, e);
        const json_t *list = json_at(body, "comments");
        size_t count = json_array_size(list);
        for (size_t i = 0; i < count; i++)
            note_take(a, json_array_get(list, i), &notes);
        last = count == 0 || (int64_t)notes.count >= json_int_at(body, "total");
        json_decref(body);
    }
    if (ok) {
        *ret = vec_to_arena(&notes, a);
        *ret_count = notes.count;
    }
    vec_release(&notes);
    return ok;
}

static bool watchers_get(struct jira *j, struct arena *a, const char *key, struct ticket *t, struct err *e)
{
    json_t *body = NULL;
    if (!jira_part_get(j, key, "/watchers", &body, e))
        return false;
    const json_t *list = json_at(body, "watchers");
    const char **names = arena_array(a, const char *, json_array_size(list) + 1);
    for (size_t i = 0; i < json_array_size(list); i++)
        names[t->watcher_count++] = json_kept(a, json_array_get(list, i), "name");
    t->watchers = names;
    json_decref(body);
    return true;
}

static bool jira_get(void *self, struct tx *tx, struct arena *a, const char *key, struct ticket *ret, bool *ret_found,
                     struct err *e)
{
    struct jira *j = self;
    json_t *issue = NULL;
    bool found = false;
    struct ticket t;
    (void)tx;
    if (!remote_get(&j->remote, arena_printf(a, JIRA_API "issue/%s?expand=names", key), &issue, &found, e))
        return false;
    if (found) {
        jira_ticket_read(a, issue, json_at(issue, "names"), j->o->date_field, j->remote.base, &t);
        json_decref(issue);
        if (t.key[0] == '\0')
            return err_set(e, ERR_REMOTE, N_("%s: the answer for ticket %s is not one"), j->remote.host, key);
        if (!jira_notes_get(j, a, key, &t.notes, &t.note_count, e) || !watchers_get(j, a, key, &t, e))
            return false;
        *ret = t;
    }
    *ret_found = found;
    return true;
}

/* ------------------------------------------------------------------ searching */

/* `most` tickets from `start` on in one page, which Jira may make smaller. */
static bool search(struct jira *j, const char *jql, size_t start, size_t most, json_t **ret, struct err *e)
{
    json_t *body = json_pack("{s:s, s:I, s:I, s:[s,s,s,s,s,s,s]}", "jql", jql, "startAt", (json_int_t)start,
                             "maxResults", (json_int_t)most, "fields", LIST_FIELDS);
    const char *date = j->plan.made ? j->plan.date_id : j->o->date_field;
    if (date != NULL && str_starts(str_of(date), "customfield_"))
        json_array_append_new(json_object_get(body, "fields"), json_string(date));
    const struct remote_call call = {.method = HTTP_POST, .path = JIRA_API "search", .body = body};
    enum remote_end end = remote_send(&j->remote, &call, ret, NULL, e);
    json_decref(body);
    return end == REMOTE_DONE;
}

/* The key of the oldest ticket with that uid; "" when the index has none. Looks again while what was tried at `since`
 * may not be indexed yet. */
static bool look(struct jira *j, struct arena *a, const char *uid, instant_t since, int seconds, const char **ret,
                 struct err *e)
{
    const char *jql = arena_printf(a, "labels = %s ORDER BY created ASC", jql_quote(a, uid));
    const char *key = "";
    do {
        json_t *body = NULL;
        if (!search(j, jql, 0, 1, &body, e))
            return false;
        key = json_kept(a, json_array_get(json_at(body, "issues"), 0), "key");
        json_decref(body);
    } while (key[0] == '\0' && remote_look_again(since, seconds));
    if (key[0] != '\0' && !ticket_key_is_project_number(str_of(key)))
        return err_set(e, ERR_REMOTE, N_("%s: \"%s\" is not the key of a ticket"), j->remote.host, key);
    *ret = key;
    return true;
}

static bool jira_find(void *self, struct tx *tx, struct arena *a, const char *uid, struct ticket *ret, bool *ret_found,
                      struct err *e)
{
    const char *key;
    if (!look(self, a, uid, INSTANT_NONE, 0, &key, e))
        return false;
    *ret_found = false;
    return key[0] == '\0' || jira_get(self, tx, a, key, ret, ret_found, e);
}

static const char *query_jql(struct jira *j, struct arena *a, const struct ticket_query *q)
{
    int64_t number;
    if (str_to_int64(str_of(q->filter), 0, INT64_MAX, &number))
        return arena_printf(a, "filter = %lld ORDER BY created DESC", (long long)number);
    if (q->filter[0] != '\0')
        return q->filter;
    return arena_printf(
        a, "project = %s%s%s%s ORDER BY created DESC", jql_quote(a, j->o->project),
        q->open_only ? " AND statusCategory != Done" : "", q->ours_only ? " AND labels = talaia" : "",
        q->one_kind ? arena_printf(a, " AND labels = \"" KIND_LABEL "\"", action_group_code(q->kind)) : "");
}

static bool jira_list(void *self, struct tx *tx, struct arena *a, const struct ticket_query *q, size_t most,
                      struct ticket **ret, size_t *ret_count, int64_t *ret_total, struct err *e)
{
    struct jira *j = self;
    VEC(struct ticket) found = {0};
    const char *jql = query_jql(j, a, q);
    int64_t total = 0;
    bool ok = true, last = false;
    (void)tx;
    for (int page = 0; ok && !last && page < LIMIT_TRACKER_PAGES; page++) {
        json_t *body = NULL;
        ok = search(j, jql, found.count, most - found.count > 100 ? 100 : most - found.count, &body, e);
        const json_t *issues = json_at(body, "issues");
        size_t count = most == 0 ? 0 : json_array_size(issues);
        total = json_int_at(body, "total");
        for (size_t i = 0; i < count && found.count < most; i++) {
            struct ticket t;
            jira_ticket_read(a, json_array_get(issues, i), NULL,
                             j->plan.made && j->plan.date_id != NULL ? j->plan.date_id : j->o->date_field,
                             j->remote.base, &t);
            vec_push(&found, t);
        }
        last = count == 0 || found.count >= most || (int64_t)found.count >= total;
        json_decref(body);
    }
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
        *ret_total = total;
    }
    vec_release(&found);
    return ok;
}

/* ------------------------------------------------------------------ making */

static json_t *fields_make(struct jira *j, struct arena *a, const struct ticket_new *n)
{
    const struct jira_plan *p = &j->plan;
    json_t *f = json_deep_copy(p->values), *labels = json_object_get(f, "labels");
    char day[DAY_TEXT_BYTES];
    json_object_set_new(f, "project", json_pack("{s:s}", "key", j->o->project));
    json_object_set_new(f, "issuetype", json_pack("{s:s}", "id", p->type_id));
    json_object_set_new(f, "summary", json_string(n->summary));
    json_object_set_new(f, "description", json_string(jira_text_write(a, n->description)));
    json_array_append_new(labels, json_string(n->uid));
    json_array_append_new(labels, json_string("talaia"));
    json_array_append_new(labels, json_string(arena_printf(a, KIND_LABEL, action_group_code(n->kind))));
    if (n->due != DAY_NONE && p->has_due)
        json_object_set_new(f, "duedate", json_string(day_iso(n->due, day)));
    if (n->due != DAY_NONE && p->date_id != NULL)
        json_object_set_new(f, p->date_id, json_string(day_iso(n->due, day)));
    return f;
}

/* The POST; *ret_key the new key. When nobody knows whether it got through, looks until the index must have it. */
static bool issue_post(struct jira *j, struct arena *a, const struct ticket_new *n, const char **ret_key, struct err *e)
{
    if (!jira_plan_make(j, e))
        return false;
    if (n->due != DAY_NONE && !j->plan.has_due && j->plan.date_id == NULL)
        return err_set(e, ERR_REMOTE,
                       N_("%s: the create screen of %s \"%s\" has no due date (duedate), and tracker.date_field names "
                          "no other field for the day of expiry"),
                       j->remote.host, j->o->project, j->plan.type_name);
    json_t *body = json_pack("{s:o}", "fields", fields_make(j, a, n)), *made = NULL;
    const struct remote_call call = {.method = HTTP_POST, .path = JIRA_API "issue", .body = body};
    instant_t since = clock_system().now;
    enum remote_end end = remote_send(&j->remote, &call, &made, NULL, e);
    const char *key = json_kept(a, made, "key");
    json_decref(body);
    json_decref(made);
    if (end == REMOTE_DONE && ticket_key_is_project_number(str_of(key))) {
        *ret_key = key;
        return true;
    }
    if (end == REMOTE_LATER || end == REMOTE_REFUSED)
        return false;
    struct err looking = {.lang = e->lang};
    bool there = look(j, a, n->uid, since, LIMIT_TRACKER_LAG_SECONDS, &key, &looking) && key[0] != '\0';
    err_clear(e);
    if (!there)
        return ticket_unsure(j->remote.host, e);
    *ret_key = key;
    return true;
}

static bool complete(struct jira *j, struct arena *a, struct ticket *t, struct err *e)
{
    for (size_t i = 0; i < j->o->watcher_count; i++) {
        struct err why = {.lang = e->lang};
        bool there = false;
        for (size_t k = 0; k < t->watcher_count && !there; k++)
            there = strcmp(t->watchers[k], j->o->watchers[i]) == 0;
        if (!there && !ticket_remark(a, t, jira_watch(j, NULL, t->key, j->o->watchers[i], &why), &why, e))
            return false;
    }
    struct err why = {.lang = e->lang};
    bool linked = j->o->template_key[0] == '\0';
    for (size_t i = 0; i < t->link_count && !linked; i++)
        linked = strcmp(t->links[i], j->o->template_key) == 0;
    return linked || ticket_remark(a, t, jira_link(j, NULL, t->key, j->o->template_key, &why), &why, e);
}

static bool jira_create(void *self, struct tx *tx, struct arena *a, const struct ticket_new *n, struct ticket *ret,
                        struct err *e)
{
    struct jira *j = self;
    const char *key;
    struct ticket t;
    bool found;
    if (!look(j, a, n->uid, n->tried, LIMIT_TRACKER_FLIGHT_SECONDS, &key, e) ||
        (key[0] == '\0' && !issue_post(j, a, n, &key, e)) || !jira_get(j, tx, a, key, &t, &found, e))
        return false;
    if (!found)
        return jira_no_ticket(j, key, e);
    if (!complete(j, a, &t, e))
        return false;
    *ret = t;
    return true;
}

const struct adapter adapter_jira = {
    .code = "jira",
    .summary_chars = LIMIT_TICKET_SUMMARY_CHARS,
    .text_chars = JIRA_TEXT_CHARS - JIRA_TEXT_SPARE,
    .open = jira_open,
    .close = jira_close,
    .retry_seconds = jira_retry_seconds,
    .key_valid = ticket_key_is_project_number,
    .create = jira_create,
    .note_add = jira_note_add,
    .set_due = jira_set_due,
    .watch = jira_watch,
    .link = jira_link,
    .set_open = jira_set_open,
    .attach = jira_attach,
    .get = jira_get,
    .find = jira_find,
    .list = jira_list,
    .examine = jira_examine,
};
