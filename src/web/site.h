/* What all requests share: desks with an open store, the view, finished pages, static files, the guard of logins.
 * Internal to the web. */
#ifndef TALAIA_WEB_SITE_H
#define TALAIA_WEB_SITE_H

#include <pthread.h>
#include <stdatomic.h>

#include "flow/login.h"
#include "net/server.h"
#include "web/cache.h"
#include "web/importer.h"
#include "web/job.h"
#include "web/view.h"
#include "web/web.h"

#define SITE_DESKS_MAX 64 /* web.threads has no more */

struct static_file {
    const char *name;    /* "desk.css" */
    const char *type;    /* its media type */
    const char *address; /* "/estatic/desk.1a2b3c4d.css": its content is in the name, so it may be kept for ever */
    struct finished *content;
};
enum static_name { STATIC_CSS, STATIC_JS, STATIC_ICON, STATIC_COUNT };

struct api_caller {
    int64_t account_id;
    instant_t since; /* the minute that is counted */
    int count;
};

struct site {
    web_log *log;
    void *log_context;
    instant_t began;
    day_t fixed_day; /* --on: the day that the rules use; DAY_NONE: today */
    struct desk desks[SITE_DESKS_MAX];
    struct desk *idle[SITE_DESKS_MAX];
    size_t desk_count, idle_count;
    pthread_mutex_t lock; /* of idle, view */
    pthread_cond_t given_back;
    struct view *view;
    struct cache cache;
    struct login_guard *guard;
    struct api_caller callers[LIMIT_WEB_API_CALLERS];
    size_t caller_count;
    atomic_int examiners; /* processes that explain a message now */
    struct jobs jobs;
    struct uploads uploads; /* files that wait to be brought in */
    struct static_file files[STATIC_COUNT];
    bool https;               /* people reach it by TLS: cookies are Secure */
    const char *origin;       /* "https://talaia.example.cat" of web.url; "" when it is not set */
    const char *host;         /* its host with port; "" */
    bool loopback;            /* it listens on this machine only */
    const char *proxy_header; /* "" when there is no single sign-on */
    const char *proxy_secret;
    const char *cookie;                                            /* name of the session's */
    atomic_uint_fast64_t requests, refused, logins, failed_logins; /* for /metrics */
};

/* The desk of a request: shares configuration, profile and store with the one that was taken, has an arena of its own.
 */
struct desk *site_take_desk(struct site *s);
void site_give_desk(struct site *s, struct desk *d);

/* The view of now, with a reference for the caller. `d` has its day and store. */
bool site_view(struct site *s, struct desk *d, struct view **ret, struct err *e);

bool site_load_files(struct site *s, const char *data_dir, struct err *e);
const struct static_file *site_file(const struct site *s, const char *address);

/* Writes of programs, of each account: LIMIT_WEB_API_WRITES in a minute. *ret_wait: seconds. */
bool site_may_write(struct site *s, int64_t account_id, instant_t now, int *ret_wait);

void site_say(struct site *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
