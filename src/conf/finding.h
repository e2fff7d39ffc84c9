/* What a check of a hand-written file finds: every mistake, with its place, in one pass.
 *
 *     struct finder f = {.lang = LANG_CA, .code = ERR_CONFIG};
 *     finding_add(&f, node->line, node->column, N_("…"), …);
 *     findings_sort(&f.found);
 *     config_findings_release(&f.found);
 */
#ifndef TALAIA_CONF_FINDING_H
#define TALAIA_CONF_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct config_finding {
    size_t line, column; /* in characters, from 1; both 0 when it is not in the file (--set) */
    struct err reason;   /* without the place */
};
struct config_findings {
    struct config_finding *items; /* in order of place, those of --set last */
    size_t count, capacity;
    size_t left_out; /* found beyond LIMIT_CONFIG_FINDINGS and not kept */
};
void config_findings_release(struct config_findings *f);

struct finder {
    struct config_findings found;
    enum lang lang;
    enum err_code code;
    struct err spare; /* takes what is left out */
};

/* An empty reason in that place, to be set at once; valid until the next call. */
struct err *finding_new(struct finder *f, size_t line, size_t column);
#define finding_add(f, line, column, ...) ((void)err_set(finding_new((f), (line), (column)), (f)->code, __VA_ARGS__))

void findings_sort(struct config_findings *f);

/* The first finding as the caller's error, "SHOWN:line:column: " in front. Always false. There must be one. */
bool findings_fail(const struct config_findings *f, const char *shown, struct err *e);

#endif
