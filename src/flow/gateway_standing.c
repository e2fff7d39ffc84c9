#include "flow/gateway_standing.h"

#include <sodium.h>

#include "base/file.h"
#include "flow/authorities.h"
#include "pki/trust.h"
#include "record/audit.h"

struct asking {
    struct desk *desk;
    struct arena *arena;
    struct authorities authorities;
    struct trust *trust; /* NULL: no anchors */
};

enum gateway_trust gateway_trust_of(const struct config *c)
{
    const char *word = config_text(c, KEY_GATEWAY_TRUST);
    return strcmp(word, "trusted") == 0      ? GATEWAY_TRUST_TRUSTED
           : strcmp(word, "authorised") == 0 ? GATEWAY_TRUST_AUTHORISED
                                             : GATEWAY_TRUST_REVOKED;
}

/* --- what an answer means --- */

#define SECONDS(n) ((instant_t)(n)*INSTANT_PER_SECOND)

void gateway_standing_next(const struct revocation *r, instant_t asked, struct gateway_standing_row *row)
{
    static const enum gateway_standing states[] = {
        [REVOCATION_GOOD] = GATEWAY_STANDING_GOOD,
        [REVOCATION_REVOKED] = GATEWAY_STANDING_REVOKED,
        [REVOCATION_UNKNOWN] = GATEWAY_STANDING_UNKNOWN,
        [REVOCATION_NOT_OFFERED] = GATEWAY_STANDING_NOT_OFFERED,
    };
    enum gateway_standing state = states[r->state];
    bool holds = row->state == GATEWAY_STANDING_REVOKED ||
                 (row->state == GATEWAY_STANDING_GOOD && row->until != INSTANT_NONE && asked < row->until);
    row->looked = asked;
    row->due = asked + SECONDS(LIMIT_REVOCATION_RETRY_SECONDS);
    if (state == GATEWAY_STANDING_UNKNOWN && holds)
        return; /* what was said before still counts */
    row->state = state;
    row->since = state == GATEWAY_STANDING_REVOKED ? r->revoked_at : INSTANT_NONE;
    row->until = INSTANT_NONE;
    row->why = state == GATEWAY_STANDING_UNKNOWN ? r->why : r->url;
    if (state == GATEWAY_STANDING_UNKNOWN)
        return;
    if (state == GATEWAY_STANDING_GOOD)
        row->until = r->next_update != INSTANT_NONE && r->next_update > r->until ? r->next_update : r->until;
    else if (state == GATEWAY_STANDING_NOT_OFFERED)
        row->until = asked + SECONDS(LIMIT_GATEWAY_STANDING_SECONDS) * 2;
    /* Asked again in time for it never to become too old. */
    instant_t half = row->until == INSTANT_NONE ? asked : asked + (row->until - asked) / 2;
    instant_t most = asked + SECONDS(LIMIT_GATEWAY_STANDING_SECONDS);
    row->due = half > asked && half < most ? half : most;
}

/* --- asking --- */

static bool asking_open(struct asking *x, struct err *e)
{
    const struct config *c = x->desk->config;
    const char *const *list;
    size_t count = config_list(c, KEY_TRUST_ANCHORS, &list);
    const char **paths = arena_array(x->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        paths[i] = path_join(x->arena, config_dir(c), list[i]);
    return (count == 0 || trust_open(NULL, paths, count, &x->trust, e)) &&
           authorities_open(x->desk, x->arena, &x->authorities, e);
}

static void one_ask(struct asking *x, struct gateway_standing_row *row)
{
    struct revocation r = {.state = REVOCATION_UNKNOWN, .url = "", .why = N_("no authority is configured")};
    instant_t now = clock_system().now;
    struct judgement j = {0};
    size_t room = strlen(row->der_base64), n = 0;
    unsigned char *der = arena_alloc(x->arena, room + 1, 1);
    (void)sodium_base642bin(der, room, row->der_base64, room, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL);
    struct str bytes = str_part((const char *)der, n);
    if (x->trust != NULL)
        trust_judge(x->trust, x->arena, &bytes, 1, NULL, now, &j);
    if (j.has_leaf && j.path_count > 1)
        authorities_ask(&x->authorities, &j.leaf, j.path[1].der, now, &r, NULL);
    else if (x->trust != NULL)
        r.why = N_("it does not lead to a trusted authority");
    gateway_standing_next(&r, now, row);
}

/* --- keeping --- */

static bool one_keep(struct desk *d, struct tx *tx, struct arena *a, const struct gateway_standing_row *row,
                     enum gateway_standing before, struct err *e)
{
    bool revoked = row->state == GATEWAY_STANDING_REVOKED, was = before == GATEWAY_STANDING_REVOKED;
    const struct by by = {.who = "talaia", .day = d->by.day, .at = row->looked};
    return gateway_standing_put(tx, row, e) &&
           (revoked == was ||
            audit_add(tx, &by, revoked ? "gateway-certificate-revoked" : "gateway-certificate-restored", row->body_id,
                      arena_printf(a, "%s (%s)", row->fingerprint, row->why), e));
}

bool gateway_standing_look(struct desk *d, struct arena *a, size_t *ret_count, struct err *e)
{
    struct asking x = {.desk = d, .arena = a};
    struct gateway_standing_row *rows = NULL;
    struct tx tx = {0};
    size_t count = 0;
    bool good = tx_begin(d->store, TX_READ, &tx, e) &&
                gateway_standing_due(&tx, a, clock_system().now, LIMIT_GATEWAY_STANDINGS, &rows, &count, e);
    tx_rollback(&tx);
    enum gateway_standing *before = arena_array(a, enum gateway_standing, count + 1);
    good = good && (count == 0 || asking_open(&x, e));
    for (size_t i = 0; good && i < count; i++) {
        before[i] = rows[i].state;
        one_ask(&x, &rows[i]);
    }
    if (good && count > 0) {
        good = tx_begin(d->store, TX_WRITE, &tx, e);
        for (size_t i = 0; good && i < count; i++)
            good = one_keep(d, &tx, a, &rows[i], before[i], e);
        good = good && tx_commit(&tx, e);
        tx_rollback(&tx);
    }
    authorities_close(&x.authorities);
    trust_free(x.trust);
    if (good)
        *ret_count = count;
    return good;
}
