/* Links by which the head of service decides out of the e-mail. A token is a random name of a row, with a keyed hash
 * over it, the integration, the state and the end of its time: what is forged or changed is refused before the store is
 * asked, and the row says that it counts once. The key is derived from the gateway's secret file, which never is in the
 * store nor in its backups. */
#include <sodium.h>

#include "flow/gateway_secret.h"
#include "flow/onboard_run.h"

#define NONCE_BYTES 16
#define NONCE_TEXT (2 * NONCE_BYTES)

static const char *token_text(struct arena *a, const struct gateway_secret *s, const struct integration_token *t)
{
    char mac[GATEWAY_HASH_BYTES];
    const char *signs = arena_printf(a, "integration %s %lld %s %lld", t->nonce, (long long)t->integration_id,
                                     integration_state_code(t->state), (long long)t->expires);
    (void)gateway_hash_request(s, "decision", str_of(signs), mac);
    return arena_printf(a, "%s%s", t->nonce, mac);
}

bool onboard_token_make(struct desk *d, struct tx *tx, const struct integration *x, const char **ret, struct err *e)
{
    unsigned char random[NONCE_BYTES];
    char nonce[NONCE_TEXT + 1];
    struct gateway_secret *s = NULL;
    struct integration_token t = {.integration_id = x->id, .nonce = nonce, .state = x->state, .used = INSTANT_NONE};
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2hex(nonce, sizeof nonce, random, sizeof random);
    t.expires = d->by.at + (instant_t)d->files.profile.decision_hours * 3600 * INSTANT_PER_SECOND;
    bool ok = gateway_secret_open_in(d, tx, &s, e) && integration_token_add(tx, &d->by, &t, e);
    if (ok)
        *ret = token_text(&d->arena, s, &t);
    gateway_secret_free(s);
    return ok;
}

static bool is_hex(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if ((text.p[i] < '0' || text.p[i] > '9') && (text.p[i] < 'a' || text.p[i] > 'f'))
            return false;
    }
    return true;
}

static bool refused(struct err *e)
{
    return err_set(e, ERR_STATE,
                   N_("this link does not decide anything: it was used, has run out, or is not whole. "
                      "Log in at the desk"));
}

/* The row that the token names, when its hash is right. */
static bool find(struct desk *d, struct tx *tx, const struct gateway_secret *s, const char *token,
                 struct integration_token *ret, struct err *e)
{
    struct str text = str_of(token);
    bool found = false;
    if (text.n != NONCE_TEXT + GATEWAY_HASH_BYTES - 1 || !is_hex(text))
        return refused(e);
    const char *nonce = arena_text(&d->arena, str_part(text.p, NONCE_TEXT));
    if (!integration_token_get(tx, &d->arena, nonce, ret, &found, e))
        return false;
    bool good = found && sodium_memcmp(token_text(&d->arena, s, ret), token, text.n) == 0;
    return (good && ret->used == INSTANT_NONE && ret->expires > d->by.at) || refused(e);
}

bool onboard_token_look(struct desk *d, const char *token, struct integration *ret, struct err *e)
{
    struct tx tx = {0};
    struct integration_token t;
    struct integration x;
    struct gateway_secret *s = NULL;
    bool found = false;
    bool ok = gateway_secret_open(d, &s, e) && tx_begin(d->store, TX_READ, &tx, e) && find(d, &tx, s, token, &t, e) &&
              integration_get(&tx, &d->arena, t.integration_id, &x, &found, e);
    tx_rollback(&tx);
    gateway_secret_free(s);
    if (!ok)
        return false;
    /* Asked for anew since then, it is another question, which shows other evidence in another message. */
    if (!found || x.state != t.state || x.since > t.at)
        return err_set(e, ERR_STATE, N_("this has been decided already; log in at the desk to see how"));
    *ret = x;
    return true;
}

static bool decides(enum integration_event v)
{
    return v == INTEGRATION_EVENT_APPROVE || v == INTEGRATION_EVENT_RETURN || v == INTEGRATION_EVENT_REFUSE;
}

/* Used up first, and given back when the deed could not be done for lack of something (a reason, say). */
bool onboard_token_decide(struct desk *d, const char *token, enum integration_event event, const char *reason,
                          struct integration *ret, struct err *e)
{
    struct integration x;
    struct tx tx = {0};
    struct integration_token t;
    bool used = false;
    const struct integration_move *m;
    if (!decides(event))
        return err_set(e, ERR_USAGE, N_("a link approves, returns or refuses"));
    if (!onboard_token_look(d, token, &x, e))
        return false;
    m = integration_next(x.state, event);
    if (m == NULL || ((m->checks & INTEGRATION_BIT(REASON)) != 0 && (reason == NULL || reason[0] == '\0')))
        return m == NULL ? refused(e) : err_set(e, ERR_USAGE, N_("say why: add --reason \"…\""));
    struct gateway_secret *s = NULL;
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) && gateway_secret_open_in(d, &tx, &s, e) &&
              find(d, &tx, s, token, &t, e) &&
              integration_token_use(&tx, t.id, d->by.at, integration_event_code(event), &used, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    gateway_secret_free(s);
    if (!ok)
        return false;
    if (!used)
        return refused(e);
    const struct onboard_deed w = {.id = x.id, .event = event, .reason = reason, .expect = x.version, .head = true};
    const char *who = d->by.who;
    /* Whoever holds the link is taken for whom it was sent to. */
    if (d->files.profile.head_count > 0)
        d->by.who = d->files.profile.heads[0].email;
    bool moved = onboard_move(d, &w, ret, e);
    d->by.who = who;
    return moved;
}
