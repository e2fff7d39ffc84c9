/* The JSON API: what programs may ask, and its description. Names are stable and English; days are ISO text, instants
 * ISO 8601 in UTC. */
#include <inttypes.h>

#include "web/filter.h"
#include "web/layout.h"
#include "web/pages.h"
#include "web/routes.h"

/* ------------------------------------------------------------------ values */

static json_t *day_json(day_t d)
{
    char text[DAY_TEXT_BYTES];
    return d == DAY_NONE ? json_null() : json_string(day_iso(d, text));
}

static json_t *text_json(const char *s)
{
    return s == NULL || s[0] == '\0' ? json_null() : json_string(s);
}

static json_t *days_json(int days)
{
    return days == DAYS_NONE ? json_null() : json_integer(days);
}

static json_t *certificate_json(const struct view *v, const struct body *b, enum cert_kind kind)
{
    return json_pack("{s:o,s:o}", "expires", day_json(b->expires[kind]), "days",
                     days_json(days_left(b->expires[kind], v->day)));
}

static json_t *outage_json(const struct view *v, const struct outage *o)
{
    const struct view_body *b = view_find(v, o->body_id);
    return json_pack("{s:I,s:I,s:s,s:o,s:o,s:s,s:o}", "id", (json_int_t)o->id, "body_id", (json_int_t)o->body_id,
                     "body", b == NULL ? "" : b->body->name, "since", day_json(o->since), "closed", day_json(o->closed),
                     "error", o->error, "closing", text_json(o->closing));
}

static json_t *body_json(const struct view *v, const struct view_body *x)
{
    const struct body *b = x->body;
    return json_pack("{s:I,s:s,s:s,s:o,s:s,s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o}", "id", (json_int_t)b->id, "name", b->name,
                     "description", b->description, "ine10", text_json(b->ine10), "platform",
                     platform_code(b->platform), "endpoint", text_json(b->endpoint), "state", body_state_code(x->state),
                     "urgency", days_json(x->urgency), "cds", certificate_json(v, b, CERT_CDS), "cda",
                     certificate_json(v, b, CERT_CDA), "excluded", text_json(b->excluded), "reconciliation",
                     x->watch == NULL ? json_null() : json_string(reconciliation_code(x->watch->reconciliation)),
                     "outage", x->outage == NULL ? json_null() : outage_json(v, x->outage));
}

static void send(struct call *c, json_t *value)
{
    struct buf text = BUF_INIT(LIMIT_WEB_PAGE_BYTES);
    char *bytes = value == NULL ? NULL : json_dumps(value, JSON_COMPACT);
    json_decref(value);
    buf_add_text(&text, bytes == NULL ? "null" : bytes);
    buf_add_char(&text, '\n');
    free(bytes); /* jansson's own */
    call_finished(c, finished_make(&text, 1), "application/json", "private, no-cache");
}

/* ------------------------------------------------------------------ calls */

/* How many, from 1 to LIMIT_WEB_API_PAGE. False after an answer. */
static bool read_limit(struct call *c, int64_t *ret)
{
    const char *text = call_query(c, "limit");
    *ret = 100;
    if (text[0] == '\0' || str_to_int64(str_of(text), 1, LIMIT_WEB_API_PAGE, ret))
        return true;
    call_problem(c, 400, N_("limit is a number from 1 to 500"));
    return false;
}

void api_bodies(struct call *c)
{
    struct filter f;
    int64_t limit, after = 0, last = 0;
    const struct view *v = call_view(c);
    const char *q = call_query(c, "q"), *cursor = call_query(c, "after");
    if (v == NULL || !read_limit(c, &limit))
        return;
    if (cursor[0] != '\0' && (!str_to_int64(str_of(cursor), 1, INT64_MAX, &after) || view_find(v, after) == NULL)) {
        call_problem(c, 400, N_("after is what \"next\" of the last answer says; begin again without it"));
        return;
    }
    filter_read(call_arena(c), arena_text(call_arena(c), str_utf8_cut(str_of(q), LIMIT_WEB_FILTER_CHARS)), &f);
    if (f.trouble != NULL) {
        call_problem(c, 400, N_("q has a word that is not understood"));
        return;
    }
    json_t *items = json_array();
    bool begun = after == 0, more = false;
    for (size_t i = 0; i < v->bodies.count && !more; i++) {
        const struct view_body *b = v->sorted[i];
        if (begun && filter_holds(&f, b, v->day)) {
            more = (int64_t)json_array_size(items) == limit;
            if (!more) {
                json_array_append_new(items, body_json(v, b));
                last = b->body->id;
            }
        }
        begun |= b->body->id == after;
    }
    json_t *next = json_null();
    if (more) {
        json_decref(next);
        next = json_string(arena_printf(call_arena(c), "/api/v1/bodies?limit=%" PRId64 "&after=%" PRId64 "%s%s", limit,
                                        last, q[0] == '\0' ? "" : "&q=", layout_encode(c, q)));
    }
    send(c, json_pack("{s:o,s:o}", "items", items, "next", next));
}

void api_body(struct call *c)
{
    const struct view *v = call_view(c);
    const struct view_body *b = v == NULL ? NULL : view_find(v, c->id);
    if (v == NULL)
        return;
    if (b == NULL)
        call_problem(c, 404, N_("There is no body with this number."));
    else
        send(c, body_json(v, b));
}

void api_outages(struct call *c)
{
    const struct view *v = call_view(c);
    bool all = strcmp(call_query(c, "all"), "1") == 0;
    if (v == NULL)
        return;
    json_t *items = json_array();
    for (size_t i = v->outage_count; i > 0 && json_array_size(items) < LIMIT_WEB_API_PAGE; i--) {
        const struct outage *o = &v->outages[i - 1];
        if (all || o->closed == DAY_NONE || o->closed > v->day)
            json_array_append_new(items, outage_json(v, o));
    }
    send(c, json_pack("{s:o}", "items", items));
}

/* ------------------------------------------------------------------ the description (OpenAPI 3.1) */

struct property {
    const char *name, *type; /* JSON type, "day" (nullable ISO date), or "#Schema" */
    bool nullable;
};
static const struct property body_properties[] = {
    {"id", "integer", false},       {"name", "string", false},     {"description", "string", false},
    {"ine10", "string", true},      {"platform", "string", false}, {"endpoint", "string", true},
    {"state", "string", false},     {"urgency", "integer", true},  {"cds", "#Certificate", false},
    {"cda", "#Certificate", false}, {"excluded", "string", true},  {"reconciliation", "string", true},
    {"outage", "#Outage", true},
};
static const struct property certificate_properties[] = {{"expires", "day", true}, {"days", "integer", true}};
static const struct property outage_properties[] = {
    {"id", "integer", false}, {"body_id", "integer", false}, {"body", "string", false},   {"since", "day", false},
    {"closed", "day", true},  {"error", "string", false},    {"closing", "string", true},
};
static const struct property problem_properties[] = {
    {"type", "string", false}, {"title", "string", false}, {"status", "integer", false}, {"instance", "string", false}};
static const struct {
    const char *name;
    const struct property *properties;
    size_t count;
} schemas[] = {
    {"Body", body_properties, sizeof body_properties / sizeof *body_properties},
    {"Certificate", certificate_properties, sizeof certificate_properties / sizeof *certificate_properties},
    {"Outage", outage_properties, sizeof outage_properties / sizeof *outage_properties},
    {"Problem", problem_properties, sizeof problem_properties / sizeof *problem_properties},
};
/* What each call answers with and takes. */
static const struct {
    const char *pattern, *schema; /* schema NULL: an object */
    bool list;
    const char *parameters; /* of the query, separated by spaces */
} calls[] = {
    {"/api/v1/bodies", "Body", true, "q limit after"},
    {"/api/v1/bodies/{id}", "Body", false, ""},
    {"/api/v1/outages", "Outage", true, "all"},
    {"/api/v1/openapi.json", NULL, false, ""},
};

static json_t *reference(struct call *c, const char *schema)
{
    return json_pack("{s:s}", "$ref", arena_printf(call_arena(c), "#/components/schemas/%s", schema));
}

static json_t *property_json(struct call *c, const struct property *p)
{
    if (p->type[0] == '#')
        return p->nullable ? json_pack("{s:[o,{s:s}]}", "anyOf", reference(c, p->type + 1), "type", "null")
                           : reference(c, p->type + 1);
    bool day = strcmp(p->type, "day") == 0;
    const char *type = day ? "string" : p->type;
    json_t *out = p->nullable ? json_pack("{s:[s,s]}", "type", type, "null") : json_pack("{s:s}", "type", type);
    if (day)
        json_object_set_new(out, "format", json_string("date"));
    return out;
}

static json_t *schemas_json(struct call *c)
{
    json_t *all = json_object();
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        json_t *properties = json_object(), *required = json_array();
        for (size_t k = 0; k < schemas[i].count; k++) {
            json_object_set_new(properties, schemas[i].properties[k].name, property_json(c, &schemas[i].properties[k]));
            json_array_append_new(required, json_string(schemas[i].properties[k].name));
        }
        json_object_set_new(all, schemas[i].name,
                            json_pack("{s:s,s:o,s:o,s:b}", "type", "object", "properties", properties, "required",
                                      required, "additionalProperties", 0));
    }
    return all;
}

static json_t *answer_json(struct call *c, const char *schema, bool list)
{
    if (schema == NULL)
        return json_pack("{s:s}", "type", "object");
    if (!list)
        return reference(c, schema);
    return json_pack("{s:s,s:{s:{s:s,s:o},s:{s:[s,s]}},s:[s]}", "type", "object", "properties", "items", "type",
                     "array", "items", reference(c, schema), "next", "type", "string", "null", "required", "items");
}

static json_t *parameters_json(const char *names, bool id)
{
    json_t *list = json_array();
    struct str rest = str_of(names), name;
    if (id)
        json_array_append_new(list, json_pack("{s:s,s:s,s:b,s:{s:s,s:i}}", "name", "id", "in", "path", "required", 1,
                                              "schema", "type", "integer", "minimum", 1));
    while (rest.n > 0 && str_split(&rest, ' ', &name))
        json_array_append_new(
            list, json_pack("{s:s%,s:s,s:{s:s}}", "name", name.p, name.n, "in", "query", "schema", "type", "string"));
    return list;
}

static json_t *paths_json(struct call *c)
{
    json_t *paths = json_object();
    for (size_t i = 0; i < route_count; i++) {
        const struct route *r = &routes[i];
        for (size_t k = 0; r->kind == ROUTE_API && k < sizeof calls / sizeof *calls; k++) {
            if (strcmp(calls[k].pattern, r->pattern) != 0)
                continue;
            json_t *good = json_pack("{s:s,s:{s:{s:o}}}", "description", "OK", "content", "application/json", "schema",
                                     answer_json(c, calls[k].schema, calls[k].list));
            json_t *bad = json_pack("{s:s,s:{s:{s:o}}}", "description", "Problem (RFC 9457)", "content",
                                    "application/problem+json", "schema", reference(c, "Problem"));
            json_object_set_new(paths, r->pattern,
                                json_pack("{s:{s:s,s:o,s:{s:o,s:o}}}", "get", "summary", r->summary, "parameters",
                                          parameters_json(calls[k].parameters, strstr(r->pattern, "{id}") != NULL),
                                          "responses", "200", good, "default", bad));
        }
    }
    return paths;
}

void api_description(struct call *c)
{
    send(c, json_pack("{s:s,s:{s:s,s:s},s:o,s:{s:o,s:{s:{s:s,s:s}}},s:[{s:[]}]}", "openapi", "3.1.0", "info", "title",
                      "Talaia", "version", "1", "paths", paths_json(c), "components", "schemas", schemas_json(c),
                      "securitySchemes", "token", "type", "http", "scheme", "bearer", "security", "token"));
}
