/* The verifier's work on one message. Processes and sockets: gateway. */
#include "scsp/verify.h"

#include <sodium.h>

#include "scsp/ask_make.h"
#include "scsp/frame.h"
#include "scsp/mtom.h"
#include "scsp/wss_parts.h"

/* --- questions --- */

bool question_head_write(struct buf *to, const struct question *q)
{
    frame_add_number(to, q->id);
    frame_add_byte(to, q->front);
    frame_add_number(to, q->now);
    frame_add_byte(to, q->brief);
    frame_add_text(to, q->type);
    frame_add_text(to, q->tls);
    frame_add_count(to, q->body.n);
    return !buf_full(to);
}

bool question_read(struct str bytes, struct question *ret, struct err *e)
{
    struct frame f = {.rest = bytes};
    struct question q = {.id = frame_number(&f)};
    q.front = (enum gateway_front)frame_choice(&f, GATEWAY_FRONT_COUNT);
    q.now = frame_number(&f);
    q.brief = frame_choice(&f, 2) != 0;
    q.type = frame_text(&f);
    q.tls = frame_text(&f);
    q.body = frame_text(&f);
    if (f.bad || f.rest.n > 0)
        return err_set(e, ERR_INTERNAL, N_("a question to the verifier is damaged"));
    *ret = q;
    return true;
}

/* --- the certificate of the transport --- */

/* With %XX decoded, as proxies write a PEM into one header line. */
static struct str percent_decoded(struct arena *a, struct str s)
{
    char *out = arena_alloc(a, s.n + 1, 1);
    size_t n = 0, used;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char byte;
        if (s.p[i] == '%' && i + 2 < s.n && sodium_hex2bin(&byte, 1, s.p + i + 1, 2, NULL, &used, NULL) == 0 &&
            used == 1) {
            out[n++] = (char)byte;
            i += 2;
        } else {
            out[n++] = s.p[i];
        }
    }
    return str_part(out, n);
}

/* Without the lines around it: "-----BEGIN CERTIFICATE-----", or the colons of RFC 9440. */
static struct str base64_inside(struct str s)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    const char *at = s.n == 0 ? NULL : memmem(s.p, s.n, begin, sizeof begin - 1);
    if (at != NULL) {
        size_t from = (size_t)(at - s.p) + sizeof begin - 1;
        s = str_part(s.p + from, s.n - from);
        return str_part(s.p, str_find(s, '-'));
    }
    s = str_trim(s);
    if (s.n > 2 && s.p[0] == ':' && s.p[s.n - 1] == ':')
        s = str_part(s.p + 1, s.n - 2);
    return s;
}

static struct str certificate_bytes(struct arena *a, struct str given)
{
    size_t used = 0;
    if (given.n > 0 && (unsigned char)given.p[0] == 0x30) /* DER begins with SEQUENCE */
        return given;
    struct str text = base64_inside(percent_decoded(a, given));
    unsigned char *out = arena_alloc(a, text.n + 1, 1);
    if (sodium_base642bin(out, text.n, text.p, text.n, " \t\r\n", &used, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return str_of("");
    return str_part((const char *)out, used);
}

/* --- opinions as bytes --- */

#define REMARK_LEAST 20
#define ITEM_LEAST 12

static void text_write(struct buf *to, const char *text)
{
    frame_add_text(to, str_of(text == NULL ? "" : text));
}

/* A copy that ends in NUL; nothing that controls a terminal, whatever the other side wrote. */
static const char *text_read(struct arena *a, struct frame *f)
{
    struct str s = frame_text(f);
    if (memchr(s.p, '\0', s.n) != NULL || !str_utf8_valid(s)) {
        f->bad = true;
        return "";
    }
    return s.n == 0 ? "" : arena_text(a, s);
}

static void texts_write(struct buf *to, const char *const *texts, size_t count)
{
    frame_add_count(to, count);
    for (size_t i = 0; i < count; i++)
        text_write(to, texts[i]);
}

static const char *const *texts_read(struct arena *a, struct frame *f, size_t *ret_count)
{
    *ret_count = frame_count(f, 4, LIMIT_ASK_FIELDS * 4);
    const char **texts = arena_array(a, const char *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++)
        texts[i] = text_read(a, f);
    return texts;
}

static const char *line_read(struct arena *a, struct frame *f)
{
    struct str s = frame_text(f);
    if (s.n == 0)
        return "";
    char *text = arena_text(a, str_utf8_cut(s, LIMIT_REMARK_LINE_BYTES));
    str_make_printable(text);
    return text;
}

static void shown_write(struct buf *to, const struct gateway_shown *c)
{
    text_write(to, c->fingerprint);
    text_write(to, c->nif);
    text_write(to, c->subject);
    frame_add_number(to, c->not_before);
    frame_add_number(to, c->not_after);
}

static void shown_read(struct arena *a, struct frame *f, struct gateway_shown *ret)
{
    ret->fingerprint = line_read(a, f);
    ret->nif = line_read(a, f);
    ret->subject = line_read(a, f);
    ret->not_before = frame_number(f);
    ret->not_after = frame_number(f);
}

static void remarks_write(struct buf *to, const struct gateway_facts *g)
{
    frame_add_count(to, g->remark_count);
    for (size_t i = 0; i < g->remark_count; i++) {
        const struct gateway_remark *r = &g->remarks[i];
        text_write(to, r->code);
        frame_add_byte(to, r->step);
        frame_add_byte(to, r->grade);
        frame_add_byte(to, r->payload);
        frame_add_number(to, r->answer);
        frame_add_number(to, r->line);
        text_write(to, r->xpath);
    }
}

static void remarks_read(struct arena *a, struct frame *f, struct gateway_facts *g)
{
    g->remark_count = frame_count(f, REMARK_LEAST, LIMIT_REMARKS);
    struct gateway_remark *remarks = arena_array(a, struct gateway_remark, g->remark_count + 1);
    for (size_t i = 0; i < g->remark_count && !f->bad; i++) {
        struct gateway_remark *r = &remarks[i];
        r->code = line_read(a, f);
        r->step = (enum gateway_step)frame_choice(f, GATEWAY_STEP_COUNT);
        r->grade = (enum gateway_state)frame_choice(f, GATEWAY_STATE_REFUSED + 1);
        r->payload = frame_choice(f, 2) != 0;
        r->answer = (int)frame_number(f);
        r->line = (int)frame_number(f);
        r->xpath = line_read(a, f);
    }
    g->remarks = remarks;
}

/* The texts and the marks of the facts, in the order in which they are written. */
#define FACT_TEXTS(X) X(own) X(product) X(code) X(purpose) X(consortium)
#define FACT_MARKS(X) X(too_large) X(read) X(understood) X(sha1) X(modality_known) X(front_known)

static void facts_write(struct buf *to, const struct facts *facts)
{
    const struct gateway_facts *g = &facts->gateway;
    frame_add_number(to, (int64_t)g->bytes);
    frame_add_byte(to, g->kind);
#define X(mark) frame_add_byte(to, g->mark);
    FACT_MARKS(X)
#undef X
#define X(text) text_write(to, g->text);
    FACT_TEXTS(X)
#undef X
    shown_write(to, &g->signer);
    shown_write(to, &g->tls);
    remarks_write(to, g);
    frame_add_count(to, g->item_count);
    for (size_t i = 0; i < g->item_count; i++) {
        text_write(to, g->items[i].code);
        text_write(to, g->items[i].requester);
        text_write(to, g->items[i].purpose);
    }
    text_write(to, facts->id);
    text_write(to, facts->modality == NULL ? "" : facts->modality->name);
    texts_write(to, facts->citizens, facts->citizen_count);
    texts_write(to, facts->personal, facts->personal_count);
    text_write(to, facts->replay);
    frame_add_number(to, facts->dead);
    text_write(to, facts->reason);
}

static void lists_read(struct arena *a, struct frame *f, struct gateway_facts *g)
{
    remarks_read(a, f, g);
    g->item_count = frame_count(f, ITEM_LEAST, LIMIT_SOLICITUDES);
    struct gateway_item *items = arena_array(a, struct gateway_item, g->item_count + 1);
    for (size_t i = 0; i < g->item_count; i++) {
        items[i].code = text_read(a, f);
        items[i].requester = text_read(a, f);
        items[i].purpose = text_read(a, f);
    }
    g->items = items;
}

static void facts_read(struct arena *a, struct frame *f, const struct modalities *known, struct facts *ret)
{
    struct gateway_facts *g = &ret->gateway;
    g->bytes = (size_t)frame_number(f);
    g->kind = (enum gateway_kind)frame_choice(f, GATEWAY_SOLICITUD + 1);
#define X(mark) g->mark = frame_choice(f, 2) != 0;
    FACT_MARKS(X)
#undef X
#define X(text) g->text = text_read(a, f);
    FACT_TEXTS(X)
#undef X
    shown_read(a, f, &g->signer);
    shown_read(a, f, &g->tls);
    lists_read(a, f, g);
    ret->id = text_read(a, f);
    ret->modality = modality_find(known, frame_text(f));
    ret->citizens = texts_read(a, f, &ret->citizen_count);
    ret->personal = texts_read(a, f, &ret->personal_count);
    struct str replay = frame_text(f);
    if (replay.n < sizeof ret->replay)
        memcpy(ret->replay, replay.p, replay.n);
    ret->dead = frame_number(f);
    ret->reason = line_read(a, f);
}

static bool opinion_write(struct buf *to, const struct opinion *o)
{
    frame_add_number(to, o->id);
    facts_write(to, &o->facts);
    frame_add_text(to, o->signer);
    frame_add_text(to, o->tls);
    frame_add_byte(to, o->has_ask);
    size_t began = frame_text_begin(to);
    bool good = !o->has_ask || ask_write(to, &o->ask);
    frame_text_end(to, began);
    return good && !buf_full(to) && to->n - began <= LIMIT_OPINION_BYTES;
}

bool opinion_id(struct str bytes, int64_t *ret)
{
    struct frame f = {.rest = bytes};
    *ret = frame_number(&f);
    return !f.bad;
}

bool opinion_read(struct arena *a, struct str bytes, const struct modalities *known, struct opinion *ret, struct err *e)
{
    struct frame f = {.rest = bytes};
    struct opinion o = {.id = frame_number(&f)};
    facts_read(a, &f, known, &o.facts);
    o.signer = frame_text(&f);
    o.tls = frame_text(&f);
    o.has_ask = frame_choice(&f, 2) != 0;
    struct str ask = frame_text(&f);
    if (f.bad || f.rest.n > 0 || (o.has_ask && !ask_read(a, ask, &o.ask, e)))
        return err_set(e, ERR_INTERNAL, N_("what the verifier said cannot be read"));
    *ret = o;
    return true;
}

/* --- the work --- */

/* "text/xml; charset=ISO-8859-1" → "ISO-8859-1"; NULL when it says none. */
static const char *charset_of(struct arena *a, struct str type)
{
    struct str rest = type, part;
    while (str_split(&rest, ';', &part)) {
        part = str_trim(part);
        if (part.n <= 8 || !str_is_nocase(str_part(part.p, 8), "charset="))
            continue;
        part = str_trim(str_part(part.p + 8, part.n - 8));
        if (part.n >= 2 && part.p[0] == '"' && part.p[part.n - 1] == '"')
            part = str_part(part.p + 1, part.n - 2);
        return arena_text(a, part);
    }
    return NULL;
}

static void shown_of(struct arena *a, const struct wss_certificate *c, struct gateway_shown *ret)
{
    *ret = (struct gateway_shown){.fingerprint = arena_strdup(a, c->fingerprint),
                                  .nif = arena_strdup(a, c->nif),
                                  .subject = arena_strdup(a, c->subject),
                                  .not_before = c->not_before,
                                  .not_after = c->not_after};
}

static void opinion_fill(struct checker *c, const struct question *q, const struct diagnosis *d, struct opinion *o)
{
    static const enum front fronts[] = {
        [GATEWAY_SINCRON] = FRONT_SINCRON, [GATEWAY_ASINCRON] = FRONT_ASINCRON, [GATEWAY_RESPOSTA] = 0};
    const struct facts_how how = {.known = c->known, .front = fronts[q->front]};
    struct err e = {.lang = LANG_EN};
    struct gateway_shown tls = o->facts.gateway.tls;
    facts_of(&c->arena, d, &how, &o->facts);
    o->facts.gateway.tls = tls;
    o->facts.gateway.bytes = q->body.n;
    o->signer = d->wss.has_certificate ? d->wss.token : str_of("");
    bool request = d->envelope.kind == MESSAGE_PETICION || d->envelope.kind == MESSAGE_SOLICITUD;
    o->has_ask = request && ask_make(&c->arena, &d->envelope, &d->peticion, q->front == GATEWAY_ASINCRON, &o->ask, &e);
}

/* The message without its envelope of MIME: attachments stand where they belong, as base64, which is also what a
 * signature would be over. What cannot be taken apart stays as it is, and is no XML. */
static struct str message_text(struct checker *c, const struct question *q, struct buf *expanded,
                               const char **ret_charset)
{
    const char *type = arena_text(&c->arena, q->type), *why;
    struct mtom m;
    *ret_charset = charset_of(&c->arena, q->type);
    if (!mtom_is(type) || !mtom_read(&c->arena, type, q->body, &m, &why) || !mtom_expand(&c->arena, &m, expanded, &why))
        return q->body;
    *ret_charset = m.charset;
    return buf_str(expanded);
}

bool opinion_make(struct checker *c, const struct question *q, struct buf *to)
{
    struct buf expanded = BUF_INIT(LIMIT_XML_BYTES);
    const char *charset;
    struct diagnosis d = {.remarks.arena = &c->arena};
    struct opinion o = {.id = q->id, .tls = str_of("")};
    const struct wss_key *key = NULL;
    struct str der = q->tls.n == 0 ? str_of("") : certificate_bytes(&c->arena, q->tls);
    o.facts.gateway.tls = (struct gateway_shown){
        .fingerprint = "", .nif = "", .subject = "", .not_before = INSTANT_NONE, .not_after = INSTANT_NONE};
    if (der.n > 0)
        key = wss_keys_get(c->keys, der);
    if (key != NULL) {
        shown_of(&c->arena, &key->certificate, &o.facts.gateway.tls);
        o.tls = der;
    }
    struct str text = message_text(c, q, &expanded, &charset);
    const struct explain_how how = {
        .now = q->now,
        .known = c->known,
        .keys = c->keys,
        .body = "",
        .trust = c->trust,
        .charset = charset,
        .allow_sha1 = true,
        .brief = q->brief,
        .transport = key == NULL ? (struct str){0} : der,
        .transport_name = key == NULL ? "" : key->certificate.name,
    };
    (void)explain(&d, text, &how);
    opinion_fill(c, q, &d, &o);
    size_t before = to->n;
    bool good = opinion_write(to, &o);
    if (!good)
        to->n = before;
    diagnosis_release(&d);
    buf_release(&expanded);
    arena_reset(&c->arena);
    return good;
}
