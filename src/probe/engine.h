/* The engine of checks: thousands of endpoints in flight on one thread, with one epoll loop.
 *
 *     struct probe_settings s = PROBE_DEFAULTS;
 *     s.guard = guard, s.trust = trust, s.clock = probe_clock_system();
 *     if (!probe_run(&s, &(struct probe_source){next, ctx}, &(struct probe_sink){seen, ctx}, stop_fd, &summary, &e)) …
 *
 * Each target is resolved, and each of its addresses is asked on its own (LIMIT_PROBE_ADDRESSES of them): TCP, the
 * proxy's CONNECT if there is one, TLS, one GET, redirects. What came out is one observation per address, with the
 * three verdicts of core/verdict.h; the certificate is captured whatever its trust is, which src/pki judges afterwards.
 *
 * Who holds a place. `in_flight` counts the exchanges that move. An exchange whose peer says nothing for
 * LIMIT_PROBE_PATIENCE_MS gives its place back and waits for its deadline aside, so that dead hosts never hold up
 * living ones. A handshake begins only with a place. At most LIMIT_PROBE_OPEN connections exist at once, moving or not
 * (three quarters of the process's descriptors, if that is less), LIMIT_PROBE_TLS of them with TLS. So the memory does
 * not depend on the number of targets, and the time of a sweep is that of the living plus one deadline until a thousand
 * are dead.
 *
 * Addresses. Those that wait for an address whose connection timed out hear the same without trying; one that accepts
 * and says nothing is asked by ever more of those that wait, so that many bodies behind it take a few deadlines. IPv6
 * addresses of a name that has IPv4 ones are left out when this machine has no route to them: nothing can be said of
 * them from here. Behind a proxy the proxy resolves: one observation per name, without address, and the guard sees
 * literals only. A redirect from https to http, to a forbidden address or port is not followed. On a host's own
 * redirects the address stays; of several certificates the first is judged, unless a later one is bad.
 *
 * Revocation. A leaf whose chain is trusted is asked about once per run and (issuer, serial): the stapled answer, then
 * the responder, then the list; what `memory` still has goes before asking. A responder that failed is not asked again
 * in that run. No answer is
 * TRUST_REVOCATION_UNKNOWN, never bad. The observation is handed out when that is settled or given up. Where the chain
 * seems to lack an intermediate, it is fetched from where the certificate says, once per run: TRUST_INCOMPLETE is then
 * known, or TRUST_UNKNOWN_CA.
 *
 * Deadlines are measured with the monotonic clock: jumps of the wall clock do not matter. When descriptors run out, new
 * connections wait for others to end. When `stop_fd` becomes readable nothing new begins, and what is under way is
 * handed out as CONNECTION_INTERRUPTED. Nothing here logs; no library's text gets into a verdict. */
#ifndef TALAIA_PROBE_ENGINE_H
#define TALAIA_PROBE_ENGINE_H

#include <stdint.h>

#include "base/err.h"
#include "core/verdict.h"
#include "net/guard.h"
#include "pki/certificate.h"
#include "pki/trust.h"
#include "probe/wsdl.h"

/* Where the time comes from: µs. `monotonic` decides deadlines and phase times; `real` the validity of certificates. */
struct probe_clock {
    int64_t (*monotonic)(void *ctx);
    instant_t (*real)(void *ctx);
    void *ctx;
};
struct probe_clock probe_clock_system(void);

/* What authorities answered in runs before, kept by the caller. `recall` gives the bytes that `keep` was once told,
 * valid until the run ends, if they are still in their time; they are judged anew. A question that they settle is not
 * asked. `keep` is told of each new answer that settled one (or list that was
 * opened); where none is promised, its next update is a quarter of an hour later. */
struct probe_answer {
    bool list;         /* a CRL */
    const char *about; /* SHA-256 of the certificate in hexadecimal; for a list, of its issuer's */
    const char *url;
    struct str bytes;
    instant_t fetched, this_update, next_update;
};
struct probe_memory {
    bool (*recall)(void *ctx, const char *about, const char *url, instant_t now, struct str *ret,
                   instant_t *ret_fetched);
    void (*keep)(void *ctx, const struct probe_answer *a);
    void *ctx;
};

/* What begins with one address, for whoever looks on. */
enum probe_phase { PHASE_DNS, PHASE_TCP, PHASE_TLS, PHASE_HTTP };
struct probe_onlooker {
    void (*phase)(void *ctx, const char *host, const char *address, enum probe_phase p); /* address "" while DNS */
    void *ctx;
};

struct probe_settings {
    size_t in_flight; /* exchanges that move, 1–LIMIT_PROBE_IN_FLIGHT */
    size_t per_host;  /* simultaneous connections to one address and port */
    /* Deadlines in ms. `total` counts from the moment the address is asked first (its DNS before that has its own), and
     * covers redirects; the revocation has its own, too. */
    int dns_ms, connect_ms, tls_ms, http_ms, total_ms, revocation_ms;
    size_t max_body_bytes;
    int max_redirects;
    const char *proxy;       /* "http://host:port": everything goes through its CONNECT, names too; NULL: directly */
    const char *dns_servers; /* "192.0.2.1,192.0.2.2:5353"; NULL: what the system uses */
    int names_seconds; /* what the DNS said of a name counts as long as it promised and no longer than this, in this
                          run; 0: it is asked for each target. Not of PROBE_HOW_NAME, nor after a failure. */
    const char *const *operations; /* that every WSDL must have */
    size_t operation_count;
    bool revocation; /* ask the authorities: about it, and for an intermediate that a server does not send */
    const struct probe_memory *memory;     /* NULL: nothing is remembered from before */
    const struct probe_onlooker *onlooker; /* NULL: nobody */
    const struct guard *guard;             /* net.allow; the caller's, not NULL */
    struct trust *trust;                   /* anchors; the caller's, not NULL */
    int expiring_days;                     /* certificates with fewer days left are TRUST_EXPIRING; 0: never */
    enum lang lang; /* of the words in {detail}; fixed words are msgids, so LANG_EN can be translated later */
    struct probe_clock clock;
};
/* 64 in flight, 4 per host; 5 s for each phase, 20 s in all; 1 MiB, 5 redirects; revocation on. */
extern const struct probe_settings PROBE_DEFAULTS;

/* What else than a contract is asked for. Texts and body stay the caller's until the target was handed out. */
enum probe_how {
    PROBE_HOW_CONTRACT, /* a GET, and the WSDL that came is examined */
    PROBE_HOW_WEB,      /* a request, and what came is handed out as it is */
    PROBE_HOW_CONNECT,  /* only connected to: http://HOST:PORT/ for TCP, https:// for TLS; any port but 0 */
    PROBE_HOW_NAME,     /* only its name is looked up */
};
struct probe_ask {
    enum probe_how how;
    const char *accept;      /* NULL: anything */
    const char *body_type;   /* NULL: a GET, else a POST */
    const char *soap_action; /* NULL: none */
    struct str body;
    size_t max_body_bytes;
    int total_ms;       /* of each address, its DNS and redirects with it; no phase has less, except the DNS: its own */
    bool stay;          /* an answer that redirects is an answer */
    const char *source; /* an address of this machine to connect from, of whose family addresses are then asked; NULL */
};
struct probe_target {
    int64_t tag;                 /* the caller's */
    const char *url;             /* copied when taken; NULL or "": CONNECTION_NO_URL */
    const struct probe_ask *ask; /* NULL: a contract, as the settings say */
};
/* The next target; false: there is none, and it is not asked again. Pulled only when there is a place for it.
 * `due`: from which moment of the monotonic clock on there is a next one, asked after every turn of the loop, so that a
 * run may go on for years; INT64_MAX: not known yet. NULL: at once. */
struct probe_source {
    bool (*next)(void *ctx, struct probe_target *ret);
    void *ctx;
    int64_t (*due)(void *ctx, int64_t now);
};

/* -1: the phase did not happen (dns: nobody was asked). Of the last exchange when redirects were followed (`dns` and
 * `tcp` of its own hop). */
struct probe_times {
    int64_t dns_us, tcp_us, tls_us, http_us, total_us; /* total: without a first look-up of the name */
};

enum probe_revocation {
    PROBE_REVOCATION_NOT_ASKED, /* no trusted certificate, or switched off */
    PROBE_REVOCATION_GOOD,
    PROBE_REVOCATION_REVOKED,
    PROBE_REVOCATION_UNKNOWN, /* nobody said */
};

/* What one address showed. Everything is valid during the callback only. */
struct probe_observation {
    int64_t tag;
    const char *url;     /* the target's, as given */
    const char *host;    /* "" when the URL has none */
    const char *address; /* "192.0.2.10", "2001:db8::1"; "" when none was reached for (no DNS, proxy) */
    int port;
    bool last; /* of its target */

    enum verdict_code verdict[VERDICT_PARTS];
    struct verdict_facts facts[VERDICT_PARTS];

    struct probe_times times;
    bool answered; /* all went well up to the end of the answer (or of what else was asked), whatever the answer says */
    int status;    /* HTTP; 0 when there was no answer */
    struct str body;          /* of a PROBE_HOW_WEB that was answered */
    const char *content_type; /* "" */
    const char *encoding;     /* "gzip": the body is compressed though nobody asked for it; "" */
    const char *addresses;    /* of a PROBE_HOW_NAME: what was found, blanks between; "" */
    size_t body_bytes;
    const char *protocol;  /* "TLSv1.3"; "" without TLS */
    const char *cipher;    /* "TLS_AES_256_GCM_SHA384" */
    const char *final_url; /* after redirects; the regular form of `url` when there were none */
    int redirects;

    const struct str *chain;        /* DER of the certificates as sent, leaf first */
    size_t chain_count;             /* at most LIMIT_PROBE_CHAIN */
    const struct certificate *leaf; /* parsed; NULL when none was shown or it cannot be read */
    bool middlebox;                 /* see core/watch.h */

    enum probe_revocation revocation;
    const char *revocation_source; /* "stapled", "ocsp", "crl"; "" */
    day_t revoked_on;

    const struct wsdl *wsdl; /* NULL when no body was examined */
};
struct probe_sink {
    void (*seen)(void *ctx, const struct probe_observation *o);
    void *ctx;
};

struct probe_summary {
    size_t targets, addresses, interrupted;
    size_t connections;         /* opened, fetches too */
    size_t fetches;             /* of OCSP answers and CRLs */
    size_t revocation_cached;   /* answered without a fetch */
    size_t revocation_recalled; /* of them (and of lists), with what was kept from before */
    size_t waited_descriptors;  /* times that there was no descriptor left */
    size_t most_open;           /* exchanges at once */
};

/* Whether this machine can ask from that address, as probe_ask.source has it: 0, or why not (errno). */
int probe_source_try(const char *source);
/* Runs until every target was handed out. `stop_fd`: an eventfd (or pipe) that becomes readable to stop, -1 for none.
 * False only when it could not begin (epoll, DNS, TLS, a proxy or DNS text that cannot be read). */
bool probe_run(const struct probe_settings *s, const struct probe_source *source, const struct probe_sink *sink,
               int stop_fd, struct probe_summary *ret, struct err *e);

#endif
