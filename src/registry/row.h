/* One row of a foreign table → values that the record takes, or the reason why not (which column, what to do). */
#ifndef TALAIA_REGISTRY_ROW_H
#define TALAIA_REGISTRY_ROW_H

#include "record/contact.h"
#include "record/directory.h"
#include "record/eligible.h"
#include "record/registrar.h"
#include "registry/columns.h"

/* Working memory for one row after another; zero-initialised, released by row_scratch_release. Results live until the
 * next row. */
struct row_scratch {
    struct arena arena;
    struct buf key;
};
void row_scratch_init(struct row_scratch *s);
void row_scratch_release(struct row_scratch *s);

enum row_verdict {
    ROW_OK,
    ROW_SKIP,    /* nothing in it that names a body: a blank or decorative row */
    ROW_REFUSED, /* e says which column and why; ret is filled as far as the body can be identified */
};

/* A row of the registry. *ret_remark gets a note about something odd that does not refuse the row (a check digit, an
 * endpoint that is not a web address), or NULL. */
enum row_verdict registry_row(const struct columns *c, const struct table_row *row, struct row_scratch *s,
                              struct registry_values *ret, const char **ret_remark, struct err *e);

/* A contact: the body's name as written, and the rest. */
enum row_verdict contact_row(const struct columns *c, const struct table_row *row, struct row_scratch *s,
                             struct str *ret_body, struct contact *ret, struct err *e);

/* An entry of the list of bodies. A NIF that cannot be one refuses the row; one whose control character is wrong is
 * left out with a remark, because whatever it is compared with would seem another's. */
enum row_verdict directory_row(const struct columns *c, const struct table_row *row, struct row_scratch *s,
                               struct directory_entry *ret, const char **ret_remark, struct err *e);

/* A line of the list of those who may integrate: name_key, name, ine10, nif, through. Remarks and refusals as above. */
enum row_verdict eligible_row(const struct columns *c, const struct table_row *row, struct row_scratch *s,
                              struct eligible *ret, const char **ret_remark, struct err *e);

/* A date in a cell of any kind. DATE_EMPTY gives DAY_NONE. False: the cell holds something else (e names the column).
 */
bool row_date(const struct columns *c, const struct table_row *row, enum field f, struct row_scratch *s, day_t *ret,
              struct err *e);
/* The cell's text, cleaned; at most `max_chars` (ERR_LIMIT beyond). Lines are kept when asked. */
bool row_text(const struct columns *c, const struct table_row *row, enum field f, size_t max_chars, bool lines,
              struct row_scratch *s, struct str *ret, struct err *e);

#endif
