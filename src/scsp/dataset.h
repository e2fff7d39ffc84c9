/* The invented data that the back office answers from: tables, one file each under share/scsp/data. Foreign keys are
 * resolved when they are read, so that a row knows the texts that belong to its numbers and nothing can contradict
 * itself; a reference that leads nowhere, a key that is there twice, are mistakes of the file.
 *
 *     table: recursos
 *     key: IdRecursos
 *     take:                                   # columns that come from elsewhere: COLUMN: OWN_COLUMN TABLE [COLUMN]
 *       NumExpedient: IdExpedient expedients NumExpedient
 *       Estat: IdEstat estat_recurs           # without a column: the label of a list
 *     default:                                # columns of every row that does not say otherwise
 *       Import: "1.00"
 *     rows:
 *       - {IdRecursos: 370265943, IdExpedient: 370032296, IdEstat: 1}
 *       - IdRecursos: 490173328
 *         ProfAlta: {IdUsuari: 370000052}     # a column "ProfAlta/IdUsuari"
 *
 *     lists:                                  # code lists: tables with the columns `id` and `label`
 *       estat_recurs: {"0": Preassignat, "1": Concedit}
 *
 * A column that is null is not there, also when it has a default. */
#ifndef TALAIA_SCSP_DATASET_H
#define TALAIA_SCSP_DATASET_H

#include "base/err.h"
#include "base/mem.h"
#include "conf/finding.h"

struct data_cell {
    const char *column, *text;
};
struct data_row {
    const struct data_cell *cells;
    size_t count;
    size_t line; /* in its table's file */
};
struct data_table {
    const char *name, *key, *path; /* key: NULL when rows have none of their own */
    const struct data_row *rows;   /* in the order of the file */
    size_t count;
};
struct dataset {
    const struct data_table *tables;
    size_t count;
};

/* Reads DIR/ *.yaml. The first mistake is the error: "file:line:column: …". */
bool dataset_load(struct arena *a, const char *dir, struct dataset *ret, struct err *e);

/* The same from memory, file by file:
 *
 *     struct dataset_reader r = {.arena = &a, .find = &finder};
 *     dataset_read(&r, text, "recursos.yaml");
 *     if (dataset_finish(&r, &set)) …                   // the references
 */
struct data_source; /* what a file says, before references are resolved */
struct dataset_reader {
    struct arena *arena;
    struct finder *find;
    struct data_source *sources;
    size_t count;
    const char *wrong_path; /* the file of the first mistake, NULL */
};
void dataset_read(struct dataset_reader *r, struct str text, const char *path);
bool dataset_finish(struct dataset_reader *r, struct dataset *ret);

const struct data_table *dataset_table(const struct dataset *set, const char *name);
/* NULL when the row does not have it. */
const char *data_text(const struct data_row *row, const char *column);
/* Whether some row of the table has it. */
bool data_has_column(const struct data_table *t, const char *column);
/* The first row whose column has that text, NULL. */
const struct data_row *data_find(const struct data_table *t, const char *column, const char *text);

#endif
