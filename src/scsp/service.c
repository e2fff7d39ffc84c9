/* What is found and which code it means; how it is written is in service_fill.c. */
#include "scsp/service.h"

#include "scsp/payload.h"
#include "scsp/service_fill.h"

struct service_modality {
    const struct data_table *table; /* of the look-up; NULL: steps only, or none at all */
    const char *const *rows;        /* the XML of each row of the table; NULL without `lookup.rows` */
};

/* One request on its way. */
struct asking {
    const struct service *s;
    const struct service_modality *own;
    const struct modality *m;
    const struct ask_item *item;
    struct arena *arena;
    const struct data_row *steps[LIMIT_LOOKUP_STEPS];
    size_t step_count;
    const struct data_row **found;
    size_t found_count;
    const char *text; /* instead of the code's own, NULL */
};

/* --- values of the request --- */

/* "" also when there is none: an empty element says nothing. */
static struct str given(const struct asking *x, const char *element)
{
    struct str text = ask_value(x->item, element);
    return text.p == NULL ? str_of("") : xml_trim(text);
}

static bool date_read(struct str text, instant_t *ret)
{
    char squeezed[64];
    size_t n;
    bool zoned;
    return xml_squeeze(text, squeezed, sizeof squeezed, &n) && date_time_parse(str_part(squeezed, n), ret, &zoned);
}

static bool list_good(const struct modality *m, struct str text)
{
    const struct value_rule number = {.kind = VALUE_INT};
    struct str item;
    size_t count = 0;
    while (str_split(&text, ',', &item))
        if (++count > (size_t)m->list_most || value_check(&number, xml_trim(item)) != VALUE_GOOD)
            return false;
    return true;
}

/* 0: it can be; else the code that the service answers to it. */
static int value_code(const struct asking *x, const char *element)
{
    instant_t t;
    const struct shape *s = shape_leaf(&x->m->request, element);
    struct str text = given(x, element);
    if (text.n == 0)
        return 0;
    bool good = value_check(&s->value, text) == VALUE_GOOD && value_is_known(&s->value, text);
    if (good && s->value.kind == VALUE_IDS)
        good = list_good(x->m, text);
    if (good && s->value.kind == VALUE_DATE_TEXT)
        good = date_read(text, &t);
    return good ? 0 : s->answer != 0 ? s->answer : x->m->lookup->wrong;
}

/* --- does a row fit? --- */

static bool number_same(struct str a, const char *b)
{
    int64_t one, other;
    return str_to_int64(xml_trim(a), INT32_MIN, INT32_MAX, &one) &&
           str_to_int64(str_of(b), INT32_MIN, INT32_MAX, &other) && one == other;
}

static bool text_fits(enum value_kind kind, struct str asked, const char *own)
{
    struct str item;
    switch (kind) {
    case VALUE_INT: return number_same(asked, own);
    case VALUE_CODE: return code_same(asked, str_of(own));
    case VALUE_IDS:
        while (str_split(&asked, ',', &item))
            if (number_same(item, own))
                return true;
        return false;
    default: return str_is(asked, own);
    }
}

static bool range_fits(const struct asking *x, const struct lookup_word *w, const char *own)
{
    instant_t from, until, at;
    return date_read(given(x, w->element), &from) && date_read(given(x, w->until), &until) &&
           date_read(str_of(own), &at) && from <= at && at <= until;
}

static bool cell_fits(const struct asking *x, const struct lookup_word *w, const struct data_row *row)
{
    const char *own = data_text(row, w->column);
    if (own == NULL)
        return false;
    if (w->how == LOOKUP_FIXED)
        return strcmp(own, w->text) == 0;
    if (w->how == LOOKUP_RANGE)
        return range_fits(x, w, own);
    return text_fits(shape_leaf(&x->m->request, w->element)->value.kind, given(x, w->element), own);
}

/* Some row of the other table fits and has our key. */
static bool via_fits(const struct asking *x, const struct lookup_word *w, const struct data_table *t,
                     const struct data_row *row)
{
    const struct data_table *via = dataset_table(&x->s->data, w->via);
    const char *key = data_text(row, t->key);
    for (size_t i = 0; i < via->count; i++) {
        const char *theirs = data_text(&via->rows[i], t->key);
        if (theirs != NULL && strcmp(theirs, key) == 0 && cell_fits(x, w, &via->rows[i]))
            return true;
    }
    return false;
}

static bool row_fits(const struct asking *x, const struct lookup_match *m, const struct data_table *t,
                     const struct data_row *row)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct lookup_word *w = &m->words[i];
        if (w->when_given && given(x, w->element).n == 0)
            continue;
        if (!(w->via == NULL ? cell_fits(x, w, row) : via_fits(x, w, t, row)))
            return false;
    }
    return true;
}

/* 0, or the code for the first value of the match that is missing or cannot be. */
static int match_code(const struct asking *x, const struct lookup_match *m)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct lookup_word *w = &m->words[i];
        if (w->element == NULL)
            continue;
        if (!w->when_given && (given(x, w->element).n == 0 || (w->until != NULL && given(x, w->until).n == 0)))
            return x->m->lookup->wrong;
        int code = value_code(x, w->element);
        if (code == 0 && w->until != NULL)
            code = value_code(x, w->until);
        if (code != 0)
            return code;
    }
    return 0;
}

static bool range_good(const struct asking *x)
{
    instant_t from, until;
    const struct modality *m = x->m;
    if (m->range_from == NULL || m->range_to == NULL || !date_read(given(x, m->range_from), &from) ||
        !date_read(given(x, m->range_to), &until))
        return true;
    return from <= until && until - from <= m->range_days * 86400 * INSTANT_PER_SECOND;
}

/* --- the steps --- */

/* A row with a code of its own ends the look-up. */
static bool row_answers(const struct data_row *row, int *ret_code)
{
    int64_t code;
    const char *text = data_text(row, "answer");
    if (text == NULL || !str_to_int64(str_of(text), -999, 999, &code))
        return false;
    *ret_code = (int)code;
    return true;
}

/* True when the step ends it. */
static bool step_run(struct asking *x, const struct lookup_step *step, int *ret_code)
{
    int code = match_code(x, &step->match);
    if (code != 0) {
        *ret_code = code;
        return true;
    }
    if (step->table == NULL)
        return false;
    const struct lookup_match *m = &step->match;
    if (m->words[0].when_given && given(x, m->words[0].element).n == 0)
        return false; /* nothing to look at */
    const struct data_table *t = dataset_table(&x->s->data, step->table);
    for (size_t i = 0; i < t->count; i++) {
        if (!row_fits(x, m, t, &t->rows[i]))
            continue;
        if (row_answers(&t->rows[i], ret_code))
            return true;
        x->steps[x->step_count++] = &t->rows[i];
        return false;
    }
    *ret_code = step->code;
    return step->has_code;
}

static const struct lookup_match *way_choose(const struct asking *x)
{
    const struct lookup *l = x->m->lookup;
    for (size_t i = 0; i < l->by_count; i++) {
        const struct lookup_word *w = &l->by[i].words[0];
        if (given(x, w->element).n > 0 || (w->until != NULL && given(x, w->until).n > 0))
            return &l->by[i];
    }
    return NULL;
}

static int rows_look(struct asking *x, const struct lookup_match *way)
{
    const struct data_table *t = x->own->table;
    const struct lookup *l = x->m->lookup;
    int code;
    x->found = arena_array(x->arena, const struct data_row *, t->count == 0 ? 1 : t->count);
    for (size_t i = 0; i < t->count; i++) {
        if (!row_fits(x, way, t, &t->rows[i]))
            continue;
        if (row_answers(&t->rows[i], &code)) {
            x->found_count = 0;
            return code;
        }
        x->found[x->found_count++] = &t->rows[i];
    }
    if (x->found_count == 0)
        return l->none;
    for (size_t i = 0; i < l->compare_count; i++)
        if (match_code(x, &l->compare[i].match) != 0 || !row_fits(x, &l->compare[i].match, t, x->found[0])) {
            x->found_count = 0;
            return l->compare[i].code;
        }
    return l->found;
}

static int code_find(struct asking *x)
{
    const struct modality *m = x->m;
    const struct lookup *l = m->lookup;
    int code;
    if (m->requester != NULL) {
        struct str requester = ask_value(x->item, m->requester);
        if (requester.p == NULL)
            return l->wrong;
        if (!code_same(xml_trim(requester), str_of(x->s->known->environment.ine10)))
            return m->requester_answer;
    }
    for (size_t i = 0; i < l->first_count; i++)
        if (step_run(x, &l->first[i], &code))
            return code;
    if (l->table == NULL)
        return l->found;
    const struct lookup_match *way = way_choose(x);
    if (way == NULL) {
        x->text = m->none_text;
        return m->none_answer != 0 ? m->none_answer : l->wrong;
    }
    code = match_code(x, way);
    if (code != 0)
        return code;
    for (size_t i = 0; i < way->count; i++)
        if (way->words[i].how == LOOKUP_RANGE && !range_good(x))
            return l->wrong;
    return rows_look(x, way);
}

/* --- what it says --- */

/* The code's text; "{IdRecurs}" in it is what was asked. */
static void text_write(const struct asking *x, int code, char *out, size_t max)
{
    char number[16];
    const char *text = x->text == NULL ? "" : x->text;
    struct buf made = BUF_INIT(LIMIT_REMARK_LINE_BYTES);
    (void)snprintf(number, sizeof number, "%d", code);
    for (size_t i = 0; x->text == NULL && i < x->m->answer_count; i++)
        if (strcmp(x->m->answers[i].code, number) == 0)
            text = x->m->answers[i].text;
    while (*text != '\0') {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        if (end == NULL) {
            (void)buf_add_char(&made, *text++);
            continue;
        }
        (void)buf_add_str(&made, given(x, arena_text(x->arena, str_part(text + 1, (size_t)(end - text - 1)))));
        text = end + 1;
    }
    struct str cut = str_utf8_cut(buf_str(&made), max - 1);
    (void)snprintf(out, max, "%.*s", STR_ARG(cut));
    buf_release(&made);
}

static bool answer_write(const struct asking *x, instant_t now, struct buf *to, const struct service_result *r,
                         struct err *e)
{
    char code[16];
    const struct lookup *l = x->m->lookup;
    const char **rows = arena_array(x->arena, const char *, x->found_count + 1);
    (void)snprintf(code, sizeof code, "%d", r->code);
    for (size_t i = 0; l->rows != NULL && i < x->found_count; i++)
        rows[i] = x->own->rows[x->found[i] - x->own->table->rows];
    const struct fill_root root = {.code = code,
                                   .text = r->text,
                                   .steps = x->steps,
                                   .step_count = x->step_count,
                                   .asked = x->item,
                                   .rows = rows,
                                   .row_count = l->rows == NULL ? 0 : x->found_count};
    struct fill f = {.m = x->m,
                     .data = &x->s->data,
                     .row = l->rows == NULL && x->found_count > 0 ? x->found[0] : NULL,
                     .root = &root,
                     .today = day_madrid(now)};
    if (!fill_answer(&f, x->arena, to, e))
        return false;
    return f.missing == NULL || err_set(e, ERR_VALUE,
                                        N_("the answer of %s would lack %s, which the request does not "
                                           "give"),
                                        x->m->name, f.missing);
}

bool service_has(const struct service *s, struct str modality)
{
    const struct modality *m = modality_find(s->known, modality);
    return m != NULL && m->lookup != NULL;
}

bool service_answer(const struct service *s, const struct ask_item *item, instant_t now, struct buf *to,
                    struct service_result *ret, struct err *e)
{
    struct arena a = {0};
    size_t before = to->n;
    const struct modality *m = modality_find(s->known, item->code);
    if (m == NULL || m->lookup == NULL)
        return err_set(e, ERR_UNKNOWN, N_("the back office of pre-production does not have %.*s"), STR_ARG(item->code));
    struct asking x = {.s = s, .own = &s->items[m - s->known->items], .m = m, .item = item, .arena = &a};
    struct service_result r = {.modality = m, .code = code_find(&x)};
    r.found = x.found_count;
    text_write(&x, r.code, r.text, sizeof r.text);
    bool good = answer_write(&x, now, to, &r, e);
    if (good)
        *ret = r;
    else if (to->n > before)
        to->p[to->n = before] = '\0';
    arena_release(&a);
    return good;
}

/* --- made ready --- */

static bool wrong_table(struct err *e, const struct modality *m, const char *table)
{
    return err_set(e, ERR_PROFILE, N_("%s: the data set has no table %s"), m->path, table);
}

static bool match_check(const struct dataset *data, const struct modality *m, const struct data_table *t,
                        const struct lookup_match *match, struct err *e)
{
    for (size_t i = 0; i < match->count; i++) {
        const struct lookup_word *w = &match->words[i];
        const struct data_table *from = w->via == NULL ? t : dataset_table(data, w->via);
        if (from == NULL)
            return wrong_table(e, m, w->via);
        if (w->via != NULL && t->key == NULL)
            return err_set(e, ERR_PROFILE, N_("%s: the table %s has no key to be led to"), m->path, t->name);
        if (w->column != NULL && !data_has_column(from, w->column))
            return err_set(e, ERR_PROFILE, N_("%s: the table %s has no column %s"), m->path, from->name, w->column);
    }
    return true;
}

static bool lookup_check(const struct dataset *data, const struct modality *m, struct err *e)
{
    const struct lookup *l = m->lookup;
    const struct data_table *t = l->table == NULL ? NULL : dataset_table(data, l->table);
    if (l->table != NULL && t == NULL)
        return wrong_table(e, m, l->table);
    if (l->first_count > LIMIT_LOOKUP_STEPS)
        return err_set(e, ERR_PROFILE, N_("%s: there are more than %d steps"), m->path, LIMIT_LOOKUP_STEPS);
    for (size_t i = 0; i < l->first_count; i++) {
        const struct lookup_step *s = &l->first[i];
        const struct data_table *from = s->table == NULL ? NULL : dataset_table(data, s->table);
        if (s->table != NULL && from == NULL)
            return wrong_table(e, m, s->table);
        if (from != NULL && !match_check(data, m, from, &s->match, e))
            return false;
    }
    for (size_t i = 0; i < l->by_count; i++)
        if (!match_check(data, m, t, &l->by[i], e))
            return false;
    for (size_t i = 0; t != NULL && i < l->compare_count; i++)
        if (!match_check(data, m, t, &l->compare[i].match, e))
            return false;
    for (size_t i = 0; i < l->inside_count; i++)
        if (dataset_table(data, l->inside[i].table) == NULL)
            return wrong_table(e, m, l->inside[i].table);
    if (l->rows != NULL && fill_shape_at(&m->response, l->rows) == NULL)
        return err_set(e, ERR_PROFILE, N_("%s: the answer has no element %s"), m->path, l->rows);
    return true;
}

static bool row_wrong(struct err *e, const struct modality *m, const struct data_table *t, const struct data_row *row,
                      const struct fill *f)
{
    if (f->missing == NULL)
        return err_set(e, ERR_PROFILE, N_("%s:%zu: %s cannot hold what the row has for %s"), t->path, row->line,
                       m->name, f->wrong);
    return err_set(e, ERR_PROFILE, N_("%s:%zu: %s needs %s, and the row does not have it"), t->path, row->line, m->name,
                   f->missing);
}

/* Every row as it will be answered with; where the row fills the root, only whether what it builds is whole. */
static bool rows_make(struct arena *a, const struct dataset *data, const struct modality *m,
                      struct service_modality *own, struct err *e)
{
    const struct data_table *t = own->table;
    const char **rows = arena_array(a, const char *, t->count == 0 ? 1 : t->count);
    struct buf text = BUF_INIT(LIMIT_XML_BYTES);
    bool good = true;
    for (size_t i = 0; good && i < t->count; i++) {
        struct fill f = {.m = m, .data = data, .row = &t->rows[i]};
        if (data_text(f.row, "answer") != NULL)
            continue;
        buf_clear(&text);
        good = fill_row(&f, a, &text, e);
        if (good && (f.missing != NULL || f.wrong != NULL))
            good = row_wrong(e, m, t, f.row, &f);
        rows[i] = good ? arena_strdup(a, buf_text(&text)) : "";
    }
    own->rows = rows;
    buf_release(&text);
    return good;
}

bool service_make(struct arena *a, const struct dataset *data, const struct modalities *known, struct service *ret,
                  struct err *e)
{
    struct service_modality *items = arena_array(a, struct service_modality, known->count == 0 ? 1 : known->count);
    for (size_t i = 0; i < known->count; i++) {
        const struct modality *m = &known->items[i];
        if (m->lookup == NULL)
            continue;
        if (!lookup_check(data, m, e))
            return false;
        if (m->lookup->table == NULL)
            continue;
        items[i].table = dataset_table(data, m->lookup->table);
        if (m->lookup->rows != NULL && !rows_make(a, data, m, &items[i], e))
            return false;
    }
    *ret = (struct service){known, *data, items};
    return true;
}

bool service_load(struct arena *a, const char *dir, const struct modalities *known, struct service *ret, struct err *e)
{
    struct dataset data;
    return dataset_load(a, dir, &data, e) && service_make(a, &data, known, ret, e);
}
