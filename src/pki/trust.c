/* Judging a chain: the run over it, or what is remembered of one; dates and names each time; then words. */
#include "pki/trust.h"

#include "base/buf.h"
#include "base/limits.h"
#include "pki/certificate_name.h"
#include "pki/trust_store.h"
#include "pki/x509_read.h"

/* In the order in which they are mended (trust.h). */
static const enum verdict_code order[] = {
    TRUST_SELF_SIGNED, TRUST_WRONG_HOST,     TRUST_EXPIRED,   TRUST_NOT_YET,    TRUST_UNKNOWN_CA,
    TRUST_WEAK_KEY,    TRUST_WEAK_SIGNATURE, TRUST_BAD_CHAIN, TRUST_INCOMPLETE,
};

static size_t rank(enum verdict_code code)
{
    size_t i = 0;
    while (i < sizeof order / sizeof *order && order[i] != code)
        i++;
    return i;
}

struct shown {
    X509 *cert;     /* NULL: it is none */
    struct str der; /* in the arena */
};

/* A judgement in the making. */
struct trial {
    struct trust *trust;
    struct arena *arena;
    STACK_OF(X509) * sent;                      /* those that are certificates */
    struct shown *shown;                        /* all that was sent */
    unsigned char (*prints)[FINGERPRINT_BYTES]; /* SHA-256 of each */
    size_t sent_count;
    unsigned char key[FINGERPRINT_BYTES];
    const char *host;
    instant_t now;
    struct chain chain;
    X509 *path[LIMIT_CHAIN_CERTS + 2];
    size_t path_count, anchored;
    bool host_good;
    struct judgement *ret;
};

/* --- the chain, found or remembered --- */

static struct kept_chain *cache_set(const struct trial *t)
{
    size_t set = ((size_t)t->key[0] | (size_t)t->key[1] << 8) % CACHE_SETS;
    return t->trust->cache + set * CACHE_WAYS;
}

static void host_print(const char *host, unsigned char out[FINGERPRINT_BYTES])
{
    memset(out, 0, FINGERPRINT_BYTES);
    if (host != NULL)
        SHA256((const unsigned char *)host, strlen(host), out);
}

static bool cache_find(struct trial *t)
{
    struct kept_chain *set = cache_set(t), *k = NULL;
    for (size_t i = 0; i < CACHE_WAYS; i++) {
        if (set[i].used > 0 && memcmp(set[i].key, t->key, sizeof t->key) == 0)
            k = &set[i];
    }
    if (k == NULL || t->now < k->from || t->now >= k->to)
        return false;
    k->used = ++t->trust->tick;
    t->trust->hits++;
    t->path[0] = sk_X509_value(t->sent, 0);
    for (size_t i = 0; i < k->path_count; i++)
        t->path[i + 1] = k->path[i];
    t->path_count = k->path_count + 1u;
    t->anchored = k->anchored;
    memcpy(t->chain.faults, k->faults, k->fault_count * sizeof *k->faults);
    t->chain.fault_count = k->fault_count;
    unsigned char host[FINGERPRINT_BYTES];
    host_print(t->host, host);
    if (memcmp(host, k->host, sizeof host) != 0) {
        k->host_good = t->host == NULL || x509_is_for(t->path[0], t->host);
        memcpy(k->host, host, sizeof host);
    }
    t->host_good = k->host_good;
    return true;
}

/* Narrows [from, to) to where this certificate neither begins nor ends. */
static void narrow(instant_t edge, instant_t now, instant_t *from, instant_t *to)
{
    if (edge == INSTANT_NONE)
        return;
    if (edge <= now && edge > *from)
        *from = edge;
    if (edge > now && edge < *to)
        *to = edge;
}

static void narrow_to(const X509 *cert, instant_t now, instant_t *from, instant_t *to)
{
    instant_t end = x509_end(cert);
    narrow(x509_begin(cert), now, from, to);
    narrow(end == INSTANT_NONE ? end : end + INSTANT_PER_SECOND, now, from, to);
}

/* Only what holds no certificate alive but those that are remembered anyway. */
static bool may_keep(const struct trial *t)
{
    if (t->path_count > CHAIN_PATH_KEPT + 1 || t->chain.fault_count > CHAIN_FAULTS_KEPT || t->ret->presumed)
        return false;
    for (size_t i = 1; i < t->path_count && i < t->anchored; i++) {
        if (!trust_remembers(t->trust, t->path[i])) /* this very handle: others would pile up */
            return false;
    }
    return true;
}

static void cache_keep(struct trial *t)
{
    if (!may_keep(t))
        return;
    struct kept_chain *set = cache_set(t), *k = &set[0];
    for (size_t i = 0; i < CACHE_WAYS; i++) {
        bool same = set[i].used > 0 && memcmp(set[i].key, t->key, sizeof t->key) == 0;
        if (same || set[i].used < k->used)
            k = &set[i];
        if (same)
            break;
    }
    for (size_t i = 0; i < k->path_count; i++)
        X509_free(k->path[i]);
    *k = (struct kept_chain){.from = INT64_MIN, .to = INT64_MAX, .used = ++t->trust->tick, .host_good = t->host_good};
    memcpy(k->key, t->key, sizeof k->key);
    host_print(t->host, k->host);
    for (int i = 0; i < sk_X509_num(t->sent); i++)
        narrow_to(sk_X509_value(t->sent, i), t->now, &k->from, &k->to);
    for (size_t i = 1; i < t->path_count; i++) {
        narrow_to(t->path[i], t->now, &k->from, &k->to);
        X509_up_ref(t->path[i]);
        k->path[k->path_count++] = t->path[i];
    }
    k->anchored = (uint8_t)t->anchored;
    memcpy(k->faults, t->chain.faults, t->chain.fault_count * sizeof *k->faults);
    k->fault_count = (uint8_t)t->chain.fault_count;
}

static bool was_sent(const struct trial *t, const X509 *cert)
{
    for (int i = 0; i < sk_X509_num(t->sent); i++) {
        if (X509_cmp(sk_X509_value(t->sent, i), cert) == 0)
            return true;
    }
    return false;
}

/* The issuer of the path's last is neither among what was sent nor an anchor: whose fault is it? */
static void missing_issuer(struct trial *t)
{
    chain_verify(t->trust, t->sent, true, t->now, &t->chain);
    int depth = sk_X509_num(t->chain.path) - 1;
    if (!t->chain.issuer_missing) {
        bool ends_well = t->chain.anchored <= depth;
        int last = 0; /* of those that were sent */
        while (last < depth && was_sent(t, sk_X509_value(t->chain.path, last + 1)))
            last++;
        chain_add_fault(&t->chain, ends_well ? TRUST_INCOMPLETE : TRUST_UNKNOWN_CA, CAUSE_ISSUER, last);
        return;
    }
    X509 *top = sk_X509_value(t->chain.path, depth);
    struct certificate values;
    x509_read(t->arena, top, &values);
    const char *o = x509_name_value(t->arena, X509_get_issuer_name(top), NID_organizationName);
    bool is_public = depth == 0 && values.issuer_urls.count > 0,
         ours = o[0] != '\0' && trust_has_organisation(t->trust, o);
    t->ret->issuer_url = values.issuer_urls.count > 0 ? values.issuer_urls.items[0] : "";
    t->ret->presumed = true;
    chain_add_fault(&t->chain, is_public || ours ? TRUST_INCOMPLETE : TRUST_UNKNOWN_CA, CAUSE_ISSUER, depth);
}

static void find_chain(struct trial *t)
{
    chain_verify(t->trust, t->sent, false, t->now, &t->chain);
    if (t->chain.issuer_missing && t->chain.path != NULL && sk_X509_num(t->chain.path) > 0)
        missing_issuer(t);
    int count = t->chain.path == NULL ? 0 : sk_X509_num(t->chain.path);
    for (int i = 0; i < count && t->path_count < sizeof t->path / sizeof *t->path; i++)
        t->path[t->path_count++] = sk_X509_value(t->chain.path, i);
    if (t->path_count == 0) /* not even begun */
        t->path[t->path_count++] = sk_X509_value(t->sent, 0);
    t->anchored = t->chain.path == NULL ? 1 : (size_t)t->chain.anchored;
    if (t->chain.fault_count == 0) { /* these intermediates may complete the chains of others */
        for (size_t i = 1; i < t->anchored && i < t->path_count; i++)
            trust_remember(t->trust, t->path[i]);
    }
    t->host_good = t->host == NULL || x509_is_for(t->path[0], t->host);
    cache_keep(t);
}

/* --- words --- */

static struct trust_finding finding_of(struct trial *t, enum verdict_code code, enum trust_cause cause, size_t depth)
{
    struct trust_finding f = {
        .code = code, .cause = cause, .depth = (int)depth, .day = DAY_NONE, .who = "", .what = ""};
    X509 *cert = t->path[depth < t->path_count ? depth : t->path_count - 1];
    bool issuer = cause == CAUSE_ISSUER;
    f.who = x509_name_short(t->arena, issuer ? X509_get_issuer_name(cert) : X509_get_subject_name(cert));
    if (code == TRUST_WRONG_HOST)
        f.what = certificate_names(t->arena, &t->ret->leaf);
    else if (code == TRUST_WEAK_KEY || cause == CAUSE_CA_KEY)
        f.what = x509_key_name(t->arena, cert);
    else if (code == TRUST_WEAK_SIGNATURE || cause == CAUSE_CA_SIGNATURE)
        f.what = x509_signature_name(t->arena, cert);
    return f;
}

static void add_finding(struct trial *t, struct trust_finding *to, size_t *count, struct trust_finding f)
{
    (void)t;
    size_t place = *count;
    while (place > 0 && rank(to[place - 1].code) > rank(f.code))
        place--;
    memmove(to + place + 1, to + place, (*count - place) * sizeof *to);
    to[place] = f;
    (*count)++;
}

/* Both dates count as valid. Seconds are the finest that a certificate knows. */
static bool date_finding(struct trial *t, size_t depth, struct trust_finding *ret)
{
    instant_t from = x509_begin(t->path[depth]);
    instant_t to = x509_end(t->path[depth]);
    if (from == INSTANT_NONE || to == INSTANT_NONE) {
        *ret = finding_of(t, TRUST_BAD_CHAIN, CAUSE_DATES, depth);
        return true;
    }
    bool expired = t->now >= to + INSTANT_PER_SECOND, early = t->now < from;
    if (!expired && !early)
        return false;
    if (depth == 0)
        *ret = finding_of(t, expired ? TRUST_EXPIRED : TRUST_NOT_YET, CAUSE_LEAF, 0);
    else
        *ret = finding_of(t, TRUST_BAD_CHAIN, expired ? CAUSE_CA_EXPIRED : CAUSE_CA_NOT_YET, depth);
    ret->day = day_madrid(expired ? to : from);
    return true;
}

static void put_findings(struct trial *t)
{
    size_t count = 0;
    struct trust_finding *list = arena_array(t->arena, struct trust_finding, t->chain.fault_count + t->path_count + 1);
    for (size_t i = 0; i < t->chain.fault_count; i++) {
        const struct fault *f = &t->chain.faults[i];
        add_finding(t, list, &count, finding_of(t, f->code, f->cause, (size_t)f->depth));
    }
    for (size_t i = 0; i < t->path_count; i++) {
        struct trust_finding f;
        if (date_finding(t, i, &f))
            add_finding(t, list, &count, f);
    }
    if (!t->host_good)
        add_finding(t, list, &count, finding_of(t, TRUST_WRONG_HOST, CAUSE_LEAF, 0));
    t->ret->findings = list;
    t->ret->finding_count = count;
    t->ret->code = count == 0 ? TRUST_OK : list[0].code;
}

/* Bytes and fingerprint of a certificate of the path, and whether it was sent. */
static void identify(const struct trial *t, const X509 *cert, struct trust_step *step)
{
    for (size_t k = 0; k < t->sent_count; k++) {
        if (t->shown[k].cert != cert)
            continue;
        step->der = t->shown[k].der;
        memcpy(step->fingerprint, t->prints[k], FINGERPRINT_BYTES);
        step->sent = true;
        return;
    }
    step->der = x509_to_der(t->arena, cert);
    SHA256((const unsigned char *)step->der.p, step->der.n, step->fingerprint);
    for (size_t k = 0; k < t->sent_count && !step->sent; k++)
        step->sent = memcmp(t->prints[k], step->fingerprint, FINGERPRINT_BYTES) == 0;
}

static void put_path(struct trial *t)
{
    struct trust_step *steps = arena_array(t->arena, struct trust_step, t->path_count);
    size_t used = 0;
    for (size_t i = 0; i < t->path_count; i++) {
        X509 *cert = t->path[i];
        steps[i] = (struct trust_step){
            .name = x509_name_short(t->arena, X509_get_subject_name(cert)),
            .not_before = x509_begin(cert),
            .not_after = x509_end(cert),
            .anchor = i >= t->anchored,
        };
        identify(t, cert, &steps[i]);
        used += steps[i].sent ? 1 : 0;
    }
    t->ret->path = steps;
    t->ret->path_count = t->path_count;
    t->ret->unused = t->sent_count > used ? t->sent_count - used : 0;
}

/* --- judging --- */

/* Notes one that was sent; its bytes are in the arena. */
static void show(struct trial *t, size_t i, X509 *cert, struct str der)
{
    t->shown[i] = (struct shown){cert, der};
    if (cert != NULL) /* what is beside the leaf and is no certificate is as if it had not been sent */
        sk_X509_push(t->sent, cert);
}

static void judge(struct trial *t)
{
    SHA256(t->prints[0], t->sent_count * FINGERPRINT_BYTES, t->key);
    x509_read_with(t->arena, t->shown[0].cert, t->shown[0].der, &t->ret->leaf);
    t->ret->has_leaf = true;
    if (!cache_find(t))
        find_chain(t);
    put_findings(t);
    put_path(t);
    X509_STORE_CTX_cleanup(t->trust->context);
    sk_X509_free(t->sent);
    openssl_forget();
}

/* Nothing that can be judged: the one finding there is. */
static void refuse(struct arena *a, enum trust_cause cause, struct judgement *ret)
{
    struct trust_finding *f = arena_new(a, struct trust_finding);
    *f = (struct trust_finding){.code = TRUST_BAD_CHAIN, .cause = cause, .day = DAY_NONE, .who = "", .what = ""};
    ret->code = TRUST_BAD_CHAIN;
    ret->findings = f;
    ret->finding_count = 1;
}

static struct trial trial_new(struct trust *t, struct arena *a, size_t count, const char *host, instant_t now,
                              struct judgement *ret)
{
    return (struct trial){.trust = t,
                          .arena = a,
                          .sent = sk_X509_new_reserve(NULL, (int)count),
                          .shown = arena_array(a, struct shown, count),
                          .prints = arena_alloc(a, count, FINGERPRINT_BYTES),
                          .sent_count = count,
                          .host = host,
                          .now = now,
                          .ret = ret};
}

static size_t chain_bytes(const struct str *sent, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count && n <= LIMIT_CHAIN_BYTES; i++)
        n += sent[i].n > LIMIT_CHAIN_BYTES ? LIMIT_CHAIN_BYTES : sent[i].n;
    return n;
}

void trust_judge(struct trust *t, struct arena *a, const struct str *sent, size_t count, const char *host,
                 instant_t now, struct judgement *ret)
{
    *ret = (struct judgement){.code = TRUST_NONE, .issuer_url = ""};
    if (count == 0)
        return;
    AUTO(X509) *leaf = x509_from_der(sent[0]);
    openssl_forget();
    if (leaf == NULL) {
        refuse(a, CAUSE_UNREADABLE, ret);
        return;
    }
    if (count > LIMIT_CHAIN_CERTS || chain_bytes(sent, count) > LIMIT_CHAIN_BYTES) {
        x509_read(a, leaf, &ret->leaf);
        ret->has_leaf = true;
        refuse(a, CAUSE_TOO_LONG, ret);
        return;
    }
    struct trial trial = trial_new(t, a, count, host, now, ret);
    X509 *own[LIMIT_CHAIN_CERTS]; /* read here and given back below; those that are remembered are not read again */
    size_t own_count = 0;
    for (size_t i = 0; i < count; i++) {
        SHA256((const unsigned char *)sent[i].p, sent[i].n, trial.prints[i]);
        X509 *cert = i == 0 ? leaf : trust_known(t, trial.prints[i]);
        if (cert == NULL && (cert = x509_from_der(sent[i])) != NULL)
            own[own_count++] = cert;
        show(&trial, i, cert, str_part(arena_text(a, sent[i]), sent[i].n));
    }
    judge(&trial);
    while (own_count > 0)
        X509_free(own[--own_count]);
}

void trust_judge_stack(struct trust *t, struct arena *a, const struct stack_st_X509 *sent, const char *host,
                       instant_t now, struct judgement *ret)
{
    *ret = (struct judgement){.code = TRUST_NONE, .issuer_url = ""};
    size_t count = sent == NULL || sk_X509_num(sent) < 0 ? 0 : (size_t)sk_X509_num(sent);
    if (count == 0)
        return;
    if (count > LIMIT_CHAIN_CERTS) {
        x509_read(a, sk_X509_value(sent, 0), &ret->leaf);
        ret->has_leaf = true;
        refuse(a, CAUSE_TOO_LONG, ret);
        return;
    }
    struct trial trial = trial_new(t, a, count, host, now, ret);
    for (size_t i = 0; i < count; i++) {
        X509 *cert = sk_X509_value(sent, (int)i);
        struct str der = x509_to_der(a, cert);
        SHA256((const unsigned char *)der.p, der.n, trial.prints[i]);
        X509 *known = i == 0 ? NULL : trust_known(t, trial.prints[i]);
        show(&trial, i, known == NULL ? cert : known, der);
    }
    judge(&trial);
}

size_t trust_cache_hits(const struct trust *t)
{
    return t->hits;
}
