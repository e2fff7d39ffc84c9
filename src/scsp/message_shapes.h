/* Internal to scsp: how the four messages of the platform are built.
 * Source: reference "PCI messaging" §4–6, §11.2 (how gravely), §12 (where the published variants differ; here: pci3,
 * with the unions of its choices repaired so that any order stays). */
#ifndef TALAIA_SCSP_MESSAGE_SHAPES_H
#define TALAIA_SCSP_MESSAGE_SHAPES_H

#include "scsp/shape.h"

extern const struct shape shape_peticion, shape_respuesta, shape_confirmacion, shape_solicitud;
/* First children of DatosEspecificos, when asked for (§7). */
extern const struct shape shape_extensiones_peticion, shape_extensiones_respuesta;

#endif
