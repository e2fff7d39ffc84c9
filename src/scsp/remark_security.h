/* Internal to scsp: what can be said of the security header and of certificates; goes with remark_list.h. */
#ifndef TALAIA_SCSP_REMARK_SECURITY_H
#define TALAIA_SCSP_REMARK_SECURITY_H

/* clang-format off */
#define REMARKS_OF_SECURITY(X)                                                                                         \
    X(SECURITY, WSS_MISSING, "wss-missing", ERROR, N_("The message is not signed: there is no wsse:Security header."), \
      N_("Sign the Body with WS-Security (X.509 token, BinarySecurityToken by direct reference), or call with a TLS "  \
         "client certificate."))                                                                                       \
    X(SECURITY, WSS_SECOND, "wss-second", ERROR, N_("There is a second {name} in the message."),                       \
      N_("Send one wsse:Security with one ds:Signature; client libraries add a second one when a message is signed "   \
         "twice."))                                                                                                    \
    X(SECURITY, WSS_NAMESPACE, "wss-namespace", ERROR, N_("{name} is in the namespace {found}."),                       \
      N_("Write exactly {expected}{detail}."))                                                                         \
    X(SECURITY, WSS_PLACE, "wss-place", ERROR, N_("{name} stands in {found}, not in {expected}."),                     \
      N_("Put it there: what stands elsewhere is never looked at, and refused as a trick."))                           \
    X(SECURITY, SIGNATURE_MISSING, "signature-missing", ERROR, N_("wsse:Security has no ds:Signature."),               \
      N_("Sign the Body; a token or a Timestamp alone proves nothing."))                                               \
    X(SECURITY, SIGNATURE_SHAPE, "signature-shape", ERROR, N_("{name} is not built as XML Signature says: {detail}."), \
      N_("Let a WS-Security library make the signature."))                                                             \
    X(SECURITY, ID_DUPLICATE, "id-duplicate", ERROR, N_("The Id \"{found}\" is given twice, in {name} and in {detail}."), \
      N_("Give each Id once: with two, nobody can say which part is signed."))                                         \
    X(SECURITY, ID_PLAIN, "id-unqualified", WARNING, N_("{name} is identified by Id, not by wsu:Id."),                 \
      N_("Write wsu:Id with the namespace {expected}: other platforms do not find a plain Id."))                       \
    X(SECURITY, BODY_UNSIGNED, "body-unsigned", ERROR, N_("The signature does not cover the Body."),                   \
      N_("Sign the whole soap:Body: a Reference to its wsu:Id{detail}."))                                              \
    X(SECURITY, REFERENCE_WRAPPED, "reference-wrapped", ERROR,                                                         \
      N_("The signed part \"{found}\" is {name}, and not the Body of this envelope."),                                 \
      N_("The Reference must name the wsu:Id of the Body that is sent."))                                              \
    X(SECURITY, REFERENCE_NONE, "reference-missing", ERROR, N_("The Reference \"{found}\" names an Id that is not in the " \
      "message."), N_("Give the signed element this wsu:Id; do not change Ids after signing{detail}."))                \
    X(SECURITY, REFERENCE_EXTERNAL, "reference-external", ERROR, N_("The Reference \"{found}\" points outside the "    \
      "message or is no plain #Id."), N_("Use URI=\"#Id\" only: nothing is ever fetched, and XPointer is refused."))   \
    X(SECURITY, REFERENCE_TWICE, "reference-twice", ERROR, N_("{name} is signed twice in one signature."),             \
      N_("One Reference for each part."))                                                                              \
    X(SECURITY, REFERENCE_OTHER, "reference-other", ERROR, N_("The signature covers {name}, which is not looked at."), \
      N_("Sign the Body, and if you like the Timestamp and the BinarySecurityToken; nothing else."))                   \
    X(SECURITY, REFERENCE_MANY, "reference-many", ERROR, N_("The signature has {found} references; at most {expected}."), \
      N_("Sign the Body, the Timestamp and the token; nothing else."))                                                 \
    X(SECURITY, TRANSFORM, "transform", ERROR, N_("The transform {found} is not accepted."),                           \
      N_("Use exclusive canonicalisation, {expected}."))                                                               \
    X(SECURITY, C14N, "c14n-algorithm", ERROR, N_("The canonicalisation {found} is not accepted{detail}."),            \
      N_("Use exclusive canonicalisation, {expected}."))                                                               \
    X(SECURITY, ALGORITHM, "signature-algorithm", ERROR, N_("The signature algorithm {found} is not accepted."),       \
      N_("Use {expected}."))                                                                                           \
    X(SECURITY, ALGORITHM_HMAC, "signature-hmac", ERROR, N_("The signature algorithm {found} works with a shared secret, " \
      "and there is none."), N_("Sign with the private key of the certificate: {expected}."))                          \
    X(SECURITY, ALGORITHM_KEY, "signature-key", ERROR, N_("The algorithm {found} does not fit the key, which is {expected}."), \
      N_("Choose the algorithm of the key's kind."))                                                                   \
    X(SECURITY, DIGEST, "digest-algorithm", ERROR, N_("The digest algorithm {found} is not accepted."),                \
      N_("Use {expected}."))                                                                                           \
    X(SECURITY, SHA1, "sha1", ERROR, N_("{name} uses SHA-1 ({found})."),                                               \
      N_("Use {expected}. SHA-1 can be allowed for one integrator; ask for it if your tools know nothing else."))      \
    X(SECURITY, KEY_INFO, "key-info", ERROR, N_("The key is given as {found}."),                                       \
      N_("Use DirectReference: ds:KeyInfo / wsse:SecurityTokenReference / wsse:Reference to a BinarySecurityToken in "  \
         "the message."))                                                                                              \
    X(SECURITY, TOKEN_MISSING, "token-missing", ERROR, N_("There is no BinarySecurityToken \"{found}\"{detail}."),     \
      N_("Send the certificate in wsse:BinarySecurityToken with the wsu:Id that the signature's KeyInfo names."))      \
    X(SECURITY, TOKEN_TYPE, "token-type", ERROR, N_("{name} of the token is {found}."),                                \
      N_("Write exactly {expected}."))                                                                                 \
    X(SECURITY, TOKEN_BYTES, "token-bytes", ERROR, N_("The token is no X.509 certificate: {detail}."),                 \
      N_("Put the certificate in DER as base64, without the BEGIN and END lines."))                                    \
    X(SECURITY, DIGEST_WRONG, "digest-wrong", ERROR, N_("{name} is not what was signed: its digest is {expected}, the " \
      "signature says {found}."),                                                                                      \
      N_("Something changed it after it was signed: formatting, another encoding, a proxy or a logger that writes the " \
         "XML anew, or fields filled in later. Sign last, and send the very bytes. Compare your canonical form with ours.")) \
    X(SECURITY, DIGEST_OTHER, "digest-other-bytes", ERROR, N_("The digest of {name} was made over other bytes: {detail}."), \
      N_("{expected}."))                                                                                               \
    X(SECURITY, SIGNATURE_WRONG, "signature-wrong", ERROR, N_("The signature value does not fit: {detail}."),          \
      N_("{expected}."))                                                                                               \
    X(SECURITY, VALUE_BASE64, "signature-base64", ERROR, N_("{name} is not base64."), N_("Encode the bytes as base64.")) \
    X(SECURITY, TIME_SECOND, "timestamp-second", ERROR, N_("There is a second Timestamp."), N_("Send one."))           \
    X(SECURITY, TIME_SHAPE, "timestamp-shape", ERROR, N_("{name} is \"{found}\", which is no time in UTC."),           \
      N_("Write it as {expected}."))                                                                                   \
    X(SECURITY, TIME_FUTURE, "timestamp-future", ERROR, N_("The message was created {found} seconds in the future."),  \
      N_("Set the clock of the signing machine (NTP), and write UTC: {expected} was the time here."))                  \
    X(SECURITY, TIME_EXPIRED, "timestamp-expired", ERROR, N_("The message expired {found} seconds ago."),              \
      N_("Sign shortly before sending, or allow more time between Created and Expires; check the clock. {expected} was " \
         "the time here."))                                                                                            \
    X(SECURITY, TIME_BACKWARDS, "timestamp-backwards", ERROR, N_("The Timestamp expires before it was created."),      \
      N_("Expires must be later than Created."))                                                                       \
    X(SECURITY, TIME_UNSIGNED, "timestamp-unsigned", INFO, N_("The Timestamp is not signed."),                         \
      N_("Sign it too: then nobody can give an old message a new date."))                                              \
    X(SECURITY, TIME_NONE, "timestamp-none", INFO, N_("There is no Timestamp."),                                       \
      N_("Add one with a life of some minutes: it protects against repetition."))                                      \
    X(SECURITY, SHA256_REAL, "sha256-unproven", INFO, N_("Signed with SHA-256."),                                      \
      N_("This is right. Whether the real platform takes it is not documented: all its published examples use SHA-1."))\
    X(SECURITY, ENCRYPTED, "encrypted", ERROR, N_("Part of the message is encrypted ({found})."),                      \
      N_("Send it in clear over TLS; only signatures are used."))

#define REMARKS_OF_CERTIFICATES(X)                                                                                     \
    X(CERTIFICATE, CERT_EXPIRED, "certificate-expired", ERROR, N_("The certificate of {name} expired on {found}."),    \
      N_("Sign with the renewed certificate and have it authorised."))                                                 \
    X(CERTIFICATE, CERT_EARLY, "certificate-not-yet", ERROR, N_("The certificate of {name} is valid from {found} on."),\
      N_("Wait, or sign with the one that is valid today."))                                                           \
    X(CERTIFICATE, CERT_WEAK, "certificate-weak", ERROR, N_("The key of the certificate is too short: {found}."),      \
      N_("Ask for a certificate with an RSA key of 2048 bits or more."))                                               \
    X(CERTIFICATE, CERT_UNTRUSTED, "certificate-untrusted", WARNING, N_("The certificate of {name} does not lead to a " \
      "trusted authority: {detail}."), N_("Sign with an application certificate of a recognised authority."))          \
    X(CERTIFICATE, CERT_OTHER, "certificate-other", ERROR, N_("It is signed with the certificate of {found}; authorised is " \
      "{expected}."), N_("Sign with the authorised certificate, or have this one authorised."))
/* clang-format on */

#endif
