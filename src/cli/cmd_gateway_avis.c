/* talaia gateway notify, gateway receive: the notice of a new resource, from both sides. */
#include <poll.h>
#include <sodium.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/gateway.h"
#include "net/guard.h"
#include "net/http.h"
#include "net/server.h"
#include "net/url.h"
#include "scsp/avis.h"
#include "scsp/jwt.h"
#include "scsp/service.h"

enum { LIFE_SECONDS = 300 };
/* The resource of the platform's own test set. */
#define RESOURCE "840998044"

/* The file's text without the line end that editors add. It is wiped with secret_wipe. */
static bool secret_read(struct cli *c, struct buf *ret, struct err *e)
{
    const char *path = c->value[OPT_SECRET];
    if (path == NULL)
        return err_set(e, ERR_USAGE, N_("--secret is needed: the file with the secret that both sides know"));
    if (!file_read(path, ret, e))
        return false;
    while (ret->n > 0 && strchr("\r\n", ret->p[ret->n - 1]) != NULL)
        ret->n--;
    if (jwt_secret_check(buf_str(ret), e))
        return true;
    err_where(e, "%s", path);
    return false;
}

/* --url ADDRESS, or --url @FILE for one that others must not see: the command line is seen by everybody on the machine,
 * so an address that carries something besides host and path is only taken out of a file. */
static bool address_read(struct cli *c, const char **ret, struct err *e)
{
    const char *given = c->value[OPT_URL];
    struct buf file = BUF_INIT(LIMIT_URL_BYTES);
    if (given == NULL)
        return err_set(e, ERR_USAGE, N_("--url is needed: the address of the body's own service"));
    if (given[0] != '@') {
        if (strpbrk(given, "?#@") != NULL)
            return err_set(e, ERR_USAGE,
                           N_("everybody on this machine sees the command line: write an address with a query or a "
                              "name into a file, and give --url @FILE"));
        *ret = given;
        return true;
    }
    struct err why = {.lang = c->lang};
    struct url u;
    bool good = file_read(given + 1, &file, e);
    if (good)
        *ret = arena_text(&c->arena, str_trim(buf_str(&file)));
    buf_release(&file);
    if (good && !url_parse(str_of(*ret), &u, &why)) /* which would show it */
        return err_set(e, ERR_VALUE, N_("what stands in %s is not a web address"), given + 1);
    return good;
}

static void secret_wipe(struct buf *secret)
{
    if (secret->p != NULL)
        sodium_memzero(secret->p, secret->capacity);
    buf_release(secret);
}

/* ------------------------------------------------------------------ notify */

struct notice {
    struct avis avis;
    const char *whose; /* the body, to be shown */
};

static bool number_read(const char *name, const char *text, int64_t *ret, struct err *e)
{
    return str_to_int64(str_of(text), INT64_MIN, INT64_MAX, ret) ||
           err_set(e, ERR_VALUE, N_("%s is a number, not \"%s\""), name, text);
}

/* NAME=VALUE words over what the data set knows of the resource. */
static bool words_read(const struct request_field *fields, size_t count, struct avis *avis, struct err *e)
{
    const struct {
        const char *name;
        int64_t *number;
        const char **text;
    } known[] = {{"CodINE", &avis->body, NULL},         {"IdUnicoRecurso", &avis->resource, NULL},
                 {"IdTipoRecurso", &avis->type, NULL},  {"IdProfesional", &avis->professional, NULL},
                 {"NomProfesional", NULL, &avis->name}, {"NomExpediente", NULL, &avis->expedient}};
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < sizeof known / sizeof *known && strcmp(known[k].name, fields[i].name) != 0)
            k++;
        if (k == sizeof known / sizeof *known)
            return err_set(e, ERR_VALUE,
                           N_("a notice has no field %s; it has CodINE, IdUnicoRecurso, IdTipoRecurso, IdProfesional, "
                              "NomProfesional and NomExpediente"),
                           fields[i].name);
        if (known[k].text != NULL)
            *known[k].text = fields[i].value;
        else if (!number_read(fields[i].name, fields[i].value, known[k].number, e))
            return false;
    }
    return true;
}

static int64_t column_number(const struct data_row *row, const char *column)
{
    int64_t number;
    const char *text = row == NULL ? NULL : data_text(row, column);
    return text != NULL && str_to_int64(str_of(text), 0, INT64_MAX, &number) ? number : -1;
}

static bool notice_make(struct cli *c, const struct gateway *g, struct notice *ret, struct err *e)
{
    struct service service;
    size_t count = 0;
    struct request_field *fields = arena_array(&c->arena, struct request_field, c->word_count);
    const char *resource = RESOURCE;
    if (!gateway_fields_read(c, fields, &count, e) ||
        !service_load(&c->arena, path_join(&c->arena, c->data_dir, "scsp/data"), &g->known, &service, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, "IdUnicoRecurso") == 0)
            resource = fields[i].value;
    const struct data_table *table = dataset_table(&service.data, "recursos");
    const struct data_row *row = table == NULL ? NULL : data_find(table, "IdRecursos", resource);
    const char *name = row == NULL ? NULL : data_text(row, "ProfAlta/NomUsuari");
    const char *expedient = row == NULL ? NULL : data_text(row, "NumExpedient");
    ret->avis = (struct avis){.resource = column_number(row, "IdRecursos"),
                              .type = column_number(row, "IdTipusRecurs"),
                              .professional = column_number(row, "ProfAlta"),
                              .name = name == NULL ? "" : name,
                              .expedient = expedient == NULL ? "" : expedient};
    return number_read("ine10", g->known.environment.ine10, &ret->avis.body, e) &&
           words_read(fields, count, &ret->avis, e);
}

static bool guard_open(struct cli *c, const struct gateway *g, struct guard *ret, struct err *e)
{
    const char *const *list = NULL;
    size_t count = g->opened ? config_list(g->desk.config, KEY_NET_ALLOW, &list) : 0;
    struct str *texts = arena_array(&c->arena, struct str, count == 0 ? 1 : count);
    for (size_t i = 0; i < count; i++)
        texts[i] = str_of(list[i]);
    return guard_init(ret, &c->arena, texts, count, e);
}

static bool answer_show(struct cli *c, const struct notice *n, const struct http_answer *a, struct str secret,
                        instant_t now, struct err *e)
{
    struct jwt_claims claims = {0};
    const char *code = "", *text = "";
    enum jwt_fault fault = jwt_read(&c->arena, avis_token_find(&c->arena, a->body, NULL), secret, now, &claims);
    bool understood = fault == JWT_NONE && avis_answer_read(&c->arena, claims.json, &code, &text);
    const char *why = fault != JWT_NONE ? tr(c->lang, jwt_fault_text(fault))
                      : !understood     ? tr(c->lang, N_("it has no resultat with codiResultat"))
                      : !claims.dated ? tr(c->lang, N_("it has neither iat nor exp: whoever sees it can use it again"))
                                      : "";
    if (!understood || strcmp(code, "0") != 0)
        c->findings = 1;
    code = text_shown(&c->arena, str_of(code));
    text = text_shown(&c->arena, str_of(text));
    if (c->json)
        return cli_json(json_pack("{s:s,s:i,s:b,s:s,s:s,s:s}", "body", n->whose, "status", a->status, "understood",
                                  (int)understood, "code", code, "text", text, "remark", why),
                        e);
    if (!understood)
        cli_say(c, N_("%s answered HTTP %d, and its answer cannot be used: %s"), n->whose, a->status, why);
    else
        printf("%s: %s %s\n", n->whose, code, text);
    if (understood && why[0] != '\0')
        cli_wrap(why, 2);
    return true;
}

static bool notice_send(struct cli *c, const struct gateway *g, const struct notice *n, const char *address,
                        struct str secret, struct err *e)
{
    struct guard guard;
    struct url url;
    struct http_answer answer;
    struct buf json = BUF_INIT(LIMIT_JWT_BYTES), token = BUF_INIT(LIMIT_JWT_BYTES);
    static const char *const headers[] = {"Accept: application/jwt, application/json, text/plain"};
    const struct http_options options = {.ca_file = g->opened ? config_text(g->desk.config, KEY_TRACKER_CA) : NULL,
                                         .url_key = "--url",
                                         .login_key = "--secret",
                                         .ca_key = "tracker.ca",
                                         .guard = &guard};
    struct http_client *client = NULL;
    bool good = guard_open(c, g, &guard, e) && url_parse(str_of(address), &url, e);
    if (good && !guard_port(url.port))
        good = err_set(e, ERR_VALUE, N_("port %d belongs to another protocol; nothing was sent"), url.port);
    good = good && avis_write(&json, &n->avis, g->now, LIFE_SECONDS, e) &&
           jwt_write(&token, secret, buf_str(&json), e) && (client = http_open(&options, e)) != NULL;
    if (good) {
        const struct http_request request = {.method = HTTP_POST,
                                             .url = url.text,
                                             .headers = headers,
                                             .header_count = 1,
                                             .type = "application/jwt",
                                             .body = buf_str(&token)};
        enum http_fate fate = http_send(client, &request, &answer, e);
        good = fate == HTTP_GOOD || (answer.status != 0 && answer.body.n > 0);
        if (good) {
            err_clear(e); /* the status of -1 and -2 is nowhere defined: the body says it */
            good = answer_show(c, n, &answer, secret, g->now, e);
        }
    }
    http_close(client);
    buf_release(&json);
    buf_release(&token);
    return good;
}

static bool run_notify(struct cli *c, struct err *e)
{
    struct gateway g;
    struct gateway_body body;
    struct notice n;
    const char *address = "";
    struct buf secret = BUF_INIT(LIMIT_JWT_BYTES);
    bool good = gateway_open(c, false, &g, e);
    c->value[OPT_AS] = c->words[0];
    good = good && gateway_body_find(c, &g, &body, e) && secret_read(c, &secret, e) && notice_make(c, &g, &n, e);
    good = good && address_read(c, &address, e);
    if (good) {
        n.whose = body.name;
        good = notice_send(c, &g, &n, address, buf_str(&secret), e);
    }
    secret_wipe(&secret);
    gateway_close(&g);
    return good;
}

const struct command command_gateway_notify = {
    .name = "gateway notify",
    .task = TASK_GATEWAY,
    .usage = N_("BODY [NAME=VALUE…]"),
    .summary = N_("tell a body's own service of a new resource, as Hèstia does, and check its answer"),
    .more = N_("Sends a signed token (JWT, HS256) with the notice of a resource of the data set and verifies the "
               "token that comes back. Fields may be given: IdUnicoRecurso=840998044 IdTipoRecurso=370000144. An "
               "address inside a private network must be in net.allow. The secret is always in a file; --url @FILE "
               "takes the address out of one, too."),
    .min_words = 1,
    .max_words = 10,
    .options = {OPT_URL, OPT_SECRET, OPT_AT, OPT_END},
    .run = run_notify,
};

/* ------------------------------------------------------------------ receive */

struct receiver {
    struct cli *c;
    struct str secret;
    int64_t body; /* CodINE that notices must have */
};

static size_t receive_max(void *context, const struct server_request *r)
{
    (void)context, (void)r;
    return LIMIT_JWT_BYTES;
}

static void text_answer(struct server_answer *ret, int status, const char *type, const char *text)
{
    ret->status = status;
    ret->bytes = text;
    ret->n = strlen(text);
    server_answer_header(ret, "Content-Type", type);
    server_answer_header(ret, "Cache-Control", "no-store");
}

/* One line in one call: several threads may be here. */
static void notice_print(const struct receiver *x, const struct server_request *r, enum avis_code code,
                         const struct avis *avis, const char *why)
{
    struct arena *a = r->arena;
    if (x->c->json) {
        json_t *line = json_pack("{s:i,s:s,s:I,s:I,s:I,s:I,s:s,s:s,s:s}", "code", (int)code, "address", r->address,
                                 "CodINE", (json_int_t)avis->body, "IdUnicoRecurso", (json_int_t)avis->resource,
                                 "IdTipoRecurso", (json_int_t)avis->type, "IdProfesional",
                                 (json_int_t)avis->professional, "NomProfesional", text_shown(a, str_of(avis->name)),
                                 "NomExpediente", text_shown(a, str_of(avis->expedient)), "remark", why);
        char *text = line == NULL ? NULL : json_dumps(line, JSON_COMPACT);
        printf("%s\n", text == NULL ? "{}" : text);
        free(text);
        json_decref(line);
    } else if (code == AVIS_TOKEN) {
        printf("%d  %s  %s\n", (int)code, r->address, why);
    } else {
        printf("%d  %s  %lld  %lld  %s  %s\n", (int)code, r->address, (long long)avis->body, (long long)avis->resource,
               text_shown(a, str_of(avis->name)), why);
    }
    (void)fflush(stdout);
}

static void receive_answer(void *context, struct server_request *r, struct server_answer *ret)
{
    const struct receiver *x = context;
    struct avis avis = {.body = -1, .resource = -1, .type = -1, .professional = -1, .name = "", .expedient = ""};
    struct jwt_claims claims = {0};
    struct err e = {.lang = LANG_EN};
    enum avis_code code = AVIS_TOKEN;
    const char *why = "";
    if (strcmp(r->method, "POST") != 0) {
        text_answer(ret, 405, "text/plain; charset=utf-8", "a notice is sent with POST\n");
        server_answer_header(ret, "Allow", "POST");
        return;
    }
    struct str token = avis_token_find(r->arena, r->body, server_header(r, "Authorization", NULL));
    enum jwt_fault fault = jwt_read(r->arena, token, x->secret, r->at, &claims);
    if (fault != JWT_NONE) {
        why = tr(x->c->lang, jwt_fault_text(fault));
    } else {
        code = avis_read(r->arena, claims.json, &avis) ? avis_judge(&avis, x->body) : AVIS_INVALID;
        why = claims.dated ? "" : tr(x->c->lang, N_("it has neither iat nor exp: whoever sees it can use it again"));
    }
    notice_print(x, r, code, &avis, why);
    struct buf json = BUF_INIT(LIMIT_JWT_BYTES), made = BUF_INIT(LIMIT_JWT_BYTES);
    if (avis_answer_write(&json, code, r->at, LIFE_SECONDS, &e) && jwt_write(&made, x->secret, buf_str(&json), &e))
        text_answer(ret, 200, "application/jwt", arena_text(r->arena, buf_str(&made)));
    else
        text_answer(ret, 500, "text/plain; charset=utf-8", "the answer cannot be made\n");
    buf_release(&json);
    buf_release(&made);
}

static void receive_refuse(void *context, struct server_request *r, int status, const char *why,
                           struct server_answer *ret)
{
    (void)context, (void)r;
    text_answer(ret, status, "text/plain; charset=utf-8", why);
}

static void receive_log(void *context, const char *line)
{
    (void)context, (void)line;
}

static bool receive_serve(struct cli *c, struct receiver *x, struct err *e)
{
    const char *listen = c->value[OPT_LISTEN] != NULL ? c->value[OPT_LISTEN] : "127.0.0.1:8090";
    const struct server_service service = {
        .context = x, .body_max = receive_max, .answer = receive_answer, .refuse = receive_refuse, .log = receive_log};
    const struct server_options options = {.listen = listen, .threads = 1};
    struct server *server;
    const struct server_api *api = server_api(e);
    int stop_fd = cli_stop_descriptor();
    bool good = api != NULL;
    if (good && stop_fd < 0)
        good = err_set(e, ERR_FILE, N_("the signals that end it cannot be waited for"));
    good = good && api->start(&options, &service, &server, e);
    if (good) {
        struct pollfd wait = {.fd = stop_fd, .events = POLLIN};
        printf(tr(c->lang, N_("Waiting for notices at %s\n")), api->address(server));
        (void)fflush(stdout);
        while (poll(&wait, 1, -1) < 0) {
        }
        api->stop(server, LIMIT_SERVER_STOP_SECONDS);
    }
    if (stop_fd >= 0)
        (void)close(stop_fd);
    return good;
}

static bool run_receive(struct cli *c, struct err *e)
{
    struct gateway g;
    struct buf secret = BUF_INIT(LIMIT_JWT_BYTES);
    struct receiver x = {.c = c};
    bool good = gateway_open(c, false, &g, e) && secret_read(c, &secret, e) &&
                number_read("ine10", g.known.environment.ine10, &x.body, e);
    x.secret = buf_str(&secret);
    good = good && receive_serve(c, &x, e);
    secret_wipe(&secret);
    gateway_close(&g);
    return good;
}

const struct command command_gateway_receive = {
    .name = "gateway receive",
    .task = TASK_GATEWAY,
    .usage = "",
    .summary = N_("a body's own service, to try the notice of a new resource against"),
    .more =
        N_("Listens at --listen (127.0.0.1:8090), verifies each token with the secret of the file and answers as the "
           "documentation says: 0, -1 for a notice that is not valid, -2 for a token that is not. What comes is "
           "printed, a line each. Ends with Ctrl-C."),
    .options = {OPT_SECRET, OPT_LISTEN, OPT_END},
    .run = run_receive,
};
