/* What can be said of a document. X(NAME, "code", grade, sentence, advice): English for tr(), with {what}, {other},
 * {day}. The grade is the least that the document comes to; VALID: for information. Internal to core/document.h in
 * that everybody includes that one. */
#ifndef TALAIA_CORE_DOCUMENT_LIST_H
#define TALAIA_CORE_DOCUMENT_LIST_H

/* The file. */
#define DOCUMENT_REASONS_FILE(X)                                                                                       \
    X(EMPTY, "empty", INVALID, N_("The file is empty."), N_("Ask for it again."))                                      \
    X(TOO_LARGE, "too-large", INVALID, N_("The file has {what} MB, more than the {other} that are looked at."),        \
      N_("Ask for the form without scanned annexes, and for these apart."))                                            \
    X(NOT_KNOWN, "not-known", INVALID, N_("This is neither a PDF nor a certificate that can be read."),                \
      N_("Ask for the signed form as PDF, and for the CDA as a certificate (PEM, DER or PKCS #7)."))                   \
    X(SECRET, "private-key", INVALID,                                                                                  \
      N_("The file holds a private key (or a PKCS #12 archive): nothing of it was kept."),                             \
      N_("Tell the sender at once: the key is no longer private, so the certificate must be revoked and a new one "    \
         "asked for; only the certificate is to be sent, never the key."))                                             \
    X(EXHAUSTED, "exhausted", INVALID,                                                                                 \
      N_("Reading the file took more time or memory than a document of this kind needs, and was stopped ({what})."),   \
      N_("It may be built to do harm. Ask for it printed to PDF again, and signed again."))

/* The PDF. */
#define DOCUMENT_REASONS_PDF(X)                                                                                        \
    X(PDF_DAMAGED, "pdf-damaged", INVALID, N_("The PDF is damaged or was cut: {what}."),                               \
      N_("Ask for it again; a PDF that has to be repaired cannot be trusted to be what was signed."))                  \
    X(PDF_BEFORE, "pdf-before", INVALID, N_("There are {what} bytes before the beginning of the PDF."),                \
      N_("Ask for it again, as the program that signed it saved it."))                                                 \
    X(PDF_ALSO, "pdf-also", INVALID, N_("The file is a PDF and something else at once ({what})."),                     \
      N_("Programs may show one of them and verify the other. Ask for it printed to PDF again, and signed again."))    \
    X(PDF_ENCRYPTED, "pdf-encrypted", INVALID, N_("The PDF is encrypted, or protected against changes."),              \
      N_("Ask for it without a password or protection; the signature itself protects it."))                            \
    X(PDF_SCRIPT, "pdf-script", REVIEW,                                                                                \
      N_("The PDF holds programs (JavaScript) that can change what is seen: {what}."),                                 \
      N_("Look at the text that is shown here, not at what a reader shows; better ask for it without programs."))      \
    X(PDF_LAUNCH, "pdf-launch", INVALID, N_("The PDF wants to start programs or load others' contents: {what}."),      \
      N_("Do not open it. Ask for it printed to PDF again, and signed again."))                                        \
    X(PDF_EXTERNAL, "pdf-external", REVIEW, N_("The PDF has actions that send or load data: {what}."),                 \
      N_("Do not press its buttons; what is shown here was read without them."))                                       \
    X(PDF_FILES, "pdf-files", REVIEW, N_("There are files inside the PDF: {what}."),                                   \
      N_("They were not looked at. Ask for them apart."))                                                              \
    X(PDF_XFA, "pdf-xfa", REVIEW, N_("The form is of a kind (XFA) that readers build while they show it."),            \
      N_("Ask for it printed to PDF and signed again, or compare it with care."))                                      \
    X(PDF_LAYERS, "pdf-layers", REVIEW, N_("The PDF has layers that can be hidden or shown."),                         \
      N_("What was signed may not be what is seen: compare it with the text that is shown here."))                     \
    X(FIELD_DIFFERS, "field-differs", REVIEW,                                                                          \
      N_("The field {what} holds a value that the page does not show: \"{other}\"."),                                  \
      N_("Ask what is right; the person who signed may not have seen it."))                                            \
    X(PDF_NO_TEXT, "pdf-no-text", VALID, N_("The PDF has no text that can be read (it may be scanned)."),              \
      N_("Read the addresses and contacts from the page, and write them."))                                            \
    X(PDF_TEXT_CUT, "pdf-text-cut", VALID,                                                                             \
      N_("Only the first {what} pages were searched for addresses and contacts."), N_("Look at the others."))          \
    X(PDF_TEXT_LOST, "pdf-text-lost", REVIEW, N_("The text of the pages could not be read ({what})."),                 \
      N_("Look at the pages with care, in a reader without scripts; write the addresses and contacts by hand."))       \
    X(NO_ADDRESS, "no-address", VALID, N_("No IP address was found in the form."),                                     \
      N_("Ask for the addresses that the requests will come from."))

/* One signature: where it is and what it covers. */
#define DOCUMENT_REASONS_COVER(X)                                                                                      \
    X(UNSIGNED, "unsigned", INVALID, N_("The PDF is not signed."),                                                     \
      N_("Ask for the form digitally signed by the body."))                                                            \
    X(SIGNATURE_EMPTY, "signature-empty", VALID, N_("The field {what} is for a signature, and nobody signed in it."),  \
      N_("Nothing, unless that signature was expected."))                                                              \
    X(SIGNATURE_LOST, "signature-lost", INVALID,                                                                       \
      N_("There is a signature that belongs to no field of the form, or to several: {what}."),                         \
      N_("Ask for it printed to PDF again, and signed again."))                                                        \
    X(SIGNATURES_MANY, "signatures-many", INVALID, N_("There are {what} signatures, more than are looked at."),        \
      N_("Ask for the form signed by the body alone."))                                                                \
    X(SIGNATURE_KIND, "signature-kind", INVALID, N_("The signature is of a kind that is not accepted: {what}."),       \
      N_("Ask for it signed as PAdES (ETSI.CAdES.detached) or adbe.pkcs7.detached, with SHA-256."))                    \
    X(RANGE_FORM, "range-form", INVALID, N_("What the signature covers is not said with four numbers: {what}."),       \
      N_("The signature was tampered with, or its program is wrong. Ask for it signed again."))                        \
    X(RANGE_START, "range-start", INVALID, N_("The signature does not cover the beginning of the file."),              \
      N_("The signature was tampered with, or its program is wrong. Ask for it signed again."))                        \
    X(RANGE_GAP, "range-gap", INVALID,                                                                                 \
      N_("What the signature leaves out is not exactly the signature itself: {what}."),                                \
      N_("Something else stands where nobody signed. Ask for it signed again."))                                       \
    X(RANGE_BEYOND, "range-beyond", INVALID, N_("The signature says that it covers more than the file has: {what}."),  \
      N_("The file was cut or tampered with. Ask for it again."))                                                      \
    X(CHANGED, "changed-later", INVALID, N_("The document was changed after it was signed: {what}."),                  \
      N_("Ask for it as it was signed, or signed again as it is now."))                                                \
    X(ADDED_PROOF, "added-proof", REVIEW,                                                                              \
      N_("After it was signed, only what proves the signature for long was added to the file ({what})."),              \
      N_("Usual for long-term signatures. Compare the document with the text that is shown here, which is the "        \
         "signed one."))                                                                                               \
    X(SIGNED_AGAIN, "signed-again", VALID, N_("Others signed after this signature, and cover what it covers."),        \
      N_("Nothing, when the others are good."))                                                                        \
    X(CERTIFIED_BROKEN, "certified-broken", INVALID,                                                                   \
      N_("A signature certifies the document, and does not hold any more: {what}."),                                   \
      N_("Readers show it as invalid. Ask for the form without that certification, signed by the body alone."))        \
    X(CERTIFIED_CHANGED, "certified-changed", REVIEW,                                                                  \
      N_("The signature certifies the document, and what it does not allow was done later: {what}."),                  \
      N_("Who signed last covers it, but readers show a warning. Compare the text, or ask for it signed again."))      \
    X(CERTIFIES, "certifies", VALID, N_("The signature certifies the document; changes allowed after it: {what}."),    \
      N_("Nothing."))                                                                                                  \
    X(NOT_COVERED, "not-covered", REVIEW,                                                                              \
      N_("No signature of the body covers the whole file: others were added after its own."),                          \
      N_("Compare what is seen with what the body signed, or ask for it signed by the body last."))

/* One signature: its bytes. */
#define DOCUMENT_REASONS_SIGNATURE(X)                                                                                  \
    X(CMS_FORM, "cms-form", INVALID, N_("The signature cannot be read: {what}."), N_("Ask for it signed again."))      \
    X(CMS_BEHIND, "cms-behind", INVALID, N_("There is something behind the signature, where only zeros may be."),      \
      N_("The signature was tampered with. Ask for it signed again."))                                                 \
    X(CMS_SIGNERS, "cms-signers", INVALID, N_("The signature has {what} signers inside; exactly one is expected."),    \
      N_("Ask for it signed again, each person in a signature of its own."))                                           \
    X(CMS_INSIDE, "cms-inside", INVALID, N_("The signature brings a text of its own instead of covering the file."),   \
      N_("Ask for it signed again."))                                                                                  \
    X(CMS_ATTRIBUTES, "cms-attributes", INVALID,                                                                       \
      N_("What was signed does not name the kind and the digest of the document."),                                    \
      N_("Ask for it signed with a program of today (PAdES)."))                                                        \
    X(DIGEST_WEAK, "digest-weak", INVALID, N_("The signature uses {what}, with which documents can be forged."),       \
      N_("Ask for it signed with SHA-256 or better."))                                                                 \
    X(DIGEST_WRONG, "digest-wrong", INVALID, N_("The file is not what was signed: its digest is another one."),        \
      N_("The document was changed. Ask for it as it was signed."))                                                    \
    X(SIGNATURE_WRONG, "signature-wrong", INVALID, N_("The signature is not one of its certificate."),                 \
      N_("The signature was tampered with. Ask for it signed again."))                                                 \
    X(NO_CERTIFICATE, "no-certificate", INVALID, N_("The signature does not bring the certificate of its signer."),    \
      N_("Ask for it signed with a program of today (PAdES)."))                                                        \
    X(CERTIFICATE_OTHER, "certificate-other", INVALID,                                                                 \
      N_("The signature names another certificate than the one that it shows."),                                       \
      N_("The certificate was exchanged. Ask for it signed again."))                                                   \
    X(CERTIFICATE_UNNAMED, "certificate-unnamed", REVIEW,                                                              \
      N_("The signature does not name its certificate, as its kind (PAdES) demands."),                                 \
      N_("Ask for it signed with a program of today, or confirm with the body that it signed."))                       \
    X(TIME_CLAIMED, "time-claimed", VALID,                                                                             \
      N_("No time stamp: that it was signed on {day} is what the signer's clock said."),                               \
      N_("Nothing, while the certificate is valid."))                                                                  \
    X(TIME_NONE, "time-none", VALID, N_("The signature does not say when it was made."), N_("Nothing."))               \
    X(TIME_FUTURE, "time-future", REVIEW, N_("The signature says that it was made in the future, on {day}."),          \
      N_("Ask the body to look at its clock, and for the form signed again."))                                         \
    X(STAMP_BAD, "stamp-bad", REVIEW, N_("The time stamp of the signature is not taken: {what}."),                     \
      N_("Without it the time of the signature is not sure; confirm it with the body."))                               \
    X(SIGNER_SERVER, "signer-server", REVIEW,                                                                          \
      N_("It was signed with the certificate of a server or application ({what})."),                                   \
      N_("Confirm with the body that it signed it, or ask for it signed by a person or with its seal."))               \
    X(SIGNER_USE, "signer-use", INVALID, N_("The certificate {what} may not sign."),                                   \
      N_("Ask for it signed with a certificate for signatures."))

/* A certificate: of a signer, or the CDA. */
#define DOCUMENT_REASONS_TRUST(X)                                                                                      \
    X(SELF_SIGNED, "self-signed", INVALID, N_("The certificate {what} was issued by nobody but itself."),              \
      N_("Ask for one of a recognised certification authority."))                                                      \
    X(TEST_CA, "test-ca", INVALID, N_("The certificate is one for tests: {what} issued it."),                          \
      N_("Ask for the real one."))                                                                                     \
    X(UNKNOWN_CA, "unknown-ca", INVALID,                                                                               \
      N_("The certificate was issued by an authority that we do not trust: {what}."),                                  \
      N_("Ask for one of a recognised authority. Our team: if this one is, add it to trust.anchors."))                 \
    X(INCOMPLETE, "incomplete", REVIEW,                                                                                \
      N_("The chain cannot be followed to its authority: that of {what} is missing."),                                 \
      N_("Our team: add the intermediate to trust.anchors, or ask for the whole chain; then look again."))             \
    X(CHAIN_BAD, "chain-bad", INVALID, N_("The chain of the certificate does not hold: {what}."),                      \
      N_("Ask for it with the chain of its authority."))                                                               \
    X(TRUST_UNKNOWN, "trust-unknown", REVIEW, N_("Whether the certificate {what} is trusted could not be judged."),    \
      N_("Look again; if it stays so, examine it with `openssl x509 -text`."))                                         \
    X(EXPIRED, "expired", INVALID, N_("The certificate expired on {day}."),                                            \
      N_("Ask for the renewed one, or for the form signed with it."))                                                  \
    X(EXPIRED_SINCE, "expired-since", REVIEW,                                                                          \
      N_("The certificate of the signer expired on {day}; only its own clock says that it was signed before."),        \
      N_("Confirm with the body, or ask for it signed again."))                                                        \
    X(NOT_YET, "not-yet-valid", INVALID, N_("The certificate is not valid before {day}."),                             \
      N_("Look again then, or ask for one that is valid."))                                                            \
    X(SIGNED_OUTSIDE, "signed-outside", INVALID, N_("It was signed when its certificate was not valid ({what})."),     \
      N_("Ask for it signed with a certificate that is valid."))                                                       \
    X(DATES_UNREADABLE, "dates-unreadable", INVALID, N_("The dates of the certificate cannot be read."),               \
      N_("Ask for another one."))                                                                                      \
    X(EXPIRES_SOON, "expires-soon", VALID, N_("The certificate expires on {day}."),                                    \
      N_("Tell the sender, so that the renewed one comes in time."))                                                   \
    X(WEAK, "weak", INVALID, N_("The certificate is weak: {what}."),                                                   \
      N_("Ask for one with an RSA key of 2048 bits or more and SHA-256."))                                             \
    X(REVOKED, "revoked", INVALID, N_("The certificate was revoked on {day}."),                                        \
      N_("Ask for it with a new certificate."))                                                                        \
    X(REVOKED_SINCE, "revoked-since", REVIEW,                                                                          \
      N_("The certificate of the signer was revoked on {day}, after it had signed."),                                  \
      N_("Ask the body why, and whether the form stands."))                                                            \
    X(REVOCATION_UNKNOWN, "revocation-unknown", REVIEW,                                                                \
      N_("Whether the certificate is revoked could not be learnt: {what}."), N_("Look again later."))                  \
    X(REVOCATION_INSIDE, "revocation-inside", VALID,                                                                   \
      N_("The authority does not answer; its own answer inside of the document, of {day}, says whether the "           \
         "certificate is revoked."),                                                                                   \
      N_("Nothing."))                                                                                                  \
    X(REVOCATION_NOT_OFFERED, "revocation-not-offered", REVIEW,                                                        \
      N_("The certificate does not say who could tell whether it is revoked."), N_("Ask its authority, or the body.")) \
    X(NIF_OTHER, "nif-other", INVALID, N_("The certificate is of {what}, and the body's tax number is {other}."),      \
      N_("Ask for it with the body's own certificate."))                                                               \
    X(NIF_NONE, "nif-none", REVIEW, N_("The certificate names no organisation's tax number ({what})."),                \
      N_("Confirm with the body that the signer may sign for it, or ask for its seal."))                               \
    X(NIF_UNKNOWN, "nif-unknown", REVIEW, N_("The body's tax number is not known; the certificate has {what}."),       \
      N_("Compare it and write it in the list of bodies."))                                                            \
    X(NIF_DISAGREES, "nif-disagrees", REVIEW,                                                                          \
      N_("The certificate carries several tax numbers that differ; first {what}."),                                    \
      N_("Ask the authority or the body which is right."))                                                             \
    X(SIGNED_TOO, "signed-too", VALID, N_("It is also signed by {other} ({what}), which is not the body."),            \
      N_("Nothing."))                                                                                                  \
    X(NIF_PROVIDER, "nif-provider", VALID,                                                                             \
      N_("The certificate is the provider's ({what}), with a written authorisation of the body."),                     \
      N_("File the authorisation with it."))                                                                           \
    X(NIF_UNAUTHORISED, "nif-unauthorised", INVALID,                                                                   \
      N_("The certificate is the provider's ({what}), and the body's written authorisation is not there."),            \
      N_("Ask for the authorisation, or for the body's own certificate."))

/* A CDA. */
#define DOCUMENT_REASONS_CDA(X)                                                                                        \
    X(MESSAGE_PROVES, "message-proves", VALID,                                                                         \
      N_("The certificate stands in a signed message, and its signature is right: who sent it has the key."),          \
      N_("Nothing."))                                                                                                  \
    X(MESSAGE_UNPROVEN, "message-unproven", INVALID,                                                                   \
      N_("The certificate stands in a message whose signature does not hold: {what}"),                                 \
      N_("Ask for the message as it was sent, or for the certificate in a file."))                                     \
    X(MESSAGE_BAD, "message-bad", INVALID, N_("No certificate can be taken from the message: {what}"),                 \
      N_("Ask for the certificate in a file (PEM, DER or PKCS #7), or for a request signed with it."))                 \
    X(CDA_CHAIN, "cda-chain", VALID,                                                                                   \
      N_("The file holds {what} certificates; the CDA is {other}, the others are its chain."), N_("Nothing."))         \
    X(CDA_SEVERAL, "cda-several", INVALID, N_("The file holds {what} certificates that are no authority's."),          \
      N_("Ask which of them will sign, and for that one alone."))                                                      \
    X(CDA_AUTHORITY, "cda-authority", INVALID, N_("The file holds only certificates of authorities."),                 \
      N_("Ask for the certificate of the application that will sign."))                                                \
    X(CDA_STRANGER, "cda-stranger", VALID, N_("{what} certificates of the file do not belong to the CDA's chain."),    \
      N_("Nothing; they were left aside."))                                                                            \
    X(CDA_SERVER, "cda-server", INVALID, N_("This is the certificate of a server (CDS), made out to {what}."),         \
      N_("Ask for the certificate that will sign the messages (CDA)."))                                                \
    X(CDA_PERSON, "cda-person", INVALID, N_("This is a person's certificate."),                                        \
      N_("Ask for the application's certificate (CDA) or a seal of the organisation."))                                \
    X(CDA_KIND, "cda-kind", REVIEW,                                                                                    \
      N_("By its policy it is neither an application's certificate nor a seal: {what}."),                              \
      N_("Confirm with the sender that messages will be signed with it."))                                             \
    X(CDA_USE, "cda-use", INVALID, N_("The key of the certificate {what} may not sign."),                              \
      N_("Ask for a certificate for signatures (CDA)."))

/* An address; graded by itself, not with the document. */
#define DOCUMENT_REASONS_ADDRESS(X)                                                                                    \
    X(ADDRESS_BAD, "address-bad", VALID, N_("{what} is no address or range: {other}"),                                 \
      N_("Ask for it as 192.0.2.7, 192.0.2.0/28 or 2001:db8::/64."))                                                   \
    X(ADDRESS_SPAN, "address-span", VALID, N_("{what} goes from one address to another; as ranges it is {other}."),    \
      N_("Write these instead, when that many are meant."))                                                            \
    X(ADDRESS_PORT, "address-port", VALID, N_("{what} is not an address alone; the address in it is {other}."),        \
      N_("Write the address without a port, brackets or path: requests come from any port."))                          \
    X(ADDRESS_NAME, "address-name", VALID, N_("{what} is the name of a machine, not an address."),                     \
      N_("Ask for the public address that the requests come out with: what a name means can change at any time."))     \
    X(ADDRESS_SPECIAL, "address-special", VALID,                                                                       \
      N_("{what} is no public address ({other}): nobody calls from there over the internet."),                         \
      N_("Ask for the public address that the requests come out with."))                                               \
    X(ADDRESS_WIDE, "address-wide", VALID, N_("{what} is too wide: a body calls from a few addresses."),               \
      N_("Ask for the very addresses, or a range of at least /{other}."))                                              \
    X(ADDRESS_SHARED, "address-shared", VALID, N_("{what} is also given to {other}."),                                 \
      N_("In order when both have the same provider; else ask."))                                                      \
    X(ADDRESS_TWICE, "address-twice", VALID, N_("{what} was given already."), N_("Nothing."))

#define DOCUMENT_REASONS(X)                                                                                            \
    DOCUMENT_REASONS_FILE(X)                                                                                           \
    DOCUMENT_REASONS_PDF(X)                                                                                            \
    DOCUMENT_REASONS_COVER(X)                                                                                          \
    DOCUMENT_REASONS_SIGNATURE(X)                                                                                      \
    DOCUMENT_REASONS_TRUST(X)                                                                                          \
    DOCUMENT_REASONS_CDA(X)                                                                                            \
    DOCUMENT_REASONS_ADDRESS(X)

#endif
