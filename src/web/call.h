/* One request on its way through the desk: who asks, in which language, for what; and the ways to answer. Internal to
 * the web. */
#ifndef TALAIA_WEB_CALL_H
#define TALAIA_WEB_CALL_H

#include <jansson.h>

#include "draw/html.h"
#include "net/multipart.h"
#include "web/site.h"

struct call;

/* X(kind) what a route answers with: who may ask and how a refusal looks depends on it. */
enum route_kind {
    ROUTE_PAGE,   /* HTML; strangers are sent to the login page */
    ROUTE_FORM,   /* a form of a page: has the token of the session */
    ROUTE_UPLOAD, /* the same with a file: larger, multipart/form-data */
    ROUTE_API,    /* JSON; strangers get 401 */
    ROUTE_PLAIN,  /* static files, health, metrics */
};
struct route {
    const char *method;  /* "GET" serves HEAD too */
    const char *pattern; /* "/ens/{id}": {id} is a number from 1 on */
    enum route_kind kind;
    enum permission permission;
    void (*answer)(struct call *c);
    const char *summary; /* of the API: for its description */
};

struct call {
    struct site *site;
    struct server_request *request;
    struct server_answer *reply;
    const struct route *route;
    int64_t id;        /* of {id} */
    struct desk *desk; /* this request's own: arena, who, when, language */
    struct identity identity;
    const struct identity *who; /* NULL: nobody */
    enum lang lang;
    const char *theme;                  /* "light", "dark", "" by the system's preference */
    const struct multipart_part *parts; /* of an upload, once it was read */
    size_t part_count;
    /* of the API: */
    json_t *json;               /* the body of a write, or NULL */
    const struct api_call *api; /* with json: what it may hold */
    const char *problem_field;  /* what a problem is about, or NULL */
    int64_t version;            /* that the program saw, when it said If-Match; -1: whatever is there */
    struct view *view;          /* when call_view was asked; dropped at the end */
    struct err err;
    struct buf out; /* the page being written */
    struct html html;
};

/* Space that lives as long as the request. */
#define call_arena(c) (&(c)->desk->arena)
const char *call_tr(const struct call *c, const char *text) __attribute__((format_arg(2)));
/* printf in the person's language; the format is translated. */
const char *call_text(struct call *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What stands after the last "/" of the path: the token of a link, what a form does, a name. */
const char *call_path_end(const struct call *c);
const char *call_query(struct call *c, const char *name); /* "" when it is not there */
/* Of a form, or of the field of the API that stands for it; "". */
const char *call_field(struct call *c, const char *name);
const char *api_form_value(struct call *c, const char *name); /* api_write.c */
/* The address from which people are counted: what the proxy says when it proves itself, else the peer's. */
const char *call_address(struct call *c);
/* "There were too many wrong attempts: …", with how long one waits. */
const char *call_wait(struct call *c, int seconds);
/* The bytes of a field of an upload; n 0 when it is not there. */
struct str call_bytes(struct call *c, const char *name);
bool call_may(const struct call *c, enum permission p);
bool call_reaches(struct call *c, const char *path); /* there is such a page, and this person may see it */

/* The view of now; NULL after having answered with an error page. */
const struct view *call_view(struct call *c);

/* Answers. Each is the last thing that a route does. */
void call_page(struct call *c, int status); /* what was written to html */
void call_finished(struct call *c, struct finished *f, const char *type, const char *keep); /* takes the reference */
void call_redirect(struct call *c, const char *to);                                         /* 303 */
void call_plain(struct call *c, int status, const char *type, struct buf *text);
/* A file to be kept, in pieces; `fd` is closed. `name` has no quotes. */
void call_stream(struct call *c, int fd, size_t size, const char *name);
void call_json(struct call *c, int status, json_t *value);
/* As a page or as problem+json (RFC 9457), by the kind of the route. `what` is English for tr(). */
void call_problem(struct call *c, int status, const char *what);
/* A form that a page's script sends wants its answer as JSON. */
bool call_wants_json(const struct call *c);
/* Bytes to keep as a file of that name (ASCII); takes the buffer. */
void call_file(struct call *c, const char *name, const char *type, struct buf *bytes);
/* A mail's page to be shown in a frame of ours: nothing of it runs, asks or leads anywhere. Takes the buffer. */
void call_framed(struct call *c, struct buf *page);
/* The reason in c->err. */
void call_failed(struct call *c);

/* The session's cookie; `secret` NULL takes it away. */
void call_cookie(struct call *c, const char *secret);
void call_header(struct call *c, const char *name, const char *value);

/* The whole of it: everything that server_service wants. */
void call_answer(void *site, struct server_request *r, struct server_answer *ret);
void call_refuse(void *site, struct server_request *r, int status, const char *why, struct server_answer *ret);
size_t call_body_max(void *site, const struct server_request *r);

#endif
