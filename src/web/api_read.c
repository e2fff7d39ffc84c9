/* The reads of the API. */
#include <inttypes.h>
#include <stdlib.h>

#include "flow/contacts.h"
#include "flow/exclusions.h"
#include "flow/outbox.h"
#include "flow/texts.h"
#include "record/action.h"
#include "record/audit.h"
#include "record/import.h"
#include "record/incoming.h"
#include "web/api.h"
#include "web/filter.h"

/* The body of `body`, 0 when it is not asked for. False after an answer. */
static bool read_body(struct call *c, const struct view *v, int64_t *ret)
{
    const char *text = call_query(c, "body");
    *ret = 0;
    if (text[0] == '\0' || (str_to_int64(str_of(text), 1, INT64_MAX, ret) && view_find(v, *ret) != NULL))
        return true;
    api_problem(c, 400, "body", N_("body is the number of a body"));
    return false;
}

/* 1, 0 or nothing. False after an answer. */
static bool read_switch(struct call *c, const char *name, bool *ret)
{
    const char *text = call_query(c, name);
    *ret = strcmp(text, "1") == 0;
    if (*ret || text[0] == '\0' || strcmp(text, "0") == 0)
        return true;
    api_problem(c, 400, name, call_text(c, N_("%s is 1 or 0"), name));
    return false;
}

/* ------------------------------------------------------------------ bodies and what is of them */

/* Where a body stands in the order of urgency, also when it has moved on meanwhile: its dates, its name, its number. */
static const char *position_of(struct call *c, const struct body *b)
{
    return arena_printf(call_arena(c), "%d %d %" PRId64 " %s", (int)b->expires[CERT_CDS], (int)b->expires[CERT_CDA],
                        b->id, b->sort_key);
}

static bool position_read(struct call *c, const char *position, struct body *ret)
{
    struct str rest = str_of(position), part[3];
    int64_t days[2];
    struct body b = {0};
    for (size_t i = 0; i < 3; i++) {
        if (!str_split(&rest, ' ', &part[i]))
            return false;
    }
    if (!str_to_int64(part[0], INT32_MIN, INT32_MAX, &days[0]) ||
        !str_to_int64(part[1], INT32_MIN, INT32_MAX, &days[1]) || !str_to_int64(part[2], 1, INT64_MAX, &b.id))
        return false;
    b.expires[CERT_CDS] = (day_t)days[0];
    b.expires[CERT_CDA] = (day_t)days[1];
    b.sort_key = arena_text(call_arena(c), rest);
    *ret = b;
    return true;
}

static bool comes_after(const struct body *b, const struct body *mark, day_t today)
{
    const struct body *x = b, *y = mark;
    return body_compare_urgency(&x, &y, &today) > 0;
}

void api_bodies(struct call *c)
{
    struct filter f;
    struct api_page p;
    struct body mark;
    const struct body *last = NULL;
    const struct view *v = call_view(c);
    const char *q = call_query(c, "q");
    if (v == NULL || !api_page_begin(c, &p))
        return;
    filter_read(call_arena(c), arena_text(call_arena(c), str_utf8_cut(str_of(q), LIMIT_WEB_FILTER_CHARS)), &f);
    bool marked = p.position[0] != '\0';
    if (f.trouble != NULL || (marked && !position_read(c, p.position, &mark))) {
        json_decref(p.items);
        if (f.trouble != NULL)
            api_problem(c, 400, "q", N_("q has a word that is not understood"));
        else
            api_problem(c, 400, "cursor",
                        N_("cursor is what \"next\" of the last answer says; begin again without it"));
        return;
    }
    p.after = 0;
    for (size_t i = 0; i < v->bodies.count && !p.more; i++) {
        const struct view_body *b = v->sorted[i];
        if ((marked && !comes_after(b->body, &mark, v->day)) || !filter_holds(&f, b, v->day) ||
            !api_page_wants(&p, b->body->id, false))
            continue;
        api_page_add(&p, body_json(v, b));
        last = b->body;
    }
    api_page_end(c, &p, last == NULL ? NULL : position_of(c, last));
}

json_t *resource_body(struct call *c)
{
    const struct view *v = call_view(c);
    const struct view_body *b = v == NULL ? NULL : view_find(v, c->id);
    if (v != NULL && b == NULL)
        err_set(&c->err, ERR_UNKNOWN, N_("There is no body with this number."));
    return b == NULL ? NULL : body_json(v, b);
}

/* A read of one thing. */
static void send_resource(struct call *c, json_t *(*resource)(struct call *c))
{
    if (call_view(c) == NULL || !api_begin(c))
        return;
    json_t *value = resource(c);
    if (value == NULL)
        call_failed(c);
    else
        api_send(c, value);
}

void api_body(struct call *c)
{
    send_resource(c, resource_body);
}

void api_outages(struct call *c)
{
    struct api_page p;
    bool all;
    const struct view *v = call_view(c);
    if (v == NULL || !read_switch(c, "all", &all) || !api_page_begin(c, &p))
        return;
    /* By number, which is the order in which they were noted: a past one that comes later finds its place there. */
    const struct outage **order = arena_array(call_arena(c), const struct outage *, v->outage_count + 1);
    for (size_t i = 0; i < v->outage_count; i++)
        order[i] = &v->outages[i];
    for (size_t i = 1; i < v->outage_count; i++) {
        const struct outage *x = order[i];
        size_t k = i;
        for (; k > 0 && order[k - 1]->id > x->id; k--)
            order[k] = order[k - 1];
        order[k] = x;
    }
    for (size_t i = v->outage_count; i > 0 && !p.more; i--) {
        const struct outage *o = order[i - 1];
        if ((all || o->closed == DAY_NONE || o->closed > v->day) && api_page_wants(&p, o->id, true))
            api_page_add(&p, outage_json(v, o));
    }
    api_page_end(c, &p, NULL);
}

/* One transaction for a list: what `load` reads lives in the arena. */
static bool in_transaction(struct call *c, bool (*load)(struct call *c, struct tx *tx, void *to), void *to)
{
    struct tx tx = {0};
    bool ok = tx_begin(c->desk->store, TX_READ, &tx, &c->err) && load(c, &tx, to);
    tx_rollback(&tx);
    if (!ok)
        call_failed(c);
    return ok;
}

struct loaded {
    int64_t body_id;
    bool all;
    const void *items;
    size_t count;
};

static bool load_actions(struct call *c, struct tx *tx, void *to)
{
    struct loaded *l = to;
    struct action *items;
    bool ok = actions_load(tx, call_arena(c), l->body_id, DAY_NONE, c->desk->by.day, &items, &l->count, &c->err);
    if (ok)
        l->items = items;
    return ok;
}

static int by_action_id(const void *a, const void *b)
{
    const struct action *x = a, *y = b;
    return (x->id < y->id) - (x->id > y->id);
}

void api_actions(struct call *c)
{
    struct api_page p;
    struct loaded l = {0};
    const struct view *v = call_view(c);
    if (v == NULL || !read_body(c, v, &l.body_id) || !in_transaction(c, load_actions, &l) || !api_page_begin(c, &p))
        return;
    struct action *items = arena_array(call_arena(c), struct action, l.count + 1);
    if (l.count > 0)
        memcpy(items, l.items, l.count * sizeof *items);
    qsort(items, l.count, sizeof *items, by_action_id);
    for (size_t i = 0; i < l.count && !p.more; i++) {
        if (api_page_wants(&p, items[i].id, true))
            api_page_add(&p, action_json(v, &items[i]));
    }
    api_page_end(c, &p, NULL);
}

json_t *resource_action(struct call *c)
{
    struct tx tx = {0};
    struct action x;
    bool found = false;
    const struct view *v = call_view(c);
    bool ok = v != NULL && tx_begin(c->desk->store, TX_READ, &tx, &c->err) &&
              action_get(&tx, call_arena(c), c->id, &x, &found, &c->err);
    tx_rollback(&tx);
    if (ok && !found)
        err_set(&c->err, ERR_UNKNOWN, N_("there is no action %lld; `talaia action list` has them"), (long long)c->id);
    return ok && found ? action_json(v, &x) : NULL;
}

void api_action(struct call *c)
{
    send_resource(c, resource_action);
}

static int by_silence_id(const void *a, const void *b)
{
    const struct silence *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static bool load_silences(struct call *c, struct tx *tx, void *to)
{
    struct loaded *l = to;
    struct silence *items;
    day_t today = c->desk->by.day;
    bool ok = l->all ? silences_coming(tx, call_arena(c), today, &items, &l->count, &c->err)
                     : silences_load(tx, call_arena(c), today, &items, &l->count, &c->err);
    if (ok && l->count > 1)
        qsort(items, l->count, sizeof *items, by_silence_id);
    if (ok)
        l->items = items;
    return ok;
}

void api_silences(struct call *c)
{
    struct api_page p;
    struct loaded l = {0};
    const struct view *v = call_view(c);
    if (v == NULL || !read_switch(c, "planned", &l.all) || !in_transaction(c, load_silences, &l) ||
        !api_page_begin(c, &p))
        return;
    const struct silence *items = l.items;
    for (size_t i = 0; i < l.count && !p.more; i++) {
        if (api_page_wants(&p, items[i].id, false))
            api_page_add(&p, silence_json(v, &items[i]));
    }
    api_page_end(c, &p, NULL);
}

json_t *resource_silence(struct call *c)
{
    struct tx tx = {0};
    struct silence x;
    bool found = false;
    const struct view *v = call_view(c);
    bool ok = v != NULL && tx_begin(c->desk->store, TX_READ, &tx, &c->err) &&
              silence_get(&tx, call_arena(c), c->id, &x, &found, &c->err);
    tx_rollback(&tx);
    if (ok && !found)
        err_set(&c->err, ERR_UNKNOWN, N_("there is no silence %lld; `talaia maintenance list` has them"),
                (long long)c->id);
    return ok && found ? silence_json(v, &x) : NULL;
}

void api_silence(struct call *c)
{
    send_resource(c, resource_silence);
}

/* ------------------------------------------------------------------ contacts, exclusions */

static int by_contact_id(const void *a, const void *b)
{
    const struct contact *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

void api_contacts(struct call *c)
{
    struct api_page p;
    struct contact_list l;
    int64_t body_id;
    bool retired;
    const struct view *v = call_view(c);
    if (v == NULL || !read_body(c, v, &body_id) || !read_switch(c, "retired", &retired))
        return;
    if (!contacts_list(c->desk, call_arena(c), body_id, retired, &l, &c->err)) {
        call_failed(c);
        return;
    }
    if (!api_page_begin(c, &p))
        return;
    if (l.count > 1)
        qsort(l.items, l.count, sizeof *l.items, by_contact_id);
    for (size_t i = 0; i < l.count && !p.more; i++) {
        if (api_page_wants(&p, l.items[i].id, false))
            api_page_add(&p, contact_json(v, &l.items[i]));
    }
    api_page_end(c, &p, NULL);
}

json_t *resource_contact(struct call *c)
{
    struct contact x;
    const struct view *v = call_view(c);
    if (v == NULL || !contacts_get(c->desk, c->id, &x, &c->err))
        return NULL;
    c->version = x.version;
    return contact_json(v, &x);
}

void api_contact(struct call *c)
{
    send_resource(c, resource_contact);
}

static bool load_history(struct call *c, struct tx *tx, void *to)
{
    struct loaded *l = to;
    struct contact_change *items;
    bool ok = contact_history(tx, call_arena(c), c->id, 0, LIMIT_WEB_HISTORY, &items, &l->count, &c->err);
    if (ok)
        l->items = items;
    return ok;
}

void api_contact_history(struct call *c)
{
    struct api_page p;
    struct loaded l = {0};
    json_t *exists = resource_contact(c);
    if (exists == NULL) {
        if (c->err.code != ERR_NONE)
            call_failed(c);
        return;
    }
    json_decref(exists);
    if (!in_transaction(c, load_history, &l) || !api_page_begin(c, &p))
        return;
    const struct contact_change *items = l.items;
    for (size_t i = 0; i < l.count && !p.more; i++) {
        if (api_page_wants(&p, items[i].id, true))
            api_page_add(&p, contact_change_json(&items[i]));
    }
    api_page_end(c, &p, NULL);
}

static int by_body_id(const void *a, const void *b)
{
    const struct exclusion_line *x = a, *y = b;
    return (x->body->id > y->body->id) - (x->body->id < y->body->id);
}

void api_exclusions(struct call *c)
{
    struct api_page p;
    struct exclusion_list l;
    if (call_view(c) == NULL)
        return;
    if (!exclusions_list(c->desk, call_arena(c), &l, &c->err)) {
        call_failed(c);
        return;
    }
    if (!api_page_begin(c, &p))
        return;
    struct exclusion_line *items = arena_array(call_arena(c), struct exclusion_line, l.count + 1);
    if (l.count > 0)
        memcpy(items, l.items, l.count * sizeof *items);
    qsort(items, l.count, sizeof *items, by_body_id);
    for (size_t i = 0; i < l.count && !p.more; i++) {
        if (api_page_wants(&p, items[i].body->id, false))
            api_page_add(&p, exclusion_json(&items[i]));
    }
    api_page_end(c, &p, NULL);
}

/* ------------------------------------------------------------------ mail */

static bool load_messages(struct call *c, struct tx *tx, void *to)
{
    struct loaded *l = to;
    struct messages m;
    const struct message_filter f = {.body_id = l->body_id};
    bool ok = messages_load(tx, call_arena(c), &f, &m, &c->err);
    if (ok) {
        l->items = m.items;
        l->count = m.count;
    }
    return ok;
}

void api_messages(struct call *c)
{
    struct api_page p;
    struct loaded l = {0};
    const struct view *v = call_view(c);
    if (v == NULL || !read_body(c, v, &l.body_id) || !in_transaction(c, load_messages, &l) || !api_page_begin(c, &p))
        return;
    const struct message *items = l.items;
    for (size_t i = l.count; i > 0 && !p.more; i--) {
        if (api_page_wants(&p, items[i - 1].id, true))
            api_page_add(&p, message_json(v, &items[i - 1]));
    }
    api_page_end(c, &p, NULL);
}

json_t *resource_message(struct call *c)
{
    struct tx tx = {0};
    struct message m;
    const struct view *v = call_view(c);
    bool ok = v != NULL && tx_begin(c->desk->store, TX_READ, &tx, &c->err) &&
              outbox_find(c->desk, &tx, call_arena(c), c->id, &m, &c->err);
    tx_rollback(&tx);
    return ok ? message_json(v, &m) : NULL;
}

void api_message(struct call *c)
{
    send_resource(c, resource_message);
}

static bool load_replies(struct call *c, struct tx *tx, void *to)
{
    struct loaded *l = to;
    struct incomings m;
    const struct incoming_filter f = {.body_id = l->body_id};
    bool ok = incomings_load(tx, call_arena(c), &f, &m, &c->err);
    if (ok) {
        l->items = m.items;
        l->count = m.count;
    }
    return ok;
}

static int by_reply_id(const void *a, const void *b)
{
    const struct incoming *x = a, *y = b;
    return (x->id < y->id) - (x->id > y->id);
}

void api_replies(struct call *c)
{
    struct api_page p;
    struct loaded l = {0};
    const struct view *v = call_view(c);
    if (v == NULL || !read_body(c, v, &l.body_id) || !in_transaction(c, load_replies, &l) || !api_page_begin(c, &p))
        return;
    struct incoming *items = arena_array(call_arena(c), struct incoming, l.count + 1);
    if (l.count > 0)
        memcpy(items, l.items, l.count * sizeof *items);
    qsort(items, l.count, sizeof *items, by_reply_id);
    for (size_t i = 0; i < l.count && !p.more; i++) {
        if (api_page_wants(&p, items[i].id, true))
            api_page_add(&p, reply_json(v, &items[i]));
    }
    api_page_end(c, &p, NULL);
}

json_t *resource_reply(struct call *c)
{
    struct tx tx = {0};
    struct incoming m;
    bool found = false;
    const struct view *v = call_view(c);
    bool ok = v != NULL && tx_begin(c->desk->store, TX_READ, &tx, &c->err) &&
              incoming_get(&tx, call_arena(c), c->id, &m, &found, &c->err);
    tx_rollback(&tx);
    if (ok && !found)
        err_set(&c->err, ERR_UNKNOWN, N_("there is no mail with the number %lld"), (long long)c->id);
    return ok && found ? reply_json(v, &m) : NULL;
}

/* ------------------------------------------------------------------ imports, texts, audit */

static bool load_imports(struct call *c, struct tx *tx, void *to)
{
    struct loaded *l = to;
    struct import_info *items;
    bool ok = import_load(tx, call_arena(c), 10 * LIMIT_WEB_API_PAGE, &items, &l->count, &c->err);
    if (ok)
        l->items = items;
    return ok;
}

void api_imports(struct call *c)
{
    struct api_page p;
    struct loaded l = {0};
    if (call_view(c) == NULL || !in_transaction(c, load_imports, &l) || !api_page_begin(c, &p))
        return;
    const struct import_info *items = l.items;
    for (size_t i = 0; i < l.count && !p.more; i++) {
        if (api_page_wants(&p, items[i].id, true))
            api_page_add(&p, import_json(&items[i]));
    }
    api_page_end(c, &p, NULL);
}

void api_texts(struct call *c)
{
    struct api_page p;
    int64_t place = 0;
    if (call_view(c) == NULL || !api_page_begin(c, &p))
        return;
    for (size_t i = 0; i < text_kind_count; i++) {
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            struct text_now now;
            if (!api_page_wants(&p, ++place, false))
                continue;
            if (!texts_get(c->desk, &text_kinds[i], (enum lang)lang, &now, &c->err)) {
                json_decref(p.items);
                call_failed(c);
                return;
            }
            api_page_add(&p, text_now_json(&text_kinds[i], (enum lang)lang, &now));
        }
    }
    api_page_end(c, &p, NULL);
}

bool api_text_named(struct call *c, const struct text_kind **ret, enum lang *ret_lang)
{
    static const char place[] = "/api/v1/texts/";
    struct arena *a = call_arena(c);
    const char *name = c->request->path + sizeof place - 1;
    struct str whole = str_part(name, strcspn(name, "/"));
    size_t dot = str_find(whole, '.');
    const struct text_kind *k = text_kind_find(arena_text(a, str_part(whole.p, dot)));
    if (k == NULL || dot == whole.n ||
        !lang_parse(arena_text(a, str_part(whole.p + dot + 1, whole.n - dot - 1)), ret_lang))
        return err_set(&c->err, ERR_UNKNOWN, N_("There is no such text."));
    *ret = k;
    return true;
}

json_t *resource_text(struct call *c)
{
    const struct text_kind *k;
    enum lang lang;
    struct text_now now;
    if (!api_text_named(c, &k, &lang) || !texts_get(c->desk, k, lang, &now, &c->err))
        return NULL;
    c->version = now.version;
    return text_now_json(k, lang, &now);
}

void api_text(struct call *c)
{
    send_resource(c, resource_text);
}

void api_text_versions(struct call *c)
{
    struct api_page p;
    const struct text_kind *k;
    enum lang lang;
    struct text_version *items;
    size_t count;
    if (!api_text_named(c, &k, &lang) || !texts_history(c->desk, k, lang, &items, &count, &c->err)) {
        call_failed(c);
        return;
    }
    if (!api_page_begin(c, &p))
        return;
    for (size_t i = 0; i < count && !p.more; i++) {
        if (api_page_wants(&p, items[i].id, true))
            api_page_add(&p, text_version_json(&items[i]));
    }
    api_page_end(c, &p, NULL);
}

static bool load_audit(struct call *c, struct tx *tx, void *to)
{
    struct loaded *l = to;
    struct audit_lines lines;
    bool ok = audit_load(tx, call_arena(c), 20 * LIMIT_WEB_API_PAGE, &lines, &c->err);
    if (ok) {
        l->items = lines.items;
        l->count = lines.count;
    }
    return ok;
}

void api_audit(struct call *c)
{
    struct api_page p;
    struct loaded l = {0};
    const struct view *v = call_view(c);
    if (v == NULL || !in_transaction(c, load_audit, &l) || !api_page_begin(c, &p))
        return;
    const struct audit_line *items = l.items;
    for (size_t i = 0; i < l.count && !p.more; i++) {
        if (api_page_wants(&p, items[i].id, true))
            api_page_add(&p, audit_json(v, &items[i]));
    }
    api_page_end(c, &p, NULL);
}
