/* The list of bodies and ABSS that may integrate with Hèstia (procedure B1). The file is the whole list: what stands in
 * it now, ended or changed, is compared line by line, and a list that would end too much is stopped like the
 * registry's.
 */
#include "flow/import_run.h"
#include "record/eligible.h"

struct listing {
    struct import *im;
    int64_t import_id;
    struct eligible *before;
    size_t count, ended;
    bool *seen;
};

static bool same_line(const struct eligible *a, const struct eligible *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->ine10, b->ine10) == 0 && strcmp(a->nif, b->nif) == 0 &&
           strcmp(a->through, b->through) == 0;
}

/* The line that is in force about that body. */
static size_t find_before(const struct listing *l, const struct eligible *x)
{
    for (size_t i = 0; i < l->count; i++) {
        if (strcmp(l->before[i].name_key, x->name_key) == 0)
            return i;
    }
    return l->count;
}

static const char *line_words(struct import *im, const struct eligible *x)
{
    return x->through[0] == '\0' ? x->ine10 : arena_printf(&im->scratch.arena, "%s → %s", x->ine10, x->through);
}

static bool put_line(struct listing *l, struct eligible *x, size_t row)
{
    struct import *im = l->im;
    size_t at = find_before(l, x);
    bool known = at < l->count;
    if (known && l->seen[at]) {
        struct err why = {.lang = im->e->lang};
        err_set(&why, ERR_VALUE, N_("the body stands in the list twice"));
        import_refuse(im, row, str_of(x->name), &why);
        return true;
    }
    if (known)
        l->seen[at] = true;
    if (known && same_line(&l->before[at], x)) {
        im->part->counts.same++;
        return true;
    }
    x->import_id = l->import_id;
    x->since = im->desk->by.day;
    import_note(im, known ? IMPORT_CHANGED : IMPORT_NEW, row, x->name,
                known ? arena_printf(&im->scratch.arena, "%s; %s", line_words(im, &l->before[at]), line_words(im, x))
                      : line_words(im, x));
    im->part->counts.changed += known;
    im->part->counts.added += !known;
    return (!known || eligible_end(im->tx, l->before[at].id, im->desk->by.day, l->import_id, im->e)) &&
           eligible_add(im->tx, x, im->e);
}

static bool end_missing(struct listing *l)
{
    struct import *im = l->im;
    int64_t missing = 0, most = config_int(im->desk->config, KEY_IMPORT_MAX_LOSS);
    for (size_t i = 0; i < l->count; i++)
        missing += !l->seen[i];
    if (!im->options->force && missing * 100 > (int64_t)l->count * most)
        return err_set(im->e, ERR_GUARD,
                       N_("%s: %lld of the %lld bodies that may integrate are not in it, more than the %lld%% that "
                          "import.max_loss allows; nothing was changed. If it is right, repeat with --force"),
                       im->source, (long long)missing, (long long)l->count, (long long)most);
    for (size_t i = 0; i < l->count; i++) {
        if (l->seen[i])
            continue;
        im->part->counts.vanished++;
        import_note(im, IMPORT_VANISHED, 0, l->before[i].name,
                    tr(im->desk->lang, N_("no longer on the list of those who may integrate")));
        if (!eligible_end(im->tx, l->before[i].id, im->desk->by.day, l->import_id, im->e))
            return false;
    }
    return true;
}

bool import_eligible(struct import *im, const struct columns *c)
{
    struct listing l = {.im = im};
    const struct table_row *row;
    bool ok = true;
    if (!import_part_begin(im, "eligible", "eligible", "", &l.import_id) ||
        !eligible_load(im->tx, im->arena, im->desk->by.day, &l.before, &l.count, im->e))
        return false;
    l.seen = arena_array(im->arena, bool, l.count + 1);
    while (ok && (row = import_next(im)) != NULL) {
        struct err why = {.lang = im->e->lang};
        struct eligible x;
        const char *remark = NULL;
        enum row_verdict v = eligible_row(c, row, &im->scratch, &x, &remark, &why);
        im->part->counts.rows += v != ROW_SKIP;
        if (v == ROW_REFUSED)
            import_refuse(im, row->number, columns_cell(c, row, FIELD_NAME)->text, &why);
        if (v == ROW_OK && remark != NULL)
            import_note(im, IMPORT_REMARK, row->number, x.name, remark);
        ok = v != ROW_OK || put_line(&l, &x, row->number);
    }
    if (!ok || im->e->code != ERR_NONE)
        return false;
    if (im->part->counts.rows == 0)
        return err_set(im->e, ERR_FORMAT, N_("%s: there is no row under the header in row %zu"), im->source,
                       c->header_row);
    return end_missing(&l) && import_set_counts(im->tx, l.import_id, &im->part->counts, im->e);
}
