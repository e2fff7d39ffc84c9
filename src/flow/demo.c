#include "flow/demo.h"

#include "base/buf.h"
#include "base/file.h"
#include "flow/change.h"
#include "flow/demo_watch.h"
#include "flow/friday.h"
#include "flow/import.h"
#include "record/body.h"
#include "table/table.h"

/* Imports happened on these days, counted from today; a report was made on each but the first. */
static const int import_days[] = {-21, -14, -7, 0};
enum { IMPORTS = sizeof import_days / sizeof *import_days };

struct demo {
    struct desk *desk;
    const char *data_dir, *dir;
    day_t today;
    void (*say)(void *context, const char *step);
    void *context;
    struct err *e;
};

static void say(const struct demo *m, const char *step)
{
    if (m->say != NULL)
        m->say(m->context, step);
}

/* ------------------------------------------------------------------ the files of share/demo */

static struct str field(const struct table_row *row, size_t column)
{
    return column < row->count ? row->cells[column].text : str_part("", 0);
}

/* An offset in days from today; the field must hold one. */
static bool offset(const struct table_row *row, size_t column, day_t *ret, const struct demo *m)
{
    int64_t days;
    if (!str_to_int64(field(row, column), -100000, 100000, &days))
        return err_set(m->e, ERR_FORMAT, N_("the demo's file has no number of days in row %zu, column %zu"),
                       row->number, column + 1);
    *ret = m->today + (day_t)days;
    return true;
}

static bool open_file(const struct demo *m, const char *name, struct table **ret)
{
    const char *path = path_join(&m->desk->arena, path_join(&m->desk->arena, m->data_dir, "demo"), name);
    const struct table_sheet *sheet;
    const struct table_row *header;
    if (!table_open(path, ret, m->e))
        return false;
    if (table_next_sheet(*ret, &sheet, m->e) && table_next_row(*ret, &header, m->e))
        return true;
    table_close(*ret);
    return err_set(m->e, ERR_FORMAT, N_("the demo's file %s is empty"), name);
}

/* ------------------------------------------------------------------ the registry of one week */

/* The expiry date that the registry had that week: the present one, or what it said before; nothing when there is none.
 */
static bool put_expiry(const struct demo *m, const struct table_row *row, size_t now, size_t before, bool present,
                       struct buf *to)
{
    struct str was = field(row, before);
    size_t column = !present && was.n > 0 ? before : now;
    day_t day;
    char text[DAY_TEXT_BYTES];
    buf_add_char(to, ';');
    if (field(row, column).n == 0 || str_is(field(row, column), "-"))
        return true;
    if (!offset(row, column, &day, m))
        return false;
    buf_add_text(to, day_dmy(day, text));
    return true;
}

static bool in_week(const struct demo *m, const struct table_row *row, day_t day, bool *ret)
{
    day_t from = day, until = day;
    if ((field(row, 10).n > 0 && !offset(row, 10, &from, m)) || (field(row, 11).n > 0 && !offset(row, 11, &until, m)))
        return false;
    *ret = from <= day && day <= until;
    return true;
}

static bool registry_text(const struct demo *m, day_t day, struct buf *to)
{
    struct table *t;
    const struct table_row *row;
    bool ok = open_file(m, "registry.csv", &t);
    if (!ok)
        return false;
    buf_add_text(to, "ID;DESCRIPCIO;CODI_PROVINCIA;CODI_MUNICIPI;PLATAFORMA;URL_WSDL;DATA_CDS;DATA_CDA\r\n");
    while (ok && table_next_row(t, &row, m->e)) {
        static const size_t columns[] = {0, 1, 4, 5, 2, 3};
        bool shown = false;
        ok = in_week(m, row, day, &shown);
        if (!ok || !shown)
            continue;
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
            if (i > 0)
                buf_add_char(to, ';');
            table_csv_field(to, field(row, columns[i]), ';');
        }
        ok = put_expiry(m, row, 6, 8, day == m->today, to) && put_expiry(m, row, 7, 9, day == m->today, to);
        buf_add_text(to, "\r\n");
    }
    table_close(t);
    return ok && m->e->code == ERR_NONE;
}

static bool import_file(const struct demo *m, const char *path)
{
    struct import_options o = {.source = path};
    struct import_summary s;
    return import_run(m->desk, &o, &m->desk->arena, &s, m->e);
}

static bool import_week(const struct demo *m, day_t day)
{
    struct arena *a = &m->desk->arena;
    char text[DAY_TEXT_BYTES];
    struct buf registry = BUF_INIT(LIMIT_MAIL_BYTES);
    const char *dir = path_join(a, m->dir, "demo");
    const char *path = path_join(a, dir, arena_printf(a, "registre-%s.csv", day_iso(day, text)));
    bool ok = registry_text(m, day, &registry) && file_make_dirs(dir, m->e) &&
              file_write(path, buf_str(&registry), m->e) && import_file(m, path);
    buf_release(&registry);
    return ok;
}

/* ------------------------------------------------------------------ the story */

static bool answered(const struct demo *m, const struct body *b, struct str kinds, const char *text)
{
    bool covers[CERT_KINDS] = {0};
    struct str word;
    while (str_split(&kinds, ' ', &word)) {
        enum cert_kind k;
        if (cert_kind_parse(word, &k))
            covers[k] = true;
    }
    return change_answered(m->desk, b, covers, text, m->e);
}

static bool action(const struct demo *m, const struct body *b, struct str extra, const char *text)
{
    struct str group = extra;
    enum action_group g = GROUP_OTHER;
    bool added;
    (void)str_split(&extra, ' ', &group);
    (void)action_group_parse(arena_text(&m->desk->arena, group), &g);
    return change_action(m->desk, b, m->desk->by.day, g, text,
                         extra.p == NULL ? "" : arena_text(&m->desk->arena, extra), &added, m->e);
}

/* One event on its day, as someone notes it who knows the registry of day `known`. */
static bool happen(const struct demo *m, const struct table_row *row, day_t day, day_t known)
{
    struct desk *d = m->desk;
    const char *text = arena_text(&d->arena, field(row, 3));
    struct str event = field(row, 1);
    const struct body *b;
    d->by.day = known;
    if (!change_find_body(d, arena_text(&d->arena, field(row, 2)), &b, m->e))
        return false;
    d->by.day = day;
    if (str_is(event, "outage-open"))
        return change_outage_open(d, b, d->by.day, text, m->e);
    if (str_is(event, "outage-note"))
        return change_outage_note(d, b, d->by.day, text, "", m->e);
    if (str_is(event, "outage-close"))
        return change_outage_close(d, b, d->by.day, text, m->e);
    if (str_is(event, "mark"))
        return change_mark(d, b, true, text, m->e);
    if (str_is(event, "comment"))
        return change_comment_line(d, b, d->by.day, text, m->e);
    if (str_is(event, "answered"))
        return answered(m, b, field(row, 4), text);
    return action(m, b, field(row, 4), text);
}

/* What happened after `after` up to and including `until`. */
static bool tell(const struct demo *m, day_t after, day_t until)
{
    struct table *t;
    const struct table_row *row;
    bool ok = open_file(m, "story.csv", &t);
    if (!ok)
        return false;
    while (ok && table_next_row(t, &row, m->e)) {
        day_t day;
        ok = offset(row, 0, &day, m);
        if (ok && day > after && day <= until)
            ok = happen(m, row, day, until);
    }
    table_close(t);
    if (!ok)
        err_where(m->e, "story.csv");
    return ok && m->e->code == ERR_NONE;
}

/* ------------------------------------------------------------------ the whole */

static bool must_be_empty(struct desk *d, struct err *e)
{
    struct tx tx;
    struct bodies bodies;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = bodies_load(&tx, &d->arena, &d->files.profile, d->by.day, &bodies, e);
    tx_rollback(&tx);
    if (ok && bodies.count > 0)
        return err_set(e, ERR_STATE, N_("this desk has %zu bodies already; the demo needs a new directory"),
                       bodies.count);
    return ok;
}

bool demo_fill(struct desk *d, const char *data_dir, const char *dir, struct report *ret_report,
               const char **ret_report_dir, void (*tell_step)(void *context, const char *step), void *context,
               struct err *e)
{
    struct demo m = {
        .desk = d, .data_dir = data_dir, .dir = dir, .today = d->by.day, .say = tell_step, .context = context, .e = e};
    struct friday_files files;
    bool ok = must_be_empty(d, e);
    for (size_t i = 0; ok && i < IMPORTS; i++) {
        char text[DAY_TEXT_BYTES];
        day_t day = m.today + import_days[i];
        d->by.day = day;
        say(&m, arena_printf(&d->arena, tr(d->lang, N_("%s: the registry")), day_dmy(day, text)));
        ok = import_week(&m, day);
        if (ok && i == 0)
            ok = import_file(&m, path_join(&d->arena, path_join(&d->arena, data_dir, "demo"), "contacts.csv"));
        ok = ok && tell(&m, i == 0 ? DAY_NONE : m.today + import_days[i - 1], day);
        d->by.day = day;
        if (ok && i > 0) {
            say(&m, arena_printf(&d->arena, tr(d->lang, N_("%s: the report")), day_dmy(day, text)));
            *ret_report_dir = path_join(&d->arena, path_join(&d->arena, dir, "informes"), day_iso(day, text));
            ok = friday_build(d, &d->arena, *ret_report_dir, (struct friday_progress){0}, ret_report, &files, e);
        }
    }
    d->by.day = m.today;
    return ok && demo_watch(d, data_dir, e);
}
