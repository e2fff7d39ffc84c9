/* The description of the API (OpenAPI 3.1), made from the tables that the calls themselves are read by. */
#include "web/api.h"
#include "web/routes.h"

static json_t *reference(struct call *c, const char *schema)
{
    return json_pack("{s:s}", "$ref", arena_printf(call_arena(c), "#/components/schemas/%s", schema));
}

static json_t *property_json(struct call *c, const struct property *p)
{
    if (p->type[0] == '#')
        return p->nullable ? json_pack("{s:[o,{s:s}]}", "anyOf", reference(c, p->type + 1), "type", "null")
                           : reference(c, p->type + 1);
    if (p->type[0] == '[')
        return json_pack("{s:s,s:o}", "type", "array", "items", reference(c, p->type + 1));
    bool day = strcmp(p->type, "day") == 0, instant = strcmp(p->type, "instant") == 0;
    const char *type = day || instant ? "string" : p->type;
    json_t *out = p->nullable ? json_pack("{s:[s,s]}", "type", type, "null") : json_pack("{s:s}", "type", type);
    if (day || instant)
        json_object_set_new(out, "format", json_string(day ? "date" : "date-time"));
    return out;
}

static json_t *schemas_json(struct call *c)
{
    json_t *all = json_object();
    for (size_t i = 0; i < api_schema_count; i++) {
        json_t *properties = json_object(), *required = json_array();
        for (size_t k = 0; k < api_schemas[i].count; k++) {
            const struct property *p = &api_schemas[i].properties[k];
            json_object_set_new(properties, p->name, property_json(c, p));
            json_array_append_new(required, json_string(p->name));
        }
        json_object_set_new(all, api_schemas[i].name,
                            json_pack("{s:s,s:o,s:o,s:b}", "type", "object", "properties", properties, "required",
                                      required, "additionalProperties", 0));
    }
    return all;
}

static json_t *answer_json(struct call *c, const struct api_call *call)
{
    if (call->schema == NULL)
        return json_pack("{s:s}", "type", "object");
    if (!call->list)
        return reference(c, call->schema);
    return json_pack("{s:s,s:{s:{s:s,s:o},s:{s:[s,s]}},s:[s,s],s:b}", "type", "object", "properties", "items", "type",
                     "array", "items", reference(c, call->schema), "next", "type", "string", "null", "required",
                     "items", "next", "additionalProperties", 0);
}

/* ------------------------------------------------------------------ what is sent */

static json_t *field_json(const struct api_field *f)
{
    json_t *out;
    switch (f->type) {
    case API_TEXT: out = json_pack("{s:s,s:I}", "type", "string", "maxLength", (json_int_t)f->most); break;
    case API_DAY: out = json_pack("{s:s,s:s}", "type", "string", "format", "date"); break;
    case API_BOOL: out = json_pack("{s:s}", "type", "boolean"); break;
    case API_NUMBER: out = json_pack("{s:s,s:i}", "type", "integer", "minimum", 0); break;
    case API_IDS:
        out = json_pack("{s:s,s:i,s:{s:s,s:i}}", "type", "array", "maxItems", LIMIT_WEB_API_PAGE, "items", "type",
                        "integer", "minimum", 1);
        break;
    case API_CHOICE:
    default: {
        json_t *choices = json_array();
        struct str rest = str_of(f->choices), one;
        while (rest.n > 0 && str_split(&rest, ' ', &one))
            json_array_append_new(choices, json_stringn(one.p, one.n));
        out = json_pack("{s:s,s:o}", "type", "string", "enum", choices);
        break;
    }
    }
    json_object_set_new(out, "description", json_string(f->summary));
    return out;
}

static json_t *request_json(const struct api_call *call)
{
    if (call->file)
        return json_pack("{s:b,s:{s:{s:{s:s,s:s}}}}", "required", 1, "content", API_FILE_TYPE, "schema", "type",
                         "string", "contentMediaType", API_FILE_TYPE);
    json_t *properties = json_object(), *required = json_array();
    for (const struct api_field *f = call->fields; f->name != NULL; f++) {
        json_object_set_new(properties, f->name, field_json(f));
        if (f->required)
            json_array_append_new(required, json_string(f->name));
    }
    return json_pack("{s:b,s:{s:{s:{s:s,s:o,s:o,s:b}}}}", "required", 1, "content", "application/json", "schema",
                     "type", "object", "properties", properties, "required", required, "additionalProperties", 0);
}

static json_t *parameter_json(struct str name, const char *in, const char *type, bool required)
{
    return json_pack("{s:s%,s:s,s:b,s:{s:s}}", "name", name.p, name.n, "in", in, "required", (int)required, "schema",
                     "type", type);
}

static json_t *parameters_json(const struct api_call *call)
{
    json_t *list = json_array();
    struct str rest = str_of(call->parameters), name;
    if (strstr(call->pattern, "{id}") != NULL)
        json_array_append_new(list, parameter_json(str_of("id"), "path", "integer", true));
    if (strstr(call->pattern, "{file}") != NULL)
        json_array_append_new(list, parameter_json(str_of("file"), "path", "string", true));
    while (rest.n > 0 && str_split(&rest, ' ', &name))
        json_array_append_new(list, parameter_json(name, "query", "string", false));
    if (call->fields != NULL) {
        if (!call->secret)
            json_array_append_new(list, parameter_json(str_of("Idempotency-Key"), "header", "string", false));
        if (call->resource != NULL)
            json_array_append_new(list, parameter_json(str_of("If-Match"), "header", "string", false));
    } else {
        json_array_append_new(list, parameter_json(str_of("If-None-Match"), "header", "string", false));
    }
    return list;
}

/* ------------------------------------------------------------------ calls */

static json_t *call_json_of(struct call *c, const struct api_call *call, const struct route *r)
{
    char status[8];
    (void)snprintf(status, sizeof status, "%d", call->status == 0 ? 200 : call->status);
    json_t *good = json_pack("{s:s,s:{s:{s:o}}}", "description", "Done", "content", "application/json", "schema",
                             answer_json(c, call));
    json_t *bad = json_pack("{s:s,s:{s:{s:o}}}", "description", "Problem (RFC 9457)", "content",
                            "application/problem+json", "schema", reference(c, "Problem"));
    json_t *out = json_pack("{s:s,s:o,s:s,s:{s:o,s:o}}", "summary", r->summary == NULL ? "" : r->summary, "parameters",
                            parameters_json(call), "x-permission", permission_code(r->permission), "responses", status,
                            good, "default", bad);
    if (call->fields != NULL)
        json_object_set_new(out, "requestBody", request_json(call));
    return out;
}

static json_t *paths_json(struct call *c)
{
    json_t *paths = json_object();
    for (size_t i = 0; i < route_count; i++) {
        const struct route *r = &routes[i];
        const struct api_call *call = r->kind == ROUTE_API ? api_call_of(r) : NULL;
        char method[8];
        if (call == NULL)
            continue;
        size_t n = 0;
        for (; r->method[n] != '\0' && n + 1 < sizeof method; n++)
            method[n] = (char)(r->method[n] - 'A' + 'a');
        method[n] = '\0';
        json_t *path = json_object_get(paths, r->pattern);
        if (path == NULL) {
            path = json_object();
            json_object_set_new(paths, r->pattern, path);
        }
        json_object_set_new(path, method, call_json_of(c, call, r));
    }
    return paths;
}

void api_description(struct call *c)
{
    if (api_begin(c))
        api_send(c, json_pack("{s:s,s:{s:s,s:s},s:o,s:{s:o,s:{s:{s:s,s:s}}},s:[{s:[]}]}", "openapi", "3.1.0", "info",
                              "title", "Talaia", "version", "1", "paths", paths_json(c), "components", "schemas",
                              schemas_json(c), "securitySchemes", "token", "type", "http", "scheme", "bearer",
                              "security", "token"));
}
