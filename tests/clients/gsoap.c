/* An integrator's client as gSOAP generates it from a ?wsdl: it reads the words of the request from standard input (the
 * element o:procesa), signs them with the WS-Security plugin, sends them and prints the answer.
 * gsoap URL KEY CERTIFICATE */
#include <stdio.h>

#include NSMAP
#include "soapH.h"
#include "wsseapi.h"

int main(int argc, char **argv)
{
    struct soap *words = soap_new1(SOAP_XML_STRICT), *soap = soap_new1(SOAP_XML_CANONICAL);
    struct _ns1__procesa request;
    struct _ns1__procesaResponse answer;
    FILE *file = argc == 4 ? fopen(argv[2], "r") : NULL;
    EVP_PKEY *key = file == NULL ? NULL : PEM_read_PrivateKey(file, NULL, NULL, NULL);
    if (file != NULL)
        fclose(file);
    file = argc == 4 ? fopen(argv[3], "r") : NULL;
    X509 *certificate = file == NULL ? NULL : PEM_read_X509(file, NULL, NULL, NULL);
    if (file != NULL)
        fclose(file);
    if (key == NULL || certificate == NULL)
        return 2;
    soap_set_namespaces(words, namespaces);
    soap_set_namespaces(soap, namespaces);
    soap_register_plugin(soap, soap_wsse);
    if (soap_read__ns1__procesa(words, &request) != SOAP_OK) {
        soap_print_fault(words, stderr);
        return 3;
    }
    if (soap_wsse_add_Timestamp(soap, "Time", 300) ||
        soap_wsse_add_BinarySecurityTokenX509(soap, "X509Token", certificate) ||
        soap_wsse_add_KeyInfo_SecurityTokenReferenceX509(soap, "#X509Token") ||
        soap_wsse_sign_body(soap, SOAP_SMD_SIGN_RSA_SHA256, key, 0) ||
        soap_call___ns1__procesa(soap, argv[1], NULL, &request, &answer) != SOAP_OK) {
        const char **code = soap_faultcode(soap), **text = soap_faultstring(soap);
        printf("fault %s %s\n", code == NULL || *code == NULL ? "" : *code, text == NULL || *text == NULL ? "" : *text);
        return 1;
    }
    soap_destroy(words);
    words->sendfd = 1;
    if (soap_write__ns1__procesaResponse(words, &answer) != SOAP_OK)
        return 4;
    EVP_PKEY_free(key);
    X509_free(certificate);
    return 0;
}
