#include "scsp/facts.h"

#include <sodium.h>
#include <strings.h>

#include "base/buf.h"
#include "base/limits.h"
#include "net/xml_safe.h"
#include "scsp/message_shapes.h"

/* --- paths that may be kept --- */

/* Names of the envelope and of its security header; those of messages and payloads are in their shapes. */
static const char *const fixed_names[] = {
    "Envelope",
    "Header",
    "Body",
    "Fault",
    "procesa",
    "procesaResponse",
    "Security",
    "Signature",
    "SignedInfo",
    "Object",
    "Reference",
    "DigestMethod",
    "DigestValue",
    "SignatureMethod",
    "Transforms",
    "Transform",
    "KeyInfo",
    "Timestamp",
    "Created",
    "Expires",
    "SignatureValue",
    "X509Data",
    "KeyValue",
    "EncryptedData",
    "BinarySecurityToken",
    "SecurityTokenReference",
    "CanonicalizationMethod",
    "InclusiveNamespaces",
};

static bool shape_has(const struct shape *s, struct str name)
{
    if (s->name != NULL && str_is(name, s->name))
        return true;
    for (size_t i = 0; i < s->count; i++)
        if (shape_has(&s->parts[i], name))
            return true;
    return false;
}

static bool name_is_ours(struct str name, const struct modalities *known)
{
    static const struct shape *const messages[] = {&shape_peticion,
                                                   &shape_respuesta,
                                                   &shape_confirmacion,
                                                   &shape_solicitud,
                                                   &shape_extensiones_peticion,
                                                   &shape_extensiones_respuesta};
    for (size_t i = 0; i < sizeof fixed_names / sizeof *fixed_names; i++)
        if (str_is(name, fixed_names[i]))
            return true;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if (shape_has(messages[i], name))
            return true;
    for (size_t i = 0; i < known->count; i++)
        if (shape_has(&known->items[i].request, name))
            return true;
    return false;
}

const char *xpath_kept(struct arena *a, const char *xpath, const struct modalities *known)
{
    struct str rest = str_of(xpath[0] == '/' ? xpath + 1 : xpath), step;
    struct buf out = BUF_INIT(LIMIT_GATEWAY_XPATH_BYTES);
    while (rest.n > 0 && str_split(&rest, '/', &step)) {
        struct str name = str_part(step.p, str_find(step, '['));
        size_t colon = str_find(name, ':');
        if (colon < name.n)
            name = str_part(name.p + colon + 1, name.n - colon - 1);
        if (!name_is_ours(name, known) || !buf_add_char(&out, '/') || !buf_add_str(&out, step))
            break;
    }
    const char *text = out.n == 0 ? "/" : arena_text(a, buf_str(&out));
    buf_release(&out);
    return text;
}

/* --- remarks --- */

static enum gateway_step step_of(const struct remark *r)
{
    static const enum gateway_step steps[] = {
        [REMARK_GROUP_XML] = GATEWAY_STEP_XML,           [REMARK_GROUP_ENVELOPE] = GATEWAY_STEP_ENVELOPE,
        [REMARK_GROUP_SECURITY] = GATEWAY_STEP_SECURITY, [REMARK_GROUP_CERTIFICATE] = GATEWAY_STEP_CERTIFICATE,
        [REMARK_GROUP_SCHEMA] = GATEWAY_STEP_SCHEMA,     [REMARK_GROUP_RULE] = GATEWAY_STEP_RULE,
    };
    return r->code == REMARK_XML_SIZE ? GATEWAY_STEP_SIZE : steps[remark_group(r->code)];
}

/* What the back office answers, because it judges such a mistake in the specific data itself; 0: it does not. */
static int answer_of(const struct diagnosis *d, const struct remark *r, bool payload)
{
    static const enum remark_code judged[] = {REMARK_ELEMENT_MISSING, REMARK_CHOICE_NONE, REMARK_IDENTIFIER_NONE,
                                              REMARK_LIST_LONG,       REMARK_DATE_SHAPE,  REMARK_DATES_APART,
                                              REMARK_DATES_BACKWARDS, REMARK_VALUE_KNOWN, REMARK_VALUE_DIGITS};
    const struct modality *m = d->peticion.count > 0 ? d->peticion.items[0].modality : NULL;
    if (r->answer != 0 || !payload || m == NULL || m->lookup == NULL)
        return r->answer;
    for (size_t i = 0; i < sizeof judged / sizeof *judged; i++)
        if (r->code == judged[i])
            return m->lookup->wrong;
    return 0;
}

/* Errors first, so that what is kept of many are the ones that count. */
static void remarks_flatten(struct arena *a, const struct diagnosis *d, const struct facts_how *how,
                            struct gateway_facts *f)
{
    static const enum gateway_state states[] = {[GRADE_INFO] = GATEWAY_STATE_GOOD,
                                                [GRADE_WARNING] = GATEWAY_STATE_WARNING,
                                                [GRADE_ERROR] = GATEWAY_STATE_REFUSED};
    struct gateway_remark *items = arena_array(a, struct gateway_remark, d->remarks.list.count);
    size_t n = 0;
    for (int grade = GRADE_ERROR; grade >= GRADE_INFO; grade--)
        for (size_t i = 0; i < d->remarks.list.count; i++) {
            const struct remark *r = &d->remarks.list.items[i];
            if (r->grade != (enum grade)grade)
                continue;
            f->sha1 = f->sha1 || r->code == REMARK_SHA1;
            bool named = n < LIMIT_GATEWAY_REMARKS;
            /* What is wrong with the signature stays that, wherever it stands. */
            bool specific = remark_group(r->code) >= REMARK_GROUP_SCHEMA;
            bool payload = specific && (strstr(r->xpath, "DatosEspecificos/") != NULL ||
                                        str_starts(str_of(remark_code_text(r->code)), "payload-"));
            items[n++] = (struct gateway_remark){
                .code = remark_code_text(r->code),
                .step = step_of(r),
                .grade = states[grade],
                .answer = answer_of(d, r, payload),
                .line = r->line,
                .xpath = named ? xpath_kept(a, r->xpath, how->known) : "/",
                .payload = payload,
            };
        }
    f->remarks = items;
    f->remark_count = n;
}

/* In Catalan, as the platform's texts are; it goes back to whoever sent the message, and nowhere else. */
static const char *first_reason(struct arena *a, const struct diagnosis *d)
{
    for (size_t i = 0; i < d->remarks.list.count; i++) {
        const struct remark *r = &d->remarks.list.items[i];
        if (r->grade == GRADE_ERROR && r->answer == 0)
            return remark_fill(a, remark_sentence(r->code), r, LANG_CA);
    }
    return "";
}

/* --- values --- */

static const char *text_of(struct arena *a, struct str s)
{
    return s.n == 0 ? "" : arena_text(a, s);
}

static struct gateway_shown signer_of(struct arena *a, const struct wss *w)
{
    const struct wss_certificate *c = &w->certificate;
    if (!w->has_certificate)
        return (struct gateway_shown){"", "", "", INSTANT_NONE, INSTANT_NONE};
    return (struct gateway_shown){arena_strdup(a, c->fingerprint), arena_strdup(a, c->nif), arena_strdup(a, c->subject),
                                  c->not_before, c->not_after};
}

struct people {
    struct arena *arena;
    VEC(const char *) citizens;
    VEC(const char *) personal;
};

static void people_add(struct people *p, struct str text, bool document)
{
    text = xml_trim(text);
    if (text.n == 0 || p->citizens.count >= LIMIT_GATEWAY_CITIZENS || p->personal.count >= 8 * LIMIT_GATEWAY_CITIZENS)
        return;
    const char *copy = arena_text(p->arena, text);
    vec_push(&p->personal, copy);
    if (document)
        vec_push(&p->citizens, copy);
}

/* Each word of a name: an id may hold one of them. */
static void name_add(struct people *p, struct str name)
{
    struct str word;
    while (str_split(&name, ' ', &word))
        people_add(p, word, false);
}

static void holder_add(struct people *p, const struct solicitud *s)
{
    static const char *const names[] = {"NombreCompleto", "Nombre", "Apellido1", "Apellido2"};
    const xmlNode *holder = shape_find(shape_find(s->node, "DatosGenericos"), "Titular");
    if (holder == NULL)
        return;
    people_add(p, shape_text(p->arena, holder, "Documentacion"), true);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        name_add(p, shape_text(p->arena, holder, names[i]));
}

/* Whatever the capitals: what is written wrongly is a citizen's all the same. */
static bool personal_named(const struct shape *s, const char *name)
{
    if (s->personal && s->name != NULL && strcasecmp(s->name, name) == 0)
        return true;
    for (size_t i = 0; i < s->count; i++)
        if (personal_named(&s->parts[i], name))
            return true;
    return false;
}

/* What the modality's file marks as a citizen's. */
static void payload_add(struct people *p, const struct solicitud *s)
{
    if (s->modality == NULL)
        return;
    for (const xmlNode *n = s->payload; n != NULL; n = node_after(n, s->payload))
        if (n->type == XML_ELEMENT_NODE && personal_named(&s->modality->request, (const char *)n->name))
            people_add(p, node_text(p->arena, n), true);
}

static void items_flatten(struct arena *a, const struct peticion *p, struct facts *ret)
{
    struct gateway_item *items = arena_array(a, struct gateway_item, p->count);
    struct people people = {.arena = a};
    for (size_t i = 0; i < p->count; i++) {
        const struct solicitud *s = &p->items[i];
        items[i] = (struct gateway_item){text_of(a, s->code), text_of(a, s->requester), text_of(a, s->purpose)};
        holder_add(&people, s);
        payload_add(&people, s);
    }
    ret->gateway.items = items;
    ret->gateway.item_count = p->count;
    ret->citizens = vec_to_arena(&people.citizens, a);
    ret->citizen_count = people.citizens.count;
    ret->personal = vec_to_arena(&people.personal, a);
    ret->personal_count = people.personal.count;
    vec_release(&people.citizens);
    vec_release(&people.personal);
}

static void values_flatten(struct arena *a, const struct diagnosis *d, const struct facts_how *how, struct facts *ret)
{
    const struct peticion *p = &d->peticion;
    struct gateway_facts *f = &ret->gateway;
    ret->id = text_of(a, p->id);
    f->own = text_of(a, p->own);
    f->product = text_of(a, p->product);
    f->code = text_of(a, p->code);
    f->purpose = text_of(a, p->purpose);
    ret->modality =
        p->count > 0 && p->items[0].modality != NULL ? p->items[0].modality : modality_find(how->known, p->code);
    f->modality_known = ret->modality != NULL;
    f->front_known = ret->modality != NULL && (ret->modality->fronts & how->front) != 0;
    items_flatten(a, p, ret);
}

void facts_of(struct arena *a, const struct diagnosis *d, const struct facts_how *how, struct facts *ret)
{
    static const struct gateway_shown nobody = {"", "", "", INSTANT_NONE, INSTANT_NONE};
    const struct wss *w = &d->wss;
    *ret = (struct facts){.id = "", .reason = first_reason(a, d), .dead = w->dead};
    struct gateway_facts *f = &ret->gateway;
    f->tls = nobody;
    f->own = f->product = f->code = f->purpose = "";
    f->consortium = how->known->environment.ine10;
    f->kind = d->envelope.kind == MESSAGE_SOLICITUD ? GATEWAY_SOLICITUD : GATEWAY_PETICION;
    f->read = d->doc != NULL;
    /* Each front takes its own message. */
    f->understood =
        d->envelope.message != NULL && d->envelope.kind == (how->front == 0 ? MESSAGE_SOLICITUD : MESSAGE_PETICION);
    f->signer = signer_of(a, w);
    remarks_flatten(a, d, how, f);
    for (size_t i = 0; i < f->remark_count; i++)
        f->too_large = f->too_large || f->remarks[i].step == GATEWAY_STEP_SIZE;
    if (d->steps[REMARK_GROUP_SECURITY] != STEP_NONE && d->steps[REMARK_GROUP_SECURITY] != STEP_ERROR)
        (void)sodium_bin2hex(ret->replay, sizeof ret->replay, w->replay, sizeof w->replay);
    if (d->envelope.kind == MESSAGE_PETICION || d->envelope.kind == MESSAGE_SOLICITUD)
        values_flatten(a, d, how, ret);
}
