/* A signed request to the gateway, and what its answer means: a transition of kind soap. */
#include <sodium.h>

#include "base/file.h"
#include "flow/patrol_parts.h"
#include "scsp/explain.h"
#include "scsp/request.h"
#include "scsp/wss_sign.h"

enum { LIFE_SECONDS = 300 };

struct soap {
    struct patrol *patrol;
    struct modalities known;
    struct wss_keys *keys;
};

struct soap_step {
    struct soap *soap;
    const struct modality *modality;
    struct wss_signer *signer;
    struct request_field fields[LIMIT_PROBE_FIELDS];
    size_t field_count;
    struct buf message;
};

static bool shared_open(struct patrol *p, struct err *e)
{
    if (p->soap != NULL)
        return true;
    p->soap = arena_new(p->arena, struct soap);
    p->soap->patrol = p;
    p->soap->keys = wss_keys_new();
    return modalities_load(p->arena, arena_printf(p->arena, "%s/../../scsp", p->desk->files.shared_dir),
                           &p->soap->known, e);
}

void soap_close(struct soap *soap)
{
    if (soap != NULL)
        wss_keys_free(soap->keys);
}

/* The key is wiped as soon as it is read. */
static bool signer_open(struct arena *a, const struct probe_check *k, const char *dir, struct wss_signer **ret,
                        struct err *e)
{
    struct buf key = BUF_INIT(LIMIT_CERTIFICATE_FILE_BYTES), cert = BUF_INIT(LIMIT_CERTIFICATE_FILE_BYTES);
    bool good = file_read(path_join(a, dir, k->certificate), &cert, e) &&
                file_read(path_join(a, dir, k->key), &key, e) && wss_signer_open(buf_str(&key), buf_str(&cert), ret, e);
    if (key.p != NULL)
        sodium_memzero(key.p, key.n);
    buf_release(&key);
    buf_release(&cert);
    return good;
}

static bool fields_read(struct arena *a, const struct probe_check *k, struct soap_step *own, struct err *e)
{
    for (size_t i = 0; i < k->ask_count; i++) {
        struct str word = str_of(k->ask[i]);
        size_t at = str_find(word, '=');
        if (at == 0 || at == word.n || i == LIMIT_PROBE_FIELDS)
            return err_set(e, ERR_VALUE, N_("\"%s\" is no NAME=VALUE, such as IdCites=841207329"), k->ask[i]);
        own->fields[own->field_count++] =
            (struct request_field){arena_text(a, str_part(word.p, at)), k->ask[i] + at + 1};
    }
    return true;
}

static bool make(struct step *s, struct err *e)
{
    struct soap_step *own = s->own;
    const struct soap *soap = own->soap;
    const struct probe_clock *clock = &soap->patrol->outlook.settings.clock;
    instant_t now = clock->real(clock->ctx);
    struct buf text = BUF_INIT(LIMIT_XML_BYTES);
    struct xml_fault fault = {0};
    xml_doc_auto doc = NULL;
    const struct request_how how = {.body = s->check->body, .body_name = s->check->body, .now = now};
    const struct wss_signing signing = {.now = now, .life_seconds = LIFE_SECONDS};
    buf_clear(&own->message);
    bool good = request_write(&text, own->modality, &soap->known, &how, own->fields, own->field_count, e) &&
                xml_err(e, xml_parse(buf_str(&text), NULL, &doc, &fault), &fault) &&
                wss_sign(own->signer, doc, &signing, &own->message, e);
    buf_release(&text);
    s->ask.body = buf_str(&own->message);
    return good;
}

/* States by which the platform says that all went well: 0003 of a synchronous answer, 0001 and 0002 of what is under
 * way (reference "PCI messaging" §6). */
static bool state_is_good(struct str state)
{
    return str_is(state, "0003") || str_is(state, "0002") || str_is(state, "0001");
}

static const char *first_error(struct arena *a, const struct diagnosis *d, enum lang lang)
{
    for (size_t i = 0; i < d->remarks.list.count; i++) {
        const struct remark *r = &d->remarks.list.items[i];
        if (r->grade == GRADE_ERROR)
            return remark_fill(a, remark_sentence(r->code), r, lang);
    }
    return "?";
}

static void judge(struct step *s, struct arena *a, const struct diagnosis *d, bool sound,
                  const struct probe_observation *o, const struct step_how *how)
{
    const struct respuesta *r = &d->respuesta;
    const char *said = arena_printf(a, "%.*s %.*s", STR_ARG(r->state), STR_ARG(r->literal));
    if (d->envelope.kind == MESSAGE_FAULT)
        step_say(s, PROBE_VERDICT_SOAP_FAULT, said, how);
    else if (d->envelope.kind != MESSAGE_RESPUESTA && d->envelope.kind != MESSAGE_CONFIRMACION)
        step_say(s, PROBE_VERDICT_SOAP_NONE, first_error(a, d, how->lang), how);
    else if (!state_is_good(r->state))
        step_say(s, PROBE_VERDICT_SOAP_STATE, said, how);
    else if (!sound)
        step_say(s, PROBE_VERDICT_SOAP_NONE, first_error(a, d, how->lang), how);
    else
        step_finish(s, o, how);
}

static void read_answer(struct step *s, const struct probe_observation *o, const struct step_how *how)
{
    const struct soap_step *own = s->own;
    struct arena a = {0};
    const struct explain_how explaining = {
        .now = how->now, .known = &own->soap->known, .keys = own->soap->keys, .body = "", .allow_sha1 = true};
    struct diagnosis d = {.remarks.arena = &a};
    bool sound = explain(&d, o->body, &explaining);
    judge(s, &a, &d, sound, o, how);
    diagnosis_release(&d);
    arena_release(&a);
}

bool soap_open(struct patrol *p, struct step *step, const char *dir, struct err *e)
{
    const struct probe_check *k = step->check;
    if (k->key == NULL || k->key[0] == '\0' || k->certificate[0] == '\0')
        return err_set(e, ERR_PROFILE, N_("soap needs the files certificate and key, which sign the request"));
    if (!shared_open(p, e))
        return false;
    struct soap_step *own = arena_new(p->arena, struct soap_step);
    own->soap = p->soap;
    own->message = (struct buf)BUF_INIT(LIMIT_PROBE_REQUEST_BYTES / 2);
    own->modality = modality_find(&p->soap->known, str_of(k->modality));
    if (own->modality == NULL)
        return err_set(e, ERR_UNKNOWN, N_("there is no modality %s"), k->modality);
    if (!fields_read(p->arena, k, own, e) || !request_fields_known(own->modality, own->fields, own->field_count, e) ||
        !signer_open(p->arena, k, dir, &own->signer, e))
        return false;
    step->own = own;
    step->make = make;
    step->read = read_answer;
    step->ask.body_type = "text/xml; charset=utf-8";
    step->ask.soap_action = "http://www.openuri.org/procesa";
    return true;
}

void soap_step_close(struct step *step)
{
    struct soap_step *own = step->own;
    if (own == NULL)
        return;
    wss_signer_free(own->signer);
    buf_release(&own->message);
    step->own = NULL;
}
