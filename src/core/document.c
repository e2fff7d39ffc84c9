/* What follows from the facts of a document. Reading it is src/document's, asking about it flow's. */
#include "core/document.h"

#include "base/buf.h"
#include "base/limits.h"
#include "core/certificate.h"

/* --- names --- */

#define N_COUNT(list) (sizeof(list) / sizeof *(list))

static const struct {
    const char *code, *words;
} kinds[] =
    {
#define X(name, code, words) {code, words},
        DOCUMENT_KINDS(X)
#undef X
},
  verdicts[] =
      {
#define X(name, code, words) {code, words},
          DOCUMENT_VERDICTS(X)
#undef X
},
  values[] =
      {
#define X(name, code, words) {code, words},
          DOCUMENT_VALUES(X)
#undef X
},
  insides[] = {
#define X(name, code, words) {code, words},
      DOCUMENT_INSIDES(X)
#undef X
};

static const struct {
    const char *code, *sentence, *advice;
    enum document_verdict grade;
} reasons[] = {
#define X(name, code, grade, sentence, advice) {code, sentence, advice, DOCUMENT_##grade},
    DOCUMENT_REASONS(X)
#undef X
};

const char *document_kind_code(enum document_kind k)
{
    return kinds[k].code;
}

const char *document_kind_words(enum document_kind k)
{
    return kinds[k].words;
}

const char *document_verdict_code(enum document_verdict v)
{
    return verdicts[v].code;
}

const char *document_verdict_words(enum document_verdict v)
{
    return verdicts[v].words;
}

const char *document_inside_code(enum document_inside_state s)
{
    return insides[s].code;
}

const char *document_inside_why(enum document_inside_state s)
{
    return insides[s].words;
}

const char *document_value_code(enum document_value_kind k)
{
    return values[k].code;
}

const char *document_value_words(enum document_value_kind k)
{
    return values[k].words;
}

const char *document_reason_code(enum document_reason_code c)
{
    return reasons[c].code;
}

enum document_verdict document_reason_grade(enum document_reason_code c)
{
    return reasons[c].grade;
}

const char *document_reason_sentence(enum document_reason_code c)
{
    return reasons[c].sentence;
}

const char *document_reason_advice(enum document_reason_code c)
{
    return reasons[c].advice;
}

#define FIND(list, ret)                                                                                                \
    for (size_t i = 0; i < N_COUNT(list); i++) {                                                                       \
        if (str_is(code, (list)[i].code)) {                                                                            \
            *(ret) = i;                                                                                                \
            return true;                                                                                               \
        }                                                                                                              \
    }                                                                                                                  \
    return false

bool document_reason_find(struct str code, enum document_reason_code *ret)
{
    FIND(reasons, ret);
}

bool document_kind_find(struct str code, enum document_kind *ret)
{
    FIND(kinds, ret);
}

bool document_verdict_find(struct str code, enum document_verdict *ret)
{
    FIND(verdicts, ret);
}

bool document_inside_find(struct str code, enum document_inside_state *ret)
{
    FIND(insides, ret);
}

bool document_value_find(struct str code, enum document_value_kind *ret)
{
    FIND(values, ret);
}

const char *document_fill(struct arena *a, const char *text, const struct document_reason *r)
{
    struct buf to = BUF_INIT(LIMIT_ERR_BYTES * 4);
    struct str rest = str_of(text);
    char day[DAY_TEXT_BYTES];
    while (rest.n > 0) {
        size_t open = str_find(rest, '{');
        buf_add(&to, rest.p, open);
        rest = str_part(rest.p + open, rest.n - open);
        size_t close = str_find(rest, '}');
        if (rest.n == 0 || close == rest.n)
            break;
        struct str name = str_part(rest.p + 1, close - 1);
        const char *value = str_is(name, "what")    ? r->what
                            : str_is(name, "other") ? r->other
                            : str_is(name, "day")   ? day_dmy(r->day, day)
                                                    : NULL;
        buf_add_text(&to, value == NULL || value[0] == '\0' ? "?" : value);
        rest = str_part(rest.p + close + 1, rest.n - close - 1);
    }
    char *line = arena_text(a, buf_str(&to));
    str_make_printable(line);
    buf_release(&to);
    return line;
}

instant_t document_signed_at(const struct document_signature *s)
{
    return s->stamped != INSTANT_NONE ? s->stamped : s->claimed;
}

size_t document_signed_bytes(const struct document *d)
{
    size_t end = 0;
    for (size_t i = 0; i < d->signature_count; i++)
        if (d->signatures[i].good && !d->signatures[i].stamp && d->signatures[i].signed_end > end)
            end = d->signatures[i].signed_end;
    return end == 0 || end > d->bytes ? d->bytes : end;
}

/* --- reasons --- */

struct reason_list {
    VEC(struct document_reason) list;
};

static void add(struct reason_list *to, enum document_reason_code code, int signature, const char *what,
                const char *other, day_t day)
{
    vec_push(&to->list, (struct document_reason){.code = code,
                                                 .grade = document_reason_grade(code),
                                                 .signature = signature,
                                                 .what = what == NULL ? "" : what,
                                                 .other = other == NULL ? "" : other,
                                                 .day = day});
}

/* --- certificates --- */

struct judging {
    struct arena *arena;
    const struct document_wanted *w;
    struct document *d;
    struct reason_list found;
};

/* The name says that it is an authority for trials. */
static bool is_of_tests(const char *name)
{
    static const char *const words[] = {"test",    "tests", "testing",      "prova",        "proves",  "prueba",
                                        "pruebas", "demo",  "preproduccio", "dummy",        "staging", "preproduccion",
                                        "sample",  "fake",  "preproducció", "preproducción"};
    struct str rest = str_of(name);
    while (rest.n > 0) {
        size_t n = 0;
        while (n < rest.n && (((unsigned char)rest.p[n] | 0x20) >= 'a' || (unsigned char)rest.p[n] >= 0x80))
            n++;
        for (size_t i = 0; n > 0 && i < N_COUNT(words); i++)
            if (str_is_nocase(str_part(rest.p, n), words[i]))
                return true;
        n = n == 0 ? 1 : n;
        rest = str_part(rest.p + n, rest.n - n);
    }
    return false;
}

static const char *called(const struct document_certificate *c)
{
    return c->common_name[0] != '\0' ? c->common_name : c->organisation[0] != '\0' ? c->organisation : c->subject;
}

static void judge_trust(struct judging *j, int s, const struct document_certificate *c)
{
    switch (c->trust) {
    case DOCUMENT_TRUST_GOOD: break;
    case DOCUMENT_TRUST_SELF_SIGNED: add(&j->found, DOCUMENT_REASON_SELF_SIGNED, s, called(c), "", DAY_NONE); break;
    case DOCUMENT_TRUST_UNKNOWN_CA:
        add(&j->found, is_of_tests(c->issuer) ? DOCUMENT_REASON_TEST_CA : DOCUMENT_REASON_UNKNOWN_CA, s, c->issuer_name,
            "", DAY_NONE);
        break;
    case DOCUMENT_TRUST_INCOMPLETE: add(&j->found, DOCUMENT_REASON_INCOMPLETE, s, called(c), "", DAY_NONE); break;
    case DOCUMENT_TRUST_WEAK: add(&j->found, DOCUMENT_REASON_WEAK, s, c->trust_why, "", DAY_NONE); break;
    case DOCUMENT_TRUST_BAD: add(&j->found, DOCUMENT_REASON_CHAIN_BAD, s, c->trust_why, "", DAY_NONE); break;
    case DOCUMENT_TRUST_UNKNOWN: add(&j->found, DOCUMENT_REASON_TRUST_UNKNOWN, s, called(c), "", DAY_NONE); break;
    }
    if (c->key_weak && c->trust != DOCUMENT_TRUST_WEAK)
        add(&j->found, DOCUMENT_REASON_WEAK, s, c->key, "", DAY_NONE);
}

/* `stamped`: a trusted time stamp says that it signed before; INSTANT_NONE otherwise. */
static void judge_revocation(struct judging *j, int s, const struct document_certificate *c, instant_t stamped)
{
    if (c->by_inside)
        add(&j->found, DOCUMENT_REASON_REVOCATION_INSIDE, s, "", "", day_madrid(c->inside_at));
    switch (c->revocation) {
    case DOCUMENT_REVOCATION_GOOD: break;
    case DOCUMENT_REVOCATION_UNASKED: /* the chain is the reason, or nobody was to be asked (offline) */
        if (c->trust == DOCUMENT_TRUST_GOOD)
            add(&j->found, DOCUMENT_REASON_REVOCATION_UNKNOWN, s, c->revocation_why, "", DAY_NONE);
        break;
    case DOCUMENT_REVOCATION_REVOKED: {
        bool after = stamped != INSTANT_NONE && c->revoked_at != INSTANT_NONE && stamped < c->revoked_at;
        add(&j->found, after ? DOCUMENT_REASON_REVOKED_SINCE : DOCUMENT_REASON_REVOKED, s, "", "",
            c->revoked_at == INSTANT_NONE ? DAY_NONE : day_madrid(c->revoked_at));
        break;
    }
    case DOCUMENT_REVOCATION_UNKNOWN:
        add(&j->found, DOCUMENT_REASON_REVOCATION_UNKNOWN, s, c->revocation_why, "", DAY_NONE);
        break;
    case DOCUMENT_REVOCATION_NOT_OFFERED:
        add(&j->found, DOCUMENT_REASON_REVOCATION_NOT_OFFERED, s, "", "", DAY_NONE);
        break;
    }
}

static bool dates_hold(struct judging *j, int s, const struct document_certificate *c)
{
    bool good = c->not_before != INSTANT_NONE && c->not_after != INSTANT_NONE;
    if (!good)
        add(&j->found, DOCUMENT_REASON_DATES_UNREADABLE, s, "", "", DAY_NONE);
    return good;
}

/* --- signatures --- */

static void judge_time(struct judging *j, int s, const struct document_signature *x)
{
    const struct document_certificate *c = &x->signer;
    instant_t at = document_signed_at(x), now = j->w->now;
    char day[DAY_TEXT_BYTES];
    if (at == INSTANT_NONE)
        add(&j->found, DOCUMENT_REASON_TIME_NONE, s, "", "", DAY_NONE);
    else if (x->stamped == INSTANT_NONE)
        add(&j->found, DOCUMENT_REASON_TIME_CLAIMED, s, "", "", day_madrid(at));
    if (at != INSTANT_NONE && at > now + LIMIT_SKEW_SECONDS * INSTANT_PER_SECOND)
        add(&j->found, DOCUMENT_REASON_TIME_FUTURE, s, "", "", day_madrid(at));
    if (!dates_hold(j, s, c))
        return;
    if (at != INSTANT_NONE && (at < c->not_before || at > c->not_after))
        add(&j->found, DOCUMENT_REASON_SIGNED_OUTSIDE, s, arena_strdup(j->arena, day_dmy(day_madrid(at), day)), "",
            DAY_NONE);
    else if (now < c->not_before)
        add(&j->found, DOCUMENT_REASON_NOT_YET, s, "", "", c->first_day);
    else if (now > c->not_after && at == INSTANT_NONE)
        add(&j->found, DOCUMENT_REASON_EXPIRED, s, "", "", c->last_day);
    else if (now > c->not_after && x->stamped == INSTANT_NONE)
        add(&j->found, DOCUMENT_REASON_EXPIRED_SINCE, s, "", "", c->last_day);
}

/* The reasons outlive the certificates. */
static const char *nif_of(const struct judging *j, const struct document_certificate *c)
{
    return arena_strdup(j->arena, c->nif);
}

static bool is_of_body(const struct judging *j, const struct document_certificate *c)
{
    return j->w->body_nif[0] != '\0' && strcmp(c->nif, j->w->body_nif) == 0 && !c->nif_disagrees;
}

/* Whose it is. `another`: a good signature of the body is there besides. */
static void judge_signer(struct judging *j, int s, const struct document_certificate *c, bool another)
{
    if (c->nif_disagrees)
        add(&j->found, DOCUMENT_REASON_NIF_DISAGREES, s, nif_of(j, c), "", DAY_NONE);
    if (c->nif[0] == '\0')
        add(&j->found, DOCUMENT_REASON_NIF_NONE, s, called(c), "", DAY_NONE);
    else if (j->w->body_nif[0] == '\0')
        add(&j->found, DOCUMENT_REASON_NIF_UNKNOWN, s, nif_of(j, c), "", DAY_NONE);
    else if (strcmp(c->nif, j->w->body_nif) != 0)
        add(&j->found, another ? DOCUMENT_REASON_SIGNED_TOO : DOCUMENT_REASON_NIF_OTHER, s, nif_of(j, c),
            another ? c->organisation : j->w->body_nif, DAY_NONE);
    if (c->holder == DOCUMENT_HOLDER_SERVER || c->holder == DOCUMENT_HOLDER_APPLICATION)
        add(&j->found, DOCUMENT_REASON_SIGNER_SERVER, s, called(c), "", DAY_NONE);
    if (!c->may_sign || c->holder == DOCUMENT_HOLDER_AUTHORITY)
        add(&j->found, DOCUMENT_REASON_SIGNER_USE, s, called(c), "", DAY_NONE);
}

/* All that must be so, said once more in the affirmative: a reason that somebody forgot to give does not make a
 * document valid. */
static bool is_proven(const struct judging *j, const struct document_certificate *c)
{
    return c->trust == DOCUMENT_TRUST_GOOD && c->revocation == DOCUMENT_REVOCATION_GOOD && c->may_sign &&
           !c->key_weak && c->nif[0] != '\0' && c->der.n > 0 && c->not_before != INSTANT_NONE &&
           j->w->now >= c->not_before;
}

static bool has_graver(const struct judging *j)
{
    for (size_t i = 0; i < j->found.list.count; i++)
        if (j->found.list.items[i].grade > DOCUMENT_VALID)
            return true;
    return false;
}

static bool has_refusal(const struct judging *j, int signature)
{
    for (size_t i = 0; i < j->found.list.count; i++)
        if (j->found.list.items[i].grade == DOCUMENT_INVALID && j->found.list.items[i].signature == signature)
            return true;
    return false;
}

static void judge_pdf(struct judging *j)
{
    struct document *d = j->d;
    size_t ours = 0, real = 0;
    for (size_t i = 0; i < d->signature_count; i++) {
        const struct document_signature *x = &d->signatures[i];
        real += !x->stamp;
        ours += !x->stamp && x->good && x->has_certificate && is_of_body(j, &x->signer);
    }
    for (size_t i = 0; i < d->signature_count; i++) {
        const struct document_signature *x = &d->signatures[i];
        int s = (int)i;
        if (x->stamp || !x->has_certificate)
            continue;
        judge_time(j, s, x);
        judge_trust(j, s, &x->signer);
        if (x->good) /* nobody asks about another */
            judge_revocation(j, s, &x->signer, x->stamped);
        judge_signer(j, s, &x->signer, ours > 0);
        if (x->good && x->whole && is_of_body(j, &x->signer) && is_proven(j, &x->signer))
            d->signer = s;
    }
    for (size_t i = 0; i < d->signature_count; i++)
        if (!d->signatures[i].good && !d->signatures[i].stamp && !has_refusal(j, (int)i))
            add(&j->found, DOCUMENT_REASON_SIGNATURE_WRONG, (int)i, "", "", DAY_NONE);
    if (real == 0 && !has_graver(j))
        add(&j->found, DOCUMENT_REASON_UNSIGNED, -1, "", "", DAY_NONE);
    else if (d->signer < 0 && !has_graver(j))
        add(&j->found, DOCUMENT_REASON_NOT_COVERED, -1, "", "", DAY_NONE);
}

/* --- the CDA --- */

static void judge_owner(struct judging *j, const struct document_certificate *c)
{
    const struct document_wanted *w = j->w;
    if (c->nif_disagrees)
        add(&j->found, DOCUMENT_REASON_NIF_DISAGREES, -1, nif_of(j, c), "", DAY_NONE);
    if (c->nif[0] == '\0') {
        add(&j->found, DOCUMENT_REASON_NIF_NONE, -1, called(c), "", DAY_NONE);
    } else if (w->body_nif[0] != '\0' && strcmp(c->nif, w->body_nif) == 0) {
        return;
    } else if (w->provider_nif[0] != '\0' && strcmp(c->nif, w->provider_nif) == 0) {
        add(&j->found, w->authorised ? DOCUMENT_REASON_NIF_PROVIDER : DOCUMENT_REASON_NIF_UNAUTHORISED, -1,
            nif_of(j, c), "", DAY_NONE);
    } else if (w->body_nif[0] == '\0') {
        add(&j->found, DOCUMENT_REASON_NIF_UNKNOWN, -1, nif_of(j, c), "", DAY_NONE);
    } else {
        add(&j->found, DOCUMENT_REASON_NIF_OTHER, -1, nif_of(j, c), w->body_nif, DAY_NONE);
    }
}

static void judge_holder(struct judging *j, const struct document_certificate *c)
{
    enum document_reason_code code = DOCUMENT_REASON_CDA_KIND;
    switch (c->holder) {
    case DOCUMENT_HOLDER_APPLICATION:
    case DOCUMENT_HOLDER_SEAL: break;
    case DOCUMENT_HOLDER_AUTHORITY: code = DOCUMENT_REASON_CDA_AUTHORITY; break;
    case DOCUMENT_HOLDER_SERVER: code = DOCUMENT_REASON_CDA_SERVER; break;
    case DOCUMENT_HOLDER_PERSON: code = DOCUMENT_REASON_CDA_PERSON; break;
    case DOCUMENT_HOLDER_OTHER: break;
    }
    if (c->holder != DOCUMENT_HOLDER_APPLICATION && c->holder != DOCUMENT_HOLDER_SEAL)
        add(&j->found, code, -1, called(c), "", DAY_NONE);
    if (!c->may_sign && c->holder != DOCUMENT_HOLDER_AUTHORITY)
        add(&j->found, DOCUMENT_REASON_CDA_USE, -1, called(c), "", DAY_NONE);
}

static void judge_cda(struct judging *j)
{
    const struct document_certificate *c = &j->d->certificate;
    if (!j->d->has_certificate) {
        if (!has_graver(j))
            add(&j->found, DOCUMENT_REASON_NOT_KNOWN, -1, "", "", DAY_NONE);
        return;
    }
    if (dates_hold(j, -1, c)) {
        if (j->w->now > c->not_after)
            add(&j->found, DOCUMENT_REASON_EXPIRED, -1, "", "", c->last_day);
        else if (j->w->now < c->not_before)
            add(&j->found, DOCUMENT_REASON_NOT_YET, -1, "", "", c->first_day);
        else if (days_left(c->last_day, day_madrid(j->w->now)) < DOCUMENT_SOON_DAYS)
            add(&j->found, DOCUMENT_REASON_EXPIRES_SOON, -1, "", "", c->last_day);
    }
    judge_trust(j, -1, c);
    judge_revocation(j, -1, c, INSTANT_NONE);
    judge_holder(j, c);
    judge_owner(j, c);
    if (!has_graver(j) && !is_proven(j, c))
        add(&j->found, DOCUMENT_REASON_TRUST_UNKNOWN, -1, called(c), "", DAY_NONE);
}

/* --- all of it --- */

static int graver_first(const void *left, const void *right, void *unused)
{
    const struct document_reason *a = left, *b = right;
    (void)unused;
    if (a->grade != b->grade)
        return a->grade > b->grade ? -1 : 1;
    if (a->signature != b->signature)
        return a->signature < b->signature ? -1 : 1;
    return a->code < b->code ? -1 : a->code > b->code;
}

void document_judge(struct arena *a, const struct document_wanted *w, struct document *d)
{
    struct judging j = {.arena = a, .w = w, .d = d};
    d->signer = -1;
    for (size_t i = 0; i < d->reason_count; i++) {
        vec_push(&j.found.list, d->reasons[i]);
        j.found.list.items[i].grade = document_reason_grade(d->reasons[i].code);
    }
    if (d->kind == DOCUMENT_PDF)
        judge_pdf(&j);
    else if (d->kind == DOCUMENT_CERTIFICATE)
        judge_cda(&j);
    else if (!has_graver(&j))
        add(&j.found, d->kind == DOCUMENT_SECRET ? DOCUMENT_REASON_SECRET : DOCUMENT_REASON_NOT_KNOWN, -1, "", "",
            DAY_NONE);
    if (j.found.list.count > 0)
        qsort_r(j.found.list.items, j.found.list.count, sizeof *j.found.list.items, graver_first, NULL);
    d->verdict = j.found.list.count > 0 ? j.found.list.items[0].grade : DOCUMENT_VALID;
    d->reasons = vec_to_arena(&j.found.list, a);
    d->reason_count = j.found.list.count;
    vec_release(&j.found.list);
}
