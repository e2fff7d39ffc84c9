/* Documents that a body or its provider sends (procedures.md B2): the signed integration form and the certificate that
 * will sign (CDA). What is known of each, what is to be said of it, and what that makes of it. Pure.
 *
 * Facts come from whoever read the file (src/document, in a process of its own) and asked the authorities (flow);
 * document_judge says which reasons follow from them, and the verdict is that of the gravest:
 *
 * - VALID: nothing stands against it. Never said of what could not be looked at or answered.
 * - REVIEW: a person must look, at exactly the reasons of that grade.
 * - INVALID: refused; the reasons say what to ask the sender for.
 *
 * Texts are safe to show (no control characters, bounded), still to be escaped, never NULL: "" means none. */
#ifndef TALAIA_CORE_DOCUMENT_H
#define TALAIA_CORE_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/day.h"
#include "base/mem.h"
#include "core/address.h"
#include "core/identity.h"

/* X(NAME, "code", words for tr()) */
#define DOCUMENT_KINDS(X)                                                                                              \
    X(OTHER, "other", N_("neither a PDF nor a certificate"))                                                           \
    X(PDF, "pdf", N_("PDF"))                                                                                           \
    X(CERTIFICATE, "certificate", N_("certificate"))                                                                   \
    X(SECRET, "secret", N_("private key")) /* nothing of it is kept, here or anywhere */
#define X(name, ...) DOCUMENT_##name,
enum document_kind { DOCUMENT_KINDS(X) DOCUMENT_KIND_COUNT };
#undef X

/* X(NAME, "code", words for tr()): the graver the later; a reason's grade is one of them too. */
#define DOCUMENT_VERDICTS(X)                                                                                           \
    X(VALID, "valid", N_("valid"))                                                                                     \
    X(REVIEW, "review", N_("to be looked at"))                                                                         \
    X(INVALID, "invalid", N_("invalid"))
#define X(name, ...) DOCUMENT_##name,
enum document_verdict { DOCUMENT_VERDICTS(X) DOCUMENT_VERDICT_COUNT };
#undef X

/* What can be said of a document: src/core/document_list.h. A reason of grade VALID is for information. */
#include "core/document_list.h"
#define X(name, ...) DOCUMENT_REASON_##name,
enum document_reason_code { DOCUMENT_REASONS(X) DOCUMENT_REASON_COUNT };
#undef X

struct document_reason {
    enum document_reason_code code;
    enum document_verdict grade; /* of the code */
    int signature;               /* index in document.signatures; -1: of the whole document */
    const char *what, *other;    /* {what}, {other}; "" */
    day_t day;                   /* {day}; DAY_NONE */
};

const char *document_kind_code(enum document_kind k);
const char *document_kind_words(enum document_kind k); /* English, for tr() */
const char *document_verdict_code(enum document_verdict v);
const char *document_verdict_words(enum document_verdict v);
const char *document_reason_code(enum document_reason_code c); /* "range-gap": stable, in JSON and in the store */
bool document_reason_find(struct str code, enum document_reason_code *ret);
bool document_kind_find(struct str code, enum document_kind *ret);
bool document_verdict_find(struct str code, enum document_verdict *ret);
enum document_verdict document_reason_grade(enum document_reason_code c);
/* English with placeholders, for tr() and document_fill: what is so, and what to do (or ask for). */
const char *document_reason_sentence(enum document_reason_code c);
const char *document_reason_advice(enum document_reason_code c);
/* `text` with the reason's values in place of its placeholders, in the arena. */
const char *document_fill(struct arena *a, const char *text, const struct document_reason *r);

/* --- a certificate: of a signer, or the CDA --- */

/* What was found of its chain (pki/trust.h, first finding) and of its revocation (pki/revocation.h). */
enum document_trust {
    DOCUMENT_TRUST_UNKNOWN, /* nobody could judge it */
    DOCUMENT_TRUST_GOOD,
    DOCUMENT_TRUST_SELF_SIGNED,
    DOCUMENT_TRUST_UNKNOWN_CA,
    DOCUMENT_TRUST_INCOMPLETE,
    DOCUMENT_TRUST_WEAK,
    DOCUMENT_TRUST_BAD,
};
enum document_revocation {
    DOCUMENT_REVOCATION_UNASKED, /* the chain is not trusted, so there was nobody to believe */
    DOCUMENT_REVOCATION_GOOD,
    DOCUMENT_REVOCATION_REVOKED,
    DOCUMENT_REVOCATION_UNKNOWN,     /* no answer that can be used: never good */
    DOCUMENT_REVOCATION_NOT_OFFERED, /* the certificate names nobody to ask */
};
enum document_holder { /* what it is made for */
                       DOCUMENT_HOLDER_OTHER,
                       DOCUMENT_HOLDER_APPLICATION, /* CDA, by its policy */
                       DOCUMENT_HOLDER_SEAL,        /* seal of an organisation, by its policy */
                       DOCUMENT_HOLDER_PERSON,      /* a natural person, perhaps in the name of an organisation */
                       DOCUMENT_HOLDER_SERVER,      /* TLS server (CDS) */
                       DOCUMENT_HOLDER_AUTHORITY,   /* issues certificates */
};

/* What answers of its authority that came inside of the document say of a certificate (document/inside.c): the graver
 * the later, but GOOD. X(NAME, "code", why it decides nothing, for tr(); "") */
#define DOCUMENT_INSIDES(X)                                                                                            \
    X(NONE, "none", "")                                                                                                \
    X(OTHERS, "others",                                                                                                \
      N_("the authority's service does not answer, and no answer inside of the document is about it"))                 \
    X(UNREADABLE, "unreadable",                                                                                        \
      N_("the authority's service does not answer, and what the document holds as its answer cannot be used"))         \
    X(STRANGER, "stranger",                                                                                            \
      N_("the authority's service does not answer, and the answer inside of the document is not the authority's"))     \
    X(UNKNOWN, "unknown",                                                                                              \
      N_("the authority's service does not answer, and its answer inside of the document does not know the "           \
         "certificate"))                                                                                               \
    X(EXPIRED, "expired",                                                                                              \
      N_("the authority's service does not answer, and its answer inside of the document is out of date"))             \
    X(TIMELESS, "timeless",                                                                                            \
      N_("the authority's service does not answer, and its answer inside of the document does not say until when it "  \
         "counts"))                                                                                                    \
    X(UNDATED, "undated",                                                                                              \
      N_("the authority's service does not answer, and nothing says whether it was signed before the answer inside "   \
         "of "                                                                                                         \
         "the document"))                                                                                              \
    X(BEFORE, "before",                                                                                                \
      N_("the authority's service does not answer, and its answer inside of the document is from before the "          \
         "signature"))                                                                                                 \
    X(GOOD, "good", "")                                                                                                \
    X(SUSPENDED, "suspended",                                                                                          \
      N_("the authority's service does not answer, and its answer inside of the document says that the certificate "   \
         "was suspended"))                                                                                             \
    X(REVOKED, "revoked", "")
#define X(name, ...) DOCUMENT_INSIDE_##name,
enum document_inside_state { DOCUMENT_INSIDES(X) DOCUMENT_INSIDE_COUNT };
#undef X
const char *document_inside_code(enum document_inside_state s);
const char *document_inside_why(enum document_inside_state s);
bool document_inside_find(struct str code, enum document_inside_state *ret);

struct document_inside {
    enum document_inside_state state;
    instant_t at;         /* GOOD: of when the answer is; INSTANT_NONE */
    instant_t revoked_at; /* REVOKED; INSTANT_NONE */
};

struct document_certificate {
    const char *fingerprint; /* SHA-256 of the DER, lower-case hexadecimal */
    const char *subject, *organisation, *common_name, *issuer, *issuer_name, *serial;
    const char *key, *signature;     /* "RSA 2048", "sha256WithRSAEncryption" */
    char nif[NIF_BYTES];             /* of the organisation, "" */
    bool nif_disagrees;              /* it carries several that differ */
    bool personal;                   /* it names a natural person, who is not told */
    bool may_sign;                   /* its key usage allows signatures, or says nothing */
    bool key_weak;                   /* below 112 bits of security */
    instant_t not_before, not_after; /* INSTANT_NONE: cannot be read */
    day_t first_day, last_day;
    enum document_holder holder;
    enum document_trust trust; /* the chain, without its dates */
    const char *trust_why;     /* who or what, "" */
    enum document_revocation revocation;
    instant_t revoked_at;       /* INSTANT_NONE */
    const char *revocation_why; /* English for tr(), "" */
    struct str der;             /* for who keeps or asks further; empty when nothing could be read */
    const struct str *issuers;  /* DER of those above it, up to the anchor, for who asks whether they are revoked */
    size_t issuer_count;
    const char *issuer_url;               /* INCOMPLETE: where the missing one can be fetched; "" */
    const struct document_inside *inside; /* of this one, then of each issuer; of a trusted chain only */
    size_t inside_count;                  /* 0: the document brings no answers */
    bool by_inside;                       /* GOOD or REVOKED only by such an answer, */
    instant_t inside_at;                  /* of then */
};

/* --- a signature --- */

struct document_signature {
    const char *field; /* name of its field in the PDF */
    bool good;         /* it says what the file says: digest and signature are right, and all of them counts */
    bool whole;        /* it covers the file up to its end */
    bool certifies;    /* certification signature (DocMDP) */
    int permits;       /* what the certification allows afterwards: 1 nothing, 2 forms, 3 remarks; 0 does not say */
    bool stamp;        /* a time stamp over the document, by a time stamping authority: nobody's signature */
    size_t signed_end; /* bytes of the file that it covers, from the beginning */
    bool has_certificate;
    struct document_certificate signer;
    instant_t claimed; /* what the signer's clock said; INSTANT_NONE */
    instant_t stamped; /* what a trusted time stamp says; INSTANT_NONE */
    bool has_stamper;  /* and who says it; a stamp counts only when this one is trusted and not revoked */
    struct document_certificate stamper;
    const char *digest; /* "SHA256" */
};
/* The time by which it is judged: the stamp's, else the claimed one, else INSTANT_NONE. */
instant_t document_signed_at(const struct document_signature *s);

/* --- what the form says --- */

/* X(NAME, "code", words for tr()) */
#define DOCUMENT_VALUES(X)                                                                                             \
    X(BODY, "body", N_("body"))                                                                                        \
    X(NIF, "nif", N_("NIF"))                                                                                           \
    X(INE10, "ine10", N_("INE10"))                                                                                     \
    X(COMPANY, "company", N_("company"))                                                                               \
    X(COMPANY_NIF, "company-nif", N_("company's NIF"))                                                                 \
    X(PERSON, "person", N_("contact"))                                                                                 \
    X(EMAIL, "email", N_("e-mail"))                                                                                    \
    X(PHONE, "phone", N_("telephone"))
#define X(name, ...) DOCUMENT_VALUE_##name,
enum document_value_kind { DOCUMENT_VALUES(X) DOCUMENT_VALUE_COUNT };
#undef X
const char *document_value_code(enum document_value_kind k);
const char *document_value_words(enum document_value_kind k);
bool document_value_find(struct str code, enum document_value_kind *ret);

/* Proposed, never decided: a person confirms. */
struct document_value {
    enum document_value_kind kind;
    const char *value;
    const char *where; /* the field's name, or the words before it in the text */
    int page;          /* from 1; 0: a field of the form */
};

struct document_field { /* of the form, with a value, as it was signed */
    const char *name, *label, *value;
};

struct document_address {
    const char *text;  /* as it should be kept: "192.0.2.0/24"; as it stands when it cannot be read */
    const char *where; /* as in document_value */
    int page;
    bool read; /* `cidr` holds it */
    struct cidr cidr;
    bool refused;                          /* it cannot be given: REASON_ADDRESS_… in `remarks` says why */
    const struct document_reason *remarks; /* signature -1; what: the address; other: whose, or the right form */
    size_t remark_count;
};
/* One address that somebody wrote: "192.0.2.7", "192.0.2.0/24", "2001:db8::/48". What is understood and is no address
 * ("192.0.2.1-192.0.2.6", "192.0.2.7:8443", "seu.example.org") is refused with what to write instead; the others have
 * the remarks that address_judge makes. In the arena. core/document_address.c */
void document_address_judge(struct arena *a, struct str text, const struct cidr *internal, size_t internal_count,
                            const struct address_known *known, size_t known_count, struct document_address *ret);

/* "seu.example.org", "https://seu.example.org/": a machine's name where an address is wanted. */
bool address_looks_named(struct str text);

/* --- the document --- */

struct document {
    enum document_kind kind;
    const char *name;   /* of the file, as it was called */
    const char *sha256; /* of its bytes, lower-case hexadecimal: what is filed is what was looked at */
    size_t bytes;
    enum document_verdict verdict;
    const struct document_reason *reasons; /* the gravest first */
    size_t reason_count;
    int pages;
    const struct document_signature *signatures; /* PDF */
    size_t signature_count;
    int signer; /* index of the signature that covers all and is of whom it should be; -1: none */
    bool has_certificate;
    struct document_certificate certificate; /* CERTIFICATE: the CDA */
    size_t chain;                            /* certificates in the file */
    const struct document_value *values;
    size_t value_count;
    const struct document_address *addresses;
    size_t address_count;
    const struct document_field *fields;
    size_t field_count;
    const char *text; /* of the pages as they were signed, each ended by a form feed; bounded, may be "" */
};

/* Up to where the last good signature of somebody covers the file: what is shown of it. Its whole length without one.
 */
size_t document_signed_bytes(const struct document *d);

/* Looks for values and addresses in `fields` and `text` and puts them into the document (addresses not judged); and
 * says which fields hold what the pages do not show. Called once, before document_judge. core/document_text.c */
void document_find_values(struct arena *a, struct document *d);

/* --- the rules --- */

#define DOCUMENT_SOON_DAYS 60 /* a CDA that ends sooner is said to: the first of the warnings' thresholds (A3) */

struct document_wanted {
    const char *body_nif;     /* whose it should be; "": not known */
    const char *provider_nif; /* of the company that integrates in its name; "" */
    bool authorised;          /* the body's written authorisation for that company is there */
    instant_t now;
};

/* `d` holds kind, signatures, certificate and the reasons found while reading (what is wrong with the file itself);
 * this adds those that follow, sorts them and sets verdict and signer. The whole list is in the arena. */
void document_judge(struct arena *a, const struct document_wanted *w, struct document *d);

#endif
