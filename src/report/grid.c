/* Words only: what is in the report was decided by src/flow, how a table looks by each rendering. */
#include "report/grid.h"

#include "base/buf.h"

const char *report_table_word(enum report_table which)
{
    static const char *const words[REPORT_TABLES] = {
#define X(name, word) [REPORT_##name] = (word),
        REPORT_TABLE_LIST(X)
#undef X
    };
    return words[which];
}

enum report_table report_slot_table(const char *slot)
{
    return strcmp(slot, "ok") == 0 ? REPORT_OK : strcmp(slot, "ko") == 0 ? REPORT_KO : REPORT_CERTIFICATES;
}

static const char *day_text(struct arena *a, day_t d)
{
    char out[DAY_TEXT_BYTES];
    return arena_strdup(a, day_dmy(d, out));
}

int grid_share(const struct grid *g, size_t column)
{
    int all = 0;
    for (size_t c = 0; c < g->column_count; c++)
        all += g->columns[c].weight;
    return g->columns[column].keep || g->columns[column].number ? 0 : 100 * g->columns[column].weight / all;
}

const char *report_table_title(const struct report *r, enum report_table which)
{
    static const char *const titles[REPORT_TABLES] = {
        [REPORT_OK] = N_("Actions done (OK)"),
        [REPORT_KO] = N_("Bodies with errors (KO)"),
        [REPORT_CERTIFICATES] = N_("Certificates about to expire"),
    };
    return tr(r->lang, titles[which]);
}

static const char *empty_text(const struct report *r, enum report_table which)
{
    static const char *const empty[REPORT_TABLES] = {
        [REPORT_OK] = N_("No action this week."),
        [REPORT_KO] = N_("No body is down."),
        [REPORT_CERTIFICATES] = N_("No certificate is about to expire."),
    };
    return tr(r->lang, empty[which]);
}

size_t report_table_count(const struct report *r, enum report_table which)
{
    return which == REPORT_OK   ? r->ok_count
           : which == REPORT_KO ? r->ko_count + r->ko_silent_count
                                : r->certificate_count;
}

/* A body whose two certificates are far apart has two rows. */
static size_t certificate_bodies(const struct report *r)
{
    size_t bodies = 0;
    for (size_t i = 0; i < r->certificate_count; i++) {
        size_t before = 0;
        while (before < i && r->certificates[before].body_id != r->certificates[i].body_id)
            before++;
        bodies += before == i;
    }
    return bodies;
}

const char *report_table_summary(struct arena *a, const struct report *r, enum report_table which)
{
    size_t n = report_table_count(r, which);
    if (n == 0)
        return empty_text(r, which);
    if (which == REPORT_OK)
        return arena_printf(a, trn(r->lang, "%zu action.", "%zu actions.", n), n);
    if (which == REPORT_KO)
        return arena_printf(a, trn(r->lang, "%zu body is down.", "%zu bodies are down.", n), n);
    n = certificate_bodies(r);
    return arena_printf(
        a,
        trn(r->lang, "%zu body with certificates about to expire.", "%zu bodies with certificates about to expire.", n),
        n);
}

static void fill_ok(struct arena *a, const struct report *r, struct grid *g, struct grid_row *rows)
{
    static const struct grid_column columns[] = {
        {.title = N_("Body"), .main = true, .weight = 4},
        {.title = N_("Action"), .weight = 9},
        {.title = N_("Kind"), .weight = 3},
        {.title = N_("Date"), .keep = true, .weight = 2},
        {.title = N_("Ticket"), .keep = true, .weight = 2},
    };
    g->column_count = g->state_column = sizeof columns / sizeof *columns;
    memcpy(g->columns, columns, sizeof columns);
    for (size_t i = 0; i < r->ok_count; i++) {
        const struct report_ok_row *ok = &r->ok[i];
        rows[i] = (struct grid_row){
            .cells = {{ok->body_name}, {ok->text}, {ok->group_word}, {day_text(a, ok->day)}, {ok->ticket}},
            .state = STATE_COUNT,
        };
    }
}

const char *report_down_text(struct arena *a, enum lang lang, int days)
{
    if (days == 0)
        return tr(lang, N_("today"));
    return arena_printf(a, trn(lang, "%d day", "%d days", (unsigned long)days), days);
}

static void fill_ko(struct arena *a, const struct report *r, struct grid *g, struct grid_row *rows)
{
    static const struct grid_column columns[] = {
        {.title = N_("Body"), .main = true, .weight = 4},
        {.title = N_("Error"), .weight = 4},
        {.title = N_("Since"), .keep = true, .weight = 2},
        {.title = N_("Down for"), .keep = true, .weight = 2},
        {.title = N_("Actions"), .weight = 8},
    };
    g->column_count = sizeof columns / sizeof *columns;
    g->state_column = 3;
    memcpy(g->columns, columns, sizeof columns);
    for (size_t i = 0; i < r->ko_count + r->ko_silent_count; i++) {
        const struct report_ko_row *ko = &r->ko[i];
        rows[i] = (struct grid_row){
            .cells = {{ko->body_name},
                      {ko->error},
                      {day_text(a, ko->since)},
                      {report_down_text(a, r->lang, ko->days)},
                      {ko->actions}},
            .state = i < r->ko_count ? STATE_DOWN : STATE_MUTED,
        };
    }
}

static const char *validity(struct arena *a, const struct report_certificate_row *row)
{
    const char *text = "";
    for (int k = 0; k < CERT_KINDS; k++) {
        if (!row->has[k] || row->expires[k] == DAY_NONE)
            continue;
        text = arena_printf(a, "%s%s%s\u00a0%s", text, text[0] == '\0' ? "" : "\n", cert_kind_code((enum cert_kind)k),
                            day_text(a, row->expires[k]));
    }
    return text;
}

static void fill_certificates(struct arena *a, const struct report *r, struct grid *g, struct grid_row *rows)
{
    static const struct grid_column columns[] = {
        {.title = N_("Body"), .main = true, .weight = 4},     {.title = N_("Platform"), .keep = true, .weight = 2},
        {.title = N_("Validity"), .keep = true, .weight = 3}, {.title = N_("Days"), .number = true, .weight = 1},
        {.title = N_("State"), .keep = true, .weight = 3},    {.title = N_("Comment"), .weight = 8},
    };
    g->column_count = sizeof columns / sizeof *columns;
    g->state_column = 4;
    memcpy(g->columns, columns, sizeof columns);
    for (size_t i = 0; i < r->certificate_count; i++) {
        const struct report_certificate_row *c = &r->certificates[i];
        rows[i] = (struct grid_row){
            .cells = {{c->body_name},
                      {platform_code(c->platform)},
                      {validity(a, c)},
                      {c->days == DAYS_NONE ? "" : arena_printf(a, "%d", c->days)},
                      {""},
                      {c->comment}},
            .state = c->state,
        };
    }
}

const struct grid *report_grid(struct arena *a, const struct report *r, enum report_table which)
{
    static void (*const fill[REPORT_TABLES])(struct arena *, const struct report *, struct grid *,
                                             struct grid_row *) = {
        [REPORT_OK] = fill_ok, [REPORT_KO] = fill_ko, [REPORT_CERTIFICATES] = fill_certificates};
    struct grid *g = arena_new(a, struct grid);
    struct grid_row *rows = arena_array(a, struct grid_row, report_table_count(r, which) + 1);
    g->which = which;
    g->title = report_table_title(r, which);
    g->empty = empty_text(r, which);
    g->summary = report_table_summary(a, r, which);
    g->rows = rows;
    g->row_count = report_table_count(r, which);
    fill[which](a, r, g, rows);
    for (size_t i = 0; i < g->column_count; i++)
        g->columns[i].title = tr(r->lang, g->columns[i].title);
    for (size_t i = 0; i < g->row_count; i++)
        for (size_t c = 0; c < g->column_count; c++)
            rows[i].cells[c].text = report_clean(a, rows[i].cells[c].text);
    for (size_t i = 0; i < g->row_count; i++)
        if (g->state_column < g->column_count && rows[i].cells[g->state_column].text[0] == '\0')
            rows[i].cells[g->state_column].text = tr(r->lang, body_state_word(rows[i].state));
    return g;
}
