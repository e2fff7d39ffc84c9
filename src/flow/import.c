/* Not here: what rows mean (src/registry), what is kept (src/record), the sheets of a workbook (import_workbook.c). */
#include "flow/import.h"

#include <stdio.h>

#include "base/file.h"
#include "base/text.h"
#include "core/date_text.h"
#include "flow/import_run.h"
#include "mail/mailbox.h"
#include "record/audit.h"
#include "record/report.h"

static const char *const event_codes[IMPORT_EVENT_COUNT] = {
    [IMPORT_NEW] = "new",           [IMPORT_CHANGED] = "changed", [IMPORT_RETURNED] = "returned",
    [IMPORT_VANISHED] = "vanished", [IMPORT_REFUSED] = "refused", [IMPORT_REMARK] = "remark",
    [IMPORT_CONFLICT] = "conflict",
};

const char *import_event_code(enum import_event event)
{
    return event_codes[event];
}

/* ------------------------------------------------------------------ helpers of the import files */

bool import_part_begin(struct import *im, const char *kind, const char *as, const char *sheet, int64_t *ret_id)
{
    struct import_part part = {.kind = kind, .sheet = arena_strdup(im->arena, sheet)};
    if (!import_add(im->tx, &im->desk->by, as, im->source, &part.import_id, im->e))
        return false;
    *ret_id = part.import_id;
    vec_push(&im->parts, part);
    im->part = &im->parts.items[im->parts.count - 1];
    return true;
}

/* Each text with its end, so that none runs into the next. */
void import_plan_add(struct import *im, const char *what, const char *before, const char *now)
{
    const char *const all[] = {what, before, now};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        crypto_hash_sha256_update(&im->plan, (const unsigned char *)all[i], strlen(all[i]) + 1);
}

void import_note(struct import *im, enum import_event event, size_t row, const char *body, const char *text)
{
    im->part->events[event]++;
    import_plan_add(im, arena_printf(&im->scratch.arena, "%d %zu %s", (int)event, row, im->part->sheet), body, text);
    if (im->listed[event]++ >= LIMIT_IMPORT_LISTED)
        return;
    struct import_line line = {
        .event = event,
        .import_id = im->part->import_id,
        .sheet = im->part->sheet,
        .row = row,
        .body = arena_strdup(im->arena, body),
        .text = arena_strdup(im->arena, text),
    };
    vec_push(&im->lines, line);
}

void import_refuse(struct import *im, size_t row, struct str body, struct err *why)
{
    im->part->counts.refused++;
    import_note(im, IMPORT_REFUSED, row, arena_text(im->arena, body), why->text);
    err_clear(why);
}

const struct table_row *import_next(struct import *im)
{
    const struct table_row *row;
    if (!table_next_row(im->table, &row, im->e))
        return NULL;
    if (im->options->progress != NULL && ++im->rows_since_progress >= 1000) {
        im->rows_since_progress = 0;
        size_t done, total;
        table_progress(im->table, &done, &total);
        im->options->progress(im->options->progress_context, done, total);
    }
    return row;
}

const struct body *import_body(struct import *im, const struct body_index *index, struct str name, size_t row,
                               const char *place)
{
    bool several;
    struct arena *scratch = &im->scratch.arena;
    const struct body *b = body_index_find(index, scratch, name, &several);
    if (b != NULL && !several)
        return b;
    struct err why = {.lang = im->e->lang};
    const struct body *near = b == NULL ? body_index_nearest(index, scratch, name) : NULL;
    struct str shown = str_utf8_cut(name, 80);
    if (name.n == 0)
        err_set(&why, ERR_VALUE, N_("column %s: the body has no name"), place);
    else if (several)
        err_set(&why, ERR_AMBIGUOUS, N_("column %s: several bodies are called \"%.*s\""), place, STR_ARG(shown));
    else if (near != NULL)
        err_set(&why, ERR_UNKNOWN, N_("column %s: no body is called \"%.*s\"; did you mean \"%s\"?"), place,
                STR_ARG(shown), near->name);
    else
        err_set(&why, ERR_UNKNOWN, N_("column %s: no body is called \"%.*s\""), place, STR_ARG(shown));
    import_refuse(im, row, name, &why);
    return NULL;
}

/* ------------------------------------------------------------------ what the file holds */

struct sheet_plan {
    struct columns columns; /* kind FOREIGN_NONE: no header that we know */
    const char *name;
    bool hidden; /* people do not see it, so it is not read: often an older copy of the same table */
};
struct file_plan {
    VEC(struct sheet_plan) sheets;
    bool workbook;   /* a ResumAjuntaments: has a sheet of actions, outages or comments */
    const char *uid; /* property talaia-report, "" when absent */
};

static bool has_name(const struct import_options *o)
{
    return o->name != NULL && o->name[0] != '\0';
}

static bool open_source(struct import *im)
{
    const char *source = im->options->source;
    if (!str_starts(str_of(source), "odbc:"))
        return table_open_as(source, has_name(im->options) ? im->source : source, &im->table, im->e);
    const struct config *c = im->desk->config;
    const char *dsn = source[5] == '\0' ? config_text(c, KEY_REGISTRY_DSN) : source + 5;
    if (dsn[0] == '\0')
        return err_set(im->e, ERR_CONFIG,
                       N_("no ODBC source: name one (odbc:DSN) or set registry.dsn in the configuration"));
    struct table_odbc odbc = {
        .connection = dsn,
        .sql = config_text(c, KEY_REGISTRY_QUERY),
        .seconds = (int)config_int(c, KEY_REGISTRY_SECONDS),
    };
    return table_open_odbc(&odbc, &im->table, im->e);
}

/* Looks at the first rows of every sheet. */
static bool examine(struct import *im, struct file_plan *plan)
{
    if (!open_source(im))
        return false;
    const struct table_sheet *sheet;
    bool any_row = false;
    plan->uid = arena_strdup(im->arena, table_property(im->table, "talaia-report"));
    while (table_next_sheet(im->table, &sheet, im->e)) {
        struct sheet_plan found = {
            .columns.kind = FOREIGN_NONE, .name = arena_strdup(im->arena, sheet->name), .hidden = sheet->hidden};
        const struct table_row *row;
        for (int i = 0; i < LIMIT_HEADER_SEARCH_ROWS && table_next_row(im->table, &row, im->e); i++) {
            any_row = true;
            if (columns_match(&im->desk->files, sheet->name, row, im->arena, &found.columns))
                break;
        }
        if (im->e->code != ERR_NONE)
            break;
        vec_push(&plan->sheets, found);
        if (found.hidden)
            continue;
        plan->workbook = plan->workbook || found.columns.kind == FOREIGN_OK || found.columns.kind == FOREIGN_KO ||
                         found.columns.kind == FOREIGN_CERTIFICATES;
    }
    table_close(im->table);
    im->table = NULL;
    if (im->e->code != ERR_NONE)
        return false;
    bool hidden = false;
    for (size_t i = 0; i < plan->sheets.count; i++) {
        if (plan->sheets.items[i].columns.kind == FOREIGN_NONE)
            continue;
        if (!plan->sheets.items[i].hidden)
            return true;
        hidden = true;
    }
    if (hidden)
        return err_set(im->e, ERR_FORMAT,
                       N_("%s: its only sheet with a header that is known is hidden; show it and save it again"),
                       im->source);
    if (!any_row)
        return err_set(im->e, ERR_FORMAT, N_("%s is empty: it has no row at all"), im->source);
    return err_set(im->e, ERR_FORMAT, N_("%s: no header found in its first rows (%s)"), im->source,
                   tr(im->e->lang, columns_needed()));
}

/* The day a workbook speaks of: of the report it was built for, else a date in its file name, else today. */
static bool workbook_day(struct import *im, const struct file_plan *plan, struct workbook_origin *o)
{
    o->day = im->desk->by.day;
    if (plan->uid[0] != '\0') {
        struct report_record r;
        bool found;
        if (!report_by_uid(im->tx, im->arena, plan->uid, &r, &found, im->e))
            return false;
        if (found) {
            o->report_id = r.id;
            o->day = r.day;
            return true;
        }
    }
    const char *name = path_base(im->source);
    for (const char *p = name; *p != '\0'; p++) {
        static const size_t lengths[] = {10, 9, 8};
        for (size_t i = 0; i < 3; i++) {
            day_t day;
            if (strlen(p) >= lengths[i] && *p >= '0' && *p <= '9' && (p == name || p[-1] < '0' || p[-1] > '9') &&
                date_parse(str_part(p, lengths[i]), &day) == DATE_OK && day <= im->desk->by.day) {
                o->day = day;
                o->dated = true;
                return true;
            }
        }
    }
    return true;
}

static bool read_sheet(struct import *im, const struct sheet_plan *sheet, const struct workbook_origin *o)
{
    const struct columns *c = &sheet->columns;
    switch (c->kind) {
    case FOREIGN_REGISTRY: return import_registry(im, c, sheet->name);
    case FOREIGN_CONTACTS: return import_contacts(im, c);
    case FOREIGN_BODIES: return import_bodies(im, c);
    case FOREIGN_ELIGIBLE: return import_eligible(im, c);
    case FOREIGN_OK: return import_actions(im, c, o);
    case FOREIGN_KO: return import_outages(im, c, o);
    case FOREIGN_CERTIFICATES: return import_comments(im, c, o);
    case FOREIGN_COUNT:
    case FOREIGN_NONE: break;
    }
    return true;
}

/* Goes through the file once more and reads the sheets that `wanted` chooses. */
static bool read_file(struct import *im, const struct file_plan *plan, bool registry, const struct workbook_origin *o)
{
    if (!open_source(im))
        return false;
    const struct table_sheet *sheet;
    bool ok = true;
    for (size_t i = 0; ok && table_next_sheet(im->table, &sheet, im->e); i++) {
        if (i >= plan->sheets.count)
            break;
        const struct columns *c = &plan->sheets.items[i].columns;
        if (c->kind == FOREIGN_NONE || plan->sheets.items[i].hidden ||
            (plan->workbook && (c->kind == FOREIGN_REGISTRY) != registry))
            continue;
        const struct table_row *row;
        do {
            row = import_next(im);
        } while (row != NULL && row->number < c->header_row);
        ok = row != NULL && read_sheet(im, &plan->sheets.items[i], o);
    }
    table_close(im->table);
    im->table = NULL;
    return ok && im->e->code == ERR_NONE && (registry != plan->workbook || import_registry_end(im));
}

static bool read_all(struct import *im, const struct file_plan *plan)
{
    struct workbook_origin o = {0};
    if (!plan->workbook)
        return read_file(im, plan, false, &o);
    struct bodies bodies;
    if (!workbook_day(im, plan, &o) ||
        !bodies_load(im->tx, im->arena, &im->desk->files.profile, im->desk->by.day, &bodies, im->e))
        return false;
    /* A desk that knows no body yet takes the registry from the workbook's own query. */
    if (bodies.count == 0 &&
        (!read_file(im, plan, true, &o) ||
         !bodies_load(im->tx, im->arena, &im->desk->files.profile, im->desk->by.day, &bodies, im->e)))
        return false;
    o.bodies = &bodies;
    o.index = body_index_make(im->arena, &bodies);
    return read_file(im, plan, false, &o);
}

/* A sheet that was left out although it could have been read is told. */
static void note_hidden(struct import *im, const struct file_plan *plan)
{
    for (size_t i = 0; im->part != NULL && i < plan->sheets.count; i++) {
        const struct sheet_plan *s = &plan->sheets.items[i];
        const char *sheet = im->part->sheet;
        if (!s->hidden || s->columns.kind == FOREIGN_NONE)
            continue;
        im->part->sheet = s->name;
        import_note(im, IMPORT_REMARK, s->columns.header_row, "",
                    tr(im->desk->lang, N_("the sheet is hidden and was not read")));
        im->part->sheet = sheet;
    }
}

/* ------------------------------------------------------------------ the whole */

/* What may be shown and kept of a source: connection strings can hold passwords. */
static const char *shown_source(struct arena *a, const struct import_options *o)
{
    const char *source = o->source;
    if (has_name(o))
        return text_clean(a, str_of(path_base(o->name)), false);
    if (!str_starts(str_of(source), "odbc:"))
        return arena_strdup(a, path_base(source));
    if (strchr(source, '=') == NULL)
        return arena_strdup(a, source);
    struct str rest = str_of(source + 5), part;
    while (str_split(&rest, ';', &part)) {
        struct str key = str_part(part.p, str_find(part, '='));
        if ((str_is_nocase(key, "DSN") || str_is_nocase(key, "DATABASE") || str_is_nocase(key, "DBQ")) &&
            key.n < part.n)
            return arena_printf(a, "odbc:%.*s", STR_ARG(str_part(part.p + key.n + 1, part.n - key.n - 1)));
    }
    return "odbc:…";
}

static bool audit_import(struct import *im)
{
    struct buf detail = BUF_INIT(LIMIT_ERR_BYTES);
    buf_add_text(&detail, im->source);
    for (size_t i = 0; i < im->parts.count; i++) {
        const struct import_part *p = &im->parts.items[i];
        buf_printf(&detail, "; %s: %lld rows, %lld new, %lld changed, %lld vanished, %lld refused", p->kind,
                   (long long)p->counts.rows, (long long)p->counts.added, (long long)p->counts.changed,
                   (long long)p->counts.vanished, (long long)p->counts.refused);
    }
    const char *why = im->options->reason;
    if (why != NULL && why[0] != '\0')
        buf_printf(&detail, "; forced: %s", text_clean(im->arena, str_of(why), false));
    bool ok = audit_add(im->tx, &im->desk->by, "import", 0, buf_text(&detail), im->e);
    buf_release(&detail);
    return ok;
}

/* So that it can be looked at afterwards too. */
static bool keep_lines(struct import *im)
{
    for (size_t i = 0; i < im->lines.count; i++) {
        const struct import_line *l = &im->lines.items[i];
        const struct import_told told = {.event = import_event_code(l->event),
                                         .sheet = l->sheet,
                                         .row = (int64_t)l->row,
                                         .body = l->body,
                                         .text = l->text};
        if (!import_tell(im->tx, l->import_id, (int64_t)i, &told, im->e))
            return false;
    }
    return true;
}

static void plan_end(struct import *im, char *ret)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    for (size_t i = 0; i < im->parts.count; i++) {
        const struct import_part *p = &im->parts.items[i];
        const struct import_counts *n = &p->counts;
        import_plan_add(
            im, p->kind, p->sheet,
            arena_printf(im->arena, "%lld %lld %lld %lld %lld %lld", (long long)n->rows, (long long)n->added,
                         (long long)n->changed, (long long)n->same, (long long)n->vanished, (long long)n->refused));
    }
    crypto_hash_sha256_final(&im->plan, hash);
    sodium_bin2hex(ret, IMPORT_PLAN_BYTES, hash, sizeof hash);
}

static void summarise(struct import *im, struct import_summary *ret)
{
    *ret = (struct import_summary){
        .source = im->source,
        .parts = vec_to_arena(&im->parts, im->arena),
        .part_count = im->parts.count,
        .lines = vec_to_arena(&im->lines, im->arena),
        .line_count = im->lines.count,
    };
    for (size_t i = 0; i < im->parts.count; i++) {
        for (int k = 0; k < IMPORT_EVENT_COUNT; k++)
            ret->events[k] += im->parts.items[i].events[k];
    }
    plan_end(im, ret->plan);
}

/* Mails that are about no body are kept all the same; of a table nothing is left then. */
static bool nothing_but_refusals(const struct import_summary *s)
{
    if (s->part_count == 1 && strcmp(s->parts[0].kind, "alerts") == 0)
        return false;
    int64_t rows = 0;
    for (size_t i = 0; i < s->part_count; i++)
        rows += s->parts[i].counts.rows;
    return s->events[IMPORT_REFUSED] > 0 && rows == s->events[IMPORT_REFUSED];
}

bool import_run(struct desk *d, const struct import_options *o, struct arena *a, struct import_summary *ret,
                struct err *e)
{
    struct tx own = {0};
    struct import im = {
        .desk = d, .options = o, .arena = a, .tx = o->tx != NULL ? o->tx : &own, .e = e, .source = shown_source(a, o)};
    row_scratch_init(&im.scratch);
    crypto_hash_sha256_init(&im.plan);
    struct file_plan plan = {0};
    bool mails = !str_starts(str_of(o->source), "odbc:") && mailbox_tell(o->source) != MAILBOX_NONE;
    bool ok = (mails || examine(&im, &plan)) && (o->tx != NULL || tx_begin(d->store, TX_WRITE, &own, e)) &&
              (mails ? import_alerts(&im) : read_all(&im, &plan));
    if (ok)
        note_hidden(&im, &plan);
    summarise(&im, ret);
    if (ok && nothing_but_refusals(ret)) {
        const struct import_line *first = NULL;
        for (size_t i = 0; first == NULL && i < ret->line_count; i++)
            first = ret->lines[i].event == IMPORT_REFUSED ? &ret->lines[i] : NULL;
        ok = err_set(e, ERR_FORMAT, N_("%s: every row was refused, so nothing was imported; the first: row %zu: %s"),
                     im.source, first == NULL ? (size_t)0 : first->row, first == NULL ? "" : first->text);
    }
    if (ok && o->plan != NULL && o->plan[0] != '\0' && strcmp(o->plan, ret->plan) != 0)
        ok = err_set(e, ERR_STATE,
                     N_("%s: something has changed since it was looked at, and it would do something else now; nothing "
                        "was changed. Look at it again"),
                     im.source);
    if (ok && !o->dry_run) {
        ok = keep_lines(&im) && audit_import(&im) && (o->tx != NULL || tx_commit(&own, e));
        ret->committed = ok && o->tx == NULL;
    }
    registrar_free(im.registrar);
    tx_rollback(&own);
    table_close(im.table);
    vec_release(&plan.sheets);
    vec_release(&im.parts);
    vec_release(&im.lines);
    row_scratch_release(&im.scratch);
    return ok;
}
