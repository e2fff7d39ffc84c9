/* Redmine: changing a ticket that is there, and the examination. Every change looks first whether it is there already,
 * and afterwards where Redmine leaves things out without a word. */
#include "ticket/redmine.h"

/* ------------------------------------------------------------------ notes, dates */

static bool note_there(struct redmine *r, const char *key, const char *marker, bool *ret, struct err *e)
{
    struct arena a = {0};
    struct ticket t;
    json_t *issue = NULL;
    bool there = false, ok = redmine_issue_get(r, key, "journals", &issue, e);
    if (ok)
        redmine_ticket_read(&a, issue, "", "", &t);
    for (size_t i = 0; ok && i < t.note_count && !there; i++)
        there = strcmp(t.notes[i].marker, marker) == 0;
    json_decref(issue);
    arena_release(&a);
    *ret = there;
    return ok;
}

bool redmine_note_add(void *self, struct tx *tx, const char *key, const char *marker, const char *text, instant_t tried,
                      struct err *e)
{
    struct redmine *r = self;
    bool there = false;
    (void)tx;
    do {
        if (!note_there(r, key, marker, &there, e))
            return false;
    } while (!there && remote_look_again(tried, LIMIT_TRACKER_FLIGHT_SECONDS));
    if (there)
        return true;
    struct arena a = {0};
    json_t *issue = json_pack("{s:s}", "notes", arena_printf(&a, "%s\n\n(%s)", text, marker));
    enum remote_end end = redmine_issue_put(r, key, issue, e);
    json_decref(issue);
    arena_release(&a);
    struct err looking = {.lang = e->lang};
    if (end == REMOTE_UNKNOWN && note_there(r, key, marker, &there, &looking) && there) {
        err_clear(e);
        return true;
    }
    return end == REMOTE_DONE;
}

bool redmine_set_due(void *self, struct tx *tx, const char *key, day_t due, struct err *e)
{
    struct redmine *r = self;
    struct arena a = {0};
    struct ticket t;
    json_t *issue = NULL, *change = NULL;
    int64_t date_id = 0;
    char day[DAY_TEXT_BYTES] = "";
    (void)tx;
    if (due != DAY_NONE)
        (void)day_iso(due, day);
    bool ok = redmine_issue_get(r, key, "", &issue, e) && redmine_date_find(r, issue, key, &date_id, e);
    if (ok) {
        day_t start = json_day_at(issue, "start_date");
        change = json_pack("{s:s}", "due_date", day);
        if (start != DAY_NONE && due != DAY_NONE && due < start)
            json_object_set_new(change, "start_date", json_string(""));
        if (date_id != 0)
            json_object_set_new(change, "custom_fields",
                                json_pack("[{s:I,s:s}]", "id", (json_int_t)date_id, "value", day));
        ok = redmine_issue_put(r, key, change, e) == REMOTE_DONE;
        json_decref(change);
    }
    json_decref(issue);
    issue = NULL;
    if (ok && (ok = redmine_issue_get(r, key, "", &issue, e))) {
        redmine_ticket_read(&a, issue, r->o->date_field, "", &t);
        if (t.estimated != due)
            ok =
                err_set(e, ERR_REMOTE,
                        N_("%s: ticket %s did not take the date into the field \"%s\": it is read-only for the account "
                           "of tracker.token"),
                        r->remote.host, key, r->o->date_field[0] == '\0' ? "due_date" : r->o->date_field);
        json_decref(issue);
    }
    arena_release(&a);
    return ok;
}

/* ------------------------------------------------------------------ watchers, links */

/* Redmine tells logins only to administrators: a watcher is named by his number, or by the name that the project's
 * members have. */
static bool user_find(struct redmine *r, const char *user, int64_t *ret, struct err *e)
{
    struct arena a = {0};
    int64_t id = 0;
    bool ok = true, last = str_to_int64(str_of(user), 1, INT32_MAX, &id);
    size_t start = 0;
    for (int page = 0; ok && !last && id == 0 && page < LIMIT_TRACKER_PAGES; page++) {
        json_t *body = NULL;
        bool found = false;
        ok = redmine_get_path(r,
                              arena_printf(&a, "/projects/%s/memberships.json?limit=100&offset=%zu",
                                           url_escape(&a, r->o->project), start),
                              &body, &found, e);
        const json_t *list = json_at(body, "memberships");
        size_t count = json_array_size(list);
        for (size_t i = 0; i < count && id == 0; i++) {
            if (names_equal(json_text_at(json_array_get(list, i), "user.name"), user))
                id = json_int_at(json_array_get(list, i), "user.id");
        }
        start += count;
        last = count == 0 || (int64_t)start >= json_int_at(body, "total_count");
        json_decref(body);
    }
    arena_release(&a);
    if (ok && id == 0)
        ok = err_set(e, ERR_REMOTE,
                     N_("%s: project %s has no member called \"%s\"; write the name as Redmine shows it, or the user's "
                        "number, in tracker.watchers"),
                     r->remote.host, r->o->project, user);
    *ret = id;
    return ok;
}

/* *ret: whether that user watches. Unknown (the account may not see watchers) counts as yes when `hopeful`. */
static bool watches(struct redmine *r, const char *key, int64_t user, bool hopeful, bool *ret, struct err *e)
{
    json_t *issue = NULL;
    if (!redmine_issue_get(r, key, "watchers", &issue, e))
        return false;
    const json_t *list = json_at(issue, "watchers");
    bool there = list == NULL && hopeful;
    for (size_t i = 0; i < json_array_size(list) && !there; i++)
        there = json_int_at(json_array_get(list, i), "id") == user;
    json_decref(issue);
    *ret = there;
    return true;
}

bool redmine_watch(void *self, struct tx *tx, const char *key, const char *user, struct err *e)
{
    struct redmine *r = self;
    int64_t id = 0;
    bool there = false;
    (void)tx;
    if (!user_find(r, user, &id, e) || !watches(r, key, id, false, &there, e) || there)
        return there;
    struct arena a = {0};
    json_t *body = json_pack("{s:I}", "user_id", (json_int_t)id);
    const struct remote_call call = {
        .method = HTTP_POST,
        .path = arena_printf(&a, "/issues/%lld/watchers.json", (long long)redmine_number(str_of(key))),
        .body = body};
    enum remote_end end = remote_send(&r->remote, &call, NULL, NULL, e);
    json_decref(body);
    arena_release(&a);
    if (end != REMOTE_DONE)
        return false;
    return watches(r, key, id, true, &there, e) &&
           (there ||
            err_set(e, ERR_REMOTE, N_("%s: user %s cannot watch ticket %s: there is none, or he may not see it"),
                    r->remote.host, user, key));
}

static bool linked(struct redmine *r, const char *key, int64_t other, bool *ret, struct err *e)
{
    struct arena a = {0};
    struct ticket t;
    json_t *issue = NULL;
    bool ok = redmine_issue_get(r, key, "relations", &issue, e), there = false;
    if (ok)
        redmine_ticket_read(&a, issue, "", "", &t);
    for (size_t i = 0; ok && i < t.link_count && !there; i++)
        there = redmine_number(str_of(t.links[i])) == other;
    json_decref(issue);
    arena_release(&a);
    *ret = there;
    return ok;
}

bool redmine_link(void *self, struct tx *tx, const char *key, const char *other, struct err *e)
{
    struct redmine *r = self;
    int64_t from = redmine_number(str_of(key)), to = redmine_number(str_of(other));
    bool there = from == to;
    (void)tx;
    if (there || !linked(r, key, to, &there, e) || there)
        return there;
    struct arena a = {0};
    json_t *body = json_pack("{s:{s:I,s:s}}", "relation", "issue_to_id", (json_int_t)to, "relation_type", "relates");
    const struct remote_call call = {
        .method = HTTP_POST, .path = arena_printf(&a, "/issues/%lld/relations.json", (long long)from), .body = body};
    enum remote_end end = remote_send(&r->remote, &call, NULL, NULL, e);
    json_decref(body);
    arena_release(&a);
    struct err looking = {.lang = e->lang};
    if (end == REMOTE_UNKNOWN && linked(r, key, to, &there, &looking) && there) {
        err_clear(e);
        end = REMOTE_DONE;
    }
    if (end != REMOTE_DONE)
        err_where(e, "%s – %s", key, other);
    return end == REMOTE_DONE;
}

/* ------------------------------------------------------------------ open and closed */

/* The state to go to, among those that the workflow allows; 0 when there is none, `names` gets all. */
static int64_t state_find(const json_t *states, const char *wanted, bool open, struct buf *names)
{
    int64_t id = 0;
    for (size_t i = 0; i < json_array_size(states); i++) {
        const json_t *s = json_array_get(states, i);
        const char *name = json_text_at(s, "name");
        bool closed = json_is_true(json_at(s, "is_closed"));
        buf_printf(names, "%s%s", names->n > 0 ? ", " : "", name);
        bool fits = !open && wanted[0] != '\0' ? names_equal(name, wanted) : closed != open;
        if (id == 0 && fits)
            id = json_int_at(s, "id");
    }
    return id;
}

/* States before Redmine 5.0 are asked for without the workflow. */
static bool state_get(struct redmine *r, const char *key, bool open, int64_t *ret_id, bool *ret_open, struct err *e)
{
    json_t *issue = NULL, *all = NULL;
    struct buf names = BUF_INIT(LIMIT_ERR_BYTES / 2);
    if (!redmine_issue_get(r, key, "allowed_statuses", &issue, e))
        return false;
    struct arena a = {0};
    struct ticket t;
    redmine_ticket_read(&a, issue, "", "", &t);
    arena_release(&a);
    const json_t *states = json_at(issue, "allowed_statuses");
    bool ok = states != NULL || redmine_get_path(r, "/issue_statuses.json", &all, NULL, e);
    int64_t id =
        ok ? state_find(states != NULL ? states : json_at(all, "issue_statuses"), r->o->close, open, &names) : 0;
    if (ok && id == 0 && t.open != open)
        ok = err_set(
            e, ERR_REMOTE,
            N_("%s: ticket %s cannot be %s: the workflow allows these states: %s. Name one in tracker.close, or "
               "change it by hand"),
            r->remote.host, key, tr(e->lang, open ? N_("opened again") : N_("closed")),
            names.n > 0 ? buf_text(&names) : "—");
    json_decref(issue);
    json_decref(all);
    buf_release(&names);
    *ret_id = id;
    *ret_open = t.open;
    return ok;
}

bool redmine_set_open(void *self, struct tx *tx, const char *key, bool open, struct err *e)
{
    struct redmine *r = self;
    int64_t id = 0;
    bool now = open;
    (void)tx;
    if (!state_get(r, key, open, &id, &now, e) || now == open)
        return now == open && e->code == ERR_NONE;
    json_t *issue = json_pack("{s:I}", "status_id", (json_int_t)id);
    enum remote_end end = redmine_issue_put(r, key, issue, e);
    json_decref(issue);
    struct err looking = {.lang = e->lang};
    if (end == REMOTE_LATER || end == REMOTE_REFUSED || !state_get(r, key, open, &id, &now, &looking)) {
        if (e->code == ERR_NONE)
            *e = looking;
        return false;
    }
    if (now == open) {
        err_clear(e);
        return true;
    }
    return err_set(e, ERR_REMOTE,
                   N_("%s: ticket %s stays as it is: the account of tracker.token may not change its state"),
                   r->remote.host, key);
}

/* ------------------------------------------------------------------ files */

static bool file_there(struct redmine *r, const char *key, const struct ticket_file *f, bool *ret, struct err *e)
{
    json_t *issue = NULL;
    if (!redmine_issue_get(r, key, "attachments", &issue, e))
        return false;
    const json_t *files = json_at(issue, "attachments");
    *ret = false;
    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *one = json_array_get(files, i);
        *ret |=
            strcmp(json_text_at(one, "filename"), f->name) == 0 && json_int_at(one, "filesize") == (int64_t)f->bytes.n;
    }
    json_decref(issue);
    return true;
}

/* First the bytes, then the ticket that they belong to; bytes without a ticket are thrown away by Redmine. */
bool redmine_attach(void *self, struct tx *tx, const char *key, const struct ticket_file *f, struct err *e)
{
    struct redmine *r = self;
    bool there = false;
    (void)tx;
    if (!file_there(r, key, f, &there, e) || there)
        return there;
    struct arena a = {0};
    json_t *upload = NULL;
    const struct remote_call call = {.method = HTTP_POST,
                                     .path = arena_printf(&a, "/uploads.json?filename=%s", url_escape(&a, f->name)),
                                     .bytes = f->bytes.n == 0 ? str_of("") : f->bytes};
    bool ok = remote_send(&r->remote, &call, &upload, NULL, e) == REMOTE_DONE;
    if (ok) {
        json_t *issue = json_pack("{s:[{s:s,s:s,s:s}]}", "uploads", "token", json_text_at(upload, "upload.token"),
                                  "filename", f->name, "content_type", f->type);
        ok = redmine_issue_put(r, key, issue, e) == REMOTE_DONE;
        json_decref(issue);
        struct err looking = {.lang = e->lang};
        if (!ok && ticket_is_later(e) && file_there(r, key, f, &there, &looking) && there) {
            err_clear(e);
            ok = true;
        }
    }
    if (!ok)
        err_where(e, "%s", f->name);
    json_decref(upload);
    arena_release(&a);
    return ok;
}

/* ------------------------------------------------------------------ the examination */

static void found(struct tracker_report *report, struct arena *a, enum tracker_check c, const char *detail)
{
    report->checks[c].result = CHECK_GOOD;
    report->checks[c].detail = arena_strdup(a, detail);
}

/* Takes the reason away: one bad thing does not end the examination. */
static void bad(struct tracker_report *report, struct arena *a, enum tracker_check c, struct err *why)
{
    report->checks[c].result = CHECK_BAD;
    report->checks[c].detail = arena_strdup(a, why->text);
    err_clear(why);
}

static void template_examine(struct redmine *r, struct arena *a, const json_t *template_issue,
                             struct tracker_report *report, struct err *why)
{
    const char *key = r->o->template_key;
    struct buf names = BUF_INIT(LIMIT_ERR_BYTES / 2);
    int64_t date_id;
    found(report, a, CHECK_TEMPLATE, arena_printf(a, "%s: %s", key, json_text_at(template_issue, "subject")));
    if (!redmine_date_find(r, template_issue, key, &date_id, why))
        bad(report, a, CHECK_DATE_FIELD, why);
    else
        found(report, a, CHECK_DATE_FIELD,
              date_id == 0 ? "due_date" : arena_printf(a, "%s (cf_%lld)", r->o->date_field, (long long)date_id));
    int64_t id = 0;
    bool open = true;
    if (!state_get(r, key, false, &id, &open, why))
        bad(report, a, CHECK_CLOSING, why);
    else if (id != 0)
        found(report, a, CHECK_CLOSING,
              r->o->close[0] != '\0' ? r->o->close : arena_printf(a, "status_id %lld", (long long)id));
    buf_release(&names);
}

bool redmine_examine(void *self, struct tx *tx, struct arena *a, struct tracker_report *ret, struct err *e)
{
    struct redmine *r = self;
    struct err why = {.lang = e->lang};
    json_t *template_issue = NULL, *project = NULL;
    bool there = false;
    (void)tx;
    bool ok =
        redmine_get_path(r, arena_printf(a, "/projects/%s.json", url_escape(a, r->o->project)), &project, &there, &why);
    if (!r->logged_in) {
        bool reached = why.code == ERR_LOGIN;
        if (reached)
            found(ret, a, CHECK_REACHED, r->remote.base);
        bad(ret, a, reached ? CHECK_LOGIN : CHECK_REACHED, &why);
        return true;
    }
    found(ret, a, CHECK_REACHED, r->remote.base);
    found(ret, a, CHECK_LOGIN, r->me);
    if (ok && !there)
        err_set(&why, ERR_REMOTE,
                N_("%s: there is no project %s, or the account of tracker.token may not see it; check tracker.project"),
                r->remote.host, r->o->project);
    if (ok && there)
        found(ret, a, CHECK_PROJECT, arena_printf(a, "%s (%s)", r->o->project, json_text_at(project, "project.name")));
    else
        bad(ret, a, CHECK_PROJECT, &why);
    json_decref(project);
    if (!redmine_template_get(r, &template_issue, &why))
        bad(ret, a, CHECK_TEMPLATE, &why);
    else if (template_issue != NULL)
        template_examine(r, a, template_issue, ret, &why);
    if (redmine_type_find(r, template_issue, &why))
        found(ret, a, CHECK_TYPE, r->type_name);
    else
        bad(ret, a, CHECK_TYPE, &why);
    json_decref(template_issue);
    return true;
}
