/* The steps that a request goes through at the gateway, in their order, and everything that can become of it: one
 * table for the answer, the log, the pages and the commands.
 *
 * Source: reference "PCI messaging" §8, §9 (pipeline, faults, literals). Only 1013 is a published number; 9… are ours
 * and look like it. */
#ifndef TALAIA_CORE_GATEWAY_LIST_H
#define TALAIA_CORE_GATEWAY_LIST_H

#include "base/lang.h"

/* clang-format off */
/* X(NAME, "code", words) */
#define GATEWAY_STEPS(X)                                                                                               \
    X(NETWORK,     "network",     N_("address"))                                                                       \
    X(SIZE,        "size",        N_("size"))                                                                          \
    X(XML,         "xml",         N_("XML"))                                                                           \
    X(ENVELOPE,    "envelope",    N_("envelope"))                                                                      \
    X(SECURITY,    "security",    N_("signature"))                                                                     \
    X(CERTIFICATE, "certificate", N_("certificate"))                                                                   \
    X(SCHEMA,      "schema",      N_("schema"))                                                                        \
    X(BODY,        "body",        N_("body"))                                                                          \
    X(PERMISSION,  "permission",  N_("permission"))                                                                    \
    X(RULE,        "rule",        N_("rules"))                                                                         \
    X(REPEAT,      "repeat",      N_("repetition"))                                                                    \
    X(MODALITY,    "modality",    N_("modality"))

/* How the answer is given. HTTP: a page of the front, no SOAP. FAULT: soap:Fault. STATE: a Respuesta (or Confirmacion)
 * whose CodigoEstado is the number. */
#define GATEWAY_WAYS(X)                                                                                                \
    X(HTTP,  "http")                                                                                                   \
    X(FAULT, "fault")                                                                                                  \
    X(STATE, "state")

#define LITERAL_NOT_AUTHENTICATED                                                                                      \
    "Error en el procés d'autorització. Organismes [{code}] no autenticats ni amb el CIF ({nif}) ni amb el certificat " \
    "({subject}) presentats."
#define LITERAL_WSS "Error en el procés d'autenticació. WS-Security > {reason}"
#define LITERAL_NOT_AUTHORISED "Error en el procés d'autorització. Petició no autoritzada."
#define LITERAL_FAILED "Error realitzant la operació."

/* X(NAME, "code", STEP, WAY, "number", "literal that the client gets", what happened, what to do)
 * Literals are in Catalan, as the platform's; {code} {nif} {subject} {reason} {id} are filled in. */
#define GATEWAY_OUTCOMES(X)                                                                                            \
    X(ANSWERED, "answered", MODALITY, STATE, "0003", "OK", N_("Answered."), N_("Nothing."))                            \
    X(PENDING, "pending", MODALITY, STATE, "0001", "", N_("Taken; it is answered later."),                             \
      N_("Ask for it with SolicitudRespuesta and the same IdPeticion."))                                               \
    X(WORKING, "working", MODALITY, STATE, "0002", "", N_("It is being worked on."),                                   \
      N_("Ask again later with the same IdPeticion."))                                                                 \
    X(ADDRESS, "address", NETWORK, HTTP, "403", "Forbidden", N_("The address is not in the allow-list."),              \
      N_("Call from an address that was notified, or have this one added (talaia gateway authorise BODY --ip)."))      \
    X(SIZE, "size", SIZE, FAULT, "9010", "Error de validació. La petició supera els 2048 KB.",                         \
      N_("The message is too large."), N_("Send less in one request."))                                                \
    X(XML, "xml", XML, FAULT, "9020", "Error de validació. La petició no és un XML vàlid. {reason}",                   \
      N_("It is not XML that is accepted."), N_("See the remarks."))                                                   \
    X(ENVELOPE, "envelope", ENVELOPE, FAULT, "9030", "Error de validació. El sobre SOAP no és correcte. {reason}",     \
      N_("The SOAP envelope is not right."), N_("See the remarks."))                                                   \
    X(NO_CERTIFICATE, "no-certificate", SECURITY, FAULT, "1013",                                                       \
      "Error en el procés d'autorització. No s'ha pogut recuperar cap certificat de la petició.",                      \
      N_("It carries no certificate: it is neither signed nor sent with a TLS client certificate."),                   \
      N_("Sign the Body with the CDA, or call with it as TLS client certificate."))                                    \
    X(SIGNATURE, "signature", SECURITY, FAULT, "9040", LITERAL_WSS, N_("The signature is not accepted."),              \
      N_("See the remarks."))                                                                                          \
    X(SHA1, "sha1", SECURITY, FAULT, "9041", LITERAL_WSS, N_("It is signed with SHA-1, which is not allowed for this integrator."), \
      N_("Sign with SHA-256; or allow it for this body (talaia gateway authorise BODY --allow-sha1)."))                \
    X(REPLAYED, "replayed", REPEAT, FAULT, "9042", LITERAL_WSS, N_("This very message was answered before."),          \
      N_("Sign each request anew, with a Timestamp of its own."))                                                      \
    X(CERTIFICATE, "certificate", CERTIFICATE, FAULT, "9050",                                                          \
      "Error en el procés d'autenticació. El certificat presentat no és vàlid. {reason}",                              \
      N_("The certificate is not acceptable."), N_("See the remarks."))                                                \
    X(EXPIRED, "certificate-expired", CERTIFICATE, FAULT, "9051",                                                      \
      "Error en el procés d'autenticació. El certificat presentat ha caducat.", N_("The certificate has expired."),    \
      N_("Renew it, and have the new one authorised."))                                                                \
    X(NOT_YET, "certificate-not-yet", CERTIFICATE, FAULT, "9052",                                                      \
      "Error en el procés d'autenticació. El certificat presentat encara no és vàlid.",                                \
      N_("The certificate is not valid yet."), N_("Sign with the one that is valid today."))                           \
    X(TWO, "certificate-two", CERTIFICATE, FAULT, "9053", LITERAL_NOT_AUTHENTICATED,                                   \
      N_("The message is signed with the certificate of another body than the TLS connection's."),                     \
      N_("Use certificates of the same body, or one of the two only."))                                                \
    X(UNKNOWN, "certificate-unknown", CERTIFICATE, FAULT, "9054", LITERAL_NOT_AUTHENTICATED,                           \
      N_("The certificate is not authorised for anybody."),                                                            \
      N_("Sign with the authorised CDA, or have this one authorised (talaia gateway authorise)."))                     \
    X(RENEWED, "certificate-new", CERTIFICATE, FAULT, "9055", LITERAL_NOT_AUTHENTICATED,                               \
      N_("The certificate is of this body, but it is not the one that was authorised: was it renewed?"),               \
      N_("Have the new certificate authorised (talaia gateway authorise)."))                                           \
    X(ENDED, "certificate-ended", CERTIFICATE, FAULT, "9056", LITERAL_NOT_AUTHENTICATED,                               \
      N_("The certificate's permission has ended, or has not begun."),                                                 \
      N_("Have it authorised again (talaia gateway authorise)."))                                                      \
    X(OTHER_BODY, "certificate-other-body", CERTIFICATE, FAULT, "9057", LITERAL_NOT_AUTHENTICATED,                     \
      N_("The certificate is not bound to the body in DatosAutorizacion."),                                            \
      N_("Write the INE10 code of the certificate's own body in DatosAutorizacion; in pre-production it is never the consortium's.")) \
    X(OTHER_NIF, "certificate-other-nif", CERTIFICATE, FAULT, "9058", LITERAL_NOT_AUTHENTICATED,                       \
      N_("The certificate carries another tax number than the body has."),                                             \
      N_("Use the body's own CDA, or have a written authorisation noted with the certificate."))                       \
    X(REVOKED, "certificate-revoked", CERTIFICATE, FAULT, "9059",                                                      \
      "Error en el procés d'autenticació. El certificat presentat ha estat revocat.",                                  \
      N_("Its authority has revoked the certificate."), N_("Have a new one issued and authorised."))                   \
    X(UNCHECKED, "certificate-unchecked", CERTIFICATE, FAULT, "9048",                                                  \
      "Error en el procés d'autenticació. No s'ha pogut validar el certificat presentat degut a problemes tècnics.",   \
      N_("Whether the certificate is revoked is not known: its authority did not answer lately."),                     \
      N_("Look why (talaia gateway permissions); the role prober asks, every few minutes."))                           \
    X(SCHEMA, "schema", SCHEMA, FAULT, "9060", "Error de validació. La petició no compleix l'esquema. {reason}",       \
      N_("The message is not built as the schema says."), N_("See the remarks."))                                      \
    X(OWN_MISSING, "own-missing", BODY, FAULT, "9070", LITERAL_NOT_AUTHENTICATED,                                      \
      N_("DatosAutorizacion does not say which body asks."),                                                           \
      N_("Add DatosAutorizacion/IdentificadorSolicitante with the body's own INE10 code."))                            \
    X(OWN_UNKNOWN, "own-unknown", BODY, FAULT, "9071", LITERAL_NOT_AUTHENTICATED,                                      \
      N_("The body in DatosAutorizacion has no permissions here."),                                                    \
      N_("Correct the code, or give the body permissions (talaia gateway authorise)."))                                \
    X(INACTIVE, "body-inactive", BODY, FAULT, "9072", "Error en el procés d'autorització. Organismes [{code}] inactius.", \
      N_("The body's permissions are suspended."), N_("Have them given back (talaia gateway authorise BODY)."))        \
    X(OTHER_ADDRESS, "address-other", BODY, FAULT, "9073", LITERAL_NOT_AUTHORISED,                                     \
      N_("The address belongs to another body: this one does not call from there."),                                   \
      N_("Have the address added to this body (talaia gateway authorise BODY --ip)."))                                 \
    X(NO_PRODUCT, "permission-product", PERMISSION, FAULT, "9080", LITERAL_NOT_AUTHORISED,                             \
      N_("The body has no permission for this product."),                                                              \
      N_("Correct CodigoProducto, or give the permission (talaia gateway authorise BODY --product)."))                 \
    X(NO_MODALITY, "permission-modality", PERMISSION, FAULT, "9081", LITERAL_NOT_AUTHORISED,                           \
      N_("The body has permission for other modalities of the product only."),                                         \
      N_("Correct CodigoCertificado, or give the permission (talaia gateway authorise BODY --modality)."))             \
    X(NO_PURPOSE, "permission-purpose", PERMISSION, FAULT, "9082", LITERAL_NOT_AUTHORISED,                             \
      N_("The body has permission for another purpose."),                                                              \
      N_("Correct Finalidad: in pre-production it is PROVES."))                                                        \
    X(OUT_OF_TIME, "permission-ended", PERMISSION, FAULT, "9083", LITERAL_NOT_AUTHORISED,                              \
      N_("The permission has ended, or has not begun."), N_("Give it anew (talaia gateway authorise)."))               \
    X(OWN_CODE, "rule-own", RULE, STATE, "0502", LITERAL_FAILED,                                                       \
      N_("DatosAutorizacion carries the consortium's code: nobody is authorised as the consortium."),                  \
      N_("Write the body's own INE10 code there; the consortium's goes into Solicitante and the specific data."))      \
    X(REQUESTER, "rule-requester", RULE, STATE, "0502", LITERAL_FAILED,                                                \
      N_("Solicitante does not carry the consortium's code."),                                                         \
      N_("In pre-production write the consortium's code in Solicitante and in the specific data."))                    \
    X(COUNT, "rule-count", RULE, STATE, "0502", LITERAL_FAILED,                                                        \
      N_("NumElementos is not the number of SolicitudTransmision, or there are too many."), N_("Correct it."))         \
    X(DIFFERS, "rule-differs", RULE, STATE, "0502", LITERAL_FAILED,                                                    \
      N_("Product, modality or purpose are not the same in the header and in each SolicitudTransmision."),             \
      N_("Repeat them identically."))                                                                                  \
    X(RULE, "rule", RULE, STATE, "0502", LITERAL_FAILED, N_("A rule of the platform is not kept."),                    \
      N_("See the remarks."))                                                                                          \
    X(REPEATED, "repeated", REPEAT, STATE, "0502", "Transmissió ja enregistrada: '{id}'.",                             \
      N_("A request with this IdPeticion was answered before."), N_("Give each request an IdPeticion of its own."))    \
    X(MODALITY, "modality", MODALITY, STATE, "0502", LITERAL_FAILED, N_("There is no such modality here."),            \
      N_("Look at the list of modalities."))                                                                           \
    X(FRONT, "front", MODALITY, STATE, "0502", LITERAL_FAILED, N_("The modality is not answered at this address."),    \
      N_("Send it to the other front (Sincron, Asincron)."))                                                           \
    X(NOT_FOUND, "request-unknown", MODALITY, STATE, "0502", LITERAL_FAILED,                                           \
      N_("There is no asynchronous request with this IdPeticion, or its answer is no longer kept."),                   \
      N_("Ask with the IdPeticion, product and modality of the request."))                                             \
    X(PAYLOAD, "payload", MODALITY, STATE, "0502", LITERAL_FAILED, N_("The service cannot read its specific data."),   \
      N_("See the remarks."))                                                                                          \
    X(FAILED, "failed", MODALITY, STATE, "0502", LITERAL_FAILED, N_("A mistake of the gateway itself."),               \
      N_("Report it with the request's number."))
/* clang-format on */

#endif
