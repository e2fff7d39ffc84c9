/* Structure is shape.h's business; who is authorised for what is decided elsewhere. */
#include "scsp/peticion.h"

#include <strings.h>

#include "core/identity.h"
#include "net/xml_safe.h"

static const xmlNode *down(const xmlNode *n, const char *first, const char *second)
{
    const xmlNode *child = shape_find(n, first);
    return second == NULL ? child : shape_find(child, second);
}

static struct str text_at(struct arena *a, const xmlNode *n, const char *parent, const char *name)
{
    return shape_text(a, shape_find(n, parent), name);
}

/* --- values --- */

static void solicitud_read(struct arena *a, const xmlNode *n, const struct modalities *known, struct solicitud *s)
{
    const xmlNode *generic = shape_find(n, "DatosGenericos");
    s->node = n;
    s->code = text_at(a, generic, "Transmision", "CodigoCertificado");
    s->id = text_at(a, generic, "Transmision", "IdSolicitud");
    s->requester = text_at(a, generic, "Solicitante", "IdentificadorSolicitante");
    s->purpose = text_at(a, generic, "Solicitante", "Finalidad");
    s->modality = modality_find(known, s->code);
}

static size_t solicitudes_count(const xmlNode *list)
{
    size_t count = 0;
    for (const xmlNode *n = list == NULL ? NULL : xml_child(list, NULL, NULL); n != NULL; n = xml_next(n, NULL, NULL))
        count += strcasecmp((const char *)n->name, "SolicitudTransmision") == 0;
    return count;
}

void peticion_read(struct arena *a, const struct envelope *e, const struct modalities *known, struct peticion *ret)
{
    const xmlNode *head = shape_find(e->message, "Atributos"), *list = shape_find(e->message, "Solicitudes");
    struct peticion p = {
        .id = shape_text(a, head, "IdPeticion"),
        .product = shape_text(a, head, "CodigoProducto"),
        .code = shape_text(a, head, "CodigoCertificado"),
        .own = text_at(a, head, "DatosAutorizacion", "IdentificadorSolicitante"),
        .purpose = text_at(a, head, "DatosAutorizacion", "Finalidad"),
    };
    size_t count = solicitudes_count(list);
    count = count > LIMIT_SOLICITUDES ? LIMIT_SOLICITUDES : count;
    struct solicitud *items = arena_array(a, struct solicitud, count == 0 ? 1 : count);
    for (const xmlNode *n = count == 0 ? NULL : xml_child(list, NULL, NULL); n != NULL && p.count < count;
         n = xml_next(n, NULL, NULL))
        if (strcasecmp((const char *)n->name, "SolicitudTransmision") == 0)
            solicitud_read(a, n, known, &items[p.count++]);
    p.items = items;
    *ret = p;
}

/* --- the header --- */

struct rules {
    struct remarks *all;
    const struct modalities *known;
    const xmlNode *head, *list;
    struct peticion *p;
    bool poll; /* a SolicitudRespuesta: its certificate may say who asks, where it is of one body only */
};

#define SHOWN(r, text) text_shown((r)->all->arena, (text))

static void count_check(const struct rules *r)
{
    struct arena *a = r->all->arena;
    const xmlNode *n = shape_find(r->head, "NumElementos");
    size_t count = solicitudes_count(r->list);
    const struct modality *m = r->p->count > 0 ? r->p->items[0].modality : NULL;
    size_t most = m == NULL ? LIMIT_SOLICITUDES : (size_t)m->most;
    int64_t said;
    if (n != NULL && str_to_int64(xml_trim(node_text(a, n)), INT32_MIN, INT32_MAX, &said) &&
        (said < 0 || (size_t)said != count))
        remark_add(r->all, REMARK_COUNT, n, .found = arena_printf(a, "%lld", (long long)said),
                   .expected = arena_printf(a, "%zu", count));
    if (count > most)
        remark_add(r->all, REMARK_COUNT_MANY, r->list, .found = arena_printf(a, "%zu", count),
                   .expected = arena_printf(a, "%zu", most));
}

static void code_shape_check(const struct rules *r, const xmlNode *n)
{
    if (n == NULL)
        return;
    char code[INE10_BYTES];
    struct str text = xml_trim(node_text(r->all->arena, n));
    char nif[NIF_BYTES];
    enum ine10_verdict verdict = ine10_parse(text, code);
    if (verdict == INE10_FORMAT) {
        if (nif_parse(text, nif) == NIF_CIF)
            remark_add(r->all, REMARK_CODE_NIF, n, .found = SHOWN(r, text));
        return;
    }
    if (text.n == 9)
        remark_add(r->all, REMARK_CODE_NINE, n, .found = SHOWN(r, text), .expected = arena_strdup(r->all->arena, code));
    else if (text.n == 10 && verdict == INE10_CHECK)
        remark_add(r->all, REMARK_CODE_CHECK, n, .found = SHOWN(r, text));
}

static void authorisation_check(const struct rules *r, const char *body)
{
    const struct environment *env = &r->known->environment;
    const xmlNode *block = shape_find(r->head, "DatosAutorizacion");
    const xmlNode *n = shape_find(block, "IdentificadorSolicitante"), *purpose = shape_find(block, "Finalidad");
    if (block == NULL && r->head != NULL)
        remark_add(r->all, REMARK_AUTHORISATION_MISSING, r->head, .grade = r->poll ? GRADE_WARNING : GRADE_DEFAULT);
    if (n == NULL)
        return;
    code_shape_check(r, n);
    if (code_same(r->p->own, str_of(env->ine10)) && !code_same(str_of(body), str_of(env->ine10)))
        remark_add(r->all, REMARK_OWN_CODE, n, .found = SHOWN(r, r->p->own), .expected = body[0] == '\0' ? "" : body);
    else if (body[0] != '\0' && !code_same(r->p->own, str_of(body)))
        remark_add(r->all, REMARK_OWN_OTHER, n, .found = SHOWN(r, r->p->own), .expected = body);
    if (purpose != NULL && r->p->purpose.n > 0 && !str_is(r->p->purpose, env->purpose))
        remark_add(r->all, REMARK_PURPOSE_PRE, purpose, .found = SHOWN(r, r->p->purpose), .expected = env->purpose);
}

static void issuer_check(const struct rules *r, const xmlNode *parent)
{
    const char *must = r->known->environment.nif;
    const xmlNode *n = down(parent, "Emisor", "NifEmisor");
    struct str text = n == NULL ? str_of("") : xml_trim(node_text(r->all->arena, n));
    if (n != NULL && !str_is(text, must))
        remark_add(r->all, REMARK_ISSUER_OTHER, n, .found = text.n == 0 ? "—" : SHOWN(r, text), .expected = must);
}

static void time_stamp_check(const struct rules *r)
{
    const xmlNode *n = shape_find(r->head, "TimeStamp");
    struct str text = n == NULL ? str_of("") : xml_trim(node_text(r->all->arena, n));
    if (n != NULL && !time_stamp_documented(text))
        remark_add(r->all, REMARK_DATE_SHAPE, n, .found = SHOWN(r, text), .expected = "2026-11-20T09:00:00.000+01:00");
}

/* The schema lets it be empty; then every second request is a repeated one. */
static void id_check(const struct rules *r)
{
    const xmlNode *n = shape_find(r->head, "IdPeticion");
    if (n != NULL && r->p->id.n == 0)
        remark_add(r->all, REMARK_VALUE_EMPTY, n, .expected = N_("an identifier that no other request has"));
}

static void header_check(const struct rules *r, const char *body)
{
    id_check(r);
    time_stamp_check(r);
    issuer_check(r, r->head);
    authorisation_check(r, body);
}

/* --- each solicitud --- */

static void modality_check(const struct rules *r, const struct solicitud *s)
{
    const xmlNode *n = down(shape_find(s->node, "DatosGenericos"), "Transmision", "CodigoCertificado");
    if (n == NULL || s->code.n == 0)
        return;
    if (r->p->code.n > 0 && !str_equal(s->code, r->p->code))
        remark_add(r->all, REMARK_MODALITY_DIFFERS, n, .found = SHOWN(r, s->code), .expected = SHOWN(r, r->p->code));
    if (s->modality == NULL) {
        const struct modality *near = modality_nearest(r->known, s->code);
        bool same = near != NULL && str_is_nocase(s->code, near->name);
        remark_add(r->all, same ? REMARK_MODALITY_CASE : REMARK_MODALITY_UNKNOWN, n, .found = SHOWN(r, s->code),
                   .expected = near == NULL ? "—" : near->name);
        return;
    }
    const xmlNode *product = shape_find(r->head, "CodigoProducto");
    if (product != NULL && !str_is(r->p->product, s->modality->product))
        remark_add(r->all, REMARK_PRODUCT_DIFFERS, product, .found = SHOWN(r, r->p->product),
                   .expected = s->modality->product, .detail = s->modality->name);
}

static void requester_check(const struct rules *r, const struct solicitud *s, const xmlNode *requester)
{
    const char *must = r->known->environment.ine10;
    const xmlNode *n = shape_find(requester, "IdentificadorSolicitante");
    const xmlNode *purpose = shape_find(requester, "Finalidad"), *consent = shape_find(requester, "Consentimiento");
    if (n != NULL && s->requester.n > 0 && !code_same(s->requester, str_of(must)))
        remark_add(r->all, REMARK_REQUESTER_PRE, n, .found = SHOWN(r, s->requester), .expected = must);
    if (purpose != NULL && r->p->purpose.n > 0 && !str_equal(s->purpose, r->p->purpose))
        remark_add(r->all, REMARK_PURPOSE_DIFFERS, purpose, .found = SHOWN(r, s->purpose),
                   .expected = SHOWN(r, r->p->purpose));
    if (shape_find(requester, "Procedimiento") != NULL)
        remark_add(r->all, REMARK_PROCEDURE, shape_find(requester, "Procedimiento"));
    if (consent != NULL && str_is(xml_trim(node_text(r->all->arena, consent)), "NoOpo"))
        remark_add(r->all, REMARK_CONSENT_NEW, consent, .found = "NoOpo");
}

static void holder_check(const struct rules *r, const xmlNode *holder)
{
    struct arena *a = r->all->arena;
    char nif[NIF_BYTES];
    const xmlNode *n = shape_find(holder, "Documentacion");
    struct str kind = shape_text(a, holder, "TipoDocumentacion");
    bool lettered = str_is(kind, "NIF") || str_is(kind, "NIE") || str_is(kind, "DNI") || str_is(kind, "CIF");
    if (n != NULL && lettered && nif_parse(xml_trim(node_text(a, n)), nif) == NIF_BAD)
        remark_add(r->all, REMARK_NIF_LETTER, n);
}

static void generated_check(const struct rules *r, const xmlNode *generic)
{
    const xmlNode *parent = shape_find(generic, "Transmision"), *n = shape_find(parent, "FechaGeneracion");
    day_t day;
    if (parent == NULL)
        return;
    if (n == NULL) {
        remark_add(r->all, REMARK_MISSING_TOLERATED, parent, .expected = "pet:FechaGeneracion");
        return;
    }
    struct str text = xml_trim(node_text(r->all->arena, n));
    if (!day_parse_iso(text, &day))
        remark_add(r->all, REMARK_DATE_SHAPE, n, .found = SHOWN(r, text), .expected = "2026-11-20");
}

/* The first answer that the remarks from there on know. */
static int answer_from(const struct remarks *all, size_t first)
{
    for (size_t i = first; i < all->list.count; i++)
        if (all->list.items[i].answer != 0)
            return all->list.items[i].answer;
    return 0;
}

static void solicitud_check(const struct rules *r, struct solicitud *s)
{
    const xmlNode *generic = shape_find(s->node, "DatosGenericos");
    size_t before = r->all->list.count;
    modality_check(r, s);
    issuer_check(r, generic);
    requester_check(r, s, shape_find(generic, "Solicitante"));
    holder_check(r, shape_find(generic, "Titular"));
    generated_check(r, generic);
    if (s->modality != NULL)
        payload_check(r->all, s->modality, &r->known->environment, s->node, shape_find(s->node, "DatosEspecificos"),
                      &s->payload);
    s->answer = answer_from(r->all, before);
}

void peticion_check(struct remarks *all, const struct envelope *e, const struct modalities *known, const char *body,
                    struct peticion *p)
{
    struct rules r = {.all = all,
                      .known = known,
                      .head = shape_find(e->message, "Atributos"),
                      .list = shape_find(e->message, "Solicitudes"),
                      .p = p,
                      .poll = e->kind == MESSAGE_SOLICITUD};
    shape_check_root(all, e->message, e->shape, e->shape->uri);
    header_check(&r, body);
    if (e->kind == MESSAGE_PETICION)
        count_check(&r);
    for (size_t i = 0; i < p->count && all->list.count < LIMIT_REMARKS; i++)
        solicitud_check(&r, &p->items[i]);
}
