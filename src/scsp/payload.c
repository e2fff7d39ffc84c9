#include "scsp/payload.h"

#include "core/identity.h"
#include "net/xml_safe.h"
#include "scsp/message_shapes.h"
#include "scsp/names.h"

bool code_same(struct str a, struct str b)
{
    char one[INE10_BYTES], other[INE10_BYTES];
    if (ine10_parse(a, one) == INE10_FORMAT || ine10_parse(b, other) == INE10_FORMAT)
        return str_equal(a, b);
    return strcmp(one, other) == 0;
}

/* --- where it is --- */

static bool is_extension(const xmlNode *n)
{
    return n->ns != NULL && strcmp((const char *)n->ns->href, NS_CAOC) == 0;
}

/* The platform's own extensions stand in front of the payload, in requests and in answers. */
static void extension_check(struct remarks *all, const xmlNode *n, bool late)
{
    const struct shape *shape =
        shape_meant(n, &shape_extensiones_respuesta) ? &shape_extensiones_respuesta : &shape_extensiones_peticion;
    shape_check_root(all, n, shape, NS_CAOC);
    if (late)
        remark_add(all, REMARK_EXTENSION_LATE, n);
}

static const xmlNode *payload_find(struct remarks *all, const xmlNode *specific)
{
    const xmlNode *payload = NULL;
    for (const xmlNode *n = xml_child(specific, NULL, NULL); n != NULL; n = xml_next(n, NULL, NULL)) {
        if (is_extension(n)) {
            extension_check(all, n, payload != NULL);
            continue;
        }
        if (payload == NULL)
            payload = n;
        else
            remark_add(all, REMARK_PAYLOAD_SECOND, n, .found = node_name(all->arena, n));
    }
    return payload;
}

/* Whether the text directly in DatosEspecificos is the payload written as text. */
static bool is_escaped(struct arena *a, const xmlNode *specific, const struct shape *shape)
{
    if (specific == NULL)
        return false;
    struct str text = xml_trim(node_text(a, specific));
    return text.n > 0 && text.p[0] == '<' && memmem(text.p, text.n, shape->name, strlen(shape->name)) != NULL;
}

static bool is_tolerated(const struct modality *m, const xmlNode *n)
{
    for (size_t i = 0; n->ns != NULL && i < m->also_count; i++)
        if (strcmp(m->also[i], (const char *)n->ns->href) == 0)
            return true;
    return false;
}

static bool structure_check(struct remarks *all, const struct modality *m, const struct shape *shape, const xmlNode *n)
{
    if (!shape_meant(n, shape)) {
        remark_add(all, REMARK_PAYLOAD_ROOT, n, .found = node_name(all->arena, n), .expected = shape->name,
                   .detail = m->name);
        return false;
    }
    struct shape root = *shape;
    root.wrong = is_tolerated(m, n) ? GRADE_WARNING : GRADE_ERROR;
    shape_check_root(all, n, &root, m->namespace);
    return true;
}

/* --- what it asks for --- */

/* Text of an element anywhere below, as the service reads it; empty when it is not there. */
static struct str value_of(struct arena *a, const xmlNode *payload, const char *name, const xmlNode **ret)
{
    *ret = shape_find(payload, name);
    return *ret == NULL ? str_of("") : xml_trim(node_text(a, *ret));
}

static void identifiers_check(struct remarks *all, const struct modality *m, const xmlNode *payload)
{
    struct arena *a = all->arena;
    const char *given = NULL, *names = "";
    for (size_t i = 0; i < m->identifier_count; i++) {
        const xmlNode *n;
        bool filled = value_of(a, payload, m->identifiers[i], &n).n > 0;
        names = arena_printf(a, "%s%s%s", names, i == 0 ? "" : ", ", m->identifiers[i]);
        if (filled && given == NULL)
            given = m->identifiers[i];
        else if (n != NULL && given != NULL)
            remark_add(all, REMARK_IDENTIFIER_IGNORED, n, .found = m->identifiers[i], .expected = given);
    }
    if (given == NULL && m->identifier_count > 0)
        remark_add(all, REMARK_IDENTIFIER_NONE, payload, .expected = names, .answer = m->none_answer);
}

static void list_check(struct remarks *all, const struct modality *m, const struct shape *s, const xmlNode *n,
                       struct str text)
{
    const struct value_rule number = {.kind = VALUE_INT};
    struct arena *a = all->arena;
    struct str rest = text, item;
    size_t count = 0;
    bool told = false;
    while (text.n > 0 && str_split(&rest, ',', &item)) {
        count++;
        item = xml_trim(item);
        if (!told && value_check(&number, item) != VALUE_GOOD) {
            remark_add(all, REMARK_LIST_ITEM, n, .grade = s->wrong, .found = text_shown(a, item), .answer = s->answer);
            told = true;
        }
    }
    if (count > (size_t)m->list_most)
        remark_add(all, REMARK_LIST_LONG, n, .found = arena_printf(a, "%zu", count),
                   .expected = arena_printf(a, "%d", m->list_most));
}

/* The official test set has a blank behind the T. */
static bool date_read(struct str text, instant_t *ret)
{
    char squeezed[64];
    size_t n;
    bool zoned;
    return xml_squeeze(text, squeezed, sizeof squeezed, &n) && date_time_parse(str_part(squeezed, n), ret, &zoned);
}

/* "1|2|3" for a sentence. */
static const char *known_shown(struct arena *a, const char *known)
{
    char *text = arena_strdup(a, known);
    for (char *p = text; *p != '\0'; p++)
        *p = *p == ' ' ? '|' : *p;
    return text;
}

static void value_rules_check(struct remarks *all, const struct modality *m, const struct shape *s, const xmlNode *n)
{
    instant_t t;
    struct arena *a = all->arena;
    struct str text = xml_trim(node_text(a, n));
    if (s->value.kind == VALUE_IDS)
        list_check(all, m, s, n, text);
    else if (s->value.kind == VALUE_DATE_TEXT && text.n > 0 && !date_read(text, &t))
        remark_add(all, REMARK_DATE_SHAPE, n, .grade = GRADE_ERROR, .found = text_shown(a, text),
                   .expected = N_("a date and time such as 2026-11-20T09:00:00.000"));
    if (value_check(&s->value, text) != VALUE_GOOD || value_is_known(&s->value, text))
        return;
    if (s->value.known != NULL)
        remark_add(all, REMARK_VALUE_KNOWN, n, .grade = s->wrong, .found = text_shown(a, text),
                   .expected = known_shown(a, s->value.known), .answer = s->answer);
    else
        remark_add(all, REMARK_VALUE_DIGITS, n, .grade = s->wrong, .found = text_shown(a, text),
                   .expected = arena_printf(a, "%d", s->value.digits), .answer = s->answer);
}

static void values_check(struct remarks *all, const struct modality *m, const struct shape *shape,
                         const xmlNode *parent)
{
    for (const xmlNode *n = xml_child(parent, NULL, NULL); n != NULL; n = xml_next(n, NULL, NULL)) {
        const struct shape *s = shape_leaf(shape, (const char *)n->name);
        if (s != NULL && s->kind == SHAPE_VALUE)
            value_rules_check(all, m, s, n);
        else if (s != NULL)
            values_check(all, m, s, n);
    }
}

static void requester_check(struct remarks *all, const struct modality *m, const struct environment *env,
                            const xmlNode *payload)
{
    struct arena *a = all->arena;
    const xmlNode *n;
    if (m->requester == NULL)
        return;
    struct str code = value_of(a, payload, m->requester, &n);
    if (n != NULL && !code_same(code, str_of(env->ine10)))
        remark_add(all, REMARK_REQUESTER_SPECIFIC, n, .found = code.n == 0 ? "—" : text_shown(a, code),
                   .expected = env->ine10, .answer = m->requester_answer);
}

static void range_check(struct remarks *all, const struct modality *m, const xmlNode *payload)
{
    struct arena *a = all->arena;
    const xmlNode *from, *to;
    instant_t begins, ends;
    if (m->range_from == NULL || m->range_to == NULL)
        return;
    struct str first = value_of(a, payload, m->range_from, &from), last = value_of(a, payload, m->range_to, &to);
    if (!date_read(first, &begins) || !date_read(last, &ends))
        return;
    const char *shown = arena_printf(a, "%s – %s", text_shown(a, first), text_shown(a, last));
    if (ends < begins)
        remark_add(all, REMARK_DATES_BACKWARDS, to, .found = shown);
    else if (ends - begins > m->range_days * 86400 * INSTANT_PER_SECOND)
        remark_add(all, REMARK_DATES_APART, to, .found = shown, .expected = arena_printf(a, "%d", m->range_days));
}

void payload_check(struct remarks *all, const struct modality *m, const struct environment *env, const xmlNode *parent,
                   const xmlNode *specific, const xmlNode **ret_payload)
{
    const xmlNode *payload = specific == NULL ? NULL : payload_find(all, specific);
    *ret_payload = NULL;
    if (payload == NULL) {
        remark_add(all, is_escaped(all->arena, specific, &m->request) ? REMARK_PAYLOAD_ESCAPED : REMARK_PAYLOAD_MISSING,
                   specific != NULL ? specific : parent, .expected = m->request.name);
        return;
    }
    if (!structure_check(all, m, &m->request, payload))
        return;
    *ret_payload = payload;
    requester_check(all, m, env, payload);
    identifiers_check(all, m, payload);
    values_check(all, m, &m->request, payload);
    range_check(all, m, payload);
}

void payload_check_answer(struct remarks *all, const struct modality *m, const xmlNode *specific,
                          const xmlNode **ret_payload)
{
    const xmlNode *payload = specific == NULL ? NULL : payload_find(all, specific);
    *ret_payload = NULL;
    if (payload != NULL && m->response.name != NULL && structure_check(all, m, &m->response, payload))
        *ret_payload = payload;
}
