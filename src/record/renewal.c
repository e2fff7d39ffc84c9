/* Reading renewals and cases as of a day. What changes them is in case.c (cases, thresholds) and stage.c (stages,
 * corrections). */
#include "record/renewal.h"

#include <limits.h>
#include <stdlib.h>

static int compare(int64_t body_id, enum cert_kind kind, day_t expires, const struct renewal *r)
{
    if (body_id != r->body_id)
        return body_id < r->body_id ? -1 : 1;
    if (kind != r->kind)
        return kind < r->kind ? -1 : 1;
    return expires == r->expires ? 0 : expires < r->expires ? -1 : 1;
}

const struct renewal *renewals_find(const struct renewals *list, int64_t body_id, enum cert_kind kind, day_t expires)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare(body_id, kind, expires, &list->items[middle]);
        if (order == 0)
            return &list->items[middle];
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static int by_case(int64_t body_id, int64_t case_id, const struct case_record *c)
{
    if (body_id != c->body_id)
        return body_id < c->body_id ? -1 : 1;
    return (case_id > c->id) - (case_id < c->id);
}

/* The place of the first case that is not before this one. */
static size_t case_place(const struct renewals *list, int64_t body_id, int64_t case_id)
{
    size_t low = 0, high = list->case_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (by_case(body_id, case_id, &list->cases[middle]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct case_record *renewals_case(const struct renewals *list, int64_t body_id, int64_t case_id)
{
    size_t at = case_place(list, body_id, case_id);
    bool there = at < list->case_count && by_case(body_id, case_id, &list->cases[at]) == 0;
    return there ? &list->cases[at] : NULL;
}

size_t renewals_of_body(const struct renewals *list, int64_t body_id, const struct case_record **ret)
{
    size_t first = case_place(list, body_id, 0), end = first;
    while (end < list->case_count && list->cases[end].body_id == body_id)
        end++;
    *ret = list->cases + first;
    return end - first;
}

/* ------------------------------------------------------------------ loading */

struct loading {
    struct tx *tx;
    struct arena *arena;
    int64_t body_id; /* 0: all */
    day_t on;
    struct err *e;
    VEC(struct case_record) cases;
    VEC(struct renewal) items; /* by id, until the end */
};

/* A range that an index can serve, for one body as for all. */
static int64_t last_body(const struct loading *l)
{
    return l->body_id == 0 ? INT64_MAX : l->body_id;
}

static bool load_cases(struct loading *l)
{
    struct stmt *s = stmt_open(
        l->tx, l->e,
        "SELECT k.id, k.body_id, k.opened, k.closed, k.closing, k.ticket, k.ticket_uid, k.subject, c.text FROM "
        "renewal_case k LEFT JOIN comment c ON c.id = (SELECT max(id) FROM comment WHERE case_id = k.id AND day <= $1) "
        "WHERE k.body_id BETWEEN $2 AND $3 ORDER BY k.body_id, k.id",
        "dii", l->on, l->body_id, last_body(l));
    while (stmt_next(s)) {
        day_t closed = stmt_day(s, 3);
        bool is_closed = closed != DAY_NONE && closed <= l->on;
        struct case_record c = {
            .id = stmt_int(s, 0),
            .body_id = stmt_int(s, 1),
            .opened = stmt_day(s, 2),
            .closed = is_closed ? closed : DAY_NONE,
            .closing = is_closed ? arena_strdup(l->arena, stmt_text(s, 4)) : "",
            .ticket = arena_strdup(l->arena, stmt_text(s, 5)),
            .ticket_uid = arena_strdup(l->arena, stmt_text(s, 6)),
            .subject = arena_strdup(l->arena, stmt_text(s, 7)),
            .comment = arena_strdup(l->arena, stmt_text(s, 8)),
        };
        vec_push(&l->cases, c);
    }
    return stmt_close(s);
}

static bool load_items(struct loading *l)
{
    struct stmt *s = stmt_open(l->tx, l->e,
                               "SELECT id, body_id, case_id, kind, expires, opened, answered, answer FROM renewal "
                               "WHERE body_id BETWEEN $1 AND $2 ORDER BY id",
                               "ii", l->body_id, last_body(l));
    while (stmt_next(s)) {
        day_t answered = stmt_day(s, 6);
        bool known = answered != DAY_NONE && answered <= l->on;
        struct renewal r = {
            .id = stmt_int(s, 0),
            .body_id = stmt_int(s, 1),
            .case_id = stmt_int(s, 2),
            .expires = stmt_day(s, 4),
            .opened = stmt_day(s, 5),
            .answered = known ? answered : DAY_NONE,
            .answer = known ? arena_strdup(l->arena, stmt_text(s, 7)) : "",
            .comment = "",
            .consumed = INT_MAX,
        };
        for (int i = 0; i < STAGE_COUNT; i++)
            r.stage[i] = DAY_NONE;
        r.stage[STAGE_ANSWERED] = r.answered;
        if (cert_kind_parse(stmt_str(s, 3), &r.kind))
            vec_push(&l->items, r);
    }
    return stmt_close(s);
}

static struct renewal *item_of(struct loading *l, int64_t id)
{
    size_t low = 0, high = l->items.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (l->items.items[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < l->items.count && l->items.items[low].id == id ? &l->items.items[low] : NULL;
}

static bool load_consumed(struct loading *l)
{
    struct stmt *s = stmt_open(
        l->tx, l->e,
        "SELECT c.renewal_id, min(c.threshold) FROM renewal r JOIN consumed c ON c.renewal_id = r.id WHERE r.body_id "
        "BETWEEN $2 AND $3 AND c.day <= $1 GROUP BY c.renewal_id",
        "dii", l->on, l->body_id, last_body(l));
    while (stmt_next(s)) {
        struct renewal *r = item_of(l, stmt_int(s, 0));
        if (r != NULL)
            r->consumed = (int)stmt_int(s, 1);
    }
    return stmt_close(s);
}

static bool load_stages(struct loading *l)
{
    struct stmt *s = stmt_open(l->tx, l->e,
                               "SELECT s.renewal_id, s.stage, s.day, s.note, s.source FROM renewal r JOIN "
                               "renewal_stage s ON s.renewal_id = r.id WHERE r.body_id BETWEEN $2 AND $3 AND s.day <= "
                               "$1 AND (s.undone IS NULL OR s.undone > $1) ORDER BY s.id",
                               "dii", l->on, l->body_id, last_body(l));
    while (stmt_next(s)) {
        struct renewal *r = item_of(l, stmt_int(s, 0));
        enum stage stage;
        if (r == NULL || !stage_parse(stmt_text(s, 1), &stage))
            continue;
        r->stage[stage] = stmt_day(s, 2);
        if (stage == STAGE_CHECKED && stmt_text(s, 4)[0] == '\0')
            r->confirmed = true;
        if (stage == STAGE_ANSWERED) {
            r->answered = r->stage[stage];
            r->answer = arena_strdup(l->arena, stmt_text(s, 3));
        }
    }
    return stmt_close(s);
}

static void add_former(struct renewal *r, day_t wrong)
{
    for (size_t i = CASE_FORMER - 1; i > 0; i--)
        r->former[i] = r->former[i - 1];
    r->former[0] = wrong;
    r->former_count += r->former_count < CASE_FORMER;
}

/* The row has the date of today; that of day `on` is the first one with the corrections that were in force then. */
static bool load_corrections(struct loading *l)
{
    int64_t last = 0;
    struct stmt *s = stmt_open(
        l->tx, l->e,
        "SELECT c.renewal_id, c.wrong, c.corrected, c.day, c.undone FROM renewal r JOIN correction c ON c.renewal_id = "
        "r.id WHERE r.body_id BETWEEN $1 AND $2 ORDER BY c.renewal_id, c.id",
        "ii", l->body_id, last_body(l));
    while (stmt_next(s)) {
        struct renewal *r = item_of(l, stmt_int(s, 0));
        if (r == NULL)
            continue;
        if (r->id != last)
            r->expires = stmt_day(s, 1);
        last = r->id;
        day_t undone = stmt_day(s, 4);
        if (stmt_day(s, 3) > l->on || (undone != DAY_NONE && undone <= l->on))
            continue;
        add_former(r, stmt_day(s, 1));
        r->expires = stmt_day(s, 2);
    }
    return stmt_close(s);
}

static int by_key(const void *a, const void *b)
{
    const struct renewal *x = a, *y = b;
    int order = compare(x->body_id, x->kind, x->expires, y);
    return order != 0 ? order : (x->id > y->id) - (x->id < y->id);
}

bool renewals_load(struct tx *tx, struct arena *a, int64_t body_id, day_t on, struct renewals *ret, struct err *e)
{
    struct loading l = {.tx = tx, .arena = a, .body_id = body_id, .on = on, .e = e};
    bool ok = load_cases(&l) && load_items(&l) && load_consumed(&l) && load_stages(&l) && load_corrections(&l);
    if (ok) {
        struct renewal *items = vec_to_arena(&l.items, a);
        struct renewals list = {
            .items = items, .count = l.items.count, .cases = vec_to_arena(&l.cases, a), .case_count = l.cases.count};
        if (list.count > 0)
            qsort(items, list.count, sizeof *items, by_key);
        for (size_t i = 0; i < list.count; i++) {
            items[i].of = renewals_case(&list, items[i].body_id, items[i].case_id);
            items[i].comment = items[i].of == NULL ? "" : items[i].of->comment;
        }
        *ret = list;
    }
    vec_release(&l.cases);
    vec_release(&l.items);
    return ok;
}

/* ------------------------------------------------------------------ cases as the rules take them */

static struct case_cert known_cert(const struct renewal *r, const struct profile *p)
{
    struct case_cert c = {
        .kind = r->kind,
        .expires = r->expires,
        .declared = DAY_NONE,
        .checked = r->stage[STAGE_CHECKED] != DAY_NONE,
        .confirmed = r->confirmed,
        .former_count = r->former_count,
        .renewal_id = r->id,
    };
    c.renewed = c.checked;
    memcpy(c.former, r->former, sizeof c.former);
    for (int i = 0; i < STAGE_COUNT; i++)
        c.stages |= (unsigned)(r->stage[i] != DAY_NONE) << i;
    /* What has been received or installed is under way, whether or not somebody noted an answer. */
    c.answered = (c.stages & ~(1u << STAGE_CHECKED)) != 0;
    for (size_t i = 0; i < p->threshold_count; i++)
        c.consumed |= (unsigned)(p->thresholds[i] >= r->consumed) << i;
    return c;
}

/* The renewals of a body: the first and their number. */
static size_t items_of_body(const struct renewals *list, int64_t body_id, const struct renewal **ret)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (list->items[middle].body_id < body_id)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < list->count && list->items[end].body_id == body_id)
        end++;
    *ret = list->items + low;
    return end - low;
}

struct warning_case renewals_known(const struct renewals *list, const struct profile *p, const struct case_record *c)
{
    static const enum cert_kind named_order[CERT_KINDS] = {CERT_CDA, CERT_CDS};
    const struct renewal *items;
    size_t count = items_of_body(list, c->body_id, &items);
    struct warning_case known = {
        .id = c->id,
        .ticket = c->ticket[0] == '\0' ? NULL : c->ticket,
        .subject = c->subject[0] == '\0' ? NULL : c->subject,
        .comment = c->comment,
        .closed = c->closed != DAY_NONE,
    };
    for (size_t k = 0; k < CERT_KINDS; k++) {
        const struct renewal *last = NULL; /* one of a kind; should there be more, the one that counts is the newest */
        for (size_t i = 0; i < count; i++) {
            if (items[i].case_id == c->id && items[i].kind == named_order[k])
                last = &items[i];
        }
        if (last != NULL)
            known.certs[known.count++] = known_cert(last, p);
    }
    return known;
}

size_t renewals_cases(const struct renewals *list, const struct profile *p, struct arena *a, const struct body *b,
                      struct warning_case **ret)
{
    const struct case_record *cases;
    size_t count = renewals_of_body(list, b->id, &cases), known_count = 0;
    struct warning_case *known = arena_array(a, struct warning_case, count);
    for (size_t i = 0; i < count; i++) {
        known[known_count] = renewals_known(list, p, &cases[i]);
        known_count += known[known_count].count > 0;
    }
    *ret = arena_array(a, struct warning_case, known_count + CERT_KINDS);
    return warning_cases_known(p, b, known, known_count, *ret);
}
