/* The specific data of one SolicitudTransmision against its modality: structure, identifiers, codes and limits. */
#ifndef TALAIA_SCSP_PAYLOAD_H
#define TALAIA_SCSP_PAYLOAD_H

#include "scsp/modality.h"

/* `specific`: DatosEspecificos, NULL when it is missing, then `parent` is where it should be. *ret_payload is the
 * payload's root, NULL when there is none. */
void payload_check(struct remarks *all, const struct modality *m, const struct environment *env, const xmlNode *parent,
                   const xmlNode *specific, const xmlNode **ret_payload);
/* The payload of an answer: structure only. */
void payload_check_answer(struct remarks *all, const struct modality *m, const xmlNode *specific,
                          const xmlNode **ret_payload);

/* Whether two codes of a body are the same: a dropped leading zero does not count. */
bool code_same(struct str a, struct str b);

#endif
