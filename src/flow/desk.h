/* An open desk: configuration, profile, store, and who works at it. What every flow and command starts from. */
#ifndef TALAIA_FLOW_DESK_H
#define TALAIA_FLOW_DESK_H

#include "base/mem.h"
#include "conf/config.h"
#include "conf/profile_file.h"
#include "record/by.h"
#include "store/store.h"

struct desk {
    struct arena arena; /* lives as long as the desk */
    struct config *config;
    struct profile_files files;
    struct store *store; /* NULL when opened without */
    struct by by;
    enum lang lang;
    int64_t texts_mark; /* the version of files.texts (flow/texts.h) */
};

struct desk_options {
    const char *config_path;      /* NULL: the defaults, with the files of the current directory */
    const char *const *overrides; /* "KEY=VALUE" */
    size_t override_count;
    const char *data_dir; /* where share/ is installed */
    enum lang lang;
    bool lang_given; /* else the configuration's language */
    struct by by;
};

enum desk_how {
    DESK_CONFIG,
    /* configuration and profile only */ DESK_STORE,
    DESK_CREATE /* makes the store */,
    DESK_EXAMINE
};
bool desk_open(const struct desk_options *o, enum desk_how how, struct desk *ret, struct err *e)
    __attribute__((warn_unused_result));
void desk_close(struct desk *d); /* a zeroed desk is fine */

#endif
