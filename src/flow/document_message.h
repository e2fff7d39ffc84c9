/* A signed SOAP message as the evidence of a CDA: who could sign it has the key. Internal to flow/document. */
#ifndef TALAIA_FLOW_DOCUMENT_MESSAGE_H
#define TALAIA_FLOW_DOCUMENT_MESSAGE_H

#include "core/document.h"
#include "flow/desk.h"

/* It begins like XML and holds no PDF. */
bool document_message_is(struct str bytes);

/* *ret_der: the certificate that signed it, in the arena; empty when there is none that can be taken. *ret_reason: what
 * is to be said of the message. It is verified by `talaia gateway explain -`, in a process that can open and reach
 * nothing; that it has expired meanwhile does not matter. ERR_INTERNAL when that process cannot begin or fails. */
bool document_message_read(struct desk *d, struct arena *a, struct str bytes, struct str *ret_der,
                           struct document_reason *ret_reason, struct err *e);

#endif
