/* Whose integration it is: the body that a person means by its name, INE10 code or NIF, also with a slip of the pen;
 * and the bodies that it could be while the name is still being typed, with what each one's eligibility is. */
#include <limits.h>
#include <stdlib.h>
#include <strings.h>

#include "base/text.h"
#include "core/identity.h"
#include "core/name.h"
#include "flow/onboard_run.h"
#include "record/body.h"
#include "record/directory.h"

#define GUESS_DISTANCE 3 /* letters that may be wrong in a name */
#define NAMED_MOST 5     /* shown when it could be several */
#define NOWHERE INT_MAX

/* ------------------------------------------------------------------ whose it is */

struct candidates {
    struct arena *arena;
    VEC(struct onboard_body) items;
};

/* A NIF that only the list of those who may integrate says. */
static bool nifs_load(struct desk *d, struct tx *tx, struct candidates *c, struct err *e)
{
    struct eligible *list;
    size_t count;
    if (!eligible_load(tx, c->arena, d->by.day, &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; list[i].nif[0] != '\0' && k < c->items.count; k++) {
            struct onboard_body *b = &c->items.items[k];
            bool same = list[i].ine10[0] != '\0' ? strcmp(list[i].ine10, b->ine10) == 0
                                                 : strcmp(list[i].name_key, name_key(c->arena, str_of(b->name))) == 0;
            if (same && b->nif[0] == '\0')
                b->nif = list[i].nif;
        }
    }
    return true;
}

/* From the registry and the list of bodies, each INE10 once. */
static bool candidates_load(struct desk *d, struct tx *tx, struct candidates *c, struct err *e)
{
    struct bodies bodies;
    struct directory_entry *list;
    size_t count;
    struct arena *a = c->arena;
    if (!bodies_load(tx, a, &d->files.profile, d->by.day, &bodies, e) || !directory_load(tx, a, &list, &count, e))
        return false;
    for (size_t i = 0; i < bodies.count; i++) {
        const struct body *b = &bodies.items[i];
        vec_push(&c->items, (struct onboard_body){.ine10 = b->ine10, .name = b->name, .nif = b->nif, .body_id = b->id});
    }
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t k = 0; k < bodies.count && !known; k++)
            known = (list[i].ine10[0] != '\0' && strcmp(list[i].ine10, bodies.items[k].ine10) == 0) ||
                    strcmp(list[i].name_key, bodies.items[k].name_key) == 0;
        if (!known)
            vec_push(&c->items,
                     (struct onboard_body){
                         .ine10 = list[i].ine10, .name = name_natural(a, str_of(list[i].name)), .nif = list[i].nif});
    }
    return nifs_load(d, tx, c, e);
}

/* One code names several offices sometimes: the first with everything known. */
static const struct onboard_body *by_code(const struct candidates *c, const char *ine10, const char *nif)
{
    for (size_t i = 0; i < c->items.count; i++) {
        const struct onboard_body *b = &c->items.items[i];
        if ((ine10[0] != '\0' && strcmp(b->ine10, ine10) == 0) || (nif[0] != '\0' && strcmp(b->nif, nif) == 0))
            return b;
    }
    return NULL;
}

struct guess {
    const struct onboard_body *best[NAMED_MOST];
    size_t count;
    int distance;
};

/* All that are nearest to what was written; those that hold all of it count as very near. */
static void guess_name(const struct candidates *c, const char *text, struct guess *g)
{
    const char *key = name_key(c->arena, str_of(text));
    const char *fold = text_fold(c->arena, str_of(text));
    g->distance = GUESS_DISTANCE + 1;
    for (size_t i = 0; i < c->items.count; i++) {
        const struct onboard_body *b = &c->items.items[i];
        const char *own = name_key(c->arena, str_of(b->name)),
                   *brief = text_fold(c->arena, str_of(name_short(c->arena, str_of(b->name))));
        int near = text_distance(key, own, GUESS_DISTANCE), other = text_distance(fold, brief, GUESS_DISTANCE);
        near = other < near ? other : near;
        if (near > 0 && strlen(fold) >= 4 && strstr(own, fold) != NULL)
            near = 1;
        if (near < g->distance) {
            g->distance = near;
            g->count = 0;
        }
        if (near == g->distance && near <= GUESS_DISTANCE && g->count < NAMED_MOST)
            g->best[g->count++] = b;
    }
}

static bool say_several(const struct guess *g, struct arena *a, const char *text, struct err *e)
{
    const char *list = "";
    for (size_t i = 0; i < g->count; i++)
        list = arena_printf(a, "%s%s%s", list, i > 0 ? ", " : "", g->best[i]->name);
    return err_set(e, ERR_AMBIGUOUS, N_("\"%s\" could be several bodies: %s; write the whole name or the INE10 code"),
                   text, list);
}

bool onboard_body_named(struct desk *d, struct tx *tx, const char *text, struct onboard_body *ret,
                        const char **ret_remark, struct err *e)
{
    struct candidates c = {.arena = &d->arena};
    struct guess g = {0};
    char code[INE10_BYTES] = "", nif[NIF_BYTES] = "";
    const struct onboard_body *found = NULL;
    *ret_remark = "";
    if (!str_utf8_valid(str_of(text)) || str_trim(str_of(text)).n == 0 || strlen(text) > 4 * LIMIT_NAME_CHARS)
        return err_set(e, ERR_VALUE, N_("a body is named by its name, its INE10 code or its NIF"));
    if (!candidates_load(d, tx, &c, e)) {
        vec_release(&c.items);
        return false;
    }
    bool is_code = str_trim(str_of(text)).n >= 9 && ine10_parse(str_of(text), code) != INE10_FORMAT;
    bool is_nif = !is_code && nif_parse(str_of(text), nif) != NIF_BAD;
    if (is_code || is_nif)
        found = by_code(&c, is_code ? code : "", is_nif ? nif : "");
    else
        guess_name(&c, text, &g);
    bool ok = true;
    if (found == NULL && (is_code || is_nif))
        ok = err_set(e, ERR_UNKNOWN, N_("no body has the code %s; correct it, or bring in the list of bodies"), text);
    else if (found == NULL && g.count == 0)
        ok = err_set(e, ERR_UNKNOWN, N_("no body is called \"%s\"; write its INE10 code"), text);
    else if (found == NULL && g.count > 1)
        ok = say_several(&g, &d->arena, text, e);
    if (ok && found == NULL) {
        found = g.best[0];
        if (g.distance > 0)
            *ret_remark = arena_printf(&d->arena, tr(d->lang, N_("\"%s\" was taken for %s; correct it if it is not")),
                                       text, found->name);
    }
    if (ok)
        *ret = *found;
    vec_release(&c.items);
    return ok;
}

/* ------------------------------------------------------------------ while it is being typed */

struct match {
    struct onboard_body body;
    int distance; /* 0: it is that */
};

/* How far a body is from what was typed so far: its beginning, a word of it, any part, then slips of the pen. */
static int name_far(struct arena *a, const struct onboard_body *b, const char *key, const char *fold)
{
    const char *own = name_key(a, str_of(b->name)), *brief = text_fold(a, str_of(name_short(a, str_of(b->name))));
    size_t n = strlen(fold);
    int most = n < 4 ? 0 : n < 7 ? 1 : n < 10 ? 2 : GUESS_DISTANCE;
    const char *whole_name = text_fold(a, str_of(b->name)), *inside = strstr(own, fold);
    if (inside == NULL && (inside = strstr(whole_name, fold)) != NULL)
        own = whole_name;
    if (strcmp(own, key) == 0 || strcmp(brief, fold) == 0 || strcmp(whole_name, fold) == 0)
        return 0;
    if (strncmp(brief, fold, n) == 0)
        return 1;
    if (inside != NULL && n >= 2)
        return inside == own || inside[-1] == ' ' ? 2 : 3;
    if (most == 0)
        return NOWHERE;
    const char *begun = arena_text(a, str_utf8_cut(str_of(brief), n)); /* as far as it was typed */
    int near = text_distance(fold, brief, most), part = text_distance(fold, begun, most),
        whole = text_distance(key, own, most);
    near = part < near ? part : near;
    near = whole < near ? whole : near;
    return near <= most ? 4 + near : NOWHERE;
}

/* By its first digits, or its first letter and digits; a code without the zero in front, too. */
static int code_far(const struct onboard_body *b, const char *typed)
{
    const char *codes[] = {b->ine10, b->ine10[0] == '0' ? b->ine10 + 1 : "", b->nif};
    size_t n = strlen(typed);
    for (size_t i = 0; n >= 3 && i < sizeof codes / sizeof *codes; i++) {
        if (strncasecmp(codes[i], typed, n) == 0)
            return codes[i][n] == '\0' ? 0 : 1;
    }
    return NOWHERE;
}

static int match_order(const void *a, const void *b)
{
    const struct match *x = a, *y = b;
    return x->distance != y->distance ? (x->distance > y->distance) - (x->distance < y->distance)
                                      : strcmp(x->body.name, y->body.name);
}

static void match_all(const struct candidates *c, const char *text, struct onboard_match *ret, size_t *ret_count)
{
    struct arena *a = c->arena;
    VEC(struct match) found = {0};
    const char *fold = text_fold(a, str_of(text)), *key = name_key(a, str_of(text));
    bool code = strpbrk(text, "0123456789") != NULL;
    for (size_t i = 0; i < c->items.count && fold[0] != '\0'; i++) {
        const struct onboard_body *b = &c->items.items[i];
        int far = code ? code_far(b, text) : name_far(a, b, key, fold);
        if (far != NOWHERE)
            vec_push(&found, (struct match){*b, far});
    }
    if (found.count > 1)
        qsort(found.items, found.count, sizeof *found.items, match_order);
    /* Once it is that one, others that only look like it are in the way; slips count where nothing else does. */
    size_t n = 0;
    for (size_t i = 0; i < found.count && n < ONBOARD_MATCHES_MOST; i++) {
        if (found.items[0].distance <= 3 ? found.items[i].distance <= 3 : true)
            ret[n++] = (struct onboard_match){.body = found.items[i].body, .exact = found.items[i].distance == 0};
    }
    *ret_count = n;
    vec_release(&found);
}

bool onboard_search(struct desk *d, struct arena *a, const char *text, struct onboard_match **ret, size_t *ret_count,
                    struct err *e)
{
    struct tx tx = {0};
    struct candidates c = {.arena = a};
    struct onboard_match *list = arena_array(a, struct onboard_match, ONBOARD_MATCHES_MOST);
    size_t count = 0;
    struct str typed = str_trim(str_utf8_valid(str_of(text)) ? str_of(text) : str_of(""));
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && candidates_load(d, &tx, &c, e);
    if (ok && typed.n > 0 && typed.n <= 4 * (size_t)LIMIT_NAME_CHARS)
        match_all(&c, arena_text(a, typed), list, &count);
    for (size_t i = 0; ok && i < count; i++) {
        struct onboarding o = {.desk = d, .tx = &tx, .arena = a, .reason = ""};
        o.x = (struct integration){.ine10 = list[i].body.ine10, .name = list[i].body.name, .nif = list[i].body.nif};
        ok = onboarding_standing(&o, &list[i].known, e);
        list[i].standing = o.x.standing;
        list[i].through = o.x.through == NULL ? "" : o.x.through;
    }
    tx_rollback(&tx);
    vec_release(&c.items);
    if (ok) {
        *ret = list;
        *ret_count = count;
    }
    return ok;
}
