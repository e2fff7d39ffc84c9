/* Not here: the checks themselves (src/probe), the rules (core/watch), what is kept (record/sweep). */
#include "flow/sweep.h"

#include <poll.h>
#include <stdio.h>

#include "base/file.h"
#include "flow/served.h"
#include "net/xml_safe.h"
#include "probe/engine.h"
#include "record/action.h"
#include "record/audit.h"
#include "record/outage.h"

#define SOURCE_SWEEP "sweep"
#define US_LEAST_BODIES 5 /* fewer failures than this say nothing of our network */
#define US_WITNESSES 8    /* bodies that were up, asked besides when a round asks only some */

/* A destination that answers when our own network works. */
struct canary {
    const char *url;
    bool answered;
};

struct rounding {
    struct desk *desk;
    struct arena *arena;
    const struct sweep_options *options;
    struct sweep sweep;
    struct bodies bodies;
    struct watch_record *watches;
    size_t watch_count;
    struct silence *silences;
    size_t silence_count;
    struct outage *outages;
    size_t outage_count;
    const struct body **targets;
    size_t target_count, next, seen;
    struct canary *canaries; /* a negative tag is the place of one here, less one */
    size_t canary_count, next_canary;
    struct sweep_body *judged;
    VEC(struct sweep_line) lines;
    struct served served;
    const struct body_index *index;
    struct err *e;
};

/* ------------------------------------------------------------------ what is checked */

static struct watch_record *watch_of(struct rounding *r, int64_t body_id)
{
    for (size_t low = 0, high = r->watch_count; low < high;) {
        size_t middle = (low + high) / 2;
        if (r->watches[middle].body_id == body_id)
            return &r->watches[middle];
        if (r->watches[middle].body_id < body_id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool is_due(struct rounding *r, const struct body *b)
{
    const struct watch_record *w = watch_of(r, b->id);
    return !r->options->failing_only || (w != NULL && w->watch.failures > 0);
}

static bool choose(struct rounding *r)
{
    const struct sweep_options *o = r->options;
    r->targets = arena_array(r->arena, const struct body *, r->bodies.count + o->name_count);
    for (size_t i = 0; i < o->name_count; i++) {
        if (!bodies_find(&r->bodies, o->names[i], &r->targets[r->target_count++], r->e))
            return false;
    }
    for (size_t i = 0; o->name_count == 0 && i < r->bodies.count; i++) {
        const struct body *b = &r->bodies.items[i];
        if (b->excluded == NULL && b->vanished == DAY_NONE && is_due(r, b))
            r->targets[r->target_count++] = b;
    }
    return true;
}

static bool is_target(const struct rounding *r, const struct body *b)
{
    for (size_t i = 0; i < r->target_count; i++) {
        if (r->targets[i] == b)
            return true;
    }
    return false;
}

/* A round of a few bodies that all fail cannot tell whether it is us. So some that were up are asked after them, and
 * nothing is kept of it; they stand all over the registry, as not to be one server of many names. */
static void choose_witnesses(struct rounding *r)
{
    VEC(const struct body *) up = {0};
    for (size_t i = 0; i < r->bodies.count; i++) {
        const struct body *b = &r->bodies.items[i];
        const struct watch_record *w = watch_of(r, b->id);
        if (w != NULL && w->watch.last != 0 && w->watch.failures == 0 && b->excluded == NULL &&
            b->vanished == DAY_NONE && !is_target(r, b))
            vec_push(&up, b);
    }
    size_t count = up.count < US_WITNESSES ? up.count : US_WITNESSES;
    for (size_t i = 0; i < count; i++)
        r->canaries[r->canary_count++].url = up.items[i * up.count / count]->endpoint;
    vec_release(&up);
}

static void choose_canaries(struct rounding *r)
{
    const char *const *urls;
    size_t count = config_list(r->desk->config, KEY_PROBE_CANARIES, &urls);
    r->canaries = arena_array(r->arena, struct canary, count + US_WITNESSES);
    for (size_t i = 0; i < count; i++)
        r->canaries[r->canary_count++].url = urls[i];
}

static bool load(struct rounding *r)
{
    struct desk *d = r->desk;
    struct tx tx;
    if (!tx_begin(d->store, TX_READ, &tx, r->e))
        return false;
    bool ok = bodies_load(&tx, r->arena, &d->files.profile, d->by.day, &r->bodies, r->e) &&
              watches_load(&tx, r->arena, &r->watches, &r->watch_count, r->e) &&
              silences_load(&tx, r->arena, d->by.day, &r->silences, &r->silence_count, r->e);
    tx_rollback(&tx);
    if (!ok || !choose(r))
        return false;
    r->index = body_index_make(r->arena, &r->bodies);
    choose_canaries(r);
    return true;
}

/* ------------------------------------------------------------------ asking */

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
        const struct served_entry *c = served_see(&r->served, o->chain[i]);
        if (c != NULL)
            chain[line->chain_count++] = (struct sweep_certificate){.subject = c->certificate.subject,
                                                                    .issuer = c->certificate.issuer,
                                                                    .fingerprint = c->fingerprint,
                                                                    .not_after = c->certificate.last_day};
    }
    line->chain = chain;
}

/* The server's own: its texts are those of the round's list. */
static void keep_leaf(struct rounding *r, const struct certificate *leaf, struct sweep_line *line)
{
    struct served_entry *c = leaf == NULL ? NULL : served_see(&r->served, leaf->der);
    line->organisation = line->seen.fingerprint = "";
    if (c == NULL)
        return;
    c->leaf = true;
    line->organisation = c->certificate.organisation;
    line->seen.fingerprint = c->fingerprint;
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

static struct probe_settings settings_of(const struct desk *d, const struct guard *guard, struct trust *trust)
{
    const struct config *c = d->config;
    struct probe_settings s = PROBE_DEFAULTS;
    int total = (int)config_int(c, KEY_PROBE_SECONDS) * 1000;
    s.in_flight = (size_t)config_int(c, KEY_PROBE_IN_FLIGHT);
    s.per_host = (size_t)config_int(c, KEY_PROBE_PER_HOST);
    s.dns_ms = s.connect_ms = s.tls_ms = s.http_ms = total / 4 > 0 ? total / 4 : 1;
    s.total_ms = total;
    s.proxy = config_text(c, KEY_NET_PROXY)[0] == '\0' ? NULL : config_text(c, KEY_NET_PROXY);
    s.dns_servers = config_text(c, KEY_NET_DNS)[0] == '\0' ? NULL : config_text(c, KEY_NET_DNS);
    s.operation_count = config_list(c, KEY_PROBE_OPERATIONS, &s.operations);
    s.revocation = config_bool(c, KEY_PROBE_REVOCATION);
    s.guard = guard;
    s.trust = trust;
    s.expiring_days = d->files.profile.thresholds[0];
    s.lang = d->lang;
    s.clock = probe_clock_system();
    return s;
}

static bool open_guard(struct rounding *r, struct guard *ret)
{
    const char *const *ranges;
    size_t count = config_list(r->desk->config, KEY_NET_ALLOW, &ranges);
    struct str *texts = arena_array(r->arena, struct str, count);
    for (size_t i = 0; i < count; i++)
        texts[i] = str_of(ranges[i]);
    if (guard_init(ret, r->arena, texts, count, r->e))
        return true;
    r->e->code = ERR_CONFIG;
    err_where(r->e, "%s", config_source(r->desk->config, KEY_NET_ALLOW));
    return false;
}

static bool open_trust(struct rounding *r, struct trust **ret)
{
    const struct config *c = r->desk->config;
    const char *const *anchors;
    size_t count = config_list(c, KEY_TRUST_ANCHORS, &anchors);
    const char **paths = arena_array(r->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        paths[i] = path_join(r->arena, config_dir(c), anchors[i]);
    const char *bundle = config_text(c, KEY_TRUST_BUNDLE);
    return trust_open(bundle[0] == '\0' ? NULL : bundle, paths, count, ret, r->e);
}

static bool is_readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return fd >= 0 && poll(&p, 1, 0) > 0;
}

static bool ask(struct rounding *r)
{
    struct guard guard;
    struct trust *trust = NULL;
    struct probe_summary summary;
    if (!open_guard(r, &guard) || !open_trust(r, &trust))
        return false;
    struct probe_settings s = settings_of(r->desk, &guard, trust);
    xml_init();
    if (r->sweep.started == 0)
        r->sweep.started = clock_system().now;
    bool ok = probe_run(&s, &(struct probe_source){next_target, r}, &(struct probe_sink){seen, r}, r->options->stop_fd,
                        &summary, r->e);
    r->sweep.ended = clock_system().now;
    r->sweep.interrupted = ok && is_readable(r->options->stop_fd) &&
                           (summary.interrupted > 0 || r->next < r->target_count || r->next_canary < r->canary_count);
    trust_free(trust);
    return ok;
}

/* ------------------------------------------------------------------ what it means */

static int by_target(const void *a, const void *b)
{
    const struct sweep_line *x = a, *y = b;
    if (x->body->id != y->body->id)
        return x->body->id < y->body->id ? -1 : 1;
    return strcmp(x->seen.address, y->seen.address);
}

/* The certificate is made out to another body of the registry. */
static bool other_owner(struct rounding *r, const struct sweep_line *line)
{
    struct arena scratch = {0};
    bool several = false;
    const struct body *owner = line->organisation[0] == '\0'
                                   ? NULL
                                   : body_index_find(r->index, &scratch, str_of(line->organisation), &several);
    arena_release(&scratch);
    return owner != NULL && owner->id != line->body->id && strcmp(owner->name_key, line->body->name_key) != 0;
}

/* What a cut of ours looks like. A wrong address in the registry fails without any network. */
static bool answered_nothing(const struct sweep_line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum verdict_code c = lines[i].seen.verdict[VERDICT_CONNECTION];
        if (lines[i].seen.status != 0 || lines[i].seen.fingerprint[0] != '\0' || c == CONNECTION_URL ||
            c == CONNECTION_FORBIDDEN)
            return false;
    }
    return true;
}

/* The contract that an address publishes, "" when what it publishes is none. */
static const char *contract(const struct sweep_line *line)
{
    enum verdict_code c = line->seen.verdict[VERDICT_APPLICATION];
    return c == APPLICATION_OK || c == APPLICATION_ADDRESS || c == APPLICATION_CHANGED ? line->seen.wsdl_hash : "";
}

/* Whether no address publishes the contract of before and one publishes another. A second address that has always had
 * its own is no change. */
static void note_changed(struct sweep_line *lines, size_t count, const struct watch_record *w)
{
    if (w == NULL || w->wsdl_hash[0] == '\0')
        return;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(contract(&lines[i]), w->wsdl_hash) == 0)
            return;
    }
    for (size_t i = 0; i < count; i++) {
        if (contract(&lines[i])[0] != '\0')
            lines[i].seen.verdict[VERDICT_APPLICATION] = APPLICATION_CHANGED;
    }
}

static void judge_body(struct rounding *r, struct sweep_line *lines, size_t count, struct sweep_body *ret)
{
    struct seen_address *addresses = arena_array(r->arena, struct seen_address, count);
    note_changed(lines, count, watch_of(r, lines[0].body->id));
    for (size_t i = 0; i < count; i++) {
        addresses[i] = observation_seen(&lines[i].seen);
        addresses[i].middlebox = lines[i].middlebox;
        addresses[i].other_owner = other_owner(r, &lines[i]);
    }
    *ret = (struct sweep_body){
        .body = lines[0].body,
        .lines = lines,
        .line_count = count,
        .outcome = watch_outcome(addresses, count),
        .telling = watch_telling(addresses, count),
        .addresses = addresses,
    };
    ret->telling_line = ret->telling == NULL ? 0 : (size_t)(ret->telling - addresses);
    for (size_t i = 0; i < r->silence_count; i++) {
        if (r->silences[i].body_id == ret->body->id)
            ret->silence = &r->silences[i];
    }
    r->sweep.counts.bodies++;
    r->sweep.counts.failed += ret->outcome == OUTCOME_FAILED;
    r->sweep.counts.failed_network += ret->outcome == OUTCOME_FAILED && answered_nothing(lines, count);
    r->sweep.up += ret->outcome == OUTCOME_UP;
    r->sweep.failed += ret->outcome == OUTCOME_FAILED;
}

static void judge(struct rounding *r)
{
    struct sweep_line *lines = vec_to_arena(&r->lines, r->arena);
    size_t count = r->lines.count;
    if (count > 0)
        qsort(lines, count, sizeof *lines, by_target);
    r->judged = arena_array(r->arena, struct sweep_body, count);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && lines[end].body == lines[i].body; end++)
            continue;
        judge_body(r, &lines[i], end - i, &r->judged[r->sweep.body_count++]);
    }
    r->sweep.bodies = r->judged;
}

static size_t us_percent(const struct rounding *r)
{
    return (size_t)config_int(r->desk->config, KEY_PROBE_US);
}

/* Whether the bodies of this round leave open if the fault is ours, and nobody else was asked. */
static bool wants_witnesses(const struct rounding *r)
{
    const struct round_counts *c = &r->sweep.counts;
    bool few = r->options->failing_only || r->options->name_count > 0;
    return few && !r->sweep.interrupted && r->canary_count == 0 && c->failed > 0 &&
           (r->sweep.up == 0 || c->failed_network * 100 >= c->bodies * us_percent(r));
}

static bool ask_witnesses(struct rounding *r)
{
    if (wants_witnesses(r))
        choose_witnesses(r);
    return r->next_canary == r->canary_count || ask(r);
}

static void conclude(struct rounding *r)
{
    for (size_t i = 0; i < r->canary_count; i++) {
        r->sweep.counts.canaries++;
        r->sweep.counts.canaries_failed += !r->canaries[i].answered;
    }
    r->sweep.us = watch_is_us(&r->sweep.counts, us_percent(r), US_LEAST_BODIES);
    bool others_answer =
        !r->sweep.us && (r->sweep.up > 0 || r->sweep.counts.canaries_failed < r->sweep.counts.canaries);
    for (size_t i = 0; i < r->sweep.body_count; i++) {
        struct sweep_body *b = &r->judged[i];
        b->reconciliation = watch_reconcile(b->addresses, b->line_count, b->body->expires[CERT_CDS], others_answer);
    }
}

/* ------------------------------------------------------------------ what is kept */

static const struct outage *open_outage(const struct rounding *r, int64_t body_id)
{
    for (size_t i = 0; i < r->outage_count; i++) {
        if (r->outages[i].body_id == body_id)
            return &r->outages[i];
    }
    return NULL;
}

static const char *reason_of(struct rounding *r, const struct sweep_body *b)
{
    const struct observation *o = &b->lines[b->telling_line].seen;
    enum verdict_part part =
        verdict_class(o->verdict[VERDICT_CONNECTION]) == VERDICT_BAD ? VERDICT_CONNECTION : VERDICT_APPLICATION;
    struct verdict_facts facts = observation_facts(o, part);
    return verdict_fill(r->arena, tr(r->desk->files.profile.language, verdict_reason(o->verdict[part])), &facts);
}

/* A body is down and no outage is open: it went down now, or it did so under a silence that is over, or a person closed
 * its outage and it still does not answer. What a person closed stays closed on that day. */
static bool open_for(struct rounding *r, struct tx *tx, const struct sweep_body *b, day_t first)
{
    const struct by *by = &r->desk->by;
    struct outage *known;
    size_t count;
    int64_t id;
    day_t since = first > by->day ? by->day : first;
    if (!outages_load(tx, r->arena, b->body->id, by->day, false, &known, &count, r->e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (b->step == WATCH_STAYS_DOWN && known[i].closed >= by->day)
            return true;
        if (known[i].closed > since)
            since = known[i].closed;
    }
    r->sweep.went_down++;
    return outage_open(tx, by, b->body->id, reason_of(r, b), since, SOURCE_SWEEP, &id, r->e);
}

static bool close_recovered(struct rounding *r, struct tx *tx, const struct sweep_body *b, const struct outage *open)
{
    const struct by *by = &r->desk->by;
    const char *text = tr(r->desk->files.profile.language, N_("The service answers again."));
    struct action action = {.body_id = b->body->id,
                            .day = by->day,
                            .group = GROUP_OUTAGE,
                            .text = text,
                            .ticket = "",
                            .source = SOURCE_SWEEP};
    day_t closed = by->day < open->since ? open->since : by->day;
    bool added;
    r->sweep.recovered++;
    return outage_close(tx, by, b->body->id, text, closed, r->e) && action_add(tx, by, &action, &added, r->e);
}

/* A person said that it blocks us and that its service works (A1), and that is what it looks like. */
static bool blocks_us(const struct sweep_body *b)
{
    return b->body->mark_reason != NULL && b->reconciliation == RECONCILIATION_PERHAPS_BLOCKED;
}

/* Those that the rounds leave out can be asked by their name, and are nobody's outage. */
static bool is_watched(const struct body *b)
{
    return b->excluded == NULL && b->vanished == DAY_NONE;
}

/* Opens or closes the body's outage as the step says. */
static bool follow(struct rounding *r, struct tx *tx, const struct sweep_body *b, const struct watch *w)
{
    const struct outage *open = open_outage(r, b->body->id);
    bool down = b->step == WATCH_WENT_DOWN || (b->step == WATCH_STAYS_DOWN && b->outcome == OUTCOME_FAILED);
    if (down && open == NULL && b->silence == NULL && is_watched(b->body) && !blocks_us(b))
        return open_for(r, tx, b, day_madrid(w->first));
    if (b->step == WATCH_RECOVERED && open != NULL && strcmp(open->source, SOURCE_SWEEP) == 0)
        return close_recovered(r, tx, b, open);
    return true;
}

static bool keep_body(struct rounding *r, struct tx *tx, struct sweep_body *b, const struct watch_rule *rule)
{
    const struct watch_record *known = watch_of(r, b->body->id);
    struct watch_record w = known == NULL ? (struct watch_record){.wsdl_hash = ""} : *known;
    w.body_id = b->body->id;
    w.sweep_id = r->sweep.id;
    w.reconciliation = b->reconciliation;
    if (!r->sweep.us)
        b->step = watch_take(&w.watch, b->outcome, r->sweep.ended, rule);
    bool same = false;
    for (size_t i = 0; i < b->line_count; i++)
        same = same || strcmp(contract(&b->lines[i]), w.wsdl_hash) == 0;
    for (size_t i = 0; i < b->line_count; i++) {
        struct observation o = b->lines[i].seen;
        o.sweep_id = r->sweep.id;
        if (!observation_add(tx, &o, r->e))
            return false;
        if (!same && contract(&b->lines[i])[0] != '\0') {
            w.wsdl_hash = o.wsdl_hash;
            same = true;
        }
    }
    /* When it is our network, what was known of the body stays what is known. */
    return r->sweep.us || (watch_put(tx, &w, r->e) && follow(r, tx, b, &w.watch));
}

static bool keep(struct rounding *r)
{
    const struct config *c = r->desk->config;
    const struct watch_rule rule = {
        .failures = (int)config_int(c, KEY_PROBE_FAILURES),
        .minutes = (int)config_int(c, KEY_PROBE_MINUTES),
        .retry_minutes = (int)config_int(c, KEY_PROBE_RETRY),
    };
    struct tx tx;
    bool changed;
    if (!tx_begin(r->desk->store, TX_WRITE, &tx, r->e))
        return false;
    /* While we asked, somebody may have opened an outage, or another round may have ended. */
    bool ok = watches_load(&tx, r->arena, &r->watches, &r->watch_count, r->e) &&
              outages_load(&tx, r->arena, 0, r->desk->by.day, true, &r->outages, &r->outage_count, r->e) &&
              sweep_begin(&tx, &r->desk->by, r->options->kind, r->sweep.started, &r->sweep.id, r->e);
    for (size_t i = 0; ok && i < r->served.entries.count; i++) {
        const struct served_entry *entry = &r->served.entries.items[i];
        if (!entry->leaf)
            continue;
        const struct served_certificate kept = served_record(r->arena, &entry->certificate);
        ok = served_certificate_add(&tx, &kept, r->sweep.started, r->e);
    }
    for (size_t i = 0; ok && i < r->sweep.body_count; i++)
        ok = keep_body(r, &tx, &r->judged[i], &rule);
    if (ok && r->sweep.us)
        ok = blind_begin(&tx, r->sweep.started, "no answer from most of the bodies or the canaries", &changed, r->e);
    else if (ok && r->sweep.up > 0)
        ok = blind_end(&tx, r->sweep.ended, &changed, r->e);
    ok = ok && sweep_end(&tx, r->sweep.id, r->sweep.ended, r->sweep.body_count, r->sweep.failed, r->sweep.us, r->e) &&
         tx_commit(&tx, r->e);
    tx_rollback(&tx);
    return ok;
}

bool sweep_run(struct desk *d, const struct sweep_options *o, struct arena *a, struct sweep *ret, struct err *e)
{
    struct rounding r = {.desk = d, .arena = a, .options = o, .served.arena = a, .e = e};
    bool ok = load(&r) && ask(&r);
    if (ok)
        judge(&r);
    ok = ok && ask_witnesses(&r);
    if (ok)
        conclude(&r);
    ok = ok && (r.sweep.interrupted || keep(&r));
    if (ok)
        *ret = r.sweep;
    vec_release(&r.lines);
    served_release(&r.served);
    return ok;
}
