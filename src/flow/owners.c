#include "flow/owners.h"

#include "core/name.h"

static int by_number(const void *a, const void *b)
{
    const struct directory_entry *x = *(const struct directory_entry *const *)a;
    const struct directory_entry *y = *(const struct directory_entry *const *)b;
    return strcmp(x->nif, y->nif);
}

bool owners_load(struct tx *tx, struct arena *a, const struct bodies *list, struct owners *ret, struct err *e)
{
    struct directory_entry *entries;
    struct shown_owner *shown;
    size_t count, shown_count;
    *ret = (struct owners){.arena = a, .bodies = list, .index = body_index_make(a, list)};
    if (!directory_load(tx, a, &entries, &count, e) || !shown_owners_load(tx, a, &shown, &shown_count, e))
        return false;
    ret->list = entries;
    ret->list_count = count;
    ret->by_nif = arena_array(a, const struct directory_entry *, count);
    for (size_t i = 0; i < count; i++) {
        if (entries[i].nif[0] != '\0')
            ret->by_nif[ret->nif_count++] = &entries[i];
    }
    if (ret->nif_count > 1)
        qsort(ret->by_nif, ret->nif_count, sizeof *ret->by_nif, by_number);
    ret->asked = arena_array(a, bool, list->count);
    for (size_t i = 0; i < shown_count; i++) {
        struct shown_now before = {.what = shown[i]};
        vec_push(&ret->shown, before);
    }
    return true;
}

void owners_note(struct owners *o, int64_t body_id, const char *nif, const char *organisation)
{
    struct shown_now s = {.what = {.body_id = body_id, .nif = nif, .organisation = organisation}, .now = true};
    const struct body *b = bodies_by_id(o->bodies, body_id);
    if (b != NULL)
        o->asked[b - o->bodies->items] = true;
    if (nif[0] == '\0' && organisation[0] == '\0')
        return;
    vec_push(&o->shown, s);
    o->sorted = false;
}

/* The number tells owners apart; the name where there is none. */
static int compare_owner(const struct shown_owner *x, const struct shown_owner *y)
{
    int order = strcmp(x->nif, y->nif);
    return order != 0 || x->nif[0] != '\0' ? order : strcmp(x->organisation, y->organisation);
}

static int by_owner(const void *a, const void *b)
{
    const struct shown_owner *x = &((const struct shown_now *)a)->what, *y = &((const struct shown_now *)b)->what;
    int order = compare_owner(x, y);
    return order != 0 ? order : x->body_id < y->body_id ? -1 : x->body_id > y->body_id;
}

/* It still shows it, and it is not its own. */
static bool is_guest(const struct owners *o, const struct shown_now *s)
{
    const struct body *b = bodies_by_id(o->bodies, s->what.body_id);
    if (b == NULL || (!s->now && o->asked[b - o->bodies->items]))
        return false;
    struct arena scratch = {0};
    bool own = (s->what.nif[0] != '\0' && strcmp(s->what.nif, b->nif) == 0) ||
               strcmp(name_key(&scratch, str_of(s->what.organisation)), b->name_key) == 0;
    arena_release(&scratch);
    return !own;
}

/* How many bodies show that owner's certificate without being it; no further than the rule cares. */
static size_t shown_by(struct owners *o, const struct shown_owner *wanted)
{
    if (!o->sorted && o->shown.count > 1)
        qsort(o->shown.items, o->shown.count, sizeof *o->shown.items, by_owner);
    o->sorted = true;
    size_t low = 0, high = o->shown.count, count = 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_owner(&o->shown.items[middle].what, wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    int64_t last = -1;
    for (; low < o->shown.count && count < OWNER_HOST_BODIES; low++) {
        const struct shown_now *s = &o->shown.items[low];
        if (compare_owner(&s->what, wanted) != 0)
            break;
        if (s->what.body_id == last || !is_guest(o, s))
            continue;
        count++;
        last = s->what.body_id;
    }
    return count;
}

static const struct directory_entry *listed_as(const struct owners *o, const char *nif)
{
    struct directory_entry wanted = {.nif = nif};
    const struct directory_entry *key = &wanted;
    const struct directory_entry **found = nif[0] == '\0' || o->nif_count == 0
                                               ? NULL
                                               : bsearch(&key, o->by_nif, o->nif_count, sizeof *o->by_nif, by_number);
    return found == NULL ? NULL : *found;
}

static const struct directory_entry *listed_name(const struct owners *o, const char *key)
{
    for (size_t low = 0, high = o->list_count; low < high;) {
        size_t middle = (low + high) / 2;
        int order = strcmp(o->list[middle].name_key, key);
        if (order == 0)
            return &o->list[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

void owners_tell(struct owners *o, const struct body *b, const struct certificate *c, const char *host,
                 struct owner_told *ret)
{
    struct arena scratch = {0};
    bool several;
    const char *key = name_key(&scratch, str_of(c->organisation));
    const struct directory_entry *numbered = listed_as(o, c->nif);
    const struct directory_entry *named = key[0] == '\0' ? NULL : listed_name(o, key);
    const struct body *other =
        c->organisation[0] == '\0' ? NULL : body_index_find(o->index, &scratch, str_of(c->organisation), &several);
    struct owner_facts f = {.body_nif = b->nif, .nif = c->nif};
    f.own_name = key[0] != '\0' && strcmp(key, b->name_key) == 0;
    f.other_name = !f.own_name && (other != NULL || named != NULL);
    f.listed = numbered != NULL && strcmp(numbered->name_key, b->name_key) != 0;
    const struct directory_entry *owner = f.listed ? numbered : f.own_name ? NULL : named;
    f.listed_host = owner != NULL && (strcmp(owner->kind, "county") == 0 || strcmp(owner->kind, "provincial") == 0);
    *ret = (struct owner_told){.owner = owner_tell(&f), .name = ""};
    if (ret->owner == OWNER_OTHER) { /* what costs more is looked at when it matters */
        struct shown_owner wanted = {.nif = c->nif, .organisation = c->organisation};
        f.covers = host == NULL || certificate_is_for(c->der, host);
        f.shown_by = f.covers ? shown_by(o, &wanted) : 0;
        ret->owner = owner_tell(&f);
    }
    if (ret->owner == OWNER_OTHER || ret->owner == OWNER_HOST) {
        ret->name = owner != NULL ? owner->name : f.own_name ? "" : arena_strdup(o->arena, c->organisation);
        ret->other = f.own_name ? NULL : other;
        if (owner != NULL)
            ret->other = body_index_find(o->index, &scratch, str_of(owner->name), &several);
    }
    arena_release(&scratch);
}

void owners_release(struct owners *o)
{
    vec_release(&o->shown);
}
