/* Asking: targets into the engine, and what every address showed out of it, copied. */
#include <poll.h>

#include "flow/outlook.h"
#include "flow/sweep_round.h"
#include "net/xml_safe.h"

static bool next_target(void *context, struct probe_target *ret)
{
    struct rounding *r = context;
    if (r->next_canary < r->canary_count) {
        r->next_canary++;
        *ret = (struct probe_target){.tag = -(int64_t)r->next_canary, .url = r->canaries[r->next_canary - 1].url};
        return true;
    }
    if (r->next == r->target_count)
        return false;
    *ret = (struct probe_target){.tag = (int64_t)r->next, .url = r->targets[r->next]->endpoint};
    r->next++;
    return true;
}

static void keep_chain(struct rounding *r, const struct probe_observation *o, struct sweep_line *line)
{
    struct sweep_certificate *chain = arena_array(r->arena, struct sweep_certificate, o->chain_count);
    for (size_t i = 0; i < o->chain_count; i++) {
        struct served_entry *c = served_see(&r->served, o->chain[i]);
        if (c == NULL)
            continue;
        c->shown = true;
        chain[line->chain_count++] = (struct sweep_certificate){.subject = c->certificate.subject,
                                                                .issuer = c->certificate.issuer,
                                                                .fingerprint = c->certificate.fingerprint_hex,
                                                                .not_after = c->certificate.last_day};
    }
    line->chain = chain;
}

/* The server's own: its texts are those of the round's list. */
static void keep_leaf(struct rounding *r, const struct certificate *leaf, struct sweep_line *line)
{
    struct served_entry *c = leaf == NULL ? NULL : served_see(&r->served, leaf->der);
    line->seen.fingerprint = "";
    if (c == NULL)
        return;
    c->shown = true;
    line->leaf = &c->certificate;
    line->seen.fingerprint = c->certificate.fingerprint_hex;
    owners_note(&r->owners, line->body->id, c->certificate.nif, c->certificate.organisation);
}

static const char *kept_text(struct rounding *r, const char *text)
{
    return text == NULL ? "" : arena_strdup(r->arena, text);
}

/* One address answered, or did not: everything that outlives the callback is copied. */
static void seen(void *context, const struct probe_observation *o)
{
    struct rounding *r = context;
    if (o->tag < 0) { /* whatever it says, it answers */
        struct canary *canary = &r->canaries[-o->tag - 1];
        canary->answered = canary->answered || o->status != 0 || o->chain_count > 0;
        return;
    }
    struct sweep_line line = {
        .body = r->targets[o->tag],
        .seen =
            {
                .body_id = r->targets[o->tag]->id,
                .at = clock_system().now,
                .url = kept_text(r, o->url),
                .host = kept_text(r, o->host),
                .address = kept_text(r, o->address),
                .port = o->port,
                .trust_day = o->facts[VERDICT_TRUST].day,
                .status = o->status,
                .seconds = o->facts[VERDICT_CONNECTION].seconds,
                .not_after = o->leaf == NULL ? DAY_NONE : o->leaf->last_day,
                .protocol = kept_text(r, o->protocol),
                .cipher = kept_text(r, o->cipher),
                .final_url = kept_text(r, o->final_url),
                .wsdl_hash = o->wsdl == NULL ? "" : arena_strdup(r->arena, o->wsdl->hash),
                .bytes = (int64_t)o->body_bytes,
                .us_dns = o->times.dns_us,
                .us_tcp = o->times.tcp_us,
                .us_tls = o->times.tls_us,
                .us_http = o->times.http_us,
            },
        .middlebox = o->middlebox,
    };
    for (int p = 0; p < VERDICT_PARTS; p++) {
        line.seen.verdict[p] = o->verdict[p];
        line.seen.detail[p] = kept_text(r, o->facts[p].detail);
    }
    keep_leaf(r, o->leaf, &line);
    keep_chain(r, o, &line);
    vec_push(&r->lines, line);
    r->seen += o->last;
    if (r->options->progress != NULL)
        r->options->progress(r->options->progress_context, r->seen, r->target_count);
}

static void on_phase(void *context, const char *host, const char *address, enum probe_phase p)
{
    static const char *const names[] = {
        [PHASE_DNS] = "DNS", [PHASE_TCP] = "TCP", [PHASE_TLS] = "TLS", [PHASE_HTTP] = "HTTP"};
    const struct rounding *r = context;
    r->options->step(r->options->step_context, host, address, names[p]);
}

static bool is_readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return fd >= 0 && poll(&p, 1, 0) > 0;
}

bool round_ask(struct rounding *r)
{
    struct outlook outlook;
    struct probe_summary summary;
    if (!outlook_open(&outlook, r->desk, r->arena, r->e))
        return false;
    struct probe_settings s = outlook.settings;
    s.memory = &r->answers.memory;
    const struct probe_onlooker onlooker = {on_phase, r};
    if (r->options->step != NULL)
        s.onlooker = &onlooker;
    xml_init();
    if (r->sweep.started == 0)
        r->sweep.started = clock_system().now;
    bool ok = probe_run(&s, &(struct probe_source){next_target, r}, &(struct probe_sink){seen, r}, r->options->stop_fd,
                        &summary, r->e);
    r->sweep.ended = clock_system().now;
    r->sweep.interrupted = ok && is_readable(r->options->stop_fd) &&
                           (summary.interrupted > 0 || r->next < r->target_count || r->next_canary < r->canary_count);
    outlook_close(&outlook);
    return ok;
}
