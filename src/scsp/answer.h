/* What the platform answers: Respuesta, ConfirmacionPeticion, faults. The generic data of the request are echoed,
 * element by element, in the order and with the names of the answer's own schema; whatever else was in the request
 * stays behind.
 *
 * The echo is made by the process that sees the request's tree, with marks where something of ours belongs; the answer
 * is made of it by one that does not, and that knows neither libxml2 nor the request's XML (ask.h).
 *
 *     struct answer_state state = {"0003", "OK", 0};
 *     answer_respuesta(&text, ask.echo, &ask, &state, payloads, now, e);
 *
 * Adds an envelope, unsigned; answer_sign() signs it. Faults are never signed. All of it, payloads included, is in
 * canonical form (no <a/>, namespaces declared where they are first used and in the order of their prefixes, no
 * unused ones, attributes in order, no comments), so that signing needs no parser.
 * Source: reference "PCI messaging" §5, §6, §9.2, §11.4; Exclusive XML Canonicalization 1.0. */
#ifndef TALAIA_SCSP_ANSWER_H
#define TALAIA_SCSP_ANSWER_H

#include "base/buf.h"
#include "base/day.h"
#include "scsp/ask.h"

struct answer_state {
    const char *code; /* "0003", "0502", "0001" */
    const char *literal;
    int hours; /* until it is ready; 0 when it is */
};

struct envelope;
struct solicitud;
/* Adds the echo of the header (for ConfirmacionPeticion, or for Respuesta), and of one SolicitudTransmision. */
bool answer_echo_head(struct buf *to, const struct envelope *e, bool confirmation, struct err *err);
bool answer_echo_item(struct buf *to, const struct solicitud *s, struct err *err);

/* `head`: the echo of the header. `items`: whose Transmisiones; NULL: none, as while an asynchronous request is not
 * finished. `payloads`: one for each of them, the XML of its specific data; p NULL leaves DatosEspecificos empty. */
bool answer_respuesta(struct buf *to, struct str head, const struct ask *items, const struct answer_state *state,
                      const struct str *payloads, instant_t now, struct err *err);
bool answer_confirmacion(struct buf *to, struct str head, const struct answer_state *state, instant_t now,
                         struct err *err);
/* The recorded shape: a bare number as faultcode, no detail. */
bool answer_fault(struct buf *to, const char *code, const char *text, struct err *err);

/* Signs `n` bytes with the private key that the answers are signed with: RSA PKCS #1 with SHA-256, of bytes that are
 * hashed already. Adds the signature. Whoever calls it need not hold the key. */
typedef bool answer_signer(void *context, const unsigned char hash[32], struct buf *signature, struct err *e);
struct answer_signing {
    struct str token; /* the certificate as DER */
    instant_t now;
    int life_seconds; /* of the Timestamp, which is not signed, as in the real answers */
    answer_signer *sign;
    void *context;
};
/* Adds the signed form of an answer that was made above. */
bool answer_sign(struct buf *to, struct str answer, const struct answer_signing *how, struct err *e);
/* The same in two steps, for whoever asks for many signatures at once: SignedInfo, and the hash that has to be signed;
 * then all of it. */
bool answer_sign_begin(struct buf *info, struct str answer, unsigned char ret_hash[32], struct err *e);
bool answer_sign_end(struct buf *to, struct str answer, const struct answer_signing *how, struct str info,
                     struct str signature, struct err *e);

#endif
