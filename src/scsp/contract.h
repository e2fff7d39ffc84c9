/* The contract (WSDL 1.1) of each front, written out of the same tables that requests are checked with: a client made
 * from it sends what is accepted. Names of service, port, binding and operation are the platform's; the schemas are
 * ours, inside the one document, so that no client has to fetch or resolve anything else.
 * Source: reference "PCI messaging" §2, §3, §11.5. */
#ifndef TALAIA_SCSP_CONTRACT_H
#define TALAIA_SCSP_CONTRACT_H

#include "base/buf.h"
#include "base/err.h"

enum gateway_front { GATEWAY_SINCRON, GATEWAY_ASINCRON, GATEWAY_RESPOSTA, GATEWAY_FRONT_COUNT };

/* "Sincron": last part of the path. */
const char *gateway_front_name(enum gateway_front f);
/* `address`: where the service is, "http://127.0.0.1:8081/siri-proxy/services/Sincron". */
bool contract_write(struct buf *to, enum gateway_front f, const char *address, struct err *e);

#endif
