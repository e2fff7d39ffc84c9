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

static void fill_ok(struct arena *a, const struct report *r, struct grid *g, struct grid_row *rows)
{
    static const struct grid_column columns[] = {
        {.title = N_("Body"), .main = true, .weight = 4},  {.title = N_("Action"), .weight = 9},
        {.title = N_("Kind"), .keep = true, .weight = 2},  {.title = N_("Date"), .keep = true, .weight = 2},
        {.title = N_("Ticket"), .keep = true, .weight = 2},
    };
    g->title = N_("Actions done (OK)");
    g->empty = N_("No action this week.");
    g->column_count = g->state_column = sizeof columns / sizeof *columns;
    memcpy(g->columns, columns, sizeof columns);
    for (size_t i = 0; i < r->ok_count; i++) {
        const struct report_ok_row *ok = &r->ok[i];
        rows[i] = (struct grid_row){
            .cells = {{ok->body_name}, {ok->text}, {ok->group_word}, {day_text(a, ok->day)}, {ok->ticket}},
            .state = STATE_COUNT,
        };
    }
    g->row_count = r->ok_count;
    g->summary = arena_printf(a, trn(r->lang, "%zu action.", "%zu actions.", r->ok_count), r->ok_count);
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
    g->title = N_("Bodies with errors (KO)");
    g->empty = N_("No body is down.");
    g->column_count = sizeof columns / sizeof *columns;
    g->state_column = 3;
    memcpy(g->columns, columns, sizeof columns);
    for (size_t i = 0; i < r->ko_count; i++) {
        const struct report_ko_row *ko = &r->ko[i];
        rows[i] = (struct grid_row){
            .cells = {{ko->body_name},
                      {ko->error},
                      {day_text(a, ko->since)},
                      {report_down_text(a, r->lang, ko->days)},
                      {ko->actions}},
            .state = STATE_DOWN,
        };
    }
    g->row_count = r->ko_count;
    g->summary = arena_printf(a, trn(r->lang, "%zu body is down.", "%zu bodies are down.", r->ko_count), r->ko_count);
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
    g->title = N_("Certificates about to expire");
    g->empty = N_("No certificate is about to expire.");
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
    g->row_count = r->certificate_count;
    g->summary = arena_printf(a, trn(r->lang, "%zu body with certificates about to expire.",
                                     "%zu bodies with certificates about to expire.", r->certificate_count),
                              r->certificate_count);
}

const struct grid *report_grid(struct arena *a, const struct report *r, enum report_table which)
{
    static void (*const fill[REPORT_TABLES])(struct arena *, const struct report *, struct grid *, struct grid_row *) = {
        [REPORT_OK] = fill_ok, [REPORT_KO] = fill_ko, [REPORT_CERTIFICATES] = fill_certificates};
    const size_t counts[REPORT_TABLES] = {
        [REPORT_OK] = r->ok_count, [REPORT_KO] = r->ko_count, [REPORT_CERTIFICATES] = r->certificate_count};
    struct grid *g = arena_new(a, struct grid);
    struct grid_row *rows = arena_array(a, struct grid_row, counts[which] + 1);
    g->which = which;
    g->rows = rows;
    fill[which](a, r, g, rows);
    g->title = tr(r->lang, g->title);
    g->empty = tr(r->lang, g->empty);
    for (size_t i = 0; i < g->column_count; i++)
        g->columns[i].title = tr(r->lang, g->columns[i].title);
    for (size_t i = 0; i < g->row_count; i++)
        if (g->state_column < g->column_count && rows[i].cells[g->state_column].text[0] == '\0')
            rows[i].cells[g->state_column].text = tr(r->lang, body_state_word(rows[i].state));
    return g;
}
