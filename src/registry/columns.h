/* From the headers of a foreign table to our fields. Words are the profile's (headers in profile.yaml), so a column may
 * stand anywhere and be called what people or databases call it. */
#ifndef TALAIA_REGISTRY_COLUMNS_H
#define TALAIA_REGISTRY_COLUMNS_H

#include "conf/profile_file.h"
#include "table/table.h"

/* X(NAME, "field as in profile.yaml") */
#define FIELD_LIST(X)                                                                                                  \
    X(ID, "id")                                                                                                        \
    X(DESCRIPTION, "description")                                                                                      \
    X(PLATFORM, "platform")                                                                                            \
    X(ENDPOINT, "endpoint")                                                                                            \
    X(PROVINCE, "province")                                                                                            \
    X(MUNICIPALITY, "municipality")                                                                                    \
    X(INE10, "ine10")                                                                                                  \
    X(NIF, "nif")                                                                                                      \
    X(EXPIRES_CDS, "expires-cds")                                                                                      \
    X(EXPIRES_CDA, "expires-cda")                                                                                      \
    X(BODY, "body")                                                                                                    \
    X(NAME, "name")                                                                                                    \
    X(EMAIL, "email")                                                                                                  \
    X(ROLE, "role")                                                                                                    \
    X(LANGUAGE, "language")                                                                                            \
    X(KIND, "kind")                                                                                                    \
    X(ACTION, "action")                                                                                                \
    X(DAY, "day")                                                                                                      \
    X(GROUP, "group")                                                                                                  \
    X(TICKET, "ticket")                                                                                                \
    X(ERROR, "error")                                                                                                  \
    X(SINCE, "since")                                                                                                  \
    X(DAYS, "days")                                                                                                    \
    X(ACTIONS, "actions")                                                                                              \
    X(VALIDITY, "validity")                                                                                            \
    X(COMMENT, "comment")                                                                                              \
    X(THROUGH, "through")

enum field {
#define X(name, code) FIELD_##name,
    FIELD_LIST(X)
#undef X
        FIELD_COUNT
};

/* What a sheet holds. The order is the order of preference when a header fits two. */
enum foreign {
    FOREIGN_REGISTRY,
    FOREIGN_CONTACTS,
    FOREIGN_BODIES,
    FOREIGN_CERTIFICATES,
    FOREIGN_KO,
    FOREIGN_OK,
    FOREIGN_ELIGIBLE,
    FOREIGN_COUNT,
    FOREIGN_NONE = -1
};
const char *foreign_code(enum foreign f); /* "registry", … as in profile.yaml */

struct columns {
    enum foreign kind;
    size_t header_row;              /* row number of the header */
    int at[FIELD_COUNT];            /* column from 0, -1 when the table lacks the field */
    const char *label[FIELD_COUNT]; /* as the header writes it, for messages; in the arena */
    size_t matched;
};

/* Reads the row as a header. True when it has the fields that a table of some kind cannot do without; the kind with
 * most recognised columns wins. `sheet` (may be "") settles doubts: "OK", "KO", "Certificats", "Query". */
bool columns_match(const struct profile_files *p, const char *sheet, const struct table_row *row, struct arena *a,
                   struct columns *ret);

/* What a header must have, for the message when none is found: "Ens, Data CDS or Data CDA". */
const char *columns_needed(void);

/* The cell of a field in a row; an empty cell when the table lacks the field or the row is short. */
const struct cell *columns_cell(const struct columns *c, const struct table_row *row, enum field f);
bool columns_have(const struct columns *c, enum field f);

/* "G (Data CDS)": where an error is. In the arena. */
const char *columns_place(const struct columns *c, struct arena *a, enum field f);

#endif
