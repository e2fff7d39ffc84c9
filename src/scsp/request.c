#include "scsp/request.h"

#include "scsp/names.h"
#include "scsp/writer.h"

static void element(struct writer *w, const char *prefix, const char *name, const char *text)
{
    write_element(w, prefix, name, str_of(text));
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

bool request_fields_known(const struct modality *m, const struct request_field *fields, size_t count, struct err *e)
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
    write_raw(w, "<pet:Emisor>");
    element(w, "pet:", "NifEmisor", env->nif);
    element(w, "pet:", "NombreEmisor", env->name);
    write_raw(w, "</pet:Emisor>");
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
    time_stamp_text(how->now, time);
    write_raw(w, "<pet:Atributos>");
    element(w, "pet:", "IdPeticion", id);
    element(w, "pet:", "NumElementos", "1");
    element(w, "pet:", "TimeStamp", time);
    element(w, "pet:", "CodigoCertificado", m->name);
    element(w, "pet:", "CodigoProducto", m->product);
    write_raw(w, "<pet:DatosAutorizacion>");
    element(w, "pet:", "IdentificadorSolicitante", how->body);
    element(w, "pet:", "NombreSolicitante", how->body_name);
    element(w, "pet:", "Finalidad", known->environment.purpose);
    write_raw(w, "</pet:DatosAutorizacion>");
    issuer_write(w, &known->environment);
    write_raw(w, "</pet:Atributos>");
}

static void generic_write(struct writer *w, const struct modality *m, const struct modalities *known,
                          const struct request_how *how)
{
    char day[DAY_TEXT_BYTES];
    write_raw(w, "<pet:DatosGenericos>");
    issuer_write(w, &known->environment);
    write_raw(w, "<pet:Solicitante>");
    element(w, "pet:", "IdentificadorSolicitante", known->environment.ine10);
    element(w, "pet:", "NombreSolicitante", known->environment.name);
    element(w, "pet:", "Finalidad", known->environment.purpose);
    element(w, "pet:", "Consentimiento", "Si");
    write_raw(w, "</pet:Solicitante>");
    if (how->holder != NULL) {
        write_raw(w, "<pet:Titular>");
        element(w, "pet:", "TipoDocumentacion", how->holder_kind);
        element(w, "pet:", "Documentacion", how->holder);
        write_raw(w, "</pet:Titular>");
    }
    write_raw(w, "<pet:Transmision>");
    element(w, "pet:", "CodigoCertificado", m->name);
    element(w, "pet:", "IdSolicitud", "1");
    element(w, "pet:", "FechaGeneracion", day_iso(day_madrid(how->now), day));
    write_raw(w, "</pet:Transmision></pet:DatosGenericos>");
}

bool request_write(struct buf *to, const struct modality *m, const struct modalities *known,
                   const struct request_how *how, const struct request_field *fields, size_t count, struct err *e)
{
    struct arena a = {0};
    struct writer w = {.to = to, .e = e};
    const char *id;
    if (!request_fields_known(m, fields, count, e))
        return false;
    id_text(&a, m, how, &id);
    write_raw(&w, "<soapenv:Envelope xmlns:soapenv=\"" NS_SOAP
                  "\"><soapenv:Header/><soapenv:Body><o:procesa xmlns:o=\"" NS_OPENURI
                  "\"><pet:Peticion xmlns:pet=\"" NS_PET "\">");
    header_write(&w, m, known, how, id);
    write_raw(&w, "<pet:Solicitudes><pet:SolicitudTransmision>");
    generic_write(&w, m, known, how);
    write_raw(&w, arena_printf(&a, "<pet:DatosEspecificos><%s xmlns=\"%s\">", m->request.name, m->namespace));
    parts_write(&w, m, known, &m->request, fields, count);
    write_raw(&w, arena_printf(&a, "</%s></pet:DatosEspecificos>", m->request.name));
    write_raw(
        &w,
        "</pet:SolicitudTransmision></pet:Solicitudes></pet:Peticion></o:procesa></soapenv:Body></soapenv:Envelope>");
    arena_release(&a);
    return !w.failed;
}
