/* Internal to scsp: the namespaces of the messages, each with the prefix under which our XPaths name it.
 * Source: reference "PCI messaging" §3; OASIS WS-Security 1.0; XML Signature 1.0. */
#ifndef TALAIA_SCSP_NAMES_H
#define TALAIA_SCSP_NAMES_H

#define NS_SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_SOAP12 "http://www.w3.org/2003/05/soap-envelope"
#define NS_OPENURI "http://www.openuri.org/"
#define NS_PET "http://gencat.net/scsp/esquemes/peticion"
#define NS_RES "http://gencat.net/scsp/esquemes/respuesta"
#define NS_CON "http://gencat.net/scsp/esquemes/confirmacionPeticion"
#define NS_SOL "http://gencat.net/scsp/esquemes/solicitudRespuesta"
#define NS_CAOC "http://www.aocat.net/scsp/esquemes/caoc-extensions"
#define NS_WSSE "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define NS_WSU "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
#define NS_DS "http://www.w3.org/2000/09/xmldsig#"
#define NS_EXC "http://www.w3.org/2001/10/xml-exc-c14n#"
#define NS_XSI "http://www.w3.org/2001/XMLSchema-instance"
#define NS_XOP "http://www.w3.org/2004/08/xop/include"
#define NS_XML "http://www.w3.org/XML/1998/namespace"

#define WSS_X509V3 "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
#define WSS_BASE64 "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"

/* X(prefix, uri) */
#define SCSP_NAMESPACES(X)                                                                                             \
    X("soap", NS_SOAP)                                                                                                 \
    X("soap12", NS_SOAP12)                                                                                             \
    X("o", NS_OPENURI)                                                                                                 \
    X("pet", NS_PET)                                                                                                   \
    X("res", NS_RES)                                                                                                   \
    X("con", NS_CON)                                                                                                   \
    X("sol", NS_SOL)                                                                                                   \
    X("caoc", NS_CAOC)                                                                                                 \
    X("wsse", NS_WSSE)                                                                                                 \
    X("wsu", NS_WSU)                                                                                                   \
    X("ds", NS_DS)                                                                                                     \
    X("ec", NS_EXC)                                                                                                    \
    X("xsi", NS_XSI)

#endif
