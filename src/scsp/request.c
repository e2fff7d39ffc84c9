#include "scsp/request.h"

#include "scsp/names.h"

struct writer {
    struct buf *to;
    struct err *e;
    bool failed;
};

static void raw(struct writer *w, const char *text)
{
    if (!buf_add_text(w->to, text) && !w->failed)
        w->failed = !err_set(w->e, ERR_LIMIT, N_("the request would be larger than what is accepted"));
}

/* Characters that XML 1.0 has, with those escaped that mean something. */
static void escaped(struct writer *w, const char *name, const char *text)
{
    struct str s = str_of(text);
    uint32_t c;
    while (s.n > 0) {
        struct str before = s;
        if (!str_utf8_next(&s, &c) || (c < 0x20 && c != '\t' && c != '\n') || c == 0xFFFE || c == 0xFFFF) {
            w->failed = !err_set(w->e, ERR_VALUE, N_("the value of %s has characters that XML cannot hold"), name);
            return;
        }
        const char *entity = c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : NULL;
        if (entity != NULL)
            raw(w, entity);
        else
            (void)buf_add(w->to, before.p, before.n - s.n);
    }
}

static void element(struct writer *w, const char *prefix, const char *name, const char *text)
{
    raw(w, "<");
    raw(w, prefix);
    raw(w, name);
    raw(w, ">");
    escaped(w, name, text);
    raw(w, "</");
    raw(w, prefix);
    raw(w, name);
    raw(w, ">");
}

/* --- the payload, in the order of its schema --- */

static const char *value_of(const struct modality *m, const struct modalities *known,
                            const struct request_field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return fields[i].value;
    return m->requester != NULL && strcmp(m->requester, name) == 0 ? known->environment.ine10 : NULL;
}

static void parts_write(struct writer *w, const struct modality *m, const struct modalities *known,
                        const struct shape *group, const struct request_field *fields, size_t count)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct shape *part = &group->parts[i];
        const char *value = part->name == NULL ? NULL : value_of(m, known, fields, count, part->name);
        if (part->name == NULL)
            parts_write(w, m, known, part, fields, count);
        else if (value != NULL)
            element(w, "", part->name, value);
    }
}

static bool fields_known(const struct modality *m, const struct request_field *fields, size_t count, struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        const struct shape *s = shape_leaf(&m->request, fields[i].name);
        if (s == NULL || strcmp(s->name, fields[i].name) != 0 || s->kind != SHAPE_VALUE)
            return err_set(e, ERR_VALUE, N_("%s has no element %s; write the names as in its documentation"), m->name,
                           fields[i].name);
    }
    return true;
}

/* --- the rest --- */

static void issuer_write(struct writer *w, const struct environment *env)
{
    raw(w, "<pet:Emisor>");
    element(w, "pet:", "NifEmisor", env->nif);
    element(w, "pet:", "NombreEmisor", env->name);
    raw(w, "</pet:Emisor>");
}

/* 2026-11-20T09:00:00.000+01:00, in Madrid. */
static void time_text(instant_t t, char out[INSTANT_TEXT_BYTES])
{
    char local[INSTANT_TEXT_BYTES];
    int offset = madrid_offset(t);
    (void)instant_iso(t + offset * INSTANT_PER_SECOND, local);
    int millis = (int)(((t % INSTANT_PER_SECOND) + INSTANT_PER_SECOND) % INSTANT_PER_SECOND / 1000);
    (void)snprintf(out, INSTANT_TEXT_BYTES, "%.19s.%03d+%02d:00", local, millis, offset / 3600);
}

/* MODALITY + INE10 + date and time: what the platform recommends, and shorter than its 40 characters of IdSolicitud. */
static void id_text(struct arena *a, const struct modality *m, const struct request_how *how, const char **ret)
{
    char day[DAY_TEXT_BYTES];
    (void)day_iso(day_madrid(how->now), day);
    long long micros = (long long)(how->now % (86400 * INSTANT_PER_SECOND));
    *ret = arena_printf(a, "%s%s%.4s%.2s%.2s%011lld", m->name, how->body, day, day + 5, day + 8, micros);
}

static void header_write(struct writer *w, const struct modality *m, const struct modalities *known,
                         const struct request_how *how, const char *id)
{
    char time[INSTANT_TEXT_BYTES];
    time_text(how->now, time);
    raw(w, "<pet:Atributos>");
    element(w, "pet:", "IdPeticion", id);
    element(w, "pet:", "NumElementos", "1");
    element(w, "pet:", "TimeStamp", time);
    element(w, "pet:", "CodigoCertificado", m->name);
    element(w, "pet:", "CodigoProducto", m->product);
    raw(w, "<pet:DatosAutorizacion>");
    element(w, "pet:", "IdentificadorSolicitante", how->body);
    element(w, "pet:", "NombreSolicitante", how->body_name);
    element(w, "pet:", "Finalidad", known->environment.purpose);
    raw(w, "</pet:DatosAutorizacion>");
    issuer_write(w, &known->environment);
    raw(w, "</pet:Atributos>");
}

static void generic_write(struct writer *w, const struct modality *m, const struct modalities *known,
                          const struct request_how *how)
{
    char day[DAY_TEXT_BYTES];
    raw(w, "<pet:DatosGenericos>");
    issuer_write(w, &known->environment);
    raw(w, "<pet:Solicitante>");
    element(w, "pet:", "IdentificadorSolicitante", known->environment.ine10);
    element(w, "pet:", "NombreSolicitante", known->environment.name);
    element(w, "pet:", "Finalidad", known->environment.purpose);
    element(w, "pet:", "Consentimiento", "Si");
    raw(w, "</pet:Solicitante>");
    if (how->holder != NULL) {
        raw(w, "<pet:Titular>");
        element(w, "pet:", "TipoDocumentacion", how->holder_kind);
        element(w, "pet:", "Documentacion", how->holder);
        raw(w, "</pet:Titular>");
    }
    raw(w, "<pet:Transmision>");
    element(w, "pet:", "CodigoCertificado", m->name);
    element(w, "pet:", "IdSolicitud", "1");
    element(w, "pet:", "FechaGeneracion", day_iso(day_madrid(how->now), day));
    raw(w, "</pet:Transmision></pet:DatosGenericos>");
}

bool request_write(struct buf *to, const struct modality *m, const struct modalities *known,
                   const struct request_how *how, const struct request_field *fields, size_t count, struct err *e)
{
    struct arena a = {0};
    struct writer w = {.to = to, .e = e};
    const char *id;
    if (!fields_known(m, fields, count, e))
        return false;
    id_text(&a, m, how, &id);
    raw(&w, "<soapenv:Envelope xmlns:soapenv=\"" NS_SOAP
            "\"><soapenv:Header/><soapenv:Body><o:procesa xmlns:o=\"" NS_OPENURI "\"><pet:Peticion xmlns:pet=\"" NS_PET
            "\">");
    header_write(&w, m, known, how, id);
    raw(&w, "<pet:Solicitudes><pet:SolicitudTransmision>");
    generic_write(&w, m, known, how);
    raw(&w, arena_printf(&a, "<pet:DatosEspecificos><%s xmlns=\"%s\">", m->request.name, m->namespace));
    parts_write(&w, m, known, &m->request, fields, count);
    raw(&w, arena_printf(&a, "</%s></pet:DatosEspecificos>", m->request.name));
    raw(&w,
        "</pet:SolicitudTransmision></pet:Solicitudes></pet:Peticion></o:procesa></soapenv:Body></soapenv:Envelope>");
    arena_release(&a);
    return !w.failed;
}
