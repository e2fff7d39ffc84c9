/* Internal to scsp: all that can be said of a message. One list gives the code, how grave it is by itself, the
 * sentence and the advice. See remark.h for what the columns mean.
 *
 * {name} what it is about · {found} · {expected} · {detail}. */
#ifndef TALAIA_SCSP_REMARK_LIST_H
#define TALAIA_SCSP_REMARK_LIST_H

/* clang-format off */
/* X(GROUP, NAME, "code", GRADE, sentence, advice) */
#define REMARKS_OF_XML(X)                                                                                              \
    X(XML, XML_SIZE, "xml-size", ERROR, N_("The message is larger than {expected}."),                                  \
      N_("Send less in one request: fewer SolicitudTransmision, or attachments by reference."))                        \
    X(XML, XML_DTD, "xml-dtd", ERROR, N_("The message has a document type declaration (DOCTYPE)."),                    \
      N_("Delete the DOCTYPE: SOAP does not allow it, and entities are never expanded."))                              \
    X(XML, XML_ENCODING, "xml-encoding", ERROR, N_("The bytes are not in the encoding that they claim: {detail}."),    \
      N_("Write the message in UTF-8 and say so in the XML declaration and in Content-Type."))                         \
    X(XML, XML_MALFORMED, "xml-malformed", ERROR, N_("It is not XML that can be read: {detail}."),                     \
      N_("Open the message in an XML editor at this line; build it with an XML library, not by joining texts."))       \
    X(XML, XML_LIMIT, "xml-limit", ERROR, N_("The message is built too large inside: {detail}."),                      \
      N_("Real requests are far below the limit: look for a loop that writes tags or attributes."))

#define REMARKS_OF_ENVELOPE(X)                                                                                         \
    X(ENVELOPE, NOT_SOAP, "not-soap", ERROR, N_("The outermost element is {found}, not a SOAP envelope."),             \
      N_("Put the request inside soap:Envelope / soap:Body / o:procesa."))                                             \
    X(ENVELOPE, SOAP_VERSION, "soap-version", ERROR, N_("The envelope is of SOAP 1.2."),                               \
      N_("Use SOAP 1.1: namespace {expected} and Content-Type text/xml."))                                             \
    X(ENVELOPE, SOAP_NAMESPACE, "soap-namespace", ERROR, N_("The envelope's namespace is {found}."),                   \
      N_("Write exactly {expected}."))                                                                                 \
    X(ENVELOPE, ENVELOPE_SECOND, "envelope-second", ERROR, N_("There is a second {name} in the message."),             \
      N_("Send one envelope with one Header and one Body; a copy of signed parts elsewhere is refused."))              \
    X(ENVELOPE, ENVELOPE_CHILD, "envelope-child", ERROR, N_("{found} may not stand directly in the envelope."),        \
      N_("Only soap:Header (first, optional) and soap:Body belong there."))                                            \
    X(ENVELOPE, BODY_MISSING, "body-missing", ERROR, N_("The envelope has no Body."),                                  \
      N_("Add soap:Body with o:procesa in it."))                                                                       \
    X(ENVELOPE, OPERATION_MISSING, "operation-missing", ERROR, N_("The Body holds {found} and not the operation."),    \
      N_("Wrap it: soap:Body / o:procesa / the message (document/literal wrapped)."))                                  \
    X(ENVELOPE, OPERATION_EMPTY, "operation-empty", ERROR, N_("The operation {name} holds no message."),               \
      N_("Put pet:Peticion (or sol:SolicitudRespuesta) inside it."))                                                   \
    X(ENVELOPE, BODY_SECOND, "body-content-second", ERROR, N_("There is more than one element in {name}: {found}."),   \
      N_("Send one message in each request."))                                                                         \
    X(ENVELOPE, MESSAGE_UNKNOWN, "message-unknown", ERROR, N_("{found} is none of the messages of the platform."),     \
      N_("Requests are {expected}."))                                                                                  \
    X(ENVELOPE, FAULT, "fault", ERROR, N_("The answer is a SOAP fault {found}: {detail}"),                             \
      N_("The request did not reach the service: correct what the fault says."))

#define REMARKS_OF_SCHEMA(X)                                                                                           \
    X(SCHEMA, ELEMENT_CASE, "element-case", ERROR, N_("{found} is written with other capitals: it is {expected}."),    \
      N_("XML distinguishes capitals: rename it to {expected}."))                                                      \
    X(SCHEMA, ELEMENT_NAMESPACE, "element-namespace", ERROR, N_("{name} is in the namespace {found}."),                \
      N_("Write exactly {expected}{detail}."))                                                                         \
    X(SCHEMA, ELEMENT_SPELLING, "element-spelling", ERROR, N_("There is no {found} here; {expected} is meant?"),       \
      N_("Rename it to {expected}."))                                                                                  \
    X(SCHEMA, ELEMENT_UNEXPECTED, "element-unexpected", WARNING, N_("{found} does not belong in {name}."),             \
      N_("Delete it, or move it where the schema has it. In {name} there may be: {expected}."))                        \
    X(SCHEMA, ELEMENT_MISSING, "element-missing", ERROR, N_("{expected} is missing in {name}."),                       \
      N_("Add {expected}{detail}."))                                                                                   \
    X(SCHEMA, ELEMENT_REPEATED, "element-repeated", ERROR, N_("{found} is in {name} more than once."),                 \
      N_("Keep one {expected}."))                                                                                      \
    X(SCHEMA, ELEMENT_ORDER, "element-order", WARNING, N_("{found} stands too late in {name}."),                       \
      N_("Order: {expected}."))                                                                                        \
    X(SCHEMA, CHOICE_BOTH, "choice-both", WARNING, N_("{found} excludes what stands before it in {name}."),            \
      N_("Keep one of: {expected}."))                                                                                  \
    X(SCHEMA, CHOICE_NONE, "choice-none", ERROR, N_("{name} has none of: {expected}."), N_("Add one of them."))        \
    X(SCHEMA, TEXT_UNEXPECTED, "text-unexpected", WARNING, N_("There is loose text in {name}: {found}"),               \
      N_("Put it into the element that it belongs to, or delete it."))                                                 \
    X(SCHEMA, CHILD_UNEXPECTED, "child-unexpected", ERROR, N_("{name} holds the element {found} instead of text."),    \
      N_("Write the value itself; escape < and & if they are part of it."))                                            \
    X(SCHEMA, ATTRIBUTE_UNEXPECTED, "attribute-unexpected", WARNING, N_("{name} has the attribute {found}."),          \
      N_("Delete it: the messages have no attributes."))                                                               \
    X(SCHEMA, VALUE_EMPTY, "value-empty", ERROR, N_("{name} is empty; it must be {expected}."),                        \
      N_("Fill it, or leave the whole element out if it is optional."))                                                \
    X(SCHEMA, VALUE_TYPE, "value-type", ERROR, N_("{name} is \"{found}\"; it must be {expected}."),                    \
      N_("Write {expected}, without blanks or other characters."))                                                     \
    X(SCHEMA, VALUE_BLANKS, "value-blanks", ERROR, N_("{name} has blanks or line ends around \"{found}\"."),             \
      N_("Write {expected} with nothing around it: in texts, blanks count."))                                           \
    X(SCHEMA, VALUE_LONG, "value-long", ERROR, N_("{name} has {found} characters; at most {expected} fit."),           \
      N_("Shorten it."))                                                                                               \
    X(SCHEMA, VALUE_SHORT, "value-short", ERROR, N_("{name} has {found} characters; it needs {expected}."),            \
      N_("Fill it."))                                                                                                  \
    X(SCHEMA, VALUE_RANGE, "value-range", ERROR, N_("{name} is {found}; it must be {expected}."),                      \
      N_("Correct the number."))                                                                                       \
    X(SCHEMA, VALUE_CHOICE, "value-choice", ERROR, N_("{name} is \"{found}\", which is none of: {expected}."),         \
      N_("Write one of: {expected}, with these very capitals."))

#define REMARKS_OF_RULES(X)                                                                                            \
    X(RULE, AUTHORISATION_MISSING, "authorisation-missing", ERROR, N_("The header has no DatosAutorizacion."),         \
      N_("Add DatosAutorizacion with the requesting body's own code, its name and the purpose: the schema lets it "    \
         "out, the authorisation does not."))                                                                          \
    X(RULE, MISSING_TOLERATED, "missing-tolerated", WARNING, N_("{expected} is missing in {name}."),                   \
      N_("Add it: it is tolerated because official examples leave it out."))                                           \
    X(RULE, COUNT, "count", ERROR, N_("NumElementos is {found}, and there are {expected} SolicitudTransmision."),      \
      N_("Write {expected} in NumElementos."))                                                                         \
    X(RULE, COUNT_MANY, "count-many", ERROR, N_("The request has {found} SolicitudTransmision; at most {expected}."),  \
      N_("Divide it into several requests."))                                                                          \
    X(RULE, MODALITY_DIFFERS, "modality-differs", ERROR,                                                               \
      N_("CodigoCertificado is {found} here and {expected} in the header."),                                           \
      N_("Write the same modality in Atributos and in each Transmision."))                                             \
    X(RULE, MODALITY_CASE, "modality-case", ERROR, N_("The modality is written {found}."), N_("Write {expected}."))    \
    X(RULE, MODALITY_UNKNOWN, "modality-unknown", ERROR, N_("There is no modality {found} here."),                     \
      N_("Look at the list of modalities; did you mean {expected}?"))                                                  \
    X(RULE, PRODUCT_DIFFERS, "product-differs", ERROR, N_("CodigoProducto is {found}; {detail} belongs to {expected}."), \
      N_("Write {expected} in CodigoProducto."))                                                                       \
    X(RULE, PURPOSE_DIFFERS, "purpose-differs", ERROR, N_("Finalidad is {found} here and {expected} in the header."),  \
      N_("Write the same purpose in DatosAutorizacion and in each Solicitante."))                                      \
    X(RULE, PURPOSE_PRE, "purpose-pre", WARNING, N_("Finalidad is {found}; pre-production expects {expected}."),       \
      N_("Write {expected}: the permission is given for that purpose."))                                               \
    X(RULE, PROCEDURE, "procedure", INFO, N_("Procedimiento stands in place of Finalidad."),                           \
      N_("Older descriptions of the service do not know it; use Finalidad unless the service asks for it."))           \
    X(RULE, CONSENT_NEW, "consent-new", INFO, N_("Consentimiento is {found}, which older schemas do not have."),       \
      N_("Clients that check answers against an old schema may refuse the echo."))                                     \
    X(RULE, ISSUER_OTHER, "issuer-other", WARNING, N_("Emisor is {found}, not {expected}."),                           \
      N_("Write {expected}; it is tolerated because real clients do so."))                                             \
    X(RULE, CODE_NINE, "code-nine", WARNING, N_("{found} has nine digits: the leading zero was dropped."),             \
      N_("Write {expected}: INE10 codes are text of ten digits."))                                                     \
    X(RULE, CODE_CHECK, "code-check", INFO, N_("The check digits of the INE10 code {found} do not agree."),            \
      N_("Compare it with the list of bodies; the rule is not official, so it may be right."))                         \
    X(RULE, NIF_LETTER, "nif-letter", INFO, N_("The control letter of {name} does not agree."),                        \
      N_("Compare it with the document; some official test values have a wrong letter on purpose."))                   \
    X(RULE, CODE_NIF, "code-nif", WARNING, N_("{found} in {name} is a NIF, not the code of a body."),                    \
      N_("Write the INE10 code there, ten digits; the NIF is in the certificate."))                                    \
    X(RULE, OWN_CODE, "own-code", ERROR,                                                                               \
      N_("DatosAutorizacion carries {found}, the consortium's code: nobody is authorised as the consortium."),         \
      N_("In pre-production DatosAutorizacion carries the requesting body's own INE10 code; the consortium's goes "    \
         "into Solicitante and the specific data."))                                                                   \
    X(RULE, OWN_OTHER, "own-other", ERROR, N_("DatosAutorizacion carries {found}; the request is made as {expected}."), \
      N_("Write {expected} there."))                                                                                   \
    X(RULE, REQUESTER_PRE, "requester-pre", ERROR, N_("Solicitante carries {found} instead of the consortium's code."), \
      N_("In pre-production write {expected} in Solicitante/IdentificadorSolicitante; the own code goes only into "    \
         "DatosAutorizacion."))                                                                                        \
    X(RULE, REQUESTER_SPECIFIC, "requester-specific", ERROR,                                                           \
      N_("{name} is {found}; only the requester's own data may be asked for."),       \
      N_("Write {expected}, the same code as in Solicitante."))                                                        \
    X(RULE, DATE_SHAPE, "date-shape", WARNING, N_("{name} is \"{found}\", in another shape than documented."),         \
      N_("Write it as {expected}."))                                                                                   \
    X(RULE, PAYLOAD_MISSING, "payload-missing", ERROR, N_("DatosEspecificos holds no {expected}."),                    \
      N_("Put {expected} into DatosEspecificos."))                                                                     \
    X(RULE, PAYLOAD_ESCAPED, "payload-escaped", ERROR,                                                                 \
      N_("DatosEspecificos holds {expected} as text (escaped, or in a CDATA section), not as elements."),              \
      N_("Put the elements themselves there: let the library insert the XML tree, not its text."))                     \
    X(RULE, PAYLOAD_ROOT, "payload-root", ERROR, N_("DatosEspecificos holds {found}; {detail} needs {expected}."),     \
      N_("Send {expected}, or correct CodigoCertificado."))                                                            \
    X(RULE, PAYLOAD_SECOND, "payload-second", WARNING, N_("DatosEspecificos holds also {found}."),                     \
      N_("Send exactly one payload."))                                                                                 \
    X(RULE, IDENTIFIER_NONE, "identifier-none", ERROR, N_("No identifier is given."),                                      \
      N_("Fill one of: {expected}."))                                                                                  \
    X(RULE, IDENTIFIER_IGNORED, "identifier-ignored", INFO, N_("{found} is ignored, because {expected} is given."),    \
      N_("Send only {expected}."))                                                                                     \
    X(RULE, LIST_ITEM, "list-item", ERROR, N_("\"{found}\" in {name} is no number."),                                   \
      N_("Separate the numbers with a comma and nothing else."))                                                       \
    X(RULE, LIST_LONG, "list-long", ERROR, N_("{name} lists {found} identifiers; at most {expected}."),                \
      N_("Ask in several requests."))                                                                                  \
    X(RULE, VALUE_DIGITS, "value-digits", ERROR, N_("{name} is \"{found}\"; it has {expected} digits."),               \
      N_("Write all {expected} digits: codes are text, and their zeros count."))                                       \
    X(RULE, VALUE_KNOWN, "value-known", ERROR, N_("{name} is \"{found}\", which means nothing: {expected}."),           \
      N_("Write one of: {expected}."))                                                                                 \
    X(RULE, EXTENSION_LATE, "extension-late", WARNING, N_("{name} stands behind the payload."),                        \
      N_("Put it first in DatosEspecificos."))                                                                         \
    X(RULE, DATES_APART, "dates-apart", ERROR, N_("From {found} there are more than {expected} days."),                \
      N_("Ask for at most {expected} days at once."))                                                                  \
    X(RULE, DATES_BACKWARDS, "dates-backwards", ERROR, N_("{name} ends before it begins: {found}."),                   \
      N_("Exchange the two dates."))                                                                                   \
    X(RULE, ANSWER_ERROR, "answer-error", ERROR, N_("The platform answers {found}: {detail}"),                         \
      N_("The request arrived and was refused or failed behind the platform."))                                        \
    X(RULE, ANSWER_PENDING, "answer-pending", INFO, N_("The request is not finished: {found}, {detail} hours."),       \
      N_("Ask again later with SolicitudRespuesta and the same IdPeticion."))
/* clang-format on */

#endif
