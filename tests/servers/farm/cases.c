#include "cases.h"

#include <stdio.h>
#include <string.h>

#define SAYS(connection_, trust_, application_)                                                                        \
    .connection = CONNECTION_##connection_, .trust = TRUST_##trust_, .application = APPLICATION_##application_
#define GOOD SAYS(OK, OK, OK)
#define UNSEEN(connection_) SAYS(connection_, NONE, NONE)   /* no certificate, no answer */
#define UNANSWERED(connection_) SAYS(connection_, OK, NONE) /* a good certificate, no answer of use */
#define ANSWERS(application_) SAYS(OK, OK, application_)

/* The order gives the addresses: add rows at the end of a group, and nobody may depend on an address. */
static const struct farm_case own_cases[] = {
    /* --- certificates --- */
    {"rsa", GOOD, .note = "ordinary server: RSA 2048, TLS 1.2 and 1.3"},
    {"ecdsa", .key = KEY_EC, GOOD, .note = "ECDSA P-256"},
    {"tls13", .tls = TLS_ONLY_13, GOOD, .note = "only TLS 1.3"},
    {"tls12", .tls = TLS_ONLY_12, GOOD, .note = "only TLS 1.2"},
    {"wildcard", .names = NAMES_WILDCARD, GOOD, .note = "certificate of *.farm.test"},
    {"wildcard-deep", .host = "a.wildcard-deep.farm.test", .names = NAMES_WILDCARD, SAYS(OK, WRONG_HOST, OK),
     .note = "certificate of *.farm.test, which covers one label only"},
    {"ip-san", .names = NAMES_ADDRESS, GOOD, .note = "the address in the URL is an IP, and the certificate names it"},
    {"extra-chain", .chain = CHAIN_EXTRA, GOOD,
     .note = "the server also sends the root and a certificate of somebody else"},
    {"unordered", .chain = CHAIN_UNORDERED, GOOD, .note = "the server sends leaf, root, intermediate"},
    {"expiring", .from = -345, .until = 20, SAYS(OK, EXPIRING, OK), .note = "expires in 20 days"},
    {"expired", .from = -565, .until = -200, SAYS(OK, EXPIRED, OK), .note = "expired 200 days ago"},
    {"expired-yesterday", .from = -366, .until = -1, SAYS(OK, EXPIRED, OK), .note = "expired yesterday"},
    {"not-yet", .from = 10, .until = 375, SAYS(OK, NOT_YET, OK), .note = "valid from ten days on"},
    {"self-signed", .issuer = BY_ITSELF, .chain = CHAIN_LEAF, .ocsp = OCSP_ABSENT, .crl = CRL_ABSENT,
     SAYS(OK, SELF_SIGNED, OK), .note = "signed by itself"},
    {"unknown-ca", .issuer = BY_UNKNOWN, .ocsp = OCSP_ABSENT, .crl = CRL_ABSENT, SAYS(OK, UNKNOWN_CA, OK),
     .note = "a complete chain of an authority that nobody trusts"},
    {"middlebox", .issuer = BY_FIREWALL, .ocsp = OCSP_ABSENT, .crl = CRL_ABSENT, SAYS(OK, UNKNOWN_CA, OK),
     .note = "a firewall that opens TLS: the name is right, the issuer is Corporate Firewall"},
    {"incomplete", .chain = CHAIN_LEAF, SAYS(OK, INCOMPLETE, OK),
     .note = "the intermediate is not sent; AIA caIssuers says where it is"},
    {"wrong-host", .names = NAMES_OTHER, SAYS(OK, WRONG_HOST, OK),
     .note = "certificate of other.example and www.other.example"},
    {"common-name", .names = NAMES_COMMON_NAME, SAYS(OK, WRONG_HOST, OK),
     .note = "the name stands in the common name only, which no client reads any more (RFC 9525)"},
    {"sha1", .sha1 = true, SAYS(OK, WEAK_SIGNATURE, OK), .note = "signed with SHA-1"},
    {"rsa1024", .key = KEY_RSA_1024, SAYS(OK, WEAK_KEY, OK), .note = "RSA of 1024 bits"},
    {"bad-signature", .broken_signature = true, SAYS(OK, BAD_CHAIN, OK),
     .note = "the signature of the certificate does not verify"},
    {"expired-ca", .issuer = BY_EXPIRED_CA, .ocsp = OCSP_ABSENT, .crl = CRL_ABSENT, SAYS(OK, BAD_CHAIN, OK),
     .note = "the leaf is in force, its intermediate expired"},
    {"not-a-ca", .issuer = BY_LEAF, .ocsp = OCSP_ABSENT, .crl = CRL_ABSENT, SAYS(OK, BAD_CHAIN, OK),
     .note = "issued by a server certificate, which may not issue"},
    {"client-only", .client_only = true, SAYS(OK, BAD_CHAIN, OK), .or_trust = TRUST_OK,
     .note = "extended key usage: clients only; strict clients (Java, browsers) refuse it, others do not look"},
    {"wrong-body", .owner = OF_OTHER, GOOD,
     .note = "name right, organizationIdentifier of another body: compare nif and certificate_nif"},
    {"sni", .sni = true, GOOD, .note = "the server refuses a handshake that does not name it (SNI)"},
    {"other-name", .owner = OF_OTHER_NAME, GOOD,
     .note = "the organisation is called like another body, and the number is the body's own"},
    {"hosted-company", .owner = OF_COMPANY, .names = NAMES_WILDCARD, GOOD,
     .note = "the wildcard certificate of a provider that serves many"},
    {"hosted-county", .owner = OF_COUNTY, GOOD, .note = "a county council's certificate, made out to the town's host"},
    {"no-owner", .owner = OF_NOBODY, GOOD, .note = "neither organisation nor number: only the domain was validated"},
    /* --- revocation --- */
    {"revoked", .ocsp = OCSP_IS_REVOKED, .crl = CRL_IS_REVOKED, SAYS(OK, REVOKED, OK),
     .note = "OCSP and CRL say revoked"},
    {"revoked-ocsp", .ocsp = OCSP_IS_REVOKED, .crl = CRL_ABSENT, SAYS(OK, REVOKED, OK),
     .note = "OCSP says revoked; no CRL"},
    {"revoked-crl", .ocsp = OCSP_ABSENT, .crl = CRL_IS_REVOKED, SAYS(OK, REVOKED, OK),
     .note = "no OCSP; the CRL says revoked"},
    {"revoked-down-crl", .ocsp = OCSP_DOWN, .crl = CRL_IS_REVOKED, SAYS(OK, REVOKED, OK),
     .note = "the OCSP responder is down; the CRL says revoked"},
    {"ocsp-down", .ocsp = OCSP_DOWN, .crl = CRL_ABSENT, SAYS(OK, REVOCATION_UNKNOWN, OK),
     .note = "the responder refuses; no CRL"},
    {"ocsp-silent", .ocsp = OCSP_SILENT, .crl = CRL_ABSENT, SAYS(OK, REVOCATION_UNKNOWN, OK),
     .note = "the responder accepts and is silent"},
    {"ocsp-garbage", .ocsp = OCSP_GARBAGE, .crl = CRL_ABSENT, SAYS(OK, REVOCATION_UNKNOWN, OK),
     .note = "the responder answers garbage"},
    {"ocsp-stale", .ocsp = OCSP_STALE, .crl = CRL_ABSENT, SAYS(OK, REVOCATION_UNKNOWN, OK),
     .note = "the answer is ten days old, its nextUpdate three"},
    {"ocsp-wrong-key", .ocsp = OCSP_WRONG_KEY, .crl = CRL_ABSENT, SAYS(OK, REVOCATION_UNKNOWN, OK),
     .note = "signed by a responder of another authority"},
    {"ocsp-unknown", .ocsp = OCSP_IS_UNKNOWN, .crl = CRL_ABSENT, SAYS(OK, REVOCATION_UNKNOWN, OK),
     .note = "the responder does not know the certificate"},
    {"ocsp-try-later", .ocsp = OCSP_TRY_LATER, .crl = CRL_ABSENT, SAYS(OK, REVOCATION_UNKNOWN, OK),
     .note = "the responder answers tryLater"},
    {"ocsp-down-crl", .ocsp = OCSP_DOWN, GOOD, .note = "the responder is down; the CRL says good"},
    {"crl-only", .ocsp = OCSP_ABSENT, GOOD, .note = "no OCSP; the CRL says good"},
    {"crl-stale", .ocsp = OCSP_ABSENT, .crl = CRL_STALE, SAYS(OK, REVOCATION_UNKNOWN, OK),
     .note = "no OCSP; the CRL expired"},
    {"crl-down", .ocsp = OCSP_ABSENT, .crl = CRL_DOWN, SAYS(OK, REVOCATION_UNKNOWN, OK),
     .note = "no OCSP; the CRL is not there (404)"},
    {"stapled", .ocsp = OCSP_DOWN, .crl = CRL_ABSENT, .stapled = true, GOOD,
     .note = "the responder is down; the server staples a good answer"},
    {"stapled-revoked", .ocsp = OCSP_IS_REVOKED, .crl = CRL_ABSENT, .stapled = true, SAYS(OK, REVOKED, OK),
     .note = "the server staples its own revocation"},
    /* --- the way there --- */
    {"refused", .place = AT_NOTHING, UNSEEN(REFUSED), .note = "nothing listens"},
    {"black-hole", .place = AT_HOLE, UNSEEN(TIMEOUT), .note = "no answer to a SYN"},
    {"unreachable", .place = AT_BROADCAST, UNSEEN(UNREACHABLE), .note = "no route"},
    {"silent", .wire = WIRE_SILENT, UNSEEN(TLS_TIMEOUT), .note = "accepts TCP and says nothing"},
    {"stuck", .wire = WIRE_STUCK, UNSEEN(TLS_TIMEOUT), .note = "sends half of its first flight and stops"},
    {"slow-handshake", .wire = WIRE_SLOW, GOOD,
     .note = "the handshake comes byte by byte and ends after three seconds"},
    {"reset", .wire = WIRE_RESET, UNSEEN(RESET), .note = "RST at accept"},
    {"closes", .wire = WIRE_CLOSE, UNSEEN(TLS_CLOSED), .note = "closes in order after the ClientHello"},
    {"plain", .wire = WIRE_HTTP, UNSEEN(TLS_PLAIN), .note = "plain HTTP on the TLS port (https in the registry)"},
    {"ssh", .wire = WIRE_SSH, UNSEEN(TLS_FAILED), .note = "an SSH server on the port"},
    {"old-tls", .tls = TLS_OLD, SAYS(TLS_OLD, OK, OK), .may_stop = true,
     .note = "only TLS 1.0 and 1.1; a checker that does not speak them sees nothing more"},
    {"no-cipher", .tls = TLS_ANONYMOUS, UNSEEN(TLS_FAILED), .note = "only anonymous cipher suites"},
    {"client-certificate", .tls = TLS_CLIENT_CERTIFICATE, SAYS(TLS_FAILED, OK, NONE), .may_stop = true,
     .note = "the server demands a certificate of the client (TLS 1.2, so its own was seen)"},
    {"http-url", .wire = WIRE_PLAIN, SAYS(OK, NO_TLS, OK), .note = "http in the registry, and it works"},
    {"bad-url", .place = AT_NO_ADDRESS, .url = "htps:/padro wsdl", UNSEEN(URL),
     .note = "the registry holds no web address"},
    {"no-url", .place = AT_NO_ADDRESS, .url = "", UNSEEN(NO_URL), .note = "the registry holds nothing"},
    /* --- DNS --- */
    {"dns-none", .place = AT_NO_ADDRESS, .dns = DNS_NO_NAME, UNSEEN(DNS_NONE), .note = "NXDOMAIN"},
    {"dns-nodata", .place = AT_NO_ADDRESS, .dns = DNS_NO_DATA, UNSEEN(DNS_FAILED),
     .note = "the name exists and has no address"},
    {"dns-timeout", .place = AT_NO_ADDRESS, .dns = DNS_SILENT, UNSEEN(DNS_TIMEOUT), .note = "no answer"},
    {"dns-servfail", .place = AT_NO_ADDRESS, .dns = DNS_SERVER_FAILURE, UNSEEN(DNS_FAILED), .note = "SERVFAIL"},
    {"dns-loop", .place = AT_NO_ADDRESS, .dns = DNS_CNAME_LOOP, UNSEEN(DNS_FAILED),
     .note = "two CNAMEs that point to each other"},
    {"dns-internal", .place = AT_NO_ADDRESS, .dns = DNS_INTERNAL, UNSEEN(FORBIDDEN), .note = "A record 10.0.0.1"},
    {"dns-internal6", .place = AT_NO_ADDRESS, .dns = DNS_INTERNAL_6, UNSEEN(FORBIDDEN),
     .note = "AAAA record fd00::1, no A"},
    {"two-certificates", .also = "two-certificates-old", SAYS(OK, EXPIRING, OK),
     .note = "two addresses, renewed on the first only: the other's certificate expires in 8 days"},
    {"two-certificates-old", .host = "two-certificates.farm.test", .part = true, .from = -357, .until = 8,
     SAYS(OK, EXPIRING, OK)},
    {"one-middlebox", .also = "one-middlebox-second", GOOD,
     .note = "two addresses: the second is behind a firewall that opens TLS"},
    {"one-middlebox-second", .host = "one-middlebox.farm.test", .part = true, .issuer = BY_FIREWALL,
     .ocsp = OCSP_ABSENT, .crl = CRL_ABSENT, SAYS(OK, UNKNOWN_CA, OK)},
    {"firewall-page", .issuer = BY_FIREWALL, .names = NAMES_OTHER, .ocsp = OCSP_ABSENT, .crl = CRL_ABSENT,
     .answer = ANSWER_STATUS, .status = 403, SAYS(HTTP_403, WRONG_HOST, NONE), .or_trust = TRUST_UNKNOWN_CA,
     .note = "the page of a firewall, under a certificate of its own for another name"},
    {"one-dead", .also = "one-dead-second", .place = AT_NOTHING, GOOD,
     .note = "two addresses: the first refuses, the second is good"},
    {"one-dead-second", .host = "one-dead.farm.test", .part = true, GOOD},
    {"one-hole", .also = "one-hole-second", .place = AT_HOLE, GOOD,
     .note = "two addresses: the first is a black hole, the second is good"},
    {"one-hole-second", .host = "one-hole.farm.test", .part = true, GOOD},
    /* --- HTTP --- */
    {"http-403", .answer = ANSWER_STATUS, .status = 403, UNANSWERED(HTTP_403), .note = "HTTP 403"},
    {"http-404", .answer = ANSWER_STATUS, .status = 404, UNANSWERED(HTTP_404), .note = "HTTP 404"},
    {"http-401", .answer = ANSWER_STATUS, .status = 401, UNANSWERED(HTTP_4XX), .note = "HTTP 401"},
    {"http-500", .answer = ANSWER_STATUS, .status = 500, UNANSWERED(HTTP_5XX), .note = "HTTP 500"},
    {"http-503", .answer = ANSWER_STATUS, .status = 503, UNANSWERED(HTTP_5XX), .note = "HTTP 503 with Retry-After"},
    {"redirect", .path = "/old?wsdl", .answer = ANSWER_REDIRECT, .status = 301, .location = "/padro?wsdl", GOOD,
     .note = "301, a path on the same host; the WSDL is there"},
    {"redirect-host", .path = "/old?wsdl", .answer = ANSWER_REDIRECT, .status = 302,
     .location = "https://rsa.farm.test:%d/padro?wsdl", GOOD,
     .note = "302 to rsa.farm.test, whose WSDL gives its own address"},
    {"redirect-loop", .answer = ANSWER_REDIRECT_LOOP, .status = 302, UNANSWERED(REDIRECT_LOOP),
     .note = "302 to itself, with another query each time"},
    {"redirect-http", .path = "/old?wsdl", .answer = ANSWER_REDIRECT, .status = 301,
     .location = "http://http-url.farm.test:%d/padro?wsdl", UNANSWERED(REDIRECT_BAD), .note = "from https to http"},
    {"redirect-internal", .path = "/old?wsdl", .answer = ANSWER_REDIRECT, .status = 302,
     .location = "https://10.0.0.1/padro?wsdl", UNANSWERED(REDIRECT_BAD), .note = "to an internal address"},
    {"redirect-garbage", .path = "/old?wsdl", .answer = ANSWER_REDIRECT, .status = 302,
     .location = "https://[garbage/padro", UNANSWERED(REDIRECT_BAD), .note = "Location is no address"},
    {"redirect-file", .path = "/old?wsdl", .answer = ANSWER_REDIRECT, .status = 302, .location = "file:///etc/hostname",
     UNANSWERED(REDIRECT_BAD), .note = "to a file"},
    {"redirect-nowhere", .answer = ANSWER_REDIRECT_NOWHERE, .status = 301, UNANSWERED(REDIRECT_BAD),
     .note = "301 without Location"},
    {"http-timeout", .answer = ANSWER_NEVER, UNANSWERED(HTTP_TIMEOUT), .note = "reads the request and says nothing"},
    {"drip", .answer = ANSWER_DRIP, UNANSWERED(HTTP_TIMEOUT),
     .note = "a good header, then a byte of body a second, for ever"},
    {"http-closes", .answer = ANSWER_FIN, UNANSWERED(RESET), .note = "closes in order after the request"},
    {"http-reset", .answer = ANSWER_RESET, UNANSWERED(RESET), .note = "RST after the request"},
    {"truncated", .answer = ANSWER_TRUNCATED, UNANSWERED(HTTP_TRUNCATED),
     .note = "half of what Content-Length promises, then FIN"},
    {"truncated-chunked", .answer = ANSWER_TRUNCATED_CHUNKED, UNANSWERED(HTTP_TRUNCATED),
     .note = "chunked, without its last chunk"},
    {"huge", .answer = ANSWER_HUGE, UNANSWERED(HTTP_HUGE), .note = "Content-Length of 64 MiB, and sends them"},
    {"huge-chunked", .answer = ANSWER_HUGE_CHUNKED, UNANSWERED(HTTP_HUGE), .note = "64 MiB in chunks, not announced"},
    {"header-flood", .answer = ANSWER_HEADER_FLOOD, UNANSWERED(HTTP_HUGE), .note = "16 MiB of header lines"},
    {"not-http", .answer = ANSWER_NOT_HTTP, UNANSWERED(HTTP_MALFORMED), .note = "a mail server behind TLS"},
    {"bad-chunk", .answer = ANSWER_BAD_CHUNK, UNANSWERED(HTTP_MALFORMED), .note = "a chunk's size is no number"},
    {"two-lengths", .answer = ANSWER_TWO_LENGTHS, UNANSWERED(HTTP_MALFORMED), .note = "two Content-Length that differ"},
    {"chunked", .answer = ANSWER_WSDL_CHUNKED, GOOD, .note = "chunked, with extensions and a trailer"},
    {"until-close", .answer = ANSWER_WSDL_UNTIL_CLOSE, GOOD, .note = "no length: the answer ends with the connection"},
    {"http10", .answer = ANSWER_WSDL_HTTP10, GOOD, .note = "an HTTP/1.0 server"},
    {"continue", .answer = ANSWER_WSDL_AFTER_100, GOOD, .note = "100 Continue first, then 200"},
    {"no-gzip", .answer = ANSWER_WSDL, GOOD,
     .note = "Accept-Encoding: gzip is ignored: the answer is never compressed"},
    {"slow-body", .answer = ANSWER_WSDL_SLOW, GOOD, .note = "the body takes two seconds"},
    /* --- the application --- */
    {"empty", .answer = ANSWER_EMPTY, ANSWERS(EMPTY), .note = "200 with Content-Length: 0"},
    {"html", .answer = ANSWER_HTML, ANSWERS(HTML), .note = "a web page"},
    {"not-xml", .answer = ANSWER_NOT_XML, ANSWERS(NOT_XML), .note = "XML whose elements do not close"},
    {"dtd", .answer = ANSWER_DTD, ANSWERS(DTD), .note = "a WSDL with DOCTYPE and an external entity"},
    {"not-wsdl", .answer = ANSWER_XML, ANSWERS(NOT_WSDL), .note = "well-formed XML of another kind"},
    {"no-operation", .answer = ANSWER_WSDL_NO_OPERATION, ANSWERS(OPERATION),
     .note = "a WSDL without the operation procesa"},
    {"elsewhere", .answer = ANSWER_WSDL_ELSEWHERE, ANSWERS(ADDRESS),
     .note = "soap:address is http://localhost:8080/padro"},
    {"latin1", .answer = ANSWER_WSDL_LATIN1, GOOD, .note = "the WSDL is in ISO-8859-1, with accents"},
    {"changing", .answer = ANSWER_WSDL_CHANGING, ANSWERS(CHANGED),
     .note = "the WSDL differs at each request: ok the first time that it is checked, changed from then on"},
    /* --- models for --many --- */
    {"many", .host = "*.many.test", .part = true, .names = NAMES_MANY, GOOD},
    {"many-expired", .host = "*.many.test", .part = true, .names = NAMES_MANY, .from = -465, .until = -100,
     SAYS(OK, EXPIRED, OK)},
    {"many-wrong-host", .host = "*.many.test", .part = true, .names = NAMES_OTHER, SAYS(OK, WRONG_HOST, OK)},
    {"many-self-signed", .host = "*.many.test", .part = true, .names = NAMES_MANY, .issuer = BY_ITSELF,
     .chain = CHAIN_LEAF, .ocsp = OCSP_ABSENT, .crl = CRL_ABSENT, SAYS(OK, SELF_SIGNED, OK)},
    {"many-truncated", .host = "*.many.test", .part = true, .names = NAMES_MANY, .answer = ANSWER_TRUNCATED,
     UNANSWERED(HTTP_TRUNCATED)},
    {"many-refused", .host = "*.many.test", .part = true, .place = AT_NOTHING, UNSEEN(REFUSED)},
    {"many-hole", .host = "*.many.test", .part = true, .place = AT_HOLE, UNSEEN(TIMEOUT)},
    {"many-silent", .host = "*.many.test", .part = true, .wire = WIRE_SILENT, UNSEEN(TLS_TIMEOUT)},
};
enum { OWN_CASES = sizeof own_cases / sizeof own_cases[0] };
const struct farm_case *farm_cases = own_cases;
size_t farm_case_count = OWN_CASES;

void cases_add(struct arena *a, const struct farm_case *rows, size_t count)
{
    struct farm_case *all = arena_alloc(a, farm_case_count + count, sizeof *all);
    memcpy(all, farm_cases, farm_case_count * sizeof *all);
    if (count > 0)
        memcpy(all + farm_case_count, rows, count * sizeof *all);
    farm_cases = all;
    farm_case_count += count;
}

size_t case_body(const struct farm_case *c)
{
    for (size_t i = 0; c->part && i < farm_case_count; i++) {
        if (farm_cases[i].also != NULL && strcmp(farm_cases[i].also, c->name) == 0)
            return i;
    }
    return (size_t)(c - farm_cases);
}

const struct farm_case *case_find(const char *name)
{
    for (size_t i = 0; i < farm_case_count; i++) {
        if (strcmp(farm_cases[i].name, name) == 0)
            return &farm_cases[i];
    }
    return NULL;
}

bool case_has_certificate(const struct farm_case *c)
{
    bool speaks_tls = c->wire == WIRE_TLS || c->wire == WIRE_SLOW || c->wire == WIRE_STUCK;
    return c->place == AT_LISTENER && speaks_tls && c->tls != TLS_ANONYMOUS;
}

const char *case_host(const struct farm_case *c, char out[64])
{
    if (c->url != NULL || c->names == NAMES_ADDRESS)
        out[0] = '\0';
    else if (c->host != NULL)
        (void)snprintf(out, 64, "%s", c->host);
    else
        (void)snprintf(out, 64, "%s." FARM_ZONE, c->name);
    return out;
}

/* The base's first addresses serve everybody: 2 revocation, 3 a silent responder, 250 DNS. */
enum { FIRST_CASE = 10, CASES_IN_NET = 230, ADDED_IN_NET = 250 };
_Static_assert((int)OWN_CASES <= (int)CASES_IN_NET, "one /24 holds all cases");

uint32_t case_address(const struct farm_case *c, uint32_t base)
{
    size_t n = (size_t)(c - farm_cases);
    switch (c->place) {
    case AT_BROADCAST: return 0x7fffffff; /* 127.255.255.255 */
    case AT_NO_ADDRESS: return 0;
    default:
        if (n < OWN_CASES)
            return base + FIRST_CASE + (uint32_t)n;
        n -= OWN_CASES; /* those that were added live in the networks behind */
        return base + 0x100u + (uint32_t)(n / ADDED_IN_NET << 8) + (uint32_t)(n % ADDED_IN_NET) + 1;
    }
}

const char *address_text(uint32_t address, char out[16])
{
    (void)snprintf(out, 16, "%u.%u.%u.%u", address >> 24, address >> 16 & 255u, address >> 8 & 255u, address & 255u);
    return out;
}

const char *case_url(const struct farm_case *c, uint32_t base, int port, char out[256])
{
    char host[64];
    if (c->url != NULL) {
        (void)snprintf(out, 256, "%s", c->url);
        return out;
    }
    if (case_host(c, host)[0] == '\0')
        (void)address_text(case_address(c, base), host);
    (void)snprintf(out, 256, "%s://%s:%d%s", c->wire == WIRE_PLAIN ? "http" : "https", host, port,
                   c->path == NULL ? "/padro?wsdl" : c->path);
    return out;
}

const char *code_text(enum verdict_code code)
{
    static const char *const texts[] = {
#define X(part, name, text, class, words, reason, advice) text,
        VERDICT_LIST(X)
#undef X
    };
    return texts[code];
}
