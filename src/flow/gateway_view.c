/* What is asked of the gateway's memory, and what the front and the scheduler put into it and take out. */
#include "base/buf.h"
#include "core/profile.h"
#include "flow/gateway.h"

/* --- questions --- */

bool gateway_permissions_view(struct desk *d, struct arena *a, const char *body, bool revoked,
                              struct gateway_integrator_view **ret, size_t *ret_count, struct err *e)
{
    struct tx tx = {0};
    struct integrator one, *list = &one;
    size_t count = 1;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok =
        body == NULL ? integrators_load(&tx, a, &list, &count, e) : gateway_integrator_named(d, &tx, body, &one, e);
    count = ok && body != NULL && one.id == 0 ? 0 : count;
    struct gateway_integrator_view *views = ok ? arena_array(a, struct gateway_integrator_view, count) : NULL;
    for (size_t i = 0; ok && i < count; i++) {
        views[i].body = list[i];
        ok = gateway_permission_list(&tx, a, list[i].id, revoked, &views[i].permissions, &views[i].count, e);
    }
    tx_rollback(&tx);
    if (ok) {
        *ret = views;
        *ret_count = count;
    }
    return ok;
}

bool gateway_log_view(struct desk *d, struct arena *a, const char *body, const struct gateway_filter *f,
                      struct gateway_log_row **ret, size_t *ret_count, struct err *e)
{
    struct tx tx = {0};
    struct integrator b;
    struct gateway_filter filter = *f;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = body == NULL || gateway_integrator_named(d, &tx, body, &b, e);
    if (ok && body != NULL)
        filter.ine10 = b.ine10;
    if (f->request != NULL)
        filter.request = gateway_text_kept(a, str_of(f->request), NULL, 0, LIMIT_GATEWAY_TEXT_BYTES);
    ok = ok && gateway_log_load(&tx, a, &filter, ret, ret_count, e);
    tx_rollback(&tx);
    return ok;
}

/* A number of ours first; an IdPeticion may be a number too. */
static bool find_row(struct tx *tx, struct arena *a, const char *request, struct gateway_log_row *ret, bool *ret_found,
                     struct err *e)
{
    const char *kept = gateway_text_kept(a, str_of(request), NULL, 0, LIMIT_GATEWAY_TEXT_BYTES);
    const struct gateway_filter f = {.request = kept, .since = INSTANT_NONE, .until = INSTANT_NONE, .most = 1};
    struct gateway_log_row *rows;
    size_t count;
    int64_t id;
    *ret_found = false;
    if (str_to_int64(str_of(request), 1, INT64_MAX, &id) && !gateway_log_get(tx, a, id, ret, ret_found, e))
        return false;
    if (*ret_found)
        return true;
    if (!gateway_log_load(tx, a, &f, &rows, &count, e))
        return false;
    *ret_found = count > 0;
    if (count > 0)
        *ret = rows[0];
    return true;
}

bool gateway_request_view(struct desk *d, struct arena *a, const char *request, struct gateway_view *ret, struct err *e)
{
    struct tx tx = {0};
    struct gateway_view v = {.body_name = ""};
    struct integrator b;
    bool found = false, known = false;
    bool ok =
        tx_begin(d->store, TX_READ, &tx, e) && find_row(&tx, a, request, &v.row, &found, e) &&
        (found || err_set(e, ERR_UNKNOWN,
                          N_("the gateway remembers no request \"%s\"; `talaia gateway log` lists them"), request)) &&
        integrator_find(&tx, a, v.row.ine10, &b, &known, e);
    tx_rollback(&tx);
    if (!ok)
        return false;
    if (known)
        v.body_name = b.name;
    v.steps = arena_array(a, struct gateway_step_kept, GATEWAY_STEP_COUNT);
    v.step_count = gateway_steps_read(v.row.steps, v.steps, GATEWAY_STEP_COUNT);
    v.remarks = arena_array(a, struct gateway_remark_kept, LIMIT_GATEWAY_REMARKS);
    v.remark_count = gateway_remarks_read(a, v.row.remarks, v.remarks, LIMIT_GATEWAY_REMARKS);
    *ret = v;
    return true;
}

/* --- what the front keeps --- */

static int64_t seen_mark(const struct gateway_secret *secret, const char *ine10, const char *id)
{
    char hash[GATEWAY_HASH_BYTES];
    return ine10[0] == '\0' || id[0] == '\0' ? 0 : gateway_mark(gateway_hash_request(secret, ine10, str_of(id), hash));
}

/* Each holder once; a request about one person names him once. */
static const char *citizens_text(struct arena *a, const struct gateway_secret *secret, const struct facts *f)
{
    struct buf out = BUF_INIT(LIMIT_GATEWAY_CITIZENS * GATEWAY_HASH_BYTES);
    for (size_t i = 0; i < f->citizen_count; i++) {
        char hash[GATEWAY_HASH_BYTES];
        gateway_hash_citizen(secret, str_of(f->citizens[i]), hash);
        if (hash[0] != '\0' && (out.n == 0 || strstr(buf_text(&out), hash) == NULL))
            buf_printf(&out, "%s%s", out.n == 0 ? "" : " ", hash);
    }
    const char *text = arena_text(a, buf_str(&out));
    buf_release(&out);
    return text;
}

void gateway_entry_make(struct arena *a, const struct gateway_secret *secret, const struct facts *f,
                        const struct gateway_done *done, struct gateway_entry *ret)
{
    static const int64_t no_time[GATEWAY_STEP_COUNT] = {0};
    const struct gateway_facts *g = &f->gateway;
    const struct gateway_integrator *body = done->judgement->body;
    const struct modality *m = f->modality;
    char address[CIDR_TEXT_BYTES] = "";
    const char *fingerprint = g->signer.fingerprint[0] != '\0' ? g->signer.fingerprint : g->tls.fingerprint;
    if (g->address != NULL)
        (void)address_bytes_text(g->address, address);
    *ret = (struct gateway_entry){
        .row =
            {
                .at = g->now,
                .ine10 = body == NULL ? "" : body->ine10,
                .request =
                    gateway_text_kept(a, str_of(f->id), f->personal, f->personal_count, LIMIT_GATEWAY_TEXT_BYTES),
                .kind = done->kind,
                .product = m != NULL && strcmp(m->product, g->product) == 0 ? m->product : "",
                .modality = m == NULL ? "" : m->name,
                .elements = (int64_t)g->item_count,
                .certificate = fingerprint,
                .address = arena_strdup(a, address),
                .outcome = done->outcome,
                .result = done->result == NULL ? "" : done->result,
                .steps = gateway_steps_text(a, done->judgement, done->micros == NULL ? no_time : done->micros),
                .remarks = gateway_remarks_text(a, g->remarks, g->remark_count),
                .citizens = citizens_text(a, secret, f),
                .bytes = (int64_t)g->bytes,
                .answer_bytes = (int64_t)done->answer_bytes,
                .micros = done->micros_all,
            },
        .dead = INSTANT_NONE,
        .async = done->async,
    };
    /* Only what was answered counts as answered: whoever mends a refused request may send it again. */
    if (!gateway_outcome_is_good(done->outcome) || body == NULL)
        return;
    if (done->kind != GATEWAY_LOG_POLL)
        ret->seen = seen_mark(secret, body->ine10, f->id);
    /* Without a signed Timestamp a message has no end; its IdPeticion, which is signed, is remembered instead. */
    if (f->replay[0] != '\0' && f->dead != INSTANT_NONE) {
        ret->replay = gateway_mark(f->replay);
        ret->dead = f->dead;
    }
}

/* --- forgetting --- */

bool gateway_forget(struct desk *d, int64_t *ret_count, struct err *e)
{
    struct gateway_keep keep = {
        .now = d->by.at,
        .log_days = (int)config_int(d->config, KEY_GATEWAY_KEEP_DAYS),
        .seen_days = (int)config_int(d->config, KEY_GATEWAY_KEEP_IDS_DAYS),
    };
    int64_t all = 0, count;
    do {
        struct tx tx = {0};
        count = 0;
        bool ok = tx_begin(d->store, TX_WRITE, &tx, e) &&
                  gateway_log_forget(&tx, &keep, LIMIT_GATEWAY_FORGET, &count, e) && tx_commit(&tx, e);
        tx_rollback(&tx);
        if (!ok)
            return false;
        all += count;
    } while (keep.more);
    *ret_count = all;
    return true;
}
