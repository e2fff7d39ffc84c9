/* The profile's files → struct profile (core/profile.h), texts and header words.
 *
 * A profile is a directory: profile.yaml, bodies.csv, messages/NAME.LANG.txt. Each file is looked for first in
 * CONFIGDIR/profile/NAME/, then in the directory that comes with Talaia (DATADIR/profile/NAME/), so an administrator copies
 * and edits only what differs and upgrades bring the rest. */
#ifndef TALAIA_CONF_PROFILE_FILE_H
#define TALAIA_CONF_PROFILE_FILE_H

#include "base/err.h"
#include "base/mem.h"
#include "core/profile.h"

/* What a header of a foreign table may be called (registry, contacts, ResumAjuntaments), folded (text_fold). */
struct header_word {
    const char *field; /* "description", "expires-cds", … as src/registry names them */
    const char *word;  /* folded */
};

struct profile_files {
    struct profile profile;
    const struct header_word *headers; /* sorted by word */
    size_t header_count;
    const char *local_dir, *shared_dir;
};

/* `local_dir` may not exist. Mistakes name the file, line and key. */
bool profile_load(struct arena *a, const char *name, const char *config_dir, const char *data_dir,
                  struct profile_files *ret, struct err *e);

/* The path of a file of the profile that is in force, in the arena; error when neither directory has it. */
char *profile_path(struct arena *a, const struct profile_files *p, const char *file, struct err *e);
/* The text of messages/NAME.LANG.txt (falls back on Catalan); *ret_path says which file it was. NULL with a reason. */
char *profile_message(struct arena *a, const struct profile_files *p, const char *name, enum lang lang,
                      const char **ret_path, struct err *e);

#endif
