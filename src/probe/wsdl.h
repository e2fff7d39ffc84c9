/* What a body publishes where its WSDL should be: the application verdict, and what is in it.
 *
 *     struct wsdl w;
 *     wsdl_examine(&a, body, &(struct wsdl_ask){.url = &u, .content_type = r.content_type,
 *                                               .operations = names, .operation_count = n}, &w);
 *
 * WSDL 1.1 ({http://schemas.xmlsoap.org/wsdl/}definitions) and 2.0 ({http://www.w3.org/ns/wsdl}description). Nothing
 * that it imports is fetched. Whether the contract changed is for the caller to see, by comparing hashes; it matters
 * only when the verdict is otherwise APPLICATION_OK or APPLICATION_ADDRESS. Pure but for libxml2. */
#ifndef TALAIA_PROBE_WSDL_H
#define TALAIA_PROBE_WSDL_H

#include "base/mem.h"
#include "core/verdict.h"
#include "net/url.h"

struct wsdl_ask {
    const struct url *url;         /* where it was asked; NULL: addresses are not compared */
    const char *content_type;      /* of the answer; NULL or "" when none. A hint only: the bytes decide */
    const char *const *operations; /* that must be there */
    size_t operation_count;
};

struct wsdl_list {
    const char **items; /* at most LIMIT_WSDL_LISTED, each once, in the order of the document, safe to show */
    size_t count;
    bool more; /* there are others, which were left out */
};

#define WSDL_HASH_TEXT_BYTES 65

/* Texts are in the arena. */
struct wsdl {
    enum verdict_code verdict; /* APPLICATION_: OK EMPTY HTML NOT_XML DTD NOT_WSDL OPERATION ADDRESS */
    const char *detail; /* for the verdict's {detail}, safe to show: the operations that are missing, the addresses
                           that differ; NOT_WSDL: the name of the outermost tag; else "" */
    const char *fault;  /* NOT_XML: one English clause for tr(); else NULL */
    int line;           /* NOT_XML, DTD: where; 0 when unknown */
    char hash[WSDL_HASH_TEXT_BYTES]; /* SHA-256 in hexadecimal; "" when it is no WSDL. The same for another order of
                                        attributes, other indentation, comments, another encoding of the same
                                        characters; soap:address counts */
    const char *target_namespace;    /* "" when none */
    struct wsdl_list operations;     /* of port types (interfaces) and bindings */
    struct wsdl_list services;
    struct wsdl_list addresses; /* soap:address of SOAP 1.1 and 1.2, http:address; endpoint of 2.0 */
    bool imports;               /* part of the contract is in another document, which was not looked at; when no
                                   operation at all is in this one, none is reported as missing */
};

void wsdl_examine(struct arena *a, struct str body, const struct wsdl_ask *ask, struct wsdl *ret);

#endif
