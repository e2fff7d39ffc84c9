/* Parts of the program that are loaded when first needed.
 *
 * GMime, pango, libxlsxwriter, ODBC, libpq, libldap, libqpdf, poppler and libcurl bring dozens of libraries that most
 * commands never call; each lives in a shared object of its own under the module directory, which exports one symbol,
 * `talaia_module`: a struct of functions declared in the room's public header. They use the program's own base
 * functions. */
#ifndef TALAIA_BASE_MODULE_H
#define TALAIA_BASE_MODULE_H

#include "base/err.h"

/* X(name, file) */
#define MODULE_LIST(X)                                                                                                 \
    X(ODBC, "talaia-odbc.so")                                                                                          \
    X(POSTGRESQL, "talaia-postgresql.so")                                                                              \
    X(WORKBOOK, "talaia-workbook.so")                                                                                  \
    X(MESSAGE, "talaia-message.so")                                                                                    \
    X(PICTURE, "talaia-picture.so")                                                                                    \
    X(TRANSFER, "talaia-transfer.so")                                                                                  \
    X(SERVER, "talaia-server.so")                                                                                      \
    X(QR, "talaia-qr.so")                                                                                              \
    X(LDAP, "talaia-ldap.so")                                                                                          \
    X(PDF, "talaia-pdf.so")                                                                                            \
    X(PDF_TEXT, "talaia-pdftext.so")

enum module {
#define X(name, file) MODULE_##name,
    MODULE_LIST(X)
#undef X
        MODULE_COUNT
};

/* Where modules are; once, at the start. The string must stay. */
void module_init(const char *dir);

/* The module's struct of functions; loaded once per process and never unloaded. NULL with a reason. */
const void *module_api(enum module m, struct err *e);

#endif
