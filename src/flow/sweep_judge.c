/* What a round means: from what the addresses showed to the outcomes of the bodies. The rules are core's. */
#include "flow/sweep_round.h"

#define US_LEAST_BODIES 5 /* fewer failures than this say nothing of our network */

static int by_target(const void *a, const void *b)
{
    const struct sweep_line *x = a, *y = b;
    if (x->body->id != y->body->id)
        return x->body->id < y->body->id ? -1 : 1;
    return strcmp(x->seen.address, y->seen.address);
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
const char *round_contract(const struct sweep_line *line)
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
        if (strcmp(round_contract(&lines[i]), w->wsdl_hash) == 0)
            return;
    }
    for (size_t i = 0; i < count; i++) {
        if (round_contract(&lines[i])[0] != '\0')
            lines[i].seen.verdict[VERDICT_APPLICATION] = APPLICATION_CHANGED;
    }
}

static void judge_body(struct rounding *r, struct sweep_line *lines, size_t count, struct sweep_body *ret)
{
    struct seen_address *addresses = arena_array(r->arena, struct seen_address, count);
    note_changed(lines, count, round_watch(r, lines[0].body->id));
    for (size_t i = 0; i < count; i++) {
        addresses[i] = observation_seen(&lines[i].seen);
        addresses[i].middlebox = lines[i].middlebox;
        if (lines[i].leaf != NULL && !lines[i].middlebox)
            owners_tell(&r->owners, lines[i].body, lines[i].leaf, lines[i].seen.host, &lines[i].owner);
        addresses[i].other_owner = lines[i].owner.owner == OWNER_OTHER;
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

/* Where a body lives: its address but for the last byte (IPv4) or from the third group on (IPv6); its own host when no
 * address is known. */
static struct str network_of(const struct sweep_line *line)
{
    struct str a = str_of(line->seen.address);
    if (a.n == 0)
        return str_of(line->seen.host);
    bool v6 = str_find(a, ':') < a.n;
    int parts = 3;
    size_t n = 0;
    while (n < a.n && parts > 0)
        parts -= a.p[n++] == (v6 ? ':' : '.');
    return str_part(a.p, n);
}

struct network {
    struct str name;
    bool silent;
};

static int by_network(const void *x, const void *y)
{
    const struct network *a = x, *b = y;
    size_t n = a->name.n < b->name.n ? a->name.n : b->name.n;
    int order = n == 0 ? 0 : memcmp(a->name.p, b->name.p, n);
    return order != 0 ? order : a->name.n < b->name.n ? -1 : a->name.n > b->name.n;
}

/* A provider that goes dark takes many bodies with it, and one network. */
static void count_networks(struct rounding *r)
{
    struct network *all = arena_array(r->arena, struct network, r->sweep.body_count);
    for (size_t i = 0; i < r->sweep.body_count; i++) {
        const struct sweep_body *b = &r->judged[i];
        all[i] = (struct network){network_of(&b->lines[b->telling_line]),
                                  b->outcome == OUTCOME_FAILED && answered_nothing(b->lines, b->line_count)};
    }
    if (r->sweep.body_count > 1)
        qsort(all, r->sweep.body_count, sizeof *all, by_network);
    for (size_t i = 0, end; i < r->sweep.body_count; i = end) {
        bool silent = all[i].silent;
        for (end = i + 1; end < r->sweep.body_count && by_network(&all[i], &all[end]) == 0; end++)
            silent = silent && all[end].silent;
        r->sweep.counts.networks++;
        r->sweep.counts.networks_failed += silent;
    }
}

void round_judge(struct rounding *r)
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
    count_networks(r);
}

void round_conclude(struct rounding *r)
{
    for (size_t i = 0; i < r->canary_count; i++) {
        r->sweep.counts.canaries++;
        r->sweep.counts.canaries_failed += !r->canaries[i].answered;
    }
    r->sweep.us = watch_is_us(&r->sweep.counts, round_us_percent(r), US_LEAST_BODIES);
    bool others_answer =
        !r->sweep.us && (r->sweep.up > 0 || r->sweep.counts.canaries_failed < r->sweep.counts.canaries);
    for (size_t i = 0; i < r->sweep.body_count; i++) {
        struct sweep_body *b = &r->judged[i];
        b->reconciliation = watch_reconcile(b->addresses, b->line_count, b->body->expires[CERT_CDS], others_answer);
    }
}
