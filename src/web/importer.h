/* Files that are brought in by the browser: each waits in memory, sealed, for its confirmation, and is read by a
 * process of its own, `talaia import --json`, which lives for this one file: this process never parses it. Internal to
 * the web. */
#ifndef TALAIA_WEB_IMPORTER_H
#define TALAIA_WEB_IMPORTER_H

#include <jansson.h>
#include <pthread.h>

#include "flow/import.h"
#include "web/child.h"

#define UPLOAD_TOKEN_BYTES 49
struct upload {
    int fd; /* 0: none */
    char token[UPLOAD_TOKEN_BYTES];
    char name[200];
    char session[72]; /* of whom sent it, with the account; "" without one */
    int64_t account_id;
    instant_t at;
    enum lang lang; /* of the plan */
    char plan[IMPORT_PLAN_BYTES];
    char digest[IMPORT_PLAN_BYTES]; /* SHA-256 of the bytes */
    size_t bytes;
    bool guarded; /* it takes a person's word with a reason */
};
struct uploads {
    pthread_mutex_t lock;
    struct upload items[LIMIT_WEB_UPLOADS];
    bool busy; /* one is being read */
};

/* Keeps the bytes; upload_drop it, or give it to uploads_put. `name` as a browser gave it. */
bool upload_make(struct upload *ret, struct arena *a, struct str name, struct str bytes, struct err *e);
void upload_drop(struct upload *u);
/* Keeps the name alone, without its directories, which some browsers send. */
void upload_name(struct upload *u, struct arena *a, struct str name);
/* It waits; one of the same session and the oldest give way. */
void uploads_put(struct uploads *all, const struct upload *u);
/* Whoever takes it has it alone; ERR_STATE when it is not there, or another's, or too old. */
bool uploads_take(struct uploads *all, const char *token, int64_t account_id, const char *session, instant_t now,
                  struct upload *ret, struct err *e);
void uploads_end(struct uploads *all);

struct importer {
    const struct desk_options *options;
    const char *who;
    day_t day; /* DAY_NONE: today */
    enum lang lang;
    bool dry, force;
    const char *plan, *reason; /* "" for none */
};
/* What the command prints, or its reason. ERR_STATE also while another file is being read. */
bool importer_run(struct uploads *all, const struct importer *x, const struct upload *u, json_t **ret, struct err *e);
/* Looks what it would do, in that language: u->plan, u->guarded. Only options, who, day and lang of x count. */
bool importer_look(struct uploads *all, const struct importer *x, struct upload *u, json_t **ret, struct err *e);
/* Does what was looked at, or nothing (ERR_STATE). `reason` counts when it is guarded. */
bool importer_do(struct uploads *all, const struct importer *x, const struct upload *u, const char *reason,
                 json_t **ret, struct err *e);

#endif
