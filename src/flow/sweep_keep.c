/* What is kept of a round: observations, certificates, watches and outages, in one transaction. */
#include "base/buf.h"
#include "flow/evidence.h"
#include "flow/sweep_round.h"
#include "record/action.h"

#define SOURCE_SWEEP "sweep"

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

/* Opens or closes the body's outage as the step says. */
static bool follow(struct rounding *r, struct tx *tx, const struct sweep_body *b, const struct watch *w)
{
    const struct outage *open = open_outage(r, b->body->id);
    bool down = b->step == WATCH_WENT_DOWN || (b->step == WATCH_STAYS_DOWN && b->outcome == OUTCOME_FAILED);
    if (down && open == NULL && b->silence == NULL && round_watches(b->body) && !blocks_us(b))
        return open_for(r, tx, b, day_madrid(w->first));
    if (b->step == WATCH_RECOVERED && open != NULL && strcmp(open->source, SOURCE_SWEEP) == 0)
        return close_recovered(r, tx, b, open);
    return true;
}

static const char *chain_text(struct rounding *r, const struct sweep_line *line)
{
    struct buf text = BUF_INIT(LIMIT_PROBE_CHAIN * (FINGERPRINT_HEX_BYTES));
    for (size_t i = 0; i < line->chain_count; i++)
        buf_printf(&text, "%s%s", i == 0 ? "" : " ", line->chain[i].fingerprint);
    const char *kept = arena_strdup(r->arena, buf_text(&text));
    buf_release(&text);
    return kept;
}

static bool keep_body(struct rounding *r, struct tx *tx, struct sweep_body *b, const struct watch_rule *rule)
{
    const struct watch_record *known = round_watch(r, b->body->id);
    struct watch_record w = known == NULL ? (struct watch_record){.wsdl_hash = ""} : *known;
    w.body_id = b->body->id;
    w.sweep_id = r->sweep.id;
    w.reconciliation = b->reconciliation;
    if (!r->sweep.us)
        b->step = watch_take(&w.watch, b->outcome, r->sweep.ended, rule);
    bool same = false;
    for (size_t i = 0; i < b->line_count; i++)
        same = same || strcmp(round_contract(&b->lines[i]), w.wsdl_hash) == 0;
    for (size_t i = 0; i < b->line_count; i++) {
        struct observation o = b->lines[i].seen;
        o.sweep_id = r->sweep.id;
        o.chain = chain_text(r, &b->lines[i]);
        if (!observation_add(tx, &o, r->e))
            return false;
        if (!same && round_contract(&b->lines[i])[0] != '\0') {
            w.wsdl_hash = o.wsdl_hash;
            same = true;
        }
    }
    /* When it is our network, what was known of the body stays what is known. */
    return r->sweep.us || (watch_put(tx, &w, r->e) && follow(r, tx, b, &w.watch));
}

bool round_keep(struct rounding *r)
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
    bool ok = watches_load(&tx, r->arena, 0, &r->watches, &r->watch_count, r->e) &&
              outages_load(&tx, r->arena, 0, r->desk->by.day, true, &r->outages, &r->outage_count, r->e) &&
              sweep_begin(&tx, &r->desk->by, r->options->kind, r->sweep.started, &r->sweep.id, r->e);
    for (size_t i = 0; ok && i < r->served.entries.count; i++) {
        const struct served_entry *entry = r->served.entries.items[i];
        if (!entry->shown)
            continue;
        const struct served_certificate kept = served_record(r->arena, &entry->certificate);
        ok = served_certificate_add(&tx, &kept, r->sweep.started, r->e);
    }
    ok = ok && answers_save(&r->answers, &tx, r->sweep.ended, r->e);
    for (size_t i = 0; ok && i < r->sweep.body_count; i++)
        ok = keep_body(r, &tx, &r->judged[i], &rule);
    if (ok && r->sweep.us)
        ok = blind_begin(&tx, r->sweep.started, "no answer from most of the bodies or the canaries", &changed, r->e);
    else if (ok && r->sweep.up > 0)
        ok = blind_end(&tx, r->sweep.ended, &changed, r->e);
    ok = ok && (r->sweep.us || evidence_follow(r->desk, &tx, 0, r->e));
    ok = ok && sweep_end(&tx, r->sweep.id, r->sweep.ended, r->sweep.body_count, r->sweep.failed, r->sweep.us, r->e) &&
         tx_commit(&tx, r->e);
    tx_rollback(&tx);
    return ok;
}
