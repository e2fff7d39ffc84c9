/* Tables only. A grade stands where the platform's own examples do otherwise; what has none is an error. */
#include "scsp/message_shapes.h"

#include "scsp/names.h"

#define PARTS(array) .parts = (array), .count = sizeof(array) / sizeof *(array)
#define MOST(characters) .value.max = (characters)
#define TEXT(element, ...)                                                                                             \
    {                                                                                                                  \
        .name = (element), .kind = SHAPE_VALUE, __VA_ARGS__                                                            \
    }
#define NUMBER(element, ...)                                                                                           \
    {                                                                                                                  \
        .name = (element), .kind = SHAPE_VALUE, .value.kind = VALUE_INT, .value.min = 1, __VA_ARGS__                   \
    }
#define BYTES_OF(element)                                                                                              \
    {                                                                                                                  \
        .name = (element), .kind = SHAPE_VALUE, .value.kind = VALUE_BASE64, .optional = true, .personal = true         \
    }
#define UUID_OF(element)                                                                                               \
    {                                                                                                                  \
        .name = (element), .kind = SHAPE_VALUE, .value.kind = VALUE_UUID                                               \
    }
#define ALL_OF(element, ...)                                                                                           \
    {                                                                                                                  \
        .name = (element), .kind = SHAPE_ALL, __VA_ARGS__                                                              \
    }
#define SEQUENCE_OF(element, ...)                                                                                      \
    {                                                                                                                  \
        .name = (element), .kind = SHAPE_SEQUENCE, __VA_ARGS__                                                         \
    }

static const struct shape estado[] = {
    TEXT("CodigoEstado", MOST(4), .optional = true, .wrong = GRADE_WARNING),
    TEXT("CodigoEstadoSecundario", MOST(16), .optional = true, .wrong = GRADE_WARNING),
    TEXT("LiteralError", MOST(255), .optional = true, .wrong = GRADE_WARNING),
    NUMBER("TiempoEstimadoRespuesta", MOST(4), .optional = true, .wrong = GRADE_INFO), /* clients send it empty */
};

static const struct shape emisor[] = {TEXT("NifEmisor", MOST(10)), TEXT("NombreEmisor", MOST(50))};

/* The messages of the asynchronous front state no lengths here. */
static const struct shape emisor_async[] = {TEXT("NifEmisor", MOST(0)), TEXT("NombreEmisor", MOST(0))};

static const struct shape funcionario[] = {
    TEXT("NombreCompletoFuncionario", MOST(122), .optional = true, .personal = true),
    TEXT("NifFuncionario", MOST(10), .optional = true, .personal = true),
    TEXT("EMailFuncionario", MOST(122), .optional = true, .personal = true),
    TEXT("CodigoOrganismoFuncionario", MOST(10), .optional = true),
    BYTES_OF("CertificadoDigital"),
};

/* Procedimiento in place of Finalidad: services of the State only. */
static const struct shape purpose[] = {
    {.name = "Finalidad", .kind = SHAPE_VALUE, .value = {.min = 1, .max = 250}},
    {.name = "Procedimiento", .kind = SHAPE_VALUE, .value = {.min = 3, .max = 20}},
};
#define PURPOSE                                                                                                        \
    {                                                                                                                  \
        .kind = SHAPE_CHOICE, PARTS(purpose), .wrong = GRADE_ERROR                                                     \
    }

static const struct shape autorizacion[] = {
    TEXT("IdentificadorSolicitante", MOST(10)),
    TEXT("NombreSolicitante", MOST(100), .missing = GRADE_WARNING),
    PURPOSE,
};

#define ATRIBUTOS_COMMON                                                                                               \
    TEXT("IdPeticion", MOST(100)), NUMBER("NumElementos", MOST(7)),                                                    \
        TEXT("TimeStamp", MOST(29), .missing = GRADE_WARNING, .wrong = GRADE_WARNING),                                 \
        ALL_OF("Estado", PARTS(estado), .optional = true), TEXT("CodigoCertificado", MOST(64)),                        \
        TEXT("CodigoProducto", MOST(0))
#define ATRIBUTOS_SENDER(issuer, names)                                                                                \
    ALL_OF("Emisor", PARTS(issuer), .optional = true),                                                                 \
        TEXT("IdSolicitanteOriginal", MOST(10), .optional = true, .wrong = GRADE_INFO), /* 100 in other variants */    \
        TEXT("NomSolicitanteOriginal", MOST(names), .optional = true),                                                 \
        SEQUENCE_OF("Funcionario", PARTS(funcionario), .optional = true)

static const struct shape peticion_atributos[] = {
    ATRIBUTOS_COMMON,
    ALL_OF("DatosAutorizacion", PARTS(autorizacion), .optional = true),
    ATRIBUTOS_SENDER(emisor, 100),
};

#define CONSENT                                                                                                        \
    {                                                                                                                  \
        .name = "Consentimiento", .kind = SHAPE_VALUE, .value = {.choices = "Si Ley NoOpo" }                           \
    }
static const struct shape solicitante[] = {
    TEXT("IdentificadorSolicitante", MOST(10)),
    TEXT("NombreSolicitante", MOST(100), .missing = GRADE_WARNING),
    PURPOSE,
    CONSENT,
    SEQUENCE_OF("Funcionario", PARTS(funcionario), .optional = true),
};

static const struct shape titular[] = {
    {.name = "TipoDocumentacion", .kind = SHAPE_VALUE, .value = {.choices = "CIF NIF DNI Pasaporte NIE"}},
    TEXT("Documentacion", MOST(14), .wrong = GRADE_WARNING, .personal = true), /* 40 in other variants */
    TEXT("NombreCompleto", MOST(122), .optional = true, .personal = true),
    TEXT("Nombre", MOST(40), .optional = true, .personal = true),
    TEXT("Apellido1", MOST(40), .optional = true, .personal = true),
    TEXT("Apellido2", MOST(40), .optional = true, .personal = true),
};

static const struct shape transmision[] = {
    TEXT("CodigoCertificado", MOST(64)),
    TEXT("IdSolicitud", MOST(40)),
    TEXT("IdTransmision", MOST(26), .optional = true, .wrong = GRADE_WARNING),
    TEXT("FechaGeneracion", MOST(29), .optional = true, .wrong = GRADE_WARNING),
};

static const struct shape file_content[] = {
    TEXT("RutaFichero", MOST(0)),
    TEXT("URLDescarga", MOST(0)),
    {.name = "Contenido", .kind = SHAPE_VALUE, .value.kind = VALUE_BASE64, .personal = true},
    UUID_OF("UUIDFichero"),
    UUID_OF("UUIDDocumento"),
};
static const struct shape fichero[] = {
    TEXT("NombreFichero", MOST(0), .optional = true),
    {.kind = SHAPE_CHOICE, PARTS(file_content), .wrong = GRADE_ERROR},
    TEXT("Id", MOST(50)),
    BYTES_OF("Hash"),
    BYTES_OF("Firma"),
    {.name = "Via", .kind = SHAPE_VALUE, .optional = true, .value = {.choices = "Entrada Salida"}},
};
static const struct shape ficheros[] = {SEQUENCE_OF("Fichero", PARTS(fichero), .many = true)};

static const struct shape peticion_genericos[] = {
    ALL_OF("Emisor", PARTS(emisor), .missing = GRADE_WARNING),  ALL_OF("Solicitante", PARTS(solicitante)),
    SEQUENCE_OF("Titular", PARTS(titular), .optional = true),   ALL_OF("Transmision", PARTS(transmision)),
    SEQUENCE_OF("Ficheros", PARTS(ficheros), .optional = true),
};

static const struct shape solicitud[] = {
    ALL_OF("DatosGenericos", PARTS(peticion_genericos)),
    {.name = "DatosEspecificos", .kind = SHAPE_LAX, .optional = true},
};
static const struct shape solicitudes[] = {ALL_OF("SolicitudTransmision", PARTS(solicitud), .many = true)};

static const struct shape peticion[] = {
    ALL_OF("Atributos", PARTS(peticion_atributos)),
    SEQUENCE_OF("Solicitudes", PARTS(solicitudes)),
};
const struct shape shape_peticion = ALL_OF("Peticion", PARTS(peticion), .uri = NS_PET);

/* --- what comes back --- */

static const struct shape respuesta_atributos[] = {ATRIBUTOS_COMMON, ATRIBUTOS_SENDER(emisor, 100)};

static const struct shape respuesta_transmision[] = {
    TEXT("CodigoCertificado", MOST(64)),
    TEXT("IdSolicitud", MOST(40)),
    TEXT("IdTransmision", MOST(29), .missing = GRADE_INFO), /* recorded errors leave it out */
    TEXT("FechaGeneracion", MOST(29), .missing = GRADE_INFO),
};
static const struct shape respuesta_genericos[] = {
    ALL_OF("Emisor", PARTS(emisor), .missing = GRADE_INFO),     SEQUENCE_OF("Solicitante", PARTS(solicitante)),
    SEQUENCE_OF("Titular", PARTS(titular), .optional = true),   ALL_OF("Transmision", PARTS(respuesta_transmision)),
    SEQUENCE_OF("Ficheros", PARTS(ficheros), .optional = true),
};
static const struct shape transmision_datos[] = {
    ALL_OF("DatosGenericos", PARTS(respuesta_genericos)),
    {.name = "DatosEspecificos", .kind = SHAPE_LAX, .optional = true},
};
static const struct shape transmisiones[] = {ALL_OF("TransmisionDatos", PARTS(transmision_datos), .many = true)};
static const struct shape respuesta[] = {
    ALL_OF("Atributos", PARTS(respuesta_atributos)),
    SEQUENCE_OF("Transmisiones", PARTS(transmisiones), .optional = true),
};
const struct shape shape_respuesta = SEQUENCE_OF("Respuesta", PARTS(respuesta), .uri = NS_RES);

static const struct shape confirmacion_atributos[] = {ATRIBUTOS_COMMON, ATRIBUTOS_SENDER(emisor_async, 50)};
static const struct shape confirmacion[] = {ALL_OF("Atributos", PARTS(confirmacion_atributos))};
const struct shape shape_confirmacion = ALL_OF("ConfirmacionPeticion", PARTS(confirmacion), .uri = NS_CON);

static const struct shape solicitud_atributos[] = {
    ATRIBUTOS_COMMON,
    ALL_OF("DatosAutorizacion", PARTS(autorizacion), .optional = true),
    ATRIBUTOS_SENDER(emisor_async, 50),
};
static const struct shape solicitud_respuesta[] = {ALL_OF("Atributos", PARTS(solicitud_atributos))};
const struct shape shape_solicitud = ALL_OF("SolicitudRespuesta", PARTS(solicitud_respuesta), .uri = NS_SOL);

static const struct shape extensiones_peticion[] = {
    {.name = "PDF", .kind = SHAPE_VALUE, .value.kind = VALUE_BOOLEAN, .optional = true},
    {.name = "Evidencia", .kind = SHAPE_VALUE, .value.kind = VALUE_BOOLEAN, .optional = true},
};
const struct shape shape_extensiones_peticion =
    SEQUENCE_OF("ExtensionesPeticion", PARTS(extensiones_peticion), .uri = NS_CAOC);

static const struct shape extensiones_respuesta[] = {
    {.name = "PDF", .kind = SHAPE_VALUE, .value.kind = VALUE_BASE64, .optional = true, .many = true},
    {.name = "Evidencia", .kind = SHAPE_VALUE, .value.kind = VALUE_BASE64, .optional = true, .many = true},
    /* documented for batches, not in the schema */
    {.name = "PDFGuid", .kind = SHAPE_VALUE, .optional = true},
};
const struct shape shape_extensiones_respuesta =
    SEQUENCE_OF("ExtensionesRespuesta", PARTS(extensiones_respuesta), .uri = NS_CAOC);
