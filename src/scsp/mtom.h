/* Messages with attachments: MTOM (SOAP Message Transmission Optimization Mechanism) with XOP in multipart/related
 * (RFC 2387). The platform takes files in DatosGenericos/Ficheros/Fichero/Contenido so, over TLS with a client
 * certificate; the message itself is not signed then, and the credential is the certificate of the connection.
 *
 *     struct mtom m;
 *     if (mtom_is(content_type) && mtom_read(&arena, content_type, body, &m, &why)) …   // m.root is the SOAP XML
 *         …mtom_find(&m, "cid:1234%40example")…                                         // one xop:Include's bytes
 *
 * For who serves: read the head's Content-Type, take the parts apart before the XML is parsed, hand m.root and m.type's
 * charset to the verifier, and the sizes of the parts with it; no part but the root is ever parsed. A signature over a
 * Body with xop:Include is over the expanded text: mtom_expand() makes it.
 *
 * Bounded and strict where two readers could see different messages: one root, parts with distinct Content-IDs, the
 * boundary at the beginning of a line only, an end boundary, no nested multipart, identity encodings (7bit, 8bit,
 * binary) or base64, header lines that are short and few. What stands before the first boundary and behind the last is
 * not looked at. Nothing is copied but what is decoded. */
#ifndef TALAIA_SCSP_MTOM_H
#define TALAIA_SCSP_MTOM_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

struct mtom_part {
    struct str id;    /* Content-ID without its angles; "" for a root that has none */
    struct str type;  /* Content-Type as it stands; "" */
    struct str bytes; /* decoded */
};
struct mtom {
    const struct mtom_part *parts; /* in their order; the root is one of them */
    size_t count;
    const struct mtom_part *root;
    const char *charset; /* of the root, NULL: not said */
};

/* Whether a Content-Type is multipart/related (whatever its parameters). */
bool mtom_is(const char *content_type);
/* `why` (English for tr()) says what is wrong: it is the sender's mistake. `ret` is untouched then. */
bool mtom_read(struct arena *a, const char *content_type, struct str body, struct mtom *ret, const char **why);
/* The part behind the href of an xop:Include ("cid:…", percent-encoded), NULL when there is none. */
const struct mtom_part *mtom_find(const struct mtom *m, struct str href);

/* The root with each <xop:Include href="cid:…"/> replaced by the base64 of its part. False with `why` when one leads
 * nowhere, or the whole does not fit `to`. It looks for the element as text, in whatever prefix is bound to XOP; the
 * result is parsed as any message, so that what it overlooks is refused there. */
bool mtom_expand(struct arena *a, const struct mtom *m, struct buf *to, const char **why);

/* Adds a message: the root, then the parts. `boundary` must not occur in any of them (mtom_boundary makes one). */
bool mtom_write(struct buf *to, const char *boundary, struct str root, const struct mtom_part *parts, size_t count,
                struct err *e);
#define MTOM_BOUNDARY_BYTES 48
/* Random, so that nobody can put it into an attachment. */
const char *mtom_boundary(char out[MTOM_BOUNDARY_BYTES]);
/* The Content-Type that goes with mtom_write. */
const char *mtom_type(struct arena *a, const char *boundary);

#endif
