#include "flow/exclusions.h"

#include <stdlib.h>

#include "flow/change.h"

static bool code_known(const struct profile *p, const char *code)
{
    for (size_t i = 0; i < p->reason_count; i++) {
        if (strcmp(p->reasons[i].code, code) == 0)
            return true;
    }
    return false;
}

bool exclusions_add(struct desk *d, const struct body *b, const struct exclusion_given *g, struct err *e)
{
    struct tx tx = {0};
    int64_t id;
    char day[DAY_TEXT_BYTES];
    const struct profile *p = &d->files.profile;
    struct exclusion_word x = {.body_id = b->id,
                               .leaves_out = !g->in,
                               .code = g->code[0] == '\0' ? EXCLUSION_PERSON : g->code,
                               .reason = change_text(d, g->reason, e),
                               .until = g->until};
    if (x.reason == NULL)
        return false;
    if (strcmp(x.code, EXCLUSION_PERSON) != 0 && !code_known(p, x.code))
        return err_set(e, ERR_VALUE, N_("the profile has no reason \"%s\""), x.code);
    if (g->until != DAY_NONE && g->until < d->by.day)
        return err_set(e, ERR_VALUE, N_("%s is over already"), day_dmy(g->until, day));
    bool profile_out = profile_exclusion(p, b->name_key) != NULL;
    if (b->excluded_why == NULL && g->in && !profile_out)
        return err_set(e, ERR_STATE, N_("%s is in: nothing leaves it out; without --in it is left out"), b->name);
    if (b->excluded_why == NULL && !g->in && b->excluded != NULL)
        return err_set(e, ERR_STATE, N_("the profile leaves %s out already; `talaia exclusions` says why"), b->name);
    if (!tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    const char *detail =
        g->until == DAY_NONE ? x.reason : arena_printf(&d->arena, "%s (%s)", x.reason, day_iso(g->until, day));
    return change_finish(d, &tx, exclusion_add(&tx, &d->by, &x, &id, e), g->in ? "include" : "exclude", b, detail, e);
}

bool exclusions_lift(struct desk *d, const struct body *b, const char *reason, struct err *e)
{
    struct tx tx = {0};
    const char *text = change_text(d, reason, e);
    if (text == NULL || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    return change_finish(d, &tx, exclusion_lift(&tx, &d->by, b->id, text, e), "exclusion-lift", b, text, e);
}

static const struct exclusion_word *word_of(const struct exclusion_word *words, size_t count, int64_t body_id)
{
    for (size_t i = 0; i < count; i++) {
        if (words[i].body_id == body_id)
            return &words[i];
    }
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    const struct exclusion_line *x = a, *y = b;
    int order = strcmp(x->body->sort_key, y->body->sort_key);
    return order != 0 ? order : (x->body->id > y->body->id) - (x->body->id < y->body->id);
}

bool exclusions_list(struct desk *d, struct arena *a, struct exclusion_list *ret, struct err *e)
{
    struct tx tx;
    struct exclusion_list list = {0};
    struct exclusion_word *words;
    size_t word_count = 0;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = bodies_load(&tx, a, &d->files.profile, d->by.day, &list.bodies, e) &&
              exclusions_load(&tx, a, d->by.day, &words, &word_count, e);
    tx_rollback(&tx);
    if (!ok)
        return false;
    struct exclusion_line *items = arena_array(a, struct exclusion_line, list.bodies.count + 1);
    for (size_t i = 0; i < list.bodies.count; i++) {
        const struct body *b = &list.bodies.items[i];
        const struct exclusion_word *w = word_of(words, word_count, b->id);
        if (w == NULL && b->excluded == NULL)
            continue;
        items[list.count++] = (struct exclusion_line){
            .body = b, .word = w, .reason = w != NULL ? w->reason : exclusion_words(&d->files.profile, b, d->lang)};
    }
    if (list.count > 1)
        qsort(items, list.count, sizeof *items, by_name);
    list.items = items;
    *ret = list;
    return true;
}
