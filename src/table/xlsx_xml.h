/* Inside src/table only: the XML of a workbook's part, pushed through expat piece by piece.
 *
 * Names come without their prefix: the parts of a workbook are told apart by where they stand, so transitional and
 * strict namespaces and any prefix read alike. A DOCTYPE is refused, and with it every entity of one's own. Depth and
 * the size of one tag are limited, which keeps expat's work linear. */
#ifndef TALAIA_TABLE_XLSX_XML_H
#define TALAIA_TABLE_XLSX_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "table/xlsx_zip.h"

struct xlsx_xml;

/* depth: 1 for the root. `attributes`: name, value, …, NULL as in expat; see xlsx_attribute. Any may be NULL.
 * A handler fails by err_set on xlsx_xml_error(x): no other handler is called then. */
struct xlsx_handler {
    void (*start)(struct xlsx_xml *x, void *user, const char *name, const char **attributes, int depth);
    void (*end)(struct xlsx_xml *x, void *user, const char *name, int depth);
    void (*text)(struct xlsx_xml *x, void *user, const char *bytes, size_t n);
};

enum xlsx_step {
    XLSX_PAUSED, /* a handler called xlsx_xml_pause; call again to go on */
    XLSX_END,    /* the part is read to its end, checksum included */
    XLSX_FAILED, /* e says why */
};

/* At most `max` bytes may come out of the part. */
bool xlsx_xml_open(struct xlsx_zip *z, const char *part, size_t max, const struct xlsx_handler *handler, void *user,
                   struct xlsx_xml **ret, struct err *e);
/* Goes on until a handler pauses, the end, or a failure. */
enum xlsx_step xlsx_xml_step(struct xlsx_xml *x, struct err *e);
void xlsx_xml_close(struct xlsx_xml *x); /* NULL is fine */

/* Open, read to the end, close. */
bool xlsx_xml_read(struct xlsx_zip *z, const char *part, size_t max, const struct xlsx_handler *handler, void *user,
                   struct err *e);

/* From a handler: stop after this event. */
void xlsx_xml_pause(struct xlsx_xml *x);
/* From a handler: the error of the step at work. */
struct err *xlsx_xml_error(struct xlsx_xml *x);

/* The value of an attribute by its name without prefix; NULL when absent. */
const char *xlsx_attribute(const char **attributes, const char *name);

#endif
