/* What a check of an endpoint says: three verdicts — connection, trust, application — each with a code, a reason in
 * plain language, and advice for the technician of the body.
 *
 * Expiring is not down; expired is not unreachable; unknown is not good. The reason names the host and what was
 * observed, the advice says who has to act and one next step. No text of a library ever gets into them. */
#ifndef TALAIA_CORE_VERDICT_H
#define TALAIA_CORE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/day.h"
#include "base/lang.h"
#include "base/mem.h"

/* What a code means for the body: is the service up, is there something to look at, or do we not know. */
enum verdict_class {
    VERDICT_GOOD,
    VERDICT_NOTICE,  /* works, and somebody has something to do: a certificate about to expire, a changed contract */
    VERDICT_BAD,     /* does not work, or must not be trusted */
    VERDICT_UNKNOWN, /* could not be seen, from here or today; never counted as good */
};

enum verdict_part { VERDICT_CONNECTION, VERDICT_TRUST, VERDICT_APPLICATION, VERDICT_PARTS };

/* X(PART, NAME, "code", class, short words for a table, reason, advice). Texts are English for tr(); placeholders:
 * {host} {port} {address} {status} (HTTP) {day} (a date, DD/MM/YYYY) {detail} (what else was seen, already safe to
 * show) {seconds}. */
#define VERDICT_LIST(X)                                                                                                \
    /* connection */                                                                                                   \
    X(CONNECTION, OK, "ok", GOOD, N_("answers"), N_("{host} answers."), N_("Nothing to do."))                          \
    X(CONNECTION, URL, "bad-url", BAD, N_("wrong address"),                                                            \
      N_("The registry's address for this body is not a web address: {detail}."),                                      \
      N_("Our team: correct the endpoint in the registry."))                                                           \
    X(CONNECTION, NO_URL, "no-url", UNKNOWN, N_("no address"), N_("The registry has no address for this body."),       \
      N_("Our team: ask the body for its endpoint and put it in the registry."))                                       \
    X(CONNECTION, FORBIDDEN, "forbidden-address", BAD, N_("internal address"),                                         \
      N_("{host} leads to {address}, an internal address that may not be checked."),                                   \
      N_("The body: correct the public DNS record of {host}. Our team: if the address is right, allow it in "          \
         "net.allow."))                                                                                                \
    X(CONNECTION, DNS_NONE, "dns-none", BAD, N_("no such name"), N_("The name {host} does not exist in the DNS."),     \
      N_("The body: check that the domain has not expired and that {host} has an address record."))                    \
    X(CONNECTION, DNS_TIMEOUT, "dns-timeout", BAD, N_("DNS is silent"),                                                \
      N_("The DNS servers of {host} did not answer in {seconds} seconds."),                                            \
      N_("The body: check the domain's DNS servers."))                                                                 \
    X(CONNECTION, DNS_FAILED, "dns-failed", BAD, N_("DNS fails"), N_("The DNS could not resolve {host}: {detail}."),   \
      N_("The body: check the domain's DNS servers."))                                                                 \
    X(CONNECTION, REFUSED, "refused", BAD, N_("refused"),                                                              \
      N_("{host} ({address}) refuses connections on port {port}."),                                                    \
      N_("The body: check that the service is running and that the firewall lets our address in."))                    \
    X(CONNECTION, TIMEOUT, "timeout", BAD, N_("no answer"),                                                            \
      N_("{host} ({address}) did not accept a connection on port {port} in {seconds} seconds."),                       \
      N_("The body: check that the server is on and that the firewall lets our address in."))                          \
    X(CONNECTION, UNREACHABLE, "unreachable", BAD, N_("no route"), N_("There is no route to {host} ({address})."),     \
      N_("The body: check its network connection. Our team: check ours, if several bodies are unreachable."))          \
    X(CONNECTION, PROXY, "proxy", UNKNOWN, N_("our proxy"), N_("Our proxy did not open the way to {host}: {detail}."), \
      N_("Our team: check the outgoing proxy."))                                                                       \
    X(CONNECTION, TLS_TIMEOUT, "tls-timeout", BAD, N_("TLS is silent"),                                                \
      N_("{host} accepted the connection and did not finish the TLS handshake in {seconds} seconds."),                 \
      N_("The body: check the load of the server and the firewall's inspection of TLS."))                              \
    X(CONNECTION, TLS_CLOSED, "tls-closed", BAD, N_("cut during TLS"),                                                 \
      N_("{host} closed the connection during the TLS handshake."),                                                    \
      N_("The body: check the TLS configuration of the server and whether a firewall cuts the connection."))           \
    X(CONNECTION, TLS_PLAIN, "tls-plain", BAD, N_("without TLS"),                                                      \
      N_("{host} speaks plain HTTP on port {port}, where TLS is expected."),                                           \
      N_("The body: enable TLS on that port. Our team: check the address in the registry."))                           \
    X(CONNECTION, TLS_OLD, "tls-old", BAD, N_("old TLS"),                                                              \
      N_("{host} only speaks versions of TLS that are no longer safe."),                                               \
      N_("The body: enable TLS 1.2 or 1.3 on the server."))                                                            \
    X(CONNECTION, TLS_FAILED, "tls-failed", BAD, N_("TLS fails"),                                                      \
      N_("The TLS handshake with {host} failed: {detail}."),                                                           \
      N_("The body: check the TLS configuration of the server (certificate, key, cipher suites)."))                    \
    X(CONNECTION, RESET, "reset", BAD, N_("cut"), N_("{host} cut the connection before answering."),                   \
      N_("The body: look at the log of the service at this moment; a firewall may be cutting the connection."))        \
    X(CONNECTION, HTTP_TIMEOUT, "http-timeout", BAD, N_("service is silent"),                                          \
      N_("{host} accepted the request and did not answer in {seconds} seconds."),                                      \
      N_("The body: check the service behind the web server; it may be blocked or overloaded."))                       \
    X(CONNECTION, HTTP_TRUNCATED, "http-truncated", BAD, N_("cut short"),                                              \
      N_("The answer of {host} ends before it is complete."),                                                          \
      N_("The body: look at the log of the service; it stops in the middle of the answer."))                           \
    X(CONNECTION, HTTP_MALFORMED, "http-malformed", BAD, N_("not HTTP"), N_("What {host} answers is not HTTP."),       \
      N_("The body: check which service listens on port {port}."))                                                     \
    X(CONNECTION, HTTP_HUGE, "http-huge", BAD, N_("too large"),                                                        \
      N_("The answer of {host} is larger than {detail}; it was not read further."),                                    \
      N_("The body: check what is published at that address; it is no WSDL."))                                         \
    X(CONNECTION, REDIRECT_LOOP, "redirect-loop", BAD, N_("redirects in circles"),                                     \
      N_("{host} redirects again and again without answering."),                                                       \
      N_("The body: correct the redirection of the web server."))                                                      \
    X(CONNECTION, REDIRECT_BAD, "redirect-bad", BAD, N_("wrong redirection"),                                          \
      N_("{host} redirects to an address that cannot be used: {detail}."),                                             \
      N_("The body: correct the redirection of the web server."))                                                      \
    X(CONNECTION, HTTP_403, "http-403", BAD, N_("forbidden (403)"),                                                    \
      N_("{host} answers that we have no permission (HTTP {status})."),                                                \
      N_("The body: allow our address in the firewall or the web server; the service itself may be working."))         \
    X(CONNECTION, HTTP_404, "http-404", BAD, N_("not found (404)"),                                                    \
      N_("{host} answers, and the service is not at that address (HTTP {status})."),                                   \
      N_("The body: check that the service is deployed. Our team: check the address in the registry."))                \
    X(CONNECTION, HTTP_4XX, "http-4xx", BAD, N_("refused (4xx)"), N_("{host} refuses the request (HTTP {status})."),   \
      N_("The body: check the access rules of the web server."))                                                       \
    X(CONNECTION, HTTP_5XX, "http-5xx", BAD, N_("server error (5xx)"),                                                 \
      N_("{host} answers with an error of its own (HTTP {status})."),                                                  \
      N_("The body: look at the log of the service and start it again."))                                              \
    X(CONNECTION, INTERRUPTED, "interrupted", UNKNOWN, N_("interrupted"),                                              \
      N_("The check of {host} was interrupted before it ended."), N_("Nothing to do: it is checked again."))           \
    /* trust */                                                                                                        \
    X(TRUST, OK, "ok", GOOD, N_("valid"),                                                                              \
      N_("The certificate of {host} is valid until {day} and its chain is trusted."), N_("Nothing to do."))            \
    X(TRUST, EXPIRING, "expiring", NOTICE, N_("expires soon"), N_("The certificate of {host} expires on {day}."),      \
      N_("The body: start its renewal and send us the new certificate."))                                              \
    X(TRUST, NONE, "none", UNKNOWN, N_("not seen"), N_("{host} showed no certificate."),                               \
      N_("Look at the connection first: without it the certificate cannot be seen."))                                  \
    X(TRUST, NO_TLS, "no-tls", BAD, N_("no TLS"), N_("The address of {host} is not protected by TLS (http)."),         \
      N_("The body: publish the service over HTTPS. Our team: check the address in the registry."))                    \
    X(TRUST, EXPIRED, "expired", BAD, N_("expired"), N_("The certificate of {host} expired on {day}."),                \
      N_("The body: renew the certificate and install it on the server."))                                             \
    X(TRUST, NOT_YET, "not-yet-valid", BAD, N_("not valid yet"),                                                       \
      N_("The certificate of {host} is not valid before {day}."),                                                      \
      N_("The body: install the certificate that is in force, or check the clock of the issuer."))                     \
    X(TRUST, SELF_SIGNED, "self-signed", BAD, N_("self-signed"), N_("The certificate of {host} is signed by itself."), \
      N_("The body: install the certificate that its certification authority issued."))                                \
    X(TRUST, UNKNOWN_CA, "unknown-ca", BAD, N_("unknown authority"),                                                   \
      N_("The certificate of {host} was issued by an authority that we do not trust: {detail}."),                      \
      N_("The body: use a certificate of a recognised authority. Our team: if this one is, add it to trust.anchors.")) \
    X(TRUST, INCOMPLETE, "incomplete-chain", BAD, N_("incomplete chain"),                                              \
      N_("{host} does not send the intermediate certificate of its chain."),                                           \
      N_("The body: install the complete chain on the server (certificate plus intermediates)."))                      \
    X(TRUST, WRONG_HOST, "wrong-host", BAD, N_("another name"),                                                        \
      N_("The certificate of {host} is made out to other names: {detail}."),                                           \
      N_("The body: install the certificate that was issued for {host}."))                                             \
    X(TRUST, WEAK_KEY, "weak-key", BAD, N_("weak key"),                                                                \
      N_("The key of the certificate of {host} is too short: {detail}."),                                              \
      N_("The body: ask for a new certificate with an RSA key of 2048 bits or more, or an elliptic-curve one."))       \
    X(TRUST, WEAK_SIGNATURE, "weak-signature", BAD, N_("weak signature"),                                              \
      N_("The certificate of {host} is signed with an algorithm that is no longer safe: {detail}."),                   \
      N_("The body: ask for a new certificate, signed with SHA-256 or better."))                                       \
    X(TRUST, REVOKED, "revoked", BAD, N_("revoked"), N_("The certificate of {host} was revoked on {day}."),            \
      N_("The body: install a new certificate at once; clients refuse this one."))                                     \
    X(TRUST, REVOCATION_UNKNOWN, "revocation-unknown", NOTICE, N_("revocation unknown"),                               \
      N_("The certificate of {host} is valid until {day}, and its authority did not say whether it is revoked."),      \
      N_("Nothing to do for the body: the authority's service does not answer. It is asked again."))                   \
    X(TRUST, BAD_CHAIN, "bad-chain", BAD, N_("broken chain"),                                                          \
      N_("The chain of the certificate of {host} does not hold: {detail}."),                                           \
      N_("The body: install the chain that its certification authority gives for this certificate."))                  \
    /* application */                                                                                                  \
    X(APPLICATION, OK, "ok", GOOD, N_("WSDL in order"), N_("{host} publishes the service's contract (WSDL)."),         \
      N_("Nothing to do."))                                                                                            \
    X(APPLICATION, NONE, "none", UNKNOWN, N_("not seen"), N_("The service of {host} could not be seen."),              \
      N_("Look at the connection first."))                                                                             \
    X(APPLICATION, EMPTY, "empty", BAD, N_("empty"), N_("{host} answers with nothing where its WSDL should be."),      \
      N_("The body: check that the service is deployed completely."))                                                  \
    X(APPLICATION, HTML, "html", BAD, N_("a web page"),                                                                \
      N_("{host} answers with a web page where its WSDL should be."),                                                  \
      N_("The body: check that the service is deployed; the page may tell the error."))                                \
    X(APPLICATION, NOT_XML, "not-xml", BAD, N_("not XML"),                                                             \
      N_("What {host} publishes as its WSDL is not well-formed XML."),                                                 \
      N_("The body: check the WSDL that the service publishes."))                                                      \
    X(APPLICATION, DTD, "dtd", BAD, N_("has a DTD"),                                                                   \
      N_("The WSDL of {host} has a document type declaration, which is not accepted."),                                \
      N_("The body: publish the WSDL without DOCTYPE."))                                                               \
    X(APPLICATION, NOT_WSDL, "not-wsdl", BAD, N_("not a WSDL"), N_("What {host} publishes is XML and no WSDL."),       \
      N_("The body: check the address of the service. Our team: check it in the registry."))                           \
    X(APPLICATION, OPERATION, "operation-missing", BAD, N_("operation missing"),                                       \
      N_("The WSDL of {host} lacks expected operations: {detail}."),                                                   \
      N_("The body: deploy the version of the service that publishes them."))                                          \
    X(APPLICATION, ADDRESS, "address-differs", NOTICE, N_("another address"),                                          \
      N_("The WSDL of {host} says that the service is at another place: {detail}."),                                   \
      N_("The body: correct the address in the WSDL; clients that follow it will not arrive."))                        \
    X(APPLICATION, CHANGED, "changed", NOTICE, N_("WSDL changed"), N_("The WSDL of {host} is not the one of before."), \
      N_("Our team: check that the change was announced and that the service still works."))

enum verdict_code {
#define X(part, name, code, class, words, reason, advice) part##_##name,
    VERDICT_LIST(X)
#undef X
        VERDICT_CODE_COUNT
};

/* What the placeholders stand for; NULL or 0 where nothing is known. `detail` is shown as it is: clean it first. */
struct verdict_facts {
    const char *host, *address, *detail;
    int port, status, seconds;
    day_t day;
};

enum verdict_part verdict_part(enum verdict_code c);
enum verdict_class verdict_class(enum verdict_code c);
const char *verdict_text(enum verdict_code c);  /* "dns-none": stable, in JSON and in the store */
const char *verdict_words(enum verdict_code c); /* "no such name": English for tr(), at most 20 columns */
bool verdict_find(enum verdict_part part, const char *text, enum verdict_code *ret);
/* English with placeholders, to be passed through tr() and verdict_fill. */
const char *verdict_reason(enum verdict_code c);
const char *verdict_advice(enum verdict_code c);
/* The text with the facts in place of its placeholders: one line, safe to show; "?" for what is not known. In the
 * arena. */
const char *verdict_fill(struct arena *a, const char *text, const struct verdict_facts *f);

#endif
