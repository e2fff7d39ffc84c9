#include "scsp/answer.h"

#include "net/xml_safe.h"
#include "scsp/message_shapes.h"
#include "scsp/names.h"
#include "scsp/writer.h"

struct job {
    struct writer w;
    struct arena arena;
    const char *prefix; /* "res:" */
    const struct answer_state *state;
    instant_t now;
    size_t number; /* of the solicitud, from 1 */
};

#define ENVELOPE_BEGIN "<soapenv:Envelope xmlns:soapenv=\"" NS_SOAP "\"><soapenv:Body>"
#define ENVELOPE_END "</soapenv:Body></soapenv:Envelope>"

static void element(struct job *j, const char *name, const char *text)
{
    write_element(&j->w, j->prefix, name, str_of(text));
}

static void state_write(struct job *j)
{
    write_open(&j->w, j->prefix, "Estado");
    element(j, "CodigoEstado", j->state->code);
    element(j, "LiteralError", j->state->literal);
    element(j, "TiempoEstimadoRespuesta", arena_printf(&j->arena, "%d", j->state->hours));
    write_close(&j->w, j->prefix, "Estado");
}

/* What is ours to say and not the request's; NULL: echo it. */
static const char *own_value(struct job *j, const char *name)
{
    char text[INSTANT_TEXT_BYTES], day[DAY_TEXT_BYTES];
    if (strcmp(name, "TimeStamp") == 0)
        return arena_strdup(&j->arena, time_stamp_text(j->now, text));
    if (strcmp(name, "IdTransmision") != 0)
        return NULL;
    /* Fresh, and within its 29 characters: day, time of the day, number. */
    (void)day_iso(day_madrid(j->now), day);
    long long micros = (long long)(j->now % (86400 * INSTANT_PER_SECOND));
    return arena_printf(&j->arena, "T%.4s%.2s%.2s%011lld%03zu", day, day + 5, day + 8, micros, j->number % 1000);
}

static void value_echo(struct job *j, const struct shape *part, const xmlNode *n)
{
    char day[DAY_TEXT_BYTES];
    const char *own = own_value(j, part->name);
    if (own != NULL)
        element(j, part->name, own);
    else if (n != NULL)
        write_element(&j->w, j->prefix, part->name, xml_trim(node_text(&j->arena, n)));
    else if (strcmp(part->name, "FechaGeneracion") == 0) /* the answer must have it, the request need not */
        element(j, part->name, day_iso(day_madrid(j->now), day));
}

/* The children of `from` that the answer's shape has, in its order. Attachments are not sent back. */
static void echo(struct job *j, const struct shape *shape, const xmlNode *from)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape *part = &shape->parts[i];
        if (part->name == NULL) {
            echo(j, part, from);
            continue;
        }
        const xmlNode *n = shape_find(from, part->name);
        if (strcmp(part->name, "Estado") == 0)
            state_write(j);
        else if (part->kind == SHAPE_VALUE)
            value_echo(j, part, n);
        else if (n != NULL && part->kind != SHAPE_LAX && strcmp(part->name, "Ficheros") != 0) {
            write_open(&j->w, j->prefix, part->name);
            echo(j, part, n);
            write_close(&j->w, j->prefix, part->name);
        }
    }
}

static void head_write(struct job *j, const struct shape *message, const struct envelope *e)
{
    write_open(&j->w, j->prefix, "Atributos");
    echo(j, shape_leaf(message, "Atributos"), shape_find(e->message, "Atributos"));
    write_close(&j->w, j->prefix, "Atributos");
}

static void transmision_write(struct job *j, const struct solicitud *s, struct str payload)
{
    const struct shape *data = shape_leaf(shape_leaf(&shape_respuesta, "Transmisiones"), "TransmisionDatos");
    write_raw(&j->w, "<res:TransmisionDatos><res:DatosGenericos>");
    echo(j, shape_leaf(data, "DatosGenericos"), shape_find(s->node, "DatosGenericos"));
    write_raw(&j->w, "</res:DatosGenericos><res:DatosEspecificos>");
    write_bytes(&j->w, payload);
    write_raw(&j->w, "</res:DatosEspecificos></res:TransmisionDatos>");
}

static bool finish(struct job *j)
{
    write_raw(&j->w, ENVELOPE_END);
    arena_release(&j->arena);
    return !j->w.failed;
}

bool answer_respuesta(struct buf *to, const struct envelope *e, const struct peticion *p,
                      const struct answer_state *state, const struct str *payloads, instant_t now, struct err *err)
{
    struct job j = {.w = {.to = to, .e = err}, .prefix = "res:", .state = state, .now = now};
    write_raw(&j.w,
              ENVELOPE_BEGIN "<o:procesaResponse xmlns:o=\"" NS_OPENURI "\"><res:Respuesta xmlns:res=\"" NS_RES "\">");
    head_write(&j, &shape_respuesta, e);
    if (payloads != NULL) {
        write_raw(&j.w, "<res:Transmisiones>");
        for (size_t i = 0; i < p->count; i++) {
            j.number = i + 1;
            transmision_write(&j, &p->items[i], payloads[i]);
        }
        write_raw(&j.w, "</res:Transmisiones>");
    }
    write_raw(&j.w, "</res:Respuesta></o:procesaResponse>");
    return finish(&j);
}

bool answer_confirmacion(struct buf *to, const struct envelope *e, const struct answer_state *state, instant_t now,
                         struct err *err)
{
    struct job j = {.w = {.to = to, .e = err}, .prefix = "con:", .state = state, .now = now};
    write_raw(&j.w, ENVELOPE_BEGIN "<o:procesaResponse xmlns:o=\"" NS_OPENURI
                                   "\"><con:ConfirmacionPeticion xmlns:con=\"" NS_CON "\">");
    head_write(&j, &shape_confirmacion, e);
    write_raw(&j.w, "</con:ConfirmacionPeticion></o:procesaResponse>");
    return finish(&j);
}

bool answer_fault(struct buf *to, const char *code, const char *text, struct err *err)
{
    struct job j = {.w = {.to = to, .e = err}, .prefix = ""};
    write_raw(&j.w, "<S:Envelope xmlns:S=\"" NS_SOAP "\"><S:Body><S:Fault>");
    element(&j, "faultcode", code);
    element(&j, "faultstring", text);
    element(&j, "faultactor", "Server");
    write_raw(&j.w, "</S:Fault></S:Body></S:Envelope>");
    arena_release(&j.arena);
    return !j.w.failed;
}
