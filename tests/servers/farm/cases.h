/* The farm's cases: what each endpoint is made of and what a correct checker must say of it.
 *
 * One table (cases.c) gives the certificates, the sockets, the DNS answers, the revocation answers, farm.json and the
 * registry, so that none of them can drift from the others. A member that is left out is the ordinary thing: an RSA
 * certificate of the trusted intermediate, valid for nine more months, sent with its chain, TLS 1.2 and 1.3, a good
 * OCSP answer, a good CRL, a WSDL whose address is the endpoint's. */
#ifndef FARM_CASES_H
#define FARM_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "core/verdict.h"

#define FARM_ZONE "farm.test"
#define MANY_ZONE "many.test"

enum farm_place { /* what there is at the address */
                  AT_LISTENER,
                  AT_NOTHING,   /* no listener: refused */
                  AT_HOLE,      /* a listener whose queue is full: no answer to a SYN */
                  AT_BROADCAST, /* no route: TCP to the broadcast address of the loopback network */
                  AT_NO_ADDRESS
};

enum farm_wire { /* what happens before HTTP */
                 WIRE_TLS,
                 WIRE_PLAIN,  /* HTTP without TLS, and the address says http */
                 WIRE_SILENT, /* accepts and says nothing */
                 WIRE_SLOW,   /* the handshake byte by byte; ends after three seconds */
                 WIRE_STUCK,  /* sends half of its first flight and no more */
                 WIRE_RESET,  /* RST at accept */
                 WIRE_CLOSE,  /* FIN after the ClientHello */
                 WIRE_HTTP,   /* a web server without TLS answers the ClientHello with 400 */
                 WIRE_SSH     /* another protocol altogether */
};

enum farm_tls { TLS_NEW, TLS_ONLY_12, TLS_ONLY_13, TLS_OLD, TLS_ANONYMOUS, TLS_CLIENT_CERTIFICATE };
enum farm_key { KEY_RSA, KEY_EC, KEY_RSA_1024 };
enum farm_issuer {
    BY_INTERMEDIATE,
    BY_UNKNOWN,  /* an authority that nobody trusts */
    BY_FIREWALL, /* "Corporate Firewall": a middlebox that signs for every name */
    BY_ITSELF,
    BY_EXPIRED_CA, /* an intermediate of the trusted root that expired */
    BY_LEAF        /* a server certificate of the trusted intermediate, which may sign nothing */
};
enum farm_chain { CHAIN_FULL, CHAIN_LEAF, CHAIN_EXTRA, CHAIN_UNORDERED };
enum farm_names { NAMES_HOST, NAMES_WILDCARD, NAMES_OTHER, NAMES_COMMON_NAME, NAMES_ADDRESS, NAMES_MANY };
enum farm_owner { /* whose name and number stand in the certificate */
                  OF_BODY,
                  OF_OTHER,      /* another body's, both */
                  OF_OTHER_NAME, /* another body's name with the body's own number */
                  OF_COMPANY,    /* a provider's */
                  OF_COUNTY,     /* a county council's */
                  OF_NOBODY      /* neither: a certificate that vouches for a domain only */
};

enum farm_ocsp {
    OCSP_IS_GOOD,
    OCSP_IS_REVOKED,
    OCSP_IS_UNKNOWN,
    OCSP_STALE,     /* its answer was replaced a week ago */
    OCSP_WRONG_KEY, /* signed by a responder that the issuer never named */
    OCSP_GARBAGE,
    OCSP_TRY_LATER,
    OCSP_DOWN,   /* refused */
    OCSP_SILENT, /* accepts and says nothing */
    OCSP_ABSENT  /* the certificate names no responder */
};
enum farm_crl { CRL_IS_GOOD, CRL_IS_REVOKED, CRL_STALE, CRL_DOWN, CRL_ABSENT };

enum farm_answer { /* what HTTP says */
                   ANSWER_WSDL,
                   ANSWER_WSDL_LATIN1,
                   ANSWER_WSDL_NO_OPERATION,
                   ANSWER_WSDL_ELSEWHERE,
                   ANSWER_WSDL_CHANGING,
                   ANSWER_WSDL_CHUNKED,
                   ANSWER_WSDL_UNTIL_CLOSE,
                   ANSWER_WSDL_HTTP10,
                   ANSWER_WSDL_AFTER_100,
                   ANSWER_WSDL_SLOW, /* ends after two seconds */
                   ANSWER_STATUS,    /* .status, with a page */
                   ANSWER_REDIRECT, /* to .location; %s is the host; the path that starts with /padro is the good one */
                   ANSWER_REDIRECT_LOOP,
                   ANSWER_REDIRECT_NOWHERE,
                   ANSWER_NEVER,
                   ANSWER_FIN,   /* closes in order, having said nothing */
                   ANSWER_RESET, /* RST, having said nothing */
                   ANSWER_TRUNCATED,
                   ANSWER_TRUNCATED_CHUNKED,
                   ANSWER_DRIP, /* a byte a second, for ever */
                   ANSWER_HUGE,
                   ANSWER_HUGE_CHUNKED,
                   ANSWER_HEADER_FLOOD,
                   ANSWER_NOT_HTTP,
                   ANSWER_BAD_CHUNK,
                   ANSWER_TWO_LENGTHS,
                   ANSWER_EMPTY,
                   ANSWER_HTML,
                   ANSWER_NOT_XML,
                   ANSWER_DTD,
                   ANSWER_XML
};

enum farm_dns {
    DNS_ADDRESS,
    DNS_NO_NAME,
    DNS_NO_DATA,
    DNS_SERVER_FAILURE,
    DNS_SILENT,
    DNS_INTERNAL,
    DNS_INTERNAL_6,
    DNS_CNAME_LOOP
};

struct farm_case {
    const char *name;     /* of the case; its host is NAME.farm.test */
    const char *host;     /* another host */
    const char *url;      /* another address altogether; "" is none */
    const char *path;     /* default "/padro?wsdl" */
    const char *also;     /* the case that is a second address of the same host */
    bool part;            /* not an endpoint of its own: a second address, or a model for --many */
    const char *body;     /* whose endpoint it is; NULL: an invented body */
    const char *shown_as; /* whose certificate, when `body` is given and it is another's */
    enum farm_place place;
    enum farm_wire wire;
    enum farm_tls tls;
    enum farm_key key;
    enum farm_issuer issuer;
    enum farm_chain chain;
    enum farm_names names;
    int from, until; /* days from now; both 0 is the ordinary -100 … 265 */
    enum farm_owner owner;
    bool sha1, broken_signature, client_only, stapled;
    bool sni; /* without the right name in the ClientHello there is no handshake */
    enum farm_ocsp ocsp;
    enum farm_crl crl;
    enum farm_dns dns;
    enum farm_answer answer;
    int status;
    const char *location;
    enum verdict_code connection, trust, application;
    /* Where correct checkers may differ: another code (0: none), or none for what they did not go on to see. */
    enum verdict_code or_connection, or_trust;
    bool may_stop;
    const char *note;
};

extern const struct farm_case *farm_cases; /* the table, and after it what cases_add added */
extern size_t farm_case_count;

/* Before anything else looks at the table. The rows' texts must live as long as the arena. */
void cases_add(struct arena *a, const struct farm_case *rows, size_t count);
/* The place in the table of the body that it belongs to: a second address is the first one's. */
size_t case_body(const struct farm_case *c);
/* NULL when there is none. */
const struct farm_case *case_find(const char *name);
/* True when a server certificate has to be made for it. */
bool case_has_certificate(const struct farm_case *c);
/* "rsa.farm.test"; "" when it has none. */
const char *case_host(const struct farm_case *c, char out[64]);
/* IPv4 address, host order; 0 when it has none. */
uint32_t case_address(const struct farm_case *c, uint32_t base);
const char *address_text(uint32_t address, char out[16]);
/* "https://rsa.farm.test:8443/padro?wsdl". */
const char *case_url(const struct farm_case *c, uint32_t base, int port, char out[256]);
/* "ok", "tls-timeout": as in core/verdict.h. */
const char *code_text(enum verdict_code code);

#endif
