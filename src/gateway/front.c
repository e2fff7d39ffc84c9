/* HTTP in and out. Nothing of a message is looked at here. */
#include "gateway/front.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>

#include "base/file.h"
#include "scsp/contract.h"

#define PATH_BEGIN "/siri-proxy/services/"
#define SECRET_HEADER "X-Talaia-Proxy-Secret"

/* --- who calls --- */

static bool front_of(const char *path, enum gateway_front *ret)
{
    if (!str_starts(str_of(path), PATH_BEGIN))
        return false;
    for (int f = 0; f < GATEWAY_FRONT_COUNT; f++)
        if (strcmp(path + sizeof PATH_BEGIN - 1, gateway_front_name((enum gateway_front)f)) == 0) {
            *ret = (enum gateway_front)f;
            return true;
        }
    return false;
}

/* Whether the request comes through the reverse proxy, which proves itself with the secret. */
static bool is_proxied(const struct portal *f, const struct server_request *r)
{
    size_t count;
    const char *said = server_header(r, SECRET_HEADER, &count);
    size_t n = strlen(f->proxy_secret);
    return n > 0 && count == 1 && strlen(said) == n && sodium_memcmp(said, f->proxy_secret, n) == 0;
}

/* The last address that the proxy's header names: that is the one the proxy itself saw. */
static struct str proxied_address(const struct portal *f, const struct server_request *r)
{
    size_t count;
    const char *said = server_header(r, f->address_header, &count);
    struct str rest = str_of(said == NULL ? "" : said), part, last = {0};
    while (count == 1 && str_split(&rest, ',', &part))
        last = str_trim(part);
    return last;
}

/* Through a Unix socket there is none. A proxy that names none, or nonsense, means an address that nobody has: it is
 * never taken for the proxy's own. */
static void address_read(const struct portal *f, const struct server_request *r, struct job *j)
{
    if (f->address_header[0] == '\0' || !is_proxied(f, r)) {
        j->has_address = address_bytes_parse(str_of(r->address), j->address);
        return;
    }
    j->has_address = true;
    if (!address_bytes_parse(proxied_address(f, r), j->address))
        memset(j->address, 0, sizeof j->address);
}

/* Of the connection; where a proxy makes the connection, only what it says of its own counts. */
static struct str certificate_of(const struct portal *f, const struct server_request *r)
{
    size_t count = 0;
    struct str shown = r->certificate;
    if (f->certificate_header[0] != '\0' && is_proxied(f, r)) {
        const char *said = server_header(r, f->certificate_header, &count);
        shown = str_of(said == NULL || count != 1 ? "" : said);
    }
    return shown.n > LIMIT_GATEWAY_HEADER_BYTES ? str_of("") : shown;
}

/* What is known may be a second old when it lets somebody in, because the judgement looks again; never when it does
 * not. */
static bool address_may(struct portal *f, const struct job *j)
{
    struct err e = {.lang = LANG_EN};
    if (!j->has_address)
        return true; /* through a Unix socket, by whoever may open it */
    pthread_mutex_lock(&f->gate_lock);
    bool good = permissions_fresh(&f->gate, j->at - INSTANT_PER_SECOND, &e) &&
                gateway_address_may(f->gate.permissions, j->address, j->at);
    if (!good) {
        err_clear(&e);
        good = permissions_fresh(&f->gate, j->at, &e) && gateway_address_may(f->gate.permissions, j->address, j->at);
    }
    pthread_mutex_unlock(&f->gate_lock);
    if (e.code != ERR_NONE)
        f->log(f->log_context, e.log);
    return good;
}

/* --- answers --- */

static void buf_free(void *buf)
{
    buf_release(buf);
    mem_free(buf);
}

/* The text becomes the answer's. */
static void answer_take(struct server_answer *a, int status, const char *type, struct buf *text)
{
    struct buf *kept = mem_alloc(1, sizeof *kept);
    *kept = *text;
    *text = (struct buf){0};
    *a = (struct server_answer){.status = status, .bytes = kept->p, .n = kept->n, .release = buf_free, .owner = kept};
    server_answer_header(a, "Content-Type", type);
    server_answer_header(a, "X-Content-Type-Options", "nosniff");
    server_answer_header(a, "Cache-Control", "no-store");
}

static void plain_answer(struct server_answer *a, int status, const char *text)
{
    struct buf out = BUF_INIT(LIMIT_ERR_BYTES);
    buf_add_text(&out, text);
    answer_take(a, status, "text/plain; charset=utf-8", &out);
}

static void job_free(struct job *j)
{
    buf_release(&j->answer);
    if (j->request == NULL) { /* it lives in its own arena */
        struct arena own = j->own;
        arena_release(&own);
    }
}

static void answer_of(struct job *j, struct server_answer *a)
{
    answer_take(a, j->status, j->html ? "text/html; charset=iso-8859-1" : "text/xml; charset=utf-8", &j->answer);
}

/* At most SEAL_TOGETHER of them: their answers become the signed ones. */
static void jobs_seal(struct portal *f, struct job *const *jobs, size_t count)
{
    struct sealing items[SEAL_TOGETHER];
    struct err e = {.lang = LANG_EN};
    for (size_t i = 0; i < count; i++)
        items[i] = (struct sealing){.answer = buf_str(&jobs[i]->answer), .to = BUF_INIT(2 * LIMIT_HTTP_ANSWER_BYTES)};
    seal_answers(f->seal, items, count, clock_system().now, &e);
    if (e.code != ERR_NONE)
        f->log(f->log_context, e.log);
    for (size_t i = 0; i < count; i++) {
        buf_release(items[i].good ? &jobs[i]->answer : &items[i].to);
        if (items[i].good)
            jobs[i]->answer = items[i].to;
        else
            job_lost(jobs[i]);
    }
}

static void job_finish(struct job *j)
{
    struct server_answer a;
    struct server_request *r = j->request;
    if (r == NULL) {
        job_free(j);
        return;
    }
    answer_of(j, &a);
    j->front->api->finish(r, &a);
}

void jobs_finish(struct job *const *jobs, size_t count)
{
    struct portal *f = jobs[0]->front;
    struct job *signs[SEAL_TOGETHER];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        bool sign = jobs[i]->sign && jobs[i]->request != NULL && f->seal != NULL;
        if (sign)
            signs[n++] = jobs[i];
        else
            job_finish(jobs[i]);
        if (n == SEAL_TOGETHER || (n > 0 && i + 1 == count)) {
            jobs_seal(f, signs, n);
            for (; n > 0; n--)
                job_finish(signs[n - 1]);
        }
    }
}

/* --- requests --- */

static void job_begin(struct job *j, struct portal *f, struct server_request *r, enum gateway_front where)
{
    j->front = f;
    j->where = where;
    j->at = clock_system().now;
    j->began = front_micros();
    j->answer = (struct buf)BUF_INIT(LIMIT_HTTP_ANSWER_BYTES);
    address_read(f, r, j);
}

static size_t body_max(void *front, const struct server_request *r)
{
    enum gateway_front where;
    (void)front;
    return strcmp(r->method, "POST") == 0 && front_of(r->path, &where) ? LIMIT_XML_BYTES : 0;
}

/* Asks the store once for each request that is not let in; so many rows in a second are enough for a log. */
static bool brief_now(struct portal *f)
{
    size_t second = (size_t)(clock_system().now / INSTANT_PER_SECOND);
    if (atomic_exchange(&f->reasons_second, second) != second)
        atomic_store(&f->reasons, 0);
    return atomic_fetch_add(&f->reasons, 1) >= LIMIT_GATEWAY_REASONS_SECOND;
}

static void message_answer(struct portal *f, struct server_request *r, enum gateway_front where,
                           struct server_answer *ret)
{
    struct job *j = arena_new(r->arena, struct job);
    job_begin(j, f, r, where);
    j->arena = r->arena;
    j->request = r;
    ret->later = true;
    if (!address_may(f, j)) {
        job_refuse(j, GATEWAY_ADDRESS);
        journal_add(f->journal, j);
        return;
    }
    const char *type = server_header(r, "Content-Type", NULL);
    struct question q = {.front = where,
                         .now = j->at,
                         .brief = brief_now(f),
                         .type = str_utf8_cut(str_of(type == NULL ? "" : type), LIMIT_GATEWAY_TYPE_BYTES),
                         .tls = certificate_of(f, r),
                         .body = r->body};
    if (!verifiers_ask(f->verifiers, &q, j)) {
        job_refuse(j, GATEWAY_FAILED);
        journal_add(f->journal, j);
    }
}

static void opinion_come(void *front, size_t worker, void *owner, struct str message)
{
    struct portal *f = front;
    struct job *j = owner;
    job_decide(j, &f->views[worker], message);
    journal_add(f->journal, j);
}

static void contract_answer(struct portal *f, const struct server_request *r, enum gateway_front where,
                            struct server_answer *ret)
{
    const char *host = server_header(r, "Host", NULL);
    const char *scheme = f->tls ? "https://" : "http://";
    const char *address = arena_printf(r->arena, "%s%s%s%s", f->url[0] != '\0' ? f->url : scheme,
                                       f->url[0] != '\0' ? ""
                                       : host == NULL    ? "localhost"
                                                         : host,
                                       PATH_BEGIN, gateway_front_name(where));
    struct buf text = BUF_INIT(LIMIT_XML_BYTES);
    struct err e = {.lang = LANG_EN};
    if (contract_write(&text, where, address, &e)) {
        answer_take(ret, 200, "text/xml; charset=utf-8", &text);
        return;
    }
    buf_release(&text);
    plain_answer(ret, 500, e.log);
}

static void answer(void *front, struct server_request *r, struct server_answer *ret)
{
    struct portal *f = front;
    enum gateway_front where;
    struct job caller = {0};
    if (strcmp(r->path, "/healthz") == 0) {
        plain_answer(ret, 200, "ok\n");
        return;
    }
    if (front_of(r->path, &where) && strcmp(r->method, "POST") == 0) {
        message_answer(f, r, where, ret);
        return;
    }
    caller.at = clock_system().now;
    address_read(f, r, &caller);
    bool reads = strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0;
    if (!front_of(r->path, &where))
        plain_answer(ret, 404,
                     "There is nothing here. The services are " PATH_BEGIN
                     "Sincron, Asincron and AsincronResposta, each with ?wsdl.\n");
    else if (!address_may(f, &caller))
        plain_answer(ret, 403, "Forbidden\n");
    else if (reads && str_is_nocase(r->query, "wsdl"))
        contract_answer(f, r, where, ret);
    else {
        plain_answer(ret, reads ? 400 : 405, "Send a SOAP request with POST; its contract is at ?wsdl.\n");
        if (!reads)
            server_answer_header(ret, "Allow", "GET, HEAD, POST");
    }
}

/* A request that gets no further. One that was too large is a request of an integrator all the same. */
static void refuse(void *front, struct server_request *r, int status, const char *why, struct server_answer *ret)
{
    struct portal *f = front;
    enum gateway_front where;
    if (status != 413 || strcmp(r->method, "POST") != 0 || !front_of(r->path, &where)) {
        plain_answer(ret, status, arena_printf(r->arena, "%s\n", why));
        return;
    }
    struct arena own = {0};
    struct job *j = arena_new(&own, struct job);
    job_begin(j, f, r, where);
    j->own = own;
    j->arena = &j->own;
    job_refuse(j, address_may(f, j) ? GATEWAY_SIZE : GATEWAY_ADDRESS);
    answer_of(j, ret);
    journal_add(f->journal, j);
}

static void log_line(void *front, const char *line)
{
    struct portal *f = front;
    f->log(f->log_context, line);
}

/* --- beginning and ending --- */

static bool settings_read(struct portal *f, struct err *e)
{
    const struct config *c = f->desk.config;
    f->proxy_secret = config_text(c, KEY_GATEWAY_PROXY_SECRET);
    f->address_header = config_text(c, KEY_GATEWAY_ADDRESS_HEADER);
    f->certificate_header = config_text(c, KEY_GATEWAY_CERTIFICATE_HEADER);
    f->url = config_text(c, KEY_GATEWAY_URL);
    f->trust = gateway_trust_of(c);
    bool proxied = f->address_header[0] != '\0' || f->certificate_header[0] != '\0';
    if (proxied && strlen(f->proxy_secret) < 24)
        return err_set(e, ERR_CONFIG,
                       N_("gateway.address_header and gateway.certificate_header need a gateway.proxy_secret of 24 "
                          "characters or more (%s)"),
                       config_source(c, KEY_GATEWAY_PROXY_SECRET));
    const char *dir = path_join(&f->desk.arena, f->options.data_dir, "scsp");
    return modalities_load(&f->desk.arena, dir, &f->known, e) &&
           service_load(&f->desk.arena, path_join(&f->desk.arena, dir, "data"), &f->known, &f->service, e) &&
           gateway_secret_open(&f->desk, &f->secret, e);
}

static bool seal_begin(struct portal *f, struct err *e)
{
    const struct config *c = f->desk.config;
    bool key = config_text(c, KEY_GATEWAY_KEY)[0] != '\0', cert = config_text(c, KEY_GATEWAY_CERTIFICATE)[0] != '\0';
    if (key != cert)
        return err_set(e, ERR_CONFIG, N_("gateway.key and gateway.certificate go together (%s)"),
                       config_source(c, key ? KEY_GATEWAY_KEY : KEY_GATEWAY_CERTIFICATE));
    return !key ||
           seal_open(config_path(&f->desk.arena, c, KEY_GATEWAY_KEY),
                     config_path(&f->desk.arena, c, KEY_GATEWAY_CERTIFICATE), f->log, f->log_context, &f->seal, e);
}

/* Each thread has a connection to the store, and they need nothing else of a desk. */
static bool store_more(struct portal *f, struct permissions_view *v, struct err *e)
{
    struct store *store;
    if (!store_open(config_store_url(&f->desk.arena, f->desk.config), STORE_OPEN, &store, e))
        return false;
    permissions_open(v, store);
    return true;
}

static bool gate_begin(struct portal *f)
{
    permissions_open(&f->gate, f->desk.store);
    f->desk.store = NULL;
    return true;
}

static bool verifiers_begin(struct portal *f, struct err *e)
{
    struct arena *a = &f->desk.arena;
    const char *const *files;
    size_t count = config_list(f->desk.config, KEY_TRUST_ANCHORS, &files);
    const char **paths = arena_array(a, const char *, count + 1);
    struct verifiers_options o = {.count = (size_t)config_int(f->desk.config, KEY_GATEWAY_VERIFIERS),
                                  .data_dir = f->options.data_dir,
                                  .anchors = paths,
                                  .anchor_count = count,
                                  .done = opinion_come,
                                  .context = f,
                                  .log = f->log,
                                  .log_context = f->log_context};
    for (size_t i = 0; i < count; i++)
        paths[i] = path_join(a, config_dir(f->desk.config), files[i]);
    for (size_t i = 0; i < o.count; i++)
        if (!store_more(f, &f->views[i], e))
            return false;
    return verifiers_start(&o, &f->verifiers, e);
}

static bool chores_begin(struct portal *f, struct err *e)
{
    const struct chores_options o = {
        .desk = &f->options, .later = {f->secret, &f->service}, .log = f->log, .log_context = f->log_context};
    return chores_start(&o, &f->chores, e);
}

static bool front_open(struct portal *f, struct err *e)
{
    xml_init();
    f->api = server_api(e);
    return f->api != NULL && desk_open(&f->options, DESK_STORE, &f->desk, e) && settings_read(f, e) && gate_begin(f) &&
           seal_begin(f, e) && verifiers_begin(f, e) &&
           journal_start(config_store_url(&f->desk.arena, f->desk.config),
                         (int)config_int(f->desk.config, KEY_GATEWAY_KEEP_IDS_DAYS), &f->journal, e) &&
           chores_begin(f, e);
}

static void front_close(struct portal *f)
{
    chores_stop(f->chores);
    journal_stop(f->journal);
    verifiers_stop(f->verifiers);
    seal_close(f->seal);
    for (size_t i = 0; i < LIMIT_GATEWAY_VERIFIERS; i++)
        permissions_close(&f->views[i]);
    permissions_close(&f->gate);
    gateway_secret_free(f->secret);
    desk_close(&f->desk);
    mem_free(f);
}

/* The key of the listener is here and not with the signer: the handshake needs it, and it signs no answer. */
static bool listener_start(struct portal *f, const struct server_service *service, struct err *e)
{
    const struct config *c = f->desk.config;
    struct server_options options = {.listen = config_text(c, KEY_GATEWAY_LISTEN), .threads = 1};
    struct buf key = BUF_INIT(LIMIT_CERTIFICATE_FILE_BYTES), certificate = BUF_INIT(LIMIT_CERTIFICATE_FILE_BYTES);
    bool has_key = config_text(c, KEY_GATEWAY_TLS_KEY)[0] != '\0';
    f->tls = config_text(c, KEY_GATEWAY_TLS_CERTIFICATE)[0] != '\0';
    bool good =
        has_key == f->tls || err_set(e, ERR_CONFIG, N_("gateway.tls_key and gateway.tls_certificate go together (%s)"),
                                     config_source(c, has_key ? KEY_GATEWAY_TLS_KEY : KEY_GATEWAY_TLS_CERTIFICATE));
    if (good && f->tls) {
        good = file_read(config_path(&f->desk.arena, c, KEY_GATEWAY_TLS_KEY), &key, e) &&
               file_read(config_path(&f->desk.arena, c, KEY_GATEWAY_TLS_CERTIFICATE), &certificate, e);
        options.tls_key = buf_text(&key);
        options.tls_certificate = buf_text(&certificate);
    }
    good = good && f->api->start(&options, service, &f->server, e);
    if (key.p != NULL)
        explicit_bzero(key.p, key.capacity);
    buf_release(&key);
    buf_release(&certificate);
    return good;
}

static bool front_serve(struct portal *f, int stop_fd, struct err *e)
{
    const struct server_service service = {
        .context = f, .body_max = body_max, .answer = answer, .refuse = refuse, .log = log_line};
    char line[256];
    struct pollfd fd = {.fd = stop_fd, .events = POLLIN};
    if (!listener_start(f, &service, e))
        return false;
    (void)snprintf(line, sizeof line, "listening on %s", f->api->address(f->server));
    f->log(f->log_context, line);
    while (poll(&fd, 1, -1) < 0 && errno == EINTR)
        continue;
    f->log(f->log_context, "stopping");
    f->api->stop(f->server, LIMIT_SERVER_STOP_SECONDS);
    return true;
}

bool gateway_run(const struct desk_options *o, int stop_fd, gateway_log *log, void *context, struct err *e)
{
    struct portal *f = mem_alloc(1, sizeof *f);
    f->options = *o;
    f->log = log;
    f->log_context = context;
    pthread_mutex_init(&f->gate_lock, NULL);
    bool good = front_open(f, e) && front_serve(f, stop_fd, e);
    front_close(f);
    return good;
}
