/* Speaking JSON with a tracker over HTTP; private to the room. One per open tracker: it keeps the connection, and the
 * time before which the tracker does not want to be asked again. */
#ifndef TALAIA_TICKET_REMOTE_H
#define TALAIA_TICKET_REMOTE_H

#include "net/http.h"
#include "ticket/json.h"
#include "ticket/ticket.h"

struct remote {
    struct http_client *client;
    const char *base;       /* "https://jira.example/jira", without a slash at the end */
    const char *host;       /* for sentences */
    const char *headers[4]; /* of every request */
    size_t header_count;
    instant_t not_before;
    struct buf body;
    /* Reads the reasons out of the body of a refusal (JSON, may be NULL) and sets `e`; leaves it alone when there are
     * none. */
    void (*refused)(const struct remote *r, int status, const json_t *body, struct err *e);
    struct arena arena; /* of the texts above */
};

/* `header` is "Name: secret". `path` with the tracker's fixed part, such as "/rest/api/2". */
bool remote_open(struct remote *r, const struct tracker_options *o, const char *header, struct err *e);
void remote_close(struct remote *r);
int remote_retry_seconds(const struct remote *r);

enum remote_end {
    REMOTE_DONE,
    REMOTE_UNKNOWN, /* it went out, and nobody knows whether it was carried out: look first. `e` is set */
    REMOTE_LATER,   /* certainly not carried out; later it may be. `e` is set */
    REMOTE_REFUSED, /* a person must do something. `e` is set */
};
struct remote_call {
    enum http_method method;
    const char *path;             /* after the base */
    const json_t *body;           /* NULL: none */
    const struct http_file *file; /* instead */
    struct str bytes;             /* instead: application/octet-stream; p NULL: none */
    const char *header;           /* one more; NULL: none */
};
/* *ret_json (may be NULL: not wanted) gets the answer's value, or NULL when the answer is empty; the caller calls
 * json_decref. *ret_status (may be NULL) the status. A short wait that the tracker asks for (429) is done here. */
enum remote_end remote_send(struct remote *r, const struct remote_call *call, json_t **ret_json, int *ret_status,
                            struct err *e);
/* GET; false with a reason unless done. *ret_found (may be NULL: then it is an error) false for 404. */
bool remote_get(struct remote *r, const char *path, json_t **ret, bool *ret_found, struct err *e);

/* Whether it is worth looking again, after a pause, for what may have been made `since`: until `seconds` have passed.
 * LIMIT_TRACKER_LAG_SECONDS when the answer was awaited: the index of a tracker lags behind.
 * LIMIT_TRACKER_FLIGHT_SECONDS when somebody else tried, who may have been killed: the tracker may still be at work. */
bool remote_look_again(instant_t since, int seconds);

/* Nobody knows whether a ticket was made: ERR_NET, always false. */
bool ticket_unsure(const char *host, struct err *e);
/* For what did not work about a ticket that is there all the same: `why` becomes a remark, unless `ok`. False, with
 * `e`, when waiting helps. */
bool ticket_remark(struct arena *a, struct ticket *t, bool ok, const struct err *why, struct err *e);

/* "a%20b" for one part of a path or a value of a query. */
char *url_escape(struct arena *a, const char *text);

#endif
