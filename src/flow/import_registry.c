/* The registry, contacts and the list of bodies: tables whose every row is one thing. */
#include <stdio.h>

#include "flow/evidence.h"
#include "flow/import_run.h"
#include "record/contact.h"
#include "record/registrar_past.h"

/* ------------------------------------------------------------------ registry */

static const char *shown_day(day_t d, char out[DAY_TEXT_BYTES], struct import *im)
{
    return d == DAY_NONE ? tr(im->desk->lang, N_("no date")) : day_dmy(d, out);
}

static void add_change(struct import *im, struct buf *to, const char *what, struct str before, struct str now)
{
    if (str_equal(before, now))
        return;
    buf_printf(to, "%s%s: \"%.*s\" → \"%.*s\"", to->n > 0 ? "; " : "", tr(im->desk->lang, what),
               STR_ARG(str_utf8_cut(before, 120)), STR_ARG(str_utf8_cut(now, 120)));
}

/* A certificate lasts a year at least: a date that moves less, or back, may be a mistake that was put right; a person
 * says so (`talaia correction`). It matters where warnings may have been given already. */
#define LEAST_RENEWAL_DAYS 180

static bool may_correct(const struct desk *d, day_t before, day_t now)
{
    return days_left(before, d->by.day) < d->files.profile.thresholds[0] && now != DAY_NONE &&
           (int64_t)now - before < LEAST_RENEWAL_DAYS;
}

static void note_change(struct import *im, enum import_event event, size_t row, const struct registry_values *v,
                        const struct registered_before *before)
{
    struct buf text = BUF_INIT(LIMIT_ERR_BYTES);
    static const unsigned lack[CERT_KINDS] = {[CERT_CDS] = LACKS_CDS, [CERT_CDA] = LACKS_CDA};
    for (int k = 0; k < CERT_KINDS; k++) {
        char a[DAY_TEXT_BYTES], b[DAY_TEXT_BYTES];
        if (before->expires[k] != v->expires[k] && (v->lacks & lack[k]) == 0)
            buf_printf(&text, "%s%s: %s → %s", text.n > 0 ? "; " : "", cert_kind_code((enum cert_kind)k),
                       shown_day(before->expires[k], a, im), shown_day(v->expires[k], b, im));
        if (before->expires[k] != v->expires[k] && (v->lacks & lack[k]) == 0 &&
            may_correct(im->desk, before->expires[k], v->expires[k]))
            buf_add_text(&text, tr(im->desk->lang, N_(" (if the old date was a mistake: `talaia correction`)")));
    }
    add_change(im, &text, N_("name"), before->description, v->description);
    if ((v->lacks & LACKS_ENDPOINT) == 0)
        add_change(im, &text, N_("endpoint"), before->endpoint, v->endpoint);
    if ((v->lacks & LACKS_PROVINCE) == 0)
        add_change(im, &text, N_("province"), before->province, v->province);
    if ((v->lacks & LACKS_MUNICIPALITY) == 0)
        add_change(im, &text, N_("municipality"), before->municipality, v->municipality);
    if ((v->lacks & LACKS_PLATFORM) == 0)
        add_change(im, &text, N_("platform"), str_of(platform_code(before->platform)),
                   str_of(platform_code(v->platform)));
    if (v->ine10.n > 0)
        add_change(im, &text, N_("INE10"), before->ine10, v->ine10);
    if (event == IMPORT_RETURNED && text.n == 0)
        buf_add_text(&text, tr(im->desk->lang, N_("it is in the registry again")));
    import_note(im, event, row, arena_text(&im->scratch.arena, v->description), buf_text(&text));
    buf_release(&text);
}

static void refuse_duplicate(struct import *im, size_t row, const struct registry_values *v, enum registered what,
                             int64_t first)
{
    struct err why = {.lang = im->e->lang};
    if (what == REGISTERED_AMBIGUOUS)
        err_set(&why, ERR_AMBIGUOUS,
                N_("several bodies of the registry have this name and codes; the file needs the column ID to tell them "
                   "apart"));
    else if (first > 0)
        err_set(&why, ERR_VALUE, N_("the same body stands in row %lld already"), (long long)first);
    else
        err_set(&why, ERR_VALUE, N_("the same body stands in an earlier row already"));
    import_refuse(im, row, v->description, &why);
}

static void note_vanished(void *context, const char *description)
{
    struct import *im = context;
    im->part->counts.vanished++;
    import_note(im, IMPORT_VANISHED, 0, description,
                tr(im->desk->lang, N_("no longer in the registry; it stays here, marked")));
}

static bool guard_loss(struct import *im, struct registrar *r)
{
    int64_t before, missing;
    if (!registrar_missing(r, &before, &missing, im->e))
        return false;
    int64_t most = config_int(im->desk->config, KEY_IMPORT_MAX_LOSS);
    if (im->options->force || missing * 100 <= before * most)
        return true;
    return err_set(
        im->e, ERR_GUARD,
        N_("%s: %lld of the %lld bodies of the registry are not in it, more than the %lld%% that import.max_loss "
           "allows; nothing was changed. If it is right, repeat with --force"),
        im->source, (long long)missing, (long long)before, (long long)most);
}

static bool put_row(struct import *im, struct registrar *r, const struct registry_values *v,
                    const struct table_row *row)
{
    enum registered what;
    struct registered_before before = {0};
    if (!registrar_put(r, v, (int64_t)row->number, &what, &before, im->e))
        return false;
    struct import_counts *n = &im->part->counts;
    switch (what) {
    case REGISTERED_NEW:
        n->added++;
        if (im->listed[IMPORT_NEW] < LIMIT_IMPORT_LISTED)
            import_note(im, IMPORT_NEW, row->number, arena_text(&im->scratch.arena, v->description), "");
        else
            im->part->events[IMPORT_NEW]++;
        break;
    case REGISTERED_CHANGED:
        n->changed++;
        note_change(im, IMPORT_CHANGED, row->number, v, &before);
        break;
    case REGISTERED_RETURNED:
        n->changed++;
        note_change(im, IMPORT_RETURNED, row->number, v, &before);
        break;
    case REGISTERED_SAME: n->same++; break;
    case REGISTERED_DUPLICATE:
    case REGISTERED_AMBIGUOUS: refuse_duplicate(im, row->number, v, what, before.row); break;
    }
    return true;
}

/* Puts a row of a registry of an earlier day among the past of its body. */
static bool put_past_row(struct import *im, int64_t import_id, int64_t next, const struct registry_values *v,
                         const struct table_row *row)
{
    enum registered what;
    if (!registrar_put_past(im->tx, import_id, next, im->desk->by.day, v, (int64_t)row->number, &what, im->e))
        return false;
    const char *name = arena_text(&im->scratch.arena, v->description);
    switch (what) {
    case REGISTERED_NEW:
        im->part->counts.added++;
        import_note(im, IMPORT_NEW, row->number, name,
                    tr(im->desk->lang, N_("it was in the registry that day; today it is not")));
        break;
    case REGISTERED_CHANGED:
    case REGISTERED_RETURNED:
        im->part->counts.changed++;
        import_note(im, IMPORT_CHANGED, row->number, name, tr(im->desk->lang, N_("its values of that day are kept")));
        break;
    case REGISTERED_SAME: im->part->counts.same++; break;
    case REGISTERED_DUPLICATE:
    case REGISTERED_AMBIGUOUS: refuse_duplicate(im, row->number, v, what, 0); break;
    }
    return true;
}

static bool registry_begin(struct import *im, const struct columns *c)
{
    if (!import_part_begin(im, "registry", "registry", "", &im->registry_import))
        return false;
    im->registry_part = im->parts.count - 1;
    im->registry_header = c->header_row;
    return registry_next_import(im->tx, im->desk->by.day, &im->registry_next, im->e) &&
           registrar_open(im->tx, im->registry_import, &im->registrar, im->e);
}

bool import_registry(struct import *im, const struct columns *c, const char *sheet)
{
    if (im->registrar == NULL && !registry_begin(im, c))
        return false;
    im->part = &im->parts.items[im->registry_part];
    im->part->sheet = sheet;
    int64_t next = im->registry_next;
    struct registrar *r = im->registrar;
    const struct table_row *row;
    bool ok = true;
    while (ok && (row = import_next(im)) != NULL) {
        struct registry_values v = {0};
        struct err why = {.lang = im->e->lang};
        const char *remark;
        switch (registry_row(c, row, &im->scratch, &v, &remark, &why)) {
        case ROW_SKIP: break;
        case ROW_REFUSED:
            im->part->counts.rows++;
            import_refuse(im, row->number, v.description, &why);
            ok = v.key.n == 0 || next != 0 || registrar_keep(r, &v, im->e);
            break;
        case ROW_OK:
            im->part->counts.rows++;
            if (remark != NULL)
                import_note(im, IMPORT_REMARK, row->number, arena_text(&im->scratch.arena, v.description), remark);
            ok = next == 0 ? put_row(im, r, &v, row) : put_past_row(im, im->registry_import, next, &v, row);
            break;
        }
    }
    return ok && im->e->code == ERR_NONE;
}

bool import_registry_end(struct import *im)
{
    struct registrar *r = im->registrar;
    if (r == NULL)
        return true;
    im->part = &im->parts.items[im->registry_part];
    im->part->sheet = "";
    if (im->part->counts.rows == 0)
        return err_set(im->e, ERR_FORMAT, N_("%s: there is no row under the header in row %zu"), im->source,
                       im->registry_header);
    bool ok = im->registry_next != 0 || (guard_loss(im, r) && registrar_close(r, note_vanished, im, im->e));
    registrar_free(r); /* it may hold a statement, which must not outlive the transaction */
    im->registrar = NULL;
    return ok && import_set_counts(im->tx, im->registry_import, &im->part->counts, im->e) &&
           (im->registry_next != 0 || evidence_follow(im->desk, im->tx, 0, im->e));
}

/* ------------------------------------------------------------------ contacts */

bool import_contacts(struct import *im, const struct columns *c)
{
    int64_t import_id;
    struct bodies bodies;
    if (!import_part_begin(im, "contacts", "contacts", "", &import_id) ||
        !bodies_load(im->tx, im->arena, &im->desk->files.profile, im->desk->by.day, &bodies, im->e))
        return false;
    const struct body_index *index = body_index_make(im->arena, &bodies);
    const struct table_row *row;
    bool ok = true;
    while (ok && (row = import_next(im)) != NULL) {
        struct err why = {.lang = im->e->lang};
        struct str name = {0};
        struct contact contact;
        enum row_verdict v = contact_row(c, row, &im->scratch, &name, &contact, &why);
        im->part->counts.rows += v != ROW_SKIP;
        if (v == ROW_REFUSED)
            import_refuse(im, row->number, columns_cell(c, row, FIELD_BODY)->text, &why);
        const struct body *b =
            v != ROW_OK ? NULL
                        : import_body(im, index, name, row->number, columns_place(c, &im->scratch.arena, FIELD_BODY));
        if (b == NULL)
            continue;
        enum contact_put what;
        contact.body_id = b->id;
        const char *before = NULL;
        struct arena *a = &im->scratch.arena;
        ok = contact_put(im->tx, &im->desk->by, &contact, &what, a, &before, im->e);
        im->part->counts.added += what == CONTACT_NEW;
        im->part->counts.changed += what == CONTACT_CHANGED;
        im->part->counts.same += what == CONTACT_SAME;
        if (ok && what != CONTACT_SAME)
            import_note(im, what == CONTACT_NEW ? IMPORT_NEW : IMPORT_CHANGED, row->number, b->name,
                        before == NULL ? contact.email
                                       : arena_printf(a, "%s: \"%s\" → \"%s · %s · %s\"", contact.email, before,
                                                      contact.name, contact.role, lang_code(contact.lang)));
    }
    return ok && im->e->code == ERR_NONE && import_set_counts(im->tx, import_id, &im->part->counts, im->e);
}

/* ------------------------------------------------------------------ list of bodies */

bool import_bodies(struct import *im, const struct columns *c)
{
    int64_t import_id;
    if (!import_part_begin(im, "bodies", "bodies", "", &import_id))
        return false;
    const struct table_row *row;
    bool ok = true;
    while (ok && (row = import_next(im)) != NULL) {
        struct err why = {.lang = im->e->lang};
        struct directory_entry entry;
        const char *remark;
        enum row_verdict v = directory_row(c, row, &im->scratch, &entry, &remark, &why);
        im->part->counts.rows += v != ROW_SKIP;
        if (v == ROW_REFUSED)
            import_refuse(im, row->number, columns_cell(c, row, FIELD_NAME)->text, &why);
        if (v != ROW_OK)
            continue;
        if (remark != NULL)
            import_note(im, IMPORT_REMARK, row->number, entry.name, remark);
        bool added = false;
        ok = directory_put(im->tx, &entry, &added, im->e);
        im->part->counts.added += added;
        im->part->counts.same += !added;
    }
    return ok && im->e->code == ERR_NONE && import_set_counts(im->tx, import_id, &im->part->counts, im->e);
}
