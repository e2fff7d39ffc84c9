/* The four sheets: which columns, which formulas, which order. */
#include <assert.h>

#include "report/sheet.h"

#define SHOWN(text_ca, text_es, text_en)                                                                               \
    {                                                                                                                  \
        [LANG_CA] = (text_ca), [LANG_ES] = (text_es), [LANG_EN] = (text_en)                                            \
    }

/* Columns A to I in the registry query's order (A1). */
static const struct sheet_column query_columns[] = {
    {SHOWN("Ens", "Ente", "Body"), COLUMN_NAME, 330},
    {SHOWN("Provincia", "Provincia", "Province"), COLUMN_TEXT, 0},
    {SHOWN("Municipi", "Municipio", "Municipality"), COLUMN_TEXT, 0},
    {SHOWN("Plataforma", "Plataforma", "Platform"), COLUMN_TEXT, 0},
    {SHOWN("Endpoint", "Endpoint", "Endpoint"), COLUMN_WRAP, 460},
    {SHOWN("Data CDS", "Fecha CDS", "Date CDS"), COLUMN_DAY, 0},
    {SHOWN("Dies_Caducitat_CDS", "Días_Caducidad_CDS", "Days_CDS"), COLUMN_NUMBER, 0},
    {SHOWN("Data CDA", "Fecha CDA", "Date CDA"), COLUMN_DAY, 0},
    {SHOWN("Dies_Caducitat_CDA", "Días_Caducidad_CDA", "Days_CDA"), COLUMN_NUMBER, 0},
    {SHOWN("Estat", "Estado", "State"), COLUMN_STATE, 0},
    {SHOWN("Avís", "Aviso", "Warning"), COLUMN_TEXT, 0},
    {SHOWN("Nota", "Nota", "Note"), COLUMN_WRAP, 260},
};
enum { Q_NAME, Q_PROVINCE, Q_MUNICIPALITY, Q_PLATFORM, Q_ENDPOINT, Q_DATE, Q_DAYS, Q_STATE = 9, Q_WARN, Q_NOTE };

static const struct sheet_column ok_columns[] = {
    {SHOWN("Ens", "Ente", "Body"), COLUMN_NAME, 330},     {SHOWN("Acció", "Acción", "Action"), COLUMN_WRAP, 500},
    {SHOWN("Data", "Fecha", "Date"), COLUMN_DAY, 0},      {SHOWN("Tipus", "Tipo", "Kind"), COLUMN_TEXT, 0},
    {SHOWN("Tiquet", "Tique", "Ticket"), COLUMN_TEXT, 0},
};
static const struct sheet_column ko_columns[] = {
    {SHOWN("Ens", "Ente", "Body"), COLUMN_NAME, 330},     {SHOWN("Error", "Error", "Error"), COLUMN_WRAP, 300},
    {SHOWN("Des de", "Desde", "Since"), COLUMN_DAY, 0},   {SHOWN("Dies", "Días", "Days"), COLUMN_NUMBER, 0},
    {SHOWN("Estat", "Estado", "State"), COLUMN_STATE, 0}, {SHOWN("Accions", "Acciones", "Actions"), COLUMN_WRAP, 500},
};
static const struct sheet_column certificate_columns[] = {
    {SHOWN("Ens", "Ente", "Body"), COLUMN_NAME, 330},
    {SHOWN("Plataforma", "Plataforma", "Platform"), COLUMN_TEXT, 0},
    {SHOWN("Data CDS", "Fecha CDS", "Date CDS"), COLUMN_DAY, 0},
    {SHOWN("Data CDA", "Fecha CDA", "Date CDA"), COLUMN_DAY, 0},
    {SHOWN("Dies", "Días", "Days"), COLUMN_NUMBER, 0},
    {SHOWN("Estat", "Estado", "State"), COLUMN_STATE, 0},
    {SHOWN("Comentari", "Comentario", "Comment"), COLUMN_WRAP, 500},
};

#define COLUMNS_ARE(s, list) ((s)->columns = (list), (s)->column_count = (int)(sizeof(list) / sizeof *(list)))

/* The sentences under the title; as many rows high as they have lines. */
static void put_summary(struct sheet *s, const char *summary, const char *changes)
{
    struct arena a = {0};
    const char *text = changes[0] == '\0' ? summary : arena_printf(&a, "%s\n%s", summary, changes);
    int lines = 1;
    for (const char *p = text; *p != '\0'; p++)
        lines += *p == '\n';
    worksheet_merge_range(s->to, 1, 0, 1, (lxw_col_t)(s->column_count - 1), text, s->formats->sub_lines);
    worksheet_set_row(s->to, 1, 12.75 * lines + 6, NULL);
    arena_release(&a);
}

/* Both days-left columns of a row, live: what is typed into the date cell counts at once. */
static void put_dates(struct sheet *s, const struct body *b, const int *days)
{
    for (int k = 0; k < CERT_KINDS; k++) {
        int column = Q_DATE + 2 * k;
        char formula[80];
        unsigned row = (unsigned)s->row + 1;
        put_day(s, column, b == NULL ? DAY_NONE : b->expires[k]);
        snprintf(formula, sizeof formula, "=IF(%c%u=\"\",\"\",%c%u-" WORKBOOK_DATE_NAME ")", 'A' + column, row,
                 'A' + column, row);
        put_formula(s, column + 1, formula, days[k]);
    }
}

static void put_body(struct sheet *s, const char *name, const struct body *b)
{
    put_text(s, Q_NAME, name);
    put_text(s, Q_PROVINCE, b == NULL ? "" : b->province);
    put_text(s, Q_MUNICIPALITY, b == NULL ? "" : b->municipality);
    put_text(s, Q_PLATFORM, b == NULL ? "" : platform_code(b->platform));
    put_text(s, Q_ENDPOINT, b == NULL ? "" : b->endpoint);
}

static void query_rows(struct sheet *s)
{
    const struct report *r = s->report;
    const char *warn = tr(r->lang, N_("To be warned"));
    for (size_t i = 0; i < r->query_count; i++) {
        const struct report_query_row *q = &r->query[i];
        put_body(s, q->body->description[0] == '\0' ? q->body->name : q->body->description, q->body);
        put_dates(s, q->body, q->days);
        put_text(s, Q_STATE, s->state_text[q->state]);
        put_text(s, Q_WARN, q->warn ? warn : "");
        put_text(s, Q_NOTE, q->state_note);
        row_end(s);
    }
    for (size_t i = 0; i < r->left_out_count; i++) {
        const struct report_left_out *out = &r->left_out[i];
        int days[CERT_KINDS] = {DAYS_NONE, DAYS_NONE};
        for (int k = 0; k < CERT_KINDS && out->body != NULL; k++)
            days[k] = days_left(out->body->expires[k], r->day);
        put_body(s, out->body == NULL ? out->body_name : out->body->description, out->body);
        put_dates(s, out->body, days);
        put_text(s, Q_STATE, s->state_text[STATE_EXCLUDED]);
        put_text(s, Q_WARN, "");
        put_text(s, Q_NOTE, out->reason);
        row_end(s);
    }
}

/* A condition on one column of the rows, written for the first of them. */
static void condition(struct sheet *s, int column, const char *formula, lxw_format *format)
{
    char text[128];
    snprintf(text, sizeof text, "%s", formula);
    lxw_conditional_format c = {.type = LXW_CONDITIONAL_TYPE_FORMULA, .value_string = text, .format = format};
    lxw_error error = worksheet_conditional_format_range(s->to, WORKBOOK_HEADER_ROW, (lxw_col_t)column, s->row - 1,
                                                         (lxw_col_t)column, &c);
    if (s->error == LXW_NO_ERROR)
        s->error = error;
}

#define FIRST_ROW "5" /* under the header */
static_assert(WORKBOOK_HEADER_ROW == 4, "the formulas of conditions name the first row");

/* Days left below zero or below the first threshold, with and without the row's highlight. */
static void days_conditions(struct sheet *s, int column)
{
    const struct profile *p = s->report->profile;
    const struct {
        int limit;
        bool warn;
        lxw_format *format;
    } rules[] = {
        {0, true, s->formats->negative_warn},
        {p->threshold_count > 0 ? p->thresholds[0] : 0, true, s->formats->soon_warn},
        {0, false, s->formats->negative},
        {p->threshold_count > 0 ? p->thresholds[0] : 0, false, s->formats->soon},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        char formula[128];
        snprintf(formula, sizeof formula, "=AND(%sISNUMBER(%c" FIRST_ROW "),%c" FIRST_ROW "<%d)",
                 rules[i].warn ? "$K" FIRST_ROW "<>\"\"," : "", 'A' + column, 'A' + column, rules[i].limit);
        condition(s, column, formula, rules[i].format);
    }
}

/* Colours that repeat what the columns Estat and Avís say in words. Programs differ in what they do where conditions of
 * different ranges overlap, so every column has its own. */
static void query_conditions(struct sheet *s)
{
    char excluded[64];
    if (s->row == WORKBOOK_HEADER_ROW)
        return;
    snprintf(excluded, sizeof excluded, "=LEFT($J" FIRST_ROW ",1)=\"%s\"", body_state_glyph(STATE_EXCLUDED));
    condition(s, Q_NAME, excluded, s->formats->struck);
    for (int k = 0; k < CERT_KINDS; k++)
        days_conditions(s, Q_DAYS + 2 * k);
    for (int c = 0; c < s->column_count; c++)
        if (c != Q_STATE)
            condition(s, c, "=$K" FIRST_ROW "<>\"\"", s->formats->warn);
}

void sheet_query(struct sheet *s)
{
    const struct report *r = s->report;
    COLUMNS_ARE(s, query_columns);
    sheet_begin(s, tr(r->lang, N_("All bodies, the most urgent first")));
    worksheet_write_string(s->to, 1, 0, tr(r->lang, N_("Date of the report; the days are counted from it")),
                           s->formats->sub);
    worksheet_write_number(s->to, 1, 1, day_serial(r->day), s->formats->sub_day);
    worksheet_write_string(s->to, 1, 4, s->words->query_summary, s->formats->sub);
    query_rows(s);
    sheet_end(s, "TaulaQuery");
    query_conditions(s);
    worksheet_ignore_errors(s->to, LXW_IGNORE_NUMBER_STORED_AS_TEXT, "B5:C1048576");
}

void sheet_ok(struct sheet *s)
{
    const struct report *r = s->report;
    COLUMNS_ARE(s, ok_columns);
    sheet_begin(s, s->words->title[REPORT_OK]);
    put_summary(s, s->words->summary[REPORT_OK], "");
    for (size_t i = 0; i < r->ok_count; i++) {
        put_text(s, 0, r->ok[i].body_name);
        put_text(s, 1, r->ok[i].text);
        put_day(s, 2, r->ok[i].day);
        put_text(s, 3, r->ok[i].group_word);
        put_text(s, 4, r->ok[i].ticket);
        row_end(s);
    }
    sheet_end(s, "TaulaOK");
}

/* "■ Caigut", and how many weeks: the number by which a long outage is talked about. */
static const char *down_text(struct sheet *s, struct arena *a, int weeks)
{
    if (weeks < 1)
        return s->state_text[STATE_DOWN];
    return arena_printf(a, "%s · %s", s->state_text[STATE_DOWN],
                        arena_printf(a, trn(s->report->lang, "%d week", "%d weeks", (unsigned long)weeks), weeks));
}

void sheet_ko(struct sheet *s)
{
    const struct report *r = s->report;
    struct arena a = {0};
    COLUMNS_ARE(s, ko_columns);
    sheet_begin(s, s->words->title[REPORT_KO]);
    put_summary(s, s->words->summary[REPORT_KO], s->words->changes);
    for (size_t i = 0; i < r->ko_count + r->ko_silent_count; i++) {
        const struct report_ko_row *ko = &r->ko[i];
        char formula[64];
        put_text(s, 0, ko->body_name);
        put_text(s, 1, ko->error);
        put_day(s, 2, ko->since);
        snprintf(formula, sizeof formula, "=" WORKBOOK_DATE_NAME "-C%u", (unsigned)s->row + 1);
        put_formula(s, 3, formula, ko->days);
        put_text(s, 4, i < r->ko_count ? down_text(s, &a, ko->weeks) : s->state_text[STATE_MUTED]);
        put_text(s, 5, ko->actions);
        row_end(s);
        arena_reset(&a);
    }
    arena_release(&a);
    sheet_end(s, "TaulaKO");
}

void sheet_certificates(struct sheet *s)
{
    const struct report *r = s->report;
    COLUMNS_ARE(s, certificate_columns);
    sheet_begin(s, s->words->title[REPORT_CERTIFICATES]);
    put_summary(s, s->words->summary[REPORT_CERTIFICATES], "");
    for (size_t i = 0; i < r->certificate_count; i++) {
        const struct report_certificate_row *c = &r->certificates[i];
        char formula[96];
        unsigned row = (unsigned)s->row + 1;
        put_text(s, 0, c->body_name);
        put_text(s, 1, platform_code(c->platform));
        put_day(s, 2, c->has[CERT_CDS] ? c->expires[CERT_CDS] : DAY_NONE);
        put_day(s, 3, c->has[CERT_CDA] ? c->expires[CERT_CDA] : DAY_NONE);
        snprintf(formula, sizeof formula, "=IF(COUNT(C%u:D%u)=0,\"\",MIN(C%u:D%u)-" WORKBOOK_DATE_NAME ")", row, row,
                 row, row);
        put_formula(s, 4, formula, c->days);
        put_text(s, 5, s->state_text[c->state]);
        put_text(s, 6, c->comment);
        row_end(s);
    }
    sheet_end(s, "TaulaCertificats");
}
