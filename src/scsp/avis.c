#include "scsp/avis.h"

#include <jansson.h>

#include "base/limits.h"

/* X(member, names that it is known by, ours first) */
#define NUMBERS(X)                                                                                                     \
    X(body, "CodINE codiINE codINE")                                                                                   \
    X(resource, "IdUnicoRecurso idRecurs")                                                                             \
    X(type, "IdTipoRecurso idTipusRecurs")                                                                             \
    X(professional, "IdProfesional idProfessional")
#define TEXTS(X)                                                                                                       \
    X(name, "NomProfesional NombreProfesional nomProfessional")                                                        \
    X(expedient, "NomExpediente numeroExpedient")

static json_t *object_of(struct str text)
{
    json_t *value = text.n > 0 && text.n <= LIMIT_JWT_BYTES && str_utf8_valid(text)
                        ? json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL)
                        : NULL;
    if (json_is_object(value))
        return value;
    json_decref(value);
    return NULL;
}

static bool object_write(struct buf *to, json_t *object, struct err *e)
{
    char *text = json_dumps(object, JSON_COMPACT);
    bool good = text != NULL && buf_add_text(to, text);
    free(text);
    json_decref(object);
    return good || err_set(e, ERR_VALUE, N_("the notice cannot be written as JSON: it is too long, or not UTF-8"));
}

static void times_add(json_t *object, instant_t now, int life_seconds)
{
    json_int_t at = now / INSTANT_PER_SECOND;
    json_object_set_new(object, "iat", json_integer(at));
    json_object_set_new(object, "exp", json_integer(at + life_seconds));
}

bool avis_write(struct buf *to, const struct avis *avis, instant_t now, int life_seconds, struct err *e)
{
    json_t *object = json_pack("{s:I,s:I,s:I,s:I,s:s}", "CodINE", (json_int_t)avis->body, "IdUnicoRecurso",
                               (json_int_t)avis->resource, "IdTipoRecurso", (json_int_t)avis->type, "IdProfesional",
                               (json_int_t)avis->professional, "NomProfesional", avis->name);
    if (object == NULL)
        return err_set(e, ERR_VALUE, N_("the notice cannot be written as JSON: it is too long, or not UTF-8"));
    if (avis->expedient[0] != '\0')
        json_object_set_new(object, "NomExpediente", json_string(avis->expedient));
    times_add(object, now, life_seconds);
    return object_write(to, object, e);
}

static const json_t *value_of(const json_t *object, const char *names)
{
    struct str rest = str_of(names), name;
    const json_t *value = NULL;
    char text[32];
    while (value == NULL && str_split(&rest, ' ', &name)) {
        (void)snprintf(text, sizeof text, "%.*s", STR_ARG(name));
        value = json_object_get(object, text);
    }
    return value;
}

/* A number, also as a text: some write it so because it has more than 32 bits. */
static int64_t number_of(const json_t *value)
{
    int64_t number;
    if (json_is_integer(value))
        return json_integer_value(value);
    if (json_is_string(value) &&
        str_to_int64(str_part(json_string_value(value), json_string_length(value)), INT64_MIN, INT64_MAX, &number))
        return number;
    return -1;
}

static const char *text_of(struct arena *a, const json_t *value)
{
    return json_is_string(value) ? arena_text(a, str_part(json_string_value(value), json_string_length(value))) : "";
}

bool avis_read(struct arena *a, struct str json, struct avis *ret)
{
    json_t *object = object_of(json);
    if (object == NULL)
        return false;
#define X(member, names) ret->member = number_of(value_of(object, names));
    NUMBERS(X)
#undef X
#define X(member, names) ret->member = text_of(a, value_of(object, names));
    TEXTS(X)
#undef X
    json_decref(object);
    return true;
}

enum avis_code avis_judge(const struct avis *avis, int64_t body)
{
    bool good = avis->body > 0 && avis->resource > 0 && avis->type > 0 && avis->professional > 0 &&
                avis->name[0] != '\0' && (body == 0 || avis->body == body);
    return good ? AVIS_DONE : AVIS_INVALID;
}

const char *avis_text(enum avis_code code)
{
    return code == AVIS_DONE      ? "Operació completada amb èxit"
           : code == AVIS_INVALID ? "La petició no és vàlida. Operació no realitzada"
                                  : "Token no vàlid";
}

bool avis_answer_write(struct buf *to, enum avis_code code, instant_t now, int life_seconds, struct err *e)
{
    char number[16];
    (void)snprintf(number, sizeof number, "%d", (int)code);
    json_t *object = json_pack("{s:{s:s,s:s}}", "resultat", "codiResultat", number, "descripcio", avis_text(code));
    times_add(object, now, life_seconds);
    return object_write(to, object, e);
}

bool avis_answer_read(struct arena *a, struct str json, const char **ret_code, const char **ret_text)
{
    json_t *object = object_of(json);
    const json_t *result = json_object_get(object, "resultat");
    if (result == NULL)
        result = object; /* the picture of the documentation lacks the wrapper */
    const json_t *code = json_object_get(result, "codiResultat");
    bool good = json_is_string(code) || json_is_integer(code);
    if (good) {
        *ret_code =
            json_is_string(code) ? text_of(a, code) : arena_printf(a, "%lld", (long long)json_integer_value(code));
        *ret_text = text_of(a, json_object_get(result, "descripcio"));
    }
    json_decref(object);
    return good;
}

struct str avis_token_find(struct arena *a, struct str body, const char *authorization)
{
    body = str_trim(body);
    if (body.n > 0 && body.p[0] == '{') {
        json_t *object = object_of(body);
        const char *token = text_of(a, json_object_get(object, "token"));
        json_decref(object);
        return str_of(token);
    }
    if (body.n > 0)
        return body;
    struct str header = str_trim(str_of(authorization == NULL ? "" : authorization));
    if (header.n > 7 && str_is_nocase(str_part(header.p, 7), "Bearer "))
        return str_trim(str_part(header.p + 7, header.n - 7));
    return str_of("");
}
