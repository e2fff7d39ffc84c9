/* The three tables of the Friday report as words: columns and cells, translated, ready to be drawn by any rendering.
 * (The workbook has typed cells and does not use this.) */
#ifndef TALAIA_REPORT_GRID_H
#define TALAIA_REPORT_GRID_H

#include "base/mem.h"
#include "report/model.h"

/* The tables of the e-mail, in its order. X(name, word for files and content ids) */
#define REPORT_TABLE_LIST(X)                                                                                           \
    X(OK, "ok")                                                                                                        \
    X(KO, "ko")                                                                                                        \
    X(CERTIFICATES, "certificats")
enum report_table {
#define X(name, word) REPORT_##name,
    REPORT_TABLE_LIST(X)
#undef X
        REPORT_TABLES
};
const char *report_table_word(enum report_table which);

#define GRID_COLUMNS_MAX 8
#define GRID_TAG_WHOLE 16 /* bytes: a state's words up to this stay on one line, longer ones may go on in a second */

struct grid_column {
    const char *title;
    bool number; /* aligned right, never wrapped */
    bool keep;   /* never wrapped: dates, tickets, states */
    bool main;   /* the body: stands out, heads the row */
    int weight;  /* share of the room that is left */
};

struct grid_cell {
    const char *text; /* lines separated by \n */
};

struct grid_row {
    struct grid_cell cells[GRID_COLUMNS_MAX];
    enum body_state state; /* STATE_COUNT when the row has none */
};

struct grid {
    enum report_table which;
    const char *title;   /* "Accions realitzades (OK)" */
    const char *empty;   /* what an empty table says */
    const char *summary; /* one sentence for those who do not see the table: "3 ens amb errors." */
    struct grid_column columns[GRID_COLUMNS_MAX];
    size_t column_count;
    size_t state_column; /* shows glyph + word of the row's state; column_count when none does */
    const struct grid_row *rows;
    size_t row_count;
};

/* The share of the width, in percent, that a column of running text gets; 0 for columns that are never wrapped. */
int grid_share(const struct grid *g, size_t column);

/* In the arena. */
const struct grid *report_grid(struct arena *a, const struct report *r, enum report_table which);

/* Parts of it, without building the rows: "Actions done (OK)"; "3 actions." or what an empty table says. */
const char *report_table_title(const struct report *r, enum report_table which);
const char *report_table_summary(struct arena *a, const struct report *r, enum report_table which);
size_t report_table_count(const struct report *r, enum report_table which);

/* One phrase per kind of change, most important first: "1 ens ha caigut: Ajuntament de Sort". In the arena; *ret_count
 * 0 when nothing changed or there is no earlier report. */
const char *const *report_change_lines(struct arena *a, const struct report *r, size_t *ret_count);

/* What stands there instead: nothing changed, or this is the first report. */
const char *report_no_change_text(const struct report *r);

/* Left-out bodies gathered by reason: "Migrat: Diputació de Girona, Diputació de Barcelona". In the arena. */
const char *const *report_left_out_lines(struct arena *a, const struct report *r, size_t *ret_count);
extern const char report_left_out_title[]; /* English, for tr() */

/* "22 days", "today": how long a body has been down. "for 3 weeks", "" below one. In the arena. */
const char *report_down_text(struct arena *a, enum lang lang, int days);
const char *report_weeks_text(struct arena *a, enum lang lang, int weeks);

/* The text without controls and marks that turn the reading direction (the model promises that there are none). */
const char *report_clean(struct arena *a, const char *text);

/* The table that the template's slot {ok}, {ko} or {certificates} stands for. */
enum report_table report_slot_table(const char *slot);

#endif
