/* What one transition of a probe showed, beside the verdicts of connection and trust that it shares with the sweep
 * (core/verdict.h): each code with what it means for the run and its sentence. */
#ifndef TALAIA_CORE_PROBE_VERDICT_H
#define TALAIA_CORE_PROBE_VERDICT_H

#include "core/probe.h"

/* X(NAME, "code", outcome, sentence: English for tr(), {detail} what was seen) */
#define PROBE_VERDICT_LIST(X)                                                                                          \
    X(OK, "ok", GOOD, N_("All is well."))                                                                              \
    X(SLOW, "slow", GOOD, N_("It answers well, and slowly: {detail}."))                                                \
    X(VANTAGE, "vantage", GOOD, N_("It is well, but not from every address of ours: {detail}."))                       \
    X(ENDING, "certificate-ending", GOOD, N_("It is well, but its certificate has few days left: {detail}."))          \
    X(FOREIGN, "", BAD, "{detail}") /* a verdict of core/verdict.h, whose code stands instead */                       \
    X(FOREIGN_BLIND, "", BLIND, "{detail}")                                                                            \
    X(NETWORK, "our-network", BLIND, N_("Our own network failed: {detail}."))                                          \
    X(DEPENDS, "depends", BLIND, N_("What it depends on fails: {detail}."))                                            \
    X(STATUS, "status", BAD, N_("It answers with another HTTP status: {detail}."))                                     \
    X(MISSING, "text-missing", BAD, N_("The answer lacks the text \"{detail}\"."))                                     \
    X(FORBIDDEN, "text-present", BAD, N_("The answer has the text \"{detail}\", which must not be there."))            \
    X(PATTERN, "pattern", BAD, N_("The answer does not match \"{detail}\"."))                                          \
    X(NO_TEXT, "no-text", BAD, N_("The answer cannot be searched for text: {detail}."))                                \
    X(PATTERN_HARD, "pattern-hard", BAD, N_("Whether the answer matches \"{detail}\" takes too long to find out."))    \
    X(EXPIRING, "certificate-expiring", BAD, N_("Its certificate has too few days left: {detail}."))                   \
    X(ADDRESSES, "addresses", BAD, N_("The name leads elsewhere: {detail}."))                                          \
    X(OCSP_HTTP, "ocsp-http", BAD, N_("The responder answers with HTTP {detail}."))                                    \
    X(OCSP_MALFORMED, "ocsp-malformed-request", BAD, N_("The responder finds our question malformed (1)."))            \
    X(OCSP_INTERNAL, "ocsp-internal-error", BAD, N_("The responder says that it has an internal error (2)."))          \
    X(OCSP_LATER, "ocsp-try-later", BAD, N_("The responder asks to try later (3)."))                                   \
    X(OCSP_SIGNED, "ocsp-signature-required", BAD, N_("The responder wants signed questions (5)."))                    \
    X(OCSP_UNAUTHORIZED, "ocsp-unauthorized", BAD, N_("The responder is not responsible for this authority (6)."))     \
    X(OCSP_GARBAGE, "ocsp-garbage", BAD, N_("What the responder answers is not OCSP."))                                \
    X(OCSP_SIZE, "ocsp-size", BAD, N_("The responder's answer is too large."))                                         \
    X(OCSP_CERTIFICATE, "ocsp-certificate", BAD, N_("The certificates to ask about cannot be read."))                  \
    X(OCSP_OTHER, "ocsp-other-certificate", BAD, N_("The responder answers about another certificate."))               \
    X(OCSP_SIGNER, "ocsp-signer", BAD, N_("The answer is signed by somebody whom the authority does not authorise."))  \
    X(OCSP_SIGNER_EXPIRED, "ocsp-signer-expired", BAD, N_("The certificate of the responder is not in its time."))     \
    X(OCSP_SIGNATURE, "ocsp-signature", BAD, N_("The signature of the answer is wrong."))                              \
    X(OCSP_WEAK, "ocsp-weak", BAD, N_("The answer is signed with an algorithm or key that is no longer safe."))        \
    X(OCSP_FUTURE, "ocsp-future", BAD, N_("The answer is from the future: {detail}."))                                 \
    X(OCSP_STALE, "ocsp-stale", BAD, N_("The answer is out of date: {detail}."))                                       \
    X(OCSP_NONCE, "ocsp-nonce", BAD, N_("The answer belongs to another question (nonce)."))                            \
    X(OCSP_NO_NONCE, "ocsp-no-nonce", BAD, N_("The answer has no nonce: it may have been made before."))               \
    X(OCSP_CRITICAL, "ocsp-critical", BAD, N_("The answer has a critical extension that is not understood."))          \
    X(OCSP_GOOD_REVOKED, "ocsp-good-is-revoked", BAD,                                                                  \
      N_("The responder says that the certificate known to be good is revoked: {detail}."))                            \
    X(OCSP_GOOD_UNKNOWN, "ocsp-good-is-unknown", BAD,                                                                  \
      N_("The responder does not know the certificate known to be "                                                    \
         "good."))                                                                                                     \
    X(OCSP_REVOKED_GOOD, "ocsp-revoked-is-good", BAD,                                                                  \
      N_("The responder says that the certificate known to be revoked is good."))                                      \
    X(OCSP_REVOKED_UNKNOWN, "ocsp-revoked-is-unknown", BAD,                                                            \
      N_("The responder does not know the certificate known to be revoked."))                                          \
    X(SOAP_NONE, "soap-no-envelope", BAD, N_("What the gateway answers is no message of the platform: {detail}."))     \
    X(SOAP_FAULT, "soap-fault", BAD, N_("The gateway refuses: {detail}."))                                             \
    X(SOAP_STATE, "soap-state", BAD, N_("The service does not end well: {detail}."))                                   \
    X(SETUP, "setup", BLIND, N_("The request could not be made: {detail}."))

enum probe_verdict {
#define X(name, code, outcome, sentence) PROBE_VERDICT_##name,
    PROBE_VERDICT_LIST(X)
#undef X
        PROBE_VERDICT_COUNT
};
const char *probe_verdict_code(enum probe_verdict v);
enum probe_outcome probe_verdict_outcome(enum probe_verdict v);
/* It is well, and yet something is to be looked at. */
static inline bool probe_verdict_degraded(enum probe_verdict v)
{
    return v != PROBE_VERDICT_OK && probe_verdict_outcome(v) == PROBE_GOOD;
}
/* English, for tr() and verdict_fill. */
const char *probe_verdict_sentence(enum probe_verdict v);

#endif
