/* A foreign message is explained by a process of its own, `talaia gateway explain -`: it begins for this one message,
 * can open and reach nothing once it has it, and ends. This process, which has the store and the keys of sessions,
 * never parses the message: it reads the explanation. Internal to the web. */
#ifndef TALAIA_WEB_EXAMINER_H
#define TALAIA_WEB_EXAMINER_H

#include <jansson.h>

#include "base/err.h"
#include "base/str.h"
#include "conf/config.h"

struct examination {
    struct str message;
    const char *body; /* INE10 of who sends it, "" */
    const char *at;   /* what the clock shows, "" now */
    bool allow_sha1;
    enum lang lang;
    const struct config *config; /* for the trust anchors */
};

/* What the command prints, as JSON; json_decref it. ERR_LIMIT when it took too long or the explanation is too large;
 * ERR_INTERNAL when the process could not begin or died of the message. */
bool examine(const struct examination *x, json_t **ret, struct err *e);

#endif
