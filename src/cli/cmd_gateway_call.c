/* talaia gateway call: builds, signs and sends a request, and shows the answer. */
#include <sodium.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/gateway.h"
#include "net/http.h"
#include "scsp/request.h"
#include "scsp/wss_sign.h"

enum { LIFE_SECONDS = 300 };

const struct modality *gateway_modality_find(const struct gateway *g, const char *name, struct err *e)
{
    const struct modality *m = modality_find(&g->known, str_of(name));
    if (m != NULL)
        return m;
    const struct modality *near = modality_nearest(&g->known, str_of(name));
    if (near != NULL)
        (void)err_set(e, ERR_UNKNOWN, N_("there is no modality %s; did you mean %s?"), name, near->name);
    else
        (void)err_set(e, ERR_UNKNOWN, N_("there is no modality %s"), name);
    return NULL;
}

bool gateway_fields_read(struct cli *c, struct request_field *fields, size_t *ret, struct err *e)
{
    for (size_t i = 1; i < c->word_count; i++) {
        struct str word = str_of(c->words[i]);
        size_t at = str_find(word, '=');
        if (at == 0 || at == word.n)
            return err_set(e, ERR_USAGE, N_("\"%s\" is no NAME=VALUE, such as IdCites=841207329"), c->words[i]);
        fields[i - 1] = (struct request_field){arena_text(&c->arena, str_part(word.p, at)), c->words[i] + at + 1};
    }
    *ret = c->word_count - 1;
    return true;
}

/* The key is wiped as soon as it is read. */
static bool signer_open(struct cli *c, struct wss_signer **ret, struct err *e)
{
    struct str certificate;
    struct buf key = BUF_INIT(LIMIT_CERTIFICATE_FILE_BYTES);
    if (c->value[OPT_KEY_FILE] == NULL || c->value[OPT_CERT] == NULL)
        return err_set(e, ERR_USAGE, N_("--key and --cert are needed to sign the request"));
    bool good = gateway_file(&c->arena, c->value[OPT_CERT], LIMIT_CERTIFICATE_FILE_BYTES, &certificate, e) &&
                file_read(c->value[OPT_KEY_FILE], &key, e) && wss_signer_open(buf_str(&key), certificate, ret, e);
    if (key.p != NULL)
        sodium_memzero(key.p, key.n);
    buf_release(&key);
    return good;
}

static bool request_sign(struct cli *c, const struct gateway *g, struct str unsigned_text, struct buf *to,
                         struct err *e)
{
    struct wss_signer *signer = NULL;
    struct xml_fault fault = {0};
    xml_doc_auto doc = NULL;
    const struct wss_signing how = {.now = g->now, .life_seconds = LIFE_SECONDS, .sha1 = c->value[OPT_SHA1] != NULL};
    bool good = signer_open(c, &signer, e) && xml_err(e, xml_parse(unsigned_text, NULL, &doc, &fault), &fault) &&
                wss_sign(signer, doc, &how, to, e);
    wss_signer_free(signer);
    return good;
}

static bool request_make(struct cli *c, const struct gateway *g, struct buf *to, struct err *e)
{
    struct gateway_body body;
    size_t count = 0;
    struct request_field *fields = arena_array(&c->arena, struct request_field, c->word_count);
    struct buf text = BUF_INIT(LIMIT_XML_BYTES);
    const struct modality *m = gateway_modality_find(g, c->words[0], e);
    bool good = m != NULL && gateway_body_find(c, g, &body, e) && gateway_fields_read(c, fields, &count, e);
    if (good && body.ine10[0] == '\0')
        good = err_set(e, ERR_USAGE, N_("--as is needed: the INE10 code of the body that is authorised"));
    if (good) {
        const struct request_how how = {.body = body.ine10, .body_name = body.name, .now = g->now};
        good = request_write(&text, m, &g->known, &how, fields, count, e) && request_sign(c, g, buf_str(&text), to, e);
    }
    buf_release(&text);
    return good;
}

/* --- the answer --- */

static bool answer_show(struct cli *c, const struct gateway *g, const struct http_answer *a, struct err *e)
{
    struct arena arena = {0};
    const struct explain_how how = {
        .now = g->now, .known = &g->known, .keys = g->keys, .trust = g->trust, .body = "", .allow_sha1 = true};
    struct diagnosis d = {.remarks.arena = &arena};
    bool good = true;
    if (!explain(&d, a->body, &how))
        c->findings = 1;
    if (c->json) {
        json_t *value = gateway_json(c, NULL, a->body, &d);
        json_object_set_new(value, "status", json_integer(a->status));
        json_object_set_new(value, "body", json_stringn(a->body.p == NULL ? "" : a->body.p, a->body.n));
        good = cli_json(value, e);
    } else {
        gateway_print(c, arena_printf(&arena, "HTTP %d", a->status), &d);
        if (c->value[OPT_TEXT] != NULL)
            printf("%.*s\n", STR_ARG(a->body));
    }
    diagnosis_release(&d);
    arena_release(&arena);
    return good;
}

static bool request_send(struct cli *c, const struct gateway *g, struct str message, struct err *e)
{
    static const char *const headers[] = {"SOAPAction: \"http://www.openuri.org/procesa\""};
    const struct http_options options = {.ca_file = g->opened ? config_text(g->desk.config, KEY_TRACKER_CA) : NULL,
                                         .url_key = "--url",
                                         .login_key = "--cert",
                                         .ca_key = "tracker.ca"};
    const struct http_request request = {.method = HTTP_POST,
                                         .url = c->value[OPT_URL],
                                         .headers = headers,
                                         .header_count = 1,
                                         .type = "text/xml; charset=utf-8",
                                         .body = message};
    struct http_answer answer;
    if (c->value[OPT_URL] == NULL)
        return err_set(e, ERR_USAGE, N_("--url is needed: where the request is sent; --dry-run prints it instead"));
    struct http_client *client = http_open(&options, e);
    bool good = client != NULL;
    if (good) {
        enum http_fate fate = http_send(client, &request, &answer, e);
        bool soap =
            answer.status != 0 && memmem(answer.body.p == NULL ? "" : answer.body.p, answer.body.n, "Envelope", 8);
        good = fate == HTTP_GOOD || soap;
        if (good) {
            err_clear(e); /* a fault comes with status 500 and says more itself */
            good = answer_show(c, g, &answer, e);
        }
    }
    http_close(client);
    return good;
}

static bool run_call(struct cli *c, struct err *e)
{
    struct gateway g;
    struct buf message = BUF_INIT(2 * LIMIT_XML_BYTES);
    bool good = gateway_open(c, false, &g, e) && request_make(c, &g, &message, e);
    if (good && c->value[OPT_DRY_RUN] != NULL)
        printf("%.*s\n", STR_ARG(buf_str(&message)));
    else if (good)
        good = request_send(c, &g, buf_str(&message), e);
    buf_release(&message);
    gateway_close(&g);
    return good;
}

const struct command command_gateway_call = {
    .name = "gateway call",
    .task = TASK_GATEWAY,
    .usage = N_("MODALITY NAME=VALUE…"),
    .summary = N_("make, sign and send a request, and show and check the answer"),
    .more = N_("The request follows the rule of pre-production: --as is authorised, the consortium asks. The names are "
               "those of the payload's elements, IdCites=841207329 for instance. --dry-run prints the signed request "
               "and sends nothing."),
    .min_words = 1,
    .max_words = 100,
    .options = {OPT_AS, OPT_KEY_FILE, OPT_CERT, OPT_URL, OPT_SHA1, OPT_DRY_RUN, OPT_TEXT, OPT_END},
    .run = run_call,
};
