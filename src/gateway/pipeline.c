/* From the verifier's words to the answer. What a step refuses is decided in core/gateway.h. */
#include <stdio.h>
#include <time.h>

#include "flow/gateway_async.h"
#include "gateway/front.h"

int64_t front_micros(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * INSTANT_PER_SECOND + t.tv_nsec / 1000;
}

/* --- permissions --- */

void permissions_open(struct permissions_view *v, struct store *store)
{
    v->looked = INSTANT_NONE;
    v->store = store;
}

void permissions_close(struct permissions_view *v)
{
    gateway_cache_release(&v->cache);
    store_close(v->store);
}

bool permissions_fresh(struct permissions_view *v, instant_t since, struct err *e)
{
    struct tx tx = {0};
    instant_t now = clock_system().now;
    if (v->looked != INSTANT_NONE && v->looked >= since && v->looked <= now)
        return true;
    bool good = tx_begin(v->store, TX_READ, &tx, e) && gateway_cache_get(&v->cache, &tx, &v->permissions, e);
    tx_rollback(&tx);
    if (good)
        v->looked = now;
    return good;
}

/* --- answers --- */

static const struct answer_state *state_of(struct job *j, enum gateway_outcome outcome, struct answer_state *ret)
{
    const struct gateway_outcome_info *info = gateway_outcome_info(outcome);
    const struct facts *f = &j->opinion.facts;
    /* When it is nothing in the message itself, what happened is the reason. */
    const char *reason = f->reason[0] != '\0' ? f->reason : tr(LANG_CA, info->sentence);
    *ret = (struct answer_state){.code = info->number,
                                 .literal = gateway_literal(j->arena, outcome, &f->gateway, f->id, reason)};
    return ret;
}

/* The page of the web server that stands in front of the platform. */
static void page_answer(struct job *j, const char *number, const char *title)
{
    j->html = true;
    j->status = 403;
    buf_printf(&j->answer,
               "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>%s %s</title>\n"
               "</head><body>\n<h1>%s</h1>\n<p>You don't have permission to access this resource.</p>\n"
               "</body></html>\n",
               number, title, title);
}

static bool state_answer(struct job *j, enum gateway_outcome outcome, struct err *e)
{
    struct answer_state state;
    const struct ask *ask = &j->opinion.ask;
    (void)state_of(j, outcome, &state);
    j->status = 200;
    j->sign = true;
    if (j->where == GATEWAY_ASINCRON)
        return answer_confirmacion(&j->answer, ask->echo, &state, j->at, e);
    return answer_respuesta(&j->answer, ask->echo, ask->count > 0 ? ask : NULL, &state, NULL, j->at, e);
}

/* What becomes of it when nothing was executed. */
static void outcome_answer(struct job *j, enum gateway_outcome outcome)
{
    const struct gateway_outcome_info *info = gateway_outcome_info(outcome);
    struct err e = {.lang = LANG_EN};
    struct answer_state state;
    buf_clear(&j->answer);
    j->done.outcome = outcome;
    j->html = j->sign = false;
    if (info->way == GATEWAY_WAY_HTTP) {
        page_answer(j, info->number, info->literal);
        return;
    }
    if (info->way == GATEWAY_WAY_STATE && j->opinion.has_ask && state_answer(j, outcome, &e))
        return;
    buf_clear(&j->answer);
    j->sign = false;
    j->status = outcome == GATEWAY_SIZE ? 413 : 500;
    err_clear(&e);
    (void)state_of(j, outcome, &state);
    if (!answer_fault(&j->answer, state.code, state.literal, &e)) {
        buf_clear(&j->answer);
        (void)answer_fault(&j->answer, state.code, info->code, &e);
    }
}

/* --- execution --- */

/* Asks the back office for each item; the payloads follow one another in `text`. */
static bool items_execute(struct job *j, struct buf *text, struct str *payloads, struct err *e)
{
    const struct ask *ask = &j->opinion.ask;
    size_t *ends = arena_array(j->arena, size_t, ask->count + 1);
    for (size_t i = 0; i < ask->count; i++) {
        struct service_result got;
        if (!service_answer(&j->front->service, &ask->items[i], j->at, text, &got, e))
            return false;
        ends[i] = text->n;
        if (i == 0)
            j->done.result = arena_printf(j->arena, "%d", got.code);
    }
    for (size_t i = 0, from = 0; i < ask->count; from = ends[i++])
        payloads[i] = str_part(text->p + from, ends[i] - from);
    return true;
}

static bool sync_execute(struct job *j, struct err *e)
{
    const struct ask *ask = &j->opinion.ask;
    struct str *payloads = arena_array(j->arena, struct str, ask->count + 1);
    struct buf text = BUF_INIT(LIMIT_HTTP_ANSWER_BYTES / 2);
    struct answer_state state;
    bool good = ask->count > 0 || err_set(e, ERR_INTERNAL, N_("a request without anything in it was let through"));
    good = good && items_execute(j, &text, payloads, e) &&
           answer_respuesta(&j->answer, ask->echo, ask, state_of(j, GATEWAY_ANSWERED, &state), payloads, j->at, e);
    buf_release(&text);
    return good;
}

/* Taken now and answered later: its row is kept with that of the log, before the confirmation goes out. */
static bool later_take(struct job *j, struct err *e)
{
    const struct later later = {j->front->secret, &j->front->service};
    const struct facts *f = &j->opinion.facts;
    const char *id =
        gateway_text_kept(j->arena, str_of(f->id), f->personal, f->personal_count, LIMIT_GATEWAY_TEXT_BYTES);
    struct gateway_async *row = arena_new(j->arena, struct gateway_async);
    if (!later_make(&later, j->arena, &j->opinion.ask, arena_strdup(j->arena, j->judgement.body->ine10), id, j->at, row,
                    e))
        return false;
    const struct answer_state state = {gateway_async_number(row->state), "", (int)row->hours};
    j->done.async = row;
    j->done.outcome = GATEWAY_PENDING;
    return answer_confirmacion(&j->answer, j->opinion.ask.echo, &state, j->at, e);
}

static enum gateway_outcome later_outcome(const struct later_reply *r)
{
    if (!r->found)
        return GATEWAY_NOT_FOUND;
    if (r->done)
        return GATEWAY_ANSWERED;
    return strcmp(r->state.code, gateway_async_number(GATEWAY_ASYNC_FAILED)) == 0 ? GATEWAY_FAILED : GATEWAY_WORKING;
}

static bool later_fetch(struct job *j, struct permissions_view *v, struct err *e)
{
    const struct later later = {j->front->secret, &j->front->service};
    const struct ask *ask = &j->opinion.ask;
    struct later_reply r;
    struct tx tx = {0};
    bool good = tx_begin(v->store, TX_WRITE, &tx, e) &&
                later_answer(&later, &tx, j->arena, ask, j->judgement.body->ine10, j->at, &r, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    if (!good)
        return false;
    j->done.outcome = later_outcome(&r);
    j->done.result = r.result;
    return answer_respuesta(&j->answer, ask->echo, r.done ? &r.asked : NULL, &r.state, r.payloads, j->at, e);
}

static bool front_execute(struct job *j, struct permissions_view *v, struct err *e)
{
    j->status = 200;
    j->sign = true;
    switch (j->where) {
    case GATEWAY_SINCRON: return sync_execute(j, e);
    case GATEWAY_ASINCRON: return later_take(j, e);
    case GATEWAY_RESPOSTA: return later_fetch(j, v, e);
    case GATEWAY_FRONT_COUNT: break;
    }
    return false;
}

static void execute(struct job *j, struct permissions_view *v)
{
    struct err e = {.lang = LANG_EN};
    int64_t began = front_micros();
    j->done.outcome = GATEWAY_ANSWERED;
    bool good = j->opinion.has_ask && front_execute(j, v, &e);
    j->micros[GATEWAY_STEP_MODALITY] = front_micros() - began;
    if (good)
        return;
    j->done.async = NULL;
    if (e.code != ERR_NONE)
        j->front->log(j->front->log_context, e.log);
    outcome_answer(j, e.code == ERR_UNKNOWN ? GATEWAY_MODALITY : GATEWAY_FAILED);
}

/* --- the log --- */

static void entry_make(struct job *j)
{
    static const enum gateway_log_kind kinds[] = {[GATEWAY_SINCRON] = GATEWAY_LOG_SYNC,
                                                  [GATEWAY_ASINCRON] = GATEWAY_LOG_ASYNC,
                                                  [GATEWAY_RESPOSTA] = GATEWAY_LOG_POLL};
    j->done.judgement = &j->judgement;
    j->done.kind = kinds[j->where];
    j->done.micros = j->micros;
    j->done.micros_all = front_micros() - j->began;
    j->done.answer_bytes = j->answer.n;
    if (j->done.result == NULL)
        j->done.result = "";
    gateway_entry_make(j->arena, j->front->secret, &j->opinion.facts, &j->done, &j->entry);
}

/* --- */

/* Facts of a request that nobody has read. */
static void facts_blank(struct job *j)
{
    const struct gateway_shown none = {
        .fingerprint = "", .nif = "", .subject = "", .not_before = INSTANT_NONE, .not_after = INSTANT_NONE};
    j->opinion = (struct opinion){
        .signer = str_of(""),
        .tls = str_of(""),
        .facts = {
            .gateway =
                {.signer = none, .tls = none, .own = "", .product = "", .code = "", .purpose = "", .consortium = ""},
            .id = "",
            .dead = INSTANT_NONE,
            .reason = ""}};
}

static void facts_complete(struct job *j)
{
    struct gateway_facts *g = &j->opinion.facts.gateway;
    g->now = j->at;
    g->trust = j->front->trust;
    g->address = j->has_address ? j->address : NULL;
}

void job_refuse(struct job *j, enum gateway_outcome outcome)
{
    const struct gateway_outcome_info *info = gateway_outcome_info(outcome);
    facts_blank(j);
    facts_complete(j);
    j->opinion.facts.gateway.too_large = outcome == GATEWAY_SIZE;
    j->opinion.facts.gateway.bytes = j->request == NULL ? 0 : j->request->body.n;
    j->judgement = (struct gateway_judgement){.outcome = outcome};
    j->judgement.steps[info->step] = (struct gateway_step_result){.state = GATEWAY_STATE_REFUSED, .outcome = outcome};
    outcome_answer(j, outcome);
    entry_make(j);
}

/* False: there is no verdict. */
static bool opinion_take(struct job *j, struct str message)
{
    struct err e = {.lang = LANG_EN};
    if (message.p == NULL)
        return false;
    struct str kept = str_part(arena_text(j->arena, message), message.n);
    if (opinion_read(j->arena, kept, &j->front->known, &j->opinion, &e))
        return true;
    j->front->log(j->front->log_context, e.log);
    return false;
}

void job_decide(struct job *j, struct permissions_view *v, struct str message)
{
    struct err e = {.lang = LANG_EN};
    j->micros[GATEWAY_STEP_XML] = front_micros() - j->began; /* all that the verifier looks at, and the way there */
    if (!opinion_take(j, message)) {
        job_refuse(j, GATEWAY_FAILED);
        return;
    }
    facts_complete(j);
    if (!permissions_fresh(v, j->at, &e)) {
        j->front->log(j->front->log_context, e.log);
        job_refuse(j, GATEWAY_FAILED);
        return;
    }
    gateway_judge(v->permissions, &j->opinion.facts.gateway, &j->judgement);
    if (j->judgement.body != NULL) {
        j->body_id = j->judgement.body->body_id;
        j->body_name = arena_strdup(j->arena, j->judgement.body->name);
    }
    if (j->judgement.proceed)
        execute(j, v);
    else
        outcome_answer(j, j->judgement.outcome);
    entry_make(j);
}

void job_repeated(struct job *j)
{
    outcome_answer(j, j->entry.ret_replayed ? GATEWAY_REPLAYED : GATEWAY_REPEATED);
}

void job_lost(struct job *j)
{
    outcome_answer(j, GATEWAY_FAILED);
}
