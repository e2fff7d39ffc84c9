/* Redmine: asking, finding, making. */
#include "ticket/redmine.h"

/* ------------------------------------------------------------------ words */

static void redmine_refused(const struct remote *r, int status, const json_t *body, struct err *e)
{
    struct arena a = {0};
    const char *why = redmine_reasons(&a, body);
    if (status == 401)
        err_set(e, ERR_LOGIN, N_("%s does not know the API key of tracker.token (401): copy it from \"My account\""),
                r->host);
    else if (status == 403)
        err_set(e, ERR_LOGIN,
                N_("%s forbids it (403): the account of tracker.token needs a role in the project that "
                   "may do this"),
                r->host);
    else if (why[0] != '\0')
        err_set(e, ERR_REMOTE, N_("%s refuses it (%d): %s"), r->host, status, why);
    arena_release(&a);
}

static bool no_ticket(const struct redmine *r, const char *key, struct err *e)
{
    return err_set(e, ERR_UNKNOWN, N_("%s: there is no ticket %s, or the account of tracker.token may not see it"),
                   r->remote.host, key);
}

static bool key_valid(struct str key)
{
    return redmine_number(key) != 0;
}

static bool redmine_open(const struct tracker_options *o, void **ret, struct err *e)
{
    struct redmine *r = mem_alloc(1, sizeof *r);
    r->o = o;
    if (!remote_open(&r->remote, o, arena_printf(&r->arena, "X-Redmine-API-Key: %s", o->token), e)) {
        arena_release(&r->arena);
        mem_free(r);
        return false;
    }
    r->remote.refused = redmine_refused;
    *ret = r;
    return true;
}

static void redmine_close(void *self)
{
    struct redmine *r = self;
    remote_close(&r->remote);
    arena_release(&r->arena);
    mem_free(r);
}

static int redmine_retry_seconds(const void *self)
{
    const struct redmine *r = self;
    return remote_retry_seconds(&r->remote);
}

/* ------------------------------------------------------------------ asking */

/* Where a login is not required, Redmine answers a wrong key as if nobody had logged in: tickets would seem to be
 * missing and be made twice. So the first question is who we are. */
static bool login(struct redmine *r, struct err *e)
{
    json_t *body = NULL;
    bool found = false;
    if (r->logged_in)
        return true;
    if (!remote_get(&r->remote, "/users/current.json", &body, &found, e))
        return false;
    const char *name = json_text_at(body, "user.login");
    bool ok = found && name[0] != '\0';
    if (!ok)
        err_set(e, ERR_REMOTE, N_("%s: there is no Redmine with a REST API at this address; check tracker.url"),
                r->remote.base);
    else
        r->me = arena_printf(&r->arena, "%s %s (%s)", json_text_at(body, "user.firstname"),
                             json_text_at(body, "user.lastname"), name);
    json_decref(body);
    r->logged_in = ok;
    return ok;
}

bool redmine_get_path(struct redmine *r, const char *path, json_t **ret, bool *ret_found, struct err *e)
{
    return login(r, e) && remote_get(&r->remote, path, ret, ret_found, e);
}

bool redmine_issue_get(struct redmine *r, const char *key, const char *include, json_t **ret, struct err *e)
{
    struct arena a = {0};
    bool found = false;
    json_t *body = NULL;
    bool ok = redmine_get_path(
                  r, arena_printf(&a, "/issues/%lld.json?include=%s", (long long)redmine_number(str_of(key)), include),
                  &body, &found, e) &&
              (found || no_ticket(r, key, e));
    json_t *issue = json_object_get(body, "issue");
    if (ok && !json_is_object(issue))
        ok = err_set(e, ERR_REMOTE, N_("%s: the answer for ticket %s is not one"), r->remote.host, key);
    if (ok)
        *ret = json_incref(issue);
    json_decref(body);
    arena_release(&a);
    return ok;
}

enum remote_end redmine_issue_put(struct redmine *r, const char *key, json_t *issue, struct err *e)
{
    struct arena a = {0};
    json_t *body = json_pack("{s:O}", "issue", issue);
    const struct remote_call call = {
        .method = HTTP_PUT,
        .path = arena_printf(&a, "/issues/%lld.json", (long long)redmine_number(str_of(key))),
        .body = body};
    int status = 0;
    enum remote_end end = login(r, e) ? remote_send(&r->remote, &call, NULL, &status, e) : REMOTE_LATER;
    if (end == REMOTE_REFUSED && status == 404) {
        err_clear(e);
        (void)no_ticket(r, key, e);
    } else if (end != REMOTE_DONE) {
        err_where(e, "%s", key);
    }
    json_decref(body);
    arena_release(&a);
    return end;
}

bool redmine_get(void *self, struct tx *tx, struct arena *a, const char *key, struct ticket *ret, bool *ret_found,
                 struct err *e)
{
    struct redmine *r = self;
    json_t *issue = NULL;
    (void)tx;
    if (!redmine_issue_get(r, key, "journals,watchers,relations,attachments", &issue, e)) {
        if (e->code != ERR_UNKNOWN)
            return false;
        err_clear(e);
        *ret_found = false;
        return true;
    }
    redmine_ticket_read(a, issue, r->o->date_field, r->remote.base, ret);
    json_decref(issue);
    *ret_found = true;
    return true;
}

/* ------------------------------------------------------------------ searching */

/* A page of tickets; `what` are the parameters. ERR_UNKNOWN when there is no such query or project. */
static bool page_get(struct redmine *r, struct arena *a, const char *what, size_t start, size_t most, json_t **ret,
                     struct err *e)
{
    bool found = false;
    if (!redmine_get_path(r, arena_printf(a, "%s&offset=%zu&limit=%zu", what, start, most == 0 ? 1 : most), ret, &found,
                          e))
        return false;
    return found || err_set(e, ERR_REMOTE,
                            N_("%s: there is no such project or saved query, or the account of tracker.token may not "
                               "see it; check tracker.project (%s) and the number of the query"),
                            r->remote.host, r->o->project);
}

static bool look(struct redmine *r, struct arena *a, const char *uid, instant_t since, int seconds, const char **ret,
                 struct err *e)
{
    const char *what = arena_printf(a, "/issues.json?status_id=*&sort=id:asc&description=~%s", uid), *key = "";
    do {
        json_t *body = NULL;
        if (!page_get(r, a, what, 0, 1, &body, e))
            return false;
        int64_t id = json_int_at(json_array_get(json_at(body, "issues"), 0), "id");
        key = id > 0 ? arena_printf(a, "#%lld", (long long)id) : "";
        json_decref(body);
    } while (key[0] == '\0' && remote_look_again(since, seconds));
    *ret = key;
    return true;
}

static bool redmine_find(void *self, struct tx *tx, struct arena *a, const char *uid, struct ticket *ret,
                         bool *ret_found, struct err *e)
{
    const char *key;
    if (!look(self, a, uid, INSTANT_NONE, 0, &key, e))
        return false;
    *ret_found = false;
    return key[0] == '\0' || redmine_get(self, tx, a, key, ret, ret_found, e);
}

static bool query_path(struct redmine *r, struct arena *a, const struct ticket_query *q, const char **ret,
                       struct err *e)
{
    int64_t number;
    const char *project = url_escape(a, r->o->project);
    if (q->filter[0] == '\0') {
        const char *mark = q->one_kind ? arena_printf(a, "&description=~(talaia-%%20%s)", action_group_code(q->kind))
                                       : (q->ours_only ? "&description=~(talaia-" : "");
        *ret = arena_printf(a, "/projects/%s/issues.json?status_id=%s&sort=id:desc%s", project,
                            q->open_only ? "open" : "*", mark);
        return true;
    }
    if (!str_to_int64(str_of(q->filter), 1, INT32_MAX, &number))
        return err_set(e, ERR_VALUE, N_("\"%s\" is not the number of a saved query of Redmine"), q->filter);
    *ret = arena_printf(a, "/projects/%s/issues.json?query_id=%lld", project, (long long)number);
    return true;
}

static bool redmine_list(void *self, struct tx *tx, struct arena *a, const struct ticket_query *q, size_t most,
                         struct ticket **ret, size_t *ret_count, int64_t *ret_total, struct err *e)
{
    struct redmine *r = self;
    VEC(struct ticket) found = {0};
    const char *path = "";
    int64_t total = 0;
    bool ok = query_path(r, a, q, &path, e), last = false;
    (void)tx;
    for (int page = 0; ok && !last && page < LIMIT_TRACKER_PAGES; page++) {
        json_t *body = NULL;
        ok = page_get(r, a, path, found.count, most - found.count > 100 ? 100 : most - found.count, &body, e);
        const json_t *issues = json_at(body, "issues");
        size_t count = most == 0 ? 0 : json_array_size(issues);
        total = json_int_at(body, "total_count");
        for (size_t i = 0; i < count && found.count < most; i++) {
            struct ticket t;
            redmine_ticket_read(a, json_array_get(issues, i), r->o->date_field, r->remote.base, &t);
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

/* ------------------------------------------------------------------ what a new ticket needs */

bool redmine_template_get(struct redmine *r, json_t **ret, struct err *e)
{
    const char *key = r->o->template_key;
    json_t *issue = NULL;
    if (key[0] != '\0' && redmine_number(str_of(key)) == 0)
        return err_set(e, ERR_CONFIG,
                       N_("\"%s\" is not the number of a ticket of Redmine (#12): correct tickets.template of the "
                          "profile"),
                       key);
    if (key[0] != '\0' && !redmine_issue_get(r, key, "allowed_statuses", &issue, e)) {
        if (e->code == ERR_UNKNOWN) {
            err_clear(e);
            err_set(e, ERR_REMOTE,
                    N_("%s: the template ticket %s is not there, or the account of tracker.token may not see it; "
                       "correct tickets.template of the profile"),
                    r->remote.host, key);
        }
        return false;
    }
    *ret = issue;
    return true;
}

bool redmine_type_find(struct redmine *r, const json_t *template_issue, struct err *e)
{
    struct arena a = {0};
    json_t *body = NULL;
    struct buf names = BUF_INIT(LIMIT_ERR_BYTES / 2);
    bool found = false;
    const char *wanted = r->o->type[0] != '\0' ? r->o->type : json_text_at(template_issue, "tracker.name");
    bool ok = wanted[0] != '\0' ||
              err_set(e, ERR_CONFIG, N_("without a template ticket Redmine needs tracker.type: the name of a tracker"));
    ok = ok &&
         redmine_get_path(r, arena_printf(&a, "/projects/%s.json?include=trackers", url_escape(&a, r->o->project)),
                          &body, &found, e) &&
         (found || err_set(e, ERR_REMOTE,
                           N_("%s: there is no project %s, or the account of tracker.token may not see it; check "
                              "tracker.project"),
                           r->remote.host, r->o->project));
    const json_t *trackers = json_at(body, "project.trackers");
    int64_t id = 0;
    for (size_t i = 0; ok && i < json_array_size(trackers); i++) {
        const json_t *t = json_array_get(trackers, i);
        const char *name = json_text_at(t, "name");
        buf_printf(&names, "%s%s", names.n > 0 ? ", " : "", name);
        if (id == 0 && names_equal(name, wanted)) {
            id = json_int_at(t, "id");
            r->type_name = arena_strdup(&r->arena, name);
        }
    }
    if (ok && id == 0)
        ok = err_set(e, ERR_REMOTE, N_("%s: project %s has no tracker \"%s\"; tracker.type may be one of: %s"),
                     r->remote.host, r->o->project, wanted, buf_text(&names));
    r->type_id = id;
    json_decref(body);
    buf_release(&names);
    arena_release(&a);
    return ok;
}

bool redmine_date_find(struct redmine *r, const json_t *issue, const char *key, int64_t *ret_id, struct err *e)
{
    const char *wanted = r->o->date_field;
    if (wanted[0] == '\0') {
        *ret_id = 0;
        return true;
    }
    if (issue == NULL)
        return err_set(e, ERR_CONFIG,
                       N_("Redmine tells its fields only with a ticket that has them: name a template ticket in "
                          "tickets.template of the profile, so that the field \"%s\" (tracker.date_field) is found"),
                       wanted);
    const json_t *field = redmine_field(issue, wanted);
    if (field != NULL) {
        *ret_id = json_int_at(field, "id");
        return true;
    }
    const json_t *fields = json_at(issue, "custom_fields");
    struct buf names = BUF_INIT(LIMIT_ERR_BYTES / 2);
    for (size_t i = 0; i < json_array_size(fields); i++)
        buf_printf(&names, "%s%s", names.n > 0 ? ", " : "", json_text_at(json_array_get(fields, i), "name"));
    err_set(
        e, ERR_REMOTE,
        N_("%s: ticket %s has no field \"%s\" (tracker.date_field); have it put there, or name one of its fields: %s"),
        r->remote.host, key, wanted, names.n > 0 ? buf_text(&names) : "—");
    buf_release(&names);
    return false;
}

/* ------------------------------------------------------------------ making */

static bool is_set(const json_t *value)
{
    const char *text = json_string_value(value);
    return value != NULL && !json_is_null(value) && (text == NULL || text[0] != '\0') &&
           !(json_is_array(value) && json_array_size(value) == 0);
}

static json_t *fields_copy(const json_t *template_issue, int64_t date_id, const char *date)
{
    const json_t *fields = json_at(template_issue, "custom_fields");
    json_t *copy = json_array();
    for (size_t i = 0; i < json_array_size(fields); i++) {
        json_t *f = json_array_get(fields, i), *value = json_object_get(f, "value");
        int64_t id = json_int_at(f, "id");
        if (id != date_id && is_set(value))
            json_array_append_new(copy, json_pack("{s:I,s:O}", "id", (json_int_t)id, "value", value));
    }
    if (date_id != 0 && date[0] != '\0')
        json_array_append_new(copy, json_pack("{s:I,s:s}", "id", (json_int_t)date_id, "value", date));
    return copy;
}

static json_t *issue_make(struct redmine *r, struct arena *a, const struct ticket_new *n, const json_t *template_issue,
                          int64_t date_id)
{
    static const char *const kept[] = {"priority", "category", "assigned_to", "fixed_version"};
    char day[DAY_TEXT_BYTES] = "";
    if (n->due != DAY_NONE)
        (void)day_iso(n->due, day);
    json_t *issue = json_pack("{s:s,s:I,s:s,s:s,s:o}", "project_id", r->o->project, "tracker_id",
                              (json_int_t)r->type_id, "subject", n->summary, "description",
                              arena_printf(a, "%s\n\n(%s %s)", n->description, n->uid, action_group_code(n->kind)),
                              "custom_fields", fields_copy(template_issue, date_id, day));
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        int64_t id = json_int_at(json_at(template_issue, kept[i]), "id");
        if (id > 0)
            json_object_set_new(issue, arena_printf(a, "%s_id", kept[i]), json_integer(id));
    }
    if (day[0] != '\0')
        json_object_set_new(issue, "due_date", json_string(day));
    /* Redmine begins a ticket today, and refuses one that is due before it begins: a certificate may have expired. */
    if (n->due != DAY_NONE && n->due < r->o->by->day)
        json_object_set_new(issue, "start_date", json_string(""));
    return issue;
}

static bool issue_post(struct redmine *r, struct arena *a, const struct ticket_new *n, const char **ret_key,
                       struct err *e)
{
    json_t *template_issue = NULL, *made = NULL, *body = NULL;
    int64_t date_id = 0;
    int status = 0;
    enum remote_end end = REMOTE_REFUSED;
    instant_t since = clock_system().now;
    if (redmine_template_get(r, &template_issue, e) && (r->type_id != 0 || redmine_type_find(r, template_issue, e)) &&
        redmine_date_find(r, template_issue, r->o->template_key, &date_id, e)) {
        body = json_pack("{s:o}", "issue", issue_make(r, a, n, template_issue, date_id));
        const struct remote_call call = {.method = HTTP_POST, .path = "/issues.json", .body = body};
        end = remote_send(&r->remote, &call, &made, &status, e);
        /* Who may not make tickets in a project has it dropped from the request, and then it is missed. */
        if (end == REMOTE_REFUSED && status == 422) {
            struct err was = *e;
            err_clear(e);
            err_set(e, ERR_REMOTE,
                    N_("%s. If something is blank there that was given, the account of tracker.token may not make "
                       "tickets in project %s"),
                    was.text, r->o->project);
        }
    }
    int64_t id = json_int_at(made, "issue.id");
    json_decref(body);
    json_decref(made);
    json_decref(template_issue);
    if (end == REMOTE_DONE && id > 0) {
        *ret_key = arena_printf(a, "#%lld", (long long)id);
        return true;
    }
    if (end == REMOTE_LATER || end == REMOTE_REFUSED)
        return false;
    struct err looking = {.lang = e->lang};
    const char *key = "";
    bool there = look(r, a, n->uid, since, LIMIT_TRACKER_LAG_SECONDS, &key, &looking) && key[0] != '\0';
    err_clear(e);
    if (!there)
        return ticket_unsure(r->remote.host, e);
    *ret_key = key;
    return true;
}

/* Watchers, the link to the template, and the date, of which Redmine does not say when it leaves it out. */
static bool complete(struct redmine *r, struct arena *a, const struct ticket_new *n, struct ticket *t, struct err *e)
{
    for (size_t i = 0; i < r->o->watcher_count; i++) {
        struct err why = {.lang = e->lang};
        if (!ticket_remark(a, t, redmine_watch(r, NULL, t->key, r->o->watchers[i], &why), &why, e))
            return false;
    }
    struct err why = {.lang = e->lang};
    if (r->o->template_key[0] != '\0' &&
        !ticket_remark(a, t, redmine_link(r, NULL, t->key, r->o->template_key, &why), &why, e))
        return false;
    err_clear(&why);
    if (n->due != DAY_NONE && t->estimated == DAY_NONE)
        err_set(&why, ERR_REMOTE,
                N_("%s: ticket %s did not take the date into the field \"%s\": it is read-only or not for its tracker"),
                r->remote.host, t->key, r->o->date_field);
    return ticket_remark(a, t, why.code == ERR_NONE, &why, e);
}

static bool redmine_create(void *self, struct tx *tx, struct arena *a, const struct ticket_new *n, struct ticket *ret,
                           struct err *e)
{
    struct redmine *r = self;
    const char *key;
    struct ticket t;
    bool found;
    if (!look(r, a, n->uid, n->tried, LIMIT_TRACKER_FLIGHT_SECONDS, &key, e) ||
        (key[0] == '\0' && !issue_post(r, a, n, &key, e)) || !redmine_get(r, tx, a, key, &t, &found, e))
        return false;
    if (!found)
        return no_ticket(r, key, e);
    if (!complete(r, a, n, &t, e))
        return false;
    *ret = t;
    return true;
}

const struct adapter adapter_redmine = {
    .code = "redmine",
    .summary_chars = LIMIT_TICKET_SUMMARY_CHARS,
    .text_chars = REDMINE_TEXT_CHARS,
    .open = redmine_open,
    .close = redmine_close,
    .retry_seconds = redmine_retry_seconds,
    .key_valid = key_valid,
    .create = redmine_create,
    .note_add = redmine_note_add,
    .set_due = redmine_set_due,
    .watch = redmine_watch,
    .link = redmine_link,
    .set_open = redmine_set_open,
    .attach = redmine_attach,
    .get = redmine_get,
    .find = redmine_find,
    .list = redmine_list,
    .examine = redmine_examine,
};
