/* Internal to scsp: writes an element of an answer, in the order of its shape, out of the columns of a row. */
#ifndef TALAIA_SCSP_SERVICE_FILL_H
#define TALAIA_SCSP_SERVICE_FILL_H

#include "scsp/ask.h"
#include "scsp/dataset.h"
#include "scsp/modality.h"

/* What fills the answer around the rows. */
struct fill_root {
    const char *code, *text;
    const struct data_row *const *steps; /* rows found by the steps in front */
    size_t step_count;
    const struct ask_item *asked;
    const char *const *rows; /* the XML of the rows found */
    size_t row_count;
};
struct fill {
    const struct modality *m;
    const struct dataset *data;
    const struct data_row *row; /* NULL: none was found */
    const struct fill_root *root;
    day_t today; /* what "{today}" in a row becomes, yyyyMMdd */
    /* Afterwards: the path of the first element that must be there and is not, or that holds what it may not; NULL. */
    const char *missing, *wrong;
};

/* The whole payload. False when it does not fit or cannot stand in XML; look at `missing` and `wrong` too. */
bool fill_answer(struct fill *f, struct arena *a, struct buf *to, struct err *e);
/* The element of `lookup.rows` for one row. */
bool fill_row(struct fill *f, struct arena *a, struct buf *to, struct err *e);
/* The shape behind a path such as "LlistaRecursos/Recurs" below the root; NULL. */
const struct shape *fill_shape_at(const struct shape *root, const char *path);

#endif
