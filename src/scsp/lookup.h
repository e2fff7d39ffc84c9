/* How a modality is answered out of the data set: the part `lookup` of its file. No code belongs to a modality.
 *
 *     lookup:
 *       first:                                        # steps in front, each may end it with its code
 *         - municipis codigoProvincia=codigoProvincia codigoMunicipio=codigoMunicipio idescat=idescat
 *         - given IdUsrMod DataFins? else -1          # elements that must be there and be well formed; ? if they are
 *         - estat_recurs EstatNou?=id else -5         # no such row: -5
 *       table: recursos                               # what is looked for; a file without a table only has steps
 *       by:                                           # ways to look; the first whose first element is given counts
 *         - IdRecurs=IdRecursos                       # element = column; of a list: any of its numbers
 *         - DNI=vinculats/DNI IdEstat:1               # rows of vinculats lead here by our key; column : text
 *         - DataInici..DataFi=Data IdProfessionals?=assistents/IdProfessional
 *       compare:                                      # of the row that was found
 *         - numeroConvivientes=convivents else 0
 *       rows: LlistaRecursos/Recurs                   # the element of the answer that each row found becomes
 *       inside:                                       # elements in it that repeat: a table, the column in common and,
 *         Beneficiaris/Beneficiari: beneficiaris IdRecursos       # if need be, column : text of those that count;
 *         Recursos/IdRecurs: recursos IdExpedient IdEstat:1       # a value without such a column is the row's key
 *       build:                                        # what an element of kind `any` holds; in the notation of shapes
 *         VolanteEmpadronamiento in=http://www.red.es/padron: [...]
 *       found: 0
 *       none: -2
 *       wrong: -1                                     # a value that cannot be, one that is missing
 *       fixed: {fuente: PADRON}                       # elements of the answer that nothing else fills
 *
 * A row that has a column `answer` is no find: that code is the answer, to try out what cannot happen otherwise (a
 * service that is down, a town that takes no part).
 * An element of the answer takes the column whose name is the end of its path: "ProfAlta/DNIUsuari" takes a column of
 * that name, or else "DNIUsuari". Outside of `rows` it takes, in this order: the code and its text, columns of the row
 * found, of the rows of the steps, what the request said under the same name, `fixed`. */
#ifndef TALAIA_SCSP_LOOKUP_H
#define TALAIA_SCSP_LOOKUP_H

#include "conf/tree.h"
#include "scsp/shape.h"

enum lookup_how { LOOKUP_EQUAL, LOOKUP_RANGE, LOOKUP_FIXED };
struct lookup_word {
    enum lookup_how how;
    bool when_given;             /* it is no condition when the element is not given */
    const char *element, *until; /* until: of a RANGE */
    const char *via, *column;    /* via: NULL, or the table that leads to ours */
    const char *text;            /* of FIXED */
};
struct lookup_match {
    const struct lookup_word *words;
    size_t count;
    const char *line; /* as it is written, for the documentation */
};
struct lookup_step {
    const char *table; /* NULL: the elements must be given (LOOKUP_EQUAL without a column) */
    struct lookup_match match;
    bool has_code;
    int code;
};
struct lookup_inside {
    const char *path, *table, *column;
    const char *only, *text; /* column and its text; NULL: all of them */
};
struct lookup_fixed {
    const char *element, *text;
};

struct lookup {
    const struct lookup_step *first, *compare; /* compare: `table` is NULL too */
    size_t first_count, compare_count;
    const char *table; /* NULL: steps only */
    const struct lookup_match *by;
    size_t by_count;
    const char *rows; /* NULL: what was found fills the root */
    const struct lookup_inside *inside;
    size_t inside_count;
    const struct lookup_fixed *fixed;
    size_t fixed_count;
    struct shape build; /* name NULL: none */
    int found, none, wrong;
};

/* `n`: the part `lookup` of a modality's file. Mistakes go to `f`. */
const struct lookup *lookup_read(struct arena *a, const struct node *n, const struct shape *request,
                                 const struct shape *response, struct finder *f);

#endif
