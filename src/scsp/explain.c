#include "scsp/explain.h"

#include "base/limits.h"

/* --- steps --- */

/* What the remarks of a group amount to, once its step has run. */
static void step_close(struct diagnosis *d, enum remark_group group)
{
    enum step_state state = STEP_GOOD;
    for (size_t i = 0; i < d->remarks.list.count; i++) {
        const struct remark *r = &d->remarks.list.items[i];
        if (remark_group(r->code) != group)
            continue;
        if (r->grade == GRADE_ERROR)
            state = STEP_ERROR;
        else if (r->grade == GRADE_WARNING && state == STEP_GOOD)
            state = STEP_WARNING;
    }
    d->steps[group] = state;
}

static bool document_read(struct diagnosis *d, struct str bytes, const struct explain_how *how)
{
    static const enum remark_code codes[] = {
        [XML_SAFE_EMPTY] = REMARK_XML_MALFORMED, [XML_SAFE_MALFORMED] = REMARK_XML_MALFORMED,
        [XML_SAFE_DTD] = REMARK_XML_DTD,         [XML_SAFE_ENCODING] = REMARK_XML_ENCODING,
        [XML_SAFE_LIMIT] = REMARK_XML_LIMIT,
    };
    struct xml_fault fault = {0};
    if (bytes.n > LIMIT_XML_BYTES) {
        remark_add(&d->remarks, REMARK_XML_SIZE, NULL, .expected = "2048 KB");
        return false;
    }
    enum xml_outcome outcome = xml_parse_in(d->remarks.arena, bytes, how->charset, &d->doc, &fault);
    if (outcome == XML_SAFE_OK)
        return true;
    remark_add(&d->remarks, codes[outcome], NULL, .detail = fault.what, .line = fault.line);
    return false;
}

static bool is_answer(const struct envelope *e)
{
    return e->kind == MESSAGE_RESPUESTA || e->kind == MESSAGE_CONFIRMACION || e->kind == MESSAGE_FAULT;
}

/* Faults are never signed, answers only where the platform is set to, and requests unless TLS says who sends them. */
static bool must_be_signed(const struct diagnosis *d, const struct explain_how *how)
{
    return !(is_answer(&d->envelope) || how->transport.p != NULL) || shape_find(d->envelope.header, "Security") != NULL;
}

static void security_check(struct diagnosis *d, struct str bytes, const struct explain_how *how)
{
    const struct wss_policy policy = {
        .now = how->now,
        .skew_seconds = LIMIT_SKEW_SECONDS,
        .allow_sha1 = how->allow_sha1,
        .signed_inside = is_answer(&d->envelope),
        .brief = how->brief,
    };
    (void)wss_verify(&d->remarks, how->keys, d->doc, bytes, &d->envelope, &policy, &d->wss);
    step_close(d, REMARK_GROUP_SECURITY);
}

/* --- the certificate --- */

static const char *day_shown(struct arena *a, day_t day)
{
    char text[DAY_TEXT_BYTES];
    return arena_strdup(a, day_dmy(day, text));
}

static void dates_check(struct diagnosis *d, instant_t now)
{
    struct arena *a = d->remarks.arena;
    const struct wss_certificate *c = &d->wss.certificate;
    const char *who = c->name;
    if (c->not_after != INSTANT_NONE && now > c->not_after)
        remark_add(&d->remarks, REMARK_CERT_EXPIRED, d->wss.token_node, .name = who,
                   .found = day_shown(a, c->last_day));
    else if (c->not_before != INSTANT_NONE && now < c->not_before)
        remark_add(&d->remarks, REMARK_CERT_EARLY, d->wss.token_node, .name = who, .found = day_shown(a, c->first_day));
}

/* `node`: where it stands in the message, NULL for that of the connection. */
static void trust_check(struct diagnosis *d, const struct explain_how *how, struct str der, const char *name,
                        const xmlNode *node)
{
    struct judgement j;
    if (how->trust == NULL)
        return;
    trust_judge(how->trust, d->remarks.arena, &der, 1, NULL, how->now, &j);
    if (j.code != TRUST_OK && j.code != TRUST_EXPIRED && j.code != TRUST_NOT_YET)
        remark_add(&d->remarks, REMARK_CERT_UNTRUSTED, node, .name = name, .detail = verdict_words(j.code));
}

static void authorised_check(struct diagnosis *d, const struct explain_how *how)
{
    struct arena *a = d->remarks.arena;
    struct certificate must;
    struct err e = {0};
    if (str_equal(how->authorised, d->wss.token))
        return;
    const char *expected = certificate_parse(a, how->authorised, &must, &e) ? must.subject : "?";
    remark_add(&d->remarks, REMARK_CERT_OTHER, d->wss.token_node, .found = d->wss.certificate.subject,
               .expected = text_shown(a, str_of(expected)));
}

static void certificate_check(struct diagnosis *d, const struct explain_how *how)
{
    if (!d->wss.has_certificate)
        return; /* the verifier has said so */
    dates_check(d, how->now);
    trust_check(d, how, d->wss.token, d->wss.certificate.name, d->wss.token_node);
    if (how->authorised.p != NULL && !is_answer(&d->envelope))
        authorised_check(d, how);
    step_close(d, REMARK_GROUP_CERTIFICATE);
}

/* --- all --- */

static void message_check(struct diagnosis *d, const struct explain_how *how)
{
    if (is_answer(&d->envelope)) {
        respuesta_check(&d->remarks, &d->envelope, how->known, &d->respuesta);
    } else {
        peticion_read(d->remarks.arena, &d->envelope, how->known, &d->peticion);
        peticion_check(&d->remarks, &d->envelope, how->known, how->body, &d->peticion);
    }
    step_close(d, REMARK_GROUP_SCHEMA);
    step_close(d, REMARK_GROUP_RULE);
}

bool explain(struct diagnosis *d, struct str bytes, const struct explain_how *how)
{
    bool read = document_read(d, bytes, how);
    step_close(d, REMARK_GROUP_XML);
    if (read) {
        bool message = envelope_read(&d->remarks, d->doc, &d->envelope);
        step_close(d, REMARK_GROUP_ENVELOPE);
        if (d->envelope.body != NULL && must_be_signed(d, how)) {
            security_check(d, bytes, how);
            certificate_check(d, how);
        }
        if (how->transport.p != NULL && !d->wss.has_certificate) {
            trust_check(d, how, how->transport, how->transport_name, NULL);
            step_close(d, REMARK_GROUP_CERTIFICATE);
        }
        if (message)
            message_check(d, how);
    }
    return d->remarks.errors == 0;
}

void diagnosis_release(struct diagnosis *d)
{
    remarks_release(&d->remarks);
    xml_doc_free(d->doc);
    d->doc = NULL;
}
