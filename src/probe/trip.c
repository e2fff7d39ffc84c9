/* One URL, from its name to its answer, over as many hops as it redirects. Not here: what the answer means (judge.c).
 */
#include "probe/run.h"

#include <stddef.h>

static void trip_over(struct trip *t, enum verdict_code code, const char *detail)
{
    t->code = code;
    t->ended = t->run->loop.now;
    if (detail != NULL && detail != t->detail_text) {
        snprintf(t->detail_text, sizeof t->detail_text, "%.*s",
                 STR_ARG(str_utf8_cut(str_of(detail), sizeof t->detail_text - 1)));
        detail = t->detail_text;
    }
    t->detail = detail;
    t->over(t);
}

static void look_up_end(struct trip *t)
{
    names_drop(&t->question);
    loop_timer_stop(&t->run->loop, &t->timer);
}

/* ---------------------------------------------------------------- addresses */

static void to_line(struct trip *t)
{
    line_add(t->kind != TRIP_CHECK ? &t->run->urgent : &t->run->waiting, t);
}

/* After a redirect the verdict is about the redirection; for a fetch of ours it only matters that it failed. */
static void refuse_address(struct trip *t, const union address *a)
{
    char address[ADDRESS_TEXT_BYTES];
    enum lang lang = t->run->settings->lang;
    address_text(a, address);
    if (t->url.kind == URL_NAME)
        snprintf(t->detail_text, sizeof t->detail_text, tr(lang, N_("%s, whose address %s is internal")), t->url.host,
                 address);
    else
        snprintf(t->detail_text, sizeof t->detail_text, tr(lang, N_("the internal address %s")), address);
    trip_over(t, CONNECTION_REDIRECT_BAD, t->detail_text);
}

static void take_addresses(struct trip *t, const union address *items, size_t count)
{
    t->candidate_count = t->candidate_at = 0;
    for (size_t i = 0; i < count; i++)
        if (guard_address(t->run->settings->guard, &items[i].sa) == NULL)
            t->candidates[t->candidate_count++] = items[i];
    if (t->candidate_count == 0)
        refuse_address(t, &items[0]);
    else
        to_line(t);
}

static void on_names(struct names_question *q, const struct names_answer *answer)
{
    struct trip *t = MEMBER_OF(q, struct trip, question);
    t->dns_us = answer->known ? -1 : t->run->loop.now - t->asked_at;
    look_up_end(t);
    if (answer->code == CONNECTION_OK) {
        take_addresses(t, answer->items, answer->count);
        return;
    }
    t->seconds = t->run->settings->dns_ms / 1000;
    trip_over(t, answer->code, answer->detail == NULL ? NULL : tr(t->run->settings->lang, answer->detail));
}

static void on_due(struct loop_timer *timer)
{
    struct trip *t = MEMBER_OF(timer, struct trip, timer);
    look_up_end(t);
    t->seconds = t->run->settings->dns_ms / 1000;
    trip_over(t, CONNECTION_DNS_TIMEOUT, NULL);
}

static void find_addresses(struct trip *t)
{
    struct run *run = t->run;
    union address literal = {0};
    socklen_t n;
    struct sockaddr_storage storage;
    if (url_address(&t->url, &storage, &n)) {
        memcpy(&literal, &storage, sizeof literal);
        take_addresses(t, &literal, 1);
        return;
    }
    if (run->wires.has_proxy) { /* which knows the names */
        to_line(t);
        return;
    }
    t->asked_at = run->loop.now;
    int64_t due = t->asked_at + (int64_t)run->settings->dns_ms * 1000;
    loop_timer_set(&run->loop, &t->timer, due < t->deadline ? due : t->deadline);
    t->question.answered = on_names;
    names_ask(run->names, &t->question, t->url.host, t->url.port, false);
}

/* ---------------------------------------------------------------- redirects */

static bool is_redirect(const struct wire *w)
{
    int s = w->reader.status;
    return s == 301 || s == 302 || s == 303 || s == 307 || s == 308;
}

static void follow(struct trip *t)
{
    struct run *run = t->run;
    struct err e = {.lang = run->settings->lang};
    struct url next;
    const char *location = buf_text(&t->wire->reader.location);
    if (location[0] == '\0') {
        trip_over(t, CONNECTION_REDIRECT_BAD, tr(e.lang, N_("it does not say where to (no Location)")));
        return;
    }
    if (!url_resolve(&t->url, str_of(location), &next, &e)) {
        trip_over(t, CONNECTION_REDIRECT_BAD, e.text);
        return;
    }
    char shown[URL_SHOWN_BYTES];
    if ((t->url.scheme == URL_HTTPS && next.scheme == URL_HTTP) || !guard_port(next.port)) {
        trip_over(t, CONNECTION_REDIRECT_BAD, url_shown(&next, shown));
        return;
    }
    if (t->redirects == run->settings->max_redirects) {
        trip_over(t, CONNECTION_REDIRECT_LOOP, NULL);
        return;
    }
    t->redirects++;
    bool same = url_same_host(&t->url, &next) && t->candidate_count > 0;
    t->url = next;
    t->dns_us = -1;
    wire_free(t->wire);
    t->wire = NULL;
    if (!same) {
        find_addresses(t);
        return;
    }
    /* the address of the target is what is checked: its other addresses have checks of their own */
    t->candidates[0] = t->candidates[t->candidate_at];
    t->candidate_count = 1, t->candidate_at = 0;
    address_set_port(&t->candidates[0], next.port);
    to_line(t);
}

/* ---------------------------------------------------------------- hops */

static bool chain_is_bad(struct trip *t, STACK_OF(X509) * chain, const char *host)
{
    struct judgement j;
    struct probe_clock clock = t->run->settings->clock;
    struct arena a = {0};
    trust_judge_stack(t->run->settings->trust, &a, chain, host, clock.real(clock.ctx), &j);
    bool bad = verdict_class(j.code) == VERDICT_BAD;
    arena_release(&a);
    return bad;
}

static void keep_chain(struct trip *t)
{
    struct wire *w = t->wire;
    if (w->chain == NULL || t->kind != TRIP_CHECK)
        return;
    if (t->chain != NULL && (chain_is_bad(t, t->chain, t->tls_host) || !chain_is_bad(t, w->chain, t->url.host)))
        return;
    sk_X509_pop_free(t->chain, X509_free);
    t->chain = w->chain;
    w->chain = NULL;
    struct buf stapled = t->stapled;
    t->stapled = w->stapled;
    w->stapled = stapled;
    t->protocol = w->protocol;
    t->protocol_version = w->protocol_version;
    t->cipher = w->cipher;
    memcpy(t->tls_host, t->url.host, sizeof t->tls_host);
}

/* Those who wait for an address that does not accept connections need not find that out one by one. */
static void same_for_waiting(struct trip *t, const struct host *h)
{
    const struct wire *w = t->wire;
    struct trip *first = h->waiting.first;
    while (first != NULL) {
        struct trip *gone = first;
        first = first->line_next;
        line_remove(gone->line, gone);
        gone->seconds = w->seconds;
        trip_over(gone, w->code, NULL);
    }
}

static void on_wire_over(struct wire *w)
{
    struct trip *t = w->owner;
    struct run *run = t->run;
    keep_chain(t);
    t->seconds = w->seconds;
    if (w->code == CONNECTION_TIMEOUT && t->host != NULL)
        same_for_waiting(t, t->host);
    if (w->code == CONNECTION_TLS_TIMEOUT && w->first_count == 0)
        host_is_silent(run, t);
    host_leave(run, t);
    bool no_way = w->code == CONNECTION_TIMEOUT || w->code == CONNECTION_REFUSED || w->code == CONNECTION_UNREACHABLE;
    if (no_way && t->candidate_at + 1 < t->candidate_count && run->loop.now < t->deadline) {
        t->candidate_at++;
        wire_free(w);
        t->wire = NULL;
        to_line(t);
    } else if (w->code == CONNECTION_OK && is_redirect(w) && t->method == HTTP1_GET && !t->stay) {
        follow(t);
    } else {
        trip_over(t, w->code, w->detail);
    }
}

void trip_start(struct trip *t)
{
    struct run *run = t->run;
    if (t->kind == TRIP_REVOCATION && !inquiry_still_wants(t)) {
        host_drain(run, t); /* the others that wait for it hear the same */
        trip_over(t, CONNECTION_INTERRUPTED, NULL);
        return;
    }
    if (!host_enter(run, t))
        return;
    if (t->deadline == INT64_MAX) { /* not while it waited for others */
        t->began = run->loop.now;
        t->deadline = t->began + (int64_t)t->total_ms * 1000;
    }
    struct wire *w = wire_new(&run->wires);
    w->url = &t->url;
    if (t->candidate_count > 0)
        w->address = t->candidates[t->candidate_at];
    w->request = (struct http1_request){.method = t->method,
                                        .url = &t->url,
                                        .accept = t->accept,
                                        .body_type = t->body_type,
                                        .body = t->body,
                                        .soap_action = t->soap_action};
    w->source = t->source;
    w->bare = t->bare;
    w->max_body_bytes = t->max_body_bytes;
    w->deadline = t->deadline;
    w->patient = t->patient;
    w->over = on_wire_over;
    w->owner = t;
    t->wire = w;
    if (wire_begin(w))
        return;
    t->wire = NULL;
    wire_free(w);
    host_leave(run, t); /* it enters again when there is a descriptor */
    run_starves(run, t);
}

/* ---------------------------------------------------------------- life */

void trip_init(struct trip *t, struct run *run, void (*over)(struct trip *))
{
    *t = (struct trip){.run = run,
                       .over = over,
                       .method = HTTP1_GET,
                       .max_body_bytes = run->settings->max_body_bytes,
                       .deadline = INT64_MAX,
                       .total_ms = run->settings->total_ms,
                       .dns_us = -1,
                       .stapled = BUF_INIT(LIMIT_PROBE_STAPLED_BYTES),
                       .protocol = "",
                       .cipher = "",
                       .timer = {.due = on_due}};
    t->all_next = run->trips;
    if (run->trips != NULL)
        run->trips->all_previous = t;
    run->trips = t;
}

void trip_begin(struct trip *t)
{
    if (t->candidate_count > 0)
        to_line(t);
    else
        find_addresses(t);
}

void trip_stop(struct trip *t, enum verdict_code code)
{
    if (t->line != NULL)
        line_remove(t->line, t);
    look_up_end(t);
    if (t->wire != NULL && t->wire->phase != WIRE_OVER)
        wire_stop(t->wire, code); /* which is over through on_wire_over */
    else
        trip_over(t, code, NULL);
}

void trip_release(struct trip *t)
{
    if (t->line != NULL)
        line_remove(t->line, t);
    look_up_end(t);
    host_leave(t->run, t);
    wire_free(t->wire);
    sk_X509_pop_free(t->chain, X509_free);
    buf_release(&t->stapled);
    *(t->all_previous == NULL ? &t->run->trips : &t->all_previous->all_next) = t->all_next;
    if (t->all_next != NULL)
        t->all_next->all_previous = t->all_previous;
}
