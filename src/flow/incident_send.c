/* Sending pages by HTTP: claimed and on the disk as `sending` before the first byte, settled by what came back. */
#include <sodium.h>
#include <stdlib.h>

#include "base/file.h"
#include "core/outbox.h"
#include "flow/incident_run.h"
#include "flow/worker.h"
#include "net/http.h"
#include "record/probe.h"

#define SECONDS 20 /* a gateway that has not answered by then answers nobody */
#define TOKEN_MOST 4096

struct sending {
    struct incident_pass *pass;
    struct incident_page page;
    const struct channel *channel;
    bool at_once; /* what waits again need not wait */
    int asked;    /* seconds that the server asked us to wait */
};

/* ------------------------------------------------------------------ the request */

/* The token's header; "" without one. It is read at each sending, so that another program may renew it. */
static bool authorization(struct sending *s, const char **ret, struct err *e)
{
    struct arena *a = &s->pass->a;
    const struct channel *c = s->channel;
    const char *token = c->token_env[0] == '\0' ? NULL : getenv(c->token_env);
    struct buf text = BUF_INIT(TOKEN_MOST);
    *ret = "";
    if (c->token_env[0] == '\0' && c->token_file[0] == '\0')
        return true;
    if (c->token_file[0] != '\0') {
        const char *path = path_join(a, config_dir(s->pass->desk->config), c->token_file);
        if (!file_read(path, &text, e)) {
            buf_release(&text);
            return false;
        }
        struct str all = buf_str(&text), line;
        (void)str_split(&all, '\n', &line);
        token = arena_text(a, str_trim(line));
        sodium_memzero(text.p, text.n);
        buf_release(&text);
    }
    if (token == NULL || token[0] == '\0')
        return err_set(e, ERR_CONFIG, N_("the token of the channel %s is not there (%s)"), c->name,
                       c->token_env[0] == '\0' ? c->token_file : c->token_env);
    *ret = arena_printf(a, "Authorization: Bearer %s", token);
    return true;
}

static const char *url_of(struct sending *s)
{
    struct arena *a = &s->pass->a;
    const char *target = s->channel->target;
    size_t n = strlen(target);
    const char *slash = strrchr(target, '/');
    bool ends = n > 0 && target[n - 1] == '/';
    switch (s->channel->kind) {
    case CHANNEL_MATRIX: return arena_printf(a, "%s%ssend/m.room.message/%s", target, ends ? "" : "/", s->page.uid);
    case CHANNEL_ALERTMANAGER: return arena_printf(a, "%s%sapi/v2/alerts", target, ends ? "" : "/");
    case CHANNEL_NTFY: return arena_text(a, str_part(target, (size_t)(slash - target) + 1));
    case CHANNEL_WEBHOOK:
    case CHANNEL_SMS:
    case CHANNEL_EMAIL:
    case CHANNEL_KIND_COUNT: break;
    }
    return target;
}

/* What the other side said, shortened, in the words of an error. */
static enum http_fate ask(struct sending *s, struct http_answer *ret, struct err *why)
{
    const char *headers[2], *login;
    const struct http_options o = {
        .url_key = "runbook.yaml", .login_key = "token_file", .ca_key = "runbook.yaml", .seconds = SECONDS};
    if (!authorization(s, &login, why))
        return HTTP_PERSON;
    struct http_request r = {.method = s->channel->kind == CHANNEL_MATRIX ? HTTP_PUT : HTTP_POST,
                             .url = url_of(s),
                             .headers = headers,
                             .type = s->page.type,
                             .body = str_of(s->page.payload)};
    headers[r.header_count++] = arena_printf(&s->pass->a, "Idempotency-Key: %s", s->page.uid);
    if (login[0] != '\0')
        headers[r.header_count++] = login;
    struct http_client *client = http_open(&o, why);
    if (client == NULL)
        return HTTP_PERSON;
    enum http_fate fate = http_send(client, &r, ret, why);
    http_close(client);
    return fate;
}

/* ------------------------------------------------------------------ what came of it */

static bool add_events(struct sending *s, struct tx *tx, struct err *e)
{
    struct incident_page *x = &s->page;
    if (x->state == PAGE_WAITING)
        return true;
    if (x->state == PAGE_UNKNOWN)
        x->reply = tr(s->pass->desk->files.profile.language, page_state_words(PAGE_UNKNOWN));
    return incident_page_story(s->pass, tx, x, x->state == PAGE_SENT, e);
}

static bool settle(struct sending *s, enum page_state state, const char *reply, struct err *e)
{
    static const enum incident_count counts[PAGE_STATE_COUNT] = {[PAGE_SENT] = INCIDENT_DID_SENT,
                                                                 [PAGE_WAITING] = INCIDENT_DID_WAITING,
                                                                 [PAGE_REFUSED] = INCIDENT_DID_REFUSED,
                                                                 [PAGE_UNKNOWN] = INCIDENT_DID_UNKNOWN};
    struct tx tx = {0};
    instant_t now = incident_now(s->pass);
    s->page.state = state;
    s->page.reply = reply;
    s->page.sent = state == PAGE_SENT ? now : INSTANT_NONE;
    /* Ten seconds after the first attempt, then twice as long each time: a page is not a mail. */
    int wait = s->at_once ? 0 : s->page.attempts > 5 ? 300 : 5 << s->page.attempts;
    wait = s->asked > wait ? (s->asked > 300 ? 300 : s->asked) : wait;
    s->page.next_try = state == PAGE_WAITING ? now + wait * INSTANT_PER_SECOND : INSTANT_NONE;
    bool ok = tx_begin(s->pass->desk->store, TX_WRITE, &tx, e) && incident_page_settle(&tx, &s->page, e) &&
              add_events(s, &tx, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    s->pass->report->of[counts[state]] += ok;
    return ok;
}

static bool claim(struct sending *s, bool *ret, struct err *e)
{
    struct tx tx = {0};
    incident_now(s->pass);
    bool ok = tx_begin(s->pass->desk->store, TX_WRITE, &tx, e) &&
              incident_page_claim(&tx, &s->pass->desk->by, s->page.id, s->pass->worker, ret, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

static bool send_one(struct sending *s, struct err *e)
{
    bool mine = false;
    struct http_answer answer = {0};
    struct err why = {.lang = e->lang};
    if (!claim(s, &mine, e))
        return false;
    if (!mine)
        return true;
    enum http_fate fate = ask(s, &answer, &why);
    s->page.attempts++;
    /* 503: it was not even tried (RFC 9110 §15.6.4). */
    enum page_state to = page_after(fate == HTTP_GOOD, fate == HTTP_LATER, answer.maybe_done && answer.status != 503,
                                    channel_kind_repeats(s->channel->kind), s->page.attempts);
    s->asked = answer.retry_after;
    if (fate != HTTP_GOOD && s->pass->report->server.code == ERR_NONE)
        s->pass->report->server = why;
    return settle(s, to, why.text, e);
}

/* What somebody who died left: sent again where the other side knows it by its id, else nobody knows. */
static bool take_over(struct sending *s, struct err *e)
{
    instant_t now = s->pass->desk->by.at;
    bool old = s->page.claimed == INSTANT_NONE ||
               s->page.claimed > now + LIMIT_PAGE_CLAIM_SECONDS * INSTANT_PER_SECOND ||
               now - s->page.claimed > LIMIT_PAGE_CLAIM_SECONDS * INSTANT_PER_SECOND;
    if (!old && !worker_is_dead(&s->pass->a, s->page.worker))
        return true;
    bool again = s->channel != NULL && channel_kind_repeats(s->channel->kind);
    s->at_once = true;
    return settle(s, again ? PAGE_WAITING : PAGE_UNKNOWN, "", e);
}

/* ------------------------------------------------------------------ once more, for who forgets */

/* Whether the channel was told of that failure some time ago, and of no end since. */
static bool knows(struct incident_pass *p, struct tx *tx, const struct channel *c, const struct incident *x, bool *ret,
                  struct err *e)
{
    instant_t until = p->desk->by.at - LIMIT_ALERT_REPEAT_SECONDS * INSTANT_PER_SECOND;
    struct incident_page *pages;
    size_t count;
    *ret = false;
    if (!incident_pages_load(tx, &p->a, x->id, &pages, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(pages[i].channel, c->name) == 0)
            *ret = !pages[i].over && (*ret || (pages[i].state == PAGE_SENT && pages[i].sent <= until));
    }
    return true;
}

/* What lasts, as the channel wants it; NULL: nothing, or it was asked for a moment ago. */
static bool repeat_payload(struct incident_pass *p, struct tx *tx, const struct channel *c, const char **ret,
                           struct err *e)
{
    struct incidents all = {0};
    const struct incident_filter open = {.open_only = true};
    const char *name = arena_printf(&p->a, "told %s", c->name);
    instant_t now = incident_now(p), told;
    size_t count = 0;
    *ret = NULL;
    if (!probe_watcher_get(tx, name, &told, e))
        return false;
    if (told != INSTANT_NONE && told <= now && now - told < LIMIT_ALERT_REPEAT_SECONDS * INSTANT_PER_SECOND)
        return true;
    if (!incidents_load(tx, &p->a, &open, &all, e))
        return false;
    const struct incident **list = arena_array(&p->a, const struct incident *, all.count);
    for (size_t i = 0; i < all.count; i++) {
        bool fires;
        if (!knows(p, tx, c, &all.items[i], &fires, e))
            return false;
        if (fires)
            list[count++] = &all.items[i];
    }
    *ret = count == 0 ? NULL : incident_alerts(p, c, list, count, false, "");
    return probe_watcher_set(tx, name, now, e);
}

bool incident_repeat(struct incident_pass *p, struct err *e)
{
    for (size_t i = 0; p->at == INSTANT_NONE && i < p->books.channel_count; i++) {
        const struct channel *c = &p->books.channels[i];
        char uid[TICKET_UID_BYTES];
        struct sending s = {.pass = p, .channel = c, .page = {.type = "application/json"}};
        struct http_answer answer = {0};
        struct err why = {.lang = e->lang};
        if (c->kind != CHANNEL_ALERTMANAGER)
            continue;
        struct tx tx = {0};
        bool ok = tx_begin(p->desk->store, TX_WRITE, &tx, e) && repeat_payload(p, &tx, c, &s.page.payload, e) &&
                  tx_commit(&tx, e);
        tx_rollback(&tx);
        if (!ok)
            return false;
        s.page.uid = ticket_uid_make(uid);
        if (s.page.payload != NULL && ask(&s, &answer, &why) != HTTP_GOOD && p->report->server.code == ERR_NONE)
            p->report->server = why;
    }
    return true;
}

bool incident_send(struct incident_pass *p, struct err *e)
{
    struct tx tx = {0};
    struct incident_page *pages = NULL;
    size_t count = 0;
    instant_t now = incident_now(p);
    bool ok = tx_begin(p->desk->store, TX_READ, &tx, e) && incident_pages_load(&tx, &p->a, 0, &pages, &count, e);
    tx_rollback(&tx);
    /* Those that were never tried first: a gateway that hangs makes nobody else wait. */
    for (size_t n = 0; ok && n < 2 * count; n++) {
        size_t i = n % count;
        if ((pages[i].attempts == 0) != (n < count))
            continue;
        struct sending s = {.pass = p, .page = pages[i], .channel = channel_find(&p->books, pages[i].channel)};
        bool due = pages[i].next_try == INSTANT_NONE || pages[i].next_try <= now;
        if (pages[i].state == PAGE_SENDING)
            ok = take_over(&s, e);
        else if (s.channel == NULL)
            ok = settle(&s, PAGE_REFUSED, tr(e->lang, N_("the runbook has no such channel any more")), e);
        else if (due)
            ok = send_one(&s, e);
    }
    return ok;
}
