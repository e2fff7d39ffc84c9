/* Answers out of echoes, and echoes out of requests. What the service says in the payload is not known here. */
#include "scsp/answer.h"

#define ERR_STATE openssl_ERR_STATE /* both have one */
#include <openssl/evp.h>
#undef ERR_STATE
#include <sodium.h>

#include "net/xml_safe.h"
#include "scsp/message_shapes.h"
#include "scsp/names.h"
#include "scsp/peticion.h"
#include "scsp/writer.h"

#define ENVELOPE_BEGIN "<soapenv:Envelope xmlns:soapenv=\"" NS_SOAP "\"><soapenv:Body>"
#define ENVELOPE_END "</soapenv:Body></soapenv:Envelope>"

/* --- echo: marks are a byte that XML does not have, and a letter --- */

#define MARK '\x01'
#define MARK_STATE "\x01S"
#define MARK_TIME "\x01T"
#define MARK_ID "\x01I"
#define MARK_DAY "\x01D"

struct echo {
    struct writer w;
    struct arena arena;
    const char *prefix; /* "res:" */
};

/* What is ours to say and not the request's; NULL: echo it. */
static const char *own_mark(const char *name)
{
    if (strcmp(name, "TimeStamp") == 0)
        return MARK_TIME;
    return strcmp(name, "IdTransmision") == 0 ? MARK_ID : NULL;
}

static void marked(struct echo *j, const char *name, const char *mark)
{
    write_open(&j->w, j->prefix, name);
    write_raw(&j->w, mark);
    write_close(&j->w, j->prefix, name);
}

static void value_echo(struct echo *j, const struct shape *part, const xmlNode *n)
{
    const char *own = own_mark(part->name);
    if (own != NULL)
        marked(j, part->name, own);
    else if (n != NULL)
        write_element(&j->w, j->prefix, part->name, xml_trim(node_text(&j->arena, n)));
    else if (strcmp(part->name, "FechaGeneracion") == 0) /* the answer must have it, the request need not */
        marked(j, part->name, MARK_DAY);
}

/* The children of `from` that the answer's shape has, in its order. Attachments are not sent back. */
static void echo(struct echo *j, const struct shape *shape, const xmlNode *from)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape *part = &shape->parts[i];
        if (part->name == NULL) {
            echo(j, part, from);
            continue;
        }
        const xmlNode *n = shape_find(from, part->name);
        if (strcmp(part->name, "Estado") == 0)
            write_raw(&j->w, MARK_STATE);
        else if (part->kind == SHAPE_VALUE)
            value_echo(j, part, n);
        else if (n != NULL && part->kind != SHAPE_LAX && strcmp(part->name, "Ficheros") != 0) {
            write_open(&j->w, j->prefix, part->name);
            echo(j, part, n);
            write_close(&j->w, j->prefix, part->name);
        }
    }
}

static bool echo_end(struct echo *j)
{
    arena_release(&j->arena);
    return !j->w.failed;
}

bool answer_echo_head(struct buf *to, const struct envelope *e, bool confirmation, struct err *err)
{
    struct echo j = {.w = {.to = to, .e = err}, .prefix = confirmation ? "con:" : "res:"};
    const struct shape *message = confirmation ? &shape_confirmacion : &shape_respuesta;
    echo(&j, shape_leaf(message, "Atributos"), shape_find(e->message, "Atributos"));
    return echo_end(&j);
}

bool answer_echo_item(struct buf *to, const struct solicitud *s, struct err *err)
{
    struct echo j = {.w = {.to = to, .e = err}, .prefix = "res:"};
    const struct shape *data = shape_leaf(shape_leaf(&shape_respuesta, "Transmisiones"), "TransmisionDatos");
    echo(&j, shape_leaf(data, "DatosGenericos"), shape_find(s->node, "DatosGenericos"));
    return echo_end(&j);
}

/* --- answers --- */

struct job {
    struct writer w;
    const char *prefix;
    const struct answer_state *state;
    instant_t now;
    size_t number; /* of the solicitud, from 1 */
};

static void state_write(struct job *j)
{
    char hours[16];
    (void)snprintf(hours, sizeof hours, "%d", j->state->hours);
    write_open(&j->w, j->prefix, "Estado");
    write_element(&j->w, j->prefix, "CodigoEstado", str_of(j->state->code));
    write_element(&j->w, j->prefix, "LiteralError", str_of(j->state->literal));
    write_element(&j->w, j->prefix, "TiempoEstimadoRespuesta", str_of(hours));
    write_close(&j->w, j->prefix, "Estado");
}

/* Fresh, and within its 29 characters: day, time of the day, number. */
static void id_write(struct job *j)
{
    char day[DAY_TEXT_BYTES], text[64];
    (void)day_iso(day_madrid(j->now), day);
    long long micros = (long long)(j->now % (86400 * INSTANT_PER_SECOND));
    (void)snprintf(text, sizeof text, "T%.4s%.2s%.2s%011lld%03zu", day, day + 5, day + 8, micros, j->number % 1000);
    write_raw(&j->w, text);
}

static void mark_write(struct job *j, char mark)
{
    char text[INSTANT_TEXT_BYTES], day[DAY_TEXT_BYTES];
    if (mark == MARK_STATE[1])
        state_write(j);
    else if (mark == MARK_TIME[1])
        write_raw(&j->w, time_stamp_text(j->now, text));
    else if (mark == MARK_ID[1])
        id_write(j);
    else if (mark == MARK_DAY[1])
        write_raw(&j->w, day_iso(day_madrid(j->now), day));
}

static void echo_fill(struct job *j, struct str echo)
{
    while (echo.n > 0 && !j->w.failed) {
        size_t n = str_find(echo, MARK);
        write_bytes(&j->w, str_part(echo.p, n));
        if (n + 1 < echo.n)
            mark_write(j, echo.p[n + 1]);
        n = n + 2 < echo.n ? n + 2 : echo.n;
        echo = str_part(echo.p + n, echo.n - n);
    }
}

bool answer_respuesta(struct buf *to, struct str head, const struct ask *items, const struct answer_state *state,
                      const struct str *payloads, instant_t now, struct err *err)
{
    struct job j = {.w = {.to = to, .e = err}, .prefix = "res:", .state = state, .now = now};
    write_raw(&j.w, ENVELOPE_BEGIN "<o:procesaResponse xmlns:o=\"" NS_OPENURI "\"><res:Respuesta xmlns:res=\"" NS_RES
                                   "\"><res:Atributos>");
    echo_fill(&j, head);
    write_raw(&j.w, "</res:Atributos>");
    if (items != NULL)
        write_raw(&j.w, "<res:Transmisiones>");
    for (size_t i = 0; items != NULL && i < items->count; i++) {
        j.number = i + 1;
        write_raw(&j.w, "<res:TransmisionDatos><res:DatosGenericos>");
        echo_fill(&j, items->items[i].echo);
        write_raw(&j.w, "</res:DatosGenericos><res:DatosEspecificos>");
        if (payloads != NULL)
            write_bytes(&j.w, payloads[i]);
        write_raw(&j.w, "</res:DatosEspecificos></res:TransmisionDatos>");
    }
    if (items != NULL)
        write_raw(&j.w, "</res:Transmisiones>");
    write_raw(&j.w, "</res:Respuesta></o:procesaResponse>" ENVELOPE_END);
    return !j.w.failed;
}

bool answer_confirmacion(struct buf *to, struct str head, const struct answer_state *state, instant_t now,
                         struct err *err)
{
    struct job j = {.w = {.to = to, .e = err}, .prefix = "con:", .state = state, .now = now};
    write_raw(&j.w, ENVELOPE_BEGIN "<o:procesaResponse xmlns:o=\"" NS_OPENURI
                                   "\"><con:ConfirmacionPeticion xmlns:con=\"" NS_CON "\"><con:Atributos>");
    echo_fill(&j, head);
    write_raw(&j.w, "</con:Atributos></con:ConfirmacionPeticion></o:procesaResponse>" ENVELOPE_END);
    return !j.w.failed;
}

bool answer_fault(struct buf *to, const char *code, const char *text, struct err *err)
{
    struct writer w = {.to = to, .e = err};
    write_raw(&w, "<S:Envelope xmlns:S=\"" NS_SOAP "\"><S:Body><S:Fault>");
    write_element(&w, "", "faultcode", str_of(code));
    write_element(&w, "", "faultstring", str_of(text));
    write_element(&w, "", "faultactor", str_of("Server"));
    write_raw(&w, "</S:Fault></S:Body></S:Envelope>");
    return !w.failed;
}

/* --- signed --- */

#define SHA256_BYTES 32
#define BODY_BEGIN "<soapenv:Body xmlns:soapenv=\"" NS_SOAP "\" xmlns:wsu=\"" NS_WSU "\" wsu:Id=\"body\">"
#define BODY_END "</soapenv:Body>"
#define EXCLUSIVE "Algorithm=\"" NS_EXC "\"></"
#define SIGNED_INFO_BEGIN                                                                                              \
    "<ds:SignedInfo xmlns:ds=\"" NS_DS "\"><ds:CanonicalizationMethod " EXCLUSIVE                                      \
    "ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\">"   \
    "</ds:SignatureMethod><ds:Reference URI=\"#body\"><ds:Transforms><ds:Transform " EXCLUSIVE                         \
    "ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\">"             \
    "</ds:DigestMethod><ds:DigestValue>"
#define SIGNED_INFO_END "</ds:DigestValue></ds:Reference></ds:SignedInfo>"

static bool base64_add(struct buf *to, const void *bytes, size_t n)
{
    size_t room = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL);
    char *at = buf_reserve(to, room);
    if (at == NULL)
        return false;
    (void)sodium_bin2base64(at, room, bytes, n, sodium_base64_VARIANT_ORIGINAL);
    to->n += room - 1;
    return true;
}

/* Adds SignedInfo: the digest is that of the Body's canonical form, which is what will be sent. */
static bool signed_info(struct buf *to, struct str content)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool good = c != NULL && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1 &&
                EVP_DigestUpdate(c, BODY_BEGIN, sizeof BODY_BEGIN - 1) == 1 &&
                EVP_DigestUpdate(c, content.p, content.n) == 1 &&
                EVP_DigestUpdate(c, BODY_END, sizeof BODY_END - 1) == 1 && EVP_DigestFinal_ex(c, digest, NULL) == 1;
    EVP_MD_CTX_free(c);
    (void)buf_add_text(to, SIGNED_INFO_BEGIN);
    (void)base64_add(to, digest, SHA256_BYTES);
    (void)buf_add_text(to, SIGNED_INFO_END);
    return good && !buf_full(to);
}

static void header_write(struct buf *to, const struct answer_signing *how, struct str info, struct str signature)
{
    char text[INSTANT_TEXT_BYTES];
    (void)buf_add_text(to, "<soapenv:Envelope xmlns:soapenv=\"" NS_SOAP
                           "\"><soapenv:Header><wsse:Security xmlns:wsse=\"" NS_WSSE "\" xmlns:wsu=\"" NS_WSU
                           "\" soapenv:mustUnderstand=\"0\"><wsse:BinarySecurityToken "
                           "EncodingType=\"" WSS_BASE64 "\" ValueType=\"" WSS_X509V3 "\" wsu:Id=\"token\">");
    (void)base64_add(to, how->token.p, how->token.n);
    (void)buf_add_text(to, "</wsse:BinarySecurityToken><ds:Signature xmlns:ds=\"" NS_DS "\">");
    (void)buf_add_str(to, info);
    (void)buf_add_text(to, "<ds:SignatureValue>");
    (void)base64_add(to, signature.p, signature.n);
    (void)buf_add_text(to, "</ds:SignatureValue><ds:KeyInfo><wsse:SecurityTokenReference><wsse:Reference "
                           "URI=\"#token\" ValueType=\"" WSS_X509V3 "\"></wsse:Reference>"
                           "</wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature><wsu:Timestamp><wsu:Created>");
    (void)buf_add_text(to, instant_iso(how->now, text));
    (void)buf_add_text(to, "</wsu:Created><wsu:Expires>");
    (void)buf_add_text(to, instant_iso(how->now + how->life_seconds * INSTANT_PER_SECOND, text));
    (void)buf_add_text(to, "</wsu:Expires></wsu:Timestamp></wsse:Security></soapenv:Header>");
}

/* What stands in the Body; false when it is no answer of ours. */
static bool content_of(struct str answer, struct str *ret, struct err *e)
{
    size_t begin = sizeof ENVELOPE_BEGIN - 1, end = sizeof ENVELOPE_END - 1;
    if (!str_starts(answer, ENVELOPE_BEGIN) || !str_ends(answer, ENVELOPE_END))
        return err_set(e, ERR_INTERNAL, N_("only an answer of ours is signed"));
    *ret = str_part(answer.p + begin, answer.n - begin - end);
    return true;
}

bool answer_sign_begin(struct buf *info, struct str answer, unsigned char ret_hash[SHA256_BYTES], struct err *e)
{
    struct str content;
    return content_of(answer, &content, e) &&
           ((signed_info(info, content) && EVP_Digest(info->p, info->n, ret_hash, NULL, EVP_sha256(), NULL) == 1) ||
            err_set(e, ERR_INTERNAL, N_("the signature cannot be made")));
}

bool answer_sign_end(struct buf *to, struct str answer, const struct answer_signing *how, struct str info,
                     struct str signature, struct err *e)
{
    struct str content;
    if (!content_of(answer, &content, e))
        return false;
    header_write(to, how, info, signature);
    (void)buf_add_text(to, "<soapenv:Body xmlns:wsu=\"" NS_WSU "\" wsu:Id=\"body\">");
    (void)buf_add_str(to, content);
    (void)buf_add_text(to, ENVELOPE_END);
    return !buf_full(to) || err_set(e, ERR_LIMIT, N_("the message would be larger than what is accepted"));
}

bool answer_sign(struct buf *to, struct str answer, const struct answer_signing *how, struct err *e)
{
    struct buf info = BUF_INIT(LIMIT_XML_BYTES), signature = BUF_INIT(LIMIT_XML_BYTES);
    unsigned char hash[SHA256_BYTES];
    bool good = answer_sign_begin(&info, answer, hash, e) && how->sign(how->context, hash, &signature, e) &&
                answer_sign_end(to, answer, how, buf_str(&info), buf_str(&signature), e);
    buf_release(&info);
    buf_release(&signature);
    return good;
}
