/* Bodies: what the registry declares of each, now and on any day before (procedures A1).
 *
 * A body is never deleted. When an import changes it, the values it had are kept with the import that brought them and
 * the one that ended them; when an import no longer has it, it is marked as gone. So the registry can be read as it was
 * on any day. */
#ifndef TALAIA_RECORD_BODY_H
#define TALAIA_RECORD_BODY_H

#include "base/mem.h"
#include "core/body.h"
#include "core/profile.h"
#include "store/store.h"

struct bodies {
    struct body *items; /* by id */
    size_t count;
    day_t on; /* the day whose registry this is */
};

/* Every body that the registry had had up to the end of day `on` (a day before the first import: as that import left
 * it), with names, exclusion, flags and marks of that day. In the arena. */
bool bodies_load(struct tx *tx, struct arena *a, const struct profile *p, day_t on, struct bodies *ret, struct err *e);

/* What the registry declared of that certificate before it declared `now`: the last other date, DAY_NONE when there was
 * none. */
bool body_date_before(struct tx *tx, int64_t body_id, enum cert_kind kind, day_t now, day_t *ret, struct err *e);

/* What the registry declared of a body, version by version, oldest first. */
struct body_dates {
    day_t day; /* of the import that brought it */
    instant_t at;
    const char *source, *who;
    day_t expires[CERT_KINDS];
};
bool body_dates_load(struct tx *tx, struct arena *a, int64_t body_id, struct body_dates **ret, size_t *ret_count,
                     struct err *e);

struct body *bodies_by_id(const struct bodies *list, int64_t id); /* NULL when there is none */

/* The body that a person means: exact registry description, natural or short name (case, accents and punctuation do not
 * count), INE10, "#ID" of the registry's row, or an unambiguous part of the name. ERR_UNKNOWN suggests the nearest
 * names, ERR_AMBIGUOUS lists the candidates. */
bool bodies_find(const struct bodies *list, const char *text, const struct body **ret, struct err *e);

/* The same by exact name only (name_key), for rows of foreign tables: NULL when none, and *ret_several when more than
 * one. Uses an index that body_index_make() has made. */
struct body_index;
struct body_index *body_index_make(struct arena *a, const struct bodies *list);
const struct body *body_index_find(const struct body_index *index, struct arena *scratch, struct str name,
                                   bool *ret_several);
/* The nearest name to a misspelt one, or NULL. */
const struct body *body_index_nearest(const struct body_index *index, struct arena *scratch, struct str name);

#endif
