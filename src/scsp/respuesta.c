#include "scsp/respuesta.h"

#include <strings.h>

#include "net/xml_safe.h"

/* "0001" pending, "0002" in process, "0003" finished, "0502" error. */
static bool is_pending(struct str state)
{
    return str_is(state, "0001") || str_is(state, "0002");
}

static void fault_read(struct remarks *all, const struct envelope *e, struct respuesta *ret)
{
    struct arena *a = all->arena;
    ret->state = shape_text(a, e->message, "faultcode");
    ret->literal = shape_text(a, e->message, "faultstring");
    remark_add(all, REMARK_FAULT, e->message, .found = text_shown(a, ret->state),
               .detail = text_shown(a, ret->literal));
}

/* "Resultat/CodiResultat" below the payload; its neighbour is the text. */
static void result_read(struct arena *a, struct transmision *t)
{
    if (t->payload == NULL || t->modality->result == NULL)
        return;
    const xmlNode *n = t->payload, *parent = n;
    struct str rest = str_of(t->modality->result), step;
    while (n != NULL && str_split(&rest, '/', &step)) {
        parent = n;
        n = shape_find(n, arena_text(a, step));
    }
    if (n == NULL)
        return;
    t->result = xml_trim(node_text(a, n));
    t->text = shape_text(a, parent, "Descripcio");
    for (size_t i = 0; t->text.n == 0 && i < t->modality->answer_count; i++)
        if (str_is(t->result, t->modality->answers[i].code))
            t->text = str_of(t->modality->answers[i].text);
}

static void transmision_read(struct remarks *all, const xmlNode *n, const struct modalities *known,
                             struct transmision *t)
{
    struct arena *a = all->arena;
    const xmlNode *generic = shape_find(n, "DatosGenericos"), *specific = shape_find(n, "DatosEspecificos");
    t->code = shape_text(a, shape_find(generic, "Transmision"), "CodigoCertificado");
    t->modality = modality_find(known, t->code);
    if (t->modality == NULL)
        return;
    payload_check_answer(all, t->modality, specific, &t->payload);
    result_read(a, t);
}

static void transmisiones_read(struct remarks *all, const struct envelope *e, const struct modalities *known,
                               struct respuesta *ret)
{
    const xmlNode *list = shape_find(e->message, "Transmisiones");
    size_t count = 0;
    for (const xmlNode *n = xml_child(list, NULL, NULL); n != NULL && count < LIMIT_SOLICITUDES;
         n = xml_next(n, NULL, NULL))
        count += strcasecmp((const char *)n->name, "TransmisionDatos") == 0;
    ret->items = arena_array(all->arena, struct transmision, count == 0 ? 1 : count);
    for (const xmlNode *n = xml_child(list, NULL, NULL); n != NULL && ret->count < count; n = xml_next(n, NULL, NULL))
        if (strcasecmp((const char *)n->name, "TransmisionDatos") == 0)
            transmision_read(all, n, known, &ret->items[ret->count++]);
}

void respuesta_check(struct remarks *all, const struct envelope *e, const struct modalities *known,
                     struct respuesta *ret)
{
    struct arena *a = all->arena;
    *ret = (struct respuesta){0};
    if (e->kind == MESSAGE_FAULT) {
        fault_read(all, e, ret);
        return;
    }
    shape_check_root(all, e->message, e->shape, e->shape->uri);
    const xmlNode *head = shape_find(e->message, "Atributos"), *state = shape_find(head, "Estado");
    ret->id = shape_text(a, head, "IdPeticion");
    ret->state = shape_text(a, state, "CodigoEstado");
    ret->literal = shape_text(a, state, "LiteralError");
    ret->hours = shape_text(a, state, "TiempoEstimadoRespuesta");
    const xmlNode *where = state != NULL ? state : head;
    if (is_pending(ret->state))
        remark_add(all, REMARK_ANSWER_PENDING, where, .found = text_shown(a, ret->state),
                   .detail = text_shown(a, ret->hours));
    else if (ret->state.n > 0 && !str_is(ret->state, "0003"))
        remark_add(all, REMARK_ANSWER_ERROR, where, .found = text_shown(a, ret->state),
                   .detail = text_shown(a, ret->literal));
    transmisiones_read(all, e, known, ret);
}
