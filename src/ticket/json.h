/* Foreign JSON, bounded, and the few ways of reading it; private to the room. What is missing or of another type reads
 * as nothing: "" or NULL or 0. */
#ifndef TALAIA_TICKET_JSON_H
#define TALAIA_TICKET_JSON_H

#include <jansson.h>

#include "base/buf.h"
#include "base/day.h"
#include "base/err.h"
#include "base/mem.h"

/* NULL with ERR_REMOTE when it is no JSON, or deeper (LIMIT_JSON_DEPTH) or of more values (LIMIT_JSON_VALUES) than a
 * tracker sends; `from` says whose it is. The caller calls json_decref. */
json_t *foreign_json(struct str text, const char *from, struct err *e);

/* The value at "a.b.c"; NULL when there is none, or a null. */
const json_t *json_at(const json_t *o, const char *path);
const char *json_text_at(const json_t *o, const char *path); /* "" for anything but a string */
/* A number or a string that is one. */
int64_t json_int_at(const json_t *o, const char *path);
/* "2026-12-04", also the beginning of a longer text; DAY_NONE else. */
day_t json_day_at(const json_t *o, const char *path);
/* RFC 3339, and Jira's "2026-11-20T08:35:47.000+0000"; INSTANT_NONE else. */
instant_t json_instant_at(const json_t *o, const char *path);
instant_t instant_read(struct str s);

/* A copy in the arena. */
char *json_kept(struct arena *a, const json_t *o, const char *path);

/* A text with line ends as \n. */
char *foreign_text(struct arena *a, const char *text);
/* Whether two names of things are the same for a person: case and accents do not count. */
bool names_equal(const char *x, const char *y);

/* Compact text into `b`, which is emptied first. */
bool json_write(const json_t *o, struct buf *b, struct err *e);

#endif
