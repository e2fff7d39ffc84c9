/* What of a request reaches those who answer it: its values, flattened, and the texts that its answer echoes. Made by
 * the process that reads foreign XML, out of a message that it has checked; whoever gets it never sees the XML.
 *
 *     struct ask ask;
 *     if (!ask_read(&arena, bytes, &ask, e)) …            // the other side of ask_write()
 *     struct str code = ask_value(&ask.items[0], "CodINE");
 *
 * All texts are UTF-8, trimmed as XML white space, as they stand in the message, "" when they are not there; they live
 * in the arena and in the bytes that were read. Values of a citizen are among them: nothing here is for a log. */
#ifndef TALAIA_SCSP_ASK_H
#define TALAIA_SCSP_ASK_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

/* One element of the payload that holds text (or nothing), in the order of the message. */
struct ask_field {
    /* Below the payload's root, without prefixes: "CodINE", "Titular/Documentacio"; the second and later brothers of
     * one name have their number: "Persona[2]/Nom". */
    struct str path;
    struct str value;
};

/* An attachment (DatosGenericos/Ficheros); its content stays behind, also when it came by MTOM. */
struct ask_file {
    struct str name, id;
    uint64_t bytes;
};

/* One SolicitudTransmision. */
struct ask_item {
    struct str code;                      /* modality: Transmision/CodigoCertificado */
    struct str id;                        /* IdSolicitud */
    struct str expedient;                 /* IdTransmision of the request: usually a case file */
    struct str requester, requester_name; /* Solicitante */
    struct str purpose, procedure;        /* one of the two */
    struct str consent;                   /* "Si", "Ley", "NoOpo" */
    struct str holder_kind, holder;       /* Titular: "NIF", "00000000T" */
    struct str full_name, name, surname_1, surname_2;
    struct str root; /* name of the payload's root; "" when there is no payload */
    const struct ask_field *fields;
    size_t field_count;
    const struct ask_file *files;
    size_t file_count;
    bool pdf, evidence; /* asked for in ExtensionesPeticion */
    /* What the service answers because a value of the payload is not as its modality's file says ("-1", "-9"): the
     * first mark of that kind; 0: nothing stands against it. */
    int answer;
    struct str echo; /* its DatosGenericos for answer.h */
};

enum ask_kind { ASK_PETICION = 1, ASK_SOLICITUD };

/* The message: Peticion (Sincron, Asincron) or SolicitudRespuesta (AsincronResposta; no items). */
struct ask {
    enum ask_kind kind;
    struct str id;                     /* IdPeticion */
    struct str code;                   /* modality of the header: CodigoCertificado */
    struct str product;                /* CodigoProducto */
    int64_t elements;                  /* NumElementos; -1 when it is no number */
    struct str stamp;                  /* TimeStamp */
    struct str own, own_name, purpose; /* DatosAutorizacion: who is authorised, and for what */
    struct str original;               /* IdSolicitanteOriginal */
    const struct ask_item *items;
    size_t count;
    struct str echo; /* its Atributos for answer.h */
};

/* The value of a field; {NULL, 0} when there is no such element, n 0 when it is there and empty. */
struct str ask_value(const struct ask_item *item, const char *path);
bool ask_has(const struct ask_item *item, const char *path);

/* To bytes and back: between processes, and to keep an asynchronous request (whoever keeps it protects it: see above).
 * ask_write adds to `to`, false when it does not fit. ask_read takes what anybody wrote: bounds are checked, counts are
 * those of limits.h; on an error *ret is untouched. */
bool ask_write(struct buf *to, const struct ask *ask);
bool ask_read(struct arena *a, struct str bytes, struct ask *ret, struct err *e);

#endif
