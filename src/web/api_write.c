/* Writes of the API: the body is read against the table of the call, If-Match and Idempotency-Key hold, and then the
 * function of the page's form does it. */
#include <inttypes.h>
#include <sodium.h>

#include "base/text.h"
#include "record/idempotency.h"
#include "web/api.h"

/* ------------------------------------------------------------------ the body of the request */

static const struct api_field *field_find(const struct api_call *call, const char *name)
{
    for (const struct api_field *f = call->fields; f->name != NULL; f++) {
        if (strcmp(f->name, name) == 0)
            return f;
    }
    return NULL;
}

static bool refuse_unknown(struct call *c, const struct api_call *call, const char *name)
{
    struct arena *a = call_arena(c);
    const char *shown = text_clean(a, str_utf8_cut(str_of(name), 80), false), *nearest = NULL;
    int best = LIMIT_EDIT_DISTANCE + 1;
    for (const struct api_field *f = call->fields; f->name != NULL; f++) {
        int distance = text_distance(shown, f->name, LIMIT_EDIT_DISTANCE);
        if (distance < best) {
            best = distance;
            nearest = f->name;
        }
    }
    api_problem(c, 422, shown,
                nearest == NULL
                    ? call_text(c, N_("This call has no field \"%s\"."), shown)
                    : call_text(c, N_("This call has no field \"%s\"; did you mean \"%s\"?"), shown, nearest));
    return false;
}

static bool one_of(const char *choices, const char *value)
{
    struct str rest = str_of(choices), one;
    while (rest.n > 0 && str_split(&rest, ' ', &one)) {
        if (str_is(one, value))
            return true;
    }
    return false;
}

static bool ids_fit(const json_t *list)
{
    if (!json_is_array(list) || json_array_size(list) > LIMIT_WEB_API_PAGE)
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *n = json_array_get(list, i);
        if (!json_is_integer(n) || json_integer_value(n) < 1)
            return false;
    }
    return true;
}

/* NULL: it fits; else what is wrong, for the person. */
static const char *trouble_of(struct call *c, const struct api_field *f, const json_t *value)
{
    day_t day;
    switch (f->type) {
    case API_TEXT:
        if (!json_is_string(value))
            return call_text(c, N_("%s is a text"), f->name);
        return str_utf8_count(str_of(json_string_value(value))) > f->most
                   ? call_text(c, N_("%s has at most %zu characters"), f->name, f->most)
                   : NULL;
    case API_DAY:
        return json_is_string(value) && day_parse_iso(str_of(json_string_value(value)), &day)
                   ? NULL
                   : call_text(c, N_("%s is a day like 2026-11-20"), f->name);
    case API_BOOL: return json_is_boolean(value) ? NULL : call_text(c, N_("%s is true or false"), f->name);
    case API_NUMBER:
        return json_is_integer(value) && json_integer_value(value) >= 0
                   ? NULL
                   : call_text(c, N_("%s is a whole number"), f->name);
    case API_CHOICE:
        return json_is_string(value) && one_of(f->choices, json_string_value(value))
                   ? NULL
                   : call_text(c, N_("%s is one of: %s"), f->name, f->choices);
    case API_IDS:
        return ids_fit(value) ? NULL
                              : call_text(c, N_("%s is a list of at most %d numbers"), f->name, LIMIT_WEB_API_PAGE);
    }
    return NULL;
}

static bool read_file(struct call *c, const struct api_call *call)
{
    const char *type = server_header(c->request, "Content-Type", NULL);
    if (type == NULL || strcmp(type, API_FILE_TYPE) != 0) {
        api_problem(c, 415, NULL, N_("Send the file's bytes, with Content-Type: application/octet-stream."));
        return false;
    }
    c->json = json_object();
    c->api = call;
    return true;
}

/* False after an answer. */
static bool read_body(struct call *c, const struct api_call *call)
{
    if (call->file)
        return read_file(c, call);
    json_error_t why;
    const char *type = server_header(c->request, "Content-Type", NULL), *name;
    json_t *value;
    if (type == NULL || (strcmp(type, "application/json") != 0 && strncmp(type, "application/json;", 17) != 0)) {
        api_problem(c, 415, NULL, N_("Send JSON, with Content-Type: application/json."));
        return false;
    }
    c->json =
        json_loadb(c->request->body.n == 0 ? "" : c->request->body.p, c->request->body.n, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(c->json)) {
        api_problem(c, 400, NULL,
                    c->json != NULL
                        ? call_tr(c, N_("The body is no JSON object."))
                        : call_text(c, N_("The body is no JSON: line %d, column %d."), why.line, why.column));
        return false;
    }
    json_object_foreach(c->json, name, value)
    {
        const struct api_field *f = field_find(call, name);
        if (f == NULL)
            return refuse_unknown(c, call, name);
        const char *trouble = trouble_of(c, f, value);
        if (trouble != NULL) {
            api_problem(c, 422, f->name, trouble);
            return false;
        }
    }
    for (const struct api_field *f = call->fields; f->name != NULL; f++) {
        if (f->required && json_object_get(c->json, f->name) == NULL) {
            api_problem(c, 422, f->name, call_text(c, N_("%s is missing"), f->name));
            return false;
        }
    }
    c->api = call;
    return true;
}

/* What the form of the page would have sent in that field. */
const char *api_form_value(struct call *c, const char *form)
{
    for (const struct api_field *f = c->api->fields; f->name != NULL; f++) {
        const json_t *value = json_object_get(c->json, f->name);
        if (strcmp(f->form, form) != 0 || value == NULL)
            continue;
        if (json_is_boolean(value))
            return json_is_true(value) ? "1" : "";
        if (json_is_integer(value))
            return arena_printf(call_arena(c), "%" PRId64, (int64_t)json_integer_value(value));
        const char *text = json_is_string(value) ? json_string_value(value) : "";
        return strcmp(text, "both") == 0 && f->type == API_CHOICE ? "CDS CDA" : text;
    }
    return "";
}

/* ------------------------------------------------------------------ how it stood */

/* As api_send() would give it. */
static struct finished *finished_json(json_t *value)
{
    struct buf text = BUF_INIT(LIMIT_WEB_PAGE_BYTES);
    char *bytes = json_dumps(value, API_JSON);
    buf_add_text(&text, bytes == NULL ? "null" : bytes);
    buf_add_char(&text, '\n');
    free(bytes); /* jansson's own */
    return finished_make(&text, 1);
}

/* If-Match: the thing is as the program saw it. c->version then also holds it in the transaction that changes it. False
 * after an answer. */
static bool still_matches(struct call *c, const struct api_call *call)
{
    const char *wanted = server_header(c->request, "If-Match", NULL);
    c->version = -1;
    if (wanted == NULL)
        return true;
    if (call->resource == NULL) {
        api_problem(c, 400, "If-Match", N_("This call is about nothing that has an ETag."));
        return false;
    }
    json_t *now = call->resource(c);
    if (now == NULL) {
        call_failed(c);
        return false;
    }
    struct finished *f = finished_json(now);
    bool same = strcmp(wanted, "*") == 0 || strstr(wanted, f->etag) != NULL;
    json_decref(now);
    finished_drop(f);
    if (!same)
        api_problem(c, 412, "If-Match", N_("It has changed since you read it: read it again."));
    return same;
}

/* ------------------------------------------------------------------ repeated requests */

/* Under which its answer is kept; NULL: it has no key. False after an answer. */
static bool read_key(struct call *c, const struct api_call *call, const char **ret)
{
    size_t count;
    const char *key = server_header(c->request, "Idempotency-Key", &count);
    *ret = NULL;
    if (count == 0)
        return true;
    if (call->secret) {
        api_problem(c, 400, "Idempotency-Key",
                    N_("The answer to this call is a secret and is not kept: it takes no Idempotency-Key."));
        return false;
    }
    bool good = count == 1 && key[0] != '\0' && strlen(key) <= LIMIT_IDEMPOTENCY_KEY_CHARS;
    for (const char *p = key; good && *p != '\0'; p++)
        good = *p > 0x20 && *p < 0x7f;
    if (good)
        *ret = key;
    else
        api_problem(c, 400, "Idempotency-Key",
                    call_text(c, N_("Idempotency-Key is at most %d printable characters without blanks."),
                              LIMIT_IDEMPOTENCY_KEY_CHARS));
    return good;
}

static const char *request_hash(struct call *c)
{
    unsigned char hash[16];
    char *hex = arena_alloc(call_arena(c), sizeof hash * 2 + 1, 1);
    crypto_generichash_state s;
    crypto_generichash_init(&s, NULL, 0, sizeof hash);
    crypto_generichash_update(&s, (const unsigned char *)c->request->method, strlen(c->request->method) + 1);
    crypto_generichash_update(&s, (const unsigned char *)c->request->path, strlen(c->request->path) + 1);
    if (c->request->query.n > 0)
        crypto_generichash_update(&s, (const unsigned char *)c->request->query.p, c->request->query.n);
    if (c->request->body.n > 0)
        crypto_generichash_update(&s, (const unsigned char *)c->request->body.p, c->request->body.n);
    crypto_generichash_final(&s, hash, sizeof hash);
    return sodium_bin2hex(hex, sizeof hash * 2 + 1, hash, sizeof hash);
}

static void send_bytes(struct call *c, int status, const char *bytes, const char *etag)
{
    struct buf text = BUF_INIT(LIMIT_WEB_PAGE_BYTES);
    buf_add_text(&text, bytes);
    if (etag[0] != '\0')
        call_header(c, "ETag", etag);
    call_plain(c, status, "application/json", &text);
}

static void replay(struct call *c, const struct idempotency *was, const char *request)
{
    if (strcmp(was->request, request) != 0) {
        api_problem(c, 422, "Idempotency-Key", N_("This Idempotency-Key was used for another request."));
    } else if (was->status == 0) {
        api_problem(c, 409, "Idempotency-Key",
                    N_("This request is being carried out, or was broken off: look at what it is about before you "
                       "repeat it under another key."));
    } else {
        call_header(c, "Idempotency-Replayed", "true");
        send_bytes(c, was->status, was->answer, was->etag);
    }
}

/* True: carry it out. False after an answer. */
static bool begin_once(struct call *c, const char *key)
{
    struct tx tx = {0};
    struct idempotency was;
    bool is_new = true;
    if (key == NULL)
        return true;
    const char *request = request_hash(c);
    bool ok =
        tx_begin(c->desk->store, TX_WRITE, &tx, &c->err) &&
        idempotency_begin(&tx, call_arena(c), &c->desk->by, c->who->account_id, key, request, &is_new, &was, &c->err) &&
        tx_commit(&tx, &c->err);
    tx_rollback(&tx);
    if (!ok)
        call_failed(c);
    else if (!is_new)
        replay(c, &was, request);
    return ok && is_new;
}

/* Keeps the answer, or frees the key when nothing was done. What cannot be kept leaves the key begun: a repetition is
 * told to look first. */
static void end_once(struct call *c, const char *key, int status, const char *answer, const char *etag)
{
    struct tx tx = {0};
    struct err e = {.lang = c->lang};
    if (key == NULL)
        return;
    bool ok = tx_begin(c->desk->store, TX_WRITE, &tx, &e) &&
              (status == 0 ? idempotency_drop(&tx, c->who->account_id, key, &e)
                           : idempotency_end(&tx, c->who->account_id, key, status, answer, etag, &e)) &&
              tx_commit(&tx, &e);
    tx_rollback(&tx);
    if (!ok)
        site_say(c->site, "%s: the answer to a repeatable request could not be kept: %s", c->request->id, e.log);
}

/* ------------------------------------------------------------------ the whole of it */

/* A browser's session writes by forms, which carry its token; here that would be somebody else's page. */
static bool may_write(struct call *c)
{
    int wait = 0;
    if (c->who->csrf != NULL || c->who->session != NULL) {
        api_problem(c, 403, NULL, N_("Writes of the API need a token: Authorization: Bearer tal_…"));
        return false;
    }
    if (site_may_write(c->site, c->who->account_id, c->desk->by.at, &wait))
        return true;
    call_header(c, "Retry-After", arena_printf(call_arena(c), "%d", wait));
    api_problem(c, 429, NULL, call_text(c, N_("More than %d writes in a minute; wait."), LIMIT_WEB_API_WRITES));
    return false;
}

void api_write(struct call *c)
{
    const struct api_call *call = api_call_of(c->route);
    const char *key;
    json_t *answer = NULL;
    if (!may_write(c) || !api_begin(c) || !read_body(c, call) || !read_key(c, call, &key) || !begin_once(c, key))
        return;
    if (!still_matches(c, call) || call_view(c) == NULL) {
        end_once(c, key, 0, "", "");
        return;
    }
    if (!call->run(c, &answer)) {
        if (c->err.code != ERR_NONE)
            call_failed(c);
        end_once(c, key, 0, "", "");
        return;
    }
    if (answer == NULL) { /* as it is now: what was read before has changed */
        view_drop(c->view);
        c->view = NULL;
        answer = call->resource(c);
    }
    if (answer == NULL) {
        call_failed(c);
        return;
    }
    struct finished *f = finished_json(answer);
    json_decref(answer);
    const char *bytes = arena_strdup(call_arena(c), f->bytes), *etag = arena_strdup(call_arena(c), f->etag);
    finished_drop(f);
    end_once(c, key, call->status, bytes, etag);
    send_bytes(c, call->status, bytes, etag);
}
